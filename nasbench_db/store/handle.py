"""What a helper needs of an open database, whether it is a file or on a server.

A benchmark's database answers the same statements in both; where their dialects differ, there is a
word for the difference here, and each kind of database says it in its own room.
"""

from __future__ import annotations

import os
import weakref
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from peewee import Database, PeeweeException

from nasbench_db.errors import InvalidDatabase, InvalidQuery
from nasbench_db.store.addresses import Address
from nasbench_db.store.attached import AttachedSet
from nasbench_db.store.limits import MOST_SECONDS
from nasbench_db.store.marks import SAMPLE, SYNTHETIC
from nasbench_db.store.models import Provenance, Schema

Row = TypeVar("Row")

Hint = Callable[[str, str], str]
"""What a statement may have meant, as the end of a message: of a ``table`` or ``column`` that is
not there, and its name."""

# What a display in Jupyter has at most: rows of the coverage, lines about sources or changes.
_HTML_ROWS, _HTML_LINES = 20, 5


class BenchmarkDatabase(Database):
    """A benchmark's database, opened for reading: a peewee database that knows what it holds.

    Any number of threads and processes may ask one at once. Each thread has a connection of its
    own, and a forked child opens new ones.

    Attributes:
        path: the file, or the address of the server's database.
        schema: the tables it holds.
        is_sample: whether it holds a sample of the benchmark.
        mark: what must be said wherever its numbers are shown, if anything.
        sets: the measurement sets that are attached to it.
        memo: what was found out about it, which does not change while it is open.
        left: whether it was closed, and not asked since.
        errors: what its driver raises.
        bare_columns: whether a column may stand beside a GROUP BY without being in it or in an
            aggregate.
    """

    path: Path | Address
    schema: Schema
    errors: tuple[type[Exception], ...] = (PeeweeException,)
    bare_columns = True

    def describe_as(
        self,
        schema: Schema,
        is_sample: bool,
        is_synthetic: bool,
        sets: tuple[AttachedSet, ...] = (),
    ) -> None:
        """Say what it holds."""
        self.schema = schema
        self.sets = sets
        self.is_sample = is_sample
        self.mark = SYNTHETIC if is_synthetic else SAMPLE if is_sample else None
        self.memo: dict[Any, Any] = {}
        self.left = False
        _opened.add(self)

    def connect(self, reuse_if_open: bool = False) -> bool:
        self.left = False
        opened: bool = super().connect(reuse_if_open)
        return opened

    def close(self) -> bool:
        self.left = True
        closed: bool = super().close()
        return closed

    @property
    @abstractmethod
    def file(self) -> Path:
        """The file.

        Raises:
            InvalidDatabase: it is none.
        """

    @abstractmethod
    def select(self, statement: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a SELECT, as they are fetched.

        Raises:
            InvalidDatabase: the database is damaged or cannot be read.
        """

    @abstractmethod
    def reading(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """A cursor over the rows of a SELECT, of which few are in memory at once."""

    def runnable(self, statement: str) -> str:
        """A statement, its values filled in, as the database's own programs read it."""
        return statement

    @abstractmethod
    def columns_of(self, view: str) -> Mapping[str, str]:
        """The columns of a view, each with the type that SQLite would declare."""

    @abstractmethod
    def explained(self, error: Exception, hint: Hint) -> Exception:
        """What to raise for an error of the driver's in a statement of the user's."""

    @abstractmethod
    def limited(self, rows: Iterable[Row], seconds: float = MOST_SECONDS) -> Iterator[Row]:
        """The rows of a question in a command: within limits of time and memory.

        Args:
            rows: asks the database when they are wanted.
            seconds: how long it may work.

        Raises:
            InvalidQuery: a limit was reached.
        """

    def guard(self) -> None:
        """See to it that a statement of a stranger's reads this database and does nothing more."""

    @abstractmethod
    def plan(self, statement: str) -> Iterator[str]:
        """How a SELECT would be run, as lines for people."""

    @abstractmethod
    def size(self) -> int:
        """How many bytes it takes."""

    @abstractmethod
    def unreadable(self, error: Exception) -> Exception:
        """What to raise for an error of the driver's in a statement of this package."""

    def provenance(self) -> list[dict[str, Any]]:
        """Where the data come from: one dict for each source file, as in ``Provenance``.

        Raises:
            InvalidDatabase: the file is damaged or cannot be read.
        """
        try:
            return list(Provenance.select().order_by(Provenance.id).dicts().execute(self))
        except InvalidDatabase:
            raise
        except (TypeError, ValueError) as error:
            raise self.unreadable(error) from None
        except self.errors as error:
            raise self.unreadable(error) from None

    @property
    def rest(self) -> str:
        """Of a sample, how to get what it lacks, as the end of a message; else an empty text."""
        if not self.is_sample:
            return ""
        name = self.schema.benchmark
        return f"; this is a sample, and the full file may have more: nasbench-db download {name}"

    @property
    def several_written(self) -> bool:
        """Whether an architecture has several configs at one fidelity."""
        if "several_written" not in self.memo:
            self.memo["several_written"] = any(s["several_written"] for s in self.provenance())
        found: bool = self.memo["several_written"]
        return found

    def check_curves(self) -> None:
        """Refuse a question about the course of trainings if a sample has only their ends.

        Raises:
            InvalidQuery: it is such a sample.
        """
        if self.is_sample and not self.provenance()[0]["intermediates"]:
            raise InvalidQuery(
                f"{self.path.name} has the values at the end of each training, and none from its "
                f"course{self.rest}"
            )

    def coverage(self) -> list[dict[str, Any]]:
        """How much it holds at each fidelity: the schema's quick question, a dict for each row."""
        cursor = self.execute_sql(self.schema.coverage_query)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def _repr_html_(self) -> str:
        """What it holds and where it comes from, for Jupyter."""
        from html import escape

        from nasbench_db.formats.rows import html_table

        sources = self.provenance()
        counts = sources[0]
        described = {
            "benchmark": self.schema.title,
            "path": str(self.path),
            "size": f"{self.size() / 1e6:,.1f} MB, schema version {self.schema.version}",
            "holds": ", ".join(
                f"{counts[name]:,} {name}" for name in ("configs", "trials", "intermediates")
            ),
        }
        rows = [
            f"<tr><th>{name}</th><td>{escape(text)}</td></tr>" for name, text in described.items()
        ]
        if self.sets:
            told = ", ".join(f"{one.name} ({len(one.metrics)} metrics)" for one in self.sets)
            rows.append(f"<tr><th>measurements</th><td>{escape(told)}</td></tr>")
        mark = self.mark
        if mark is not None:
            rows.insert(1, f"<tr><th>warning</th><td><b>{mark.long}</b></td></tr>")
        coverage = self.coverage()
        table = html_table(
            coverage[0] if coverage else (), [[*row.values()] for row in coverage], _HTML_ROWS
        )
        rows.append(f"<tr><th>coverage</th><td>{table}</td></tr>")
        lines = {
            "source": [
                f"{source['source_name']}, {source['source_format']}, "
                f"{source['source_bytes'] / 1e6:,.1f} MB, "
                f"SHA-256 {source['source_sha256'][:16]}…, "
                f"ingested {source['created_at']} by nasbench_db {source['nasbench_db_version']}"
                for source in sources
            ],
            "what it is" if mark is SAMPLE else "put right": [
                _told(change) for source in sources for change in source["changes"] or ()
            ],
        }
        for name, texts in lines.items():
            if len(texts) > _HTML_LINES:
                texts = [*texts[:_HTML_LINES], "…"]
            if texts:
                shown = "<br>".join(map(escape, texts))
                rows.append(f"<tr><th>{name}</th><td>{shown}</td></tr>")
        return f"<table>{''.join(rows)}</table>"

    def __repr__(self) -> str:
        said = "" if self.mark is None else f", {self.mark.short}"
        beside = f" with {', '.join(one.name for one in self.sets)}" if self.sets else ""
        return f"<{self.schema.benchmark} database at {self.path}{beside}{said}>"


_opened: weakref.WeakSet[BenchmarkDatabase] = weakref.WeakSet()


def _drop_connections() -> None:
    """In a forked child: forget the parent's connections, which may not be shared."""
    for database in _opened:
        database.dispose()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_drop_connections)


def _told(change: str | Mapping[str, Any]) -> str:
    """What was put right, or is to be known, as a line; of NNI's databases with how many rows."""
    if isinstance(change, str):
        return change
    rows = f" ({change['rows']:,} rows)" if "rows" in change else ""
    return f"{change.get('change', change.get('remark', ''))}{rows}"
