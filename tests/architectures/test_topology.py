"""The NAS-Bench-201 cell as a value: its forms, its variations, its picture, what it refuses."""

import ast
import bz2
import copy
import csv
import gzip
import json
import pickle
import random
from collections import Counter, OrderedDict
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.svg import SVG, root_of, sides

from nasbench_db.architectures.edges import EDGES
from nasbench_db.architectures.topology import (
    OPERATIONS,
    PRIMITIVES,
    SPACE_SIZE,
    Cell,
    enumerate_cells,
    official_order,
    random_cell,
)
from nasbench_db.errors import InvalidArchitecture, InvalidQuery

# Architecture 11 of the data set, in each of the forms.
OPS = [
    "nor_conv_3x3",
    "nor_conv_3x3",
    "avg_pool_3x3",
    "none",
    "nor_conv_3x3",
    "avg_pool_3x3",
]
STRING = "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|none~0|nor_conv_3x3~1|avg_pool_3x3~2|"
ARCH = {
    "0_1": "conv_3x3",
    "0_2": "conv_3x3",
    "1_2": "avg_pool_3x3",
    "0_3": "none",
    "1_3": "conv_3x3",
    "2_3": "avg_pool_3x3",
}
INDEXES = (3, 3, 4, 0, 3, 4)
MATRIX = [[0, 0, 0, 0], [3, 0, 0, 0], [3, 4, 0, 0], [0, 3, 4, 0]]
ONE_HOT = [
    [0, 0, 0, 1, 0],
    [0, 0, 0, 1, 0],
    [0, 0, 0, 0, 1],
    [1, 0, 0, 0, 0],
    [0, 0, 0, 1, 0],
    [0, 0, 0, 0, 1],
]
NASLIB = (2, 2, 1, 4, 2, 4)

# Cells at known indexes of the data set.
KNOWN_INDEXES = {
    0: "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+"
    "|nor_conv_1x1~0|skip_connect~1|skip_connect~2|",
    9: "|avg_pool_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|nor_conv_3x3~2|",
    11: STRING,
    123: "|avg_pool_3x3~0|+|avg_pool_3x3~0|nor_conv_1x1~1|+|none~0|avg_pool_3x3~1|nor_conv_3x3~2|",
}

indexes = st.tuples(*[st.integers(0, 4)] * 6)
cells = indexes.map(Cell)


def edited(value, place, new):
    """A copy of nested lists or a dict with one entry replaced."""
    changed = copy.deepcopy(value)
    inner = changed
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = new
    return changed


def test_all_forms_of_the_example_are_one_cell():
    """Each way to write the example gives an equal cell, and each is written back."""
    cell = Cell(OPS)
    assert Cell.from_string(STRING) == cell
    assert Cell.from_arch(ARCH) == cell
    assert Cell.from_matrix(MATRIX) == cell
    assert Cell.from_one_hot(ONE_HOT) == cell
    assert Cell.from_naslib(NASLIB) == cell
    assert Cell(INDEXES) == cell
    assert cell.arch_str == STRING
    assert cell.arch == ARCH
    assert list(cell.arch) == list(ARCH)
    assert cell.ops == OPS
    assert cell.op_indices == INDEXES
    assert cell.matrix.tolist() == MATRIX
    assert cell.one_hot.tolist() == ONE_HOT
    assert cell.naslib == NASLIB


def test_naslib_form_is_the_one_that_naslib_documents():
    """The pair of forms that a user of NASLib asks about in its issue 171."""
    cell = Cell.from_naslib((4, 0, 3, 1, 4, 3))
    assert cell.arch_str == (
        "|avg_pool_3x3~0|+|skip_connect~0|none~1|+|nor_conv_1x1~0|avg_pool_3x3~1|nor_conv_1x1~2|"
    )


