"""Optuna, really installed, drives runs."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import random
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import numpy as np
import optuna
import pytest
from support.server import Server

import nasbench_db
from nasbench_db.errors import InvalidArchitecture, InvalidQuery
from nasbench_db.nasbench101 import Cell
from nasbench_db.simulation import (
    Simulation,
    evaluated,
    objective,
    study,
    suggest,
    until_spent,
)
from nasbench_db.store.database import BenchmarkDatabase

COMPLETE, PRUNED = optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Optuna logs no trials, and no warning passes unseen: those of storages tell of harm."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        yield


@pytest.fixture
def of201(samples: dict[str, Path]) -> BenchmarkDatabase:
    return nasbench_db.connect("nasbench201", samples["nasbench201"])


CHOOSABLE = [name for name in nasbench_db.BENCHMARKS if name not in ("nds", "nlp")]
"""The benchmarks whose architectures are chosen part by part; the others vary in length."""


def search_of(db: BenchmarkDatabase, budget: float = 40, **how: Any) -> Simulation:
    return Simulation(
        **{"dataset": "cifar100", "num_epochs": 12, "charge": "evaluations", "budget": budget}
        | {"revisits": "free", "db": db, **how}
    )


@pytest.mark.parametrize("benchmark", CHOOSABLE)
def test_trials_become_architectures(benchmark: str) -> None:
    """All choices are texts and numbers that JSON keeps as they are."""
    cells = []

    def made(trial: optuna.Trial) -> float:
        cells.append(suggest(trial, benchmark))
        return 0.0

    sampler = optuna.samplers.RandomSampler(seed=0)
    found = optuna.create_study(sampler=sampler)
    found.optimize(made, n_trials=40)
    assert len(cells) > 15
    assert len(set(cells)) > 10
    assert {trial.state for trial in found.trials} <= {COMPLETE, PRUNED}
    for trial in found.trials:
        for distribution in trial.distributions.values():
            assert isinstance(distribution, optuna.distributions.CategoricalDistribution)
            choices = distribution.choices
            assert tuple(json.loads(json.dumps(choices))) == choices
            assert len(set(choices)) == len(choices)


@pytest.mark.parametrize("benchmark", CHOOSABLE)
def test_every_choice_can_be_made(benchmark: str) -> None:
    """The same picks give the same architecture, and other picks another one."""
    kind = resolve_name(f"nasbench_db.{benchmark}:Cell")

    def chosen(seed: int) -> Any:
        rng = random.Random(seed)
        while True:
            with contextlib.suppress(InvalidArchitecture):
                return kind.choose(lambda name, options: rng.choice(options))

    assert chosen(1) == chosen(1)
    assert len({chosen(seed) for seed in range(20)}) > 10


def test_what_is_no_cell_is_pruned() -> None:
    """An edge from 1 to 2 and no other is no path."""
    trial = optuna.trial.FixedTrial(
        {
            **{f"edge_{n}": "1-2" for n in range(1, 10)},
            **{f"vertex_{n}": "maxpool3x3" for n in range(1, 6)},
        }
    )
    with pytest.raises(optuna.TrialPruned, match="no path"):
        suggest(trial, "nasbench101")


def test_a_search_space_can_be_said() -> None:
    trial = optuna.trial.FixedTrial({"modules": 4, **{f"module_{n}": "4" for n in range(1, 5)}})
    with pytest.raises(optuna.TrialPruned, match="the channels are doubled"):
        suggest(trial, "transnas101", search_space="macro")
    with pytest.raises(InvalidQuery, match="search_space must be one of"):
        suggest(trial, "transnas101", search_space="tiny")


def test_a_study_spends_the_budget_of_a_run(of201: BenchmarkDatabase) -> None:
    """Cells that are asked for again cost nothing, and the study stops when all is spent."""
    run = search_of(of201, 40)
    found = study(run, optuna.samplers.TPESampler(seed=1))
    assert found.direction == optuna.study.StudyDirection.MAXIMIZE
    found.optimize(objective(run), n_trials=500)
    assert run.time == 40
    best = max(run.history()["valid_acc"])
    assert found.best_value == best == run.trajectory()["valid_acc"][-1]
    assert [trial.state for trial in found.trials][-1] == PRUNED
    costs = run.history()["cost"]
    assert costs.count(1.0) == 40
    assert len(found.trials) == len(costs) + 1


def test_one_seed_gives_one_study(of201: BenchmarkDatabase) -> None:
    found = []
    for _ in range(2):
        run = search_of(of201, 30, seed=5)
        one = study(run, optuna.samplers.TPESampler(seed=2))
        one.optimize(objective(run), n_trials=30)
        found.append([trial.value for trial in one.trials])
    assert found[0] == found[1]


def asked(found: optuna.Study, trials: list[optuna.Trial]) -> Iterator[tuple[Any, None]]:
    """What a study asks for, with its trials noted."""
    while True:
        trials.append(found.ask())
        yield suggest(trials[-1], "nasbench201"), None


def test_one_seed_gives_one_study_of_several_workers(of201: BenchmarkDatabase) -> None:
    """Asked and told as workers are free; what is running is not known to the sampler."""
    found = []
    for _ in range(2):
        run = search_of(of201, 8, seed=5, workers=3)
        one = study(run, optuna.samplers.TPESampler(seed=2))
        trials: list[optuna.Trial] = []
        with until_spent(run):
            for done in evaluated(run, asked(one, trials)):
                one.tell(trials[done.number], done.value)
        assert {row["worker"] for row in run.history()} == {0, 1, 2}
        assert run.time == 8
        found.append([(trial.params, trial.value) for trial in one.trials])
    assert found[0] == found[1]
    assert len(found[0]) > 8 * 3 - 3


def choices_of(cell: Cell) -> dict[str, str]:
    """What a sampler suggests that comes to a cell of NAS-Bench-101."""
    last = cell.num_vertices - 1
    edges = [f"{u}-{6 if v == last else v}" for u, v in zip(*cell.matrix.nonzero(), strict=True)]
    edges += edges[:1] * (9 - len(edges))
    ops = [*cell.ops[1:-1], *["maxpool3x3"] * (6 - last)]
    return {f"edge_{n}": edge for n, edge in enumerate(edges, 1)} | {
        f"vertex_{n}": op for n, op in enumerate(ops, 1)
    }


@pytest.mark.parametrize("seed", range(3))
def test_pruners_see_values_on_the_way_and_nothing_finished_is_pruned(
    seed: int, db: BenchmarkDatabase
) -> None:
    """Hyperband on 4, 12, 36 and 108 epochs: a whole training is complete, and nothing else."""
    run = Simulation(num_epochs=108, charge="epochs", budget=1e6, seed=seed, db=db)
    pruner = optuna.pruners.HyperbandPruner(4, 108, 3)
    found = study(run, optuna.samplers.RandomSampler(seed=seed), pruner)
    for cell in run.rng.permutation(np.array(list(run.space), object))[:40]:
        found.enqueue_trial(choices_of(cell))
    found.optimize(objective(run, rungs=run.fidelities), n_trials=40)
    states = [trial.state for trial in found.trials]
    done = [row["num_epochs"] for row in run.history()]
    assert 0 < states.count(COMPLETE) == done.count(108) < 40
    assert states.count(PRUNED) == 40 - done.count(108)
    for trial in found.trials:
        steps = [4, 12, 36]
        assert list(trial.intermediate_values) == steps[: len(trial.intermediate_values)]
        assert (trial.state == PRUNED) or len(trial.intermediate_values) == 3
    assert run.time == sum(done)


def test_what_was_not_trained_is_pruned(explored: dict[str, Path]) -> None:
    """Six edges that the file of few cells has, and six that it has not."""
    db = nasbench_db.connect("nasbench201", explored["nasbench201"])
    run = search_of(db, num_epochs=200, metric="ori_test_acc", allow_test=True)
    found = study(run)
    trained = run.space.random(run.rng)
    names = [f"edge_{key}" for key in trained.arch]
    found.enqueue_trial(dict(zip(names, trained.ops, strict=True)))
    found.enqueue_trial(dict.fromkeys(names, "nor_conv_1x1"))
    found.optimize(objective(run), n_trials=2)
    assert [trial.state for trial in found.trials] == [COMPLETE, PRUNED]
    assert len(run.history()) == 1


def test_rungs_are_reported(built201: Path) -> None:
    """And a continued training is charged the difference."""
    db = nasbench_db.connect("nasbench201", built201)
    run = Simulation(num_epochs=200, dataset="cifar10-valid", budget=1e9, repeat=0, db=db)
    fixed = run.space.random(run.rng)
    params = {f"edge_{key}": op for key, op in zip(fixed.arch, fixed.ops, strict=True)}
    found = study(run, pruner=optuna.pruners.NopPruner())
    found.enqueue_trial(params)
    found.optimize(objective(run, rungs=[10, 50, 200]), n_trials=1)
    (trial,) = found.trials
    assert trial.state == COMPLETE
    assert sorted(trial.intermediate_values) == [10, 50]
    assert run.time == pytest.approx(run.mean(fixed, "training_time"), rel=0.2)
    assert [row["num_epochs"] for row in run.history()] == [10, 50, 200]


def test_several_objectives(samples: dict[str, Path]) -> None:
    db = nasbench_db.connect("nasbenchmacro", samples["nasbenchmacro"])
    run = Simulation(
        metric="best_test_acc", allow_test=True, charge="evaluations", budget=20, db=db
    )
    found = study(run, optuna.samplers.NSGAIISampler(seed=0), also=["parameters"])
    found.optimize(objective(run, also=["parameters"]), n_trials=20)
    assert [way.name for way in found.directions] == ["MAXIMIZE", "MINIMIZE"]
    for trial in found.trials:
        cell = suggest(optuna.trial.FixedTrial(trial.params), "nasbenchmacro")
        assert trial.values[1] == pytest.approx(cell.trainable_parameters() / 1e6, rel=1e-3)


def test_a_study_in_sqlite_is_gone_on_with(of201: BenchmarkDatabase, tmp_path: Path) -> None:
    """Without a warning, and without the error that tuples lead to."""
    address = f"sqlite:///{tmp_path}/studies.db"
    values = []
    for trials in (5, 5):
        run = search_of(of201, 100)
        found = study(run, optuna.samplers.RandomSampler(seed=0), storage=address)
        found.optimize(objective(run), n_trials=trials)
        values.append(len(found.trials))
    assert values == [5, 10]
    assert found.study_name == "nasbench201 valid_acc"


RUNGS = [4, 12, 36]


def pruned_study(run: Simulation, address: str) -> optuna.Study:
    return study(run, pruner=optuna.pruners.HyperbandPruner(4, 108, 3), storage=address)


def close(found: optuna.Study) -> None:
    """Give the connections of a study's storage back."""
    found._storage._backend.engine.dispose()  # type: ignore[attr-defined]


