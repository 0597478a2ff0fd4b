"""A stand-in for all of arXiv: real HTTP on loopback, driven by a truth, misbehaving on demand.

    standing = StandInArxiv(server, made_up_truth([DAY]), today=DAY)
    standing.misbehave(stale(), door="rss", category="cs.AI", times=1)

It answers every door as arXiv would on the day `today`, which a test may move on, and keeps a
log of who asked what and when, so that politeness can be asserted.
"""

from __future__ import annotations

import hashlib
import re
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from threading import Event, Lock

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from paperlark.domain.announcement import Listing
from standins import arxiv_pages as pages
from standins.arxiv_truth import Truth, previous_day, submitted

_IDENTITY = b"<OAI-PMH><Identify><repositoryName>arXiv</repositoryName></Identify></OAI-PMH>"
DOORS = ("rss", "list", "catchup", "oai", "api")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, understood: which door, which category, which day's batch it is about.

    `start` is where in the batch the answer begins, counted in entries.
    """

    door: str
    category: str
    day: date
    request: Request
    start: int = 0


Behaviour = Callable[["StandInArxiv", Ask], Response]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the log keeps of a request; times are of this machine's monotonic clock."""

    door: str
    category: str
    day: date
    agent: str
    status: int
    began: float
    ended: float


@dataclass(slots=True)
class _Rule:
    behaviour: Behaviour
    door: str | None
    category: str | None
    day: date | None
    times: int | None

    def takes(self, ask: Ask) -> bool:
        return (
            self.times != 0
            and self.door in {None, ask.door}
            and self.category in {None, ask.category}
            and self.day in {None, ask.day}
        )


class StandInArxiv:
    """Answers well, except where it was told to misbehave; the first rule that fits is taken."""

    def __init__(self, server: HTTPServer, truth: Truth, *, today: date) -> None:
        self.truth = truth
        self.today = today
        self.page_size = 2000
        self.links_html = True
        self.released = Event()
        self.log: list[Asked] = []
        self.most_at_once = 0
        self._at_once = 0
        self._rules: list[_Rule] = []
        self._lock = Lock()
        self.base_url = server.url_for("").rstrip("/")
        server.expect_request(re.compile(rf"/({'|'.join(DOORS)})(/.*)?")).respond_with_handler(
            self._respond
        )

    def url(self, door: str) -> str:
        """Return what the source of that door takes as its base URL."""
        path = {"rss": "/rss", "oai": "/oai", "api": "/api/query"}
        return self.base_url + path.get(door, "")

    def misbehave(
        self,
        behaviour: Behaviour,
        *,
        door: str | None = None,
        category: str | None = None,
        day: date | None = None,
        times: int | None = None,
    ) -> None:
        """Answer so wherever what is named fits, the next `times` times or from now on."""
        self._rules.append(_Rule(behaviour, door, category, day, times))

    def behave(self) -> None:
        """Forget all misbehaviour."""
        self._rules.clear()

    @property
    def gaps(self) -> list[float]:
        """Seconds from the end of each answer to the next request, whoever sent it."""
        asked = sorted(self.log, key=lambda one: one.began)
        return [two.began - one.ended for one, two in pairwise(asked)]

    def listings(self, category: str, day: date) -> tuple[Listing, ...]:
        """Return the truth of that day."""
        return self.truth.get(day, {}).get(category, ())

    def answer(self, ask: Ask, listings: Sequence[Listing], *, day: date | None = None) -> Response:
        """Answer this request well, as if those were the listings, and that the day."""
        return _PRINT[ask.door](self, ask, listings, day or ask.day)

    def _respond(self, request: Request) -> Response:
        began = time.monotonic()
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        ask = self._understand(request)
        response = _unchanged(self._behaviour(ask)(self, ask), request)
        with self._lock:
            self._at_once -= 1
            agent = request.headers.get("User-Agent", "")
            asked = (ask.door, ask.category, ask.day, agent, response.status_code)
            self.log.append(Asked(*asked, began, time.monotonic()))
        return response

    def _behaviour(self, ask: Ask) -> Behaviour:
        with self._lock:
            for rule in self._rules:
                if rule.takes(ask):
                    rule.times = None if rule.times is None else rule.times - 1
                    return rule.behaviour
        return behaves

    def _understand(self, request: Request) -> Ask:
        door, *rest = request.path.strip("/").split("/")
        if door == "rss":
            return Ask(door, rest[0], self.today, request)
        if door == "list":
            here = self.today if self.truth.get(self.today) else None
            day = here or previous_day(self.truth, self.today) or self.today
            return Ask(door, rest[0], day, request)
        if door == "catchup":
            start = (int(request.args.get("page", "1")) - 1) * self.page_size
            return Ask(door, rest[0], date.fromisoformat(rest[1]), request, start)
        return self._understand_oai(request) if door == "oai" else self._understand_search(request)

    def _understand_oai(self, request: Request) -> Ask:
        if request.args.get("verb") == "Identify":
            return Ask("oai", "", self.today, request)
        named, day, start = request.args.get("set", ""), request.args.get("from", ""), "0"
        if token := request.args.get("resumptionToken"):
            named, day, start = token.split("|")
        _group, archive, *subject = named.split(":")
        category = ".".join([archive, *subject])
        return Ask("oai", category, date.fromisoformat(day), request, int(start))

    def _understand_search(self, request: Request) -> Ask:
        query = re.fullmatch(
            r"cat:(\S+) AND submittedDate:\[(\d{12}) TO (\d{12})\]", request.args["search_query"]
        )
        assert query, request.args
        category = query[1].removesuffix(".*")
        first, last = (datetime.strptime(one, "%Y%m%d%H%M%z") for one in
                       (f"{query[2]}+0000", f"{query[3]}+0000"))  # fmt: skip
        days = (
            day
            for day, batches in self.truth.items()
            for listing in batches.get(category, ())[:1]
            if first <= submitted(listing, day)[1] < last + timedelta(minutes=1)
        )
        start = int(request.args.get("start", "0"))
        return Ask("api", category, next(days, last.date()), request, start)


