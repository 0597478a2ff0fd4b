"""Split a reader's sentences into what they want and what they do not want.

The method is that of NegEx (Chapman and others, 2001): `cues` of negation, each with a scope. A cue
such as `not`, `except` or `I don't care about` makes the words after it unwanted until its scope
ends; `predicates` such as `… is out of scope` make the words before them unwanted. What only looks
like a negation (`no-regret`, `methods that do not need labels`, `not only`) is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from paperlark.domain.criteria import cues, predicates

_NEAR = 16
"""Characters before a cue or a full stop that can change its meaning."""

_MOST_CUES = 12
"""Negations of one clause that are told apart; what follows so many is unwanted as a whole."""

_LONGEST = 20_000
"""Characters of a text whose negations are looked for; the rest counts as all of it would."""

_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|etc|vs|cf|al|approx|resp|incl|excl|esp|viz|Dr|Prof|Fig|[A-Z])\.$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(
    # not within `no. 5` and `Surveys? No.`
    r"(?<=[.!?])(?!(?<=\b[Nn]o\.)\s+\d|(?<=\?)\s+(?i:no|never|nope|yes)(?:[.!,]|$))\s+"
    r"|(?<=[.!?])(?=[A-Z][a-z])"
    r"|\s*;(?![^()\n]{0,200}\))\s*|\s*[\n\u3002\uff1b\uff01\uff1f]\s*"
)
_PIECE = re.compile(r"\S.{0,600}(?=\s|$)|\S{1,600}", re.DOTALL)
# `A, but B`; not `anything but A`.
_TURN = re.compile(
    rf"(?<!anything)(?<!everything)(?<!all)(?<!nothing)(?:,|\s+{cues.DASH})?\s+"
    r"(?=(?:but|however|whereas|yet(?!\s+another)|although|though)\b(?!\s+also\b))",
    re.IGNORECASE,
)
_PARENTHESIS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_COMMA = re.compile(rf",(?!\s*(?:unless|except)\b)|\s(?:--|{cues.DASH})\s|[:)\]\u2014]")
# `except A, and B`
_ASIDE = re.compile(rf"[^,]*?(?:,|\s(?:--|{cues.DASH})|\u2014)\s*(?=and\s[^,]*$)")
# `not A, B or C`
_LIST_WITH_OR = re.compile(r",\s*(?:n?or\b)|^[^,]*,(?:[^,]+,)*[^,]+\s+n?or\s+\S")
_START_OF_SUBJECT = re.compile(rf",\s*(?:and\s+|while\s+)?|\s+and\s+|:\s+|\s{cues.DASH}\s")
_GOES_ON = re.compile(r"\s*(?:,?\s*(?:nor|neither|and|or)\b|[,:])(?!.*\b(?:I|we)\b)", re.DOTALL)
_GLUE = re.compile(
    r"^(?:\W|\b(?:and|or|nor|but|however|whereas|though|although|please|also|any|I|we|it|is|about"
    r"|of|the|a|an|so|that|to|these|those|following|everything|anything|else|rest)\b)+$",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^(?:[\s,;:.)\-\u2013\u2014]|(?:and|or|nor|also|any|about|of)\b(?!\s*$))+", re.IGNORECASE
)
_POLITE = re.compile(
    r"[\s,]*\b(?:please|thanks|thank\s+you|thx|at\s+all|either|of\s+course)\b[\s.,!]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence, without its cue, and whether the reader wants it."""

    text: str
    wanted: bool


def clauses(text: str) -> tuple[Clause, ...]:
    """Split a text of wanted things into clauses that are wanted and clauses that are not."""
    return _split(text, _of_sentence, wanted=True)


def exceptions(text: str) -> tuple[Clause, ...]:
    """Split a text of unwanted things: what follows `except` or `unless` there is wanted."""
    return _split(text, _against_labelled, wanted=False)


def is_negative(text: str) -> bool:
    """Return whether a phrase is one negation, as `no surveys` or `I do not want …` are."""
    return _first_cue(text) is not None and not any(one.wanted for one in clauses(text))


def _split(
    text: str, of_sentence: Callable[[str], Iterator[Clause]], *, wanted: bool
) -> tuple[Clause, ...]:
    found = [one for sentence in _sentences(text[:_LONGEST]) for one in of_sentence(sentence)]
    rest = text[_LONGEST:]
    return (*found, Clause(rest, wanted)) if rest else tuple(found)


def _sentences(text: str) -> Iterator[str]:
    """Yield the sentences; one that is far too long in pieces, so that time stays linear."""
    start = 0
    for end in _SENTENCE_END.finditer(text):
        before = text[max(0, end.start() - _NEAR) : end.start()]
        # `Not relevant: A; B` is one list.
        is_list = ";" in end[0] and cues.LABEL.search(text[start : end.start()])
        if "\n" in end[0] or not (is_list or _ABBREVIATION.search(before)):
            yield from _PIECE.findall(text[start : end.end()].strip())
            start = end.end()
    yield from _PIECE.findall(text[start:].strip())


