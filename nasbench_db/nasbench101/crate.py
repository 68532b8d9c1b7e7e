"""Cells as the Rust crate ``nasbench`` writes them, and back: operation codes and triangles."""

from __future__ import annotations

from functools import lru_cache

from nasbench_db.formats.nasbench_rs import OPERATIONS
from nasbench_db.nasbench101.canonical import triangle_of
from nasbench_db.nasbench101.cell import Cell

_CODES = {name: code for code, name in enumerate(OPERATIONS)}


def graph_of(cell: Cell) -> tuple[bytes, int, int]:
    """The ``ops``, ``dimension`` and ``triangle`` of a model with this cell, as it is written.

    See :class:`nasbench_db.formats.nasbench_rs.Model`.
    """
    return bytes(map(_CODES.__getitem__, cell.ops)), cell.num_vertices, triangle_of(cell._rows)


@lru_cache(maxsize=1 << 14)  # the published data have some five thousand different matrices
def adjacency_of(dimension: int, triangle: int) -> str:
    """The adjacency string of a triangle: ``dimension ** 2`` characters 0 or 1, row by row."""
    rows = []
    for u in range(dimension):
        width = dimension - 1 - u
        row = f"{triangle & (1 << width) - 1:0{width}b}"[::-1] if width else ""
        rows.append("0" * (u + 1) + row)
        triangle >>= width
    return "".join(rows)


@lru_cache(maxsize=1 << 10)  # at most 364 lists of operations of at most 7 vertices
def operations_of(ops: bytes) -> str:
    """The comma-joined names of operation codes."""
    return ",".join([OPERATIONS[code] for code in ops])
