"""How results are counted, defended and proved, in a browser: methods, ties, bundle, digest."""

import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.authz import ANYBODY
from app.cli.bundle import bundle_command
from contests.states import Screening
from judging.bundle import Choice, read_bundle, read_files, recount
from judging.models import (
    Advance,
    Conflict,
    ConflictGround,
    Criterion,
    Recusal,
    RecusalSource,
    Round,
)
from judging.queries import results as queries
from judging.queries.rounds import rules_of
from judging.ranking import Kind, MethodName
from judging.service import announcement, decisions, sealing
from judging.states import RoundState
from tests import factories
from tests.client import Client
from tests.database import settle
from tests.factories import NOW
from tests.judging import scenes
from tests.judging.test_counting import compared, ranked
from tests.queries import counted

pytestmark = pytest.mark.usefixtures("clock")

SQLITE = pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)


def signed_in(client: Client, scene: scenes.Scene) -> Client:
    client.sign_in(scene.organiser)
    return client


# --- standings ----------------------------------------------------------------------------------


def test_ties_are_explained_line_by_line(session: Session, client: Client) -> None:
    scene = scenes.judged(session, [(9, 9), (8, 6), (7, 8), (6, 6)], judges=2)
    chair = scene.judges[0]
    rules_of(session, scene.contest).ladder = [
        "criterion:technique",
        "head_to_head",
        "criterion:originality",
        f"chair:{chair.id}",
        "seed:drawn in public",
    ]
    session.flush()
    page = signed_in(client, scene).page(scene.url("results"))
    # A criterion of no round, or of another one, is passed over in silence.
    assert page.count("technique") == 0
    assert page.count("Rungs that ask for a criterion which this round does not have") == 1
    # One line for the tie, with all that was asked of it.
    assert page.count("are tied.") == 1
    assert (
        "Place 2: 0003, 0002 are tied. As many judges put each of them first. "
        "The higher average of “Originality” goes first. (0003: 8.00; 0002: 6.00)</bdi>"
    ) in page
    assert f"The chair, {chair.name}" in page
    assert "A draw by the public text “drawn in public”" in page


@pytest.mark.parametrize("kind", ["orders", "choices"])
def test_the_chair_settles_a_tie_in_plain_words(
    session: Session, client: Client, kind: str
) -> None:
    scene = (
        ranked(session, [[2, 1, 3, 4], [1, 2, 3, 4]])
        if kind == "orders"
        else compared(session, [(0, 1, 0), (1, 0, 1), (0, 0, 2), (1, 1, 2), (0, 2, 3), (1, 2, 3)])
    )
    chair = scene.judges[0]
    rules = rules_of(session, scene.contest)
    rules.ladder = ["criterion:relevance", "criterion:originality", f"chair:{chair.id}"]
    session.flush()
    page = signed_in(client, scene).page(scene.url("results"))
    told = f"Place 1: 0002, 0001 are tied. The chair, {chair.name}, puts 0002 before 0001."
    assert f"{told}</bdi>" in page
    assert "has no criterion" not in page
    assert "Relevance" not in page
    rules.ladder = ["criterion:relevance"]
    session.flush()
    assert "Nothing settles ties in this round" in client.page(scene.url("results"))


def test_orders_and_choices_have_results_too(session: Session, client: Client) -> None:
    scene = ranked(session, [[1, 2, 3, 0], [2, 1, 3, 0]])
    signed_in(client, scene)
    page = client.page(scene.url("results"))
    assert "Rank sum" in page
    assert "no marks" in page
    assert "from orders and choices" in client.page(scene.url("results/stability"))
    assert "Positions" in client.page(scene.url("results/entries/1"))
    assert "No judge has placed this entry." in client.page(scene.url("results/entries/4"))
    # The scoring round before it can still be read; its line stands below those that went on.
    first = session.get_one(Round, int(page.partition("/results/rounds/")[2].partition('"')[0]))
    first.advance, first.advance_count = Advance.TOP, 2
    session.flush()
    earlier = client.page(scene.url(f"results/rounds/{first.id}"))
    assert "0002" in earlier.partition('class=" cut"')[2].partition("</tr>")[0]
    assert "Compared are only the first 2" in client.page(scene.url(f"rounds/{first.id}/method"))
    assert "Weighted mean" in earlier
    assert "9.00" in earlier
    pairs = compared(session, [(0, 1, 0), (1, 1, 2), (0, 0, 2)])
    signed_in(client, pairs)
    assert "Strength" in client.page(pairs.url("results"))
    assert "passed over" in client.page(pairs.url("results/entries/1"))


