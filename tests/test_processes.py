"""Drop-ins and handles that are given to other processes, as ``Pool.map`` does it."""

import multiprocessing
import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nasbench_db
from nasbench_db.nasbench101.api import ModelSpec, NASBench
from nasbench_db.nasbench101.schema import Nb101TrialConfig
from nasbench_db.nasbench201.api import NASBench201API
from nasbench_db.natsbench import NATSsize, NATStopology
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.transnas101.api import TransNASBenchAPI

SPEC = ModelSpec([[0, 1, 0], [0, 0, 1], [0, 0, 0]], ["input", "maxpool3x3", "output"])
# Each asks a drop-in, or a handle, so that some of the answer is drawn where it draws.
ASK: dict[str, Callable[[Any], Any]] = {
    "NASBench": lambda nb: [nb.query(SPEC)["test_accuracy"], nb.get_budget_counters()],
    "NASBench201API": lambda nb: [nb.simulate_train_eval(0, "cifar10", "200"), nb.random()],
    "NATStopology": lambda nb: [nb.simulate_train_eval(0, "cifar10", 3, "200"), nb.random()],
    "NATSsize": lambda nb: [nb.simulate_train_eval(0, "cifar10", hp=90), nb.random()],
    "TransNASBenchAPI": lambda nb: nb.get_best_archs("jigsaw", "valid_top1", "micro", 2),
    "FileDatabase": lambda db: list(db.select("SELECT count(*) FROM nb101trialconfig")),
}


def ask(question: tuple[Any, int]) -> list[Any]:
    """Runs in another process."""
    asked, times = question
    return [ASK[type(asked).__name__](asked) for _ in range(times)]


def opened(explored: dict[str, Path], seed: int | None = 5) -> list[Any]:
    """One of each, of which some has been asked."""
    topologies, sizes = explored["nasbench201"], explored["natssss"]
    objects = [
        NASBench(explored["nasbench101"], seed=seed),
        NASBench201API(topologies, verbose=False, seed=seed),
        NATStopology(topologies, verbose=False, seed=seed),
        NATSsize(sizes, verbose=False, seed=seed),
        TransNASBenchAPI(explored["transnas101"], strict=True),
        nasbench_db.connect("nasbench101", explored["nasbench101"]),
    ]
    for one in objects:
        ask((one, 2))
        if isinstance(one, NASBench201API):
            assert one.meta_archs  # read, and not to be sent along
    return objects


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_pool_map(explored: dict[str, Path], method: str) -> None:
    objects = opened(explored)
    questions = [(one, times) for one in objects for times in (1, 4)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads that forking does without
        pool = multiprocessing.get_context(method).Pool(2)
    with pool:
        answers = pool.map(ask, questions, chunksize=1)
    expected = [[ask((one, times)) for one in opened(explored)] for times in (1, 4)]
    assert [answers[::2], answers[1::2]] == expected


def test_counters_and_options_travel(explored: dict[str, Path]) -> None:
    nb, api, tss, sss, tasks, db = opened(explored)
    for one in (nb, api, tss, sss, tasks, db):
        again = pickle.loads(pickle.dumps(one))
        assert type(again) is type(one)
        assert ask((again, 5)) == ask((one, 5))
        assert len(pickle.dumps(one)) < 20_000
    again = pickle.loads(pickle.dumps(nb))
    assert again.get_budget_counters() == nb.get_budget_counters() != (0, 0)
    assert pickle.loads(pickle.dumps(api)).used_time == api.used_time > 0
    assert pickle.loads(pickle.dumps(tasks)).strict
    tss.reset_archive_dir("somewhere")
    assert pickle.loads(pickle.dumps(tss)).archive_dir == "somewhere"
    api.clear_params(0)
    assert pickle.loads(pickle.dumps(api)).get_net_param(0, "cifar10", None, "200")


def test_what_a_drop_in_hands_out_travels(explored: dict[str, Path]) -> None:
    nb, api, *_, tasks, _ = opened(explored)
    hashes = list(nb.hash_iterator())
    statistics = pickle.loads(pickle.dumps(nb.fixed_statistics))
    assert list(statistics) == hashes
    results = api.query_meta_info_by_index(10, "200")
    assert pickle.loads(pickle.dumps(results)).state_dict() == results.state_dict()
    less = pickle.loads(pickle.dumps(api.arch2infos_less))
    assert less[10].state_dict() == api.arch2infos_less[10].state_dict()
    data = pickle.loads(pickle.dumps(tasks.data))
    arch = tasks.index2arch(0)
    space = tasks.arch2space[arch]
    assert data[space][arch].query_all_results() == tasks.data[space][arch].query_all_results()


def test_a_handle_that_travelled_binds_no_models(
    explored: dict[str, Path], tmp_path: Path
) -> None:
    handle = nasbench_db.connect("nasbench101", explored["nasbench101"])
    again = pickle.loads(pickle.dumps(handle))
    assert isinstance(again, BenchmarkDatabase)
    assert again.path == handle.path
    assert again.schema is handle.schema
    assert Nb101TrialConfig._meta.database.obj is handle
    again.close()
    (tmp_path / "gone.db").write_bytes(explored["nasbench101"].read_bytes())
    text = pickle.dumps(nasbench_db.connect("nasbench101", tmp_path / "gone.db"))
    (tmp_path / "gone.db").unlink()
    with pytest.raises(nasbench_db.DatabaseNotFound, match=r"gone\.db"):
        pickle.loads(text)


def test_workers_without_a_seed_draw_on_their_own(explored: dict[str, Path]) -> None:
    def draws(nb: Any) -> list[Any]:
        return [nb.random() for _ in range(9)]

    for seed, same in ((5, True), (None, False)):
        api = NATSsize(explored["natssss"], verbose=False, seed=seed)
        found = [draws(pickle.loads(pickle.dumps(api))) for _ in range(3)]
        assert (found[0] == found[1] == found[2]) is same
        assert (found[0] == found[1]) is same
