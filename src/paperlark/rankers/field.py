"""A day's papers amid those announced before: all that is the same for every reader who has both.

Statistics of words and vectors are computed once for a field, however many readers it has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.paper import Paper, PaperId
from paperlark.rankers.embedding import Corpora, CorpusStats, Keys, PaperEncoder, Vectors
from paperlark.rankers.tokens import TermIds

if TYPE_CHECKING:
    from scipy import sparse

ENOUGH_BACKGROUND = 1_000
"""With so many earlier papers without a label, nothing of the day itself is needed to learn."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """The papers of a day, and what they are compared with.

    papers: those to be ranked
    background: what readers of this field learn from besides their examples
    corpus: the day's papers first, then the others
    terms: (terms,) uint32, ascending, those of the day's papers
    words: (papers, terms) the day's rows of the corpus, with the columns `terms`
    """

    papers: tuple[Paper, ...]
    background: Background
    corpus: CorpusStats
    terms: TermIds
    words: sparse.csr_matrix
    _keys: Keys
    _order: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        papers: tuple[Paper, ...],
        others: Sequence[Paper],
        background: Background,
        encoder: PaperEncoder,
        corpora: Corpora,
    ) -> Self:
        """Compare papers with each other and with `others`."""
        rows = distinct(papers, others)
        corpus = corpora.of(rows)
        today = corpus.words[: len(papers)]
        columns = np.unique(today.indices)
        keys = encoder.keys(rows)
        return cls(
            papers=papers,
            background=background,
            corpus=corpus,
            terms=corpus.ids[columns],
            words=today[:, columns],
            _keys=keys,
            _order=np.argsort(keys["high"], kind="stable"),
        )

    @property
    def vectors(self) -> Vectors:
        """The day's rows of the corpus: (papers, dimensions)."""
        return self.corpus.vectors[: len(self.papers)]

    def rows_of(self, keys: Keys) -> NDArray[np.int64]:
        """Return the row of each of these papers in the corpus, -1 where it has none."""
        high = self._keys["high"][self._order]
        at = np.searchsorted(high, keys["high"])
        rows = self._order[at.clip(max=len(high) - 1)]
        return np.where(self._keys[rows] == keys, rows, -1)


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """Papers that are learned from without a label; `today` of them, the first, are the day's own.

    fingerprint: of these papers in this order
    """

    papers: tuple[Paper, ...]
    today: int
    fingerprint: str

    @classmethod
    def of(cls, papers: Sequence[Paper], today: int = 0) -> Self:
        """Take the fingerprint of papers."""
        listed = [(one.id, one.version, len(one.title) + len(one.abstract)) for one in papers]
        fingerprint = hashlib.sha256(repr((today, listed)).encode()).hexdigest()[:32]
        return cls(tuple(papers), today, fingerprint)

    def is_of(self, stream: Sequence[Paper]) -> bool:
        """Return whether a reader with this stream of earlier papers learns among them."""
        if len(stream) < ENOUGH_BACKGROUND or self.today:
            return len(stream) < ENOUGH_BACKGROUND and self.today > 0
        return stream is self.papers or Background.of(stream).fingerprint == self.fingerprint


def in_order(papers: Sequence[Paper]) -> tuple[Paper, ...]:
    """Return them in one order, whatever the feed's: sums of floats depend on it."""
    return tuple(sorted(papers, key=lambda paper: (paper.id, paper.version)))


def distinct(*papers: Sequence[Paper]) -> tuple[Paper, ...]:
    """Return each version of a paper once, in this order."""
    known: dict[tuple[PaperId, int], Paper] = {}
    for one in chain(*papers):
        known.setdefault((one.id, one.version), one)
    return tuple(known.values())
