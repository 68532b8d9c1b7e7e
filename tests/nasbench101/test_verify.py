"""The checks of a NAS-Bench-101 database: each kind of damage is found by its own check."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from support.renewing import renew_statistics

import nasbench_db
from nasbench_db.formats.tfrecord import read_records
from nasbench_db.nasbench101 import Cell
from nasbench_db.nasbench101.record import Evaluation, Metrics, encode_metrics, encode_row
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.nasbench101.verify import verify
from nasbench_db.store.checksums import append_checksums
from nasbench_db.store.database import BenchmarkDatabase

DAMAGED = "the file is not damaged"
WRITTEN = "every page is as it was written"
REFERENCES = "every trial has its config, and every intermediate its trial"
CONFIGS = "there are as many configs as were ingested"
TRIALS = "there are as many trials as were ingested"
INTERMEDIATES = "there are as many intermediates as were ingested"
TRIAL_RANGE = "accuracies of trials lie between 0 and 100"
POINT_RANGE = "accuracies of intermediates lie between 0 and 100"
NEGATIVE = "parameters and training times are not negative"
TRAINED = "every config has trials"
EPOCHS = "trials have the epochs of their config"
REPEATS = "the repeats of a config are numbered from 0"
FINAL = "every trial's last intermediate equals its final values"
SPACE = "every cell is in the search space"
MEANS = "the mean test accuracy of every cell after 108 epochs is the published one"
HASHES = "every hash is that of its cell"
ALL = (
    *(DAMAGED, WRITTEN, REFERENCES, CONFIGS, TRIALS, INTERMEDIATES, TRIAL_RANGE, POINT_RANGE),
    *(NEGATIVE, TRAINED, EPOCHS, REPEATS, FINAL, SPACE, HASHES),
)


SIZES = "parameters of trials are those of their network"


def problems_after(path: Path, *statements: str) -> dict[str, tuple[int, str]]:
    """What the checks find in a database after some changes, by the check."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    if statements:
        renew_statistics(path, SCHEMA)
        append_checksums(path)  # as if it had been written so
    with contextlib.closing(nasbench_db.connect("nasbench101", path)) as db:
        findings = list(verify(db, progress=False))
    return {found.check: (found.problems, found.example) for found in findings if found.problems}


