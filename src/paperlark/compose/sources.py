"""Choose where announcements and authors' records come from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from paperlark.domain.calendar import weekdays
from paperlark.ports import AuthorService, Source
from paperlark.settings import Settings
from paperlark.settings.environment import Environment
from paperlark.settings.places import cache_folder
from paperlark.settings.values import ArxivSettings

if TYPE_CHECKING:
    from paperlark.http.response import Response
    from paperlark.sources._client import ArxivClient


ATTEMPTS = 4
"""Attempts for each request to arXiv."""


@dataclass(frozen=True, slots=True)
class Announcements:
    """Where announcements come from, in the order in which they are asked.

    `days` returns the days of a range that may have an announcement, `begin` is called before each.
    """

    sources: tuple[Source, ...]
    days: Callable[[date, date], tuple[date, ...]]
    begin: Callable[[], None]


def choose_sources(
    arxiv: ArxivSettings, feeds: Path | None, environment: Environment, opened: ExitStack
) -> Announcements:
    """Return a folder of recorded feeds, or arXiv's endpoints."""
    if feeds is None:
        return _arxiv(arxiv, environment, opened)
    from paperlark.sources.rss import RecordedFeeds  # noqa: PLC0415  # not both are needed

    recorded = RecordedFeeds(feeds)
    return Announcements((recorded,), recorded.days, lambda: None)


def _arxiv(arxiv: ArxivSettings, environment: Environment, opened: ExitStack) -> Announcements:
    """Return all of arXiv's endpoints behind one rate-limited client."""
    # They bring the HTTP client, which a page from recorded feeds does not need.
    from paperlark.sources.listing import CatchupPages, ListingPages  # noqa: PLC0415
    from paperlark.sources.oai import OaiRecords  # noqa: PLC0415
    from paperlark.sources.rss import RssFeeds  # noqa: PLC0415
    from paperlark.sources.search_api import SearchApi  # noqa: PLC0415

    client = opened.enter_context(open_arxiv_client(arxiv, environment))
    sources: tuple[Source, ...] = (
        RssFeeds(client, arxiv.rss, now=environment.now),
        ListingPages(client, arxiv.pages, now=environment.now),
        CatchupPages(client, arxiv.pages, now=environment.now),
        OaiRecords(client, arxiv.oai),
        SearchApi(client, arxiv.search),
    )
    noting = tuple(map(client.noting, sources))
    return Announcements(noting, weekdays, client.begin)


def open_arxiv_client(
    settings: Settings | ArxivSettings,
    environment: Environment,
    *,
    attempts: int = ATTEMPTS,
    observe: Callable[[Response], object] = lambda _: None,
) -> ArxivClient:
    """Return the one client for arXiv; `observe` is given each response."""
    from paperlark.http.rate_limit import SYSTEM_CLOCK  # noqa: PLC0415
    from paperlark.sources._client import ArxivClient  # noqa: PLC0415  # brings the HTTP client

    arxiv = settings if isinstance(settings, ArxivSettings) else settings.arxiv
    return ArxivClient(
        arxiv.user_agent,
        _cache_folder(environment),
        budget=arxiv.patience,
        attempts=attempts,
        rate_limit_clock=environment.rate_limit_clock or SYSTEM_CLOCK,
        observe=observe,
    )


def _cache_folder(environment: Environment) -> Path:
    """Return the folder that all of a user's runs share, so that they share the rate limit."""
    return cache_folder(environment.variables) / "arxiv"


def choose_people(
    settings: Settings, environment: Environment, opened: ExitStack
) -> AuthorService | None:
    """Return the service that identifies authors, None where the profile does not need it."""
    if settings.people is None:
        return None
    from paperlark.people.semantic_scholar import SemanticScholar  # noqa: PLC0415  # HTTP client

    return opened.enter_context(
        SemanticScholar(
            base_url=settings.people.base_url,
            key=environment.secret(settings.people.key_variable),
            user_agent=settings.arxiv.user_agent,
        )
    )
