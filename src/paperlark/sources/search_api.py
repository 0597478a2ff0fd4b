"""A page of arXiv's search API as values; it is Atom, in two dialects that differ in spacing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from xml.etree.ElementTree import Element

from paperlark.domain.announcement import Feed, Listing, Via
from paperlark.domain.calendar import HOLIDAYS, announcement_day, submission_window
from paperlark.domain.errors import FeedUnreadable, SourceUnreachable
from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.domain.taxonomy import CATEGORIES
from paperlark.domain.tex_accents import decode_accents
from paperlark.sources._client import ArxivClient, Params
from paperlark.sources._paper_fields import (
    LONGEST_NAME,
    announce_type,
    bounded,
    iso_moment,
    make_details,
    make_paper,
    one_line,
    read_identifier,
    read_xml,
    text_of,
)

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@dataclass(frozen=True, slots=True)
class ApiEntry:
    """One paper as it is now, and when its first version was submitted."""

    paper: Paper
    first: datetime


@dataclass(frozen=True, slots=True)
class ResultPage:
    """One page of results, and how many there are on all pages."""

    found: tuple[ApiEntry, ...]
    notes: tuple[str, ...]
    total: int


def parse_results(content: bytes, category: str, origin: str) -> ResultPage:
    """Parse one page; an entry that cannot be read is named in its notes.

    Raises FeedUnreadable where this is not a page of results, SourceUnreachable where it is one
    entry with the title "Error", which is how arXiv refuses.
    """
    root = read_xml(content, origin)
    total = text_of(root, f"{_SEARCH}totalResults").strip()
    if root.tag != f"{_ATOM}feed" or not (total.isascii() and total.isdecimal()):
        raise FeedUnreadable(
            f"{origin} is XML but not search results: its root is <{root.tag[:60]}>",
            hint="try again later",
        )
    entries = root.findall(f"{_ATOM}entry")
    for entry in entries:
        _check_no_error(entry, origin)
    found, notes = [], []
    for entry in entries:
        try:
            found.append(_found(entry))
        except ValueError as error:
            notes.append(f"{category}: a result could not be read: {error}")
    return ResultPage(tuple(found), tuple(notes), int(total[:9]))


def _check_no_error(entry: Element, origin: str) -> None:
    name = text_of(entry, f"{_ATOM}id")
    if "/api/errors" in name:
        message = one_line(text_of(entry, f"{_ATOM}summary")) or name
        raise SourceUnreachable(
            f"{origin} answered with an error: {message[:200]}", hint="use another source"
        )


def _found(entry: Element) -> ApiEntry:
    identifier = read_identifier(text_of(entry, f"{_ATOM}id").partition("/abs/")[2])
    published = text_of(entry, f"{_ATOM}published").strip()
    first = iso_moment(published)
    if first is None:
        raise ValueError(f"{identifier.id} was published at {published!r}")
    primary = entry.find(f"{_ARXIV}primary_category")
    terms = [found.get("term", "") for found in entry.findall(f"{_ATOM}category")]
    paper = make_paper(
        identifier,
        title=text_of(entry, f"{_ATOM}title"),
        authors=tuple(_author(author) for author in entry.findall(f"{_ATOM}author")),
        abstract=text_of(entry, f"{_ATOM}summary"),
        categories=[primary.get("term", "") if primary is not None else "", *terms],
        details=make_details(
            comments=text_of(entry, f"{_ARXIV}comment"),
            journal_reference=text_of(entry, f"{_ARXIV}journal_ref"),
            doi=text_of(entry, f"{_ARXIV}doi"),
        ),
    )
    return ApiEntry(paper, first)


def _author(element: Element) -> Author:
    name = one_line(decode_accents(text_of(element, f"{_ATOM}name"))) or "(no name)"
    affiliation = one_line(text_of(element, f"{_ARXIV}affiliation"))
    return Author(bounded(name, LONGEST_NAME), bounded(affiliation, LONGEST_NAME) or None)


SLICE = 2000
_MOST = 30_000
_ATTEMPTS = 3


class SearchApi:
    """Implements Source by arXiv's schedule, which maps submission times to announcement days."""

    via = Via.SEARCH

    def __init__(
        self,
        client: ArxivClient,
        base_url: str = "https://export.arxiv.org/api/query",
        *,
        holidays: Collection[date] = HOLIDAYS,
    ) -> None:
        self._client = client
        self._base_url = base_url
        self._holidays = holidays

    def feed(self, category: str, day: date) -> Feed:
        """Search for submissions in that day's window.

        Raises SourceUnreachable and FeedUnreadable where arXiv does not send all results.
        """
        window = submission_window(day, self._holidays)
        if window is None:  # no announcement by the calendar
            return Feed(category, day, (), self._base_url, (), Via.SEARCH, 0)
        pages = self._pages(search_query(category, window), category)
        found: dict[PaperId, ApiEntry] = {}
        for page in pages:
            for one in page.found:  # pages may come unsorted and repeat results
                found.setdefault(one.paper.id, one)
        listings = tuple(
            Listing(one.paper, announce_type(category, one.paper.primary_category, replaced=False))
            for one in found.values()
            if announcement_day(one.first, self._holidays) == day
        )
        notes = tuple(note for page in pages for note in page.notes)
        return Feed(
            category,
            day,
            listings,
            self._base_url,
            (*notes, f"{category}: the search API does not know which papers were replaced"),
            Via.SEARCH,
            # Results outside the window do not count as missing.
            max(page.total for page in pages) - (len(found) - len(listings)),
        )

    def _pages(self, query: str, category: str) -> list[ResultPage]:
        """Fetch all pages; each starts after the last result, because pages may be short."""
        pages: list[ResultPage] = []
        start = 0
        while True:
            page = self._page(query, category, start)
            pages.append(page)
            start += len(page.found) + len(page.notes)
            if start >= page.total:
                return pages
            if start >= _MOST:
                raise SourceUnreachable(
                    f"{self._base_url} returns at most {_MOST} of {page.total} results",
                    hint="name categories instead of a whole archive",
                )

    def _page(self, query: str, category: str, start: int) -> ResultPage:
        """Fetch one page, again where it is empty and should not be, which happens."""
        params: Params = {"search_query": query, "start": start, "max_results": SLICE}
        for _ in range(_ATTEMPTS):
            answer = self._client.get(self._base_url, params, accept={HTTPStatus.BAD_REQUEST})
            page = parse_results(answer.content, category, self._base_url)
            if page.found or page.notes or start >= page.total:
                return page
        raise SourceUnreachable(
            f"{self._base_url} reports {page.total} results but returns none"
            f" from number {start + 1} on",
            hint="try again later, or use another source",
        )