@given(cells)
def test_every_form_comes_back(cell):
    """What a cell is written as gives an equal cell, with the same hash and text."""
    forms = [
        Cell(cell.ops),
        Cell(cell.op_indices),
        Cell.from_string(cell.arch_str),
        Cell.from_arch(cell.arch),
        Cell.from_arch(json.loads(json.dumps(cell.arch))),
        Cell.from_matrix(cell.matrix),
        Cell.from_one_hot(cell.one_hot),
        Cell.from_naslib(cell.naslib),
        pickle.loads(pickle.dumps(cell)),
        copy.deepcopy(cell),
        eval(repr(cell), {"Cell": Cell}),
        Cell.from_ops(cell.op_indices),
        Cell.from_index(cell.index),
    ]
    for same in forms:
        assert same == cell
        assert hash(same) == hash(cell)
        assert same.arch_str == cell.arch_str


@given(indexes, indexes)
def test_cells_are_equal_if_they_are_written_alike(one, other):
    """By value, and to nothing that is no cell."""
    assert (Cell(one) == Cell(other)) == (one == other)
    assert Cell(one) != one
    assert Cell(one) != Cell(one).arch_str


def test_forms_have_their_types():
    """Arrays as the original's or as small as can be, plain strings and integers elsewhere."""
    cell = Cell(np.array(OPS))
    assert (cell.matrix.shape, cell.matrix.dtype) == ((4, 4), np.float64)
    assert (cell.one_hot.shape, cell.one_hot.dtype) == ((6, 5), np.int8)
    assert {type(name) for name in cell.ops} == {str}
    assert {type(name) for name in cell.arch.values()} == {str}
    assert {type(index) for index in Cell(np.array(INDEXES)).op_indices} == {int}
    assert {type(index) for index in cell.naslib} == {int}


def test_what_a_cell_gives_can_be_changed_without_changing_the_cell():
    """Lists, dicts and arrays are new at each call."""
    cell = Cell(OPS)
    cell.ops.clear()
    cell.arch.clear()
    cell.matrix[:] = 0
    cell.one_hot[:] = 0
    assert cell == Cell.from_string(STRING)
    assert cell.matrix.tolist() == MATRIX
    assert not hasattr(cell, "__dict__")


@given(cells, st.randoms(use_true_random=False))
def test_arch_may_have_its_keys_in_any_order(cell, rng):
    """The order of keys does not matter, nor does the kind of mapping."""
    items = list(cell.arch.items())
    rng.shuffle(items)
    for same in (dict(items), OrderedDict(items), MappingProxyType(dict(items))):
        assert Cell.from_arch(same) == cell
        assert Cell.parse(same) == cell
    assert list(Cell.from_arch(dict(items)).arch) == list(ARCH)


def test_names_of_nni_and_of_the_data_set_are_read_everywhere():
    """In lists, dicts and strings, also mixed."""
    cell = Cell(OPS)
    assert Cell([PRIMITIVES[index] for index in INDEXES]) == cell
    assert Cell(["conv_3x3", "nor_conv_3x3", 4, "none", np.int64(3), "avg_pool_3x3"]) == cell
    assert Cell.from_arch(dict(zip(ARCH, OPS, strict=True))) == cell
    assert Cell.from_string(STRING.replace("nor_conv", "conv")) == cell


@pytest.mark.parametrize(
    "ops",
    [
        tuple(OPS),
        iter(OPS),
        np.array(OPS),
        np.array(OPS, dtype=object),
        np.array(INDEXES, dtype=np.uint8),
        np.array(INDEXES, dtype=np.float32),
        [np.int64(index) for index in INDEXES],
        [float(index) for index in INDEXES],
    ],
)
def test_operations_of_any_make_are_read(ops):
    """Any iterable of names or whole numbers."""
    assert Cell(ops) == Cell.from_string(STRING)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64", "float32", "float64"])
def test_arrays_of_any_number_type_are_read(dtype):
    """What counts is the numbers, not how they are stored."""
    assert Cell.from_matrix(np.array(MATRIX, dtype=dtype)) == Cell(OPS)
    assert Cell.from_one_hot(np.array(ONE_HOT, dtype=dtype)) == Cell(OPS)
    assert Cell.from_naslib(np.array(NASLIB, dtype=dtype)) == Cell(OPS)
    assert Cell.from_one_hot(np.array(ONE_HOT, dtype=bool)) == Cell(OPS)


