"""Entry pages: the home page of a profile, and the front page of the whole site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import partial

from paperlark.domain.site_addresses import FRONT, Addresses, link
from paperlark.renderers import formats
from paperlark.renderers.catalogue import ngettext
from paperlark.renderers.html import Navigation
from paperlark.site import totals
from paperlark.site.archive import SiteArchive
from paperlark.site.months import month
from paperlark.site.publish import File
from paperlark.site.rendering import fingerprint_of, render_page

TITLE = "paperlark"
"""Title of the front page."""


def home_file(archive: SiteArchive, *, alone: bool) -> File:
    """Plan the home page of a profile; `alone` if it is the only profile of the site."""
    fingerprints = [one.fingerprint for one in archive.days]
    return File(
        Addresses(archive.profile).home,
        fingerprint_of("home", alone, archive.profile, archive.name, fingerprints),
        partial(_home, archive, alone),
    )


def front_file(archives: Sequence[SiteArchive]) -> File:
    """Plan the front page: the latest day of every profile."""
    latest = [
        (one.profile, one.name, one.categories, one.days[-1].fingerprint if one.days else None)
        for one in archives
    ]
    return File(FRONT, fingerprint_of("front", latest), partial(_front, archives))


def _home(archive: SiteArchive, alone: bool) -> bytes:  # noqa: FBT001  # passed on as it came
    addresses = Addresses(archive.profile)
    here = addresses.home
    months = archive.months
    days = [one.facts for one in archive.days]
    latest = days[-1] if days else None
    return render_page(
        "home.html",
        title=archive.name,
        profile=archive.name,
        navigation=Navigation(None, (), None),
        front=None if alone else link(here, FRONT),
        latest=latest,
        calendar=month(months[-1]) if months else None,
        most=max((one.facts.scanned_count for one in months[-1].days), default=0) if months else 0,
        years=[
            (part.first.year, [one for one in months if one.first.year == part.first.year])
            for part in reversed(archive.years)
        ],
        totals=totals.totals_of(days),
        topics=[(one, link(here, addresses.topic(one.name))) for one in totals.topics(days)],
        authors=[(name, link(here, addresses.author(name))) for name in archive.authors],
        feeds=[link(here, feed) for feed in addresses.feeds],
        search=link(here, addresses.search),
        to_day=lambda day, anchor="": link(here, addresses.day(day), anchor),
        to_month=lambda first: link(here, addresses.month(first)),
        to_year=lambda year: link(here, addresses.year(year)),
    )


def _front(archives: Sequence[SiteArchive]) -> bytes:
    shared = Counter(archive.name for archive in archives)
    return render_page(
        "front.html",
        title=TITLE,
        profile=ngettext("{count} reader", "{count} readers", len(archives)).format(
            count=formats.number(len(archives))
        ),
        navigation=Navigation(None, (), None),
        readers=[_reader(archive, shared[archive.name] > 1) for archive in archives],
    )


def _reader(archive: SiteArchive, shared: bool) -> tuple[object, ...]:  # noqa: FBT001  # private
    """Return name, home page, latest day, feeds, and a function that links to a day.

    The categories are last, where the name is `shared` with another reader.
    """
    addresses = Addresses(archive.profile)

    def to_day(day: date, anchor: str = "") -> str:
        return link(FRONT, addresses.day(day), anchor)

    return (
        archive.name,
        link(FRONT, addresses.home),
        archive.days[-1].facts if archive.days else None,
        [link(FRONT, feed) for feed in addresses.feeds],
        to_day,
        archive.categories if shared else (),
    )
