"""The stability card: how firmly the winners stand, in words first and in small charts second."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from flask import render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from app.authz import Permission, permission
from app.transaction import current_session
from contests.models import Contest
from contests.queries.contests import get_contest
from judging import stability as rules
from judging.models import Round
from judging.queries import results as queries
from judging.queries.results import EntryLine
from judging.queries.rounds import get_deciding_round
from judging.ranking import MethodName
from judging.service.firmness import Firmness, Held, firmness_of
from judging.stability import Profile, Swing, Trait
from judging.states import RoundState
from judging.views import charts
from judging.views.charts import Row
from judging.views.counting_words import points_words
from judging.views.organiser import blueprint
from judging.views.words import decimal, hundredths, isolated, percent

MOST_SAID = 6
MOST_LIKELY = 3
_AGREEMENT = ((0.8, "high"), (0.667, "fair"), (0.4, "low"))
Lines = Mapping[int, EntryLine]


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
    return render_template(
        "judging/organiser/stability.html",
        contest=contest,
        round=round_,
        card=card,
        **(_said(contest, round_, card) if card else {}),
    )


def _said(contest: Contest, round_: Round, card: Firmness) -> dict[str, object]:
    """Return what the card says and draws."""
    session = current_session()
    names = queries.judge_names(session, contest)
    lines = queries.lines_of(session, contest, _named(card))
    judges = card.marks.judges if card.marks else ()
    return {
        "sentences": [
            *_chosen_otherwise(contest, card),
            *_headline(card),
            *_holding(card, contest.winners, lines),
            *_next(card, lines, round_.method),
            *_alone(card, lines),
        ],
        "rests": _rests(card),
        "swings": [
            _swing(swing, names, lines) for swing in card.swings[:MOST_SAID] if card.judges > 1
        ],
        "agreement": _agreement(card),
        "holds": charts.shares(_row(row, card, lines) for row in card.near if _wins(row, card)),
        "likely": charts.shares(_likely(card, lines)),
        "rest": _rest(card),
        "near": [
            (_row(row, card, lines), "" if row.chance is None else percent(row.chance))
            for row in card.near
        ],
        "judges": charts.offsets([_judge(each, names) for each in judges]),
        "redraws": rules.REDRAWS,
    }


def _named(card: Firmness) -> set[int]:
    """Return the entries of which the card speaks."""
    around = [row.entry for row in (card.last, card.following) if row is not None]
    swung = (entry for swing in card.swings for entry in (*swing.lost, *swing.gained))
    return {*card.winners, *around, *swung, *(row.entry for row in card.near)}


def _entry(entry: int, lines: Lines) -> str:
    """Return an entry's number and its title, which may be written in the other direction."""
    title = lines[entry].title if entry in lines else ""
    return f"{entry:04d} “{isolated(title)}”"


def _entries(entries: Iterable[int], lines: Lines) -> str:
    return ", ".join(_entry(entry, lines) for entry in entries)


# --- in words -----------------------------------------------------------------------------------


def _chosen_otherwise(contest: Contest, card: Firmness) -> list[str]:
    """Say that the card is not about those who are proposed, where they are others."""
    decision = queries.find_decision(current_session(), contest)
    if decision is None or {each.entry.number for each in decision.winners} == set(card.winners):
        return []
    return [_("These numbers speak of those whom the standings put first, not of this choice.")]


def _holding(card: Firmness, places: int, lines: Lines) -> list[str]:
    """Say of each winner how often it wins."""
    won = [row for row in card.near if row.entry in card.winners]
    return [
        ngettext(
            "%(entry)s wins in %(share)s of 100 panels drawn anew from these judges.",
            "%(entry)s is in the top %(num)s in %(share)s of 100 panels drawn anew from these "
            "judges.",
            places,
            entry=_entry(row.entry, lines),
            share=hundredths(row.holds),
        )
        for row in won[:MOST_SAID]
    ]


def _next(card: Firmness, lines: Lines, method: MethodName) -> list[str]:
    """Say which entry is next by the standings, how far behind, and how often it wins."""
    if card.following is None:
        return [_("Nobody stands behind the winners.")]
    held = {row.entry: row.holds for row in card.near}
    words = {
        "entry": _entry(card.following.entry, lines),
        "share": hundredths(held.get(card.following.entry, 0.0)),
    }
    if not card.gap:
        return [
            _(
                "Next is %(entry)s, with the same score as the last winner: the tie ladder settles "
                "who wins. It wins in %(share)s of 100.",
                **words,
            )
        ]
    return [
        _(
            "Next is %(entry)s, %(gap)s from the last winner. It wins in %(share)s of 100.",
            gap=points_words(card.gap, method, 2 if card.gap >= Fraction(1, 100) else 4),
            **words,
        )
    ]


def _headline(card: Firmness) -> list[str]:
    """Say how surely exactly these win: each way to ask it, the worse answer first.

    Drawing judges anew asks whether another such panel would choose the same; the model of marks
    whether these are the best, entries that nobody judged included.
    """
    said = [(1 - card.kept, _another_panel(card))] if card.judges > 1 else []
    if card.marks is not None:
        said.append((card.marks.doubt, _model(card.marks.doubt)))
    said.sort(key=lambda each: -each[0])
    return [*(words for _share, words in said), *_unseen(card), *_not_told(card)]


