"""Counting what a page asks the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from app.transaction import Transactions


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Collect every SELECT, INSERT, UPDATE and DELETE of what happens inside the block."""
    transactions: Transactions = app.extensions["podium.transactions"]
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            statements.append(statement)

    event.listen(transactions.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(transactions.engine, "before_cursor_execute", note)
