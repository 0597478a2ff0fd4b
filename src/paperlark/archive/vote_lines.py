"""Keep votes that come as lines of text: each that is understood, and one word on each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import uuid4

from paperlark.archive.triage import Applied, Triage
from paperlark.domain.triage import TriageEvent, after
from paperlark.domain.vote_lines import BadLine, VoteLine

_NOT_KNOWN = "this paper is not in the archive: make the page of its day, or import it"


@dataclass(frozen=True, slots=True)
class KeptLines:
    """What became of lines: kept with what they did, there already, or not kept."""

    kept: tuple[tuple[TriageEvent, Applied], ...]
    repeated: int
    bad: tuple[BadLine, ...]


def keep_lines(triage: Triage, lines: Iterable[VoteLine | BadLine]) -> KeptLines:
    """Store what each line says, in order.

    A line with a time is stored once, however often it comes. Another one changes nothing where
    what it says is so already.
    """
    found = tuple(lines)
    known = triage.texts.find({one.event.paper_id for one in found if isinstance(one, VoteLine)})
    kept: list[tuple[TriageEvent, Applied]] = []
    bad: list[BadLine] = []
    repeated = 0
    for line in found:
        if isinstance(line, BadLine):
            bad.append(line)
        elif line.event.paper_id not in known:
            bad.append(BadLine(line.number, line.event.paper_id, _NOT_KNOWN))
        elif applied := _keep(triage, line.event):
            kept.append((line.event, applied))
        else:
            repeated += 1
    return KeptLines(tuple(kept), repeated, tuple(bad))


def _keep(triage: Triage, event: TriageEvent) -> Applied | None:
    """Store what a line says; return None where that was there already."""
    if not event.id:
        before = triage.state_of(event.paper_id)
        if after(before, event) == before:
            return None
        event = replace(event, id=uuid4().hex)
    applied = triage.act(event)
    return applied if applied.new else None
