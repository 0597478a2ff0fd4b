"""The reader model: fit on past labels, predict log-odds, calibrate probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.feedback import Example, LabelSource
from paperlark.rankers.corpus import CorpusStats
from paperlark.rankers.criteria_features import TRUST, CriteriaFeatures
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
    USUAL,
    TrainingTable,
    sample_weights,
    targets,
    with_unread,
)

_ENOUGH = 10
"""Wanted papers among the held-out ones from which on they are believed at all."""

_LEAST_OWN = 0.1
"""The learner is always believed a little: it begins at the criteria."""

_STEPS, _SMALL = 50, 1e-6

_DOUBT = np.array([0.7, 0.15, 0.15])
"""Deviations of the prior over readers of bias, learner and neighbours."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Log-odds of being wanted = `bias` + `learner` x log-odds + `neighbours` x log-odds."""

    bias: float
    learner: float
    neighbours: float

    def odds(self, learner: Numbers, neighbours: Numbers) -> Numbers:
        """Put both opinions together."""
        return self.bias + self.learner * learner + self.neighbours * neighbours


DEFAULT_CALIBRATION = Calibration(bias=0.4, learner=0.8, neighbours=0.4)
"""What fitted two readers' first months."""


def calibrate(learner: Numbers, neighbours: Numbers, wanted: NDArray[np.bool_]) -> Calibration:
    """Fit to papers that were held out; a few say little against the prior."""
    usual = DEFAULT_CALIBRATION
    prior = np.array([usual.bias, usual.learner, usual.neighbours])
    if wanted.sum() < _ENOUGH:
        return usual
    columns = np.column_stack([np.ones(len(learner)), learner, neighbours])
    bias, own, near = (float(value) for value in _fit(columns, wanted, prior))
    if own < _LEAST_OWN or near < 0:
        # An opinion that was worse than none is left out, never turned round.
        own, near = max(own, _LEAST_OWN), max(near, 0.0)
        odds = own * learner + near * neighbours
        bias = float(_fit(np.ones((len(learner), 1)), wanted, prior[:1], odds)[0])
    return Calibration(bias, own, near)


def _fit(
    columns: Numbers, wanted: NDArray[np.bool_], prior: Numbers, given: Numbers | float = 0.0
) -> Numbers:
    """Give the most probable weights (Newton's method, each step cut until it leads down)."""
    stiffness = np.diag(1 / _DOUBT[: len(prior)] ** 2)

    def loss(weights: Numbers) -> float:
        odds = columns @ weights + given
        away = weights - prior
        return float((np.logaddexp(0, odds) - wanted * odds).sum() + away @ stiffness @ away / 2)

    found = prior
    for _ in range(_STEPS):
        seen = probability(columns @ found + given)
        slope = columns.T @ (seen - wanted) + stiffness @ (found - prior)
        bend = (columns.T * (seen * (1 - seen))) @ columns + stiffness
        step = np.linalg.solve(bend, slope)
        while loss(found - step) > loss(found) and np.abs(step).max() > _SMALL:
            step = step / 2
        found = found - step
        if np.abs(step).max() <= _SMALL:
            break
    return found


_WORDS_FREEDOM, _PLACES_FREEDOM, _CRITERIA_FREEDOM = 5.0, 2.0, 1.0
"""How far the lessons may move the weights of a paper's words, of its place, and of what the
criteria say; chosen on two readers' earlier days, where half and double are within .005."""

_HELD_OUT = 10
"""At most so many judged days tell what an opinion is worth, and at most a third of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What is thought of today's papers, a row each; `words` weighs the field's terms."""

    odds: Numbers
    around: KnnPrediction
    words: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class ReaderModel:
    """Everything known of one reader on one day, ready to learn from."""

    field: CorpusStats
    likeness: CriteriaFeatures
    table: TrainingTable

    def opinion(self) -> Prediction:
        """Learn from all lessons and judge today's papers by them."""
        examples = self._lessons(np.arange(len(self.table.examples)))
        learner, around, words = self._learn(examples, np.arange(self.table.today))
        return Prediction(self._calibration().odds(learner, around.odds), around, words)

    def _blocks(self) -> tuple[FeatureBlock, FeatureBlock, FeatureBlock]:
        return (
            FeatureBlock(self.field.words, _WORDS_FREEDOM),
            FeatureBlock(self.field.places, _PLACES_FREEDOM),
            FeatureBlock(self.likeness.readings, _CRITERIA_FREEDOM, TRUST),
        )

    def _lessons(self, chosen: NDArray[np.int64]) -> TrainingSet:
        examples = [self.table.examples[at] for at in chosen]
        # A judge reads whatever comes; who only likes, or only tells what was selected, does not.
        fair = any(_turned_down(one) for one in examples)
        return TrainingSet(
            self.table.taught[chosen], targets(examples), sample_weights(examples), fair=fair
        )

    def _learn(
        self, examples: TrainingSet, asked: NDArray[np.int64]
    ) -> tuple[Numbers, KnnPrediction, Numbers]:
        """Give the learner's and the neighbours' opinions of the rows asked for."""
        blocks = self._blocks()
        unread = self.table.unread
        by_criteria = fit_logistic(blocks, self._lessons(np.arange(0)), USUAL).score(blocks, unread)
        unsaid = np.full(len(unread), prior_log_odds(USUAL))
        chances = probability(DEFAULT_CALIBRATION.odds(by_criteria, unsaid))
        all_lessons = with_unread(examples, unread, chances)
        weights = fit_logistic(blocks, all_lessons, USUAL)
        around = knn_log_odds(
            self.field.places[asked],
            self.field.places[all_lessons.rows],
            all_lessons.targets,
            all_lessons.counts,
            USUAL,
        )
        return weights.score(blocks, asked), around, weights.blocks[0]

    def _calibration(self) -> Calibration:
        """See what opinions were worth on the latest judged days."""
        judged = [
            at
            for at, one in enumerate(self.table.examples)
            if one.label_source is LabelSource.JUDGE
        ]
        days = sorted({one.day for one in self.table.examples if _turned_down(one)})
        held = set(days[len(days) - min(_HELD_OUT, len(days) // 3) :])
        if not held:
            return DEFAULT_CALIBRATION
        first = min(held)
        before = np.array(
            [at for at, one in enumerate(self.table.examples) if one.day < first], dtype=np.int64
        )
        asked = [at for at in judged if self.table.examples[at].day in held]
        wanted = np.array([self.table.examples[at].wanted for at in asked], dtype=bool)
        learner, around, _ = self._learn(self._lessons(before), self.table.taught[asked])
        return calibrate(learner, around.odds, wanted)


def _turned_down(example: Example) -> bool:
    """Tell whether a judge read the paper and did not want it."""
    return example.label_source is LabelSource.JUDGE and not example.wanted
