"""Recounting a bundle: what is printed, what is compared, and that nothing else is needed."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sysconfig
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging.bundle import (
    BundleError,
    Choice,
    csv_text,
    decision,
    plain,
    read_bundle,
    recount,
    winners,
)
from judging.bundle.recount import Recount, score_text
from judging.ranking import MethodName

PODIUM = Path(sysconfig.get_path("scripts"), "podium")
HEADS = {
    "ballots.csv": "round,entry,judge,criterion,points",
    "rankings.csv": "round,judge,entry,position",
    "comparisons.csv": "round,judge,winner,loser",
    "screens.csv": "round,judge,entry,verdict",
    "standings.csv": "round,place,entry,score,tied",
}
CRITERIA: list[dict[str, object]] = [
    {"key": "impact", "title": "Impact", "weight": "2", "min": 0, "max": 10, "step": "0.25"},
    {"key": "style", "title": "Style", "weight": 1, "min": 0, "max": 10, "step": 1},
]
SCORE = {"round": "1", "kind": "score", "method": "mean"}
RANK = {"round": "2", "kind": "rank", "method": "rank_sum"}
DUEL = {"round": "3", "kind": "pairwise", "method": "bradley_terry"}
SIFT = {"round": "0", "kind": "screen", "method": None}


def bundle(
    *rounds: dict[str, Any], rows: dict[str, str] | None = None, **more: object
) -> dict[str, bytes]:
    """Return the files of a bundle; `rows` are the tables' bodies, by file."""
    files = {
        "rubric.json": json.dumps({"criteria": CRITERIA}),
        "method.json": json.dumps({"rounds": rounds, "ties": []} | more),
    }
    files |= {name: f"{HEADS[name]}\n{body}\n" for name, body in (rows or {}).items()}
    return {name: text.encode() for name, text in files.items()}


def ballots(text: str, name: str = "1") -> str:
    """Return rows for "a ada 31 7; …": entry, judge, impact and style, "-" for no mark."""
    rows = []
    for ballot in text.split(";"):
        entry, judge, *points = ballot.split()
        rows += [
            f"{name},{entry},{judge},{key},{mark}"
            for key, mark in zip(("impact", "style"), points, strict=True)
            if mark != "-"
        ]
    return "\n".join(rows)


def count(files: dict[str, bytes], choice: Choice | None = None) -> Recount:
    return recount(read_bundle(files), choice or Choice())


def printed(files: dict[str, bytes], choice: Choice | None = None) -> list[str]:
    return csv_text(count(files, choice).rounds).splitlines()[1:]


def refused(files: dict[str, bytes], choice: Choice | None = None) -> list[str]:
    with pytest.raises(BundleError) as caught:
        count(files, choice)
    return [fault.reason for fault in caught.value.faults]


THREE = ballots("a ada 31 7; a bob 30 8; b ada 40 1; b bob 20 9; c ada 10 10; c bob 10 10")


def test_the_output_is_what_the_format_says() -> None:
    files = bundle(
        SIFT,
        SCORE,
        RANK,
        DUEL,
        rows={
            "screens.csv": "0,ada,a,in",
            "ballots.csv": THREE,
            "rankings.csv": "2,ada,b,1\n2,ada,a,2\n2,bob,a,1",
            "comparisons.csv": "3,ada,b,a",
        },
    )
    text = (
        "round,place,entry,score,tied\n"
        "1,1,a,7.583333333,1\n"
        "1,2,b,6.666666667,1\n"
        "1,3,c,5,1\n"
        "2,1,a,3,2\n"
        "2,1,b,3,2\n"
        "3,1,b,1.378102182,1\n"
        "3,2,a,-1.378102182,1\n"
    )
    assert csv_text(count(files).rounds) == text


@pytest.mark.parametrize(
    ("score", "exact", "text"),
    [
        (Fraction(31, 4), True, "7.75"),
        (Fraction(8), True, "8"),
        (Fraction(-1, 8), True, "-0.125"),
        (Fraction(1, 2**12), True, "0.000244140625"),
        (Fraction(22, 3), True, "7.333333333"),
        (Fraction(-2, 3), True, "-0.666666667"),
        (Fraction(1, 3 * 10**10), True, "0.000000000"),
        (Fraction(8), False, "8.000000000"),
        (Fraction(0), True, "0"),
    ],
)
def test_scores_are_written_in_full_or_with_nine_digits(
    score: Fraction,
    exact: bool,  # noqa: FBT001 - a table's column
    text: str,
) -> None:
    assert score_text(score, exact=exact) == text


