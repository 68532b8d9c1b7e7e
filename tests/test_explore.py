"""Questions that people ask, each answered as plain Python answers it over all trials."""

import itertools
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
from support.renewing import renew_statistics
from support.scopes import ACCURACY, SCOPES

import nasbench_db
from nasbench_db import (
    InvalidArchitecture,
    InvalidDatabase,
    InvalidQuery,
    MissingExtra,
    QueryWarning,
    explore,
)
from nasbench_db.ask.sqltext import literal
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
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.nasbench201 import official_order
from nasbench_db.transnas101.layout import official_like_order

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
    renew_statistics(path, SCHEMA)
    with nasbench_db.connect("nasbench101", path):
        front = list(pareto(["valid_acc", "parameters"], num_epochs=108))
        assert len(front) == 91 - 2
        assert {4, 8}.isdisjoint(row["config_id"] for row in front)
        assert len(list(top(100, by="parameters", num_epochs=108))) == 90


@pytest.mark.parametrize("one_of", [1, 3, 1009])
def test_a_front_is_whatever_was_looked_at_first(
    explored: dict[str, Path], monkeypatch: pytest.MonkeyPatch, one_of: int
) -> None:
    """All, some or none of the rows; it is asked of few good ones, and of three objectives."""
    monkeypatch.setattr(explore, "_ONE_OF", one_of)
    monkeypatch.setattr(explore, "_STRONG", 2)
    names = ["valid_acc", "training_time", "parameters"]
    with nasbench_db.connect("nasbench101", explored["nasbench101"]):
        front = list(pareto(names, num_epochs=36))
        found = top(100, by="valid_acc", columns=names[1:], num_epochs=36).to_numpy()
    values = np.column_stack([-found["valid_acc"], found["training_time"], found["parameters"]])
    beaten = [((values <= one).all(axis=1) & (values < one).any(axis=1)).any() for one in values]
    assert 3 < len(front) < len(values)
    assert [row["config_id"] for row in front] == found["config_id"][~np.array(beaten)].tolist()


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


def test_statistics_of_what_was_not_measured(explored: dict[str, Path]) -> None:
    """Where some trials have a value and others none, none is counted and there is no mean."""
    nasbench_db.connect("nasbench201", explored["nasbench201"])
    rows = {row["dataset"]: row for row in statistics("valid_acc", arch=10, num_epochs=200)}
    assert rows["cifar10"]["valid_acc_n"] == 0
    assert rows["cifar10"]["valid_acc_mean"] is rows["cifar10"]["valid_acc_max"] is None
    assert rows["cifar10-valid"]["valid_acc_n"] > 0
    with pytest.raises(InvalidQuery, match="no trial has a value of valid_acc where dataset = "):
        statistics("valid_acc", dataset="cifar10")


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
    renew_statistics(path, SCHEMA)
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
            f"UPDATE nb101trialconfig SET (hash, canonical) = ('{hashes[0]}', "
            f"(SELECT canonical FROM nb101trialconfig WHERE hash = '{hashes[0]}' LIMIT 1)) "
            f"WHERE hash = '{hashes[1]}'"
        )
        connection.execute("UPDATE provenance SET several_written = 4")
    connection.close()
    with nasbench_db.connect("nasbench101", path):
        found = rank_correlation("valid_acc", {"num_epochs": 4}, {"num_epochs": 108})
    assert found.count == 90


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
    "a number for objectives": (lambda: pareto(5, num_epochs=4), "two or more"),  # type: ignore[arg-type]
    "numbers as objectives": (lambda: pareto([5, 6], num_epochs=4), "an objective is 5"),  # type: ignore[list-item]
    "a list as the metric of an objective": (
        lambda: pareto([(["valid_acc"], "max"), "parameters"], num_epochs=4),  # type: ignore[list-item]
        "no metric of nasbench101 called",
    ),
    "statistics of a number": (lambda: statistics(5), "called 5"),  # type: ignore[arg-type]
    "a curve of a number": (lambda: learning_curve("0" * 32, metrics=5), "called 5"),  # type: ignore[arg-type]
    "ranks of a number": (lambda: rank_correlation(5, {}, {}), "a pair of them"),  # type: ignore[arg-type]
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


