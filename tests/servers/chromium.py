"""Find the system's Chromium, or get one: the journeys drive a real browser.

`python -m tests.servers.chromium` makes sure that there is one.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

FLAGS = (
    "--no-sandbox",  # root, and containers, have none to offer
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def find() -> str | None:
    """Return the path of a Chromium that starts, the system's before playwright's own."""
    for name in NAMES:
        path = shutil.which(name)
        # Some systems ship a stub under this name that only says what to install.
        if path and _run(path, "--version"):
            return path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def install() -> None:
    """Install Chromium by whatever means this user has."""
    if shutil.which("apt-get"):
        rights = () if os.geteuid() == 0 else ("sudo", "-n")
        _run(*rights, "apt-get", "update", "-qq")
        _run(*rights, "apt-get", "install", "-qq", "--yes", "--no-install-recommends", "chromium")
    if find() is None:
        _run(sys.executable, "-m", "playwright", "install", "chromium")


def _run(*command: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(  # noqa: S603 - the commands above, no shell
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except FileNotFoundError:
        return False
    return done.returncode == 0


def main() -> int:
    """Make sure that a browser is there; return the exit code."""
    if find() is None:
        sys.stdout.write("Installing Chromium for the browser tests\n")
        install()
    if find() is None:
        sys.stderr.write(
            "The tests drive a real browser and found none. Install Chromium with your system's\n"
            "package manager, so that `chromium` or `google-chrome` is on the PATH.\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
