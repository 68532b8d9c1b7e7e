"""The environment of the scripts: what it is installed from, when, and that it is enough."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.demonstrated import PROJECT, Demonstrated, made, needed

PREPARE = """
import sys
from _environment import prepare
prepare(*sys.argv[1:])
"""

# In the place of pip: it notes what it is called with, and installs nothing.
PIP = """
import json, os, sys
with open(os.environ["CALLS"], "a") as file:
    print(json.dumps(sys.argv[1:]), file=file)
sys.exit(int(os.environ["STATUS"]))
"""

Ended = subprocess.CompletedProcess[str]
Prepare = Callable[..., tuple[list[str], Ended]]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="lays links into an environment")


@pytest.fixture
def prepare(tmp_path: Path) -> Prepare:
    """Prepares the environment of a checkout; gives what was asked of pip, and how it ended."""
    shutil.copytree(PROJECT / "scripts", tmp_path / "scripts")
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    pip = made(tmp_path) / "pip"
    pip.mkdir()
    (pip / "__main__.py").write_text(PIP, encoding="utf-8")
    calls = tmp_path / "calls"

    def call(*extras: str, status: int = 0) -> tuple[list[str], Ended]:
        calls.write_text("", encoding="utf-8")
        ended = subprocess.run(
            [sys.executable, "-c", PREPARE, *extras],
            env={
                **os.environ,
                "PYTHONPATH": str(tmp_path / "scripts"),
                "CALLS": str(calls),
                "STATUS": str(status),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        asked = [json.loads(line) for line in calls.read_text(encoding="utf-8").splitlines()]
        assert all(arguments[-2] == "--editable" for arguments in asked)
        return [arguments[-1] for arguments in asked], ended

    return call


def test_it_is_installed_once(prepare: Prepare, tmp_path: Path) -> None:
    """And the second time it is said that it is there."""
    installed, ended = prepare("test")
    assert installed == [f"{tmp_path}[test]"]
    assert ended.returncode == 0, ended.stderr
    assert re.search(r"^== done after [\d.]+ s: installing ", ended.stdout, re.MULTILINE)
    installed, ended = prepare("test")
    assert installed == []
    assert "has what is needed" in ended.stdout


def test_it_is_installed_again_when_what_it_needs_has_changed(
    prepare: Prepare, tmp_path: Path
) -> None:
    prepare()
    with open(tmp_path / "pyproject.toml", "a", encoding="utf-8") as file:
        file.write("# another requirement\n")
    assert prepare()[0] == [str(tmp_path)]
    assert prepare()[0] == []


def test_extras_are_added_and_stay(prepare: Prepare, tmp_path: Path) -> None:
    """The demo needs none, and does not take away those of the tests."""
    prepare()
    assert prepare("test")[0] == [f"{tmp_path}[test]"]
    assert prepare()[0] == []
    assert prepare("explore")[0] == [f"{tmp_path}[explore,test]"]


def test_a_failed_installation_is_tried_again(prepare: Prepare, tmp_path: Path) -> None:
    """It ends the script with pip's exit status, and what was done is not taken for whole."""
    _, ended = prepare(status=3)
    assert ended.returncode == 3
    assert "== ended after " in ended.stdout
    assert ended.stderr == ""
    assert prepare()[0] == [str(tmp_path)]


def test_the_demo_needs_no_more_than_is_declared(demonstrated: Demonstrated) -> None:
    """It ran where nothing else is installed, and with its folder beside the databases."""
    assert {"numpy", "peewee"} <= needed()
    assert not {"pandas", "pytest"} & needed()
    folder, said = demonstrated
    assert "== done after" in said
    assert said.rstrip().endswith(str(folder))
    assert "number 46 of all" in said
    assert (folder / "nasbench201.db").exists()
