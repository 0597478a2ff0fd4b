"""What a page tells of each ranked paper: rank, strength in a word, topic, resemblance, terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.criteria import Criteria
from paperlark.domain.judgement import Match, MatchedTerms, Nearest, Strength
from paperlark.domain.paper import Paper
from paperlark.rankers.criteria_features import CriteriaFeatures
from paperlark.rankers.knn import KnnPrediction
from paperlark.rankers.logistic import Numbers, probability
from paperlark.rankers.reader_model import ReaderModel
from paperlark.rankers.tokens import TermIds, spell

if TYPE_CHECKING:
    from scipy import sparse

_MAX_TERMS = 5
"""Terms named for a match, and as many against."""

_LEAST_LOG_ODDS = 0.02
"""Terms that moved a paper by less are not named."""


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


def matches(
    papers: Sequence[Paper],
    criteria: Criteria,
    features: CriteriaFeatures,
    model: ReaderModel,
    *,
    log_odds: Numbers,
    knn: KnnPrediction,
) -> list[Match]:
    """Return the match of each paper of a day, given in the order of their ids.

    log_odds: (papers,) of being wanted; knn: the neighbours that they come from in part
    """
    count = len(papers)
    chance = probability(log_odds)
    taught = model.examples > 0
    # Without examples, a paper that shares nothing with the criteria has no match; where no paper
    # shares anything with them, nothing is known of the reader and no probability is given.
    related = features.related[:count] | taught
    known = bool(features.related.any()) or taught
    # Eight digits are beyond any meaning and below any rounding of another machine.
    score = np.where(related, chance, 0).round(8)
    # Of equals the lower id goes first, and papers are in the order of their ids.
    rank = np.empty(count, dtype=np.int64)
    rank[np.argsort(-score, kind="stable")] = np.arange(1, count + 1)
    calibrated = known and model.calibration.fitted
    near = knn.nearest.tolist()
    words = strengths(chance, features.similarity[:count], knn.nearest >= 0, calibrated=calibrated)
    topics = [topic.name for topic in criteria.topics]
    resembles = model.wanted_examples(near)
    rows = zip(
        *(papers, score.tolist(), rank.tolist(), chance.round(4).tolist(), near, words),
        features.nearest_topic[:count].tolist(),
        strict=True,
    )
    return [
        Match(
            score=own,
            rank=place,
            of=count,
            topic=topics[topic] if topic >= 0 else None,
            probability=likely if known else None,
            nearest=_nearest(resembles.get(label), paper),
            calibrated=calibrated,
            strength=word if known else None,
        )
        for paper, own, place, likely, label, word, topic in rows
    ]


def _nearest(example: Nearest | None, paper: Paper) -> Nearest | None:
    # That a paper resembles itself, once it was voted on, tells nothing.
    return None if example is None or example.paper_id == paper.id else example


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
    # The first that is reached, or what comes after the last.
    words = (*_ORDER, Strength.WEAK)
    return [words[at] for at in np.argmax([*reached, np.ones(len(chance))], axis=0).tolist()]
