"""How results are counted, in words: methods, rungs of the tie ladder, what each rung found."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from functools import reduce
from itertools import groupby

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from judging.models import HandOut, Round
from judging.queries.readiness import judges_wanted
from judging.ranking import (
    Gap,
    Kind,
    Method,
    MethodName,
    Outcome,
    Ranking,
    Rung,
    RungKind,
    Standing,
    Step,
    parse_rung,
)
from judging.ranking.adjusted import Doubt
from judging.service.counting import method_of
from judging.service.methods import marks_needed
from judging.views.words import decimal

_NAMES = {
    MethodName.MEAN: _l("Weighted mean"),
    MethodName.TRIMMED_MEAN: _l("Trimmed mean"),
    MethodName.MEDIAN: _l("Median"),
    MethodName.ADJUSTED: _l("Adjusted for leniency"),
    MethodName.RANK_SUM: _l("Rank sum"),
    MethodName.BORDA: _l("Borda count"),
    MethodName.SCHULZE: _l("Schulze method"),
    MethodName.BRADLEY_TERRY: _l("Bradley and Terry's model"),
}

_EXPLAINED = {
    MethodName.MEAN: _l(
        "Each criterion counts with the average of its marks, and criteria with their weights. "
        "Everybody can check it with a pencil; one judge far off moves it."
    ),
    MethodName.TRIMMED_MEAN: _l(
        "As the mean, but the highest and the lowest marks of each criterion are left out first. "
        "One judge far off changes nothing, and every entry needs more judges."
    ),
    MethodName.MEDIAN: _l(
        "Each criterion counts with the mark in the middle. Hardly any single judge can move it, "
        "and with few judges many entries are tied."
    ),
    MethodName.ADJUSTED: _l(
        "How strict each judge is and how good each entry is are estimated together, so that a "
        "strict judge costs nobody a place. It needs judges who share entries, and cannot be "
        "checked by hand."
    ),
    MethodName.RANK_SUM: _l(
        "The positions that judges gave to an entry are added up; the lowest sum is best. "
        "Everybody can check it with a pencil."
    ),
    MethodName.BORDA: _l(
        "An entry gets a point for every entry that a judge puts behind it, half a point for a "
        "tie. Only the order counts, not the numbers with which a judge gave it."
    ),
    MethodName.SCHULZE: _l(
        "An entry goes before another when a majority of judges puts it there, directly or over a "
        "chain of stronger majorities. Entries that are alike do not take votes from each other."
    ),
    MethodName.BRADLEY_TERRY: _l(
        "Each entry has a strength, such that the choices that were made are the likeliest. "
        "Beating a strong entry counts for more than beating a weak one."
    ),
}

_SOURCES = {
    MethodName.MEAN: _l("The usual way of juries and examinations."),
    MethodName.TRIMMED_MEAN: _l("Tukey, 1962; used in diving and figure skating."),
    MethodName.MEDIAN: _l("Galton, 1907, “One vote, one value”; Balinski and Laraki, 2011."),
    MethodName.ADJUSTED: _l(
        "Henderson, 1975; Linacre, 1989, “Many-facet Rasch measurement”; Patterson and Thompson, "
        "1971."
    ),
    MethodName.RANK_SUM: _l("Kendall and Babington Smith, 1939."),
    MethodName.BORDA: _l("Borda, 1781."),
    MethodName.SCHULZE: _l("Schulze, 2011; used by Debian and Wikimedia."),
    MethodName.BRADLEY_TERRY: _l("Bradley and Terry, 1952; Davidson and Solomon, 1973."),
}


def method_name(method: Method) -> str:
    """Return what a method is called, with the marks it leaves out."""
    name = str(_NAMES[method.name])
    if not method.drop:
        return name
    return ngettext(
        "%(name)s without the highest and the lowest mark",
        "%(name)s without the %(num)s highest and %(num)s lowest marks",
        method.drop,
        name=name,
    )


def method_title(name: MethodName) -> str:
    """Return what a method is called, whatever it leaves out."""
    return str(_NAMES[name])


def named_method(text: str) -> str:
    """Return what a method is called that the audit keeps as "trimmed_mean 1"."""
    name, _space, drop = text.partition(" ")
    return method_name(Method(MethodName(name), int(drop or 0)))


def method_explained(name: MethodName) -> str:
    """Return what a method does and what it is good for, in two sentences."""
    return str(_EXPLAINED[name])


def method_source(name: MethodName) -> str:
    """Return where a method comes from."""
    return str(_SOURCES[name])


def lacking_places(round_: Round) -> str:
    """Return why a round's method leaves entries without a place, whatever judges give, or ""."""
    needed, given = marks_needed(method_of(round_)), judges_wanted(round_)
    if needed <= given:
        return ""
    needs = ngettext(
        "Counted by this method an entry needs %(needed)s marks on each criterion, and this round "
        "gives it %(num)s.",
        "Counted by this method an entry needs %(needed)s marks on each criterion, and this round "
        "gives it %(num)s.",
        given,
        needed=needed,
    )
    if round_.hand_out is HandOut.FOCUS:
        return f"{needs} {_('Only entries to which focus gives enough more can have a place.')}"
    return f"{needs} {_('Nobody can have a place: leave out fewer, or choose another method.')}"


