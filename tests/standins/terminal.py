"""A reader at a terminal: waits for a question, types an answer, sees what a reader sees."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_LAUNCH = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Makes the terminal the program's own, so that Ctrl-C reaches it, and becomes the program."""


class Terminal:
    """A program with a terminal of its own; `seen` is all that it has shown."""

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> None:
        self.seen = ""
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
        while (found := self.seen.find(text, self._read_to)) < 0:
            if not self._read():
                raise AssertionError(f"it ended before it said {text!r}:\n{self.seen}")
        self._read_to = found + len(text)

    def finish(self) -> int:
        """Read to the end, and give the exit code."""
        while self._read():
            pass
        os.close(self._end)
        return self._program.wait()

    def _read(self) -> bool:
        try:
            content = os.read(self._end, 65536)
        except OSError:  # Linux says so where the other end is closed
            content = b""
        self.seen += _CODES.sub("", content.decode("utf-8", "replace")).replace("\r\n", "\n")
        return bool(content)
