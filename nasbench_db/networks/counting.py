"""How large a network is: its parameters, and its multiply-adds, layer by layer as it runs."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


def count_parameters(network: nn.Module) -> int:
    """The trainable parameters; running statistics are none."""
    return sum(each.numel() for each in network.parameters() if each.requires_grad)


def count_flops(network: nn.Module, shape: tuple[int, ...], counts_bias: bool) -> int:
    """The multiply-adds of the convolutions and the dense layer, each counted once, for an image.

    Batch normalisations, ReLU, pooling and sums count nothing. One image of zeros goes through the
    network, which stays as it is; on the device ``meta`` nothing is computed.

    Args:
        network: the network.
        shape: of an image.
        counts_bias: whether the bias of the dense layer counts, an addition for each class.
    """
    total = 0

    def count(layer: nn.Module, _: Any, given: torch.Tensor) -> None:
        nonlocal total
        if isinstance(layer, nn.Conv2d):
            *_, height, width = given.shape
            total += layer.weight.numel() * height * width
        elif isinstance(layer, nn.Linear):
            total += layer.weight.numel() + counts_bias * layer.out_features

    counted = [each for each in network.modules() if isinstance(each, nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(count) for layer in counted]
    modes = [(each, each.training) for each in network.modules()]
    weights = next(network.parameters())
    try:
        network.eval()  # training would change the running statistics
        with torch.no_grad():
            network(torch.zeros(1, *shape, device=weights.device, dtype=weights.dtype))
    finally:
        for each, mode in modes:
            each.training = mode
        for hook in hooks:
            hook.remove()
    return total
