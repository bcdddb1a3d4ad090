"""What a file is, from its first bytes and nothing else.

The gate opens a file with the one decoder that its content names, so a file that means two things
to two programs is only ever what this table says. What we do not take is named too, as far as it
can be told: "this is GIF" helps a sender more than "not a picture".
"""

HEAD = 512
"""Bytes from the start of a file that `sniff` wants."""

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (8, b"CR\x02", "Canon RAW"),
    (0, b"II\x2a\x00", "TIFF"),
    (0, b"MM\x00\x2a", "TIFF"),
    (0, b"II\x2b\x00", "TIFF"),
    (0, b"MM\x00\x2b", "TIFF"),
    (0, b"%PDF-", "PDF"),
    (0, b"GIF8", "GIF"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL"),
    (0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"8BPS", "Photoshop (PSD)"),
    (0, b"BM", "BMP"),
    (0, b"FUJIFILMCCD-RAW", "Fujifilm RAW"),
    (0, b"IIU\x00", "Panasonic RAW"),
    (0, b"IIRO", "Olympus RAW"),
    (0, b"%!PS", "PostScript"),
    (0, b"{\\rtf", "RTF"),
    (0, b"PK\x03\x04", "ZIP"),
    (0, b"\x1aE\xdf\xa3", "WebM"),
)

_BRANDS: tuple[tuple[frozenset[bytes], str], ...] = (
    (frozenset({b"avif", b"avis"}), "AVIF"),
    (frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}), "HEIF"),
    (frozenset({b"crx "}), "Canon RAW"),
)
"""ISO base media brands (ISO/IEC 23008-12); AVIF first, as it carries the generic ones as well."""

_MAJOR = {b"qt  ": "QuickTime (MOV)", b"M4A ": "M4A", b"M4B ": "M4A", b"M4P ": "M4A"}
_FILMS = (b"iso", b"mp4", b"avc", b"M4V", b"MSNV", b"dash", b"mmp4", b"f4v ", b"XAVC")
"""How the brands of films begin that browsers play; what else is in such boxes has other names."""


def sniff(head: bytes) -> str | None:
    """Return the name of the format that starts with `head`, or None if it is not known.

    Formats we take come back under their key in `limits.FORMATS`, others under a name for people.
    """
    if head[4:8] == b"ftyp":
        return _sniff_brand(head)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    for offset, magic, name in _SIGNATURES:
        if head.startswith(magic, offset):
            return name
    return _sniff_markup(head)


def _sniff_brand(head: bytes) -> str:
    """Tell pictures from films by the brands in the `ftyp` box: the major one, then the others."""
    end = min(int.from_bytes(head[:4]), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))}
    for known, name in _BRANDS:
        if brands & known:
            return name
    if any(brand.startswith(_FILMS) for brand in brands) and head[8:12] not in _MAJOR:
        return "MP4"
    return _MAJOR.get(head[8:12], "ISO media")


def _sniff_markup(head: bytes) -> str | None:
    """Name the two kinds of markup that people upload as pictures, by mistake or on purpose."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not text.startswith(b"<"):
        return None
    if b"<svg" in text:
        return "SVG"
    if text.startswith((b"<!doctype html", b"<html", b"<script", b"<head", b"<body")):
        return "HTML"
    return None
