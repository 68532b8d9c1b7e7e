"""Benchmarks on a PostgreSQL server: copied whole, asked as a file is, and told what is wrong."""

from __future__ import annotations

import json
import multiprocessing
import pickle
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result
from conformance.guest import change
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.pages import blocks, command_lines
from support.scopes import ACCURACY, SCOPES, SIZE
from support.server import Served, Server

import nasbench_db
from nasbench_db import (
    BENCHMARKS,
    BuildError,
    BuildInProgress,
    DatabaseExists,
    DatabaseNotFound,
    InvalidDatabase,
    InvalidQuery,
    MissingExtra,
    PermissionDenied,
    SchemaVersionError,
    ServerNotReachable,
    explore,
)
from nasbench_db.ask.tables import Table, view_kinds
from nasbench_db.commands.cli import cli
from nasbench_db.store import copying, exact, postgres
from nasbench_db.store.addresses import Address
from nasbench_db.store.database import DIRECTORY_VARIABLE, BenchmarkDatabase
from nasbench_db.store.models import stored_columns

SECRET = "geheim wort"

Opened = tuple[BenchmarkDatabase, BenchmarkDatabase]


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(cli, list(map(str, arguments)))


@pytest.fixture
def url(built: Path, served: Served) -> str:
    """The address of a copy of the small database of NAS-Bench-101."""
    return served.url("nasbench101", built)


@pytest.fixture
def db(url: str) -> Iterator[BenchmarkDatabase]:
    """That copy, connected."""
    with closing(nasbench_db.connect("nasbench101", url)) as database:
        yield database


@pytest.fixture(scope="session")  # as the server: a process may come back to this module
def blank(server: Server) -> str:
    """The address of a database of this module's own."""
    return server.create("empty")


@pytest.fixture
def empty(blank: str) -> Iterator[str]:
    """Its address while there is nothing in it."""
    yield blank
    with psycopg.connect(blank, autocommit=True) as connection:
        for name in ("analysts", *schemas(blank)):
            connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")


@pytest.fixture
def admin(server: Server) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        yield connection


# What is there.


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_is_the_same_on_a_server(
    name: str, explored: dict[str, Path], served: Served
) -> None:
    """Every value of every table and view, bit by bit, with its type; and every question."""
    schema = BENCHMARKS[name].schema
    path = explored[name]
    file = nasbench_db.connect(name, path)
    there = nasbench_db.connect(name, served.url(name, path))
    with closing(file), closing(there):
        for model in schema.models:
            columns = ", ".join(stored_columns(model))
            key = ", ".join(field.column_name for field in model._meta.get_primary_keys())
            statement = f"SELECT {columns} FROM {model._meta.table_name} ORDER BY {key}"
            found = list(there.select(statement))
            assert repr(found) == repr(list(file.select(statement)))
        for view, key in ((schema.view, "trial_id"), (schema.statistics_view, "config_id")):
            of_file, on_server = (
                Table(one, f"SELECT * FROM {view} ORDER BY {key}") for one in (file, there)
            )
            assert of_file.columns == on_server.columns
            assert repr(list(on_server)) == repr(list(of_file))
        by, scope = ACCURACY[name], SCOPES[name]
        ask: list[Callable[..., Any]] = [
            lambda **how: explore.top(5, by=by, **scope, **how),
            lambda **how: explore.top(5, by=by, ties="images", **scope, **how),
            lambda **how: explore.pareto([by, (SIZE[name], "min")], **scope, **how),
            lambda **how: explore.optimum(by, **scope, **how).architectures,
            lambda **how: explore.statistics(by, **scope, **how),
            *(
                lambda reduction=reduction, **how: explore.top(
                    10**6, by=by, reduction=reduction, **scope, **how
                )
                for reduction in ("median", "min", None)
            ),
        ]
        for question in ask:
            assert repr(list(question(db=there))) == repr(list(question(db=file)))
        coverage = explore.coverage(db=file), explore.coverage(db=there)
        assert len(list(coverage[0])) == len(list(coverage[1])) > 0
        assert view_kinds(there) == view_kinds(file)
        assert there.provenance() == file.provenance()
        assert there.mark == file.mark