def unit(kind: Kind, name: MethodName) -> str:
    """Return what a score is counted in, for the head of its column."""
    if name is MethodName.RANK_SUM:
        return _("Rank sum")
    if name is MethodName.SCHULZE:
        return _("Entries beaten")
    if name is MethodName.ADJUSTED:
        return _("Above average")
    return _("Strength") if kind is Kind.PAIRWISE else _("Score")


def rung_words(text: str, criteria: Mapping[str, str], judges: Mapping[str, str]) -> str:
    """Return what a rung asks; `criteria` are titles by key, `judges` names by id as text."""
    rung = parse_rung(text)
    if rung.kind is RungKind.CRITERION:
        title = criteria.get(rung.argument, rung.argument)
        return _("The higher average of “%(criterion)s”", criterion=title)
    if rung.kind is RungKind.HEAD_TO_HEAD:
        return _("Head to head: the one that more judges put first")
    if rung.kind is RungKind.CHAIR:
        return _("The chair, %(name)s", name=judges.get(rung.argument, _("who left the panel")))
    return _("A draw by the public text “%(text)s”", text=rung.argument)


def can_apply(rung: Rung, round_: Round) -> bool:
    """Tell whether a rung can say anything in a round: one about another round's criterion cannot.

    A ladder is the whole contest's; orders and choices know no criteria at all.
    """
    return rung.kind is not RungKind.CRITERION or rung.argument in {
        criterion.key for criterion in round_.criteria
    }


def ladder_words(
    ladder: Iterable[str],
    round_: Round,
    criteria: Mapping[str, str],
    judges: Mapping[str, str],
) -> list[str]:
    """Return the rungs that can apply in a round, in words; see `rung_words`."""
    return [
        rung_words(text, criteria, judges) for text in ladder if can_apply(parse_rung(text), round_)
    ]


def tie_words(
    steps: Iterable[Step[int]], criteria: Mapping[str, str], judges: Mapping[str, str], digits: int
) -> list[str]:
    """Return a line for each tie: who was tied, what each rung said of them, with which values."""
    told = []
    for (place, _tied), alike in groupby(
        steps, lambda step: (step.place, frozenset(_tied_in(step)))
    ):
        asked = list(alike)
        told.append(
            _(
                "Place %(place)s: %(entries)s are tied. %(said)s",
                place=place,
                entries=numbers(_tied_in(asked[-1])),
                said=" ".join(_said(step, criteria, judges, digits) for step in asked),
            )
        )
    return told


def _tied_in(step: Step[int]) -> list[int]:
    return [entry for group in step.groups for entry in group]


def _said(
    step: Step[int], criteria: Mapping[str, str], judges: Mapping[str, str], digits: int
) -> str:
    argument = {**criteria, **judges}.get(step.rung.argument, step.rung.argument)
    if step.rung.kind is RungKind.CHAIR:
        said = _chair_words(step, argument)
    else:
        said = _(step.message) % {"argument": argument}
    if step.outcome is not Outcome.DECIDES or not _has_values(step):
        return said
    values = "; ".join(
        _("%(entry)s: %(value)s", entry=f"{entry:04d}", value=_value(step.rung, value, digits))
        for entry, value in step.values.items()
    )
    return f"{said} ({values})"


