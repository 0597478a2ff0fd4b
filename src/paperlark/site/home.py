"""Where a reader comes in: one profile's latest day and all ways from there, and the whole site."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from paperlark.domain.site_addresses import FRONT, Addresses, link
from paperlark.renderers import english
from paperlark.renderers.navigation import Navigation
from paperlark.site import totals
from paperlark.site.archive import SiteArchive
from paperlark.site.months import month
from paperlark.site.publish import File
from paperlark.site.rendering import named, render_page

TITLE = "paperlark"
"""What the site's first page is called."""


def home_file(volume: SiteArchive, *, alone: bool) -> File:
    """Give a profile's own first page; `alone` is a profile that has the site to itself."""
    everything = [one.fingerprint for one in volume.days]
    return File(
        Addresses(volume.profile).home,
        named("home", alone, volume.profile, everything),
        partial(_home, volume, alone),
    )


def front_file(volumes: Sequence[SiteArchive]) -> File:
    """Give the page that the site opens with: every profile's latest day."""
    latest = [(one.profile, one.days[-1].fingerprint if one.days else None) for one in volumes]
    return File(FRONT, named("front", latest), partial(_front, volumes))


def _home(volume: SiteArchive, alone: bool) -> bytes:  # noqa: FBT001  # passed on as it came
    addresses = Addresses(volume.profile)
    here = addresses.home
    months = volume.months
    days = [one.facts for one in volume.days]
    latest = days[-1] if days else None
    return render_page(
        "home.html",
        title=volume.profile,
        profile=volume.profile,
        walk=Navigation(None, (), None),
        front=None if alone else link(here, FRONT),
        latest=latest,
        calendar=month(months[-1]) if months else None,
        most=max((one.facts.looked_at for one in months[-1].days), default=0) if months else 0,
        years=[
            (part.first.year, [one for one in months if one.first.year == part.first.year])
            for part in reversed(volume.years)
        ],
        whole=totals.totals_of(days),
        topics=[(one, link(here, addresses.topic(one.name))) for one in totals.topics(days)],
        authors=[(name, link(here, addresses.author(name))) for name in volume.authors],
        feeds=[link(here, feed) for feed in addresses.feeds],
        search=link(here, addresses.search),
        to_day=lambda day, anchor="": link(here, addresses.day(day), anchor),
        to_month=lambda first: link(here, addresses.month(first)),
        to_year=lambda year: link(here, addresses.year(year)),
    )


def _front(volumes: Sequence[SiteArchive]) -> bytes:
    return render_page(
        "front.html",
        title=TITLE,
        profile=english.counted(len(volumes), "reader"),
        walk=Navigation(None, (), None),
        readers=[_reader(volume) for volume in volumes],
    )


def _reader(volume: SiteArchive) -> tuple[object, ...]:
    """Give name, own first page, latest day, feeds, and the way to a day or a paper of it."""
    addresses = Addresses(volume.profile)

    def to_day(day: date, anchor: str = "") -> str:
        return link(FRONT, addresses.day(day), anchor)

    return (
        volume.profile,
        link(FRONT, addresses.home),
        volume.days[-1].facts if volume.days else None,
        [link(FRONT, feed) for feed in addresses.feeds],
        to_day,
    )
