"""The vote log: a plain file beside the database with every vote and triage event, a line each.

A lost database gets them back from it, so a line is on the disk before anybody is told that a vote
counts. A reader whose profile is a row has none: a log of theirs would outlive them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from paperlark.domain.database_place import DatabasePlace, file_beside
from paperlark.domain.errors import StoreError
from paperlark.domain.feedback import Feedback, Vote
from paperlark.domain.paper import Identifier, PaperId
from paperlark.domain.triage import Action, TriageEvent

_YEARS = range(1991, 9999)
"""arXiv began in 1991; year 9999 leaves no room for time zones."""


def log_path(database: DatabasePlace) -> Path:
    """Return the path of the vote log beside a database."""
    return file_beside(database, ".votes.jsonl")


def append_votes(path: Path | None, profile: str, votes: Iterable[Feedback]) -> None:
    """Append votes and flush them to disk, unless there is no log; raises StoreError."""
    _append(path, ({"profile": profile, **_vote_fields(one)} for one in votes))


def append_events(
    path: Path | None, profile: str, events: Iterable[tuple[TriageEvent, Feedback | None]]
) -> None:
    """Append triage events, each with the vote that it cast, if any; raises StoreError.

    Nothing is written where there is no log.
    """
    _append(path, (_event_record(profile, event, vote) for event, vote in events))


def log_text(
    profile: str, events: Iterable[tuple[TriageEvent, Feedback | None]], votes: Iterable[Feedback]
) -> str:
    """Return triage events, and votes without one, as the log has them, oldest first."""
    records = [
        *(_event_record(profile, event, vote) for event, vote in events),
        *({"profile": profile, **_vote_fields(one)} for one in votes),
    ]
    return _lines(sorted(records, key=lambda one: str(one["at"])))


def _event_record(profile: str, event: TriageEvent, vote: Feedback | None) -> dict[str, object]:
    return {"profile": profile, **_event_fields(event), **(_vote_fields(vote) if vote else {})}


def _lines(records: Iterable[Mapping[str, object]]) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records)


def _append(path: Path | None, records: Iterable[Mapping[str, object]]) -> None:
    if path is None:
        return
    lines = _lines(records)
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
    for profile, one in _parsed(content, name):
        if isinstance(one, Feedback):
            votes.setdefault(profile, []).append(one)
    return votes


def read_events(content: bytes, name: str) -> Mapping[str, Sequence[TriageEvent]]:
    """Return the triage events of each profile, in order; raises StoreError as `read_votes`."""
    events: dict[str, list[TriageEvent]] = {}
    for profile, one in _parsed(content, name):
        if isinstance(one, TriageEvent):
            events.setdefault(profile, []).append(one)
    return events


def _parsed(content: bytes, name: str) -> Iterator[tuple[str, Feedback | TriageEvent]]:
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            profile = str(record["profile"])
            found = list(_line(record))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            if line.startswith(b"{") and not line.rstrip().endswith(b"}"):
                continue
            raise StoreError(
                f"{name}:{number}: not a vote ({type(error).__name__}: {error!s:.80})",
                hint="correct or delete that line",
            ) from error
        yield from ((profile, one) for one in found)


def _line(record: Mapping[str, Any]) -> Iterator[Feedback | TriageEvent]:
    """Parse one line: a vote, a triage event, or one that is both."""
    at = datetime.fromisoformat(record["at"])
    identifier = Identifier.parse(record["id"])
    if at.tzinfo is None or identifier is None:
        raise ValueError("no arXiv id or no time zone")
    if at.year not in _YEARS:
        raise ValueError(f"impossible year {at.year}")
    if "action" in record:
        yield _event(record, identifier.id, at)
    if "vote" in record or "action" not in record:
        event = record.get("event")
        yield Feedback(
            identifier.id, Vote(record["vote"]), at, None if event is None else str(event)
        )


def _event(record: Mapping[str, Any], paper: PaperId, at: datetime) -> TriageEvent:
    page, place, undoes = record.get("page"), record.get("place"), record.get("undoes")
    return TriageEvent(
        id=str(record["event"]),
        paper_id=paper,
        action=Action(record["action"]),
        at=at,
        on=bool(record.get("on", True)),
        text=str(record.get("text", "")),
        page=None if page is None else date.fromisoformat(page),
        place=None if place is None else int(place),
        undoes=None if undoes is None else str(undoes),
    )


def _vote_fields(one: Feedback) -> dict[str, object]:
    fields: dict[str, object] = {"id": one.paper_id, "vote": one.vote, "at": one.at.isoformat()}
    return fields if one.event is None else {**fields, "event": one.event}


def _event_fields(one: TriageEvent) -> dict[str, object]:
    """Return what is not its default, so that lines stay short."""
    further = {
        "on": None if one.on else False,
        "text": one.text or None,
        "page": one.page.isoformat() if one.page else None,
        "place": one.place,
        "undoes": one.undoes,
    }
    return {
        "id": one.paper_id,
        "at": one.at.isoformat(),
        "event": one.id,
        "action": one.action,
        **{name: value for name, value in further.items() if value is not None},
    }


def _end_of_line(file: IO[bytes]) -> bytes:
    """Return a newline where the last line has none, so that no vote is appended to it."""
    if file.seek(0, os.SEEK_END) == 0:
        return b""
    file.seek(-1, os.SEEK_END)
    return b"" if file.read(1) == b"\n" else b"\n"
