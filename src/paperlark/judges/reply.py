"""From a model's raw reply to judgements: take what is certain, say what is wrong with the rest.

Models wrap their rows in prose, fences, thoughts and objects of any name, and break off in the
middle. So whatever wraps them is not looked at: a row is an object that names a paper by its
number. A reply with a row about any other number is suspect as a whole: its words were put into
the model's mouth by an abstract, or it lost its way.
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
"""No honest reply has that many braces that open nothing; a hostile one must not cost minutes."""

SUSPECT = "the model's reply spoke of papers that it was not asked about"

_NAMES = ("paper", "number", "paper_number", "id", "paper_id", "no", "n")
_NUMBER = re.compile(r"\D{0,12}([1-9]\d{0,8})(?:\.0+)?\D{0,3}")
_SCORE = re.compile(r"(10|[1-9])(?:\.0+)?(?:\s*/\s*10(?:\.0+)?)?", re.ASCII)
_THOUGHT = re.compile(r"\s*<(think|thinking|thought|reasoning)>", re.IGNORECASE)
_END_OF_THOUGHT = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_TEX = r"(?:n(?:u|abla|eq?|ot)|t(?:heta|au|imes|ext\w*|ilde|o|op)|r(?:ho|m|ight\w*))\b"
_ESCAPE = re.compile(rf'\\(["\\/]|u[0-9a-fA-F]{{4}}|(?!{_TEX})[nrt])?')
_STRING_OR_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\Z))|,(?=\s*[}\]])', re.DOTALL)
# Joiners (U+200C, U+200D) are of that category too, and some scripts cannot do without.
_UNSEEN = {"Cc", "Cf", "Cs"}
_JOINERS = "\u200c\u200d"


class AskedPaper(Protocol):
    """A version of a paper that stood in a question."""

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
    """What a reply said: every paper of the question has a judgement or a fault, never both.

    `alone` are the papers with a fault that are better asked about without others. `too_many`
    says that papers were left out, as models do that are asked about too many.
    """

    judgements: tuple[Judgement, ...]
    faults: Mapping[PaperId, str]
    alone: frozenset[PaperId] = frozenset()
    too_many: bool = False


def parse_reply(text: str, papers: Mapping[int, AskedPaper], cutoffs: Cutoffs) -> ParsedReply:
    """Read the judgements of these papers out of a reply, whatever it looks like.

    A paper that reaches the cut-offs needs a comment; any other may have one.
    """
    found: dict[int, list[Judgement | _Fault]] = {number: [] for number in papers}
    for name, row in _rows(text, papers):
        number = _number(name)
        if number is None or number not in papers:
            faults = dict.fromkeys((paper.id for paper in papers.values()), SUSPECT)
            return ParsedReply((), faults, alone=frozenset(faults))
        verdict = _judgement(row, papers[number], cutoffs)
        if verdict not in found[number]:
            found[number].append(verdict)
    absent = _Fault(_why_absent(text, any_row=any(found.values())))
    verdicts = {papers[number].id: _only(several, absent) for number, several in found.items()}
    faults_of = {id_: one for id_, one in verdicts.items() if isinstance(one, _Fault)}
    return ParsedReply(
        tuple(verdict for verdict in verdicts.values() if isinstance(verdict, Judgement)),
        {id_: fault.reason for id_, fault in faults_of.items()},
        alone=frozenset(id_ for id_, fault in faults_of.items() if fault is _SILENT),
        too_many=not all(found.values()),
    )


@dataclass(frozen=True, slots=True)
class _Fault:
    reason: str


_SILENT = _Fault("the model gave no comment")
_TWICE = _Fault("the model gave two different judgements of it")


def clean_comment(text: str) -> str:
    """Make a comment one line of bounded length, without characters that steer what shows it."""
    seen = "".join(
        " " if c.isspace() else c
        for c in text
        if c.isspace() or c in _JOINERS or unicodedata.category(c) not in _UNSEEN
    )
    line = " ".join(seen.split()).strip(_JOINERS)
    if len(line) <= LONGEST_COMMENT:
        return line
    return line[: LONGEST_COMMENT - 1].rsplit(" ", 1)[0] + "…"


def _only(verdicts: Sequence[Judgement | _Fault], absent: _Fault) -> Judgement | _Fault:
    if not verdicts:
        return absent
    return verdicts[0] if len(verdicts) == 1 else _TWICE


def _why_absent(text: str, *, any_row: bool) -> str:
    if any_row:
        return "the model's reply left it out"
    return "the model's reply held no judgement" if text.strip() else "the model's reply was blank"


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
    selected = cutoffs.meets(relevance, novelty)
    if selected and not cleaned:
        return _SILENT
    return Judgement(paper.id, paper.version, relevance, novelty, cleaned)


def _no_score(name: str, row: Mapping[str, object]) -> _Fault:
    shown = ascii(str(row[name])).strip("'")[:20] if name in row else "no"
    return _Fault(f"the model gave {shown} {name}, not a whole number from 1 to 10")


def _score(value: object) -> int | None:
    """Read 8, 8.0, "8" or "8/10"; a number that is not clearly of the scale is none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    said = _SCORE.fullmatch(str(value).strip())
    return int(said[1]) if said else None


def _number(name: object) -> int | None:
    """Read 412, "412" or "Paper 412"; text that names no number names no paper."""
    if isinstance(name, bool) or not isinstance(name, int | str):
        return None
    said = _NUMBER.fullmatch(str(name).strip())
    return int(said[1]) if said else None


def _rows(
    text: str, papers: Mapping[int, AskedPaper]
) -> Iterator[tuple[object, Mapping[str, object]]]:
    """Find the objects that name a paper, by a field or by the key that they stand under."""
    waiting = list(_values(_mended(_spoken(text))))
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


def _spoken(text: str) -> str:
    """Leave out what the model thought before it spoke; a thought that never ends is all."""
    thought = _THOUGHT.match(text)
    end = _END_OF_THOUGHT.search(text)
    if thought:
        return text[end.end() :] if end else ""
    # Some servers swallow the opening tag. Inside JSON such a tag is a paper's own word.
    if end and not text.lstrip().startswith(("{", "[", "```")):
        return text[end.end() :]
    return text


def _mended(text: str) -> str:
    r"""Drop commas before a closing bracket and double the backslash of `\alpha` or `\theta`."""
    escaped = _ESCAPE.sub(lambda found: found[0] if found[1] else r"\\", text)
    return _STRING_OR_COMMA.sub(lambda found: found[1] or "", escaped)


def _values(text: str) -> Iterator[object]:
    """Decode every object that stands whole in the text, the outermost ones that can be read."""
    decoder = json.JSONDecoder(object_pairs_hook=_unambiguous, parse_float=str, strict=False)
    start, failures = text.find("{"), 0
    while start >= 0 and failures < _MOST_FAILURES:
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):  # ValueError: a number of thousands of digits, too
            end = start + 1
            failures += 1
        else:
            yield value
        start = text.find("{", end)


def _unambiguous(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Empty an object where a key stands twice: it may mix the fields of two papers."""
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else {}
