"""One log of NAS-Bench-NLP: a training, as written by ``main_one_model_train.py``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from nasbench_db.architectures.inputs import show
from nasbench_db.errors import InvalidArchitecture, SourceError
from nasbench_db.formats.json_files import document
from nasbench_db.nlp.cell import Cell
from nasbench_db.nlp.constants import LONGEST_DATASET, LONGEST_STATUS, LONGEST_TIME
from nasbench_db.store.building import SYNTHETIC_KEY
from nasbench_db.store.models import check_epochs

LOG_NAME = re.compile(r"log_stats_model_(\d+)_(\d[\d_-]*)_(\d+)\.json")
"""The name of a log: recipe, time and experiment."""

LOSSES = ("train_losses", "val_losses", "test_losses")
"""The lists of a log that have a loss for each epoch, in the order in which they were measured."""

TIMES = "wall_times"
"""The list of the seconds that each epoch was trained, evaluations left out."""

SETTINGS = (
    *("batch_size", "model", "emsize", "nhid", "nlayers", "dropout", "dropouth", "dropouti"),
    *("dropoute", "wdrop", "tied", "bptt", "lr", "wdecay", "alpha", "beta", "clip"),
)
"""What of a log says how a network was trained, beside the epochs and the data set."""

OK = "OK"
"""The status of a training that came to its end."""

_READ = (
    *("data", "recepie_id", "epochs", "recepie", "experiment_id", "init_time", "num_params"),
    *(TIMES, *LOSSES, "status"),
)
_FOLDER = "data/"
_DATASET = re.compile(rf"[A-Za-z0-9._-]{{1,{LONGEST_DATASET}}}")


class Log(NamedTuple):
    """What a log says.

    Attributes:
        cell: what was trained.
        dataset: what on.
        epochs: how many epochs the training was to have.
        settings: how it was trained.
        recipe_id, init_time, experiment_id: which training it is.
        parameters: single ones.
        losses: for each split, the loss after each epoch in nats per token; None where it is no
            number, or where the training ended before it was measured.
        times: the seconds of each epoch.
        status: how it ended, shortly.
        further: what else the log has.
        synthetic: whether its numbers are made up.
    """

    cell: Cell
    dataset: str
    epochs: int
    settings: dict[str, Any]
    recipe_id: int
    init_time: str
    experiment_id: int
    parameters: int
    losses: tuple[list[float | None], list[float | None], list[float | None]]
    times: list[float]
    status: str
    further: dict[str, Any]
    synthetic: bool

    @property
    def key(self) -> tuple[int, str, int]:
        """What the name of the log is made of."""
        return self.recipe_id, self.init_time, self.experiment_id


def read_log(name: str, place: str, content: Mapping[str, Any]) -> Log:
    """What a log says, checked.

    Args:
        name: the log's own name.
        place: what it is called in messages.
        content: the object that it is.

    Raises:
        SourceError: it is no log of NAS-Bench-NLP; says which, and why.
    """
    try:
        log = _read(place, content)
        expected = LOG_NAME.fullmatch(name)
        if expected is None or (int(expected[1]), expected[2], int(expected[3])) != log.key:
            recipe, time, experiment = log.key
            raise ValueError(
                f"by what it says its name is log_stats_model_{recipe}_{time}_{experiment}.json"
            )
    except (InvalidArchitecture, ValueError) as error:
        raise SourceError(f"{place}: {error}") from None
    return log


def _read(place: str, content: Mapping[str, Any]) -> Log:
    lacking = [key for key in (*_READ, *SETTINGS) if key not in content]
    if lacking:
        raise ValueError(
            f"it lacks {', '.join(lacking)}: it is no log of NAS-Bench-NLP, or cut short"
        )
    epochs = _count(content, "epochs")
    check_epochs(epochs)
    status, further = _text(content, "status"), {}
    short = status.partition(":")[0] if status.startswith("Exception: ") else status
    short = short[:LONGEST_STATUS]
    if short != status:
        further["status"] = status
    data = _text(content, "data")
    dataset = data.removeprefix(_FOLDER)
    if not _DATASET.fullmatch(dataset):
        raise ValueError(
            f"data is {show(data)}; it must be {_FOLDER} and the name of a data set, of at most "
            f"{LONGEST_DATASET} letters, digits and . _ -"
        )
    times = [_seconds(value) for value in _list(content, TIMES)]
    lists = [[_loss(key, value) for value in _list(content, key)] for key in LOSSES]
    lengths = [len(times), *map(len, lists)]
    if status == OK and set(lengths) != {epochs}:
        raise ValueError(
            f"its status is {OK} and it has {epochs} epochs, but {TIMES}, {', '.join(LOSSES)} "
            f"have {', '.join(map(str, lengths))} values"
        )
    if not epochs >= lengths[0] >= lengths[1] >= lengths[2] >= lengths[3] >= lengths[0] - 1:
        raise ValueError(
            f"it has {epochs} epochs, and {TIMES}, {', '.join(LOSSES)} have "
            f"{', '.join(map(str, lengths))} values: they are of different epochs"
        )
    for values in lists:  # it was stopped before the last was measured
        values += [None] * (len(times) - len(values))
    known = {*_READ, *SETTINGS, SYNTHETIC_KEY} - ({"data"} if data != _FOLDER + dataset else set())
    further |= {key: value for key, value in content.items() if key not in known}
    recipe = document(_text(content, "recepie").encode(), f"{place}, recepie")
    time = _text(content, "init_time")
    if len(time) > LONGEST_TIME:
        raise ValueError(f"init_time is {show(time)}, which is no time")
    return Log(
        Cell(recipe),
        dataset,
        epochs,
        {key: content[key] for key in SETTINGS},
        _count(content, "recepie_id"),
        time,
        _count(content, "experiment_id"),
        _count(content, "num_params"),
        (lists[0], lists[1], lists[2]),
        times,
        short,
        further,
        content.get(SYNTHETIC_KEY) is True,
    )


def _count(content: Mapping[str, Any], key: str) -> int:
    value = content[key]
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{key} is {show(value)}; it must be a whole number of at least 0")
    return value


def _text(content: Mapping[str, Any], key: str) -> str:
    value = content[key]
    if not isinstance(value, str):
        raise ValueError(f"{key} is {show(value)}; it must be a text")
    return value


def _list(content: Mapping[str, Any], key: str) -> Sequence[Any]:
    value = content[key]
    if not isinstance(value, list):
        raise ValueError(f"{key} is {show(value)}; it must be a list of numbers")
    return value


def _loss(key: str, value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise ValueError(f"{key} has {show(value)}; a loss is a number of at least 0, or NaN")
    return None if math.isnan(value) else float(value)


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
        raise ValueError(f"{TIMES} has {show(value)}; a time is a number of at least 0")
    return float(value)
