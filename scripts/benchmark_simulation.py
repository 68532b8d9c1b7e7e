"""Measure searches on a simulated clock beside the same search on the drop-in of NAS-Bench-101.

Both are regularised evolution of the paper's kind, population 50 and tournament 10: with the
drop-in the program that everybody writes, and here :func:`regularized_evolution`. They take turns,
so that the machine is as busy for one as for the other.

::

    python scripts/generate_nasbench101.py --only108 /tmp/full.tfrecord
    nasbench-db ingest nasbench101 /tmp/full.tfrecord --db /tmp/full.db
    nasbench-db sample nasbench201 --db /tmp/201.db
    python scripts/benchmark_simulation.py /tmp/full.db /tmp/201.db
"""

from __future__ import annotations

import copy
import random
import statistics
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click
from _measuring import show

import nasbench_db
from nasbench_db.nasbench101 import api
from nasbench_db.nasbench101.constants import INPUT, OPERATIONS, OUTPUT
from nasbench_db.simulation import Simulation, regularized_evolution, search
from nasbench_db.store.database import BenchmarkDatabase

POPULATION, TOURNAMENT = 50, 10


@click.command()
@click.argument("database", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("database201", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--evaluations", default=5000, show_default=True, help="Of each run.")
@click.option("--turns", default=5, show_default=True, help="Runs of each of the two.")
@click.option("--vertices", default=7, show_default=True, help="Of the drop-in's cells.")
@click.option("--runs", default=100, show_default=True, help="Runs of the search in parallel.")
def benchmark(
    database: Path, database201: Path, evaluations: int, turns: int, vertices: int, runs: int
) -> None:
    """Measure searches on the NAS-Bench-101 DATABASE and on DATABASE201, that of 201."""
    of201 = nasbench_db.connect("nasbench201", database201)
    ask201 = {"dataset": "cifar100", "num_epochs": 12, "charge": "evaluations", "db": of201}
    show("arrays of one fidelity of 201", f"{least(of201, ask201):.3f} s of a CPU")
    db = nasbench_db.connect("nasbench101", database)
    ask101 = {"num_epochs": 108, "db": db}
    show("arrays of one fidelity of 101", f"{least(db, ask101):.3f} s of a CPU")

    nasbench = api.NASBench(database, seed=0)
    dropin, ours = [], []
    for turn in range(turns):
        dropin.append(busy(partial(evolve, nasbench, evaluations, turn, vertices)))
        run = Simulation(
            num_epochs=108, charge="evaluations", budget=evaluations, seed=turn, db=db
        )
        ours.append(busy(partial(regularized_evolution, run)))
    for what, taken in (("drop-in", dropin), ("regularized_evolution", ours)):
        each = statistics.median(taken) / evaluations * 1e6
        show(f"an evaluation, {what}", f"{each:.1f} us of a CPU")
    shares = [b / a for a, b in zip(dropin, ours, strict=True)]
    show("  the second, of the first, turn by turn", f"{statistics.median(shares):.3f}")
    show("  of the fastest turns", f"{min(ours) / min(dropin):.3f}")
    started = time.perf_counter()
    search(
        "nasbench101",
        "evolution",
        runs=runs,
        budget=evaluations,
        charge="evaluations",
        num_epochs=108,
        db=db,
    )
    show(f"{runs} runs of {evaluations:,}", f"{time.perf_counter() - started:.1f} s")


def least(db: BenchmarkDatabase, asked: dict[str, Any]) -> float:
    """The least seconds of a CPU that loading takes, of five times; nothing is remembered."""

    def load() -> None:
        db.memo.clear()
        len(Simulation(**asked).space)

    return min(busy(load) for _ in range(5))


def busy(do: Callable[[], Any]) -> float:
    """The seconds of a CPU that something takes."""
    before = time.process_time()
    do()
    return time.process_time() - before


def evolve(nasbench: api.NASBench, evaluations: int, seed: int, vertices: int = 7) -> float:
    """The best validation accuracy of evolution as everybody writes it for ``nasbench.api``."""
    rng = random.Random(seed)
    alive: deque[tuple[float, api.ModelSpec]] = deque(maxlen=POPULATION)
    best = 0.0
    for number in range(evaluations):
        if number < POPULATION:
            spec = random_spec(nasbench, rng, vertices)
        else:
            _, parent = max(rng.choices(alive, k=TOURNAMENT), key=lambda member: member[0])
            spec = mutate_spec(nasbench, parent, rng)
        value = nasbench.query(spec)["validation_accuracy"]
        best = max(best, value)
        alive.append((value, spec))
    return best


def random_spec(nasbench: api.NASBench, rng: random.Random, vertices: int) -> api.ModelSpec:
    """Matrices and operations by chance, until they are a cell."""
    while True:
        matrix = [
            [int(y > x and rng.random() < 0.5) for y in range(vertices)] for x in range(vertices)
        ]
        ops = [INPUT, *rng.choices(OPERATIONS, k=vertices - 2), OUTPUT]
        spec = api.ModelSpec(matrix, ops)
        if nasbench.is_valid(spec):
            return spec


def mutate_spec(
    nasbench: api.NASBench, parent: api.ModelSpec, rng: random.Random
) -> api.ModelSpec:
    """One edge and one operation flipped on average, until it is a cell."""
    vertices = len(parent.original_matrix)
    while True:
        matrix = copy.deepcopy(parent.original_matrix)
        ops = list(parent.original_ops)
        for source in range(vertices - 1):
            for target in range(source + 1, vertices):
                if rng.random() < 1 / vertices:
                    matrix[source, target] = 1 - matrix[source, target]
        for vertex in range(1, vertices - 1):
            if rng.random() < 1 / (vertices - 2):
                ops[vertex] = rng.choice([op for op in OPERATIONS if op != ops[vertex]])
        spec = api.ModelSpec(matrix, ops)
        if nasbench.is_valid(spec):
            return spec


if __name__ == "__main__":
    benchmark()
