"""Check a NAS-Bench-Macro database."""

from __future__ import annotations

from collections.abc import Iterator

from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nasbenchmacro.cell import Cell
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import canonical_json
from nasbench_db.store.progress import tqdm
from nasbench_db.store.verifying import Finding, outside, to_its_end, verify_file, verify_queries

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
    whole, *rest = verify_file(database)
    yield from (whole, *rest)
    if whole.problems:
        return
    yield from verify_queries(database, _CHECKS)
    configs = list(
        database.select("SELECT id, arch_str, arch, canonical_str, is_copy FROM macrotrialconfig")
    )
    costs: dict[int, set[tuple[int | None, ...]]] = {}
    for config, parameters, flops in database.select(
        "SELECT DISTINCT config_id, parameters, flops FROM macrotrialstats"
    ):
        counts = [None if c is None else round(c * 1e6) for c in (parameters, flops)]
        costs.setdefault(config, set()).add(tuple(counts))
    mistaken, miscounted = [], []
    for number, code, *stored in tqdm(configs, disable=not progress, unit="config"):
        try:
            cell = Cell.from_string(code)
        except InvalidArchitecture as error:
            mistaken.append(f"config {number}: {error}")
            continue
        trained = cell.canonical().arch_str
        if stored != [canonical_json(cell.arch), trained, int(code != trained)]:
            mistaken.append(f"config {number} is not of architecture {code}")
        if costs.get(number) != {(cell.trainable_parameters(), cell.flops())}:
            miscounted.append(f"config {number}, {code}")
    yield Finding(
        "every architecture is one of the search space", len(mistaken), "".join(mistaken[:1])
    )
    yield Finding(
        "parameters and FLOPs are those of the network", len(miscounted), "".join(miscounted[:1])
    )
