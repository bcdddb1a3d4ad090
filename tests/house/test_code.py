"""Rules about the code that no linter knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.web.gate import declared_permission

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "contests", "judging", "media")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield node


def test_only_the_edge_commits() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in SOURCES
        for call in calls(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
    ]
    assert [place for place in found if not place.startswith("app/transaction.py")] == []
    assert found, "the edge itself commits, or this test looks in the wrong place"


def test_only_the_clock_reads_the_time() -> None:
    readers = {"now", "utcnow", "today"}
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in SOURCES
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in readers
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in {"datetime", "date"}
    ]
    assert [place.partition(":")[0] for place in found] == ["app/clock.py"]


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_every_route_declares_its_permission(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert len(endpoints) > 40
    assert [name for name in sorted(endpoints) if declared_permission(app, name) is None] == []


FORBIDDEN = {
    "a filter that trusts its input": re.compile(r"\|\s*safe\b"),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "inline style": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "escaping switched off": re.compile(r"autoescape\s+false", re.IGNORECASE),
}


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_templates_hold_nothing_the_policy_forbids(rule: str) -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in TEMPLATES
        if FORBIDDEN[rule].search(path.read_text())
    ]
    assert found == []


def test_styles_know_no_left_and_right() -> None:
    physical = re.compile(
        r"(?<![\w-])(?:(?:margin|padding|border)-(?:left|right)|(?:left|right)\s*:|"
        r"text-align:\s*(?:left|right)|float:\s*(?:left|right))"
    )
    sheets = sorted((ROOT / "app/assets/css").rglob("*.css"))
    found = [
        f"{sheet.relative_to(ROOT)}:{number}"
        for sheet in sheets
        for number, line in enumerate(sheet.read_text().splitlines(), 1)
        if physical.search(line)
    ]
    assert sheets
    assert found == []
