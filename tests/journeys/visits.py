"""Every page a person can reach, by person: the table that page-wide tests walk through."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, url_for

from tests.journeys.town import Town

Values = Mapping[str, object]
PLANNED = ("shortlist", "last", "pairs", "practice")

NOT_PAGES = {
    "static",  # files
    *("media.rendition", "media.document", "media.video", "media.original"),
    *(
        "media.status",
        "media.upload",
        "judging_results.winners_json",
        "judging_results.commitment_json",
        "judging_results.commitment_text",
        "judge.ballot_now",
        "judge.token",
        "probes.health",
    ),  # JSON for programs
    *("probes.robots", "contests.sitemap"),  # for programs that search
    *("security.confirm_email", "accounts.land", "pairs.pairs"),  # lead elsewhere
}


@dataclass(frozen=True)
class Visit:
    """One page: its endpoint, and what stands in its address."""

    endpoint: str
    values: Callable[[Town], Values] = lambda _town: {}
    status: int = 200


def contest(endpoint: str, *names: str, **values: object) -> Iterator[Visit]:
    """Visit a page of these contests."""

    def at(name: str) -> Callable[[Town], Values]:
        return lambda town: {"slug": town.contests[name].slug} | values

    return (Visit(endpoint, at(name)) for name in names)


def entry(endpoint: str, *names: str) -> Iterator[Visit]:
    """Visit a page of these entries, which belong to the entrant."""

    def at(name: str) -> Callable[[Town], Values]:
        return lambda town: {"entry_id": town.entries[name].id}

    return (Visit(endpoint, at(name)) for name in names)


def ballot(*names: str, endpoint: str = "judge.ballot") -> Iterator[Visit]:
    """Visit these ballots, which are the judge's, or another page about them."""

    def at(name: str) -> Callable[[Town], Values]:
        return lambda town: {"ballot_id": town.ballots[name].id}

    return (Visit(endpoint, at(name)) for name in names)


def in_round(endpoint: str, *names: str) -> Iterator[Visit]:
    """Visit a page of these rounds: a contest's first, or one of those planned in "several"."""

    def at(name: str) -> Callable[[Town], Values]:
        own = "several" if name in PLANNED else name
        return lambda town: {"slug": town.contests[own].slug, "round_id": town.rounds[name]}

    return (Visit(endpoint, at(name)) for name in names)


def compared(town: Town) -> Values:
    """Return what stands in the address of two photographs side by side."""
    left, right = town.ballots["closed"], town.ballots["beside"]
    return {"round_id": left.round_id, "left": left.id, "right": right.id}


def asked(endpoint: str, name: str) -> Visit:
    """Visit a page of a round that asks the judge for an order or for choices."""
    return Visit(endpoint, lambda town: {"round_id": town.rounds[name]})


def comparison(*names: str) -> Iterator[Visit]:
    """Visit these comparisons, which are the judge's."""

    def at(name: str) -> Callable[[Town], Values]:
        return lambda town: {"comparison_id": town.comparisons[name]}

    return (Visit("pairs.comparison", at(name)) for name in names)


def practised(town: Town) -> Values:
    """Return the address of a round of practice in which judges have submitted."""
    round_ = town.ballots["practice"].round
    return {"slug": round_.contest.slug, "round_id": round_.id}


def token(endpoint: str, name: str) -> Visit:
    """Visit a page that a link in a mail leads to."""
    return Visit(endpoint, lambda town: {"token": town.tokens[name]})


