"""Parts that networks of several benchmarks are made of.

No convolution has a bias. A part that has a name in the original's weights is put under it by
:func:`named`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

import torch
from torch import nn

from nasbench_db.architectures.edges import EDGES, NODES


def conv(inputs: int, outputs: int, size: int, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    """A convolution that keeps the resolution at stride 1.

    Args:
        inputs, outputs: channels.
        size: of the kernel, odd.
        stride: 2 halves the resolution.
        groups: of channels; as many as there are make it depthwise.
    """
    return nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, groups=groups, bias=False)


def relu_conv_bn(inputs: int, outputs: int, size: int, stride: int = 1) -> nn.Sequential:
    """ReLU, convolution, batch normalisation; see :func:`conv`."""
    return nn.Sequential(nn.ReLU(), conv(inputs, outputs, size, stride), nn.BatchNorm2d(outputs))


def conv_bn(inputs: int, outputs: int, size: int, stride: int = 1) -> nn.Sequential:
    """Convolution, batch normalisation; see :func:`conv`."""
    return nn.Sequential(conv(inputs, outputs, size, stride), nn.BatchNorm2d(outputs))


def named(**parts: nn.Module) -> nn.Sequential:
    """Parts one after another, under names of their own."""
    return nn.Sequential(OrderedDict(parts))


def last_node(edges: Iterable[nn.Module], features: torch.Tensor) -> torch.Tensor:
    """The last of a cell's four nodes, each being the sum of the edges that lead to it.

    Args:
        edges: in the order of ``EDGES``.
        features: the first node.
    """
    nodes: list[torch.Tensor | None] = [features, *[None] * (NODES - 1)]
    for (source, target), edge in zip(EDGES, edges, strict=True):
        way, before = edge(nodes[source]), nodes[target]
        nodes[target] = way if before is None else before + way
    last = nodes[-1]
    assert last is not None  # every node has an edge that leads to it
    return last


def global_mean(features: torch.Tensor) -> torch.Tensor:
    """The mean of each channel over all places."""
    return features.mean((2, 3))


class Zero(nn.Module):
    """The edge ``none``: its input times 0, of the width and resolution that the edge gives.

    So an infinity or NaN in a dead branch passes through as NaN, as in the originals.

    Args:
        inputs, outputs: channels.
        stride: 2 halves the resolution.
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self._same = inputs == outputs
        self._outputs, self._stride = outputs, stride

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Zeros."""
        kept = features[:, :, :: self._stride, :: self._stride]
        if self._same:
            return kept * 0.0
        return (kept[:, :1] * 0.0).expand(-1, self._outputs, -1, -1)
