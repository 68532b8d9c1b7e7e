"""What a database must contain, worked out of the raw records one value at a time.

Nothing of the package is used: the oracle of the tests reads the originals' dicts with loops, and
the databases with SQL alone.
"""

import contextlib
import json
import math
import sqlite3
from fractions import Fraction
from pathlib import Path
from typing import Any

Record = dict[str, Any]
Key = tuple[int, int, str, int]
"""Official index, epochs, data set as in the database, seed."""

EPOCHS = {"less": 12, "full": 200, "01": 1, "12": 12, "90": 90, "200": 200}
SPLITS = {"x-valid": "valid", "x-test": "test", "ori-test": "ori_test"}
NNI_OPS = {
    "none": "none",
    "skip_connect": "skip_connect",
    "nor_conv_1x1": "conv_1x1",
    "nor_conv_3x3": "conv_3x3",
    "avg_pool_3x3": "avg_pool_3x3",
}


def value(number: Any) -> float | None:
    """A number as the database has it: NULL where there is none."""
    return None if number is None or math.isnan(number) else float(number)


def nni_arch(arch_str: str) -> dict[str, str]:
    """NNI's dict of an arch string of the topology space."""
    arch = {}
    for target, node in enumerate(arch_str.split("+"), 1):
        for edge in node.strip("|").split("|"):
            op, source = edge.split("~")
            arch[f"{source}_{target}"] = NNI_OPS[op]
    return arch


def total(seconds: list[float | None]) -> float | None:
    """The sum, rounded once; NULL if one is unknown."""
    if None in seconds:
        return None
    return float(sum(map(Fraction, seconds)))  # type: ignore[arg-type]


COLUMNS = {
    "train_acc": ("train_acc1es", None),
    "train_acc5": ("train_acc5es", None),
    "train_loss": ("train_losses", None),
    "training_time": ("train_times", None),
    **{f"{prefix}_acc": ("eval_acc1es", split) for split, prefix in SPLITS.items()},
    **{f"{prefix}_loss": ("eval_losses", split) for split, prefix in SPLITS.items()},
    **{f"{prefix}_evaluation_time": ("eval_times", split) for split, prefix in SPLITS.items()},
}
"""The columns of an epoch, and which dict of a run has them, for which split."""


def expected_run(run: Record, epochs: int) -> tuple[Record, dict[int, Record]]:
    """The columns of a trial, and of each of its epochs."""
    curves: dict[str, list[float | None]] = {}
    for column, (name, split) in COLUMNS.items():
        found = run[name] or {}
        keys = range(epochs) if split is None else [f"{split}@{epoch}" for epoch in range(epochs)]
        curves[column] = [value(found.get(key)) for key in keys]
    trial: Record = {column: curve[-1] for column, curve in curves.items()}
    times = [name for name in curves if name.endswith("_time")]
    timed = [curves[name] for name in times if any(v is not None for v in curves[name])]
    trial["training_time"] = total(curves["training_time"])
    trial["epoch_training_time"] = None
    trial["time_source"] = "measured" if timed else None
    if timed and epochs > 1 and all(len(set(curve)) == 1 for curve in timed):
        trial["time_source"] = "estimated"
        trial["epoch_training_time"] = curves["training_time"][-1]
        for name in times:
            curves[name] = [None] * epochs
    points = {
        epoch: dict(zip(curves, values, strict=True))
        for epoch, values in enumerate(zip(*curves.values(), strict=True), 1)
    }
    latencies = [float(v) for v in run["latency"] or []]
    trial["latency"] = sum(latencies) / len(latencies) if latencies else None
    trial["latencies"] = latencies if len(latencies) > 1 else None
    trial["parameters"] = value(run["params"])
    trial["flops"] = value(run["flop"])
    trial["splits"] = ",".join(run["eval_names"])
    return trial, points


def expected(
    infos: dict[int, Record], strings: list[str], source: int = 1
) -> dict[Key, dict[str, Any]]:
    """What the records of architectures must give."""
    found: dict[Key, dict[str, Any]] = {}
    for index, info in infos.items():
        for fidelity, results in info.items():
            assert results["arch_index"] == index
            assert results["arch_str"] == strings[index]
            for (dataset, seed), run in results["all_results"].items():
                trial, points = expected_run(run, EPOCHS[fidelity])
                config: Record = {"arch_str": strings[index]}
                if ":" in strings[index]:
                    config["arch"] = [int(width) for width in strings[index].split(":")]
                else:
                    config["arch"] = nni_arch(strings[index])
                    config["num_channels"] = run["arch_config"]["channel"]
                    config["num_cells"] = run["arch_config"]["num_cells"]
                found[index, EPOCHS[fidelity], dataset.lower(), seed] = {
                    "config": config,
                    "trial": {**trial, "source": source},
                    "points": points,
                }
    return found


