"""The demo: one folder with something real to ask, and a finding at the end."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.demonstrated import Demonstrated

from nasbench_db.commands import demo
from nasbench_db.commands.cli import cli
from nasbench_db.store.database import DIRECTORY_VARIABLE

DATABASES = {
    "nasbench101.db": "SAMPLE",
    "nasbench201.db": "SAMPLE",
    "transnas101.db": "SAMPLE",
    "nasbenchmacro.db": None,
    "nlp.db": "SAMPLE",
    "nasbench101_synthetic.db": "SYNTHETIC",
    "nasbench201_synthetic.db": "SYNTHETIC",
    "transnas101_synthetic.db": "SYNTHETIC",
    "natssss.db": "SYNTHETIC",
    "nds.db": "SYNTHETIC",
}
"""What it builds, and how that is marked."""


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def test_it_builds_marked_databases(demonstrated: Demonstrated) -> None:
    folder, said = demonstrated
    assert {path.name for path in folder.glob("*.db")} == set(DATABASES)
    for name, mark in DATABASES.items():
        (told,) = json.loads(invoke("info", folder / name, "--format", "json").stdout)
        assert ("warning" in told) == (mark is not None)
        assert mark is None or mark in told["warning"]
    assert said.rstrip().endswith(str(folder))


def test_its_main_job_is_to_ingest_a_file_and_ask(demonstrated: Demonstrated) -> None:
    folder, said = demonstrated
    assert (folder / "nasbench101_15_cells.tfrecord").exists()
    assert "valid_acc 93.4028 %, test_acc 92.8352 %" in said
    assert "over 3 trials" in said
    assert "2,532 architectures, 10,128 configs, 30,384 trials" in said


def test_it_ends_with_a_finding(demonstrated: Demonstrated) -> None:
    """As the published numbers have it."""
    _, said = demonstrated
    assert "(61.32 %). By test after 200 the best has 73.26 %, and of them" in said
    assert "has 72.08 %: number 46 of all" in said
    assert "has 72.74 %: number 13 of all" in said


def test_what_it_says_to_type_works(
    demonstrated: Demonstrated, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, said = demonstrated
    assert f'export {DIRECTORY_VARIABLE}="{folder}"' in said
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(folder))
    commands = re.findall(r"^  \S*nasbench-db (.+)$", said, re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        result = invoke(*shlex.split(command))
        assert result.exit_code == 0, result.output
        assert result.stdout


def test_a_second_run_leaves_what_is_there(demonstrated: Demonstrated) -> None:
    folder, _ = demonstrated
    before = {path: path.stat().st_mtime_ns for path in folder.glob("*.db")}
    result = invoke("demo", "--dir", folder)
    assert result.exit_code == 0
    assert result.stdout.count("is there already; delete it") == len(before)
    assert {path: path.stat().st_mtime_ns for path in folder.glob("*.db")} == before
    assert "number 46 of all" in result.stdout


def test_what_is_no_database_is_not_replaced(tmp_path: Path) -> None:
    mine = tmp_path / "nasbench101.db"
    mine.write_text("mine")
    result = invoke("demo", "--dir", tmp_path)
    assert result.exit_code == 1
    assert "is not an SQLite database" in result.stderr
    assert mine.read_text() == "mine"


def test_it_needs_no_folder(databases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has one beside the databases, and does not pass for a benchmark's database."""
    told: list[Path] = []
    monkeypatch.setattr(demo, "run_demo", lambda folder, say: told.append(folder))
    assert invoke("demo").exit_code == 0
    assert told == [databases / "demo"]


def test_info_tells_of_the_demo(built: Path, databases: Path) -> None:
    """Whether or not there are databases at the default places."""
    copy = databases / "demo" / "nasbench101_synthetic.db"
    copy.parent.mkdir(parents=True)
    shutil.copyfile(built, copy)
    told = invoke("info")
    assert f"path  {copy}" in told.stdout
    assert "there is no database" not in told.stderr
    shutil.copyfile(built, databases / "nasbench101.db")
    paths = [one["path"] for one in json.loads(invoke("info", "--format", "json").stdout)]
    assert paths == [str(databases / "nasbench101.db"), str(copy)]
