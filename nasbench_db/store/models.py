"""What the peewee models of all benchmarks share: field types, provenance, and the schema.

Every benchmark has NNI's tables: what was trained (trial config), one run of it (trial stats),
and, where they were recorded, one evaluation during a run (intermediate stats).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pkgutil import resolve_name
from typing import Any, ClassVar

import orjson
from peewee import (
    SQL,
    AsIs,
    AutoField,
    BooleanField,
    CharField,
    CompositeKey,
    Database,
    DatabaseProxy,
    DoubleField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    Model,
    SchemaManager,
    TextField,
    fn,
)

from nasbench_db.errors import InvalidDatabase, SchemaVersionError, how_to_install

APPLICATION_ID = 0x6E617364
"""``PRAGMA application_id`` of every database that nasbench_db builds: "nasd"."""

SET_APPLICATION_ID = 0x6E61736D
"""That of every measurement set: "nasm"."""


def canonical_json(value: Any) -> str:
    """The one text of a JSON value: keys sorted, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def json_value(text: str) -> Any:
    """The value of a JSON text of a database.

    Raises:
        InvalidDatabase: it is none, since the database is damaged.
    """
    try:
        return orjson.loads(text)
    except (TypeError, ValueError):
        raise InvalidDatabase(
            f"the database has {str(text)[:60]!r} in the place of a JSON text: it is damaged; "
            "check it with: nasbench-db verify PATH"
        ) from None


class JSONTextField(TextField):
    """A JSON value stored as its canonical text, so that equality in SQL is equality of values.

    It needs none of SQLite's JSON functions and so works with every SQLite.
    """

    def db_value(self, value: Any) -> str | None:
        return None if value is None else canonical_json(value)

    def python_value(self, value: str | None) -> Any:
        return None if value is None else json_value(value)

    def __getitem__(self, key: str | int) -> Any:
        """A part of the value, as in ``arch["op1"] == "maxpool3x3"``, by SQLite's json_extract."""
        place = f"[{key}]" if isinstance(key, int) else f'."{key}"'
        return fn.json_extract(self, f"${place}")

    # peewee would compare with the elements of a list instead of with the list.
    def __eq__(self, value: object) -> Any:
        return super().__eq__(AsIs(value, self.db_value) if isinstance(value, list) else value)

    def __ne__(self, value: object) -> Any:
        return super().__ne__(AsIs(value, self.db_value) if isinstance(value, list) else value)

    __hash__ = TextField.__hash__


class GeneratedIntegerField(IntegerField):
    """An integer column that SQLite computes when it is read; it takes no space."""

    def __init__(self, expression: str) -> None:
        super().__init__(
            null=True, constraints=[SQL(f"GENERATED ALWAYS AS ({expression}) VIRTUAL")]
        )


MAX_EPOCHS = 65535
"""The most epochs that the ids of intermediates keep apart: they are the trial's times 65,536 and
the epoch."""


def check_epochs(epochs: int) -> None:
    """Refuse a number of epochs that no config can have.

    Raises:
        ValueError: it is below 1 or above :data:`MAX_EPOCHS`.
    """
    if not 1 <= epochs <= MAX_EPOCHS:
        raise ValueError(f"the number of epochs is {epochs}; allowed are 1 to {MAX_EPOCHS}")


def check_version(where: object, version: int, known: int, tables: str, mend: str) -> None:
    """Make sure that tables are of the version that this program reads.

    Args:
        where: the file, or the address of the server's database.
        version: of the tables there.
        known: the one that this program reads.
        tables: what they are called in messages.
        mend: what to do about an older version.

    Raises:
        SchemaVersionError: they are of a newer version, or of an older one.
    """
    of = f"{where} has version {version} of {tables}, and this nasbench_db"
    if version > known:
        raise SchemaVersionError(
            f"{of} knows versions up to {known}; upgrade it: {how_to_install(newer=True)}"
        )
    if version < known:
        raise SchemaVersionError(f"{of} reads version {known}; {mend}")


