"""Questions that people ask, each answered as plain Python answers it over all trials."""

import itertools
import json
import math
import sqlite3
import statistics as pystatistics
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from support.scopes import ACCURACY, SCOPES, SIZE

import nasbench_db
from nasbench_db import InvalidArchitecture, InvalidDatabase, InvalidQuery, MissingExtra, explore
from nasbench_db.ask.tables import Table
from nasbench_db.explore import (
    coverage,
    learning_curve,
    optimum,
    pareto,
    rank_correlation,
    select_and_report,
    statistics,
    top,
)
from nasbench_db.nasbench101 import Cell
from nasbench_db.nasbench201 import official_order
from nasbench_db.transnas101.synthetic import official_like_order

Row = dict[str, Any]


@pytest.fixture(params=SCOPES)
def name(request: pytest.FixtureRequest, explored: dict[str, Path]) -> Iterator[str]:
    """The name of a benchmark whose database is connected."""
    chosen: str = request.param
    with nasbench_db.connect(chosen, explored[chosen]):
        yield chosen


def trials(
    name: str, path: Path, condition: Callable[[Row], bool] = lambda row: True
) -> list[Row]:
    """All trials of a benchmark, from its flat view."""
    view = nasbench_db.BENCHMARKS[name].schema.view
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    rows = [dict(row) for row in connection.execute(f"SELECT * FROM {view} ORDER BY trial_id")]
    connection.close()
    return [row for row in rows if condition(row)]


def in_scope(name: str, path: Path) -> list[Row]:
    """The trials of the benchmark's scope."""
    return trials(name, path, lambda row: all(row[k] == v for k, v in SCOPES[name].items()))


def means(rows: list[Row], *metrics: str) -> dict[int, tuple[float, ...]]:
    """The means of metrics over the trials of each config."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row["config_id"], []).append(row)
    return {
        config: tuple(pystatistics.fmean(row[metric] for row in group) for metric in metrics)
        for config, group in found.items()
    }


def test_top(name: str, explored: dict[str, Path]) -> None:
    """The best by mean, the best one first; a metric's own direction unless another is given."""
    rows = in_scope(name, explored[name])
    by = ACCURACY[name]
    expected = sorted(means(rows, by).items(), key=lambda item: (-item[1][0], item[0]))
    found = list(top(3, by=by, **SCOPES[name]))
    assert [row["config_id"] for row in found] == [config for config, _ in expected[:3]]
    assert [row[by] for row in found] == pytest.approx([value for _, (value,) in expected[:3]])
    for row in found:
        assert row.items() >= SCOPES[name].items()
        assert row["num_trials"] == sum(r["config_id"] == row["config_id"] for r in rows)
        assert isinstance(row["arch"], (dict, list))
    worst = list(top(2, by=by, direction="min", **SCOPES[name]))
    assert [row["config_id"] for row in worst] == [
        config for config, _ in sorted(expected, key=lambda item: (item[1][0], item[0]))[:2]
    ]
    (least,) = top(1, by=SIZE[name], **SCOPES[name])
    assert least[SIZE[name]] == min(row[SIZE[name]] for row in rows)
    assert len(list(top(10**6, by=by, **SCOPES[name]))) == len(expected)
    assert list(top(0, by=by, **SCOPES[name])) == []


def test_top_of_single_trials_and_other_reductions(explored: dict[str, Path]) -> None:
    """Without a reduction a row is a trial; the others are those of the query helpers."""
    path = explored["nasbench101"]
    nasbench_db.connect("nasbench101", path)
    rows = in_scope("nasbench101", path)
    best = max(rows, key=lambda row: row["test_acc"])
    (found,) = top(1, by="test_acc", reduction=None, num_epochs=108)
    assert (found["trial_id"], found["repeat"]) == (best["trial_id"], best["repeat"])
    assert found["test_acc"] == best["test_acc"]
    groups = itertools.groupby(rows, key=lambda row: row["config_id"])
    medians = [pystatistics.median(row["test_acc"] for row in group) for _, group in groups]
    (found,) = top(1, by="test_acc", reduction="median", num_epochs=108)
    assert found["test_acc"] == max(medians)


