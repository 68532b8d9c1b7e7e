"""NAS-Bench-201 in the layouts of other projects, written from records of the original layout."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from nasbench_db.architectures.topology import Cell

SEEDS = (777, 888, 999)
TASKS = ("cifar10", "cifar100", "ImageNet16-120")
PER_EPOCH = {"cifar10-valid": "x-valid", "cifar100": "ori-test", "ImageNet16-120": "ori-test"}
ONCE = {"cifar10-valid": ["ori-test"], "cifar100": ["x-valid", "x-test"]}
ONCE["ImageNet16-120"] = ONCE["cifar100"]

Infos = Mapping[int, Mapping[str, Mapping[str, Any]]]


def runs_of(infos: Infos, dataset: str) -> dict[str, dict[int, dict[str, Any]]]:
    """By cell and seed the runs of 200 epochs of a data set."""
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for info in infos.values():
        of_all = info.get("200") or info["full"]
        of_cell = found.setdefault(of_all["arch_str"], {})
        for (name, seed), run in of_all["all_results"].items():
            if name == dataset:
                of_cell[seed] = run
    return found


def kept(values: Mapping[str, float], dataset: str) -> list[float]:
    """What NAS-Bench-201 itself evaluated, in its order."""
    last = [f"{split}@199" for split in ONCE[dataset]]
    return [values[f"{PER_EPOCH[dataset]}@{epoch}"] for epoch in range(200)] + [
        values[key] for key in last
    ]


def naslib(infos: Infos, dataset: str) -> dict[str, Any]:
    """NASLib's: the lists of one training of each cell."""
    found = {}
    for text, of_seeds in runs_of(infos, dataset).items():
        run = of_seeds[888]
        record = {
            "train_losses": list(run["train_losses"].values()),
            "eval_losses": kept(run["eval_losses"], dataset),
            "train_acc1es": list(run["train_acc1es"].values()),
            "eval_acc1es": kept(run["eval_acc1es"], dataset),
            "cost_info": {
                "flops": run["flop"],
                "params": run["params"],
                "latency": float(np.mean(run["latency"])),
                "train_time": run["train_times"][199],
            },
        }
        found[text] = {dataset: record}
    return found


def hpobench(infos: Infos, dataset: str) -> dict[str, Any]:
    """HPOBench's: a record for each seed, with another one's where it was not trained."""
    found: dict[str, Any] = {str(seed): {} for seed in SEEDS}
    keys = ("name", "train_acc1es", "train_acc5es", "train_losses", "train_times", "params")
    keys += ("flop", "seed", "epochs", "latency", "eval_names", "eval_acc1es", "eval_times")
    for text, of_seeds in runs_of(infos, dataset).items():
        for seed in SEEDS:
            run = of_seeds.get(seed) or next(iter(of_seeds.values()))
            found[str(seed)][text] = {key: run[key] for key in (*keys, "eval_losses")}
    return found


def synetune(folder: Path, infos: Infos) -> Path:
    """syne-tune's folder: arrays, with the mean of the others where a seed was not trained."""
    folder.mkdir()
    cells = list(runs_of(infos, "cifar10"))
    values = np.full((len(TASKS), len(cells), len(SEEDS), 200, 7), np.nan, np.float32)
    for task, dataset in enumerate(TASKS):
        for row, of_seeds in enumerate(runs_of(infos, dataset).values()):
            for place, seed in enumerate(SEEDS):
                run = of_seeds.get(seed)
                if run is None:
                    continue
                test = [run["eval_acc1es"][f"ori-test@{epoch}"] for epoch in range(200)]
                train = list(run["train_acc1es"].values())
                values[task, row, place, :, 0] = 1 - np.array(test) / 100
                values[task, row, place, :, 1] = 1 - np.array(train) / 100
                values[task, row, place, :, 2:4] = 1.5
                values[task, row, place, :, 4] = np.mean(run["latency"])
                values[task, row, place, :, 5] = run["flop"]
                values[task, row, place, :, 6] = run["params"]
            missing = np.isnan(values[task, row]).all(axis=(1, 2))
            values[task, row, missing] = np.nanmean(values[task, row], axis=0)
    np.save(folder / "objectives_evaluations.npy", values)
    ops = [list(Cell.from_string(text).ops) for text in cells]
    table = {f"hp_x{edge}": [row[edge] for row in ops] for edge in range(6)}
    pq.write_table(pa.table(table), folder / "hyperparameters.parquet")
    names = ("valid_error", "train_error", "runtime", "elapsed_time", "latency", "flops", "params")
    metadata = {
        "objectives_names": [f"metric_{name}" for name in names],
        "task_names": list(TASKS),
    }
    (folder / "metadata.json").write_text(json.dumps(metadata))
    return folder
