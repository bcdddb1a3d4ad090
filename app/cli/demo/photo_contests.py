"""The demo's two photo contests: one open, one announced."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts.queries import actor_of
from app.cli.demo.people import JUDGES, PHOTOGRAPHERS, SECOND_ORGANISER
from app.cli.demo.pictures import DemoPicture, pictures
from app.cli.demo.scoring import order_all, score_all
from app.cli.demo.stage import ZONE, Stage
from contests.models import Contest, Entry, Forum, GalleryOpens
from contests.queries import contests as queries
from contests.queries import entries as entry_queries
from contests.service import entries as entry_service
from contests.service import screening
from contests.service.contests import ContestValues
from contests.states import ContestKind, EntryState, Screening
from contests.vocabulary import ACTION_LINES, SDGS
from judging.models import Round
from judging.queries.rounds import get_deciding_round
from judging.service import announcement, decisions, rounds
from judging.service.counting import ranking_of
from judging.service.decisions import Choice
from judging.service.rounds import Preset, RoundValues
from media.limits import MAX_BYTES, PICTURE_FORMATS

OPEN, ANNOUNCED = "photo-contest", "first-light"
OPEN_COVER = "the-bus-that-knows"
DRAFT = "forty-minutes-of-warning"
OPEN_ENTRIES = (
    "power-for-the-night-class",
    "relay-above-the-clouds",
    "listening-to-the-ice",
    "the-wind-tells-the-grid",
    "the-keeper-is-a-sensor",
    "the-north-answers",
    "a-classroom-in-a-hair",
    "the-cold-aisle",
)
DECLARATIONS = (
    "I am 18 or older.",
    "I am neither on the staff of the organisers nor of their household.",
    "The photograph is mine, and I may let the forum show it.",
)
_CITATIONS = {
    "Weather by text message": (
        "One boat, one message, and a whole morning's weather held in the space between two"
        " people. The jury kept coming back to its stillness: the technology is there, and it is"
        " almost nothing, which is the point."
    ),
    "Kilometre 212": (
        "A desert seen as a page of writing, and on it the one line that brings the lessons."
        " Exact, patient, and without a spare stone."
    ),
    "Two skies": (
        "So much water and not one edge: the picture makes us feel the danger that the mast ends."
    ),
}
_BRIEF = """Show **one** photograph that tells how information and communication technologies help
people towards the Sustainable Development Goals.