def _chair_words(step: Step[int], name: str) -> str:
    if step.outcome is not Outcome.DECIDES:
        return f"{_(step.message)} {_('The chair is %(name)s.', name=name)}"
    order = reduce(
        lambda better, rest: _("%(better)s before %(rest)s", better=better, rest=rest),
        map(numbers, step.groups),
    )
    return _("The chair, %(name)s, puts %(order)s.", name=name, order=order)


def _has_values(step: Step[int]) -> bool:
    """Tell whether values say more than the order: the chair has them only where there are marks.

    In orders and choices they count within the tie alone, and mean nothing to a reader.
    """
    return step.rung.kind is not RungKind.CHAIR or all(
        isinstance(value, Fraction) for value in step.values.values()
    )


def _value(rung: Rung, value: Fraction | int | str, digits: int) -> str:
    if isinstance(value, str):
        return f"{value[:12]}…"
    if rung.kind is RungKind.HEAD_TO_HEAD:
        return ngettext("%(num)s judge", "%(num)s judges", int(value))
    return decimal(Fraction(value), digits)


def numbers(entries: list[int] | tuple[int, ...]) -> str:
    """Return entries by number: the first dozen, and how many more there are."""
    shown = ", ".join(f"{entry:04d}" for entry in entries[:12])
    more = len(entries) - 12
    if more <= 0:
        return shown
    return ngettext("%(shown)s and %(num)s more", "%(shown)s and %(num)s more", more, shown=shown)


def unplaced_words(
    ranking: Ranking[int], criteria: Mapping[str, str], keys: Collection[str]
) -> list[str]:
    """Return why entries have no place, those of the same reason together.

    `criteria` are titles by key, `keys` those of the round.
    """
    lacking: defaultdict[int, dict[str, Gap[int]]] = defaultdict(dict)
    for gap in ranking.gaps:
        lacking[gap.entry][gap.criterion] = gap
    alike: defaultdict[str, list[int]] = defaultdict(list)
    for entry, gaps in lacking.items():
        alike[_reason(gaps, criteria, keys)].append(entry)
    said = [
        ngettext(
            "%(num)s entry has no place: %(reason)s (%(entries)s).",
            "%(num)s entries have no place: %(reason)s (%(entries)s).",
            len(entries),
            reason=reason,
            entries=numbers(entries),
        )
        for reason, entries in alike.items()
    ]
    unseen = [row.entry for row in ranking.standings if not row.judges]
    if unseen:
        said.append(
            ngettext(
                "%(num)s entry has no place: nobody has judged it (%(entries)s).",
                "%(num)s entries have no place: nobody has judged them (%(entries)s).",
                len(unseen),
                entries=numbers(unseen),
            )
        )
    return said


def _reason(
    gaps: Mapping[str, Gap[int]], criteria: Mapping[str, str], keys: Collection[str]
) -> str:
    """Return of which criteria there are how many marks, and how many are needed."""
    needed = next(iter(gaps.values())).needed
    found = {gap.found for gap in gaps.values()}
    if len(found) == 1 and len(gaps) == len(keys) > 1:
        return ngettext(
            "%(num)s mark on each criterion, and %(needed)s are needed",
            "%(num)s marks on each criterion, and %(needed)s are needed",
            found.pop(),
            needed=needed,
        )
    said = [
        ngettext(
            "%(num)s mark on “%(criterion)s”",
            "%(num)s marks on “%(criterion)s”",
            gap.found,
            criterion=criteria.get(key, key),
        )
        for key, gap in gaps.items()
    ]
    return _("%(marks)s, and %(needed)s are needed", marks=", ".join(said), needed=needed)


def doubt_words(doubt: Doubt) -> str:
    """Return what adjusting cannot tell."""
    return _(doubt.message) % doubt.params


def points_words(points: Fraction, name: MethodName, digits: int) -> str:
    """Return points as a method counts them: those of orders are whole, or half."""
    if name in {MethodName.RANK_SUM, MethodName.BORDA, MethodName.SCHULZE}:
        return decimal(points, 0 if points.denominator == 1 else 1)
    return decimal(points, digits)


def score_words(row: Standing[int], name: MethodName, digits: int) -> str:
    """Return a score as its method has it: sums as they are, strengths with their sign."""
    if row.score is None:
        return _("no marks") if not row.judges else _("too few marks")
    shown = points_words(row.score, name, digits)
    signed = name in {MethodName.ADJUSTED, MethodName.BRADLEY_TERRY}
    return f"+{shown}" if signed and row.score > 0 else shown
