"""The page of admins: readers of their group, or all; everything is links and forms.

For whoever may not see it there is no such page, and no such reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from paperlark import Account, NewAccount, OpenedAccounts, PaperlarkError, Role
from paperlark.domain.audit import AuditActor
from paperlark.domain.category_search import find_categories
from paperlark.domain.errors import NoSuchReader
from paperlark.renderers import english
from paperlark.renderers.html import clean_text, template
from paperlark.settings.typed_lists import split_list
from paperlark.web.audit_origin import audit_origin
from paperlark.web.audit_page import AuditPage
from paperlark.web.group_pages import ADMIN, around_member
from paperlark.web.group_sessions import GroupSessions
from paperlark.web.shared import SignedForms, Surroundings, blocking

_PACKAGE = "paperlark.web"
_AT_ONCE = 100
"""Readers on one page."""
_LONGEST = 300
_NO_SUCH_PAGE = "There is no such page."


@dataclass(frozen=True, slots=True)
class AdminPages:
    """Shows readers to admins, and takes what they change; `signs_out` where that is ours to do."""

    accounts: OpenedAccounts
    sessions: GroupSessions
    signs_out: bool

    def routes(self) -> list[Route]:
        """Return the addresses."""
        post = ["POST"]
        return [
            Route(ADMIN, blocking(self._list)),
            Route(f"{ADMIN}/readers", self._add, methods=post),
            Route(f"{ADMIN}/readers/{{reader}}", blocking(self._show)),
            Route(f"{ADMIN}/readers/{{reader}}", self._change, methods=post),
            Route(f"{ADMIN}/groups", self._set_group_budget, methods=post),
            *AuditPage(self.accounts, self._forms, self._asking, self._around).routes(),
        ]

    def _around(self, asking: Account) -> Surroundings:
        return around_member(asking.id, signs_out=self.signs_out, here=ADMIN, administers=True)

    @property
    def _forms(self) -> SignedForms:
        return SignedForms(self.sessions.signed)

    def _asking(self, request: Request) -> Account:
        """Return the account of whoever asks; raises HTTPException where they are no admin."""
        asking = self.accounts.find(request.state.member)
        if asking.role is Role.READER or asking.disabled:
            raise HTTPException(404, _NO_SUCH_PAGE)
        return asking

    def _by(self, asking: Account, request: Request) -> OpenedAccounts:
        """Return the accounts as this admin changes them, for the log."""
        origin = audit_origin(request.scope, self.accounts.settings.sign_in.proxies)
        return replace(self.accounts, by=AuditActor(asking.id, origin))

    def _asked_about(self, request: Request, asking: Account) -> Account:
        """Return the account that a request is about, where whoever asks may change it."""
        try:
            found = self.accounts.find(request.path_params["reader"])
        except NoSuchReader as error:
            raise HTTPException(404, _NO_SUCH_PAGE) from error
        if not asking.may_administer(found):
            raise HTTPException(404, _NO_SUCH_PAGE)
        return found

    def _list(self, request: Request) -> Response:
        asking = self._asking(request)
        only = asking.group if asking.role is Role.GROUP_ADMIN else request.query_params.get("in")
        after = request.query_params.get("after", "")[:_LONGEST]
        found = self.accounts.page(only, after=after, most=_AT_ONCE + 1)
        groups = [
            one
            for one in self.accounts.groups()
            if asking.role is Role.ADMIN or one.name == asking.group
        ]
        return self._page(
            request,
            "admin.html",
            asking,
            readers=found[:_AT_ONCE],
            more=found[_AT_ONCE - 1].id if len(found) > _AT_ONCE else "",
            only=only,
            count=english.counted(self.accounts.count(only), "reader"),
            groups=groups,
        )

    def _show(self, request: Request) -> Response:
        asking = self._asking(request)
        found = self._asked_about(request, asking)
        return self._page(request, "admin_reader.html", asking, one=found, roles=list(Role))

    def _page(self, request: Request, name: str, asking: Account, **more: Any) -> Response:  # noqa: ANN401  # of the template
        text = template(_PACKAGE, name, clean_text).render(
            group=self.accounts.settings.name,
            asking=asking,
            is_admin=asking.role is Role.ADMIN,
            around=self._around(asking),
            form_token=self._forms.token(request),
            **more,
        )
        return HTMLResponse(text)

    async def _add(self, request: Request) -> Response:
        form = await self._forms.read(request)
        reader = await run_in_threadpool(self._added, request, form)
        return RedirectResponse(f"{ADMIN}/readers/{reader}", HTTPStatus.SEE_OTHER)

    def _added(self, request: Request, form: Mapping[str, str]) -> str:
        asking = self._asking(request)
        name, categories = form.get("name", "").strip(), _categories(form.get("categories", ""))
        interests = form.get("interests", "").replace("\r\n", "\n")
        profile, criteria = self.accounts.starting_texts(name, categories, interests)
        is_admin = asking.role is Role.ADMIN
        added = self._by(asking, request).add(
            NewAccount(
                name,
                profile,
                criteria,
                email=form.get("email", ""),
                user=form.get("user", ""),
                subject=form.get("subject", ""),
                group=form.get("group", "") if is_admin else asking.group,
                budget=_budget(form),
            )
        )
        return added.id

    async def _change(self, request: Request) -> Response:
        form = await self._forms.read(request)
        address = await run_in_threadpool(self._changed, request, form)
        return RedirectResponse(address, HTTPStatus.SEE_OTHER)

    def _changed(self, request: Request, form: Mapping[str, str]) -> str:
        """Do what a form says with a reader, and return the address to go on at."""
        asking = self._asking(request)
        found, does = self._asked_about(request, asking), form.get("do", "")
        if found.id == asking.id and does in {"disable", "delete", "role"}:
            raise HTTPException(409, "Nobody does that to their own account: ask another admin.")
        if does == "delete":
            return self._deleted(request, asking, found, form)
        changes = self._changes(asking, does, form)
        self._by(asking, request).change(found.id, **changes)
        return f"{ADMIN}/readers/{found.id}"

    def _changes(self, asking: Account, does: str, form: Mapping[str, str]) -> Mapping[str, object]:
        """Return the fields of an account that a form changes."""
        if does in {"disable", "enable"}:
            return {"disabled": does == "disable"}
        if does == "budget":
            return {"budget": _budget(form)}
        is_admin = asking.role is Role.ADMIN
        if does == "who":
            # Whoever could change how another signs in could sign in as them.
            fields = ("name", "email", "user", "subject") if is_admin else ("name",)
            return {name: form.get(name, "") for name in fields}
        if does == "role" and is_admin:
            try:
                return {"role": Role(form.get("role", "")), "group": form.get("group", "")}
            except ValueError as error:
                raise HTTPException(400, "There is no such role.") from error
        raise HTTPException(400, "That is nothing that can be done here.")

    def _deleted(
        self, request: Request, asking: Account, found: Account, form: Mapping[str, str]
    ) -> str:
        if form.get("confirm", "").strip() != found.id:
            raise HTTPException(409, f"Nothing was deleted: type {found.id} to delete this reader.")
        self._by(asking, request).delete(found.id)
        return ADMIN

    async def _set_group_budget(self, request: Request) -> Response:
        form = await self._forms.read(request)
        await run_in_threadpool(self._group_budget_set, request, form)
        return RedirectResponse(ADMIN, HTTPStatus.SEE_OTHER)

    def _group_budget_set(self, request: Request, form: Mapping[str, str]) -> None:
        asking = self._asking(request)
        if asking.role is not Role.ADMIN:
            raise HTTPException(404, _NO_SUCH_PAGE)
        group = form.get("group", "").strip()
        self._by(asking, request).set_group_budget(group, _budget(form))


def _budget(form: Mapping[str, str]) -> Decimal | None:
    """Return US dollars a month; None, without a limit, where nothing is written."""
    text = form.get("budget", "").strip()
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise HTTPException(
            400, f"{text[:40]!r} is no budget: write it like 2.50, or leave it empty."
        ) from error


def _categories(text: str) -> tuple[str, ...]:
    """Return the codes of categories; raises PaperlarkError naming one that arXiv does not have."""
    codes = []
    for one in split_list(text):
        found = find_categories(one)
        if len(found) != 1:
            raise PaperlarkError(f"{one[:80]!r} is not one category of arXiv's: write its code")
        codes.append(found[0].code)
    if not codes:
        raise PaperlarkError("name at least one category, such as cs.LG")
    return tuple(dict.fromkeys(codes))
