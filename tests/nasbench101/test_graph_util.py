"""NNI's functions on its dicts: the same results, and clear errors. The hashes are NNI 3.0's."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.graphs import LABELS, OPERATIONS, enlarged, graphs, plain_hash, reordered

from nasbench_db.architectures import topology as constants201
from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nasbench101 import Cell, constants
from nasbench_db.nasbench101.graph_util import (
    InvalidGraph,
    hash_module,
    infer_num_vertices,
    nasbench_format_to_architecture_repr,
)

CONV3, CONV1, POOL = OPERATIONS
EXAMPLE = {
    "op1": CONV3,
    "input1": [0],
    "op2": POOL,
    "input2": [1],
    "op3": CONV3,
    "input3": [2],
    "op4": CONV3,
    "input4": [0],
    "op5": CONV1,
    "input5": [0, 3, 4],
    "input6": [2, 5],
}
UNPRUNED = {
    "op1": CONV3,
    "op2": POOL,
    "op3": CONV1,
    "input1": [0],
    "input2": [0],
    "input3": [],
    "input4": [1, 3],
}
COMPLETE = {
    **{f"op{v}": CONV1 if v < 4 else POOL for v in range(1, 7)},
    **{f"input{v}": list(range(v)) for v in range(1, 8)},
}


def as_arch(matrix, ops):
    """NNI's dict of a graph, written out once more."""
    arch = {f"op{v}": op for v, op in enumerate(ops) if 0 < v < len(ops) - 1}
    for v in range(1, len(ops)):
        arch[f"input{v}"] = [u for u in range(v) if matrix[u][v]]
    return arch


@pytest.mark.parametrize(
    ("arch", "vertices", "expected"),
    [
        (EXAMPLE, 7, "00005c142e6f48ac74fdcf73e3439874"),
        (EXAMPLE, 4, "fca3d3671f135e0347cd3688f3f34cad"),  # cut after four vertices
        (UNPRUNED, 5, "08de076e624cb9ca78ff79a635359f57"),
        ({"op1": CONV3, "input1": [0], "input2": [1]}, 3, "b49ac8c578b4561d79ac7087988f1c61"),
        ({"op1": POOL, "input1": [], "input2": []}, 3, "2778cb10bffdc7f536e9b41f51002000"),
        ({"input1": [0]}, 2, "043721b9c7fe8c5fad811d47d83132ec"),
        ({"input1": []}, 2, "bfe75857fb6b6f6031312809543d33aa"),
        (COMPLETE, 8, "16808688ac841d3185446b5b94daf511"),  # larger than the search space allows
    ],
)
def test_hashes_are_those_of_nni(arch, vertices, expected):
    assert hash_module(arch, vertices) == expected
    assert hash_module(dict(reversed(arch.items())), vertices) == expected


def test_a_hash_is_of_the_graph_as_given_and_not_of_the_pruned_one():
    assert hash_module(UNPRUNED, 5) != Cell.from_arch(UNPRUNED).hash
    pruned = Cell.from_arch(UNPRUNED).prune()
    assert hash_module(pruned.arch, pruned.num_vertices) == Cell.from_arch(UNPRUNED).hash


@given(graphs())
def test_the_hash_is_that_of_its_definition_and_of_a_pruned_cell_the_data_sets(graph):
    matrix, ops = graph
    assert hash_module(as_arch(matrix, ops), len(ops)) == plain_hash(matrix, ops)
    cell = Cell(matrix, ops).prune()
    assert hash_module(cell.arch, cell.num_vertices) == cell.hash


@given(st.data())
def test_isomorphic_graphs_have_one_hash_pruned_or_not(data):
    cell = data.draw(graphs())
    for matrix, ops in (cell, data.draw(enlarged(*cell))):
        other, names = data.draw(reordered(matrix, ops))
        expected = hash_module(as_arch(matrix, ops), len(ops))
        assert hash_module(as_arch(other, names), len(ops)) == expected


@given(graphs())
def test_the_conversion_and_the_dict_lead_back_to_the_graph(graph):
    matrix, ops = graph
    for given_matrix in (matrix, np.array(matrix), np.array(matrix, dtype=bool)):
        vertices, arch = nasbench_format_to_architecture_repr(given_matrix, ops)
        assert (vertices, arch) == (len(ops), as_arch(matrix, ops))
    assert list(arch) == list(as_arch(matrix, ops))
    assert infer_num_vertices(arch) == vertices
    cell = Cell.from_arch(arch)
    assert (cell.matrix.tolist(), cell.ops) == (matrix, ops)


def test_a_disconnected_graph_is_converted_as_it_is():
    matrix = [[0, 0, 1], [0, 0, 0], [0, 0, 0]]
    expected = (3, {"op1": POOL, "input1": [], "input2": [0]})
    assert nasbench_format_to_architecture_repr(matrix, ("input", POOL, "output")) == expected


def test_forms_that_nni_takes_are_taken():
    arch = {"op1": np.str_(CONV3), "input1": (0,), "input2": np.array([1, 1]), "op9": "ignored"}
    expected = hash_module({"op1": CONV3, "input1": [0], "input2": [1]}, 3)
    assert hash_module(arch, np.int64(3)) == expected
    assert infer_num_vertices({"input1": [0], "final": 1}) == 2


