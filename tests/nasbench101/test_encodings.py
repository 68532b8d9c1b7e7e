"""Encodings of cells: worked out by hand, read back, and alike for one cell and for many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.graphs import enlarged, graphs, reordered

from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nasbench101 import (
    CONV1X1_BN_RELU,
    CONV3X3_BN_RELU,
    INPUT,
    MAXPOOL3X3,
    OUTPUT,
    Cell,
    encodings,
)
from nasbench_db.nasbench101.packed import pack
from nasbench_db.nasbench101.space import enumerate_cells, enumerate_codes

C1, C3, MP = CONV1X1_BN_RELU, CONV3X3_BN_RELU, MAXPOOL3X3
NO = encodings.NO_EDGE

ENCODINGS = [
    encodings.adjacency_one_hot,
    encodings.categorical_edges,
    encodings.path_encoding,
    lambda cells: encodings.padded_adjacency(cells)[0],
    lambda cells: encodings.padded_adjacency(cells)[1],
]
NAMES = ["adjacency_one_hot", "categorical_edges", "path_encoding", "matrix", "operations"]
each_encoding = pytest.mark.parametrize("encode", ENCODINGS, ids=NAMES)

INVERSES = [
    (encodings.adjacency_one_hot, encodings.from_adjacency_one_hot),
    (encodings.categorical_edges, encodings.from_categorical_edges),
    (
        encodings.padded_adjacency,
        lambda padded: encodings.from_padded_adjacency(padded[0], padded[1]),
    ),
]
each_inverse = pytest.mark.parametrize(
    ("encode", "decode"), INVERSES, ids=["adjacency_one_hot", "categorical_edges", "padded"]
)

# The smallest cell: an edge from input to output and nothing between.
NOTHING = Cell.from_string("0100", "input,output")
# NNI's and the Rust crate's example; all seven vertices and nine edges.
FULL = Cell.from_string(
    "0100110001000000010010000010000001000000010000000", ["input", C3, MP, C3, C3, C1, "output"]
)
# Five vertices: 0 -> 1 -> 2 -> 4, 0 -> 3 -> 4 and 0 -> 4.
SMALL = Cell(
    [
        [0, 1, 0, 1, 1],
        [0, 0, 1, 0, 0],
        [0, 0, 0, 0, 1],
        [0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0],
    ],
    [INPUT, MP, C1, C3, OUTPUT],
)

cells = graphs().map(lambda graph: Cell(*graph))


def listed_paths(matrix, ops):
    """The operations of each way from the first vertex to the last, found one edge at a time."""

    def paths_from(u):
        if u == len(ops) - 1:
            return [()]
        return [
            ((ops[v],) if v < len(ops) - 1 else ()) + path
            for v in range(len(ops))
            if matrix[u][v]
            for path in paths_from(v)
        ]

    return paths_from(0)


def path_index(path):
    """naszilla's index of a path: 3 ** i for each operation i, times one more than its own."""
    return sum(3**i * ([C3, C1, MP].index(op) + 1) for i, op in enumerate(path))


def test_padded_adjacency_of_a_small_cell():
    """The output is vertex 6 and the vertices 4 and 5 are empty."""
    matrix, operations = encodings.padded_adjacency(SMALL)
    assert matrix.tolist() == [
        [0, 1, 0, 1, 0, 0, 1],
        [0, 0, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0],
    ]
    assert operations.tolist() == [4, 2, 1, 0, 3, 3, 5]
    assert (matrix.dtype, operations.dtype) == (np.int8, np.int8)
    assert (encodings.EMPTY_INDEX, encodings.INPUT_INDEX, encodings.OUTPUT_INDEX) == (3, 4, 5)


def test_padded_adjacency_of_a_cell_of_seven_vertices():
    """Nothing is padded: the matrix is the cell's own."""
    matrix, operations = encodings.padded_adjacency(FULL)
    assert matrix.tolist() == FULL.matrix.tolist()
    assert operations.tolist() == [4, 0, 2, 0, 0, 1, 5]


def test_adjacency_one_hot_of_a_small_cell():
    """Row by row the edges to the vertices behind, then three bits for each interior vertex."""
    encoding = encodings.adjacency_one_hot(SMALL)
    assert encoding.tolist() == [
        *(1, 0, 1, 0, 0, 1),
        *(1, 0, 0, 0, 0),
        *(0, 0, 0, 1),
        *(0, 0, 1),
        *(0, 0),
        *(0,),
        *(0, 0, 1),
        *(0, 1, 0),
        *(1, 0, 0),
        *(0, 0, 0),
        *(0, 0, 0),
    ]
    assert encoding.dtype == np.uint8


