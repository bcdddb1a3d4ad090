"""Rounds in words: what judges do in them, what goes on from them, how they are handed out."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from flask_babel import gettext as _
from flask_babel import ngettext

from app.transaction import current_session
from judging.assignment import Shortfall
from judging.models import Advance, HandOut, Round
from judging.queries.rounds import find_next_round
from judging.queries.rubric import work_of
from judging.ranking import Kind
from judging.service.focusing import lets_go_on
from judging.service.rounds import Cuts, Preset
from judging.views.words import decimal


def kind_name(round_: Round) -> str:
    """Return what a round is, in a word or two."""
    if round_.is_practice:
        return _("Practice")
    return {
        Kind.SCREEN: _("Screening"),
        Kind.SCORE: _("Scoring"),
        Kind.RANK: _("Ranking"),
        Kind.PAIRWISE: _("Comparing two"),
    }[round_.kind]


def kind_work(round_: Round) -> str:
    """Return what each judge does in a round."""
    if round_.is_practice:
        return _("Every judge marks the same few entries; nothing counts.")
    return work_of(round_.kind)


def share_out(round_: Round) -> str:
    """Return how much each entry, or each judge, is given."""
    if round_.is_practice:
        return _("Every judge gets every entry, conflicts of interest aside.")
    if round_.kind is Kind.RANK:
        return _("Every judge orders every entry.")
    if round_.kind is Kind.PAIRWISE:
        return ngettext(
            "Every entry is compared %(num)s time.",
            "Every entry is compared %(num)s times.",
            round_.per_entry,
        )
    if round_.hand_out is HandOut.FOCUS:
        first: str = ngettext(
            "Focus: %(num)s judge for each entry first, %(most)s on average in the end.",
            "Focus: %(num)s judges for each entry first, %(most)s on average in the end.",
            round_.first_pass,
            most=round_.per_entry,
        )
        return f"{first} {focus_aim(round_)}"
    return ngettext(
        "Every entry gets %(num)s judge.", "Every entry gets %(num)s judges.", round_.per_entry
    )


def focus_aim(round_: Round) -> str:
    """Return where the ballots after the first pass go."""
    session = current_session()
    if lets_go_on(session, round_):
        return _("After the first pass ballots go where they can still change what goes on.")
    if find_next_round(session, round_) is None:
        return _("After the first pass ballots go where they can still change who wins.")
    return ngettext(
        "After the first pass ballots go where they can still change which one leads.",
        "After the first pass ballots go where they can still change which %(num)s lead.",
        round_.contest.winners,
    )


def goes_on(round_: Round) -> str:
    """Return what goes on from a round to the next one."""
    if round_.advance is Advance.TOP:
        return ngettext(
            "The best entry goes on.", "The best %(num)s go on.", round_.advance_count or 1
        )
    if round_.advance is Advance.ABOVE:
        return _(
            "Entries with a score of %(least)s or more go on.",
            least=decimal(Fraction(round_.advance_above or 0, 100)),
        )
    return _("What goes on is chosen by hand.")


def due_early(round_: Round, rounds: Sequence[Round]) -> str:
    """Return that a round is due before an earlier one of these; "" where dates are in order.

    One that is closed already keeps nothing waiting.
    """
    due = round_.due_at
    if due is None or round_.state.is_over:
        return ""
    earlier = [(one.due_at, one) for one in rounds if one.position < round_.position]
    after = [one for at, one in earlier if at is not None and at > due and not one.state.is_over]
    if not after:
        return ""
    return _(
        "“%(title)s” is due before “%(earlier)s”, which comes before it. Change one of the dates.",
        title=round_.title,
        earlier=after[-1].title,
    )


def shortfall_reasons(shortfalls: Iterable[Shortfall[int]]) -> str:
    """Return what else than conflicts of interest keeps judges from entries; "" where nothing."""
    unread = sum(bool(row.unread) for row in shortfalls)
    full = sum(bool(row.full) for row in shortfalls)
    said = []
    if unread:
        said.append(
            ngettext(
                "%(num)s is in a language that a judge does not read.",
                "%(num)s are in a language that a judge does not read.",
                unread,
            )
        )
    if full:
        said.append(
            ngettext(
                "For %(num)s a judge has as many already as they take.",
                "For %(num)s a judge has as many already as they take.",
                full,
            )
        )
    return " ".join(said)


def shortfall_words(short: Shortfall[int], wanted: int) -> str:
    """Return how many judges an entry gets, and what else than conflicts keeps the others."""
    said = [
        ngettext(
            "Entry %(number)s: %(num)s judge instead of %(wanted)s",
            "Entry %(number)s: %(num)s judges instead of %(wanted)s",
            short.found,
            number=f"{short.entry:04d}",
            wanted=wanted,
        )
    ]
    if short.unread:
        said.append(
            ngettext(
                "%(num)s does not read its language",
                "%(num)s do not read its language",
                short.unread,
            )
        )
    if short.full:
        said.append(
            ngettext(
                "%(num)s has as many already as they take",
                "%(num)s have as many already as they take",
                short.full,
            )
        )
    return " · ".join(said)


def uneven_scales(pulls: Sequence[tuple[str, Fraction, Fraction]]) -> str:
    """Return how far each criterion moves a score where scales differ in width; "" without any."""
    if not pulls:
        return ""
    parts = [
        _(
            "“%(title)s” makes up %(pull)s of it, by its weight %(weight)s",
            title=title,
            pull=f"{round(100 * pull)} %",
            weight=f"{round(100 * weight)} %",
        )
        for title, weight, pull in pulls
    ]
    return _(
        "These scales are not equally wide, and weights multiply the marks as they are, so that a "
        "wide scale counts for more. Of how far a score can go: %(parts)s.",
        parts="; ".join(parts),
    )


def preset_words(preset: Preset, cuts: Cuts) -> tuple[str, str]:
    """Return the name of a way to judge, and what each person will do."""
    return {
        Preset.ONE: (
            _("One scoring round"),
            _(
                "Each judge marks a share of the entries by the rubric; you choose the winners "
                "from the standings."
            ),
        ),
        Preset.STARS: (
            _("Stars, shortlist, ranking"),
            _(
                "Judges give 1 to 5 stars; the best %(shortlist)s are marked by the rubric; every "
                "judge puts the best %(final)s of those in order, and you choose the winners from "
                "that.",
                shortlist=cuts.shortlist,
                final=cuts.final,
            ),
        ),
        Preset.SCREEN: (
            _("Screen, then score"),
            _(
                "Judges say in, maybe or out; you settle the doubtful ones; what is in is marked "
                "by the rubric."
            ),
        ),
        Preset.PRACTICE: (
            _("Practice first"),
            _(
                "You choose a few entries that every judge marks for practice and then sees how "
                "the panel's marks lie; then one scoring round, as above."
            ),
        ),
    }[preset]


def cuts_note(cuts: Cuts) -> str:
    """Return what to know of the numbers of a plan of three rounds; "" where they fit."""
    if cuts.is_guess:
        return _(
            "Entries still come in, so that these numbers are guesses. You can change them until "
            "each round opens."
        )
    if cuts.fit:
        return ""
    few: str = ngettext(
        "%(num)s entry is too few for three rounds: “One scoring round” suits it better.",
        "%(num)s entries are too few for three rounds: “One scoring round” suits them better.",
        cuts.entries,
    )
    return few
