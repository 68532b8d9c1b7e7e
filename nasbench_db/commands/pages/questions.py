"""The questions that the pages have as forms, with the database's own values as choices."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nasbench_db import explore, plotting
from nasbench_db.architectures.inputs import from_text
from nasbench_db.ask.tables import Table
from nasbench_db.commands.pages.known import Known
from nasbench_db.errors import MissingExtra, NasbenchDBError
from nasbench_db.metrics import choose

_COUNTS = ("10", "20", "50", "100")


@dataclass(frozen=True)
class Field:
    """A field of a form.

    Attributes:
        name: what it is sent as.
        choices: what may be chosen; empty for a field to write in.
        value: what it has.
        hint: what to write.
    """

    name: str
    choices: tuple[str, ...]
    value: str
    hint: str = ""


@dataclass(frozen=True)
class Answer:
    """What a question is answered with.

    Attributes:
        table: the answer.
        rows: its rows.
        figure: an SVG, if it has one.
        remarks: what is to be said of it.
        drawn: whether each row is another architecture, to be drawn.
    """

    table: Table
    rows: list[dict[str, Any]]
    figure: bytes | None
    remarks: tuple[str, ...]
    drawn: bool = True


@dataclass(frozen=True)
class Question:
    """A question with a form.

    Attributes:
        title: what the page is called.
        text: what it gives, in a sentence.
        metrics: the fields that choose a metric, each with the kind of its default.
        ask: gives a table, and draws a figure where there is one.
        further: further fields to write in, or to choose a count.
        of_curves: whether it needs evaluations during training.
    """

    title: str
    text: str
    metrics: Mapping[str, str]
    ask: Callable[[Known, dict[str, Any], dict[str, Any]], tuple[Table, Any]]
    further: tuple[str, ...] = ("k",)
    of_curves: bool = False

    def suits(self, found: Known) -> bool:
        """Whether a database can be asked it."""
        return not self.of_curves or bool(curve_metrics(found))

    def fields(self, found: Known, given: Mapping[str, str]) -> list[Field]:
        """The form, filled in with what was given, or with what is usual."""
        column, names = found.identity[0], fidelity(found)
        usual = {**_last(found), **{name: text for name, text in given.items() if text}}
        made = [Field(n, tuple(map(str, values(found, n))), str(usual[n])) for n in names]
        metrics = tuple(curve_metrics(found) if self.of_curves else measured(found))
        for name, kind in self.metrics.items():
            where = {n: str(usual[n]) for n in names}
            if self.of_curves:
                where[column] = str(usual.get("arch", usual[column]))
            value = given.get(name) or _usual(found, kind, metrics, where, self.of_curves)
            made.append(Field(name, metrics, value))
        if "k" in self.further:
            made.append(Field("k", _COUNTS, given.get("k") or _COUNTS[0]))
        if "arch" in self.further:
            arch = str(usual.get("arch", usual[column]))
            made.append(Field("arch", (), arch, f"{column}, a string or JSON"))
        return made

    def answer(self, found: Known, given: Mapping[str, str]) -> Answer:
        """The answer to what a form has.

        Raises:
            NasbenchDBError: it cannot be asked so.
        """
        said = {}
        for field in self.fields(found, given):
            chosen = field.value
            said[field.name] = (
                choose(field.name, chosen, field.choices) if field.choices else chosen
            )
        where = {name: _typed(found, name, said.pop(name)) for name in fidelity(found)}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            table, draw = self.ask(found, said, where)
            rows = list(table)
            told = [str(warning.message) for warning in caught]
        told += table.remarks([tuple(row.values()) for row in rows])
        return Answer(table, rows, _drawn(draw), tuple(told), drawn=not self.of_curves)


def fidelity(found: Known) -> list[str]:
    """The columns that a question must say one value of."""
    schema = found.database.schema
    names = [*schema.fidelity, "num_epochs"]
    return [n for n in dict.fromkeys(names) if len(values(found, n)) > 1 or n in schema.fidelity]


def _last(found: Known) -> dict[str, Any]:
    """The fidelity, and what names the architecture, of the last config: they belong together."""
    schema = found.database.schema
    names = list(dict.fromkeys([*fidelity(found), found.identity[0]]))
    table = schema.config._meta.table_name
    text = f"SELECT {', '.join(names)} FROM {table} ORDER BY id DESC LIMIT 1"
    (row,) = found.database.select(text)
    return dict(zip(names, row, strict=True))


def _typed(found: Known, column: str, text: str) -> Any:
    """A value of a form, as the database has it."""
    there = {str(value): value for value in values(found, column)}
    return there.get(text, text)


def values(found: Known, column: str, limit: int = 1000) -> list[Any]:
    """The values of a column of the configs."""
    memo, key = found.database.memo, ("served", column, limit)
    if key not in memo:
        table = found.database.schema.config._meta.table_name
        text = f"SELECT DISTINCT {column} FROM {table} ORDER BY 1 LIMIT {limit}"
        memo[key] = [value for (value,) in found.database.select(text)]
    there: list[Any] = memo[key]
    return there


def measured(found: Known) -> list[str]:
    """The metrics that some training has, and all those of measurement sets."""
    memo = found.database.memo
    if ("served", None) not in memo:
        table = found.database.schema.trial._meta.table_name
        memo["served", None] = [
            name
            for name in found.benchmark.metrics
            if any(
                found.database.select(f'SELECT 1 FROM {table} WHERE "{name}" IS NOT NULL LIMIT 1')
            )
        ] + list(found.tables.of_sets)
    there: list[str] = memo["served", None]
    return there


def curve_metrics(found: Known) -> list[str]:
    """The metrics that evaluations during training have; none where there are no such."""
    model = found.database.schema.intermediate
    if model is None:
        return []
    memo = found.database.memo
    if ("served", model) not in memo:
        table = model._meta.table_name
        memo["served", model] = [
            name
            for name in found.benchmark.tables.curve_metrics
            if any(
                found.database.select(f'SELECT 1 FROM {table} WHERE "{name}" IS NOT NULL LIMIT 1')
            )
        ]
    there: list[str] = memo["served", model]
    return there


def _usual(
    found: Known, kind: str, names: Sequence[str], where: Mapping[str, str], of_curves: bool
) -> str:
    """The metric that a field has at first: how good an architecture is, or what it costs.

    Args:
        found: the database.
        kind: ``quality`` or ``cost``.
        names: the metrics to choose from.
        where: which trials must have a value.
        of_curves: whether their evaluations must.
    """
    reports, metrics = found.benchmark.reports.values(), found.benchmark.metrics
    if kind == "cost":
        wanted = [n for n in names if n in metrics and metrics[n].split is None]
    else:
        judging = {n: None for r in reports for n in (r.select_by, r.report_by)}
        wanted = [n for n in judging if n is not None and n in names]
        curves = found.benchmark.tables.curve_metrics
        like = {metrics[n].quantity for n in judging if n is not None}
        wanted += [n for n in names if n in curves and curves[n].quantity in like]
    of_all = dict.fromkeys(n for n in (*wanted, *names) if n not in found.tables.of_sets)
    return next((n for n in of_all if _there(found, n, where, of_curves)), "")


def _there(found: Known, metric: str, where: Mapping[str, str], of_curves: bool) -> bool:
    """Whether some trial has a metric, or some evaluation during it."""
    schema = found.database.schema
    told = {name: _typed(found, name, text) for name, text in where.items()}
    conditions = " AND ".join(f"v.{name} = ?" for name in told) or "1"
    source, of = f"{schema.view} AS v", "v"
    if of_curves:
        assert schema.intermediate is not None
        points, of = schema.intermediate._meta.table_name, "i"
        source += f" JOIN {points} AS i ON i.trial_id = v.trial_id"
    text = f'SELECT 1 FROM {source} WHERE {conditions} AND {of}."{metric}" IS NOT NULL LIMIT 1'
    return any(found.database.select(text, tuple(told.values())))


def _drawn(draw: Callable[[], Any] | None) -> bytes | None:
    """A figure as SVG; none where nothing can be drawn."""
    if draw is None:
        return None
    file = io.BytesIO()
    try:
        plotting.write(draw(), file, "svg")
    except NasbenchDBError as error:
        if isinstance(error, MissingExtra):
            return None
        raise
    return file.getvalue()


def figure_of_curves(found: Known, arch: Any) -> bytes | None:
    """The curves of an architecture by what one judges it by; none where there are no such."""
    names = curve_metrics(found)
    metric = _usual(found, "quality", names, {found.identity[0]: str(arch)}, True) if names else ""
    if not metric:
        return None
    try:
        return _drawn(lambda: plotting.curves(metric, arch, db=found.database))
    except NasbenchDBError:
        return None  # such as of more lines than a figure has


def _best(found: Known, said: dict[str, Any], where: dict[str, Any]) -> tuple[Table, Any]:
    return explore.top(int(said["k"]), by=said["by"], db=found.database, **where), None


def _front(found: Known, said: dict[str, Any], where: dict[str, Any]) -> tuple[Table, Any]:
    x, y, db = said["x"], said["y"], found.database
    table = explore.pareto([y, x], db=db, **where)
    return table, lambda: plotting.front(x, y, db=db, **where)


def _report(found: Known, said: dict[str, Any], where: dict[str, Any]) -> tuple[Table, Any]:
    return explore.select_and_report(k=int(said["k"]), db=found.database, **where), None


def _curves(found: Known, said: dict[str, Any], where: dict[str, Any]) -> tuple[Table, Any]:
    arch, metric, db = from_text(said["arch"]), said["metric"], found.database
    table = explore.learning_curve(arch, metrics=[metric], db=db, **where)
    return table, lambda: plotting.curves(metric, arch, db=db, **where)


QUESTIONS = {
    "best": Question(
        "The best architectures",
        "By the mean over the trainings of each, the best first.",
        {"by": "quality"},
        _best,
    ),
    "front": Question(
        "What nothing beats",
        "The Pareto front of two metrics: the architectures that no other one beats in both.",
        {"x": "cost", "y": "quality"},
        _front,
        further=(),
    ),
    "report": Question(
        "What a search may report",
        "The test value of the best by validation.",
        {},
        _report,
    ),
    "curves": Question(
        "Learning curves",
        "The evaluations during the trainings of one architecture.",
        {"metric": "quality"},
        _curves,
        further=("arch",),
        of_curves=True,
    ),
}
"""The questions, by the last part of their address."""
