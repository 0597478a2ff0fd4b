"""The shipped space: terms as directions, so that texts on one subject point the same way.

Learnt by `make model` from abstracts of all fields of arXiv: a title has to find its own
abstract, and one half of an abstract the other, among a thousand neighbours of their field.
How and from what is written beside it, in `model/provenance.json`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Self

import numpy as np
from numpy.typing import NDArray

from paperlark.rankers.tokens import TermCounts, TermIds, rows_in

Vectors = NDArray[np.float32]


class Embedding:
    """Gives texts a place: `rows` of one direction per term of `ids`, which ascend."""

    def __init__(self, ids: TermIds, rows: Vectors, fingerprint: str) -> None:
        self._ids = ids
        self._rows = rows
        self.fingerprint = fingerprint
        """Names the space by its content: places in another one say nothing here."""

    @classmethod
    def shipped(cls) -> Self:
        """Open the space that came with paperlark; read once in a process."""
        return cls(*_shipped())

    def place(self, bags: Sequence[TermCounts]) -> Vectors:
        """Give each text's direction, of length 1; of length 0 where no term is known."""
        texts = rows_in(bags, self._ids)
        return unit(np.asarray(texts @ self._rows, dtype=np.float32))


@cache
def _shipped() -> tuple[TermIds, Vectors, str]:
    packed = files("paperlark.rankers.model").joinpath("space.npz").read_bytes()
    fingerprint = hashlib.sha256(packed).hexdigest()[:16]
    with np.load(BytesIO(packed), allow_pickle=False) as model:
        scales = model["scales"].astype(np.float32)
        return model["ids"], model["rows"].astype(np.float32) * scales[:, None], fingerprint


def unit(rows: Vectors) -> Vectors:
    """Scale each row to length 1; a row of zeros stays one."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    result: Vectors = np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)
    return result
