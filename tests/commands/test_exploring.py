"""The commands that ask questions: they print what the functions give."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import nasbench_db
from nasbench_db import explore
from nasbench_db.commands.cli import cli

ASKED: dict[str, tuple[list[str], Any]] = {
    "top": (
        ["top", "nasbench101", "--by", "valid_acc", "--epochs", "108", "-k", "3"],
        lambda: explore.top(3, by="valid_acc", num_epochs=108),
    ),
    "top with a condition": (
        [
            "top",
            "nasbench201",
            "--by",
            "test_acc",
            "--epochs",
            "200",
            "--dataset",
            "cifar100",
            "--where",
            "flops < 100",
            "--reduction",
            "max",
        ],
        lambda: explore.top(
            by="test_acc", reduction="max", where="flops < 100", num_epochs=200, dataset="cifar100"
        ),
    ),
    "pareto": (
        ["pareto", "transnas101", "valid_top1", "model_params:min", "--task", "class_object"],
        lambda: explore.pareto(["valid_top1", ("model_params", "min")], task="class_object"),
    ),
    "optimum": (
        ["optimum", "natssss", "--by", "valid_acc", "--epochs", "90", "--dataset", "cifar100"],
        lambda: explore.optimum("valid_acc", num_epochs=90, dataset="cifar100").architectures,
    ),
    "select": (
        ["select", "nasbench201", "--dataset", "cifar10", "--epochs", "200", "-k", "2"],
        lambda: explore.select_and_report(k=2, num_epochs=200, dataset="cifar10"),
    ),
    "curve by index": (
        ["curve", "nasbench201", "10", "--dataset", "cifar100", "--metric", "train_acc"],
        lambda: explore.learning_curve(10, dataset="cifar100", metrics=["train_acc"]),
    ),
    "curve by string": (
        ["curve", "natssss", "8:8:8:8:8", "--epochs", "12", "--reduction", "mean"],
        lambda: explore.learning_curve("8:8:8:8:8", num_epochs=12, reduction="mean"),
    ),
    "curve by JSON": (
        ["curve", "nasbench101", '{"input1": [0]}', "--epochs", "4"],
        lambda: explore.learning_curve({"input1": [0]}, num_epochs=4),
    ),
    "statistics": (
        [
            "statistics",
            "nasbench101",
            "--by",
            "test_acc",
            "--by",
            "valid_acc",
            "--arch",
            "043721b9c7fe8c5fad811d47d83132ec",
        ],
        lambda: explore.statistics(
            ["test_acc", "valid_acc"], arch="043721b9c7fe8c5fad811d47d83132ec"
        ),
    ),
    "coverage": (["coverage", "natssss"], explore.coverage),
}


def invoke(explored: dict[str, Path], *arguments: str) -> Result:
    """Run the command in this process, on one of the databases."""
    path = explored.get(arguments[1], "")
    return CliRunner().invoke(cli, [*arguments, "--db", str(path)])


@pytest.mark.parametrize("case", ASKED)
def test_what_is_printed(case: str, explored: dict[str, Path]) -> None:
    """Every value in JSON lines and CSV; the statement; and a table for the eye."""
    arguments, ask = ASKED[case]
    nasbench_db.connect(arguments[1], explored[arguments[1]])
    table = ask()
    rows = list(table)
    assert rows
    result = invoke(explored, *arguments, "--format", "jsonl")
    assert [json.loads(line) for line in result.stdout.splitlines()] == rows
    result = invoke(explored, *arguments, "--format", "csv")
    header, *lines = csv.reader(io.StringIO(result.stdout))
    assert (header, len(lines)) == (list(table.columns), len(rows))
    result = invoke(explored, *arguments, "--sql")
    assert result.stdout == f"{table.sql()};\n"
    result = invoke(explored, *arguments)
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == len(rows) + 2
    assert "arch " not in result.stdout
    if case == "optimum":
        assert "the highest mean over trials of valid_acc among" in result.stderr


def test_correlate(explored: dict[str, Path]) -> None:
    """One row, or the statement of the pairs."""
    nasbench_db.connect("nasbench201", explored["nasbench201"])
    arguments = ["correlate", "nasbench201", "--by", "valid_acc,ori_test_acc", "--epochs", "200"]
    arguments += ["-x", "dataset=cifar10-valid", "-y", "dataset=cifar10", "--method", "kendall"]
    expected = explore.rank_correlation(
        ("valid_acc", "ori_test_acc"),
        {"dataset": "cifar10-valid"},
        {"dataset": "cifar10"},
        method="kendall",
        num_epochs=200,
    )
    result = invoke(explored, *arguments, "--format", "json")
    assert json.loads(result.stdout) == [
        {
            "method": "kendall",
            "value": expected.value,
            "p_value": expected.p_value,
            "architectures": 9,
        }
    ]
    assert invoke(explored, *arguments, "--sql").stdout == f"{expected.sql()};\n"
    result = invoke(
        explored,
        "correlate",
        "nasbench101",
        "--by",
        "valid_acc",
        "-x",
        "num_epochs=4",
        "-y",
        "num_epochs=108",
    )
    assert "spearman" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "reason"),
    [
        (["top", "nasbench101", "--by", "valid_acc"], 1, "which num_epochs"),
        (["top", "nasbench101", "--by", "x", "--epochs", "4"], 1, "no metric of nasbench101"),
        (["top", "nasbench101", "--epochs", "4"], 2, "--by"),
        (["top", "nasbench999", "--by", "x"], 1, "nasbench999"),
        (["top", "nasbench101", "--by", "valid_acc", "--dataset", "x"], 1, "called 'dataset'"),
        (["pareto", "nasbench101", "valid_acc:up", "parameters", "--epochs", "4"], 1, "'up'"),
        (["curve", "nasbench101", "{"], 1, "is not JSON"),
        (["curve", "nasbench201", "15625"], 1, "no architecture has the index 15625"),
        (
            ["correlate", "nasbench101", "--by", "valid_acc", "-x", "4", "-y", "a=1"],
            2,
            "no condition",
        ),
        (["select", "nasbench101", "--by", "test_acc", "--epochs", "4"], 1, "--allow-test"),
    ],
)
def test_wrong_use(
    arguments: list[str], status: int, reason: str, explored: dict[str, Path]
) -> None:
    """Exit 2 and the usage, or exit 1 and one line."""
    result = invoke(explored, *arguments)
    assert result.exit_code == status
    assert reason in result.output
    if status == 1:
        assert result.stderr.count("\n") == 1


def test_nothing_matches(explored: dict[str, Path]) -> None:
    """It is said, and no failure, where the database has what was named."""
    arguments = ["top", "nasbench101", "--by", "valid_acc", "--epochs", "4"]
    arguments += ["--where", "valid_acc > 100"]
    result = invoke(explored, *arguments)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no trial matches" in result.stderr


def test_the_commands_are_listed_and_explained() -> None:
    """Each with an example."""
    listed = CliRunner().invoke(cli, ["--help"]).stdout
    for name in ("top", "pareto", "optimum", "select", "curve", "statistics", "coverage"):
        assert f"\n  {name} " in listed
        assert f"nasbench-db {name} " in CliRunner().invoke(cli, [name, "--help"]).stdout


def ran(*arguments: object) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(cli, list(map(str, arguments)))


def test_messages_speak_of_options(explored: dict[str, Path], tmp_path: Path) -> None:
    """And not of arguments of Python, which the functions' own messages name."""
    which = ("--dataset", "cifar100", "--epochs", "200", "--db", explored["nasbench201"])
    refused = ran("select", "nasbench201", "--by", "test_acc", *which)
    assert refused.exit_code == 1
    assert "or say --allow-test" in refused.stderr
    free = ("search", explored["transnas101"], "--task", "jigsaw", "--algorithm", "random")
    out = ("--budget", "1", "--out", tmp_path / "runs.parquet")
    for command in (
        (*free, *out, "--metric", "test_top1"),
        ("search", explored["nds"], "--dataset", "cifar10", "--algorithm", "random", *out),
    ):
        said = ran(*command).stderr
        assert "--" in said
        assert "=" not in said