def _unchanged(response: Response, request: Request) -> Response:
    """Name what was answered, and do not repeat it to whoever has it already."""
    if response.status_code != 200 or response.headers.get("Content-Encoding"):
        return response
    response.headers["ETag"] = f'"{hashlib.sha256(response.get_data()).hexdigest()[:16]}"'
    if request.headers.get("If-None-Match") == response.headers["ETag"]:
        return Response(status=304, headers={"ETag": response.headers["ETag"]})
    return response


def _print_rss(
    standing: StandInArxiv, ask: Ask, listings: Sequence[Listing], _day: date
) -> Response:
    if not pages.known_category(ask.category):
        return _xml(pages.unknown_category(ask.category), status=400)
    # The stamp is of the rendering, whatever the listings are of.
    return _xml(pages.feed(ask.category, standing.today, listings))


def _print_list(
    standing: StandInArxiv, _ask: Ask, listings: Sequence[Listing], day: date
) -> Response:
    return _html(pages.listing_page(day, listings, html=standing.links_html))


def _print_catchup(
    standing: StandInArxiv, ask: Ask, listings: Sequence[Listing], day: date
) -> Response:
    if not standing.today - timedelta(days=91) <= ask.day <= standing.today:
        return _html(b"<html>Catchup only allowed for past 90 days</html>", status=400)
    page = ask.start // standing.page_size + 1
    return _html(pages.catchup_page(day, listings, page=page, size=standing.page_size))


def _print_oai(
    standing: StandInArxiv, ask: Ask, listings: Sequence[Listing], day: date
) -> Response:
    if ask.request.args.get("verb") == "Identify":
        return _xml(_IDENTITY)
    if not listings:
        return _xml(pages.oai_error("noRecordsMatch"))
    named = ask.request.args.get("set") or ask.request.args["resumptionToken"].split("|")[0]
    token = f"{named}|{ask.day}|{ask.start + standing.page_size}"
    size = standing.page_size
    return _xml(pages.records(day, listings, skip=ask.start, size=size, token=token))


def _print_search(
    standing: StandInArxiv, ask: Ask, listings: Sequence[Listing], day: date
) -> Response:
    fresh = [
        (one, submitted(one, day, n)[0])
        for n, one in enumerate(listings)
        if day - timedelta(days=7) < submitted(one, day, n)[0].date()
    ]
    size = min(int(ask.request.args["max_results"]), standing.page_size)
    return _xml(pages.results(fresh[ask.start : ask.start + size], len(fresh)))