@pytest.mark.parametrize(
    ("ops", "reason"),
    [
        (edited(OPS, [2], "avg_pool"), "edge 1_2 .* 'avg_pool'; .*: did you mean 'avg_pool_3x3'"),
        (edited(OPS, [0], "max_pool_3x3"), "edge 0_1 .*: did you mean 'avg_pool_3x3'"),
        (edited(OPS, [0], "nor_conv_7x7"), "edge 0_1 .*: did you mean 'nor_conv_"),
        (edited(OPS, [5], "NONE"), "edge 2_3 has the unknown operation 'NONE'; known are none"),
        (edited(OPS, [3], " none"), "edge 0_3 has the unknown operation ' none'"),
        (edited(OPS, [3], ""), "edge 0_3 has the unknown operation ''"),
        (edited(OPS, [1], None), "edge 0_2 has the unknown operation None"),
        (edited(OPS, [1], b"none"), "edge 0_2 has the unknown operation b'none'"),
        (edited(OPS, [1], ["none"]), "edge 0_2 has the unknown operation"),
        (edited(OPS, [4], 5), "edge 1_3 has the unknown operation 5; .* indexes 0 to 4"),
        (edited(OPS, [4], -1), "edge 1_3 has the unknown operation -1"),
        (edited(OPS, [4], 1.5), "edge 1_3 has the unknown operation 1.5"),
        (edited(OPS, [4], float("nan")), "edge 1_3 has the unknown operation nan"),
        (edited(OPS, [4], True), "edge 1_3 has the unknown operation True"),
        (edited(OPS, [4], np.True_), "edge 1_3 has the unknown operation True"),
        (edited(OPS, [4], "3"), "edge 1_3 has the unknown operation '3'"),
        (OPS[:5], "must be a list of 6, and .* has 5"),
        ([*OPS, "none"], "must be a list of 6, and .* has 7"),
        ([], "must be a list of 6, and .* has 0"),
        (np.zeros((6, 5)), "edge 0_1 has the unknown operation"),
        (None, "must be a list of 6, not None"),
        (7, "must be a list of 6, not 7"),
        (np.array(3), "must be a list of 6, not 3"),
        (b"nnnnnn", "must be a list of 6, not b'nnnnnn'"),
        (ARCH, "must be a list of 6, not {'0_1'"),
        (STRING, "must be a list of 6. Cell.from_string reads"),
        ("none", "must be a list of 6. Cell.from_string reads"),
    ],
)
def test_wrong_operations_are_refused(ops, reason):
    """Unknown, missing and surplus operations, with the edge and the names that are known."""
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell(ops)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "'' has 1 nodes joined by '\\+'; it must have 3"),
        ("none", "has 1 nodes"),
        (STRING + "+|none~0|", "has 4 nodes"),
        (STRING.replace("+", ""), "has 1 nodes"),
        (STRING[:-1], "node 3 of the architecture string is .*; it must begin and end with"),
        (STRING[1:], "node 1 of the architecture string is 'nor_conv_3x3~0|'; it must begin"),
        ("|+|none~0|none~1|+|none~0|none~1|none~2|", "node 1 .* is '|'; it must begin and end"),
        (" " + STRING, "node 1 of the architecture string is ' |"),
        (STRING + "\n", "node 3 of the architecture string is"),
        ("||+|none~0|none~1|+|none~0|none~1|none~2|", "node 1 .* '' where '~0' is expected"),
        ("|none~0|+|none~0|+|none~0|none~1|none~2|", "node 2 .* has 1 edges; it must have 2"),
        ("|none~0|none~1|+|none~0|+|none~0|none~1|none~2|", "node 1 .* has 2 edges"),
        (
            "|none~1|+|none~0|none~1|+|none~0|none~1|none~2|",
            "node 1 .* has 'none~1' where 'none~0' is expected",
        ),
        (
            "|none~0|+|none~1|none~0|+|none~0|none~1|none~2|",
            "node 2 .* has 'none~1' where 'none~0' is expected",
        ),
        ("|none|+|none~0|none~1|+|none~0|none~1|none~2|", "'none' where 'none~0' is expected"),
        ("|none~00|+|none~0|none~1|+|none~0|none~1|none~2|", "'none~00' where 'none~0'"),
        ("|none~0~0|+|none~0|none~1|+|none~0|none~1|none~2|", "'none~0~0' where 'none~0'"),
        ("|zero~0|+|none~0|none~1|+|none~0|none~1|none~2|", "edge 0_1 .* operation 'zero'"),
        (
            STRING.replace("avg_pool_3x3~2", "avg_pool~2"),
            "edge 2_3 has the unknown operation 'avg_pool'; .*: did you mean 'avg_pool_3x3'",
        ),
        (None, "an architecture string is a str, not None"),
        (11, "an architecture string is a str, not 11"),
        (STRING.encode(), "an architecture string is a str, not b'"),
        (OPS, "an architecture string is a str, not \\["),
    ],
)
def test_malformed_strings_are_refused(text, reason):
    """With the place that is wrong and the form that is expected."""
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell.from_string(text)


