"""A search of the archive: the query and its results.

Typed text is data: it is parsed into terms here, and never reaches a store as a query of that
store's language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from paperlark.domain.errors import InvalidQuery
from paperlark.domain.paper import Paper, PaperId

MOST_TERMS = 32
"""Terms of a query that are searched for; the embedding is of its whole text."""
LONGEST = 10_000
"""Characters of a query: several abstracts."""
LONGEST_NAME = 200
"""Characters of an author's name."""
SHORTEST_PREFIX = 4
"""Letters before a star: shorter prefixes match too many words."""

# An unclosed quotation ends with the text.
_PART = re.compile(r'"([^"]*)(?:"|$)|([^\s"]+)')
_WORD = re.compile(r"[^\W_]+")
# Control characters and lone surrogates; what is left can be printed.
_BLANK = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'))


@dataclass(frozen=True, slots=True)
class Term:
    """One word or a phrase; with `prefix` its last word is a prefix."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A query: papers with all of the terms that meet all other conditions too.

    `paper` is the identifier that the whole text is, or that its link names; then the terms do not
    count. `author` is a name or a part of one. `first` and `last` are the reader's announcement
    days, `score` is the least relevance; `selected` means papers that were on a page. None is no
    condition.
    """

    text: str = ""
    terms: tuple[Term, ...] = ()
    paper: PaperId | None = None
    author: str | None = None
    category: str | None = None
    first: date | None = None
    last: date | None = None
    selected: bool = False
    score: int | None = None

    @property
    def of_days(self) -> bool:
        """Whether any condition is about a day of the reader's."""
        return self.selected or any(one is not None for one in (self.first, self.last, self.score))

    @property
    def empty(self) -> bool:
        """Whether it has neither terms nor conditions."""
        return not (self.terms or self.author or self.category or self.of_days)


def read_terms(text: str) -> tuple[Term, ...]:
    """Parse words and "quoted phrases"; punctuation in between is ignored.

    A star after a word makes it a prefix. Raises InvalidQuery for a text that is too long or has
    punctuation only.
    """
    if len(text) > LONGEST:
        raise InvalidQuery(
            f"a query of {len(text):,} characters is too long", hint=f"use at most {LONGEST:,}"
        )
    plain = _BLANK.sub(" ", text.translate(_QUOTES))
    parts = (quoted or bare for quoted, bare in _PART.findall(plain))
    terms = dict.fromkeys(_term(part) for part in parts if any(map(str.isalnum, part)))
    if text.strip() and not terms:
        raise InvalidQuery("there is no word to search for", hint="give one or more")
    return tuple(terms)[:MOST_TERMS]


_CATEGORY = re.compile(r"[a-z-]+\.[a-z-]{2,}", re.IGNORECASE)


def split_category(text: str) -> tuple[str, str | None]:
    """Split a query into its words and the first category among them, None where there is none."""
    words = text.split()
    category = next((one for one in words if _CATEGORY.fullmatch(one)), None)
    return " ".join(one for one in words if one != category), category


def read_name(text: str) -> str:
    """Parse an author's name or a part of it; raises InvalidQuery where it is too short."""
    name = " ".join(_BLANK.sub(" ", text).split())
    if len(name) > LONGEST_NAME:
        raise InvalidQuery(
            f"a name of {len(name):,} characters is too long", hint=f"use at most {LONGEST_NAME}"
        )
    if all(is_initial(word) for word in name_words(name)):
        raise InvalidQuery(f"{name!r} is too short for a name", hint="give a whole word of it")
    return name


def name_words(name: str) -> list[str]:
    """Return the words of a name as they are written, without punctuation."""
    return _WORD.findall(name)


def is_initial(word: str) -> bool:
    """Return whether a word of a name is an initial; in Chinese one character is a name."""
    return len(word) == 1 and word.isascii()


def _term(part: str) -> Term:
    word = part.rstrip("*")
    last = word[-SHORTEST_PREFIX:]
    return Term(word, prefix=word != part and len(last) == SHORTEST_PREFIX and last.isalnum())


class SearchMethod(StrEnum):
    """How the results of a search were found."""

    IDENTIFIER = "identifier"
    ALL_WORDS = "all words"
    ANY_WORD = "any word"
    MEANING = "meaning"
    NO_WORDS = "no words asked for"


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper that was found; `text_score` is its text relevance (BM25), more is better."""

    paper_id: PaperId
    text_score: float = 0.0


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found by words; `whole` is whether those are all there are."""

    found: tuple[Hit, ...] = ()
    whole: bool = True


@dataclass(frozen=True, slots=True)
class PaperStatus:
    """The status of a paper for a reader.

    `day` is the reader's day of it, else that of any category's announcement, None where it was
    never announced; `scanned` is whether it is the reader's. `place` on that day's page is None
    where the paper was not on it, or the page is older than the storing of places. Scores, the
    `probability` of being wanted, and the `rank` among `ranked` papers of its day are None where
    unknown.
    """

    day: date | None = None
    scanned: bool = False
    selected: bool = False
    place: int | None = None
    relevance: int | None = None
    novelty: int | None = None
    probability: float | None = None
    rank: int | None = None
    ranked: int | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A paper that was found; `similarity` to the query is a cosine, None where unknown."""

    paper: Paper
    status: PaperStatus = field(default_factory=PaperStatus)
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """A word as it was `written`, and the one that was searched for as well, or instead.

    `papers` have it as it was written; those that were found come first.
    """

    written: str
    corrected: str
    papers: int = 0


@dataclass(frozen=True, slots=True)
class SearchResults:
    """What was found, best first; `count` is how many there are.

    It is None where there are so many that only the latest were searched. `corrections` are the
    words that were taken for misspelled.
    """

    query: SearchQuery
    method: SearchMethod
    found: tuple[SearchResult, ...]
    count: int | None
    corrections: tuple[Correction, ...] = ()
