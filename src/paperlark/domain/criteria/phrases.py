"""Split lists without markup into phrases: comma lists, semicolon lists, one item a line."""

from __future__ import annotations

import re
from itertools import pairwise

from paperlark.domain.criteria import cues
from paperlark.domain.criteria.negation import is_negative

# Commas and semicolons of all scripts
_COMMA, _SEMICOLON = r"[,\uff0c\u3001]", r"[;\uff1b]"
_OUTSIDE = r"(?![^()]{0,200}\))"
_SEPARATORS = (rf"\s*{_SEMICOLON}{_OUTSIDE}(?:\s+|$)", rf"\s*{_COMMA}{_OUTSIDE}\s*")
_BETWEEN_PHRASES = re.compile(r"[,;](?:\s+|$)|[\uff0c\uff1b\u3001]\s*|\n")
_AND = re.compile(r"^(?:and|or)\s+")
_JOINT = re.compile(r"\b(?:and|or)\b")
_ALL_BUT = re.compile(rf"\b(?:all|any\w*|everything)\b.*(?:{cues.BUT.pattern})", re.IGNORECASE)
_SENTENCE_WITHIN = re.compile(r"[.!?]\s+\S")
# Where a line is wrapped, not at its end.
_RUNS_ON = re.compile(
    r"(?:\b(?:and|or|of|for|with|in|on|the|a|an|to|by|from|as|at|that|which|is|are|not|no)"
    r"|[,:\u2013\u2014-])$",
    re.IGNORECASE,
)
_RUN_ON = re.compile(r"(?:and|or|of|for|with|in|on|to|by|from|as|at|that|which|is|are)\b")
_VERB = re.compile(
    r"\b(?:I|we|he|she|they|it|is|are|was|were|am|do|does|should|would|like|likes|want|wants|work"
    r"|works|show|please)\b",
    re.IGNORECASE,
)
_LINE_WORDS, _PHRASE_WORDS, _PART_WORDS, _SHORT_WORDS = 12, 7, 4, 5
"""The most words of an item on a line of its own, in a list of commas, and in `A and B`."""
_LONGEST_ITEM = 50
"""Characters; lines that begin in lower case and are longer are wrapped prose."""

# A line that begins so is a sentence of the reader's, not an item or the name of one.
SENTENCE = re.compile(
    r"(?:I|I['\u2019]m|I['\u2019]ve|We|He|She|They|My|Our|Not|No|Please|But|Also|Skip|Avoid|Exclude"
    r"|Ignore|Nothing|Anything|Everything|Never|Don['\u2019]t|Do)\b.*\s.*",
    re.DOTALL,
)


def phrases(text: str) -> tuple[str, ...]:
    """Split a list of keywords at commas and lines; `etc.` is left out."""
    found = (
        _AND.sub("", phrase.strip(" .*`\"'\u201c\u201d\u2018\u2019[]"))
        for phrase in _BETWEEN_PHRASES.split(text)
    )
    return tuple(one for one in found if one and one.lower() not in {"etc", "and", "or"})


def list_items(text: str) -> tuple[str, ...]:
    """Return the items of one item a line, of a comma list or a semicolon list, else nothing."""
    if is_line_list(text):
        return tuple(line for raw in text.split("\n") if (line := raw.strip(" ;,")))
    joined = " ".join(text.split()).rstrip(" .;,\u3002\uff1b")
    for separator in _SEPARATORS:
        items = _rejoined([one for one in re.split(separator, joined) if one.strip()])
        if len(items) > 1 and all(map(_is_phrase, items)):
            return tuple(_AND.sub("", one) for one in items)
    return ()


def is_line_list(text: str) -> bool:
    """Return whether a text is one item a line, and not wrapped prose."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) < 2 or not all(map(_is_item, lines)):  # noqa: PLR2004  # one is no list
        return False
    if any(_RUNS_ON.search(above) or _RUN_ON.match(below) for above, below in pairwise(lines)):
        return False
    is_capital = not any(line[0].islower() for line in lines)
    return is_capital or all(len(line) < _LONGEST_ITEM for line in lines)


def _is_item(line: str) -> bool:
    is_short = len(line.split()) <= _LINE_WORDS
    return is_short and not _SENTENCE_WITHIN.search(line) and not _VERB.search(line)


def _rejoined(items: list[str]) -> list[str]:
    """Join what an exception in a list has of its own: `lakes, but not ponds, puddles, pools`.

    Not so `lakes, but not ponds, and rivers`, nor `lakes except ponds, rivers`.
    """
    last_of_list = max((n for n, one in enumerate(items) if _JOINT.search(one)), default=0)
    for at, item in enumerate(items):
        is_but = cues.BUT.match(item)
        if is_but and at and is_negative(items[at - 1]):
            return [*items[: at - 1], f"{items[at - 1]}, {item}", *items[at + 1 :]]
        is_aside = at == len(items) - 2 and _AND.match(items[-1])
        if (is_but and not is_aside) or (at < last_of_list and _ALL_BUT.search(item)):
            return [*items[:at], ", ".join(items[at:])]
    return items


def _is_phrase(text: str) -> bool:
    bare = re.sub(r"\([^()]*\)", "", text)
    negated = is_negative(text)
    least = _PHRASE_WORDS + 2 * negated
    is_short = all(len(one.split()) <= least for one in bare.split(",")) and bool(bare.strip())
    return is_short and (negated or not _VERB.search(bare)) and not re.search(r"[.!?:]\s", bare)


def joined(text: str) -> str:
    """Join the lines of wrapped prose; items and sentences that begin a line stay apart."""
    if is_line_list(text):
        return text
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "".join(
        line + ("\n" if SENTENCE.fullmatch(below) else " ")
        for line, below in zip(lines, [*lines[1:], ""], strict=True)
    ).rstrip()


def short_phrases(text: str) -> tuple[str, ...]:
    """Return the phrases of a list; a text with anything longer is prose, and has none."""
    found = tuple(part for one in phrases(text) for part in _coordinated(one))
    return found if all(len(one.split()) <= _SHORT_WORDS for one in found) else ()


def _coordinated(phrase: str) -> tuple[str, ...]:
    """Split `surveys and reviews`; a longer text is left as it is."""
    parts = tuple(filter(None, map(str.strip, re.split(r"\s+(?:and|or|nor)\s+", phrase))))
    short = all(len(part.split()) <= _PART_WORDS for part in parts)
    return parts if short else (phrase,)
