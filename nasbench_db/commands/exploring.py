"""The commands that ask the questions of :mod:`nasbench_db.explore`."""

from __future__ import annotations

import sys
from typing import Any

import click

from nasbench_db import benchmarks, explore
from nasbench_db.architectures.inputs import from_text
from nasbench_db.ask.tables import Table
from nasbench_db.ask.words import REDUCTIONS
from nasbench_db.commands.options import BENCHMARK, DB, SHOWN, with_options
from nasbench_db.formats.rows import write_rows
from nasbench_db.store.database import BenchmarkDatabase, open_database
from nasbench_db.store.limits import limited

BY = click.option("--by", metavar="METRIC", required=True, help="Such as valid_acc.")
COUNT = click.option("-k", type=click.IntRange(0), default=10, show_default=True, help="How many.")
REDUCTION = click.option(
    "--reduction",
    type=click.Choice(["none", *REDUCTIONS]),
    default="mean",
    show_default=True,
    help="Over the trials of each config.",
)
SCOPE = (
    DB,
    click.option("--epochs", type=int, help="Epochs of training."),
    click.option("--dataset", help="The data set, of nasbench201 and natssss."),
    click.option("--task", help="The task, of transnas101."),
    click.option("--where", metavar="SQL", help="A condition, such as 'parameters < 5'."),
)
SIDES = (
    click.option("--by", metavar="METRIC[,METRIC]", required=True, help="One for both sides."),
    click.option("-x", "x", metavar="COLUMN=VALUE,...", required=True, help="The one side."),
    click.option("-y", "y", metavar="COLUMN=VALUE,...", required=True, help="The other side."),
    click.option(
        "--method",
        type=click.Choice(["spearman", "kendall"]),
        default="spearman",
        show_default=True,
        help="Which coefficient; of equal values the ranks are shared.",
    ),
)


def scope(
    benchmark: str,
    db: str | None,
    epochs: int | None,
    dataset: str | None,
    task: str | None,
    where: str | None,
) -> dict[str, Any]:
    """The arguments of a question that say which trials it is about."""
    given = {"num_epochs": epochs, "dataset": dataset, "task": task}
    opened: BenchmarkDatabase = open_database(benchmarks.get(benchmark).schema, db)
    return {
        "db": opened,
        "where": where,
        **{name: value for name, value in given.items() if value is not None},
    }


def show(table: Table, form: str, sql: bool) -> None:
    """Print a table, or its statement."""
    if sql:
        click.echo(table.sql() + ";")
        return
    rows = limited(table.database.connection(), table)
    if form == "table":  # which is for the eye: the architecture itself is long
        rows = ({k: v for k, v in row.items() if k not in ("arch", "config_id")} for row in rows)
    if write_rows(rows, form, sys.stdout) == 0:
        click.echo("no trial matches", err=True)


@click.command()
@with_options(BENCHMARK, BY, COUNT, REDUCTION, *SCOPE, *SHOWN)
def top(
    benchmark: str, by: str, k: int, reduction: str, form: str, sql: bool, **which: Any
) -> None:
    """Print the best architectures by a metric.

    \b
    Example:
      nasbench-db top nasbench101 --by valid_acc --epochs 108 -k 5
    """
    table = explore.top(k, by=by, reduction=reduction, **scope(benchmark, **which))
    show(table, form, sql)


@click.command()
@with_options(
    BENCHMARK,
    click.argument("objectives", metavar="METRIC[:max|:min]...", nargs=-1, required=True),
    REDUCTION,
    *SCOPE,
    *SHOWN,
)
def pareto(
    benchmark: str,
    objectives: tuple[str, ...],
    reduction: str,
    form: str,
    sql: bool,
    **which: Any,
) -> None:
    """Print the architectures that no other one beats in all metrics.

    \b
    Example:
      nasbench-db pareto nasbench101 valid_acc parameters:min --epochs 108
    """
    given = [objective(text) for text in objectives]
    table = explore.pareto(given, reduction=reduction, **scope(benchmark, **which))
    show(table, form, sql)


@click.command()
@with_options(BENCHMARK, BY, REDUCTION, *SCOPE, *SHOWN)
def optimum(benchmark: str, by: str, reduction: str, form: str, sql: bool, **which: Any) -> None:
    """Print the best value that a search could find, and who reaches it.

    What it is the best of is told on stderr.

    \b
    Example:
      nasbench-db optimum nasbench101 --by test_acc --epochs 108
    """
    best = explore.optimum(by, reduction=reduction, **scope(benchmark, **which))
    if not sql:
        click.echo(str(best), err=True)
    show(best.architectures, form, sql)


