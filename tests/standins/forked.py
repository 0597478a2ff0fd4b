"""`paperlark` in a process of its own, forked off one that has imported all of it already.

It is killed, limited and told of like any other process; left out is only what is the same every
time and takes longest: starting Python and importing. Tests of exactly that start it themselves.
"""

from __future__ import annotations

import os
import pkgutil
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection

import paperlark
from paperlark.cli import main

CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(
    [
        "genai_prices.data_snapshot",
        "jinja2",
        "numpy",
        "pydantic.dataclasses",
        *(
            one.name
            for one in pkgutil.walk_packages(paperlark.__path__, "paperlark.")
            if not one.name.endswith("__main__")
        ),
    ]
)


class Forked:
    """One run; `largest` is the size in bytes that a file of it may have."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], largest: int | None = None
    ) -> None:
        self._told, telling = CONTEXT.Pipe(duplex=False)
        self._process = CONTEXT.Process(
            target=_become, args=(tuple(arguments), dict(environment), telling, largest)
        )
        self._ending = threading.Lock()
        self._process.start()
        telling.close()

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """Return the exit code if it has ended."""
        with self._ending:
            return self._process.exitcode

    def wait(self, seconds: float) -> int:
        """Return the exit code when it has ended, or the signal as a negative number."""
        with self._ending:  # two threads that ask at once would take the code from each other
            self._process.join(seconds)
            if self._process.exitcode is None:
                raise subprocess.TimeoutExpired("paperlark", seconds)
            return self._process.exitcode

    def kill(self) -> None:
        """Kill it, as the system does."""
        self._process.kill()

    def told(self) -> str:
        """Read to its end what it says on standard error."""
        said = b""
        while content := os.read(self._told.fileno(), 65536):
            said += content
        return said.decode()


def _become(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    telling: Connection,
    largest: int | None,
) -> None:
    """Be that run, from here on to the exit."""
    os.environ.clear()
    os.environ.update(environment)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for old, new in ((nowhere, 0), (nowhere, 1), (telling.fileno(), 2)):
        os.dup2(old, new)
    telling.close()
    # Streams of its own: those it was forked with stood for other files.
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(n, "w" if n else "r") for n in range(3))
    # It hears what ends a process, however the tests were started.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    if largest is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    sys.argv = ["paperlark", *arguments]
    main()
