"""Tokenizer: text to hashed unigram and bigram counts, as rows of a sparse matrix."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

TermIds = NDArray[np.uint32]

# Figures are tried from their first one only: a hostile abstract may have 100,000 in a row.
_WORD = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*|(?<!\d)\d++[a-z][a-z0-9]*")
_TEX_COMMAND = re.compile(r"\\[a-zA-Z]+")
# `L\'evy` and `{\"o}` are inside words.
_TEX_ACCENT = re.compile(r"\\[^a-zA-Z\s]|[{}$]")

# Words of up to three letters keep their s: gas, bus, GPS.
_SHORT = 3

# Function words. Nothing else: what every paper of a field says counts little anyway.
_EMPTY = frozenset(
    """
    a about above across after all along also although always among an and another any are as
    at be because been before being below between both but by can cannot could despite did
    different do does done due during each eg either else enough especially etc ever every few
    first for from further given had has have having hence here how however i ie if in including
    into irrelevant is it its itself just least less made mainly make makes many may might more
    moreover most much must my namely need needs no nor not now of often on one only onto or
    other our out over own particularly per rather relevant same several she should show shown
    shows since so some still such than that the their them then there therefore these they this
    those though through thus to together too toward towards two under unlike until up upon us
    use used using very via was we well were what when where whether which while who whose why
    will with within without would yet you your
    """.split()  # noqa: SIM905  # a word list reads best as text
)

_BREAK = 0
"""Parts neighbours; no word's number."""

_TERM = np.uint64(32)
"""The width of a term, in bits."""


@dataclass(frozen=True, slots=True, eq=False)
class TermCounts:
    """The distinct terms of a text, ascending, and for each 1 + ln(how often it is there)."""

    ids: TermIds
    weights: NDArray[np.float32]


def tokenize(*texts: str) -> TermCounts:
    """Read texts into one bag; a text that counts twice is given twice."""
    return tokenize_each([texts])[0]


def tokenize_each(papers: Sequence[Sequence[str]]) -> list[TermCounts]:
    """Read each paper's texts into a bag of its own."""
    known = {text: words(text) for text in {text for texts in papers for text in texts}}
    return _bags([[known[text] for text in texts] for texts in papers])


def words(text: str) -> TermIds:
    """Give a text's words in their order, 0 where something parts neighbours."""
    return _numbers(_split(text))


def gather(*texts: TermIds) -> TermCounts:
    """Put texts, as words in their order, into one bag."""
    return _bags([texts])[0]


def _bags(papers: Sequence[Sequence[TermIds]]) -> list[TermCounts]:
    """Give a bag a paper: one sorting for all terms takes half the time of one each."""
    gap = np.array([_BREAK], dtype=np.uint32)
    streams = [
        terms(np.concatenate([gap, *(part for text in texts for part in (text, gap))]))
        for texts in papers
    ]
    # Each term with its paper's place above it.
    places = np.repeat(np.arange(len(papers), dtype=np.uint64), [len(one) for one in streams])
    found, counts = np.unique(places << _TERM | np.concatenate(streams), return_counts=True)
    weights = (1 + np.log(counts)).astype(np.float32)
    ends = np.searchsorted(found >> _TERM, np.arange(1, len(papers)))
    return list(map(TermCounts, np.split(found.astype(np.uint32), ends), np.split(weights, ends)))


def is_empty(text: str) -> bool:
    """Tell whether all words of a text are function words, such as those of `of the`."""
    found = _split(text)
    return bool(found) and all(word in _EMPTY for word in found)


def terms(stream: TermIds) -> TermIds:
    """Give all words and pairs of neighbours of a stream of words."""
    left, right = stream[:-1], stream[1:]
    neighbours = (left != _BREAK) & (right != _BREAK)
    return np.concatenate([stream[stream != _BREAK], pair(left[neighbours], right[neighbours])])


def pair(left: TermIds, right: TermIds) -> TermIds:
    """Give the numbers of pairs of words; the order counts."""
    # Odd multipliers (Fibonacci hashing) modulo 2**32; overflow is what is wanted.
    return (left * np.uint32(0x9E3779B1)) ^ (right * np.uint32(0x85EBCA6B))


def spell(wanted: Collection[int], *texts: str) -> Mapping[int, str]:
    """Find how a text writes the terms of these numbers, as it writes them first."""
    found: dict[int, str] = {}
    for text in texts:
        written = _split(text)
        numbers = _numbers(written)
        alone, both = numbers.tolist(), pair(numbers[:-1], numbers[1:]).tolist()
        for at, number in enumerate(alone):
            if number in wanted:
                found.setdefault(number, written[at])
        for at, number in enumerate(both):
            if number in wanted and _BREAK not in alone[at : at + 2]:
                found.setdefault(number, f"{written[at]} {written[at + 1]}")
    return found


def _split(text: str) -> list[str]:
    """Give a text's words, the parts of a hyphenated one each: `x-ray` is `x` and `ray`."""
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in plain if not unicodedata.combining(letter))
    if any(sign in text for sign in "\\{}$"):
        text = _TEX_COMMAND.sub(" ", _TEX_ACCENT.sub("", text))
    found = _WORD.findall(text.lower())
    return "-".join(found).split("-") if found else []


def _numbers(words: Sequence[str]) -> TermIds:
    return np.fromiter(map(_number, words), np.uint32, len(words))


@lru_cache(maxsize=1 << 17)
def _number(word: str) -> int:
    if word in _EMPTY or len(word) == 1:
        return _BREAK
    return zlib.crc32(_fold(word).encode()) or 1


def _fold(word: str) -> str:
    """Drop a plural's ending, carefully (Harman's s-stemmer): `queries` and `query` are one."""
    if len(word) <= _SHORT or word.endswith(("us", "ss", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    # `caches` come from a cache, `batches` from a batch.
    if word.endswith(("sses", "shes", "xes", "tches", "nches", "rches")):
        return word[:-2]
    return word.removesuffix("s")


def rows_of(bags: Sequence[TermCounts]) -> tuple[TermIds, sparse.csr_matrix]:
    """Give the terms that occur, ascending, and each bag's weights as a row, a column per term."""
    terms, columns = np.unique(
        np.concatenate([np.zeros(0, np.uint32), *(bag.ids for bag in bags)]), return_inverse=True
    )
    weights = np.concatenate([np.zeros(0, np.float32), *(bag.weights for bag in bags)])
    ends = np.cumsum([0, *(len(bag.ids) for bag in bags)])
    return terms, sparse.csr_matrix((weights, columns, ends), (len(bags), len(terms)))


def rows_in(bags: Sequence[TermCounts], ids: TermIds) -> sparse.csr_matrix:
    """Give each bag's weights as a row, a column per term of `ids` (ascending), others left out."""
    terms, rows = rows_of(bags)
    kept = np.isin(terms, ids, assume_unique=True)[rows.indices]
    ends = np.concatenate([[0], np.cumsum(kept)])[rows.indptr]
    columns = np.searchsorted(ids, terms)[rows.indices[kept]]
    return sparse.csr_matrix((rows.data[kept], columns, ends), (len(bags), len(ids)))
