"""What the benchmark scripts share: seconds and memory of calls, of commands and of ingestion.

Memory is read from /proc, so that part needs Linux. Two checkouts are compared in one run, in
turn, since a machine's load drifts between runs.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click

PROCESSES = click.option(
    "--processes", default=10, show_default=True, help="Of how many processes to take the median."
)
"""The option of :func:`measure_fresh_processes`."""

HERE = Path(__file__).resolve().parent.parent
"""The checkout that this file is of."""

AGAINST = click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
    help="Another checkout, which is measured in turn with this one.",
)
"""The option of :func:`compare`."""


def show(what: str, figure: str) -> None:
    """Print one figure."""
    print(f"{what:<48}{figure:>24}", flush=True)


def timed(function: Callable[[], Any]) -> float:
    """The seconds that a call takes."""
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def read_once(path: Path) -> None:
    """Have the system hold a file in its memory."""
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 24):
            pass


def inside(checkout: Path) -> dict[str, Any]:
    """What ``subprocess`` must be told so that Python imports the package from a checkout."""
    # The working directory comes first on the path of python -m and -c.
    return {"cwd": checkout, "env": {**os.environ, "PYTHONPATH": str(checkout)}}


def compare(
    what: str,
    measure: Callable[[Path], dict[str, float]],
    against: Path | None,
    times: int = 3,
) -> None:
    """Print medians of what is measured of this checkout, beside those of another one.

    Args:
        what: is measured.
        measure: given a checkout, its figures by their units, from processes that run
            :func:`inside` it.
        against: the other checkout; None if there is none.
        times: how many times each is measured, in turn.
    """
    checkouts = [HERE] if against is None else [HERE, against]
    found = [[measure(checkout) for checkout in checkouts] for _ in range(times)]
    for unit in found[0][0]:
        here, *other = (
            statistics.median(figures[unit] for figures in of_one)
            for of_one in zip(*found, strict=True)
        )
        show(f"{what}, median of {times}", f"{here:,.4g} {unit}")
        for there in other:
            show("  in the other checkout; ratio", f"{there:,.4g} {unit}; {here / there:.2f}")


class Ingestion(NamedTuple):
    """What an ingestion took.

    Attributes:
        seconds: from start to end.
        busy: seconds of processors, of all its processes together.
        memory: the most bytes that all its processes held.
    """

    seconds: float
    busy: float
    memory: int


def measure_ingestion(
    benchmark: str, source: Path, path: Path, checkout: Path = HERE
) -> Ingestion:
    """What an ingestion by a checkout's command line takes."""
    command = [sys.executable, "-m", "nasbench_db", "ingest", benchmark, str(source.resolve())]
    command += ["--db", str(path.resolve()), "--force", "--quiet"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    process = subprocess.Popen(command, **inside(checkout))
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(resident, family(process.pid))))
        time.sleep(0.02)
    if process.returncode:
        sys.exit(process.returncode)
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Ingestion(seconds, busy, peak)


def compare_ingestion(benchmark: str, source: Path, path: Path, against: Path) -> None:
    """Print what ingestion of a source takes by two checkouts in turn."""
    read_once(source)

    def measure(checkout: Path) -> dict[str, float]:
        found = measure_ingestion(benchmark, source, path, checkout)
        return {"s": found.seconds, "s of CPUs": found.busy, "MB": found.memory / 1e6}

    compare(f"ingest {source.name}", measure, against)


def family(pid: int) -> Iterator[int]:
    """A process and its descendants."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            ids = children.read_text().split()
        except OSError:  # it has just ended
            continue
        for child in ids:
            yield from family(int(child))


def resident(pid: int) -> int:
    """The bytes of memory that a process holds."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGESIZE")


def run_once(command: list[str]) -> tuple[float, int]:
    """The seconds and the peak bytes of memory of a command."""
    # A process starts with the peak of the one that starts it, so a small one does.
    program = (
        "import resource, subprocess, sys, time\n"
        "started = time.perf_counter()\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)\n"
        "seconds = time.perf_counter() - started\n"
        "print(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    printed = subprocess.check_output([sys.executable, "-S", "-c", program, *command])
    seconds, kilobytes = printed.split()
    return float(seconds), int(kilobytes) * 1024


def measure_fresh_processes(
    command: list[str], asked: str, program: str, arguments: list[str], opened: str, processes: int
) -> None:
    """Print medians from process start to the answer, and of the library after its imports.

    Args:
        command: a question, without the name of our command.
        asked: what it asks for.
        program: prints the seconds that it measures.
        arguments: what the program is given.
        opened: what the program measures.
        processes: how many of each are started.
    """
    command = [sys.executable, "-m", "nasbench_db", *command]
    seconds, memory = zip(*(run_once(command) for _ in range(processes)), strict=True)
    show(f"fresh process, {asked} asked and printed", f"{statistics.median(seconds):.3f} s")
    show("  its memory", f"{statistics.median(memory) / 1e6:.0f} MB")
    command = [sys.executable, "-c", program, *arguments]
    first = [float(subprocess.check_output(command)) for _ in range(processes)]
    show(opened, f"{statistics.median(first) * 1e3:.1f} ms")
