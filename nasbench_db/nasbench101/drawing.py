"""A cell as a picture: SVG text, made without graphviz.

The picture is a layered drawing, after Sugiyama, Tagawa and Toda, "Methods for Visual
Understanding of Hierarchical System Structures", 1981. A vertex's layer is the length of the
longest path that leads to it. An edge that skips layers passes through a point of its own in
each of them; points and vertices of one layer keep their distance from each other, and between
layers there is nothing but edges, so no edge can touch a vertex that it does not belong to. The
order within the layers is the one of all orders that makes the fewest edges cross.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, combinations, pairwise, permutations

from nasbench_db.architectures import drawing
from nasbench_db.architectures.characters import draw_graph
from nasbench_db.architectures.drawing import (
    ARROW_LENGTH,
    BOX_HEIGHT,
    BOX_WIDTH,
    EDGE_COLOUR,
    MARGIN,
    TEXT,
    Drawing,
    arrow,
    picture,
    vertex,
)
from nasbench_db.nasbench101.constants import (
    CONV1X1_BN_RELU,
    CONV3X3_BN_RELU,
    INPUT,
    MAXPOOL3X3,
    OUTPUT,
)

Edge = tuple[int, int]

# All lengths are in pixels at the drawing's own size.
_GRID = BOX_WIDTH // 12  # vertices and points lie on multiples of it, from side to side
_SPACE = 2 * _GRID  # between neighbours in a layer
_LAYER_SPACE = 44  # between layers
_SLOPE = 0.3  # the space between layers at least, per way that an edge goes to the side there
_PORT_SPACE = 16  # between the ends of edges at one side of a box
_PORT_SHARE = 0.3  # how far the end of an edge is moved toward its other end
_PORT_LIMIT = BOX_WIDTH / 2 - 24

_KINDS = {
    INPUT: drawing.INPUT,
    OUTPUT: drawing.OUTPUT,
    CONV3X3_BN_RELU: drawing.CONV3X3,
    CONV1X1_BN_RELU: drawing.CONV1X1,
    MAXPOOL3X3: drawing.POOL,
}

# How much it costs to lead a piece of an edge aside: between two vertices, between a vertex and a
# point, between two points. Chains of vertices become straight, and so do long edges.
_WEIGHTS = (3.0, 1.0, 4.0)

# What is added to a way before its inverse is taken, sweep by sweep: at first squares count, which
# finds the right side for everything, in the end ways do.
_SOFTNESS = [100 * 0.93**sweep for sweep in range(100)]


def draw(ops: Sequence[str], edges: tuple[Edge, ...], num_vertices: int) -> Drawing:
    """A cell's picture, the input on top and the output at the bottom.

    The same cell gives the same text always. The background is transparent; the colours suit
    white and black ones.

    Args:
        ops: the operation of each vertex of the pruned cell.
        edges: of the pruned cell, sorted by the vertex that they lead to.
        num_vertices: how many vertices the cell has as it is written.
    """
    layout = _layout(len(ops), edges)
    title = f"NAS-Bench-101 cell of {len(ops)} vertices and {len(edges)} edges"
    lines = [
        f'<g fill="none" stroke="{EDGE_COLOUR}" stroke-width="1.8">',
        *(
            f'<path data-from="{u}" data-to="{v}" d="{curve}"/>'
            for (u, v), curve in zip(edges, layout.curves, strict=True)
        ),
        "</g>",
        f'<path fill="{EDGE_COLOUR}" d="{layout.arrows}"/>',
        f"<g {TEXT}>",
        *(
            line
            for v, (name, (left, top)) in enumerate(zip(ops, layout.boxes, strict=True))
            for line in vertex(v, name, _KINDS[name], left, top)
        ),
        "</g>",
    ]
    description = _description(ops, edges, num_vertices)
    text = draw_graph([f"{v} {name}" for v, name in enumerate(ops)], edges)
    return picture(title, description, layout.width, layout.height, lines, text)


@dataclass(frozen=True)
class _Layout:
    """Where everything is.

    Attributes:
        width: of the whole picture.
        height: of the whole picture.
        boxes: the left upper corner of each vertex's box.
        curves: each edge as SVG path data.
        arrows: the heads of all edges as SVG path data.
    """

    width: float
    height: float
    boxes: list[tuple[float, float]]
    curves: list[str]
    arrows: str


@lru_cache(maxsize=1 << 10)  # operations have no part in it, and many cells share a graph
def _layout(num_vertices: int, edges: tuple[tuple[int, int], ...]) -> _Layout:
    """The layout of a graph; its edges are sorted by the vertex that they lead to."""
    graph = _layered(num_vertices, edges)
    x = _coordinates(graph, _order(graph))
    tops = _tops(graph, x)
    curves, arrows = [], []
    for route, start, end in zip(graph.routes, *_ports(graph, x), strict=True):
        places = [start, *(x[item] for item in route[1:-1]), end]
        curves.append(_curve(places, [tops[graph.layer_of[item]] for item in route]))
        arrows.append(arrow(end, tops[graph.layer_of[route[-1]]]))
    return _Layout(
        width=max(at + graph.half(item) for item, at in enumerate(x)) + MARGIN,
        height=tops[-1] + BOX_HEIGHT + MARGIN,
        boxes=[(x[v] - BOX_WIDTH / 2, tops[graph.layer_of[v]]) for v in range(num_vertices)],
        curves=curves,
        arrows="".join(arrows),
    )


@dataclass(frozen=True)
class _Layered:
    """A graph whose edges are cut at each layer that they cross.

    Items are numbers: first the vertices, then the points at which edges pass through layers.

    Attributes:
        num_vertices: how many of the items are vertices.
        layer_of: for each item its layer, counted from 0 at the top.
        layers: for each layer its items.
        routes: for each edge the items that it joins, one in each layer from end to end.
        pieces: ``(item, item, weight)`` for each two items that follow each other in a route, the
            upper one first.
    """

    num_vertices: int
    layer_of: list[int]
    layers: list[list[int]]
    routes: list[list[int]]
    pieces: list[tuple[int, int, float]]

    def half(self, item: int) -> float:
        """Half the width of an item: a vertex is as wide as its box, a point has no width."""
        return BOX_WIDTH / 2 if item < self.num_vertices else 0.0

    def gaps(self, items: Sequence[int]) -> list[float]:
        """How far neighbours in a layer are apart at least, from middle to middle."""
        return [self.half(left) + _SPACE + self.half(right) for left, right in pairwise(items)]


def _layered(num_vertices: int, edges: Sequence[tuple[int, int]]) -> _Layered:
    """The layers of a graph; its edges are sorted by the vertex that they lead to."""
    layer_of = [0] * num_vertices
    for u, v in edges:
        layer_of[v] = max(layer_of[v], layer_of[u] + 1)
    layers: list[list[int]] = [[] for _ in range(layer_of[-1] + 1)]
    for v in range(num_vertices):
        layers[layer_of[v]].append(v)
    routes = []
    pieces = []
    for u, v in edges:
        route = [u]
        for layer in range(layer_of[u] + 1, layer_of[v]):
            route.append(len(layer_of))
            layers[layer].append(len(layer_of))
            layer_of.append(layer)
        route.append(v)
        routes.append(route)
        for upper, lower in pairwise(route):
            points = (upper >= num_vertices) + (lower >= num_vertices)
            pieces.append((upper, lower, _WEIGHTS[points]))
    return _Layered(num_vertices, layer_of, layers, routes, pieces)


def _order(graph: _Layered) -> list[list[int]]:
    """The items of each layer from left to right, with as few crossings as there can be.

    Of the orders with the fewest crossings it is the one with the least way to the side. Both
    are sums over neighbouring layers, so the best order down to a layer is found for each order
    of that layer from the best ones down to the layer above; a layer has 5 items at most.
    """
    below: list[list[tuple[int, int, float]]] = [[] for _ in graph.layers]
    for upper, lower, weight in graph.pieces:
        below[graph.layer_of[upper]].append((upper, lower, weight))
    best: list[tuple[float, list[list[int]]]] = [(0.0, [graph.layers[0]])]
    for layer, pieces in zip(graph.layers[1:], below, strict=False):
        longer = []
        for order in permutations(layer):
            candidates = [
                (cost + _cost(orders[-1], order, pieces), number)
                for number, (cost, orders) in enumerate(best)
            ]
            cost, number = min(candidates)
            longer.append((cost, [*best[number][1], list(order)]))
        best = longer
    # The mirror image of an order is as good; of the two, it is the one with lower numbers left.
    found = min(best)[1]
    return min(
        found,
        [items[::-1] for items in found],
        key=lambda order: [
            [item for item in items if item < graph.num_vertices] for items in order
        ],
    )


def _cost(
    upper: Sequence[int], lower: Sequence[int], pieces: Sequence[tuple[int, int, float]]
) -> float:
    """What it costs to have two neighbouring layers in these orders."""
    place = {item: i - (len(upper) - 1) / 2 for i, item in enumerate(upper)}
    place |= {item: i - (len(lower) - 1) / 2 for i, item in enumerate(lower)}
    cost = sum(weight * abs(place[a] - place[b]) for a, b, weight in pieces)
    for (a, b, _), (c, d, _) in combinations(pieces, 2):
        if (place[a] - place[c]) * (place[b] - place[d]) < 0:
            cost += 1000  # more than all ways to the side together
    return cost


def _coordinates(graph: _Layered, order: Sequence[Sequence[int]]) -> list[float]:
    """Where each item has its middle, from the left side: edges as straight as can be.

    The sum of the weighted ways to the side is made small by moving one layer after the other to
    where it is least, given the others. Each way is weighted by its inverse as it was before, so
    that ways count and not their squares: one long bend is better than a chain that leans.
    """
    x = [0.0] * len(graph.layer_of)
    layers = [(items, graph.gaps(items)) for items in order]
    for items, gaps in layers:
        start = -sum(gaps) / 2
        for item, offset in zip(items, accumulate(gaps, initial=start), strict=True):
            x[item] = offset
    neighbours: list[list[tuple[int, float]]] = [[] for _ in x]
    for upper, lower, weight in graph.pieces:
        neighbours[upper].append((lower, weight))
        neighbours[lower].append((upper, weight))
    for softness in _SOFTNESS:
        for items, gaps in layers:
            targets, weights = [], []
            for item in items:
                at, mass, moment = x[item], 0.0, 0.0
                for other, weight in neighbours[item]:
                    pull = weight / (abs(x[other] - at) + softness)
                    mass += pull
                    moment += pull * x[other]
                weights.append(mass)
                targets.append(moment / mass)
            for item, at in zip(items, _spread(targets, weights, gaps), strict=True):
                x[item] = at
    x = _on_grid(graph, x)
    left = min(at - graph.half(item) for item, at in enumerate(x))
    return [at - left + MARGIN for at in x]


def _on_grid(graph: _Layered, x: Sequence[float]) -> list[float]:
    """The places moved to multiples of the grid, so that what is almost straight becomes so.

    All are rounded down after the same shift. That keeps distances that are multiples of the grid,
    as those between neighbours are, and for one of the shifts the ways to the side do not grow:
    over all shifts, the mean of each way is what it was. What is added before rounding takes up
    the error of the arithmetic.
    """
    candidates = []
    for shift in sorted({-at % _GRID for at in x}):
        places = [_GRID * math.floor((at + shift) / _GRID + 1e-6) for at in x]
        ways = [(weight, abs(places[a] - places[b])) for a, b, weight in graph.pieces]
        cost = sum(weight * way for weight, way in ways)
        bends = sum(way > 0 for _, way in ways)
        squares = sum(weight * way * way for weight, way in ways)
        candidates.append((cost, bends, squares, [float(place) for place in places]))
    return min(candidates)[3]


def _spread(
    targets: Sequence[float],
    weights: Sequence[float],
    gaps: Sequence[float],
    low: float = -math.inf,
    high: float = math.inf,
) -> list[float]:
    """Places as near to their targets as the gaps between them allow, by weighted squares.

    Less the gaps to their left, the places only have to ascend; this is isotonic regression, by
    pooling adjacent violators. The places lie between the bounds if all gaps fit there.
    """
    offsets = list(accumulate(gaps, initial=0.0))
    pools: list[tuple[float, float, int]] = []  # where, its weight, how many
    for target, weight, offset in zip(targets, weights, offsets, strict=True):
        pool = (target - offset, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            at, mass, count = pools.pop()
            total = mass + pool[1]
            pool = ((at * mass + pool[0] * pool[1]) / total, total, count + pool[2])
        pools.append(pool)
    places = [
        min(max(at, low), high - offsets[-1]) for at, _, count in pools for _ in range(count)
    ]
    return [place + offset for place, offset in zip(places, offsets, strict=True)]


def _tops(graph: _Layered, x: Sequence[float]) -> list[float]:
    """The upper side of each layer."""
    aside = [0.0] * len(graph.layers)
    for upper, lower, _ in graph.pieces:
        layer = graph.layer_of[lower]
        aside[layer] = max(aside[layer], abs(x[upper] - x[lower]))
    tops = [float(MARGIN)]
    for way in aside[1:]:
        tops.append(tops[-1] + BOX_HEIGHT + max(_LAYER_SPACE, round(way * _SLOPE)))
    return tops


def _ports(graph: _Layered, x: Sequence[float]) -> tuple[list[float], list[float]]:
    """Where each edge leaves its first box and where it enters its last one.

    The edges at one side of a box lie beside each other, in the order in which they come or go.
    """
    starts, ends = [0.0] * len(graph.routes), [0.0] * len(graph.routes)
    for v in range(graph.num_vertices):
        for ports, own, other in ((starts, 0, 1), (ends, -1, -2)):
            sides = [
                (x[route[other]], edge)
                for edge, route in enumerate(graph.routes)
                if route[own] == v
            ]
            if not sides:  # nothing enters the input, nothing leaves the output
                continue
            sides.sort()
            places = _spread(
                [x[v] + (at - x[v]) * _PORT_SHARE for at, _ in sides],
                [1.0] * len(sides),
                [_PORT_SPACE] * (len(sides) - 1),
                x[v] - _PORT_LIMIT,
                x[v] + _PORT_LIMIT,
            )
            for (_, edge), place in zip(sides, places, strict=True):
                ports[edge] = place
    return starts, ends


def _curve(places: Sequence[float], tops: Sequence[float]) -> str:
    """An edge as SVG path data: upright within layers, one curve from layer to layer."""
    at, y = places[0], tops[0] + BOX_HEIGHT
    path = f"M{at:g} {y:g}"
    for place, top in zip(places[1:], tops[1:], strict=True):
        end = top - ARROW_LENGTH if top == tops[-1] else top
        middle = (y + end) / 2
        path += f"C{at:g} {middle:g} {place:g} {middle:g} {place:g} {end:g}"
        at, y = place, top + BOX_HEIGHT
        if top != tops[-1]:
            path += f"V{y:g}"
    return path


def _description(ops: Sequence[str], edges: Sequence[tuple[int, int]], num_vertices: int) -> str:
    """The cell in words, for those who do not see the picture."""
    sentences = []
    for u, name in enumerate(ops):
        targets = [str(v) for source, v in edges if source == u]
        leads = f", leads to {', '.join(targets)}" if targets else ""
        sentences.append(f"Vertex {u}, {name}{leads}.")
    if num_vertices > len(ops):
        sentences.append(f"Not drawn: {num_vertices - len(ops)} on no path from input to output.")
    return " ".join(sentences)
