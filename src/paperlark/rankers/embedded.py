"""The embedded ranker: ranks a day's papers for one reader or for many, by what it learned of each.

One reader is a block of one: the same statistics, the same products, the same numbers.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from paperlark.domain.archive import CacheEntry
from paperlark.domain.code import code_fingerprint
from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence, Example
from paperlark.domain.judgement import Match, MatchedTerms, Nearest, Strength
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.readers import reader_model_key
from paperlark.ports import Cache, PaperEncodings, PaperVectors, ReaderToRank
from paperlark.rankers.criteria_features import CriteriaFeatures, CriteriaTerms, criteria_features
from paperlark.rankers.embedding import (
    ENCODED_BY,
    Corpora,
    Embedding,
    Field,
    PaperEncoder,
    distinct,
    distinct_keys,
)
from paperlark.rankers.knn import ArchivePrecedents, KnnPrediction, Labels, knn_of_readers
from paperlark.rankers.logistic import probability
from paperlark.rankers.reader_model import ReaderModel, learn
from paperlark.rankers.sparse import CsrMatrix, Indices, Numbers
from paperlark.rankers.telling_sentence import telling_sentence
from paperlark.rankers.tokens import TermIds, spell
from paperlark.rankers.training_data import (
    BASE_RATE,
    ENOUGH_BACKGROUND,
    Background,
    TrainingTable,
    working_set,
)

_log = logging.getLogger(__name__)

_BLOCK = 64
"""Readers ranked at a time: their models take some 40 MB, and larger blocks save no more time."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The ranking of a day's papers for one reader.

    matches: of each paper, in the order in which they were given
    """

    matches: tuple[Match, ...]
    _field: Field
    _features: CriteriaFeatures
    _model: ReaderModel

    def explain(self, chosen: Container[PaperId]) -> Mapping[PaperId, MatchedTerms]:
        """Name the terms that moved the chosen ones of the papers."""
        field = self._field
        rows = [at for at, paper in enumerate(field.papers) if paper.id in chosen]
        asked = [field.papers[at] for at in rows]
        # Of all terms of the day only those of these papers.
        words = field.words.rows(np.array(rows, dtype=np.int64))
        columns = np.flatnonzero(words.in_columns())
        words, ids = words.columns(columns), field.terms[columns]
        weights = self._model.words.of(ids) + self._features.terms.of(ids)
        found = explain(asked, words, ids, weights)
        return {paper.id: terms for paper, terms in zip(asked, found, strict=True)}


class EmbeddedRanker:
    """Implements LearningRanker, for one reader and for many; needs no key and no network.

    models: keeps what was learned of readers until their labels or criteria change
    """

    def __init__(self, encoder: PaperEncoder | None = None, models: Cache | None = None) -> None:
        self._encoder = encoder or PaperEncoder(Embedding.shipped())
        self._corpora = Corpora(self._encoder)
        self._models = models
        self._field: Field | None = None
        self._last: tuple[tuple[Paper, ...], Criteria, Evidence, Ranking] | None = None

    def rank(
        self, papers: Sequence[Paper], criteria: Criteria, evidence: Evidence = NO_EVIDENCE
    ) -> tuple[Match, ...]:
        """Rank by the probability of being wanted; equal papers go by id."""
        return self._ranking(papers, criteria, evidence).matches if papers else ()

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
        return self._ranking(papers, criteria, evidence).explain(chosen) if papers else {}

    def learn(self, criteria: Criteria, evidence: Evidence) -> None:
        """Learn from the evidence now and keep it, so that a later ranking need not."""
        if self._models is not None and len(evidence.stream) >= ENOUGH_BACKGROUND:
            background = Background.of(evidence.stream)
            with threadpool_limits(1):
                self._models_of(background, [reader_to_rank(criteria, evidence)])

    def rank_readers(
        self, papers: Sequence[Paper], stream: Sequence[Paper], readers: Iterable[ReaderToRank]
    ) -> Iterator[Ranking]:
        """Rank a day's papers for many readers who had the same stream of papers before.

        Yields a ranking for each, in their order, the same as `rank` gives. A reader whose model
        is kept needs no examples; one who had another stream is ranked by `rank`.
        """
        pending = iter(readers)
        while papers and (block := list(islice(pending, _BLOCK))):
            if len(stream) < ENOUGH_BACKGROUND:
                yield from (self._alone(papers, one) for one in block)
            else:
                yield from self._rank(self._field_of(papers, stream), papers, block)

    def _ranking(self, papers: Sequence[Paper], criteria: Criteria, evidence: Evidence) -> Ranking:
        last = self._last
        if last and last[0] == tuple(papers) and last[1] is criteria and last[2] is evidence:
            return last[3]
        _log.info(
            "ranking %d papers by %d topics, %d examples and %d earlier papers",
            *(len(papers), len(criteria.topics), len(evidence.examples), len(evidence.stream)),
        )
        examples = [one.paper for one in working_set(evidence.examples)]
        field = self._field_of(papers, evidence.stream, examples)
        (found,) = self._rank(field, papers, [reader_to_rank(criteria, evidence)])
        self._last = tuple(papers), criteria, evidence, found
        return found

    def _alone(self, papers: Sequence[Paper], reader: ReaderToRank) -> Ranking:
        return self._ranking(papers, reader.criteria, reader.evidence())

    def _field_of(
        self, papers: Sequence[Paper], stream: Sequence[Paper], examples: Sequence[Paper] = ()
    ) -> Field:
        """Return the field of a day; with few earlier papers, that of one reader's own examples."""
        today = _in_order(papers)
        if len(stream) >= ENOUGH_BACKGROUND:
            background, others = Background.of(stream), stream
        else:
            others = distinct(examples, stream)
            background = Background.of(distinct(today, others), len(today))
        known = self._field
        same = known is not None and known.background.fingerprint == background.fingerprint
        if known is None or not same or known.papers != today:
            with threadpool_limits(1):
                known = Field.of(today, others, background, self._encoder, self._corpora)
            self._field = known
        return known

    def _rank(
        self, field: Field, papers: Sequence[Paper], readers: Sequence[ReaderToRank]
    ) -> list[Ranking]:
        row = {(one.id, one.version): at for at, one in enumerate(field.papers)}
        places = [row[one.id, one.version] for one in papers]
        # BLAS threads wait for each other when the machine has other work: one is faster
        # then, never much slower, and adds in the same order each time.
        with threadpool_limits(1):
            made = self._rank_here(field, places, readers)
        return [found or self._alone(papers, one) for one, found in zip(readers, made, strict=True)]

    def _rank_here(
        self, field: Field, places: Sequence[int], readers: Sequence[ReaderToRank]
    ) -> list[Ranking | None]:
        """Rank for the readers of this field, None for others."""
        models = self._models_of(field.background, readers)
        try:
            neighbours = self._neighbours(field, readers, models)
        except KeyError:
            # A labelled paper has another text than when the model was learned.
            models = self._models_of(field.background, readers, anew=True)
            neighbours = self._neighbours(field, readers, models)
        return [
            self._ranked(field, places, one, model, next(neighbours)) if model else None
            for one, model in zip(readers, models, strict=True)
        ]

    def _ranked(
        self,
        field: Field,
        places: Sequence[int],
        reader: ReaderToRank,
        model: ReaderModel,
        knn: KnnPrediction,
    ) -> Ranking:
        terms = CriteriaTerms.of(reader.criteria)
        features = criteria_features(field.corpus, terms, self._encoder.embedding)
        log_odds = model.log_odds(field, features, knn)
        found = matches(field.papers, reader.criteria, features, model, log_odds=log_odds, knn=knn)
        return Ranking(tuple(found[at] for at in places), field, features, model)

    def _neighbours(
        self,
        field: Field,
        readers: Sequence[ReaderToRank],
        learned: Sequence[ReaderModel | None],
    ) -> Iterator[KnnPrediction]:
        """Compare the day's papers with those that the readers' labels are of.

        Raises KeyError where a labelled paper cannot be found any more.
        """
        models = [model for model in learned if model]
        rows = [field.rows_of(model.papers) for model in models]
        outside = [model.papers[at < 0] for at, model in zip(rows, models, strict=True)]
        keys = distinct_keys(outside)
        others = self._encoder.embeddings(
            keys, lambda: [one.paper for reader in readers for one in reader.evidence().examples]
        )
        for at, missing in zip(rows, outside, strict=True):
            at[at < 0] = len(field.corpus.vectors) + np.searchsorted(keys["high"], missing["high"])
        labels = [
            Labels(at, model.targets.astype(np.float64), model.sample_weights.astype(np.float64))
            for at, model in zip(rows, models, strict=True)
        ]
        corpus = field.corpus
        near = corpus.centre(others)
        return iter(knn_of_readers(field.vectors, corpus.vectors, near, labels, BASE_RATE))

    def _models_of(
        self, background: Background, readers: Sequence[ReaderToRank], *, anew: bool = False
    ) -> list[ReaderModel | None]:
        """Return what each reader's examples teach: kept, where they taught it before, else new.

        None for a reader who learns among other papers. All learn `anew` where that is asked for.
        """
        embedding = self._encoder.embedding.fingerprint
        named = [model_name(one, embedding) for one in readers]
        asked = dict(named)
        kept = self._models.find_all(asked) if self._models and not anew else {}
        models: list[ReaderModel | None] = []
        new: list[CacheEntry] = []
        for one, (key, made) in zip(readers, named, strict=True):
            # One reader may be asked about twice, with other criteria.
            there = key in kept and asked[key] == made
            model = ReaderModel.unpack(kept[key]) if there else None
            if model is None or model.background != background.fingerprint:
                model = self._learn(background, one.criteria, one.evidence())
                # Without a background of earlier papers a model is of one day only.
                if model is not None and (model.examples or not background.today):
                    new.append(CacheEntry(key, made, model.pack()))
            models.append(model)
        if self._models and new:
            self._models.keep(new)
        return models

    def _learn(
        self, background: Background, criteria: Criteria, evidence: Evidence
    ) -> ReaderModel | None:
        if not background.is_of(evidence.stream):
            return None
        examples = working_set(evidence.examples)
        if not examples:
            return ReaderModel.untaught(background.fingerprint, self._encoder.embedding.dimensions)
        table = TrainingTable.of(background.papers, background.today, examples)
        corpus = self._corpora.of(table.papers)
        terms = CriteriaTerms.of(criteria)
        features = criteria_features(corpus, terms, self._encoder.embedding)
        keys = self._encoder.keys(table.papers)
        return learn(corpus, features, table, keys, background.fingerprint)