def test_names_survive_the_output() -> None:
    names = ['q"q', "x,y", "l\nm", "c\rr", "照片", " a", "=1"]
    quoted = (name.replace('"', '""') for name in names)
    rows = "\n".join(f'2,ada,"{name}",{at}' for at, name in enumerate(quoted, 1))
    text = csv_text(count(bundle(RANK, rows={"rankings.csv": rows})).rounds)
    assert [row[2] for row in csv.reader(io.StringIO(text, newline=""))][1:] == names


def test_missing_marks_leave_the_average_of_those_there_are() -> None:
    files = bundle(
        SCORE, rows={"ballots.csv": ballots("a ada 40 -; a bob 20 6; b ada - 4; b bob 8 -")}
    )
    assert printed(files) == ["1,1,a,7,1", "1,2,b,2.666666667,1"]


def test_an_entry_without_a_criterion_has_no_place_and_it_is_said() -> None:
    files = bundle(SCORE, rows={"ballots.csv": ballots("a ada 40 8; b ada 40 -; b bob 40 -")})
    found = count(files)
    assert csv_text(found.rounds).splitlines()[1:] == ["1,1,a,9.333333333,1"]
    assert found.notes == (
        "Round “1” places “b” nowhere for want of marks: “b” has 0 on “style”, and 1 are needed.",
    )


def test_a_round_has_the_criteria_on_which_it_has_marks() -> None:
    again = SCORE | {"round": "2"}
    rows = "\n".join((ballots("a ada 40 8"), ballots("a ada 30 -; b ada 40 -", "2")))
    assert printed(bundle(SCORE, again, rows={"ballots.csv": rows})) == [
        "1,1,a,9.333333333,1",
        "2,1,b,10,1",
        "2,2,a,7.5,1",
    ]


def test_methods_and_rounds_can_be_chosen() -> None:
    three = "a ada 40 9; a bob 0 0; a eve 20 3; b ada 16 4; b bob 16 4; b eve 16 4"
    files = bundle(
        SCORE,
        RANK,
        rows={"ballots.csv": ballots(three), "rankings.csv": "2,ada,b,1\n2,ada,a,2"},
    )
    trimmed = Choice(MethodName.TRIMMED_MEAN, 1)
    assert printed(files, trimmed) == ["1,1,a,4.333333333,1", "1,2,b,4,1", "2,1,b,1,1", "2,2,a,2,1"]
    assert printed(files, Choice(MethodName.BORDA, round="2")) == ["2,1,b,1,1", "2,2,a,0,1"]
    assert printed(files, Choice(round="1"))[0] == "1,1,a,4.666666667,1"
    assert refused(files, Choice(round="9")) == ["There is no round “9”."]
    assert refused(files, Choice(MethodName.BRADLEY_TERRY)) == [
        "No round that was asked for can be counted by bradley_terry."
    ]
    assert refused(files, Choice(drop=1)) == [
        "No round that was asked for is counted by trimmed_mean, which drops marks."
    ]
    assert refused(files, Choice(MethodName.TRIMMED_MEAN)) == [
        "The round “1” says no “drop”; give one with --drop."
    ]
    assert refused(files, Choice(MethodName.TRIMMED_MEAN, 2)) == [
        "The round “1” has too few marks to place anybody: “a” has 3 on “impact”, and 5 are needed."
    ]


def test_a_declared_drop_can_be_changed() -> None:
    declared = SCORE | {"method": "trimmed_mean", "drop": 1}
    files = bundle(declared, rows={"ballots.csv": ballots("a x 40 9; a y 4 0; a z 0 0")})
    assert printed(files) == ["1,1,a,0.666666667,1"]
    assert printed(files, Choice(drop=0)) == ["1,1,a,3.444444444,1"]


