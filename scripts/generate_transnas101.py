"""Write a TransNAS-Bench-101 file with real architectures and made-up curves.

The layout is that of the published file: seven tasks with its metrics, and all 7,352
architectures, or some of them. A whole one has 113 MB and is held in memory. The curves follow
from the architecture, with noise (``nasbench_db/architectures/skill.py``).

::

    python scripts/generate_transnas101.py /tmp/transnas-bench.pth
"""

from __future__ import annotations

from pathlib import Path

import click

from nasbench_db.formats.torch_writing import Layout
from nasbench_db.transnas101.layout import official_like_order
from nasbench_db.transnas101.synthetic import write_pth


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--layout",
    type=click.Choice(["legacy", "zip"]),
    default="legacy",
    show_default=True,
    help="A PyTorch file in the older or newer layout.",
)
@click.option("--every", default=1, show_default=True, help="Take every N-th architecture.")
@click.option("--seed", default=0, show_default=True, help="Of the numbers.")
def generate(path: Path, layout: Layout, every: int, seed: int) -> None:
    """Write synthetic TransNAS-Bench-101 data to PATH."""
    archs = official_like_order()[::every]
    write_pth(path, archs, layout=layout, seed=seed)
    print(f"{len(archs):,} architectures, {path.stat().st_size:,} bytes: {path}")


if __name__ == "__main__":
    generate()
