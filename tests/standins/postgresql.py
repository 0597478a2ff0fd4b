"""A real PostgreSQL server in a folder of its own, on a Unix socket, for one test process."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import quote

from paperlark.store.connection import DatabaseConnection

OpenEngine = Callable[[str], AbstractContextManager[DatabaseConnection]]
"""Opens an empty database of an engine: `sqlite` or `postgresql`."""

ENGINES = ("sqlite", "postgresql")

_USER = "postgres"
"""Debian's: a server does not run as root."""


def server_programs() -> Path | None:
    """Return the folder of the server's programs, the newest there is; None without."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    beside = shutil.which("initdb")
    found = debian[-1] if debian else Path(beside).resolve() if beside else None
    return found.parent if found else None


@dataclass
class Server:
    """A running server; each database of it is empty at first."""

    programs: Path
    folder: Path
    settings: tuple[str, ...] = ("fsync=off",)
    """Of the server, for those who want it to be as it would be elsewhere."""
    _names: Iterator[int] = field(default_factory=count)

    def database(self, *, encoding: str = "UTF8") -> str:
        """Create a database and return its address."""
        name = f"papers{next(self._names)}"
        self.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 LOCALE 'C'")
        return self.address(name)

    @property
    def process(self) -> int:
        """The number of its first process, which started all others."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def drop(self, address: str) -> None:
        """Delete a database, whoever is connected to it."""
        name = address.partition("?")[0].rpartition("/")[2]
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def dump(self, address: str) -> str:
        """Return a database as the statements that would make it again."""
        command = (str(self.programs / "pg_dump"), address)
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603

    def address(self, name: str, user: str = _USER) -> str:
        """Return the address of a database."""
        return f"postgresql://{user}@/{name}?host={quote(str(self.folder), safe='')}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        wanted = (
            *("listen_addresses=''", f"unix_socket_directories='{self.folder}'"),
            *self.settings,
        )
        options = " ".join(f"-c {one}" for one in wanted)
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    def stop(self, how: str = "fast") -> None:
        """Stop it: `fast` ends its sessions, `immediate` is as if the machine had died."""
        self._run("pg_ctl", "-D", "data", "-w", "-m", how, "stop")

    def execute(self, statement: str) -> None:
        """Run a statement about databases and what they are kept on."""
        import psycopg  # noqa: PLC0415  # of an extra: without it there is no test of a server

        with psycopg.connect(self.address("template1"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _run(self, program: str, *arguments: str) -> None:
        as_somebody = ("runuser", "-u", _USER, "--") if os.geteuid() == 0 else ()
        subprocess.run(  # noqa: S603
            (*as_somebody, str(self.programs / program), *arguments),
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=60,
        )


@contextmanager
def running(programs: Path) -> Iterator[Server]:
    """Make a server, run it, and delete it; the path of a socket has to be short."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, pwd.getpwnam(_USER).pw_uid)
        server = Server(programs, Path(folder))
        server._run("initdb", "-D", "data", "-A", "trust", "-U", _USER, "--no-sync", "-E", "UTF8")
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
