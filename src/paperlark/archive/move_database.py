"""Move an archive to another database: from a file to a PostgreSQL server, and back.

Rows are copied in the order of their keys, a page in each transaction, so that a move that was
ended goes on behind the last row that arrived. In the end each table is compared, all of it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from paperlark.domain.database_place import DatabasePlace, DatabaseServer, file_beside
from paperlark.domain.errors import StoreError
from paperlark.domain.redaction import public_address
from paperlark.ports import Advance, Progress
from paperlark.renderers import typeset
from paperlark.settings import Settings
from paperlark.settings.field_types import check_database
from paperlark.settings.load import database_place
from paperlark.settings.profile_edit import ProfileEdit, Values, edit_profile, with_value
from paperlark.store.connection import DatabaseConnection, instant, store_errors, transaction
from paperlark.store.database import exists, open_database
from paperlark.store.link_key import link_key_path
from paperlark.store.lock import run_lock
from paperlark.store.search_index import FullTextIndex
from paperlark.store.tables import Table, TableStore, tables
from paperlark.store.vote_log import log_path

_GO_ON = "then run the same command again: it goes on where it was"


@dataclass(frozen=True, slots=True)
class MoveResult:
    """A move that has ended: how many tables and rows are the same in both databases.

    `line` names the new database in a profile, and `switched` is whether it was written there.
    """

    tables: int
    rows: int
    line: str
    switched: bool


def move_database(
    settings: Settings,
    to: str,
    progress: Progress,
    now: Callable[[], datetime],
    *,
    switch: bool = False,
    patience: float = 0.0,
    tell: Callable[[str], object] = lambda _: None,
) -> MoveResult:
    """Copy all rows of the profile's database into another one, and compare them.

    `to` is what a profile's `database` says: a path, relative to the profile's folder, or an
    address. With `switch` the profile then says so. Nobody writes to either database meanwhile.
    Raises StoreError, also where the other one has rows of its own; ProfileError.
    """
    source, target = settings.database, _target_of(settings, to)
    _check_places(source, target)
    with ExitStack() as opened:
        for place in (source, target):
            opened.enter_context(run_lock(place, patience=patience, tell=tell))
        stored = opened.enter_context(open_database(source))
        filled = opened.enter_context(open_database(target))
        move = _Move(TableStore(stored, source), TableStore(filled, target), progress)
        note = _MoveNote(filled, target, _name(source))
        rows = _move(move, note, now)
        _copy_files(source, target)
        _index(filled, target, progress)
    if switch:
        _switch(settings.file, to)
    return MoveResult(len(tables()), rows, f'database = "{to}"', switch)


def _target_of(settings: Settings, to: str) -> DatabasePlace:
    try:
        check_database(to)
    except ValueError as error:
        raise StoreError(f"{error}", hint="name a file, or postgresql://user@host/name") from error
    home = settings.file.parent.absolute() if settings.file else Path.cwd()
    return database_place(home, to)


def _check_places(source: DatabasePlace, target: DatabasePlace) -> None:
    if not exists(source):
        raise StoreError(f"there is no database at {source}", hint="make a page: paperlark today")
    paths = isinstance(source, Path) and isinstance(target, Path)
    if source == target or (paths and Path(str(source)).resolve() == Path(str(target)).resolve()):
        raise StoreError(
            f"the profile's database is {_name(source)} already", hint="name another one with --to"
        )


def _name(place: DatabasePlace) -> str:
    """Return how a database is called in the note of a move: it has no password."""
    return public_address(place.address) if isinstance(place, DatabaseServer) else str(place)


@dataclass(frozen=True, slots=True)
class _Move:
    """Two open databases, and whom to tell how far it is."""

    source: TableStore
    target: TableStore
    progress: Progress

    def copy(self) -> None:
        """Copy the rows that the target does not have yet; raises StoreError."""
        with self.progress.step("rows copied", self._rows()) as advance:
            for table in tables():
                last = self.target.last_key(table)
                if last is not None:
                    advance(self.target.count(table))
                for rows in self.source.pages(table, last):
                    self.target.insert(table, rows)
                    advance(len(rows))

    def differing(self) -> list[str]:
        """Return the tables that are not the same in both."""
        with self.progress.step("rows compared", 2 * self._rows()) as advance:
            return [table.name for table in tables() if not self._is_same(table, advance)]

    def _is_same(self, table: Table, advance: Advance) -> bool:
        digests = {store.digest(table, advance) for store in (self.source, self.target)}
        return len(digests) == 1

    def _rows(self) -> int:
        return sum(self.source.count(table) for table in tables())


@dataclass(frozen=True, slots=True)
class _MoveNote:
    """The note, in the target, of the move that fills it."""

    connection: DatabaseConnection
    database: DatabasePlace
    source: str

    def state(self) -> tuple[bool, bool]:
        """Return whether a move from this source has begun, and whether it has ended."""
        with store_errors(self.database):
            row = self.connection.execute(
                "SELECT ended FROM moves WHERE source = ?", (self.source,)
            ).fetchone()
        return row is not None, row is not None and row[0] is not None

    def begin(self, at: datetime) -> None:
        """Note that it begins."""
        with store_errors(self.database), transaction(self.connection):
            self.connection.execute(
                "INSERT INTO moves (source, began) VALUES (?, ?)", (self.source, instant(at))
            )

    def end(self, at: datetime) -> None:
        """Note that both have the same rows."""
        with store_errors(self.database), transaction(self.connection):
            self.connection.execute(
                "UPDATE moves SET ended = ? WHERE source = ?", (instant(at), self.source)
            )


def _move(move: _Move, note: _MoveNote, now: Callable[[], datetime]) -> int:
    """Copy and compare, and return how many rows there are; raises StoreError."""
    has_begun, has_ended = note.state()
    if not has_begun:
        full = [table.name for table in tables() if move.target.count(table)]
        if full:
            raise StoreError(
                f"{_name(note.database)} has rows of its own ({', '.join(full[:3])})",
                hint="name an empty database, or one that does not exist yet",
            )
        note.begin(now())
    try:
        with move.source.frozen():
            if not has_ended:
                move.copy()
            if differing := move.differing():
                raise _changed(note, differing)
            rows = sum(move.source.count(table) for table in tables())
        if not has_ended:
            move.target.settle()
            note.end(now())
    except _Differs:
        raise
    except StoreError as error:
        hint = f"{error.hint}, {_GO_ON}" if error.hint else f"when it can be used again, {_GO_ON}"
        raise type(error)(error.problem, hint=hint) from error
    return rows


class _Differs(StoreError):
    """Both have rows that the other has not: to go on would mix them."""


def _changed(note: _MoveNote, tables: list[str]) -> _Differs:
    return _Differs(
        f"{_name(note.database)} does not have the same rows as {note.source}"
        f" ({', '.join(tables)}): one of them was written since the move began",
        hint="empty the new one (dropdb and createdb, or delete the file), then move again",
    )


def _copy_files(source: DatabasePlace, target: DatabasePlace) -> None:
    """Copy what is kept beside a database: the log of votes, and the key of links that were sent.

    The log of an earlier move back and forth has votes already: those that it lacks are added.
    """
    key, log = link_key_path(source), log_path(source)
    try:
        if key.exists():
            shutil.copy(key, link_key_path(target))
        if log.exists():
            _add_lines(log, log_path(target))
    except OSError as error:
        raise StoreError(
            f"the files beside {file_beside(target, '')} cannot be written ({error.strerror})",
            hint=f"check that the folder is writable and that the disk is not full, {_GO_ON}",
        ) from error


def _add_lines(log: Path, other: Path) -> None:
    there = set(other.read_bytes().splitlines()) if other.exists() else set()
    new = [line for line in log.read_bytes().splitlines() if line not in there]
    if not other.exists():
        shutil.copy(log, other)
    elif new:
        with other.open("ab") as file:
            file.write(b"".join(line + b"\n" for line in new))


def _index(connection: DatabaseConnection, database: DatabasePlace, progress: Progress) -> None:
    """Make the search index anew."""
    index = FullTextIndex(connection, database, typeset.plain)
    with progress.step("papers indexed for search", index.waiting()) as advance:
        index.catch_up(advance)


def _switch(profile: Path | None, to: str) -> None:
    if profile is None:
        raise StoreError("the profile is no file", hint="name the database where it was opened")

    def change(values: Values) -> Values:
        return {**values, "database": to}

    def edit(text: str) -> str:
        return with_value(text, "", "database", to)

    edit_profile(profile, ProfileEdit(edit, change, "its database"))
