"""Make a measurement set: a small SQLite file beside a benchmark's database."""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peewee import IntegerField

from nasbench_db.ask.trialtables import TrialTables
from nasbench_db.errors import SourceError
from nasbench_db.measurements.collecting import Collected, collect
from nasbench_db.measurements.frames import FORMS, form_of, read_file, read_given
from nasbench_db.measurements.keys import Keys
from nasbench_db.measurements.models import (
    MeasuredMetric,
    MeasurementSet,
    Place,
    SetLayout,
    SetProvenance,
)
from nasbench_db.measurements.names import check_metric_names, check_set_name
from nasbench_db.measurements.opening import fingerprint, is_set, place_of
from nasbench_db.measurements.recognising import known_source
from nasbench_db.measurements.sources import Declared, Measurements
from nasbench_db.measurements.tables import Told, measurements_of, taken
from nasbench_db.store.building import NewTables, built_now, refuse_to_replace_source
from nasbench_db.store.database import BenchmarkDatabase, default_path, open_database
from nasbench_db.store.metering import Meter, describe, digest_of_files
from nasbench_db.store.models import stored_columns


@dataclass(frozen=True)
class SetReport:
    """What the making of a measurement set did.

    Attributes:
        name: the set's name.
        benchmark: whose architectures were measured.
        path: where it lies.
        key: the column by which an architecture's row is found.
        architectures: how many have a row; of a key that isomorphic ones share, how many classes.
        rows: how many rows there are.
        metrics: their names.
        values: how many values there are.
        missing: how many rows lack a value, of all metrics together.
        sentinels: in how many of these the source has a number that stands for none.
        skipped: rows of the source that match no architecture and were left out.
        without_unit, without_direction: the metrics of which that is not stated.
        remarks: what is to be known of the source.
        seconds: how long it took.
        size: the file's size in bytes.
    """

    name: str
    benchmark: str
    path: Path
    key: str
    architectures: int
    rows: int
    metrics: tuple[str, ...]
    values: int
    missing: int
    sentinels: int
    skipped: int
    without_unit: tuple[str, ...]
    without_direction: tuple[str, ...]
    remarks: tuple[str, ...]
    seconds: float
    size: int

    @classmethod
    def of(
        cls,
        layout: SetLayout,
        path: Path,
        declared: Sequence[Declared],
        collected: Collected,
        described: Mapping[str, Any],
        seconds: float,
        size: int,
    ) -> SetReport:
        """The report of a set that was made."""
        missing = sum(collected.missing())
        return cls(
            name=layout.name,
            benchmark=layout.schema.benchmark,
            path=path,
            key=layout.key,
            architectures=collected.architectures,
            rows=len(collected.rows),
            metrics=tuple(metric.name for metric in declared),
            values=len(collected.rows) * len(declared) - missing,
            missing=missing,
            sentinels=len(collected.sentinels),
            skipped=collected.skipped,
            without_unit=tuple(metric.name for metric in declared if metric.unit is None),
            without_direction=tuple(m.name for m in declared if m.direction is None),
            remarks=tuple(described["changes"] or ()),
            seconds=seconds,
            size=size,
        )

    def __str__(self) -> str:
        what = "architectures"
        if self.key == "isomorphism":
            what = "classes of isomorphic architectures"
        absent = f", {self.missing:,} missing" if self.missing else ""
        absent += f" ({self.sentinels:,} of them sentinels)" if self.sentinels else ""
        absent += f", {self.skipped:,} rows skipped" if self.skipped else ""
        told = (
            f"{self.name}: {len(self.metrics)} metrics of {self.architectures:,} {what} of "
            f"{self.benchmark}, {self.values:,} values{absent}, in {self.seconds:,.1f} s; "
            f"{self.size / 1e6:,.1f} MB at {self.path}"
        )
        return "\n".join([told, *self.asked(), *self.remarks])

    def asked(self) -> list[str]:
        """What is not stated of the metrics, and how to say it: a line, or none."""
        parts = []
        if self.without_unit:
            parts.append(
                f"no unit is stated of {', '.join(self.without_unit)} (say it with --unit "
                f"{self.without_unit[0]}=UNIT, or units=)"
            )
        if self.without_direction:
            parts.append(
                f"no direction is stated of {', '.join(self.without_direction)} (say it with "
                f"--direction {self.without_direction[0]}=max or =min, or directions=)"
            )
        return ["; ".join(parts)] if parts else []


