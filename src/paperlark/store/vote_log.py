"""Every vote once more in a plain file beside the database: no page could bring them back.

A line of JSON a vote, only ever added to: `{"profile", "id", "vote", "at"}`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO

from paperlark.domain.errors import StoreError
from paperlark.domain.feedback import Feedback, Vote
from paperlark.domain.paper import Identifier

_YEARS = range(1991, 9999)
"""Before, there was no arXiv; beyond, no calendar has room for another zone's time."""


def log_path(database: Path) -> Path:
    """Name the file that goes with a database."""
    return database.with_name(f"{database.name}.votes.jsonl")


def append_votes(path: Path, profile: str, votes: Iterable[Feedback]) -> None:
    """Add votes, on the disk at once; raises StoreError."""
    lines = "".join(_line(profile, one) + "\n" for one in votes)
    try:
        with path.open("a+b") as file:
            file.write(_end_of_line(file) + lines.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(
            f"the vote counts, but its copy {path} cannot be written ({error.strerror})",
            mend="check that its folder is writable and that the disk is not full",
        ) from error


def read_votes(content: bytes, name: str) -> Mapping[str, Sequence[Feedback]]:
    """Give the votes of each profile, as they came; raises StoreError naming a line that is none.

    A line that does not end was being written when the machine stopped, and is left out.
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
                    f"{name}:{number}: is no vote ({type(error).__name__}: {error!s:.80})",
                    mend="correct that line or take it out",
                ) from error
            votes.setdefault(profile, []).append(one)
    return votes


def _end_of_line(file: IO[bytes]) -> bytes:
    """Give what ends the last line, so that no vote is added to one that nothing ended."""
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
        raise ValueError("it lacks an arXiv id or a zone of time")
    if at.year not in _YEARS:
        raise ValueError(f"nobody voted in {at.year}")
    return str(record["profile"]), Feedback(identifier.id, Vote(record["vote"]), at)
