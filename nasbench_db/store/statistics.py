"""The statistics of each config over its trials: how many, mean, deviation, least and most.

They are computed once, when a database is built, and kept in a table of their own, in which the
configs of one fidelity lie together; so a question about a whole search space reads a row for each
architecture instead of adding up its trials. How they are computed is said in
:mod:`nasbench_db.store.exact`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from nasbench_db.store import exact
from nasbench_db.store.models import SPREAD, Schema, metric_columns

_TRIALS_AT_ONCE = 20_000
_AT_ONCE = 3
"""How many terms :func:`sums` adds by numpy; of more, each sum is one of Python's."""


class StatisticsTable(NamedTuple):
    """What is to be known of the tables to fill one; names of tables and columns.

    Migrations have one written out, as it was then.

    Attributes:
        table: the table of the statistics: ``fidelity``, ``config_id`` and ``num_trials``, then
            for each of :data:`SPREAD` all metrics.
        config: the table of the configs.
        trial: the table of the trials.
        fidelity: columns of the configs.
        metrics: columns of the trials.
    """

    table: str
    config: str
    trial: str
    fidelity: tuple[str, ...]
    metrics: tuple[str, ...]

    @classmethod
    def of(cls, schema: Schema) -> StatisticsTable:
        """The one of a benchmark."""
        # In the order of the table, as peewee orders copies of fields.
        names = [field.name for field in schema.statistics._meta.sorted_fields]
        return cls(
            schema.statistics._meta.table_name,
            schema.config._meta.table_name,
            schema.trial._meta.table_name,
            tuple([name for name in names if name in schema.fidelity]),
            tuple(metric_columns(schema.trial)),
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the statistics, in the order of the table."""
        spread = [f"{metric}_{kind}" for kind in SPREAD for metric in self.metrics]
        return (*self.fidelity, "config_id", "num_trials", *spread)

    def fill(self, connection: sqlite3.Connection) -> None:
        """Add the rows of all configs that have trials, and no row yet."""
        counts = f'SELECT (SELECT count(*) FROM "{self.config}") = count(*) FROM "{self.table}"'
        if connection.execute(counts).fetchone() == (1,):
            return  # and no trial needs to be read
        marks = ", ".join("?" * len(self.columns))
        insert = f'INSERT INTO "{self.table}" VALUES ({marks})'
        for rows in self.computed(connection, missing=True):
            connection.executemany(insert, rows)

    def computed(
        self, connection: sqlite3.Connection, *, missing: bool = False
    ) -> Iterator[list[tuple[object, ...]]]:
        """The rows of the statistics as the trials give them, in the order of the configs.

        Args:
            connection: what to ask.
            missing: leave out the configs that the table has already.
        """
        for ids, values in self._trials(connection, missing):
            found = statistics(ids, values)
            ends = int(found.config_ids[0]), int(found.config_ids[-1])
            fidelity = dict(self._fidelity(connection, *ends))
            yield [
                (*fidelity[row[0]], *row)
                for row in found.numbers().tolist()
                if row[0] in fidelity  # unless a fault has taken the config away
            ]

    def differing(self, connection: sqlite3.Connection) -> Iterator[int]:
        """The configs whose statistics are not those of their trials."""
        own = ", ".join(f's."{name}"' for name in self.columns)
        same = " AND ".join(f's."{name}" = c."{name}"' for name in self.fidelity)
        query = (
            f'SELECT {own} FROM "{self.config}" AS c CROSS JOIN "{self.table}" AS s '
            f"ON s.config_id = c.id AND {same} WHERE c.id BETWEEN ? AND ? ORDER BY c.id"
        )
        place = len(self.fidelity)
        for rows in filter(None, self.computed(connection)):
            ends = rows[0][place], rows[-1][place]
            found = {row[place]: row for row in connection.execute(query, ends)}
            for row in rows:
                expected = tuple([None if value != value else value for value in row])
                if found.pop(row[place], None) != expected:
                    yield int(row[place])  # type: ignore[call-overload]
            yield from found

    def _trials(
        self, connection: sqlite3.Connection, missing: bool
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Configs' numbers and metrics of trials, all of a config together."""
        metrics = ", ".join(f'"{name}"' for name in self.metrics)
        without = f'WHERE config_id NOT IN (SELECT config_id FROM "{self.table}") '
        cursor = connection.execute(
            f'SELECT config_id, {metrics} FROM "{self.trial}" '
            f"{without if missing else ''}ORDER BY config_id"
        )
        rest: list[tuple[float, ...]] = []
        while rows := cursor.fetchmany(_TRIALS_AT_ONCE):
            rows = rest + rows
            last = rows[-1][0]
            end = len(rows)
            while end and rows[end - 1][0] == last:  # of which more may follow
                end -= 1
            rest = rows[end:]
            if end:
                yield _as_arrays(rows[:end])
        if rest:
            yield _as_arrays(rest)

    def _fidelity(
        self, connection: sqlite3.Connection, first: int, last: int
    ) -> Iterator[tuple[int, tuple[object, ...]]]:
        columns = ", ".join(f'"{name}"' for name in ("id", *self.fidelity))
        for config, *values in connection.execute(
            f'SELECT {columns} FROM "{self.config}" WHERE id BETWEEN ? AND ?', (first, last)
        ):
            yield config, tuple(values)


class Statistics(NamedTuple):
    """The statistics of n configs for m metrics; NaN where there is none.

    Attributes:
        config_ids: shape (n,).
        num_trials: shape (n,), how many trials each config has.
        n: shape (n, m), how many of them have a value.
        mean, std, min, max: shape (n, m).
    """

    config_ids: np.ndarray
    num_trials: np.ndarray
    n: np.ndarray
    mean: np.ndarray
    std: np.ndarray
    min: np.ndarray
    max: np.ndarray

    def numbers(self) -> np.ndarray:
        """The columns of the table but the fidelity, a row for each config."""
        spread = [getattr(self, kind) for kind in SPREAD]
        return np.column_stack([self.config_ids, self.num_trials, *spread])


def statistics(config_ids: np.ndarray, values: np.ndarray) -> Statistics:
    """The statistics of each config over its trials.

    Args:
        config_ids: shape (t,), the config of each trial, ascending.
        values: shape (t, m), the metrics of each trial, NaN for NULL.
    """
    starts = np.flatnonzero(np.r_[True, config_ids[1:] != config_ids[:-1]])
    num_trials = np.diff(np.r_[starts, len(config_ids)])
    group = np.repeat(np.arange(len(starts)), num_trials)
    place = np.arange(len(config_ids)) - starts[group]
    terms = np.full((num_trials.max(), len(starts), values.shape[1]), np.nan)
    terms[place, group] = values
    measured = ~np.isnan(terms)
    n = measured.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums(np.where(measured, terms, 0.0)) / n
        offset = np.where(measured, terms - mean, 0.0)
        std = np.where(n > 1, np.sqrt(sums(offset * offset) / n), np.nan)
    least, most = np.fmin.reduce(terms), np.fmax.reduce(terms)
    return Statistics(config_ids[starts], num_trials, n, mean, std, least, most)


def _as_arrays(rows: Sequence[tuple[float, ...]]) -> tuple[np.ndarray, np.ndarray]:
    try:
        table = np.array(rows, dtype=np.float64)
    except ValueError:  # a fault has put a text there, which is no measurement
        numbers = [[x if isinstance(x, (int, float)) else None for x in row] for row in rows]
        table = np.array(numbers, dtype=np.float64)
    return table[:, 0].astype(np.int64), table[:, 1:]


def sums(terms: np.ndarray) -> np.ndarray:
    """Sums over the first axis, as :func:`math.fsum` gives them.

    Args:
        terms: shape (k, ...).

    Returns:
        shape (...); where a sum is not finite, what plain addition gives.
    """
    with np.errstate(all="ignore"):
        if len(terms) < _AT_ONCE:  # one is itself, and the sum of two is rounded once as it is
            plain: np.ndarray = terms.sum(axis=0)
            return plain
        if len(terms) == _AT_ONCE:
            found = _sums_of_three(*terms)
            return np.where(np.isfinite(found), found, terms.sum(axis=0))
    columns = terms.reshape(len(terms), -1).T.tolist()
    many: np.ndarray = np.array([exact.total(column) for column in columns])
    return many.reshape(terms.shape[1:])


def _sums_of_three(first: np.ndarray, second: np.ndarray, third: np.ndarray) -> np.ndarray:
    # S. Boldo and G. Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms
    # using rounding to odd", IEEE Transactions on Computers 57(4), 2008: two errors are added
    # rounding to odd, so that the last addition rounds what is in effect the exact sum.
    high, low = _two_sum(second, third)
    high, middle = _two_sum(first, high)
    rounded: np.ndarray = high + _rounded_to_odd(*_two_sum(low, middle))
    return rounded


def _two_sum(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rounded sum, and what rounding took from it (D. Knuth)."""
    total = a + b
    from_b = total - a
    return total, (a - (total - from_b)) + (b - from_b)


def _rounded_to_odd(total: np.ndarray, error: np.ndarray) -> np.ndarray:
    """A sum that is inexact, as that of its two neighbours whose last bit is 1."""
    even = (total.view(np.int64) & 1) == 0
    towards = np.copysign(np.inf, error)
    return np.where((error != 0) & even, np.nextafter(total, towards), total)
