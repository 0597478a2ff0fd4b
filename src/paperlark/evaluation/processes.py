"""The test days on several processors: each has all days and its own rankers, and takes turns."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import ClassVar

from paperlark.evaluation.metrics import RankedDay
from paperlark.evaluation.trial import Key, Trial


def ranked_days(trial: Trial, processes: int) -> Iterator[dict[Key, RankedDay]]:
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

    trial: ClassVar[Trial]

    @classmethod
    def begin(cls, trial: Trial) -> None:
        cls.trial = trial

    @classmethod
    def rank(cls, place: int) -> dict[Key, RankedDay]:
        return cls.trial.rank(place)
