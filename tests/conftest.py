"""What all tests share: real data, a small synthetic file, its database, and the command line."""

import dataclasses
import functools
import os
import pickle
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, settings
from support.once import once
from support.raw import whole
from support.server import Served, Server, running

import nasbench_db
from nasbench_db.architectures import equivalence as topology
from nasbench_db.architectures.topology import Cell
from nasbench_db.commands.cli import cli
from nasbench_db.formats.tfrecord import write_record
from nasbench_db.nasbench101 import ingest as nb101_ingest
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench101.synthetic import write_tfrecord
from nasbench_db.nasbench201 import ingest as nb201_ingest
from nasbench_db.nasbench201 import official_order, repacked
from nasbench_db.nasbench201.synthetic import topology_record
from nasbench_db.nasbenchmacro import enumerate_cells as enumerate_macro
from nasbench_db.nasbenchmacro.synthetic import made_up as made_up_macro
from nasbench_db.nats import sources
from nasbench_db.nats.space import Space
from nasbench_db.natssss import enumerate_cells as enumerate_sizes
from nasbench_db.natssss import ingest as sss_ingest
from nasbench_db.natssss.cell import Cell as SizeCell
from nasbench_db.natssss.synthetic import size_record
from nasbench_db.nds import ingest as nds_ingest
from nasbench_db.nds.synthetic import made_up as made_up_nds
from nasbench_db.nlp.constants import DATASETS
from nasbench_db.nlp.synthetic import made_up_logs, write_zip
from nasbench_db.store.building import Report
from nasbench_db.store.database import DIRECTORY_VARIABLE, BenchmarkDatabase
from nasbench_db.transnas101 import sources as transnas_sources
from nasbench_db.transnas101.layout import official_like_order
from nasbench_db.transnas101.synthetic import made_up as made_up_tasks

NDS_EPOCHS = {"cifar10": 12, "imagenet": 12}
"""Shorter trainings than the published ones."""

pytest.register_assert_rewrite("conformance")
pytest_plugins = (
    "support.collecting",
    "support.demonstrated",
    "support.small201",
    "support.small_sources",
)

# No deadline and no slowness check: how fast a machine is must not decide whether a test passes.
settings.register_profile(
    "nasbench_db",
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("nasbench_db")
# The same examples each time, for the run that decides whether a change is sound: what it finds
# must come from the change. Plain `pytest` goes on looking for new ones.
settings.register_profile("repeatable", settings.get_profile("nasbench_db"), derandomize=True)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data; a test that needs it is skipped where it is absent."""
    named = os.environ.get("NASBENCH_DB_TEST_DATA")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"needs real data, and there is no folder {folder} ($NASBENCH_DB_TEST_DATA)")
    return folder


@pytest.fixture(autouse=True)
def databases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of default databases: the test's own, and no database is connected before it."""
    folder = tmp_path / "databases"
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(folder))
    yield folder
    for benchmark in nasbench_db.BENCHMARKS.values():
        benchmark.schema.database.initialize(None)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C works in the test and in processes that it starts, whatever started the tests.

    Under ``nohup``, or with ``&`` in a script, it is ignored, and children inherit that.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic file of all 91 cells of up to four vertices: 1,092 records."""
    path = tmp_path_factory.mktemp("source") / "small.tfrecord"
    write_tfrecord(path, enumerate_cells(max_vertices=4))
    return path


@pytest.fixture(scope="session")
def report(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What the ingestion of ``source`` reported."""
    path = tmp_path_factory.mktemp("built") / "small.db"
    return nasbench_db.ingest("nasbench101", source, path, progress=False)


@pytest.fixture(scope="session")
def built(report: Report) -> Path:
    """The database of ``source``; copy it before you change it."""
    return report.path


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    """A copy of ``built`` that a test may change."""
    path = tmp_path / "copy.db"
    shutil.copyfile(built, path)
    return path


@pytest.fixture
def db(built: Path) -> Iterator[BenchmarkDatabase]:
    """A handle on ``built``, connected."""
    database = nasbench_db.connect("nasbench101", built)
    yield database
    database.close()


@pytest.fixture(scope="session")
def explored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A database of each benchmark, of few architectures, not to be changed."""

    def make(folder: Path) -> None:
        cells = folder / "cells.tfrecord"
        few: dict[str, Any] = {"runs": 3, "epochs": 12, "failing": 0}
        logs = (
            log for name in reversed(DATASETS) for log in made_up_logs(24, dataset=name, **few)
        )
        write_zip(folder / "logs.zip", logs)
        write_tfrecord(cells, enumerate_cells(max_vertices=4))
        topologies = [cell.arch_str for cell in official_order()]
        sizes = [cell.arch_str for cell in enumerate_sizes()]
        contents: dict[str, Any] = {
            "nasbench101": cells,
            "nasbench201": whole({i: topology_record(i) for i in range(0, 90, 10)}, topologies),
            "natssss": whole({i: size_record(i) for i in range(0, 60, 10)}, sizes),
            "transnas101": made_up_tasks(official_like_order()[::400]),
            "nasbenchmacro": made_up_macro(islice(enumerate_macro(), 0, None, 20)),
            "nlp": folder / "logs.zip",
            "nds": made_up_nds(epochs=NDS_EPOCHS),
        }
        for name, content in contents.items():
            nasbench_db.ingest(name, content, folder / f"{name}.db", progress=False)

    folder = once(tmp_path_factory, "explored", make)
    return {name: folder / f"{name}.db" for name in nasbench_db.BENCHMARKS}


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server of this process's own."""
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def served(server: Server) -> Served:
    """Copies of databases on it, not to be changed."""
    return Served(server)


