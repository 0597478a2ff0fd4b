from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from paperlark.domain.errors import WorkersFailed
from paperlark.fleet.processes import WorkerProcesses

pytestmark = pytest.mark.timeout(60)


@contextmanager
def _running(program: str, count: int = 2) -> Iterator[WorkerProcesses]:
    workers = WorkerProcesses(("-c", program), count, program=(sys.executable,))
    workers.start()
    try:
        yield workers
    finally:
        workers.stop()


def _numbers(workers: WorkerProcesses) -> set[int]:
    return {one.pid for one in workers._running if one.poll() is None}


def _keep_going(workers: WorkerProcesses, until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not until() and time.monotonic() < deadline:
        workers.keep_going()
        time.sleep(0.05)


def test_a_worker_that_was_killed_is_started_again_and_the_others_stay() -> None:
    with _running("import time; time.sleep(60)") as workers:
        killed, stays = workers._running
        killed.send_signal(signal.SIGKILL)
        killed.wait(10)
        _keep_going(workers, lambda: len(_numbers(workers)) == 2)
        assert len(_numbers(workers)) == 2
        assert stays.pid in _numbers(workers)
        assert killed.pid not in _numbers(workers)


def test_workers_give_way_to_an_app_on_the_same_machine() -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    with _running("import time; time.sleep(60)") as workers:
        assert all(os.getpriority(os.PRIO_PROCESS, one) > own for one in _numbers(workers))


def test_workers_that_end_with_an_error_again_and_again_are_given_up() -> None:
    with (
        _running("raise SystemExit(1)", count=1) as workers,
        pytest.raises(WorkersFailed, match="ended with an error"),
    ):
        _keep_going(workers, lambda: False)


def test_kills_do_not_count_as_errors_of_workers() -> None:
    """As many as the system ends for their memory are started again, for as long as it takes."""
    with _running("import os; os.kill(os.getpid(), 9)", count=1) as workers:
        started: set[int] = set()

        def are_five() -> bool:
            started.update(one.pid for one in workers._running)
            return len(started) == 5

        _keep_going(workers, are_five)
        assert len(started) == 5


def test_workers_that_are_told_to_stop_have_ended() -> None:
    with _running("import time; time.sleep(60)") as workers:
        pass
    assert _numbers(workers) == set()
    assert {one.returncode for one in workers._running} == {-signal.SIGTERM}
