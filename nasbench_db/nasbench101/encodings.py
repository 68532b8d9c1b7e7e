"""Cells as arrays of numbers of a fixed shape: the encodings that predictors take.

An encoding takes one cell and gives its array; given several, it gives the array that stacks
theirs, with one more axis in front. Whatever the cell, it is its pruned form that is encoded: what
lies on no path from input to output is not part of the network. All but the path encoding depend
on the order of the vertices; encode :meth:`Cell.canonical` where isomorphic cells must be alike.

A cell of fewer than 7 vertices is padded as in naszilla (``Cell101.convert_to_cell``): its output
becomes vertex 6, all other vertices keep their numbers, and the vertices between them are empty.
naszilla gives an empty vertex the operation conv3x3; here it has none, so that no encoding claims
what is not in the cell, and so that each can be read back. Reading an encoding gives the pruned
cell that it was made of.

The encodings are those of White et al., "BANANAS: Bayesian Optimization with Neural
Architectures for Neural Architecture Search", 2019, and "A Study on Encodings for Neural
Architecture Search", 2020.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np

from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.constants import INPUT, MAX_EDGES, MAX_VERTICES, OPERATIONS, OUTPUT
from nasbench_db.nasbench101.packed import pack, unpack

EMPTY_INDEX = len(OPERATIONS)
INPUT_INDEX = EMPTY_INDEX + 1
OUTPUT_INDEX = EMPTY_INDEX + 2
"""What stands for an empty vertex, the input and the output among the indexes of operations.

The operations themselves are 0, 1 and 2, their indexes in ``OPERATIONS``. No index is negative,
so that they can index the rows of an embedding.
"""

PAIRS = tuple((u, v) for u in range(MAX_VERTICES) for v in range(u + 1, MAX_VERTICES))
"""The 21 places where an edge can be: the upper triangle of the matrix, row by row."""

NO_EDGE = len(PAIRS)
"""What fills the places of missing edges in :func:`categorical_edges`."""

_INTERIOR = MAX_VERTICES - 2

PATHS = tuple(
    tuple(reversed(names))
    for length in range(_INTERIOR + 1)
    for names in product(OPERATIONS, repeat=length)
)
"""The operations, first to last, of each of the 364 paths of the path encoding.

Shorter paths come first. Among those of one length the first operation changes fastest, as in
naszilla: index 1 to 3 are the single operations in the order of ``OPERATIONS``, 4 is conv3x3
twice, 5 is conv1x1 followed by conv3x3.
"""

# A path is a choice of interior vertices, since edges lead only onward; there are 32. A cell has
# it if it has all its edges, and its index is a number to which each vertex adds its operation.
_CHOICES = [
    tuple(v for v in range(1, MAX_VERTICES - 1) if chosen >> v & 1)
    for chosen in range(0, 1 << MAX_VERTICES - 1, 2)
]
_CHOICE_EDGES = np.array(
    [
        [pair in zip((0, *choice), (*choice, MAX_VERTICES - 1), strict=True) for pair in PAIRS]
        for choice in _CHOICES
    ],
    dtype=np.int16,
)
_CHOICE_WEIGHTS = np.array(
    [
        [len(OPERATIONS) ** choice.index(v) if v in choice else 0 for v in range(1, _INTERIOR + 1)]
        for choice in _CHOICES
    ],
    dtype=np.int16,
)
_CHOICE_FIRST = np.array(
    [sum(len(OPERATIONS) ** i for i in range(len(choice))) for choice in _CHOICES], dtype=np.int16
)

Cells = Cell | Iterable[Cell] | np.ndarray
"""One cell, or several: an iterable of cells or the array of their codes, integers of shape (n,).

