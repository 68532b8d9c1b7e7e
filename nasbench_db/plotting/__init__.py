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
which trials they are of, SYNTHETIC if they are made up, and that they are of test images where
nobody asked for such by name, or a front selects by them; ``ax.set_title`` replaces it. Values
that are NULL or infinite are left out, and the title says how many. Where a few far values would
press all others together, the axis ends before them, and the title says how many points are
outside; ``ax.autoscale()`` shows them.

The figures are made for print: line styles, markers and lightness tell apart what colours do, on
paper without colours too; light colours are high values; an arrow says where a
loss is better; and very many points are an image in vector formats. matplotlib comes with the
extra ``explore``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

from nasbench_db import explore
from nasbench_db.ask.tables import import_extra
from nasbench_db.ask.words import Reduction, Where
from nasbench_db.benchmarks import get, trials
from nasbench_db.errors import InvalidQuery
from nasbench_db.explore import Method, Sentinels, learning_curve, pareto, rank_correlation
from nasbench_db.metrics import Direction, choose
from nasbench_db.plotting.axes import (
    COLUMN_WIDTH,
    DARK,
    FORMATS,
    LIGHT,
    MAP,
    MARKERS,
    add_legend,
    checked_axes,
    color_bar,
    end_axes,
    label_axes,
    limit_axis,
    line_styles,
    new_axes,
    point_size,
    set_title,
    write,
)
from nasbench_db.plotting.trajectories import bands_of
from nasbench_db.plotting.values import (
    BANDS,
    MOST_LINES,
    MOST_STEPS,
    SIZES,
    TIMES,
    Curve,
    Spread,
    bars_of,
    curves_of,
    ends_of,
    finite_rows,
    first_of,
    lines_over,
    nothing_to_draw,
    objective_of,
    shuffled,
    stacked,
    steps_of,
    tell_apart,
    values_of,
    within_ends,
)
from nasbench_db.plotting.words import (
    COEFFICIENTS,
    HEADINGS,
    REGRETS,
    SEARCHES,
    SPREADS,
    Said,
    as_printed,
    axis_words,
    said_of_runs,
    say,
    short_title,
    span_of,
)
from nasbench_db.simulation.rows import Rows, read_rows
from nasbench_db.store.database import BenchmarkDatabase

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

__all__ = [
    "COLUMN_WIDTH",
    "FORMATS",
    "MOST_LINES",
    "MOST_STEPS",
    "correlation",
    "correlations",
    "curves",
    "distribution",
    "front",
    "new_axes",
    "scatter",
    "trajectory",
    "write",
]

Objective = str | tuple[str, Direction]
"""A metric, for its own direction, or with ``max`` or ``min``: ``("latency", "min")``."""

_MOST_MARKED = 15  # the most points of a curve that has markers

_LEAST_DRAWN = 1e-4  # of the highest regret, how much the lowest is that a figure has
_BELOW = 0.8  # of the lowest, where the axis begins

_MOST_DRAWN = 3000  # the most points that are drawn one by one


