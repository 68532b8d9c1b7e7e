"""The size search space of NATS-Bench: what is varied in it, and what is not."""

from __future__ import annotations

WIDTHS = (8, 16, 24, 32, 40, 48, 56, 64)
"""The numbers of channels that a layer can have."""

NUM_LAYERS = 5
"""The layers whose channels are varied: cell, residual block, cell, residual block, cell."""

SPACE_SIZE = len(WIDTHS) ** NUM_LAYERS
"""How many architectures there are: 32,768."""

GENOTYPE = (
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+"
    "|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|"
)
"""The architecture string of the cell that all of them are made of."""
