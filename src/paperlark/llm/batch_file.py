"""The files of a batch service: requests out, replies in, in any order."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from paperlark.domain.chat import ChatReply
from paperlark.domain.spending import Spend
from paperlark.llm import completion, error_classes
from paperlark.llm.completion import Usage
from paperlark.llm.connection import MAYBE_PAID, Connection
from paperlark.llm.redact import redact

ENDPOINT = "/v1/chat/completions"
"""What every line asks; the service knows it by this name whatever its base URL."""

MOST_LINES, MOST_BYTES = 50_000, 200_000_000
"""What one file may hold."""

Body = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class BatchLine:
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


def write_batch(bodies: Mapping[str, Body]) -> bytes:
    """Write questions, each under its name."""
    return b"".join(_line(name, body) for name, body in bodies.items())


def split_batch(
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


def read_batch(content: bytes) -> Iterator[BatchLine]:
    """Read every line that is not blank, whatever it holds."""
    # Not splitlines(): text may hold characters that it takes for the end of a line.
    for raw in content.split(b"\n"):
        if raw.strip():
            yield _read(raw.decode("utf-8", "replace"))


def _line(name: str, body: Body) -> bytes:
    line = {"custom_id": name, "method": "POST", "url": ENDPOINT, "body": body}
    return json.dumps(line).encode() + b"\n"


def _read(text: str) -> BatchLine:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    row = _mapping(value)
    name, response, error = row.get("custom_id"), _mapping(row.get("response")), row.get("error")
    status = response.get("status_code")
    return BatchLine(
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


@dataclass(frozen=True, slots=True)
class BatchReply:
    """What came of one question: a reply, or what went wrong, or both where a reply is no use.

    `tried` says that the model was asked at all.
    """

    reply: ChatReply | None
    problem: str | None
    tried: bool = True


@dataclass(frozen=True, slots=True)
class BatchReplies:
    """What came back: answers by question, and replies to nothing that was asked."""

    by_name: Mapping[str, BatchReply]
    strays: tuple[ChatReply, ...]


def read_replies(
    files: Iterable[bytes],
    asked: Collection[str],
    server: Connection,
    spend_of: Callable[[Usage | None], Spend],
    *,
    prompt: str = "",
) -> BatchReplies:
    """Read all lines; of several for one question the first that holds a reply counts."""
    found: dict[str, BatchReply] = {}
    strays: list[ChatReply] = []
    for line in (line for content in files for line in read_batch(content)):
        answer = _answer(line, server, spend_of, prompt)
        if line.name is None or line.name not in asked:
            strays += [answer.reply] if answer.reply else []
        elif line.name not in found or found[line.name].reply is None:
            found[line.name] = answer
    return BatchReplies(found, tuple(strays))


def _answer(
    line: BatchLine, server: Connection, spend_of: Callable[[Usage | None], Spend], prompt: str
) -> BatchReply:
    """Read one line; what is neither an answer nor a complaint may have been paid for."""
    if line.payload is None and line.status < HTTPStatus.BAD_REQUEST:
        if line.problem:
            return BatchReply(
                None, redact(line.problem, key=server.key, prompt=prompt), tried=False
            )
        return BatchReply(ChatReply(line.text, MAYBE_PAID), "its line cannot be read")
    response = httpx.Response(line.status, request=httpx.Request("POST", server.base_url))
    found = error_classes.classify_error(response, line.payload, prompt=prompt)
    if found is not None:
        return BatchReply(None, found.without(server.key).error().problem)
    answer = completion.read(line.payload)
    if answer is None:
        return BatchReply(ChatReply(line.text, MAYBE_PAID), "its line holds no chat completion")
    refused = None
    if answer.refusal is not None:
        refused = f"refused: {redact(answer.refusal, key=server.key, prompt=prompt)}"
    return BatchReply(ChatReply(answer.text, spend_of(answer.usage)), refused)
