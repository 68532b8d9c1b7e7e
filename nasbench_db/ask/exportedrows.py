"""What the exports write: the trials of the flat view, or the evaluations during trainings.

Each is one SELECT, which gives its rows in order without sorting them: of the whole database, or
of one part, the rows of one data set, task or number of epochs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import ForeignKeyField, Model

from nasbench_db.ask.sqltext import quoted
from nasbench_db.ask.tables import view_kinds
from nasbench_db.ask.trialtables import kind_of
from nasbench_db.errors import ExportError, InvalidQuery
from nasbench_db.metrics import choose
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import stored_columns


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
        sources: the tables and views that they are from, each with the columns from it.
        total: how many there are.
        left_out: the tables that have more about the same trials.
    """

    what: str
    kinds: dict[str, str]
    statement: str
    joined: tuple[str, ...]
    names: dict[str, str]
    order: str
    sources: tuple[tuple[str, tuple[str, ...]], ...]
    total: int
    left_out: tuple[str, ...]

    def count(self, database: BenchmarkDatabase, kinds: Collection[str], condition: str) -> int:
        """How many values a condition is true of, in the tables that they are from.

        Args:
            database: what is exported.
            kinds: of which kinds the columns are.
            condition: the condition in SQL, with ``{}`` for the column.
        """
        found = 0
        for table, columns in self.sources:
            asked = [
                f"count(CASE WHEN {condition.format(quoted(name))} THEN 1 END)"
                for name in columns
                if self.kinds[name][:1] in kinds
            ]
            if asked:
                (counts,) = database.select(f"SELECT {', '.join(asked)} FROM {quoted(table)}")
                found += sum(counts)
        return found

    @property
    def unit(self) -> str:
        """What one of them is."""
        return "trial" if self.what == "trials" else "evaluation"

    def select(self, part: Mapping[str, Any]) -> str:
        """The SELECT of those of a part, with ``?`` for each of its values."""
        conditions = [*self.joined, *(f"{self.names[name]} = ?" for name in part)]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"{self.statement}{where} ORDER BY {self.order}"


def trials(database: BenchmarkDatabase) -> Rows:
    """The trials, with all columns of the flat view and of attached measurement sets.

    They come in the order of the database.
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
        ((schema.view, tuple(own)),),
        database.provenance()[0]["trials"],
        left_out(database),
    )


def _place(metric: str) -> str:
    """The column of a metric of a measurement set in the SELECT of trials."""
    name, _, column = metric.partition(".")
    return f"{quoted(f'm_{name}')}.{quoted(column)}"


def curves(database: BenchmarkDatabase) -> Rows:
    """The evaluations during trainings, with what tells which training, sorted by architecture.

    So one architecture lies in few places of a file. The architecture itself, which is long, is in
    the trials, which have the same ``trial_id`` and ``config_id``.

    Raises:
        InvalidQuery: there are none in the benchmark, or in the database.
    """
    schema = database.schema
    if schema.intermediate is None:
        raise InvalidQuery(
            f"{schema.title} has no evaluations during training; leave out --curves (curves= in "
            "Python) to export its trials"
        )
    database.check_curves()
    total = database.provenance()[0]["intermediates"]
    if not total:
        raise InvalidQuery(
            f"{database.path.name} has no evaluations during training{database.rest}"
        )
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
    return Rows(
        "curves",
        kinds,
        f"SELECT {selected} FROM {_table(config)} AS c CROSS JOIN {_table(trial)} AS t "
        f"CROSS JOIN {_table(point)} AS i",
        ("t.config_id = c.id", "i.trial_id = t.id"),
        {name: columns[name] for name in schema.fidelity},
        ", ".join([*places, "c.id", "t.id", "i.current_epoch"]),
        (
            (config._meta.table_name, (*schema.identity, *schema.fidelity)),
            (point._meta.table_name, tuple(points)),
        ),
        total,
        left_out(database, curves=True),
    )


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
    table = _table(database.schema.config)
    for values in database.select(f"SELECT DISTINCT {columns} FROM {table} ORDER BY {places}"):
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
