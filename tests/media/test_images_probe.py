"""The gate: what is a picture, and what the sender is told if it is not."""

import io
import struct
import warnings
import zlib
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from app.errors import InvalidError
from media.images.probe import Document, Picture, probe, probe_document
from media.images.sniff import sniff
from media.images.weight import bytes_per_pixel
from media.limits import AssetKind, Limits
from tests.media import pictures

LIMITS = Limits()


def look(data: bytes, limits: Limits = LIMITS) -> Picture:
    return probe(io.BytesIO(data), limits)


def refusal(data: bytes, limits: Limits = LIMITS) -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        look(data, limits)
    sentence = caught.value.message % caught.value.params
    assert sentence.endswith(".")
    assert "%(" not in sentence
    return caught.value


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("WEBP", "image/webp"),
        ("HEIF", "image/heic"),
        ("AVIF", "image/avif"),
        ("TIFF", "image/tiff"),
    ],
)
def test_each_format_is_known_by_its_content(name: str, media_type: str) -> None:
    data = pictures.encode(pictures.subject(120, 80), name)
    assert look(data) == Picture(name, media_type, 120, 80, orientation=1, has_icc=False, frames=1)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_width_and_height_are_those_of_the_upright_picture(name: str, orientation: int) -> None:
    stored = pictures.stored_turned(pictures.subject(120, 80), orientation)
    picture = look(pictures.encode(stored, name, exif=pictures.exif(orientation)))
    assert (picture.width, picture.height, picture.orientation) == (120, 80, orientation)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_heic_turns_itself_and_needs_no_more_turning(orientation: int) -> None:
    stored = pictures.stored_turned(pictures.subject(128, 64), orientation)
    picture = look(pictures.encode(stored, "HEIF", exif=pictures.exif(orientation)))
    assert (picture.width, picture.height, picture.orientation) == (128, 64, 1)


@pytest.mark.parametrize("block", [pictures.exif(0), pictures.exif(9), b"Exif\0\0garbage", b""])
def test_a_senseless_orientation_is_none(block: bytes) -> None:
    data = pictures.encode(pictures.subject(), "JPEG", exif=block)
    assert look(data).orientation == 1


def test_an_orientation_in_xmp_is_ignored_as_viewers_do() -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf tiff:Orientation="6"/></x:xmpmeta>'
    assert look(pictures.encode(pictures.subject(), "JPEG", xmp=xmp)).orientation == 1


def test_a_profile_is_seen() -> None:
    profile = pictures.display_p3()
    assert look(pictures.encode(pictures.subject(), "JPEG", icc_profile=profile)).has_icc


@pytest.mark.parametrize(
    ("name", "frames"), [("WEBP", 3), ("PNG", 3), ("TIFF", 2), ("AVIF", 3), ("MPO", 3)]
)
def test_more_than_one_frame_is_seen(name: str, frames: int) -> None:
    first, *others = (Image.new("RGB", (64, 48), colour) for colour in pictures.CORNERS[:3])
    data = pictures.encode(first, name, save_all=True, append_images=others)
    picture = look(data)
    assert picture.frames == frames
    assert picture.format == ("JPEG" if name == "MPO" else name)


def test_an_empty_file() -> None:
    assert refusal(b"").reason == "empty"


def test_a_file_over_the_limit() -> None:
    data = pictures.encode(pictures.subject(), "PNG")
    assert refusal(data, Limits(max_bytes=len(data) - 1)).reason == "too-large"
    assert look(data, Limits(max_bytes=len(data)))


