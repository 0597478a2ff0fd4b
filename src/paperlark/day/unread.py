"""The unread: a random sample of them, and an estimate of how many wanted papers are among them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from paperlark.domain.digest import Candidate
from paperlark.domain.exploration import AchievedRecall, Explored, Missed, Outcome, Unread
from paperlark.domain.paper import PaperId

_FEWEST, _MOST = 1, 5
"""Papers a day: a small day gives some information too, a large one stays cheap."""

LEAST_PROBABILITY = 0.001
"""The least probability that a ranker is trusted with: no paper is excluded or counts as none."""


@dataclass(frozen=True, slots=True)
class SampledCandidate:
    """A candidate of the random sample; `inclusion` is its inclusion probability, in (0, 1]."""

    candidate: Candidate
    inclusion: float


def sample_size(below: int, share: float) -> int:
    """Return how many of the papers below the threshold to sample; `share` is in [0, 1]."""
    if share <= 0:
        return 0
    return min(below, _MOST, max(_FEWEST, round(share * below)))


def random_sample(
    below: Sequence[Candidate], count: int, profile: str, day: date
) -> tuple[SampledCandidate, ...]:
    """Draw `count` papers, or all where there are fewer; best match first.

    Systematic sampling in random order, with inclusion probability proportional to sqrt(p), where
    p is the probability of being wanted: for rare outcomes sqrt(p) is their standard deviation, so
    this allocation has the least variance (Neyman). Without probabilities all are equally likely.
    Seeded by profile and day, so that a day made again has the same sample.
    """
    if not count:
        return ()
    chances = _inclusion_probabilities([_size(candidate) for candidate in below], count)
    seed = (profile, day.isoformat())
    shuffled = sorted(
        zip(below, chances, strict=True), key=lambda pair: sampling_key(*seed, pair[0].paper.id)
    )
    # Intervals as long as the inclusion probabilities, end to end: a paper is drawn where its
    # interval contains `start` plus a whole number. That draws `count` papers, none twice.
    start = sampling_key(*seed)
    ends = accumulate((chance for _, chance in shuffled), initial=0.0)
    marks = [math.ceil(end - start) for end in ends]
    drawn = [
        SampledCandidate(candidate, chance)
        for (candidate, chance), before, after in zip(shuffled, marks, marks[1:], strict=False)
        if after > before
    ]
    return tuple(sorted(drawn, key=lambda one: one.candidate.match.rank))


def as_explored(
    sample: Iterable[SampledCandidate], wanted: Mapping[PaperId, bool] | None = None
) -> tuple[Explored, ...]:
    """Return the sample with its outcomes; unjudged papers have none."""
    return tuple(
        Explored(
            one.candidate.paper.id,
            one.inclusion,
            one.candidate.match.probability,
            (wanted or {}).get(one.candidate.paper.id),
        )
        for one in sample
    )


def at_least(probability: float) -> float:
    """Return the probability, raised to the least that a ranker is trusted with."""
    return max(probability, LEAST_PROBABILITY)


def _size(candidate: Candidate) -> float:
    probability = candidate.match.probability
    return 1.0 if probability is None else math.sqrt(at_least(probability))


def _inclusion_probabilities(sizes: Sequence[float], count: int) -> list[float]:
    """Return probabilities proportional to sizes that add up to `count`, none above 1."""
    if count >= len(sizes):
        return [1.0] * len(sizes)
    left, rest = count, math.fsum(sizes)
    for size in sorted(sizes, reverse=True):
        if left * size < rest:
            break
        # Its share would exceed 1: it is drawn for certain, and the others share what is left.
        left, rest = left - 1, rest - size
    return [min(1.0, left * size / rest) for size in sizes]


def sampling_key(*parts: str) -> float:
    """Hash texts to a pseudo-random number in [0, 1)."""
    digest = hashlib.blake2b("\n".join(parts).encode(), digest_size=6).digest()
    return int.from_bytes(digest) / 2**48


POOLED_DAYS = 60
"""Latest days with judged samples that are pooled: three months, because interests change."""

_PRIOR_WEIGHT = 1.0
"""Expected papers that the gamma prior counts as."""

_TAIL = 0.025
"""Probability outside each end of the interval."""


@dataclass(frozen=True, slots=True)
class BelowThreshold:
    """The papers below the threshold, sampled and unread; both with the best match first.

    `achieved` is the recall of earlier days.
    """

    explored: tuple[Explored, ...] = ()
    unread: tuple[Unread, ...] = ()
    missed: Missed | None = None
    achieved: AchievedRecall | None = None


@dataclass(frozen=True, slots=True)
class CalibrationFactor:
    """A gamma distribution of wanted papers per expected paper; its mean is 1 where unknown."""

    shape: float
    rate: float

    @property
    def mean(self) -> float:
        """Wanted papers per expected paper."""
        return self.shape / self.rate


class SampleOutcomes:
    """What the judged samples say of the ranker's probabilities, weighted by 1 / inclusion."""

    def __init__(self, explored: Iterable[Explored]) -> None:
        judged = [
            (at_least(one.probability), 1 / one.inclusion, one.wanted)
            for one in explored
            if one.wanted is not None and one.probability is not None
        ]
        self._expected = math.fsum(p * w for p, w, _ in judged)
        self._variance = math.fsum(p * w * w for p, w, _ in judged)
        self._found = math.fsum(wanted * w for _, w, wanted in judged)

    def __bool__(self) -> bool:
        return self._expected > 0

    @property
    def factor(self) -> CalibrationFactor:
        """The posterior of the factor.

        Found and expected papers are Horvitz-Thompson estimates, scaled to the effective sample
        size: then the variance of the weighted sum is that of a Poisson count.
        """
        scale = self._expected / self._variance if self else 0.0
        return CalibrationFactor(
            _PRIOR_WEIGHT + scale * self._found, _PRIOR_WEIGHT + scale * self._expected
        )


