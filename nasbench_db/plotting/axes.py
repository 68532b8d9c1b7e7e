"""How figures look: their size, text, colours, lines, and where their axes end."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial
from numbers import Real
from typing import IO, TYPE_CHECKING, Any, Literal

from nasbench_db.ask.tables import import_extra
from nasbench_db.errors import InvalidQuery
from nasbench_db.metrics import choose
from nasbench_db.plotting.values import ends_of, within_ends
from nasbench_db.plotting.words import as_printed, in_lines

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

COLUMN_WIDTH = 3.5
"""The width of a column of a paper, in inches."""

Format = Literal["png", "svg", "pdf"]
"""A format of :func:`write`."""

FORMATS = {"png": ".png", "svg": ".svg", "pdf": ".pdf"}
"""The formats that :func:`write` knows, and how the names of such files end."""

_FONT_SIZE = 8.0

_DPI = 300  # of a PNG file, and of the images within a vector file

_DPI_SHOWN = 200

MAP = "viridis"  # its lightness grows steadily, so that it is read without colours as well

DARK = "#440154"  # its dark end

LIGHT = "0.78"

_PALEST = 0.82  # where on the map a line can still be seen on white paper

_LINE_STYLES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))

MARKERS = "osD^vPX*"


def new_axes(width: float = COLUMN_WIDTH, height: float | None = None) -> Axes:
    """The Axes of a new figure for print, with text of 8 points, which no pyplot knows.

    In Jupyter it shows itself, as the last expression of a cell.

    Args:
        width: of the figure, in inches; by default that of a column of a paper.
        height: in inches; by default four fifths of the width, but no more than 4.2.

    Raises:
        InvalidQuery: a length is not a number of inches from 0.5 to 100.
        MissingExtra: matplotlib is not installed.
    """
    height = 0.8 * min(width, 1.5 * COLUMN_WIDTH) if height is None else height
    for name, length in (("width", width), ("height", height)):
        if not isinstance(length, Real) or not 0.5 <= length <= 100:
            raise InvalidQuery(
                f"{name} is {length!r}; it must be a number of inches from 0.5 to 100"
            )
    figure = import_extra("matplotlib.figure").Figure((width, height), layout="constrained")
    import_extra("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
    ax: Axes = figure.add_subplot()
    ax.tick_params(labelsize=_FONT_SIZE)
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set_fontsize(_FONT_SIZE)
        axis.get_offset_text().set_fontsize(_FONT_SIZE)
    # More labels than so many would touch each other if they have many digits.
    ax.locator_params("x", nbins=max(2, int(1.75 * width)))
    # Jupyter asks an object for this; without pyplot it knows of no figures.
    for shown in (figure, ax):
        setattr(shown, "_repr_png_", partial(_png, ax))  # noqa: B010
    return ax


def write(ax: Axes, file: IO[bytes], form: Format) -> None:
    """Write the figure of an Axes to an open file: the same bytes for the same figure.

    Nothing in it depends on the time, and letters are letters in PDF (TrueType), as publishers
    ask.

    Args:
        ax: the Axes.
        file: an open binary file.
        form: one of :data:`FORMATS`.

    Raises:
        InvalidQuery: there is no such format.
        MissingExtra: matplotlib is not installed.
    """
    choose("format", form, FORMATS)
    dates = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}
    settings = {"svg.hashsalt": "nasbench_db", "pdf.fonttype": 42}
    with import_extra("matplotlib").rc_context(settings):
        ax.figure.canvas.print_figure(file, format=form, dpi=_DPI, metadata=dates[form])


def _png(ax: Axes) -> bytes:
    """The figure as Jupyter shows it."""
    file = io.BytesIO()
    ax.figure.canvas.print_figure(file, format="png", dpi=_DPI_SHOWN)
    return file.getvalue()


def checked_axes(ax: Axes | None) -> Axes:
    """Where to draw."""
    if ax is None:
        return new_axes()
    kind: type[Axes] = import_extra("matplotlib.axes").Axes
    if not isinstance(ax, kind):
        raise InvalidQuery(
            f"ax is {ax!r}; it must be an Axes of matplotlib, or None for a new figure"
        )
    return ax


def _characters(ax: Axes, pixels: float) -> int:
    """About how many characters fit in a length."""
    return max(20, int(pixels / ax.figure.dpi * 72 / (0.47 * _font_size(ax))))


def _font_size(ax: Axes) -> float:
    """The size of all text of a figure: that of the axes' labels, in points."""
    return float(ax.xaxis.label.get_fontsize())


