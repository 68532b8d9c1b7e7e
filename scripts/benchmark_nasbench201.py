"""Measure what NAS-Bench-201 takes: ingestion, its memory, and answers; beside the original.

Everything is measured in one run, so that the figures can be compared with each other; between
runs they drift with the machine's load. Given two sources of different size, the growth of memory
per architecture is that between them. Given the Python of an environment in which the original
package nas-bench-201 (and torch, which it needs) is installed, the same questions are asked of
the original with the first source; the second may be too large for it. Given another checkout
of this project, the last source is ingested by both in turn, and the ratio is printed.

::

    python scripts/generate_nasbench201.py /tmp/small.pth --architectures 150
    python scripts/generate_nasbench201.py /tmp/large.pth --architectures 1500
    python scripts/benchmark_nasbench201.py /tmp/small.pth /tmp/large.pth --original PYTHON
"""

from __future__ import annotations

import json
import os
import pickle
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from _measuring import (
    AGAINST,
    PROCESSES,
    compare_ingestion,
    measure_fresh_processes,
    measure_ingestion,
    read_once,
    show,
)

import nasbench_db
from nasbench_db.nasbench201 import query_nb201_trial_stats
from nasbench_db.nasbench201.api import NASBench201API

DATASET, EPOCHS = "cifar100", 200

ORIGINAL = """
import json, resource, statistics, sys, time
started = time.perf_counter()
from nas_201_api import NASBench201API
api = NASBench201API(sys.argv[1], verbose=False)
loading = time.perf_counter() - started
indexes = api.evaluated_indexes

def micros(ask):
    found = []
    for index in indexes[:200]:
        started = time.perf_counter()
        ask(index)
        found.append((time.perf_counter() - started) * 1e6)
    return statistics.median(found)

mean = micros(lambda i: api.get_more_info(i, "cifar100", hp="200", is_random=False))

def curve(index):
    result = api.query_meta_info_by_index(index, "200")
    return [result.get_metrics("cifar100", "train", e)["accuracy"] for e in range(200)]

curves = micros(curve)
started = time.perf_counter()
whole = [api.get_more_info(i, "cifar100", hp="200", is_random=False) for i in indexes]
print(json.dumps({
    "loading": loading,
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    "mean": mean,
    "curve": curves,
    "whole": (time.perf_counter() - started) / len(indexes) * 1e6,
}))
"""


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the last database here.")
@click.option("--original", help="A Python that has the package nas-bench-201.")
@AGAINST
@PROCESSES
def benchmark(
    sources: tuple[Path, ...],
    keep: Path | None,
    original: str | None,
    against: Path | None,
    processes: int,
) -> None:
    """Measure ingestion of SOURCES, each into a database of its own, and queries of the last."""
    with tempfile.TemporaryDirectory() as folder:
        path = keep or Path(folder) / "nasbench201.db"
        if against is not None:
            compare_ingestion("nasbench201", sources[-1], path, against)
        peaks: list[tuple[int, int]] = []
        for source in sources:
            peaks.append(measure_source(source, path))
        measure_floor(sources[0], peaks[0][0])
        if len(peaks) > 1:
            (few, low), *_, (many, high) = peaks
            growth = (high - low) / (many - few) / 1e3
            show("growth of memory per architecture", f"{growth:.1f} kB")
        read_once(path)
        measure_a_start(path, processes)
        measure_queries(path)
        if original is not None:
            measure_original(original, sources[0])


def measure_source(source: Path, path: Path) -> tuple[int, int]:
    """Ingest a source; how many architectures it has, and the peak memory."""
    read_once(source)
    seconds, _, memory = measure_ingestion("nasbench201", source, path)
    database = nasbench_db.connect("nasbench201", path)
    ((count, rows),) = database.select("SELECT sum(records), max(intermediates) FROM provenance")
    database.close()
    show("source", f"{source.stat().st_size / 1e6:.0f} MB, {count:,} architectures")
    show("  ingest", f"{seconds:.1f} s")
    show("  architectures per second", f"{count / seconds:.0f}")
    show("  rows of curves per second", f"{rows / seconds:,.0f}")
    show("  peak memory of all processes", f"{memory / 1e6:.0f} MB")
    show("  database", f"{path.stat().st_size / 1e6:.0f} MB")
    return count, memory


