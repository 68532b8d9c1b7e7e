"""The network around a cell: how many parameters and multiply-adds it has.

A 3x3 convolution, then three stages of cells with a residual block of stride 2 between one stage
and the next, then a batch normalisation, a global mean and a dense layer. No convolution has a
bias; each is followed by a batch normalisation with two parameters a channel, except the 1x1
convolution on the shortcut of the residual blocks. The rules are those of ``TinyNetwork`` and
``DynamicShapeTinyNet`` in D-X-Y/AutoDL-Projects, ``xautodl/models``; the counts are the recorded
ones of NAS-Bench-201 and NATS-Bench. An edge counts whether or not anything comes of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from nasbench_db.architectures.convolution import Convolution
from nasbench_db.architectures.edges import EDGES

NUM_CHANNELS, NUM_CELLS = 16, 5
"""The width of the first stage and the cells in each stage of every network of NAS-Bench-201."""

SIDE = 32
"""Of an image of CIFAR-10 and CIFAR-100, pixels."""

_IMAGE_CHANNELS = 3
_SIZES = {"nor_conv_1x1": 1, "nor_conv_3x3": 3}


def widths_of(channels: int, cells: int) -> tuple[int, ...]:
    """The channels that each layer gives, of a network whose stages double them.

    Args:
        channels: of the first stage.
        cells: in each stage; between stages there is a residual block.
    """
    later = cells + 1
    return (channels,) * cells + (2 * channels,) * later + (4 * channels,) * later


WIDTHS = widths_of(NUM_CHANNELS, NUM_CELLS)
"""The channels of each layer of NAS-Bench-201: 5 cells, a block, 5 cells, a block, 5 cells."""


def residual_blocks(layers: int) -> tuple[int, int]:
    """The places of the two residual blocks among the layers of a network."""
    per_stage = layers // 3
    return per_stage, 2 * per_stage + 1


def convolutions(ops: Sequence[str], widths: Sequence[int], side: int) -> Iterator[Convolution]:
    """The convolutions of a network of equal cells, from the image on.

    Args:
        ops: the operation of each edge, in the order of ``EDGES``.
        widths: the channels that each layer gives, of length 3 N + 2: N cells, a residual block,
            N cells, a residual block, N cells. The first is also that of the stem.
        side: of an image, pixels.
    """
    inputs = widths[0]
    yield Convolution(_IMAGE_CHANNELS, inputs, 3, side)
    blocks = residual_blocks(len(widths))
    for layer, outputs in enumerate(widths):
        if layer in blocks:
            side = (side + 1) // 2
            yield Convolution(inputs, outputs, 3, side)
            yield Convolution(outputs, outputs, 3, side)
            yield Convolution(inputs, outputs, 1, side, normalised=False)
        else:
            yield from _of_cell(ops, inputs, outputs, side)
        inputs = outputs


def _of_cell(ops: Sequence[str], inputs: int, outputs: int, side: int) -> Iterator[Convolution]:
    for (source, _), op in zip(EDGES, ops, strict=True):
        given = outputs if source else inputs  # all nodes but the first are as wide as the output
        if op in _SIZES:
            yield Convolution(given, outputs, _SIZES[op], side)
        elif op != "none" and given != outputs:  # what keeps its width is widened before it
            yield Convolution(given, outputs, 1, side)


@lru_cache(maxsize=1024)
def _counted(ops: tuple[str, ...], widths: tuple[int, ...], side: int) -> tuple[int, int]:
    """The parameters and multiply-adds of the convolutions."""
    found = list(convolutions(ops, widths, side))
    return sum(each.parameters for each in found), sum(each.multiply_adds for each in found)


def count_parameters(ops: Sequence[str], widths: Sequence[int], num_classes: int) -> int:
    """The trainable parameters of a network of equal cells.

    Args:
        ops, widths: as for :func:`convolutions`.
        num_classes: of the data set.
    """
    parameters, _ = _counted(tuple(ops), tuple(widths), SIDE)
    features = widths[-1]
    return parameters + 2 * features + (features + 1) * num_classes


def count_flops(
    ops: Sequence[str], widths: Sequence[int], num_classes: int, side: int = SIDE
) -> int:
    """The multiply-adds of the convolutions and the dense layer, with its bias, for an image.

    The data sets call them FLOPs. Batch normalisations, ReLU, pooling and sums count nothing.

    Args:
        ops, widths: as for :func:`convolutions`.
        num_classes: of the data set.
        side: of an image, pixels.
    """
    _, multiply_adds = _counted(tuple(ops), tuple(widths), side)
    return multiply_adds + (widths[-1] + 1) * num_classes
