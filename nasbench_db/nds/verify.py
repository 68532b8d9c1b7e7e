"""Check an NDS database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nasbench_db.nds.cell import Cell
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import canonical_json, json_value
from nasbench_db.store.progress import tqdm
from nasbench_db.store.verifying import Finding, outside, to_its_end, verify_tables

_ACCURACIES = ("final_train_acc", "final_test_acc", "best_train_acc", "best_test_acc")
_CLOSE = 1e-6  # percent: what the subtraction from 100 may make of a number

_CHECKS = {
    "accuracies and errors of trials lie between 0 and 100": (
        f"SELECT id FROM ndstrialstats WHERE {outside((*_ACCURACIES, 'min_test_top1'), 0, 100)}"
    ),
    "accuracies of intermediates lie between 0 and 100": (
        f"SELECT id FROM ndsintermediatestats WHERE {outside(('train_acc', 'test_acc'), 0, 100)}"
    ),
    "losses, sizes and times are not negative": (
        "SELECT id FROM ndstrialstats WHERE min(final_train_loss, best_train_loss) < 0 "
        "OR parameters < 0 OR flops < 0 OR iter_time < 0"
    ),
    "every config has trials": (
        "SELECT id FROM ndstrialconfig WHERE id NOT IN (SELECT config_id FROM ndstrialstats)"
    ),
    "every trial has an intermediate for each of its epochs": (
        "SELECT t.id AS id FROM ndstrialstats AS t JOIN ndstrialconfig AS c ON c.id = t.config_id "
        "WHERE (SELECT count(*) || ' ' || max(i.current_epoch) || ' ' || min(i.current_epoch) "
        "FROM ndsintermediatestats AS i WHERE i.trial_id = t.id) "
        "IS NOT c.num_epochs || ' ' || c.num_epochs || ' 1'"
    ),
    "every trial's last intermediate equals its final values": (
        "SELECT t.id AS id FROM ndstrialstats AS t JOIN ndstrialconfig AS c ON c.id = t.config_id "
        "LEFT JOIN ndsintermediatestats AS i ON i.trial_id = t.id "
        "AND i.current_epoch = c.num_epochs WHERE i.trial_id IS NULL OR "
        "(i.train_acc, i.train_loss, i.test_acc) IS NOT "
        "(t.final_train_acc, t.final_train_loss, t.final_test_acc)"
    ),
    "the best values are those of the best intermediates": (
        "SELECT t.id AS id FROM ndstrialstats AS t WHERE "
        "(SELECT max(i.train_acc) FROM ndsintermediatestats AS i WHERE i.trial_id = t.id) "
        "IS NOT t.best_train_acc OR "
        "(SELECT min(i.train_loss) FROM ndsintermediatestats AS i WHERE i.trial_id = t.id) "
        "IS NOT t.best_train_loss OR "
        "(SELECT max(i.test_acc) FROM ndsintermediatestats AS i WHERE i.trial_id = t.id) "
        "IS NOT t.best_test_acc"
    ),
    "the recorded lowest error is that of the best test accuracy": (
        f"SELECT id FROM ndstrialstats WHERE abs(100 - best_test_acc - min_test_top1) > {_CLOSE}"
    ),
    "a trial stands where it says": (
        "SELECT t.id AS id FROM ndstrialstats AS t WHERE t.sweep IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM ndsplace AS p WHERE p.trial_id = t.id AND p.sweep = t.sweep "
        "AND p.sweep_group IS t.sweep_group AND p.job_id IS t.job_id)"
    ),
}


@to_its_end
def verify(database: BenchmarkDatabase, progress: bool = True) -> Iterator[Finding]:
    """Check the file, the tables, the ranges of the numbers, and every architecture.

    Args:
        database: what to check.
        progress: show a progress bar on stderr while the networks are counted.

    Yields:
        a finding for each check, those without problems included.
    """
    if not (yield from verify_tables(database, _CHECKS)):
        return
    yield from _verify_architectures(database, progress)


def _verify_architectures(database: BenchmarkDatabase, progress: bool) -> Iterator[Finding]:
    """Compare what each config says of its architecture, and its sizes where they are known."""
    ((count,),) = database.select("SELECT count(*) FROM ndstrialconfig")
    rows = database.select(
        "SELECT c.id, c.dataset, c.arch, c.model_family, c.model_spec, c.cell_spec, c.arch_hash, "
        "min(t.parameters), max(t.parameters), min(t.flops), max(t.flops) "
        "FROM ndstrialconfig AS c LEFT JOIN ndstrialstats AS t ON t.config_id = c.id "
        "GROUP BY c.id ORDER BY c.id"
    )
    mistaken: list[str] = []
    sizes: list[str] = []
    for number, dataset, arch, *rest in tqdm(
        rows, total=count, disable=not progress, unit="config"
    ):
        try:
            cell = Cell.parse(json_value(arch))
        except ValueError as error:
            mistaken.append(f"config {number}: {error}")
            continue
        specs = (canonical_json(cell.model_spec), canonical_json(cell.cell_spec))
        told = (canonical_json(cell.arch), cell.model_family, *specs, cell.arch_hash)
        if (arch, *rest[:4]) != told:
            mistaken.append(f"config {number}: its columns are not those of its arch")
        # The counting of networks for ImageNet, and of those with auxiliary heads, is not known.
        if dataset == "cifar10":
            sizes += _miscounted(number, "parameters", cell.trainable_parameters(), rest[4:6])
            sizes += _miscounted(number, "flops", cell.flops(), rest[6:8])
    yield Finding.of("every architecture is one of the search spaces", mistaken)
    yield Finding.of(
        "parameters and FLOPs are those of the network, where they can be counted", sizes
    )


def _miscounted(number: int, name: str, counted: int | None, stored: Any) -> list[str]:
    """A message if a count is not the stored one, of which the least and the most are given."""
    if counted is None:
        return []
    found = {round(value * 1e6) for value in stored if value is not None} - {counted}
    return [f"config {number}: {name} is {min(found):,}, counted {counted:,}"] if found else []
