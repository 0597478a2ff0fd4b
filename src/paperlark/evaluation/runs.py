"""Every method ranks every test day, with every history: who knew what comes from `protocol`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import ClassVar

import numpy as np

from paperlark.domain.feedback import NO_EVIDENCE, Evidence
from paperlark.domain.judgement import Match
from paperlark.evaluation.cases import FIRST_MORNING, OWN, LabelledDay, LabelledReader, Method
from paperlark.evaluation.metrics import RankedDay, gains
from paperlark.evaluation.splits import KnownBefore


@dataclass(frozen=True, slots=True)
class KnownHistory:
    """How much is known of the reader: days of judgements, or likes (None where not asked)."""

    history: int
    votes: int | None = None


FIRST_DAY = KnownHistory(0)


@dataclass(frozen=True, slots=True)
class RunPlan:
    """Which days are test days, given by their places, and what is known before each."""

    places: Sequence[int]
    history: Sequence[int]
    votes: Sequence[int]
    seed: int

    def known(self) -> Iterator[KnownHistory]:
        """Give every amount of knowledge, histories first."""
        yield from (KnownHistory(length) for length in self.history)
        yield from (KnownHistory(0, votes) for votes in self.votes)


Key = tuple[str, KnownHistory]
"""A method and what it knew: names one row."""


@dataclass(frozen=True, slots=True)
class RankingRun:
    """All that is needed to rank any test day of a reader by every method."""

    reader: LabelledReader
    plan: RunPlan
    methods: Sequence[Method]

    def rank(self, place: int) -> dict[Key, RankedDay]:
        """Have every method rank the day at that place, once for all that may be known."""
        before = KnownBefore(self.reader.days, place)
        ranked: dict[Key, RankedDay] = {}
        for known in self.plan.known():
            evidence = _evidence(before, known, self.plan.seed)
            for method in self.methods:
                same = ranked.get((method.name, KnownHistory(self.plan.history[0])))
                if method.learns or same is None:
                    same = _rank(method, before.day, evidence)
                ranked[method.name, known] = same
        for method in self.methods:
            if method.name == OWN:
                ranked[FIRST_MORNING, FIRST_DAY] = _rank(method, before.day, NO_EVIDENCE)
        return ranked


def _evidence(before: KnownBefore, known: KnownHistory, seed: int) -> Evidence:
    if known.votes is None:
        return before.history(known.history)
    return before.votes(known.votes, seed)


def _rank(method: Method, day: LabelledDay, evidence: Evidence) -> RankedDay:
    matches = method.ranker.rank(day.papers, day.criteria, evidence)
    order = _order(method.name, matches, len(day.papers))
    labels = [day.labels[place] for place in order]
    wanted = np.array([label.wanted for label in labels], dtype=np.bool_)
    said = [matches[place].probability for place in order]
    probability = np.array([math.nan if one is None else one for one in said], dtype=np.float64)
    return RankedDay(
        wanted=wanted,
        gain=gains(wanted, [label.relevance for label in labels]),
        probability=None if np.isnan(probability).any() else probability,
    )


def _order(name: str, matches: Sequence[Match], papers: int) -> list[int]:
    """Give the places of the papers, best first; a ranker that breaks its promise is a bug."""
    order = sorted(range(len(matches)), key=lambda place: matches[place].rank)
    if [matches[place].rank for place in order] != list(range(1, papers + 1)):
        msg = f"the ranker {name!r} did not give every paper a rank of its own"
        raise ValueError(msg)
    return order


def ranked_days(trial: RankingRun, processes: int) -> Iterator[dict[Key, RankedDay]]:
    """Rank every test day, in order; a process more needs as much memory again."""
    if processes == 1:
        yield from map(trial.rank, trial.plan.places)
        return
    # A forked process would find the locks of threads that it has not got.
    with ProcessPoolExecutor(
        processes, get_context("spawn"), initializer=_Worker.begin, initargs=(trial,)
    ) as pool:
        yield from pool.map(_Worker.rank, trial.plan.places)


class _Worker:
    """One process's side: what every turn needs is sent over once."""

    trial: ClassVar[RankingRun]

    @classmethod
    def begin(cls, trial: RankingRun) -> None:
        cls.trial = trial

    @classmethod
    def rank(cls, place: int) -> dict[Key, RankedDay]:
        return cls.trial.rank(place)
