"""``from nasbench_db.transnas101.api import TransNASBenchAPI`` in place of the same of ``api``.

The original API of yawen-d/TransNASBench, answered from the database: the same names, values and
order, and exceptions that are of the original's class as well. Opening reads nothing but the
file's header; each question reads the rows it needs. Epochs are counted from 0.

Some of the original's answers are wrong. As programs depend on them they are given all the same,
with an :class:`OriginalAnswerWarning` once for each kind; ``strict=True`` gives the right ones:

- The best value is the highest, also of losses and times, of which that is the worst; and NaN may
  be best, depending on its place. With ``strict`` the lowest loss is best, NaN never is, and of a
  metric whose direction is not known there is no best.
- ``xseed`` makes no difference, as there is one training for each task. With ``strict`` it raises.

Where it differs from the original:

- What is handed out belongs to the caller: nothing that is done to it changes later answers. The
  original hands out its own lists, and a change to one corrupts the rest of its answers.
- ``database``, ``data`` and what is in them are read when they are asked for; they cannot be
  changed.
- Epochs and modes may be numpy's integers.
"""

from __future__ import annotations

import copy
import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from numbers import Integral
from operator import itemgetter
from typing import Any, Generic, TypeVar

from nasbench_db.errors import InvalidQuery
from nasbench_db.metrics import Direction
from nasbench_db.store.beside import database_file, open_original
from nasbench_db.store.building import Report
from nasbench_db.store.models import canonical_json, json_value
from nasbench_db.store.partial import Partial
from nasbench_db.transnas101 import values
from nasbench_db.transnas101.constants import INFO_COLUMNS
from nasbench_db.transnas101.metrics import METRICS, direction_of
from nasbench_db.transnas101.schema import SCHEMA

__all__ = [
    "ArchResult",
    "IndexOutOfRange",
    "InvalidArgument",
    "InvalidMode",
    "NotRecorded",
    "OriginalAnswerWarning",
    "TransNASBenchAPI",
]

_TRAININGS = "FROM tnb101trialconfig AS c JOIN tnb101trialstats AS t ON t.config_id = c.id"
_EPOCHS = (
    f"{_TRAININGS} LEFT JOIN tnb101intermediatestats AS i ON i.trial_id = t.id "
    "WHERE c.arch_str = ?"
)
_ORDER = "ORDER BY c.id, i.current_epoch"
_INFOS = ", ".join(f"t.{column}" for column in (*INFO_COLUMNS.values(), "further_info"))
_BEFORE_METRICS = 2 + len(INFO_COLUMNS) + 3  # task, epochs, infos, and three times JSON


class InvalidArgument(InvalidQuery, AssertionError):
    """An argument that the original asserts to be otherwise."""


class InvalidMode(InvalidQuery):
    """A ``mode`` that there is not: a ValueError, as in the original."""


class IndexOutOfRange(InvalidQuery, IndexError):
    """An index of an architecture, or an epoch counted from the last, that there is not."""


class NotRecorded(InvalidQuery, KeyError):
    """The database has no such architecture, task, or item of them."""

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError would put it in quotation marks


class OriginalAnswerWarning(UserWarning):
    """An answer is the original's, and wrong; ``strict=True`` gives the right one."""


class ArchResult:
    """What is recorded of an architecture.

    Of a sample, which has the last epoch alone, the lists have None for the others.

    Args:
        arch_index: its public index.
        arch_str: its string.
        all_results: for each task a dict of ``total_epochs``, ``model_info`` and ``metrics``.

    Raises:
        InvalidArgument: ``all_results`` is not a dict.
    """

    def __init__(self, arch_index: int, arch_str: str, all_results: dict[str, Any]) -> None:
        self.arch_index = int(arch_index)
        self.arch_str = arch_str
        if not isinstance(all_results, dict):
            raise InvalidArgument(f"all_results is a {type(all_results).__name__}, not a dict")
        self.all_results = all_results

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(arch-index={self.arch_index}, arch={self.arch_str}, "
            f"{len(self.all_results)} tasks)"
        )

    def __getitem__(self, item: str) -> dict[str, Any]:
        found: dict[str, Any] = self.all_results[item]
        return found

    def query_all_results(self) -> dict[str, Any]:
        """What is recorded, for each task."""
        return self.all_results


