"""What the tests of NDS share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nasbench_db
from nasbench_db.store.database import BenchmarkDatabase

Built = Callable[..., BenchmarkDatabase]


@pytest.fixture
def built(tmp_path: Path) -> Built:
    """Builds a database of a source and connects it."""

    def build(source: Any, **how: Any) -> BenchmarkDatabase:
        path = tmp_path / "built.db"
        nasbench_db.ingest("nds", source, path, progress=False, force=True, **how)
        return nasbench_db.connect("nds", path)

    return build