@pytest.mark.parametrize(
    ("arch", "reason"),
    [
        ({}, "has the keys \\[\\]; a cell has 0_1, 0_2, 1_2, 0_3, 1_3, 2_3, and no others"),
        (dict.fromkeys(list(ARCH)[:5], "none"), "has the keys .*; a cell has 0_1"),
        ({**ARCH, "3_4": "none"}, "has the keys .*3_4.*; a cell has"),
        ({**dict.fromkeys(list(ARCH)[:5], "none"), "3_2": "none"}, "has the keys .*3_2"),
        (dict.fromkeys(EDGES, "none"), "has the keys"),
        ({**ARCH, "0_2": "conv3x3"}, "edge 0_2 .* 'conv3x3'; .*: did you mean 'conv_3x3'"),
        ({**ARCH, "0_2": ["none"]}, "edge 0_2 has the unknown operation"),
        (None, "is a dict with the keys 0_1.* not None"),
        (STRING, "is a dict with the keys"),
        ([ARCH], "is a dict with the keys"),
    ],
)
def test_malformed_dicts_are_refused(arch, reason):
    """Missing, surplus and misspelt keys, unknown operations, and what is no dict."""
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell.from_arch(arch)


@pytest.mark.parametrize(
    ("matrix", "reason"),
    [
        (edited(MATRIX, [0, 1], 3), r"0 on and above the diagonal, and has 3 at \[0\]\[1\]"),
        (edited(MATRIX, [2, 2], 1), r"0 on and above the diagonal, and has 1 at \[2\]\[2\]"),
        (np.array(MATRIX).T, r"0 on and above the diagonal, and has 3 at \[0\]\[1\]"),
        (edited(MATRIX, [3, 0], 5), "edge 0_3 has the unknown operation 5"),
        (edited(MATRIX, [3, 0], -1), "edge 0_3 has the unknown operation -1"),
        (edited(MATRIX, [3, 0], 0.5), r"the matrix has 0.5 at \[3\]\[0\]; only whole numbers"),
        (edited(MATRIX, [3, 0], None), r"the matrix has None at \[3\]\[0\]"),
        (edited(MATRIX, [3, 0], "none"), r"the matrix has 'none' at \[3\]\[0\]"),
        (MATRIX[:3], "the matrix must be a list of 4, and .* has 3"),
        (np.zeros((4, 5)), "row 0 of the matrix must be a list of 4, and .* has 5"),
        (np.zeros(4), "row 0 of the matrix must be a list of 4, not 0.0"),
        (None, "the matrix must be a list of 4, not None"),
        ("0000", "the matrix must be a list of 4, not '0000'"),
    ],
)
def test_malformed_matrices_are_refused(matrix, reason):
    """Wrong shapes, upper triangles, and entries that are no operations."""
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell.from_matrix(matrix)


