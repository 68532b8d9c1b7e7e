"""The counts of networks are those that were recorded."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.nds_cases import PRINTED

from nasbench_db.nds import AnyNet, Cell
from nasbench_db.nds.network import Convolution, Stage, convolutions


@pytest.mark.parametrize(("family", "model", "cells", "parameters", "flops"), PRINTED)
def test_the_printed_networks_are_counted_right(
    family: str, model: dict[str, Any], cells: dict[str, Any], parameters: int, flops: int | None
) -> None:
    cell = Cell.from_nni(family, model, cells)
    assert cell.trainable_parameters() == parameters
    assert cell.flops() == flops


def test_an_auxiliary_head_is_not_counted() -> None:
    """Nobody says whether it is in the recorded number."""
    family, model, cells, *_ = PRINTED[3]
    assert Cell.from_nni(family, {**model, "aux": True}, cells).trainable_parameters() is None


def test_the_convolutions_of_a_small_network() -> None:
    """A shortcut where width or stride changes; groups inside a bottleneck."""
    stages = [Stage(1, 16, 1), Stage(2, 16, 1, 0.5, 2), Stage(1, 32, 2, 0.25, 4)]
    assert list(convolutions("residual_bottleneck", stages)) == [
        Convolution(3, 16, 3, 32),
        *(Convolution(16, 8, 1, 32), Convolution(8, 8, 3, 32, 2), Convolution(8, 16, 1, 32)) * 2,
        Convolution(16, 32, 1, 16),
        *(Convolution(16, 8, 1, 32), Convolution(8, 8, 3, 16, 4), Convolution(8, 32, 1, 16)),
    ]
    assert list(convolutions("vanilla", stages[:2])) == [
        Convolution(3, 16, 3, 32),
        *[Convolution(16, 16, 3, 32)] * 4,
    ]


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=4),
    st.lists(st.integers(1, 6), min_size=4, max_size=4),
)
def test_a_shortcut_costs_what_it_has(depths: list[int], widths: list[int]) -> None:
    """A basic network is a plain one with a 1x1 convolution where width or stride changes."""
    ds = [1, *depths]
    ws = [8 * width for width in (widths * 2)[: len(ds)]]
    ss = [1, 1, 2, 2, 2][: len(ds)]
    plain, basic = AnyNet("vanilla", ds, ws, ss), AnyNet("residual_basic", ds, ws, ss)
    shortcuts = sum(
        a * b + 2 * b for a, b, s in zip(ws, ws[1:], ss[1:], strict=False) if a != b or s > 1
    )
    assert basic.trainable_parameters() - plain.trainable_parameters() == shortcuts
