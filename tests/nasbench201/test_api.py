"""The drop-in for nas_201_api, against the records that its database was built of."""

import gc
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.raw import whole

import nasbench_db
from nasbench_db.architectures.topology import OPERATIONS
from nasbench_db.errors import DatabaseNotFound, InvalidDatabase, NasbenchDBError, SourceError
from nasbench_db.nasbench101.api import NASBench
from nasbench_db.nasbench201 import Cell, api
from nasbench_db.nasbench201.api import EmptyAnswerWarning, LeftOutWarning, NASBench201API
from nasbench_db.nasbench201.synthetic import topology_record, write_archive, write_pth
from nasbench_db.nats.stored import CLASSES

# Most of these tests are not about how many epochs are meant by default.
pytestmark = pytest.mark.filterwarnings("ignore::nasbench_db.nasbench201.api.LeftOutWarning")

Infos = dict[int, dict[str, dict[str, Any]]]
OLD = 123  # of version 1.0
DATASETS = tuple(CLASSES)


@pytest.fixture
def nb(built201: Path) -> NASBench201API:
    return NASBench201API(built201, verbose=False, seed=0)


def final(infos: Infos, index: int, hp: str, dataset: str, split: str) -> list[float]:
    """The accuracies after the last epoch, of each seed in order."""
    results = infos[index][hp]
    found = []
    for seed in results["dataset_seed"][dataset]:
        trial = results["all_results"][dataset, seed]
        curve = trial["train_acc1es"] if split == "train" else trial["eval_acc1es"]
        last = trial["epochs"] - 1
        found.append(curve[last if split == "train" else f"{split}@{last}"])
    return found


def test_the_search_space(nb: NASBench201API, strings: list[str], built201: Path) -> None:
    assert len(nb) == 15_625
    assert nb.meta_archs == list(nb) == strings
    assert nb[-1] == strings[-1]
    assert nb[2:4] == strings[2:4]
    with pytest.raises(IndexError):
        nb[15_625]
    assert nb.arch(7) == nb.arch(np.int64(7)) == strings[7]
    for index in (-1, 15_625):
        with pytest.raises(AssertionError, match="0 to 15624"):
            nb.arch(index)
    assert nb.archstr2index[strings[5]] == 5
    assert nb.evaluated_indexes == [0, 3, 11, OLD]
    assert sorted(nb.avaliable_hps) == ["12", "200"]
    assert nb.filename == built201.name
    assert "4 of 15625" in repr(nb)
    assert list(nb.arch2infos_dict) == nb.evaluated_indexes
    assert len(nb.arch2infos_dict) == 4
    assert 4 not in nb.arch2infos_dict
    assert list(nb.arch2infos_dict[11]) == ["12", "200"]
    assert nb.arch2infos_dict[11]["200"].get_total_epoch() == 200
    assert 0 <= nb.random() < 15_625


def test_what_an_architecture_can_be_given_as(nb: NASBench201API, strings: list[str]) -> None:
    class Original:
        def __init__(self, text: str) -> None:
            self.text = text

        def tostr(self) -> str:
            return self.text

    arch = strings[11]
    for given in (11, np.int64(11), np.uint8(11), arch, Original(arch), Cell.from_string(arch)):
        assert nb.query_index_by_arch(given) == 11
        info = nb.get_more_info(given, "cifar10", hp=200, is_random=False)
        assert info == nb.get_more_info(11, "cifar10", hp="200", is_random=False)
    for given in ("nonsense", Original("nonsense"), None, 1.5, arch + " "):
        assert nb.query_index_by_arch(given) == -1
        with pytest.raises(ValueError, match="architecture -1"):
            nb.get_more_info(given, "cifar10")
    for given in (-1, 15_625, np.int64(10**9)):
        with pytest.raises(ValueError, match="no index of an architecture"):
            nb.query_index_by_arch(given)


