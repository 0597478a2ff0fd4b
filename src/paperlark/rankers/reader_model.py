"""The reader model: learn from labelled examples, then predict any day's papers.

Two models predict: a logistic regression and k-NN. Their log-odds are combined and calibrated on
the latest judged days, as those were before either model saw them. Learning takes nothing from the
day that is predicted, so what was learned can be kept until the labels change.
"""

from __future__ import annotations

import hashlib
import json
import logging
import struct
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.feedback import LabelSource
from paperlark.domain.judgement import Nearest
from paperlark.domain.paper import PaperId
from paperlark.rankers.criteria_features import PRIOR_WEIGHTS, CriteriaFeatures
from paperlark.rankers.embedding import KEY, CorpusStats, Field, Keys
from paperlark.rankers.knn import KnnPrediction, knn_log_odds
from paperlark.rankers.logistic import (
    FeatureBlock,
    LogisticModel,
    TrainingSet,
    fit_logistic,
    prior_log_odds,
    probability,
)
from paperlark.rankers.sparse import Numbers
from paperlark.rankers.tokens import TermWeights
from paperlark.rankers.training_data import (
    BASE_RATE,
    TrainingTable,
    is_rejected,
    sample_weights,
    targets,
    with_unlabelled,
)

_log = logging.getLogger(__name__)

_WORDS_DEVIATION, _VECTORS_DEVIATION, _CRITERIA_DEVIATION = 5.0, 2.0, 1.0
"""Prior standard deviations of the weights of words, of vectors and of criteria features; chosen
on two readers' earlier days, where half and double are within .005."""

_FREE_CRITERIA = 100
"""Labels with which the weights of criteria features are half as free as with very many. Answers
near the criteria are mostly no: a dozen would turn weights over that say what the reader wrote."""

_HELD_OUT_DAYS = 10
"""At most so many judged days calibrate the model, and at most a third of them."""

_ENOUGH_WANTED = 10
"""Wanted papers among the held-out ones that a calibration needs."""

_LEAST_LOGISTIC = 0.1
"""The least weight of the logistic regression: it starts from the criteria."""

_MAX_STEPS, _TOLERANCE = 50, 1e-6
"""Of Newton's method."""

_PRIOR_DEVIATIONS = np.array([0.7, 0.15, 0.15])
"""Of bias, logistic regression and k-NN in the calibration, over readers."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Log-odds of being wanted = bias + logistic x log-odds + knn x log-odds (Platt scaling).

    `fitted` is whether it was fitted to this reader's own labels, and not taken from others'.
    """

    bias: float
    logistic: float
    knn: float
    fitted: bool = False

    def log_odds(self, logistic: Numbers, knn: Numbers) -> Numbers:
        """Combine both models' log-odds: (papers,) float64."""
        return self.bias + self.logistic * logistic + self.knn * knn


DEFAULT_CALIBRATION = Calibration(bias=0.4, logistic=0.8, knn=0.4)
"""Fitted to two readers' first months."""


def calibrate(logistic: Numbers, knn: Numbers, wanted: NDArray[np.bool_]) -> Calibration:
    """Fit a calibration to held-out papers: Platt scaling of two scores, with a Gaussian prior.

    logistic, knn: (papers,) natural log-odds by models that never saw these papers' labels
    wanted: (papers,) their labels
    """
    default = DEFAULT_CALIBRATION
    prior = np.array([default.bias, default.logistic, default.knn])
    if wanted.sum() < _ENOUGH_WANTED:
        return default
    columns = np.column_stack([np.ones(len(logistic)), logistic, knn])
    bias, own, near = (float(value) for value in _fit(columns, wanted, prior))
    if own < _LEAST_LOGISTIC or near < 0:
        # A model that was worse than none is left out, never inverted.
        own, near = max(own, _LEAST_LOGISTIC), max(near, 0.0)
        offset = own * logistic + near * knn
        bias = float(_fit(np.ones((len(logistic), 1)), wanted, prior[:1], offset)[0])
    return Calibration(bias, own, near, fitted=True)


def _fit(
    columns: Numbers, wanted: NDArray[np.bool_], prior: Numbers, offset: Numbers | float = 0.0
) -> Numbers:
    """Return the MAP weights by Newton's method with step halving.

    columns: (papers, weights); prior: (weights,) means; offset: fixed log-odds added to each row
    """
    precision = np.diag(1 / _PRIOR_DEVIATIONS[: len(prior)] ** 2)

    def loss(weights: Numbers) -> float:
        odds = columns @ weights + offset
        away = weights - prior
        return float((np.logaddexp(0, odds) - wanted * odds).sum() + away @ precision @ away / 2)

    found = prior
    for _ in range(_MAX_STEPS):
        chances = probability(columns @ found + offset)
        gradient = columns.T @ (chances - wanted) + precision @ (found - prior)
        hessian = (columns.T * (chances * (1 - chances))) @ columns + precision
        step = np.linalg.solve(hessian, gradient)
        while loss(found - step) > loss(found) and np.abs(step).max() > _TOLERANCE:
            step = step / 2
        found = found - step
        if np.abs(step).max() <= _TOLERANCE:
            break
    return found


