"""Write the three sets of NAS-Bench-NLP with cells drawn at random and made-up curves.

Layout and counts are those of the original's repository: an archive of 14,323 logs of Penn
Treebank; one of 12,343, three trainings of each of 4,114 cells, of which the first is in both; and
one of 345 logs of WikiText-2. Some 144 MB, in a minute.

::

    python scripts/generate_nlp.py /tmp/nas-bench-nlp-release
    nasbench-db ingest nlp /tmp/nas-bench-nlp-release
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from nasbench_db.nlp.cell import Cell
from nasbench_db.nlp.synthetic import made_up_cells, made_up_log, write_zip

SINGLE, SEVERAL, RUNS, WIKITEXT = 14_323, 4_114, 3, 345
"""Cells that were trained once, those of them that were trained three times, and the logs of
WikiText-2. The original has one log more in its second set."""

FIRST = 1_000_000
"""The number of the first recipe."""


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--every", default=1, show_default=True, help="Take every N-th cell.")
@click.option("--seed", default=0, show_default=True, help="Of the cells.")
def generate(folder: Path, every: int, seed: int) -> None:
    """Write synthetic NAS-Bench-NLP data to FOLDER, as a clone of the repository has them."""
    cells = made_up_cells(-(-SINGLE // every), seed=seed)
    several = -(-SEVERAL // every)
    one = range(1)
    write(folder, "single_run", logs(cells, one, "ptb"))
    write(folder, "multi_runs", logs(cells[:several], range(RUNS), "ptb"))
    write(folder, "wikitext-2", logs(cells[: -(-WIKITEXT // every)], one, "wikitext-2"))


def logs(cells: Iterable[Cell], runs: Iterable[int], dataset: str) -> Iterator[dict[str, Any]]:
    """The logs of some trainings, of which one in twenty fails."""
    for number, cell in enumerate(cells, FIRST):
        for run in runs:
            fails = 1 + number % 50 if (number + run) % 20 == 19 else None
            yield made_up_log(cell, number, dataset=dataset, run=run, fails_at=fails)


def write(folder: Path, name: str, found: Iterable[dict[str, Any]]) -> None:
    """Write the archive of a set, and tell its size."""
    path = folder / f"train_logs_{name}" / "logs.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0

    def counted() -> Iterator[dict[str, Any]]:
        nonlocal count
        for log in found:
            count += 1
            yield log

    write_zip(path, counted())
    print(f"{count:,} logs, {path.stat().st_size:,} bytes: {path}", flush=True)


if __name__ == "__main__":
    generate()
