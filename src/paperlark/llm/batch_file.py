"""The JSON Lines files of a batch service: requests out, replies in, in any order."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from paperlark.domain.chat import ChatReply
from paperlark.domain.spending import Spend
from paperlark.llm.completion import Usage, as_mapping, parse_completion
from paperlark.llm.connection import MAYBE_PAID, Connection
from paperlark.llm.error_classes import classify_error
from paperlark.llm.redact import redact

ENDPOINT = "/v1/chat/completions"
"""The endpoint of every request; the service calls it so whatever its base URL."""

MOST_LINES, MOST_BYTES = 50_000, 200_000_000
"""Limits of one file."""

Body = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One line of a file of replies.

    `name` is the request's, None where the line has none. `status` and `payload` are what a
    single request would have been answered with, `payload` None where it was not answered: then
    `problem` may say why. `text` is the line as it came.
    """

    name: str | None
    status: int
    payload: object
    problem: str
    text: str


def write_batch(bodies: Mapping[str, Body]) -> bytes:
    """Write request bodies, each under its name, one a line."""
    return b"".join(_line(name, body) for name, body in bodies.items())


def split_batch(
    bodies: Mapping[str, Body], *, most_lines: int = MOST_LINES, most_bytes: int = MOST_BYTES
) -> Iterator[Sequence[str]]:
    """Split the names of requests into files within a service's limits; none is left out."""
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


def read_batch(content: bytes) -> Iterator[BatchLine]:
    """Parse every line that is not blank, whatever it holds."""
    # Not splitlines(): text may hold characters that it takes for the end of a line.
    for raw in content.split(b"\n"):
        if raw.strip():
            yield _parse_line(raw.decode("utf-8", "replace"))


def _line(name: str, body: Body) -> bytes:
    line = {"custom_id": name, "method": "POST", "url": ENDPOINT, "body": body}
    return json.dumps(line).encode() + b"\n"


def _parse_line(text: str) -> BatchLine:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    row = as_mapping(value)
    name, response, error = row.get("custom_id"), as_mapping(row.get("response")), row.get("error")
    status = response.get("status_code")
    return BatchLine(
        name=name if isinstance(name, str) else None,
        status=status if type(status) is int else HTTPStatus.OK,
        payload=response.get("body"),
        problem=_message(error),
        text=text,
    )


def _message(error: object) -> str:
    """Return the text of an error: an object with code and message, or plain text."""
    if isinstance(error, str):
        return error
    fields = as_mapping(error)
    parts = (fields.get("code"), fields.get("message"))
    return ": ".join(part for part in parts if isinstance(part, str) and part)


@dataclass(frozen=True, slots=True)
class BatchReply:
    """The outcome of one request: a reply, or a problem, or both where the reply is unusable.

    `tried` where the model was asked at all.
    """

    reply: ChatReply | None
    problem: str | None
    tried: bool = True


@dataclass(frozen=True, slots=True)
class BatchReplies:
    """All that came back: outcomes by request name, and replies under unknown names."""

    by_name: Mapping[str, BatchReply]
    strays: tuple[ChatReply, ...]


def read_replies(
    files: Iterable[bytes],
    names: Collection[str],
    server: Connection,
    spend_of: Callable[[Usage | None], Spend],
    *,
    prompt: str = "",
) -> BatchReplies:
    """Read all lines; of several for one request the first that holds a reply counts."""
    found: dict[str, BatchReply] = {}
    strays: list[ChatReply] = []
    for line in (line for content in files for line in read_batch(content)):
        answer = _answer(line, server, spend_of, prompt)
        if line.name is None or line.name not in names:
            strays += [answer.reply] if answer.reply else []
        elif line.name not in found or found[line.name].reply is None:
            found[line.name] = answer
    return BatchReplies(found, tuple(strays))


def _answer(
    line: BatchLine, server: Connection, spend_of: Callable[[Usage | None], Spend], prompt: str
) -> BatchReply:
    """Read one line; one that is neither an answer nor an error may have been billed."""
    if line.payload is None and line.status < HTTPStatus.BAD_REQUEST:
        if line.problem:
            redacted = redact(line.problem, key=server.key, prompt=prompt)
            return BatchReply(None, redacted, tried=False)
        return BatchReply(ChatReply(line.text, MAYBE_PAID), "its line cannot be read")
    response = httpx.Response(line.status, request=httpx.Request("POST", server.base_url))
    found = classify_error(response, line.payload, prompt=prompt)
    if found is not None:
        return BatchReply(None, found.redacting(server.key).error().problem)
    answer = parse_completion(line.payload)
    if answer is None:
        return BatchReply(ChatReply(line.text, MAYBE_PAID), "its line holds no chat completion")
    problem = None
    if answer.refusal is not None:
        problem = f"refused: {redact(answer.refusal, key=server.key, prompt=prompt)}"
    return BatchReply(ChatReply(answer.text, spend_of(answer.usage)), problem)
