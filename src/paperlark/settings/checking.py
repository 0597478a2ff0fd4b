"""Whether an answer can stand in a profile, before anything is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What an answer is to be."""

    TEXT = "text"
    ADDRESS = "web address"
    MAILBOX = "mail address"
    SERVER = "server's name"
    NAME_OF_SECRET = "secret's name"  # noqa: S105  # says what an answer is, and is no secret


_PATTERNS: Mapping[Kind, tuple[str, str]] = MappingProxyType({
    Kind.SERVER: (r"[\w.-]+", "write it like smtp.example.org"),
    Kind.NAME_OF_SECRET: ("[A-Za-z_][A-Za-z0-9_]*", "it has letters, digits and _ only"),
})  # fmt: skip


def complaint(kind: Kind, answer: str) -> str | None:
    """Say why an answer cannot stand in a profile; None where it can."""
    if not answer.strip():
        return "something must stand here"
    if not answer.isprintable():
        return f"{answer!r} has signs that nobody can read; type it again"
    if kind in _PATTERNS:
        pattern, mend = _PATTERNS[kind]
        fits = re.fullmatch(pattern, answer) is not None
        return None if fits else f"{answer!r} is no {kind}; {mend}"
    return _unlike_its_setting(kind, answer)


def _unlike_its_setting(kind: Kind, answer: str) -> str | None:
    # Half a second of imports that only who is asked waits for.
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415

    from paperlark.settings.file_shape import Address, Mailbox, Text  # noqa: PLC0415

    shapes = {Kind.TEXT: Text, Kind.ADDRESS: Address, Kind.MAILBOX: Mailbox}
    try:
        TypeAdapter(shapes[kind]).validate_python(answer)
    except ValidationError as error:
        return error.errors()[0]["msg"].removeprefix("Value error, ")
    return None


def read_names(answer: str) -> tuple[str, ...]:
    """Read authors' names, separated by semicolons; raises ValueError with the reason.

    Names are turned to how papers print them: `Lovelace, Ada` is Ada Lovelace.
    """
    names = (" ".join(part.split()) for part in answer.split(";"))
    return tuple(dict.fromkeys(_printed(name) for name in names if name))


def _printed(name: str) -> str:
    if problem := complaint(Kind.TEXT, name):
        raise ValueError(problem)
    last, comma, first = (part.strip() for part in name.partition(","))
    if not comma:
        return name
    if "," in first or not first or not last or (" " in first and " " in last):
        raise ValueError(f"is {name!r} one name? Write First Last, and ; between two")
    return f"{first} {last}"
