"""Questions about NAS-Bench-NLP: known values, NNI's shape, recipes and cells, failures."""

import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import nasbench_db
from nasbench_db import InvalidArchitecture, InvalidQuery
from nasbench_db.commands.cli import cli
from nasbench_db.explore import (
    learning_curve,
    optimum,
    rank_correlation,
    select_and_report,
    top,
)
from nasbench_db.nlp import Cell, cell_of, query_many, query_nlp_trial_stats
from nasbench_db.nlp.synthetic import made_up_log, write_zip
from nasbench_db.store.database import BenchmarkDatabase

RNN = {
    "f": {"op": "linear", "input": ["x", "h_prev_0"]},
    "h_new_0": {"op": "activation_tanh", "input": ["f"]},
}
OTHERWISE = {
    "h_new_0": {"op": "activation_tanh", "input": ["node_7"]},
    "node_7": {"op": "linear", "input": ["h_prev_0", "x"]},
}
"""The same cell."""

KNOWN: dict[int, dict[str, Any]] = {
    1000000: {
        "train_loss": 4.791750080795748,
        "val_loss": 5.240856395048254,
        "test_loss": 5.147947130803299,
        "training_time": 7033.963120222092,
        "parameters": 15.066078,
    },
    1000001: {
        "train_loss": 3.319003309633247,
        "val_loss": 4.569469676298254,
        "test_loss": 4.520790381286907,
        "best_epoch": 47,
        "parameters": 20.230878,
    },
    1000002: {
        "train_loss": 3.728623165637269,
        "val_loss": 4.709202485926011,
        "test_loss": 4.64748818023315,
        "training_time": 19969.46905350685,
        "parameters": 18.509278,
    },
}
"""The RNN, the LSTM and the GRU on WikiText-2."""


@pytest.mark.parametrize("recipe", KNOWN)
def test_the_classic_cells_have_the_known_values(recipe: int, real: BenchmarkDatabase) -> None:
    (trial,) = query_nlp_trial_stats(None, "wikitext-2", recipe_id=recipe)
    assert trial.items() >= KNOWN[recipe].items()


def test_times_are_those_of_all_epochs(real: BenchmarkDatabase) -> None:
    """Not of the last one, as in NNI: 466.8 s of the LSTM, and a mean of 416 s."""
    (lstm,) = query_nlp_trial_stats(None, None, include_intermediates=True, recipe_id=1000001)
    assert round(lstm["training_time"], 1) == 24_314.4
    assert round(lstm["intermediates"][-1]["epoch_training_time"], 1) == 466.8
    trained = query_nlp_trial_stats(None, None, status="OK").to_numpy()
    assert len(trained) == 341
    assert round(trained["training_time"].mean()) == 20_976


def test_the_best_is_the_lstm(real: BenchmarkDatabase) -> None:
    """By validation and on the test split; its perplexity is 91.9."""
    best = optimum("test_loss", dataset="wikitext-2")
    assert best.value == KNOWN[1000001]["test_loss"]
    (row,) = select_and_report(k=1, dataset="wikitext-2")
    assert row["test_loss"] == best.value
    (first,) = top(1, by="test_perplexity")
    assert round(first["test_perplexity"], 1) == 91.9
    assert first["hash"] == row["hash"]
    assert cell_of(row["hash"]).num_hidden == 2


def test_recipes_of_one_cell_are_found_by_any_of_them(real: BenchmarkDatabase) -> None:
    """The RNN has two recipes, of which one has the names of the original."""
    found = list(query_nlp_trial_stats(OTHERWISE, "wikitext-2"))
    assert len({trial["config"]["id"] for trial in found}) == 2
    assert found == list(query_nlp_trial_stats(Cell(RNN), None))
    assert found == list(query_nlp_trial_stats(Cell(RNN).hash, None))
    (exact,) = query_nlp_trial_stats(RNN, None, isomorphism=False)
    assert exact["recipe_id"] == 1000000
    assert list(query_nlp_trial_stats(OTHERWISE, None, isomorphism=False)) == []
    with pytest.raises(InvalidQuery, match="arch is a hash, which all recipes of a cell share"):
        query_nlp_trial_stats(Cell(RNN).hash, None, isomorphism=False)
    with pytest.raises(InvalidQuery, match="isomorphism"):
        query_nlp_trial_stats(RNN, None, isomorphism="no")  # type: ignore[arg-type]


def test_a_mean_is_over_the_trainings_of_a_recipe(real: BenchmarkDatabase) -> None:
    """As plain Python has it; one that failed has no part in the losses."""
    trials = list(query_nlp_trial_stats(None, "wikitext-2"))
    means = list(query_nlp_trial_stats(None, None, "mean"))
    assert len(means) == 291
    groups: dict[int, list[dict[str, Any]]] = {}
    for trial in trials:
        groups.setdefault(trial["config"]["id"], []).append(trial)
    for mean in means:
        group = groups[mean["config"]["id"]]
        assert mean["num_trials"] == len(group)
        losses = [trial["val_loss"] for trial in group if trial["val_loss"] is not None]
        right = sum(losses) / len(losses) if losses else None
        assert mean["val_loss"] == (None if right is None else pytest.approx(right))
    assert sum(mean["num_trials"] for mean in means) == 345
    assert max(mean["num_trials"] for mean in means) == 3
    cells = query_many([Cell.from_arch(m["config"]["arch"]) for m in means], "wikitext-2")
    assert len(set(cells["hash"])) == 265
    assert {row["hash"]: row["num_trials"] for row in cells}[Cell(RNN).hash] == 3