def measure(
    tables: TrialTables,
    cell: Any,
    name: str,
    source: Any,
    path: str | os.PathLike[str] | None = None,
    *,
    arch: str | None = None,
    metrics: Sequence[str] | None = None,
    encoding: str | None = None,
    told: Told | None = None,
    licence: str | None = None,
    skip_unknown: bool = False,
    force: bool = False,
) -> SetReport:
    """Make a measurement set; see :func:`nasbench_db.measure`.

    Args:
        tables: the benchmark's columns.
        cell: the class of its architectures.
        name, source, path, arch, metrics, encoding, licence, skip_unknown, force: see there.
        told: what is said of the metrics.
    """
    started = time.perf_counter()
    schema = tables.schema
    check_set_name(schema, name)
    place, database_file = _places(tables, name, path)
    with _opened(tables, database_file) as database:
        keys = Keys(tables, cell, database, encoding)
        found = _read(source, keys, place, arch, metrics, encoding)
        if found.encoding is not None and encoding is None:
            keys = Keys(tables, cell, database, found.encoding)
        declared = (told or Told()).of(found.metrics)
        check_metric_names([metric.name for metric in declared], taken(keys))
        title = os.fspath(source) if isinstance(source, (str, os.PathLike)) else "the source"
        collected = collect(found, keys, declared, title, skip_unknown=skip_unknown)
        key = "isomorphism" if found.of_classes else keys.key
        places = _places_in(database, key, collected)
    described = _described(source, found, collected) | {"licence": licence or found.licence}
    scope = [str(keys.context)] if found.has_context else []
    scope += [str(keys.seed)] if found.has_seed else []
    placed_of = fingerprint(database_file) if database_file and places else None
    layout = SetLayout(name, schema, key, scope, [metric.name for metric in declared])
    with NewTables(layout, place, force=force) as new:
        _insert(new, layout, declared, collected, placed_of)
        new.insert(Place, places)
        size, _ = new.put(lambda: _insert_provenance(new, layout, collected, described))
    return SetReport.of(
        layout, place, declared, collected, described, time.perf_counter() - started, size
    )


def _opened(tables: TrialTables, file: Path | None) -> Any:
    """The benchmark's database, closed at the end; or nothing, where there is none."""
    if file is None:
        return nullcontext(None)
    database: BenchmarkDatabase = open_database(tables.schema, file)
    return closing(database)


def _places(
    tables: TrialTables, name: str, path: str | os.PathLike[str] | None
) -> tuple[Path, Path | None]:
    """Where the set shall lie, and the benchmark's database if there is one beside it."""
    schema = tables.schema
    if path is not None and is_set(path):
        place = Path(path)
        beside = place.parent / default_path(schema.benchmark).name
    else:
        beside = default_path(schema.benchmark) if path is None else Path(path)
        place = place_of(schema, name, beside)
        if os.path.isdir(beside):
            beside = beside / default_path(schema.benchmark).name
    return place, beside if os.path.isfile(beside) else None


def _read(
    source: Any,
    keys: Keys,
    place: Path,
    arch: str | None,
    metrics: Sequence[str] | None,
    encoding: str | None,
) -> Measurements:
    """What a source has, whatever it is."""
    how: dict[str, Any] = {"arch": arch, "metrics": metrics, "encoding": encoding}
    if not isinstance(source, (str, os.PathLike)):
        return measurements_of(read_given(source), keys, **how)
    file = os.fspath(source)
    if not os.path.exists(file):
        raise SourceError(f"{file}: there is no such file")
    refuse_to_replace_source(file, place)
    form = form_of(file)
    if arch is None and metrics is None:
        known = known_source(Path(file), keys.schema.benchmark)
        if known is not None:
            return known
    if form is None:
        raise SourceError(
            f"{file} is none of the files of measurements that are known, and its name ends in "
            f"none of {', '.join(FORMS)}; write its numbers to one of these, with a column of "
            "architectures"
        )
    return measurements_of(read_file(file, form), keys, **how)


