"""What the tests of NAS-Bench-Macro share."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nasbench_db
from nasbench_db.nasbenchmacro.synthetic import made_up
from nasbench_db.store.database import BenchmarkDatabase

FEW = ["22212220", "22212202", "22022220", "00000000", "12121212"]


@pytest.fixture(scope="session")
def published(data: Path) -> dict[str, Any]:
    """The data set itself."""
    with gzip.open(data / "macro" / "nas-bench-macro_cifar10.json.gz") as file:
        content: dict[str, Any] = json.load(file)
    return content


@pytest.fixture(scope="session")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the data set, not to be changed."""
    path = tmp_path_factory.mktemp("macro") / "whole.db"
    source = data / "macro" / "nas-bench-macro_cifar10.json.gz"
    return nasbench_db.ingest("nasbenchmacro", source, path, progress=False).path


@pytest.fixture
def real(whole: Path) -> Iterator[BenchmarkDatabase]:
    """A handle on it, connected."""
    with nasbench_db.connect("nasbenchmacro", whole) as database:
        yield database


@pytest.fixture
def few(tmp_path: Path) -> Iterator[BenchmarkDatabase]:
    """A handle on a made-up database of few architectures, connected."""
    path = tmp_path / "few.db"
    nasbench_db.ingest("nasbenchmacro", made_up(FEW), path, progress=False)
    with nasbench_db.connect("nasbenchmacro", path) as database:
        yield database
