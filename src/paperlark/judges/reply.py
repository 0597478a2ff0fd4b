"""Parse a model's raw reply into judgements: keep what is certain, report what is wrong.

Models wrap their rows in prose, code fences, reasoning and objects of any name, and break off in
the middle. So the wrapping is ignored: a row is an object that names a paper by its number. A
reply with a row about any other number is suspect as a whole: an abstract dictated it, or the
model got lost.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Cutoffs

LONGEST_COMMENT = 600

_MOST_FAILURES = 1000
"""No honest reply has so many stray braces; a hostile one must not cost minutes."""

SUSPECT = "the model's reply judged papers that it was not asked about"

_NAMES = ("paper", "number", "paper_number", "id", "paper_id", "no", "n")
_NUMBER = re.compile(r"\D{0,12}([1-9]\d{0,8})(?:\.0+)?\D{0,3}")
_SCORE = re.compile(r"(10|[1-9])(?:\.0+)?(?:\s*/\s*10(?:\.0+)?)?", re.ASCII)
_THOUGHT = re.compile(r"\s*<(think|thinking|thought|reasoning)>", re.IGNORECASE)
_END_OF_THOUGHT = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_TEX = r"(?:n(?:u|abla|eq?|ot)|t(?:heta|au|imes|ext\w*|ilde|o|op)|r(?:ho|m|ight\w*))\b"
_ESCAPE = re.compile(rf'\\(["\\/]|u[0-9a-fA-F]{{4}}|(?!{_TEX})[nrt])?')
_STRING_OR_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\Z))|,(?=\s*[}\]])', re.DOTALL)
# Joiners (U+200C, U+200D) are of category Cf, too, and some scripts need them.
_INVISIBLE = {"Cc", "Cf", "Cs"}
_JOINERS = "\u200c\u200d"


class AskedPaper(Protocol):
    """A version of a paper in a question."""

    @property
    def id(self) -> PaperId:
        """Its identifier."""
        ...

    @property
    def version(self) -> int:
        """Which version."""
        ...


@dataclass(frozen=True, slots=True)
class ParsedReply:
    """What a reply holds: each paper of the question has a judgement or a fault, never both.

    `alone` are papers with a fault that should be asked about by themselves. `too_many` where
    papers were left out, as models do when asked about too many.
    """

    judgements: tuple[Judgement, ...]
    faults: Mapping[PaperId, str]
    alone: frozenset[PaperId] = frozenset()
    too_many: bool = False


def parse_reply(text: str, papers: Mapping[int, AskedPaper], cutoffs: Cutoffs) -> ParsedReply:
    """Parse the judgements of these papers, by their numbers, from a reply of any form.

    A paper that meets the cut-offs needs a comment; any other may have one.
    """
    found: dict[int, list[Judgement | _Fault]] = {number: [] for number in papers}
    for name, row in _rows(text, papers):
        number = _number(name)
        if number is None or number not in papers:
            faults = dict.fromkeys((paper.id for paper in papers.values()), SUSPECT)
            return ParsedReply((), faults, alone=frozenset(faults))
        result = _judgement(row, papers[number], cutoffs)
        if result not in found[number]:
            found[number].append(result)
    absent = _Fault(_why_absent(text, any_row=any(found.values())))
    results = {papers[number].id: _only(several, absent) for number, several in found.items()}
    faults_of = {id_: one for id_, one in results.items() if isinstance(one, _Fault)}
    return ParsedReply(
        tuple(result for result in results.values() if isinstance(result, Judgement)),
        {id_: fault.reason for id_, fault in faults_of.items()},
        alone=frozenset(id_ for id_, fault in faults_of.items() if fault is _NO_COMMENT),
        too_many=not all(found.values()),
    )


@dataclass(frozen=True, slots=True)
class _Fault:
    reason: str


_NO_COMMENT = _Fault("the model gave no comment")
_AMBIGUOUS = _Fault("the model gave two different judgements of this paper")


def clean_comment(text: str) -> str:
    """Return a comment on one line of bounded length, without control or invisible characters."""
    visible = "".join(
        " " if c.isspace() else c
        for c in text
        if c.isspace() or c in _JOINERS or unicodedata.category(c) not in _INVISIBLE
    )
    line = " ".join(visible.split()).strip(_JOINERS)
    if len(line) <= LONGEST_COMMENT:
        return line
    return line[: LONGEST_COMMENT - 1].rsplit(" ", 1)[0] + "…"


def _only(results: Sequence[Judgement | _Fault], absent: _Fault) -> Judgement | _Fault:
    if not results:
        return absent
    return results[0] if len(results) == 1 else _AMBIGUOUS


def _why_absent(text: str, *, any_row: bool) -> str:
    if any_row:
        return "the model's reply left this paper out"
    return (
        "the model's reply contained no judgement"
        if text.strip()
        else "the model's reply was empty"
    )


def _judgement(
    row: Mapping[str, object], paper: AskedPaper, cutoffs: Cutoffs
) -> Judgement | _Fault:
    relevance, novelty = _score(row.get("relevance")), _score(row.get("novelty"))
    if relevance is None:
        return _no_score("relevance", row)
    if novelty is None:
        return _no_score("novelty", row)
    comment = row.get("comment")
    cleaned = clean_comment(comment) if isinstance(comment, str) else ""
    if cutoffs.meets(relevance, novelty) and not cleaned:
        return _NO_COMMENT
    return Judgement(paper.id, paper.version, relevance, novelty, cleaned)


def _no_score(name: str, row: Mapping[str, object]) -> _Fault:
    shown = ascii(str(row[name])).strip("'")[:20] if name in row else "no"
    return _Fault(f"the model gave {shown} {name}, not a whole number from 1 to 10")


def _score(value: object) -> int | None:
    """Parse 8, 8.0, "8" or "8/10"; None for a number that is not clearly on the scale."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    match = _SCORE.fullmatch(str(value).strip())
    return int(match[1]) if match else None


