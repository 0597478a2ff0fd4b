"""Papers as vectors: text embedding.

An embedding maps hashed terms to vectors, so that texts on one subject point the same way.

The term vectors ship with paperlark. `make model` learns them from abstracts of all fields of
arXiv, with the objective that a title finds its own abstract, and one half of an abstract the
other, among a thousand abstracts of the same field; `model/provenance.json` says how and from what.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO
from itertools import islice
from typing import Self

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.code import code_fingerprint
from paperlark.domain.paper import Paper, PaperId
from paperlark.ports import PaperEncodings
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

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return int(self._rows.shape[1])

    @classmethod
    def shipped(cls) -> Self:
        """Return the embedding that ships with paperlark; loaded once in a process."""
        return cls(*_load_shipped())

    def embed(self, texts: Sequence[TermCounts]) -> Vectors:
        """Return a (texts, dimensions) matrix of unit rows; zero where no term is known."""
        counts = rows_in(texts, self._ids)
        return unit(np.asarray(counts @ self._rows, dtype=np.float32))

    def term_lengths(self, terms: TermIds) -> Vectors:
        """Return the length of each term's vector, (terms,), 0 where it is unknown.

        It says how much a term tells of a text's subject, by learning: `results` 0.4, `cache` 7.3.
        """
        if not len(self._ids):
            return np.zeros(len(terms), np.float32)
        at = np.searchsorted(self._ids, terms).clip(max=len(self._ids) - 1)
        lengths = np.linalg.norm(self._rows[at], axis=1)
        return np.where(self._ids[at] == terms, lengths, 0).astype(np.float32)


@cache
def _load_shipped() -> tuple[TermIds, Vectors, str]:
    packed = files("paperlark.rankers.model").joinpath("space.npz").read_bytes()
    fingerprint = hashlib.sha256(packed).hexdigest()[:16]
    with np.load(BytesIO(packed), allow_pickle=False) as model:
        scales = model["scales"].astype(np.float32)
        return model["ids"], model["rows"].astype(np.float32) * scales[:, None], fingerprint


_Version = tuple[PaperId, int]


class PaperEncoder:
    """Tokenize and embed papers, each text once: kept in memory and, where there is one, a store.

    Encodings are kept by the text that they were made from, so an old one is never taken for new.
    """

    def __init__(self, embedding: Embedding, store: PaperEncodings | None = None) -> None:
        self.embedding = embedding
        self._store = store
        self._cache: dict[_Version, tuple[TermCounts, Vectors]] = {}

    def encode(self, papers: Sequence[Paper]) -> tuple[list[TermCounts], Vectors]:
        """Return each paper's term counts and embedding, (papers, dimensions) with unit rows.

        The title counts twice.
        """
        new = {
            (paper.id, paper.version): paper
            for paper in papers
            if (paper.id, paper.version) not in self._cache
        }
        kept = self._find(new)
        self._cache.update(kept)
        self._encode({key: paper for key, paper in new.items() if key not in kept})
        known = [self._cache[paper.id, paper.version] for paper in papers]
        while len(self._cache) > _CACHED_PAPERS:
            del self._cache[next(iter(self._cache))]
        rows = np.array([vector for _, vector in known], dtype=np.float32)
        return [counts for counts, _ in known], rows.reshape(len(known), self.embedding.dimensions)

    def _find(self, papers: Mapping[_Version, Paper]) -> dict[_Version, tuple[TermCounts, Vectors]]:
        if self._store is None or not papers:
            return {}
        keys = {self._made_of(paper): key for key, paper in papers.items()}
        found = self._store.find(keys)
        return {keys[made_of]: self._unpack(content) for made_of, content in found.items()}

    def _encode(self, papers: Mapping[_Version, Paper]) -> None:
        new = iter(papers.items())
        while batch := dict(islice(new, _BATCH)):
            counts = tokenize_each([(one.title, one.title, one.abstract) for one in batch.values()])
            encoded = zip(counts, self.embedding.embed(counts), strict=True)
            self._cache.update(zip(batch, encoded, strict=True))
        if self._store is not None and papers:
            self._store.keep(
                {self._made_of(paper): _pack(*self._cache[key]) for key, paper in papers.items()}
            )

    def _unpack(self, content: bytes) -> tuple[TermCounts, Vectors]:
        vector = np.frombuffer(content, "<f4", self.embedding.dimensions)
        return TermCounts.unpack(content[vector.nbytes :]), vector

    def _made_of(self, paper: Paper) -> bytes:
        code = code_fingerprint(*ENCODED_BY)
        text = f"{code} {self.embedding.fingerprint}\0{paper.title}\0{paper.abstract}"
        return hashlib.blake2b(text.encode(errors="replace"), digest_size=16).digest()


ENCODED_BY = ("paperlark.rankers", "paperlark.domain")
"""The packages that decide how a text is encoded and what is learned from it."""


def _pack(counts: TermCounts, vector: Vectors) -> bytes:
    return vector.astype("<f4").tobytes() + counts.pack()


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
