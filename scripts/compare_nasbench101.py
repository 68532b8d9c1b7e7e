"""Prove that a NAS-Bench-101 database holds every value of its source file, and nothing else.

A checksum over all values is computed twice: from the file, record by record, and from the
database, trial by trial. The way through the file shares no code with ingestion but the framing
and the plain protocol buffer decoder. The full data set takes about ten minutes.

::

    python scripts/compare_nasbench101.py nasbench_full.tfrecord nasbench101.db
"""

from __future__ import annotations

import base64
import collections
import hashlib
import itertools
import json
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from nasbench_db.formats.tfrecord import read_records
from nasbench_db.nasbench101.record import decode_metrics


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("path", metavar="DATABASE", type=click.Path(exists=True, path_type=Path))
def compare(source: Path, path: Path) -> None:
    """Compare all values of the TFRecord file SOURCE with those of its DATABASE."""
    digests = [hashlib.sha256(), hashlib.sha256()]
    count = 0
    for of_file, of_database in itertools.zip_longest(from_file(source), from_database(path)):
        if of_file != of_database:
            sys.exit(f"record {count} differs:\nfile      {of_file}\ndatabase  {of_database}")
        for digest, trial in zip(digests, (of_file, of_database), strict=True):
            digest.update(trial.encode())
        count += 1
    print(f"{count:,} trials")
    print(f"SHA-256 of all values in the file      {digests[0].hexdigest()}")
    print(f"SHA-256 of all values in the database  {digests[1].hexdigest()}")


def from_file(source: Path) -> Iterator[str]:
    """Each record's values as text, converted to the database's units."""
    repeats: collections.Counter[tuple[str, int]] = collections.Counter()
    for _, payload in read_records(source):
        module_hash, epochs, adjacency, operations, packed = json.loads(payload)
        metrics = decode_metrics(base64.b64decode(packed))
        assert metrics.trainable_parameters is not None
        size = operations.count(",") + 1
        rows = [adjacency[start : start + size] for start in range(0, size * size, size)]
        arch = {f"op{v}": op for v, op in enumerate(operations.split(",")) if 0 < v < size - 1}
        arch.update(
            {f"input{v}": [u for u in range(v) if rows[u][v] == "1"] for v in range(1, size)}
        )
        values = [
            (
                evaluation.current_epoch,
                *(100 * (accuracy or 0.0) for accuracy in evaluation[2:5]),
                evaluation.training_time,
            )
            for evaluation in metrics.evaluations
        ]
        key = (module_hash, epochs)
        yield repr(
            (
                module_hash,
                size,
                json.dumps(arch, sort_keys=True, separators=(",", ":")),
                epochs,
                repeats[key],
                metrics.trainable_parameters / 1e6,
                values[2][1:],
                values[1],
                values[2],
            )
        )
        repeats[key] += 1


def from_database(path: Path) -> Iterator[str]:
    """Each trial's values as text, in the order of their numbers."""
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    trials = database.execute(
        "SELECT t.id, c.hash, c.num_vertices, c.arch, c.num_epochs, t.repeat, t.parameters, "
        "t.train_acc, t.valid_acc, t.test_acc, t.training_time "
        "FROM nb101trialstats t JOIN nb101trialconfig c ON c.id = t.config_id ORDER BY t.id"
    )
    points = database.execute(
        "SELECT trial_id, CAST(current_epoch AS REAL), train_acc, valid_acc, test_acc, "
        "training_time FROM nb101intermediatestats ORDER BY trial_id, current_epoch"
    )
    for (number, *config), (one, *halfway), (other, *final) in zip(
        trials, points, points, strict=False
    ):
        assert number == one == other, (number, one, other)
        yield repr((*config[:6], tuple(config[6:]), tuple(halfway), tuple(final)))
    assert next(points, None) is None, "there are intermediates without a trial"


if __name__ == "__main__":
    compare()
