"""Every example of the README runs, and prints what the README says."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.demonstrated import Demonstrated
from support.nni_files import timed_run, write_nni101, write_nni201
from support.raw import small_info, whole

import nasbench_db
from nasbench_db.commands.cli import cli
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench101.synthetic import write_tfrecord
from nasbench_db.nasbench201 import official_order
from nasbench_db.store.database import DIRECTORY_VARIABLE

PROJECT = Path(__file__).parents[1]
README = (PROJECT / "README.md").read_text(encoding="utf-8")
BUILDING = {"sample", "ingest", "migrate"}
"""Commands that write databases; but for samples, of files that the reader brings."""

PERFORMANCE = (PROJECT / "docs" / "performance.md").read_text(encoding="utf-8")

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(README)


@pytest.fixture(scope="module")
def of_nni(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with databases as NNI builds them, of the names that the README gives."""
    folder = tmp_path_factory.mktemp("nni")
    cells = folder / "cells.tfrecord"
    write_tfrecord(cells, enumerate_cells(max_vertices=3))
    write_nni101(folder / "nasbench101-209f5694.db", cells)
    cells.unlink()
    strings = [cell.arch_str for cell in official_order()[:3]]
    infos = {1: small_info(1, strings[1], timed_run("cifar10"), timed_run("cifar100"))}
    write_nni201(folder / "nasbench201-b2b60732.db", whole(infos, strings))
    return folder


@pytest.fixture
def folder(demonstrated: Demonstrated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder, with what the demo made at the default place."""
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(demonstrated.folder))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def blocks(language: str) -> list[str]:
    """The README's blocks of a language."""
    found = [text for kind, text in BLOCKS if kind == language]
    assert found
    return found


def test_there_are_no_blocks_that_no_test_runs() -> None:
    assert {kind for kind, _ in BLOCKS} == {"sh", "sql", "python"}


def said_of(text: str) -> list[str]:
    """The answers that an example of Python says it prints."""
    return re.findall(r"^# ([0-9][0-9. ]*)$", text, re.MULTILINE)


def trials_said() -> list[tuple[float, ...]]:
    """Of the README's first question, the answer: accuracies and time of each repeat."""
    (answers,) = filter(None, map(said_of, blocks("python")))
    return [(repeat, *map(float, answer.split(" "))) for repeat, answer in enumerate(answers)]


def test_python_examples_run_and_print_what_they_say(folder: Path) -> None:
    namespace: dict[str, object] = {}
    compared = 0
    for text in blocks("python"):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(text, "README.md", "exec"), namespace)
        said = said_of(text)
        if said:
            assert printed.getvalue().splitlines() == said
            compared += len(said)
    assert compared == 3


def test_sql_examples_give_what_python_prints(folder: Path) -> None:
    connection = sqlite3.connect(nasbench_db.default_path("nasbench101"))
    assert connection.execute(blocks("sql")[0]).fetchall() == trials_said()
    connection.close()


def test_further_sql_examples_give_rows(folder: Path) -> None:
    connection = sqlite3.connect(nasbench_db.default_path("transnas101"))
    (text,) = blocks("sql")[1:]
    for statement in filter(str.strip, text.split(";")):
        assert connection.execute(statement).fetchall()
    connection.close()


def test_jupyter_gives_what_python_prints(folder: Path) -> None:
    namespace: dict[str, object] = {}
    setup, _, expression = blocks("python")[2].rstrip().rpartition("\n")
    exec(setup, namespace)
    assert eval(expression, namespace).tolist() == trials_said()


def command_lines(*, building: bool) -> list[list[str]]:
    """The arguments of each ``nasbench-db`` of those blocks that build databases, or do not."""
    found = []
    for text in blocks("sh"):
        commands = [
            shlex.split(line)[1:] for line in text.splitlines() if line.startswith("nasbench-db ")
        ]
        if building == any(command[0] in BUILDING for command in commands):
            found += commands
    return found


def ran(command: list[str]) -> None:
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == 0, (command, result.output)
    assert result.stdout


