"""PostgreSQL behind the same stores: open and migrate a database; its errors as ours.

Needs the extra `postgres` (psycopg 3).
"""

from __future__ import annotations

import hashlib
import logging
import math
import re
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from paperlark.domain.errors import StoreError, StoreUnavailable
from paperlark.domain.extras import install_command
from paperlark.domain.redaction import KNOWN, public_address, redacted
from paperlark.store import compact_days
from paperlark.store.connection import DatabaseConnection, DatabaseCursor, transaction

if TYPE_CHECKING:
    import psycopg
    from psycopg_pool import ConnectionPool

_log = logging.getLogger(__name__)
_MOST_KEPT = 30
"""Of one process: PostgreSQL lets in 100, and there are workers as well."""
_PATIENCE = 2.0
"""Seconds to wait for one of them."""
_STAYS_CURRENT = 1.0
"""Seconds for which the tables that were found to be of this version are not looked at again."""

_CONNECTING = 10
"""Seconds."""
_SETTINGS = (
    # A statement and a wait for somebody else's lock end, as everything here does.
    "SET statement_timeout = '300s'",
    "SET lock_timeout = '30s'",
    "SET idle_in_transaction_session_timeout = '300s'",
    "SET client_min_messages = warning",
)
_SHARED_ROWS = 0x7061706572
"""The advisory lock of who writes what all readers share; see `advisory_key` for that of one."""
_MIGRATION = re.compile(r"(\d{4})_\w+\.sql")
_TOKEN = re.compile(r"'(?:[^']|'')*'|::|:([a-z_][a-z_0-9]*)|\?|%")
"""What a statement may hold that is written in another way for psycopg."""


@contextmanager
def open_server(address: str) -> Iterator[DatabaseConnection]:
    """Open the database at `postgresql://user@host/name`, migrate it, and close it.

    Raises StoreError where psycopg is not installed, the server cannot be reached, the database is
    not UTF-8, may not be written, or was written by a later paperlark.
    """
    with _open(address) as connection:
        kept = _KEPT.get(address)
        if kept is None:
            _migrate(connection, public_address(address))
        elif time.monotonic() - kept.current_at > _STAYS_CURRENT:
            _migrate(connection, public_address(address))
            kept.current_at = time.monotonic()
        yield connection


@dataclass(slots=True)
class _Kept:
    """Connections that are kept open, for how many, and when the tables were of this version."""

    pool: ConnectionPool[psycopg.Connection[Any]]
    users: int = 0
    current_at: float = -math.inf


_KEPT: dict[str, _Kept] = {}
"""What this process keeps open, by the address of the database."""
_KEEPING = threading.Lock()
_USED: WeakKeyDictionary[psycopg.Connection[Any], float] = WeakKeyDictionary()
"""When each connection that is kept was used last."""
_SURELY_THERE = 1.0
"""Seconds after its use in which a connection is not asked whether it is there."""


@contextmanager
def connections_kept(address: str) -> Iterator[None]:
    """Keep connections to a database open for this process, until the end of the block.

    To connect takes the server a new process and both sides some milliseconds, and who answers
    requests opens the database several times for each. Raises StoreError without psycopg.
    """
    with _KEEPING:
        kept = _KEPT.get(address) or _Kept(_pool_of(address))
        kept.users += 1
        _KEPT[address] = kept
    try:
        yield
    finally:
        with _KEEPING:
            kept.users -= 1
            if not kept.users:
                del _KEPT[address]
                kept.pool.close()


@contextmanager
def _open(address: str) -> Iterator[DatabaseConnection]:
    """Lend a connection that is kept open, or open one."""
    kept = _KEPT.get(address)
    raw = _lent(kept.pool) if kept else None
    if kept is None or raw is None:
        with closing(connect(address)) as connection:
            yield connection
        return
    try:
        yield _Connection(raw, public_address(address))
    finally:
        _USED[raw] = time.monotonic()
        # What is still in a transaction is undone there.
        kept.pool.putconn(raw)


def connect(address: str, *, writes: bool = True) -> DatabaseConnection:
    """Return a connection to a database as it is; raises StoreError."""
    shown = public_address(address)
    with _errors(shown):
        raw = _psycopg().connect(address, **_options())
    connection = _Connection(raw, shown)
    try:
        _set_up(raw, shown)
        if not writes:
            connection.execute("SET default_transaction_read_only = on")
    except BaseException:
        connection.close()
        raise
    return connection