class Provenance(Model):
    """Where a database comes from: one row for each source file, in the order of ingestion.

    The numbers of rows are those of all sources together.
    """

    id = AutoField()
    benchmark = CharField(help_text="the benchmark's name, such as nasbench101")
    source_name = CharField(help_text="the source's file name, without its folder")
    source_bytes = IntegerField(help_text="the source's size. Unit: bytes. Range: at least 0")
    source_sha256 = CharField(
        help_text="SHA-256 of the source. Range: 64 hexadecimal digits, or empty"
    )
    source_format = CharField(help_text="the source's format")
    records = IntegerField(help_text="records read from the source. Range: at least 0")
    synthetic = BooleanField(help_text="whether the source says that its metrics are made up")
    configs = IntegerField(help_text="rows of the trial config table. Range: at least 0")
    trials = IntegerField(help_text="rows of the trial stats table. Range: at least 0")
    intermediates = IntegerField(
        help_text="rows of the intermediate stats table; 0 if there is none. Range: at least 0"
    )
    nasbench_db_version = CharField(help_text="the version of nasbench_db that ingested it")
    created_at = CharField(help_text="when the ingestion ended, UTC, ISO 8601")
    changes = JSONTextField(
        null=True,
        help_text="a list of what was put right in the source's values; of a sample, of what it "
        "holds and lacks. NULL: if there is nothing to say",
    )
    several_written = IntegerField(
        constraints=[SQL("DEFAULT 0")],
        help_text="architectures that have several configs at one fidelity, since they are "
        "written in several ways, as isomorphic cells can be. Range: at least 0",
    )

    class Meta:
        table_name = "provenance"


class Layout:
    """What is in one kind of file: its tables and views, and how the file is told from others.

    Attributes:
        version: the number of its newest migration, stored in ``PRAGMA user_version``.
        application_id: ``PRAGMA application_id`` of such files.
    """

    version: int
    application_id: ClassVar[int] = APPLICATION_ID

    @property
    def migrations(self) -> str:
        """The folder of its migrations."""
        raise NotImplementedError

    @property
    def models(self) -> tuple[type[Model], ...]:
        """All models, each after those that it refers to."""
        raise NotImplementedError

    @property
    def views(self) -> dict[str, str]:
        """The views for people who write SQL, each with the SELECT behind it."""
        raise NotImplementedError

    def create_tables(self, database: Database) -> None:
        """Create the tables, without their indexes, and the views in an empty database."""
        for model in self.models:
            create = SchemaManager(model, database)._create_table  # type: ignore[attr-defined]
            database.execute_sql(on_lines(create(safe=False).query()[0]))
        for name, query in self.views.items():
            database.execute_sql(f'CREATE VIEW "{name}" AS {query}')
        database.execute_sql(f"PRAGMA application_id = {self.application_id}")
        database.execute_sql(f"PRAGMA user_version = {self.version}")

    def create_indexes(self, database: Database) -> None:
        """Create the indexes; after the rows, which is faster and gives denser ones."""
        for model in self.models:
            SchemaManager(model, database).create_indexes(safe=False)


class DefaultDatabase(DatabaseProxy):
    """What the models of a benchmark are bound to: the last connected database.

    A model that is used before any is connected connects the one at the default path.

    Args:
        schema: whose database it is.
    """

    def __init__(self, schema: Schema) -> None:
        object.__setattr__(self, "_schema", schema)  # a proxy sets no attributes of its own
        super().__init__()

    def __getattr__(self, name: str) -> Any:
        if self.obj is None and "_schema" in self.__dict__:
            # By name, since what opens databases knows the schemas, which do not know it.
            resolve_name("nasbench_db.store.database:connect")(self._schema)
        return super().__getattr__(name)