@SQLITE
def test_an_order_that_may_not_have_an_entry_is_told(session: Session, client: Client) -> None:
    scene = ranked(session, [[1, 2, 3, 4], [1, 2, 3, 0], [0, 2, 0, 1]])
    for judge, entry in ((1, 3), (2, 0)):
        session.add(
            Recusal(
                judge_id=scene.judges[judge].id,
                entry_id=scene.entries[entry].id,
                reason="We worked together.",
                source=RecusalSource.DECLARED,
                created_at=NOW,
            )
        )
    # That an order has it all the same is what was submitted before the conflict was found.
    session.add(
        Conflict(
            judge_id=scene.judges[0].id,
            entry_id=scene.entries[0].id,
            ground=ConflictGround.ORGANISATION,
            found_at=NOW,
        )
    )
    session.flush()
    signed_in(client, scene)
    page = client.page(scene.url("results"))
    told = page.partition("Conflicts of interest keep these judges")[2].partition("</ul>")[0]
    assert re.findall(r"<bdi>(.*?)</bdi>: ([0-9, ]*)", told) == [
        ("Judge 2", "0004"),
        ("Judge 3", "0001"),
    ]
    assert positions(client, scene, 1) == ["1", "1", "conflict of interest: counts as 3.5"]
    assert positions(client, scene, 3) == ["3", "3", "left out: counts as 3.5"]
    assert positions(client, scene, 4) == ["1", "4", "conflict of interest: counts as 4"]
    assert "5.5" in page
    # An entry that leaves lets those behind it move up, here as in the sum.
    scene.entries[1].screening = Screening.INELIGIBLE
    scene.entries[1].screening_reason = "Not their own."
    session.flush()
    assert positions(client, scene, 3) == ["2", "2", "left out: counts as 2.5"]
    assert positions(client, scene, 2) == ["2", "2", "2"]
    scene.round_.method = MethodName.SCHULZE
    session.flush()
    assert positions(client, scene, 3)[2] == "left out: behind all that are ranked"


def positions(client: Client, scene: scenes.Scene, number: int) -> list[str]:
    """Return where the judges' orders have an entry, as its page says."""
    table = client.page(scene.url(f"results/entries/{number}")).partition(">Positions<")[2]
    return re.findall('<td class="number">(.*?)</td>', table.partition("</table>")[0])


def test_standings_come_in_pages(app: Flask, session: Session, client: Client) -> None:
    scene = scenes.judged(session, [(9, 9)] + [(8, 8)] * 54, judges=1)
    signed_in(client, scene)
    page = client.page(scene.url("results"))
    assert "1 to 50 of 55" in page
    assert page.count("/results/entries/") == 50
    with counted(app) as statements:
        second = client.page(scene.url(f"results/rounds/{scene.round_.id}?page=2"))
    assert "51 to 55 of 55" in second
    assert len(statements) < 25
    assert "51 to 55 of 55" in client.page(scene.url(f"results/rounds/{scene.round_.id}?page=99"))


def test_an_entry_far_down_can_be_chosen(session: Session, client: Client) -> None:
    scene = scenes.judged(session, [(9, 9)] * 3 + [(8, 8)] * 100, judges=1)
    far = signed_in(client, scene).page(scene.url("results/propose?entry=103"))
    assert '<option value="103"' in far
    assert '<option value="103"' not in client.page(scene.url("results"))
    for nonsense in ("0", "x", "9" * 30, "104"):
        client.page(scene.url(f"results/propose?entry={nonsense}"))


