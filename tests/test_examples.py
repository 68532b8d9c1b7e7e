"""Every example of every page runs as it stands, and prints what the page says."""

from __future__ import annotations

import contextlib
import io
import re
import sqlite3
import subprocess
from pathlib import Path

import matplotlib as mpl
import optuna
import pytest
from click.testing import CliRunner
from support.demonstrated import Demonstrated
from support.nni_files import timed_run, write_nni101, write_nni201
from support.pages import (
    BUILDING,
    COMMAND,
    PROJECT,
    blocks,
    command_lines,
    languages,
    pages,
    said_of,
)
from support.raw import small_info, whole

import nasbench_db
from nasbench_db.commands.cli import cli
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench101.synthetic import write_tfrecord
from nasbench_db.nasbench201 import official_order
from nasbench_db.store.database import DIRECTORY_VARIABLE

PAGES = pages()
MAKING = {"add-a-benchmark.md"}
"""Pages whose Python is files of a program, with tests of their own."""

ELSEWHERE = {"measurements.md", "networks.md", "parquet.md", "postgres.md"}
"""Pages that need what the demo lacks, whose examples run in the tests of what they are about."""

ASKING = [
    name
    for name, page in PAGES.items()
    if command_lines(page, building=False) and name not in ELSEWHERE
]
PYTHON = [
    name
    for name, page in PAGES.items()
    if blocks(page, "python") and name not in MAKING | ELSEWHERE
]
SQL = [name for name, page in PAGES.items() if blocks(page, "sql")]

SAID = {
    "searches.md": ["100 evaluations", "\n100 25.0 ", "(100, 30) (100,) 15525"],
    "nasbench201.md": ["True"],
}
"""What examples print besides what they say they do."""


@pytest.fixture
def folder(demonstrated: Demonstrated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder, with what the demo made at the default place."""
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(demonstrated.folder))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(mpl.rcParams, "savefig.dpi", 50)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return tmp_path


@pytest.fixture(scope="module")
def of_nni(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with databases as NNI builds them, of the names that the pages give."""
    folder = tmp_path_factory.mktemp("nni")
    cells = folder / "cells.tfrecord"
    write_tfrecord(cells, enumerate_cells(max_vertices=3))
    write_nni101(folder / "nasbench101-209f5694.db", cells)
    cells.unlink()
    strings = [cell.arch_str for cell in official_order()[:3]]
    infos = {1: small_info(1, strings[1], timed_run("cifar10"), timed_run("cifar100"))}
    write_nni201(folder / "nasbench201-b2b60732.db", whole(infos, strings))
    return folder


def ran(command: list[str]) -> None:
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == 0, (command, result.output)
    assert result.stdout


@pytest.mark.filterwarnings("ignore:.*CPU:UserWarning:benchmark_simulator")
@pytest.mark.parametrize("name", PYTHON)
def test_python_runs_and_prints_what_it_says(name: str, folder: Path) -> None:
    """The blocks of a page one after another, on the demo's folder."""
    namespace: dict[str, object] = {}
    everything = ""
    for text in blocks(PAGES[name], "python"):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(text, name, "exec"), namespace)
        lines = iter(printed.getvalue().splitlines())
        for said in said_of(text):
            assert said in lines, (said, printed.getvalue())
        everything += printed.getvalue()
    assert all(text in everything for text in SAID.get(name, []))


@pytest.mark.parametrize("name", ASKING)
def test_command_lines_that_ask_run(name: str, folder: Path) -> None:
    """On the demo's folder."""
    for command in command_lines(PAGES[name], building=False):
        ran(command)


def test_command_lines_that_build_run(
    memoised: None,
    small_sources: dict[str, Path],
    of_nni: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Page after page, with files of the names that they give, where no database is."""
    monkeypatch.chdir(tmp_path)
    for path in (*small_sources.values(), *of_nni.iterdir()):
        (tmp_path / path.name).symlink_to(path)
    commands = [one for page in PAGES.values() for one in command_lines(page, building=True)]
    assert {command[0] for command in commands} >= BUILDING
    for command in commands:
        ran(command)


@pytest.mark.parametrize("name", SQL)
def test_sql_gives_rows(name: str, folder: Path) -> None:
    """Of the database whose view it names; what creates tables, in an empty one."""
    views = {one.schema.view: one.name for one in nasbench_db.BENCHMARKS.values()}
    for text in blocks(PAGES[name], "sql"):
        if "CREATE TABLE" in text:
            with contextlib.closing(sqlite3.connect(":memory:")) as connection:
                connection.executescript(text)
            continue
        of = next(views[word] for word in re.findall(r"\w+", text) if word in views)
        with contextlib.closing(sqlite3.connect(nasbench_db.default_path(of))) as connection:
            for statement in filter(str.strip, text.split(";")):
                assert connection.execute(statement).fetchall()


def test_scripts_for_the_shell_are_well_formed() -> None:
    """Those that a cluster runs; each of their commands has such options."""
    texts = [text for page in PAGES.values() for text in blocks(page, "bash")]
    assert texts
    for text in texts:
        subprocess.run(["bash", "-n"], input=text, text=True, check=True)
        for line in re.findall(r"^nasbench-db (\w+) (.*)$", text, re.MULTILINE):
            shown = CliRunner().invoke(cli, [line[0], "--help"]).stdout
            assert all(option in shown for option in re.findall(r"--\w+", line[1]))


def test_there_are_no_blocks_that_no_test_runs() -> None:
    """But for what a terminal shows."""
    for name, page in PAGES.items():
        assert languages(page) <= {"sh", "sql", "python", "bash", "text", ""}, name


def test_other_command_lines_are_those_of_scripts() -> None:
    """Which have tests of their own, on smaller sizes."""
    for name, page in PAGES.items():
        others = [COMMAND.sub("", text) for text in blocks(page, "sh")]
        lines = [line for text in others for line in text.splitlines()]
        for line in filter(str.strip, lines):
            script = re.fullmatch(r"(?:\.venv/bin/)?python3? (scripts/\w+\.py)(?: .*)?", line)
            assert script, (name, line)
            assert (PROJECT / script[1]).exists(), line