def test_architectures_that_contradict_each_other_are_refused(
    name: str, explored: dict[str, Path]
) -> None:
    """However each is named; and one and the same may be named in every way."""
    rows = trials(name, explored[name])
    codes = sorted(nasbench_db.BENCHMARKS[name].tables.codes & rows[0].keys())
    this = rows[0]
    other = next(row for row in rows if all(row[code] != this[code] for code in codes))
    asked = {"by": ACCURACY[name], **SCOPES[name]}
    for code in codes:
        assert top(arch=this["arch"], where={code: this[code]}, **asked).count()
        for where in ({code: other[code]}, f"{code} = {literal(other[code])}"):
            with pytest.raises(InvalidQuery, match=f"{code}.*(said twice|they name different)"):
                top(arch=this["arch"], where=where, **asked)
    if len(codes) > 1:
        with pytest.raises(InvalidQuery, match="they name different ones"):
            top(where={codes[0]: this[codes[0]], codes[1]: other[codes[1]]}, **asked)


def test_an_architecture_that_the_database_lacks_contradicts_none(
    explored: dict[str, Path],
) -> None:
    nasbench_db.connect("nasbench101", explored["nasbench101"])
    (first,) = top(1, by="valid_acc", num_epochs=108)
    for where in ({"hash": "0" * 32}, {"hash": first["hash"], "canonical": -1}):
        assert top(by="valid_acc", num_epochs=108, where=where).count() == 0


def test_a_fraction_beside_a_percentage_is_warned_of(explored: dict[str, Path]) -> None:
    """As a keyword and in SQL; a deviation may be one."""
    nasbench_db.connect("nasbench101", explored["nasbench101"])
    asked: dict[str, Any] = {"by": "valid_acc", "num_epochs": 108}
    warned = pytest.warns(QueryWarning, match=r"^0.9 is compared with test_acc, .* percent: 90,")
    with warned as caught:
        top(test_acc=(0.9, None), **asked)
    assert caught[0].filename == __file__
    for where in ("test_acc > 0.9", "seed >= 0 AND NOT Test_Acc BETWEEN 0.9 AND 95"):
        with warned:
            top(where=where.replace("seed", "repeat"), **asked)
    for said in ({"where": "test_acc < 0.9"}, {"test_acc": (None, 0.9)}):
        top(reduction="std", **asked, **said)
    top(where="test_acc / 100 > 0.9 AND parameters > 0.9", **asked)


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
    for name in ("scipy.stats", "scipy.special"):
        monkeypatch.setitem(sys.modules, name, None)
    nasbench_db.connect("nasbench101", explored["nasbench101"])
    with pytest.raises(MissingExtra, match=r'pip install "\.\[explore\]"'):
        rank_correlation("valid_acc", {"num_epochs": 4}, {"num_epochs": 108})
    assert len(list(top(3, by="valid_acc", num_epochs=4))) == 3


def test_how_many_more_have_the_best_value_is_told(samples: dict[str, Path]) -> None:
    """By whom only some of those are shown: what is told is what counting tells."""
    which = {"db": nasbench_db.connect("nasbench201", samples["nasbench201"])}
    of_12: Any = {"num_epochs": 12, "dataset": "cifar100", **which}
    many = optimum("valid_acc", **of_12).architectures.count()
    assert many > 1
    for table in (top(1, by="valid_acc", **of_12), select_and_report(**of_12)):
        told = f"{many - 1} more has the best number of correct images of valid_acc"
        assert table.remarks([*table.rows()]) == [told]
        assert told in repr(table)
    assert not any("more" in text for text in repr(top(3, by="valid_acc", **of_12)).splitlines())
    worst = top(2, by="valid_acc", direction="min", **of_12)
    count = optimum("valid_acc", direction="min", **of_12).architectures.count()
    (remark,) = worst.remarks([*worst.rows()])
    assert remark.startswith(f"{count - 2} more have the best")


def test_who_may_not_select_is_told_how_to_rank(explored: dict[str, Path]) -> None:
    db = nasbench_db.connect("nds", explored["nds"])
    with pytest.raises(InvalidQuery, match=r"Whoever ranks by final_test_acc asks top\."):
        select_and_report(dataset="cifar10", allow_test=True, db=db)