def test_command_lines_that_ask_run_on_the_demos_folder(folder: Path) -> None:
    commands = command_lines(building=False)
    assert len(commands) >= 20
    for command in commands:
        ran(command)


def test_command_lines_that_build_run(
    in_process: None,
    small_sources: dict[str, Path],
    of_nni: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In the README's order, with files of the names that it gives, where no database is."""
    monkeypatch.chdir(tmp_path)
    for path in (*small_sources.values(), *of_nni.iterdir()):
        (tmp_path / path.name).symlink_to(path)
    commands = command_lines(building=True)
    assert {command[0] for command in commands} >= BUILDING
    for command in commands:
        ran(command)


def test_no_other_command_lines_are_there_than_those_of_scripts() -> None:
    """Which have tests of their own, below and elsewhere, on smaller sizes."""
    lines = {line for text in blocks("sh") for line in text.splitlines()}
    assert {line for line in lines if not line.startswith("nasbench-db ")} == {
        "python3 scripts/demo.py",
        "python3 scripts/test.py",
    }
    assert {line for _, text in BLOCK.findall(PERFORMANCE) for line in text.splitlines()} == {
        "python scripts/benchmark_nasbench101.py --db new.db --against OLD --db-against old.db",
        "python scripts/benchmark_nasbench101.py /tmp/tenth.tfrecord --against OLD",
        "python scripts/benchmark_nasbench201.py /tmp/few.pth --against OLD",
        "python scripts/generate_nasbench101.py /tmp/full.tfrecord",
        "python scripts/benchmark_nasbench101.py /tmp/full.tfrecord",
        "python scripts/generate_nasbench201.py /tmp/full.pth --architectures 15625",
        "python scripts/benchmark_nasbench201.py /tmp/full.pth",
        "python scripts/generate_transnas101.py /tmp/transnas.pth",
        "python scripts/benchmark_transnas101.py /tmp/transnas.pth",
    }


def test_the_scripts_generate_measure_and_compare(tmp_path: Path) -> None:
    source, database = tmp_path / "source.tfrecord", tmp_path / "kept.db"
    figures = ["ingest", "peak memory of all processes", "ingest / floor"]
    figures += ["top, median of 3", "ratio"]

    def run(script: str, *arguments: object) -> str:
        command = [sys.executable, PROJECT / "scripts" / script, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "5,088 records" in run("generate_nasbench101.py", source, "--every", 1000)
    script, few = "benchmark_nasbench101.py", ("--cells", 100, "--processes", 1, "--ask", "top")
    printed = run(script, source, "--keep", database, *few)
    printed += run(script, "--db", database, *few, "--against", PROJECT, "--db-against", database)
    assert all(figure in printed for figure in figures)
    *_, of_file, of_database = run("compare_nasbench101.py", source, database).splitlines()
    assert of_file.split()[-1] == of_database.split()[-1]
    assert "SOURCE..." in run("ingest.py", "--help")


def test_the_scripts_of_nasbench201_generate_and_measure(
    small_sources: dict[str, Path], tmp_path: Path
) -> None:
    few, more = tmp_path / "few.pth", small_sources["nasbench201"]

    def run(script: str, *arguments: object) -> str:
        command = [sys.executable, PROJECT / "scripts" / script, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "2 architectures" in run("generate_nasbench201.py", few, "--architectures", 2)
    printed = run("benchmark_nasbench201.py", few, more, "--processes", 1)
    for figure in ("architectures per second", "growth of memory", "get_more_info", "whole space"):
        assert figure in printed


def test_the_script_of_searches_measures(built: Path, samples: dict[str, Path]) -> None:
    """On cells of up to four vertices; what it measures there says nothing."""
    script = PROJECT / "scripts" / "benchmark_simulation.py"
    few = ["--evaluations", "60", "--turns", "1", "--vertices", "4", "--runs", "2"]
    command = [sys.executable, script, built, samples["nasbench201"], *few]
    printed = subprocess.check_output([*map(str, command)], text=True)
    assert "an evaluation, drop-in" in printed
    assert "2 runs of 60" in printed
