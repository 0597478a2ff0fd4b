"""Entry pages: the home page of a profile, and the front page of the whole site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from paperlark.domain.site_addresses import FRONT, Addresses, link
from paperlark.renderers import formats
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.catalogue import ngettext
from paperlark.renderers.html import Navigation
from paperlark.site import totals
from paperlark.site.archive import SiteArchive
from paperlark.site.facts import DayFacts
from paperlark.site.lists import PaperLists
from paperlark.site.months import month
from paperlark.site.publish import File
from paperlark.site.rendering import fingerprint_of, render_page

TITLE = "paperlark"
"""Title of the front page."""


def home_file(archive: SiteArchive, lists: PaperLists, *, alone: bool) -> File:
    """Plan the home page of a profile; `alone` if it is the only profile of the site."""
    path = Addresses(archive.profile).home
    return _home_at(path, archive, lists, None if alone else link(path, FRONT))


def front_file(readers: Sequence[tuple[SiteArchive, PaperLists]]) -> File:
    """Plan the front page: of one profile its home page, of several an index of them."""
    if len(readers) == 1:
        return _home_at(FRONT, *readers[0], None)
    archives = [archive for archive, _ in readers]
    latest = [
        (
            one.profile,
            one.name,
            one.categories,
            len(one.days),
            one.latest.fingerprint if one.latest else None,
        )
        for one in archives
    ]
    return File(FRONT, fingerprint_of("front", latest), partial(_front, archives))


def _home_at(
    here: PurePosixPath, archive: SiteArchive, lists: PaperLists, front: str | None
) -> File:
    """Plan the home page of a profile at an address; `front` is the link to the index, if any."""
    fingerprints = [one.fingerprint for one in archive.days]
    return File(
        here,
        fingerprint_of(
            "home", here, front, archive.profile, archive.name, lists.names, fingerprints
        ),
        partial(_home, here, archive, lists, front),
    )


def _home(here: PurePosixPath, archive: SiteArchive, lists: PaperLists, front: str | None) -> bytes:
    addresses = Addresses(archive.profile)
    months = archive.months
    latest = archive.latest
    days = [one for part in archive.years for one in part.facts]
    this_month = months[-1].facts if months else ()
    return render_page(
        "home.html",
        title=archive.name,
        profile=archive.name,
        navigation=Navigation(None, (), None),
        front=front,
        latest=latest.facts if latest else None,
        calendar=month(months[-1]) if months else None,
        most=max((one.scanned_count for one in this_month), default=0),
        years=[
            (part.first.year, [one for one in months if one.first.year == part.first.year])
            for part in reversed(archive.years)
        ],
        totals=totals.totals_of(days),
        topics=[(one, link(here, addresses.topic(one.name))) for one in totals.topics(days)],
        authors=[(name, link(here, addresses.author(name))) for name in archive.authors],
        feeds=_feeds(here, archive, lists),
        search=link(here, addresses.search),
        to_day=lambda day, anchor="": link(here, addresses.day(day), anchor),
        to_month=lambda first: link(here, addresses.month(first)),
        to_year=lambda year: link(here, addresses.year(year)),
    )


def _feeds(
    here: PurePosixPath, archive: SiteArchive, lists: PaperLists
) -> list[tuple[str, list[str]]]:
    """Return the name of each feed and its addresses, Atom and JSON."""
    addresses = Addresses(archive.profile)
    named = [(_("All days"), addresses.feeds)]
    if lists.saved is not None:
        named.append((_("Saved papers"), addresses.saved_feeds))
    named += [(query, addresses.search_feeds(query)) for query in lists.searches]
    return [(name, [link(here, path) for path in paths]) for name, paths in named]


@dataclass(frozen=True, slots=True)
class _Reader:
    """A row of the index: one reader, with links from the front page.

    `categories` are there where the name is shared with another reader.
    """

    name: str
    home: str
    search: str
    feeds: tuple[str, ...]
    days: int
    latest: DayFacts | None
    day: str
    categories: tuple[str, ...]


def _front(archives: Sequence[SiteArchive]) -> bytes:
    shared = Counter(archive.name for archive in archives)
    return render_page(
        "front.html",
        title=TITLE,
        profile=ngettext("{count} reader", "{count} readers", len(archives)).format(
            count=formats.number(len(archives))
        ),
        navigation=Navigation(None, (), None),
        readers=[_reader(one, one.categories if shared[one.name] > 1 else ()) for one in archives],
    )


def _reader(archive: SiteArchive, categories: tuple[str, ...]) -> _Reader:
    addresses = Addresses(archive.profile)
    latest = archive.latest
    return _Reader(
        archive.name,
        link(FRONT, addresses.home),
        link(FRONT, addresses.search),
        tuple(link(FRONT, feed) for feed in addresses.feeds),
        sum(not one.gap for one in archive.days),
        latest.facts if latest else None,
        link(FRONT, addresses.day(latest.day)) if latest else "",
        categories,
    )
