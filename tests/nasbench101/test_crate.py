"""Cells as the Rust crate writes them: operation codes, triangles, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_db.nasbench101 import Cell
from nasbench_db.nasbench101.crate import adjacency_of, graph_of, operations_of
from nasbench_db.nasbench101.space import enumerate_cells


def test_the_example_of_the_crate_has_the_known_triangle() -> None:
    """Row by row above the diagonal: 100110 10000 1001 010 10 1, the leftmost digit bit 0."""
    ops = "input,conv3x3-bn-relu,maxpool3x3,conv3x3-bn-relu,conv3x3-bn-relu,conv1x1-bn-relu,output"
    cell = Cell.from_string("0100110001000000010010000010000001000000010000000", ops)
    assert cell.hash == "00005c142e6f48ac74fdcf73e3439874"
    assert graph_of(cell) == (bytes([0, 2, 3, 2, 2, 1, 4]), 7, 0x154859)
    assert adjacency_of(7, 0x154859) == cell.adjacency
    assert operations_of(bytes([0, 2, 3, 2, 2, 1, 4])) == ops


def test_all_cells_of_five_vertices_come_back() -> None:
    """Their strings are those of the data set's own file."""
    for cell in enumerate_cells(max_vertices=5):
        ops, dimension, triangle = graph_of(cell)
        assert adjacency_of(dimension, triangle) == cell.adjacency
        assert operations_of(ops).split(",") == cell.ops


@pytest.mark.parametrize(
    ("edge", "bit"),
    [((0, 1), 0), ((0, 2), 1), ((0, 6), 5), ((1, 2), 6), ((1, 6), 10), ((2, 3), 11), ((5, 6), 20)],
)
def test_each_bit_is_an_edge(edge: tuple[int, int], bit: int) -> None:
    """Counted along the rows of a matrix of seven vertices."""
    adjacency = adjacency_of(7, 1 << bit)
    assert [place for place in range(49) if adjacency[place] == "1"] == [edge[0] * 7 + edge[1]]


@given(st.integers(2, 7), st.integers(0))
def test_any_triangle_is_upper_triangular(dimension: int, number: int) -> None:
    """Every bit gives an edge, and nothing lies on or below the diagonal."""
    triangle = number % (1 << dimension * (dimension - 1) // 2)
    adjacency = adjacency_of(dimension, triangle)
    assert len(adjacency) == dimension**2
    assert adjacency.count("1") == triangle.bit_count()
    for u in range(dimension):
        assert "1" not in adjacency[u * dimension : u * dimension + u + 1]


def test_a_cell_that_is_not_pruned_is_written_as_it_is() -> None:
    """A vertex that leads nowhere stays."""
    cell = Cell.from_string("0110000100000000", "input,conv3x3-bn-relu,maxpool3x3,output")
    ops, dimension, triangle = graph_of(cell)
    assert (ops, dimension) == (bytes([0, 2, 3, 4]), 4)
    assert adjacency_of(dimension, triangle) == cell.adjacency
