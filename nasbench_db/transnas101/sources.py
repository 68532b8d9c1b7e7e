"""The source of TransNAS-Bench-101: one file of torch, or what the original program loads of it.

Its dict is not read item by item: it is a large one in another, and what belongs together in the
database, all trainings for a task, is scattered over it. It is loaded as a whole, in a process of
its own, which takes some five times the file's size; what goes from there to the database is
compact.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import orjson

from nasbench_db.errors import InvalidArchitecture, SourceError
from nasbench_db.formats import torch_files
from nasbench_db.formats.pickles import shown
from nasbench_db.sources.background import iterate_elsewhere
from nasbench_db.store.building import SYNTHETIC_KEY, Source
from nasbench_db.store.metering import Meter, describe
from nasbench_db.transnas101.cell import Cell
from nasbench_db.transnas101.constants import LONGEST_ARCH_STR, LONGEST_METRIC, LONGEST_NAME
from nasbench_db.transnas101.record import Training, as_dict, check_name, read_training

ITEMS = ("metrics_dict", "info_names", "task_list", "data")
"""The items of the file's dict."""

_TRAININGS_PER_MESSAGE = 512


class Header(NamedTuple):
    """What is said before the trainings.

    Attributes:
        content: the file's items but its data, which can be stored, and ``search_spaces``.
        architectures: the search space of each architecture, by its string, in the file's order.
        trainings: how many trainings there are.
    """

    content: dict[str, Any]
    architectures: dict[str, str]
    trainings: int


class Trainings(NamedTuple):
    """Some trainings for one task.

    Attributes:
        task: the task.
        arch_indexes: the index of each one's architecture.
        trainings: the trainings; their curves are in ``curves``.
        lengths: how many rows of ``curves`` each has.
        curves: a column for each of ``METRICS``.
    """

    task: str
    arch_indexes: list[int]
    trainings: list[Training]
    lengths: list[int]
    curves: np.ndarray


class Notice(NamedTuple):
    """Something about the source that its user should know and that stops nothing."""

    text: str


Message = Header | Trainings | Notice | dict[str, Any]


def read_source(source: Source) -> Iterator[Message]:
    """Read a source, a file in another process.

    Yields:
        the header, the trainings by task and then in the file's order, notices, and in the end the
        description for ``Provenance``.

    Raises:
        SourceError: it is absent, of another kind, or damaged.
    """
    if isinstance(source, Mapping):
        yield from _read("the dict", source)
        yield describe("dict", "dict", _records(source), _is_synthetic(source), 0, "")
    else:
        yield from iterate_elsewhere(f"{__name__}:read_file", os.fspath(source))


def read_file(name: str) -> Iterator[Message]:
    """Read a file; see :func:`read_source`."""
    meter = Meter()
    content = torch_files.load(name, meter.update)
    yield from _read(name, content)
    yield meter.describe(name, "file", _records(content), _is_synthetic(content))


def _is_synthetic(content: Mapping[str, Any]) -> bool:
    """Whether the content of a file says that its metrics are made up."""
    return bool(content.get(SYNTHETIC_KEY))


def _records(content: Mapping[str, Any]) -> int:
    return sum(map(len, content["data"].values()))


def _read(name: str, content: object) -> Iterator[Message]:
    try:
        yield from _messages(content)
    except ValueError as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"{name}: {error}") from None


def _messages(content: object) -> Iterator[Message]:
    content = as_dict("what it contains", content)
    missing = [item for item in ITEMS if item not in content]
    if missing:
        keys = ", ".join(shown(key) for key in islice(content, 8))
        hint = "; ingest it as nasbench201 or natssss" if "arch2infos" in content else ""
        raise ValueError(
            f"a file of TransNAS-Bench-101 has {', '.join(ITEMS)}; this one has {keys}{hint}"
        )
    header, left_out = _header(content)
    architectures = _architectures(content)
    if not architectures:
        raise ValueError("it has no architectures")
    data = content["data"]
    of_archs = {arch: data[space][arch] for arch, space in architectures.items()}
    tasks = list(header["task_list"])
    for arch, of_tasks in of_archs.items():
        for task in as_dict(f"architecture {arch}", of_tasks):
            if task not in tasks:
                tasks.append(check_name(f"architecture {arch}: a task", task, LONGEST_NAME))
    trainings = sum(map(len, of_archs.values()))
    yield Header(header, architectures, trainings)
    notices = _Notices(header, architectures, left_out)
    for task in tasks:
        yield from _trainings(task, of_archs, notices)
    yield from map(Notice, notices.texts())


