"""What the app shows: papers of a day or of a list, each with its state and its buttons. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from paperlark import ReadingDay, TouchedPaper
from paperlark.domain.digest import Digest, Entry
from paperlark.domain.feedback import Vote
from paperlark.domain.remaining import Remaining, remaining
from paperlark.domain.triage import Action, TriageEvent, TriageState


@dataclass(frozen=True, slots=True)
class Row:
    """A paper of a list, its state, the day of its page, and its place there."""

    entry: Entry
    state: TriageState
    day: date | None
    place: int | None


@dataclass(frozen=True, slots=True)
class View:
    """What one address shows: papers under a title, and of a day the ways to others.

    `digest` is None beside days; `others` counts the papers of the day that are not in `rows`;
    `nothing` is said where there are no rows. `feeds` are the addresses of its feed, Atom and JSON.
    """

    title: str
    rows: tuple[Row, ...]
    digest: Digest | None = None
    others: int = 0
    previous: date | None = None
    following: date | None = None
    left: str = ""
    undoable: tuple[TriageEvent, ...] = ()
    nothing: str = ""
    query: str = ""
    topics: tuple[tuple[str, int], ...] = ()
    feeds: tuple[str, ...] = ()

    @property
    def undo_text(self) -> str:
        """What the next undo takes back; empty where there is nothing."""
        return undo_text(self.undoable)


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a paper: what it does, which is its word, and whether it is pressed."""

    action: Action
    pressed: bool


@dataclass(frozen=True, slots=True)
class KeptList:
    """A list beside the days: its name in addresses, its title, and which states are in it."""

    name: str
    title: str
    contains: Callable[[TriageState], bool]
    nothing: str


@dataclass(frozen=True, slots=True)
class RecentList:
    """A list of papers of the latest pages: its name in addresses, its title, what is in it."""

    name: str
    title: str
    contains: Callable[[Entry, TriageState], bool]
    nothing: str


RECENT = (
    RecentList(
        "unread", "To read", lambda _, one: not one.seen, "All of the latest pages is seen."
    ),
    RecentList(
        "followed",
        "Followed",
        lambda entry, _: bool(entry.followed),
        "No author that you follow is on the latest pages. Under Tune you write whom you follow.",
    ),
)
RECENT_DAYS = 14
"""Pages that these lists look at."""
_MANY_LEFT = 10
MOST_DAYS = 62
"""Days of one range."""

LISTS = (
    KeptList("saved", "Saved", lambda one: one.saved, "No paper is saved. Press save at one."),
    KeptList("later", "Later", lambda one: one.later, "No paper is put off. Press later at one."),
    KeptList("wanted", "Wanted", lambda one: one.vote is Vote.UP, "No paper is wanted yet."),
    KeptList("seen", "Seen", lambda one: one.seen, "No paper was seen yet."),
)
KEPT = (
    *LISTS,
    KeptList("unwanted", "Not wanted", lambda one: one.vote is Vote.DOWN, "No paper is unwanted."),
    KeptList("noted", "With a note", lambda one: bool(one.note), "No paper has a note."),
)
"""These lists, and two that are not among the ways of every page."""


def buttons(state: TriageState) -> tuple[Button, ...]:
    """Return the buttons of a paper in a state."""
    return (
        Button(Action.WANT, state.vote is Vote.UP),
        Button(Action.NOT, state.vote is Vote.DOWN),
        Button(Action.LATER, state.later),
        Button(Action.SAVE, state.saved),
    )


def day_rows(day: ReadingDay, *, others: bool) -> tuple[Row, ...]:
    """Return the rows of a day, in the order of its page."""
    entries = (*day.digest.entries, *(day.others if others else ()))
    return tuple(
        Row(one, day.state(one.paper.id), day.digest.day, place)
        for place, one in enumerate(entries, start=1)
    )


def recent_rows(
    days: Sequence[ReadingDay], contains: Callable[[Entry, TriageState], bool]
) -> tuple[Row, ...]:
    """Return the rows of several days for which this holds, the latest day first."""
    latest_first = sorted(days, key=lambda one: one.digest.day, reverse=True)
    rows = (row for day in latest_first for row in day_rows(day, others=False))
    return tuple(row for row in rows if contains(row.entry, row.state))


def topics_of(days: Sequence[ReadingDay]) -> tuple[tuple[str, int], ...]:
    """Return the topics of papers on these pages with how many there are, most first."""
    entries = (entry for day in days for entry in day.digest.entries)
    counted = Counter(one.match.topic for one in entries if one.match and one.match.topic)
    return tuple((topic, count) for topic, count in counted.most_common() if topic)


def kept_rows(papers: Sequence[TouchedPaper]) -> tuple[Row, ...]:
    """Return the rows of a list, the paper acted on last first."""
    return tuple(Row(one.entry, one.state, one.day, None) for one in papers)


def left_of(day: ReadingDay) -> Remaining | None:
    """Return how much of a day was seen and is left, over all of its scanned papers."""
    entries = {one.paper.id: one.match for one in day.digest.entries}
    matches = {**{one.paper_id: one.match for one in day.digest.ranked}, **entries}
    return remaining(
        (match.probability if match else None, day.state(paper)) for paper, match in matches.items()
    )


def left_text(left: Remaining | None) -> str:
    """Return the live line on what is left."""
    if left is None:
        return ""
    # A tenth of a paper matters where few are left.
    papers = f"{left.unseen:.1f}" if left.unseen < _MANY_LEFT else f"{left.unseen:.0f}"
    return (
        f"You have seen about {100 * left.share:.0f} % of what you would want;"
        f" about {papers} such paper{'' if papers == '1.0' else 's'} left."
    )


def told(before: TriageState, after: TriageState, title: str) -> str:
    """Return what an event did, in one line."""
    if before == after:
        return f"nothing changed: {title}"
    if before.vote is not after.vote:
        vote = {
            Vote.UP: "wanted; more like this from the next page on",
            Vote.DOWN: "not wanted; fewer like this from the next page on",
            Vote.NONE: "the vote is taken back",
        }[after.vote]
        return f"{vote}: {title}"
    for name, word, back in (
        ("saved", "saved, and learned from", "no longer saved"),
        ("later", "put off", "no longer put off"),
        ("opened", "opened", "not opened"),
    ):
        if getattr(before, name) != getattr(after, name):
            return f"{word if getattr(after, name) else back}: {title}"
    if before.note != after.note:
        return f"{'note kept' if after.note else 'note deleted'}: {title}"
    return f"{'seen' if after.seen else 'not seen'}: {title}"


def undo_text(undoable: Sequence[TriageEvent]) -> str:
    """Return what the next undo takes back, the last of these; empty where there is nothing."""
    if not undoable:
        return ""
    event = undoable[-1]
    by = " (by an assistant)" if event.by_assistant else ""
    return f"Undo: {event.action}{'' if event.on else ' taken back'} {event.paper_id}{by}"
