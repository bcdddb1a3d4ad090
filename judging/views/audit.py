"""The audit of a contest, in words."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.audit import AuditEvent
from app.authz import Permission, permission
from app.transaction import current_session
from app.web import Page, instant_twice
from contests.findings import NAMES, FindingKind
from contests.models import Contest
from contests.queries.contests import get_contest
from judging.queries.audit import PAGE_SIZE, Subject, events, names
from judging.views.organiser import blueprint

SUBJECTS = {
    None: _l("All but what judges give"),
    Subject.CONTEST: _l("Contest"),
    Subject.ENTRY: _l("Entries"),
    Subject.TEAM: _l("Teams"),
    Subject.JUDGE: _l("Panel"),
    Subject.ROUND: _l("Rounds"),
    Subject.BALLOT: _l("Ballots"),
    Subject.ORDER: _l("Orders"),
    Subject.COMPARISON: _l("Comparisons"),
    Subject.DECISION: _l("Decision"),
}

VERBS = {
    "contest.create": _l("Made the contest"),
    "contest.change": _l("Changed the set-up"),
    "contest.draft": _l("Took the contest back to a draft"),
    "contest.published": _l("Published the contest"),
    "contest.judging": _l("Moved the contest to judging"),
    "contest.decided": _l("Moved the contest to decided"),
    "contest.announced": _l("Made the result public"),
    "contest.archived": _l("Archived the contest"),
    "contest.ladder": _l("Changed how ties are settled"),
    "contest.two-people": _l("Said whether a second organiser confirms"),
    "contest.remove-round": _l("Removed a planned round"),
    "contest.late-pass": _l("Granted a late pass"),
    "contest.revoke-late-pass": _l("Revoked a late pass"),
    "contest.cover": _l("Changed the cover picture"),
    "contest.no-cover": _l("Took the cover picture away"),
    "contest.accept-clear": _l("Found all entries without findings eligible"),
    "contest.undo-accept-clear": _l("Undid that many entries were found eligible at once"),
    "entry.begin": _l("Began an entry"),
    "entry.write": _l("Changed the entry"),
    "entry.submit": _l("Submitted the entry"),
    "entry.discard-changes": _l("Discarded changes to the entry"),
    "entry.withdraw": _l("Withdrew the entry"),
    "entry.delete-draft": _l("Deleted a draft"),
    "entry.screen.pending": _l("Undid the screening"),
    "entry.screen.eligible": _l("Found the entry eligible"),
    "entry.screen.ineligible": _l("Found the entry not eligible"),
    "entry.disqualify": _l("Disqualified the entry"),
    "entry.unlike": _l("Said that two entries are not the same"),
    "entry.alike": _l("Said that two entries may be the same after all"),
    "team.begin": _l("Began a team"),
    "team.join": _l("Joined the team"),
    "team.renew-invitation": _l("Renewed the team's invitation link"),
    "team.leave": _l("Left the team"),
    "team.hand-over": _l("Handed the team over"),
    "judge.invite": _l("Invited the judge"),
    "judge.accept": _l("Accepted the invitation"),
    "judge.recuse": _l("Kept the judge from entries for a conflict of interest"),
    "judge.declare": _l("Declared conflicts of interest"),
    "judge.remind": _l("Reminded the judge"),
    "judge.remove": _l("Removed the judge"),
    "judge.chair": _l("Said whether the judge chairs the panel"),
    "judge.knowledge": _l("Changed what the judge knows about and may be given"),
    "conflicts.find": _l("Looked for conflicts of interest"),
    "conflicts.country": _l("Said whether judges may judge their own country"),
    "conflict.settle": _l("Settled a suspected conflict of interest"),
    "conflict.undo": _l("Took back how a suspected conflict was settled"),
    "round.create": _l("Planned the round"),
    "round.change": _l("Changed the round"),
    "round.rubric": _l("Changed the rubric"),
    "round.method": _l("Changed how the round is counted"),
    "round.open": _l("Opened the round"),
    "round.assign": _l("Assigned ballots"),
    "round.reassign": _l("Gave a late judge's ballots to others"),
    "round.choose": _l("Chose what the round judges"),
    "round.forget-choice": _l("Forgot what was to go on to the round"),
    "round.move": _l("Moved the round up"),
    "round.close": _l("Closed the round"),
    "round.reopen": _l("Opened the round again"),
    "round.focus": _l("Handed out ballots where they still matter"),
    "round.tell": _l("Told judges that more ballots wait"),
    "order.save": _l("Saved the order"),
    "order.submit": _l("Submitted the order"),
    "order.recuse": _l("Took entries out of the order for a conflict of interest"),
    "comparison.vote": _l("Chose between two"),
    "comparison.undo": _l("Took back a choice between two"),
    "comparison.skip": _l("Put a comparison off"),
    "comparison.recuse": _l("Ended the comparison for a conflict of interest"),
    "ballot.save": _l("Saved the ballot"),
    "ballot.submit": _l("Submitted the ballot"),
    "ballot.recuse": _l("Ended the ballot for a conflict of interest"),
    "decision.propose": _l("Proposed the winners"),
    "decision.withdraw": _l("Withdrew the proposal"),
    "decision.confirm": _l("Confirmed the winners"),
    "decision.withdraw-confirmation": _l("Withdrew the confirmation"),
    "decision.commit": _l("Published a commitment to the result"),
    "decision.withdraw-commitment": _l("Withdrew the commitment"),
    "decision.export": _l("Took the result bundle"),
    "decision.take-withheld": _l("Took the withheld part of the result"),
    "decision.schedule": _l("Set the time of the announcement"),
    "decision.unschedule": _l("Unset the time of the announcement"),
    "decision.announce": _l("Announced the winners"),
    "decision.announce-refused": _l("Could not announce at the set time"),
}


@blueprint.get("/audit")
@permission(Permission.ORGANISE)
def audit(slug: str) -> str:
    """Show who did what about a contest, the newest first."""
    session = current_session()
    contest = get_contest(session, slug)
    wished = request.args.get("about")
    subject = Subject(wished) if wished in set(Subject) else None
    found = events(session, contest, subject=subject, before=_before())
    shown = found[:PAGE_SIZE]
    called = names(session, (event.subject for event, _name in shown))
    more = found[PAGE_SIZE:]
    return render_template(
        "judging/organiser/audit.html",
        contest=contest,
        subjects=[(label, _link(contest, one)) for one, label in SUBJECTS.items()],
        current=_link(contest, subject),
        page=Page(
            items=[
                {
                    "at": event.at,
                    "who": name or (_("Podium") if event.actor_id is None else _("somebody")),
                    "what": VERBS.get(event.verb, event.verb),
                    "about": called.get(event.subject, ""),
                    "detail": _detail(event, contest.zone),
                    "digest": event.digest,
                }
                for event, name in shown
            ],
            prev_url=_link(contest, subject) if _before() else None,
            next_url=_link(contest, subject, before=shown[-1][0].id) if more else None,
        ),
    )


def _before() -> int | None:
    value = request.args.get("before", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None  # noqa: PLR2004 - fits a column


def _link(contest: Contest, subject: Subject | None, before: int | None = None) -> str:
    about = subject.value if subject else None
    return url_for(".audit", slug=contest.slug, about=about, before=before)


def _detail(event: AuditEvent, zone: str) -> str:
    """Return what an organiser wants to know beyond the act itself, or nothing."""
    if event.verb == "contest.change":
        return _("Changed: %(what)s.", what=", ".join(sorted(event.details)))
    told = (
        words(event.details[key], zone) for key, words in _DETAILS.items() if event.details.get(key)
    )
    return " ".join(told)


def _reason(reason: Any, _zone: str) -> str:
    return str(reason)


def _time(instant: Any, zone: str) -> str:
    return instant_twice(datetime.fromisoformat(instant), zone)


def _winners(winners: Any, _zone: str) -> str:
    """Return the numbers in order; a proposal has more than numbers."""
    chosen = [row if isinstance(row, int) else row["entry"] for row in winners]
    return _("In order: %(numbers)s.", numbers=", ".join(f"{number:04d}" for number in chosen))


def _numbers(numbers: Any, _zone: str) -> str:
    found = ", ".join(f"{number:04d}" for number in numbers)
    return _("Too few judges for %(numbers)s.", numbers=found)


def _entries(numbers: Any, _zone: str) -> str:
    """Return numbers that follow each other as one range: an act may be about thousands."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    found = ", ".join(
        _("%(first)s to %(last)s", first=f"{run[0]:04d}", last=f"{run[-1]:04d}")
        if len(run) > 1
        else f"{run[0]:04d}"
        for run in runs
    )
    return _("Entries: %(numbers)s.", numbers=found)


