"""Let uploads come in parts, keep what pictures say of themselves, find look-alikes, take videos."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

WORD = sa.String(length=24)
UNSETTLED = "submitted_at IS NOT NULL AND settled_at IS NULL"


def upgrade() -> None:
    _change_assets()
    with op.batch_alter_table("renditions") as batch_op:
        batch_op.add_column(sa.Column("format", WORD, nullable=False, server_default="webp"))
        batch_op.create_check_constraint(
            op.f("ck_renditions_rendition_format"), "format IN ('webp', 'avif')"
        )
        batch_op.drop_constraint(op.f("uq_renditions_asset_id_name"), type_="unique")
        batch_op.create_unique_constraint(
            op.f("uq_renditions_asset_id_name_format"), ["asset_id", "name", "format"]
        )
    with op.batch_alter_table("contests") as batch_op:
        batch_op.add_column(
            sa.Column("videos_max", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.create_check_constraint(op.f("ck_contests_videos"), "videos_max >= 0")
    with op.batch_alter_table("entry_versions") as batch_op:
        batch_op.add_column(sa.Column("settled_at", sa.DateTime(timezone=True)))
        batch_op.create_check_constraint(
            op.f("ck_entry_versions_settled_after_submission"),
            "settled_at IS NULL OR submitted_at IS NOT NULL",
        )
    op.create_index(
        "ix_entry_versions_unsettled",
        "entry_versions",
        ["submitted_at"],
        sqlite_where=sa.text(UNSETTLED),
        postgresql_where=sa.text(UNSETTLED),
    )
    # What is there already has its value; from now on the application gives it.
    for table, column in (
        ("assets", "reason_params"),
        ("renditions", "format"),
        ("contests", "videos_max"),
    ):
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column(column, server_default=None)
    _create_look_alikes()
    _ease_searching()


def _change_assets() -> None:
    with op.batch_alter_table("assets") as batch_op:
        batch_op.add_column(
            sa.Column("reason_params", sa.JSON(), nullable=False, server_default="{}")
        )
        for column in (
            sa.Column("upload_id", sa.String(length=1024)),
            sa.Column("preview", sa.LargeBinary()),
            sa.Column("fingerprint", sa.LargeBinary()),
            sa.Column("camera", sa.String(length=120)),
            sa.Column("taken_at", sa.DateTime()),
            sa.Column("latitude", sa.Double()),
            sa.Column("longitude", sa.Double()),
        ):
            batch_op.add_column(column)
        batch_op.drop_constraint(op.f("ck_assets_asset_kind"), type_="check")
        for name, condition in (
            ("asset_kind", "kind IN ('picture', 'document', 'video')"),
            ("awaiting_has_upload", "state <> 'awaiting' OR upload_id IS NOT NULL"),
            ("preview_is_tiny", "length(preview) <= 100"),
            ("latitude", "latitude BETWEEN -90 AND 90"),
            ("longitude", "longitude BETWEEN -180 AND 180"),
            ("coordinates_come_together", "(latitude IS NULL) = (longitude IS NULL)"),
        ):
            batch_op.create_check_constraint(op.f(f"ck_assets_{name}"), condition)
        batch_op.create_index("ix_assets_sha256", ["sha256"])


def _create_look_alikes() -> None:
    op.create_table(
        "look_alikes",
        sa.Column("id", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("entry_id", "other_id", "asset_id", "other_asset_id", "distance")
        ),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dismissed_at", sa.DateTime(timezone=True)),
        sa.Column("dismissed_by_id", sa.Integer()),
        sa.CheckConstraint("entry_id < other_id", name=op.f("ck_look_alikes_each_pair_once")),
        sa.CheckConstraint("distance BETWEEN 0 AND 64", name=op.f("ck_look_alikes_distance")),
        sa.CheckConstraint(
            "(dismissed_at IS NULL) = (dismissed_by_id IS NULL)",
            name=op.f("ck_look_alikes_dismissed_by_somebody"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_look_alikes_{column}_{table}"),
                ondelete="CASCADE",
            )
            for column, table in (
                ("entry_id", "entries"),
                ("other_id", "entries"),
                ("asset_id", "assets"),
                ("other_asset_id", "assets"),
            )
        ),
        sa.ForeignKeyConstraint(
            ["dismissed_by_id"], ["users.id"], name=op.f("fk_look_alikes_dismissed_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look_alikes")),
        sa.UniqueConstraint("entry_id", "other_id", name=op.f("uq_look_alikes_entry_id_other_id")),
    )
    for column in ("asset_id", "other_asset_id", "other_id"):
        op.create_index(op.f(f"ix_look_alikes_{column}"), "look_alikes", [column])


def _ease_searching() -> None:
    words = "title || ' ' || caption || ' ' || summary || ' ' || description || ' ' || place"
    with op.batch_alter_table("entry_versions") as batch_op:
        batch_op.add_column(
            sa.Column(
                "searched",
                sa.Text(),
                sa.Computed(f"lower({words})", persisted=True),
                nullable=False,
            )
        )
        batch_op.create_index("ix_entry_versions_country", ["country"])
    if op.get_bind().dialect.name == "postgresql":
        # Compressed, which is its habit with long rows, it would take twice the time to search.
        op.execute("ALTER TABLE entry_versions ALTER COLUMN searched SET STORAGE MAIN")


def downgrade() -> None:
    with op.batch_alter_table("entry_versions") as batch_op:
        batch_op.drop_index("ix_entry_versions_country")
        batch_op.drop_column("searched")
    op.drop_table("look_alikes")
    op.drop_index("ix_entry_versions_unsettled", "entry_versions")
    with op.batch_alter_table("entry_versions") as batch_op:
        batch_op.drop_constraint(op.f("ck_entry_versions_settled_after_submission"), type_="check")
        batch_op.drop_column("settled_at")
    with op.batch_alter_table("contests") as batch_op:
        batch_op.drop_constraint(op.f("ck_contests_videos"), type_="check")
        batch_op.drop_column("videos_max")
    with op.batch_alter_table("renditions") as batch_op:
        batch_op.drop_constraint(op.f("uq_renditions_asset_id_name_format"), type_="unique")
        batch_op.create_unique_constraint(op.f("uq_renditions_asset_id_name"), ["asset_id", "name"])
        batch_op.drop_constraint(op.f("ck_renditions_rendition_format"), type_="check")
        batch_op.drop_column("format")
    _restore_assets()


def _restore_assets() -> None:
    with op.batch_alter_table("assets") as batch_op:
        batch_op.drop_index("ix_assets_sha256")
        for name in (
            "asset_kind",
            "awaiting_has_upload",
            "preview_is_tiny",
            "latitude",
            "longitude",
            "coordinates_come_together",
        ):
            batch_op.drop_constraint(op.f(f"ck_assets_{name}"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_assets_asset_kind"), "kind IN ('picture', 'document')"
        )
        for column in (
            "longitude",
            "latitude",
            "taken_at",
            "camera",
            "fingerprint",
            "preview",
            "upload_id",
            "reason_params",
        ):
            batch_op.drop_column(column)
