"""The NAS-Bench-201 cell as a value: read it, check it, compare it, vary it, write it.

A cell has four nodes and an edge from each to every later one; each of the six edges carries one
of five operations (Dong and Yang, "NAS-Bench-201: Extending the Scope of Reproducible Neural
Architecture Search", 2020). The topology search space of NATS-Bench is the same.

Inside, a cell is a word (:mod:`nasbench_db.architectures.words`): for each of ``EDGES`` the index
of its operation in ``OPERATIONS``.
"""

from __future__ import annotations

import random
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from nasbench_db.architectures import drawing, equivalence, words
from nasbench_db.architectures.edge_drawing import draw_edges
from nasbench_db.architectures.edges import EDGES, KEYS, NODES, by_edge
from nasbench_db.architectures.equivalence import ZeroRule
from nasbench_db.architectures.inputs import as_int, bare, index_below, show, told
from nasbench_db.architectures.modules import HasNetwork
from nasbench_db.architectures.network import (
    SIDE,
    WIDTHS,
    count_flops,
    count_parameters,
)
from nasbench_db.architectures.randomness import SupportsRandom, below
from nasbench_db.errors import InvalidArchitecture

if TYPE_CHECKING:
    import numpy as np

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
"""The operations of edges, in the order of the original's search space: their indexes are 0 to 4.

They are the names in architecture strings.
"""

NONE = "none"
SKIP_CONNECT = "skip_connect"
CONV_1X1 = "conv_1x1"
CONV_3X3 = "conv_3x3"
AVG_POOL_3X3 = "avg_pool_3x3"
PRIMITIVES = [NONE, SKIP_CONNECT, CONV_1X1, CONV_3X3, AVG_POOL_3X3]
"""NNI's names of :data:`OPERATIONS`, in the same order; NNI has the same constants."""

SPACE_SIZE = len(OPERATIONS) ** len(EDGES)
"""How many cells there are, as they are written: 15,625."""

_INDEXES = {name: i for names in (OPERATIONS, PRIMITIVES) for i, name in enumerate(names)}
_KNOWN = f"{', '.join(OPERATIONS)}, their indexes 0 to {len(OPERATIONS) - 1}, and NNI's names"
_KINDS = {
    "none": None,
    "skip_connect": drawing.SKIP,
    "nor_conv_1x1": drawing.CONV1X1,
    "nor_conv_3x3": drawing.CONV3X3,
    "avg_pool_3x3": drawing.POOL,
}
_FORM = "|op~0|+|op~0|op~1|+|op~0|op~1|op~2|"

# NASLib counts the operations in an order of its own, and goes through the edges by their source.
_NASLIB_OPERATIONS = ("skip_connect", "none", "nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3")
_NASLIB_EDGES = tuple(sorted(EDGES))

# How the structures of nas_201_api and nats_bench print themselves, and those of our natsbench.
_PRINTED = re.compile(r"\w+\((?:4 nodes with )?(.*)\)", re.DOTALL)