@click.command()
@with_options(
    BENCHMARK,
    click.option("--by", metavar="METRIC", help="To select by, if not the benchmark's own."),
    click.option("--report", metavar="METRIC", help="To report, if not the benchmark's own."),
    click.option("-k", type=click.IntRange(0), default=1, show_default=True, help="How many."),
    REDUCTION,
    click.option("--allow-test", is_flag=True, help="Let test images be selected by."),
    *SCOPE,
    *SHOWN,
)
def select(
    benchmark: str,
    by: str | None,
    report: str | None,
    k: int,
    reduction: str,
    allow_test: bool,
    form: str,
    sql: bool,
    **which: Any,
) -> None:
    """Print what an honest search may report: the test value of the best by validation.

    \b
    Example:
      nasbench-db select nasbench201 --dataset cifar10 --epochs 200
    """
    table = explore.select_and_report(
        by, report, k=k, reduction=reduction, allow_test=allow_test, **scope(benchmark, **which)
    )
    show(table, form, sql)


@click.command()
@with_options(
    BENCHMARK,
    click.argument("arch", metavar="ARCH"),
    click.option("--metric", "metrics", multiple=True, help="Which one; may be repeated."),
    click.option("--reduction", type=click.Choice(list(REDUCTIONS)), help="Over the trials."),
    *SCOPE,
    *SHOWN,
)
def curve(
    benchmark: str,
    arch: str,
    metrics: tuple[str, ...],
    reduction: str | None,
    form: str,
    sql: bool,
    **which: Any,
) -> None:
    """Print the evaluations during the trainings of an architecture.

    ARCH is a string, an index, a hash (nasbench101), or JSON. Epochs are counted from 1.

    \b
    Example:
      nasbench-db curve nasbench201 11 --dataset cifar100 --epochs 12 --metric train_acc
    """
    table = explore.learning_curve(
        from_text(arch),
        metrics=list(metrics) or None,
        reduction=reduction,
        **scope(benchmark, **which),
    )
    show(table, form, sql)


@click.command()
@with_options(
    BENCHMARK,
    click.option("--by", metavar="METRIC", multiple=True, required=True, help="May be repeated."),
    click.option("--arch", metavar="ARCH", help="One architecture; all if not given."),
    *SCOPE,
    *SHOWN,
)
def statistics(
    benchmark: str, by: tuple[str, ...], arch: str | None, form: str, sql: bool, **which: Any
) -> None:
    """Print number, mean, standard deviation, least and most over the trials of each config.

    \b
    Example:
      nasbench-db statistics nasbench201 --by test_acc --arch 11 --dataset cifar100
    """
    given = None if arch is None else from_text(arch)
    table = explore.statistics(list(by), arch=given, **scope(benchmark, **which))
    show(table, form, sql)


@click.command()
@with_options(BENCHMARK, DB, *SHOWN)
def coverage(benchmark: str, db: str | None, form: str, sql: bool) -> None:
    """Print how much of a benchmark its database has.

    \b
    Example:
      nasbench-db coverage nasbench201
    """
    opened = open_database(benchmarks.get(benchmark).schema, db)
    show(explore.coverage(db=opened), form, sql)


@click.command()
@with_options(
    BENCHMARK,
    *SIDES,
    *SCOPE,
    *SHOWN,
)
def correlate(
    benchmark: str, by: str, x: str, y: str, method: str, form: str, sql: bool, **which: Any
) -> None:
    """Print how well one fidelity, data set or task ranks architectures as another does.

    \b
    Example:
      nasbench-db correlate nasbench101 --by valid_acc -x num_epochs=4 -y num_epochs=108
    """
    found = explore.rank_correlation(
        one_or_pair(by),
        side(x),
        side(y),
        method=method,
        **scope(benchmark, **which),
    )
    if sql:
        show(found.pairs, form, sql)
        return
    row = {
        "method": found.method,
        "value": found.value,
        "p_value": found.p_value,
        "architectures": found.count,
    }
    write_rows([row], form, sys.stdout)


def side(text: str) -> dict[str, Any]:
    """The conditions of one side: ``num_epochs=4,dataset=cifar10``."""
    conditions: dict[str, Any] = {}
    for part in text.split(","):
        name, sign, value = part.partition("=")
        if not sign:
            raise click.UsageError(f"{part!r} is no condition such as num_epochs=4")
        conditions[name.strip()] = int(value) if value.strip().isdigit() else value.strip()
    return conditions


def one_or_pair(by: str) -> Any:
    """The metric of both sides, or those of each: ``valid_acc,test_acc``."""
    names = tuple(by.split(","))
    return names[0] if len(names) == 1 else names


def objective(text: str) -> str | tuple[str, str]:
    """A metric, and its direction if one is given: ``latency:min``."""
    name, _, direction = text.partition(":")
    return (name, direction) if direction else name
