"""The subcommands of the size search space: ``nasbench-db query natssss`` and the like."""

from __future__ import annotations

import click

from nasbench_db.architectures.inputs import from_text
from nasbench_db.commands.nasbench201 import DATASET, tidy
from nasbench_db.commands.options import print_trials, with_query_options, write_out
from nasbench_db.natssss.query import query_natssss_trial_stats
from nasbench_db.natssss.schema import SCHEMA
from nasbench_db.store.database import open_database


@click.command()
@click.option("--arch", metavar="ARCH", help="Channels such as 8:8:8:16:32, or the index.")
@click.option("--dataset", type=DATASET, help="The data set; all if not given.")
@click.option("--seed", type=int, help="The random seed of the training.")
@with_query_options
def query(
    db: str | None,
    arch: str | None,
    dataset: str | None,
    seed: int | None,
    epochs: int | None,
    reduction: str | None,
    intermediates: bool,
    order_by: str | None,
    limit: int | None,
    form: str,
    sql: bool,
) -> None:
    """Print the trials of NATS-Bench's size search space that match all options.

    Accuracies are percent, parameters and FLOPs millions, times seconds.

    \b
    Example:
      nasbench-db query natssss --arch 8:8:8:16:32 --epochs 90 --dataset cifar100
    """
    result = query_natssss_trial_stats(
        None if arch is None else from_text(arch),
        epochs,
        dataset,
        reduction,
        intermediates,
        seed=seed,
        order_by=order_by,
        limit=limit,
        db=open_database(SCHEMA, db),
    )
    print_trials(result, result, form, sql, tidy)


@click.command("natssss")
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False), help="A .jsonl file.")
def enumerate_space(out: str | None) -> None:
    """Count the architectures of the size search space, or write them all.

    --out writes a line of JSON for each, in the official order: its index, channels, and trainable
    parameters for CIFAR-10.

    \b
    Example:
      nasbench-db enumerate natssss --out sizes.jsonl
    """
    from nasbench_db.natssss.cell import enumerate_cells
    from nasbench_db.natssss.constants import SPACE_SIZE

    if out is None:
        click.echo(f"{SPACE_SIZE:,} architectures")
        return
    described = (
        {
            "arch_index": cell.index,
            "arch_str": cell.arch_str,
            "trainable_parameters": cell.trainable_parameters(),
        }
        for cell in enumerate_cells()
    )
    write_out(described, out)
