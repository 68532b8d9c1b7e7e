"""What the tests of NAS-Bench-NLP share."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nasbench_db
from nasbench_db.nlp.synthetic import made_up_logs, write_zip
from nasbench_db.store.database import BenchmarkDatabase

Log = dict[str, Any]


@pytest.fixture(scope="session")
def published(data: Path) -> dict[str, Log]:
    """The WikiText-2 set by the names of its logs, read by Python's own programs alone."""
    with zipfile.ZipFile(data / "nlp" / "train_logs_wikitext-2.zip") as archive:
        return {name: json.loads(archive.read(name)) for name in sorted(archive.namelist())}


@pytest.fixture(scope="session")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of that set, not to be changed."""
    path = tmp_path_factory.mktemp("nlp") / "whole.db"
    source = data / "nlp" / "train_logs_wikitext-2.zip"
    return nasbench_db.ingest("nlp", source, path, progress=False).path


@pytest.fixture
def real(whole: Path) -> Iterator[BenchmarkDatabase]:
    """A handle on it, connected."""
    with nasbench_db.connect("nlp", whole) as database:
        yield database


@pytest.fixture
def logs() -> list[Log]:
    """Few short logs, of which the last is of a training that failed."""
    return list(made_up_logs(3, runs=2, epochs=5, failing=6))


@pytest.fixture
def few(logs: list[Log], tmp_path: Path) -> Iterator[BenchmarkDatabase]:
    """A handle on a database of them, connected."""
    write_zip(tmp_path / "few.zip", logs)
    nasbench_db.ingest("nlp", tmp_path / "few.zip", tmp_path / "few.db", progress=False)
    with nasbench_db.connect("nlp", tmp_path / "few.db") as database:
        yield database
