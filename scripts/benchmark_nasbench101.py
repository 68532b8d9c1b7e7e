"""Measure what NAS-Bench-101 takes: ingestion against its floor, memory, size, and answers.

Everything is measured in one run on one file, so that the figures can be compared with each
other; between runs they drift with the machine's load. Files are read once before they are used,
so that it is not the disk that is measured. The floor of ingestion is what cannot be
avoided with Python and SQLite: reading, checking and parsing the file with nothing written, and
writing the same rows by bare ``executemany`` with nothing parsed. The two can overlap, so the
slower of them is the floor.

::

    python scripts/generate_nasbench101.py /tmp/full.tfrecord
    python scripts/benchmark_nasbench101.py /tmp/full.tfrecord
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import click
from _measuring import (
    PROCESSES,
    measure_fresh_processes,
    measure_ingestion,
    read_once,
    show,
    timed,
)

import nasbench_db
from nasbench_db.nasbench101 import (
    Nb101IntermediateStats,
    Nb101TrialConfig,
    Nb101TrialStats,
    query_nb101_trial_stats,
)
from nasbench_db.nasbench101.ingest import parse
from nasbench_db.store.models import insert_statement, stored_columns

MODELS = (Nb101TrialConfig, Nb101TrialStats, Nb101IntermediateStats)


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the database at this path.")
@click.option("--no-floor", is_flag=True, help="Leave out the floor of ingestion.")
@click.option("--cells", default=5000, show_default=True, help="How many cells to ask for.")
@PROCESSES
def benchmark(source: Path, keep: Path | None, no_floor: bool, cells: int, processes: int) -> None:
    """Measure ingestion and queries on the TFRecord file SOURCE."""
    with tempfile.TemporaryDirectory() as folder:
        path = keep or Path(folder) / "nasbench101.db"
        show("source", f"{source.stat().st_size / 1e9:.3f} GB, {os.cpu_count()} CPUs")
        read_once(source)
        seconds, _, memory = measure_ingestion("nasbench101", source, path)
        show("ingest", f"{seconds:.1f} s")
        show("peak memory of all processes", f"{memory / 1e6:.0f} MB")
        show("database", f"{path.stat().st_size / 1e9:.3f} GB")
        if not no_floor:
            read_once(source)
            parsing = timed(lambda: sum(1 for _ in parse([str(source)], False)))
            writing = measure_writing(path, Path(folder) / "bare.db")
            floor = max(parsing, writing)
            show("reading, CRC and parsing alone", f"{parsing:.1f} s")
            show("bare executemany of the same rows alone", f"{writing:.1f} s")
            show("ingest / floor (the slower of the two)", f"{seconds / floor:.2f}")
        read_once(path)
        measure_a_start(path, processes)
        measure_queries(path, cells)


def measure_writing(path: Path, bare: Path) -> float:
    """The seconds that ``executemany`` takes for a database's rows, without reading them."""
    seconds = 0.0
    source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    target = sqlite3.connect(bare, isolation_level=None)
    target.executescript("PRAGMA journal_mode = off; PRAGMA synchronous = off; BEGIN")
    for model in MODELS:
        table = model._meta.table_name
        (ddl,) = source.execute(
            "SELECT sql FROM sqlite_master WHERE name = ?", (table,)
        ).fetchone()
        target.execute(ddl)
        rows = source.execute(f"SELECT {', '.join(stored_columns(model))} FROM {table}")
        while batch := rows.fetchmany(100_000):
            statement = insert_statement(model)
            started = time.perf_counter()
            target.executemany(statement, batch)
            seconds += time.perf_counter() - started
    seconds += timed(lambda: target.execute("COMMIT"))
    target.close()
    source.close()
    return seconds


def measure_a_start(path: Path, processes: int) -> None:
    """From process start to the answer: the command line, and the library after its imports."""
    arch = json.dumps(random_archs(path, 1, seed=1)[0])
    command = ["query", "nasbench101", "--db", str(path), "--arch", arch, "--epochs", "108"]
    program = (
        "import time, json, sys, nasbench_db\n"
        "from nasbench_db.nasbench101 import query_nb101_trial_stats\n"
        "started = time.perf_counter()\n"
        "nasbench_db.connect('nasbench101', sys.argv[1])\n"
        "trials = list(query_nb101_trial_stats(json.loads(sys.argv[2]), 108))\n"
        "print(time.perf_counter() - started)\n"
    )
    measure_fresh_processes(
        command,
        "one cell",
        program,
        [str(path), arch],
        "connect and first answer, after imports",
        processes,
    )


def random_archs(path: Path, count: int, seed: int) -> list[dict[str, Any]]:
    """The archs of random configs."""
    source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    (last,) = source.execute("SELECT max(id) FROM nb101trialconfig").fetchone()
    numbers = random.Random(seed).sample(range(1, last + 1), min(count, last))
    query = "SELECT arch FROM nb101trialconfig WHERE id = ?"
    archs = [json.loads(source.execute(query, (number,)).fetchone()[0]) for number in numbers]
    source.close()
    return archs


def measure_queries(path: Path, cells: int) -> None:
    """Queries in a process that runs for a while."""
    nasbench_db.connect("nasbench101", path)
    for intermediates in (False, True):
        micros = []
        # Other cells each time, so that no hash is remembered.
        for arch in random_archs(path, cells, seed=2 + intermediates):
            started = time.perf_counter()
            list(query_nb101_trial_stats(arch, 108, include_intermediates=intermediates))
            micros.append((time.perf_counter() - started) * 1e6)
        name = "query of an unseen cell" + (" + intermediates" * intermediates)
        show(f"{name}, median", f"{statistics.median(micros):.0f} us")
        slow = statistics.quantiles(micros, n=20)[-1]
        show("  mean; 95 % are below", f"{statistics.mean(micros):.0f}; {slow:.0f} us")
    result = query_nb101_trial_stats(None, 108, reduction="mean")
    rows = len(result.to_numpy())
    seconds = [timed(result.to_numpy) for _ in range(3)]
    show(f"mean of all {rows:,} cells to arrays", f"{statistics.median(seconds):.2f} s")
    database = nasbench_db.connect("nasbench101", path)
    for table in ("nb101trialstats", "nb101"):
        seconds = []
        for _ in range(3):
            started = time.perf_counter()
            database.execute_sql(f"SELECT max(test_acc) FROM {table} WHERE num_epochs = 108")
            seconds.append(time.perf_counter() - started)
        show(f"best test accuracy in SQL, from {table}", f"{statistics.median(seconds):.3f} s")


if __name__ == "__main__":
    benchmark()
