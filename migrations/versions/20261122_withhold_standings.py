"""Keep what a sealed result rests on apart from what is published; begin every chain with its head."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("decisions") as batch_op:
        batch_op.add_column(sa.Column("withheld", sa.Text()))
    # Without a head, two first acts at the same moment could both begin the chain.
    op.execute(
        sa.text(
            "INSERT INTO audit_heads (id, event_id, digest, events)"
            " SELECT 1, 0, :digest, 0 WHERE NOT EXISTS (SELECT 1 FROM audit_heads)"
        ).bindparams(digest="0" * 64)
    )


def downgrade() -> None:
    with op.batch_alter_table("decisions") as batch_op:
        batch_op.drop_column("withheld")
