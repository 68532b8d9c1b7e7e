"""Figures of a benchmark, drawn with matplotlib: each function draws one and returns its Axes.

They take the same arguments as the functions of :mod:`nasbench_db.explore` to say which trials
they are about: ``benchmark`` or ``db``, ``where``, ``reduction``, and columns as keywords::

    scatter(benchmark="nasbench101", num_epochs=108)
    distribution("test_acc", dataset="cifar100", ax=ax)
    curves("train_acc", 11, 1462, dataset="cifar100", num_epochs=200).figure.savefig("curves.pdf")

``ax`` is where to draw: an Axes of yours, or None for a new figure that fits a column of a paper,
with text of 8 points. No figure is pyplot's, so none needs to be closed; no setting of
matplotlib's is changed; and in Jupyter the Axes of a new figure shows itself.

What is drawn are the values of the database, in its units, which the axes name. The title says
which trials they are of, and SYNTHETIC if they are made up; ``ax.set_title`` replaces it. Values
that are NULL or infinite are left out, and the title says how many. Where a few far values would
press all others together, the axis ends before them, and the title says how many points are
outside; ``ax.autoscale()`` shows them.

The figures are made for print: line styles, markers and lightness tell apart what colours do, on
paper without colours too; the dark end of a colour map is the better one; an arrow says where a
loss is better; and very many points are an image in vector formats. matplotlib comes with the
extra ``explore``.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from numbers import Real
from typing import IO, TYPE_CHECKING, Any, Literal

from nasbench_db.ask.tables import Table, import_extra
from nasbench_db.ask.trials import Trials
from nasbench_db.ask.words import Where
from nasbench_db.benchmarks import get, trials
from nasbench_db.errors import InvalidQuery
from nasbench_db.explore import learning_curve, pareto, rank_correlation
from nasbench_db.metrics import SPLITS, Metric, choose
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.marks import mark_of

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

__all__ = ["correlation", "curves", "distribution", "front", "new_axes", "scatter", "write"]

COLUMN_WIDTH = 3.5
"""The width of a column of a paper, in inches."""

FORMATS = {"png": ".png", "svg": ".svg", "pdf": ".pdf"}
"""The formats that :func:`write` knows, and how the names of such files end."""

MOST_LINES = 12
"""The most lines that can be told apart in one figure."""

MOST_STEPS = 2000
"""The most steps of a distribution; a larger one is drawn at so many of its quantiles."""

Objective = str | tuple[str, str]
"""A metric, for its own direction, or with ``max`` or ``min``: ``("latency", "min")``."""

Spread = Literal["range", "std"] | None
"""What the band around a curve is: from the least to the most; or the mean plus and minus the
standard deviation (divided by n); or None, for no band."""

_FONT_SIZE = 8.0
_DPI = 300  # of a PNG file, and of the images within a vector file
_DPI_SHOWN = 200

_MOST_MARKED = 15  # the most points of a curve that has markers
_MOST_DRAWN = 3000  # the most points that are drawn one by one

_MAP = "viridis"  # its lightness grows steadily, so that it is read without colours as well
_DARK = "#440154"  # its dark end
_LIGHT = "0.78"
_PALEST = 0.82  # where on the map a line can still be seen on white paper
_LINE_STYLES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
_MARKERS = "osD^vPX*"

_SIZES = ("parameters", "model_params")
_TIMES = ("training_time", "time_elapsed", "flops")  # what is computed stands in for time
_SAID = {"num_epochs": "{} epochs", "dataset": "{}", "task": "{}", "search_space": "{}"}
_HEADINGS = {"num_epochs": "epochs", "dataset": None, "task": None, "search_space": None}
_BANDS = {"range": ("min", "max"), "std": ("std",), None: ()}
_SPREADS = {"range": "mean and range", "std": "mean ± std", None: "mean"}
_FORMULA = re.compile(r"(?<!\\)\$.*?(?<!\\)\$")
_COEFFICIENTS = {"spearman": r"Spearman's $\rho$", "kendall": r"Kendall's $\tau_b$"}


def scatter(
    x: str | None = None,
    y: str | None = None,
    color: str | None = None,
    *,
    where: Where = None,
    benchmark: str | None = None,
    reduction: str | None = "mean",
    db: BenchmarkDatabase | None = None,
    ax: Axes | None = None,
    **equal: Any,
) -> Axes:
    """Draw a point for each architecture: two metrics, and a third one as its colour.

    By default parameters, training time and accuracy, as in the paper on NAS-Bench-101 (Ying et
    al., ICML 2019). Points lie over each other in a random order, always the same one, so that
    neither the good nor the bad ones cover the others.

    Args:
        x, y: the metrics; by default the parameters and the training time.
        color: the metric of the colours; by default what one selects by, or what one reports where
            there is no validation split.
        where, benchmark, reduction, db, equal: which trials; see :mod:`nasbench_db.explore`.
        ax: where to draw; see the top of this module.

    Returns:
        the Axes, whose newest collection are the points.

    Raises:
        InvalidQuery: an argument is none of these; or the epochs, data set or task is not said;
            or no architecture has all three values.
        MissingExtra: matplotlib is not installed.
    """
    ax = _checked(ax)
    asked = trials(benchmark, db, where=where, reduction=reduction, conditions=equal)
    asked = asked.at_one_fidelity()
    said = _Said(asked)
    names = (x or _first(asked, _SIZES), y or _first(asked, _TIMES), color or said.quality())
    metrics = [asked.metric(name) for name in names]
    values, left_out = _values(asked, metrics)
    _shuffle(values)
    low, high = _bounds(values[:, 2], tail=0.05)
    points = ax.scatter(
        values[:, 0],
        values[:, 1],
        c=values[:, 2],
        s=_size(len(values)),
        linewidths=0,
        vmin=low,
        vmax=high,
        cmap=_map(metrics[2].direction),
        rasterized=len(values) > _MOST_DRAWN,
    )
    _label(ax, _words(metrics[:1]), _words(metrics[1:2]))
    outside = _cut(ax, values[:, 0], values[:, 1])
    said.title(ax, said.counted(len(values), left_out, outside))
    cut = (low > values[:, 2].min(), high < values[:, 2].max())
    _bar(ax, points, _words(metrics[2:]), cut)
    return ax


def distribution(
    by: str | Sequence[str] | None = None,
    *,
    over: str | None = None,
    where: Where = None,
    benchmark: str | None = None,
    reduction: str | None = "mean",
    db: BenchmarkDatabase | None = None,
    ax: Axes | None = None,
    **equal: Any,
) -> Axes:
    """Draw which fraction of the architectures has at most a value: the empirical distribution.

    Args:
        by: a metric, by default what one selects by; or several, to draw a line for each.
        over: a column of the flat view, to draw a line for each of its values; by default the
            epochs, or the search space if no trials differ in their epochs. A list for it, such
            as ``num_epochs=[4, 108]``, says which.
        where, benchmark, reduction, db, equal: which trials; see :mod:`nasbench_db.explore`.
        ax: where to draw; see the top of this module.

    Returns:
        the Axes, with a line for each distribution: a step for each architecture, or of very many
        for each of :data:`MOST_STEPS` quantiles.

    Raises:
        InvalidQuery: an argument is none of these; or the epochs, data set or task is not said;
            or there are no values; or there are more lines than can be told apart.
        MissingExtra: matplotlib is not installed.
    """
    ax = _checked(ax)
    whole = trials(benchmark, db, where=where, reduction=reduction, conditions=equal)
    said = _Said(whole)
    by = by or said.quality()
    metrics = [whole.metric(name) for name in ([by] if isinstance(by, str) else by)]
    label = _words(metrics)
    if over is None:
        over = "num_epochs" if "num_epochs" in whole.tables.schema.fidelity else "search_space"
    found = _distinct(whole, over)
    said.vary(over, found)
    lines: list[tuple[str, np.ndarray]] = []
    left_out = 0
    for value in found:
        asked = whole.at(over, value).at_one_fidelity()
        for metric in metrics:
            values, missing = _values(asked, [metric], some=False)
            left_out += missing
            if len(values):  # a data set may lack a split that another one has
                words = [_short(metric)] if len(metrics) > 1 else []
                if len(found) > 1:
                    words.append(_say(over, value) if words else str(value))
                lines.append((", ".join(words), values[:, 0]))
    if not lines:
        raise InvalidQuery(_nothing(whole, metrics))
    _tell_apart(len(lines))
    for (text, values), style in zip(lines, _styles(len(lines)), strict=True):
        ax.plot(*_steps(values), drawstyle="steps-post", label=_printed(text), **style)
    bounds = [_bounds(values) for _, values in lines]
    low, high = min(low for low, _ in bounds), max(high for _, high in bounds)
    everything = [end for _, values in lines for end in (values.min(), values.max())]
    _limit(ax, "x", low, high, min(everything), max(everything))
    ax.set_ylim(0, 1.02)
    _label(ax, label, [f"fraction of {said.noun}"])
    if len(lines) > 1:
        _legend(ax, _HEADINGS.get(over, over) if len(metrics) == 1 else None)
    counts = {len(values) for _, values in lines}
    said.title(ax, said.counted((min(counts), max(counts)), left_out))
    return ax


def curves(
    metric: str,
    *archs: Any,
    labels: Sequence[str] | None = None,
    spread: Spread = "range",
    where: Where = None,
    benchmark: str | None = None,
    db: BenchmarkDatabase | None = None,
    ax: Axes | None = None,
    **equal: Any,
) -> Axes:
    """Draw how a metric goes during training: the mean over the trials, with their spread.

    Where several numbers of epochs, data sets or tasks are in scope, each has a line. An epoch
    without a value has no point.

    Args:
        metric: one that is recorded during training, such as ``valid_acc``.
        archs: the architectures, in any form that the benchmark's query helper takes.
        labels: what each of them is called; by default its string, its index, or the beginning of
            its hash.
        spread: what the band around a line is; see :data:`Spread`.
        where, benchmark, db, equal: which trials; see :mod:`nasbench_db.explore`.
        ax: where to draw; see the top of this module.

    Returns:
        the Axes, with a line for each curve: epochs, counted from 1, and means.

    Raises:
        InvalidArchitecture: one of ``archs`` is outside the search space.
        InvalidQuery: another argument is none of these; or an architecture has no values in
            question; or there are more lines than can be told apart.
        MissingExtra: matplotlib is not installed.
    """
    ax = _checked(ax)
    asked = trials(benchmark, db, where=where, reduction="mean", conditions=equal)
    said = _Said(asked)
    if not archs:
        raise InvalidQuery("no architecture is given; give one or more after the metric")
    if labels is not None and (isinstance(labels, str) or len(labels) != len(archs)):
        raise InvalidQuery(f"labels is {labels!r}; it must be a list of {len(archs)} texts")
    if spread is not None:
        choose("spread", spread, [name for name in _BANDS if name])
    which = {"metrics": [metric], "where": where, "benchmark": benchmark, "db": db, **equal}
    found: list[_Curve] = []
    for number, arch in enumerate(archs):
        tables = [
            learning_curve(arch, reduction=reduction, **which)
            for reduction in ("mean", *_BANDS[spread])
        ]
        of_arch = _split(tables, metric, asked, None if labels is None else labels[number])
        if not of_arch:
            raise InvalidQuery(
                f"no training of {arch!r} has values of {metric} by epoch where {asked}"
            )
        found += of_arch
    _tell_apart(len(found))
    differing = []
    for name in asked.tables.schema.fidelity:
        values = list(dict.fromkeys(curve.key[name] for curve in found))
        differing += [name] if len(values) > 1 else []
        said.vary(name, values)
    for number, (curve, style) in enumerate(zip(found, _styles(len(found)), strict=True)):
        words = [curve.arch] if len(archs) > 1 else []
        words += [_say(name, curve.key[name]) for name in differing]
        if len(curve.epochs) <= _MOST_MARKED:
            style |= {"marker": _MARKERS[number % len(_MARKERS)], "markersize": 4}
        ax.plot(curve.epochs, curve.mean, label=_printed(", ".join(words)), **style)
        if curve.low != curve.high:
            band = {"color": style["color"], "alpha": 0.25, "linewidth": 0}
            ax.fill_between(curve.epochs, curve.low, curve.high, **band)
    _label(ax, ["epoch"], _words([asked.metric(metric)]))
    locator = ax.xaxis.get_major_locator()
    if isinstance(locator, import_extra("matplotlib.ticker").MaxNLocator):
        locator.set_params(integer=True)
    if len(found) > 1:
        _legend(ax)
    counts = {count for curve in found for count in curve.trials}
    words = [_printed(found[0].arch)] if len(archs) == 1 else []
    span = _span(min(counts), max(counts))
    words += ["1 trial" if counts == {1} else f"{_SPREADS[spread]} of {span} trials"]
    said.title(ax, words)
    return ax


def correlation(
    by: str | tuple[str, str],
    x: Mapping[str, Any],
    y: Mapping[str, Any],
    *,
    method: str = "spearman",
    where: Where = None,
    benchmark: str | None = None,
    reduction: str = "mean",
    db: BenchmarkDatabase | None = None,
    ax: Axes | None = None,
    **equal: Any,
) -> Axes:
    """Draw one fidelity, data set or task against another, with the rank correlation.

    There is a point for each architecture, or, of more than a few thousand, hexagons whose colour
    says how many are in them.

    Args:
        by, x, y, method, where, benchmark, reduction, db, equal: as in
            :func:`nasbench_db.explore.rank_correlation`.
        ax: where to draw; see the top of this module.

    Returns:
        the Axes, whose newest collection are the points or the hexagons.

    Raises:
        InvalidQuery: as ``rank_correlation`` does.
        MissingExtra: matplotlib or scipy is not installed.
    """
    ax = _checked(ax)
    which = {"where": where, "benchmark": benchmark, "reduction": reduction, "db": db, **equal}
    found = rank_correlation(by, x, y, method=method, **which)
    asked = trials(benchmark, db, where=where, reduction=reduction, conditions=equal)
    said = _Said(asked)
    said.differ(*x, *y)
    values, left_out = _finite(found.values)
    if not len(values):
        raise InvalidQuery(f"no architecture has finite values of {by!r} on both sides")
    first, second = values.T
    inside = _inside(first) & _inside(second)
    if len(values) > _MOST_DRAWN:
        drawn = ax.hexbin(
            first[inside],
            second[inside],
            gridsize=(45, 30),
            bins="log",
            mincnt=1,
            cmap=_map("max"),
            edgecolors="face",
            linewidths=0.2,
        )
    else:
        ax.scatter(first, second, s=_size(len(values)), c=_DARK, alpha=0.5, linewidths=0)
    outside = _cut(ax, first, second)
    names = (by, by) if isinstance(by, str) else by
    said_of_axes = []
    for name, conditions in zip(names, (x, y), strict=True):
        words = [_say(column, value) for column, value in conditions.items()]
        said_of_axes.append(_words([asked.metric(name)], further=words))
    _label(ax, *said_of_axes)
    coefficient = "undefined" if found.value != found.value else f"= {found.value:.3f}"
    words = said.counted(len(values), left_out, outside)
    said.title(ax, [f"{_COEFFICIENTS[method]} {coefficient}", *words])
    if len(values) > _MOST_DRAWN:
        _bar(ax, drawn, [said.noun])
    return ax


def front(
    x: Objective | None = None,
    y: Objective | None = None,
    *,
    where: Where = None,
    benchmark: str | None = None,
    reduction: str | None = "mean",
    db: BenchmarkDatabase | None = None,
    ax: Axes | None = None,
    **equal: Any,
) -> Axes:
    """Draw the architectures that no other one beats in two metrics, among all: the Pareto front.

    The steps are the border of what is reached: behind it something is at least as good in both.

    Args:
        x, y: the metrics; by default the parameters, and what one selects by, or reports where
            there is no validation split.
        where, benchmark, reduction, db, equal: which trials; see :mod:`nasbench_db.explore`.
        ax: where to draw; see the top of this module.

    Returns:
        the Axes, whose newest line is the front, from left to right, and whose newest collection
        are all points.

    Raises:
        InvalidQuery: an argument is none of these; or the epochs, data set or task is not said;
            or no architecture has both values.
        MissingExtra: matplotlib is not installed.
    """
    ax = _checked(ax)
    asked = trials(benchmark, db, where=where, reduction=reduction, conditions=equal)
    asked = asked.at_one_fidelity()
    said = _Said(asked)
    objectives = [
        _objective(asked, x or _first(asked, _SIZES)),
        _objective(asked, y or said.quality()),
    ]
    metrics = [asked.metric(name) for name, _ in objectives]
    which = {"where": where, "benchmark": benchmark, "reduction": reduction, "db": db, **equal}
    best, _ = _finite(_stacked(pareto(objectives, **which), [metric.name for metric in metrics]))
    values, left_out = _values(asked, metrics)
    many = len(values) > _MOST_DRAWN
    size = _size(len(values))
    ax.scatter(values[:, 0], values[:, 1], s=size, c=_LIGHT, linewidths=0, rasterized=many)
    outside = _cut(ax, values[:, 0], values[:, 1])
    best = best[best[:, 1].argsort()]
    best = best[best[:, 0].argsort(kind="stable")]
    ax.plot(
        best[:, 0],
        best[:, 1],
        color=_DARK,
        linewidth=1.2,
        marker="o",
        markersize=3,
        drawstyle="steps-post" if objectives[0][1] == "min" else "steps-pre",
    )
    ways = [direction for _, direction in objectives]
    _label(
        ax, *(_words([metric], direction=way) for metric, way in zip(metrics, ways, strict=True))
    )
    count, *further = said.counted(len(values), left_out, outside)
    said.title(ax, [f"Pareto front: {len(best):,} of {count}", *further])
    return ax


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


def write(ax: Axes, file: IO[bytes], form: str) -> None:
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


def _checked(ax: Axes | None) -> Axes:
    """Where to draw."""
    if ax is None:
        return new_axes()
    kind: type[Axes] = import_extra("matplotlib.axes").Axes
    if not isinstance(ax, kind):
        raise InvalidQuery(
            f"ax is {ax!r}; it must be an Axes of matplotlib, or None for a new figure"
        )
    return ax


class _Said:
    """What the title of a figure says.

    Args:
        asked: which trials are drawn.
    """

    def __init__(self, asked: Trials) -> None:
        self._asked = asked
        self._schema = asked.tables.schema
        self._conditions: dict[str, Any] = {
            name: values[0] if len(values) == 1 else list(values)
            for name, values in asked.chosen.items()
        }
        self._conditions |= {**asked.ranges, **asked.bounds}
        # The one number of epochs, data set or task that the database has goes without saying,
        # but not without being told.
        for name in self._schema.fidelity:
            if name not in self._conditions:
                values = asked.distinct(name)
                self._conditions |= {name: values[0]} if len(values) == 1 else {}

    @property
    def noun(self) -> str:
        """What a point or step is."""
        return "architectures" if self._asked.reduction else "trials"

    def quality(self) -> str:
        """The metric that tells how good an architecture is, where none is given.

        Raises:
            InvalidQuery: it depends on a task that is not given.
        """
        reports = self._asked.tables.reports
        column = next(iter(reports.values())).column
        asked = self._conditions.get(column) if column else None
        report = reports.get(asked.lower()) if isinstance(asked, str) else None
        if report is not None:
            chosen = report.select_by if report.select_on == report.report_on else report.report_by
        else:
            selecting = {report.select_by or report.report_by for report in reports.values()}
            chosen = selecting.pop() if len(selecting) == 1 else None
        if chosen is None:
            raise InvalidQuery(
                f"which metric tells how good an architecture is, depends on the {column}: say "
                f"which {column}, or which metric"
            )
        return chosen

    def vary(self, name: str, values: Sequence[Any]) -> None:
        """Say of a column its one value, or nothing where lines tell its values."""
        self._conditions.pop(name, None)
        if len(values) == 1:
            self._conditions[name] = values[0]

    def differ(self, *names: str) -> None:
        """Say nothing of columns of which the axes tell."""
        for name in names:
            self._conditions.pop(name, None)

    def counted(self, count: int | tuple[int, int], left_out: int, outside: int = 0) -> list[str]:
        """How many there are in the figure, and not.

        Args:
            count: how many, or the least and the most.
            left_out: how many have no value that can be drawn.
            outside: how many are beyond the ends of the axes.
        """
        least, most = (count, count) if isinstance(count, int) else count
        reduction = self._asked.reduction
        words = [f"{_span(least, most)} {self.noun[:-1] if most == 1 else self.noun}"]
        words += [f"{reduction} of trials"] if reduction and self._schema.seed else []
        words += [f"{left_out:,} without value"] if left_out else []
        words += [f"{outside:,} outside"] if outside else []
        return words

    def title(self, ax: Axes, words: Sequence[str]) -> None:
        """Set the title.

        Args:
            ax: where; with the width that it has, or had before there was a colour bar.
            words: what else to say, which may have formulas.
        """
        which = [get(self._schema.benchmark).title.partition(" (")[0]]
        fidelity = self._schema.fidelity
        order = [name for name in fidelity if name in self._conditions]
        order += [name for name in self._conditions if name not in fidelity]
        which += [_say(name, self._conditions[name]) for name in order]
        texts = [*self._asked.inside, *self._asked.outside]
        if texts:
            which.append("where " + " ".join(" AND ".join(texts).split()))
        characters = _characters(ax, ax.bbox.width)
        lines = [*_lines(map(_printed, which), characters), *_lines(words, characters)]
        mark = mark_of(self._asked.database.provenance())
        if mark is not None:
            lines.insert(0, mark.short)
        ax.set_title("\n".join(lines), fontsize=_font_size(ax))


@dataclass
class _Curve:
    """One line of :func:`curves`.

    Attributes:
        arch: what its architecture is called.
        key: the epochs, data set or task of its trials.
        epochs: where it has values.
        mean, low, high: the values, and the ends of the band.
        trials: over how many trials each is.
    """

    arch: str
    key: dict[str, Any]
    epochs: list[int]
    mean: list[float]
    low: list[float]
    high: list[float]
    trials: list[int]


def _split(tables: Sequence[Table], metric: str, asked: Trials, label: str | None) -> list[_Curve]:
    """The curves of one architecture, in the order of their epochs, data sets or tasks.

    Args:
        tables: its means, and then nothing; or its least and highest values; or its deviations.
        metric: the metric.
        asked: which trials.
        label: what the architecture is called, if not by its own name.
    """
    found: dict[tuple[Any, ...], _Curve] = {}
    for row, *others in zip(*tables, strict=True):
        value = row[metric]
        band = [other[metric] for other in others]
        if len(band) == 1:
            (deviation,) = band
            band = [] if deviation is None else [value - deviation, value + deviation]
        low, high = band or (value, value)
        if value is None or not abs(value) + abs(low) + abs(high) < float("inf"):
            continue
        key = {name: row[name] for name in asked.tables.schema.fidelity}
        curve = found.get(tuple(key.values()))
        if curve is None:
            name = _name(row) if label is None else label
            curve = found[tuple(key.values())] = _Curve(name, key, [], [], [], [], [])
        curve.epochs.append(row["current_epoch"])
        curve.mean.append(value)
        curve.low.append(low)
        curve.high.append(high)
        curve.trials.append(row["num_trials"])
    return [found[key] for key in sorted(found)]


def _name(row: Mapping[str, Any]) -> str:
    """What an architecture is called: by its string, if that is short, its index or its hash."""
    text = row.get("arch_str")
    if text is not None and len(text) <= 24:
        return str(text)
    return (
        f"architecture {row['arch_index']}" if "arch_index" in row else f"cell {row['hash'][:8]}…"
    )


def _first(asked: Trials, names: Iterable[str]) -> str:
    """The one of some metrics that the benchmark has."""
    return next(name for name in names if name in asked.tables.metrics)


def _objective(asked: Trials, given: object) -> tuple[str, str]:
    """A metric and its better end."""
    pair = (given, None) if isinstance(given, str) else given
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise InvalidQuery(
            f"an objective is {given!r}; give a metric, or a pair such as ('latency', 'min')"
        )
    name, direction = pair
    return asked.metric(name).name, asked.direction(name, direction)


def _values(
    asked: Trials, metrics: Sequence[Metric], *, some: bool = True
) -> tuple[np.ndarray, int]:
    """The values of metrics, a row for each architecture, and how many have none.

    Args:
        asked: which trials.
        metrics: a column for each.
        some: whether there must be a row.

    Raises:
        InvalidQuery: there must be a row, and there is none.
    """
    names = [metric.name for metric in metrics]
    table = asked.table_of(asked.statement(list(dict.fromkeys(names))))
    values, left_out = _finite(_stacked(table, names))
    if some and not len(values):
        raise InvalidQuery(_nothing(asked, metrics))
    return values, left_out


def _stacked(table: Table, names: Sequence[str]) -> np.ndarray:
    """Columns of a table as those of an array."""
    import numpy as np

    found = table.to_numpy()
    return np.column_stack([found[name] for name in names])


def _finite(values: np.ndarray) -> tuple[np.ndarray, int]:
    """The rows that have finite values only, and how many others there are."""
    import numpy as np

    finite = np.isfinite(values).all(axis=1)
    return values[finite], int((~finite).sum())


def _nothing(asked: Trials, metrics: Sequence[Metric]) -> str:
    """Why there is nothing to draw."""
    names = " and ".join(metric.name for metric in metrics)
    rows = asked.statement([asked.key])
    ((count,),) = asked.table_of(rows.around("SELECT count(*) AS n FROM answer")).rows()
    if not count:
        return f"no trial matches: there is none where {asked}"
    return (
        f"there is nothing to draw: none of {count:,} "
        f"{'architectures' if asked.reduction else 'trials'} has a finite value of {names} where "
        f"{asked}; NULL means not measured"
    )


def _distinct(asked: Trials, name: str) -> list[Any]:
    """The values of a column, in their order.

    Args:
        asked: which trials.
        name: the column.

    Raises:
        InvalidQuery: there is no such column, or there are more values than can be told apart.
    """
    if asked.tables.role(name) == "metric":
        raise InvalidQuery(f"{name} is a metric; give a column that tells trials apart")
    values = asked.distinct(name)
    if len(values) > MOST_LINES:
        raise InvalidQuery(
            f"{name} has more values than the {MOST_LINES} lines that can be told apart; give "
            f"some of them as a list, such as {name}={values[:2]!r}, or another column"
        )
    return values


def _tell_apart(count: int) -> None:
    if count > MOST_LINES:
        raise InvalidQuery(
            f"there would be {count} lines, and more than {MOST_LINES} cannot be told apart; "
            "draw fewer"
        )


def _say(name: str, value: object) -> str:
    """A condition, for people."""
    if isinstance(value, tuple):
        low, high = value
        start = "" if low is None else f"{low} ≤ "
        return f"{start}{name}" + ("" if high is None else f" ≤ {high}")
    if isinstance(value, (list, set, frozenset)):
        value = " or ".join(map(str, value))
    if name == "num_epochs" and value == 1:
        return "1 epoch"
    return _SAID.get(name, f"{name} {{}}").format(value)


def _span(least: int, most: int) -> str:
    return f"{most:,}" if least == most else f"{least:,} to {most:,}"


def _printed(text: str) -> str:
    """A text as matplotlib prints it as it is."""
    text = text.replace("$", r"\$")
    if import_extra("matplotlib").rcParams["text.usetex"]:
        for character in "%#&_":
            text = text.replace(character, f"\\{character}")
    return text


def _words(
    metrics: Sequence[Metric], direction: str | None = None, further: Sequence[str] = ()
) -> list[str]:
    """What is written at an axis: what it is, with its unit, and where it is better.

    Args:
        metrics: one, or several on one axis.
        direction: ``max`` or ``min``, to tell it; otherwise it is told of a loss alone, or of
            another metric of quality that is better low.
        further: what else to say.

    Raises:
        InvalidQuery: the metrics do not fit on one axis.
    """
    if len({(metric.quantity, metric.unit) for metric in metrics}) != 1:
        names = ", ".join(metric.name for metric in metrics)
        raise InvalidQuery(f"{names} do not fit on one axis; give metrics of one quantity")
    metric = metrics[0]
    label = metric.label
    if len(metrics) > 1 and metric.split is not None:
        label = label.removeprefix(f"{SPLITS[metric.split]} ")
    if direction is None and metric.split is not None and metric.direction == "min":
        direction = "min"
    # In the font of formulas, since not all fonts have arrows.
    arrows = {"max": [r"better $\rightarrow$"], "min": [r"$\leftarrow$ better"], None: []}
    return [*map(_printed, [label, *further]), *arrows[direction]]


def _short(metric: Metric) -> str:
    """What a metric is called among others of its quantity."""
    return metric.title if metric.split is None else SPLITS[metric.split]


def _lines(words: Iterable[str], characters: int) -> list[str]:
    """Words with commas between them, in lines; cut within a word only if that is too long."""
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]}, {word}" if lines else word
        if lines and len(_FORMULA.sub("x", longer)) <= characters:
            lines[-1] = longer
        else:
            lines[-1:] = [f"{line}," for line in lines[-1:]]
            lines += textwrap.wrap(word, characters) or [word]
    return lines


def _characters(ax: Axes, pixels: float) -> int:
    """About how many characters fit in a length."""
    return max(20, int(pixels / ax.figure.dpi * 72 / (0.47 * _font_size(ax))))


def _font_size(ax: Axes) -> float:
    """The size of all text of a figure: that of the axes' labels, in points."""
    return float(ax.xaxis.label.get_fontsize())


