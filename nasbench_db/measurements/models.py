"""The tables of a measurement set: what was measured, how, and the values.

The table of the values is called as the set is and has a column for each metric, so that a
question that joins it reads one row for each architecture.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, ClassVar

from peewee import (
    AutoField,
    CharField,
    CompositeKey,
    DoubleField,
    IntegerField,
    Model,
    TextField,
)

from nasbench_db.store.models import (
    SET_APPLICATION_ID,
    JSONTextField,
    Layout,
    Provenance,
    Schema,
)


class MeasurementSet(Model):
    """What the file is: one row."""

    id = AutoField()
    name = CharField(help_text="the set's name, which is that of the table of its values")
    benchmark = CharField(help_text="the benchmark whose architectures were measured")
    key = CharField(
        help_text="the column of the benchmark's trial config by which an architecture's row is "
        "found. Where it is that of isomorphic architectures, a value is of the whole class"
    )
    scope = JSONTextField(
        help_text="a list of the further columns in which a row and a trial must agree: the data "
        "set or task, and the seed"
    )
    placed_of = TextField(
        null=True,
        help_text="what tells the database whose configs the table ``place`` has from others. "
        "NULL: if that table is empty, as the set was made without a database beside it",
    )

    class Meta:
        table_name = "measurement_set"


class MeasuredMetric(Model):
    """What one column of the values means, and how it was measured."""

    id = AutoField()
    name = CharField(help_text="the column of the values")
    title = CharField(help_text="what it is called in print")
    unit = CharField(
        null=True, help_text="its unit; ``1`` for a number without one. NULL: where none is stated"
    )
    direction = CharField(
        null=True,
        help_text="``max`` or ``min``, whichever is better. NULL: where neither is, or none is "
        "stated",
    )
    split = CharField(
        null=True,
        help_text="the images it was measured on, as columns of the benchmark begin. NULL: if it "
        "was measured on none",
    )
    description = TextField(help_text="what it is and where it comes from")
    device = CharField(
        null=True, help_text="what it was measured on. NULL: where none is, or none is stated"
    )
    batch = IntegerField(
        null=True,
        help_text="how many inputs were processed at once. Range: at least 1. NULL: where it does "
        "not depend on that, or is not stated",
    )
    measured = IntegerField(help_text="how many values there are. Range: at least 0")
    missing = IntegerField(help_text="how many rows have no value. Range: at least 0")
    sentinels = IntegerField(
        help_text="of these, in how many the source has a number that stands for none. Range: at "
        "least 0"
    )

    class Meta:
        table_name = "metric"


class Place(Model):
    """The key of a config of one database: what joins take that would else look the config up."""

    config_id = IntegerField(primary_key=True, help_text="the config's number in that database")
    key = IntegerField(help_text="the key of its architecture")

    class Meta:
        table_name = "place"


class SetProvenance(Provenance):
    """Where a set comes from: one row for each source file."""

    configs = trials = intermediates = several_written = None  # type: ignore[assignment]
    licence = TextField(
        null=True, help_text="the licence of the source. NULL: where none is stated"
    )
    architectures = IntegerField(
        help_text="architectures that have a row, or classes of them. Range: at least 1"
    )
    skipped = IntegerField(
        help_text="rows of the source that were left out, as they match no architecture. Range: "
        "at least 0"
    )

    class Meta:
        table_name = "provenance"


class SetLayout(Layout):
    """The tables of one measurement set.

    Args:
        name: the set's name.
        schema: the benchmark's tables.
        key: the column of the config by which an architecture's row is found.
        scope: the further columns in which a row and a trial must agree.
        metrics: the columns of the values.

    Attributes:
        name, schema, key, scope: as given.
        values: the model of the values.
        sentinels: the model of the numbers that stand for none.
    """

    version = 1
    application_id: ClassVar[int] = SET_APPLICATION_ID

    def __init__(
        self,
        name: str,
        schema: Schema,
        key: str,
        scope: Sequence[str],
        metrics: Sequence[str],
    ) -> None:
        self.name = name
        self.schema = schema
        self.key = key
        self.scope = tuple(scope)
        self.values = _values_model(name, schema, key, tuple(scope), tuple(metrics))
        self.sentinels = _sentinel_model(schema, key, tuple(scope))

    @property
    def migrations(self) -> str:
        return "measurements"

    @property
    def models(self) -> tuple[type[Model], ...]:
        own = (self.values, self.sentinels)
        return (MeasurementSet, MeasuredMetric, Place, *own, SetProvenance)

    @property
    def views(self) -> dict[str, str]:
        return {}


def scope_fields(schema: Schema, names: Sequence[str]) -> dict[str, Any]:
    """Copies of columns of the trial config, or of the trials where the config has none."""
    found = {**schema.trial._meta.fields, **schema.config._meta.fields}
    fields = {}
    for name in names:
        fields[name] = found[name].clone()
        fields[name].null = False
        fields[name].help_text = "as the benchmark's. Range: as there"
    return fields


def _model(name: str, table: str, told: str, fields: dict[str, Any], key: Any) -> type[Model]:
    class Meta:
        table_name = table
        if key is not None:
            primary_key = key
            without_rowid = True

    own = {"__doc__": told, "__module__": __name__, "Meta": Meta, **fields}
    return type(name, (Model,), own)


@lru_cache(64)
def _values_model(
    name: str, schema: Schema, key: str, scope: tuple[str, ...], metrics: tuple[str, ...]
) -> type[Model]:
    shared = scope_fields(schema, (key, *scope))
    fields = {metric: DoubleField(null=True) for metric in metrics}
    told = "What was measured of an architecture: a row for each."
    if not scope and isinstance(shared[key], IntegerField):
        # Where the key is the row's own number, a row is found in half the time.
        shared[key].primary_key = True
        return _model("MeasuredValues", name, told, {**shared, **fields}, None)
    return _model("MeasuredValues", name, told, {**shared, **fields}, CompositeKey(*shared))


@lru_cache(64)
def _sentinel_model(schema: Schema, key: str, scope: tuple[str, ...]) -> type[Model]:
    shared = scope_fields(schema, (key, *scope))
    fields = {
        "metric": CharField(help_text="the column of the values, which is NULL there"),
        "value": DoubleField(help_text="the number that the source has in its place"),
    }
    told = "A number of the source that stands for none, as where a score could not be computed."
    own = CompositeKey("metric", *shared)
    return _model("Sentinel", "sentinel", told, {**shared, **fields}, own)
