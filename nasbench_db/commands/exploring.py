"""The commands that ask the questions of :mod:`nasbench_db.explore`."""

from __future__ import annotations

from typing import Any, get_args

import click

from nasbench_db import benchmarks, explore
from nasbench_db.architectures.inputs import from_text
from nasbench_db.ask.tables import Table
from nasbench_db.ask.words import REDUCTIONS, Reduction
from nasbench_db.commands.options import (
    ARCH,
    DB,
    REDUCTION,
    WHICH,
    MetricName,
    Shown,
    opened,
    print_rows,
    scope,
    show,
    warnings_told,
    with_options,
    with_scope,
    with_shown,
)
from nasbench_db.metrics import DIRECTIONS, Direction, choose

BY = click.option(
    "--by",
    metavar="METRIC",
    type=MetricName(),
    required=True,
    help="Such as valid_acc. Metrics are listed by: nasbench-db describe BENCHMARK",
)


def _count(default: int) -> Any:
    """How many architectures to print."""
    return click.option(
        "--limit",
        "-k",
        "k",
        type=click.IntRange(0),
        default=default,
        show_default=True,
        help="How many.",
    )


SIDES = (
    click.option("--by", metavar="METRIC[,METRIC]", required=True, help="One for both sides."),
    click.option("-x", "x", metavar="COLUMN=VALUE,...", help="The one side."),
    click.option("-y", "y", metavar="COLUMN=VALUE,...", help="The other side."),
    click.option(
        "--method",
        type=click.Choice(get_args(explore.Method)),
        default="spearman",
        show_default=True,
        help="Which coefficient; of equal values the ranks are shared.",
    ),
)


DIRECTION = click.option(
    "--direction",
    type=click.Choice(DIRECTIONS),
    help="Which end is the better one, if not the metric's own.",
)


@click.command()
@with_options(
    WHICH,
    BY,
    _count(10),
    DIRECTION,
    click.option(
        "--ties",
        type=click.Choice(get_args(explore.Ties)),
        help="Count those that have the same value: as many correct images, or the same float.",
    ),
    REDUCTION,
    with_scope,
    with_shown,
)
def top(
    which: str,
    by: str,
    k: int,
    direction: Direction | None,
    ties: explore.Ties | None,
    reduction: Reduction,
    shown: Shown,
    **trials: Any,
) -> None:
    """Print the best architectures by a metric.

    \b
    Example:
      nasbench-db top nasbench101 --by valid_acc --epochs 108 -k 5
    """
    asked = scope(which, **trials)
    metrics = benchmarks.tables_of(asked["db"]).metrics
    further = [name for name in shown.columns if name in metrics and name != by]
    with warnings_told():
        table = explore.top(
            k,
            by=by,
            reduction=reduction,
            columns=further or None,
            direction=direction,
            ties=ties,
            **asked,
        )
    show(table, shown, whole=True)
    _remark(table, shown)


def _remark(table: Table, shown: Shown) -> None:
    """Tell people what displays of a table say below its rows."""
    if shown.for_people and not shown.sql:
        for remark in table.remarks(list(table.rows())):
            click.echo(remark, err=True)


@click.command()
@with_options(
    WHICH,
    click.argument(
        "objectives",
        metavar="METRIC[:max|:min]...",
        type=MetricName(),
        nargs=-1,
        required=True,
    ),
    REDUCTION,
    with_scope,
    with_shown,
)
def pareto(
    which: str,
    objectives: tuple[str, ...],
    reduction: Reduction,
    shown: Shown,
    **trials: Any,
) -> None:
    """Print the architectures that no other one beats in all metrics.

    \b
    Example:
      nasbench-db pareto nasbench101 valid_acc parameters:min --epochs 108
    """
    given = [objective(text) for text in objectives]
    table = explore.pareto(given, reduction=reduction, **scope(which, **trials))
    show(table, shown)


