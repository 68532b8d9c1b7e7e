"""The guide to a new benchmark: the files that it shows make one, which every command knows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.pages import PROJECT, blocks, pages

PAGE = pages()["add-a-benchmark.md"]
_FILE = re.compile(r"^`(nasbench_db/toy/\w+\.py)`:\n\n```python\n(.*?)^```$", re.M | re.S)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package with the toy benchmark in it, as the page says, and its original file."""
    folder = tmp_path_factory.mktemp("checkout")
    unwanted = shutil.ignore_patterns("__pycache__")
    for name in ("nasbench_db", "migrations"):
        shutil.copytree(PROJECT / name, folder / name, ignore=unwanted)
    files = _FILE.findall(PAGE)
    assert {Path(name).stem for name, _ in files} >= {
        "cell",
        "schema",
        "ingest",
        "query",
        "verify",
    }
    (folder / "nasbench_db" / "toy").mkdir()
    for name, text in files:
        (folder / name).write_text(text, encoding="utf-8")
    registry = folder / "nasbench_db" / "benchmarks.py"
    (line,) = [text for text in blocks(PAGE, "python") if text.startswith("Benchmark(")]
    text = registry.read_text(encoding="utf-8")
    assert text.count("_ALL = (\n") == 1
    registry.write_text(
        text.replace("_ALL = (\n", f"_ALL = (\n    {line.strip()},\n"), encoding="utf-8"
    )
    content = {
        f"{a}{b}{c}": {
            "valid": [0.5 + 0.1 * a, 0.5 + 0.1 * a + 0.01 * b],
            "test": [0.4 + 0.1 * b, 0.45],
            "seconds": 10 + a + b + c,
        }
        for a in range(3)
        for b in range(3)
        for c in range(3)
    }
    (folder / "toy.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def run(checkout: Path, program: str) -> str:
    """What a program prints in that checkout."""
    environment = {**os.environ, "PYTHONPATH": str(checkout), "NASBENCHMARK_DIR": str(checkout)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, cwd=checkout, env=environment, text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_command_of_the_page_knows_it(checkout: Path) -> None:
    """In its order; one that serves has no end, and is tried elsewhere."""
    (text,) = blocks(PAGE, "text")
    commands = [line.split()[1:] for line in text.splitlines() if " serve " not in line]
    assert len(commands) == 8
    printed = run(
        checkout,
        "from click.testing import CliRunner\n"
        "from nasbench_db.commands.cli import cli\n"
        f"for command in {commands}:\n"
        "    result = CliRunner().invoke(cli, command)\n"
        "    assert result.exit_code == 0, (command, result.output)\n"
        "    print(result.stdout)\n",
    )
    assert "27 architectures, 27 configs, 54 trials" in printed
    assert "layer 1  ██████████ 8 channels" in printed
    best = [line for line in printed.splitlines() if line.startswith("22")]
    assert best[0].split() == ["220", "10", "2", "71", "52.5", "14"]
    assert "ok  accuracies lie within 0 and 100" in printed


def test_its_search_space_and_its_migration_are_there(checkout: Path) -> None:
    statements = blocks(PAGE, "python")[-1]
    printed = run(
        checkout,
        f"{statements}\n"
        "from nasbench_db.simulation import Simulation, random_search\n"
        "from nasbench_db import connect\n"
        "from nasbench_db.toy import Cell\n"
        "run = Simulation('toy', budget=200, seed=0, db=connect('toy'))\n"
        "random_search(run)\n"
        "print(len(run.history().to_numpy()) > 5, len(Cell.parse('012').neighbors()))\n",
    )
    assert 'CREATE TABLE "toytrialconfig"' in printed
    assert printed.endswith("True 6\n")
