"""Reading a result bundle: from a folder or a ZIP, hostile or not, with every fault at once."""

import hashlib
import json
import os
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from judging.bundle import (
    Bundle,
    BundleError,
    Chosen,
    Decided,
    Fault,
    files,
    read_bundle,
    read_files,
)
from judging.bundle.decided import FILE
from judging.ranking import ComparisonRow, MarkRow, RankRow, Rung, RungKind
from judging.rubric import Criterion

RUBRIC: dict[str, Any] = {
    "criteria": [
        {"key": "impact", "title": "Impact", "weight": "2", "min": 0, "max": 10, "step": "0.25"},
        {"key": "style", "weight": 1, "min": "1", "max": "10", "step": 1},
    ]
}
ROUNDS: list[dict[str, Any]] = [
    {"round": "sift", "kind": "screen"},
    {"round": 1, "kind": "score", "method": "trimmed_mean", "drop": 0},
    {"round": "short", "kind": "rank", "method": "schulze"},
    {"round": "duel", "kind": "pairwise", "method": "bradley_terry"},
]
GOOD: dict[str, str] = {
    "rubric.json": json.dumps(RUBRIC),
    "method.json": json.dumps({"rounds": ROUNDS, "ties": ["criterion:impact", "seed:x"]}),
    "ballots.csv": "round,entry,judge,criterion,points\n1,Été,ada,impact,31\n1,Été,ada,style,7\n",
    "rankings.csv": "judge,round,entry,position,note\nada,short,Été,1,fine\n",
    "comparisons.csv": "round,judge,winner,loser\r\nduel,ada,Été,b\r\nduel,ada,Été,b\r\n",
    "screens.csv": "round,judge,entry,verdict\nsift,ada,Été,in\n",
}


def read(**changed: str | bytes | None) -> Bundle:
    """Read the good bundle with files changed, or left out; keys have "_" for the dot."""
    given: dict[str, str | bytes] = dict(GOOD)
    for key, content in changed.items():
        name = key.replace("_", ".")
        given.pop(name, None)
        if content is not None:
            given[name] = content
    return read_bundle(
        {name: text.encode() if isinstance(text, str) else text for name, text in given.items()}
    )


def faults(**changed: str | bytes | None) -> list[tuple[str, int, str]]:
    with pytest.raises(BundleError) as caught:
        read(**changed)
    return [(fault.file, fault.line, fault.reason) for fault in caught.value.faults]


def method(*rounds: object, **more: object) -> str:
    return json.dumps({"rounds": list(rounds) or ROUNDS, "ties": []} | more, indent=0)


def test_a_whole_bundle_is_read() -> None:
    bundle = read()
    assert bundle.declared.criteria == (
        Criterion("impact", "Impact", Fraction(2), 0, 40, step=Fraction(1, 4)),
        Criterion("style", "style", Fraction(1), 1, 10),
    )
    assert [each.name for each in bundle.declared.rounds] == ["sift", "1", "short", "duel"]
    assert bundle.declared.places == 3
    assert bundle.declared.ladder == (Rung(RungKind.CRITERION, "impact"), Rung(RungKind.SEED, "x"))
    assert bundle.marks == {
        "1": [MarkRow("Été", "ada", "impact", 31), MarkRow("Été", "ada", "style", 7)]
    }
    assert bundle.rankings == {"short": [RankRow("Été", "ada", 1)]}
    assert bundle.comparisons == {"duel": [ComparisonRow("ada", "Été", "b")] * 2}
    assert bundle.published is None
    assert bundle.declared.digests == {}


def test_a_bundle_needs_only_the_files_of_its_rounds() -> None:
    bundle = read(
        method_json=method(ROUNDS[2]),
        rubric_json=None,
        ballots_csv=None,
        comparisons_csv=None,
        screens_csv=None,
    )
    assert bundle.declared.criteria == ()
    assert faults(method_json=None, rubric_json=None) == [
        ("method.json", 0, "The file is missing.")
    ]
    assert faults(rubric_json=None, ballots_csv=None) == [
        ("ballots.csv", 0, "The file is missing."),
        ("rubric.json", 0, "The file is missing."),
    ]


