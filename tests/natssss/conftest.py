"""What the tests of the size search space share: a small database."""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.raw import small_info, small_run, whole

import nasbench_db
from nasbench_db.natssss.synthetic import size_record
from nasbench_db.store.building import SYNTHETIC_KEY, Report
from nasbench_db.store.database import BenchmarkDatabase


@pytest.fixture(scope="session")
def sizes() -> list[str]:
    """The strings of all architectures in the official order."""
    widths = range(8, 72, 8)
    return [
        f"{a}:{b}:{c}:{d}:{e}"
        for a in widths
        for b in widths
        for c in widths
        for d in widths
        for e in widths
    ]


@pytest.fixture(scope="session")
def size_infos(sizes: list[str]) -> dict[int, dict[str, Any]]:
    """The records in the small database; the last one lacks much and has several latencies."""
    gaps = small_run("cifar100", latency=[0.25, 0.5], train_acc1es={}, eval_acc1es={})
    last = small_info(32767, sizes[32767], gaps, small_run(seed=888))
    return {**{index: size_record(index) for index in (0, 11, 4096)}, 32767: last}


@pytest.fixture(scope="session")
def built_sss(
    size_infos: dict[int, Any], sizes: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The small database; copy it before you change it."""
    path = tmp_path_factory.mktemp("natssss") / "small.db"
    content = {SYNTHETIC_KEY: True, **whole(size_infos, sizes)}
    return nasbench_db.ingest("natssss", content, path, progress=False).path


@pytest.fixture
def copy_sss(built_sss: Path, tmp_path: Path) -> Path:
    """A copy of the small database that a test may change."""
    path = tmp_path / "copy.db"
    shutil.copyfile(built_sss, path)
    return path


@pytest.fixture
def db_sss(built_sss: Path) -> Iterator[BenchmarkDatabase]:
    """A handle on the small database, connected."""
    database = nasbench_db.connect("natssss", built_sss)
    yield database
    database.close()


@pytest.fixture(scope="session")
def planned_sss(built_sss: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy whose statistics are those of the published data, for the query planner."""
    path = tmp_path_factory.mktemp("planned") / "planned.db"
    shutil.copyfile(built_sss, path)
    published = {
        "natsssstrialconfig_arch_index_num_epochs_dataset": "393216 12 4 1",
        "natsssstrialconfig_arch_str_num_epochs_dataset": "393216 12 4 1",
        "natsssstrialconfig_dataset_num_epochs": "393216 98304 32768",
        "natsssstrialstats_config_id": "655360 2",
        "natssssintermediatestats": "16646144 26 1",
    }
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for index, numbers in published.items():
            changed = connection.execute(
                "UPDATE sqlite_stat1 SET stat = ? WHERE idx = ?", (numbers, index)
            )
            assert changed.rowcount == 1
    return path


@pytest.fixture(scope="session")
def real_sss(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What the ingestion of the real records of two architectures reported."""
    source = data / "natsbench" / "NATS-sss-v1_0-50262-simple"
    path = tmp_path_factory.mktemp("real_sss") / "real.db"
    return nasbench_db.ingest("natssss", source, path, progress=False)
