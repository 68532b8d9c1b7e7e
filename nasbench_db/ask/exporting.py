"""What the exports of all benchmarks share: the file, its format, and the flat view.

CSV and JSON lines have Python's own numbers, in full. Parquet (https://parquet.apache.org) has
the types of the view's columns, and tells where the data come from.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import sqlite3
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

import orjson
from peewee import DatabaseError as PeeweeDatabaseError
from peewee import FloatField

from nasbench_db.ask.columns import Column
from nasbench_db.ask.tables import METADATA_PREFIX, ROWS_PER_BLOCK, import_extra, view_kinds
from nasbench_db.errors import (
    ExportError,
    ExportWarning,
    InvalidDatabase,
    InvalidQuery,
    NasbenchDBError,
)
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import json_value
from nasbench_db.store.placing import EXPORTING_SUFFIX, NewFile
from nasbench_db.store.progress import tqdm

VIEW_FORMATS = {"csv": ".csv", "jsonl": ".jsonl", "parquet": ".parquet"}
"""The formats that :func:`write_view` knows, and how the names of such files end."""

_ROWS_PER_BLOCK = 1 << 13
# A row group of a Parquet file is what readers can skip, and what is in memory at once.
_ROWS_PER_GROUP = 1 << 17

_Rows = list[tuple[Any, ...]]

Writer = Callable[[BenchmarkDatabase, IO[bytes], bool], tuple[int, list[str]]]
"""Writes a database to an open file, with a progress bar or without, in a benchmark's own format.

