"""The web app as a reader has it: `paperlark read` in a process of its own, over the sample."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import paperlark
from paperlark import OpenedProfile, RunOptions
from paperlark.settings.environment import Environment


@dataclass
class App:
    """A home with a profile, and the app that runs for it; it can be killed and started again."""

    home: Path
    feeds: Path
    address: str = ""
    _process: subprocess.Popen[str] | None = None
    _variables: dict[str, str] = field(default_factory=dict)

    @property
    def profile(self) -> OpenedProfile:
        """The same profile, for a program beside the app."""
        environment = Environment(variables={"XDG_CONFIG_HOME": str(self.home)})
        options = RunOptions(feeds=self.feeds)
        return paperlark.open_profile(self.home, options=options, environment=environment)

    @property
    def origin(self) -> str:
        """The app's address without the token."""
        return self.address.partition("/?")[0]

    @property
    def pid(self) -> int:
        """The process of the app."""
        assert self._process is not None
        return self._process.pid

    def start(self, port: int = 0) -> None:
        """Start the app on a port, any by default, and wait for its address."""
        command = [sys.executable, "-m", "paperlark", "read", "--no-open", f"--port={port}"]
        self._process = subprocess.Popen(  # noqa: S603
            [*command, f"--feeds={self.feeds}"],
            cwd=self.home,
            env={**os.environ, **self._variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()

    def end(self, number: int = signal.SIGTERM) -> int:
        """End the app with a signal, and return its exit code."""
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.send_signal(number)
        code = self._process.wait(timeout=30)
        self._process.stdout.close()
        self._process = None
        return code

    def kill_and_restart(self) -> None:
        """Kill the app, and start it again on the same port."""
        port = int(self.origin.rpartition(":")[2])
        self.end(signal.SIGKILL)
        self.start(port)


@contextmanager
def first_app(home: Path) -> Iterator[App]:
    """Run the app over the bundled feeds where there is no profile yet."""
    feeds = home / "feeds"
    shutil.copytree(str(files("paperlark") / "sample" / "feeds"), feeds)
    found = App(home / "paperlark", feeds)
    found.home.mkdir()
    found._variables = {f"XDG_{name}_HOME": str(home) for name in ("CACHE", "CONFIG", "DATA")}
    with _running(found):
        yield found


@contextmanager
def app(home: Path, *, made: bool = True) -> Iterator[App]:
    """Run the app over the bundled sample; its pages are `made` before, or it makes the latest."""
    sample = files("paperlark") / "sample"
    shutil.copytree(str(sample), home, dirs_exist_ok=True)
    found = App(home, home / "feeds")
    found._variables = {f"XDG_{name}_HOME": str(home) for name in ("CACHE", "CONFIG", "DATA")}
    if made:
        for day in found.profile.announcement_days():
            found.profile.make_page(day)
    with _running(found):
        yield found


@contextmanager
def _running(found: App) -> Iterator[None]:
    found.start()
    try:
        yield
    finally:
        if found._process is not None:
            found.end(signal.SIGKILL)
