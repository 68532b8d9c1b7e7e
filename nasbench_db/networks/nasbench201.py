"""The networks of NAS-Bench-201's cells, the topology search space of NATS-Bench.

A 3x3 convolution, then three stages of equal cells with a residual block of stride 2 between one
stage and the next, then a batch normalisation, a global mean and a dense layer. The names of the
weights are those of the published archives.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from nasbench_db.architectures.edges import EDGES
from nasbench_db.architectures.network import (
    NUM_CELLS,
    NUM_CHANNELS,
    residual_blocks,
    widths_of,
)
from nasbench_db.architectures.topology import Cell
from nasbench_db.networks.network import Network
from nasbench_db.networks.operations import (
    Zero,
    conv,
    conv_bn,
    global_mean,
    last_node,
    named,
    relu_conv_bn,
)
from nasbench_db.networks.words import Size, trained_for


def edge(op: str, inputs: int, outputs: int) -> nn.Module:
    """The operation of an edge.

    Where the width changes, what would keep it is widened: a skip by a 1x1 convolution and batch
    normalisation without ReLU, and pooling after one with.

    Args:
        op: its name in architecture strings.
        inputs, outputs: channels.
    """
    if op == "nor_conv_1x1":
        return named(op=relu_conv_bn(inputs, outputs, 1))
    if op == "nor_conv_3x3":
        return named(op=relu_conv_bn(inputs, outputs, 3))
    if op == "none":
        return Zero(inputs, outputs)
    if op == "skip_connect":
        if inputs == outputs:
            return nn.Identity()
        return named(conv=conv(inputs, outputs, 1), bn=nn.BatchNorm2d(outputs))
    pool = nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
    if inputs == outputs:
        return pool
    return named(preprocess=named(op=relu_conv_bn(inputs, outputs, 1)), pool=pool)


class CellLayer(nn.Module):
    """A cell: four nodes, each the sum of the edges that lead to it; the last one comes out.

    Args:
        ops: the operation of each edge, in the order of ``EDGES``.
        inputs: channels of the first node.
        outputs: channels of all others.
    """

    def __init__(self, ops: Sequence[str], inputs: int, outputs: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            edge(op, outputs if source else inputs, outputs)
            for (source, _), op in zip(EDGES, ops, strict=True)
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """The last node."""
        return last_node(self.layers, features)


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions that halve the resolution, and a shortcut of a 2x2 mean and a 1x1 one.

    Args:
        inputs, outputs: channels.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv_a = named(op=relu_conv_bn(inputs, outputs, 3, stride=2))
        self.conv_b = named(op=relu_conv_bn(outputs, outputs, 3))
        self.downsample = nn.Sequential(nn.AvgPool2d(2, stride=2), conv(inputs, outputs, 1))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """The sum of both ways; no ReLU follows."""
        both: torch.Tensor = self.downsample(features) + self.conv_b(self.conv_a(features))
        return both


class CellNetwork(Network):
    """A network of equal cells; it gives the features before the dense layer, and the logits.

    Args:
        cell: the architecture.
        benchmark: whose it is.
        ops: the operations of the cell's edges.
        widths: the channels that each layer gives; see
            :func:`nasbench_db.architectures.network.convolutions`.
        num_classes: of the logits.
        image_size: of the images that it takes; None for any.
    """

    def __init__(
        self,
        cell: Any,
        benchmark: str,
        ops: Sequence[str],
        widths: Sequence[int],
        num_classes: int,
        image_size: Size | None,
    ) -> None:
        super().__init__(cell, benchmark, image_size, counts_bias=True)
        self.stem = conv_bn(3, widths[0], 3)
        blocks = residual_blocks(len(widths))
        self.cells = nn.ModuleList()
        inputs = widths[0]
        for layer, outputs in enumerate(widths):
            block = ResidualBlock(inputs, outputs) if layer in blocks else None
            self.cells.append(block or CellLayer(ops, inputs, outputs))
            inputs = outputs
        self.lastact = nn.Sequential(nn.BatchNorm2d(inputs), nn.ReLU())
        self.classifier = nn.Linear(inputs, num_classes)

    def compute(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Features, of shape (N, width), and logits, of shape (N, classes)."""
        features = self.stem(images)
        for layer in self.cells:
            features = layer(features)
        features = global_mean(self.lastact(features))
        return features, self.classifier(features)


def network(
    cell: Cell,
    dataset: str = "cifar10",
    *,
    num_classes: int | None = None,
    image_size: Size | None = None,
    channels: int = NUM_CHANNELS,
    cells: int = NUM_CELLS,
) -> CellNetwork:
    """The network of a cell of NAS-Bench-201.

    Args:
        cell: the cell.
        dataset: what it is for, ``cifar10``, ``cifar10-valid``, ``cifar100`` or
            ``ImageNet16-120``: the number of classes and the size of the images.
        num_classes, image_size: other ones.
        channels: of the first stage; 16 in all published trainings.
        cells: in each stage; 5 in all published trainings.
    """
    classes, size = trained_for(dataset, num_classes, image_size)
    return CellNetwork(cell, "nasbench201", cell.ops, widths_of(channels, cells), classes, size)
