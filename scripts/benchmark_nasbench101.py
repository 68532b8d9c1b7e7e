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

Of another checkout, questions of one cell, of the whole space and figures are measured in turn
with those of this one. Each asks a database that it has built itself::

    python scripts/benchmark_nasbench101.py --db new.db --against OLD --db-against old.db
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import click
from _measuring import (
    AGAINST,
    HERE,
    PROCESSES,
    compare,
    compare_ingestion,
    inside,
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
)
from nasbench_db.nasbench101.ingest import parse
from nasbench_db.store.models import insert_statement, stored_columns

MODELS = (Nb101TrialConfig, Nb101TrialStats, Nb101IntermediateStats)

WHOLE_SPACE = {
    "mean of all cells to arrays": "means.to_numpy()",
    "mean of all cells to pandas": "means.to_pandas()",
    "top": "list(explore.top(10, by='valid_acc', **scope))",
    "optimum": "explore.optimum('test_acc', **scope)",
    "select_and_report": "list(explore.select_and_report(**scope))",
    "pareto": "list(explore.pareto(['test_acc', 'parameters'], **scope))",
    "statistics": "explore.statistics('valid_acc', **scope).to_numpy()",
    "rank_correlation": (
        "explore.rank_correlation('valid_acc', {'num_epochs': 12}, {'num_epochs': 108}, db=db)"
    ),
    "plot distribution": "png(plotting.distribution('test_acc', db=db))",
    "plot scatter": "png(plotting.scatter(**scope))",
    "plot front": "png(plotting.front(**scope))",
}
"""Questions of all cells, each in Python."""

PROGRAM = """
import io, sys, time, nasbench_db
from nasbench_db import explore, plotting
from nasbench_db.nasbench101 import query_nb101_trial_stats
def png(ax):
    plotting.write(ax, io.BytesIO(), "png")
# What is imported by the first figure and the first frame is not measured.
png(plotting.new_axes())
db = nasbench_db.connect("nasbench101", sys.argv[1])
explore.coverage(db=db).to_pandas()
scope = {"num_epochs": 108, "db": db}
means = query_nb101_trial_stats(None, 108, reduction="mean", db=db)
started, busy = time.perf_counter(), time.process_time()
eval(sys.argv[2])
print(time.perf_counter() - started, time.process_time() - busy)
"""
"""Prints the seconds of a question, and those of the processor."""

ASK = "for given in batch: list(query_nb101_trial_stats(given, 108{}))"
ONE_CELL = {
    "trials of an unseen cell": ("arch", ASK.format("")),
    "the same with intermediates": ("arch", ASK.format(", include_intermediates=True")),
    "the same, their mean": ("arch", ASK.format(", reduction='mean'")),
    "trials of a known Cell": ("known(arch)", ASK.format("")),
    "drop-in, an unseen cell": (
        "(Cell.from_arch(arch).matrix, Cell.from_arch(arch).ops)",
        "for given in batch: dropin.query(api.ModelSpec(*given))",
    ),
    "query_many of 500, a cell": ("arch", "query_many(batch, 108)"),
}
"""Questions of one cell: in Python, how a cell is given, and how 500 given ones are asked for."""

PROGRAM_OF_CELLS = """
import json, statistics, sys, time, nasbench_db
from nasbench_db.nasbench101 import Cell, api, query_many, query_nb101_trial_stats
nasbench_db.connect("nasbench101", sys.argv[1])
dropin = api.NASBench(sys.argv[1])
def known(arch):
    cell = Cell.from_arch(arch)
    query_nb101_trial_stats(cell, 108)
    return cell
exec("def ask(batch):\\n    " + sys.argv[3])
cells = [eval(sys.argv[2], globals(), {"arch": arch}) for arch in json.load(sys.stdin)]
ask(cells[:20])  # what the first ones find out is not measured
micros = []
for start in range(20, len(cells), 500):
    batch = cells[start : start + 500]
    started = time.process_time()
    ask(batch)
    micros.append((time.process_time() - started) / len(batch) * 1e6)
print(statistics.median(micros))
"""
"""Prints the microseconds of a processor that one cell takes."""

DATABASE = click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path)


