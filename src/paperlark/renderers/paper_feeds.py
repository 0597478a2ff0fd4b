"""Papers as items of a feed: those that a reader saved, and those that a search finds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from paperlark.domain.paper import Paper
from paperlark.domain.site_addresses import slug
from paperlark.renderers import english, reasons, typeset
from paperlark.renderers.feeds import FeedItem, PublishedFeed
from paperlark.renderers.html import clean_text, template

MOST = 50
"""Papers in a feed, the latest first."""
_NEVER = datetime(2025, 1, 1, tzinfo=UTC)
"""When a feed without an item was updated: it stays the same while nothing happens."""


@dataclass(frozen=True, slots=True)
class FeedPaper:
    """A paper, when it was saved or announced, and what its page says of it, if anything."""

    paper: Paper
    at: datetime
    chip: str = ""
    reason: str = ""


def announced(day: date) -> datetime:
    """Return midnight UTC of a day: the same whenever a feed is written."""
    return datetime.combine(day, time(), UTC)


def saved_title(title: str) -> str:
    """Return the title of the feed of saved papers."""
    return f"{title}: saved papers"


def search_title(title: str, query: str) -> str:
    """Return the title of the feed of a search."""
    return f"{title}: {query}"


def paper_feed(  # what a feed is made of
    reader: str,
    kind: str,
    title: str,
    papers: Iterable[FeedPaper],
    *,
    own: str,
    home: str,
    base: str | None,
) -> PublishedFeed:
    """Return a feed of papers, the latest first; `kind` tells it from the reader's other feeds."""
    latest = sorted(papers, key=lambda one: (one.at, one.paper.id), reverse=True)[:MOST]
    id_ = f"tag:paperlark,2025:{slug(reader)}/{kind}"
    return PublishedFeed(
        id=id_,
        title=title,
        updated=max((one.at for one in latest), default=_NEVER),
        items=tuple(_item(id_, one) for one in latest),
        own=own,
        home=home,
        base=base,
    )


def _item(feed: str, one: FeedPaper) -> FeedItem:
    paper = one.paper
    return FeedItem(
        id=f"{feed}/{paper.id}",
        title=typeset.plain(paper.title),
        address=paper.url,
        updated=one.at,
        content=_content(one),
        summary=one.reason,
        authors=_names(paper),
        categories=paper.categories,
    )


def _names(paper: Paper) -> tuple[str, ...]:
    return tuple(author.name for author in paper.authors)


def _content(one: FeedPaper) -> str:
    names: Sequence[str] = _names(one.paper)
    shown = reasons.shown_authors(len(names))
    return template("paperlark.renderers", "feed_paper.html", clean_text).render(
        paper=one.paper,
        names=names[:shown],
        more=english.number(len(names) - shown) if shown < len(names) else "",
        about=" · ".join(filter(None, (one.chip, one.reason))),
        paragraphs=typeset.plain_paragraphs(one.paper.abstract),
    )
