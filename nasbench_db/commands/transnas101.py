"""The subcommands of TransNAS-Bench-101: ``nasbench-db query transnas101`` and the like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import click

from nasbench_db.architectures.inputs import from_text
from nasbench_db.commands.options import print_trials, with_query_options, write_out
from nasbench_db.store.database import open_database
from nasbench_db.store.models import canonical_json
from nasbench_db.transnas101.metrics import METRICS
from nasbench_db.transnas101.query import metrics_of, query_tnb101_trial_stats
from nasbench_db.transnas101.schema import SCHEMA


@click.command()
@click.option("--arch", metavar="ARCH", help="An architecture's string, or its public index.")
@click.option("--task", help="The task, such as class_object; all if not given.")
@click.option("--search-space", help="macro or micro; both if not given.")
@click.option(
    "--best", metavar="METRIC", help="Of each training, print the epoch at which it is best."
)
@with_query_options
def query(
    db: str | None,
    arch: str | None,
    task: str | None,
    search_space: str | None,
    best: str | None,
    epochs: int | None,
    reduction: str | None,
    intermediates: bool,
    order_by: str | None,
    limit: int | None,
    form: str,
    sql: bool,
) -> None:
    """Print the trials of TransNAS-Bench-101 that match all options.

    Accuracies and mIoU are percent, times seconds. Without --best the metrics are those of the
    last epoch.

    \b
    Example:
      nasbench-db query transnas101 --arch 64-1234-basic --task class_object --best valid_top1
    """
    database = open_database(SCHEMA, db)
    result = query_tnb101_trial_stats(
        None if arch is None else from_text(arch),
        task,
        search_space,
        reduction,
        intermediates,
        num_epochs=epochs,
        best=best,
        order_by=order_by,
        limit=limit,
        db=database,
    )
    absent = set() if task is None else set(METRICS) - set(metrics_of(database, task))
    print_trials(result, result, form, sql, partial(tidy, absent))


def tidy(
    absent: set[str], rows: Iterable[dict[str, Any]], with_arch: bool
) -> Iterator[dict[str, Any]]:
    """One flat row a trial, or a row for each of its epochs if it has them.

    Args:
        absent: the metrics to leave out.
        rows: the trials.
        with_arch: whether with the architecture itself.
    """
    for row in rows:
        config = row.pop("config")
        owner = {name: config[name] for name in ("arch_str", "task", "num_epochs")}
        trial_id = row.pop("id")
        if trial_id is not None:
            owner["trial_id"] = trial_id
        of_arch = {}
        if with_arch:
            names = ("arch_index", "search_space")
            of_arch = {name: config[name] for name in names}
            of_arch["arch"] = canonical_json(config["arch"])
        for point in row.pop("intermediates", [row]):
            point.pop("id", None)
            shown = {name: value for name, value in point.items() if name not in absent}
            yield {**owner, **shown, **of_arch}


@click.command("transnas101")
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False), help="A .jsonl file.")
def enumerate_space(out: str | None) -> None:
    """Count the architectures of TransNAS-Bench-101, or write them all.

    --out writes a line of JSON for each, macro before micro: its string, search space, and the
    channels and stride of each module. The public index is not among it, being the order of the
    data set's file.

    \b
    Example:
      nasbench-db enumerate transnas101 --out architectures.jsonl
    """
    from nasbench_db.transnas101.cell import enumerate_cells
    from nasbench_db.transnas101.constants import MACRO_SIZE, MICRO_SIZE, SPACE_SIZE

    if out is None:
        click.echo(f"{SPACE_SIZE:,} architectures: {MACRO_SIZE:,} macro, {MICRO_SIZE:,} micro")
        return
    described = (
        {
            "arch_str": cell.arch_str,
            "search_space": cell.search_space,
            "channels": [stage.channels for stage in cell.stages],
            "strides": [stage.stride for stage in cell.stages],
        }
        for cell in enumerate_cells()
    )
    write_out(described, out)