def test_a_round_with_nothing_in_it_is_refused() -> None:
    rows = {"ballots.csv": THREE, "rankings.csv": ""}
    assert refused(bundle(SCORE, RANK, rows=rows)) == ["The round “2” has no rows to count."]
    assert printed(bundle(SCORE, RANK, rows=rows), Choice(round="1"))
    only = bundle(SIFT, rows={"screens.csv": "0,ada,a,in"})
    assert refused(only) == ["Only screening was asked for, and screening places nobody."]


def test_adjusting_says_what_it_cannot_tell() -> None:
    files = bundle(
        SCORE | {"method": "adjusted"},
        rows={"ballots.csv": ballots("a ada 40 9; b ada 20 3; c bob 40 9; d bob 20 3")},
    )
    found = count(files)
    assert len(csv_text(found.rounds).splitlines()) == 5
    assert found.notes
    assert all(note.startswith("Round “1”: ") and "%(" not in note for note in found.notes)


# --- what was published --------------------------------------------------------------------------

PUBLISHED = "1,1,a,7.5833333330,1\n1,2,b,6.666666666,1\n1,3,c,5.0,1"


def differences(published: str, choice: Choice | None = None) -> tuple[str, ...]:
    rows = {"ballots.csv": THREE, "standings.csv": published}
    return count(bundle(SCORE, rows=rows), choice).differences


def test_what_was_published_is_compared_as_numbers_in_any_order() -> None:
    assert differences(PUBLISHED) == ()
    assert differences("\n".join(reversed(PUBLISHED.splitlines()))) == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("6.666666666", "6.66", "has place 2, score 6.66, tied 1; recounted: place 2, score 6.666"),
        ("5.0", "5.0000000001", "score 5.0000000001, tied 1; recounted: place 3, score 5, tied 1."),
        ("1,3,c", "1,2,c", "standings.csv, line 4: “c” of round “1” has place 2"),
        ("5.0,1", "5.0,2", "tied 2; recounted"),
        ("1,3,c,5.0,1", "1,3,d,5,1", "standings.csv lacks “c” of round “1”."),
        ("5.0,1", "5.0,1\n1,4,d,1,1", "standings.csv, line 5: “d” of round “1” has no place."),
    ],
)
def test_what_differs_is_told(old: str, new: str, told: str) -> None:
    found = differences(PUBLISHED.replace(old, new))
    assert told in found[0]


def test_only_the_rounds_asked_for_are_compared() -> None:
    rows = {"ballots.csv": THREE, "rankings.csv": "2,ada,a,1", "standings.csv": PUBLISHED}
    files = bundle(SCORE, RANK, rows=rows)
    assert count(files, Choice(round="1")).differences == ()
    assert count(files).differences == ("standings.csv lacks “a” of round “2”.",)
    assert count(files, Choice(MethodName.MEDIAN, round="1")).differences == ()


def test_changed_files_are_told() -> None:
    files = bundle(SCORE, rows={"ballots.csv": THREE})
    digests = {"ballots.csv": "0" * 64, "standings.csv": "0" * 64}
    manifest = {"format": "podium-bundle/1", "sha256": digests}
    files["manifest.json"] = json.dumps(manifest).encode()
    real = hashlib.sha256(files["ballots.csv"]).hexdigest()
    assert count(files).differences == (
        f"ballots.csv is not what the manifest says: its SHA-256 is {real}.",
        "standings.csv is in the manifest and not in the bundle.",
    )


# --- words ---------------------------------------------------------------------------------------


def test_the_winners_are_told_in_words() -> None:
    even = ballots("a ada 20 5; b ada 20 5; c ada 20 5; d ada 4 1")
    ladder = ["criterion:impact", "chair:ada", "head_to_head", "seed:3 March"]
    files = bundle(SCORE, rows={"ballots.csv": even}, ties=ladder, places=2)
    order = sorted("abc", key=lambda e: hashlib.sha256(f"3 March\n{e}".encode()).hexdigest())
    told = list(winners(count(files)))
    assert told[:3] == [
        "Winners of round “1”, by mean:",
        f"  1. “{order[0]}” with 5",
        f"  2. “{order[1]}” with 5",
    ]
    assert told[3] == "Place 1, “a”, “b”, “c”: Their averages of “impact” are equal."
    assert told[6].endswith(")")
    assert len(told) == 7


