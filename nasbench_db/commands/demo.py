"""The whole way on a small scale: an original-format file, its ingestion, and a question.

The cells are real; the metrics are made up, and marked so in the file and in the database.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nasbench_db.benchmarks import connect, ingest
from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.constants import CONV1X1_BN_RELU, CONV3X3_BN_RELU, INPUT, OUTPUT
from nasbench_db.nasbench101.query import query_nb101_trial_stats
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench101.synthetic import write_tfrecord

MAX_VERTICES = 5
"""The demo covers all 2,532 cells of at most this many vertices."""


def run_demo(folder: Path, say: Callable[[str], None]) -> Path:
    """Build the demo's files in a folder and tell what happens.

    Args:
        folder: where the source file and the database are put; older ones are replaced.
        say: is given the text, a few lines at a time.

    Returns:
        where the database lies.
    """
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "nasbench101_synthetic.tfrecord"
    records = write_tfrecord(source, enumerate_cells(max_vertices=MAX_VERTICES))
    say(f"1. Wrote {records:,} records to {source}")
    say("   The cells are real, the metrics SYNTHETIC: made up, not measured.\n")

    report = ingest(
        "nasbench101", source, folder / "nasbench101_synthetic.db", progress=False, force=True
    )
    say(f"2. Ingested {report}\n")

    cell = Cell(
        [[0, 1, 1, 0], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0]],
        [INPUT, CONV3X3_BN_RELU, CONV1X1_BN_RELU, OUTPUT],
    )
    result = query_nb101_trial_stats(
        cell, 108, reduction="mean", db=connect("nasbench101", report.path)
    )
    say("3. Asked for the mean of a cell's trials of 108 epochs:")
    say(f"   {result.sql()}")
    for trial in result:
        say(
            f"   -> test_acc {trial['test_acc']:.4f} %, training_time "
            f"{trial['training_time']:.1f} s over {trial['num_trials']} trials (SYNTHETIC)\n"
        )
    say(f"The database lies at {report.path}")
    return report.path