def _pool_of(address: str) -> ConnectionPool[psycopg.Connection[Any]]:
    psycopg = _psycopg()
    try:
        # Imported here, as psycopg is: with it, only an app has it.
        from psycopg_pool import ConnectionPool  # noqa: PLC0415
    except ImportError as error:
        raise StoreError(
            "an app on PostgreSQL needs the package psycopg_pool, which is not installed",
            hint=f"install it: {install_command('postgres')}",
        ) from error
    return ConnectionPool(
        address,
        connection_class=psycopg.Connection,
        kwargs=_options(),
        min_size=1,
        max_size=_MOST_KEPT,
        timeout=_PATIENCE,
        configure=partial(_set_up, shown=public_address(address)),
        # One that was lost while nobody used it is replaced before anybody gets it.
        check=partial(_check, ConnectionPool.check_connection),
        open=True,
    )


def _check(ask: Callable[[Any], None], raw: psycopg.Connection[Any]) -> None:
    """Ask a connection whether it is still there, but for one that has just been used."""
    if time.monotonic() - _USED.get(raw, -math.inf) > _SURELY_THERE:
        ask(raw)


def _lent(pool: ConnectionPool[psycopg.Connection[Any]]) -> psycopg.Connection[Any] | None:
    """Return a connection that is kept open; None where none is free soon.

    Then a new one says best what is wrong; and who has one and needs another never waits for
    themselves.
    """
    from psycopg_pool import PoolClosed, PoolTimeout  # noqa: PLC0415  # as above

    try:
        return pool.getconn()
    except (PoolTimeout, PoolClosed) as error:
        _log.info("connecting beside those that are kept: %s", error)
        return None


def _options() -> dict[str, Any]:
    return {
        "autocommit": True,
        "connect_timeout": _CONNECTING,
        # Values are quoted here: the server would have to guess the types of `:name IS NULL`.
        "cursor_factory": _psycopg().ClientCursor,
    }


def _set_up(raw: psycopg.Connection[Any], shown: str) -> None:
    with _errors(shown):
        raw.execute("; ".join(_SETTINGS).encode())
    _check_encoding(raw, shown)


def has_tables(address: str) -> bool:
    """Return whether a run has made its tables there; raises StoreError."""
    kept = _KEPT.get(address)
    if kept and time.monotonic() - kept.current_at < _STAYS_CURRENT:
        return True
    with _open(address) as connection:
        return version_of(connection) > 0


def _psycopg() -> Any:  # noqa: ANN401  # the module
    try:
        # Imported here: only who keeps papers on a server has it.
        import psycopg  # noqa: PLC0415
    except ImportError as error:
        raise StoreError(
            "PostgreSQL needs the package psycopg, which is not installed",
            hint=f"install it: {install_command('postgres')}",
        ) from error
    return psycopg


class _Connection:
    """A psycopg connection that takes the statements of stores, and stores no known secret."""

    def __init__(self, raw: psycopg.Connection[Any], shown: str) -> None:
        self._raw = raw
        self._shown = shown

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction has begun."""
        from psycopg.pq import TransactionStatus  # noqa: PLC0415  # as above

        # Of a connection that is lost nobody knows, and the server undoes it.
        gone = {TransactionStatus.IDLE, TransactionStatus.UNKNOWN}
        return self._raw.info.transaction_status not in gone

    def begin(self, readers: Collection[str], *, shared: bool) -> None:
        """Begin a transaction that writes rows of these readers, or `shared` ones, as no other.

        Everybody takes the locks in one order, so that no two wait for each other.
        """
        keys = sorted({advisory_key("rows", reader) for reader in readers})
        keys += [_SHARED_ROWS] if shared else []
        with _errors(self._shown):
            self._raw.execute("BEGIN")
            try:
                self._raw.execute(
                    "SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", (keys,)
                )
            except BaseException:
                if self.in_transaction:
                    self._raw.execute("ROLLBACK")
                raise

    def execute(self, sql: str, values: Any = (), /) -> DatabaseCursor:  # noqa: ANN401  # of any types
        """Run a statement."""
        with _errors(self._shown):
            if not values:
                return self._raw.execute(sql.encode())
            return self._raw.execute(_translated(sql).encode(), _values(values))

    def read_large(self, sql: str, values: Sequence[str | bytes], /) -> DatabaseCursor:
        """Run a question whose rows have large values: hexadecimal digits take five times as long.

        Values are sent apart from the question, which has to show their types.
        """
        cursor = _psycopg().Cursor(self._raw)
        with _errors(self._shown):
            found: DatabaseCursor = cursor.execute(
                _translated(sql).encode(), _values(values), binary=True
            )
            return found

    def executemany(self, sql: str, rows: Iterable[Any], /) -> DatabaseCursor:
        """Run a statement once for each row."""
        with _errors(self._shown):
            cursor = self._raw.cursor()
            cursor.executemany(_translated(sql).encode(), map(_values, rows))
            return cursor

    def insert_rows(
        self,
        table: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        as_they_are: bool = False,
    ) -> None:
        """Insert new rows by COPY: thousands take one round trip, and are not parsed as SQL.

        Those of another database `as_they_are`.
        """
        names = ", ".join(f'"{one}"' for one in columns)
        statement = f"COPY {table} ({names}) FROM STDIN".encode()
        value = _storable if as_they_are else _value
        with _errors(self._shown), self._raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([value(one) for one in row])

    def close(self) -> None:
        """Close it; a transaction that has begun is undone."""
        self._raw.close()


def advisory_key(purpose: str, name: str) -> int:
    """Return the number of an advisory lock, 64 bits; two that are equal by chance only wait."""
    digest = hashlib.blake2b(f"{purpose}:{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


@lru_cache(maxsize=512)
def _translated(sql: str) -> str:
    """Write `?` as `%s` and `:name` as `%(name)s`, outside quotes."""

    def placeholder(found: re.Match[str]) -> str:
        if found[1]:
            return f"%({found[1]})s"
        return "%s" if found[0] == "?" else found[0].replace("%", "%%")

    return _TOKEN.sub(placeholder, sql)


def _values(values: Any) -> Any:  # noqa: ANN401  # as sqlite3 takes them
    if isinstance(values, Mapping):
        return {name: _value(one) for name, one in values.items()}
    return [_value(one) for one in values]


def _value(value: object) -> object:
    stored = _storable(value)
    return redacted(stored) if KNOWN and isinstance(stored, str) else stored


def _storable(value: object) -> object:
    if isinstance(value, str):
        # PostgreSQL holds every character but this one, which no text that people read has.
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return int(value) if isinstance(value, bool) else value


_UNAVAILABLE = ("08", "40", "53", "55P03", "57P", "58")
"""Codes, or how they begin: connections, deadlocks, resources, locks, shutdowns, the system."""


@contextmanager
def _errors(shown: str) -> Iterator[None]:
    """Translate psycopg's errors into ours, with the address, without its password, and a hint."""
    psycopg = _psycopg()
    try:
        yield
    except psycopg.Error as error:
        said = str(error).strip().splitlines()
        # Without a code the connection was lost, or there was none.
        unavailable = (
            error.sqlstate.startswith(_UNAVAILABLE)
            if error.sqlstate
            else isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
        )
        raise (StoreUnavailable if unavailable else StoreError)(
            f"the database {shown} cannot be used ({said[0] if said else type(error).__name__})",
            hint=_hint(psycopg.errors, error),
        ) from error