def test_what_is_there_looks_tidy(url: str, admin: Any) -> None:
    """One schema, named as the benchmark, with a comment of what it is; and its handle."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT nspname::text, obj_description(oid, 'pg_namespace') FROM pg_namespace "
            "WHERE nspname LIKE 'nasbench%'"
        ).fetchall()
        tables = connection.execute(
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'nasbench101' ORDER BY 1"
        ).fetchall()
        indexes = connection.execute(
            "SELECT count(*) FROM pg_indexes WHERE schemaname = 'nasbench101'"
        ).fetchone()
    version = BENCHMARKS["nasbench101"].schema.version
    assert found == [("nasbench101", f"nasbench_db nasbench101 {version}")]
    models = BENCHMARKS["nasbench101"].schema.models
    assert [name for (name,) in tables] == sorted(model._meta.table_name for model in models)
    assert indexes is not None
    assert indexes[0] >= 9
    assert repr(nasbench_db.connect("nasbench101", url)).startswith(
        "<nasbench101 database at postgresql://owner@/copy"
    )


def test_a_question_finds_its_index(db: BenchmarkDatabase) -> None:
    """As the plan tells."""
    table = Table(db, "SELECT arch FROM nb101trialconfig WHERE hash = ?", ["x" * 32])
    with psycopg.connect(db.path.url) as connection:  # type: ignore[union-attr]
        connection.execute("SET search_path TO nasbench101; SET enable_seqscan TO off")
        plan = connection.execute(f"EXPLAIN {table.sql()}").fetchall()
    assert any("Index" in line for (line,) in plan)
    assert any("Scan" in line for line in table.plan())


def test_commands_take_the_address(
    url: str, built: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As ``--db``, or as the place of all databases; and print what they print of the file."""
    for ask in (
        ("top", "nasbench101", "--by", "valid_acc", "--epochs", 108, "--format", "csv"),
        (
            "sql",
            "nasbench101",
            "SELECT num_epochs, count(*) AS n FROM nb101 GROUP BY 1 ORDER BY 1",
        ),
    ):
        expected = invoke(*ask, "--db", built).stdout
        assert expected
        assert invoke(*ask, "--db", url).stdout == expected
        with monkeypatch.context() as patch:
            patch.setenv(DIRECTORY_VARIABLE, url)
            assert invoke(*ask).stdout == expected
            (told,) = json.loads(invoke("info", "--format", "json").stdout)
            assert told["trials"] == 1092
            refused = invoke("sample", "nasbench101")
            assert "names a server, and this needs a file" in refused.stderr
    assert (
        "Scan"
        in invoke("sql", "nasbench101", "SELECT 1 FROM nb101", "--db", url, "--explain").stdout
    )
    assert json.loads(invoke("info", "--db", url, "--format", "json").stdout) == [told]
    out = tmp_path / "curves.csv"
    for place in (built, url):
        assert (
            invoke("export", "nasbench101", "--curves", "--db", place, "--out", out).exit_code == 0
        )
        text, _ = out.read_bytes(), out.unlink()
        assert text.count(b"\n") == 2185
    for command in (
        ("verify", "nasbench101", "--db", url),
        ("export", "nasbench101", "--db", url, "--out", tmp_path / "x.bin"),
    ):
        refused = invoke(*command)
        assert refused.exit_code == 1
        assert "is a server, and this needs a database file" in refused.stderr
    refused = invoke("sample", "nasbench101", "--db", url)
    assert "nasbench-db copy nasbench101 --to URL" in refused.stderr


def test_the_command_copies(server: Server, built: Path, empty: str) -> None:
    """And says what it did; a second time only with ``--force``."""
    done = invoke("copy", built, "--to", empty)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("nasbench101: ")
    assert "MB at postgresql://owner@/empty" in done.stdout
    again = invoke("copy", built, "--to", empty, "--quiet")
    assert again.exit_code == 1
    assert "has nasbench101 already; give --force" in again.stderr
    assert invoke("copy", built, "--to", empty, "--quiet", "--force").exit_code == 0


# Asking.