def test_what_a_chair_ranked_is_told_as_an_order() -> None:
    """Without marks there is no number to tell, and none of whom the chair left out."""
    body = "2,ada,a,1\n2,ada,b,2\n2,bob,b,1\n2,bob,a,2\n2,cy,a,1\n2,dee,b,1"
    files = bundle(RANK, rows={"rankings.csv": body}, ties=["chair:cy"], places=1)
    told = list(winners(count(files)))
    assert told[2:] == [
        "Place 1, “a”, “b”: The one that the chair holds better goes first. (“a” before “b”)"
    ]


def test_places_that_stay_shared_are_told() -> None:
    even = ballots("a ada 20 5; b ada 20 5; c ada 4 1; d ada 4 1")
    files = bundle(
        SCORE | {"method": "trimmed_mean", "drop": 0},
        rows={"ballots.csv": even},
        ties=["chair:bob"],
    )
    assert list(winners(count(files))) == [
        "Winners of round “1”, by trimmed_mean:",
        "  1. “a” with 5, a place shared by 2",
        "  1. “b” with 5, a place shared by 2",
        "  3. “c” with 1, a place shared by 2",
        "  3. “d” with 1, a place shared by 2",
        "There are 3 places, and the ladder leaves the last of them shared.",
        "Place 1, “a”, “b”: The chair did not judge all of them.",
        "Place 3, “c”, “d”: The chair did not judge all of them.",
    ]
    more = ballots("a x 20 5; a y 20 5; a z 4 1; b x 8 2; b y 8 2; b z 8 2")
    dropping = bundle(
        SCORE | {"method": "trimmed_mean", "drop": 1}, rows={"ballots.csv": more}, places=1
    )
    assert next(winners(count(dropping))) == "Winners of round “1”, by trimmed_mean, dropping 1:"


def test_ties_below_the_winners_are_not_told() -> None:
    even = ballots("a ada 20 5; b ada 4 1; c ada 4 1")
    files = bundle(SCORE, rows={"ballots.csv": even}, ties=["chair:bob"], places=1)
    assert len(list(winners(count(files)))) == 2


def test_look_alikes_are_told() -> None:
    rows = "2,ada,\u00e9,1\n2,ada,e\u0301,2"
    found = count(bundle(RANK, rows={"rankings.csv": rows}))
    (note,) = found.notes
    assert note.startswith("“\u00e9” is spelt with 2 different sequences of characters")


def test_words_cannot_steer_a_terminal() -> None:
    assert plain("照片 é\x1b[2J\u202e\n") == "照片 é\\x1b[2J\\u202e\\n"


# --- what was decided -----------------------------------------------------------------------------


FIVE = ballots("a x 40 9; b x 36 9; c x 32 8; d x 32 8; e x 4 1")


def decided(*chosen: str, because: str = "", **more: str) -> bytes:
    listed = [
        {"place": place, "entry": entry, "reason": because}
        for place, entry in enumerate(chosen, start=1)
    ]
    return json.dumps({"winners": listed} | more).encode()


def told(text: bytes, choice: Choice | None = None) -> list[str]:
    files = bundle(SCORE, rows={"ballots.csv": FIVE}) | {"decision.json": text}
    return list(decision(count(files, choice)))


def test_a_decision_that_departs_is_told_with_its_reason() -> None:
    assert told(decided("a", "b")) == ["The organisers decided as the standings say."]
    assert told(decided("b", "a", because="Braver.", round="1")) == [
        (
            "The standings put “a” first; the organisers chose “b”, which stands second, because: "
            "“Braver.”"
        )
    ]
    assert told(decided("a", "e")) == [
        (
            "The standings put “b” second; the organisers chose “e”, which stands fifth, "
            "and give no reason."
        )
    ]
    assert told(decided("a", "b", "unread", because="It had to be.")) == [
        (
            "The standings put “c”, “d” third; the organisers chose “unread”, which has no place, "
            "because: “It had to be.”"
        )
    ]
    assert told(decided("a", "b", "c", because="The chair's voice.")) == [
        "The organisers chose “c” among 2 entries that stand equal, because: “The chair's voice.”"
    ]
    assert list(decision(count(bundle(SCORE, rows={"ballots.csv": FIVE})))) == []