@pytest.mark.parametrize(
    ("encoding", "reason"),
    [
        (np.zeros((6, 5)), r"row 0 of the one-hot encoding is \[0, 0, 0, 0, 0\]; it must be one"),
        (np.ones((6, 5)), "row 0 of the one-hot encoding"),
        (edited(ONE_HOT, [4, 0], 1), "row 4 of the one-hot encoding is .* one 1 among 4 zeros"),
        (edited(ONE_HOT, [4], [0, 2, -1, 0, 0]), "row 4 of the one-hot encoding"),
        (edited(ONE_HOT, [4, 0], 0.5), r"the one-hot encoding has 0.5 at \[4\]\[0\]"),
        (np.array(ONE_HOT).ravel(), "the one-hot encoding must be a list of 6, and"),
        (np.array(ONE_HOT).T, "the one-hot encoding must be a list of 6, and .* has 5"),
        (None, "the one-hot encoding must be a list of 6, not None"),
    ],
)
def test_malformed_one_hot_encodings_are_refused(encoding, reason):
    """Wrong shapes and rows that choose no operation or several."""
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell.from_one_hot(encoding)


@pytest.mark.parametrize(
    ("op_indices", "reason"),
    [
        ((4, 0, 3, 1, 4, 5), "have 5 for edge 2_3; they must be integers from 0 to 4"),
        ((4, 0, 3, -1, 4, 0), "have -1 for edge 1_2"),
        ((4, 0, "none", 1, 4, 0), "have 'none' for edge 0_3"),
        ((4, 0, 3, 1, 4), "NASLib's op_indices must be a list of 6, and .* has 5"),
        ("403143", "NASLib's op_indices must be a list of 6, not '403143'"),
        (403143, "NASLib's op_indices must be a list of 6, not 403143"),
    ],
)
def test_malformed_naslib_indexes_are_refused(op_indices, reason):
    """The edge is named as the other messages do."""
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell.from_naslib(op_indices)


@pytest.mark.parametrize("given_", [None, 1.5, b"|none~0|", object(), Cell, set(OPS), iter(OPS)])
def test_parse_says_what_it_reads(given_):
    """What is no architecture in any of the forms is refused with the list of forms."""
    with pytest.raises(InvalidArchitecture, match=r"is a Cell, a string \|op~0\|.*, a dict .*not"):
        Cell.parse(given_)


@pytest.mark.parametrize(
    "given_",
    [OPS[:5], OPS[:4], np.array(MATRIX).T, {"0_1": "none"}, "none", ONE_HOT, True, -1, 15_625],
)
def test_parse_refuses_what_the_form_refuses(given_):
    """The form is told by the type, then read as strictly as by its own method."""
    with pytest.raises(InvalidArchitecture):
        Cell.parse(given_)


@pytest.mark.parametrize(
    "given_",
    [
        INDEXES,
        list(INDEXES),
        np.array(INDEXES),
        np.array(INDEXES, dtype=float),
        [np.int64(index) for index in INDEXES],
        json.dumps(INDEXES),
        [*OPS[:5], 4],
        range(6),
    ],
)
def test_six_numbers_do_not_say_what_they_number(given_):
    """They are refused with the methods for the two numberings that there are."""
    with pytest.raises(InvalidArchitecture, match=r"six numbers.*Cell\.from_ops.*from_naslib"):
        Cell.parse(given_)


def test_naslib_lists_are_those_of_published_files(data):
    """Of 491 cells of a file with NASLib's lists, each has its accuracy of the real table."""
    with gzip.open(data / "zero_cost" / "zc_nasbench201.json.gz") as file:
        published = json.load(file)["nasbench201"]["cifar100"]
    with gzip.open(data / "tables" / "nasbench201_200_epochs_seed888.csv.gz", "rt") as file:
        real = {row["arch"]: float(row["cifar100_x-test"]) for row in csv.DictReader(file)}
    assert len(published) > 400
    other = 0
    for text, row in published.items():
        indexes = ast.literal_eval(text)
        assert row["val_accuracy"] == real[Cell.from_naslib(indexes).arch_str]
        other += row["val_accuracy"] != real[Cell.from_ops(indexes).arch_str]
    assert other > 400  # the other numbering gives other cells


