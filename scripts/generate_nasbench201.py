"""Write large NAS-Bench-201 and NATS-Bench files with real architectures and made-up curves.

The byte layouts are those of the published files, of which a full one has 5 GB. Generation takes
40 ms for an architecture of the topology space, compression by bzip2 as much again; memory stays
below 200 MB. The curves follow from the architecture, with noise
(``nasbench_db/architectures/skill.py``).

::

    python scripts/generate_nasbench201.py /tmp/NAS-Bench-201-v1_1-096897.pth --architectures 1500
    python scripts/generate_nasbench201.py /tmp/NATS-sss-v1_0-50262-simple --space sss \\
        --layout folder --architectures 100
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from nasbench_db.nasbench201.synthetic import TOPOLOGIES, write_pth
from nasbench_db.nats.synthetic import repeated, write_nats, write_nats_folder
from nasbench_db.natssss.synthetic import SIZES

_SPACES = {"tss": TOPOLOGIES, "sss": SIZES}


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--space", type=click.Choice(list(_SPACES)), default="tss", show_default=True)
@click.option(
    "--layout",
    type=click.Choice(["legacy", "zip", "nats", "folder"]),
    default="legacy",
    show_default=True,
    help="A PyTorch file in the older or newer layout, NATS-Bench's file, or its folder.",
)
@click.option("--architectures", default=1500, show_default=True, help="Take the first N.")
@click.option(
    "--real-curves",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A NATS-Bench folder whose curves are repeated with other numbers.",
)
@click.option("--seed", default=0, show_default=True, help="Of the numbers.")
def generate(
    path: Path,
    space: str,
    layout: Literal["legacy", "zip", "nats", "folder"],
    architectures: int,
    real_curves: Path | None,
    seed: int,
) -> None:
    """Write synthetic NAS-Bench-201 or NATS-Bench data to PATH."""
    made_up = _SPACES[space]
    records = repeated(real_curves, made_up, seed=seed) if real_curves else None
    indices = range(architectures)
    if layout == "folder":
        write_nats_folder(path, indices, made_up, seed=seed, records=records)
    elif layout == "nats":
        write_nats(path, indices, made_up, seed=seed, records=records)
    elif space == "tss":
        write_pth(path, indices, layout=layout, seed=seed, records=records)
    else:
        raise click.UsageError("the size search space has the layouts nats and folder only")
    files = path.iterdir() if path.is_dir() else [path]
    size = sum(file.stat().st_size for file in files)
    print(f"{architectures:,} architectures, {size:,} bytes: {path}")


if __name__ == "__main__":
    generate()