@pytest.mark.parametrize(
    "data", [b"\x00", b"hello", b"\x7fELF" + bytes(64), b"MZ" + bytes(64), b"<?php ?>", b"<?xml"]
)
def test_what_nobody_knows_is_no_picture(data: bytes) -> None:
    error = refusal(data)
    assert error.reason == "not-a-picture"
    assert error.params == {"accepted": "JPEG, PNG, WebP, HEIC, AVIF, TIFF"}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (pictures.encode(pictures.subject(), "GIF"), "GIF"),
        (pictures.encode(pictures.subject(), "BMP"), "BMP"),
        (pictures.encode(pictures.subject(), "JPEG2000"), "JPEG 2000"),
        (b"\xff\x0a" + bytes(30), "JPEG XL"),
        (b"\x00\x00\x00\x0cJXL \r\n\x87\n" + bytes(30), "JPEG XL"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a --><svg/>", "SVG"),
        (b"  <!DOCTYPE html><script>alert(1)</script>", "HTML"),
        (pictures.pdf(), "PDF"),
        (b"PK\x03\x04" + bytes(30), "ZIP"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42", "MP4"),
        (b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom", "Canon RAW"),
        (b"II\x2a\x00\x10\x00\x00\x00CR\x02\x00", "Canon RAW"),
        (b"8BPS\x00\x01" + bytes(30), "Photoshop (PSD)"),
    ],
)
def test_what_is_known_and_not_taken_is_named(data: bytes, name: str) -> None:
    error = refusal(data)
    assert error.reason == "unsupported-format"
    assert error.params["format"] == name


@pytest.mark.parametrize("tags", [{0xFE: 1}, {0xC612: b"\x01\x04\x00\x00"}])
def test_a_camera_raw_file_is_not_taken_for_its_thumbnail(tags: dict[int, object]) -> None:
    info = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, value in tags.items():
        info.tagtype[tag] = 4 if isinstance(value, int) else 1
        info[tag] = value
    error = refusal(pictures.encode(pictures.subject(), "TIFF", tiffinfo=info))
    assert (error.reason, error.params["format"]) == ("unsupported-format", "RAW")


def test_a_contest_may_take_fewer_formats() -> None:
    error = refusal(
        pictures.encode(pictures.subject(), "HEIF"), Limits(formats=frozenset({"JPEG", "PDF"}))
    )
    assert error.reason == "unsupported-format"
    assert error.params == {"format": "HEIC", "accepted": "JPEG"}


def test_a_bomb_is_refused_by_its_header() -> None:
    for side in (10_001, 50_000, 2**31 - 1):
        assert refusal(pictures.png_header(side, side)).reason == "too-many-pixels"


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF"])
def test_the_cap_on_pixels_holds_for_each_format(name: str) -> None:
    data = pictures.encode(pictures.subject(120, 80), name)
    assert look(data, Limits(max_pixels=120 * 80))
    error = refusal(data, Limits(max_pixels=120 * 80 - 1))
    assert error.reason == "too-many-pixels"


def jpeg_claiming(data: bytes, width: int, height: int) -> bytes:
    """Return a JPEG whose frame header says another size (ITU-T T.81, B.2.2)."""
    at = next(found for mark in (b"\xff\xc0", b"\xff\xc2") if (found := data.find(mark)) > 0)
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def webp_claiming(name: bytes, width: int, height: int) -> bytes:
    """Return the start of a WebP of one empty chunk of pixels, on a canvas of this size."""
    canvas = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas + name + struct.pack("<I", 10) + bytes(10)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def png_claiming(width: int, height: int, depth: int, colour: int, interlaced: int) -> bytes:
    data = pictures.png_header(width, height)
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    return data[:16] + head + struct.pack(">I", zlib.crc32(b"IHDR" + head)) + data[33:]


PLAIN = pictures.encode(pictures.subject(), "JPEG")
STEPWISE = pictures.encode(pictures.subject(), "JPEG", progressive=True)
FINE = pictures.encode(pictures.subject(), "JPEG", progressive=True, subsampling=0)


@pytest.mark.parametrize(
    ("make", "megapixels"),
    [
        (lambda w, h: jpeg_claiming(PLAIN, w, h), 100),
        (lambda w, h: jpeg_claiming(STEPWISE, w, h), 100),
        (lambda w, h: jpeg_claiming(FINE, w, h), 57),
        (lambda w, h: png_claiming(w, h, 16, 6, 0), 100),
        (lambda w, h: png_claiming(w, h, 8, 2, 1), 100),
        (lambda w, h: png_claiming(w, h, 8, 6, 1), 83),
        (lambda w, h: png_claiming(w, h, 16, 2, 1), 55),
        (lambda w, h: png_claiming(w, h, 16, 6, 1), 41),
        (lambda w, h: webp_claiming(b"VP8 ", w, h), 100),
        (lambda w, h: webp_claiming(b"VP8L", w, h), 80),
        (lambda w, h: webp_claiming(b"ANMF", w, h), 25),
    ],
)
def test_each_kind_has_the_most_pixels_that_there_is_memory_for(
    make: Callable[[int, int], bytes], megapixels: int
) -> None:
    assert look(make(1000 * megapixels // 10, 10_000)).width == 100 * megapixels
    error = refusal(make(1000 * megapixels // 10 + 1, 10_000))
    assert (error.reason, error.params["limit"]) == ("too-many-pixels", str(megapixels))


@pytest.mark.parametrize(
    ("name", "mode", "weight"),
    [
        ("HEIF", "RGB", 5.0),
        ("HEIF", "RGBA", 10.0),
        ("HEIF", "L", 10.0),
        ("AVIF", "RGB", 9.0),
        ("AVIF", "RGBA", 20.0),
        ("TIFF", "RGB", 0.0),
        ("JPEG", "RGB", 0.0),
    ],
)
def test_what_decoding_takes_is_told_from_the_header(name: str, mode: str, weight: float) -> None:
    image = pictures.subject().convert(mode)
    if mode == "RGBA":
        image.putalpha(100)
    data = io.BytesIO(pictures.encode(image, name))
    assert bytes_per_pixel(Image.open(data), name, data) == weight


def test_a_heic_of_ten_bits_takes_more() -> None:
    noise = np.zeros((64, 64, 3), np.uint16)
    heif = pillow_heif.from_bytes("RGB;16", (64, 64), noise.tobytes())
    data = io.BytesIO()
    heif.save(data)
    assert bytes_per_pixel(Image.open(data), "HEIF", data) == 8.5


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:12],
        lambda data: data[:30],
        lambda data: data[:12] + b"EXIF" + data[16:],
        lambda data: data[:4] + struct.pack("<I", 2**31) + data[8:],
        lambda data: data[:16] + struct.pack("<I", 2**31) + data[20:],
        lambda data: data[:4] + struct.pack("<I", 4) + data[8:],
    ],
)
@pytest.mark.parametrize("lossless", [True, False])
def test_a_webp_that_contradicts_itself_is_damage(
    change: Callable[[bytes], bytes], *, lossless: bool
) -> None:
    data = pictures.encode(pictures.subject(), "WEBP", lossless=lossless)
    assert look(data).width == 120
    assert refusal(change(data)).reason == "damaged"


def test_a_hundred_megapixels_are_taken_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert look(pictures.png_header(10_000, 10_000)).width == 10_000


@pytest.mark.parametrize("width", [0, 100])
def test_a_side_of_nothing_is_damage(width: int) -> None:
    assert refusal(pictures.png_header(width, 0)).reason == "damaged"


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF"])
@pytest.mark.parametrize("keep", [16, 24, 40])
def test_a_header_cut_short_is_damage(name: str, keep: int) -> None:
    data = pictures.encode(pictures.subject(), name)
    assert refusal(data[:keep]).reason in {"damaged", "unsupported-format"}


def test_a_picture_with_html_behind_it_is_a_picture() -> None:
    data = pictures.encode(pictures.subject(), "JPEG") + b"<script>alert(1)</script>"
    assert look(data).format == "JPEG"


def test_a_gif_that_is_also_a_script_is_a_gif() -> None:
    assert refusal(b"GIF89a/*<svg/onload=eval(name)//").params["format"] == "GIF"


def test_the_file_stays_open() -> None:
    for name in ("JPEG", "TIFF", "HEIF", "AVIF"):
        file = io.BytesIO(pictures.encode(pictures.subject(), name))
        probe(file, LIMITS)
        assert not file.closed


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF"]),
    cuts=st.lists(st.tuples(st.integers(8, 600), st.binary(min_size=1, max_size=8)), max_size=4),
    keep=st.integers(12, 2000),
)
def test_no_damage_gets_past_the_gate_as_anything_but_a_verdict(
    name: str, cuts: list[tuple[int, bytes]], keep: int
) -> None:
    data = bytearray(SAMPLES[name])
    for at, noise in cuts:
        data[at : at + len(noise)] = noise
    # Whatever is not a verdict fails the test by being raised.
    with suppress(InvalidError):
        picture = look(bytes(data[:keep]))
        assert 0 < picture.width * picture.height <= LIMITS.max_pixels


SAMPLES = {
    name: pictures.encode(pictures.subject(), name, exif=pictures.exif(6))
    for name in ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF")
}


@given(st.binary(max_size=600))
def test_any_bytes_have_a_name_or_none(head: bytes) -> None:
    assert isinstance(sniff(head), str | None)


def test_a_box_may_lie_about_its_size() -> None:
    for size in (0, 8, 2**32 - 1):
        head = struct.pack(">I", size) + b"ftypheic\x00\x00\x00\x00mif1heic"
        assert sniff(head) == "HEIF"


def test_a_generic_brand_is_told_apart_by_the_others() -> None:
    assert sniff(b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf") == "AVIF"
    assert sniff(b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1heicmiaf") == "HEIF"


def test_a_pdf_is_a_document() -> None:
    assert probe_document(io.BytesIO(pictures.pdf()), LIMITS) == Document("PDF", "application/pdf")
    long = pictures.pdf().replace(b"endobj", b"endobj\n" + b"%" * 5000)
    assert probe_document(io.BytesIO(long), LIMITS).format == "PDF"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.4\nhalf of it", "damaged"),
        (pictures.pdf() + bytes(9000), "damaged"),
        (b"hello", "not-a-document"),
        (pictures.encode(pictures.subject(), "JPEG"), "unsupported-format"),
        (b" " + pictures.pdf(), "not-a-document"),
    ],
)
def test_what_is_no_pdf_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        probe_document(io.BytesIO(data), LIMITS)
    assert caught.value.reason == code


def test_a_contest_without_documents_takes_none() -> None:
    with pytest.raises(InvalidError) as caught:
        probe_document(io.BytesIO(pictures.pdf()), Limits(kinds=frozenset({AssetKind.PICTURE})))
    assert caught.value.reason == "unsupported-format"
