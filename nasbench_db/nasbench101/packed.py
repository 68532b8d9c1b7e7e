"""Many cells at once: arrays of codes, and what can be computed of them without a Python loop.

A code is the number of a pruned cell (see :mod:`nasbench_db.nasbench101.canonical`); it fits into
an int32, so the whole search space takes 1.7 MB.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from nasbench_db.nasbench101.canonical import FIRST_CODE, LABELLINGS, canonical_orders
from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.constants import MAX_VERTICES, OPERATIONS

INPUT_LABEL, OUTPUT_LABEL, NO_LABEL = -1, -2, -3
"""What :func:`unpack` writes for the input, for the output, and where there is no vertex."""


def pack(cells: Iterable[Cell]) -> np.ndarray:
    """The codes of cells, int32 of shape (n,)."""
    return np.fromiter((cell.code for cell in cells), dtype=np.int32)


def unpack(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The graphs of codes.

    Args:
        codes: shape (n,).

    Returns:
        ``(num_vertices, matrices, labels)``: int8 arrays of shapes (n,), (n, 7, 7) and (n, 7). A
        cell of V vertices takes the first V places; the labels are the indexes of the operations
        in ``OPERATIONS``, with -1 for the input, -2 for the output, and -3 where there is no
        vertex.
    """
    codes = _checked(codes)
    num_vertices = np.zeros(len(codes), dtype=np.int8)
    matrices = np.zeros((len(codes), MAX_VERTICES, MAX_VERTICES), dtype=np.int8)
    labels = np.full((len(codes), MAX_VERTICES), NO_LABEL, dtype=np.int8)
    for size, places, triangles, digits in _by_size(codes):
        num_vertices[places] = size
        labels[places, 0] = INPUT_LABEL
        labels[places, size - 1] = OUTPUT_LABEL
        labels[places[:, None], np.arange(1, size - 1)] = digits
        for bit, (u, v) in enumerate(_pairs(size)):
            matrices[places, u, v] = triangles >> bit & 1
    return num_vertices, matrices, labels


def canonical_codes(codes: np.ndarray) -> np.ndarray:
    """The canonical codes of codes: equal for isomorphic cells.

    Args:
        codes: shape (n,).

    Returns:
        int32 of shape (n,), the :attr:`Cell.canonical_code` of each.
    """
    codes = _checked(codes)
    result = np.empty(len(codes), dtype=np.int32)
    for size, places, triangles, digits in _by_size(codes):
        # The graph without its operations decides most; there are a few thousand of those.
        graphs, of_cell = np.unique(triangles, return_inverse=True)
        smallest = np.empty(len(graphs), dtype=np.int64)
        orders: list[tuple[int, ...]] = []
        counts = np.empty(len(graphs), dtype=np.int64)
        for index, graph in enumerate(graphs.tolist()):
            smallest[index], of_graph = canonical_orders(_rows(graph, size))
            counts[index] = len(of_graph)
            orders.extend(of_graph)
        # Each cell in each order that gives its graph's smallest triangle: usually one.
        table = np.array(orders, dtype=np.int64).reshape(len(orders), size - 2) - 1
        first = np.cumsum(counts) - counts
        repeated = counts[of_cell]
        starts = np.cumsum(repeated) - repeated
        cell = np.repeat(np.arange(len(of_cell)), repeated)
        order = first[of_cell][cell] + np.arange(len(cell)) - starts[cell]
        weights = len(OPERATIONS) ** np.arange(size - 3, -1, -1, dtype=np.int64)
        numbers = np.take_along_axis(digits[cell], table[order], axis=1) @ weights
        result[places] = (
            FIRST_CODE[size]
            + smallest[of_cell] * LABELLINGS[size]
            + np.minimum.reduceat(numbers, starts)
        )
    return result


def _checked(codes: np.ndarray) -> np.ndarray:
    codes = np.asarray(codes)
    if codes.ndim != 1 or codes.dtype.kind not in "iu":
        raise ValueError(
            f"codes are an array of integers of shape (n,), not {codes.dtype} of {codes.shape}"
        )
    if codes.size and not 0 <= codes.min() <= codes.max() < FIRST_CODE[-1]:
        raise ValueError(f"codes lie between 0 and {FIRST_CODE[-1] - 1}")
    return codes.astype(np.int64)


def _by_size(codes: np.ndarray) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
    """For each number of vertices: the cells' places, triangles and (m, V - 2) operations."""
    for size in range(2, MAX_VERTICES + 1):
        (places,) = np.nonzero((codes >= FIRST_CODE[size]) & (codes < FIRST_CODE[size + 1]))
        if not len(places):
            continue
        triangles, numbers = np.divmod(codes[places] - FIRST_CODE[size], LABELLINGS[size])
        weights = len(OPERATIONS) ** np.arange(size - 3, -1, -1, dtype=np.int64)
        yield size, places, triangles, numbers[:, None] // weights % len(OPERATIONS)


def _pairs(size: int) -> list[tuple[int, int]]:
    """The pairs of vertices in the order of the triangle's bits."""
    return [(u, v) for u in range(size) for v in range(u + 1, size)]


def _rows(triangle: int, size: int) -> tuple[int, ...]:
    rows = [0] * size
    for bit, (u, v) in enumerate(_pairs(size)):
        rows[u] |= (triangle >> bit & 1) << v
    return tuple(rows)
