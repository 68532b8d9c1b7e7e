"""Make the package's files of real numbers from the published tables, and tell their hashes.

The folder is the one of the tests' real data; its README says where each file is from. What is
known of the numbers, and under which licences they are, stands in the notices beside the results::

    python scripts/make_samples.py ../shared/data

Takes a minute or two: the means of NAS-Bench-101 are published in the order of the hashes.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import click
import numpy as np

import nasbench_db
from nasbench_db.architectures.topology import official_order
from nasbench_db.formats.tfrecord import write_record
from nasbench_db.nasbench101 import means as means101
from nasbench_db.nasbench101 import sample as sample101
from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.record import (
    SAMPLE_MARK,
    Evaluation,
    Metrics,
    encode_metrics,
    encode_row,
)
from nasbench_db.nasbench101.space import enumerate_hashes
from nasbench_db.nasbench201 import means as means201
from nasbench_db.nasbench201 import sample as sample201
from nasbench_db.nasbenchmacro import enumerate_cells as enumerate_macro
from nasbench_db.nasbenchmacro import sample as macro
from nasbench_db.nlp import sample as nlp
from nasbench_db.sources.packaged import Packaged, write_columns
from nasbench_db.transnas101 import sample as sample_tasks
from nasbench_db.transnas101.layout import official_like_order

SHORT = {
    "cifar10 ori-test": "cifar10-test",
    "cifar100 x-valid": "cifar100-val",
    "cifar100 x-test": "cifar100-test",
    "imagenet16-120 x-valid": "imagenet-val",
    "imagenet16-120 x-test": "imagenet-test",
}
LONG = {
    "cifar10-valid ori-test": "cifar10-valid_ori-test",
    "cifar100 x-test": "cifar100_x-test",
    "imagenet16-120 x-test": "ImageNet16-120_x-test",
}
MEANS = {"cifar10": "cifar10", "cifar100": "cifar100", "imagenet16-120": "ImageNet16-120"}
TASKS = {
    "class_scene": "valid_top1",
    "class_object": "valid_top1",
    "room_layout": "valid_neg_loss",
    "jigsaw": "valid_top1",
    "segmentsemantic": "valid_acc",
    "normal": "valid_ssim",
    "autoencoder": "valid_ssim",
}
"""The columns of our files, and those of the published tables that they are made of."""


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def make(folder: Path) -> None:
    """Write the package's files of real numbers from the tables in FOLDER."""
    tables = folder / "tables"
    order = [cell.arch_str for cell in official_order()]
    short = _rows(tables / "nasbench201_12_epochs_mini.csv.gz")
    assert [row["cellstr"] for row in short] == [order[int(row["id"])] for row in short] == order
    _write(sample201.SHORT, {name: _numbers(short, column) for name, column in SHORT.items()})
    published = _rows(tables / "nasbench201_200_epochs_seed888.csv.gz")
    of_archs = {row["arch"]: row for row in published}
    long = [of_archs[arch] for arch in order]
    _write(sample201.LONG, {name: _numbers(long, column) for name, column in LONG.items()})
    means = {}
    for name, official in MEANS.items():
        rows = _rows(tables / f"nats_tss_200_epochs_mean_test_acc_{official}.csv.gz")
        assert [int(row["index"]) for row in rows] == list(range(len(order)))
        means[name] = _numbers(rows, "accuracy")
    _write(means201.MEANS, means)
    of_archs = {row["arch"]: row for row in _rows(tables / "transnas101_final_valid.csv.gz")}
    found = [of_archs[arch] for arch in official_like_order()]
    assert len(found) == len(of_archs)
    scores = {f"{task} {metric}": _numbers(found, task) for task, metric in TASKS.items()}
    _write(sample_tasks.SCORES, scores)
    with gzip.open(tables / "nasbench101_108_epochs_mean_test_acc.u16.gz") as file:
        in_order_of_hash = np.frombuffer(file.read(), "<u2")
    counts = np.empty_like(in_order_of_hash)
    counts[enumerate_hashes()["hash"].argsort()] = in_order_of_hash
    _write(means101.MEANS, {"correct of 29952": counts.tolist()})
    with gzip.open(folder / "macro" / "nas-bench-macro_cifar10.json.gz") as file:
        of_codes = json.load(file)
    entries = [of_codes[cell.arch_str] for cell in enumerate_macro()]
    assert len(entries) == len(of_codes)
    columns: dict[str, list[Any]] = {
        f"test_acc {seed}": [entry["test_acc"][seed] for entry in entries] for seed in range(3)
    }
    columns |= {name: [entry[name] for entry in entries] for name in ("params", "flops")}
    _write(macro.WHOLE, columns)
    with zipfile.ZipFile(folder / "nlp" / "train_logs_wikitext-2.zip") as archive:
        logs = [(name, json.loads(archive.read(name))) for name in sorted(archive.namelist())]
    _write(nlp.LOGS, nlp.columns_of(logs))
    _write_cells(json.loads((folder / "nasbench101" / "cells_15_108_epochs.json").read_text()))


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="ascii", newline="") as file:
        return list(csv.DictReader(file))


def _numbers(rows: Sequence[dict[str, str]], column: str) -> list[float]:
    return [float(row[column]) for row in rows]


def _path(file: Packaged) -> Path:
    return Path(nasbench_db.__file__).parent / file.benchmark / file.name


def _write(file: Packaged, columns: Mapping[str, Sequence[Any]]) -> None:
    path = _path(file)
    write_columns(path, columns)
    print(f"{path.stat().st_size:>9,} bytes  {path}")
    for name, values in columns.items():
        if any(isinstance(value, str) for value in values):
            continue
        digest = hashlib.sha256(np.array(values, dtype="<f8").tobytes()).hexdigest()
        print(f"    {name}: {digest}")


def _write_cells(cells: dict[str, dict[str, Any]]) -> None:
    """Write the trainings of cells as records of the original layout."""
    path = _path(sample101.CELLS)
    with open(path, "wb") as file:
        for number, (module_hash, facts) in enumerate(cells.items()):
            _write_cell(file, module_hash, facts, "" if number else SAMPLE_MARK)
    print(f"{path.stat().st_size:>9,} bytes  {path}")


def _write_cell(file: IO[bytes], module_hash: str, facts: dict[str, Any], mark: str) -> None:
    cell = Cell(facts["module_adjacency"], facts["module_operations"])
    assert cell.hash == module_hash
    assert cell.trainable_parameters == facts["trainable_parameters"]
    names = ("training_time", "train_accuracy", "validation_accuracy", "test_accuracy")
    for text, trainings in facts["computed"].items():
        epochs = int(text)
        for values in trainings:
            evaluations = tuple(
                Evaluation(epoch, *(values[f"{stage}_{name}"] for name in names))
                for stage, epoch in (("halfway", epochs / 2), ("final", float(epochs)))
            )
            untrained = Evaluation(0.0, None, None, None, None, mark)
            metrics = Metrics((untrained, *evaluations), facts["trainable_parameters"], None)
            message = encode_metrics(metrics)
            row = encode_row(module_hash, epochs, cell.adjacency, ",".join(cell.ops), message)
            write_record(file, row)


if __name__ == "__main__":
    make()
