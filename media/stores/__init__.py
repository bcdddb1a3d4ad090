"""Where objects are kept: a narrow face, a folder, an S3 server."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from media.stores.base import Store
from media.stores.local import LocalStore
from media.stores.s3 import S3Store

__all__ = ["LocalStore", "S3Store", "Store", "store_from_url"]


def store_from_url(url: str) -> Store:
    """Return the store that a setting names, without touching it.

    `file:///absolute/path` or a plain path for a folder; `s3://[key:secret@]bucket` with
    `?endpoint=http://…` and `&region=…` as needed for S3. Raises ValueError with a sentence for the
    operator otherwise.
    """
    parts = urlsplit(url)
    if parts.scheme == "s3":
        return _s3(url)
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
        return LocalStore(Path(unquote(parts.path)))
    if not parts.scheme and url:
        return LocalStore(Path(url))
    # The URL itself is not repeated: it may hold a secret key.
    message = "a store is file:///absolute/path, a path, or s3://bucket?endpoint=…"
    raise ValueError(message)


def _s3(url: str) -> Store:
    parts = urlsplit(url)
    options = parse_qs(parts.query, strict_parsing=bool(parts.query))
    unknown = options.keys() - {"endpoint", "region"}
    if not parts.hostname or parts.path.strip("/") or unknown:
        message = "an S3 store is s3://[key:secret@]bucket[?endpoint=…][&region=…]"
        raise ValueError(message)
    return S3Store(
        parts.hostname,
        endpoint=options.get("endpoint", [None])[0],
        region=options.get("region", [None])[0],
        access_key=unquote(parts.username) if parts.username else None,
        secret_key=unquote(parts.password) if parts.password else None,
    )
