"""Take over a database that NNI built: its rows, with what NNI got wrong put right.

The rows go into a new database, which is compared with NNI's value by value before it is put in
its place. What is put right is told by NNI's own rows, never by the file's name; the statements
that do it are in the benchmarks' ``adopt`` rooms.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from peewee import IntegerField, Model

from nasbench_db.errors import DatabaseExists, InvalidDatabase
from nasbench_db.store import nni
from nasbench_db.store.building import Builder, Report
from nasbench_db.store.metering import Meter
from nasbench_db.store.models import MAX_EPOCHS, JSONTextField, Schema, stored_columns
from nasbench_db.store.progress import tqdm

_CHUNK = 50_000
"""Rows for one statement: a moment's work, so that the progress bar moves."""

_MOST_TRIALS = (1 << 47) - 1
"""Up to where an intermediate's id, computed of its trial and epoch, is one of its own."""


@dataclass(frozen=True)
class Correction:
    """Something that NNI got wrong, as SQL over its rows.

    The statements may name ``o``, the row of NNI's table, and what the benchmark's
    :attr:`Adoption.joins` add.

    Attributes:
        text: what is put right, and by what evidence.
        model: the table.
        where: the condition of the rows.
        values: for each column that is put right, its new value.
    """

    text: str
    model: type[Model]
    where: str
    values: Mapping[str, str]


Ask = Callable[[str], Any]
"""Runs a SELECT of one value; the tables of NNI are in the schema ``nni``."""


@dataclass(frozen=True)
class Adoption:
    """How NNI's database of one benchmark becomes ours.

    Attributes:
        schema: our tables.
        columns: for each of NNI's tables, its columns, which have the same names in ours.
        config: from a row of NNI's config table, in the order of ``columns``, to one of ours;
            raises a ``ValueError`` if it is none of the search space.
        prepare: statements that make temporary tables, for the others to use.
        joins: for tables whose corrections or further columns need others, the SQL that joins
            them to ``o``.
        derived: for each of our tables, SQL for columns that NNI's has not; others are NULL.
        corrections: finds what NNI got wrong; gives also what looks wrong and cannot be put
            right, in a sentence each.
        further: rows of tables that NNI has not.
        functions: for names that the statements use, functions of one value.
        left_out: which configs have no row in ours, and why.
    """

    schema: Schema
    columns: Mapping[type[Model], tuple[str, ...]]
    config: Callable[[tuple[Any, ...]], tuple[Any, ...]]
    prepare: tuple[str, ...]
    joins: Mapping[type[Model], str]
    derived: Mapping[type[Model], Mapping[str, str]]
    corrections: Callable[[Ask], tuple[list[Correction], list[str]]]
    further: Callable[[], Mapping[type[Model], Iterable[tuple[Any, ...]]]]
    functions: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    left_out: str = "configs that were never trained are left out"


@dataclass(frozen=True)
class AdoptionReport:
    """What was done to NNI's rows, or would be.

    Attributes:
        source: NNI's database.
        benchmark: its benchmark.
        changes: what is put right, and in how many rows.
        dropped: the number of configs that are left out.
        left_out: which these are.
        remarks: what its user should know besides.
        built: the new database; None if this was asked for only.
    """

    source: Path
    benchmark: str
    changes: tuple[tuple[str, int], ...]
    dropped: int
    left_out: str
    remarks: tuple[str, ...]
    built: Report | None

    def lines(self) -> Iterator[str]:
        """The report, line by line."""
        yield f"{self.source}: NNI's database of {self.benchmark}"
        for text, rows in self.changes:
            yield f"  {rows:>10,} rows: {text}"
        if self.dropped:
            yield f"  {self.dropped:>10,} rows: {self.left_out}"
        if not (self.changes or self.dropped):
            yield "  there is nothing to put right"
        for remark in self.remarks:
            yield f"  {remark}"
        yield (
            "  nothing was written"
            if self.built is None
            else "  every other value was compared and is the same; only the ids of intermediates "
            f"are new\n{self.built}"
        )

    def __str__(self) -> str:
        return "\n".join(self.lines())


