"""A search of the archive: what is asked for, and what is found.

Text that people type is data: it is read into terms here, and no store ever sees it as a query
of its own language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from paperlark.domain.errors import InvalidQuery
from paperlark.domain.paper import Paper, PaperId

MOST_TERMS = 32
"""The first so many terms of a question count; its meaning is that of all of it."""
LONGEST = 10_000
"""Characters of a question: several abstracts."""
LONGEST_NAME = 200
"""Characters of a name."""
SHORTEST_PREFIX = 4
"""Letters before a star: what is shorter begins too many words."""

# A quotation that nobody closes ends with the text.
_PART = re.compile(r'"([^"]*)(?:"|$)|([^\s"]+)')
_WORD = re.compile(r"[^\W_]+")
# Whatever else: controls, NUL, halves of pairs. What is left is text that can be printed.
_BLANK = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'))


@dataclass(frozen=True, slots=True)
class Term:
    """One word or several in a row; with `prefix` the last of them may go on."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is asked for: papers with all of the terms to which all else applies as well.

    `author` is a name or a part of one. `first` and `last` are announcement days of the reader's,
    `score` is the least relevance; `selected` asks for papers that were on a page. None asks for
    nothing.
    """

    text: str = ""
    terms: tuple[Term, ...] = ()
    author: str | None = None
    category: str | None = None
    first: date | None = None
    last: date | None = None
    selected: bool = False
    score: int | None = None

    @property
    def of_days(self) -> bool:
        """Whether it asks for something that only a day of the reader's can answer."""
        return self.selected or any(one is not None for one in (self.first, self.last, self.score))

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing at all."""
        return not (self.terms or self.author or self.category or self.of_days)


def read_terms(text: str) -> tuple[Term, ...]:
    """Read words and "words in quotes"; signs in between mean nothing.

    A star behind a word asks for all that begin so. Raises InvalidQuery for a text that is too
    long or has signs only.
    """
    if len(text) > LONGEST:
        raise InvalidQuery(
            f"a question of {len(text):,} characters is too long", hint=f"ask with {LONGEST:,}"
        )
    plain = _BLANK.sub(" ", text.translate(_QUOTES))
    parts = (quoted or bare for quoted, bare in _PART.findall(plain))
    terms = dict.fromkeys(_term(part) for part in parts if any(map(str.isalnum, part)))
    if text.strip() and not terms:
        raise InvalidQuery("there is no word to search for", hint="give one or more")
    return tuple(terms)[:MOST_TERMS]


def read_name(text: str) -> str:
    """Read an author's name or a part of it; raises InvalidQuery where that is too little."""
    name = " ".join(_BLANK.sub(" ", text).split())
    if len(name) > LONGEST_NAME:
        raise InvalidQuery(
            f"a name of {len(name):,} characters is too long", hint=f"give up to {LONGEST_NAME}"
        )
    if all(is_initial(word) for word in name_words(name)):
        raise InvalidQuery(f"{name!r} is too little of a name", hint="give a whole word of it")
    return name


def name_words(name: str) -> list[str]:
    """Give the words of a name as they are written, without points and hyphens."""
    return _WORD.findall(name)


def is_initial(word: str) -> bool:
    """Tell whether a word of a name is its first letter only; in Chinese one sign is a name."""
    return len(word) == 1 and word.isascii()


def _term(part: str) -> Term:
    begun = part.rstrip("*")
    last = begun[-SHORTEST_PREFIX:]
    return Term(begun, prefix=begun != part and len(last) == SHORTEST_PREFIX and last.isalnum())


class SearchMethod(StrEnum):
    """How the papers of an answer were found."""

    ALL_WORDS = "all words"
    ANY_WORD = "any word"
    MEANING = "meaning"
    NO_WORDS = "no words asked for"


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper that was found; `words` says how well the words fit: more is better."""

    paper_id: PaperId
    text_score: float = 0.0


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found by words; `whole` tells whether those are all there are."""

    found: tuple[Hit, ...] = ()
    whole: bool = True


@dataclass(frozen=True, slots=True)
class PaperStatus:
    """What a paper is to a reader.

    `day` is the day of theirs, else that of any category's announcement, None where nobody
    announced it; `scanned` tells whether it is theirs. `place` on that day's page is None where
    the paper was not on it, or the day is of before it was kept. Scores are None where nobody gave
    any, `probability` of being wanted likewise.
    """

    day: date | None = None
    scanned: bool = False
    selected: bool = False
    place: int | None = None
    relevance: int | None = None
    novelty: int | None = None
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A paper of an answer; `likeness` to the question is a cosine, None where it is not known."""

    paper: Paper
    status: PaperStatus = field(default_factory=PaperStatus)
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class SearchResults:
    """What was found, the best first; `count` is how many there are, None where they are too many.

    They are too many where only the latest were looked at.
    """

    query: SearchQuery
    method: SearchMethod
    found: tuple[SearchResult, ...]
    count: int | None
