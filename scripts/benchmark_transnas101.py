"""Measure what TransNAS-Bench-101 takes: ingestion, its memory, and answers; beside a plain scan.

Everything is measured in one run, so that the figures can be compared with each other; between
runs they drift with the machine's load. The scan is what the original program does: load the
whole file, and go through its dict.

::

    python scripts/generate_transnas101.py /tmp/transnas-bench.pth
    python scripts/benchmark_transnas101.py /tmp/transnas-bench.pth
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
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
from nasbench_db.formats import torch_files
from nasbench_db.transnas101 import best_archs, query_tnb101_trial_stats
from nasbench_db.transnas101.api import TransNASBenchAPI

TASK, METRIC, SPACE, LAST = "class_object", "valid_top1", "micro", 20


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the database at this path.")
@PROCESSES
def benchmark(source: Path, keep: Path | None, processes: int) -> None:
    """Measure ingestion of SOURCE and queries, and compare them with a scan of its dict."""
    with tempfile.TemporaryDirectory() as folder:
        path = keep or Path(folder) / "transnas101.db"
        show("source", f"{source.stat().st_size / 1e6:.0f} MB")
        read_once(source)
        seconds, _, memory = measure_ingestion("transnas101", source, path)
        show("ingest", f"{seconds:.1f} s")
        show("peak memory of all processes", f"{memory / 1e6:.0f} MB")
        show("database", f"{path.stat().st_size / 1e6:.0f} MB")
        read_once(path)
        measure_a_start(path, processes)
        archs = measure_queries(path)
        # Last, as it takes the most memory.
        measure_scan(source, archs)


def measure_a_start(path: Path, processes: int) -> None:
    """From process start to the answer: the command line, and the library after its imports."""
    command = ["query", "transnas101", "--db", str(path), "--arch", "1"]
    command += ["--task", TASK, "--best", METRIC]
    program = (
        "import time, sys\n"
        "from nasbench_db.transnas101.api import TransNASBenchAPI\n"
        "started = time.perf_counter()\n"
        "api = TransNASBenchAPI(sys.argv[1])\n"
        f"api.get_single_metric(api.index2arch(1), '{TASK}', '{METRIC}')\n"
        "print(time.perf_counter() - started)\n"
    )
    measure_fresh_processes(
        command,
        "one training",
        program,
        [str(path)],
        "original API: open and first answer",
        processes,
    )


def measure_queries(path: Path) -> list[Any]:
    """Queries in a process that runs for a while; the best architectures, to compare."""
    nasbench_db.connect("transnas101", path)
    api = TransNASBenchAPI(path)
    archs = api.get_arch_list(SPACE)
    each("a training, as a dict", archs, lambda a: list(query_tnb101_trial_stats(a, TASK)))
    each(
        "  with its curves",
        archs,
        lambda a: list(query_tnb101_trial_stats(a, TASK, include_intermediates=True)),
    )
    each(
        "  at its best epoch",
        archs,
        lambda a: list(query_tnb101_trial_stats(a, TASK, best=METRIC)),
    )
    each(
        "original API: get_single_metric", archs, lambda a: api.get_single_metric(a, TASK, METRIC)
    )
    each("original API: get_arch_result", archs, api.get_arch_result)
    whole("final values of a task, as an array", lambda: frame(None))
    whole("best values of a task, as an array", lambda: frame(METRIC))
    whole(
        f"best_archs, {LAST} of {len(archs):,}",
        lambda: list(best_archs(TASK, METRIC, SPACE, LAST)),
    )
    best: list[Any] = whole(
        f"original API: get_best_archs, {LAST} of {len(archs):,}",
        lambda: api.get_best_archs(TASK, METRIC, SPACE, LAST),
    )
    return best


def frame(best: str | None) -> Any:
    """All trainings for a task."""
    return query_tnb101_trial_stats(None, TASK, best=best).to_numpy()


def each(what: str, archs: list[str], ask: Callable[[str], Any]) -> None:
    """Print the median of calls, each for another architecture."""
    micros = [timed(lambda arch=arch: ask(arch)) * 1e6 for arch in archs[::5]]  # type: ignore[misc]
    show(f"{what}, median", f"{statistics.median(micros):.0f} us")


def whole(what: str, ask: Callable[[], Any]) -> Any:
    """Print the median of five calls, and return what the last one gives."""
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        found = ask()
        seconds.append(time.perf_counter() - started)
    show(what, f"{statistics.median(seconds) * 1e3:.0f} ms")
    return found


def measure_scan(source: Path, expected: list[Any]) -> None:
    """What the dict of the whole file takes."""
    started = time.perf_counter()
    content = torch_files.load(source)
    show("the dict of the whole file: load", f"{time.perf_counter() - started:.1f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    show("  its memory", f"{peak / 1e6:.0f} MB")
    archs = content["data"][SPACE]

    def scan() -> list[Any]:
        pairs = [(max(of[TASK]["metrics"][METRIC]), arch) for arch, of in archs.items()]
        return sorted(pairs, reverse=True)[:LAST]

    found = whole(f"  plain scan, {LAST} of {len(archs):,}", scan)
    if found != expected:
        sys.exit("the scan gives other architectures than the database")


if __name__ == "__main__":
    benchmark()
