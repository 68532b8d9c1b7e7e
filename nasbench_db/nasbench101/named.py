"""Cells that have a name: those of the original's documentation and scripts."""

from __future__ import annotations

from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.constants import (
    CONV1X1_BN_RELU,
    CONV3X3_BN_RELU,
    INPUT,
    MAXPOOL3X3,
    OUTPUT,
)

RESNET_LIKE = Cell.from_string(
    "0101001000010000", [INPUT, CONV3X3_BN_RELU, CONV3X3_BN_RELU, OUTPUT]
)
"""Two 3x3 convolutions and a projected shortcut (``create_resnet20_spec``)."""

INCEPTION_LIKE = Cell.from_string(
    "0111010000000100000010000100000000100000010000000",
    [
        INPUT,
        CONV1X1_BN_RELU,
        CONV3X3_BN_RELU,
        CONV3X3_BN_RELU,
        CONV3X3_BN_RELU,
        MAXPOOL3X3,
        OUTPUT,
    ],
)
"""The Inception-like cell of the original README: its 5x5 convolution is two 3x3 ones."""

BEST = Cell.from_string(
    "0110011000001000010000000100000001000000010000000",
    [
        INPUT,
        CONV1X1_BN_RELU,
        CONV3X3_BN_RELU,
        MAXPOOL3X3,
        CONV3X3_BN_RELU,
        CONV3X3_BN_RELU,
        OUTPUT,
    ],
)
"""The best cell by mean test accuracy at 108 epochs (``create_best_nasbench_spec``)."""

NAMED_CELLS = {"resnet-like": RESNET_LIKE, "inception-like": INCEPTION_LIKE, "best": BEST}
"""The named cells by name."""
