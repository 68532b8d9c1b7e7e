"""One run: what it costs, which trainings it sees, and what is told of it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.renewing import renew_statistics
from support.scopes import ACCURACY, SCOPES
from support.server import Served

import nasbench_db
from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.errors import InvalidArchitecture, InvalidQuery, UnsaidFidelity
from nasbench_db.nasbench101 import Cell, api, query_nb101_trial_stats
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench201 import query_nb201_trial_stats
from nasbench_db.simulation import (
    BudgetExhausted,
    Simulation,
    local_search,
    random_search,
    search,
)
from nasbench_db.store.database import BenchmarkDatabase

CELLS = list(enumerate_cells(max_vertices=4))


@pytest.fixture
def by_hand(copy: Path) -> BenchmarkDatabase:
    """A database whose numbers can be worked out in the head.

    Of each cell the trainings of e epochs take e seconds, and one second more for each repeat; the
    validation accuracy is the number of the cell plus a tenth of the repeat.
    """
    with sqlite3.connect(copy) as connection:
        connection.execute(
            "UPDATE nb101trialstats SET training_time = num_epochs + repeat, "
            "test_acc = 50 + repeat, valid_acc = repeat / 10.0 + "
            "(SELECT count(*) FROM nb101trialconfig AS lower, "
            "nb101trialconfig AS own WHERE own.id = config_id AND lower.num_epochs = 108 "
            "AND lower.canonical < own.canonical)"
        )
    connection.close()
    renew_statistics(copy, SCHEMA)
    return nasbench_db.connect("nasbench101", copy)


def test_a_budget_is_hard(by_hand: BenchmarkDatabase) -> None:
    """110 seconds each: two fit into 250, and the third is not charged."""
    run = Simulation(num_epochs=108, budget=250, repeat=2, db=by_hand)
    assert [run.evaluate(CELLS[n]).time for n in (3, 1)] == [110, 220]
    with pytest.raises(BudgetExhausted, match=r"the budget is 250; .* from 220 to 330"):
        run.evaluate(CELLS[2])
    assert run.time == 220
    with pytest.raises(BudgetExhausted):  # not even one that would fit
        run.evaluate(CELLS[2], 4)
    assert len(run.history()) == 2


def test_the_last_one_may_overrun(by_hand: BenchmarkDatabase) -> None:
    run = Simulation(num_epochs=108, budget=250, repeat=2, overrun=True, db=by_hand)
    assert [run.evaluate(CELLS[n]).time for n in (3, 1, 2)] == [110, 220, 330]
    with pytest.raises(BudgetExhausted):
        run.evaluate(CELLS[2])
    exact = Simulation(num_epochs=108, budget=220, repeat=2, db=by_hand)
    assert [exact.evaluate(CELLS[n]).time for n in (3, 1)] == [110, 220]


@pytest.mark.parametrize(
    ("charge", "costs"), [("time", [5, 13]), ("epochs", [4, 12]), ("evaluations", [1, 1])]
)
def test_what_is_charged(by_hand: BenchmarkDatabase, charge: Any, costs: list[float]) -> None:
    """Trainings of fewer epochs are trainings of their own in this benchmark."""
    run = Simulation(num_epochs=108, charge=charge, repeat=1, db=by_hand)
    assert run.fidelities == [4, 12, 36, 108]
    assert not run.continues
    assert [run.evaluate(CELLS[5], epochs).cost for epochs in (4, 12)] == costs


def test_draws_are_those_of_the_generator(by_hand: BenchmarkDatabase) -> None:
    run = Simulation(num_epochs=108, seed=7, db=by_hand)
    rng = np.random.default_rng(7)
    for _ in range(20):
        repeat = int(rng.random() * 3)
        done = run.evaluate(CELLS[9])
        assert (done.repeat, done.cost) == (repeat, 108 + repeat)
        assert done.value == pytest.approx(9 + repeat / 10)


def test_the_mean_and_a_training_that_is_not_there(by_hand: BenchmarkDatabase) -> None:
    done = Simulation(num_epochs=108, repeat="mean", db=by_hand).evaluate(CELLS[9])
    assert (done.value, done.cost, done.repeat) == (pytest.approx(9.1), 109, None)
    with pytest.raises(InvalidQuery, match=r"repeat is 3; .* was trained 3 times"):
        Simulation(num_epochs=108, repeat=3, db=by_hand).evaluate(CELLS[9])


def test_known_values_can_be_free(by_hand: BenchmarkDatabase) -> None:
    run = Simulation(num_epochs=108, revisits="free", seed=1, db=by_hand)
    first, again, shorter, other = (
        *(run.evaluate(CELLS[9]) for _ in range(2)),
        run.evaluate(CELLS[9], 4),
        run.evaluate(CELLS[8]),
    )
    assert first.cost > 0 == again.cost
    assert (again.value, again.repeat, again.time) == (first.value, first.repeat, first.time)
    assert shorter.cost > 0 < other.cost


def test_a_search_that_only_knows_what_is_free_ends(
    by_hand: BenchmarkDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nasbench_db.simulation.running.MOST_FREE", 50)
    run = Simulation(num_epochs=108, revisits="free", budget=1e9, db=by_hand)
    for _ in range(51):
        run.evaluate(CELLS[9])
    with pytest.raises(BudgetExhausted, match="cost nothing"):
        run.evaluate(CELLS[9])


def test_a_trajectory_worked_out_by_hand(by_hand: BenchmarkDatabase) -> None:
    """A lucky training makes an incumbent, but no less regret; fewer epochs make none."""
    run = Simulation(num_epochs=108, charge="evaluations", repeat=2, db=by_hand)
    for number, epochs in ((5, 4), (7, 4), (3, 108), (90, 36), (2, 108), (10, 108)):
        run.evaluate(CELLS[number], epochs)
    rows = list(run.trajectory())
    assert [row["evaluation"] for row in rows] == [0, 1, 2, 5]
    assert [row["valid_acc"] for row in rows] == pytest.approx([5.2, 7.2, 3.2, 10.2])
    assert run.optimum == pytest.approx(90.1)
    assert [row["regret"] for row in rows] == pytest.approx([85, 83, 87, 80])
    assert [row["test_acc"] for row in rows] == [51] * 4
    assert [row["report_regret"] for row in rows] == [0] * 4
    assert [Cell.from_arch(row["arch"]) for row in rows] == [CELLS[n] for n in (5, 7, 3, 10)]
    assert "test_acc" not in run.history().columns


def test_losses_are_better_low(explored: dict[str, Path]) -> None:
    db = nasbench_db.connect("transnas101", explored["transnas101"])
    run = Simulation(task="room_layout", charge="evaluations", budget=30, db=db)
    assert (run.metric, run.direction, run.report) == ("valid_loss", "min", "test_loss")
    random_search(run)
    rows = list(run.trajectory())
    values = [row["valid_loss"] for row in rows]
    assert values == sorted(values, reverse=True)
    assert min(run.history()["valid_loss"]) == values[-1]
    assert [row["regret"] for row in rows] == pytest.approx([v - run.optimum for v in values])
    assert all(row["report_regret"] >= 0 for row in rows)


def test_nothing_is_reported_that_was_not_measured(samples: dict[str, Path]) -> None:
    db = nasbench_db.connect("transnas101", samples["transnas101"])
    run = Simulation(task="class_scene", charge="evaluations", budget=3, db=db)
    random_search(run)
    assert (run.report, run.report_optimum) == (None, None)
    assert run.trajectory().columns == (
        *("time", "evaluation", "num_epochs", "valid_top1", "regret", "arch"),
    )


def test_the_drop_in_counts_the_same(built: Path, db: BenchmarkDatabase) -> None:
    nasbench = api.NASBench(built)
    rng = np.random.default_rng(3)
    seconds = Simulation(num_epochs=108, db=db, seed=5)
    epochs = Simulation(num_epochs=108, db=db, seed=5, charge="epochs")
    for _ in range(40):
        cell = CELLS[int(rng.integers(len(CELLS)))]
        budget = int(rng.choice([4, 12, 36, 108]))
        done = seconds.evaluate(cell, budget)
        epochs.evaluate(cell, budget)
        spec = api.ModelSpec(cell.matrix, cell.ops)
        data = nasbench.query(spec, budget, repeat=done.repeat)
        assert done.value == pytest.approx(100 * data["validation_accuracy"])
    assert nasbench.get_budget_counters() == (pytest.approx(seconds.time), epochs.time)


@pytest.fixture
def db201(built201: Path) -> BenchmarkDatabase:
    return nasbench_db.connect("nasbench201", built201)


def test_continuing_a_training_charges_the_difference(db201: BenchmarkDatabase) -> None:
    """And from the same epochs or more it is another training, which costs everything."""
    run = Simulation(num_epochs=200, dataset="cifar10-valid", seed=2, db=db201)
    assert run.continues
    assert run.fidelities == list(range(1, 201))
    first, second, whole, again = (run.evaluate(3, epochs) for epochs in (10, 50, None, 20))
    (trial,) = (
        trial
        for number, trial in enumerate(
            query_nb201_trial_stats(3, 200, "cifar10-valid", include_intermediates=True)
        )
        if number == first.repeat
    )
    assert first.repeat == second.repeat == whole.repeat
    curve = {point["current_epoch"]: point["valid_acc"] for point in trial["intermediates"]}
    assert (first.value, second.value) == (curve[10], curve[50])
    each = trial["training_time"] / 200
    costs = [first.cost, second.cost, whole.cost]
    assert costs == pytest.approx([10 * each, 40 * each, 150 * each])
    assert again.cost > 15 * each
    separate = Simulation(num_epochs=200, dataset="cifar10-valid", curve=False, db=db201)
    assert separate.fidelities == [12, 200]


def test_measured_times_are_added_up(db201: BenchmarkDatabase) -> None:
    """Of the record of version 1.0, whose epochs were timed one by one."""
    run = Simulation(num_epochs=12, dataset="cifar10-valid", repeat=0, db=db201)
    trial = next(query_nb201_trial_stats(123, 12, "cifar10-valid", None, True))
    assert trial["time_source"] == "measured"
    times = [point["training_time"] for point in trial["intermediates"]]
    costs = [run.evaluate(123, epochs).cost for epochs in (3, 8, 12)]
    assert costs == pytest.approx([sum(times[:3]), sum(times[3:8]), sum(times[8:])])


def test_evaluating_takes_time_too(db201: BenchmarkDatabase) -> None:
    where = {"num_epochs": 200, "dataset": "cifar10-valid", "repeat": 0, "db": db201}
    trial = next(query_nb201_trial_stats(3, 200, "cifar10-valid"))
    cost = Simulation(evaluation_time=True, **where).evaluate(3).cost
    assert cost == pytest.approx(trial["training_time"] + trial["valid_evaluation_time"])
    assert Simulation(**where).evaluate(3).cost == pytest.approx(trial["training_time"])


def test_what_is_trained_on_everything_is_selected_on_a_part(db201: BenchmarkDatabase) -> None:
    """CIFAR-10: by validation of cifar10-valid, and reported of cifar10."""
    run = Simulation(num_epochs=200, dataset="cifar10", charge="evaluations", seed=0, db=db201)
    done = run.evaluate(3)
    (row,) = run.trajectory()
    (valid,) = query_nb201_trial_stats(3, 200, "cifar10-valid", "mean")
    (test,) = query_nb201_trial_stats(3, 200, "cifar10", "mean")
    assert run.mean(3, "valid_acc") == pytest.approx(valid["valid_acc"])
    assert row["ori_test_acc"] == pytest.approx(test["ori_test_acc"])
    assert done.value == row["valid_acc"]


def test_longer_trainings_are_reported_than_are_searched_by(samples: dict[str, Path]) -> None:
    """Selected after 12 epochs, told of 200."""
    db = nasbench_db.connect("nasbench201", samples["nasbench201"])
    scope: dict[str, Any] = {"dataset": "cifar100", "db": db}
    run = Simulation(num_epochs=12, report_epochs=200, charge="evaluations", budget=9, **scope)
    random_search(run)
    for row in run.trajectory():
        (short,) = query_nb201_trial_stats(row["arch"], 12, "cifar100", "mean", db=db)
        (whole,) = query_nb201_trial_stats(row["arch"], 200, "cifar100", "mean", db=db)
        assert (row["valid_acc"], row["num_epochs"]) == (short["valid_acc"], 12)
        assert row["test_acc"] == whole["test_acc"]
    best = max(
        value
        for (value,) in db.select(
            "SELECT test_acc FROM nb201 WHERE dataset = 'cifar100' AND num_epochs = 200"
        )
    )
    assert run.report_optimum == best


def test_only_what_is_asked_for_is_searched(by_hand: BenchmarkDatabase) -> None:
    """Of the cells 0 to 90 those below 20, whose third trainings have 0.2 more."""
    how: dict[str, Any] = {"num_epochs": 108, "charge": "evaluations", "db": by_hand}
    run = Simulation(where="valid_acc < 20", budget=200, **how)
    assert len(run.space) == 20
    assert run.optimum == pytest.approx(19.1)
    assert max(random_search(run).history()["valid_acc"]) == pytest.approx(19.2)
    with pytest.raises(InvalidQuery, match="has no training of"):
        run.evaluate(CELLS[20])


def test_a_server_gives_the_same_runs(built: Path, db: BenchmarkDatabase, served: Served) -> None:
    """One by one, as a whole, and in forked processes, to the last bit."""
    of_server = nasbench_db.connect("nasbench101", served.url("nasbench101", built))
    how: dict[str, Any] = {"num_epochs": 108, "budget": 60, "charge": "evaluations"}
    found = []
    for one in (db, of_server):
        run = Simulation(seed=3, db=one, **how)
        first = [run.evaluate(cell)[1:] for cell in CELLS[:3]]
        local_search(run)
        many = search(
            None, "evolution", runs=4, options={"population": 5}, processes=2, db=one, **how
        )
        found.append((first, list(run.history()), list(run.trajectory()), list(many)))
    assert found[0] == found[1]
    of_server.close()


def test_every_form_of_an_architecture_is_taken(db: BenchmarkDatabase) -> None:
    cell = CELLS[40]
    run = Simulation(num_epochs=108, repeat=0, db=db)
    spec = api.ModelSpec(cell.matrix, cell.ops)
    forms = (cell, cell.arch, cell.hash, (cell.matrix, cell.ops), spec)
    found = {run.evaluate(form).value for form in forms}
    assert found == {next(query_nb101_trial_stats(cell, 108))["valid_acc"]}
    assert {type(one["arch"]) for one in run.history()} == {dict}


def test_the_first_evaluations_load_nothing(
    db: BenchmarkDatabase, db201: BenchmarkDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And are what they would be if all had been loaded, from curves too."""
    scopes: list[dict[str, Any]] = [
        {"num_epochs": 108, "db": db},
        {"num_epochs": 200, "dataset": "cifar10-valid", "db": db201},
    ]
    for scope in scopes:
        found = []
        archs = list(Simulation(**scope).space)[:4]
        few = 12 if scope["num_epochs"] == 108 else 10
        for alone in (2, 0, 30):
            scope["db"].memo.clear()
            monkeypatch.setattr("nasbench_db.simulation.running.MOST_ALONE", alone)
            run = Simulation(seed=1, **scope)
            done = [run.evaluate(arch, epochs) for arch in archs for epochs in (few, None)]
            loaded = any(key[0] == "simulation" for key in scope["db"].memo)
            assert loaded is (alone < 30)
            found.append([one[1:] for one in done])
            assert run.trajectory()["regret"][-1] >= 0
        assert found[0] == found[1] == found[2]