def test_indexes_are_the_official_ones():
    """Both ways, whatever kind of number they are."""
    for index, text in KNOWN_INDEXES.items():
        for same in (index, float(index), np.int64(index), np.array(index)):
            assert Cell.from_index(same) == Cell.from_string(text)
        assert Cell.from_string(text).index == index
    assert [cell.index for cell in official_order()] == list(range(SPACE_SIZE))


@pytest.mark.parametrize("index", [-1, 15_625, 1.5, float("nan"), True, np.True_, None, "0", [0]])
def test_wrong_indexes_are_refused(index):
    """Negative ones too: they do not count from the end."""
    with pytest.raises(InvalidArchitecture, match=r"no architecture has the index .* 0 to 15624"):
        Cell.from_index(index)


def test_canonical_str_can_still_be_called():
    """It was a method; what it gives now is a plain text to all that read it."""
    cell = Cell.from_string(KNOWN_INDEXES[0])
    text = cell.canonical_str
    with pytest.warns(DeprecationWarning, match="write cell.canonical_str, or cell.to_canonical"):
        assert cell.canonical_str() == text
    with pytest.warns(DeprecationWarning, match="to_canonical_str"):
        assert cell.canonical_str("propagate") == cell.to_canonical_str("propagate")
    assert {text: 1}[cell.to_canonical_str()] == 1
    assert f"{text}" == json.loads(json.dumps(text)) == cell.to_canonical_str()
    for same in (pickle.loads(pickle.dumps(text)), copy.deepcopy(text)):
        assert (type(same), same) == (str, text)


@given(st.text(alphabet="|~+012nopeskip_ ", max_size=60))
def test_any_text_is_read_or_refused(text):
    """No other exception comes out of a string, whatever it is."""
    try:
        cell = Cell.from_string(text)
    except InvalidArchitecture:
        return
    assert cell.arch_str == text


def test_long_values_are_cut_in_messages():
    """A message is a few lines even if what was given is a book."""
    with pytest.raises(InvalidArchitecture) as caught:
        Cell.from_string("x" * 100_000)
    assert len(str(caught.value)) < 500


def test_enumeration_has_every_cell_once():
    """15,625 cells, the last edge changing fastest."""
    cells = list(enumerate_cells())
    assert len(set(cells)) == len(cells) == SPACE_SIZE == 15_625
    assert [cell.op_indices for cell in cells] == sorted(cell.op_indices for cell in cells)
    assert cells[0] == Cell(["none"] * 6)
    assert cells[1] == Cell([*["none"] * 5, "skip_connect"])
    assert cells[-1] == Cell(["avg_pool_3x3"] * 6)


def test_official_order_has_the_known_cells():
    """Indexes that the documentation of NAS-Bench-201 and NNI give."""
    order = official_order()
    assert {index: order[index].arch_str for index in KNOWN_INDEXES} == KNOWN_INDEXES
    assert set(order) == set(enumerate_cells())
    assert len(order) == SPACE_SIZE


def test_official_order_is_that_of_the_data_files(data):
    """All of ``meta_archs``."""
    path = data / "natsbench" / "NATS-tss-v1_0-3ffb9-simple" / "meta.pickle.pbz2"
    with bz2.open(path) as file:
        names = pickle.load(file)["meta_archs"]
    assert [cell.arch_str for cell in official_order()] == names


@pytest.mark.parametrize(
    ("index", "num_classes", "expected"),
    [
        (0, 10, 129_306),
        (0, 100, 135_156),
        (0, 120, 136_456),
        (11, 10, 802_426),
        (11, 100, 808_276),
        (11, 120, 809_576),
    ],
)
def test_parameters_are_those_of_the_data_set(index, num_classes, expected):
    """As recorded, in millions with six decimals."""
    cell = Cell.from_string(KNOWN_INDEXES[index])
    assert cell.trainable_parameters(num_classes) == expected


