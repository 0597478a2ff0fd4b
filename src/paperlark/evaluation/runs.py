"""Rank every test day by every method with every history; `splits` selects what is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import ClassVar

import numpy as np

from paperlark.domain.feedback import NO_EVIDENCE, Evidence
from paperlark.evaluation.cases import FIRST_MORNING, OWN, LabelledDay, LabelledReader, Method
from paperlark.evaluation.metrics import RankedDay, gains
from paperlark.evaluation.splits import KnownBefore


@dataclass(frozen=True, slots=True)
class KnownHistory:
    """How much is known of the reader: days of judgements, or likes where `votes` is not None."""

    history: int
    votes: int | None = None


FIRST_DAY = KnownHistory(0)


@dataclass(frozen=True, slots=True)
class RunPlan:
    """The indices of the test days, and what is known before each."""

    places: Sequence[int]
    history: Sequence[int]
    votes: Sequence[int]
    seed: int

    def known(self) -> Iterator[KnownHistory]:
        """Yield every amount of knowledge, histories first."""
        yield from (KnownHistory(length) for length in self.history)
        yield from (KnownHistory(0, votes) for votes in self.votes)


Key = tuple[str, KnownHistory]
"""A method and what it knew: the key of a row."""


@dataclass(frozen=True, slots=True)
class RankingRun:
    """A reader, the plan and the methods: enough to rank any test day."""

    reader: LabelledReader
    plan: RunPlan
    methods: Sequence[Method]

    def rank(self, place: int) -> dict[Key, RankedDay]:
        """Rank the day at index `place` by every method, with every amount of knowledge."""
        before = KnownBefore(self.reader.days, place)
        ranked: dict[Key, RankedDay] = {}
        for known in self.plan.known():
            evidence = (
                before.history(known.history)
                if known.votes is None
                else before.votes(known.votes, self.plan.seed)
            )
            for method in self.methods:
                same = ranked.get((method.name, KnownHistory(self.plan.history[0])))
                if method.learns or same is None:
                    same = _rank(method, before.day, evidence)
                ranked[method.name, known] = same
        for method in self.methods:
            if method.name == OWN:
                ranked[FIRST_MORNING, FIRST_DAY] = _rank(method, before.day, NO_EVIDENCE)
        return ranked


def _rank(method: Method, day: LabelledDay, evidence: Evidence) -> RankedDay:
    matches = method.ranker.rank(day.papers, day.criteria, evidence)
    if sorted(match.rank for match in matches) != list(range(1, len(day.papers) + 1)):
        msg = f"the ranker {method.name!r} did not return a unique rank for every paper"
        raise ValueError(msg)
    ranked = sorted(zip(matches, day.labels, strict=True), key=lambda pair: pair[0].rank)
    wanted = np.array([label.wanted for _, label in ranked], dtype=np.bool_)
    known = [match.probability for match, _ in ranked if match.probability is not None]
    return RankedDay(
        wanted=wanted,
        gain=gains(wanted, [label.relevance for _, label in ranked]),
        probability=np.array(known, dtype=np.float64) if len(known) == len(ranked) else None,
    )


def ranked_days(run: RankingRun, processes: int) -> Iterator[dict[Key, RankedDay]]:
    """Rank every test day, in order; each process needs its own copy of the data."""
    if processes == 1:
        yield from map(run.rank, run.plan.places)
        return
    # A forked process would inherit locks of threads that it does not have.
    with ProcessPoolExecutor(
        processes, get_context("spawn"), initializer=_Worker.begin, initargs=(run,)
    ) as pool:
        yield from pool.map(_Worker.rank, run.plan.places)


class _Worker:
    """A worker process; the data is sent to it once."""

    run: ClassVar[RankingRun]

    @classmethod
    def begin(cls, run: RankingRun) -> None:
        cls.run = run

    @classmethod
    def rank(cls, place: int) -> dict[Key, RankedDay]:
        return cls.run.rank(place)
