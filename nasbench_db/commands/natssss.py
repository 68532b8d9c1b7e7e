"""How the size search space is enumerated on the command line, and what it is asked."""

from __future__ import annotations

import click

from nasbench_db.commands.options import write_out

EXAMPLE = "--arch 8:8:8:16:32 --epochs 90 --dataset cifar100"


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
