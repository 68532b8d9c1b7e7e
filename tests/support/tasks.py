"""The architectures of the small files of TransNAS-Bench-101, and their ingestion."""

from pathlib import Path
from typing import Any

import nasbench_db
from nasbench_db.transnas101.synthetic import DIVERGED

MACRO = ("64-1114-basic", "64-2311-basic", "64-1234-basic")
MICRO = ("64-41414-1_02_333", DIVERGED, "64-41414-3_33_333", "64-41414-1_00_000")

Content = dict[str, Any]


def ingest(content: Any, path: Path) -> Path:
    """Ingest without a progress bar."""
    return nasbench_db.ingest("transnas101", content, path, progress=False).path
