"""Synthetic files: real architectures and made-up curves in the originals' layouts."""

import bz2
import io
import pickle
import pickletools
import random
import zipfile
from collections import Counter, OrderedDict

import numpy as np
import pytest
from support.learning import predicted, spearman

from nasbench_db.architectures.topology import official_order
from nasbench_db.formats import torch_files
from nasbench_db.formats.torch_writing import PickleWriter
from nasbench_db.nasbench201 import synthetic
from nasbench_db.nasbench201.synthetic import TOPOLOGIES, topology_record, write_archive, write_pth
from nasbench_db.nats.synthetic import DATASETS as MADE_UP
from nasbench_db.nats.synthetic import SHARED, repeated, write_nats, write_nats_folder
from nasbench_db.natssss.cell import enumerate_cells as enumerate_sizes
from nasbench_db.natssss.synthetic import SIZES, size, size_record
from nasbench_db.store.building import SYNTHETIC_KEY

SPACES = {"tss": TOPOLOGIES, "sss": SIZES}
FOLDERS = {"tss": "NATS-tss-v1_0-3ffb9-simple", "sss": "NATS-sss-v1_0-50262-simple"}
DATASETS = ["cifar10-valid", "cifar10", "cifar100", "ImageNet16-120"]
IMAGES = {
    "cifar10-valid": {"train": 25_000, "x-valid": 25_000, "ori-test": 10_000},
    "cifar10": {"train": 50_000, "ori-test": 10_000},
    "cifar100": {"train": 50_000, "x-valid": 5_000, "x-test": 5_000, "ori-test": 10_000},
    "ImageNet16-120": {"train": 151_700, "x-valid": 3_000, "x-test": 3_000, "ori-test": 6_000},
}
CIFAR100 = MADE_UP["cifar100"]
CURVES = ("train_acc1es", "train_acc5es", "train_losses", "eval_acc1es", "eval_losses")


@pytest.fixture
def thrice(monkeypatch):
    """Every topology is trained three times, as the real ones 0 and 11."""
    monkeypatch.setattr(synthetic, "_trained", lambda version: (3,) * 15625)


def real(data, space, index):
    """The real record of an architecture, as bytes of a pickle."""
    path = data / "natsbench" / FOLDERS[space] / f"{index:06d}.pickle.pbz2"
    return bz2.decompress(path.read_bytes())


def written(value):
    """The pickle of a record, as a file of NATS-Bench has it."""
    file = io.BytesIO()
    PickleWriter(file.write, 4, SHARED).dump(value)
    return file.getvalue()


def form(data):
    """The opcodes of a pickle, and their arguments but for the numbers measured."""
    return [
        (op.name, None if op.name in ("BINFLOAT", "SHORT_BINBYTES") else arg)
        for op, arg, _ in pickletools.genops(data)
        if op.name != "FRAME"
    ]


def trials(record):
    """The trainings of a record with the key of each."""
    return [
        (epochs, dataset, seed, trial)
        for epochs, result in record.items()
        for (dataset, seed), trial in result["all_results"].items()
    ]


def load_pth(path):
    """The object of a file of PyTorch's older layout without tensors."""
    with open(path, "rb") as file:
        for _ in range(3):
            pickle.load(file)
        value = pickle.load(file)
        assert pickle.load(file) == []
        assert file.read() == b""
    return value


@pytest.mark.parametrize("index", [0, 11])
@pytest.mark.parametrize("space", ["tss", "sss"])
def test_pickles_have_the_form_of_real_ones(data, thrice, space, index):
    """Opcode for opcode: keys and their order, types, and which objects are the same."""
    original = real(data, space, index)
    made = written(SPACES[space].record(index))
    assert form(made) == form(original)
    assert len(made) == len(original)


@pytest.mark.parametrize("space", ["tss", "sss"])
def test_real_records_are_written_as_they_were(data, space):
    """The writer gives back a real pickle, but for where its frames are cut."""
    original = real(data, space, 11)
    again = written(pickle.loads(original))
    assert len(again) == len(original)
    assert [(op.name, arg) for op, arg, _ in pickletools.genops(again) if op.name != "FRAME"] == [
        (op.name, arg) for op, arg, _ in pickletools.genops(original) if op.name != "FRAME"
    ]