def _label(ax: Axes, x: Sequence[str], y: Sequence[str]) -> None:
    ax.set_xlabel("\n".join(_lines(x, _characters(ax, ax.bbox.width))))
    ax.set_ylabel("\n".join(_lines(y, _characters(ax, 0.75 * ax.bbox.height))))


def _legend(ax: Axes, title: str | None = None) -> None:
    size = _font_size(ax)
    ax.legend(
        title=None if title is None else _printed(title),
        fontsize=size,
        title_fontsize=size,
        handlelength=2.4,
        labelspacing=0.25,
        framealpha=0.7,
    )


def _bar(
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
    label = "\n".join(_lines(words, _characters(ax, 0.75 * ax.bbox.height)))
    bar.set_label(label, fontsize=size)
    bar.ax.tick_params(labelsize=size)
    bar.ax.yaxis.get_offset_text().set_fontsize(size)


def _map(direction: str | None) -> str:
    """The colour map whose dark end is the better one."""
    return _MAP if direction == "min" else f"{_MAP}_r"


def _styles(count: int) -> list[dict[str, Any]]:
    """Lines that can be told apart, the last one the darkest."""
    colors = import_extra("matplotlib").colormaps[_MAP]
    return [
        {
            "color": colors(_PALEST * place / max(count - 1, 1)),
            "linestyle": _LINE_STYLES[place % len(_LINE_STYLES)],
            "linewidth": 1.4,
        }
        for place in reversed(range(count))
    ]


def _size(count: int) -> float:
    """The area of one of many points, in square points."""
    return float(min(14.0, max(0.8, 170 / count**0.5)))


def _shuffle(values: np.ndarray) -> None:
    """Bring rows into a random order, always the same one."""
    import numpy as np

    np.random.default_rng(0).shuffle(values)


def _steps(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The steps of an empirical distribution: values, and which fraction is at most so much."""
    import numpy as np

    values = np.sort(values)
    count = len(values)
    places = np.arange(count)
    if count > MOST_STEPS:
        places = np.linspace(0, count - 1, MOST_STEPS).round().astype(int)
    # The first one goes up from 0.
    return np.append(values[0], values[places]), np.append(0, (places + 1) / count)


def _bounds(values: np.ndarray, tail: float = 0.01) -> tuple[float, float]:
    """Where an axis ends: at the least and the highest value, or before values that are far off.

    They are far off if they are the outermost ones, and farther from the others than those are
    apart.

    Args:
        values: what is drawn.
        tail: which fraction of them may be cut off, at each end.
    """
    import numpy as np

    least, most = float(values.min()), float(values.max())
    low, high = (float(bound) for bound in np.quantile(values, (tail, 1 - tail)))
    spread = high - low
    if spread > 0:
        least = low - 0.05 * spread if low - least > spread else least
        most = high + 0.05 * spread if most - high > spread else most
    return least, most


def _inside(values: np.ndarray) -> np.ndarray:
    low, high = _bounds(values)
    inside: np.ndarray = (values >= low) & (values <= high)
    return inside


def _cut(ax: Axes, x: np.ndarray, y: np.ndarray) -> int:
    """End the axes where most points end, and tell how many are outside."""
    for axis, values in (("x", x), ("y", y)):
        _limit(ax, axis, *_bounds(values), float(values.min()), float(values.max()))
    return int((~(_inside(x) & _inside(y))).sum())


def _limit(ax: Axes, axis: str, low: float, high: float, least: float, most: float) -> None:
    """Let an axis end at ``low`` or ``high`` where that is before ``least`` or ``most``."""
    if low > least or high < most:
        margin = 0.05 * (high - low)
        ends = (low - margin * (low == least), high + margin * (high == most))
        ax.set(**{f"{axis}lim": ends})
