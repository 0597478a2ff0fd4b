"""Parse a model's raw reply into judgements: keep what is certain, report what is wrong.

Models wrap their rows in anything, which `reply_rows` ignores, and break off in the middle. A
reply with a row about any other number is suspect as a whole: an abstract dictated it, or the
model got lost.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from paperlark.domain.judgement import HIGHEST, Judgement
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.judges.reply_rows import find_rows, number_of

LONGEST_COMMENT = 600
LONGEST_SUMMARY = 400
"""Characters of a sentence of 30 words in any language; a longer text is something else."""

SUSPECT = "the model's reply judged papers that it was not asked about"

_LONGEST_SCORE = 60
_READ = 20
"""How many times the longest comment is read: some of it may be invisible."""
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SCORE = re.compile(
    rf"(10|[1-9]|{'|'.join(_WORDS)})(?:[.,](\d{{1,20}}))?(?:\s*\(?\s*(?:/|out\s+of|of)\s*(?:10(?:\.0+)?|ten)\s*\)?)?",
    re.ASCII | re.IGNORECASE,
)
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
    papers were left out, as models do when asked about too many. `problem` is why the reply as a
    whole brought nothing that can be read, None where it brought something, or is only suspect;
    `lost` where it is suspect and did not name a single paper of the question.
    """

    judgements: tuple[Judgement, ...]
    faults: Mapping[PaperId, str]
    alone: frozenset[PaperId] = frozenset()
    too_many: bool = False
    problem: str | None = None
    lost: bool = False


def parse_reply(text: str, papers: Mapping[int, AskedPaper], cutoffs: Cutoffs) -> ParsedReply:
    """Parse the judgements of these papers, by their numbers, from a reply of any form.

    A paper that meets the cut-offs needs a comment; any other may have one.
    """
    found: dict[int, list[Judgement | _Fault]] = {number: [] for number in papers}
    rows = [(number_of(name), row) for name, row in find_rows(text, papers)]
    named = {number for number, _ in rows}
    if not named <= papers.keys():
        faults = dict.fromkeys((paper.id for paper in papers.values()), SUSPECT)
        return ParsedReply((), faults, frozenset(faults), lost=named.isdisjoint(papers))
    for number, row in ((one, row) for one, row in rows if one is not None):
        result = _judgement(row, papers[number], cutoffs)
        if result not in found[number]:
            found[number].append(result)
    absent = _Fault(_why_absent(text, any_row=any(found.values())))
    results = {papers[number].id: _only(several, absent) for number, several in found.items()}
    faults_of = {id_: one for id_, one in results.items() if isinstance(one, _Fault)}
    alone = frozenset(id_ for id_, fault in faults_of.items() if fault is _NO_COMMENT)
    is_readable = len(faults_of) < len(results) or alone or not results
    return ParsedReply(
        tuple(result for result in results.values() if isinstance(result, Judgement)),
        {id_: fault.reason for id_, fault in faults_of.items()},
        alone=alone,
        too_many=not all(found.values()),
        problem=None if is_readable else next(iter(faults_of.values())).reason,
    )


@dataclass(frozen=True, slots=True)
class _Fault:
    reason: str


_NO_COMMENT = _Fault("the model gave no comment")
_AMBIGUOUS = _Fault("the model gave two different judgements of this paper")


def clean_comment(text: str, longest: int = LONGEST_COMMENT) -> str:
    """Return a comment on one line of bounded length, without control or invisible characters."""
    visible = "".join(
        " " if c.isspace() else c
        for c in text[: _READ * longest]
        if c.isspace() or c in _JOINERS or unicodedata.category(c) not in _INVISIBLE
    )
    line = " ".join(visible.split()).strip(_JOINERS)
    if len(line) <= longest and len(text) <= _READ * longest:
        return line
    return line[: longest - 1].rsplit(" ", 1)[0] + "…"


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
    rounded = " and ".join(
        f"{name} {ascii(row[name]).strip(chr(39))}"
        for name, score in (("relevance", relevance), ("novelty", novelty))
        if score.rounded
    )
    note = f" [{rounded[:80]}, rounded down]" if rounded else ""
    comment = row.get("comment")
    cleaned = (
        clean_comment(comment, LONGEST_COMMENT - len(note)) if isinstance(comment, str) else ""
    )
    if cutoffs.meets(relevance.whole, novelty.whole) and not cleaned:
        return _NO_COMMENT
    # Without a comment the paper is on no page, and its scores in no reader's sight.
    whole = f"{cleaned}{note}" if cleaned else ""
    summary = _summary(row.get("summary")) if cleaned else ""
    return Judgement(paper.id, paper.version, relevance.whole, novelty.whole, whole, summary)


def _summary(value: object) -> str:
    """Return a summary on one line; empty for none, for what is no text, and for a longer text."""
    text = clean_comment(value, 2 * LONGEST_SUMMARY) if isinstance(value, str) else ""
    return text if len(text) <= LONGEST_SUMMARY else ""


def _no_score(name: str, row: Mapping[str, object]) -> _Fault:
    shown = ascii(str(row[name])).strip("'")[:20] if name in row else "no"
    return _Fault(f"the model gave {shown} {name}, not a number from 1 to 10")


@dataclass(frozen=True, slots=True)
class _Score:
    whole: int
    rounded: bool


def _score(value: object) -> _Score | None:
    """Parse 8, 8.0, "8/10" or "eight out of ten", and 7.5 as 7; None for what is not a score."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    written = str(value)[: _LONGEST_SCORE + 1].strip()
    match = _SCORE.fullmatch(written) if len(written) <= _LONGEST_SCORE else None
    if match is None:
        return None
    first = match[1].lower()
    whole = _WORDS.index(first) + 1 if first in _WORDS else int(first)
    rounded = bool((match[2] or "").strip("0"))
    return None if whole == HIGHEST and rounded else _Score(whole, rounded)
