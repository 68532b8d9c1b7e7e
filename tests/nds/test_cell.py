"""Architectures as values: their forms, what is refused, and their pictures."""

import json
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.nds_cases import BASIC, BOTTLENECK, CELL_SPEC, CELLS, PLAIN, PRINTED

from nasbench_db import InvalidArchitecture, InvalidQuery
from nasbench_db.nds import AnyNet, Cell, CellNet, random_cell
from nasbench_db.nds.cell import canonical_cell_spec, canonical_model_spec
from nasbench_db.nds.constants import PROPOSER_OPERATIONS, SWEEPS
from nasbench_db.nds.record import sweep_of

PROPOSERS = sorted({sweep.proposer for name in SWEEPS if (sweep := sweep_of(name))})


@given(st.sampled_from(PROPOSERS), st.integers(0, 10_000))
def test_every_form_leads_back(proposer: str, seed: int) -> None:
    """The net of a job, NNI's dicts, JSON of each; whatever the order of the keys."""
    cell = random_cell(np.random.default_rng(seed), proposer=proposer)
    nni = {
        "model_family": cell.model_family,
        "model_spec": cell.model_spec,
        "cell_spec": cell.cell_spec,
    }
    arch = cell.arch
    for form in (arch, dict(reversed(arch.items())), nni, json.dumps(arch), json.dumps(nni)):
        again = Cell.parse(form)
        assert again == cell
        assert hash(again) == hash(cell)
        assert (again.arch_hash, again.arch) == (cell.arch_hash, arch)
    assert canonical_model_spec(cell.model_spec) == cell.model_spec
    assert canonical_cell_spec(cell.cell_spec) == cell.cell_spec
    assert eval(repr(cell)) == cell
    if proposer in PROPOSER_OPERATIONS:
        assert {op for op, _ in cell.normal.edges} <= set(PROPOSER_OPERATIONS[proposer])


@pytest.mark.parametrize(("family", "model", "cells"), [row[:3] for row in PRINTED])
def test_nnis_dicts_come_out_as_they_went_in(
    family: str, model: dict[str, Any], cells: dict[str, Any]
) -> None:
    cell = Cell.from_nni(family, model, cells)
    assert (cell.model_family, cell.model_spec, cell.cell_spec) == (family, model, cells)
    assert isinstance(cell, CellNet if cells else AnyNet)


def test_numbers_are_compared_by_value() -> None:
    """0 is 0.0, and True is 1."""
    loose = {**CELLS, "aux": 0, "drop_prob": 0, "depth": 12.0}
    assert Cell.from_nni("nas_cell", loose, CELL_SPEC) == Cell.from_nni(
        "nas_cell", CELLS, CELL_SPEC
    )
    shares = {**BOTTLENECK, "bot_muls": [0, 0.25, 0.25, 0.25], "ws": [16.0, 64, 128, 16]}
    assert canonical_model_spec(shares) == BOTTLENECK
    assert json.dumps(canonical_model_spec(shares), sort_keys=True) == json.dumps(
        BOTTLENECK, sort_keys=True
    )


def test_what_a_block_does_not_have_may_be_empty() -> None:
    """As the original writes it."""
    plain = Cell.from_nni("vanilla", PLAIN)
    net = {"block_type": "double_plain_block", **PLAIN}
    for empty in ({}, {"bot_muls": [], "num_gs": []}, {"bot_muls": None, "num_gs": None}):
        assert Cell.parse({**net, **empty}) == plain
    assert Cell.parse({**net, "block_type": "double_plain_block_v2"}) == plain
    assert plain != Cell.from_nni("residual_basic", PLAIN)


def edited(**changes: Any) -> dict[str, Any]:
    """The cells that NNI prints, with some items changed; None takes one out."""
    spec = {**CELL_SPEC, **changes}
    return {key: value for key, value in spec.items() if value is not None}