def test_regrets_are_those_of_the_statistics(db: BenchmarkDatabase) -> None:
    """To the last bit: every mean of the package is rounded once."""
    run = random_search(Simulation(num_epochs=108, charge="evaluations", budget=30, db=db))
    means = {
        trial["config"]["hash"]: trial
        for trial in query_nb101_trial_stats(None, 108, reduction="mean")
    }
    best, tested = (max(t[name] for t in means.values()) for name in ("valid_acc", "test_acc"))
    assert (run.optimum, run.report_optimum) == (best, tested)
    for row in run.trajectory():
        mean = means[Cell.from_arch(row["arch"]).hash]
        assert row["regret"] == best - mean["valid_acc"]
        assert row["test_acc"] == mean["test_acc"]
        assert row["report_regret"] == tested - mean["test_acc"]
        assert run.mean(row["arch"], "training_time") == mean["training_time"]
    done = Simulation(num_epochs=108, repeat="mean", db=db).evaluate(CELLS[9])
    assert done.value == means[CELLS[9].hash]["valid_acc"]
    assert done.cost == means[CELLS[9].hash]["training_time"]


def test_workers_train_at_once(by_hand: BenchmarkDatabase) -> None:
    """108, 110 and 4 seconds on two workers."""
    run = Simulation(num_epochs=108, repeat=0, workers=2, budget=120, db=by_hand)
    run.submit(CELLS[1])
    run.submit(CELLS[2])
    with pytest.raises(InvalidQuery, match=r"2 evaluations are running; fetch them with next"):
        run.evaluate(CELLS[3])
    first = run.next()
    run.submit(CELLS[3], 4)
    with pytest.raises(BudgetExhausted):
        run.submit(CELLS[4])
    second, third = run.next(), run.next()
    assert first is not None
    assert second is not None
    assert third is not None
    assert run.next() is None
    done = [(one.time, one.start, one.worker, one.number) for one in (first, second, third)]
    assert done == [(108, 0, 0, 0), (108, 0, 1, 1), (112, 108, 0, 2)]
    assert (run.time, run.idle, run.running) == (112, 4, 0)


