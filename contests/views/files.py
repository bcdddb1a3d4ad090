"""The documents and videos of an entry, as pages show them beside its pictures."""

from dataclasses import dataclass

from contests.models import EntryVersion
from contests.views.cards import assets_of
from media.limits import AssetKind
from media.service import PictureView, document_url, picture, video_url
from media.states import AssetState


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document: where it is handed out, and its first page, which has no `srcset` if unmade."""

    url: str
    page: PictureView


def documents_of(version: EntryVersion) -> list[DocumentView]:
    """Return a version's documents that can be opened, in the entrant's order."""
    return [
        DocumentView(document_url(asset), picture(asset))
        for asset in assets_of(version, AssetKind.DOCUMENT)
        if asset.state is AssetState.READY
    ]


def videos_of(version: EntryVersion) -> list[str]:
    """Return the addresses of a version's videos that can be played, in the entrant's order."""
    return [
        video_url(asset)
        for asset in assets_of(version, AssetKind.VIDEO)
        if asset.state is AssetState.READY
    ]
