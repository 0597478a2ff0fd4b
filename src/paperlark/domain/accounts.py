"""Reader accounts: readers of one database whose profiles are rows, and what each may do. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from paperlark.domain.plain_text import fold

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LONGEST_WORDS = 31
"""Characters of a name in an id; a hyphen and eight random ones have room behind them."""


class Role(StrEnum):
    """What a reader may do besides reading."""

    READER = "reader"
    GROUP_ADMIN = "group_admin"
    """Adds, changes and deletes the readers of their own group."""
    ADMIN = "admin"
    """Does so with all readers."""


@dataclass(frozen=True, slots=True)
class Account:
    """A reader whose profile is a row.

    `id` is the reader's in every table. `profile` and `criteria` are texts as they would stand in
    files, and `categories` those of the profile. `email`, `user` (of a proxy) and `subject` (of
    OpenID Connect) identify the reader at sign-in; "" is none. `budget` is in US dollars a month,
    None without a limit; `changed` None before it is stored.
    """

    id: str
    name: str
    profile: str
    criteria: str
    categories: tuple[str, ...]
    email: str = ""
    user: str = ""
    subject: str = ""
    group: str = ""
    role: Role = Role.READER
    disabled: bool = False
    budget: Decimal | None = None
    changed: datetime | None = None

    def may_administer(self, other: Account) -> bool:
        """Return whether this reader may change, disable or delete another account.

        An admin of a group has no power over an admin of all.
        """
        if self.disabled or self.role is Role.READER:
            return False
        if self.role is Role.ADMIN:
            return True
        return self.group == other.group and other.role is not Role.ADMIN


@dataclass(frozen=True, slots=True)
class AccountGroup:
    """A group of reader accounts; `budget` in US dollars a month, None without a limit."""

    name: str
    budget: Decimal | None = None


def is_account_id(text: str) -> bool:
    """Return whether a text can be the id of an account: it is a part of web addresses."""
    return _ID.fullmatch(text) is not None


def account_id(name: str, taken: Container[str], random: Callable[[], str]) -> str:
    """Return an id for a reader of that name: its words, and random letters where it is taken."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(name))[:_LONGEST_WORDS].strip("-") or "reader"
    wanted = words
    while wanted in taken:
        wanted = f"{words}-{random()}"
    return wanted
