"""Judge in rounds: panels, methods, orders, comparisons, conflicts, commitments, an audit's head."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0003"
down_revision = "0002"


WORD = sa.String(length=24)
METHODS = (
    "'mean', 'trimmed_mean', 'median', 'adjusted', 'rank_sum', 'borda', 'schulze', 'bradley_terry'"
)
# What is there already has its value; from now on the application gives it.
NEW_COLUMNS: dict[str, dict[str, tuple[Any, Any]]] = {
    "ballots": {
        "note": (sa.Text(), ""),
        "recent": (sa.JSON(), "[]"),
        "shown_at": (sa.DateTime(timezone=True), None),
        "skipped_at": (sa.DateTime(timezone=True), None),
    },
    "criteria": {"levels": (sa.JSON(), "{}"), "step_hundredths": (sa.Integer(), "100")},
    "decisions": {
        "two_people": (sa.Boolean(), sa.true()),
        "commitment": (sa.String(length=64), None),
        "commitment_salt": (sa.String(length=64), None),
        "sealed": (sa.JSON(none_as_null=True), None),
        "committed_at": (sa.DateTime(timezone=True), None),
    },
    "judges": {
        "is_chair": (sa.Boolean(), sa.false()),
        "organisation": (sa.String(length=160), ""),
        "country": (sa.String(length=2), ""),
        "languages": (sa.JSON(), "[]"),
        "sdgs": (sa.JSON(), "[]"),
        "action_lines": (sa.JSON(), "[]"),
        "tracks": (sa.JSON(), "[]"),
        "most_ballots": (sa.Integer(), None),
    },
    "rounds": {
        "is_practice": (sa.Boolean(), sa.false()),
        "hand_out": (WORD, "even"),
        "first_pass": (sa.Integer(), "1"),
        "method": (WORD, "mean"),
        "drop_count": (sa.Integer(), "0"),
        "method_declared_at": (sa.DateTime(timezone=True), None),
        "advance": (WORD, "chosen"),
        "advance_count": (sa.Integer(), None),
        "advance_above": (sa.Integer(), None),
        "starts_at": (sa.DateTime(timezone=True), None),
    },
}
NEW_CHECKS = {
    "criteria": {
        "scale": "minimum >= 0 AND minimum < maximum AND maximum <= 1000",
        "step": "step_hundredths BETWEEN 1 AND 10000",
    },
    "decisions": {
        "two_people": "NOT two_people OR confirmed_by_id <> proposed_by_id",
        "commitment_is_whole": (
            "(commitment IS NULL) = (sealed IS NULL)"
            " AND (commitment IS NULL) = (commitment_salt IS NULL)"
            " AND (commitment IS NULL) = (committed_at IS NULL)"
        ),
        "committed_after_confirmed": "commitment IS NULL OR state <> 'proposed'",
    },
    "judges": {"most_ballots": "most_ballots >= 1"},
    "rounds": {
        "kind": "kind IN ('screen', 'score', 'rank', 'pairwise')",
        "hand_out": "hand_out IN ('even', 'focus')",
        "method_name": f"method IN ({METHODS})",
        "advance": "advance IN ('top', 'above', 'chosen')",
        "first_pass": "first_pass BETWEEN 1 AND per_entry",
        "starts_before_due": "starts_at < due_at",
        "method_fits_kind": (
            "(kind NOT IN ('screen', 'score')"
            " OR method NOT IN ('rank_sum', 'borda', 'schulze', 'bradley_terry'))"
            " AND (kind <> 'rank' OR method NOT IN"
            " ('mean', 'trimmed_mean', 'median', 'adjusted', 'bradley_terry'))"
            " AND (kind <> 'pairwise' OR method NOT IN"
            " ('mean', 'trimmed_mean', 'median', 'adjusted', 'rank_sum', 'borda', 'schulze'))"
        ),
        "drop_count": "drop_count >= 0 AND (drop_count = 0 OR method = 'trimmed_mean')",
        "opened_declares_method": "state = 'planned' OR method_declared_at IS NOT NULL",
        "advance_count": ("(advance = 'top') = (advance_count IS NOT NULL) AND advance_count >= 1"),
        "advance_above": "(advance = 'above') = (advance_above IS NOT NULL)",
        "practice_scores": "NOT is_practice OR (kind = 'score' AND hand_out = 'even')",
    },
}
# As they were, under the names they had.
OLD_CHECKS = {
    "criteria": {"scale": "minimum >= 0 AND minimum < maximum AND maximum <= 100"},
    "decisions": {"two_people": "confirmed_by_id <> proposed_by_id"},
    "rounds": {"round_kind": "kind IN ('score')"},
}


def upgrade() -> None:
    _create_tables()
    # Not in a batch, and with its default for good: a batch would misread SQLite's own words for
    # the generated column before it.
    op.add_column(
        "entry_versions",
        sa.Column("language", sa.String(length=8), nullable=False, server_default=""),
    )
    for table, columns in NEW_COLUMNS.items():
        with op.batch_alter_table(table) as batch_op:
            for name, (kind, given) in columns.items():
                batch_op.add_column(
                    sa.Column(name, kind, nullable=given is None, server_default=given)
                )
    op.execute("UPDATE rounds SET method_declared_at = opened_at")
    for table, columns in NEW_COLUMNS.items():
        with op.batch_alter_table(table) as batch_op:
            for name, (_kind, given) in columns.items():
                if given is not None:
                    batch_op.alter_column(name, server_default=None)
            _swap_checks(batch_op, table, OLD_CHECKS, NEW_CHECKS)
    with op.batch_alter_table("judges") as batch_op:
        batch_op.create_index(
            "uq_judges_chair",
            ["contest_id"],
            unique=True,
            sqlite_where=sa.text("is_chair"),
            postgresql_where=sa.text("is_chair"),
        )
    op.execute(
        "INSERT INTO judging_rules (contest_id, ladder, two_people, bar_country)"
        " SELECT id, '[]', true, false FROM contests"
        " WHERE id IN (SELECT contest_id FROM rounds)"
    )
    op.execute(
        "INSERT INTO audit_heads (id, event_id, digest, events)"
        " SELECT 1, id, digest, (SELECT count(*) FROM audit_events) FROM audit_events"
        " ORDER BY id DESC LIMIT 1"
    )


def _swap_checks(
    batch_op: BatchOperations,
    table: str,
    before: dict[str, dict[str, str]],
    after: dict[str, dict[str, str]],
) -> None:
    for name in before.get(table, {}):
        batch_op.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
    for name, condition in after.get(table, {}).items():
        batch_op.create_check_constraint(op.f(f"ck_{table}_{name}"), condition)


def _create_tables() -> None:
    op.create_table(
        "audit_heads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_heads_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "judging_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("ladder", sa.JSON(), nullable=False),
        sa.Column("two_people", sa.Boolean(), nullable=False),
        sa.Column("bar_country", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests.id"], name=op.f("fk_judging_rules_contest_id_contests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judging_rules")),
        sa.UniqueConstraint("contest_id", name=op.f("uq_judging_rules_contest_id")),
    )
    op.create_table(
        "orderings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "assigned",
                "draft",
                "submitted",
                "recused",
                name="ballot_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("recent", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'submitted') = (submitted_at IS NOT NULL)",
            name=op.f("ck_orderings_submitted_has_time"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('assigned', 'recused')", name=op.f("ck_orderings_draft_or_submitted")
        ),
        sa.CheckConstraint("version >= 0", name=op.f("ck_orderings_version_not_negative")),
        sa.ForeignKeyConstraint(
            ["judge_id"],
            ["judges.id"],
            name=op.f("fk_orderings_judge_id_judges"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["rounds.id"],
            name=op.f("fk_orderings_round_id_rounds"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orderings")),
        sa.UniqueConstraint("round_id", "judge_id", name=op.f("uq_orderings_round_id_judge_id")),
    )
    with op.batch_alter_table("orderings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_orderings_judge_id"), ["judge_id"], unique=False)

    op.create_table(
        "round_seats",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["judge_id"],
            ["judges.id"],
            name=op.f("fk_round_seats_judge_id_judges"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["rounds.id"],
            name=op.f("fk_round_seats_round_id_rounds"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_seats")),
        sa.UniqueConstraint("round_id", "judge_id", name=op.f("uq_round_seats_round_id_judge_id")),
    )
    with op.batch_alter_table("round_seats", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_seats_judge_id"), ["judge_id"], unique=False)

    op.create_table(
        "comparisons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("is_swapped", sa.Boolean(), nullable=False),
        sa.Column("chosen_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("skipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(chosen_id IS NULL) = (decided_at IS NULL)",
            name=op.f("ck_comparisons_chosen_has_time"),
        ),
        sa.CheckConstraint(
            "chosen_id IN (first_id, second_id)", name=op.f("ck_comparisons_chosen_is_one_of_them")
        ),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_comparisons_each_pair_once")),
        sa.CheckConstraint("version >= 0", name=op.f("ck_comparisons_version_not_negative")),
        sa.ForeignKeyConstraint(
            ["chosen_id"], ["entries.id"], name=op.f("fk_comparisons_chosen_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["first_id"], ["entries.id"], name=op.f("fk_comparisons_first_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["judge_id"],
            ["judges.id"],
            name=op.f("fk_comparisons_judge_id_judges"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["rounds.id"],
            name=op.f("fk_comparisons_round_id_rounds"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["entries.id"], name=op.f("fk_comparisons_second_id_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparisons")),
        sa.UniqueConstraint(
            "round_id",
            "judge_id",
            "first_id",
            "second_id",
            name=op.f("uq_comparisons_round_id_judge_id_first_id_second_id"),
        ),
    )
    with op.batch_alter_table("comparisons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comparisons_first_id"), ["first_id"], unique=False)
        batch_op.create_index(
            "ix_comparisons_judge", ["judge_id", "round_id", "position"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_comparisons_second_id"), ["second_id"], unique=False)

    op.create_table(
        "conflicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "organisation",
                "domain",
                "country",
                "collaboration",
                name="conflict_ground",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "recused",
                "dismissed",
                name="conflict_verdict",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (verdict IS NULL) AND (settled_at IS NULL) = (settled_by_id IS NULL)",
            name=op.f("ck_conflicts_settled_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_conflicts_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["judge_id"],
            ["judges.id"],
            name=op.f("fk_conflicts_judge_id_judges"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["users.id"], name=op.f("fk_conflicts_settled_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflicts")),
        sa.UniqueConstraint(
            "judge_id", "entry_id", "ground", name=op.f("uq_conflicts_judge_id_entry_id_ground")
        ),
    )
    with op.batch_alter_table("conflicts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflicts_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "ordering_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ordering_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_ordering_lines_position_from_one")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_ordering_lines_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["ordering_id"],
            ["orderings.id"],
            name=op.f("fk_ordering_lines_ordering_id_orderings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ordering_lines")),
        sa.UniqueConstraint(
            "ordering_id", "entry_id", name=op.f("uq_ordering_lines_ordering_id_entry_id")
        ),
    )
    with op.batch_alter_table("ordering_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ordering_lines_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "round_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_round_entries_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["rounds.id"],
            name=op.f("fk_round_entries_round_id_rounds"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_entries")),
        sa.UniqueConstraint(
            "round_id", "entry_id", name=op.f("uq_round_entries_round_id_entry_id")
        ),
    )
    with op.batch_alter_table("round_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_entries_entry_id"), ["entry_id"], unique=False)


def downgrade() -> None:
    op.drop_column("entry_versions", "language")
    with op.batch_alter_table("judges") as batch_op:
        batch_op.drop_index("uq_judges_chair")
    for table, columns in NEW_COLUMNS.items():
        with op.batch_alter_table(table) as batch_op:
            _swap_checks(batch_op, table, NEW_CHECKS, OLD_CHECKS)
        with op.batch_alter_table(table) as batch_op:
            for name in columns:
                batch_op.drop_column(name)
    for table in (
        "round_entries",
        "ordering_lines",
        "conflicts",
        "comparisons",
        "round_seats",
        "orderings",
        "judging_rules",
        "audit_heads",
    ):
        op.drop_table(table)
