"""The demo's hackathon: closed three days ago, with its panel at work."""

from datetime import timedelta

from sqlalchemy import select

from app.accounts.queries import actor_of
from app.cli.demo.people import JUDGE, JUDGES
from app.cli.demo.photo_contests import check_all
from app.cli.demo.projects import PROJECTS, TRACKS, DemoProject
from app.cli.demo.scoring import score_all
from app.cli.demo.stage import ZONE, Stage
from contests.models import Contest, Entry, Forum, GalleryOpens
from contests.queries import contests as queries
from contests.queries import entries as entry_queries
from contests.service import entries as entry_service
from contests.service import teams
from contests.service.contests import ContestValues
from contests.states import ContestKind
from contests.vocabulary import ACTION_LINES, SDGS
from judging.service import rounds
from media.limits import MAX_BYTES, PICTURE_FORMATS

SLUG = "hackathon"
COVER = "valley-mesh"
_BRIEF = """Build something that a community can use next month, with what it has today.

Three challenges wait for teams of one to five: warnings that reach the last house, care and
knowledge where neither is near, and fields, markets and power that answer to those who live from
them. Bring a working prototype, and say what you tried with real people.
"""
_RULES = """- Teams of one to five; one person takes part in one team.
- What you show was built for this hackathon; what you built it on is named.
- A description of 30 to 1000 words, one to six pictures, up to two PDF documents, links to code.
- Three winners present at the forum.
"""
_DONE = {JUDGE: 0.45, "judge3@demo.example": 0.6, "judge4@demo.example": 0.0}


def hackathon(stage: Stage, forum: Forum) -> None:
    """Set up the hackathon and its projects, up to the drafts."""
    contest = stage.publish(forum, ContestKind.HACKATHON, _values(stage), COVER)
    for number, project in enumerate(PROJECTS):
        _enter(stage, contest, project, number)


def submit_projects(stage: Stage) -> None:
    """Submit every project on the contest's last day."""
    contest = queries.get_contest(stage.session, SLUG)
    found = select(Entry.id).where(Entry.contest_id == contest.id).order_by(Entry.id)
    for entry_id in stage.session.scalars(found).all():
        entry = entry_queries.get_entry(stage.session, entry_id)
        entry_service.submit(
            stage.session,
            entry=entry,
            actor=actor_of(entry.owner),
            now=contest.closes_at - timedelta(minutes=entry_id * 23),
        )


def judge_half(stage: Stage) -> None:
    """Seat the panel and let it work: one judge done, two under way, one not begun."""
    contest = queries.get_contest(stage.session, SLUG)
    after = contest.closes_at + timedelta(hours=10)
    check_all(stage, contest, after)
    for email, name in JUDGES:
        stage.seat(contest, email, name, after)
    who = stage.organiser
    (only,) = rounds.plan_rounds(
        stage.session, contest=contest, preset=rounds.Preset.ONE, actor=who, now=after
    )
    rounds.open_round(stage.session, contest=contest, round_id=only.id, actor=who, now=after)
    score_all(stage, only, shares=_DONE)


def _values(stage: Stage) -> ContestValues:
    return ContestValues(
        slug=SLUG,
        title="Hackathon: The Last Mile",
        summary="Teams build what a community can use next month, with what it has today.",
        brief=_BRIEF,
        rules=_RULES,
        zone=ZONE,
        opens_at=stage.at(-33),
        closes_at=stage.evening(-3),
        entries_per_person=1,
        team_min=1,
        team_max=5,
        pictures_min=1,
        pictures_max=6,
        documents_max=2,
        videos_max=1,
        words_min=30,
        words_max=1000,
        max_bytes=MAX_BYTES,
        formats=list(PICTURE_FORMATS),
        sdgs=list(SDGS),
        action_lines=list(ACTION_LINES),
        winners=3,
        gallery_opens=GalleryOpens.AT_ANNOUNCEMENT,
        tracks=TRACKS,
        declarations=(
            "Everybody in the team is 15 or older.",
            "Nobody in the team is on the staff of the organisers.",
            "What we show is our own work.",
        ),
    )


def _enter(stage: Stage, contest: Contest, project: DemoProject, number: int) -> None:
    begun = stage.at(-30 + number)
    captain, *members = (
        stage.person(f"{project.slug}.{place}@demo.example", name)
        for place, name in enumerate(project.team, 1)
    )
    entry = teams.begin_project(
        stage.session, contest=contest, team_name=project.team_name, actor=captain, now=begun
    )
    if entry.team is not None:
        token = teams.invitation_token(entry.team)
        for member in members:
            teams.join(stage.session, token=token, actor=member, now=begun)
    stage.attach(entry, project.slug, captain, begun)
    words = entry_service.EntryWords(
        title=project.title,
        summary=project.summary,
        description=project.description,
        track_id=contest.tracks[project.track].id,
        links=(f"https://code.example/{project.slug}",),
        sdgs=frozenset(str(goal) for goal in project.sdgs),
        action_lines=frozenset(project.action_lines),
        declarations=frozenset(declaration.id for declaration in contest.declarations),
    )
    stage.write(entry, words, captain, begun)
