"""The contract of PaperVectors, run against each implementation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from paperlark.domain.archive import PaperVector
from paperlark.domain.paper import Paper, PaperId
from paperlark.ports import PaperVectors
from paperlark.store.announcements import AnnouncementStore
from paperlark.store.derived import VectorStore
from paperlark.store.digests import DigestStore
from paperlark.testing import FakePaperVectors, a_feed, a_paper
from standins.digests import digest
from standins.postgresql import OpenEngine

MONDAY, TUESDAY, WEDNESDAY = date(2025, 2, 24), date(2025, 2, 25), date(2025, 2, 26)
ONE, TWO, THREE, OLD = (
    PaperId(name) for name in ("2502.00001", "2502.00002", "2502.00003", "hep-th/9901001")
)
SPACE = "0123456789abcdef"

Announced = Sequence[tuple[Paper, date]]
AfterDays = Callable[[Announced], PaperVectors]


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def after_days(
    request: pytest.FixtureRequest, tmp_path: Path, open_engine: OpenEngine
) -> Iterator[AfterDays]:
    """Return stored vectors after days whose papers were announced and not embedded."""
    if request.param == "fake":
        yield FakePaperVectors
        return
    path = tmp_path / "store.db"
    with open_engine(request.param) as connection:

        def open_after(announced: Announced) -> PaperVectors:
            for day in sorted({day for _, day in announced}):
                papers = [paper for paper, when in announced if when == day]
                AnnouncementStore(connection, path).keep(a_feed(*papers), day)
                made = digest(day=day, scanned=tuple(paper.id for paper in papers))
                DigestStore(connection, path).save(made)
            return VectorStore(connection, path)

        yield open_after


@pytest.fixture
def vectors(after_days: AfterDays) -> PaperVectors:
    return after_days(())


def a_vector(
    paper: PaperId = ONE, day: date = MONDAY, vector: bytes = b"\0\x3c\0\0"
) -> PaperVector:
    return PaperVector(paper, day, f"About {paper}", vector)


def read(vectors: PaperVectors, day: date, space: str = SPACE) -> list[tuple[PaperId, date, bytes]]:
    chunks = list(vectors.before(day, space))
    return [
        (paper, when, chunk.vectors[4 * at : 4 * at + 4])
        for chunk in chunks
        for at, (paper, when) in enumerate(zip(chunk.papers, chunk.days, strict=True))
    ]


def test_papers_that_were_never_embedded_have_no_vector(vectors: PaperVectors) -> None:
    assert vectors.find([ONE], SPACE) == {}
    assert read(vectors, WEDNESDAY) == []


def test_a_vector_is_returned_as_it_was_stored(vectors: PaperVectors) -> None:
    kept = [a_vector(ONE), a_vector(OLD, TUESDAY, b"\xff\0\x1a\x80")]
    vectors.keep(kept, SPACE)
    assert vectors.find([OLD, ONE, TWO], SPACE) == {ONE: kept[0], OLD: kept[1]}


def test_vectors_of_another_space_are_not_found(vectors: PaperVectors) -> None:
    vectors.keep([a_vector()], SPACE)
    assert vectors.find([ONE], "another") == {}
    assert read(vectors, WEDNESDAY, "another") == []


def test_a_vector_of_a_new_space_replaces_the_old_one(vectors: PaperVectors) -> None:
    vectors.keep([a_vector()], "old")
    vectors.keep([a_vector(vector=b"\0\0\0\x3c")], SPACE)
    assert vectors.find([ONE], "old") == {}
    assert vectors.find([ONE], SPACE)[ONE].vector == b"\0\0\0\x3c"


@pytest.mark.parametrize("days", [(MONDAY, TUESDAY), (TUESDAY, MONDAY)])
def test_a_paper_counts_from_its_first_day_in_whichever_order_days_are_made(
    vectors: PaperVectors, days: tuple[date, date]
) -> None:
    for day in days:
        vectors.keep([a_vector(day=day)], SPACE)
    assert vectors.find([ONE], SPACE)[ONE].day == MONDAY


def test_earlier_papers_come_by_id_and_each_once(vectors: PaperVectors) -> None:
    vectors.keep([a_vector(THREE), a_vector(OLD), a_vector(ONE)], SPACE)
    vectors.keep([a_vector(TWO, TUESDAY)], SPACE)
    assert [paper for paper, _, _ in read(vectors, TUESDAY)] == [ONE, THREE, OLD]
    assert read(vectors, WEDNESDAY)[1] == (TWO, TUESDAY, b"\0\x3c\0\0")
    assert read(vectors, MONDAY) == []


def test_papers_without_a_vector_come_latest_first(after_days: AfterDays) -> None:
    papers = [a_paper(name) for name in (ONE, TWO, THREE)]
    vectors = after_days(list(zip(papers, (MONDAY, TUESDAY, WEDNESDAY), strict=True)))
    assert vectors.without_vector(WEDNESDAY, SPACE, 5) == [
        (papers[1], TUESDAY),
        (papers[0], MONDAY),
    ]
    assert vectors.without_vector(WEDNESDAY, SPACE, 1) == [(papers[1], TUESDAY)]
    vectors.keep([a_vector(TWO, TUESDAY)], SPACE)
    assert vectors.without_vector(WEDNESDAY, SPACE, 5) == [(papers[0], MONDAY)]
    assert vectors.without_vector(WEDNESDAY, "a new space", 5)[0][0] == papers[1]


def test_a_paper_without_a_vector_is_not_found(after_days: AfterDays) -> None:
    vectors = after_days([(a_paper(ONE), MONDAY)])
    assert vectors.find([ONE], SPACE) == {}
    assert read(vectors, WEDNESDAY) == []


def test_vectors_that_fail_half_way_are_not_stored(vectors: PaperVectors) -> None:
    def some() -> Iterator[PaperVector]:
        yield a_vector()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vectors.keep(some(), SPACE)
    if not isinstance(vectors, FakePaperVectors):
        assert vectors.find([ONE], SPACE) == {}


def test_a_later_version_is_the_same_paper(after_days: AfterDays) -> None:
    paper = a_paper(ONE)
    vectors = after_days([(paper, MONDAY), (replace(paper, version=2, title="Anew"), TUESDAY)])
    if not isinstance(vectors, FakePaperVectors):
        assert vectors.without_vector(WEDNESDAY, SPACE, 5) == [(paper, MONDAY)]