def test_more_info(nb: NASBench201API, infos: Infos) -> None:
    groups = {
        "cifar10-valid": {"train": "train", "valid": "x-valid", "test": "ori-test"},
        "cifar10": {"train": "train", "test": "ori-test"},
    }
    others = {"train": "train", "valid": "x-valid", "test": "x-test", "valtest": "ori-test"}
    for hp in ("12", "200"):
        for dataset in DATASETS:
            info = nb.get_more_info(11, dataset, hp=hp, is_random=False)
            splits = groups.get(dataset, others)
            measures = ("loss", "accuracy", "per-time", "all-time")
            assert list(info) == [f"{group}-{measure}" for group in splits for measure in measures]
            for group, split in splits.items():
                expected = np.mean(final(infos, 11, hp, dataset, split))
                assert info[f"{group}-accuracy"] == expected
                seconds = info[f"{group}-all-time"]
                assert info[f"{group}-per-time"] == seconds / np.float64(hp)


def test_groups_that_were_not_evaluated_are_left_out(nb: NASBench201API) -> None:
    def groups(dataset: str, iepoch: int, hp: str) -> set[str]:
        info = nb.get_more_info(0, dataset, iepoch, hp, is_random=False)
        return {key.split("-")[0] for key in info}

    assert groups("cifar10-valid", 5, "200") == {"train", "valid"}
    assert groups("cifar10", 5, "200") == {"train", "test"}
    assert groups("cifar100", 5, "200") == {"train", "valtest"}
    assert groups("cifar100", 5, "12") == {"train", "valid", "test", "valtest"}
    with pytest.raises(AssertionError):
        groups("cifar10", 12, "12")
    info = nb.get_more_info(OLD, "cifar100", hp="200", is_random=False)
    assert info["train-all-time"] is info["valid-per-time"] is None


def test_one_seed_for_all_groups(nb: NASBench201API, infos: Infos) -> None:
    pairs = set(
        zip(
            final(infos, OLD, "200", "cifar100", "train"),
            final(infos, OLD, "200", "cifar100", "x-valid"),
            strict=True,
        )
    )
    drawn = [nb.get_more_info(OLD, "cifar100", hp=200) for _ in range(40)]
    assert {(info["train-accuracy"], info["valid-accuracy"]) for info in drawn} == pairs
    (seed, *_) = infos[OLD]["200"]["dataset_seed"]["cifar100"]
    info = nb.get_more_info(OLD, "cifar100", hp=200, is_random=seed)
    assert info["train-accuracy"] == final(infos, OLD, "200", "cifar100", "train")[0]
    with pytest.raises(ValueError, match="no trial of seed 1 "):
        nb.get_more_info(OLD, "cifar100", hp=200, is_random=1)


def test_what_the_database_does_not_have(nb: NASBench201API) -> None:
    for call in (
        lambda: nb.query_by_index(5),
        lambda: nb.query_by_index(-1),
        lambda: nb.query_by_index("text"),
        lambda: nb.query_by_index(0, hp="90"),
        lambda: nb.query_by_index(0, hp="nonsense"),
        lambda: nb.query_by_index(0, "mnist"),
        lambda: nb.query_meta_info_by_index(5),
        lambda: nb.query_meta_info_by_index(0, 90),
        lambda: nb.get_more_info(5, "cifar10"),
        lambda: nb.get_cost_info(5, "cifar10"),
        lambda: nb.get_net_config(5, "cifar10"),
        lambda: nb.get_net_param(0, "cifar10", 5),
        lambda: nb.statistics("mnist", 12),
    ):
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - the kind is what matters
            call()
        assert isinstance(caught.value, NasbenchDBError)
    for call in (
        lambda: nb.get_more_info(0, "mnist"),
        lambda: nb.get_more_info(0, "imagenet16-120"),
        lambda: nb.get_more_info(0, "cifar10", hp="90"),
        lambda: nb.get_more_info(OLD, "cifar10", hp="12"),
        lambda: nb.get_cost_info(0, "mnist"),
        lambda: nb.get_latency(0, "mnist"),
        lambda: nb.get_net_config(0, "mnist"),
        lambda: nb.find_best("mnist", "valid"),
        lambda: nb.find_best("cifar10-valid", "x-test"),
        lambda: nb.find_best("cifar10", "nonsense"),
        lambda: nb.statistics("cifar10", 90),
        lambda: nb.clear_params(5),
    ):
        with pytest.raises(KeyError) as caught:
            call()
        assert isinstance(caught.value, NasbenchDBError)


