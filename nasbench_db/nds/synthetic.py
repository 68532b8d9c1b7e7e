"""NDS files with real architectures, parameters and FLOPs, and made-up metrics, marked as such."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nasbench_db.nds.record import Sweep, sweep_of
from nasbench_db.nds.sampling import random_cell
from nasbench_db.store.building import SYNTHETIC_KEY

FEW = {
    "Amoeba.json": 4,
    "DARTS.json": 6,
    "DARTS_lr-wd_in.json": 4,
    "ResNeXt-A.json": 5,
    "ResNet.json": 6,
    "ResNet_reruns.json": 6,
    "ResNet_rng1.json": 6,
    "ResNet_rng2.json": 6,
    "Vanilla.json": 3,
    "Vanilla_lr-wd_in.json": 3,
}
"""Some of the files, and how many jobs each gets: enough to try everything."""

_STEPS = 3  # of a training between two values by iteration


def made_up(
    files: Mapping[str, int] = FEW,
    *,
    epochs: Mapping[str, int] | None = None,
    iterations: bool = False,
    seed: int = 0,
) -> dict[str, Any]:
    """The content of some files, as :func:`nasbench_db.ingest` takes it.

    Files of one design space have the same architectures; the first run of ``rng1`` is that of
    the plain file again, and half of the reruns are of each of two models.

    Args:
        files: their names, and how many jobs each gets.
        epochs: of a training, by data set; as in the published files by default.
        iterations: whether jobs have curves by iteration.
        seed: of the invented values.

    Raises:
        ValueError: a name is none of the 34.
    """
    content: dict[str, Any] = {}
    epochs = epochs or {"cifar10": 100, "imagenet": 50}
    for name, count in files.items():
        sweep = sweep_of(name)
        if sweep is None:
            raise ValueError(f"{name} is no file of NDS")
        jobs = [_job(sweep, n, epochs[sweep.dataset], iterations, seed) for n in range(count)]
        if "reruns" in sweep.name:
            half = count // 2
            content[name] = {"top": jobs[:half], "mid": jobs[half:]}
        else:
            content[name] = jobs
    return content


def write_files(
    folder: str | os.PathLike[str], files: Mapping[str, int] = FEW, **how: Any
) -> None:
    """Write what :func:`made_up` gives into a folder, or a zip archive if it ends in ``.zip``.

    Args:
        folder: where; it is made if it is not there.
        files: the files' names, and how many jobs each gets.
        how: the further arguments of :func:`made_up`.
    """
    content = made_up(files, **how)
    target = Path(folder)
    if target.suffix == ".zip":
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, jobs in content.items():
                archive.writestr(f"nds_data/{name}", json.dumps(jobs))
        return
    target.mkdir(parents=True, exist_ok=True)
    for name, jobs in content.items():
        (target / name).write_text(json.dumps(jobs), encoding="utf-8")


def _job(sweep: Sweep, number: int, epochs: int, iterations: bool, seed: int) -> dict[str, Any]:
    """The job of a number in a file."""
    reruns = "reruns" in sweep.name
    place = (number % 2) if reruns else number
    space = sum(sweep.proposer.encode())
    architecture = np.random.default_rng([seed, space, place, "fix" in sweep.generator])
    cell = random_cell(architecture, proposer=sweep.proposer)
    rng_seed = int(sweep.name[-1]) if "_rng" in sweep.name else number + 1 if reruns else 1
    # A file of seed 1 begins with the very run of the plain file.
    same = rng_seed == 1 and not reruns and sweep.generator == "random" and number == 0
    own = 0 if same else sum(sweep.name.encode())
    random = np.random.default_rng([seed, space, number, rng_seed, own])
    tuned = sweep.generator == "tune_lr_wd"
    rate = float(10 ** random.uniform(-3, 0)) if tuned else 0.1
    decay = float(10 ** random.uniform(-5, -2)) if tuned else 5e-4
    parameters = cell.trainable_parameters() or 0
    best = 30 * np.exp(-parameters / 3e6) + 6 + random.normal(0, 0.5) + 5 * tuned
    progress = np.exp(-np.arange(epochs) * 4 / epochs)
    test = np.clip(best + (80 - best) * progress + random.normal(0, 0.3, epochs), 0, 100)
    train = np.clip(0.5 * best + (85 - best) * progress + random.normal(0, 0.2, epochs), 0, 100)
    test, train = test.round(2), train.round(3)
    job: dict[str, Any] = {
        SYNTHETIC_KEY: True,
        "job_id": 10_000 * (own % 97) + number,
        "rng_seed": rng_seed,
        "net": cell.arch,
        "optim": {"base_lr": rate, "wd": decay, "max_ep": epochs},
        "params": parameters,
        "flops": cell.flops() or 150 * parameters,
        "act_mem": round(parameters / 40, 1),
        "exp_mem": round(parameters / 20, 1),
        "iter_time": round(0.05 + parameters / 2e7, 3),
        "prec_time": round(5 + parameters / 1e6, 2),
        "min_test_top1": float(test.min()),
        "train_ep_loss": (train / 40).round(3).tolist(),
        "train_ep_top1": train.tolist(),
        "test_ep_top1": test.tolist(),
    }
    if sweep.dataset == "imagenet":
        del job["prec_time"]
    if iterations:
        steps = np.repeat(train, _STEPS).round(3)
        job |= {"train_it_loss": (steps / 40).round(3).tolist(), "train_it_top1": steps.tolist()}
    return job
