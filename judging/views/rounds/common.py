"""What the pages of rounds share: their address, their words, and how one is found."""

from app.transaction import current_session
from contests.models import Contest
from contests.queries.contests import get_contest
from judging.models import Round
from judging.queries.rounds import get_round
from judging.queries.rubric import level_words, scale_words
from judging.views.counting_words import numbers
from judging.views.organiser import blueprint
from judging.views.rounds import words

# An id beyond this does not fit the databases' integers, and so belongs to nothing.
ROUND = "/rounds/<int(max=2147483647):round_id>"

blueprint.add_app_template_filter(words.kind_name, "round_kind")
blueprint.add_app_template_filter(words.kind_work, "round_work")
blueprint.add_app_template_filter(words.share_out, "round_share")
blueprint.add_app_template_filter(words.goes_on)
blueprint.add_app_template_filter(words.focus_aim)
blueprint.add_app_template_filter(words.shortfall_words)
blueprint.add_app_template_filter(numbers, "entry_numbers")
blueprint.add_app_template_filter(level_words)
blueprint.add_app_template_filter(scale_words)


def found_round(slug: str, round_id: int) -> tuple[Contest, Round]:
    """Return a contest and one of its rounds; NotFoundError for another's."""
    session = current_session()
    contest = get_contest(session, slug)
    return contest, get_round(session, contest, round_id)