def test_entries_without_a_place_are_told_by_their_reason(session: Session, client: Client) -> None:
    scene = scenes.judged(session, [(9, 9), (8, 8), (7, 7)], judges=2)
    factories.entry(session, scene.contest, factories.user(session, "Late"), title="Unseen")
    other = factories.judge(session, scene.contest, factories.user(session, "Third judge"))
    factories.ballot(session, scene.round_, other, scene.entries[0], (9, 9))
    scene.round_.method, scene.round_.drop_count = MethodName.TRIMMED_MEAN, 2
    session.flush()
    page = signed_in(client, scene).page(scene.url("results"))
    for sentence in (
        "1 entry has no place: 3 marks on each criterion, and 5 are needed (0001).",
        "2 entries have no place: 2 marks on each criterion, and 5 are needed (0002, 0003).",
        "1 entry has no place: nobody has judged it (0004).",
    ):
        assert sentence in page
    assert "too few marks" in page


# --- methods ------------------------------------------------------------------------------------


def test_methods_stand_side_by_side_and_a_late_change_needs_a_reason(
    session: Session, client: Client
) -> None:
    scene = scenes.judged(session, [(9, 9), (8, 8), (7, 7), (6, 6)], judges=3)
    url = scene.url(f"rounds/{scene.round_.id}/method")
    page = signed_in(client, scene).page(url)
    for words in (
        "Weighted mean",
        "Median",
        "Adjusted for leniency",
        "The first 3 are the same, in the same order.",
    ):
        assert words in page
    answer = client.submit(url, {"method": "median"})
    assert answer.status_code == 422
    assert "Judging has begun: say why this changes." in answer.text
    page = client.follow(
        client.submit(url, {"method": "trimmed_mean", "drop": "1", "reason": "Two outliers."})
    ).text
    assert "Trimmed mean without the highest and the lowest mark" in page
    results = client.page(scene.url("results"))
    assert "Changed after judging began" in results
    assert "Two outliers." in results
    counted_so = results.partition(">How it is counted<")[2].partition("</p>")[0]
    assert "Changed" in counted_so
    assert "declared first" in counted_so
    assert "declared first" in client.page(scene.round_url())
    assert "from “Weighted mean” to “Trimmed mean without the highest" in results
    assert "Change how it is counted" in client.page(scene.round_url())
    assert "A change needs a reason" in client.page(url)
    scenes.confirmed(session, scene)
    assert "Count this way" not in client.page(url)
    # What cannot be changed any more is not offered.
    assert "A change needs a reason" not in client.page(url)
    assert "Change how it is counted" not in client.page(scene.round_url())
    assert "Compare methods" in client.page(scene.round_url())


def test_a_planned_round_explains_its_methods(session: Session, client: Client) -> None:
    scene = scenes.waiting(session)
    url = scene.url(f"rounds/{scene.round_.id}/method")
    page = signed_in(client, scene).page(url)
    assert "Tukey, 1962" in page
    assert "Side by side" not in page
    client.follow(client.submit(url, {"method": "median"}))
    session.expire_all()
    assert scene.round_.method is MethodName.MEDIAN
    scene.round_.kind, scene.round_.method = Kind.SCREEN, MethodName.MEAN
    scene.round_.criteria = [
        Criterion(
            position=0, key="verdict", title="Verdict", minimum=0, maximum=2, step_hundredths=50
        )
    ]
    session.flush()
    assert "No other method fits" in client.page(url)


def test_a_trimmed_mean_that_places_nobody_is_warned_of(session: Session, client: Client) -> None:
    scene = scenes.waiting(session, judges=3)
    scene.round_.per_entry = 3
    session.flush()
    url = scene.url(f"rounds/{scene.round_.id}/method")
    page = signed_in(client, scene).page(url)
    # Where methods are told apart, and once more beside the field.
    assert page.count("This round gives it 3: leave out 1 at most.") == 2
    assert "Nobody can have a place" not in page
    page = client.follow(client.submit(url, {"method": "trimmed_mean", "drop": "2"})).text
    assert "needs 5 marks on each criterion, and this round gives it 3. Nobody can have" in page
    assert "Nobody can have a place" in client.page(scene.url(f"rounds/{scene.round_.id}"))
    assert "Nobody can" not in client.follow(client.submit(url, {"drop": "1"})).text
    scene.round_.per_entry = 1
    session.flush()
    assert "gives it 1, too few to leave any out." in client.page(url)


# --- ties and who confirms ----------------------------------------------------------------------