def test_the_statement_can_be_shown_and_run_elsewhere(
    name: str, explored: dict[str, Path]
) -> None:
    """With nothing but SQLite."""
    table = top(3, by=ACCURACY[name], **SCOPES[name])
    connection = sqlite3.connect(explored[name])
    found = connection.execute(table.sql())
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found]
    assert [{**row, "arch": json.loads(row["arch"])} for row in rows] == list(table)
    connection.close()


def test_the_columns_of_top(name: str) -> None:
    """By default those of the same kind on other splits, and what the network costs."""
    by = ACCURACY[name]
    columns = top(1, by=by, **SCOPES[name]).columns
    for column in (by, by.replace("valid", "train"), by.replace("valid", "test"), SIZE[name]):
        assert column in columns
    assert not any(column.endswith("loss") for column in columns)
    few = top(1, by=by, columns=[SIZE[name]], **SCOPES[name]).columns
    assert [column for column in few if column in nasbench_db.BENCHMARKS[name].metrics] == [
        by,
        SIZE[name],
    ]


def dominated(point: tuple[float, ...], points: list[tuple[float, ...]]) -> bool:
    """Whether another point is at least as high in all, and higher in one."""
    return any(
        all(o >= p for o, p in zip(other, point, strict=True)) and other != point
        for other in points
    )


@pytest.mark.parametrize("count", [2, 3])
def test_pareto(name: str, count: int, explored: dict[str, Path]) -> None:
    """Nobody on the front is beaten, and everybody off it is."""
    third = "train_acc" if name != "transnas101" else "train_top1"
    metrics = (ACCURACY[name], SIZE[name], third)[:count]
    signs = (1, -1, -1)[:count]
    values = {
        config: tuple(s * v for s, v in zip(signs, found, strict=True))
        for config, found in means(in_scope(name, explored[name]), *metrics).items()
    }
    expected = {
        config for config, point in values.items() if not dominated(point, list(values.values()))
    }
    objectives: list[Any] = [metrics[0], (metrics[1], "min"), (third, "min")][:count]
    front = list(pareto(objectives, **SCOPES[name]))
    assert {row["config_id"] for row in front} == expected
    first = [row[metrics[0]] for row in front]
    assert first == sorted(first, reverse=True)


def test_equals_are_all_on_the_front(tmp_path: Path, explored: dict[str, Path]) -> None:
    """And who lacks a value is not."""
    path = tmp_path / "equals.db"
    path.write_bytes(explored["nasbench101"].read_bytes())
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE nb101trialstats SET valid_acc = 50, parameters = 1")
        connection.execute(
            "UPDATE nb101trialstats SET valid_acc = 99, parameters = NULL WHERE config_id = 4"
        )
        connection.execute("UPDATE nb101trialstats SET valid_acc = 49 WHERE config_id = 8")
    connection.close()
    with nasbench_db.connect("nasbench101", path):
        front = list(pareto(["valid_acc", "parameters"], num_epochs=108))
        assert len(front) == 91 - 2
        assert {4, 8}.isdisjoint(row["config_id"] for row in front)
        assert len(list(top(100, by="parameters", num_epochs=108))) == 90


def test_optimum(name: str, explored: dict[str, Path]) -> None:
    """Its value, its rule, all who reach it, and the regret of others."""
    by = ACCURACY[name]
    values = means(in_scope(name, explored[name]), by)
    best = optimum(by, **SCOPES[name])
    assert best.value == pytest.approx(max(values.values())[0])
    assert best.count == len(values)
    assert best.regret(best.value) == 0
    assert best.regret(best.value - 1.5) == pytest.approx(1.5)
    (row,) = best.architectures
    assert values[row["config_id"]] == max(values.values())
    assert f"the highest mean over trials of {by} among {best.count} configs" in best.rule
    assert all(repr(value) in best.rule for value in SCOPES[name].values())
    assert optimum(SIZE[name], **SCOPES[name]).rule.startswith("the lowest")
    assert best.sql() == best.architectures.sql()
    assert str(best).startswith(f"{best.value:g}: the highest")


def test_regret_of_what_is_lower_the_better(explored: dict[str, Path]) -> None:
    """It is how much worse, whichever way that is."""
    nasbench_db.connect("nasbench101", explored["nasbench101"])
    best = optimum("training_time", num_epochs=108)
    assert best.regret(best.value + 10) == pytest.approx(10)


