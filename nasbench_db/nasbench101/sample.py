"""The sample of NAS-Bench-101: all three trainings for 108 epochs of 15 real cells."""

from __future__ import annotations

from pathlib import Path

from nasbench_db.nasbench101.ingest import build as build_of_files
from nasbench_db.sources.packaged import Packaged
from nasbench_db.store.building import Report

CELLS = Packaged(
    "nasbench101",
    "sample.tfrecord",
    (
        "Real values of 15 of the 423,624 cells: all three trainings for 108 epochs, halfway and "
        "at their end, from NAS-Bench-101 by Ying et al., as automl/NASLib has them "
        "(tests/assets/nb101_dummy.pkl).",
        "Missing: the other cells, and 4, 12 and 36 epochs.",
    ),
)
"""A file in the original's own layout, which says itself that it is a sample.

What is not known of a training is not in its record: the evaluation before it, the total time.
"""


def build(path: Path, *, force: bool = False) -> Report:
    """Build the database of the sample; see :func:`nasbench_db.sample`."""
    return build_of_files([str(CELLS.path)], path, force, False, False, {"changes": CELLS.told})
