"""Workers as processes of this machine: started, started again where they die, and ended."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from paperlark.domain.errors import WorkersFailed

_log = logging.getLogger(__name__)

_MOST_FAILURES = 3
"""Workers that end with an error of their own before no more are started."""
_ENDING = 15.0
"""Seconds that workers have to end: longer than they need to give a shard back."""
_NICENESS = 10
"""Of workers: an app on the same machine answers people who wait for it."""
_PAUSE = 1.0
"""Seconds between two starts in place of workers that died."""


@dataclass
class WorkerProcesses:
    """Runs `count` workers with these arguments of `paperlark`, or of another `program`."""

    arguments: Sequence[str]
    count: int
    program: Sequence[str] = (sys.executable, "-m", "paperlark")
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _failures: int = 0
    _started: float = 0.0

    def start(self) -> None:
        """Start all of them."""
        self._running = [self._begin() for _ in range(self.count)]

    def keep_going(self) -> None:
        """Start a worker in place of each that was killed or failed; called again and again.

        Raises WorkersFailed where they end with an error again and again, and none is left.
        """
        ended = [one for one in self._running if one.poll() is not None]
        for one in ended:
            self._failures = self._failures + 1 if (one.returncode or 0) > 0 else 0
        if not ended or time.monotonic() - self._started < _PAUSE:
            return
        alive = [one for one in self._running if one.returncode is None]
        if self._failures >= _MOST_FAILURES:
            if not alive:
                raise WorkersFailed(
                    f"the last {_MOST_FAILURES} workers ended with an error",
                    hint="it stands above; or run one to see it: paperlark fleet worker",
                )
            self._running = alive
            return
        _log.warning("%d workers are gone, starting as many", len(ended))
        self._running = [*alive, *(self._begin() for _ in ended)]

    def stop(self) -> None:
        """Let each finish its shard or give it back, and wait until all have ended."""
        alive = [one for one in self._running if one.poll() is None]
        for one in alive:
            one.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + _ENDING
        for one in alive:
            try:
                one.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                # Its lease runs out, and another worker takes the shard over.
                one.kill()
                one.wait()

    def _begin(self) -> subprocess.Popen[bytes]:
        self._started = time.monotonic()
        command = [*self.program, *self.arguments]
        # In a group of its own: Ctrl-C reaches this process, which tells the workers.
        begun = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)  # noqa: S603
        if sys.platform != "win32":
            os.setpriority(os.PRIO_PROCESS, begun.pid, _NICENESS)
        return begun
