"""A cell as a picture: SVG text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasbench_db.architectures.drawing import CONV1X1, CONV3X3, POOL, SKIP, Drawing
from nasbench_db.architectures.edge_drawing import draw_edges

if TYPE_CHECKING:
    from nasbench_db.architectures.topology import Cell

_KINDS = {
    "none": None,
    "skip_connect": SKIP,
    "nor_conv_1x1": CONV1X1,
    "nor_conv_3x3": CONV3X3,
    "avg_pool_3x3": POOL,
}


def draw(cell: Cell) -> Drawing:
    """A cell's picture; see :func:`~nasbench_db.architectures.edge_drawing.draw_edges`."""
    return draw_edges(f"NAS-Bench-201 cell {cell.arch_str}", cell.ops, _KINDS)
