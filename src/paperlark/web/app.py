"""The web app: its addresses, and what each answers. Everything works as links and forms."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from http import HTTPStatus
from importlib import resources
from uuid import uuid4

from markupsafe import Markup
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from paperlark import Applied, OpenedProfile, ReadingDay, __version__
from paperlark.domain.calendar import expects_announcement
from paperlark.domain.digest import Entry
from paperlark.domain.errors import InvalidQuery, PaperlarkError
from paperlark.domain.paper import Identifier
from paperlark.domain.reading_keys import COMMANDS
from paperlark.domain.redaction import redacted
from paperlark.renderers import english, matches, reasons, typeset, wording
from paperlark.renderers.html import clean_text, style, template
from paperlark.web.current import CurrentProfile
from paperlark.web.forms import LONGEST_FORM, event_fields, event_id, parse_day, read_form
from paperlark.web.guard import Guard
from paperlark.web.lists import (
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
    told,
    topics_of,
    undo_text,
)
from paperlark.web.making import PageMaking
from paperlark.web.sessions import Sessions
from paperlark.web.tuner import Tuner
from paperlark.web.vote_links import VoteLinks, public_host

_PACKAGE = "paperlark.web"
_LONGEST_CRITERIA = 600_000
"""Bytes of a form with criteria twice, 30,000 characters each, percent-encoded."""
_SEARCHED = 50
"""Most results of a search."""
_STATIC = {"read.js": "text/javascript", "tune.js": "text/javascript", "icon.svg": "image/svg+xml"}
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class WebApp:
    """One profile, read in a browser: an endpoint for each address."""

    current: CurrentProfile
    sessions: Sessions
    making: PageMaking
    tuner: Tuner

    @property
    def profile(self) -> OpenedProfile:
        """The profile as it is now."""
        return self.current.profile

    def routes(self) -> list[Route]:
        """Return the addresses."""
        post = ["POST"]
        return [
            Route("/", self._blocking(self._latest)),
            Route("/day/{day}", self._blocking(self._day)),
            Route("/days/{first}/{last}", self._blocking(self._range)),
            Route("/list/{name}", self._blocking(self._list)),
            Route("/tune", self._blocking(self._tune)),
            Route("/tune", self._tuned, methods=post),
            Route("/topics", self._blocking(self._topics)),
            Route("/search", self._blocking(self._search)),
            Route("/export.jsonl", self._blocking(self._export)),
            Route("/note/{paper}", self._blocking(self._note)),
            Route("/act", self._act, methods=post),
            Route("/undo", self._undo, methods=post),
            Route("/seen", self._see_all, methods=post),
            Route("/make", self._make, methods=post),
            Route("/making", self._blocking(self._progress)),
            Route("/static/{name}", self._blocking(self._static)),
            Route("/sw.js", self._blocking(self._worker)),
            Route("/healthz", self._health),
            *VoteLinks(self.current).routes(),
        ]

    def _blocking(self, answer: Callable[[Request], Response]) -> Endpoint:
        """Answer in a thread: the database and the templates take their time."""

        async def endpoint(request: Request) -> Response:
            return await run_in_threadpool(answer, request)

        return endpoint

    # What is shown

    def _latest(self, request: Request) -> Response:
        """Show the latest page; begin to make today's where there is none."""
        days = self._days()
        latest = self.profile.latest_day()
        missing = latest not in days
        announced = self.profile.options.feeds is not None or expects_announcement(latest)
        if missing and announced and self.making.current is None:
            self.making.start(latest)
        return self._show_day(request, days[-1]) if days else self._empty(request)

    def _day(self, request: Request) -> Response:
        return self._show_day(request, _parse_day(request.path_params["day"]))

    def _range(self, request: Request) -> Response:
        first, last = (_parse_day(request.path_params[name]) for name in ("first", "last"))
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
        return [self.profile.reading_day(day) for day in days]

    def _show_day(self, request: Request, day: date) -> Response:
        others = "all" in request.query_params
        reading = self.profile.reading_day(day, others=True)
        days = self._days()
        at = days.index(reading.digest.day)
        view = View(
            title=english.long_date(reading.digest.day),
            rows=day_rows(reading, others=others),
            digest=reading.digest,
            others=0 if others else len(reading.others),
            previous=days[at - 1] if at else None,
            following=days[at + 1] if at + 1 < len(days) else None,
            left=left_text(left_of(reading)),
            undoable=reading.undoable,
        )
        return self._page(request, view)

    def _list(self, request: Request) -> Response:
        name = request.path_params["name"]
        for one in LISTS:
            if one.name == name:
                rows = kept_rows(self.profile.touched_papers(one.contains))
                return self._page(request, View(one.title, rows, nothing=one.nothing))
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
                results = self.profile.search(query, limit=_SEARCHED)
            except InvalidQuery as error:
                nothing = str(error)
            else:
                nothing = f"No paper has {query!r}."
                found = [one.paper.id for one in results.found if Identifier.parse(one.paper.id)]
                rows = kept_rows(self.profile.papers_with_states(found))
        return self._page(request, View("Search", rows, nothing=nothing, query=query))

    def _export(self, _request: Request) -> Response:
        lines = "".join(
            json.dumps(
                {
                    "event": one.id,
                    "id": one.paper_id,
                    "action": one.action,
                    "on": one.on,
                    "text": one.text,
                    "page": one.page.isoformat() if one.page else None,
                    "place": one.place,
                    "at": one.at.isoformat(),
                    "undoes": one.undoes,
                },
                ensure_ascii=False,
            )
            + "\n"
            for one in self.profile.triage_history()
        )
        kept = {"Content-Disposition": 'attachment; filename="triage.jsonl"'}
        return Response(lines, media_type="application/x-ndjson", headers=kept)

    def _empty(self, request: Request) -> Response:
        return self._page(request, View(self.profile.name, (), nothing="There is no page yet."))

    def _page(self, request: Request, view: View) -> Response:
        text = template(_PACKAGE, "read.html", clean_text).render(
            view=view,
            digest=view.digest,
            profile=self.profile.name,
            here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            lists=LISTS,
            recent=RECENT,
            keys=self.profile.settings.keys,
            commands=COMMANDS,
            hints={name: _hint(name, self.profile.settings.keys[name]) for name in COMMANDS},
            buttons=buttons,
            article=_article,
            making=self.making.current,
            form_token=self.sessions.form_token(request.state.cookie),
            nonce=uuid4().hex[:12],
            wording=wording,
            english=english,
        )
        return Response(text, media_type="text/html")

    def _note(self, request: Request) -> Response:
        """Show the form of a note, for browsers without scripts."""
        paper = request.path_params["paper"]
        found = self.profile.papers_with_states([paper]) if Identifier.parse(paper) else ()
        if not found:
            raise HTTPException(404, "There is no such paper.")
        text = template(_PACKAGE, "note.html", clean_text).render(
            row=kept_rows(found)[0],
            profile=self.profile.name,
            back=_back(request.query_params),
            form_token=self.sessions.form_token(request.state.cookie),
            nonce=uuid4().hex[:12],
            typeset=typeset,
        )
        return Response(text, media_type="text/html")

    # What is done

    async def _act(self, request: Request) -> Response:
        form = await self._form(request)
        fields = event_fields(form)

        def act() -> Applied:
            return self.profile.triage(**fields)  # type: ignore[arg-type]  # as event_fields says

        return await self._done(request, form, act)

    async def _undo(self, request: Request) -> Response:
        form = await self._form(request)
        event = event_id(form)
        undoes = form.get("undoes", "")[:200]
        return await self._done(
            request, form, lambda: self.profile.undo_triage(undoes, event=event)
        )

    async def _see_all(self, request: Request) -> Response:
        """Mark all papers of a day's page as seen."""
        form = await self._form(request)
        day = parse_day(form.get("page", ""))

        def see() -> None:
            reading = self.profile.reading_day(day)
            for row in day_rows(reading, others=False):
                if not row.state.seen:
                    self.profile.triage(row.entry.paper.id, "seen", page=day, place=row.place)

        await run_in_threadpool(see)
        return RedirectResponse(_back(form), HTTPStatus.SEE_OTHER)

    def _tune(self, request: Request) -> Response:
        """Show the criteria beside the papers of the latest day."""
        return self._tuning_page(request, self.profile.criteria_text())

    async def _tuned(self, request: Request) -> Response:
        """Rank anew by the criteria of the form, or keep them."""
        form = await self._form(request, _LONGEST_CRITERIA)
        text = form.get("criteria", "").replace("\r\n", "\n")
        if form.get("do") == "save":
            own = form.get("instead_of", "").replace("\r\n", "\n")
            await run_in_threadpool(lambda: self.profile.save_criteria(text, instead_of=own))
            return RedirectResponse("/tune", HTTPStatus.SEE_OTHER)
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"list": await run_in_threadpool(self._ranking_of, text)})
        return await run_in_threadpool(self._tuning_page, request, text)

    def _tuning_page(self, request: Request, text: str) -> Response:
        page = template(_PACKAGE, "tune.html", clean_text).render(
            profile=self.profile.name,
            day=english.long_date(self.tuner.day),
            text=text,
            own=self.profile.criteria_text(),
            ranking=Markup(self._ranking_of(text)),  # noqa: S704  # of a template that escapes
            form_token=self.sessions.form_token(request.state.cookie),
        )
        return Response(page, media_type="text/html")

    def _ranking_of(self, text: str) -> str:
        """Return the first papers by these criteria as HTML, each with where it was before."""
        changes = self.tuner.rank(text)
        most = self.profile.settings.profile.page_size
        return template(_PACKAGE, "tuned.html", clean_text).render(
            changes=changes[:most], most=most, papers=len(changes), typeset=typeset
        )

    async def _make(self, request: Request) -> Response:
        form = await self._form(request)
        self.making.start(self.profile.latest_day())
        return RedirectResponse(_back(form), HTTPStatus.SEE_OTHER)

    async def _form(self, request: Request, longest: int = LONGEST_FORM) -> Mapping[str, str]:
        """Return the fields of a form of this session; raises HTTPException for any other."""
        form = await read_form(request, longest)
        if not self.sessions.knows_form(request.state.cookie, form.get("token", "")):
            raise HTTPException(403, "This form is not of this session: reload the page.")
        return form

    async def _done(
        self, request: Request, form: Mapping[str, str], act: Callable[[], Applied]
    ) -> Response:
        """Answer a script in JSON, and a form with the page it was sent from, at that paper."""
        applied = await run_in_threadpool(act)
        if "application/json" not in request.headers.get("accept", ""):
            anchor = f"#{applied.paper.anchor}"
            return RedirectResponse(_back(form) + anchor, HTTPStatus.SEE_OTHER)
        day = parse_day(form["page"]) if form.get("page") else None
        return JSONResponse(await run_in_threadpool(self._report, applied, day))

    def _report(self, applied: Applied, day: date | None) -> dict[str, object]:
        """Return what changed with an event, on the page of a day if one is shown."""
        reading: ReadingDay = self.profile.reading_day(day)
        state = applied.after
        return {
            "paper": applied.paper.id,
            "told": told(applied.before, state, typeset.plain(applied.paper.title)),
            "pressed": {one.action: one.pressed for one in buttons(state)},
            "seen": state.seen,
            "note": state.note,
            "left": left_text(left_of(reading)) if day else "",
            "undo": reading.undoable[-1].id if reading.undoable else "",
            "undo_text": undo_text(reading.undoable),
        }

    # What else is there

    def _progress(self, _request: Request) -> Response:
        making = self.making.current
        if making is None:
            return JSONResponse({"made": True})
        return JSONResponse(
            {
                "made": False,
                "day": making.day.isoformat(),
                "step": making.step,
                "done": making.done,
                "total": making.total,
                "failed": making.failed,
            }
        )

    def _static(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name == "read.css":
            sheet, _ = style(("paperlark.renderers", "page.css"), (_PACKAGE, "read.css"))
            return Response(str(sheet), media_type="text/css", headers=_KEPT)
        if name not in _STATIC:
            raise HTTPException(404, "There is no such file.")
        content = resources.files(_PACKAGE).joinpath("templates", name).read_bytes()
        return Response(content, media_type=_STATIC[name], headers=_KEPT)

    def _worker(self, _request: Request) -> Response:
        """Serve the service worker, which may only keep what is at or below its own address."""
        content = resources.files(_PACKAGE).joinpath("templates", "sw.js").read_bytes()
        return Response(content, media_type="text/javascript", headers=_KEPT)

    async def _health(self, _request: Request) -> Response:
        return JSONResponse({"paperlark": __version__, "instance": self.sessions.instance})

    def _days(self) -> tuple[date, ...]:
        try:
            return self.profile.days()
        except PaperlarkError:
            return ()


@lru_cache(maxsize=4096)
def _article(entry: Entry) -> Markup:
    """Return a paper as HTML, without what the reader did with it, so that it can be kept."""
    text = template(_PACKAGE, "article.html", clean_text).render(
        entry=entry,
        navigation=None,
        matches=matches,
        reasons=reasons,
        english=english,
        typeset=typeset,
    )
    return Markup(text)  # noqa: S704  # of a template that escapes


def _hint(command: str, key: str) -> str:
    return f"{COMMANDS[command]} (key {key})" if key else COMMANDS[command]


_KEPT = {"Cache-Control": "no-cache"}


def _parse_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise HTTPException(404, "There is no such day; write it like 2025-02-26.") from error


def _back(form: Mapping[str, str]) -> str:
    """Return the address that a form was sent from: one of this server, whatever it says."""
    back = form.get("back", "/")
    return back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"


async def _problem(_request: Request, error: Exception) -> Response:
    """Return an expected error as one line."""
    if isinstance(error, HTTPException):
        return Response(f"{error.detail}\n", error.status_code, media_type="text/plain")
    return Response(f"{redacted(str(error))}\n", HTTPStatus.CONFLICT, media_type="text/plain")


def make_app(current: CurrentProfile, sessions: Sessions, making: PageMaking, port: int) -> Guard:
    """Return the app of a profile at a port of loopback, for whoever the sessions let in."""
    app = WebApp(current, sessions, making, Tuner(current))
    starlette = Starlette(
        routes=app.routes(),
        exception_handlers={HTTPException: _problem, PaperlarkError: _problem},
    )
    return Guard(starlette, sessions, port, public=public_host(current))
