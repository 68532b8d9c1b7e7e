"""The networks of NAS-Bench-101's cells.

A 3x3 convolution to 128 channels, then three stacks of three cells, a 2x2 pooling and twice the
width from one stack to the next, then a global mean and a dense layer. Each convolution is
followed by a batch normalisation and ReLU. The original is written for TensorFlow 1, so there are
no names of weights to keep. How wide a vertex is says :mod:`nasbench_db.nasbench101.network`.
"""

from __future__ import annotations

from functools import reduce
from operator import add

import torch
from torch import nn

from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.constants import CONV1X1_BN_RELU, CONV3X3_BN_RELU
from nasbench_db.nasbench101.network import (
    CELLS_PER_STACK,
    STACKS,
    STEM_CHANNELS,
    vertex_channels,
)
from nasbench_db.networks.network import Network
from nasbench_db.networks.operations import conv, global_mean
from nasbench_db.networks.words import CIFAR10, Size, chosen

BN_MOMENTUM = 1 - 0.997
"""How much of each batch goes into the running statistics; TensorFlow says how much stays."""

BN_EPSILON = 1e-5

_KEPT_OF_NORMAL = 0.87962566103423978
"""The deviation of a standard normal distribution that is cut off at two deviations."""


def conv_bn_relu(inputs: int, outputs: int, size: int) -> nn.Sequential:
    """Convolution, batch normalisation, ReLU.

    Args:
        inputs, outputs: channels.
        size: of the kernel.
    """
    return nn.Sequential(
        conv(inputs, outputs, size),
        nn.BatchNorm2d(outputs, eps=BN_EPSILON, momentum=BN_MOMENTUM),
        nn.ReLU(),
    )


def operation(name: str, width: int) -> nn.Module:
    """The operation of an interior vertex.

    Args:
        name: its name in the data set.
        width: the vertex's channels.
    """
    if name == CONV3X3_BN_RELU:
        return conv_bn_relu(width, width, 3)
    if name == CONV1X1_BN_RELU:
        return conv_bn_relu(width, width, 1)
    return nn.MaxPool2d(3, stride=1, padding=1)


class CellLayer(nn.Module):
    """A cell: what feeds the output is concatenated, and the projected input added to it.

    An interior vertex takes the sum of what leads to it: of other vertices as many channels as it
    has itself, of the input a projection, a 1x1 convolution, to its width.

    Args:
        cell: the cell, pruned.
        inputs: channels of the input vertex.
        outputs: channels of the output vertex.
    """

    def __init__(self, cell: Cell, inputs: int, outputs: int) -> None:
        super().__init__()
        matrix = cell.matrix.tolist()
        last = len(matrix) - 1
        rows = [sum(bit << v for v, bit in enumerate(row)) for row in matrix]
        self.widths = vertex_channels(inputs, outputs, rows)
        self.sources = [[u for u in range(1, v) if matrix[u][v]] for v in range(last + 1)]
        self.projections = nn.ModuleDict(
            {
                str(v): conv_bn_relu(inputs, self.widths[v], 1)
                for v in range(1, last + 1)
                if matrix[0][v]
            }
        )
        self.operations = nn.ModuleDict(
            {str(v): operation(cell.ops[v], self.widths[v]) for v in range(1, last)}
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """The output vertex."""
        projected = {int(v): projection(features) for v, projection in self.projections.items()}
        vertices: dict[int, torch.Tensor] = {}
        for number, op in self.operations.items():
            v = int(number)
            taken = [vertices[u][:, : self.widths[v]] for u in self.sources[v]]
            if v in projected:
                taken.append(projected[v])
            vertices[v] = op(reduce(add, taken))
        last = len(self.widths) - 1
        ways = []
        if self.sources[last]:
            ways.append(torch.cat([vertices[u] for u in self.sources[last]], 1))
        if last in projected:
            ways.append(projected[last])
        return reduce(add, ways)


class Nasbench101Network(Network):
    """The CIFAR-10 network of a cell; it gives the logits.

    Args:
        cell: the cell as it is written; the network is that of the pruned one.
        num_classes: of the logits.
        image_size: of the images that it takes.
    """

    def __init__(self, cell: Cell, num_classes: int, image_size: Size) -> None:
        super().__init__(cell, "nasbench101", image_size)
        self.stem = conv_bn_relu(3, STEM_CHANNELS, 3)
        self.stacks = nn.ModuleList()
        inputs = STEM_CHANNELS
        for stack in range(STACKS):
            outputs = STEM_CHANNELS << stack
            layers: list[nn.Module] = [nn.MaxPool2d(2, stride=2)] if stack else []
            for _ in range(CELLS_PER_STACK):
                layers.append(CellLayer(cell.prune(), inputs, outputs))
                inputs = outputs
            self.stacks.append(nn.Sequential(*layers))
        self.classifier = nn.Linear(inputs, num_classes)
        self.reset_as_the_original()

    def reset_as_the_original(self) -> None:
        """Draw new weights as TensorFlow did by default.

        Those of a convolution from a normal distribution cut off at two deviations, of variance
        1 / n, n being the inputs of one place of what comes out; those of the dense layer by
        Glorot's uniform distribution, its biases 0.
        """
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                deviation = module.weight[0].numel() ** -0.5 / _KEPT_OF_NORMAL
                nn.init.trunc_normal_(
                    module.weight, std=deviation, a=-2 * deviation, b=2 * deviation
                )
        nn.init.xavier_uniform_(self.classifier.weight)
        nn.init.zeros_(self.classifier.bias)

    def compute(self, images: torch.Tensor) -> torch.Tensor:
        """Logits, of shape (N, classes)."""
        features = self.stem(images)
        for stack in self.stacks:
            features = stack(features)
        logits: torch.Tensor = self.classifier(global_mean(features))
        return logits


def network(
    cell: Cell,
    dataset: str = "cifar10",
    *,
    num_classes: int | None = None,
    image_size: Size | None = None,
) -> Nasbench101Network:
    """The network of a cell of NAS-Bench-101.

    Args:
        cell: the cell, in the order of its vertices; isomorphic ones may differ in parameters.
        dataset: what it is for: ``cifar10``.
        num_classes, image_size: those of another data set.
    """
    return Nasbench101Network(cell, *chosen(dataset, num_classes, image_size, CIFAR10))
