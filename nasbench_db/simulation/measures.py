"""What a run sees, reports and is charged: which numbers of a benchmark these are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nasbench_db.ask.trials import Trials
from nasbench_db.ask.trialtables import CLOCK
from nasbench_db.errors import InvalidQuery, UnsaidFidelity
from nasbench_db.metrics import Direction, Reporting, find

TRAINING_TIMES = ("training_time", "time_elapsed", "wall_time")
"""What benchmarks call the seconds of a training."""

CHARGES = ("time", "epochs", "evaluations")
"""What a training may cost; see :class:`~nasbench_db.simulation.running.Simulation`."""


@dataclass(frozen=True)
class Measures:
    """Which trials and numbers a run is about.

    Attributes:
        asked: the trials of a whole training.
        metric: what the search sees.
        direction: which values of it are the better ones.
        report: what is told of the incumbent; None if nothing.
        reported: the trials of which that is told.
        report_sign: 1 where high values of it are better, else -1.
        num_epochs: of a whole training; None where the benchmark does not say.
        continues: whether fewer epochs are a part of it.
        fidelities: the epochs that an evaluation may have.
        charge: what a training costs.
        time: the column of the seconds of a training, if they are charged.
        evaluation: the column of the seconds of an evaluation, if they are charged.
    """

    asked: Trials
    metric: str
    direction: Direction
    report: str | None
    reported: Trials | None
    report_sign: float
    num_epochs: int | None
    continues: bool
    fidelities: Sequence[int]
    charge: str
    time: str | None
    evaluation: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of a training that are needed, each once."""
        wanted = (self.metric, self.time, self.evaluation)
        return tuple(dict.fromkeys(name for name in wanted if name is not None))

    @property
    def curve_names(self) -> tuple[str, ...]:
        """The columns of an epoch that are needed."""
        return (self.metric,) if self.time is None else (self.metric, self._clock(self.time))

    def _clock(self, time: str) -> str:
        """The column of a curve that has the seconds since the start of the training."""
        return CLOCK[0] if self.asked.tables.clock else time

    def from_curve(
        self, at_epoch: Mapping[str, np.ndarray], whole: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """The columns of :attr:`names` as they were at an epoch.

        Args:
            at_epoch: those of :attr:`curve_names`.
            whole: those of the whole training, of which an evaluation takes as long.
        """
        found = {self.metric: at_epoch[self.metric]}
        if self.time is not None:
            found[self.time] = at_epoch[self._clock(self.time)]
        if self.evaluation is not None:
            found[self.evaluation] = whole[self.evaluation]
        return found

    def costs(
        self, values: Mapping[str, np.ndarray], count: int, epochs: int | None
    ) -> np.ndarray:
        """What trainings cost from their beginning.

        Args:
            values: the columns of :attr:`names`.
            count: how many trainings there are.
            epochs: how long they are.
        """
        costs = np.zeros(count)
        if self.charge == "evaluations":
            costs += 1
        elif self.charge == "epochs":
            costs += epochs or 0
        for name in (self.time, self.evaluation):
            if name is not None:
                costs = costs + values[name]
        return costs


def measures(
    asked: Trials,
    metric: str | None,
    report: str | None,
    *,
    charge: str,
    allow_test: bool,
    curve: bool | None,
    evaluation_time: bool = False,
    report_epochs: int | None = None,
) -> Measures:
    """What the words of a run mean; see :class:`~nasbench_db.simulation.running.Simulation`.

    Raises:
        InvalidQuery: one of them is unknown, or not in the database.
    """
    rule = _rule(asked)
    selected = asked
    if rule.column is not None:
        selected = _of(asked, rule.column, rule.select_on, f"selects by {rule.select_by}")
        asked = _of(asked, rule.column, rule.report_on, f"reports {rule.report_by}")
    selected = selected.at_one_fidelity()
    metric = metric or rule.select_by
    if metric is None:
        raise InvalidQuery(
            f"{rule.select_on} has no validation split: {rule.why} Say metric={rule.report_by!r} "
            "and allow_test=True to select by test images nevertheless"
        )
    try:
        found = selected.metric(metric)
    except InvalidQuery as error:
        raise InvalidQuery(f"{error}{_searchable(selected, metric, rule)}") from None
    if found.is_test and not allow_test:
        instead = ""
        if rule.select_by is None:
            instead = f"{rule.why} Else "
        elif selected.has(rule.select_by):
            instead = f"select by {rule.select_by}, or "
        raise InvalidQuery(
            f"{metric} is measured on test images, and the best of many by it is no estimate of "
            f"what it does on new ones: {instead}say allow_test=True"
        )
    reported = asked
    if report_epochs is not None:
        reported = reported.at("num_epochs", report_epochs)
    reported = reported.at_one_fidelity()
    report = _report(reported, report, rule)
    time = evaluation = None
    if charge == "time":
        time = _time(selected)
    if evaluation_time:
        evaluation = f"{found.split}_evaluation_time"
        if charge != "time" or evaluation not in selected.tables.metrics:
            raise InvalidQuery(
                "evaluation_time needs charge='time' and a benchmark that records it for "
                f"{metric}, as NAS-Bench-201 does; {selected.tables.schema.title} has no "
                f"{evaluation}"
            )
        selected.check_measured(evaluation)
    num_epochs = _epochs(selected)
    if charge == "epochs" and num_epochs is None:
        raise InvalidQuery(
            f"{selected.tables.schema.title} has trainings of several or unknown numbers of "
            "epochs here; charge 'time' or 'evaluations'"
        )
    in_curves = _points(selected, metric, num_epochs)
    if curve and not in_curves:
        raise InvalidQuery(
            f"{selected.database.path.name} has no curve of {metric} at this fidelity, so no "
            f"training can be stopped or continued; leave out curve=True{selected.database.rest}"
        )
    continues = in_curves == num_epochs if curve is None else curve
    continues = continues and num_epochs not in (None, 1)
    return Measures(
        asked=selected,
        metric=metric,
        direction=selected.direction(metric),
        report=report,
        reported=None if report is None else reported,
        report_sign=1.0 if report is None or reported.direction(report) == "max" else -1.0,
        num_epochs=num_epochs,
        continues=continues,
        fidelities=_fidelities(selected, num_epochs, continues),
        charge=charge,
        time=time,
        evaluation=evaluation,
    )


def _of(asked: Trials, column: str, value: str, what: str) -> Trials:
    """The question about the data set or task that a number is of, which may be another one.

    Args:
        asked: the question.
        column: ``dataset`` or ``task``.
        value: of which the number is.
        what: what a search does with the number, for the message.

    Raises:
        InvalidQuery: the database does not hold it.
    """
    try:
        return asked.at(column, value)
    except InvalidQuery as error:
        said = asked.chosen.get(column) or asked.distinct(column)
        if value in said:
            raise
        raise InvalidQuery(
            f"where the {column} is {said[0]!r}, a search {what} of {value!r}, but {error}"
        ) from None


def _searchable(asked: Trials, metric: str, rule: Reporting) -> str:
    """What a search can take where a metric was not measured, as the end of a message."""
    metrics = asked.tables.metrics
    if metric not in metrics:
        return ""
    ways = []
    if "num_epochs" in asked.tables.schema.fidelity:
        chosen = {name: values for name, values in asked.chosen.items() if name != "num_epochs"}
        for epochs in asked._replace(chosen=chosen).distinct("num_epochs"):
            if asked.at("num_epochs", epochs).has(metric):
                ways.append(f"num_epochs={epochs}")
    ways += [
        f"metric={name!r} and allow_test=True"
        for name, other in metrics.items()
        if other.is_test and other.quantity == metrics[metric].quantity and asked.has(name)
    ]
    return f"; a search can take {', or '.join(ways)}" if ways else ""


def _rule(asked: Trials) -> Reporting:
    """What one selects by and reports on the data set or task.

    Raises:
        UnsaidFidelity: it is not said which, and there are several.
    """
    reports = asked.tables.reports
    column = next(iter(reports.values())).column
    if column is None:
        return next(iter(reports.values()))
    said = asked.chosen.get(column, ()) or tuple(asked.distinct(column))
    if len(said) != 1:
        raise UnsaidFidelity(column, said or tuple(reports))
    return find(column, str(said[0]).lower(), reports)


def _report(reported: Trials, report: str | None, rule: Reporting) -> str | None:
    """The metric to report; None where the default one was not measured."""
    if report is not None:
        return reported.metric(report).name
    if rule.report_by is None:
        return None
    try:
        return reported.metric(rule.report_by).name
    except InvalidQuery:
        return None


def _time(asked: Trials) -> str:
    """The column of the seconds of a training.

    Raises:
        InvalidQuery: there is none, or nobody measured it there.
    """
    metrics = asked.tables.metrics
    name = next((name for name in TRAINING_TIMES if name in metrics), None)
    otherwise = "charge='epochs' or charge='evaluations' needs none"
    if name is None:
        raise InvalidQuery(
            f"{asked.tables.schema.title} does not say how long a training took; {otherwise}"
        )
    try:
        return asked.metric(name).name
    except InvalidQuery as error:
        raise InvalidQuery(f"{error}; {otherwise}") from None


def _epochs(asked: Trials) -> int | None:
    """The epochs of the trainings, if all have as many."""
    if "num_epochs" not in asked.tables.roles:
        return None
    found = asked.distinct("num_epochs")
    return int(found[0]) if len(found) == 1 else None


def _points(asked: Trials, metric: str, num_epochs: int | None) -> int:
    """At how many epochs the first training has a value of a metric, and a time."""
    tables = asked.tables
    if metric not in tables.curves or num_epochs is None:
        return 0
    if asked.database.is_sample and not asked.database.provenance()[0]["intermediates"]:
        return 0
    statement = asked.statement(
        ["trial_id"], curve=["current_epoch", metric], present=[metric], limit=1
    )
    rows = asked.database.select(statement.text, statement.values)
    return sum(value is not None for _, _, value in rows)


def _fidelities(asked: Trials, num_epochs: int | None, continues: bool) -> Sequence[int]:
    """The epochs that an evaluation may have."""
    if num_epochs is None:
        return ()
    if continues:
        return range(1, num_epochs + 1)
    if "num_epochs" not in asked.tables.schema.fidelity:
        return (num_epochs,)
    chosen = {name: values for name, values in asked.chosen.items() if name != "num_epochs"}
    ranges = {name: ends for name, ends in asked.ranges.items() if name != "num_epochs"}
    return asked._replace(chosen=chosen, ranges=ranges).distinct("num_epochs")
