"""The members of a group, and each one's app: those of a file all at once, rows when asked for."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from paperlark import OpenedAccounts, OpenedGroup, PaperlarkError
from paperlark.domain.accounts import Account, Role
from paperlark.domain.errors import NoSuchReader
from paperlark.web.current import AccountProfile, CurrentProfile
from paperlark.web.making import PageMaking

_log = logging.getLogger(__name__)
_MOST_OPENED = 500
"""Profiles of rows that are kept open; of more, the one that was used longest ago is closed."""


class MakeApp(Protocol):
    """Makes the app of a member; `administers` where they have a page for that."""

    def __call__(
        self, key: str, current: CurrentProfile, making: PageMaking, *, administers: bool
    ) -> ASGIApp:
        """Return the app, without the guard before it."""
        ...


class Members(Protocol):
    """Who the members are, by their keys, and their apps. Safe for threads."""

    def is_member(self, key: str) -> bool:
        """Return whether this is a member now."""
        ...

    def find(self, *, email: str = "", user: str = "", subject: str = "") -> str:
        """Return the key of the member who signs in with this; empty for nobody."""
        ...

    def app(self, key: str) -> ASGIApp | None:
        """Return a member's app; None where there is no such member."""
        ...

    def end(self) -> None:
        """End what the apps are making, and wait a little for answers that are paid for."""
        ...


class FiledMembers:
    """Implements Members for those that the group's file names."""

    def __init__(self, group: OpenedGroup, make: MakeApp) -> None:
        self._members = group.settings.members
        current = {key: CurrentProfile(one) for key, one in group.profiles.items()}
        self._makings = {key: PageMaking(one) for key, one in current.items()}
        self._apps: Mapping[str, ASGIApp] = {
            key: make(key, one, self._makings[key], administers=False)
            for key, one in current.items()
        }

    def is_member(self, key: str) -> bool:
        """Return whether the file names them."""
        return key in self._apps

    def find(self, *, email: str = "", user: str = "", subject: str = "") -> str:
        """Return the key of a member by what the file has of them."""
        return next(
            (
                one.key
                for one in self._members
                if (email and one.email.casefold() == email.casefold())
                or (user and one.user == user)
                or (subject and one.subject == subject)
            ),
            "",
        )

    def app(self, key: str) -> ASGIApp | None:
        """Return a member's app."""
        return self._apps.get(key)

    def end(self) -> None:
        """End what the apps are making."""
        _end_all(list(self._makings.values()))


@dataclass(slots=True)
class _Opened:
    """A member whose profile is open, as the row was at `changed`."""

    changed: datetime | None
    current: AccountProfile
    making: PageMaking
    app: ASGIApp


class StoredMembers:
    """Implements Members for readers who are rows: looked up with each request, opened when asked.

    Who is disabled or deleted is no member from the next request on.
    """

    def __init__(
        self, accounts: OpenedAccounts, make: MakeApp, *, most: int = _MOST_OPENED
    ) -> None:
        self._accounts = accounts
        self._make = make
        self._most = most
        self._opened: OrderedDict[str, _Opened] = OrderedDict()
        self._lock = threading.Lock()

    def is_member(self, key: str) -> bool:
        """Return whether there is such an account, and it is enabled."""
        return self._account(key) is not None

    def find(self, *, email: str = "", user: str = "", subject: str = "") -> str:
        """Return the id of an enabled account by what it says of sign-in."""
        return self._accounts.find_signed_in(email=email, user=user, subject=subject) or ""

    def app(self, key: str) -> ASGIApp | None:
        """Return a member's app, opened where it was not, or anew where the row has changed.

        A profile that cannot be read any more is used as it was last.
        """
        account = self._account(key)
        if account is None:
            return None
        with self._lock:
            opened = self._opened.get(key)
            if opened is None or opened.changed != account.changed:
                try:
                    opened = self._open(account, opened)
                except PaperlarkError as error:
                    _log.warning("the profile of %s cannot be read: %s", key, error)
                    if opened is None:
                        return PlainTextResponse(f"{error}\n", HTTPStatus.CONFLICT)
                self._opened[key] = opened
                self._close_others()
            self._opened.move_to_end(key)
            return opened.app

    def end(self) -> None:
        """End what the apps are making."""
        with self._lock:
            makings = [one.making for one in self._opened.values()]
        _end_all(makings)

    def _account(self, key: str) -> Account | None:
        try:
            found = self._accounts.find(key)
        except NoSuchReader:
            found = None
        if found is None or found.disabled:
            with self._lock:
                self._opened.pop(key, None)
            return None
        return found

    def _open(self, account: Account, before: _Opened | None) -> _Opened:
        profile = self._accounts.open_account(account)
        if before is None:
            current = AccountProfile(profile)
            making = PageMaking(current)
        else:
            current, making = before.current, before.making
            current.use(profile)
        app = self._make(account.id, current, making, administers=account.role is not Role.READER)
        return _Opened(account.changed, current, making, app)

    def _close_others(self) -> None:
        for key in list(self._opened)[: max(0, len(self._opened) - self._most)]:
            making = self._opened[key].making.current
            # A page that is being made is looked at when it is there.
            if making is None or not making.at_work:
                del self._opened[key]


def open_members(group: OpenedGroup, make: MakeApp) -> Members:
    """Return the members of a group, from its file or from its database."""
    if group.accounts is not None:
        return StoredMembers(group.accounts, make)
    return FiledMembers(group, make)


def _end_all(makings: list[PageMaking]) -> None:
    ends: list[Callable[[], None]] = [one.end for one in makings]
    if ends:
        with ThreadPoolExecutor(min(50, len(ends))) as at_once:
            list(at_once.map(lambda end: end(), ends))
