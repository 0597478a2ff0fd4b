"""Tokenizer: text to hashed unigram and bigram counts, as rows of a sparse matrix."""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.plain_text import strip_accents
from paperlark.rankers.sparse import CsrMatrix, ends, stable_order

TermIds = NDArray[np.uint32]

# Numbers are matched from their first digit only: a hostile abstract may have 100,000 in a row.
_WORD = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*|(?<!\d)\d++[a-z][a-z0-9]*")
_TEX_COMMAND = re.compile(r"\\[a-zA-Z]+")
# `L\'evy` and `{\"o}` are inside words.
_TEX_ACCENT = re.compile(r"\\[^a-zA-Z\s]|[{}$]")

# Words of up to three letters keep their s: gas, bus, GPS.
_SHORT = 3

# Function words only: what every paper of a field says has a low idf anyway.
_STOPWORDS = frozenset(
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
"""Separates words that are no neighbours; no word has this id."""

_TERM_BITS = np.uint64(32)
"""The width of a term id."""


@dataclass(frozen=True, slots=True, eq=False)
class TermCounts:
    """Hashed unigram and bigram counts of a text.

    ids: (terms,) uint32, ascending, each once
    weights: (terms,) float32, 1 + ln(count), so 1 or more
    """

    ids: TermIds
    weights: NDArray[np.float32]

    def pack(self) -> bytes:
        """Return them as bytes, six a term, for the store."""
        counts = np.exp(self.weights.astype(np.float64) - 1).round().clip(max=_MAX_COUNT)
        return self.ids.astype("<u4").tobytes() + counts.astype("<u2").tobytes()

    @classmethod
    def unpack_each(cls, packed: Sequence[memoryview]) -> list[TermCounts]:
        """Return what `pack` packed of each text.

        All at once: of arrays as small as these, each takes longer than what is in it.
        """
        lengths = [len(one) // 6 for one in packed]
        parts = [(one, 4 * terms) for one, terms in zip(packed, lengths, strict=True)]
        ids = np.frombuffer(b"".join(one[:end] for one, end in parts), "<u4")
        counts = np.frombuffer(b"".join(one[end:] for one, end in parts), "<u2")
        weights = _weights()[counts]
        bounds = pairwise(accumulate(lengths, initial=0))
        return [cls(ids[start:end], weights[start:end]) for start, end in bounds]


@dataclass(frozen=True, slots=True, eq=False)
class TermWeights:
    """Weights of terms.

    ids: (terms,) uint32, ascending
    values: (terms,) float32 or float64
    """

    ids: TermIds
    values: NDArray[np.float32] | NDArray[np.float64]

    def of(self, terms: TermIds) -> NDArray[np.float64]:
        """Return the weight of each of these terms, which ascend: 0 where there is none."""
        found = np.zeros(len(terms))
        known, at = places(self.ids, terms)
        found[known] = self.values[at]
        return found


_MAX_COUNT = 2**16 - 1
"""The largest count that is told from more."""


@cache
def _weights() -> NDArray[np.float32]:
    """Return the weight of each count; there is no count of 0."""
    return np.asarray(1 + np.log(np.arange(_MAX_COUNT + 1).clip(min=1)), dtype=np.float32)


def tokenize(*texts: str) -> TermCounts:
    """Count the terms of all texts together; a text that counts twice is given twice."""
    return tokenize_each([texts])[0]


def tokenize_each(papers: Sequence[Sequence[str]]) -> list[TermCounts]:
    """Count the terms of each paper's texts together."""
    known = {text: token_ids(text) for text in {text for texts in papers for text in texts}}
    return _count_terms([[known[text] for text in texts] for texts in papers])


def token_ids(text: str) -> TermIds:
    """Return the ids of a text's words in order, 0 for a stopword or a single character."""
    return _hash_words(_split(text))


def count_terms(*texts: TermIds) -> TermCounts:
    """Count the terms of texts that are given as token ids."""
    return _count_terms([texts])[0]


def _count_terms(papers: Sequence[Sequence[TermIds]]) -> list[TermCounts]:
    """Count per paper; sorting the terms of all papers at once takes half the time."""
    gap = np.array([_BREAK], dtype=np.uint32)
    streams = [
        terms(np.concatenate([gap, *(part for text in texts for part in (text, gap))]))
        for texts in papers
    ]
    # The paper's index in the high bits, the term in the low ones.
    index = np.repeat(np.arange(len(papers), dtype=np.uint64), [len(one) for one in streams])
    found, counts = np.unique(index << _TERM_BITS | np.concatenate(streams), return_counts=True)
    weights = _weights()[counts.clip(max=_MAX_COUNT)]
    ends = np.searchsorted(found >> _TERM_BITS, np.arange(1, len(papers)))
    return list(map(TermCounts, np.split(found.astype(np.uint32), ends), np.split(weights, ends)))


def only_stopwords(text: str) -> bool:
    """Return whether all words of a text are function words, as in `of the`."""
    found = _split(text)
    return bool(found) and all(word in _STOPWORDS for word in found)


def terms(tokens: TermIds) -> TermIds:
    """Return the ids of all unigrams, then of all bigrams, of a sequence of token ids."""
    left, right = tokens[:-1], tokens[1:]
    neighbours = (left != _BREAK) & (right != _BREAK)
    return np.concatenate(
        [tokens[tokens != _BREAK], bigram_ids(left[neighbours], right[neighbours])]
    )


def bigram_ids(left: TermIds, right: TermIds) -> TermIds:
    """Hash pairs of token ids; the order counts."""
    # Odd multipliers (Fibonacci hashing) modulo 2**32; the overflow is intended.
    return (left * np.uint32(0x9E3779B1)) ^ (right * np.uint32(0x85EBCA6B))


def spell(ids: Collection[int], *texts: str) -> Mapping[int, str]:
    """Return how the texts write these terms at their first occurrence."""
    spelled = _spelled(texts)
    return {term: spelled[term] for term in ids if term in spelled}


# The texts of a day's papers, of which many readers are shown the same: some 50 kB each.
@lru_cache(maxsize=512)
def _spelled(texts: tuple[str, ...]) -> Mapping[int, str]:
    """Return how the texts write each of their terms at its first occurrence."""
    found: dict[int, str] = {}
    for text in texts:
        words = _split(text)
        hashed = _hash_words(words)
        unigrams, bigrams = hashed.tolist(), bigram_ids(hashed[:-1], hashed[1:]).tolist()
        for at, term in enumerate(unigrams):
            if term != _BREAK:
                found.setdefault(term, words[at])
        for at, term in enumerate(bigrams):
            if _BREAK not in unigrams[at : at + 2]:
                found.setdefault(term, f"{words[at]} {words[at + 1]}")
    return found


def _split(text: str) -> list[str]:
    """Split into lower-case words without accents and TeX; `x-ray` becomes `x` and `ray`."""
    if not text.isascii():
        text = strip_accents(text)
    if any(sign in text for sign in "\\{}$"):
        text = _TEX_COMMAND.sub(" ", _TEX_ACCENT.sub("", text))
    found = _WORD.findall(text.lower())
    return "-".join(found).split("-") if found else []


def _hash_words(words: Sequence[str]) -> TermIds:
    return np.fromiter(map(_hash_word, words), np.uint32, len(words))


@lru_cache(maxsize=1 << 17)
def _hash_word(word: str) -> int:
    if word in _STOPWORDS or len(word) == 1:
        return _BREAK
    return zlib.crc32(_stem(word).encode()) or 1


def _stem(word: str) -> str:
    """Drop a plural's ending (Harman's S-stemmer): `queries` and `query` are one term."""
    if len(word) <= _SHORT or word.endswith(("us", "ss", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    # `caches` come from a cache, `batches` from a batch.
    if word.endswith(("sses", "shes", "xes", "tches", "nches", "rches")):
        return word[:-2]
    return word.removesuffix("s")


def rows_of(counts: Sequence[TermCounts]) -> tuple[TermIds, CsrMatrix]:
    """Return the terms that occur, ascending, and the weights as a (texts, terms) matrix."""
    ids = np.concatenate([np.zeros(0, np.uint32), *(one.ids for one in counts)])
    weights = np.concatenate([np.zeros(0, np.float32), *(one.weights for one in counts)])
    order = stable_order(ids)
    ordered = ids[order]
    first = np.ones(len(ids), dtype=np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    columns = np.empty(len(ids), dtype=np.int32)
    columns[order] = np.cumsum(first, dtype=np.int32) - 1
    terms = ordered[first]
    indptr = ends([len(one.ids) for one in counts])
    return terms, CsrMatrix(weights, columns, indptr, len(terms), by_column=order)


def rows_in(counts: Sequence[TermCounts], ids: TermIds) -> CsrMatrix:
    """Return the weights as a (texts, terms) matrix with the columns `ids`, which ascend."""
    terms, rows = rows_of(counts)
    # Both ascend, and the terms of a few texts are far fewer than those of a corpus.
    known, at = places(ids, terms)
    columns = np.full(len(terms), -1, dtype=np.int32)
    columns[known] = at
    return rows.moved(columns, len(ids))


def places(ids: TermIds, terms: TermIds) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which of `terms` are among `ids`, and where; both ascend."""
    at = np.searchsorted(ids, terms)
    inside = at < len(ids)
    known = np.flatnonzero(inside)[ids[at[inside]] == terms[inside]]
    return known, at[known]
