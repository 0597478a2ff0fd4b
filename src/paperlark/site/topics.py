"""Pages that gather papers of all days: one of a topic, or by one followed author."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import PurePosixPath

from paperlark.domain.site_addresses import Addresses, link
from paperlark.renderers.navigation import Navigation, NavigationLink
from paperlark.site import totals
from paperlark.site.archive import SiteArchive
from paperlark.site.publish import File
from paperlark.site.rendering import named, render_page

MOST = 100
"""Papers on one such page, the latest; all others are in their months."""


def topic_files(volume: SiteArchive) -> Iterator[File]:
    """Give the page of every topic and of every followed author."""
    addresses = Addresses(volume.profile)
    papers = tuple(totals.shown(one.facts for one in volume.days))
    for topic in volume.topics:
        about = [one for one in papers if one.paper.topic == topic]
        yield _file(volume, addresses.topic(topic), topic, "Topic", about)
    for author in volume.authors:
        by = [one for one in papers if author in {who.name for who in one.paper.followed}]
        yield _file(volume, addresses.author(author), author, "Author you follow", by)


def _file(
    volume: SiteArchive,
    path: PurePosixPath,
    name: str,
    what: str,
    papers: Sequence[totals.ShownPaper],
) -> File:
    return File(
        path,
        named("gathered", volume.profile, name, what, papers),
        partial(_page, volume, path, name, what, papers),
    )


def _page(
    volume: SiteArchive,
    here: PurePosixPath,
    name: str,
    what: str,
    papers: Sequence[totals.ShownPaper],
) -> bytes:
    addresses = Addresses(volume.profile)
    latest = papers[-MOST:][::-1]
    months = groupby(latest, key=lambda one: one.day.replace(day=1))
    return render_page(
        "gathered.html",
        title=name,
        what=what,
        profile=volume.profile,
        walk=Navigation(None, (NavigationLink(volume.profile, link(here, addresses.home)),), None),
        papers=papers,
        shown=len(latest),
        months=[(first, tuple(among)) for first, among in months],
        to_month=lambda first: link(here, addresses.month(first)),
        to_day=lambda day, anchor="": link(here, addresses.day(day), anchor),
    )
