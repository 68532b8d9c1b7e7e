"""How words about one benchmark become columns: one :class:`TrialTables` in each benchmark.

In the SQL, ``t`` is the trial stats table, ``c`` the trial config table, ``i`` the intermediate
stats table, and ``s`` the table of the statistics of each config. What a measurement set has
stands under ``m_`` and its name, and the keys that it has of the configs under ``p_``.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Collection, Mapping
from functools import cache, cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from peewee import CharField, FloatField, IntegerField, Model, Table

from nasbench_db.ask.sqltext import names_in
from nasbench_db.ask.words import Scalar
from nasbench_db.errors import InvalidQuery
from nasbench_db.store.attached import AttachedSet
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import JSONTextField, Schema, metric_columns

if TYPE_CHECKING:
    from nasbench_db.metrics import Metric, Reporting

Role = Literal["architecture", "fidelity", "seed", "metric"]
"""What a column is to a question: it tells the architecture, or the epochs, data set or task, or
the trials of a config apart; or it is what was measured."""

_METRIC: Role = "metric"

CLOCK = ("time", "time_source")
"""The columns that a curve has of the seconds since its training started: how many, and whether
they are ``estimated`` or ``measured``."""

Meanings = Callable[[], tuple["Mapping[str, Metric]", "Mapping[str, Reporting]"]]
"""Gives metrics by name, and rules of reporting by data set or task."""


def meanings_in(module: str) -> Meanings:
    """The ``REGISTRY`` and ``REPORTS`` of a benchmark's module of metrics.

    It is imported when a question needs it, which the fastest ones do not.

    Args:
        module: its full name.
    """

    def read() -> tuple[Mapping[str, Metric], Mapping[str, Reporting]]:
        found = importlib.import_module(module)
        return found.REGISTRY, found.REPORTS

    return read


Measured = Callable[[str, str], bool]
"""Tells whether a metric was measured on a data set or for a task, in the published files."""

Identify = Callable[[BenchmarkDatabase, Any], tuple[str, Scalar]]
"""Tells the column that identifies an architecture, and its value there."""


class TrialTables:
    """The columns of one benchmark, and what a question may do with them.

    Args:
        schema: the benchmark's tables.
        meanings: gives what its numbers mean, by name, and for each data set or task what to
            select by and what to report; called when that is asked for.
        identify: tells which column identifies an architecture, whatever form it is given in.
        alike: the column of the trial config that is the same for all configs of an architecture;
            by default the first of the schema's identity.
        unlisted: columns of the trial stats that NNI's dicts do not have. They can be filtered by
            and ordered by, and the arrays have them.
        unlisted_config: columns of the trial config that neither dicts nor arrays have, unless
            all are asked for.
        codes: columns of the trial config, besides ``arch``, each of which names an architecture;
            the database need not hold the value that is asked for.
        text_widths: the longest text of a column, if it is not the width of the column.
        spellings: other names of values of the fidelity's columns, in lower case and with ``-``
            for ``_``, and the names that the database may have.
        properties: words that are true or false of an architecture, each with its condition in
            SQL on columns of the config.
        measured: tells of a metric and a data set or task whether the published files have it.
        of_points: gives what those numbers of the evaluations during training mean, by name, that
            the trials do not have; called when that is asked for.

    Attributes:
        roles: what each column is to a question.
        kinds: what each column holds; see :class:`~nasbench_db.ask.tables.Table`.
        codes: the columns that name an architecture.
        unchecked: the columns whose values need not be in the database.
        metric_names: the metrics, in the order of the table.
        clock: :data:`CLOCK`, if a curve can have these columns; else none.
        sets: the measurement sets whose metrics are among them.
        of_sets: the metrics of these sets, each with its set and its column there.
    """

    sets: tuple[AttachedSet, ...] = ()
    of_sets: Mapping[str, tuple[AttachedSet, str]] = MappingProxyType({})

    of_whole_trials = True
    """Whether its trials are those of the table, of which there are statistics."""

    def __init__(
        self,
        schema: Schema,
        meanings: Meanings = lambda: ({}, {}),
        identify: Identify | None = None,
        *,
        alike: str | None = None,
        unlisted: Collection[str] = (),
        unlisted_config: Collection[str] = (),
        codes: Collection[str] = (),
        text_widths: Mapping[str, int] = MappingProxyType({}),
        spellings: Mapping[str, str] = MappingProxyType({}),
        properties: Mapping[str, str] = MappingProxyType({}),
        measured: Measured = lambda metric, value: True,
        of_points: Callable[[], Mapping[str, Metric]] = dict,
    ) -> None:
        self.schema = schema
        self.measured = measured
        self.properties = dict(properties)
        self._meanings = meanings
        self._of_points = of_points
        self.identify = identify
        self.spellings = spellings
        self.alike = alike or next(iter(schema.identity), "config_id")
        config_fields, trial_fields = _fields(schema.config), _fields(schema.trial)
        points = [] if schema.intermediate is None else _fields(schema.intermediate)
        point_fields = [f for f in points if f.name != "trial"]
        self.config_keys = [f.name for f in config_fields if f.name not in unlisted_config]
        self.trial_keys = [f.name for f in trial_fields if f.name not in unlisted]
        self.point_keys = [f.name for f in point_fields]
        self.unlisted_config = list(unlisted_config)
        self.unlisted = [name for name in unlisted if name not in self.config_keys]
        self.config_json, self.trial_json, self.point_json = (
            [f.name for f in fields if isinstance(f, JSONTextField)]
            for fields in (config_fields, trial_fields, point_fields)
        )
        self.metric_names = metric_columns(schema.trial)
        self.curves = [f.name for f in point_fields if isinstance(f, FloatField)]
        self.of_config = {f.name: f.column_name for f in config_fields}
        self.of_trial = {f.name: f.column_name for f in trial_fields}
        # Where times are estimated or measured by epoch, and the points have none until then.
        self.clock = CLOCK if CLOCK[1] in self.of_trial and points else ()
        self.roles: dict[str, Role] = {}
        self.kinds: dict[str, str] = {"config_id": "i8", "trial_id": "i8"}
        for f in (*config_fields[1:], *trial_fields[1:]):
            if f.name in self.roles or f.name == "config":
                continue
            self.kinds[f.name] = kind_of(f, text_widths)
            if isinstance(f, FloatField) and f.name in self.of_trial:
                self.roles[f.name] = "metric"
            elif f.name in schema.fidelity:
                self.roles[f.name] = "fidelity"
            else:
                self.roles[f.name] = "architecture" if f.name in self.of_config else "seed"
        self.codes = frozenset(codes)
        self.unchecked = {*codes, *(name for name in self.roles if self.kinds[name] == "json")}
        self.nullable = {f.name for f in trial_fields if f.null}
        # What a flat table has: what tells trials apart, with the architecture's columns last.
        self.flat_trial = [
            f.name
            for f in trial_fields[1:]
            if f.name not in self.config_keys and isinstance(f, (CharField, IntegerField))
        ]
        self.flat_config = [
            f.name
            for f in config_fields
            if f.name in self.config_keys[1:]
            and isinstance(f, (CharField, IntegerField, FloatField))
        ]

    @cached_property
    def metrics(self) -> Mapping[str, Metric]:
        """What its numbers mean, by name."""
        return self._meanings()[0]

    @cached_property
    def curve_metrics(self) -> Mapping[str, Metric]:
        """What the numbers of evaluations during training mean, by name."""
        recorded = {name: m for name, m in self.metrics.items() if m.per_epoch}
        return {**recorded, **self._of_points()}

    @cached_property
    def reports(self) -> Mapping[str, Reporting]:
        """For each data set or task, what to select by and what to report."""
        return self._meanings()[1]

    def judged_by(self, values: Collection[object]) -> str | None:
        """The metric that tells how good an architecture is, to people who look at it.

        It is what one selects by, or what one reports where nothing of the same trials is to be
        selected by.

        Args:
            values: the data sets or tasks that the question is about, if it says so.

        Returns:
            the metric; None if it depends on a data set or task that is not said.
        """
        said = [str(value).lower() for value in values]
        if len(said) == 1 and said[0] in self.reports:
            report = self.reports[said[0]]
            same = report.select_on == report.report_on
            return (report.select_by if same else None) or report.report_by
        judging = {report.select_by or report.report_by for report in self.reports.values()}
        return judging.pop() if len(judging) == 1 else None

    def with_sets(self, sets: tuple[AttachedSet, ...]) -> TrialTables:
        """The same columns, and those of measurement sets; the same object for the same sets."""
        return _with_sets(self, sets) if sets else self

    def __reduce__(self) -> tuple[Any, ...]:
        """It is pickled by name, as the function that identifies architectures is."""
        return _tables_beside, (self.identify, self.sets)

    @cache  # noqa: B019 (there is one object for each benchmark, which lives as long as it)
    def keys_of_dicts(self, reduced: bool, unlisted: tuple[str, ...]) -> tuple[str, ...]:
        """The keys that a dict of a trial, or of a config's, has besides the config."""
        return ("num_trials", *self.metric_names) if reduced else (*self.trial_keys, *unlisted)

    @cache  # noqa: B019
    def columns_of_dicts(self, reduced: bool, unlisted: tuple[str, ...]) -> tuple[str, ...]:
        """The columns that these dicts are made of: those of the config, and those of the keys."""
        keys = self.keys_of_dicts(reduced, unlisted)
        own = [key if key == "num_trials" else f"t.{key}" for key in keys]
        return (*(f"c.{key}" for key in self.config_keys), *own)

    def trials(self) -> Any:
        """What stands as ``t`` in a statement, for peewee."""
        return Table(self.schema.trial._meta.table_name).alias("t")

    def configs(self) -> Any:
        """What stands as ``c`` in a statement, for peewee."""
        return Table(self.schema.config._meta.table_name).alias("c")

    def statistics(self) -> Any:
        """What stands as ``s`` in a statement, for peewee."""
        return Table(self.schema.statistics._meta.table_name).alias("s")

    def measured_in(self, one: AttachedSet) -> Any:
        """What stands in a statement for a measurement set, for peewee."""
        return Table(one.name, schema=one.name).alias(f"m_{one.name}")

    def placed_in(self, one: AttachedSet) -> Any:
        """What stands in a statement for the keys that a set has of the configs, for peewee."""
        return Table("place", schema=one.name).alias(f"p_{one.name}")

    def points(self) -> Any:
        """What stands as ``i`` in a statement, for peewee; see :meth:`point_model`."""
        return Table(self.point_model()._meta.table_name).alias("i")

    def point_model(self) -> type[Model]:
        """The model of the intermediate stats table.

        Raises:
            InvalidQuery: the benchmark has no evaluations during training.
        """
        if self.schema.intermediate is None:
            raise InvalidQuery(
                f"{self.schema.title} has no evaluations during training, only what came of each: "
                f"{', '.join(self.metric_names)}"
            )
        return self.schema.intermediate

    def role(self, name: object) -> Role:
        """What a column is to a question.

        Raises:
            InvalidQuery: there is no such column.
        """
        if isinstance(name, str) and name in self.roles:
            return self.roles[name]
        self._refuse_unattached(name)
        known = [*self.roles, *self.properties]
        raise InvalidQuery.unknown(f"column of {self.schema.view}", name, known)

    def metric(self, name: object) -> Metric:
        """A metric, whether or not the trials of a question have it.

        Raises:
            InvalidQuery: there is none of that name.
        """
        if isinstance(name, str) and name in self.metrics:
            return self.metrics[name]
        self._refuse_unattached(name)
        raise InvalidQuery.unknown(f"metric of {self.schema.benchmark}", name, self.metrics)

    def _refuse_unattached(self, name: object) -> None:
        """Of a name that is not known, say how a measurement set is attached if it has one."""
        of_set, dot, _ = name.partition(".") if isinstance(name, str) else ("", "", "")
        if dot and of_set not in {one.name for one in self.sets}:
            raise InvalidQuery(
                f"{name} may be of the measurement set {of_set}, which is not attached: name the "
                f"set with --with {of_set}, in Python with connect({self.schema.benchmark!r}, "
                f"measurements=[{of_set!r}])"
            )

    def having(self, name: str, value: bool) -> str:
        """The condition that architectures have one of the :attr:`properties`, or have it not."""
        return self.properties[name] if value else f"NOT {self.properties[name]}"

    def said(self, condition: str) -> str:
        """A condition for people: the word that it is of, if any."""
        of_words = {
            self.having(n, v): n if v else f"NOT {n}"
            for n in self.properties
            for v in (False, True)
        }
        return of_words.get(condition, condition)

    def named_in(self, condition: str) -> set[str]:
        """The columns that a condition in SQL names."""
        words = names_in(condition)
        return {name for name in self.roles if name.lower() in words}

    def sortable(self, reduced: bool) -> list[str]:
        """The columns that rows may be ordered by."""
        plain = [name for name in self.config_keys if name not in self.config_json]
        if reduced:
            return [*plain, *self.metric_names, "num_trials"]
        own = [n for n in self.of_trial if n not in ("config", *self.trial_json, *plain)]
        return [*plain, *own, *self.of_sets]


