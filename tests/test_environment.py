"""The environment of the scripts: what it is installed from, when, and that it is enough."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PROJECT = Path(__file__).resolve().parents[1]

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


def made(folder: Path) -> Path:
    """An empty virtual environment in a checkout; the folder of its packages."""
    venv.create(folder / ".venv", symlinks=True)
    (packages,) = (folder / ".venv").glob("lib/python*/site-packages")
    return packages


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


def needed() -> set[str]:
    """The distributions that an installation without extras brings, by name."""
    found: set[str] = set()
    waiting = ["nasbench_db"]
    while waiting:
        name = waiting.pop()
        for text in importlib.metadata.requires(name) or ():
            requirement = Requirement(text)
            wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if wanted and requirement.name not in found:
                found.add(requirement.name)
                waiting.append(requirement.name)
    return found


def test_the_demo_needs_no_more_than_is_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs where nothing else is installed. Pip itself is left out: see scripts/test.py."""
    ignored = shutil.ignore_patterns(".*", "*.egg-info", "build", "dist", "__pycache__", "tests")
    checkout = tmp_path / "checkout"
    shutil.copytree(PROJECT, checkout, ignore=ignored)
    packages = made(checkout)
    assert {"numpy", "peewee"} <= needed()
    for name in needed():
        distribution = importlib.metadata.distribution(name)
        for top in {path.parts[0] for path in distribution.files or () if path.parts[0] != ".."}:
            there = packages / top
            if not there.exists():
                there.symlink_to(Path(str(distribution.locate_file(top))))
    (packages / "nasbench_db.pth").write_text(str(checkout), encoding="utf-8")
    (packages / "pip.py").write_text("", encoding="utf-8")

    monkeypatch.setenv("NASBENCHMARK_DIR", str(tmp_path / "databases"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    result = subprocess.run(
        [sys.executable, checkout / "scripts" / "demo.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    folder = tmp_path / "databases" / "demo"
    assert result.stdout.rstrip().endswith(str(folder))
    assert "number 47 of all" in result.stdout
    assert (folder / "nasbench201.db").exists()
