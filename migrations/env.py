"""Alembic's entry: the engine comes from the command that called, never from a file."""

from alembic import context
from sqlalchemy import Engine

import judging.models  # noqa: F401 - knows every other room's tables too
from app import audit, mail  # noqa: F401 - their tables as well
from app.db import Base

engine: Engine = context.config.attributes["engine"]

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        # SQLite changes a table by copying it.
        render_as_batch=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
