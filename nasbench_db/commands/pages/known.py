"""What the pages know of a database that Datasette serves, if it is one of ours."""

from __future__ import annotations

import asyncio
import html
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache, partial
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, NamedTuple, ParamSpec, TypeVar

from markupsafe import Markup

from nasbench_db import benchmarks
from nasbench_db.ask.trialtables import TrialTables
from nasbench_db.benchmarks import Benchmark
from nasbench_db.errors import NasbenchDBError
from nasbench_db.measurements import opening
from nasbench_db.metrics import Metric
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import json_value, statistic_of

Asked = ParamSpec("Asked")
Given = TypeVar("Given")

_SHORT = {"percent": "%", "seconds": "s"}
"""How units are written in headings, where not by their names."""

_worker = ThreadPoolExecutor(1, "nasbench_db")


async def working(function: Callable[Asked, Given], *a: Asked.args, **k: Asked.kwargs) -> Given:
    """Call a function in the one thread that asks and draws, so that other pages go on."""
    return await asyncio.get_running_loop().run_in_executor(_worker, partial(function, *a, **k))


class Known(NamedTuple):
    """A database of a benchmark.

    Attributes:
        name: what Datasette calls it.
        database: what questions ask.
    """

    name: str
    database: BenchmarkDatabase

    @property
    def benchmark(self) -> Benchmark:
        """Whose it is."""
        return benchmarks.get(self.database.schema.benchmark)

    @property
    def tables(self) -> TrialTables:
        """Its columns, with those of the measurement sets that are served as well."""
        return benchmarks.tables_of(self.database)

    @property
    def identity(self) -> tuple[str, ...]:
        """The columns that name an architecture."""
        return tuple(self.database.schema.identity)

    def metric(self, column: str) -> Metric | None:
        """The metric that a column has, or a statistic of."""
        metrics = self.tables.metrics
        of = statistic_of(column)
        name = of[0] if of is not None and of[1] != "n" else column
        for start in ("", "mean_"):  # as the columns of canned queries begin
            if (found := metrics.get(name.removeprefix(start))) is not None:
                return found
        return None

    def unit(self, column: str) -> str:
        """The unit of a column, in short; empty if it has none."""
        metric = self.metric(column)
        if metric is None or metric.unit == "1":
            return ""
        return _SHORT.get(metric.unit or "", metric.unit or "unit not stated")

    def heading(self, column: str) -> Markup:
        """The name of a column, with its unit; what it is called in print is its title."""
        metric, unit = self.metric(column), self.unit(column)
        title = "" if metric is None else html.escape(f"{metric.title}. {metric.definition}")
        shown = f" <small>({unit})</small>" if unit else ""
        return Markup(f'<span title="{title}">{html.escape(column)}{shown}</span>')

    def shown(self, column: str, value: Any) -> str:
        """A value as a table has it."""
        return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)

    def units_css(self) -> str:
        """A style that writes the units behind the names of columns in Datasette's tables."""
        tables = self.database.schema.models
        names = {field.column_name for model in tables for field in model._meta.sorted_fields}
        names |= {f"mean_{name}" for name in self.benchmark.metrics}
        rules = (
            f'th.col-{name}::after {{ content: " ({self.unit(name)})"; font-weight: normal; }}'
            for name in sorted(names)
            if self.unit(name)
        )
        return "\n".join(rules) + "\n"

    def named(self, value: Any) -> Any:
        """What names an architecture, as the questions take it."""
        kind = self.benchmark.tables.kinds[self.identity[0]]
        return int(value) if kind[0] != "U" and str(value).isdigit() else value

    def drawing(self, value: Any) -> str:
        """The drawing of an architecture, or an empty text where there is none.

        Args:
            value: its name in the first column of the identity, or its JSON.
        """
        try:
            if not isinstance(value, (dict, list)) and str(value)[:1] not in ("{", "["):
                value = _arch_of(self.database, value)
            return _drawn(
                self.benchmark.name, json.dumps(value) if not isinstance(value, str) else value
            )
        except (NasbenchDBError, LookupError):
            return ""


def _arch_of(database: BenchmarkDatabase, value: Any) -> str:
    """The JSON of an architecture by its name."""
    schema = database.schema
    table, column = schema.config._meta.table_name, schema.identity[0]
    text = f"SELECT arch FROM {table} WHERE {column} = ? LIMIT 1"
    for (arch,) in database.select(text, (value,)):
        return str(arch)
    raise LookupError(value)


@lru_cache(1 << 12)
def _drawn(benchmark: str, arch: str) -> str:
    svg: str = resolve_name(f"nasbench_db.{benchmark}:Cell").parse(json_value(arch)).draw().svg
    return svg


def known(datasette: Any, name: str) -> Known | None:
    """What Datasette calls by a name, if it is a benchmark's database."""
    served = datasette.databases.get(name)
    path = None if served is None else served.path
    others = [str(one.path) for one in datasette.databases.values() if one.path]
    database = None if path is None else _opened(str(path), tuple(filter(opening.is_set, others)))
    return None if database is None else Known(name, database)


@cache
def _opened(path: str, sets: tuple[str, ...]) -> BenchmarkDatabase | None:
    """A database of a benchmark; None for any other file. Files do not change while served.

    Args:
        path: the file.
        sets: the measurement sets that are served; those of the benchmark are attached to it.
    """
    try:
        benchmark, _ = benchmarks.which_database(path)
        own = [one for one in sets if opening.identify(Path(one)).benchmark == benchmark]
        return benchmarks.open_database(benchmark, path, measurements=own)
    except NasbenchDBError:
        return None
