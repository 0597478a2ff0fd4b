"""Votes: every one is kept, in the database and in a plain file; the last one counts."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO

from paperlark.domain.errors import StoreError
from paperlark.domain.feedback import Feedback, Vote
from paperlark.domain.paper import Identifier, PaperId
from paperlark.store.database import instant, store_errors, transaction


class FeedbackStore:
    """One reader's votes in an open database."""

    def __init__(self, connection: sqlite3.Connection, path: Path, profile: str) -> None:
        self._connection = connection
        self._path = path
        self._profile = profile

    def keep(self, votes: Iterable[Feedback]) -> int:
        """Store votes, all or none, and return how many were new."""
        with store_errors(self._path), transaction(self._connection):
            kept = self._connection.executemany(
                # The version is what the reader could have read; that of an import is not known.
                "INSERT INTO feedback (profile, paper_id, version, vote, at)"
                " SELECT :profile, :paper, (SELECT max(version) FROM papers WHERE id = :paper),"
                " :vote, :at WHERE NOT EXISTS (SELECT 1 FROM feedback WHERE profile = :profile"
                " AND paper_id = :paper AND vote = :vote AND at = :at)",
                (
                    {
                        "profile": self._profile,
                        "paper": one.paper_id,
                        "vote": one.vote,
                        "at": instant(one.at),
                    }
                    for one in votes
                ),
            )
        return kept.rowcount

    def last_number(self) -> int:
        """Return the number of the vote that was stored last, of any reader; 0 without any."""
        with store_errors(self._path):
            (number,) = self._connection.execute(
                "SELECT coalesce(max(id), 0) FROM feedback"
            ).fetchone()
        return int(number)

    def all(self) -> tuple[Feedback, ...]:
        """Return all votes, oldest first."""
        with store_errors(self._path):
            rows = self._connection.execute(
                "SELECT paper_id, vote, at FROM feedback WHERE profile = ? ORDER BY at, id",
                (self._profile,),
            ).fetchall()
            return tuple(
                Feedback(PaperId(paper), Vote(vote), datetime.fromisoformat(at))
                for paper, vote, at in rows
            )


_YEARS = range(1991, 9999)
"""arXiv began in 1991; year 9999 leaves no room for time zones."""


def log_path(database: Path) -> Path:
    """Return the path of the vote log beside a database."""
    return database.with_name(f"{database.name}.votes.jsonl")


def append_votes(path: Path, profile: str, votes: Iterable[Feedback]) -> None:
    """Append votes and flush them to disk; raises StoreError."""
    lines = "".join(_line(profile, one) + "\n" for one in votes)
    try:
        with path.open("a+b") as file:
            file.write(_end_of_line(file) + lines.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(
            f"the vote is stored, but its copy {path} cannot be written ({error.strerror})",
            hint="check that its folder is writable and that the disk is not full",
        ) from error


def read_votes(content: bytes, name: str) -> Mapping[str, Sequence[Feedback]]:
    """Return the votes of each profile, in order; raises StoreError naming an invalid line.

    An incomplete last line was cut off by a crash, and is left out.
    """
    votes: dict[str, list[Feedback]] = {}
    for number, line in enumerate(content.split(b"\n"), start=1):
        if line.strip():
            try:
                profile, one = _vote(json.loads(line))
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                if line.startswith(b"{") and not line.rstrip().endswith(b"}"):
                    continue
                raise StoreError(
                    f"{name}:{number}: not a vote ({type(error).__name__}: {error!s:.80})",
                    hint="correct or delete that line",
                ) from error
            votes.setdefault(profile, []).append(one)
    return votes


def _end_of_line(file: IO[bytes]) -> bytes:
    """Return a newline where the last line has none, so that no vote is appended to it."""
    if file.seek(0, os.SEEK_END) == 0:
        return b""
    file.seek(-1, os.SEEK_END)
    return b"" if file.read(1) == b"\n" else b"\n"


def _line(profile: str, one: Feedback) -> str:
    record = {"profile": profile, "id": one.paper_id, "vote": one.vote, "at": one.at.isoformat()}
    return json.dumps(record, ensure_ascii=False)


def _vote(record: Mapping[str, str]) -> tuple[str, Feedback]:
    at = datetime.fromisoformat(record["at"])
    identifier = Identifier.parse(record["id"])
    if at.tzinfo is None or identifier is None:
        raise ValueError("no arXiv id or no time zone")
    if at.year not in _YEARS:
        raise ValueError(f"impossible year {at.year}")
    return str(record["profile"]), Feedback(identifier.id, Vote(record["vote"]), at)