@dataclass(frozen=True, slots=True, eq=False)
class ReaderModel:
    """What was learned of one reader: all that a ranking needs of them besides their criteria.

    background: fingerprint of the papers without a label that it was learned among
    words: the terms that have a weight, float32, log-odds that a unit of each adds
    vector_weights: (dimensions,) and criteria_weights: (6,), float64, likewise
    bias: log-odds
    papers: (labelled,) what names the examples and then, where they were taken in, the papers
        without a label
    targets, sample_weights: (labelled,) float32
    examples: how many of the labelled papers are examples
    named: id, title and day of each wanted example, JSON, a line each
    """

    background: str
    words: TermWeights
    vector_weights: Numbers
    criteria_weights: Numbers
    bias: float
    calibration: Calibration
    papers: Keys
    targets: NDArray[np.float32]
    sample_weights: NDArray[np.float32]
    examples: int
    named: bytes = b""

    def pack(self) -> bytes:
        """Return it as bytes for the store, with a checksum before them.

        8 bytes a term, 24 a labelled paper, and some 100 a wanted one for its title.
        """
        background = self.background.encode()
        header = _HEADER.pack(
            *(len(background), len(self.words.ids), len(self.vector_weights)),
            *(len(self.criteria_weights), len(self.papers), self.examples),
            *(self.bias, *astuple(self.calibration)),
        )
        arrays = (
            *(self.vector_weights.astype("<f8"), self.criteria_weights.astype("<f8")),
            *(self.words.ids.astype("<u4"), self.words.values.astype("<f4")),
            *(self.papers.astype(KEY), self.targets.astype("<f4")),
            self.sample_weights.astype("<f4"),
        )
        content = b"".join([header, background, *(one.tobytes() for one in arrays), self.named])
        return _checksum(content) + content

    @classmethod
    def unpack(cls, packed: bytes) -> ReaderModel | None:
        """Return what `pack` packed, None where it is damaged."""
        content = memoryview(packed)[_CHECKSUM:]
        if packed[:_CHECKSUM] != _checksum(content) or len(content) < _HEADER.size:
            return None
        *sizes, bias, offset, logistic, knn, fitted = _HEADER.unpack_from(content)
        named, terms, dimensions, features, labelled, examples = sizes
        at = _HEADER.size + named

        def array(dtype: object, count: int) -> Any:  # noqa: ANN401  # its type is in its argument
            nonlocal at
            found = np.frombuffer(content, dtype, count, at)  # type: ignore[call-overload]
            at += found.nbytes
            return found

        return cls(
            background=str(content[_HEADER.size : _HEADER.size + named], "utf-8"),
            vector_weights=array("<f8", dimensions),
            criteria_weights=array("<f8", features),
            words=TermWeights(array("<u4", terms), array("<f4", terms)),
            bias=bias,
            calibration=Calibration(offset, logistic, knn, fitted=fitted),
            papers=array(KEY, labelled),
            targets=array("<f4", labelled),
            sample_weights=array("<f4", labelled),
            examples=examples,
            named=bytes(content[at:]),
        )

    @classmethod
    def untaught(cls, background: str, dimensions: int) -> ReaderModel:
        """Return the model of a reader without examples: the criteria alone."""
        nothing = np.zeros(0, dtype=np.float32)
        return cls(
            background=background,
            words=TermWeights(np.zeros(0, dtype=np.uint32), nothing),
            vector_weights=np.zeros(dimensions),
            criteria_weights=PRIOR_WEIGHTS,
            bias=prior_log_odds(BASE_RATE),
            calibration=DEFAULT_CALIBRATION,
            papers=np.zeros(0, dtype=KEY),
            targets=nothing,
            sample_weights=nothing,
            examples=0,
        )

    def log_odds(self, field: Field, criteria: CriteriaFeatures, knn: KnnPrediction) -> Numbers:
        """Return calibrated natural log-odds that each paper of a field is wanted: (papers,).

        knn: what the labelled neighbours of these papers predict
        """
        today = len(field.papers)
        logistic = np.full(today, self.bias)
        logistic += field.words.times(self.words.of(field.terms))
        logistic += field.vectors @ self.vector_weights
        logistic += criteria.features[:today] @ self.criteria_weights
        return self.calibration.log_odds(logistic, knn.log_odds)

    def wanted_examples(self, labels: Iterable[int]) -> Mapping[int, Nearest]:
        """Return the wanted examples among these places of labelled papers."""
        places = np.flatnonzero(_is_wanted(self.targets[: self.examples])).tolist()
        lines = dict(zip(places, self.named.split(b"\n"), strict=False))
        asked = sorted(set(labels) & lines.keys())
        found = json.loads(b"[%b]" % b",".join(lines[label] for label in asked))
        return {
            label: Nearest(PaperId(paper), title, date.fromisoformat(day))
            for label, (paper, title, day) in zip(asked, found, strict=True)
        }


