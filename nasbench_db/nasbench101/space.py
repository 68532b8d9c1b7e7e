"""The whole search space: every cell of NAS-Bench-101, each once.

The paper counts 423,624 cells that differ as labelled graphs. They are found here without hashing
and comparing all labelled ones: first the unlabelled graphs, one of each isomorphism class, then
for each graph one labelling of every class under the graph's own symmetries. Two labelled graphs
are isomorphic only if their unlabelled graphs are, so nothing is counted twice and nothing is
missed. The representative of each class is the one with the smallest code.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import permutations, product
from pathlib import Path

import numpy as np

from nasbench_db.architectures.randomness import SupportsRandom, below, generator
from nasbench_db.errors import InvalidQuery
from nasbench_db.nasbench101.canonical import decode, encode
from nasbench_db.nasbench101.cell import Cell, module_hash
from nasbench_db.nasbench101.constants import (
    INPUT,
    MAX_EDGES,
    MAX_VERTICES,
    OPERATIONS,
    OUTPUT,
)
from nasbench_db.sources.background import iterate_elsewhere

_HASHED = np.dtype([("code", "i4"), ("hash", "S32")])


def enumerate_cells(
    max_vertices: int = MAX_VERTICES, max_edges: int = MAX_EDGES, num_ops: int = len(OPERATIONS)
) -> Iterator[Cell]:
    """Every cell up to isomorphism, in the order of its canonical code.

    Args:
        max_vertices: the most vertices, input and output included; 2 to 7.
        max_edges: the most edges; more than the search space's 9 are as many as 9.
        num_ops: how many of the operations to use, in the order of ``OPERATIONS``; 1 to 3.

    Returns:
        an iterator over pruned cells in canonical form, no two of them isomorphic: 423,624 for
        the full space.
    """
    return (
        Cell._of(rows, (INPUT, *[OPERATIONS[label] for label in labels], OUTPUT))
        for rows, labellings in labelled_graphs(max_vertices, max_edges, num_ops)
        for labels in labellings.tolist()
    )


def enumerate_codes(
    max_vertices: int = MAX_VERTICES, max_edges: int = MAX_EDGES, num_ops: int = len(OPERATIONS)
) -> np.ndarray:
    """The codes of the cells of :func:`enumerate_cells`, in the same order: int32 of shape (n,).

    Takes a third of a second for the full space.
    """
    parts = []
    for rows, labellings in labelled_graphs(max_vertices, max_edges, num_ops):
        size = len(rows)
        weights = len(OPERATIONS) ** np.arange(size - 3, -1, -1, dtype=np.int64)
        first = encode(rows, (INPUT, *[OPERATIONS[0]] * (size - 2), OUTPUT))
        parts.append(first + labellings @ weights)
    return np.concatenate([np.zeros(0), *parts]).astype(np.int32)


def random_cell(rng: SupportsRandom | int | None = None) -> Cell:
    """A cell drawn uniformly from the 423,624 of the search space, in canonical form.

    Args:
        rng: a ``random.Random`` or ``numpy.random.Generator``, or a seed.
    """
    codes = _all_codes()
    return Cell.from_code(int(codes[below(len(codes), generator(rng))]))


@cache
def _all_codes() -> np.ndarray:
    return enumerate_codes()


def enumerate_hashes(cache_file: str | os.PathLike[str] | None = None) -> np.ndarray:
    """The codes and the module hashes of the full search space.

    Args:
        cache_file: a ``.npy`` file of 15 MB that is read if it is there and otherwise written.
            Without it, 24 million MD5 sums are computed at each call, on all processors.

    Returns:
        a structured array of 423,624 rows with the fields ``code`` (i4, ascending) and ``hash``
        (S32).

    Raises:
        ValueError: the cache is not such a file.
    """
    codes = _all_codes()
    if cache_file is not None and Path(cache_file).exists():
        cached: np.ndarray = np.load(cache_file, allow_pickle=False)
        if cached.dtype != _HASHED or not np.array_equal(cached["code"], codes):
            raise ValueError(
                f"{os.fspath(cache_file)} is not a cache of this; delete it or name another"
            )
        return cached
    table = np.empty(len(codes), dtype=_HASHED)
    table["code"] = codes
    processes = os.cpu_count() or 1
    parts = np.array_split(codes, processes)
    with ThreadPoolExecutor(processes) as threads:
        hashes = threads.map(
            lambda part: list(iterate_elsewhere(f"{__name__}:_hashes", part)), parts
        )
        table["hash"] = np.concatenate([np.concatenate(part) for part in hashes if part])
    if cache_file is not None:
        partial = Path(f"{os.fspath(cache_file)}.partial")
        with open(partial, "wb") as file:
            np.save(file, table)
        os.replace(partial, cache_file)
    return table


def _hashes(codes: np.ndarray) -> Iterator[np.ndarray]:
    yield np.array([module_hash(*decode(code)) for code in codes.tolist()], dtype="S32")


def labelled_graphs(
    max_vertices: int = MAX_VERTICES, max_edges: int = MAX_EDGES, num_ops: int = len(OPERATIONS)
) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
    """The graphs of :func:`_graphs`, each with its labellings, one of each class.

    Returns:
        an iterator over ``(rows, labellings)``: the labellings are indexes of operations, of
        shape (m, V - 2).
    """
    if not 2 <= max_vertices <= MAX_VERTICES:
        raise InvalidQuery(f"max_vertices must be 2 to {MAX_VERTICES}, not {max_vertices}")
    if max_edges < 0:
        raise InvalidQuery(f"max_edges must be at least 0, not {max_edges}")
    if not 1 <= num_ops <= len(OPERATIONS):
        raise InvalidQuery(f"num_ops must be 1 to {len(OPERATIONS)}, not {num_ops}")
    return _of_sizes(range(2, max_vertices + 1), max_edges, num_ops)


def _of_sizes(
    sizes: range, max_edges: int, num_ops: int
) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
    for size in sizes:
        labellings = np.array(list(product(range(num_ops), repeat=size - 2)), dtype=np.int64)
        labellings = labellings.reshape(num_ops ** (size - 2), size - 2)
        weights = num_ops ** np.arange(size - 3, -1, -1, dtype=np.int64)
        numbers = np.arange(len(labellings))
        for rows, symmetries in _graphs(size):
            if sum(row.bit_count() for row in rows) > max_edges:
                continue
            # A labelling stands for its class if no symmetry turns it into a smaller one.
            smallest = numbers
            for symmetry in symmetries:
                smallest = np.minimum(smallest, labellings[:, symmetry] @ weights)
            yield rows, labellings[smallest == numbers]


@cache  # one entry for each number of vertices
def _graphs(size: int) -> list[tuple[tuple[int, ...], list[list[int]]]]:
    """The unlabelled graphs of ``size`` vertices and up to 9 edges, one of each class.

    Returns:
        for each ``(rows, symmetries)``: the graph, and each permutation other than the identity
        of its interior vertices, counted from 0, that maps the graph to itself.
    """
    pairs = [(u, v) for u in range(size) for v in range(u + 1, size)]
    place = {pair: bit for bit, pair in enumerate(pairs)}
    masks = np.arange(1 << len(pairs), dtype=np.int64)
    # Every vertex but the first has an edge in, every one but the last an edge out.
    for v in range(1, size):
        masks = masks[masks & sum(1 << place[u, v] for u in range(v)) != 0]
    for u in range(size - 1):
        masks = masks[masks & sum(1 << place[u, v] for v in range(u + 1, size)) != 0]
    edges = masks[:, None] >> np.arange(len(pairs)) & 1
    few = edges.sum(axis=1) <= MAX_EDGES
    masks, edges = masks[few], edges[few]

    interior = range(1, size - 1)
    canonical = masks.copy()
    fixed_by = []
    for order in permutations(interior):
        renamed = (0, *order, size - 1)
        image = np.zeros_like(masks)
        downward = np.zeros(len(masks), dtype=bool)
        for bit, (u, v) in enumerate(pairs):
            new_u, new_v = renamed[u], renamed[v]
            if new_u < new_v:
                image |= edges[:, bit] << place[new_u, new_v]
            else:  # the permuted graph is not upper triangular, hence not among the masks
                downward |= edges[:, bit] == 1
        image[downward] = np.iinfo(np.int64).max
        np.minimum(canonical, image, out=canonical)
        if order != tuple(interior):
            fixed_by.append(([new - 1 for new in order], image == masks))
    graphs = []
    for index in np.flatnonzero(canonical == masks):
        mask = int(masks[index])
        rows = tuple(
            sum((mask >> place[u, v] & 1) << v for v in range(u + 1, size)) for u in range(size)
        )
        graphs.append((rows, [order for order, fixed in fixed_by if fixed[index]]))
    return graphs
