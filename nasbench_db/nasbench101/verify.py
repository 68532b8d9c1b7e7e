"""Check a NAS-Bench-101 database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import orjson

from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.means import EPOCHS, REPEATS, TOLERANCE, published_accuracies
from nasbench_db.nasbench101.sources import EC_NAS
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.marks import SYNTHETIC
from nasbench_db.store.models import canonical_json
from nasbench_db.store.progress import tqdm
from nasbench_db.store.verifying import Finding, outside, to_its_end, verify_tables

_ACCURACIES = ("train_acc", "valid_acc", "test_acc")


_CHECKS = {
    "accuracies of trials lie between 0 and 100": (
        f"SELECT id FROM nb101trialstats WHERE {outside(_ACCURACIES, 0, 100)}"
    ),
    "accuracies of intermediates lie between 0 and 100": (
        f"SELECT id FROM nb101intermediatestats WHERE {outside(_ACCURACIES, 0, 100)}"
    ),
    "parameters and training times are not negative": (
        "SELECT id FROM nb101trialstats WHERE parameters < 0 OR training_time < 0"
    ),
    "every config has trials": (
        "SELECT id FROM nb101trialconfig WHERE id NOT IN (SELECT config_id FROM nb101trialstats)"
    ),
    "trials have the epochs of their config": (
        "SELECT t.id AS id FROM nb101trialstats t JOIN nb101trialconfig c ON c.id = t.config_id "
        "WHERE t.num_epochs <> c.num_epochs"
    ),
    "the repeats of a config are numbered from 0": (
        "SELECT config_id AS id FROM nb101trialstats GROUP BY config_id HAVING min(repeat) <> 0 "
        "OR max(repeat) <> count(*) - 1 OR count(DISTINCT repeat) <> count(*)"
    ),
    "no evaluation comes after the end of its training": (
        "SELECT i.id AS id FROM nb101intermediatestats i JOIN nb101trialstats t "
        "ON t.id = i.trial_id WHERE i.current_epoch > t.num_epochs"
    ),
    "every trial's last intermediate equals its final values": (
        "SELECT t.id AS id FROM nb101trialstats t LEFT JOIN nb101intermediatestats i "
        "ON i.trial_id = t.id AND i.current_epoch = t.num_epochs WHERE i.trial_id IS NULL OR "
        "(i.train_acc, i.valid_acc, i.test_acc, i.training_time) IS NOT "
        "(t.train_acc, t.valid_acc, t.test_acc, t.training_time)"
    ),
}


@to_its_end
def verify(database: BenchmarkDatabase, progress: bool = True) -> Iterator[Finding]:
    """Check the file, the tables, the ranges of the numbers, and every cell's hash.

    Args:
        database: what to check.
        progress: show a progress bar on stderr while hashes are recomputed.

    Yields:
        a finding for each check, those without problems included.
    """
    if (yield from verify_tables(database, _CHECKS)):
        yield from _verify_cells(database, progress)
        yield from _verify_means(database)


def _verify_cells(database: BenchmarkDatabase, progress: bool) -> Iterator[Finding]:
    """Recompute what each config says of its cell."""
    ((count,),) = database.select("SELECT count(*) FROM nb101trialconfig")
    # The statistics are compared with the trials by a check of their own.
    rows = database.select(
        "SELECT c.id, s.parameters_min, s.parameters_max, c.hash, c.arch, c.num_vertices, "
        "c.canonical FROM nb101trialconfig c LEFT JOIN nb101configstats s "
        "ON s.num_epochs = c.num_epochs AND s.config_id = c.id ORDER BY c.hash"
    )
    invalid: list[str] = []
    mistaken: list[str] = []
    miscounted: list[str] = []
    last = cell = None
    for number, *parameters, module_hash, arch, num_vertices, canonical in tqdm(
        rows, total=count, disable=not progress, unit="config"
    ):
        written = module_hash, arch, num_vertices, canonical
        if written == last and cell is not None:
            miscounted += _miscounted(number, cell, parameters)
        if written == last:  # the same cell with another number of epochs
            continue
        last, cell = written, None
        try:
            cell = Cell.from_arch(orjson.loads(arch))
        except ValueError as error:  # no JSON, or no cell
            invalid.append(f"config {number}: {error}")
            continue
        if cell.hash != module_hash:
            mistaken.append(f"config {number}: the hash is {module_hash}, its graph's {cell.hash}")
        expected = (cell.num_vertices, canonical_json(cell.arch), cell.canonical_code)
        if (num_vertices, arch, canonical) != expected:
            invalid.append(f"config {number}: num_vertices, arch or canonical is not the cell's")
        miscounted += _miscounted(number, cell, parameters)
    yield Finding.of("every cell is in the search space", invalid)
    yield Finding.of("every hash is that of its cell", mistaken)
    if not _is_of_another_benchmark(database):
        yield Finding.of("parameters of trials are those of their network", miscounted)


def _miscounted(number: int, cell: Cell, parameters: Sequence[float | None]) -> Iterator[str]:
    """The least and the most parameters of a config's trials that are not those of its cell."""
    right = cell.trainable_parameters
    for found in dict.fromkeys(parameters):
        if found is not None and round(found * 1e6) != right:
            yield f"config {number}: {found:.6f} million parameters instead of {right / 1e6:.6f}"


def _is_of_another_benchmark(database: BenchmarkDatabase) -> bool:
    """Whether it is of one in the same layout, with other networks."""
    return any(EC_NAS in (row["changes"] or ()) for row in database.provenance())


def _verify_means(database: BenchmarkDatabase) -> Iterator[Finding]:
    """Compare the cells that have all their trainings with what was published of their means.

    Of made-up numbers, of another benchmark, and where no cell has all, there is nothing to
    compare.
    """
    if database.mark == SYNTHETIC or _is_of_another_benchmark(database):
        return
    rows = list(
        database.select(
            "SELECT c.canonical, s.test_acc_mean, c.id FROM nb101configstats s "
            "JOIN nb101trialconfig c ON c.id = s.config_id "
            f"WHERE s.num_epochs = {EPOCHS} AND s.test_acc_n = {REPEATS}"
        )
    )
    if not rows:
        return
    codes, published = published_accuracies()
    cells = np.array([row[0] for row in rows], dtype=np.int64)
    places = np.minimum(np.searchsorted(codes, cells), len(codes) - 1)
    means = np.array([row[1] for row in rows])
    differ = ~(np.abs(means - published[places]) <= TOLERANCE) | (codes[places] != cells)
    lines = [
        f"config {rows[row][2]}: {means[row]:.6f} percent here, {published[places[row]]:.6f} "
        "published"
        for row in np.flatnonzero(differ).tolist()
    ]
    yield Finding.of(
        f"the mean test accuracy of every cell after {EPOCHS} epochs is the published one", lines
    )
