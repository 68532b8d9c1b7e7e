"""The networks of NATS-Bench's size search space: one cell, whose layers differ in width."""

from __future__ import annotations

from nasbench_db.natssss.cell import GENOTYPE_OPS, Cell
from nasbench_db.networks.nasbench201 import CellNetwork
from nasbench_db.networks.words import Size, trained_for


def network(
    cell: Cell,
    dataset: str = "cifar10",
    *,
    num_classes: int | None = None,
    image_size: Size | None = None,
) -> CellNetwork:
    """The network of an architecture: cell, residual block, cell, residual block, cell.

    Args:
        cell: the channels that each of the five layers gives.
        dataset: what it is for, ``cifar10``, ``cifar10-valid``, ``cifar100`` or
            ``ImageNet16-120``: the number of classes and the size of the images.
        num_classes, image_size: other ones.
    """
    classes, size = trained_for(dataset, num_classes, image_size)
    return CellNetwork(cell, "natssss", GENOTYPE_OPS, cell.channels, classes, size)
