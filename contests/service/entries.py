"""Writing an entry: begin, save, submit, take back. Each act locks the entry it changes."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, TypeVar

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session

from app import audit, mail
from app.accounts.models import User
from app.authz import Actor
from app.errors import (
    N_,
    ClosedError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    SignInRequiredError,
)
from app.jobs import enqueue
from app.web import absolute_url, instant_twice
from contests.models import (
    AcceptedDeclaration,
    Contest,
    Entry,
    EntryVersion,
    TopicScheme,
    VersionAsset,
    VersionTopic,
)
from contests.policies import owns_entry
from contests.queries import entries as queries
from contests.queries.contests import entry_rules_of, find_late_pass, window_of
from contests.rules import (
    Missing,
    check_entries_left,
    check_open,
    missing_for_submission,
)
from contests.rules import is_open as window_is_open
from contests.states import (
    ContestKind,
    ContestState,
    EntryState,
    Screening,
    move_entry,
    move_screening,
)
from media import service as media

# A decision is no secret kept where an act is refused because of it.
UNANNOUNCED = frozenset({ContestState.PUBLISHED, ContestState.JUDGING, ContestState.DECIDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryWords:
    """Everything an entrant writes and ticks in one version; its files are apart."""

    title: str = ""
    summary: str = ""
    description: str = ""
    caption: str = ""
    alt_text: str = ""
    place: str = ""
    country: str = ""
    taken_on: date | None = None
    consent: bool = False
    licence: str = ""
    language: str = ""
    track_id: int | None = None
    links: tuple[str, ...] = ()
    sdgs: frozenset[str] = frozenset()
    action_lines: frozenset[str] = frozenset()
    declarations: frozenset[int] = frozenset()


_LISTS = frozenset({"links", "sdgs", "action_lines", "declarations"})
_COLUMNS = tuple(field.name for field in fields(EntryWords) if field.name not in _LISTS)


class IncompleteError(InvalidError):
    """The entry cannot be submitted yet; `missing` says what is to be done, field by field."""

    code = "incomplete"

    def __init__(self, missing: tuple[Missing, ...]) -> None:
        super().__init__(N_("This entry is not complete yet. Your words are saved."))
        self.missing = missing


class StaleFormError(ConflictError):
    """The form was opened before somebody saved other words; both are still there."""

    code = "stale-form"

    def __init__(self) -> None:
        super().__init__(
            N_("These words were changed in another window after this form was opened.")
        )


def words_of(version: EntryVersion) -> EntryWords:
    """Return what a version says."""
    return EntryWords(
        **{name: getattr(version, name) for name in _COLUMNS},
        links=tuple(version.links),
        sdgs=frozenset(version.codes(TopicScheme.SDG)),
        action_lines=frozenset(version.codes(TopicScheme.ACTION_LINE)),
        declarations=frozenset(one.declaration_id for one in version.accepted),
    )


def shown_version(entry: Entry) -> EntryVersion:
    """Return what the entry's form shows: the working copy, or what was submitted last."""
    version = entry.working or entry.current
    if version is None:
        message = f"entry {entry.id} has no version"
        raise LookupError(message)
    return version


def is_open(contest: Contest, *, now: datetime, pass_until: datetime | None) -> bool:
    """Tell whether a contest takes entries now, from somebody with or without a late pass."""
    return contest.state is ContestState.PUBLISHED and window_is_open(
        window_of(contest), now, pass_until
    )


def check_accepts(contest: Contest, *, now: datetime, pass_until: datetime | None) -> None:
    """Refuse a write outside the contest's time, saying exactly when that was or will be."""
    if contest.state is ContestState.DRAFT:
        raise NotFoundError
    check_open(window_of(contest), now, pass_until)
    if contest.state is not ContestState.PUBLISHED:
        raise ClosedError(
            N_(
                "Judging has begun, so this change was not made. "
                "What you submitted before then is safe and stands as it was."
            ),
            code="judging-began",
        )


def check_writable(session: Session, *, entry: Entry, now: datetime) -> None:
    """Refuse a change to an entry after the close, or once it has left the contest."""
    if entry.state not in {EntryState.DRAFT, EntryState.SUBMITTED}:
        raise ClosedError(
            N_("This entry is no longer in the contest, so it cannot be changed."),
            code="entry-left",
        )
    check_accepts(entry.contest, now=now, pass_until=queries.pass_until(session, entry))


def check_may_begin(session: Session, *, contest: Contest, actor: Actor, now: datetime) -> None:
    """Refuse one more entry outside the contest's time, or to somebody who has all they may."""
    person = _person(actor)
    granted = find_late_pass(session, contest, person)
    check_accepts(contest, now=now, pass_until=granted.until if granted else None)
    if contest.kind is ContestKind.PHOTO:
        have = queries.count_entries(session, contest, person)
        check_entries_left(entry_rules_of(contest), have)
    elif queries.find_team_of(session, contest, person):
        raise InvalidError(
            N_("You are in a team of this contest already; one person takes part in one team."),
            code="in-a-team",
        )