def rows_of(connection: sqlite3.Connection, statement: str) -> list[Record]:
    """The rows of a SELECT as dicts."""
    cursor = connection.execute(statement)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def prefix_of(connection: sqlite3.Connection) -> str:
    """How the names of a database's tables begin."""
    (benchmark,) = connection.execute("SELECT DISTINCT benchmark FROM provenance").fetchone()
    return {"nasbench201": "nb201", "natssss": "natssss"}[benchmark]


def stored(path: Path) -> dict[Key, dict[str, Any]]:
    """All that a database has of trials, asked with SQL; nothing may be there twice."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        prefix = prefix_of(connection)
        configs = {
            row.pop("id"): row for row in rows_of(connection, f"SELECT * FROM {prefix}trialconfig")
        }
        found: dict[Key, dict[str, Any]] = {}
        by_trial = {}
        for trial in rows_of(connection, f"SELECT * FROM {prefix}trialstats"):
            config = dict(configs[trial.pop("config_id")])
            config["arch"] = json.loads(config["arch"])
            config.pop("isomorphism", None)
            if trial["latencies"] is not None:
                trial["latencies"] = json.loads(trial["latencies"])
            names = ("arch_index", "num_epochs", "dataset")
            index, epochs, dataset = (config.pop(name) for name in names)
            key = (index, epochs, dataset, trial.pop("seed"))
            number = trial.pop("id")
            assert key not in found
            found[key] = {"config": config, "trial": trial, "points": {}}
            by_trial[number] = found[key]["points"]
        assert len(configs) == len({key[:3] for key in found})
        for point in rows_of(connection, f"SELECT * FROM {prefix}intermediatestats"):
            number, epoch = point.pop("trial_id"), point.pop("current_epoch")
            assert point.pop("id") == number * 65536 + epoch
            by_trial[number][epoch] = point
        return found


def architectures(path: Path) -> list[tuple[Any, ...]]:
    """The table of all architectures."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        prefix = prefix_of(connection)
        return connection.execute(
            f"SELECT * FROM {prefix}architecture ORDER BY arch_index"
        ).fetchall()


def stored_weights(path: Path) -> dict[Key, list[tuple[str, str, list[int], bytes]]]:
    """All weights in a database: of each trial, name, type, shape and bytes in order."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        prefix = prefix_of(connection)
        found: dict[Key, list[tuple[str, str, list[int], bytes]]] = {}
        for *key, name, dtype, shape, data in connection.execute(
            "SELECT c.arch_index, c.num_epochs, c.dataset, t.seed, w.name, w.dtype, w.shape, "
            f"w.data FROM {prefix}weights w JOIN {prefix}trialstats t ON t.id = w.trial_id "
            f"JOIN {prefix}trialconfig c ON c.id = t.config_id ORDER BY w.id"
        ):
            row = (name, dtype, json.loads(shape), data)
            found.setdefault(tuple(key), []).append(row)  # type: ignore[arg-type]
        return found


# Records of the least size.


def small_run(
    dataset: str = "cifar10", seed: int = 777, epochs: int = 12, **changes: Any
) -> Record:
    """A training run in the originals' form, without times; numbers that are never the same."""
    names = {
        "cifar10-valid": ["x-valid", "ori-test"],
        "cifar10": ["ori-test"],
    }.get(dataset, ["x-valid", "x-test", "ori-test"])
    base = seed / 128 + len(dataset)
    keys = [f"{name}@{epoch}" for name in names for epoch in range(epochs)]
    run: Record = {
        "name": dataset,
        "net_state_dict": None,
        "train_acc1es": {epoch: base + epoch / 8 for epoch in range(epochs)},
        "train_acc5es": {epoch: base + 1 + epoch / 16 for epoch in range(epochs)},
        "train_losses": {epoch: base / 8 - epoch / 256 for epoch in range(epochs)},
        "train_times": None,
        "arch_config": {"channel": 16, "num_cells": 5, "class_num": 10},
        "params": 0.5,
        "flop": 12.25,
        "seed": f"{seed:04d}",
        "epochs": epochs,
        "latency": [0.015625],
        "eval_names": names,
        "eval_acc1es": {key: base + number / 64 for number, key in enumerate(keys)},
        "eval_losses": {key: base / 4 - number / 512 for number, key in enumerate(keys)},
        "eval_times": {},
    }
    return {**run, **changes}


def small_info(index: int, arch_str: str, *runs: Record, fidelity: str = "12") -> Record:
    """An architecture with training runs of one fidelity."""
    return {
        fidelity: {
            "arch_index": index,
            "arch_str": arch_str,
            "all_results": {(run["name"], int(run["seed"])): run for run in runs},
            "dataset_seed": {},
            "clear_net_done": True,
        }
    }


def whole(infos: dict[int, Record], strings: list[str]) -> Record:
    """The dict of a whole data set."""
    return {
        "meta_archs": strings,
        "total_archs": len(strings),
        "arch2infos": infos,
        "evaluated_indexes": sorted(infos),
    }
