"""ModelSpec prunes, hashes and refuses as the original does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nasbench101 import CONV1X1_BN_RELU, CONV3X3_BN_RELU, INPUT, MAXPOOL3X3, OUTPUT
from nasbench_db.nasbench101.api import ModelSpec
from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.constants import OPERATIONS
from nasbench_db.nasbench101.model_spec import is_upper_triangular
from nasbench_db.nasbench101.named import BEST, INCEPTION_LIKE, NAMED_CELLS, RESNET_LIKE

CHAIN = [[0, 1, 0], [0, 0, 1], [0, 0, 0]]
CHAIN_OPS = [INPUT, CONV3X3_BN_RELU, OUTPUT]


def test_named_cells_have_their_published_hashes() -> None:
    published = {
        "resnet-like": "b5fb4f6193360330b6ff6a52cbf0cad7",
        "inception-like": "28cfc7874f6d200472e1a9dcd8650aa0",
        "best": "02e5a0247bbdcf2860b7e96f74961594",
    }
    assert {name: cell.hash for name, cell in NAMED_CELLS.items()} == published
    for cell in (RESNET_LIKE, INCEPTION_LIKE, BEST):
        assert ModelSpec(cell.matrix, cell.ops).hash_spec(OPERATIONS) == cell.hash


def test_attributes_of_a_spec_that_needs_no_pruning() -> None:
    spec = ModelSpec(CHAIN, CHAIN_OPS)
    assert spec.valid_spec
    assert spec.data_format == "channels_last"
    assert spec.original_matrix.tolist() == spec.matrix.tolist() == CHAIN
    assert spec.original_ops == spec.ops == CHAIN_OPS
    assert (
        ModelSpec(CHAIN, CHAIN_OPS, data_format="channels_first").data_format == "channels_first"
    )


def test_vertices_that_lead_nowhere_are_pruned() -> None:
    matrix = [[0, 1, 1, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0], [0, 0, 0, 0, 1], [0] * 5]
    ops = [INPUT, CONV3X3_BN_RELU, MAXPOOL3X3, CONV1X1_BN_RELU, OUTPUT]
    spec = ModelSpec(np.array(matrix), ops)
    assert spec.matrix.tolist() == CHAIN
    assert spec.ops == CHAIN_OPS
    assert spec.original_matrix.tolist() == matrix
    assert spec.original_ops == ops
    assert spec.hash_spec(OPERATIONS) == ModelSpec(CHAIN, CHAIN_OPS).hash_spec(OPERATIONS)


def test_a_disconnected_spec_is_invalid_and_has_no_hash() -> None:
    spec = ModelSpec([[0, 1, 0], [0, 0, 0], [0, 0, 0]], CHAIN_OPS)
    assert not spec.valid_spec
    assert spec.matrix is None
    assert spec.ops is None
    with pytest.raises(TypeError, match="disconnected"):
        spec.hash_spec(OPERATIONS)


def test_what_was_given_can_change_without_changing_the_spec() -> None:
    matrix, ops = np.array(CHAIN), list(CHAIN_OPS)
    spec = ModelSpec(matrix, ops)
    matrix[0, 2] = 1
    ops[1] = MAXPOOL3X3
    assert spec.original_matrix.tolist() == spec.matrix.tolist() == CHAIN
    assert spec.original_ops == spec.ops == CHAIN_OPS
    spec.matrix[0, 2] = 1
    assert spec.original_matrix.tolist() == CHAIN


@pytest.mark.parametrize("dtype", [bool, np.int8, np.int64, np.uint8, float])
def test_arrays_of_any_type_and_tuples_are_taken(dtype: type) -> None:
    spec = ModelSpec(np.array(CHAIN, dtype=dtype), tuple(CHAIN_OPS))
    assert spec.matrix.dtype == dtype
    assert spec.ops == CHAIN_OPS
    pruned = ModelSpec(
        np.pad(np.array(CHAIN, dtype=dtype), ((0, 1), (0, 1)))[[0, 3, 1, 2]][:, [0, 3, 1, 2]],
        (INPUT, MAXPOOL3X3, CONV3X3_BN_RELU, OUTPUT),
    )
    assert pruned.ops == CHAIN_OPS
    assert pruned.hash_spec(OPERATIONS) == spec.hash_spec(OPERATIONS)


def test_the_labels_follow_canonical_ops() -> None:
    spec = ModelSpec(CHAIN, CHAIN_OPS)
    pooled = ModelSpec(CHAIN, [INPUT, MAXPOOL3X3, OUTPUT])
    assert spec.hash_spec(OPERATIONS) == pooled.hash_spec([MAXPOOL3X3])
    with pytest.raises(ValueError, match="not in list"):
        spec.hash_spec([MAXPOOL3X3])


def test_graphs_beyond_the_space_have_hashes() -> None:
    size = 9
    matrix = np.triu(np.ones((size, size), dtype=int), 1)
    spec = ModelSpec(matrix, [INPUT, *["bottleneck3x3"] * 7, OUTPUT])
    assert spec.matrix.shape == (9, 9)
    assert len(spec.hash_spec(["bottleneck3x3"])) == 32


@pytest.mark.parametrize(
    ("matrix", "ops", "message"),
    [
        ([[0, 1]], CHAIN_OPS[:1], "matrix must be square"),
        ([0, 1], CHAIN_OPS[:2], "matrix must be square"),
        (1, [], "matrix must be square"),
        ([[0, 1, 0], [0, 0], [0, 0, 0]], CHAIN_OPS, "inhomogeneous"),
        (CHAIN, CHAIN_OPS[:2], "length of ops must match matrix dimensions"),
        ([[0, 1, 0], [0, 0, 1], [1, 0, 0]], CHAIN_OPS, "matrix must be upper triangular"),
        ([[1, 1, 0], [0, 0, 1], [0, 0, 0]], CHAIN_OPS, "matrix must be upper triangular"),
        ([[0, 2, 0], [0, 0, 1], [0, 0, 0]], CHAIN_OPS, r"\[0\]\[1\] is 2"),
        ([[0, 0.5, 0], [0, 0, 1], [0, 0, 0]], CHAIN_OPS, r"\[0\]\[1\] is 0.5"),
        ([[0, "1", 0], [0, 0, 1], [0, 0, 0]], CHAIN_OPS, r"\[0\]\[0\] is '0'"),
        ([[0, float("nan"), 0], [0, 0, 1], [0, 0, 0]], CHAIN_OPS, "is nan"),
    ],
)
def test_refusals_are_value_errors(matrix: object, ops: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ModelSpec(matrix, ops)


def test_is_upper_triangular() -> None:
    assert is_upper_triangular(np.array(CHAIN))
    assert not is_upper_triangular(np.eye(3))
    assert not is_upper_triangular(np.array(CHAIN).T)


@given(
    st.lists(st.booleans(), min_size=21, max_size=21),
    st.lists(st.sampled_from(OPERATIONS), min_size=5, max_size=5),
)
def test_a_spec_is_valid_where_a_cell_is(bits: list[bool], ops: list[str]) -> None:
    matrix = np.zeros((7, 7), dtype=int)
    matrix[np.triu_indices(7, 1)] = bits
    names = [INPUT, *ops, OUTPUT]
    spec = ModelSpec(matrix, names)
    if not spec.valid_spec or np.count_nonzero(spec.matrix) > 9:
        with pytest.raises(InvalidArchitecture):
            Cell(matrix, names)
        return
    cell = Cell(matrix, names)
    assert spec.matrix.tolist() == cell.prune().matrix.tolist()
    assert spec.ops == cell.prune().ops
    assert spec.hash_spec(OPERATIONS) == cell.hash


def test_drawing_needs_no_graphviz_and_refuses_what_is_no_cell() -> None:
    drawing = ModelSpec(CHAIN, CHAIN_OPS).visualize()
    assert CONV3X3_BN_RELU in drawing._repr_svg_()
    with pytest.raises(ValueError, match="no path"):
        ModelSpec([[0, 0], [0, 0]], [INPUT, OUTPUT]).visualize()
