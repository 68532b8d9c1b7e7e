"""From filters to one SQL statement to dicts: what the query helpers of all benchmarks share.

A helper turns its arguments into a :class:`TrialResult`, which asks the database when it is
iterated and hands out dicts in NNI's shape. There is one statement for the trials and, where
intermediates are asked for, one more, however many rows there are.

In the SQL, ``t`` is the trial stats table, ``c`` the trial config table and ``i`` the
intermediate stats table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from numbers import Integral, Real
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import orjson
from peewee import CharField, FloatField, IntegerField, Model

from nasbench_db.ask.tables import Table, fill_in
from nasbench_db.errors import InvalidQuery
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import JSONTextField, Schema

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

Range = tuple[float | None, float | None]
"""The lowest and the highest value allowed, both included; None leaves a side open."""

REDUCTIONS = {"mean": "avg", "median": "median", "std": "std", "min": "min", "max": "max"}
"""The reductions and the SQL aggregates that compute them."""


class TrialTables:
    """How the trials of one benchmark are selected, and what their dicts are made of.

    Args:
        schema: the benchmark's tables.
        unlisted: columns of the trial stats that NNI's dicts do not have. They can be filtered by
            and ordered by, and the arrays have them.
        unlisted_config: columns of the trial config that neither dicts nor arrays have.
        text_widths: the longest text of a column, if it is not the width of the column.
    """

    def __init__(
        self,
        schema: Schema,
        unlisted: Collection[str] = (),
        unlisted_config: Collection[str] = (),
        text_widths: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self.schema = schema
        self.config_keys = [name for name in _names(schema.config) if name not in unlisted_config]
        self.trial_keys = [name for name in _names(schema.trial) if name not in unlisted]
        self.intermediate_keys = [name for name in _names(schema.intermediate) if name != "trial"]
        config_fields, trial_fields = _fields(schema.config), _fields(schema.trial)
        self.json_keys = [f.name for f in config_fields if isinstance(f, JSONTextField)]
        self.trial_json_keys = [f.name for f in trial_fields if isinstance(f, JSONTextField)]
        self.intermediate_json_keys = [
            f.name for f in _fields(schema.intermediate) if isinstance(f, JSONTextField)
        ]
        self.metrics = [f.name for f in trial_fields if isinstance(f, FloatField)]
        self.curves = [f.name for f in _fields(schema.intermediate) if isinstance(f, FloatField)]
        # Where both tables have a column, the config's serves: its indexes are on it.
        self.sortable = {
            name: f"c.{name}" for name in self.config_keys if name not in ("id", *self.json_keys)
        }
        for name in _names(schema.trial):
            if name not in ("config", *self.trial_json_keys):
                self.sortable.setdefault(name, f"t.{name}")
        self.source = (
            f"{schema.trial._meta.table_name} AS t "
            f"JOIN {schema.config._meta.table_name} AS c ON c.id = t.config_id"
        )
        self.nullable = {f.name for f in trial_fields if f.null}
        self.unlisted = [name for name in unlisted if name not in self.config_keys]
        # What else than metrics a table without nesting has, with its types in numpy.
        self.config_types = {
            f.name: _numpy_type(f, text_widths)
            for f in config_fields
            if f.name in self.config_keys[1:] and isinstance(f, (CharField, IntegerField))
        }
        self.trial_types = {
            f.name: _numpy_type(f, text_widths)
            for f in trial_fields[1:]
            if f.name not in self.config_keys and isinstance(f, (CharField, IntegerField))
        }


class TrialResult:
    """The trials that a query asks for: an iterator over dicts, in a fixed order.

    Each dict has the keys of NNI's: the trial stats, with ``config`` a dict of the trial config,
    and ``intermediates`` a list of dicts where asked for. The order is that of the database, or
    ``order_by``'s and then that of the database. The database is asked on the first ``next``.

    Args:
        database: what to ask.
        tables: the benchmark's tables.
        equal: for columns such as ``c.hash``, the value they must have.
        ranges: for metrics of the trial stats, the :data:`Range` they must lie in; None for any.
        reduction: one of :data:`REDUCTIONS`, to get one row for each config, or None.
        include_intermediates: whether to add the intermediate stats.
        order_by: a column of the trial stats or config, with a minus before it to descend; rows
            without a value come last.
        limit: the most rows to give.

    Raises:
        InvalidQuery: an argument is not one of those.
    """

    def __init__(
        self,
        database: BenchmarkDatabase,
        tables: TrialTables,
        equal: Mapping[str, Any],
        ranges: Mapping[str, Range | None],
        reduction: str | None,
        include_intermediates: bool,
        order_by: str | None,
        limit: int | None,
    ) -> None:
        reduction = checked_reduction(reduction)
        self._database = database
        self._tables = tables
        self._aggregate = REDUCTIONS[reduction] if reduction else None
        self._include_intermediates = include_intermediates
        self._unlisted: list[str] = []
        self._iterator: Iterator[dict[str, Any]] | None = None
        # What a row stands for: a trial, or all trials of a config.
        self._owner = "t.config_id" if self._aggregate else "t.id"

        where = [f"{column} = ?" for column in equal]
        having: list[str] = []
        self._values = list(equal.values())
        for metric, allowed in ranges.items():
            if allowed is not None:
                for sign, bound in zip((">=", "<="), _bounds(metric, allowed), strict=True):
                    if bound is not None:
                        (having if self._aggregate else where).append(
                            f"{self._reduced(f't.{metric}')} {sign} ?"
                        )
                        self._values.append(bound)
        self._where = f" WHERE {' AND '.join(where)}" if where else ""
        self._where_values = self._values[: len(where)]
        self._grouped = f" GROUP BY {self._owner}" if self._aggregate else ""
        if having:
            self._grouped += f" HAVING {' AND '.join(having)}"
        self._key, self._direction = self._order(order_by)
        self._limited = "" if limit is None else f" LIMIT {whole_number('limit', limit, 0)}"

    def _order(self, order_by: str | None) -> tuple[str, str]:
        """The SQL expression to order by, and its direction."""
        if order_by is None:
            return self._owner, ""
        allowed = self._tables.sortable
        if self._aggregate:
            allowed = {name: column for name, column in allowed.items() if column.startswith("c.")}
            allowed.update((name, self._reduced(f"t.{name}")) for name in self._tables.metrics)
            allowed["num_trials"] = "count(*)"
        name = order_by.removeprefix("-") if isinstance(order_by, str) else ""
        if name not in allowed:
            raise InvalidQuery(
                f"order_by is {order_by!r}; allowed are {', '.join(allowed)}, each with a minus "
                "before it to descend"
            )
        direction = " DESC" if order_by.startswith("-") else ""
        if name in self._tables.nullable:
            direction += " NULLS LAST"  # what was not measured is neither the least nor the most
        return allowed[name], direction

    def _reduced(self, column: str) -> str:
        return f"{self._aggregate}({column})" if self._aggregate else column

    def _statement(self, columns: Iterable[str]) -> str:
        """The SELECT of some columns of the trials, or of the reduced trials."""
        order = f"{self._key}{self._direction}"
        if self._key != self._owner:
            order += f", {self._owner}"
        return (
            f"SELECT {', '.join(columns)} FROM {self._tables.source}{self._where}"
            f"{self._grouped} ORDER BY {order}{self._limited}"
        )

    def _trials_statement(self) -> str:
        tables = self._tables
        config = [f"c.{key}" for key in tables.config_keys]
        if self._aggregate:
            stats = ["count(*)", *(self._reduced(f"t.{key}") for key in tables.metrics)]
        else:
            keys = [*tables.trial_keys, *self._unlisted]
            stats = [f"t.{'config_id' if key == 'config' else key}" for key in keys]
        return self._statement([*config, *stats])

    def _intermediates_statement(self) -> str:
        """The SELECT of the intermediates of the same rows, in the same order of owners."""
        tables = self._tables
        table = tables.schema.intermediate._meta.table_name
        owners = self._statement([f"{self._owner} AS owner", f"{self._key} AS place"])
        order = f"m.place{self._direction}, m.owner, i.current_epoch"
        if self._aggregate:
            curves = [self._reduced(f"i.{key}") for key in tables.curves]
            columns = ["i.current_epoch", "count(*)", *curves]
            return (
                f"SELECT m.owner, {', '.join(columns)} FROM {tables.source} "
                f"JOIN ({owners}) AS m ON m.owner = t.config_id "
                f"JOIN {table} AS i ON i.trial_id = t.id{self._where} "
                f"GROUP BY m.place, m.owner, i.current_epoch ORDER BY {order}"
            )
        columns = [f"i.{key}" for key in tables.intermediate_keys]
        return (
            f"SELECT m.owner, {', '.join(columns)} FROM ({owners}) AS m "
            f"JOIN {table} AS i ON i.trial_id = m.owner ORDER BY {order}"
        )

    def all_columns(self) -> TrialResult:
        """This result, its dicts with the columns too that NNI's leave out, such as ``repeat``."""
        if not self._aggregate:
            self._unlisted = self._tables.unlisted
        return self

    def __repr__(self) -> str:
        return (
            "<trials, to be iterated over once, or see to_pandas(), to_arrow(), to_numpy() and "
            f"sql(): {self.sql()}>"
        )

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self

    def __next__(self) -> dict[str, Any]:
        if self._iterator is None:
            self._iterator = self._dicts()
        return next(self._iterator)

    def _dicts(self) -> Iterator[dict[str, Any]]:
        tables = self._tables
        config_keys, json_keys = tables.config_keys, tables.json_keys
        width = len(config_keys)
        trial_json_keys = [] if self._aggregate else tables.trial_json_keys
        curve_json_keys = [] if self._aggregate else tables.intermediate_json_keys
        if self._aggregate:
            keys = ["num_trials", *tables.metrics]
            curve_keys = ["current_epoch", "num_trials", *tables.curves]
        else:
            keys = [*tables.trial_keys, *self._unlisted]
            curve_keys = tables.intermediate_keys
        rows = self._database.select(self._trials_statement(), self._values)
        if self._include_intermediates:
            points = self._database.select(
                self._intermediates_statement(),
                self._values + (self._where_values if self._aggregate else []),
            )
            curves = groupby(points, key=itemgetter(0))
            owner, curve = next(curves, (None, ()))
        for row in rows:
            config = dict(zip(config_keys, row, strict=False))
            for key in json_keys:
                config[key] = orjson.loads(config[key])
            # A reduced row is not one trial: NNI gives it the key id and the value None.
            trial: dict[str, Any] = {"id": None, "config": config} if self._aggregate else {}
            trial.update(zip(keys, row[width:], strict=True))
            for key in trial_json_keys:
                if trial[key] is not None:
                    trial[key] = orjson.loads(trial[key])
            trial["config"] = config
            if self._include_intermediates:
                trial["intermediates"] = []
                if owner == (config["id"] if self._aggregate else trial["id"]):
                    trial["intermediates"] = [
                        dict(zip(curve_keys, point[1:], strict=True)) for point in curve
                    ]
                    owner, curve = next(curves, (None, ()))
                for key in curve_json_keys:
                    for point in trial["intermediates"]:
                        if point[key] is not None:
                            point[key] = orjson.loads(point[key])
            yield trial

    def sql(self) -> str:
        """The statement that gives the trials, its values filled in, ready to be run elsewhere.

        The reductions ``median`` and ``std`` are functions that SQLite itself may lack.
        """
        return fill_in(self._trials_statement(), self._values)

    def to_numpy(self) -> np.ndarray:
        """All rows as one structured array, straight from the database.

        It has a field for each column of the trial config but the architecture itself, and for
        each metric; for single trials ``trial_id`` and what else identifies them, for reduced
        ones ``num_trials``. Text is ``U`` with the column's width, empty where the database has
        NULL; integers are ``i8``, metrics ``f8`` with NaN where the database has NULL. The order
        is that of the iteration, whose place it does not change. Intermediates are left out, as
        from the data frames; ``nasbench_db.explore.learning_curve`` gives them as a table.
        """
        return self._table().to_numpy()

    def to_pandas(self) -> pd.DataFrame:
        """All rows as a data frame, straight from the database: columns as in :meth:`to_numpy`.

        For its types, and what NULL is, see :class:`~nasbench_db.ask.tables.Table`.

        Raises:
            MissingExtra: pandas is not installed; it comes with the extra ``explore``.
        """
        return self._table().to_pandas()

    def to_arrow(self) -> pa.Table:
        """All rows as a table of Apache Arrow: columns as in :meth:`to_numpy`, null for NULL.

        Raises:
            MissingExtra: pyarrow is not installed; it comes with the extra ``explore``.
        """
        return self._table().to_arrow()

    def _repr_html_(self) -> str:
        """The first rows as a table, for Jupyter; the iteration keeps its place."""
        return self._table()._repr_html_()

    def _table(self) -> Table:
        """The rows without nesting."""
        columns = self._flat_columns()
        statement = self._statement(
            f'{expression} AS "{name}"' for name, (expression, _) in columns.items()
        )
        kinds = {name: kind for name, (_, kind) in columns.items()}
        return Table(self._database, statement, self._values, kinds)

    def _flat_columns(self) -> dict[str, tuple[str, str]]:
        """The columns of a table without nesting: for each its SQL and its numpy type."""
        tables = self._tables
        columns = {"config_id": ("t.config_id", "i8")}
        if not self._aggregate:
            columns["trial_id"] = ("t.id", "i8")
            columns.update(
                (name, (f"t.{name}", kind)) for name, kind in tables.trial_types.items()
            )
        columns.update((name, (f"c.{name}", kind)) for name, kind in tables.config_types.items())
        if self._aggregate:
            columns["num_trials"] = ("count(*)", "i8")
        columns.update((name, (self._reduced(f"t.{name}"), "f8")) for name in tables.metrics)
        return columns