def test_a_ladder_saved_as_it_was_says_so(session: Session, client: Client) -> None:
    scene = scenes.waiting(session)
    rules_of(session, scene.contest).ladder = ["head_to_head", "seed:old"]
    session.flush()
    signed_in(client, scene)
    page = client.follow(client.submit(scene.url("results/rules"), press="Save the ladder")).text
    assert "Nothing changed: the ladder was like this already." in page
    assert "The ladder is saved." not in page


def test_the_ladder_is_put_in_order_without_a_script(session: Session, client: Client) -> None:
    scene = scenes.waiting(session)
    rules_of(session, scene.contest).ladder = ["criterion:relevance", "head_to_head", "seed:old"]
    scene.judges[0].is_chair = True
    session.flush()
    url = scene.url("results/rules")
    signed_in(client, scene)
    page = client.submit(
        url, {"rung_0": "head_to_head", "rung_1": "criterion:relevance"}, press="Save the ladder"
    )
    assert "The ladder is saved." in client.follow(page).text
    session.expire_all()
    rules = rules_of(session, scene.contest)
    assert rules.ladder == ["head_to_head", "criterion:relevance", "seed:old"]

    def press(act: str, *rungs: str, **more: str) -> str:
        token = client.page(url).partition('name="csrf_token" value="')[2].partition('"')[0]
        sent = {f"rung_{at}": rung for at, rung in enumerate(rungs)} | {"act": act, **more}
        return client.post(url, data={"csrf_token": token, **sent}).text

    page_ = press("down-0", "head_to_head", "seed:old")
    assert page_.index('value="seed:old"') < page_.index('value="head_to_head"')
    assert "Not saved yet." in page_
    assert 'value="seed:old"' not in press("remove-1", "head_to_head", "seed:old")
    page_ = press("add", "head_to_head", seed="new text")
    assert 'name="rung_1" value="seed:new text"' in page_
    assert 'value="new text"' not in page_
    chair = f"chair:{scene.judges[0].id}"
    assert f'name="rung_1" value="{chair}"' in press("add", "head_to_head", add=chair)
    page_ = press("add", "head_to_head", "seed:old", add=chair)
    assert page_.index(f'value="{chair}"') < page_.index('value="seed:old"')
    press("save", "head_to_head", chair)
    session.expire_all()
    assert rules_of(session, scene.contest).ladder == ["head_to_head", chair]
    assert "Keep one rung at least" in press("save")


def test_enter_saves_the_ladder_with_what_was_typed(session: Session, client: Client) -> None:
    scene = scenes.judged(session)
    rules_of(session, scene.contest).ladder = ["criterion:relevance", "criterion:originality"]
    session.flush()
    url = scene.url("results/rules")
    assert "Reason</label>" in signed_in(client, scene).page(url)
    answer = client.submit(url, {"add": "head_to_head", "seed": "the tenth of May"})
    assert answer.status_code == 422
    assert 'value="the tenth of May"' in answer.text
    client.follow(
        client.submit(
            url, {"add": "head_to_head", "seed": "the tenth of May", "reason": "Forgotten."}
        )
    )
    session.expire_all()
    assert rules_of(session, scene.contest).ladder == [
        "criterion:relevance",
        "criterion:originality",
        "head_to_head",
        "seed:the tenth of May",
    ]


def test_two_people_can_be_switched_off(session: Session, client: Client) -> None:
    scene = scenes.judged(session)
    url = scene.url("results/rules")
    signed_in(client, scene)
    page = client.follow(client.submit(url, {"two_people": False}, press="Save who confirms")).text
    assert "One organiser may confirm the winners alone." in page
    results = scene.url("results")
    page = client.follow(client.submit(results, {"citation_1": "Fine."})).text
    assert "You confirm alone" in page
    client.follow(client.submit(results, press="Confirm these winners"))
    assert "by one organiser alone" in client.page(results)
    assert "stays as it was" in client.page(url)


# --- how firmly they stand ----------------------------------------------------------------------


ISOLATES = dict.fromkeys((0x2068, 0x2069))


def card(client: Client, scene: scenes.Scene) -> str:
    page = signed_in(client, scene).page(scene.url("results/stability"))
    return page.translate(ISOLATES)


