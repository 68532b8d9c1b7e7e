"""What the pictures of all benchmarks share: SVG text, the colours, boxes and arrows."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

# All lengths are in pixels at a drawing's own size.
MARGIN = 12
BOX_WIDTH, BOX_HEIGHT = 156, 34
ARROW_LENGTH = 9
_ARROW_WIDTH = 8
_BASELINE = 4.5  # from the middle of a line of text down to its baseline

EDGE_COLOUR = "#7b8794"
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
TEXT = f'font-family="{_FONT}" font-size="13" text-anchor="middle"'
"""The attributes of a group of texts."""


@dataclass(frozen=True)
class Kind:
    """What a box can stand for, told by its looks.

    The text stands out from its filling by a contrast above 7; border and edges from white and
    from black by one above 3.

    Attributes:
        fill: the colour of the box.
        border: the colour of its border.
        text: the colour of what is written in it.
        round_ends: whether the box ends in half circles.
        thin: whether its border, and the edge that it lies on, are thin.
    """

    fill: str
    border: str
    text: str
    round_ends: bool = False
    thin: bool = False


# Each benchmark says which of its operations is which kind.
_GREY = ("#f1f3f5", "#7b8794", "#1b1f24")
INPUT = Kind(*_GREY, round_ends=True)
OUTPUT = Kind("#3b4450", "#8793a0", "#ffffff", round_ends=True)
CONV3X3 = Kind("#a9d0f5", "#3f86c6", "#10202f")
CONV1X1 = Kind("#fbd38d", "#c07f1c", "#2b1c04")
POOL = Kind("#b5e2b8", "#4a9a55", "#0f2612")
SKIP = Kind(*_GREY, thin=True)
FIXED = Kind(*_GREY)
"""A part of the network that is the same in all architectures."""


@dataclass(frozen=True)
class Drawing:
    """A picture of an architecture, shown by Jupyter as such.

    Attributes:
        title: one line that says what is drawn.
        svg: the picture, an ``<svg>`` element that stands as a file or within HTML. In those of
            cells, boxes of vertices have the attribute ``data-vertex``, edges have ``data-from``
            and ``data-to``.
        text: the same in characters, lines as a terminal shows them; printing gives it.
    """

    title: str
    svg: str = field(repr=False)
    text: str = field(repr=False)

    def __str__(self) -> str:
        return self.text

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the picture to an SVG file; one that is there is replaced."""
        Path(path).write_text(self.svg + "\n", encoding="utf-8")


def picture(
    title: str, description: str, width: float, height: float, lines: Iterable[str], text: str
) -> Drawing:
    """A drawing of some SVG elements.

    Args:
        title: one line.
        description: the picture in words, for those who do not see it.
        width: of the whole.
        height: of the whole.
        lines: the elements.
        text: the picture in characters; see :mod:`~nasbench_db.architectures.characters`.
    """
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img">',
        f"<title>{title}</title>",
        f"<desc>{description}</desc>",
        *lines,
        "</svg>",
    ]
    return Drawing(title, "\n".join(svg), text)


def box(
    data: str,
    kind: Kind,
    left: float,
    top: float,
    width: float,
    height: float = BOX_HEIGHT,
    radius: float = 7,
) -> str:
    """A rectangle with round corners.

    Args:
        data: its attributes that say what it stands for.
        kind: its looks.
        left: its left side.
        top: its upper side.
        width: from side to side.
        height: from the upper to the lower side.
        radius: of its corners, unless it has round ends.
    """
    return (
        f'<rect {data} x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" '
        f'rx="{height / 2 if kind.round_ends else radius:g}" fill="{kind.fill}" '
        f'stroke="{kind.border}" stroke-width="{1 if kind.thin else 1.5}"/>'
    )


def label(text: object, kind: Kind, middle: float, top: float, height: float = BOX_HEIGHT) -> str:
    """What is written at the middle of a box."""
    return (
        f'<text x="{middle:g}" y="{top + height / 2 + _BASELINE:g}" fill="{kind.text}">'
        f"{text}</text>"
    )


def vertex(v: int, name: str, kind: Kind, left: float, top: float) -> list[str]:
    """A vertex with a name: its box, the name, and its number at the left."""
    return [
        box(f'data-vertex="{v}"', kind, left, top, BOX_WIDTH),
        label(name, kind, left + BOX_WIDTH / 2, top),
        f'<text x="{left + 12:g}" y="{top + BOX_HEIGHT / 2 + _BASELINE - 0.5:g}" '
        f'fill="{kind.text}" font-size="10" opacity="0.7">{v}</text>',
    ]


def arrow(x: float, top: float) -> str:
    """A triangle that points down to a place on the upper side of a box, as SVG path data."""
    base = top - ARROW_LENGTH
    half = _ARROW_WIDTH / 2
    return f"M{x - half:g} {base:g}H{x + half:g}L{x:g} {top:g}Z"
