"""The stability card: how firmly the winners stand, in words first and in small charts second."""

from fractions import Fraction

from flask import render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from app.authz import Permission, permission
from app.transaction import current_session
from contests.queries.contests import get_contest
from judging import stability as rules
from judging.queries import results as queries
from judging.queries.rounds import get_deciding_round
from judging.service.firmness import Firmness, firmness_of
from judging.stability import Profile, Swing, Trait
from judging.states import RoundState
from judging.views import charts
from judging.views.counting_words import numbers
from judging.views.organiser import blueprint
from judging.views.words import decimal

ALL = 100
_AGREEMENT = ((0.8, "high"), (0.667, "fair"), (0.4, "low"))


@blueprint.get("/results/stability")
@permission(Permission.ORGANISE)
def stability(slug: str) -> str:
    """Show what another panel, or one judge fewer, might change about the winners."""
    session = current_session()
    contest = get_contest(session, slug)
    round_ = get_deciding_round(session, contest)
    card = (
        None
        if round_.state is RoundState.PLANNED
        else firmness_of(session, round_, contest.winners)
    )
    names = queries.judge_names(session, contest)
    return render_template(
        "judging/organiser/stability.html",
        contest=contest,
        round=round_,
        card=card,
        sentences=_sentences(card, contest.winners, names) if card else (),
        strip=charts.shares(_near(card)) if card else None,
        near=_near(card) if card else (),
        chances=_chances(card) if card else {},
        judges=_judges(card, names) if card else (),
        leniency=charts.offsets(_leniency(card)) if card and card.marks else None,
        redraws=rules.REDRAWS,
    )


def _sentences(card: Firmness, places: int, names: dict[str, str]) -> list[str]:
    return [
        *_holding(card, places),
        *_doubt(card),
        *_gap(card),
        *_swings(card, names),
        *_agreement(card),
    ]


def _holding(card: Firmness, places: int) -> list[str]:
    """Say of each winner how often it wins, and who else comes nearest."""
    won = [row for row in card.near if row.entry in card.winners]
    said = [
        ngettext(
            "Entry %(entry)s wins in %(share)s of 100 panels drawn anew from these judges.",
            "Entry %(entry)s is in the top %(num)s in %(share)s of 100 panels drawn anew from "
            "these judges.",
            places,
            entry=f"{row.entry:04d}",
            share=_percent(row.holds),
        )
        for row in won[:5]
    ]
    rivals = [row for row in card.near if row.entry not in card.winners and row.holds > 0]
    if rivals:
        best = max(rivals, key=lambda row: row.holds)
        said.append(
            _(
                "Of the others, entry %(entry)s comes nearest, in %(share)s of 100.",
                entry=f"{best.entry:04d}",
                share=_percent(best.holds),
            )
        )
    return said


def _doubt(card: Firmness) -> list[str]:
    if card.marks is None:
        return [
            _(
                "How likely these are truly the best cannot be told from orders and choices: "
                "what is drawn anew here is the panel alone."
            )
        ]
    return [
        _(
            "The chance that the truly best are not exactly these is about %(share)s in 100, if "
            "judges err as their marks suggest.",
            share=_percent(card.marks.doubt),
        )
    ]


def _gap(card: Firmness) -> list[str]:
    if card.following is None or card.last is None:
        return [_("Nobody stands behind the winners.")]
    if not card.gap:
        return [
            _(
                "Entries %(last)s and %(next)s have the same score: the tie ladder settles who "
                "wins.",
                last=f"{card.last.entry:04d}",
                next=f"{card.following.entry:04d}",
            )
        ]
    return [
        _(
            "The last winner, %(last)s, and the next entry, %(next)s, are %(gap)s apart.",
            last=f"{card.last.entry:04d}",
            next=f"{card.following.entry:04d}",
            gap=decimal(card.gap, 2 if card.gap >= Fraction(1, 100) else 4),
        )
    ]