def _findings(kinds: Any, _zone: str) -> str:
    found = ", ".join(_(NAMES[FindingKind(kind)]) for kind in kinds)
    return _("Findings: %(findings)s.", findings=found)


def _reasons(reasons: Any, _zone: str) -> str:
    """Return why entries were treated otherwise than a rule says."""
    return " ".join(
        _("Entry %(number)s: %(reason)s", number=f"{int(number):04d}", reason=reason)
        for number, reason in reasons.items()
    )


def _title(title: Any, _zone: str) -> str:
    return f"“{title}”"


def _count(ballots: Any, _zone: str) -> str:
    """Return how many ballots; those that a focus hands out are named one by one."""
    number = len(ballots) if isinstance(ballots, list) else ballots
    text: str = ngettext("%(num)s ballot.", "%(num)s ballots.", number)
    return text


def _missing(ballots: Any, _zone: str) -> str:
    text: str = ngettext("%(num)s ballot missing.", "%(num)s ballots missing.", ballots)
    return text


def _seed(seed: Any, _zone: str) -> str:
    return _("Seed of the assignment: %(seed)s.", seed=seed)


def _other(number: Any, _zone: str) -> str:
    return _("The other is entry %(number)s.", number=number)


def _version(number: Any, _zone: str) -> str:
    return _("Version %(number)s.", number=number)


def _digest(digest: Any, _zone: str) -> str:
    return _("Digest of the result: %(digest)s.", digest=digest)


def _commitment(digest: Any, _zone: str) -> str:
    return _("Commitment: %(digest)s.", digest=digest)


_DETAILS: dict[str, Callable[[Any, str], str]] = {
    "reason": _reason,
    "until": _time,
    "at": _time,
    "due_at": _time,
    "winners": _winners,
    "seed": _seed,
    "ballots": _count,
    "missing": _missing,
    "short_of_judges": _numbers,
    "version": _version,
    "other": _other,
    "entries": _entries,
    "reasons": _reasons,
    "title": _title,
    "findings": _findings,
    "digest": _digest,
    "commitment": _commitment,
}