def test_learning_curve(name: str, explored: dict[str, Path]) -> None:
    """All evaluations of all trials of an architecture, in order, as the tables have them."""
    schema = nasbench_db.BENCHMARKS[name].schema
    row = in_scope(name, explored[name])[-1]
    arch = row["hash"] if name == "nasbench101" else row["arch_index"]
    rows = [r for r in trials(name, explored[name]) if r[schema.identity[0]] == arch]
    wanted = {r["trial_id"] for r in rows}
    connection = sqlite3.connect(explored[name])
    points = connection.execute(
        f"SELECT trial_id, current_epoch, {ACCURACY[name]} "
        f"FROM {schema.intermediate._meta.table_name} ORDER BY 1, 2"
    ).fetchall()
    connection.close()
    table = learning_curve(arch, metrics=[ACCURACY[name]])
    found = [(r["trial_id"], r["current_epoch"], r[ACCURACY[name]]) for r in table]
    assert sorted(found) == [point for point in points if point[0] in wanted]
    scoped = list(learning_curve(arch, **SCOPES[name]))
    assert {r["trial_id"] for r in scoped} == {
        r["trial_id"] for r in rows if all(r[k] == v for k, v in SCOPES[name].items())
    }
    epochs = [r["current_epoch"] for r in scoped if r["trial_id"] == scoped[0]["trial_id"]]
    assert epochs == sorted(epochs)
    assert epochs[-1] == row["num_epochs"]
    (last,) = [
        r
        for r in learning_curve(arch, reduction="mean", **SCOPES[name])
        if r["current_epoch"] == row["num_epochs"]
    ]
    same = [r[ACCURACY[name]] for r in rows if r["config_id"] == row["config_id"]]
    assert last["num_trials"] == len(same)
    assert last[ACCURACY[name]] == pytest.approx(pystatistics.fmean(same))


def test_an_architecture_in_any_form(explored: dict[str, Path]) -> None:
    """As the query helpers take it."""
    nasbench_db.connect("nasbench201", explored["nasbench201"])
    cell = official_order()[10]
    curves = [
        list(learning_curve(form, dataset="cifar10", num_epochs=12))
        for form in (10, cell, cell.arch_str, cell.arch, np.int64(10))
    ]
    assert curves[0]
    assert all(curve == curves[0] for curve in curves)
    nasbench_db.connect("nasbench101", explored["nasbench101"])
    which = {"benchmark": "nasbench101"}
    (row,) = top(1, by="valid_acc", num_epochs=4, **which)
    found = [
        list(learning_curve(form, **which))
        for form in (row["arch"], row["hash"], Cell.from_arch(row["arch"]))
    ]
    assert found[0]
    assert found[0] == found[1] == found[2]
    with pytest.raises(InvalidArchitecture):
        learning_curve("input,output", **which)
    assert list(learning_curve("0" * 32, **which)) == []


def test_statistics(name: str, explored: dict[str, Path]) -> None:
    """Over the trials of each config, NULLs not counted."""
    by = ACCURACY[name]
    rows = in_scope(name, explored[name])
    found = list(statistics([by, SIZE[name]], **SCOPES[name]))
    groups = [list(g) for _, g in itertools.groupby(rows, key=lambda row: row["config_id"])]
    assert len(found) == len(groups)
    for row, group in zip(found, groups, strict=True):
        values = [r[by] for r in group]
        assert row[f"{by}_n"] == len(values)
        assert row[f"{by}_mean"] == pytest.approx(np.mean(values))
        several = len(values) > 1  # one value does not tell how much they differ
        assert row[f"{by}_std"] == (pytest.approx(np.std(values)) if several else None)
        assert (row[f"{by}_min"], row[f"{by}_max"]) == (min(values), max(values))
        assert row[f"{SIZE[name]}_n"] == len(values)
    arch = found[-1][nasbench_db.BENCHMARKS[name].schema.identity[0]]
    assert list(statistics(by, arch=arch, **SCOPES[name])) == [
        {k: v for k, v in found[-1].items() if not k.startswith(SIZE[name])}
    ]


