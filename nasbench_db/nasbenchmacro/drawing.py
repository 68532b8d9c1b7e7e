"""An architecture as a picture: SVG text, a row of layers for each stage."""

from __future__ import annotations

from collections.abc import Sequence

from nasbench_db.architectures.drawing import (
    BOX_HEIGHT,
    CONV1X1,
    CONV3X3,
    EDGE_COLOUR,
    MARGIN,
    SKIP,
    TEXT,
    Drawing,
    box,
    label,
    picture,
)
from nasbench_db.nasbenchmacro.constants import STAGES
from nasbench_db.nasbenchmacro.network import WIDTHS

_KINDS = {"Identity": SKIP, "MB3_K3": CONV1X1, "MB6_K5": CONV3X3}

# All lengths are in pixels at the drawing's own size.
_BOX_WIDTH, _SPACE = 84, 12
_SIDE = 88  # what the name of a stage takes
_WIDTH = 2 * MARGIN + _SIDE + max(STAGES) * (_BOX_WIDTH + _SPACE) - _SPACE
_HEIGHT = 2 * MARGIN + len(STAGES) * (BOX_HEIGHT + _SPACE) - _SPACE


def draw(arch_str: str, ops: Sequence[str]) -> Drawing:
    """A picture of an architecture: its stages from above, and their layers from left to right.

    The same one gives the same text always. The background is transparent; the colours suit white
    and black ones. In the SVG, boxes have the attribute ``data-op``.

    Args:
        arch_str: its code.
        ops: the operation of each layer.
    """
    lines, sentences, rows = [f'<g {TEXT} fill="{EDGE_COLOUR}">'], [], []
    layers = iter(ops)
    for stage, (count, width) in enumerate(zip(STAGES, WIDTHS, strict=True)):
        top = MARGIN + stage * (BOX_HEIGHT + _SPACE)
        middle = top + BOX_HEIGHT / 2 + 4
        lines.append(f'<text x="{MARGIN + _SIDE / 2:g}" y="{middle:g}">{width} channels</text>')
        names = [next(layers) for _ in range(count)]
        for place, name in enumerate(names):
            left, kind = MARGIN + _SIDE + place * (_BOX_WIDTH + _SPACE), _KINDS[name]
            lines.append(box(f'data-op="{name}"', kind, left, top, _BOX_WIDTH))
            lines.append(label(name, kind, left + _BOX_WIDTH / 2, top))
        sentences.append(f"{width} channels: {', '.join(names)}")
        rows.append("  ".join([f"{width:>3} channels", *(f"[{n:^8}]" for n in names)]))
    title = f"NAS-Bench-Macro {arch_str}"
    description = f"{'; '.join(sentences)}."
    elements, text = [*lines, "</g>"], "\n".join(rows)
    return picture(title, description, _WIDTH, _HEIGHT, elements, text)
