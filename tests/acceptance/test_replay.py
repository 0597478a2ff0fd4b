"""Days of a real month while all goes wrong: every page is whole, or says exactly what is not.

Five days of the recorded month (24 to 28 February 2025, its largest Tuesday among them), eight
seeds: two in which the feeds alone go wrong, as often as recorded ones do and more, three with
faults at every door, three in which the model fails, budgets are reached and runs are ended as
well. One seed of each kind is replayed on PostgreSQL, and held against the pages of SQLite.
`benchmarks/replay_month.py` replays the whole month over and over.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import stamina
from pytest_httpserver import HTTPServer

from standins import faults
from standins.arxiv_truth import made_up_truth
from standins.engines import Engine
from standins.faults import FEEDS, HARD, MODEL, Mood
from standins.page_comparison import End, compare
from standins.replay import Replay

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

MONDAY, TUESDAY, WEDNESDAY = date(2025, 2, 24), date(2025, 2, 25), date(2025, 2, 26)
SIZES = {"cs.LG": 613, "cs.AI": 582}

Page = dict[str, Any]


@pytest.fixture(scope="module")
def replay(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    folder = tmp_path_factory.mktemp("replay")
    (folder / "feeds").mkdir()
    for file in (shared / "feeds" / "month").iterdir():
        if "2025-02-24" <= file.name[:10] <= "2025-02-28":
            shutil.copy(file, folder / "feeds")
    reader = shared / "readers" / "ml-foundations"
    with (
        HTTPServer(host="127.0.0.1", threaded=True) as server,
        HTTPServer(host="127.0.0.1", threaded=True) as models,
        stamina.set_testing(True, attempts=10, cap=True),
    ):
        yield Replay(folder / "feeds", reader, server, models, folder)


@pytest.mark.parametrize(
    ("engine", "mood", "seed"),
    [
        *(("sqlite", FEEDS, seed) for seed in (1, 2)),
        *(("sqlite", mood, seed) for mood in (HARD, MODEL) for seed in (1, 2, 3)),
        *(("postgresql", mood, 2) for mood in (FEEDS, HARD, MODEL)),
    ],
    indirect=["engine"],
)
def test_every_page_equals_the_undisturbed_one_or_says_what_it_lacks(
    replay: Replay, engine: Engine, mood: Mood, seed: int
) -> None:
    results, shown = replay.month(mood, seed, engine.database())
    assert [result.day for result in results] == list(replay.days)
    assert shown, "this seed has no faults: choose another"
    for result in results:
        assert result.end is not End.SILENT, result
        if mood is FEEDS:
            assert result.end is End.EQUAL, result
        else:
            assert result.mended in {None, End.EQUAL}, result
    if mood is MODEL:
        assert any(fault.startswith(("model:", "run:")) for fault in shown), shown


def test_a_model_that_judges_as_was_recorded_makes_the_recorded_pages(replay: Replay) -> None:
    asked = replay.reference_of(MODEL)
    for day, recorded in replay.reference.items():
        assert asked[day]["funnel"]["judged"] > recorded["funnel"]["judged"], day
        assert _judged(asked[day]) == _judged(recorded), day


def _judged(page: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return [(one["id"], one["judgement"], one["comment"]) for one in page["entries"]]


@pytest.fixture
def page(replay: Replay) -> Page:
    """Return Tuesday's page, to be spoiled."""
    return copy.deepcopy(dict(replay.reference[TUESDAY]))


def _drop_a_paper(page: Page) -> None:
    del page["entries"][3]


def _swap_two(page: Page) -> None:
    page["entries"][0], page["entries"][1] = page["entries"][1], page["entries"][0]


def _raise_a_score(page: Page) -> None:
    page["entries"][-1]["judgement"]["novelty"] -= 1


def _change_a_comment(page: Page) -> None:
    page["entries"][0]["comment"] += "!"


def _count_wrong(page: Page) -> None:
    page["funnel"]["announced"] -= 1


def _lose_one_that_was_not_judged(page: Page) -> None:
    del page["unjudged"][0]


@pytest.mark.parametrize(
    "spoil",
    [
        _drop_a_paper,
        _swap_two,
        _raise_a_score,
        _change_a_comment,
        _count_wrong,
        _lose_one_that_was_not_judged,
    ],
)
def test_the_comparison_sees_every_silent_difference(
    replay: Replay, page: Page, spoil: Callable[[Page], None]
) -> None:
    spoil(page)
    assert compare(page, replay.reference[TUESDAY], SIZES, ())[0] is End.SILENT


@pytest.fixture
def unjudged(replay: Replay) -> Page:
    """Return Tuesday's page without the judgement of its best paper, which it says."""
    page = copy.deepcopy(dict(replay.reference_of(MODEL)[TUESDAY]))
    best = next(one for one in page["entries"] if one["judgement"])
    best |= {"judgement": None, "comment": None, "unjudged": True}
    page["entries"].remove(best)
    page["entries"].append(best)
    page["unjudged"] = [{"id": best["id"], "lack": "failed", "reason": "it is down"}]
    page["funnel"] |= {"judged": page["funnel"]["judged"] - 1, "unjudged": 1}
    return page | {"status": "partial", "top": "> gpt-4o did not judge 1 paper (it is down)."}