def test_find_best(nb: NASBench201API, infos: Infos) -> None:
    for dataset, asked, trained_on, split in (
        ("cifar10", "valid", "cifar10-valid", "x-valid"),
        ("cifar10", "test", "cifar10", "ori-test"),
        ("cifar10", "train", "cifar10", "train"),
        ("cifar10-valid", "valid", "cifar10-valid", "x-valid"),
        ("cifar100", "valid", "cifar100", "x-valid"),
        ("ImageNet16-120", "test", "ImageNet16-120", "x-test"),
        ("ImageNet16-120", "ori-test", "ImageNet16-120", "ori-test"),
    ):
        means = {i: np.mean(final(infos, i, "200", trained_on, split)) for i in infos}
        best = max(means, key=lambda index: means[index])
        assert nb.find_best(dataset, asked, hp=200) == (best, means[best])
        flops = {i: nb.get_cost_info(i, trained_on, 200)["flops"] for i in infos}
        bound = sorted(flops.values())[1]
        within = [index for index in infos if flops[index] <= bound]
        best = max(within, key=lambda index: means[index])
        assert nb.find_best(dataset, asked, FLOP_max=bound, hp="200") == (best, means[best])
        params = {i: nb.get_cost_info(i, trained_on, 200)["params"] for i in infos}
        index = min(params, key=lambda index: params[index])
        found = nb.find_best(dataset, asked, Param_max=params[index], hp="200")
        assert found == (index, means[index])
    for asked in ("test", "nonsense"):  # the original does not look for the split either
        with pytest.warns(EmptyAnswerWarning, match="at most 0 million FLOPs") as caught:
            assert nb.find_best("cifar10", asked, FLOP_max=0, hp="200") == (-1, None)
        assert caught[0].filename == __file__
    with pytest.raises(KeyError, match="evaluated on 'nonsense'"):
        nb.find_best("cifar10", "nonsense", FLOP_max=1e9, hp="200")
    # Not all were trained for 12 epochs on this.
    with pytest.raises(KeyError, match="only 3 of 4"):
        nb.find_best("cifar10", "test", hp="12")
    assert nb.find_best("cifar10", "valid", hp="12")[0] in infos


def test_of_equally_good_ones_the_first_is_best(
    infos: Infos, strings: list[str], tmp_path: Path
) -> None:
    records = {}
    for index in (11, 3, 0):
        records[index] = topology_record(index)
        trials = records[index]["200"]["all_results"]
        records[index]["200"]["dataset_seed"] = {}
        for key in list(trials):
            del trials[key]
        # Added up in the other order, as for architecture 0, they are less by the last bit.
        accuracies = (0.1, 0.2, 0.3) if index else (0.3, 0.2, 0.1)
        for seed, accuracy in zip((777, 888, 999), accuracies, strict=True):
            trial = topology_record(index)["12"]["all_results"]["cifar100", 111]
            trial.update(epochs=200, seed=f"{seed:04d}", train_times=None, eval_times={})
            for name in ("eval_acc1es", "eval_losses"):
                trial[name] = {"x-valid@199": accuracy}
            trials["cifar100", seed] = trial
            records[index]["200"]["dataset_seed"].setdefault("cifar100", []).append(seed)
    path = tmp_path / "ties.db"
    nasbench_db.ingest("nasbench201", whole(records, strings), path, progress=False)
    nb = NASBench201API(path, verbose=False)
    assert nb.find_best("cifar100", "valid", hp="200") == (3, np.mean([0.1, 0.2, 0.3]))


def test_a_missing_evaluation_is_no_best(strings: list[str], tmp_path: Path) -> None:
    records = {index: topology_record(index) for index in (0, 3)}
    for trial in records[3]["12"]["all_results"].values():
        del trial["eval_acc1es"]["ori-test@11"], trial["eval_losses"]["ori-test@11"]
    path = tmp_path / "missing.db"
    nasbench_db.ingest("nasbench201", whole(records, strings), path, progress=False)
    nb = NASBench201API(path, verbose=False)
    with pytest.raises(KeyError, match="ori-test was not evaluated"):
        nb.find_best("cifar10", "test")
    assert nb.find_best("cifar10", "train")[0] in (0, 3)


