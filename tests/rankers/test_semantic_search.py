from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.archive import PaperVector
from paperlark.domain.paper import PaperId
from paperlark.domain.search import Hit
from paperlark.rankers.embedding import Embedding, PaperEncoder, pack
from paperlark.rankers.semantic_search import SemanticSearch, order
from paperlark.rankers.tokens import tokenize
from paperlark.testing import FakePaperVectors, a_paper

DAY = date(2025, 2, 26)
PAPERS = (
    a_paper("2502.00001", title="Dwarf galaxies", abstract="Stars and dark matter in halos."),
    a_paper("2502.00002", title="Sonar of bats", abstract="Bats hunt insects by their echoes."),
    a_paper("2502.00003", title="Xyzzy", abstract=""),
)
ONE, TWO, THREE = (paper.id for paper in PAPERS)


@pytest.fixture
def meaning() -> SemanticSearch:
    encoder = PaperEncoder(Embedding.shipped())
    places = FakePaperVectors()
    _, vectors = encoder.encode(PAPERS)
    places.keep(
        (
            PaperVector(paper.id, DAY, paper.title, vector)
            for paper, vector in zip(PAPERS, pack(vectors), strict=True)
        ),
        encoder.embedding.fingerprint,
    )
    return SemanticSearch(places, encoder.embedding)


def test_a_question_is_like_papers_on_its_subject_in_other_words(meaning: SemanticSearch) -> None:
    likeness = meaning.similarities("small satellite galaxy, cosmology", [ONE, TWO, THREE])
    assert likeness[ONE] > 0.3 > likeness[TWO]
    assert likeness[THREE] == 0
    assert list(meaning.nearest("small satellite galaxy, cosmology", 5)) == [ONE]


def test_a_question_without_a_known_word_is_like_nothing(meaning: SemanticSearch) -> None:
    assert meaning.similarities("qwertz", [ONE, TWO]) == {}
    assert meaning.nearest("qwertz", 5) == {}
    assert meaning.similarities("galaxy", [PaperId("2502.99999")]) == {}


def test_words_and_meaning_count_together() -> None:
    hits = [Hit(ONE, 10.0), Hit(TWO, 9.0), Hit(THREE, 1.0)]
    assert [hit.paper_id for hit in order(hits, {}, 1.0)] == [ONE, TWO, THREE]
    alike = {ONE: 0.1, TWO: 0.9, THREE: 0.5}
    assert [hit.paper_id for hit in order(hits, alike, 1.0)] == [TWO, ONE, THREE]


def test_a_paper_without_a_place_is_neither_raised_nor_lowered() -> None:
    hits = [Hit(ONE, 1.0), Hit(TWO, 1.0), Hit(THREE, 1.0)]
    ordered = order(hits, {ONE: 0.9, THREE: 0.1}, 1.0)
    assert [hit.paper_id for hit in ordered] == [ONE, TWO, THREE]


@given(
    st.dictionaries(st.sampled_from([ONE, TWO, THREE]), st.floats(0, 1e9)),
    st.dictionaries(st.sampled_from([ONE, TWO, THREE]), st.floats(-1, 1)),
)
def test_every_paper_stays_and_the_order_does_not_hang_on_that_of_the_hits(
    words: dict[PaperId, float], likeness: dict[PaperId, float]
) -> None:
    hits = [Hit(paper, score) for paper, score in words.items()]
    ordered = order(hits, likeness, 1.0)
    assert sorted(hits, key=str) == sorted(ordered, key=str)
    assert ordered == order(hits[::-1], likeness, 1.0)


def test_cosines_are_those_of_the_packed_places(meaning: SemanticSearch) -> None:
    found = meaning.similarities("Sonar of bats. Bats hunt insects by their echoes.", [TWO])
    assert np.isclose(
        found[TWO],
        meaning.nearest("sonar of bats, bats hunt insects by their echoes", 1)[TWO],
        atol=0.01,
    )


def test_a_text_alone_is_embedded_as_among_others() -> None:
    embedding = Embedding.shipped()
    texts = [tokenize("Small satellite galaxy, small cosmology"), tokenize("qwertz"), tokenize("")]
    together = embedding.embed(texts)
    assert together.any(axis=1).tolist() == [True, False, False]
    for text, row in zip(texts, together, strict=True):
        alone = embedding.embed_one(text)
        assert alone.shape == (1, embedding.dimensions)
        np.testing.assert_allclose(alone[0], row, atol=1e-6)
