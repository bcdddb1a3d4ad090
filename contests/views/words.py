"""States in the reader's words, with the kind that gives them shape and colour.

The pairs are the arguments of the `status` macro.
"""

from flask import Blueprint
from flask_babel import gettext as _

from contests.models import Entry
from contests.states import ContestKind, ContestState, EntryState, Screening
from media.models import Asset

blueprint = Blueprint("words", __name__)


@blueprint.app_template_filter()
def kind_name(kind: ContestKind) -> str:
    """Return a kind of contest."""
    return _("Photo contest") if kind is ContestKind.PHOTO else _("Hackathon")


@blueprint.app_template_filter()
def state_status(state: ContestState) -> tuple[str, str]:
    """Return a contest's state as organisers see it."""
    return {
        ContestState.DRAFT: (_("Draft"), "neutral"),
        ContestState.PUBLISHED: (_("Published"), "active"),
        ContestState.JUDGING: (_("In judging"), "active"),
        ContestState.DECIDED: (_("Decided, not announced"), "waiting"),
        ContestState.ANNOUNCED: (_("Announced"), "good"),
        ContestState.ARCHIVED: (_("Archived"), "neutral"),
    }[state]


@blueprint.app_template_filter()
def entry_status(entry: Entry) -> tuple[str, str]:
    """Return where an entry stands for organisers."""
    if entry.state is EntryState.SUBMITTED:
        return {
            Screening.PENDING: (_("To check"), "waiting"),
            Screening.ELIGIBLE: (_("Eligible"), "good"),
            Screening.INELIGIBLE: (_("Not eligible"), "bad"),
        }[entry.screening]
    return {
        EntryState.DRAFT: (_("Draft"), "neutral"),
        EntryState.WITHDRAWN: (_("Withdrawn"), "neutral"),
        EntryState.DISQUALIFIED: (_("Disqualified"), "bad"),
    }[entry.state]


@blueprint.app_template_filter()
def coordinates(asset: Asset) -> str | None:
    """Return where a file says it was made, as maps take it; for organisers alone."""
    if asset.latitude is None or asset.longitude is None:
        return None
    return f"{asset.latitude:.5f}, {asset.longitude:.5f}"
