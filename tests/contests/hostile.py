"""Words that try to break a page, a query or a mail."""

import json
import os
from pathlib import Path

from app.web.forms import clean

TEXTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea></title></style><svg/onload=alert(1)>",
    "[click](javascript:alert(1)) <javascript:alert(1)> ![x](javascript:alert(1))",
    "{{ 7 * 7 }} {% raw %} %(name)s %s %d %",
    "'; DROP TABLE entries; --",
    "% _ \\ / ' \" * ?",
    "Robert\x00NUL\x1b[31m\ufffe",
    "line\r\nBcc: everybody@example.org",
    "\u202eedirrevo\u2066\u200b",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f",
    "\ufdfd" * 30,
    "👩‍👩‍👧‍👦🇺🇳" * 8,
    "زهرة 张伟 Åsa Ньютон",
    "x" * 150,
)


def corpus() -> list[str]:
    """Return the strings of a folder of hostile texts, where PODIUM_CORPUS names one."""
    folder = Path(os.environ.get("PODIUM_CORPUS") or "no-such-folder") / "hostile-text"
    found: list[str] = []
    for path in sorted(folder.glob("*.json")):
        found += json.loads(path.read_text())
    for path in sorted(folder.glob("*.txt")):
        found += path.read_text(errors="replace").splitlines()
    return [text for text in found if typed(text)]


def typed(text: str) -> str:
    """Return what a form keeps of `text`."""
    return clean(text) or ""
