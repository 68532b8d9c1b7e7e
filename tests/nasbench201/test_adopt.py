"""NNI's database of NAS-Bench-201: splits that a data set has not, and configs without trials."""

import contextlib
import math
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from support.nni_files import timed_run, write_nni201
from support.raw import Record, nni_arch, rows_of, stored, whole

import nasbench_db
from nasbench_db import InvalidDatabase
from nasbench_db.nasbench201 import query_nb201_trial_stats
from nasbench_db.nasbench201.api import NASBench201API
from nasbench_db.store.adopting import AdoptionReport

DATASETS = ("cifar10-valid", "cifar10", "cifar100", "ImageNet16-120")
NOT_KEPT = ("splits", "train_acc5", "latencies", "latency", "epoch_training_time")
"""Columns that NNI has not, or has of the first of several latencies, or in another order."""
LACKING = {"train_acc5", "latencies"}
"""Columns of which NNI has nothing."""


def sparse(run: Record) -> Record:
    """A run whose ori-test was evaluated after the last epoch only, as in those of 200 epochs."""
    last = f"ori-test@{run['epochs'] - 1}"
    for name in ("eval_acc1es", "eval_losses"):
        run[name] = {
            key: value
            for key, value in run[name].items()
            if key == last or not key.startswith("ori-test")
        }
    return run


@pytest.fixture(scope="session")
def content(strings: list[str]) -> Record:
    """Three architectures, one of them trained for 200 epochs; a loss that is not a number."""

    def info(index: int, **runs: list[Record]) -> Record:
        return {
            fidelity: {
                "arch_index": index,
                "arch_str": strings[index],
                "all_results": {(run["name"], int(run["seed"])): run for run in found},
            }
            for fidelity, found in runs.items()
        }

    less = [timed_run(name, 777) for name in DATASETS]
    less[2]["train_losses"][3] = math.nan
    more = [
        timed_run("cifar100", 999, latency=[0.5]),
        timed_run("cifar100", 888, train_acc5es=None),
    ]
    full = [sparse(timed_run(name, seed, 200)) for name in DATASETS[:2] for seed in (777, 888)]
    infos = {2: info(2, less=less, full=full), 11: info(11, less=more), 0: info(0, less=less)}
    return whole(infos, strings)


@pytest.fixture
def theirs(content: Record, tmp_path: Path) -> Path:
    """NNI's database, of as many architectures as it takes."""
    path = tmp_path / "theirs.db"
    write_nni201(path, {**content, "meta_archs": content["meta_archs"][:12]})
    return path


def migrate(path: Path, to: Path | None = None, **options: Any) -> AdoptionReport:
    """Take over without a progress bar."""
    report = nasbench_db.migrate(path, to, progress=False, **options)
    assert isinstance(report, AdoptionReport)
    return report


def change(path: Path, *statements: str) -> None:
    """Run statements in a database."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_it_becomes_what_the_original_file_becomes(
    theirs: Path, content: Record, tmp_path: Path
) -> None:
    """Every trial and every epoch, but for what NNI left out."""
    ours = nasbench_db.ingest("nasbench201", content, tmp_path / "ours.db", progress=False).path
    report = migrate(theirs)
    assert report.built is not None
    assert report.built.cells == 3
    expected, found = stored(ours), stored(theirs)
    assert found.keys() == expected.keys()
    for key, trial in expected.items():
        for part in (trial["trial"], *trial["points"].values()):
            part.update(dict.fromkeys(LACKING & part.keys()))
        splits = trial["trial"].pop("splits")
        assert set(found[key]["trial"].pop("splits").split(",")) == set(splits.split(","))
        # NNI has it times the epochs, and dividing that may round.
        seconds = trial["trial"].pop("epoch_training_time")
        assert found[key]["trial"].pop("epoch_training_time") == pytest.approx(seconds, rel=1e-15)
        for part, values in trial.items():
            assert found[key][part] == values
    with contextlib.closing(sqlite3.connect(ours)) as connection:
        architectures = rows_of(connection, "SELECT * FROM nb201architecture")
    with contextlib.closing(sqlite3.connect(theirs)) as connection:
        assert rows_of(connection, "SELECT * FROM nb201architecture") == architectures
        isomorphism = "SELECT DISTINCT arch_index, isomorphism FROM nb201trialconfig ORDER BY 1"
        assert connection.execute(isomorphism).fetchall() == [
            (row["arch_index"], row["isomorphism"])
            for row in architectures
            if row["arch_index"] in (0, 2, 11)
        ]


def test_what_is_put_right_is_told(theirs: Path) -> None:
    """Three columns of splits that two data sets have not; configs that were never trained."""
    report = migrate(theirs)
    counts = {text.split(" repeated ")[0]: rows for text, rows in report.changes}
    # Of cifar10 two trials of 12 epochs, and two of 200 with one evaluation each.
    assert counts == {
        "valid_acc, valid_loss and valid_evaluation_time of cifar10": 4 + 2 * 12 + 2,
        "test_acc, test_loss and test_evaluation_time of cifar10": 4 + 2 * 12 + 2,
        "test_acc, test_loss and test_evaluation_time of cifar10-valid": 4 + 2 * 12 + 2,
    }
    assert report.dropped == 12 * 2 * 4 - (4 + 1 + 4 + 2)
    assert report.remarks == ()


def test_the_helpers_and_the_original_api_answer(theirs: Path, strings: list[str]) -> None:
    """With NNI's dict, and with the arch string; verified like any other database."""
    migrate(theirs)
    db = nasbench_db.connect("nasbench201", theirs)
    arch = nni_arch(strings[2])
    (trial,) = query_nb201_trial_stats(arch, 12, "cifar10", include_intermediates=True)
    run = timed_run("cifar10", 777)
    assert trial["valid_acc"] is None
    assert trial["test_acc"] is None
    assert trial["ori_test_acc"] == run["eval_acc1es"]["ori-test@11"]
    assert trial["training_time"] == run["train_times"][11] * 12
    assert trial["time_source"] == "estimated"
    assert [point["valid_acc"] for point in trial["intermediates"]] == [None] * 12
    api = NASBench201API(theirs, verbose=False)
    info = api.get_more_info(2, "cifar10", hp="12", is_random=False)
    assert info["test-accuracy"] == trial["ori_test_acc"]
    assert info["train-all-time"] == pytest.approx(trial["training_time"])
    findings = nasbench_db.BENCHMARKS["nasbench201"].verify(db, False)
    # All runs of the file were given the same sizes.
    problems = [finding.check for finding in findings if finding.problems]
    assert problems == ["parameters and FLOPs of trials are those of their network"]