@given(st.integers(0, 60), st.integers(1, 3), st.sampled_from(["charged", "free"]))
def test_a_run_goes_on_as_if_it_had_not_been_put_away(
    built: Path, when: int, workers: int, revisits: Any
) -> None:
    db = nasbench_db.connect("nasbench101", built)
    cells = [*CELLS[:20], *CELLS[:10]]

    def go_on(run: Simulation, number: int) -> None:
        if number % 3 == 2:
            run.next()
        else:
            run.submit(cells[number % 30], (4, 108)[number % 2])

    whole = Simulation(num_epochs=108, workers=workers, revisits=revisits, seed=3, db=db)
    parts = Simulation(num_epochs=108, workers=workers, revisits=revisits, seed=3, db=db)
    for number in range(60):
        go_on(whole, number)
        if number == when:
            parts = Simulation.restore(json.loads(json.dumps(parts.state_dict())), db=db)
        go_on(parts, number)
    assert list(parts.history()) == list(whole.history())
    assert parts.state_dict() == whole.state_dict()


@pytest.mark.parametrize(
    "state", [{}, {"version": 2}, [], {"version": 1, "said": {}}, {"version": 1, "said": 3}]
)
def test_what_is_no_state_is_refused(db: BenchmarkDatabase, state: Any) -> None:
    with pytest.raises(InvalidQuery, match="state"):
        Simulation.restore(state, db=db)


