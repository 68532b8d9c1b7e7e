"""Check a NAS-Bench-Macro database."""

from __future__ import annotations

from collections.abc import Iterator

from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nasbenchmacro.cell import Cell
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import canonical_json
from nasbench_db.store.progress import tqdm
from nasbench_db.store.verifying import Finding, outside, to_its_end, verify_tables

_CHECKS = {
    "accuracies lie within 0 and 100": (
        f"SELECT id FROM macrotrialstats WHERE {outside(['best_test_acc'], 0, 100)}"
    ),
    "every config has a trial, and no two of one seed": (
        "SELECT c.id AS id FROM macrotrialconfig AS c LEFT JOIN macrotrialstats AS t "
        "ON t.config_id = c.id GROUP BY c.id HAVING count(t.id) = 0 "
        "OR count(DISTINCT t.seed) <> count(t.seed)"
    ),
    "a copy has the accuracies of the network that was trained": (
        "SELECT t.id AS id FROM macrotrialconfig AS c JOIN macrotrialstats AS t "
        "ON t.config_id = c.id JOIN macrotrialconfig AS o ON o.arch_str = c.canonical_str "
        "AND o.num_epochs = c.num_epochs JOIN macrotrialstats AS s "
        "ON s.config_id = o.id AND s.seed = t.seed "
        "WHERE c.is_copy AND s.best_test_acc <> t.best_test_acc"
    ),
}


@to_its_end
def verify(database: BenchmarkDatabase, progress: bool = True) -> Iterator[Finding]:
    """Check the file, the tables, the ranges of the numbers, and every architecture.

    Args:
        database: what to check.
        progress: show a progress bar on stderr.
    """
    if not (yield from verify_tables(database, _CHECKS)):
        return
    rows = database.select(
        "SELECT DISTINCT c.id, c.arch_str, c.arch, c.canonical_str, c.is_copy, t.parameters, "
        "t.flops FROM macrotrialconfig AS c LEFT JOIN macrotrialstats AS t ON t.config_id = c.id"
    )
    mistaken, miscounted = [], []
    for number, code, *stored, parameters, flops in tqdm(rows, disable=not progress):
        try:
            cell = Cell.from_string(code)
        except InvalidArchitecture as error:
            mistaken.append(f"config {number}: {error}")
            continue
        trained = cell.canonical().arch_str
        if stored != [canonical_json(cell.arch), trained, int(code != trained)]:
            mistaken.append(f"config {number} is not of architecture {code}")
        counts = [None if count is None else round(count * 1e6) for count in (parameters, flops)]
        if counts != [cell.trainable_parameters(), cell.flops()]:
            miscounted.append(f"config {number}, {code}")
    yield Finding.of("every architecture is one of the search space", mistaken)
    yield Finding.of("parameters and FLOPs are those of the network", miscounted)
