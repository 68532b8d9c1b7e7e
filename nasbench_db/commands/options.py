"""What the commands share: types of arguments, options, and which trials they say."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem
from peewee import IntegerField

from nasbench_db import benchmarks
from nasbench_db.ask.tables import Table
from nasbench_db.ask.words import REDUCTIONS, Range
from nasbench_db.errors import NasbenchDBError, UnknownBenchmark
from nasbench_db.formats.rows import FIRST_ROWS, FORMATS, fitting, visible, write_rows
from nasbench_db.metrics import choose
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import Schema

if TYPE_CHECKING:
    _ParamType = click.ParamType[Any]
else:  # in older versions of click it is no generic class
    _ParamType = click.ParamType

Function = TypeVar("Function", bound=Callable[..., Any])


class BenchmarkName(_ParamType):
    """A benchmark's name, in any spelling that :func:`nasbench_db.benchmarks.get` forgives."""

    name = "benchmark"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The name as it is written here."""
        try:
            return benchmarks.get(value).name
        except UnknownBenchmark as error:
            self.fail(str(error), param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The benchmarks."""
        return _beginning(incomplete, benchmarks.BENCHMARKS)


class Which(_ParamType):
    """A benchmark's name, or the path of a database."""

    name = "benchmark|path"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The benchmarks, or files where none begins so."""
        return benchmarks_or_files(incomplete)


class Bounds(_ParamType):
    """A range of numbers, both ends included, of which one may be left out."""

    name = "low:high"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Range:
        """The two ends, with None for one that is left out."""
        if isinstance(value, tuple):
            return value
        low, colon, high = value.partition(":")
        try:
            ends = [float(end) if end.strip() else None for end in (low, high)]
        except ValueError:
            ends = []
        if not colon or not ends or any(end != end for end in ends):
            self.fail(
                f"{value!r} is no range; it is LOW:HIGH, and an end that is left out is open: "
                "90: or :5",
                param,
                ctx,
            )
        return ends[0], ends[1]


class MetricName(_ParamType):
    """A metric of the benchmark that the command is about; it is checked when it is asked for."""

    name = "metric"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The metrics of the benchmark that was said before, or of all."""
        found = [name for benchmark in _said(ctx) for name in benchmark.metrics]
        return _beginning(incomplete, dict.fromkeys(found))