def test_every_fault_is_told_at_once_with_file_and_line() -> None:
    told = faults(
        rubric_json='{"criteria": [\n {"key": "impact", "weight": "x", "min": 0, "max": 9}]}',
        method_json='{"rounds": [{"round": "1", "kind": "score", "method": "mean"},\n'
        '{"round": "1", "kind": "score", "method": "mode"}]}',
        ballots_csv="round,entry,judge,criterion,points\n1,a,ada,impact,nine\n1,a,ada,impact,9\n",
        rankings_csv="",
    )
    assert [(file, line) for file, line, _reason in told] == [
        ("ballots.csv", 2),
        ("comparisons.csv", 2),
        ("comparisons.csv", 3),
        ("method.json", 2),
        ("method.json", 2),
        ("rankings.csv", 1),
        ("rankings.csv", 1),
        ("rankings.csv", 1),
        ("rankings.csv", 1),
        ("rubric.json", 2),
        ("rubric.json", 2),
        ("screens.csv", 2),
    ]


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        ("1,a,ada,impact,41", 2, "“points” on “impact” must be from 0 to 40, not 41."),
        ("1,a,ada,style,0", 2, "“points” on “style” must be from 1 to 10, not 0."),
        ("1,a,ada,style,7.5", 2, "“points” must be a whole number, not “7.5”."),
        ("1,a,ada,style,\u0667", 2, "“points” must be a whole number, not “\u0667”."),
        ("1,a,ada,charm,7", 2, "rubric.json has no criterion “charm”."),
        ("1,a,,style,7", 2, "“judge” is empty."),
        ("9,a,ada,style,7", 2, "method.json has no score round “9”."),
        ("short,a,ada,style,7", 2, "method.json has no score round “short”."),
        ("1,a,ada,style", 2, "The row has 4 values, and the header 5."),
        ('1,"a\nb",ada,style,7\n\n1,a,ada,style,x', 5, "“points” must be a whole number, not “x”."),
        (
            "1,a,ada,style,7\n1,a,ada,style,7",
            3,
            "The row repeats line 2: “1”, “a”, “ada”, “style”.",
        ),
        ('1,"a"b,ada,style,7', 2, "This is not CSV: ',' expected after '\"'."),
        ('1,"a,ada,style,7', 2, "This is not CSV: unexpected end of data."),
    ],
)
def test_a_bad_ballot_row(rows: str, line: int, reason: str) -> None:
    text = f"round,entry,judge,criterion,points\n{rows}\n"
    assert faults(ballots_csv=text) == [("ballots.csv", line, reason)]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("round,entry,judge,criterion", ["The column “points” is missing."]),
        ("", [f"The column “{c}” is missing." for c in ("round", "entry", "judge", "criterion")]),
        ("round,round,entry,judge,criterion,points", ["The column “round” is there twice."]),
    ],
)
def test_a_bad_header(header: str, told: list[str]) -> None:
    found = faults(ballots_csv=f"{header}\n")
    assert [(file, line) for file, line, _reason in found] == [("ballots.csv", 1)] * len(found)
    assert [reason for _file, _line, reason in found][: len(told)] == told


@pytest.mark.parametrize(
    ("name", "row", "reason"),
    [
        ("rankings.csv", "short,ada,a,0", "“position” must be a whole number from 1, not “0”."),
        ("rankings.csv", "short,ada,a,1st", "“position” must be a whole number from 1, not “1st”."),
        (
            "rankings.csv",
            "short,ada,a,1\nshort,ada,a,2",
            "The row repeats line 2: “short”, “ada”, “a”.",
        ),
        ("comparisons.csv", "duel,ada,a,a", "“a” is compared with itself."),
        ("screens.csv", "sift,ada,a,no", "“verdict” must be one of in, maybe, out, not “no”."),
    ],
)
def test_bad_rows_of_other_tables(name: str, row: str, reason: str) -> None:
    header = (
        GOOD[name]
        .splitlines()[0]
        .replace("judge,round,entry,position,note", "round,judge,entry,position")
    )
    found = faults(**{name.replace(".", "_"): f"{header}\n{row}\n"})
    assert [(file, told) for file, _line, told in found] == [(name, reason)]


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ("1,1,a,7,1\n1,x,b,7,1\n1,2,c,7e1,1\n1,2,d,7,\n9,1,a,7,1\n1,1,a,7,1", [3, 4, 5, 6, 7]),
        ("1,1,,7,1", [2]),
    ],
)
def test_bad_rows_of_what_was_published(rows: str, lines: list[int]) -> None:
    found = faults(standings_csv=f"round,place,entry,score,tied\n{rows}\n")
    assert [line for _file, line, _reason in found] == lines


