"""The query helper: NNI's signature and dicts, and every way to name an architecture."""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from support.raw import Record, small_info, small_run, whole

import nasbench_db
from nasbench_db.explore import learning_curve
from nasbench_db.nasbench201 import Cell, official_order, query_nb201_trial_stats

INDEX = 11


CELL = official_order()[INDEX]


def test_cells_of_one_topology_string_are_found_together(
    tmp_path: Path, infos: dict[int, Record], strings: list[str], memoised: None
) -> None:
    """By any of them, also by one that was not trained."""
    classes: dict[str, list[int]] = {}
    for index, text in enumerate(strings):
        classes.setdefault(Cell.from_string(text).unique_str, []).append(index)
    same = next(group for group in classes.values() if len(group) > 3 and group[0] > 20)
    trained = {i: small_info(i, strings[i], small_run()) for i in (5, *same[1:3])}
    path = tmp_path / "x.db"
    nasbench_db.ingest("nasbench201", whole(trained, strings), path, progress=False)
    db = nasbench_db.connect("nasbench201", path)
    for index in same[:4]:
        for arch in (index, strings[index], Cell.from_string(strings[index]).arch):
            rows = list(query_nb201_trial_stats(arch, 12, None, isomorphism=True))
            assert [row["config"]["arch_index"] for row in rows] == same[1:3]
            assert {row["config"]["isomorphism"] for row in rows} == {same[0]}
            exact = list(query_nb201_trial_stats(arch, 12, None))
            assert [row["config"]["arch_index"] for row in exact] == [
                i for i in same[1:3] if i == index
            ]
    db.close()


def search(column: str, *also: str) -> str:
    """A step of a plan that begins with an index of the configs."""
    columns = " AND ".join(f"{name}=?" for name in (column, *also))
    return f"SEARCH c USING INDEX nb201trialconfig_{column}_num_epochs_dataset ({columns})"


BOTH = ("num_epochs", "dataset")
PLANS: list[tuple[dict[str, Any], str]] = [
    ({"arch": CELL}, search("arch_str")),
    ({"arch": CELL, "num_epochs": 200}, search("arch_str", "num_epochs")),
    ({"arch": CELL, "num_epochs": 200, "dataset": "cifar100"}, search("arch_str", *BOTH)),
    (
        {"arch": CELL, "num_epochs": 200, "dataset": "cifar100", "reduction": "mean"},
        search("arch_str", *BOTH),
    ),
    ({"arch": INDEX}, search("arch_index")),
    ({"arch": INDEX, "num_epochs": 200, "dataset": "ImageNet16-120"}, search("arch_index", *BOTH)),
    (
        {"arch": CELL, "num_epochs": 200, "dataset": "cifar100", "isomorphism": True},
        search("isomorphism", *BOTH),
    ),
    ({"arch": INDEX, "isomorphism": True}, search("isomorphism")),
    (
        {"num_epochs": 200, "dataset": "cifar100"},
        "SEARCH c USING INDEX nb201trialconfig_dataset_num_epochs (dataset=? AND num_epochs=?)",
    ),
    (
        {
            "num_epochs": 200,
            "dataset": "ImageNet16-120",
            "reduction": "mean",
            "order_by": "-valid_acc",
            "limit": 5,
        },
        "SEARCH s USING PRIMARY KEY (dataset=? AND num_epochs=?)",
    ),
]


@pytest.mark.parametrize(("ask", "first"), PLANS)
def test_plans_begin_at_an_index(planned: Path, ask: dict[str, Any], first: str) -> None:
    """With the published data's proportions; the epochs are found by their trial."""
    db = nasbench_db.connect("nasbench201", planned)
    ask = {"arch": None, "num_epochs": None, "dataset": None, **ask}
    result = query_nb201_trial_stats(**ask, include_intermediates=True)
    plan = [row[3] for row in db.execute_sql(f"EXPLAIN QUERY PLAN {result.sql()}")]
    steps = [step for step in plan if not step.startswith(("USE TEMP B-TREE FOR", "MATERIALIZE"))]
    # A mean is one of the statistics; those of a limited number have their configs looked up.
    then = ["SEARCH t USING INDEX nb201trialstats_config_id (config_id=?)"]
    if "limit" in ask:
        then = ["SCAN s", "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)"]
    elif "reduction" in ask:
        then = ["SEARCH s USING PRIMARY KEY (dataset=? AND num_epochs=? AND config_id=?)"]
    assert steps == [first, *then]
    statements: list[str] = []
    db.connection().set_trace_callback(statements.append)
    list(result)
    db.connection().set_trace_callback(None)
    (of_points,) = (text for text in statements if "nb201intermediatestats" in text)
    steps = [row[3] for row in db.execute_sql(f"EXPLAIN QUERY PLAN {of_points}")]
    assert "SEARCH i USING PRIMARY KEY (trial_id=?)" in steps
    never = ("SCAN i",) if ask["arch"] is None else ("SCAN i", "SCAN c", "SCAN t")
    assert not any(step.startswith(never) for step in steps)
    db.close()


