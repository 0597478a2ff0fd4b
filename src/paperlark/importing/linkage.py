"""Hierarchical clustering by average linkage (UPGMA): always merge the two nearest clusters.

The distance of two clusters is the mean over the pairs of their members. Time is quadratic in the
members, as each cluster's nearest one is remembered between merges (Anderberg 1973).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]
Merge = tuple[int, int]
"""The cluster that stays and the one that it takes in, each named by one of its members."""


def average_linkage(distances: NDArray[np.float64]) -> list[Merge]:
    """Return the merges in their order, nearest first, until one cluster is left.

    distances: (members, members) symmetric, 0 or more. Of equal ones the first pair is merged.
    """
    between = distances.copy()
    np.fill_diagonal(between, np.inf)
    sizes = np.ones(len(between))
    nearest = between.argmin(axis=1) if len(between) else np.zeros(0, dtype=np.int64)
    least = between[np.arange(len(between)), nearest]
    merges = []
    for _ in range(len(between) - 1):
        first = int(least.argmin())
        left, right = sorted((first, int(nearest[first])))
        merges.append((left, right))
        both = sizes[left] + sizes[right]
        mean = (sizes[left] * between[left] + sizes[right] * between[right]) / both
        mean[[left, right]] = np.inf
        sizes[left] = both
        between[left] = between[:, left] = mean
        between[right] = between[:, right] = np.inf
        # A mean is never below the lesser of two: of others, the nearest one stays it.
        changed = (nearest == left) | (nearest == right)
        changed[[left, right]] = True, False
        rows = np.flatnonzero(changed & np.isfinite(least))
        nearest[rows] = between[rows].argmin(axis=1)
        least[rows] = between[rows, nearest[rows]]
        least[right] = np.inf
    return merges


def cut(merges: list[Merge], clusters: int) -> Labels:
    """Return each member's cluster, from 0 on, where the merges end at so many clusters."""
    member = np.arange(len(merges) + 1)
    for stays, taken in merges[: max(0, len(member) - clusters)]:
        member[member == taken] = stays
    result: Labels = np.unique(member, return_inverse=True)[1]
    return result
