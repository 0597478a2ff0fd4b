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
def answers_are_waited_for(stop: Callable[[], int]) -> Iterator[None]:
    """Let a first Ctrl-C call `stop`, which gives how many answers are under way.

    They come in and are stored, and then the run ends. A second Ctrl-C ends it at once; so does
    the first where nothing is under way.
    """
    asked = False

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            # Threads that wait for a server would keep the process; what was paid is stored.
            os._exit(INTERRUPTED)
        asked = True
        waiting = stop()
        if not waiting:
            raise KeyboardInterrupt
        answers = "1 answer" if waiting == 1 else f"{waiting} answers"
        click.echo(f"waiting for {answers} being paid for; Ctrl-C again leaves at once", err=True)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
