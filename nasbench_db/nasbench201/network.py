"""The layers of the network of a NAS-Bench-201 cell."""

from __future__ import annotations

from functools import lru_cache

from nasbench_db.architectures.network import NUM_CELLS, NUM_CHANNELS, widths_of
from nasbench_db.architectures.topology import Cell


@lru_cache(maxsize=16)  # an architecture has several runs, which come together
def layers(
    arch_str: str, channels: int | None = None, cells: int | None = None
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The operations of a cell, in any order, and the widths of all layers.

    All layers are as wide as their cell, so where an operation stands makes no difference.

    Args:
        arch_str: the cell.
        channels: of the first stage; by default 16.
        cells: in each stage; by default 5.

    Raises:
        InvalidArchitecture: it is no cell of the search space.
    """
    ops = tuple(sorted(Cell.from_string(arch_str).ops))
    return ops, widths_of(channels or NUM_CHANNELS, cells or NUM_CELLS)
