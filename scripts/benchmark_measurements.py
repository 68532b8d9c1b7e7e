"""Measure a measurement set of 15,625 x 20 values: how long it takes to make, and to ask.

A Pareto front across both files is compared with the same front within one file: a copy of the
database in which the set's values stand in the place of the benchmark's latency. They take turns,
so that the machine is as busy for one as for the other.

::

    nasbench-db sample nasbench201 --db /tmp/201.db
    python scripts/benchmark_measurements.py /tmp/201.db
"""

from __future__ import annotations

import csv
import random
import shutil
import sqlite3
import statistics
import tempfile
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import click
from _measuring import show, timed

import nasbench_db
from nasbench_db.explore import pareto
from nasbench_db.nasbench201 import official_order
from nasbench_db.store.database import BenchmarkDatabase

METRICS = 20
AT: dict[str, Any] = {"dataset": "cifar100", "num_epochs": 200}


@click.command()
@click.argument("database", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--turns", default=15, show_default=True, help="Of each front.")
def benchmark(database: Path, turns: int) -> None:
    """Measure a set beside DATABASE, that of NAS-Bench-201."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "nasbench201.db"
        shutil.copyfile(database, place)
        source = Path(folder) / "values.csv"
        write_values(source)
        make = partial(nasbench_db.measure, "many", of="nasbench201", source=source, path=place)
        show(f"making 15,625 x {METRICS} values", f"{timed(make):.2f} s")
        set_file = place.with_name("nasbench201.many.measurements.db")
        show("its size", f"{set_file.stat().st_size / 1e6:.1f} MB")
        put_in_the_place_of_latencies(place, set_file)
        with nasbench_db.connect("nasbench201", place, measurements=["many"]) as db:
            within, across = [], []
            for _ in range(turns):
                within.append(timed(partial(front, db, "latency")))
                across.append(timed(partial(front, db, "many.m0")))
            assert front(db, "latency") == front(db, "many.m0")
        show("Pareto front within one file", f"{statistics.median(within) * 1000:.1f} ms")
        show("Pareto front across both files", f"{statistics.median(across) * 1000:.1f} ms")
        ratios = [two / one for one, two in zip(within, across, strict=True)]
        show("the second to the first, median of pairs", f"{statistics.median(ratios):.2f}")


def front(db: BenchmarkDatabase, metric: str) -> list[int]:
    """The indexes of the front of test accuracy and a latency."""
    return [row["arch_index"] for row in pareto(["test_acc", (metric, "min")], db=db, **AT)]


def write_values(path: Path) -> None:
    """A CSV file with values by chance for every cell."""
    draw = random.Random(0)
    with open(path, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["arch_str", *(f"m{number}" for number in range(METRICS))])
        for cell in official_order():
            rows.writerow([cell.arch_str, *(draw.random() for _ in range(METRICS))])


def put_in_the_place_of_latencies(database: Path, set_file: Path) -> None:
    """Let the database have the set's first values as its own."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("ATTACH ? AS many", (str(set_file),))
        value = (
            "(SELECT m0 FROM many.many AS m JOIN nb201trialconfig AS c "
            "ON c.arch_index = m.arch_index WHERE c.id = {0}.config_id)"
        )
        for table, column in (
            ("nb201trialstats", "latency"),
            ("nb201configstats", "latency_mean"),
        ):
            connection.execute(f"UPDATE {table} SET {column} = {value.format(table)}")
        connection.commit()


if __name__ == "__main__":
    benchmark()
