"""One reader: what they follow, what interests them, and where they draw the line."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from paperlark.domain.announcement import AnnounceType


@dataclass(frozen=True, slots=True)
class Topic:
    """One subject of the criteria: what is relevant in it and what is not."""

    name: str
    relevant: str
    irrelevant: str = ""


@dataclass(frozen=True, slots=True)
class Criteria:
    """The reader's interests: `text` as they wrote it, the rest as paperlark understood it.

    `remarks` is prose outside any topic; `keywords` and `unwanted` are words and phrases
    that speak for and against a paper on their own.
    """

    text: str
    topics: tuple[Topic, ...]
    keywords: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    remarks: str = ""

    @property
    def fingerprint(self) -> str:
        """Names these criteria in the store: judgements under other criteria do not count."""
        return hashlib.sha256(self.text.strip().encode()).hexdigest()[:16]


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