def test_a_split_that_differs_once_is_left_as_it_is(theirs: Path) -> None:
    """Then it is not what NNI's program writes, and nobody knows what it is."""
    change(
        theirs,
        "UPDATE nb201intermediatestats SET valid_acc = 12.5 WHERE id = (SELECT min(i.id) FROM "
        "nb201intermediatestats i JOIN nb201trialstats t ON t.id = i.trial_id "
        "JOIN nb201trialconfig c ON c.id = t.config_id WHERE c.dataset = 'cifar10')",
    )
    report = migrate(theirs)
    assert len(report.changes) == 2
    (remark,) = report.remarks
    assert "cifar10 has no split for valid_acc, but the values of 1 rows" in remark
    db = nasbench_db.connect("nasbench201", theirs)
    query = "SELECT valid_acc = ori_test_acc, test_acc FROM nb201 WHERE dataset = 'cifar10'"
    assert set(db.execute_sql(query)) == {(1, None)}


WRONG = {
    "another data set": ("dataset = 'svhn'", "the data set is 'svhn'"),
    "the official spelling": ("dataset = 'ImageNet16-120'", "the data set is 'ImageNet16-120'"),
    "no epochs": ("num_epochs = 70000", "the number of epochs is 70000"),
    "another operation": ("arch = replace(arch, 'none', 'nothing')", "nothing"),
    "no architecture": ("arch = '[]'", "row 1 of nb201trialconfig"),
    "no JSON": ("arch = 'x'", "row 1 of nb201trialconfig"),
}


@pytest.mark.parametrize("case", WRONG)
def test_configs_outside_the_search_space_are_refused(case: str, theirs: Path) -> None:
    """The message names the row; the file stays."""
    assignment, reason = WRONG[case]
    change(theirs, f"UPDATE nb201trialconfig SET {assignment}")
    before = theirs.read_bytes()
    with pytest.raises(InvalidDatabase, match=reason):
        migrate(theirs)
    assert theirs.read_bytes() == before
    assert [path.name for path in theirs.parent.glob("theirs*")] == ["theirs.db"]


def test_real_trainings(data: Path, strings: list[str], tmp_path: Path) -> None:
    """Those of two architectures that NATS-Bench publishes, through NNI's form and back."""
    from nasbench_db.formats import torch_files

    folder = data / "natsbench" / "NATS-tss-v1_0-3ffb9-simple"
    infos = {
        index: torch_files.load(str(folder / f"{index:06d}.pickle.pbz2")) for index in (0, 11)
    }
    path = tmp_path / "theirs.db"
    write_nni201(path, whole(infos, strings[:12]))
    ours = nasbench_db.ingest("nasbench201", folder, tmp_path / "ours.db", progress=False).path
    migrate(path)
    expected, found = stored(ours), stored(path)
    assert found.keys() == expected.keys()
    for key, trial in expected.items():
        for part in (trial["trial"], *trial["points"].values()):
            for name in NOT_KEPT:
                part.pop(name, None)
        for part in (found[key]["trial"], *found[key]["points"].values()):
            for name in NOT_KEPT:
                part.pop(name, None)
        assert found[key]["points"] == trial["points"]
        assert found[key]["trial"] == trial["trial"]
