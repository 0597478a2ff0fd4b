"""One reader: what they follow, what interests them, and where they draw the line."""

from __future__ import annotations

from dataclasses import dataclass

from paperlark.domain.announcement import AnnounceType
from paperlark.domain.criteria import Criteria


@dataclass(frozen=True, slots=True)
class FollowedAuthor:
    """Somebody whose papers are always on the page, under any of their printed names."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """The lowest relevance and novelty, both from 1 to 10, that put a judged paper on the page."""

    relevance: int = 7
    novelty: int = 6


@dataclass(frozen=True, slots=True)
class Profile:
    """A reader's wishes for a page.

    `page_size` bounds a page made without a model; with one, the cut-offs decide.
    """

    name: str
    categories: tuple[str, ...]
    criteria: Criteria
    announce_types: tuple[AnnounceType, ...] = (AnnounceType.NEW, AnnounceType.CROSS)
    primary_only: bool = False
    followed: tuple[FollowedAuthor, ...] = ()
    cutoffs: Cutoffs = Cutoffs()
    page_size: int = 20
