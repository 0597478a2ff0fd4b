"""The ways from a page of an archive to its neighbours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """A link: its words, and the address as the page writes it."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Navigation:
    """The neighbours of a page; `previous` and `next` are None at the ends of the archive.

    `up` is what the page is part of, the nearest first. `beside` is what else there is of the same
    papers, and `citations` the page that has each paper's citation under the paper's anchor, None
    where there is none.
    """

    previous: NavigationLink | None
    up: tuple[NavigationLink, ...]
    next: NavigationLink | None
    beside: tuple[NavigationLink, ...] = ()
    citations: str | None = None
