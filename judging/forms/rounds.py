"""The forms with which organisers set up a round and say what goes on from it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from app.errors import N_, InvalidError
from app.web import Form, local_instant
from app.web.wall_times import WALL_CLOCK, check_wall_time, wall_time
from judging.forms.numbers import check_number, hundredths, plain
from judging.models import Advance, HandOut, Judge, Round
from judging.ranking import Kind
from judging.service.rounds import RoundValues
from judging.states import RoundState

MOST_GOING_ON = 10000
_KINDS: Final = (
    (Kind.SCREEN, _l("Screen: each judge says in, maybe or out")),
    (Kind.SCORE, _l("Score: each judge marks by a rubric")),
    (Kind.RANK, _l("Rank: each judge puts all entries in order")),
    (Kind.PAIRWISE, _l("Compare: each judge chooses the better of two, again and again")),
)
_WAYS: Final = (
    (HandOut.EVEN, _l("Even: every entry gets as many ballots")),
    (
        HandOut.FOCUS,
        _l("Focus: after a first pass, more where they can still change who wins or goes on"),
    ),
)
_ADVANCES: Final = (
    (Advance.TOP, _l("The best, so many of them")),
    (Advance.ABOVE, _l("Those with a score of so much or more")),
    (Advance.CHOSEN, _l("Those we choose by hand, with reasons")),
)


class RoundForm(Form):
    """What an organiser sets about a round; times are the wall clock of the contest's zone.

    Fields that the round's kind has no use for, or that opening settled, are left out.
    """

    title = StringField(_l("Title"), [DataRequired(), Length(max=160)])
    kind = RadioField(
        _l("What judges do"),
        [InputRequired()],
        choices=[SelectChoice(kind.value, words) for kind, words in _KINDS],
        description=_l("Another kind starts again from that kind's rubric and method."),
    )
    briefing = TextAreaField(
        _l("Briefing"),
        [Optional(), Length(max=20000)],
        description=_l("The one page every judge reads before the first ballot. Markdown."),
    )
    starts_at = DateTimeLocalField(_l("Planned to open"), [Optional()], format=WALL_CLOCK)
    due_at = DateTimeLocalField(_l("Due"), [Optional()], format=WALL_CLOCK)
    per_entry = IntegerField(_l("Judges per entry"), [InputRequired(), NumberRange(1, 50)])
    hand_out = RadioField(
        _l("How ballots are handed out"),
        [InputRequired()],
        choices=[SelectChoice(way.value, words) for way, words in _WAYS],
    )
    first_pass = IntegerField(
        _l("Judges per entry in the first pass"),
        [InputRequired(), NumberRange(1, 50)],
        description=_l(
            "With focus: every entry gets these first, fewer than in all. Two link the judges."
        ),
    )
    advance = RadioField(
        _l("What goes on to the next round"),
        [InputRequired()],
        choices=[SelectChoice(rule.value, words) for rule, words in _ADVANCES],
        description=_l("From the last round the winners are chosen, whatever stands here."),
    )
    advance_count = IntegerField(
        _l("How many go on"),
        [Optional(), NumberRange(1, MOST_GOING_ON)],
        description=_l("Where the best go on."),
    )
    advance_above = StringField(
        _l("Least score to go on"),
        [Optional(), check_number],
        description=_l(
            "Where a score decides, such as 7.5. Of a screening it is the share of judges who let "
            "an entry in, from 0 to 1; a “maybe” is half."
        ),
    )
    seats = SelectMultipleField(
        _l("Panel of this round"),
        coerce=int,
        description=_l("Choose nobody, and the whole panel judges."),
    )

    def __init__(self, *, round_: Round, zone: str, panel: Sequence[Judge]) -> None:
        """Hold what is posted, else what the round says; times are those of `zone`."""
        self._round, self._zone = round_, zone
        super().__init__(data=_said(round_, zone))
        self.seats.choices = [SelectChoice(judge.id, judge.name) for judge in panel]
        self.per_entry.label.text, self.per_entry.description = _per_entry_words(round_.kind)
        for name in _settled(round_):
            del self[name]

    def validate_starts_at(self, field: DateTimeLocalField) -> None:
        """Refuse a time that no clock shows."""
        check_wall_time(field.data, self._zone)

    def validate_due_at(self, field: DateTimeLocalField) -> None:
        """Refuse a time that no clock shows."""
        check_wall_time(field.data, self._zone)

    def values(self) -> RoundValues:
        """Return what a valid form says; what it does not ask stays as the round has it.

        Raises InvalidError with the field where a rule of going on lacks its number.
        """
        round_, zone = self._round, self._zone
        starts, due = self.starts_at.data, self.due_at.data
        advance = Advance(self._asked("advance", round_.advance))
        count, least = self._asked("advance_count", None), self._asked("advance_above", None)
        if advance is Advance.TOP and not count:
            raise InvalidError(N_("Say how many go on."), field="advance_count")
        if advance is Advance.ABOVE and not least:
            raise InvalidError(N_("Say which score is enough."), field="advance_above")
        return RoundValues(
            title=self.title.data,
            briefing=self.briefing.data or "",
            kind=Kind(self._asked("kind", round_.kind)),
            per_entry=self._asked("per_entry", round_.per_entry),
            hand_out=HandOut(self._asked("hand_out", round_.hand_out)),
            first_pass=self._asked("first_pass", round_.first_pass),
            advance=advance,
            advance_count=count if advance is Advance.TOP else None,
            advance_above=hundredths(least) if advance is Advance.ABOVE else None,
            starts_at=local_instant(starts, zone) if starts else None,
            due_at=local_instant(due, zone) if due else None,
            seats=frozenset(self.seats.data or ()),
        )

    def at_midnight(self) -> bool:
        """Tell whether one of the times is one that people read as the wrong day."""
        times: list[datetime | None] = [self.starts_at.data, self.due_at.data]
        return any(time is not None and (time.hour, time.minute) == (0, 0) for time in times)

    def _asked(self, name: str, otherwise: Any) -> Any:
        return self[name].data if name in self else otherwise


def _said(round_: Round, zone: str) -> dict[str, Any]:
    above = round_.advance_above
    return {
        "title": round_.title,
        "kind": round_.kind.value,
        "briefing": round_.briefing,
        "starts_at": round_.starts_at and wall_time(round_.starts_at, zone),
        "due_at": round_.due_at and wall_time(round_.due_at, zone),
        "per_entry": round_.per_entry,
        "hand_out": round_.hand_out.value,
        "first_pass": round_.first_pass,
        "advance": round_.advance.value,
        "advance_count": round_.advance_count,
        "advance_above": "" if above is None else plain(Fraction(above, 100)),
        "seats": [seat.judge_id for seat in round_.seats],
    }


def _settled(round_: Round) -> set[str]:
    """Return the fields that a round's form does not have."""
    gone: set[str] = set()
    if round_.is_practice:
        gone |= {"kind", "per_entry", "hand_out", "first_pass"}
        gone |= {"advance", "advance_count", "advance_above"}
    if round_.state is not RoundState.PLANNED:
        gone |= {"kind", "hand_out", "first_pass"}
        gone |= {"per_entry"} if round_.kind in {Kind.RANK, Kind.PAIRWISE} else set()
    return gone


