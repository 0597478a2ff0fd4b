"""What a morning of many readers costs: wall seconds, memory, storage, on a PostgreSQL of its own.

From the feed of the day to stored digests and queued deliveries, without a model: 500 candidates,
20 judged days of each reader, models kept (`fleet_case.py`). Workers are processes. The server is
made in a folder of its own and deleted. Needs the recorded input at `../shared` or where
PAPERLARK_SHARED says. Writes docs/fleet.md and docs/figures/fleet.svg.

    python benchmarks/fleet.py --readers 1000             # one size, writes nothing
    python benchmarks/fleet.py --readers 1000 --workers 1 2 4 --dask 2 --times 3   # by each
    python benchmarks/fleet.py                            # all sizes, writes the page
    python benchmarks/fleet.py --readers 125 250 500 1000 2000 --write   # these, and the page

A morning is printed as it ends; one that fails is told, and the others go on. Exit code 1 when one
failed, a figure is over its limit, or the digests differ.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from fleet_case import Fleet, add_readers, digests_of, prepare
from fleet_workers import CPU, Workers

from paperlark.store.connection import DatabaseConnection
from paperlark.store.postgresql import open_server
from standins.postgresql import Server, running, server_programs

SIZES, CHECKED = (125, 250, 500, 1_000, 2_000, 10_000), 2_000
"""Readers; the model of costs is fitted without the size that checks it."""
USUAL = Workers(2)
PARALLEL, RUNNERS, TIMES = 1_000, (Workers(1), USUAL, Workers(4), Workers(2, dask=True)), 3
"""The size at which a whole run compares these, and how often each makes the morning."""
SECONDS = {1_000: 20.0, 10_000: 180.0}
MEGABYTES, KILOBYTES = 2_000, 40
"""The most in all; the most for a reader and day, from a thousand readers on: fewer have a larger
share of what is stored once."""


@dataclass(frozen=True)
class Morning:
    """What a morning took: `stages` are seconds of all workers together, `cpu` with the server."""

    readers: int
    workers: str
    seconds: float
    cpu: float
    megabytes: float
    kilobytes: float
    model_kilobytes: float
    digests: int
    content: str
    load: float
    stages: Mapping[str, float]

    @property
    def each(self) -> float:
        """Wall milliseconds a reader."""
        return self.seconds / self.readers * 1e3

    @property
    def cpu_each(self) -> float:
        """Milliseconds of a core a reader, of workers and server."""
        return self.cpu / self.readers * 1e3

    def faults(self) -> Iterator[str]:
        """Yield each limit that does not hold."""
        if self.digests != self.readers:
            yield f"{self.digests} digests for {self.readers} readers"
        if self.workers == str(USUAL) and self.seconds > SECONDS.get(self.readers, self.seconds):
            yield f"{self.seconds:.0f} s for {self.readers:,} readers"
        if self.megabytes > MEGABYTES:
            yield f"{self.megabytes:.0f} MB"
        if self.readers >= min(SECONDS) and self.kilobytes > KILOBYTES:
            yield f"{self.kilobytes:.1f} kB a reader and day"


def main() -> int:
    """Measure, print and write; return whether every limit holds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--readers", type=int, nargs="+", help="sizes; writes nothing")
    parser.add_argument("--workers", type=int, nargs="+", default=[], help="processes")
    parser.add_argument("--dask", type=int, nargs="+", default=[], help="workers of a cluster")
    parser.add_argument("--times", type=int, default=1, help="mornings by each of these")
    parser.add_argument("--write", action="store_true", help="write the page of these sizes")
    parser.add_argument("--check", type=int, default=CHECKED, help="the size that checks the model")
    options = parser.parse_args()
    # Told to end, it takes its server along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    runners = [*map(Workers, options.workers), *(Workers(one, dask=True) for one in options.dask)]
    plan = {size: (runners or [USUAL]) * options.times for size in sorted(options.readers or SIZES)}
    if not options.readers and not runners:
        plan[PARALLEL] = list(RUNNERS) * TIMES
    mornings: list[Morning] = []
    faults: list[str] = []
    for one in measure(plan):
        if isinstance(one, Morning):
            mornings.append(one)
        else:
            faults.append(one)
        if mornings and (options.write or not options.readers):
            from fleet_report import write  # noqa: PLC0415  # it draws

            # After each, so that what was measured is there whatever becomes of the rest.
            write(mornings, options.check)
    faults += [fault for one in mornings for fault in one.faults()]
    faults += [*_differences(mornings), *_slower(mornings)]
    for fault in faults:
        print(f"does not hold: {fault}")
    return int(bool(faults))


