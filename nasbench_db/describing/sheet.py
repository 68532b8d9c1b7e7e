"""All that a database has of one architecture: its picture, and every number with its unit, its
images and its source.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pkgutil import resolve_name
from statistics import fmean
from typing import Any

from nasbench_db.architectures.drawing import Drawing
from nasbench_db.architectures.inputs import show
from nasbench_db.ask.trials import Trials
from nasbench_db.ask.words import Where
from nasbench_db.benchmarks import Benchmark, get, trials
from nasbench_db.errors import InvalidArchitecture, InvalidQuery
from nasbench_db.metrics import SPLITS, Metric
from nasbench_db.store.database import BenchmarkDatabase

__all__ = ["WIDTH", "Number", "Sheet", "Trainings", "sheet"]

WIDTH = 80
"""How wide the text is, unless a name is longer."""

_MOST_TRIALS = 3
"""How many trials have a column each; of more there are the mean and the ends."""


@dataclass(frozen=True)
class Number:
    """What was measured of one metric in the trainings of a config.

    Attributes:
        metric: what it is.
        values: one for each training, in their order; None where it was not measured.
        images: the images that it was measured on, in words; empty for times and sizes.
    """

    metric: Metric
    values: tuple[float | None, ...]
    images: str

    @property
    def mean(self) -> float:
        """Over those that have a value."""
        return fmean(self._there)

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the most."""
        return min(self._there), max(self._there)

    @property
    def _there(self) -> list[float]:
        return [value for value in self.values if value is not None]


@dataclass(frozen=True)
class Trainings:
    """The trainings of one config.

    Attributes:
        config: the columns of it that tell it from others of the architecture.
        seed: what tells the trainings apart, the name of a column; None if there is only one.
        trials: of each training what was recorded beside its metrics, as columns.
        numbers: the metrics that at least one of them has.
        missing: those that none of them has.
        evaluations: how many evaluations during these trainings there are.
    """

    config: Mapping[str, Any]
    seed: str | None
    trials: tuple[Mapping[str, Any], ...]
    numbers: tuple[Number, ...]
    missing: tuple[Metric, ...]
    evaluations: int

    @property
    def heading(self) -> str:
        """Which they are, and how many."""
        which = ", ".join(f"{name} {value}" for name, value in self.config.items())
        many = len(self.trials)
        return f"{which}: {many} training{'s' if many > 1 else ''}"


@dataclass(frozen=True)
class Sheet:
    """All that a database has of one architecture. Print it, or let Jupyter show it.

    Attributes:
        benchmark: what it is an architecture of.
        warning: what must be said of the numbers, such as that they are made up; or nothing.
        drawing: its picture.
        facts: the columns that are the same for all of its configs, with their values.
        trainings: a group for each config, in the order of the database.
    """

    benchmark: Benchmark
    warning: str
    drawing: Drawing
    facts: Mapping[str, Any]
    trainings: tuple[Trainings, ...]

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _repr_html_(self) -> str:
        rest = "\n".join(self._lines(drawn=False))
        return f"{self.drawing.svg}<pre>{rest}</pre>"

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values, numbers in full."""
        return {
            "benchmark": self.benchmark.name,
            "warning": self.warning or None,
            "title": self.drawing.title,
            "drawing": self.drawing.text.splitlines(),
            "facts": dict(self.facts),
            "metrics": {
                m.name: {
                    "title": m.title,
                    "unit": m.unit,
                    "split": m.split,
                    "direction": m.direction,
                    "source": m.definition,
                }
                for m in self.metrics
            },
            "trainings": [
                {
                    "config": dict(one.config),
                    "images": {n.metric.name: n.images for n in one.numbers if n.images},
                    "evaluations": one.evaluations,
                    "trials": [
                        trial | {n.metric.name: n.values[place] for n in one.numbers}
                        for place, trial in enumerate(map(dict, one.trials))
                    ],
                }
                for one in self.trainings
            ],
        }

    def _lines(self, *, drawn: bool = True) -> Iterator[str]:
        yield self.drawing.title
        if self.warning:
            yield f"({self.warning})"
        if drawn:
            yield ""
            yield from (f"  {line}".rstrip() for line in self.drawing.text.splitlines())
        yield ""
        width = max(map(len, self.facts))
        yield from (f"{name.ljust(width)}  {value}" for name, value in self.facts.items())
        for one in self.trainings:
            yield ""
            yield from _shown(one)
        yield ""
        yield "Where the numbers come from, and their units:"
        for metric in self.metrics:
            unit = "no unit" if metric.unit == "1" else metric.unit or "unit not stated"
            told = f"{metric.name}: {metric.title}, {unit}. {metric.definition}"
            yield from _wrapped(told)

    @property
    def metrics(self) -> list[Metric]:
        """Those that any training has, in the benchmark's order; then those of sets."""
        shown = {n.metric.name: n.metric for one in self.trainings for n in one.numbers}
        return [shown[name] for name in {**self.benchmark.metrics, **shown} if name in shown]


