"""Put the app of a group together: members' own pages, those of the group, and sign-in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from paperlark import OpenedGroup
from paperlark.settings.group import SignInMethod
from paperlark.web.admin import AdminPages
from paperlark.web.app import handling, make_reading
from paperlark.web.audit_origin import sign_in_recorder
from paperlark.web.current import CurrentProfile
from paperlark.web.files import Files
from paperlark.web.group_guard import GroupGuard, ProxyHeader
from paperlark.web.group_pages import GroupPages, around_member
from paperlark.web.group_sessions import GroupSessions, PublicAddress
from paperlark.web.making import PageMaking
from paperlark.web.members import MakeApp, Members, open_members
from paperlark.web.readers import Readers
from paperlark.web.sessions import Sessions
from paperlark.web.shared import Shared
from paperlark.web.sharing import SharingPage
from paperlark.web.sign_in import LinkMailer, MailSignIn, SignInPage
from paperlark.web.sign_in_oidc import CALLBACK, OidcSignIn


@contextmanager
def open_group_app(
    group: OpenedGroup,
    *,
    now: Callable[[], float] = time.time,
    threads: Callable[[], Executor] = lambda: ThreadPoolExecutor(2),
) -> Iterator[GroupGuard]:
    """Open the app of a group; what it has begun is ended with the block.

    `now` is the time in seconds since 1970, and `threads` send its mails.
    """
    store = group.open_sessions()
    signed = Sessions(secret=store.secret())
    members = open_members(group, _apps_of(group, signed))
    address = PublicAddress(group.settings.address)
    sessions = GroupSessions(
        signed, store, address, members.is_member, now, sign_in_recorder(group)
    )
    ends: list[Callable[[], None]] = [members.end]
    try:
        yield GroupGuard(
            app=_inside(group, sessions, members),
            outside=_outside(group, members, sessions, threads, ends),
            sessions=sessions,
            proxy=_proxy(group, members),
        )
    finally:
        # Each may wait for answers that are paid for.
        with ThreadPoolExecutor(len(ends)) as at_once:
            list(at_once.map(lambda end: end(), ends))
        store.close()


def _apps_of(group: OpenedGroup, signed: Sessions) -> MakeApp:
    """Return what makes the app of a member."""

    def make(
        key: str, current: CurrentProfile, making: PageMaking, *, administers: bool
    ) -> ASGIApp:
        around = around_member(key, signs_out=_signs_out(group), administers=administers)
        return make_reading(current, signed, making, around=around, more=_sharing)

    return make


def _signs_out(group: OpenedGroup) -> bool:
    return group.settings.sign_in.method is not SignInMethod.PROXY


def _inside(group: OpenedGroup, sessions: GroupSessions, members: Members) -> Readers:
    pages = GroupPages(group, sessions, _signs_out(group))
    routes = pages.routes()
    if group.accounts is not None:
        routes += AdminPages(group.accounts, sessions, _signs_out(group)).routes()
    return Readers(members.app, Starlette(routes=routes, exception_handlers=handling()))


def _sharing(shared: Shared) -> list[Route]:
    return SharingPage(shared).routes()


def _outside(
    group: OpenedGroup,
    members: Members,
    sessions: GroupSessions,
    threads: Callable[[], Executor],
    ends: list[Callable[[], None]],
) -> Starlette:
    routes = Files(sessions.signed.instance).routes()
    settings = group.settings.sign_in
    page = SignInPage(group, members, sessions, settings.proxies)
    if settings.method is SignInMethod.MAIL:
        mailer = LinkMailer(group, threads())
        ends.append(mailer.end)
        routes += MailSignIn(page, mailer).routes()
    if settings.method is SignInMethod.OIDC:
        provider = group.open_oidc(f"{group.settings.address}{CALLBACK}", sessions.now)
        ends.append(provider.close)
        routes += OidcSignIn(page, provider).routes()
    return Starlette(routes=routes, exception_handlers=handling())


def _proxy(group: OpenedGroup, members: Members) -> ProxyHeader | None:
    settings = group.settings.sign_in
    if settings.method is not SignInMethod.PROXY:
        return None
    find = partial(_of_user, members)
    return ProxyHeader(settings.header, settings.proxies, find, group.proxy_secret())


def _of_user(members: Members, user: str) -> str:
    return members.find(user=user)
