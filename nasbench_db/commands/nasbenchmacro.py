"""The subcommands of NAS-Bench-Macro: ``nasbench-db query nasbenchmacro`` and the like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import click

from nasbench_db.commands.options import print_trials, with_query_options, write_out
from nasbench_db.nasbenchmacro.query import query_macro_trial_stats
from nasbench_db.nasbenchmacro.schema import SCHEMA
from nasbench_db.store.database import open_database
from nasbench_db.store.models import canonical_json


@click.command()
@click.option("--arch", metavar="ARCH", help="A code such as 22212220, or JSON of its operations.")
@click.option("--is-copy", type=int, help="0 for each network once.")
@click.option("--seed", type=int, help="The random seed of the training.")
@with_query_options
def query(
    db: str | None,
    arch: str | None,
    is_copy: int | None,
    seed: int | None,
    epochs: int | None,
    reduction: str | None,
    intermediates: bool,
    order_by: str | None,
    limit: int | None,
    form: str,
    sql: bool,
) -> None:
    """Print the trials of NAS-Bench-Macro that match all options.

    Accuracies are percent, parameters and FLOPs millions.

    \b
    Example:
      nasbench-db query nasbenchmacro --arch 22212220
    """
    database = open_database(SCHEMA, db)
    result = query_macro_trial_stats(
        arch,
        reduction,
        is_copy=is_copy,
        num_epochs=epochs,
        seed=seed,
        order_by=order_by,
        limit=limit,
        db=database,
    )
    print_trials(result, result, form, sql, tidy)


def tidy(rows: Iterable[dict[str, Any]], with_arch: bool) -> Iterator[dict[str, Any]]:
    """One flat row a trial."""
    for row in rows:
        config = row.pop("config")
        row.pop("id")
        arch = {"arch": canonical_json(config["arch"])} if with_arch else {}
        names = ("arch_str", "canonical_str", "num_epochs")
        yield {**{name: config[name] for name in names}, **row, **arch}


@click.command("nasbenchmacro")
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False), help="A .jsonl file.")
def enumerate_space(out: str | None) -> None:
    """Count the codes of NAS-Bench-Macro and their networks, or write them all.

    --out writes a line of JSON for each code: the code under which its network was trained, and
    the parameters and FLOPs.

    \b
    Example:
      nasbench-db enumerate nasbenchmacro --out codes.jsonl
    """
    from nasbench_db.nasbenchmacro.cell import enumerate_cells

    if out is None:
        cells = list(enumerate_cells())
        networks = sum(cell.is_canonical for cell in cells)
        click.echo(f"{len(cells):,} architectures, {networks:,} different networks")
        return
    described = (
        {
            "arch_str": cell.arch_str,
            "canonical_str": cell.canonical().arch_str,
            "trainable_parameters": cell.trainable_parameters(),
            "flops": cell.flops(),
        }
        for cell in enumerate_cells()
    )
    write_out(described, out)
