import pytest

from app.web.forms import clean


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, None),
        ("  Harvest by handset \n", "Harvest by handset"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("NUL \x00 and half a pair \ud83d.", "NUL  and half a pair ."),
        ("red \x1b[31m\x7f\x85\ufffe\ufdd0\U0010ffff alert\t!", "red [31m alert\t!"),
        ("\u202eright to left, \U0001f33e and <b>", "\u202eright to left, \U0001f33e and <b>"),
    ],
)
def test_clean_drops_only_what_cannot_be_kept(typed: str | None, kept: str | None) -> None:
    assert clean(typed) == kept