@pytest.mark.parametrize("index", [0, 11])
@pytest.mark.parametrize("space", ["tss", "sss"])
def test_parameters_and_flops_are_real(data, thrice, space, index):
    """What can be computed is not invented; nor is how size data derive their latency."""
    original = trials(pickle.loads(real(data, space, index)))
    for (*key, true), (*same, made) in zip(
        original, trials(SPACES[space].record(index)), strict=True
    ):
        assert key == same
        assert made["params"] == true["params"]
        assert made["flop"] == pytest.approx(true["flop"], rel=1e-12)
        assert made["arch_config"] == true["arch_config"]


@pytest.mark.parametrize("space", ["tss", "sss"])
def test_meta_is_the_real_one(data, tmp_path, space):
    """All architectures in the official order, and the mark besides."""
    write_nats_folder(tmp_path, [], SPACES[space])
    name = "meta.pickle.pbz2"
    original = pickle.loads((bz2.open(data / "natsbench" / FOLDERS[space] / name)).read())
    made = pickle.loads(bz2.open(tmp_path / name).read())
    assert made == {SYNTHETIC_KEY: True, **original}
    assert list(made)[1:] == list(original)


@pytest.mark.parametrize("space", ["tss", "sss"])
def test_real_curves_are_repeated_with_other_numbers(data, thrice, space):
    """The form stays that of a real record, and every value of a curve is lowered a little."""
    original = real(data, space, 11)
    made = repeated(data / "natsbench" / FOLDERS[space], SPACES[space])(
        4321
    )  # the turn of the second
    assert Counter(name for name, _ in form(written(made))) == pytest.approx(
        Counter(name for name, _ in form(original)), abs=16
    )
    for (*_, true), (*_, trial) in zip(trials(pickle.loads(original)), trials(made), strict=True):
        for name in CURVES:
            if true[name] is not None:
                assert list(trial[name]) == list(true[name])
                share = np.array(list(trial[name].values())) / list(true[name].values())
                assert ((share > 0.95) & (share < 1)).all()
                assert len(set(share)) > 0.9 * len(share)
    for result in made.values():
        assert result["arch_index"] == 4321
        assert result["arch_str"] == SPACES[space].strings()[4321]


def expected_names(dataset, epochs):
    """The keys of accuracies by the table of what was evaluated when."""
    last = {
        "cifar10-valid": ["ori-test"],
        "cifar10": [],
        "cifar100": ["x-valid", "x-test"],
        "ImageNet16-120": ["x-valid", "x-test"],
    }
    names = [name for name in IMAGES[dataset] if name != "train"]
    return {
        f"{name}@{epoch}"
        for name in names
        for epoch in range(epochs)
        if epochs != 200 or name not in last[dataset] or epoch == 199
    }


@pytest.mark.parametrize("make", [topology_record, size_record])
def test_splits_and_epochs_are_those_of_the_originals(make):
    """Each training has the epochs, evaluations, times and values that the originals have."""
    for key, dataset, seed, trial in trials(make(77)):
        epochs = trial["epochs"]
        splits = {name: count for name, count in IMAGES[dataset].items() if name != "train"}
        assert epochs == int(key)
        assert (trial["name"], trial["seed"]) == (dataset, f"{seed:04d}")
        assert set(trial["eval_names"]) == set(splits)
        for name in ("train_acc1es", "train_losses", "train_times"):
            assert list(trial[name]) == list(range(epochs))
        assert (trial["train_acc5es"] is None) == (epochs == 200)
        assert set(trial["eval_acc1es"]) == expected_names(dataset, epochs)
        assert list(trial["eval_losses"]) == list(trial["eval_acc1es"])
        assert set(trial["eval_times"]) == {
            f"{name}@{epoch}" for name in splits for epoch in range(epochs)
        }
        assert type(trial["train_times"]) is OrderedDict
        assert [type(trial[name]) for name in ("params", "flop")] == [np.float64, float]
        assert [type(latency) for latency in trial["latency"]] == [np.float64]
        for epoch, accuracy in trial["train_acc1es"].items():
            images = accuracy / 100 * IMAGES[dataset]["train"]
            assert images == pytest.approx(round(images), abs=1e-6)
            assert 0 <= accuracy <= 100
        assert all(loss > 0 for loss in trial["train_losses"].values())
        if epochs > 1:
            for accuracies, losses in (("train_acc1es", "train_losses"),):
                assert trial[accuracies][epochs - 1] > trial[accuracies][0]
                assert trial[losses][epochs - 1] < trial[losses][0]


