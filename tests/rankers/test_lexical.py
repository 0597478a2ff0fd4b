from __future__ import annotations

import math
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.criteria import Criteria, parse_criteria
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper
from paperlark.rankers._terms import terms
from paperlark.rankers.lexical import LexicalRanker
from paperlark.testing import a_paper

CRITERIA = parse_criteria("""\
## Compression
Relevant: pruning and quantization of weights, KV caches.
Not relevant: compression of video files.
## Sonar
Relevant: bats that find insects.
""")
PRUNING = a_paper("2502.00001", title="Pruning weights", abstract="We prune and quantize weights.")
BATS = a_paper("2502.00002", title="Bats and insects", abstract="How bats find insects.")
VIDEO = a_paper(
    "2502.00003", title="Pruning weights for video files", abstract="Compressing video."
)
OTHER = a_paper("2502.00004", title="Cake", abstract="A cake is baked.")
DAY = [OTHER, VIDEO, BATS, PRUNING]


def _rank(papers: Sequence[Paper], criteria: Criteria = CRITERIA) -> dict[str, Match]:
    matches = LexicalRanker().rank(papers, criteria)
    return {paper.id: match for paper, match in zip(papers, matches, strict=True)}


def test_a_paper_about_a_topic_comes_before_one_about_none() -> None:
    found = _rank(DAY)
    assert {found[PRUNING.id].rank, found[BATS.id].rank} == {1, 2}
    assert found[OTHER.id].score == 0


def test_the_irrelevant_part_counts_against_a_paper() -> None:
    found = _rank(DAY)
    assert found[VIDEO.id].score < found[PRUNING.id].score
    assert "video files" in found[VIDEO.id].words_against


def test_it_says_why_by_topic_and_words() -> None:
    found = _rank(DAY)
    assert found[BATS.id].topic == "Sonar"
    assert "bats" in " ".join(found[BATS.id].words_for)
    assert found[PRUNING.id].topic == "Compression"
    assert found[OTHER.id].topic is None
    assert found[OTHER.id].words_for == ()


def test_keywords_alone_are_enough_to_match() -> None:
    criteria = parse_criteria("## Keywords\n- Relevant: insects\n- Not relevant: weights")
    found = _rank(DAY, criteria)
    assert found[BATS.id].rank == 1
    assert found[BATS.id].topic == "keywords"
    assert found[PRUNING.id].score < 0


def test_equal_papers_are_ordered_by_id() -> None:
    twins = [a_paper("2502.00009"), a_paper("2502.00008")]
    found = _rank(twins)
    assert [found["2502.00008"].rank, found["2502.00009"].rank] == [1, 2]


def test_no_papers_and_no_criteria_are_no_trouble() -> None:
    assert LexicalRanker().rank([], CRITERIA) == ()
    assert _rank(DAY, parse_criteria(""))[BATS.id].score == 0
    assert _rank([BATS])[BATS.id].score > 0


TEXT = st.text(alphabet=st.sampled_from("abcdé $\\-'s 数1."), max_size=60)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=12), TEXT)
def test_every_paper_gets_one_rank_and_a_finite_score(
    texts: list[tuple[str, str]], criteria: str
) -> None:
    papers = [
        a_paper(f"2502.{number:05}", title=title, abstract=abstract)
        for number, (title, abstract) in enumerate(texts)
    ]
    matches = LexicalRanker().rank(papers, parse_criteria(criteria))
    assert sorted(match.rank for match in matches) == list(range(1, len(papers) + 1))
    assert all(math.isfinite(match.score) for match in matches)
    best_first = sorted(matches, key=lambda match: match.rank)
    assert [m.score for m in best_first] == sorted((m.score for m in matches), reverse=True)


@given(st.permutations(DAY))
def test_the_order_of_the_feed_does_not_matter(papers: list[Paper]) -> None:
    assert _rank(papers) == _rank(DAY)


def test_terms_fold_plurals_and_pair_neighbours() -> None:
    assert [term for term, _ in terms("Queries of the KV caches")] == [
        "query",
        "kv",
        "cache",
        "kv cache",
    ]
    assert [written for _, written in terms(r"L\'evy buses")] == ["levy", "buses", "levy buses"]