def test_simulated_training(nb: NASBench201API, infos: Infos) -> None:
    accuracy, latency, seconds, used = nb.simulate_train_eval(11, "cifar10", hp="200")
    assert accuracy in final(infos, 11, "200", "cifar10-valid", "x-valid")
    info = nb.get_more_info(11, "cifar10-valid", hp="200")
    assert seconds == used == info["train-all-time"] + info["valid-per-time"]
    assert latency == nb.get_latency(11, "cifar10")
    assert nb.simulate_train_eval(11, "cifar10", hp=200, account_time=False)[3] == used
    assert nb.simulate_train_eval(nb[11], "cifar10", hp=200)[3] == nb.used_time == 2 * used
    nb.reset_time()
    assert nb.used_time == 0
    for dataset in ("cifar10-valid", "mnist"):
        with pytest.raises(AssertionError, match="must be one of"):
            nb.simulate_train_eval(11, dataset)
    # Version 1.0 has times of the 12-epoch trainings only, and latencies of the others only.
    assert nb.simulate_train_eval(OLD, "cifar10", hp=12)[1] is None
    with pytest.raises(TypeError, match="no times of this training"):
        nb.simulate_train_eval(OLD, "cifar100", hp=200)


def test_statistics(nb: NASBench201API, infos: Infos) -> None:
    for hp in ("12", "200"):
        for dataset in DATASETS:
            expected: dict[int, int] = {}
            for record in infos.values():
                count = len(record[hp]["dataset_seed"].get(dataset, ()))
                expected[count] = expected.get(count, 0) + 1
            assert nb.statistics(dataset, hp) == nb.statistics(dataset, int(hp)) == expected


def test_configs(nb: NASBench201API, strings: list[str]) -> None:
    assert nb.get_net_config(11, "cifar100") == {
        "name": "infer.tiny",
        "C": 16,
        "N": 5,
        "arch_str": strings[11],
        "num_classes": 100,
    }
    assert nb.get_net_config(OLD, "ImageNet16-120")["num_classes"] == 120


def test_weights(tmp_path: Path, memoised: None) -> None:
    write_archive(tmp_path / "archive", [3])
    api = NASBench201API(tmp_path / "archive", verbose=False)
    weights = api.get_net_param(3, "cifar100", None, "12")
    assert list(weights) == [111]
    array = weights[111]["classifier.weight"]
    assert array.shape == (100, 64)
    assert array.dtype == np.float32
    array[:] = 0  # the caller's own
    again = api.get_net_param(3, "cifar100", 111, "12")
    assert next(iter(again)) == "stem.0.weight"
    assert again["classifier.weight"].any()
    assert again["stem.1.num_batches_tracked"] == np.int64(2340)
    assert not api.query_meta_info_by_index(3).clear_net_done
    # The same as when the file is read into memory.
    other = NASBench201API(tmp_path / "archive", verbose=False)
    other.reload(tmp_path / "archive", 3)
    reloaded = other.get_net_param(3, "cifar100", 111, "12")
    assert list(reloaded) == list(again)
    for name, array in again.items():
        assert np.array_equal(array, reloaded[name])
        assert array.dtype == reloaded[name].dtype
    for benchmark in (api, other):
        benchmark.clear_params(3, "12")
        assert benchmark.get_net_param(3, "cifar100", 111, "12") is None
        assert benchmark.query_meta_info_by_index(3).clear_net_done
        assert benchmark.get_net_param(3, "cifar100", 777, "200") is not None
        benchmark.clear_params(3)
        assert set(benchmark.get_net_param(3, "cifar100", None, "200").values()) == {None}
        with pytest.raises(ValueError, match="not '7'"):
            benchmark.clear_params(3, "7")
    api.reload(tmp_path / "archive", 3)
    assert api.get_net_param(3, "cifar100", 111, "12") is not None


def test_weights_that_were_not_ingested(nb: NASBench201API) -> None:
    for seed, answer in ((None, {111: None}), (111, None)):
        with pytest.warns(EmptyAnswerWarning, match=r"no weights of architecture 11 .* reload"):
            assert nb.get_net_param(11, "cifar100", seed) == answer
    nb.clear_params(11)
    assert nb.get_net_param(11, "cifar100", 111) is None