def test_scores_as_published_are_read_exactly() -> None:
    bundle = read(standings_csv="place,round,entry,score,tied\n1,1,a,-7.10,2\n")
    assert bundle.published is not None
    row = bundle.published["1", "a"]
    assert (row.line, row.place, row.score, row.tied) == (2, 1, Fraction("-7.1"), 2)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("[]", 1, "The file holds no JSON object."),
        ('{"rounds": [],\n "ties": }', 2, "This is not JSON: Expecting value."),
        ("", 1, "This is not JSON: Expecting value."),
        ("[" * 100_000, 1, "This is not JSON: it holds a number too long or objects too deep."),
        ("9" * 5_000, 1, "This is not JSON: it holds a number too long or objects too deep."),
        ('{\n"ties": []}', 1, "“rounds” must list at least one round."),
        (method(), 1, ""),
        (method(ties="seed:x"), 1, "“ties” must list the rungs of the ladder."),
        (method(ties=["toss"]), 1, "“ties” holds “toss”, which is no rung."),
        (method(ties=[["seed:x"]]), 1, "“ties” holds “['seed:x']”, which is no rung."),
        (
            method(ties=["criterion:charm"]),
            1,
            "“ties” names the criterion “charm”, which rubric.json lacks.",
        ),
        (method(places=0), 1, "“places” must be a whole number from 1."),
        (method("1"), 1, "A round must be an object."),
        (method({"kind": "screen"}), 3, "“round” must name the round."),
        (method({"round": "\ud800", "kind": "screen"}), 3, "“round” must name the round."),
        (
            method({"round": "1", "kind": ["score"]}),
            3,
            "“kind” must be one of screen, score, rank, pairwise.",
        ),
        (
            method(*ROUNDS[:1], {"round": "1", "kind": "score", "method": "borda"}, *ROUNDS[2:]),
            7,
            "“method” of a score round must be one of mean, trimmed_mean, median, adjusted.",
        ),
        (
            method(*ROUNDS[:1], ROUNDS[1] | {"drop": -1}, *ROUNDS[2:]),
            7,
            "“drop” must be a whole number of marks to leave out at either end.",
        ),
        (
            method(*ROUNDS[:1], ROUNDS[1] | {"criteria": []}, *ROUNDS[2:]),
            7,
            "“criteria” of a round must list the keys of at least one criterion.",
        ),
        (
            method(*ROUNDS[:1], ROUNDS[1] | {"criteria": "impact"}, *ROUNDS[2:]),
            7,
            "“criteria” of a round must list the keys of at least one criterion.",
        ),
        (
            method(*ROUNDS[:1], ROUNDS[1] | {"criteria": ["charm"]}, *ROUNDS[2:]),
            7,
            "“criteria” names “charm”, which rubric.json lacks.",
        ),
        (method(*ROUNDS, ROUNDS[0]), 23, "The round “sift” is there twice."),
        (
            '{"places": 2,\n"rounds": [],\n"places": 3}',
            1,
            "The key “places” is there twice in one object.",
        ),
        (
            '{"rounds":\n[{"round": "1", "kind": "score", "method": "mean",\n"method": "median"}]}',
            2,
            "The key “method” is there twice in one object.",
        ),
    ],
)
def test_a_bad_method_file(text: str, line: int, reason: str) -> None:
    if reason:
        assert faults(method_json=text) == [("method.json", line, reason)]
    else:
        read(method_json=text)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"key": ""}, "“key” must name the criterion."),
        ({"weight": 0.5}, '“weight” must be a whole number or a decimal text such as "0.25".'),
        ({"max": "1e1"}, '“max” must be a whole number or a decimal text such as "0.25".'),
        ({"min": True}, '“min” must be a whole number or a decimal text such as "0.25".'),
        ({"step": "0"}, "Give Impact a step above zero."),
        ({"weight": "-1"}, "Give Impact a weight above zero."),
        ({"max": "0.1"}, "The scale of Impact must rise from its lowest to its highest mark."),
        ({"key": "style"}, "Each criterion needs a key of its own."),
    ],
)
def test_a_bad_criterion(change: dict[str, object], reason: str) -> None:
    rubric = {"criteria": [RUBRIC["criteria"][0] | change, RUBRIC["criteria"][1]]}
    found = faults(rubric_json=json.dumps(rubric), ballots_csv=GOOD["ballots.csv"])
    assert found == [("rubric.json", 1, reason)]


@pytest.mark.parametrize("criteria", [None, [], "impact"])
def test_a_rubric_without_criteria(criteria: object) -> None:
    told = faults(rubric_json=json.dumps({"criteria": criteria}))
    assert told == [("rubric.json", 1, "“criteria” must list at least one criterion.")]


