"""The reference searches: on every benchmark, and what they find in real tables."""

from __future__ import annotations

import sqlite3
import statistics
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.renewing import renew_statistics

import nasbench_db
from nasbench_db.errors import InvalidQuery
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.nasbench201 import official_order
from nasbench_db.simulation import (
    ALGORITHMS,
    Evaluation,
    Simulation,
    asynchronous_successive_halving,
    evaluated,
    hyperband,
    local_search,
    random_search,
    regularized_evolution,
    rungs_of,
    successive_halving,
)
from nasbench_db.store.database import BenchmarkDatabase

SCOPES: dict[str, dict[str, Any]] = {
    "nasbench101": {"num_epochs": 108},
    "nasbench201": {"num_epochs": 200, "dataset": "cifar100"},
    "natssss": {"num_epochs": 90, "dataset": "cifar100"},
    "transnas101": {"task": "class_scene"},
    "nasbenchmacro": {"metric": "best_test_acc", "allow_test": True},
    "nlp": {"num_epochs": 12, "dataset": "wikitext-2"},
    "nds": {"dataset": "cifar10", "num_epochs": 12, "metric": "best_test_acc", "allow_test": True},
}


def history_of(run: Simulation) -> list[dict[str, Any]]:
    return list(run.history())


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("name", ["random", "evolution", "local"])
@pytest.mark.parametrize("benchmark", SCOPES)
def test_every_benchmark_can_be_searched(
    benchmark: str, name: str, workers: int, explored: dict[str, Path]
) -> None:
    """On databases of few architectures, whose neighbours are mostly not there."""
    db = nasbench_db.connect(benchmark, explored[benchmark])
    found = []
    for _ in range(2):
        run = Simulation(
            charge="evaluations", budget=25, workers=workers, seed=4, db=db, **SCOPES[benchmark]
        )
        options = {"population": 8, "tournament": 3} if name == "evolution" else {}
        try:
            ALGORITHMS[name](run, **options)
        except InvalidQuery as error:
            assert "too few to move among them" in str(error)  # noqa: PT017
            assert name == "evolution"
            return
        found.append(history_of(run))
    assert found[0] == found[1]
    assert 0 < len(found[0]) <= 25 * workers
    if name == "local":
        archs = [str(row["arch"]) for row in found[0]]
        assert len(set(archs)) == len(archs)
    else:
        assert len(found[0]) == 25 * workers
        assert run.time == 25


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("name", ["halving", "hyperband", "asha"])
def test_searches_by_halving_use_few_epochs_first(
    name: str, workers: int, db: BenchmarkDatabase
) -> None:
    run = Simulation(num_epochs=108, charge="epochs", budget=4000, workers=workers, seed=1, db=db)
    ALGORITHMS[name](run)
    counts = dict.fromkeys(run.fidelities, 0)
    for row in run.history():
        counts[row["num_epochs"]] += 1
    assert counts[4] > counts[12] > counts[36] > counts[108] / 2 > 0
    assert run.time <= 4000


def test_a_bracket_worked_out_by_hand(db: BenchmarkDatabase) -> None:
    """27 for 4 epochs, the 9 best of them for 12, 3 for 36, and 1 for 108."""
    run = Simulation(num_epochs=108, charge="epochs", budget=432, repeat=0, seed=2, db=db)
    successive_halving(run)
    rows = history_of(run)
    assert [row["num_epochs"] for row in rows] == [4] * 27 + [12] * 9 + [36] * 3 + [108]
    for first, count, then in ((0, 27, 9), (27, 9, 3), (36, 3, 1)):
        rung = sorted(rows[first : first + count], key=lambda row: -row["valid_acc"])
        going_on = rows[first + count : first + count + then]
        assert [row["arch"] for row in going_on] == [row["arch"] for row in rung[:then]]


def test_the_brackets_of_hyperband(db: BenchmarkDatabase) -> None:
    """Li et al.'s table for four rungs and eta 3: 27, 12, 6 and 4 to begin with."""
    run = Simulation(num_epochs=108, charge="evaluations", budget=70, seed=2, db=db)
    hyperband(run)
    epochs = [row["num_epochs"] for row in run.history()]
    expected = [4] * 27 + [12] * 9 + [36] * 3 + [108]
    expected += [12] * 12 + [36] * 4 + [108] + [36] * 6 + [108] * 2 + [108] * 4
    assert epochs == [*expected, 4]


