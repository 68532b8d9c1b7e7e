"""The graph of cells whose operations are on edges: four nodes, each joined to every later one."""

from __future__ import annotations

NODES = 4

EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
"""The edges as ``(source, target)``, in the order of architecture strings.

Node 0 is the cell's input, node 3 its output.
"""

KEYS = tuple(f"{source}_{target}" for source, target in EDGES)
"""The edges by name, as in NNI's dicts: ``0_1`` and so on, in the same order."""
