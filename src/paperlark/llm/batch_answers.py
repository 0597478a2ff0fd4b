"""The files that a batch left: bytes in, what came of every question out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from paperlark.domain.chat import ChatReply
from paperlark.domain.spending import Spend
from paperlark.llm import batch_file, completion, trouble
from paperlark.llm.batch_file import Line
from paperlark.llm.completion import Usage
from paperlark.llm.connection import MAYBE_PAID, Connection
from paperlark.llm.discretion import discreet


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one question: a reply, or what went wrong, or both where a reply is no use.

    `tried` says that the model was asked at all.
    """

    reply: ChatReply | None
    problem: str | None
    tried: bool = True


@dataclass(frozen=True, slots=True)
class Answers:
    """What came back: answers by question, and replies to nothing that was asked."""

    by_name: Mapping[str, Answer]
    strays: tuple[ChatReply, ...]


def read_answers(
    files: Iterable[bytes],
    asked: Collection[str],
    server: Connection,
    spend_of: Callable[[Usage | None], Spend],
    *,
    prompt: str = "",
) -> Answers:
    """Read all lines; of several for one question the first that holds a reply counts."""
    found: dict[str, Answer] = {}
    strays: list[ChatReply] = []
    for line in (line for content in files for line in batch_file.read(content)):
        answer = _answer(line, server, spend_of, prompt)
        if line.name is None or line.name not in asked:
            strays += [answer.reply] if answer.reply else []
        elif line.name not in found or found[line.name].reply is None:
            found[line.name] = answer
    return Answers(found, tuple(strays))


def _answer(
    line: Line, server: Connection, spend_of: Callable[[Usage | None], Spend], prompt: str
) -> Answer:
    """Read one line; what is neither an answer nor a complaint may have been paid for."""
    if line.payload is None and line.status < HTTPStatus.BAD_REQUEST:
        if line.problem:
            return Answer(None, discreet(line.problem, key=server.key, prompt=prompt), tried=False)
        return Answer(ChatReply(line.text, MAYBE_PAID), "its line cannot be read")
    response = httpx.Response(line.status, request=httpx.Request("POST", server.base_url))
    found = trouble.find(response, line.payload, prompt=prompt)
    if found is not None:
        return Answer(None, found.without(server.key).error().problem)
    answer = completion.read(line.payload)
    if answer is None:
        return Answer(ChatReply(line.text, MAYBE_PAID), "its line holds no chat completion")
    refused = None
    if answer.refusal is not None:
        refused = f"refused: {discreet(answer.refusal, key=server.key, prompt=prompt)}"
    return Answer(ChatReply(answer.text, spend_of(answer.usage)), refused)
