"""Readability of criteria: whether they share enough words with papers, which are in English.

No language is recognized by name: what counts is how many of the words an embedding learned from
English abstracts knows. Words of other scripts yield no token, and count as unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from paperlark.domain.criteria import Criteria
from paperlark.domain.plain_text import strip_accents
from paperlark.rankers.embedding import Embedding
from paperlark.rankers.tokens import only_stopwords, token_ids

LEAST_SHARE = 0.4
"""The least share of known words.

Criteria in 25 other languages have 0 to 0.38, apart from lists of words that are spelled as in
English; recorded English criteria 0.94 and more, lists of rare names 0.44 and more
(`docs/design/020-other-languages.md`).
"""

UNREADABLE = (
    "your criteria share almost no words with the papers, which are in English, so no paper is"
    " ranked by them"
)
WAY_OUT = "write them in English, or name a model in [judge], which translates them once"

_LONGEST = 100_000
"""Characters of the criteria that are examined."""
_CONTENT = 4
"""Letters of a content word. Shorter words are known by chance: `der`, `los`, `van` are in English
abstracts, too, in names."""
_FUNCTION = 2
"""Letters of an English function word that counts as known."""
_LETTERS_PER_WORD = 4
"""Letters of a word in other scripts, some of which put no spaces between words."""

_RUN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class WordCounts:
    """How many distinct words of a text are known from English papers, and how many are not."""

    known: int
    unknown: int

    @property
    def share(self) -> float:
        """The share of known words, in [0, 1]; 1 where there is no word to go by."""
        total = self.known + self.unknown
        return self.known / total if total else 1.0


def unreadable(criteria: Criteria) -> str | None:
    """Return one sentence about criteria that no English paper can be compared with.

    None where they share enough words with papers, and where they have no words at all.
    """
    if count_words(criteria).share >= LEAST_SHARE:
        return None
    return f"{UNREADABLE}: {WAY_OUT}"


def count_words(criteria: Criteria) -> WordCounts:
    """Count the distinct words of what the ranker compares: topics and keywords, for and against.

    Codes such as `TP53` and `QCD` are the same in every language: they count only where known.
    """
    text = strip_accents("\n".join(_compared(criteria))[:_LONGEST])
    words = set(_RUN.findall(text))
    latin = [word for word in words if word.isascii() and not word.isdigit()]
    known, unknown = set(), set()
    for word in latin:
        name = word.lower()
        if _is_function_word(name):
            known |= {name} if len(name) >= _FUNCTION else set()
        elif _is_known(name) and (len(name) >= _CONTENT or _is_code(word)):
            known.add(name)
        elif len(name) >= _CONTENT and not _is_code(word):
            unknown.add(name)
    # A single letter of another script is a symbol, as in the names of particles.
    other = sum(-(-len(word) // _LETTERS_PER_WORD) for word in words if _is_foreign(word))
    return WordCounts(len(known), len(unknown - known) + other)


def _compared(criteria: Criteria) -> Iterator[str]:
    for topic in criteria.topics:
        if topic.titled:
            yield topic.name
        yield topic.relevant
        yield topic.irrelevant
    yield from criteria.keywords
    yield from criteria.unwanted


_is_function_word = lru_cache(maxsize=1 << 14)(only_stopwords)


@lru_cache(maxsize=1 << 14)
def _is_known(word: str) -> bool:
    ids = token_ids(word)
    return bool(Embedding.shipped().term_lengths(ids[ids > 0]).any())


def _is_code(word: str) -> bool:
    return any(letter.isupper() or letter.isdigit() for letter in word[1:])


def _is_foreign(word: str) -> bool:
    return len(word) > 1 and not word.isascii()
