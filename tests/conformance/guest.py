"""What a benchmark is to the conformance suite, and the databases of it that are asked."""

from __future__ import annotations

import contextlib
import functools
import json
import shutil
import sqlite3
import statistics as pystatistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.once import once
from support.renewing import renew_statistics
from support.scopes import ACCURACY, SCOPES, SIZE

import nasbench_db
from nasbench_db import BENCHMARKS
from nasbench_db.commands.cli import cli
from nasbench_db.explore import learning_curve, statistics
from nasbench_db.store.checksums import append_checksums
from nasbench_db.store.database import BenchmarkDatabase

Row = dict[str, Any]

Statements = Sequence[str]


class Lacks(Exception):
    """A benchmark has no such thing, so that it cannot be tested."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Guest:
    """What the suite must know of a benchmark.

    Attributes:
        name: its name.
        query: its query helper.
        positional: the arguments of the helper that must be given, by name.
        key: the column of the flat view that the architecture may be given by.
        forms: gives all other forms of an architecture, from its row of the flat view.
        absent: an architecture of the space that the small database lacks.
        outside: what is no architecture of it.
        third: a third metric, for fronts of three objectives.
        on_curves: what one looks at in learning curves, if it is called otherwise than in trials.
        unmeasured: conditions, and a metric that is not measured under them.
        faults: what damages a database, by the check of ``verify`` that finds it; the damages that
            all benchmarks share are the suite's.
        open_dropin: opens a database as the original interface did.
        dropin_words: wrong words to it: what is asked, the error, and what its message says.
        options: options of ``nasbench-db query``, and the arguments of the helper that they are.
        gaps: the tests that it does not pass, each with the error; ``test[case]`` is one case.
    """

    name: str
    query: Callable[..., Any]
    positional: tuple[str, ...]
    key: str
    forms: Callable[[Row], list[Any]]
    absent: Any
    outside: tuple[Any, ...]
    third: str
    on_curves: str | None = None
    unmeasured: tuple[Row, str] | None = None
    faults: Mapping[str, Statements] = field(default_factory=dict)
    open_dropin: Callable[[Path], Any] | None = None
    dropin_words: tuple[tuple[Callable[[Any], object], type[Exception], str], ...] = ()
    options: tuple[tuple[tuple[object, ...], Row], ...] = ()
    gaps: Mapping[str, type[Exception]] = field(default_factory=dict)

    @property
    def schema(self) -> Any:
        """Its tables."""
        return BENCHMARKS[self.name].schema

    @property
    def scope(self) -> Row:
        """One fidelity."""
        return SCOPES[self.name]

    @property
    def accuracy(self) -> str:
        """What one selects by."""
        return ACCURACY[self.name]

    @property
    def sign(self) -> int:
        """1 if more of it is better, -1 if less is."""
        return 1 if BENCHMARKS[self.name].metrics[self.accuracy].direction == "max" else -1

    def on(self, split: str) -> str:
        """The same metric on another split, if there is one."""
        begin, _, rest = self.accuracy.partition("_")
        return f"{split}_{rest}" if begin in ("valid", "val") else self.accuracy

    @property
    def curve_accuracy(self) -> str:
        """The same in learning curves."""
        return self.on_curves or self.accuracy

    @property
    def size(self) -> str:
        """A metric of which less is better."""
        return SIZE[self.name]

    @property
    def metrics(self) -> list[str]:
        """All metrics, in the order of the table."""
        return list(BENCHMARKS[self.name].metrics)

    @property
    def selects(self) -> bool:
        """Whether there is something to select by."""
        return any(report.select_by for report in BENCHMARKS[self.name].reports.values())

    @property
    def with_points(self) -> Row:
        """What a helper is told to give the evaluations too, if there are any."""
        return {} if self.schema.intermediate is None else {"include_intermediates": True}

    def points(self, path: Path) -> list[Row]:
        """The evaluations during training in a file, each with its config; none without them."""
        if self.schema.intermediate is None:
            return []
        return of_file(
            path,
            f"SELECT i.*, t.config_id AS config_id FROM {table(self.schema.intermediate)} i "
            f"JOIN {table(self.schema.trial)} t ON t.id = i.trial_id "
            "ORDER BY i.trial_id, i.current_epoch",
        )

    def curve(self, arch: Any, **which: Any) -> list[Row]:
        """The learning curve of an architecture; its statistics where there are no curves."""
        if self.schema.intermediate is None:
            return list(statistics(self.accuracy, arch=arch, **which))
        return list(learning_curve(arch, **which))

    def ask(self, **asked: Any) -> Any:
        """Ask the helper; what is not said may be anything."""
        return self.query(**{**dict.fromkeys(self.positional), **asked})


def table(model: Any) -> str:
    """The name of a model's table."""
    return str(model._meta.table_name)


def of_file(path: Path, statement: str) -> list[Row]:
    """The rows of a statement, by SQLite alone."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(statement)]


@functools.cache
def all_rows(view: str, path: Path) -> list[Row]:
    """All trials of a file that does not change, from the flat view."""
    return of_file(path, f"SELECT * FROM {view} ORDER BY trial_id")


def change(path: Path, *statements: str) -> None:
    """Change a file, as if it had been written so."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            assert connection.execute(statement).rowcount > 0, statement
    append_checksums(path)


