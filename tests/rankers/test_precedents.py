from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.judgement import Precedent
from paperlark.domain.paper import PaperId
from paperlark.domain.vectors import PaperVector, VectorChunk
from paperlark.rankers.corpus import PaperEncoder
from paperlark.rankers.embedding import Embedding, unit
from paperlark.rankers.precedents import MOST, NEAR, ArchivePrecedents, Near, nearest_earlier, pack
from paperlark.rankers.tokens import tokenize
from paperlark.testing import FakePaperVectors, a_paper

MONDAY, TUESDAY, WEDNESDAY = date(2025, 2, 24), date(2025, 2, 25), date(2025, 2, 26)


@pytest.fixture
def reader() -> PaperEncoder:
    return PaperEncoder(Embedding.shipped())


BATS = {"title": "Bats hunt moths by sonar", "abstract": "How bats find moths at night by sonar."}
STARS = {"title": "Dust around young stars", "abstract": "Radio maps of dust around young stars."}


def test_the_papers_of_before_on_the_same_question_are_named_nearest_first(
    reader: PaperEncoder,
) -> None:
    precedent_finder = ArchivePrecedents(FakePaperVectors(), reader)
    first = a_paper("2502.00001", **BATS)
    second = a_paper("2502.00002", title=BATS["title"], abstract="Bats hunt moths.")
    assert precedent_finder.precedents([first, a_paper("2502.00003", **STARS)], MONDAY) == {}
    assert list(precedent_finder.precedents([second], TUESDAY)) == [second.id]
    third = a_paper("2502.00004", **BATS)
    (nearest, next_nearest) = precedent_finder.precedents([third], WEDNESDAY)[third.id]
    assert nearest == Precedent(first.id, first.title, MONDAY, 1.0)
    assert (next_nearest.paper_id, next_nearest.day) == (second.id, TUESDAY)
    assert NEAR <= next_nearest.similarity < 1


def test_neither_papers_of_the_same_day_nor_of_later_ones_are_precedents(
    reader: PaperEncoder,
) -> None:
    precedent_finder = ArchivePrecedents(FakePaperVectors(), reader)
    twins = [a_paper(f"2502.0000{n}", **BATS) for n in range(2)]
    assert precedent_finder.precedents(twins, TUESDAY) == {}
    assert precedent_finder.precedents([a_paper("2502.00009", **BATS)], MONDAY) == {}


def test_a_paper_is_no_precedent_of_its_own_next_version(reader: PaperEncoder) -> None:
    precedent_finder = ArchivePrecedents(FakePaperVectors(), reader)
    precedent_finder.precedents([a_paper(version=1, **BATS)], MONDAY)
    assert precedent_finder.precedents([a_paper(version=2, **BATS)], TUESDAY) == {}


def test_what_came_between_a_paper_and_its_next_version_is_no_precedent(
    reader: PaperEncoder,
) -> None:
    precedent_finder = ArchivePrecedents(FakePaperVectors(), reader)
    precedent_finder.precedents([a_paper(version=1, **BATS)], MONDAY)
    precedent_finder.precedents([a_paper("2502.00009", **BATS)], TUESDAY)
    assert precedent_finder.precedents([a_paper(version=2, **BATS)], WEDNESDAY) == {}


def test_a_day_made_again_has_the_same_precedents(reader: PaperEncoder) -> None:
    precedent_finder = ArchivePrecedents(FakePaperVectors(), reader)
    for number, day in enumerate((MONDAY, TUESDAY, WEDNESDAY)):
        precedent_finder.precedents([a_paper(f"2502.0000{number}", **BATS)], day)
    again = precedent_finder.precedents([a_paper("2502.00001", **BATS)], TUESDAY)
    assert [one.paper_id for one in again[PaperId("2502.00001")]] == ["2502.00000"]