def test_no_global_generator_is_asked(db: BenchmarkDatabase) -> None:
    before = np.random.get_state()[1].tolist()  # type: ignore[index, union-attr]
    run = Simulation(num_epochs=108, charge="evaluations", budget=20, db=db)
    random_search(run)
    assert np.random.get_state()[1].tolist() == before  # type: ignore[index, union-attr]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"num_epochs": 5}, "num_epochs is 5"),
        ({}, "which num_epochs"),
        ({"num_epochs": 108, "metric": "accuracy"}, "no metric of nasbench101"),
        ({"num_epochs": 108, "metric": "test_acc"}, "allow_test=True"),
        ({"num_epochs": 108, "metric": "parameters", "report": "x"}, "no metric"),
        ({"num_epochs": 108, "budget": -1}, "budget is -1; it must be a number above 0"),
        ({"num_epochs": 108, "budget": float("nan")}, "budget is nan"),
        ({"num_epochs": 108, "budget": "much"}, "budget is 'much'"),
        ({"num_epochs": 108, "workers": 0}, "workers is 0"),
        ({"num_epochs": 108, "repeat": "first"}, "repeat is 'first'"),
        ({"num_epochs": 108, "repeat": -1}, "repeat is -1"),
        ({"num_epochs": 108, "charge": "money"}, "no charge called 'money'"),
        ({"num_epochs": 108, "revisits": "cheap"}, "no revisits called 'cheap'"),
        ({"num_epochs": 108, "seed": -1}, "seed is -1"),
        ({"num_epochs": 108, "seed": "1"}, "seed is '1'"),
        ({"num_epochs": 108, "seed": []}, "seed is"),
        ({"num_epochs": 108, "overrun": "yes"}, "overrun is 'yes'"),
        ({"num_epochs": 108, "evaluation_time": True}, "evaluation_time needs"),
        ({"num_epochs": 108, "curve": 2.5}, "curve is 2.5"),
        ({"num_epochs": 108, "report_epochs": 7}, "num_epochs is 7"),
        ({"num_epochs": 108, "where": 3}, "where is 3"),
        ({"num_epochs": 108, "dataset": "cifar10"}, "no column of nb101"),
    ],
)
def test_wrong_words_are_refused(
    db: BenchmarkDatabase, words: dict[str, Any], message: str
) -> None:
    with pytest.raises((InvalidQuery, UnsaidFidelity), match=message):
        Simulation("nasbench101", db=db, **words)


