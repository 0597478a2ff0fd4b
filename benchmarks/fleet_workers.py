"""A fleet's morning by several workers: processes of their own, or those of a Dask cluster.

Both make shards by the same function, one after the other, with what that needs opened once.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from fleet_case import Fleet

from paperlark.domain.fleet import Shard
from paperlark.fleet.cluster import LOCAL, open_cluster
from paperlark.fleet.shard import ShardParts, make_shard
from paperlark.fleet.shard_parts import open_shard_parts
from paperlark.settings.environment import RunOptions
from paperlark.store.connection import connect_again

SHARD = 250
CPU = "CPU of the workers"
"""A stage of its own: the seconds of a core that workers took, whatever they waited for."""

Stages = Mapping[str, float]


@dataclass(frozen=True)
class Workers:
    """So many workers: processes that share the shards, or those of a Dask cluster."""

    count: int
    dask: bool = False

    def __str__(self) -> str:
        of = "Dask, " if self.dask else ""
        return f"{of}{self.count} worker{'s' if self.count > 1 else ''}"

    def make(self, fleet: Fleet) -> Stages:
        """Make all shards of a fleet; return the seconds of each stage, of all workers together.

        Raises ValueError where a reader failed, RuntimeError where a worker did.
        """
        return self._by_dask(fleet) if self.dask else self._by_processes(fleet)

    def _by_processes(self, fleet: Fleet) -> Stages:
        command = [sys.executable, __file__, fleet.address, str(fleet.folder), str(fleet.readers)]
        processes = [
            subprocess.Popen([*command, f"{number}/{self.count}"], stdout=subprocess.PIPE)
            for number in range(self.count)
        ]
        outputs = [process.communicate()[0] for process in processes]
        if failed := [one.returncode for one in processes if one.returncode]:
            raise RuntimeError(f"{len(failed)} of {self.count} workers failed")
        return _added(json.loads(output) for output in outputs)

    def _by_dask(self, fleet: Fleet) -> Stages:
        place = fleet.address, str(fleet.folder), fleet.readers
        numbers = range(len(fleet.shards(SHARD)))
        with open_cluster(LOCAL, self.count) as client:
            # Shards are not to be made twice because their arguments are equal to earlier ones.
            tasks = client.map(lambda number: _one(*place, number), numbers, pure=False)
            return _added(task.result() for task in tasks)


def _added(several: Iterable[Stages]) -> Stages:
    total: defaultdict[str, float] = defaultdict(float)
    for one in several:
        for name, seconds in one.items():
            total[name] += seconds
    return dict(total)


@lru_cache(maxsize=1)
def _opened(address: str, folder: str, readers: int) -> tuple[Fleet, ShardParts]:
    """Open what shards are made with, until the process ends."""
    fleet = Fleet(address, Path(folder), readers)
    opened = ExitStack()
    connection = opened.enter_context(closing(connect_again(fleet.database)))
    options = RunOptions(feeds=fleet.folder / "feeds")
    settings = fleet.settings(connection)
    parts = opened.enter_context(
        open_shard_parts(fleet.database, settings, fleet.environment, options)
    )
    _OPEN.append(opened)
    return fleet, parts


_OPEN: list[ExitStack] = []


def _one(address: str, folder: str, readers: int, number: int) -> Stages:
    """Make a shard by its number; return the seconds of each stage."""
    before = time.process_time()
    begun = time.perf_counter()
    fleet, parts = _opened(address, folder, readers)
    seconds = {"start": time.perf_counter() - begun}
    shard: Shard = fleet.shards(SHARD)[number]
    report = make_shard(shard, lambda *_: None, parts=parts)
    if report.failures:
        raise ValueError(report.failures)
    return {**seconds, **report.seconds, CPU: time.process_time() - before}


def main(address: str, folder: str, readers: str, share: str) -> None:
    """Make every n-th shard; print the seconds of each stage."""
    started = time.process_time()
    number, workers = map(int, share.split("/"))
    place = address, folder, int(readers)
    shards = range(len(Fleet(address, Path(folder), int(readers)).shards(SHARD)))
    made = _added(_one(*place, one) for one in shards[number::workers])
    for opened in _OPEN:
        opened.close()
    print(json.dumps({**made, CPU: made.get(CPU, 0.0) + started}))


if __name__ == "__main__":
    main(*sys.argv[1:])
