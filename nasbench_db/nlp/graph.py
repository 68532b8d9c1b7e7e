"""The canonical form of a graph of operations: the same for all ways to name its nodes.

Vertices are told apart by colours: at first by how deep they lie, their operation, and their name
where that has a meaning; then, as long as that divides them further, by the colours of what they
take and of what takes them. Where equal colours are left, each of the vertices that differ is
tried as the first, and of all forms that come of it the least is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nasbench_db.errors import InvalidArchitecture

_MOST_FORMS = 1_000
"""How many forms are compared at most: what is written by hand or drawn has one or two."""


class Vertex(NamedTuple):
    """A vertex of the graph; those of the cell's own inputs have no inputs.

    Attributes:
        label: what it does, and its name where that has a meaning.
        inputs: the numbers of the vertices that it takes.
        ordered: whether their order matters.
    """

    label: str
    inputs: tuple[int, ...]
    ordered: bool = False


Colours = tuple[int, ...]


def depths(graph: Sequence[Vertex]) -> list[int]:
    """For each vertex the longest path that leads to it.

    Raises:
        InvalidArchitecture: the graph has a cycle.
    """
    found: dict[int, int] = {}
    waiting = dict(enumerate(graph))
    while waiting:
        ready = [v for v, one in waiting.items() if all(u in found for u in one.inputs)]
        if not ready:
            raise InvalidArchitecture("its nodes take one another in a circle")
        for v in ready:
            found[v] = 1 + max((found[u] for u in waiting.pop(v).inputs), default=-1)
    return [found[v] for v in range(len(graph))]


def canonical_order(graph: Sequence[Vertex]) -> list[int]:
    """The vertices in an order that depends on the graph alone, each after those that it takes.

    Raises:
        InvalidArchitecture: it has a cycle, or more symmetries than can be tried.
    """
    takers: list[list[tuple[int, int]]] = [[] for _ in graph]
    for v, one in enumerate(graph):
        for place, u in enumerate(one.inputs):
            takers[u].append((v, place if one.ordered else 0))
    depth = depths(graph)
    first = _ranked([(depth[v], one.label) for v, one in enumerate(graph)])
    best: tuple[tuple[object, ...], list[int]] | None = None
    forms = 0
    waiting = [_refined(graph, takers, first)]
    while waiting:
        colours = waiting.pop()
        several = _first_of_several(colours)
        if several:
            waiting += [
                _refined(graph, takers, _set_apart(colours, v))
                for v in _different(graph, takers, several)
            ]
            continue
        forms += 1
        if forms > _MOST_FORMS:
            raise InvalidArchitecture(
                f"its graph of {len(graph)} vertices is so symmetrical that it has more than "
                f"{_MOST_FORMS:,} forms"
            )
        order = sorted(range(len(graph)), key=colours.__getitem__)
        form = tuple(
            (graph[v].label, _inputs(graph[v], [colours[u] for u in graph[v].inputs]))
            for v in order
        )
        if best is None or form < best[0]:
            best = form, order
    assert best is not None
    return best[1]


def _inputs(vertex: Vertex, numbers: list[int]) -> tuple[int, ...]:
    """The inputs of a vertex under other numbers, in their order if that matters."""
    return tuple(numbers if vertex.ordered else sorted(numbers))


def _ranked(keys: Sequence[object]) -> Colours:
    """For each key its place among the different ones."""
    places = {key: place for place, key in enumerate(sorted(set(keys)))}  # type: ignore[type-var]
    return tuple([places[key] for key in keys])


def _refined(
    graph: Sequence[Vertex], takers: Sequence[Sequence[tuple[int, int]]], colours: Colours
) -> Colours:
    """The colours divided as far as the colours of neighbours divide them."""
    while True:
        finer = _ranked(
            [
                (
                    colours[v],
                    _inputs(one, [colours[u] for u in one.inputs]),
                    tuple(sorted([(colours[u], place) for u, place in takers[v]])),
                )
                for v, one in enumerate(graph)
            ]
        )
        if len(set(finer)) == len(set(colours)):
            return finer
        colours = finer


def _first_of_several(colours: Colours) -> list[int]:
    """The vertices of the least colour that several have."""
    of_colour: dict[int, list[int]] = {}
    for v, colour in enumerate(colours):
        of_colour.setdefault(colour, []).append(v)
    return next((of_colour[c] for c in sorted(of_colour) if len(of_colour[c]) > 1), [])


def _different(
    graph: Sequence[Vertex], takers: Sequence[Sequence[tuple[int, int]]], vertices: list[int]
) -> list[int]:
    """One of those vertices that take the same and are taken by the same: they are alike."""
    found: dict[tuple[object, ...], int] = {}
    for v in vertices:
        inputs = _inputs(graph[v], list(graph[v].inputs))
        found.setdefault((inputs, tuple(sorted(takers[v]))), v)
    return list(found.values())


def _set_apart(colours: Colours, vertex: int) -> Colours:
    """The colours with one vertex before the others of its colour."""
    return tuple([2 * c + (v != vertex) for v, c in enumerate(colours)])