def test_the_stability_card_speaks_before_it_draws(session: Session, client: Client) -> None:
    scene = scenes.judged(session, [(9, 9), (8, 8), (7, 7), (6, 6), (5, 4), (4, 4)], judges=3)
    page = card(client, scene)
    assert "0001 “Work 1” is in the top 3 in 100 of 100 panels drawn anew" in page
    assert "In 0 of 100 panels drawn anew from these judges, not exactly these would win" in page
    assert page.index("by a model of the marks") < page.index("not exactly these would win")
    assert "judged by nobody" not in page
    assert "Next is 0004 “Work 4”, 1.00 from the last winner. It wins in 0 of 100." in page
    assert "Leaving out any one of the 3 judges changes nothing about who wins." in page
    assert "Judges agree well" in page
    # Who never wins is counted, not drawn.
    drawn = page.partition('<ul class="bars"')[2].partition("</figure>")[0]
    assert page.index("Leaving out") < page.index(drawn)
    assert "Work 3" in drawn
    assert "Work 4" not in drawn
    assert "The 3 other entries win in no panel drawn anew." in drawn
    # What the headline rests on is drawn, too: how likely they are truly the best.
    likely = page.partition("Chance of each to be truly")[2].partition("</figure>")[0]
    assert likely.count('<rect class="chart-bar chart-strong') == 3
    assert "Work 4" in likely
    judges = page.rpartition('<ul class="bars"')[2].partition("</figure>")[0]
    for judge in scene.judges:
        assert judge.name in judges
    assert "0.5 fewer" in judges
    empty = scenes.waiting(session)
    assert "Nothing to tell yet" in card(client, empty)


def test_one_judge_and_equal_scores_are_said(session: Session, client: Client) -> None:
    scene = scenes.judged(session, [(9, 9), (8, 8), (7, 7), (7, 7)], judges=1)
    rules_of(session, scene.contest).ladder = ["seed:public"]
    session.flush()
    page = card(client, scene)
    assert "There is one judge only" in page
    assert "with the same score as the last winner: the tie ladder settles who wins." in page
    few = scenes.judged(session, [(9, 9), (8, 8)], judges=2)
    assert "Nobody stands behind the winners." in card(client, few)


def test_a_judge_on_whom_a_winner_rests_is_named(session: Session, client: Client) -> None:
    scene = scenes.judged(session, [(9, 9), (8, 8), (7, 7), (6, 6)], judges=1)
    other = factories.judge(
        session, scene.contest, factories.user(session, "Judge of another mind")
    )
    for entry, points in zip(scene.entries, [(9, 9), (8, 8), (1, 1), (9, 9)], strict=True):
        factories.ballot(session, scene.round_, other, entry, points)
    page = card(client, scene)
    assert "Who wins rests on one judge:" in page
    assert (
        "Without Judge of another mind, 0003 “Work 3” would win instead of 0004 “Work 4”." in page
    )
    assert "nobody else has judged" not in page
    under = page.partition("Who wins rests on one judge:")[2].partition("</ul>")[0]
    assert under.lstrip().startswith("<ul")
    assert "Without Judge of another mind" in under
    unseen = factories.entry(session, scene.contest, scene.organiser, title="Seen once")
    factories.ballot(session, scene.round_, other, unseen, (9, 9))
    assert "0005 “Seen once” rests on one judge: nobody else has judged it." in card(client, scene)


# --- the bundle ---------------------------------------------------------------------------------


def test_the_bundle_is_taken_and_recounted(
    session: Session, client: Client, tmp_path: Path
) -> None:
    scene = scenes.judged(session)
    url = scene.url("results")
    answer = signed_in(client, scene).submit(url, press="Download the bundle")
    assert answer.mimetype == "application/zip"
    path = tmp_path / "bundle.zip"
    path.write_bytes(answer.data)
    found = recount(read_bundle(read_files(path)), Choice())
    assert found.differences == ()
    assert [row.entry for row in found.rounds[0].ranking.standings][:2] == ["1", "2"]
    assert "manifest.json" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()