@pytest.mark.parametrize(
    ("family", "model", "cells", "reason"),
    [
        ("nas_cel", CELLS, CELL_SPEC, "did you mean 'nas_cell'"),
        (None, CELLS, CELL_SPEC, "the family is None"),
        ("nas_cell", CELLS, {}, "the cell_spec has no normal_0_op_x"),
        ("nas_cell", CELLS, None, "the cell_spec is None; it must be a dict"),
        ("nas_cell", BASIC, CELL_SPEC, "lacks num_nodes_normal, num_nodes_reduce"),
        ("nas_cell", {**CELLS, "more": 1}, CELL_SPEC, 'has ."more". besides'),
        ("nas_cell", {**CELLS, "num_nodes_reduce": 4}, CELL_SPEC, "has 5 and 4 nodes"),
        ("nas_cell", {**CELLS, "depth": 0}, CELL_SPEC, "depth is 0; it must be a whole number"),
        ("nas_cell", {**CELLS, "depth": 10**400}, CELL_SPEC, "depth is"),
        ("nas_cell", {**CELLS, "width": "32"}, CELL_SPEC, "width is '32'"),
        ("nas_cell", {**CELLS, "aux": 2}, CELL_SPEC, "aux is 2; it must be true or false"),
        ("nas_cell", {**CELLS, "drop_prob": 1.5}, CELL_SPEC, "drop_prob is 1.5"),
        ("nas_cell", CELLS, edited(normal_1_op_y="sep_conv_3x4"), "did you mean 'sep_conv_3x3'"),
        ("nas_cell", CELLS, edited(normal_1_op_y=None), "an operation of the cell normal is None"),
        ("nas_cell", CELLS, edited(normal_0_input_x=2), "node 0 of normal is 2; .* from 0 to 1"),
        ("nas_cell", CELLS, edited(reduce_4_input_y=True), "node 4 of reduce is True"),
        ("nas_cell", CELLS, edited(normal_concat=[3, 7]), "normal_concat is 7"),
        ("nas_cell", CELLS, edited(normal_concat=[3, 3]), "different nodes"),
        ("nas_cell", CELLS, edited(normal_concat=[]), "different nodes"),
        ("nas_cell", CELLS, edited(reduce_concat=None), "the cell_spec has no reduce_concat"),
        ("nas_cell", CELLS, edited(other_0_op_x="none"), 'has ."other_0_op_x"., of no cell'),
        ("vanilla", PLAIN, CELL_SPEC, "the family vanilla has no cells"),
        ("vanilla", {**PLAIN, "ds": [1, 12, 12]}, {}, "a number for each stage"),
        ("vanilla", {**PLAIN, "ds": [1, 0, 0, 0]}, {}, "there is no block"),
        ("vanilla", {**PLAIN, "ds": 12}, {}, "ds is 12; it must be a list"),
        ("vanilla", {**PLAIN, "ws": [16, 24, 32, 0]}, {}, "ws is 0"),
        ("vanilla", {**PLAIN, "x": 1}, {}, 'has ."x". besides'),
        ("residual_bottleneck", PLAIN, {}, "residual_bottleneck has bot_muls"),
        ("residual_bottleneck", {**BOTTLENECK, "num_gs": [1, 3, 1, 2]}, {}, "3 groups of 64"),
        ("residual_bottleneck", {**BOTTLENECK, "bot_muls": [0.0] * 4}, {}, "cannot be"),
        ("residual_bottleneck", {**BOTTLENECK, "bot_muls": ["x"] * 4}, {}, "bot_muls is 'x'"),
    ],
)
def test_what_is_no_architecture_is_refused(
    family: Any, model: Any, cells: Any, reason: str
) -> None:
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell.from_nni(family, model, cells)


@pytest.mark.parametrize(
    ("net", "reason"),
    [
        ({"block_type": "dense_block", **PLAIN}, "known are res_bottleneck_block"),
        ({"block_type": "double_plain_block", "ds": [1, 2]}, "a net has ws"),
        ({"genotype": {"normal": []}}, "the genotype has normal_concat"),
        ({"genotype": 1}, "the genotype is 1; it must be a dict"),
        ({"genotype": {"normal": [["none", 0]], "normal_concat": [2], "reduce": [], "reduce_concat"
          : []}, "depth": 1, "width": 1, "aux": False, "drop_prob": 0}, "has 1 edges"),
        ({"ds": [1]}, "has a genotype or a block_type"),
        ("x" * 32, "an architecture is a Cell"),
        (b"x", "an architecture is a Cell"),
    ],
)  # fmt: skip
def test_what_is_no_net_is_refused(net: Any, reason: str) -> None:
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell.parse(net)


def test_cells_are_drawn() -> None:
    """A row for each node, with the operations and their inputs; the same text always."""
    cell = Cell.from_nni("nas_cell", CELLS, CELL_SPEC)
    drawing = cell.draw()
    assert drawing == cell.draw()
    root = ElementTree.fromstring(drawing.svg)
    boxes = list(root.iter("{http://www.w3.org/2000/svg}rect"))
    assert len([box for box in boxes if "data-node" in box.attrib]) == 10
    assert isinstance(cell, CellNet)
    assert [box.get("data-op") for box in boxes if "data-op" in box.attrib] == [
        op for graph in (cell.normal, cell.reduce) for op, _ in graph.edges
    ]
    assert "reduce node 4: conv_7x1_1x7 of cell k-2 plus conv_7x1_1x7 of node 3" in drawing.svg
    assert cell._repr_svg_() == drawing.svg


def test_stages_are_drawn() -> None:
    drawing = Cell.from_nni("residual_bottleneck", BOTTLENECK).draw()
    root = ElementTree.fromstring(drawing.svg)
    boxes = list(root.iter("{http://www.w3.org/2000/svg}rect"))
    for name, values in (("depth", "ds"), ("width", "ws"), ("stride", "ss")):
        assert [int(box.attrib[f"data-{name}"]) for box in boxes] == BOTTLENECK[values]
    assert "16 blocks, 64 channels, stride 1, 0.25 x inside, 2 groups" in drawing.svg


def test_architectures_are_drawn_alike_from_a_seed() -> None:
    """Of every space, or of one that is named."""
    assert {random_cell(seed).model_family for seed in range(60)} == {
        *("nas_cell", "residual_bottleneck", "residual_basic", "vanilla")
    }
    assert random_cell(3) == random_cell(3)
    with pytest.raises(InvalidQuery, match="did you mean 'darts'"):
        random_cell(1, proposer="dart")
    assert len(random_cell(1, proposer="enas", nodes=3).cell_spec) == 2 * (3 * 4 + 1)
