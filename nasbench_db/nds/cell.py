"""The architectures of NDS as values: networks of cells, and networks of blocks.

A :class:`CellNet` repeats two cells, which are graphs whose edges carry operations; an
:class:`AnyNet` has stages of equal blocks. Both are written as the ``net`` of a job of the
original files, and as NNI's ``model_spec`` and ``cell_spec`` beside the ``model_family``. Numbers
are compared by value, so that 0 and 0.0 are one, and so are orders of keys.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping
from math import log2
from typing import TYPE_CHECKING, Any

from nasbench_db.architectures.inputs import as_int, plain, show, told
from nasbench_db.errors import InvalidArchitecture, nearest
from nasbench_db.nds.constants import (
    BLOCK_PREFIXES,
    BLOCKS,
    FAMILIES,
    HASH_DIGITS,
    NAS_CELL,
    OPERATIONS,
)
from nasbench_db.nds.network import (
    CellGraph,
    Stage,
    count_cell_parameters,
    count_flops,
    count_parameters,
)

if TYPE_CHECKING:
    from nasbench_db.architectures.drawing import Drawing

_MOST_NODES, _MOST_STAGES = 32, 16
_MOST_DEPTH, _MOST_WIDTH = 1000, 1 << 16
_CELL_KEYS = ("num_nodes_normal", "num_nodes_reduce", "depth", "width", "aux", "drop_prob")
_NET_KEYS = ("genotype", "depth", "width", "aux", "drop_prob")
_GENOTYPE_KEYS = ("normal", "normal_concat", "reduce", "reduce_concat")
_STAGE_KEYS = ("ds", "ws", "ss")
_BOTTLENECK_KEYS = ("bot_muls", "num_gs")
_FORMS = (
    "an architecture is a Cell, the net of a job, NNI's {'model_family': .., 'model_spec': .., "
    "'cell_spec': ..}, JSON of one of these, or its hash of 32 hexadecimal digits"
)


class Cell(ABC):
    """One architecture of NDS, immutable. Two are equal if their :attr:`arch` is."""

    __slots__ = ("_text",)
    _text: str

    @classmethod
    def parse(cls, given: Any) -> Cell:
        """An architecture from whatever is one.

        Args:
            given: an architecture; the ``net`` of a job, or :attr:`arch`; NNI's dict of a config,
                of which ``model_family``, ``model_spec`` and ``cell_spec`` count; JSON of one of
                these.

        Raises:
            InvalidArchitecture: it is none of these, or outside the search spaces.
        """
        if isinstance(given, Cell):
            return given
        given = told(given)
        if not isinstance(given, Mapping):
            raise InvalidArchitecture(f"{_FORMS}; not {show(given)}")
        if "model_spec" in given:
            family, specs = (
                given.get("model_family"),
                (given["model_spec"], given.get("cell_spec")),
            )
            return cls.from_nni(family, *specs)
        return cls.from_arch(given)

    @staticmethod
    def from_arch(net: Mapping[str, Any]) -> Cell:
        """An architecture from the ``net`` of a job, whose further keys do not matter.

        Raises:
            InvalidArchitecture: it is outside the search spaces.
        """
        if "genotype" in net:
            genotype = _mapping("the genotype", net["genotype"])
            cells = [_needed(genotype, key, "the genotype") for key in _GENOTYPE_KEYS]
            return CellNet(*cells, **{key: _needed(net, key, "a net") for key in _NET_KEYS[1:]})
        if "block_type" in net:
            family = family_of_block(net["block_type"])
            stages = [_needed(net, key, "a net") for key in _STAGE_KEYS]
            return AnyNet(family, *stages, *(net.get(key) for key in _BOTTLENECK_KEYS))
        raise InvalidArchitecture(
            f"a net has a genotype or a block_type; {show(dict(net))} has neither. {_FORMS}"
        )

    @staticmethod
    def from_nni(model_family: Any, model_spec: Any, cell_spec: Any = None) -> Cell:
        """An architecture from what NNI stores of it.

        Args:
            model_family: one of :data:`~nasbench_db.nds.constants.FAMILIES`.
            model_spec: what NNI's dict has under this name.
            cell_spec: the same; empty or None for networks without cells.

        Raises:
            InvalidArchitecture: it is outside the search spaces, or they do not go together.
        """
        if not isinstance(model_family, str) or model_family not in FAMILIES:
            raise InvalidArchitecture(
                f"the family is {show(model_family)}; it must be one of {', '.join(FAMILIES)}"
                + nearest(model_family, FAMILIES)
            )
        spec = _mapping("the model_spec", model_spec)
        if model_family == NAS_CELL:
            _only("the model_spec of cells", spec, _CELL_KEYS)
            cells = cells_of_spec(cell_spec)
            nodes = [len(cells[0]) // 2, len(cells[2]) // 2]
            said = [_count(name, spec[name], 1, _MOST_NODES) for name in _CELL_KEYS[:2]]
            if nodes != said:
                raise InvalidArchitecture(
                    f"the model_spec has {said[0]} and {said[1]} nodes, and the cell_spec "
                    f"{nodes[0]} and {nodes[1]}"
                )
            return CellNet(*cells, **{key: spec[key] for key in _CELL_KEYS[2:]})
        if plain(cell_spec):
            raise InvalidArchitecture(
                f"a network of the family {model_family} has no cells, and its cell_spec is {{}}; "
                f"not {show(cell_spec)}"
            )
        _only("the model_spec", spec, _STAGE_KEYS, _BOTTLENECK_KEYS)
        stages = [spec[key] for key in _STAGE_KEYS]
        return AnyNet(model_family, *stages, *(spec.get(key) for key in _BOTTLENECK_KEYS))

    @property
    @abstractmethod
    def model_family(self) -> str:
        """NNI's name of its family, such as ``nas_cell``."""

    @property
    def arch(self) -> dict[str, Any]:
        """It as the ``net`` of a job, as ``NdsTrialConfig.arch`` is."""
        found: dict[str, Any] = json.loads(self._text)
        return found

    @property
    def arch_hash(self) -> str:
        """The first 32 digits of the SHA-256 of :attr:`arch` as JSON; it names it in tables."""
        return hashlib.sha256(self._text.encode()).hexdigest()[:HASH_DIGITS]

    @property
    @abstractmethod
    def model_spec(self) -> dict[str, Any]:
        """NNI's dict of all but the cells."""

    @property
    @abstractmethod
    def cell_spec(self) -> dict[str, Any]:
        """NNI's dict of the cells; empty if there are none."""

    @abstractmethod
    def trainable_parameters(self) -> int | None:
        """The trainable parameters of the network for CIFAR-10, as recorded.

        None if it has an auxiliary head, since nobody says whether that is counted.
        """

    @abstractmethod
    def flops(self) -> int | None:
        """The FLOPs of the network for an image of CIFAR-10, as recorded; None if not known.

        They are known of networks of blocks; see :func:`~nasbench_db.nds.network.count_flops`. Of
        networks of cells the rule by which they were counted is not known.
        """

    @property
    @abstractmethod
    def traits(self) -> dict[str, float]:
        """What it is made of, in numbers: by how far these differ, architectures are alike.

        Another operation counts 2, and so do another input and a doubled size.
        """

    @abstractmethod
    def draw(self) -> Drawing:
        """A picture of it: of its cells, or of its stages."""

    def _repr_svg_(self) -> str:
        """Its picture, for Jupyter."""
        return self.draw().svg

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cell):
            return NotImplemented
        return self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return f"Cell.parse({self._text!r})"


