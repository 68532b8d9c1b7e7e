"""Check a database of NATS-Bench's size search space."""

from __future__ import annotations

from collections.abc import Iterator

from nasbench_db.nats.verify import verify_space
from nasbench_db.natssss.cell import Cell
from nasbench_db.natssss.constants import SPACE_SIZE
from nasbench_db.natssss.network import layers
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import canonical_json
from nasbench_db.store.verifying import Finding, to_its_end


@to_its_end
def verify(database: BenchmarkDatabase, progress: bool = True) -> Iterator[Finding]:
    """Check the file, the tables, the ranges of the numbers, and every architecture.

    Args:
        database: what to check.
        progress: show a progress bar on stderr.
    """

    def check(arch_str: str) -> str:
        return canonical_json(list(Cell.from_string(arch_str).channels))

    return verify_space(database, SPACE_SIZE, check, layers, progress)
