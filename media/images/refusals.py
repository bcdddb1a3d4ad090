"""What a sender is told of a file that is not taken: one sentence, with a code for programs."""

import struct
import zlib

from app.errors import N_, InvalidError
from media.limits import FORMATS, MEGAPIXEL, AssetKind, Limits, names

UNREADABLE = (
    OSError,  # includes UnidentifiedImageError
    SyntaxError,
    ValueError,  # includes UnicodeError
    EOFError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RuntimeError,  # includes NotImplementedError, RecursionError
    MemoryError,
    struct.error,
    zlib.error,
)
"""What Pillow and its plug-ins raise on broken files, found by feeding them many."""


_UNKNOWN = {
    AssetKind.PICTURE: N_("This file is not a picture; please upload one of these: %(accepted)s."),
    AssetKind.DOCUMENT: N_("This file is not a document; please upload %(accepted)s."),
    AssetKind.VIDEO: N_("This file is not a video; please upload one of these: %(accepted)s."),
}


def damaged() -> InvalidError:
    """Make the refusal of a file that begins well and cannot be read to its end, or at all."""
    return InvalidError(
        N_(
            "This picture is damaged, incomplete or of a rare kind; please save it again,"
            " for instance as JPEG, and upload that."
        ),
        code="damaged",
    )


def damaged_document() -> InvalidError:
    """Make the refusal of a PDF that no reader could open."""
    return InvalidError(
        N_("This PDF is damaged or incomplete; please save it again and upload that."),
        code="damaged",
    )


def locked_document() -> InvalidError:
    """Make the refusal of a PDF that asks for a password: no judge could open it."""
    return InvalidError(
        N_("This PDF asks for a password; please save it without one and upload that."),
        code="locked",
    )


def damaged_video() -> InvalidError:
    """Make the refusal of a film that is cut short or not built as its kind demands."""
    return InvalidError(
        N_("This video is damaged or incomplete; please export it again and upload that."),
        code="damaged",
    )


def altered() -> InvalidError:
    """Make the refusal of bytes that are not those which were sent."""
    return InvalidError(
        N_("This file did not arrive as it was sent; please upload it once more."),
        code="damaged",
    )


def unknown(limits: Limits, kind: AssetKind) -> InvalidError:
    """Make the refusal of a file whose content says nothing; codes not-a-picture and so on."""
    accepted = names(limits.accepted({kind}))
    return InvalidError(_UNKNOWN[kind], code=f"not-a-{kind}", accepted=accepted)


def unsupported(name: str, limits: Limits, kind: AssetKind) -> InvalidError:
    """Make the refusal of a format that we know and do not take here."""
    known = FORMATS.get(name)
    return InvalidError(
        N_(
            "The content of this file is %(format)s, which is not taken here;"
            " please upload one of these: %(accepted)s."
        ),
        code="unsupported-format",
        format=known.label if known else name,
        accepted=names(limits.accepted({kind})),
    )


def too_many_pixels(limit: int) -> InvalidError:
    """Make the refusal of a picture with more than `limit` pixels."""
    return InvalidError(
        N_(
            "This picture has more than %(limit)s million pixels;"
            " please make it smaller and upload it again."
        ),
        code="too-many-pixels",
        limit=f"{limit / MEGAPIXEL:g}",
    )


def too_heavy(name: str, limit: int) -> InvalidError:
    """Make the refusal of a picture whose kind takes more memory to decode than there is."""
    return InvalidError(
        N_(
            "This %(format)s has more than %(limit)s million pixels, the most for one of its kind;"
            " please make it smaller, or save it as an ordinary JPEG, and upload it again."
        ),
        code="too-many-pixels",
        format=FORMATS[name].label,
        limit=f"{limit / MEGAPIXEL:g}",
    )
