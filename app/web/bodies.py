"""How large a request may be: small everywhere, but where a view says that it takes files."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request, session

MEBIBYTE = 1024 * 1024
SMALL = 4 * MEBIBYTE

View = TypeVar("View", bound=Callable[..., Any])


def takes_files(most: int) -> Callable[[View], View]:
    """Let the form of a view have `most` bytes, from whoever is signed in."""

    def declare(view: View) -> View:
        view.podium_most_bytes = most  # type: ignore[attr-defined]
        return view

    return declare


def init_app(app: Flask) -> None:
    """Hold every request to its view's limit, before anything reads its form."""
    app.config["MAX_CONTENT_LENGTH"] = SMALL
    app.url_value_preprocessor(_allow)


def _allow(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    most = getattr(current_app.view_functions.get(endpoint or ""), "podium_most_bytes", None)
    # Whether the cookie still is somebody's is asked later: the database would wait for the form.
    if most is not None and "_user_id" in session:
        request.max_content_length = most
