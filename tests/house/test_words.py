"""Every sentence that a person reads can be translated."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "contests", "judging", "media")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted(
    (ROOT / "templates").rglob("*.txt")
)

_COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)
_TRANS = re.compile(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", re.DOTALL)
_CLASS = re.compile(r"\{%-?\s*block body_class.*?endblock\s*-?%\}", re.DOTALL)
_JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TAG = re.compile(r"<[^>]*>", re.DOTALL)
_SPOKEN = re.compile(r"\b(?:aria-label|title|placeholder|alt)=\"([^\"{]*[A-Za-z]{2}[^\"]*)\"")
_KEYS = re.compile(r"<kbd>.*?</kbd>|<svg.*?</svg>|&\w+;", re.DOTALL)


def bare_words(source: str) -> list[str]:
    """Return what a template says outside gettext: text and spoken attributes."""
    text = _CLASS.sub("", _TRANS.sub("", _COMMENT.sub("", source)))
    spoken = _SPOKEN.findall(text)
    text = _TAG.sub(" ", _KEYS.sub(" ", _JINJA.sub(" ", text)))
    return spoken + re.findall(r"[^\W\d_]{2,}", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_say_nothing_outside_gettext(path: Path) -> None:
    assert bare_words(path.read_text()) == []


def test_the_check_finds_bare_words() -> None:
    assert bare_words('<p>Hello</p><a title="Go on">{{ _("x") }}</a>') == ["Go on", "Hello"]


_LABELLED = re.compile(r".*(?:Field|Area)$")
_TOLD = {"InvalidError", "ConflictError", "ClosedError", "GoneError", "ForbiddenError", "flash"}


def literal_calls(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each called name whose first argument is a literal, with its place."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str()), *_]):
                yield name, f"{path.relative_to(ROOT)}:{node.lineno}"
            case _:
                pass


def test_fields_have_labels_that_can_be_translated() -> None:
    forms = [*ROOT.glob("*/forms/*.py"), *ROOT.glob("app/accounts/*.py")]
    found = [
        place for path in forms for name, place in literal_calls(path) if _LABELLED.match(name)
    ]
    assert found == []


def test_messages_to_people_are_marked() -> None:
    sources = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    found = [place for path in sources for name, place in literal_calls(path) if name in _TOLD]
    assert found == []
