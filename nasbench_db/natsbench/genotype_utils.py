"""Cells of the topology search space as the original's ``TopologyStructure``.

The original has a module of this name. Where it differs from the original: a structure is a cell
of the search space, four nodes with all six edges, and others are refused; ``gen_all`` works.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

from nasbench_db.architectures.edges import EDGES
from nasbench_db.architectures.topology import Cell
from nasbench_db.nats.arch_strings import str2lists
from nasbench_db.nats.stored import InvalidArgument

Node = tuple[tuple[str, int], ...]


class TopologyStructure:
    """A cell.

    Args:
        genotype: for each node but the input its incoming edges, each an operation and the node
            that it comes from.

    Attributes:
        node_num: the number of nodes, 4.
        nodes: the genotype as tuples.
        node_N: how many edges lead to each node.

    Raises:
        AssertionError: the genotype is malformed.
        InvalidArchitecture: it is not a cell of the search space.
    """

    def __init__(self, genotype: Sequence[Sequence[tuple[str, int]]]) -> None:
        if not isinstance(genotype, (list, tuple)):
            raise InvalidArgument(f"a genotype is a list, not {genotype!r}")
        self.nodes: list[Node] = [tuple((op, source) for op, source in node) for node in genotype]
        self.node_num = len(self.nodes) + 1
        self.node_N = [len(node) for node in self.nodes]
        self.cell = Cell.from_string(_text(map(_sorted, self.nodes)))

    def tolist(self, remove_str: str | None) -> tuple[list[Node] | None, bool]:
        """The nodes, their edges sorted and without an operation.

        Returns:
            the nodes and True; or None and False if a node is left without edges.
        """
        nodes = [
            tuple(edge for edge in _sorted(node) if edge[0] != remove_str) for node in self.nodes
        ]
        return (nodes, True) if all(nodes) else (None, False)

    def node(self, index: int) -> Node:
        """What ``self[index]`` is, but not for index 0.

        Raises:
            AssertionError: there is no such node.
        """
        if not 0 < index <= len(self):
            raise InvalidArgument(f"there is no node {index}")
        return self.nodes[index]

    def tostr(self) -> str:
        """The arch string."""
        return _text(self.nodes)

    def check_valid(self) -> bool:
        """Whether a path without ``none`` leads from the input to the output."""
        return self.cell.is_connected

    def check_valid_op(self, op_names: Iterable[str]) -> bool:
        """Whether all operations are among some."""
        return {op for node in self.nodes for op, _ in node} <= set(op_names)

    def to_unique_str(self, consider_zero: bool | None = False) -> str:
        """The identity of the topology; see ``Cell.to_unique_str``."""
        return self.cell.to_unique_str(consider_zero)

    def __len__(self) -> int:
        return self.node_num

    def __getitem__(self, index: int) -> Node:
        return self.nodes[index]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.tostr()!r})"

    @staticmethod
    def str2structure(xstr: Any) -> TopologyStructure:
        """The structure of an arch string, or a structure as it is.

        Raises:
            AssertionError: it is neither, or the arch string is malformed.
            InvalidArchitecture: it is not of the search space.
        """
        if isinstance(xstr, TopologyStructure):
            return xstr
        if not isinstance(xstr, str):
            raise InvalidArgument(f"an arch string is a str, not {xstr!r}")
        return TopologyStructure(str2lists(xstr))

    @staticmethod
    def str2fullstructure(xstr: str, default_name: str = "none") -> TopologyStructure:
        """The structure of an arch string in which edges may be missing.

        Args:
            xstr: the arch string.
            default_name: the operation of the missing edges.
        """
        nodes = str2lists(xstr)
        for target, node in enumerate(nodes, 1):
            missing = set(range(target)) - {source for _, source in node}
            nodes[target - 1] = _sorted([*node, *((default_name, source) for source in missing)])
        return TopologyStructure(nodes)

    @staticmethod
    def gen_all(search_space: Sequence[str], num: int, return_ori: bool) -> list[Any]:
        """All structures of a number of nodes with some operations; the last edge changes fastest.

        Args:
            search_space: the operations.
            num: the number of nodes, 4.
            return_ori: give genotypes instead of structures.
        """
        if not isinstance(search_space, (list, tuple)):
            raise InvalidArgument(f"the operations are a list, not {search_space!r}")
        if num != EDGES[-1][1] + 1:
            raise InvalidArgument(f"a cell of the search space has 4 nodes, not {num}")
        genotypes = []
        for word in product(search_space, repeat=len(EDGES)):
            edges = list(zip(word, EDGES, strict=True))
            genotypes.append(
                [
                    tuple((op, source) for op, (source, end) in edges if end == target)
                    for target in range(1, num)
                ]
            )
        return genotypes if return_ori else [TopologyStructure(g) for g in genotypes]


def topology_str2structure(xstr: Any) -> TopologyStructure:
    """See :meth:`TopologyStructure.str2structure`."""
    return TopologyStructure.str2structure(xstr)


def _sorted(node: Iterable[tuple[str, int]]) -> Node:
    """Edges by the node that they come from, then by operation."""
    return tuple(sorted(node, key=lambda edge: (edge[1], edge[0])))


def _text(nodes: Iterable[Node]) -> str:
    edges = ("|".join(f"{op}~{source}" for op, source in node) for node in nodes)
    return "+".join(f"|{node}|" for node in edges)
