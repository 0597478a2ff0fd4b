"""Where a database is: an SQLite file, or a PostgreSQL server. Pure.

A few things are kept in files whichever it is: votes once more, locks, and the key of signed links.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class DatabaseServer:
    """A database on a PostgreSQL server, and the path that the names of its files begin with.

    The address has no password: that is in PGPASSWORD or in ~/.pgpass, as for any program.
    """

    address: str
    files: Path

    def __str__(self) -> str:
        return self.address


DatabasePlace = Path | DatabaseServer


def is_server(text: str) -> bool:
    """Return whether a text is the address of a PostgreSQL server, and no file's name."""
    return text.startswith(("postgresql://", "postgres://"))


def has_password(address: str) -> bool:
    """Return whether the address of a server has a password, which is not for a profile."""
    try:
        parts = urlsplit(address)
        return parts.password is not None or "password" in parse_qs(parts.query)
    except ValueError:
        return True  # not to be read: nobody knows what is in it


def file_beside(database: DatabasePlace, ending: str) -> Path:
    """Return the path of a file that goes with a database: its name, and an ending."""
    path = database.files if isinstance(database, DatabaseServer) else database
    return path.with_name(f"{path.name}{ending}")


def folder_of(database: DatabasePlace) -> Path:
    """Return the folder of the files that go with a database."""
    return file_beside(database, "").parent