def adopt(
    adoption: Adoption,
    path: Path,
    to: Path | None,
    *,
    dry_run: bool,
    force: bool = False,
    progress: bool,
) -> AdoptionReport:
    """Take over NNI's database of a benchmark.

    Args:
        adoption: how.
        path: NNI's database.
        to: where the new one shall lie; by default in the place of NNI's.
        dry_run: check the file and tell what would be done, without writing anything.
        force: replace a file that lies at ``to``.
        progress: show a progress bar on stderr.

    Raises:
        InvalidDatabase: the file is damaged, holds rows that NNI's programs never write, or, if
            it shall be replaced, anything that would be lost.
        DatabaseExists: there is a file at ``to``.
        BuildError: the new database cannot be written.
    """
    with _explained(path), contextlib.ExitStack() as stack:
        if dry_run:
            if to is not None and os.path.lexists(to) and not force:
                raise DatabaseExists(f"{to} exists already; give --force to replace it")
            builder = None
            connection = sqlite3.connect(":memory:", uri=True, isolation_level=None)
            stack.enter_context(contextlib.closing(connection))
            connection.execute("ATTACH ? AS nni", (f"{path.absolute().as_uri()}?mode=ro",))
        else:
            builder = stack.enter_context(
                Builder(adoption.schema, to or path, force=force or to is None, still=to is None)
            )
            builder.attach(path, "nni")
            connection = builder.database.connection()
        for name, function in adoption.functions.items():
            connection.create_function(name, 1, function, deterministic=True)
        connection.create_function("same_json", 2, _same, deterministic=True)
        taken = _TakeOver(adoption, path, connection, progress)
        with taken.bar:
            remarks = taken.check(in_place=to is None)
            if to is None and path.name in nni.PUBLISHED.values():
                remarks.append(
                    f"NNI itself opens no other {path.name} than the published one, so no longer "
                    "this one; give --to NEW.db if NNI shall go on reading it"
                )
            taken.prepare()
            if builder is None:
                taken.check_configs()
            corrections, more = adoption.corrections(taken.ask)
            remarks += more
            changes = taken.count(corrections)
            dropped = taken.dropped()
            report = None
            if builder is not None:
                taken.copy(builder, corrections)
                taken.compare(corrections, dropped)
                source = taken.describe(changes, dropped, remarks)
                taken.bar.set_postfix_str("indexing")
                report = builder.finish([source], cells=taken.architectures())
        return AdoptionReport(
            path,
            adoption.schema.benchmark,
            tuple(changes),
            dropped,
            adoption.left_out,
            tuple(remarks),
            report,
        )


