"""Small sources of all benchmarks, of the names that the README gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.once import once

from nasbench_db.formats.gzipped_json import write_json
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench101.synthetic import write_tfrecord
from nasbench_db.nasbench201.synthetic import write_pth
from nasbench_db.nasbenchmacro.synthetic import made_up as made_up_macro
from nasbench_db.nats.synthetic import write_nats_folder
from nasbench_db.natssss.synthetic import SIZES
from nasbench_db.nds.synthetic import write_files
from nasbench_db.nlp.synthetic import made_up_logs, write_zip
from nasbench_db.transnas101.layout import official_like_order
from nasbench_db.transnas101.synthetic import write_pth as write_tasks

SOURCES = {
    "nasbench101": "nasbench_full.tfrecord",
    "nasbench201": "NAS-Bench-201-v1_1-096897.pth",
    "natssss": "NATS-sss-v1_0-50262-simple",
    "transnas101": "transnas-bench_v10141024.pth",
    "nasbenchmacro": "nas-bench-macro_cifar10.json",
    "nlp": "train_logs_wikitext-2.zip",
    "nds": "nds_data",
}
"""The name of each benchmark's source."""


@pytest.fixture(scope="session")
def small_sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """For each benchmark a source of the name that the README gives, not to be changed."""
    folder = once(tmp_path_factory, "small_sources", write_sources)
    return {benchmark: folder / name for benchmark, name in SOURCES.items()}


def write_sources(folder: Path) -> None:
    """Write a source of each benchmark."""
    paths = {benchmark: folder / name for benchmark, name in SOURCES.items()}
    write_tfrecord(paths["nasbench101"], enumerate_cells(max_vertices=4))
    write_pth(paths["nasbench201"], range(12))
    write_nats_folder(paths["natssss"], range(12), SIZES)
    write_tasks(paths["transnas101"], official_like_order()[::200])
    write_json(paths["nasbenchmacro"], made_up_macro())
    write_zip(paths["nlp"], made_up_logs(20, runs=2))
    write_files(paths["nds"], epochs={"cifar10": 12, "imagenet": 6})
