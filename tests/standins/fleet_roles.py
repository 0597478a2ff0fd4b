"""The processes of a small fleet, each as a function: worker, scheduler, sender, and the app."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from paperlark.api.groups import open_group
from paperlark.fleet.opening import OpenedFleet, open_fleet
from paperlark.fleet.worker import WorkerLimits
from paperlark.rankers.embedding import Embedding
from paperlark.settings.environment import Environment, RunOptions
from paperlark.web.server import listening, serve_group

LIMITS = WorkerLimits(lease=1.5, attempts=6, pause=0.1, poll=0.05, grace=0.4, patience=40.0)
SHARD_SIZE = 3
WORKERS = 2
PRELOADED = (
    *("standins.fleet_roles", "paperlark.rankers.embedded", "paperlark.channels.mail"),
    *("paperlark.renderers.letters", "paperlark.web.group_operations", "openai", "psycopg"),
)
"""What every process of the fleet would import for itself otherwise."""

# Read once, in the process that all others are forked from.
Embedding.shipped()


def _environment(file: Path, day: date) -> Environment:
    """Return a clock that goes on from noon of that day in New York: its mails are due."""
    variables = {"OPENAI_API_KEY": "sk-stand-in"}
    variables |= {f"XDG_{name}_HOME": str(file.parent) for name in ("CACHE", "CONFIG", "DATA")}
    midday = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=17)
    begun = time.monotonic()

    def now() -> datetime:
        return midday + timedelta(seconds=time.monotonic() - begun)

    return Environment(variables=variables, now=now)


def opened(file: Path, day: date) -> OpenedFleet:
    """Open the fleet of a group's file as it is on that day."""
    options = RunOptions(feeds=file.parent / "feeds")
    environment = _environment(file, day)
    return open_fleet(file, environment=environment, options=options, limits=LIMITS)


def work(file: Path, day: date) -> None:
    """Be a worker, for as long as nobody ends it."""
    stop = _stopping(file)
    opened(file, day).worker(stop).run(day, stay=True)
    _end(stop)


def schedule(file: Path, day: date) -> None:
    """Be the scheduler until the morning has ended."""
    stop = _stopping(file)
    morning = opened(file, day).morning(day, shard_size=SHARD_SIZE)
    morning.begin(stop)
    morning.watch(stop, lambda _: None)
    _end(stop)


def send(file: Path, day: date) -> None:
    """Be the sender, for as long as nobody ends it."""
    stop = _stopping(file)
    fleet = opened(file, day)
    while not stop.is_set():
        fleet.deliver(day, stop=stop)
        stop.wait(0.1)
    _end(stop)


def read(file: Path, day: date) -> None:
    """Be the app at the port that the group's address has."""
    _stopping(file)
    options = RunOptions(feeds=file.parent / "feeds")
    group = open_group(file, options=options, environment=_environment(file, day))
    port = int(group.settings.address.rpartition(":")[2])
    with listening(port, "127.0.0.1", tries=1) as listener:
        listener.listen()
        serve_group(group, listener, 0.0)
    os._exit(0)


ROLES: Mapping[str, Callable[[Path, date], None]] = {
    "scheduler": schedule,
    **{f"worker {number}": work for number in range(WORKERS)},
    "sender": send,
    "app": read,
}


def _stopping(file: Path) -> threading.Event:
    """Return what SIGTERM sets; what a process prints, and where it is at SIGUSR1, is in a log."""
    log = (file.parent / "log.txt").open("a")
    os.dup2(log.fileno(), sys.stderr.fileno())
    faulthandler.register(signal.SIGUSR1, file=log, all_threads=True)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    return stop


def _end(stop: threading.Event) -> None:
    # Without waiting for what the libraries of a process do at its end.
    os._exit(143 if stop.is_set() else 0)
