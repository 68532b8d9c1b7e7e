"""NAS-Bench-Macro from the package: the whole of it."""

from __future__ import annotations

from pathlib import Path

from nasbench_db.nasbenchmacro.cell import enumerate_cells
from nasbench_db.nasbenchmacro.constants import SEEDS
from nasbench_db.nasbenchmacro.ingest import build as build_of_entries
from nasbench_db.nasbenchmacro.record import Entry
from nasbench_db.nasbenchmacro.schema import SCHEMA
from nasbench_db.sources.packaged import Packaged
from nasbench_db.store.building import Builder, Report

WHOLE = Packaged(
    "nasbenchmacro",
    "whole.csv.xz",
    (
        "Real values, the whole benchmark: three trainings, parameters and FLOPs of all 6,561 "
        "codes, from NAS-Bench-Macro by Su et al., as xiusu/NAS-Bench-Macro has them "
        "(commit 61a2bfc). Missing: nothing.",
    ),
)
_FORM = "columns"


def build(path: Path, *, force: bool = False) -> Report:
    """Build the database. It is no sample but the whole, and not marked.

    Args:
        path: where it shall lie; it appears there only when complete.
        force: replace a database that lies there.

    Raises:
        SourceError: the package lacks the file, or it is damaged.
        DatabaseExists: there is a file at ``path`` and ``force`` is false.
        BuildError: the database cannot be written.
    """
    with Builder(SCHEMA, path, force=force) as builder:
        columns = WHOLE.columns()
        accuracies = [map(float, columns[f"test_acc {seed}"]) for seed in SEEDS]
        counts = [map(int, columns[name]) for name in ("params", "flops")]
        # The order of enumerate_cells is that of the codes.
        entries = [
            Entry(cell, tuple(values), parameters, flops)
            for cell, *values, parameters, flops in zip(
                enumerate_cells(), *accuracies, *counts, strict=True
            )
        ]
        return build_of_entries(builder, entries, WHOLE.described(len(entries), _FORM))
