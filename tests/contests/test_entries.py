"""What happens to entries: begun, written, submitted, taken back; in time and too late."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.queries import actor_of
from app.audit import AuditEvent
from app.authz import Actor
from app.errors import (
    ClosedError,
    ConflictError,
    ForbiddenError,
    IllegalTransitionError,
    InvalidError,
    NotFoundError,
)
from app.transaction import Transactions
from contests.models import (
    Contest,
    Declaration,
    Entry,
    EntryVersion,
    LatePass,
    VersionAsset,
)
from contests.queries import entries as queries
from contests.service import entries, files
from contests.service.entries import EntryWords, IncompleteError, StaleFormError, words_of
from contests.states import ContestKind, ContestState, EntryState, Screening
from media import service as media
from media.limits import AssetKind
from media.models import Asset
from media.service import Kept
from media.states import AssetState
from tests import factories as make
from tests.conftest import Clock, Outbox
from tests.factories import NOW

LATER = NOW + timedelta(days=5)
WORDS = EntryWords(
    title="Fishing by satellite",
    caption="A crew reads tomorrow's weather.",
    alt_text="Four people in a boat look at one telephone.",
    place="Saint-Louis",
    country="SN",
    taken_on=NOW.date(),
    consent=True,
    licence="CC-BY-4.0",
    language="fr",
    sdgs=frozenset({"14", "8"}),
)


@pytest.fixture
def owner(session: Session) -> User:
    return make.user(session)


@pytest.fixture
def actor(owner: User) -> Actor:
    return actor_of(owner)


def draft(session: Session, contest: Contest, owner: User, words: EntryWords = WORDS) -> Entry:
    """Make a draft with these words and a picture that is ready."""
    actor = actor_of(owner)
    entry = entries.begin(session, contest=contest, actor=actor, now=NOW)
    entries.save(session, entry=entry, words=words, revision=0, actor=actor, now=NOW)
    version = entries.shown_version(entry)
    version.files.append(VersionAsset(asset=make.asset(session, owner), position=0))
    session.flush()
    return entry


def submitted(session: Session, contest: Contest, owner: User) -> Entry:
    entry = draft(session, contest, owner)
    entries.submit(session, entry=entry, actor=actor_of(owner), now=NOW)
    return entry


# --- begin ------------------------------------------------------------------------------------


def test_an_untouched_draft_is_found_again(session: Session, actor: Actor) -> None:
    contest = make.contest(session)
    first = entries.begin(session, contest=contest, actor=actor, now=NOW)
    assert entries.begin(session, contest=contest, actor=actor, now=NOW) is first
    entries.save(session, entry=first, words=WORDS, revision=0, actor=actor, now=NOW)
    assert entries.begin(session, contest=contest, actor=actor, now=NOW) is not first


def test_nobody_begins_more_than_the_contest_allows(session: Session, owner: User) -> None:
    contest = make.contest(session, entries_per_person=2)
    withdrawn = submitted(session, contest, owner)
    entries.withdraw(session, entry=withdrawn, actor=actor_of(owner), now=NOW)
    draft(session, contest, owner)
    draft(session, contest, owner)
    with pytest.raises(InvalidError) as refused:
        entries.begin(session, contest=contest, actor=actor_of(owner), now=NOW)
    assert refused.value.reason == "entries-used-up"


@pytest.mark.parametrize(
    ("days", "reason"), [(-31, "not-open-yet"), (5, "closed"), (-1, None), (3, None)]
)
def test_entries_are_begun_while_the_contest_is_open(
    session: Session, actor: Actor, days: int, reason: str | None
) -> None:
    contest = make.contest(session)
    now = NOW + timedelta(days=days)
    if reason is None:
        assert entries.begin(session, contest=contest, actor=actor, now=now).state == "draft"
        return
    with pytest.raises(ClosedError) as refused:
        entries.begin(session, contest=contest, actor=actor, now=now)
    assert refused.value.reason == reason
    assert refused.value.params["zone"] == "Europe/Zurich"


def test_a_contest_that_is_not_published_does_not_exist_for_entrants(
    session: Session, actor: Actor
) -> None:
    contest = make.contest(session, state=ContestState.DRAFT)
    with pytest.raises(NotFoundError):
        entries.begin(session, contest=contest, actor=actor, now=NOW)


# --- save -------------------------------------------------------------------------------------


def test_what_is_saved_comes_back(session: Session, owner: User) -> None:
    contest = make.contest(session)
    contest.declarations = [Declaration(position=0, text="I am 18 or older.")]
    session.flush()
    words = replace(WORDS, declarations=frozenset({contest.declarations[0].id}))
    entry = draft(session, contest, owner, words)
    assert words_of(entries.shown_version(entry)) == words
    fewer = replace(words, sdgs=frozenset({"8", "1"}), declarations=frozenset())
    entries.save(session, entry=entry, words=fewer, revision=1, actor=actor_of(owner), now=NOW)
    session.expire_all()
    assert words_of(entries.shown_version(entry)) == fewer
    assert entry.revision == 2


def test_a_stale_form_changes_nothing(session: Session, owner: User) -> None:
    entry = draft(session, make.contest(session), owner)
    with pytest.raises(StaleFormError):
        entries.save(
            session,
            entry=entry,
            words=replace(WORDS, title="Another"),
            revision=0,
            actor=actor_of(owner),
            now=NOW,
        )
    assert words_of(entries.shown_version(entry)) == WORDS


def test_the_same_words_twice_are_no_conflict(session: Session, owner: User) -> None:
    entry = draft(session, make.contest(session), owner)
    entries.save(session, entry=entry, words=WORDS, revision=0, actor=actor_of(owner), now=NOW)
    assert entry.revision == 1


# --- submit -----------------------------------------------------------------------------------


def test_submitting_numbers_freezes_and_tells(
    session: Session, owner: User, actor: Actor, outbox: Outbox
) -> None:
    owner.zone = "Africa/Nairobi"
    contest = make.contest(session)
    entry = draft(session, contest, owner)
    entries.submit(session, entry=entry, actor=actor, now=NOW)
    assert (entry.state, entry.number, entry.label) == (EntryState.SUBMITTED, 1, "0001")
    assert entry.current is not None
    assert entry.current.submitted_at == NOW
    assert entry.working is None
    (mail,) = outbox(owner.email)
    text = mail.get_content()
    asset = entry.current.files[0].asset
    assert mail["Subject"] == "Receipt: entry 0001"
    for said in (
        "0001",
        WORDS.title,
        asset.filename,
        asset.sha256,
        "13:00 Zurich (15:00 your time)",
        f"/entries/{entry.id}/receipt",
    ):
        assert said is not None
        assert said in text
    verbs = session.scalars(select(AuditEvent.verb).order_by(AuditEvent.id)).all()
    assert verbs == ["entry.begin", "entry.write", "entry.submit"]


def test_submitting_twice_does_nothing_the_second_time(
    session: Session, owner: User, actor: Actor, outbox: Outbox
) -> None:
    entry = submitted(session, make.contest(session), owner)
    entries.submit(session, entry=entry, actor=actor, now=NOW + timedelta(seconds=1))
    assert entry.submitted_at == NOW
    assert len(outbox(owner.email)) == 1


def test_numbers_follow_each_other_in_each_contest(session: Session, owner: User) -> None:
    first, second = make.contest(session), make.contest(session)
    given = [submitted(session, contest, owner).number for contest in (first, first, second)]
    assert given == [1, 2, 1]


def test_an_incomplete_entry_is_refused_with_everything_that_is_missing(
    session: Session, owner: User, actor: Actor
) -> None:
    contest = make.contest(session)
    entry = draft(session, contest, owner, replace(WORDS, alt_text="", consent=False))
    asset = entries.shown_version(entry).files[0].asset
    asset.state, asset.reason = AssetState.REJECTED, "It is damaged."
    with pytest.raises(IncompleteError) as refused:
        entries.submit(session, entry=entry, actor=actor, now=NOW)
    assert [line.code for line in refused.value.missing] == [
        *("pictures-missing", "pictures-rejected"),
        *("alt-text-missing", "consent-missing"),
    ]
    assert (entry.state, entry.number, contest.last_number) == (EntryState.DRAFT, None, 0)


def test_two_who_submit_at_once_get_two_numbers(app: Flask, session: Session) -> None:
    contest = make.contest(session)
    made = [draft(session, contest, make.user(session, name)) for name in ("A", "B", "C", "D")]
    ids = [(entry.id, entry.owner_id) for entry in made]
    session.commit()
    transactions: Transactions = app.extensions["podium.transactions"]

    def send(entry_id: int, owner_id: int) -> int | None:
        with app.app_context(), transactions.open(writes=True) as own:
            entry = queries.get_entry(own, entry_id)
            actor = actor_of(own.get_one(User, owner_id))
            entries.submit(own, entry=entry, actor=actor, now=NOW)
            own.commit()
            return entry.number

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(lambda pair: send(*pair), ids))
    assert sorted(number or 0 for number in numbers) == [1, 2, 3, 4]


# --- after submitting -------------------------------------------------------------------------


def test_changes_after_submitting_count_only_once_submitted(
    session: Session, owner: User, actor: Actor
) -> None:
    entry = submitted(session, make.contest(session), owner)
    changed = replace(WORDS, title="Fishing by telephone")
    entries.save(session, entry=entry, words=changed, revision=1, actor=actor, now=NOW)
    assert entry.current is not None
    assert entry.working is not None
    assert (entry.current.title, entry.working.title) == (WORDS.title, changed.title)
    assert [f.asset_id for f in entry.working.files] == [f.asset_id for f in entry.current.files]
    (judged,) = queries.eligible_entries(session, entry.contest)
    assert judged.current is not None
    assert judged.current.title == WORDS.title
    entries.submit(session, entry=entry, actor=actor, now=NOW + timedelta(hours=1))
    assert (entry.current.title, entry.current.number, entry.number) == (changed.title, 2, 1)
    assert entry.working is None


def test_saving_the_same_words_makes_no_new_version(
    session: Session, owner: User, actor: Actor
) -> None:
    entry = submitted(session, make.contest(session), owner)
    entries.save(session, entry=entry, words=WORDS, revision=1, actor=actor, now=NOW)
    assert entry.working is None


def test_discarded_changes_leave_what_was_submitted(
    session: Session, owner: User, actor: Actor
) -> None:
    entry = submitted(session, make.contest(session), owner)
    assert entry.current is not None
    kept = entry.current.files[0].asset
    files.remove(session, entry=entry, public_ids=[kept.public_id], now=NOW)
    assert entry.working is not None
    assert (len(entry.working.files), len(entry.current.files)) == (0, 1)
    entries.discard_changes(session, entry=entry, actor=actor, now=NOW)
    assert entry.working is None
    assert session.scalar(select(func.count(EntryVersion.id))) == 1
    assert kept.claimed_at is not None


def test_a_withdrawn_entry_keeps_its_number_and_leaves_the_contest(
    session: Session, owner: User, actor: Actor, outbox: Outbox
) -> None:
    contest = make.contest(session)
    entry = submitted(session, contest, owner)
    contest.state = ContestState.JUDGING
    entries.withdraw(session, entry=entry, actor=actor, now=LATER)
    assert (entry.state, entry.number) == (EntryState.WITHDRAWN, 1)
    assert queries.eligible_entries(session, contest) == []
    assert "withdrawn" in outbox(owner.email)[-1].get_content()
    with pytest.raises(IllegalTransitionError):
        entries.withdraw(session, entry=entry, actor=actor, now=LATER)
    with pytest.raises(ClosedError) as refused:
        entries.save(session, entry=entry, words=WORDS, revision=1, actor=actor, now=NOW)
    assert refused.value.reason == "entry-left"


def test_once_the_winners_are_announced_nobody_withdraws(
    session: Session, owner: User, actor: Actor
) -> None:
    contest = make.contest(session)
    entry = submitted(session, contest, owner)
    contest.state = ContestState.ANNOUNCED
    with pytest.raises(ClosedError) as refused:
        entries.withdraw(session, entry=entry, actor=actor, now=LATER)
    assert refused.value.reason == "announced"


def test_a_draft_is_deleted_with_its_files_let_go(
    session: Session, owner: User, actor: Actor
) -> None:
    entry = draft(session, make.contest(session), owner)
    asset = entries.shown_version(entry).files[0].asset
    entries.delete_draft(session, entry=entry, actor=actor, now=NOW)
    assert session.scalar(select(func.count(Entry.id))) == 0
    assert asset.claimed_at is None


def test_a_submitted_entry_is_not_deleted(session: Session, owner: User, actor: Actor) -> None:
    entry = submitted(session, make.contest(session), owner)
    with pytest.raises(ConflictError):
        entries.delete_draft(session, entry=entry, actor=actor, now=NOW)


def test_only_the_owner_submits_withdraws_and_deletes(session: Session, owner: User) -> None:
    stranger = actor_of(make.user(session, "Somebody else"))
    written = draft(session, make.contest(session), owner)
    for act in (entries.submit, entries.withdraw, entries.delete_draft):
        with pytest.raises(ForbiddenError):
            act(session, entry=written, actor=stranger, now=NOW)


# --- the close --------------------------------------------------------------------------------


@pytest.fixture
def closed(session: Session, owner: User) -> Entry:
    entry = submitted(session, make.contest(session), owner)
    entries.save(
        session,
        entry=entry,
        words=replace(WORDS, title="Too late"),
        revision=1,
        actor=actor_of(owner),
        now=NOW,
    )
    return entry


Act = Callable[[Session, Entry, Actor], object]
LATE = Kept("late" * 8, AssetKind.PICTURE, "late.jpg", "image/jpeg", 3, "0" * 64, 4, 3)


def _attach(session: Session, entry: Entry, actor: Actor) -> object:
    return files.attach(session, entry=entry, kept=LATE, actor=actor, now=LATER)


WRITES: dict[str, Act] = {
    "save": lambda s, e, a: entries.save(s, entry=e, words=WORDS, revision=2, actor=a, now=LATER),
    "submit": lambda s, e, a: entries.submit(s, entry=e, actor=a, now=LATER),
    "discard": lambda s, e, a: entries.discard_changes(s, entry=e, actor=a, now=LATER),
    "attach": _attach,
    "remove": lambda s, e, _a: files.remove(s, entry=e, public_ids=["x" * 32], now=LATER),
    "move": lambda s, e, _a: files.move_up(s, entry=e, public_id="x" * 32, now=LATER),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_after_the_close_every_write_is_refused(
    session: Session, closed: Entry, actor: Actor, write: Act
) -> None:
    with pytest.raises(ClosedError) as refused:
        write(session, closed, actor)
    assert refused.value.reason == "closed"
    assert closed.current is not None
    assert closed.current.title == WORDS.title


def test_a_late_pass_keeps_one_person_s_entry_open(
    session: Session, closed: Entry, actor: Actor
) -> None:
    organiser = make.organiser(session)
    late = LatePass(
        contest_id=closed.contest_id,
        user_id=closed.owner_id,
        until=LATER + timedelta(hours=1),
        reason="Power cut",
        granted_by_id=organiser.id,
    )
    session.add(late)
    session.flush()
    entries.submit(session, entry=closed, actor=actor, now=LATER)
    assert closed.current is not None
    assert closed.current.title == "Too late"
    assert queries.passes_until(session, [closed]) == {closed.id: late.until}
    assert entries.begin(session, contest=closed.contest, actor=actor, now=LATER)
    closed.contest.state = ContestState.JUDGING
    with pytest.raises(ClosedError) as refused:
        entries.begin(session, contest=closed.contest, actor=actor, now=LATER)
    assert refused.value.reason == "judging-began"


def test_only_standing_entries_are_judged(session: Session, owner: User) -> None:
    contest = make.contest(session)
    standing = make.entry(session, contest, owner, screening=Screening.ELIGIBLE)
    make.entry(session, contest, owner, screening=Screening.INELIGIBLE)
    for state in (EntryState.DRAFT, EntryState.WITHDRAWN, EntryState.DISQUALIFIED):
        make.entry(session, contest, owner, state=state)
    assert queries.eligible_entries(session, contest) == [standing]


# --- files ------------------------------------------------------------------------------------


def take(session: Session, entry: Entry, owner: User, content: bytes, **options: str) -> Asset:
    kind = AssetKind(options.get("kind", "picture"))
    limits = files.check_room(session, entry=entry, kind=kind, now=NOW)
    kept = media.keep(
        BytesIO(content), filename=options.get("name", "boat.jpg"), kind=kind, limits=limits
    )
    return files.attach(session, entry=entry, kept=kept, actor=actor_of(owner), now=NOW)


def test_a_photo_entry_s_picture_is_replaced(session: Session, owner: User, jpeg: bytes) -> None:
    entry = draft(session, make.contest(session), owner)
    before = entries.shown_version(entry).files[0].asset
    after = take(session, entry, owner, jpeg)
    assert [file.asset for file in entries.shown_version(entry).files] == [after]
    assert (before.claimed_at, after.claimed_at) == (None, NOW)


def test_a_project_s_pictures_keep_their_order_and_their_limit(
    session: Session, owner: User, jpeg: bytes
) -> None:
    contest = make.contest(session, ContestKind.HACKATHON, pictures_max=3)
    entry = make.entry(session, contest, owner, state=EntryState.DRAFT, pictures=[])
    taken = [take(session, entry, owner, jpeg, name=f"{n}.jpg").public_id for n in range(3)]
    files.move_up(session, entry=entry, public_id=taken[2], now=NOW)
    version = entries.shown_version(entry)
    assert [f.asset.public_id for f in version.files] == [taken[0], taken[2], taken[1]]
    with pytest.raises(InvalidError) as refused:
        take(session, entry, owner, jpeg)
    assert refused.value.reason == "too-many-files"
    files.remove(session, entry=entry, public_ids=[taken[0], "no such id"], now=NOW)
    take(session, entry, owner, jpeg)
    assert len(version.files) == 3


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "picture"),
        (b"%PDF-1.7\nno picture", "picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture"),
        (b"%PDF-1.7\nno place for it", "document"),
    ],
)
def test_what_the_contest_does_not_take_is_refused(
    session: Session, owner: User, content: bytes, kind: str
) -> None:
    entry = draft(session, make.contest(session), owner)
    before = entries.shown_version(entry).files[0].asset
    with pytest.raises(InvalidError):
        take(session, entry, owner, content, kind=kind)
    assert [file.asset for file in entries.shown_version(entry).files] == [before]


def test_two_windows_write_one_after_the_other(
    app: Flask, session: Session, owner: User, clock: Clock
) -> None:
    entry = draft(session, make.contest(session), owner)
    entry_id, actor = entry.id, actor_of(owner)
    session.commit()
    transactions: Transactions = app.extensions["podium.transactions"]

    def write(title: str) -> str:
        with app.app_context(), transactions.open(writes=True) as own:
            mine = queries.get_entry(own, entry_id)
            try:
                entries.save(
                    own,
                    entry=mine,
                    words=replace(WORDS, title=title),
                    revision=1,
                    actor=actor,
                    now=clock(),
                )
            except StaleFormError:
                return "stale"
            own.commit()
            return title

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(write, ["One", "Two"]))
    session.expire_all()
    (won,) = set(results) - {"stale"}
    assert sorted(results) == sorted([won, "stale"])
    assert entries.shown_version(entry).title == won
