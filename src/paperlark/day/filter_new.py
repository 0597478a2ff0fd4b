"""An announcement in, the papers this reader wants looked at out, none announced to them twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from paperlark.domain.announcement import Announced, Announcement, AnnounceType
from paperlark.domain.digest import SeenBefore, Updated
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Profile

_REPLACED = frozenset({AnnounceType.REPLACE, AnnounceType.REPLACE_CROSS})


@dataclass(frozen=True, slots=True)
class NewPapers:
    """The papers to look at, how many were announced before, and new versions of shown ones."""

    papers: tuple[Announced, ...]
    seen: int
    updated: tuple[Updated, ...]


def filter_new(
    announcement: Announcement, profile: Profile, seen: Mapping[PaperId, SeenBefore]
) -> NewPapers:
    """Keep the reader's announce types and, where they wish so, own categories only.

    A paper that was announced to them on an earlier day is not looked at again, unless it comes
    as a new version that they want. One that was on their page is told as updated, and judged
    again only where the profile asks for that.
    """
    updated = [one for one in announcement.papers if _is_update(one, seen)]
    wanted = [one for one in announcement.papers if _is_wanted(one, profile)]
    fresh = [one for one in wanted if one.paper.id not in seen or _is_new_version(one, seen)]
    again = updated if profile.judge_updates else []
    papers = (*fresh, *again)
    looked_at = {one.paper.id for one in papers}
    return NewPapers(
        papers=papers,
        seen=sum(one.paper.id not in looked_at for one in wanted),
        updated=tuple(
            Updated(one.paper, shown)
            for one in updated
            if one.paper.id not in looked_at and (shown := seen[one.paper.id].shown)
        ),
    )


def _is_wanted(announced: Announced, profile: Profile) -> bool:
    return announced.type in profile.announce_types and (
        not profile.primary_only or _at_home(announced, profile.categories)
    )


def _is_update(announced: Announced, seen: Mapping[PaperId, SeenBefore]) -> bool:
    known = seen.get(announced.paper.id)
    return announced.type in _REPLACED and known is not None and known.shown is not None


def _is_new_version(announced: Announced, seen: Mapping[PaperId, SeenBefore]) -> bool:
    return announced.type in _REPLACED and not _is_update(announced, seen)


def _at_home(announced: Announced, categories: tuple[str, ...]) -> bool:
    """Tell whether the primary category is one of the reader's, `cs` standing for all of cs.*."""
    primary = announced.paper.primary_category
    return any(primary == own or primary.startswith(f"{own}.") for own in categories)
