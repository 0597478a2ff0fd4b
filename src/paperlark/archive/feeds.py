"""The papers of a reader's feeds: those that were saved, and the latest that a search finds."""

from __future__ import annotations

from datetime import date, timedelta

from paperlark.archive.search import ArchiveSearch, search_query
from paperlark.archive.triage import Triage
from paperlark.domain.search import SearchMethod, split_category
from paperlark.domain.triage import saved_since
from paperlark.renderers import reasons
from paperlark.renderers.paper_feeds import MOST, FeedPaper, announced

RECENT = timedelta(days=60)
"""A feed is of what is new: before that an archive is not searched for it."""
_SEARCHED = 1000
_EXACT = frozenset({SearchMethod.ALL_WORDS, SearchMethod.IDENTIFIER, SearchMethod.NO_WORDS})


def saved_feed_papers(triage: Triage) -> tuple[FeedPaper, ...]:
    """Return the papers that were saved last, the latest first."""
    since = saved_since(triage.store.all())
    latest = sorted(since, key=lambda paper: since[paper], reverse=True)[:MOST]
    return tuple(
        FeedPaper(
            one.entry.paper,
            since[one.entry.paper.id],
            reasons.chip(one.entry) if one.day else "",
            (reasons.reason(one.entry) or "") if one.day else "",
        )
        for one in triage.listed(latest)
    )


def found_feed_papers(archive: ArchiveSearch, text: str, last: date) -> tuple[FeedPaper, ...]:
    """Return the latest papers that have all words of a text, in the weeks before a day.

    A category such as cs.LG among the words is one. Raises InvalidQuery.
    """
    words, category = split_category(text)
    query = search_query(words, category=category, first=last - RECENT)
    results = archive.answer(query, _SEARCHED)
    if results.method not in _EXACT or results.corrections:
        return ()
    found = (
        FeedPaper(one.paper, announced(one.status.day)) for one in results.found if one.status.day
    )
    return tuple(sorted(found, key=lambda one: (one.at, one.paper.id), reverse=True)[:MOST])
