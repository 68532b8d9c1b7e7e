"""Measure a NAS-Bench-201 database on a PostgreSQL server beside its file, in one run.

The server is one that is there, and is only read; the file is what was copied to it. ::

    nasbench-db copy nasbench201.db --to postgresql:///nas
    python scripts/benchmark_postgres.py nasbench201.db postgresql:///nas
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
import numpy as np

import nasbench_db
from nasbench_db.ask.tables import Table
from nasbench_db.nasbench201 import query_nb201_trial_stats
from nasbench_db.store.database import BenchmarkDatabase

POINT = (
    "SELECT t.id, t.seed, t.valid_acc, t.test_acc FROM nb201trialconfig AS c "
    "JOIN nb201trialstats AS t ON t.config_id = c.id "
    "WHERE c.arch_index = ? AND c.dataset = ? AND c.num_epochs = ?"
)
WHOLE = "SELECT config_id, mean(test_acc) AS test_acc FROM nb201trialstats GROUP BY config_id"
CURVES = (
    "SELECT current_epoch, count(*) AS n, avg(train_acc) AS train_acc "
    "FROM nb201intermediatestats GROUP BY current_epoch ORDER BY 1"
)
EVERY = "SELECT trial_id, current_epoch, train_acc, valid_acc FROM nb201intermediatestats"


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("address")
@click.option("--points", default=2000, show_default=True, help="Point queries each.")
@click.option("--clients", default=8, show_default=True, help="Processes that ask at once.")
def benchmark(file: Path, address: str, points: int, clients: int) -> None:
    """Measure FILE and its copy at ADDRESS."""
    places = {"SQLite": str(file), "PostgreSQL": address}
    click.echo(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}")
    opened = {name: nasbench_db.connect("nasbench201", place) for name, place in places.items()}
    row("", *places)
    row("connect, ms", *(1e3 * timed(partial(connect, p), 5) for p in places.values()))
    row("statement for one architecture, us", *(1e6 * each(db, points) for db in opened.values()))
    row("helper for one architecture, us", *(1e6 * helped(db, points) for db in opened.values()))
    row(
        f"{clients} clients, statements a second",
        *(together(place, points, clients) for place in places.values()),
    )
    for title, statement in {
        "mean of each config, ms": WHOLE,
        "GROUP BY epoch over all curves, ms": CURVES,
    }.items():
        ask = [partial(asked, db, statement) for db in opened.values()]
        row(title, *(1e3 * timed(one, 3) for one in ask))
    arrays = [timed(partial(means, db), 3) for db in opened.values()]
    row("to_numpy of all means, ms", *(1e3 * seconds for seconds in arrays))
    row("all curves to arrays, s", *(timed(partial(whole, db), 1) for db in opened.values()))
    row("all curves read, more memory, MB", *(memory(place) for place in places.values()))


def asked(db: BenchmarkDatabase, statement: str) -> None:
    """Ask a statement, to its last row."""
    for _ in db.select(statement):
        pass


def row(title: str, *values: object) -> None:
    """Print a line."""
    shown = [f"{value:,.1f}" if isinstance(value, float) else f"{value}" for value in values]
    click.echo(f"{title:<38}" + "".join(f"{text:>14}" for text in shown))


def timed(function: Callable[[], object], times: int) -> float:
    """The median of some runs, in seconds."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        function()
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def connect(place: str) -> None:
    database = nasbench_db.connect("nasbench201", place)
    database.connection()
    database.close()


def indexes(db: BenchmarkDatabase, count: int) -> list[int]:
    """Architectures to ask for."""
    there = [index for (index,) in db.select("SELECT DISTINCT arch_index FROM nb201trialconfig")]
    return [int(i) for i in np.random.default_rng(0).choice(there, count)]


def each(db: BenchmarkDatabase, count: int) -> float:
    """Seconds for a statement about one architecture, the median."""
    found = []
    for index in indexes(db, count):
        started = time.perf_counter()
        list(db.select(POINT, (index, "cifar100", 200)))
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def helped(db: BenchmarkDatabase, count: int) -> float:
    """The same through the query helper."""
    found = []
    for index in indexes(db, count // 2):
        started = time.perf_counter()
        list(query_nb201_trial_stats(index, 200, "cifar100", db=db))
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def client(place: str, count: int, ready: object, ended: object) -> None:
    """Ask for many architectures, one after another."""
    db = nasbench_db.connect("nasbench201", place)
    wanted = indexes(db, count)
    list(db.select(POINT, (wanted[0], "cifar100", 200)))
    ready.wait()  # type: ignore[attr-defined]
    for index in wanted:
        list(db.select(POINT, (index, "cifar100", 200)))
    ended.wait()  # type: ignore[attr-defined]
    db.close()


def together(place: str, count: int, clients: int) -> float:
    """Statements a second of several processes."""
    context = multiprocessing.get_context("spawn")
    ready, ended = context.Barrier(clients + 1), context.Barrier(clients + 1)
    processes = [
        context.Process(target=client, args=(place, count, ready, ended)) for _ in range(clients)
    ]
    for process in processes:
        process.start()
    ready.wait()
    started = time.perf_counter()
    ended.wait()
    seconds = time.perf_counter() - started
    for process in processes:
        process.join()
    return clients * count / seconds


def means(db: BenchmarkDatabase) -> None:
    query_nb201_trial_stats(None, None, None, reduction="mean", db=db).to_numpy()


def whole(db: BenchmarkDatabase) -> None:
    Table(db, EVERY, kinds={"train_acc": "f8", "valid_acc": "f8"}).to_numpy()


def reader(place: str, told: object) -> None:
    """Read all curves, and tell how much the memory has grown."""
    db = nasbench_db.connect("nasbench201", place)
    list(db.select("SELECT count(*) FROM nb201trialstats"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in db.select(EVERY):
        pass
    told.send((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)  # type: ignore[attr-defined]


def memory(place: str) -> float:
    """By how many MB a process grows that reads all curves."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=reader, args=(place, there))
    process.start()
    found: float = here.recv()
    process.join()
    return found


if __name__ == "__main__":
    benchmark()
