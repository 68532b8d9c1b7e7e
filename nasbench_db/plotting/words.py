"""What figures say: titles, and what is written at axes and in legends."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from nasbench_db.ask.tables import import_extra
from nasbench_db.ask.trials import Trials
from nasbench_db.benchmarks import get
from nasbench_db.errors import InvalidQuery
from nasbench_db.metrics import SPLITS, Metric
from nasbench_db.simulation.rows import SAID, Rows, differences

_SAID = {
    "num_epochs": "{} epochs",
    "dataset": "{}",
    "task": "{}",
    "search_space": "{}",
    "report_epochs": "reported of {} epochs",
}

HEADINGS = {"num_epochs": "epochs", "dataset": None, "task": None, "search_space": None}

SPREADS = {"range": "mean and range", "std": "mean ± std", None: "mean"}

_FORMULA = re.compile(r"(?<!\\)\$.*?(?<!\\)\$")

COEFFICIENTS = {"spearman": r"Spearman's $\rho$", "kendall": r"Kendall's $\tau_b$"}

CHARGES = {"time": "simulated time (s)", "epochs": "epochs trained", "evaluations": "evaluations"}
"""What is said of the clock of searches, by what it was charged."""

REGRETS = {"regret": "nasbench_db.metric", "report_regret": "nasbench_db.report"}
"""The columns of regrets, and where the runs tell of which metric they are."""

SEARCHES = {
    "random": "random search",
    "evolution": "regularised evolution",
    "local": "local search",
    "halving": "successive halving",
    "hyperband": "Hyperband",
    "asha": "ASHA",
}
"""What searches are called in print, by the names that commands have for them."""


class SaidOfRuns(NamedTuple):
    """What a figure of searches says.

    Attributes:
        benchmark: the benchmark's name.
        metrics: by the columns of :data:`REGRETS`, of which metric they are.
        clock: what the time on the clock is.
        ends: how far it went in each table.
        which: the benchmark and the conditions, each as matplotlib prints it.
        warning: what must not be overlooked.
    """

    benchmark: str
    metrics: Mapping[str, str]
    clock: str
    ends: list[float]
    which: list[str]
    warning: str | None


def said_of_runs(tables: Sequence[Rows], by: str) -> SaidOfRuns:
    """What a figure of some trajectories says.

    Args:
        tables: the trajectories.
        by: which of :data:`REGRETS` is drawn.

    Raises:
        InvalidQuery: they are of different benchmarks, metrics or conditions; or those of one
            algorithm were not made alike, or are there twice.
    """
    all_said = [_said_of(table) for table in tables]
    figures = [_figure_of(said, table, by) for said, table in zip(all_said, tables, strict=True)]
    for other in figures[1:]:
        if apart := differences(figures[0], other):
            raise InvalidQuery(f"these runs do not belong into one figure: {apart}")
    _check_pooled(tables, all_said)
    said = all_said[0]
    conditions = {name: value for name, value in said.items() if name in (*_SAID, "where")}
    if by != "report_regret":
        conditions.pop("report_epochs", None)
    words = [get(said["benchmark"]).title.partition(" (")[0]]
    words += [say(name, value) for name, value in conditions.items()]
    return SaidOfRuns(
        said["benchmark"],
        {one: tables[0].metadata.get(key, "") for one, key in REGRETS.items()},
        _clock_of(all_said),
        [
            one.get("budget", max(table["time"], default=0.0))
            for one, table in zip(all_said, tables, strict=True)
        ],
        list(map(as_printed, words)),
        figures[0]["numbers"],
    )


def _clock_of(all_said: Sequence[Mapping[str, Any]]) -> str:
    """What the time on the clock is, of which several workers have as much each."""
    charge = all_said[0].get("charge", "time")
    alone = charge == "time" or all(said.get("workers", 1) == 1 for said in all_said)
    return CHARGES[charge] if alone else f"{CHARGES[charge]} by each worker"


def _said_of(table: Rows) -> dict[str, Any]:
    """What was said when the runs of a table began."""
    if "algorithm" in table.columns and SAID in table.metadata:
        try:
            said: dict[str, Any] = orjson.loads(table.metadata[SAID])
            return said
        except orjson.JSONDecodeError:
            pass
    raise InvalidQuery(  # also the trajectory of a run alone, which has no algorithm
        "these rows do not tell of which runs they are; give what search() or trajectories() "
        "returned, or files of it"
    )


def _figure_of(said: Mapping[str, Any], table: Rows, by: str) -> dict[str, Any]:
    """What all that is in one figure must have in common, with what it is called."""
    found = {
        "benchmark": said["benchmark"],
        "metric": table.metadata.get(REGRETS.get(by, "")),
        "charge": said.get("charge", "time"),
        "numbers": table.metadata.get("nasbench_db.warning"),
        **{name: said.get(name) for name in (*_SAID, "where")},
    }
    if by != "report_regret":
        del found["report_epochs"]
    return found


def _check_pooled(tables: Sequence[Rows], all_said: Sequence[Mapping[str, Any]]) -> None:
    """Runs of one algorithm become one line: they must have been made alike, and be others."""
    seen: dict[str, list[tuple[Mapping[str, Any], list[Any]]]] = {}
    for table, said in zip(tables, all_said, strict=True):
        columns = (table["algorithm"], table["run"], table["time"], table["evaluation"])
        rows: dict[str, list[Any]] = {}
        for algorithm, *row in zip(*columns, strict=True):
            rows.setdefault(algorithm, []).append(row)
        for algorithm, of_algorithm in rows.items():
            for other, others in seen.setdefault(algorithm, []):
                if apart := differences(other, said):
                    raise InvalidQuery(
                        f"runs of {algorithm} in several tables would be one line, and were not "
                        f"made alike: {apart}; trajectories() gives runs of your own another name"
                    )
                if others == of_algorithm:
                    raise InvalidQuery(
                        f"the same runs of {algorithm} are given twice; leave one out, or search "
                        "with another seed"
                    )
            seen[algorithm].append((said, of_algorithm))


class Said:
    """What the title of a figure says.

    Args:
        asked: which trials are drawn.
    """

    def __init__(self, asked: Trials) -> None:
        self._asked = asked
        self._schema = asked.tables.schema
        self._conditions: dict[str, Any] = {
            name: values[0] if len(values) == 1 else list(values)
            for name, values in asked.chosen.items()
        }
        self._conditions |= {**asked.ranges, **asked.bounds}
        # The one number of epochs, data set or task that the database has goes without saying,
        # but not without being told.
        for name in self._schema.fidelity:
            if name not in self._conditions:
                values = asked.distinct(name)
                self._conditions |= {name: values[0]} if len(values) == 1 else {}

    @property
    def noun(self) -> str:
        """What a point or step is."""
        return "architectures" if self._asked.reduction else "trials"

    def quality(self) -> str:
        """The metric that tells how good an architecture is, where none is given.

        Raises:
            InvalidQuery: it depends on a task that is not given.
        """
        tables = self._asked.tables
        column = next(iter(tables.reports.values())).column
        asked = self._conditions.get(column) if column else None
        chosen = tables.judged_by([asked] if isinstance(asked, str) else [])
        if chosen is None:
            raise InvalidQuery(
                f"which metric tells how good an architecture is, depends on the {column}: say "
                f"which {column}, or which metric"
            )
        return chosen

    def on_test(self, metrics: Iterable[Metric]) -> list[str]:
        """That metrics which nobody asked for by name, or that are selected by, are of tests."""
        return ["on test images"] if any(metric.is_test for metric in metrics) else []

    def vary(self, name: str, values: Sequence[Any]) -> None:
        """Say of a column its one value, or nothing where lines tell its values."""
        self._conditions.pop(name, None)
        if len(values) == 1:
            self._conditions[name] = values[0]

    def differ(self, *names: str) -> None:
        """Say nothing of columns of which the axes tell."""
        for name in names:
            self._conditions.pop(name, None)

    def counted(self, count: int | tuple[int, int], left_out: int, outside: int = 0) -> list[str]:
        """How many there are in the figure, and not.

        Args:
            count: how many, or the least and the most.
            left_out: how many have no value that can be drawn.
            outside: how many are beyond the ends of the axes.
        """
        least, most = (count, count) if isinstance(count, int) else count
        reduction = self._asked.reduction
        words = [f"{span_of(least, most)} {self.noun[:-1] if most == 1 else self.noun}"]
        words += [f"{reduction} of trials"] if reduction and self._schema.seed else []
        words += [f"{left_out:,} without value"] if left_out else []
        words += [f"{outside:,} outside"] if outside else []
        return words

    def which(self) -> list[str]:
        """The benchmark and the conditions, each as matplotlib prints it."""
        which = [get(self._schema.benchmark).title.partition(" (")[0]]
        fidelity = self._schema.fidelity
        order = [name for name in fidelity if name in self._conditions]
        order += [name for name in self._conditions if name not in fidelity]
        which += [say(name, self._conditions[name]) for name in order]
        texts = [*map(self._asked.tables.said, self._asked.inside), *self._asked.outside]
        if texts:
            which.append("where " + " ".join(" AND ".join(texts).split()))
        return [as_printed(text) for text in which]

    @property
    def warning(self) -> str | None:
        """What must not be overlooked."""
        mark = self._asked.database.mark
        return None if mark is None else mark.short


def name_of(row: Mapping[str, Any]) -> str:
    """What an architecture is called: by its string, if that is short, its index or its hash."""
    text = row.get("arch_str")
    if text is not None and len(text) <= 24:
        return str(text)
    if "arch_index" in row:
        return f"architecture {row['arch_index']}"
    return (
        f"architecture {row['arch_hash'][:8]}…"
        if "arch_hash" in row
        else f"cell {row['hash'][:8]}…"
    )


def say(name: str, value: object) -> str:
    """A condition, for people."""
    if isinstance(value, tuple):
        low, high = value
        start = "" if low is None else f"{low} ≤ "
        return f"{start}{name}" + ("" if high is None else f" ≤ {high}")
    if isinstance(value, (list, set, frozenset)):
        value = " or ".join(map(str, value))
    if name == "num_epochs" and value == 1:
        return "1 epoch"
    return _SAID.get(name, f"{name} {{}}").format(value)


def span_of(least: int, most: int) -> str:
    return f"{most:,}" if least == most else f"{least:,} to {most:,}"


def as_printed(text: str) -> str:
    """A text as matplotlib prints it as it is."""
    text = text.replace("$", r"\$")
    if import_extra("matplotlib").rcParams["text.usetex"]:
        for character in "%#&_":
            text = text.replace(character, f"\\{character}")
    return text


def axis_words(
    metrics: Sequence[Metric], direction: str | None = None, further: Sequence[str] = ()
) -> list[str]:
    """What is written at an axis: what it is, with its unit, and where it is better.

    Args:
        metrics: one, or several on one axis.
        direction: ``max`` or ``min``, to tell it; otherwise it is told of a loss alone, or of
            another metric of quality that is better low.
        further: what else to say.

    Raises:
        InvalidQuery: the metrics do not fit on one axis.
    """
    if len({(metric.quantity, metric.unit) for metric in metrics}) != 1:
        names = ", ".join(metric.name for metric in metrics)
        raise InvalidQuery(f"{names} do not fit on one axis; give metrics of one quantity")
    metric = metrics[0]
    label = metric.label
    if len(metrics) > 1 and metric.split is not None:
        label = label.removeprefix(f"{SPLITS[metric.split]} ")
    if direction is None and metric.split is not None and metric.direction == "min":
        direction = "min"
    # In the font of formulas, since not all fonts have arrows.
    arrows = {"max": [r"better $\rightarrow$"], "min": [r"$\leftarrow$ better"], None: []}
    return [*map(as_printed, [label, *further]), *arrows[direction]]


def short_title(metric: Metric) -> str:
    """What a metric is called among others of its quantity."""
    return metric.title if metric.split is None else SPLITS[metric.split]


def in_lines(words: Iterable[str], characters: int) -> list[str]:
    """Words with commas between them, in lines; cut within a word only if that is too long."""
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]}, {word}" if lines else word
        if lines and len(_FORMULA.sub("x", longer)) <= characters:
            lines[-1] = longer
        else:
            lines[-1:] = [f"{line}," for line in lines[-1:]]
            lines += textwrap.wrap(word, characters) or [word]
    return lines
