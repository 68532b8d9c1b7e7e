"""A recurrent cell as a picture: SVG text, made without graphviz.

What comes in is on top. A node's layer is the length of the longest path that leads to it; an edge
that skips layers passes through a point of its own in each of them, so that no edge runs behind a
box. The order within a layer is found by sweeps that bring each thing below the middle of what it
takes, and above the middle of what takes it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nasbench_db.architectures import drawing
from nasbench_db.architectures.characters import draw_graph
from nasbench_db.architectures.drawing import (
    BOX_HEIGHT,
    BOX_WIDTH,
    EDGE_COLOUR,
    MARGIN,
    TEXT,
    Drawing,
    Kind,
    arrow,
    picture,
    vertex,
)
from nasbench_db.nlp.constants import ORDERED, sources_of
from nasbench_db.nlp.graph import Vertex, depths

_KINDS = {
    "linear": drawing.CONV3X3,
    "blend": drawing.CONV1X1,
    "elementwise_prod": drawing.CONV1X1,
    "elementwise_sum": drawing.CONV1X1,
}
_OTHER = drawing.POOL  # an activation
_PREFIX = re.compile("elementwise_|activation_")

# All lengths are in pixels at the drawing's own size.
_SPACE = 26  # between neighbours in a layer
_LAYER_SPACE = 56  # between layers
_PORT_SPACE = 34  # between the ends of edges at the upper side of a box
_SWEEPS = 12


def draw(nodes: Sequence[tuple[str, str, tuple[str, ...]]], num_hidden: int) -> Drawing:
    """A picture of a cell. The same one gives the same text always.

    The background is transparent; the colours suit white and black ones.

    Args:
        nodes: name, operation and inputs of each.
        num_hidden: how many hidden states there are.
    """
    sources = sources_of(num_hidden)
    numbers = {name: n for n, name in enumerate([*sources, *(name for name, _, _ in nodes)])}
    graph = [Vertex(name, ()) for name in sources]
    graph += [Vertex(op, tuple([numbers[i] for i in inputs])) for _, op, inputs in nodes]
    layout = _Layout(graph)
    looks: list[tuple[str, Kind]] = [(name, drawing.INPUT) for name in sources]
    for name, op, _ in nodes:
        short = _PREFIX.sub("", op)
        if name.startswith("h_new_") and name.removeprefix("h_new_").isdigit():
            looks.append((f"{name}: {short}", drawing.OUTPUT))
        else:
            looks.append((short, _KINDS.get(op, _OTHER)))
    lines = [f'<g fill="none" stroke="{EDGE_COLOUR}" stroke-width="1.8">']
    arrows, letters = "", []
    for v, one in enumerate(graph):
        places = layout.ports(v, ordered=one.label == ORDERED)
        for place, (u, end) in enumerate(zip(one.inputs, places, strict=True)):
            path = layout.path(u, v, place, end)
            lines.append(f'<path data-from="{u}" data-to="{v}" d="{path}"/>')
            arrows += arrow(end, layout.top(v))
            if one.label == ORDERED:
                letters.append(
                    f'<text x="{end + 9:g}" y="{layout.top(v) - 3:g}" fill="{EDGE_COLOUR}" '
                    f'font-size="11">{"abc"[place]}</text>'
                )
    lines += ["</g>", f'<path fill="{EDGE_COLOUR}" d="{arrows}"/>', f"<g {TEXT}>"]
    for v, (text, kind) in enumerate(looks):
        lines += vertex(v, text, kind, layout.middle(v) - BOX_WIDTH / 2, layout.top(v))
    title = f"NAS-Bench-NLP cell of {len(nodes)} nodes and {num_hidden} hidden states"
    told = "; ".join(f"{name} is {op} of {', '.join(inputs)}" for name, op, inputs in nodes)
    elements = [*lines, *letters, "</g>"]
    depth = depths(graph)
    order = sorted(range(len(graph)), key=lambda v: (depth[v], v))  # so that edges lead forward
    line_of = {v: line for line, v in enumerate(order)}
    edges = [(line_of[u], line_of[v]) for v, one in enumerate(graph) for u in one.inputs]
    text = draw_graph([f"{v} {looks[v][0]}" for v in order], edges)
    return picture(title, f"{told}.", layout.width, layout.height, elements, text)


Item = tuple[int, int, int]
"""A vertex as ``(v, -1, 0)``; the point of an edge in a layer as ``(v, place, layer)``."""


class _Layout:
    """Where everything is.

    Args:
        graph: what comes in, and the nodes.
    """

    def __init__(self, graph: Sequence[Vertex]) -> None:
        self._graph = graph
        self._depth = depths(graph)
        self._layers: list[list[Item]] = [[] for _ in range(max(self._depth) + 1)]
        self._above: dict[Item, list[Item]] = {}
        for v, one in enumerate(graph):
            self._layers[self._depth[v]].append((v, -1, 0))
            self._above[v, -1, 0] = []
            for place, u in enumerate(one.inputs):
                for upper, lower in zip(
                    self._way(u, v, place), self._way(u, v, place)[1:], strict=False
                ):
                    self._above.setdefault(lower, []).append(upper)
                    if lower[1] >= 0:
                        self._layers[lower[2]].append(lower)
        self._below: dict[Item, list[Item]] = {item: [] for item in self._above}
        for lower, uppers in self._above.items():
            for upper in uppers:
                self._below[upper].append(lower)
        self._x: dict[Item, float] = {}
        for layer in self._layers:
            self._spread(layer)
        for sweep in range(_SWEEPS):
            down = sweep % 2 == 0
            for layer in self._layers if down else reversed(self._layers):
                others = self._above if down else self._below
                layer.sort(key=lambda item: self._pulled(item, others[item]))
                self._spread(layer)
        left = min(x - _half(item) for item, x in self._x.items())
        self._x = {item: x - left + MARGIN for item, x in self._x.items()}
        self.width = max(x + _half(item) for item, x in self._x.items()) + MARGIN
        self.height = self._top_of(len(self._layers) - 1) + BOX_HEIGHT + MARGIN

    def _way(self, u: int, v: int, place: int) -> list[Item]:
        """What an edge passes through."""
        between = range(self._depth[u] + 1, self._depth[v])
        return [(u, -1, 0), *((v, place, layer) for layer in between), (v, -1, 0)]

    def _pulled(self, item: Item, others: Sequence[Item]) -> tuple[float, Item]:
        """Where something is drawn to; equal ones keep an order of their own."""
        if not others:
            return self._x[item], item
        return sum(self._x[other] for other in others) / len(others), item

    def _spread(self, layer: Sequence[Item]) -> None:
        """Put a layer's items side by side, its middle below that of the others."""
        at = -sum(2 * _half(item) + _SPACE for item in layer) / 2
        for item in layer:
            self._x[item] = at + _SPACE / 2 + _half(item)
            at += 2 * _half(item) + _SPACE

    def _top_of(self, layer: int) -> float:
        return MARGIN + layer * (BOX_HEIGHT + _LAYER_SPACE)

    def middle(self, v: int) -> float:
        """Where a vertex has its middle, from side to side."""
        return self._x[v, -1, 0]

    def top(self, v: int) -> float:
        """The upper side of a vertex."""
        return self._top_of(self._depth[v])

    def ports(self, v: int, *, ordered: bool) -> list[float]:
        """Where each edge enters a vertex: in the order of the inputs if that has a meaning."""
        inputs = self._graph[v].inputs
        froms = [self._x[self._way(u, v, place)[-2]] for place, u in enumerate(inputs)]
        order = (
            range(len(inputs)) if ordered else sorted(range(len(inputs)), key=froms.__getitem__)
        )
        places = [0.0] * len(inputs)
        for port, place in enumerate(order):
            places[place] = self.middle(v) + (port - (len(inputs) - 1) / 2) * _PORT_SPACE
        return places

    def path(self, u: int, v: int, place: int, end: float) -> str:
        """An edge as SVG path data: upright within layers, one curve from layer to layer."""
        at, y = self.middle(u), self.top(u) + BOX_HEIGHT
        path = f"M{at:g} {y:g}"
        for item in self._way(u, v, place)[1:]:
            last = item[1] < 0
            x = end if last else self._x[item]
            top = self.top(v) if last else self._top_of(item[2])
            half = (top - y) / 2
            path += f"C{at:g} {y + half:g} {x:g} {top - half:g} {x:g} {top:g}"
            at, y = x, top + BOX_HEIGHT
            if not last:
                path += f"V{y:g}"
        return path


def _half(item: Item) -> float:
    """Half the width of an item: a vertex is as wide as its box, a point has no width."""
    return BOX_WIDTH / 2 if item[1] < 0 else 0.0
