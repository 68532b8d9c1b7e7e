"""An architecture of NAS-Bench-Macro as a value: its forms, its network, its copies."""

import copy
import json
import pickle
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.svg import SVG, check_boxes, check_stands_in_a_page, root_of, sides

from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nasbenchmacro import OPERATIONS, Cell, enumerate_cells, random_cell

cells = st.lists(st.sampled_from(OPERATIONS), min_size=8, max_size=8).map(Cell)


@given(cells)
def test_every_form_comes_back(cell: Cell) -> None:
    """What an architecture is written as gives an equal one, with the same hash."""
    code = cell.arch_str
    digits = [int(digit) for digit in code]
    forms = [
        *(Cell(cell.ops), Cell(digits), Cell(code[n] for n in range(8)), Cell.from_string(code)),
        *(Cell.from_one_hot(cell.one_hot), pickle.loads(pickle.dumps(cell)), copy.deepcopy(cell)),
        *(eval(repr(cell), {"Cell": Cell}), cell.mutate(0).crossover(cell, Always())),
        *map(Cell.parse, (cell, code, f" '{code}'\n", np.str_(code), cell.arch, np.array(digits))),
        *map(Cell.parse, (json.dumps(cell.arch), np.array(cell.ops), Row(code))),
        *([Cell.parse(int(code)), Cell.parse(np.int64(code))] if code[0] != "0" else []),
    ]
    for same in forms:
        assert same == cell
        assert hash(same) == hash(cell)


class Always:
    """Random numbers that take everything from the second parent."""

    def random(self) -> float:
        return 0.9


class Row:
    """A row of a table."""

    def __init__(self, arch_str: str) -> None:
        self.arch_str = arch_str


@pytest.mark.parametrize(
    ("given_", "reason"),
    [
        (12, "not 12; a number has lost the zeros that its code began with"),
        (0, "a number has lost the zeros"),
        (-2221222, "not -2221222$"),
        (10**40, "a code such as '22212220'"),
        ("2221222", "not 2221222; a number has lost the zeros"),
        ("022212220", "8 digits, each of them Identity .0., MB3_K3 .1., MB6_K5 .2."),
        ("22212223", "8 digits"),
        ("\uff12" * 8, "8 digits"),
        ([2] * 7, "must be a list of 8"),
        (["MB3_K3"] * 7 + ["MB3_K5"], "layer 8 has the unknown operation 'MB3_K5'; .* did you"),
        ([True] * 8, "layer 1 has the unknown operation True"),
        ([3] * 8, "layer 1 has the unknown operation 3"),
        (None, "not None"),
        ({"arch": "22212220"}, "a list of 8 operations"),
        (b"22212220", "a list of 8 operations"),
    ],
)
def test_what_is_no_architecture_is_refused(given_: Any, reason: str) -> None:
    with pytest.raises(InvalidArchitecture, match=reason):
        Cell.parse(given_)


def test_the_space_is_enumerated_in_the_order_of_the_codes() -> None:
    codes = [cell.arch_str for cell in enumerate_cells()]
    assert len(set(codes)) == 3**8 == 6561
    assert codes == sorted(codes)
    assert random_cell(3) == random_cell(np.int64(3))


def test_copies_are_in_groups_of_one_two_and_four() -> None:
    """As many networks were trained as the data set has different triples of accuracies."""
    groups = Counter(cell.canonical() for cell in enumerate_cells())
    assert Counter(groups.values()) == {1: 2025, 2: 1620, 4: 324}
    assert len(groups) == 3969
    assert all(cell.is_canonical for cell in groups)
    assert Cell.parse("22212202").canonical() == Cell.parse("22212220")
    assert Cell.parse("10010202").canonical().arch_str == "10010220"


@given(cells)
def test_copies_have_the_same_network(cell: Cell) -> None:
    other = cell.canonical()
    assert other.canonical() == other
    assert (other.trainable_parameters(), other.flops()) == (
        cell.trainable_parameters(),
        cell.flops(),
    )
    assert cell.trainable_parameters(100) - cell.trainable_parameters() == 90 * 1281
    assert cell.flops(100) - cell.flops() == 90 * 1280


def test_parameters_and_flops_are_the_published_ones(published: dict[str, Any]) -> None:
    """Of all 6,561."""
    assert {cell.arch_str for cell in enumerate_cells()} == set(published)
    for code, entry in published.items():
        cell = Cell.from_string(code)
        assert (cell.trainable_parameters(), cell.flops()) == (entry["params"], entry["flops"])


def test_the_drawing_has_a_box_for_each_layer() -> None:
    cell = Cell.parse("22212010")
    drawing = cell.draw()
    root = root_of(drawing)
    boxes = list(root.iter(f"{SVG}rect"))
    assert tuple(box.get("data-op") for box in boxes) == cell.ops
    check_boxes(root, [sides(box) for box in boxes], 10)
    check_stands_in_a_page(drawing.svg)
    assert root[1].text.startswith("64 channels: MB6_K5, MB6_K5; 128 channels: ")
    assert drawing.svg == cell._repr_svg_()
