"""Rows of a table of one's own: CSV, JSON lines, Parquet, a data frame, or dicts."""

from __future__ import annotations

import csv
import gzip
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from nasbench_db.architectures.inputs import plain, show
from nasbench_db.ask.tables import import_extra
from nasbench_db.errors import InvalidQuery, SourceError

FORMS = {".csv": "CSV", ".jsonl": "JSON lines", ".parquet": "Parquet"}
"""The kinds of files by how their names end; the first two may be compressed by gzip."""

_MOST_COLUMNS = 1_000
_LONGEST_FIELD = 1 << 20


class Frame(NamedTuple):
    """Named columns, row by row.

    Attributes:
        columns: the names, as they are written.
        rows: where each row stands, for messages, and its values; read once.
        form: what it was read from.
    """

    columns: list[str]
    rows: Iterator[tuple[str, Sequence[Any]]]
    form: str


def form_of(path: str) -> str | None:
    """The kind of a file by its name; None if it is none of :data:`FORMS`."""
    name = os.path.basename(path).lower().removesuffix(".gz")
    return next((form for ending, form in FORMS.items() if name.endswith(ending)), None)


def read_file(path: str, form: str) -> Frame:
    """The rows of a file.

    Args:
        path: the file.
        form: what :func:`form_of` says that it is.

    Raises:
        SourceError: it cannot be read.
        MissingExtra: it is Parquet, and pyarrow is not installed.
    """
    if form == "Parquet":
        return _parquet(path)
    rows = _lines_of_csv(path) if form == "CSV" else _lines_of_json(path)
    first = next(rows, None)
    if first is None:
        raise SourceError(f"{path} has no rows")
    if form == "CSV":
        return Frame(_checked(list(first[1]), path), _of_width(path, rows, len(first[1])), form)
    return _of_dicts(_chained(first, rows), form)


def read_given(given: Any) -> Frame:
    """The rows of a data frame, of dicts, or of a dict of columns.

    Raises:
        InvalidQuery: it is nothing of the kind.
    """
    if isinstance(given, Mapping):
        columns = {str(name): list(values) for name, values in given.items()}
        if len({len(values) for values in columns.values()}) != 1:
            raise InvalidQuery("the columns have not one length, or there are none")
        rows = zip(*columns.values(), strict=True)
        return Frame(_checked(list(columns), "the dict"), _numbered(rows), "dict of columns")
    if hasattr(given, "to_dict") and hasattr(given, "columns"):  # of pandas
        names = [str(name) for name in given.columns]
        values = [plain(given[name].to_numpy(dtype=object)) for name in given.columns]
        return Frame(
            _checked(names, "the frame"),
            _numbered(zip(*values, strict=True)),
            "data frame",
        )
    if hasattr(given, "to_pydict"):  # of Arrow
        return read_given(given.to_pydict())
    if isinstance(given, Iterable) and not isinstance(given, (str, bytes)):
        return _of_dicts(((f"row {n}", row) for n, row in enumerate(given, 1)), "rows")
    raise InvalidQuery(
        f"the source is {show(given)}; give a file, a data frame, a list of dicts, or a dict of "
        "columns"
    )


def _numbered(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[str, Sequence[Any]]]:
    for number, row in enumerate(rows, 1):
        yield f"row {number}", row


def _chained(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rest


def _checked(names: list[str], what: str) -> list[str]:
    if len(names) > _MOST_COLUMNS:
        raise SourceError(f"{what} has {len(names):,} columns; {_MOST_COLUMNS:,} are allowed")
    for place, name in enumerate(names):
        if name in names[:place]:
            raise SourceError(f"{what} has two columns called {name!r}; rename one of them")
    return names


def _of_dicts(rows: Iterator[tuple[str, Any]], form: str) -> Frame:
    """Rows that each say the names of their values; the first one says which there are."""
    first = next(rows, None)
    if first is None:
        raise SourceError("there are no rows")
    if not isinstance(first[1], Mapping):
        raise SourceError(f"{first[0]} is {show(first[1])}; it must be an object with names")
    names = [str(name) for name in first[1]]

    def values() -> Iterator[tuple[str, Sequence[Any]]]:
        for place, row in _chained(first, rows):
            if not isinstance(row, Mapping):
                raise SourceError(f"{place} is {show(row)}; it must be an object with names")
            further = [name for name in row if name not in names]
            if further:
                raise SourceError(
                    f"{place} has {further[0]!r}, which the first row has not; name it there, "
                    "with null"
                )
            yield place, [row.get(name) for name in names]

    return Frame(_checked(names, "the first row"), values(), form)


def _opened(path: str) -> Any:
    with open(path, "rb") as file:
        compressed = file.read(2) == b"\x1f\x8b"
    if compressed:
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return open(path, encoding="utf-8-sig", newline="")


def _lines_of_csv(path: str) -> Iterator[tuple[str, Sequence[Any]]]:
    try:
        csv.field_size_limit(_LONGEST_FIELD)
        with _opened(path) as file:
            reader = csv.reader(file, strict=True)
            for row in reader:
                if row:
                    yield f"line {reader.line_num}", row
    except csv.Error as error:
        raise SourceError(f"{path}: line {reader.line_num}: {error}") from None
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise SourceError(f"cannot read {path}: {_reason(error)}") from None


def _of_width(
    path: str, rows: Iterator[tuple[str, Sequence[Any]]], width: int
) -> Iterator[tuple[str, Sequence[Any]]]:
    for place, row in rows:
        if len(row) != width:
            raise SourceError(
                f"{path}: {place} has {len(row)} fields, and the first line has {width} names"
            )
        yield place, row


def _lines_of_json(path: str) -> Iterator[tuple[str, Any]]:
    try:
        with _opened(path) as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    try:
                        yield f"line {number}", json.loads(line)
                    except (ValueError, RecursionError) as error:
                        raise SourceError(f"{path}: line {number} is no JSON: {error}") from None
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise SourceError(f"cannot read {path}: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _parquet(path: str) -> Frame:
    parquet = import_extra("pyarrow.parquet")
    arrow = import_extra("pyarrow")
    try:
        file = parquet.ParquetFile(path)
        names = list(file.schema_arrow.names)
    except (OSError, arrow.ArrowException) as error:
        raise SourceError(f"cannot read {path}: {error}") from None

    def rows() -> Iterator[tuple[str, Sequence[Any]]]:
        number = 0
        try:
            for batch in file.iter_batches():
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    number += 1
                    yield f"row {number}", row
        except (OSError, arrow.ArrowException) as error:
            raise SourceError(f"cannot read {path}: {error}") from None

    return Frame(_checked(names, path), rows(), "Parquet")
