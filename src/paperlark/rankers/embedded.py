"""The embedded ranker: fits the reader model, ranks the day, explains each match."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from paperlark.domain.archive import CacheEntry
from paperlark.domain.code import code_fingerprint
from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence, Example
from paperlark.domain.judgement import Match, MatchedTerms, Nearest, Strength
from paperlark.domain.paper import Paper, PaperId
from paperlark.ports import Cache, PaperEncodings, PaperVectors
from paperlark.rankers.criteria_features import CriteriaFeatures, CriteriaTerms, criteria_features
from paperlark.rankers.embedding import ENCODED_BY, Corpora, CorpusStats, Embedding, PaperEncoder
from paperlark.rankers.knn import ArchivePrecedents
from paperlark.rankers.logistic import Numbers, probability
from paperlark.rankers.reader_model import Prediction, ReaderModel, learn
from paperlark.rankers.tokens import TermIds, spell
from paperlark.rankers.training_data import TrainingTable, working_set

_log = logging.getLogger(__name__)

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


_ENOUGH_BACKGROUND = 1_000
"""With so many earlier papers without a label, nothing of the day itself is needed to learn."""


@dataclass(frozen=True, slots=True, eq=False)
class _Ranked:
    """One ranking: what was ranked, and by what."""

    papers: tuple[Paper, ...]
    criteria: Criteria
    evidence: Evidence
    corpus: CorpusStats
    features: CriteriaFeatures
    prediction: Prediction
    examples: tuple[Example, ...]

    def is_of(self, papers: tuple[Paper, ...], criteria: Criteria, evidence: Evidence) -> bool:
        """Return whether it is the ranking of these."""
        asked = self.evidence is evidence and self.criteria is criteria
        return asked and self.papers == papers


class EmbeddedRanker:
    """Implements Ranker; needs no key and no network, and encodes each paper once.

    models: keeps what was learned of readers until their labels or criteria change
    """

    def __init__(self, encoder: PaperEncoder | None = None, models: Cache | None = None) -> None:
        self._encoder = encoder or PaperEncoder(Embedding.shipped())
        self._corpora = Corpora(self._encoder)
        self._models = models
        self._last: _Ranked | None = None

    def rank(
        self, papers: Sequence[Paper], criteria: Criteria, evidence: Evidence = NO_EVIDENCE
    ) -> tuple[Match, ...]:
        """Rank by the probability of being wanted; equal papers go by id."""
        if not papers:
            return ()
        ranked = self._ranked(_in_order(papers), criteria, evidence)
        by_paper = {
            (one.id, one.version): match
            for one, match in zip(ranked.papers, _matches(ranked), strict=True)
        }
        return tuple(by_paper[paper.id, paper.version] for paper in papers)

    def learn(self, criteria: Criteria, evidence: Evidence) -> None:
        """Learn from the evidence now and keep it, so that a later ranking need not."""
        if self._models is not None and len(evidence.stream) >= _ENOUGH_BACKGROUND:
            table = TrainingTable.of(evidence.stream, 0, working_set(evidence.examples))
            with threadpool_limits(1):
                self._model(criteria, table)

    def explain(
        self,
        papers: Sequence[Paper],
        criteria: Criteria,
        evidence: Evidence,
        chosen: Container[PaperId],
    ) -> Mapping[PaperId, MatchedTerms]:
        """Name the terms that moved the chosen ones of the papers, as they are ranked by the rest.

        The latest ranking is not made again for it.
        """
        ranked = self._ranked(_in_order(papers), criteria, evidence)
        rows = [at for at, paper in enumerate(ranked.papers) if paper.id in chosen]
        weights = ranked.prediction.word_weights + ranked.features.term_log_odds
        asked = [ranked.papers[at] for at in rows]
        found = explain(asked, ranked.corpus.words[rows], ranked.corpus.ids, weights)
        return {paper.id: terms for paper, terms in zip(asked, found, strict=True)}

    def _ranked(self, papers: tuple[Paper, ...], criteria: Criteria, evidence: Evidence) -> _Ranked:
        if self._last is None or not self._last.is_of(papers, criteria, evidence):
            # BLAS threads wait for each other when the machine has other work: one is faster
            # then, never much slower, and adds in the same order each time.
            with threadpool_limits(1):
                self._last = self._rank(papers, criteria, evidence)
        return self._last

    def _rank(self, papers: tuple[Paper, ...], criteria: Criteria, evidence: Evidence) -> _Ranked:
        _log.info(
            "ranking %d papers by %d topics, %d examples and %d earlier papers",
            len(papers),
            len(criteria.topics),
            len(evidence.examples),
            len(evidence.stream),
        )
        examples = working_set(evidence.examples)
        if len(evidence.stream) >= _ENOUGH_BACKGROUND:
            day = _distinct(papers, evidence.stream)
            table = TrainingTable.of(evidence.stream, 0, examples)
        else:
            day = _distinct(papers, [one.paper for one in examples], evidence.stream)
            table = TrainingTable.of(day, len(papers), examples)
        corpus = self._corpora.of(day)
        terms = CriteriaTerms.of(criteria)
        features = criteria_features(corpus, terms, self._encoder.embedding)
        model = self._model(criteria, table)
        labelled = [table.papers[row] for row in table.labelled(len(model.targets))]
        _, embeddings = self._encoder.encode(labelled)
        prediction = model.predict(corpus, features, len(papers), corpus.centre(embeddings))
        return _Ranked(papers, criteria, evidence, corpus, features, prediction, table.examples)

    def _model(self, criteria: Criteria, table: TrainingTable) -> ReaderModel:
        """Return what the examples teach: kept, where they taught it before, else learned now."""
        key = f"reader model {criteria.fingerprint}"
        made_of = _made_of(table, criteria, self._encoder.embedding.fingerprint)
        kept = self._models.find(key, made_of) if self._models else None
        model = ReaderModel.unpack(kept) if kept else None
        if model is None:
            model = self._learn(criteria, table)
            if self._models and table.examples:
                self._models.keep([CacheEntry(key, made_of, model.pack())])
        return model

    def _learn(self, criteria: Criteria, table: TrainingTable) -> ReaderModel:
        corpus = self._corpora.of(table.papers)
        terms = CriteriaTerms.of(criteria)
        features = criteria_features(corpus, terms, self._encoder.embedding)
        return learn(corpus, features, table)


def _made_of(table: TrainingTable, criteria: Criteria, embedding: str) -> str:
    """Return a fingerprint of all that a reader model is learned from."""
    made = hashlib.sha256(f"{code_fingerprint(*ENCODED_BY)} {embedding} {criteria!r}".encode())
    papers = (
        f"{one.id}v{one.version} {len(one.title) + len(one.abstract)}" for one in table.papers
    )
    labels = (
        f"{one.day.toordinal()} {one.wanted} {one.label_source.value} {one.relevance}"
        f" {one.novelty} {one.stands_for}"
        for one in table.examples
    )
    for part in (papers, [f"{len(table.unlabelled)} unlabelled"], labels):
        made.update("\n".join(part).encode() + b"\0")
    return made.hexdigest()


def _in_order(papers: Sequence[Paper]) -> tuple[Paper, ...]:
    """Return them in one order, whatever the feed's: sums of floats depend on it."""
    return tuple(sorted(papers, key=lambda paper: (paper.id, paper.version)))


