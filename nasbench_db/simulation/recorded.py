"""What was recorded at one fidelity, as arrays: asked of the database once, for all searches.

The arrays are kept with the handle of the database, so runs in one process share them, and so do
processes that are forked from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from nasbench_db.ask.sqltext import quoted
from nasbench_db.ask.statements import Statement
from nasbench_db.ask.trials import Trials
from nasbench_db.simulation.spaces import Key, Space
from nasbench_db.store.statistics import sums


class Recorded:
    """Numbers of single trials, those of an architecture side by side.

    Args:
        keys: the architectures, as :class:`~nasbench_db.simulation.spaces.Space` names them.
        first: where the trials of each begin; one longer than the architectures.
        ids: the trials; None where nobody asks for them.
        values: for each name, a number of each trial; NaN where there is none.
    """

    def __init__(
        self,
        keys: Sequence[Key],
        first: np.ndarray,
        ids: np.ndarray | None,
        values: Mapping[str, np.ndarray],
    ) -> None:
        self.keys = keys
        self.first = first
        self.ids = ids
        self.values = values
        self._means: dict[str, np.ndarray] = {}

    @cached_property
    def rows(self) -> Mapping[Key, int]:
        """The place of each key."""
        return dict(zip(self.keys, range(len(self.keys)), strict=True))

    def mean(self, name: str) -> np.ndarray:
        """The mean of a number over the trials of each architecture, as the statistics have it.

        See :mod:`nasbench_db.store.exact`.
        """
        if name not in self._means:
            counts = np.diff(self.first)
            values = self.values[name]
            terms = np.zeros((counts.max(initial=0), len(counts)))
            of = np.repeat(np.arange(len(counts)), counts)
            terms[np.arange(len(values)) - self.first[of], of] = values
            self._means[name] = sums(terms) / counts
        return self._means[name]


class Means:
    """The mean of a metric of each architecture.

    Args:
        rows: the place of each key.
        values: the means by these places; NaN where there is none.
    """

    def __init__(self, rows: Mapping[Key, int], values: np.ndarray) -> None:
        self._rows = rows
        self._values = values

    def of(self, key: Key) -> float | None:
        """That of an architecture; None if it has none."""
        row = self._rows.get(key)
        value = float("nan") if row is None else float(self._values[row])
        return None if value != value else value

    def best(self, sign: float) -> float:
        """The best of all.

        Args:
            sign: 1 where high values are better, else -1.
        """
        return sign * float(np.nanmax(sign * self._values))


def recorded(
    asked: Trials, space: Space, names: Sequence[str], *, with_ids: bool = False
) -> Recorded:
    """All trials that have values of some columns of numbers.

    Args:
        asked: which trials, of one fidelity and without a reduction.
        space: how architectures are named.
        names: the columns.
        with_ids: whether to have the ids of the trials, for :func:`recorded_at`.
    """
    memo = asked.database.memo
    key = _remembered_as(asked, names, with_ids)
    if key not in memo:
        memo[key] = _load(asked, _configs(asked, space), names, with_ids)
    found: Recorded = memo[key]
    return found


def is_recorded(asked: Trials, names: Sequence[str], *, with_ids: bool = False) -> bool:
    """Whether :func:`recorded` has these already."""
    return _remembered_as(asked, names, with_ids) in asked.database.memo


def recorded_of(
    asked: Trials, space: Space, names: Sequence[str], key: Key, *, with_ids: bool = False
) -> Recorded:
    """The same of a single architecture; it is not remembered.

    Args:
        asked, space, names, with_ids: as of :func:`recorded`.
        key: the architecture.
    """
    asked = _only(asked, space, key)
    return _load(asked, _read_configs(asked, space), names, with_ids)


def means_of(asked: Trials, space: Space, name: str) -> Means:
    """The mean of a metric over the trials of every architecture.

    Args:
        asked: which trials, of one fidelity and without a reduction.
        space: how architectures are named.
        name: the metric.
    """
    memo = asked.database.memo
    key = ("simulation", str(asked), "mean", name)
    if key not in memo:
        configs = _configs(asked, space)
        if asked.bounds or asked.outside or len(configs.keys) < len(configs.ids):
            # What is said of single trials, and trials of several configs: no statistics of these.
            found = recorded(asked, space, [name])
            memo[key] = Means(found.rows, found.mean(name))
        else:
            reduced = asked._replace(reduction="mean")
            statement = reduced.statement(["config_id", name], present=[name], ordered=False)
            numbers = _numbers(asked, statement, 2)
            values = np.full(len(configs.keys), np.nan)
            values[configs.owners(numbers[:, 0])] = numbers[:, 1]
            memo[key] = Means(configs.rows, values)
    means: Means = memo[key]
    return means


def recorded_at(asked: Trials, of: Recorded, epoch: int, names: Sequence[str]) -> Recorded:
    """The same trials with the numbers of an epoch before their end.

    Args:
        asked: which trials these are.
        of: their last epoch.
        epoch: the epoch, counted from 1.
        names: columns of the curves.
    """
    memo = asked.database.memo
    key = ("simulation", str(asked), epoch, tuple(names))
    if key not in memo:
        memo[key] = _load_at(asked, of, epoch, names)
    at_epoch: Recorded = memo[key]
    return at_epoch


def recorded_at_of(
    asked: Trials, space: Space, of: Recorded, epoch: int, names: Sequence[str]
) -> Recorded:
    """The same of a single architecture, the only one of ``of``; it is not remembered."""
    return _load_at(_only(asked, space, of.keys[0]), of, epoch, names)


class _Configs(NamedTuple):
    """The configs of a fidelity, and the architecture that each is of.

    Attributes:
        ids: the configs, ascending.
        keys: the architectures, in the order of their first configs.
        rows: the place of each key.
        places: of each config the place of its architecture; None where each has one.
    """

    ids: np.ndarray
    keys: Sequence[Key]
    rows: Mapping[Key, int]
    places: np.ndarray | None

    def owners(self, ids: np.ndarray) -> np.ndarray:
        """The places of the architectures of some configs."""
        found = np.searchsorted(self.ids, ids)
        return found if self.places is None else self.places[found]


def _configs(asked: Trials, space: Space) -> _Configs:
    """The configs of some trials; asked once, whatever is measured of them."""
    memo = asked.database.memo
    key = ("simulation", str(asked._replace(bounds={}, outside=())), "configs")
    if key not in memo:
        memo[key] = _read_configs(asked, space)
    found: _Configs = memo[key]
    return found


def _read_configs(asked: Trials, space: Space) -> _Configs:
    configs = asked._replace(reduction="median", bounds={}, outside=())
    # Of medians there are no statistics, so the configs alone are asked.
    statement = configs.statement(["config_id", space.column], ordered=False)
    if asked.tables.kinds[space.column] == "i8":
        # In this order an index has the answer, and the table, which is wide, need not be read.
        key_name = quoted(space.column)
        by_key = statement.around(f"SELECT config_id, {key_name} FROM answer ORDER BY {key_name}")
        rows = asked.database.select(by_key.text, by_key.values)
        pairs = np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, 2)
        ids, numbers = pairs.T
        order = np.argsort(ids)
        of_configs = numbers[order].tolist()
    else:
        rows = asked.database.select(statement.text, statement.values)
        first, second = tuple(zip(*rows, strict=True)) or ((), ())
        ids = np.array(first, np.int64)
        order = np.argsort(ids)
        of_configs = [second[place] for place in order.tolist()]
    keys = list(dict.fromkeys(of_configs))
    row_of = dict(zip(keys, range(len(keys)), strict=True))
    places = None
    if len(keys) < len(of_configs):  # configs that are written in several ways
        places = np.fromiter(map(row_of.__getitem__, of_configs), np.int64, len(of_configs))
    return _Configs(ids[order], keys, row_of, places)


def _load(asked: Trials, configs: _Configs, names: Sequence[str], with_ids: bool) -> Recorded:
    # Trials without their configs: to join them takes as long as to ask for each.
    columns = ["config_id", *(["trial_id"] if with_ids else []), *names]
    found = _numbers(asked, asked.statement(columns), len(columns))
    absent = np.isnan(found).any(axis=1)
    if absent.any():  # which SQLite would take longer to leave out, of those that mostly have all
        found = found[~absent]
    owners = configs.owners(found[:, 0])
    if np.any(owners[1:] < owners[:-1]):
        sorting = np.argsort(owners, kind="stable")
        owners, found = owners[sorting], found[sorting]
    begins = np.flatnonzero(np.diff(owners, prepend=-1))
    keys = configs.keys
    if len(begins) < len(keys):
        keys = [keys[row] for row in owners[begins].tolist()]
    numbers = found[:, len(columns) - len(names) :].T.copy()
    result = Recorded(
        keys,
        np.append(begins, len(owners)),
        found[:, 1].astype(np.int64) if with_ids else None,
        dict(zip(names, numbers, strict=True)),
    )
    if keys is configs.keys:
        result.rows = configs.rows
    return result


def _load_at(asked: Trials, of: Recorded, epoch: int, names: Sequence[str]) -> Recorded:
    statement = asked.statement(["trial_id"], curve=["current_epoch", *names])
    columns = ", ".join(["trial_id", *names])
    at = statement.around(f"SELECT {columns} FROM answer WHERE current_epoch = {epoch:d}")
    at = at._replace(kinds={"trial_id": "i8", **dict.fromkeys(names, "f8")})
    found = _numbers(asked, at, 1 + len(names))
    ids = found[:, 0].astype(np.int64)
    order = np.argsort(ids)
    assert of.ids is not None
    place = np.searchsorted(ids[order], of.ids).clip(max=max(len(ids) - 1, 0))
    values = {}
    for column, name in enumerate(names, 1):
        values[name] = np.full(len(of.ids), np.nan)
        if len(ids):
            there = ids[order][place] == of.ids
            values[name][there] = found[order, column][place[there]]
    return Recorded(of.keys, of.first, of.ids, values)


def _only(asked: Trials, space: Space, key: Key) -> Trials:
    """The trials of one architecture."""
    return asked._replace(chosen={**asked.chosen, space.column: (key,)})


def _remembered_as(asked: Trials, names: Sequence[str], with_ids: bool) -> tuple[Any, ...]:
    return ("simulation", str(asked), tuple(names), with_ids)


def _numbers(asked: Trials, statement: Statement, columns: int) -> np.ndarray:
    """The rows of a statement whose columns are all numbers, or NULL, which is NaN."""
    # SQLite makes floats of integers in a tenth of the time that numpy takes to do it.
    outer = ", ".join(f"{quoted(name)} + 0.0" for name in statement.kinds)
    floats = f"SELECT {outer} FROM ({statement.text}) AS numbers"

    def values() -> Iterator[Any]:
        return chain.from_iterable(asked.database.select(floats, statement.values))

    try:
        found = np.fromiter(values(), float)
    except TypeError:  # there is a NULL
        found = np.fromiter((np.nan if one is None else one for one in values()), float)
    return found.reshape(-1, columns)