def test_places_beyond_words_are_told_in_numbers() -> None:
    rows = ballots("; ".join(f"{entry} x {40 - at} 9" for at, entry in enumerate("abcdefghijk")))
    files = bundle(SCORE, rows={"ballots.csv": rows}) | {"decision.json": decided("k")}
    (sentence,) = decision(count(files))
    assert "“k”, which stands on place 11, and" in sentence


def test_of_another_round_than_the_one_asked_for_no_decision_is_told() -> None:
    rows = {"ballots.csv": FIVE, "rankings.csv": "2,x,b,1\n2,x,a,2"}
    for round_, expected in (("1", []), ("2", ["The organisers decided as the standings say."])):
        files = bundle(SCORE, RANK, rows=rows) | {"decision.json": decided("b", round="2")}
        assert list(decision(count(files, Choice(round=round_)))) == expected


def sealing(**changed: str) -> list[str]:
    """Return what differs in a bundle whose winner was sealed, but for what is changed."""
    kept = "salt\n{}"
    said = {
        "winners": [{"place": 1, "number": "a"}],
        "withheld": hashlib.sha256(kept.encode()).hexdigest(),
    }
    sealed = f"salt\n{json.dumps(said)}"
    digest = hashlib.sha256(sealed.encode()).hexdigest()
    given = {"commitment": digest, "sealed": sealed, "withheld": kept} | changed
    if "sealed" in changed:
        given["commitment"] = hashlib.sha256(changed["sealed"].encode()).hexdigest()
    text = decided("a", **given)
    files = bundle(SCORE, rows={"ballots.csv": FIVE}) | {"decision.json": text}
    return list(count(files).differences)


OTHER = "decision.json: the withheld text is not the one that the sealed text names."
WINNERS = "decision.json: the winners are not those of the sealed text."


def test_a_seal_that_does_not_hold_is_a_difference() -> None:
    assert sealing() == []
    assert sealing(commitment="0" * 64) == [
        "decision.json: the sealed text is not the one that the commitment is of."
    ]
    assert sealing(withheld="salt\n[]") == [OTHER]
    assert sealing(withheld="", sealed='\n{"winners": [{"place": 1, "number": "b"}]}') == [WINNERS]
    for broken in ("salt", "\n[]", "\n{}", '\n{"winners": [1]}'):
        assert sealing(sealed=broken) == [OTHER, WINNERS]


# --- against the plain definition ----------------------------------------------------------------


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abcdef"), st.sampled_from("xyz")),
        st.tuples(st.integers(0, 40), st.integers(0, 10)),
        min_size=1,
    ),
    st.randoms(use_true_random=False),
)
def test_a_recount_is_the_definition_whatever_the_order_of_rows(
    given_: dict[tuple[str, str], tuple[int, int]], random: Random
) -> None:
    rows = ballots("; ".join(f"{e} {j} {i} {s}" for (e, j), (i, s) in given_.items())).splitlines()
    text = printed(bundle(SCORE, rows={"ballots.csv": "\n".join(rows)}))
    random.shuffle(rows)
    assert printed(bundle(SCORE, rows={"ballots.csv": "\n".join(rows)})) == text
    by_entry: defaultdict[str, list[Fraction]] = defaultdict(list)
    for (entry, _judge), (impact, style) in given_.items():
        by_entry[entry].append((Fraction(impact, 2) + style) / 3)
    means = {entry: sum(each) / len(each) for entry, each in by_entry.items()}
    expected = sorted(
        (1 + sum(other > mean for other in means.values()), entry) for entry, mean in means.items()
    )
    assert [tuple(row.split(",")[1:3]) for row in text] == [
        (str(place), entry) for place, entry in expected
    ]