class Value(_ParamType):
    """A value of a column of texts; it is checked when it is asked for."""

    name = "text"

    def __init__(self, column: str) -> None:
        self.column = column

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The data sets or tasks that are known of the benchmark that was said before."""
        found = [
            name
            for benchmark in _said(ctx)
            for name, report in benchmark.reports.items()
            if report.column == self.column
        ]
        return _beginning(incomplete, dict.fromkeys(found))


def benchmarks_or_files(incomplete: str) -> list[CompletionItem]:
    """The benchmarks, or files where none begins so."""
    names = _beginning(incomplete, benchmarks.BENCHMARKS)
    return names or [CompletionItem(incomplete, type="file")]


def _said(ctx: click.Context) -> list[benchmarks.Benchmark]:
    """The benchmark that an unfinished command line is about; or all."""
    # Of a line that ends with an option, click has not yet named the arguments.
    names = [ctx.params.get("benchmark"), ctx.params.get("which"), *ctx.args[:1], ctx.info_name]
    for name in filter(None, names):
        try:
            return [benchmarks.get(benchmarks.which_database(str(name))[0])]
        except NasbenchDBError:
            continue
    return list(benchmarks.BENCHMARKS.values())


def _beginning(incomplete: str, words: Iterable[str]) -> list[CompletionItem]:
    start = incomplete.casefold()
    return [CompletionItem(word) for word in words if word.casefold().startswith(start)]


BENCHMARK = click.argument("benchmark", metavar="BENCHMARK", type=BenchmarkName())
WHICH = click.argument("which", metavar="BENCHMARK|PATH", type=Which())
DB = click.option(
    "--db",
    metavar="PATH|URL",
    type=click.Path(),
    help="The database, if not at the default place: a file, or a PostgreSQL server's address.",
)
WITH = click.option(
    "--with",
    "sets",
    metavar="NAME",
    multiple=True,
    help="A measurement set beside the database, whose metrics are NAME.METRIC; may be repeated.",
)
FORMAT = click.option(
    "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True
)
REDUCTION = click.option(
    "--reduction",
    type=click.Choice(["none", *REDUCTIONS]),
    default="mean",
    show_default=True,
    help="Over the trials of each config.",
)
WHERE = click.option(
    "--where",
    metavar="SQL",
    help="A condition, such as 'parameters < 5'. Columns are listed by: nasbench-db describe "
    "BENCHMARK",
)
CONNECTED = click.option(
    "--connected/--not-connected",
    default=None,
    help="Whether a path leads through the cell, where cells can lack one.",
)
LIMIT = click.option("--limit", type=int, help="The most rows to print.")
ARCH = click.option(
    "--arch",
    metavar="ARCH",
    help="An architecture: as JSON, or its string, index or hash where it has one.",
)

_OPTIONS = {"num_epochs": "--epochs"}
"""Columns whose options are called otherwise than they."""


def option_of(column: str) -> str:
    """The option that says which value a column has."""
    return _OPTIONS.get(column, f"--{column.replace('_', '-')}")


def with_options(*options: Callable[[Any], Any]) -> Callable[[Function], Function]:
    """Give a command options, in this order."""

    def decorate(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


class _ColumnOption(click.Option):
    """An option that says which value a column has; its help is what the column means.

    The help is looked up when it is shown, which is seldom.
    """

    def __init__(self, *names: Any, column: str, of: Sequence[str], **how: Any) -> None:
        super().__init__(*names, **how)
        self.column = column
        self.of = of

    @property
    def help(self) -> str | None:
        """What the column means, and of which benchmarks if it is not of all."""
        from nasbench_db.describing import describe

        meaning = describe(self.of[0], self.column).columns[0].meaning
        whose = "" if self._of_all() else f" ({', '.join(self.of)})"
        if len(self.of) > 1:
            meaning = meaning.partition(";")[0]  # the rest is of the first benchmark alone
        text = meaning.replace("`", "")
        first = text.partition(" ")[0]
        text = first.capitalize() + text[len(first) :] if first.isalpha() else text
        return f"{text}{whose}."

    @help.setter
    def help(self, text: str | None) -> None:
        """Nothing: click sets what it was given."""

    def _of_all(self) -> bool:
        return len(self.of) in (1, len(benchmarks.BENCHMARKS))


def column_option(column: str, schema: Schema, of: Sequence[str]) -> Callable[[Any], Any]:
    """The option that says which value a column has.

    Args:
        column: the column of the trials or configs.
        schema: a benchmark that has it.
        of: the benchmarks that have it.
    """
    fields = {**schema.trial._meta.fields, **schema.config._meta.fields}
    number = isinstance(fields[column], IntegerField)
    return click.option(
        option_of(column),
        column,
        metavar="N" if number else "NAME",
        type=int if number else Value(column),
        cls=_ColumnOption,
        column=column,
        of=of,
    )


def columns_that_choose(schema: Schema) -> list[str]:
    """The columns of a benchmark that say which trials, the architecture apart."""
    fields = {**schema.trial._meta.fields, **schema.config._meta.fields}
    names = ["num_epochs", *schema.fidelity, *([schema.seed] if schema.seed else [])]
    return [name for name in dict.fromkeys(names) if name in fields]


@cache
def _columns_of_all() -> dict[str, list[str]]:
    """The columns that choose trials, each with the benchmarks that have it."""
    found: dict[str, list[str]] = {}
    for name, benchmark in benchmarks.BENCHMARKS.items():
        for column in columns_that_choose(benchmark.schema):
            found.setdefault(column, []).append(name)
    return found


def with_scope(function: Function) -> Function:
    """Give a command the options that say which trials it is about: those of :func:`scope`."""
    return with_options(DB, WITH, *_column_options(_columns_of_all()), CONNECTED, WHERE)(function)


def with_fidelity(function: Function) -> Function:
    """Give a command those of these options that do not tell repeated trainings apart."""
    return with_options(DB, WITH, with_configs, CONNECTED, WHERE)(function)


def with_configs(function: Function) -> Function:
    """Give a command the options that say which epochs, data set and task."""
    seeds = {benchmark.schema.seed for benchmark in benchmarks.BENCHMARKS.values()}
    columns = {name: of for name, of in _columns_of_all().items() if name not in seeds}
    return with_options(*_column_options(columns))(function)


def _column_options(columns: Mapping[str, Sequence[str]]) -> list[Callable[[Any], Any]]:
    return [
        column_option(column, benchmarks.get(of[0]).schema, of) for column, of in columns.items()
    ]


def opened(which: str, db: str | None = None, sets: Sequence[str] = ()) -> BenchmarkDatabase:
    """The database that a command is about, not connected as the default one.

    Args:
        which: a benchmark's name, or a database file.
        db: the file, if it is not given and not at the default place.
        sets: measurement sets beside it.

    Raises:
        DatabaseNotFound: there is none.
        InvalidDatabase: the file is no database of the benchmark.
    """
    name, path = benchmarks.which_database(which)
    if path is not None and db is not None:
        raise click.UsageError("give a database file once: as PATH, or with --db")
    return benchmarks.open_database(name, db if path is None else path, measurements=sets)


def scope(
    which: str, db: str | None, where: str | None, sets: Sequence[str] = (), **columns: Any
) -> dict[str, Any]:
    """The arguments of a question that say which trials it is about."""
    names = [*_columns_of_all(), "connected"]
    given = {name: columns[name] for name in names if columns.get(name) is not None}
    return {"db": opened(which, db, sets), "where": where, **given}


@dataclass(frozen=True)
class Shown:
    """How rows are printed.

    Attributes:
        form: one of :data:`~nasbench_db.formats.rows.FORMATS`.
        sql: whether the statement is printed in their place.
        columns: those to print; empty for those that are usual in the format.
    """

    form: str
    sql: bool = False
    columns: tuple[str, ...] = ()

    @property
    def for_people(self) -> bool:
        """Whether it is for the eye, which wants little."""
        return self.form in ("table", "vertical")

    def names(self, there: Sequence[str], usual: Sequence[str]) -> list[str]:
        """The columns to print.

        Args:
            there: all columns.
            usual: those to print for people if none are said.

        Raises:
            InvalidQuery: one that was said is not there.
        """
        if self.columns == ("all",):
            return list(there)
        if self.columns:
            return [choose("column here", name, there) for name in self.columns]
        return list(usual if self.for_people else there)


def with_shown(function: Function) -> Function:
    """Give a command the options of how rows are printed, as ``shown``."""

    @wraps(function)
    def shown_as(*args: Any, form: str, columns: str | None, sql: bool, **given: Any) -> Any:
        names = [name.strip() for name in (columns or "").split(",")]
        shown = Shown(form, sql, tuple(filter(None, names)))
        return function(*args, shown=shown, **given)

    options = with_options(
        FORMAT,
        click.option(
            "--columns",
            metavar="COLUMN,...",
            help="Which columns, or all; by default those of a table are the usual ones.",
        ),
        click.option("--sql", is_flag=True, help="Print the SQL statement instead of asking it."),
    )
    return options(shown_as)  # type: ignore[return-value]


def show(table: Table, shown: Shown, usual: Sequence[str] = (), *, whole: bool = False) -> None:
    """Print a table, or its statement.

    Args:
        table: the table.
        shown: how.
        usual: the columns for people, if not all but the architecture itself, which is long.
        whole: whether more than a page on a terminal.
    """
    if shown.sql:
        click.echo(table.sql() + ";")
        return
    there = table.columns
    usual = usual or [name for name in there if name not in ("arch", "config_id")]
    names = shown.names(there, usual)
    rows: Iterable[dict[str, Any]] = table.database.limited(table)
    if names != list(there):
        rows = ({name: row[name] for name in names} for row in rows)
    print_rows(rows, shown.form, table.database, None if whole else table.count)


def print_rows(
    rows: Iterable[dict[str, Any]],
    form: str,
    database: BenchmarkDatabase,
    count: Callable[[], int] | None = None,
    nothing: str = "no trial matches",
) -> int:
    """Print rows on stdout, and on stderr what must be said of them.

    On a terminal a table has no line that is longer than it, and no more rows than a page if
    their number can be told.

    Args:
        rows: the rows.
        form: one of :data:`~nasbench_db.formats.rows.FORMATS`.
        database: where they are from.
        count: tells how many they are; None to print all.
        nothing: what to say if there are none.

    Returns:
        how many were printed.
    """
    notes: list[str] = []
    size = terminal_size() if form == "table" else None
    if size is not None:
        rows, form, notes = _on_terminal(iter(rows), size, count)
    printed = write_rows(rows, form, sys.stdout)
    if not printed:
        click.echo(nothing, err=True)
    if (mark := database.mark) is not None:
        notes.append(mark.long)
    for note in notes:
        click.echo(note, err=True)
    return printed


def terminal_size() -> os.terminal_size | None:
    """The size of the terminal that stdout is, if it is one."""
    return shutil.get_terminal_size() if sys.stdout.isatty() else None


def _on_terminal(
    rows: Iterator[dict[str, Any]], size: os.terminal_size, count: Callable[[], int] | None
) -> tuple[Iterable[dict[str, Any]], str, list[str]]:
    """Rows as they fit on a terminal, in which format, and what to say of it.

    Where not all columns fit, those that have one value in all rows are told once, below.
    """
    page = max(5, size.lines - 6)
    first = list(islice(rows, page + 1 if count is not None else FIRST_ROWS))
    if not first:
        return first, "table", []
    notes = []
    printed = first if count is None else first[:page]
    all_names = list(first[0])
    names = fitting(printed, size.columns)
    if len(names) < len(all_names) and len(first) == 1:
        return first, "vertical", []
    if len(names) < len(all_names) and (count is not None or len(first) < FIRST_ROWS):
        same = [n for n in all_names[1:] if len({str(row[n]) for row in printed}) == 1]
        told = [f"{n} {visible(str(printed[0][n]))}" for n in same if printed[0][n] is not None]
        nothing = [n for n in same if printed[0][n] is None]
        notes += [f"the same in all these rows: {', '.join(told)}"] if told else []
        notes += [f"no value in these rows: {', '.join(nothing)}"] if nothing else []
        all_names = [n for n in all_names if n not in same]
        names = fitting([{n: row[n] for n in all_names} for row in printed], size.columns)
    if len(names) < len(all_names):
        left = [name for name in all_names if name not in names]
        notes.append(f"more columns than fit: {', '.join(left)}; see --columns")
    if count is not None and len(first) > page:
        first, rows = first[:page], iter(())
        notes.append(f"the first {page} of {count():,} rows; --format csv prints all")
    whole = chain(first, rows)
    return ({name: row[name] for name in names} for row in whole), "table", notes


def write_out(described: Iterable[dict[str, Any]], out: str) -> None:
    """Write architectures as JSON lines and say how many."""
    with open(out, "w", encoding="utf-8") as file:
        count = write_rows(described, "jsonl", file)
    click.echo(f"{count:,} architectures in {out}")


@contextlib.contextmanager
def warnings_told() -> Iterator[None]:
    """Tell warnings at the end, a line each."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for warning in caught:
        click.echo(f"Warning: {warning.message}", err=True)