def reader_to_rank(criteria: Criteria, evidence: Evidence) -> ReaderToRank:
    """Return a reader whose examples are at hand."""
    known = evidence.fingerprint or _content(evidence.examples)
    reader = evidence.reader or criteria.fingerprint
    return ReaderToRank(reader, criteria, known, lambda: evidence)


def model_name(reader: ReaderToRank, embedding: str) -> tuple[str, str]:
    """Return the key of a kept model, one a reader, and a fingerprint of what it is made of.

    Its background is in the model itself.
    """
    code = code_fingerprint(*ENCODED_BY)
    made_of = f"{code} {embedding} {reader.known} {reader.criteria!r}"
    return reader_model_key(reader.reader), hashlib.sha256(made_of.encode()).hexdigest()


def _in_order(papers: Sequence[Paper]) -> tuple[Paper, ...]:
    """Return them in one order, whatever the feed's: sums of floats depend on it."""
    return tuple(sorted(papers, key=lambda paper: (paper.id, paper.version)))


def _content(examples: Iterable[Example]) -> str:
    """Return a fingerprint of examples."""
    made = hashlib.sha256()
    for one in examples:
        text = len(one.paper.title) + len(one.paper.abstract)
        label = (one.wanted, one.label_source.value, one.relevance, one.novelty, one.stands_for)
        made.update(f"{one.paper.id} {one.paper.version} {text} {one.day} {label}".encode())
    return made.hexdigest()


_MAX_TERMS = 5
"""Terms named for a match, and as many against."""

_LEAST_LOG_ODDS = 0.02
"""Terms that moved a paper by less are not named."""


def explain(
    papers: Sequence[Paper], words: CsrMatrix, ids: TermIds, weights: Numbers
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
    paper: Paper, ids: TermIds, columns: Indices, values: Numbers, weights: Numbers
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
    sentence = telling_sentence(paper.abstract, ids[columns], moved)
    return MatchedTerms(tuple(chosen[True]), tuple(chosen[False]), sentence)


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


def ranker_and_precedents(
    vectors: PaperVectors, encodings: PaperEncodings | None = None, models: Cache | None = None
) -> tuple[EmbeddedRanker, ArchivePrecedents]:
    """Return the embedded ranker and the precedent finder; they share one encoder of papers."""
    encoder = PaperEncoder(Embedding.shipped(), encodings)
    return EmbeddedRanker(encoder, models), ArchivePrecedents(vectors, encoder)
