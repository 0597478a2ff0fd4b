"""Votes as lines of text, as a page's vote pad writes them and `paperlark vote -` reads them. Pure.

A line is an identifier and what is done; the day of the page, the paper's place there and the time
may follow: `2502.12206 want 2025-02-26 3 2025-02-26T08:11:03.250Z`. A minus alone stands for what
is not known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from paperlark.domain.feedback import Vote
from paperlark.domain.paper import identify
from paperlark.domain.plain_text import one_line
from paperlark.domain.triage import (
    UNTOUCHED,
    Action,
    TriageEvent,
    TriageState,
    effective,
    states,
)

LONGEST = 1_000_000
"""Characters of all lines together: some ten thousand votes."""
_SHOWN = 60
_MOST_PLACES = 100_000
_UNKNOWN = "-"
_DONE = {
    "want": (Action.WANT, True),
    "up": (Action.WANT, True),
    "not": (Action.NOT, True),
    "down": (Action.NOT, True),
    "none": (Action.WANT, False),
    "save": (Action.SAVE, True),
    "-save": (Action.SAVE, False),
    "later": (Action.LATER, True),
    "-later": (Action.LATER, False),
    "seen": (Action.SEEN, True),
}


@dataclass(frozen=True, slots=True)
class VoteLine:
    """A line that was understood; `number` counts from 1.

    A line that names its time is one vote however often it is read, and so has an id as an event;
    for another one `event.id` is empty.
    """

    number: int
    event: TriageEvent


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be kept: its number from 1, its text, and why."""

    number: int
    text: str
    reason: str


def parse_vote_lines(text: str, now: datetime) -> Iterator[VoteLine | BadLine]:
    """Yield each line as what it says; empty ones and those that begin with # are passed over.

    `now` becomes the time of each event, for the clock of a browser may be wrong. Raises
    ValueError where there are too many characters.
    """
    if len(text) > LONGEST:
        raise ValueError(f"these are more than {LONGEST:,} characters; no vote is kept")
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            yield VoteLine(number, _event(words, now))
        except ValueError as error:
            yield BadLine(number, one_line(line)[:_SHOWN], str(error))


def format_vote_lines(events: Sequence[TriageEvent]) -> str:
    """Return what counts of events as lines, oldest first; notes and opened papers have none.

    A paper that was only seen has a line of its own; of the others it follows.
    """
    counting = states(events)
    lines = {
        (one.paper_id, _WORDS[one.action]): one
        for one in effective(events)
        if one.on and one.action in _WORDS
    }
    return "".join(
        f"{paper} {word} {event.page or _UNKNOWN} {event.place or _UNKNOWN}"
        f" {event.at.astimezone(UTC).isoformat()}\n"
        for (paper, word), event in sorted(lines.items(), key=lambda one: one[1].at)
        if _holds(counting[paper], event.action)
    )


_WORDS = {
    Action.WANT: "want",
    Action.NOT: "not",
    Action.SAVE: "save",
    Action.LATER: "later",
    Action.SEEN: "seen",
}


def _holds(state: TriageState, action: Action) -> bool:
    match action:
        case Action.WANT:
            return state.vote is Vote.UP
        case Action.NOT:
            return state.vote is Vote.DOWN
        case Action.SAVE:
            return state.saved
        case Action.LATER:
            return state.later
        case _:
            return state == replace(UNTOUCHED, seen=True)


def _event(words: list[str], now: datetime) -> TriageEvent:
    name, done, day, place, time, *more = (*words, *[_UNKNOWN] * 4)[: max(5, len(words))]
    identifier = identify(name)
    if identifier is None:
        raise ValueError("no arXiv identifier; write it like 2502.12206")
    if done not in _DONE:
        raise ValueError(f"expected one of {', '.join(_DONE)} after the identifier")
    if more:
        raise ValueError("more words than a vote has")
    action, on = _DONE[done]
    return TriageEvent(
        id="" if time == _UNKNOWN else _event_id(identifier.id, done, _time(time)),
        paper_id=identifier.id,
        action=action,
        at=now,
        on=on,
        page=None if day == _UNKNOWN else _day(day),
        place=None if place == _UNKNOWN else _place(place),
    )


def _event_id(*parts: str) -> str:
    return f"line-{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:32]}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("expected the day of a page, such as 2025-02-26") from error


def _place(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= _MOST_PLACES):
        raise ValueError("expected a place on the page, a number from 1")
    return int(text)


def _time(text: str) -> str:
    """Return a time in one form, whatever its zone, so that the same moment gives the same id."""
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError) as error:
        raise ValueError("expected a time such as 2025-02-26T08:11:03Z") from error
