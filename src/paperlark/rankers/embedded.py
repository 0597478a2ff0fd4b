"""The embedded ranker: fits the reader model, ranks the day, explains each match."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from threadpoolctl import threadpool_limits

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence
from paperlark.domain.judgement import Match, Nearest
from paperlark.domain.paper import Paper
from paperlark.ports import PaperVectors
from paperlark.rankers.criteria_features import CriteriaTerms, criteria_features
from paperlark.rankers.embedding import CorpusStats, Embedding, PaperEncoder
from paperlark.rankers.knn import ArchivePrecedents
from paperlark.rankers.logistic import Numbers, probability
from paperlark.rankers.reader_model import Prediction, ReaderModel
from paperlark.rankers.tokens import TermIds, spell
from paperlark.rankers.training_data import TrainingTable

_log = logging.getLogger(__name__)

_MAX_TERMS = 5
"""Terms named for a match, and as many against."""

_LEAST_LOG_ODDS = 0.02
"""Terms that moved a paper by less are not named."""


@dataclass(frozen=True, slots=True)
class MatchedTerms:
    """The strongest terms of a paper as it writes them, strongest first."""

    for_match: tuple[str, ...]
    against_match: tuple[str, ...]


def explain(
    papers: Sequence[Paper], words: sparse.csr_matrix, ids: TermIds, weights: Numbers
) -> list[MatchedTerms]:
    """Name the terms that moved each paper most.

    words: (papers, terms) sparse, a row per paper
    ids: (terms,) the columns of `words`
    weights: (terms,) log-odds that a unit of each term adds
    """
    return [
        _strongest(paper, ids, words.indices[start:end], words.data[start:end], weights)
        for paper, start, end in zip(papers, words.indptr, words.indptr[1:], strict=False)
    ]


def _strongest(
    paper: Paper, ids: TermIds, columns: Numbers, values: Numbers, weights: Numbers
) -> MatchedTerms:
    """Name the strongest terms of one row, given by its non-zero columns and their values."""
    moved = values * weights[columns]
    order = np.argsort(-np.abs(moved), kind="stable")[: 8 * _MAX_TERMS]
    strong = order[np.abs(moved[order]) > _LEAST_LOG_ODDS]
    numbers = ids[columns[strong]].tolist()
    spelled = spell(set(numbers), paper.title, paper.abstract)
    chosen: dict[bool, list[str]] = {True: [], False: []}
    used: set[str] = set()
    for number, positive in zip(numbers, (moved[strong] > 0).tolist(), strict=True):
        term, terms = spelled.get(number, ""), chosen[positive]
        # `kv cache` stands for both its words.
        if term and len(terms) < _MAX_TERMS and used.isdisjoint(term.split()):
            terms.append(term)
            used.update(term.split())
    return MatchedTerms(tuple(chosen[True]), tuple(chosen[False]))


class EmbeddedRanker:
    """Implements Ranker; needs no key and no network, and encodes each paper once."""

    def __init__(self, encoder: PaperEncoder | None = None) -> None:
        self._encoder = encoder or PaperEncoder(Embedding.shipped())

    def rank(
        self, papers: Sequence[Paper], criteria: Criteria, evidence: Evidence = NO_EVIDENCE
    ) -> tuple[Match, ...]:
        """Rank by the probability of being wanted; equal papers go by id."""
        if not papers:
            return ()
        # In one order, whatever the feed's: sums of floating point numbers depend on it.
        in_order = sorted(papers, key=lambda paper: (paper.id, paper.version))
        if evidence.examples:
            # SciPy brings a BLAS of its own, which can only be limited once it is loaded.
            import scipy.optimize  # noqa: F401  # 0.3 s that a first day does not need
        # BLAS threads wait for each other when the machine has other work: one is faster then,
        # never much slower, and adds in the same order each time.
        with threadpool_limits(1):
            model = self._model(in_order, criteria, evidence)
            matches = _matches(model, criteria, model.predict())
        by_paper = {
            (one.id, one.version): match for one, match in zip(in_order, matches, strict=True)
        }
        return tuple(by_paper[paper.id, paper.version] for paper in papers)

    def _model(
        self, papers: Sequence[Paper], criteria: Criteria, evidence: Evidence
    ) -> ReaderModel:
        table = TrainingTable.of(papers, evidence)
        _log.info(
            "ranking %d papers by %d topics, %d examples and %d earlier papers without a label",
            len(papers),
            len(criteria.topics),
            len(table.examples),
            len(table.unlabelled),
        )
        corpus = CorpusStats.of(*self._encoder.encode(table.papers))
        features = criteria_features(corpus, CriteriaTerms.of(criteria), self._encoder.embedding)
        return ReaderModel(corpus, features, table)


def _matches(model: ReaderModel, criteria: Criteria, predicted: Prediction) -> tuple[Match, ...]:
    table, features = model.table, model.criteria
    today = table.papers[: table.today]
    chance = probability(predicted.log_odds)
    # Without examples, a paper that shares nothing with the criteria has no match; where no paper
    # shares anything with them, nothing is known of the reader and no probability is given.
    related = features.related[: table.today] | bool(table.examples)
    known = bool(features.related.any() or table.examples)
    # Eight digits are beyond any meaning and below any rounding of another machine.
    score = np.where(related, chance, 0).round(8)
    order = sorted(range(len(today)), key=lambda at: (-score[at], today[at].id))
    rank = {at: place for place, at in enumerate(order, start=1)}
    weights = predicted.word_weights + features.term_log_odds
    terms = explain(today, model.corpus.words, model.corpus.ids, weights)
    return tuple(
        Match(
            score=float(score[at]),
            rank=rank[at],
            of=len(today),
            topic=_topic(criteria, int(features.nearest_topic[at])),
            words_for=terms[at].for_match,
            words_against=terms[at].against_match,
            probability=float(chance[at].round(4)) if known else None,
            nearest=_nearest(table, int(predicted.knn.nearest[at])),
        )
        for at in range(len(today))
    )


def _topic(criteria: Criteria, nearest: int) -> str | None:
    return criteria.topics[nearest].name if nearest >= 0 else None


def _nearest(table: TrainingTable, nearest: int) -> Nearest | None:
    # Unlabelled papers come after the examples, and nobody wanted them.
    if not 0 <= nearest < len(table.examples):
        return None
    example = table.examples[nearest]
    return Nearest(example.paper.id, example.paper.title, example.day)


def ranker_and_precedents(vectors: PaperVectors) -> tuple[EmbeddedRanker, ArchivePrecedents]:
    """Return the embedded ranker and the precedent finder; they share one encoder of papers."""
    encoder = PaperEncoder(Embedding.shipped())
    return EmbeddedRanker(encoder), ArchivePrecedents(vectors, encoder)
