"""Bringing a database to the schema this version of Podium knows."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> None:
    """Run every migration that this database has not seen."""
    command.upgrade(_config(engine), "head")


def make(engine: Engine, message: str) -> None:
    """Write a migration with what the models have and an up-to-date database lacks."""
    command.revision(_config(engine), message=message, autogenerate=True)


def downgrade(engine: Engine) -> None:
    """Undo every migration: all tables and what is in them are gone."""
    command.downgrade(_config(engine), "base")


def differences(engine: Engine) -> str | None:
    """Return what the models have and the migrations do not make, or None where they agree."""
    try:
        command.check(_config(engine))
    except CommandError as error:
        return str(error)
    return None


def pending(engine: Engine) -> bool:
    """Return whether this database has not seen every migration."""
    heads = set(ScriptDirectory.from_config(_config(engine)).get_heads())
    with engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) != heads
