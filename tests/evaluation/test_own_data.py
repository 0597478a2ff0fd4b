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


def _paper(number: int, day: date = MONDAY, **of: Any) -> LabelledPaper:
    values = {"on_page": False, "relevance": None, "novelty": None, "vote": None} | of
    return LabelledPaper(day=day, paper=a_paper(f"2502.0000{number}"), **values)


def _wanted(*papers: LabelledPaper) -> dict[str, bool]:
    (day,) = own_days(MINE, papers).days
    return {one.id[-1]: label.wanted for one, label in zip(day.papers, day.labels, strict=True)}


def test_the_current_cutoffs_apply_and_unjudged_papers_are_left_out() -> None:
    assert _wanted(
        _paper(1, relevance=7, novelty=6),
        _paper(2, relevance=6, novelty=9),
        _paper(3, relevance=9, novelty=5),
        _paper(4),
    ) == {"1": True, "2": False, "3": False}


def test_a_vote_overrides_a_judgement() -> None:
    assert _wanted(
        _paper(1, relevance=9, novelty=9, vote=Vote.DOWN),
        _paper(2, relevance=2, novelty=2, vote=Vote.UP),
        _paper(3, vote=Vote.UP),
        _paper(4, relevance=2, novelty=2),
    ) == {"1": False, "2": True, "3": True, "4": False}


def test_on_a_day_without_judgements_papers_without_a_like_are_unwanted() -> None:
    papers = (
        _paper(1, vote=Vote.UP, on_page=True),
        _paper(2, vote=Vote.DOWN),
        _paper(3, on_page=True),
    )
    assert _wanted(*papers) == {"1": True, "2": False, "3": False}
    assert own_days(MINE, papers).notes == (
        "days where unlabelled papers count as unwanted, since none was judged unwanted: 1",
    )


def test_where_only_selected_papers_were_recorded_the_others_are_unwanted() -> None:
    assert _wanted(
        _paper(1, relevance=9, novelty=9, on_page=True),
        _paper(2),
        _paper(3, on_page=True),  # by a followed author
    ) == {"1": True, "2": False}


def test_a_dislike_of_a_selected_paper_leaves_the_others_unwanted() -> None:
    assert _wanted(
        _paper(1, relevance=9, novelty=9, on_page=True),
        _paper(2, relevance=8, novelty=8, on_page=True, vote=Vote.DOWN),
        _paper(3),
    ) == {"1": True, "2": False, "3": False}


def test_assumed_labels_are_no_training_examples() -> None:
    papers = (
        _paper(1, vote=Vote.UP),
        _paper(2, vote=Vote.DOWN),
        _paper(3),
        _paper(4, TUESDAY, vote=Vote.UP),
    )
    known = KnownBefore(own_days(MINE, papers).days, 1).history(1)
    assert {one.paper.id[-1]: one.wanted for one in known.examples} == {"1": True, "2": False}
    assert [one.id[-1] for one in known.stream] == ["1", "2", "3"]


def test_a_day_without_any_label_is_left_out() -> None:
    assert own_days(MINE, (_paper(1, on_page=True), _paper(2))).days == ()


def test_days_are_in_order_and_have_no_self_agreement() -> None:
    judged: dict[str, Any] = {"relevance": 9, "novelty": 9}
    found = own_days(MINE, (_paper(1, **judged), _paper(1, TUESDAY, **judged)))
    assert [day.day for day in found.days] == [MONDAY, TUESDAY]
    assert self_agreement(found) is None
