"""The words of papers and of questions, as the full-text index of either engine has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from paperlark.domain import plain_text
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.paper_facts import searchable
from paperlark.domain.search import SearchQuery, Term, name_words

# Letters and digits with nothing between them but how TeX sets an index: `H2O`, `H$_2$O`.
_ONE_WORD = re.compile(r"[^\W_]+(?:[$_^{}]+[^\W_]+)*[$}]*")
_BEFORE_DIGITS = re.compile(r"(?<=[^\W\d_])(?=\d)")
_LETTERS_OR_DIGITS = re.compile(r"[^\W\d_]+|\d+")
_MOST_PARTS = 8
"""Changes between letters and digits; more are no word that people type."""

# Letters that are no accented ones to Unicode.
_PLAIN = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "ß": "ss",
    }
    | {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}
)


def fold(text: str) -> str:
    """Normalize ligatures and letter forms (NFKC); the index itself removes accents."""
    return text if text.isascii() else plain_text.normalize("NFKC", text).translate(_PLAIN)


@lru_cache(maxsize=2**14)
def folded_name(name: str) -> tuple[str, ...]:
    """Return the words of a name, lower case and without accents."""
    return tuple(name_words(plain_text.fold(fold(name))))


def category_words(categories: Iterable[str]) -> str:
    """Return categories as words, with their archives: `cs.LG` becomes `cslg` and `cs`."""
    return " ".join(
        word for one in categories for word in dict.fromkeys((bare(one), bare(one.split(".")[0])))
    )


def spellings(text: str) -> tuple[str, ...]:
    """Return a term as it may be indexed: H$_2$O is there as `H 2 O`, and H_2O as `H 2O`."""
    text = fold(text)
    parts = _LETTERS_OR_DIGITS.findall(text)
    chemical = 1 < len(parts) <= _MOST_PARTS and any(map(str.isdigit, parts))
    if not chemical or not _ONE_WORD.fullmatch(text):
        return (text,)
    joined, split = "".join(parts), " ".join(parts)
    return tuple(dict.fromkeys((joined, split, _BEFORE_DIGITS.sub(" ", joined))))


def bare(category: str) -> str:
    """Return a category as one word: `cs.LG` becomes `cslg`."""
    return "".join(filter(str.isalnum, category)).lower()


# One of the reader's days that all of the question applies to.
OF_DAYS = """
    s.profile = :profile AND s.day BETWEEN :first AND :last
    AND s.on_page >= :selected AND coalesce(s.relevance, 0) >= :score
"""
AND_OF_DAYS = f"""
    AND EXISTS (SELECT 1 FROM scanned s WHERE s.paper_id = x.paper_id AND {OF_DAYS})
"""  # noqa: S608  # of constants only
# A library belongs to its reader.
YOURS = "x.profile IN ('', :profile)"
TITLE_WEIGHT, AUTHORS_WEIGHT, ABSTRACT_WEIGHT = 8.0, 4.0, 1.0
"""Weights of a word in each column, relative to one in the abstract."""


@dataclass(frozen=True, slots=True)
class IndexedText:
    """A paper's words for the index; `profile` is who imported it, '' for arXiv's own text."""

    paper_id: PaperId
    profile: str
    version: int
    title: str
    authors: str
    abstract: str
    categories: str


def text_of(profile: str, paper: Paper, plain: Callable[[str], str]) -> IndexedText:
    """Return a paper's words; `plain` decodes the TeX of a text."""

    def read(text: str) -> str:
        # Two texts of three have no TeX in them.
        return fold(plain(text) if "\\" in text else text)

    names = "; ".join(author.name for author in paper.authors)
    return IndexedText(
        paper.id,
        profile,
        paper.version,
        title=read(paper.title),
        # They are kept as JSON, which can hold halves of pairs; no encoding has them.
        authors=fold(names).encode("utf-8", "replace").decode(),
        abstract=read("\n".join((paper.abstract, *searchable(paper)))),
        categories=category_words(paper.categories),
    )


class WordIndex(Protocol):
    """An engine's own index of words, within the connection that it was made with."""

    def add(self, texts: Sequence[IndexedText]) -> None:
        """Index texts; each gets a higher number than all before."""
        ...

    def merge(self) -> None:
        """Tidy up after many new texts."""
        ...

    def find(
        self,
        question: SearchQuery,
        terms: Sequence[Term],
        about: Mapping[str, object],
        *,
        every: bool,
        title_only: bool = False,
    ) -> list[tuple[str, float]]:
        """Return the latest papers with all or any of these terms, as many as `about` says, scored.

        `about` has the values of `OF_DAYS` and `YOURS`, the conditions besides the words.
        """
        ...

    def count(self, question: SearchQuery, term: Term, most: int) -> int:
        """Return how many papers have a term, at most so many."""
        ...

    def papers_with(self, words: Iterable[str]) -> Mapping[str, int]:
        """Return how many papers have each of these words; words that none has are left out."""
        ...
