"""What the exports of all benchmarks share: the file or folder, and its format.

CSV and JSON lines have Python's own numbers, in full. Parquet (https://parquet.apache.org) has
the types of the view's columns, and tells where the data come from.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import shutil
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any
from urllib.parse import quote

import orjson

from nasbench_db.ask.exportedrows import ALL, Chosen, Rows, parts
from nasbench_db.ask.exportedrows import curves as curves_of
from nasbench_db.ask.exportedrows import trials as trials_of
from nasbench_db.ask.parquet import Meanings, ParquetFile, parquet_schema
from nasbench_db.errors import ExportError, ExportWarning, NasbenchDBError
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import json_value
from nasbench_db.store.placing import EXPORTING_SUFFIX, NewFile, NewFolder
from nasbench_db.store.progress import tqdm

VIEW_FORMATS = {"csv": ".csv", "jsonl": ".jsonl", "parquet": ".parquet"}
"""The formats that :func:`write_view` knows, and how the names of such files end."""

PART = "part-0.parquet"
"""What the file of each part is called."""

_ROWS_PER_BLOCK = 1 << 13

_ERRORS = {"error": ExportError, "exists": ExportError, "busy": ExportError}

_INFINITE = "abs({}) > 1.7976931348623157e308"
_FORMULA = "substr({}, 1, 1) IN ('=', '+', '-', '@', '\t', '\r')"
"""What makes a formula of a text in a spreadsheet."""

_Rows = list[tuple[Any, ...]]

Writer = Callable[[BenchmarkDatabase, IO[bytes], bool, Chosen], tuple[int, list[str]]]
"""Writes a database to an open file, with a progress bar or without, in a benchmark's own format:
all of it, or what is of some configs.