def _per_entry_words(kind: Kind) -> tuple[str, str]:
    if kind is Kind.PAIRWISE:
        return _("Comparisons per entry"), _(
            "How often each entry meets another one, over all judges. Six or more tell them apart."
        )
    return _("Judges per entry"), _(
        "Three or more let one mark be outweighed by the others. With focus, on average. In a "
        "ranking every judge orders all entries."
    )


class ChoiceForm(Form):
    """Which entries go on: `goes_N` ticked for entry N, and `reason_N` where it departs."""

    def chosen(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return the reason of each entry that goes on."""
        return {n: self[f"reason_{n}"].data or "" for n in numbers if self[f"goes_{n}"].data}

    def left_out(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return the reason of each entry that does not."""
        return {n: self[f"reason_{n}"].data or "" for n in numbers if not self[f"goes_{n}"].data}


def choice_form(
    numbers: Sequence[int], *, goes: Collection[int], reasons: Mapping[int, str]
) -> ChoiceForm:
    """Return a form with a line for each entry; `goes` are those ticked."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for number in numbers:
        fields[f"goes_{number}"] = BooleanField(_l("Goes on"))
        fields[f"reason_{number}"] = StringField(_l("Reason"), [Optional(), Length(max=300)])
        data[f"goes_{number}"] = number in goes
        data[f"reason_{number}"] = reasons.get(number, "")
    kind: type[ChoiceForm] = type("ChoiceFormOfEntries", (ChoiceForm,), fields)
    return kind(data=data)


class PracticeForm(Form):
    """With which entries judges practise."""

    entries = SelectMultipleField(
        _l("Entries to practise with"),
        [InputRequired(_l("Choose at least one entry to practise with."))],
        coerce=int,
        description=_l("Three or four of different strength show most."),
    )

    def __init__(self, *, options: Sequence[tuple[int, str]], chosen: Sequence[int]) -> None:
        """Offer `options` as (number, words); tick `chosen`."""
        super().__init__(data={"entries": list(chosen)})
        self.entries.choices = [SelectChoice(number, words) for number, words in options]
