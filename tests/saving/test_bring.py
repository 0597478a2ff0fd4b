"""Bringing saved papers to their places: each outcome by itself, nothing lost by a failure."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

import pytest

from paperlark.domain.digest import Entry
from paperlark.domain.errors import SavingError, SecretMissing, StoreBusy, StoreError
from paperlark.domain.paper import PaperId
from paperlark.domain.saving import CopyState, SavedCopy, SavedPaper, SaverOutcome, SavingReport
from paperlark.ports import Saver
from paperlark.renderers.saving import saving_lines
from paperlark.saving.bring import OpenSaver, Saving, bring_saved, outcome_of
from paperlark.testing import FakeSavedCopies, FakeSaver, a_paper

NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)


def _saved(paper_id: str, title: str = "") -> SavedPaper:
    paper = a_paper(paper_id, **({"title": title} if title else {}))
    return SavedPaper(Entry(1, paper, None, None), NOW)


PAPERS = (_saved("2502.00001"), _saved("2502.00002"))


@dataclass
class Places:
    """Fake savers by name, and the copies that each has."""

    savers: dict[str, FakeSaver]
    papers: tuple[SavedPaper, ...] = PAPERS
    copies: dict[str, FakeSavedCopies] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()

    def _open(self, name: str) -> AbstractContextManager[Saver]:
        if name in self.missing:
            raise SecretMissing("there is no secret KEY", hint="keep it")
        return nullcontext(self.savers[name])

    @property
    def saving(self) -> Saving:
        opened: dict[str, OpenSaver] = {name: partial(self._open, name) for name in self.savers}
        return Saving(
            opened,
            lambda: self.papers,
            lambda saver: self.copies.setdefault(saver.name, FakeSavedCopies()),
        )


def test_each_paper_is_brought_once_and_again_when_it_changed() -> None:
    places = Places({"fake": FakeSaver()})
    assert places.saving.bring().outcomes == (SaverOutcome("fake", new=2),)
    assert places.saving.bring().outcomes == (SaverOutcome("fake"),)
    places.papers = (_saved("2502.00001", "Another title"), PAPERS[1])
    assert places.saving.bring().outcomes == (SaverOutcome("fake", updated=1),)
    assert len(places.copies["fake"].history) == 3


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (SavingError("it is full", hint="make room"), "it is full: make room"),
        (ValueError("key=secret"), "internal error (ValueError)"),
    ],
)
def test_one_place_that_fails_stops_no_other_and_is_tried_again(
    error: Exception, problem: str
) -> None:
    places = Places({"a": FakeSaver("a", errors=[error]), "b": FakeSaver("b")})
    report = places.saving.bring()
    assert report.outcomes == (SaverOutcome("a", problem=problem), SaverOutcome("b", new=2))
    assert not report.complete
    assert places.saving.bring().outcomes == (SaverOutcome("a", new=2), SaverOutcome("b"))


def test_a_missing_secret_is_the_outcome_of_its_place_alone() -> None:
    places = Places({"a": FakeSaver("a"), "b": FakeSaver("b")}, missing=frozenset({"a"}))
    first, second = places.saving.bring().outcomes
    assert first.problem == "there is no secret KEY: keep it"
    assert second.new == 2


def test_only_one_place_can_be_asked_for() -> None:
    places = Places({"a": FakeSaver("a"), "b": FakeSaver("b")})
    assert [one.saver for one in places.saving.bring(only="b").outcomes] == ["b"]


def test_the_database_s_own_failure_is_no_place_s() -> None:
    places = Places({"fake": FakeSaver(errors=[StoreError("disk full")])})
    with pytest.raises(StoreError):
        places.saving.bring()
    report = bring_saved(lambda: nullcontext(places.saving))
    assert report.complete


def test_a_database_that_another_run_has_is_the_report_s_problem() -> None:
    def busy() -> AbstractContextManager[Saving]:
        raise StoreBusy("another run is at work")

    report = bring_saved(busy)
    assert report == SavingReport(problem="another run is at work")
    assert list(saving_lines(report)) == [(False, "another run is at work")]


def _copy(paper: str, state: CopyState, content: str = "") -> dict[PaperId, SavedCopy]:
    problem = "refused" if state is CopyState.FAILED else None
    return {PaperId(paper): SavedCopy(PaperId(paper), state, NOW, "", content, problem)}


def test_what_was_done_is_read_off_the_copies_before_and_after() -> None:
    before = _copy("1", CopyState.THERE, "old") | _copy("2", CopyState.THERE)
    after = (
        _copy("1", CopyState.THERE, "new")
        | _copy("2", CopyState.DELETED)
        | _copy("3", CopyState.FAILED)
        | _copy("4", CopyState.THERE)
        | _copy("5", CopyState.FAILED)
    )
    # Paper 5 is no longer saved, so that nothing is left to do about it.
    papers = [PaperId(str(number)) for number in range(1, 5)]
    outcome = outcome_of("zotero", before, after, papers, None)
    assert outcome == SaverOutcome("zotero", 1, 1, 1, 1, "3: refused")
    assert list(saving_lines(SavingReport((outcome,)))) == [
        (
            False,
            "zotero: 1 paper saved, 1 paper updated, 1 paper found deleted there, and not saved"
            " again; 3: refused",
        )
    ]
    well = replace(outcome, failed=0, problem=None)
    assert all(ok for ok, _ in saving_lines(SavingReport((well,))))
