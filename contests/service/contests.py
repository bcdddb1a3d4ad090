"""Setting up contests and moving them through their states."""

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import audit
from app.accounts.addresses import normal_address
from app.accounts.queries import find_user_by_email
from app.authz import Actor
from app.errors import N_, ClosedError, InvalidError, NotFoundError
from contests.models import Contest, Declaration, Entry, Forum, GalleryOpens, LatePass, Track
from contests.queries import contests as queries
from contests.states import ContestKind, ContestState, move_contest
from media import service as media
from media.models import Asset


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestValues:
    """What an organiser sets; instants are aware, `tracks` are (title, description)."""

    slug: str
    title: str
    summary: str
    brief: str
    rules: str
    zone: str
    opens_at: datetime
    closes_at: datetime
    entries_per_person: int
    team_min: int
    team_max: int
    pictures_min: int
    pictures_max: int
    documents_max: int
    videos_max: int
    words_min: int
    words_max: int
    max_bytes: int
    formats: list[str]
    sdgs: list[int]
    action_lines: list[str]
    winners: int
    gallery_opens: GalleryOpens
    tracks: tuple[tuple[str, str], ...]
    declarations: tuple[str, ...]


_LISTS = frozenset({"tracks", "declarations"})


def create_contest(
    session: Session,
    *,
    forum: Forum,
    kind: ContestKind,
    values: ContestValues,
    actor: Actor,
    now: datetime,
) -> Contest:
    """Make a draft that only organisers see; raises InvalidError for a slug that is taken."""
    _check_slug(session, values.slug, None)
    contest = Contest(forum=forum, kind=kind, created_at=now, updated_at=now)
    _apply(contest, values)
    session.add(contest)
    session.flush()
    audit.record(
        session, actor=actor, verb="contest.create", subject=f"contest:{contest.id}", now=now
    )
    return contest


def update_contest(
    session: Session, *, contest: Contest, values: ContestValues, actor: Actor, now: datetime
) -> None:
    """Change what a contest asks; the audit keeps what was changed, from what, to what.

    Raises InvalidError for a slug that is taken, and where entries hold on to a track or a
    declaration that would go.
    """
    _check_slug(session, values.slug, contest)
    _check_nothing_lost(session, contest, values)
    before = _scalars(contest)
    _apply(contest, values)
    contest.updated_at = now
    session.flush()
    after = _scalars(contest)
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changed:
        audit.record(
            session,
            actor=actor,
            verb="contest.change",
            subject=f"contest:{contest.id}",
            now=now,
            details=changed,
        )


def put_forum(
    session: Session,
    *,
    forum: Forum | None,
    name: str,
    tagline: str,
    starts_on: date,
    ends_on: date,
    zone: str,
    actor: Actor,
    now: datetime,
) -> Forum:
    """Make the forum, or change the one there is."""
    forum = forum or Forum()
    forum.name, forum.tagline, forum.zone = name, tagline, zone
    forum.starts_on, forum.ends_on = starts_on, ends_on
    session.add(forum)
    session.flush()
    audit.record(session, actor=actor, verb="forum.change", subject=f"forum:{forum.id}", now=now)
    return forum


def set_cover(
    session: Session, *, contest: Contest, asset: Asset | None, actor: Actor, now: datetime
) -> None:
    """Show a picture, which must be claimed already, on the contest's pages; None for no picture.

    The one it replaces is let go.
    """
    if contest.cover is asset:
        return
    if contest.cover is not None:
        media.release(session, assets=[contest.cover], now=now)
    contest.cover, contest.updated_at = asset, now
    session.flush()
    audit.record(
        session,
        actor=actor,
        verb="contest.cover" if asset else "contest.no-cover",
        subject=f"contest:{contest.id}",
        now=now,
        details={"picture": asset.public_id} if asset else None,
    )


def move(
    session: Session, *, contest: Contest, to: ContestState, actor: Actor, now: datetime
) -> None:
    """Take a contest to its next state; raises where the table or the facts forbid it."""
    source = contest.state
    moved = move_contest(source, to)
    if to is ContestState.DRAFT and _has_entries(session, contest):
        raise InvalidError(
            N_("People have begun entries, so this contest can no longer become a draft."),
            code="has-entries",
        )
    contest.state, contest.updated_at = moved, now
    session.flush()
    audit.record(
        session,
        actor=actor,
        verb=f"contest.{to.value}",
        subject=f"contest:{contest.id}",
        now=now,
        details={"from": source.value},
    )