def test_a_page_that_says_what_was_not_judged_is_no_silent_difference(
    replay: Replay, unjudged: Page
) -> None:
    whole = replay.reference_of(MODEL)[TUESDAY]
    assert compare(unjudged, whole, SIZES, ())[0] is End.UNJUDGED
    unjudged["funnel"] |= {"unjudged": 0, "over_budget": 1}
    unjudged["unjudged"][0] |= {"lack": "over budget"}
    unjudged |= {"status": "complete within budget", "top": "complete within budget"}
    assert compare(unjudged, whole, SIZES, ())[0] is End.BUDGET


def _say_nothing_at_the_top(page: Page) -> None:
    page["top"] = "partial"


def _give_no_reason(page: Page) -> None:
    page["unjudged"][0]["reason"] = ""


def _do_not_mark_it(page: Page) -> None:
    page["entries"][-1]["unjudged"] = False


def _call_it_complete(page: Page) -> None:
    page["status"] = "complete"


def _call_it_planned(page: Page) -> None:
    page |= {"status": "complete within budget", "top": "did not judge, complete within budget"}


def _change_another_score(page: Page) -> None:
    judged = next(one for one in page["entries"] if one["judgement"])
    judged["judgement"]["relevance"] -= 1


@pytest.mark.parametrize(
    "spoil",
    [
        _say_nothing_at_the_top,
        _give_no_reason,
        _do_not_mark_it,
        _call_it_complete,
        _call_it_planned,
        _change_another_score,
        _count_wrong,
        _drop_a_paper,
    ],
)
def test_the_comparison_sees_what_a_page_without_some_judgements_does_not_say(
    replay: Replay, unjudged: Page, spoil: Callable[[Page], None]
) -> None:
    spoil(unjudged)
    assert compare(unjudged, replay.reference_of(MODEL)[TUESDAY], SIZES, ())[0] is End.SILENT


def test_more_entries_than_are_listed_are_told_of(replay: Replay, page: Page) -> None:
    listed = page["batches"][0]["entries"] - 3
    page["batches"][0]["expected"] = listed
    assert compare(page, replay.reference[TUESDAY], SIZES, ())[0] is End.SILENT
    page["notes"] = [f"cs.LG: arXiv's listing page counts {listed} entries, ..."]
    assert compare(page, replay.reference[TUESDAY], SIZES, ())[0] is End.EQUAL


@pytest.mark.parametrize(
    ("entries", "note", "told", "end"),
    [
        (600, "cs.LG has 600 of 613 entries", ["cs.LG"], End.COUNTED),
        (601, "cs.LG has 600 of 613 entries", ["cs.LG"], End.SILENT),
        (600, "cs.LG has 600 of 612 entries", ["cs.LG"], End.SILENT),
        (613, "cs.LG has 9 entries reconstructed from submissions", ["cs.LG"], End.REBUILT),
        (600, "cs.LG has 9 entries reconstructed from submissions", ["cs.LG"], End.SILENT),
        (600, "cs.LG has no confirmed number of entries", [], End.DOUBTED),
        (600, "cs.LG has no confirmed number of entries", ["cs.LG"], End.SILENT),
        (600, "cs.LG: the search API does not know which papers were replaced", [], End.DOUBTED),
        (0, "cs.LG is missing: it is down", [], End.NAMED),
        (9, "cs.LG is missing: it is down", [], End.SILENT),
        (600, "cs.AI has no confirmed number of entries", [], End.SILENT),
        (613, "Semantic Scholar could not be asked", [], End.SILENT),
    ],
)
def test_a_partial_page_must_say_what_could_be_known(
    page: Page, *, entries: int, note: str, told: list[str], end: End
) -> None:
    reference = copy.deepcopy(page)
    page |= {"status": "partial", "notes": [note]}
    page["batches"][0] |= {"entries": entries}
    assert page["batches"][0]["category"] == "cs.LG"
    assert compare(page, reference, SIZES, told)[0] is end


def test_where_a_batch_came_from_is_no_difference(replay: Replay, page: Page) -> None:
    page["batches"][0] |= {"via": "listing page", "tried": ["it is down"]}
    page["entries"][0] |= {"version": 7}
    assert compare(page, replay.reference[TUESDAY], SIZES, ())[0] is End.EQUAL


def test_a_recorded_day_that_is_itself_stale_or_empty_is_no_truth() -> None:
    truth = {day: dict(batches) for day, batches in made_up_truth([MONDAY, TUESDAY]).items()}
    truth[WEDNESDAY] = {"cs.LG": (), "cs.AI": truth[MONDAY]["cs.AI"]}
    assert list(faults.believed(truth)) == [MONDAY, TUESDAY]
    truth[WEDNESDAY] = truth[MONDAY]
    assert list(faults.believed(truth)) == [MONDAY, TUESDAY]
    truth[date(2025, 7, 7)] = truth.pop(WEDNESDAY)  # a day after a holiday
    assert list(faults.believed(truth)) == [MONDAY, TUESDAY]
