"""The agenda of a group's meeting: papers that members want and show, most wanted first. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from paperlark.domain.paper import Paper, PaperId


@dataclass(frozen=True, slots=True)
class Sharing:
    """What a reader shows to their group: papers that they want, papers that they saved."""

    wanted: bool = False
    saved: bool = False


@dataclass(frozen=True, slots=True)
class SharedPaper:
    """A paper that one reader shows: whether as wanted, as saved, or both; and since which day."""

    paper: Paper
    wanted: bool
    saved: bool
    day: date


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """A paper of the agenda, with the names of who wants it and of who saved it, in order."""

    paper: Paper
    wanted_by: tuple[str, ...] = ()
    saved_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agenda:
    """What the members of a group want and show, of the days from `first` to `last`."""

    group: str
    first: date
    last: date
    items: tuple[AgendaItem, ...]


def make_agenda(
    group: str, first: date, last: date, shown: Iterable[tuple[str, Iterable[SharedPaper]]]
) -> Agenda:
    """Return the agenda of what each member, by name, shows.

    Order: most members who want it, then most who saved it, then the latest announcement, which is
    the higher identifier.
    """
    items: dict[PaperId, AgendaItem] = {}
    for name, papers in sorted(shown, key=lambda one: one[0]):
        for one in papers:
            if not (one.wanted or one.saved) or not first <= one.day <= last:
                continue
            item = items.get(one.paper.id, AgendaItem(one.paper))
            wanted_by = (*item.wanted_by, name) if one.wanted else item.wanted_by
            saved_by = (*item.saved_by, name) if one.saved else item.saved_by
            items[one.paper.id] = replace(item, wanted_by=wanted_by, saved_by=saved_by)
    latest_first = sorted(items.values(), key=lambda one: one.paper.id, reverse=True)
    ordered = sorted(latest_first, key=lambda one: (-len(one.wanted_by), -len(one.saved_by)))
    return Agenda(group, first, last, tuple(ordered))