def search_query(category: str, window: tuple[datetime, datetime]) -> str:
    """Write the query; the API takes whole minutes in UTC, both ends included."""
    first, after = window
    minutes = (first, after - timedelta(minutes=1))
    begin, end = (moment.astimezone(UTC).strftime("%Y%m%d%H%M") for moment in minutes)
    whole_archive = any(known.startswith(f"{category}.") for known in CATEGORIES)
    name = f"{category}.*" if whole_archive else category
    return f"cat:{name} AND submittedDate:[{begin} TO {end}]"


LOOKUP_SLICE = 100
"""Identifiers per request: keeps the URL short enough for any server."""
_LOOKUP_ATTEMPTS = 2

# For one identifier with an impossible month arXiv refuses all the others too.
_DATED = re.compile(r"(?:[a-z-]+/)?\d\d(?:0[1-9]|1[0-2])[.\d]*")


class ArxivLookup:
    """Fetches papers by identifier, at arXiv's pace."""

    def __init__(
        self, client: ArxivClient, base_url: str = "https://export.arxiv.org/api/query"
    ) -> None:
        self._client = client
        self._base_url = base_url

    def papers(self, identifiers: Sequence[PaperId]) -> Iterator[Paper]:
        """Yield the latest version of those that arXiv has, in no particular order.

        The others are left out. Raises SourceUnreachable and FeedUnreadable; papers yielded
        before that are valid.
        """
        asked = [one for one in dict.fromkeys(identifiers) if _DATED.fullmatch(one)]
        for start in range(0, len(asked), LOOKUP_SLICE):
            wanted = set(asked[start : start + LOOKUP_SLICE])
            yield from (paper for paper in self._slice(sorted(wanted)) if paper.id in wanted)

    def by_author(self, words: Sequence[str], most: int) -> tuple[Paper, ...]:
        """Return up to `most` papers by authors with these words in the name, the latest first.

        Where no name has them side by side, papers are returned whose authors together have them.
        Raises SourceUnreachable and FeedUnreadable.
        """
        name = " ".join(words)
        for query in (f'au:"{name}"', " AND ".join(f"au:{word}" for word in words)):
            params: Params = {
                "search_query": query,
                "start": 0,
                "max_results": most,
                "sortBy": "submittedDate",
                "sortOrder": "descending",
            }
            answer = self._client.get(self._base_url, params, accept={HTTPStatus.BAD_REQUEST})
            page = parse_results(answer.content, "by author", self._base_url)
            if page.found:
                return tuple({one.paper.id: one.paper for one in page.found}.values())
        return ()

    def _slice(self, identifiers: Sequence[PaperId]) -> Iterator[Paper]:
        """Fetch one slice, once more where it is empty, which arXiv returns at times."""
        page = ResultPage((), (), 0)
        for _ in range(_LOOKUP_ATTEMPTS):
            page = self._page(identifiers)
            if page.found:
                break
        yield from (one.paper for one in page.found)

    def _page(self, identifiers: Sequence[PaperId]) -> ResultPage:
        answer = self._client.get(
            self._base_url,
            {"id_list": ",".join(identifiers), "max_results": len(identifiers)},
            accept={HTTPStatus.BAD_REQUEST},
        )
        return parse_results(answer.content, "by identifier", self._base_url)