class TransNASBenchAPI:
    """The benchmark, as the original API offers it.

    Args:
        database_path: a database; or the original file, of which a database is built beside it,
            once, and again when it has changed; or None for the database at the default path.
        verbose: print that a database is built, and how far it is.
        strict: give right answers where the original's are wrong; see the top of this module.

    Attributes:
        metrics_dict: the metrics of each task.
        info_names: what is known of a network without training.
        task_list: the tasks.
        search_spaces: the search spaces.
        all_arch_dict: the architectures of each search space.
        arch2space: the search space of each architecture, in the order of their indexes.

    Raises:
        DatabaseNotFound: there is no such database, or none at the default path.
        InvalidDatabase: the file is no TransNAS-Bench-101 database, or the one beside an original
            file is of something else.
        SourceError: the original file cannot be ingested.
    """

    def __init__(
        self,
        database_path: str | os.PathLike[str] | None = None,
        verbose: bool = False,
        *,
        strict: bool = False,
    ) -> None:
        self.verbose = verbose
        self.strict = strict
        file = database_file(SCHEMA, _ingest, database_path, progress=verbose)
        self._database = open_original(SCHEMA, file)
        rows = self._database.select("SELECT name, content FROM tnb101header")
        self._header: dict[str, Any] = {name: json_value(content) for name, content in rows}
        self._listed: dict[str, list[str]] = self._header["metrics_dict"]
        self._told: set[str] = set()
        self.metrics_dict: dict[str, list[str]] = copy.deepcopy(self._listed)
        self.info_names: list[str] = list(self._header["info_names"])
        self.task_list: list[str] = list(self._header["task_list"])
        self.search_spaces: list[str] = list(self._header["search_spaces"])

    def __getstate__(self) -> dict[str, Any]:
        """What a copy and a pickle are made of: all but what is read again when it is asked for.

        The database is opened anew where they arrive.
        """
        return {name: value for name, value in self.__dict__.items() if name not in _READ_AGAIN}

    @cached_property
    def _archs(self) -> list[str]:
        """All architectures, in the order of their indexes."""
        return list(self._space_of)

    @cached_property
    def _space_of(self) -> dict[str, str]:
        statement = "SELECT arch_str, search_space FROM tnb101architecture ORDER BY arch_index"
        return dict(self._database.select(statement))

    @cached_property
    def _index_of(self) -> dict[str, int]:
        return {arch: index for index, arch in enumerate(self._archs)}

    @cached_property
    def _places(self) -> dict[tuple[str, str], int]:
        """The place of each recorded metric among those of its task, listed ones first."""
        rows = self._database.select("SELECT task, name, id FROM tnb101metric ORDER BY id")
        return {(task, name): place for task, name, place in rows}

    @cached_property
    def arch2space(self) -> dict[str, str]:
        """The search space of each architecture, in the order of their indexes."""
        return dict(self._space_of)

    @cached_property
    def all_arch_dict(self) -> dict[str, list[str]]:
        """The architectures of each search space."""
        return {space: self._archs_of(space) for space in self._header["search_spaces"]}

    @cached_property
    def data(self) -> Mapping[str, Mapping[str, ArchResult]]:
        """What is recorded of each architecture, by search space; read when it is asked for."""
        return self._by_space(self.get_arch_result)

    @cached_property
    def database(self) -> dict[str, Any]:
        """The content of the original file, its data read when they are asked for."""
        header = {name: value for name, value in self._header.items() if name != "search_spaces"}
        return {**copy.deepcopy(header), "data": self._by_space(self._results)}

    def _by_space(self, read: Callable[[str], _Result]) -> Mapping[str, Mapping[str, _Result]]:
        spaces = self._header["search_spaces"]
        return {space: _Read(self._archs_of(space), read) for space in spaces}

    def _archs_of(self, space: str) -> list[str]:
        return [arch for arch, its in self._space_of.items() if its == space]

    def __len__(self) -> int:
        return len(self._archs)

    def __getitem__(self, index: int) -> ArchResult:
        return self.get_arch_result(self.index2arch(index))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} architectures/{len(self.task_list)} tasks)"

    def index2arch(self, index: int) -> str:
        """The architecture with an index; a negative one counts from the last.

        Raises:
            IndexError: there is none.
        """
        try:
            return self._archs[index]
        except IndexError:
            raise IndexOutOfRange(
                f"the index is {index}; there are {len(self):,} architectures, counted from 0"
            ) from None

    def arch2index(self, arch: str) -> int:
        """The index of an architecture.

        Raises:
            ValueError: there is no such architecture.
        """
        try:
            return self._index_of[arch]
        except (KeyError, TypeError):
            raise InvalidQuery(_no_arch(arch)) from None

    def get_arch_result(self, arch: str) -> ArchResult:
        """What is recorded of an architecture, for all tasks.

        Raises:
            KeyError: there is no such architecture.
        """
        self._check_arch(arch)
        return ArchResult(self._index_of[arch], arch, self._results(arch))

    def get_total_epochs(self, arch: str, task: str) -> int:
        """The epochs of an architecture's training for a task.

        Raises:
            KeyError: there is no such training.
        """
        self._check_arch(arch)
        statement = "SELECT num_epochs FROM tnb101trialconfig WHERE arch_str = ? AND task = ?"
        for (epochs,) in self._database.select(statement, (arch, task)):
            return int(epochs)
        raise _not_trained(arch, task)

    def get_model_info(self, arch: str, task: str, info: str) -> Any:
        """What is known of a network without training.

        Args:
            arch: the architecture.
            task: the task, which gives the network its last layers.
            info: one of :attr:`info_names`.

        Raises:
            AssertionError: there is no such info.
            KeyError: there is no such training, or it has no such info.
        """
        if info not in self._header["info_names"]:
            raise InvalidArgument(
                f"info is {info!r}; allowed are {', '.join(self._header['info_names'])}"
            )
        self._check_arch(arch)
        statement = f"SELECT {_INFOS} {_TRAININGS} WHERE c.arch_str = ? AND c.task = ?"
        for columns in self._database.select(statement, (arch, task)):
            return _item(self._info(columns), info, self._database.rest)
        raise _not_trained(arch, task)

    def get_single_metric(
        self,
        arch: str,
        task: str,
        metric: str,
        mode: str | int = "best",
        xseed: Any = None,
    ) -> Any:
        """A metric of an architecture's training for a task.

        Args:
            arch: the architecture.
            task: the task.
            metric: one of ``metrics_dict[task]``.
            mode: ``final`` for the last epoch, ``best`` for the best one, ``list`` for the list of
                all, or the number of an epoch, counted from 0 or, if negative, from the last.
            xseed: see the top of this module.

        Returns:
            the value, or a list of them.

        Raises:
            AssertionError: there is no such metric, or the training was shorter.
            ValueError: there is no such mode.
            IndexError: there is no such epoch before the last.
            KeyError: there is no such training, or it does not have the metric.
        """
        self._check_metric(task, metric)
        self._check_seed(xseed)
        epoch = -1 if mode == "final" else mode
        known = isinstance(epoch, Integral) or mode in ("best", "list")
        if self._has_ends_only and isinstance(epoch, Integral):
            value = self.get_epoch_status(arch, task, int(epoch))[metric]
            if value is None:
                raise self._no_metric(arch, task, metric)
            return value
        # As in the original, what is asked about is looked up before the mode is read.
        found = self._curve(arch, task, metric) if known or not self._has_ends_only else []
        if not known:
            raise InvalidMode(f"mode is {mode!r}; allowed are 'final', 'best', 'list', an epoch")
        if mode == "best":
            return found[_best_epoch(found, self._direction(metric), self.strict)]
        if not isinstance(epoch, Integral):
            return found
        if epoch >= len(found):
            raise InvalidArgument(f"the epoch is {epoch}; {task} has {len(found)}, counted from 0")
        return _at(found, int(epoch))

    def get_epoch_status(
        self, arch: str, task: str, epoch: int, xseed: Any = None
    ) -> dict[str, Any]:
        """All metrics of an architecture's training for a task at an epoch.

        Args:
            arch: the architecture.
            task: the task.
            epoch: counted from 0 or, if negative, from the last.
            xseed: see the top of this module.

        Returns:
            the metrics of ``metrics_dict[task]``, after ``epoch``, which is counted from 0. Of a
            sample, which has the last epoch alone, those that it lacks are None.

        Raises:
            AssertionError: the epoch is no whole number, or the training was shorter.
            IndexError: there is no such epoch before the last.
            KeyError: there is no such training.
        """
        if not isinstance(epoch, Integral):
            raise InvalidArgument(f"the epoch is {epoch!r}; it must be a whole number")
        self._check_seed(xseed)
        training = self._training(arch, task)
        total = training["total_epochs"]
        if epoch >= total:
            raise InvalidArgument(f"the epoch is {epoch}; {task} has {total}, counted from 0")
        place = int(epoch)
        if self._has_ends_only and place not in (-1, total - 1) and place >= -total:
            raise self._no_course()
        status = {"epoch": place if place >= 0 else total + place}
        for name in _item(self._listed, task):
            status[name] = _at(_item(training["metrics"], name), place)
        return status

    def get_best_epoch_status(self, arch: str, task: str, metric: str) -> dict[str, Any]:
        """All metrics at the epoch at which one of them is best.

        Args:
            arch: the architecture.
            task: the task.
            metric: one of ``metrics_dict[task]``; see the top of this module for what is best. Of
                equal epochs it is the first.

        Returns:
            see :meth:`get_epoch_status`.

        Raises:
            AssertionError: there is no such metric.
            KeyError: there is no such training, or it does not have the metric.
        """
        self._check_metric(task, metric)
        curve = self._curve(arch, task, metric)
        best = _best_epoch(curve, self._direction(metric), self.strict)
        return self.get_epoch_status(arch, task, best)

    def get_arch_list(self, search_space: str) -> list[str]:
        """The architectures of a search space, in the order of their indexes.

        Raises:
            AssertionError: there is no such search space.
        """
        if search_space not in self._header["search_spaces"]:
            raise InvalidArgument(
                f"the search space is {search_space!r}; allowed are "
                f"{', '.join(self._header['search_spaces'])}"
            )
        return self._archs_of(search_space)

    def get_best_archs(
        self, task: str, metric: str, search_space: str, topk: int = 1
    ) -> list[tuple[Any, str]]:
        """The architectures with the best values of a metric over all epochs, best first.

        Args:
            task: the task.
            metric: one of ``metrics_dict[task]``; see the top of this module for what is best.
            search_space: one of :attr:`search_spaces`.
            topk: how many.

        Returns:
            the value and the architecture of each. Of equal ones it is the architecture first
            whose string comes last.

        Raises:
            AssertionError: there is no such metric or search space.
            KeyError: an architecture was not trained for the task, or not with the metric.
        """
        archs = self.get_arch_list(search_space)
        if not archs:
            return []
        self._check_metric(task, metric)
        direction = self._direction(metric)
        bests = self._bests(task, metric, search_space, direction)
        found = []
        for arch in archs:
            best = bests.get(arch)
            if best is None:
                curve = self._curve(arch, task, metric)
                best = curve[_best_epoch(curve, direction, self.strict)]
            found.append((best, arch))
        if not self.strict:
            return sorted(found, reverse=True)[:topk]  # NaN goes where it goes in the original
        numbers = [pair for pair in found if not _is_nan(pair[0])]
        numbers.sort(key=itemgetter(1), reverse=True)
        numbers.sort(key=itemgetter(0), reverse=direction == "max")  # equal ones stay
        return [*numbers, *(pair for pair in found if _is_nan(pair[0]))][:topk]

    def _bests(
        self, task: str, metric: str, search_space: str, direction: Direction
    ) -> dict[str, float]:
        """The best value of each architecture that has plain numbers only."""
        if metric not in METRICS:
            return {}
        if self._has_ends_only:
            raise self._no_course()
        statement = (
            f"SELECT c.arch_str, {direction}(i.{metric}) {_TRAININGS} "
            "JOIN tnb101intermediatestats AS i ON i.trial_id = t.id "
            "WHERE c.task = ? AND c.search_space = ? GROUP BY c.id "
            "HAVING total(instr(i.further, ?)) = 0"
        )
        rows = self._database.select(statement, (task, search_space, _key(metric)))
        return {arch: best for arch, best in rows if best is not None}

    def _check_arch(self, arch: str) -> None:
        if arch not in self._space_of:
            raise NotRecorded(_no_arch(arch))

    def _check_metric(self, task: str, metric: str) -> None:
        listed = _item(self._listed, task)
        if metric not in listed:
            raise InvalidArgument(
                f"the metric is {metric!r}; allowed for {task} are {', '.join(listed)}"
            )

    def _check_seed(self, xseed: object) -> None:
        if xseed is None:
            return
        text = f"xseed is {xseed!r}; there is one training for each task, and its seed is not told"
        if self.strict:
            raise InvalidMode(f"{text}: leave it out")
        self._tell("xseed", f"{text}, so that it makes no difference")

    def _direction(self, metric: str) -> Direction:
        """Which values count as best."""
        direction = direction_of(metric)
        if not self.strict:
            if direction == "min":
                self._tell(
                    "best",
                    f"the best {metric} is the lowest, and as in the original the highest is "
                    "given; TransNASBenchAPI(..., strict=True) gives the lowest",
                )
            return "max"
        if direction is None:
            raise InvalidMode(
                f"whether higher or lower values of {metric} are better is not known; take them "
                "all: mode='list'"
            )
        return direction

    def _tell(self, kind: str, text: str) -> None:
        """Warn once of each kind, at the line that asked; two methods are in between."""
        if kind not in self._told:
            self._told.add(kind)
            warnings.warn(text, OriginalAnswerWarning, stacklevel=4)

    @cached_property
    def _has_ends_only(self) -> bool:
        """Whether it is a sample without the course of the trainings."""
        return self._database.is_sample and not self._database.provenance()[0]["intermediates"]

    def _no_course(self) -> NotRecorded:
        """That a sample has no epoch before the last."""
        return NotRecorded(
            f"{self._database.path.name} has the last epoch of each training alone"
            + self._database.rest
        )

    def _no_metric(self, arch: str, task: str, metric: str) -> NotRecorded:
        return NotRecorded(
            f"the training of {arch} for the task {task!r} has no {metric}{self._database.rest}"
        )

    def _curve(self, arch: str, task: str, metric: str) -> list[Any]:
        """The values of a metric, one for each epoch."""
        self._check_arch(arch)
        column = f"i.{metric}" if metric in METRICS else "NULL"
        statement = f"SELECT t.further, {column}, i.further {_EPOCHS} AND c.task = ? {_ORDER}"
        rows = list(self._database.select(statement, (arch, task)))
        if not rows:
            raise _not_trained(arch, task)
        if self._has_ends_only:
            raise self._no_course()
        key = _key(metric)
        found = []
        for _, value, further in rows:
            if further is not None and key in further:
                found.append(values.decode(further)[metric])
            elif value is not None:
                found.append(value)
        if not found and key not in (rows[0][0] or ""):
            raise self._no_metric(arch, task, metric)
        return found

    def _training(self, arch: str, task: str) -> dict[str, Any]:
        self._check_arch(arch)
        found = self._trainings(arch, "AND c.task = ?", task)
        if not found:
            raise _not_trained(arch, task)
        training: dict[str, Any] = found[task]
        return training

    def _results(self, arch: str) -> dict[str, Any]:
        """The original's dict of an architecture."""
        return self._trainings(arch)

    def _trainings(self, arch: str, condition: str = "", *more: str) -> dict[str, Any]:
        """The original's dicts of an architecture's trainings, by task."""
        # Where there is no course of the trainings, their end is in their own row.
        at = "t" if self._has_ends_only else "i"
        metrics_at = (f"{at}.{name}" for name in ("further", *METRICS))
        columns = ", ".join(("c.task", "c.num_epochs", _INFOS, "t.further", *metrics_at))
        statement = f"SELECT {columns} {_EPOCHS} {condition} {_ORDER}"
        rows = self._database.select(statement, (arch, *more))
        found = {}
        for task, epochs in groupby(rows, itemgetter(0)):
            metrics: dict[str, list[Any]] = {}
            for row in epochs:
                for name, value in _epoch(row[_BEFORE_METRICS - 1], row[_BEFORE_METRICS:]):
                    metrics.setdefault(name, []).append(value)
            empty = {n: v for n, v in values.decode(row[_BEFORE_METRICS - 2]).items() if v == []}
            if self._has_ends_only:
                known = {name: metrics.get(name, [None]) for name in self._listed[task]}
                metrics = {name: [None] * (row[1] - 1) + end for name, end in known.items()}
            names = sorted((*metrics, *empty), key=lambda name: self._places[task, name])
            found[task] = {
                "total_epochs": row[1],
                "model_info": self._info(row[2 : _BEFORE_METRICS - 2]),
                "metrics": {name: metrics.get(name, []) for name in names},
            }
        return found

    def _info(self, columns: Sequence[Any]) -> dict[str, Any]:
        """The original's dict of what is known of a network without training."""
        *numbers, further = columns
        named = zip(INFO_COLUMNS, numbers, strict=True)
        found = {name: number for name, number in named if number is not None}
        found.update(values.decode(further))
        order = [name for name in self._header["info_names"] if name in found]
        ordered = {name: found[name] for name in (*order, *(set(found) - set(order)))}
        return Partial(ordered, self._database.rest) if self._database.is_sample else ordered


