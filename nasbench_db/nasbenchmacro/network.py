"""The network of an architecture: how many parameters and multiply-adds it has.

A 3x3 convolution to 32 channels; three stages of 64, 128 and 256, the first layer of each with
stride 2; a 1x1 convolution to 1,280, a global mean and a dense layer. An MB layer is a 1x1
convolution that makes the channels 3 or 6 times as many, a depthwise 3x3 or 5x5 one, and a 1x1 one
to the stage's width; an Identity is nothing, but at the first place of a stage a 1x1 convolution
with stride 2. No convolution has a bias; each is followed by a batch normalisation. The rules are
those of xiusu/NAS-Bench-Macro, ``train/model.py``; the counts are the published ones of all 6,561.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nasbench_db.architectures.convolution import Convolution
from nasbench_db.nasbenchmacro.constants import STAGES

WIDTHS = (64, 128, 256)
"""The channels of each stage."""

STEM, HEAD = 32, 1280
"""The channels that the first convolution gives, and those before the dense layer."""

BOTTLENECKS = {"MB3_K3": (3, 3), "MB6_K5": (6, 5)}
"""How many times wider an MB layer is inside, and the size of its depthwise kernel."""

_IMAGE_CHANNELS, _IMAGE_SIDE = 3, 32


def convolutions(ops: Sequence[str]) -> Iterator[Convolution]:
    """The convolutions of a network, from the image on.

    Args:
        ops: the operation of each layer.
    """
    width, side = STEM, _IMAGE_SIDE
    yield Convolution(_IMAGE_CHANNELS, width, 3, side)
    layers = iter(ops)
    for count, outputs in zip(STAGES, WIDTHS, strict=True):
        for place in range(count):
            op = next(layers)
            after = side // 2 if place == 0 else side
            if op in BOTTLENECKS:
                times, size = BOTTLENECKS[op]
                inside = times * width
                yield Convolution(width, inside, 1, side)
                yield Convolution(inside, inside, size, after, groups=inside)
                yield Convolution(inside, outputs, 1, after)
            elif place == 0:
                yield Convolution(width, outputs, 1, after)
            width, side = outputs, after
    yield Convolution(width, HEAD, 1, side)


def count_parameters(ops: Sequence[str], num_classes: int) -> int:
    """The trainable parameters: weights, two of each normalised channel, and the dense layer's."""
    found = sum(each.parameters for each in convolutions(ops))
    return found + (HEAD + 1) * num_classes


def count_flops(ops: Sequence[str], num_classes: int) -> int:
    """The multiply-adds of the convolutions and the dense layer, without its bias, for an image.

    The data set calls them FLOPs.
    """
    return sum(each.multiply_adds for each in convolutions(ops)) + HEAD * num_classes