@click.command()
@with_options(WHICH, BY, DIRECTION, REDUCTION, with_scope, with_shown)
def optimum(
    which: str,
    by: str,
    direction: Direction | None,
    reduction: Reduction,
    shown: Shown,
    **trials: Any,
) -> None:
    """Print the best value that a search could find, and who reaches it.

    What it is the best of is told on stderr.

    \b
    Example:
      nasbench-db optimum nasbench101 --by test_acc --epochs 108
    """
    best = explore.optimum(by, reduction=reduction, direction=direction, **scope(which, **trials))
    if not shown.sql:
        mark = best.architectures.database.mark  # which is told below the table
        click.echo(str(best).removesuffix("" if mark is None else f"; {mark.long}"), err=True)
    show(best.architectures, shown)


@click.command()
@with_options(
    WHICH,
    click.option(
        "--by",
        metavar="METRIC",
        type=MetricName(),
        help="To select by, if not the benchmark's own.",
    ),
    click.option(
        "--report",
        metavar="METRIC",
        type=MetricName(),
        help="To report, if not the benchmark's own.",
    ),
    _count(1),
    REDUCTION,
    click.option("--allow-test", is_flag=True, help="Let test images be selected by."),
    with_scope,
    with_shown,
)
def select(
    which: str,
    by: str | None,
    report: str | None,
    k: int,
    reduction: Reduction,
    allow_test: bool,
    shown: Shown,
    **trials: Any,
) -> None:
    """Print what an honest search may report: the test value of the best by validation.

    \b
    Example:
      nasbench-db select nasbench201 --dataset cifar10 --epochs 200
    """
    table = explore.select_and_report(
        by, report, k=k, reduction=reduction, allow_test=allow_test, **scope(which, **trials)
    )
    show(table, shown, whole=True)
    _remark(table, shown)


@click.command()
@with_options(
    WHICH,
    click.argument("positional", metavar="[ARCH]", required=False),
    ARCH,
    click.option(
        "--by",
        "--metric",
        "metrics",
        metavar="METRIC",
        type=MetricName(),
        multiple=True,
        help="Which one; may be repeated.",
    ),
    click.option("--reduction", type=click.Choice(list(REDUCTIONS)), help="Over the trials."),
    with_scope,
    with_shown,
)
def curve(
    which: str,
    positional: str | None,
    arch: str | None,
    metrics: tuple[str, ...],
    reduction: Reduction | None,
    shown: Shown,
    **trials: Any,
) -> None:
    """Print the evaluations during the trainings of an architecture.

    ARCH is JSON, or a string, an index or a hash where the benchmark has one. Epochs are counted
    from 1.

    \b
    Example:
      nasbench-db curve nasbench201 11 --dataset cifar100 --epochs 12 --metric train_acc
    """
    given = [text for text in (positional, arch) if text is not None]
    if len(given) != 1:
        raise click.UsageError("give one architecture: as ARCH, or with --arch")
    table = explore.learning_curve(
        from_text(given[0]),
        metrics=list(metrics) or None,
        reduction=reduction,
        **scope(which, **trials),
    )
    show(table, shown)


@click.command()
@with_options(
    WHICH,
    click.option(
        "--by",
        metavar="METRIC",
        type=MetricName(),
        multiple=True,
        required=True,
        help="May be repeated.",
    ),
    ARCH,
    with_scope,
    with_shown,
)
def statistics(
    which: str, by: tuple[str, ...], arch: str | None, shown: Shown, **trials: Any
) -> None:
    """Print number, mean, standard deviation, least and most over the trials of each config.

    \b
    Example:
      nasbench-db statistics nasbench201 --by test_acc --arch 11 --dataset cifar100
    """
    given = None if arch is None else from_text(arch)
    table = explore.statistics(list(by), arch=given, **scope(which, **trials))
    show(table, shown)


