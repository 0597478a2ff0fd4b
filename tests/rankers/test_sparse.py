from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from paperlark.rankers import sparse
from paperlark.rankers.sparse import CsrMatrix, Numbers, ends, stable_order


def _csr(dense: Numbers) -> CsrMatrix:
    rows, columns = np.nonzero(dense)
    lengths = np.bincount(rows, minlength=len(dense))
    return CsrMatrix(dense[rows, columns], columns.astype(np.int32), ends(lengths), dense.shape[1])


def _dense(matrix: CsrMatrix) -> Numbers:
    result = np.zeros(matrix.shape)
    result[matrix.row_numbers(), matrix.indices] = matrix.data
    return result


@st.composite
def _matrices(draw: st.DrawFn, columns: int | None = None) -> Numbers:
    """Draw matrices with many zeros, with empty rows and columns, and without any."""
    shape = draw(st.integers(0, 7)), draw(st.integers(1, 7)) if columns is None else columns
    values = st.sampled_from([0.0, 0.0, 0.0, 1.0, -2.0, 0.5])
    cells = draw(st.lists(values, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
    return np.array(cells).reshape(shape)


@given(dense=_matrices(), piece=st.sampled_from([1, 3, 2**17]))
def test_products_are_those_of_the_dense_matrix(dense: Numbers, piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sparse, "_PIECE", piece)
        matrix = _csr(dense)
        rows, columns = dense.shape
        assert (
            matrix.times(np.arange(columns, dtype=np.float64)).tolist()
            == (dense @ (np.arange(columns, dtype=np.float64))).tolist()
        )
        assert (
            matrix.transposed_times(np.arange(rows, dtype=np.float64)).tolist()
            == (dense.T @ (np.arange(rows, dtype=np.float64))).tolist()
        )


@given(left=_matrices(columns=5), right=_matrices(columns=5))
def test_a_product_of_two_is_that_of_the_dense_matrices(left: Numbers, right: Numbers) -> None:
    found = _csr(left).times_sparse(_csr(right).transposed())
    assert found.tolist() == (left @ right.T).tolist()


@given(dense=_matrices(columns=5))
def test_a_product_with_a_dense_matrix_is_that_of_the_dense_one(dense: Numbers) -> None:
    other = np.arange(15, dtype=np.float32).reshape(5, 3)
    assert _csr(dense).times_dense(other) == pytest.approx(dense @ other)


@given(dense=_matrices(), data=st.data())
def test_rows_and_columns_are_those_asked_for(dense: Numbers, data: st.DataObject) -> None:
    matrix, (rows, columns) = _csr(dense), dense.shape
    if rows:
        at = np.array(data.draw(st.lists(st.integers(0, rows - 1))), dtype=np.int64)
        assert _dense(matrix.rows(at)).tolist() == dense[at].tolist()
    some = np.array(data.draw(st.lists(st.integers(0, columns - 1), unique=True)), dtype=np.int64)
    assert _dense(matrix.columns(some)).tolist() == dense[:, some].tolist()
    first, last = sorted(data.draw(st.tuples(st.integers(0, rows), st.integers(0, rows))))
    assert _dense(matrix.between(first, last)).tolist() == dense[first:last].tolist()
    each = [_dense(row)[0].tolist() for row in matrix.each_row()]
    assert each == dense.tolist()


@given(dense=_matrices())
def test_the_transpose_is_that_of_the_dense_matrix(dense: Numbers) -> None:
    matrix = _csr(dense)
    assert _dense(matrix.transposed()).tolist() == dense.T.tolist()
    assert matrix.in_columns().tolist() == np.count_nonzero(dense, axis=0).tolist()
    again = matrix.transposed().transposed()
    assert again.indices.tolist() == matrix.indices.tolist()
    assert again.indptr.tolist() == matrix.indptr.tolist()


@given(st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 3)))
def test_numbers_are_ordered_and_equals_keep_their_order(numbers: list[int]) -> None:
    found: NDArray[np.int32] = stable_order(np.array(numbers, dtype=np.uint32))
    assert found.tolist() == sorted(range(len(numbers)), key=lambda at: numbers[at])


def test_a_row_is_summed_alike_wherever_it_stands() -> None:
    """Kept and fresh state, and readers in any company, agree to the last bit by this."""
    random = np.random.default_rng(0)
    lengths = random.integers(1, 300, 500)
    columns = [np.sort(random.choice(1_000, size, replace=False)) for size in lengths]
    indices = np.concatenate(columns).astype(np.int32)
    matrix = CsrMatrix(random.normal(size=len(indices)), indices, ends(lengths), 1_000)
    vector, dense = random.normal(size=1_000), random.normal(size=(1_000, 40)).astype(np.float32)
    shuffled = random.permutation(500)
    assert np.array_equal(matrix.rows(shuffled).times(vector), matrix.times(vector)[shuffled])
    words = matrix.with_data(matrix.data.astype(np.float32))
    whole = words.times_dense(dense)
    assert np.array_equal(words.rows(shuffled).times_dense(dense), whole[shuffled])
    alone = [row.times_dense(dense)[0] for row in words.each_row()]
    assert np.array_equal(np.array(alone), whole)