def work(asked: tuple[int, str, Path]) -> tuple[float, list[dict[str, Any]]]:
    """Half of the trials of a study, each worker with a clock of its own."""
    worker, address, path = asked
    db = nasbench_db.connect("nasbench101", path)
    run = Simulation(num_epochs=108, seed=worker, db=db)
    found = pruned_study(run, address)
    train = objective(run, rungs=RUNGS)

    def signed(trial: optuna.Trial) -> Any:
        trial.set_user_attr("worker", worker)
        return train(trial)

    found.optimize(signed, n_trials=6)
    close(found)
    return run.time, list(run.history())


def test_two_processes_share_a_study_on_a_server(
    server: Server, built: Path, db: BenchmarkDatabase
) -> None:
    """Each of the trials that wait is trained once, by one of them, and its curve is kept."""
    address = server.create("studies")
    run = Simulation(num_epochs=108, db=db)
    found = pruned_study(run, address)
    cells = [cell for cell in run.space if cell.num_vertices == 4][:12]
    for cell in cells:
        found.enqueue_trial(choices_of(cell))
    close(found)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads that forking does without
        pool = multiprocessing.get_context("fork").Pool(2)
    with pool:
        done = pool.map(work, [(n, address, built) for n in range(2)], chunksize=1)
    found = pruned_study(run, address)
    trials = found.trials
    close(found)
    assert [trial.number for trial in trials] == list(range(12))
    asked = [suggest(optuna.trial.FixedTrial(trial.params), "nasbench101") for trial in trials]
    assert sorted(cell.hash for cell in asked) == sorted(cell.hash for cell in cells)
    assert COMPLETE in {trial.state for trial in trials} <= {COMPLETE, PRUNED}
    for worker, (time_of, history) in enumerate(done):
        own = [trial for trial in trials if trial.user_attrs["worker"] == worker]
        assert len(own) == 6
        told = [
            (cell.hash, epochs, value)
            for trial, cell in zip(trials, asked, strict=True)
            if trial in own
            for epochs, value in [*trial.intermediate_values.items(), (108, trial.value)]
            if epochs < 108 or trial.state == COMPLETE
        ]
        seen = [
            (Cell.from_arch(row["arch"]).hash, row["num_epochs"], row["valid_acc"])
            for row in history
        ]
        assert sorted(told) == sorted(seen)
        assert time_of == pytest.approx(sum(row["cost"] for row in history))


