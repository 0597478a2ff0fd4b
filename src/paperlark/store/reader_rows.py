"""Everything that a database holds of one reader: to hand it over, and to delete it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.readers import reader_model_key
from paperlark.store.audit import AuditStore
from paperlark.store.connection import DatabaseConnection, store_errors, transaction
from paperlark.store.day_values import unpack_digest, unpack_ranking

DELETED = "deleted/"
"""What a deleted reader's calls to a model are filed under, and then their group."""

ROWS_OF_READERS = (
    "digests",
    "explored",
    "feedback",
    "fleet_readers",
    "library",
    "parcels",
    "read_libraries",
    "saved_copies",
    "search_texts",
    "search_waiting",
    "sharing",
    "shown_or_judged",
    "triage",
)
"""Tables whose rows are one reader's, named in their column `profile`, and go with them."""

SIGNED_IN = ("app_sessions", "sign_in_links")
"""Tables of who is signed in to an app, or may be by a link, named in their column `member`."""

CALLS_OF_READERS = ("exchanges", "jobs", "under_way")
"""Tables of what was paid for readers: money stays spent, so sums stay, without whose it was."""

LOGS = ("audit",)
"""Tables whose rows stay, without the name of whoever was deleted."""

SHARED_TABLES = (
    "account_groups",
    "app_keys",
    "batches",
    "encodings",
    "fleet_mornings",
    "fleet_shards",
    "judgements",
    "listings",
    "moves",
    "month_spending",
    "paper_set_members",
    "paper_sets",
    "papers",
    "places",
    "rate_limits",
    "scratch",
    "servers",
    "sign_in_tries",
    "sign_ins_begun",
    "translations",
)
"""Tables that hold nothing of a single reader, or only by the fingerprint of their criteria."""


class ReaderRows:
    """The rows of single readers in an open database."""

    def __init__(self, connection: DatabaseConnection, database: DatabasePlace) -> None:
        self._connection = connection
        self._database = database

    def tables(self, reader: str) -> Iterator[tuple[str, tuple[Mapping[str, object], ...]]]:
        """Yield each table that has rows of a reader, with those rows; bytes as base64."""
        for table in (*ROWS_OF_READERS, *CALLS_OF_READERS):
            with store_errors(self._database):
                cursor = self._connection.execute(
                    f"SELECT * FROM {table} WHERE profile = ?",  # noqa: S608  # of this module
                    (reader,),
                )
                names = [column[0] for column in cursor.description or ()]
                rows = tuple(_record(names, row) for row in cursor)
                if table == "digests":
                    rows = tuple(map(_readable, rows))
            if rows:
                yield table, tuple({key: _value(one) for key, one in row.items()} for row in rows)

    def delete(self, reader: str) -> int:
        """Delete all that there is of a reader, and return how many rows that were.

        What was paid for stays in the sums of the group and of all, under no reader's name and
        without a text. Judgements and translations by criteria that nobody else has are deleted.
        """
        with store_errors(self._database), transaction(self._connection, reader, shared=True):
            self._forget_criteria(reader)
            self._forget_calls(reader)
            deleted = sum(
                self._execute(f"DELETE FROM {table} WHERE profile = ?", reader)  # noqa: S608
                for table in ROWS_OF_READERS
            )
            self._execute("DELETE FROM scratch WHERE key = ?", reader_model_key(reader))
            self._execute("DELETE FROM month_spending WHERE whose = 'reader' AND name = ?", reader)
            for table in SIGNED_IN:
                self._execute(f"DELETE FROM {table} WHERE member = ?", reader)  # noqa: S608
            AuditStore(self._connection, self._database).forget(reader)
            deleted += self._execute("DELETE FROM accounts WHERE reader = ?", reader)
            return deleted + self._execute("DELETE FROM readers WHERE id = ?", reader)

    def _forget_criteria(self, reader: str) -> None:
        """Delete what was made by criteria of this reader's alone.

        Who else has a text of criteria is known by the calls that were paid for it; whoever got
        judgements for nothing has the same text now.
        """
        shared = self._connection.execute(
            "SELECT 1 FROM accounts AS own JOIN accounts AS other"
            " ON other.criteria_text = own.criteria_text AND other.reader <> own.reader"
            " WHERE own.reader = ?",
            (reader,),
        ).fetchone()
        if shared:
            return
        for table in ("judgements", "translations"):
            self._connection.execute(
                f"DELETE FROM {table} WHERE criteria IN"  # noqa: S608  # of this function
                " (SELECT criteria FROM exchanges WHERE profile = ?) AND criteria NOT IN"
                " (SELECT criteria FROM exchanges WHERE profile <> ?)",
                (reader, reader),
            )

    def _forget_calls(self, reader: str) -> None:
        found = self._connection.execute(
            "SELECT group_name FROM accounts WHERE reader = ?", (reader,)
        ).fetchone()
        filed = deleted_from(found[0] if found else "")
        for table, emptied in (
            ("exchanges", "criteria = '', reply = ''"),
            ("jobs", "criteria = '', misses = '{}'"),
            ("under_way", "day = day"),
        ):
            self._connection.execute(
                f"UPDATE {table} SET profile = ?, {emptied} WHERE profile = ?",  # noqa: S608
                (filed, reader),
            )

    def _execute(self, sql: str, reader: str) -> int:
        return max(0, self._connection.execute(sql, (reader,)).rowcount)


def deleted_from(group: str) -> str:
    """Return what the calls of deleted readers of a group are filed under."""
    return f"{DELETED}{group}"


def _record(names: Sequence[str], row: Sequence[object]) -> Mapping[str, object]:
    return dict(zip(names, row, strict=True))


def _readable(digest: Mapping[str, Any]) -> Mapping[str, object]:
    """Return the row of a digest with texts and lists in place of compressed values."""
    ranking = [asdict(one) for one in unpack_ranking(digest["ranking"])]
    return {**digest, "digest": unpack_digest(digest["digest"]), "ranking": ranking}


def _value(value: object) -> object:
    if isinstance(value, bytes | memoryview):
        return b64encode(bytes(value)).decode()
    return value