def test_a_criterion_that_is_no_object() -> None:
    told = faults(rubric_json='{"criteria": ["impact"]}')
    assert told == [("rubric.json", 1, "A criterion must be an object.")]


# --- the manifest --------------------------------------------------------------------------------


def manifest(**changed: object) -> str:
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in GOOD.items()}
    whole = {"format": "podium-bundle/1", "exported_at": "2026-03-14T12:00:00Z", "sha256": digests}
    return json.dumps(whole | changed)


def test_digests_are_compared() -> None:
    assert read(manifest_json=manifest()).declared.digests == {}
    upper = {"method.json": hashlib.sha256(GOOD["method.json"].encode()).hexdigest().upper()}
    assert read(manifest_json=manifest(sha256=upper)).declared.digests == {}
    wrong = {"ballots.csv": "0" * 64, "standings.csv": "0" * 64, "notes.txt": "0" * 64}
    assert read(manifest_json=manifest(sha256=wrong)).declared.digests == {
        "ballots.csv": hashlib.sha256(GOOD["ballots.csv"].encode()).hexdigest(),
        "standings.csv": None,
    }


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"format": "podium-bundle/2"}, "“format” must be “podium-bundle/1”."),
        ({"exported_at": "yesterday"}, "“exported_at” must be a time as in RFC 3339."),
        ({"exported_at": "2026-03-14T12:00"}, "“exported_at” must be a time as in RFC 3339."),
        ({"sha256": []}, "“sha256” must hold a digest for each file."),
        ({"sha256": {"a": 1}}, "The digest of “a” must be 64 hexadecimal digits."),
        ({"sha256": {"a": "0"}}, "The digest of “a” must be 64 hexadecimal digits."),
    ],
)
def test_a_bad_manifest(changed: dict[str, object], reason: str) -> None:
    assert faults(manifest_json=manifest(**changed)) == [("manifest.json", 1, reason)]


def test_a_manifest_that_is_no_json() -> None:
    assert faults(manifest_json="{")[0][:2] == ("manifest.json", 1)


# --- encodings -----------------------------------------------------------------------------------


def test_a_byte_order_mark_and_crlf_do_no_harm() -> None:
    text = "\ufeff" + GOOD["ballots.csv"].replace("\n", "\r\n")
    assert read(ballots_csv=text).marks == read().marks
    assert read(method_json="\ufeff" + GOOD["method.json"]).declared == read().declared


def test_other_encodings_are_refused_with_the_line() -> None:
    reason = "This is not UTF-8; save the file in that encoding."
    latin = GOOD["ballots.csv"].encode("latin-1")
    assert faults(ballots_csv=latin) == [("ballots.csv", 2, reason)]
    wide = GOOD["method.json"].encode("utf-16")
    assert faults(method_json=wide) == [("method.json", 1, reason)]


def test_names_of_every_script_are_kept_as_they_are() -> None:
    composed, decomposed = "\u00e9", "e\u0301"
    names = [
        "照片",
        "صورة",
        "фото",
        "🏆",
        composed,
        decomposed,
        " a",
        "a",
        'q"q',
        "x,y",
        "l\nm",
        "=1+1",
    ]
    rows = "".join(
        '1,"{}",ada,{},7\n'.format(name.replace('"', '""'), key)
        for name in names
        for key in ("impact", "style")
    )
    found = read(ballots_csv=f"round,entry,judge,criterion,points\n{rows}").marks["1"]
    assert list(dict.fromkeys(row.entry for row in found)) == names


# --- folders and archives ------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "bundle"
    place.mkdir()
    for name, text in GOOD.items():
        (place / name).write_text(text, encoding="utf-8", newline="")
    (place / "README.txt").write_text("not ours")
    return place


def zipped(
    path: Path, members: dict[str, str | bytes], method_: int = zipfile.ZIP_DEFLATED
) -> Path:
    with zipfile.ZipFile(path, "w", method_) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def expected() -> dict[str, bytes]:
    return {name: text.encode() for name, text in GOOD.items()}


def test_a_folder_and_its_zip_hold_the_same(folder: Path, tmp_path: Path) -> None:
    assert read_files(folder) == expected()
    assert read_files(zipped(tmp_path / "a.zip", dict(GOOD))) == expected()
    inside = {f"bundle/{name}": text for name, text in GOOD.items()}
    assert read_files(zipped(tmp_path / "b.zip", {"bundle/": "", **inside})) == expected()
    mac = {"__MACOSX/bundle/._method.json": "x", **inside}
    assert read_files(zipped(tmp_path / "c.zip", dict(mac))) == expected()