def test_an_address_without_a_driver_has_psycopgs(
    of201: BenchmarkDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ``--db`` takes it; an address that names a driver, and another database's, stay."""
    taken = []
    monkeypatch.setattr(optuna, "create_study", lambda **words: taken.append(words["storage"]))
    addresses = ["postgres://me@host/a", "postgresql+psycopg2://host/a", "sqlite:///a.db", None]
    for address in addresses:
        study(search_of(of201), storage=address)
    assert taken == ["postgresql+psycopg://me@host/a", *addresses[1:]]


def test_threads_train_one_after_another(
    of201: BenchmarkDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when one is interrupted in the midst of a training."""
    run = search_of(of201, 10)
    submit = run.submit

    def slowly(arch: Any, num_epochs: int | None = None) -> None:
        submit(arch, num_epochs)
        time.sleep(0.01)

    monkeypatch.setattr(run, "submit", slowly)
    found = study(run, optuna.samplers.RandomSampler(seed=0))
    found.optimize(objective(run), n_trials=100, n_jobs=4)
    assert run.time == 10
    states = [trial.state for trial in found.trials]
    assert states.count(COMPLETE) == len(run.history())
    assert PRUNED in states


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"also": "latency"}, "also is 'latency'; give a list"),
        ({"also": ["speed"]}, "no metric of nasbench201 called 'speed'"),
        ({"also": ["train_acc"], "rungs": [12]}, "no trial has a value of train_acc"),
        ({"also": 3}, "also is 3; give a list"),
        ({"rungs": [13]}, r"rungs is \[13\]; it must ascend, and the run has the epochs 12$"),
        ({"rungs": [12, 200]}, "rungs is"),
        ({"rungs": 12}, "rungs is 12; give a list"),
        ({"rungs": "12"}, "rungs is '12'; give a list"),
        ({"also": ["test_acc"], "rungs": [12]}, "has no pruner"),
    ],
)
def test_wrong_words_are_refused(
    words: dict[str, Any], message: str, of201: BenchmarkDatabase
) -> None:
    with pytest.raises(InvalidQuery, match=message):
        objective(search_of(of201), **words)
    with pytest.raises(InvalidQuery, match="must be a Simulation"):
        objective(of201)  # type: ignore[arg-type]
    with pytest.raises(InvalidQuery, match="must be a Simulation"):
        study(3)  # type: ignore[arg-type]
