"""A reader at a terminal: waits for a question, types an answer, sees what a reader sees.

A reader who waits in vain for a minute gives up, and tells what was last on the screen.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_LAUNCH = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Makes the terminal the program's own, so that Ctrl-C reaches it, and becomes the program.

Tests that a shell runs in the background inherit that Ctrl-C is ignored.
"""
PATIENCE = 60.0
_SCREEN = 2000
"""Characters at the end of all that was shown: about a screen of them."""


class Terminal:
    """A program with a terminal of its own; `seen` is all that it has shown.

    `patience` is how many seconds it may take until what is waited for stands there.
    """

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> None:
        self.seen = ""
        self.patience = PATIENCE
        self._read_to = 0
        self._end, other = os.openpty()
        self._program = subprocess.Popen(  # noqa: S603  # the test's own command
            [sys.executable, "-c", _LAUNCH, *command],
            stdin=other,
            stdout=other,
            stderr=other,
            cwd=folder,
            env=dict(environment),
            start_new_session=True,
        )
        os.close(other)

    def answer(self, question: str, text: str) -> None:
        """Wait until the question stands there, and type; the end of the line is typed too."""
        self.press(question, f"{text}\n")

    def press(self, question: str, keys: str) -> None:
        """Wait until the question stands there, and press keys; character 3 is Ctrl-C."""
        self.wait_for(question)
        os.write(self._end, keys.encode())

    def wait_for(self, text: str) -> None:
        """Read on until the text was shown, after what was waited for before."""
        until = time.monotonic() + self.patience
        while (found := self.seen.find(text, self._read_to)) < 0:
            if not self._read(until, repr(text)):
                raise AssertionError(f"it ended before it said {text!r}:\n{self.seen}")
        self._read_to = found + len(text)

    def finish(self) -> int:
        """Read to the end, and give the exit code."""
        until = time.monotonic() + self.patience
        while self._read(until, "its end"):
            pass
        os.close(self._end)
        return self._program.wait(self.patience)

    def _read(self, until: float, wanted: str) -> bool:
        left = max(0.0, until - time.monotonic())
        if not select.select([self._end], [], [], left)[0]:
            self._program.kill()
            self._program.wait()
            os.close(self._end)
            raise AssertionError(
                f"waited {self.patience:g} s in vain for {wanted}; on the screen stood:\n"
                f"{self.seen[-_SCREEN:]}"
            )
        try:
            content = os.read(self._end, 65536)
        except OSError:  # Linux says so where the other end is closed
            content = b""
        self.seen += _CODES.sub("", content.decode("utf-8", "replace")).replace("\r\n", "\n")
        return bool(content)