def _number(name: object) -> int | None:
    """Parse 412, "412" or "Paper 412"; None for text without a number."""
    if isinstance(name, bool) or not isinstance(name, int | str):
        return None
    match = _NUMBER.fullmatch(str(name).strip())
    return int(match[1]) if match else None


def _rows(
    text: str, papers: Mapping[int, AskedPaper]
) -> Iterator[tuple[object, Mapping[str, object]]]:
    """Find the objects that name a paper, by a field or by the key above them."""
    waiting = list(_values(_repaired(_without_reasoning(text))))
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
            continue
        if not isinstance(value, dict):
            continue
        row = {key.strip().casefold(): field for key, field in value.items()}
        name = next((row[key] for key in _NAMES if key in row), None)
        if name is not None and ("relevance" in row or "novelty" in row or _number(name) in papers):
            yield name, row
            continue
        for key, field in value.items():
            named = isinstance(field, dict) and _number(key) is not None
            waiting.append({"paper": key, **field} if named else field)


def json_objects(text: str) -> Iterator[object]:
    """Decode every complete JSON object of a reply, as it stands and then repaired."""
    answer = _without_reasoning(text)
    yield from _values(answer)
    yield from _values(_repaired(answer))


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


def _values(text: str) -> Iterator[object]:
    """Decode every complete object in the text, the outermost ones that are valid JSON."""
    decoder = json.JSONDecoder(object_pairs_hook=_unambiguous, parse_float=str, strict=False)
    start, failures = text.find("{"), 0
    while start >= 0 and failures < _MOST_FAILURES:
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):  # ValueError also for a number of thousands of digits
            end = start + 1
            failures += 1
        else:
            yield value
        start = text.find("{", end)


def _unambiguous(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an empty object where a key occurs twice: it may mix the fields of two papers."""
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else {}
