"""Which trials a question is about: a benchmark's flat view, filtered, and reduced by config."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Integral
from typing import Any

from nasbench_db import benchmarks
from nasbench_db.ask.results import REDUCTIONS, Range, checked_reduction, is_number
from nasbench_db.ask.tables import fill_in, view_kinds
from nasbench_db.errors import InvalidQuery
from nasbench_db.metrics import DIRECTIONS, Metric, choose, find
from nasbench_db.store.database import BenchmarkDatabase, current, last_connected

Where = Mapping[str, Any] | str | None
"""Columns of the flat view and what they must be: a value, a list of values, or for a metric a
:data:`~nasbench_db.ask.results.Range`; or a condition in SQL."""


class Scope:
    """The trials of one benchmark that a question is about.

    Args:
        benchmark: the benchmark's name; by default that of ``db``, or of the database that was
            connected last.
        db: what to ask; by default the benchmark's last connected database, or the one at the
            default path.
        where: which trials.
        equal: further conditions, as in a mapping ``where``.
        reduction: over the trials of each config: 'mean', 'median', 'std', 'min' or 'max'; None
            or 'none' for single trials.

    Attributes:
        database: what to ask.
        benchmark: its benchmark.
        schema: its tables.
        reduction: one of :data:`~nasbench_db.ask.results.REDUCTIONS`, or None.
        kinds: the columns of the flat view, with what they are; see ``Table``.
        text: ``where``, if it is SQL.
        given: all other conditions by column.
        condition: the SQL of the conditions, ``1`` if there is none.
        values: what stands for the ``?`` in it.

    Raises:
        InvalidQuery: an argument has the wrong type or an unknown value.
    """

    def __init__(
        self,
        benchmark: str | None,
        db: BenchmarkDatabase | None,
        where: Where,
        equal: Mapping[str, Any],
        reduction: str | None,
    ) -> None:
        self.database = chosen_database(benchmark, db)
        self.schema = self.database.schema
        self.benchmark = benchmarks.get(self.schema.benchmark)
        self.reduction = checked_reduction(reduction)
        self.kinds = view_kinds(self.database)
        self.values: list[Any] = []
        conditions: list[str] = []
        self._named: set[str] = set()
        self.text = where if isinstance(where, str) else ""
        self.given = {**(where if isinstance(where, Mapping) else {}), **equal}
        if isinstance(where, str):
            conditions.append(f"({where})")
        elif where is not None and not isinstance(where, Mapping):
            raise InvalidQuery(
                f"where is {where!r}; it must be a dict such as {{'num_epochs': 108}}, or a "
                "condition in SQL such as 'num_epochs = 108 AND parameters < 5'"
            )
        for name, value in self.given.items():
            conditions.append(self._is(name, value))
        self.condition = " AND ".join(conditions) or "1"

    def _is(self, name: str, value: Any) -> str:
        """The condition that a column is what was asked for."""
        self.column(name)
        if isinstance(value, tuple):
            low, high = _range(name, value)
            parts = []
            for sign, bound in ((">=", low), ("<=", high)):
                if bound is not None:
                    parts.append(f"{name} {sign} ?")
                    self.values.append(bound)
            return " AND ".join(parts) or "1"
        if isinstance(value, (list, set, frozenset)):
            self.values += [_plain(name, one) for one in value]
            return f"{name} IN ({', '.join('?' * len(value))})"
        self._named.add(name)
        self.values.append(_plain(name, value))
        return f"{name} = ?"

    def column(self, name: object) -> str:
        """A column of the flat view, checked."""
        return choose(f"column of {self.schema.view}", name, self.kinds)

    def metric(self, name: object) -> Metric:
        """A metric of the benchmark, checked."""
        return find(f"metric of {self.benchmark.name}", name, self.benchmark.metrics)

    def direction(self, name: str, given: str | None = None) -> str:
        """Whether a metric is better high (``max``) or low (``min``).

        Args:
            name: the metric.
            given: the answer, if it is not to be the metric's own.

        Raises:
            InvalidQuery: there is no such metric or direction; or neither is better.
        """
        own = self.metric(name).direction
        if given is not None:
            return choose("direction", given, DIRECTIONS)
        if own is None:
            raise InvalidQuery(f"of {name} neither high nor low is better: say 'max' or 'min'")
        return own

    def need_one_fidelity(self) -> None:
        """Refuse to compare what cannot be compared: other epochs, data sets or tasks.

        Raises:
            InvalidQuery: the database has several, and the question does not say which.
        """
        table = self.schema.config._meta.table_name
        for name in self.schema.fidelity:
            if name in self._named or name in self.text:
                continue
            found = [
                value
                for (value,) in self.database.select(
                    f"SELECT DISTINCT {name} FROM {table} ORDER BY 1"
                )
            ]
            if len(found) > 1:
                raise InvalidQuery(
                    f"the question must say which {name}, since others are not to be compared: "
                    f"one of {', '.join(map(repr, found))}, as in {name}={found[-1]!r}"
                )

    @property
    def identity(self) -> list[str]:
        """The columns that tell which architecture, and at which fidelity."""
        return [*self.schema.identity, *self.schema.fidelity]

    def of(self, name: str) -> str:
        """A column of the trials, or what it is reduced to."""
        return f"{REDUCTIONS[self.reduction]}({name})" if self.reduction else name

    @property
    def key(self) -> str:
        """The column that numbers the rows."""
        return "config_id" if self.reduction else "trial_id"

    def rows(self, names: Iterable[str]) -> tuple[str, dict[str, str]]:
        """The SELECT of all rows in scope, without an order, and the kinds of its columns.

        Args:
            names: metrics, which are reduced.
        """
        asked = {name: name for name in self.identity}
        if self.reduction:
            asked["num_trials"] = "count(*) AS num_trials"
        elif self.schema.seed is not None:
            asked[self.schema.seed] = self.schema.seed
        for name in names:
            asked[name] = f"{self.of(name)} AS {name}" if self.reduction else name
        asked |= {"arch": "arch", self.key: self.key}
        statement = (
            f"SELECT {', '.join(asked.values())} FROM {self.schema.view} WHERE {self.condition}"
        )
        if self.reduction:
            statement += " GROUP BY config_id"
        return statement, {name: self.kinds.get(name, "i8") for name in asked}

    def __str__(self) -> str:
        """The conditions, for people."""
        return fill_in(self.condition, self.values)


def chosen_database(benchmark: str | None, db: BenchmarkDatabase | None) -> BenchmarkDatabase:
    """What a question asks; see :class:`Scope`."""
    if benchmark is not None:
        return current(benchmarks.get(benchmark).schema, db)
    if db is not None:
        if not isinstance(db, BenchmarkDatabase):
            raise InvalidQuery(
                f"db is {db!r}; it must be what nasbench_db.connect(BENCHMARK) returned"
            )
        return db
    found = last_connected()
    if found is None:
        raise InvalidQuery(
            "no database is connected; say which benchmark is meant: benchmark='nasbench101', or "
            "db=nasbench_db.connect('nasbench101')"
        )
    return found


def _range(name: str, value: tuple[Any, ...]) -> Range:
    if len(value) != 2 or not all(bound is None or is_number(bound) for bound in value):
        raise InvalidQuery(
            f"{name} is {value!r}; a range is a pair (lowest, highest) of numbers, None leaving a "
            "side open; for several values give a list"
        )
    low, high = (None if bound is None else float(bound) for bound in value)
    if low is not None and high is not None and low > high:
        raise InvalidQuery(f"{name} is {value!r}: the lowest value is above the highest")
    return low, high


def _plain(name: str, value: object) -> object:
    """A value as SQLite takes it."""
    if isinstance(value, str):
        return value
    if not is_number(value):
        raise InvalidQuery(
            f"{name} is {value!r}; it must be a number or a text, a list of those, or a range "
            "(lowest, highest)"
        )
    return int(value) if isinstance(value, Integral) else float(value)  # type: ignore[arg-type]
