"""syne-tune's folder ``nasbench201``: arrays of float32, made of NATS-Bench and less than it.

Its ``metric_valid_error`` is of ori-test: for cifar10, which was trained on all training images,
a test error, and for the others one of the validation and test images together. Its times are of
training and evaluation together, so they are no times of training and are left out. A seed that
was not trained holds the mean of the others: such seeds are found by that and left out; where all
three are equal, which of them was trained cannot be told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from nasbench_db.architectures.topology import official_order
from nasbench_db.ask.tables import import_extra
from nasbench_db.errors import SourceError
from nasbench_db.formats.pickles import shown
from nasbench_db.nats.sources import Message, results_of
from nasbench_db.store.metering import Meter, describe

_METADATA = "metadata.json"
_CELLS = "hyperparameters.parquet"
OBJECTIVES = "objectives_evaluations.npy"
"""The file by which such a folder is known, with the one of metadata."""

_TASKS = {"cifar10", "cifar100", "ImageNet16-120"}
_SEEDS = (777, 888, 999)
_EPOCHS = 200
_NEEDED = ("valid_error", "train_error", "latency", "flops", "params")
_EDGES = [f"hp_x{edge}" for edge in range(6)]
_LARGEST_METADATA = 1 << 20
_LIMITS = (
    "its numbers are rounded to float32, its accuracies are of ori-test and of training only, and "
    "neither losses nor times of training are in it"
)


def is_one(folder: Path) -> bool:
    """Whether a folder is one of syne-tune."""
    return (folder / OBJECTIVES).is_file() and (folder / _METADATA).is_file()


def read(name: str) -> Iterator[Message]:
    """Read a folder; see :func:`~nasbench_db.nats.sources.read_source`.

    Raises:
        MissingExtra: pyarrow is not installed; it comes with the extra ``explore``.
    """
    folder = Path(name)
    tasks, places = _metadata(folder)
    texts = _cells(folder)
    index_of = {cell.arch_str: index for index, cell in enumerate(official_order())}
    values = _objectives(folder, (len(tasks), len(texts), len(_SEEDS), _EPOCHS), places)
    imputed = untold = count = 0
    for row, text in enumerate(texts):
        if text not in index_of:
            raise SourceError(f"{name}: row {row} is {shown(text)}, no cell of NAS-Bench-201")
        runs: dict[tuple[Any, int], Any] = {}
        for task, dataset in enumerate(tasks):
            of_seeds = np.asarray(values[task, row])[..., places]
            trained = _trained(of_seeds[..., :2])
            untold += not trained
            imputed += len(_SEEDS) - len(trained) if trained else 0
            for place in trained:
                runs[dataset, _SEEDS[place]] = _run(dataset, _SEEDS[place], of_seeds[place])
        if runs:
            yield results_of(name, index_of[text], text, runs, 0)
            count += 1
    changes = [_LIMITS]
    if imputed:
        changes.append(f"{imputed:,} seeds that are means of the others were left out")
    if untold:
        changes.append(
            f"of {untold:,} cells and data sets all seeds are equal, so that which of them was "
            "trained cannot be told: they were left out"
        )
    if not count:
        raise SourceError(f"{name} holds no training whose seed can be told")
    meters = {file: Meter.of_file(folder / file) for file in (_CELLS, _METADATA, OBJECTIVES)}
    listed = "".join(f"{meter.sha256}  {file}\n" for file, meter in meters.items())
    size = sum(meter.size for meter in meters.values())
    sha256 = hashlib.sha256(listed.encode()).hexdigest()
    described = describe(folder.resolve().name, "folder of syne-tune", count, False, size, sha256)
    yield described | {"changes": changes}


def _metadata(folder: Path) -> tuple[list[str], list[int]]:
    """The data sets in their order, and the places of the needed objectives."""
    path = folder / _METADATA
    try:
        with open(path, "rb") as file:
            content = orjson.loads(file.read(_LARGEST_METADATA))
        tasks, names = content["task_names"], content["objectives_names"]
        known = set(tasks) <= _TASKS and len(set(tasks)) == len(tasks) > 0
        places = [names.index(f"metric_{name}") for name in _NEEDED]
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise SourceError(f"{path} does not tell what is in the folder: {error!r}") from None
    if not known:
        raise SourceError(
            f"{folder} is of {shown(tasks)}; of syne-tune's folders the one of NAS-Bench-201 is "
            f"read, of {', '.join(sorted(_TASKS))}"
        )
    return tasks, places


def _cells(folder: Path) -> list[str]:
    """The strings of the cells, row by row."""
    parquet = import_extra("pyarrow.parquet")
    path = folder / _CELLS
    try:
        columns = parquet.read_table(path, columns=_EDGES).to_pydict()
        rows = list(zip(*(columns[edge] for edge in _EDGES), strict=True))
    except (OSError, ValueError, LookupError) as error:  # pyarrow's errors are some of these
        raise SourceError(f"{path} cannot be read: {error}") from None
    return ["|{}~0|+|{}~0|{}~1|+|{}~0|{}~1|{}~2|".format(*row) for row in rows]


def _objectives(folder: Path, shape: tuple[int, ...], places: list[int]) -> np.ndarray:
    path = folder / OBJECTIVES
    try:
        values: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise SourceError(f"{path} cannot be read: {error}") from None
    if values.shape[:-1] != shape or values.shape[-1] <= max(places) or values.dtype != "<f4":
        raise SourceError(
            f"{path} is an array of {values.dtype} of the shape {values.shape}; by the other "
            f"files it must be of float32 and of {shape} and the objectives"
        )
    return values


def _trained(errors: np.ndarray) -> list[int]:
    """The places of the seeds that were trained; none if that cannot be told.

    Args:
        errors: shape (3, epochs, 2), float32.
    """
    if np.isnan(errors).all(axis=(1, 2)).any():
        return [place for place in range(len(_SEEDS)) if not np.isnan(errors[place]).all()]
    found = []
    for place in range(len(_SEEDS)):
        one, other = np.delete(errors, place, axis=0)
        exact = ((one.astype(np.float64) + other) / 2).astype(np.float32)
        mean = (errors[place] == exact) | (errors[place] == (one + other) / np.float32(2))
        if not mean.all():
            found.append(place)
    return found


def _run(dataset: str, seed: int, values: np.ndarray) -> dict[str, Any]:
    """A run as the original has it.

    Args:
        dataset: its data set.
        seed: its seed.
        values: shape (epochs, 5), the needed objectives.
    """
    exact = values.astype(np.float64)
    accuracies = 100 * (1 - exact[:, :2])
    latency, flops, parameters = exact[0, 2:].tolist()
    ori_test, train = accuracies.T.tolist()
    return {
        "name": dataset,
        "seed": seed,
        "epochs": _EPOCHS,
        "arch_config": None,
        "params": parameters,
        "flop": flops,
        # It is that of seed 777, repeated for the others.
        "latency": latency if seed == _SEEDS[0] else [],
        "net_state_dict": None,
        "train_acc1es": dict(enumerate(train)),
        "train_acc5es": {},
        "train_losses": {},
        "train_times": {},
        "eval_names": ["ori-test"],
        "eval_acc1es": {f"ori-test@{epoch}": value for epoch, value in enumerate(ori_test)},
        "eval_losses": {},
        "eval_times": {},
    }
