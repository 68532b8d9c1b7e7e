"""What one SELECT gives, as a flat table: rows, arrays, data frames, and a display in Jupyter.

The columns are read in blocks and made into arrays as they come, with no dict for a row. pandas
and pyarrow come with the extra ``explore`` and are imported by the methods that need them.
"""

from __future__ import annotations

import importlib
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from nasbench_db.ask.columns import Column, parse_json, structured
from nasbench_db.ask.sqltext import check_statement, fill_in
from nasbench_db.errors import (
    InvalidDatabase,
    InvalidQuery,
    MissingExtra,
    how_to_install,
    nearest,
)
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import JSONTextField

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

METADATA_PREFIX = "nasbench_db."
"""What the keys of metadata begin with. Those of a Parquet file are ``benchmark``, its name;
``schema_version``; and ``provenance``, a JSON list with a dict for each source file, in which
``synthetic`` tells whether the metrics are made up, and ``source_format`` is ``sample`` if there
are more in the benchmark. That of a frame and of Arrow's table is ``warning``, with the same in a
sentence, if one of the two is so."""

_HTML_ROWS = 20
_SHOWN_ROWS = 10
ROWS_PER_BLOCK = 512
"""How many rows are taken apart at once: as many as stay in the processor's cache."""

_KIND = re.compile(r"i8|f8|json|text|U[1-9]\d*")