def _swings(card: Firmness, names: dict[str, str]) -> list[str]:
    if card.judges == 1:
        return [_("There is one judge only, so that everything hangs on them.")]
    if not card.swings:
        return [
            ngettext(
                "Leaving out any one of the %(num)s judge changes nothing about who wins.",
                "Leaving out any one of the %(num)s judges changes nothing about who wins.",
                card.judges,
            )
        ]
    return [_swing(swing, names) for swing in card.swings[:6]] + [
        ngettext(
            "%(num)s judge, left out alone, would change who wins.",
            "%(num)s judges, each left out alone, would change who wins.",
            len(card.swings),
        )
    ]


def _swing(swing: Swing[int], names: dict[str, str]) -> str:
    name = names.get(str(swing.judge), "")
    if not swing.gained:
        return _("Without %(name)s, %(lost)s would not win.", name=name, lost=numbers(swing.lost))
    if not swing.lost:
        return _(
            "Without %(name)s, %(gained)s would win, too.", name=name, gained=numbers(swing.gained)
        )
    return _(
        "Without %(name)s, %(gained)s would win instead of %(lost)s.",
        name=name,
        gained=numbers(swing.gained),
        lost=numbers(swing.lost),
    )


def _agreement(card: Firmness) -> list[str]:
    if card.marks is None:
        return []
    alpha = card.marks.agreement
    if alpha is None:
        return [_("How far judges agree cannot be told: too few entries have several ballots.")]
    words = {
        "high": _("Judges agree well"),
        "fair": _("Judges agree fairly"),
        "low": _("Judges agree little, so that another panel could see it differently"),
        "none": _("Judges hardly agree: the marks say little about the entries"),
    }
    level = next((name for least, name in _AGREEMENT if alpha >= least), "none")
    value = decimal(Fraction(round(alpha * ALL), ALL))
    return [
        _(
            "%(agreement)s (Krippendorff's alpha %(value)s; 1 is full agreement, 0 is chance).",
            agreement=words[level],
            value=value,
        )
    ]


def _near(card: Firmness) -> list[tuple[str, float, str, bool]]:
    return [
        (
            f"{row.entry:04d}",
            row.holds,
            _("%(share)s %%", share=_percent(row.holds)),
            row.entry in card.winners,
        )
        for row in card.near
    ]


def _chances(card: Firmness) -> dict[str, str]:
    """Return the chance to be truly among the best, by entry, where marks can tell it."""
    if card.marks is None:
        return {}
    return {
        f"{each.entry:04d}": _("%(share)s %%", share=_percent(each.chance))
        for each in card.marks.contenders
    }


def _judges(card: Firmness, names: dict[str, str]) -> list[tuple[str, Profile, str]]:
    """Return the judges by number in the chart, and in words what sets them apart."""
    found = card.marks.judges if card.marks else ()
    return [(names.get(str(each.judge), ""), each, _traits(each)) for each in found]


def _traits(profile: Profile) -> str:
    words = {
        Trait.HARSH: _("strict"),
        Trait.GENEROUS: _("generous"),
        Trait.FLAT: _("flat: hardly uses the scale"),
        Trait.OUT_OF_STEP: _("out of step with the others"),
    }
    if profile.ballots < rules.ENOUGH:
        return _("too few ballots to tell")
    return ", ".join(words[trait] for trait in Trait if trait in profile.traits) or _(
        "as the others"
    )


def _leniency(card: Firmness) -> list[tuple[str, float, str, bool]]:
    found = card.marks.judges if card.marks else ()
    return [
        (
            str(at),
            each.leniency,
            _points(each.leniency),
            bool(each.traits & {Trait.HARSH, Trait.GENEROUS}),
        )
        for at, each in enumerate(found, start=1)
    ]


def _points(value: float) -> str:
    shown = decimal(Fraction(round(value * ALL), ALL))
    return f"+{shown}" if value > 0 else shown


def _percent(share: float) -> str:
    """Return a share in whole hundredths; what is not all, and not none, does not read so."""
    whole = round(share * ALL)
    if whole == ALL and share < 1:
        whole -= 1
    return _("less than 1") if whole == 0 and share > 0 else str(whole)
