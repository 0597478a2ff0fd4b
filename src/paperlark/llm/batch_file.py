"""The files of a batch service: one question a line out, one answer a line in, in any order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

ENDPOINT = "/v1/chat/completions"
"""What every line asks; the service knows it by this name whatever its base URL."""

MOST_LINES, MOST_BYTES = 50_000, 200_000_000
"""What one file may hold."""

Body = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what came back.

    `name` is the question's, None where the line does not tell. `status` and `payload` are what
    the question would have been answered with alone, `payload` None where it was not answered:
    then `problem` may say why. `text` is the line as it came.
    """

    name: str | None
    status: int
    payload: object
    problem: str
    text: str


def write(bodies: Mapping[str, Body]) -> bytes:
    """Write questions, each under its name."""
    return b"".join(_line(name, body) for name, body in bodies.items())


def split(
    bodies: Mapping[str, Body], *, most_lines: int = MOST_LINES, most_bytes: int = MOST_BYTES
) -> Iterator[Sequence[str]]:
    """Part the names of questions into files that a service takes; none is left out."""
    names: list[str] = []
    size = 0
    for name, body in bodies.items():
        length = len(_line(name, body))
        if names and (len(names) >= most_lines or size + length > most_bytes):
            yield names
            names, size = [], 0
        names.append(name)
        size += length
    if names:
        yield names


def read(content: bytes) -> Iterator[Line]:
    """Read every line that is not blank, whatever it holds."""
    # Not splitlines(): text may hold characters that it takes for the end of a line.
    for raw in content.split(b"\n"):
        if raw.strip():
            yield _read(raw.decode("utf-8", "replace"))


def _line(name: str, body: Body) -> bytes:
    line = {"custom_id": name, "method": "POST", "url": ENDPOINT, "body": body}
    return json.dumps(line).encode() + b"\n"


def _read(text: str) -> Line:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    row = _mapping(value)
    name, response, error = row.get("custom_id"), _mapping(row.get("response")), row.get("error")
    status = response.get("status_code")
    return Line(
        name=name if isinstance(name, str) else None,
        status=status if type(status) is int else HTTPStatus.OK,
        payload=response.get("body"),
        problem=_words(error),
        text=text,
    )


def _words(error: object) -> str:
    """Say what an error says: an object with code and message, or mere text."""
    if isinstance(error, str):
        return error
    said = _mapping(error)
    words = (said.get("code"), said.get("message"))
    return ": ".join(word for word in words if isinstance(word, str) and word)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
