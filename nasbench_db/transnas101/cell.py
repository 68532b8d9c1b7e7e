"""An architecture of TransNAS-Bench-101 as a value: read it, check it, compare it, vary it.

There are two search spaces (Duan et al., "TransNAS-Bench-101: Improving Transferability and
Generalizability of Cross-Task Neural Architecture Search", 2021), and one notation for both::

    64-1234-basic       macro: channels of the stem, a digit for each module, ResNet blocks
    64-41414-1_02_333   micro: the same modules in all, and a cell as in NAS-Bench-201

A module is two cells, of which the first may double the channels, halve the resolution, or both.
The code of a micro cell has a digit for each edge, those that lead to node 1, to node 2 and to
node 3 in turn, each by its source: 0_1, then 0_2 and 1_2, then 0_3, 1_3 and 2_3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from nasbench_db.architectures import equivalence, words
from nasbench_db.architectures.edges import EDGES, KEYS, by_edge
from nasbench_db.architectures.inputs import as_int, plain, show, told
from nasbench_db.architectures.modules import HasNetwork
from nasbench_db.architectures.randomness import SupportsRandom, below, generator
from nasbench_db.architectures.topology import Cell as TopologyCell
from nasbench_db.errors import InvalidArchitecture, InvalidQuery, nearest
from nasbench_db.transnas101.constants import (
    BASE_CHANNELS,
    BASIC,
    MAX_MODULES,
    MAX_REDUCING,
    MAX_WIDENING,
    MICRO_MODULES,
    MIN_MODULES,
    MIN_REDUCING,
    MIN_WIDENING,
    MODULES,
    OPERATIONS,
    REDUCING,
    SEARCH_SPACES,
    STEM_REDUCTION,
    WIDENING,
    SearchSpace,
)

if TYPE_CHECKING:
    import numpy as np

    from nasbench_db.architectures.drawing import Drawing

_DIGITS = "0123"
_INDEXES = {name: i for i, name in enumerate(OPERATIONS)}
_KNOWN = f"{', '.join(OPERATIONS)}, and their indexes 0 to {len(OPERATIONS) - 1}"
_MACRO_FORM, _MICRO_FORM = "64-1234-basic", "64-41414-1_02_333"
_FORMS = f"{_MACRO_FORM} (macro) or {_MICRO_FORM} (micro)"


class Stage(NamedTuple):
    """What comes out of a module.

    Attributes:
        channels: how many.
        stride: 2 if the module halves the resolution, else 1.
        reduction: how many times lower the resolution is than the image's, along each side.
    """

    channels: int
    stride: int
    reduction: int


class Cell(HasNetwork):
    """One architecture of TransNAS-Bench-101, immutable, macro or micro.

    Only architectures of the two search spaces are read. The data set's programs would build
    others too, such as ``32-1111-basic``, and a file that had one would be ingested with it; but
    as a value it is refused here.

    Args:
        macro_code: a digit from 1 to 4 for each module.
        cell_code: ``basic``, or the six digits of a micro cell, as ``1_02_333``.

    Raises:
        InvalidArchitecture: this is no architecture of the search spaces; the message says why.
    """

    __slots__ = ("_modules", "_word")

    _benchmark = "transnas101"
    _modules: str
    _word: words.Word | None  # None for a macro architecture

    def __init__(self, macro_code: str, cell_code: str = BASIC) -> None:
        for name, code in (("macro", macro_code), ("cell", cell_code)):
            if not isinstance(code, str):
                raise InvalidArchitecture(f"a {name} code is a str, not {show(code)}: {_FORMS}")
        if cell_code == BASIC:
            self._word = None
            problem = _macro_problem(macro_code)
            if problem:
                raise InvalidArchitecture(f"the macro code is {show(macro_code)}: {problem}")
        else:
            self._word = _word_of(cell_code)
            if macro_code != MICRO_MODULES:
                raise InvalidArchitecture(
                    f"the macro code is {show(macro_code)} and the cell {cell_code}; only the "
                    f"cell {BASIC} goes with other macro codes than {MICRO_MODULES}: did you "
                    f"mean {BASE_CHANNELS}-{MICRO_MODULES}-{cell_code}?"
                )
        self._modules = str(macro_code)  # a subclass of str, such as numpy's, prints differently

    @classmethod
    def _of(cls, modules: str, word: words.Word | None = None) -> Cell:
        cell = cls.__new__(cls)
        cell._modules = modules
        cell._word = word
        return cell

    @classmethod
    def parse(cls, given: Any) -> Cell:
        """An architecture from whatever is one.

        Six whole numbers are refused, since they may be modules (:meth:`from_arch`) or
        operations (:meth:`from_ops`).

        Args:
            given: an architecture; its string, whatever blanks and quotes are around it; what
                :attr:`arch` gives, or JSON of it; the names of a cell's 6 operations; an object
                with ``arch_str``.

        Raises:
            InvalidArchitecture: it is none of these, or outside the search spaces. An index is
                none: it is the place in a file, which only a database knows.
        """
        if isinstance(given, Cell):
            return given
        given = told(given)
        if isinstance(given, str):
            return cls.from_string(given)
        if isinstance(given, Sequence) and not isinstance(given, bytes):
            if len(given) != len(EDGES):
                return cls.from_arch(given)
            if all(isinstance(plain(op), str) for op in given):
                return cls.from_ops(given)
            raise InvalidArchitecture(
                f"six numbers, {show(given)}, may be the modules of a macro architecture, which "
                "Cell.from_arch reads, or the operations of a micro one, which Cell.from_ops reads"
            )
        if isinstance(given, Mapping):
            return cls.from_arch(given)
        hint = ""
        if as_int(given) is not None:
            hint = ". An index is the place in a file, which only a database knows"
        raise InvalidArchitecture(
            f"an architecture is a Cell, a string, {_FORMS}, a dict with the keys "
            f"{', '.join(KEYS)} (micro), or a list of modules (macro); not {show(given)}{hint}"
        )

    @classmethod
    def from_arch(cls, arch: Mapping[str, str | int] | Sequence[int] | np.ndarray) -> Cell:
        """An architecture from what :attr:`arch` gives.

        Args:
            arch: of a micro architecture the dict of its operations, ``0_1`` to ``2_3``, in any
                order; of a macro one its modules, such as ``[1, 2, 3, 4]``.

        Raises:
            InvalidArchitecture: it is neither, or outside the search spaces.
        """
        arch = plain(arch)
        if isinstance(arch, Mapping):
            return cls.from_ops(by_edge(arch))
        if isinstance(arch, (str, bytes)) or not isinstance(arch, Sequence):
            raise InvalidArchitecture(
                f"an architecture is a dict with the keys {', '.join(KEYS)} (micro) or a list of "
                f"modules such as [1, 2, 3, 4] (macro), not {show(arch)}"
            )
        modules = [as_int(module) for module in arch]
        for place, (module, given) in enumerate(zip(modules, arch, strict=True), 1):
            if module not in (1, 2, 3, 4) or isinstance(plain(given), bool):
                raise InvalidArchitecture(
                    f"module {place} is {show(given)}; the kinds are the numbers 1, 2, 3 and 4"
                )
        return cls("".join(map(str, modules)))

    @classmethod
    def from_string(cls, arch_str: str) -> Cell:
        """An architecture from its string, such as ``64-1234-basic`` or ``64-41414-1_02_333``.

        Raises:
            InvalidArchitecture: the string has another form, or is outside the search spaces.
        """
        if not isinstance(arch_str, str):
            raise InvalidArchitecture(f"an architecture string is a str, not {show(arch_str)}")
        parts = arch_str.split("-")
        if len(parts) != 3:
            raise InvalidArchitecture(
                f"the architecture string {show(arch_str)} has {len(parts)} parts joined by '-'; "
                f"it must have 3: {_FORMS}"
            )
        if parts[0] != str(BASE_CHANNELS):
            raise InvalidArchitecture(
                f"the architecture string begins with {show(parts[0])} channels; all "
                f"architectures begin with {BASE_CHANNELS}: {_FORMS}"
            )
        return cls(parts[1], parts[2])

    @classmethod
    def from_ops(cls, ops: Iterable[str | int] | np.ndarray) -> Cell:
        """A micro architecture from the operations of its cell.

        Args:
            ops: 6 names or indexes of :data:`OPERATIONS`, in the order of ``EDGES``.

        Raises:
            InvalidArchitecture: there are not 6, or one is unknown.
        """
        given = words.sequence("the operations", ops, len(EDGES))
        return cls._of(
            MICRO_MODULES,
            tuple(
                words.choice(f"edge {key}", op, _INDEXES, _KNOWN)
                for key, op in zip(KEYS, given, strict=True)
            ),
        )

    @classmethod
    def choose(cls, pick: words.Pick, search_space: SearchSpace | None = None) -> Cell:
        """An architecture by what somebody picks for each of its parts, one after another.

        Args:
            pick: given a name and what there is to choose from, tells which; such as
                ``suggest_categorical`` of Optuna's trials.
            search_space: ``macro`` or ``micro``; None to let it be picked too.

        Raises:
            InvalidArchitecture: the modules are no macro architecture.
            InvalidQuery: there is no such search space.
        """
        space = pick("search_space", SEARCH_SPACES) if search_space is None else search_space
        if space == "micro":
            return cls.from_ops([pick(f"edge_{key}", OPERATIONS) for key in KEYS])
        _cells_of(space)  # refuses what is none
        count = pick("modules", tuple(range(MIN_MODULES, MAX_MODULES + 1)))
        return cls("".join(pick(f"module_{n}", tuple(MODULES)) for n in range(1, count + 1)))

    @classmethod
    def from_one_hot(cls, encoding: Sequence[Sequence[int]] | np.ndarray) -> Cell:
        """A micro architecture from :attr:`one_hot`.

        Raises:
            InvalidArchitecture: it is not of shape (6, 4) with a single 1 in each row.
        """
        return cls._of(MICRO_MODULES, words.from_one_hot(encoding, len(EDGES), len(OPERATIONS)))

    @classmethod
    def from_nasbench201(cls, cell: TopologyCell) -> Cell:
        """The micro architecture with the operations of a NAS-Bench-201 cell.

        4,096 of the 15,625 have one: those without pooling. See :meth:`to_nasbench201`.

        Raises:
            InvalidArchitecture: an edge has pooling, which TransNAS-Bench-101 lacks.
        """
        arch = TopologyCell.parse(cell).arch
        for key, op in arch.items():
            if op not in _INDEXES:
                raise InvalidArchitecture(
                    f"edge {key} of the NAS-Bench-201 cell has {op}, which TransNAS-Bench-101 "
                    f"lacks; it has {', '.join(OPERATIONS)}"
                )
        return cls._of(MICRO_MODULES, tuple(_INDEXES[arch[key]] for key in KEYS))

    @property
    def search_space(self) -> SearchSpace:
        """``macro`` or ``micro``."""
        return "macro" if self._word is None else "micro"

    @property
    def arch_str(self) -> str:
        """The architecture string of the data set."""
        return f"{BASE_CHANNELS}-{self._modules}-{self.cell_code}"

    @property
    def arch(self) -> dict[str, str] | list[int]:
        """What is varied, as a new value that JSON can have.

        Of a micro architecture the dict of its operations, from ``0_1`` to ``2_3``, as NNI has it
        of NAS-Bench-201; of a macro one the list of its modules, such as ``[1, 2, 3, 4]``.
        """
        if self._word is None:
            return [int(module) for module in self._modules]
        return dict(zip(KEYS, self.ops, strict=True))

    @property
    def base_channels(self) -> int:
        """The channels that the stem gives: 64."""
        return BASE_CHANNELS

    @property
    def macro_code(self) -> str:
        """A digit for each module: 1 as it comes, 2 channels doubled, 3 resolution halved, 4 both.

        It is ``41414`` for all micro architectures.
        """
        return self._modules

    @property
    def cell_code(self) -> str:
        """``basic``, or the operations of a micro cell, as ``1_02_333``."""
        if self._word is None:
            return BASIC
        digits = "".join(map(str, self._word))
        return f"{digits[0]}_{digits[1:3]}_{digits[3:]}"

    @property
    def stages(self) -> tuple[Stage, ...]:
        """What comes out of each module: channels, stride, reduction.

        Before the first module, the stem gives 64 channels at a fourth of the resolution.
        """
        stages = []
        channels, reduction = BASE_CHANNELS, STEM_REDUCTION
        for module in self._modules:
            stride = 2 if module in REDUCING else 1
            channels *= 2 if module in WIDENING else 1
            reduction *= stride
            stages.append(Stage(channels, stride, reduction))
        return tuple(stages)

    @property
    def op_indices(self) -> tuple[int, ...]:
        """The indexes of a micro cell's operations in ``OPERATIONS``, in the order of ``EDGES``.

        Raises:
            InvalidQuery: it is a macro architecture.
        """
        if self._word is None:
            raise InvalidQuery(
                f"{self.arch_str} is a macro architecture: its cell is a ResNet block, and only "
                "the cells of micro architectures have operations to choose"
            )
        return self._word

    @property
    def ops(self) -> list[str]:
        """The names of a micro cell's 6 operations, in the order of ``EDGES``: a new list.

        Raises:
            InvalidQuery: it is a macro architecture.
        """
        return [OPERATIONS[index] for index in self.op_indices]

    @property
    def one_hot(self) -> np.ndarray:
        """A micro cell as a new int8 array of shape (6, 4): a row per edge, 1 at its operation.

        Raises:
            InvalidQuery: it is a macro architecture.
        """
        return words.one_hot(self.op_indices, len(OPERATIONS))

    @property
    def is_connected(self) -> bool:
        """Whether any path leads through the cell; for 169 micro architectures none does."""
        return self.search_space == "macro" or equivalence.is_connected(self.ops)

    def to_nasbench201(self) -> TopologyCell:
        """The NAS-Bench-201 cell with the operations of this micro cell.

        Both kinds of cells have the same edges, and an operation is the same on both sides where
        a cell keeps channels and resolution: a convolution follows a ReLU and precedes a batch
        normalisation. In the first cell of a module that does not, edges from the input differ:
        here they reduce, and a skip is two 1x1 convolutions of stride 2; NAS-Bench-201 has a
        residual block between its stages instead. So what is equal up to skips there, as
        by :meth:`~nasbench_db.architectures.topology.Cell.canonical_str`, is not the same network
        here.

        Raises:
            InvalidQuery: it is a macro architecture.
        """
        return TopologyCell.from_arch(dict(zip(KEYS, self.ops, strict=True)))

    def neighbors(self) -> list[Cell]:
        """The architectures of the same search space that are one edit away, in a fixed order.

        An edit of a macro architecture gives a module another kind, inserts one or takes one out.
        An edit of a micro architecture gives an edge another operation; there are always 18.
        """
        if self._word is not None:
            neighbors = words.neighbors(self._word, len(OPERATIONS))
            return [Cell._of(self._modules, word) for word in neighbors]
        edited = dict.fromkeys(_edits(self._modules))  # some edits have the same outcome
        return [Cell._of(code) for code in edited if not _macro_problem(code)]

    def mutate(self, rng: SupportsRandom | int | None = None) -> Cell:
        """A random neighbour, each as likely as any other.

        Args:
            rng: a ``random.Random`` or ``numpy.random.Generator``, or a seed.
        """
        neighbors = self.neighbors()
        return neighbors[below(len(neighbors), generator(rng))]

    def edit_distance(self, other: Cell) -> int:
        """The fewest edits, as of :meth:`neighbors`, from this architecture to another.

        What is between the two may lie outside the search space.

        Raises:
            InvalidQuery: the other is of the other search space.
        """
        if self.search_space != other.search_space:
            raise InvalidQuery(
                f"{self.arch_str} is of the {self.search_space} space and {other.arch_str} of the "
                f"{other.search_space} space; only within one there is a distance"
            )
        if self._word is not None:
            return words.distance(self._word, other.op_indices)
        return _edit_distance(self._modules, other._modules)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cell):
            return NotImplemented
        return self._modules == other._modules and self._word == other._word

    def __hash__(self) -> int:
        return hash((self._modules, self._word))

    def draw(self) -> Drawing:
        """A picture of a micro architecture's cell, or of a macro architecture's modules."""
        from nasbench_db.transnas101.drawing import draw_cell, draw_modules

        if self._word is not None:
            return draw_cell(self.arch_str, self.ops)
        modules = [
            (module, stage.channels, stage.reduction)
            for module, stage in zip(self._modules, self.stages, strict=True)
        ]
        return draw_modules(self.arch_str, modules)

    def _repr_svg_(self) -> str:
        """Its picture, for Jupyter."""
        return self.draw().svg

    def __repr__(self) -> str:
        return f"Cell.from_string({self.arch_str!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (Cell.from_string, (self.arch_str,))


def enumerate_cells(search_space: SearchSpace | None = None) -> Iterator[Cell]:
    """All architectures of a search space, or all 7,352, macro before micro.

    Macro architectures come by their number of modules and then by their codes, micro ones by
    their op_indices. This order is nasbench_db's own: the index that the data set's programs give
    is the order of the file, in which ``64-2311-basic`` is second.

    Args:
        search_space: ``macro`` or ``micro``, or None for both.

    Raises:
        InvalidQuery: there is no such search space.
    """
    return iter(_cells_of(search_space))


def random_cell(
    rng: SupportsRandom | int | None = None, search_space: SearchSpace | None = None
) -> Cell:
    """An architecture drawn uniformly from a search space, or from all 7,352.

    Args:
        rng: a ``random.Random`` or ``numpy.random.Generator``, or a seed.
        search_space: ``macro`` or ``micro``, or None for both.

    Raises:
        InvalidQuery: there is no such search space.
    """
    cells = _cells_of(search_space)
    return cells[below(len(cells), generator(rng))]


def _cells_of(search_space: SearchSpace | None) -> tuple[Cell, ...]:
    if search_space is None:
        return _macro_cells() + _micro_cells()
    if search_space == "macro":
        return _macro_cells()
    if search_space == "micro":
        return _micro_cells()
    raise InvalidQuery(
        f"search_space must be one of {', '.join(SEARCH_SPACES)}, or None for both; "
        f"not {search_space!r}"
    )


@cache  # takes 10 ms
def _macro_cells() -> tuple[Cell, ...]:
    codes = (
        "".join(modules)
        for size in range(MIN_MODULES, MAX_MODULES + 1)
        for modules in product(MODULES, repeat=size)
    )
    return tuple(Cell._of(code) for code in codes if not _macro_problem(code))


@cache
def _micro_cells() -> tuple[Cell, ...]:
    choices = range(len(OPERATIONS))
    return tuple(Cell._of(MICRO_MODULES, word) for word in product(choices, repeat=len(EDGES)))


def _macro_problem(code: str) -> str:
    """Why modules are no macro architecture; empty if they are one."""
    for place, module in enumerate(code, 1):
        if module not in MODULES:
            return f"module {place} is {show(module)}; the kinds are the digits 1, 2, 3 and 4"
    if not MIN_MODULES <= len(code) <= MAX_MODULES:
        return f"it has {len(code)} modules; {MIN_MODULES} to {MAX_MODULES} are allowed"
    widening = sum(module in WIDENING for module in code)
    if not MIN_WIDENING <= widening <= MAX_WIDENING:
        return (
            f"the channels are doubled {widening} times, by the modules 2 and 4; "
            f"{MIN_WIDENING} to {MAX_WIDENING} times are allowed"
        )
    reducing = sum(module in REDUCING for module in code)
    if not MIN_REDUCING <= reducing <= MAX_REDUCING:
        return (
            f"the resolution is halved {reducing} times, by the modules 3 and 4; "
            f"{MIN_REDUCING} to {MAX_REDUCING} times are allowed"
        )
    return ""


def _word_of(cell_code: str) -> words.Word:
    """The operations of a micro cell's code."""
    nodes = cell_code.split("_")
    if [len(node) for node in nodes] != [1, 2, 3]:
        raise InvalidArchitecture(
            f"the cell is {show(cell_code)}; it must be {BASIC!r}, or 1, 2 and 3 digits joined by "
            f"'_': {_FORMS}{nearest(cell_code, [BASIC])}"
        )
    digits = "".join(nodes)
    for key, digit in zip(KEYS, digits, strict=True):
        if digit not in _DIGITS:
            known = ", ".join(f"{index} {name}" for name, index in _INDEXES.items())
            raise InvalidArchitecture(
                f"edge {key} of the cell {show(cell_code)} is {show(digit)}; known are {known}"
            )
    return tuple(map(int, digits))


def _edits(code: str) -> Iterator[str]:
    """All codes with a module replaced, inserted or taken out, some of them more than once."""
    for place, old in enumerate(code):
        for new in MODULES:
            if new != old:
                yield code[:place] + new + code[place + 1 :]
    for place in range(len(code) + 1):
        for new in MODULES:
            yield code[:place] + new + code[place:]
    for place in range(len(code)):
        yield code[:place] + code[place + 1 :]


def _edit_distance(one: str, other: str) -> int:
    """The fewest characters to replace, insert or take out that turn one text into another."""
    row = list(range(len(other) + 1))
    for taken, mine in enumerate(one, 1):
        before, row = row, [taken]
        for place, theirs in enumerate(other):
            row.append(min(before[place] + (mine != theirs), before[place + 1] + 1, row[-1] + 1))
    return row[-1]
