"""The least that a Flask and SQLAlchemy application does to keep a mark; `bench.ballots` compares.

A session, a token against forged posts, one read, one upsert, a commit: no rubric, no lock, no
version, no audit. It runs on the same kind of server, and its table lies in the same database.
"""

import os
from typing import Any

from flask import Flask, Response, abort, jsonify, request, session
from flask_wtf import CSRFProtect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from app.db import make_engine


class Base(DeclarativeBase):
    """Its own tables, which no migration knows."""


class Person(Base):
    """Somebody who marks."""

    __tablename__ = "minimal_people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Vote(Base):
    """One person's mark for one entry."""

    __tablename__ = "minimal_votes"

    person_id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(primary_key=True)
    points: Mapped[int]


def create_app() -> Flask:
    """Return the application for the database that DATABASE_URL names."""
    app = Flask("minimal")
    app.config.update(SECRET_KEY=os.environ["SECRET_KEY"], WTF_CSRF_TIME_LIMIT=None)
    CSRFProtect(app)
    engine = make_engine(os.environ["DATABASE_URL"])
    insert: Any = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert

    @app.post("/entries/<int:entry_id>")
    def mark(entry_id: int) -> Response:
        with Session(engine) as database:
            person = database.get(Person, session["person"])
            if person is None:
                abort(404)
            points = int(request.form["points"])
            row = {"person_id": person.id, "entry_id": entry_id, "points": points}
            database.execute(
                insert(Vote)
                .values(**row)
                .on_conflict_do_update(
                    index_elements=["person_id", "entry_id"], set_={"points": points}
                )
            )
            database.commit()
        return jsonify(saved=True)

    return app
