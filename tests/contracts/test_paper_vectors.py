"""What every Places promises, run against each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.vectors import PaperVector
from paperlark.ports import PaperVectors
from paperlark.store.announcements import AnnouncementStore
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.vectors import VectorStore
from paperlark.testing import FakePaperVectors, a_feed, a_paper
from standins.digests import digest

MONDAY, TUESDAY, WEDNESDAY = date(2025, 2, 24), date(2025, 2, 25), date(2025, 2, 26)
ONE, TWO, THREE, OLD = (
    PaperId(name) for name in ("2502.00001", "2502.00002", "2502.00003", "hep-th/9901001")
)
SPACE = "0123456789abcdef"

Announced = Sequence[tuple[Paper, date]]
Told = Callable[[Announced], PaperVectors]


@pytest.fixture(params=["fake", "sqlite"])
def told(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Told]:
    """Give places after days on which papers were announced, and no librarian was there."""
    if request.param == "fake":
        yield FakePaperVectors
        return
    path = tmp_path / "store.db"
    with open_database(path) as connection:

        def tell(announced: Announced) -> PaperVectors:
            for day in sorted({day for _, day in announced}):
                papers = [paper for paper, when in announced if when == day]
                AnnouncementStore(connection, path).keep(a_feed(*papers), day)
                made = digest(day=day, scanned=tuple(paper.id for paper in papers))
                DigestStore(connection, path).save(made)
            return VectorStore(connection, path)

        yield tell


@pytest.fixture
def places(told: Told) -> PaperVectors:
    return told(())


def a_place(paper: PaperId = ONE, day: date = MONDAY, vector: bytes = b"\0\x3c\0\0") -> PaperVector:
    return PaperVector(paper, day, f"About {paper}", vector)


def read(places: PaperVectors, day: date, space: str = SPACE) -> list[tuple[PaperId, date, bytes]]:
    shelves = list(places.before(day, space))
    return [
        (paper, when, shelf.vectors[4 * at : 4 * at + 4])
        for shelf in shelves
        for at, (paper, when) in enumerate(zip(shelf.papers, shelf.days, strict=True))
    ]


def test_nothing_is_known_of_papers_that_were_never_placed(places: PaperVectors) -> None:
    assert places.find([ONE], SPACE) == {}
    assert read(places, WEDNESDAY) == []


def test_a_place_is_found_again_as_it_was_kept(places: PaperVectors) -> None:
    kept = [a_place(ONE), a_place(OLD, TUESDAY, b"\xff\0\x1a\x80")]
    places.keep(kept, SPACE)
    assert places.find([OLD, ONE, TWO], SPACE) == {ONE: kept[0], OLD: kept[1]}


def test_places_in_another_space_are_no_use(places: PaperVectors) -> None:
    places.keep([a_place()], SPACE)
    assert places.find([ONE], "another") == {}
    assert read(places, WEDNESDAY, "another") == []


def test_a_place_in_a_new_space_takes_the_place_of_the_old_one(places: PaperVectors) -> None:
    places.keep([a_place()], "old")
    places.keep([a_place(vector=b"\0\0\0\x3c")], SPACE)
    assert places.find([ONE], "old") == {}
    assert places.find([ONE], SPACE)[ONE].vector == b"\0\0\0\x3c"


@pytest.mark.parametrize("days", [(MONDAY, TUESDAY), (TUESDAY, MONDAY)])
def test_a_paper_counts_from_its_first_day_in_whichever_order_days_are_made(
    places: PaperVectors, days: tuple[date, date]
) -> None:
    for day in days:
        places.keep([a_place(day=day)], SPACE)
    assert places.find([ONE], SPACE)[ONE].day == MONDAY


def test_what_was_announced_before_a_day_comes_by_id_and_each_once(places: PaperVectors) -> None:
    places.keep([a_place(THREE), a_place(OLD), a_place(ONE)], SPACE)
    places.keep([a_place(TWO, TUESDAY)], SPACE)
    assert [paper for paper, _, _ in read(places, TUESDAY)] == [ONE, THREE, OLD]
    assert read(places, WEDNESDAY)[1] == (TWO, TUESDAY, b"\0\x3c\0\0")
    assert read(places, MONDAY) == []


def test_papers_of_before_there_were_places_wait_to_be_placed_latest_first(told: Told) -> None:
    papers = [a_paper(name) for name in (ONE, TWO, THREE)]
    places = told(list(zip(papers, (MONDAY, TUESDAY, WEDNESDAY), strict=True)))
    assert places.without_vector(WEDNESDAY, SPACE, 5) == [(papers[1], TUESDAY), (papers[0], MONDAY)]
    assert places.without_vector(WEDNESDAY, SPACE, 1) == [(papers[1], TUESDAY)]
    places.keep([a_place(TWO, TUESDAY)], SPACE)
    assert places.without_vector(WEDNESDAY, SPACE, 5) == [(papers[0], MONDAY)]
    assert places.without_vector(WEDNESDAY, "a new space", 5)[0][0] == papers[1]


def test_a_paper_that_waits_has_no_place_yet(told: Told) -> None:
    places = told([(a_paper(ONE), MONDAY)])
    assert places.find([ONE], SPACE) == {}
    assert read(places, WEDNESDAY) == []


def test_places_that_fail_half_way_are_not_kept(places: PaperVectors) -> None:
    def some() -> Iterator[PaperVector]:
        yield a_place()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        places.keep(some(), SPACE)
    if not isinstance(places, FakePaperVectors):
        assert places.find([ONE], SPACE) == {}


def test_a_later_version_is_no_other_paper(told: Told) -> None:
    paper = a_paper(ONE)
    places = told([(paper, MONDAY), (replace(paper, version=2, title="Anew"), TUESDAY)])
    if not isinstance(places, FakePaperVectors):
        assert places.without_vector(WEDNESDAY, SPACE, 5) == [(paper, MONDAY)]
