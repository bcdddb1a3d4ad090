"""Each CHECK, UNIQUE and composite foreign key refuses a bad row, on both databases.

The list of constraints comes from the models: a new CHECK without a bad row here fails the suite.
Two copies of every row are made, valid and apart; then one of them is spoilt by an UPDATE.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    CheckConstraint,
    Column,
    Enum,
    Index,
    String,
    Table,
    UniqueConstraint,
    literal,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import audit
from app.accounts.models import Role
from app.authz import ANYBODY
from app.db import Base
from app.mail import OutgoingMail
from contests.models import (
    AcceptedDeclaration,
    Declaration,
    LatePass,
    LookAlike,
    TopicScheme,
    Track,
    VersionTopic,
)
from contests.states import EntryState
from judging.models import (
    Comparison,
    Conflict,
    ConflictGround,
    ConflictVerdict,
    Decision,
    JudgingRules,
    Ordering,
    OrderingLine,
    Recusal,
    RecusalSource,
    Result,
    RoundEntry,
    RoundSeat,
    Winner,
)
from judging.states import BallotState, DecisionState
from tests import factories as make
from tests.factories import NOW

LATER = NOW + timedelta(days=1)
Values = dict[str, Any]
NONSENSE = literal("nonsense", String)

BAD_ROWS: dict[str, tuple[Values, ...]] = {
    "ck_audit_heads_only_one": ({"id": 2},),
    "ck_comparisons_chosen_has_time": ({"decided_at": NOW},),
    "ck_comparisons_chosen_is_one_of_them": ({"chosen_id": 0, "decided_at": NOW},),
    "ck_comparisons_each_pair_once": ({"first_id": Comparison.__table__.c.second_id},),
    "ck_comparisons_version_not_negative": ({"version": -1},),
    "ck_conflicts_settled_by_somebody": (
        {"settled_at": None},
        {"verdict": None},
        {"settled_by_id": None},
    ),
    "ck_criteria_step": ({"step_hundredths": 0}, {"step_hundredths": 10001}),
    "ck_decisions_commitment_is_whole": (
        {"commitment": "0" * 64},
        {"sealed": {}},
        {"commitment_salt": "0" * 64},
        {"committed_at": NOW},
    ),
    "ck_decisions_committed_after_confirmed": (
        {
            "state": "proposed",
            "confirmed_by_id": None,
            "confirmed_at": None,
            "commitment": "0" * 64,
            "commitment_salt": "0" * 64,
            "sealed": {},
            "committed_at": NOW,
        },
    ),
    "ck_judges_most_ballots": ({"most_ballots": 0},),
    "ck_ordering_lines_position_from_one": ({"position": 0},),
    "ck_orderings_draft_or_submitted": ({"state": "assigned"},),
    "ck_orderings_submitted_has_time": ({"state": "submitted"}, {"submitted_at": NOW}),
    "ck_orderings_version_not_negative": ({"version": -1},),
    "ck_rounds_advance_above": ({"advance": "above"}, {"advance_above": 750}),
    "ck_rounds_advance_count": (
        {"advance": "top"},
        {"advance_count": 10},
        {"advance": "top", "advance_count": 0},
    ),
    "ck_rounds_drop_count": ({"drop_count": 1}, {"drop_count": -1, "method": "trimmed_mean"}),
    "ck_rounds_first_pass": ({"first_pass": 0}, {"first_pass": 3}),
    "ck_rounds_method_fits_kind": ({"method": "borda"}, {"kind": "rank"}, {"kind": "pairwise"}),
    "ck_rounds_opened_declares_method": ({"method_declared_at": None},),
    "ck_rounds_practice_scores": (
        {"is_practice": True, "kind": "screen"},
        {"is_practice": True, "hand_out": "focus"},
    ),
    "ck_rounds_starts_before_due": ({"starts_at": LATER, "due_at": NOW},),
    "ck_assets_awaiting_has_upload": ({"state": "awaiting"},),
    "ck_assets_bytes_not_negative": ({"bytes": -1},),
    "ck_assets_coordinates_come_together": ({"latitude": 46.2}, {"longitude": 6.1}),
    "ck_assets_latitude": (
        {"latitude": 90.5, "longitude": 6.1},
        {"latitude": -90.5, "longitude": 6.1},
    ),
    "ck_assets_longitude": (
        {"latitude": 46.2, "longitude": 180.5},
        {"latitude": 46.2, "longitude": -180.5},
    ),
    "ck_assets_preview_is_tiny": ({"preview": b"x" * 101},),
    "ck_assets_ready_has_digest": ({"sha256": None},),
    "ck_assets_ready_picture_has_size": ({"width": 0}, {"height": 0}, {"width": None}),
    "ck_assets_rejected_has_reason": ({"reason": "It is damaged."}, {"state": "rejected"}),
    "ck_ballots_marked_has_time": ({"saved_at": None},),
    "ck_ballots_submitted_has_time": ({"state": "submitted"}, {"submitted_at": NOW}),
    "ck_ballots_version_not_negative": ({"version": -1},),
    "ck_contests_documents": ({"documents_max": -1},),
    "ck_contests_entries_per_person": ({"entries_per_person": 0}, {"entries_per_person": 101}),
    "ck_contests_max_bytes": ({"max_bytes": 0}, {"max_bytes": 52_428_801}),
    "ck_contests_opens_before_it_closes": ({"opens_at": NOW, "closes_at": NOW},),
    "ck_contests_pictures": ({"pictures_min": -1}, {"pictures_min": 2, "pictures_max": 1}),
    "ck_contests_team_size": ({"team_min": 0}, {"team_min": 5, "team_max": 4}),
    "ck_contests_videos": ({"videos_max": -1},),
    "ck_contests_winners": ({"winners": 0}, {"winners": 101}),
    "ck_contests_words": ({"words_min": -1}, {"words_min": 2, "words_max": 1}),
    "ck_criteria_scale": ({"minimum": -1}, {"minimum": 10}, {"maximum": 1001}),
    "ck_criteria_weight": ({"weight": 0}, {"weight": 1001}),
    "ck_decisions_announced_has_time": ({"state": "announced"}, {"announced_at": NOW}),
    "ck_decisions_confirmed_has_person": (
        {"state": "proposed"},
        {"confirmed_by_id": None, "confirmed_at": None},
    ),
    "ck_decisions_confirmed_has_time": ({"confirmed_at": None},),
    "ck_decisions_scheduled_after_confirmed": (
        {"state": "proposed", "confirmed_by_id": None, "confirmed_at": None, "announce_at": LATER},
    ),
    "ck_decisions_two_people": ({"confirmed_by_id": Decision.__table__.c.proposed_by_id},),
    "ck_entries_disqualified_has_reason": (
        {"state": "disqualified"},
        {"disqualified_reason": "Not one's own."},
    ),
    "ck_entries_ineligible_has_reason": (
        {"screening": "ineligible"},
        {"screening_reason": "Outside the brief."},
    ),
    "ck_entries_submitted_has_number": ({"number": None},),
    "ck_entries_submitted_has_time": ({"submitted_at": None},),
    "ck_entries_submitted_has_version": ({"current_id": None},),
    "ck_entries_withdrawn_has_time": ({"state": "withdrawn"}, {"withdrawn_at": NOW}),
    "ck_entry_versions_settled_after_submission": ({"submitted_at": None, "settled_at": NOW},),
    "ck_forums_starts_before_it_ends": ({"ends_on": NOW.date() - timedelta(days=999)},),
    "ck_judges_accepted_has_user": ({"user_id": None},),
    "ck_judges_declared_after_accepted": ({"accepted_at": None, "user_id": None},),
    "ck_judges_token_has_expiry": ({"token_expires_at": None},),
    "ck_judges_used_token_is_known": (
        {"token_digest": None, "token_expires_at": None, "token_used_at": NOW},
    ),
    "ck_look_alikes_dismissed_by_somebody": ({"dismissed_at": NOW},),
    "ck_look_alikes_distance": ({"distance": -1}, {"distance": 65}),
    "ck_look_alikes_each_pair_once": ({"entry_id": LookAlike.__table__.c.other_id},),
    "ck_marks_points_in_range": ({"points": 0}, {"points": 11}),
    "ck_outgoing_mails_sent_has_no_body": ({"state": "sent", "sent_at": NOW},),
    "ck_outgoing_mails_sent_has_time": ({"sent_at": NOW},),
    "ck_renditions_known_name": ({"name": 640},),
    "ck_renditions_not_empty": ({"width": 0}, {"height": 0}, {"bytes": 0}),
    "ck_rounds_closed_has_time": ({"state": "closed"}, {"closed_at": NOW}),
    "ck_rounds_opened_has_time": ({"state": "planned"}, {"opened_at": None}),
    "ck_rounds_per_entry": ({"per_entry": 51},),
    "ck_users_email_in_lower_case": ({"email": "Amina@example.org"},),
    "ck_users_links_used_not_negative": ({"links_used": -1},),
    "ck_version_assets_position_not_negative": ({"position": -1},),
    "ck_winners_place_from_one": ({"place": 0},),
    # A mark repeats its criterion's range; one that invents a wider range is no mark of it.
    "fk_marks_criterion_id_minimum_maximum_criteria": ({"maximum": 99}, {"minimum": 0}),
}


class Rule(NamedTuple):
    """A constraint with the table it guards; `columns` are those that must be unique together."""

    table: Table
    name: str
    columns: tuple[str, ...] = ()


# --- what the models promise ----------------------------------------------------------------------


def tables() -> list[Table]:
    return Base.metadata.sorted_tables


def enum_of(constraint: CheckConstraint) -> Column[Any] | None:
    """Return the column whose words this CHECK lists, where SQLAlchemy made it for an Enum."""
    columns = list(constraint.columns)
    return columns[0] if len(columns) == 1 and isinstance(columns[0].type, Enum) else None


def checks() -> Iterator[tuple[Rule, Column[Any] | None]]:
    for table in tables():
        for constraint in table.constraints:
            if isinstance(constraint, CheckConstraint):
                yield Rule(table, str(constraint.name)), enum_of(constraint)


def composite_keys() -> Iterator[Rule]:
    for table in tables():
        for constraint in table.foreign_key_constraints:
            if len(constraint.columns) > 1:
                yield Rule(table, str(constraint.name))


PARTIAL = {"uq_entry_versions_working": "working", "uq_judges_chair": "chair"}
"""Which row of a scene a rule is about that holds for some of a table's rows only."""


