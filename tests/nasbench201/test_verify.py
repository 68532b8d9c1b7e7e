"""The checks of a NAS-Bench-201 database: each kind of damage is found by its own check."""

import contextlib
import functools
import re
import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.raw import small_info, small_run, whole
from support.renewing import renew_statistics

import nasbench_db
from nasbench_db.nasbench201 import Cell
from nasbench_db.nasbench201 import verify as verify_module
from nasbench_db.nasbench201.schema import SCHEMA
from nasbench_db.nasbench201.synthetic import topology_record
from nasbench_db.nasbench201.verify import verify
from nasbench_db.store.building import Report
from nasbench_db.store.checksums import append_checksums
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import canonical_json


@functools.cache
def known(arch_str: str) -> SimpleNamespace:
    """What is asked of a cell, worked out once in a session."""
    cell = Cell.from_string(arch_str)
    return SimpleNamespace(arch=canonical_json(cell.arch), unique_str=cell.unique_str)


@pytest.fixture
def quick(memoised: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parses each of the 15,625 cells once in a session, not for each damage."""
    monkeypatch.setattr(verify_module, "Cell", SimpleNamespace(from_string=known))
    monkeypatch.setattr(verify_module, "canonical_json", lambda text: text)


DAMAGED = "the file is not damaged"
WRITTEN = "every page is as it was written"
WITH_STATISTICS = "there are statistics of as many configs as have trials"
REFERENCES = "every trial has its config, and every intermediate its trial"
CONFIGS = "there are as many configs as were ingested"
TRIALS = "there are as many trials as were ingested"
INTERMEDIATES = "there are as many intermediates as were ingested"
TRIAL_RANGE = "accuracies of trials lie between 0 and 100"
POINT_RANGE = "accuracies of intermediates lie between 0 and 100"
NEGATIVE = "losses, times and sizes of trials are not negative"
POINT_NEGATIVE = "losses and times of intermediates are not negative"
DATASETS = "every config is of a known data set"
SAME = "no two configs are the same"
TRAINED = "every config has trials"
SEEDS = "the trials of a config have different seeds"
EPOCHS = "every trial has an intermediate for each of its epochs"
FINAL = "every trial's last intermediate equals its final values"
TOTAL = "training times are the sums over the epochs"
SOURCE = "every trial's source is known"
OWN_TIMES = "only measured trials have a time for each epoch"
MEANS = "the published mean test accuracies after 200 epochs are of the trials here"
INDEX = "configs are of the architectures of their index"
LISTS = "the splits of trials are known, and their latency is the mean of latencies"
WEIGHTS = "weights have the bytes that their shapes say"
SIZES = "parameters and FLOPs of trials are those of their network"
SPACE = "every architecture of the space is there"
ARCH = "every config is of an architecture of the space"
CLASS = "every isomorphism class is that of the cell"
CONFIG_CLASS = "every config's isomorphism class is that of its architecture"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, strings: list[str]) -> Path:
    """A database of few rows: trials 1 to 6 with estimated, measured and no times, and weights."""
    steady = {"train_times": dict.fromkeys(range(12), 2.0)}
    steady["eval_times"] = {f"ori-test@{epoch}": 0.5 for epoch in range(12)}
    uneven = {"train_times": {epoch: 1.0 + epoch for epoch in range(12)}}
    uneven["eval_times"] = {f"ori-test@{epoch}": 1.0 + epoch for epoch in range(12)}
    weights = {"w": [[1.5, 2.5]], "n": 3}
    infos = {
        0: small_info(
            0,
            strings[0],
            small_run(**steady),
            small_run(seed=888, latency=[0.25, 0.75], **uneven),
            small_run("cifar100", net_state_dict=weights),
        ),
        11: small_info(
            11, strings[11], *(small_run("ImageNet16-120", seed) for seed in (1, 2, 3))
        ),
    }
    path = tmp_path_factory.mktemp("verify") / "small.db"
    return nasbench_db.ingest("nasbench201", whole(infos, strings), path, progress=False).path


@pytest.fixture
def damaged(quick: None, small: Path, tmp_path: Path) -> Path:
    """A copy of it to be damaged."""
    path = tmp_path / "damaged.db"
    path.write_bytes(small.read_bytes())
    return path


def problems_after(path: Path, *statements: str) -> dict[str, tuple[int, str]]:
    """What the checks find in a database after some changes, by the check."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            assert connection.execute(statement).rowcount > 0
    if statements:
        renew_statistics(path, SCHEMA)
        append_checksums(path)  # as if it had been written so
    with contextlib.closing(nasbench_db.connect("nasbench201", path)) as db:
        findings = list(verify(db, progress=False))
    return {
        found.check: (found.problems, found.example)
        for found in findings
        if found.problems and found.check != SIZES  # many here are made up, see test_costs.py
    }


def test_real_data_have_no_problems(real201: Report, quick: None) -> None:
    """Those of two architectures."""
    assert problems_after(real201.path) == {}


def test_the_published_means_check_the_trials(
    real201: Report, quick: None, tmp_path: Path
) -> None:
    """One that cannot have been among those of the mean is found, where all three are there."""
    path = tmp_path / "changed.db"
    shutil.copyfile(real201.path, path)
    with contextlib.closing(nasbench_db.connect("nasbench201", path)) as db:
        assert MEANS in [found.check for found in verify(db, progress=False)]
    chosen = "SELECT id FROM nb201trialconfig WHERE arch_index = 11 AND dataset = 'cifar10'"
    change = "SET ori_test_acc = ori_test_acc + 0.01 WHERE"
    trials = f"SELECT id FROM nb201trialstats WHERE config_id IN ({chosen} AND num_epochs = 200)"
    found = problems_after(
        path,
        f"UPDATE nb201intermediatestats {change} current_epoch = 200 AND trial_id IN ({trials})",
        f"UPDATE nb201trialstats {change} id IN ({trials})",
    )
    assert found.keys() == {MEANS}
    assert found[MEANS][0] == 1
    assert found[MEANS][1].startswith("architecture 11 on cifar10: ")


def test_what_is_missing_is_no_problem(tmp_path: Path, strings: list[str], quick: None) -> None:
    """NULL is in no range, infinite losses may be, and an archive's weights are sound."""
    empty = {name: {} for name in ("eval_acc1es", "eval_losses", "train_acc1es", "train_losses")}
    diverged = small_run("cifar100", params=None, flop=None, latency=None)
    diverged["train_losses"] = dict.fromkeys(range(12), float("inf"))
    infos = {
        1: small_info(1, strings[1], small_run(**empty), diverged),
        2: topology_record(2, version="1.0"),
    }
    nasbench_db.ingest("nasbench201", whole(infos, strings), tmp_path / "x.db", progress=False)
    assert problems_after(tmp_path / "x.db") == {}


TRIAL, POINT, CONFIG = "nb201trialstats", "nb201intermediatestats", "nb201trialconfig"
THIRD = "the first is id 3"
FIRST_POINT = f"the first is id {3 * 65536 + 5}"


@pytest.mark.parametrize("column", ["train_acc", "valid_acc", "ori_test_acc", "train_acc5"])
def test_accuracies_out_of_range_are_found(column: str, damaged: Path) -> None:
    """In trials and in intermediates, each with the first one's id."""
    wrong = {3: "-0.5", 4: "100.5", 5: "9e999", 6: "'good'"}
    found = problems_after(
        damaged,
        *(f"UPDATE {TRIAL} SET {column} = {value} WHERE id = {i}" for i, value in wrong.items()),
        *(
            f"UPDATE {POINT} SET {column} = {value} WHERE trial_id = 3 AND current_epoch = {i + 2}"
            for i, value in wrong.items()
        ),
    )
    assert found.pop(TRIAL_RANGE) == (4, THIRD)
    assert found.pop(POINT_RANGE) == (4, FIRST_POINT)
    assert found == {FINAL: (4, THIRD)}


@pytest.mark.parametrize("column", ["train_loss", "test_loss", "valid_evaluation_time"])
def test_negative_numbers_are_found(column: str, damaged: Path) -> None:
    """In trials and in intermediates."""
    found = problems_after(
        damaged,
        f"UPDATE {TRIAL} SET {column} = -0.5 WHERE id = 3",
        f"UPDATE {TRIAL} SET {column} = 'bad' WHERE id = 4",
        f"UPDATE {POINT} SET {column} = -0.5 WHERE trial_id = 3 AND current_epoch = 5",
        f"UPDATE {POINT} SET {column} = 'bad' WHERE trial_id = 3 AND current_epoch = 6",
    )
    assert found.pop(NEGATIVE) == (2, THIRD)
    assert found.pop(POINT_NEGATIVE) == (2, FIRST_POINT)
    assert set(found) == ({OWN_TIMES} if "time" in column else {FINAL})


@pytest.mark.parametrize("column", ["parameters", "flops", "latency", "epoch_training_time"])
def test_negative_sizes_are_found(column: str, damaged: Path) -> None:
    """Of the trials alone."""
    found = problems_after(
        damaged,
        f"UPDATE {TRIAL} SET {column} = -1 WHERE id = 3",
        f"UPDATE {TRIAL} SET {column} = 'much' WHERE id = 4",
    )
    assert found.pop(NEGATIVE) == (2, THIRD)
    assert set(found) <= {TOTAL}


DAMAGES = {
    "data set": (
        [f"UPDATE {CONFIG} SET dataset = 'mnist' WHERE id = 1"],
        {DATASETS: (1, "the first is id 1")},
    ),
    "official spelling is no damage": (
        [f"UPDATE {CONFIG} SET dataset = 'ImageNet16-120' WHERE id = 3"],
        {},
    ),
    "same config twice": (
        [f"UPDATE {CONFIG} SET dataset = 'CIFAR10' WHERE id = 2"],
        {SAME: (1, "the first is id 1")},
    ),
    "config without trials": (
        [
            f"INSERT INTO {CONFIG} SELECT 9, arch, 13, 16, 5, dataset, arch_index, arch_str, "
            f"isomorphism FROM {CONFIG} WHERE id = 1"
        ],
        {CONFIGS: (1, "3 ingested, 4 there"), TRAINED: (1, "the first is id 9")},
    ),
    "same seed twice": (
        [f"UPDATE {TRIAL} SET seed = 1 WHERE id = 5"],
        {SEEDS: (1, "the first is id 4")},
    ),
    "no point": (
        [f"DELETE FROM {POINT} WHERE trial_id = 4 AND current_epoch = 7"],
        {INTERMEDIATES: (1, "72 ingested, 71 there"), EPOCHS: (1, "the first is id 4")},
    ),
    "no curve": (
        [f"DELETE FROM {POINT} WHERE trial_id = 4"],
        {INTERMEDIATES: (12, "72 ingested, 60 there"), EPOCHS: (1, "the first is id 4")},
    ),
    "epoch 0": (
        [f"UPDATE {POINT} SET current_epoch = 0 WHERE trial_id = 4 AND current_epoch = 7"],
        {EPOCHS: (1, "the first is id 4")},
    ),
    "epoch 13": (
        [f"UPDATE {POINT} SET current_epoch = 13 WHERE trial_id = 4 AND current_epoch = 7"],
        {EPOCHS: (1, "the first is id 4")},
    ),
    "fewer epochs": (
        [f"UPDATE {CONFIG} SET num_epochs = 11 WHERE id = 3"],
        {EPOCHS: (3, "the first is id 4"), FINAL: (3, "the first is id 4")},
    ),
    "final value": (
        [f"UPDATE {TRIAL} SET test_loss = test_loss + 1 WHERE id = 3"],
        {FINAL: (1, THIRD)},
    ),
    "final value missing": (
        [f"UPDATE {TRIAL} SET train_acc5 = NULL WHERE id = 3"],
        {FINAL: (1, THIRD)},
    ),
    "last point missing a value": (
        [f"UPDATE {POINT} SET ori_test_acc = NULL WHERE trial_id = 3 AND current_epoch = 12"],
        {FINAL: (1, THIRD)},
    ),
    "final evaluation time of a measured trial": (
        [f"UPDATE {TRIAL} SET ori_test_evaluation_time = 1 WHERE id = 2"],
        {FINAL: (1, "the first is id 2")},
    ),
    "total of an estimate": (
        [f"UPDATE {TRIAL} SET training_time = 24.1 WHERE id = 1"],
        {TOTAL: (1, "the first is id 1")},
    ),
    "total in minutes": (
        [f"UPDATE {TRIAL} SET training_time = training_time * 60 WHERE id IN (1, 2)"],
        {TOTAL: (2, "the first is id 1")},
    ),
    "total missing": (
        [f"UPDATE {TRIAL} SET training_time = NULL WHERE id = 2"],
        {TOTAL: (1, "the first is id 2")},
    ),
    "total invented": (
        [f"UPDATE {TRIAL} SET training_time = 5 WHERE id = 3"],
        {TOTAL: (1, THIRD)},
    ),
    "estimate of no estimate": (
        [f"UPDATE {TRIAL} SET epoch_training_time = 5 WHERE id = 2"],
        {TOTAL: (1, "the first is id 2")},
    ),
    "unknown time source": (
        [f"UPDATE {TRIAL} SET time_source = 'guessed' WHERE id = 3"],
        {TOTAL: (1, THIRD)},
    ),
    "time of an epoch": (
        [f"UPDATE {POINT} SET training_time = 9 WHERE trial_id = 2 AND current_epoch = 5"],
        {TOTAL: (1, "the first is id 2")},
    ),
    "time of an epoch of an estimate": (
        [f"UPDATE {POINT} SET training_time = 2 WHERE trial_id = 1 AND current_epoch = 5"],
        {OWN_TIMES: (1, f"the first is id {65536 + 5}")},
    ),
    "source": (
        [f"UPDATE {TRIAL} SET source = 2 WHERE id IN (3, 4)"],
        {SOURCE: (2, THIRD)},
    ),
    "splits": (
        [f"UPDATE {TRIAL} SET splits = 'x-valid,y-test' WHERE id IN (3, 5)"],
        {LISTS: (1, "trial 3: splits is x-valid,y-test")},
    ),
    "splits twice": (
        [f"UPDATE {TRIAL} SET splits = 'x-valid,x-valid' WHERE id = 3"],
        {LISTS: (1, "trial 3: splits is x-valid,x-valid")},
    ),
    "latency": (
        [f"UPDATE {TRIAL} SET latency = 0.6 WHERE id = 2"],
        {LISTS: (1, "trial 2: latencies do not have the mean latency")},
    ),
    "latencies": (
        [
            f"UPDATE {TRIAL} SET latency = 0.5, latencies = '{text}' WHERE id = {i}"
            for i, text in enumerate(
                ["[0.5]", "[]", "0.5", "[0.25,", '{"a":0.5,"b":0.5}', '["0.5","0.5"]'], 1
            )
        ],
        {LISTS: (6, "trial 1: latencies do not have the mean latency")},
    ),
    **{
        f"weights {change}": (
            [f"UPDATE nb201weights SET {change} WHERE id = 1"],
            {WEIGHTS: (1, None)},
        )
        for change in (
            "data = x'00'",
            "shape = '[1,3]'",
            "shape = '[1,2'",
            "dtype = 'floating'",
        )
    },
    "string of a config": (
        [
            f"UPDATE {CONFIG} SET (arch_str, arch) = (SELECT arch_str, arch FROM {CONFIG} "
            "WHERE id = 3) WHERE id = 1"
        ],
        {INDEX: (1, "the first is id 1")},
    ),
    "arch of a config": (
        [f"UPDATE {CONFIG} SET arch = (SELECT arch FROM {CONFIG} WHERE id = 3) WHERE id = 1"],
        {ARCH: (1, None)},
    ),
    "arch that is not written canonically": (
        [f"UPDATE {CONFIG} SET arch = replace(arch, ',', ', ') WHERE id = 1"],
        {ARCH: (1, None)},
    ),
    "string outside the space": (
        [f"UPDATE {CONFIG} SET arch_str = '|none~0|' WHERE id = 1"],
        {INDEX: (1, "the first is id 1"), ARCH: (1, None)},
    ),
    "class of a config": (
        [f"UPDATE {CONFIG} SET isomorphism = 5 WHERE id = 1"],
        {CONFIG_CLASS: (1, "the first is id 1")},
    ),
    "class of an architecture": (
        ["UPDATE nb201architecture SET isomorphism = 5 WHERE arch_index = 77"],
        {CLASS: (1, "architecture 77")},
    ),
    "architecture outside the space": (
        ["UPDATE nb201architecture SET arch_str = 'x' WHERE arch_index = 15624"],
        {SPACE: (1, None)},
    ),
    "index outside the space": (
        ["UPDATE nb201architecture SET arch_index = 15625 WHERE arch_index = 15624"],
        {SPACE: (1, "architecture 15625 stands at the place of 15624"), CLASS: (1, None)},
    ),
    "no last architecture": (
        ["DELETE FROM nb201architecture WHERE arch_index = 15624"],
        {SPACE: (1, "there are 15,624 architectures instead of 15,625")},
    ),
    "dangling config": (
        [f"UPDATE {TRIAL} SET config_id = 99 WHERE id = 6"],
        {
            REFERENCES: (1, f"a row of {TRIAL} refers to a missing one of {CONFIG}"),
            WITH_STATISTICS: (1, "4 have trials, 3 statistics"),
        },
    ),
    "dangling trial": (
        [f"UPDATE {POINT} SET trial_id = 99 WHERE trial_id = 6"],
        {
            REFERENCES: (12, f"a row of {POINT} refers to a missing one of {TRIAL}"),
            EPOCHS: (1, "the first is id 6"),
        },
    ),
    "dangling weights": (
        ["UPDATE nb201weights SET trial_id = 99 WHERE id = 1"],
        {REFERENCES: (1, f"a row of nb201weights refers to a missing one of {TRIAL}")},
    ),
    "deleted trial": (
        [f"DELETE FROM {TRIAL} WHERE id = 6"],
        {
            REFERENCES: (12, f"a row of {POINT} refers to a missing one of {TRIAL}"),
            TRIALS: (1, "6 ingested, 5 there"),
        },
    ),
}


@pytest.mark.parametrize(("statements", "expected"), DAMAGES.values(), ids=DAMAGES)
def test_damage_is_found(
    statements: list[str], expected: dict[str, tuple[int, str | None]], damaged: Path
) -> None:
    """By its own check, with the number of places and one of them."""
    found = problems_after(damaged, *statements)
    assert found.keys() - {CLASS} == expected.keys() - {CLASS}
    for check, (count, example) in expected.items():
        assert found[check][0] == count
        assert found[check][1] == example or (example is None and found[check][1])
    assert (CLASS in found) == (CLASS in expected)


def test_progress_goes_to_stderr(
    quick: None, db201: BenchmarkDatabase, capfd: pytest.CaptureFixture[str]
) -> None:
    """A bar over the trials."""
    assert all(not finding.problems for finding in verify(db201))
    captured = capfd.readouterr()
    assert captured.out == ""
    assert re.search(r"\b(\d+)/\1 ", captured.err)
