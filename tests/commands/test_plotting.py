"""The command line's ``plot``: each figure as a file, in its place when it is complete."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import nasbench_db
from nasbench_db import explore, plotting
from nasbench_db.commands.cli import cli

BEGINS = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<?xml", "pdf": b"%PDF"}


def invoke(*arguments: object) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(cli, ["plot", *map(str, arguments)])


FIGURES = {
    "scatter": "nasbench101 --epochs 108",
    "distribution": "nasbench201 --dataset cifar100",
    "curves": "natssss 0 10 --metric train_acc --dataset cifar100",
    "correlation": "transnas101 --by valid_top1 -x task=jigsaw -y task=class_scene",
    "front": "transnas101 --task room_layout",
}
"""Arguments of each figure, of one benchmark or another."""


@pytest.mark.parametrize("form", BEGINS)
@pytest.mark.parametrize("figure", FIGURES)
def test_each_figure_is_written_in_each_format(
    figure: str, form: str, explored: dict[str, Path], tmp_path: Path
) -> None:
    """The ending of the file's name tells the format; its path is printed."""
    out = tmp_path / f"figure.{form}"
    name, *options = FIGURES[figure].split()
    result = invoke(figure, name, *options, "--db", explored[name], "--out", out)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{out}\n"
    assert result.stderr == ""
    assert out.read_bytes().startswith(BEGINS[form])
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize("name", nasbench_db.BENCHMARKS)
def test_each_benchmark_has_its_fidelity_options(
    name: str, explored: dict[str, Path], tmp_path: Path
) -> None:
    """The file is that of the function."""
    which: dict[str, dict[str, object]] = {
        "nasbench101": {"num_epochs": 36},
        "nasbench201": {"num_epochs": 12, "dataset": "cifar100"},
        "natssss": {"num_epochs": 12, "dataset": "cifar100"},
        "transnas101": {"task": "jigsaw"},
        "nasbenchmacro": {"num_epochs": 50},
        "nds": {"num_epochs": 12, "dataset": "cifar10"},
        "nlp": {"num_epochs": 12, "dataset": "ptb"},
    }
    options = [f"--{k.removeprefix('num_')}={v}" for k, v in which[name].items()]
    out = tmp_path / "figure.svg"
    result = invoke("scatter", name, "--db", explored[name], *options, "--out", out)
    assert result.exit_code == 0, result.output
    expected = io.BytesIO()
    with nasbench_db.connect(name, explored[name]) as db:
        plotting.write(plotting.scatter(db=db, **which[name]), expected, "svg")
    assert out.read_bytes() == expected.getvalue()


