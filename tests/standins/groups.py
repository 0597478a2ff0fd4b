"""Several readers over the bundled sample: the app of their profiles, and that of their group."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import paperlark
from paperlark import OpenedProfile, RunOptions
from paperlark.settings.environment import Environment
from paperlark.web.server import listening

DAY = date(2025, 3, 25)
NAMES = ("ada", "emmy", "sophie")


@dataclass
class Served:
    """Profiles in folders of a home, and the app that runs for them in a process of its own."""

    home: Path
    names: tuple[str, ...]
    log: Path
    address: str = ""
    drain: float = 0
    _process: subprocess.Popen[str] | None = None
    _variables: dict[str, str] = field(default_factory=dict)

    @property
    def feeds(self) -> Path:
        """The recorded feeds."""
        return self.home / self.names[0] / "feeds"

    @property
    def origin(self) -> str:
        """The app's address without a token."""
        return self.address.partition("/?")[0].rstrip("/")

    def profile(self, name: str) -> OpenedProfile:
        """Return a reader's profile, for a program beside the app."""
        environment = Environment(variables={"XDG_CONFIG_HOME": str(self.home)})
        return paperlark.open_profile(
            self.home / name, options=RunOptions(feeds=self.feeds), environment=environment
        )

    def start(self, arguments: Sequence[str]) -> None:
        """Start `paperlark read` with these arguments, and wait for its address."""
        command = [sys.executable, "-m", "paperlark", "read", "--no-open", f"--feeds={self.feeds}"]
        with self.log.open("a") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [*command, *arguments],
                cwd=self.home,
                env={**os.environ, **self._variables},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()
        assert self.address, self.log.read_text()

    def end(self, number: int = signal.SIGTERM) -> int:
        """End the app with a signal, and return its exit code."""
        self.send(number)
        return self.ended()

    def send(self, number: int) -> None:
        """Send the app a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def ended(self) -> int:
        """Wait until the app ends, and return its exit code."""
        assert self._process is not None
        assert self._process.stdout is not None
        code = self._process.wait(timeout=30)
        self._process.stdout.close()
        self._process = None
        return code


def profiles_in(home: Path, names: Sequence[str] = NAMES) -> Served:
    """Write profiles over the sample, each in its folder with its database and a page."""
    for name in names:
        shutil.copytree(str(files("paperlark") / "sample"), home / name)
        profile = home / name / "paperlark.toml"
        named = f'id = "{name}"\nname = "The page of {name}"'
        text = profile.read_text().replace('name = "Efficient LLM inference"', named)
        profile.write_text(text)
    found = Served(home, tuple(names), home / "log.txt")
    found._variables = {f"XDG_{name}_HOME": str(home) for name in ("CACHE", "CONFIG", "DATA")}
    for name in names:
        found.profile(name).make_page(DAY)
    return found


@contextmanager
def running(found: Served, arguments: Sequence[str]) -> Iterator[Served]:
    """Run the app with these arguments until the end of the block."""
    served = replace(found)  # two apps may run for the same readers
    served.start(arguments)
    try:
        yield served
    finally:
        if served._process is not None:
            served.end(signal.SIGKILL)


@contextmanager
def side_by_side(home: Path, names: Sequence[str] = NAMES[:2]) -> Iterator[Served]:
    """Run the app of several profiles of one person."""
    found = profiles_in(home, names)
    with running(found, [*names, "--port=0"]) as served:
        yield served


def free_port() -> int:
    """Return a port that nobody listens on at the moment."""
    with listening(0) as listener:
        return int(listener.getsockname()[1])


def group_file(
    found: Served, sign_in: str, more: str = "", members: Mapping[str, str] = {}
) -> Path:
    """Write the file of a group at a free port; `members` has lines that not everybody has."""
    port = free_port()
    tables = (
        f'[members.{name}]\nname = "{name.title()}"\nprofile = "{name}"\n{members.get(name, "")}\n'
        for name in found.names
    )
    path = found.home / "group.toml"
    path.write_text(
        f'name = "The reading group"\naddress = "http://127.0.0.1:{port}"\n{more}\n'
        f"[sign_in]\n{sign_in}\n" + "\n".join(tables)
    )
    return path


@contextmanager
def group(found: Served, sign_in: str, more: str = "", **members: str) -> Iterator[Served]:
    """Run the app of a group of all profiles, who sign in in this way."""
    path = group_file(found, sign_in, more, members)
    port = path.read_text().partition("127.0.0.1:")[2].partition('"')[0]
    with running(found, [f"--group={path}", f"--port={port}", f"--drain={found.drain}"]) as served:
        yield served