def _described(source: Any, found: Measurements, collected: Collected) -> dict[str, Any]:
    """The columns of the provenance that describe a source."""
    if isinstance(source, (str, os.PathLike)):
        files = [os.fspath(source), *found.files]
        meters = {file: Meter.of_file(file) for file in files if os.path.isfile(file)}
        digests = [(os.path.basename(file), meter.sha256) for file, meter in meters.items()]
        sha256 = digests[0][1] if len(digests) == 1 else digest_of_files(digests)
        size = sum(meter.size for meter in meters.values())
        name = os.fspath(source)
    else:
        name, size = "", 0
        sha256 = _digest(collected)
    repeated = []
    if collected.repeated:
        repeated.append(
            f"{collected.repeated:,} rows are of architectures of which another row is already"
        )
    return {
        **describe(name, found.form, collected.records, False, size, sha256),
        "changes": [*found.remarks, *repeated] or None,
    }


def _digest(collected: Collected) -> str:
    """A digest of values that are in no file."""
    digest = hashlib.sha256()
    for key, values in sorted(collected.rows.items()):
        digest.update(repr((key, values)).encode())
    return digest.hexdigest()


def _places_in(
    database: BenchmarkDatabase | None, key: str, collected: Collected
) -> list[tuple[Any, ...]]:
    """The keys of the configs of a database that were measured, where keys are integers."""
    if database is None or not isinstance(database.schema.config._meta.fields[key], IntegerField):
        return []
    measured = {of[0] for of in collected.rows}
    table = database.schema.config._meta.table_name
    rows = database.select(f'SELECT id, "{key}" FROM "{table}" ORDER BY id')
    return [row for row in rows if row[1] in measured]


def _insert(
    new: NewTables,
    layout: SetLayout,
    declared: Sequence[Declared],
    collected: Collected,
    placed_of: str | None,
) -> None:
    """Write what was measured, how, and the values."""
    names = [layout.key, *layout.scope]
    MeasurementSet.insert(
        name=layout.name,
        benchmark=layout.schema.benchmark,
        key=layout.key,
        scope=list(layout.scope),
        placed_of=placed_of,
    ).execute(new.database)
    sentinels = Counter(metric for _, metric in collected.sentinels)
    for metric, missing in zip(declared, collected.missing(), strict=True):
        MeasuredMetric.insert(
            name=metric.name,
            title=metric.title,
            unit=metric.unit,
            direction=metric.direction,
            split=metric.split,
            description=metric.description or f"{metric.name} as the source has it.",
            device=metric.device,
            batch=metric.batch,
            measured=len(collected.rows) - missing,
            missing=missing,
            sentinels=sentinels[metric.name],
        ).execute(new.database)
    # peewee orders the columns of copies in its own way.
    order = [names.index(name) for name in stored_columns(layout.values) if name in names]
    new.insert(
        layout.values,
        ([*(of[place] for place in order), *row] for of, row in sorted(collected.rows.items())),
    )
    columns = stored_columns(layout.sentinels)
    new.insert(
        layout.sentinels,
        (
            [{**dict(zip(names, of, strict=True)), "metric": m, "value": v}[c] for c in columns]
            for (of, m), v in sorted(collected.sentinels.items())
        ),
    )


def _insert_provenance(
    new: NewTables, layout: SetLayout, collected: Collected, described: dict[str, Any]
) -> None:
    SetProvenance.insert(
        **described,
        **built_now(layout.schema.benchmark),
        architectures=collected.architectures,
        skipped=collected.skipped,
    ).execute(new.database)
