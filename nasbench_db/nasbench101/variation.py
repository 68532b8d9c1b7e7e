"""From one graph to others: single edits, mutation, crossover, and how far two graphs are apart.

An edit changes one thing: it adds or removes one edge, or gives one interior vertex another
operation (Ying et al. 2019, section 4.3). Graphs are pairs ``(rows, ops)`` as in
:mod:`nasbench_db.nasbench101.cell`; what comes out of an edit may lie outside the search space.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import permutations
from operator import xor
from typing import TypeVar

from nasbench_db.architectures.randomness import SupportsRandom, below, outcomes
from nasbench_db.nasbench101.constants import OPERATIONS

T = TypeVar("T")
Rows = tuple[int, ...]
Ops = tuple[str, ...]

EMPTY = ""
"""The operation of a vertex that was added to make a graph larger, until it is given one."""

_Change = dict[str, str]
"""For each operation another one."""

_CHANGES: list[_Change] = [
    dict(zip(OPERATIONS, OPERATIONS[turn:] + OPERATIONS[:turn], strict=True))
    for turn in range(1, len(OPERATIONS))
]
"""The ways to change an operation; each is as likely as the others."""


def edits(rows: Rows, ops: Ops) -> Iterator[tuple[Rows, Ops]]:
    """All graphs that are one edit away, in a fixed order."""
    size = len(rows)
    for u in range(size - 1):
        for v in range(u + 1, size):
            yield (*rows[:u], rows[u] ^ 1 << v, *rows[u + 1 :]), ops
    for v in range(1, size - 1):
        for op in OPERATIONS:
            if op != ops[v]:
                yield rows, (*ops[:v], op, *ops[v + 1 :])


def padded(rows: Rows, ops: Ops, size: int) -> tuple[Rows, Ops]:
    """The graph with unconnected :data:`EMPTY` vertices before its output, up to a size."""
    more = size - len(rows)
    if more <= 0:
        return rows, ops
    last = len(rows) - 1
    below = (1 << last) - 1
    moved = [row & below | (row >> last & 1) << size - 1 for row in rows[:last]]
    return (*moved, *[0] * (more + 1)), (*ops[:last], *[EMPTY] * more, ops[last])


def mutated(rows: Rows, ops: Ops, rng: SupportsRandom, rate: float) -> tuple[Rows, Ops]:
    """A graph with random edits.

    Each possible edge is flipped with probability ``rate / V``, each interior vertex changes its
    operation with probability ``rate / (V - 2)`` (original: ``NASBench.ipynb``, ``mutate_spec``).
    """
    draw = rng.random
    flips, changes = _chances(len(rows), rate)
    for ends, outcomes_of_few in flips:
        flipped = outcomes_of_few[bisect_right(ends, draw())]
        if flipped is not None:
            rows = tuple(map(xor, rows, flipped))
    for ends, outcomes_of_some in changes:
        changed = outcomes_of_some[bisect_right(ends, draw())]
        if changed:
            new_ops = list(ops)
            for v, change in changed:
                new_ops[v] = change.get(ops[v], ops[v])
            ops = tuple(new_ops)
    if EMPTY in ops:
        ops = tuple([OPERATIONS[below(len(OPERATIONS), rng)] if op == EMPTY else op for op in ops])
    return rows, ops


_Drawn = tuple[list[float], list[T]]
"""What may happen, as :func:`nasbench_db.architectures.randomness.outcomes` has it."""


@lru_cache(256)
def _chances(
    size: int, rate: float
) -> tuple[list[_Drawn[Rows | None]], list[_Drawn[list[tuple[int, _Change]]]]]:
    """What may happen to a graph.

    Returns:
        for each few possible edges, what the rows are combined with by exclusive or, None where
        no edge is flipped; for each few interior vertices, which of them change, and how.
    """

    def flipped(edges: Sequence[tuple[int, int] | None]) -> Rows | None:
        rows = [0] * size
        for u, v in filter(None, edges):
            rows[u] |= 1 << v
        return tuple(rows) if any(rows) else None

    def changed(found: Sequence[tuple[int, _Change] | None]) -> list[tuple[int, _Change]]:
        return list(filter(None, found))

    flip, change = min(rate / size, 1), min(rate / max(size - 2, 1), 1)
    edges = [
        ((None, 1 - flip), ((u, v), flip)) for u in range(size - 1) for v in range(u + 1, size)
    ]
    interior = [
        ((None, 1 - change), *(((v, one), change / len(_CHANGES)) for one in _CHANGES))
        for v in range(1, size - 1)
    ]
    return (
        [outcomes(edges[n : n + 7], flipped) for n in range(0, len(edges), 7)],
        [outcomes(interior[n : n + 5], changed) for n in range(0, len(interior), 5)],
    )


def crossed(
    one: tuple[Rows, Ops], other: tuple[Rows, Ops], rng: SupportsRandom
) -> tuple[Rows, Ops]:
    """A graph that takes each possible edge and each operation from one of two parents.

    Both parents have the same number of vertices; where an operation is :data:`EMPTY` in one, it
    is the other's, and where in both, a random one.
    """
    size = len(one[0])
    rows = []
    for u in range(size):
        mask = sum(1 << v for v in range(u + 1, size) if rng.random() < 0.5)
        rows.append(one[0][u] & mask | other[0][u] & ~mask)
    ops = []
    for mine, theirs in zip(one[1], other[1], strict=True):
        choices = [op for op in (mine, theirs) if op != EMPTY] or list(OPERATIONS)
        ops.append(choices[below(len(choices), rng)])
    return tuple(rows), tuple(ops)


def distance(one: tuple[Rows, Ops], other: tuple[Rows, Ops]) -> int:
    """The fewest edits that turn one graph into an isomorph of the other.

    The smaller one is padded with unconnected vertices, whose operations count as equal to any.
    Exhaustive: up to 120 ways to match the interior vertices.
    """
    size = max(len(one[0]), len(other[0]))
    (rows, ops), (other_rows, other_ops) = padded(*one, size), padded(*other, size)
    edges = {(u, v) for u in range(size) for v in range(size) if rows[u] >> v & 1}
    other_edges = {(u, v) for u in range(size) for v in range(size) if other_rows[u] >> v & 1}
    fewest = len(edges) + len(other_edges) + size
    for order in permutations(range(1, size - 1)):
        renamed = (0, *order, size - 1)
        changed = sum(
            EMPTY not in (ops[v], other_ops[renamed[v]]) and ops[v] != other_ops[renamed[v]]
            for v in range(1, size - 1)
        )
        if changed < fewest:
            moved = {(renamed[u], renamed[v]) for u, v in edges}
            fewest = min(fewest, changed + len(moved ^ other_edges))
    return fewest