@lru_cache(64)
def _with_sets(tables: TrialTables, sets: tuple[AttachedSet, ...]) -> TrialTables:
    """See :meth:`TrialTables.with_sets`."""
    found = object.__new__(type(tables))  # copy.copy would give the one that is pickled by name
    found.__dict__.update(tables.__dict__)
    found.sets = sets
    of_sets = {m.name: (one, m.name.partition(".")[2]) for one in sets for m in one.metrics}
    found.of_sets = of_sets
    further = {metric.name: metric for one in sets for metric in one.metrics}
    # What was found out of the metrics without them is not to be taken over.
    for name in ("metrics", "curve_metrics", "reports"):
        found.__dict__.pop(name, None)
    found._meanings = lambda: ({**tables.metrics, **further}, tables.reports)
    # What a set lacks is in no published file of the benchmark either.
    found.measured = lambda metric, value: metric not in of_sets and tables.measured(metric, value)
    found.roles = {**tables.roles, **dict.fromkeys(of_sets, _METRIC)}
    found.kinds = {**tables.kinds, **dict.fromkeys(of_sets, "f8")}
    found.nullable = {*tables.nullable, *of_sets}
    found.metric_names = [*tables.metric_names, *of_sets]
    found.trial_keys = [*tables.trial_keys, *of_sets]
    return found


def _tables_beside(identify: Identify, sets: tuple[AttachedSet, ...]) -> TrialTables:
    """The tables in the room of a benchmark's own function, with measurement sets."""
    found: TrialTables = sys.modules[identify.__module__].TABLES
    return found.with_sets(sets)


def plain_name(name: str) -> str:
    """The name of a column without what says which table it is taken from."""
    return name[2:] if name[:2] in ("c.", "t.") else name


def kind_of(field: Any, text_widths: Mapping[str, int] = MappingProxyType({})) -> str:
    """What a column holds; see :class:`~nasbench_db.ask.tables.Table`.

    Args:
        field: the column's, of a model.
        text_widths: the longest text of a column, if it is not the width of the column.
    """
    if isinstance(field, JSONTextField):
        return "json"
    if isinstance(field, CharField):
        return f"U{text_widths.get(field.name, field.max_length)}"
    if isinstance(field, FloatField):
        return "f8"
    return "i8" if isinstance(field, IntegerField) else "text"


def _fields(model: type[Model]) -> list[Any]:
    return list(model._meta.sorted_fields)
