"""An architecture as a picture: SVG text. Of cells the nodes, else the stages."""

from __future__ import annotations

from collections.abc import Sequence

from nasbench_db.architectures.characters import draw_bars
from nasbench_db.architectures.drawing import (
    BOX_HEIGHT,
    CONV1X1,
    CONV3X3,
    EDGE_COLOUR,
    FIXED,
    MARGIN,
    OUTPUT,
    POOL,
    SKIP,
    TEXT,
    Drawing,
    Kind,
    box,
    label,
    picture,
)
from nasbench_db.nds.network import CellGraph, Stage

# All lengths are in pixels at the drawing's own size.
_NODE_WIDTH, _OP_WIDTH, _SPACE = 64, 150, 10
_SOURCE = 92  # what the name of an input takes
_LINE = 22
_CELL_WIDTH = _NODE_WIDTH + 2 * (_OP_WIDTH + _SOURCE) + 4 * _SPACE
_STAGE_WIDTH = 420


def draw_cells(name: str, cells: Sequence[CellGraph]) -> Drawing:
    """A picture of both cells, one below the other: a row for each node.

    A row has the node's number and its two operations, each with the input that it takes. Nodes
    that make up what comes out are dark. The same one gives the same text always. In the SVG,
    boxes have the attributes ``data-node`` and ``data-op``.

    Args:
        name: what the architecture is called.
        cells: the normal one and the one that reduces.
    """
    lines, sentences = [f'<g {TEXT} fill="{EDGE_COLOUR}">'], []
    top = float(MARGIN)
    for title, cell in zip(("normal", "reduce"), cells, strict=True):
        lines.append(f'<text x="{MARGIN + 24:g}" y="{top + 15:g}">{title}</text>')
        top += _LINE
        for node in range(len(cell.edges) // 2):
            lines += _row(node, cell, top)
            top += BOX_HEIGHT + _SPACE
            parts = [f"{op} of {_source(n)}" for op, n in cell.edges[2 * node : 2 * node + 2]]
            sentences.append(f"{title} node {node}: {' plus '.join(parts)}")
        sentences.append(f"{title} gives {', '.join(map(_source, cell.concat))}")
    height = top - _SPACE + MARGIN
    description, elements = f"{'; '.join(sentences)}.", [*lines, "</g>"]
    width = _CELL_WIDTH + 2 * MARGIN
    return picture(f"NDS {name}", description, width, height, elements, "\n".join(sentences))


def _row(node: int, cell: CellGraph, top: float) -> list[str]:
    """A node, and what it adds up."""
    kind = OUTPUT if node + 2 in cell.concat else FIXED
    middle = top + BOX_HEIGHT / 2 + 4.5
    lines = [
        box(f'data-node="{node}"', kind, MARGIN, top, _NODE_WIDTH),
        label(f"node {node}", kind, MARGIN + _NODE_WIDTH / 2, top),
    ]
    left = float(MARGIN + _NODE_WIDTH + _SPACE)
    for op, source in cell.edges[2 * node : 2 * node + 2]:
        look = _kind(op)
        lines += [
            box(f'data-op="{op}"', look, left, top, _OP_WIDTH),
            label(op, look, left + _OP_WIDTH / 2, top),
            f'<text x="{left + _OP_WIDTH + _SOURCE / 2:g}" y="{middle:g}">'
            f"of {_source(source)}</text>",
        ]
        left += _OP_WIDTH + _SOURCE + _SPACE
    return lines


def _source(number: int) -> str:
    return ("cell k-2", "cell k-1")[number] if number < 2 else f"node {number - 2}"


def _kind(op: str) -> Kind:
    if "pool" in op:
        return POOL
    if op in ("none", "skip_connect"):
        return SKIP
    return CONV1X1 if op == "conv_1x1" else CONV3X3


def draw_stages(name: str, family: str, stages: Sequence[Stage]) -> Drawing:
    """A picture of a network of blocks: a box for each stage, the stem above.

    The same one gives the same text always. In the SVG, boxes have the attributes ``data-depth``,
    ``data-width`` and ``data-stride``.

    Args:
        name: what the architecture is called.
        family: NNI's name of it.
        stages: the stem first.
    """
    lines, words = [f'<g {TEXT} fill="{EDGE_COLOUR}">'], []
    top = float(MARGIN)
    for place, stage in enumerate(stages):
        kind = CONV3X3 if place else FIXED
        text = f"stem, {stage.width} channels"
        if place:
            text = f"{stage.depth} blocks, {stage.width} channels, stride {stage.stride}"
            if family == "residual_bottleneck":
                text += f", {stage.multiplier:g} x inside, {stage.groups} groups"
        data = f'data-depth="{stage.depth}" data-width="{stage.width}"'
        data += f' data-stride="{stage.stride}"'
        lines.append(box(data, kind, MARGIN, top, _STAGE_WIDTH))
        lines.append(label(text, kind, MARGIN + _STAGE_WIDTH / 2, top))
        words.append(text)
        top += BOX_HEIGHT + _SPACE
    height = top - _SPACE + MARGIN
    told = enumerate(zip(stages, words, strict=True))
    title, width = f"NDS {family} {name}", _STAGE_WIDTH + 2 * MARGIN
    bars = [(f"stage {n}" if n else "stem", float(s.width), t) for n, (s, t) in told]
    description, elements = f"{'; '.join(words)}.", [*lines, "</g>"]
    return picture(title, description, width, height, elements, draw_bars(bars))
