"""Two zero-cost scores, which rank networks without training them.

Both are made on a copy of the network, which stays as it is.
"""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import nn

from nasbench_db.errors import InvalidQuery
from nasbench_db.networks.network import Network
from nasbench_db.networks.words import Size

NO_PATH = -1e8
"""What :func:`jacov` is where the images make no difference, as in the published tables."""

_ADDED = 1e-5  # to each eigenvalue, so that those that are 0 have a logarithm


def synflow(network: Network, image_size: Size | None = None) -> float:
    """How much the weights, taken without their signs, carry from an image of ones to the logits.

    The sum over all weights of convolutions and the dense layer of weight times gradient (Tanaka
    et al., "Pruning neural networks without any data by iteratively conserving synaptic flow",
    2020). Batch normalisations use their running statistics, which do nothing in a new network.

    Args:
        network: a network with new weights.
        image_size: of the image of ones; by default that of the images that the network takes.
    """
    tried = copy.deepcopy(network).double().eval()
    shape = network.image_shape(image_size)
    tried.image_size = None
    with torch.no_grad():
        for values in tried.parameters():
            values.abs_()
    weights = next(tried.parameters())
    tried.logits(
        torch.ones(1, *shape, device=weights.device, dtype=weights.dtype)
    ).sum().backward()
    flows = [
        (layer.weight * layer.weight.grad).sum()
        for layer in tried.modules()
        if isinstance(layer, nn.Conv2d | nn.Linear) and layer.weight.grad is not None
    ]
    return float(torch.stack(flows).sum().item())


def jacov(network: Network, images: torch.Tensor) -> float:
    """How differently the network sees images: high where its gradients at them correlate little.

    Of the correlations of the logits' gradients with respect to each image, minus the sum over
    the eigenvalues v of log(v + k) + 1 / (v + k), k being 1e-5 (Mellor et al., "Neural
    Architecture Search without Training", 2020).

    Args:
        network: a network with new weights.
        images: two or more, real ones or noise, of any size.

    Raises:
        InvalidQuery: there are fewer than two images.
    """
    if len(images) < 2:
        raise InvalidQuery(f"jacov compares images, and {len(images)} was given; give two or more")
    tried = copy.deepcopy(network).train()
    tried.image_size = None
    varied = images.detach().clone().requires_grad_()
    (gradients,) = torch.autograd.grad(tried.logits(varied).sum(), varied)
    rows = gradients.flatten(1).double().cpu().numpy()
    if not rows.std(1).all():
        return NO_PATH
    shifted = np.linalg.eigvalsh(np.corrcoef(rows)) + _ADDED
    return float(-np.sum(np.log(shifted) + 1 / shifted))
