"""The layers of the network of an architecture of NATS-Bench's size search space."""

from __future__ import annotations

from nasbench_db.natssss.cell import GENOTYPE_OPS, Cell


def layers(
    arch_str: str, channels: int | None = None, cells: int | None = None
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The operations of the cell of all networks, and the widths of the layers.

    Args:
        arch_str: the architecture.
        channels, cells: not recorded of this search space.

    Raises:
        InvalidArchitecture: it is none of the search space.
    """
    return GENOTYPE_OPS, Cell.from_string(arch_str).channels
