"""Architectures of the design spaces of NDS, drawn at random."""

from __future__ import annotations

from typing import Any

from nasbench_db.architectures.inputs import show
from nasbench_db.architectures.randomness import SupportsRandom, below, generator
from nasbench_db.errors import InvalidQuery, nearest
from nasbench_db.nds.cell import AnyNet, Cell, CellNet
from nasbench_db.nds.constants import PROPOSER_FAMILIES, PROPOSER_OPERATIONS

_NODES, _NODES_OF_DARTS = 5, 4
_STRIDES = (1, 1, 2, 2)


def random_cell(
    rng: SupportsRandom | int | None = None,
    *,
    proposer: str | None = None,
    nodes: int | None = None,
) -> Cell:
    """An architecture such as those of a design space.

    The original's distribution is not known; this one draws each choice by itself: of a cell the
    operation and the input of each edge, what no edge takes being what comes out; depths, widths
    and groups from small ranges.

    Args:
        rng: a ``random.Random`` or ``numpy.random.Generator``, or a seed.
        proposer: NNI's name of the space, such as ``darts`` or ``resnet``; by default any.
        nodes: of each cell; 4 for ``darts`` and 5 for the others by default.

    Raises:
        InvalidQuery: there is no such space.
    """
    source = generator(rng)
    known = list(PROPOSER_FAMILIES)
    name = known[below(len(known), source)] if proposer is None else proposer
    if name not in PROPOSER_FAMILIES:
        raise InvalidQuery(
            f"proposer is {show(name)}; there are {', '.join(known)}{nearest(name, known)}"
        )
    if name in PROPOSER_OPERATIONS:
        return _cells(name, nodes or (_NODES_OF_DARTS if name == "darts" else _NODES), source)
    depths = [1, *(1 + below(8, source) for _ in _STRIDES[1:])]
    widths = [16, *(16 << below(4, source) for _ in _STRIDES[1:])]
    family = PROPOSER_FAMILIES[name]
    if family != "residual_bottleneck":
        return AnyNet(family, depths, widths, _STRIDES)
    shares = [0.0, *(0.25 * (1 << below(3, source)) for _ in _STRIDES[1:])]
    groups = [1, *(1 << below(3, source) for _ in _STRIDES[1:])]
    return AnyNet(family, depths, widths, _STRIDES, shares, groups)


def _cells(proposer: str, nodes: int, source: SupportsRandom) -> CellNet:
    ops = PROPOSER_OPERATIONS[proposer]
    cells: list[Any] = []
    for _ in ("normal", "reduce"):
        inputs = [below(edge // 2 + 2, source) for edge in range(2 * nodes)]
        edges = [(ops[below(len(ops), source)], number) for number in inputs]
        cells += [edges, sorted(set(range(2, nodes + 2)) - set(inputs))]
    depth, width = 4 + below(17, source), 16 + 4 * below(5, source)
    return CellNet(*cells, depth=depth, width=width, aux=False, drop_prob=0.0)
