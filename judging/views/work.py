"""An entry as its judges see it: the work, and nothing that says whose it is."""

from dataclasses import dataclass
from datetime import date

from babel import Locale
from flask_babel import get_locale, gettext

from contests.models import Entry, EntryVersion, TopicScheme
from contests.views.files import DocumentView, documents_of, videos_of
from contests.vocabulary import ACTION_LINES, SDGS
from media.limits import AssetKind
from media.models import Asset
from media.service import PictureView, picture


@dataclass(frozen=True, slots=True)
class Work:
    """The frozen version of an entry, ready for a page; files have no names of their own here."""

    number: int
    title: str
    summary: str
    caption: str
    description: str
    alt_text: str
    place: str
    country: str
    taken_on: date | None
    track: str
    pictures: tuple[PictureView, ...]
    documents: tuple[DocumentView, ...]
    videos: tuple[str, ...]
    links: tuple[str, ...]
    sdgs: tuple[tuple[int, str], ...]
    action_lines: tuple[str, ...]


def work_of(entry: Entry) -> Work:
    """Return an entry's frozen version without its people."""
    version = entry.current
    if version is None or entry.number is None:
        message = f"entry {entry.id} is a draft and has no ballots"
        raise ValueError(message)
    return Work(
        number=entry.number,
        title=version.title,
        summary=version.summary,
        caption=version.caption,
        description=version.description,
        alt_text=version.alt_text,
        place=version.place,
        country=_country(version.country),
        taken_on=version.taken_on,
        track=version.track.title if version.track else "",
        pictures=tuple(picture(asset) for asset in _files(version, AssetKind.PICTURE)),
        documents=tuple(documents_of(version)),
        videos=tuple(videos_of(version)),
        links=tuple(version.links),
        sdgs=tuple(
            (number, gettext(SDGS[number].title))
            for number in sorted(int(code) for code in version.codes(TopicScheme.SDG))
        ),
        action_lines=tuple(
            f"{code.partition('-')[0]} {gettext(ACTION_LINES[code])}"
            for code in version.codes(TopicScheme.ACTION_LINE)
        ),
    )


def thumbnail(entry: Entry) -> PictureView | None:
    """Return an entry's first picture, if it has any."""
    pictures = _files(entry.current, AssetKind.PICTURE) if entry.current else []
    return picture(pictures[0]) if pictures else None


def _files(version: EntryVersion, kind: AssetKind) -> list[Asset]:
    return [file.asset for file in version.files if file.asset.kind is kind]


def _country(code: str) -> str:
    locale = get_locale() or Locale("en")
    return str(locale.territories.get(code, code))
