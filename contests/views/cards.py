"""What pages show of an entry: its picture, its title, whose it is."""

from dataclasses import dataclass, replace

from flask import url_for

from contests.forms.fields import country_name
from contests.models import Contest, Entry, EntryVersion
from media.limits import AssetKind
from media.models import Asset
from media.service import PictureView, picture
from media.states import AssetState


@dataclass(frozen=True, slots=True)
class EntryCard:
    """An entry in a list; `picture` is None where it has none."""

    url: str
    number: int
    title: str
    by: str
    summary: str
    alt: str
    place: str
    picture: PictureView | None

    @property
    def in_row(self) -> PictureView | None:
        """The picture with the renditions that a row of the gallery may need."""
        return narrowed(self.picture) if self.picture else None


# What a row of the gallery is high in CSS pixels (gallery.css), from a laptop's to a tall window's
# on a screen with two pixels to each; and the width that a telephone's screen asks for.
_LOW_ROW, _HIGH_ROW, _TELEPHONE = 240, 2 * 352, 800


def narrowed(picture: PictureView) -> PictureView:
    """Return `picture` without the renditions that no row is small or large enough for."""
    if not (picture.width and picture.height):
        return picture
    ratio = picture.width / picture.height
    least, most = _LOW_ROW * ratio, max(_HIGH_ROW * ratio, _TELEPHONE)
    return replace(
        picture,
        srcset=_between(picture.srcset, least, most),
        avif_srcset=_between(picture.avif_srcset, least, most),
    )


def _between(
    candidates: tuple[tuple[str, int], ...], least: float, most: float
) -> tuple[tuple[str, int], ...]:
    """Return the candidates from the first of `least` pixels to the first of `most`."""
    enough = [width for _url, width in candidates if width >= most]
    last = min(enough, default=0) or max((width for _url, width in candidates), default=0)
    kept = tuple((url, width) for url, width in candidates if least <= width <= last)
    return kept or candidates[-1:]


def assets_of(version: EntryVersion, kind: AssetKind) -> list[Asset]:
    """Return a version's files of one kind, in the entrant's order."""
    return [file.asset for file in version.files if file.asset.kind is kind]


def pictures_of(version: EntryVersion) -> list[PictureView]:
    """Return a version's pictures in the entrant's order."""
    return [picture(asset) for asset in assets_of(version, AssetKind.PICTURE)]


def by_line(entry: Entry) -> str:
    """Return "Name, Country" of a photographer, or a team's name."""
    if entry.team is not None:
        return entry.team.name
    country = country_name(entry.current.country) if entry.current else ""
    return ", ".join(part for part in (entry.owner.name, country) if part)


def public_cover(contest: Contest) -> PictureView | None:
    """Return a contest's cover once there is a picture of it; how it fares is the organisers'."""
    cover = contest.cover
    return picture(cover) if cover and cover.state is AssetState.READY else None


def card(contest: Contest, entry: Entry) -> EntryCard:
    """Return a submitted entry as lists show it."""
    version = entry.current
    if version is None or entry.number is None:
        message = f"entry {entry.id} was never submitted"
        raise ValueError(message)
    pictures = pictures_of(version)
    return EntryCard(
        url=url_for("contests.entry", slug=contest.slug, number=entry.number),
        number=entry.number,
        title=version.title,
        by=by_line(entry),
        summary=version.summary,
        alt=version.alt_text or version.title,
        place=version.place,
        picture=pictures[0] if pictures else None,
    )