Returns how many trials it wrote, and what got lost, in a sentence for each loss."""


def export_database(
    database: BenchmarkDatabase,
    path: str | os.PathLike[str],
    form: str | None = None,
    *,
    force: bool = False,
    progress: bool = True,
    curves: bool = False,
    partition: Sequence[str] | str | None = None,
    chosen: Chosen = ALL,
    meanings: Meanings = MappingProxyType({}),
    further: Mapping[str, tuple[str, Writer]] = MappingProxyType({}),
) -> int:
    """Write a database to a file or folder, which appears at its place only when it is complete.

    ``csv``, ``jsonl`` and ``parquet`` have all columns of the flat view, and those of attached
    measurement sets under names such as ``hwnas.raspi4_latency``, one row for each trial in the
    database's order, in the database's units and full precision; or of the curves one row for
    each evaluation, sorted by architecture.

    Args:
        database: what to export, from :func:`nasbench_db.connect`.
        path: the file to write, or with a partition the folder.
        form: ``csv``, ``jsonl``, ``parquet`` or one of ``further``; by default the one that the
            file's name tells by its ending.
        force: replace a file that lies there, or a folder of an earlier export.
        progress: show a progress bar on stderr.
        curves: write the evaluations during the trainings, and not the trials.
        partition: columns of which each has one value in a file, of those that say which epochs,
            data set or task; then there is a folder of files, in Parquet. See :func:`write_parts`.
        chosen: what is exported, if not all: for columns of the configs, the values that there
            are and one of which they must have.
        meanings: what is said of the columns in Parquet.
        further: the benchmark's own formats, each with the ending of its files' names.

    Returns:
        the number of trials, or of evaluations, written.

    Warns:
        ExportWarning: something is lost in the file that the database has.

    Raises:
        ExportError: there is a file at ``path`` and ``force`` is false, the file cannot be
            written, or the format cannot hold what is in the database, or curves, or parts.
        InvalidQuery: there are no curves, or the database has no such column to part it by.
        MissingExtra: the format is ``parquet``, and pyarrow is not installed.
        InvalidDatabase: the database turns out to be damaged.
    """
    target = Path(path)
    if partition is not None:
        if form not in (None, "parquet"):
            raise ExportError(f"the format is {form!r}; a folder with a partition is of parquet")
        rows = _rows(database, curves, chosen)
        return _export_parts(
            database, target, rows, partition, force=force, progress=progress, of=meanings
        )
    endings = {**VIEW_FORMATS, **{name: ending for name, (ending, _) in further.items()}}
    form = format_of(target, form, endings)
    if curves and form in further:
        raise ExportError(
            f"the format {form} has a place of its own for curves; leave out --curves (curves= in "
            "Python)"
        )
    losses: list[str] = []
    mark = database.mark
    if form != "parquet" and mark is not None:
        losses.append(f"{mark.long}; {target.name} does not say so")
    whole = None if form in further else _rows(database, curves, chosen)
    with exported_file(database, target, force=force) as file:
        if whole is None:
            count, more = further[form][1](database, file, progress, chosen)
            losses += more
        else:
            count = write_rows(database, whole, file, form, progress=progress, meanings=meanings)
            infinite = whole.count(database, "f", _INFINITE) if form == "jsonl" else 0
            if infinite:
                losses.append(
                    f"{infinite:,} infinite values are null in {target.name}, since JSON has none"
                )
            formulas = whole.count(database, "Utj", _FORMULA) if form == "csv" else 0
            if formulas:
                losses.append(
                    f"{formulas:,} texts in {target.name} begin as a formula does, and a "
                    "spreadsheet would run them: import the columns as text"
                )
    for loss in losses:
        warnings.warn(loss, ExportWarning, stacklevel=3)
    return count


def _rows(database: BenchmarkDatabase, curves: bool, chosen: Chosen) -> Rows:
    return curves_of(database, chosen) if curves else trials_of(database, chosen)


def _export_parts(
    database: BenchmarkDatabase,
    target: Path,
    rows: Rows,
    partition: Sequence[str] | str,
    *,
    force: bool,
    progress: bool,
    of: Meanings,
) -> int:
    """Write a folder of files."""
    with (
        _whole(database, target),
        NewFolder(target, EXPORTING_SUFFIX, _of_parts, force=force, **_ERRORS) as new,
    ):
        new.partial.mkdir()
        count = write_parts(database, rows, partition, new.partial, progress=progress, meanings=of)
        new.put()
    return count


def _of_parts(folder: Path) -> bool:
    """Whether there are no other files in a folder than an export writes."""
    return all(path.is_dir() or path.name == PART for path in folder.rglob("*"))


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
    kept = database.path if database else None
    if isinstance(kept, Path) and os.path.exists(path) and os.path.samefile(path, kept):
        raise ExportError(f"{path} is the database itself; give another path")
    if os.path.lexists(path) and not os.path.isfile(path):
        raise ExportError(f"{path} is not a file; an export needs a file name")
    with (
        _whole(database, path),
        NewFile(path, EXPORTING_SUFFIX, force=force, **_ERRORS) as new,
    ):
        with open(new.partial, "xb", buffering=1 << 20) as file:
            yield file
        new.put()


@contextlib.contextmanager
def _whole(database: BenchmarkDatabase | None, path: Path) -> Iterator[None]:
    """Tell what keeps an export from its end, in errors of this package."""
    if not os.path.isdir(path.parent):
        raise ExportError(f"there is no folder {path.parent} to put {path.name} in")
    try:
        yield
    except NasbenchDBError:
        raise
    except OSError as error:
        raise ExportError(f"cannot write {path}: {error.strerror or error}") from None
    except Exception as error:
        if database is None or not isinstance(error, database.errors):
            raise
        raise database.unreadable(error) from None


def write_rows(
    database: BenchmarkDatabase,
    rows: Rows,
    file: IO[bytes],
    form: str,
    *,
    progress: bool,
    meanings: Meanings = MappingProxyType({}),
) -> int:
    """Write rows in their order.

    Numbers are written in full. What is NULL is empty in CSV and null elsewhere; an infinite
    number is null in JSON lines, which have none. JSON is what it is in JSON lines and a text
    elsewhere. In Parquet, columns are int64, double or string, and the metadata tell where the
    data come from; see :data:`~nasbench_db.ask.tables.METADATA_PREFIX`.

    Args:
        database: what to export.
        rows: what of it.
        file: an open binary file.
        form: one of :data:`VIEW_FORMATS`.
        progress: show a progress bar on stderr.
        meanings: what is said of the columns in Parquet.

    Returns:
        the number of rows.

    Raises:
        ExportError: a column has a value of another type than its own, which Parquet cannot hold.
        MissingExtra: the format is ``parquet``, and pyarrow is not installed.
    """
    kinds = dict(rows.kinds)
    if form == "jsonl" and "arch" in kinds and _has_several_shapes(database):
        kinds["arch"] = "text"
    if form == "parquet":
        schema = parquet_schema(database, kinds, meanings, _told(rows))
        writer: _TextFile | ParquetFile = ParquetFile(file, kinds, schema)
    else:
        writer = _TextFile(file, kinds, form)
    count = 0
    with writer, _bar(rows, progress) as bar:
        for some in _blocks(database, rows, {}, bar):
            writer.write(some)
            count += len(some)
    return count


def write_parts(
    database: BenchmarkDatabase,
    rows: Rows,
    partition: Sequence[str] | str,
    folder: Path,
    *,
    progress: bool,
    meanings: Meanings = MappingProxyType({}),
) -> int:
    """Write rows to files of Parquet, one for each part, in folders that say which part it is.

    The folders are called as Hive does, ``dataset=cifar10/num_epochs=12``, and the columns that
    they tell are not in the files: readers of such data sets take them from the names.

    Args:
        database, rows, progress, meanings: as for :func:`write_rows`.
        partition: the columns that tell the parts.
        folder: where to make the folders.

    Returns:
        the number of rows.

    Raises:
        ExportError: there is no such column, or a column has a value of another type.
        MissingExtra: pyarrow is not installed.
    """
    found = list(parts(database, rows, partition))
    kinds = {name: kind for name, kind in rows.kinds.items() if name not in found[0]}
    schema = parquet_schema(database, kinds, meanings, _told(rows))
    places = [place for place, name in enumerate(rows.kinds) if name in kinds]
    within = itemgetter(*places)
    count = 0
    with _bar(rows, progress) as bar:
        for part in found:
            place = folder.joinpath(*(f"{k}={quote(str(v), safe='')}" for k, v in part.items()))
            place.mkdir(parents=True)
            before = count
            with open(place / PART, "xb", buffering=1 << 20) as file:
                writer = ParquetFile(file, kinds, schema)
                with writer:
                    for some in _blocks(database, rows, part, bar):
                        writer.write([*map(within, some)])
                        count += len(some)
            if count == before:  # a config without any
                shutil.rmtree(place)
    return count


def _blocks(
    database: BenchmarkDatabase, rows: Rows, part: Mapping[str, Any], bar: Any
) -> Iterator[_Rows]:
    """The rows of a part, some at a time."""
    cursor = database.reading(rows.select(part), rows.values(part))
    while some := cursor.fetchmany(_ROWS_PER_BLOCK):
        yield some
        bar.update(len(some))


def _bar(rows: Rows, progress: bool) -> Any:
    return tqdm(total=rows.total, unit=rows.unit, unit_scale=True, disable=not progress)


def _told(rows: Rows) -> dict[str, str]:
    """What a file says of its rows."""
    which = {"where": rows.said()} if rows.chosen else {}
    return {"holds": rows.what, "left_out": ", ".join(rows.left_out), **which}


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