def sheet(
    arch: Any,
    *,
    where: Where = None,
    benchmark: str | None = None,
    db: BenchmarkDatabase | None = None,
    **equal: Any,
) -> Sheet:
    """All that a database has of one architecture.

    Args:
        arch: it, in any form that the benchmark's query helper takes.
        where, equal: which of its trials; see :mod:`nasbench_db.explore`.
        benchmark, db: which database; see there.

    Raises:
        InvalidArchitecture: ``arch`` is outside the search space, or the database lacks it.
        InvalidQuery: another argument is none of these.
    """
    if arch is None:
        raise InvalidQuery("arch is None; give one architecture")
    asked = trials(benchmark, db, arch=arch, where=where, conditions=equal)
    known = get(asked.tables.schema.benchmark)
    rows = list(_table(asked))
    if not rows:
        raise InvalidArchitecture(
            f"the database has no training of {show(arch)} there; how much it has is told by: "
            f"nasbench-db coverage {known.name}"
        )
    shared = _shared(asked, rows)
    mark = asked.database.mark
    cell = resolve_name(f"nasbench_db.{known.name}:Cell")
    return Sheet(
        known,
        "" if mark is None else mark.long,
        cell.parse(rows[0]["arch"]).draw(),
        shared,
        tuple(
            _trainings(asked, known, shared, list(group))
            for _, group in groupby(rows, key=lambda row: row["config_id"])
        ),
    )


def _table(asked: Trials) -> Any:
    """A row for each trial, with all of its columns and those of its config."""
    tables = asked.tables
    columns = ["config_id", "trial_id", *(f"t.{name}" for name in tables.flat_trial)]
    columns += [f"c.{name}" for name in tables.flat_config]
    return asked.table_of(asked.statement([*columns, *tables.metric_names, "arch"]))


def _shared(asked: Trials, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What all configs have in common, what names the architecture first."""
    own = [*asked.tables.schema.identity, *asked.tables.flat_config]
    chosen = set(asked.tables.schema.fidelity)
    return {
        name: rows[0][name]
        for name in dict.fromkeys(own)
        if name not in chosen and len({row[name] for row in rows}) == 1
    }


def _trainings(
    asked: Trials, known: Benchmark, shared: Mapping[str, Any], rows: Sequence[dict[str, Any]]
) -> Trainings:
    tables, schema = asked.tables, asked.tables.schema
    config = {
        name: rows[0][name]
        for name in dict.fromkeys([*schema.fidelity, *tables.flat_config])
        if name not in shared
    }
    metrics = tables.metrics.values()
    there = [m for m in metrics if any(row[m.name] is not None for row in rows)]
    numbers = tuple(
        Number(metric, tuple(row[metric.name] for row in rows), _images(known, metric, config))
        for metric in there
    )
    return Trainings(
        config,
        schema.seed,
        tuple(
            {name: row[name] for name in tables.flat_trial if row[name] is not None}
            for row in rows
        ),
        numbers,
        tuple(m for m in metrics if m not in there),
        _evaluations(asked, [row["trial_id"] for row in rows]),
    )


def _images(known: Benchmark, metric: Metric, config: Mapping[str, Any]) -> str:
    """The images that a metric was measured on."""
    if metric.split is None:
        return ""
    data_set = config.get("dataset")
    for images in known.images:
        if images.split == metric.split and data_set in (None, images.dataset):
            count = "" if images.count is None else f"{images.count:,} images, "
            on = "" if images.counted is None else f"; counted are {images.counted:,} of them"
            return f"{count}{images.which}{on}"
    return f"the {SPLITS[metric.split]} images"


def _evaluations(asked: Trials, ids: Sequence[int]) -> int:
    model = asked.tables.schema.intermediate
    if model is None:
        return 0
    places = ", ".join("?" * len(ids))
    text = f"SELECT count(*) FROM {model._meta.table_name} WHERE trial_id IN ({places})"
    ((count,),) = asked.database.select(text, ids)
    return int(count)


def _shown(one: Trainings) -> Iterator[str]:
    """The numbers of a config as a table, and the images below it."""
    yield one.heading
    few = len(one.trials) <= _MOST_TRIALS
    if few:
        header = [str(trial.get(one.seed or "", "value")) for trial in one.trials]
        header += ["mean"] * (len(one.trials) > 1)
    else:
        header = ["mean", "least", "most", "trials"]
    rows = [[one.seed if few and one.seed else "", "unit", *header]]
    for number in one.numbers:
        if few:
            values = [*number.values, *([number.mean] if len(one.trials) > 1 else [])]
        else:
            count = sum(value is not None for value in number.values)
            values = [number.mean, *number.ends, count]
        unit = str(number.metric.unit or "not stated").removeprefix("1")
        rows.append([number.metric.name, unit, *("" if v is None else f"{v:.6g}" for v in values)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        name, unit, *texts = (
            text.ljust(width) if place < 2 else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(["", name, *texts, unit]).rstrip()
    yield from _remarks(one)


def _remarks(one: Trainings) -> Iterator[str]:
    """What is to be said of a config's numbers, a line or more for each thing."""
    told = {
        f"{number.metric.split}: {number.images}": None for number in one.numbers if number.images
    }
    for name in dict.fromkeys(name for trial in one.trials for name in trial):
        if name != one.seed:
            values = dict.fromkeys(str(trial.get(name, "")) for trial in one.trials)
            told[f"{name}: {', '.join(values)}"] = None
    if one.evaluations:
        told[f"evaluations during training: {one.evaluations:,}; see nasbench-db curve"] = None
    if one.missing:
        told[f"not measured: {', '.join(metric.name for metric in one.missing)}"] = None
    for text in told:
        yield from _wrapped(text)


def _wrapped(text: str) -> list[str]:
    """A text of Markdown in lines."""
    plain = text.replace("`", "")
    return textwrap.wrap(plain, WIDTH, initial_indent="  ", subsequent_indent="    ")
