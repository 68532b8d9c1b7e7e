"""Pictures of cells with operations on edges: each node and edge at the same place in all.

All cells are the same graph, so there is nothing to lay out: nodes are one below the other, edges
to the next node go straight down, and the others pass at the sides, where no two cross. What
differs is the operations. What computes something is a box on a thick edge, a skip is a grey box
on a thin edge, and where there is no operation only dots remain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nasbench_db.architectures.characters import draw_graph
from nasbench_db.architectures.drawing import (
    ARROW_LENGTH,
    BOX_HEIGHT,
    BOX_WIDTH,
    EDGE_COLOUR,
    INPUT,
    MARGIN,
    OUTPUT,
    TEXT,
    Drawing,
    Kind,
    arrow,
    box,
    label,
    picture,
    vertex,
)
from nasbench_db.architectures.edges import EDGES, NODES

Edge = tuple[int, int]

# All lengths are in pixels at the drawing's own size. Rows hold a node and the middles of edges
# in turn: node 0 is in row 0, node 1 in row 2, and so on.
_ROW = BOX_HEIGHT + 32
_LABEL_WIDTH, _LABEL_HEIGHT = 108, 30
_NODE_WIDTH = 64
_TURN = 32  # how far down an edge goes while it goes aside
_NEAR, _FAR = 108, 186  # how far aside edges pass that skip one node, and two
_CENTRE = MARGIN + _LABEL_WIDTH / 2 + _NEAR
_WIDTH = _CENTRE + _FAR + _LABEL_WIDTH / 2 + MARGIN
_HEIGHT = 6 * _ROW + BOX_HEIGHT + 2 * MARGIN

_DOTS = 'stroke-width="1.5" stroke-dasharray="0.1 6" stroke-linecap="round" opacity="0.6"'

# For each edge: where it leaves its source, where it passes and where it enters its target, all
# from the middle to the right, and the row of its label.
_PLACES = {
    (0, 1): (0, 0, 0, 1),
    (0, 2): (-58, -_NEAR, -16, 2),
    (1, 2): (0, 0, 0, 3),
    (0, 3): (58, _FAR, 56, 3),
    (1, 3): (16, _NEAR, 28, 4),
    (2, 3): (0, 0, 0, 5),
}


def draw_edges(title: str, ops: Sequence[str], kinds: Mapping[str, Kind | None]) -> Drawing:
    """A cell's picture, the input on top and the output at the bottom.

    The same cell gives the same text always. The background is transparent; the colours suit
    white and black ones. In the SVG, nodes have the attribute ``data-vertex``; the lines and
    boxes of edges have ``data-from`` and ``data-to``.

    Args:
        title: one line that says which cell it is.
        ops: the name of the operation of each of ``EDGES``.
        kinds: for each name its kind, or None if it is no operation.
    """
    edges = [(edge, op, kinds[op]) for edge, op in zip(EDGES, ops, strict=True)]
    description = " ".join(f"Edge from {u} to {v}: {op}." for (u, v), op, _ in edges)
    arrows = "".join(_arrow(edge) for edge, _, kind in edges if kind)
    lines = [
        f'<g fill="none" stroke="{EDGE_COLOUR}">',
        *(_line(edge, kind) for edge, _, kind in edges),
        "</g>",
        f'<path fill="{EDGE_COLOUR}" d="{arrows}"/>',
        f"<g {TEXT}>",
        *vertex(0, "input", INPUT, _CENTRE - BOX_WIDTH / 2, _top(0)),
        *_node(1),
        *_node(2),
        *vertex(3, "output", OUTPUT, _CENTRE - BOX_WIDTH / 2, _top(6)),
        *(line for edge, op, kind in edges if kind for line in _operation(edge, op, kind)),
        "</g>",
    ]
    there = [(edge, op) for edge, op, kind in edges if kind]
    return picture(title, description, _WIDTH, _HEIGHT, lines, _in_characters(there))


def _in_characters(operations: Sequence[tuple[Edge, str]]) -> str:
    """The cell as a graph in which operations are vertices, each above the node it leads to."""
    names, edges, nodes = ["0 input"], [], [0]
    for node in range(1, NODES):
        own = [(u, op) for (u, v), op in operations if v == node]
        first = len(names)
        edges += [(nodes[u], first + place) for place, (u, _) in enumerate(own)]
        names += [op for _, op in own]
        nodes.append(len(names))
        edges += [(first + place, nodes[node]) for place in range(len(own))]
        names.append(f"{node} output" if node == NODES - 1 else str(node))
    return draw_graph(names, edges)


def _top(row: int) -> float:
    """The upper side of a node in a row."""
    return MARGIN + row * _ROW


def _line(edge: Edge, kind: Kind | None) -> str:
    """An edge: aside after it leaves its source, upright past its label, and back."""
    source, target = edge
    leaves, passes, enters = (_CENTRE + aside for aside in _PLACES[edge][:3])
    start = _top(2 * source) + BOX_HEIGHT
    end = _top(2 * target) - ARROW_LENGTH
    half = _TURN / 2
    style = f'stroke-width="{1 if kind.thin else 2.2}"' if kind else _DOTS
    return (
        f'<path data-from="{source}" data-to="{target}" {style} '
        f'd="M{leaves:g} {start:g}'
        f"C{leaves:g} {start + half:g} {passes:g} {start + half:g} {passes:g} {start + _TURN:g}"
        f"V{end - _TURN:g}"
        f'C{passes:g} {end - half:g} {enters:g} {end - half:g} {enters:g} {end:g}"/>'
    )


def _arrow(edge: Edge) -> str:
    return arrow(_CENTRE + _PLACES[edge][2], _top(2 * edge[1]))


def _node(v: int) -> list[str]:
    """An inner node: a box with round ends and its number."""
    top = _top(2 * v)
    return [
        box(f'data-vertex="{v}"', INPUT, _CENTRE - _NODE_WIDTH / 2, top, _NODE_WIDTH),
        label(v, INPUT, _CENTRE, top),
    ]


def _operation(edge: Edge, op: str, kind: Kind) -> list[str]:
    """An operation: a box on its edge and its name."""
    data = f'data-from="{edge[0]}" data-to="{edge[1]}"'
    middle = _CENTRE + _PLACES[edge][1]
    top = _top(_PLACES[edge][3]) + (BOX_HEIGHT - _LABEL_HEIGHT) / 2
    return [
        box(data, kind, middle - _LABEL_WIDTH / 2, top, _LABEL_WIDTH, _LABEL_HEIGHT),
        label(op, kind, middle, top, _LABEL_HEIGHT),
    ]
