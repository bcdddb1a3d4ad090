"""The forms with which organisers choose how a round is counted and how ties are settled."""

from collections.abc import Mapping, Sequence
from typing import Final

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.web import Form
from judging.models import Round
from judging.ranking import Method, MethodName
from judging.service.methods import MOST_DROPPED, SEED_LENGTH
from judging.service.reasons import REASON_LENGTH

MOST_RUNGS: Final = 40


class MethodForm(Form):
    """How a round is counted, and why that changes."""

    method = RadioField(_l("Method"), [InputRequired(_l("Choose a method."))])
    drop = IntegerField(
        _l("Marks that the trimmed mean leaves out at either end"),
        [Optional(), NumberRange(1, MOST_DROPPED)],
    )
    reason = TextAreaField(
        _l("Reason"),
        [Optional(), Length(max=REASON_LENGTH)],
        description=_l("It stays on the results page and in the audit."),
    )

    def __init__(self, *, round_: Round, names: Mapping[MethodName, str]) -> None:
        """Hold what is posted, else how the round is counted now."""
        super().__init__(data={"method": round_.method.value, "drop": round_.drop_count or 1})
        self.reason.flags.required = True  # shown once the round was opened; a service asks for it
        self.method.choices = [SelectChoice(name.value, words) for name, words in names.items()]

    def chosen(self) -> Method:
        """Return what a valid form says."""
        name = MethodName(self.method.data)
        return Method(name, (self.drop.data or 1) if name is MethodName.TRIMMED_MEAN else 0)


class LadderForm(Form):
    """The rungs of the tie ladder; they themselves are hidden fields, `rung_0` and so on."""

    add = SelectField(_l("Add a rung"), [Optional()])
    seed = StringField(
        _l("Add a draw by a public text"),
        [Optional(), Length(max=SEED_LENGTH)],
        description=_l("Fixed before anybody knows the standings, and known to everybody."),
    )
    reason = TextAreaField(
        _l("Reason"),
        [Optional(), Length(max=REASON_LENGTH)],
        description=_l("It stays on the results page and in the audit."),
    )

    def __init__(self, *, rungs: Sequence[str], offered: Mapping[str, str]) -> None:
        """Offer the rungs that the ladder lacks."""
        super().__init__()
        self.reason.flags.required = True  # as in MethodForm
        self.rungs = list(rungs)
        self.add.choices = [
            SelectChoice("", _l("Choose a rung")),
            *(SelectChoice(text, words) for text, words in offered.items() if text not in rungs),
        ]

    def whole(self) -> list[str]:
        """Return the ladder with the text that is typed at its end, and the rung chosen before it.

        A draw leaves nothing tied, so that a rung below one would never be asked.
        Whoever saves without having pressed the button that adds them means them, too.
        """
        seed = f"seed:{self.seed.data}" if self.seed.data else ""
        draw = next((at for at, rung in enumerate(self.rungs) if rung.startswith("seed:")), None)
        above, below = self.rungs[:draw], self.rungs[len(self.rungs) if draw is None else draw :]
        return list(dict.fromkeys(filter(None, (*above, self.add.data, *below, seed))))

    def take(self) -> None:
        """Put what is chosen and typed into the ladder."""
        self.rungs = self.whole()
        self.add.data = self.seed.data = None

    def rearrange(self, act: str) -> None:
        """Do what a button says: `up`, `down` or `remove` with a position, such as "up-1"."""
        verb, _dash, number = act.partition("-")
        position = int(number) if number.isdecimal() else len(self.rungs)
        if position >= len(self.rungs):
            return
        rung = self.rungs.pop(position)
        if verb != "remove":
            self.rungs.insert(max(0, position - 1) if verb == "up" else position + 1, rung)


class TwoPeopleForm(Form):
    """Whether a second organiser confirms the winners."""

    two_people = BooleanField(_l("A second organiser confirms the winners"))


def posted_rungs(posted: MultiDict[str, str]) -> list[str]:
    """Return the rungs that a ladder's form sent, in their order."""
    found = (posted.get(f"rung_{at}") for at in range(MOST_RUNGS))
    return [text for text in found if text]
