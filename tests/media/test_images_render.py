"""Renditions: upright, true in colour, of the right size, and nothing but pixels."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from app.errors import InvalidError
from media.images.made import Rendered
from media.images.probe import Picture, probe
from media.images.render import encode_jpeg, render
from media.limits import Limits, RenditionFormat
from tests.media import pictures

SECRET = "Ada's secret garden"
FORMATS = ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF"]


def judge(data: bytes, folder: Path) -> tuple[Path, Picture]:
    path = folder / "upload"
    path.write_bytes(data)
    return path, probe(io.BytesIO(data), Limits())


def renditions(data: bytes, folder: Path) -> list[Rendered]:
    return list(render(*judge(data, folder)))


def shown(rendered: Rendered) -> Image.Image:
    image = Image.open(io.BytesIO(rendered.data))
    assert image.format == "WEBP"
    assert image.size == (rendered.width, rendered.height)
    assert image.mode == "RGB"
    return image


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    width, height = image.size
    at = [(x, y) for y in (height // 4, height * 3 // 4) for x in (width // 4, width * 3 // 4)]
    return [tuple(np.asarray(image)[y, x].tolist()) for x, y in at]


def assert_true_to_the_subject(image: Image.Image, tolerance: int = 14) -> None:
    for seen, drawn in zip(corners(image), pictures.CORNERS, strict=True):
        assert max(abs(a - b) for a, b in zip(seen, drawn, strict=True)) <= tolerance


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_keeps_its_picture(name: str, tmp_path: Path) -> None:
    data = pictures.encode(pictures.subject(640, 480), name)
    small, own = renditions(data, tmp_path)
    assert (small.width_name, small.width, small.height) == (320, 320, 240)
    assert (own.width_name, own.width, own.height) == (800, 640, 480)
    for made in (small, own):
        assert_true_to_the_subject(shown(made))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", FORMATS)
def test_each_picture_stands_upright(name: str, orientation: int, tmp_path: Path) -> None:
    stored = pictures.stored_turned(pictures.subject(480, 256), orientation)
    data = pictures.encode(stored, name, exif=pictures.exif(orientation))
    small, own = renditions(data, tmp_path)
    assert (small.width, own.width, own.height) == (320, 480, 256)
    for made in (small, own):
        assert_true_to_the_subject(shown(made))


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (1, [(320, 1)]),
        (319, [(320, 319)]),
        (320, [(320, 320)]),
        (321, [(320, 320), (800, 321)]),
        (800, [(320, 320), (800, 800)]),
        (2559, [(320, 320), (800, 800), (1600, 1600), (2560, 2559)]),
        (2560, [(320, 320), (800, 800), (1600, 1600), (2560, 2560)]),
        (3000, [(320, 320), (800, 800), (1600, 1600), (2560, 2560)]),
    ],
)
def test_nothing_is_enlarged_and_nothing_is_missing(
    width: int, expected: list[tuple[int, int]], tmp_path: Path
) -> None:
    made = renditions(pictures.encode(Image.new("RGB", (width, 8), "teal"), "PNG"), tmp_path)
    assert [(one.width_name, one.width) for one in made] == expected


def test_other_widths_can_be_asked_for(tmp_path: Path) -> None:
    path, picture = judge(pictures.encode(pictures.subject(300, 200), "JPEG"), tmp_path)
    assert [one.width for one in render(path, picture, widths=(100, 200))] == [100, 200]


@pytest.mark.parametrize(
    ("size", "orientation", "expected"),
    [
        ((10, 40_000), 1, (4, 16_383)),
        ((40_000, 10), 1, (2560, 1)),
        ((40_000, 10), 6, (4, 16_383)),
    ],
)
def test_an_extreme_picture_fits_into_webp(
    size: tuple[int, int], orientation: int, expected: tuple[int, int], tmp_path: Path
) -> None:
    image = Image.new("RGB", size, "navy")
    data = pictures.encode(image, "PNG", exif=pictures.exif(orientation))
    made = renditions(data, tmp_path)[-1]
    assert (made.width, made.height) == expected


def test_a_p3_profile_is_applied(tmp_path: Path) -> None:
    p3 = Image.new("RGB", (400, 300), (200, 120, 80))
    profile = pictures.display_p3()
    for name in ("JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"):
        data = pictures.encode(p3, name, icc_profile=profile)
        red, green, blue = corners(shown(renditions(data, tmp_path)[0]))[0]
        # By ICC's own mathematics these P3 values are about (214, 117, 71) in sRGB.
        assert (red, green, blue) == pytest.approx((214, 117, 71), abs=7), name


def test_a_heic_may_name_its_colours_by_number(tmp_path: Path) -> None:
    p3 = Image.new("RGB", (400, 300), (200, 120, 80))
    numbers = {"color_primaries": 12, "transfer_characteristics": 13, "matrix_coefficients": 6}
    data = pictures.encode(p3, "HEIF", save_nclx_profile=True, full_range_flag=1, **numbers)
    assert corners(shown(renditions(data, tmp_path)[0]))[0] == pytest.approx((214, 117, 71), abs=7)


def test_a_profile_that_is_broken_is_passed_over(tmp_path: Path) -> None:
    data = pictures.encode(pictures.subject(400, 300), "PNG", icc_profile=b"not a profile" * 20)
    assert_true_to_the_subject(shown(renditions(data, tmp_path)[0]))


def test_cmyk_becomes_srgb(tmp_path: Path) -> None:
    for name in ("JPEG", "TIFF"):
        cyan = Image.new("CMYK", (400, 300), (255, 0, 0, 0))
        red, green, blue = corners(shown(renditions(pictures.encode(cyan, name), tmp_path)[0]))[0]
        assert red < 80 < green < blue, name


@pytest.mark.parametrize("name", ["PNG", "TIFF"])
def test_sixteen_bits_become_eight(name: str, tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 400, dtype=np.uint16)[None, :].repeat(300, axis=0)
    image = shown(renditions(pictures.encode(Image.fromarray(ramp), name), tmp_path)[1])
    greys = np.asarray(image).astype(int)[150]
    assert abs(greys - (ramp[0, :, None] // 257)).max() <= 6


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "PA"])
def test_other_kinds_of_pixels(mode: str, tmp_path: Path) -> None:
    data = pictures.encode(
        Image.new("L", (400, 300), 255).convert(mode), "TIFF" if mode in {"LA", "PA"} else "PNG"
    )
    for colour in corners(shown(renditions(data, tmp_path)[0])):
        assert min(colour) >= 250


@pytest.mark.parametrize("name", ["PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_what_is_transparent_becomes_white(name: str, tmp_path: Path) -> None:
    image = pictures.subject(400, 300).convert("RGBA")
    image.putalpha(Image.new("L", image.size, 0))
    image.paste((*pictures.RED, 255), (0, 0, 200, 150))
    seen = corners(shown(renditions(pictures.encode(image, name), tmp_path)[0]))
    assert seen[0] == pytest.approx(pictures.RED, abs=14)
    assert all(min(colour) >= 245 for colour in seen[1:])


@pytest.mark.parametrize("name", ["TIFF", "WEBP", "PNG", "AVIF", "MPO"])
def test_the_first_frame_is_the_picture(name: str, tmp_path: Path) -> None:
    others = [Image.new("RGB", (400, 300), "black")] * 2
    data = pictures.encode(pictures.subject(400, 300), name, save_all=True, append_images=others)
    assert_true_to_the_subject(shown(renditions(data, tmp_path)[0]))


@pytest.mark.parametrize("name", FORMATS)
def test_no_metadata_survives(name: str, tmp_path: Path) -> None:
    options: dict[str, object] = {
        "exif": pictures.exif(6, secret=SECRET),
        "icc_profile": pictures.display_p3(),
    }
    if name in {"JPEG", "WEBP", "HEIF", "AVIF"}:
        options["xmp"] = f"<x:xmpmeta><dc:creator>{SECRET}</dc:creator></x:xmpmeta>".encode()
    if name == "JPEG":
        options["comment"] = SECRET
    data = pictures.encode(pictures.subject(400, 300), name, **options)
    assert SECRET.encode() in data
    for made in renditions(data, tmp_path):
        assert SECRET.encode() not in made.data
        image = shown(made)
        assert not image.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & image.info.keys()
        for chunk in (b"EXIF", b"XMP ", b"ICCP", b"VP8X"):
            assert chunk not in made.data[:64]


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def test_nothing_of_a_jpegs_segments_survives(tmp_path: Path) -> None:
    # A thumbnail in the EXIF, IPTC in a Photoshop block, XMP in two parts, a comment.
    thumbnail = pictures.encode(Image.new("RGB", (160, 120), "white"), "JPEG", comment=SECRET)
    iptc = b"\x1c\x02\x50" + struct.pack(">H", len(SECRET)) + SECRET.encode()
    photoshop = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc
    data = pictures.encode(pictures.subject(400, 300), "JPEG", exif=pictures.exif(secret=SECRET))
    data = (
        data[:2]
        + segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\0\0" + thumbnail)
        + segment(0xED, b"Photoshop 3.0\0" + photoshop)
        + segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + SECRET.encode())
        + segment(0xFE, SECRET.encode())
        + data[2:]
        + thumbnail
    )
    assert data.count(SECRET.encode()) >= 6
    for made in renditions(data, tmp_path):
        assert SECRET.encode() not in made.data
        assert b"8BIM" not in made.data
        assert shown(made).info.keys() <= {"loop", "background", "timestamp", "duration"}


def test_avif_renditions_carry_nothing_either(tmp_path: Path) -> None:
    data = pictures.encode(
        pictures.subject(400, 300),
        "JPEG",
        exif=pictures.exif(6, secret=SECRET),
        icc_profile=pictures.display_p3(),
        comment=SECRET,
    )
    made = list(render(*judge(data, tmp_path), formats=[RenditionFormat.AVIF]))
    assert [(one.width_name, one.format) for one in made] == [(320, RenditionFormat.AVIF)]
    assert SECRET.encode() not in made[0].data
    image = Image.open(io.BytesIO(made[0].data))
    assert (image.format, image.size) == ("AVIF", (made[0].width, made[0].height))
    assert not {"exif", "xmp", "icc_profile"} & image.info.keys()


@pytest.mark.parametrize("name", ["PNG", "TIFF"])
def test_a_profile_of_a_grey_picture_is_applied(name: str, tmp_path: Path) -> None:
    dark = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    grey = Image.new("L", (400, 300), 128)
    # One for other colours than the picture has is passed over.
    data = pictures.encode(grey, name, icc_profile=dark)
    assert corners(shown(renditions(data, tmp_path)[0]))[0] == pytest.approx((128,) * 3, abs=3)


def test_many_pixels_and_few_of_them_agree(tmp_path: Path) -> None:
    # Whatever is done while reading, the picture stays where it is: each shrink of a JPEG.
    for width in (5, 640, 1283, 2561, 5121, 10_243):
        subject = pictures.subject(width, width * 3 // 4 + 1)
        made = renditions(pictures.encode(subject, "JPEG"), tmp_path)[-1]
        assert made.width == min(width, 2560)
        assert made.height == pytest.approx(made.width * subject.height / width, abs=1)
        if width > 5:
            assert_true_to_the_subject(shown(made))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_half_a_picture_is_damaged(name: str, share: float, tmp_path: Path) -> None:
    noise = np.random.default_rng(7).integers(0, 255, (400, 600, 3), dtype=np.uint8)
    data = pictures.encode(Image.fromarray(noise), name)
    with pytest.raises(InvalidError) as caught:
        renditions(data[: int(len(data) * share)], tmp_path)
    assert caught.value.reason == "damaged"


def test_libvips_opens_no_format_that_the_gate_does_not_know(tmp_path: Path) -> None:
    path, picture = judge(pictures.encode(pictures.subject(), "PNG"), tmp_path)
    for data in (
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        pictures.encode(pictures.subject(), "GIF"),
    ):
        path.write_bytes(data)
        with pytest.raises(InvalidError):
            list(render(path, picture))


def test_a_drawing_becomes_a_jpeg_and_nothing_else() -> None:
    pixels = np.asarray(pictures.subject(400, 300))
    data = encode_jpeg(pixels)
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size, image.mode) == ("JPEG", (400, 300), "RGB")
    assert_true_to_the_subject(image)
    assert not image.getexif()
    assert "icc_profile" not in image.info
    assert len(encode_jpeg(pixels, quality=30)) < len(data)
