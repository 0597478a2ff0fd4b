"""The settings of a group, and how its file is loaded, with every mistake and its line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.errors import Problem, ProfileError
from paperlark.domain.redaction import remember_addresses
from paperlark.http.network_settings import is_on_this_machine
from paperlark.settings.load import (
    arxiv_settings,
    check_shape,
    database_place,
    line_of,
    mail_settings,
    open_mail_problems,
    parse_toml,
    read_text,
)
from paperlark.settings.values import ArxivSettings, MailSettings

if TYPE_CHECKING:
    from paperlark.settings.group_shape import GroupShape

_SIGN_IN = re.compile(r"^\s*\[sign_in\]", re.MULTILINE)
_LONGEST = 1 << 20
_HINT = "write it first: docs/how-to/group.md"


class SignInMethod(StrEnum):
    """How the members of a group sign in."""

    MAIL = "mail"
    PROXY = "proxy"
    OIDC = "oidc"


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """How members sign in; `issuer` and `client_id` are empty unless that is by OpenID Connect."""

    method: SignInMethod
    proxies: tuple[IPv4Network | IPv6Network, ...]
    header: str
    issuer: str
    client_id: str
    client_secret_variable: str
    proxy_secret_variable: str = ""


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A member: `key` is in their addresses; what identifies them at sign-in may be empty."""

    key: str
    name: str
    profile: Path
    email: str
    user: str
    subject: str


@dataclass(frozen=True, slots=True)
class GroupDatabase:
    """Where the accounts of readers are; `home` is the folder of the group's file.

    `month` are the US dollars that all of them together may cost a month, None without a limit.
    `mail` is the server that sends the pages of those whose profile names none.
    """

    database: DatabasePlace
    home: Path
    month: Decimal | None = None
    mail: MailSettings | None = None


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """A group: `address` is where members reach it, `state` the database of their sessions.

    With `accounts` the members are rows of that database, and `members` is empty. Beside this
    machine `metrics_from` are the networks from which its health may be asked.
    """

    file: Path
    name: str
    address: str
    sign_in: SignInSettings
    members: tuple[GroupMember, ...]
    mail: MailSettings | None
    state: DatabasePlace
    arxiv: ArxivSettings
    accounts: GroupDatabase | None = None
    metrics_from: tuple[IPv4Network | IPv6Network, ...] = ()


def is_group_file(path: Path) -> bool:
    """Return whether a file is that of a group and no profile; one that is unreadable is not."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return _SIGN_IN.search(file.read(_LONGEST)) is not None
    except OSError:
        return False


def load_group(path: Path) -> GroupSettings:
    """Read the file of a group; paths in it are relative to its folder.

    Raises ProfileError with every mistake in it.
    """
    from paperlark.settings.group_shape import GroupShape  # noqa: PLC0415  # loads pydantic

    text = read_text(path, hint=_HINT)
    remember_addresses(text)
    shape, problems = check_shape(path, text, parse_toml(path, text), GroupShape)
    if shape is not None:
        problems = (*_lacking(path, text, shape), *open_mail_problems(path, text, shape.mail))
    if shape is None or problems:
        raise ProfileError(tuple(sorted(problems, key=lambda problem: problem.line or 0)))
    home = path.parent.absolute()
    sign_in = shape.sign_in
    accounts = _accounts(home, shape)
    return GroupSettings(
        file=path.absolute(),
        name=shape.name,
        address=shape.address,
        sign_in=SignInSettings(
            method=sign_in.method,
            proxies=tuple(ip_network(one) for one in sign_in.proxies),
            header=sign_in.header,
            issuer=sign_in.issuer or "",
            client_id=sign_in.client_id or "",
            client_secret_variable=sign_in.client_secret_variable,
            proxy_secret_variable=sign_in.proxy_secret_variable or "",
        ),
        members=tuple(
            GroupMember(
                key=key,
                name=one.name,
                profile=home / one.profile,
                email=one.email or "",
                user=one.user or "",
                subject=one.subject or "",
            )
            for key, one in shape.members.items()
        ),
        mail=mail_settings(shape.mail) if shape.mail else None,
        # Where several processes serve the group, all of them see who is signed in.
        state=accounts.database if accounts else home / f"{path.name}.sessions.db",
        arxiv=arxiv_settings(shape.sources),
        accounts=accounts,
        metrics_from=tuple(ip_network(one) for one in shape.metrics_from),
    )


def _accounts(home: Path, shape: GroupShape) -> GroupDatabase | None:
    if shape.database is None:
        return None
    mail = mail_settings(shape.mail) if shape.mail else None
    return GroupDatabase(database_place(home, shape.database), home, shape.budget.month, mail)


_Complaints = Iterator[tuple[tuple[str, ...], str]]
"""The place of a setting, and what is wrong with it."""


def _lacking(path: Path, text: str, shape: GroupShape) -> Iterator[Problem]:
    """Return what one setting lacks for the sake of another."""
    for found in (_address(shape.address), _sign_in(shape), _members(shape)):
        for place, message in found:
            yield Problem(path, line_of(text, place) if place else None, message)


def _address(address: str) -> _Complaints:
    parts = urlsplit(address)
    if parts.path or parts.query or parts.fragment:
        yield ("address",), "address has a path; expected an address without one"
    if parts.scheme != "https" and not is_on_this_machine(address):
        said = "address is not https; expected https: sessions would be readable on the way"
        yield ("address",), said


def _sign_in(shape: GroupShape) -> _Complaints:
    place, sign_in = ("sign_in", "method"), shape.sign_in
    if sign_in.method is SignInMethod.PROXY and not sign_in.proxies:
        yield place, 'sign_in.proxies is missing; expected a list such as ["127.0.0.1"]'
    if sign_in.method is SignInMethod.OIDC and not sign_in.issuer:
        yield place, "sign_in.issuer is missing; oidc needs it"
    issuer = sign_in.issuer
    if issuer and not (issuer.startswith("https://") or is_on_this_machine(issuer)):
        yield ("sign_in", "issuer"), "sign_in.issuer is not https; expected https"
    if sign_in.method is SignInMethod.OIDC and not sign_in.client_id:
        yield place, "sign_in.client_id is missing; oidc needs it"
    if sign_in.method is SignInMethod.MAIL and shape.mail is None:
        yield place, "sign_in.method is mail; expected a table [mail] as well"


def _members(shape: GroupShape) -> _Complaints:
    if shape.database is not None:
        if shape.members:
            key = f"members.{next(iter(shape.members))}"
            said = "is not for a group with a database: paperlark readers add makes its members"
            yield (key, "name"), f"[{key}] {said}"
        return
    if not shape.members:
        yield (), "members are missing; expected tables [members.NAME], or a database that has them"
    if shape.budget.month is not None:
        said = "[budget] is for a group with a database; members' own are in their profiles"
        yield ("budget", "month"), said
    needed = {SignInMethod.MAIL: "email", SignInMethod.PROXY: "user", SignInMethod.OIDC: "subject"}
    name = needed[shape.sign_in.method]
    for key, one in shape.members.items():
        if not getattr(one, name):
            said = f"members.{key}.{name} is missing; with it the member signs in"
            yield (f"members.{key}", "name"), said
    members = shape.members.values()
    for name in ("name", "profile", "email", "user", "subject"):
        for twice in _twice([(getattr(one, name) or "").casefold() for one in members]):
            yield (), f"two members have the same {name}, {twice!r}"


def _twice(values: Sequence[str]) -> Iterable[str]:
    return sorted(one for one, count in Counter(values).items() if one and count > 1)