def import_extra(module: str, extra: str = "explore") -> Any:
    """Import a module that comes with an extra.

    Raises:
        MissingExtra: it is not installed, or cannot be imported; says what to run.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise MissingExtra(
            f"this needs {package}, which cannot be imported ({error}); install it: "
            + how_to_install(extra)
        ) from None


class Table:
    """What one SELECT gives. The database is asked when the rows are wanted, each time anew.

    As an iterable it gives a dict for each row; printed, it shows the first ones.

    In arrays and frames a column of integers is int64, one of numbers, or of numbers and integers,
    float64, and one of texts text. A column without any value is of its kind, and without a kind
    float64. What NULL is:

    ========  ==================  ============================  ========  =====================
    values    numpy               pandas                        pyarrow   iteration
    ========  ==================  ============================  ========  =====================
    integers  see ``to_numpy``    ``Int64`` with NA, ``int64``  null      None
                                  where there is none
    numbers   NaN                 NaN                           null      None
    text      the empty text      missing, as pandas has it     null      None
    JSON      None                None                          null      None, as JSON's null
    ========  ==================  ============================  ========  =====================

    Args:
        database: what to ask.
        statement: a SELECT, with ``?`` for each value.
        values: the values.
        kinds: what some columns are: ``i8``, ``f8``, ``text``, ``U32`` for text of at least so
            many characters in numpy, or ``json`` for text that is parsed. The values decide
            where they are of another type, so that none is lost or cut.
        labels: what some columns mean, with their units; shown over the heading in Jupyter, and
            the ``description`` in the metadata of Arrow's fields.

    Raises:
        InvalidQuery: the statement is none that gives rows, the values do not fit it, or a kind
            is unknown.
    """

    def __init__(
        self,
        database: BenchmarkDatabase,
        statement: str,
        values: Sequence[Any] = (),
        kinds: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        self._database = database
        self._statement = statement
        self._kinds = dict(kinds or {})
        self._labels = dict(labels or {})
        check_statement(statement)
        for name, kind in self._kinds.items():
            if not isinstance(kind, str) or not _KIND.fullmatch(kind):
                raise InvalidQuery(
                    f"the kind of {name} is {kind!r}; allowed are i8, f8, text, U and a number "
                    "of characters such as U32, json"
                )
        if isinstance(values, (str, bytes)) or not isinstance(values, Sequence):
            raise InvalidQuery(f"values is {values!r}; it must be a list, with a value for each ?")
        self._values = [_plain(value) for value in values]
        fill_in(statement, self._values)
        self._columns: tuple[str, ...] | None = None

    @property
    def database(self) -> BenchmarkDatabase:
        """What is asked."""
        return self._database

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, for which no row is fetched.

        Raises:
            InvalidQuery: see :meth:`rows`.
        """
        if self._columns is None:
            self._ask(0)
        assert self._columns is not None
        return self._columns

    def sql(self) -> str:
        """The statement, its values filled in, ready to be run elsewhere.

        The aggregates ``median`` and ``std`` are functions that SQLite itself may lack.
        """
        return self._database.runnable(fill_in(self._statement, self._values))

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows as tuples, as they are fetched; JSON is parsed.

        Raises:
            InvalidQuery: SQLite refuses the statement, with its message; or two columns have one
                name, or one has none, which ``AS`` puts right.
            InvalidDatabase: the file is damaged or cannot be read.
        """
        return self._rows(None)

    def count(self) -> int:
        """How many rows there are, none of which is fetched.

        Raises:
            InvalidQuery: see :meth:`rows`.
        """
        text = self._statement.rstrip().removesuffix(";")
        ((count,),) = self._execute(f"SELECT count(*) FROM (\n{text}\n)")
        return int(count)

    def first(self) -> dict[str, Any] | None:
        """The first row as a dict, or None if there is none."""
        for row in self._rows(1):
            return dict(zip(self.columns, row, strict=True))
        return None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self.rows():
            yield dict(zip(self.columns, row, strict=True))

    def __repr__(self) -> str:
        """The first rows, or why they cannot be had."""
        try:
            return self._preview()
        except Exception as error:
            if not isinstance(error, (InvalidQuery, InvalidDatabase, *self._database.errors)):
                raise
            sql = textwrap.shorten(self.sql(), 200, placeholder=" …")
            return f"<table that cannot be read: {error}: {sql}>"

    def _preview(self) -> str:
        """The first rows as a table, without parsed JSON, which is long."""
        from nasbench_db.formats.rows import text_table

        found = list(self._fetch(self._ask(_SHOWN_ROWS + 1)))
        json = [name for name in self.columns if self._is_json(name)]
        lines = text_table(self.columns, found, _SHOWN_ROWS, json)
        return "\n".join([*self._said(), *lines, *self.remarks(found[:_SHOWN_ROWS])])

    def remarks(self, rows: Sequence[Sequence[Any]]) -> list[str]:
        """What displays say below some rows: of most tables nothing."""
        return []

    def _said(self) -> list[str]:
        """What must be said wherever the rows are shown."""
        mark = self._database.mark
        return [] if mark is None else [mark.short]

    def _repr_html_(self) -> str:
        """The first rows, for Jupyter."""
        from nasbench_db.formats.rows import html_table

        rows = list(self._fetch(self._ask(_HTML_ROWS + 1)))
        said, below = (
            "".join(f"<p>{text}</p>" for text in texts)
            for texts in (self._said(), self.remarks(rows[:_HTML_ROWS]))
        )
        return said + html_table(self.columns, rows, _HTML_ROWS, self._labels) + below

    def to_numpy(self) -> np.ndarray:
        """All rows as one structured array.

        Text is ``U`` with the width of its kind, or more if there is a longer one; a NULL text is
        empty. Integers are ``i8``; where there are NULLs among them, ``f8`` with NaN, or objects
        with None if ``f8`` cannot hold them all exactly. Parsed JSON, bytes, and columns with
        text and numbers are objects.
        """
        return structured(self._read())

    def to_pandas(self) -> pd.DataFrame:
        """All rows as a data frame, numbered from 0.

        Text has pandas' own type for text, which is ``str`` from pandas 3 on and ``object`` with
        None before; it is not made categorical. Integers with NULLs among them are the nullable
        ``Int64``. Parsed JSON, bytes, and columns with text and numbers are ``object``. Where the
        numbers are made up or a sample, ``attrs["nasbench_db.warning"]`` says so.

        Raises:
            MissingExtra: pandas is not installed.
        """
        pandas = import_extra("pandas")
        series = {name: column.to_pandas(pandas) for name, column in self._read().items()}
        frame = pandas.DataFrame(series, copy=False)
        frame.attrs.update(self._told())
        return frame

    def to_arrow(self) -> pa.Table:
        """All rows as a table of Apache Arrow: int64, double, string and binary.

        JSON stays text. It is not dictionary-encoded. Where the numbers are made up or a sample,
        ``nasbench_db.warning`` in the metadata of the schema says so.

        Raises:
            MissingExtra: pyarrow is not installed.
            InvalidQuery: a column has both text and numbers, which Arrow has no type for.
        """
        arrow = import_extra("pyarrow")
        columns = {name: column.to_arrow(arrow) for name, column in self._read().items()}
        fields = [
            arrow.field(name, values.type, metadata=self._description(name))
            for name, values in columns.items()
        ]
        schema = arrow.schema(fields, self._told() or None)
        return arrow.table(list(columns.values()), schema=schema)

    def _told(self) -> dict[str, str]:
        """What must be said of the rows, for the metadata of what they are made into."""
        mark = self._database.mark
        return {} if mark is None else {f"{METADATA_PREFIX}warning": mark.long}

    def _description(self, name: str) -> dict[str, str] | None:
        return {"description": self._labels[name]} if name in self._labels else None

    def _rows(self, limit: int | None) -> Iterator[tuple[Any, ...]]:
        cursor = self._ask(limit)
        parsed = [place for place, name in enumerate(self.columns) if self._is_json(name)]
        for row in self._fetch(cursor):
            if parsed:
                values = list(row)
                for place in parsed:
                    values[place] = parse_json(row[place], self.columns[place])
                row = tuple(values)
            yield row

    def _is_json(self, name: str) -> bool:
        return self._kinds.get(name) == "json"

    def _read(self) -> dict[str, Column]:
        """All rows, column by column."""
        cursor = self._ask(None)
        columns = [Column(name, self._kinds.get(name)) for name in self.columns]
        try:
            while rows := cursor.fetchmany(ROWS_PER_BLOCK):
                for column, values in zip(columns, zip(*rows, strict=True), strict=True):
                    column.add(values)
        except self._database.errors as error:
            raise self._failed(error) from None
        return dict(zip(self.columns, columns, strict=True))

    def _fetch(self, cursor: Any) -> Iterator[tuple[Any, ...]]:
        try:
            # Not "yield from"; see BenchmarkDatabase.select.
            for row in cursor:  # noqa: UP028
                yield row
        except self._database.errors as error:
            raise self._failed(error) from None

    def _ask(self, limit: int | None) -> Any:
        """A cursor over the rows, or over the first ones; the columns are known from then on."""
        if limit is not None:
            # So that SQLite need not sort all rows to give some, or none. It cannot be done with
            # all statements, and gives columns of one name different ones, such as id and id:1.
            text = self._statement.rstrip().removesuffix(";")
            try:
                cursor = self._execute(f"SELECT * FROM (\n{text}\n) LIMIT {limit}")
            except InvalidQuery:
                pass
            else:
                names = [column[0] for column in cursor.description]
                if not any(re.search(r":\d+$", name) for name in names):
                    self._name(names)
                    return cursor
        cursor = self._execute(self._statement)
        self._name([column[0] for column in cursor.description or ()])
        return cursor

    def _execute(self, statement: str) -> Any:
        try:
            return self._database.reading(statement, self._values)
        except (ValueError, OverflowError) as error:
            raise self._failed(error) from None
        except self._database.errors as error:
            raise self._failed(error) from None

    def plan(self) -> Iterator[str]:
        """How the statement would be run, as lines for people.

        Raises:
            InvalidQuery: see :meth:`rows`.
        """
        try:
            yield from self._database.plan(self.sql())
        except self._database.errors as error:
            raise self._failed(error) from None

    def _name(self, names: Sequence[str]) -> None:
        for place, name in enumerate(names):
            if not name:
                raise InvalidQuery(f"column {place + 1} has no name; give it one with AS")
            if name in names[:place]:
                raise InvalidQuery(
                    f"columns {names.index(name) + 1} and {place + 1} are both called {name!r}; "
                    "give one another name with AS"
                )
        if not names:
            raise InvalidQuery("the statement gives no columns; it must be a SELECT")
        self._columns = tuple(names)

    def _failed(self, error: Exception) -> Exception:
        """What to raise for an error of the driver's."""
        return self._database.explained(error, self._hint)

    def _hint(self, kind: str, name: str) -> str:
        """What the statement may have meant, or could name instead."""
        schema = self._database.schema
        if kind == "table":
            tables = [schema.view, *(model._meta.table_name for model in schema.models)]
            tables += [one.name for one in self._database.sets]
            return f"; there are {', '.join(tables)}"
        names = list(view_kinds(self._database))
        metrics = [metric.name for one in self._database.sets for metric in one.metrics]
        names += [metric.rpartition(".")[2] for metric in metrics]
        near = nearest(name.rpartition(".")[2].strip('"'), names)
        return near or f"; the view {schema.view} has {', '.join(names)}"


def view_kinds(database: BenchmarkDatabase) -> dict[str, str]:
    """The columns of a benchmark's flat view, in their order, with their kinds."""
    schema = database.schema
    json = {
        field.column_name
        for model in (schema.config, schema.trial)
        for field in model._meta.sorted_fields
        if isinstance(field, JSONTextField)
    }
    of_declared = {"INTEGER": "i8", "REAL": "f8"}
    return {
        name: "json" if name in json else of_declared.get(declared, "text")
        for name, declared in database.columns_of(schema.view).items()
    }


def _plain(value: object) -> object:
    """A value as SQLite takes it, such as a plain int for one of numpy's."""
    if value is None or isinstance(value, (str, bytes)):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    raise InvalidQuery(f"a value is {value!r}; it must be a number, a text, bytes or None")
