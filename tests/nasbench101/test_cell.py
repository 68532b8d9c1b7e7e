"""The cell as a value: its forms, its hash, and what it refuses."""

import copy
import json
import pickle
from collections import OrderedDict
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.graphs import enlarged, graphs, plain_hash, plainly_pruned, reordered

from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nasbench101 import (
    CONV1X1_BN_RELU,
    CONV3X3_BN_RELU,
    INPUT,
    MAXPOOL3X3,
    OUTPUT,
    Cell,
)

C1, C3, MP = CONV1X1_BN_RELU, CONV3X3_BN_RELU, MAXPOOL3X3

# NNI's and the Rust crate's example, in each of the forms.
ARCH = {
    "op1": C3,
    "op2": MP,
    "op3": C3,
    "op4": C3,
    "op5": C1,
    "input1": [0],
    "input2": [1],
    "input3": [2],
    "input4": [0],
    "input5": [0, 3, 4],
    "input6": [2, 5],
}
MATRIX = [
    [0, 1, 0, 0, 1, 1, 0],
    [0, 0, 1, 0, 0, 0, 0],
    [0, 0, 0, 1, 0, 0, 1],
    [0, 0, 0, 0, 0, 1, 0],
    [0, 0, 0, 0, 0, 1, 0],
    [0, 0, 0, 0, 0, 0, 1],
    [0, 0, 0, 0, 0, 0, 0],
]
OPS = [INPUT, C3, MP, C3, C3, C1, OUTPUT]
ADJACENCY = "0100110001000000010010000010000001000000010000000"
HASH = "00005c142e6f48ac74fdcf73e3439874"

KNOWN_HASHES = [
    ("0100", "input,output", "043721b9c7fe8c5fad811d47d83132ec"),
    # a residual cell
    ("0101001000010000", f"input,{C3},{C3},output", "b5fb4f6193360330b6ff6a52cbf0cad7"),
    (ADJACENCY, ",".join(OPS), HASH),
    # the cell like Inception in the original's README
    (
        "0111010000000100000010000100000000100000010000000",
        f"input,{C1},{C3},{C3},{C3},{MP},output",
        "28cfc7874f6d200472e1a9dcd8650aa0",
    ),
    # the cell with the best mean test accuracy
    (
        "0110011000001000010000000100000001000000010000000",
        f"input,{C1},{C3},{MP},{C3},{C3},output",
        "02e5a0247bbdcf2860b7e96f74961594",
    ),
]


def cell_of(graph):
    """The cell of a drawn graph."""
    return Cell(*graph)


cells = graphs().map(cell_of)


@pytest.mark.parametrize(("adjacency", "ops", "expected"), KNOWN_HASHES)
def test_known_cells_have_the_published_hash(adjacency, ops, expected):
    """The hashes that the data set and the original's examples give."""
    assert Cell.from_string(adjacency, ops).hash == expected


def test_all_forms_of_the_example_are_one_cell():
    """The four ways to write the example give equal cells, and each is written back."""
    cell = Cell(MATRIX, OPS)
    assert Cell.from_arch(ARCH) == cell
    assert Cell.from_string(ADJACENCY, OPS) == cell
    assert Cell.from_string(ADJACENCY, ",".join(OPS)) == cell
    assert cell.arch == ARCH
    assert list(cell.arch) == list(ARCH)
    assert cell.matrix.tolist() == MATRIX
    assert cell.ops == OPS
    assert cell.adjacency == ADJACENCY
    assert (cell.num_vertices, cell.num_edges) == (7, 9)
    assert cell.is_pruned


def test_real_cells_have_their_hash_and_parameters(data):
    """300 cells of the data set: hash and trainable parameters as recorded."""
    records = json.loads((data / "nasbench101" / "cells_300_valid_acc.json").read_text())
    assert len(records) == 300
    for record in records:
        cell = Cell(record["module_adjacency"], record["module_operations"])
        assert cell.hash == record["module_hash"]
        assert cell.trainable_parameters == record["trainable_parameters"]
        assert cell.is_pruned


def test_more_real_cells_have_their_hash_and_parameters(data):
    """15 cells of the data set that are recorded under their hash."""
    records = json.loads((data / "nasbench101" / "cells_15_108_epochs.json").read_text())
    assert len(records) == 15
    for module_hash, record in records.items():
        cell = Cell(record["module_adjacency"], record["module_operations"])
        assert cell.hash == module_hash
        assert cell.trainable_parameters == record["trainable_parameters"]


