"""Small databases as NNI 3.0 makes them, written without NNI.

One source gives both NNI's database and, by ``nasbench_db.ingest``, ours::

    write_nni101(path, source)  -> None
        source: a TFRecord file, or decoded records (hash, epochs, adjacency, operations, metrics)
                with ``metrics`` of the kind ``nasbench_db.nasbench101.record.Metrics``.
    write_nni201(path, content) -> None
        content: the dict of a whole data set, as ``nasbench201.raw.whole`` builds it. Its records
                may be called "less" and "full" or "12" and "200".
    write_nni_nlp(path, logs)   -> None
        logs: the contents of logs, in the order in which NNI's program lists the files.
    write_nni_nds(path, content) -> None
        content: files of NDS by name, as ``nds.synthetic.made_up`` builds them.
    timed_run(dataset, seed, epochs, **changes) -> Record
        ``nasbench201.raw.small_run`` with the times that NNI insists on.

Tables and indexes are word for word those that peewee 3.17 makes of NNI's models. Rows and their
order are those of ``db_gen.py``, with everything that is wrong in them:

* 101: a trial's ``training_time`` is 60 times the seconds.
* 201: there are configs of every architecture in ``meta_archs`` on four data sets for 12 and 200
  epochs, trained or not: 125,000 for the full list, for which give a shortened one where time
  matters. ``valid_acc`` and ``test_acc`` of cifar10, and ``test_acc`` of cifar10-valid, are those
  on ori-test, and so are the losses and times. ``training_time`` is the last epoch's times the
  epochs, ``latency`` the first of several.
* NLP: a config for each log; of those whose status is not OK nothing else. ``training_time`` is
  that of the last epoch.

What makes ``db_gen.py`` fail fails here alike, and leaves no file behind: a cell of 101 without
all four budgets and three repeats of each (KeyError, IndexError); a training of 201 without times,
latency or the last evaluation (TypeError, KeyError), as all of version 1.0 are; an accuracy that
is not a number (``sqlite3.IntegrityError``); an architecture that is not in ``meta_archs``
(KeyError). Only a wrong module hash, which ``db_gen.py`` asserts, is kept. A loss that is not a
number becomes NULL.
"""

import base64
import contextlib
import json
import math
import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from support.raw import Record, nni_arch, small_run

from nasbench_db.formats.tfrecord import read_records
from nasbench_db.nasbench101.record import Metrics, decode_metrics

Decoded = tuple[str, int, str, str, Metrics]
"""Module hash, epochs, adjacency, comma-joined operations, metrics."""

BUDGETS = (4, 12, 36, 108)
REPEATS = 3
FIDELITIES = {"less": 12, "full": 200, "12": 12, "200": 200}
DATASETS = ("cifar10-valid", "cifar10", "cifar100", "imagenet16-120")
SPLITS_OF = {
    "cifar10-valid": ("x-valid", "ori-test", "ori-test"),
    "cifar10": ("ori-test", "ori-test", "ori-test"),
    "cifar100": ("x-valid", "x-test", "ori-test"),
    "imagenet16-120": ("x-valid", "x-test", "ori-test"),
}
"""What NNI takes for valid, test and ori_test."""

_ACCURACIES = ("train_acc", "valid_acc", "test_acc")
_SCORES = (*_ACCURACIES, "ori_test_acc", "train_loss", "valid_loss", "test_loss", "ori_test_loss")

