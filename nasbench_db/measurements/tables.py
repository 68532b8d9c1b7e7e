"""What the columns of a table of one's own are: architectures, data sets, seeds, and metrics."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from nasbench_db.architectures.inputs import as_int
from nasbench_db.errors import InvalidQuery
from nasbench_db.measurements.frames import Frame
from nasbench_db.measurements.keys import Keys
from nasbench_db.measurements.names import check_metric_names
from nasbench_db.measurements.sources import Declared, Measurements, Row
from nasbench_db.metrics import DIRECTIONS, choose

_CONTEXTS = ("dataset", "task")


@dataclass(frozen=True)
class Told:
    """What is said of the metrics of a table, each by the metric's name.

    Attributes:
        units, directions, descriptions: see
            :class:`~nasbench_db.measurements.sources.Declared`.
        devices: what each was measured on; or one for all.
        batches: how many inputs were processed at once; or one for all.
    """

    units: Mapping[str, str] = field(default_factory=dict)
    directions: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    devices: Mapping[str, str] | str | None = None
    batches: Mapping[str, int] | int | None = None

    def of(self, declared: Sequence[Declared]) -> list[Declared]:
        """Metrics with what is said of them in the place of what was known.

        Raises:
            InvalidQuery: something is said of a metric that there is not, or cannot be so.
        """
        names = [metric.name for metric in declared]
        for what, said in (
            ("unit", self.units),
            ("direction", self.directions),
            ("description", self.descriptions),
            ("device", self.devices),
            ("batch", self.batches),
        ):
            for name in said if isinstance(said, Mapping) else ():
                if name not in names:
                    raise InvalidQuery.unknown(f"metric, to say the {what} of,", name, names)
        return [self._with(metric) for metric in declared]

    def _with(self, known: Declared) -> Declared:
        name = known.name
        direction = self.directions.get(name, known.direction)
        if direction is not None:
            direction = choose(f"direction of {name}", direction, DIRECTIONS)
        batch = self.batches.get(name) if isinstance(self.batches, Mapping) else self.batches
        if batch is not None and (as_int(batch) is None or batch < 1):
            raise InvalidQuery(f"the batch of {name} is {batch!r}; it must be a whole number")
        device = self.devices.get(name) if isinstance(self.devices, Mapping) else self.devices
        return Declared(
            name=name,
            title=known.title or name,
            unit=self.units.get(name, known.unit),
            direction=direction,
            description=self.descriptions.get(name, known.description),
            device=known.device if device is None else device,
            batch=known.batch if batch is None else as_int(batch),
            split=known.split,
            absent=known.absent,
            absent_without_path=known.absent_without_path,
        )


def measurements_of(
    frame: Frame,
    keys: Keys,
    *,
    arch: str | None = None,
    metrics: Sequence[str] | None = None,
    encoding: str | None = None,
) -> Measurements:
    """What a table has.

    Args:
        frame: the table.
        keys: what the benchmark's columns are called.
        arch: the column of the architectures; by default the first that is called as one.
        metrics: the columns of the metrics; by default all others.
        encoding: how architectures are written, if only its name tells.

    Raises:
        InvalidQuery: a column is not there, or means something that no metric can.
    """
    names = frame.columns
    usual = ("arch", *keys.schema.identity, "architecture", "cell")
    if arch is None:
        arch = next((name for name in usual if name in names), None)
        if arch is None:
            raise InvalidQuery(
                f"no column is called as one of architectures ({', '.join(usual)}); say which it "
                f"is, with arch= or --arch: {', '.join(names)}"
            )
    elif arch not in names:
        raise InvalidQuery.unknown("column", arch, names)
    context = keys.context if keys.context in names else None
    seed = keys.seed if keys.seed in names else None
    of_rows = [arch, context, seed]
    if metrics is None:
        other = [name for name in usual if name in names and name != arch]
        metrics = [name for name in names if name not in (*of_rows, *other)]
        remarks = (
            [f"left out, as {arch} tells the architecture: {', '.join(other)}"] if other else []
        )
    else:
        remarks = []
        for name in metrics:
            if name not in names:
                raise InvalidQuery.unknown("column", name, names)
    _refuse_contexts(metrics, keys)
    if not metrics:
        raise InvalidQuery(f"there is no column of a metric among {', '.join(names)}")
    check_metric_names(metrics, taken(keys))
    return Measurements(
        metrics=[Declared(name=name) for name in metrics],
        rows=_rows(
            frame,
            [None if name is None else names.index(name) for name in of_rows],
            [names.index(name) for name in metrics],
        ),
        form=frame.form,
        has_context=context is not None,
        has_seed=seed is not None,
        encoding=encoding,
        remarks=remarks,
    )


def taken(keys: Keys) -> Collection[str]:
    """The columns of the benchmark that say which trials are meant."""
    return {name for name, role in keys.tables.roles.items() if role != "metric"} | {"arch"}


def _refuse_contexts(metrics: Sequence[str], keys: Keys) -> None:
    for name in metrics:
        if name in _CONTEXTS:
            has = (
                f"is of one data set, {next(iter(keys.tables.reports))}"
                if keys.context is None
                else f"tells trials apart by {keys.context}"
            )
            raise InvalidQuery(
                f"there is a column {name!r}, and {keys.schema.benchmark} {has}; rename the "
                "column or leave it out"
            )


def _rows(frame: Frame, places: Sequence[int | None], values: Sequence[int]) -> Iterator[Row]:
    arch, context, seed = places
    pick = itemgetter(*values) if len(values) > 1 else lambda row: (row[values[0]],)
    for place, row in frame.rows:
        yield Row(
            place,
            None if arch is None else row[arch],
            None if context is None else row[context],
            None if seed is None else row[seed],
            pick(row),
        )
