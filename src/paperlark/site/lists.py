"""The papers of a reader's feeds: those that were saved, and those that searches find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.search import SearchQuery, read_terms, split_category
from paperlark.domain.triage import saved_since
from paperlark.renderers import typeset
from paperlark.renderers.paper_feeds import MOST, FeedPaper, announced
from paperlark.settings import Settings
from paperlark.site.archive import ArchiveDay
from paperlark.site.facts import PaperFacts
from paperlark.store.announcements import PaperTextStore
from paperlark.store.connection import DatabaseConnection
from paperlark.store.search import SearchStore
from paperlark.store.triage import TriageStore

RECENT = timedelta(days=60)
"""Before its latest day an archive is not searched for feeds, which are of what is new."""


@dataclass(frozen=True, slots=True)
class PaperLists:
    """The papers of each feed; `saved` is None where saved papers have none."""

    saved: tuple[FeedPaper, ...] | None = None
    searches: Mapping[str, tuple[FeedPaper, ...]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[object, ...]:
        """What links to the feeds are made of."""
        return (self.saved is not None, tuple(self.searches))


def paper_lists(
    settings: Settings, connection: DatabaseConnection, days: Sequence[ArchiveDay]
) -> PaperLists:
    """Return what the profile wants feeds of; raises StoreError."""
    path, reader, site = settings.database, settings.profile.id, settings.site
    if not (site.saved or site.searches):
        return PaperLists()
    texts = PaperTextStore(connection, path, reader)
    shown = {paper.id: paper for one in days for paper in one.facts.papers}
    saved = None
    if site.saved:
        since = saved_since(TriageStore(connection, path, reader).all())
        latest = sorted(since, key=lambda paper: since[paper], reverse=True)[:MOST]
        found = texts.find(latest)
        saved = tuple(_listed(found[one], since[one], shown) for one in latest if one in found)
    searches: dict[str, tuple[FeedPaper, ...]] = {}
    if site.searches and days:
        finder = SearchStore(connection, path, reader, typeset.plain)
        if finder.waiting():
            finder.catch_up(lambda *_: None)
        for text in site.searches:
            query = _query(text, days)
            searches[text] = _found(finder, query, texts, shown)
    return PaperLists(saved, searches)


def _query(text: str, days: Sequence[ArchiveDay]) -> SearchQuery:
    words, category = split_category(text)
    first = days[-1].day - RECENT
    return SearchQuery(text=words, terms=read_terms(words), category=category, first=first)


def _found(
    finder: SearchStore,
    query: SearchQuery,
    texts: PaperTextStore,
    shown: Mapping[PaperId, PaperFacts],
) -> tuple[FeedPaper, ...]:
    """Return the latest papers with all words, whether they were on a page or not."""
    hits = finder.all_words(query) if query.terms else finder.without_words(query)
    papers = [hit.paper_id for hit in hits.found]
    days = {
        paper: status.day
        for paper, status in zip(papers, finder.statuses(query, papers), strict=True)
        if status.day is not None
    }
    latest = sorted(days, key=lambda paper: (days[paper], paper), reverse=True)[:MOST]
    found = texts.find(latest)
    return tuple(_listed(found[one], announced(days[one]), shown) for one in latest if one in found)


def _listed(paper: Paper, at: datetime, shown: Mapping[PaperId, PaperFacts]) -> FeedPaper:
    page = shown.get(paper.id)
    return FeedPaper(paper, at, page.chip, page.reason) if page else FeedPaper(paper, at)
