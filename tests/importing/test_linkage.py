from __future__ import annotations

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from paperlark.importing.linkage import average_linkage, cut


def test_the_two_nearest_are_merged_first() -> None:
    # Points 0, 1, 5 and 7 on a line: {0, 1}, then {5, 7}, then all.
    points = np.array([0.0, 1, 5, 7])
    merges = average_linkage(np.abs(points[:, None] - points))
    assert merges == [(0, 1), (2, 3), (0, 2)]
    assert cut(merges, 4).tolist() == [0, 1, 2, 3]
    assert cut(merges, 2).tolist() == [0, 0, 1, 1]
    assert cut(merges, 1).tolist() == [0, 0, 0, 0]


def test_one_member_is_a_cluster() -> None:
    merges = average_linkage(np.zeros((1, 1)))
    assert merges == []
    assert cut(merges, 3).tolist() == [0]


def test_equal_members_are_merged_in_their_order() -> None:
    assert average_linkage(np.zeros((3, 3))) == [(0, 1), (0, 2)]


@pytest.mark.parametrize("seed", range(10))
def test_clusters_are_those_of_another_implementation(seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(60, 3))
    distances = np.linalg.norm(points[:, None] - points, axis=2)
    merges = average_linkage(distances)
    tree = linkage(squareform(distances, checks=False), "average")
    for clusters in (1, 2, 5, 20, 59):
        ours, theirs = cut(merges, clusters), fcluster(tree, clusters, criterion="maxclust")
        assert len(set(ours)) == clusters
        assert len(set(zip(ours, theirs, strict=True))) == len(set(theirs)) == clusters
