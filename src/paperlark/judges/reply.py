"""From a model's raw reply to judgements: take what is certain, say what is wrong with the rest.

Models wrap their rows in prose, fences, thoughts and objects of any name, and break off in the
middle. So whatever wraps them is not looked at: a row is an object that names a paper.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import Identifier, Paper, PaperId

LONGEST_COMMENT = 600

_MOST_FAILURES = 1000
"""No honest reply has that many braces that open nothing; a hostile one must not cost minutes."""

_ID_KEYS = ("id", "arxiv_id", "arxivid", "paper_id")
_SCORE = re.compile(r"(10|[1-9])(?:\.0+)?(?:\s*/\s*10(?:\.0+)?)?", re.ASCII)
_THOUGHT = re.compile(r"\s*<(think|thinking|thought|reasoning)>", re.IGNORECASE)
_END_OF_THOUGHT = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_TEX = r"(?:n(?:u|abla|eq?|ot)|t(?:heta|au|imes|ext\w*|ilde|o|op)|r(?:ho|m|ight\w*))\b"
_ESCAPE = re.compile(rf'\\(["\\/]|u[0-9a-fA-F]{{4}}|(?!{_TEX})[nrt])?')
_STRING_OR_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\Z))|,(?=\s*[}\]])', re.DOTALL)
# Joiners (U+200C, U+200D) are of that category too, and some scripts cannot do without.
_UNSEEN = {"Cc", "Cf", "Cs"}
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reply said: every paper of the batch has a judgement or a fault, never both.

    `strangers` counts rows about papers that were not asked for.
    """

    judgements: tuple[Judgement, ...]
    faults: Mapping[PaperId, str]
    strangers: int = 0


def read(text: str, batch: Sequence[Paper]) -> Reading:
    """Read the judgements of these papers out of a reply, whatever it looks like."""
    papers = {paper.id: paper for paper in batch}
    found: dict[PaperId, list[Judgement | str]] = {id_: [] for id_ in papers}
    strangers = 0
    for name, row in _rows(text):
        id_ = _paper_id(name)
        if id_ not in papers:
            strangers += 1
            continue
        verdict = _judgement(row, papers[id_])
        if verdict not in found[id_]:
            found[id_].append(verdict)
    absent = _why_absent(text, any_row=strangers > 0 or any(found.values()))
    verdicts = {id_: _only(several, absent) for id_, several in found.items()}
    return Reading(
        tuple(verdict for verdict in verdicts.values() if isinstance(verdict, Judgement)),
        {id_: verdict for id_, verdict in verdicts.items() if isinstance(verdict, str)},
        strangers,
    )


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


def _only(verdicts: Sequence[Judgement | str], absent: str) -> Judgement | str:
    if not verdicts:
        return absent
    return verdicts[0] if len(verdicts) == 1 else "the model gave two different judgements of it"


def _why_absent(text: str, *, any_row: bool) -> str:
    if any_row:
        return "the model's reply left it out"
    return "the model's reply held no judgement" if text.strip() else "the model's reply was blank"


def _judgement(row: Mapping[str, object], paper: Paper) -> Judgement | str:
    relevance, novelty = _score(row.get("relevance")), _score(row.get("novelty"))
    comment = row.get("comment")
    for name, score in (("relevance", relevance), ("novelty", novelty)):
        if score is None:
            shown = ascii(str(row[name])).strip("'")[:20] if name in row else "no"
            return f"the model gave {shown} {name}, not a whole number from 1 to 10"
    cleaned = clean_comment(comment) if isinstance(comment, str) else ""
    if relevance is None or novelty is None or not cleaned:
        return "the model gave no comment"
    return Judgement(paper.id, paper.version, relevance, novelty, cleaned)


def _score(value: object) -> int | None:
    """Read 8, 8.0, "8" or "8/10"; a number that is not clearly of the scale is none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    said = _SCORE.fullmatch(str(value).strip())
    return int(said[1]) if said else None


def _paper_id(name: object) -> PaperId | None:
    identifier = Identifier.parse(name) if isinstance(name, str) else None
    return identifier.id if identifier else None


def _rows(text: str) -> Iterator[tuple[object, Mapping[str, object]]]:
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
        name = next((row[key] for key in _ID_KEYS if key in row), None)
        if "relevance" in row or _paper_id(name) is not None:
            yield name, row
            continue
        for key, field in value.items():
            named = isinstance(field, dict) and _paper_id(key) is not None
            waiting.append({"id": key, **field} if named else field)


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
