"""A folder to try everything on: real samples, real cells ingested, and what must be made up.

The main job first: a file of the original's layout, its ingestion, and a question. Then real
numbers of whole spaces, and what stands in for the rest, marked as synthetic. In the end, a
finding from the real numbers.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from nasbench_db.benchmarks import BENCHMARKS, connect, ingest, sample
from nasbench_db.errors import BuildError
from nasbench_db.explore import optimum
from nasbench_db.nasbench101.query import query_nb101_trial_stats
from nasbench_db.nasbench101.sample import CELLS
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench101.synthetic import write_tfrecord
from nasbench_db.nasbench201.query import query_nb201_trial_stats
from nasbench_db.nasbench201.synthetic import write_pth as write_topologies
from nasbench_db.nats.synthetic import write_nats_folder
from nasbench_db.natssss.synthetic import SIZES
from nasbench_db.nds.synthetic import write_files as write_jobs
from nasbench_db.store.building import Report
from nasbench_db.store.database import DIRECTORY_VARIABLE, open_database
from nasbench_db.transnas101.layout import official_like_order
from nasbench_db.transnas101.synthetic import write_pth as write_tasks

MAX_VERTICES = 5
"""The synthetic file covers all 2,532 cells of at most this many vertices."""

MADE_UP: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "nasbench101_synthetic.db": (
        "nasbench101",
        "nasbench101_synthetic.tfrecord",
        lambda path: write_tfrecord(path, enumerate_cells(max_vertices=MAX_VERTICES)),
    ),
    "nasbench201_synthetic.db": (
        "nasbench201",
        "nasbench201_synthetic.pth",
        lambda path: write_topologies(path, range(20)),
    ),
    "transnas101_synthetic.db": (
        "transnas101",
        "transnas101_synthetic.pth",
        lambda path: write_tasks(path, official_like_order()[::100]),
    ),
    "natssss.db": (
        "natssss",
        "NATS-sss-synthetic-simple",
        lambda path: write_nats_folder(path, range(100), SIZES),
    ),
    "nds.db": (
        "nds",
        "nds_data_synthetic",
        lambda path: write_jobs(path, epochs={"cifar10": 12, "imagenet": 12}),
    ),
}
"""Databases of made-up metrics: each with its benchmark, its source, and what writes that.

Those whose name is not the benchmark's stand beside real numbers, and have what these lack: more
epochs, the course of trainings, FLOPs, latencies.
"""

HALF_AN_IMAGE = 100 / 5_000 / 2
"""Of the test images of CIFAR-100 there, percent: what is closer is rounding noise."""

Say = Callable[[str], None]


def run_demo(folder: Path, say: Say) -> Path:
    """Fill a folder, and tell what happens.

    Databases that are there already are left as they are.

    Args:
        folder: where the source files and the databases are put.
        say: is given the text, a few lines at a time.

    Returns:
        the folder.

    Raises:
        InvalidDatabase: what lies there in the place of a database is none.
        SourceError: the package lacks a file.
        BuildError: the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BuildError(
            f"{folder} cannot be made: {error.strerror}; give another --dir"
        ) from None
    say(f"Everything goes into {folder}\n")
    _ingest_cells(folder, say)
    _add_samples(folder, say)
    _add_synthetic(folder, say)
    _find(folder, say)
    program = "nasbench-db"
    if shutil.which(program) is None:  # as where an environment is not switched on
        program = str(Path(sys.executable).with_name(program))
    say(
        "\nTo go on, let the commands and Python look into that folder:\n"
        f'  export {DIRECTORY_VARIABLE}="{folder.absolute()}"\n'
        f"  {program} info\n"
        f"  {program} top nasbench201 --by test_acc --dataset cifar100 --epochs 200\n"
        f"  {program} describe transnas101\n"
        f"\nThe demo's files lie in {folder}"
    )
    return folder


def _ingest_cells(folder: Path, say: Say) -> None:
    """The main job: an original's file, its ingestion, a question."""
    source = folder / "nasbench101_15_cells.tfrecord"
    shutil.copyfile(CELLS.path, source)
    say(f"1. Real cells of NAS-Bench-101, in the original's layout: {source}")

    def build(name: str, path: Path) -> Report:
        return ingest(name, source, path, progress=False)

    path = _built("nasbench101", folder / "nasbench101.db", say, build)
    db = connect("nasbench101", path)
    say("   The best of them by validation, the mean of its three trainings:")
    for trial in query_nb101_trial_stats(
        None, 108, reduction="mean", order_by="-valid_acc", limit=1, db=db
    ):
        say(
            f"   valid_acc {trial['valid_acc']:.4f} %, test_acc {trial['test_acc']:.4f} %, "
            f"training_time {trial['training_time']:.1f} s over {trial['num_trials']} trials\n"
        )


def _add_samples(folder: Path, say: Say) -> None:
    say("2. Real numbers of whole search spaces, which the package brings")
    for name, benchmark in BENCHMARKS.items():
        if benchmark.schema.sampled and name != "nasbench101":
            _built(name, folder / f"{name}.db", say, sample)


def _add_synthetic(folder: Path, say: Say) -> None:
    """What the real numbers lack, and the size search space: real cells, made-up metrics."""
    say("\n3. For what there are no real numbers here, SYNTHETIC ones: made up, not measured")
    for file, (benchmark, source_name, write) in MADE_UP.items():
        source = folder / source_name

        def build(
            name: str, path: Path, source: Path = source, write: Callable[[Path], object] = write
        ) -> Report:
            write(source)
            return ingest(name, source, path, progress=False)

        _built(benchmark, folder / file, say, build)


def _built(
    name: str,
    path: Path,
    say: Say,
    build: Callable[[str, Path], Report],
) -> Path:
    """Build a database of a benchmark, unless it is there already, and say so."""
    if path.exists():
        open_database(BENCHMARKS[name].schema, path).close()
        say(f"   {path} is there already; delete it to have it built anew")
    else:
        say(f"   {build(name, path)}")
    return path


def _find(folder: Path, say: Say) -> None:
    """What a search would do that trusts short trainings, and what that costs."""
    db = connect("nasbench201", folder / "nasbench201.db")
    data = "cifar100"
    best = optimum("test_acc", dataset=data, num_epochs=200, db=db)
    chosen = optimum("valid_acc", dataset=data, num_epochs=12, db=db)
    reached = query_nb201_trial_stats(None, 200, data, db=db).to_numpy()["test_acc"]
    say(
        "\n4. A finding, from real numbers: of all 15,625 cells of NAS-Bench-201 these share the "
        f"most images of\n   CIFAR-100 by validation after 12 epochs ({chosen.value:.2f} %). "
        f"By test after 200 the best has {best.value:.2f} %, and of them"
    )
    for cell in chosen.architectures:
        (trial,) = query_nb201_trial_stats(cell["arch_index"], 200, data, db=db)
        own = trial["test_acc"]
        assert own is not None  # every cell of the sample has one
        rank = int((reached > own + HALF_AN_IMAGE).sum()) + 1
        say(f"   {cell['arch_str']}\n   has {own:.2f} %: number {rank} of all")
