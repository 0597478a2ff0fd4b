"""Vote and save by a signed link of a mail or a chat: GET shows one paper, and only POST acts.

Scanners of mail fetch every link, so fetching changes nothing. The link itself is the right to vote
on that paper, whoever has it: there is no cookie, and nothing else of the reader's is shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import ParamSpec, TypeVar
from urllib.parse import quote, urlsplit
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from paperlark.domain.errors import PaperlarkError, StoreError
from paperlark.domain.feedback import Vote
from paperlark.domain.triage import Action
from paperlark.domain.vote_links import PREFIX, SAVING, VoteLink
from paperlark.renderers import english, typeset
from paperlark.renderers.html import clean_text, style, template
from paperlark.web.current import CurrentProfile
from paperlark.web.forms import event_id, read_form
from paperlark.web.shared import base_of

_PACKAGE = "paperlark.web"
_LONGEST_FORM = 1024
_P = ParamSpec("_P")
_T = TypeVar("_T")
_ACTIONS = {
    "want": (Action.WANT, True),
    "not": (Action.NOT, True),
    "save": (Action.SAVE, True),
    "unsave": (Action.SAVE, False),
}
"""What a button does, and whether it does or undoes it."""


@dataclass(frozen=True, slots=True)
class VoteLinks:
    """The address of signed links."""

    current: CurrentProfile

    def routes(self) -> list[Route]:
        """Return the routes of the one address."""
        path = f"{PREFIX}{{link:path}}"
        return [Route(path, self._show), Route(path, self._vote, methods=["POST"])]

    async def _show(self, request: Request) -> Response:
        return await _answered(self._page, request)

    async def _vote(self, request: Request) -> Response:
        form = await read_form(request, _LONGEST_FORM)
        said = form.get("do", "")
        if said not in _ACTIONS:
            raise HTTPException(400, "do: expected want, not, save or unsave; nothing changed.")
        # The same form sent again is the same vote; another link's form has another name for it.
        named = f"{_path(request)} {event_id(form)} {said}"
        event = f"link-{hashlib.sha256(named.encode()).hexdigest()[:32]}"
        await _answered(self._cast, request, said, event)
        # Relative, for a proxy may have put something before the path.
        here = quote(_path(request).rpartition("/")[2])
        return RedirectResponse(here, HTTPStatus.SEE_OTHER)

    def _cast(self, request: Request, said: str, event: str) -> None:
        link = self._allowed(request)
        action, on = _ACTIONS[said]
        self.current.profile.reading.triage(
            link.paper_id, action, on=on, event=event, page=link.page, place=link.place
        )

    def _page(self, request: Request) -> Response:
        link = self._allowed(request)
        found = self.current.profile.reading.papers_with_states([link.paper_id])
        if not found:
            raise HTTPException(404, f"{link.paper_id} is not in the archive any more.")
        look, hashed = style(("paperlark.renderers", "page.css"), (_PACKAGE, "read.css"))
        text = template(_PACKAGE, "vote.html", clean_text).render(
            paper=found[0].entry.paper,
            state=found[0].state,
            said=_SAID[found[0].state.vote],
            link=link,
            saving=request.url.query == SAVING,
            nonce=uuid4().hex,
            style=look,
            english=english,
            typeset=typeset,
        )
        policy = (
            f"default-src 'none'; style-src 'sha256-{hashed}'; form-action 'self';"
            " base-uri 'none'; frame-ancestors 'none'"
        )
        headers = {"Content-Security-Policy": policy, "X-Robots-Tag": "noindex"}
        return HTMLResponse(text, headers=headers)

    def _allowed(self, request: Request) -> VoteLink:
        """Return what the link of a request allows; raises HTTPException where that is nothing."""
        try:
            return self.current.profile.reading.check_vote_link(_path(request))
        except StoreError:
            raise
        except PaperlarkError as error:
            raise HTTPException(403, str(error)) from error


async def _answered(answer: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Answer in a thread; whoever has a link is not told what is wrong on this machine."""
    try:
        return await run_in_threadpool(answer, *args, **kwargs)
    except StoreError as error:
        raise HTTPException(503, "That does not work at the moment; try again later.") from error


_SAID = {
    Vote.UP: "You want papers like this one; it counts from the next page on.",
    Vote.DOWN: "You want fewer papers like this one; it counts from the next page on.",
    Vote.NONE: "",
}


def _path(request: Request) -> str:
    """Return the path that was signed: without what a reader's addresses begin with."""
    return str(request.scope["path"]).removeprefix(base_of(request))


def public_host(current: CurrentProfile) -> str:
    """Return the host of the address that the profile names for the app, empty where none."""
    return urlsplit(current.profile.settings.read_address or "").netloc.lower()