VISITS: Mapping[str, tuple[Visit, ...]] = {
    "outsider": (
        Visit("contests.forum"),
        *contest("contests.contest", "upcoming", "photo", "hackathon", "judging", "announced"),
        *contest("contests.gallery", "photo", "judging", "announced"),
        *contest("contests.gallery", "announced", q="nothing has these words"),
        *contest("contests.entry", "judging", number=5),
        *contest("contests.entry", "announced", number=1),
        *contest("judging_results.winners", "announced"),
        *contest("judging_results.present", "announced"),
        *contest("judging_results.commitment", "confirmed"),
        *(Visit(f"security.{name}") for name in ("login", "register", "forgot_password")),
        Visit("security.send_confirmation"),
        token("security.reset_password", "reset"),
        Visit("accounts.send_link"),
        token("accounts.open_link", "link"),
        Visit("accounts.open_link", lambda _town: {"token": "forged"}, 410),
        token("judge.invitation", "judge"),
        Visit("contests.contest", lambda _town: {"slug": "no-such-contest"}, 404),
    ),
    "entrant": (
        Visit("contests.forum"),
        Visit("accounts.account"),
        *(Visit(f"security.{name}") for name in ("change_password", "verify")),
        *contest("entrant.enter", "photo", "hackathon", "upcoming", "waiting"),
        *entry("entrant.edit", "draft", "waiting", "refused", "submitted", "project", "closed"),
        *entry("entrant.receipt", "submitted", "withdrawn", "disqualified"),
        Visit("entrant.my"),
        Visit("teams.show", lambda town: {"team_id": town.entries["project"].team_id}),
        Visit("organiser.index", status=403),
    ),
    "judge": (
        Visit("judge.desk"),
        *contest("judge.briefing", "waiting", "judging"),
        Visit("judge.round_", lambda town: {"round_id": town.ballots["assigned"].round_id}),
        Visit("judge.round_", lambda town: {"round_id": town.ballots["closed"].round_id}),
        *contest("judge.knowledge", "waiting", "judging"),
        *ballot("assigned", "submitted", "long", "closed", "practice"),
        *ballot("submitted", "long", endpoint="judge.history"),
        *ballot("practice", endpoint="judge.spread"),
        Visit("judge.round_history", lambda town: {"round_id": town.ballots["long"].round_id}),
        Visit("judge.compare", lambda town: {"round_id": town.ballots["closed"].round_id}),
        Visit("judge.compare", compared),
        asked("orders.order", "ordered"),
        asked("pairs.history", "compared"),
        *comparison("open", "made"),
        token("teams.join", "team"),
        Visit("entrant.my"),
    ),
    "organiser": (
        Visit("organiser.index"),
        Visit("organiser.forum"),
        Visit("organiser.new"),
        Visit("organiser.create", lambda _town: {"kind": "photo"}),
        Visit("organiser.create", lambda _town: {"kind": "hackathon"}),
        *contest("organiser.setup", "draft", "photo", "hackathon"),
        *contest("contests.contest", "draft"),
        *contest("organiser.entries", "waiting", "bare"),
        *contest("organiser.entry", "waiting", number=1),
        *contest("organiser.entry", "judging", number=5),
        *contest("judging_organiser.panel", "bare", "waiting", "judging"),
        *contest("judging_organiser.conflicts", "bare", "waiting", "judging"),
        Visit(
            "judging_organiser.seat",
            lambda town: {
                "slug": town.contests["judging"].slug,
                "judge_id": town.ballots["assigned"].judge_id,
            },
        ),
        *contest("judging_organiser.rounds", "bare", "waiting", "several", "announced"),
        *in_round("judging_organiser.round_", "waiting", "judging", "closed", "announced"),
        *in_round("judging_organiser.round_", "several", *PLANNED),
        Visit(
            "judging_organiser.handover",
            lambda town: {
                "slug": town.contests["judging"].slug,
                "round_id": town.rounds["judging"],
                "judge_id": town.ballots["assigned"].judge_id,
            },
        ),
        *in_round("judging_organiser.edit_round", "waiting", "judging", *PLANNED),
        *in_round("judging_organiser.rubric", "waiting", "closed", "last"),
        *in_round("judging_organiser.method", "waiting", "closed", *PLANNED),
        *in_round("judging_organiser.round_results", "several", "judging"),
        *contest("judging_organiser.rules", "waiting", "closed", "confirmed"),
        *contest("judging_organiser.stability", "judging", "closed"),
        *in_round("judging_organiser.next_entries", "several", "shortlist"),
        *in_round("judging_organiser.practice_entries", "practice"),
        Visit("judging_organiser.round_", practised),
        Visit("judging_organiser.practice_panel", practised),
        *contest("judging_organiser.results", "waiting", "judging", "closed", "proposed"),
        *contest("judging_organiser.results", "confirmed", "announced"),
        *contest("judging_organiser.change_proposal", "proposed"),
        *contest("judging_organiser.entry_ballots", "judging", number=2),
        *contest("judging_organiser.announce", "closed", "proposed", "confirmed", "announced"),
        *contest("judging_organiser.rehearse", "confirmed"),
        *contest("judging_organiser.audit", "waiting", "announced"),
    ),
}


def address_of(app: Flask, town: Town, visit: Visit) -> str:
    """Return the path of a page in this town."""
    with app.test_request_context():
        values: dict[str, Any] = dict(visit.values(town))
        return url_for(visit.endpoint, **values)
