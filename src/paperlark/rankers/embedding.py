"""Papers as vectors: text embedding, and the statistics of a corpus that weight and centre it.

An embedding maps hashed terms to vectors, so that texts on one subject point the same way.

The term vectors ship with paperlark. `make model` learns them from abstracts of all fields of
arXiv, with the objective that a title finds its own abstract, and one half of an abstract the
other, among a thousand abstracts of the same field; `model/provenance.json` says how and from what.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from io import BytesIO
from itertools import chain, islice
from typing import TYPE_CHECKING, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.code import code_fingerprint
from paperlark.domain.paper import Paper, PaperId
from paperlark.ports import PaperEncodings
from paperlark.rankers.sparse import CsrMatrix
from paperlark.rankers.tokens import TermCounts, TermIds, places, rows_in, rows_of, tokenize_each

if TYPE_CHECKING:
    from paperlark.rankers.training_data import Background

Vectors = NDArray[np.float32]

_CACHED_PAPERS = 40_000
"""Papers kept in memory: about 60 days of the largest categories, 60 MB."""

_CACHED_COSINES = 2**24
"""Cosines of words kept for one corpus, 64 MB."""

_BATCH = 256
"""Papers tokenized at a time: larger batches are no faster and take memory."""

_PACKED = np.dtype("<f2")
"""Stored vectors: half precision, little-endian."""


class Embedding:
    """Embed texts as the weighted sum of their terms' vectors.

    ids: (terms,) uint32, ascending
    rows: (terms, dimensions) int8, a vector per term of `ids`, in units of its scale
    scales: (terms,) float32
    """

    def __init__(
        self, ids: TermIds, rows: NDArray[np.int8], scales: Vectors, fingerprint: str
    ) -> None:
        self._ids = ids
        self._rows = rows
        self._scales = scales
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
        found, counts = rows_of(texts)
        known, at = places(self._ids, found)
        return unit(counts.columns(known).times_dense(self._vectors(at)))

    def embed_one(self, text: TermCounts) -> Vectors:
        """Return the embedding of a single text, (1, dimensions)."""
        known, at = places(self._ids, text.ids)
        return unit((text.weights[known] @ self._vectors(at))[np.newaxis])

    def term_lengths(self, terms: TermIds) -> Vectors:
        """Return the length of each term's vector, (terms,), 0 where it is unknown.

        It says how much a term tells of a text's subject, by learning: `results` 0.4, `cache` 7.3.
        """
        if not len(self._ids):
            return np.zeros(len(terms), np.float32)
        at = np.searchsorted(self._ids, terms).clip(max=len(self._ids) - 1)
        lengths = np.linalg.norm(self._vectors(at), axis=1)
        return np.where(self._ids[at] == terms, lengths, 0).astype(np.float32)

    def _vectors(self, at: NDArray[np.int64]) -> Vectors:
        """Return the vectors of some terms; those of all would take 40 MB and longer than a day."""
        return np.multiply(self._rows[at], self._scales[at, np.newaxis], dtype=np.float32)


@cache
def _load_shipped() -> tuple[TermIds, NDArray[np.int8], Vectors, str]:
    packed = files("paperlark.rankers.model").joinpath("space.npz").read_bytes()
    fingerprint = hashlib.sha256(packed).hexdigest()[:16]
    with np.load(BytesIO(packed), allow_pickle=False) as model:
        return model["ids"], model["rows"], model["scales"].astype(np.float32), fingerprint


_Version = tuple[PaperId, int, int]
"""A paper's id, version and text: what two readers imported as one version may differ."""


def _version_of(paper: Paper) -> _Version:
    return paper.id, paper.version, hash((paper.title, paper.abstract))


KEY = np.dtype([("high", "<u8"), ("low", "<u8")])
"""The 16 bytes that name an encoding, as two numbers."""
Keys: TypeAlias = NDArray[np.void]


def distinct_keys(keys: Sequence[Keys]) -> Keys:
    """Return each key once, ascending by its first half, which tells papers apart."""
    every = np.concatenate([np.zeros(0, KEY), *keys])
    _, first = np.unique(every["high"], return_index=True)
    return every[first]


