"""Put the app of a group together: members' own pages, those of the group, and sign-in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.routing import Route

from paperlark import OpenedGroup
from paperlark.settings.group import SignInMethod
from paperlark.web.app import handling, make_reading
from paperlark.web.audit_origin import sign_in_recorder
from paperlark.web.current import CurrentProfile
from paperlark.web.files import Files
from paperlark.web.group_guard import GroupGuard, ProxyHeader
from paperlark.web.group_pages import GroupPages, around_member
from paperlark.web.group_sessions import GroupSessions, PublicAddress
from paperlark.web.making import PageMaking
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
    sessions = GroupSessions(
        Sessions(secret=store.secret()),
        store,
        PublicAddress(group.settings.address),
        frozenset(group.profiles),
        now,
        sign_in_recorder(group),
    )
    current = {key: CurrentProfile(one) for key, one in group.profiles.items()}
    makings = {key: PageMaking(one) for key, one in current.items()}
    ends: list[Callable[[], None]] = [one.end for one in makings.values()]
    try:
        yield GroupGuard(
            app=_inside(group, sessions, current, makings),
            outside=_outside(group, sessions, threads, ends),
            sessions=sessions,
            proxy=_proxy(group),
        )
    finally:
        # Each may wait for answers that are paid for.
        with ThreadPoolExecutor(len(ends)) as at_once:
            list(at_once.map(lambda end: end(), ends))
        store.close()


def _inside(
    group: OpenedGroup,
    sessions: GroupSessions,
    current: Mapping[str, CurrentProfile],
    makings: Mapping[str, PageMaking],
) -> Readers:
    signs_out = group.settings.sign_in.method is not SignInMethod.PROXY
    apps = {
        key: make_reading(
            one,
            sessions.signed,
            makings[key],
            around=around_member(key, signs_out=signs_out),
            more=_sharing,
        )
        for key, one in current.items()
    }
    pages = GroupPages(group, sessions, signs_out)
    return Readers(apps, Starlette(routes=pages.routes(), exception_handlers=handling()))


def _sharing(shared: Shared) -> list[Route]:
    return SharingPage(shared).routes()


def _outside(
    group: OpenedGroup,
    sessions: GroupSessions,
    threads: Callable[[], Executor],
    ends: list[Callable[[], None]],
) -> Starlette:
    routes = Files(sessions.signed.instance).routes()
    settings = group.settings.sign_in
    page = SignInPage(group, sessions, settings.proxies)
    if settings.method is SignInMethod.MAIL:
        mailer = LinkMailer(group, threads())
        ends.append(mailer.end)
        routes += MailSignIn(page, mailer).routes()
    if settings.method is SignInMethod.OIDC:
        provider = group.open_oidc(f"{group.settings.address}{CALLBACK}", sessions.now)
        ends.append(provider.close)
        routes += OidcSignIn(page, provider).routes()
    return Starlette(routes=routes, exception_handlers=handling())


def _proxy(group: OpenedGroup) -> ProxyHeader | None:
    settings = group.settings.sign_in
    if settings.method is not SignInMethod.PROXY:
        return None
    members = {one.user: one.key for one in group.settings.members if one.user}
    return ProxyHeader(settings.header, settings.proxies, members, group.proxy_secret())
