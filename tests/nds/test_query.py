"""Questions about NDS: NNI's calls, specs by value, settings, and what there is not."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from support.nds_cases import BASIC, BOTTLENECK, CELL_SPEC, CELLS, EPOCHS, PRINTED, one_job

from nasbench_db import InvalidArchitecture, InvalidQuery
from nasbench_db.errors import QueryWarning
from nasbench_db.explore import coverage, learning_curve, select_and_report, statistics, top
from nasbench_db.nds import Cell, cell_of, query_many, query_nds_trial_stats
from nasbench_db.nds.constants import OPERATIONS
from nasbench_db.nds.synthetic import made_up
from nasbench_db.store.database import BenchmarkDatabase

Built = Callable[..., BenchmarkDatabase]


def job_of(number: int) -> dict[str, Any]:
    """A job of a network that NNI's documentation prints."""
    family, model, cells, params, flops = PRINTED[number]
    net = Cell.from_nni(family, model, cells).arch
    return one_job(net=net, params=params, flops=flops or 1, job_id=number)


@pytest.fixture
def printed(built: Built) -> Iterator[BenchmarkDatabase]:
    """A database of these networks, connected."""
    with built(
        {
            "ResNeXt-A.json": [job_of(0)],
            "ResNet.json": [job_of(1)],
            "Vanilla.json": [job_of(2)],
            "Amoeba.json": [job_of(3)],
        }
    ) as database:
        yield database


def test_the_calls_of_nnis_documentation_work(printed: BenchmarkDatabase) -> None:
    """By position, None being anything, with the dicts that it prints."""
    (row,) = query_nds_trial_stats("residual_bottleneck", None, None, BOTTLENECK, None, "cifar10")
    config = row["config"]
    assert (config["model_spec"], config["cell_spec"]) == (BOTTLENECK, {})
    assert (config["proposer"], config["generator"]) == ("resnext-a", "random")
    assert (row["parameters"], row["flops"]) == (0.083002, 69.890986)
    (row,) = query_nds_trial_stats("residual_basic", "resnet", "random", BASIC, {}, "cifar10")
    assert (row["parameters"], row["flops"]) == (0.594138, 184.519578)
    first = next(query_nds_trial_stats("vanilla", None, None, None, None, None))
    assert first["parameters"] == 0.68977
    (row,) = query_nds_trial_stats("nas_cell", None, None, CELLS, CELL_SPEC, "cifar10")
    assert (row["config"]["model_spec"], row["config"]["cell_spec"]) == (CELLS, CELL_SPEC)
    assert row["parameters"] == 4.190314
    (row,) = query_nds_trial_stats(*[None] * 5, "cifar10", 5, None, True, limit=1)
    assert [point["current_epoch"] for point in row["intermediates"]] == [1, 2, 3, 4, 5]
    assert len(list(query_nds_trial_stats(None, "amoeba", None, None, None, None))) == 1


def test_specs_are_compared_by_value(printed: BenchmarkDatabase) -> None:
    """Keys in any order, and numbers in any type, which NNI finds nothing for."""
    loose = dict(reversed({**CELLS, "aux": 0, "drop_prob": 0, "depth": np.int64(12)}.items()))
    cells = dict(reversed(CELL_SPEC.items()))
    assert len(list(query_nds_trial_stats(None, None, None, loose, cells, None))) == 1
    shares = {**BOTTLENECK, "bot_muls": [0, 0.25, 0.25, 0.25], "ws": np.array([16, 64, 128, 16])}
    assert len(list(query_nds_trial_stats(None, None, None, shares, None, None))) == 1
    without_cells = query_nds_trial_stats(None, None, None, None, {}, None)
    assert [row["config"]["model_family"] for row in without_cells] == [
        "residual_bottleneck",
        "residual_basic",
        "vanilla",
    ]
    other = {**BASIC, "ds": [1, 12, 12, 11]}
    assert list(query_nds_trial_stats(None, None, None, other, None, None)) == []
    with pytest.raises(InvalidArchitecture, match="lacks ws"):
        query_nds_trial_stats(None, None, None, {"ds": [1], "ss": [1]}, None, None)
    cut = {k: v for k, v in CELL_SPEC.items() if not k.startswith("reduce_0")}
    with pytest.raises(InvalidArchitecture, match="no reduce_0_op_x"):
        query_nds_trial_stats(None, None, None, None, cut, None)


def test_settings_are_asked_for_as_numbers(built: Built) -> None:
    """Learning rate and weight decay, one or a range, in every way to ask."""
    jobs = [
        one_job(optim={"base_lr": rate, "wd": 5e-4, "max_ep": 5}, rng_seed=n)
        for n, rate in enumerate((0.01, 0.1, 1))
    ]
    built({"Vanilla_lr-wd.json": jobs})
    for asked, count in ((0.1, 1), ([0.01, 1], 2), ((0.05, None), 2), (1, 1)):
        assert len(list(query_nds_trial_stats(*[None] * 6, base_lr=asked))) == count
        assert len(list(top(by="final_test_acc", base_lr=asked))) == count
    assert len(list(top(by="final_test_acc", where="base_lr >= 0.1"))) == 2
    assert len(list(top(by="final_test_acc", where="base_lr = 1"))) == 1
    assert query_nds_trial_stats(*[None] * 6).to_numpy()["base_lr"].tolist() == [0.01, 0.1, 1]
    rows = query_nds_trial_stats(*[None] * 6, order_by="-base_lr")
    assert [row["config"]["base_lr"] for row in rows] == [1, 0.1, 0.01]
    for wrong, reason in ((0.2, "it has 0.01, 0.1, 1.0"), ("x", "it must be a number")):
        with pytest.raises(InvalidQuery, match=f"base_lr is .*{reason}"):
            query_nds_trial_stats(*[None] * 6, base_lr=wrong)


