"""Pages of one topic or one followed author, over all days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import PurePosixPath

from paperlark.domain.site_addresses import Addresses, link
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.html import Navigation, NavigationLink
from paperlark.site import totals
from paperlark.site.archive import SiteArchive
from paperlark.site.days import search_link
from paperlark.site.publish import File
from paperlark.site.rendering import fingerprint_of, render_page

MOST = 100
"""Papers on one page, the latest day first; earlier ones are on the pages of their months."""


def topic_files(archive: SiteArchive) -> Iterator[File]:
    """Plan the page of every topic and every followed author."""
    addresses = Addresses(archive.profile)
    papers = tuple(totals.shown(one.facts for one in archive.days))
    for topic in archive.topics:
        about = [one for one in papers if one.paper.topic == topic]
        yield _file(archive, addresses.topic(topic), topic, _("Topic"), about)
    for author in archive.authors:
        by = [one for one in papers if author in {who.name for who in one.paper.followed}]
        yield _file(archive, addresses.author(author), author, _("Author you follow"), by)


def _file(
    archive: SiteArchive,
    path: PurePosixPath,
    name: str,
    kind: str,
    papers: Sequence[totals.ShownPaper],
) -> File:
    return File(
        path,
        fingerprint_of("topic", archive.profile, archive.name, name, kind, papers),
        partial(_page, archive, path, name, kind, papers),
    )


def _page(
    archive: SiteArchive,
    here: PurePosixPath,
    name: str,
    kind: str,
    papers: Sequence[totals.ShownPaper],
) -> bytes:
    addresses = Addresses(archive.profile)
    # Newest day first, and in each the best first, as on its page; a sort keeps that order.
    latest = sorted(papers, key=lambda one: one.day, reverse=True)[:MOST]
    months = groupby(latest, key=lambda one: one.day.replace(day=1))
    return render_page(
        "topic.html",
        title=name,
        what=kind,
        profile=archive.name,
        navigation=Navigation(
            None,
            (NavigationLink(archive.name, link(here, addresses.home)), search_link(archive, here)),
            None,
        ),
        papers=papers,
        shown=len(latest),
        months=[(first, tuple(group)) for first, group in months],
        to_month=lambda first: link(here, addresses.month(first)),
        to_day=lambda day, anchor="": link(here, addresses.day(day), anchor),
    )
