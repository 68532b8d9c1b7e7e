"""``ModelSpec``: a graph that may or may not be a cell, as the original API takes it.

Unlike :class:`~nasbench_db.nasbench101.cell.Cell` it can be made of a disconnected graph, of more
vertices and edges than the search space allows, and of any operations; the API then says that it
is outside the domain (original: ``nasbench/lib/model_spec.py``).
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nasbench_db.nasbench101.cell import Cell, hash_graph, subgraph, vertices_on_paths

if TYPE_CHECKING:
    from nasbench_db.architectures.drawing import Drawing

Rows = tuple[int, ...]


class ModelSpec:
    """A graph with an operation at each vertex, pruned.

    Args:
        matrix: V x V adjacency, nested lists or an array, upper triangular, of 0 and 1.
        ops: V operations, of which the first belongs to the input and the last to the output.
        data_format: kept as it is; ``channels_last`` or ``channels_first``.

    Attributes:
        original_matrix: the matrix as given, an array of shape (V, V).
        original_ops: the operations as given.
        matrix: the matrix without the vertices that lie on no path from input to output; None if
            there is no such path.
        ops: the operations of those vertices, a list; None if there is no such path.
        valid_spec: whether there is a path from input to output.

    Raises:
        ValueError: the matrix is not square, not upper triangular, or has entries other than 0
            and 1; or there are not as many operations as vertices.
    """

    def __init__(
        self,
        matrix: Sequence[Sequence[int]] | np.ndarray,
        ops: Sequence[str],
        data_format: str = "channels_last",
    ) -> None:
        given = np.array(matrix)  # always a copy: the caller's array may change
        if given.ndim != 2 or given.shape[0] != given.shape[1]:
            raise ValueError(f"matrix must be square, and has the shape {given.shape}")
        if len(ops) != len(given):
            raise ValueError(
                f"length of ops must match matrix dimensions: {len(ops)} operations for "
                f"{len(given)} vertices"
            )
        rows = _rows(given)
        self.original_matrix = given
        self.original_ops = copy.copy(ops)
        self.data_format = data_format
        self.matrix: np.ndarray | None = None
        self.ops: list[str] | None = None
        order = vertices_on_paths(rows)
        self.valid_spec = bool(order)
        self._rows: Rows = ()
        if order:
            kept = len(order) == len(rows)
            self._rows = rows if kept else subgraph(rows, order)
            self.matrix = given.copy() if kept else given[np.ix_(order, order)]
            self.ops = list(ops) if kept else [ops[v] for v in order]

    def hash_spec(self, canonical_ops: Sequence[str]) -> str:
        """The graph's hash: 32 hexadecimal digits, the same for isomorphic graphs.

        Args:
            canonical_ops: the operations in the order that gives them their labels; the data
                set's hashes come of ``config["available_ops"]``.

        Raises:
            TypeError: the graph is disconnected and has no hash.
            ValueError: an operation is not among ``canonical_ops``.
        """
        if self.ops is None:
            raise TypeError("an invalid spec, whose graph is disconnected, has no hash")
        labels = [list(canonical_ops).index(op) for op in self.ops[1:-1]]
        return hash_graph(self._rows, (-1, *labels, -2))

    def visualize(self) -> Drawing:
        """A drawing of the pruned graph, which Jupyter shows; it needs no graphviz.

        Raises:
            InvalidArchitecture: the graph is not a cell of the search space.
        """

        matrix, ops = self.matrix, self.ops
        if matrix is None or ops is None:
            matrix, ops = self.original_matrix, list(self.original_ops)
        return Cell(matrix, ops).draw()


def is_upper_triangular(matrix: np.ndarray) -> bool:
    """Whether all entries on and below the diagonal are 0."""
    return not np.tril(matrix).any()


def _rows(matrix: np.ndarray) -> Rows:
    """The graph of a square matrix, checked."""
    rows = []
    for u, entries in enumerate(matrix.tolist()):
        row = 0
        for v, entry in enumerate(entries):
            if entry == 1:
                row |= 1 << v
            elif entry != 0:
                raise ValueError(
                    f"matrix entries must be 0 or 1, and [{u}][{v}] is {_shown(entry)}"
                )
        if row & (2 << u) - 1:
            raise ValueError(f"matrix must be upper triangular, and row {u} is {entries}")
        rows.append(row)
    return tuple(rows)


def _shown(value: Any) -> str:
    return repr(value)[:100]
