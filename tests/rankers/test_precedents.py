from __future__ import annotations

from datetime import date

import pytest

from paperlark.domain.judgement import Precedent
from paperlark.domain.paper import PaperId
from paperlark.rankers.embedding import Embedding, PaperEncoder, pack
from paperlark.rankers.knn import MAX_PRECEDENTS, MIN_SIMILARITY, ArchivePrecedents
from paperlark.rankers.tokens import tokenize
from paperlark.testing import FakePaperVectors, a_paper

MONDAY, TUESDAY, WEDNESDAY = date(2025, 2, 24), date(2025, 2, 25), date(2025, 2, 26)


@pytest.fixture
def encoder() -> PaperEncoder:
    return PaperEncoder(Embedding.shipped())


BATS = {"title": "Bats hunt moths by sonar", "abstract": "How bats find moths at night by sonar."}
STARS = {"title": "Dust around young stars", "abstract": "Radio maps of dust around young stars."}


def test_the_papers_of_before_on_the_same_question_are_named_nearest_first(
    encoder: PaperEncoder,
) -> None:
    precedent_finder = ArchivePrecedents(FakePaperVectors(), encoder)
    first = a_paper("2502.00001", **BATS)
    second = a_paper("2502.00002", title=BATS["title"], abstract="Bats hunt moths.")
    assert precedent_finder.precedents([first, a_paper("2502.00003", **STARS)], MONDAY) == {}
    assert list(precedent_finder.precedents([second], TUESDAY)) == [second.id]
    third = a_paper("2502.00004", **BATS)
    (nearest, next_nearest) = precedent_finder.precedents([third], WEDNESDAY)[third.id]
    assert nearest == Precedent(first.id, first.title, MONDAY, 1.0)
    assert (next_nearest.paper_id, next_nearest.day) == (second.id, TUESDAY)
    assert MIN_SIMILARITY <= next_nearest.similarity < 1


def test_neither_papers_of_the_same_day_nor_of_later_ones_are_precedents(
    encoder: PaperEncoder,
) -> None:
    precedent_finder = ArchivePrecedents(FakePaperVectors(), encoder)
    twins = [a_paper(f"2502.0000{n}", **BATS) for n in range(2)]
    assert precedent_finder.precedents(twins, TUESDAY) == {}
    assert precedent_finder.precedents([a_paper("2502.00009", **BATS)], MONDAY) == {}


def test_a_paper_is_no_precedent_of_its_own_next_version(encoder: PaperEncoder) -> None:
    precedent_finder = ArchivePrecedents(FakePaperVectors(), encoder)
    precedent_finder.precedents([a_paper(version=1, **BATS)], MONDAY)
    assert precedent_finder.precedents([a_paper(version=2, **BATS)], TUESDAY) == {}


def test_what_came_between_a_paper_and_its_next_version_is_no_precedent(
    encoder: PaperEncoder,
) -> None:
    precedent_finder = ArchivePrecedents(FakePaperVectors(), encoder)
    precedent_finder.precedents([a_paper(version=1, **BATS)], MONDAY)
    precedent_finder.precedents([a_paper("2502.00009", **BATS)], TUESDAY)
    assert precedent_finder.precedents([a_paper(version=2, **BATS)], WEDNESDAY) == {}


def test_a_day_made_again_has_the_same_precedents(encoder: PaperEncoder) -> None:
    precedent_finder = ArchivePrecedents(FakePaperVectors(), encoder)
    for number, day in enumerate((MONDAY, TUESDAY, WEDNESDAY)):
        precedent_finder.precedents([a_paper(f"2502.0000{number}", **BATS)], day)
    again = precedent_finder.precedents([a_paper("2502.00001", **BATS)], TUESDAY)
    assert [one.paper_id for one in again[PaperId("2502.00001")]] == ["2502.00000"]


def test_a_paper_has_at_most_three_precedents(encoder: PaperEncoder) -> None:
    precedent_finder = ArchivePrecedents(FakePaperVectors(), encoder)
    precedent_finder.precedents([a_paper(f"2502.0000{n}", **BATS) for n in range(9)], MONDAY)
    found = precedent_finder.precedents([a_paper("2502.00010", **BATS)], TUESDAY)
    assert [one.paper_id for one in found[PaperId("2502.00010")]] == [
        *("2502.00000", "2502.00001", "2502.00002")
    ]
    assert MAX_PRECEDENTS == 3


def test_earlier_papers_without_a_vector_are_embedded_and_found(encoder: PaperEncoder) -> None:
    old = a_paper("2502.00001", **BATS)
    precedent_finder = ArchivePrecedents(FakePaperVectors([(old, MONDAY)]), encoder)
    new = a_paper("2502.00002", **BATS)
    assert precedent_finder.precedents([new], TUESDAY)[new.id][0].paper_id == old.id


def test_a_paper_without_a_known_word_has_no_precedent_and_is_none(encoder: PaperEncoder) -> None:
    precedent_finder = ArchivePrecedents(FakePaperVectors(), encoder)
    for number, day in enumerate((MONDAY, TUESDAY)):
        empty = a_paper(f"2502.0000{number}", title="", abstract="")
        assert precedent_finder.precedents([empty], day) == {}


def test_a_day_without_papers_has_no_precedents(encoder: PaperEncoder) -> None:
    assert ArchivePrecedents(FakePaperVectors(), encoder).precedents([], MONDAY) == {}


def test_the_embedding_is_identified_by_its_content(encoder: PaperEncoder) -> None:
    space = Embedding.shipped()
    assert space.fingerprint == encoder.embedding.fingerprint
    assert len(space.fingerprint) == 16
    assert (
        pack(space.embed([tokenize("bats")]))[0]
        == pack(Embedding.shipped().embed([tokenize("bats")]))[0]
    )