# --- the command ---------------------------------------------------------------------------------


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def podium(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Run the command where there is nothing, with settings that nothing could start with."""
    broken = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": "nonsense://",
        "STORE_URL": "nowhere",
        "SECRET_KEY": "",
        "PORT": "none",
        "LC_ALL": "C",
        "PYTHONIOENCODING": "latin-1",
    }
    return subprocess.run(  # noqa: S603 - our own command
        [PODIUM, "recount", *map(str, arguments)],
        cwd=cwd,
        env=broken,
        capture_output=True,
        check=False,
    )


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    place = tmp_path / "empty"
    place.mkdir()
    return place


def test_the_command_needs_nothing_but_the_bundle(tmp_path: Path, empty: Path) -> None:
    rows = {"ballots.csv": ballots("照片 ada 31 7; é ada 40 1")}
    folder = write(tmp_path / "bundle", bundle(SCORE, rows=rows))
    done = podium(folder, cwd=empty)
    assert done.stdout.decode() == ("round,place,entry,score,tied\n1,1,照片,7.5,1\n1,2,é,7,1\n")
    assert "Winners of round “1”, by mean:\n  1. “照片” with 7.5\n" in done.stderr.decode()
    assert done.returncode == 0
    assert list(empty.iterdir()) == []


def test_the_command_says_by_its_status_what_it_found(tmp_path: Path, empty: Path) -> None:
    rows = {"ballots.csv": THREE, "standings.csv": PUBLISHED.replace("1,3,c", "1,1,c")}
    changed = podium(write(tmp_path / "changed", bundle(SCORE, rows=rows)), cwd=empty)
    assert changed.returncode == 3
    assert changed.stdout.count(b"\n") == 4
    assert "recounted: place 3" in changed.stderr.decode()
    rows = {"ballots.csv": f"{THREE}\n1,a,ada,impact,99\n1,a,ada,charm,9"}
    unusable = podium(write(tmp_path / "unusable", bundle(SCORE, rows=rows)), cwd=empty)
    assert unusable.returncode == 2
    assert unusable.stdout == b""
    assert unusable.stderr.decode().splitlines() == [
        "ballots.csv, line 14: “points” on “impact” must be from 0 to 40, not 99.",
        "ballots.csv, line 15: rubric.json has no criterion “charm”.",
    ]
    for arguments in (["nowhere"], [tmp_path / "changed", "--method", "guess"]):
        assert podium(*arguments, cwd=empty).returncode == 2


def test_the_command_takes_other_ways_to_count(tmp_path: Path, empty: Path) -> None:
    three = "a ada 40 9; a bob 0 0; a eve 20 3; b ada 16 4; b bob 16 4; b eve 16 4"
    folder = write(tmp_path / "bundle", bundle(SCORE, rows={"ballots.csv": ballots(three)}))
    done = podium(folder, "--method", "trimmed_mean", "--drop", 1, "--round", 1, cwd=empty)
    assert done.stdout.decode().splitlines()[1:] == ["1,1,a,4.333333333,1", "1,2,b,4,1"]


def test_the_command_tells_a_departure_and_ends_well(tmp_path: Path, empty: Path) -> None:
    files = bundle(SCORE, rows={"ballots.csv": THREE})
    chosen = files | {"decision.json": decided("b", "a", because="Braver.")}
    done = podium(write(tmp_path / "bundle", chosen), cwd=empty)
    assert done.returncode == 0
    assert "the organisers chose “b”, which stands second, because: “Braver.”" in (
        done.stderr.decode()
    )
    broken = podium(write(tmp_path / "broken", files | {"decision.json": b"{"}), cwd=empty)
    assert broken.returncode == 2
    assert broken.stderr.decode().startswith("decision.json, line 1: This is not JSON")


def test_many_faults_are_told_in_part(tmp_path: Path, empty: Path) -> None:
    rows = {"ballots.csv": "\n".join(["1,a,ada,impact,x"] * 1500)}
    done = podium(write(tmp_path / "bundle", bundle(SCORE, rows=rows)), cwd=empty)
    told = done.stderr.decode().splitlines()
    assert (len(told), told[-1]) == (1001, "… and 500 more.")


def test_two_hundred_thousand_marks_and_thousands_of_rounds(tmp_path: Path, empty: Path) -> None:
    random = Random(4)  # noqa: S311 - made-up marks
    rounds = [SCORE | {"round": str(number)} for number in range(2000)]
    rows = "\n".join(
        f"{each['round']},entry {entry},judge {judge},{key},{random.randint(0, 10)}"
        for each in rounds
        for entry in range(10)
        for judge in range(5)
        for key in ("impact", "style")
    )
    folder = write(tmp_path / "bundle", bundle(*rounds, rows={"ballots.csv": rows}))
    began = os.times()
    done = podium(folder, cwd=empty)
    spent = os.times().children_user - began.children_user
    assert done.returncode == 0
    assert done.stdout.count(b"\n") == 1 + 2000 * 10
    assert spent < 10