@given(graphs())
def test_hash_equals_its_definition(graph):
    """The hash is the one that the plain definition gives for the pruned graph."""
    assert cell_of(graph).hash == plain_hash(*plainly_pruned(*graph))


@given(graphs())
def test_pruning_keeps_what_lies_on_paths(graph):
    """Pruning removes the other vertices and keeps the order of these."""
    matrix, ops = plainly_pruned(*graph)
    cell = cell_of(graph)
    assert cell.prune() == Cell(matrix, ops)
    assert cell.is_pruned == (len(ops) == len(graph[1]))


@given(cells)
def test_pruning_twice_is_pruning_once(cell):
    """A pruned cell is its own pruned cell, with the same hash and parameters."""
    pruned = cell.prune()
    assert pruned.is_pruned
    assert pruned.prune() is pruned
    assert pruned.hash == cell.hash
    assert pruned.trainable_parameters == cell.trainable_parameters


@given(st.data())
def test_hash_ignores_the_order_of_the_vertices(draw):
    """Interior vertices may be written in any order that keeps edges leading onward."""
    graph = draw.draw(graphs())
    other = cell_of(draw.draw(reordered(*graph)))
    cell = cell_of(graph)
    assert other.hash == cell.hash
    assert cell.is_isomorphic(other)


@given(st.data())
def test_hash_ignores_dangling_vertices(draw):
    """Vertices on no path change nothing, even if the matrix is then beyond the limits."""
    graph = draw.draw(graphs())
    larger = cell_of(draw.draw(enlarged(*graph)))
    cell = cell_of(graph)
    assert larger.num_vertices > cell.num_vertices
    assert larger != cell
    assert not larger.is_pruned
    assert larger.prune() == cell.prune()
    assert larger.hash == cell.hash
    assert larger.trainable_parameters == cell.trainable_parameters


@given(graphs(), st.data())
def test_hash_tells_operations_apart(graph, draw):
    """Another multiset of operations is another cell."""
    matrix, ops = plainly_pruned(*graph)
    assume(len(ops) > 2)
    v = draw.draw(st.integers(1, len(ops) - 2))
    changed = [
        *ops[:v],
        draw.draw(st.sampled_from(sorted({C1, C3, MP} - {ops[v]}))),
        *ops[v + 1 :],
    ]
    assert Cell(matrix, changed).hash != Cell(matrix, ops).hash
    assert not Cell(matrix, changed).is_isomorphic(Cell(matrix, ops))


def test_limits_hold_for_the_pruned_graph():
    """Twelve vertices and many edges are fine where all but a few lie on no path."""
    size = 12
    matrix = np.triu(np.ones((size, size), dtype=int), 1)
    matrix[0] = 0
    matrix[0, -1] = matrix[0, 5] = 1
    matrix[5, 6:-1] = 0
    cell = Cell(matrix, [INPUT, *[C3] * (size - 2), OUTPUT])
    assert cell.num_edges > 9
    assert cell.prune() == Cell.from_string("011001000", [INPUT, C3, OUTPUT])


def test_dangling_vertex_may_carry_any_known_operation():
    """As in the original, what is pruned away is not looked at."""
    cell = Cell(
        [[0, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0], [0] * 4], [INPUT, OUTPUT, INPUT, OUTPUT]
    )
    assert cell.prune() == Cell.from_string("0100", "input,output")


@given(graphs())
def test_matrix_form_comes_back(graph):
    """Matrix and operations are given back as they were written, dangling vertices too."""
    matrix, ops = graph
    cell = Cell(matrix, ops)
    assert cell.matrix.tolist() == matrix
    assert cell.matrix.dtype == np.int8
    assert cell.ops == ops
    assert cell.num_vertices == len(ops)
    assert cell.num_edges == sum(map(sum, matrix))
    assert Cell(cell.matrix, cell.ops) == cell


@given(graphs())
def test_arch_form_comes_back(graph):
    """NNI's dict lists operations and inputs by vertex, and gives the same cell."""
    matrix, ops = graph
    size = len(ops)
    expected = {f"op{v}": ops[v] for v in range(1, size - 1)}
    expected |= {f"input{v}": [u for u in range(size) if matrix[u][v]] for v in range(1, size)}
    cell = Cell(matrix, ops)
    assert cell.arch == expected
    assert Cell.from_arch(cell.arch) == cell
    assert Cell.from_arch(json.loads(json.dumps(cell.arch))) == cell