def scatter(
    x: str | None = None,
    y: str | None = None,
    color: str | None = None,
    *,
    where: Where = None,
    benchmark: str | None = None,
    reduction: Reduction | None = "mean",
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
            there is no validation split. Where the trials have no value of that, points have one
            colour, and the title says so.
        where, benchmark, reduction, db, equal: which trials; see :mod:`nasbench_db.explore`.
        ax: where to draw; see the top of this module.

    Returns:
        the Axes, whose newest collection are the points.

    Raises:
        InvalidQuery: an argument is none of these; or the epochs, data set or task is not said;
            or no architecture has all values.
        MissingExtra: matplotlib is not installed.
    """
    ax = checked_axes(ax)
    asked = trials(benchmark, db, where=where, reduction=reduction, conditions=equal)
    asked = asked.at_one_fidelity()
    said = Said(asked)
    names = [x or first_of(asked, SIZES), y or first_of(asked, TIMES)]
    metrics = [asked.metric(name) for name in names]
    quality = color or said.quality()
    colored = color is not None or asked.has(quality)
    if colored:
        metrics.append(asked.metric(quality))
    values, left_out = values_of(asked, metrics)
    values = shuffled(values)
    of_points: dict[str, Any] = {"color": DARK}
    low, high = ends_of(values[:, -1], tail=0.05)
    if colored:
        of_points = {"c": values[:, 2], "vmin": low, "vmax": high, "cmap": MAP}
    points = _add_points(ax, values, **of_points)
    label_axes(ax, axis_words(metrics[:1]), axis_words(metrics[1:2]))
    outside = end_axes(ax, values[:, 0], values[:, 1])
    words = said.counted(len(values), left_out, outside)
    if color is None:
        words += (
            said.on_test(metrics[2:]) if colored else [f"no {as_printed(quality)} to color by"]
        )
    set_title(ax, said.warning, said.which(), words)
    if not colored:
        return ax
    cut = (low > values[:, 2].min(), high < values[:, 2].max())
    color_bar(ax, points, axis_words(metrics[2:]), cut)
    return ax


def _add_points(ax: Axes, values: np.ndarray, **how: Any) -> Any:
    """Draw a point for each row, and give their collection."""
    many = len(values) > _MOST_DRAWN
    size = point_size(len(values))
    points = ax.scatter(values[:, 0], values[:, 1], s=size, linewidths=0, rasterized=many, **how)
    if many:
        from nasbench_db.plotting.cloud import Cloud  # which imports matplotlib

        points.__class__ = Cloud  # all else of it is as matplotlib makes it
    return points


def distribution(
    by: str | Sequence[str] | None = None,
    *,
    over: str | None = None,
    where: Where = None,
    benchmark: str | None = None,
    reduction: Reduction | None = "mean",
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
    ax = checked_axes(ax)
    whole = trials(benchmark, db, where=where, reduction=reduction, conditions=equal)
    said = Said(whole)
    chosen = by is None
    by = by or said.quality()
    metrics = [whole.metric(name) for name in ([by] if isinstance(by, str) else by)]
    label = axis_words(metrics)
    if over is None:
        over = "num_epochs" if "num_epochs" in whole.tables.schema.fidelity else "search_space"
    found = lines_over(whole, over)
    said.vary(over, found)
    lines: list[tuple[str, np.ndarray]] = []
    left_out = 0
    for value in found:
        asked = whole.at(over, value).at_one_fidelity()
        for metric in metrics:
            values, missing = values_of(asked, [metric], some=False)
            left_out += missing
            if len(values):  # a data set may lack a split that another one has
                words = [short_title(metric)] if len(metrics) > 1 else []
                if len(found) > 1:
                    words.append(say(over, value) if words else str(value))
                lines.append((", ".join(words), values[:, 0]))
    if not lines:
        raise InvalidQuery(nothing_to_draw(whole, metrics))
    tell_apart(len(lines))
    for (text, values), style in zip(lines, line_styles(len(lines)), strict=True):
        ax.plot(*steps_of(values), drawstyle="steps-post", label=as_printed(text), **style)
    bounds = [ends_of(values) for _, values in lines]
    low, high = min(low for low, _ in bounds), max(high for _, high in bounds)
    everything = [end for _, values in lines for end in (values.min(), values.max())]
    limit_axis(ax, "x", low, high, min(everything), max(everything))
    ax.set_ylim(0, 1.02)
    label_axes(ax, label, [f"fraction of {said.noun}"])
    if len(lines) > 1:
        add_legend(ax, HEADINGS.get(over, over) if len(metrics) == 1 else None)
    counts = {len(values) for _, values in lines}
    words = said.counted((min(counts), max(counts)), left_out)
    words += said.on_test(metrics) if chosen else []
    set_title(ax, said.warning, said.which(), words)
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
    without a value has no point. A curve of one value is a marker, and the title says after which
    epoch it was measured.

    Args:
        metric: one that is recorded during training, such as ``valid_acc``.
        archs: the architectures, in any form that the benchmark's query helper takes.
        labels: what each of them is called; by default its string, its index, or the beginning of
            its hash.
        spread: what the band around a line is; see :data:`~nasbench_db.plotting.values.Spread`.
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
    ax = checked_axes(ax)
    asked = trials(benchmark, db, where=where, reduction="mean", conditions=equal)
    said = Said(asked)
    if not archs:
        raise InvalidQuery("no architecture is given; give one or more after the metric")
    if labels is not None and (isinstance(labels, str) or len(labels) != len(archs)):
        raise InvalidQuery(f"labels is {labels!r}; it must be a list of {len(archs)} texts")
    if spread is not None:
        choose("spread", spread, [name for name in BANDS if name])
    which = {"metrics": [metric], "where": where, "benchmark": benchmark, "db": db, **equal}
    found: list[Curve] = []
    for number, arch in enumerate(archs):
        tables = [
            learning_curve(arch, reduction=reduction, **which) for reduction in BANDS[spread]
        ]
        of_arch = curves_of(tables, metric, asked, None if labels is None else labels[number])
        if not of_arch:
            raise InvalidQuery(
                f"no training of {arch!r} has values of {metric} by epoch where {asked}"
            )
        found += of_arch
    tell_apart(len(found))
    differing = []
    for name in asked.tables.schema.fidelity:
        values = list(dict.fromkeys(curve.key[name] for curve in found))
        differing += [name] if len(values) > 1 else []
        said.vary(name, values)
    for number, (curve, style) in enumerate(zip(found, line_styles(len(found)), strict=True)):
        words = [curve.arch] if len(archs) > 1 else []
        words += [say(name, curve.key[name]) for name in differing]
        if len(curve.epochs) <= _MOST_MARKED:
            style |= {"marker": MARKERS[number % len(MARKERS)], "markersize": 4}
        ax.plot(curve.epochs, curve.mean, label=as_printed(", ".join(words)), **style)
        if curve.low != curve.high and len(curve.epochs) == 1:
            ax.vlines(curve.epochs, curve.low, curve.high, color=style["color"], alpha=0.5)
        elif curve.low != curve.high:
            band = {"color": style["color"], "alpha": 0.25, "linewidth": 0}
            ax.fill_between(curve.epochs, curve.low, curve.high, **band)
    label_axes(ax, ["epoch"], axis_words([asked.curve_metric(metric)]))
    locator = ax.xaxis.get_major_locator()
    if isinstance(locator, import_extra("matplotlib.ticker").MaxNLocator):
        locator.set_params(integer=True)
    if len(found) > 1:
        add_legend(ax)
    counts = {count for curve in found for count in curve.trials}
    words = [as_printed(found[0].arch)] if len(archs) == 1 else []
    span = span_of(min(counts), max(counts))
    words += ["1 trial" if counts == {1} else f"{SPREADS[spread]} of {span} trials"]
    once = sorted({curve.epochs[0] for curve in found if len(curve.epochs) == 1})
    if once:
        words.append(f"measured after epoch {' or '.join(map(str, once))} only")
    set_title(ax, said.warning, said.which(), words)
    return ax


def correlation(
    by: str | tuple[str, str],
    x: Mapping[str, Any],
    y: Mapping[str, Any],
    *,
    method: Method = "spearman",
    where: Where = None,
    benchmark: str | None = None,
    reduction: Reduction = "mean",
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
    ax = checked_axes(ax)
    which = {"where": where, "benchmark": benchmark, "reduction": reduction, "db": db, **equal}
    found = rank_correlation(by, x, y, method=method, **which)
    asked = trials(benchmark, db, where=where, reduction=reduction, conditions=equal)
    said = Said(asked)
    said.differ(*x, *y)
    values, left_out = finite_rows(found.values)
    if not len(values):
        raise InvalidQuery(f"no architecture has finite values of {by!r} on both sides")
    first, second = values.T
    inside = within_ends(first) & within_ends(second)
    if len(values) > _MOST_DRAWN:
        drawn = ax.hexbin(
            first[inside],
            second[inside],
            gridsize=(45, 30),
            bins="log",
            mincnt=1,
            cmap=MAP,
            edgecolors="face",
            linewidths=0.2,
        )
    else:
        ax.scatter(first, second, s=point_size(len(values)), c=DARK, alpha=0.5, linewidths=0)
    outside = end_axes(ax, first, second)
    names = (by, by) if isinstance(by, str) else by
    said_of_axes = []
    for name, conditions in zip(names, (x, y), strict=True):
        words = [say(column, value) for column, value in conditions.items()]
        said_of_axes.append(axis_words([asked.metric(name)], further=words))
    label_axes(ax, *said_of_axes)
    coefficient = "undefined" if found.value != found.value else f"= {found.value:.3f}"
    words = said.counted(len(values), left_out, outside)
    set_title(ax, said.warning, said.which(), [f"{COEFFICIENTS[method]} {coefficient}", *words])
    if len(values) > _MOST_DRAWN:
        color_bar(ax, drawn, [said.noun])
    return ax


def correlations(
    by: str,
    of: str,
    *,
    method: Method = "spearman",
    best: float = 1.0,
    sentinels: Sentinels = "lowest",
    where: Where = None,
    benchmark: str | None = None,
    reduction: Reduction = "mean",
    db: BenchmarkDatabase | None = None,
    ax: Axes | None = None,
    **equal: Any,
) -> Axes:
    """Draw how well each metric of a measurement set ranks architectures: a bar for each.

    The longest bars are at the top, by their mean where there are several data sets or tasks,
    each of which has bars of its own. What was never measured has no bar, and a coefficient that
    is undefined is a bar of no length.

    Args:
        by, of, best, sentinels, where, benchmark, reduction, db, equal: as in
            :func:`nasbench_db.explore.correlations`.
        method: ``spearman`` or ``kendall``.
        ax: where to draw; see the top of this module.

    Returns:
        the Axes, with a container of bars for each data set or task.

    Raises:
        InvalidQuery: as ``explore.correlations`` does.
        MissingExtra: matplotlib or scipy is not installed.
    """
    ax = checked_axes(ax)
    choose("rank correlation", method, get_args(Method))
    which = {"where": where, "benchmark": benchmark, "reduction": reduction, "db": db, **equal}
    found = explore.correlations(by, of, best=best, sentinels=sentinels, **which)
    asked = trials(benchmark, db, where=where, reduction=reduction, conditions=equal)
    said = Said(asked)
    bars = bars_of(found, method, asked.tables.metrics)
    styles = line_styles(len(bars.groups))
    height = 0.8 / len(bars.groups)
    for number, (group, style) in enumerate(zip(bars.groups, styles, strict=True)):
        places = [place - 0.4 + height * (number + 0.5) for place in range(len(bars.names))]
        label = None if group is None else as_printed(str(group))
        ax.barh(places, bars.values[group], height=height, color=style["color"], label=label)
    names = [as_printed(name.removeprefix(f"{of}.")) for name in bars.names]
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.axvline(0, color=DARK, linewidth=0.8)
    metric = asked.metric(by)
    figure: Any = ax.figure
    figure.draw_without_rendering()  # the names of the bars take some of the width
    label_axes(ax, [COEFFICIENTS[method], f"with {as_printed(metric.title)}"], [])
    if len(bars.groups) > 1:
        said.differ(str(found.columns[0]))
        ax.set_ylim(bottom=len(names) + 0.7 * len(bars.groups))  # room for the legend
        add_legend(ax, loc="lower right")
    words = said.counted(bars.counts, 0)
    words += [f"best {best:.3g} of all"] if best < 1 else []
    set_title(ax, said.warning, said.which(), words)
    return ax


def front(
    x: Objective | None = None,
    y: Objective | None = None,
    *,
    where: Where = None,
    benchmark: str | None = None,
    reduction: Reduction | None = "mean",
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
    ax = checked_axes(ax)
    asked = trials(benchmark, db, where=where, reduction=reduction, conditions=equal)
    asked = asked.at_one_fidelity()
    said = Said(asked)
    objectives = [
        objective_of(asked, x or first_of(asked, SIZES)),
        objective_of(asked, y or said.quality()),
    ]
    metrics = [asked.metric(name) for name, _ in objectives]
    which = {"where": where, "benchmark": benchmark, "reduction": reduction, "db": db, **equal}
    best, _ = finite_rows(
        stacked(pareto(objectives, **which), [metric.name for metric in metrics])
    )
    values, left_out = values_of(asked, metrics)
    _add_points(ax, values, c=LIGHT)
    outside = end_axes(ax, values[:, 0], values[:, 1])
    best = best[best[:, 1].argsort()]
    best = best[best[:, 0].argsort(kind="stable")]
    ax.plot(
        best[:, 0],
        best[:, 1],
        color=DARK,
        linewidth=1.2,
        marker="o",
        markersize=3,
        drawstyle="steps-post" if objectives[0][1] == "min" else "steps-pre",
    )
    ways = [direction for _, direction in objectives]
    label_axes(
        ax,
        *(axis_words([metric], direction=way) for metric, way in zip(metrics, ways, strict=True)),
    )
    count, *further = said.counted(len(values), left_out, outside)
    words = [f"Pareto front: {len(best):,} of {count}", *further, *said.on_test(metrics)]
    set_title(ax, said.warning, said.which(), words)
    return ax


def trajectory(
    *runs: Rows | str | os.PathLike[str],
    by: str = "regret",
    ax: Axes | None = None,
) -> Axes:
    """Draw how regret falls over simulated time: median and quartiles of the runs of searches.

    Both axes are logarithmic. Where half of the runs have found the best there is, the median is 0
    and its line leaves the figure at the bottom; so does what is four powers of ten below the top,
    which is above 0 only because the same accuracy is written as several floats.

    Args:
        runs: what :func:`nasbench_db.simulation.search` gave, or Parquet files of it. All must be
            of the same metric, benchmark and kind of numbers. Those of one algorithm are put
            together, and must have been made alike; its line ends with their budget.
        by: ``regret``, or ``report_regret`` for that of what is reported.
        ax: where to draw; see the top of this module.

    Returns:
        the Axes, with a line for each algorithm.

    Raises:
        InvalidQuery: an argument is none of these, or the runs do not belong into one figure.
        SourceError: a file cannot be read, or is none of runs.
        MissingExtra: matplotlib or pyarrow is not installed.
    """
    ax = checked_axes(ax)
    tables = [one if isinstance(one, Rows) else read_rows(one) for one in runs]
    if not tables:
        raise InvalidQuery("no runs are given; give what search() returned, or files of it")
    said = said_of_runs(tables, by)
    choose("column of these runs", by, [name for name in REGRETS if name in tables[0].columns])
    bands = bands_of(tables, by, said.ends)
    tell_apart(len(bands))
    for band, style in zip(bands, line_styles(len(bands)), strict=True):
        label = as_printed(SEARCHES.get(band.algorithm, band.algorithm))
        ax.plot(band.times, band.median, label=label, drawstyle="steps-post", **style)
        fill = {"color": style["color"], "alpha": 0.2, "linewidth": 0, "step": "post"}
        ax.fill_between(band.times, band.low, band.high, **fill)
    ax.set_xscale("log")
    ax.set_yscale("log", nonpositive="clip")
    drawn = [value for band in bands for part in (band.median, band.high) for value in part]
    least = max(drawn) * _LEAST_DRAWN
    shown = [float(value) for value in drawn if value > least]
    if shown:
        ax.set_ylim(bottom=min(shown) * _BELOW)
    metric = get(said.benchmark).metrics[said.metrics[by]]
    label_axes(ax, [said.clock], [f"regret of {as_printed(metric.label)}"])
    add_legend(ax)
    counts = {band.runs for band in bands}
    words = [f"median and quartiles of {span_of(min(counts), max(counts))} runs"]
    set_title(ax, said.warning, said.which, words)
    return ax