def report_unread(
    below: Sequence[Candidate],
    sample: Sequence[SampledCandidate],
    wanted: Mapping[PaperId, bool],
    earlier: Sequence[Explored],
    outcomes: Sequence[Sequence[Outcome]] = (),
) -> BelowThreshold:
    """Report on the papers below the threshold.

    `wanted` has the outcomes of judged papers, `earlier` the samples of the days before, and
    `outcomes` what became of all their papers, a sequence per day.
    """
    explored = as_explored(sample, wanted)
    sampled = {one.paper_id for one in explored}
    unread = tuple(
        Unread(one.paper.id, one.paper.title, one.match.probability)
        for one in below
        if one.paper.id not in sampled and one.match.probability is not None
    )
    samples = (*earlier, *explored)
    missed = estimate_missed([one.probability for one in unread], samples)
    return BelowThreshold(explored, unread, missed, achieved_recall(outcomes, earlier))


def achieved_recall(
    outcomes: Sequence[Sequence[Outcome]], explored: Iterable[Explored]
) -> AchievedRecall | None:
    """Estimate the recall of earlier days together; None where no sampled paper was judged."""
    papers = [one for day in outcomes for one in day]
    missed = estimate_missed([one.probability for one in papers if one.wanted is None], explored)
    read = sum(one.wanted for one in papers if one.wanted is not None)
    return AchievedRecall(len(outcomes), read, missed) if missed else None


def estimate_missed(unread: Sequence[float], explored: Iterable[Explored]) -> Missed | None:
    """Estimate how many unread papers were wanted, with a central 95 % interval.

    Given their probabilities. None where nothing is unread, or no sampled paper was judged yet.
    """
    outcomes = SampleOutcomes(explored)
    if not unread or not outcomes:
        return None
    factor = outcomes.factor
    expected = math.fsum(map(at_least, unread))
    low, high = _interval(factor.shape, factor.rate / (factor.rate + expected), len(unread))
    return Missed(min(expected * factor.mean, len(unread)), low, high, len(unread))


def _interval(shape: float, chance: float, most: int) -> tuple[int, int]:
    """Return the central 95 % of a negative binomial distribution, cut off at `most`.

    That is the distribution of a Poisson count whose mean is gamma distributed.
    """
    sums = tuple(accumulate(_probability(count, shape, chance) for count in range(most)))
    low = sum(reached <= _TAIL for reached in sums)
    high = sum(reached < 1 - _TAIL for reached in sums)
    return low, high


def _probability(count: int, shape: float, chance: float) -> float:
    """Return the negative binomial probability of a count."""
    return math.exp(
        math.lgamma(shape + count)
        - math.lgamma(shape)
        - math.lgamma(count + 1)
        + shape * math.log(chance)
        + count * math.log1p(-chance)
    )
