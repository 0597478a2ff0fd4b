from __future__ import annotations

from datetime import date
from typing import Any

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.feedback import Vote
from paperlark.domain.profile import Cutoffs, Profile
from paperlark.evaluation.agreement import self_agreement
from paperlark.evaluation.evaluate import own_days
from paperlark.evaluation.splits import KnownBefore
from paperlark.store.examples import LabelledPaper
from paperlark.testing import a_paper

MINE = Profile("Mine", ("cs.LG",), parse_criteria("bats"), cutoffs=Cutoffs(7, 6))
MONDAY, TUESDAY = date(2025, 2, 24), date(2025, 2, 25)


def _met(number: int, day: date = MONDAY, **of: Any) -> LabelledPaper:
    said = {"on_page": False, "relevance": None, "novelty": None, "vote": None} | of
    return LabelledPaper(day=day, paper=a_paper(f"2502.0000{number}"), **said)


def _wanted(*papers: LabelledPaper) -> dict[str, bool]:
    (day,) = own_days(MINE, papers).days
    return {one.id[-1]: label.wanted for one, label in zip(day.papers, day.labels, strict=True)}


def test_the_line_is_the_one_of_now_and_what_nobody_judged_is_left_out() -> None:
    assert _wanted(
        _met(1, relevance=7, novelty=6),
        _met(2, relevance=6, novelty=9),
        _met(3, relevance=9, novelty=5),
        _met(4),
    ) == {"1": True, "2": False, "3": False}


def test_a_vote_is_the_last_word() -> None:
    assert _wanted(
        _met(1, relevance=9, novelty=9, vote=Vote.DOWN),
        _met(2, relevance=2, novelty=2, vote=Vote.UP),
        _met(3, vote=Vote.UP),
        _met(4, relevance=2, novelty=2),
    ) == {"1": False, "2": True, "3": True, "4": False}


def test_on_a_day_without_a_judge_all_is_held_against_the_votes() -> None:
    met = (_met(1, vote=Vote.UP, on_page=True), _met(2, vote=Vote.DOWN), _met(3, on_page=True))
    assert _wanted(*met) == {"1": True, "2": False, "3": False}
    assert own_days(MINE, met).notes == (
        "on 1 of the days nobody said what is not wanted: there all else counts as that",
    )


def test_of_a_recording_that_has_only_what_was_selected_all_else_was_not() -> None:
    assert _wanted(
        _met(1, relevance=9, novelty=9, on_page=True),
        _met(2),
        _met(3, on_page=True),  # by a followed author
    ) == {"1": True, "2": False}


def test_a_vote_against_one_of_them_does_not_make_the_others_unknown() -> None:
    assert _wanted(
        _met(1, relevance=9, novelty=9, on_page=True),
        _met(2, relevance=8, novelty=8, on_page=True, vote=Vote.DOWN),
        _met(3),
    ) == {"1": True, "2": False, "3": False}


def test_what_nobody_said_teaches_nothing_as_on_the_page() -> None:
    met = (_met(1, vote=Vote.UP), _met(2, vote=Vote.DOWN), _met(3), _met(4, TUESDAY, vote=Vote.UP))
    known = KnownBefore(own_days(MINE, met).days, 1).history(1)
    assert {one.paper.id[-1]: one.wanted for one in known.examples} == {"1": True, "2": False}
    assert [one.id[-1] for one in known.stream] == ["1", "2", "3"]


def test_a_day_of_which_nobody_said_anything_is_none() -> None:
    assert own_days(MINE, (_met(1, on_page=True), _met(2))).days == ()


def test_days_come_in_order_and_do_not_hold_the_judge_against_itself() -> None:
    judged: dict[str, Any] = {"relevance": 9, "novelty": 9}
    found = own_days(MINE, (_met(1, **judged), _met(1, TUESDAY, **judged)))
    assert [day.day for day in found.days] == [MONDAY, TUESDAY]
    assert self_agreement(found) is None
