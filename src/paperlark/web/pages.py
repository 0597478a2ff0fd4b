"""Show papers: of a day, of several, of a list, of a topic or of a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial
from http import HTTPStatus
from uuid import uuid4

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from paperlark import ReadingDay
from paperlark.domain.calendar import expects_announcement
from paperlark.domain.digest import Entry
from paperlark.domain.errors import InvalidQuery, PaperlarkError
from paperlark.domain.paper import Identifier
from paperlark.domain.profile import ENGLISH
from paperlark.domain.reading_keys import COMMANDS
from paperlark.domain.triage import TriageEvent
from paperlark.renderers import english, matches, reasons, typeset, wording
from paperlark.renderers.catalogue import in_language
from paperlark.renderers.html import clean_text, template
from paperlark.web.feeds import feed_addresses
from paperlark.web.files import static
from paperlark.web.forms import parse_day
from paperlark.web.lists import (
    KEPT,
    LISTS,
    MOST_DAYS,
    RECENT,
    RECENT_DAYS,
    Row,
    View,
    buttons,
    day_rows,
    kept_rows,
    left_of,
    left_text,
    recent_rows,
    topics_of,
)
from paperlark.web.making import PageMaking
from paperlark.web.parts import PART, part_of, whole, with_fields
from paperlark.web.shared import Shared, base_of, blocking, way_back
from paperlark.web.vote_moves import AT_MOST, VoteWatch, moved_address, moves_text

_PACKAGE = "paperlark.web"
_AT_ONCE = 25
"""Papers that are sent in one answer; of more the first are shown while others are written."""
_PIECES = 500
"""Pieces of a template that are then sent together."""
_SEARCHED = 50
"""Most results of a search."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Shows days, lists, topics and what was searched for."""

    shared: Shared
    making: PageMaking
    watch: VoteWatch

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/", blocking(self._latest)),
            Route("/day/{day}", blocking(self._day)),
            Route("/days/{first}/{last}", blocking(self._range)),
            Route("/list/{name}", blocking(self._list)),
            Route("/topics", blocking(self._topics)),
            Route("/search", blocking(self._search)),
            Route("/note/{paper}", blocking(self._note)),
        ]

    def _latest(self, request: Request) -> Response:
        """Show the latest page; begin to make today's where there is none."""
        # Asked before what pages there are: one that is being made may be there in a moment, and
        # is not made twice.
        idle = self.making.current is None
        days = self._days()
        if idle and self._expects_page(days):
            self.making.start(self.shared.profile.latest_day())
        return self._show_day(request, days[-1], days) if days else self._empty(request)

    def _expects_page(self, days: Sequence[date]) -> bool:
        """Return whether the latest day has no page, and arXiv announces papers then.

        Of many readers each gets theirs by the morning that makes all, but for the first one.
        """
        profile = self.shared.profile
        if profile.settings.is_stored and days:
            return False
        latest = profile.latest_day()
        announced = profile.options.feeds is not None or expects_announcement(latest)
        return latest not in days and announced

    def _day(self, request: Request) -> Response:
        day = parse_day(request.path_params["day"], HTTPStatus.NOT_FOUND)
        return self._show_day(request, day, self._days())

    def _range(self, request: Request) -> Response:
        first, last = (
            parse_day(request.path_params[name], HTTPStatus.NOT_FOUND) for name in ("first", "last")
        )
        chosen = [one for one in self._days() if first <= one <= last]
        if len(chosen) > MOST_DAYS:
            raise HTTPException(400, f"At most {MOST_DAYS} days can be read at once.")
        rows = recent_rows(self._read(chosen), lambda _entry, _state: True)
        title = f"{english.short_date(first)} to {english.short_date(last)}"
        return self._page(request, View(title, rows, nothing="There is no page of these days."))

    def _topics(self, request: Request) -> Response:
        days = self._read(self._days()[-RECENT_DAYS:])
        wanted = request.query_params.get("topic", "")
        rows = recent_rows(days, lambda entry, _: bool(entry.match and entry.match.topic == wanted))
        nothing = "" if rows else "Choose a topic of the latest pages."
        topics = topics_of(days)
        view = View(wanted if rows else "Topics", rows, nothing=nothing, topics=topics)
        return self._page(request, view)

    def _read(self, days: Sequence[date]) -> list[ReadingDay]:
        return [self.shared.profile.reading.reading_day(day) for day in days]

    def _show_day(self, request: Request, day: date, days: Sequence[date]) -> Response:
        others = "all" in request.query_params
        if day not in days:
            raise HTTPException(404, f"There is no page of {english.long_date(day)}.")
        reading = self.shared.profile.reading.reading_day(day, others=others)
        at = days.index(day)
        view = View(
            title=english.long_date(reading.digest.day),
            rows=day_rows(reading, others=others),
            digest=reading.digest,
            others=0 if others else reading.beside,
            previous=days[at - 1] if at else None,
            following=days[at + 1] if at + 1 < len(days) else None,
            left=left_text(left_of(reading)),
            undoable=reading.undoable,
        )
        return self._page(request, view)

    def _list(self, request: Request) -> Response:
        name = request.path_params["name"]
        for one in KEPT:
            if one.name == name:
                rows = kept_rows(self.shared.profile.reading.touched_papers(one.contains))
                found = self._feeds(request) if name == "saved" else ()
                return self._page(request, View(one.title, rows, nothing=one.nothing, feeds=found))
        for recent in RECENT:
            if recent.name == name:
                rows = recent_rows(self._read(self._days()[-RECENT_DAYS:]), recent.contains)
                return self._page(request, View(recent.title, rows, nothing=recent.nothing))
        raise HTTPException(404, "There is no such list.")

    def _search(self, request: Request) -> Response:
        query = request.query_params.get("q", "")[:500]
        rows: tuple[Row, ...] = ()
        nothing = "All words must occur in title, abstract or names of authors."
        if query.strip():
            try:
                results = self.shared.profile.search(query, limit=_SEARCHED)
            except InvalidQuery as error:
                nothing = str(error)
            else:
                nothing = f"No paper has {query!r}."
                papers = [one.paper.id for one in results.found if Identifier.parse(one.paper.id)]
                rows = kept_rows(self.shared.profile.reading.papers_with_states(papers))
        found = self._feeds(request, query) if query.strip() else ()
        view = View("Search", rows, nothing=nothing, query=query, feeds=found)
        return self._page(request, view)

    def _feeds(self, request: Request, query: str = "") -> tuple[str, ...]:
        return feed_addresses(self.shared.current, base_of(request), query)

    def _empty(self, request: Request) -> Response:
        return self._page(
            request, View(self.shared.profile.name, (), nothing="There is no page yet.")
        )

    def _page(self, request: Request, view: View) -> Response:
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        part = part_of(view.rows, address)
        all_rows = whole(address)
        if view.digest is None:
            view = replace(view, undoable=self._undoable())
        rows = part.rows if part else view.rows
        page = template(_PACKAGE, "read.html", clean_text)
        shown = dict(
            view=view,
            rows=rows,
            part=part,
            in_parts=with_fields(all_rows, part="1") if len(view.rows) > PART else "",
            part_size=PART,
            digest=view.digest,
            **self.shared.frame(request),
            path=request.url.path.removeprefix(base_of(request)),
            here=part.at(part.number) if part else all_rows,
            lists=LISTS,
            recent=RECENT,
            keys=self.shared.profile.settings.keys,
            commands=COMMANDS,
            hints={name: _hint(name, self.shared.profile.settings.keys[name]) for name in COMMANDS},
            buttons=buttons,
            article=partial(article, language=self.shared.profile.settings.profile.language),
            making=self.making.current,
            nonce=uuid4().hex[:12],
            near=request.query_params.get("near", ""),
            moves=self._moves(request),
            wording=wording,
            english=english,
            static=static,
        )
        if len(rows) <= _AT_ONCE:
            return Response(page.render(shown), media_type="text/html")
        pieces = page.stream(shown)
        pieces.enable_buffering(_PIECES)
        return StreamingResponse(iter(pieces), media_type="text/html")

    def _moves(self, request: Request) -> dict[str, str]:
        """Return what the vote of a form moved, or where that will be seen; empty for no vote."""
        event = request.query_params.get("did", "")
        tried = self.watch.result(event, AT_MOST, hurry=True)
        if tried is None and not self.watch.awaits(event):
            return {}
        text = moves_text(tried) if tried else "Learned from the next page on."
        return {"text": text, "order": moved_address(request, event)} if text else {}

    def _note(self, request: Request) -> Response:
        """Show the form of a note, for browsers without scripts."""
        paper = request.path_params["paper"]
        found = (
            self.shared.profile.reading.papers_with_states([paper])
            if Identifier.parse(paper)
            else ()
        )
        if not found:
            raise HTTPException(404, "There is no such paper.")
        text = template(_PACKAGE, "note.html", clean_text).render(
            row=kept_rows(found)[0],
            **self.shared.frame(request),
            back=way_back(request, request.query_params),
            nonce=uuid4().hex[:12],
            typeset=typeset,
        )
        return Response(text, media_type="text/html")

    def _undoable(self) -> tuple[TriageEvent, ...]:
        try:
            return self.shared.profile.reading.undoable_triage()
        except PaperlarkError:
            return ()  # there is no page yet

    def _days(self) -> tuple[date, ...]:
        try:
            return self.shared.profile.days()
        except PaperlarkError:
            return ()


@lru_cache(maxsize=4096)
def article(entry: Entry, language: str = ENGLISH) -> Markup:
    """Return a paper as HTML, without what the reader did with it, so that it can be kept."""
    with in_language(language):
        text = template(_PACKAGE, "article.html", clean_text).render(
            entry=entry,
            language=language,
            navigation=None,
            matches=matches,
            reasons=reasons,
            typeset=typeset,
        )
    return Markup(text)  # noqa: S704  # of a template that escapes


def _hint(command: str, key: str) -> str:
    return f"{COMMANDS[command]} (key {key})" if key else COMMANDS[command]