@given(graphs())
def test_string_form_comes_back(graph):
    """The adjacency string is the matrix row by row, and gives the same cell."""
    matrix, ops = graph
    cell = Cell(matrix, ops)
    assert cell.adjacency == "".join(str(entry) for row in matrix for entry in row)
    assert Cell.from_string(cell.adjacency, ops) == cell
    assert Cell.from_string(cell.adjacency, ",".join(ops)) == cell
    assert Cell.from_string(cell.adjacency, iter(ops)) == cell


@given(cells, st.randoms(use_true_random=False))
def test_arch_may_have_its_keys_in_any_order(cell, random):
    """Neither the order of keys nor that of inputs matters, nor the kind of mapping."""
    items = list(cell.arch.items())
    random.shuffle(items)
    arch = {key: value if isinstance(value, str) else value[::-1] for key, value in items}
    for same in (arch, OrderedDict(arch), MappingProxyType(arch)):
        assert Cell.from_arch(same) == cell
    assert Cell.from_arch(arch).arch == cell.arch


@pytest.mark.parametrize(
    "dtype", ["bool", "int8", "uint8", "int32", "int64", "uint64", "float16", "float32", "float64"]
)
def test_arrays_of_any_number_type_are_matrices(dtype):
    """What counts is whether entries are 0 or 1, not how they are stored."""
    cell = Cell(np.array(MATRIX, dtype=dtype), OPS)
    assert cell == Cell(MATRIX, OPS)
    assert cell.hash == HASH
    assert cell.arch == ARCH


@pytest.mark.parametrize(
    "matrix",
    [
        tuple(map(tuple, MATRIX)),
        [np.array(row) for row in MATRIX],
        [list(map(np.int64, row)) for row in MATRIX],
        [list(map(float, row)) for row in MATRIX],
        [list(map(bool, row)) for row in MATRIX],
        np.array(MATRIX, order="F"),
        np.array(MATRIX, dtype=object),
        np.array(MATRIX).T.copy().T,
        np.kron(np.array(MATRIX), [[1, 0], [0, 0]])[::2, ::2],
    ],
    ids=[
        "tuples",
        "list of arrays",
        "numpy integers",
        "floats",
        "booleans",
        "column-major",
        "objects",
        "transposed view",
        "strided view",
    ],
)
def test_matrices_of_any_make_are_read(matrix):
    """Nested sequences and arrays of any layout give the same cell."""
    cell = Cell(matrix, OPS)
    assert cell == Cell(MATRIX, OPS)
    assert cell.hash == HASH


@pytest.mark.parametrize(
    "ops",
    [tuple(OPS), np.array(OPS), np.array(OPS, dtype=object), iter(OPS), ",".join(OPS)],
    ids=["tuple", "array", "object array", "iterator", "comma-joined"],
)
def test_operations_of_any_make_are_read(ops):
    """Operations may come in any iterable, and are kept as plain strings."""
    cell = Cell(MATRIX, ops)
    assert cell == Cell(MATRIX, OPS)
    assert cell.hash == HASH
    assert {type(name) for name in cell.ops} == {str}
    assert {type(value) for value in cell.arch.values()} == {str, list}


@pytest.mark.parametrize("number", [np.int8, np.int64, np.uint8, np.float32, float])
def test_arch_with_numbers_of_other_types_is_the_same_cell(number):
    """Numpy numbers as inputs change neither the hash nor what is written back."""
    arch = {
        key: value if isinstance(value, str) else tuple(map(number, value))
        for key, value in ARCH.items()
    }
    cell = Cell.from_arch(arch)
    assert cell.hash == HASH
    assert json.dumps(cell.arch) == json.dumps(ARCH)


def test_arch_with_arrays_of_inputs_is_the_same_cell():
    """An array lists inputs as well as a list does."""
    arch = {
        key: value if isinstance(value, str) else np.array(value) for key, value in ARCH.items()
    }
    assert Cell.from_arch(arch) == Cell(MATRIX, OPS)