@pytest.mark.parametrize("name", ["valid_ac", 0])
def test_columns_that_a_table_lacks_are_told(db: BenchmarkDatabase, name: Any) -> None:
    run = Simulation(num_epochs=108, db=db)
    run.evaluate(CELLS[0])
    for rows in (run.history(), run.trajectory()):
        with pytest.raises(
            InvalidQuery, match=rf"column .* called {name!r}; there are .*valid_acc"
        ):
            rows[name]
    with pytest.raises(InvalidQuery, match="did you mean 'valid_acc'"):
        run.history()["valid_ac"]


def test_wrong_evaluations_are_refused(db: BenchmarkDatabase) -> None:
    run = Simulation(num_epochs=108, db=db)
    with pytest.raises(InvalidArchitecture):
        run.evaluate({"op1": "conv"})
    with pytest.raises(InvalidQuery, match=r"num_epochs is 5; this run has 4, 12, 36, 108"):
        run.evaluate(CELLS[0], 5)
    large = next(cell for cell in enumerate_cells(max_vertices=5) if cell.num_vertices == 5)
    with pytest.raises(InvalidQuery, match=r"has no training of .*; it has 91 architectures"):
        run.evaluate(large)
    with pytest.raises(InvalidQuery, match="no metric"):
        run.mean(CELLS[0], "latency")
    assert run.time == 0


