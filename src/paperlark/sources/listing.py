"""arXiv's web pages of a category: the latest listing, and catch-up pages of the last 90 days.

They state the day of the announcement and how many entries it has; RSS states neither.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus

from paperlark.domain import calendar
from paperlark.domain.announcement import Feed, Listing, Via
from paperlark.domain.errors import FeedNotFound
from paperlark.domain.paper import PaperId
from paperlark.sources._client import ArxivClient, Params
from paperlark.sources._listing_page import ListingPage, parse_page

ARXIV = "https://arxiv.org"
KEPT = timedelta(days=90)
_MOST_PAGES = 20  # of 2,000 entries; the largest day of all of cs has two


class ListingPages:
    """Implements Source for the latest announcement: `/list/<category>/new`."""

    via = Via.LISTING

    def __init__(
        self,
        client: ArxivClient,
        base_url: str = ARXIV,
        *,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._now = now
        self._client = client
        self._base_url = base_url.rstrip("/")

    def feed(self, category: str, day: date) -> Feed:
        """Fetch the page.

        Raises FeedNotFound where it is for another day, or there is no such category;
        SourceUnreachable and FeedUnreadable where no usable page comes.
        """
        # From 20:00 New York time on it is the next day's.
        if self._now and day < calendar.today(self._now()):
            raise FeedNotFound(f"arXiv's listing page has only the latest day, not {day}")
        url = f"{self._base_url}/list/{category}/new"
        page = _page(self._client, url, category)
        _check_day(page, day, url)
        # Two sections may list the same paper.
        listings = {listing.paper.id: listing for listing in reversed(page.listings)}
        once = tuple(reversed(listings.values()))
        return Feed(category, day, once, url, page.notes, Via.LISTING, page.expected)


class CatchupPages:
    """Implements Source for the last 90 days: `/catchup/<category>/<day>`, page by page."""

    via = Via.CATCHUP

    def __init__(
        self,
        client: ArxivClient,
        base_url: str = ARXIV,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._base_url = base_url.rstrip("/")
        self._now = now

    def feed(self, category: str, day: date) -> Feed:
        """Fetch all pages of that day; a day without updates is an empty feed.

        Raises what ListingPages does; FeedNotFound, without a request, for a day too long ago or
        in the future.
        """
        today = calendar.today(self._now())
        if not today - KEPT <= day <= today:
            raise FeedNotFound(
                f"arXiv's catch-up pages go back 90 days from {today}, not to {day}",
                hint="use another source",
            )
        url = f"{self._base_url}/catchup/{category}/{day}"
        pages = self._pages(url, category, day)
        listings: dict[PaperId, Listing] = {}
        for page in pages:
            for listing in page.listings:  # an entry may move to the next page in between
                listings.setdefault(listing.paper.id, listing)
        notes = tuple(note for page in pages for note in page.notes)
        counts = [page.expected for page in pages if page.expected is not None]
        expected = max(counts, default=None)
        return Feed(category, day, tuple(listings.values()), url, notes, Via.CATCHUP, expected)

    def _pages(self, url: str, category: str, day: date) -> list[ListingPage]:
        pages: list[ListingPage] = []
        seen = 0
        for number in range(1, _MOST_PAGES + 1):
            params: Params = {"abs": "True", "page": number}
            page = _page(self._client, url, category, params)
            _check_day(page, day, url)
            pages.append(page)
            seen += len(page.listings) + len(page.notes)
            if not page.listings or (page.expected is not None and seen >= page.expected):
                break
        return pages


def _page(
    client: ArxivClient, url: str, category: str, params: Params | None = None
) -> ListingPage:
    answer = client.get(url, params, accept={HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND})
    if answer.status != HTTPStatus.OK:
        raise FeedNotFound(
            f"arXiv has no page {answer.url}: it answered with HTTP {answer.status}",
            hint=f"check the category {category!r}, or use another source",
        )
    return parse_page(answer.content, category, answer.url)


def _check_day(page: ListingPage, day: date, url: str) -> None:
    if page.stated != day:
        raise FeedNotFound(f"{url} is for {page.stated}, not {day}", hint="use another source")
