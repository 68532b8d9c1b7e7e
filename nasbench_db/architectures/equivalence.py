"""Which cells are the same network: the published string, and complete canonical ones.

A node's value is the sum of what its edges give, so a cell can be written as an expression over
its input. ``skip_connect`` gives what it gets and ``none`` gives zero, so different cells have
equal expressions. How many of the 15,625 cells differ depends on how far that is taken:

=======================================  =====  ===================================================
function                                 cells  what counts as equal
=======================================  =====  ===================================================
``unique_str(ops, consider_zero=True)``  6,466  the order of terms, skips, and zeros as far as the
                                                original recognises them
``canonical_str(ops, "conv_bias")``      5,545  sums whatever their nesting, and zeros, but a
                                                convolution of zero is not zero
``canonical_str(ops, "propagate")``      4,930  the same, and any operation of zero is zero
=======================================  =====  ===================================================

The published number is 6,466 (Dong et al., "NATS-Bench: Benchmarking NAS Algorithms for
Architecture Topology and Size", 2021). Its string leaves apart some cells that are equal under
``"propagate"``, splitting 623 of the 4,930 classes, for two reasons: a node with several edges
that all give zero is ``#+#`` and no longer recognised as zero, and the sum that a skip carries on
is not merged with the sum that it becomes part of. It joins none that differ under that rule; but
since a convolution of ``#`` counts as zero, 101 of its strings join cells that differ under
``"conv_bias"``.

In all of them the input is ``0``, zero is ``#``, ``(x)@op`` is an operation of x, and terms are
joined by ``+`` and sorted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from nasbench_db.architectures.edges import EDGES
from nasbench_db.errors import InvalidQuery

ZeroRule = Literal["conv_bias", "propagate"]
ZERO_RULES: tuple[ZeroRule, ...] = ("conv_bias", "propagate")
"""What a convolution of zero is.

``"conv_bias"``
    Not zero: the bias of its batch normalisation. This is true of the networks of the data set.
``"propagate"``
    Zero, like any operation of zero: only what is on a path from the input counts.
"""

_INPUT, _ZERO = "0", "#"
_CONVOLUTIONS = ("nor_conv_1x1", "nor_conv_3x3")


def unique_str(ops: Sequence[str], consider_zero: bool | None) -> str:
    """The original's string of a cell's topology.

    The same text as ``TopologyStructure.to_unique_str`` in ``nats_bench/genotype_utils.py``.

    Args:
        ops: the operation of each edge, in the order of ``EDGES``.
        consider_zero: True for the published string, in which skips and zeros vanish; False if
            only skips do; None if none does, so that only the order of terms is lost.
    """
    nodes = [_INPUT]
    for edges in _edges_by_target(ops):
        terms = []
        for source, op in edges:
            value = nodes[source]
            if consider_zero and (op == "none" or value == _ZERO):
                terms.append(_ZERO)
            elif consider_zero is not None and op == "skip_connect":
                terms.append(value)
            else:
                terms.append(f"({value})@{op}")
        nodes.append("+".join(sorted(terms)))
    return nodes[-1]


def canonical_str(ops: Sequence[str], zero_rule: ZeroRule) -> str:
    """A string that two cells share exactly if their expressions are equal under a rule.

    Equal means: the same terms, each as often, in any order and nesting of the sums. That pooling
    distributes over sums is not used.

    Args:
        ops: the operation of each edge, in the order of ``EDGES``.
        zero_rule: one of :data:`ZERO_RULES`.

    Raises:
        InvalidQuery: the rule is none of these.
    """
    if zero_rule not in ZERO_RULES:
        raise InvalidQuery(f"zero_rule must be one of {', '.join(ZERO_RULES)}, not {zero_rule!r}")
    nodes = [[_INPUT]]  # for each node its terms, sorted; of zero there are none
    for edges in _edges_by_target(ops):
        terms = []
        for source, op in edges:
            if op == "skip_connect":
                terms += nodes[source]
            elif op != "none" and (
                nodes[source] or (zero_rule == "conv_bias" and op in _CONVOLUTIONS)
            ):
                terms.append(f"({_sum(nodes[source])})@{op}")
        nodes.append(sorted(terms))
    return _sum(nodes[-1])


def is_connected(ops: Sequence[str]) -> bool:
    """Whether a path of operations other than ``none`` leads from the input to the output."""
    reached = [True]
    for edges in _edges_by_target(ops):
        reached.append(any(reached[source] and op != "none" for source, op in edges))
    return reached[-1]


def _sum(terms: Sequence[str]) -> str:
    return "+".join(terms) or _ZERO


def _edges_by_target(ops: Sequence[str]) -> list[list[tuple[int, str]]]:
    """For each node but the input ``(source, operation)`` of the edges that lead to it."""
    edges: list[list[tuple[int, str]]] = [[] for _ in range(EDGES[-1][1])]
    for (source, target), op in zip(EDGES, ops, strict=True):
        edges[target - 1].append((source, op))
    return edges
