"""Feeds of the latest days, one entry per day, and of saved papers and searches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import PurePosixPath

from paperlark.domain.paper import abstract_page
from paperlark.domain.plain_text import clean
from paperlark.domain.site_addresses import Addresses, link, slug
from paperlark.renderers import feeds, formats, reasons, typeset
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.feeds import FeedItem, PublishedFeed
from paperlark.renderers.html import clean_text, template
from paperlark.renderers.paper_feeds import FeedPaper, paper_feed, saved_title, search_title
from paperlark.site.archive import SiteArchive
from paperlark.site.facts import DayFacts
from paperlark.site.lists import PaperLists
from paperlark.site.publish import File
from paperlark.site.rendering import fingerprint_of

DAYS = 20
"""Announcement days in a feed: four weeks."""

_PACKAGE = "paperlark.site"


def atom(profile: str, days: Sequence[DayFacts], root: str | None, title: str = "") -> bytes:
    """Return the Atom feed of days given in order; the latest comes first.

    `profile` is the id, and the title where there is no `title`. `root` is the web address of the
    site, None where it has none.
    """
    return feeds.atom(_day_feed(profile, days, root, title, Addresses(profile).feeds[0]))


def json_feed(profile: str, days: Sequence[DayFacts], root: str | None, title: str = "") -> bytes:
    """Return the same as JSON Feed; its links must be absolute, so without `root` it has none."""
    return feeds.json_feed(_day_feed(profile, days, root, title, Addresses(profile).feeds[1]))


def list_feed_files(archive: SiteArchive, lists: PaperLists, root: str | None) -> Iterator[File]:
    """Plan the feeds of saved papers and of searches."""
    addresses = Addresses(archive.profile)
    if lists.saved is not None:
        saved = _List("saved", saved_title(archive.name), lists.saved, addresses.saved_feeds)
        yield from _paper_files(archive, saved, root)
    for query, papers in lists.searches.items():
        title, paths = search_title(archive.name, query), addresses.search_feeds(query)
        found = _List(f"search/{slug(query)}", title, papers, paths)
        yield from _paper_files(archive, found, root)


@dataclass(frozen=True, slots=True)
class _List:
    """A feed of papers, and its files, Atom and JSON."""

    kind: str
    title: str
    papers: Sequence[FeedPaper]
    paths: tuple[PurePosixPath, PurePosixPath]


def _paper_files(archive: SiteArchive, of: _List, root: str | None) -> Iterator[File]:
    inputs = fingerprint_of("papers", archive.profile, of.kind, of.title, root, of.papers)
    for path, write in zip(of.paths, (feeds.atom, feeds.json_feed), strict=True):
        yield File(path, inputs, partial(_written, write, archive.profile, of, path, root))


def _written(
    write: Callable[[PublishedFeed], bytes],
    profile: str,
    of: _List,
    path: PurePosixPath,
    root: str | None,
) -> bytes:
    home = link(path, Addresses(profile).home)
    return write(
        paper_feed(
            profile,
            of.kind,
            of.title,
            of.papers,
            own=path.name,
            home=home,
            base=_base(root, path),
        )
    )


def _day_feed(
    profile: str, days: Sequence[DayFacts], root: str | None, title: str, here: PurePosixPath
) -> PublishedFeed:
    addresses = Addresses(profile)
    return PublishedFeed(
        id=_tag(profile),
        title=title or profile,
        updated=_moment(days[-1].day if days else date(2025, 1, 1)),
        items=tuple(
            FeedItem(
                id=_tag(profile, facts.day),
                title=_title(facts),
                address=link(here, addresses.day(facts.day)),
                updated=_moment(facts.day),
                content=_content(facts),
                summary=_summary(facts),
            )
            for facts in _latest(days)
        ),
        own=here.name,
        home=link(here, addresses.home),
        base=_base(root, here),
    )


def _base(root: str | None, here: PurePosixPath) -> str | None:
    return f"{root.rstrip('/')}/{here}" if root else None


def _latest(days: Sequence[DayFacts]) -> Iterator[DayFacts]:
    return reversed(days[-DAYS:])


def _title(facts: DayFacts) -> str:
    return _("{day}: {papers}").format(
        day=formats.long_date(facts.day), papers=formats.papers(facts.selected)
    )


def _summary(facts: DayFacts) -> str:
    return clean(" · ".join(facts.summary))


def _content(facts: DayFacts) -> str:
    return template(_PACKAGE, "feed_day.html", clean_text).render(
        facts=facts,
        summary=_summary(facts),
        abstract_page=abstract_page,
        typeset=typeset,
        reasons=reasons,
    )


def _moment(day: date) -> datetime:
    """Return midnight UTC of the day; it stays the same when a page is made again."""
    return datetime.combine(day, time(), UTC)


def _tag(profile: str, day: date | None = None) -> str:
    """Return a permanent tag URI (RFC 4151), independent of the site's address."""
    return f"tag:paperlark,2025:{slug(profile)}{f'/{day}' if day else ''}"