def _of_sentence(sentence: str) -> Iterator[Clause]:
    """Split at turns such as `but`, and take what is negated in brackets by itself."""
    asides = [one for one in _PARENTHESIS.findall(sentence) if _is_aside(one[1:-1])]
    for aside in asides:
        sentence = sentence.replace(aside, " ", 1)
    turns = _TURN.split(sentence)
    if any(map(_is_negated, turns)):
        for clause in turns:
            yield from _of_clause(clause)
    else:
        # As written, where nothing is negated.
        yield Clause(sentence, wanted=True)
    for aside in asides:
        yield from _of_clause(aside[1:-1])


def _is_aside(text: str) -> bool:
    """Return whether what is in brackets says what is unwanted, and not only `(never)`."""
    return _is_negated(text) and any(_of_clause(text))


def _is_negated(text: str) -> bool:
    return _first_cue(text) is not None or predicates.BEFORE.search(text) is not None


def _of_clause(clause: str) -> Iterator[Clause]:
    if before := predicates.BEFORE.search(clause):
        yield from _predicated(clause, before)
        return
    for _ in range(_MOST_CUES):
        cue = _first_cue(clause)
        if cue is None:
            yield from _kept(clause, wanted=True)
            return
        found, is_wide = cue
        yield from _kept(clause[: found.start()], wanted=True)
        scope, clause = _scope(found[0], clause[found.end() :], is_wide=is_wide)
        yield from _against(scope)
    yield from _kept(clause, wanted=False)


# One clause is looked at several times: whether it is negated, where, and what follows.
@lru_cache(maxsize=2**10)
def _first_cue(clause: str) -> tuple[re.Match[str], bool] | None:
    """Find the first cue, and whether its scope is wide; the longer of two at one place."""
    first = ((_cue(cues.WIDE, clause), True), (_cue(cues.NARROW, clause), False))
    found = [(cue, is_wide) for cue, is_wide in first if cue is not None]
    return min(found, key=lambda one: (one[0].start(), -one[0].end()), default=None)


def _cue(pattern: re.Pattern[str], clause: str) -> re.Match[str] | None:
    """Find the first cue that is not a statement about a thing, as `is not convex` is."""
    for cue in pattern.finditer(clause):
        before = clause[max(0, cue.start() - _NEAR) : cue.start()]
        is_bare = pattern is cues.NARROW and cue[0].lower().split()[:1] in (["not"], ["no"])
        if not (is_bare and cues.AUXILIARY.search(before)) and not cues.NEGATED.search(before):
            return cue
    return None


def _scope(cue: str, after: str, *, is_wide: bool) -> tuple[str, str]:
    """Return what is within the scope of a cue that stood before, and the rest of the clause."""
    ends = [len(after)]
    if resumes := cues.RESUMES.search(after):
        ends.append(resumes.start())
    # `no A except B`: `_against` reads the exception.
    if (next_cue := _first_cue(after)) and not cues.EXCEPTION.match(next_cue[0][0]):
        ends.append(next_cue[0].start())
    if cues.BUT.match(cue) and (aside := _ASIDE.match(after)):
        ends.append(aside.end())
    if not is_wide and not _LIST_WITH_OR.search(after) and (comma := _COMMA.search(after)):
        ends.append(comma.start())
    return after[: min(ends)], after[min(ends) :]


def _predicated(clause: str, before: re.Match[str]) -> Iterator[Clause]:
    """Split `A is out of scope`: of `I like A, and B is out of scope` only B is."""
    subject = clause[: before.start()]
    starts = [found.end() for found in _START_OF_SUBJECT.finditer(subject)]
    start = starts[-1] if starts and predicates.SUBJECT.search(subject) else 0
    yield from _kept(subject[:start], wanted=True)
    yield from _kept(subject[start:], wanted=False)
    rest = predicates.TO_ME.sub("", clause[before.end() :])
    if exception := cues.EXCEPTION.match(rest):
        yield from _kept(rest[exception.end() :], wanted=True)
    elif _GOES_ON.match(rest) and not predicates.BEFORE.search(rest):
        yield from _kept(rest, wanted=False)
    else:
        yield from _of_clause(rest)


def _against_labelled(text: str) -> Iterator[Clause]:
    # Here `driven by sources other than stars` is what is not wanted.
    yield from _against(text, cues.LABELLED_EXCEPTION)


def _against(text: str, cue: re.Pattern[str] = cues.EXCEPTION) -> Iterator[Clause]:
    """Yield unwanted text; what follows an exception in it, up to the next comma, is wanted."""
    while exception := cue.search(text):
        yield from _kept(text[: exception.start()], wanted=False)
        excepted, comma, text = text[exception.end() :].partition(",")
        yield from _kept(excepted, wanted=True)
        text = comma + text
    yield from _kept(text, wanted=False)


def _kept(text: str, *, wanted: bool) -> Iterator[Clause]:
    """Yield the clause, unless it has nothing but function words."""
    plain = text.strip(" ,;:\t")
    if not wanted:
        plain = _POLITE.sub("", _LEADING.sub("", plain)).strip(" ,;:.!")
    if plain and re.search(r"\w", plain) and not _GLUE.match(plain):
        yield Clause(plain, wanted)