def uniques() -> Iterator[Rule]:
    for table in tables():
        for constraint in (*table.constraints, *table.indexes):
            if isinstance(constraint, UniqueConstraint) or (
                isinstance(constraint, Index) and constraint.unique
            ):
                columns = tuple(column.name for column in constraint.columns)
                # One that holds the key can only be broken with it: it is there to be referred to.
                if not {column.name for column in table.primary_key} <= set(columns):
                    yield Rule(table, str(constraint.name), columns)


# --- rows -----------------------------------------------------------------------------------------

Scene = dict[str, Any]
"""The key of one row by its table's name, and of those that `PARTIAL` names."""


def scene(session: Session, number: int) -> Scene:
    """Make one valid row in every table; the rows of two scenes share nothing."""
    owner, organiser = make.user(session), make.organiser(session)
    contest = make.contest(session)
    contest.forum = make.forum(session, f"Forum {number}")
    contest.tracks = [Track(position=0, title="Clean water")]
    contest.declarations = [Declaration(position=0, text="I am 18 or older.")]
    team = make.team(session, contest, owner)
    entry = make.entry(session, contest, owner, team=team)
    version = entry.versions[0]
    version.topics = [VersionTopic(scheme=TopicScheme.SDG, code="4")]
    version.accepted = [AcceptedDeclaration(declaration=contest.declarations[0])]
    working = make.entry(session, contest, owner, state=EntryState.DRAFT).versions[0]
    # So that one scene's can be moved to the other's entry, where its number must be free.
    working.number = number
    judge = make.judge(session, contest, organiser)
    judge.token_digest, judge.token_expires_at = f"{number:064d}", LATER
    round_ = make.round_(session, contest)
    ballot = make.ballot(session, round_, judge, entry, [7, 8])
    ballot.state, ballot.submitted_at = BallotState.DRAFT, None
    decision = Decision(
        contest=contest,
        round=round_,
        state=DecisionState.CONFIRMED,
        proposed_by=owner,
        proposed_at=NOW,
        confirmed_by=organiser,
        confirmed_at=NOW,
        winners=[Winner(place=number, entry=entry)],
    )
    rules = session.scalars(select(JudgingRules).where(JudgingRules.contest == contest)).one()
    ordering = Ordering(
        round=round_,
        judge=judge,
        created_at=NOW,
        lines=[OrderingLine(entry=entry, position=number)],
    )
    chair = make.judge(session, contest, owner)
    chair.is_chair = True
    audit.record(session, actor=ANYBODY, verb="a.b", subject="c:1", now=NOW)
    newest = select(audit.AuditEvent).order_by(audit.AuditEvent.id.desc()).limit(1)
    rows: list[Any] = [
        *(rules, ordering, *ordering.lines),
        RoundSeat(round_id=round_.id, judge=judge),
        RoundEntry(round_id=round_.id, entry=entry, created_at=NOW),
        Comparison(
            round=round_,
            judge=judge,
            position=1,
            first=entry,
            second=working.entry,
            is_swapped=False,
            created_at=NOW,
        ),
        Conflict(
            judge=judge,
            entry=entry,
            ground=ConflictGround.DOMAIN,
            found_at=NOW,
            verdict=ConflictVerdict.DISMISSED,
            settled_at=NOW,
            settled_by=organiser,
        ),
        session.get_one(audit.AuditHead, 1),
        *(owner, Role(name=f"role {number}"), contest.forum, contest, *contest.tracks, team),
        *(*contest.declarations, *team.members, entry, version, *version.topics),
        *(*version.accepted, *version.files, version.files[0].asset),
        *(version.files[0].asset.renditions[0], judge, round_, round_.criteria[0]),
        *(ballot, ballot.marks[0], decision, *decision.winners),
        LatePass(
            contest_id=contest.id,
            user_id=owner.id,
            until=LATER,
            reason="A power cut.",
            granted_by_id=organiser.id,
        ),
        LookAlike(
            entry=entry,
            other=working.entry,
            asset=version.files[0].asset,
            other_asset=version.files[0].asset,
            distance=3,
            found_at=NOW,
        ),
        Recusal(judge=judge, entry=entry, source=RecusalSource.FOUND, created_at=NOW),
        Result(contest=contest, snapshot={}, digest="0" * 64, published_at=NOW),
        OutgoingMail(recipient="a@example.org", subject="Hello", body="Hello.", created_at=NOW),
        session.scalars(newest).one(),
    ]
    session.add_all(rows)
    session.flush()
    return {row.__tablename__: row.id for row in rows} | {"working": working.id, "chair": chair.id}