@dataclass(frozen=True)
class Schema(Layout):
    """The tables of one benchmark, whose models it binds to its database.

    A table is called as its model in lower case, as peewee does by itself and NNI's are.

    Attributes:
        benchmark: the benchmark's name; its database is ``<benchmark>.db`` by default.
        title: its name in print.
        version: the number of its newest migration, stored in ``PRAGMA user_version``.
        config: the model of what was trained.
        trial: the model of one run.
        intermediate: the model of one evaluation during a run; None if the original has only what
            came of each run.
        view: the name of the flat view for people who write SQL.
        view_columns: those of the config to show there beside ``arch``, in this order; a column
            that the trials have too is taken from them.
        coverage_query: a quick SELECT of how much there is at each fidelity.
        further: models that only this benchmark has.
        identity: the columns of the view that tell which architecture it is.
        fidelity: the columns of the view in which trials must agree to be compared: how long they
            were trained, and on what.
        seed: the column of the view that tells the trials of a config apart, if there may be
            several.
        sampled: whether the package carries real numbers of it.
        published: for columns of numbers, all values that the published files have; of others
            nothing is said.
    """

    benchmark: str
    title: str
    version: int
    config: type[Model]
    trial: type[Model]
    intermediate: type[Model] | None
    view: str
    view_columns: tuple[str, ...]
    coverage_query: str
    further: tuple[type[Model], ...] = ()
    identity: tuple[str, ...] = ()
    fidelity: tuple[str, ...] = ()
    seed: str | None = None
    sampled: bool = False
    published: Mapping[str, Collection[int]] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if isinstance(self.config._meta.database, DefaultDatabase):
            return  # this is a copy of a schema, and has its models
        database = DefaultDatabase(self)
        for model in (*self.counted.values(), *self.further):
            model._meta.set_database(database)

    @property
    def database(self) -> DefaultDatabase:
        """What the models are bound to; ``connect`` points it at a file."""
        database: DefaultDatabase = self.config._meta.database
        return database

    @property
    def migrations(self) -> str:
        """The folder of its migrations."""
        return self.benchmark

    @property
    def models(self) -> tuple[type[Model], ...]:
        """All models, each after those that it refers to."""
        return (*self.counted.values(), *self.further, self.statistics, Provenance)

    @property
    def counted(self) -> dict[str, type[Model]]:
        """The models of which the provenance has the numbers of rows, by its columns."""
        counted = {"configs": self.config, "trials": self.trial}
        return counted | ({"intermediates": self.intermediate} if self.intermediate else {})

    @cached_property
    def statistics(self) -> type[Model]:
        """The model of the statistics of each config over its trials."""
        return _statistics(self)

    @property
    def several_written_query(self) -> str:
        """The SELECT of how many architectures have several configs at one fidelity."""
        key = ", ".join(f'"{name}"' for name in (*self.identity[:1], *self.fidelity))
        return (
            f'SELECT count(*) FROM (SELECT 1 FROM "{self.config._meta.table_name}" '
            f"GROUP BY {key} HAVING count(*) > 1)"
        )

    @property
    def views(self) -> dict[str, str]:
        """The views for people who write SQL, each with the SELECT behind it."""
        return {self.view: self._flat_query(), self.statistics_view: self._statistics_query()}

    @property
    def statistics_view(self) -> str:
        """The name of the view that has a row for each config."""
        return f"{self.view}_statistics"

    def _flat_query(self) -> str:
        """The SELECT behind the flat view: a trial's columns and its config's, side by side.

        The join is an outer one so that a question about the trials alone is answered without the
        configs: SQLite leaves out an outer join of which no column is used.
        """
        own = [field.column_name for field in self.trial._meta.sorted_fields]
        columns = ["t.id AS trial_id", "t.config_id AS config_id"]
        columns += [
            f"{'t' if name in own else 'c'}.{name} AS {name}" for name in self.view_columns
        ]
        shown = ("id", "config_id", *self.view_columns)
        columns += [f"t.{name} AS {name}" for name in own if name not in shown]
        columns.append("c.arch AS arch")
        return (
            f"SELECT {', '.join(columns)} FROM {self.trial._meta.table_name} AS t "
            f"LEFT JOIN {self.config._meta.table_name} AS c ON c.id = t.config_id"
        )

    def _statistics_query(self) -> str:
        """The SELECT behind that view: a config's columns and its statistics, side by side."""
        own = [field.column_name for field in self.statistics._meta.sorted_fields]
        configs = [field.column_name for field in self.config._meta.sorted_fields]
        columns = ["s.config_id AS config_id"]
        columns += [
            f"{'s' if name in own else 'c'}.{name} AS {name}"
            for name in configs
            if name not in ("id", "arch")
        ]
        shown = ("config_id", *configs)
        columns += [f"s.{name} AS {name}" for name in own if name not in shown]
        columns.append("c.arch AS arch")
        return (
            f"SELECT {', '.join(columns)} FROM {self.statistics._meta.table_name} AS s "
            f"LEFT JOIN {self.config._meta.table_name} AS c ON c.id = s.config_id"
        )


def metric_columns(trial: type[Model]) -> list[str]:
    """The columns of the trials that have what was measured, in the order of the table."""
    return [f.column_name for f in trial._meta.sorted_fields if isinstance(f, FloatField)]