def test_statistics_of_what_was_not_measured(explored: dict[str, Path]) -> None:
    """Where some trials have a value and others none, none is counted and there is no mean."""
    nasbench_db.connect("nasbench201", explored["nasbench201"])
    rows = {row["dataset"]: row for row in statistics("valid_acc", arch=10, num_epochs=200)}
    assert rows["cifar10"]["valid_acc_n"] == 0
    assert rows["cifar10"]["valid_acc_mean"] is rows["cifar10"]["valid_acc_max"] is None
    assert rows["cifar10-valid"]["valid_acc_n"] > 0
    with pytest.raises(InvalidQuery, match="no trial has a value of valid_acc where dataset = "):
        statistics("valid_acc", dataset="cifar10")


def test_coverage(name: str, explored: dict[str, Path]) -> None:
    """Every config is covered once."""
    found = list(coverage())
    key = "configs" if name == "nasbench101" else "architectures"
    configs = {row["config_id"] for row in trials(name, explored[name])}
    assert sum(row[key] for row in found) == len(configs)
    assert [dict(row) for row in coverage(benchmark=name)] == found


@pytest.mark.parametrize("method", ["spearman", "kendall"])
def test_rank_correlation_of_epochs(method: str, explored: dict[str, Path]) -> None:
    """As scipy computes it of the means."""
    path = explored["nasbench101"]
    nasbench_db.connect("nasbench101", path)
    sides = []
    for epochs in (4, 108):
        rows = trials("nasbench101", path, lambda row, e=epochs: row["num_epochs"] == e)  # type: ignore[misc]
        hashes = {row["config_id"]: row["hash"] for row in rows}
        sides.append({hashes[c]: v for c, (v,) in means(rows, "valid_acc").items()})
    keys = sorted(sides[0])
    expected = (stats.spearmanr if method == "spearman" else stats.kendalltau)(
        [sides[0][key] for key in keys], [sides[1][key] for key in keys]
    )
    found = rank_correlation("valid_acc", {"num_epochs": 4}, {"num_epochs": 108}, method=method)
    assert found.value == pytest.approx(expected.statistic)
    assert found.p_value == pytest.approx(expected.pvalue)
    assert found.count == len(keys) == 91
    assert {row["hash"]: (row["x"], row["y"]) for row in found.pairs} == {
        key: (pytest.approx(sides[0][key]), pytest.approx(sides[1][key])) for key in keys
    }
    assert str(found) == f"{method} {found.value:.4f} over 91 architectures"
    assert found.sql().startswith("WITH a AS (SELECT hash")


def test_rank_correlation_of_data_sets_and_tasks(explored: dict[str, Path]) -> None:
    """Only architectures that have both values count."""
    nasbench_db.connect("nasbench201", explored["nasbench201"])
    found = rank_correlation(
        ("valid_acc", "ori_test_acc"),
        {"dataset": "cifar10-valid"},
        {"dataset": "cifar10"},
        num_epochs=200,
    )
    assert found.count == 9
    assert -1 <= found.value <= 1
    same = rank_correlation(
        "ori_test_acc", {"dataset": "cifar10"}, {"dataset": "cifar10"}, num_epochs=12
    )
    assert same.value == pytest.approx(1)
    with pytest.raises(InvalidQuery, match="to select take valid_acc of 'cifar10-valid'"):
        rank_correlation(
            "valid_acc", {"dataset": "cifar10-valid"}, {"dataset": "cifar10"}, num_epochs=200
        )
    with pytest.raises(InvalidQuery, match="0 architectures have both values"):
        rank_correlation(
            "ori_test_acc",
            {"dataset": "cifar10"},
            {"dataset": "cifar100"},
            num_epochs=200,
            ori_test_acc=(99.999, None),
        )
    nasbench_db.BENCHMARKS["nasbench201"].schema.database.initialize(None)
    nasbench_db.connect("transnas101", explored["transnas101"])
    found = rank_correlation(
        ("valid_top1", "valid_loss"), {"task": "class_object"}, {"task": "class_scene"}
    )
    assert found.count == len(official_like_order()[::400])