def test_the_class_of_an_architecture_is_looked_up_by_an_index(planned: Path) -> None:
    """By its string or by its index."""
    db = nasbench_db.connect("nasbench201", planned)
    statements: list[str] = []
    db.connection().set_trace_callback(statements.append)
    for arch in (CELL, INDEX):
        statements.clear()
        query_nb201_trial_stats(arch, None, None, isomorphism=True)
        (row,) = db.execute_sql(f"EXPLAIN QUERY PLAN {statements[0]}")
        assert row[3].startswith("SEARCH nb201architecture USING")
    db.close()


def test_curves_have_a_clock(copy201: Path) -> None:
    """Estimated epochs times their number; measured ones summed up; nothing where one lacks."""
    with contextlib.closing(sqlite3.connect(copy201)) as connection, connection:
        # A second run of the measured one, of which the time of the fifth epoch is not known.
        (measured,) = connection.execute(
            "SELECT trial_id FROM nb201 WHERE time_source = 'measured'"
        ).fetchone()
        names = [name for _, name, *_ in connection.execute("PRAGMA table_info(nb201trialstats)")]
        copied = ", ".join({"id": "9999", "seed": "888"}.get(name, name) for name in names)
        connection.execute(
            f"INSERT INTO nb201trialstats SELECT {copied} FROM nb201trialstats WHERE id = ?",
            (measured,),
        )
        connection.execute(
            "INSERT INTO nb201intermediatestats (trial_id, current_epoch, training_time) "
            "SELECT 9999, current_epoch, CASE current_epoch WHEN 5 THEN NULL ELSE 1 END "
            "FROM nb201intermediatestats WHERE trial_id = ?",
            (measured,),
        )
    db = nasbench_db.connect("nasbench201", copy201)
    which = {"metrics": ["training_time"], "dataset": "cifar10-valid", "num_epochs": 12, "db": db}
    (whole_run,) = query_nb201_trial_stats(123, 12, "cifar10-valid", seed=777, db=db)
    first, second = (list(learning_curve(123, seed=seed, **which)) for seed in (777, 888))
    seconds = [row["training_time"] for row in first]
    assert [row["time"] for row in first] == pytest.approx(list(itertools.accumulate(seconds)))
    assert first[-1]["time"] == pytest.approx(whole_run["training_time"])
    assert [row["time"] for row in second] == [1, 2, 3, 4, *[None] * 8]
    assert {row["time_source"] for row in (*first, *second)} == {"measured"}
    # With a reduction the mean of the clocks that are known, whatever the reduction is.
    for reduction in ("mean", "std"):
        both = list(learning_curve(123, reduction=reduction, **which))
        assert both[3]["time"] == pytest.approx((first[3]["time"] + 4) / 2)
        assert both[11]["time"] == pytest.approx(first[11]["time"])
        assert {row["time_source"] for row in both} == {"measured"}
    (trial, *_) = query_nb201_trial_stats(11, 12, "cifar10-valid", db=db)
    estimated = list(learning_curve(11, seed=trial["seed"], **which))
    for row in estimated:
        assert row["time"] == trial["epoch_training_time"] * row["current_epoch"]
        assert row["time_source"] == "estimated"
    unknown = list(learning_curve(123, dataset="cifar100", num_epochs=200, db=db))
    assert {(row["time"], row["time_source"]) for row in unknown} == {(None, None)}
    db.close()
    with contextlib.closing(sqlite3.connect(copy201)) as connection, connection:
        connection.execute("UPDATE nb201trialstats SET time_source = 'estimated' WHERE id = 9999")
    with nasbench_db.connect("nasbench201", copy201) as db:
        mixed = learning_curve(123, reduction="mean", **{**which, "db": db})
        assert {row["time_source"] for row in mixed} == {None}
