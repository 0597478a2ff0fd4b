"""Every vote once more in a plain file beside the database: no page could bring them back.

A line of JSON a vote, only ever added to: `{"profile", "id", "vote", "at"}`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from paperlark.domain.errors import StoreError
from paperlark.domain.feedback import Feedback, Vote
from paperlark.domain.paper import Identifier


def log_path(database: Path) -> Path:
    """Name the file that goes with a database."""
    return database.with_name(f"{database.name}.votes.jsonl")


def append_votes(path: Path, profile: str, votes: Iterable[Feedback]) -> None:
    """Add votes, on the disk at once; raises StoreError."""
    lines = "".join(_line(profile, one) + "\n" for one in votes)
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(
            f"the vote counts, but its copy {path} cannot be written ({error.strerror})",
            mend="check that its folder is writable and that the disk is not full",
        ) from error


def read_votes(content: bytes, name: str) -> Mapping[str, Sequence[Feedback]]:
    """Give the votes of each profile, as they came; raises StoreError naming a line that is none.

    A last line that does not end was being written when the machine stopped: where it is no
    vote it is left out.
    """
    votes: dict[str, list[Feedback]] = {}
    lines = content.split(b"\n")
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                profile, one = _vote(json.loads(line))
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                if number == len(lines):
                    break
                raise StoreError(
                    f"{name}:{number}: is no vote ({type(error).__name__}: {error!s:.80})",
                    mend="correct that line or take it out",
                ) from error
            votes.setdefault(profile, []).append(one)
    return votes


def _line(profile: str, one: Feedback) -> str:
    record = {"profile": profile, "id": one.paper_id, "vote": one.vote, "at": one.at.isoformat()}
    return json.dumps(record, ensure_ascii=False)


def _vote(record: Mapping[str, str]) -> tuple[str, Feedback]:
    at = datetime.fromisoformat(record["at"])
    identifier = Identifier.parse(record["id"])
    if at.tzinfo is None or identifier is None:
        raise ValueError("it lacks an arXiv id or a zone of time")
    return str(record["profile"]), Feedback(identifier.id, Vote(record["vote"]), at)