_READ_AGAIN = {
    *("_archs", "_space_of", "_index_of", "_places"),
    *("arch2space", "all_arch_dict", "data", "database"),
}

_Result = TypeVar("_Result")


class _Read(Mapping[str, _Result], Generic[_Result]):
    """A mapping from architectures, read as needed."""

    def __init__(self, archs: list[str], read: Callable[[str], _Result]) -> None:
        self._archs = dict.fromkeys(archs)
        self._read = read

    def __getitem__(self, arch: str) -> _Result:
        if arch not in self._archs:
            raise NotRecorded(_no_arch(arch))
        return self._read(arch)

    def __len__(self) -> int:
        return len(self._archs)

    def __iter__(self) -> Iterator[str]:
        return iter(self._archs)


def _epoch(further: str | None, numbers: Sequence[float | None]) -> Iterator[tuple[str, Any]]:
    """The metrics that have a value at an epoch."""
    beside = values.decode(further)
    for name, number in zip(METRICS, numbers, strict=True):
        if number is not None and name not in beside:
            yield name, number
    yield from beside.items()


def _best_epoch(curve: list[Any], direction: Direction, skip_nan: bool) -> int:
    """The first of the best epochs, counted from 0, as Python compares the values.

    Raises:
        ValueError: there are none.
    """
    if not curve:
        raise InvalidMode("the training has an empty list of this metric, so that none is best")
    epochs: Sequence[int] = range(len(curve))
    if skip_nan:
        epochs = [epoch for epoch in epochs if not _is_nan(curve[epoch])] or epochs
    return (max if direction == "max" else min)(epochs, key=curve.__getitem__)


def _is_nan(value: object) -> bool:
    return value != value


def _key(metric: str) -> str:
    """How a metric begins in the text of ``further``."""
    return f"{canonical_json(metric)}:"


def _item(items: Mapping[str, Any], name: str, rest: str = "") -> Any:
    if name not in items:
        raise NotRecorded(f"there is no {name!r}; recorded are {', '.join(items) or 'none'}{rest}")
    return items[name]


def _at(found: list[Any], epoch: int) -> Any:
    try:
        return found[epoch]
    except IndexError:
        raise IndexOutOfRange(f"the epoch is {epoch}, and there are {len(found)}") from None


def _no_arch(arch: object) -> str:
    return f"there is no architecture {arch!r}; see get_arch_list() for all"


def _not_trained(arch: str, task: str) -> NotRecorded:
    return NotRecorded(f"the architecture {arch} was not trained for the task {task!r}")


def _ingest(*arguments: Any, **options: Any) -> Report:
    # Imported when it is needed: what opens a database does without the readers of sources.
    from nasbench_db.transnas101.ingest import ingest

    return ingest(*arguments, **options)
