"""A recurrent cell of NAS-Bench-NLP as a value: its recipe, NNI's dict, its canonical form.

A recipe has nodes by name, each with an operation and the names of what it takes (Klyuchnikov et
al., "NAS-Bench-NLP: Neural Architecture Search Benchmark for Natural Language Processing", 2020).
``x``, ``h_prev_0`` and so on come in, ``h_new_0`` and so on go out; the other names, and the order
of the nodes and of the inputs but those of ``blend``, have no meaning.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from nasbench_db.architectures.inputs import plain, show, told
from nasbench_db.architectures.randomness import SupportsRandom, generator
from nasbench_db.errors import InvalidArchitecture, nearest
from nasbench_db.nlp.constants import (
    ARITIES,
    EMBEDDING,
    HIDDEN,
    INPUT,
    LAYERS,
    MAX_HIDDEN,
    MAX_NODES,
    OPERATIONS,
    ORDERED,
    VOCABULARIES,
    sources_of,
)
from nasbench_db.nlp.graph import Vertex, canonical_order
from nasbench_db.nlp.network import count_cell_parameters, count_word_parameters

if TYPE_CHECKING:
    from nasbench_db.architectures.drawing import Drawing

Nodes = tuple[tuple[str, str, tuple[str, ...]], ...]
"""The nodes of a recipe in its order: name, operation, names of the inputs."""

HASH = re.compile(r"[0-9a-f]{32}")
"""What a hash of a cell looks like."""

_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_NEW = re.compile(r"h_new_(0|[1-9][0-9]*)")
_PREV = re.compile(r"h_prev_(0|[1-9][0-9]*)")
_FLAT = re.compile(r"(.+)_(?:op|input_([0-9]))")
_FORM = '{"f": {"op": "linear", "input": ["x", "h_prev_0"]}, ...}'
_KEYS = {"op", "input"}


class Cell:
    """One recurrent cell, immutable, as it was written.

    Two are equal when they are the same graph, whatever their nodes are called.

    Args:
        recipe: for the name of each node a dict with ``op``, one of :data:`OPERATIONS`, and
            ``input``, the list of the names of what it takes.

    Raises:
        InvalidArchitecture: this is no cell of the search space; the message says why.
    """

    __slots__ = ("_canonical", "_nodes")

    _nodes: Nodes
    _canonical: Nodes

    def __init__(self, recipe: Mapping[str, Mapping[str, Any]]) -> None:
        self._set(_nodes_of(recipe))

    def _set(self, nodes: Nodes) -> None:
        self._canonical = _canonical(nodes)
        self._nodes = nodes

    @classmethod
    def _of(cls, nodes: Nodes) -> Cell:
        cell = cls.__new__(cls)
        cell._set(nodes)
        return cell

    @classmethod
    def parse(cls, given: Any) -> Cell:
        """A cell from whatever is one.

        Args:
            given: a cell; a recipe; NNI's dict, with keys such as ``f_op`` and ``f_input_0``; or
                JSON of either.

        Raises:
            InvalidArchitecture: it is none of these, or outside the search space.
        """
        if isinstance(given, Cell):
            return given
        given = told(given)
        if not isinstance(given, Mapping):
            raise InvalidArchitecture(
                f"an architecture is a Cell, a recipe such as {_FORM}, NNI's dict with keys such "
                f"as 'f_op' and 'f_input_0', or JSON of them; not {show(given)}"
            )
        if given and not any(isinstance(value, Mapping) for value in given.values()):
            return cls.from_arch(given)
        return cls(given)

    @classmethod
    def from_arch(cls, arch: Mapping[str, str]) -> Cell:
        """A cell from NNI's dict, as ``NlpTrialConfig.arch`` is; see :attr:`arch`.

        Raises:
            InvalidArchitecture: it is no such dict, or of no cell of the search space.
        """
        ops: dict[str, Any] = {}
        inputs: dict[str, dict[int, Any]] = {}
        for key, value in arch.items():
            found = _FLAT.fullmatch(key) if isinstance(key, str) else None
            if found is None or not isinstance(value, str):
                raise InvalidArchitecture(
                    f"{show(key)}: {show(value)} is not of NNI's dict, which has for each node, "
                    "such as f, the keys f_op, f_input_0 and so on, and texts"
                )
            name, place = found.groups()
            if place is None:
                ops[name] = value
            else:
                inputs.setdefault(name, {})[int(place)] = value
        recipe: dict[str, Any] = {}
        for name in {**ops, **inputs}:
            of_node = inputs.get(name, {})
            if name not in ops or sorted(of_node) != list(range(len(of_node))):
                has = "" if name in ops else "no operation, and "
                raise InvalidArchitecture(
                    f"node {show(name)} has {has}the inputs {sorted(of_node)}; it must have "
                    f"{name}_op, and {name}_input_0 and so on"
                )
            recipe[name] = {"op": ops[name], "input": [of_node[n] for n in range(len(of_node))]}
        return cls(recipe)

    @property
    def recipe(self) -> dict[str, dict[str, Any]]:
        """The recipe, as it was written; a new dict each time."""
        return {name: {"op": op, "input": list(inputs)} for name, op, inputs in self._nodes}

    @property
    def arch(self) -> dict[str, str]:
        """NNI's dict of the recipe: ``<node>_op`` and ``<node>_input_<n>``, n from 0."""
        flat = {}
        for name, op, inputs in self._nodes:
            flat[f"{name}_op"] = op
            flat |= {f"{name}_input_{place}": one for place, one in enumerate(inputs)}
        return flat

    @property
    def hash(self) -> str:
        """32 hexadecimal digits, the same for all ways to write the same graph."""
        return _hash(self._canonical)

    @property
    def ops(self) -> tuple[str, ...]:
        """The operations of the nodes, in the order of the recipe."""
        return tuple([op for _, op, _ in self._nodes])

    @property
    def num_nodes(self) -> int:
        """How many nodes it has."""
        return len(self._nodes)

    @property
    def num_edges(self) -> int:
        """How many inputs its nodes have together."""
        return sum(len(inputs) for _, _, inputs in self._nodes)

    @property
    def num_hidden(self) -> int:
        """How many hidden states go from step to step."""
        return sum(_NEW.fullmatch(name) is not None for name, _, _ in self._nodes)

    def canonical(self) -> Cell:
        """The same cell with its inner nodes called ``node_0`` and so on, in canonical order.

        Two cells are equal just when these have equal recipes.
        """
        cell = Cell.__new__(Cell)
        cell._nodes = cell._canonical = self._canonical
        return cell

    @property
    def traits(self) -> dict[str, float]:
        """How often it has each operation, and each operation on what another one, or what comes
        in, gives: by how far these numbers differ, cells are alike."""
        found: Counter[str] = Counter()
        ops = {name: op for name, op, _ in self._nodes}
        for _, op, inputs in self._nodes:
            found[op] += 1
            found.update(f"{op} of {ops.get(name, name)}" for name in inputs)
        return dict(found)

    def trainable_parameters(
        self,
        vocabulary: int = VOCABULARIES["wikitext-2"],
        *,
        embedding: int = EMBEDDING,
        hidden: int = HIDDEN,
        layers: int = LAYERS,
    ) -> int:
        """The trainable parameters of the language model of it, as published.

        Args:
            vocabulary: how many different words there are; 33,278 in WikiText-2.
            embedding: the width of the embedding.
            hidden: the width of the hidden states of all layers but the last.
            layers: how many layers of the cell there are.
        """
        linear = [inputs for _, op, inputs in self._nodes if op == "linear"]
        return count_word_parameters(vocabulary, embedding) + count_cell_parameters(
            linear, embedding=embedding, hidden=hidden, layers=layers
        )

    def neighbors(self) -> list[Cell]:
        """The cells that differ in one operation or in one input; each graph once."""
        found: dict[Nodes, Cell] = {}
        for nodes in _changed(self._nodes):
            cell = _if_valid(nodes)
            if cell is not None and cell != self:
                found.setdefault(cell._canonical, cell)
        return list(found.values())

    def mutate(self, rng: SupportsRandom | int | None = None) -> Cell:
        """A random neighbour: one operation or one input is another.

        Args:
            rng: a ``random.Random`` or ``numpy.random.Generator``, or a seed.
        """
        source = generator(rng)
        changes = list(_changed(self._nodes))
        while True:
            cell = _if_valid(changes.pop(int(source.random() * len(changes))))
            if cell is not None and cell != self:
                return cell

    def draw(self) -> Drawing:
        """A picture of it: what comes in on top, what goes out below."""
        from nasbench_db.nlp.drawing import draw

        return draw(self._nodes, self.num_hidden)

    def _repr_svg_(self) -> str:
        return self.draw().svg

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cell):
            return NotImplemented
        return self._canonical == other._canonical

    def __hash__(self) -> int:
        return hash(self._canonical)

    def __reduce__(self) -> tuple[Any, ...]:
        return Cell, (self.recipe,)

    def __repr__(self) -> str:
        return f"Cell({self.recipe!r})"


