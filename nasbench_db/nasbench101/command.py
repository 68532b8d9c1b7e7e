"""``nasbench-db query nasbench101``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import click

from nasbench_db.database import open_database
from nasbench_db.errors import InvalidArchitecture
from nasbench_db.models import canonical_json
from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.query import query_nb101_trial_stats
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.output import FORMATS, write_rows
from nasbench_db.querying import REDUCTIONS


@click.command()
@click.option("--db", metavar="PATH", help="The database, if not at the default place.")
@click.option("--arch", metavar="JSON", help="A cell as NNI's dict: '{\"input1\":[0]}'.")
@click.option("--hash", "module_hash", metavar="HASH", help="A module hash.")
@click.option("--adjacency", metavar="01..", help="A cell's matrix, row by row; with --ops.")
@click.option("--ops", metavar="OP,..", help="A cell's operations, input first, output last.")
@click.option("--epochs", type=int, help="Epochs of training; all if not given.")
@click.option("--num-vertices", type=int, help="Vertices of the cell.")
@click.option("--exact", is_flag=True, help="Match the cell as written, not its isomorphs.")
@click.option("--reduction", type=click.Choice(list(REDUCTIONS)), help="One row a config.")
@click.option("--repeat", type=int, help="Which repeat, counted from 0.")
@click.option("--intermediates", is_flag=True, help="Add the halfway and final evaluations.")
@click.option("--order-by", metavar="COLUMN", help="Such as test_acc, or -test_acc to descend.")
@click.option("--limit", type=int, help="The most rows to print.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--sql", is_flag=True, help="Print the SQL statement instead of asking it.")
def query(
    db: str | None,
    arch: str | None,
    module_hash: str | None,
    adjacency: str | None,
    ops: str | None,
    epochs: int | None,
    num_vertices: int | None,
    exact: bool,
    reduction: str | None,
    repeat: int | None,
    intermediates: bool,
    order_by: str | None,
    limit: int | None,
    form: str,
    sql: bool,
) -> None:
    """Print the trials of NAS-Bench-101 that match all options.

    Accuracies are percent, parameters millions, times seconds.

    \b
    Example:
      nasbench-db query nasbench101 --epochs 108 --reduction mean \\
          --adjacency 010001000 --ops input,conv3x3-bn-relu,output
    """
    result = query_nb101_trial_stats(
        _cell(arch, adjacency, ops),
        epochs,
        isomorphism=not exact,
        reduction=reduction,
        include_intermediates=intermediates,
        num_vertices=num_vertices,
        hash=module_hash,
        repeat=repeat,
        order_by=order_by,
        limit=limit,
        db=open_database(SCHEMA, db),
    )
    if sql:
        click.echo(result.sql() + ";")
        return
    rows: Iterable[dict[str, Any]] = result
    if form in ("table", "csv"):
        rows = _tidy(result, with_arch=form == "csv")
    if write_rows(rows, form, sys.stdout) == 0:
        click.echo("no trial matches", err=True)


def _cell(arch: str | None, adjacency: str | None, ops: str | None) -> Cell | None:
    """The cell that the options describe, in one of their two ways."""
    if (adjacency is None) != (ops is None):
        raise click.UsageError("--adjacency and --ops go together")
    if arch is not None and adjacency is not None:
        raise click.UsageError("give the cell as --arch or as --adjacency and --ops, not as both")
    if adjacency is not None and ops is not None:
        return Cell.from_string(adjacency, ops)
    if arch is None:
        return None
    try:
        return Cell.from_arch(json.loads(arch))
    except json.JSONDecodeError as error:
        raise InvalidArchitecture(f"--arch is not JSON: {error}") from None


def _tidy(rows: Iterable[dict[str, Any]], with_arch: bool) -> Iterator[dict[str, Any]]:
    """One flat row a trial, or a row for each of its intermediates if it has them."""
    for row in rows:
        config = row.pop("config")
        owner = {name: config[name] for name in ("hash", "num_vertices", "num_epochs")}
        trial_id = row.pop("id")
        if trial_id is not None:
            owner["trial_id"] = trial_id
        arch = {"arch": canonical_json(config["arch"])} if with_arch else {}
        for point in row.pop("intermediates", [row]):
            point.pop("id", None)
            yield {**owner, **point, **arch}