def test_categorical_edges_of_a_small_cell():
    """The places of the six edges, three fillers, and the operations of five vertices."""
    encoding = encodings.categorical_edges(SMALL)
    assert encoding.tolist() == [0, 2, 5, 6, 14, 17, NO, NO, NO, 2, 1, 0, 3, 3]
    assert encoding.dtype == np.int8
    assert NO == 21
    assert [encodings.PAIRS[place] for place in (0, 2, 5, 6, 14, 17)] == [
        (0, 1),
        (0, 3),
        (0, 6),
        (1, 2),
        (2, 6),
        (3, 6),
    ]


def test_path_encoding_of_a_small_cell():
    """Index 0 is the edge from input to output, 1 to 3 are single operations."""
    encoding = encodings.path_encoding(SMALL)
    # maxpool3x3 then conv1x1: 1 + 3 paths are shorter, and 2 + 3 * 1 lie before it.
    assert np.flatnonzero(encoding).tolist() == [0, 1, 4 + 2 + 3 * 1]
    assert encoding.shape == (364,)
    assert encoding.dtype == np.uint8
    assert encodings.paths(SMALL) == [(), (C3,), (MP, C1)]


def test_path_encoding_of_a_cell_of_seven_vertices():
    """Its four paths, each index worked out by hand."""
    assert encodings.paths(FULL) == [(C1,), (C3, C1), (C3, MP), (C3, MP, C3, C1)]
    # 0, 1, 4, 13 and 40 are the first paths of 0 to 4 operations.
    expected = [1 + 1, 4 + 0 + 3 * 1, 4 + 0 + 3 * 2, 40 + 0 + 3 * 2 + 9 * 0 + 27 * 1]
    assert np.flatnonzero(encodings.path_encoding(FULL)).tolist() == expected


def test_encodings_of_the_cell_without_interior():
    """All interior vertices are empty, the only path is the empty one."""
    matrix, operations = encodings.padded_adjacency(NOTHING)
    assert np.argwhere(matrix).tolist() == [[0, 6]]
    assert operations.tolist() == [4, 3, 3, 3, 3, 3, 5]
    assert np.flatnonzero(encodings.adjacency_one_hot(NOTHING)).tolist() == [5]
    assert encodings.categorical_edges(NOTHING).tolist() == [5, *[NO] * 8, *[3] * 5]
    assert np.flatnonzero(encodings.path_encoding(NOTHING)).tolist() == [0]
    assert encodings.paths(NOTHING) == [()]


def test_paths_are_all_sequences_shortest_first():
    """364 different ones, in the order of their indexes."""
    assert len(set(encodings.PATHS)) == len(encodings.PATHS) == 364
    assert [path_index(path) for path in encodings.PATHS] == list(range(364))
    lengths = [len(path) for path in encodings.PATHS]
    assert lengths == sorted(lengths)
    assert [lengths.index(length) for length in range(6)] == [0, 1, 4, 13, 40, 121]


@given(cells)
def test_path_encoding_is_that_of_the_listed_paths(cell):
    """Following the edges one by one gives the same paths, and naszilla's formula their index."""
    listed = listed_paths(cell.prune().matrix.tolist(), cell.prune().ops)
    present = {path_index(path) for path in listed}
    assert set(np.flatnonzero(encodings.path_encoding(cell)).tolist()) == present
    assert encodings.paths(cell) == sorted(set(listed), key=path_index)


@given(st.integers(1, 364), cells)
def test_truncated_path_encoding_is_its_beginning(first, cell):
    """The first paths, of one cell and of several."""
    whole = encodings.path_encoding(cell)
    assert np.array_equal(encodings.path_encoding(cell, first), whole[:first])
    assert np.array_equal(encodings.path_encoding([cell], first=first), [whole[:first]])


@pytest.mark.parametrize("first", [-1, 0, 365])
def test_other_numbers_of_paths_are_refused(first):
    """At least one path and at most all."""
    with pytest.raises(ValueError, match=f"first must be 1 to 364, not {first}"):
        encodings.path_encoding(SMALL, first)


