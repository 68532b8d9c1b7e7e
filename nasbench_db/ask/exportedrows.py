"""What the exports write: the trials of the flat view, or the evaluations during trainings.

Each is one SELECT, which gives its rows in order without sorting them: of the whole database, or
of one part, the rows of one data set, task or number of epochs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from peewee import ForeignKeyField, Model

from nasbench_db.ask.sqltext import one_of, quoted
from nasbench_db.ask.tables import view_kinds
from nasbench_db.ask.trialtables import kind_of
from nasbench_db.ask.words import Scalar
from nasbench_db.errors import ExportError, InvalidQuery
from nasbench_db.metrics import choose
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import stored_columns

Chosen = Mapping[str, tuple[Scalar, ...]]
"""For columns of the configs, of which values they must have one."""

ALL: Chosen = MappingProxyType({})
"""What chooses all rows."""


@dataclass(frozen=True)
class Rows:
    """Rows to export, and what is to be known of them.

    Attributes:
        what: ``trials`` or ``curves``.
        kinds: their columns, each with its kind; see :class:`~nasbench_db.ask.tables.Table`.
        statement: the SELECT of them all, without its conditions and its order.
        joined: the conditions that join its tables.
        names: what stands for a column in a condition on it.
        order: what they are ordered by.
        sources: the tables and views that they are from, each with the columns from it, and with
            the condition that its rows are of the configs that are chosen; see :func:`_within`.
        total: how many there are.
        left_out: the tables that have more about the same trials.
        config: what stands for the table or view that has the columns of the configs.
        chosen: the rows of which configs they are.
    """

    what: str
    kinds: dict[str, str]
    statement: str
    joined: tuple[str, ...]
    names: dict[str, str]
    order: str
    sources: tuple[tuple[str, tuple[str, ...], str], ...]
    total: int
    left_out: tuple[str, ...]
    config: str
    chosen: Chosen

    def count(self, database: BenchmarkDatabase, kinds: Collection[str], condition: str) -> int:
        """How many values a condition is true of, in the tables that they are from.

        Args:
            database: what is exported.
            kinds: of which kinds the columns are.
            condition: the condition in SQL, with ``{}`` for the column.
        """
        found = 0
        for table, columns, within in self.sources:
            asked = [
                f"count(CASE WHEN {condition.format(quoted(name))} THEN 1 END)"
                for name in columns
                if self.kinds[name][:1] in kinds
            ]
            if asked:
                text = f"SELECT {', '.join(asked)} FROM {quoted(table)}{within}"
                (counts,) = database.select(text, self.values({}))
                found += sum(counts)
        return found

    @property
    def unit(self) -> str:
        """What one of them is."""
        return "trial" if self.what == "trials" else "evaluation"

    def select(self, part: Mapping[str, Any]) -> str:
        """The SELECT of those of a part, with ``?`` for each of :meth:`values`."""
        conditions = [*self.joined, *(f"{self.names[name]} = ?" for name in part)]
        conditions += _conditions(self.chosen, f"{self.config}.")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"{self.statement}{where} ORDER BY {self.order}"

    def values(self, part: Mapping[str, Any]) -> list[Any]:
        """The values of that SELECT."""
        return [*part.values(), *_values(self.chosen)]

    def said(self) -> str:
        """Which rows they are, for people; an empty text if all."""
        return " AND ".join(one_of(name, values) for name, values in self.chosen.items())


def trials(database: BenchmarkDatabase, chosen: Chosen = ALL) -> Rows:
    """The trials, with all columns of the flat view and of attached measurement sets.

    They come in the order of the database.

    Args:
        database: what is exported.
        chosen: of which configs.
    """
    schema = database.schema
    own = view_kinds(database)
    columns, joins, kinds = [f"v.{quoted(name)}" for name in own], [], dict(own)
    for one in database.sets:
        columns += [f"{_place(metric.name)} AS {quoted(metric.name)}" for metric in one.metrics]
        kinds |= {metric.name: "f8" for metric in one.metrics}
        table = quoted(f"m_{one.name}")
        same = [f"v.{quoted(name)} = {table}.{quoted(name)}" for name in (one.key, *one.scope)]
        joins.append(
            f" LEFT JOIN {quoted(one.name)}.{quoted(one.name)} AS {table} ON {' AND '.join(same)}"
        )
    return Rows(
        "trials",
        kinds,
        f"SELECT {', '.join(columns)} FROM {quoted(schema.view)} AS v{''.join(joins)}",
        (),
        {name: f"v.{quoted(name)}" for name in schema.fidelity},
        "v.trial_id",
        ((schema.view, tuple(own), _within(database, "trials", chosen)),),
        number_of(database, "trials", chosen),
        left_out(database),
        "v",
        chosen,
    )


def _place(metric: str) -> str:
    """The column of a metric of a measurement set in the SELECT of trials."""
    name, _, column = metric.partition(".")
    return f"{quoted(f'm_{name}')}.{quoted(column)}"


def number_of(database: BenchmarkDatabase, what: str, chosen: Chosen = ALL) -> int:
    """How many trials or evaluations there are.

    Args:
        database: what is exported.
        what: ``trials`` or ``intermediates``.
        chosen: of which configs.
    """
    if not chosen:
        return int(database.provenance()[0][what])
    table = _table(database.schema.counted[what])
    text = f"SELECT count(*) FROM {table}{_within(database, what, chosen)}"
    ((number,),) = database.select(text, _values(chosen))
    return int(number)


def _within(database: BenchmarkDatabase, what: str, chosen: Chosen) -> str:
    """The WHERE of a table's rows that are of some configs; empty for those of all.

    Args:
        database: what is exported.
        what: the table: ``configs``, ``trials`` or ``intermediates``; the view is as trials are.
        chosen: which configs, with ``?`` for each of :func:`_values`.
    """
    if not chosen:
        return ""
    where = f" WHERE {' AND '.join(_conditions(chosen))}"
    if what == "configs":
        return where
    schema = database.schema
    where = f" WHERE config_id IN (SELECT id FROM {_table(schema.config)}{where})"
    if what == "trials":
        return where
    return f" WHERE trial_id IN (SELECT id FROM {_table(schema.trial)}{where})"


def _conditions(chosen: Chosen, before: str = "") -> list[str]:
    """That configs are some, with ``?`` for each of :func:`_values`."""
    return [
        f"{before}{quoted(name)} IN ({', '.join('?' * len(values))})"
        if len(values) > 1
        else f"{before}{quoted(name)} = ?"
        for name, values in chosen.items()
    ]


def _values(chosen: Chosen) -> list[Scalar]:
    return [value for values in chosen.values() for value in values]


def curves(database: BenchmarkDatabase, chosen: Chosen = ALL) -> Rows:
    """The evaluations during trainings, with what tells which training, sorted by architecture.

    So one architecture lies in few places of a file. The architecture itself, which is long, is in
    the trials, which have the same ``trial_id`` and ``config_id``.

    Args:
        database: what is exported.
        chosen: of which configs.

    Raises:
        InvalidQuery: there are none in the benchmark, or in the database, or of these configs.
    """
    schema = database.schema
    if schema.intermediate is None:
        raise InvalidQuery(
            f"{schema.title} has no evaluations during training; leave out --curves (curves= in "
            "Python) to export its trials"
        )
    database.check_curves()
    total = number_of(database, "intermediates", chosen)
    config, trial, point = schema.config, schema.trial, schema.intermediate
    columns = {name: f"c.{quoted(name)}" for name in (*schema.identity, *schema.fidelity)}
    if schema.seed is not None:
        columns[schema.seed] = f"t.{quoted(schema.seed)}"
    columns |= {"trial_id": "i.trial_id", "config_id": "t.config_id"}
    points = [name for name in stored_columns(point) if name != "trial_id"]
    columns |= {name: f"i.{quoted(name)}" for name in ("current_epoch", *points)}
    selected = ", ".join(f"{place} AS {quoted(name)}" for name, place in columns.items())
    fields = {
        field.column_name: field
        for model in (config, trial, point)
        for field in model._meta.sorted_fields
    }
    numbers = dict.fromkeys(("trial_id", "config_id"), "i8")
    kinds = {name: numbers.get(name) or kind_of(fields[name]) for name in columns}
    # The first columns are those of an index of the configs, and each table is gone through from
    # the one before it, so that nothing is sorted.
    index = next(names for names, _ in config._meta.indexes if names[0] == schema.identity[0])
    places = [f"c.{quoted(name)}" for name in index]
    found = Rows(
        "curves",
        kinds,
        f"SELECT {selected} FROM {_table(config)} AS c CROSS JOIN {_table(trial)} AS t "
        f"CROSS JOIN {_table(point)} AS i",
        ("t.config_id = c.id", "i.trial_id = t.id"),
        {name: columns[name] for name in schema.fidelity},
        ", ".join([*places, "c.id", "t.id", "i.current_epoch"]),
        (
            (
                config._meta.table_name,
                (*schema.identity, *schema.fidelity),
                _within(database, "configs", chosen),
            ),
            (
                point._meta.table_name,
                tuple(points),
                _within(database, "intermediates", chosen),
            ),
        ),
        total,
        left_out(database, curves=True),
        "c",
        chosen,
    )
    if not total:
        where = f" where {found.said()}" if chosen else ""
        raise InvalidQuery(
            f"{database.path.name} has no evaluations during training{where}{database.rest}"
        )
    return found


def parts(
    database: BenchmarkDatabase, rows: Rows, partition: Sequence[str] | str
) -> Iterator[dict[str, Any]]:
    """The values of some columns that there are together, a dict for each part.

    Args:
        database: what is exported.
        rows: what of it.
        partition: the columns, of those that say which epochs, data set or task; also in one text,
            with commas between them.

    Raises:
        ExportError: there are none, or one comes twice.
        InvalidQuery: one is another column.
    """
    given = partition.split(",") if isinstance(partition, str) else list(partition)
    names = [name.strip() if isinstance(name, str) else name for name in given]
    if not any(names) or len(set(names)) < len(names):
        raise ExportError(
            f"the partition is {partition!r}; give one or more of "
            f"{', '.join(rows.names)}, each once"
        )
    for name in names:
        choose("column to part the rows by", name, list(rows.names))
    columns = ", ".join(map(quoted, names))
    places = ", ".join(map(str, range(1, len(names) + 1)))
    which = f"{_table(database.schema.config)}{_within(database, 'configs', rows.chosen)}"
    text = f"SELECT DISTINCT {columns} FROM {which} ORDER BY {places}"
    for values in database.select(text, rows.values({})):
        yield dict(zip(names, values, strict=True))


def left_out(database: BenchmarkDatabase, *, curves: bool = False) -> tuple[str, ...]:
    """The tables with more about the trials that an export leaves out.

    Args:
        database: what is exported.
        curves: whether it is the curves, and not the trials.
    """
    schema = database.schema
    return tuple(
        [
            str(model._meta.table_name)
            for model in (schema.trial if curves else schema.intermediate, *schema.further)
            if model is not None
            and (model is schema.trial or _is_of(model, schema.trial))
            and list(database.select(f"SELECT 1 FROM {_table(model)} LIMIT 1"))
        ]
    )


def _is_of(model: type[Model], trial: type[Model]) -> bool:
    """Whether the rows of a model belong to trials."""
    fields = model._meta.sorted_fields
    return any(isinstance(f, ForeignKeyField) and f.rel_model is trial for f in fields)


def _table(model: type[Model]) -> str:
    return quoted(model._meta.table_name)