class _TakeOver:
    """The steps, each a pass over NNI's tables with one progress bar for all.

    Args:
        adoption: how.
        path: NNI's database.
        connection: to the new database, with NNI's attached as ``nni``.
        progress: show a progress bar.
    """

    def __init__(
        self, adoption: Adoption, path: Path, connection: sqlite3.Connection, progress: bool
    ) -> None:
        self._adoption = adoption
        self._path = path
        self._connection = connection
        schema = adoption.schema
        self._models = tuple(schema.counted.values())
        self._rows: dict[type[Model], int] = {}
        self.bar = tqdm(disable=not progress, unit="rows", unit_scale=True, smoothing=0)

    def ask(self, statement: str) -> Any:
        """The only value of a SELECT."""
        return self._connection.execute(statement).fetchone()[0]

    def check(self, *, in_place: bool) -> list[str]:
        """Refuse a file that is damaged or has rows that are not NNI's.

        Returns:
            what its user should know.
        """
        remarks = self._check_tables(in_place)
        self.bar.set_postfix_str("checking the file")
        self.bar.refresh()
        (damage,) = self._connection.execute("PRAGMA nni.quick_check(1)").fetchone()
        if damage != "ok":
            raise InvalidDatabase(f"{self._path} is damaged: {' '.join(damage.split())}")
        for model in self._models:
            self._rows[model] = self.ask(f"SELECT count(*) FROM nni.{self._table(model)}")
        if not self._rows[self._models[1]]:
            raise InvalidDatabase(
                f"{self._path} is NNI's, but has no trials: nothing to take over"
            )
        self.bar.total = 3 * sum(self._rows.values())
        self.bar.set_postfix_str("checking the rows")
        for model in self._models:
            self._check_rows(model)
        return remarks

    def _check_tables(self, in_place: bool) -> list[str]:
        """Look for what is missing, and for what is not NNI's and would be lost."""
        further: list[str] = []
        known = {self._table(model): columns for model, columns in self._adoption.columns.items()}
        for name, kind in self._connection.execute(
            "SELECT name, type FROM nni.sqlite_master WHERE type IN ('table', 'view', 'trigger')"
        ).fetchall():
            if name not in known:
                if not name.startswith("sqlite_"):
                    further.append(f"the {kind} {name}")
                continue
            columns = {
                row[1] for row in self._connection.execute(f'PRAGMA nni.table_xinfo("{name}")')
            }
            lacking = set(known[name]) - columns
            if lacking:
                raise InvalidDatabase(
                    f"{self._path} has NNI's tables, but {name} lacks {', '.join(sorted(lacking))}"
                )
            further += [f"{name}.{column}" for column in sorted(columns - set(known[name]))]
        if not further:
            return []
        found = ", ".join(further)
        if in_place:
            raise InvalidDatabase(
                f"{self._path} holds more than NNI put there, which would be lost: {found}; give "
                "--to NEW.db, so that the file stays"
            )
        return [f"not NNI's, and not taken over: {found}"]

    def _check_rows(self, model: type[Model]) -> None:
        """Refuse rows with values of a wrong type, or that refer to nothing, or come twice."""
        table = self._table(model)
        fields = model._meta.columns
        wrong = []
        if self.ask(f"SELECT count(*) FROM nni.{table} WHERE typeof(id) <> 'integer'"):
            raise InvalidDatabase(f"{self._path}: a row of {table} has no number as its id")
        for column in self._adoption.columns[model]:
            if isinstance(fields[column], IntegerField) or column in ("id", *_parents(model)):
                wrong.append(f"typeof(o.{column}) <> 'integer'")
            elif fields[column].field_type in ("DOUBLE", "FLOAT"):
                wrong.append(f"typeof(o.{column}) NOT IN ('real', 'integer', 'null')")
            else:
                wrong.append(f"typeof(o.{column}) <> 'text'")
        if model is self._adoption.schema.intermediate:
            wrong.append(f"o.current_epoch NOT BETWEEN 1 AND {MAX_EPOCHS}")
            wrong.append(f"o.trial_id NOT BETWEEN 0 AND {_MOST_TRIALS}")
        condition = " OR ".join(wrong)
        for first, last in self._chunks(model):
            row = self._connection.execute(
                f"SELECT o.id FROM nni.{table} o "
                f"WHERE o.id BETWEEN ? AND ? AND ({condition}) LIMIT 1",
                (first, last),
            ).fetchone()
            if row is not None:
                raise InvalidDatabase(
                    f"{self._path}: row {row[0]} of {table} has a value of a wrong type, or out "
                    "of range"
                )
        for column, parent in _parents(model).items():
            row = self._connection.execute(
                f"SELECT o.id FROM nni.{table} o WHERE o.{column} NOT IN "
                f"(SELECT id FROM nni.{self._table(parent)}) LIMIT 1"
            ).fetchone()
            if row is not None:
                raise InvalidDatabase(
                    f"{self._path}: row {row[0]} of {table} belongs to a row that is not there"
                )
        if model is self._adoption.schema.intermediate:
            row = self._connection.execute(
                f"SELECT max(id), trial_id, current_epoch FROM nni.{table} "
                "GROUP BY trial_id, current_epoch HAVING count(*) > 1 LIMIT 1"
            ).fetchone()
            if row is not None:
                raise InvalidDatabase(
                    f"{self._path}: row {row[0]} of {table} is a second one of trial {row[1]} and "
                    f"epoch {row[2]}"
                )

    def prepare(self) -> None:
        """Make the temporary tables."""
        self.bar.set_postfix_str("looking for errors")
        trials = self._table(self._models[1])
        for statement in (
            "CREATE TEMP TABLE trained (id INTEGER PRIMARY KEY)",
            f"INSERT INTO trained SELECT DISTINCT config_id FROM nni.{trials}",
            *self._adoption.prepare,
        ):
            self._connection.execute(statement)

    def count(self, corrections: Iterable[Correction]) -> list[tuple[str, int]]:
        """What is put right, and in how many rows."""
        counts: dict[str, int] = {}
        for correction in corrections:
            rows = self.ask(
                f"SELECT count(*) FROM {self._joined(correction.model)} WHERE {correction.where}"
            )
            counts[correction.text] = counts.get(correction.text, 0) + rows
        return [(text, rows) for text, rows in counts.items() if rows]

    def dropped(self) -> int:
        """How many configs are left out, as those without trials."""
        trained: int = self.ask("SELECT count(*) FROM trained")
        return self._rows[self._models[0]] - trained

    def copy(self, builder: Builder, corrections: list[Correction]) -> None:
        """Copy all rows, with the corrections."""
        self.bar.set_postfix_str("copying")
        for rows in self._configs():
            builder.insert(self._models[0], rows)
        for model in self._models[1:]:
            expressions = {name: f"o.{name}" for name in self._adoption.columns[model]} | dict(
                self._adoption.derived.get(model, {})
            )
            for correction in corrections:
                if correction.model is model:
                    for name, value in correction.values.items():
                        expressions[name] = (
                            f"CASE WHEN {correction.where} THEN {value} "
                            f"ELSE {expressions[name]} END"
                        )
            names = stored_columns(model)
            statement = (
                f"INSERT INTO main.{self._table(model)} ({', '.join(names)}) "
                f"SELECT {', '.join(expressions.get(name, 'NULL') for name in names)} "
                f"FROM {self._joined(model)} WHERE o.id BETWEEN ? AND ? ORDER BY o.id"
            )
            for bounds in self._chunks(model):
                self._connection.execute(statement, bounds)
        for model, more in self._adoption.further().items():
            builder.insert(model, more)

    def check_configs(self) -> None:
        """Refuse configs that are none of the search space."""
        for _ in self._configs():
            pass

    def _configs(self) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of our config table, some thousand at a time."""
        config = self._models[0]
        for bounds in self._chunks(config):
            rows = self._connection.execute(
                f"SELECT {', '.join(self._adoption.columns[config])} "
                f"FROM nni.{self._table(config)} WHERE id BETWEEN ? AND ? "
                "AND id IN (SELECT id FROM trained) ORDER BY id",
                bounds,
            )
            yield [self._config(row) for row in rows.fetchall()]

    def _config(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        try:
            return self._adoption.config(row)
        except ValueError as error:
            raise InvalidDatabase(
                f"{self._path}: row {row[0]} of {self._table(self._models[0])}: {error}"
            ) from None

    def compare(self, corrections: list[Correction], dropped: int) -> None:
        """Compare every value of NNI's tables with the new database's.

        Raises:
            InvalidDatabase: one differs that was not put right, or a row is missing.
        """
        self.bar.set_postfix_str("comparing")
        for model in self._models:
            table = self._table(model)
            differences = []
            for name in self._adoption.columns[model]:
                if name == "id" and model is self._models[2]:
                    continue  # an intermediate's own number is not kept
                is_json = isinstance(model._meta.columns[name], JSONTextField)
                allowed = [
                    f"({correction.where} AND n.{name} IS {correction.values[name]})"
                    for correction in corrections
                    if correction.model is model and name in correction.values
                ]
                different = f"(o.{name} IS NOT n.{name})"
                if is_json:  # NNI's texts may differ in blanks, orders and types of numbers
                    different = f"(same_json(o.{name}, n.{name}) IS NOT 1)"
                if allowed:
                    different = f"({different} AND NOT ({' OR '.join(allowed)}))"
                differences.append(different)
            key = ("trial_id", "current_epoch") if model is self._models[2] else ("id",)
            match = " AND ".join(f"n.{name} = o.{name}" for name in key)
            statement = (
                f"SELECT count(n.{key[0]}), "
                f"total(n.{key[0]} IS NOT NULL AND ({' OR '.join(differences)})) "
                f"FROM {self._joined(model)} LEFT JOIN main.{table} n ON {match} "
                "WHERE o.id BETWEEN ? AND ?"
            )
            kept = wrong = 0
            for bounds in self._chunks(model):
                counts = self._connection.execute(statement, bounds).fetchone()
                kept += counts[0]
                wrong += int(counts[1])
            expected = self._rows[model] - (dropped if model is self._models[0] else 0)
            found = self.ask(f"SELECT count(*) FROM main.{table}")
            if wrong or not expected == kept == found:
                raise InvalidDatabase(
                    f"{self._path} was not taken over: of {expected:,} rows of {table}, {kept:,} "
                    f"would be among {found:,} new ones, and {wrong:,} differ; please report this"
                )

    def describe(
        self, changes: Iterable[tuple[str, int]], dropped: int, remarks: Iterable[str]
    ) -> dict[str, Any]:
        """The description of NNI's file for ``Provenance``."""
        meter = Meter.of_file(self._path)
        records = self.ask(f"SELECT count(*) FROM nni.{self._table(self._models[1])}")
        told: list[dict[str, Any]] = [{"change": text, "rows": rows} for text, rows in changes]
        if dropped:
            told.append({"change": self._adoption.left_out, "rows": dropped})
        told += [{"remark": remark} for remark in remarks]
        return {
            **meter.describe(str(self._path), "NNI database", records, False),
            "changes": told,
        }

    def architectures(self) -> int:
        """How many architectures the new database has trials of."""
        return int(
            self.ask(f"SELECT count(DISTINCT arch) FROM main.{self._table(self._models[0])}")
        )

    def _chunks(self, model: type[Model]) -> Iterator[tuple[int, int]]:
        """The bounds of the ids of some thousand rows each, in order."""
        table = f"nni.{self._table(model)}"
        last = self.ask(f"SELECT max(id) FROM {table}")
        first = self.ask(f"SELECT min(id) FROM {table}")
        left = self._rows[model]
        while left > 0:
            row = self._connection.execute(
                f"SELECT id FROM {table} WHERE id >= ? ORDER BY id LIMIT 1 OFFSET ?",
                (first, _CHUNK - 1),
            ).fetchone()
            end = last if row is None else row[0]
            yield first, end
            self.bar.update(min(_CHUNK, left))
            left -= _CHUNK
            first = end + 1

    def _joined(self, model: type[Model]) -> str:
        """NNI's table as ``o``, with what is joined to it."""
        joined = self._adoption.joins.get(model, "")
        return f"nni.{self._table(model)} o {joined}"

    @staticmethod
    def _table(model: type[Model]) -> str:
        name: str = model._meta.table_name
        return name


def _parents(model: type[Model]) -> dict[str, type[Model]]:
    """The columns of a model that refer to another, and that model."""
    return {field.column_name: parent for field, parent in model._meta.refs.items()}


def _same(text: Any, other: Any) -> bool:
    """Whether two JSON texts are of equal values; 0 and 0.0 are equal."""
    try:
        return bool(orjson.loads(text) == orjson.loads(other))
    except (TypeError, ValueError):
        return False


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Tell what SQLite says of NNI's file."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise InvalidDatabase(f"{path} cannot be taken over: {error}") from None