def test_parameters_are_those_of_the_records(data):
    """Every run of the two architectures whose records are there."""
    classes = {"cifar10-valid": 10, "cifar10": 10, "cifar100": 100, "ImageNet16-120": 120}
    for index in (0, 11):
        folder = data / "natsbench" / "NATS-tss-v1_0-3ffb9-simple"
        with bz2.open(folder / f"{index:06d}.pickle.pbz2") as file:
            record = pickle.load(file)
        for budget in record.values():
            cell = Cell.from_string(budget["arch_str"])
            for (dataset, _), run in budget["all_results"].items():
                parameters = cell.trainable_parameters(classes[dataset])
                assert round(run["params"] * 1e6) == parameters


def test_parameters_default_to_ten_classes():
    """What has no operation with parameters has those of the rest of the network."""
    assert Cell(OPS).trainable_parameters() == 802_426
    rest = 129_306 - 10 * 5_600
    for op in ("none", "skip_connect", "avg_pool_3x3"):
        assert Cell([op] * 6).trainable_parameters() == rest


@given(cells)
def test_neighbours_differ_in_one_operation(cell):
    """All 24, each once, in the order of edges and then operations."""
    neighbours = cell.neighbors()
    assert len(set(neighbours)) == len(neighbours) == 24
    assert all(cell.edit_distance(neighbour) == 1 for neighbour in neighbours)
    changes = [
        (edge, new)
        for neighbour in neighbours
        for edge, (old, new) in enumerate(zip(cell.op_indices, neighbour.op_indices, strict=True))
        if old != new
    ]
    assert changes == sorted(changes)


@given(cells, cells, cells)
def test_distance_is_a_metric(one, two, three):
    """Zero for equal cells only, the same both ways, and no longer than a detour."""
    assert (one.edit_distance(two) == 0) == (one == two)
    assert one.edit_distance(two) == two.edit_distance(one)
    assert one.edit_distance(three) <= one.edit_distance(two) + two.edit_distance(three)


@given(cells, st.integers(0, 1 << 32))
def test_mutation_is_a_neighbour(cell, seed):
    """And the same one for the same seed, however it is given."""
    mutant = cell.mutate(seed)
    assert mutant in cell.neighbors()
    assert cell.mutate(random.Random(seed)) == mutant


def test_mutation_reaches_every_neighbour_as_often_as_the_original():
    """A node is drawn first and then one of its edges; all operations are alike."""
    cell = Cell(OPS)
    rng = random.Random(0)
    draws = 30_000
    found = Counter(cell.mutate(rng) for _ in range(draws))
    assert set(found) == set(cell.neighbors())
    for mutant, count in found.items():
        edge = next(i for i in range(6) if mutant.op_indices[i] != cell.op_indices[i])
        expected = draws / 3 / EDGES[edge][1] / 4
        assert count == pytest.approx(expected, rel=0.2)


@given(cells, cells, st.integers(0, 1 << 32))
def test_crossover_takes_each_operation_from_a_parent(one, other, seed):
    """Nothing appears that neither of the parents has."""
    child = one.crossover(other, seed)
    for mine, theirs, both in zip(one.op_indices, other.op_indices, child.op_indices, strict=True):
        assert both in (mine, theirs)
    assert one.crossover(other, random.Random(seed)) == child


def test_crossover_gives_every_mixture():
    """All 64 mixtures of two cells that share no operation."""
    one, other = Cell([1] * 6), Cell([3] * 6)
    rng = random.Random(0)
    assert len({one.crossover(other, rng) for _ in range(1000)}) == 64


def test_random_cells_are_uniform():
    """Each operation is as frequent as any other at each edge."""
    rng = random.Random(0)
    counts = Counter(
        (edge, op) for _ in range(10_000) for edge, op in enumerate(random_cell(rng).op_indices)
    )
    assert len(counts) == 30
    assert all(1800 < count < 2200 for count in counts.values())


def test_random_methods_take_a_numpy_generator_and_leave_global_states_alone():
    """Their own generator where none is given."""
    random.seed(1)
    np.random.seed(1)
    state, numpy_state = random.getstate(), np.random.get_state()[1].tolist()
    cell = Cell(OPS)
    for rng in (None, 5, np.random.default_rng(5)):
        random_cell(rng)
        cell.mutate(rng)
        cell.crossover(cell.neighbors()[0], rng)
    official_order.__wrapped__()
    assert random.getstate() == state
    assert np.random.get_state()[1].tolist() == numpy_state
    assert random_cell(7) == random_cell(7)
    assert len({random_cell() for _ in range(20)}) > 1


