"""What can be done with assets, by subject; other rooms call what is named here."""

from media.links import PictureView, document_url, original_url, picture
from media.service.claims import claim, release
from media.service.store import store
from media.service.uploads import receive

__all__ = [
    "PictureView",
    "claim",
    "document_url",
    "original_url",
    "picture",
    "receive",
    "release",
    "store",
]
