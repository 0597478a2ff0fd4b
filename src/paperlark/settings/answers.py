"""What a new reader answers before there is a profile, and whether an answer will do."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from paperlark.settings.fields import field_of
from paperlark.settings.nearby import is_on_this_machine, is_this_machine
from paperlark.settings.values import Security

NAME = "My papers"
CATEGORIES = ("cs.LG", "cs.CL")
OPENAI = "https://api.openai.com/v1"
OPENAI_MODEL = "gpt-4o-mini"
KEY, PASSWORD, CHAT = "OPENAI_API_KEY", "PAPERLARK_MAIL_PASSWORD", "PAPERLARK_CHAT"
"""The names that secrets have unless the reader says otherwise."""
BUDGET = Decimal(5)
"""Dollars that a month may cost unless the reader says otherwise."""


@dataclass(frozen=True, slots=True)
class Model:
    """Which model, and where; `key_variable` names its key, "" where the server wants none.

    `budget` is how many dollars a month may cost, None where nobody could keep count of them.
    """

    name: str
    base_url: str = OPENAI
    key_variable: str = KEY
    budget: Decimal | None = BUDGET


def usual_key(base_url: str) -> str:
    """Give the name that the key of a server has; "" for one on this machine, which wants none."""
    return "" if is_on_this_machine(base_url) else KEY


@dataclass(frozen=True, slots=True)
class Mail:
    """To whom, and by which server; `user` None where it asks nobody who they are.

    `port` None is the usual one.
    """

    address: str
    server: str
    sender: str
    user: str | None
    security: Security = Security.TLS
    port: int | None = None


def usual_security(server: str) -> Security:
    """Give how a mail server is spoken to; what is said on this machine nobody overhears."""
    return Security.NONE if is_this_machine(server) else Security.TLS


@dataclass(frozen=True, slots=True)
class Chat:
    """The name of the secret that is the chat's Apprise address."""

    url_variable: str


class Timer(StrEnum):
    """What can start paperlark every morning: what `paperlark schedule` knows."""

    SYSTEMD = "systemd"
    CRON = "cron"
    GITHUB = "github"
    DOCKER = "docker"


@dataclass(frozen=True, slots=True)
class Answers:
    """All that is asked; each has the value that is taken where nothing is said.

    `interests` are the reader's own words; where there are none, `field` names the template to
    begin with, and None has the categories name it. `model`, `delivery` and `timer` None: none.
    """

    name: str = NAME
    categories: tuple[str, ...] = CATEGORIES
    interests: str = ""
    field: str | None = None
    followed: tuple[str, ...] = ()
    model: Model | None = None
    delivery: Mail | Chat | None = None
    timer: Timer | None = None

    @property
    def template(self) -> str | None:
        """The template to begin with; None where the categories' names must do."""
        return self.field or field_of(self.categories)