def test_equal_values_have_no_order(tmp_path: Path, explored: dict[str, Path]) -> None:
    """The coefficient is NaN, without a warning of scipy's."""
    path = tmp_path / "equal.db"
    path.write_bytes(explored["nasbench101"].read_bytes())
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE nb101trialstats SET valid_acc = 50 WHERE num_epochs = 4")
    connection.close()
    with nasbench_db.connect("nasbench101", path):
        found = rank_correlation("valid_acc", {"num_epochs": 4}, {"num_epochs": 108})
    assert math.isnan(found.value)
    assert found.count == 91


def test_isomorphs_are_one_architecture(tmp_path: Path, explored: dict[str, Path]) -> None:
    """A cell that is written in two ways is not paired with itself twice."""
    path = tmp_path / "isomorphs.db"
    path.write_bytes(explored["nasbench101"].read_bytes())
    connection = sqlite3.connect(path)
    with connection:
        hashes = [
            connection.execute(f"SELECT hash FROM nb101trialconfig WHERE id = {i}").fetchone()[0]
            for i in (5, 9)
        ]
        connection.execute(
            f"UPDATE nb101trialconfig SET hash = '{hashes[0]}' WHERE hash = '{hashes[1]}'"
        )
    connection.close()
    with nasbench_db.connect("nasbench101", path):
        found = rank_correlation("valid_acc", {"num_epochs": 4}, {"num_epochs": 108})
    assert found.count == 90


def test_select_on_validation_and_report_on_test(name: str, explored: dict[str, Path]) -> None:
    """The test value of the best by validation, not the best test value."""
    by, report = ACCURACY[name], ACCURACY[name].replace("valid", "test")
    values = means(in_scope(name, explored[name]), by, report)
    expected = sorted(values.values(), key=lambda pair: -pair[0])
    found = [(row[by], row[report]) for row in select_and_report(k=3, **SCOPES[name])]
    assert found == [pytest.approx(pair) for pair in expected[:3]]


def test_cifar10_is_selected_on_the_data_set_that_has_a_validation_split(
    explored: dict[str, Path],
) -> None:
    """cifar10 itself has none: its networks were trained on all training images."""
    path = explored["nasbench201"]
    nasbench_db.connect("nasbench201", path)
    (found,) = select_and_report(dataset="cifar10", num_epochs=200)
    selecting = trials(
        "nasbench201", path, lambda r: r["dataset"] == "cifar10-valid" and r["num_epochs"] == 200
    )
    index = {row["config_id"]: row["arch_index"] for row in selecting}
    best = max(means(selecting, "valid_acc").items(), key=lambda item: item[1])[0]
    reported = trials(
        "nasbench201",
        path,
        lambda r: (
            r["dataset"] == "cifar10" and r["num_epochs"] == 200 and r["arch_index"] == index[best]
        ),
    )
    assert found["arch_index"] == index[best]
    assert found["ori_test_acc"] == pytest.approx(
        pystatistics.fmean(row["ori_test_acc"] for row in reported)
    )


def test_selecting_on_test_images_is_refused_unless_told_to(explored: dict[str, Path]) -> None:
    """It says what to select by instead."""
    nasbench_db.connect("nasbench101", explored["nasbench101"])
    with pytest.raises(InvalidQuery, match=r"test_acc is measured on test images.*by valid_acc"):
        select_and_report("test_acc", "valid_acc", num_epochs=108)
    (found,) = select_and_report("test_acc", "valid_acc", allow_test=True, num_epochs=108)
    best = optimum("test_acc", num_epochs=108)
    assert found["test_acc"] == best.value
    topologies = nasbench_db.connect("nasbench201", explored["nasbench201"])
    which = {"dataset": "cifar100", "num_epochs": 200, "db": topologies}
    with pytest.raises(InvalidQuery, match="ori_test_acc is measured on test images"):
        select_and_report("ori_test_acc", "test_acc", **which)


WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "no epochs": (lambda: top(by="valid_acc"), "which num_epochs.*4, 12, 36, 108"),
    "a range of epochs": (lambda: top(by="valid_acc", num_epochs=(4, 12)), "which num_epochs"),
    "unknown metric": (lambda: top(by="valid_ac", num_epochs=4), "did you mean 'valid_acc'"),
    "no metric": (lambda: top(by="hash", num_epochs=4), "no metric of nasbench101 called 'hash'"),
    "unknown column": (lambda: top(by="valid_acc", num_epoch=4), "did you mean 'num_epochs'"),
    "unknown direction": (
        lambda: top(by="valid_acc", direction="up", num_epochs=4),
        "no direction called 'up'",
    ),
    "unknown reduction": (
        lambda: top(by="valid_acc", reduction="sum", num_epochs=4),
        "reduction is 'sum'",
    ),
    "no number": (lambda: top("3", by="valid_acc", num_epochs=4), "k is '3'"),  # type: ignore[arg-type]
    "a negative number": (lambda: top(-1, by="valid_acc", num_epochs=4), "k is -1"),
    "columns as a text": (
        lambda: top(by="valid_acc", columns="test_acc", num_epochs=4),
        "give a list",
    ),
    "one objective": (lambda: pareto(["valid_acc"], num_epochs=4), "two or more"),
    "a text for objectives": (lambda: pareto("valid_acc", num_epochs=4), "two or more"),
    "an objective twice": (
        lambda: pareto(["valid_acc", ("valid_acc", "min")], num_epochs=4),
        "comes twice",
    ),
    "nothing in scope": (
        lambda: optimum("valid_acc", num_epochs=5),
        "num_epochs is 5, .*it has 4, 12, 36, 108",
    ),
    "a backward range": (
        lambda: top(by="valid_acc", num_epochs=4, parameters=(5, 1)),
        "the lowest value is above",
    ),
    "a long range": (
        lambda: top(by="valid_acc", num_epochs=4, parameters=(1, 2, 3)),
        "a range is a pair",
    ),
    "a value of another type": (
        lambda: top(by="valid_acc", num_epochs=True),
        "num_epochs is True; it must be a whole number",
    ),
    "where of another type": (lambda: top(by="valid_acc", where=7), "where is 7"),  # type: ignore[arg-type]
    "where that is no SQL": (
        lambda: list(top(by="valid_acc", where="num_epochs ==== 4")),
        "SQLite says of the statement: near",
    ),
    "where with a placeholder": (
        lambda: list(top(by="valid_acc", where="num_epochs = ?")),
        r"has a \? alone; .* its values written out",
    ),
    "no statistics": (lambda: statistics([]), "by is empty"),
    "a curve of what is not recorded": (
        lambda: learning_curve("0" * 32, metrics=["parameters"]),
        "recorded during training called 'parameters'",
    ),
    "three metrics": (
        lambda: rank_correlation(("a", "b", "c"), {}, {}),  # type: ignore[arg-type]
        "a pair of them",
    ),
    "a side that is no dict": (lambda: rank_correlation("valid_acc", 4, 108), "a side is 4"),  # type: ignore[arg-type]
    "another method": (
        lambda: rank_correlation("valid_acc", {}, {}, method="pearson"),
        "no rank correlation called 'pearson'",
    ),
    "a side without epochs": (
        lambda: rank_correlation("valid_acc", {"num_epochs": 4}, {}),
        "which num_epochs",
    ),
    "single trials of two sides": (
        lambda: rank_correlation(
            "valid_acc", {"num_epochs": 4}, {"num_epochs": 12}, reduction="none"
        ),
        "do not belong together",
    ),
    "the same twice": (
        lambda: select_and_report("valid_acc", "valid_acc", num_epochs=4),
        "select by one split, report another",
    ),
    "unknown benchmark": (lambda: top(by="x", benchmark="nasbench999"), "no benchmark"),
    "no handle": (lambda: top(by="x", db="nasbench101.db"), "db is 'nasbench101.db'"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_questions_are_told(case: str, explored: dict[str, Path]) -> None:
    """What was given, and what is allowed."""
    ask, reason = WRONG[case]
    nasbench_db.connect("nasbench101", explored["nasbench101"])
    with pytest.raises(nasbench_db.NasbenchDBError, match=reason):
        ask()


def test_the_data_set_or_task_must_be_said(explored: dict[str, Path]) -> None:
    """For selecting, too."""
    nasbench_db.connect("nasbench201", explored["nasbench201"])
    with pytest.raises(InvalidQuery, match=r"which dataset.*'cifar10'"):
        top(by="valid_acc", num_epochs=12)
    with pytest.raises(InvalidQuery, match=r"which dataset.*'cifar10'"):
        select_and_report(num_epochs=12)
    with pytest.raises(InvalidQuery, match=r"dataset is 'cifar11', .*did you mean 'cifar10"):
        select_and_report(num_epochs=12, dataset="cifar11")
    with pytest.raises(InvalidQuery, match="which task"):
        optimum("valid_top1", db=nasbench_db.connect("transnas101", explored["transnas101"]))


def test_conditions(explored: dict[str, Path]) -> None:
    """As keywords, a dict or SQL; values, lists and ranges; the data set in any spelling."""
    nasbench_db.connect("nasbench101", explored["nasbench101"])
    asked = [
        top(500, by="valid_acc", num_epochs=36, parameters=(None, 5), num_vertices=[3, 4]),
        top(
            500,
            by="valid_acc",
            num_epochs=36,
            where={"parameters": (0, 5), "num_vertices": [3, 4]},
        ),
        top(
            500, by="valid_acc", where="num_epochs = 36 AND parameters <= 5 AND num_vertices >= 3"
        ),
        top(500, by="valid_acc", where="parameters <= 5 OR 0", num_epochs=36, num_vertices={3, 4}),
    ]
    found = [[row["config_id"] for row in table] for table in asked]
    assert 0 < len(found[0]) < 91
    assert found == [found[0]] * 4
    which = {"db": nasbench_db.connect("nasbench201", explored["nasbench201"])}
    official = top(by="valid_acc", num_epochs=12, dataset="ImageNet16-120", **which)
    assert len(list(official)) == 9


def test_which_database_is_asked(explored: dict[str, Path], databases: Path) -> None:
    """The given one; that of the given name; otherwise the one that is connected."""
    first = nasbench_db.connect("nasbench101", explored["nasbench101"])
    assert "dataset" not in coverage().columns
    second = nasbench_db.connect("nasbench201", explored["nasbench201"])
    with pytest.raises(InvalidQuery, match="nasbench101, nasbench201 are connected; say which"):
        coverage()
    first.close()
    assert "dataset" in coverage().columns
    list(first.select("SELECT 1"))
    with pytest.raises(InvalidQuery, match="say which"):
        coverage()
    assert "dataset" in coverage(db=second).columns
    assert "dataset" not in coverage(db=first).columns
    assert "dataset" not in coverage(benchmark="nasbench101").columns
    with pytest.raises(InvalidDatabase, match="must be what connect"):
        coverage(benchmark="nasbench201", db=first)


def test_without_any_database_the_question_is_which() -> None:
    """A name or a handle answers it."""
    with pytest.raises(InvalidQuery, match="say which benchmark is meant"):
        coverage()


def test_a_missing_package_is_named(
    explored: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that brings it; what needs none works without."""
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    nasbench_db.connect("nasbench101", explored["nasbench101"])
    with pytest.raises(MissingExtra, match=r'pip install "\.\[explore\]"'):
        rank_correlation("valid_acc", {"num_epochs": 4}, {"num_epochs": 108})
    assert len(list(top(3, by="valid_acc", num_epochs=4))) == 3


def test_all_answers_are_tables(explored: dict[str, Path]) -> None:
    """So each has its frames and its statement."""
    nasbench_db.connect("nasbench101", explored["nasbench101"])
    (best,) = top(1, by="valid_acc", num_epochs=108)
    for answer in (
        top(by="valid_acc", num_epochs=108),
        pareto(["valid_acc", "parameters"], num_epochs=108),
        optimum("valid_acc", num_epochs=108).architectures,
        learning_curve(best["hash"]),
        statistics("valid_acc"),
        coverage(),
        rank_correlation("valid_acc", {"num_epochs": 4}, {"num_epochs": 108}).pairs,
        select_and_report(num_epochs=108),
    ):
        assert isinstance(answer, Table)
        assert len(answer.to_numpy()) == len(list(answer)) > 0
        assert list(answer.to_pandas().columns) == list(answer.columns)
        assert answer.to_arrow().num_rows == len(list(answer))
        assert answer.sql().startswith(("SELECT", "WITH"))


def test_the_front_door_has_them_all() -> None:
    """The names are fixed."""
    assert explore.__all__ == sorted(explore.__all__)
    assert all(hasattr(explore, name) for name in explore.__all__)
