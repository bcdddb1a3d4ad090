"""Winners as pages show them: pictured, linked, in words."""

from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from contests.forms.fields import country_name
from contests.models import Contest, Entry
from judging.models import Decision
from judging.queries import results as queries
from judging.views.words import place_name
from media.service import PictureView, picture


@dataclass(frozen=True, slots=True)
class WinnerCard:
    """One winner; `by` is "Name, Country", `picture` None where the entry has none."""

    place: int
    place_name: str
    entry: Entry
    url: str
    number: int
    title: str
    by: str
    country: str
    citation: str
    alt: str
    picture: PictureView | None


def announced_cards(session: Session, contest: Contest) -> tuple[WinnerCard, ...]:
    """Return a contest's announced winners in their order; empty before the announcement."""
    return tuple(_card(contest, winner) for winner in queries.winners_of(session, contest))


def decided_cards(contest: Contest, decision: Decision) -> tuple[WinnerCard, ...]:
    """Return the winners of a decision as its announcement would show them; organisers only."""
    return tuple(
        _card(contest, queries.published(winner.entry, winner.place, winner.citation))
        for winner in decision.winners
    )


def _card(contest: Contest, winner: queries.PublishedWinner) -> WinnerCard:
    asset = queries.first_picture(winner.entry)
    return WinnerCard(
        place=winner.place,
        place_name=place_name(winner.place),
        entry=winner.entry,
        url=url_for("contests.entry", slug=contest.slug, number=winner.number),
        number=winner.number,
        title=winner.title,
        by=", ".join(part for part in (winner.by, country_name(winner.country)) if part),
        country=winner.country,
        citation=winner.citation,
        alt=winner.alt,
        picture=picture(asset) if asset else None,
    )
