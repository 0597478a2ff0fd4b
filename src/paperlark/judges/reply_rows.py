"""Find the rows in a model's reply, whatever wraps them: prose, fences, reasoning, strings.

A row is an object that names a paper, by a field or by the key above it. Text inside a row is never
searched: it may quote an abstract.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator, Mapping
from json import JSONDecodeError

_MOST_FAILURES = 1000
"""No honest reply has so many stray braces; a hostile one must not cost minutes."""
_MOST_READ, _READ_BESIDES = 4, 1_000_000
"""How often a reply may be read over, in characters, in search of where objects begin."""
_TOO_DEEP = 20_000
"""Characters that an object counts for whose nesting cannot be read."""

_NAMES = ("paper", "number", "paper_number", "id", "paper_id", "no", "n")
_NUMBER = re.compile(r"\D{0,12}([1-9]\d{0,8})(?:\.0+)?\D{0,3}")
_THOUGHT = re.compile(r"\s*<(think|thinking|thought|reasoning)>", re.IGNORECASE)
_END_OF_THOUGHT = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_TEX = r"(?:n(?:u|abla|eq?|ot)|t(?:heta|au|imes|ext\w*|ilde|o|op)|r(?:ho|m|ight\w*))\b"
_ESCAPE = re.compile(rf'\\(["\\/]|u[0-9a-fA-F]{{4}}|(?!{_TEX})[nrt])?')
_FENCE = re.compile(r"```\w*")
_STARTS_JSON = re.compile(r"\s*(?:```\w*\s*)?[\[{\"]")
_STARTS_ESCAPED = re.compile(r"[\[{\s]*[\[{]\s*\\+\"")
_MOST_LAYERS = 3
"""Strings within strings that are decoded. One more is a trick: each doubles every backslash."""
_STRING_OR_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\Z))|,(?=\s*[}\]])', re.DOTALL)


def number_of(name: object) -> int | None:
    """Parse 412, "412" or "Paper 412"; None for text without a number."""
    if isinstance(name, bool) or not isinstance(name, int | str):
        return None
    match = _NUMBER.fullmatch(str(name).strip())
    return int(match[1]) if match else None


def find_rows(
    text: str, papers: Container[int | None]
) -> Iterator[tuple[object, Mapping[str, object]]]:
    """Find the objects that name a paper, by a field or by the key above them."""
    waiting = [(value, _MOST_LAYERS) for value in _values(_without_reasoning(text), _MOST_LAYERS)]
    while waiting:
        value, layers = waiting.pop()
        if isinstance(value, list):
            waiting.extend((one, layers) for one in value)
            continue
        if isinstance(value, str) and layers and _STARTS_JSON.match(value):
            waiting.extend((one, layers - 1) for one in _values(value, layers - 1))
        if not isinstance(value, dict):
            continue
        row = {key.strip().casefold(): field for key, field in value.items()}
        name = next((row[key] for key in _NAMES if key in row), None)
        if name is not None and (
            "relevance" in row or "novelty" in row or number_of(name) in papers
        ):
            yield name, row
            continue
        for key, field in value.items():
            named = isinstance(field, dict) and number_of(key) is not None
            waiting.append(({"paper": key, **field} if named else field, layers))


def json_objects(text: str) -> Iterator[object]:
    """Decode every complete JSON object of a reply, as it stands and then repaired."""
    answer = _without_reasoning(text)
    yield from _decoded(answer)
    yield from _values(answer, _MOST_LAYERS)


def _without_reasoning(text: str) -> str:
    """Return what follows the model's reasoning; nothing where that never ends."""
    thought = _THOUGHT.match(text)
    end = _END_OF_THOUGHT.search(text)
    if thought:
        return text[end.end() :] if end else ""
    # Some servers drop the opening tag. Inside JSON such a tag is a paper's own text.
    if end and not text.lstrip().startswith(("{", "[", "```")):
        return text[end.end() :]
    return text


def _repaired(text: str) -> str:
    r"""Drop commas before a closing bracket and double the backslash of `\alpha` or `\theta`."""
    escaped = _ESCAPE.sub(lambda found: found[0] if found[1] else r"\\", text)
    return _STRING_OR_COMMA.sub(lambda found: found[1] or "", escaped)


def _values(text: str, layers: int) -> Iterator[object]:
    """Decode every complete object in the text, the outermost ones that are valid JSON."""
    yield from _decoded(_repaired(_out_of_strings(text, layers)))


def _decoded(text: str) -> Iterator[object]:
    start, failures = text.find("{"), 0
    left = _MOST_READ * len(text) + _READ_BESIDES
    while start >= 0 and failures < _MOST_FAILURES and left > 0:
        try:
            value, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError) as error:  # also a number of thousands of digits
            end = start + 1
            failures += 1
            left -= error.pos - start if isinstance(error, JSONDecodeError) else _TOO_DEEP
        else:
            yield value
        start = text.find("{", end)


def _out_of_strings(text: str, layers: int) -> str:
    """Return the text of which the whole text is a JSON string, with or without its quotes."""
    for _ in range(layers):
        inner = _unfenced(text.strip())
        quoted = _repaired(f'"{inner}"' if _STARTS_ESCAPED.match(inner) else inner)
        if not quoted.startswith('"'):
            break
        try:
            value, end = _DECODER.raw_decode(quoted)
        except (ValueError, RecursionError):
            break
        if not isinstance(value, str) or quoted[end:].strip():
            break
        text = value
    return text


def _unfenced(text: str) -> str:
    """Return what stands in a fence of three backticks, or the text where there is none."""
    fence = _FENCE.match(text)
    return text[fence.end() :].removesuffix("```").strip() if fence else text


def _unambiguous(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an empty object where a key occurs twice: it may mix the fields of two papers."""
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else {}


_DECODER = json.JSONDecoder(object_pairs_hook=_unambiguous, parse_float=str, strict=False)
