"""Pictures drawn for tests: a plain subject whose corners tell which way is up."""

import io
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()

RED, GREEN, BLUE, YELLOW = (220, 30, 40), (30, 160, 60), (30, 60, 200), (240, 220, 40)
CORNERS = (RED, GREEN, BLUE, YELLOW)
"""Top left, top right, bottom left, bottom right of every `subject`."""

EXIF, GPS = 0x8769, 0x8825
ORIENTATION = 0x0112


def subject(width: int = 120, height: int = 80) -> Image.Image:
    """Draw a picture in RGB with a quarter of each of `CORNERS`."""
    image = Image.new("RGB", (width, height))
    x, y = width // 2, height // 2
    boxes = ((0, 0, x, y), (x, 0, width, y), (0, y, x, height), (x, y, width, height))
    for colour, box in zip(CORNERS, boxes, strict=True):
        image.paste(colour, box)
    return image


def encode(image: Image.Image, name: str, **options: Any) -> bytes:
    """Save `image` in the format that Pillow calls `name`."""
    file = io.BytesIO()
    image.save(file, name, **options)
    return file.getvalue()


def exif(orientation: int = 1, *, secret: str = "", camera: str = "") -> bytes:
    """Make an EXIF block with an orientation and, if they are given, a name, place and camera."""
    block = Image.Exif()
    block[ORIENTATION] = orientation
    if secret:
        block[0x013B] = secret  # artist
        block[0x010E] = secret  # description
        block.get_ifd(GPS).update({1: "N", 2: (46.0, 12.0, 3.0), 3: "E", 4: (6.0, 9.0, 1.0)})
    if camera:
        block[0x010F], block[0x0110] = camera.split(maxsplit=1)[0].upper(), camera
        block.get_ifd(EXIF)[0x9003] = "2025:03:08 17:30:00"
    return block.tobytes()


def stored_turned(upright: Image.Image, orientation: int) -> Image.Image:
    """Return how a camera stores `upright` when it says `orientation`."""
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)
    return upright if turn is None else upright.transpose(turn)


def display_p3() -> bytes:
    """Build a Display P3 profile: a matrix of P3's primaries (D50-adapted) and a gamma of 2.2."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(2.2 * 256)) + bytes(2)
    tags = {
        b"wtpt": _xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": _xyz(0.51512, 0.24120, -0.00105),
        b"gXYZ": _xyz(0.29198, 0.69225, 0.04189),
        b"bXYZ": _xyz(0.15710, 0.06657, 0.78407),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
        b"desc": b"desc" + bytes(4) + struct.pack(">I", 3) + b"P3\x00" + bytes(8 + 3 + 67),
        b"cprt": b"text" + bytes(4) + b"CC0\x00",
    }
    return _profile(tags)


def _xyz(*values: float) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(struct.pack(">i", round(v * 65536)) for v in values)


def _profile(tags: dict[bytes, bytes]) -> bytes:
    """Lay out an ICC version 2 display profile (ICC.1:2001-04)."""
    at = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        padded = data + bytes(-len(data) % 4)
        table += name + struct.pack(">II", at + len(body), len(data))
        body += padded
    size = 128 + len(table) + len(body)
    header = struct.pack(">I4sI4s4s4s", size, bytes(4), 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H4s", 2025, 1, 1, 0, 0, 0, b"acsp") + bytes(28)
    header += struct.pack(">3i", 63190, 65536, 54061)
    return header + bytes(128 - len(header)) + table + body


def png_header(width: int, height: int) -> bytes:
    """Return the smallest PNG that claims to be `width` x `height`."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
            (b"IDAT", zlib.compress(b"\x00")),
            (b"IEND", b""),
        )
    )


def pdf(page: str = "0.86 0.12 0.16 rg 0 421 595 421 re f", catalog: str = "") -> bytes:
    """Return a PDF of one A4 page, drawn with operators: a red upper half over white."""
    objects = (
        f"<</Type/Catalog/Pages 2 0 R{catalog}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
        f"<</Length {len(page)}>>stream\n{page}\nendstream",
    )
    text, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj{body}endobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (
        f"{text}xref\n0 5\n0000000000 65535 f \n{table}"
        f"trailer<</Root 1 0 R/Size 5>>\nstartxref\n{len(text)}\n%%EOF\n"
    ).encode()