# Each column's type, with an asterisk if it has an index.
_TABLES_101 = {
    "nb101trialconfig": {
        "arch": "JSON NOT NULL*",
        "num_vertices": "INTEGER NOT NULL*",
        "hash": "VARCHAR(64) NOT NULL*",
        "num_epochs": "INTEGER NOT NULL*",
    },
    "nb101trialstats": {
        "config_id": "INTEGER NOT NULL*",
        **dict.fromkeys((*_ACCURACIES, "parameters", "training_time"), "REAL NOT NULL"),
    },
    "nb101intermediatestats": {
        "trial_id": "INTEGER NOT NULL*",
        "current_epoch": "INTEGER NOT NULL*",
        **dict.fromkeys((*_ACCURACIES, "training_time"), "REAL NOT NULL"),
    },
}
_TIMES = ("valid_evaluation_time", "test_evaluation_time", "ori_test_evaluation_time")
_TABLES_201 = {
    "nb201trialconfig": {
        "arch": "JSON NOT NULL*",
        "num_epochs": "INTEGER NOT NULL*",
        "num_channels": "INTEGER NOT NULL",
        "num_cells": "INTEGER NOT NULL",
        "dataset": "VARCHAR(20) NOT NULL*",
    },
    "nb201trialstats": {
        "config_id": "INTEGER NOT NULL*",
        "seed": "INTEGER NOT NULL",
        **dict.fromkeys(_SCORES[:4], "REAL NOT NULL"),
        **dict.fromkeys(_SCORES[4:], "REAL"),
        **dict.fromkeys(("parameters", "latency", "flops", "training_time"), "REAL NOT NULL"),
        **dict.fromkeys(_TIMES, "REAL NOT NULL"),
    },
    "nb201intermediatestats": {
        "trial_id": "INTEGER NOT NULL*",
        "current_epoch": "INTEGER NOT NULL*",
        **dict.fromkeys(_SCORES, "REAL"),
    },
}
_TABLES_NDS = {
    "ndstrialconfig": {
        "model_family": "VARCHAR(20) NOT NULL*",
        "model_spec": "JSON NOT NULL*",
        "cell_spec": "JSON*",
        "dataset": "VARCHAR(15) NOT NULL*",
        "generator": "VARCHAR(15) NOT NULL*",
        "proposer": "VARCHAR(15) NOT NULL*",
        "base_lr": "REAL NOT NULL",
        "weight_decay": "REAL NOT NULL",
        "num_epochs": "INTEGER NOT NULL",
    },
    "ndstrialstats": {
        "config_id": "INTEGER NOT NULL*",
        "seed": "INTEGER NOT NULL",
        "final_train_acc": "REAL NOT NULL",
        "final_train_loss": "REAL",
        "final_test_acc": "REAL NOT NULL",
        "best_train_acc": "REAL NOT NULL",
        "best_train_loss": "REAL",
        "best_test_acc": "REAL NOT NULL",
        **dict.fromkeys(("parameters", "flops", "iter_time"), "REAL NOT NULL"),
    },
    "ndsintermediatestats": {
        "trial_id": "INTEGER NOT NULL*",
        "current_epoch": "INTEGER NOT NULL*",
        "train_loss": "REAL",
        "train_acc": "REAL NOT NULL",
        "test_acc": "REAL NOT NULL",
    },
}

_LOSSES = ("train_loss", "val_loss", "test_loss")
_TABLES_NLP = {
    "nlptrialconfig": {"arch": "JSON NOT NULL*", "dataset": "VARCHAR(15) NOT NULL*"},
    "nlptrialstats": {
        "config_id": "INTEGER NOT NULL*",
        **dict.fromkeys((*_LOSSES, "training_time"), "REAL"),
    },
    "nlpintermediatestats": {
        "trial_id": "INTEGER NOT NULL*",
        "current_epoch": "INTEGER NOT NULL*",
        **dict.fromkeys((*_LOSSES, "training_time"), "REAL"),
    },
}


