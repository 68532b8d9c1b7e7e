"""Check a NAS-Bench-201 database."""

from __future__ import annotations

from collections.abc import Iterator

from nasbench_db.architectures.topology import SPACE_SIZE, Cell
from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nats.verify import verify_space
from nasbench_db.store.database import BenchmarkDatabase
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

    whole, *rest = verify_space(database, SPACE_SIZE, check, progress)
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
