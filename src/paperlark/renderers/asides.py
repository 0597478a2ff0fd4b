"""The remark beside each title in the contents: what is about this paper and no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from paperlark.domain.digest import Entry
from paperlark.domain.judgement import Match
from paperlark.renderers import typeset
from paperlark.renderers.reasons import OUTSIDE

_TELLING = 0.5
"""A topic that more than this share of the rows have in common tells none of them apart."""

_MOST_TERMS, _LONGEST = 3, 44
"""Terms named in a remark, and its characters: two lines of the column."""

BETWEEN = " · "


def asides(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return a remark for each entry of a page, in order; empty where there is nothing to say.

    Topics are named where they differ from row to row, else the terms that matched.
    """
    topics = telling_topics(_ordinary(entries))
    return tuple(_aside(entry, topics) for entry in entries)


def telling_topics(matches: Iterable[Match]) -> frozenset[str]:
    """Return the topics of these matches; none where one of them is on most rows."""
    count = Counter(match.topic for match in matches)
    named = frozenset(topic for topic in count if topic)
    if len(named) < 2 or max(count.values()) > _TELLING * count.total():  # noqa: PLR2004
        return frozenset()
    return named


def matched(match: Match) -> str:
    """Return the strongest terms that matched, else the liked paper that it resembles."""
    terms: list[str] = []
    for term in match.words_for[:_MOST_TERMS]:
        if terms and len(BETWEEN.join((*terms, term))) > _LONGEST:
            break
        terms.append(term)
    if terms:
        return BETWEEN.join(terms)
    return f"like {typeset.plain(match.nearest.title)}" if match.nearest else match.topic or ""


def _ordinary(entries: Iterable[Entry]) -> Iterable[Match]:
    return (one.match for one in entries if one.match and not (one.outside or one.followed))


def _aside(entry: Entry, topics: frozenset[str]) -> str:
    if entry.outside:
        return OUTSIDE
    if entry.followed:
        return "author match"
    if entry.match is None:
        return ""
    return entry.match.topic if entry.match.topic in topics else matched(entry.match)