def test_no_more_than_three_are_named(reader: PaperEncoder) -> None:
    precedent_finder = ArchivePrecedents(FakePaperVectors(), reader)
    precedent_finder.precedents([a_paper(f"2502.0000{n}", **BATS) for n in range(9)], MONDAY)
    found = precedent_finder.precedents([a_paper("2502.00010", **BATS)], TUESDAY)
    assert [one.paper_id for one in found[PaperId("2502.00010")]] == [
        *("2502.00000", "2502.00001", "2502.00002")
    ]
    assert MOST == 3


def test_papers_of_before_there_were_places_are_found_as_well(reader: PaperEncoder) -> None:
    old = a_paper("2502.00001", **BATS)
    precedent_finder = ArchivePrecedents(FakePaperVectors([(old, MONDAY)]), reader)
    new = a_paper("2502.00002", **BATS)
    assert precedent_finder.precedents([new], TUESDAY)[new.id][0].paper_id == old.id


def test_a_paper_without_a_known_word_has_no_precedent_and_is_none(reader: PaperEncoder) -> None:
    precedent_finder = ArchivePrecedents(FakePaperVectors(), reader)
    for number, day in enumerate((MONDAY, TUESDAY)):
        empty = a_paper(f"2502.0000{number}", title="", abstract="")
        assert precedent_finder.precedents([empty], day) == {}


def test_on_a_day_without_papers_nothing_is_looked_for(reader: PaperEncoder) -> None:
    assert ArchivePrecedents(FakePaperVectors(), reader).precedents([], MONDAY) == {}


def test_the_space_is_named_by_its_content(reader: PaperEncoder) -> None:
    space = Embedding.shipped()
    assert space.fingerprint == reader.space.fingerprint
    assert len(space.fingerprint) == 16
    assert (
        pack(space.place([tokenize("bats")]))[0]
        == pack(Embedding.shipped().place([tokenize("bats")]))[0]
    )


@st.composite
def archives(draw: st.DrawFn) -> tuple[list[PaperVector], list[PaperVector]]:
    """Give some of a day's places and an archive: few directions, so that ties are many."""
    count, asked = draw(st.integers(0, 40)), draw(st.integers(1, 6))
    corners = st.tuples(*[st.sampled_from([-1.0, 0.0, 0.5, 1.0])] * 3)
    vectors = draw(st.lists(corners, min_size=count + asked, max_size=count + asked))
    days = draw(st.lists(st.integers(0, 5), min_size=count, max_size=count))
    packed = pack(unit(np.array(vectors, dtype=np.float32).reshape(-1, 3)))
    places = [
        PaperVector(PaperId(f"2502.{at:05}"), MONDAY + timedelta(day), "", vector)
        for at, (day, vector) in enumerate(
            zip([*days, *(draw(st.integers(0, 6)) for _ in range(asked))], packed, strict=True)
        )
    ]
    return places[count:], places[:count]


def shelves(places: Sequence[PaperVector], size: int) -> list[VectorChunk]:
    parts = [places[start : start + size] for start in range(0, len(places), size)]
    return [
        VectorChunk(
            tuple(one.paper_id for one in part),
            tuple(one.day for one in part),
            b"".join(one.vector for one in part),
        )
        for part in parts
    ]


def cosine(one: PaperVector, other: PaperVector) -> float:
    left, right = (np.frombuffer(place.vector, "<f2").astype(float) for place in (one, other))
    return min(round(float(left @ right), 4), 1.0)


@given(archives(), st.integers(1, 4), st.integers(1, 50))
def test_the_nearest_earlier_ones_are_found_whatever_the_size_of_a_shelf(
    drawn: tuple[list[PaperVector], list[PaperVector]], most: int, size: int
) -> None:
    asked, archive = drawn
    found = nearest_earlier(asked, shelves(archive, size), near=0.6, most=most)
    for place, near in zip(asked, found, strict=True):
        every = [
            Near(cosine(place, other), other.day, other.paper_id)
            for other in archive
            if other.day < place.day and cosine(place, other) >= 0.6
        ]
        every.sort(key=lambda one: (-one.similarity, one.day, one.paper_id))
        assert near == tuple(every[:most])
