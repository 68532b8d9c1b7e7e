"""An architecture as a picture: SVG text. Of a micro architecture the cell, else the modules."""

from __future__ import annotations

from collections.abc import Sequence

from nasbench_db.architectures.characters import draw_bars
from nasbench_db.architectures.drawing import (
    CONV1X1,
    CONV3X3,
    EDGE_COLOUR,
    FIXED,
    MARGIN,
    SKIP,
    TEXT,
    Drawing,
    Kind,
    box,
    picture,
)
from nasbench_db.architectures.edge_drawing import draw_edges
from nasbench_db.transnas101.constants import (
    BASE_CHANNELS,
    MAX_REDUCING,
    STEM_REDUCTION,
)

_KINDS = {"none": None, "skip_connect": SKIP, "conv_1x1": CONV1X1, "conv_3x3": CONV3X3}

# All lengths are in pixels at the drawing's own size. A module is drawn in proportion to the side
# of its feature maps, and by a step wider each time that the channels are doubled.
_HIGHEST = 8 << MAX_REDUCING
_NARROWEST, _WIDER = 36, 12
_SPACE = 18
_LINE = 18  # what a line of text takes
_CENTRE = MARGIN + _LINE + _HIGHEST / 2
_BASE = _CENTRE + _HIGHEST / 2
_HEIGHT = _BASE + 2 * _LINE + MARGIN


def draw_cell(arch_str: str, ops: Sequence[str]) -> Drawing:
    """A picture of a micro architecture's cell.

    See :func:`~nasbench_db.architectures.edge_drawing.draw_edges`.

    Args:
        arch_str: the architecture's string.
        ops: the operations of the cell.
    """
    return draw_edges(f"TransNAS-Bench-101 cell {arch_str}", ops, _KINDS)


def draw_modules(arch_str: str, modules: Sequence[tuple[str, int, int]]) -> Drawing:
    """A picture of a macro architecture's modules.

    Modules are boxes
    from left to right, after the stem: as high as their feature maps have rows, the wider the
    more channels, with the channels above, and below the resolution as a share of the image's and
    the digit in the macro code. In the SVG, boxes have the attributes ``data-channels`` and
    ``data-reduction``.

    The same architecture gives the same text always. The background is transparent; the colours
    suit white and black ones.

    Args:
        arch_str: the architecture's string.
        modules: each module's digit, and the channels and the reduction of what comes out of it.
    """
    lines, sentences, bars = [f'<g {TEXT} fill="{EDGE_COLOUR}">'], [], []
    left = float(MARGIN)
    for name, channels, reduction in [("stem", BASE_CHANNELS, STEM_REDUCTION), *modules]:
        kind = FIXED if name == "stem" else CONV3X3
        doublings = (channels // BASE_CHANNELS).bit_length() - 1
        width = _NARROWEST + _WIDER * doublings
        lines += _block(name, kind, channels, reduction, left, width)
        left += width + _SPACE
        part = name if kind is FIXED else f"module of kind {name}"
        sentences.append(f"{part}: {channels} channels at 1/{reduction}")
        bars.append((name, float(channels), f"{channels} channels at 1/{reduction}"))
    return picture(
        f"TransNAS-Bench-101 macro architecture {arch_str}",
        f"From the image on, {'; '.join(sentences)}.",
        left - _SPACE + MARGIN,
        _HEIGHT,
        [*lines, "</g>"],
        draw_bars(bars),
    )


def _block(
    name: str, kind: Kind, channels: int, reduction: int, left: float, width: float
) -> list[str]:
    """The stem or a module: its box and what is written above and below it."""
    height = _HIGHEST * STEM_REDUCTION / reduction
    top, middle = _CENTRE - height / 2, left + width / 2
    data = f'data-channels="{channels}" data-reduction="{reduction}"'
    return [
        box(data, kind, left, top, width, height, radius=4),
        f'<text x="{middle:g}" y="{top - 6:g}">{channels}</text>',
        f'<text x="{middle:g}" y="{_BASE + _LINE - 2:g}">1/{reduction}</text>',
        f'<text x="{middle:g}" y="{_BASE + 2 * _LINE - 2:g}" font-size="11">{name}</text>',
    ]