SPREAD = ("mean", "std", "min", "max", "n")
"""What is kept of each metric, as the end of the column's name: ``valid_acc_mean``. The deviation
is divided by n and NULL of a single value; n is the number of trials that have a value."""

_STATISTICS = {
    "mean": "the mean over its trials of ``{0}``. NULL: where none has a value",
    "std": "the standard deviation over its trials of ``{0}``, divided by their number. Range: "
    "at least 0. NULL: where fewer than two have a value",
    "min": "the least ``{0}`` of its trials. NULL: where none has a value",
    "max": "the greatest ``{0}`` of its trials. NULL: where none has a value",
    "n": "how many of its trials have a value of ``{0}``. Range: at least 0",
}


def statistic_of(column: str) -> tuple[str, str] | None:
    """Of the name of a statistic the metric and which of :data:`SPREAD` it is; else None."""
    metric, _, kind = column.rpartition("_")
    return (metric, kind) if kind in SPREAD and metric else None


def _statistics(schema: Schema) -> type[Model]:
    fields: dict[str, Any] = {}
    for name in schema.fidelity:
        fields[name] = schema.config._meta.fields[name].clone()
        fields[
            name
        ].help_text = (
            f"the config's. Range: as there. Source: ``{schema.config._meta.table_name}.{name}``"
        )
    fields["config"] = ForeignKeyField(
        schema.config, backref="statistics", index=False, help_text="what was trained"
    )
    fields["num_trials"] = IntegerField(
        help_text="how many trials it has. Range: at least 1. Source: the trials, counted"
    )
    for kind in SPREAD:
        for metric in metric_columns(schema.trial):
            said = _STATISTICS[kind].format(metric)
            fields[f"{metric}_{kind}"] = (
                IntegerField(help_text=said)
                if kind == "n"
                else DoubleField(null=True, help_text=said)
            )

    class Meta:
        database = schema.database
        table_name = schema.config._meta.table_name.removesuffix("trialconfig") + "configstats"
        primary_key = CompositeKey(*schema.fidelity, "config")
        without_rowid = True

    told = "The statistics of a config over its trials, computed when the database was built."
    name = schema.trial.__name__.replace("TrialStats", "ConfigStats")
    module = schema.trial.__module__
    return type(name, (Model,), {"__doc__": told, "__module__": module, "Meta": Meta, **fields})


def on_lines(statement: str) -> str:
    """A CREATE TABLE with each column on a line of its own.

    SQLite keeps the text as it is, and programs read it: SQLAlchemy takes the expression of a
    generated column to go on to the end of the line.
    """
    text, depth = [], 0
    for character in statement:
        depth += (character == "(") - (character == ")")
        if character == ")" and depth == 0:
            text.append("\n")
        text.append(character)
        if (character, depth) in (("(", 1), (",", 1)):
            text.append("\n ")
    return "".join(text).replace("(\n ", "(\n  ")


def on_a_line(statement: str) -> str:
    """The same text, however it was laid out: as older versions wrote it."""
    return " ".join(statement.split()).replace("( ", "(").replace(" )", ")").replace(" ,", ",")


def stored_columns(model: type[Model]) -> list[str]:
    """The names of a model's columns that an INSERT fills, in the order of the table."""
    return [
        field.column_name
        for field in model._meta.sorted_fields
        if not isinstance(field, GeneratedIntegerField)
    ]


@lru_cache
def insert_statement(model: type[Model]) -> str:
    """The INSERT that fills a model's stored columns, with one ``?`` for each."""
    return insert_many_statement(model, (), tuple(stored_columns(model)), 1)


@lru_cache
def insert_many_statement(
    model: type[Model], same: tuple[str, ...], columns: tuple[str, ...], rows: int
) -> str:
    """The INSERT of several rows at once.

    Args:
        model: whose rows they are.
        same: columns that have one value in all rows; these values come first.
        columns: the other columns, whose values follow row by row.
        rows: how many.
    """
    quoted = ", ".join(f'"{name}"' for name in (*same, *columns))
    first = [f"?{number}" for number in range(1, len(same) + 1)]
    marks = f"({', '.join([*first, *'?' * len(columns)])})"
    values = ", ".join([marks] * rows)
    return f'INSERT INTO "{model._meta.table_name}" ({quoted}) VALUES {values}'
