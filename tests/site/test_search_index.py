"""The index of plain files: whatever is put in is found again, as `search.js` reads it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.archive import ScannedPaper
from paperlark.domain.paper import Author, PaperDetails, PaperId
from paperlark.site.search_index import (
    BLOCK,
    SHARDS,
    blocks,
    category,
    common_words,
    shard_of,
    shards,
    words,
)
from paperlark.testing import a_paper

DAY = date(2025, 2, 26)


def _looked(number: int, title: str, abstract: str = "", **of: object) -> ScannedPaper:
    identifier = PaperId(f"2502.{number:05d}")
    paper = a_paper(identifier, title=title, abstract=abstract, **of)
    return ScannedPaper(identifier, DAY, False, None, None, 0.25, paper)  # noqa: FBT003


def _find(papers: Sequence[ScannedPaper], term: str) -> dict[int, int] | None:
    """Read a term's shard back: numbers of papers and what the word says of them."""
    steps = json.loads(list(shards(papers))[shard_of(term)]).get(term)
    if not isinstance(steps, list):
        return None
    found, number = {}, 0
    for step in steps:
        number += step >> 2
        found[number] = step & 3
    return found


def test_a_term_weighs_most_in_a_title_then_in_authors_then_where_repeated() -> None:
    papers = [
        _looked(1, "Sonar", "nothing here"),
        _looked(2, "A study", authors=(Author("Ada Sonar"),)),
        _looked(3, "A study", "sonar and again sonar"),
        _looked(4, "A study", "sonar once"),
        *(_looked(n, "Other") for n in range(5, 12)),
    ]
    assert _find(papers, "sonar") == {0: 3, 1: 2, 2: 1, 3: 0}


def test_a_term_in_most_papers_does_not_discriminate() -> None:
    papers = [_looked(n, "Bats", "we show") for n in range(10)]
    assert json.loads(list(shards(papers))[shard_of("show")])["show"] == 0
    assert len(_find([_looked(1, "Bats")], "bat") or {}) == 1


def test_words_are_found_as_they_are_read_not_as_they_are_typed() -> None:
    papers = [_looked(1, r"A Schr\"odinger bridge", r"of \v{C}ech"), _looked(2, "Bats")]
    assert _find(papers, "schrodinger") == {0: 3}
    assert _find(papers, "cech") == {0: 0}


def test_papers_are_found_by_category_and_by_identifier() -> None:
    papers = [_looked(n, "Bats", categories=("cs.LG",) if n == 3 else ("q-bio",)) for n in range(9)]
    assert _find(papers, category("cs.LG")) == {3: 2}
    assert _find(papers, "00007") == {7: 3}


def test_a_block_holds_what_a_result_shows() -> None:
    judged = ScannedPaper(
        PaperId("hep-th/9901001"),
        DAY,
        selected=True,
        relevance=9,
        novelty=8,
        probability=0.9,
        paper=a_paper(
            "hep-th/9901001",
            title=r"Schr\"odinger's $x^2$",
            authors=tuple(Author(name) for name in "ABCDE"),
        ),
    )
    unknown = ScannedPaper(PaperId("2502.00001"), DAY, False, None, None, None, None)  # noqa: FBT003
    assert json.loads(next(blocks([judged, unknown]))) == [
        ["hep-th/9901001", "2025-02-26", 1, "9·8", "Schrödinger's $x^2$", "A, B, C and 2 more"],
        ["2502.00001", "2025-02-26", 0, "", "2502.00001", ""],
    ]
    assert len(list(blocks([unknown] * (BLOCK + 1)))) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Networks, class gas", ["network", "class", "gas"]),
        ("Schrödinger", ["schrodinger"]),
        ("Łukasz Størmer, Weiß", ["lukasz", "stormer", "weiss"]),
        ("GPT-4o's 3D_maps", ["gpt", "4o", "s", "3d", "map"]),
        ("深度 学习", ["深度", "学习"]),
        ("", []),
    ],
)
def test_words_are_read_as_they_are_searched_for(text: str, expected: list[str]) -> None:
    assert list(words(text)) == expected


@given(st.lists(st.text(max_size=40), max_size=30))
def test_every_word_of_every_title_is_found(titles: list[str]) -> None:
    papers = [_looked(n, title, authors=()) for n, title in enumerate(titles)]
    parts = [json.loads(part) for part in shards(papers)]
    assert len(parts) == SHARDS
    for number, title in enumerate(titles):
        for term in words(title):
            steps = parts[shard_of(term)][term]
            numbers: list[int] = []
            for step in steps or ():
                numbers.append((numbers[-1] if numbers else 0) + (step >> 2))
            assert steps == 0 or number in numbers


@given(st.text(max_size=200))
def test_a_word_read_again_is_itself(text: str) -> None:
    for word in words(text):
        assert list(words(word)) in ([word], [word[:-1]])


@pytest.mark.parametrize("written", ["H2O", "H$_2$O", "H$_{2}$O", r"$\mathrm{H_2O}$"])
def test_a_formula_is_found_as_it_is_typed(written: str) -> None:
    papers = [_looked(1, f"Vapour of {written}"), _looked(2, "Bats")]
    assert _find(papers, "h2o") == {0: 3}


def test_words_for_the_misspelled_are_those_of_several_papers_the_most_frequent_first() -> None:
    papers = [_looked(n, "Schrödinger cats", "of quantum mice") for n in range(3)]
    papers += [_looked(7, "Cats and a platypus 12345"), _looked(8, "ox")]
    assert json.loads(common_words(papers)) == ["cats", "mice", "quantum", "schrodinger"]
    assert json.loads(common_words([])) == []


def test_papers_are_found_by_what_their_authors_wrote_beside_them() -> None:
    said = PaperDetails("Accepted at ICLR 2025", "J. Bats 3 (2025)")
    papers = [
        _looked(1, "Sonar", details=said),
        _looked(2, "Caves", "https://github.com/ada/deepcaves"),
        *(_looked(n, "Other") for n in range(3, 9)),
    ]
    assert _find(papers, "iclr") == {0: 1}
    assert _find(papers, "deepcave") == {1: 1}
    assert _find(papers, "withdrawn") is None