@pytest.mark.parametrize(
    ("line", "arguments", "named"),
    [
        (
            "scatter --x test_acc --y train_acc --color parameters --reduction none",
            ("test_acc", "train_acc", "parameters"),
            {"reduction": "none", "where": None},
        ),
        ("scatter", (None, None, None), {"reduction": "mean"}),
        (
            "distribution --by test_acc --by valid_acc --over num_vertices",
            (("test_acc", "valid_acc"),),
            {"over": "num_vertices", "reduction": "mean"},
        ),
        (
            "distribution --where parameters<5 --epochs 4",
            (None,),
            {"over": None, "where": "parameters<5", "num_epochs": 4},
        ),
        (
            'curves abc {"a":1} --metric valid_acc --spread none',
            ("valid_acc", "abc", {"a": 1}),
            {"spread": None, "labels": None},
        ),
        (
            "curves 7 --metric valid_acc --label seven",
            ("valid_acc", 7),
            {"spread": "range", "labels": ("seven",)},
        ),
        (
            "correlation --by valid_acc,test_acc -x num_epochs=4 -y num_epochs=12",
            (("valid_acc", "test_acc"), {"num_epochs": 4}, {"num_epochs": 12}),
            {"method": "spearman"},
        ),
        (
            "correlation --by test_acc -x num_epochs=4 -y num_epochs=12 --method kendall",
            ("test_acc", {"num_epochs": 4}, {"num_epochs": 12}),
            {"method": "kendall"},
        ),
        (
            "front --x training_time:max --y test_acc",
            (("training_time", "max"), "test_acc"),
            {"reduction": "mean"},
        ),
        ("front", (None, None), {"reduction": "mean"}),
    ],
)
def test_the_options_are_the_arguments_of_the_functions(
    line: str,
    arguments: tuple[object, ...],
    named: dict[str, object],
    explored: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the same names, and the same defaults where none are given."""
    calls: list[tuple[tuple[object, ...], dict[str, Any]]] = []
    figure, *options = line.split()
    monkeypatch.setattr(plotting, figure, lambda *given, **further: calls.append((given, further)))
    out = tmp_path / "figure.png"
    db = explored["nasbench101"]
    result = invoke(figure, "nasbench101", *options, "--db", db, "--out", out)
    assert result.exit_code == 0, result.output
    ((positional, further),) = calls
    assert positional == arguments
    assert further.items() >= named.items()
    assert further["db"].path == db


def test_the_width_is_in_inches(explored: dict[str, Path], tmp_path: Path) -> None:
    """3.5 of them if none is given; a PNG has 300 dots in each."""
    out = tmp_path / "figure.png"
    cells = ("front", "nasbench101", "--db", explored["nasbench101"], "--epochs", 4, "--out", out)
    for options, dots in (((), 1050), (("--width", 7, "--force"), 2100)):
        assert invoke(*cells, *options).exit_code == 0
        assert int.from_bytes(out.read_bytes()[16:20], "big") == dots
    assert invoke(*cells, "--width", 0, "--force").exit_code == 2
    assert invoke(*cells, "--width", "wide", "--force").exit_code == 2


def test_a_format_can_be_given(explored: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "figure"
    cells = ("front", "nasbench101", "--db", explored["nasbench101"], "--epochs", 4, "--out", out)
    result = invoke(*cells)
    assert result.exit_code == 1
    assert "ends in none of .png, .svg, .pdf; give --format" in result.stderr
    assert invoke(*cells, "--format", "pdf").exit_code == 0
    assert out.read_bytes().startswith(BEGINS["pdf"])
    assert invoke(*cells, "--format", "jpg", "--force").exit_code == 2


def test_an_older_file_is_replaced_only_by_force(
    explored: dict[str, Path], tmp_path: Path
) -> None:
    """And stays as it was if there is nothing to draw."""
    out = tmp_path / "figure.png"
    out.write_text("older")
    cells = ("front", "nasbench101", "--db", explored["nasbench101"], "--out", out)
    result = invoke(*cells, "--epochs", 4)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {out} exists already; give --force")
    result = invoke(*cells, "--epochs", 5, "--force")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: num_epochs is 5")
    assert out.read_text() == "older"
    assert invoke(*cells, "--epochs", 4, "--force").exit_code == 0
    assert out.read_bytes().startswith(BEGINS["png"])
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_failures_are_told_in_one_line(
    explored: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 1, nothing on stdout, nothing written."""
    cells = ("nasbench101", "--db", explored["nasbench101"])
    out = ("--out", tmp_path / "figure.png")
    best = next(iter(_hashes(explored["nasbench101"])))
    failures: dict[tuple[object, ...], str] = {
        ("scatter", *cells, *out): "must say which num_epochs",
        ("scatter", *cells, *out, "--epochs", 4, "--where", "params < 5"): "no such column",
        ("scatter", *cells, *out, "--dataset", "cifar10"): "no column of nb101 called 'dataset'",
        ("front", *cells, *out, "--epochs", 4, "--x", "size"): "no metric of nasbench101",
        ("front", *cells, *out, "--epochs", 4, "--x", "test_acc:up"): "no direction called 'up'",
        ("distribution", *cells, *out, "--over", "hash"): "more values than",
        ("curves", *cells, best, *out, "--metric", "parameters"): "recorded during training",
        ("scatter", "natssss", *out): "there is no natssss database",
        ("scatter", "natssss", *cells[1:], *out): "is a database of nasbench101",
        ("distribution", *cells, "--out", tmp_path / "no" / "a.png"): "there is no folder",
        ("distribution", *cells, "--out", tmp_path): "does not tell the format",
        ("distribution", *cells, "--out", cells[2], "--format", "png", "--force"): "itself",
    }
    for arguments, reason in failures.items():
        result = invoke(*arguments)
        assert result.exit_code == 1, (arguments, result.output)
        (line,) = result.stderr.splitlines()
        assert line.startswith("Error: ")
        assert reason in line
        assert result.stdout == ""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    result = invoke("distribution", *cells, *out)
    assert result.exit_code == 1
    assert "this needs matplotlib" in result.stderr
    assert list(tmp_path.iterdir()) == []


def _hashes(path: Path) -> list[str]:
    with nasbench_db.connect("nasbench101", path) as db:
        return [row["hash"] for row in explore.top(3, by="valid_acc", num_epochs=108, db=db)]


def test_wrong_usage_has_status_2(explored: dict[str, Path], tmp_path: Path) -> None:
    """Such as no file, no benchmark, or a figure that there is not."""
    out = ("--out", tmp_path / "figure.png")
    cells = ("nasbench101", "--db", explored["nasbench101"])
    for arguments in (
        ("scatter", *cells),
        ("scatter", *out),
        ("histogram", *cells, *out),
        ("curves", *cells, *out, "--metric", "valid_acc"),
        ("curves", *cells, "abc", *out),
        ("correlation", *cells, *out, "--by", "valid_acc", "-x", "num_epochs=4"),
        ("correlation", *cells, *out, "--by", "valid_acc", "-x", "4", "-y", "num_epochs=4"),
    ):
        assert invoke(*arguments).exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_the_help_has_an_example_of_each_figure() -> None:
    """And says what must be installed, for which nothing needs to be."""
    assert set(FIGURES) <= set(invoke("--help").stdout.split())
    assert "comes with the extra explore" in invoke("--help").stdout
    for figure in FIGURES:
        assert f"nasbench-db plot {figure} nasbench" in invoke(figure, "--help").stdout
