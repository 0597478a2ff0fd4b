from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from paperlark.domain.digest import Digest, Placement, Ranked, Updated
from paperlark.domain.judgement import Judgement, Match, Precedent, Unjudged, UnjudgedReason
from paperlark.domain.paper import PaperId
from paperlark.domain.paper_history import PaidCall, PaperOutcome, ReadingRecord, day_of_paper
from paperlark.domain.spending import Spend
from standins.digests import DAY, digest, entry, narrowed, paper, without_judge

SHOWN, CUT, LACKING, OUT, NEW = (paper(number) for number in (1, 2, 3, 4, 5))
MONDAY = date(2025, 2, 24)


def _judged(**changes: object) -> Digest:
    low = Judgement(CUT.id, 1, 9, 2, "It is not new.")
    return digest(
        [entry(1)],
        scanned=tuple(one.id for one in (SHOWN, CUT, LACKING, OUT)),
        judgements=(low,),
        **changes,
    )


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (UnjudgedReason.FAILED, PaperOutcome.FAILED),
        (UnjudgedReason.NOT_RECORDED, PaperOutcome.NOT_RECORDED),
        (UnjudgedReason.BUDGET, PaperOutcome.OVER_BUDGET),
        (UnjudgedReason.WAITING, PaperOutcome.WAITING),
    ],
)
def test_an_unjudged_paper_has_its_reason(cause: UnjudgedReason, outcome: PaperOutcome) -> None:
    found = day_of_paper(_judged(unjudged=(Unjudged(LACKING, cause, "reason"),)), LACKING.id)
    assert found.outcome is outcome
    assert found.unjudged is not None
    assert found.unjudged.reason == "reason"


def test_a_paper_on_the_page_has_its_entry_and_its_judgement() -> None:
    found = day_of_paper(_judged(), SHOWN.id)
    assert (found.outcome, found.entry) == (PaperOutcome.SHOWN, entry(1))
    assert found.judgement == entry(1).judgement
    assert found.match == entry(1).match


def test_a_paper_below_the_cut_offs_has_its_judgement() -> None:
    found = day_of_paper(_judged(), CUT.id)
    assert (found.outcome, found.entry) == (PaperOutcome.CUT, None)
    assert found.judgement is not None
    assert found.judgement.comment == "It is not new."


def test_an_unread_paper_without_a_stored_match_has_its_probability() -> None:
    unread = PaperId("2502.00060")
    found = day_of_paper(replace(narrowed(), scanned=(unread,)), unread)
    assert (found.outcome, found.match, found.placement) == (PaperOutcome.UNREAD, None, None)
    assert found.probability == pytest.approx(0.02 / 60)


def test_without_a_judge_a_paper_off_the_page_had_no_room() -> None:
    found = day_of_paper(replace(without_judge(), scanned=(OUT.id,)), OUT.id)
    assert found.outcome is PaperOutcome.NO_ROOM


def test_a_gated_paper_is_known_by_its_placement_or_by_elimination() -> None:
    gated = Ranked(OUT.id, 1, Placement.GATED, Match(0.5, 1, 4))
    assert day_of_paper(_judged(ranked=(gated,)), OUT.id).outcome is PaperOutcome.GATED
    assert day_of_paper(_judged(), OUT.id).outcome is PaperOutcome.GATED


def test_papers_off_the_page_have_their_match_and_precedents() -> None:
    before = Precedent(PaperId("2501.00001"), "Before", date(2025, 1, 2), 0.8)
    ranked = Ranked(CUT.id, 1, Placement.EXPLORED, Match(0.25, 3, 4, probability=0.02), (before,))
    found = day_of_paper(_judged(ranked=(ranked,)), CUT.id)
    assert (found.placement, found.match, found.precedents) == (
        Placement.EXPLORED,
        ranked.match,
        (before,),
    )
    assert found.probability == 0.02


def test_a_paper_announced_before_is_skipped_with_that_day() -> None:
    found = day_of_paper(_judged(), NEW.id, seen=MONDAY)
    assert (found.outcome, found.seen) == (PaperOutcome.PASSED_OVER, MONDAY)


def test_a_new_version_of_a_paper_that_was_on_a_page_is_among_the_updated() -> None:
    found = day_of_paper(_judged(updated=(Updated(NEW, MONDAY),)), NEW.id, seen=MONDAY)
    assert (found.outcome, found.seen) == (PaperOutcome.UPDATED, MONDAY)


def test_a_scanned_paper_was_not_skipped() -> None:
    assert day_of_paper(_judged(), CUT.id, seen=MONDAY).seen is None


def test_readings_of_another_version_are_left_out() -> None:
    question = PaidCall(
        DAY, "Mine", datetime(2025, 2, 26, tzinfo=UTC), Spend(None, None), 1, "{}", batch=False
    )
    first, second = (
        ReadingRecord("m/1", Judgement(CUT.id, version, 9, 2, "x"), question) for version in (1, 2)
    )
    assert day_of_paper(_judged(), CUT.id, readings=(first, second)).readings == (first,)
    assert day_of_paper(_judged(), LACKING.id, readings=(first,)).readings == ()