class CellNet(Cell):
    """A network that repeats two cells.

    A cell has nodes, which add up two inputs, each after an operation. An input is a number: 0 is
    what the cell before the last gave, 1 what the last one gave, and i + 2 is node i of the cell.

    Args:
        normal: a pair of operation and input for each edge, two for each node.
        normal_concat: the numbers of the nodes that make up what comes out.
        reduce, reduce_concat: the same of the cell that halves the resolution.
        depth: how many cells follow one another.
        width: the channels of the first.
        aux: whether there is an auxiliary head.
        drop_prob: the probability with which paths are dropped in training.

    Raises:
        InvalidArchitecture: this is no network of cells; the message says why.
    """

    __slots__ = ("_cells", "_depth", "_width")

    def __init__(
        self,
        normal: Iterable[Any],
        normal_concat: Iterable[int],
        reduce: Iterable[Any],
        reduce_concat: Iterable[int],
        *,
        depth: int,
        width: int,
        aux: bool,
        drop_prob: float,
    ) -> None:
        self._cells = (
            _graph("normal", normal, normal_concat),
            _graph("reduce", reduce, reduce_concat),
        )
        self._depth = _count("depth", depth, 1, _MOST_DEPTH)
        self._width = _count("width", width, 1, _MOST_WIDTH)
        genotype: dict[str, Any] = {}
        for name, cell in zip(("normal", "reduce"), self._cells, strict=True):
            genotype[name] = [list(edge) for edge in cell.edges]
            genotype[f"{name}_concat"] = list(cell.concat)
        self._text = _text(
            {
                "genotype": genotype,
                "depth": self._depth,
                "width": self._width,
                "aux": _truth("aux", aux),
                "drop_prob": _number("drop_prob", drop_prob, 1),
            }
        )

    @property
    def model_family(self) -> str:
        return NAS_CELL

    @property
    def normal(self) -> CellGraph:
        """The cell that keeps the resolution."""
        return self._cells[0]

    @property
    def reduce(self) -> CellGraph:
        """The cell that halves it."""
        return self._cells[1]

    @property
    def model_spec(self) -> dict[str, Any]:
        arch = self.arch
        counts = [len(cell.edges) // 2 for cell in self._cells]
        values = [*counts, *(arch[key] for key in _CELL_KEYS[2:])]
        return dict(zip(_CELL_KEYS, values, strict=True))

    @property
    def cell_spec(self) -> dict[str, Any]:
        spec: dict[str, Any] = {}
        for name, cell in zip(("normal", "reduce"), self._cells, strict=True):
            for number, (op, source) in enumerate(cell.edges):
                node, side = divmod(number, 2)
                spec[f"{name}_{node}_op_{'xy'[side]}"] = op
                spec[f"{name}_{node}_input_{'xy'[side]}"] = source
            spec[f"{name}_concat"] = list(cell.concat)
        return spec

    @property
    def traits(self) -> dict[str, float]:
        found: Counter[str] = Counter()
        for name, cell in zip(("normal", "reduce"), self._cells, strict=True):
            for number, (op, source) in enumerate(cell.edges):
                found[f"{name} {number // 2} {op}"] += 1
                found[f"{name} {number // 2} from {source}"] += 1
        sizes = {"depth": self._depth, "width": self._width}
        return {**found, **{size: 2 * log2(number) for size, number in sizes.items()}}

    def trainable_parameters(self) -> int | None:
        if self.arch["aux"]:
            return None
        return count_cell_parameters(*self._cells, self._depth, self._width)

    def flops(self) -> None:
        return None

    def draw(self) -> Drawing:
        from nasbench_db.nds.drawing import draw_cells

        return draw_cells(self.arch_hash, self._cells)


class AnyNet(Cell):
    """A network of stages of equal blocks.

    Args:
        model_family: ``residual_bottleneck``, ``residual_basic`` or ``vanilla``.
        ds: how many blocks each stage has, the stem being the first.
        ws: the channels that the blocks of each stage give.
        ss: the stride of the first block of each stage.
        bot_muls: of bottlenecks, the channels inside as a share of those given.
        num_gs: of bottlenecks, the groups of the convolution inside.

    Raises:
        InvalidArchitecture: this is no such network; the message says why.
    """

    __slots__ = ("_family", "_stages")

    def __init__(
        self,
        model_family: str,
        ds: Iterable[int],
        ws: Iterable[int],
        ss: Iterable[int],
        bot_muls: Iterable[float] | None = None,
        num_gs: Iterable[int] | None = None,
    ) -> None:
        if model_family not in BLOCKS:
            raise InvalidArchitecture(
                f"the family is {show(model_family)}; one of blocks is {', '.join(BLOCKS)}"
            )
        columns: dict[str, list[Any]] = {
            "ds": [_count("ds", d, 0, _MOST_DEPTH) for d in _list("ds", ds)],
            "ws": [_count("ws", w, 1, _MOST_WIDTH) for w in _list("ws", ws)],
            "ss": [_count("ss", s, 1, 64) for s in _list("ss", ss)],
            "bot_muls": [
                _number("bot_muls", m, 64) for m in _list("bot_muls", plain(bot_muls) or [])
            ],
            "num_gs": [
                _count("num_gs", g, 0, _MOST_WIDTH) for g in _list("num_gs", plain(num_gs) or [])
            ],
        }
        columns = {key: column for key, column in columns.items() if column}
        needed = [*_STAGE_KEYS, *(_BOTTLENECK_KEYS if "bottleneck" in model_family else ())]
        for key in needed:
            if key not in columns:
                raise InvalidArchitecture(f"a network of the family {model_family} has {key}")
        if len({len(column) for column in columns.values()}) > 1 or len(columns["ds"]) < 2:
            counts = ", ".join(f"{key} {len(column)}" for key, column in columns.items())
            raise InvalidArchitecture(f"all have a number for each stage, of which are: {counts}")
        if not any(columns["ds"][1:]):
            raise InvalidArchitecture(f"ds is {show(columns['ds'])}: there is no block")
        if model_family == "residual_bottleneck":
            for width, share, groups in list(
                zip(columns["ws"], columns["bot_muls"], columns["num_gs"], strict=True)
            )[1:]:
                inside = round(width * share)
                if not inside or not groups or inside % groups:
                    raise InvalidArchitecture(
                        f"{groups} groups of {width} x {share:g} = {inside} channels cannot be"
                    )
        self._family = model_family
        extra = [columns.get(key, [0] * len(columns["ds"])) for key in _BOTTLENECK_KEYS]
        rows = zip(*(columns[key] for key in _STAGE_KEYS), *extra, strict=True)
        self._stages = tuple([Stage(*row) for row in rows])
        self._text = _text({"block_type": BLOCKS[model_family], **columns})

    @property
    def model_family(self) -> str:
        return self._family

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Its stages, the stem being the first."""
        return self._stages

    @property
    def model_spec(self) -> dict[str, Any]:
        spec = self.arch
        del spec["block_type"]
        return spec

    @property
    def cell_spec(self) -> dict[str, Any]:
        return {}

    @property
    def traits(self) -> dict[str, float]:
        found = {self._family: 2.0}
        for number, stage in enumerate(self._stages):
            for name, size in zip(Stage._fields, stage, strict=True):
                found[f"{name} {number}"] = 2 * log2(1 + size)
        return found

    def trainable_parameters(self) -> int:
        return count_parameters(self._family, self._stages)

    def flops(self) -> int:
        return count_flops(self._family, self._stages)

    def draw(self) -> Drawing:
        from nasbench_db.nds.drawing import draw_stages

        return draw_stages(self.arch_hash, self._family, self._stages)


def family_of_block(block_type: Any) -> str:
    """NNI's name of the family of a block.

    Raises:
        InvalidArchitecture: there is no such block.
    """
    for prefix, family in BLOCK_PREFIXES.items():
        if isinstance(block_type, str) and block_type.startswith(prefix):
            return family
    raise InvalidArchitecture(
        f"the block_type is {show(block_type)}; known are {', '.join(BLOCKS.values())}"
    )


def canonical_model_spec(spec: Any) -> dict[str, Any]:
    """NNI's ``model_spec`` with each number in its own type, as tables have it.

    Raises:
        InvalidArchitecture: no architecture has such a one.
    """
    spec = _mapping("the model_spec", spec)
    if "depth" in spec or "num_nodes_normal" in spec:
        _only("the model_spec of cells", spec, _CELL_KEYS)
        return {
            **{key: _count(key, spec[key], 1, _MOST_WIDTH) for key in _CELL_KEYS[:4]},
            "aux": _truth("aux", spec["aux"]),
            "drop_prob": _number("drop_prob", spec["drop_prob"], 1),
        }
    family = "residual_bottleneck" if spec.get("bot_muls") else "vanilla"
    return Cell.from_nni(family, spec).model_spec


def canonical_cell_spec(spec: Any) -> dict[str, Any]:
    """NNI's ``cell_spec`` in the same way; empty for what has no cells.

    Raises:
        InvalidArchitecture: no architecture has such a one.
    """
    if isinstance(spec, Mapping) and not spec:
        return {}
    return CellNet(*cells_of_spec(spec), depth=1, width=1, aux=False, drop_prob=0).cell_spec


def cells_of_spec(spec: Any) -> list[list[Any]]:
    """The edges and the concat of both cells, from NNI's ``cell_spec``.

    Raises:
        InvalidArchitecture: it lacks one, or has more.
    """
    left = dict(_mapping("the cell_spec", spec))
    found: list[list[Any]] = []
    for name in ("normal", "reduce"):
        edges: list[Any] = []
        while (first := f"{name}_{len(edges) // 2}_op_x") in left:
            node = len(edges) // 2
            for side in "xy":
                keys = (f"{name}_{node}_op_{side}", f"{name}_{node}_input_{side}")
                edges.append([left.pop(key, None) for key in keys])
        if not edges or f"{name}_concat" not in left:
            lacking = first if not edges else f"{name}_concat"
            raise InvalidArchitecture(f"the cell_spec has no {lacking}")
        found += [edges, left.pop(f"{name}_concat")]
    if left:
        raise InvalidArchitecture(f"the cell_spec has {show(list(left)[:4])}, of no cell")
    return found


def _text(arch: dict[str, Any]) -> str:
    """The one text of an architecture."""
    return json.dumps(arch, sort_keys=True, separators=(",", ":"))


def _graph(name: str, edges: Any, concat: Any) -> CellGraph:
    given = _list(name, edges)
    if not given or len(given) % 2 or len(given) > 2 * _MOST_NODES:
        raise InvalidArchitecture(
            f"the cell {name} has {len(given)} edges; there are two for each of up to "
            f"{_MOST_NODES} nodes"
        )
    found = []
    for number, edge in enumerate(given):
        pair = _list(f"an edge of the cell {name}", edge)
        if len(pair) != 2:
            raise InvalidArchitecture(
                f"an edge of the cell {name} is {show(edge)}; it must be an operation and an input"
            )
        op, source = pair
        if not isinstance(op, str) or op not in OPERATIONS:
            raise InvalidArchitecture(
                f"an operation of the cell {name} is {show(op)}; known are {', '.join(OPERATIONS)}"
                + nearest(op, OPERATIONS)
            )
        most = number // 2 + 1
        found.append(
            (str(op), _count(f"an input of node {number // 2} of {name}", source, 0, most))
        )
    most = len(given) // 2 + 1
    outputs = [_count(f"{name}_concat", n, 0, most) for n in _list(f"{name}_concat", concat)]
    if not outputs or len(set(outputs)) < len(outputs):
        raise InvalidArchitecture(f"{name}_concat is {show(outputs)}; it must be different nodes")
    return CellGraph(tuple(found), tuple(outputs))


def _mapping(what: str, given: Any) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise InvalidArchitecture(f"{what} is {show(given)}; it must be a dict")
    return given


def _needed(given: Mapping[str, Any], key: str, what: str) -> Any:
    if key not in given:
        raise InvalidArchitecture(f"{what} has {key}; {show(dict(given))} has not")
    return given[key]


def _only(
    what: str, given: Mapping[str, Any], needed: Iterable[str], optional: Iterable[str] = ()
) -> None:
    needed = list(needed)
    lacking = [key for key in needed if key not in given]
    extra = [key for key in given if key not in (*needed, *optional)]
    if lacking or extra:
        raise InvalidArchitecture(
            f"{what} has the keys {', '.join(needed)}; this one "
            + (f"lacks {', '.join(lacking)}" if lacking else f"has {show(extra[:4])} besides")
        )


def _list(name: str, given: Any) -> list[Any]:
    given = plain(given)
    if not isinstance(given, (list, tuple)) or len(given) > 2 * _MOST_NODES + _MOST_STAGES:
        raise InvalidArchitecture(f"{name} is {show(given)}; it must be a list")
    return list(given)


def _count(name: str, given: Any, lowest: int, highest: int) -> int:
    number = as_int(given)
    if number is None or isinstance(given, bool) or not lowest <= number <= highest:
        raise InvalidArchitecture(
            f"{name} is {show(given)}; it must be a whole number from {lowest} to {highest}"
        )
    return number


def _number(name: str, given: Any, highest: float) -> float:
    given = plain(given)
    if not isinstance(given, (int, float)) or isinstance(given, bool) or not 0 <= given <= highest:
        raise InvalidArchitecture(
            f"{name} is {show(given)}; it must be a number from 0 to {highest:g}"
        )
    return float(given)


def _truth(name: str, given: Any) -> bool:
    number = as_int(given)
    if number not in (0, 1):
        raise InvalidArchitecture(f"{name} is {show(given)}; it must be true or false")
    return bool(number)
