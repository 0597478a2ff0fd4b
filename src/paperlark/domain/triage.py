"""Triage: what a reader did with papers, as events, and the state that follows from them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from paperlark.domain.feedback import BY_ASSISTANT, Vote
from paperlark.domain.paper import PaperId

LONGEST_ID = 64
"""Characters of an event's id, which its sender made."""
LONGEST_NOTE = 4_000
"""Characters of a note."""


class Action(StrEnum):
    """What a reader can do with a paper; each can be taken back."""

    WANT = "want"
    """A vote for it, as of `paperlark vote ID up`."""
    NOT = "not"
    """A vote against it."""
    SAVE = "save"
    """Keep it; that the reader wants such papers is learned."""
    LATER = "later"
    """Decide another time."""
    OPEN = "open"
    """The abstract, arXiv's page or the PDF was opened."""
    SEEN = "seen"
    """Nothing else: it teaches nothing."""
    NOTE = "note"
    """The reader's own words; an empty text deletes them."""


@dataclass(frozen=True, slots=True)
class TriageEvent:
    """One action on one paper, or the undoing of an earlier event.

    `id` was made by the sender: the same event sent twice counts once. `on` is False where a
    button is released, such as `saved`. `page` is the day of the page it was cast on and `place`
    the paper's place there, counted from 1; None elsewhere. `undoes` is the id of the event that
    this one takes back; action, paper and text are then those of that one. `at` is in UTC.
    """

    id: str
    paper_id: PaperId
    action: Action
    at: datetime
    on: bool = True
    text: str = ""
    page: date | None = None
    place: int | None = None
    undoes: str | None = None

    @property
    def by_assistant(self) -> bool:
        """Whether an assistant sent it for the reader."""
        return self.id.startswith(BY_ASSISTANT)


@dataclass(frozen=True, slots=True)
class TriageState:
    """What the reader has done with one paper so far.

    `vote_by_assistant` and `saved_by_assistant` are whether an assistant did that for them.
    """

    vote: Vote = Vote.NONE
    saved: bool = False
    later: bool = False
    opened: bool = False
    seen: bool = False
    note: str = ""
    vote_by_assistant: bool = False
    saved_by_assistant: bool = False

    @property
    def by_assistant(self) -> tuple[str, ...]:
        """What an assistant did that counts: `vote`, `saved`, both or nothing."""
        acts = {"vote": self.vote_by_assistant, "saved": self.saved_by_assistant}
        return tuple(name for name, is_so in acts.items() if is_so)


UNTOUCHED = TriageState()


def effective(events: Sequence[TriageEvent]) -> tuple[TriageEvent, ...]:
    """Return the events that count, in order: neither undone nor an undoing."""
    undone = {one.undoes for one in events if one.undoes}
    return tuple(one for one in events if not one.undoes and one.id not in undone)


_DELIBERATE = frozenset({Action.WANT, Action.NOT, Action.SAVE, Action.LATER, Action.NOTE})
"""What a reader decides; that a paper was passed or opened is noted along the way."""


def decisions(events: Sequence[TriageEvent]) -> tuple[TriageEvent, ...]:
    """Return the decisions that count, in order: undoing begins with the last one."""
    return tuple(one for one in effective(events) if one.action in _DELIBERATE)


def states(events: Sequence[TriageEvent]) -> Mapping[PaperId, TriageState]:
    """Return the state of each paper that an event counts for."""
    found: dict[PaperId, TriageState] = {}
    for event in effective(events):
        found[event.paper_id] = after(found.get(event.paper_id, UNTOUCHED), event)
    return found


def saved_since(events: Sequence[TriageEvent]) -> Mapping[PaperId, datetime]:
    """Return the papers that are saved after these events, each with when it was saved last."""
    found = states(events)
    saved = (one for one in effective(events) if one.action is Action.SAVE and one.on)
    return {one.paper_id: one.at for one in saved if found[one.paper_id].saved}


def after(state: TriageState, event: TriageEvent) -> TriageState:
    """Return a state after one event.

    Who does anything with a paper has seen it, and a vote ends `later`.
    """
    match event.action:
        case Action.WANT | Action.NOT:
            vote = Vote.UP if event.action is Action.WANT else Vote.DOWN
            changed = replace(
                state,
                vote=vote if event.on else Vote.NONE,
                vote_by_assistant=event.on and event.by_assistant,
            )
            changed = replace(changed, later=False) if event.on else changed
        case Action.SAVE:
            changed = replace(
                state, saved=event.on, saved_by_assistant=event.on and event.by_assistant
            )
        case Action.LATER:
            changed = replace(state, later=event.on)
        case Action.OPEN:
            changed = replace(state, opened=event.on)
        case Action.NOTE:
            changed = replace(state, note=event.text if event.on else "")
        case Action.SEEN:
            return replace(state, seen=event.on)
    # An assistant may act on a paper that its reader has not looked at.
    return changed if event.by_assistant else replace(changed, seen=True)


def vote_on(paper: PaperId, events: Sequence[TriageEvent]) -> Vote:
    """Return the vote on a paper that follows from events."""
    return states(events).get(paper, UNTOUCHED).vote