def test_reload(
    nb: NASBench201API, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, infos: Infos
) -> None:
    folder = tmp_path / "NAS-Bench-201-v1_1-archive"
    write_archive(folder, [3, 5])
    before = nb.get_more_info(3, "cifar100", hp=200, is_random=False)
    nb.reload(str(folder), 3)
    assert nb.get_more_info(3, "cifar100", hp=200, is_random=False) == before
    drawn = nb.query_meta_info_by_index(3, "200")
    drawn.clear_params()  # a copy
    assert nb.get_net_param(3, "cifar100", None, 200)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    nb.reload(index=5)  # which the database does not have
    assert nb.get_more_info(5, "cifar10", is_random=False)
    with pytest.raises(ValueError, match="trained with hp 12, 200"):
        nb.query_by_index(5, hp="90")
    (folder / "000007-FULL.pth").write_bytes((folder / "../small").parent.name.encode())
    for root, index, message in (
        (tmp_path / "absent", 3, "no folder"),
        (folder, 4, "000004-FULL.pth"),
        (folder, 15_625, "0 to 15624"),
        (folder, None, "000000-FULL.pth"),
    ):
        with pytest.raises(AssertionError, match=message):
            nb.reload(root, index)
    with pytest.raises(SourceError):
        nb.reload(folder, 7)


def test_printing(nb: NASBench201API, capsys: pytest.CaptureFixture[str]) -> None:
    nb.show(11)
    mark, _, shown = capsys.readouterr().out.partition("\n")
    assert mark == "the metrics are SYNTHETIC: made up, not measured"
    assert "architecture 11, 12 epochs" in shown
    assert "architecture 11, 200 epochs" in shown
    nb.show(-1)
    assert shown in capsys.readouterr().out
    nb.show()
    nb.show(5)
    assert "no trial of architecture 5" in capsys.readouterr().out
    nb.show(10**6)
    assert "no index" in capsys.readouterr().out
    text = nb.query_info_str_by_arch(11, "200")
    assert text is not None
    assert text in shown
    assert text == nb.query_by_arch(nb[11], 200)
    with pytest.warns(UserWarning, match="no trial of architecture 5"):
        assert nb.query_info_str_by_arch(5) is None
    with pytest.raises(ValueError, match="hp is '90'"):
        nb.query_info_str_by_arch(11, "90")
    assert capsys.readouterr().out == ""