def _hint(errors: Any, error: Exception) -> str:  # noqa: ANN401  # the module psycopg.errors
    if isinstance(error, errors.InsufficientPrivilege):
        return "let its user create and write tables there: GRANT ALL ON SCHEMA public TO that user"
    if isinstance(error, errors.LockNotAvailable | errors.QueryCanceled):
        return "somebody else is writing; try again when they have finished"
    if isinstance(error, errors.DiskFull):
        return "free some space on the server"
    if isinstance(error, errors.ProgrammingError):
        return "does it belong to another program? Name another database in the profile"
    return "check the address, and that the server runs and accepts this user"


def _check_encoding(raw: psycopg.Connection[Any], shown: str) -> None:
    encoding = raw.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise StoreError(
            f"the database {shown} is encoded as {encoding}, which does not hold every letter",
            hint="create it again: createdb --encoding UTF8 --template template0",
        )


def _scripts() -> Mapping[int, str]:
    folder = files(__package__).joinpath("migrations", "postgresql")
    found = ((_MIGRATION.fullmatch(file.name), file) for file in folder.iterdir())
    return {int(name[1]): file.read_text("utf-8") for name, file in found if name}


def latest_version() -> int:
    """Return the version that this program's tables have."""
    return max(_scripts())


def _migrate(connection: DatabaseConnection, shown: str) -> None:
    """Migrate the tables to this program's version; another process may do so at the same time."""
    scripts = _scripts()
    latest = max(scripts)
    version = version_of(connection)
    if version > latest:
        raise StoreError(
            f"the database {shown} was written by a later paperlark (its version is {version},"
            f" this one supports {latest})",
            hint="update paperlark",
        )
    if version == latest:
        return
    with transaction(connection):
        # Another process may have migrated while this one waited for the lock.
        version = version_of(connection)
        for number in sorted(one for one in scripts if one > version):
            _log.info("migrating %s to version %d", shown, number)
            connection.execute(scripts[number])
            if number == compact_days.VERSION:
                compact_days.move_days(connection)
            connection.execute("CREATE TABLE IF NOT EXISTS paperlark (version bigint NOT NULL)")
            connection.execute("DELETE FROM paperlark")
            connection.execute("INSERT INTO paperlark (version) VALUES (?)", (number,))


def version_of(connection: DatabaseConnection) -> int:
    """Return the version of the tables, 0 where there are none."""
    # Not by to_regclass: a session that waited for the lock may remember that there was none.
    there = connection.execute(
        "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'paperlark'"
    ).fetchone()
    row = connection.execute("SELECT version FROM paperlark").fetchone() if there else None
    return int(row[0]) if row else 0