@click.command()
@with_options(WHICH, DB, with_shown)
def coverage(which: str, db: str | None, shown: Shown) -> None:
    """Print how much of a benchmark its database has.

    \b
    Example:
      nasbench-db coverage nasbench201
    """
    show(explore.coverage(db=opened(which, db)), shown)


@click.command()
@with_options(
    WHICH,
    *SIDES,
    with_scope,
    with_shown,
)
def correlate(
    which: str,
    by: str,
    x: str | None,
    y: str | None,
    method: explore.Method,
    shown: Shown,
    **trials: Any,
) -> None:
    """Print how well one fidelity, data set, task or metric ranks architectures as another does.

    \b
    Example:
      nasbench-db correlate nasbench101 --by valid_acc -x num_epochs=4 -y num_epochs=108
      nasbench-db correlate nasbench201 --by test_acc,zc.synflow --with zc --dataset cifar100 \\
        --epochs 200
    """
    found = explore.rank_correlation(
        *sides(by, x, y),
        method=method,
        **scope(which, **trials),
    )
    if shown.sql:
        show(found.pairs, shown)
        return
    row = {
        "method": found.method,
        "value": found.value,
        "p_value": found.p_value,
        "architectures": found.count,
    }
    print_rows([row], shown.form, found.pairs.database)


@click.command()
@with_options(
    WHICH,
    click.argument("by", metavar="METRIC", type=MetricName()),
    click.argument("of", metavar="SET"),
    click.option(
        "--best",
        type=click.FloatRange(0, 1, min_open=True),
        default=1.0,
        show_default=True,
        help="Among which part of the architectures of the set, the best by METRIC.",
    ),
    click.option(
        "--sentinels",
        type=click.Choice(get_args(explore.Sentinels)),
        default="lowest",
        show_default=True,
        help="Rank numbers that stand for no value as they are in the source, or leave them out.",
    ),
    REDUCTION,
    with_scope,
    with_shown,
)
def correlations(
    which: str,
    by: str,
    of: str,
    best: float,
    sentinels: explore.Sentinels,
    reduction: Reduction,
    shown: Shown,
    sets: tuple[str, ...],
    **trials: Any,
) -> None:
    """Print how well each metric of a measurement set ranks architectures as METRIC does.

    \b
    Example:
      nasbench-db correlations nasbench201 test_acc zc --dataset cifar100 --epochs 200
    """
    asked = scope(which, sets=tuple(dict.fromkeys([*sets, of])), **trials)
    found = explore.correlations(
        by, of, best=best, sentinels=sentinels, reduction=reduction, **asked
    )
    show(found, shown, whole=True)


def sides(by: str, x: str | None, y: str | None) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """What is compared with what: metrics, and the conditions of both sides.

    Raises:
        click.UsageError: nothing differs.
    """
    if "," not in by and (x is None or y is None):
        raise click.UsageError("give both sides, -x and -y, or two metrics: --by METRIC,METRIC")
    return _one_or_pair(by), _side(x or ""), _side(y or "")


def _side(text: str) -> dict[str, Any]:
    """The conditions of one side: ``num_epochs=4,dataset=cifar10``."""
    conditions: dict[str, Any] = {}
    if not text:
        return conditions
    for part in text.split(","):
        name, sign, value = part.partition("=")
        if not sign:
            raise click.UsageError(f"{part!r} is no condition such as num_epochs=4")
        conditions[name.strip()] = int(value) if value.strip().isdigit() else value.strip()
    return conditions


def _one_or_pair(by: str) -> Any:
    """The metric of both sides, or those of each: ``valid_acc,test_acc``."""
    names = tuple(by.split(","))
    return names[0] if len(names) == 1 else names


def objective(text: str) -> str | tuple[str, Direction]:
    """A metric, and its direction if one is given: ``latency:min``."""
    name, _, direction = text.partition(":")
    return (name, choose("direction", direction, DIRECTIONS)) if direction else name
