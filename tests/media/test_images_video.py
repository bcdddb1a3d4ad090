"""Films: only what is whole, and of a kind that browsers play."""

import io
import struct
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from app.errors import InvalidError
from media.images.probe import Clip, probe_video
from media.limits import MAX_VIDEO_BYTES, AssetKind, Limits
from tests.media import pictures

LIMITS = Limits(max_bytes=MAX_VIDEO_BYTES)


def box(name: bytes, data: bytes = b"", *, large: bool = False) -> bytes:
    if large:
        return struct.pack(">I4sQ", 1, name, 16 + len(data)) + data
    return struct.pack(">I4s", 8 + len(data), name) + data


def mp4(brand: bytes = b"isom", *boxes: bytes) -> bytes:
    others = boxes or (box(b"free"), box(b"moov", b"the index"), box(b"mdat", b"the film"))
    return box(b"ftyp", brand + bytes(4) + brand) + b"".join(others)


def element(name: int, data: bytes, *, size: int | None = None) -> bytes:
    length = len(data) if size is None else size
    return name.to_bytes((name.bit_length() + 7) // 8) + (length | 1 << 56).to_bytes(8) + data


UNKNOWN = (1 << 56) - 1
TRACKS, CLUSTER, INFO, VOID = (
    element(name, bytes(20)) for name in (0x1654AE6B, 0x1F43B675, 0x1549A966, 0xEC)
)


def webm(
    kind: bytes = b"webm", inside: bytes = INFO + TRACKS + CLUSTER, size: int | None = None
) -> bytes:
    head = element(0x1A45DFA3, element(0x4286, b"\x01") + element(0x4282, kind))
    return head + VOID + element(0x18538067, inside, size=size)


def look(data: bytes) -> Clip:
    return probe_video(io.BytesIO(data), LIMITS)


def refusal(data: bytes) -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        look(data)
    sentence = caught.value.message % caught.value.params
    assert sentence.endswith(".")
    return caught.value


@pytest.mark.parametrize(
    "data",
    [
        *(mp4(brand) for brand in (b"isom", b"mp42", b"avc1", b"M4V ", b"iso6", b"MSNV")),
        mp4(b"isom", box(b"mdat", b"the film", large=True), box(b"moov")),
        mp4(b"isom", box(b"moov"), struct.pack(">I4s", 0, b"mdat") + b"to the end"),
        mp4(b"iso5", box(b"moov"), *[box(b"moof"), box(b"mdat")] * 100),
    ],
)
def test_a_whole_mp4_is_taken(data: bytes) -> None:
    assert look(data) == Clip("MP4", "video/mp4")


@pytest.mark.parametrize(
    "data", [webm(), webm(size=UNKNOWN), webm(b"webm\0\0"), webm(inside=TRACKS + CLUSTER * 50)]
)
def test_a_whole_webm_is_taken(data: bytes) -> None:
    assert look(data) == Clip("WebM", "video/webm")


@pytest.mark.parametrize(
    "data",
    [
        mp4()[:-1],
        mp4() + b"x",
        mp4() + b"<html><script>alert(1)</script>",
        mp4() + struct.pack(">I4s", 4, b"free"),
        mp4() + struct.pack(">I4s", 8, b"\x00\x01\x02\x03"),
        mp4() + struct.pack(">I4sQ", 1, b"free", 15),
        mp4() + struct.pack(">I4sQ", 1, b"free", 2**63),
        mp4(b"isom", box(b"moov")),
        mp4(b"isom", box(b"mdat")),
        mp4(b"isom", box(b"moov"), box(b"mdat"), *[box(b"free")] * 5000),
        webm()[:-1],
        webm() + b"x",
        webm() + webm(),
        webm(inside=INFO + TRACKS),
        webm(inside=INFO + CLUSTER + TRACKS),
        webm(inside=b""),
        webm(inside=bytes(40)),
        webm(inside=VOID * 5000),
        webm(size=10**6),
        element(0x1A45DFA3, element(0x4282, b"webm")),
        element(0x1A45DFA3, bytes(9000)),
    ],
)
def test_what_is_not_whole_is_damaged(data: bytes) -> None:
    error = refusal(data)
    assert (error.reason, "video" in error.message) == ("damaged", True)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (webm(b"matroska"), "Matroska"),
        (mp4(b"qt  "), "QuickTime (MOV)"),
        (mp4(b"M4A "), "M4A"),
        (mp4(b"3gp5"), "ISO media"),
        (pictures.encode(pictures.subject(), "JPEG"), "JPEG"),
        (pictures.encode(pictures.subject(), "GIF"), "GIF"),
        (pictures.pdf(), "PDF"),
    ],
)
def test_other_kinds_are_named(data: bytes, name: str) -> None:
    error = refusal(data)
    assert (error.reason, error.params["format"]) == ("unsupported-format", name)
    assert error.params["accepted"] == "MP4, WebM"


@pytest.mark.parametrize(("data", "code"), [(b"", "empty"), (b"a film, I swear", "not-a-video")])
def test_what_is_no_film_is_refused(data: bytes, code: str) -> None:
    assert refusal(data).reason == code


def test_a_film_over_the_limit_is_refused() -> None:
    with pytest.raises(InvalidError) as caught:
        probe_video(io.BytesIO(mp4()), Limits(max_bytes=len(mp4()) - 1))
    assert caught.value.reason == "too-large"
    with pytest.raises(InvalidError) as caught:
        probe_video(io.BytesIO(mp4()), Limits(kinds=frozenset({AssetKind.PICTURE})))
    assert caught.value.reason == "unsupported-format"


class Counting(io.BytesIO):
    """A file that knows how much of it was read."""

    taken = 0

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


@pytest.mark.parametrize(
    "make",
    [
        lambda film: mp4(b"isom", box(b"mdat", film), box(b"moov")),
        lambda film: webm(inside=TRACKS + element(0x1F43B675, film)),
    ],
)
def test_of_a_long_film_little_is_read(make: Callable[[bytes], bytes]) -> None:
    file = Counting(make(bytes(5_000_000)))
    assert probe_video(file, LIMITS)
    assert file.taken < 2000


@settings(max_examples=300, deadline=None)
@given(
    data=st.sampled_from([mp4(), webm()]),
    cuts=st.lists(st.tuples(st.integers(0, 200), st.binary(min_size=1, max_size=8)), max_size=4),
    keep=st.integers(0, 400),
)
def test_no_damage_gets_past_as_anything_but_a_verdict(
    data: bytes, cuts: list[tuple[int, bytes]], keep: int
) -> None:
    changed = bytearray(data)
    for at, noise in cuts:
        changed[at : at + len(noise)] = noise
    with suppress(InvalidError):
        look(bytes(changed[:keep]))
