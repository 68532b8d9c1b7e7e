"""A size as a picture: SVG text, a bar for each layer, as high as the layer has channels."""

from __future__ import annotations

from collections.abc import Sequence

from nasbench_db.architectures.characters import draw_bars
from nasbench_db.architectures.drawing import (
    CONV3X3,
    EDGE_COLOUR,
    FIXED,
    MARGIN,
    TEXT,
    Drawing,
    box,
    picture,
)
from nasbench_db.natssss.constants import NUM_LAYERS, WIDTHS

# All lengths are in pixels at the drawing's own size.
_BAR_WIDTH, _SPACE = 44, 14
_PER_CHANNEL = 1.5
_LINE = 18  # what a line of text takes
_WIDTH = 2 * MARGIN + NUM_LAYERS * (_BAR_WIDTH + _SPACE) - _SPACE
_BASE = MARGIN + _LINE + WIDTHS[-1] * _PER_CHANNEL
_HEIGHT = _BASE + _LINE + MARGIN
_RADIUS = 4

# The kinds of layers, in turn: what each is called and drawn in.
_KINDS = (("cell", CONV3X3), ("block", FIXED))


def draw(channels: Sequence[int]) -> Drawing:
    """A picture of an architecture: the layers from left to right, cells and residual blocks.

    The same one gives the same text always. The background is transparent; the colours suit white
    and black ones. In the SVG, bars have the attribute ``data-channels``.

    Args:
        channels: those of each layer.
    """
    title = f"NATS-Bench size {':'.join(map(str, channels))}"
    named = [(_KINDS[layer % 2][0], width) for layer, width in enumerate(channels)]
    described = ", ".join(f"{name} of {width}" for name, width in named)
    text = draw_bars([(name, width, f"{width} channels") for name, width in named])
    lines = [
        f'<g {TEXT} fill="{EDGE_COLOUR}">',
        *(line for layer, width in enumerate(channels) for line in _bar(layer, width)),
        "</g>",
    ]
    description = f"Channels of the layers: {described}."
    return picture(title, description, _WIDTH, _HEIGHT, lines, text)


def _bar(layer: int, width: int) -> list[str]:
    """A layer: its bar, its channels above and its name below."""
    name, kind = _KINDS[layer % 2]
    left = MARGIN + layer * (_BAR_WIDTH + _SPACE)
    middle, height = left + _BAR_WIDTH / 2, width * _PER_CHANNEL
    top = _BASE - height
    return [
        box(f'data-channels="{width}"', kind, left, top, _BAR_WIDTH, height, _RADIUS),
        f'<text x="{middle:g}" y="{top - 6:g}">{width}</text>',
        f'<text x="{middle:g}" y="{_BASE + _LINE - 2:g}" font-size="11">{name}</text>',
    ]
