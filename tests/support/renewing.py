"""What a test that changed trials must do, where it is about the answers and not about verify."""

import contextlib
import sqlite3
from pathlib import Path

from nasbench_db.store.models import Schema
from nasbench_db.store.statistics import StatisticsTable


def renew_statistics(path: Path, schema: Schema) -> None:
    """Compute the statistics of each config anew, as if the trials had been built so."""
    table = StatisticsTable.of(schema)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"DELETE FROM {table.table}")
        table.fill(connection)
