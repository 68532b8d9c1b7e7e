"""The one way to say which trials a question is about: :class:`Trials`.

Columns that identify a trial (architecture, epochs, data set, task, seed, repeat) choose trials;
with a reduction, conditions on metrics apply to the reduced values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from nasbench_db.architectures.inputs import plain, show
from nasbench_db.ask.results import TrialResult
from nasbench_db.ask.sqltext import (
    conjuncts,
    in_quotes,
    literal,
    names_in,
    numbers_compared,
    one_of,
    quoted,
    values_asked,
)
from nasbench_db.ask.statements import Picked, Shape, Statement, built
from nasbench_db.ask.tables import Table
from nasbench_db.ask.trialtables import TrialTables
from nasbench_db.ask.words import (
    MOST,
    Range,
    Scalar,
    Where,
    bounds,
    checked_reduction,
    is_number,
    several,
    truth,
    whole_number,
)
from nasbench_db.errors import InvalidQuery, UnsaidFidelity, nearest
from nasbench_db.store.database import BenchmarkDatabase

if TYPE_CHECKING:
    from nasbench_db.metrics import Direction, Metric

_NONE: dict[str, Any] = {}


class Trials(NamedTuple):
    """Which trials of one database a question is about, and over what they are reduced.

    Columns that identify a trial choose trials. Conditions on metrics, and a text, are about the
    rows of the answer: reduced ones if there is a reduction. A text is read part by part, as AND
    joins them at its top level: a part that is about identifying columns alone chooses trials.

    Attributes:
        database: what to ask.
        tables: its columns.
        chosen: for identifying columns, the values of which trials must have one; each is in the
            database, as it spells it.
        ranges: for identifying columns of numbers, between which they must lie.
        bounds: the same for metrics, reduced first if there is a reduction.
        inside: conditions in SQL that choose trials.
        outside: conditions in SQL that choose rows of the answer.
        reduction: one of :data:`~nasbench_db.ask.words.REDUCTIONS`; None for single trials.
    """

    database: BenchmarkDatabase
    tables: TrialTables
    chosen: Mapping[str, tuple[Scalar, ...]] = _NONE
    ranges: Mapping[str, Range] = _NONE
    bounds: Mapping[str, Range] = _NONE
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    reduction: str | None = None

    @classmethod
    def of(
        cls,
        database: BenchmarkDatabase,
        tables: TrialTables,
        *,
        arch: Any = None,
        where: Where = None,
        reduction: str | None = None,
        conditions: Mapping[str, Any] = _NONE,
    ) -> Trials:
        """The trials that words mean.

        Args:
            database: what to ask.
            tables: its columns.
            arch: an architecture, in any form that the benchmark takes; None for all.
            where: further conditions, or one in SQL.
            reduction: over the trials of each config; None or ``none`` for single trials.
            conditions: for columns, what they must be: a value; a list of which they must be one;
                a pair ``(lowest, highest)``; None for anything.

        Raises:
            InvalidArchitecture: ``arch`` is outside the search space.
            InvalidQuery: a column, a value or a reduction is unknown: there is none, or the
                database does not hold it; or a metric was never measured on such trials; or
                different architectures of the database are named at once.
        """
        tables = tables.with_sets(database.sets)
        key = _told_by(tables, where, reduction, conditions)
        meant = None if key is None else database.memo.get(key)
        if meant is None:
            # Without the handle, which would refer to itself.
            meant = cls._read(database, tables, where, reduction, conditions)[2:]
            if key is not None:
                database.memo[key] = meant
        chosen, ranges, *others = meant
        if arch is not None:
            assert tables.identify is not None
            name, value = tables.identify(database, arch)
            _check_agreed(chosen, ranges, name, (value,))
            chosen = {**chosen, name: (value,)}
        found = cls(database, tables, chosen, ranges, *others)
        if len(named := [name for name in chosen if name in tables.codes]) > 1:
            found._check_same(named)
        return found

    @classmethod
    def _read(
        cls,
        database: BenchmarkDatabase,
        tables: TrialTables,
        where: Where,
        reduction: str | None,
        conditions: Mapping[str, Any],
    ) -> Trials:
        """The trials that words mean, of all architectures; see :meth:`of`."""
        reader = _Reader(database, tables, reduction)
        text = ""
        if isinstance(where, str):
            text = where
        elif isinstance(where, Mapping):
            reader.read(where)
        elif where is not None:
            raise InvalidQuery(
                f"where is {show(where)}; it must be a dict such as {{'num_epochs': 108}}, or a "
                "condition in SQL such as 'num_epochs = 108 AND parameters < 5'"
            )
        reader.read(conditions)
        outside = reader.read_text(text) if text.strip() else ()
        found = cls(
            database,
            tables,
            reader.chosen,
            reader.ranges,
            reader.bounds,
            tuple(reader.inside),
            outside,
            checked_reduction(reduction),
        )
        found._check_held()
        for name in found.bounds:
            found.check_measured(name)
        return found

    def at(self, name: str, value: Scalar) -> Trials:
        """The same question about one value of an identifying column, whatever it said of it.

        Raises:
            InvalidQuery: the database does not hold it.
        """
        held = _Reader(self.database, self.tables).checked(name, [value])
        ranges = {other: ends for other, ends in self.ranges.items() if other != name}
        found = self._replace(chosen={**self.chosen, name: held}, ranges=ranges)
        found._check_held()
        return found

    def _check_held(self) -> None:
        """Refuse conditions that the database meets one by one, but never together.

        An architecture that the database lacks is none of these, nor are bounds of metrics.
        """
        skip = self.tables.unchecked
        if not self.ranges and not self.inside and len(self.chosen.keys() - skip) < 2:
            return  # a single column was looked up when it was read
        chosen = {name: values for name, values in self.chosen.items() if name not in skip}
        ranges = {name: ends for name, ends in self.ranges.items() if name not in skip}
        inside = tuple([text for text in self.inside if not self.tables.named_in(text) <= skip])
        if len(chosen) + len(ranges) + 2 * len(inside) < 2:
            return
        asked = Trials(self.database, self.tables, chosen, ranges, inside=inside)
        if asked._any():
            return
        message = f"{self.database.path.name} has no trial where {asked}"
        for name in chosen:
            others = {other: values for other, values in chosen.items() if other != name}
            there = Trials(self.database, self.tables, others, ranges, inside=inside)
            if held := there.distinct(name):
                message += f"; where {there} it has {name} {', '.join(map(repr, held[:20]))}"
        raise InvalidQuery(message + self.database.rest)

    def _check_same(self, names: Sequence[str]) -> None:
        """Refuse columns that name architectures of the database, each another one.

        One that the database lacks has no trial, which is an answer.
        """

        def there(*some: str) -> bool:
            asked = Trials(self.database, self.tables, {name: self.chosen[name] for name in some})
            # Not remembered: there are too many architectures.
            statement = asked.statement(["trial_id"], limit=1, ordered=False)
            return any(True for _ in self.table_of(statement).rows())

        if there(*names) or not all(map(there, names)):
            return
        named = Trials(self.database, self.tables, {name: self.chosen[name] for name in names})
        raise InvalidQuery(
            f"no architecture of {self.database.path.name} is all of these: "
            f"{', '.join(named._conditions())}; they name different ones: leave out what is not "
            "meant (arch= is told by its column here)"
        )

    def _any(self, *present: str) -> bool:
        """Whether there is such a trial, and one that has values of some metrics."""
        statement = self.statement(["trial_id"], present=present, limit=1, ordered=False)
        return bool(self._remembered(statement))

    def _remembered(self, statement: Statement) -> list[tuple[Any, ...]]:
        """The few rows of a statement about what the database holds, asked for once."""
        memo = self.database.memo
        key = (statement.text, statement.values)
        if key not in memo:
            memo[key] = list(self.table_of(statement).rows())
        found: list[tuple[Any, ...]] = memo[key]
        return found

    def distinct(self, name: str) -> list[Any]:
        """The values of an identifying column among the trials chosen, in their order."""
        # Configs have the values of their trials, and are fewer.
        roles = self.tables.roles
        of_trials = self.inside or "seed" in {roles[n] for n in (name, *self.chosen, *self.ranges)}
        reduction = None if of_trials else "mean"
        trials = self._replace(bounds=_NONE, outside=(), reduction=reduction)
        inner = trials.statement([name], ordered=False)
        column = quoted(name)
        statement = inner.around(
            f"SELECT DISTINCT {column} FROM answer WHERE {column} IS NOT NULL ORDER BY 1"
        )
        return [value for (value,) in self._remembered(statement)]

    def at_one_fidelity(self) -> Trials:
        """The same trials, if their epochs, data set and task are one each.

        Raises:
            UnsaidFidelity: the question does not say which, and the database has several.
        """
        narrowed: dict[str, tuple[Scalar, ...]] = {}
        for name in self.tables.schema.fidelity:
            if len(self.chosen.get(name, ())) == 1:
                continue
            found = self.distinct(name)
            if len(found) > 1:
                raise UnsaidFidelity(name, found)
            if found:
                narrowed[name] = tuple(found)
        return self._replace(chosen={**self.chosen, **narrowed}) if narrowed else self

    def metric(self, name: object) -> Metric:
        """A metric of the benchmark.

        Raises:
            InvalidQuery: there is none of that name, or the trials have no value of it.
        """
        found = self.tables.metric(name)
        self.check_measured(found.name)
        return found

    def curve_metric(self, name: object) -> Metric:
        """A metric that is recorded during training.

        Raises:
            InvalidQuery: there is none of that name.
        """
        from nasbench_db.metrics import find

        return find("metric that is recorded during training", name, self.tables.curve_metrics)

    def direction(self, name: str, given: Direction | None = None) -> Direction:
        """Whether a metric is better high (``max``) or low (``min``).

        Args:
            name: the metric.
            given: the answer, if it is not to be the metric's own.

        Raises:
            InvalidQuery: there is no such metric or direction; or neither is better.
        """
        from nasbench_db.metrics import DIRECTIONS, choose

        own = self.metric(name).direction
        if given is not None:
            return choose("direction", given, DIRECTIONS)
        if own is None:
            raise InvalidQuery(f"of {name} neither high nor low is better: say 'max' or 'min'")
        return own

    def has(self, name: str) -> bool:
        """Whether any trial at the fidelity has a value of a metric."""
        fidelity = {n: v for n, v in self.chosen.items() if n in self.tables.schema.fidelity}
        return Trials(self.database, self.tables, fidelity)._any(name)

    def check_measured(self, name: str) -> None:
        """Refuse a metric that no trial at the fidelity has.

        Raises:
            InvalidQuery: it was never measured there; says what to take instead.
        """
        if self.has(name):
            return
        fidelity = {n: v for n, v in self.chosen.items() if n in self.tables.schema.fidelity}
        at = Trials(self.database, self.tables, fidelity)
        message = f"no trial has a value of {name}" + (f" where {at}" if fidelity else "")
        reports = self.tables.reports
        column = next((r.column for r in reports.values()), None)
        asked = fidelity.get(column, ()) if column is not None else ()
        for value in asked:
            rule = reports.get(str(value))
            if rule is not None and (hint := _instead(rule, str(value), name)):
                message += f"; {hint}"
        others = [
            other
            for other, metric in self.tables.metrics.items()
            if name in self.tables.metrics
            and metric.quantity == self.tables.metrics[name].quantity
            and other != name
            and at._any(other)
        ]
        if others:
            message += f"; what is measured there: {', '.join(others)}"
        # Where the benchmark measures no such thing, another file of it has none either.
        never = any(not self.tables.measured(name, str(value)) for value in asked)
        raise InvalidQuery(message + ("" if never else self.database.rest))

    def statement(
        self,
        columns: Sequence[str],
        *,
        order: Sequence[str] = (),
        limit: int | None = None,
        present: Sequence[str] = (),
        curve: Sequence[str] = (),
        ordered: bool = True,
        group: str | None = None,
        among: bool = False,
    ) -> Statement:
        """The one SELECT of a question.

        Args:
            columns: what to select; see :class:`~nasbench_db.ask.statements.Shape`.
            order: columns to order by, before the order of the database; with a minus before
                those that descend.
            limit: the most rows.
            present: metrics that must have a value.
            curve: columns of a curve, for a row for each evaluation; see there.
            ordered: whether in the order of the database.
            group: with a reduction, a column whose equal configs are one row.
            among: whether only rows whose keys a table ``among`` has; see there.
        """
        shape = Shape(
            tuple([(name, len(values)) for name, values in self.chosen.items()]),
            _sides(self.ranges),
            _sides(self.bounds),
            self.inside,
            self.outside,
            self.reduction,
            tuple(columns),
            tuple(order),
            limit is not None,
            tuple(present),
            tuple(curve),
            ordered,
            group,
            among,
        )
        text, places, kinds = built(self.tables, shape, self.database.bare_columns)
        values: dict[str, Any] = {**self.chosen, "limit": (limit,)}
        for ends in (self.ranges, self.bounds):
            for name, (low, high) in ends.items():
                values[f"{name}>="], values[f"{name}<="] = (low,), (high,)
        return Statement(text, tuple([one for place in places for one in values[place]]), kinds)

    def picked(self, narrow: Statement, pick: str, columns: Sequence[str]) -> Picked:
        """The rows of a few, which are found by some of the numbers of all.

        To look up every architecture, or to copy it, takes longer than the question itself.

        Args:
            narrow: the keys of all rows, and these numbers.
            pick: the SELECT of the keys that are meant, from these, which it calls ``answer``.
            columns: of the rows that are found, in no order; see :meth:`statement`.
        """
        full = self._replace(bounds=_NONE, outside=()).statement(
            columns, ordered=False, among=True
        )
        before = f"WITH answer AS ({narrow.text}), among AS ({pick}), picked AS ({full.text})"
        return Picked(before, narrow.values + full.values, full.kinds)

    @property
    def identity(self) -> list[str]:
        """The columns that tell which architecture, and at which fidelity."""
        return [*self.tables.schema.identity, *self.tables.schema.fidelity]

    @property
    def key(self) -> str:
        """The column that numbers the rows."""
        return "config_id" if self.reduction else "trial_id"

    def columns(self, metrics: Sequence[str]) -> list[str]:
        """What a table of metrics has: which trials, how many or which one, and the numbers."""
        seed = self.tables.schema.seed
        own = ["num_trials"] if self.reduction else [seed] if seed is not None else []
        names = [*self.identity, *own, *metrics, "arch", self.key]
        return list(dict.fromkeys(names))

    def table(self, metrics: Sequence[str], **how: Any) -> Table:
        """A row for each trial or config, with metrics; ``how`` is as for :meth:`statement`."""
        return self.table_of(self.statement(self.columns(metrics), **how))

    def table_of(self, statement: Statement) -> Table:
        """What a statement about these trials gives."""
        return Table(self.database, statement.text, statement.values, statement.kinds)

    def dicts(
        self,
        *,
        include_intermediates: bool = False,
        order_by: str | None = None,
        limit: int | None = None,
    ) -> TrialResult[Any]:
        """The trials as dicts in NNI's shape; see :class:`~nasbench_db.ask.results.TrialResult`.

        Args:
            include_intermediates: whether to add the intermediate stats.
            order_by: a column, with a minus before it to descend.
            limit: the most rows to give.

        Raises:
            InvalidQuery: there is no such column, or another argument has the wrong type; or the
                benchmark, or the database if it is a sample, has no intermediate stats.
        """
        with_points = truth("include_intermediates", include_intermediates)
        if with_points:
            self.tables.point_model()  # refused here, and not when the first row is asked for
            self.database.check_curves()
        order: tuple[str, ...] = ()
        if order_by is not None:
            name = order_by.removeprefix("-") if isinstance(order_by, str) else ""
            allowed = self.tables.sortable(self.reduction is not None)
            if name not in allowed:
                raise InvalidQuery(
                    f"order_by is {order_by!r}; allowed are {', '.join(allowed)}, each with a "
                    "minus before it to descend"
                )
            if self.tables.roles.get(name) == "metric":
                self.check_measured(name)
            order = (order_by,)
        if limit is not None:
            limit = whole_number("limit", limit, 0)
        ask = partial(self.statement, order=order, limit=limit)
        return TrialResult(
            self.database, self.tables, self.reduction is not None, ask, with_points
        )

    def __str__(self) -> str:
        """The conditions, for people; they are SQL as well, but for properties, said in a word."""
        return " AND ".join(self._conditions()) or "1"

    def _conditions(self) -> list[str]:
        said = [one_of(name, values) for name, values in self.chosen.items()]
        for name, (low, high) in (*self.ranges.items(), *self.bounds.items()):
            said += [] if low is None else [f"{name} >= {literal(low)}"]
            said += [] if high is None else [f"{name} <= {literal(high)}"]
        words = [self.tables.said(text) for text in self.inside]
        said += [f"({word})" if word in self.inside else word for word in words]
        return [*said, *(f"({text})" for text in self.outside)]


def _sides(ranges: Mapping[str, Range]) -> tuple[tuple[str, bool, bool], ...]:
    if not ranges:
        return ()
    return tuple([(n, low is not None, high is not None) for n, (low, high) in ranges.items()])


def _instead(rule: Any, value: str, missing: str) -> str:
    """What to take where a split is missing; nothing where another thing is missing.

    Args:
        rule: how one selects and reports on the data set or task.
        value: its name.
        missing: the metric that was never measured there.
    """
    if missing not in (rule.select_by, rule.report_by):
        return ""
    parts = []
    if rule.select_by is not None and (rule.select_by, rule.select_on) != (missing, value):
        of = "" if rule.select_on == value else f" of {rule.select_on!r}"
        parts.append(f"to select take {rule.select_by}{of}")
    if rule.report_by is not None and (rule.report_by, rule.report_on) != (missing, value):
        of = "" if rule.report_on == value else f" of {rule.report_on!r}"
        parts.append(f"to report {'' if parts else 'take '}{rule.report_by}{of}")
    return ", ".join(parts)


def _told_by(
    tables: TrialTables, where: Where, reduction: str | None, conditions: Mapping[str, Any]
) -> tuple[Any, ...] | None:
    """What tells words from others, to remember what they mean; None if that is not worth it.

    The database has few values of most columns, but many architectures, and of ranges and texts
    there is no end. Values of other types can be equal to these and mean something else.
    """
    if where is not None or not (reduction is None or type(reduction) is str):
        return None
    key: list[Any] = [tables, reduction]
    for name, value in conditions.items():
        if value is not None:
            if (type(value) is not int and type(value) is not str) or name in tables.unchecked:
                return None
            key += (name, value)
    return tuple(key)


def _check_agreed(
    chosen: Mapping[str, tuple[Scalar, ...]],
    ranges: Mapping[str, Range],
    name: str,
    values: tuple[Scalar, ...],
) -> None:
    """Refuse values of a column that is said to be something else already.

    Raises:
        InvalidQuery: it is.
    """
    if name in ranges or chosen.get(name, values) != values:
        raise InvalidQuery(
            f"{name} is said twice: it is {', '.join(map(literal, values))}, and "
            f"{', '.join(map(literal, chosen.get(name, ()))) or ranges.get(name)}"
        )


class _Reader:
    """Reads conditions into chosen values, ranges and bounds."""

    def __init__(
        self, database: BenchmarkDatabase, tables: TrialTables, reduction: str | None = None
    ) -> None:
        self.database = database
        self.tables = tables
        self.reduction = reduction
        self.chosen: dict[str, tuple[Scalar, ...]] = {}
        self.ranges: dict[str, Range] = {}
        self.bounds: dict[str, Range] = {}
        self.inside: list[str] = []

    def read(self, conditions: Mapping[str, Any]) -> None:
        """Read columns and what they must be."""
        for name, value in conditions.items():
            if value is None:
                continue
            if name in self.tables.properties:
                self.inside.append(self.tables.having(name, truth(name, value)))
                continue
            if self.tables.role(name) == "metric":
                self._bound(name, plain(value))
                continue
            values = several(value)
            if isinstance(value, tuple) and self.tables.kinds[name] in ("i8", "f8"):
                low, high = bounds(name, value)
                if low is None or low != high:
                    self._range(name, (low, high))
                    continue
                values = [low]
            elif isinstance(value, tuple):
                values = list(value)
            self.choose(name, self.checked(name, [value] if values is None else values))

    def _bound(self, name: str, value: Any) -> None:
        ends = bounds(name, value)
        for end in ends:
            self._warn_of_fraction(name, end or 0)
        if self.bounds.setdefault(name, ends) != ends:
            raise InvalidQuery(f"{name} is bounded twice, by {self.bounds[name]} and {value}")

    def _warn_of_fraction(self, name: str, value: float) -> None:
        """Warn of a fraction beside a metric in percent, but of deviations, which are small."""
        metric = self.tables.metrics.get(name)
        if metric is not None and metric.unit == "percent" and self.reduction != "std":
            from nasbench_db.metrics import warn_of_fraction

            warn_of_fraction(name, value)

    def _range(self, name: str, ends: Range) -> None:
        if ends == (None, None):
            return
        if name in self.chosen or self.ranges.setdefault(name, ends) != ends:
            raise InvalidQuery(f"{name} is said twice; {ends} is one of them")
        asked = Trials(self.database, self.tables, ranges={name: ends})
        if name not in self.tables.unchecked and not asked._any():
            raise self._unheld(name, ends)

    def choose(self, name: str, values: tuple[Scalar, ...]) -> None:
        """Let a column be one of some values.

        Raises:
            InvalidQuery: it must be another one already.
        """
        _check_agreed(self.chosen, self.ranges, name, values)
        self.chosen[name] = values

    def checked(self, name: str, values: Sequence[Any]) -> tuple[Scalar, ...]:
        """Values of a column, as the database has them."""
        if not values:
            raise InvalidQuery(f"{name} is an empty list; give one value or more, or None for all")
        found = dict.fromkeys(self._held(name, plain(value)) for value in values)
        return tuple(found)

    def _held(self, name: str, value: Any) -> Scalar:
        """A value of a column, as the database spells it.

        Raises:
            InvalidQuery: it is of another type, or the database has no such value.
        """
        memo = self.database.memo
        key = (self.tables, name, value) if isinstance(value, (int, str)) else None
        if key is not None and key in memo and not isinstance(value, bool):
            found: Scalar = memo[key]
            return found
        typed = self._typed(name, value)
        if name in self.tables.unchecked:
            if name in self.tables.schema.identity and self.tables.identify is not None:
                self.tables.identify(self.database, typed)  # refuses what is outside the space
            return typed
        asked = Trials(self.database, self.tables, {name: (typed,)})
        if not asked._any():
            typed = self._meant(name, typed)
        if key is not None:
            memo[key] = typed
        return typed

    def _typed(self, name: str, value: Any) -> Scalar:
        kind = self.tables.kinds[name]
        if kind == "i8":
            if isinstance(value, float) and value.is_integer():
                value = int(value)  # as pandas has whole numbers in a column with gaps
            if isinstance(value, bool) or not isinstance(value, int):
                raise InvalidQuery(f"{name} is {show(value)}; it must be a whole number")
            if abs(value) > MOST:
                raise self._unheld(name, value)
            return value
        if kind == "f8":
            if not is_number(value):
                raise InvalidQuery(f"{name} is {show(value)}; it must be a number")
            try:
                return float(value)
            except OverflowError:
                raise self._unheld(name, value) from None
        if not isinstance(value, str):
            among = "" if name in self.tables.unchecked else f", one of {self._among(name)}"
            raise InvalidQuery(f"{name} is {show(value)}; it must be a text{among}")
        return value

    def _meant(self, name: str, value: Scalar) -> Scalar:
        """The one value of a text column that another spelling of it can mean.

        Raises:
            InvalidQuery: there is none, or several.
        """
        if isinstance(value, str):
            folded = _folded(value)
            folded = self.tables.spellings.get(folded, folded)
            same = [one for one in self._values(name) if _folded(str(one)) == folded]
            if len(same) == 1:
                return str(same[0])
        raise self._unheld(name, value)

    def _values(self, name: str) -> list[Any]:
        return Trials(self.database, self.tables).distinct(name)

    def _unheld(self, name: str, value: Any) -> InvalidQuery:
        near = nearest(value, self._values(name)) if isinstance(value, str) else ""
        rest = "" if self._nowhere(name, value) else self.database.rest
        return InvalidQuery(
            f"{name} is {show(value)}, and {self.database.path.name} has no trial of that; it has "
            f"{self._among(name)}{near}{rest}"
        )

    def _nowhere(self, name: str, value: Any) -> bool:
        """Whether no published file has a value: it would be looked for there in vain."""
        reports = self.tables.reports
        if name in {rule.column for rule in reports.values()}:
            return value not in reports
        published = self.tables.schema.published.get(name)
        if published is None:
            return False
        low, high = value if isinstance(value, tuple) else (value, value)
        ends = (min(published) if low is None else low, max(published) if high is None else high)
        return not any(ends[0] <= one <= ends[1] for one in published)

    def _among(self, name: str) -> str:
        """What the database has in a column, for people."""
        held = self._values(name)
        return (", ".join(map(repr, held[:20])) or "none") + (", ..." if len(held) > 20 else "")

    def read_text(self, text: str) -> tuple[str, ...]:
        """Read a condition in SQL.

        Returns:
            the parts of it that are about the rows of the answer.
        """
        outside = []
        for written in conjuncts(text):
            part = in_quotes(written, self.tables.of_sets)
            named = self.tables.named_in(part)
            about = {self.tables.roles[name] for name in named}
            if not named or "metric" in about or "num_trials" in names_in(part):
                if "metric" in about:
                    columns = {name.lower(): name for name in named}
                    for name, number in numbers_compared(part):
                        self._warn_of_fraction(columns.get(name.lower(), ""), number)
                outside.append(part)
                continue
            asked = values_asked(part, self.tables.roles)
            if asked is None or self.tables.kinds[asked[0]] == "json":
                self.inside.append(part)
            else:
                name, values = asked
                self.choose(name, self.checked(name, self._of_affinity(name, values)))
        return tuple(outside)

    def _of_affinity(self, name: str, values: Sequence[Any]) -> list[Any]:
        """Values as SQLite compares them with a column: a text of digits is a number."""
        if self.tables.kinds[name] == "i8":
            return [int(v) if isinstance(v, str) and v.strip().isdigit() else v for v in values]
        if self.tables.kinds[name] == "f8":
            return list(values)
        return [str(v) if isinstance(v, int) else v for v in values]


@lru_cache(1024)
def _folded(text: str) -> str:
    """A text without the differences of spelling that are forgiven: case, and ``_`` for ``-``."""
    return text.strip().casefold().replace("_", "-")
