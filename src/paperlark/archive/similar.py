"""Find the papers of an archive that are most similar to one of them, by their stored vectors."""

from __future__ import annotations

import logging
from datetime import date
from typing import TYPE_CHECKING

from paperlark.domain.archive import PaperVector
from paperlark.domain.errors import StoreError
from paperlark.domain.paper import PaperId
from paperlark.domain.search import SearchQuery, SearchResult
from paperlark.renderers import typeset
from paperlark.settings import Settings
from paperlark.settings.identity import known
from paperlark.store.announcements import PaperTextStore
from paperlark.store.derived import VectorStore
from paperlark.store.readers import ReaderStore
from paperlark.store.reading import open_existing
from paperlark.store.search import SearchStore

if TYPE_CHECKING:
    from paperlark.rankers.embedding import Embedding

_log = logging.getLogger(__name__)


def similar_papers(settings: Settings, paper: PaperId, limit: int) -> tuple[SearchResult, ...]:
    """Return up to `limit` papers nearest to one, the nearest first, each with its cosine.

    Papers below the least cosine of a search by meaning are left out. Nothing is written: a paper
    without a stored vector, such as an imported one, is embedded for this once. Raises StoreError
    where the paper is not known, or there is no database.
    """
    from paperlark.rankers.embedding import Embedding  # noqa: PLC0415  # numpy: 0.1 s

    path = settings.database
    with open_existing(path, settings.profile.title, settings.output) as connection:
        name = known(settings, ReaderStore(connection, path)).profile.id
        texts, vectors = PaperTextStore(connection, path, name), VectorStore(connection, path)
        embedding = Embedding.shipped()
        query = _vector(paper, texts, vectors, embedding)
        nearest = _nearest(query, vectors, embedding, limit)
        _log.info("%d papers are similar to %s", len(nearest), paper)
        found = texts.find(nearest)
        shown = [one for one in nearest if one in found]
        store = SearchStore(connection, path, name, typeset.plain)
        statuses = store.statuses(SearchQuery(text=paper, terms=()), shown)
        return tuple(
            SearchResult(found[one], status, nearest[one])
            for one, status in zip(shown, statuses, strict=True)
        )


def _vector(
    paper: PaperId, texts: PaperTextStore, vectors: VectorStore, embedding: Embedding
) -> PaperVector:
    """Return the stored vector of a paper, or that of its text; nothing compares as later."""
    from paperlark.rankers.embedding import PaperEncoder, pack  # noqa: PLC0415  # likewise

    stored = vectors.find([paper], embedding.fingerprint).get(paper)
    if stored is not None:
        return PaperVector(paper, date.max, stored.title, stored.vector)
    text = texts.find([paper]).get(paper)
    if text is None:
        raise StoreError(
            f"{paper} is not in the archive", hint=f"import it: paperlark import {paper}"
        )
    _, rows = PaperEncoder(embedding).encode([text])
    return PaperVector(paper, date.max, text.title, pack(rows)[0])


def _nearest(
    query: PaperVector, vectors: VectorStore, embedding: Embedding, limit: int
) -> dict[PaperId, float]:
    from paperlark.rankers.knn import nearest_earlier  # noqa: PLC0415  # numpy: 0.1 s
    from paperlark.rankers.semantic_search import MIN_SIMILARITY  # noqa: PLC0415  # likewise

    chunks = vectors.before(date.max, embedding.fingerprint)
    # The paper itself is nearest, where it has a vector.
    (near,) = nearest_earlier([query], chunks, min_similarity=MIN_SIMILARITY, limit=limit + 1)
    others = [one for one in near if one.paper_id != query.paper_id]
    return {one.paper_id: one.similarity for one in others[:limit]}
