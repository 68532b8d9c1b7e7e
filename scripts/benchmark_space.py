"""Measure the NAS-Bench-101 search space: enumeration, hashing, and lookups through the drop-in.

Beside it, in the same run, the reference: the plainest prune-and-hash from its definition, and a
dict of results in memory, as in the original API. All cells asked for are new to the process.

::

    python scripts/generate_nasbench101.py /tmp/full.tfrecord
    nasbench-db ingest nasbench101 /tmp/full.tfrecord --db /tmp/full.db
    python scripts/benchmark_space.py /tmp/full.db
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

import nasbench_db
from nasbench_db.nasbench101 import api, query_many, space
from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.packed import canonical_codes

LABELS = {"input": -1, "output": -2, "conv3x3-bn-relu": 0, "conv1x1-bn-relu": 1, "maxpool3x3": 2}


@click.command()
@click.argument("database", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--cells", default=20_000, show_default=True, help="Cells for each measurement.")
@click.option("--batch", default=100_000, show_default=True, help="Cells in one batch lookup.")
@click.option("--no-hashes", is_flag=True, help="Leave out the hashes of the whole space.")
def benchmark(database: Path, cells: int, batch: int, no_hashes: bool) -> None:
    """Measure the search space on the NAS-Bench-101 DATABASE."""
    started = time.perf_counter()
    codes = space.enumerate_codes()
    show(f"enumerate {len(codes):,} cells as codes", time.perf_counter() - started, "s")
    started = time.perf_counter()
    count = sum(1 for _ in space.enumerate_cells())
    show(f"enumerate {count:,} cells as Cell", time.perf_counter() - started, "s")
    if not no_hashes:
        started = time.perf_counter()
        space.enumerate_hashes()
        show("enumerate with all hashes", time.perf_counter() - started, "s")

    rng = np.random.default_rng(0)
    samples = iter(rng.permutation(codes))

    def fresh(number: int) -> list[tuple[np.ndarray, list[str]]]:
        """Matrices and operations of cells that were not used before."""
        drawn = [Cell.from_code(int(next(samples))) for _ in range(number)]
        return [(cell.matrix, cell.ops) for cell in drawn]

    each("reference: prune and hash", lambda graph: reference_hash(*graph), fresh(cells // 10))
    each("Cell(...).hash", lambda graph: Cell(*graph).hash, fresh(cells))
    each("Cell(...).canonical_code", lambda graph: Cell(*graph).canonical_code, fresh(cells))
    everything = codes.copy()
    rng.shuffle(everything)
    started = time.perf_counter()
    canonical_codes(everything)
    show("canonical codes of all as arrays", (time.perf_counter() - started) / len(codes) * 1e6)

    nasbench = api.NASBench(database, seed=0)
    graphs = fresh(cells // 10)
    in_memory = {api.ModelSpec(*graph).hash_spec(list(LABELS)[2:]): graph for graph in graphs}
    each("reference: prune, hash, dict in memory", lambda g: in_memory[reference_hash(*g)], graphs)
    graphs = fresh(cells)
    each("api.ModelSpec(...)", lambda graph: api.ModelSpec(*graph), graphs)
    graphs = fresh(cells)
    each("api.NASBench.query(ModelSpec(...))", lambda g: nasbench.query(api.ModelSpec(*g)), graphs)
    nasbench_db.connect("nasbench101", database)
    for _ in range(2):
        drawn = np.fromiter((next(samples) for _ in range(batch)), dtype=np.int32)
        started = time.perf_counter()
        found = query_many(drawn, 108)
        seconds = time.perf_counter() - started
        assert (found["num_trials"] > 0).all()
        show(f"query_many of {batch:,} cells, per cell", seconds / batch * 1e6)


def show(what: str, figure: float, unit: str = "us") -> None:
    """Print one figure."""
    print(f"{what:<48}{figure:>12.2f} {unit}", flush=True)


def each(what: str, function: Callable[[Any], Any], values: Sequence[Any]) -> None:
    """Print the mean microseconds of a call."""
    started = time.perf_counter()
    for value in values:
        function(value)
    show(what, (time.perf_counter() - started) / len(values) * 1e6)


def reference_hash(matrix: np.ndarray, ops: Sequence[str]) -> str:
    """The module hash in its plainest form."""
    size = len(ops)
    reached, reaching = {0}, {size - 1}
    for u in range(size):
        if u in reached:
            reached.update(np.flatnonzero(matrix[u]).tolist())
    for v in range(size - 1, -1, -1):
        if v in reaching:
            reaching.update(np.flatnonzero(matrix[:, v]).tolist())
    kept = sorted(reached & reaching)
    pruned = matrix[np.ix_(kept, kept)]
    labels = [LABELS[ops[v]] for v in kept]
    out_degrees, in_degrees = pruned.sum(axis=1).tolist(), pruned.sum(axis=0).tolist()
    hashes = [md5(str(vertex)) for vertex in zip(out_degrees, in_degrees, labels, strict=True)]

    def joined(vertices: Iterable[int]) -> str:
        return "".join(sorted(hashes[v] for v in vertices))

    for _ in kept:
        hashes = [
            md5(
                f"{joined(np.flatnonzero(pruned[:, v]))}|{joined(np.flatnonzero(pruned[v]))}|"
                f"{hashes[v]}"
            )
            for v in range(len(kept))
        ]
    return md5(str(sorted(hashes)))


def md5(text: str) -> str:
    """The MD5 sum of a text in hexadecimal."""
    return hashlib.md5(text.encode()).hexdigest()


if __name__ == "__main__":
    benchmark()
