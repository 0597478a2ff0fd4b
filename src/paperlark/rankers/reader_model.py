"""The reader model: fit on past labels, predict log-odds of being wanted, calibrate them.

Two models predict: a logistic regression and k-NN. Their log-odds are combined and calibrated on
the latest judged days, as those were before either model saw them.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.feedback import Example, LabelSource
from paperlark.rankers.criteria_features import PRIOR_WEIGHTS, CriteriaFeatures
from paperlark.rankers.embedding import CorpusStats
from paperlark.rankers.knn import KnnPrediction, knn_log_odds
from paperlark.rankers.logistic import (
    FeatureBlock,
    Numbers,
    TrainingSet,
    fit_logistic,
    prior_log_odds,
    probability,
)
from paperlark.rankers.training_data import (
    BASE_RATE,
    TrainingTable,
    sample_weights,
    targets,
    with_unlabelled,
)

_log = logging.getLogger(__name__)

_ENOUGH_WANTED = 10
"""Wanted papers among the held-out ones that a calibration needs."""

_LEAST_LOGISTIC = 0.1
"""The least weight of the logistic regression: it starts from the criteria."""

_MAX_STEPS, _TOLERANCE = 50, 1e-6
"""Of Newton's method."""

_PRIOR_DEVIATIONS = np.array([0.7, 0.15, 0.15])
"""Of bias, logistic regression and k-NN in the calibration, over readers."""

_WORDS_DEVIATION, _VECTORS_DEVIATION, _CRITERIA_DEVIATION = 5.0, 2.0, 1.0
"""Prior standard deviations of the weights of words, of vectors and of criteria features; chosen
on two readers' earlier days, where half and double are within .005."""

_HELD_OUT_DAYS = 10
"""At most so many judged days calibrate the model, and at most a third of them."""


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
class Prediction:
    """What the model predicts of today's papers.

    log_odds: (papers,) calibrated natural log-odds of being wanted
    calibrated: whether they were calibrated on this reader's own labels
    knn: the neighbours' prediction of the same papers
    word_weights: (terms,) log-odds that a unit of each term of the corpus adds
    """

    log_odds: Numbers
    calibrated: bool
    knn: KnnPrediction
    word_weights: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class ReaderModel:
    """Everything known of one reader on one day, ready to be fitted."""

    corpus: CorpusStats
    criteria: CriteriaFeatures
    table: TrainingTable

    def predict(self) -> Prediction:
        """Fit both models to all examples and predict today's papers."""
        examples = self._training_set(np.arange(len(self.table.examples)))
        logistic, knn, word_weights = self._predict_rows(examples, np.arange(self.table.today))
        calibration = self._calibration()
        log_odds = calibration.log_odds(logistic, knn.log_odds)
        return Prediction(log_odds, calibration.fitted, knn, word_weights)

    def _blocks(self) -> tuple[FeatureBlock, FeatureBlock, FeatureBlock]:
        return (
            FeatureBlock(self.corpus.words, _WORDS_DEVIATION),
            FeatureBlock(self.corpus.vectors, _VECTORS_DEVIATION),
            FeatureBlock(self.criteria.features, _CRITERIA_DEVIATION, PRIOR_WEIGHTS),
        )

    def _training_set(self, chosen: NDArray[np.int64]) -> TrainingSet:
        examples = [self.table.examples[at] for at in chosen]
        # A judge reads whatever comes; likes alone, or selected papers alone, are a biased sample.
        representative = any(_is_rejected(one) for one in examples)
        return TrainingSet(
            self.table.example_rows[chosen],
            targets(examples),
            sample_weights(examples),
            representative=representative,
        )

    def _predict_rows(
        self, examples: TrainingSet, rows: NDArray[np.int64]
    ) -> tuple[Numbers, KnnPrediction, Numbers]:
        """Return both models' predictions for the rows, and the weights of words."""
        blocks = self._blocks()
        unlabelled = self.table.unlabelled
        by_criteria = fit_logistic(blocks, self._training_set(np.arange(0)), BASE_RATE)
        no_neighbours = np.full(len(unlabelled), prior_log_odds(BASE_RATE))
        assumed = probability(
            DEFAULT_CALIBRATION.log_odds(by_criteria.log_odds(blocks, unlabelled), no_neighbours)
        )
        training = with_unlabelled(examples, unlabelled, assumed)
        logistic = fit_logistic(blocks, training, BASE_RATE)
        knn = knn_log_odds(
            self.corpus.vectors[rows],
            self.corpus.vectors[training.rows],
            training.targets,
            training.weights,
            BASE_RATE,
        )
        return logistic.log_odds(blocks, rows), knn, logistic.blocks[0]

    def _calibration(self) -> Calibration:
        """Calibrate on the latest judged days, predicted from the examples before them."""
        examples = self.table.examples
        days = sorted({one.day for one in examples if _is_rejected(one)})
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
        logistic, knn, _ = self._predict_rows(
            self._training_set(earlier), self.table.example_rows[chosen]
        )
        found = calibrate(logistic, knn.log_odds, wanted)
        _log.info(
            "%s on %d held-out papers of %d days, %d wanted",
            found if found.fitted else "default calibration",
            len(wanted),
            len(held_out),
            wanted.sum(),
        )
        return found


def _is_rejected(example: Example) -> bool:
    """Return whether a judge read the paper and the reader does not want it."""
    return example.label_source is LabelSource.JUDGE and not example.wanted
