"""The graph of cells whose operations are on edges: four nodes, each joined to every later one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nasbench_db.architectures.inputs import show
from nasbench_db.errors import InvalidArchitecture

NODES = 4

EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
"""The edges as ``(source, target)``, in the order of architecture strings.

Node 0 is the cell's input, node 3 its output.
"""

KEYS = tuple(f"{source}_{target}" for source, target in EDGES)
"""The edges by name, as in NNI's dicts: ``0_1`` and so on, in the same order."""


def by_edge(arch: Mapping[str, Any]) -> list[Any]:
    """The values of NNI's dict in the order of ``EDGES``.

    Raises:
        InvalidArchitecture: it is no dict, or a key is missing or unknown.
    """
    if not isinstance(arch, Mapping):
        raise InvalidArchitecture(
            f"an architecture is a dict with the keys {', '.join(KEYS)} (NNI's form), "
            f"not {show(arch)}"
        )
    if set(arch) != set(KEYS):
        raise InvalidArchitecture(
            f"the architecture has the keys {show(sorted(map(str, arch)))}; a cell has "
            f"{', '.join(KEYS)}, and no others"
        )
    return [arch[key] for key in KEYS]


_PATHS = (("0_3",), ("0_1", "1_3"), ("0_2", "2_3"), ("0_1", "1_2", "2_3"))


def _has(*keys: str) -> str:
    """The condition that an operation is on each of some edges."""
    return " AND ".join(f'arch NOT LIKE \'%"{key}":"none"%\'' for key in keys)


CONNECTED = f"({' OR '.join(f'({_has(*path)})' for path in _PATHS)})"
"""A condition in SQL on the column ``arch``: a path leads from the cell's input to its output.

For ``where=`` of questions, and for SQL. Every macro architecture of TransNAS-Bench-101 meets it.
"""
