"""What a database file says of its structure."""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

from nasbench_db.store.models import on_a_line


def described(path: Path) -> dict[str, Any]:
    """All that a database file says of its structure."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return {
            "schema": sorted(
                (kind, name, table, on_a_line(sql or ""))
                for kind, name, table, sql in connection.execute(
                    "SELECT type, name, tbl_name, sql FROM sqlite_master"
                )
            ),
            "user_version": connection.execute("PRAGMA user_version").fetchone(),
            "application_id": connection.execute("PRAGMA application_id").fetchone(),
        }
