"""The command ``plot``, which draws the figures of :mod:`nasbench_db.plotting`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from nasbench_db import plotting
from nasbench_db.architectures.inputs import from_text
from nasbench_db.ask.exporting import exported_file, format_of
from nasbench_db.ask.words import Reduction
from nasbench_db.commands.exploring import SIDES, objective, sides
from nasbench_db.commands.options import (
    REDUCTION,
    WHICH,
    Function,
    MetricName,
    scope,
    with_options,
    with_scope,
)
from nasbench_db.explore import Method
from nasbench_db.plotting.words import REGRETS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FILE = (
    click.option(
        "--out",
        metavar="FILE",
        type=click.Path(path_type=Path),
        required=True,
        help="What to write.",
    ),
    click.option(
        "--format",
        "form",
        type=click.Choice(list(plotting.FORMATS)),
        help="By default as FILE ends.",
    ),
    click.option(
        "--width",
        type=click.FloatRange(1, 50),
        default=plotting.COLUMN_WIDTH,
        show_default=True,
        help="Inches; text has 8 points whatever it is.",
    ),
    click.option("--force", is_flag=True, help="Replace a file that lies there."),
)


def _figure(*options: Callable[[Any], Any]) -> Callable[[Function], Function]:
    """Give a command the options of a figure: its own, which trials it is of, and its file."""
    return with_options(WHICH, *options, with_scope, *_FILE)


def _write(
    draw: Callable[..., Axes],
    which: str,
    out: Path,
    form: str | None,
    width: float,
    force: bool,
    **trials: Any,
) -> None:
    """Draw a figure, write its file, and print the file's path.

    Args:
        draw: draws it, given ``ax`` and which trials.
        which: the benchmark's name, or its database.
        out, form, width, force: the options of the file.
        trials: the options that say which trials.
    """
    form = format_of(out, form, plotting.FORMATS)
    asked = scope(which, **trials)
    # The file first, so that nobody waits for a figure that has no place.
    with exported_file(asked["db"], out, force=force) as file:
        ax = plotting.new_axes(width)
        draw(ax=ax, **asked)
        plotting.write(ax, file, form)  # type: ignore[arg-type]
    click.echo(out)


@click.group()
def plot() -> None:
    """Draw a figure of a benchmark's database: PNG, SVG or PDF.

    It needs matplotlib, which comes with the extra explore.
    """


@plot.command()
@_figure(
    click.option(
        "--x",
        metavar="METRIC",
        type=MetricName(),
        help="By default the parameters.",
    ),
    click.option(
        "--y",
        metavar="METRIC",
        type=MetricName(),
        help="By default the training time.",
    ),
    click.option(
        "--color", metavar="METRIC", type=MetricName(), help="By default what one selects by."
    ),
    REDUCTION,
)
def scatter(
    x: str | None, y: str | None, color: str | None, reduction: Reduction, **rest: Any
) -> None:
    """Draw two metrics of each architecture, and a third one as colour.

    \b
    Example:
      nasbench-db plot scatter nasbench101 --epochs 108 --out space.pdf
    """
    _write(partial(plotting.scatter, x, y, color, reduction=reduction), **rest)


@plot.command()
@_figure(
    click.option(
        "--by",
        metavar="METRIC",
        type=MetricName(),
        multiple=True,
        help="May be repeated; by default what one selects by.",
    ),
    click.option(
        "--over",
        metavar="COLUMN",
        help="A line for each of its values; by default the epochs, or the search space.",
    ),
    REDUCTION,
)
def distribution(by: tuple[str, ...], over: str | None, reduction: Reduction, **rest: Any) -> None:
    """Draw which fraction of the architectures has at most a value.

    \b
    Example:
      nasbench-db plot distribution nasbench101 --by test_acc --out accuracies.pdf
      nasbench-db plot distribution nasbench201 --epochs 200 --over dataset --by ori_test_acc \\
        --out accuracies.pdf
    """
    _write(partial(plotting.distribution, by or None, over=over, reduction=reduction), **rest)


@plot.command()
@_figure(
    click.argument("positional", metavar="[ARCH]...", nargs=-1),
    click.option(
        "--arch", "archs", metavar="ARCH", multiple=True, help="As ARCH; may be repeated."
    ),
    click.option(
        "--by",
        "--metric",
        "metric",
        metavar="METRIC",
        type=MetricName(),
        required=True,
        help="One that is recorded during training.",
    ),
    click.option("--label", "labels", multiple=True, help="What an ARCH is called; one for each."),
    click.option(
        "--spread",
        type=click.Choice(["range", "std", "none"]),
        default="range",
        show_default=True,
        help="The band: least to most, standard deviation, or none.",
    ),
)
def curves(
    positional: tuple[str, ...],
    archs: tuple[str, ...],
    metric: str,
    labels: tuple[str, ...],
    spread: str,
    **rest: Any,
) -> None:
    """Draw the mean over the trials of architectures by epoch, with their spread.

    ARCH is JSON, or a string, an index or a hash where the benchmark has one.

    \b
    Example:
      nasbench-db plot curves nasbench201 11 1462 --metric train_acc --dataset cifar100 \\
        --epochs 200 --out curves.pdf
    """
    if not positional and not archs:
        raise click.UsageError("give one architecture or more: as ARCH, or with --arch")
    draw = partial(
        plotting.curves,
        metric,
        *map(from_text, (*positional, *archs)),
        labels=labels or None,
        spread=None if spread == "none" else spread,  # type: ignore[arg-type]
    )
    _write(draw, **rest)


@plot.command()
@_figure(
    *SIDES,
)
def correlation(by: str, x: str | None, y: str | None, method: Method, **rest: Any) -> None:
    """Draw one fidelity, data set or task against another, with the rank correlation.

    \b
    Example:
      nasbench-db plot correlation nasbench101 --by valid_acc -x num_epochs=4 \\
        -y num_epochs=108 --out trust.pdf
    """
    draw = partial(plotting.correlation, *sides(by, x, y), method=method)
    _write(draw, **rest)


@plot.command()
@_figure(
    click.argument("by", metavar="METRIC", type=MetricName()),
    click.argument("of", metavar="SET"),
    click.option(
        "--method",
        type=click.Choice(get_args(Method)),
        default="spearman",
        show_default=True,
        help="Which coefficient.",
    ),
    REDUCTION,
)
def correlations(
    by: str, of: str, method: Method, reduction: Reduction, sets: tuple[str, ...], **rest: Any
) -> None:
    """Draw how well each metric of a measurement set ranks architectures as METRIC does.

    \b
    Example:
      nasbench-db plot correlations nasbench201 test_acc zc --dataset cifar100 --epochs 200 \
        --out proxies.pdf
    """
    draw = partial(plotting.correlations, by, of, method=method, reduction=reduction)
    _write(draw, sets=tuple(dict.fromkeys([*sets, of])), **rest)


@plot.command()
@_figure(
    click.option("--x", metavar="METRIC[:max|:min]", help="By default the parameters."),
    click.option(
        "--y",
        metavar="METRIC[:max|:min]",
        help="By default what one selects by.",
    ),
    REDUCTION,
)
def front(x: str | None, y: str | None, reduction: Reduction, **rest: Any) -> None:
    """Draw the Pareto front: what no other architecture beats in two metrics.

    \b
    Example:
      nasbench-db plot front nasbench201 --x latency --y valid_acc --dataset cifar100 \\
        --epochs 200 --out front.pdf
    """
    objectives = [text if text is None else objective(text) for text in (x, y)]
    _write(partial(plotting.front, *objectives, reduction=reduction), **rest)


@plot.command()
@with_options(
    click.argument(
        "runs",
        metavar="FILE...",
        nargs=-1,
        required=True,
        type=click.Path(path_type=Path),
    ),
    click.option(
        "--by",
        type=click.Choice(list(REGRETS)),
        default="regret",
        show_default=True,
        help="Of what was selected by, or of what is reported.",
    ),
    *_FILE,
)
def trajectory(
    runs: tuple[Path, ...], by: str, out: Path, form: str | None, width: float, force: bool
) -> None:
    """Draw how the regret of searches falls over simulated time: median and quartiles.

    FILE is what the command search wrote. The time is that of a run's clock: where evaluations are
    charged and 4 workers train, there are 4 of them in each unit of it.

    \b
    Example:
      nasbench-db plot trajectory runs.parquet --out regret.pdf
    """
    form = format_of(out, form, plotting.FORMATS)
    with exported_file(None, out, force=force) as file:
        ax = plotting.new_axes(width)
        plotting.trajectory(*runs, by=by, ax=ax)
        plotting.write(ax, file, form)  # type: ignore[arg-type]
    click.echo(out)