def random_cell(rng: SupportsRandom | int | None = None) -> Cell:
    """A random cell, by the rules of the original's generator, though not with its numbers.

    Args:
        rng: a ``random.Random`` or ``numpy.random.Generator``, or a seed.
    """
    from nasbench_db.nlp.drawn import random_recipe

    return Cell(random_recipe(generator(rng)))


def _if_valid(nodes: Nodes) -> Cell | None:
    try:
        return Cell._of(nodes)
    except InvalidArchitecture:
        return None


def _nodes_of(recipe: Any) -> Nodes:
    """The nodes of a recipe, if they are those of a cell."""
    if not isinstance(recipe, Mapping) or not recipe:
        raise InvalidArchitecture(f"a recipe is a dict of nodes such as {_FORM}")
    if len(recipe) > MAX_NODES:
        raise InvalidArchitecture(f"it has {len(recipe)} nodes; at most {MAX_NODES} are read")
    nodes = []
    for name, node in recipe.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name) or _is_source(name):
            raise InvalidArchitecture(
                f"a node is called {show(name)}; a name has letters, digits and _, at most 64, "
                "and is not that of what comes in, such as x or h_prev_0"
            )
        if not isinstance(node, Mapping) or set(node) != _KEYS:
            raise InvalidArchitecture(
                f"node {name} is {show(node)}; it must be a dict with 'op' and 'input'"
            )
        op, inputs = node["op"], plain(node["input"])
        if not isinstance(op, str) or op not in ARITIES:
            raise InvalidArchitecture(
                f"node {name} has the operation {show(op)}; known are {', '.join(OPERATIONS)}"
                + nearest(op, OPERATIONS)
            )
        if not isinstance(inputs, (list, tuple)) or len(inputs) not in ARITIES[op]:
            allowed = " or ".join(map(str, ARITIES[op]))
            raise InvalidArchitecture(
                f"node {name} has the input {show(inputs)}; {op} takes a list of {allowed}"
            )
        nodes.append((name, op, tuple(inputs)))
    hidden = sorted(int(found[1]) for name in recipe if (found := _NEW.fullmatch(name)))
    if hidden != list(range(len(hidden))) or not 1 <= len(hidden) <= MAX_HIDDEN:
        raise InvalidArchitecture(
            f"its hidden states are {', '.join(f'h_new_{n}' for n in hidden) or 'none'}; there "
            f"must be h_new_0 and so on, at most {MAX_HIDDEN}"
        )
    known = {*recipe, *sources_of(len(hidden))}
    for name, _, inputs in nodes:
        for one in inputs:
            if not isinstance(one, str) or one not in known:
                raise InvalidArchitecture(
                    f"node {name} takes {show(one)}, which is no node and does not come in; what "
                    f"comes in is {', '.join(sources_of(len(hidden)))}"
                )
    return tuple(nodes)


