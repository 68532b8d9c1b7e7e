"""What the original file says of one training, as checked values.

It is a dict with the number of epochs, what is known of the network without training, and a list
of each metric with a value for each epoch (original: ``api/api.py`` of yawen-d/TransNASBench).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from nasbench_db.formats.pickles import shown
from nasbench_db.store.models import MAX_EPOCHS
from nasbench_db.transnas101 import values
from nasbench_db.transnas101.constants import INFO_COLUMNS, LONGEST_METRIC
from nasbench_db.transnas101.metrics import METRICS

ITEMS = ("total_epochs", "model_info", "metrics")
"""The items of a training's dict."""

_PLACES = {name: place for place, name in enumerate(METRICS)}


class Training(NamedTuple):
    """One training.

    Attributes:
        num_epochs: how many epochs it is said to have.
        stats: the columns of the trial stats but ``id`` and ``config``.
        curve: shape (epochs, metrics): a column for each of ``METRICS``, NaN for NULL; as many
            epochs as the longest metric has values.
        further: for the number of an epoch, counted from 0, the JSON of what its columns do not
            have.
        names: the metrics that are recorded.
        uneven: whether a metric has more or fewer values than there are said to be epochs.
        left_out: the keys of what is not known and not stored.
    """

    num_epochs: int
    stats: dict[str, Any]
    curve: np.ndarray
    further: dict[int, str]
    names: tuple[str, ...]
    uneven: bool
    left_out: tuple[str, ...]


def read_training(training: object) -> Training:
    """What the file says of one training.

    Raises:
        ValueError: it is not what the original system writes; the message says where.
    """
    items = as_dict("it", training)
    absent = [name for name in ITEMS if name not in items]
    if absent:
        raise ValueError(f"it lacks {', '.join(absent)}")
    num_epochs = values.scalar(items["total_epochs"])
    if type(num_epochs) is not int or not 0 <= num_epochs <= MAX_EPOCHS:
        raise ValueError(f"total_epochs is {shown(num_epochs)}; it must be 0 to {MAX_EPOCHS:,}")
    lists = as_dict("metrics", items["metrics"])
    lengths = {name: _length(name, found) for name, found in lists.items()}
    curve = np.full((max(lengths.values(), default=0), len(METRICS)), np.nan)
    further: dict[int, dict[str, Any]] = {}
    final: dict[str, float | None] = dict.fromkeys(METRICS)
    further_final: dict[str, Any] = {}
    for name, found in lists.items():
        numbers, beside = _read_metric(name, found)
        for epoch, value in beside.items():
            further.setdefault(epoch, {})[name] = value
        if not numbers:
            further_final[name] = []  # unlike a metric that is not there
            continue
        if name in _PLACES:
            curve[: len(numbers), _PLACES[name]] = numbers
            final[name] = None if math.isnan(numbers[-1]) else numbers[-1]
        last = len(numbers) - 1
        if last in beside:
            further_final[name] = beside[last]
    info = as_dict("model_info", items["model_info"])
    return Training(
        num_epochs,
        {**_info_columns(info), **final, "further": values.encode(further_final)},
        curve,
        {epoch: text for epoch, found in further.items() if (text := values.encode(found))},
        tuple(lists),
        any(length != num_epochs for length in lengths.values()),
        tuple(shown(name) for name in items if name not in ITEMS),
    )


def _length(name: object, found: object) -> int:
    """How many values a metric has, whose name and type are checked."""
    if name not in _PLACES:
        check_name("a metric", name, LONGEST_METRIC)
    if not isinstance(found, (list, tuple)):
        raise ValueError(f"{name} is a {type(found).__name__}, not a list of a value per epoch")
    if len(found) > MAX_EPOCHS:
        raise ValueError(f"{name} has {len(found):,} values; at most {MAX_EPOCHS:,} are allowed")
    return len(found)


def _read_metric(
    name: str, found: Sequence[Any]
) -> tuple[Sequence[float], dict[int, values.Scalar]]:
    """The numbers of a metric, NaN for NULL; and by epoch what a column does not have."""
    known = name in _PLACES
    plain = known and set(map(type, found)) == {float}
    if plain and 0.0 not in found and not math.isnan(sum(found)):  # as nearly all are
        return found, {}
    try:
        scalars = [values.scalar(value) for value in found]
    except ValueError as error:
        raise ValueError(f"{name} contains {error}") from None
    if not known:
        return [math.nan] * len(scalars), dict(enumerate(scalars))
    numbers = [values.column_value(name, value) for value in scalars]
    return (
        [math.nan if number is None else number for number in numbers],
        {epoch: value for epoch, value in enumerate(scalars) if not values.fits(value)},
    )


def _info_columns(info: Mapping[Any, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = dict.fromkeys(INFO_COLUMNS.values())
    further = {}
    for name, given in info.items():
        if name not in INFO_COLUMNS:
            check_name("an item of model_info", name, LONGEST_METRIC)
        try:
            value = values.scalar(given)
        except ValueError as error:
            raise ValueError(f"model_info: {name} is {error}") from None
        column = INFO_COLUMNS.get(name)
        if column is not None:
            columns[column] = values.column_value(name, value)
        if column is None or not values.fits(value):
            further[name] = value
    return {**columns, "further_info": values.encode(further)}


def check_name(what: str, name: object, longest: int) -> str:
    """A name that can be stored.

    Raises:
        ValueError: it is no text, empty, too long, or has characters that cannot be printed.
    """
    if not isinstance(name, str) or not 0 < len(name) <= longest or not name.isprintable():
        raise ValueError(
            f"{what} is called {shown(name)}; a name has 1 to {longest} printable characters"
        )
    return name


def as_dict(what: str, value: object) -> Mapping[Any, Any]:
    """A dict.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, Mapping):
        raise ValueError(f"{what} is a {type(value).__name__}, not a dict")
    return value