def measure_floor(source: Path, count: int) -> None:
    """What Python's own unpickler takes to read a file in the older layout, and nothing more.

    It runs whatever a pickle asks for, and keeps everything in memory: for files made here only.
    """
    with open(source, "rb") as file:
        if file.read(3) != b"\x80\x02\x8a" or source.stat().st_size > 1 << 30:
            return
        file.seek(0)
        started = time.perf_counter()
        for _ in range(4):  # a magic number, a version, the system, and the object
            pickle.load(file)
        seconds = time.perf_counter() - started
    show(f"Python's own unpickler alone, {source.name}", f"{count / seconds:.0f} architectures/s")


def measure_a_start(path: Path, processes: int) -> None:
    """From process start to the answer: the command line, and the library after its imports."""
    command = ["query", "nasbench201", "--db", str(path), "--arch", "11"]
    command += ["--epochs", str(EPOCHS), "--dataset", DATASET]
    program = (
        "import time, sys\n"
        "from nasbench_db.nasbench201.api import NASBench201API\n"
        "started = time.perf_counter()\n"
        "api = NASBench201API(sys.argv[1], verbose=False)\n"
        "api.get_more_info(11, 'cifar100', hp='200', is_random=False)\n"
        "print(time.perf_counter() - started)\n"
    )
    measure_fresh_processes(
        command, "one cell", program, [str(path)], "original API: open and first answer", processes
    )


def measure_queries(path: Path) -> None:
    """Queries in a process that runs for a while."""
    database = nasbench_db.connect("nasbench201", path)
    api = NASBench201API(path, verbose=False)
    indexes = random.Random(0).sample(list(api.evaluated_indexes), len(api.evaluated_indexes))

    def curve(index: int) -> Any:
        result = api.query_meta_info_by_index(index, "200")
        return [result.get_metrics(DATASET, "train", e)["accuracy"] for e in range(EPOCHS)]

    each(
        "mean metrics of a cell, as a dict",
        indexes,
        lambda i: list(query_nb201_trial_stats(i, EPOCHS, DATASET, "mean")),
    )
    each(
        "mean curve of a cell, as dicts",
        indexes,
        lambda i: list(query_nb201_trial_stats(i, EPOCHS, DATASET, "mean", True)),
    )
    each(
        "one trial's curve, as dicts",
        indexes,
        lambda i: list(
            query_nb201_trial_stats(i, EPOCHS, DATASET, include_intermediates=True, limit=1)
        ),
    )
    each(
        "original API: get_more_info, mean",
        indexes,
        lambda i: api.get_more_info(i, DATASET, hp="200", is_random=False),
    )
    each("original API: a curve of 200 epochs, mean", indexes, curve)
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        array = query_nb201_trial_stats(None, EPOCHS, DATASET, "mean").to_numpy()
        seconds.append(time.perf_counter() - started)
    show(f"whole space ({len(array):,} cells) to an array", f"{statistics.median(seconds):.3f} s")
    started = time.perf_counter()
    api.find_best(DATASET, "x-test", hp="200")
    show("original API: find_best", f"{time.perf_counter() - started:.3f} s")
    started = time.perf_counter()
    list(
        database.select(
            "SELECT max(mean) FROM (SELECT avg(test_acc) AS mean FROM nb201 "
            "WHERE dataset = ? AND num_epochs = ? GROUP BY config_id)",
            (DATASET, EPOCHS),
        )
    )
    show("best mean test accuracy in SQL", f"{time.perf_counter() - started:.3f} s")


def each(what: str, indexes: list[int], ask: Callable[[int], Any]) -> None:
    """Print the median of calls, each for another architecture."""
    micros = []
    for index in indexes[:1000]:
        started = time.perf_counter()
        ask(index)
        micros.append((time.perf_counter() - started) * 1e6)
    show(f"{what}, median", f"{statistics.median(micros):.0f} us")


def measure_original(python: str, source: Path) -> None:
    """The same questions, asked of the original package."""
    environment = {**os.environ, "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1"}
    printed = subprocess.check_output([python, "-c", ORIGINAL, source], env=environment)
    figures = json.loads(printed.splitlines()[-1])
    show(f"the original: load {source.name}", f"{figures['loading']:.1f} s")
    show("  its memory", f"{figures['memory'] / 1e6:.0f} MB")
    show("  get_more_info, mean, median", f"{figures['mean']:.0f} us")
    show("  a curve of 200 epochs, mean, median", f"{figures['curve']:.0f} us")
    show("  whole space, per cell", f"{figures['whole']:.0f} us")


if __name__ == "__main__":
    benchmark()