def test_processes_and_threads_ask_at_once(db: BenchmarkDatabase, url: str) -> None:
    """Also after a fork, whose end leaves the parent's connections as they are; and a pickle."""
    rows = list(db.select("SELECT id FROM nb101trialstats"))
    (first,) = db.select("SELECT count(*) FROM nb101")

    def ask() -> None:
        assert list(db.select("SELECT count(*) FROM nb101")) == [first]
        assert list(db.select("SELECT id FROM nb101trialstats")) == rows
        db.close()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    processes = [multiprocessing.get_context("fork").Process(target=ask) for _ in range(2)]
    half = db.select("SELECT id FROM nb101trialstats")
    begun = [next(half) for _ in range(10)]
    for one in (*processes, *threads):
        one.start()
    for one in (*threads, *processes):
        one.join(30)
    assert [one.exitcode for one in processes] == [0, 0]
    assert [*begun, *half] == rows
    again = pickle.loads(pickle.dumps(db))
    assert list(again.select("SELECT count(*) FROM nb101")) == [first]
    again.close()


def test_long_answers_are_not_kept_in_memory(
    db: BenchmarkDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server keeps the rest, and other questions are answered meanwhile."""
    monkeypatch.setattr(postgres, "_ROWS_AT_ONCE", 100)
    answer = db.reading("SELECT id, test_acc FROM nb101trialstats ORDER BY id")
    assert answer.description == [("id",), ("test_acc",)]
    assert next(answer)[0] == 1
    assert answer._cursor.rowcount <= 1092
    assert answer._cursor._pos <= 100
    assert list(db.select("SELECT count(*) FROM nb101")) == [(1092,)]
    assert len(answer.fetchall()) == 1091
    unread = db.reading("SELECT id FROM nb101trialstats")
    spare = len(db._spare)  # type: ignore[attr-defined]
    del unread
    assert len(db._spare) == spare + 1  # type: ignore[attr-defined]


def test_nothing_can_be_written(db: BenchmarkDatabase) -> None:
    with pytest.raises(InvalidQuery, match="read-only transaction"):
        db.execute_sql("DELETE FROM nb101trialstats")


def test_models_are_asked_as_of_a_file(db: BenchmarkDatabase) -> None:
    from nasbench_db.nasbench101 import Nb101TrialConfig, Nb101TrialStats

    query = (
        Nb101TrialStats.select(Nb101TrialStats, Nb101TrialConfig)
        .join(Nb101TrialConfig)
        .where(Nb101TrialConfig.num_epochs == 108, Nb101TrialStats.valid_acc > 50.5)
        .order_by(Nb101TrialStats.id)
    )
    found = [(trial.config.hash, trial.valid_acc) for trial in query]
    assert found
    assert found == list(
        db.select(
            "SELECT hash, valid_acc FROM nb101 WHERE num_epochs = 108 AND valid_acc > 50.5 "
            "ORDER BY trial_id"
        )
    )
    first = Nb101TrialConfig.get(Nb101TrialConfig.arch["op1"] == "maxpool3x3")
    assert first.arch["op1"] == "maxpool3x3"


def of_nasbench101(place: str) -> object:
    from nasbench_db.nasbench101 import api

    bench = api.NASBench(place)
    hashes = sorted(bench.hash_iterator())
    return hashes, [bench.get_metrics_from_hash(one) for one in hashes[:20]]


def of_nasbench201(place: str) -> object:
    from nasbench_db.nasbench201.api import NASBench201API

    bench = NASBench201API(place, verbose=False)
    ask = bench.get_more_info
    return [
        *(ask(10, name, None, "200", False) for name in ("cifar10", "cifar100")),
        *(ask(10, "cifar10-valid", epoch, "12", False) for epoch in (0, 5)),
        *(bench.arch(10), len(bench), bench.find_best("cifar100", "ori-test", hp="200")),
        str(bench.query_by_index(20, hp="200")),
    ]


def of_natssss(place: str) -> object:
    from nasbench_db.natsbench import create

    bench = create(place, "sss", fast_mode=False, verbose=False)
    return len(bench), bench.get_more_info(10, "cifar100", None, "90", False)


def of_transnas101(place: str) -> object:
    from nasbench_db.transnas101.api import TransNASBenchAPI

    bench = TransNASBenchAPI(place, verbose=False, strict=True)
    with closing(nasbench_db.connect("transnas101", place)) as database:
        ((arch, space),) = database.select(
            "SELECT arch_str, search_space FROM tnb101 ORDER BY trial_id LIMIT 1"
        )
    best = bench._bests("jigsaw", "valid_top1", space, "max")
    return [
        (
            *(task, bench.get_total_epochs(arch, task), bench.get_epoch_status(arch, task, -1)),
            bench.get_single_metric(arch, task, bench.metrics_dict[task][0], mode="best"),
        )
        for task in bench.task_list
    ], sorted(best.items())


@pytest.mark.parametrize(
    "answers",
    [of_nasbench101, of_nasbench201, of_natssss, of_transnas101],
    ids=lambda f: f.__name__,
)
def test_drop_ins_answer_as_from_a_file(
    answers: Callable[[str], object], explored: dict[str, Path], served: Served
) -> None:
    """The original interfaces take the address as well."""
    name = answers.__name__.removeprefix("of_")
    told = repr(answers(str(explored[name])))
    assert len(told) > 100
    assert repr(answers(served.url(name, explored[name]))) == told


def test_figures_and_searches_ask_a_server(
    explored: dict[str, Path], served: Served, tmp_path: Path
) -> None:
    """With the values of the file."""
    path = explored["nasbench201"]
    scope = ("--dataset", "cifar100", "--epochs", 200)
    found = []
    for place in (path, served.url("nasbench201", path)):
        out = tmp_path / "runs.parquet"
        search = ("search", "nasbench201", "--algorithm", "random", "--charge", "evaluations")
        done = invoke(*search, *scope, "--budget", 5, "--db", place, "--out", out, "--force")
        assert done.exit_code == 0, done.stderr
        figure = tmp_path / "x.svg"
        for kind in ("scatter", "distribution"):
            x = ("--by",) if kind == "distribution" else ("--x", "flops", "--y")
            done = invoke(
                *("plot", kind, "nasbench201", *x, "valid_acc", *scope),
                *("--db", place, "--out", figure),
            )
            assert done.exit_code == 0, (kind, done.output)
            figure.unlink()
        found.append(pyarrow.parquet.read_table(out).to_pylist())
    assert found[0] == found[1]
    assert found[0]


# Statements of the user's own.


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "SELECT valid_ac FROM nb101",
            "column \"valid_ac\" does not exist: did you mean 'valid_acc'",
        ),
        ("SELECT * FROM nb102", "there are nb101, nb101trialconfig"),
        ("SELECT valid_acc FROM nb101 WHERE", "PostgreSQL says of the statement: syntax error"),
        ("SELECT 1 / 0 AS x", "division by zero"),
        ("SELECT hash FROM nb101 WHERE hash = ?", "there are 0 values"),
    ],
)
def test_what_is_wrong_in_a_statement_is_told(
    statement: str, said: str, db: BenchmarkDatabase
) -> None:
    """And the next one is answered."""
    with pytest.raises(InvalidQuery) as caught:
        list(Table(db, statement))
    assert said in str(caught.value)
    assert Table(db, "SELECT 1 AS one").first() == {"one": 1}


def test_a_statement_may_not_take_for_ever(url: str) -> None:
    """The server gives it up, and the command says how to give it longer."""
    ask = "SELECT count(*) AS n FROM nb101 AS a, nb101 AS b, nb101 AS c"
    result = invoke("sql", "nasbench101", ask, "--db", url, "--timeout", 0.05)
    assert result.exit_code == 1
    assert "given up after 0.05 seconds by the server; give it longer with --timeout" in (
        result.stderr
    )


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) AS n FROM (SELECT 1)",
        "SELECT n FROM (SELECT 1 AS n) q JOIN (SELECT 1 AS m) ON q.n = m",
        "SELECT 7 % 4 AS n, '%s ? (' AS t, 5 == 5 AS b",
        "SELECT instr(hash, 'zz') AS n FROM nb101 ORDER BY trial_id LIMIT 1",
        "SELECT total(test_acc > 50) AS n, sum(repeat = 1) AS m FROM nb101 -- 'a comment",
        "SELECT json_extract(arch, '$.\"op1\"') AS op FROM nb101 ORDER BY trial_id LIMIT 9",
        "SELECT group_concat(repeat) AS r FROM (SELECT repeat FROM nb101 ORDER BY 1 LIMIT 9) AS q",
        "SELECT count(*) AS n FROM nb101 WHERE test_acc < 9e999",
        "SELECT `hash`, [num_epochs] FROM nb101 ORDER BY trial_id LIMIT 2",
        "SELECT round(avg(x)) AS x FROM (SELECT (1.5) AS x UNION SELECT 2.5) /* ( */ WHERE 1=1",
    ],
)
def test_sqlites_words_are_understood(statement: str, db: BenchmarkDatabase, built: Path) -> None:
    with closing(nasbench_db.connect("nasbench101", built)) as file:
        assert list(Table(db, statement)) == list(Table(file, statement))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.floats(1e-130, 1e130).flatmap(lambda x: st.sampled_from((x, -x))) | st.integers(-3, 3),
        max_size=12,
    )
)
def test_the_server_adds_as_python_does(served: Served, values: list[float]) -> None:
    """Mean, deviation and median of any numbers, to the last bit."""
    numbers = [float(value) for value in values]
    with psycopg.connect(served.anything()) as connection:
        connection.execute("SET search_path TO nasbench101")
        found = connection.execute(
            "SELECT mean(x), std(x), median(x) FROM unnest(%s::float8[]) AS x",
            ([*numbers, None],),
        ).fetchone()
    assert found is not None
    expected = exact.mean(numbers) if numbers else None
    assert found[0] == expected
    assert found[1] == (exact.std(numbers) if len(numbers) > 1 else None)
    assert found[2] == (statistics.median(numbers) if numbers else None)


# Copying.


def schemas(url: str) -> list[str]:
    """The schemas of a database that have to do with us."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'nasbench%' ORDER BY 1"
        ).fetchall()
    return [name for (name,) in rows]