class PaperEncoder:
    """Tokenize and embed papers, each text once: kept in memory and, where there is one, a store.

    Encodings are kept by the text that they were made from, so an old one is never taken for new.
    """

    def __init__(self, embedding: Embedding, store: PaperEncodings | None = None) -> None:
        self.embedding = embedding
        self._store = store
        self._cache: dict[_Version, tuple[TermCounts, Vectors]] = {}
        self._keys: dict[_Version, bytes] = {}
        self._named: dict[bytes, Vectors] = {}

    def encode(self, papers: Sequence[Paper]) -> tuple[list[TermCounts], Vectors]:
        """Return each paper's term counts and embedding, (papers, dimensions) with unit rows.

        The title counts twice.
        """
        versions = [_version_of(paper) for paper in papers]
        new = {
            version: paper
            for version, paper in zip(versions, papers, strict=True)
            if version not in self._cache
        }
        stored = self._find(new)
        self._cache.update(stored)
        self._encode({key: paper for key, paper in new.items() if key not in stored})
        known = [self._cache[version] for version in versions]
        for kept in (self._cache, self._keys):
            while len(kept) > _CACHED_PAPERS:
                del kept[next(iter(kept))]
        rows = np.array([vector for _, vector in known], dtype=np.float32)
        return [counts for counts, _ in known], rows.reshape(len(known), self.embedding.dimensions)

    def keys(self, papers: Sequence[Paper]) -> Keys:
        """Return what names each paper's encoding: (papers,), a fingerprint of its text."""
        named = b"".join(self._made_of(paper) for paper in papers)
        return np.frombuffer(named, KEY)

    def embeddings(self, keys: Keys, texts: Callable[[], Iterable[Paper]]) -> Vectors:
        """Return the embeddings of papers by their keys: (papers, dimensions).

        They are looked for in memory, then in the store; where one is in neither, all papers
        that `texts` returns are encoded again. Raises KeyError where it is not among them either.
        """
        names = [one.tobytes() for one in keys]
        new = [name for name in names if name not in self._named]
        if new and self._store is not None:
            found = self._sound(self._store.find(new))
            self._named |= {name: vector for name, (_, vector) in found.items()}
        if any(name not in self._named for name in new):
            papers = list(texts())
            _, vectors = self.encode(papers)
            self._named |= {
                self._made_of(one): row for one, row in zip(papers, vectors, strict=True)
            }
        rows = [self._named[name] for name in names]
        if len(self._named) > _CACHED_PAPERS:
            self._named.clear()
        return np.array(rows, dtype=np.float32).reshape(len(keys), self.embedding.dimensions)

    def _find(self, papers: Mapping[_Version, Paper]) -> dict[_Version, tuple[TermCounts, Vectors]]:
        if self._store is None or not papers:
            return {}
        keys = {self._made_of(paper): key for key, paper in papers.items()}
        found = self._sound(self._store.find(keys))
        return {keys[made_of]: encoding for made_of, encoding in found.items()}

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

    def _sound(self, kept: Mapping[bytes, bytes]) -> dict[bytes, tuple[TermCounts, Vectors]]:
        """Unpack kept encodings, without those that are damaged: they are made anew."""
        content = {
            made_of: memoryview(packed)[_CHECKSUM:]
            for made_of, packed in kept.items()
            if packed[:_CHECKSUM] == _checksum(memoryview(packed)[_CHECKSUM:])
        }
        encodings = _unpack_each(list(content.values()), self.embedding.dimensions)
        return dict(zip(content, encodings, strict=True))

    def _made_of(self, paper: Paper) -> bytes:
        version = _version_of(paper)
        if version not in self._keys:
            code = code_fingerprint(*ENCODED_BY)
            text = f"{code} {self.embedding.fingerprint}\0{paper.title}\0{paper.abstract}"
            made = hashlib.blake2b(text.encode(errors="replace"), digest_size=KEY.itemsize)
            self._keys[version] = made.digest()
        return self._keys[version]


ENCODED_BY = ("paperlark.rankers", "paperlark.domain")
"""The packages that decide how a text is encoded and what is learned from it."""


_CHECKSUM = 4
"""Bytes of a checksum."""


def _checksum(content: bytes | memoryview) -> bytes:
    return zlib.crc32(content).to_bytes(_CHECKSUM, "little")


def _pack(counts: TermCounts, vector: Vectors) -> bytes:
    content = vector.astype("<f4").tobytes() + counts.pack()
    return _checksum(content) + content


def _unpack_each(
    packed: Sequence[memoryview], dimensions: int
) -> Iterator[tuple[TermCounts, Vectors]]:
    size = 4 * dimensions
    vectors = np.frombuffer(b"".join(one[:size] for one in packed), "<f4")
    counts = TermCounts.unpack_each([one[size:] for one in packed])
    return zip(counts, vectors.reshape(len(packed), dimensions), strict=True)