@pytest.fixture
def write_payloads(tmp_path: Path) -> Callable[..., Path]:
    """Writes payloads, one record each, to a TFRecord file in the test's folder."""

    def write(payloads: Iterable[bytes], name: str = "source.tfrecord") -> Path:
        path = tmp_path / name
        with open(path, "wb") as file:
            for payload in payloads:
                write_record(file, payload)
        return path

    return write


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command line, or other Python, in a process of its own and waits for its end."""

    def call(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *map(str, arguments)]
        if not command[1].startswith("-"):
            command[1:1] = ["-m", "nasbench_db"]
        given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": tmp_path, **options}
        return subprocess.run(command, encoding="utf-8", timeout=300, **given)

    return call


@pytest.fixture
def typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """As ``run``, in this process: to start another takes longer than most commands."""

    def call(*arguments: object, check: bool = False) -> subprocess.CompletedProcess[str]:
        monkeypatch.chdir(tmp_path)
        given = [str(argument) for argument in arguments]
        ended = CliRunner().invoke(cli, given, catch_exceptions=False)
        if check:
            assert ended.exit_code == 0, ended.output
        return subprocess.CompletedProcess(given, ended.exit_code, ended.stdout, ended.stderr)

    return call


@pytest.fixture(scope="session")
def leftovers() -> Callable[[Path], list[str]]:
    """Names what lies beside a database's place, but for the lock's file, which is empty."""

    def find(path: Path) -> list[str]:
        found = sorted(other.name for other in path.parent.iterdir() if other != path)
        found = [name for name in found if name.startswith(path.name)]
        if f"{path.name}.lock" in found:
            assert path.with_name(f"{path.name}.lock").stat().st_size == 0
            found.remove(f"{path.name}.lock")
        return found

    return find


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Writes a source by a function of ``synthetic``, once in a session; copy before you change.

    Most of the time of a small one goes into compressing the strings of all architectures.
    """
    made: dict[str, Path] = {}

    def write(function: Callable[..., None], name: str, *arguments: Any, **options: Any) -> Path:
        key = f"{function.__name__} {name} {arguments} {options}"
        if key not in made:
            made[key] = tmp_path_factory.mktemp("sources") / name
            function(made[key], *arguments, **options)
        return made[key]

    return write


_read_cell = functools.cache(Cell.from_string)
_read_size = functools.cache(SizeCell.from_string)
_unique_str = functools.cache(topology.unique_str)


def _with_memory(space: Space) -> Space:
    rows = functools.cache(space.architecture_rows)
    return dataclasses.replace(space, architecture_rows=lambda strings: rows(tuple(strings)))


_spaces = {module: _with_memory(module.SPACE) for module in (nb201_ingest, sss_ingest)}


@pytest.fixture
def memoised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parses all architectures of a space once in a session, not in each test."""
    monkeypatch.setattr(Cell, "from_string", staticmethod(_read_cell))
    monkeypatch.setattr(SizeCell, "from_string", staticmethod(_read_size))
    monkeypatch.setattr(topology, "unique_str", _unique_str)
    for module, space in _spaces.items():
        monkeypatch.setattr(module, "SPACE", space)


_READERS = (nb101_ingest, repacked, sources, nds_ingest, transnas_sources)


@pytest.fixture(autouse=True)
def here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads source files in this process: starting another takes longer than a small file.

    What comes and goes is pickled as between processes. The demo and the commands that tests
    start do it as users do, and so do the fixtures of a session, such as ``built``, and tests
    that are marked ``elsewhere``.
    """
    if request.node.get_closest_marker("elsewhere"):
        return
    for module in _READERS:
        monkeypatch.setattr(module, "iterate_elsewhere", _iterate)
    monkeypatch.setattr(sources, "map_elsewhere", _over_all)


def _iterate(function: str, *args: Any) -> Iterator[Any]:
    try:
        for item in resolve_name(function)(*_sent(args)):
            yield _sent(item)
    except Exception as error:
        raise _sent(error) from None


def _over_all(function: str, items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        yield _sent(resolve_name(function)(_sent(item)))


def _sent(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