COPY = """
import sys, nasbench_db
print("begun", flush=True)
nasbench_db.copy("nasbench101", sys.argv[1], sys.argv[2], force=True, progress=False)
print("done", flush=True)
"""


def test_nothing_is_left_of_a_copy_that_is_killed(built: Path, empty: str) -> None:
    """At whatever moment: an older copy stays, or the new one is whole."""
    nasbench_db.copy("nasbench101", empty, built, progress=False)
    process = subprocess.Popen(
        [sys.executable, "-c", COPY, empty, str(built)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    started = time.perf_counter()
    assert process.stdout.readline() == "done\n"
    whole = time.perf_counter() - started
    process.wait()
    process.stdout.close()
    for part in (0.4, 0.85):
        process = subprocess.Popen(
            [sys.executable, "-c", COPY, empty, str(built)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(whole * part)
        process.kill()
        process.wait()
        process.stdout.close()
        for _ in range(1000):  # the server sees it when it next writes to it
            if "nasbench101__building" not in schemas(empty):
                break
            time.sleep(0.05)
        assert schemas(empty) == ["nasbench101"]
        with closing(nasbench_db.connect("nasbench101", empty)) as database:
            assert list(database.select("SELECT count(*) FROM nb101")) == [(1092,)]
    nasbench_db.copy("nasbench101", empty, built, force=True, progress=False)
    assert schemas(empty) == ["nasbench101"]


def test_an_older_copy_goes_with_the_swap(
    built: Path, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one transaction, if nobody reads it; else what a killed copy leaves is told of."""
    monkeypatch.setattr(copying._Copy, "drop_older", lambda self: "")  # killed before it
    nasbench_db.copy("nasbench101", empty, built, progress=False)
    nasbench_db.copy("nasbench101", empty, built, force=True, progress=False)
    assert schemas(empty) == ["nasbench101"]
    with psycopg.connect(empty) as connection:
        connection.execute("SELECT count(*) FROM nasbench101.nb101")
        nasbench_db.copy("nasbench101", empty, built, force=True, progress=False)
        assert schemas(empty) == ["nasbench101", "nasbench101__old"]
        again = connection.execute("SELECT count(*) FROM nasbench101.nb101").fetchone()
        assert again == (1092,)
    for arguments in (["--db", empty], ["nasbench101", "--db", empty]):
        told = invoke("info", *arguments, "--format", "json")
        assert told.exit_code == 0
        assert [one["benchmark"] for one in json.loads(told.stdout)] == ["NAS-Bench-101"]
        assert told.stderr.endswith(
            "has an older copy as the schema nasbench101__old, which is not asked any more; the "
            "next copy drops it unless views of others depend on it, or: DROP SCHEMA "
            "nasbench101__old CASCADE\n"
        )
    monkeypatch.undo()
    nasbench_db.copy("nasbench101", empty, built, force=True, progress=False)
    assert schemas(empty) == ["nasbench101"]
    assert invoke("info", "--db", empty).stderr == ""


def test_readers_go_on_while_a_copy_is_replaced(built: Path, empty: str) -> None:
    """Without an error, and with whole answers."""
    nasbench_db.copy("nasbench101", empty, built, progress=False)
    database = nasbench_db.connect("nasbench101", empty)
    ended = threading.Event()
    found: list[Any] = []

    def read() -> None:
        while not ended.is_set():
            try:
                found.append(list(database.select("SELECT count(*) FROM nb101")))
            except Exception as error:  # whatever it is, it is wrong
                found.append(error)
        database.close()

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(2):
            report = nasbench_db.copy("nasbench101", empty, built, force=True, progress=False)
            assert report.kept == ""
    finally:
        ended.set()
        for reader in readers:
            reader.join()
    assert len(found) > 10
    assert [one for one in found if one != [(1092,)]] == []
    assert schemas(empty) == ["nasbench101"]


def test_views_of_others_are_not_dropped(built: Path, empty: str) -> None:
    """The older copy is kept for them, which is told; the next one drops it when they are gone."""
    nasbench_db.copy("nasbench101", empty, built, progress=False)
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA analysts")
        connection.execute(
            "CREATE VIEW analysts.best AS SELECT max(test_acc) FROM nasbench101.nb101"
        )
        report = nasbench_db.copy("nasbench101", empty, built, force=True, progress=False)
        assert (
            "the schema nasbench101__old, since these depend on it: analysts.best" in report.kept
        )
        assert report.kept in str(report)
        assert schemas(empty) == ["nasbench101", "nasbench101__old"]
        assert connection.execute("SELECT * FROM analysts.best").fetchone()
        connection.execute("DROP VIEW analysts.best")
    nasbench_db.copy("nasbench101", empty, built, force=True, progress=False)
    assert schemas(empty) == ["nasbench101"]


def test_two_copies_at_once(built: Path, empty: str) -> None:
    """The second is told to wait."""
    with psycopg.connect(empty) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('nasbench_db nasbench101'))")
        with pytest.raises(BuildInProgress, match="another process copies nasbench101 to"):
            nasbench_db.copy("nasbench101", empty, built, progress=False)
    nasbench_db.copy("nasbench101", empty, built, progress=False)


def test_a_schema_of_others_is_not_replaced(built: Path, empty: str) -> None:
    """Whatever ``force`` says; and it is none of ours to read."""
    with psycopg.connect(empty) as connection:
        connection.execute("CREATE SCHEMA nasbench101")
    for force in (False, True):
        with pytest.raises(DatabaseExists, match="has not copied there; it is not replaced"):
            nasbench_db.copy("nasbench101", empty, built, force=force, progress=False)
    with pytest.raises(InvalidDatabase, match="is not one that nasbench_db has copied there"):
        nasbench_db.connect("nasbench101", empty)


def test_what_a_server_cannot_hold_is_told(copy: Path, empty: str) -> None:
    """SQLite takes a text where a number should be; nothing is left."""
    change(copy, "UPDATE nb101trialstats SET test_acc = 'high' WHERE id = 1000")
    with pytest.raises(BuildError, match=r"copy\.db cannot be copied: nb101trialstats has a row"):
        nasbench_db.copy("nasbench101", empty, copy, progress=False)
    assert schemas(empty) == []


def test_who_may_read_is_said(built: Path, empty: str, server: Server, admin: Any) -> None:
    """Everybody by default; others are told what to ask for, and those who may not build."""
    admin.execute("CREATE ROLE reader LOGIN; CREATE ROLE other LOGIN")
    base = empty.partition("@/")[2].partition("?")[0]
    reader, other = (server.url(base, user=name) for name in ("reader", "other"))
    with pytest.raises(BuildError, match=f"GRANT CREATE ON DATABASE {base} TO reader"):
        nasbench_db.copy("nasbench101", reader, built, progress=False)
    nasbench_db.copy("nasbench101", empty, built, progress=False)
    for address in (reader, other):
        nasbench_db.connect("nasbench101", address).close()
    nasbench_db.copy("nasbench101", empty, built, force=True, grant="reader", progress=False)
    with closing(nasbench_db.connect("nasbench101", reader)) as database:
        assert explore.top(1, by="valid_acc", num_epochs=108, db=database).first()
    with pytest.raises(PermissionDenied) as caught:
        nasbench_db.connect("nasbench101", other)
    assert "GRANT USAGE ON SCHEMA nasbench101 TO other; GRANT SELECT ON ALL TABLES" in str(
        caught.value
    )
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute("GRANT USAGE ON SCHEMA nasbench101 TO other")
    with pytest.raises(PermissionDenied, match="GRANT SELECT"):
        nasbench_db.connect("nasbench101", other)
    with pytest.raises(InvalidQuery, match='role "nobody" does not exist'):
        nasbench_db.copy("nasbench101", empty, built, force=True, grant="nobody", progress=False)
    with pytest.raises(InvalidQuery, match="grant is"):
        nasbench_db.copy("nasbench101", empty, built, force=True, grant=[""], progress=False)


@pytest.mark.parametrize(("version", "said"), [(99, "upgrade it"), (1, "copy it there again")])
def test_other_versions_are_refused(version: int, said: str, built: Path, empty: str) -> None:
    nasbench_db.copy("nasbench101", empty, built, progress=False)
    with psycopg.connect(empty) as connection:
        connection.execute(f"COMMENT ON SCHEMA nasbench101 IS 'nasbench_db nasbench101 {version}'")
    with pytest.raises(SchemaVersionError, match=f"has version {version} of .*{said}"):
        nasbench_db.connect("nasbench101", empty)


def test_what_is_not_there_is_told(empty: str, tmp_path: Path) -> None:
    """A benchmark on a server, with the command that copies it; and a file to copy."""
    with pytest.raises(DatabaseNotFound, match="nasbench-db copy nasbench101 --to"):
        nasbench_db.connect("nasbench101", empty)
    with pytest.raises(DatabaseNotFound, match=r"absent\.db"):
        nasbench_db.copy("nasbench101", empty, tmp_path / "absent.db")
    told = invoke("info", "--db", empty)
    assert "there is no benchmark on postgresql://owner@/empty" in told.stderr


def test_older_servers_are_refused(
    built: Path, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nasbench_db.store.copying.OLDEST", 990_000)
    with pytest.raises(
        InvalidDatabase, match=r"is PostgreSQL .*; PostgreSQL 99 or later is needed"
    ):
        nasbench_db.copy("nasbench101", empty, built, progress=False)


# Addresses, and servers that do not answer.


def test_the_driver_comes_with_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is wanted for an address and for nothing else."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r'pip install "\.\[postgres\]"'):
        nasbench_db.connect("nasbench101", "postgresql://host/nas")


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://me:{SECRET}@host/x",
        "postgresql://me:geheim%zzwort@host/x",
        "postgresql://me:geheim@wort@host:port/x",
        "postgresql://host/x?nothing=geheim",
        "mysql://me:geheim@host/x",
        "postgresql://me:geheim@host:5432:77/x",
    ],
)
def test_a_malformed_address_is_told_without_its_secrets(address: str) -> None:
    for ask in (
        lambda: nasbench_db.connect("nasbench101", address),
        lambda: nasbench_db.copy("nasbench101", address, "x.db"),
    ):
        with pytest.raises((InvalidQuery, ServerNotReachable)) as caught:
            ask()
        assert "geheim" not in str(caught.value)
        assert "wort" not in str(caught.value)
        assert caught.value.__cause__ is None
    told = invoke("info", "--db", address)
    assert told.exit_code == 1
    assert "geheim" not in told.output


def test_an_address_is_shown_without_its_secrets() -> None:
    address = Address(
        "postgresql://me:geheim@host:5433/nas?sslpassword=wort&application_name=a%20b"
    )
    assert str(address) == "postgresql://me@host:5433/nas?application_name=a%20b"
    assert repr(address) == f"Address({str(address)!r})"
    assert (address.host, address.user, address.name) == ("host:5433", "me", "nas")
    assert address.parameters["password"] == "geheim"
    assert address == Address(address.url)
    assert Address(str(address)) != address


def test_a_server_that_is_down_is_told(tmp_path: Path) -> None:
    """With how to check it, and without the password; also one whose name is unknown."""
    for address in (
        f"postgresql://me:geheim@/nas?host={tmp_path}",
        "postgresql://me:geheim@127.0.0.1:9/nas",
    ):
        with pytest.raises(ServerNotReachable) as caught:
            nasbench_db.connect("nasbench101", address)
        assert 'check it with: psql "postgresql://me@' in str(caught.value)
        assert "geheim" not in str(caught.value)
        assert isinstance(caught.value, ConnectionError)


def test_who_is_not_let_in_is_told(server: Server) -> None:
    """By the server's words: no such user, no such database."""
    for address, said in (
        (server.url(user="stranger"), 'role "stranger" does not exist'),
        (server.url("nothing"), 'database "nothing" does not exist'),
    ):
        with pytest.raises(ServerNotReachable, match=said):
            nasbench_db.connect("nasbench101", address)


def test_a_wrong_password_is_told(server: Server, admin: Any) -> None:
    admin.execute("CREATE ROLE guarded LOGIN PASSWORD 'richtig'")
    rules = server.folder / "data" / "pg_hba.conf"
    before = rules.read_text()
    try:
        rules.write_text("local all guarded scram-sha-256\n" + before)
        admin.execute("SELECT pg_reload_conf()")
        time.sleep(0.3)
        address = server.url(user="guarded", password="geheim")
        with pytest.raises(ServerNotReachable, match="password authentication failed") as caught:
            nasbench_db.connect("nasbench101", address)
        assert "geheim" not in str(caught.value)
        right = server.url(user="guarded", password="richtig")
        with pytest.raises(DatabaseNotFound) as absent:
            nasbench_db.connect("nasbench101", right)
        assert "richtig" not in str(absent.value)
    finally:
        rules.write_text(before)
        admin.execute("SELECT pg_reload_conf()")


def test_a_lost_connection_is_made_again(db: BenchmarkDatabase, admin: Any) -> None:
    """For a question that was not begun; one that was is told."""

    def end_all() -> None:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname LIKE 'copy%'"
        )
        time.sleep(0.2)

    count = [(1092,)]
    assert list(db.select("SELECT count(*) FROM nb101")) == count
    end_all()
    assert list(db.select("SELECT count(*) FROM nb101")) == count
    assert len(list(db.select("SELECT id FROM nb101trialstats"))) == 1092
    end_all()
    assert len(list(db.select("SELECT id FROM nb101trialstats"))) == 1092
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgres, "_ROWS_AT_ONCE", 10)
        half = db.select("SELECT id FROM nb101trialstats")
        next(half)
        end_all()
        with pytest.raises(ServerNotReachable, match=r"cannot be reached: .*terminat"):
            list(half)
    assert list(db.select("SELECT count(*) FROM nb101")) == count


def test_a_server_that_is_started_again_is_asked_again(
    built: Path, empty: str, server: Server
) -> None:
    """Meanwhile it is told that it is down."""
    nasbench_db.copy("nasbench101", empty, built, progress=False)
    with closing(nasbench_db.connect("nasbench101", empty)) as database:
        assert list(database.select("SELECT count(*) FROM nb101")) == [(1092,)]
        server.stop(signal.SIGINT)
        try:
            with pytest.raises(ServerNotReachable, match="check it with: psql"):
                list(database.select("SELECT count(*) FROM nb101"))
        finally:
            server.start()
        assert list(database.select("SELECT count(*) FROM nb101")) == [(1092,)]


def test_the_examples_of_the_page_run(
    built: Path,
    databases: Path,
    empty: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With the address of a server that there is."""
    databases.mkdir()
    shutil.copyfile(built, databases / "nasbench101.db")
    page = (Path(__file__).parents[2] / "docs" / "postgres.md").read_text(encoding="utf-8")
    page = page.replace("postgresql://me@host/nas", empty)
    commands = command_lines(page, building=False)
    assert [command[0] for command in commands] == ["copy", "top", "info"]
    for command in commands:
        done = invoke(*command)
        assert done.exit_code == 0, done.stderr
        assert done.stdout
    (text,) = blocks(page, "python")
    exec(compile(text, "postgres.md", "exec"), {})
    assert "(1092,)" in capsys.readouterr().out
