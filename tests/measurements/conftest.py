"""What tests of measurement sets share: made-up values of the cells of a small database."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.once import once

import nasbench_db
from nasbench_db.nasbench201 import official_order
from nasbench_db.store.database import BenchmarkDatabase

INDEXES = tuple(range(0, 90, 10))
"""The cells of the small database."""

AT: dict[str, Any] = {"dataset": "cifar100", "num_epochs": 200}

Latencies = dict[int, tuple[float, float]]


@pytest.fixture(scope="session")
def latencies() -> Latencies:
    """Two made-up values of the small database's cells but the last, and of some others."""
    draw = random.Random(3)
    return {index: (draw.uniform(1, 9), draw.uniform(10, 90)) for index in (*INDEXES[:-1], 5, 7)}


@pytest.fixture(scope="session")
def folder(
    explored: dict[str, Path], latencies: Latencies, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with the small database and a set ``hw`` beside it, not to be changed."""

    def make(place: Path) -> None:
        (place / "nasbench201.db").write_bytes(explored["nasbench201"].read_bytes())
        with open(place / "hw.csv", "w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["arch_str", "pi", "energy"])
            cells = official_order()
            rows.writerows([cells[i].arch_str, *map(repr, v)] for i, v in latencies.items())
        nasbench_db.measure(
            "hw",
            of="nasbench201",
            source=place / "hw.csv",
            path=place / "nasbench201.db",
            units={"pi": "ms"},
            directions={"pi": "min", "energy": "min"},
            device="Raspberry Pi 4",
            batch={"pi": 1},
            licence="MIT",
        )

    return once(tmp_path_factory, "measured", make)


@pytest.fixture
def db(folder: Path) -> Iterator[BenchmarkDatabase]:
    """The small database, connected with its set."""
    with nasbench_db.connect(
        "nasbench201", folder / "nasbench201.db", measurements=["hw"]
    ) as database:
        yield database


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Any]:
    """Makes a set of a source in the test's folder, of NAS-Bench-201 unless said otherwise."""

    def make(source: Any, name: str = "mine", of: str = "nasbench201", **how: Any) -> Any:
        place = tmp_path / f"{name}.measurements.db"
        return nasbench_db.measure(name, of=of, source=source, path=place, **how)

    return make
