"""Text embedding: hashed terms to unit vectors, so that texts on one subject point the same way.

The term vectors ship with paperlark. `make model` learns them from abstracts of all fields of
arXiv, with the objective that a title finds its own abstract, and one half of an abstract the
other, among a thousand abstracts of the same field; `model/provenance.json` says how and from what.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO
from itertools import islice
from typing import Self

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.paper import Paper
from paperlark.rankers.tokens import TermCounts, TermIds, rows_in, tokenize_each

Vectors = NDArray[np.float32]

_CACHED_PAPERS = 40_000
"""Papers kept in memory: about 60 days of the largest categories, 60 MB."""

_BATCH = 256
"""Papers tokenized at a time: larger batches are no faster and take memory."""

_PACKED = np.dtype("<f2")
"""Stored vectors: half precision, little-endian."""


class Embedding:
    """Embed texts as the weighted sum of their terms' vectors.

    ids: (terms,) uint32, ascending
    rows: (terms, dimensions) float32, a vector per term of `ids`
    """

    def __init__(self, ids: TermIds, rows: Vectors, fingerprint: str) -> None:
        self._ids = ids
        self._rows = rows
        self.fingerprint = fingerprint
        """Identifies the embedding by its content: only vectors of one embedding compare."""

    @classmethod
    def shipped(cls) -> Self:
        """Return the embedding that ships with paperlark; loaded once in a process."""
        return cls(*_load_shipped())

    def embed(self, texts: Sequence[TermCounts]) -> Vectors:
        """Return a (texts, dimensions) matrix of unit rows; zero where no term is known."""
        counts = rows_in(texts, self._ids)
        return unit(np.asarray(counts @ self._rows, dtype=np.float32))


@cache
def _load_shipped() -> tuple[TermIds, Vectors, str]:
    packed = files("paperlark.rankers.model").joinpath("space.npz").read_bytes()
    fingerprint = hashlib.sha256(packed).hexdigest()[:16]
    with np.load(BytesIO(packed), allow_pickle=False) as model:
        scales = model["scales"].astype(np.float32)
        return model["ids"], model["rows"].astype(np.float32) * scales[:, None], fingerprint


class PaperEncoder:
    """Tokenize and embed papers, each version once for all days and readers of a process."""

    def __init__(self, embedding: Embedding) -> None:
        self.embedding = embedding
        self._cache: dict[tuple[str, int], tuple[TermCounts, Vectors]] = {}

    def encode(self, papers: Sequence[Paper]) -> tuple[list[TermCounts], Vectors]:
        """Return each paper's term counts and embedding, (papers, dimensions) with unit rows.

        The title counts twice.
        """
        texts = {
            (paper.id, paper.version): (paper.title, paper.title, paper.abstract)
            for paper in papers
            if (paper.id, paper.version) not in self._cache
        }
        for start in range(0, len(texts), _BATCH):
            keys = list(islice(texts, start, start + _BATCH))
            counts = tokenize_each([texts[key] for key in keys])
            encoded = zip(counts, self.embedding.embed(counts), strict=True)
            self._cache.update(zip(keys, encoded, strict=True))
        known = [self._cache[paper.id, paper.version] for paper in papers]
        while len(self._cache) > _CACHED_PAPERS:
            del self._cache[next(iter(self._cache))]
        rows = np.array([vector for _, vector in known], dtype=np.float32)
        return [counts for counts, _ in known], rows.reshape(len(known), -1)


def unit(rows: Vectors) -> Vectors:
    """Scale each row to Euclidean length 1; a zero row stays zero."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    result: Vectors = np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)
    return result


def pack(vectors: Vectors) -> list[bytes]:
    """Return each row as bytes for the store: half precision, little-endian."""
    return [row.tobytes() for row in vectors.astype(_PACKED)]


def unpack(vectors: bytes, count: int) -> Vectors:
    """Return `count` packed vectors, one after the other in `vectors`, as rows."""
    return np.frombuffer(vectors, _PACKED).reshape(count, -1).astype(np.float32)
