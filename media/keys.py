"""Where an object lies in the store (pure).

Keys are made from the asset's public id alone, never from what a sender typed. A two-letter shard
from a digest spreads the objects over 256 folders, whatever the ids look like.
"""

import re
from hashlib import sha256

ROOTS = ("originals/", "renditions/")
"""What every key begins with; all else in a store is somebody else's."""

_PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def original(public_id: str) -> str:
    """Return the key of the file as it came, which is private always."""
    return f"originals/{_shard(public_id)}/{public_id}"


def rendition(public_id: str, width: int, ending: str = "webp") -> str:
    """Return the key of the rendition named `width`; `ending` is a `limits.RenditionFormat`."""
    return f"renditions/{_shard(public_id)}/{public_id}-{int(width)}.{ending}"


def _shard(public_id: str) -> str:
    """Return the folder for `public_id`; ValueError if a caller passed something else as one."""
    if not _PUBLIC_ID.fullmatch(public_id):
        message = f"not a public id: {public_id!r}"
        raise ValueError(message)
    return sha256(public_id.encode()).hexdigest()[:2]
