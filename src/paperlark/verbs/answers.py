"""Answers of the verbs: facts of this program, texts from outside beside them; cut into pages.

The same answer has two forms: with its texts as they are, for programs (`plain`), and with each
paper's texts inside a fence, for assistants (`fenced`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from paperlark import InvalidArguments
from paperlark.verbs.fence import NOTICE, draw_boundary, fence
from paperlark.verbs.tokens import estimate_tokens

Json = Any
"""What JSON can say: numbers, strings, truth, lists and objects of them."""

LARGEST = 8_000
"""Tokens of an answer, estimated. An assistant gets it as text and as structured content, and
which of them it reads is its own choice, so both are counted."""
_FRAME = 500
"""Tokens that are kept for the notice, the facts of the answer and the protocol around it."""
_SHORTEST = 10
"""Characters; a shorter text is left out whole."""
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Item:
    """One paper, or one other thing: `facts` are ours, `outside` are texts of others by name."""

    facts: Mapping[str, Json] = field(default_factory=dict)
    outside: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a verb returns: `about` it all, `items` under a name, and where they go on.

    `following` is the cursor of the next page, None where there is none; `items` is None where
    the answer is one thing, which `about` is then, and else they are listed as `named`.
    """

    about: Item
    items: tuple[Item, ...] | None = None
    following: str | None = None
    named: str = "papers"

    def texts(self) -> list[str]:
        """Return all texts from outside."""
        return [text for one in (self.about, *(self.items or ())) for text in one.outside.values()]


def plain(answer: Answer) -> dict[str, Json]:
    """Return an answer for programs: texts from outside as they are, under `outside`."""

    def whole(item: Item) -> dict[str, Json]:
        outside = {name: text for name, text in item.outside.items() if text}
        return {**item.facts, **({"outside": outside} if outside else {})}

    return _together(answer, whole)


def fenced(answer: Answer) -> dict[str, Json]:
    """Return an answer for assistants: the texts of each paper inside a fence, under `outside`."""
    boundary = draw_boundary(answer.texts())

    def whole(item: Item) -> dict[str, Json]:
        if not any(item.outside.values()):
            return dict(item.facts)
        return {**item.facts, "outside": fence(item.outside, boundary)}

    notice = {"notice": NOTICE.format(boundary)} if any(answer.texts()) else {}
    return {**notice, **_together(answer, whole)}


def as_text(value: Mapping[str, Json]) -> str:
    """Return a value as JSON on one line, with letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _together(answer: Answer, whole: Callable[[Item], dict[str, Json]]) -> dict[str, Json]:
    found = whole(answer.about)
    if answer.items is not None:
        found[answer.named] = [whole(one) for one in answer.items]
        found["next"] = answer.following
    return found


def cut(answer: Answer, question: str, cursor: str | None) -> Answer:
    """Return the page of an answer at a cursor, of at most `LARGEST` tokens.

    `question` is what was asked: a cursor continues the answer to nothing else. Raises
    InvalidArguments for a cursor of another question, or from before the answer changed.
    """
    items = answer.items or ()
    mark = hashlib.sha256(f"{question}\0{len(items)}".encode()).hexdigest()[:_DIGITS]
    start = _start(cursor, mark, len(items))
    room = LARGEST - _FRAME
    about = fit(answer.about, room // 2)
    room -= _size(about)
    page: list[Item] = []
    for item in items[start:]:
        fitted = fit(item, (LARGEST - _FRAME) // 2)
        room -= _size(fitted)
        if room < 0:
            break
        page.append(fitted)
    end = start + len(page)
    following = f"{end}-{mark}" if end < len(items) else None
    return replace(answer, about=about, items=tuple(page), following=following)


def fit(item: Item, room: int = LARGEST - _FRAME) -> Item:
    """Return an item of at most so many tokens: its longest texts are halved, and it says which."""
    while _size(item) > room and any(item.outside.values()):
        name = max(item.outside, key=lambda one: len(item.outside[one]))
        text = item.outside[name]
        half = f"{text[: len(text) // 2]}…" if len(text) > _SHORTEST else ""
        names = sorted({*item.facts.get("cut", []), name})
        item = Item({**item.facts, "cut": names}, {**item.outside, name: half})
    return item


def _start(cursor: str | None, mark: str, count: int) -> int:
    if cursor is None:
        return 0
    number, _, marked = cursor.partition("-")
    # Five digits: Python reads no number of millions.
    if marked == mark and number.isascii() and number.isdigit() and int(number[:5]) < count:
        return int(number[:5])
    raise InvalidArguments(
        "this cursor does not continue this answer",
        hint="ask again without it: the arguments or the archive have changed",
    )


def _size(item: Item) -> int:
    """Return the tokens of an item in both forms as they are sent: the text is JSON in JSON."""
    value = as_text({**item.facts, "outside": fence(item.outside, "0" * 16)})
    return estimate_tokens(value) + estimate_tokens(as_text({"text": value}))
