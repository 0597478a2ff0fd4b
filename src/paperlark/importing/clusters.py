"""Cluster papers by subject: average linkage of their embeddings, then spherical k-means.

Nothing is drawn at random, so the same papers give the same clusters in any order.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paperlark.domain.paper import Paper
from paperlark.importing.linkage import Labels, average_linkage, cut
from paperlark.rankers.embedding import Embedding, PaperEncoder, Vectors, unit

MOST_CLUSTERS = 8
MOST_COMPARED = 1_000
"""Papers that average linkage compares with each other; it takes time quadratic in them."""
_ROUNDS = 20
"""Rounds of k-means; it hardly ever needs ten."""


def cluster_count(papers: int) -> int:
    """Return how many clusters: the root of half the papers, 1 to 8, as a rule of thumb has it."""
    return int(min(MOST_CLUSTERS, max(1, round((papers / 2) ** 0.5))))


def cluster_papers(papers: Sequence[Paper]) -> tuple[tuple[Paper, ...], ...]:
    """Return the clusters, largest first; in each the most typical paper first."""
    papers = sorted(papers, key=lambda paper: (paper.id, paper.version))
    if not papers:
        return ()
    _, vectors = PaperEncoder(Embedding.shipped()).encode(papers)
    labels = _labels(vectors, cluster_count(len(papers)))
    clusters = []
    for label in range(labels.max() + 1):
        members = np.flatnonzero(labels == label)
        typical = vectors[members] @ vectors[members].mean(axis=0)
        order = members[np.argsort(-typical.round(6), kind="stable")]
        clusters.append(tuple(papers[at] for at in order))
    return tuple(sorted(clusters, key=lambda one: (-len(one), one[0].id)))


def _labels(vectors: Vectors, count: int) -> Labels:
    """Return each paper's cluster, from 0 on, none empty; at most `count` of them."""
    if count == 1:
        return np.zeros(len(vectors), dtype=np.int64)
    # What all have in common tells none apart.
    centred = unit((vectors - vectors.mean(axis=0)).astype(np.float32))
    some = np.linspace(0, len(vectors) - 1, min(len(vectors), MOST_COMPARED)).astype(int)
    labels = _nearest(centred, _seeds(centred[some], count))
    for _ in range(_ROUNDS):
        moved = _nearest(centred, _centres(centred, labels))
        if np.array_equal(moved, labels):
            break
        labels = moved
    result: Labels = np.unique(labels, return_inverse=True)[1]
    return result


def _seeds(vectors: Vectors, count: int) -> Vectors:
    """Return the centres of the largest clusters: the tree is cut until `count` are large enough.

    Average linkage puts outliers into clusters of their own, which are no topics.
    """
    distances = np.clip(1 - vectors @ vectors.T, 0, 2).astype(np.float64).round(6)
    # The last digit of a product may depend on which vector comes first.
    merges = average_linkage(np.minimum(distances, distances.T))
    best: tuple[int, Labels, Labels] | None = None
    for clusters in range(count, min(4 * count, len(vectors)) + 1):
        labels = cut(merges, clusters)
        sizes = np.bincount(labels)
        large = np.flatnonzero(sizes >= max(2, len(vectors) // 25))
        if best is None or len(large) > best[0]:
            best = len(large), labels, large[np.argsort(-sizes[large], kind="stable")][:count]
        if len(large) >= count:
            break
    if best is None or not len(best[2]):
        return _centres(vectors, np.zeros(len(vectors), dtype=np.int64))
    return unit(np.stack([vectors[best[1] == one].mean(axis=0) for one in best[2]]))


def _centres(vectors: Vectors, labels: Labels) -> Vectors:
    """Return the mean direction of each cluster that has papers."""
    return unit(np.stack([vectors[labels == one].mean(axis=0) for one in np.unique(labels)]))


def _nearest(vectors: Vectors, centres: Vectors) -> Labels:
    labels: Labels = (vectors @ centres.T).round(6).argmax(axis=1)
    return labels
