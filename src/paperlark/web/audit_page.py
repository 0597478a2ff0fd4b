"""The audit log in the app: who signed in, and what admins did; for admins of all readers alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from paperlark import Account, OpenedAccounts, Role
from paperlark.renderers.html import clean_text, template
from paperlark.web.shared import SignedForms, Surroundings, blocking

AUDIT = "/admin/log"
_AT_ONCE = 100
_LONGEST = 254
"""Characters of an id or a group."""
_NO_SUCH_PAGE = "There is no such page."


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Shows the log, the latest events first; nothing can be changed here.

    `asking` returns the account of whoever sends a request, and `around` the ways from the page.
    """

    accounts: OpenedAccounts
    forms: SignedForms
    asking: Callable[[Request], Account]
    around: Callable[[Account], Surroundings]

    def routes(self) -> list[Route]:
        """Return the address."""
        return [Route(AUDIT, blocking(self._show))]

    def _show(self, request: Request) -> Response:
        asking = self.asking(request)
        if asking.role is not Role.ADMIN or asking.disabled:
            # A group's admin would read about readers of other groups.
            raise HTTPException(404, _NO_SUCH_PAGE)
        about = request.query_params.get("about", "").strip()[:_LONGEST]
        events = self.accounts.audit_events(
            most=_AT_ONCE + 1, before=_number(request), subject=about or None
        )
        shown = events[:_AT_ONCE]
        text = template("paperlark.web", "audit.html", clean_text).render(
            group=self.accounts.settings.name,
            events=shown,
            about=about,
            earlier=shown[-1].number if len(events) > _AT_ONCE else None,
            around=self.around(asking),
            form_token=self.forms.token(request),
        )
        return HTMLResponse(text)


def _number(request: Request) -> int | None:
    """Return the number before which to begin; None for the latest."""
    text = request.query_params.get("before", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):  # noqa: PLR2004  # of 64 bits
        raise HTTPException(400, "That is no number of an event.")
    return int(text)
