"""What the original files say of an architecture, as checked values.

NAS-Bench-201 and both spaces of NATS-Bench record an architecture as a dict from fidelities
(``less`` and ``full``, or ``01``, ``12``, ``90``, ``200``) to what was trained with that many
epochs, and each training run as a dict of sixteen items (original: ``nas_201_api/api_utils.py``
and ``nats_bench/api_utils.py``, ``ArchResults`` and ``ResultsCount``). Epochs are counted from 0
there. Splits are recorded under keys such as ``x-valid@11``; what is absent was not measured.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import fsum, isfinite, isnan
from typing import Any, NamedTuple

import numpy as np

from nasbench_db.architectures.inputs import plain
from nasbench_db.formats.curves import Curve
from nasbench_db.formats.torch_files import Tensor
from nasbench_db.nats.datasets import OFFICIAL
from nasbench_db.store.models import MAX_EPOCHS, canonical_json

SPLITS = {"x-valid": "valid", "x-test": "test", "ori-test": "ori_test"}
"""The evaluated splits by their original names, and how our columns of them begin."""

_SPLIT_NAMES = tuple(SPLITS)
_ACC, _LOSS, _TIME = 0, 4, 9  # rows of a curve: training, then the splits; top-5 is row 8
_ACC5 = 8
_ROWS = 13

CURVE_COLUMNS = (
    *(f"{split}_acc" for split in ("train", *SPLITS.values())),
    *(f"{split}_loss" for split in ("train", *SPLITS.values())),
    "train_acc5",
    "training_time",
    *(f"{split}_evaluation_time" for split in SPLITS.values()),
)
"""The columns of the intermediate stats that a curve fills, in the order of its rows."""

FIDELITIES = {"less": 12, "full": 200, "01": 1, "12": 12, "90": 90, "200": 200}
"""The names of fidelities in the original files, and their numbers of epochs."""


class Run(NamedTuple):
    """One training run.

    Attributes:
        dataset: the data set's name as in the database.
        num_epochs: epochs of training.
        stats: the columns of the trial stats but ``id``, ``config`` and ``source``, as they are
            stored.
        curve: shape (13, epochs): a row for each of :data:`CURVE_COLUMNS`, NaN where there is no
            value.
        settings: ``channel`` and ``num_cells``, the network's size, if the source tells it.
        weights: the trained weights by name, if the source has them.
    """

    dataset: str
    num_epochs: int
    stats: dict[str, Any]
    curve: np.ndarray
    settings: Mapping[str, int]
    weights: dict[str, np.ndarray]


class Trained(NamedTuple):
    """An architecture and all its training runs.

    Attributes:
        arch_index: its official index.
        arch_str: its string.
        runs: the runs, in the order of the source.
    """

    arch_index: int
    arch_str: str
    runs: list[Run]


def read_architecture(info: object) -> Trained:
    """What a source says of one architecture.

    Args:
        info: a dict from fidelities to dicts.

    Raises:
        ValueError: it is not what the original systems write; the message says where.
    """
    if not isinstance(info, dict) or not info:
        raise ValueError(
            f"it is {f'a {type(info).__name__}' if info else 'empty'}, not a dict of fidelities"
        )
    runs: list[Run] = []
    identities = set()
    fidelities: dict[int, str] = {}
    for fidelity, results in info.items():
        if fidelity not in FIDELITIES:
            raise ValueError(
                f"it has the fidelity {fidelity!r}; known are {', '.join(FIDELITIES)}"
            )
        same = fidelities.setdefault(FIDELITIES[fidelity], fidelity)
        if same != fidelity:
            raise ValueError(f"its fidelities {same} and {fidelity} are the same")
        missing = {"arch_index", "arch_str", "all_results"} - set(_dict(fidelity, results))
        if missing:
            raise ValueError(f"fidelity {fidelity} lacks {', '.join(sorted(missing))}")
        index, text = plain(results["arch_index"]), results["arch_str"]
        if type(index) is not int or not isinstance(text, str):
            raise ValueError(f"its index is {index!r} and its string {text!r}")
        identities.add((index, text))
        for key, result in _dict("all_results", results["all_results"]).items():
            if not isinstance(key, tuple) or len(key) != 2:
                raise ValueError(f"a training run has the key {key!r} instead of (dataset, seed)")
            try:
                runs.append(_read_run(*key, result, FIDELITIES[fidelity]))
            except ValueError as error:
                raise ValueError(
                    f"fidelity {fidelity}, {key[0]}, seed {key[1]}: {error}"
                ) from None
    if len(identities) != 1:
        raise ValueError(f"its fidelities are of different architectures: {identities}")
    ((index, text),) = identities
    return Trained(index, text, runs)


def _read_run(dataset: object, seed: object, result: object, epochs: int) -> Run:
    values = _dict("the run", result)
    missing = _KEYS - set(values)
    if missing:
        raise ValueError(f"the run lacks {', '.join(sorted(missing))}")
    seed = plain(seed)
    if dataset not in OFFICIAL:
        raise ValueError(f"the data set is {dataset!r}; known are {', '.join(OFFICIAL)}")
    if values["name"] != dataset:
        raise ValueError(f"the run itself says that the data set is {values['name']!r}")
    if type(seed) is not int or not 0 <= seed < 1 << 63:
        raise ValueError(f"the seed is {seed!r}")
    if str(values["seed"]).zfill(4) != f"{seed:04d}":
        raise ValueError(f"the run itself says that the seed is {values['seed']!r}")
    if values["epochs"] != epochs or epochs > MAX_EPOCHS:
        raise ValueError(f"it was trained for {values['epochs']!r} epochs, not for {epochs}")
    splits = values["eval_names"]
    known = isinstance(splits, list) and all(split in _SPLIT_NAMES for split in splits)
    if not known or len(set(splits)) < len(splits):
        raise ValueError(f"the splits are {splits!r}; known are {', '.join(SPLITS)}")
    curve = _read_curve(values, epochs)
    timed = curve[_TIME:][~np.isnan(curve[_TIME:]).all(axis=1)]
    # An estimate is one time for all epochs, of whatever was timed.
    estimated = epochs > 1 and len(timed) > 0 and bool((timed == timed[:, :1]).all())
    final = dict(zip(CURVE_COLUMNS, curve[:, -1].tolist(), strict=True))
    seconds = curve[_TIME].tolist()
    latencies = _latencies(values["latency"])
    stats = {
        "seed": seed,
        **final,
        "parameters": _number("params", values["params"]),
        "flops": _number("flop", values["flop"]),
        "latency": sum(latencies) / len(latencies) if latencies else None,
        "latencies": canonical_json(latencies) if len(latencies) > 1 else None,
        "training_time": _sum(seconds),
        "epoch_training_time": seconds[-1] if estimated else None,
        "time_source": ("estimated" if estimated else "measured" if len(timed) else None),
        "splits": ",".join(splits),
    }
    if estimated:
        curve[_TIME:] = np.nan  # the run's own columns have them, once for all epochs
    return Run(
        str(dataset).lower(),
        epochs,
        {name: None if value != value else value for name, value in stats.items()},
        curve,
        _settings(values["arch_config"]),
        _weights(values["net_state_dict"]),
    )


_KEYS = {
    *("name", "seed", "epochs", "arch_config", "params", "flop", "latency", "net_state_dict"),
    *("train_acc1es", "train_acc5es", "train_losses", "train_times"),
    *("eval_names", "eval_acc1es", "eval_losses", "eval_times"),
}


def _read_curve(values: Mapping[str, Any], epochs: int) -> np.ndarray:
    curve = np.full((_ROWS, epochs), np.nan)
    for row, key in (
        (_ACC, "train_acc1es"),
        (_LOSS, "train_losses"),
        (_ACC5, "train_acc5es"),
        (_TIME, "train_times"),
    ):
        for keys, floats in _parts(key, values[key]):
            places = keys if isinstance(keys, np.ndarray) else _epochs_of(tuple(keys))
            _fill(curve, row, places, floats, key)
    for row, key in ((_ACC, "eval_acc1es"), (_LOSS, "eval_losses"), (_TIME, "eval_times")):
        for keys, floats in _parts(key, values[key]):
            splits, places = _splits_of(tuple(keys))
            _fill(curve, row + splits, places, floats, key)
    return curve


def _fill(
    curve: np.ndarray, rows: int | np.ndarray, places: np.ndarray, floats: np.ndarray, key: str
) -> None:
    try:
        curve[rows, places] = floats
    except IndexError:  # numpy looks at all places anyway
        raise ValueError(
            f"{key} has epoch {places.max()} of {curve.shape[1]}, counted from 0"
        ) from None


def _parts(what: str, values: object) -> Sequence[tuple[Any, np.ndarray]]:
    """The items of a dict of numbers, as keys and values, in one or more parts; no empty ones."""
    if isinstance(values, Curve) and values.parts:
        return values.parts
    found = {} if values is None else _dict(what, values)
    return [(tuple(found), _floats(what, found))] if found else []


@lru_cache(maxsize=1 << 10)  # the keys are the same in all architectures
def _epochs_of(keys: tuple[object, ...]) -> np.ndarray:
    """The epochs that are keys, as an array of integers."""
    keys = tuple(map(plain, keys))
    if not all(type(key) is int and 0 <= key < MAX_EPOCHS for key in keys):
        raise ValueError("its epochs must be whole numbers, counted from 0")
    return np.array(keys, dtype=np.int64)


_WHOLE = re.compile("0|[1-9][0-9]{0,4}")


@lru_cache(maxsize=1 << 10)
def _splits_of(keys: tuple[object, ...]) -> tuple[np.ndarray, np.ndarray]:
    """For keys such as ``x-valid@11`` the number of the split, counted from 1, and the epoch."""
    splits = np.empty(len(keys), dtype=np.int64)
    epochs = np.empty(len(keys), dtype=np.int64)
    for number, key in enumerate(keys):
        split, _, epoch = str(key).partition("@")
        if split not in SPLITS or not _WHOLE.fullmatch(epoch):
            raise ValueError(f"an evaluation has the key {key!r}; allowed are such as x-valid@11")
        splits[number] = _SPLIT_NAMES.index(split) + 1
        epochs[number] = int(epoch)
    return splits, epochs


def _floats(what: str, values: Mapping[Any, Any]) -> np.ndarray:
    found = values.values()
    if set(map(type, found)) <= _FLOATS:
        return np.fromiter(found, dtype=np.float64, count=len(values))
    return np.array([_number(what, value) for value in found], dtype=np.float64)


_FLOATS = {float, np.float64}  # what almost all values are; numpy would take texts as well


def _number(what: str, value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            pass  # an int beyond all floats
    raise ValueError(f"{what} contains {value!r} where a number should be")


def _sum(seconds: list[float]) -> float:
    """The sum, correctly rounded: for equal times their number times one of them, as in NNI."""
    try:
        return fsum(seconds)
    except OverflowError:
        raise ValueError("train_times are too long to add up") from None


def _latencies(latency: object) -> list[float]:
    latency = plain(latency)
    values: Sequence[object] = latency if isinstance(latency, (list, tuple)) else [latency]
    numbers = [_number("latency", value) for value in values]
    measured = [number for number in numbers if number is not None and not isnan(number)]
    if not all(map(isfinite, measured)):
        raise ValueError("latency contains an infinite number")
    return measured


def _settings(config: object) -> dict[str, int]:
    """What the run says of the network's size, as far as it says it."""
    if not isinstance(config, dict):
        return {}
    config = _dict("arch_config", config)
    settings = {name: plain(config[name]) for name in ("channel", "num_cells") if name in config}
    if not all(type(value) is int and 0 < value < 1 << 31 for value in settings.values()):
        raise ValueError(f"arch_config contains {settings}")
    return settings


def _weights(state: object) -> dict[str, np.ndarray]:
    if state is None:
        return {}
    weights = {}
    for name, tensor in _dict("net_state_dict", state).items():
        array = tensor.numpy() if isinstance(tensor, Tensor) else np.asarray(tensor)
        if not isinstance(name, str) or array.dtype.kind not in "biuf":
            raise ValueError(f"the weights contain {name!r}, which is no tensor of numbers")
        weights[name] = array
    return weights


def _dict(what: str, value: object) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is a {type(value).__name__}, not a dict")
    if isinstance(value, Curve):
        value.settle()
    return value
