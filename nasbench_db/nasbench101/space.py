"""The whole search space: every cell of NAS-Bench-101, each once.

The paper counts 423,624 cells that differ as labelled graphs. They are found here without hashing
and comparing all of them: first the unlabelled graphs, one of each isomorphism class, then for
each graph one labelling of every class under the graph's own symmetries. Two labelled graphs are
isomorphic only if their unlabelled graphs are, so nothing is counted twice and nothing is missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

import numpy as np

from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.constants import (
    INPUT,
    MAX_EDGES,
    MAX_VERTICES,
    OPERATIONS,
    OUTPUT,
)


def enumerate_cells(
    max_vertices: int = MAX_VERTICES, max_edges: int = MAX_EDGES, num_ops: int = len(OPERATIONS)
) -> Iterator[Cell]:
    """Every cell up to isomorphism, fewest vertices first, in a fixed order.

    Args:
        max_vertices: the most vertices, input and output included; 2 to 7.
        max_edges: the most edges.
        num_ops: how many of the operations to use, in the order of ``OPERATIONS``; 1 to 3.

    Yields:
        pruned cells, no two of them isomorphic: 423,624 for the full space.
    """
    if not 2 <= max_vertices <= MAX_VERTICES:
        raise ValueError(f"max_vertices must be 2 to {MAX_VERTICES}, not {max_vertices}")
    if not 1 <= num_ops <= len(OPERATIONS):
        raise ValueError(f"num_ops must be 1 to {len(OPERATIONS)}, not {num_ops}")
    max_edges = min(max_edges, MAX_EDGES)
    for size in range(2, max_vertices + 1):
        labellings = list(product(range(num_ops), repeat=size - 2))
        names = [
            (INPUT, *(OPERATIONS[label] for label in labels), OUTPUT) for labels in labellings
        ]
        digits = np.array(labellings, dtype=np.int64).reshape(len(labellings), size - 2)
        weights = num_ops ** np.arange(size - 3, -1, -1, dtype=np.int64)
        for rows, symmetries in _graphs(size, max_edges):
            # A labelling stands for its class if no symmetry turns it into a smaller one.
            codes = np.arange(len(labellings))
            smallest = codes
            for symmetry in symmetries:
                smallest = np.minimum(smallest, digits[:, symmetry] @ weights)
            for code in np.flatnonzero(smallest == codes):
                yield Cell._of(rows, names[code])


def _graphs(size: int, max_edges: int) -> Iterator[tuple[tuple[int, ...], list[list[int]]]]:
    """The unlabelled graphs of ``size`` vertices, one of each class, with their symmetries.

    Yields:
        ``(rows, symmetries)``: the graph, and each permutation other than the identity of its
        interior vertices, counted from 0, that maps the graph to itself.
    """
    pairs = [(u, v) for u in range(size) for v in range(u + 1, size)]
    place = {pair: bit for bit, pair in enumerate(pairs)}
    masks = np.arange(1 << len(pairs), dtype=np.int64)
    edges = (masks[:, None] >> np.arange(len(pairs))) & 1 if size < MAX_VERTICES else None
    count = _bit_count(masks, len(pairs)) if edges is None else edges.sum(axis=1)
    keep = count <= max_edges
    for v in range(size):  # every vertex but the ends has an edge in and an edge out
        if v > 0:
            keep &= masks & sum(1 << place[u, v] for u in range(v)) != 0
        if v < size - 1:
            keep &= masks & sum(1 << place[v, w] for w in range(v + 1, size)) != 0
    masks = masks[keep]
    edges = masks[:, None] >> np.arange(len(pairs)) & 1

    canonical = masks.copy()
    fixed_by = []
    for order in permutations(range(1, size - 1)):
        new_name = (0, *order, size - 1)
        image = np.zeros_like(masks)
        downward = np.zeros(len(masks), dtype=bool)
        for bit, (u, v) in enumerate(pairs):
            u, v = new_name[u], new_name[v]
            if u < v:
                image |= edges[:, bit] << place[u, v]
            else:  # the permuted graph is not upper triangular, hence not among the masks
                downward |= edges[:, bit] == 1
        image[downward] = np.iinfo(np.int64).max
        np.minimum(canonical, image, out=canonical)
        if order != tuple(range(1, size - 1)):
            fixed_by.append(([new - 1 for new in order], image == masks))
    for index in np.flatnonzero(canonical == masks):
        mask = int(masks[index])
        rows = tuple(
            sum((mask >> place[u, v] & 1) << v for v in range(u + 1, size)) for u in range(size)
        )
        yield rows, [order for order, fixed in fixed_by if fixed[index]]


def _bit_count(masks: np.ndarray, bits: int) -> np.ndarray:
    count = np.zeros(len(masks), dtype=np.int64)
    for bit in range(bits):
        count += masks >> bit & 1
    return count
