"""The pages of a group: what members want and show, the agenda of a meeting, and the way out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from paperlark import Agenda, OpenedGroup, Role
from paperlark.renderers import agenda as texts
from paperlark.renderers import english, typeset
from paperlark.renderers.html import clean_text, template
from paperlark.web.forms import parse_day
from paperlark.web.group_guard import SIGN_IN
from paperlark.web.group_sessions import GroupSessions
from paperlark.web.reader_paths import reader_path
from paperlark.web.shared import ReaderLink, SignedForms, Surroundings, blocking

_PACKAGE = "paperlark.web"
GROUP = "/group"
SIGN_OUT = "/sign-out"
ADMIN = "/admin"
_WEEK = timedelta(days=6)
_MOST_DAYS = 366
_FORMS = {
    "md": ("markdown", "text/markdown"),
    "txt": ("text", "text/plain"),
    "bib": ("bibtex", "application/x-bibtex"),
}


def around_member(
    member: str, *, signs_out: bool, here: str = "", administers: bool = False
) -> Surroundings:
    """Return the ways from a page of a member's; `here` is the address of the one that it is."""
    own = reader_path(member)
    links = [("My pages", f"{own}/"), ("Group", GROUP), ("Sharing", f"{own}/sharing")]
    if administers:
        links.append(("Readers", ADMIN))
    return Surroundings(
        tuple(ReaderLink(title, path, current=path == here) for title, path in links),
        sign_out=SIGN_OUT if signs_out else "",
    )


@dataclass(frozen=True, slots=True)
class GroupPages:
    """Shows the agenda of a group to its members; `signs_out` where that is ours to do."""

    group: OpenedGroup
    sessions: GroupSessions
    signs_out: bool

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/", self._own),
            Route(GROUP, blocking(self._show)),
            Route(f"{GROUP}/agenda.{{form}}", blocking(self._export)),
            Route(SIGN_OUT, self._sign_out, methods=["POST"]),
        ]

    @property
    def _forms(self) -> SignedForms:
        return SignedForms(self.sessions.signed)

    async def _own(self, request: Request) -> Response:
        return RedirectResponse(f"{reader_path(request.state.member)}/", HTTPStatus.SEE_OTHER)

    def _show(self, request: Request) -> Response:
        member = request.state.member
        agenda = self._agenda(request)
        text = template(_PACKAGE, "group.html", clean_text).render(
            agenda=agenda,
            days=texts.days_text(agenda),
            nothing=texts.NOTHING,
            authors=texts.authors_text,
            who=texts.who_text,
            query=f"from={agenda.first}&to={agenda.last}",
            forms=_FORMS,
            own=reader_path(member),
            around=around_member(
                member,
                signs_out=self.signs_out,
                here=GROUP,
                administers=self._role(member) is not Role.READER,
            ),
            form_token=self._forms.token(request),
            english=english,
            typeset=typeset,
        )
        return HTMLResponse(text)

    def _export(self, request: Request) -> Response:
        form, media = _FORMS.get(request.path_params["form"], ("", ""))
        if not form:
            raise HTTPException(404, "An agenda is Markdown (md), plain (txt) or BibTeX (bib).")
        agenda = self._agenda(request)
        name = f"agenda-{agenda.first}-{agenda.last}.{request.path_params['form']}"
        kept = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(texts.AGENDA_FORMATS[form](agenda), media_type=media, headers=kept)

    def _agenda(self, request: Request) -> Agenda:
        today = self.group.environment.now().date()
        last = _day(request, "to", today)
        first = _day(request, "from", last - _WEEK)
        if not first <= last or (last - first).days >= _MOST_DAYS:
            raise HTTPException(400, f"Choose a first day and a last, {_MOST_DAYS} days at most.")
        return self.group.agenda(first, last, group=self._group(request.state.member))

    def _group(self, member: str) -> str:
        """Return the group of a member who is a row: nobody of another group is on the agenda."""
        accounts = self.group.accounts
        return accounts.find(member).group if accounts else ""

    def _role(self, member: str) -> Role:
        accounts = self.group.accounts
        return accounts.find(member).role if accounts else Role.READER

    async def _sign_out(self, request: Request) -> Response:
        await self._forms.read(request)
        await run_in_threadpool(self.sessions.sign_out, request.scope)
        answer = RedirectResponse(SIGN_IN, HTTPStatus.SEE_OTHER)
        # Pages and votes that the browser kept are not for whoever uses it next.
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer


def _day(request: Request, name: str, otherwise: date) -> date:
    found = request.query_params.get(name, "")
    return parse_day(found) if found else otherwise