def set_title(ax: Axes, warning: str | None, which: Sequence[str], words: Sequence[str]) -> None:
    """Set the title.

    Args:
        ax: where; with the width that it has, or had before there was a colour bar.
        warning: a line before all others.
        which: which trials are drawn; as matplotlib prints it, like all else.
        words: what else to say, which may have formulas.
    """
    characters = _characters(ax, ax.bbox.width)
    lines = [*([warning] if warning else []), *in_lines(which, characters)]
    ax.set_title("\n".join([*lines, *in_lines(words, characters)]), fontsize=_font_size(ax))


def label_axes(ax: Axes, x: Sequence[str], y: Sequence[str]) -> None:
    ax.set_xlabel("\n".join(in_lines(x, _characters(ax, ax.bbox.width))))
    ax.set_ylabel("\n".join(in_lines(y, _characters(ax, 0.75 * ax.bbox.height))))


def add_legend(ax: Axes, title: str | None = None, loc: Any = "best") -> None:
    size = _font_size(ax)
    ax.legend(
        title=None if title is None else as_printed(title),
        loc=loc,
        fontsize=size,
        title_fontsize=size,
        handlelength=2.4,
        labelspacing=0.25,
        framealpha=0.7,
    )


def color_bar(
    ax: Axes, drawn: Any, words: Sequence[str], cut: tuple[bool, bool] = (False, False)
) -> None:
    """Add a colour bar.

    Args:
        ax: the Axes, which gives some of its width.
        drawn: what is coloured.
        words: what is written beside it.
        cut: whether values below and above its ends have the colours of the ends.
    """
    extend = {(True, True): "both", (True, False): "min", (False, True): "max"}.get(cut, "neither")
    bar = ax.figure.colorbar(drawn, ax=ax, extend=extend)
    size = _font_size(ax)
    label = "\n".join(in_lines(words, _characters(ax, 0.75 * ax.bbox.height)))
    bar.set_label(label, fontsize=size)
    bar.ax.tick_params(labelsize=size)
    bar.ax.yaxis.get_offset_text().set_fontsize(size)


def line_styles(count: int) -> list[dict[str, Any]]:
    """Lines that can be told apart, the last one the darkest."""
    colors = import_extra("matplotlib").colormaps[MAP]
    return [
        {
            "color": colors(_PALEST * place / max(count - 1, 1)),
            "linestyle": _LINE_STYLES[place % len(_LINE_STYLES)],
            "linewidth": 1.4,
        }
        for place in reversed(range(count))
    ]


def point_size(count: int) -> float:
    """The area of one of many points, in square points."""
    return float(min(14.0, max(0.8, 170 / count**0.5)))


def end_axes(ax: Axes, x: np.ndarray, y: np.ndarray) -> int:
    """End the axes where most points end, and tell how many are outside."""
    for axis, values in (("x", x), ("y", y)):
        limit_axis(ax, axis, *ends_of(values), float(values.min()), float(values.max()))
    return int((~(within_ends(x) & within_ends(y))).sum())


def limit_axis(ax: Axes, axis: str, low: float, high: float, least: float, most: float) -> None:
    """Let an axis end at ``low`` or ``high`` where that is before ``least`` or ``most``."""
    if low > least or high < most:
        margin = 0.05 * (high - low)
        ends = (low - margin * (low == least), high + margin * (high == most))
        ax.set(**{f"{axis}lim": ends})
