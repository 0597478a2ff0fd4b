"""The shipped space: terms as directions, so that texts on one subject point the same way.

Learnt by `make model` from abstracts of all fields of arXiv: a title has to find its own
abstract, and one half of an abstract the other, among a thousand neighbours of their field.
How and from what is written beside it, in `model/provenance.json`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from paperlark.rankers.reading import Bag, TermIds

Vectors = NDArray[np.float32]


class Space:
    """Gives texts a place: `rows` of one direction per term of `ids`, which ascend."""

    def __init__(self, ids: TermIds, rows: Vectors) -> None:
        self._ids = ids
        self._rows = rows

    @classmethod
    def shipped(cls) -> Self:
        """Open the space that came with paperlark; read once in a process."""
        return cls(*_shipped())

    def place(self, bags: list[Bag]) -> Vectors:
        """Give each text's direction, of length 1; of length 0 where no term is known."""
        ids = np.concatenate([bag.ids for bag in bags]) if bags else np.zeros(0, np.uint32)
        column = np.minimum(np.searchsorted(self._ids, ids), len(self._ids) - 1)
        known = self._ids[column] == ids
        weights = np.concatenate([bag.weights for bag in bags]) if bags else np.zeros(0, np.float32)
        ends = np.cumsum([0, *(len(bag.ids) for bag in bags)])
        # Unknown terms keep their place with weight 0: no second pass to count what is left.
        texts = sparse.csr_matrix(
            (np.where(known, weights, 0).astype(np.float32), column, ends),
            shape=(len(bags), len(self._ids)),
        )
        return unit(np.asarray(texts @ self._rows, dtype=np.float32))


@cache
def _shipped() -> tuple[TermIds, Vectors]:
    packed = files("paperlark.rankers.model").joinpath("space.npz").read_bytes()
    with np.load(BytesIO(packed), allow_pickle=False) as model:
        scales = model["scales"].astype(np.float32)
        return model["ids"], model["rows"].astype(np.float32) * scales[:, None]


def unit(rows: Vectors) -> Vectors:
    """Scale each row to length 1; a row of zeros stays one."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    result: Vectors = np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)
    return result
