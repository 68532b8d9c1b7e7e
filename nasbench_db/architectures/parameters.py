"""The network around a cell: how many parameters it has.

A 3x3 convolution, then three stages of cells with a residual block of stride 2 between one stage
and the next, then a batch normalisation, a global mean and a dense layer. No convolution has a
bias; each is followed by a batch normalisation with two parameters a channel, except the 1x1
convolution on the shortcut of the residual blocks. The rules are those of ``TinyNetwork`` and
``DynamicShapeTinyNet`` in D-X-Y/AutoDL-Projects, ``xautodl/models``.
"""

from __future__ import annotations

from collections.abc import Sequence

from nasbench_db.architectures.edges import EDGES

WIDTHS = (16,) * 5 + (32,) * 6 + (64,) * 6
"""The channels of each layer of NAS-Bench-201: 5 cells, a block, 5 cells, a block, 5 cells."""

_IMAGE_CHANNELS = 3
_SIZES = {"nor_conv_1x1": 1, "nor_conv_3x3": 3}


def count_parameters(ops: Sequence[str], widths: Sequence[int], num_classes: int) -> int:
    """The trainable parameters of a network of equal cells.

    Args:
        ops: the operation of each edge, in the order of ``EDGES``.
        widths: the channels that each layer gives, of length 3 N + 2: N cells, a residual block,
            N cells, a residual block, N cells. The first is also that of the stem.
        num_classes: of the data set.
    """
    per_stage = len(widths) // 3
    inputs = widths[0]
    total = _convolution(3, _IMAGE_CHANNELS, inputs)
    for layer, outputs in enumerate(widths):
        if layer in (per_stage, 2 * per_stage + 1):
            total += _residual_block(inputs, outputs)
        else:
            total += _cell(ops, inputs, outputs)
        inputs = outputs
    return total + 2 * inputs + inputs * num_classes + num_classes


def _cell(ops: Sequence[str], inputs: int, outputs: int) -> int:
    total = 0
    for (source, _), op in zip(EDGES, ops, strict=True):
        given = outputs if source else inputs  # all nodes but the first are as wide as the output
        if op in _SIZES:
            total += _convolution(_SIZES[op], given, outputs)
        elif op != "none" and given != outputs:  # what keeps its width is widened before it
            total += _convolution(1, given, outputs)
    return total


def _residual_block(inputs: int, outputs: int) -> int:
    shortcut = inputs * outputs
    return _convolution(3, inputs, outputs) + _convolution(3, outputs, outputs) + shortcut


def _convolution(size: int, inputs: int, outputs: int) -> int:
    """The parameters of a convolution without bias and its batch normalisation."""
    return size * size * inputs * outputs + 2 * outputs