Returns how many trials it wrote, and what got lost, in a sentence for each loss."""


def export_database(
    database: BenchmarkDatabase,
    path: str | os.PathLike[str],
    form: str | None = None,
    *,
    force: bool = False,
    progress: bool = True,
    further: Mapping[str, tuple[str, Writer]] = MappingProxyType({}),
) -> int:
    """Write a database to a file, which appears at its place only when it is complete.

    ``csv``, ``jsonl`` and ``parquet`` have all columns of the flat view, and those of attached
    measurement sets under names such as ``hwnas.raspi4_latency``, one row for each trial in the
    database's order, in the database's units and full precision.

    Args:
        database: what to export, from :func:`nasbench_db.connect`.
        path: the file to write.
        form: ``csv``, ``jsonl``, ``parquet`` or one of ``further``; by default the one that the
            file's name tells by its ending.
        force: replace a file that lies there.
        progress: show a progress bar on stderr.
        further: the benchmark's own formats, each with the ending of its files' names.

    Returns:
        the number of trials written.

    Warns:
        ExportWarning: something is lost in the file that the database has.

    Raises:
        ExportError: there is a file at ``path`` and ``force`` is false, the file cannot be
            written, or the format cannot hold what is in the database.
        MissingExtra: the format is ``parquet``, and pyarrow is not installed.
        InvalidDatabase: the database turns out to be damaged.
    """
    target = Path(path)
    endings = {**VIEW_FORMATS, **{name: ending for name, (ending, _) in further.items()}}
    form = format_of(target, form, endings)
    losses: list[str] = []
    mark = database.mark
    if form != "parquet" and mark is not None:
        losses.append(f"{mark.long}; {target.name} does not say so")
    with exported_file(database, target, force=force) as file:
        if form in further:
            count, more = further[form][1](database, file, progress)
            losses += more
        else:
            count = write_view(database, file, form, progress=progress)
            infinite = _count_infinite(database) if form == "jsonl" else 0
            if infinite:
                losses.append(
                    f"{infinite:,} infinite values are null in {target.name}, since JSON has none"
                )
            formulas = _count_formulas(database) if form == "csv" else 0
            if formulas:
                losses.append(
                    f"{formulas:,} texts in {target.name} begin as a formula does, and a "
                    "spreadsheet would run them: import the columns as text"
                )
    for loss in losses:
        warnings.warn(loss, ExportWarning, stacklevel=3)
    return count


def format_of(path: Path, form: str | None, formats: Mapping[str, str]) -> str:
    """The format to export in.

    Args:
        path: the file to write.
        form: a format, or None to go by how the file's name ends.
        formats: the formats that there are, with the endings of their files' names.

    Raises:
        ExportError: there is no such format, or the name has no known ending.
    """
    if form is None:
        for known, ending in formats.items():
            if path.name.lower().endswith(ending):
                return known
        raise ExportError(
            f"{path.name} does not tell the format, since it ends in none of "
            f"{', '.join(formats.values())}; give --format (form= in Python): {', '.join(formats)}"
        )
    if form not in formats:
        raise ExportError(f"the format is {form!r}; allowed are {', '.join(formats)}")
    return form


@contextlib.contextmanager
def exported_file(
    database: BenchmarkDatabase | None, path: Path, *, force: bool
) -> Iterator[IO[bytes]]:
    """A new file for an export, put in its place when the context ends without an error.

    Args:
        database: what is exported, which is not replaced, whatever ``force`` says; None if the
            file is of none.
        path: the file's place.
        force: replace a file that lies there.

    Raises:
        ExportError: there is something at ``path``, or the file cannot be written.
        InvalidDatabase: the database turns out to be damaged.
    """
    if not os.path.isdir(path.parent):
        raise ExportError(f"there is no folder {path.parent} to put {path.name} in")
    if database and os.path.exists(path) and os.path.samefile(path, database.path):
        raise ExportError(f"{path} is the database itself; give another path")
    if os.path.lexists(path) and not os.path.isfile(path):
        raise ExportError(f"{path} is not a file; an export needs a file name")
    errors = {"error": ExportError, "exists": ExportError, "busy": ExportError}
    try:
        with NewFile(path, EXPORTING_SUFFIX, force=force, **errors) as new:
            with open(new.partial, "xb", buffering=1 << 20) as file:
                yield file
            new.put()
    except NasbenchDBError:
        raise
    except (sqlite3.DatabaseError, PeeweeDatabaseError) as error:
        if database is None:
            raise
        raise InvalidDatabase(
            f"{database.path} is damaged: {error}; ingest the original again"
        ) from None
    except OSError as error:
        raise ExportError(f"cannot write {path}: {error.strerror or error}") from None


def write_view(database: BenchmarkDatabase, file: IO[bytes], form: str, *, progress: bool) -> int:
    """Write all rows of a benchmark's flat view, in the order of its trials.

    Numbers are written in full. What is NULL is empty in CSV and null elsewhere; an infinite
    number is null in JSON lines, which have none. The architecture is a JSON object in JSON lines
    and JSON text elsewhere. In Parquet, columns are int64, double or string, and the metadata
    tell where the data come from; see :data:`METADATA_PREFIX`.

    Args:
        database: what to export.
        file: an open binary file.
        form: one of :data:`VIEW_FORMATS`.
        progress: show a progress bar on stderr.

    Returns:
        the number of rows.

    Raises:
        ExportError: a column has a value of another type than its own, which Parquet cannot hold.
        MissingExtra: the format is ``parquet``, and pyarrow is not installed.
    """
    measured = {metric.name: "f8" for one in database.sets for metric in one.metrics}
    kinds = view_kinds(database) | measured
    if form == "jsonl" and _has_several_shapes(database):
        kinds["arch"] = "text"
    if form == "parquet":
        writer: _TextFile | _ParquetFile = _ParquetFile(database, file, kinds)
    else:
        writer = _TextFile(file, kinds, form)
    cursor = database.execute_sql(_exported(database))
    count = 0
    total = database.provenance()[0]["trials"]
    with writer, tqdm(total=total, unit="trial", unit_scale=True, disable=not progress) as bar:
        while rows := cursor.fetchmany(_ROWS_PER_BLOCK):
            writer.write(rows)
            count += len(rows)
            bar.update(len(rows))
    return count


def _exported(database: BenchmarkDatabase) -> str:
    """The SELECT of the flat view, and behind its columns those of the measurement sets."""
    columns, joins = ["v.*"], []
    for one in database.sets:
        columns += [
            f'"m_{one.name}"."{metric.name.partition(".")[2]}" AS "{metric.name}"'
            for metric in one.metrics
        ]
        same = " AND ".join(
            f'v."{name}" = "m_{one.name}"."{name}"' for name in (one.key, *one.scope)
        )
        joins.append(f'LEFT JOIN "{one.name}"."{one.name}" AS "m_{one.name}" ON {same}')
    view = f'FROM "{database.schema.view}" AS v'
    return " ".join([f"SELECT {', '.join(columns)}", view, *joins, "ORDER BY trial_id"])


class _TextFile:
    """A file of CSV, with a header, or of JSON lines.

    Args:
        file: what to write to.
        kinds: the columns and what they are.
        form: ``csv`` or ``jsonl``.
    """

    def __init__(self, file: IO[bytes], kinds: Mapping[str, str], form: str) -> None:
        self._file = file
        self._columns = list(kinds)
        self._nested = [place for place, kind in enumerate(kinds.values()) if kind == "json"]
        self._form = form
        if form == "csv":
            file.write(_csv([self._columns]))

    def write(self, rows: _Rows) -> None:
        """Add rows."""
        if self._form == "csv":
            self._file.write(_csv(rows))
        else:
            self._file.write(_jsonl(self._columns, self._nested, rows))

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        pass  # nothing comes after the rows


class _ParquetFile:
    """A file of Parquet, written in row groups, so that the memory it takes does not grow.

    Args:
        database: where the rows come from.
        file: what to write to.
        kinds: the columns and what they are.
    """

    def __init__(
        self, database: BenchmarkDatabase, file: IO[bytes], kinds: Mapping[str, str]
    ) -> None:
        self._arrow = import_extra("pyarrow")
        parquet = import_extra("pyarrow.parquet")
        types = {"i8": self._arrow.int64(), "f8": self._arrow.float64()}
        fields = [(name, types.get(kind, self._arrow.string())) for name, kind in kinds.items()]
        told = {
            "benchmark": database.schema.benchmark,
            "schema_version": str(database.schema.version),
            "provenance": json.dumps(database.provenance()),
        }
        metadata = {METADATA_PREFIX + key: value for key, value in told.items()}
        self._schema = self._arrow.schema(fields, metadata)
        self._kinds = kinds
        self._file = parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._start_group()

    def write(self, rows: _Rows) -> None:
        """Add rows."""
        for start in range(0, len(rows), ROWS_PER_BLOCK):
            block = rows[start : start + ROWS_PER_BLOCK]
            for column, values in zip(self._columns, zip(*block, strict=True), strict=True):
                column.add(values)
        self._count += len(rows)
        if self._count >= _ROWS_PER_GROUP:
            self._end_group()

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        try:
            if kind is None:
                if self._count:
                    self._end_group()
                self._file.close()
        finally:
            # Else it is closed when it is deleted, and then there is no file to write to.
            self._file.is_open = False

    def _start_group(self) -> None:
        self._columns = [Column(name, kind) for name, kind in self._kinds.items()]
        self._count = 0

    def _end_group(self) -> None:
        try:
            arrays = [
                column.to_arrow(self._arrow, field.type)
                for column, field in zip(self._columns, self._schema, strict=True)
            ]
        except InvalidQuery as error:
            raise ExportError(f"Parquet cannot hold what is in the database: {error}") from None
        self._file.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._start_group()


def _count_infinite(database: BenchmarkDatabase) -> int:
    """How many metrics of trials are infinite, such as the loss of a training that diverged."""
    trial = database.schema.trial
    metrics = [f.column_name for f in trial._meta.sorted_fields if isinstance(f, FloatField)]
    counts = " + ".join(f"total(abs({name}) = 9e999)" for name in metrics)
    ((count,),) = database.select(f"SELECT {counts} FROM {trial._meta.table_name}")
    return int(count)


def _count_formulas(database: BenchmarkDatabase) -> int:
    """How many texts begin with what makes a formula of a field in a spreadsheet."""
    texts = [name for name, kind in view_kinds(database).items() if kind not in ("i8", "f8")]
    counts = " + ".join(
        f"total(substr({name}, 1, 1) IN ('=', '+', '-', '@', char(9), char(13)))" for name in texts
    )
    ((count,),) = database.select(f"SELECT {counts or 0} FROM {database.schema.view}")
    return int(count or 0)


def _csv(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _has_several_shapes(database: BenchmarkDatabase) -> bool:
    """Whether ``arch`` is a list in one row and an object in another.

    Readers such as Polars want one type in a column, so it is then written as JSON in a text.
    """
    table = database.schema.config._meta.table_name
    statement = f"SELECT DISTINCT substr(arch, 1, 1) FROM {table} LIMIT 2"
    return len(list(database.select(statement))) > 1


def _jsonl(columns: Sequence[str], nested: Sequence[int], rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as JSON lines; the columns at the places ``nested`` contain JSON already."""
    lines = []
    for row in rows:
        values = list(row)
        for place in nested:
            values[place] = None if row[place] is None else json_value(row[place])
        lines.append(
            orjson.dumps(dict(zip(columns, values, strict=True)), option=orjson.OPT_APPEND_NEWLINE)
        )
    return b"".join(lines)