def test_empty_inputs_are_allowed_for_dangling_vertices():
    """A vertex without inputs lies on no path."""
    cell = Cell.from_arch({"op1": C3, "input1": [], "input2": [0, 1]})
    assert cell.prune() == Cell.from_string("0100", "input,output")


def test_each_form_is_new_at_each_call():
    """Changing what a cell gave out leaves the cell as it is."""
    cell = Cell(MATRIX, OPS)
    cell.matrix[:] = 0
    cell.ops[1] = MP
    cell.arch["input6"].append(0)
    cell.arch["op1"] = MP
    assert cell == Cell(MATRIX, OPS)
    assert cell.matrix.tolist() == MATRIX
    assert cell.ops == OPS
    assert cell.arch == ARCH


def test_cell_is_independent_of_what_it_was_made_of():
    """Changing the matrix or the operations afterwards leaves the cell as it is."""
    matrix, ops = np.array(MATRIX), list(OPS)
    cell = Cell(matrix, ops)
    matrix[:] = 0
    ops[1] = MP
    assert cell == Cell(MATRIX, OPS)
    assert cell.hash == HASH


@given(cells)
def test_copies_are_equal(cell):
    """Pickling and copying give an equal cell with the same hash."""
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(cell, protocol)) == cell
    for other in (copy.copy(cell), copy.deepcopy(cell)):
        assert other == cell
        assert hash(other) == hash(cell)
        assert other.hash == cell.hash
        assert other.prune() == cell.prune()


@given(cells)
def test_repr_evaluates_back(cell):
    """What is printed can be typed in."""
    assert eval(repr(cell), {"Cell": Cell}) == cell


@given(cells, cells)
def test_equality_is_that_of_what_is_written(one, other):
    """Cells are equal if matrix and operations are; equal cells have equal hashes."""
    written_alike = one.matrix.tolist() == other.matrix.tolist() and one.ops == other.ops
    assert (one == other) is written_alike
    assert (one != other) is not written_alike
    assert len({one, other}) == 2 - written_alike


def test_isomorphic_cells_are_not_equal():
    """The same network written in another order is another value with the same hash."""
    one = Cell.from_arch({"op1": C1, "op2": C3, "input1": [0], "input2": [0], "input3": [1, 2]})
    other = Cell.from_arch({"op1": C3, "op2": C1, "input1": [0], "input2": [0], "input3": [1, 2]})
    assert one != other
    assert one.is_isomorphic(other)
    assert one.hash == other.hash


def test_cell_equals_nothing_else():
    """A cell is not its hash, its dict or its adjacency."""
    cell = Cell(MATRIX, OPS)
    for other in (HASH, ARCH, ADJACENCY, None, 0):
        assert cell != other


CHAIN = [[0, 1, 0], [0, 0, 1], [0, 0, 0]]


def with_entry(u, v, entry):
    """CHAIN with another entry."""
    matrix = copy.deepcopy(CHAIN)
    matrix[u][v] = entry
    return matrix


@pytest.mark.parametrize(
    "entry", [2, -1, 0.5, float("nan"), float("inf"), "a", "1", None, [1], 1j]
)
def test_matrix_entries_other_than_0_and_1_are_refused(entry):
    """Anything but 0 and 1 is refused with its place."""
    with pytest.raises(InvalidArchitecture, match=r"entry \[0\]\[2\] is .*; only 0 and 1 are"):
        Cell(with_entry(0, 2, entry), [INPUT, C3, OUTPUT])


@pytest.mark.parametrize("entry", [2, -1, 0.5, np.nan, np.inf])
def test_array_entries_other_than_0_and_1_are_refused(entry):
    """The same holds for an array."""
    with pytest.raises(InvalidArchitecture, match=r"entry \[0\]\[2\] is .*; only 0 and 1 are"):
        Cell(np.array(with_entry(0, 2, entry)), [INPUT, C3, OUTPUT])


