"""Cells as numbers, and the number that all isomorphic cells share, without MD5.

The *code* of a pruned cell of V vertices is::

    FIRST_CODE[V] + triangle * 3 ** (V - 2) + operations

where ``triangle`` has a bit for each pair of vertices, row by row, bit 0 for the edge from vertex
0 to vertex 1 (as in the Rust crate's files), and ``operations`` is the number whose digits in base
3 are the interior vertices' operations, as indexes of ``OPERATIONS``, vertex 1's first. All codes
of the search space lie below 2**29. The *canonical code* of a cell is the smallest code of its
isomorphs.

Functions here take a pruned graph as :mod:`nasbench_db.nasbench101.cell` describes it: ``rows[u]``
has bit ``v`` set where an edge leads from ``u`` to ``v``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from nasbench_db.nasbench101.constants import INPUT, MAX_VERTICES, OPERATIONS, OUTPUT

LABELLINGS = [0, 0, 1, 3, 9, 27, 81, 243]
"""For each number of vertices, the number of ways to give the interior ones operations."""

FIRST_CODE = [0, 0, 0]
"""For each number of vertices, the smallest code; the last entry bounds all codes."""
for _size in range(2, MAX_VERTICES + 1):
    FIRST_CODE.append(FIRST_CODE[-1] + (LABELLINGS[_size] << _size * (_size - 1) // 2))

_DIGITS = {name: digit for digit, name in enumerate(OPERATIONS)}

_Ranked = tuple[int, list[int], tuple[int, ...]]
"""Vertices that have new places: which they are, the bit of each one's place, and their order."""


def encode(rows: Sequence[int], ops: Sequence[str]) -> int:
    """The code of a pruned graph as it is numbered."""
    size = len(rows)
    digits = 0
    for name in ops[1:-1]:
        digits = digits * 3 + _DIGITS[name]
    return FIRST_CODE[size] + triangle_of(rows) * LABELLINGS[size] + digits


def decode(code: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The graph ``(rows, ops)`` of a code.

    Raises:
        ValueError: there is no such code. A code that stands for no valid cell is not noticed.
    """
    for size in range(2, MAX_VERTICES + 1):
        if FIRST_CODE[size] <= code < FIRST_CODE[size + 1]:
            break
    else:
        raise ValueError(f"the code is {code!r}; codes lie between 0 and {FIRST_CODE[-1] - 1}")
    triangle, digits = divmod(code - FIRST_CODE[size], LABELLINGS[size])
    rows = []
    for u in range(size):
        width = size - 1 - u
        rows.append((triangle & ((1 << width) - 1)) << u + 1)
        triangle >>= width
    names = []
    for _ in range(size - 2):
        digits, digit = divmod(digits, 3)
        names.append(OPERATIONS[digit])
    return tuple(rows), (INPUT, *reversed(names), OUTPUT)


def canonical_code(rows: tuple[int, ...], ops: Sequence[str]) -> int:
    """The smallest code of the isomorphs of a pruned graph."""
    size = len(rows)
    triangle, orders = canonical_orders(rows)
    smallest = LABELLINGS[size]
    for order in orders:
        number = 0
        for v in order:
            number = number * 3 + _DIGITS[ops[v]]
        if number < smallest:
            smallest = number
    return FIRST_CODE[size] + triangle * LABELLINGS[size] + smallest


@lru_cache(maxsize=1 << 16)
def canonical_orders(rows: tuple[int, ...]) -> tuple[int, tuple[tuple[int, ...], ...]]:
    """The smallest triangle of a graph without its operations, and the orders that give it.

    Returns:
        ``(triangle, orders)``: each order lists the interior vertices as they are now, in their
        new order. There are as many as the graph has symmetries.
    """
    # The last rows weigh most, so vertices are given their new places from the back: of those
    # whose successors all have places, only ones with the smallest new row can be next.
    last = len(rows) - 1
    interior = range(1, last)
    after = [[w for w in range(v + 1, last + 1) if rows[v] >> w & 1] for v in range(last)]
    renamed = [0] * (last + 1)
    partial: list[_Ranked] = [(1 << last, [0] * last + [1 << last], ())]
    for place in range(last - 1, -1, -1):
        smallest = 1 << last + 1
        longer: list[_Ranked] = []
        for placed, bits, order in partial:
            for v in interior if place else (0,):
                if placed >> v & 1 or rows[v] & ~placed:
                    continue
                row = 0
                for w in after[v]:
                    row |= bits[w]
                if row < smallest:
                    smallest, longer = row, []
                if row == smallest:
                    moved = bits.copy()
                    moved[v] = 1 << place
                    longer.append((placed | 1 << v, moved, (v, *order)))
        partial = longer
        renamed[place] = smallest
    return triangle_of(renamed), tuple([order[1:] for _, _, order in partial])


def triangle_of(rows: Sequence[int]) -> int:
    """The upper triangle of a matrix as one number, bit 0 for the edge from 0 to 1."""
    triangle = shift = 0
    for u, row in enumerate(rows):
        triangle |= row >> u + 1 << shift
        shift += len(rows) - 1 - u
    return triangle