def array_of_rows(rows: Iterable[Sequence[Any]], dtype: np.dtype[Any]) -> np.ndarray:
    """Rows as a structured array, with NaN for NULL; ``numpy.fromiter`` refuses NULL."""
    import numpy as np

    return np.fromiter(
        (tuple([np.nan if value is None else value for value in row]) for row in rows),
        dtype=dtype,
    )


def checked_reduction(reduction: str | None) -> str | None:
    """One of :data:`REDUCTIONS`, or None for single trials, which ``none`` means as well.

    Raises:
        InvalidQuery: it is something else.
    """
    if reduction not in (None, "none", *REDUCTIONS):
        raise InvalidQuery(
            f"reduction is {reduction!r}; allowed are None, 'none', "
            + ", ".join(map(repr, REDUCTIONS))
        )
    return None if reduction == "none" else reduction


def whole_number(name: str, value: object, lowest: int) -> int:
    """An argument that must be a whole number, from Python or numpy, as a plain int.

    Raises:
        InvalidQuery: it is something else, or below ``lowest``.
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or value < lowest:
        raise InvalidQuery(f"{name} is {value!r}; it must be a whole number of at least {lowest}")
    return int(value)


def _bounds(metric: str, allowed: object) -> tuple[float | None, float | None]:
    """The two ends of a range as plain floats."""
    if isinstance(allowed, Sequence) and len(allowed) == 2:
        low, high = allowed
        numbers = all(is_number(bound) or bound is None for bound in (low, high))
        if numbers and None not in (low, high) and low > high:
            raise InvalidQuery(f"{metric} is {allowed!r}: the lowest value is above the highest")
        if numbers:
            return (None if low is None else float(low), None if high is None else float(high))
    raise InvalidQuery(
        f"{metric} is {allowed!r}; a range is a pair (lowest, highest) of numbers, and None "
        f"leaves a side open: {metric}=(90, None)"
    )


def is_number(value: object) -> bool:
    """Whether a value is a number from Python or numpy, and not NaN."""
    return isinstance(value, Real) and not isinstance(value, bool) and value == value


def _numpy_type(field: Any, text_widths: Mapping[str, int]) -> str:
    if isinstance(field, CharField):
        return f"U{text_widths.get(field.name, field.max_length)}"
    return "i8"


def _fields(model: type[Model]) -> list[Any]:
    return list(model._meta.sorted_fields)


def _names(model: type[Model]) -> list[str]:
    return [f.name for f in _fields(model)]
