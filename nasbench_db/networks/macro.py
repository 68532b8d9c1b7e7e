"""The networks of NAS-Bench-Macro: eight layers, each an inverted bottleneck or nothing.

The names of the weights are those of the original. How wide a layer is says
:mod:`nasbench_db.nasbenchmacro.network`.
"""

from __future__ import annotations

import torch
from torch import nn

from nasbench_db.nasbenchmacro.cell import Cell
from nasbench_db.nasbenchmacro.constants import STAGES
from nasbench_db.nasbenchmacro.network import BOTTLENECKS, HEAD, STEM, WIDTHS
from nasbench_db.networks.network import Network
from nasbench_db.networks.operations import conv, conv_bn, global_mean, named
from nasbench_db.networks.words import CIFAR10, Size, chosen


class InvertedBottleneck(nn.Module):
    """A 1x1 convolution that widens, a depthwise one, and a 1x1 one that narrows.

    A shortcut is added where neither resolution nor width changes.

    Args:
        inputs, outputs: channels.
        times: how many times wider it is inside.
        size: of the depthwise kernel.
        stride: 2 halves the resolution.
    """

    def __init__(self, inputs: int, outputs: int, times: int, size: int, stride: int) -> None:
        super().__init__()
        inside = times * inputs
        self.conv = nn.Sequential(
            *(conv(inputs, inside, 1), nn.BatchNorm2d(inside), nn.ReLU()),
            *(conv(inside, inside, size, stride, groups=inside), nn.BatchNorm2d(inside)),
            *(nn.ReLU(), conv(inside, outputs, 1), nn.BatchNorm2d(outputs)),
        )
        self._has_shortcut = stride == 1 and inputs == outputs

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """What comes out; no ReLU follows."""
        made: torch.Tensor = self.conv(features)
        return features + made if self._has_shortcut else made


def layer(op: str, inputs: int, outputs: int, stride: int) -> nn.Module:
    """A layer; an Identity at the first place of a stage is a 1x1 convolution.

    Args:
        op: its name in the data set.
        inputs, outputs: channels.
        stride: 2 halves the resolution.
    """
    if op in BOTTLENECKS:
        return InvertedBottleneck(inputs, outputs, *BOTTLENECKS[op], stride)
    if stride == 1 and inputs == outputs:
        return nn.Identity()
    return named(downsample=conv_bn(inputs, outputs, 1, stride))


class MacroNetwork(Network):
    """The CIFAR-10 network of an architecture; it gives the logits.

    Args:
        cell: the architecture.
        num_classes: of the logits.
        image_size: of the images that it takes.
    """

    def __init__(self, cell: Cell, num_classes: int, image_size: Size) -> None:
        super().__init__(cell, "nasbenchmacro", image_size)
        self.stem = nn.Sequential(*conv_bn(3, STEM, 3), nn.ReLU())
        self.features = nn.Sequential()
        ops, inputs = iter(cell.ops), STEM
        for count, outputs in zip(STAGES, WIDTHS, strict=True):
            for place in range(count):
                stride = 2 if place == 0 else 1
                self.features.append(layer(next(ops), inputs, outputs, stride))
                inputs = outputs
        self.out = nn.Sequential(*conv_bn(inputs, HEAD, 1), nn.ReLU())
        self.classifier = nn.Linear(HEAD, num_classes)

    def compute(self, images: torch.Tensor) -> torch.Tensor:
        """Logits, of shape (N, classes)."""
        features = self.out(self.features(self.stem(images)))
        logits: torch.Tensor = self.classifier(global_mean(features))
        return logits


def network(
    cell: Cell,
    dataset: str = "cifar10",
    *,
    num_classes: int | None = None,
    image_size: Size | None = None,
) -> MacroNetwork:
    """The network of an architecture of NAS-Bench-Macro.

    Args:
        cell: the architecture, as it is written; of several codes of one network the layers stand
            at other places.
        dataset: what it is for: ``cifar10``.
        num_classes, image_size: those of another data set.
    """
    return MacroNetwork(cell, *chosen(dataset, num_classes, image_size, CIFAR10))