@dataclass(frozen=True, eq=False)
class CorpusStats:
    """Papers as rows, with the inverse document frequency and the centroid that weigh them.

    ids: (terms,) uint32, ascending: the columns of `words`
    idf: (terms,) float64, BM25 inverse document frequency, above 0
    words: (papers, terms) sparse float64, (1 + ln count) x idf, unit rows
    vectors: (papers, dimensions) float32, embeddings less the centroid, unit rows
    centroid: (dimensions,) float32, the mean embedding
    """

    ids: TermIds
    idf: NDArray[np.float64]
    words: CsrMatrix
    vectors: Vectors
    centroid: Vectors

    @classmethod
    def of(cls, counts: Sequence[TermCounts], embeddings: Vectors) -> Self:
        """Compute the statistics of papers given by term counts and embeddings, in one order."""
        ids, rows = rows_of(counts)
        found = rows.in_columns()
        # As in BM25 with 1 added inside the logarithm: above 0 even for a single paper.
        idf = np.log(1 + (len(counts) - found + 0.5) / (found + 0.5))
        width = embeddings.shape[1]
        centroid = embeddings.mean(axis=0) if len(counts) else np.zeros(width, np.float32)
        return cls(ids, idf, _weighted(rows, idf), _centred(embeddings, centroid), centroid)

    def word_rows(self, counts: Sequence[TermCounts]) -> CsrMatrix:
        """Weight other texts like `words`: (texts, terms), terms unknown to the corpus left out."""
        return _weighted(rows_in(counts, self.ids), self.idf)

    def word_cosines(self, rows: CsrMatrix) -> NDArray[np.float64]:
        """Return the cosines of other rows of words with every paper's: (texts, papers).

        Of a few terms only their own papers are looked at.
        """
        return rows.times_sparse(self._papers_by_term)

    def mean_word_cosines(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the mean cosine of these papers' words with every paper's: (papers,).

        The papers that the criteria of many readers name first are few: theirs are kept.
        """
        kept = self._cosines_of_rows
        new = [row for row in rows.tolist() if row not in kept]
        if new:
            found = self.word_cosines(self.words.rows(np.array(new))).astype(np.float32)
            kept.update(zip(new, found, strict=True))
        mean: NDArray[np.float64] = np.mean(
            [kept[row] for row in rows.tolist()], axis=0, dtype=np.float64
        )
        while len(kept) * mean.size > _CACHED_COSINES:
            del kept[next(iter(kept))]
        return mean

    @cached_property
    def _cosines_of_rows(self) -> dict[int, Vectors]:
        return {}

    @cached_property
    def _papers_by_term(self) -> CsrMatrix:
        """The transpose of `words`: (terms, papers)."""
        return self.words.transposed()

    def centre(self, embeddings: Vectors) -> Vectors:
        """Centre other texts' embeddings like `vectors`: (texts, dimensions), unit rows."""
        return _centred(embeddings, self.centroid)


class Corpora:
    """Builds the corpus of some papers once for all readers who rank it; keeps the latest two."""

    def __init__(self, encoder: PaperEncoder) -> None:
        self._encoder = encoder
        self._built: dict[tuple[_Version, ...], CorpusStats] = {}

    def of(self, papers: Sequence[Paper]) -> CorpusStats:
        """Return the corpus of these papers, a row each, in this order."""
        key = tuple(map(_version_of, papers))
        corpus = self._built.pop(key, None) or CorpusStats.of(*self._encoder.encode(papers))
        self._built[key] = corpus
        while len(self._built) > _KEPT:
            del self._built[next(iter(self._built))]
        return corpus


_KEPT = 2
"""Corpora of a day: that of its papers, and that of the papers before it to learn from."""


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
    words: CsrMatrix
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
        today = corpus.words.between(0, len(papers))
        columns = np.flatnonzero(today.in_columns())
        keys = encoder.keys(rows)
        return cls(
            papers=papers,
            background=background,
            corpus=corpus,
            terms=corpus.ids[columns],
            words=today.columns(columns),
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


def distinct(*papers: Sequence[Paper]) -> tuple[Paper, ...]:
    """Return each version of a paper once, in this order."""
    known: dict[tuple[PaperId, int], Paper] = {}
    for one in chain(*papers):
        known.setdefault((one.id, one.version), one)
    return tuple(known.values())


def _centred(embeddings: Vectors, centroid: Vectors) -> Vectors:
    """Subtract the centroid and scale to length 1; zero rows (no known term) stay zero."""
    known = np.any(embeddings != 0, axis=1, keepdims=True)
    return unit(np.where(known, embeddings - centroid, 0).astype(np.float32))


def _weighted(counts: CsrMatrix, idf: NDArray[np.float64]) -> CsrMatrix:
    """Multiply each column by its idf and scale each row to length 1; (texts, terms)."""
    values = counts.data * idf[counts.indices]
    row = counts.row_numbers()
    length = np.sqrt(np.bincount(row, values * values, minlength=counts.shape[0]))
    values /= np.where(length > 0, length, 1)[row]
    return counts.with_data(values)


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
