"""JSON from outside: one value, or one on every line; deep, huge and broken ones are refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from paperlark.domain.errors import Unimportable

Value = Any  # what JSON may be; whoever reads it checks each step


def read_values(text: str, name: str) -> tuple[tuple[str, Value], ...]:
    """Give every value with its place; raises Unimportable naming the line that is no JSON."""
    try:
        return tuple(_whole(text))
    except ValueError:
        return tuple(_lines(text, name))
    except RecursionError as error:
        raise _refused(name, "is JSON inside JSON, too deep to be read") from error


def _whole(text: str) -> Iterator[tuple[str, Value]]:
    value = json.loads(text)
    if isinstance(value, list):
        yield from ((f"entry {number}", one) for number, one in enumerate(value, start=1))
    else:
        yield "entry 1", value


def _lines(text: str, name: str) -> Iterator[tuple[str, Value]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield f"line {number}", json.loads(line)
            except ValueError as error:
                reason = str(error)[:80]
                raise _refused(f"{name}:{number}", f"is no JSON ({reason})") from error
            except RecursionError as error:
                raise _refused(f"{name}:{number}", "is too deep to be read") from error


def _refused(place: str, problem: str) -> Unimportable:
    return Unimportable(f"{place} {problem}", mend="export it again")