@pytest.mark.parametrize(
    ("matrix", "reason"),
    [
        (with_entry(2, 0, 1), "upper triangular: it has an edge from vertex 2 to vertex 0"),
        (with_entry(1, 0, 1), "upper triangular: it has an edge from vertex 1 to vertex 0"),
        (with_entry(1, 1, 1), "upper triangular: it has an edge from vertex 1 to vertex 1"),
        (np.eye(3), "upper triangular: it has an edge from vertex 0 to vertex 0"),
        ([[0, 1, 0], [0, 0], [0, 0, 0]], "square: it has 3 rows, and row 1 has 2 entries"),
        ([[0, 1, 0], [0, 0, 1]], "square: it has 2 rows, and row 0 has 3 entries"),
        (np.zeros((3, 4)), "square: it has 3 rows, and row 0 has 4 entries"),
        (np.zeros(3), "row 0 of the matrix is 0.0, not a list"),
        (np.zeros((3, 3, 3)), r"entry \[0\]\[0\] is"),
        ([], "3 operations for a matrix of 0 vertices"),
        (None, "the matrix is None"),
        (7, "the matrix is 7"),
        (np.int64(1), "the matrix is 1"),
        ("010", "the matrix is '010'"),
        (b"010", "the matrix is b'010'"),
        (["010", "001", "000"], "row 0 of the matrix is '010', not a list"),
        ({0: [1]}, "the matrix is {0"),
    ],
)
def test_malformed_matrices_are_refused(matrix, reason):
    """A matrix that is not square, not triangular or no matrix is refused."""
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell(matrix, [INPUT, C3, OUTPUT])


@pytest.mark.parametrize(
    ("ops", "reason"),
    [
        ([INPUT, "conv3x3", OUTPUT], f"vertex 1 .* 'conv3x3'; known .*: did you mean '{C3}'"),
        ([INPUT, "conv-1x1-bn-relu", OUTPUT], f"did you mean '{C1}'"),
        ([INPUT, "max_pool_3x3", OUTPUT], f"did you mean '{MP}'"),
        ([INPUT, "skip", OUTPUT], "vertex 1 has the unknown operation 'skip'; known are conv3x3"),
        ([INPUT, "", OUTPUT], "vertex 1 has the unknown operation ''"),
        ([INPUT, None, OUTPUT], "vertex 1 has the unknown operation None"),
        ([INPUT, 0, OUTPUT], "vertex 1 has the unknown operation 0"),
        ([INPUT, [C3], OUTPUT], "vertex 1 has the unknown operation"),
        ([INPUT, C3.encode(), OUTPUT], "vertex 1 has the unknown operation"),
        ([INPUT, f" {C3}", OUTPUT], "vertex 1 has the unknown operation"),
        (f"input, {C3},output", "vertex 1 has the unknown operation"),
        ([INPUT, INPUT, OUTPUT], "vertex 1 has the operation 'input', which only the first"),
        ([INPUT, OUTPUT, OUTPUT], "vertex 1 has the operation 'output', which only the last"),
        ([C3, C3, OUTPUT], f"first operation must be 'input', not '{C3}'"),
        ([OUTPUT, C3, INPUT], "first operation must be 'input', not 'output'"),
        ([INPUT, C3, C3], f"last operation must be 'output', not '{C3}'"),
        ([INPUT, C3, INPUT], "last operation must be 'output', not 'input'"),
        ([INPUT, OUTPUT], "2 operations for a matrix of 3 vertices"),
        ([INPUT, C3, C3, OUTPUT], "4 operations for a matrix of 3 vertices"),
        ([C3], "1 operations for a matrix of 3 vertices"),
        ([], "0 operations for a matrix of 3 vertices"),
        (None, "the operations are None"),
        (3, "the operations are 3"),
    ],
)
def test_wrong_operations_are_refused(ops, reason):
    """Unknown, misplaced, missing and surplus operations are refused with the reason."""
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell(CHAIN, ops)


@pytest.mark.parametrize(
    ("matrix", "size"),
    [
        ([[0, 1, 0], [0, 0, 0], [0, 0, 0]], 3),
        ([[0, 0, 0], [0, 0, 1], [0, 0, 0]], 3),
        ([[0, 0], [0, 0]], 2),
        (np.zeros((7, 7)), 7),
    ],
)
def test_disconnected_cells_are_refused(matrix, size):
    """The output must be reached from the input."""
    with pytest.raises(InvalidArchitecture, match="no path from the input to the output"):
        Cell(matrix, [INPUT, *[C3] * (size - 2), OUTPUT])


def test_single_vertex_is_refused():
    """Input and output are two vertices."""
    with pytest.raises(InvalidArchitecture, match="at least 2 vertices, not 1"):
        Cell([[0]], [INPUT])
    with pytest.raises(InvalidArchitecture, match="at least 2 vertices, not 1"):
        Cell.from_string("0", "input")
    with pytest.raises(InvalidArchitecture, match="at least 2 vertices, not 0"):
        Cell([], [])


