"""The migrations make exactly the models' tables, and can be undone."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, make_url, text

from app.cli import migrations
from app.db import make_engine
from tests.database import PostgresDatabase


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    if request.param == "sqlite":
        return make_engine(f"sqlite:///{tmp_path}/empty.sqlite3")
    database: PostgresDatabase = request.getfixturevalue("postgres_database")
    main = make_engine(database.url)
    with main.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE IF EXISTS migrations"))
        connection.execute(text("CREATE DATABASE migrations"))
    main.dispose()
    return make_engine(
        make_url(database.url).set(database="migrations").render_as_string(hide_password=False)
    )


def test_migrations_make_what_the_models_say_and_can_be_undone(engine: Engine) -> None:
    assert migrations.pending(engine)
    migrations.upgrade(engine)
    assert not migrations.pending(engine)
    assert migrations.differences(engine) is None
    keys = {key["referred_table"] for key in inspect(engine).get_foreign_keys("entries")}
    assert "entry_versions" in keys
    migrations.downgrade(engine)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()
