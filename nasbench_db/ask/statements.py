"""Questions as SQL: peewee builds each once per shape, and values are put in by position.

To build a statement takes a hundred times as long as to ask it for one architecture, so what was
built is kept, by everything that its text depends on but the values: the :class:`Shape`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, reduce
from operator import and_
from typing import Any, NamedTuple

from peewee import (
    JOIN,
    SQL,
    Alias,
    Case,
    Column,
    Expression,
    Join,
    Select,
    SqliteDatabase,
    Value,
    fn,
)

from nasbench_db.ask.sqltext import fill_in, names_in, quoted, with_names
from nasbench_db.ask.trialtables import CLOCK, TrialTables, plain_name
from nasbench_db.ask.words import REDUCTIONS, Scalar
from nasbench_db.store.attached import AttachedSet
from nasbench_db.store.models import SPREAD

_SQLITE = SqliteDatabase(None)

AGGREGATES = {"n": "count", **{name: name for name in REDUCTIONS}}
"""The aggregates that a column may name, as in ``std(valid_acc)``, and what SQL calls them."""


class Statement(NamedTuple):
    """A SELECT, its values, and what its columns are.

    Attributes:
        text: the SQL, with ``?`` for each value.
        values: the values, in their order.
        kinds: the columns in their order, each with its kind; see
            :class:`~nasbench_db.ask.tables.Table`.
    """

    text: str
    values: tuple[Scalar, ...]
    kinds: Mapping[str, str]

    def sql(self) -> str:
        """The statement with its values filled in."""
        return fill_in(self.text, self.values)

    def around(self, outer: str, kinds: Mapping[str, str] | None = None) -> Statement:
        """A statement that takes its rows from this one, which it calls ``answer``.

        Args:
            outer: the SELECT, without values of its own.
            kinds: its columns, if they are not those of this one.
        """
        text = f"WITH answer AS ({self.text}) {outer}"
        return Statement(text, self.values, self.kinds if kinds is None else kinds)


class Picked(NamedTuple):
    """The rows of a few, which were found by some of the numbers of all.

    Attributes:
        before: what comes before a SELECT from them: the tables ``answer``, ``among`` and
            ``picked``, for a WITH.
        values, kinds: as those of a :class:`Statement`.
    """

    before: str
    values: tuple[Scalar, ...]
    kinds: Mapping[str, str]

    def around(self, outer: str, **further: str) -> Statement:
        """The statement of a SELECT from them.

        Args:
            outer: the SELECT.
            further: the columns that it has besides, each with its kind.
        """
        return Statement(f"{self.before} {outer}", self.values, {**self.kinds, **further})


class Shape(NamedTuple):
    """All that the text of a statement depends on.

    Attributes:
        chosen: the columns that must have one of some values, each with how many.
        ranges: the columns of the trial or config that must lie in a range, each with whether it
            has a lower and an upper end.
        bounds: the same of metrics, which are reduced first if there is a reduction.
        inside: conditions in SQL that choose trials.
        outside: conditions in SQL that choose rows of the answer.
        reduction: one of :data:`~nasbench_db.ask.words.REDUCTIONS`, or None.
        columns: what to select: names of columns, ``c.`` or ``t.`` before those that both tables
            have and of which one is meant; ``config_id``, ``trial_id`` and ``num_trials``; and
            of a metric one of :data:`AGGREGATES`, as ``std(valid_acc)``, then called
            ``valid_acc_std``.
        order: the columns to order by, with a minus before those that descend.
        limited: whether there is a limit.
        present: metrics that must not be NULL.
        curve: columns of the intermediate stats, and of
            :data:`~nasbench_db.ask.trialtables.CLOCK`; if there are any, a row is one evaluation.
        ordered: whether rows come in the order of the database; if not, only what is selected
            counts, not how often.
        group: with a reduction, a column whose equal configs are one row, such as the hash of
            isomorphic cells; by default each config is a row of its own.
        among: whether only the rows of some keys are asked for: those that a table ``among`` has,
            which must be put before the statement.
    """

    chosen: tuple[tuple[str, int], ...] = ()
    ranges: tuple[tuple[str, bool, bool], ...] = ()
    bounds: tuple[tuple[str, bool, bool], ...] = ()
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    reduction: str | None = None
    columns: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    limited: bool = False
    present: tuple[str, ...] = ()
    curve: tuple[str, ...] = ()
    ordered: bool = True
    group: str | None = None
    among: bool = False

    @property
    def key(self) -> str:
        """The column that numbers the rows of trials."""
        return "config_id" if self.reduction else "trial_id"


class Place(str):
    """The name of a value that a statement waits for."""


def _place(name: str) -> Value:
    return Value(Place(name), converter=False)


@lru_cache(1024)
def built(
    tables: TrialTables, shape: Shape, bare: bool = True
) -> tuple[str, tuple[str, ...], Mapping[str, str]]:
    """The text of a statement, the names of its values in their order, and its columns' kinds.

    The names are those of columns for the values chosen, of which there may be thousands,
    ``column>=`` and ``column<=`` for the ends of a range, and ``limit``.

    Args:
        tables: the benchmark's columns.
        shape: the statement's.
        bare: whether columns may stand beside a GROUP BY that only by what is known of the tables
            have one value in each group; see
            :attr:`~nasbench_db.store.handle.BenchmarkDatabase.bare_columns`.
    """
    builder = (_OfConfigs if _is_about_configs(tables, shape) else _Builder)(tables, shape)
    query = builder.curves(bare) if shape.curve else builder.rows()
    text, values = _SQLITE.get_sql_context().sql(query).query()
    kinds = {builder.called(name): builder.kind(name) for name in (*shape.columns, *shape.curve)}
    return text, tuple(values), kinds


def _is_about_configs(tables: TrialTables, shape: Shape) -> bool:
    """Whether the statistics of each config have the answer.

    They are over all of its trials, so the question may say nothing of which.
    """
    if not tables.of_whole_trials or shape.curve or shape.group is not None:
        return False
    if shape.reduction not in SPREAD:
        return False
    if tables.sets and any(_of_trials(tables, name) for name in _metrics_asked(tables, shape)):
        return False
    return all(tables.roles[name] != "seed" for name in _choosing(tables, shape)) and not any(
        {"select", "trial_id"} & names_in(text) for text in shape.inside
    )


def _metrics_asked(tables: TrialTables, shape: Shape) -> list[str]:
    """All metrics that a statement is about; with their aggregates, if any."""
    ordered = [name.lstrip("-") for name in shape.order]
    bounded = [name for name, _, _ in shape.bounds]
    named = [name for text in shape.outside for name in tables.named_in(text)]
    return [*shape.columns, *ordered, *bounded, *shape.present, *named]


def _of_trials(tables: TrialTables, name: str) -> bool:
    """Whether what is selected of a measurement set depends on the trials of a config.

    Their number decides on its deviation, and each may have a value of its own, by its seed.
    """
    _, bracket, inner = name.partition("(")
    found = tables.of_sets.get(inner.removesuffix(")") if bracket else plain_name(name))
    return found is not None and (bool(bracket) or found[0].seeded)


def _choosing(tables: TrialTables, shape: Shape) -> list[str]:
    """The columns by which trials are chosen."""
    chosen = [name for name, _ in shape.chosen] + [name for name, _, _ in shape.ranges]
    return chosen + [name for text in shape.inside for name in tables.named_in(text)]


class _Builder:
    """Builds the statement of a shape from the trials.

    Attributes:
        of_trials: whether a row that it reads is one of a trial.
        chosen: the columns by which trials are chosen.
    """

    of_trials = True

    def __init__(self, tables: TrialTables, shape: Shape) -> None:
        self.tables = tables
        self.shape = shape
        self.c, self.t = tables.configs(), tables.trials()
        self.i: Any = tables.points() if shape.curve else None
        self.chosen = chosen = _choosing(tables, shape)
        ordered = [name.lstrip("-") for name in shape.order]
        asked = [*chosen, *shape.columns, *ordered, *([shape.group] if shape.group else [])]
        if any("select" in names_in(text) for text in shape.inside):
            asked.append("trial_id")
        if shape.among:
            asked.append(shape.key)
        if shape.outside:
            asked += self._mentioned()
        asked = [
            (self._aggregated(name) or ("", name))[1] for name in asked if name != "num_trials"
        ]
        # The indexes of the configs begin with what tells the architecture. Without that, trials
        # that repeat their config's epochs are found faster by these, without a detour; but not
        # where configs are read one after another anyway, as each is a row of the answer.
        self._by_config = False
        of_config = [name for name in asked if self._place_of(name)[0] == "c"]
        self._by_config = bool(of_config) and (
            (shape.reduction is not None and shape.group is None)
            or any(tables.roles.get(name) == "architecture" for name in chosen)
        )
        self._needs = {self._place_of(name)[0] for name in asked}
        self._about = about = [*(name for name, _, _ in shape.bounds), *shape.present]
        self._needs |= {self._place_of(name)[0] for name in about if name in tables.of_sets}
        if shape.curve or any(name not in tables.of_sets for name in about):
            self._needs.add("t")
        self.sets = {
            f"m_{one.name}": (one, tables.measured_in(one))
            for one in tables.sets
            if f"m_{one.name}" in self._needs
        }
        if not all(self._is_placed(one) for one, _ in self.sets.values()):
            self._needs.add("c")
        read = self._needs & {"c", "t"}
        seeded = any(one.seeded for one, _ in self.sets.values())
        if not read or (shape.ordered and read == {"c"}) or seeded:
            self._needs.add("t")

    def _place_of(self, name: str) -> tuple[str, str]:
        """The table that a column is taken from, ``c``, ``t`` or either of them, and its name."""
        tables = self.tables
        plain = plain_name(name)
        table = name[: -len(plain)].rstrip(".")
        if plain in tables.of_sets:
            one, column = tables.of_sets[plain]
            return f"m_{one.name}", column
        if plain == "config_id" and table == "":
            return "either", "config_id"
        if plain == "trial_id" or (table, plain) == ("", "id"):
            return "t", "id"
        repeated = tables.roles.get(plain) == "fidelity" and plain in tables.of_trial
        if table == "" and repeated and not self._by_config:
            return "t", tables.of_trial[plain]
        if table != "t" and plain in tables.of_config:
            return "c", tables.of_config[plain]
        return "t", tables.of_trial[plain]

    def column(self, name: str) -> Any:
        """A column of a config or a trial, as it is."""
        table, plain = self._place_of(name)
        if table == "either":
            return self.c.c.id if "c" in self._needs else self.t.c.config_id
        if table in self.sets:
            return getattr(self.sets[table][1].c, plain)
        return getattr(self.c.c if table == "c" else self.t.c, plain)

    def value(self, name: str, of: Any = None) -> Any:
        """A metric, reduced if there is a reduction."""
        column = self.column(f"t.{name}") if of is None else getattr(of.c, name)
        if self.shape.reduction is None:
            return column
        if name in self.tables.of_sets and not self.tables.of_sets[name][0].seeded:
            return fn.min(column)  # the architecture's, which all trials of a config share
        return getattr(fn, self.shape.reduction)(column)

    def selected(self, name: str) -> Any:
        """What is selected under a name."""
        if name == "num_trials":
            return fn.count(SQL("*"))
        if (found := self._aggregated(name)) is not None:
            return getattr(fn, AGGREGATES[found[0]])(self.column(f"t.{found[1]}"))
        if self._is_metric(name):
            return self.value(name.removeprefix("t."))
        if name == self.shape.group:
            return self._grouped()
        column = self.column(name)
        return column if self.shape.group is None else fn.min(column)

    def _grouped(self) -> Any:
        """What rows are grouped by.

        A text is wrapped, so that SQLite does not go through the index of it: the trials of one
        after another lie all over the file, and to sort them takes less.
        """
        name = self.shape.group or "config_id"
        column = self.column(name)
        is_text = self.tables.kinds[name].startswith("U")
        return fn.coalesce(column, SQL("''")) if is_text else column

    def _aggregated(self, name: str) -> tuple[str, str] | None:
        """The aggregate and the metric of a name such as ``std(valid_acc)``."""
        aggregate, bracket, metric = name.partition("(")
        return (aggregate, metric.removesuffix(")")) if bracket else None

    def _is_metric(self, name: str) -> bool:
        return self.tables.roles.get(name.removeprefix("t.")) == "metric" and name[:2] != "c."

    def choosing(self) -> list[Any]:
        """The conditions that choose trials."""
        conditions = []
        for name, count in self.shape.chosen:
            column = self.column(name)
            if count == 1:
                conditions.append(column == _place(name))
            else:
                marks = SQL(f"({', '.join('?' * count)})", [Place(name)])
                conditions.append(Expression(column, "IN", marks))
        for name, low, high in self.shape.ranges:
            conditions += self._between(self.column(name), name, low, high)
        for text in self.shape.inside:
            conditions.append(SQL(f"({self._placed(text)}\n)"))
        if self.shape.among:
            key = self.shape.key
            conditions.append(self.column(key).in_(SQL(f"(SELECT {key} FROM among)")))
        return conditions

    def _placed(self, text: str) -> str:
        """A condition in SQL whose columns are those of this statement.

        Of a text with a SELECT nobody knows here what its names are; it is asked of the view.
        """
        if "select" in names_in(text):
            return (
                f"t.id IN (SELECT trial_id FROM {quoted(self.tables.schema.view)} WHERE {text}\n)"
            )
        named = {name.lower(): name for name in (*self.tables.roles, "config_id", "trial_id")}

        def place(name: str) -> str | None:
            if name.lower() not in named:
                return None
            column = self.column(named[name.lower()])
            return f"{column.source._alias}.{quoted(column.name)}"

        return with_names(text, place)

    def _between(self, value: Any, name: str, low: bool, high: bool) -> list[Any]:
        return [
            Expression(value, sign, _place(f"{name}{sign}"))
            for sign, has in ((">=", low), ("<=", high))
            if has
        ]

    def _source(self) -> Any:
        """The tables that are needed, joined."""
        if self._needs >= {"c", "t"}:
            return self._beside(
                Join(self.t, self.c, JOIN.INNER, self.c.c.id == self.t.c.config_id)
            )
        return self._beside(self.c) if "c" in self._needs else self.t

    def _beside(self, source: Any) -> Any:
        """Joined tables, with the measurement sets that are needed; some may lack a row."""
        tables = self.tables
        for one, table in self.sets.values():
            needed = {self._place_of(name)[0] for name in self._about if name in tables.of_sets}
            # With an outer join SQLite would look up the row before it asks what it is for.
            kind = JOIN.INNER if f"m_{one.name}" in needed else JOIN.LEFT_OUTER
            on = [self._shared(name, one.seeded) == getattr(table.c, name) for name in one.scope]
            if self._is_placed(one):
                place = tables.placed_in(one)
                same = place.c.config_id == self.column("config_id")
                source, key = Join(source, place, kind, same), place.c.key
            else:
                key = self._shared(one.key, one.seeded)
            on = reduce(and_, on, key == getattr(table.c, one.key))
            source = Join(source, table, kind, on)
        return source

    def _is_placed(self, one: AttachedSet) -> bool:
        """Whether a set's rows are found without a look at the configs."""
        return False

    def _shared(self, name: str, seeded: bool) -> Any:
        """The column by which rows of a measurement set are found."""
        if seeded and name == self.tables.schema.seed:
            return getattr(self.t.c, self.tables.of_trial[name])
        return getattr(self.c.c, self.tables.of_config[name])

    def chosen_rows(self, columns: Sequence[Any]) -> Select:
        """The rows that the conditions leave, but for the text about the answer."""
        query = Select([self._source()], columns)
        about_rows: list[Any] = []
        for name, low, high in self.shape.bounds:
            about_rows += self._between(self.value(name), name, low, high)
        about_rows += [self.value(name).is_null(False) for name in self.shape.present]
        choosing = self.choosing()
        # Without the trials, each row is a config already.
        if self.shape.reduction and self.of_trials and (self.shape.group or "t" in self._needs):
            query = query.group_by(self._grouped())
            if about_rows:
                query = query.having(*about_rows)
        else:
            choosing += about_rows
        return query.where(*choosing) if choosing else query

    def rows(self) -> Select:
        """A row for each trial, or for each config."""
        shape = self.shape
        if shape.outside:
            return self._rows_of_answer()
        columns = [self._named(name, self.selected(name)) for name in shape.columns]
        query = self.chosen_rows(columns)
        if shape.ordered:
            query = query.order_by(*self._order(self.selected, self.column(shape.key)))
        return query.limit(_place("limit")) if shape.limited else query

    def _rows_of_answer(self) -> Select:
        """The same, of the rows of the answer that meet the conditions in SQL."""
        shape = self.shape
        ordered = [name.lstrip("-") for name in shape.order]
        names = dict.fromkeys([*shape.columns, *ordered, shape.key, *self._mentioned()])
        inner = self.chosen_rows([self._named(name, self.selected(name)) for name in names])
        view = self.tables.schema.view  # so that conditions may name it before a column
        answer = inner.alias(view)
        called = [self.called(name) for name in shape.columns]
        query = Select([answer], [getattr(answer.c, name) for name in called])
        query = query.where(*(SQL(f"({text}\n)") for text in shape.outside))
        query = query.order_by(
            *self._order(lambda name: getattr(answer.c, name), getattr(answer.c, shape.key))
        )
        return query.limit(_place("limit")) if shape.limited else query

    def _mentioned(self) -> list[str]:
        """The columns that the conditions in SQL name, as far as the answer can have them."""
        names = set().union(*map(names_in, self.shape.outside))
        known = [n for n, role in self.tables.roles.items() if n.lower() in names]
        if self.shape.reduction:
            known = [n for n in known if self.tables.roles[n] != "seed"]
        return [
            *known,
            *(["num_trials"] if "num_trials" in names and self.shape.reduction else []),
        ]

    def called(self, name: str) -> str:
        """What a selected column is called in the answer."""
        found = self._aggregated(name)
        return plain_name(name) if found is None else f"{found[1]}_{found[0]}"

    def kind(self, name: str) -> str:
        """What a selected column holds; see :class:`~nasbench_db.ask.tables.Table`."""
        found = self._aggregated(name)
        if found is not None:
            return "i8" if found[0] == "n" else "f8"
        if name == CLOCK[0]:
            return "f8"
        return self.tables.kinds.get(self.called(name), "i8")

    def _named(self, name: str, value: Any) -> Any:
        """A selected column with its name, if that is not what it is called already."""
        plain = self.called(name)
        # Of two tables that both have it, a column that is named with its table has its own key.
        if isinstance(value, Column) and (
            value.name == plain or (name != plain and self.of_trials)
        ):
            return value
        return Alias(value, plain)

    def _order(self, of: Callable[[str], Any], key: Any) -> list[Any]:
        """What to order by; what was not measured is neither the least nor the most."""
        order = [self._directed(name, of(name.lstrip("-"))) for name in self.shape.order]
        return [*order, key]

    def _directed(self, name: str, value: Any) -> Any:
        """A value to order by, in the direction that its name has."""
        absent = self.tables.nullable - {*self.shape.present}
        nulls = "last" if name.lstrip("-") in absent else None
        return value.desc(nulls=nulls) if name[0] == "-" else value.asc(nulls=nulls)

    def curves(self, bare: bool) -> Select:
        """A row for each evaluation of the trials, or of the configs, that are asked for."""
        shape = self.shape
        owners = self._owners()
        points = [self._named_point(name) for name in shape.curve]
        plain = [self._named(name, self.column(name)) for name in shape.columns]
        if shape.reduction:
            owner = self.column("config_id")
            source = Join(self._source(), owners, JOIN.INNER, owners.c.owner == owner)
            source = Join(source, self.i, JOIN.INNER, self.i.c.trial_id == self.t.c.id)
            groups = [owners.c.place, owners.c.owner, self.i.c.current_epoch]
            groups += [] if bare else [self.column(name) for name in shape.columns]
            query = Select([source], [*plain, *points]).group_by(*groups)
            choosing = self.choosing()
            query = query.where(*choosing) if choosing else query
        else:
            source = Join(owners, self.i, JOIN.INNER, self.i.c.trial_id == owners.c.owner)
            if shape.columns not in ((), ("trial_id",)) or {*CLOCK} & {*shape.curve}:
                source = Join(source, self.t, JOIN.INNER, self.t.c.id == owners.c.owner)
                source = Join(source, self.c, JOIN.INNER, self.c.c.id == self.t.c.config_id)
            elif shape.columns:
                plain = [owners.c.owner.alias("trial_id")]
            query = Select([source], [*plain, *points])
        place = owners.c.place
        if shape.order:
            (name,) = shape.order
            place = self._directed(name, place)
        return query.order_by(place, owners.c.owner, self.i.c.current_epoch)

    def _named_point(self, name: str) -> Any:
        if name == "num_trials":
            return Alias(fn.count(SQL("*")), name)
        if name == CLOCK[0]:
            time = self._time()
            return Alias(fn.mean(time) if self.shape.reduction else time, name)
        if name == CLOCK[1]:
            return Alias(self._time_source(), name)
        if name in self.tables.curves and self.shape.reduction:
            return Alias(self.value(name, self.i), name)
        return getattr(self.i.c, name)

    def _time(self) -> Any:
        """The seconds since the start of a training, NULL where an epoch until then has none."""
        until = self.tables.points().alias("j")
        known = fn.count(until.c.training_time) == self.i.c.current_epoch
        measured = Select([until], [Case(None, [(known, fn.sum(until.c.training_time))])]).where(
            until.c.trial_id == self.i.c.trial_id,
            until.c.current_epoch <= self.i.c.current_epoch,
        )
        estimated = self.t.c.epoch_training_time * self.i.c.current_epoch
        cases = ((SQL("'estimated'"), estimated), (SQL("'measured'"), measured))
        return Case(self.t.c.time_source, cases)

    def _time_source(self) -> Any:
        """Where the times are from; of several trials only if all agree."""
        source = self.t.c.time_source
        if self.shape.reduction is None:
            return source
        agree = (fn.count(source) == fn.count(SQL("*"))) & (fn.min(source) == fn.max(source))
        return Case(None, [(agree, fn.min(source))])

    def _owners(self) -> Any:
        """The trials or configs that the conditions leave, with what they are ordered by."""
        shape = self.shape
        by = shape.order[0].lstrip("-") if shape.order else shape.key
        rows = _Builder(
            self.tables, shape._replace(columns=tuple({shape.key: 0, by: 0}), curve=())
        )
        if shape.outside:
            answer = rows.rows().alias("a")
            columns = [getattr(answer.c, shape.key), getattr(answer.c, by)]
            query = Select([answer], _as_owners(columns))
        else:
            query = rows.chosen_rows(_as_owners([rows.column(shape.key), rows.selected(by)]))
            if shape.limited:
                query = query.order_by(*rows._order(rows.selected, rows.column(shape.key)))
                query = query.limit(_place("limit"))
        return query.alias("m")


