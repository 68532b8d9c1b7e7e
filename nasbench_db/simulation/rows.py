"""Tables in memory, which become arrays, frames and files as the answers of a database do."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from nasbench_db.ask.columns import Column, parse_json, structured
from nasbench_db.ask.exporting import exported_file
from nasbench_db.ask.tables import import_extra
from nasbench_db.errors import SourceError
from nasbench_db.metrics import find

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

SAID = "nasbench_db.simulation"
"""Where the metadata of runs have, as JSON, what was said when they began."""

_SHOWN_ROWS, _HTML_ROWS = 10, 20


class Rows:
    """Named columns of equal length; as an iterable it gives a dict for each row.

    What the columns become elsewhere, and what stands for None there, is as for
    :class:`~nasbench_db.ask.tables.Table`.

    Args:
        columns: the values by name. JSON is text, and parsed where it is given out.
        kinds: what each column is: ``i8``, ``f8``, ``text`` or ``json``.
        metadata: what else a file of it tells, such as where the numbers come from.

    Attributes:
        kinds, metadata: as given.
    """

    def __init__(
        self,
        columns: Mapping[str, Sequence[Any]],
        kinds: Mapping[str, str],
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        self._columns = dict(columns)
        self.kinds = dict(kinds)
        self.metadata = dict(metadata or {})

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self._columns)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()), ()))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in zip(*self._columns.values(), strict=True):
            yield {
                name: parse_json(value, name) if self.kinds[name] == "json" else value
                for name, value in zip(self._columns, row, strict=True)
            }

    def __getitem__(self, name: str) -> list[Any]:
        """The values of a column, as a new list; JSON is text.

        Raises:
            InvalidQuery: there is no such column; the message has those there are.
        """
        return list(find("column of these rows", name, self._columns))

    def to_numpy(self) -> np.ndarray:
        """All rows as one structured array."""
        return structured(self._read())

    def to_pandas(self) -> pd.DataFrame:
        """All rows as a data frame.

        Raises:
            MissingExtra: pandas is not installed.
        """
        pandas = import_extra("pandas")
        return pandas.DataFrame(
            {name: column.to_pandas(pandas) for name, column in self._read().items()}
        )

    def to_arrow(self) -> pa.Table:
        """All rows as a table of Apache Arrow; JSON stays text.

        Raises:
            MissingExtra: pyarrow is not installed.
        """
        arrow = import_extra("pyarrow")
        types = {"i8": arrow.int64(), "f8": arrow.float64()}
        fields = [
            arrow.field(name, types.get(kind, arrow.string())) for name, kind in self.kinds.items()
        ]
        arrays = [
            column.to_arrow(arrow, field.type)
            for column, field in zip(self._read().values(), fields, strict=True)
        ]
        return arrow.Table.from_arrays(arrays, schema=arrow.schema(fields, self.metadata))

    def write_parquet(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write a Parquet file, with the metadata.

        Args:
            path: the file.
            force: replace one that lies there.

        Raises:
            ExportError: there is a file already, or it cannot be written.
            MissingExtra: pyarrow is not installed.
        """
        with exported_file(None, Path(path), force=force) as file:
            self.write(file)

    def write(self, file: IO[bytes]) -> None:
        """Write to an open binary file, as Parquet with the metadata.

        Raises:
            MissingExtra: pyarrow is not installed.
        """
        import_extra("pyarrow.parquet").write_table(self.to_arrow(), file)

    def _read(self) -> dict[str, Column]:
        found = {name: Column(name, kind) for name, kind in self.kinds.items()}
        for name, column in found.items():
            if len(self):
                column.add(self._columns[name])
        return found

    def __repr__(self) -> str:
        """The first rows, without JSON, which is long."""
        from nasbench_db.formats.rows import text_table

        rows = zip(*self._columns.values(), strict=True)
        json = [name for name, kind in self.kinds.items() if kind == "json"]
        return "\n".join(text_table(self.columns, rows, _SHOWN_ROWS, json))

    def _repr_html_(self) -> str:
        """The first rows, for Jupyter."""
        from nasbench_db.formats.rows import html_table

        rows = zip(*self._columns.values(), strict=True)
        return html_table(self.columns, rows, _HTML_ROWS, {})


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """In what two mappings differ, for people; an empty text if in nothing."""
    return ", ".join(
        f"{name} is {one.get(name)} and {other.get(name)}"
        for name in {**one, **other}
        if one.get(name) != other.get(name)
    )


def read_rows(path: str | os.PathLike[str]) -> Rows:
    """What :meth:`Rows.write_parquet` wrote.

    Raises:
        SourceError: there is no such file, or it is none.
        MissingExtra: pyarrow is not installed.
    """
    arrow, parquet = import_extra("pyarrow"), import_extra("pyarrow.parquet")
    if not os.path.exists(path):
        raise SourceError(
            f"there is no file {os.fspath(path)}; nasbench-db search writes one, as --out says"
        )
    try:
        table = parquet.read_table(path)
    except (OSError, arrow.ArrowException) as error:
        raise SourceError(f"{os.fspath(path)} cannot be read as Parquet: {error}") from None
    kinds = {arrow.int64(): "i8", arrow.float64(): "f8"}
    of_texts = {field.name: "json" if field.name == "arch" else "text" for field in table.schema}
    metadata = {
        key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()
    }
    return Rows(
        {name: table.column(name).to_pylist() for name in table.column_names},
        {field.name: kinds.get(field.type, of_texts[field.name]) for field in table.schema},
        metadata,
    )
