"""The terminal: errors, progress bars, and a first Ctrl-C that waits for paid answers."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import IO, TYPE_CHECKING, Any, BinaryIO, TextIO

import click

from paperlark.domain.redaction import redacted

if TYPE_CHECKING:
    from paperlark.domain.spending import Spend
    from paperlark.ports import Advance, Progress


class RedactingStream:
    """A stream of text, or of bytes, that passes on what is written without known secrets."""

    def __init__(self, stream: TextIO | BinaryIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the stream has
        return getattr(self._stream, name)

    @property
    def buffer(self) -> RedactingStream:
        """The stream of bytes below a stream of text."""
        return RedactingStream(self._stream.buffer)  # type: ignore[union-attr]  # none: no attribute

    def write(self, text: Any) -> int:  # noqa: ANN401  # text or bytes, as the stream takes them
        """Write text, or bytes."""
        self._stream.write(redacted(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several texts."""
        self.write("".join(lines))


@contextmanager
def redacting_streams() -> Iterator[None]:
    """Let no known secret out of standard output and standard error, tracebacks included."""
    before = sys.stdout, sys.stderr
    redact_streams()
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def redact_streams() -> None:
    """Do so until the process ends: a traceback is written last of all."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        # There is none in a windowed program, and one layer is enough.
        if stream is not None and not isinstance(stream, RedactingStream):
            setattr(sys, name, RedactingStream(stream))


def tell_error(message: str, file: IO[str] | None = None) -> None:
    """Print an error, a line for each problem, without the control characters it may contain."""
    for line in message.splitlines():
        printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
        click.echo(f"{click.style('error:', fg='red')} {printable}", file=file, err=True)


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


def progress() -> Progress:
    """Return bars where standard error is a terminal, else lines."""
    return _Bars() if sys.stderr.isatty() else _Lines()


class _Bars:
    """Implements Progress with one bar at a time, removed when its step is done."""

    @contextmanager
    def step(self, name: str, total: int) -> Iterator[Advance]:
        """Show a bar of `total` units, and beside it what they have cost so far."""
        from rich.console import Console  # noqa: PLC0415  # 0.1 s, and only on a terminal
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        from paperlark.domain.spending import total as total_of  # noqa: PLC0415  # likewise
        from paperlark.renderers import costs  # noqa: PLC0415

        columns = (
            TextColumn("{task.description:>14}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[spent]}"),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
            task = bars.add_task(name, total=total, spent="")
            spends: list[Spend] = []

            def advance(units: int = 1, spend: Spend | None = None, /) -> None:
                bars.advance(task, units)
                if spend is not None:
                    spends.append(spend)
                    bars.update(task, spent=costs.so_far(total_of(spends)))

            yield advance


class _Lines:
    """Implements Progress with one line when a step begins."""

    @contextmanager
    def step(self, name: str, total: int) -> Iterator[Advance]:
        """Print the step's name and number of units."""
        click.echo(f"{name} ({total})", err=True)

        def advance(_units: int = 1, _spend: Spend | None = None, /) -> None:
            return

        yield advance