def _header(content: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What can be stored of the file's items but its data, and the names of what cannot."""
    metrics: dict[str, list[str]] = {}
    for task, names in as_dict("metrics_dict", content["metrics_dict"]).items():
        metrics[task] = _names(f"metrics_dict of {shown(task)}", names)
    header: dict[str, Any] = {
        "metrics_dict": metrics,
        "info_names": _names("info_names", content["info_names"]),
        "task_list": _names("task_list", content["task_list"]),
    }
    for task in (*metrics, *header["task_list"]):
        check_name("a task", task, LONGEST_NAME)
    spaces = list(as_dict("data", content["data"]))
    header["search_spaces"] = [check_name("a search space", s, LONGEST_NAME) for s in spaces]
    left_out = []
    for key, value in content.items():
        if key in ITEMS or key == SYNTHETIC_KEY:
            continue
        named = isinstance(key, str) and key.isprintable() and key not in header
        if named and _is_storable(value):
            header[key] = value
        else:
            left_out.append(shown(key))
    return header, left_out


def _is_storable(value: object) -> bool:
    """Whether a value is a scalar that JSON can have."""
    try:
        return type(value) in (str, int, float, bool) and orjson.loads(json.dumps(value)) == value
    except ValueError:
        return False


def _names(what: str, given: object) -> list[str]:
    if not isinstance(given, (list, tuple)):
        raise ValueError(f"{what} is a {type(given).__name__}, not a list of names")
    names = [check_name(f"an item of {what}", name, LONGEST_METRIC) for name in given]
    if len(set(names)) < len(names):
        raise ValueError(f"{what} has a name twice")
    return names


def _architectures(content: Mapping[str, Any]) -> dict[str, str]:
    """The search space of each architecture, in the file's order."""
    found: dict[str, str] = {}
    for space, archs in content["data"].items():
        for arch in as_dict(f"the search space {space}", archs):
            check_name(f"an architecture of {space}", arch, LONGEST_ARCH_STR)
            if arch in found:
                raise ValueError(f"the architecture {arch} is in two search spaces")
            found[arch] = space
    return found


def _trainings(
    task: str, of_archs: Mapping[str, Mapping[str, Any]], notices: _Notices
) -> Iterator[Trainings]:
    """All trainings for a task, some hundred at a time."""
    there = ((i, arch) for i, (arch, of) in enumerate(of_archs.items()) if task in of)
    while some := list(islice(there, _TRAININGS_PER_MESSAGE)):
        indexes, trainings, curves = [], [], []
        for index, arch in some:
            try:
                training = read_training(of_archs[arch][task])
            except ValueError as error:
                raise ValueError(f"architecture {arch}, {task}: {error}") from None
            notices.look_at(task, training)
            indexes.append(index)
            curves.append(training.curve)
            trainings.append(training._replace(curve=training.curve[:0]))
        lengths = [len(curve) for curve in curves]
        yield Trainings(task, indexes, trainings, lengths, np.concatenate(curves))


class _Notices:
    """Collects what the user should know."""

    def __init__(
        self, header: Mapping[str, Any], architectures: Mapping[str, str], left_out: list[str]
    ) -> None:
        self._listed = {task: set(names) for task, names in header["metrics_dict"].items()}
        self._tasks = header["task_list"]
        self._architectures = architectures
        self._left_out = left_out
        self._uneven: Counter[str] = Counter()
        self._unlisted: dict[tuple[str, str], None] = {}
        self._items: Counter[str] = Counter()
        self._trained: Counter[str] = Counter()

    def look_at(self, task: str, training: Training) -> None:
        """Look at a training."""
        self._trained[task] += 1
        self._uneven[task] += training.uneven
        self._items.update(training.left_out)
        listed = self._listed.get(task, ())
        self._unlisted.update(dict.fromkeys((task, n) for n in training.names if n not in listed))

    def texts(self) -> Iterator[str]:
        """What there is to say."""
        if self._left_out:
            yield f"the file's items {', '.join(self._left_out)} are not known and not stored"
        for item, count in self._items.items():
            yield f"{count:,} trainings have an item {item}, which is not stored"
        outside: dict[str, list[str]] = {}
        for arch, space in self._architectures.items():
            if _space_of(arch) != space:
                outside.setdefault(space, []).append(arch)
        for space, archs in outside.items():
            yield (
                f"{len(archs):,} architectures of the search space {space}, such as {archs[0]}, "
                "are none that is known of it; they are stored all the same"
            )
        for task, count in self._trained.items():
            if task not in self._tasks:
                yield f"{count:,} trainings are for the task {task}, which task_list lacks"
            missing = len(self._architectures) - count
            if missing:
                yield f"{missing:,} architectures have no training for the task {task}"
            if self._uneven[task]:
                yield (
                    f"{self._uneven[task]:,} trainings for the task {task} have metrics with more "
                    "or fewer values than total_epochs says; all their values are stored"
                )
        for task in self._tasks:
            if task not in self._trained:
                yield f"no architecture has a training for the task {task}"
        for task, name in self._unlisted:
            yield f"trainings for the task {task} have the metric {name}, which is not listed"


def _space_of(arch: str) -> str | None:
    try:
        return Cell.from_string(arch).search_space
    except InvalidArchitecture:
        return None
