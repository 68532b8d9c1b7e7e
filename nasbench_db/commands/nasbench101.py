"""What only NAS-Bench-101 can be asked on the command line, and how its space is enumerated."""

from __future__ import annotations

import sys
from typing import Any

import click

from nasbench_db.commands.query import Points, Question
from nasbench_db.formats.rows import write_rows
from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.constants import MAX_EDGES, MAX_VERTICES, OPERATIONS
from nasbench_db.nasbench101.query import of_cell

EXAMPLE = """--epochs 108 --reduction mean \\
          --adjacency 010001000 --ops input,conv3x3-bn-relu,output"""

OPTIONS = (
    click.option("--hash", "module_hash", metavar="HASH", help="A module hash."),
    click.option("--adjacency", metavar="01..", help="A cell's matrix, row by row; with --ops."),
    click.option("--ops", metavar="OP,..", help="A cell's operations, input first, output last."),
    click.option("--exact", is_flag=True, help="Match the cell as written, not its isomorphs."),
    click.option("--num-vertices", type=int, metavar="N", help="Vertices of the cell."),
    click.option("--halfway", is_flag=True, help="Add the halfway evaluation only."),
)


def apply(
    question: Question,
    module_hash: str | None,
    adjacency: str | None,
    ops: str | None,
    exact: bool,
    halfway: bool,
) -> None:
    """Let a question be about one cell, given in any of these ways, or about halfway."""
    if (adjacency is None) != (ops is None):
        raise click.UsageError("--adjacency and --ops go together")
    if question.arch is not None and adjacency is not None:
        raise click.UsageError("give the cell as --arch or as --adjacency and --ops, not as both")
    if question.intermediates and halfway:
        raise click.UsageError("give --intermediates for all evaluations or --halfway for one")
    arch = question.arch
    if adjacency is not None and ops is not None:
        arch = Cell.from_string(adjacency, ops)
    question.arch, conditions = of_cell(arch, module_hash, not exact)
    question.conditions |= conditions
    if halfway:
        question.intermediates = True
        question.pick = _at_halfway


def _at_halfway(points: Points, num_epochs: int) -> Points:
    """The last evaluation that was made after at most half of the epochs."""
    return [point for point in points if point["current_epoch"] <= num_epochs // 2][-1:]


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