def test_what_no_benchmark_says_is_told(samples: dict[str, Path]) -> None:
    macro = nasbench_db.connect("nasbenchmacro", samples["nasbenchmacro"])
    with pytest.raises(InvalidQuery, match=r"no validation split.*metric='best_test_acc'"):
        Simulation(charge="epochs", db=macro)
    with pytest.raises(InvalidQuery, match=r"does not say how long .* charge='epochs'"):
        Simulation(metric="best_test_acc", allow_test=True, db=macro)
    of201 = nasbench_db.connect("nasbench201", samples["nasbench201"])
    with pytest.raises(InvalidQuery, match=r"training_time .*; charge='epochs' or"):
        Simulation(dataset="cifar100", num_epochs=12, db=of201)
    said = r"is 'cifar10', a search selects by valid_acc of 'cifar10-valid', but .* no trial where"
    with pytest.raises(InvalidQuery, match=said):
        Simulation(dataset="cifar10", num_epochs=12, charge="evaluations", db=of201)
    with pytest.raises(InvalidQuery, match=r"no curve of valid_acc .*sample"):
        Simulation(dataset="cifar100", num_epochs=12, charge="epochs", curve=True, db=of201)
    with pytest.raises(UnsaidFidelity, match="which dataset"):
        Simulation(num_epochs=12, charge="epochs", db=of201)


def test_a_run_goes_on_with_its_own_database_only(db: BenchmarkDatabase) -> None:
    run = Simulation(num_epochs=108, budget=3, charge="evaluations", db=db)
    random_search(run)
    state = json.loads(json.dumps(run.state_dict()))
    state["sources"][0][1] = "0" * 64
    with pytest.raises(InvalidQuery, match=r"was on a database of .*\(SHA-256 00000000\.\.\.\)"):
        Simulation.restore(state, db=db)
    with pytest.raises(BudgetExhausted, match="budget of 3 is spent, and the run is over"):
        run.evaluate(run.space.random(run.rng))


@pytest.mark.parametrize(
    ("name", "of"),
    [*((name, {}) for name in BENCHMARKS), ("transnas101", {"search_space": "macro"})],
)
def test_every_benchmarks_run_comes_back(
    name: str, of: dict[str, Any], explored: dict[str, Path]
) -> None:
    """With the same architectures, also those whose lists of numbers could be of two spaces."""
    with closing(nasbench_db.connect(name, explored[name])) as database:
        asked = {**SCOPES[name], "charge": "evaluations", "budget": 12, "workers": 3}
        asked |= {"metric": ACCURACY[name], "allow_test": True, **of}
        run, whole = (Simulation(db=database, **asked) for _ in range(2))
        random_search(whole)
        for _ in range(7):
            run.submit(run.space.random(run.rng))
            if run.running == run.workers:
                run.next()
        restored = Simulation.restore(json.loads(json.dumps(run.state_dict())), db=database)
        random_search(restored)
        assert list(restored.history()) == list(whole.history())
        assert [one.arch for one in restored._history] == [one.arch for one in whole._history]