def test_what_was_chosen_on_test_images_is_warned_of(printed: BenchmarkDatabase) -> None:
    for name in ("best_test_acc", "min_test_top1"):
        with pytest.warns(QueryWarning, match=f"{name}: .* chosen on them; take final_test_acc"):
            top(by=name)
    top(by="final_test_acc")


def test_nothing_is_there_to_select_by(printed: BenchmarkDatabase) -> None:
    """It says why."""
    why = "every evaluation is on the test images"
    with pytest.raises(InvalidQuery, match=f"no validation split: .*{why}"):
        select_and_report(dataset="cifar10")
    with pytest.raises(InvalidQuery, match=f"measured on test images.*{why}"):
        select_and_report("final_test_acc", dataset="cifar10")


def test_curves_have_the_names_of_epochs(printed: BenchmarkDatabase) -> None:
    """Not those of trials."""
    arch = Cell.from_nni("residual_basic", BASIC).arch_hash
    curve = learning_curve(arch)
    assert {"train_loss", "train_acc", "test_acc"} <= set(curve.columns)
    *_, last = learning_curve(arch, metrics=["test_acc"])
    (row,) = statistics("final_test_acc", arch=arch)
    assert last["test_acc"] == row["final_test_acc_mean"]
    with pytest.raises(InvalidQuery, match="there are train_loss, train_acc, test_acc"):
        learning_curve(arch, metrics=["final_test_acc"])


def test_sweeps_and_groups_are_asked_for(built: Built) -> None:
    content = made_up(epochs=EPOCHS)
    built(content)
    nothing = [None] * 6
    counts = {
        name: len(list(query_nds_trial_stats(*nothing, sweep=name)))
        for name in ("ResNet", "ResNet_rng1", "resnet-rng2", "ResNet_reruns")
    }
    assert counts == {"ResNet": 6, "ResNet_rng1": 5, "resnet-rng2": 6, "ResNet_reruns": 6}
    top_half = query_nds_trial_stats(*nothing, sweep="ResNet_reruns", sweep_group="top")
    jobs = content["ResNet_reruns.json"]["top"]
    rows = list(top_half.all_columns())
    assert [row["job_id"] for row in rows] == [str(job["job_id"]) for job in jobs]
    (alone,) = query_nds_trial_stats(*nothing, job_id=rows[1]["job_id"], sweep="ResNet_reruns")
    assert alone["id"] == rows[1]["id"]
    told = {(r["proposer"], r["generator"], r["dataset"]): r["trials"] for r in coverage()}
    assert told["resnet", "random", "cifar10"] == 23
    assert told["darts", "tune_lr_wd", "imagenet"] == 4


def test_many_are_asked_for_at_once(printed: BenchmarkDatabase) -> None:
    """In the order given, and empty if not there."""
    cells = [Cell.from_nni(*row[:3]) for row in PRINTED]
    absent = Cell.from_nni("vanilla", {**BASIC, "ds": [1, 1, 1, 1]})
    found = query_many([cells[3], absent, cells[0].arch])
    assert found["arch_hash"].tolist() == [cells[3].arch_hash, "", cells[0].arch_hash]
    assert found["num_trials"].tolist() == [1, 0, 1]
    assert found["parameters"][[0, 2]].tolist() == [4.190314, 0.083002]
    assert np.isnan(found["final_test_acc"][1])


def test_an_architecture_is_found_by_its_hash(printed: BenchmarkDatabase) -> None:
    cell = Cell.from_nni("nas_cell", CELLS, CELL_SPEC)
    assert cell_of(cell.arch_hash) == cell
    with pytest.raises(InvalidQuery, match="no architecture with the hash"):
        cell_of("0" * 32)


def test_nnis_names_are_there() -> None:
    """All 16 constants, each the name in small letters."""
    from nasbench_db import nds

    assert [getattr(nds, op.upper()) for op in OPERATIONS] == list(OPERATIONS)
    assert len(set(OPERATIONS)) == 16
    assert {op.upper() for op in OPERATIONS} <= set(nds.__all__)


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({"arch": Cell.from_nni("vanilla", BASIC)}, "arch_hash_dataset_num_epochs"),
        ({"model_spec": BASIC}, "model_spec_dataset"),
        ({"proposer": "vanilla"}, "proposer_dataset"),
    ],
)
def test_the_plan_uses_the_indexes(
    asked: dict[str, Any], index: str, printed: BenchmarkDatabase
) -> None:
    names = ("model_family", "proposer", "generator", "model_spec", "cell_spec")
    words = {**dict.fromkeys(names), "dataset": "cifar10", **asked}
    statement = query_nds_trial_stats(**words).sql()
    plan = " ".join(row[3] for row in printed.select(f"EXPLAIN QUERY PLAN {statement}"))
    assert f"ndstrialconfig_{index}" in plan
    assert "ndstrialstats_config_id" in plan