class Cell(HasNetwork, words.WordCell):
    """One NAS-Bench-201 cell, immutable, as it is written.

    Two cells are equal when they have the same operations. Different cells can be the same
    network: see :attr:`unique_str` and :attr:`canonical_str`.

    Args:
        ops: 6 operations, of the edges 0 to 1, 0 to 2, 1 to 2, 0 to 3, 1 to 3, 2 to 3, the order
            of architecture strings; each the data set's name, NNI's name, or an index in
            :data:`OPERATIONS`.

    Raises:
        InvalidArchitecture: this is no cell of the search space; the message says why.
    """

    __slots__ = ()

    _benchmark = "nasbench201"
    places = len(EDGES)
    choices = len(OPERATIONS)
    names = tuple(f"edge_{key}" for key in KEYS)
    options = OPERATIONS

    def __init__(self, ops: Iterable[str | int] | np.ndarray) -> None:
        if isinstance(ops, str):
            raise InvalidArchitecture(
                f"the operations are {show(ops)}; they must be a list of {len(EDGES)}. "
                "Cell.from_string reads an architecture string"
            )
        given = words.sequence("the operations", ops, len(EDGES))
        self._word = tuple(
            _operation(f"edge {key}", op) for key, op in zip(KEYS, given, strict=True)
        )

    @classmethod
    def parse(cls, given: Any) -> Cell:
        """A cell from whatever is one.

        Six whole numbers are refused, since they do not say in whose numbering they are:
        :meth:`from_ops` reads this data set's, :meth:`from_naslib` NASLib's.

        Args:
            given: a cell; its string, whatever blanks and quotes are around it, also as the
                originals' structures print themselves, ``Structure(4 nodes with |..|)``; its
                index, also as text; NNI's dict, or JSON of it; the names of the 6 operations;
                the matrix of shape (4, 4) that :meth:`from_matrix` takes; an object with
                ``tostr()``, such as those structures, or with ``arch_str``.

        Raises:
            InvalidArchitecture: it is none of these, or no cell of the search space.
        """
        if isinstance(given, Cell):
            return given
        given = told(given)
        if isinstance(given, str):
            printed = _PRINTED.fullmatch(given)
            return cls.from_string(bare(printed[1]) if printed else given)
        if isinstance(given, Mapping):
            return cls.from_arch(given)
        if as_int(given) is not None:
            return cls.from_index(given)
        if isinstance(given, bytes) or not isinstance(given, Sequence):
            raise InvalidArchitecture(
                f"an architecture is a Cell, a string {_FORM}, a dict with the keys "
                f"{', '.join(KEYS)}, an index from 0 to {SPACE_SIZE - 1}, or a list of the names "
                f"of {len(EDGES)} operations; not {show(given)}"
            )
        if len(given) == NODES:
            return cls.from_matrix(given)
        if len(given) == len(EDGES) and any(as_int(op) is not None for op in given):
            raise InvalidArchitecture(
                f"six numbers, {show(given)}, do not say how operations and edges are numbered: "
                "Cell.from_ops reads the order of NAS-Bench-201, Cell.from_naslib that of NASLib, "
                "which most published lists have, and the two numberings differ"
            )
        return cls(given)

    @classmethod
    def from_ops(cls, ops: Iterable[str | int] | np.ndarray) -> Cell:
        """A cell from its operations, as the constructor takes them.

        Args:
            ops: 6 names, or indexes in :data:`OPERATIONS`, in the order of ``EDGES``.

        Raises:
            InvalidArchitecture: there are not 6, or one is unknown.
        """
        return cls(ops)

    @classmethod
    def from_index(cls, index: int) -> Cell:
        """A cell from its :attr:`index`.

        Raises:
            InvalidArchitecture: the index is not an integer from 0 to 15,624.
        """
        return official_order()[index_below(SPACE_SIZE, index)]

    @classmethod
    def from_string(cls, arch_str: str) -> Cell:
        """A cell from its architecture string, ``|op~0|+|op~0|op~1|+|op~0|op~1|op~2|``.

        Raises:
            InvalidArchitecture: the string has another form or an unknown operation.
        """
        if not isinstance(arch_str, str):
            raise InvalidArchitecture(f"an architecture string is a str, not {show(arch_str)}")
        nodes = arch_str.split("+")
        if len(nodes) != NODES - 1:
            raise InvalidArchitecture(
                f"the architecture string {show(arch_str)} has {len(nodes)} nodes joined by '+'; "
                f"it must have {NODES - 1}: {_FORM}"
            )
        word: list[int] = []
        for target, node in enumerate(nodes, 1):
            if len(node) < 2 or node[0] != "|" or node[-1] != "|":
                raise InvalidArchitecture(
                    f"node {target} of the architecture string is {show(node)}; it must begin "
                    f"and end with '|': {_FORM}"
                )
            edges = node[1:-1].split("|")
            if len(edges) != target:
                raise InvalidArchitecture(
                    f"node {target} of the architecture string, {show(node)}, has {len(edges)} "
                    f"edges; it must have {target}: {_FORM}"
                )
            for source, edge in enumerate(edges):
                name, mark, number = edge.partition("~")
                if not mark or number != str(source):
                    raise InvalidArchitecture(
                        f"node {target} of the architecture string has {show(edge)} where "
                        f"{show(f'{name}~{source}')} is expected: {_FORM}"
                    )
                word.append(_operation(f"edge {source}_{target}", name))
        return cls._of(tuple(word))

    @classmethod
    def from_arch(cls, arch: Mapping[str, str]) -> Cell:
        """A cell from NNI's dict, in any order of its keys.

        Args:
            arch: ``0_1``, ``0_2``, ``1_2``, ``0_3``, ``1_3`` and ``2_3``, each with an operation.

        Raises:
            InvalidArchitecture: a key is missing or unknown, or an operation is unknown.
        """
        ops = zip(KEYS, by_edge(arch), strict=True)
        return cls._of(tuple([_operation(f"edge {key}", op) for key, op in ops]))

    @classmethod
    def from_matrix(cls, matrix: Sequence[Sequence[int]] | np.ndarray) -> Cell:
        """A cell from the matrix that the original's ``str2matrix`` gives.

        Args:
            matrix: of shape (4, 4); entry ``[target][source]`` is the index in ``OPERATIONS`` of
                the edge's operation, all entries on and above the diagonal are 0.

        Raises:
            InvalidArchitecture: it is no such matrix.
        """
        rows = words.table("the matrix", matrix, NODES, NODES)
        for target, row in enumerate(rows):
            for source in range(target, NODES):
                if row[source] != 0:
                    raise InvalidArchitecture(
                        f"the matrix must be 0 on and above the diagonal, and has {row[source]} "
                        f"at [{target}][{source}]; rows are targets and columns are sources"
                    )
        return cls([rows[target][source] for source, target in EDGES])

    @classmethod
    def from_naslib(cls, op_indices: Iterable[int] | np.ndarray) -> Cell:
        """A cell from NASLib's ``op_indices``; see :attr:`naslib`.

        Raises:
            InvalidArchitecture: they are not 6 integers from 0 to 4.
        """
        given = words.sequence("NASLib's op_indices", op_indices, len(EDGES))
        found = {}
        for (source, target), op in zip(_NASLIB_EDGES, given, strict=True):
            index = as_int(op)
            if index is None or not 0 <= index < len(OPERATIONS):
                raise InvalidArchitecture(
                    f"NASLib's op_indices have {show(op)} for edge {source}_{target}; they must "
                    f"be integers from 0 to {len(OPERATIONS) - 1}"
                )
            found[source, target] = _NASLIB_OPERATIONS[index]
        return cls([found[edge] for edge in EDGES])

    @property
    def arch_str(self) -> str:
        """The architecture string of the data set."""
        first, second, third, fourth, fifth, sixth = self._names
        return f"|{first}~0|+|{second}~0|{third}~1|+|{fourth}~0|{fifth}~1|{sixth}~2|"

    @property
    def index(self) -> int:
        """The cell's official index, 0 to 15,624; see :func:`official_order`."""
        return _indexes()[self]

    @property
    def arch(self) -> dict[str, str]:
        """NNI's dict, with NNI's names of the operations: a new one at each call."""
        return {key: PRIMITIVES[index] for key, index in zip(KEYS, self._word, strict=True)}

    @property
    def ops(self) -> list[str]:
        """The 6 operations under the data set's names, in the order of ``EDGES``: a new list."""
        return list(self._names)

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple([OPERATIONS[index] for index in self._word])

    @property
    def op_indices(self) -> tuple[int, ...]:
        """The indexes of the 6 operations in ``OPERATIONS``, in the order of ``EDGES``."""
        return self._word

    @property
    def matrix(self) -> np.ndarray:
        """The matrix of the original's ``str2matrix``: a new float64 array of shape (4, 4).

        Entry ``[target][source]`` is the index of the operation; it is 0 for ``none``, and
        where there is no edge.
        """
        import numpy as np

        matrix = np.zeros((NODES, NODES))
        for (source, target), index in zip(EDGES, self._word, strict=True):
            matrix[target, source] = index
        return matrix

    @property
    def naslib(self) -> tuple[int, ...]:
        """NASLib's ``op_indices``, 6 integers.

        NASLib goes through the edges in the order 0_1, 0_2, 0_3, 1_2, 1_3, 2_3 and counts the
        operations as skip_connect 0, none 1, nor_conv_3x3 2, nor_conv_1x1 3, avg_pool_3x3 4
        (``naslib/search_spaces/nasbench201/conversions.py``).
        """
        names = dict(zip(EDGES, self._names, strict=True))
        return tuple(_NASLIB_OPERATIONS.index(names[edge]) for edge in _NASLIB_EDGES)

    @property
    def unique_str(self) -> str:
        """The published identity of the topology: 6,466 different ones in the search space.

        The same as ``get_unique_str`` of NATS-Bench. Some cells that are the same network have
        different ones; for complete identities see :attr:`canonical_str`.
        """
        return self.to_unique_str(True)

    def to_unique_str(self, consider_zero: bool | None = False) -> str:
        """The original's method of the same name, with its default.

        Args:
            consider_zero: True for :attr:`unique_str`; False if ``none`` is an operation like
                others; None if ``skip_connect`` is one too.
        """
        return equivalence.unique_str(self._names, consider_zero)

    @property
    def canonical_str(self) -> str:
        """A string that two cells share exactly if they are the same network of the data set.

        There are 5,545 different ones. For another rule of what is the same see
        :meth:`to_canonical_str`.
        """
        text = _CalledString(self.to_canonical_str())
        text._cell = self
        return text

    def to_canonical_str(self, zero_rule: ZeroRule = "conv_bias") -> str:
        """A string that two cells share exactly if they are the same network under a rule.

        Args:
            zero_rule: what a convolution of zero is: ``"conv_bias"``, not zero, as in the networks
                of the data set (5,545 different strings), or ``"propagate"``, zero (4,930). See
                :mod:`nasbench_db.architectures.equivalence`.

        Raises:
            InvalidQuery: the rule is another.
        """
        return equivalence.canonical_str(self._names, zero_rule)

    def canonical(self, zero_rule: ZeroRule = "conv_bias") -> Cell:
        """Of the cells with the same :meth:`to_canonical_str`, that with the least op_indices."""
        text = self.to_canonical_str(zero_rule)
        return _representatives(zero_rule)[text]

    def is_isomorphic(self, other: Cell, zero_rule: ZeroRule = "conv_bias") -> bool:
        """Whether both are the same network under a rule of :meth:`to_canonical_str`."""
        return self.to_canonical_str(zero_rule) == other.to_canonical_str(zero_rule)

    @property
    def is_connected(self) -> bool:
        """Whether any path leads from input to output; for 341 cells none does."""
        return equivalence.is_connected(self._names)

    def trainable_parameters(self, num_classes: int = 10) -> int:
        """The trainable parameters of the data set's network of this cell.

        Args:
            num_classes: 10 for CIFAR-10, 100 for CIFAR-100, 120 for ImageNet16-120.
        """
        return count_parameters(self._counted, WIDTHS, num_classes)

    def flops(self, num_classes: int = 10, side: int = SIDE) -> int:
        """The multiply-adds of the data set's network of this cell for an image, as recorded.

        Args:
            num_classes: 10 for CIFAR-10, 100 for CIFAR-100, 120 for ImageNet16-120.
            side: of an image, pixels: 32, and 16 for ImageNet16-120.
        """
        return count_flops(self._counted, WIDTHS, num_classes, side)

    @property
    def _counted(self) -> tuple[str, ...]:
        """The operations without their places, which make no difference where widths are equal."""
        return tuple(sorted(self._names))

    def _random_place(self, source: SupportsRandom) -> int:
        """An edge of a random node, so that edges to nodes with few of them change more often.

        So it is in D-X-Y/AutoDL-Projects, ``exps/NATS-algos/regularized_ea.py``.
        """
        node = 1 + below(NODES - 1, source)
        return EDGES.index((below(node, source), node))

    def draw(self) -> drawing.Drawing:
        """A picture of it; see :func:`~nasbench_db.architectures.edge_drawing.draw_edges`."""
        return draw_edges(f"NAS-Bench-201 cell {self.arch_str}", self.ops, _KINDS)


