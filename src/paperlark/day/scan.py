"""An announcement in, the papers this reader wants looked at out."""

from __future__ import annotations

from paperlark.domain.announcement import Announced, Announcement
from paperlark.domain.profile import Profile


def scan(announcement: Announcement, profile: Profile) -> tuple[Announced, ...]:
    """Keep the reader's announce types and, where they wish so, own categories only."""
    return tuple(
        announced
        for announced in announcement.papers
        if announced.type in profile.announce_types
        and (not profile.primary_only or _at_home(announced, profile.categories))
    )


def _at_home(announced: Announced, categories: tuple[str, ...]) -> bool:
    """Tell whether the primary category is one of the reader's, `cs` standing for all of cs.*."""
    primary = announced.paper.primary_category
    return any(primary == own or primary.startswith(f"{own}.") for own in categories)
