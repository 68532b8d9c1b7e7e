"""The drop-in for nats_bench, against the records and against what NATS-Bench's own tests say.

Those tests (D-X-Y/NATS-Bench, ``tests/api_test.py``) ask the sample files; each of their questions
is asked here, in other words.
"""

import pickle
import random
import re
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nasbench_db
from nasbench_db import natsbench
from nasbench_db.architectures.topology import Cell
from nasbench_db.errors import InvalidArchitecture, InvalidDatabase, NasbenchDBError, SourceError
from nasbench_db.formats.pickles import ForbiddenGlobal
from nasbench_db.nasbench201.synthetic import TOPOLOGIES
from nasbench_db.nats.synthetic import write_nats, write_nats_folder
from nasbench_db.natsbench import (
    EmptyAnswerWarning,
    LeakWarning,
    NATSsize,
    NATStopology,
    api_size,
    api_topology,
    api_utils,
    create,
    pickle_load,
    pickle_save,
    search_space_info,
)
from nasbench_db.natsbench.genotype_utils import TopologyStructure, topology_str2structure
from nasbench_db.natssss.cell import Cell as SizeCell
from nasbench_db.natssss.cell import enumerate_cells
from nasbench_db.natssss.synthetic import SIZES, size_record

DATASETS = ("cifar10-valid", "cifar10", "cifar100", "ImageNet16-120")
SAMPLES = (0, 11)
FOLDERS = {
    "tss": f"{api_topology.ALL_BASE_NAMES[-1]}-simple",
    "sss": f"{api_size.ALL_BASE_NAMES[-1]}-simple",
}


