"""arXiv's search API: the submissions of a day's window, from which the batch is reconstructed.

https://info.arxiv.org/help/api/user-manual.html. It knows no announcements and, by the date of
the first version, no replacements. What moderators held back is not in the window either: the
last source to ask.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus

from paperlark.domain.announcement import Feed, Listing, Via
from paperlark.domain.calendar import HOLIDAYS, announcement_day, submission_window
from paperlark.domain.categories import CATEGORIES
from paperlark.domain.errors import SourceUnreachable
from paperlark.domain.paper import PaperId
from paperlark.sources._doors import announce_type
from paperlark.sources._polite import Params, PoliteClient
from paperlark.sources._search_page import Found, ResultPage, parse_results

SLICE = 2000
_MOST = 30_000
_ATTEMPTS = 3


class SearchResults:
    """Implements Source by arXiv's rule of which submissions are announced when."""

    via = Via.SEARCH

    def __init__(
        self,
        client: PoliteClient,
        base_url: str = "https://export.arxiv.org/api/query",
        *,
        holidays: Collection[date] = HOLIDAYS,
    ) -> None:
        self._client = client
        self._base_url = base_url
        self._holidays = holidays

    def feed(self, category: str, day: date) -> Feed:
        """Search for what was submitted in that day's window.

        Raises SourceUnreachable and FeedUnreadable when arXiv does not give all results.
        """
        window = submission_window(day, self._holidays)
        if window is None:  # the calendar knows of no announcement
            return Feed(category, day, (), self._base_url, (), Via.SEARCH, 0)
        pages = self._pages(search_query(category, window), category)
        found: dict[PaperId, Found] = {}
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
            # What it gives too much is no entry that the batch should have.
            max(page.total for page in pages) - (len(found) - len(listings)),
        )

    def _pages(self, query: str, category: str) -> list[ResultPage]:
        """Go on after what came, because pages are shorter than asked for at times."""
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
                    f"{self._base_url} gives no more than {_MOST} of {page.total} results",
                    mend="name categories instead of a whole archive",
                )

    def _page(self, query: str, category: str, start: int) -> ResultPage:
        """Ask again for a page that is empty and should not be, which happens."""
        params: Params = {"search_query": query, "start": start, "max_results": SLICE}
        for _ in range(_ATTEMPTS):
            answer = self._client.get(self._base_url, params, also={HTTPStatus.BAD_REQUEST})
            page = parse_results(answer.content, category, self._base_url)
            if page.found or page.notes or start >= page.total:
                return page
        raise SourceUnreachable(
            f"{self._base_url} says that there are {page.total} results and gives none"
            f" from number {start + 1} on",
            mend="try again later, or use another source",
        )


def search_query(category: str, window: tuple[datetime, datetime]) -> str:
    """Write the question; the API counts in whole minutes of UTC, both ends included."""
    first, after = window
    minutes = (first, after - timedelta(minutes=1))
    begin, end = (moment.astimezone(UTC).strftime("%Y%m%d%H%M") for moment in minutes)
    whole_archive = any(known.startswith(f"{category}.") for known in CATEGORIES)
    name = f"{category}.*" if whole_archive else category
    return f"cat:{name} AND submittedDate:[{begin} TO {end}]"
