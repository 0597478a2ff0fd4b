from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from scipy import sparse

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence
from paperlark.evaluation.baselines import _svm, _tfidf
from paperlark.evaluation.baselines._tfidf import fit, tfidf
from paperlark.evaluation.baselines._words import Words
from paperlark.evaluation.baselines.arxiv_sanity import ArxivSanityRanker
from paperlark.evaluation.baselines.bm25 import Bm25Ranker
from paperlark.evaluation.baselines.chance import ChanceRanker
from paperlark.evaluation.baselines.zotero_arxiv_daily import Vectors, ZoteroArxivDailyRanker
from paperlark.evaluation.splits import KnownBefore
from paperlark.ports import Ranker
from standins.readers import a_reader

READER = a_reader(days=8)
LAST = READER.days[-1]


class LetterEmbedding:
    """Tells texts apart by how often they have each letter: enough for bats and cakes."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        counts = [[text.lower().count(chr(97 + n)) for n in range(26)] for text in texts]
        raw = np.array(counts, dtype=np.float32)
        found: Vectors = raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1)
        return found


RANKERS: dict[str, Callable[[], Ranker]] = {
    "random": lambda: ChanceRanker(seed=1),
    "bm25": lambda: Bm25Ranker(Words()),
    "arxiv-sanity-lite": lambda: ArxivSanityRanker(Words()),
    "zotero-arxiv-daily": lambda: ZoteroArxivDailyRanker(LetterEmbedding()),
}


@pytest.mark.parametrize("name", list(RANKERS))
@pytest.mark.parametrize("history", [0, 1, 5])
def test_every_paper_has_a_rank_of_its_own_however_often_it_is_asked(
    name: str, history: int
) -> None:
    ranker, evidence = RANKERS[name](), KnownBefore(READER.days, 7).history(history)
    matches = ranker.rank(LAST.papers, LAST.criteria, evidence)
    assert sorted(match.rank for match in matches) == list(range(1, 11))
    assert all(math.isfinite(match.score) for match in matches)
    assert ranker.rank(LAST.papers, LAST.criteria, evidence) == matches
    assert RANKERS[name]().rank(LAST.papers, LAST.criteria, evidence) == matches


@pytest.mark.parametrize("name", list(RANKERS))
def test_nothing_at_all_is_no_trouble(name: str) -> None:
    nothing = parse_criteria("")
    assert RANKERS[name]().rank((), nothing, NO_EVIDENCE) == ()
    assert len(RANKERS[name]().rank(LAST.papers, nothing, NO_EVIDENCE)) == 10


@pytest.mark.parametrize("name", list(RANKERS)[1:])
@pytest.mark.parametrize("known", ["criteria", "days", "likes"])
def test_the_wanted_come_first_where_it_is_easy(name: str, known: str) -> None:
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


def test_terms_too_rare_and_too_common_are_left_out() -> None:
    words = Words()
    bags = [words.text(f"common {n} rare{n} {'good ' if n % 20 == 0 else ''}") for n in range(1000)]
    fitted = fit(words.matrix(bags))
    terms = [term for term, number in words._numbers.items() if fitted.column[number] >= 0]
    assert terms == ["good"]
    assert fitted.rarity[0] == pytest.approx(math.log(1001 / 51) + 1)


@pytest.mark.parametrize("met_before", ["", "delta gamma beta alpha"])
def test_which_terms_are_chosen_does_not_depend_on_what_was_met_before(
    monkeypatch: pytest.MonkeyPatch, met_before: str
) -> None:
    monkeypatch.setattr(_tfidf, "FEATURES", 3)
    words = Words()
    words.text(met_before)
    texts = ["alpha"] * 4 + ["beta"] * 3 + ["gamma"] * 2 + ["delta"] * 2 + ["other"] * 40
    fitted = fit(words.matrix([words.text(text) for text in texts]))
    terms = {term for term, number in words._numbers.items() if fitted.column[number] >= 0}
    # Third and fourth are equally frequent.
    assert terms == {"alpha", "beta"}


def test_vectors_have_length_1_or_nothing_in_them() -> None:
    words = Words()
    texts = ["bats bats moths", "moths", "cakes and butter", ""]
    _, vectors = tfidf(words, [words.text(text) for text in texts])
    lengths = np.sqrt((vectors.multiply(vectors)).sum(axis=1))
    assert list(lengths.ravel()) == pytest.approx([1, 1, 1, 0])


def test_the_machine_finds_the_point_where_its_loss_is_flat() -> None:
    random = np.random.default_rng(3)
    dense = random.normal(size=(40, 6))
    positive = dense[:, 0] + 0.3 * random.normal(size=40) > 0.8
    weights = _svm.fit(sparse.csr_array(dense), positive, 0.5)
    inputs = np.hstack([dense, np.ones((40, 1))])
    signs = np.where(positive, 1.0, -1.0)
    cost = 0.5 / (2 * np.where(positive, positive.mean(), 1 - positive.mean()))
    lacking = np.maximum(0, 1 - signs * (inputs @ weights))
    assert weights == pytest.approx(2 * inputs.T @ (cost * signs * lacking), abs=1e-4)
    assert weights[0] == max(weights)
