"""What only NAS-Bench-201 can be asked on the command line, and how its space is enumerated."""

from __future__ import annotations

import sys

import click

from nasbench_db.commands.options import write_out
from nasbench_db.commands.query import Question
from nasbench_db.formats.rows import write_rows
from nasbench_db.nasbench201.query import class_of

EXAMPLE = "--arch 11 --epochs 200 --dataset cifar100 --reduction mean"

OPTIONS = (
    click.option(
        "--isomorphism",
        "isomorphic",
        is_flag=True,
        help="Match all cells of the same topology string.",
    ),
)


def apply(question: Question, isomorphic: bool) -> None:
    """Let a question be about all cells of the topology string of its cell."""
    if isomorphic and question.arch is not None:
        question.conditions["isomorphism"] = class_of(question.database, question.arch)
        question.arch = None


@click.command("nasbench201")
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False), help="A .jsonl file.")
def enumerate_space(out: str | None) -> None:
    """Count the cells of NAS-Bench-201, and the networks that differ; or write them all.

    --out writes a line of JSON for each cell, in the official order: its index, string, published
    topology string, and trainable parameters for CIFAR-10.

    \b
    Example:
      nasbench-db enumerate nasbench201 --out cells.jsonl
    """
    from nasbench_db.architectures.equivalence import ZERO_RULES
    from nasbench_db.architectures.topology import official_order

    cells = official_order()
    if out is not None:
        described = (
            {
                "arch_index": index,
                "arch_str": cell.arch_str,
                "unique_str": cell.unique_str,
                "trainable_parameters": cell.trainable_parameters(),
            }
            for index, cell in enumerate(cells)
        )
        write_out(described, out)
        return
    rows = [
        {"what": "cells", "count": len(cells)},
        {"what": "published topology strings", "count": len({c.unique_str for c in cells})},
    ]
    for rule in ZERO_RULES:
        count = len({cell.to_canonical_str(rule) for cell in cells})
        rows.append({"what": f"canonical forms, zero rule {rule}", "count": count})
    write_rows(rows, "table", sys.stdout)
