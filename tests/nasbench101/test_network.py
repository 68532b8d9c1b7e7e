"""The network around a cell: the width of its vertices and the number of its parameters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.graphs import graphs, plainly_pruned

from nasbench_db.nasbench101 import CONV1X1_BN_RELU, CONV3X3_BN_RELU, MAXPOOL3X3, Cell
from nasbench_db.nasbench101.network import count_parameters, vertex_channels

C1, C3, MP = CONV1X1_BN_RELU, CONV3X3_BN_RELU, MAXPOOL3X3

# (input channels, output channels) of the nine cells
STAGES = [(128, 128)] * 3 + [(128, 256)] + [(256, 256)] * 2 + [(256, 512)] + [(512, 512)] * 2
STEM = 9 * 3 * 128 + 2 * 128
CLASSIFIER = 512 * 10 + 10


def rows_of(matrix):
    """The matrix in the form that the network module takes."""
    return tuple(sum(entry << v for v, entry in enumerate(row)) for row in matrix)


def convolution(size, inputs, outputs):
    """Weights without bias, and two parameters of normalisation a channel."""
    return size * size * inputs * outputs + 2 * outputs


@pytest.mark.parametrize(
    ("inputs", "outputs", "matrix", "expected"),
    [
        (3, 128, [[0, 1], [0, 0]], [3, 128]),
        (128, 256, [[0, 1, 0], [0, 0, 1], [0, 0, 0]], [128, 256, 256]),
        # the edge from the input to the output takes no share
        (128, 256, [[0, 1, 1], [0, 0, 1], [0, 0, 0]], [128, 256, 256]),
        # three share what four cannot: the first get more
        (
            64,
            128,
            [[0, 1, 1, 1, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 1], [0, 0, 0, 0, 1], [0] * 5],
            [64, 43, 43, 42, 128],
        ),
        # vertices that do not feed the output are as wide as the widest that they feed
        (
            64,
            129,
            [[0, 1, 0, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 1], [0] * 5],
            [64, 65, 65, 64, 129],
        ),
        # also over several steps, and where the feeding vertices lead to each other
        (
            8,
            100,
            [
                [0, 1, 0, 0, 0, 0, 0],
                [0, 0, 1, 0, 0, 0, 0],
                [0, 0, 0, 1, 0, 1, 0],
                [0, 0, 0, 0, 1, 0, 1],
                [0, 0, 0, 0, 0, 0, 1],
                [0, 0, 0, 0, 0, 0, 1],
                [0] * 7,
            ],
            [8, 34, 34, 34, 33, 33, 100],
        ),
    ],
)
def test_channels_of_small_cells(inputs, outputs, matrix, expected):
    """Worked out by hand."""
    assert vertex_channels(inputs, outputs, rows_of(matrix)) == expected


@given(graphs(), st.integers(1, 600), st.integers(10, 600))
def test_channels_follow_their_rules(graph, inputs, outputs):
    """What feeds the output adds up to it evenly, and channels never grow along an edge."""
    matrix, ops = plainly_pruned(*graph)
    channels = vertex_channels(inputs, outputs, rows_of(matrix))
    last = len(ops) - 1
    assert (channels[0], channels[last], len(channels)) == (inputs, outputs, len(ops))
    feeding = [channels[v] for v in range(1, last) if matrix[v][last]]
    if feeding:
        assert sum(feeding) == outputs
        assert max(feeding) - min(feeding) <= 1
        assert feeding == sorted(feeding, reverse=True)
    for u in range(1, last):
        onward = [channels[v] for v in range(u + 1, last) if matrix[u][v]]
        assert all(channels[u] >= width for width in onward)
        if not matrix[u][last]:
            assert channels[u] == max(onward)


def test_parameters_of_the_published_cell():
    """The number that the data set records for its first cell."""
    cell = Cell.from_string(
        "0100110001000000010010000010000001000000010000000",
        f"input,{C3},{MP},{C3},{C3},{C1},output",
    )
    assert cell.trainable_parameters == 8_555_530


def test_parameters_without_operations():
    """Input to output: nine projections between stem and classifier."""
    expected = STEM + CLASSIFIER + sum(convolution(1, *stage) for stage in STAGES)
    assert Cell.from_string("0100", "input,output").trainable_parameters == expected
    assert count_parameters((0b10, 0), ("input", "output")) == expected


@pytest.mark.parametrize(("operation", "size"), [(C3, 3), (C1, 1), (MP, None)])
def test_parameters_of_one_operation(operation, size):
    """A projection and the operation itself; pooling has no parameters."""
    expected = STEM + CLASSIFIER
    for inputs, outputs in STAGES:
        expected += convolution(1, inputs, outputs)
        if size:
            expected += convolution(size, outputs, outputs)
    chain = Cell.from_string("010001000", ["input", operation, "output"])
    assert chain.trainable_parameters == expected
    residual = Cell.from_string("011001000", ["input", operation, "output"])
    skips = sum(convolution(1, inputs, outputs) for inputs, outputs in STAGES)
    assert residual.trainable_parameters == expected + skips


def test_parameters_depend_on_the_order_of_vertices():
    """Isomorphic cells differ where the channels do not divide evenly."""
    adjacency = "0111000001000010000100000"
    first = Cell.from_string(adjacency, ["input", C3, MP, MP, "output"])
    last = Cell.from_string(adjacency, ["input", MP, MP, C3, "output"])
    assert first.hash == last.hash
    # 128, 256 and 512 channels in three parts: 43 43 42, 86 85 85, 171 171 170
    wide, narrow = (43, 86, 171), (42, 85, 170)
    difference = sum(convolution(3, n, n) for n in wide) - sum(
        convolution(3, n, n) for n in narrow
    )
    assert first.trainable_parameters - last.trainable_parameters == 3 * difference


def test_parameters_are_those_of_the_pruned_cell():
    """A vertex on no path has no parameters and takes no share of the channels."""
    pruned = Cell.from_string("010001000", ["input", C3, "output"])
    larger = Cell.from_string("0110000100000000", ["input", C3, C3, "output"])
    assert larger.prune() == pruned
    assert larger.trainable_parameters == pruned.trainable_parameters
