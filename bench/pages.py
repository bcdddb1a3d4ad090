"""How long the demo forum's public pages take through the whole application, without a network.

Prints the median and the slowest of twenty answers for the first page and every page it links to.
"""

import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from html.parser import HTMLParser
from pathlib import Path

from flask.testing import FlaskClient
from typing_extensions import override

from app.factory import create_app
from app.settings import load_settings

TIMES = 20
MOST_PAGES = 12


class Links(HTMLParser):
    """Collects the addresses on this site that a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href") or ""
        if tag == "a" and href.startswith("/") and href not in self.found:
            self.found.append(href)


def measure(client: FlaskClient, url: str) -> list[float]:
    """Return milliseconds per answer; the first one, which fills caches, is not counted."""
    taken = []
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        status = client.get(url).status_code
        taken.append((time.perf_counter() - began) * 1000)
        if status >= 400:
            sys.exit(f"{url} answered {status}")
    return taken[1:]


def main() -> None:
    """Build a demo forum in a temporary folder and measure its pages."""
    with tempfile.TemporaryDirectory(prefix="podium-bench-") as folder:
        os.environ["DATA_DIR"] = folder
        podium = str(Path(sysconfig.get_path("scripts"), "podium"))
        for verb in ("migrate", "demo"):
            subprocess.run([podium, verb], check=True)
        client = create_app(load_settings()).test_client()
        links = Links()
        links.feed(client.get("/").text)
        sys.stdout.write(f"{'median':>9} {'slowest':>9}\n")
        for url in ["/", *(link for link in links.found if link != "/")][:MOST_PAGES]:
            taken = measure(client, url)
            sys.stdout.write(f"{statistics.median(taken):6.1f} ms {max(taken):6.1f} ms  {url}\n")


if __name__ == "__main__":
    main()