def test_verbose_says_what_is_asked(
    built201: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nb = NASBench201API(built201, seed=0)
    nb.get_more_info(11, "cifar10")
    nb.find_best("cifar10", "valid")
    with pytest.warns(EmptyAnswerWarning):
        nb.find_best("cifar10", "valid", FLOP_max=0)
    nb.arch(3)
    nb.query_index_by_arch(3)
    nb.query_by_index(3, "cifar10")
    nb.query_info_str_by_arch(3)
    nb.get_cost_info(3, "cifar10")
    nb.get_latency(3, "cifar10")
    nb.get_net_config(3, "cifar10")
    nb.clear_params(3)
    nb.get_net_param(3, "cifar10", None)
    nb.statistics("cifar10", 12)
    with pytest.raises(AssertionError):
        nb.reload(tmp_path / "absent", 3)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 15
    assert lines[0].startswith("NASBench201API.get_more_info(index=11, dataset='cifar10'")


def test_reading_architecture_strings(strings: list[str]) -> None:
    text = "|nor_conv_1x1~0|+|none~0|avg_pool_3x3~1|+|none~0|none~1|skip_connect~2|"
    assert NASBench201API.str2lists(text) == [
        (("nor_conv_1x1", 0),),
        (("none", 0), ("avg_pool_3x3", 1)),
        (("none", 0), ("none", 1), ("skip_connect", 2)),
    ]
    assert NASBench201API.str2matrix(text).tolist() == [
        [0, 0, 0, 0],
        [2, 0, 0, 0],
        [0, 4, 0, 0],
        [0, 0, 1, 0],
    ]
    for arch in strings[::500]:
        matrix = NASBench201API.str2matrix(arch, list(OPERATIONS))
        assert np.array_equal(matrix, Cell.from_string(arch).matrix)
    with pytest.raises(ValueError, match="'none' is unknown"):
        NASBench201API.str2matrix(text, ["nor_conv_1x1"])
    for malformed in ("none", "|none~0~1|"):
        with pytest.raises(AssertionError, match="no edge"):
            NASBench201API.str2lists(malformed)


def test_an_original_file_is_ingested_once(
    written: Callable[..., Path],
    memoised: None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "NAS-Bench-201-v1_1-096897.pth"
    path.write_bytes(written(write_pth, "two.pth", [0, 3]).read_bytes())
    built = path.with_suffix(".db")
    first = NASBench201API(str(path), verbose=False)
    assert first.evaluated_indexes == [0, 3]
    assert first.filename == path.name
    stamp = built.stat().st_mtime_ns
    assert NASBench201API(path, verbose=False).evaluated_indexes == [0, 3]
    assert built.stat().st_mtime_ns == stamp
    assert capsys.readouterr().out == ""
    path.write_bytes(written(write_pth, "one.pth", [11]).read_bytes())
    assert NASBench201API(path).evaluated_indexes == [11]
    assert "has changed" in capsys.readouterr().out
    path.unlink()
    assert NASBench201API(path, verbose=False).evaluated_indexes == [11]
    nasbench_db.ingest(
        "nasbench201", written(write_pth, "one.pth", [11]), tmp_path / "b.db", False
    )
    (tmp_path / "b.pth").write_bytes(b"")
    with pytest.raises(InvalidDatabase, match=r"was built of one\.pth, not of b\.pth"):
        NASBench201API(tmp_path / "b.pth")


def test_a_dict_lasts_as_long_as_the_object(
    infos: Infos,
    strings: list[str],
    tmp_path: Path,
    memoised: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    content = whole({11: infos[11]}, strings)
    nb = NASBench201API(content, verbose=False)
    assert nb.filename is None
    assert len(list((tmp_path / "temporary").iterdir())) == 1
    content["arch2infos"].clear()
    assert nb.get_more_info(11, "cifar10", is_random=False)
    del nb
    gc.collect()
    assert list((tmp_path / "temporary").iterdir()) == []
    with pytest.raises(SourceError):
        NASBench201API(content, verbose=False)
    with pytest.raises(AssertionError, match="lacks 'arch2infos', 'evaluated_indexes'"):
        NASBench201API({"meta_archs": []}, verbose=False)
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_leaves_the_database_of_a_dict(
    infos: Infos, strings: list[str], memoised: None
) -> None:
    nb = NASBench201API(whole({11: infos[11]}, strings), verbose=False)
    before = nb.get_more_info(11, "cifar10", is_random=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads that forking does without
        child = os.fork()
    if child == 0:
        same = nb.get_more_info(11, "cifar10", is_random=False) == before
        del nb
        gc.collect()
        os._exit(0 if same else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert nb.get_more_info(11, "cifar10", is_random=False) == before


def test_what_cannot_be_opened(tmp_path: Path, built201: Path, report: Any) -> None:
    for path in (tmp_path / "absent.pth", str(tmp_path / "absent.pth")):
        for kind in (AssertionError, SourceError):
            with pytest.raises(kind, match="there is no"):
                NASBench201API(path)
    with pytest.raises(DatabaseNotFound):
        NASBench201API(tmp_path / "absent.db")
    with pytest.raises(DatabaseNotFound, match="nasbench-db ingest nasbench201"):
        NASBench201API()
    for nonsense in (7, b"bytes", ["list"]):
        with pytest.raises(ValueError, match="must be a path, a dict"):
            NASBench201API(nonsense)  # type: ignore[arg-type]
    with pytest.raises(InvalidDatabase, match="nasbench101"):
        NASBench201API(report.path)
    (tmp_path / "page.pth").write_text("<!DOCTYPE html><html><body>Not found</body></html>")
    with pytest.raises(SourceError):
        NASBench201API(tmp_path / "page.pth")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["page.pth"]


def test_the_default_database(built201: Path, databases: Path) -> None:
    databases.mkdir()
    shutil.copyfile(built201, databases / "nasbench201.db")
    nb = NASBench201API(verbose=False)
    assert nb.evaluated_indexes
    assert nb.filename == "nasbench201.db"


def test_opening_reads_next_to_nothing(built201: Path) -> None:
    program = (
        "import sys, tracemalloc\n"
        "from nasbench_db.nasbench201.api import NASBench201API\n"
        "tracemalloc.start()\n"
        "nb = NASBench201API(sys.argv[1], verbose=False)\n"
        "nb.get_more_info(11, 'cifar100', hp=200)\n"
        "print(tracemalloc.get_traced_memory()[1])\n"
        "assert not {'torch', 'pandas', 'tensorflow'} & set(sys.modules)\n"
    )
    peak = subprocess.check_output([sys.executable, "-c", program, built201])
    assert int(peak) < 1_000_000


@pytest.fixture
def plans(nb: NASBench201API) -> Callable[[Callable[[], Any]], list[str]]:
    """Gives the query plans of what a function asks."""

    def find(function: Callable[[], Any]) -> list[str]:
        connection: sqlite3.Connection = nb._database.connection()
        statements: list[str] = []
        connection.set_trace_callback(statements.append)
        function()
        connection.set_trace_callback(None)
        return [
            row[3]
            for statement in statements
            for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")
        ]

    return find


def test_questions_use_indexes(
    nb: NASBench201API, plans: Callable[[Callable[[], Any]], list[str]]
) -> None:
    for function in (
        lambda: nb.get_more_info(11, "cifar100", hp=200, is_random=False),
        lambda: nb.get_more_info(11, "cifar100", 5, hp=200, is_random=False),
        lambda: nb.query_meta_info_by_index(11, 200),
        lambda: nb.query_by_index(11, "cifar10", 200)[999].train_acc1es,
        lambda: nb.get_net_config(11, "cifar10"),
    ):
        function()  # what is asked once for all
        found = plans(function)
        assert found
        assert not [line for line in found if "SCAN" in line], found


def test_global_random_state_is_left_alone(built201: Path) -> None:
    random.seed(3)
    np.random.seed(3)
    states = random.getstate(), np.random.get_state()[1].tolist()
    nb = NASBench201API(built201, verbose=False)
    nb.random()
    nb.get_more_info(0, "cifar10-valid")
    nb.simulate_train_eval(0, "cifar10")
    assert (random.getstate(), np.random.get_state()[1].tolist()) == states


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("get_more_info", (11, "cifar100", None)),
        ("get_cost_info", (11, "cifar100")),
        ("get_latency", (11, "cifar100")),
        ("query_by_index", (11, "cifar100")),
        ("query_meta_info_by_index", (11,)),
        ("find_best", ("cifar10-valid", "x-valid", None, None)),
        ("query_by_arch", (11,)),
        ("statistics", ("cifar100",)),
    ],
)
def test_epochs_as_in_the_first_versions(
    nb: NASBench201API, method: str, arguments: tuple[Any, ...]
) -> None:
    def told(answer: Any) -> Any:
        if isinstance(answer, dict) and 777 in answer:
            answer = [trial.state_dict() for trial in answer.values()]
        return answer.state_dict() if hasattr(answer, "state_dict") else answer

    ask = getattr(nb, method)
    options = {"is_random": False} if method == "get_more_info" else {}
    answers = []
    for twelve, hp in ((True, "12"), (False, "200")):
        expected = repr(told(ask(*arguments, hp, **options)))
        answers.append(expected)
        for flag in (twelve, np.bool_(twelve)):
            assert repr(told(ask(*arguments, flag, **options))) == expected
            found = ask(*arguments, use_12epochs_result=flag, **options)
            assert repr(told(found)) == expected
            assert repr(told(ask(*arguments, hp=flag, **options))) == expected
    assert answers[0] != answers[1] or method == "get_latency"
    with pytest.raises(AssertionError, match="give one of them"):
        ask(*arguments, "12", use_12epochs_result=True)


@pytest.mark.parametrize(
    ("ask", "meant"),
    [
        (lambda nb: nb.get_more_info(0, "cifar10"), "12"),
        (lambda nb: nb.get_cost_info(0, "cifar10"), "12"),
        (lambda nb: nb.query_by_index(0), "12"),
        (lambda nb: nb.find_best("cifar10", "valid"), "12"),
        (lambda nb: nb.query_by_arch(0), "200"),
    ],
)
def test_who_names_no_epochs_is_told_once_what_is_meant(
    nb: NASBench201API, ask: Callable[[NASBench201API], Any], meant: str
) -> None:
    with pytest.warns(LeftOutWarning, match=f"answers for {meant} epochs") as caught:
        assert [ask(nb), ask(nb), nb.get_latency(0, "cifar10")]
    (warning,) = caught
    assert warning.filename == __file__


def test_who_names_the_epochs_is_told_nothing(nb: NASBench201API) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nb.get_more_info(0, "cifar10", hp=12)
        nb.query_by_arch(0, "12")
        nb.clear_params(0)
        nb.clear_params(0, use_12epochs_result=None)
        nb.simulate_train_eval(0, "cifar10")  # the same in all versions that have it


def test_results_by_epochs_as_in_the_first_versions(nb: NASBench201API) -> None:
    for found, hp in ((nb.arch2infos_less, "12"), (nb.arch2infos_full, "200")):
        assert list(found) == nb.evaluated_indexes
        assert len(found) == len(nb.evaluated_indexes)
        for index, results in found.items():
            expected = nb.query_meta_info_by_index(index, hp)
            assert results.state_dict() == expected.state_dict()
            costs = results.get_comput_costs("cifar10-valid")
            assert costs == expected.get_compute_costs("cifar10-valid")
        assert found[np.int64(11)].get_total_epoch() == int(hp)
        for absent in (5, -1, "text"):
            assert absent not in found
            with pytest.raises(KeyError):
                found[absent]  # type: ignore[index]


def test_helpers_of_the_original(nb: NASBench201API, capsys: pytest.CaptureFixture[str]) -> None:
    assert api.remap_dataset_set_names("cifar10", "valid") == ("cifar10-valid", "x-valid")
    assert api.remap_dataset_set_names("cifar100", "test", verbose=True) == ("cifar100", "x-test")
    assert "x-test of cifar100" in capsys.readouterr().out
    assert "NAS-Bench-201-v1_1-096897.pth" in api.ALL_BENCHMARK_FILES
    results = nb.query_meta_info_by_index(11, "200")
    assert api.print_information(results) == results.show()
    lines = api.print_information(results, "some words", show=True)
    assert lines[0].endswith("some words")
    assert capsys.readouterr().out.splitlines() == lines


def test_numbers_of_numpy(nb: NASBench201API) -> None:
    number = np.int64
    for iepoch in (0, 5, 11):
        expected = nb.get_more_info(11, "cifar10", iepoch, "12", is_random=False)
        found = nb.get_more_info(
            number(11), "cifar10", number(iepoch), number(12), np.bool_(False)
        )
        assert found == expected
    trial = nb.query_by_index(number(11), "cifar10", number(12))[111]
    assert trial.get_train(number(5)) == trial.get_train(5)
    assert type(trial.get_train(np.uint8(5))["iepoch"]) is int
    assert trial.get_eval("ori-test", number(5)) == trial.get_eval("ori-test", 5)
    for one, other in (
        (nb.get_net_config(number(11), "cifar100"), nb.get_net_config(11, "cifar100")),
        (nb.arch2infos_dict[number(11)].keys(), nb.arch2infos_dict[11].keys()),
        (nb.get_cost_info(number(3), "cifar10", 200), nb.get_cost_info(3, "cifar10", 200)),
        (nb.statistics("cifar10", number(200)), nb.statistics("cifar10", 200)),
        (
            nb.find_best("cifar10", "test", np.float32(1e3), number(9), hp=200),
            nb.find_best("cifar10", "test", 1e3, 9, hp=200),
        ),
        (nb.get_more_info(11, "cifar10", is_random=number(111)),) * 2,
    ):
        assert one == other
    with pytest.raises(AssertionError, match="counted from 0 to 11"):
        nb.get_more_info(11, "cifar10", number(12), "12")
    with pytest.raises(AssertionError, match=r"iepoch is 1\.5"):
        nb.get_more_info(11, "cifar10", 1.5, "12")  # type: ignore[arg-type]
    draws = [
        [nb.random() for nb in [NASBench201API(nb._database.path, False, seed=seed)] * 9]
        for seed in (3, number(3))
    ]
    assert draws[0] == draws[1]


@pytest.mark.parametrize("path", ["", "/", "\0", "a\0.pth", "a\0.db", "x" * 5000])
def test_paths_that_nothing_can_have(path: str) -> None:
    for opened in (NASBench201API, NASBench):
        with pytest.raises(NasbenchDBError):
            opened(path)


def test_all_names_are_there() -> None:
    assert {"ArchResults", "ResultsCount", "NASBench201API"} <= set(api.__all__)
    for name in api.__all__:
        assert hasattr(api, name)
