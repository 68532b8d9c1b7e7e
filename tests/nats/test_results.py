"""The results of an architecture as the original packages hand them out, against the records."""

import copy
import math
import pickle
import random
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nasbench_db
from nasbench_db.errors import NasbenchDBError
from nasbench_db.nasbench201.api import ArchResults, NASBench201API, ResultsCount
from nasbench_db.nats.stored import NotRecorded, Reader
from nasbench_db.nats.trial import numpy_mean
from nasbench_db.natsbench import ArchResults as NatsArchResults
from nasbench_db.natsbench import NATStopology

Infos = dict[int, dict[str, dict[str, Any]]]
OLD = 123  # of version 1.0


@pytest.fixture
def api(built201: Path) -> NASBench201API:
    return NASBench201API(built201, verbose=False, seed=0)


@pytest.fixture
def nats(built201: Path) -> NATStopology:
    return NATStopology(built201, verbose=False, seed=0)


@pytest.fixture
def results(api: NASBench201API) -> ArchResults:
    return api.query_meta_info_by_index(0, "200")


def same(one: Any, other: Any) -> bool:
    """Equal and of the same types all through; NaN equals NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other or (one != one and other != other))


def test_all_values_of_the_records_come_back(api: NASBench201API, infos: Infos) -> None:
    for index, record in infos.items():
        for hp, expected in record.items():
            results = api.query_meta_info_by_index(index, hp)
            state = results.state_dict()
            assert same(state["all_results"], expected["all_results"])
            assert list(state["all_results"]) == list(expected["all_results"])
            assert state["dataset_seed"] == expected["dataset_seed"]
            assert list(state["dataset_seed"]) == results.get_dataset_names()
            assert state["arch_index"] == index
            assert state["arch_str"] == expected["arch_str"]
            assert state["clear_net_done"] is True


def test_metrics_of_each_epoch(api: NASBench201API, infos: Infos) -> None:
    for index in (0, OLD):
        for hp, expected in infos[index].items():
            results = api.query_meta_info_by_index(index, hp)
            for key, record in expected["all_results"].items():
                trial = results.query(*key)
                for iepoch in (0, 5, 5, int(hp) - 1, None):
                    last = trial.epochs - 1 if iepoch is None else iepoch
                    times = record["train_times"]
                    assert trial.get_train(iepoch) == {
                        "iepoch": last,
                        "loss": record["train_losses"][last],
                        "accuracy": record["train_acc1es"][last],
                        "cur_time": times and times[last],
                        "all_time": times and sum(times[i] for i in range(last + 1)),
                    }
                    for split in record["eval_names"]:
                        name = f"{split}@{last}"
                        if name not in record["eval_acc1es"]:
                            with pytest.raises(NotRecorded, match="was not evaluated"):
                                trial.get_eval(split, iepoch)
                            continue
                        times = record["eval_times"]
                        total = times and sum(times[f"{split}@{i}"] for i in range(last + 1))
                        assert trial.get_eval(split, iepoch) == {
                            "iepoch": last,
                            "loss": record["eval_losses"][name],
                            "accuracy": record["eval_acc1es"][name],
                            "cur_time": times.get(name),
                            "all_time": total or None,
                        }


def test_a_trial_answers_the_same_after_its_curves_are_read(results: ArchResults) -> None:
    trial = results.query("cifar100", 777)
    before = [trial.get_eval("ori-test", i) for i in range(200)], trial.get_train(7)
    assert len(trial.eval_acc1es) == 202
    assert len(trial.train_losses) == 200
    after = [trial.get_eval("ori-test", i) for i in range(200)], trial.get_train(7)
    assert before == after


def test_what_is_not_asked_for_is_not_read(
    api: NASBench201API, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counted(name: str) -> Callable[..., Any]:
        method = getattr(Reader, name)

        def call(*arguments: Any) -> Any:
            read.append(name)
            return method(*arguments)

        return call

    for name in ("trials", "point", "curve", "weights"):
        monkeypatch.setattr(Reader, name, counted(name))
    api.get_more_info(0, "cifar100", hp="200", is_random=False)
    api.get_cost_info(0, "cifar100", "200")
    api.query_meta_info_by_index(0, "200").show()
    assert read == ["trials"] * 3
    trial = api.query_by_index(0, "cifar10", "200")[999]
    read.clear()
    trial.get_train()
    trial.get_train(7)
    trial.get_eval("ori-test", 7)
    assert read == ["point"]
    for iepoch in range(200):
        trial.get_train(iepoch)
    assert trial.train_acc1es[3] == trial.get_train(3)["accuracy"]
    assert trial.eval_losses
    assert trial.net_state_dict is None
    assert read == ["point", "curve"]


def test_means_are_those_of_numpy_and_of_python(
    api: NASBench201API, nats: NATStopology, infos: Infos
) -> None:
    trials = infos[11]["200"]["all_results"]
    seeds = infos[11]["200"]["dataset_seed"]["cifar100"]
    losses = [trials["cifar100", seed]["train_losses"][199] for seed in seeds]
    of_numpy = api.query_meta_info_by_index(11, "200").get_metrics("cifar100", "train")
    of_python = nats.query_meta_info_by_index(11, "200").get_metrics("cifar100", "train")
    assert type(of_numpy["loss"]) is type(of_numpy["iepoch"]) is np.float64
    assert of_numpy["loss"] == np.mean(losses)
    assert type(of_python["loss"]) is type(of_python["iepoch"]) is float
    assert of_python["loss"] == sum(losses) / len(losses)


@given(st.lists(st.floats(-1e9, 1e9) | st.integers(-1000, 1000), min_size=1, max_size=20))
def test_the_fast_mean_is_exact(values: list[float]) -> None:
    mean = numpy_mean(values)
    assert mean == np.mean(values)
    assert type(mean) is np.float64


def test_a_seed_or_a_random_one(api: NASBench201API, infos: Infos) -> None:
    results = api.query_meta_info_by_index(OLD, "200")
    seeds = results.get_dataset_seeds("cifar10")
    trials = infos[OLD]["200"]["all_results"]
    expected = {seed: trials["cifar10", seed]["train_acc1es"][199] for seed in seeds}
    for seed in (*seeds, *map(np.int64, seeds)):
        found = results.get_metrics("cifar10", "train", None, seed)
        assert found["accuracy"] == expected[seed]
    drawn = {results.get_metrics("cifar10", "train", None, True)["accuracy"] for _ in range(60)}
    assert drawn == set(expected.values())
    with pytest.raises(ValueError, match="no trial of seed 5"):
        results.get_metrics("cifar10", "train", None, 5)
    for nonsense in ("777", None, 1.5):
        with pytest.raises(ValueError, match="is_random"):
            results.get_metrics("cifar10", "train", None, nonsense)


def test_draws_are_repeatable_and_leave_the_global_generator_alone(built201: Path) -> None:
    random.seed(1)
    state = random.getstate()

    def draws(seed: int | None) -> list[Any]:
        api = NASBench201API(built201, verbose=False, seed=seed)
        results = api.query_meta_info_by_index(0, "12")
        return [
            [results.get_metrics("cifar10-valid", "train", None, True) for _ in range(20)],
            [api.get_more_info(0, "cifar10-valid", hp="12") for _ in range(20)],
            [api.random() for _ in range(20)],
        ]

    assert draws(5) == draws(5)
    assert draws(5) != draws(6)
    assert draws(None) != draws(None)
    assert random.getstate() == state
    ArchResults(0, "x")  # has a generator of its own as well


def test_what_is_missing_raises_as_in_the_originals(results: ArchResults) -> None:
    for call in (
        lambda: results.get_metrics("mnist", "train"),
        lambda: results.get_metrics("imagenet16-120", "train"),
        lambda: results.get_metrics("cifar10", "x-valid"),
        lambda: results.get_metrics("cifar100", "x-valid", 5),
        lambda: results.get_metrics("cifar10", "nonsense"),
        lambda: results.get_compute_costs("mnist"),
        lambda: results.get_dataset_seeds("mnist"),
        lambda: results.query("mnist"),
        lambda: results.query("cifar10", 5),
    ):
        with pytest.raises(KeyError) as caught:
            call()
        assert isinstance(caught.value, NasbenchDBError)
        assert not str(caught.value).startswith(("'", '"'))
    trial = results.query("cifar10", 777)
    for iepoch in (-1, 200):
        for call in (trial.get_train, lambda i: trial.get_eval("ori-test", i)):
            for kind in (AssertionError, ValueError):
                with pytest.raises(kind, match="counted from 0 to 199"):
                    call(iepoch)
    with pytest.raises(KeyError, match="get_train"):
        trial.get_eval("train")
    with pytest.raises(ValueError, match="must be a data set's name"):
        results.get_total_epoch(7)
    assert not hasattr(trial, "nonsense")
    assert not hasattr(copy.deepcopy(trial), "nonsense")


def test_a_loss_that_was_nan(infos: Infos, strings: list[str], tmp_path: Path) -> None:
    record = copy.deepcopy(infos[0])
    trial = record["200"]["all_results"]["cifar10", 777]
    trial["train_losses"][199] = trial["eval_losses"]["ori-test@199"] = float("nan")
    trial["train_losses"][7] = float("nan")
    source = {"meta_archs": strings, "arch2infos": {0: record}, "evaluated_indexes": [0]}
    path = tmp_path / "nan.db"
    nasbench_db.ingest("nasbench201", source, path, progress=False)
    api = NASBench201API(path, verbose=False)
    found = api.query_by_index(0, "cifar10", "200")[777]
    assert math.isnan(found.get_train()["loss"])
    assert math.isnan(found.get_eval("ori-test")["loss"])
    assert math.isnan(found.get_train(7)["loss"])
    assert found.get_train(8)["loss"] == trial["train_losses"][8]
    assert same(found.state_dict(), trial)
    assert math.isnan(api.get_more_info(0, "cifar10", hp="200", is_random=False)["train-loss"])


def test_costs(api: NASBench201API, infos: Infos) -> None:
    results = api.query_meta_info_by_index(0, "200")
    costs, seeds = results.get_compute_costs("cifar100"), results.get_dataset_seeds("cifar100")
    trial = infos[0]["200"]["all_results"]["cifar100", seeds[0]]
    total = np.sum(list(trial["train_times"].values()))
    assert costs["params"] == np.mean([trial["params"]] * len(seeds))
    assert costs["flops"] == np.mean([trial["flop"]] * len(seeds))
    assert costs["latency"] == np.mean(trial["latency"] * len(seeds))
    assert costs["T-train@total"] == np.mean([total] * len(seeds))
    assert costs["T-x-valid@epoch"] == pytest.approx(trial["eval_times"]["x-valid@0"])
    assert {type(value) for value in costs.values()} == {np.float64}
    old = api.query_meta_info_by_index(OLD, "200").get_compute_costs("cifar100")
    assert old["T-train@epoch"] is old["T-ori-test@total"] is None
    assert list(costs) == list(old)
    short = api.query_meta_info_by_index(OLD, "12")
    assert short.get_compute_costs("cifar10-valid")["latency"] is None
    with pytest.raises(ValueError, match="is not known"):
        short.get_latency("cifar10-valid")
    assert short.query("cifar10-valid", 777).get_latency() == -1.0


def test_contradicting_costs(nats: NATStopology, api: NASBench201API) -> None:
    for benchmark, expected in ((nats, 8.0), (api, 8.5)):
        results = benchmark.query_meta_info_by_index(0, "200")
        for seed, value in ((777, 7.0), (888, 8.0), (999, 10.5)):
            results.all_results["cifar10", seed] = trial = copy.deepcopy(
                results.all_results["cifar10", 777]
            )
            trial.flop = trial.params = value
        results.dataset_seed["cifar10"] = [777, 888, 999]
        costs = results.get_compute_costs("cifar10")
        assert costs["flops"] == costs["params"] == expected
        results.dataset_seed["cifar10"] = [777, 999]
        assert results.get_compute_costs("cifar10")["flops"] == 8.75
        results.all_results["cifar10", 777].flop = None
        assert results.get_compute_costs("cifar10")["flops"] is None


def test_copies_and_pickles_do_without_the_database(copy201: Path) -> None:
    api = NASBench201API(copy201, verbose=False)
    results = api.query_meta_info_by_index(11, "12")
    copies = copy.deepcopy(results), pickle.loads(pickle.dumps(results))
    expected = api.query_meta_info_by_index(11, "12").state_dict()
    copy201.unlink()
    del api, results
    for other in copies:
        assert same(other.state_dict(), expected)
        assert other.get_metrics("cifar10", "train")["iepoch"] == 11


def test_from_a_state_dict(results: ArchResults, tmp_path: Path) -> None:
    state = results.state_dict()
    again = ArchResults.create_from_state_dict(state)
    assert same(again.state_dict(), state)
    assert again.get_metrics("cifar10", "ori-test") == results.get_metrics("cifar10", "ori-test")
    assert isinstance(again.query("cifar10", 777), ResultsCount)
    (tmp_path / "state.pickle").write_bytes(pickle.dumps(state, protocol=2))
    for path in (str(tmp_path / "state.pickle"), tmp_path / "state.pickle"):
        assert same(ArchResults.create_from_state_dict(path).state_dict(), state)
    with pytest.raises(ValueError, match="not a dict"):
        ArchResults.create_from_state_dict(7)
    nats = NatsArchResults.create_from_state_dict(state)
    assert type(nats.get_metrics("cifar10", "train")["loss"]) is float


def test_changing_results(results: ArchResults) -> None:
    results.reset_latency("cifar10", None, 0.5)
    assert results.get_latency("cifar10") == 0.5
    results.reset_pseudo_train_times("cifar10", 777, 2.0)
    results.reset_pseudo_eval_times("cifar10", 777, "ori-test", 3.0)
    trial = results.query("cifar10", 777)
    assert trial.get_train(4)["all_time"] == 10.0
    assert trial.get_eval("ori-test", 4)["all_time"] == 15.0
    assert isinstance(trial.train_times, OrderedDict)
    with pytest.raises(ValueError, match="nonsense"):
        results.reset_pseudo_eval_times("cifar10", None, "nonsense", 3.0)
    with pytest.raises(AssertionError, match="has a trial of seed 777"):
        results.update("cifar10", 777, trial)
    results.update("cifar10", 5, trial)
    assert results.get_dataset_seeds("cifar10")[0] == 5
    assert not results.clear_net_done
    curve = {f"new@{i}": float(i) for i in range(200)}
    trial.update_eval(curve, curve, curve)
    assert trial.get_eval("new", 3)["accuracy"] == 3.0
    with pytest.raises(AssertionError, match="there already"):
        trial.update_eval(curve, curve, curve)
    trial.update_OLD_eval("old", {3: 1.0}, {3: 2.0})
    assert trial.get_eval_set() == ["ori-test", "new", "old"]
    with pytest.raises(NotRecorded, match="old@3"):
        trial.get_eval("old", 3)  # it has no times, and others have
    assert trial.get_times()["T-old@epoch"] is None
    train = dict(enumerate([1.5] * 200))
    trial.update_train_info(train, train, train, None)
    assert trial.get_train()["loss"] == 1.5
    assert trial.get_train()["all_time"] is None
    trial.reset_eval()
    assert trial.get_eval_set() == []
    with pytest.raises(KeyError):
        trial.get_eval("ori-test")
    trial.epochs = 3
    with pytest.raises(ValueError, match="different numbers of epochs"):
        results.get_total_epoch("cifar10")


def test_small_facts(results: ArchResults) -> None:
    assert results.arch_idx_str() == "000000"
    assert results.get_total_epoch() == results.get_total_epoch("cifar100") == 200
    trial = results.query("cifar100", 777)
    assert trial.seed == "0777"
    assert trial.get_config(None)["num_classes"] == 100
    assert trial.get_config(len)["genotype"] == len(results.arch_str)
    assert "seed=0777" in repr(trial)
    assert "arch_index=0" in repr(results)
    assert trial.get_net_param() is trial.get_net_param(clone=True) is None


def test_show(results: ArchResults, capsys: pytest.CaptureFixture[str]) -> None:
    lines = results.show()
    assert capsys.readouterr().out == ""
    assert results.show(is_print=True) == lines
    assert capsys.readouterr().out.splitlines() == lines
    assert "M parameters" in lines[1]
    results.debug_test()
    assert "latency" in capsys.readouterr().out