For codes see :mod:`nasbench_db.nasbench101.packed`.
"""


def padded_adjacency(cells: Cells) -> tuple[np.ndarray, np.ndarray]:
    """The adjacency matrix and the operations, padded to 7 vertices.

    The output is vertex 6 whatever the number of vertices. :func:`from_padded_adjacency` reads it.

    Returns:
        ``(matrix, operations)``: int8 of shapes (7, 7) and (7,). The matrix is 1 where an edge
        leads from the row's vertex to the column's; empty vertices have zeros. The operations are
        indexes in ``OPERATIONS``, or :data:`INPUT_INDEX`, :data:`OUTPUT_INDEX` and
        :data:`EMPTY_INDEX`. Of n cells: shapes (n, 7, 7) and (n, 7).
    """
    edges, interior = _edges_and_operations(cells)
    matrix = np.zeros((len(edges), MAX_VERTICES, MAX_VERTICES), dtype=np.int8)
    sources, targets = np.array(PAIRS).T
    matrix[:, sources, targets] = edges
    operations = np.empty((len(edges), MAX_VERTICES), dtype=np.int8)
    operations[:, 0] = INPUT_INDEX
    operations[:, 1:-1] = interior
    operations[:, -1] = OUTPUT_INDEX
    return _as_given(cells, matrix), _as_given(cells, operations)


def from_padded_adjacency(
    matrix: Sequence[Sequence[int]] | np.ndarray, operations: Sequence[int] | np.ndarray
) -> Cell:
    """The cell of a padded adjacency matrix and operations.

    Args:
        matrix: of shape (7, 7).
        operations: of shape (7,), as :func:`padded_adjacency` gives them. Any of the interior
            vertices may be the empty ones.

    Raises:
        InvalidArchitecture: they are no such encoding, or the cell is outside the search space.
    """
    matrix = _checked("the padded matrix", matrix, (MAX_VERTICES, MAX_VERTICES), 1)
    if np.tril(matrix).any():
        raise InvalidArchitecture(
            "the padded matrix must be upper triangular: edges lead only to later vertices"
        )
    operations = _checked("the operations", operations, (MAX_VERTICES,), OUTPUT_INDEX)
    first, *interior, last = operations.tolist()
    if first != INPUT_INDEX or last != OUTPUT_INDEX or max(interior) > EMPTY_INDEX:
        raise InvalidArchitecture(
            f"the operations are {operations.tolist()}; the first must be {INPUT_INDEX}, the "
            f"last {OUTPUT_INDEX}, and those between 0 to {EMPTY_INDEX}"
        )
    return _cell([pair for pair in PAIRS if matrix[pair]], interior)


def adjacency_one_hot(cells: Cells) -> np.ndarray:
    """The edges as bits and each operation as one of three bits.

    NASLib's ``adjacency_one_hot``, apart from the order of the three (there: maxpool3x3, conv3x3,
    conv1x1); naszilla's ``adj`` has the same edges, and one number in place of the three bits.
    :func:`from_adjacency_one_hot` reads it.

    Returns:
        uint8 of shape (36,), zeros and ones: the 21 pairs of vertices in the order of
        :data:`PAIRS`, then for each of the vertices 1 to 5 the three ``OPERATIONS``, all of them
        0 where the vertex is empty. Of n cells: shape (n, 36).
    """
    edges, interior = _edges_and_operations(cells)
    bits = interior[:, :, None] == np.arange(len(OPERATIONS))
    encoding = np.concatenate(
        [edges, bits.reshape(len(edges), _INTERIOR * len(OPERATIONS))], axis=1
    ).astype(np.uint8)
    return _as_given(cells, encoding)


def from_adjacency_one_hot(encoding: Sequence[int] | np.ndarray) -> Cell:
    """The cell of an adjacency one-hot encoding.

    Args:
        encoding: of shape (36,), as :func:`adjacency_one_hot` gives it.

    Raises:
        InvalidArchitecture: it is no such encoding, or the cell is outside the search space.
    """
    length = len(PAIRS) + _INTERIOR * len(OPERATIONS)
    encoding = _checked("the adjacency one-hot encoding", encoding, (length,), 1)
    edges, bits = np.split(encoding, [len(PAIRS)])
    bits = bits.reshape(_INTERIOR, len(OPERATIONS))
    for v, count in enumerate(bits.sum(axis=1).tolist(), 1):
        if count > 1:
            raise InvalidArchitecture(
                f"vertex {v} has {count} operations in the adjacency one-hot encoding; "
                "it can have one, or none if it is empty"
            )
    interior = np.where(bits.any(axis=1), bits.argmax(axis=1), EMPTY_INDEX)
    return _cell([PAIRS[place] for place in np.flatnonzero(edges)], interior.tolist())


def categorical_edges(cells: Cells) -> np.ndarray:
    """The edges as a sorted list of their places, and the operations as indexes.

    The categorical adjacency encoding, naszilla's ``cat_adj``. There missing edges are filled up
    with 0, which is also the edge from vertex 0 to vertex 1; here they have a number of their
    own. :func:`from_categorical_edges` reads it.

    Returns:
        int8 of shape (14,): the indexes in :data:`PAIRS` of the edges, ascending, filled up with
        :data:`NO_EDGE` (21) to 9; then, for each of the vertices 1 to 5, the index of its
        operation in ``OPERATIONS`` or :data:`EMPTY_INDEX` (3). Of n cells: shape (n, 14).
    """
    edges, interior = _edges_and_operations(cells)
    places = np.where(edges == 1, np.arange(len(PAIRS)), NO_EDGE)
    places = np.sort(places, axis=1)[:, :MAX_EDGES]
    return _as_given(cells, np.concatenate([places, interior], axis=1).astype(np.int8))


def from_categorical_edges(encoding: Sequence[int] | np.ndarray) -> Cell:
    """The cell of a categorical encoding of its edges.

    Args:
        encoding: of shape (14,), as :func:`categorical_edges` gives it. The edges and the fillers
            may be in any order.

    Raises:
        InvalidArchitecture: it is no such encoding, or the cell is outside the search space.
    """
    encoding = _checked("the categorical encoding", encoding, (MAX_EDGES + _INTERIOR,), len(PAIRS))
    places = [place for place in encoding[:MAX_EDGES].tolist() if place != NO_EDGE]
    if len(set(places)) < len(places):
        raise InvalidArchitecture(
            f"the categorical encoding names an edge twice: its edges are {sorted(places)}"
        )
    interior = encoding[MAX_EDGES:].tolist()
    if max(interior) > EMPTY_INDEX:
        raise InvalidArchitecture(
            f"the operations of the categorical encoding are {interior}; "
            f"they must be 0 to {EMPTY_INDEX}"
        )
    return _cell([PAIRS[place] for place in places], interior)


def path_encoding(cells: Cells, first: int = len(PATHS)) -> np.ndarray:
    """Which sequences of operations lead from the input to the output (BANANAS).

    naszilla's and NASLib's ``path``, and with ``first=40`` naszilla's ``trunc_path``. Isomorphic
    cells have the same encoding. So do other cells: two vertices with the same operation between
    the same neighbours give the paths that one of them gives. Hence there is no inverse; the
    423,624 cells have 170,820 different encodings.

    Args:
        cells: one cell or several.
        first: how many of the paths to keep. They are sorted by their length, so the first 1, 4,
            13, 40, 121 or 364 are all paths of up to 0, 1, 2, 3, 4 or 5 operations.

    Returns:
        uint8 of shape (first,): 1 where the cell has the path of this index, whose operations
        are ``PATHS[index]``. Of n cells: shape (n, first).

    Raises:
        ValueError: ``first`` is not between 1 and 364.
    """
    if not 0 < first <= len(PATHS):
        raise ValueError(f"first must be 1 to {len(PATHS)}, not {first!r}")
    edges, interior = _edges_and_operations(cells)
    present = edges @ _CHOICE_EDGES.T == _CHOICE_EDGES.sum(axis=1)
    # Where a path has an empty vertex it is not present, and its index means nothing.
    indexes = interior @ _CHOICE_WEIGHTS.T + _CHOICE_FIRST
    encoding = np.zeros((len(edges), len(PATHS)), dtype=np.uint8)
    encoding[np.nonzero(present)[0], indexes[present]] = 1
    return _as_given(cells, encoding[:, :first])


def paths(cell: Cell) -> list[tuple[str, ...]]:
    """The different sequences of operations from the input to the output of a cell.

    Returns:
        for each the names of its operations, first to last, in the order of :data:`PATHS`; an
        edge from the input to the output is an empty sequence.
    """
    return [PATHS[index] for index in np.flatnonzero(path_encoding(cell)).tolist()]


def _edges_and_operations(cells: Cells) -> tuple[np.ndarray, np.ndarray]:
    """All of the pruned cells, padded: what every encoding is made of.

    Returns:
        ``(edges, interior)``: int16 of shape (n, 21), a bit for each of :data:`PAIRS`, and int16
        of shape (n, 5), the indexes of the operations of the vertices 1 to 5.
    """
    if isinstance(cells, Cell):
        cells = [cells]
    codes = cells if isinstance(cells, np.ndarray) else pack(cells)
    num_vertices, matrices, labels = unpack(codes)
    every = np.arange(len(matrices))
    outputs = num_vertices.astype(np.intp) - 1
    into_output = matrices[every, :, outputs]
    matrices[every, :, outputs] = 0
    matrices[:, :, -1] = into_output
    sources, targets = np.array(PAIRS).T
    edges = matrices[:, sources, targets].astype(np.int16)
    interior = labels[:, 1:-1].astype(np.int16)
    interior[interior < 0] = EMPTY_INDEX  # no vertex, or the place that the output had
    return edges, interior


def _as_given(cells: Cells, encodings: np.ndarray) -> np.ndarray:
    """The stacked encodings, or the only one if it was one cell that was given."""
    return encodings[0] if isinstance(cells, Cell) else encodings


def _cell(edges: Iterable[tuple[int, int]], interior: Sequence[int]) -> Cell:
    """The cell of edges among 7 vertices and the operations of the vertices 1 to 5."""
    names = [INPUT, *(None if op == EMPTY_INDEX else OPERATIONS[op] for op in interior), OUTPUT]
    number: dict[int, int] = {}
    for v, name in enumerate(names):
        if name is not None:
            number[v] = len(number)
    matrix = [[0] * len(number) for _ in number]
    for u, v in edges:
        if u not in number or v not in number:
            raise InvalidArchitecture(
                f"there is an edge from vertex {u} to vertex {v}, and vertex "
                f"{v if u in number else u} is empty: it has no operation"
            )
        matrix[number[u]][number[v]] = 1
    return Cell(matrix, [name for name in names if name is not None])


def _checked(what: str, given: Any, shape: tuple[int, ...], largest: int) -> np.ndarray:
    """An encoding as an array of integers from 0 to the largest allowed."""
    try:
        array = np.asarray(given)
    except ValueError:  # a ragged list
        raise InvalidArchitecture(f"{what} must be an array of the shape {shape}") from None
    if array.shape != shape:
        raise InvalidArchitecture(f"{what} must have the shape {shape}, not {array.shape}")
    if array.dtype.kind not in "biuf":
        raise InvalidArchitecture(f"{what} must be an array of integers, not of {array.dtype}")
    allowed = np.isin(array, np.arange(largest + 1))
    if not allowed.all():
        place = tuple(np.argwhere(~allowed)[0].tolist())
        raise InvalidArchitecture(
            f"{what} has {array[place]} at {list(place)}; allowed are the integers 0 to {largest}"
        )
    return array.astype(np.int64)
