"""The commands that search, and draw what was found."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import nasbench_db
from nasbench_db.commands.cli import cli
from nasbench_db.simulation import search
from nasbench_db.simulation.rows import read_rows
from nasbench_db.store.database import DIRECTORY_VARIABLE


def called(*arguments: object) -> Any:
    return CliRunner().invoke(cli, [*map(str, arguments)])


SAID = ("--epochs", 108, "--charge", "evaluations", "--budget", 20, "--quiet")


def test_a_search_and_its_figure(built: Path, tmp_path: Path) -> None:
    """The same as in Python, whatever the number of processes."""
    out, figure = tmp_path / "runs.parquet", tmp_path / "regret.png"
    algorithms = ("--algorithm", "random", "--algorithm", "evolution")
    asked = ("search", built, *algorithms, *SAID, "--runs", 3, "--seed", 4, "--population", 5)
    ended = called(*asked, "--processes", 2, "--out", out)
    assert (ended.exit_code, ended.stdout) == (0, f"{out}\n"), ended.output
    db = nasbench_db.connect("nasbench101", built)
    how = {"num_epochs": 108, "charge": "evaluations", "budget": 20, "runs": 3, "seed": 4}
    options = {"population": 5}
    expected = search(None, ["random", "evolution"], options=options, processes=1, db=db, **how)
    assert list(read_rows(out)) == list(expected)
    ended = called("plot", "trajectory", out, "--out", figure)
    assert (ended.exit_code, ended.stdout) == (0, f"{figure}\n"), ended.output
    assert figure.read_bytes().startswith(b"\x89PNG")


def test_what_is_charged_and_reported_can_be_said(built201: Path, tmp_path: Path) -> None:
    """Selected by 12 epochs and told of 200; the time of evaluating is charged."""
    db = nasbench_db.connect("nasbench201", built201)
    budget, out = 5000, tmp_path / "runs.parquet"
    words = ("--dataset", "cifar10-valid", "--epochs", 12, "--report-epochs", 200, "--runs", 2)
    words += ("--evaluation-time", "--overrun", "--budget", budget)
    ended = called("search", built201, "--algorithm", "random", *words, "--quiet", "--out", out)
    assert ended.exit_code == 0, ended.output
    how = {"dataset": "cifar10-valid", "num_epochs": 12, "report_epochs": 200, "overrun": True}
    how |= {"evaluation_time": True, "budget": budget}
    expected = list(search(None, "random", runs=2, processes=1, db=db, **how))
    assert list(read_rows(out)) == expected
    less = {**how, "evaluation_time": False, "report_epochs": None}
    plain = list(search(None, "random", runs=2, processes=1, db=db, **less))
    assert plain[0]["time"] < expected[0]["time"]
    assert plain[0]["ori_test_acc"] != expected[0]["ori_test_acc"]


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (("--algorithm", "magic", *SAID), 2, "'magic' is not one of"),
        (("--algorithm", "regularized_evolution", *SAID), 2, "did you mean 'evolution'?"),
        (("--algorithm", "random_search", *SAID), 2, "did you mean 'random'?"),
        (("--algorithm", "local_search", *SAID), 2, "did you mean 'local'?"),
        (("--algorithm", "hyperbnad", *SAID), 2, "did you mean 'hyperband'?"),
        (("--algorithm", "random"), 2, "--budget"),
        (("--algorithm", "random", *SAID, "--budget", -1), 2, "no number above 0"),
        (("--algorithm", "random", *SAID, "--repeat", "x"), 1, "repeat is 'x'"),
        (("--algorithm", "random", *SAID, "--repeat", 7), 1, "was trained 3 times"),
        (("--algorithm", "random", *SAID, "--metric", "test_acc"), 1, "say --allow-test"),
        (("--algorithm", "random", *SAID, "--eta", 3), 1, "no option of random called 'eta'"),
        (("--algorithm", "random", "--budget", 5), 1, "--epochs"),
    ],
)
def test_wrong_words_are_told_in_one_line(
    options: tuple[object, ...], status: int, message: str, built: Path, tmp_path: Path
) -> None:
    ended = called("search", built, *options, "--out", tmp_path / "runs.parquet")
    assert ended.exit_code == status
    assert message in ended.stderr
    assert status == 2 or len(ended.stderr.splitlines()) == 1
    assert list(tmp_path.glob("runs*")) == []


def test_files_are_not_replaced_unasked(built: Path, tmp_path: Path) -> None:
    out = tmp_path / "runs.parquet"
    out.write_text("mine")
    asked = ("search", built, "--algorithm", "random", *SAID, "--runs", 1, "--out", out)
    ended = called(*asked)
    assert ended.exit_code == 1
    assert out.read_text() == "mine"
    assert called(*asked, "--force").exit_code == 0
    ended = called("plot", "trajectory", built, "--out", tmp_path / "x.png")
    assert ended.exit_code == 1
    assert "cannot be read as Parquet" in ended.stderr


def test_the_example_of_the_help_runs_on_the_sample(
    samples: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(samples["nasbench201"].parent))
    _, _, example = called("search", "--help").stdout.partition("Example:\n")
    lines = example.partition("\n\n")[0].replace("\\\n", " ")
    program, *words = shlex.split(lines)
    assert program == "nasbench-db"
    ended = called(*words, "--runs", 2, "--quiet")
    assert ended.exit_code == 0, ended.output
    assert set(read_rows("runs.parquet")["algorithm"]) == {"random", "evolution"}


def test_without_pyarrow_nothing_is_searched(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told before the searches, which would be lost."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    monkeypatch.setattr("nasbench_db.commands.simulating.search_many", _never)
    out = tmp_path / "runs.parquet"
    ended = called("search", built, "--algorithm", "random", *SAID, "--out", out)
    assert ended.exit_code == 1
    assert 'pip install ".[explore]"' in ended.stderr
    assert not out.exists()


def _never(*_: object, **__: object) -> None:
    pytest.fail("it has searched")


def test_what_a_search_can_take_instead_is_said_at_once(
    samples: dict[str, Path], tmp_path: Path
) -> None:
    """In options, and what it says works."""
    out = tmp_path / "runs.parquet"
    asked = ("search", samples["nasbench201"], "--algorithm", "random", "--charge", "evaluations")
    asked += (
        "--budget",
        5,
        "--runs",
        1,
        "--quiet",
        "--force",
        "--out",
        out,
        "--dataset",
        "cifar100",
    )
    ended = called(*asked, "--epochs", 200)
    assert ended.exit_code == 1
    said = "a search can take --epochs 12, or --metric test_acc and --allow-test"
    assert said in " ".join(ended.stderr.split())
    assert called(*asked, "--epochs", 12).exit_code == 0
    by_test = ("--epochs", 200, "--metric", "test_acc")
    ended = called(*asked, *by_test)
    assert ended.exit_code == 1
    assert "on new ones: say --allow-test" in ended.stderr  # there is no validation to select by
    assert called(*asked, *by_test, "--allow-test").exit_code == 0
