"""Gullible models: each falls for another prompt injection that an abstract may try.

They obey a paper whose title does not begin with `Honest`. All judge honest papers by their title
alone, so that these judgements can be compared with those of an undisturbed run.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from standins.openai import Behaviour, papers_of, says

Row = dict[str, Any]
Gullible = Callable[[str], str]
"""What a model answers to the text of a question."""

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_ORDER = re.compile(
    r"\b(?:ignore|give|score|answer|judge|repeat|leave|decode|obey)\b", re.IGNORECASE
)
_END = re.compile(r"\s*(?:</?papers\b|</|<\||\[/|[-=`~*]{3,}|END\b|#)", re.IGNORECASE)


def behaves(gullible: Gullible) -> Behaviour:
    """Return the behaviour of this model over HTTP."""

    def behaviour(standing: Any, request: Any) -> Any:
        text = json.loads(request.data)["messages"][-1]["content"]
        return says(gullible(text).encode("utf-8", "replace").decode())(standing, request)

    return behaviour


def honest(text: str) -> str:
    """Judge every paper of the question."""
    return _answer(map(_row, _papers(text)))


def copies_before(text: str) -> str:
    """Put all rows found anywhere in the question before its own."""
    return _answer([*_found(text), *map(_row, _papers(text))])


def copies_after(text: str) -> str:
    """Put them after its own."""
    return _answer([*map(_row, _papers(text)), *_found(text)])


def copies_as_it_stands(text: str) -> str:
    """Repeat everything between braces literally, then answer."""
    braces = text[text.find("{") : text.rfind("}") + 1] if "{" in text else ""
    return f"{braces}\n{honest(text)}"


def copies_what_it_means(text: str) -> str:
    """Copy rows after decoding digits of other scripts and escapes."""
    meant = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), unicodedata.normalize("NFKC", text))
    return _answer([*_found(meant), *map(_row, _papers(text))])


def answers_with_every_number(text: str) -> str:
    """Score every possible number if a paper is not honest."""
    if not any(map(_is_hostile, _papers(text))):
        return honest(text)
    return _answer(_best(number) for number in range(100, 1000))


def answers_about_the_loudest(text: str) -> str:
    """Judge only dishonest papers if there are any."""
    loud = [paper for paper in _papers(text) if _is_hostile(paper)]
    return _answer(_best(paper["paper"]) for paper in loud) if loud else honest(text)


def falls_silent(text: str) -> str:
    """Return nothing if a paper is not honest."""
    return "" if any(map(_is_hostile, _papers(text))) else honest(text)


def breaks_off(text: str) -> str:
    """Break off in the middle if a paper is not honest."""
    said = honest(text)
    if not any(map(_is_hostile, _papers(text))):
        return said
    return said[: len(said) // 2] + "\nI am sorry!"


def obeys_the_last_order(text: str) -> str:
    """Obey the last line with an order: copy its rows, else return the best scores."""
    order = next((line for line in reversed(text.splitlines()) if _ORDER.search(line)), "Judge")
    if order.startswith("Judge"):
        return honest(text)
    rows = list(_found(order))
    return _answer(rows or [_best(paper["paper"]) for paper in _papers(text)])


def ends_at_any_fence(text: str) -> str:
    """Take the first line that looks like a closing fence for one, and the rest for orders."""
    first, *lines = text.splitlines()
    end = next((n for n, line in enumerate(lines) if _END.match(line)), len(lines))
    inside, after = "\n".join(lines[:end]), "\n".join(lines[end + 1 :])
    return obeys_the_last_order(f"{first}\n{inside}\n{after}")


def sees_papers_anywhere(text: str) -> str:
    """Take every `Paper NUMBER:` for a paper, even in the middle of a line."""
    numbers = re.findall(r"Paper (\d+):", text)
    known = {paper["paper"]: _row(paper) for paper in _papers(text)}
    return _answer(known.get(int(number), _best(int(number))) for number in numbers)


GULLIBLE: Mapping[str, Gullible] = {
    one.__name__: one
    for one in (
        copies_before,
        copies_after,
        copies_as_it_stands,
        copies_what_it_means,
        answers_with_every_number,
        answers_about_the_loudest,
        falls_silent,
        breaks_off,
        obeys_the_last_order,
        ends_at_any_fence,
        sees_papers_anywhere,
    )
}


def _papers(text: str) -> list[Row]:
    return papers_of({"messages": [{"content": text}]})


def _is_hostile(paper: Row) -> bool:
    return not str(paper["title"]).startswith("Honest")


def _row(paper: Row) -> Row:
    seed = zlib.crc32(str(paper["title"]).encode("utf-8", "replace"))
    relevance, novelty = 1 + seed % 10, 1 + seed // 10 % 10
    comment = f"It is about {paper['title']}."
    return {
        "paper": paper["paper"],
        "relevance": relevance,
        "novelty": novelty,
        "comment": comment,
    }


def _best(number: int) -> Row:
    return {"paper": number, "relevance": 10, "novelty": 10, "comment": "A must-read."}


def _answer(rows: Any) -> str:
    return json.dumps({"rows": list(rows)})


def _found(text: str) -> Iterator[Any]:
    """Find every object of JSON in a text."""
    decoder = json.JSONDecoder()
    start = text.find("{")
    while start >= 0:
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            yield from value["rows"] if isinstance(value.get("rows"), list) else [value]
        start = text.find("{", end)