def enumerate_cells() -> Iterator[Cell]:
    """All 15,625 cells, in the order of :attr:`Cell.op_indices`: the last edge changes fastest."""
    return Cell._all()


def random_cell(rng: SupportsRandom | int | None = None) -> Cell:
    """A cell drawn uniformly from all 15,625.

    Args:
        rng: a ``random.Random`` or ``numpy.random.Generator``, or a seed.
    """
    return Cell._random(rng)


@cache
def official_order() -> tuple[Cell, ...]:
    """All 15,625 cells by the index that they have in NAS-Bench-201 and NATS-Bench.

    The original shuffles the cells as :func:`enumerate_cells` lists them, with Python's generator
    seeded by 88 (D-X-Y/AutoDL-Projects, ``exps/NATS-Bench/tss-collect.py``). This is the order of
    ``meta_archs`` in the data files.
    """
    cells = list(enumerate_cells())
    random.Random(88).shuffle(cells)
    return tuple(cells)


@cache
def _indexes() -> dict[Cell, int]:
    return {cell: index for index, cell in enumerate(official_order())}


@cache  # one entry for each rule
def _representatives(zero_rule: ZeroRule) -> dict[str, Cell]:
    """The first cell in product order of each canonical string; takes 0.1 s."""
    found: dict[str, Cell] = {}
    for cell in enumerate_cells():
        found.setdefault(cell.to_canonical_str(zero_rule), cell)
    return found


class _CalledString(str):
    """What :attr:`Cell.canonical_str` gives, until the method that it was is gone.

    Calling it gives what the method gave, with a DeprecationWarning.
    """

    _cell: Cell

    def __call__(self, zero_rule: ZeroRule = "conv_bias") -> str:
        warnings.warn(
            "Cell.canonical_str is a property now: write cell.canonical_str, or "
            "cell.to_canonical_str(zero_rule) for a rule; calling it will not work any more in "
            "the next release",
            DeprecationWarning,
            stacklevel=2,
        )
        return self._cell.to_canonical_str(zero_rule)

    def __reduce__(self) -> tuple[Any, ...]:
        return (str, (str(self),))  # what is copied or stored is only the text


def _operation(where: str, given: Any) -> int:
    """The index of an operation given by a name or by its index."""
    return words.choice(where, given, _INDEXES, _KNOWN)
