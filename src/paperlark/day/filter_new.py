"""Filter an announcement: the papers this reader wants scanned, none announced to them twice."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from paperlark.domain.announcement import Announced, Announcement, AnnounceType
from paperlark.domain.digest import SeenBefore, Updated
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Profile

_log = logging.getLogger(__name__)

_REPLACED = frozenset({AnnounceType.REPLACE, AnnounceType.REPLACE_CROSS})


@dataclass(frozen=True, slots=True)
class NewPapers:
    """The papers to scan, how many were announced before, and new versions of shown papers."""

    papers: tuple[Announced, ...]
    seen: int
    updated: tuple[Updated, ...]


def filter_new(
    announcement: Announcement, profile: Profile, seen: Mapping[PaperId, SeenBefore]
) -> NewPapers:
    """Keep the reader's announce types and, where they want that, primary categories only.

    A paper that was announced to the reader on an earlier day is not scanned again, unless it is
    a new version that they want. One that was on their page is listed as updated, and judged
    again only where the profile asks for that.
    """
    updated = [one for one in announcement.papers if _is_update(one, seen)]
    wanted = [one for one in announcement.papers if _is_wanted(one, profile)]
    fresh = [one for one in wanted if one.paper.id not in seen or _is_new_version(one, seen)]
    papers = (*fresh, *(updated if profile.judge_updates else ()))
    scanned = {one.paper.id for one in papers}
    new = NewPapers(
        papers=papers,
        seen=sum(one.paper.id not in scanned for one in wanted),
        updated=tuple(
            Updated(one.paper, shown)
            for one in updated
            if one.paper.id not in scanned and (shown := seen[one.paper.id].shown)
        ),
    )
    _log.info(
        "%d papers announced, %d to scan, %d seen before, %d updated",
        *(len(announcement.papers), len(papers), new.seen, len(new.updated)),
    )
    return new


def _is_wanted(announced: Announced, profile: Profile) -> bool:
    return announced.type in profile.announce_types and (
        not profile.primary_only or _is_primary(announced, profile.categories)
    )


def _is_update(announced: Announced, seen: Mapping[PaperId, SeenBefore]) -> bool:
    known = seen.get(announced.paper.id)
    return announced.type in _REPLACED and known is not None and known.shown is not None


def _is_new_version(announced: Announced, seen: Mapping[PaperId, SeenBefore]) -> bool:
    return announced.type in _REPLACED and not _is_update(announced, seen)


def _is_primary(announced: Announced, categories: tuple[str, ...]) -> bool:
    """Return whether the primary category is one of the reader's; `cs` stands for all of cs.*."""
    primary = announced.paper.primary_category
    return any(primary == own or primary.startswith(f"{own}.") for own in categories)
