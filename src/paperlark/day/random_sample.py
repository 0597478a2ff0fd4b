"""Draw a random sample below the threshold, whose outcomes stand for all papers there."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from paperlark.domain.digest import Candidate
from paperlark.domain.exploration import Explored
from paperlark.domain.paper import PaperId

_FEWEST, _MOST = 1, 10
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
    chances = _inclusion_probabilities([_size(candidate) for candidate in below], count)
    shuffled = sorted(
        zip(below, chances, strict=True),
        key=lambda pair: sampling_key(profile, day.isoformat(), pair[0].paper.id),
    )
    # Intervals as long as the inclusion probabilities, end to end: a paper is drawn where its
    # interval contains `start` plus a whole number. That draws `count` papers, none twice.
    start = sampling_key(profile, day.isoformat())
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
