"""Codes and canonical codes, of single cells and of arrays."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.graphs import graphs, reordered

from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nasbench101 import Cell
from nasbench_db.nasbench101.canonical import FIRST_CODE, canonical_orders
from nasbench_db.nasbench101.packed import canonical_codes, pack, unpack
from nasbench_db.nasbench101.space import enumerate_cells, enumerate_codes, random_cell

SMALL = list(enumerate_cells(max_vertices=5))


def isomorphs(cell: Cell) -> list[Cell]:
    """All cells that are the pruned cell in another order of its vertices."""
    matrix, ops = cell.prune().matrix, cell.prune().ops
    last = len(ops) - 1
    found = []
    for order in permutations(range(1, last)):
        places = [0, *order, last]
        permuted = matrix[np.ix_(places, places)]
        if not np.tril(permuted).any():
            found.append(Cell(permuted, [ops[v] for v in places]))
    return found


@given(graphs())
def test_a_code_gives_back_the_pruned_cell(graph: tuple[list[list[int]], list[str]]) -> None:
    cell = Cell(*graph)
    assert Cell.from_code(cell.code) == cell.prune()


def test_a_code_worked_out_by_hand() -> None:
    # Vertices 0-1-2-3 in a chain: of the pairs 01 02 03 12 13 23 the first, fourth and sixth.
    chain = Cell.from_string("0100001000010000", "input,maxpool3x3,conv1x1-bn-relu,output")
    assert chain.code == FIRST_CODE[4] + 0b101001 * 9 + 2 * 3 + 1
    assert Cell.from_string("0100", "input,output").code == 1
    assert FIRST_CODE[:5] == [0, 0, 0, 2, 26]
    assert FIRST_CODE[-1] < 2**29


@given(st.data(), graphs())
def test_isomorphs_share_the_canonical_code_and_the_canonical_cell(
    data: st.DataObject, graph: tuple[list[list[int]], list[str]]
) -> None:
    cell = Cell(*graph)
    other = Cell(*data.draw(reordered(*graph)))
    assert other.canonical_code == cell.canonical_code
    assert other.canonical() == cell.canonical()
    assert cell.is_isomorphic(other)
    assert cell.canonical().hash == cell.hash
    assert cell.canonical().code == cell.canonical_code


@given(graphs())
def test_the_canonical_code_is_the_smallest_of_all(
    graph: tuple[list[list[int]], list[str]],
) -> None:
    cell = Cell(*graph)
    assert cell.canonical_code == min(isomorph.code for isomorph in isomorphs(cell))


@given(graphs(), graphs())
def test_canonical_codes_and_hashes_tell_the_same_cells_apart(
    one: tuple[list[list[int]], list[str]], other: tuple[list[list[int]], list[str]]
) -> None:
    a, b = Cell(*one), Cell(*other)
    assert (a.canonical_code == b.canonical_code) == (a.hash == b.hash) == a.is_isomorphic(b)


def test_there_are_as_many_orders_as_symmetries() -> None:
    # Four interior vertices side by side: all 24 orders of them look the same.
    star = Cell(
        [[0, 1, 1, 1, 1, 0], *[[0] * 5 + [1]] * 4, [0] * 6],
        ["input", *["maxpool3x3"] * 4, "output"],
    )
    triangle, orders = canonical_orders(star._rows)
    assert len(set(orders)) == 24
    assert Cell.from_code(FIRST_CODE[6] + triangle * 81).matrix.tolist() == star.matrix.tolist()


@pytest.mark.parametrize("code", [-1, FIRST_CODE[-1], 10**30, 0, "x", None, 1.5])
def test_codes_of_no_cell_are_refused(code: object) -> None:
    with pytest.raises(InvalidArchitecture):
        Cell.from_code(code)


def test_the_enumeration_is_canonical_sorted_and_complete() -> None:
    codes = enumerate_codes()
    assert codes.shape == (423_624,)
    assert codes.dtype == np.int32
    assert (np.diff(codes) > 0).all()
    assert (canonical_codes(codes) == codes).all()
    assert [cell.code for cell in SMALL] == codes[: len(SMALL)].tolist()
    assert all(cell.canonical() == cell for cell in SMALL)


def test_arrays_of_cells_agree_with_single_cells() -> None:
    rng = np.random.default_rng(0)
    cells = [isomorphs(random_cell(rng))[-1] for _ in range(300)] + SMALL[:100]
    codes = pack(cells)
    assert codes.dtype == np.int32
    assert codes.tolist() == [cell.code for cell in cells]
    assert canonical_codes(codes).tolist() == [cell.canonical_code for cell in cells]
    num_vertices, matrices, labels = unpack(codes)
    assert (matrices.shape, labels.shape) == ((400, 7, 7), (400, 7))
    names = ["conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3", None, "output", "input"]
    for cell, size, matrix, row in zip(cells, num_vertices, matrices, labels, strict=True):
        assert size == cell.num_vertices
        assert matrix[:size, :size].tolist() == cell.matrix.tolist()
        assert matrix.sum() == cell.num_edges
        assert [names[label] for label in row[:size]] == cell.ops
        assert (row[size:] == -3).all()


def test_empty_arrays_and_wrong_ones() -> None:
    assert canonical_codes(np.array([], dtype=np.int64)).shape == (0,)
    assert unpack(np.array([], dtype=np.int32))[1].shape == (0, 7, 7)
    for wrong in ([1.5], [[1]], ["x"]):
        with pytest.raises(ValueError, match="array of integers"):
            canonical_codes(np.array(wrong))
    for wrong in (-1, FIRST_CODE[-1]):
        with pytest.raises(ValueError, match="codes lie between"):
            unpack(np.array([wrong]))
