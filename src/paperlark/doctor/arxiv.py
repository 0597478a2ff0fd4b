"""Checks of the network services: arXiv, and the service that identifies authors."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from paperlark.compose.sources import open_arxiv_client
from paperlark.doctor.findings import (
    CheckContext,
    Finding,
    Severity,
    Stamp,
    error,
    note,
    ok,
    trouble,
    warning,
)
from paperlark.domain.authorship import NotLookedUp
from paperlark.domain.calendar import expects_announcement, previous_announcement_day, today
from paperlark.domain.errors import SourceError
from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.http.network_settings import certificates, certificates_variable, proxy_for
from paperlark.http.response import SettingsInvalid
from paperlark.renderers import english

if TYPE_CHECKING:
    from paperlark.http.response import Response
    from paperlark.sources._client import ArxivClient


_PATIENCE = 60.0
_WEEK = timedelta(days=7)


def check_network(context: CheckContext) -> Iterator[Finding]:
    """Report the proxy and the certificates that requests are made with, without any password."""
    yield _proxy(context.settings.arxiv.rss)
    variable = certificates_variable()
    try:
        certificates()
    except SettingsInvalid as failed:
        yield error("certificates", failed.reason, "correct or unset it")
    else:
        place = f"{os.environ[variable]}, by {variable}" if variable else "those of certifi"
        yield ok("certificates", place)


def _proxy(url: str) -> Finding:
    address = urlsplit(url)
    proxy = proxy_for(address.scheme, address.hostname or "")
    if proxy is None:
        return ok("proxy", f"none: {address.hostname} is connected to directly")
    try:
        return ok("proxy", f"{proxy.shown}, by {proxy.variable}")
    except SettingsInvalid as failed:
        return error("proxy", failed.reason, "correct or unset it")


def check_arxiv(context: CheckContext) -> Iterator[Finding]:
    """Request each endpoint once; the feed first, since it states its date."""
    if context.offline:
        yield note("arXiv", "not contacted: --offline")
        return

    def stamp(response: Response) -> None:
        _stamp(context, urlsplit(response.url).hostname or "", response.headers)

    arxiv = replace(context.settings.arxiv, patience=_PATIENCE)
    settings = replace(context.settings, arxiv=arxiv)
    with open_arxiv_client(settings, context.environment, observe=stamp, attempts=1) as client:
        yield from _feed(context, client)
        yield from _other_endpoints(context, client)


def _feed(context: CheckContext, client: ArxivClient) -> Iterator[Finding]:
    from paperlark.sources._arxiv_xml import parse_feed  # noqa: PLC0415  # an XML parser

    category = context.settings.profile.categories[0]
    url = f"{context.settings.arxiv.rss}/{category}"
    try:
        feed = parse_feed(client.get(url, accept={400}).content, category, url)
    except SourceError as failed:
        yield trouble("arXiv's feeds", failed)
        return
    now = today(context.environment.now())
    found = f"the feed of {category} is of {feed.stamped}, with"
    found = f"{found} {english.counted(len(feed.listings), 'listing')}"
    if feed.stamped is None or _is_fresh(feed.stamped, now):
        yield ok("arXiv's feeds", found)
    elif feed.stamped < _last_expected(now) - _WEEK:
        yield warning("arXiv's feeds", f"{found}: outdated", "see https://status.arxiv.org")
    else:
        yield note("arXiv's feeds", f"{found}: today's is not out yet", "paperlark morning waits")


def _is_fresh(stamped: date, now: date) -> bool:
    return stamped >= _last_expected(now)


def _last_expected(now: date) -> date:
    return now if expects_announcement(now) else previous_announcement_day(now)


def _other_endpoints(context: CheckContext, client: ArxivClient) -> Iterator[Finding]:
    arxiv, category = context.settings.arxiv, context.settings.profile.categories[0]
    week = context.environment.now() - _WEEK
    window = f"[{week:%Y%m%d%H%M} TO {context.environment.now():%Y%m%d%H%M}]"
    few: Mapping[str, str | int] = {"skip": 0, "show": 25}
    query: Mapping[str, str | int] = {
        "search_query": f"cat:{category} AND submittedDate:{window}",
        "start": 0,
        "max_results": 1,
    }
    for check, url, params in (
        ("arXiv's pages", f"{arxiv.pages}/list/{category}/new", few),
        ("arXiv's records", arxiv.oai, {"verb": "Identify"}),
        ("arXiv's search", arxiv.search, query),
    ):
        try:
            client.get(url, params)
        except SourceError as failed:
            # The feeds make the page; the other endpoints show whether it is complete.
            yield trouble(check, failed, Severity.WARNING)
        else:
            yield ok(check, f"{url} responds")


def _stamp(context: CheckContext, server: str, headers: Mapping[str, str]) -> None:
    try:
        there = parsedate_to_datetime(headers["Date"])
    except (KeyError, ValueError):
        return
    context.stamps.append(Stamp(server, there, context.environment.now()))


_KNOWN = Paper(
    id=PaperId("1706.03762"), version=1, title="", authors=(Author(""),), abstract="",
    categories=("cs.CL",),
)  # fmt: skip
"""A paper that every such service has."""
_SECONDS = 20.0


def check_people(context: CheckContext) -> Iterator[Finding]:
    """Look up one paper, once."""
    people = context.settings.people
    if people is None:
        yield ok("Semantic Scholar", "not needed: no author is followed by id")
        return
    if context.offline:
        yield note("Semantic Scholar", "not contacted: --offline")
        return
    from paperlark.people.semantic_scholar import SemanticScholar  # noqa: PLC0415  # HTTP client

    with SemanticScholar(
        base_url=people.base_url,
        key=context.environment.secret(people.key_variable),
        user_agent=context.settings.arxiv.user_agent,
        attempts=1,
        timeout=_SECONDS,
    ) as service:
        answer = service.look_up([_KNOWN])[_KNOWN.id]
    if isinstance(answer, NotLookedUp):
        yield warning("Semantic Scholar", answer.reason, "pages are made without it and say so")
    else:
        yield ok("Semantic Scholar", f"{people.base_url} responds")
