"""The networks of TransNAS-Bench-101, macro and micro: an encoder, and heads for four tasks.

Two 3x3 convolutions quarter the resolution; then come the modules, each of two cells, of which
the first may double the width, halve the resolution, or both. The names of the weights are those
of the original.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from nasbench_db.architectures.edges import EDGES
from nasbench_db.errors import InvalidQuery
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
from nasbench_db.networks.words import Size, chosen
from nasbench_db.transnas101.cell import Cell
from nasbench_db.transnas101.constants import BASE_CHANNELS

TASKS = {
    "class_object": (75, 224),
    "class_scene": (47, 224),
    "room_layout": (9, 224),
    "jigsaw": (1000, 64),
}
"""The tasks with heads: what they give, and the pixels along each side of an image, or a tile."""

TILES = 9
"""The tiles of a jigsaw."""

CELLS_PER_MODULE = 2


class FactorizedReduce(nn.Module):
    """A skip where width or resolution changes: two 1x1 convolutions, one of a shifted image.

    Args:
        inputs, outputs: channels; each convolution gives half of the latter.
        stride: 2 halves the resolution.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        half = outputs // 2
        self.convs = nn.ModuleList(
            conv(inputs, width, 1, stride) for width in (half, outputs - half)
        )
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Both halves, normalised."""
        features = nn.functional.relu(features)
        shifted = nn.functional.pad(features, (0, 1, 0, 1))[:, :, 1:, 1:]
        first, second = self.convs
        normalised: torch.Tensor = self.bn(torch.cat([first(features), second(shifted)], 1))
        return normalised


def edge(op: str, inputs: int, outputs: int, stride: int) -> nn.Module:
    """The operation of an edge of a micro cell.

    Args:
        op: its name.
        inputs, outputs: channels.
        stride: 2 halves the resolution.
    """
    if op == "none":
        return Zero(inputs, outputs, stride)
    if op == "skip_connect":
        if stride == 1 and inputs == outputs:
            return nn.Identity()
        return FactorizedReduce(inputs, outputs, stride)
    return named(ops=relu_conv_bn(inputs, outputs, 1 if op == "conv_1x1" else 3, stride))


class MicroCell(nn.Module):
    """A cell as of NAS-Bench-201; edges of the first node take the change of width and resolution.

    Args:
        ops: the operation of each edge, in the order of ``EDGES``.
        inputs, outputs: channels.
        stride: 2 halves the resolution.
    """

    def __init__(self, ops: Sequence[str], inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.edges = nn.ModuleList(
            edge(op, outputs, outputs, 1) if source else edge(op, inputs, outputs, stride)
            for (source, _), op in zip(EDGES, ops, strict=True)
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """The last node; each is the sum of the edges that lead to it."""
        last: torch.Tensor = last_node(self.edges, features)
        return last


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut: a 1x1 one where width or resolution changes.

    Args:
        inputs, outputs: channels.
        stride: 2 halves the resolution.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv_a = named(ops=relu_conv_bn(inputs, outputs, 3, stride))
        self.conv_b = named(ops=relu_conv_bn(outputs, outputs, 3))
        same = stride == 1 and inputs == outputs
        self.downsample = nn.Identity() if same else conv_bn(inputs, outputs, 1, stride)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """The sum of both ways; no ReLU follows."""
        both: torch.Tensor = self.downsample(features) + self.conv_b(self.conv_a(features))
        return both


class Encoder(nn.Module):
    """What all tasks share: from an image to a map of features.

    Args:
        cell: the architecture.
    """

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        half = BASE_CHANNELS // 2
        self.stem = nn.Sequential(
            *conv_bn(3, half, 3, stride=2), named(ops=relu_conv_bn(half, BASE_CHANNELS, 3, 2))
        )
        inputs = BASE_CHANNELS
        for number, stage in enumerate(cell.stages):
            cells = nn.Sequential()
            for place in range(CELLS_PER_MODULE):
                stride = 1 if place else stage.stride
                if cell.search_space == "micro":
                    cells.append(MicroCell(cell.ops, inputs, stage.channels, stride))
                else:
                    cells.append(BasicBlock(inputs, stage.channels, stride))
                inputs = stage.channels
            self.add_module(f"layer{number}", cells)
        self.width = inputs
        self._count = len(cell.stages)
        self.apply(_as_the_original)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """A map of features, of shape (N, channels, height, width)."""
        features: torch.Tensor = self.stem(images)
        for number in range(self._count):
            features = self.get_submodule(f"layer{number}")(features)
        return features


def _as_the_original(module: nn.Module) -> None:
    """Draw the weights of a convolution by Kaiming's rule, of what comes out."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


class Head(nn.Module):
    """A global mean and a dense layer.

    Args:
        inputs: channels.
        outputs: numbers to give.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.fc = nn.Linear(inputs, outputs)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Logits, or of room_layout the layout's numbers."""
        given: torch.Tensor = self.fc(global_mean(features))
        return given


class TransNASNetwork(Network):
    """An encoder, and the head of a task if there is one.

    Args:
        cell: the architecture.
        outputs: what the head gives; None for the encoder alone, whose features are given.
        image_size: of the images, or tiles, that it takes.
        tiles: how many tiles an example has, whose features are put together; 0 for an image.
    """

    def __init__(self, cell: Cell, outputs: int | None, image_size: Size, tiles: int = 0) -> None:
        super().__init__(cell, "transnas101", image_size, tiles=tiles)
        self.encoder = Encoder(cell)
        self.decoder: nn.Module = nn.Identity()
        if outputs is not None:
            self.decoder = Head(max(tiles, 1) * self.encoder.width, outputs)

    def compute(self, images: torch.Tensor) -> torch.Tensor:
        """What the head gives, of shape (N, outputs), or the encoder's features."""
        if self.tiles:
            features = torch.cat([self.encoder(tile) for tile in images.unbind(1)], 1)
        else:
            features = self.encoder(images)
        given: torch.Tensor = self.decoder(features)
        return given

    def logits(self, images: torch.Tensor) -> torch.Tensor:
        """What the head gives.

        Raises:
            InvalidQuery: it is an encoder alone.
        """
        if isinstance(self.decoder, nn.Identity):
            raise InvalidQuery(
                f"an encoder alone has no logits; build it with task= one of {', '.join(TASKS)}"
            )
        return super().logits(images)


def network(
    cell: Cell,
    task: str | None = None,
    *,
    num_classes: int | None = None,
    image_size: Size | None = None,
) -> TransNASNetwork:
    """The network of an architecture of TransNAS-Bench-101.

    Args:
        cell: the architecture, macro or micro.
        task: ``class_object``, ``class_scene``, ``room_layout`` or ``jigsaw``; by default the
            encoder alone.
        num_classes: another number of outputs than the task has.
        image_size: of images, or tiles of a jigsaw; by default 224, or 64.
    """
    if task is not None:
        outputs, size = chosen(task, num_classes, image_size, TASKS)
        return TransNASNetwork(cell, outputs, size, TILES if task == "jigsaw" else 0)
    if num_classes is not None:
        raise InvalidQuery(
            f"num_classes is {num_classes}, and an encoder alone gives features; say task= one "
            f"of {', '.join(TASKS)}"
        )
    _, size = chosen("class_scene", None, image_size, TASKS)
    return TransNASNetwork(cell, None, size)