_PRINT = {
    "rss": _print_rss,
    "list": _print_list,
    "catchup": _print_catchup,
    "oai": _print_oai,
    "api": _print_search,
}


def _xml(content: bytes, status: int = 200) -> Response:
    return Response(content, status, content_type="text/xml; charset=utf-8")


def _html(content: bytes, status: int = 200) -> Response:
    return Response(content, status, content_type="text/html; charset=utf-8")


def behaves(standing: StandInArxiv, ask: Ask) -> Response:
    """Answer with the truth."""
    return standing.answer(ask, standing.listings(ask.category, ask.day))


def stale(standing: StandInArxiv, ask: Ask) -> Response:
    """Return the batch before with the stamp of today; on a Saturday that is Friday's."""
    before = previous_day(standing.truth, ask.day)
    return standing.answer(ask, standing.listings(ask.category, before) if before else ())


def empty(standing: StandInArxiv, ask: Ask) -> Response:
    """Return no entries."""
    return standing.answer(ask, ())


def another_day(standing: StandInArxiv, ask: Ask) -> Response:
    """Return the batch before, and say so."""
    before = previous_day(standing.truth, ask.day)
    assert before
    return standing.answer(ask, standing.listings(ask.category, before), day=before)


def cut_to(entries: int) -> Behaviour:
    """Keep the last entries only, so that new papers go first."""

    def behaviour(standing: StandInArxiv, ask: Ask) -> Response:
        listings = standing.listings(ask.category, ask.day)
        return standing.answer(ask, listings[len(listings) - entries :])

    return behaviour


def shows_first(entries: int) -> Behaviour:
    """Print a listing page that shows some of each section's entries and says so."""

    def behaviour(standing: StandInArxiv, ask: Ask) -> Response:
        listings = standing.listings(ask.category, ask.day)
        return _html(pages.listing_page(ask.day, listings, shown=entries))

    return behaviour


def status(code: int, **headers: str) -> Behaviour:
    """Answer with a status and headers: `status(429, retry_after="5")`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _standing, _ask: Response(b"", code, named)


def says(content: bytes, content_type: str = "text/html", **headers: str) -> Behaviour:
    """Answer with these bytes as if all were well."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _standing, _ask: Response(content, 200, named, content_type=content_type)


rate_exceeded = says(b"Rate exceeded.", "text/plain")
wrong_encoding = says(b"this was never compressed", "text/xml", content_encoding="gzip")


def cut_in_half(standing: StandInArxiv, ask: Ask) -> Response:
    """Break off in the middle of a right answer."""
    response = behaves(standing, ask)
    content = response.get_data()
    return Response(content[: len(content) // 2], 200, content_type=response.content_type)


def hangs_up(_standing: StandInArxiv, ask: Ask) -> Response:
    """Close the connection instead of answering."""
    connection: socket.socket = ask.request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    return Response(b"", 204)


def slow(seconds: float) -> Behaviour:
    """Answer well, but late; `released` ends the wait."""

    def behaviour(standing: StandInArxiv, ask: Ask) -> Response:
        standing.released.wait(seconds)
        return behaves(standing, ask)

    return behaviour


def forgets_tokens(standing: StandInArxiv, ask: Ask) -> Response:
    """Answer the first page; a resumption token has expired."""
    if "resumptionToken" in ask.request.args:
        return _xml(pages.oai_error("badResumptionToken", "The token has expired"))
    return behaves(standing, ask)


def repeats_entries(standing: StandInArxiv, ask: Ask) -> Response:
    """Begin every later page with the last entry of the one before."""
    listings = list(standing.listings(ask.category, ask.day))
    if ask.start:
        listings.insert(ask.start, listings[ask.start - 1])
    return standing.answer(ask, listings)


def oai_refuses(code: str) -> Behaviour:
    """Answer with an error of OAI-PMH."""
    return lambda _standing, _ask: _xml(pages.oai_error(code, "No."))


def search_refuses(_standing: StandInArxiv, _ask: Ask) -> Response:
    """Answer with an error of the search API, which is an entry."""
    return _xml(pages.search_error("incorrect query"))


def claims_results(total: int) -> Behaviour:
    """Answer that there are results, without any."""
    return lambda _standing, _ask: _xml(pages.results((), total))


def now_of(day: date) -> datetime:
    """Return an instant of that day, in New York too."""
    return datetime(day.year, day.month, day.day, 16, tzinfo=UTC)
