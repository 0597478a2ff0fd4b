"""The embedded ranker: fits the reader model, ranks the day, explains each match."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence
from paperlark.domain.judgement import Match, Nearest, Strength
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
            import scipy.optimize  # noqa: F401, PLC0415  # 0.3 s that a first day does not need
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
    calibrated = known and predicted.calibrated
    words = strengths(
        chance,
        features.similarity[: table.today],
        predicted.knn.nearest >= 0,
        calibrated=calibrated,
    )
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
            nearest=_nearest(table, int(predicted.knn.nearest[at]), today[at]),
            calibrated=calibrated,
            strength=words[at] if known else None,
        )
        for at in range(len(today))
    )


def _topic(criteria: Criteria, nearest: int) -> str | None:
    return criteria.topics[nearest].name if nearest >= 0 else None


def _nearest(table: TrainingTable, nearest: int, paper: Paper) -> Nearest | None:
    # Unlabelled papers come after the examples, and nobody wanted them.
    if not 0 <= nearest < len(table.examples):
        return None
    example = table.examples[nearest]
    if example.paper.id == paper.id:
        return None  # that a paper resembles itself, once it was voted on, tells nothing
    return Nearest(example.paper.id, example.paper.title, example.day)


_STRONG, _GOOD, _FAIR = 0.6, 0.3, 0.05
"""The least calibrated probability of each word."""

_LIKELY, _NEAR = (0.7, 0.4, 0.0), (0.5, 0.3, 0.2)
"""The least probability and the least cosine of each word, before anything is calibrated.

Chosen on two readers' earlier days with nothing known: there about 7 of 10 strong matches were
wanted, 4 to 5 of good ones, 2 to 3 of fair ones. A cosine of 0.2 keeps 98 % of the wanted papers
that the first 20 hold, and leaves 2 of 20 where the criteria are of another field.
"""

_ORDER = (Strength.STRONG, Strength.GOOD, Strength.FAIR)


def strengths(
    chance: Numbers, cosine: Numbers, liked: NDArray[np.bool_], *, calibrated: bool
) -> list[Strength]:
    """Return how strong each match is, in a word, by a rule that is the same for everyone.

    Probabilities compare papers of one day: on a day without anything for the reader the best
    paper still stands out. So before they are calibrated a word also needs a similarity that does
    not depend on the other papers.

    chance: (papers,) probability of being wanted, in [0, 1]
    cosine: (papers,) similarity to the criteria; where they say nothing, it rules nothing out
    liked: (papers,) whether it resembles a paper that the reader wanted
    calibrated: whether `chance` was calibrated on the reader's own labels
    """
    if calibrated:
        reached = [chance >= least for least in (_STRONG, _GOOD, _FAIR)]
    else:
        least_cosine = 0.0 if np.any(cosine) else min(_NEAR)
        near = np.maximum(cosine, np.where(liked, max(_NEAR), least_cosine))
        reached = [
            (chance >= likely) & (near >= least)
            for likely, least in zip(_LIKELY, _NEAR, strict=True)
        ]
    return [
        next((word for word, of in zip(_ORDER, reached, strict=True) if of[at]), Strength.WEAK)
        for at in range(len(chance))
    ]


def ranker_and_precedents(vectors: PaperVectors) -> tuple[EmbeddedRanker, ArchivePrecedents]:
    """Return the embedded ranker and the precedent finder; they share one encoder of papers."""
    encoder = PaperEncoder(Embedding.shipped())
    return EmbeddedRanker(encoder), ArchivePrecedents(vectors, encoder)
