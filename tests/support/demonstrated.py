"""The demo, run once for all tests, in an environment that has nothing but what is declared."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from support.once import once

import nasbench_db
from nasbench_db.store.database import DIRECTORY_VARIABLE

PROJECT = Path(__file__).resolve().parents[2]


class Demonstrated(NamedTuple):
    """A run of the demo.

    Attributes:
        folder: the one that it filled, not to be changed.
        said: its standard output.
    """

    folder: Path
    said: str


@pytest.fixture(scope="session")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> Demonstrated:
    """What ``python3 scripts/demo.py`` makes in a checkout, and says."""
    base = once(tmp_path_factory, "demonstrated", _demonstrate)
    said = (base / "said.txt").read_text(encoding="utf-8")
    return Demonstrated(base / "databases" / "demo", said)


@pytest.fixture(scope="session")
def samples(
    demonstrated: Demonstrated, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The databases of all real numbers that the package carries, not to be changed.

    The demo has built them, but for that of NAS-Bench-101, which it ingests of a file.
    """
    names = [name for name, one in nasbench_db.BENCHMARKS.items() if one.schema.sampled]
    folder = once(
        tmp_path_factory,
        "samples",
        lambda folder: nasbench_db.sample("nasbench101", folder / "nasbench101.db"),
    )
    return {
        name: (folder if name == "nasbench101" else demonstrated.folder) / f"{name}.db"
        for name in names
    }


def made(folder: Path) -> Path:
    """An empty virtual environment in a checkout; the folder of its packages."""
    venv.create(folder / ".venv", symlinks=True)
    (packages,) = (folder / ".venv").glob("lib/python*/site-packages")
    return packages


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


def _demonstrate(base: Path) -> None:
    """Run it in such a checkout; pip itself is left out, see scripts/test.py."""
    ignored = shutil.ignore_patterns(".*", "*.egg-info", "build", "dist", "__pycache__", "tests")
    checkout = base / "checkout"
    shutil.copytree(PROJECT, checkout, ignore=ignored)
    packages = made(checkout)
    for name in needed():
        distribution = importlib.metadata.distribution(name)
        for top in {path.parts[0] for path in distribution.files or () if path.parts[0] != ".."}:
            there = packages / top
            if not there.exists():
                there.symlink_to(Path(str(distribution.locate_file(top))))
    (packages / "nasbench_db.pth").write_text(str(checkout), encoding="utf-8")
    (packages / "pip.py").write_text("", encoding="utf-8")
    environment = {**os.environ, DIRECTORY_VARIABLE: str(base / "databases")}
    environment.pop("PYTHONPATH", None)
    result = subprocess.run(
        [sys.executable, checkout / "scripts" / "demo.py"],
        cwd=base,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    (base / "said.txt").write_text(result.stdout, encoding="utf-8")
