"""The subcommands of NAS-Bench-201: ``nasbench-db query nasbench201`` and the like."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import click

from nasbench_db.architectures.inputs import from_text
from nasbench_db.commands.options import print_trials, with_query_options, write_out
from nasbench_db.formats.rows import write_rows
from nasbench_db.nasbench201.query import query_nb201_trial_stats
from nasbench_db.nasbench201.schema import SCHEMA
from nasbench_db.nats.datasets import STORED
from nasbench_db.store.database import open_database
from nasbench_db.store.models import canonical_json

DATASET = click.Choice(STORED, case_sensitive=False)


@click.command()
@click.option(
    "--arch", metavar="ARCH", help="A cell: its string, its official index, or NNI's dict as JSON."
)
@click.option("--dataset", type=DATASET, help="The data set; all if not given.")
@click.option("--seed", type=int, help="The random seed of the training.")
@click.option("--isomorphism", is_flag=True, help="Match all cells of the same topology string.")
@with_query_options
def query(
    db: str | None,
    arch: str | None,
    dataset: str | None,
    seed: int | None,
    isomorphism: bool,
    epochs: int | None,
    reduction: str | None,
    intermediates: bool,
    order_by: str | None,
    limit: int | None,
    form: str,
    sql: bool,
) -> None:
    """Print the trials of NAS-Bench-201 that match all options.

    Accuracies are percent, parameters and FLOPs millions, times seconds.

    \b
    Example:
      nasbench-db query nasbench201 --arch 11 --epochs 200 --dataset cifar100 --reduction mean
    """
    result = query_nb201_trial_stats(
        None if arch is None else from_text(arch),
        epochs,
        dataset,
        reduction,
        intermediates,
        isomorphism=isomorphism,
        seed=seed,
        order_by=order_by,
        limit=limit,
        db=open_database(SCHEMA, db),
    )
    print_trials(result, result, form, sql, tidy)


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


def tidy(rows: Iterable[dict[str, Any]], with_arch: bool) -> Iterator[dict[str, Any]]:
    """One flat row a trial, or a row for each of its epochs if it has them."""
    for row in rows:
        config = row.pop("config")
        owner = {name: config[name] for name in ("arch_index", "num_epochs", "dataset")}
        trial_id = row.pop("id")
        if trial_id is not None:
            owner.update(trial_id=trial_id, seed=row.pop("seed"))
        of_arch = {}
        if with_arch:
            of_arch = {"arch_str": config["arch_str"], "arch": canonical_json(config["arch"])}
        for point in row.pop("intermediates", [row]):
            point.pop("id", None)
            yield {**owner, **point, **of_arch}