def decoded(row: Row, names: Sequence[str]) -> Row:
    """A row whose JSON texts are values."""
    return row | {name: json.loads(row[name]) for name in names if row.get(name) is not None}


def grouped(rows: Sequence[Row], *names: str) -> dict[tuple[Any, ...], list[Row]]:
    """Rows by the values of some columns."""
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in names), []).append(row)
    return found


def means(rows: list[Row], *metrics: str) -> dict[int, tuple[float, ...]]:
    """The means of metrics over the trials of each config."""
    return {
        config: tuple(pystatistics.fmean(row[metric] for row in group) for metric in metrics)
        for (config,), group in grouped(rows, "config_id").items()
    }


def make_holes(guest: Guest, path: Path, folder: Path) -> None:
    """Write a copy of a database in which values and intermediates are missing."""
    copy = folder / path.name
    shutil.copyfile(path, copy)
    trial = table(guest.schema.trial)
    change(
        copy,
        f"UPDATE {trial} SET {guest.accuracy} = NULL WHERE id % 3 = 0 OR config_id % 5 = 0",
        f"UPDATE {trial} SET {guest.third} = 2 * id + 0.1 WHERE id % 7 = 0",
        f"UPDATE {trial} SET {guest.third} = 1e-300 WHERE id = 5",
        f"UPDATE {trial} SET {guest.third} = 1e17 WHERE id = 6",
        f"UPDATE {trial} SET {guest.third} = 0.1 + 0.2 WHERE id = 7",
    )
    renew_statistics(copy, guest.schema)
    if guest.schema.intermediate is not None:
        point = table(guest.schema.intermediate)
        change(
            copy,
            f"UPDATE {point} SET {guest.curve_accuracy} = NULL WHERE trial_id % 4 = 0",
            f"DELETE FROM {point} WHERE trial_id % 11 = 0",
        )


def worded(guest: Guest) -> str:
    """The column that says on what was trained.

    Raises:
        Lacks: there is none.
    """
    for name in guest.schema.fidelity:
        if name != "num_epochs":
            return str(name)
    raise Lacks("a data set or task")


def seed(guest: Guest) -> str:
    """The column that tells the trials of a config apart.

    Raises:
        Lacks: there is none.
    """
    if guest.schema.seed is None:
        raise Lacks("a seed")
    return str(guest.schema.seed)


def invoke(*arguments: object) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(cli, list(map(str, arguments)))


def option_of(scope: Row) -> list[object]:
    """The options that say which trials."""
    options: list[object] = []
    for name, value in scope.items():
        options += [f"--{name.removeprefix('num_')}", value]
    return options


class Base:
    """What the tests of the suite share: the benchmark, and databases of it."""

    @pytest.fixture
    def guest(self) -> Guest:
        """What the benchmark is: to be overridden."""
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _gap(self, guest: Guest, request: pytest.FixtureRequest) -> None:
        """A test that the benchmark cannot pass must fail with the error that is said."""
        for name in (request.node.originalname, request.node.name):
            if name in guest.gaps:
                request.applymarker(pytest.mark.xfail(raises=guest.gaps[name], strict=True))

    @pytest.fixture
    def path(self, guest: Guest, explored: dict[str, Path]) -> Path:
        """Its small database, of a generated source."""
        return explored[guest.name]

    @pytest.fixture
    def place(self, path: Path) -> Path | str:
        """Where commands and drop-ins find it."""
        return path

    @pytest.fixture
    def alone(self, path: Path) -> Callable[[str], list[Row]]:
        """Runs a statement by the database's own program."""
        return functools.partial(of_file, path)

    @pytest.fixture
    def holed(self, guest: Guest, path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """The same with values missing, and with trials that have no intermediates."""
        folder = once(
            tmp_path_factory, f"holed_{guest.name}", lambda folder: make_holes(guest, path, folder)
        )
        return folder / path.name

    @pytest.fixture
    def rows(self, guest: Guest, path: Path) -> list[Row]:
        """All trials, from the flat view."""
        return all_rows(guest.schema.view, path)

    @pytest.fixture
    def scoped(self, guest: Guest, rows: list[Row]) -> list[Row]:
        """Those of its scope."""
        return [row for row in rows if row.items() >= guest.scope.items()]

    @pytest.fixture
    def holed_rows(self, guest: Guest, holed: Path) -> list[Row]:
        """All trials of the database in which values are missing."""
        return all_rows(guest.schema.view, holed)

    @pytest.fixture
    def database(self, guest: Guest, path: Path) -> Iterator[BenchmarkDatabase]:
        """Its small database, connected."""
        with nasbench_db.connect(guest.name, path) as opened:
            yield opened

    @pytest.fixture
    def with_holes(self, guest: Guest, holed: Path) -> Iterator[BenchmarkDatabase]:
        """The database in which values are missing, connected."""
        with nasbench_db.connect(guest.name, holed) as opened:
            yield opened

    @pytest.fixture
    def traced(self, database: BenchmarkDatabase) -> Iterator[list[str]]:
        """The statements that the database was asked since the test began."""
        statements: list[str] = []
        database.connection().set_trace_callback(statements.append)
        yield statements
        database.connection().set_trace_callback(None)

    @pytest.fixture
    def copied(self, path: Path, tmp_path: Path) -> Path:
        """A copy of the small database that a test may change."""
        return Path(shutil.copyfile(path, tmp_path / "copied.db"))
