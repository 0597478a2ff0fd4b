"""The answers of a new reader before there is a profile, their validation, and templates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from importlib.resources import files as resources
from types import MappingProxyType

from paperlark.domain.redaction import is_name, quoted
from paperlark.http.network_settings import is_on_this_machine, is_this_machine
from paperlark.settings.values import Security

FIELDS: Mapping[str, str] = MappingProxyType({
    "language-models": "cs.CL",
    "computer-vision": "cs.CV eess.IV cs.GR",
    "robotics": "cs.RO cs.SY eess.SY",
    "machine-learning": "cs.LG cs.AI cs.NE stat.ML cs",
    "exoplanets": "astro-ph.EP astro-ph.SR",
    "galaxies": "astro-ph.GA astro-ph.CO astro-ph",
    "quantum-information": "quant-ph",
    "condensed-matter": "cond-mat cond-mat.mes-hall cond-mat.mtrl-sci cond-mat.str-el"
    " cond-mat.supr-con",
    "particle-phenomenology": "hep-ph hep-ex hep-lat",
    "high-energy-theory": "hep-th",
    "number-theory": "math.NT math.AG math",
    "statistics": "stat stat.AP stat.CO stat.ME stat.OT stat.TH math.ST econ.EM",
    "quantitative-biology": "q-bio q-bio.BM q-bio.CB q-bio.GN q-bio.MN q-bio.NC q-bio.PE q-bio.QM"
    " q-bio.SC q-bio.TO physics.bio-ph",
    "economics": "econ econ.GN econ.TH q-fin.EC",
})  # fmt: skip
"""Template names and their categories."""


def field_of(categories: Sequence[str]) -> str | None:
    """Return the name of the template for the first category that has one, else None."""
    named = {category: name for name, own in FIELDS.items() for category in own.split()}
    return next((named[one] for one in categories if one in named), None)


def field_criteria(name: str) -> str:
    """Return the criteria of a template."""
    return resources(__package__).joinpath("templates", "criteria", f"{name}.md").read_text("utf-8")


NAME = "My papers"
CATEGORIES = ("cs.LG", "cs.CL")
OPENAI = "https://api.openai.com/v1"
OPENAI_MODEL = "gpt-4o-mini"
KEY, PASSWORD, CHAT = "OPENAI_API_KEY", "PAPERLARK_MAIL_PASSWORD", "PAPERLARK_CHAT"
"""Default names of secrets."""
BUDGET = Decimal(5)
"""Default budget of a month in US dollars."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model and its server; `key_variable` names its key, "" where none is needed.

    `budget` is how many dollars a month may cost, None where nobody could keep count of them.
    """

    name: str
    base_url: str = OPENAI
    key_variable: str = KEY
    budget: Decimal | None = BUDGET


def usual_key(base_url: str) -> str:
    """Return the usual name for the key of a server; "" for one on this machine, without key."""
    return "" if is_on_this_machine(base_url) else KEY


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail address and the server to send through; `user` None where it needs no login.

    `port` None is the usual one.
    """

    address: str
    server: str
    sender: str
    user: str | None
    security: Security = Security.TLS
    port: int | None = None


_ENCRYPTED_LATER = frozenset((25, 587, 2525, 2587))


def security_of(server: str, port: int) -> Security:
    """Return the usual security for a port of a mail server, such as STARTTLS for 587."""
    usual = usual_security(server)
    later = usual is Security.TLS and port in _ENCRYPTED_LATER
    return Security.STARTTLS if later else usual


def usual_security(server: str) -> Security:
    """Return the usual security for a mail server: none on this machine, else TLS."""
    return Security.NONE if is_this_machine(server) else Security.TLS


@dataclass(frozen=True, slots=True)
class Chat:
    """The name of the secret that is the chat's Apprise address."""

    url_variable: str


class Timer(StrEnum):
    """The schedulers that `paperlark schedule` supports."""

    SYSTEMD = "systemd"
    CRON = "cron"
    GITHUB = "github"
    DOCKER = "docker"
    LAUNCHD = "launchd"
    WINDOWS = "windows"


@dataclass(frozen=True, slots=True)
class SetupAnswers:
    """All answers, each with its default.

    `interests` are the reader's own words; where there are none, `field` names the template to
    begin with, and None has the categories name it, unless it is `nobodys`: then the names of the
    categories are the interests. `model`, `delivery` and `timer` None: none.
    """

    name: str = NAME
    categories: tuple[str, ...] = CATEGORIES
    interests: str = ""
    field: str | None = None
    nobodys: bool = False
    followed: tuple[str, ...] = ()
    model: Model | None = None
    delivery: Mail | Chat | None = None
    timer: Timer | None = None

    @property
    def template(self) -> str | None:
        """The criteria template to begin with; None where there is none for the categories."""
        return self.field or (None if self.nobodys else field_of(self.categories))


class AnswerKind(StrEnum):
    """The kind of an answer."""

    TEXT = "text"
    ADDRESS = "web address"
    MAILBOX = "mail address"
    SERVER = "server's name"
    NAME_OF_SECRET = "secret's name"  # noqa: S105  # names a kind of answer, not a secret


_PATTERNS: Mapping[AnswerKind, tuple[str, str]] = MappingProxyType({
    AnswerKind.SERVER: (r"[\w.-]+", "write it like smtp.example.org"),
    AnswerKind.NAME_OF_SECRET: ("[A-Za-z_][A-Za-z0-9_]*", "use letters, digits and _ only"),
})  # fmt: skip


def complaint(kind: AnswerKind, answer: str) -> str | None:
    """Return why an answer is invalid; None where it is valid."""
    if not answer.strip():
        return "this cannot be empty"
    if not answer.isprintable():
        return f"{answer!r} has unprintable characters; type it again"
    if kind in _PATTERNS:
        pattern, hint = _PATTERNS[kind]
        fits = re.fullmatch(pattern, answer) is not None
        if kind is AnswerKind.NAME_OF_SECRET:
            fits = is_name(answer)  # and not the secret itself
        return None if fits else f"{quoted(answer)} is not a {kind}; {hint}"
    return _unlike_its_setting(kind, answer)


def _unlike_its_setting(kind: AnswerKind, answer: str) -> str | None:
    # Half a second of imports that only who is asked waits for.
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415

    from paperlark.settings.field_types import Address, Mailbox, Text  # noqa: PLC0415

    shapes = {AnswerKind.TEXT: Text, AnswerKind.ADDRESS: Address, AnswerKind.MAILBOX: Mailbox}
    try:
        TypeAdapter(shapes[kind]).validate_python(answer)
    except ValidationError as error:
        return error.errors()[0]["msg"].removeprefix("Value error, ")
    return None