@given(st.data(), graphs())
def test_isomorphic_cells_have_the_same_path_encoding(draw, graph):
    """The order of the vertices matters neither to paths nor to encodings of canonical cells."""
    cell = Cell(*graph)
    other = Cell(*draw.draw(reordered(*graph)))
    assert np.array_equal(encodings.path_encoding(cell), encodings.path_encoding(other))
    for encode in ENCODINGS:
        assert np.array_equal(encode(cell.canonical()), encode(other.canonical()))


def test_different_cells_can_have_the_same_path_encoding():
    """Two vertices beside each other that do the same give one path."""
    one = Cell.from_string("010001000", ["input", C3, "output"])
    two = Cell.from_string("0110000100010000", ["input", C3, C3, "output"])
    assert not one.is_isomorphic(two)
    assert np.array_equal(encodings.path_encoding(one), encodings.path_encoding(two))


def test_number_of_path_encodings_of_the_whole_space():
    """What is lost on the way: 423,624 cells, 170,820 encodings."""
    encoded = encodings.path_encoding(enumerate_codes())
    assert encoded.shape == (423_624, 364)
    assert len({row.tobytes() for row in np.packbits(encoded, axis=1)}) == 170_820


@each_inverse
@given(cell=cells)
def test_encodings_are_read_back(encode, decode, cell):
    """Reading an encoding gives the pruned cell, whether it comes as array or list or floats."""
    encoding = encode(cell)
    assert decode(encoding) == cell.prune()
    if isinstance(encoding, tuple):
        assert decode(tuple(part.tolist() for part in encoding)) == cell.prune()
    else:
        assert decode(encoding.tolist()) == cell.prune()
        assert decode(encoding.astype(np.float32)) == cell.prune()


@each_inverse
def test_every_small_cell_is_read_back(encode, decode):
    """All cells of up to five vertices, encoded together."""
    small = list(enumerate_cells(5))
    encoded = encode(small)
    rows = zip(*encoded, strict=True) if isinstance(encoded, tuple) else encoded
    assert [decode(row) for row in rows] == small


def test_interior_vertices_may_be_empty_anywhere():
    """What another program writes need not have its empty vertices in front of the output."""
    matrix, operations = np.zeros((7, 7)), [4, 3, 2, 3, 0, 3, 5]
    matrix[0, 2] = matrix[2, 4] = matrix[4, 6] = 1
    chain = Cell.from_string("0100001000010000", ["input", MP, C3, "output"])
    assert encodings.from_padded_adjacency(matrix, operations) == chain
    places = [encodings.PAIRS.index(pair) for pair in ((4, 6), (0, 2), (2, 4))]
    encoding = [NO, *places, *[NO] * 5, 3, 2, 3, 0, 3]
    assert encodings.from_categorical_edges(encoding) == chain


@given(st.data(), graphs())
def test_the_pruned_cell_is_encoded(draw, graph):
    """What lies on no path changes nothing, be it more than seven vertices."""
    cell = Cell(*graph)
    larger = Cell(*draw.draw(enlarged(*graph)))
    for encode in ENCODINGS:
        assert np.array_equal(encode(larger), encode(cell))
        assert np.array_equal(encode(cell), encode(cell.prune()))


@given(st.lists(cells, min_size=1, max_size=4))
def test_several_cells_give_the_stacked_encodings(several):
    """A list, a tuple, an iterator and an array of codes, each as if encoded one by one."""
    for encode in ENCODINGS:
        single = np.stack([encode(cell) for cell in several])
        for form in (several, tuple(several), iter(several), pack(several)):
            encoded = encode(form)
            assert np.array_equal(encoded, single)
            assert encoded.dtype == single.dtype


@each_encoding
def test_no_cells_give_an_empty_stack(encode):
    """The shape is there even without a cell."""
    assert encode([]).shape == (0, *encode(SMALL).shape)


@each_encoding
def test_encodings_are_the_callers_to_change(encode):
    """Writing to an encoding does not change the next."""
    before = encode(SMALL).copy()
    encode(SMALL)[...] = 7
    assert np.array_equal(encode(SMALL), before)


@each_encoding
@pytest.mark.parametrize("codes", [SMALL.matrix, np.array([0.5]), np.array(["0100"])])
def test_arrays_of_anything_but_codes_are_refused(encode, codes):
    """A matrix is not a row of cells."""
    with pytest.raises(ValueError, match="codes are an array of integers"):
        encode(codes)


def changed(encoding, place, value):
    """A copy of an encoding with another value at one place."""
    copy = encoding.tolist()
    copy[place] = value
    return copy


ONE_HOT = encodings.adjacency_one_hot(SMALL)