def _differences(mornings: Sequence[Morning]) -> Iterator[str]:
    """Yield where more or fewer workers made other digests."""
    first: dict[int, Morning] = {}
    for one in mornings:
        known = first.setdefault(one.readers, one)
        if known.content != one.content:
            yield f"other digests by {one.workers} than by {known.workers}"


def _slower(mornings: Sequence[Morning]) -> Iterator[str]:
    """Yield where a reader costs more among all than among a thousand."""
    few, many = (
        [one.each for one in mornings if one.readers == size and one.workers == str(USUAL)]
        for size in (min(SECONDS), max(SECONDS))
    )
    if few and many and min(many) > max(few):
        yield f"{min(many):.1f} ms a reader among {max(SECONDS):,}, {max(few):.1f} among fewer"


def measure(plan: Mapping[int, Sequence[Workers]]) -> Iterator[Morning | str]:
    """Let a fleet grow, and yield its mornings at each size, or why there is none."""
    programs = server_programs()
    if programs is None:
        sys.exit("no PostgreSQL server is installed: Debian's package is `postgresql`")
    with running(programs) as server, tempfile.TemporaryDirectory() as folder:
        fleet = Fleet(server.database(), Path(folder), 0)
        begun = time.perf_counter()
        recorded = prepare(fleet)
        with open_server(fleet.address) as connection:
            (kept,) = connection.execute(
                "SELECT coalesce(max(number), 0) FROM encodings"
            ).fetchone()
        fleet = replace(fleet, encodings=kept)
        print(f"the templates' days: {time.perf_counter() - begun:.0f} s", flush=True)
        for size, runners in plan.items():
            begun, known = time.perf_counter(), fleet.readers
            fleet = replace(fleet, readers=size)
            add_readers(fleet, known, recorded)
            spent = time.perf_counter() - begun
            print(f"{size - known:,} readers added: {spent:.0f} s", flush=True)
            # To measure it is as it would be elsewhere: what is committed is on the disk.
            with _durable(server):
                for one in runners:
                    try:
                        yield _morning(fleet, server, one)
                    except Exception as error:  # noqa: BLE001  # a boundary that reports it
                        print(f"{size:,} readers, {one}: {error!r}", flush=True)
                        yield f"{size:,} readers, {one}: {error!r}"


@contextmanager
def _durable(server: Server) -> Iterator[None]:
    for settings in ((), ("fsync=off",)):
        server.stop()
        server.settings = settings
        server.start()
        if not settings:
            yield


def _morning(fleet: Fleet, server: Server, workers: Workers) -> Morning:
    with open_server(fleet.address) as connection:
        _forget_day(fleet, connection)
        before, models = _used(connection), _model_bytes(connection)
    with _memory(server) as peak:
        begun, cpu = time.perf_counter(), _cpu(server.process)
        own = time.process_time()
        fleet.fetch()
        own = time.process_time() - own
        stages = workers.make(fleet)
        seconds = time.perf_counter() - begun
        cpu = _cpu(server.process) - cpu + own + stages[CPU]
    with open_server(fleet.address) as connection:
        connection.execute("VACUUM")
        grown = _used(connection) - before
    count, content = digests_of(fleet)
    morning = Morning(
        readers=fleet.readers,
        workers=str(workers),
        seconds=seconds,
        cpu=cpu,
        megabytes=max(peak, default=0.0),
        kilobytes=grown / fleet.readers / 1e3,
        model_kilobytes=models / fleet.readers / 1e3,
        digests=count,
        content=content,
        load=os.getloadavg()[0],
        stages=stages,
    )
    _tell(morning)
    return morning


