"""The terminal: errors, progress bars, and signals that wait for paid answers."""

from __future__ import annotations

import os
import signal
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from types import FrameType
from typing import IO, TYPE_CHECKING, Any, BinaryIO, TextIO

import click

from paperlark.domain.redaction import redacted

if TYPE_CHECKING:
    from paperlark.domain.spending import Spend
    from paperlark.ports import Advance, Progress


class RedactingStream:
    """A stream of text, or of bytes, that passes on what is written without known secrets.

    `needed` tells whether an error of writing is raised. Standard error is not needed: where its
    disk is full, or its reader gone, there shall still be a page.
    """

    def __init__(self, stream: TextIO | BinaryIO, *, needed: bool = True) -> None:
        self._stream = stream
        self._needed = needed

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the stream has
        return getattr(self._stream, name)

    @property
    def buffer(self) -> RedactingStream:
        """The stream of bytes below a stream of text."""
        below: BinaryIO = self._stream.buffer  # type: ignore[union-attr]  # none: no attribute
        return RedactingStream(below, needed=self._needed)

    def write(self, text: Any) -> int:  # noqa: ANN401  # text or bytes, as the stream takes them
        """Write text, or bytes."""
        with self._forgiven():
            self._stream.write(redacted(text))
        return len(text)

    def flush(self) -> None:
        """Write what is still in memory."""
        with self._forgiven():
            self._stream.flush()

    def _forgiven(self) -> AbstractContextManager[None]:
        return nullcontext() if self._needed else suppress(OSError)

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
            setattr(sys, name, RedactingStream(stream, needed=name != "stderr"))


def tell_error(message: str, file: IO[str] | None = None) -> None:
    """Print an error, a line for each problem, without the control characters it may contain."""
    for line in message.splitlines():
        printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
        click.echo(f"{click.style('error:', fg='red')} {printable}", file=file, err=True)


def give_up(message: str) -> None:
    """Print an error and end the process, whatever its other threads are at."""
    tell_error(message)
    os._exit(1)


_PATIENCE = 9.0
"""Seconds that a run waits for answers when the system ends it, which waits about 10."""
_SIGNALED = 128
"""Added to a signal's number: the exit code that shells give to what it ended."""


@contextmanager
def wait_for_paid_answers(stop: Callable[[], int]) -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and SIGHUP call `stop`, which returns how many answers are to come.

    They are stored when they arrive, and then the run ends with the signal's exit code: after
    SIGTERM and SIGHUP within 10 seconds, whatever is still to come. A second Ctrl-C ends it at
    once; so does the first signal where no answer is to come.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    told = _Told(stop)
    before = {number: signal.getsignal(number) for number in _endings()}
    # Started now: a handler that starts a thread may hang while the program starts one, too.
    threading.Thread(target=told.leave_late, daemon=True).start()
    for number in before:
        signal.signal(number, told)
    try:
        yield
    except BaseException as error:
        if told.by is None:
            raise
        raise SystemExit(_SIGNALED + told.by) from error
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        told.over()
    if told.by is not None:
        raise SystemExit(_SIGNALED + told.by)


def _endings() -> Iterator[int]:
    """Yield the signals that end a run; `nohup` has the one of a closed terminal ignored."""
    yield signal.SIGINT
    yield signal.SIGTERM
    hangup = getattr(signal, "SIGHUP", None)  # Windows has none
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        yield hangup


class _Told:
    """The handler of signals that end a run; `by` is the first of them."""

    def __init__(self, stop: Callable[[], int]) -> None:
        self._stop = stop
        self.by: int | None = None
        self._is_bounded = False
        self._bounded_or_over = threading.Event()

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        first, self.by = self.by is None, number if self.by is None else self.by
        if number != signal.SIGINT:
            self._bound(number)
        elif not first:
            # Threads that wait for a server would keep the process alive; what was paid is stored.
            os._exit(_SIGNALED + number)
        if not first:
            return
        waiting = self._stop()
        if not waiting:
            raise KeyboardInterrupt
        answers = "1 answer" if waiting == 1 else f"{waiting} answers"
        ctrl_c = number == signal.SIGINT
        how = "press Ctrl-C again to quit" if ctrl_c else f"{_PATIENCE:.0f} s at most"
        # The terminal may be gone, or in the middle of another line.
        with suppress(OSError, RuntimeError):
            click.echo(f"waiting for {answers} already paid for; {how}", err=True)

    def _bound(self, number: int) -> None:
        """Let the run end soon, whatever it does; a closed terminal takes no more text."""
        if number != signal.SIGTERM:
            with suppress(OSError):
                nowhere = os.open(os.devnull, os.O_RDWR)
                for stream in (1, 2):
                    if stat.S_ISCHR(os.fstat(stream).st_mode):
                        os.dup2(nowhere, stream)
        if not self._is_bounded:
            self._is_bounded = True
            self._bounded_or_over.set()

    def leave_late(self) -> None:
        """Wait for a signal that bounds the run, and end the process a while after it."""
        self._bounded_or_over.wait()
        if self._is_bounded:
            time.sleep(_PATIENCE)
            os._exit(_SIGNALED + (self.by or signal.SIGTERM))

    def over(self) -> None:
        """End the waiting; a run that a signal has bounded still ends within that bound."""
        self._bounded_or_over.set()


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
