"""What was understood of a reader's criteria, for a terminal and as JSON."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator

from paperlark.domain.criteria import Criteria
from paperlark.domain.criteria_effect import CriteriaEffect, RankChange, StatementEffect
from paperlark.domain.plain_text import one_line
from paperlark.renderers import english

_WIDTH = 88

_MOST_MOVES = 6
"""Papers listed for a statement."""


def understood(criteria: Criteria, width: int = _WIDTH) -> str:
    """Return topics, keywords, remarks and warnings as indented text."""
    counts = [english.counted(len(criteria.topics), "topic")]
    counts += [english.counted(len(criteria.keywords), "keyword")] if criteria.keywords else []
    lines = (part for line in criteria.summary for part in _wrapped(line, width))
    return "\n".join([f"Understood: {' and '.join(counts)}", *lines])


def _wrapped(line: str, width: int) -> list[str]:
    """Wrap a line of the summary; what goes on is indented like its text."""
    hanging = re.match(r"   (?:for|against) +|\d+\. |! |", line)
    indent = " " * len(hanging[0]) if hanging else ""
    return textwrap.wrap(line, max(width, 40), subsequent_indent=indent or "  ")


def criteria_document(criteria: Criteria) -> str:
    """Return the same as JSON, with the line numbers of every statement."""
    document = {
        "topics": [
            {"name": one.name, "relevant": one.relevant, "irrelevant": one.irrelevant}
            for one in criteria.topics
        ],
        "keywords": criteria.keywords,
        "unwanted": criteria.unwanted,
        "remarks": criteria.remarks,
        "warnings": criteria.warnings,
        "statements": [
            {"lines": one.lines, "text": one.text, "part": one.part.value, "topic": one.topic}
            for one in criteria.statements
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def effect_text(effect: CriteriaEffect, width: int = _WIDTH) -> str:
    """Return the first papers with their ranks side by side, and what each statement moved."""
    lines = [
        f"{english.long_date(effect.day)}, by these criteria alone:"
        f" the first {len(effect.ranking)} of {english.counted(effect.papers, 'paper')}",
        "",
        "  now  before",
        *(_ranked(move, width) for move in effect.ranking),
    ]
    for one in effect.statements:
        lines += ["", *_statement(one, width)]
    return "\n".join(lines)


def effect_document(effect: CriteriaEffect) -> str:
    """Return the same as JSON."""
    document = {
        "day": effect.day.isoformat(),
        "papers": effect.papers,
        "first": effect.first,
        "ranking": [_move(one) for one in effect.ranking],
        "statements": [
            {
                "lines": one.statement.lines,
                "text": one.statement.text,
                "part": one.statement.part.value,
                "moves": [_move(move) for move in one.moves],
            }
            for one in effect.statements
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _move(move: RankChange) -> dict[str, str | int]:
    paper = move.paper
    title = one_line(paper.title)
    return {"id": paper.id, "title": title, "before": move.before, "after": move.after}


def _ranked(move: RankChange, width: int) -> str:
    before = "" if move.before == move.after else str(move.before)
    title = textwrap.shorten(one_line(move.paper.title), max(width - 28, 20), placeholder=" …")
    return f"{move.after:>5}  {before:>6}  {move.paper.id:<12} {title}"


def _statement(effect: StatementEffect, width: int) -> Iterator[str]:
    """Yield the statement, then the papers that it brought into the first or took out of them."""
    statement = effect.statement
    first, last = statement.lines[0], statement.lines[-1]
    where = f"line {first}" if first == last else f"lines {first}-{last}"
    quoted = textwrap.shorten(one_line(statement.text), max(width - 30, 20), placeholder=" …")
    yield f'{where}, {statement.part.value}: "{quoted}"'
    if not effect.moves:
        yield "  moves no paper into the first or out of them"
    for move in effect.moves[:_MOST_MOVES]:
        title = textwrap.shorten(one_line(move.paper.title), max(width - 34, 20), placeholder=" …")
        word = "in " if move.after < move.before else "out"
        yield f"  {word} {move.before:>5} -> {move.after:<5} {move.paper.id:<12} {title}"
    if len(effect.moves) > _MOST_MOVES:
        yield f"  and {len(effect.moves) - _MOST_MOVES} more"