def _tell(one: Morning) -> None:
    spent = ", ".join(f"{name} {seconds:.1f}" for name, seconds in one.stages.items())
    print(
        f"{one.readers:>6,} readers, {one.workers}: {one.seconds:7.1f} s, {one.each:5.1f} ms each"
        f" ({one.cpu_each:.1f} of a core), {one.megabytes:5.0f} MB, {one.kilobytes:5.1f} kB each"
        f" ({one.model_kilobytes:.0f} kB of a model); digests {one.digests}, {one.content};"
        f" load {one.load:.1f}\n        s of all workers: {spent}",
        flush=True,
    )
    print(json.dumps(asdict(one)), file=sys.stderr, flush=True)


def _cpu(server: int) -> float:
    """Return the seconds of a core that a server and its processes have taken, ended ones too."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if stat.parent.name == str(server):
            ticks += sum(map(int, fields[11:15]))
        elif int(fields[1]) == server:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _forget_day(fleet: Fleet, connection: DatabaseConnection) -> None:
    """Delete what an earlier morning of the same day stored, of its readers and for all of them."""
    today = fleet.today.isoformat()
    for table in _tables(connection, "profile", "day"):
        connection.execute(f"DELETE FROM {table} WHERE day = ?", (today,))  # noqa: S608
    connection.execute("DROP TABLE IF EXISTS of_day")
    connection.execute("CREATE TEMPORARY TABLE of_day (paper_id text)")
    connection.execute(
        "INSERT INTO of_day SELECT DISTINCT paper_id FROM listings l WHERE day = ? AND NOT EXISTS"
        " (SELECT 1 FROM listings e WHERE e.paper_id = l.paper_id AND e.day < ?)",
        (today, today),
    )
    connection.execute(
        "DELETE FROM paper_set_members WHERE paper_set IN (SELECT paper_set"
        " FROM paper_set_members WHERE paper_id IN (SELECT paper_id FROM of_day))"
    )
    connection.execute(
        "DELETE FROM paper_sets WHERE NOT EXISTS"
        " (SELECT 1 FROM paper_set_members WHERE paper_set = number)"
    )
    for table in set(_tables(connection, "paper_id")) - set(_tables(connection, "profile", "day")):
        connection.execute(
            f"DELETE FROM {table} WHERE paper_id IN (SELECT paper_id FROM of_day)"  # noqa: S608
        )
    connection.execute("DELETE FROM papers WHERE id IN (SELECT paper_id FROM of_day)")
    connection.execute("DELETE FROM batches WHERE day = ?", (today,))
    connection.execute("DELETE FROM encodings WHERE number > ?", (fleet.encodings,))
    connection.execute("VACUUM")


def _tables(connection: DatabaseConnection, *columns: str) -> list[str]:
    """Return the tables that have all of these columns."""
    rows = connection.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace"
        " AND a.attname = ANY (string_to_array(?, ' ')) GROUP BY c.relname HAVING count(*) = ?",
        (" ".join(columns), len(columns)),
    ).fetchall()
    return [name for (name,) in rows]


def _used(connection: DatabaseConnection) -> int:
    """Return the bytes of all tables, indexes and large values, but for free room in pages."""
    connection.execute("CREATE EXTENSION IF NOT EXISTS pg_freespacemap")
    (used,) = connection.execute(
        "SELECT pg_database_size(current_database()) - coalesce(sum(free.avail), 0)"
        " FROM pg_class c CROSS JOIN LATERAL pg_freespace(c.oid::regclass) free"
        " WHERE c.relkind IN ('r', 't')"
    ).fetchone()
    return int(used)


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


if __name__ == "__main__":
    sys.exit(main())
