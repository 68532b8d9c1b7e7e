"""Small sources of all benchmarks, of the names that the README and the notebooks give."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import pytest
from support.once import once

import nasbench_db
from nasbench_db.formats.tfrecord import write_record
from nasbench_db.nasbench101 import Cell
from nasbench_db.nasbench101.record import Evaluation, Metrics, encode_metrics, encode_row
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench101.synthetic import write_tfrecord
from nasbench_db.nasbench201.synthetic import write_pth
from nasbench_db.nasbenchmacro.synthetic import write_json
from nasbench_db.nats.synthetic import write_nats_folder
from nasbench_db.natssss.synthetic import SIZES
from nasbench_db.nds.synthetic import write_files
from nasbench_db.transnas101.layout import official_like_order
from nasbench_db.transnas101.synthetic import write_pth as write_tasks

CELL = Cell.from_string(
    "0100110001000000010010000010000001000000010000000",
    "input,conv3x3-bn-relu,maxpool3x3,conv3x3-bn-relu,conv3x3-bn-relu,conv1x1-bn-relu,output",
)
# What is published of that cell's three trainings of 108 epochs: valid and test accuracy in
# percent, seconds, and seconds at halfway. Its training accuracies are not.
PUBLISHED = [
    (92.41786599159241, 92.11738705635071, 1769.1279296875, 883.4580078125),
    (92.45793223381042, 91.90705418586731, 1768.2509765625, 883.6810302734375),
    (93.04887652397156, 92.15745329856873, 1768.9759521484375, 883.4569702148438),
]


SOURCES = {
    "nasbench101": "nasbench_full.tfrecord",
    "nasbench201": "NAS-Bench-201-v1_1-096897.pth",
    "natssss": "NATS-sss-v1_0-50262-simple",
    "transnas101": "transnas-bench_v10141024.pth",
    "nasbenchmacro": "nas-bench-macro_cifar10.json",
    "nds": "nds_data",
}
"""The name of each benchmark's source."""


@pytest.fixture(scope="session")
def small_sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """For each benchmark a source of the name that the README gives, not to be changed."""
    folder = once(tmp_path_factory, "small_sources", write_sources)
    return {benchmark: folder / name for benchmark, name in SOURCES.items()}


@pytest.fixture(scope="session")
def small_databases(
    small_sources: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with the databases of all of them, not to be changed."""
    return once(
        tmp_path_factory, "small_databases", lambda folder: ingest_sources(small_sources, folder)
    )


def write_sources(folder: Path) -> None:
    """Write a source of each benchmark; that of NAS-Bench-101 has the published cell in it."""
    paths = {benchmark: folder / name for benchmark, name in SOURCES.items()}
    cells = paths["nasbench101"]
    write_tfrecord(cells, enumerate_cells(max_vertices=4))
    with open(cells, "ab") as file:
        for valid, test, seconds, halfway in PUBLISHED:
            metrics = Metrics(
                (
                    Evaluation(0.0, 0.0, None, None, None),
                    Evaluation(54.0, halfway, None, None, None),
                    Evaluation(108.0, seconds, None, valid / 100, test / 100),
                ),
                8555530,
                None,
            )
            operations = ",".join(CELL.ops)
            row = encode_row(CELL.hash, 108, CELL.adjacency, operations, encode_metrics(metrics))
            write_record(file, row)
    write_pth(paths["nasbench201"], range(12))
    write_nats_folder(paths["natssss"], range(12), SIZES)
    named = ["64-1234-basic", "64-41414-1_02_333"]
    architectures = dict.fromkeys([*official_like_order()[::200], *named])
    write_tasks(paths["transnas101"], architectures)
    write_json(paths["nasbenchmacro"])
    write_files(paths["nds"], epochs={"cifar10": 12, "imagenet": 6})


def ingest_sources(sources: Mapping[str, Path], folder: Path) -> None:
    """Build a database of each source, named as those at the default place are."""
    with warnings.catch_warnings():
        # None of the files is the published one whose name it has.
        warnings.simplefilter("ignore", nasbench_db.SourceWarning)
        for benchmark, path in sources.items():
            nasbench_db.ingest(benchmark, path, folder / f"{benchmark}.db", progress=False)