def test_a_sound_database_has_no_problems(
    db: BenchmarkDatabase, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each check is reported once; without progress, nothing is printed."""
    findings = list(verify(db, progress=False))
    assert {finding[1:] for finding in findings} == {(0, "", True)}
    checks = [finding.check for finding in findings]
    assert len(set(checks)) == len(checks)
    assert set(ALL) <= set(checks)
    assert capfd.readouterr() == ("", "")


@pytest.mark.filterwarnings("ignore:.*EC-NAS:nasbench_db.SourceWarning")
def test_real_data_have_no_problems(data: Path, tmp_path: Path) -> None:
    """The genuine records of another benchmark in the same layout, too."""
    for name in ("first_record", "ec_nas_4v"):
        path = tmp_path / f"{name}.db"
        source = data / "nasbench101" / f"{name}.tfrecord"
        nasbench_db.ingest("nasbench101", source, path, progress=False)
        assert problems_after(path) == {}


def test_metrics_that_are_missing_are_no_problem(
    tmp_path: Path, write_payloads: Callable[..., Path]
) -> None:
    """NULL means not measured, and is in no range."""
    cell = Cell.from_string("0100", "input,output")
    message = encode_metrics(Metrics((Evaluation(4.0, None, None, 0.5, None),), None, None))
    path = write_payloads([encode_row(cell.hash, 4, "0100", "input,output", message)])
    report = nasbench_db.ingest("nasbench101", path, tmp_path / "null.db", progress=False)
    assert problems_after(report.path) == {}


@pytest.mark.parametrize("column", ["train_acc", "valid_acc", "test_acc"])
@pytest.mark.parametrize("value", ["-0.5", "100.5", "9e999", "'good'"])
def test_accuracies_out_of_range_are_found(column: str, value: str, copy: Path) -> None:
    """In trials and in intermediates, each with the first one's id."""
    found = problems_after(
        copy,
        f"UPDATE nb101trialstats SET {column} = {value} WHERE id IN (7, 9)",
        f"UPDATE nb101intermediatestats SET {column} = {value} WHERE trial_id = 5 "
        "AND current_epoch = 6",
    )
    assert found.pop(TRIAL_RANGE) == (2, "the first is id 7")
    assert found.pop(POINT_RANGE)[0] == 1
    assert found == {FINAL: (2, "the first is id 7")}


@pytest.mark.parametrize("column", ["parameters", "training_time"])
def test_negative_numbers_are_found(column: str, copy: Path) -> None:
    """Neither parameters nor seconds can be."""
    found = problems_after(copy, f"UPDATE nb101trialstats SET {column} = -1 WHERE id = 3")
    assert found.pop(NEGATIVE) == (1, "the first is id 3")
    assert set(found) <= {FINAL, SIZES}


def test_parameters_of_another_network_are_found(copy: Path) -> None:
    """Whichever of a config's trials has them."""
    found = problems_after(copy, "UPDATE nb101trialstats SET parameters = 0.5 WHERE id = 3")
    ((check, (count, example)),) = found.items()
    assert (check, count) == (SIZES, 1)
    assert "0.500000 million parameters instead of" in example


def test_a_wrong_hash_is_found(copy: Path) -> None:
    """The example names the config, the hash and the right one."""
    wrong = "0123456789abcdef" * 2
    found = problems_after(copy, f"UPDATE nb101trialconfig SET hash = '{wrong}' WHERE id = 1")
    right = "043721b9c7fe8c5fad811d47d83132ec"
    assert found == {HASHES: (1, f"config 1: the hash is {wrong}, its graph's {right}")}


def test_a_hash_of_another_cell_is_found(copy: Path) -> None:
    """Even though it is a hash of the data set."""
    found = problems_after(
        copy,
        "UPDATE nb101trialconfig SET hash = (SELECT hash FROM nb101trialconfig WHERE id = 100) "
        "WHERE id BETWEEN 50 AND 51",
    )
    assert set(found) == {HASHES}
    assert found[HASHES][0] in (1, 2)


def test_a_wrong_number_of_vertices_is_found(copy: Path) -> None:
    """It must be that of the cell as written."""
    found = problems_after(copy, "UPDATE nb101trialconfig SET num_vertices = 6 WHERE id = 20")
    assert set(found) == {SPACE}
    assert found[SPACE][0] == 1
    assert "config 20" in found[SPACE][1]


@pytest.mark.parametrize(
    "arch",
    [
        '{"input1":[0],"input2":[1],"op1":"conv7x7"}',
        '{"input1":[],"input2":[1],"op1":"maxpool3x3"}',
        '{"input1": [0]}',
        "[]",
        "5",
        "no JSON",
        "",
    ],
)
def test_an_arch_that_is_no_cell_is_found(arch: str, copy: Path) -> None:
    """Outside the space, of another form, not written canonically, or no JSON at all."""
    found = problems_after(copy, f"UPDATE nb101trialconfig SET arch = '{arch}' WHERE id = 5")
    assert found[SPACE][0] == 1
    assert "config 5" in found[SPACE][1]
    assert set(found) <= {SPACE, HASHES, SIZES}


def test_an_arch_that_is_not_written_canonically_is_found(copy: Path) -> None:
    """Equality in SQL would not find it, though it is the right cell."""
    found = problems_after(
        copy, "UPDATE nb101trialconfig SET arch = replace(arch, ',', ', ') WHERE id = 5"
    )
    assert set(found) == {SPACE}
    assert found[SPACE][0] == 1
    assert "config 5" in found[SPACE][1]


@pytest.mark.parametrize("value", ["NULL", "12345"])
def test_a_wrong_canonical_code_is_found(value: str, copy: Path) -> None:
    """It must be that of the cell."""
    found = problems_after(copy, f"UPDATE nb101trialconfig SET canonical = {value} WHERE id = 9")
    assert set(found) == {SPACE}
    assert "config 9" in found[SPACE][1]


@pytest.mark.parametrize(
    ("statement", "config"),
    [
        ("UPDATE nb101trialstats SET repeat = 3 WHERE id = 4", 2),
        ("UPDATE nb101trialstats SET repeat = 1 WHERE id = 7", 3),
        ("UPDATE nb101trialstats SET repeat = repeat + 1 WHERE config_id = 4", 4),
        ("UPDATE nb101trialstats SET repeat = -1 WHERE id = 13", 5),
    ],
    ids=["gap", "twice", "from 1", "negative"],
)
def test_a_wrong_repeat_is_found(statement: str, config: int, copy: Path) -> None:
    """They are numbered from 0, each once."""
    assert problems_after(copy, statement) == {REPEATS: (1, f"the first is id {config}")}


def test_a_trial_with_other_epochs_than_its_config_is_found(copy: Path) -> None:
    """The column is there twice, and must agree."""
    found = problems_after(copy, "UPDATE nb101trialstats SET num_epochs = 12 WHERE id = 1")
    assert found.pop(EPOCHS) == (1, "the first is id 1")
    assert set(found) <= {FINAL}


@pytest.mark.parametrize("column", ["train_acc", "valid_acc", "test_acc", "training_time"])
@pytest.mark.parametrize("value", ["12.5", "NULL"])
def test_a_final_evaluation_that_differs_is_found(column: str, value: str, copy: Path) -> None:
    """In any of its metrics, a missing one included."""
    found = problems_after(
        copy,
        f"UPDATE nb101intermediatestats SET {column} = {value} "
        "WHERE trial_id = 30 AND current_epoch = "
        "(SELECT num_epochs FROM nb101trialstats WHERE id = 30)",
    )
    assert found == {FINAL: (1, "the first is id 30")}


def test_an_evaluation_after_the_end_of_its_training_is_found(copy: Path) -> None:
    """The one at halfway, moved beyond the last epoch."""
    found = problems_after(
        copy,
        "UPDATE nb101intermediatestats SET current_epoch = 7 "
        "WHERE trial_id = 2 AND current_epoch = 2",
    )
    assert found
    assert sum(count for count, _ in found.values()) == 1


def test_wrong_hashes_in_the_source_are_found(
    tmp_path: Path, write_payloads: Callable[..., Path], source: Path
) -> None:
    """What the ingestion stores as it stands in the file."""
    payloads = [data for _, data in read_records(source)][:12]
    wrong = b"0123456789abcdef" * 2
    payloads[:3] = [payload.replace(payload[2:34], wrong) for payload in payloads[:3]]
    path = write_payloads(payloads)
    report = nasbench_db.ingest("nasbench101", path, tmp_path / "wrong.db", progress=False)
    assert problems_after(report.path)[HASHES][0] == 1


def test_progress_goes_to_stderr(db: BenchmarkDatabase, capfd: pytest.CaptureFixture[str]) -> None:
    """A bar over the configs."""
    assert all(not finding.problems for finding in verify(db))
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "364/364" in captured.err


def test_the_published_means_check_a_database_as_a_whole(tmp_path: Path) -> None:
    """Real cells have them; one whose mean is another one by some images is found."""
    path = nasbench_db.sample("nasbench101", tmp_path / "sample.db").path
    assert problems_after(path) == {}
    with contextlib.closing(nasbench_db.connect("nasbench101", path)) as db:
        assert MEANS in [found.check for found in verify(db, progress=False)]
    # One of three evaluations has one image more of 9,984, at the end of its training and in it.
    change = "SET test_acc = test_acc + 100.0 / 9984 WHERE"
    found = problems_after(
        path,
        f"UPDATE nb101trialstats {change} id = 1",
        f"UPDATE nb101intermediatestats {change} trial_id = 1 AND current_epoch = "
        "(SELECT num_epochs FROM nb101trialstats WHERE id = 1)",
    )
    assert found.keys() == {MEANS}
    count, example = found[MEANS]
    assert count == 1
    assert example.startswith("config ")
    assert example.endswith(" published")


def test_made_up_numbers_are_compared_with_nothing(db: BenchmarkDatabase) -> None:
    """They have no published means."""
    assert MEANS not in [found.check for found in verify(db, progress=False)]