def write_nni101(path: str | os.PathLike[str], source: str | Path | Iterable[Decoded]) -> None:
    """Write NNI's database of NAS-Bench-101.

    Args:
        path: the file to write, which must not exist.
        source: a TFRecord file, or decoded records in its order.
    """
    records = decoded(source) if isinstance(source, (str, os.PathLike)) else source
    cells: dict[str, tuple[str, str, int | None]] = {}
    trials: dict[str, dict[int, list[Metrics]]] = {}
    for module_hash, epochs, adjacency, operations, metrics in records:
        cell = (adjacency, operations, metrics.trainable_parameters)
        cells.setdefault(module_hash, cell)
        trials.setdefault(module_hash, {}).setdefault(epochs, []).append(metrics)
    with _database(path, _TABLES_101) as database:
        for module_hash, (adjacency, operations, parameters) in cells.items():
            arch = arch101(adjacency, operations)
            vertices = operations.count(",") + 1
            for epochs in BUDGETS:
                config = (_json(arch), vertices, module_hash, epochs)
                config_id = database.insert("nb101trialconfig", config)
                for repeat in range(REPEATS):
                    metrics = trials[module_hash][epochs][repeat]
                    halfway, final = metrics.evaluations[1], metrics.evaluations[2]
                    trial_id = database.insert(
                        "nb101trialstats",
                        (
                            config_id,
                            *_percent(final),
                            parameters / 1e6,  # type: ignore[operator]
                            final.training_time * 60,  # type: ignore[operator]
                        ),
                    )
                    for epoch, point in ((epochs // 2, halfway), (epochs, final)):
                        database.insert(
                            "nb101intermediatestats",
                            (trial_id, epoch, *_percent(point), point.training_time),
                        )


def decoded(source: str | os.PathLike[str]) -> Iterator[Decoded]:
    """The records of a TFRecord file."""
    for _, payload in read_records(Path(source)):
        module_hash, epochs, adjacency, operations, packed = json.loads(payload)
        metrics = decode_metrics(base64.b64decode(packed))
        yield module_hash, epochs, adjacency, operations, metrics


def arch101(adjacency: str, operations: str) -> dict[str, Any]:
    """NNI's dict of a cell as a record has it."""
    ops = operations.split(",")
    size = len(ops)
    arch: dict[str, Any] = {f"op{v}": ops[v] for v in range(1, size - 1)}
    for v in range(1, size):
        arch[f"input{v}"] = [u for u in range(v) if adjacency[u * size + v] == "1"]
    return arch


def write_nni201(path: str | os.PathLike[str], content: Record) -> None:
    """Write NNI's database of NAS-Bench-201.

    Args:
        path: the file to write, which must not exist.
        content: the dict of a whole data set.
    """
    with _database(path, _TABLES_201) as database:
        configs: dict[tuple[str, int, str], int] = {}
        for arch_str in content["meta_archs"]:
            for epochs in (12, 200):
                for dataset in DATASETS:
                    config = (_json(nni_arch(arch_str)), epochs, 16, 5, dataset)
                    config_id = database.insert("nb201trialconfig", config)
                    configs.setdefault((arch_str, epochs, dataset), config_id)
        for info in content["arch2infos"].values():
            for fidelity, results in info.items():
                epochs = FIDELITIES[fidelity]
                for (dataset, seed), run in results["all_results"].items():
                    config_id = configs[results["arch_str"], epochs, dataset.lower()]
                    trial_id = database.insert(
                        "nb201trialstats", (config_id, seed, *_trial201(run, dataset, epochs))
                    )
                    for epoch in range(epochs):
                        scores = _scores(run, dataset, epoch)
                        if any(score is not None for score in scores):
                            row = (trial_id, epoch + 1, *map(_number, scores))
                            database.insert("nb201intermediatestats", row)


def write_nni_nlp(path: str | os.PathLike[str], logs: Iterable[Record]) -> None:
    """Write NNI's database of NAS-Bench-NLP.

    Args:
        path: the file to write, which must not exist.
        logs: what each log contains.
    """
    names = ("train_losses", "val_losses", "test_losses", "wall_times")
    with _database(path, _TABLES_NLP) as database:
        for log in logs:
            arch = {}
            for name, node in json.loads(log["recepie"]).items():
                arch[f"{name}_op"] = node["op"]
                arch |= {f"{name}_input_{n}": one for n, one in enumerate(node["input"])}
            config_id = database.insert("nlptrialconfig", (_json(arch), log["data"][5:]))
            if log["status"] != "OK":
                continue
            last = [log[name][-1] for name in names]
            trial_id = database.insert("nlptrialstats", (config_id, *map(_number, last)))
            for epoch in range(50):
                row = map(_number, (log[name][epoch] for name in names))
                database.insert("nlpintermediatestats", (trial_id, epoch + 1, *row))


def timed_run(
    dataset: str = "cifar10", seed: int = 777, epochs: int = 12, **changes: Any
) -> Record:
    """A small training run with estimated times, as those of version 1.1 are.

    Args:
        dataset: what it was trained on, in the original's spelling.
        seed: of the run; every number is another with another seed.
        epochs: of the run.
        changes: items of the run that are to be others.
    """
    run = small_run(dataset, seed, epochs)
    seconds = {"x-valid": 2.25, "x-test": 1.125, "ori-test": 0.75 + seed / 4096}
    run["train_times"] = dict.fromkeys(range(epochs), 12.3 + seed / 1024)
    run["eval_times"] = {
        f"{split}@{epoch}": seconds[split]
        for split in run["eval_names"]
        for epoch in range(epochs)
    }
    return {**run, **changes}


def write_nni_nds(path: str | os.PathLike[str], content: Record) -> None:
    """Write NNI's database of NDS.

    Args:
        path: the file to write, which must not exist.
        content: lists of jobs, or dicts of such, by the names of the files, in NNI's order.
    """
    with _database(path, _TABLES_NDS) as database:
        configs: dict[tuple[Any, ...], int] = {}
        for name, lists in content.items():
            for jobs in lists.values() if isinstance(lists, dict) else [lists]:
                for job in jobs:
                    config = _config_nds(name, job)
                    if config not in configs:
                        configs[config] = database.insert("ndstrialconfig", config)
                    train, test, losses = (
                        job[f"{key}"] for key in ("train_ep_top1", "test_ep_top1", "train_ep_loss")
                    )
                    row = (configs[config], job["rng_seed"], *_trial_nds(job))
                    trial = database.insert("ndstrialstats", row)
                    for epoch, (loss, a, b) in enumerate(zip(losses, train, test, strict=True), 1):
                        point = (trial, epoch, _number(loss), 100 - a, 100 - b)
                        database.insert("ndsintermediatestats", point)


def _config_nds(name: str, job: Record) -> tuple[Any, ...]:
    """The columns of a config, in NNI's order."""
    net = job["net"]
    cells: Record = {}
    if "genotype" in net:
        family, genotype = "nas_cell", net["genotype"]
        nodes = len(genotype["normal"]) // 2
        spec = {"num_nodes_normal": nodes, "num_nodes_reduce": len(genotype["reduce"]) // 2}
        spec |= {key: net[key] for key in ("depth", "width", "aux", "drop_prob")}
        for kind in ("normal", "reduce"):
            for edge, (op, source) in enumerate(genotype[kind]):
                node, side = edge // 2, "xy"[edge % 2]
                cells |= {f"{kind}_{node}_op_{side}": op, f"{kind}_{node}_input_{side}": source}
            cells[f"{kind}_concat"] = genotype[f"{kind}_concat"]
    else:
        blocks = {"res_bottleneck": "residual_bottleneck", "res_basic": "residual_basic"}
        blocks["double_plain"] = "vanilla"
        family = next(v for k, v in blocks.items() if net["block_type"].startswith(k))
        spec = {key: value for key, value in net.items() if key != "block_type" and value}
    generator = "fix_w_d" if "fix-w-d" in name else "tune_lr_wd" if "lr-wd" in name else "random"
    return (
        family,
        _json(spec),
        _json(cells),
        "imagenet" if "_in" in name else "cifar10",
        generator,
        name.replace(".", "_").split("_")[0].lower(),
        job["optim"]["base_lr"],
        job["optim"]["wd"],
        job["optim"]["max_ep"],
    )


def _trial_nds(job: Record) -> list[float | None]:
    """The values of a trial, from ``final_train_acc`` on."""
    train, test, losses = (
        job[f"{key}"] for key in ("train_ep_top1", "test_ep_top1", "train_ep_loss")
    )
    return [
        *(100 - train[-1], _number(losses[-1]), 100 - test[-1]),
        *(100 - min(train), min(x for x in losses if x == x), 100 - min(test)),
        *(job["params"] / 1e6, job["flops"] / 1e6, job["iter_time"]),
    ]


def _trial201(run: Record, dataset: str, epochs: int) -> list[float | None]:
    """The values of a trial, from ``train_acc`` on."""
    last = epochs - 1
    names = SPLITS_OF[dataset.lower()]
    return [
        *map(_number, (run["train_acc1es"][last], *_of(run["eval_acc1es"], names, last))),
        *map(_number, (run["train_losses"][last], *_of(run["eval_losses"], names, last))),
        _number(run["params"]),
        _number(run["latency"][0]),
        _number(run["flop"]),
        _number(run["train_times"][last] * epochs),
        *map(_number, _of(run["eval_times"], names, last)),
    ]


def _of(found: Record, names: Iterable[str], epoch: int) -> list[float]:
    return [found[f"{name}@{epoch}"] for name in names]


def _scores(run: Record, dataset: str, epoch: int) -> list[float | None]:
    """The accuracies and losses after an epoch, counted from 0; None where nothing is there."""
    keys = [f"{name}@{epoch}" for name in SPLITS_OF[dataset.lower()]]
    return [
        run["train_acc1es"].get(epoch),
        *map(run["eval_acc1es"].get, keys),
        run["train_losses"].get(epoch),
        *map(run["eval_losses"].get, keys),
    ]


def _percent(evaluation: Any) -> list[float]:
    _, _, train, valid, test, _ = evaluation
    return [train * 100, valid * 100, test * 100]


def _number(value: Any) -> float | None:
    """A number as SQLite stores it: it has no NaN."""
    return None if value is None or math.isnan(value) else float(value)


def _json(value: Any) -> str:
    """What peewee 3.17 stores: SQLite's own JSON text, of a dict whose keys NNI has sorted."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


class _Writer:
    """Inserts rows, and numbers them from 1."""

    def __init__(self, connection: sqlite3.Connection, tables: dict[str, dict[str, str]]) -> None:
        self._connection = connection
        self._widths = {name: len(columns) for name, columns in tables.items()}

    def insert(self, table: str, values: Iterable[Any]) -> int:
        marks = ", ".join("?" * self._widths[table])
        statement = f"INSERT INTO {table} VALUES (NULL, {marks})"
        number = self._connection.execute(statement, tuple(values)).lastrowid
        assert number is not None
        return number


@contextlib.contextmanager
def _database(
    path: str | os.PathLike[str], tables: dict[str, dict[str, str]]
) -> Iterator[_Writer]:
    file = Path(path)
    with open(file, "xb"):  # fails if there is one
        pass
    try:
        with contextlib.closing(sqlite3.connect(file)) as connection, connection:
            for statement in _ddl(tables):
                connection.execute(statement)
            yield _Writer(connection, tables)
    except BaseException:
        file.unlink()
        raise


def _ddl(tables: dict[str, dict[str, str]]) -> Iterator[str]:
    """The statements with which peewee 3.17 makes tables and their indexes."""
    parents = dict(zip([*tables][1:], tables, strict=False))
    for name, columns in tables.items():
        parts = ['"id" INTEGER NOT NULL PRIMARY KEY']
        parts += [f'"{column}" {kind.rstrip("*")}' for column, kind in columns.items()]
        if name in parents:
            parts.append(
                f'FOREIGN KEY ("{next(iter(columns))}") REFERENCES "{parents[name]}" ("id")'
            )
        yield f'CREATE TABLE "{name}" ({", ".join(parts)})'
        for column, kind in columns.items():
            if kind.endswith("*"):
                yield f'CREATE INDEX "{name}_{column}" ON "{name}" ("{column}")'
