"""What only NAS-Bench-Macro can be asked on the command line, and how its space is enumerated."""

from __future__ import annotations

import click

from nasbench_db.commands.options import write_out

EXAMPLE = "--arch 22212220"

OPTIONS = (click.option("--is-copy", type=int, help="0 for each network once."),)


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