@pytest.mark.parametrize(
    ("arch", "vertices", "said"),
    [
        ({"op1": CONV3, "input1": [0]}, 3, "'input2' is missing"),
        ({"input1": [0], "input2": [1]}, 3, "'op1' is missing"),
        ({"op1": "conv3x3", "input1": [0], "input2": [1]}, 3, "did you mean 'conv3x3-bn-relu'"),
        ({"op1": "output", "input1": [0], "input2": [1]}, 3, "only the last vertex may have"),
        ({"op1": "input", "input1": [0], "input2": [1]}, 3, "only the first vertex may have"),
        (
            {"op1": None, "input1": [0], "input2": [1]},
            3,
            "the unknown operation None",
        ),
        ({"op1": [CONV3], "input1": [0], "input2": [1]}, 3, "vertex 1 has the unknown operation"),
        ({"op1": CONV3, "input1": [1], "input2": [1]}, 3, "input1 contains 1; vertex 1 takes"),
        ({"op1": CONV3, "input1": [0], "input2": [9]}, 3, "input2 contains 9; .* 0 to 1"),
        ({"op1": CONV3, "input1": [0], "input2": [-1]}, 3, "input2 contains -1"),
        ({"op1": CONV3, "input1": "0", "input2": [1]}, 3, "must be a list of vertices"),
        ({"op1": CONV3, "input1": 0, "input2": [1]}, 3, "must be a list of vertices"),
        ({"input1": [0]}, 1, "number of vertices is 1"),
        ({"input1": [0]}, "2", "number of vertices is '2'"),
        ({"input1": [0]}, 2.5, "number of vertices is 2.5"),
        ([CONV3], 3, "an architecture is a dict"),
    ],
)
def test_what_is_not_a_graph_has_no_hash(arch, vertices, said):
    with pytest.raises(InvalidGraph, match=said):
        hash_module(arch, vertices)


@pytest.mark.parametrize(
    ("arch", "said"),
    [
        ({"op2": CONV3, "input1": [0], "input2": [1]}, r'\["op2"\]; 1 operations .* \["op1"\]'),
        ({"op1": CONV3, "op3": CONV3}, "op3"),
        ({"op1": CONV3, "option": 1}, "option"),
        ("op1", "an architecture is a dict"),
    ],
)
def test_the_vertices_of_operations_with_a_gap_are_not_counted(arch, said):
    with pytest.raises(InvalidGraph, match=said):
        infer_num_vertices(arch)


@pytest.mark.parametrize(
    ("matrix", "ops", "said"),
    [
        ([[0, 1], [0, 0]], ["input", CONV3, "output"], "3 operations for a matrix of 2 vertices"),
        ([[0, 1, 0], [0, 0, 1]], ["input", "output"], "must be square"),
        ([[0, 2], [0, 0]], ["input", "output"], "only 0 and 1 are allowed"),
        ([[0, 1], [1, 0]], ["input", "output"], "upper triangular"),
        ([[0]], ["input"], "at least 2 vertices, not 1"),
        ([], [], "at least 2 vertices, not 0"),
        ([[0, 1], [0, 0]], ["output", "input"], "must begin with 'input' and end with 'output'"),
        (np.zeros((3, 3)), ["input", "output", "output"], "vertex 1 has the operation 'output'"),
        (np.zeros((3, 3)), ["input", "conv", "output"], "vertex 1 has the unknown operation"),
        (7, ["input", "output"], "the matrix is 7"),
        ([[0, 1], [0, 0]], None, "the operations are None"),
    ],
)
def test_what_is_not_a_graph_is_not_converted(matrix, ops, said):
    with pytest.raises(InvalidGraph, match=said):
        nasbench_format_to_architecture_repr(matrix, ops)


@pytest.mark.parametrize(
    "caught", [InvalidArchitecture, ValueError, KeyError, IndexError, AssertionError]
)
def test_programs_that_catch_the_errors_of_nni_catch_these(caught):
    with pytest.raises(caught):
        hash_module({"op1": CONV3}, 3)


def test_a_message_is_shown_as_it_is_and_survives_a_process():
    with pytest.raises(InvalidGraph) as raised:
        hash_module({}, 2)
    text = str(raised.value)
    assert text.startswith("a graph of 2 vertices has")
    assert "\n" not in text
    assert str(pickle.loads(pickle.dumps(raised.value))) == text


def test_constants_are_those_of_nni():
    names = ("INPUT", "OUTPUT", "CONV3X3_BN_RELU", "CONV1X1_BN_RELU", "MAXPOOL3X3")
    values = [getattr(constants, name) for name in names]
    assert values == ["input", "output", CONV3, CONV1, POOL]
    assert constants.LABEL2ID == LABELS
    assert {type(label) for label in constants.LABEL2ID.values()} == {int}
    names = ("NONE", "SKIP_CONNECT", "CONV_1X1", "CONV_3X3", "AVG_POOL_3X3")
    assert [getattr(constants201, name) for name in names] == constants201.PRIMITIVES
    assert constants201.PRIMITIVES == [
        "none",
        "skip_connect",
        "conv_1x1",
        "conv_3x3",
        "avg_pool_3x3",
    ]
