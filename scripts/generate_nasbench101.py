"""Write a full-scale NAS-Bench-101 file with real cells and made-up metrics.

All 423,624 cells with their real hashes and parameter counts, in the byte layout of the published
file: 2.09 GB for all budgets, in about a minute and a half. The metrics follow from the cell, with
noise (``nasbench_db/architectures/skill.py``).

::

    python scripts/generate_nasbench101.py /tmp/full.tfrecord
    python scripts/generate_nasbench101.py --only108 --shuffled --every 10 /tmp/tenth108.tfrecord
"""

from __future__ import annotations

import itertools
from pathlib import Path

import click

from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench101.synthetic import BUDGETS, write_tfrecord


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--only108", is_flag=True, help="Only the budget of 108 epochs.")
@click.option("--shuffled", is_flag=True, help="Records in random order, not cell by cell.")
@click.option("--every", default=1, show_default=True, help="Take every n-th cell.")
@click.option("--seed", default=0, show_default=True, help="Of the metrics and the order.")
def generate(path: Path, only108: bool, shuffled: bool, every: int, seed: int) -> None:
    """Write a synthetic NAS-Bench-101 TFRecord file to PATH."""
    records = write_tfrecord(
        path,
        itertools.islice(enumerate_cells(), 0, None, every),
        budgets=BUDGETS[-1:] if only108 else BUDGETS,
        shuffled=shuffled,
        seed=seed,
    )
    print(f"{records:,} records, {path.stat().st_size:,} bytes: {path}")


if __name__ == "__main__":
    generate()
