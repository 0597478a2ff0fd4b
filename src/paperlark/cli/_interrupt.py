"""Ctrl-C while a model is asked: no answer that is being paid for is thrown away."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click

INTERRUPTED = 130
"""The exit code of a process that a second Ctrl-C ended, as a shell gives it."""


@contextmanager
def wait_for_paid_answers(stop: Callable[[], int]) -> Iterator[None]:
    """Let a first Ctrl-C call `stop`, which returns how many answers are still to come.

    They are stored when they arrive, and then the run ends. A second Ctrl-C ends it at once; so
    does the first where no answer is to come.
    """
    interrupted = False

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal interrupted
        if interrupted:
            # Threads that wait for a server would keep the process alive; what was paid is stored.
            os._exit(INTERRUPTED)
        interrupted = True
        waiting = stop()
        if not waiting:
            raise KeyboardInterrupt
        answers = "1 answer" if waiting == 1 else f"{waiting} answers"
        click.echo(f"waiting for {answers} already paid for; press Ctrl-C again to quit", err=True)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
