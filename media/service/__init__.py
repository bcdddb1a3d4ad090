"""What can be done with assets, by subject; other rooms call what is named here."""

from media.links import PictureView, document_url, original_url, picture, reason_of, video_url
from media.service.claims import claim, release
from media.service.store import store
from media.service.uploads import (
    Kept,
    Upload,
    abort_upload,
    arrived,
    assemble,
    await_bytes,
    check_open_uploads,
    keep,
    open_upload,
    own_asset,
    receive,
    record,
    upload_of,
)

__all__ = [
    "Kept",
    "PictureView",
    "Upload",
    "abort_upload",
    "arrived",
    "assemble",
    "await_bytes",
    "check_open_uploads",
    "claim",
    "document_url",
    "keep",
    "open_upload",
    "original_url",
    "own_asset",
    "picture",
    "reason_of",
    "receive",
    "record",
    "release",
    "store",
    "upload_of",
    "video_url",
]