We look for what only you could see: a place you know, a change you witnessed, people who agreed
to be shown. The photographs form a collage at the forum; three of them are awarded and presented
at its ceremony.
"""
_RULES = """- Up to five photographs a person, each with a title, a caption and an alternative text.
- Taken by yourself. Light and crop may be corrected; nothing may be added or removed.
- Everybody recognisable agreed to be shown.
- The three winners are presented at the forum. Entries may be shown there with your name.
"""


def _values(
    slug: str, title: str, summary: str, opens_at: datetime, closes_at: datetime
) -> ContestValues:
    return ContestValues(
        slug=slug,
        title=title,
        summary=summary,
        brief=_BRIEF,
        rules=_RULES,
        zone=ZONE,
        opens_at=opens_at,
        closes_at=closes_at,
        entries_per_person=5,
        team_min=1,
        team_max=1,
        pictures_min=1,
        pictures_max=1,
        documents_max=0,
        videos_max=0,
        words_min=0,
        words_max=1000,
        max_bytes=MAX_BYTES,
        formats=list(PICTURE_FORMATS),
        sdgs=list(SDGS),
        action_lines=list(ACTION_LINES),
        winners=3,
        gallery_opens=GalleryOpens.AT_CLOSE,
        tracks=(),
        declarations=DECLARATIONS,
    )


def open_contest(stage: Stage, forum: Forum) -> None:
    """Set up the photo contest that takes entries now, with some of them."""
    values = _values(
        OPEN,
        "Connected Lives",
        "One photograph of what a connection changes: in a field, a school, a clinic, a night.",
        stage.at(-21),
        stage.evening(6),
    )
    contest = stage.publish(forum, ContestKind.PHOTO, values, OPEN_COVER)
    for number, picture in enumerate(_chosen(OPEN_ENTRIES)):
        _enter(stage, contest, picture, PHOTOGRAPHERS[number], stage.at(-14 + number))
    [draft] = _chosen((DRAFT,))
    _enter(stage, contest, draft, PHOTOGRAPHERS[0], stage.at(-0.5))


def announced_contest(stage: Stage, forum: Forum) -> None:
    """Set up the contest that is over, up to its entries; `announce` tells the rest."""
    values = _values(
        ANNOUNCED,
        "First Light",
        "Where a signal arrives for the first time: photographs from six regions of the world.",
        stage.at(-75),
        stage.evening(-45),
    )
    contest = stage.publish(forum, ContestKind.PHOTO, values, "two-skies")
    used = {*OPEN_ENTRIES, OPEN_COVER, DRAFT}
    rest = [picture for picture in pictures() if picture.slug not in used]
    for number, picture in enumerate(rest):
        person = PHOTOGRAPHERS[(number + 8) % len(PHOTOGRAPHERS)]
        _enter(stage, contest, picture, person, stage.at(-70 + number))


def submit_all(stage: Stage, slug: str, days: float) -> None:
    """Submit every draft of a contest but the one that is to stay a draft."""
    contest = queries.get_contest(stage.session, slug)
    [kept] = _chosen((DRAFT,))
    drafts = select(Entry.id).where(Entry.contest_id == contest.id, Entry.state == EntryState.DRAFT)
    for entry_id in stage.session.scalars(drafts.order_by(Entry.id)).all():
        entry = entry_queries.get_entry(stage.session, entry_id)
        if entry.working is not None and entry.working.title != kept.title:
            entry_service.submit(
                stage.session,
                entry=entry,
                actor=actor_of(entry.owner),
                now=stage.at(days) + timedelta(minutes=entry_id * 37),
            )


def judge_and_announce(stage: Stage) -> None:
    """Take the closed contest through its panel, its marks and its decision to its winners."""
    session, organiser = stage.session, stage.organiser
    contest = queries.get_contest(session, ANNOUNCED)
    for email, name in JUDGES[1:]:
        stage.seat(contest, email, name, stage.at(-43))
    check_all(stage, contest, stage.at(-42))
    stars, shortlist, last = rounds.plan_rounds(
        session, contest=contest, preset=Preset.STARS, actor=organiser, now=stage.at(-42)
    )
    _let_best_go_on(stage, contest, stars, 8)
    _let_best_go_on(stage, contest, shortlist, 5)
    _open(stage, contest, stars, -41)
    score_all(_on(stage, -39), stars, shares={})
    _close_and_choose(stage, contest, stars, -38)
    _open(stage, contest, shortlist, -37)
    score_all(_on(stage, -35), shortlist, shares={})
    _close_and_choose(stage, contest, shortlist, -34)
    _open(stage, contest, last, -33)
    order_all(_on(stage, -31), last)
    _close(stage, contest, last, -30)
    _decide(stage, contest)
    announcement.announce(session, contest=contest, actor=organiser, now=stage.at(-21))


def _on(stage: Stage, days: float) -> Stage:
    return replace(stage, now=stage.at(days))


def _let_best_go_on(stage: Stage, contest: Contest, round_: Round, count: int) -> None:
    """Let fewer go on than the preset says: the contest is small."""
    values = RoundValues(
        title=round_.title,
        briefing=round_.briefing,
        per_entry=round_.per_entry,
        starts_at=None,
        due_at=round_.due_at,
        kind=round_.kind,
        advance=round_.advance,
        advance_count=count,
    )
    rounds.update_round(
        stage.session,
        contest=contest,
        round_id=round_.id,
        values=values,
        actor=stage.organiser,
        now=stage.at(-42),
    )


def _open(stage: Stage, contest: Contest, round_: Round, days: float) -> None:
    rounds.open_round(
        stage.session,
        contest=contest,
        round_id=round_.id,
        actor=stage.organiser,
        now=stage.at(days),
    )


def _close(stage: Stage, contest: Contest, round_: Round, days: float) -> None:
    rounds.close_round(
        stage.session,
        contest=contest,
        round_id=round_.id,
        actor=stage.organiser,
        now=stage.at(days),
    )


def _close_and_choose(stage: Stage, contest: Contest, round_: Round, days: float) -> None:
    """Close a round, and let go on what its rule says."""
    _close(stage, contest, round_, days)
    standings = ranking_of(stage.session, round_).standings
    rounds.choose_next(
        stage.session,
        contest=contest,
        round_id=round_.id,
        chosen=dict.fromkeys(rounds.proposal_of(round_, standings).entries, ""),
        left_out={},
        actor=stage.organiser,
        now=stage.at(days),
    )


def check_all(stage: Stage, contest: Contest, now: datetime) -> None:
    """Find every entry of a contest eligible."""
    for entry in entry_queries.eligible_entries(stage.session, contest):
        screening.screen(
            stage.session,
            entry=entry,
            verdict=Screening.ELIGIBLE,
            reason="",
            actor=stage.organiser,
            now=now,
        )


def _decide(stage: Stage, contest: Contest) -> None:
    """Propose the first three of the standings; the second organiser confirms."""
    entries = {e.number: e for e in entry_queries.eligible_entries(stage.session, contest)}
    round_ = get_deciding_round(stage.session, contest)
    ranked = ranking_of(stage.session, round_).standings
    choices = []
    for standing in ranked[: contest.winners]:
        version = entries[standing.entry].current
        citation = _CITATIONS.get(version.title, "") if version else ""
        choices.append(Choice(entry=standing.entry, citation=citation, reason=""))
    decision = decisions.propose(
        stage.session,
        contest=contest,
        choices=choices,
        seen="",
        actor=stage.organiser,
        now=stage.at(-29),
    )
    decisions.confirm(
        stage.session,
        contest=contest,
        seen=decisions.fingerprint(decision),
        actor=stage.person(SECOND_ORGANISER, ""),
        now=stage.at(-28),
    )


def _enter(
    stage: Stage, contest: Contest, picture: DemoPicture, person: tuple[str, str], now: datetime
) -> None:
    actor = stage.person(*person)
    entry = entry_service.begin(stage.session, contest=contest, actor=actor, now=now)
    stage.attach(entry, picture.slug, actor, now)
    words = entry_service.EntryWords(
        title=picture.title,
        caption=picture.caption,
        alt_text=picture.alt,
        place=picture.place,
        country=picture.country,
        taken_on=stage.day(-200),
        consent=True,
        licence="CC-BY-4.0",
        sdgs=frozenset(str(number) for number in picture.sdgs),
        action_lines=frozenset(picture.action_lines),
        declarations=frozenset(declaration.id for declaration in contest.declarations),
    )
    stage.write(entry, words, actor, now)


def _chosen(slugs: tuple[str, ...]) -> list[DemoPicture]:
    known = {picture.slug: picture for picture in pictures()}
    return [known[slug] for slug in slugs]
