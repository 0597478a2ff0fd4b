"""Scanned papers in, who wrote them out, with what the reader must know of the asking.

Somebody is asked only where the answer decides something: an author followed by id, or a gate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from paperlark.domain.announcement import Announced
from paperlark.domain.paper import PaperId
from paperlark.domain.people import Authorship, Known, NotIndexed, NotLookedUp
from paperlark.domain.profile import Profile
from paperlark.ports import People, Progress


@dataclass(frozen=True, slots=True)
class LookUp:
    """What is known of each paper's authors; empty where nobody was asked."""

    authorships: Mapping[PaperId, Authorship] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def look_up(
    scanned: Sequence[Announced], profile: Profile, people: People | None, progress: Progress
) -> LookUp:
    """Ask who wrote the papers; what is not known stays to be decided by names."""
    if people is None or not profile.needs_people or not scanned:
        return LookUp()
    with progress.step("looking up authors", len(scanned)) as advance:
        authorships = people.look_up([announced.paper for announced in scanned])
        advance(len(scanned))
    return LookUp(authorships, tuple(_notes(people.name, authorships)))


def _notes(service: str, authorships: Mapping[PaperId, Authorship]) -> Iterator[str]:
    """Say what names had to decide, and why; the first reason stands for all."""
    of = f"of {len(authorships)} papers"
    found = authorships.values()
    reasons = [one.reason for one in found if isinstance(one, NotLookedUp)]
    if reasons:
        about = "" if len(reasons) == len(authorships) else f" about {len(reasons)} {of}"
        yield f"{service} could not be asked{about} ({reasons[0]}): authors are matched by name"
    missing = sum(isinstance(one, NotIndexed) for one in found)
    if missing:
        yield f"{service}: {missing} {of} {_are(missing)} not indexed yet"
    unnamed = sum(
        isinstance(one, Known) and len(one.identified) < len(one.persons) for one in found
    )
    if unnamed:
        yield f"{service}: {unnamed} {of} {_have(unnamed)} authors without an id"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"
