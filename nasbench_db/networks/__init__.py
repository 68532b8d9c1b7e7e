"""The networks themselves, in PyTorch: to count, to measure, to score, to go on training.

::

    from nasbench_db.networks import build

    network = build("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|skip_connect~2|",
                    "nasbench201", dataset="cifar10")
    features, logits = network(images)

They come with the extra ``torch``; nothing else of the package imports it.
"""

from __future__ import annotations

from nasbench_db.networks.building import build, get_cell_based_tiny_net, load

__all__ = ["build", "get_cell_based_tiny_net", "load"]
