"""Databases of either engine for a test, and questions to what a reader's run stored in them.

A run in a process of its own knows its database by the profile alone, which has to name it.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paperlark.domain.database_place import DatabasePlace, DatabaseServer
from paperlark.settings import load_settings
from paperlark.store.connection import connect_again
from paperlark.store.database import exists
from standins.postgresql import Server

FILE = "paperlark.db"


@dataclass(slots=True)
class Engine:
    """SQLite, or PostgreSQL where there is a `server`."""

    server: Server | None = None
    _addresses: list[str] = field(default_factory=list)

    def database(self) -> str:
        """Return an empty database, as a profile names it: a file beside it, or an address."""
        if self.server is None:
            return FILE
        self._addresses.append(self.server.database())
        return self._addresses[-1]

    def place(self, file: Path) -> DatabasePlace:
        """Return an empty database, as settings have it: that file, or one with files beside it."""
        return DatabaseServer(self.database(), file) if self.server else file

    def name_in(self, profile: Path) -> None:
        """Name an empty database in a profile that names none."""
        profile.write_text(f"{named(self.database())}{profile.read_text()}")

    def fewer(self, whole: int, some: int) -> int:
        """Return how much of a long test is run: on a server `some` of it."""
        return whole if self.server is None else some

    def dump(self) -> str:
        """Return all that is in its databases; nothing of files."""
        return "".join(self.server.dump(one) for one in self._addresses) if self.server else ""

    def drop(self) -> None:
        """Delete all its databases; files go with their folders."""
        while self.server and self._addresses:
            self.server.drop(self._addresses.pop())


def named(database: str) -> str:
    """Return the line of a profile that names its database."""
    return f"database = {json.dumps(database)}\n"


def place_of(profile: Path) -> DatabasePlace:
    """Return where the database of a profile is."""
    return load_settings(profile).database


def rows(database: DatabasePlace, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Ask a database; nothing where a run was ended before there was a table."""
    if not exists(database):
        return []
    with closing(connect_again(database)) as connection:
        try:
            return connection.execute(sql, values).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            return []