def begin(session: Session, *, contest: Contest, actor: Actor, now: datetime) -> Entry:
    """Make an empty draft, or return the one that was begun and never written in."""
    owner = lock_person(session, actor)
    if contest.kind is ContestKind.PHOTO:
        untouched = queries.find_untouched(session, contest, owner.id)
        if untouched is not None:
            check_writable(session, entry=untouched, now=now)
            return untouched
    check_may_begin(session, contest=contest, actor=actor, now=now)
    entry = Entry(contest=contest, owner=owner, created_at=now, updated_at=now)
    EntryVersion(entry=entry, number=1, created_at=now, updated_at=now)
    session.add(entry)
    session.flush()
    _audit(session, entry, "entry.begin", actor, now, contest=contest.id)
    return entry


def save(
    session: Session,
    *,
    entry: Entry,
    words: EntryWords,
    revision: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep what the form holds in the working copy, which is made where there is none.

    `revision` is the one the form was opened with. Raises StaleFormError where other words were
    saved since; the same words twice, as after a double click, change nothing.
    """
    queries.get_entry(session, entry.id, lock=True)
    check_writable(session, entry=entry, now=now)
    if words == words_of(shown_version(entry)):
        return
    if revision != entry.revision:
        raise StaleFormError
    version = open_working(session, entry=entry, now=now)
    _apply(version, words)
    version.updated_at = entry.updated_at = now
    entry.revision += 1
    session.flush()
    if entry.revision == 1 or entry.state is EntryState.SUBMITTED:
        _audit(session, entry, "entry.write", actor, now)


def open_working(session: Session, *, entry: Entry, now: datetime) -> EntryVersion:
    """Return the copy that may be changed; after a submission, a new one like what was submitted.

    The caller has locked the entry.
    """
    source = shown_version(entry)
    if source is entry.working:
        return source
    copy = EntryVersion(
        entry=entry,
        number=source.number + 1,
        created_at=now,
        updated_at=now,
        files=[VersionAsset(asset=f.asset, position=f.position) for f in source.files],
    )
    session.add(copy)
    _apply(copy, words_of(source))
    session.flush()
    session.expire(entry, ["working"])
    return copy


def submit(session: Session, *, entry: Entry, actor: Actor, now: datetime) -> None:
    """Freeze the working copy as what counts, number the entry, and send the receipt.

    Everything is checked anew: raises IncompleteError with what is missing, ClosedError after the
    close, ForbiddenError to a member who is not the captain. Without a working copy there is
    nothing new to submit, so a second click does nothing.
    """
    queries.get_entry(session, entry.id, lock=True)
    check_writable(session, entry=entry, now=now)
    if not owns_entry(actor, entry):
        raise ForbiddenError(N_("Only the team's captain can submit the entry."))
    version = entry.working
    if version is None:
        return
    missing = missing_for_submission(
        entry_rules_of(entry.contest), queries.facts_of(entry, version, now)
    )
    if missing:
        raise IncompleteError(missing)
    if entry.state is EntryState.DRAFT:
        # Together with the rest below: the database allows no submitted entry without its parts.
        number = _next_number(session, entry.contest)
        entry.state, entry.number = move_entry(entry.state, EntryState.SUBMITTED), number
    elif entry.screening is not Screening.PENDING:
        # The verdict was on the version that is being replaced.
        entry.screening = move_screening(entry.screening, Screening.PENDING)
        entry.screening_reason = None
    version.submitted_at = version.updated_at = now
    entry.current, entry.submitted_at, entry.updated_at = version, now, now
    session.flush()
    session.expire(entry, ["working"])
    _audit(session, entry, "entry.submit", actor, now, version=version.number)
    subject = _("Receipt: entry %(number)s", number=entry.label)
    tell(session, entry=entry, template="entry_receipt", subject=subject, reader=actor, now=now)
    enqueue(session, "contests.settle", entry.id)


def discard_changes(session: Session, *, entry: Entry, actor: Actor, now: datetime) -> None:
    """Throw away what was changed since the last submission, which stands as it was."""
    queries.get_entry(session, entry.id, lock=True)
    check_writable(session, entry=entry, now=now)
    if entry.state is EntryState.SUBMITTED and entry.working is not None:
        _drop_working(session, entry, now)
        entry.revision += 1
        entry.updated_at = now
        _audit(session, entry, "entry.discard-changes", actor, now)


def withdraw(session: Session, *, entry: Entry, actor: Actor, now: datetime) -> None:
    """Take a submitted entry out of the contest for good, until the winners are announced."""
    queries.get_entry(session, entry.id, lock=True)
    if not owns_entry(actor, entry):
        raise ForbiddenError(N_("Only the team's captain can withdraw the entry."))
    if entry.contest.state not in UNANNOUNCED:
        raise ClosedError(
            N_("The winners are announced, so this entry can no longer be withdrawn."),
            code="announced",
        )
    entry.state = move_entry(entry.state, EntryState.WITHDRAWN)
    entry.withdrawn_at = entry.updated_at = now
    if entry.working is not None:
        _drop_working(session, entry, now)
    session.flush()
    _audit(session, entry, "entry.withdraw", actor, now)
    subject = _("Entry %(number)s is withdrawn", number=entry.label)
    tell(session, entry=entry, template="entry_withdrawn", subject=subject, reader=actor, now=now)


def delete_draft(session: Session, *, entry: Entry, actor: Actor, now: datetime) -> None:
    """Delete an entry that was never submitted, and the team that was made for it."""
    queries.get_entry(session, entry.id, lock=True)
    if not owns_entry(actor, entry):
        raise ForbiddenError(N_("Only the team's captain can delete the draft."))
    if entry.state is not EntryState.DRAFT:
        raise ConflictError(N_("This entry was submitted: it can be withdrawn, not deleted."))
    _audit(session, entry, "entry.delete-draft", actor, now)
    _drop_working(session, entry, now)
    team = entry.team
    session.delete(entry)
    session.flush()
    if team is not None:
        session.delete(team)
        session.flush()


def lock_person(session: Session, actor: Actor) -> User:
    """Return the actor's row, locked: nobody can begin or join twice at the same moment."""
    # Not so strictly that rows which merely refer to this person would have to wait.
    return session.get_one(User, _person(actor), with_for_update={"key_share": True})


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise SignInRequiredError
    return actor.user_id


def release_unused(session: Session, *, files: Iterable[VersionAsset], now: datetime) -> None:
    """Let go of the assets of removed rows, unless another version still holds them."""
    assets = [file.asset for file in files]
    session.flush()
    unused = [asset for asset in assets if not queries.is_used(session, asset)]
    media.release(session, assets=unused, now=now)


def _drop_working(session: Session, entry: Entry, now: datetime) -> None:
    version = entry.working
    if version is None:
        return
    files = list(version.files)
    session.delete(version)
    release_unused(session, files=files, now=now)
    session.expire(entry, ["working", "versions"])


def _next_number(session: Session, contest: Contest) -> int:
    # One statement that locks the row: two who submit at once never get the same number.
    given = session.execute(
        update(Contest)
        .where(Contest.id == contest.id)
        .values(last_number=Contest.last_number + 1)
        .returning(Contest.last_number),
        execution_options={"synchronize_session": False},
    ).scalar_one()
    session.expire(contest, ["last_number"])
    return given


Row = TypeVar("Row")


def _apply(version: EntryVersion, words: EntryWords) -> None:
    for name in _COLUMNS:
        setattr(version, name, getattr(words, name))
    version.links = list(words.links)
    topics = {(TopicScheme.SDG, code) for code in words.sdgs}
    topics |= {(TopicScheme.ACTION_LINE, code) for code in words.action_lines}
    version.topics = _matched(
        {(topic.scheme, topic.code): topic for topic in version.topics},
        topics,
        lambda key: VersionTopic(scheme=key[0], code=key[1]),
    )
    version.accepted = _matched(
        {one.declaration_id: one for one in version.accepted},
        words.declarations,
        lambda key: AcceptedDeclaration(declaration_id=key),
    )


def _matched(known: dict[Any, Row], wanted: Iterable[Any], make: Any) -> list[Row]:
    # Rows that stay are kept: a row deleted and made anew in one flush would meet itself.
    return [known.get(key) or make(key) for key in sorted(wanted)]


def _audit(
    session: Session, entry: Entry, verb: str, actor: Actor, now: datetime, **details: object
) -> None:
    audit.record(
        session, actor=actor, verb=verb, subject=f"entry:{entry.id}", now=now, details=details
    )


def tell(
    session: Session,
    *,
    entry: Entry,
    template: str,
    subject: str,
    now: datetime,
    reader: Actor | None = None,
    **context: Any,
) -> None:
    """Mail everyone the entry is by, each in their own time; `reader` asked for it in a browser."""
    contest = entry.contest
    people = [member.user for member in entry.team.members] if entry.team else [entry.owner]
    for person in people:
        # Whoever asks is in the zone of their browser; of the others we know what they told us.
        zone = person.zone or (None if reader and person.id == reader.user_id else contest.zone)
        mail.send(
            session,
            to=person.email,
            subject=subject,
            template=template,
            now=now,
            name=person.name,
            forum=contest.forum,
            entry=entry,
            version=entry.current,
            at=instant_twice(now, contest.zone, zone),
            closes=instant_twice(contest.closes_at, contest.zone, zone),
            url=absolute_url("entrant.receipt", entry_id=entry.id),
            **context,
        )
