"""What is committed works on anybody's machine: no addresses of registries, no paths of ours."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Taken apart, so that this file does not contain what it forbids.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("deb", "debian", "org"),
    )
]
MACHINE_PATHS = re.compile(r"(?<![\w./-])/(?:root|work|Users|home/\w+)(?:/|\b)")
LOCKS = sorted(path.name for path in (ROOT / "requirements").glob("*.txt"))


def tracked() -> list[Path]:
    # The checkout may belong to somebody else than the user who tests it.
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],  # noqa: S607 - the system's git
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listing.stdout.split("\0") if name]


def texts() -> Iterator[tuple[Path, str]]:
    for path in tracked():
        if path.is_file():
            yield path.relative_to(ROOT), path.read_bytes().decode(errors="replace")


def test_no_address_of_a_registry_is_committed() -> None:
    found = [(path, host) for path, text in texts() for host in REGISTRIES if host in text]
    assert found == []


def test_no_path_of_one_machine_is_committed() -> None:
    found = [(path, hit.group()) for path, text in texts() for hit in MACHINE_PATHS.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    ("path", "ours"),
    [("_root_x", True), ("in _home_ann_x", True), ("https:__x.org_work_1", False), ("_", False)],
)
def test_the_pattern_knows_a_machine_path(path: str, ours: bool) -> None:  # noqa: FBT001 - a table
    assert bool(MACHINE_PATHS.search(path.replace("_", "/"))) is ours


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    packages = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
    assert packages
    unpinned = [p.split()[0] for p in packages if "==" not in p or "--hash=sha256:" not in p]
    assert unpinned == []


def test_nothing_generated_is_committed() -> None:
    generated = ("node_modules", ".venv", "app/static", "var")
    inside = [path.relative_to(ROOT).as_posix() for path in tracked()]
    assert [path for path in inside if path.startswith(tuple(f"{g}/" for g in generated))] == []
