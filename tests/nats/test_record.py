"""What a record says becomes checked values; what is no such record is refused with a reason."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.junk import ARCH_STR, JUNK, corrupt, places, steady, valid_info
from support.raw import Record, expected_run, small_info, small_run

from nasbench_db.nasbench201.schema import Nb201IntermediateStats
from nasbench_db.nasbench201.synthetic import topology_record
from nasbench_db.nats.record import CURVE_COLUMNS, Run, read_architecture
from nasbench_db.natssss.synthetic import size_record

TIMES = ("training_time", "valid_evaluation_time", "test_evaluation_time")


def read(*runs: Record, fidelity: str = "12") -> list[Run]:
    """What the runs of an architecture are read as."""
    return read_architecture(small_info(3, ARCH_STR, *runs, fidelity=fidelity)).runs


def points_of(run: Run) -> dict[int, Record]:
    """The curve of a run as dicts, by epoch."""
    rows = run.curve.T.tolist()
    return {
        epoch: {
            name: None if math.isnan(value) else value
            for name, value in zip(CURVE_COLUMNS, row, strict=True)
        }
        for epoch, row in enumerate(rows, 1)
    }


def check(run: Run, raw: Record, seed: int = 777) -> None:
    """Compare a run as it was read with the raw one."""
    trial, points = expected_run(raw, run.num_epochs)
    stats = dict(run.stats)
    assert stats.pop("seed") == seed
    if stats["latencies"] is not None:
        stats["latencies"] = json.loads(stats["latencies"])
    assert stats == trial
    assert points_of(run) == points


# What is read.


def test_a_curve_has_the_columns_of_the_intermediate_stats() -> None:
    """All but those that say which one it is."""
    fields = set(Nb201IntermediateStats._meta.fields)
    assert set(CURVE_COLUMNS) == fields - {"id", "trial", "current_epoch"}
    assert len(CURVE_COLUMNS) == len(set(CURVE_COLUMNS))


@pytest.mark.parametrize(
    "record", [topology_record(5), topology_record(5, version="1.0"), size_record(5)]
)
def test_every_value_of_a_record_is_read(record: Record) -> None:
    """Of the made-up records of each kind, in the order of the source."""
    found = read_architecture(record)
    assert found.arch_index == 5
    raw = [
        (key, run) for results in record.values() for key, run in results["all_results"].items()
    ]
    assert [(run.dataset, run.stats["seed"]) for run in found.runs] == [
        (dataset.lower(), seed) for (dataset, seed), _ in raw
    ]
    for run, ((_, seed), original) in zip(found.runs, raw, strict=True):
        check(run, original, seed)


@pytest.mark.parametrize(
    ("fidelity", "epochs"),
    [("less", 12), ("full", 200), ("01", 1), ("12", 12), ("90", 90), ("200", 200)],
)
def test_fidelities_stand_for_epochs(fidelity: str, epochs: int) -> None:
    """Under the names of both packages."""
    raw = small_run(epochs=epochs)
    (run,) = read(raw, fidelity=fidelity)
    assert run.num_epochs == epochs
    check(run, raw)


@pytest.mark.parametrize("dataset", ["cifar10-valid", "cifar10", "cifar100", "ImageNet16-120"])
def test_data_sets_are_spelled_as_in_nni(dataset: str) -> None:
    """In lower case."""
    raw = small_run(dataset)
    (run,) = read(raw)
    assert run.dataset == dataset.lower()
    check(run, raw)


# Times.


def test_equal_times_are_an_estimate_and_stored_once() -> None:
    """The total is the number of epochs times the time of one, as NNI computes it."""
    for seconds in (14.442185997962952, 0.1, 1 / 3, 0.0):
        raw = steady(small_run("cifar100", epochs=200), train=seconds, x_valid=1.5, ori_test=2.5)
        (run,) = read(raw, fidelity="200")
        check(run, raw)
        assert run.stats["time_source"] == "estimated"
        assert run.stats["training_time"] == seconds * 200
        assert run.stats["epoch_training_time"] == seconds
        assert run.stats["valid_evaluation_time"] == 1.5
        assert run.stats["test_evaluation_time"] is None
        assert np.isnan(run.curve[-4:]).all()


def test_different_times_were_measured_and_stay_with_the_epochs() -> None:
    """One that differs is enough, in any of the splits; the total is their sum."""
    for what in ("train_times", "eval_times"):
        raw = steady(small_run("cifar10-valid"), train=2.0, x_valid=1.0, ori_test=1.0)
        raw[what] = {**raw[what], list(raw[what])[3]: 2.5}
        (run,) = read(raw)
        check(run, raw)
        assert run.stats["time_source"] == "measured"
        assert run.stats["epoch_training_time"] is None
        assert run.stats["training_time"] == 24.0 + 0.5 * (what == "train_times")


def test_a_run_without_times_has_none() -> None:
    """Whether they are absent, empty, or NaN."""
    for changes in (
        {"train_times": None, "eval_times": {}},
        {"train_times": {}, "eval_times": None},
        {"train_times": {3: math.nan}, "eval_times": {"ori-test@0": None}},
    ):
        raw = small_run(**changes)
        (run,) = read(raw)
        check(run, raw)
        assert run.stats["time_source"] is None
        assert run.stats["training_time"] is None


def test_times_of_some_epochs_give_no_total() -> None:
    """Nothing is invented for the others, and no mean is taken."""
    for times in (dict.fromkeys(range(11), 2.0), {11: 2.0}, {4: 2.0, 11: None}):
        raw = small_run(train_times=times)
        (run,) = read(raw)
        check(run, raw)
        assert run.stats["time_source"] == "measured"
        assert run.stats["training_time"] is None


def test_an_estimate_may_be_of_some_of_what_was_timed() -> None:
    """Only training, or only the evaluation of one split."""
    for seconds in ({"train": 3.0}, {"ori_test": 4.0}):
        raw = steady(small_run(), **seconds)
        (run,) = read(raw)
        check(run, raw)
        assert run.stats["time_source"] == "estimated"
        assert run.stats["training_time"] == (36.0 if "train" in seconds else None)


def test_the_time_of_a_single_epoch_was_measured() -> None:
    """That it is the same in all epochs says nothing."""
    raw = steady(small_run(epochs=1), train=3.0, ori_test=4.0)
    (run,) = read(raw, fidelity="01")
    check(run, raw)
    assert run.stats["time_source"] == "measured"
    assert run.stats["training_time"] == 3.0


def test_sums_are_rounded_once() -> None:
    """Not after each addition."""
    raw = small_run(train_times=dict(enumerate([1e16, *[1.0] * 10, -1e16 + 2])))
    (run,) = read(raw)
    check(run, raw)
    assert run.stats["training_time"] == 12.0


# What is missing.


@pytest.mark.parametrize("absent", [None, math.nan, np.float32("nan")])
@pytest.mark.parametrize("epoch", [0, 5, 11])
@pytest.mark.parametrize("curve", ["train_acc1es", "train_acc5es", "train_losses", "train_times"])
def test_a_missing_value_of_training_is_null(curve: str, epoch: int, absent: Any) -> None:
    """There, and only there."""
    raw = steady(small_run(), train=2.0)
    del raw[curve][epoch]
    (gap,) = read(raw)
    check(gap, raw)
    raw[curve][epoch] = absent
    (run,) = read(raw)
    check(run, raw)
    assert run.stats == gap.stats


@pytest.mark.parametrize("absent", [None, math.nan])
@pytest.mark.parametrize("key", ["x-valid@0", "x-test@11", "ori-test@6"])
@pytest.mark.parametrize("curve", ["eval_acc1es", "eval_losses", "eval_times"])
def test_a_missing_value_of_an_evaluation_is_null(curve: str, key: str, absent: Any) -> None:
    """There, and only there."""
    raw = steady(small_run("cifar100"), x_valid=1.0, x_test=1.0, ori_test=2.0)
    del raw[curve][key]
    (gap,) = read(raw)
    check(gap, raw)
    raw[curve][key] = absent
    (run,) = read(raw)
    check(run, raw)
    assert run.stats == gap.stats


def test_whole_curves_may_be_missing() -> None:
    """Each of them; the others stay."""
    for name in ("train_acc1es", "train_acc5es", "train_losses", "eval_acc1es", "eval_losses"):
        for nothing in (None, {}):
            raw = small_run("cifar100", **{name: nothing})
            (run,) = read(raw)
            check(run, raw)
    raw = small_run(eval_names=[], eval_acc1es={}, eval_losses={})
    (run,) = read(raw)
    check(run, raw)
    assert run.stats["splits"] == ""


def test_infinite_losses_are_kept() -> None:
    """A training that diverged has them."""
    raw = small_run()
    raw["train_losses"].update({3: math.inf, 11: math.inf})
    raw["eval_losses"]["ori-test@11"] = math.inf
    (run,) = read(raw)
    check(run, raw)
    assert run.stats["train_loss"] == run.stats["ori_test_loss"] == math.inf


@pytest.mark.parametrize(
    "number", [7, np.float64(7.25), np.float32(7.1), np.float16(7.1), np.int64(7), np.uint8(7)]
)
def test_numbers_are_of_any_type_of_numbers(number: Any) -> None:
    """A number of fewer bits keeps its value exactly."""
    raw = small_run(params=number, flop=number, latency=[number])
    raw["train_acc1es"][11] = raw["eval_losses"]["ori-test@11"] = number
    (run,) = read(raw)
    check(run, raw)
    assert run.stats["flops"] == run.stats["train_acc"] == float(number)
    assert {type(value) for value in run.stats.values()} <= {float, int, str, type(None)}


@pytest.mark.parametrize(
    ("latency", "mean", "several"),
    [
        (None, None, None),
        ([], None, None),
        ([None], None, None),
        ([math.nan], None, None),
        (0.5, 0.5, None),
        ([0.5], 0.5, None),
        (np.float64(0.5), 0.5, None),
        ([0.25, 0.75], 0.5, [0.25, 0.75]),
        ((0.1, 0.2, 0.3), sum([0.1, 0.2, 0.3]) / 3, [0.1, 0.2, 0.3]),
        ([0.25, None, 0.75, math.nan], 0.5, [0.25, 0.75]),
        ([np.float64(1 / 3), 1], (1 / 3 + 1) / 2, [1 / 3, 1.0]),
    ],
)
def test_latencies(latency: Any, mean: float | None, several: list[float] | None) -> None:
    """Their mean as the original computes it; where there are several, each of them too."""
    (run,) = read(small_run(latency=latency))
    assert run.stats["latency"] == mean
    text = run.stats["latencies"]
    assert (text and json.loads(text)) == several


@pytest.mark.parametrize("params", [None, math.nan])
def test_sizes_may_be_unknown(params: Any) -> None:
    """Parameters and FLOPs."""
    (run,) = read(small_run(params=params, flop=params))
    assert run.stats["parameters"] is run.stats["flops"] is None


@pytest.mark.parametrize("seed", [0, 1, 77, 777, 12345, (1 << 63) - 1])
def test_seeds_are_written_with_four_digits_at_least(seed: int) -> None:
    """Or as numbers."""
    (run,) = read(small_run(seed=seed))
    assert run.stats["seed"] == seed
    (run,) = read(small_run(seed=seed) | {"seed": seed})
    assert run.stats["seed"] == seed


@pytest.mark.parametrize(
    ("config", "settings_"),
    [
        ({"channel": 16, "num_cells": 5, "class_num": 10}, {"channel": 16, "num_cells": 5}),
        ({"channel": 32}, {"channel": 32}),
        ({"name": "infer.shape.tiny", "channels": "8:8:8:8:8"}, {}),
        ({}, {}),
        (None, {}),
    ],
)
def test_the_size_of_the_network_is_read(config: Any, settings_: dict[str, int]) -> None:
    """As far as it is there."""
    (run,) = read(small_run(arch_config=config))
    assert run.settings == settings_


def test_weights_are_read() -> None:
    """Arrays and whatever becomes an array of numbers."""
    arrays = {
        "w": np.arange(6, dtype=np.float32).reshape(2, 3),
        "n": np.int64(7),
        "list": [1.5, 2.5],
        "b": np.array([True, False]),
        "e": np.empty((0, 3), np.float16),
    }
    (run,) = read(small_run(net_state_dict=arrays))
    assert list(run.weights) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(run.weights[name], array)
    (run,) = read(small_run())
    assert run.weights == {}


# What is refused.


def broken(**changes: Any) -> Record:
    """An architecture with one run that has some items changed; ... takes one away."""
    run = {**small_run("cifar100"), **changes}
    info = small_info(3, ARCH_STR, small_run("cifar100"))
    info["12"]["all_results"]["cifar100", 777] = {
        key: value for key, value in run.items() if value is not ...
    }
    return info


def changed(**changes: Any) -> Record:
    """An architecture whose results have some items changed; ... takes one away."""
    info = small_info(3, ARCH_STR, small_run("cifar100"))
    results = {**info["12"], **changes}
    info["12"] = {key: value for key, value in results.items() if value is not ...}
    return info


def keyed(key: Any) -> Record:
    """An architecture whose run stands under another key."""
    return changed(all_results={key: small_run("cifar100")})


RUN = r"^fidelity 12, cifar100, seed 777: "
MALFORMED = {
    "no dict": ([], "it is empty, not a dict of fidelities"),
    "a list": ([1], "it is a list, not a dict of fidelities"),
    "no fidelities": ({}, "it is empty"),
    "unknown fidelity": ({"13": {}}, "it has the fidelity '13'; known are less, full, 01, 12, 90"),
    "fidelity as a number": ({12: {}}, "it has the fidelity 12; known are"),
    "results are no dict": ({"12": []}, "12 is a list, not a dict"),
    "no index": (changed(arch_index=...), "fidelity 12 lacks arch_index"),
    "no string": (changed(arch_str=...), "fidelity 12 lacks arch_str"),
    "no results": (changed(all_results=...), "fidelity 12 lacks all_results"),
    "nothing": (
        changed(arch_index=..., arch_str=..., all_results=...),
        "lacks all_results, arch_index, arch_str",
    ),
    "index as text": (changed(arch_index="3"), "its index is '3' and its string '|none"),
    "index as a float": (changed(arch_index=3.0), "its index is 3.0"),
    "index as a truth": (changed(arch_index=True), "its index is True"),
    "index as a list": (changed(arch_index=[3]), r"its index is \[3\]"),
    "string as a number": (changed(arch_str=3), "its string 3"),
    "string as a list": (changed(arch_str=["x"]), r"its string \['x'\]"),
    "results as a list": (changed(all_results=[]), "all_results is a list, not a dict"),
    "key of a run": (keyed("cifar100"), r"the key 'cifar100' instead of \(dataset, seed\)"),
    "key of three": (keyed(("cifar100", 777, 1)), r"the key \('cifar100', 777, 1\)"),
    "unknown data set": (keyed(("cifar1000", 777)), "the data set is 'cifar1000'; known are cif"),
    "data set in lower case": (keyed(("imagenet16-120", 777)), "the data set is 'imagenet16-120'"),
    "data set as a number": (keyed((10, 777)), "the data set is 10"),
    "seed as text": (keyed(("cifar100", "0777")), "the seed is '0777'"),
    "seed as a float": (keyed(("cifar100", 777.0)), "the seed is 777.0"),
    "negative seed": (keyed(("cifar100", -777)), "the seed is -777"),
    "vast seed": (keyed(("cifar100", 1 << 63)), "the seed is 9223372036854775808"),
    "other seed": (keyed(("cifar100", 888)), "seed 888: the run itself says .* seed is '0777'"),
    "other data set": (keyed(("cifar10", 777)), "itself says that the data set is 'cifar100'"),
    "run is no dict": (changed(all_results={("cifar100", 777): None}), "the run is a NoneType"),
    **{f"no {key}": (broken(**{key: ...}), f"{RUN}the run lacks {key}$") for key in small_run()},
    "name": (broken(name="cifar10"), "the run itself says that the data set is 'cifar10'"),
    "seed": (broken(seed="0888"), "the run itself says that the seed is '0888'"),
    "seed as nothing": (broken(seed=None), "the seed is None"),
    "fewer epochs": (broken(epochs=11), "it was trained for 11 epochs, not for 12"),
    "epochs as text": (broken(epochs="12"), "it was trained for '12' epochs, not for 12"),
    "unknown split": (broken(eval_names=["x-valid", "y-test"]), r"the splits are \['x-valid', 'y"),
    "splits as text": (
        broken(eval_names="x-valid"),
        "the splits are 'x-valid'; known are x-valid",
    ),
    "splits as a set": (broken(eval_names={"x-valid"}), "the splits are"),
    "splits of lists": (broken(eval_names=[["x-valid"]]), r"the splits are \[\['x-valid'\]\]"),
    "a split twice": (broken(eval_names=["x-test", "x-test"]), "the splits are"),
    "curve as a list": (broken(train_acc1es=[1.0]), "train_acc1es is a list, not a dict"),
    "curve as zero": (broken(eval_acc1es=0), "eval_acc1es is a int, not a dict"),
    "evaluations as a list": (broken(eval_times=[]), "eval_times is a list, not a dict"),
    "epoch 12": (broken(train_losses={12: 1.0}), "train_losses has epoch 12 of 12, counted from"),
    "epoch -1": (broken(train_acc1es={-1: 1.0}), "its epochs must be whole numbers, counted fr"),
    "epoch as text": (broken(train_acc1es={"0": 1.0}), "its epochs must be whole numbers"),
    "vast epoch": (broken(train_acc1es={1 << 70: 1.0}), "its epochs must be whole numbers"),
    "evaluation 12": (broken(eval_acc1es={"x-valid@12": 1.0}), "eval_acc1es has epoch 12 of 12"),
    "vast evaluation": (
        broken(eval_acc1es={"x-valid@" + "9" * 30: 1.0}),
        "has the key 'x-valid@9",
    ),
    "no epoch": (
        broken(eval_losses={"x-valid@": 1.0}),
        "has the key 'x-valid@'; allowed are such",
    ),
    "no at": (broken(eval_losses={"x-valid": 1.0}), "an evaluation has the key 'x-valid'"),
    "negative": (
        broken(eval_losses={"x-valid@-1": 1.0}),
        "an evaluation has the key 'x-valid@-1'",
    ),
    "same twice": (
        broken(eval_losses={"x-valid@01": 1.0}),
        "an evaluation has the key 'x-valid@01",
    ),
    "other digits": (broken(eval_losses={"x-valid@\u0661": 1.0}), "an evaluation has the key"),
    "other split": (broken(eval_losses={"y-valid@1": 1.0}), "has the key 'y-valid@1'"),
    "key as a number": (broken(eval_losses={1: 1.0}), "an evaluation has the key 1"),
    "text in a curve": (broken(train_acc1es={0: "93.1"}), "train_acc1es contains '93.1' where a"),
    "truth in a curve": (broken(train_acc1es={0: True}), "train_acc1es contains True"),
    "list in a curve": (broken(train_acc1es={0: [1.0]}), r"train_acc1es contains \[1.0\]"),
    "complex in a curve": (broken(train_acc1es={0: 1j}), "train_acc1es contains 1j"),
    "numpy's complex": (broken(train_acc1es={0: np.complex64(1)}), "train_acc1es contains"),
    "array in a curve": (broken(train_acc1es={0: np.ones(1)}), "train_acc1es contains array"),
    "text in an evaluation": (broken(eval_losses={"x-test@1": "1"}), "eval_losses contains '1'"),
    "vast number": (broken(train_times={0: 10**400}), "train_times contains 1000"),
    "vast times": (broken(train_times=dict.fromkeys(range(12), 1.7e308)), "too long to add up"),
    "params as text": (broken(params="0.5"), "params contains '0.5' where a number should be"),
    "params as a list": (broken(params=[0.5]), "params contains"),
    "flop as a dict": (broken(flop={}), "flop contains {}"),
    "latency as text": (broken(latency="0.5"), "latency contains '0.5'"),
    "latency of lists": (broken(latency=[[0.5]]), r"latency contains \[0.5\]"),
    "infinite latency": (broken(latency=[math.inf, 1.0]), "latency contains an infinite number"),
    "channel as text": (broken(arch_config={"channel": "16"}), "arch_config contains"),
    "no channels": (broken(arch_config={"channel": 0}), "arch_config contains {'channel': 0}"),
    "cells as a float": (broken(arch_config={"num_cells": 5.0}), "arch_config contains"),
    "vast cells": (broken(arch_config={"num_cells": 1 << 40}), "arch_config contains"),
    "weights as a list": (broken(net_state_dict=[]), "net_state_dict is a list, not a dict"),
    "weights of texts": (
        broken(net_state_dict={"w": "x"}),
        "the weights contain 'w', which is no",
    ),
    "weights of objects": (broken(net_state_dict={"w": {}}), "the weights contain 'w'"),
    "weights without names": (broken(net_state_dict={1: 1.0}), "the weights contain 1"),
}


@pytest.mark.parametrize(("info", "message"), MALFORMED.values(), ids=MALFORMED)
def test_what_is_malformed_is_refused(info: Any, message: str) -> None:
    """With where it is and what is wrong."""
    with pytest.raises(ValueError, match=message):
        read_architecture(info)


def test_fidelities_must_be_of_one_architecture() -> None:
    """Of the same index and string."""
    one = small_info(3, ARCH_STR, small_run())
    for index, text in ((4, ARCH_STR), (3, ARCH_STR.replace("none", "skip_connect"))):
        other = small_info(index, text, small_run(epochs=200), fidelity="200")
        with pytest.raises(ValueError, match="its fidelities are of different architectures"):
            read_architecture({**one, **other})


def test_a_fidelity_under_two_names_is_refused() -> None:
    """Its runs would be there twice."""
    one = small_info(3, ARCH_STR, small_run())
    other = small_info(3, ARCH_STR, small_run(), fidelity="less")
    with pytest.raises(ValueError, match="its fidelities 12 and less are the same"):
        read_architecture({**one, **other})


PLACES = places(valid_info())


@settings(max_examples=400)
@given(
    st.sampled_from(PLACES),
    st.sampled_from(["replace", "replace", "delete", "rename", "add"]),
    st.sampled_from(JUNK),
)
def test_whatever_is_changed_is_read_or_refused(
    path: tuple[Any, ...], how: str, junk: Any
) -> None:
    """Never another exception than a ValueError that says something."""
    info = valid_info()
    corrupt(info, path, how, junk)
    try:
        found = read_architecture(info)
    except ValueError as error:
        message = str(error)
    else:
        message = "it was read"
        for run in found.runs:
            assert {type(v) for v in run.stats.values()} <= {float, int, str, type(None)}
            assert run.curve.shape == (13, run.num_epochs)
    assert message.strip()


def test_numbers_of_numpy() -> None:
    """Whole numbers may be numpy's wherever they are, and lists may be arrays."""
    plain = topology_record(3)

    def of_numpy(value: object) -> object:
        if isinstance(value, dict):
            return {of_numpy(key): of_numpy(one) for key, one in value.items()}
        if isinstance(value, tuple):
            return tuple(map(of_numpy, value))
        if type(value) is int:
            return np.int64(value)
        return value

    changed = of_numpy(plain)
    assert isinstance(changed, dict)
    for results in changed.values():
        for trial in results["all_results"].values():
            trial["latency"] = trial["latency"] and np.array(trial["latency"])
    found, expected = read_architecture(changed), read_architecture(plain)
    assert type(found.arch_index) is int
    assert (found.arch_index, found.arch_str) == (expected.arch_index, expected.arch_str)
    for one, other in zip(found.runs, expected.runs, strict=True):
        assert one.stats == other.stats
        assert type(one.stats["seed"]) is int
        assert one.settings == other.settings
        np.testing.assert_array_equal(one.curve, other.curve)
