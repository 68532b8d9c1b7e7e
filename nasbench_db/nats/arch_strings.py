"""Arch strings of cells, read as the originals' static methods do: of any number of nodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nasbench_db.nats.stored import InvalidArgument


def str2lists(arch_str: str) -> list[tuple[tuple[str, int], ...]]:
    """For each node but the input, what leads to it: operations and the nodes they come from.

    Raises:
        InvalidArgument: the arch string is malformed.
    """
    return [tuple(_incoming(node)) for node in arch_str.split("+")]


def str2matrix(arch_str: str, search_space: Sequence[str]) -> Any:
    """The cell as a matrix: row i + 1, column j has the operation from node j to node i + 1.

    Args:
        arch_str: the cell.
        search_space: the operations; the matrix has their places in it.

    Returns:
        a float array, 0 where there is no edge, and where there is one of the first operation.

    Raises:
        InvalidArgument: the arch string is malformed, or has an unknown operation.
    """
    import numpy as np

    nodes = str2lists(arch_str)
    matrix = np.zeros((len(nodes) + 1, len(nodes) + 1))
    for target, node in enumerate(nodes, 1):
        for op, source in node:
            if op not in search_space:
                raise InvalidArgument(
                    f"the operation {op!r} is unknown; known are {', '.join(search_space)}"
                )
            matrix[target, source] = list(search_space).index(op)
    return matrix


def _incoming(node: str) -> Iterator[tuple[str, int]]:
    for edge in filter(None, node.split("|")):
        op, *sources = edge.split("~")
        if len(sources) != 1:
            raise InvalidArgument(
                f"{edge!r} is no edge of an arch string: it must be an operation, '~' and the "
                "number of a node"
            )
        yield op, int(sources[0])