def grant_late_pass(
    session: Session,
    *,
    contest: Contest,
    email: str,
    until: datetime,
    reason: str,
    actor: Actor,
    now: datetime,
) -> LatePass:
    """Give one person a later deadline; a second grant replaces the first."""
    user = find_user_by_email(session, normal_address(email))
    if user is None:
        raise InvalidError(
            N_("Nobody has an account with this address; ask them to register first."),
            field="email",
            code="unknown-person",
        )
    if until <= max(contest.closes_at, now):
        raise InvalidError(
            N_("A late pass must end after the contest's close and after now."),
            field="until",
            code="pass-too-early",
        )
    late_pass = queries.find_late_pass(session, contest, user.id) or LatePass(
        contest_id=contest.id, user_id=user.id
    )
    late_pass.until, late_pass.reason, late_pass.granted_by_id = until, reason, _id(actor)
    session.add(late_pass)
    session.flush()
    audit.record(
        session,
        actor=actor,
        verb="contest.late-pass",
        subject=f"contest:{contest.id}",
        now=now,
        details={"user": user.id, "until": until.isoformat(), "reason": reason},
    )
    return late_pass


def revoke_late_pass(
    session: Session, *, contest: Contest, user_id: int, actor: Actor, now: datetime
) -> None:
    """Take a longer deadline back while it runs; NotFoundError where nobody has one.

    What was handed in under it stands, and is found late from now on. One that has ended stays:
    what came in its time came in time.
    """
    late_pass = queries.find_late_pass(session, contest, user_id)
    if late_pass is None:
        raise NotFoundError
    if late_pass.until <= now:
        raise ClosedError(
            N_("This late pass has ended; what was handed in under it stays in time."),
            code="pass-ended",
        )
    session.delete(late_pass)
    session.flush()
    audit.record(
        session,
        actor=actor,
        verb="contest.revoke-late-pass",
        subject=f"contest:{contest.id}",
        now=now,
        details={"user": user_id, "until": late_pass.until.isoformat()},
    )


def check_ready_to_publish(contest: Contest, now: datetime) -> None:
    """Raise InvalidError for a contest that nobody could enter."""
    if not contest.brief.strip():
        raise InvalidError(
            N_("Write a brief first: what is asked of whoever enters?"),
            field="brief",
            code="brief-missing",
        )
    if contest.closes_at <= now:
        raise InvalidError(
            N_("The close lies in the past; set a later one before you publish."),
            field="closes_at",
            code="closes-in-the-past",
        )


def _apply(contest: Contest, values: ContestValues) -> None:
    for field in fields(values):
        if field.name not in _LISTS:
            setattr(contest, field.name, getattr(values, field.name))
    _match_tracks(contest, values.tracks)
    _match_declarations(contest, values.declarations)


def _match_tracks(contest: Contest, wanted: tuple[tuple[str, str], ...]) -> None:
    # Rows are matched by title, so that entries keep the track they chose.
    known = {track.title: track for track in contest.tracks}
    contest.tracks = []
    for position, (title, description) in enumerate(wanted):
        track = known.get(title) or Track(title=title)
        track.position, track.description = position, description
        contest.tracks.append(track)


def _match_declarations(contest: Contest, wanted: tuple[str, ...]) -> None:
    known = {declaration.text: declaration for declaration in contest.declarations}
    contest.declarations = []
    for position, text in enumerate(wanted):
        declaration = known.get(text) or Declaration(text=text)
        declaration.position = position
        contest.declarations.append(declaration)


def _scalars(contest: Contest) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in fields(ContestValues):
        if field.name not in _LISTS:
            value = getattr(contest, field.name)
            # One instant has many spellings; only another instant is a change.
            is_instant = isinstance(value, datetime)
            values[field.name] = value.astimezone(UTC).isoformat() if is_instant else value
    values["tracks"] = [[track.title, track.description] for track in contest.tracks]
    values["declarations"] = [declaration.text for declaration in contest.declarations]
    return values


def _check_slug(session: Session, slug: str, own: Contest | None) -> None:
    taken = session.scalar(select(Contest.id).where(Contest.slug == slug))
    if taken is not None and (own is None or own.id != taken):
        raise InvalidError(
            N_("Another contest has this address; choose another."), field="slug", code="slug-taken"
        )


def _check_nothing_lost(session: Session, contest: Contest, values: ContestValues) -> None:
    titles = {title for title, _description in values.tracks}
    gone = [track for track in contest.tracks if track.title not in titles]
    used = queries.tracks_in_use(session, contest) if gone else set()
    for track in gone:
        if track.id in used:
            raise InvalidError(
                N_("Entries have chosen the track “%(track)s”, so it must keep this title."),
                field="tracks",
                code="track-in-use",
                track=track.title,
            )
    lost = [row for row in contest.declarations if row.text not in values.declarations]
    used = queries.declarations_in_use(session, contest) if lost else set()
    for row in lost:
        if row.id in used:
            raise InvalidError(
                N_("Entrants have confirmed “%(text)s”, so it must keep these words."),
                field="declarations",
                code="declaration-in-use",
                text=row.text,
            )


def _has_entries(session: Session, contest: Contest) -> bool:
    return bool(session.scalar(select(func.count(Entry.id)).where(Entry.contest_id == contest.id)))


def _id(actor: Actor) -> int:
    if actor.user_id is None:
        message = "an organiser is signed in"
        raise TypeError(message)
    return actor.user_id
