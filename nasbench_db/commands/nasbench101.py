"""The subcommands of NAS-Bench-101: ``nasbench-db query nasbench101`` and the like."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import click

from nasbench_db.commands.options import print_trials, with_query_options
from nasbench_db.formats.rows import write_rows
from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.constants import MAX_EDGES, MAX_VERTICES, OPERATIONS
from nasbench_db.nasbench101.query import query_nb101_trial_stats
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.store.database import open_database
from nasbench_db.store.models import canonical_json


@click.command()
@click.option("--arch", metavar="JSON", help="A cell as NNI's dict: '{\"input1\":[0]}'.")
@click.option("--hash", "module_hash", metavar="HASH", help="A module hash.")
@click.option("--adjacency", metavar="01..", help="A cell's matrix, row by row; with --ops.")
@click.option("--ops", metavar="OP,..", help="A cell's operations, input first, output last.")
@click.option("--num-vertices", type=int, help="Vertices of the cell.")
@click.option("--exact", is_flag=True, help="Match the cell as written, not its isomorphs.")
@click.option("--repeat", type=int, help="Which repeat, counted from 0.")
@click.option("--halfway", is_flag=True, help="Add the halfway evaluation only.")
@with_query_options
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
    halfway: bool,
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
    if intermediates and halfway:
        raise click.UsageError("give --intermediates for all evaluations or --halfway for one")
    result = query_nb101_trial_stats(
        _cell(arch, adjacency, ops),
        epochs,
        isomorphism=not exact,
        reduction=reduction,
        include_intermediates=intermediates or halfway,
        num_vertices=num_vertices,
        hash=module_hash,
        repeat=repeat,
        order_by=order_by,
        limit=limit,
        db=open_database(SCHEMA, db),
    )
    rows: Iterable[dict[str, Any]] = _at_halfway(result) if halfway else result
    print_trials(result, rows, form, sql, _tidy)


@click.command("nasbench101")
@click.option("--max-vertices", default=MAX_VERTICES, show_default=True, help="The most vertices.")
@click.option("--max-edges", default=MAX_EDGES, show_default=True, help="The most edges.")
@click.option("--num-ops", default=len(OPERATIONS), show_default=True, help="How many operations.")
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False), help="A .jsonl file.")
@click.option("--hashes", metavar="FILE", type=click.Path(dir_okay=False), help="A .npy file.")
def enumerate_space(
    max_vertices: int, max_edges: int, num_ops: int, out: str | None, hashes: str | None
) -> None:
    """Count the cells of NAS-Bench-101 by vertices, up to isomorphism; or write them all.

    --out writes a line of JSON for each cell: its canonical code, module hash, adjacency string,
    operations and trainable parameters. --hashes writes a NumPy array of the codes and hashes of
    the full space, which nasbench_db.nasbench101.space.enumerate_hashes reads again.

    \b
    Example:
      nasbench-db enumerate nasbench101 --max-vertices 5 --out cells.jsonl
    """
    from nasbench_db.nasbench101 import space
    from nasbench_db.nasbench101.canonical import FIRST_CODE

    if hashes is not None:
        click.echo(f"{len(space.enumerate_hashes(hashes)):,} cells in {hashes}")
        return
    if out is not None:
        cells = space.enumerate_cells(max_vertices, max_edges, num_ops)
        with open(out, "w", encoding="utf-8") as file:
            count = write_rows(map(_described, cells), "jsonl", file)
        click.echo(f"{count:,} cells in {out}")
        return
    codes = space.enumerate_codes(max_vertices, max_edges, num_ops)
    ends = codes.searchsorted(FIRST_CODE)
    rows = [
        {
            "num_vertices": size,
            "cells": int(ends[size + 1] - ends[size]),
            "up_to": int(ends[size + 1]),
        }
        for size in range(2, max_vertices + 1)
    ]
    write_rows(rows, "table", sys.stdout)


def _described(cell: Cell) -> dict[str, Any]:
    """What ``enumerate --out`` writes of a cell."""
    return {
        "code": cell.code,
        "hash": cell.hash,
        "adjacency": cell.adjacency,
        "ops": cell.ops,
        "trainable_parameters": cell.trainable_parameters,
    }


def _cell(arch: str | None, adjacency: str | None, ops: str | None) -> Cell | None:
    """The cell that the options describe, in one of their two ways."""
    if (adjacency is None) != (ops is None):
        raise click.UsageError("--adjacency and --ops go together")
    if arch is not None and adjacency is not None:
        raise click.UsageError("give the cell as --arch or as --adjacency and --ops, not as both")
    if adjacency is not None and ops is not None:
        return Cell.from_string(adjacency, ops)
    return None if arch is None else Cell.parse(arch)


def _at_halfway(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The trials with the last evaluation that was made after at most half of their epochs."""
    for row in rows:
        half = row["config"]["num_epochs"] // 2
        earlier = [point for point in row["intermediates"] if point["current_epoch"] <= half]
        yield {**row, "intermediates": earlier[-1:]}


def _tidy(rows: Iterable[dict[str, Any]], with_arch: bool) -> Iterator[dict[str, Any]]:
    """One flat row a trial, or a row for each of its intermediates if it has them."""
    for row in rows:
        config = row.pop("config")
        owner = {name: config[name] for name in ("hash", "num_vertices", "num_epochs")}
        trial_id = row.pop("id")
        if trial_id is not None:
            owner.update(trial_id=trial_id, repeat=row.pop("repeat"))
        arch = {"arch": canonical_json(config["arch"])} if with_arch else {}
        for point in row.pop("intermediates", [row]):
            point.pop("id", None)
            yield {**owner, **point, **arch}