def test_asha_waits_for_nobody(db: BenchmarkDatabase) -> None:
    """As soon as three are done on a rung, the best of them goes on."""
    run = Simulation(
        num_epochs=108, charge="time", budget=40_000, workers=5, repeat=0, seed=0, db=db
    )
    asynchronous_successive_halving(run)
    assert run.idle == pytest.approx(5 * run.time - sum(run.history()["cost"]))
    longest = max(row["time"] for row in run.history())
    assert run.time == longest
    done: dict[int, list[dict[str, Any]]] = {4: [], 12: [], 36: [], 108: []}
    for row in run.history():
        if row["num_epochs"] > 4:
            rung = [one for one in done[row["num_epochs"] // 3] if one["time"] <= row["start"]]
            values = {str(one["arch"]): one["valid_acc"] for one in rung}
            own = values[str(row["arch"])]
            assert sum(value > own for value in values.values()) < len(values) // 3
        done[row["num_epochs"]].append(row)
    assert all(done.values())


def test_evolution_lets_the_oldest_die(db: BenchmarkDatabase) -> None:
    """Each child is one mutation of somebody who was alive."""
    run = Simulation(num_epochs=108, charge="evaluations", budget=200, seed=3, db=db)
    parents: list[Any] = []
    mutate = run.space.mutate

    def noted(arch: Any, rng: np.random.Generator) -> Any:
        parents.append(arch)
        return mutate(arch, rng)

    run.space.mutate = noted  # type: ignore[method-assign]
    regularized_evolution(run, population=10, tournament=10_000)
    done = run.incumbents() and run._history
    for number, parent in enumerate(parents[:-1]):
        alive = done[number : number + 10]
        # A tournament of so many has everybody who is alive in it.
        assert max(one.score for one in alive) in [a.score for a in alive if a.arch is parent]


@pytest.mark.parametrize("name", ALGORITHMS)
def test_no_search_sees_what_is_reported(name: str, copy: Path, db: BenchmarkDatabase) -> None:
    """With other test accuracies they do the same, and something else is told of them."""
    with sqlite3.connect(copy) as connection:
        connection.execute("UPDATE nb101trialstats SET test_acc = 100 - test_acc")
    connection.close()
    renew_statistics(copy, SCHEMA)
    runs = []
    for one in (db, nasbench_db.connect("nasbench101", copy)):
        run = Simulation(num_epochs=108, charge="epochs", budget=6000, workers=2, db=one)
        runs.append(ALGORITHMS[name](run))
    first, second = runs
    assert list(first.history()) == list(second.history())
    assert first.trajectory()["regret"] == second.trajectory()["regret"]
    assert first.trajectory()["report_regret"] != second.trajectory()["report_regret"]


def test_a_search_can_have_a_generator_of_its_own(db: BenchmarkDatabase) -> None:
    def found(seed: int | None, of_run: int) -> list[Any]:
        run = Simulation(
            num_epochs=108, charge="evaluations", budget=30, repeat=0, seed=of_run, db=db
        )
        return history_of(regularized_evolution(run, population=5, seed=seed))

    assert found(1, 0) == found(1, 5)
    assert found(1, 0) != found(2, 0)
    assert found(None, 0) != found(None, 5)


def test_all_workers_are_kept_busy(db: BenchmarkDatabase) -> None:
    run = Simulation(num_epochs=108, workers=3, repeat=0, db=db)
    archs = list(run.space)[:7]
    ends = [one.time for one in evaluated(run, [(arch, None) for arch in archs])]
    assert len(ends) == 7
    assert ends == sorted(ends)
    assert run.running == 0


@pytest.mark.parametrize(
    ("search", "options", "message"),
    [
        (random_search, {"seed": -1}, "seed is -1"),
        (regularized_evolution, {"population": 0}, "population is 0"),
        (regularized_evolution, {"tournament": 0}, "tournament is 0"),
        (regularized_evolution, {"population": 1}, "population is 1, and 1 workers"),
        (hyperband, {"eta": 1}, "eta is 1"),
        (hyperband, {"rungs": 4}, "rungs is 4; give a list of epochs"),
        (hyperband, {"rungs": [108, 4]}, r"rungs is \[108, 4\]; it must ascend"),
        (hyperband, {"rungs": [5, 108]}, "the run has the epochs 4, 12, 36, 108"),
        (successive_halving, {"rungs": [108]}, "needs two numbers of epochs"),
    ],
)
def test_wrong_words_are_refused(
    db: BenchmarkDatabase, search: Any, options: dict[str, Any], message: str
) -> None:
    run = Simulation(num_epochs=108, charge="evaluations", budget=3, db=db)
    with pytest.raises(InvalidQuery, match=message):
        search(run, **options)
    with pytest.raises(InvalidQuery, match="must be a Simulation"):
        search(db)
    endless = Simulation(num_epochs=108, db=db)
    with pytest.raises(InvalidQuery, match="no budget"):
        search(endless)


def test_one_number_of_epochs_is_none_to_halve_by(samples: dict[str, Path]) -> None:
    db = nasbench_db.connect("nasbenchmacro", samples["nasbenchmacro"])
    run = Simulation(metric="best_test_acc", allow_test=True, charge="epochs", budget=5, db=db)
    with pytest.raises(InvalidQuery, match="this run has 50"):
        hyperband(run)
    of201 = nasbench_db.connect("nasbench201", samples["nasbench201"])
    how: dict[str, Any] = {"dataset": "cifar100", "charge": "epochs", "budget": 500, "db": of201}
    with pytest.raises(InvalidQuery, match="this run has 12: take another search, or longer"):
        hyperband(Simulation(num_epochs=12, **how))
    longer = Simulation(num_epochs=200, metric="test_acc", allow_test=True, **how)
    assert rungs_of(longer) == [12, 200]


def test_rungs_of_a_curve_go_down_from_its_end(built201: Path) -> None:
    db = nasbench_db.connect("nasbench201", built201)
    run = Simulation(num_epochs=200, dataset="cifar10-valid", db=db)
    assert rungs_of(run) == [2, 7, 22, 66, 200]
    assert rungs_of(run, 10) == [2, 20, 200]


@pytest.mark.parametrize(
    ("name", "indices"),
    [
        ("random", [2795, 7301, 5545, 14142, 10199, 15108, 9935, 8049]),
        ("local", [2795, 10889, 5151, 9496, 10511, 2423, 5346, 4885]),
    ],
)
def test_a_seed_is_this_run_everywhere(
    name: str, indices: list[int], samples: dict[str, Path]
) -> None:
    """Written down, so that another platform, Python or numpy that draws otherwise is seen."""
    db = nasbench_db.connect("nasbench201", samples["nasbench201"])
    run = Simulation(
        dataset="cifar100", num_epochs=12, charge="evaluations", budget=8, seed=2026, db=db
    )
    ALGORITHMS[name](run)
    cells = official_order()
    assert [row["arch"] for row in run.history()] == [cells[index].arch for index in indices]


def medians(db: BenchmarkDatabase, name: str, runs: int, **options: Any) -> tuple[float, float]:
    """The median regret after 100 evaluations, and how far it may be off: its standard error."""
    found = []
    for seed in range(runs):
        run = Simulation(
            *(None, "valid_acc"),
            dataset="cifar100",
            num_epochs=12,
            charge="evaluations",
            budget=100,
            seed=seed,
            db=db,
        )
        ALGORITHMS[name](run, **options)
        found.append(run.trajectory()["regret"][-1])
    low, _, high = statistics.quantiles(found, n=4)
    return statistics.median(found), 1.25 * (high - low) / 1.35 / runs**0.5


@pytest.mark.parametrize(
    ("name", "options", "published"),
    [
        ("random", {}, 2.15),
        ("evolution", {"population": 20, "tournament": 5}, 0.40),
        ("local", {}, 0.06),
    ],
)
def test_regrets_in_the_real_table(
    name: str, options: dict[str, Any], published: float, samples: dict[str, Path]
) -> None:
    """Validation of cifar100 after 12 epochs: medians of other programs' 200 runs of 100."""
    db = nasbench_db.connect("nasbench201", samples["nasbench201"])
    found, error = medians(db, name, 200, **options)
    assert found == pytest.approx(published, abs=3 * error)


def expected_best(values: np.ndarray, draws: int) -> float:
    """The mean of the best of some draws with replacement: order statistics, exactly."""
    ascending = np.sort(values)
    below = np.arange(len(values) + 1) / len(values)
    return float(ascending @ np.diff(below**draws))


@pytest.mark.parametrize("draws", [5, 40])
@pytest.mark.parametrize(
    ("benchmark", "words", "statement"),
    [
        (
            "nasbench201",
            {"dataset": "cifar100", "num_epochs": 12},
            "SELECT valid_acc FROM nb201 WHERE dataset = 'cifar100' AND num_epochs = 12",
        ),
        (
            "nasbenchmacro",
            {"metric": "best_test_acc", "allow_test": True},
            "SELECT best_test_acc FROM macro",
        ),
    ],
)
def test_random_search_finds_what_order_statistics_say(
    benchmark: str,
    words: dict[str, Any],
    statement: str,
    draws: int,
    samples: dict[str, Path],
) -> None:
    """Of Macro each draw is one of 6,561 architectures and one of its three trainings."""
    db = nasbench_db.connect(benchmark, samples[benchmark])
    values = np.array([value for (value,) in db.select(statement)])
    best = []
    for seed in range(400):
        run = Simulation(charge="evaluations", budget=draws, seed=seed, db=db, **words)
        incumbent: Evaluation = random_search(run).incumbents()[-1]
        best.append(incumbent.value)
    error = statistics.stdev(best) / len(best) ** 0.5
    assert statistics.mean(best) == pytest.approx(expected_best(values, draws), abs=4 * error)


def test_order_statistics_worked_out_by_hand() -> None:
    assert expected_best(np.array([3.0, 1.0]), 2) == pytest.approx(0.75 * 3 + 0.25 * 1)


def test_local_search_sees_a_whole_space_and_ends(db: BenchmarkDatabase) -> None:
    run = Simulation(num_epochs=108, charge="evaluations", budget=1000, repeat=0, db=db)
    local_search(run)
    assert len(run.history()) == 91
    assert run.trajectory()["valid_acc"][-1] == max(run.history()["valid_acc"])
