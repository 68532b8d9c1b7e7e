"""The networks of NDS on CIFAR-10: their parameters, and the FLOPs of those of blocks.

Images have 32 x 32 pixels and 10 classes. No convolution has a bias; the dense layer has one.

Networks of blocks: a 3x3 convolution to the first width, then stages of blocks, the first of each
with the stage's stride. A plain block is two 3x3 convolutions; a basic one the same with a
shortcut; a bottleneck a 1x1, a 3x3 with groups and a 1x1 convolution with a shortcut. Where width
or stride changes, the shortcut is a 1x1 convolution. A batch normalisation follows each.

Networks of cells: the rules of ``pycls/models/nas`` in facebookresearch/unnas. A 3x3 convolution
to three times the width; as many cells as the network is deep, those at a third and two thirds of
it with stride 2 and twice the width. Each cell first brings its two inputs to its width.

The counts are those of the four trials that NNI's documentation prints (microsoft/nni,
``docs/source/tutorials/nasbench_as_dataset.rst``), of which two are of basic and plain blocks, one
of bottlenecks and one of cells. No printed network is for ImageNet or has an auxiliary head.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nasbench_db.architectures.convolution import Convolution

NUM_CLASSES = 10
_IMAGE_CHANNELS, _IMAGE_SIDE = 3, 32
_FLOPS_OF_NORMALISING = 5  # that are recorded for each number that is normalised


class Stage(NamedTuple):
    """A stage of blocks.

    Attributes:
        depth: how many blocks it has.
        width: the channels that each gives.
        stride: of the first block.
        multiplier: the channels inside a bottleneck, as a share of the width.
        groups: of the 3x3 convolution of a bottleneck.
    """

    depth: int
    width: int
    stride: int
    multiplier: float = 0.0
    groups: int = 1


def convolutions(family: str, stages: Sequence[Stage]) -> Iterator[Convolution]:
    """The convolutions of a network of blocks, from the image on.

    Args:
        family: NNI's name of the family, which tells the block.
        stages: the stem first, of which only the width counts.
    """
    stem, *rest = stages
    width, side = stem.width, _IMAGE_SIDE
    yield Convolution(_IMAGE_CHANNELS, width, 3, side)
    for stage in rest:
        for place in range(stage.depth):
            stride = stage.stride if place == 0 else 1
            after = -(-side // stride)
            if family != "vanilla" and (stride > 1 or width != stage.width):
                yield Convolution(width, stage.width, 1, after)
            if family == "residual_bottleneck":
                inside = round(stage.width * stage.multiplier)
                yield Convolution(width, inside, 1, side)
                yield Convolution(inside, inside, 3, after, stage.groups)
                yield Convolution(inside, stage.width, 1, after)
            else:
                yield Convolution(width, stage.width, 3, after)
                yield Convolution(stage.width, stage.width, 3, after)
            width, side = stage.width, after


def count_parameters(family: str, stages: Sequence[Stage]) -> int:
    """The trainable parameters of a network of blocks."""
    found = sum(each.parameters for each in convolutions(family, stages))
    return found + _dense_layer(_last_width(stages))


def count_flops(family: str, stages: Sequence[Stage]) -> int:
    """What is recorded as FLOPs of a network of blocks, for an image.

    They are the multiply-adds of the convolutions, five for each number that is normalised, and
    those of the dense layer with its bias.
    """
    found = sum(
        (each.weights + _FLOPS_OF_NORMALISING * each.outputs) * each.side**2
        for each in convolutions(family, stages)
    )
    return found + _dense_layer(_last_width(stages))


def _last_width(stages: Sequence[Stage]) -> int:
    return [stage.width for stage in stages if stage.depth][-1]


def _dense_layer(width: int) -> int:
    return (width + 1) * NUM_CLASSES


# Of each operation on C channels: the weights are a * C + b * C * C, and d * C numbers belong to
# batch normalisations. A depthwise convolution of k x k has k * k * C weights.
_WEIGHTS = {
    "conv_1x1": (0, 1, 2),
    "conv_3x3": (0, 9, 2),
    "conv_3x1_1x3": (0, 6, 2),
    "conv_7x1_1x7": (0, 14, 2),
    **{f"dil_conv_{k}x{k}": (k * k, 1, 2) for k in (3, 5)},
    **{f"sep_conv_{k}x{k}": (2 * k * k, 2, 4) for k in (3, 5, 7)},
    "dil_sep_conv_3x3": (18, 2, 4),
}


def _operation(name: str, width: int, stride: int) -> int:
    """The parameters of an operation; those that are none of these have no weights."""
    if name == "skip_connect" and stride == 2:
        return _normalised(width, width)
    linear, square, normal = _WEIGHTS.get(name, (0, 0, 0))
    return (linear + square * width + normal) * width


def _normalised(inputs: int, outputs: int) -> int:
    """The parameters of a 1x1 convolution, or of two of half the width, and a normalisation."""
    return inputs * outputs + 2 * outputs


class CellGraph(NamedTuple):
    """One of the two cells that a network repeats.

    Attributes:
        edges: the operation and the input of each edge, two for each node.
        concat: the nodes that make up what comes out.
    """

    edges: tuple[tuple[str, int], ...]
    concat: tuple[int, ...]


def count_cell_parameters(normal: CellGraph, reduce: CellGraph, depth: int, width: int) -> int:
    """The trainable parameters of a network of cells, without an auxiliary head.

    Args:
        normal, reduce: its cells.
        depth: how many cells follow one another.
        width: the channels of the first.
    """
    before = last = 3 * width
    total = 9 * _IMAGE_CHANNELS * last + 2 * last
    for place in range(depth):
        reducing = place in (depth // 3, 2 * depth // 3)
        cell = reduce if reducing else normal
        width *= 2 if reducing else 1
        total += _normalised(before, width) + _normalised(last, width)
        total += sum(
            _operation(name, width, 2 if reducing and source < 2 else 1)
            for name, source in cell.edges
        )
        before, last = last, len(cell.concat) * width
    return total + _dense_layer(last)