def _is_source(name: str) -> bool:
    return name == INPUT or _PREV.fullmatch(name) is not None


@lru_cache(maxsize=1 << 12)
def _canonical(nodes: Nodes) -> Nodes:
    """The nodes of the same graph under canonical names, in canonical order."""
    hidden = sum(_NEW.fullmatch(name) is not None for name, _, _ in nodes)
    sources = sources_of(hidden)
    numbers = {name: n for n, name in enumerate([*sources, *(name for name, _, _ in nodes)])}
    graph = [Vertex(name, ()) for name in sources]
    for name, op, inputs in nodes:
        label = f"{op} {name}" if _NEW.fullmatch(name) else op
        graph.append(Vertex(label, tuple([numbers[i] for i in inputs]), op == ORDERED))
    names = dict(zip(sources, sources, strict=True))
    ordered: list[tuple[str, str, tuple[str, ...]]] = []
    places: dict[str, int] = {name: n for n, name in enumerate(sources)}
    for v in canonical_order(graph):
        if v < len(sources):
            continue
        name, op, inputs = nodes[v - len(sources)]
        inner = len(names) - len(sources)
        names[name] = name if _NEW.fullmatch(name) else f"node_{inner}"
        places[name] = len(places)
        if op != ORDERED:
            inputs = tuple(sorted(inputs, key=places.__getitem__))
        ordered.append((names[name], op, tuple([names[i] for i in inputs])))
    return tuple(ordered)


@lru_cache(maxsize=1 << 12)
def _hash(canonical: Nodes) -> str:
    text = json.dumps(canonical, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _changed(nodes: Nodes) -> Iterator[Nodes]:
    """The nodes with one operation or one input changed; what takes itself is among them."""
    hidden = sum(_NEW.fullmatch(name) is not None for name, _, _ in nodes)
    vertices = [*sources_of(hidden), *(name for name, _, _ in nodes)]
    for n, (name, op, inputs) in enumerate(nodes):
        for other in OPERATIONS:
            if other != op and len(inputs) in ARITIES[other]:
                yield (*nodes[:n], (name, other, inputs), *nodes[n + 1 :])
        for place, one in enumerate(inputs):
            for vertex in vertices:
                if vertex not in (one, name):
                    taken = (*inputs[:place], vertex, *inputs[place + 1 :])
                    yield (*nodes[:n], (name, op, taken), *nodes[n + 1 :])