def spoil(session: Session, table: Table, key: int, values: Values) -> str | None:
    """Return what the database says to these values in one row; None where it takes them."""
    try:
        with session.begin_nested() as savepoint:
            session.execute(update(table).where(table.c.id == key).values(values))
            savepoint.rollback()
    except IntegrityError as error:
        diagnosis = getattr(error.orig, "diag", None)
        if diagnosis is not None:
            return str(diagnosis.constraint_name)
        # SQLite names CHECKs, lists the columns of UNIQUEs, and says nothing of foreign keys.
        return str(error.orig).removeprefix("CHECK constraint failed: ")
    return None


# --- the tests ------------------------------------------------------------------------------------


def test_every_check_has_a_bad_row() -> None:
    ours = {rule.name for rule, enum in checks() if enum is None}
    assert set(BAD_ROWS) == ours | {rule.name for rule in composite_keys()}


def test_scenes_have_a_row_in_every_table(session: Session) -> None:
    made = scene(session, 3)
    assert {table.name for table in tables()} - set(made) == {"role_members"}


def test_bad_rows_are_refused_by_the_constraint_that_forbids_them(session: Session) -> None:
    made = scene(session, 3)
    wrong = []
    for rule, enum in (*checks(), *((rule, None) for rule in composite_keys())):
        bad = BAD_ROWS[rule.name] if enum is None else ({enum.name: NONSENSE},)
        for values in bad:
            said = spoil(session, rule.table, made[rule.table.name], values)
            unnamed = "FOREIGN KEY constraint failed" if rule.name.startswith("fk_") else None
            if said is None or said not in {rule.name, unnamed}:
                wrong.append((rule.name, values, said))
    assert wrong == []


def test_what_must_be_unique_is(session: Session) -> None:
    one, other = scene(session, 3), scene(session, 4)
    wrong = []
    for rule in uniques():
        row = PARTIAL.get(str(rule.name), rule.table.name)
        same = session.execute(
            select(*(rule.table.c[name] for name in rule.columns)).where(
                rule.table.c.id == one[row]
            )
        ).one()
        said = spoil(session, rule.table, other[row], dict(same._mapping))  # noqa: SLF001 - public in spite of its name
        listed = ", ".join(f"{rule.table.name}.{name}" for name in rule.columns)
        if said not in {rule.name, f"UNIQUE constraint failed: {listed}"}:
            wrong.append((rule.name, said))
    assert wrong == []