class _OfConfigs(_Builder):
    """Builds it from the statistics of each config, without a look at the trials."""

    of_trials = False

    def __init__(self, tables: TrialTables, shape: Shape) -> None:
        self.s = tables.statistics()
        super().__init__(tables, shape)
        self._needs = self._needs - {"t"} | {"s"}

    def _place_of(self, name: str) -> tuple[str, str]:
        """The table that a column is taken from, ``s`` or ``c``, and its name there."""
        plain = plain_name(name)
        found = self._aggregated(name)
        if found is not None:
            return "s", f"{found[1]}_{found[0]}"
        if plain in self.tables.of_sets:
            return super()._place_of(name)
        if self._is_metric(name):
            return "s", f"{plain}_{self.shape.reduction}"
        if plain in ("config_id", "num_trials", *self.tables.schema.fidelity):
            return "s", plain
        return "c", self.tables.of_config[plain]

    def column(self, name: str) -> Any:
        table, plain = self._place_of(name)
        if table in self.sets:
            return getattr(self.sets[table][1].c, plain)
        return getattr(self.s.c if table == "s" else self.c.c, plain)

    def _is_placed(self, one: AttachedSet) -> bool:
        fidelity = self.tables.schema.fidelity
        return one.placed and all(name in fidelity for name in one.scope)

    def _shared(self, name: str, seeded: bool) -> Any:
        if name in self.tables.schema.fidelity:
            return getattr(self.s.c, name)
        return super()._shared(name, seeded)

    def value(self, name: str, of: Any = None) -> Any:
        return self.column(name)

    def selected(self, name: str) -> Any:
        return self.column(name)

    def _source(self) -> Any:
        if "c" not in self._needs:
            return self._beside(self.s)
        # A config has the fidelity of its statistics. To say so lets SQLite begin with the configs
        # where these are chosen, and find one by an index where rows without an order are joined
        # with others; where they are looked up, one after another, it only takes time.
        looked_up = self.shape.ordered and all(
            self._place_of(name)[0] == "s" for name in self.chosen
        )
        chosen = {name for name, _ in self.shape.chosen} if looked_up else ()
        same = [
            getattr(self.s.c, name) == getattr(self.c.c, name)
            for name in self.tables.schema.fidelity
            if name not in chosen
        ]
        on = reduce(and_, same, self.s.c.config_id == self.c.c.id)
        return self._beside(Join(self.s, self.c, JOIN.INNER, on))

    def rows(self) -> Select:
        """The same; of a limited number the architectures are looked up afterwards."""
        shape = self.shape
        ordered = [name.lstrip("-") for name in shape.order]
        if (
            not shape.limited
            or shape.outside
            or any(self._place_of(name)[0] != "s" for name in (*self.chosen, *ordered))
        ):
            return super().rows()
        names = {
            place[1]: name
            for name in (*shape.columns, *ordered, shape.key, *self.tables.schema.fidelity)
            if (place := self._place_of(name))[0] == "s"
        }
        few = shape._replace(columns=tuple(names.values()))
        inner = _OfConfigs(self.tables, few)
        query = inner.chosen_rows([inner.column(name) for name in names.values()])
        query = query.order_by(*inner._order(inner.column, inner.column(shape.key)))
        self.s = query.limit(_place("limit")).alias("s")
        columns = [self._named(name, self.selected(name)) for name in shape.columns]
        query = Select([self._source()], columns)
        return query.order_by(*self._order(self.selected, self.column(shape.key)))


def _as_owners(columns: Sequence[Any]) -> list[Any]:
    return [Alias(column, name) for column, name in zip(columns, ("owner", "place"), strict=True)]