@pytest.mark.parametrize(
    ("encoding", "reason"),
    [
        (ONE_HOT[:-1], r"shape \(36,\), not \(35,\)"),
        ([ONE_HOT], r"shape \(36,\), not \(1, 36\)"),
        (None, r"shape \(36,\), not \(\)"),
        ("0" * 36, r"shape \(36,\), not \(\)"),
        ([[1], [1, 2]], r"must be an array of the shape \(36,\)"),
        (["0"] * 36, "array of integers, not of <U1"),
        ([None] * 36, "array of integers, not of object"),
        (changed(ONE_HOT, 3, 2), r"has 2 at \[3\]; allowed are the integers 0 to 1"),
        (changed(ONE_HOT, 3, -1), r"has -1 at \[3\]"),
        (changed(ONE_HOT, 3, 0.5), r"has 0.5 at \[3\]"),
        (changed(ONE_HOT, 3, float("nan")), r"has nan at \[3\]"),
        (changed(ONE_HOT, 21, 1), "vertex 1 has 2 operations"),
        (changed(ONE_HOT, 23, 0), "edge from vertex 0 to vertex 1, and vertex 1 is empty"),
        (changed(ONE_HOT, 4, 1), "edge from vertex 0 to vertex 5, and vertex 5 is empty"),
        ([0] * 36, "no path from the input to the output"),
        ([1] * 21 + [1, 0, 0] * 5, "21 edges on paths"),
    ],
)
def test_malformed_one_hot_encodings_are_refused(encoding, reason):
    """What is no encoding of a cell is refused with the reason."""
    with pytest.raises(InvalidArchitecture, match=reason):
        encodings.from_adjacency_one_hot(encoding)


CATEGORICAL = encodings.categorical_edges(SMALL)


@pytest.mark.parametrize(
    ("encoding", "reason"),
    [
        (CATEGORICAL[:-1], r"shape \(14,\), not \(13,\)"),
        (changed(CATEGORICAL, 0, 22), r"has 22 at \[0\]; allowed are the integers 0 to 21"),
        (changed(CATEGORICAL, 0, -1), r"has -1 at \[0\]"),
        (changed(CATEGORICAL, 1, 0), r"names an edge twice: its edges are \[0, 0, 5,"),
        (changed(CATEGORICAL, 13, 4), r"are \[2, 1, 0, 3, 4\]; they must be 0 to 3"),
        (changed(CATEGORICAL, 6, 20), "edge from vertex 5 to vertex 6, and vertex 5 is empty"),
        ([NO] * 9 + [3] * 5, "no path from the input to the output"),
    ],
)
def test_malformed_categorical_encodings_are_refused(encoding, reason):
    """What is no encoding of a cell is refused with the reason."""
    with pytest.raises(InvalidArchitecture, match=reason):
        encodings.from_categorical_edges(encoding)


MATRIX, OPERATIONS = encodings.padded_adjacency(SMALL)


@pytest.mark.parametrize(
    ("matrix", "operations", "reason"),
    [
        (SMALL.matrix, OPERATIONS, r"padded matrix must have the shape \(7, 7\), not \(5, 5\)"),
        (MATRIX, OPERATIONS[1:-1], r"operations must have the shape \(7,\), not \(5,\)"),
        (MATRIX * 2, OPERATIONS, r"padded matrix has 2 at \[0, 1\]; allowed are .* 0 to 1"),
        (MATRIX.T, OPERATIONS, "padded matrix must be upper triangular"),
        (MATRIX + np.eye(7), OPERATIONS, "padded matrix must be upper triangular"),
        (MATRIX, changed(OPERATIONS, 0, 0), r"are \[0, 2, 1, 0, 3, 3, 5\]; the first must be 4"),
        (MATRIX, changed(OPERATIONS, 6, 3), "the last 5"),
        (MATRIX, changed(OPERATIONS, 3, 4), "those between 0 to 3"),
        (MATRIX, changed(OPERATIONS, 3, 6), r"operations has 6 at \[3\]"),
        (MATRIX, changed(OPERATIONS, 3, 3), "vertex 3 is empty: it has no operation"),
        (MATRIX, [*SMALL.ops, C3, C3], "array of integers, not of <U15"),
    ],
)
def test_malformed_padded_encodings_are_refused(matrix, operations, reason):
    """What is no encoding of a cell is refused with the reason."""
    with pytest.raises(InvalidArchitecture, match=reason):
        encodings.from_padded_adjacency(matrix, operations)
