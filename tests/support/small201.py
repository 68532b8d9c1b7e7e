"""What the tests of NAS-Bench-201 share: a small database of each kind of value."""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.raw import whole

import nasbench_db
from nasbench_db.architectures.topology import official_order
from nasbench_db.nasbench201.synthetic import topology_record
from nasbench_db.store.building import SYNTHETIC_KEY, Report
from nasbench_db.store.database import BenchmarkDatabase

INDEXES = (0, 3, 11, 123)
"""Architectures in the small database; the one of version 1.0 has latencies and measured times."""


@pytest.fixture(scope="session")
def strings() -> list[str]:
    """The strings of all architectures in the official order."""
    return [cell.arch_str for cell in official_order()]


@pytest.fixture(scope="session")
def infos() -> dict[int, dict[str, dict[str, object]]]:
    """The records in the small database; the last one is of version 1.0."""
    *most, last = INDEXES
    found = {index: topology_record(index) for index in most}
    return {**found, last: topology_record(last, version="1.0")}


@pytest.fixture(scope="session")
def built201(
    infos: dict[int, dict[str, dict[str, object]]],
    strings: list[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The small database; copy it before you change it."""
    path = tmp_path_factory.mktemp("nasbench201") / "small.db"
    content = {SYNTHETIC_KEY: True, **whole(infos, strings)}
    return nasbench_db.ingest("nasbench201", content, path, progress=False).path


@pytest.fixture
def copy201(built201: Path, tmp_path: Path) -> Path:
    """A copy of the small database that a test may change."""
    path = tmp_path / "copy.db"
    shutil.copyfile(built201, path)
    return path


@pytest.fixture
def db201(built201: Path) -> Iterator[BenchmarkDatabase]:
    """A handle on the small database, connected."""
    database = nasbench_db.connect("nasbench201", built201)
    yield database
    database.close()


@pytest.fixture(scope="session")
def planned(built201: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy whose statistics are those of the published data, for the query planner."""
    path = tmp_path_factory.mktemp("planned") / "planned.db"
    shutil.copyfile(built201, path)
    config = "nb201trialconfig"
    published = {
        f"{config}_arch_index_num_epochs_dataset": "125000 8 4 1",
        f"{config}_arch_str_num_epochs_dataset": "125000 8 4 1",
        f"{config}_arch_num_epochs_dataset": "125000 8 4 1",
        f"{config}_isomorphism_num_epochs_dataset": "125000 20 10 3",
        f"{config}_dataset_num_epochs": "125000 31250 15625",
        "nb201trialstats_config_id": "226000 2",
        "nb201intermediatestats": "30000000 133 1",
    }
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for index, numbers in published.items():
            changed = connection.execute(
                "UPDATE sqlite_stat1 SET stat = ? WHERE idx = ?", (numbers, index)
            )
            assert changed.rowcount == 1
    return path


@pytest.fixture(scope="session")
def real201(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What the ingestion of the real records of two architectures reported."""
    source = data / "natsbench" / "NATS-tss-v1_0-3ffb9-simple"
    path = tmp_path_factory.mktemp("real201") / "real.db"
    return nasbench_db.ingest("nasbench201", source, path, progress=False)
