"""What was recorded at one fidelity, as arrays: asked of the database once, for all searches.

The arrays are kept with the handle of the database, so runs in one process share them, and so do
processes that are forked from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np

from nasbench_db.ask.statements import Statement
from nasbench_db.ask.trials import Trials
from nasbench_db.simulation.spaces import Key, Space


class Recorded:
    """Numbers of single trials, those of an architecture side by side.

    Args:
        keys: the architectures, as :class:`~nasbench_db.simulation.spaces.Space` names them.
        first: where the trials of each begin; one longer than the architectures.
        ids: the trials; None where nobody asks for them.
        values: for each name, a number of each trial; NaN where there is none.

    Attributes:
        rows: the place of each key.
    """

    def __init__(
        self,
        keys: Sequence[Key],
        first: np.ndarray,
        ids: np.ndarray | None,
        values: Mapping[str, np.ndarray],
    ) -> None:
        self.keys = keys
        self.rows: Mapping[Key, int] = dict(zip(keys, range(len(keys)), strict=True))
        self.first = first
        self.ids = ids
        self.values = values

    @cached_property
    def means(self) -> Mapping[str, np.ndarray]:
        """The mean of each number over the trials of each architecture."""
        counts = np.diff(self.first)
        return {
            name: np.add.reduceat(values, self.first[:-1]) / counts if len(values) else values
            for name, values in self.values.items()
        }


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
    key = ("simulation", str(asked), tuple(names), with_ids)
    if key not in memo:
        memo[key] = _load(asked, space, names, with_ids)
    found: Recorded = memo[key]
    return found


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
        statement = asked.statement(["trial_id"], curve=["current_epoch", *names])
        columns = ", ".join(["trial_id", *names])
        at = statement.around(f"SELECT {columns} FROM answer WHERE current_epoch = {epoch:d}")
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
        memo[key] = Recorded(of.keys, of.first, of.ids, values)
    at_epoch: Recorded = memo[key]
    return at_epoch


def _load(asked: Trials, space: Space, names: Sequence[str], with_ids: bool) -> Recorded:
    # Trials and configs each by a statement of its own: to join them takes as long as both.
    configs = asked._replace(reduction="mean", bounds={}, outside=())
    statement = configs.statement(["config_id", space.column], ordered=False)
    config_ids, keys_of_configs = _columns(asked.database.select(*statement[:2]))
    columns = ["config_id", *(["trial_id"] if with_ids else []), *names]
    found = _numbers(asked, asked.statement(columns, present=names), len(columns))
    # Configs that are written in several ways are one architecture.
    keys = list(dict.fromkeys(keys_of_configs))
    place = dict(zip(keys, range(len(keys)), strict=True))
    rows = np.fromiter(map(place.__getitem__, keys_of_configs), np.int64, len(keys_of_configs))
    ids = np.array(config_ids, np.int64)
    order = np.argsort(ids)
    owners = rows[order][np.searchsorted(ids[order], found[:, 0].astype(np.int64))]
    if np.any(owners[1:] < owners[:-1]):
        sorting = np.argsort(owners, kind="stable")
        owners, found = owners[sorting], found[sorting]
    begins = np.flatnonzero(np.diff(owners, prepend=-1))
    if len(begins) < len(keys):
        keys = [keys[row] for row in owners[begins].tolist()]
    numbers = found[:, len(columns) - len(names) :].T.copy()
    return Recorded(
        keys,
        np.append(begins, len(owners)),
        found[:, 1].astype(np.int64) if with_ids else None,
        dict(zip(names, numbers, strict=True)),
    )


def _columns(rows: Iterable[tuple[Any, ...]]) -> tuple[Sequence[int], Sequence[Any]]:
    """The two columns of some rows."""
    first, second = tuple(zip(*rows, strict=True)) or ((), ())
    return first, second


def _numbers(asked: Trials, statement: Statement, columns: int) -> np.ndarray:
    """The rows of a statement whose columns are all numbers, or NULL, which is NaN."""

    def values() -> Iterator[Any]:
        return chain.from_iterable(asked.database.select(statement.text, statement.values))

    try:
        found = np.fromiter(values(), float)
    except TypeError:  # there is a NULL
        found = np.fromiter((np.nan if one is None else one for one in values()), float)
    return found.reshape(-1, columns)