@pytest.mark.parametrize("index", [0, 5, 20])
def test_topology_data_are_trained_with_the_published_seeds(index):
    """12 epochs twice on half of CIFAR-10, else once; 200 epochs one to three times on all."""
    record = topology_record(index)
    assert list(record["12"]["all_results"]) == [
        ("cifar10-valid", 777),
        *[(dataset, 111) for dataset in DATASETS],
    ]
    seeds = record["200"]["dataset_seed"]["cifar10"]
    assert set(seeds) <= {777, 888, 999}
    assert len(seeds) == synthetic._trained("1.1")[index]
    assert set(record["200"]["all_results"]) == {
        (dataset, seed) for dataset in DATASETS for seed in seeds
    }
    for result in record.values():
        assert list(result["dataset_seed"]) == DATASETS
        assert all(found == sorted(found) for found in result["dataset_seed"].values())
        assert result["arch_str"] == official_order()[index].arch_str


@pytest.mark.parametrize(
    ("version", "counts"),
    [("1.0", {1: 6219, 2: 1621, 3: 7785}), ("1.1", {1: 2225, 2: 5439, 3: 7961})],
)
def test_as_many_are_trained_often_as_published(version, counts):
    """The counts are those of the comment at the head of ``nas_201_api/api_201.py``."""
    assert Counter(synthetic._trained(version)) == counts


def test_times_of_topology_data_are_estimates():
    """One time for all epochs and seeds, in proportion to the images."""
    per_image = set()
    for _, dataset, _, trial in trials(topology_record(3)):
        (training,) = set(trial["train_times"].values())
        per_image.add(("train", round(training / IMAGES[dataset]["train"], 12)))
        for name, seconds in trial["eval_times"].items():
            images = IMAGES[dataset][name.split("@")[0]]
            per_image.add(("eval", round(seconds / images, 12)))
    assert sorted(kind for kind, _ in per_image) == ["eval", "train"]
    latencies = {
        dataset: trial["latency"][0] for _, dataset, _, trial in trials(topology_record(3))
    }
    assert latencies["cifar10"] == latencies["cifar10-valid"]
    assert len(set(latencies.values())) == 3