def test_eight_vertices_on_paths_are_refused():
    """A chain of eight has too many vertices, one of seven has not."""
    eight = np.eye(8, k=1, dtype=int)
    with pytest.raises(InvalidArchitecture, match=r"8 vertices on paths .*; at most 7"):
        Cell(eight, [INPUT, *[C3] * 6, OUTPUT])
    assert Cell(np.eye(7, k=1, dtype=int), [INPUT, *[C3] * 5, OUTPUT]).num_vertices == 7


def test_ten_edges_on_paths_are_refused():
    """The complete graph of five vertices has one edge too many."""
    complete = np.triu(np.ones((5, 5), dtype=int), 1)
    with pytest.raises(InvalidArchitecture, match=r"10 edges on paths .*; at most 9"):
        Cell(complete, [INPUT, C3, C3, C3, OUTPUT])
    complete[0, 4] = 0
    assert Cell(complete, [INPUT, C3, C3, C3, OUTPUT]).num_edges == 9


SMALL_ARCH = {"op1": C3, "op2": MP, "input1": [0], "input2": [0, 1], "input3": [1, 2]}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"op2": ...}, "and no others"),
        ({"input1": ...}, "lacks 'input1'"),
        ({"input3": ...}, "and no others"),
        ({"op1": ..., "input3": ...}, "lacks 'op1'"),
        ({"op3": C3}, "and no others"),
        ({"op3": C3, "extra": 1}, "lacks 'input4'"),
        ({"hash": HASH}, "and no others"),
        ({"Op1": C3, "op1": ...}, "lacks 'op1'"),
        ({"op0": INPUT, "op3": OUTPUT}, "lacks 'input4'"),
        ({1: C3, "op1": ...}, "lacks 'op1'"),
        ({"input3": [1, 1, 2]}, "input3 names vertex 1 twice"),
        ({"input3": [1, 1.0]}, "input3 names vertex 1 twice"),
        ({"input3": [3]}, "input3 contains 3; vertex 3 takes inputs .* before it, 0 to 2"),
        ({"input3": [99]}, "input3 contains 99"),
        ({"input2": [2]}, "input2 contains 2; vertex 2 takes inputs .* before it, 0 to 1"),
        ({"input1": [1]}, "input1 contains 1; vertex 1 takes inputs .* before it, 0$"),
        ({"input3": [-1]}, "input3 contains -1"),
        ({"input3": [0.5]}, "input3 contains 0.5"),
        ({"input3": [float("nan")]}, "input3 contains nan"),
        ({"input3": ["1"]}, "input3 contains '1'"),
        ({"input3": [None]}, "input3 contains None"),
        ({"input3": [[1, 2]]}, r"input3 contains \[1, 2\]"),
        ({"input3": "12"}, "input3 is '12'; it must be a list of vertices"),
        ({"input3": b"12"}, "input3 is b'12'; it must be a list of vertices"),
        ({"input3": None}, "input3 is None; it must be a list of vertices"),
        ({"input3": 2}, "input3 is 2; it must be a list of vertices"),
        ({"input3": []}, "no path from the input to the output"),
        ({"op1": "conv"}, "vertex 1 has the unknown operation 'conv'"),
        ({"op1": None}, "vertex 1 has the unknown operation None"),
        ({"op1": [0]}, "vertex 1 has the unknown operation"),
        ({"op1": INPUT}, "vertex 1 has the operation 'input', which only the first"),
    ],
)
def test_malformed_archs_are_refused(changes, reason):
    """A dict with wrong keys, inputs or operations is refused with the reason."""
    arch = {key: value for key, value in (SMALL_ARCH | changes).items() if value is not ...}
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell.from_arch(arch)


def test_arch_with_one_more_vertex_is_read():
    """An operation and a list of inputs more are a vertex more."""
    cell = Cell.from_arch(SMALL_ARCH | {"op3": C1, "input4": [3]})
    assert cell.ops == [INPUT, C3, MP, C1, OUTPUT]
    assert cell.num_edges == 6


