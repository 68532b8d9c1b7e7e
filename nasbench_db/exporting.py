"""What the exports of all benchmarks share: the file, its format, and the flat view."""

from __future__ import annotations

import contextlib
import csv
import io
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
from tqdm import tqdm

from nasbench_db.database import BenchmarkDatabase
from nasbench_db.errors import ExportError, ExportWarning, InvalidDatabase, NasbenchDBError
from nasbench_db.models import JSONTextField
from nasbench_db.placing import NewFile

EXPORTING_SUFFIX = ".exporting"
"""What an exported file's name ends in until it is complete."""

VIEW_FORMATS = {"csv": ".csv", "jsonl": ".jsonl"}
"""The formats that :func:`write_view` knows, and how the names of such files end."""

_ROWS_PER_BLOCK = 1 << 13


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

    ``csv`` and ``jsonl`` have all columns of the flat view, one row for each trial in the
    database's order, in the database's units and full precision.

    Args:
        database: what to export, from :func:`nasbench_db.connect`.
        path: the file to write.
        form: ``csv``, ``jsonl`` or one of ``further``; by default the one that the file's name
            tells by its ending.
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
        InvalidDatabase: the database turns out to be damaged.
    """
    target = Path(path)
    endings = {**VIEW_FORMATS, **{name: ending for name, (ending, _) in further.items()}}
    form = format_of(target, form, endings)
    losses: list[str] = []
    if any(source["synthetic"] for source in database.provenance()):
        losses.append(f"the metrics are SYNTHETIC: made up; {target.name} does not say so")
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
def exported_file(database: BenchmarkDatabase, path: Path, *, force: bool) -> Iterator[IO[bytes]]:
    """A new file for an export, put in its place when the context ends without an error.

    Args:
        database: what is exported; it is not replaced, whatever ``force`` says.
        path: the file's place.
        force: replace a file that lies there.

    Raises:
        ExportError: there is something at ``path``, or the file cannot be written.
        InvalidDatabase: the database turns out to be damaged.
    """
    if not os.path.isdir(path.parent):
        raise ExportError(f"there is no folder {path.parent} to put {path.name} in")
    if os.path.exists(path) and os.path.samefile(path, database.path):
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
        raise InvalidDatabase(
            f"{database.path} is damaged: {error}; ingest the original again"
        ) from None
    except OSError as error:
        raise ExportError(f"cannot write {path}: {error.strerror or error}") from None


def write_view(database: BenchmarkDatabase, file: IO[bytes], form: str, *, progress: bool) -> int:
    """Write all rows of a benchmark's flat view, in the order of its trials.

    Numbers are written in full. What is NULL is empty in CSV and null in JSON; the architecture
    is JSON text in CSV and a JSON object in JSON lines.

    Args:
        database: what to export.
        file: an open binary file.
        form: one of :data:`VIEW_FORMATS`.
        progress: show a progress bar on stderr.

    Returns:
        the number of rows.
    """
    schema = database.schema
    cursor = database.execute_sql(f'SELECT * FROM "{schema.view}" ORDER BY trial_id')
    columns = [column[0] for column in cursor.description]
    nested = [
        columns.index(field.column_name)
        for model in (schema.config, schema.trial)
        for field in model._meta.sorted_fields
        if isinstance(field, JSONTextField)
    ]
    if form == "csv":
        file.write(_csv([columns]))
    count = 0
    total = database.provenance()[0]["trials"]
    with tqdm(total=total, unit="trial", unit_scale=True, disable=not progress) as bar:
        while rows := cursor.fetchmany(_ROWS_PER_BLOCK):
            file.write(_csv(rows) if form == "csv" else _jsonl(columns, nested, rows))
            count += len(rows)
            bar.update(len(rows))
    return count


def _count_infinite(database: BenchmarkDatabase) -> int:
    """How many metrics of trials are infinite, such as the loss of a training that diverged."""
    trial = database.schema.trial
    metrics = [f.column_name for f in trial._meta.sorted_fields if isinstance(f, FloatField)]
    counts = " + ".join(f"total(abs({name}) = 9e999)" for name in metrics)
    ((count,),) = database.select(f"SELECT {counts} FROM {trial._meta.table_name}")
    return int(count)


def _csv(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _jsonl(columns: Sequence[str], nested: Sequence[int], rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as JSON lines; the columns at the places ``nested`` contain JSON already."""
    lines = []
    for row in rows:
        values = list(row)
        for place in nested:
            values[place] = None if row[place] is None else orjson.loads(row[place])
        lines.append(
            orjson.dumps(dict(zip(columns, values, strict=True)), option=orjson.OPT_APPEND_NEWLINE)
        )
    return b"".join(lines)