def test_dicts_are_in_nnis_shape(few: BenchmarkDatabase) -> None:
    """NNI's keys are there, with its nesting."""
    (trial, *_) = query_nlp_trial_stats(None, "wikitext-2", "none", True)
    assert {"id", "config", "train_loss", "val_loss", "test_loss", "training_time"} <= set(trial)
    assert {"id", "arch", "dataset"} <= set(trial["config"])
    point = trial["intermediates"][0]
    assert {"id", "current_epoch", "train_loss", "val_loss", "test_loss", "training_time"} <= set(
        point
    )
    assert "trial" not in point


def test_failed_trainings_can_be_left_out_or_looked_for(few: BenchmarkDatabase) -> None:
    (failed,) = query_nlp_trial_stats(None, None, status="loss is nan!")
    assert failed["test_loss"] is failed["test_perplexity"] is None
    assert failed["trained_epochs"] < failed["config"]["num_epochs"]
    assert len(list(query_nlp_trial_stats(None, None, status="OK"))) == 5
    with pytest.raises(InvalidQuery, match=r"status is 'ok!', and .* it has 'OK', 'loss is nan!'"):
        query_nlp_trial_stats(None, None, status="ok!")


def test_ranges_order_and_limit(few: BenchmarkDatabase) -> None:
    """Of any metric."""
    losses = sorted(trial["test_loss"] for trial in query_nlp_trial_stats(None, None, status="OK"))
    found = query_nlp_trial_stats(
        None, None, test_loss=(losses[1], losses[3]), order_by="test_loss", limit=2
    )
    assert [trial["test_loss"] for trial in found] == losses[1:3]
    best = query_nlp_trial_stats(None, None, val_perplexity_at_best=(1, 1e9))
    assert len(list(best)) == 6
    with pytest.raises(InvalidQuery, match=r"no metric 'val_los'|did you mean 'val_loss'"):
        query_nlp_trial_stats(None, None, val_los=(1, 2))


def test_curves_are_of_losses_and_times(few: BenchmarkDatabase) -> None:
    arch = next(query_nlp_trial_stats(None, None))["config"]["arch"]
    curve = list(learning_curve(arch, metrics=["val_loss", "training_time"]))
    assert len(curve) == 10
    for row, after in itertools.pairwise(curve):
        if row["trial_id"] == after["trial_id"]:
            assert row["training_time"] < after["training_time"]


def test_several_data_sets_are_kept_apart(tmp_path: Path) -> None:
    """Also where NNI fails: with neither architecture nor data set."""
    cells = [Cell(RNN), Cell(RNN).mutate(0), Cell(RNN).mutate(1)]
    logs = [
        made_up_log(cell, number, dataset=name, epochs=2)
        for name in ("ptb", "wikitext-2")
        for number, cell in enumerate(cells)
    ]
    write_zip(tmp_path / "logs.zip", logs)
    nasbench_db.ingest("nlp", tmp_path / "logs.zip", tmp_path / "x.db", False)
    with nasbench_db.connect("nlp", tmp_path / "x.db"):
        assert len(list(query_nlp_trial_stats(None, None))) == 6
        (one,) = query_nlp_trial_stats(OTHERWISE, "PTB")
        assert one["config"]["dataset"] == "ptb"
        with pytest.raises(InvalidQuery, match="since others are not to be compared"):
            top(by="val_loss")
        found = rank_correlation("val_loss", {"dataset": "ptb"}, {"dataset": "wikitext-2"})
        assert found.count == 3


def test_a_cell_that_is_not_there_gives_no_row(few: BenchmarkDatabase) -> None:
    """One that is none is refused."""
    assert list(query_nlp_trial_stats(RNN, None)) == []
    (empty,) = query_many([RNN], "wikitext-2")
    assert (empty["hash"], empty["num_trials"]) == ("", 0)
    assert math.isnan(empty["val_loss"])
    with pytest.raises(InvalidArchitecture, match="operation 'relu'"):
        query_nlp_trial_stats({"h_new_0": {"op": "relu", "input": ["x"]}}, None)
    with pytest.raises(InvalidArchitecture, match="no cell with the hash"):
        cell_of("0" * 32)


def test_arrays_have_every_metric(few: BenchmarkDatabase) -> None:
    found = query_nlp_trial_stats(None, None).to_numpy()
    assert set(nasbench_db.BENCHMARKS["nlp"].metrics) <= set(found.dtype.names)
    assert np.isnan(found["val_loss"]).sum() == 1


@pytest.mark.parametrize("asked", [{"arch": RNN}, {"arch": RNN, "dataset": "wikitext-2"}])
def test_the_plan_uses_the_indexes(asked: dict[str, Any], few: BenchmarkDatabase) -> None:
    statement = query_nlp_trial_stats(**{"dataset": None, **asked}).sql()
    plan = " ".join(row[3] for row in few.select(f"EXPLAIN QUERY PLAN {statement}"))
    assert "nlptrialconfig_hash_dataset" in plan
    assert "nlptrialstats_config_id" in plan


def test_losses_are_shown_with_their_perplexities(few: BenchmarkDatabase) -> None:
    """In rankings and on the command line; of those at the best epoch where they are asked for."""
    columns = set(top(1, by="val_loss").columns)
    assert {"val_loss", "val_perplexity", "test_loss", "test_perplexity"} <= columns
    assert "val_perplexity_at_best" not in columns
    assert "test_perplexity_at_best" in top(1, by="val_loss_at_best").columns
    printed = CliRunner().invoke(cli, ["query", "nlp", "--db", str(few.path)]).stdout
    assert "test_perplexity" in printed.splitlines()[0]


def test_the_view_has_perplexities(few: BenchmarkDatabase) -> None:
    for loss, perplexity, arch in few.select("SELECT val_loss, val_perplexity, arch FROM nlp"):
        assert perplexity == (None if loss is None else math.exp(loss))
        assert Cell.from_arch(json.loads(arch))
