"""Count how far a round is without reading its ballots: their states lie in one index."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("ballots") as batch_op:
        batch_op.create_index("ix_ballots_state", ["round_id", "state", "judge_id"])


def downgrade() -> None:
    with op.batch_alter_table("ballots") as batch_op:
        batch_op.drop_index("ix_ballots_state")