def _another_panel(card: Firmness) -> str:
    return _(
        "In %(share)s of 100 panels drawn anew from these judges, not exactly these would win: "
        "that is how much hangs on who judged.",
        share=hundredths(1 - card.kept),
    )


def _model(doubt: float) -> str:
    return _(
        "The chance that the truly best are not exactly these is about %(share)s in 100, by a "
        "model of the marks: that is how much the marks leave open, whoever had given them.",
        share=hundredths(doubt),
    )


def _unseen(card: Firmness) -> list[str]:
    """Say how many entries nobody judged, and in which number they are."""
    if not card.unseen:
        return []
    words = ngettext(
        "%(num)s of %(entries)s entries was judged by nobody.",
        "%(num)s of %(entries)s entries were judged by nobody.",
        card.unseen,
        entries=card.entries,
    )
    if card.marks is None:
        return [words + " " + _("No number here speaks of them.")]
    return [
        words
        + " "
        + _(
            "The model takes each to be as good as any entry might be, so that they are part of "
            "its doubt; panels drawn anew know nothing of them."
        )
    ]


def _not_told(card: Firmness) -> list[str]:
    if card.marks is not None:
        return []
    return [
        _(
            "How likely these are truly the best cannot be told from orders and choices: "
            "what is drawn anew here is the panel alone."
        )
    ]


def _alone(card: Firmness, lines: Lines) -> list[str]:
    """Say which winners a single judge judged."""
    if not card.alone or card.judges == 1:
        return []
    return [
        ngettext(
            "%(entries)s rests on one judge: nobody else has judged it.",
            "%(entries)s rest on one judge each: nobody else has judged them.",
            len(card.alone),
            entries=_entries(card.alone, lines),
        )
    ]


def _rests(card: Firmness) -> str:
    """Say whether who wins rests on single judges, who are named below it."""
    if card.judges == 1:
        return _("There is one judge only, so that everything hangs on them.")
    if not card.swings:
        return ngettext(
            "Leaving out any one of the %(num)s judge changes nothing about who wins.",
            "Leaving out any one of the %(num)s judges changes nothing about who wins.",
            card.judges,
        )
    return ngettext(
        "Who wins rests on one judge:",
        "Who wins rests on each of %(num)s judges; leaving out any one of them changes it:",
        len(card.swings),
    )


def _swing(swing: Swing[int], names: Mapping[str, str], lines: Lines) -> str:
    words = {
        "name": isolated(names.get(str(swing.judge), "")),
        "lost": _entries(swing.lost, lines),
        "gained": _entries(swing.gained, lines),
    }
    if not swing.gained:
        return _("Without %(name)s, %(lost)s would not win.", **words)
    if not swing.lost:
        return _("Without %(name)s, %(gained)s would win, too.", **words)
    return _("Without %(name)s, %(gained)s would win instead of %(lost)s.", **words)


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
    return [
        _(
            "%(agreement)s (Krippendorff's alpha %(value)s; 1 is full agreement, 0 is chance).",
            agreement=words[level],
            value=_rounded(alpha),
        )
    ]


def _rest(card: Firmness) -> str:
    """Say of those that the chart leaves out how often they win."""
    if card.rarely:
        return ngettext(
            "%(num)s more wins now and then, but more rarely.",
            "%(num)s more win now and then, but more rarely.",
            card.rarely,
        )
    never = card.entries - sum(_wins(row, card) for row in card.near)
    if not never:
        return ""
    return ngettext(
        "The other entry wins in no panel drawn anew.",
        "The %(num)s other entries win in no panel drawn anew.",
        never,
    )


# --- in charts and tables -----------------------------------------------------------------------


def _wins(row: Held, card: Firmness) -> bool:
    """Tell whether the chart shows an entry: it wins, or some panel lets it win."""
    return row.holds > 0 or row.entry in card.winners


def _row(row: Held, card: Firmness, lines: Lines, share: float | None = None) -> Row:
    title = lines[row.entry].title if row.entry in lines else ""
    wins = row.entry in card.winners
    share = row.holds if share is None else share
    number, words, detail = f"{row.entry:04d}", percent(share), _("wins") if wins else ""
    return Row(number, title, share, words, wins, detail)


def _likely(card: Firmness, lines: Lines) -> list[Row]:
    """Return the winners and the likeliest others by their chance to be truly among the best."""
    rows = [row for row in card.near if row.chance is not None]
    rows.sort(key=lambda row: (row.entry not in card.winners, -(row.chance or 0)))
    return [_row(row, card, lines, row.chance) for row in rows[: len(card.winners) + MOST_LIKELY]]


def _judge(profile: Profile, names: Mapping[str, str]) -> Row:
    value = profile.leniency
    points = _rounded(abs(value))
    more = _("%(points)s more", points=points)
    ballots = ngettext("%(num)s ballot", "%(num)s ballots", profile.ballots)
    return Row(
        "",
        names.get(str(profile.judge), ""),
        value,
        more if value > 0 else _("%(points)s fewer", points=points),
        bool(profile.traits & {Trait.HARSH, Trait.GENEROUS}),
        f"{ballots} · {_traits(profile)}",
    )


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


def _rounded(value: float) -> str:
    return decimal(Fraction(round(value * 100), 100))