def _distinct(*papers: Sequence[Paper]) -> tuple[Paper, ...]:
    """Return each version of a paper once, in this order."""
    known: dict[tuple[PaperId, int], Paper] = {}
    for one in chain(*papers):
        known.setdefault((one.id, one.version), one)
    return tuple(known.values())


def _matches(ranked: _Ranked) -> tuple[Match, ...]:
    today, examples, criteria = ranked.papers, ranked.examples, ranked.criteria
    features, predicted = ranked.features, ranked.prediction
    count = len(today)
    chance = probability(predicted.log_odds)
    # Without examples, a paper that shares nothing with the criteria has no match; where no paper
    # shares anything with them, nothing is known of the reader and no probability is given.
    related = features.related[:count] | bool(examples)
    known = bool(features.related.any() or examples)
    # Eight digits are beyond any meaning and below any rounding of another machine.
    score = np.where(related, chance, 0).round(8)
    order = sorted(range(count), key=lambda at: (-score[at], today[at].id))
    rank = {at: place for place, at in enumerate(order, start=1)}
    calibrated = known and predicted.calibrated
    words = strengths(
        chance,
        features.similarity[:count],
        predicted.knn.nearest >= 0,
        calibrated=calibrated,
    )
    return tuple(
        Match(
            score=float(score[at]),
            rank=rank[at],
            of=count,
            topic=_topic(criteria, int(features.nearest_topic[at])),
            probability=float(chance[at].round(4)) if known else None,
            nearest=_nearest(examples, int(predicted.knn.nearest[at]), today[at]),
            calibrated=calibrated,
            strength=words[at] if known else None,
        )
        for at in range(count)
    )


def _topic(criteria: Criteria, nearest: int) -> str | None:
    return criteria.topics[nearest].name if nearest >= 0 else None


def _nearest(examples: Sequence[Example], nearest: int, paper: Paper) -> Nearest | None:
    # Unlabelled papers come after the examples, and nobody wanted them.
    if not 0 <= nearest < len(examples):
        return None
    example = examples[nearest]
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


def ranker_and_precedents(
    vectors: PaperVectors, encodings: PaperEncodings | None = None, models: Cache | None = None
) -> tuple[EmbeddedRanker, ArchivePrecedents]:
    """Return the embedded ranker and the precedent finder; they share one encoder of papers."""
    encoder = PaperEncoder(Embedding.shipped(), encodings)
    return EmbeddedRanker(encoder, models), ArchivePrecedents(vectors, encoder)
