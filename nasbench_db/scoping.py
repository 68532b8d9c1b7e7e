"""Which trials a question is about: a benchmark's flat view, filtered, and reduced by config."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any

from nasbench_db import benchmarks
from nasbench_db.database import BenchmarkDatabase, current, last_connected
from nasbench_db.errors import InvalidQuery
from nasbench_db.metrics import Metric, find
from nasbench_db.querying import REDUCTIONS, Range
from nasbench_db.tabular import view_kinds

Where = Mapping[str, Any] | str | None
"""Columns of the flat view and what they must be: a value, a list of values, or for a metric a
:data:`~nasbench_db.querying.Range`; or a condition in SQL."""


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
        self.database = _database(benchmark, db)
        self.schema = self.database.schema
        self.benchmark = benchmarks.get(self.schema.benchmark)
        if reduction not in (None, "none", *REDUCTIONS):
            raise InvalidQuery(
                f"reduction is {reduction!r}; allowed are None, 'none', "
                + ", ".join(map(repr, REDUCTIONS))
            )
        self.reduction = None if reduction == "none" else reduction
        self.kinds = view_kinds(self.database)
        self.values: list[Any] = []
        conditions: list[str] = []
        self._named: set[str] = set()
        if isinstance(where, str):
            conditions.append(f"({where})")
            self._text = where
        elif where is None or isinstance(where, Mapping):
            self._text = ""
            equal = {**(where or {}), **equal}
        else:
            raise InvalidQuery(
                f"where is {where!r}; it must be a dict such as {{'num_epochs': 108}}, or a "
                "condition in SQL such as 'num_epochs = 108 AND parameters < 5'"
            )
        for name, value in equal.items():
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
        find(f"column of {self.schema.view}", name, self.kinds)
        return str(name)

    def metric(self, name: object) -> Metric:
        """A metric of the benchmark, checked."""
        return find(f"metric of {self.benchmark.name}", name, self.benchmark.metrics)

    def need_one_fidelity(self) -> None:
        """Refuse to compare what cannot be compared: other epochs, data sets or tasks.

        Raises:
            InvalidQuery: the database has several, and the question does not say which.
        """
        table = self.schema.config._meta.table_name
        for name in self.schema.fidelity:
            if name in self._named or name in self._text:
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

    def rows(self, names: Iterable[str], extra: Iterable[str] = ()) -> tuple[str, dict[str, str]]:
        """The SELECT of all rows in scope, without an order, and the kinds of its columns.

        Args:
            names: metrics, which are reduced.
            extra: further SQL expressions with their names.
        """
        names = list(dict.fromkeys(names))
        columns = list(self.identity)
        kinds = {name: self.kinds[name] for name in self.identity}
        if self.reduction:
            columns.append("count(*) AS num_trials")
            kinds["num_trials"] = "i8"
        elif self.schema.seed is not None:
            columns.append(self.schema.seed)
            kinds[self.schema.seed] = "i8"
        columns += [f"{self.of(name)} AS {name}" if self.reduction else name for name in names]
        kinds.update((name, self.kinds[name]) for name in names)
        columns += ["arch", "trial_id" if self.reduction is None else "config_id", *extra]
        kinds["arch"] = "json"
        kinds["trial_id" if self.reduction is None else "config_id"] = "i8"
        statement = f"SELECT {', '.join(columns)} FROM {self.schema.view} WHERE {self.condition}"
        return statement + (" GROUP BY config_id" if self.reduction else ""), kinds

    @property
    def key(self) -> str:
        """The column that numbers the rows."""
        return "config_id" if self.reduction else "trial_id"


def _database(benchmark: str | None, db: BenchmarkDatabase | None) -> BenchmarkDatabase:
    if benchmark is not None:
        return current(benchmarks.get(benchmark).schema, db)
    if db is not None:
        return current(getattr(db, "schema", None) or _no_handle(db), db)
    found = last_connected()
    if found is None:
        raise InvalidQuery(
            "no database is connected; say which benchmark is meant: benchmark='nasbench101', or "
            "db=nasbench_db.connect('nasbench101')"
        )
    return found


def _no_handle(db: object) -> Any:
    raise InvalidQuery(f"db is {db!r}; it must be what nasbench_db.connect(BENCHMARK) returned")


def _range(name: str, value: tuple[Any, ...]) -> Range:
    if len(value) != 2 or not all(bound is None or _is_number(bound) for bound in value):
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
    if isinstance(value, bool) or not _is_number(value):
        raise InvalidQuery(
            f"{name} is {value!r}; it must be a number or a text, a list of those, or a range "
            "(lowest, highest)"
        )
    return int(value) if isinstance(value, Integral) else float(value)  # type: ignore[arg-type]


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and value == value