def test_paths_in_a_zip_lead_nowhere(tmp_path: Path) -> None:
    members = {"../method.json": "{}", "/ballots.csv": "x", "a/b/rubric.json": "{}"}
    assert read_files(zipped(tmp_path / "a.zip", dict(members))) == {}
    assert read_files(zipped(tmp_path / "empty.zip", {})) == {}
    assert list(tmp_path.parent.glob("method.json")) == []


def unreadable(path: Path) -> tuple[Fault, ...]:
    with pytest.raises(BundleError) as caught:
        read_files(path)
    return caught.value.faults


def test_what_is_no_bundle_is_said(tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text("hello")
    assert unreadable(text)[0].reason.startswith("This is neither a folder nor a ZIP")


def test_a_damaged_zip_is_said(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", dict(GOOD), zipfile.ZIP_STORED)
    data = path.read_bytes().replace("Été,ada".encode(), b"Xxxxx,ada", 1)
    path.write_bytes(data)
    (fault,) = unreadable(path)
    assert (fault.file, fault.line) == ("ballots.csv", 0)


@pytest.mark.parametrize(
    "packed", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_whatever_is_broken_in_a_zip_is_said(tmp_path: Path, packed: int) -> None:
    """Python's reader ends in many ways; none of them is anything to show an auditor."""
    path = zipped(tmp_path / "a.zip", dict(GOOD), packed)
    whole = path.read_bytes()
    broken = 0
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            read_files(path)
        except BundleError:
            broken += 1
    assert broken > len(whole) / 4


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("method.json", "{}")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("method.json", "[]")
    assert unreadable(path) == (
        Fault("method.json", 0, "The ZIP holds more than one file of this name."),
    )


def test_a_bomb_is_not_unpacked(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST", 1024 * 1024)
    path = zipped(tmp_path / "a.zip", {"ballots.csv": b"0" * (2 * 1024 * 1024)})
    assert unreadable(path) == (Fault("ballots.csv", 0, "The file is larger than 1 MiB."),)
    (folder / "ballots.csv").write_bytes(b"0" * (2 * 1024 * 1024))
    assert unreadable(folder) == (Fault("ballots.csv", 0, "The file is larger than 1 MiB."),)


def test_a_pipe_or_a_folder_is_not_read(folder: Path) -> None:
    (folder / "ballots.csv").unlink()
    os.mkfifo(folder / "ballots.csv")
    (folder / "rubric.json").unlink()
    (folder / "rubric.json").mkdir()
    assert [(fault.file, fault.reason) for fault in unreadable(folder)] == [
        ("rubric.json", "This is no file."),
        ("ballots.csv", "This is no file."),
    ]


def test_a_file_that_cannot_be_opened_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    assert {fault.reason for fault in unreadable(folder)} == {"The file cannot be read."}


# --- the decision -------------------------------------------------------------------------------


def decided(text: str) -> list[tuple[int, str]]:
    return [(line, reason) for file, line, reason in faults(decision_json=text) if file == FILE]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", [(1, "The file holds no JSON object.")]),
        ('{"winners": []}', [(1, "“winners” must list at least one winner.")]),
        ('{"winners": [7]}', [(1, "A winner must be an object.")]),
        (
            '{"winners": [\n{"place": 0, "reason": 7}]}',
            [
                (2, "“place” must be a whole number from 1."),
                (2, "“entry” must name the entry."),
                (2, "“reason” must be a text."),
            ],
        ),
        (
            '{"winners": [{"place": 1, "entry": "a"}, {"place": 1, "entry": "a"}]}',
            [
                (1, "Two winners have the same “place”."),
                (1, "Two winners have the same “entry”."),
            ],
        ),
        (
            '{"winners": [{"place": 1, "entry": "a"}], "commitment": "x", "sealed": {}}',
            [
                (1, "“sealed” must be a text."),
                (1, "“commitment” must be 64 hexadecimal digits."),
            ],
        ),
    ],
)
def test_a_bad_decision(text: str, told: list[tuple[int, str]]) -> None:
    assert decided(text) == told


def test_a_decision_is_read_in_the_order_of_places_and_the_unknown_left_out() -> None:
    text = """{"state": [], "round": "duel", "winners": [
        {"place": 2, "entry": "b", "reason": "", "mood": 1}, {"place": "1", "entry": 7}]}"""
    found = read(decision_json=text).decided
    assert found == Decided((Chosen(1, "7", ""), Chosen(2, "b", "")), "duel")
    assert read().decided is None