@pytest.fixture(scope="module")
def sampled(data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The databases of NATS-Bench's sample folders."""
    folder = tmp_path_factory.mktemp("samples")
    built = {}
    for space, benchmark in (("tss", "nasbench201"), ("sss", "natssss")):
        built[space] = folder / f"{space}.db"
        source = data / "natsbench" / FOLDERS[space]
        nasbench_db.ingest(benchmark, source, built[space], progress=False)
    return built


@pytest.fixture
def tss(sampled: dict[str, Path]) -> NATStopology:
    return NATStopology(sampled["tss"], True, False, seed=0)


@pytest.fixture
def sss(sampled: dict[str, Path]) -> NATSsize:
    return NATSsize(sampled["sss"], True, False, seed=0)


@pytest.fixture(scope="module")
def sizes() -> dict[int, Any]:
    return {index: size_record(index) for index in (0, 5, 32_767)}


@pytest.fixture(scope="module")
def made_up(sizes: dict[int, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of made-up architectures of the size search space."""
    source = {
        "meta_archs": [cell.arch_str for cell in enumerate_cells()],
        "arch2infos": sizes,
        "evaluated_indexes": set(sizes),
    }
    path = tmp_path_factory.mktemp("made_up") / "sizes.db"
    return nasbench_db.ingest("natssss", source, path, progress=False).path


@pytest.fixture
def size(made_up: Path) -> NATSsize:
    return NATSsize(made_up, verbose=False, seed=0)


def close(one: float, other: float) -> bool:
    """What NATS-Bench's tests take for equal costs."""
    return abs(one - other) <= 1e-4 * min(abs(one), abs(other))


class TestNATSBenchsOwnTests:
    """Each method is a test of the original."""

    @pytest.mark.parametrize(("space", "hp"), [("tss", "12"), ("sss", "12"), ("tss", "200")])
    def test_walk_through(
        self, sampled: dict[str, Path], space: str, hp: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        api = create(sampled[space], space, True, False)
        used = 0.0
        for index in SAMPLES:
            for dataset in DATASETS[1:]:
                assert api.get_more_info(index, dataset)
                assert api.get_cost_info(index, dataset)
                accuracy, latency, seconds, total = api.simulate_train_eval(
                    index, dataset=dataset, hp=hp
                )
                assert 0 < accuracy < 100
                assert 0 < latency < 1
                used += seconds
                assert total == used
                assert api.get_net_config(index, dataset)["num_classes"] in (10, 100, 120)
            api.show(index)
            assert api[index] in capsys.readouterr().out
        with pytest.raises(ValueError, match="100000"):
            api.get_more_info(100000, "cifar10")

    def test_issue_1(self, tss: NATStopology) -> None:
        info = tss.get_more_info(0, "cifar10", hp=12)
        assert "training images" in info["comment"]
        costs = tss.get_cost_info(0, "cifar10")
        assert costs["T-train@total"] == pytest.approx(info["train-all-time"])
        assert costs["T-train@epoch"] == pytest.approx(info["train-per-time"])
        assert costs["T-ori-test@total"] == pytest.approx(info["test-all-time"])
        assert costs["T-ori-test@epoch"] == pytest.approx(info["test-per-time"])

    def test_issue_2(self, tss: NATStopology) -> None:
        trials = tss.query_by_index(11, dataname="cifar10", hp=200)
        assert list(trials) == [777, 888, 999]
        assert trials[777].get_train()["accuracy"] == trials[777].train_acc1es[199]
        short = tss.get_more_info(11, "cifar10", hp=12)["train-accuracy"]
        assert short < tss.get_more_info(11, "cifar10", hp=200)["train-accuracy"]

    def test_issue_7(self, tss: NATStopology, sss: NATSsize) -> None:
        for api in (tss, sss):
            for index in SAMPLES:
                for dataset in DATASETS:
                    api.get_cost_info(index, dataset, hp="12")
            for dataset in DATASETS[1:]:
                best, accuracy = api.find_best(
                    dataset=dataset, metric_on_set="valid", hp="12", enforce_all=False
                )
                split = "cifar10-valid" if dataset == "cifar10" else dataset
                assert accuracy == max(
                    api.get_more_info(i, split, is_random=False)["valid-accuracy"] for i in SAMPLES
                )
                assert best in SAMPLES

    def test_issue_13(self, tss: NATStopology) -> None:
        structures = [topology_str2structure(tss[index]) for index in range(len(tss))]
        assert len({s.to_unique_str(consider_zero=True) for s in structures}) == 6466
        for index in (0, 11, 500, 15_624):
            assert tss.get_unique_str(index) == structures[index].to_unique_str(True)

    def test_issue_36(self, tss: NATStopology, sss: NATSsize) -> None:
        for api in (tss, sss):
            for index in SAMPLES:
                for dataset in DATASETS:
                    short = api.get_cost_info(index, dataset, hp="12")
                    full = api.get_cost_info(index, dataset, hp=api.full_epochs_in_paper)
                    assert close(short["flops"], full["flops"])
                    assert close(short["params"], full["params"])


def test_real_values(tss: NATStopology) -> None:
    """Values that the original gave for these files."""

    def mean(dataset: str) -> dict[str, Any]:
        return tss.get_more_info(11, dataset, hp="200", is_random=False)

    # Not to the last bit: Python's sum() makes up for rounding since 3.12.
    assert mean("cifar10-valid")["valid-accuracy"] == pytest.approx(87.9399999983724, rel=1e-12)
    assert mean("cifar10-valid")["test-accuracy"] == pytest.approx(87.65)
    assert mean("cifar10")["test-accuracy"] == pytest.approx(91.58333, abs=1e-5)
    assert mean("cifar100")["valtest-accuracy"] == pytest.approx(67.53)
    assert mean("ImageNet16-120")["valid-accuracy"] == pytest.approx(30.41111, abs=1e-5)
    assert mean("ImageNet16-120")["train-all-time"] == pytest.approx(15123.952, abs=1e-3)
    seconds = tss.simulate_train_eval(11, "cifar10", hp="12")[2]
    assert seconds == pytest.approx(153.6959332625071, rel=1e-12)
    assert tss.get_unique_str(11) == (
        "#+(((0)@nor_conv_3x3)@avg_pool_3x3+(0)@nor_conv_3x3)@avg_pool_3x3"
        "+((0)@nor_conv_3x3)@nor_conv_3x3"
    )
    old = tss.query_by_index(0, "cifar100", "200")
    assert old[777].get_eval("x-valid")["accuracy"] == 51.87999996948242
    assert old[999].get_eval("ori-test")["accuracy"] == 53.11
    assert old[888].get_latency() == 0.013182918230692545


def test_the_search_spaces(tss: NATStopology, size: NATSsize, made_up: Path) -> None:
    assert (tss.is_topology, tss.is_size, tss.search_space_name) == (True, False, "topology")
    assert (size.is_topology, size.is_size, size.search_space_name) == (False, True, "size")
    assert tss.full_epochs_in_paper == tss.full_train_epochs == 200
    assert size.full_epochs_in_paper == size.full_train_epochs == 90
    assert (len(tss), len(size)) == (15_625, 32_768)
    assert size[1] == "8:8:8:8:16"
    assert size.query_index_by_arch("8:8:8:8:16") == 1
    assert size.query_index_by_arch(SizeCell.from_string("8:8:8:8:16")) == 1
    assert size.evaluated_indexes == {0, 5, 32_767}
    assert sorted(size.avaliable_hps) == ["01", "12", "90"]
    assert size.filename == made_up.name
    assert size.get_net_config(5, "cifar100") == {
        "name": "infer.shape.tiny",
        "channels": size[5],
        "genotype": "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+"
        "|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|",
        "num_classes": 100,
    }
    for hp in ("01", "1", 1, np.int64(1)):
        assert size.query_by_index(5, hp=hp).get_total_epoch() == 1
    assert size.statistics("cifar10", 12) == {3: 3}
    assert size.statistics("cifar10", 90) == {1: 3}


def test_all_values_of_the_records_come_back(size: NATSsize, sizes: dict[int, Any]) -> None:
    for index, record in sizes.items():
        for hp, expected in record.items():
            results = size.query_meta_info_by_index(index, hp)
            assert type(results) is natsbench.ArchResults
            trials = results.state_dict()["all_results"]
            assert trials == expected["all_results"]
            assert results.dataset_seed == expected["dataset_seed"]
            for key, trial in trials.items():
                result = results.query(*key)
                assert type(result) is natsbench.ResultsCount
                assert {name: type(value) for name, value in trial.items()} == {
                    name: type(value) for name, value in expected["all_results"][key].items()
                }
    info = size.get_more_info(5, "cifar10-valid", hp="01", is_random=777)
    trial = sizes[5]["01"]["all_results"]["cifar10-valid", 777]
    assert info["train-all-time"] == trial["train_times"][0]
    assert info["valid-per-time"] == trial["eval_times"]["x-valid@0"]
    assert {type(value) for key, value in info.items() if key != "comment"} == {float}


def test_find_best(size: NATSsize, sizes: dict[int, Any]) -> None:
    def mean(index: int) -> float:
        results = sizes[index]["12"]
        accuracies = [
            results["all_results"]["cifar100", seed]["eval_acc1es"]["x-test@11"]
            for seed in results["dataset_seed"]["cifar100"]
        ]
        return sum(accuracies) / len(accuracies)

    means = {index: mean(index) for index in sizes}
    best = max(means, key=lambda index: means[index])
    assert size.find_best("cifar100", "test", hp=12) == (best, means[best])
    smallest = size.get_cost_info(0, "cifar100")
    for bounds in ({"flop_max": smallest["flops"]}, {"param_max": smallest["params"]}):
        assert size.find_best("cifar100", "test", **bounds) == (0, means[0])
    with pytest.warns(EmptyAnswerWarning, match="at most 0 million FLOPs"):
        assert size.find_best("cifar100", "test", flop_max=0) == (-1, None)
    with pytest.raises(AssertionError, match="fast_mode"):
        size.find_best("cifar100", "test", enforce_all=True)
    size.reset_fast_mode(True)
    assert size.find_best("cifar100", "test", enforce_all=True) == (best, means[best])


@pytest.mark.parametrize("path", ["", "/", "a\0b", "x" * 5000, "absent.pickle.pbz2"])
@pytest.mark.parametrize("space", ["tss", "sss"])
def test_paths_of_nothing(path: str, space: str) -> None:
    with pytest.raises(SourceError) as caught:
        create(path, space)
    assert isinstance(caught.value, ValueError)


def test_helpers_of_the_original(
    tss: NATStopology, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert natsbench.NATS_BENCH_API_VERSIONs[-1] == natsbench.version() == "v1.8"
    assert natsbench.NATS_BENCH_API_VERSIONs[0] == "v1.0"
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert api_utils.get_torch_home() == str(tmp_path)
    monkeypatch.delenv("TORCH_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert api_utils.get_torch_home() == str(tmp_path / ".torch")
    monkeypatch.delenv("HOME")
    with pytest.raises(ValueError, match="set one of them"):
        api_utils.get_torch_home()
    assert api_utils.nats_is_dir(tmp_path)
    assert not api_utils.nats_is_file(tmp_path)
    (tmp_path / "file").touch()
    assert api_utils.nats_is_file(str(tmp_path / "file"))
    api_utils.reset_file_system("default")
    assert api_utils.get_file_system() == "default"
    with pytest.raises(ValueError, match="'google'"):
        api_utils.reset_file_system("google")
    assert re.fullmatch(r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]", api_utils.time_string())
    assert api_utils.mean([1, 2]) == 1.5
    trial = tss.query_by_index(11, "cifar10", "12")[111]
    trial.judge_valid(11)
    for iepoch in (-1, 12):
        with pytest.raises(ValueError, match="from 0 to 11"):
            trial.judge_valid(iepoch)
    results = tss.query_meta_info_by_index(11, "12")
    assert api_topology.print_information(results) == api_size.print_information(results)


def test_numbers_of_numpy(tss: NATStopology) -> None:
    index, iepoch = np.int64(11), np.int64(5)
    tss.reset_time()
    expected = tss.simulate_train_eval(11, "cifar10", 5, "12", account_time=False)
    found = tss.simulate_train_eval(index, "cifar10", iepoch, np.int64(12), account_time=False)
    assert found[1:] == expected[1:]
    assert tss.get_net_config(index, "cifar10") == tss.get_net_config(11, "cifar10")


def test_accuracies_on_test_images_are_warned_of_once(tss: NATStopology) -> None:
    with pytest.warns(LeakWarning, match=r"cifar100 after epoch 5 .* hp=12") as caught:
        answers = [tss.simulate_train_eval(11, "cifar100", iepoch=5, hp="200") for _ in range(9)]
    assert len(caught) == 1
    assert caught[0].filename == __file__
    curves = tss.query_by_index(11, "cifar100", "200")
    assert {answer[0] for answer in answers} <= {
        trial.eval_acc1es["ori-test@5"] for trial in curves.values()
    }
    info = tss.get_more_info(11, "cifar100", 5, "200", is_random=False)
    last = tss.get_more_info(11, "cifar100", None, "200", is_random=False)
    seconds = info["train-all-time"] + last["valid-per-time"]
    assert answers[0][2] == pytest.approx(seconds, rel=1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tss.simulate_train_eval(11, "cifar10", iepoch=5, hp="200")  # its validation is recorded
        tss.simulate_train_eval(11, "cifar100", iepoch=5, hp="12")
    with pytest.raises(ValueError, match="must be one of"):
        tss.simulate_train_eval(11, "cifar10-valid")


def test_comments_say_what_was_measured(tss: NATStopology) -> None:
    def info(dataset: str) -> dict[str, Any]:
        return tss.get_more_info(0, dataset, hp=200, is_random=False)

    assert "200 epochs" in info("cifar10")["comment"]
    assert "25,000 of" in info("cifar10-valid")["comment"]
    assert "comment" not in info("cifar100")
    assert list(info("cifar10"))[4:6] == ["comment", "test-loss"]


def test_search_space_info() -> None:
    topology = {
        "op_names": ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"],
        "num_nodes": 4,
    }
    sizes = {"candidates": [8, 16, 24, 32, 40, 48, 56, 64], "num_layers": 5}
    assert search_space_info("nas-bench-201", None) == topology
    for tag in ("tss", "topology"):
        assert search_space_info("nats-bench", tag) == topology
    for tag in ("sss", "size"):
        assert search_space_info("nats-bench", tag) == sizes
    for tags in (("nas-bench-201", "tss"), ("nats-bench", None), ("nonsense", "tss")):
        with pytest.raises(ValueError, match="must be"):
            search_space_info(*tags)


def test_create(made_up: Path) -> None:
    for tag in ("sss", "size"):
        assert isinstance(create(made_up, tag, verbose=False), NATSsize)
    with pytest.raises(ValueError, match="must be one of tss, topology, sss, size"):
        create(made_up, "nonsense")
    with pytest.raises(InvalidDatabase, match="natssss, not of nasbench201"):
        create(made_up, "tss")
    assert natsbench.version() == "v1.8"
    one, other = (create(made_up, "sss", verbose=False, seed=1) for _ in range(2))
    state = random.getstate()
    assert [one.random() for _ in range(9)] == [other.random() for _ in range(9)]
    assert one.get_more_info(5, "cifar10") == other.get_more_info(5, "cifar10")
    assert random.getstate() == state


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    for make in (NATStopology, NATSsize):
        with pytest.raises(ValueError, match="there is no") as caught:
            make(str(tmp_path / "absent"))
        assert isinstance(caught.value, NasbenchDBError)
        with pytest.raises(ValueError, match="must be a path"):
            make(7)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="lacks 'arch2infos'"):
            make({"meta_archs": []})


@pytest.mark.parametrize("fast_mode", [True, False])
def test_a_folder_is_ingested_once(fast_mode: bool, tmp_path: Path, memoised: None) -> None:
    folder = tmp_path / "NATS-tss-v1_0-3ffb9-simple"
    write_nats_folder(folder, [3], TOPOLOGIES)
    api = NATStopology(str(folder), fast_mode, False)
    assert api.evaluated_indexes == {3}
    assert api.fast_mode is fast_mode
    assert api.archive_dir == str(folder)
    assert api.filename == folder.name
    built = tmp_path / "NATS-tss-v1_0-3ffb9-simple.db"
    stamp = built.stat().st_mtime_ns
    assert NATStopology(folder, fast_mode, False).evaluated_indexes == {3}
    assert built.stat().st_mtime_ns == stamp
    write_nats_folder(folder, [5], TOPOLOGIES)
    assert NATStopology(folder, fast_mode, False).evaluated_indexes == {3, 5}
    shutil.rmtree(folder)
    assert NATStopology(folder, fast_mode, False).evaluated_indexes == {3, 5}


def test_a_single_file_and_its_dict(tmp_path: Path, memoised: None) -> None:
    path = tmp_path / "NATS-sss-v1_0-50262.pickle.pbz2"
    write_nats(path, [3, 7], SIZES)
    of_file = NATSsize(path, verbose=False)
    of_dict = NATSsize(pickle_load(path), verbose=False)
    for api in (of_file, of_dict):
        assert api.evaluated_indexes == {3, 7}
        assert api.archive_dir is None
    expected = of_file.get_more_info(7, "cifar100", hp="90")
    assert of_dict.get_more_info(7, "cifar100", hp="90") == expected


def test_reload(
    size: NATSsize, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memoised: None
) -> None:
    folder = tmp_path / "NATS-sss-v1_0-50262-full"
    write_nats_folder(folder, [5, 9], SIZES, seed=1)
    (folder / "000009.pickle.pbz2").rename(folder / "9.pickle.pbz2")
    before = size.get_more_info(5, "cifar10", is_random=False)
    for root in (folder, None):
        size.reset_archive_dir(str(folder))
        size.reload(root, 5)
        assert size.get_more_info(5, "cifar10", is_random=False) != before
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    size.reset_archive_dir(None)
    size.reload(index=9)
    assert type(size.query_by_index(9, hp=1)) is natsbench.ArchResults
    with pytest.raises(AssertionError, match="there is no"):
        size.reload(folder, 10)
    monkeypatch.delenv("TORCH_HOME")
    with pytest.raises(ValueError, match="no folder"):
        size.reload()


def test_pickles(tmp_path: Path) -> None:
    value = {"a": [1.5, None, ("b", 2)], "c": {1, 2}}
    pickle_save(value, tmp_path / "saved")
    for path in (tmp_path / "saved", str(tmp_path / "saved"), tmp_path / "saved.pbz2"):
        assert pickle_load(path) == value
    with pytest.raises(SourceError):
        pickle_load(tmp_path / "absent")


def test_a_pickle_runs_nothing(tmp_path: Path) -> None:
    class Attack:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "touched",))

    pickle_save({"meta_archs": Attack()}, tmp_path / "attack")
    (tmp_path / "attack.pickle").write_bytes(pickle.dumps(Attack()))
    for path in (tmp_path / "attack", tmp_path / "attack.pickle"):
        with pytest.raises(ForbiddenGlobal):
            pickle_load(path)
    with pytest.raises(SourceError):
        natsbench.ArchResults.create_from_state_dict(str(tmp_path / "attack.pbz2"))
    assert not (tmp_path / "touched").exists()


@pytest.fixture
def structure() -> TopologyStructure:
    return topology_str2structure(
        "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|none~0|nor_conv_3x3~1|none~2|"
    )


def test_a_structure(structure: TopologyStructure) -> None:
    text = structure.tostr()
    assert topology_str2structure(structure) is structure
    assert structure.cell == Cell.from_string(text)
    assert (len(structure), structure.node_num, structure.node_N) == (4, 4, [1, 2, 3])
    assert structure[0] == (("nor_conv_3x3", 0),)
    assert structure.node(1) == structure[1]
    assert structure.check_valid()
    assert structure.check_valid_op(["none", "nor_conv_3x3", "avg_pool_3x3"])
    assert not structure.check_valid_op(["none"])
    genotype, connected = structure.tolist("none")
    assert connected
    assert genotype is not None
    assert genotype[2] == (("nor_conv_3x3", 1),)
    assert structure.tolist("nor_conv_3x3") == (None, False)
    assert TopologyStructure(structure.nodes).tostr() == text
    assert text in repr(structure)
    dead = topology_str2structure("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|")
    assert not dead.check_valid()
    shuffled = [[("none", 0)], [("none", 1), ("skip_connect", 0)], structure[2]]
    assert TopologyStructure(shuffled).tostr().startswith("|none~0|+|none~1|skip_connect~0|+")


def test_a_structure_with_missing_edges() -> None:
    structure = TopologyStructure.str2fullstructure("|skip_connect~0|+|none~1|+|nor_conv_1x1~2|")
    assert structure.tostr() == ("|skip_connect~0|+|none~0|none~1|+|none~0|none~1|nor_conv_1x1~2|")


def test_all_structures() -> None:
    structures = TopologyStructure.gen_all(["none", "skip_connect"], 4, False)
    assert len({structure.tostr() for structure in structures}) == 2**6
    genotypes = TopologyStructure.gen_all(["none", "skip_connect"], 4, True)
    assert [structure.nodes for structure in structures] == genotypes
    assert structures[1].tostr().endswith("|none~0|none~1|skip_connect~2|")


@pytest.mark.parametrize(
    "call",
    [
        lambda structure: structure.node(0),
        lambda structure: structure.node(5),
        lambda structure: TopologyStructure("text"),
        lambda structure: TopologyStructure.gen_all("text", 4, True),
        lambda structure: TopologyStructure.gen_all(["none"], 5, True),
        lambda structure: topology_str2structure(7),
        lambda structure: topology_str2structure("|none~0~1|"),
    ],
)
def test_malformed_structures(structure: TopologyStructure, call: Callable[[Any], Any]) -> None:
    with pytest.raises(AssertionError):
        call(structure)


def test_a_structure_outside_the_search_space() -> None:
    for text in ("|nor_conv_3x3~0|", "|a~0|+|a~0|a~1|+|a~0|a~1|a~2|"):
        with pytest.raises(InvalidArchitecture):
            topology_str2structure(text)