_HEADER = struct.Struct("<6I4d?")
_CHECKSUM = 16
"""Bytes of a checksum."""


def _checksum(content: bytes | memoryview) -> bytes:
    return hashlib.sha256(content).digest()[:_CHECKSUM]


def _is_wanted(targets: NDArray[np.float32]) -> NDArray[np.bool_]:
    result: NDArray[np.bool_] = targets > 0.5  # noqa: PLR2004  # more likely than not
    return result


def learn(
    corpus: CorpusStats,
    criteria: CriteriaFeatures,
    table: TrainingTable,
    keys: Keys,
    background: str,
) -> ReaderModel:
    """Fit both models to all examples, and calibrate them; `table` lays out the corpus' papers.

    keys: (papers,) what names each of them; background: as in ReaderModel
    """
    learner = _Learner(corpus, criteria, table)
    training, logistic = learner.fit(np.arange(len(table.examples)))
    words, vectors, own = logistic.blocks
    weights = words.astype(np.float32)
    kept = np.flatnonzero(weights)
    targets = training.targets.astype(np.float32)
    wanted = [
        (one.paper.id, one.paper.title, one.day.isoformat())
        for one, is_wanted in zip(table.examples, _is_wanted(targets), strict=False)
        if is_wanted
    ]
    return ReaderModel(
        background=background,
        words=TermWeights(corpus.ids[kept], weights[kept]),
        vector_weights=vectors,
        criteria_weights=own,
        bias=logistic.bias,
        calibration=learner.calibration(),
        papers=keys[table.labelled(len(targets))],
        targets=targets,
        sample_weights=training.weights.astype(np.float32),
        examples=len(table.examples),
        named="\n".join(map(json.dumps, wanted)).encode(),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Learner:
    corpus: CorpusStats
    criteria: CriteriaFeatures
    table: TrainingTable

    def fit(self, chosen: NDArray[np.int64]) -> tuple[TrainingSet, LogisticModel]:
        """Fit the logistic regression to the chosen examples; return it with what it was fitted to.

        chosen: indexes into the table's examples
        """
        examples = self._training_set(chosen)
        unlabelled = self.table.unlabelled
        blocks = self._blocks(len(chosen))
        by_criteria = fit_logistic(blocks, self._training_set(chosen[:0]), BASE_RATE)
        no_neighbours = np.full(len(unlabelled), prior_log_odds(BASE_RATE))
        assumed = probability(
            DEFAULT_CALIBRATION.log_odds(by_criteria.log_odds(blocks, unlabelled), no_neighbours)
        )
        training = with_unlabelled(examples, unlabelled, assumed)
        return training, fit_logistic(blocks, training, BASE_RATE)

    def _blocks(self, labels: int) -> tuple[FeatureBlock, FeatureBlock, FeatureBlock]:
        """Return the features; with few labels the criteria stay what they are, others are learned.

        labels: how many examples are learned from
        """
        free = (labels + 1) / (labels + 1 + _FREE_CRITERIA)
        return (
            FeatureBlock(self.corpus.words, _WORDS_DEVIATION),
            FeatureBlock(self.corpus.vectors, _VECTORS_DEVIATION),
            FeatureBlock(self.criteria.features, _CRITERIA_DEVIATION * free, PRIOR_WEIGHTS),
        )

    def _training_set(self, chosen: NDArray[np.int64]) -> TrainingSet:
        examples = [self.table.examples[at] for at in chosen]
        # A judge reads whatever comes; likes alone, or selected papers alone, are a biased sample.
        representative = any(is_rejected(one) for one in examples)
        return TrainingSet(
            self.table.example_rows[chosen],
            targets(examples),
            sample_weights(examples),
            representative=representative,
        )

    def calibration(self) -> Calibration:
        """Calibrate on the latest judged days, predicted from the examples before them."""
        examples = self.table.examples
        days = sorted({one.day for one in examples if is_rejected(one)})
        held_out = set(days[len(days) - min(_HELD_OUT_DAYS, len(days) // 3) :])
        if not held_out:
            _log.info("default calibration: %d judged days", len(days))
            return DEFAULT_CALIBRATION
        first = min(held_out)
        earlier = np.array(
            [at for at, one in enumerate(examples) if one.day < first], dtype=np.int64
        )
        chosen = [
            at
            for at, one in enumerate(examples)
            if one.label_source is LabelSource.JUDGE and one.day in held_out
        ]
        wanted = np.array([examples[at].wanted for at in chosen], dtype=bool)
        training, logistic = self.fit(earlier)
        rows, vectors = self.table.example_rows[chosen], self.corpus.vectors
        knn = knn_log_odds(
            vectors[rows], vectors[training.rows], training.targets, training.weights, BASE_RATE
        )
        found = calibrate(logistic.log_odds(self._blocks(len(earlier)), rows), knn.log_odds, wanted)
        _log.info(
            "%s on %d held-out papers of %d days, %d wanted",
            found if found.fitted else "default calibration",
            len(wanted),
            len(held_out),
            wanted.sum(),
        )
        return found
