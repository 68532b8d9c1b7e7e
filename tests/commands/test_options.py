"""What the commands share: types of arguments, the options that say which trials, completion."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.commands.cli import cli
from nasbench_db.commands.options import Bounds, columns_that_choose, option_of

NUMBERS = st.floats(allow_nan=False)
QUESTIONS = ("top", "pareto", "optimum", "select", "curve", "statistics", "correlate")


def invoke(*arguments: object) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(cli, list(map(str, arguments)))


def completed(*arguments: str) -> list[str]:
    """What the last of some words may be completed to."""
    *words, incomplete = arguments
    found = ShellComplete(cli, {}, "nasbench-db", "_X").get_completions(words, incomplete)
    return [item.value if item.type == "plain" else f"<{item.type}>" for item in found]


def options_of(*path: str) -> dict[str, click.Option]:
    """The options of a command, by their first names."""
    command: click.Command = cli
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    return {p.opts[0]: p for p in command.params if isinstance(p, click.Option)}


@given(st.none() | NUMBERS, st.none() | NUMBERS)
def test_a_range_has_two_ends_of_which_each_may_be_left_out(
    low: float | None, high: float | None
) -> None:
    text = ":".join("" if end is None else repr(end) for end in (low, high))
    assert Bounds().convert(text, None, None) == (low, high)


@pytest.mark.parametrize("text", ["", "90", "a:b", "nan:", "1:2:3", ":x"])
def test_what_is_no_range_is_wrong_usage(text: str) -> None:
    with pytest.raises(click.UsageError, match="LOW:HIGH"):
        Bounds().convert(text, None, None)


@pytest.mark.parametrize("command", QUESTIONS)
def test_every_question_can_say_which_trials(command: str) -> None:
    """By every column that chooses trials of some benchmark, which its help explains."""
    options = options_of(command)
    assert {"--db", "--where"} <= set(options)
    for name, benchmark in BENCHMARKS.items():
        for column in columns_that_choose(benchmark.schema):
            text = options[option_of(column)].help
            assert text
            told = name in text.replace("(", " ").replace(",", " ").replace(")", " ").split()
            assert told or "nasbench" not in text


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_query_has_an_option_for_each_column_and_metric(name: str) -> None:
    """Nothing has two options."""
    benchmark = BENCHMARKS[name]
    options = options_of("query", name)
    columns = [*columns_that_choose(benchmark.schema), *benchmark.metrics]
    assert {option_of(column) for column in columns} <= set(options)
    names = [name for option in options.values() for name in option.opts]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("spelling", ["NAS-Bench-101", "nasbench_101", "nb101", "NASBENCH101"])
def test_the_names_of_benchmarks_are_forgiven(spelling: str, explored: dict[str, Path]) -> None:
    """In every command."""
    db = ("--db", explored["nasbench101"])
    first = invoke("query", spelling, *db, "--limit", 2)
    assert first.exit_code == 0
    assert first.stdout == invoke("query", "nasbench101", *db, "--limit", 2).stdout
    assert invoke("coverage", spelling, *db).exit_code == 0
    assert invoke("describe", spelling, "valid_acc").exit_code == 0
    assert invoke("download", spelling, "--list").exit_code == 0
    assert invoke("verify", spelling, *db, "--quiet").exit_code == 0
    assert invoke("info", spelling, *db).exit_code == 0


def test_a_path_stands_for_a_name(explored: dict[str, Path]) -> None:
    """And is not to be said twice."""
    path = explored["natssss"]
    for command, *arguments in (
        ("query", "--limit", 1),
        ("top", "--by", "valid_acc", "--epochs", 90, "--dataset", "cifar100"),
        ("coverage",),
        ("sql", "SELECT 1 AS one"),
        ("info",),
        ("verify", "--quiet"),
    ):
        by_path = invoke(command, path, *arguments)
        assert by_path.exit_code == 0, by_path.output
        by_name = invoke(command, "natssss", "--db", path, *arguments)
        assert by_name.stdout == by_path.stdout
        twice = invoke(command, path, "--db", path, *arguments)
        assert twice.exit_code == 2
        assert "once" in twice.stderr


@pytest.mark.parametrize("option", ["-k", "--limit"])
def test_the_number_of_rows_has_one_name_and_its_old_one(
    option: str, explored: dict[str, Path]
) -> None:
    asked = ("top", "nasbench101", "--db", explored["nasbench101"], "--by", "valid_acc")
    result = invoke(*asked, "--epochs", 108, option, 3, "--format", "jsonl")
    assert len(result.stdout.splitlines()) == 3


def test_an_architecture_and_a_metric_have_one_name_and_their_old_ones(
    explored: dict[str, Path],
) -> None:
    asked = ("curve", "nasbench201", "--db", explored["nasbench201"], "--dataset", "cifar100")
    old = invoke(*asked, "10", "--metric", "train_acc")
    assert old.exit_code == 0
    assert invoke(*asked, "--arch", "10", "--by", "train_acc").stdout == old.stdout
    assert invoke(*asked, "--by", "train_acc").exit_code == 2
    assert invoke(*asked, "10", "--arch", "10").exit_code == 2


def test_a_seed_chooses_trials(explored: dict[str, Path]) -> None:
    asked = ("top", "nasbench201", "--db", explored["nasbench201"], "--by", "valid_acc")
    asked += ("--epochs", "200", "--dataset", "cifar100", "--format", "csv", "--reduction", "none")
    rows = invoke(*asked, "--seed", 777).stdout.splitlines()
    place = rows[0].split(",").index("seed")
    assert {row.split(",")[place] for row in rows[1:]} == {"777"}


def test_words_are_completed() -> None:
    """Benchmarks, metrics, data sets, tasks, commands; files where none of them begins so."""
    assert completed("qu") == ["query"]
    assert completed("top", "nats") == ["natssss"]
    assert completed("top", "./x") == ["<file>"]
    assert completed("query", "nasbench1") == ["nasbench101"]
    assert completed("query", "./x") == ["<file>"]
    assert completed("describe", "trans") == ["transnas101"]
    assert completed("top", "nasbench101", "--by", "valid") == ["valid_acc"]
    assert "valid_mIoU" in completed("pareto", "transnas101", "valid")
    assert completed("top", "nasbench201", "--dataset", "cifar100") == ["cifar100"]
    assert completed("top", "transnas101", "--task", "jig") == ["jigsaw"]
    assert completed("query", "nasbench201", "--dataset", "cifar10-") == ["cifar10-valid"]
    assert completed("ingest", "nasbench101", "x") == ["<file>"]
    assert completed("top", "nasbench101", "--db", "x") == ["<file>"]


def test_the_list_of_commands_is_not_cut() -> None:
    assert "..." not in invoke("--help").stdout.partition("Commands:")[2]
