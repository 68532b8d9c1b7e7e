"""Check a TransNAS-Bench-101 database."""

from __future__ import annotations

from collections.abc import Iterator

from nasbench_db.errors import InvalidArchitecture
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import canonical_json
from nasbench_db.store.progress import tqdm
from nasbench_db.store.verifying import Finding, outside, to_its_end, verify_tables
from nasbench_db.transnas101.cell import Cell
from nasbench_db.transnas101.constants import INFO_COLUMNS
from nasbench_db.transnas101.metrics import METRICS, QUANTITIES, described, parse

_TRIALS, _INTERMEDIATES = "tnb101trialstats", "tnb101intermediatestats"

_WHOLE_CURVES = "every trial has an intermediate for each of its epochs"


@to_its_end
def verify(database: BenchmarkDatabase, progress: bool = True) -> Iterator[Finding]:
    """Check the file, the tables, the ranges of the numbers, and every architecture.

    Args:
        database: what to check.
        progress: show a progress bar on stderr.
    """
    checks = _checks()
    if database.is_sample:
        del checks[_WHOLE_CURVES]
    if (yield from verify_tables(database, checks)):
        yield _verify_architectures(database, progress)


def _verify_architectures(database: BenchmarkDatabase, progress: bool) -> Finding:
    """Check that every architecture is one of its search space, and every config of one."""
    archs = {}
    mistaken = []
    rows = database.select(
        "SELECT arch_index, arch_str, search_space FROM tnb101architecture ORDER BY arch_index"
    )
    for place, (index, arch_str, space) in enumerate(rows):
        if index != place:
            mistaken.append(f"architecture {index} stands at the place of {place}")
        try:
            cell = Cell.from_string(arch_str)
        except InvalidArchitecture as error:
            mistaken.append(f"architecture {index}: {error}")
            continue
        if cell.search_space != space:
            mistaken.append(f"architecture {index}: {arch_str} is not of the space {space}")
        archs[index] = (arch_str, space, canonical_json(cell.arch))
    rows = database.select(
        "SELECT id, arch_index, arch_str, search_space, arch FROM tnb101trialconfig ORDER BY id"
    )
    count = database.provenance()[0]["configs"]
    for number, index, *stored in tqdm(rows, total=count, disable=not progress, unit="config"):
        if index in archs and archs[index] != tuple(stored):
            mistaken.append(f"config {number} is not of architecture {index}")
    return Finding.of("every architecture is of its search space", mistaken)


def _checks() -> dict[str, str]:
    """For each statement that should hold, a SELECT of the rows for which it does not."""
    wrong = " OR ".join(outside([name], *_limits(name)) for name in METRICS)
    infos = outside(INFO_COLUMNS.values(), 0, float("inf"))
    last = (
        f"SELECT t.id AS id FROM {_TRIALS} t JOIN {_INTERMEDIATES} i ON i.trial_id = t.id "
        f"AND i.current_epoch = (SELECT max(current_epoch) FROM {_INTERMEDIATES} "
        "WHERE trial_id = t.id) WHERE "
    )
    differ = " OR ".join(f"(i.{n} IS NOT NULL AND t.{n} IS NOT i.{n})" for n in METRICS)
    return {
        "metrics of trials lie within their limits": f"SELECT id FROM {_TRIALS} WHERE {wrong}",
        "metrics of intermediates lie within their limits": (
            f"SELECT id FROM {_INTERMEDIATES} WHERE {wrong}"
        ),
        "inference times, parameters and FLOPs are not negative": (
            f"SELECT id FROM {_TRIALS} WHERE {infos}"
        ),
        "every config has one trial": (
            f"SELECT c.id AS id FROM tnb101trialconfig c LEFT JOIN {_TRIALS} t "
            "ON t.config_id = c.id GROUP BY c.id HAVING count(t.id) <> 1"
        ),
        "every config is of an architecture of the database": (
            "SELECT id FROM tnb101trialconfig "
            "WHERE arch_index NOT IN (SELECT arch_index FROM tnb101architecture)"
        ),
        "the intermediates of a trial are of its epochs, counted from 1": (
            f"SELECT trial_id AS id FROM {_INTERMEDIATES} GROUP BY trial_id "
            "HAVING min(current_epoch) <> 1 OR max(current_epoch) <> count(*)"
        ),
        _WHOLE_CURVES: (
            f"SELECT t.id AS id FROM {_TRIALS} t JOIN tnb101trialconfig c ON c.id = t.config_id "
            f"LEFT JOIN {_INTERMEDIATES} i ON i.trial_id = t.id "
            "GROUP BY t.id HAVING count(i.trial_id) <> c.num_epochs"
        ),
        "every trial's last intermediate equals its final values": (
            f"{last} {differ} OR (i.further IS NOT NULL AND t.further IS NULL)"
        ),
        "every metric with values is one of its task": _values_of_other_tasks(),
        "metrics and their columns, units and directions belong together": _unlike_their_names(),
    }


def _values_of_other_tasks() -> str:
    """The trials with a value of a metric that their task does not have."""
    conditions = " OR ".join(
        f"(t.{name} IS NOT NULL AND c.task NOT IN "
        f"(SELECT task FROM tnb101metric WHERE name = '{name}'))"
        for name in METRICS
    )
    return (
        f"SELECT t.id AS id FROM {_TRIALS} t JOIN tnb101trialconfig c ON c.id = t.config_id "
        f"WHERE {conditions}"
    )


def _unlike_their_names() -> str:
    """The metrics that are described otherwise than their names say."""
    known = ", ".join(
        "(" + ", ".join("NULL" if text is None else f"'{text}'" for text in described(name)) + ")"
        for name in METRICS
    )
    return (
        "WITH known(quantity, split, unit, direction, name) AS "
        f"(VALUES {known}) SELECT m.id AS id FROM tnb101metric m "
        "LEFT JOIN known k ON k.name = m.name "
        "WHERE (m.quantity, m.split, m.unit, m.direction, m.column_name) "
        "IS NOT (k.quantity, k.split, k.unit, k.direction, k.name)"
    )


def _limits(name: str) -> tuple[float, float]:
    """Between which numbers a metric must lie, as SQL has them."""
    metric = parse(name)
    assert metric is not None
    quantity = QUANTITIES[metric.quantity]
    return quantity.lowest, quantity.highest
