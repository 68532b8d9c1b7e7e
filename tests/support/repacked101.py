"""NAS-Bench-101 in the layouts of other projects, written from rows of the original layout."""

import base64
import pickle
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from nasbench_db.formats.tfrecord import read_records
from nasbench_db.nasbench101.record import Evaluation, Row, decode_metrics, parse_row

BUDGETS = (4, 12, 36, 108)


def rows_of(tfrecord: Path) -> list[Row]:
    """The rows of a file in the original layout."""
    return [parse_row(payload) for _, payload in read_records(tfrecord)]


def halves(rows: Iterable[Row], matrix: type = np.int8) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the original API makes of rows: what is fixed of each cell, and what was computed."""
    fixed: dict[str, Any] = {}
    computed: dict[str, Any] = {}
    for module_hash, epochs, adjacency, operations, packed in rows:
        metrics = decode_metrics(base64.b64decode(packed))
        _, halfway, final = metrics.evaluations
        size = round(len(adjacency) ** 0.5)
        fixed[module_hash] = {
            "module_adjacency": np.array(list(map(int, adjacency)), matrix).reshape(size, size),
            "module_operations": operations.split(","),
            "trainable_parameters": metrics.trainable_parameters,
        }
        run = {**named("halfway_", halfway), **named("final_", final)}
        computed.setdefault(module_hash, {}).setdefault(epochs, []).append(run)
    return fixed, computed


def named(prefix: str, evaluation: Evaluation) -> dict[str, float | None]:
    """What the original API says of an evaluation; each name is one object, as with literals."""
    values = {
        f"{prefix}training_time": evaluation.training_time,
        f"{prefix}train_accuracy": evaluation.train_accuracy,
        f"{prefix}validation_accuracy": evaluation.validation_accuracy,
        f"{prefix}test_accuracy": evaluation.test_accuracy,
    }
    return {sys.intern(name): value for name, value in values.items()}


def naslib(rows: list[Row]) -> dict[str, Any]:
    """NASLib's: for each hash a pair of what is fixed and what was computed."""
    fixed, computed = halves(rows, np.int64)
    return {module_hash: (fixed[module_hash], computed[module_hash]) for module_hash in fixed}


def nabenabe(rows: list[Row]) -> dict[str, Any]:
    """Nabenabe's: both halves, with equal lists of operations as one object."""
    fixed, computed = halves(rows)
    lists: dict[tuple[str, ...], list[str]] = {}
    for cell in fixed.values():
        operations = cell["module_operations"]
        cell["module_operations"] = lists.setdefault(tuple(operations), operations)
    runs = {
        module_hash: {epochs: of.get(epochs, []) for epochs in BUDGETS}
        for module_hash, of in computed.items()
    }
    return {"non_static_info": runs, "static_info": fixed}


def archai_records(rows: list[Row]) -> list[Row]:
    """The first of archai's: the rows themselves."""
    return rows


def archai(rows: list[Row]) -> OrderedDict[str, Any]:
    """The second of archai's: three evaluations of each training, not in the order of hashes."""
    fixed, _ = halves(rows)
    found: OrderedDict[str, Any] = OrderedDict()
    for rank, module_hash in enumerate(sorted(fixed, reverse=True)):
        found[module_hash] = {
            "module_hash": module_hash,
            **fixed[module_hash],
            "total_time": 1.5,
            "metrics": {},
            "rank": rank,
        }
    for module_hash, epochs, _, _, packed in rows:
        evaluations = decode_metrics(base64.b64decode(packed)).evaluations
        runs = found[module_hash]["metrics"].setdefault(epochs, [])
        runs.append([named("", evaluation) for evaluation in evaluations])
    return found


def nasbenchapi(rows: list[Row]) -> dict[str, Any]:
    """Nasbenchapi's: the rows of each hash, and a summary that shares parts of them."""
    entries: dict[str, list[dict[str, Any]]] = {}
    for module_hash, epochs, adjacency, operations, packed in rows:
        final = decode_metrics(base64.b64decode(packed)).evaluations[-1]
        entry = {
            "epoch": epochs,
            "adjacency_str": adjacency,
            "operations_str": operations,
            "metrics_b64": packed,
            "derived": named("", final),
        }
        entries.setdefault(module_hash, []).append(entry)
    return {
        "benchmark": "nasbench101",
        "format": "lossless",
        "entries_by_arch": entries,
        "latest_by_arch": {key: {**of[-1], "derived": {}} for key, of in entries.items()},
        "num_records": len(rows),
        "fallback_records": [{} for _ in range(6)],
    }


LAYOUTS: dict[str, Callable[[list[Row]], Any]] = {
    "NASLib": naslib,
    "nabenabe": nabenabe,
    "records": archai_records,
    "archai": archai,
    "nasbenchapi": nasbenchapi,
}
"""By the names that the provenance has for them."""


def write(path: Path, value: Any, protocol: int = 4) -> Path:
    """Write a value as these projects do."""
    path.write_bytes(pickle.dumps(value, protocol))
    return path