@pytest.mark.parametrize("zero_rule", ["conv_bias", "propagate"])
def test_canonical_cell_stands_for_its_class(zero_rule):
    """It is a member, the same for all members, and the smallest."""
    for cell in list(enumerate_cells())[::37]:
        canonical = cell.canonical(zero_rule)
        assert canonical.is_isomorphic(cell, zero_rule)
        assert canonical.canonical(zero_rule) == canonical
        assert canonical.op_indices <= cell.op_indices


def test_isomorphism_depends_on_the_rule():
    """A convolution of zero is a constant, or nothing."""
    biased = Cell(["none", "none", "none", "skip_connect", "nor_conv_3x3", "none"])
    plain = Cell(["none", "none", "none", "skip_connect", "none", "none"])
    assert not biased.is_isomorphic(plain)
    assert not biased.is_isomorphic(plain, "conv_bias")
    assert biased.is_isomorphic(plain, "propagate")
    assert biased.canonical_str == biased.to_canonical_str() == "(#)@nor_conv_3x3+0"
    assert biased.to_canonical_str("propagate") == plain.to_canonical_str("propagate") == "0"


@pytest.mark.parametrize("rule", ["zero", "", None, True])
@pytest.mark.parametrize("method", ["to_canonical_str", "canonical"])
def test_unknown_zero_rules_are_refused(method, rule):
    """With the rules that there are."""
    with pytest.raises(InvalidQuery, match="one of conv_bias, propagate, not"):
        getattr(Cell(OPS), method)(rule)


def test_names_agree():
    """The constants of NNI stand for the operations of the same index."""
    assert [name.removeprefix("nor_") for name in OPERATIONS] == PRIMITIVES
    assert [f"{source}_{target}" for source, target in EDGES] == list(ARCH)


def test_reading_a_cell_imports_no_numpy(run):
    """A process that only looks something up does not pay for arrays."""
    code = (
        "import sys\n"
        "from nasbench_db.architectures.topology import Cell\n"
        f"cell = Cell.from_string({STRING!r})\n"
        "cell.arch, cell.unique_str, cell.canonical_str, cell.trainable_parameters()\n"
        "print('numpy' in sys.modules)"
    )
    assert run("-c", code).stdout == "False\n"


def test_jupyter_shows_a_drawing():
    """By the method that it looks for."""
    assert Cell(OPS)._repr_svg_().startswith("<svg")


DRAWN = Cell(["none", "skip_connect", "nor_conv_3x3", "none", "nor_conv_1x1", "avg_pool_3x3"])


def test_every_operation_has_its_looks():
    """Each has a colour of its own and a box that its name fits in, but ``none`` has no box."""
    root = root_of(DRAWN.draw())
    boxes = [rect for rect in root.iter(f"{SVG}rect") if rect.get("data-from")]
    names = [text.text for text in root.iter(f"{SVG}text") if text.text in OPERATIONS]
    assert names == [op for op in DRAWN.ops if op != "none"]
    assert len({box.get("fill") for box in boxes}) == len(names) == len(OPERATIONS) - 1
    for box, name in zip(boxes, names, strict=True):
        left, _, right, _ = sides(box)
        assert right - left >= 9 * len(name)


def test_drawing_says_which_cell_it_is():
    """In its title and in words."""
    drawing = DRAWN.draw()
    root = root_of(drawing)
    assert root[0].text == drawing.title == f"NAS-Bench-201 cell {DRAWN.arch_str}"
    assert root[1].text.endswith("Edge from 1 to 3: nor_conv_1x1. Edge from 2 to 3: avg_pool_3x3.")


def test_jupyter_shows_the_same_drawing():
    """The same text for equal cells."""
    assert DRAWN._repr_svg_() == DRAWN.draw().svg == Cell(DRAWN.ops).draw().svg
