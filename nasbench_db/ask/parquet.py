"""Files of Parquet (https://parquet.apache.org), written as the rows come, in bounded memory."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import IO, Any

from nasbench_db.ask.columns import Column
from nasbench_db.ask.tables import METADATA_PREFIX, ROWS_PER_BLOCK, import_extra
from nasbench_db.errors import ExportError, InvalidQuery
from nasbench_db.store.database import BenchmarkDatabase

_ROWS_PER_GROUP = 1 << 17
"""How many rows are in a row group: what readers can skip, and what is in memory at once."""

Meanings = Mapping[str, Mapping[str, str]]
"""Of a column what is said of it, such as its ``unit`` and its ``description``."""


def parquet_schema(
    database: BenchmarkDatabase,
    kinds: Mapping[str, str],
    meanings: Meanings,
    told: Mapping[str, str],
) -> Any:
    """The schema of a file: int64, double and string, whatever values there are.

    So a column has its type even if all of it is NULL, as it can be in one of several files.

    Args:
        database: where the rows come from.
        kinds: the columns and what they are.
        meanings: what is said of them, for the metadata of the fields.
        told: what is said besides, for the metadata of the file; see :data:`METADATA_PREFIX`.

    Raises:
        MissingExtra: pyarrow is not installed.
    """
    arrow = import_extra("pyarrow")
    types = {"i8": arrow.int64(), "f8": arrow.float64()}
    fields = [
        arrow.field(name, types.get(kind, arrow.string()), metadata=dict(meanings.get(name, {})))
        for name, kind in kinds.items()
    ]
    of_file = {
        "benchmark": database.schema.benchmark,
        "schema_version": str(database.schema.version),
        "provenance": json.dumps(database.provenance()),
        **told,
    }
    return arrow.schema(fields, {METADATA_PREFIX + key: text for key, text in of_file.items()})


class ParquetFile:
    """A file of Parquet, written in row groups, so that the memory it takes does not grow.

    Texts and whole numbers are written as the places of their values in a dictionary.

    Args:
        file: what to write to.
        kinds: the columns and what they are.
        schema: what :func:`parquet_schema` gives for them.
    """

    def __init__(self, file: IO[bytes], kinds: Mapping[str, str], schema: Any) -> None:
        self._arrow = import_extra("pyarrow")
        parquet = import_extra("pyarrow.parquet")
        self._schema = schema
        self._kinds = kinds
        few = [name for name, kind in kinds.items() if kind != "f8"]
        self._file = parquet.ParquetWriter(
            file, schema, compression="zstd", use_dictionary=few or False
        )
        self._start_group()

    def write(self, rows: Sequence[tuple[Any, ...]]) -> None:
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