@pytest.mark.parametrize("arch", [None, [], [SMALL_ARCH], "{}", json.dumps(SMALL_ARCH), 5, OPS])
def test_anything_but_a_dict_is_no_arch(arch):
    """NNI's form is a dict, not its JSON or a list."""
    with pytest.raises(InvalidArchitecture, match="an architecture is a dict with op1"):
        Cell.from_arch(arch)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"input3": np.array(2)}, "input3 is .*; it must be a list of vertices"),
        ({"input3": [np.array([1, 2])]}, "input3 contains "),
        ({"input3": np.array([[1, 2]])}, "input3 contains "),
    ],
)
def test_arrays_of_another_shape_are_no_inputs(changes, reason):
    """Inputs are one row of vertices."""
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell.from_arch(SMALL_ARCH | changes)


def test_arrays_of_another_shape_are_no_entries_and_no_operations():
    """An entry of the matrix is a number, operations are a row of names."""
    with pytest.raises(InvalidArchitecture, match=r"entry \[0\]\[2\] is .*; only 0 and 1 are"):
        Cell(with_entry(0, 2, np.array([0, 1])), [INPUT, C3, OUTPUT])
    with pytest.raises(InvalidArchitecture, match="there are 1 operations"):
        Cell(CHAIN, np.array(C3))


def test_empty_arch_is_refused():
    """An empty dict describes no cell."""
    with pytest.raises(InvalidArchitecture, match="and no others"):
        Cell.from_arch({})


@pytest.mark.parametrize(
    ("adjacency", "reason"),
    [
        ("", "has 0 characters, which is not the square"),
        ("01000100", "has 8 characters, which is not the square"),
        ("0100010000", "has 10 characters, which is not the square"),
        ("010001002", "contains '2'"),
        ("01 001000", "contains ' '"),
        ("01x00y000", "contains 'x'"),
        ("01000100\n", r"contains '\\n'"),
        ("010001\u0660" + "00", "contains"),
        ("0_1001000", "contains '_'"),
        ("-10001000", "contains '-'"),
        ("010001100", "upper triangular: it has an edge from vertex 2 to vertex 0"),
        ("110001000", "upper triangular: it has an edge from vertex 0 to vertex 0"),
        (b"010001000", "an adjacency string is a str"),
        (None, "an adjacency string is a str"),
        (10001000, "an adjacency string is a str"),
        (list("010001000"), "an adjacency string is a str"),
        ("0100", "3 operations for a matrix of 2 vertices"),
        ("010000000", "no path from the input to the output"),
    ],
)
def test_malformed_adjacency_strings_are_refused(adjacency, reason):
    """Only the digits 0 and 1 of an upper triangular square matrix are an adjacency."""
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell.from_string(adjacency, [INPUT, C3, OUTPUT])


@given(st.integers(2, 9), st.data())
def test_cells_are_accepted_by_the_limits_of_their_pruned_graph(size, draw):
    """A graph is a cell exactly if what lies on paths is within the limits."""
    row = st.lists(st.integers(0, 1), min_size=size, max_size=size)
    matrix = [[0] * (u + 1) + draw.draw(row)[u + 1 :] for u in range(size)]
    ops = [INPUT, *draw.draw(st.lists(st.sampled_from([C1, C3, MP]), min_size=size))[: size - 2]]
    ops.append(OUTPUT)
    pruned, kept = plainly_pruned(matrix, ops)
    if 2 <= len(kept) <= 7 and sum(map(sum, pruned)) <= 9:
        assert Cell(matrix, ops).prune() == Cell(pruned, kept)
    else:
        with pytest.raises(InvalidArchitecture, match=r"no path|at most 7 are|at most 9 are"):
            Cell(matrix, ops)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(list(SMALL_ARCH)), JSON_VALUES | st.sampled_from(OPS)))
def test_any_json_is_a_cell_or_refused_as_one(changes):
    """No JSON in the place of operations or inputs leads to another error."""
    arch = SMALL_ARCH | changes
    cell, reason = None, ""
    try:
        cell = Cell.from_arch(arch)
    except InvalidArchitecture as error:
        reason = str(error)
    if cell is None:
        assert reason
        assert "\n" not in reason
    else:
        assert Cell.from_arch(cell.arch) == cell


def test_messages_stay_within_a_line():
    """A huge value is not printed in full."""
    with pytest.raises(InvalidArchitecture) as caught:
        Cell.from_arch(SMALL_ARCH | {"op1": "x" * 10_000})
    assert len(str(caught.value)) < 500