def test_a_direction_can_be_said(explored: dict[str, Path]) -> None:
    """For the worst ones, and for a metric that has none."""
    asked = (
        "nasbench101",
        "--by",
        "valid_acc",
        "--epochs",
        "108",
        "--db",
        explored["nasbench101"],
    )
    worst = ran("top", *asked, "--direction", "min", "-k", "1", "--format", "json")
    least = ran("optimum", *asked, "--direction", "min", "--format", "json")
    assert json.loads(worst.stdout)[0]["hash"] == json.loads(least.stdout)[0]["hash"]
    assert "the lowest mean" in least.stderr


def test_what_must_be_said_of_an_optimum_is_said_once(samples: dict[str, Path]) -> None:
    asked = ("--by", "valid_acc", "--epochs", "12", "--dataset", "cifar100")
    said = ran("optimum", "nasbench201", *asked, "--db", samples["nasbench201"]).stderr
    assert said.count("SAMPLE") == 1


def test_how_many_share_the_best_is_told(samples: dict[str, Path]) -> None:
    asked = ("--epochs", "12", "--dataset", "cifar100", "--db", samples["nasbench201"])
    for command in (
        ("top", "nasbench201", "--by", "valid_acc", "-k", "1"),
        ("select", "nasbench201"),
    ):
        assert "1 more has the best number of correct images" in ran(*command, *asked).stderr


def test_options_of_all_benchmarks_are_explained_for_all() -> None:
    """Epochs are not those of one benchmark alone."""
    text = " ".join(ran("top", "--help").stdout.split())
    assert "--epochs N Epochs of training. --" in text