@click.command()
@click.argument(
    "source", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the database at this path.")
@click.option("--no-floor", is_flag=True, help="Leave out the floor of ingestion.")
@click.option("--cells", default=5000, show_default=True, help="How many cells to ask for.")
@click.option("--db", type=DATABASE, help="The database to ask, instead of one built of SOURCE.")
@click.option("--db-against", type=DATABASE, help="The other checkout's database.")
@click.option(
    "--ask",
    type=click.Choice([*ONE_CELL, *WHOLE_SPACE]),
    multiple=True,
    help="A question; may be repeated; by default all.",
)
@AGAINST
@PROCESSES
def benchmark(
    source: Path | None,
    keep: Path | None,
    no_floor: bool,
    cells: int,
    db: Path | None,
    db_against: Path | None,
    ask: tuple[str, ...],
    against: Path | None,
    processes: int,
) -> None:
    """Measure ingestion of the TFRecord file SOURCE, and queries."""
    if (source is None) == (db is None):
        raise click.UsageError("give SOURCE, or a database with --db")
    if db_against is not None and against is None:
        raise click.UsageError("--db-against is the database of another checkout: say --against")
    if db is not None and against is not None and db_against is None:
        raise click.UsageError("say which database the other checkout asks: --db-against")
    with tempfile.TemporaryDirectory() as folder:
        path = db or keep or Path(folder) / "nasbench101.db"
        if source is not None:
            if against is not None:
                compare_ingestion("nasbench101", source, path, against)
            measure_building(source, path, None if no_floor else Path(folder) / "bare.db")
        read_once(path)
        measure_a_start(path, processes)
        measure_sql(path)
        databases = {HERE: path.resolve()}
        if against is not None and db_against is not None:
            read_once(db_against)
            databases[against] = db_against
        else:  # what was ingested can only be asked by this checkout
            against = None
        # Others than a process has seen, so that no hash is remembered.
        archs = json.dumps(random_archs(path, 20 + cells, seed=2))
        questions = {
            **{q: partial(measure_one_cell, w, archs, databases) for q, w in ONE_CELL.items()},
            **{q: partial(measure_whole_space, w, databases) for q, w in WHOLE_SPACE.items()},
        }
        for what in ask or questions:
            compare(what, questions[what], against)


def measure_building(source: Path, path: Path, bare: Path | None) -> None:
    """Ingestion, and its floor if there is a place for a bare database."""
    show("source", f"{source.stat().st_size / 1e9:.3f} GB, {os.cpu_count()} CPUs")
    read_once(source)
    ingestion = measure_ingestion("nasbench101", source, path)
    show("ingest", f"{ingestion.seconds:.1f} s")
    show("peak memory of all processes", f"{ingestion.memory / 1e6:.0f} MB")
    show("database", f"{path.stat().st_size / 1e9:.3f} GB")
    if bare is not None:
        read_once(source)
        parsing = timed(lambda: sum(1 for _ in parse([str(source)], False)))
        writing = measure_writing(path, bare)
        floor = max(parsing, writing)
        show("reading, CRC and parsing alone", f"{parsing:.1f} s")
        show("bare executemany of the same rows alone", f"{writing:.1f} s")
        show("ingest / floor (the slower of the two)", f"{ingestion.seconds / floor:.2f}")


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


def measure_sql(path: Path) -> None:
    """Questions in SQL in a process that runs for a while."""
    database = nasbench_db.connect("nasbench101", path)
    for table in ("nb101trialstats", "nb101"):
        seconds = []
        for _ in range(3):
            started = time.perf_counter()
            database.execute_sql(f"SELECT max(test_acc) FROM {table} WHERE num_epochs = 108")
            seconds.append(time.perf_counter() - started)
        show(f"best test accuracy in SQL, from {table}", f"{statistics.median(seconds):.3f} s")


def measure_one_cell(
    words: tuple[str, str], archs: str, databases: dict[Path, Path], checkout: Path
) -> dict[str, float]:
    """A question of one cell after the other, to a checkout's database."""
    command = [sys.executable, "-c", PROGRAM_OF_CELLS, str(databases[checkout]), *words]
    printed = subprocess.check_output(command, input=archs.encode(), **inside(checkout))
    return {"us of a processor": float(printed)}


def measure_whole_space(
    question: str, databases: dict[Path, Path], checkout: Path
) -> dict[str, float]:
    """A question of all cells, the first one of a process, to a checkout's database."""
    command = [sys.executable, "-c", PROGRAM, str(databases[checkout]), question]
    seconds, busy = subprocess.check_output(command, **inside(checkout)).split()
    return {"s": float(seconds), "s of a processor": float(busy)}


if __name__ == "__main__":
    benchmark()
