"""Logs of NAS-Bench-NLP with real recipes, parameters and settings, and made-up losses and times.

They are in the original's layout, and marked: each has a key that the original has not.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from nasbench_db.nlp.cell import Cell, random_cell
from nasbench_db.nlp.constants import VOCABULARIES
from nasbench_db.nlp.record import OK
from nasbench_db.store.building import SYNTHETIC_KEY

_WORDS = VOCABULARIES["wikitext-2"]
_NAN = "loss is nan!"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the time of all members, so that the same logs give the same file


def made_up_cells(count: int, *, seed: int = 0) -> list[Cell]:
    """Different cells, of which the first are always the same.

    Args:
        count: how many.
        seed: of the random numbers.
    """
    random = np.random.default_rng(seed)
    cells: dict[Cell, None] = {}
    while len(cells) < count:
        cells[random_cell(random)] = None
    return list(cells)


def made_up_log(
    cell: Cell,
    number: int,
    *,
    dataset: str = "wikitext-2",
    run: int = 0,
    epochs: int = 50,
    fails_at: int | None = None,
) -> dict[str, Any]:
    """The content of a log; losses fall with the epochs and with the number of parameters.

    That number is the one for the words of WikiText-2, whatever the data set.

    Args:
        cell: what was trained.
        number: of its recipe.
        dataset: ``wikitext-2`` or ``ptb``.
        run: which training of the recipe it is.
        epochs: how many it was to have.
        fails_at: the epoch after which the losses are no numbers, if it fails.
    """
    random = np.random.default_rng([number, run, *dataset.encode()])
    parameters = cell.trainable_parameters(_WORDS)
    done = np.arange(1, (fails_at or epochs) + 1)
    lowest = 6.2 - 0.07 * parameters / 1e6 + random.normal(0, 0.1)
    fall = np.exp(-done / random.uniform(4, 15))
    curves = [
        lowest + above + fall + random.normal(0, 0.01, len(done)) for above in (-1.0, 0.0, -0.06)
    ]
    if fails_at is not None:
        for curve in curves:
            curve[-1] = np.nan
    train, valid, test = (curve.tolist() for curve in curves)
    started = random.integers(0, 86_400)
    return {
        "data": f"data/{dataset}",
        "recepie_id": number,
        "recepies_list_path": "data/models_recepies.json",
        "cuda": True,
        "batch_size": 20,
        "model": "CustomRNN",
        "emsize": 400,
        "nhid": 600,
        "nlayers": 3,
        "dropout": 0.1,
        "dropouth": 0.25,
        "dropouti": 0.4,
        "dropoute": 0.0,
        "wdrop": 0.1,
        "tied": True,
        "bptt": 70,
        "lr": 0.001,
        "wdecay": 1.2e-06,
        "epochs": epochs,
        "alpha": 2,
        "beta": 1,
        "log_interval": 200,
        "clip": 0.25,
        "eval_batch_size": 50,
        "recepie": json.dumps(cell.recipe),
        "experiment_id": 999_900_000 + int(random.integers(0, 100_000)),
        "init_time": f"2020-04-28_{started // 3600:02}-{started // 60 % 60:02}-{started % 60:02}",
        "num_params": parameters,
        "wall_times": random.uniform(10, 12, len(done)).tolist(),
        "train_losses": train,
        "val_losses": valid,
        "test_losses": test,
        "status": OK if fails_at is None else _NAN,
        SYNTHETIC_KEY: True,
    }


def name_of(log: dict[str, Any]) -> str:
    """The name of a log's file."""
    which = (log["recepie_id"], log["init_time"], log["experiment_id"])
    return "log_stats_model_{}_{}_{}.json".format(*which)


def write_zip(path: str | os.PathLike[str], logs: Iterable[dict[str, Any]]) -> None:
    """Write logs as an archive such as the original has."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for log in logs:
            archive.writestr(zipfile.ZipInfo(name_of(log), _EPOCH), json.dumps(log))


def made_up_logs(
    count: int,
    *,
    runs: int = 1,
    dataset: str = "wikitext-2",
    seed: int = 0,
    failing: int = 20,
    **how: Any,
) -> Iterator[dict[str, Any]]:
    """Logs of different cells, each trained several times.

    Args:
        count: how many cells.
        runs: how many trainings of each.
        dataset: what on.
        seed: of the cells.
        failing: of how many trainings the last fails; 0 if none does.
        how: see :func:`made_up_log`.
    """
    trained = 0
    for number, cell in enumerate(made_up_cells(count, seed=seed), 1_000_000):
        for run in range(runs):
            trained += 1
            fails = {} if not failing or trained % failing else {"fails_at": 1 + trained % 5}
            yield made_up_log(cell, number, dataset=dataset, run=run, **{**how, **fails})