def test_the_bundle_comes_from_the_command_line(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    scene = scenes.judged(session)
    path = tmp_path / "out.zip"
    slug = scene.contest.slug
    settle(app)
    run = app.test_cli_runner()
    done = run.invoke(bundle_command, [slug, "-o", str(path)])
    assert done.exit_code == 0, done.output
    assert "podium recount" in done.output
    assert recount(read_bundle(read_files(path)), Choice()).differences == ()
    assert run.invoke(bundle_command, ["no-such-contest"]).exit_code == 1


# --- the commitment -----------------------------------------------------------------------------


def test_a_commitment_tells_nothing_before_and_proves_all_after(
    session: Session, new_client: Callable[[], Client]
) -> None:
    scene = scenes.judged(session)
    public = f"/contests/{scene.contest.slug}/commitment"
    outsider, organiser = new_client(), signed_in(new_client(), scene)
    scenes.confirmed(session, scene)
    assert outsider.get(public).status_code == 404
    page = organiser.follow(
        organiser.submit(scene.url("announce"), press="Publish the fingerprint")
    ).text
    session.expire_all()
    decision = queries.get_decision(session, scene.contest)
    assert decision.commitment is not None
    assert decision.commitment in page
    assert "that was public before" not in outsider.page(public)
    page, told = outsider.page(public), outsider.get(f"{public}.json").text
    for text in (page, told):
        assert decision.commitment in text
        for secret in (decision.commitment_salt or "", "Work", "Citation", "Entrant"):
            assert secret not in text
    assert outsider.get(f"{public}.txt").status_code == 404
    announcement.announce(session, contest=scene.contest, actor=ANYBODY, now=NOW)
    settle(organiser.application)
    exact = outsider.get(f"{public}.txt").data
    assert hashlib.sha256(exact).hexdigest() == decision.commitment
    page = outsider.page(public)
    assert "sha256sum" in page
    assert "Work 1" in page
    assert "Work 4" not in page
    assert outsider.get(f"{public}.json").get_json()["salt"] == decision.commitment_salt
    # What it does not say, an organiser can hand to an auditor.
    url = scene.url("announce")
    handed = organiser.submit(url, press="Download the withheld part").data
    assert hashlib.sha256(handed).hexdigest().encode() in exact
    assert outsider.post(scene.url("announce/withheld.txt")).status_code != 200


@SQLITE
def test_two_fingerprints_are_told_apart(session: Session, client: Client) -> None:
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)
    sealing.seal(session, contest=scene.contest, actor=scene.actor, now=NOW)
    announcement.announce(session, contest=scene.contest, actor=ANYBODY, now=NOW)
    digest = queries.get_decision(session, scene.contest).commitment or "none"
    page = signed_in(client, scene).page(scene.url("announce"))
    assert 0 < page.index(digest) < page.index("Fingerprint of what was announced")
    assert "another text than the sealed one" in page
    assert f"Commitment: {digest}." in client.page(scene.url("audit"))


def test_whoever_comes_upon_the_contest_finds_its_commitment(
    session: Session, client: Client
) -> None:
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)
    contest = f"/contests/{scene.contest.slug}"
    link = f'href="{contest}/commitment"'
    assert link not in client.page(contest)
    sealing.seal(session, contest=scene.contest, actor=scene.actor, now=NOW)
    assert link in client.page(contest)
    announcement.announce(session, contest=scene.contest, actor=ANYBODY, now=NOW)
    assert link in client.page(f"{contest}/winners")


def test_a_withdrawn_commitment_says_so(session: Session, client: Client) -> None:
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)
    sealing.seal(session, contest=scene.contest, actor=scene.actor, now=NOW)
    decisions.withdraw_confirmation(session, contest=scene.contest, actor=scene.actor, now=NOW)
    page = client.page(f"/contests/{scene.contest.slug}/commitment")
    assert "This commitment was withdrawn" in page
    # What is announced in the end was never sealed: there is nothing to check.
    scenes.confirm(session, scene)
    announcement.announce(session, contest=scene.contest, actor=scene.actor, now=NOW)
    page = client.page(f"/contests/{scene.contest.slug}/commitment")
    assert "sha256sum" not in page


def test_a_planned_last_round_leads_to_those_before(session: Session, client: Client) -> None:
    scene = scenes.judged(session)
    scene.round_.position = 0
    last = factories.round_(session, scene.contest, state=RoundState.PLANNED)
    last.position = 2
    session.flush()
    page = signed_in(client, scene).page(scene.url("results"))
    assert f"/results/rounds/{scene.round_.id}" in page
    assert "Those of the rounds before are below." in page
    assert "No results yet" in client.page(scene.url(f"results/rounds/{last.id}"))
