from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.archive import PaperVector, VectorChunk
from paperlark.domain.paper import PaperId
from paperlark.rankers.embedding import pack, unit
from paperlark.rankers.knn import Neighbour, knn_log_odds, nearest_earlier

MONDAY = date(2025, 2, 24)


def test_a_paper_is_predicted_by_the_labels_of_its_neighbours() -> None:
    known = np.array([[1.0, 0], [0, 1]], dtype=np.float32)
    found = knn_log_odds(known, known, np.array([1.0, 0.0]), np.ones(2), 0.1)
    assert found.log_odds[0] > 3
    assert found.log_odds[1] < -3
    assert found.nearest.tolist() == [0, -1]


def test_without_neighbours_the_prediction_is_the_base_rate() -> None:
    zero = np.zeros((2, 2), dtype=np.float32)
    found = knn_log_odds(zero, zero, np.array([1.0, 0.0]), np.ones(2), 0.1)
    assert found.log_odds == pytest.approx([np.log(1 / 9)] * 2)
    assert found.nearest.tolist() == [-1, -1]


@st.composite
def archives(draw: st.DrawFn) -> tuple[list[PaperVector], list[PaperVector]]:
    """Draw query vectors and an archive: few directions, so that ties are many."""
    count, queries = draw(st.integers(0, 40)), draw(st.integers(1, 6))
    corners = st.tuples(*[st.sampled_from([-1.0, 0.0, 0.5, 1.0])] * 3)
    vectors = draw(st.lists(corners, min_size=count + queries, max_size=count + queries))
    days = draw(st.lists(st.integers(0, 5), min_size=count, max_size=count))
    packed = pack(unit(np.array(vectors, dtype=np.float32).reshape(-1, 3)))
    vectors_of_days = [
        PaperVector(PaperId(f"2502.{at:05}"), MONDAY + timedelta(day), "", vector)
        for at, (day, vector) in enumerate(
            zip([*days, *(draw(st.integers(0, 6)) for _ in range(queries))], packed, strict=True)
        )
    ]
    return vectors_of_days[count:], vectors_of_days[:count]


def chunks(vectors: Sequence[PaperVector], size: int) -> list[VectorChunk]:
    parts = [vectors[start : start + size] for start in range(0, len(vectors), size)]
    return [
        VectorChunk(
            tuple(one.paper_id for one in part),
            tuple(one.day for one in part),
            b"".join(one.vector for one in part),
        )
        for part in parts
    ]


def cosine(one: PaperVector, other: PaperVector) -> float:
    left, right = (np.frombuffer(vector.vector, "<f2").astype(float) for vector in (one, other))
    return min(round(float(left @ right), 4), 1.0)


@given(archives(), st.integers(1, 4), st.integers(1, 50))
def test_the_nearest_earlier_papers_are_found_whatever_the_size_of_a_chunk(
    drawn: tuple[list[PaperVector], list[PaperVector]], limit: int, size: int
) -> None:
    queries, archive = drawn
    found = nearest_earlier(queries, chunks(archive, size), min_similarity=0.6, limit=limit)
    for query, near in zip(queries, found, strict=True):
        every = [
            Neighbour(cosine(query, other), other.day, other.paper_id)
            for other in archive
            if other.day < query.day and cosine(query, other) >= 0.6
        ]
        every.sort(key=lambda one: (-one.similarity, one.day, one.paper_id))
        assert near == tuple(every[:limit])
