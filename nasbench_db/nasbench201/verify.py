"""Check a NAS-Bench-201 database."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import orjson

from nasbench_db.architectures.topology import SPACE_SIZE, Cell
from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nasbench201.means import EPOCHS, published_means
from nasbench_db.nasbench201.network import layers
from nasbench_db.nats.verify import verify_space
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.marks import SYNTHETIC
from nasbench_db.store.models import canonical_json
from nasbench_db.store.verifying import Finding, to_its_end, verify_queries


@to_its_end
def verify(database: BenchmarkDatabase, progress: bool = True) -> Iterator[Finding]:
    """Check the file, the tables, the ranges of the numbers, and every cell.

    Args:
        database: what to check.
        progress: show a progress bar on stderr.
    """

    def check(arch_str: str) -> str:
        return canonical_json(Cell.from_string(arch_str).arch)

    whole, *rest = verify_space(database, SPACE_SIZE, check, layers, progress)
    yield from (whole, *rest)
    if not whole.problems:
        yield _verify_classes(database)
        yield from verify_queries(
            database,
            {
                "every config's isomorphism class is that of its architecture": (
                    "SELECT c.id AS id FROM nb201trialconfig c JOIN nb201architecture a "
                    "ON a.arch_index = c.arch_index WHERE a.isomorphism IS NOT c.isomorphism"
                )
            },
        )
        yield from _verify_means(database)


def _verify_classes(database: BenchmarkDatabase) -> Finding:
    """Recompute the isomorphism class of every architecture."""
    statement = "SELECT arch_index, arch_str, isomorphism FROM nb201architecture ORDER BY 1"
    first: dict[str, int] = {}
    mistaken = []
    for index, text, isomorphism in database.select(statement):
        try:
            right = first.setdefault(Cell.from_string(text).unique_str, index)
        except InvalidArchitecture:
            continue  # that is a finding of its own
        if right != isomorphism:
            mistaken.append(f"architecture {index}")
    return Finding.of("every isomorphism class is that of the cell", mistaken)


_SEEDS = 3
_TOLERANCE = 1e-5
"""Percent; one image of 10,000 in one of three trainings is 0.003."""


def _verify_means(database: BenchmarkDatabase) -> Iterator[Finding]:
    """Compare the published means with the trainings of their cells.

    They are means over the seeds that NATS-Bench has of a cell, one to three, and which is not
    said. So where all three are here, one of their means must be the published one; where there
    are fewer, nothing can be told. Of made-up numbers there is nothing to compare.
    """
    if database.mark == SYNTHETIC:
        return
    compared = False
    mistaken = []
    for dataset, means in published_means().test_acc.items():
        metric = "ori_test_acc" if dataset == "cifar10" else "test_acc"
        rows = database.select(
            f"SELECT c.arch_index, json_group_array(t.{metric}) "
            "FROM nb201trialconfig c JOIN nb201trialstats t ON t.config_id = c.id "
            f"WHERE c.num_epochs = {EPOCHS} AND c.dataset = '{dataset}' "
            f"AND t.{metric} IS NOT NULL GROUP BY c.id HAVING count(*) = {_SEEDS}"
        )
        for index, listed in rows:
            compared = True
            values = orjson.loads(listed)
            subsets = (part for size in (1, 2, 3) for part in combinations(values, size))
            published = means[index]
            if not any(abs(sum(part) / len(part) - published) <= _TOLERANCE for part in subsets):
                mistaken.append(
                    f"architecture {index} on {dataset}: {published:.6f} percent published, and "
                    f"{', '.join(f'{value:.6f}' for value in values)} here"
                )
    if compared:
        yield Finding.of(
            f"the published mean test accuracies after {EPOCHS} epochs are of the trials here",
            mistaken,
        )
