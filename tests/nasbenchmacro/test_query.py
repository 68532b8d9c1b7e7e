"""Questions about NAS-Bench-Macro: known values, copies, and what it cannot answer."""

from typing import Any

import numpy as np
import pytest

from nasbench_db import InvalidArchitecture, InvalidQuery
from nasbench_db.explore import (
    coverage,
    learning_curve,
    optimum,
    rank_correlation,
    select_and_report,
    top,
)
from nasbench_db.nasbenchmacro import Cell, query_macro_trial_stats, query_many
from nasbench_db.store.database import BenchmarkDatabase

BEST = ["22212202", "22212220"]


def test_the_best_and_the_worst_are_the_known_ones(real: BenchmarkDatabase) -> None:
    """The best is there twice."""
    best = optimum("best_test_acc")
    assert round(best.value, 4) == 93.1267
    assert [row["arch_str"] for row in best.architectures] == BEST
    assert {row["canonical_str"] for row in best.architectures} == {BEST[1]}
    assert best.count == 6561
    (worst,) = top(1, by="best_test_acc", direction="min")
    assert (worst["arch_str"], round(worst["best_test_acc"], 4)) == ("00000000", 45.3633)
    assert worst["parameters"] == 0.387882
    (deviation,) = query_macro_trial_stats("22212220", "std")
    assert deviation["best_test_acc"] == pytest.approx(0.2530259070723095)


def test_copies_weigh_in_what_is_asked_of_all_codes(real: BenchmarkDatabase) -> None:
    """And not with ``is_copy=0``, in every way to ask."""
    assert list(coverage()) == [
        {
            "num_epochs": 50,
            "architectures": 6561,
            "networks": 3969,
            "trials": 19683,
            "seeds": "0,1,2",
        }
    ]
    expected: tuple[tuple[dict[str, Any], int, float, float, float], ...] = (
        ({}, 6561, 90.2466, 0.318, 0.748),
        ({"is_copy": 0}, 3969, 90.2854, 0.315, 0.738),
    )
    for which, count, mean, with_parameters, with_flops in expected:
        found = query_macro_trial_stats(None, "mean", **which).to_numpy()
        assert len(found) == count
        assert round(found["best_test_acc"].mean(), 4) == mean
        assert optimum("best_test_acc", **which).count == count
        for cost, value in (("parameters", with_parameters), ("flops", with_flops)):
            correlation = rank_correlation(("best_test_acc", cost), {}, {}, **which)
            assert (round(correlation.value, 3), correlation.count) == (value, count)
    distinct = query_macro_trial_stats(None, "mean", is_copy=0).to_numpy()
    assert len(np.unique(distinct["parameters"])) == 2859
    assert [row["arch_str"] for row in top(1, by="best_test_acc", where="is_copy = 0")] == BEST[1:]


def test_a_network_and_its_copies_are_asked_for_by_its_code(few: BenchmarkDatabase) -> None:
    """Which are the same numbers."""
    rows = list(query_macro_trial_stats(None, "mean", canonical_str="22212220"))
    assert [row["config"]["arch_str"] for row in rows] == BEST
    assert rows[0]["best_test_acc"] == rows[1]["best_test_acc"]


def test_an_architecture_in_any_form(few: BenchmarkDatabase) -> None:
    expected = list(query_macro_trial_stats("22212220"))
    assert [trial["seed"] for trial in expected] == [0, 1, 2]
    assert expected[0].keys() == {
        *("id", "config", "seed", "best_test_acc", "parameters", "flops"),
    }
    cell = Cell.parse("22212220")
    for form in (cell, cell.arch, 22212220, cell.ops, np.array(cell.ops)):
        assert list(query_macro_trial_stats(form)) == expected
    assert list(query_macro_trial_stats("11111111")) == []
    with pytest.raises(InvalidArchitecture, match="8 digits"):
        query_macro_trial_stats("33333333")


def test_many_are_asked_for_at_once(few: BenchmarkDatabase) -> None:
    """In the order given, and empty if not there."""
    found = query_many(["12121212", "11111111", Cell.parse("12121212")], "max")
    assert list(found["arch_str"]) == ["12121212", "", "12121212"]
    assert list(found["num_trials"]) == [3, 0, 3]
    (alone,) = query_macro_trial_stats("12121212", "max")
    assert found[0]["best_test_acc"] == alone["best_test_acc"]
    assert np.isnan(found[1]["best_test_acc"])


def test_nothing_is_there_to_select_by(few: BenchmarkDatabase) -> None:
    """It says why."""
    why = "the highest of 50 epochs on the test images"
    with pytest.raises(InvalidQuery, match=f"no validation split: .*{why}"):
        select_and_report()
    with pytest.raises(InvalidQuery, match=f"measured on test images.*{why}.*allow_test=True"):
        select_and_report("best_test_acc")


def test_there_are_no_curves(few: BenchmarkDatabase) -> None:
    """It says so, and what there is."""
    reason = "no evaluations during training, only .* best_test_acc, parameters, flops"
    with pytest.raises(InvalidQuery, match=reason):
        learning_curve("22212220")
    with pytest.raises(InvalidQuery, match=r"num_epochs is 12, .* it has 50"):
        query_macro_trial_stats(None, num_epochs=12)


@pytest.mark.parametrize(
    ("asked", "column"),
    [({"arch": "22212220"}, "arch_str"), ({"canonical_str": "22212220"}, "canonical_str")],
)
def test_the_plan_uses_the_indexes(
    asked: dict[str, Any], column: str, few: BenchmarkDatabase
) -> None:
    statement = query_macro_trial_stats(**{"arch": None, "num_epochs": 50, **asked}).sql()
    plan = " ".join(row[3] for row in few.select(f"EXPLAIN QUERY PLAN {statement}"))
    assert f"macrotrialconfig_{column}_num_epochs" in plan
    assert "macrotrialstats_config_id" in plan
