"""Which isomorph of a cell the data set's records have, and how many parameters that one has.

Isomorphic cells can differ in their parameters, and a record has one matrix for them all. It is
the first that the data set's authors came upon when they went through all matrices: by the bits
of the matrix as a number, column by column, the edge from vertex 0 to vertex 1 being bit 0; of
equal matrices the first in the order of the operations' numbers (``generate_graphs.py`` of
google-research/nasbench). All 315 records whose matrix is published apart from the file agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np

from nasbench_db.nasbench101.constants import INPUT, MAXPOOL3X3, OPERATIONS, OUTPUT
from nasbench_db.nasbench101.network import count_parameters, operation_parameters
from nasbench_db.nasbench101.space import labelled_graphs


def recorded_parameters() -> np.ndarray:
    """The recorded number of trainable parameters of each cell of the search space.

    Computed, which takes some seconds; int64, in the order of
    :func:`~nasbench_db.nasbench101.space.enumerate_codes`.
    """
    parts = [_of_graph(rows, labellings) for rows, labellings in labelled_graphs()]
    return np.concatenate(parts)


def _of_graph(rows: Sequence[int], labellings: np.ndarray) -> np.ndarray:
    """The parameters of a graph's labellings."""
    renamed, orders = first_orders(rows)
    weights = len(OPERATIONS) ** np.arange(labellings.shape[1] - 1, -1, -1, dtype=np.int64)
    numbers = np.stack([labellings[:, order] @ weights for order in orders])
    first = np.array(orders, dtype=np.int64)[numbers.argmin(axis=0)]
    ops = np.take_along_axis(labellings, first, axis=1)
    free = [INPUT, *[MAXPOOL3X3] * (len(rows) - 2), OUTPUT]  # pooling has no parameters
    total = np.full(len(labellings), count_parameters(renamed, free), dtype=np.int64)
    for adds, chosen in zip(operation_parameters(renamed), ops.T, strict=True):
        total += np.array(adds)[chosen]
    return total


def first_orders(rows: Sequence[int]) -> tuple[list[int], list[list[int]]]:
    """The first matrix of a graph without its operations, and the orders that give it.

    Args:
        rows: the graph, as :mod:`nasbench_db.nasbench101.cell` describes it.

    Returns:
        ``(renamed, orders)``: the graph with that matrix; and of each order, for each new place
        of an interior vertex, where it is now, both counted from the first interior vertex.
    """
    last = len(rows) - 1
    edges = [(u, v) for u in range(last) for v in range(u + 1, last + 1) if rows[u] >> v & 1]
    smallest = -1
    orders: list[list[int]] = []
    for order in permutations(range(1, last)):
        new = dict(zip((0, *order, last), range(last + 1), strict=True))
        bits = 0
        for u, v in edges:
            if new[u] >= new[v]:
                break
            bits |= 1 << new[u] + new[v] * (new[v] - 1) // 2
        else:
            if smallest < 0 or bits < smallest:
                smallest, orders = bits, []
            if bits == smallest:
                orders.append([v - 1 for v in order])
    renamed = [
        sum((smallest >> u + v * (v - 1) // 2 & 1) << v for v in range(u + 1, last + 1))
        for u in range(last + 1)
    ]
    return renamed, orders
