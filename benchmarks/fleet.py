"""What a morning of many readers costs: wall seconds, memory, storage, on a PostgreSQL of its own.

From the feed of the day to stored digests and queued deliveries, without a model: 500 candidates,
20 judged days of each reader, models kept (`fleet_case.py`). Workers are processes. The server is
made in a folder of its own and deleted. Needs the recorded input at `../shared` or where
PAPERLARK_SHARED says. Writes docs/fleet.md and docs/figures/fleet.svg.

    python benchmarks/fleet.py --readers 1000             # one size, writes nothing
    python benchmarks/fleet.py --readers 1000 --workers 1 2 4   # the same digests by each
    python benchmarks/fleet.py                            # all sizes, writes the page

Exit code 1 when a figure is over its limit, or when the digests differ.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from fleet_case import Fleet, add_readers, digests_of, prepare

from paperlark.fleet.shard import make_shard
from paperlark.fleet.shard_parts import open_shard_parts
from paperlark.settings.environment import RunOptions
from paperlark.store.connection import DatabaseConnection, connect_again
from paperlark.store.postgresql import open_server
from standins.postgresql import Server, running, server_programs

SIZES, CHECKED = (250, 500, 1_000, 2_500, 10_000), 2_500
"""Readers; the model of costs is fitted without the one that checks it."""
SHARD, WORKERS = 250, 2
SECONDS = {1_000: 20.0, 10_000: 180.0}
MEGABYTES, KILOBYTES = 2_000, 40
"""The most in all; the most for a reader and day."""


@dataclass(frozen=True)
class Morning:
    """What a morning took: `stages` are seconds of all workers together."""

    readers: int
    workers: int
    seconds: float
    megabytes: float
    kilobytes: float
    model_kilobytes: float
    digests: int
    content: str
    stages: Mapping[str, float]

    @property
    def each(self) -> float:
        """Wall milliseconds a reader."""
        return self.seconds / self.readers * 1e3

    def faults(self) -> Iterator[str]:
        """Yield each limit that does not hold."""
        if self.digests != self.readers:
            yield f"{self.digests} digests for {self.readers} readers"
        if self.seconds > SECONDS.get(self.readers, self.seconds):
            yield f"{self.seconds:.0f} s for {self.readers} readers"
        if self.megabytes > MEGABYTES:
            yield f"{self.megabytes:.0f} MB"
        if self.kilobytes > KILOBYTES:
            yield f"{self.kilobytes:.1f} kB a reader and day"


def main() -> int:
    """Measure, print and write; return whether every limit holds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--readers", type=int, nargs="+", help="sizes; writes nothing")
    parser.add_argument("--workers", type=int, nargs="+", default=[WORKERS])
    parser.add_argument("--work", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    # Told to end, it takes its server along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.work:
        _work(*options.work)
        return 0
    mornings = list(measure(sorted(options.readers or SIZES), options.workers))
    faults = [fault for one in mornings for fault in one.faults()]
    faults += _differences(mornings)
    for fault in faults:
        print(f"over its limit: {fault}")
    if not options.readers:
        from fleet_report import write  # noqa: PLC0415  # it draws

        write(mornings, CHECKED)
    return int(bool(faults))


def _differences(mornings: Sequence[Morning]) -> Iterator[str]:
    """Yield where more or fewer workers made other digests."""
    first: dict[int, Morning] = {}
    for one in mornings:
        known = first.setdefault(one.readers, one)
        if known.content != one.content:
            yield f"other digests by {one.workers} workers than by {known.workers}"


def measure(sizes: Sequence[int], workers: Sequence[int]) -> Iterator[Morning]:
    """Let a fleet grow, and yield its morning at each size by so many workers, again by others."""
    programs = server_programs()
    if programs is None:
        sys.exit("no PostgreSQL server is installed: Debian's package is `postgresql`")
    with running(programs) as server, tempfile.TemporaryDirectory() as folder:
        fleet = Fleet(server.database(), Path(folder), 0)
        begun = time.perf_counter()
        recorded = prepare(fleet)
        print(f"the templates' days: {time.perf_counter() - begun:.0f} s", flush=True)
        for size in sizes:
            begun, known = time.perf_counter(), fleet.readers
            fleet = replace(fleet, readers=size)
            add_readers(fleet, known, recorded)
            spent = time.perf_counter() - begun
            print(f"{size - known:,} readers added: {spent:.0f} s", flush=True)
            # To measure it is as it would be elsewhere: what is committed is on the disk.
            with _durable(server):
                for count in workers:
                    yield _morning(fleet, server, count)


@contextmanager
def _durable(server: Server) -> Iterator[None]:
    for settings in ((), ("fsync=off",)):
        server.stop()
        server.settings = settings
        server.start()
        if not settings:
            yield


def _morning(fleet: Fleet, server: Server, workers: int) -> Morning:
    with open_server(fleet.address) as connection:
        _forget_day(fleet, connection)
        before, models = _size(connection), _model_bytes(connection)
    with _memory(server) as peak:
        begun = time.perf_counter()
        fleet.fetch()
        command = [sys.executable, __file__, "--work", fleet.address, str(fleet.folder)]
        processes = [
            subprocess.Popen(
                [*command, str(fleet.readers), f"{number}/{workers}"], stdout=subprocess.PIPE
            )
            for number in range(workers)
        ]
        outputs = [process.communicate()[0] for process in processes]
        seconds = time.perf_counter() - begun
    stages: dict[str, float] = {}
    for output in outputs:
        for name, spent in json.loads(output).items():
            stages[name] = stages.get(name, 0.0) + spent
    with open_server(fleet.address) as connection:
        grown = _size(connection) - before
    count, content = digests_of(fleet)
    morning = Morning(
        readers=fleet.readers,
        workers=workers,
        seconds=seconds,
        megabytes=max(peak, default=0.0),
        kilobytes=grown / fleet.readers / 1e3,
        model_kilobytes=models / fleet.readers / 1e3,
        digests=count,
        content=content,
        stages=stages,
    )
    _tell(morning)
    return morning


def _tell(one: Morning) -> None:
    spent = ", ".join(f"{name} {seconds:.1f}" for name, seconds in one.stages.items())
    print(
        f"{one.readers:>6,} readers, {one.workers} workers: {one.seconds:7.1f} s,"
        f" {one.each:5.1f} ms each, {one.megabytes:5.0f} MB, {one.kilobytes:5.1f} kB each"
        f" ({one.model_kilobytes:.0f} kB of a model); digests {one.digests}, {one.content};"
        f" load {os.getloadavg()[0]:.1f}\n        s of all workers: {spent}",
        flush=True,
    )
    print(json.dumps(asdict(one)), file=sys.stderr)


def _forget_day(fleet: Fleet, connection: DatabaseConnection) -> None:
    """Delete what an earlier morning of the same day stored for its readers."""
    tables = connection.execute(
        "SELECT t.relname FROM pg_class t JOIN pg_attribute p ON p.attrelid = t.oid"
        " JOIN pg_attribute d ON d.attrelid = t.oid WHERE t.relkind = 'r'"
        " AND p.attname = 'profile' AND d.attname = 'day' AND t.relnamespace ="
        " current_schema()::regnamespace"
    ).fetchall()
    for (table,) in tables:
        connection.execute(f"DELETE FROM {table} WHERE day = ?", (fleet.today.isoformat(),))  # noqa: S608
    connection.execute("VACUUM")


def _size(connection: DatabaseConnection) -> int:
    """Return the bytes of all tables, their indexes and their large values."""
    (size,) = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(size)


def _model_bytes(connection: DatabaseConnection) -> int:
    (size,) = connection.execute("SELECT pg_total_relation_size('scratch')").fetchone()
    return int(size)


@contextmanager
def _memory(server: Server) -> Iterator[list[float]]:
    """Sample the memory of this process, its children and the server, in MB, twice a second.

    Shared pages count once (proportional set size).
    """
    samples: list[float] = []
    ended = threading.Event()

    def sample() -> None:
        while not ended.wait(0.5):
            samples.append(_proportional({os.getpid(), server.process}))

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        ended.set()
        thread.join()


def _proportional(roots: set[int]) -> float:
    """Return the MB of these processes and of all that they started."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
    total = 0
    for process in parents:
        at = process
        while at and at not in roots:
            at = parents.get(at, 0)
        if at:
            total += _pss(process)
    return total / 1e3


def _pss(process: int) -> int:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line[:4] == "Pss:"), 0)


# What the workers do.


def _work(address: str, folder: str, readers: str, share: str) -> None:
    """Make every n-th shard; print the seconds of each stage."""
    number, workers = map(int, share.split("/"))
    fleet = Fleet(address, Path(folder), int(readers))
    options = RunOptions(feeds=fleet.folder / "feeds")
    seconds: dict[str, float] = {}
    begun = time.perf_counter()
    with closing(connect_again(fleet.database)) as connection:
        opened = open_shard_parts(
            fleet.database, fleet.settings(connection), fleet.environment, options
        )
        with opened as parts:
            make = partial(make_shard, parts=parts)
            seconds["start"] = time.perf_counter() - begun
            for shard in fleet.shards(SHARD)[number::workers]:
                report = make(shard, lambda *_: None)
                for name, spent in report.seconds.items():
                    seconds[name] = seconds.get(name, 0.0) + spent
                if report.failures:
                    raise ValueError(report.failures)
    # On a machine that others use too this says more than any wall time.
    seconds["(CPU of the workers)"] = time.process_time()
    print(json.dumps(seconds))


if __name__ == "__main__":
    sys.exit(main())