def test_times_of_size_data_are_the_same_for_all_epochs():
    """One time for all epochs and seeds of a data set; the latency follows from evaluations."""
    times = {}
    for _, dataset, _, trial in trials(size_record(3)):
        (training,) = set(trial["train_times"].values())
        by_split = {name.split("@")[0]: value for name, value in trial["eval_times"].items()}
        assert set(trial["eval_times"].values()) == set(by_split.values())
        times.setdefault(dataset, []).append((training, by_split, trial["latency"]))
        per_batch = [
            seconds / -(-IMAGES[dataset][name] // 256) for name, seconds in by_split.items()
        ]
        assert trial["latency"] == pytest.approx([np.mean(per_batch)])
    assert list(times) == DATASETS
    assert all(all(one == found[0] for one in found) for found in times.values())


def test_version_1_0_has_less():
    """12 epochs on one data set with measured times; elsewhere no times, but latencies."""
    record = topology_record(8, version="1.0")
    ((_, _, _, short),) = trials({"12": record["12"]})
    assert list(record["12"]["all_results"]) == [("cifar10-valid", 777)]
    assert len(set(short["train_times"].values())) == 12
    assert len(set(short["eval_times"].values())) == 24
    assert short["latency"] is None
    for _, dataset, _, trial in trials({"200": record["200"]}):
        assert trial["train_times"] is None
        assert trial["eval_times"] == {}
        batches = {"cifar100": 18, "ImageNet16-120": 10}.get(dataset, 38)
        assert len(set(trial["latency"])) == batches


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_pth_is_one_dict(tmp_path, version):
    """The single file has the originals' keys in their order, after the mark."""
    path = tmp_path / "file.pth"
    write_pth(path, iter([9, 4]), version=version)
    value = load_pth(path)
    assert list(value) == [
        SYNTHETIC_KEY,
        "meta_archs",
        "total_archs",
        "arch2infos",
        "evaluated_indexes",
    ]
    assert value[SYNTHETIC_KEY] is True
    assert value["meta_archs"] == [cell.arch_str for cell in official_order()]
    assert value["total_archs"] == 15625
    assert value["evaluated_indexes"] == [4, 9]
    assert list(value["arch2infos"]) == [9, 4]
    for index, infos in value["arch2infos"].items():
        record = topology_record(index, version=version)
        assert list(infos) == ["full", "less"]
        assert infos == {"full": record["200"], "less": record["12"]}


def test_both_layouts_of_pth_have_the_same_pickle(tmp_path):
    """The newer layout wraps the bytes of the older one's object."""
    write_pth(tmp_path / "legacy", [9])
    write_pth(tmp_path / "zip", [9], layout="zip")
    with zipfile.ZipFile(tmp_path / "zip") as archive:
        assert archive.read("archive/data.pkl") in (tmp_path / "legacy").read_bytes()


def test_attribute_names_are_in_a_file_once(tmp_path):
    """The keys of curves are new strings in each training, as in the originals."""
    write_pth(tmp_path / "file", range(3))
    content = (tmp_path / "file").read_bytes()
    for name in (
        b"train_acc1es",
        b"net_state_dict",
        b"arch_config",
        b"numpy.core",
        b"cifar10-val",
    ):
        assert content.count(name) == 1
    assert content.count(b"ori-test@150") >= 3 * 4 * 2


@pytest.mark.parametrize(("space", "make"), [(TOPOLOGIES, topology_record), (SIZES, size_record)])
def test_nats_file_and_folder_have_the_same_records(tmp_path, space, make):
    """One dict of all, or a file for each, under the original's names."""
    write_nats(tmp_path / "file.pickle.pbz2", iter([300, 2]), space)
    write_nats_folder(tmp_path / "folder", iter([300, 2]), space)
    whole = pickle.loads(bz2.open(tmp_path / "file.pickle.pbz2").read())
    assert whole["arch2infos"] == {300: make(300), 2: make(2)}
    assert whole["evaluated_indexes"] == {2, 300}
    assert whole[SYNTHETIC_KEY] is True
    assert sorted(path.name for path in (tmp_path / "folder").iterdir()) == [
        "000002.pickle.pbz2",
        "000300.pickle.pbz2",
        "meta.pickle.pbz2",
    ]
    one = pickle.loads(bz2.open(tmp_path / "folder" / "000300.pickle.pbz2").read())
    assert one == whole["arch2infos"][300]
    assert type(one) is OrderedDict
    meta = pickle.loads(bz2.open(tmp_path / "folder" / "meta.pickle.pbz2").read())
    assert meta == {**whole, "arch2infos": None, "evaluated_indexes": set()}


def test_simple_archive_has_the_record_of_an_architecture(tmp_path):
    """A file without weights is like an item of the single file."""
    write_archive(tmp_path, [6], full=False)
    record = topology_record(6)
    assert load_pth(tmp_path / "000006-SIMPLE.pth") == {
        "full": record["200"],
        "less": record["12"],
        SYNTHETIC_KEY: True,
    }


def test_full_archive_has_weights_in_both_layouts(tmp_path):
    """Every training has tensors of its own, by the names of a network's ``state_dict``."""
    for layout in ("legacy", "zip"):
        write_archive(tmp_path / layout, [6], layout=layout)
    loaded = [
        torch_files.load(tmp_path / layout / "000006-FULL.pth") for layout in ("legacy", "zip")
    ]
    kernels = set()
    for key in ("full", "less"):
        assert loaded[0][key]["clear_net_done"] is False
        for run, trial in loaded[0][key]["all_results"].items():
            other = loaded[1][key]["all_results"][run]["net_state_dict"]
            weights = {name: t.numpy() for name, t in trial["net_state_dict"].items()}
            classes = trial["arch_config"]["class_num"]
            assert {name: (w.dtype.name, w.shape) for name, w in weights.items()} == {
                "stem.0.weight": ("float32", (16, 3, 3, 3)),
                "stem.1.weight": ("float32", (16,)),
                "stem.1.bias": ("float32", (16,)),
                "stem.1.running_mean": ("float32", (16,)),
                "stem.1.num_batches_tracked": ("int64", ()),
                "classifier.weight": ("float32", (classes, 64)),
                "classifier.bias": ("float32", (classes,)),
            }
            for name, weight in weights.items():
                np.testing.assert_array_equal(weight, other[name].numpy())
            kernels.add(weights["stem.0.weight"].tobytes())
    assert len(kernels) == len(trials({k: loaded[0][k] for k in ("full", "less")}))


@pytest.mark.parametrize("make", [topology_record, size_record])
def test_record_depends_on_index_and_seed_alone(make):
    """The same for the same arguments, whatever was made before and whatever is random."""
    random.seed(3)
    np.random.seed(3)
    first = make(12, seed=1)
    assert make(13, seed=1) != first
    assert make(12, seed=2) != first
    assert make(12, seed=1) == first
    assert random.random() == random.Random(3).random()
    assert np.random.random() == np.random.RandomState(3).random()


@pytest.fixture(scope="module", params=["topologies", "sizes"])
def trained(request):
    """The encodings of 2,000 architectures, and their trials by the number of epochs."""
    if request.param == "topologies":
        make, cells, budgets = synthetic.topology, official_order(), (12, 200)
    else:
        make, cells, budgets = size, list(enumerate_sizes()), (1, 12, 90)
    places = np.random.default_rng(0).permutation(len(cells))[:2000].tolist()
    found = {epochs: [] for epochs in budgets}
    for place in places:
        architecture = make(place)
        for epochs, made in found.items():
            made.append(architecture.trial(CIFAR100, "0777", epochs, True))
    return np.array([cells[place].one_hot for place in places]), found


def last(trials, split):
    """The last accuracies of trials."""
    return np.array([t["eval_acc1es"][f"{split}@{t['epochs'] - 1}"] for t in trials])


def test_a_linear_model_learns_the_accuracies(trained):
    """Of 1,000 architectures, for 1,000 others."""
    encodings, trials = trained
    r_squared, rank = predicted(encodings, last(trials[max(trials)], "x-test"))
    assert 0.6 < r_squared < 0.95
    assert 0.8 < rank < 0.97


def test_short_trainings_rank_architectures_less_well(trained):
    """12 epochs against the longest about as 0.9; valid and test are alike, but not the same."""
    _, trials = trained
    final = last(trials[max(trials)], "x-test")
    alike = [spearman(last(made, "x-test"), final) for made in trials.values()]
    assert alike == sorted(alike)
    assert alike[-2] == pytest.approx(0.9, abs=0.04)
    assert 0.97 < spearman(last(trials[max(trials)], "x-valid"), final) < 0.999


def test_accuracies_are_plausible(trained):
    """Better for more epochs, and on training images; from about chance to the best."""
    _, trials = trained
    means = [last(made, "x-test").mean() for made in trials.values()]
    assert means == sorted(means)
    for made in trials.values():
        epochs = made[0]["epochs"]
        assert last(made, "x-test").max() < 73 + 2.5
        assert last(made, "x-test").min() > 0.4
        train = np.array([list(trial["train_acc1es"].values()) for trial in made])
        assert train[:, -1].mean() > last(made, "x-test").mean()
        assert (np.diff(train.mean(axis=0)) > 0).all()
        assert train.shape == (2000, epochs)
        assert (train[:, -1] > train[:, 0] if epochs > 1 else train >= 0).all()


@pytest.mark.parametrize("make", [synthetic.topology, size])
def test_bigger_networks_take_longer(make):
    """Times follow from FLOPs, and those from the architecture."""
    some = [make(index) for index in range(0, 15_625, 50)]
    flops = [one.flops(CIFAR100) for one in some]
    assert spearman([one.estimated_times()["cifar100"].training for one in some], flops) > 0.8
