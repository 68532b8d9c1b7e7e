"""NNI's database of NAS-Bench-101: what its own rows say of its training times."""

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from support.nni_files import write_nni101

import nasbench_db
from nasbench_db.nasbench101 import Cell, query_nb101_trial_stats

# The example in NNI's documentation, and its first training of 108 epochs there.
CELL = Cell.from_arch(
    {
        "op1": "conv3x3-bn-relu",
        "input1": [0],
        "op2": "maxpool3x3",
        "input2": [1],
        "op3": "conv3x3-bn-relu",
        "input3": [2],
        "op4": "conv3x3-bn-relu",
        "input4": [0],
        "op5": "conv1x1-bn-relu",
        "input5": [0, 3, 4],
        "input6": [2, 5],
    }
)
SECONDS = 1769.1279296875
NNI_SECONDS = 106147.67578125


def statements(path: Path, *lines: str) -> None:
    """Run statements in a database."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for line in lines:
            connection.execute(line)


@pytest.fixture
def theirs(source: Path, tmp_path: Path) -> Path:
    """NNI's database of the small source."""
    path = tmp_path / "theirs.db"
    write_nni101(path, source)
    return path


def test_the_training_that_nni_documents(theirs: Path) -> None:
    """106147.68 s there, 1769.13 s in its own last intermediate and in the original."""
    values = f"92.11738705635071, 92.41786599159241, 8.55553, {NNI_SECONDS}"
    statements(
        theirs,
        "DELETE FROM nb101intermediatestats",
        "DELETE FROM nb101trialstats",
        f"UPDATE nb101trialconfig SET arch = json('{json.dumps(CELL.arch)}'), "
        f"num_vertices = 7, hash = '{CELL.hash}', num_epochs = 108 WHERE id = 1",
        "INSERT INTO nb101trialstats (id, config_id, train_acc, test_acc, valid_acc, parameters, "
        f"training_time) VALUES (1, 1, 100.0, {values})",
        "INSERT INTO nb101intermediatestats (trial_id, current_epoch, train_acc, valid_acc, "
        "test_acc, training_time) VALUES (1, 54, 80.0, 70.0, 60.0, 883.4580078125), "
        f"(1, 108, 100.0, 92.41786599159241, 92.11738705635071, {SECONDS})",
    )
    nasbench_db.migrate(theirs, progress=False)
    nasbench_db.connect("nasbench101", theirs)
    (trial,) = query_nb101_trial_stats(CELL, 108, include_intermediates=True)
    assert trial["training_time"] == SECONDS
    assert trial["valid_acc"] == 92.41786599159241
    assert [point["training_time"] for point in trial["intermediates"]] == [
        883.4580078125,
        SECONDS,
    ]


def test_seconds_stay_seconds(theirs: Path, built: Path) -> None:
    """A file whose times someone has put right already is left as it is."""
    statements(theirs, "UPDATE nb101trialstats SET training_time = training_time / 60")
    report = nasbench_db.migrate(theirs, progress=False)
    assert (report.changes, report.remarks) == ((), ())  # type: ignore[union-attr]
    assert "there is nothing to put right" in str(report)
    assert times(theirs) == times(built)


def test_times_that_nothing_explains_are_kept_and_told(theirs: Path, built: Path) -> None:
    """Of three trials: another factor, no intermediates at all, and another time than theirs."""
    statements(
        theirs,
        "UPDATE nb101trialstats SET training_time = training_time * 60 WHERE id = 5",
        "DELETE FROM nb101intermediatestats WHERE trial_id = 6",
        "UPDATE nb101trialstats SET training_time = 1.5 WHERE id = 7",
    )
    kept = {number: times(theirs)[number] for number in (5, 6, 7)}
    report = nasbench_db.migrate(theirs, progress=False)
    assert [rows for _, rows in report.changes] == [1089]  # type: ignore[union-attr]
    (remark,) = report.remarks  # type: ignore[union-attr]
    assert remark.startswith("3 trials have a training_time that is neither")
    assert times(theirs) == {**times(built), **kept}


def test_repeats_are_numbered_in_the_order_of_the_trials(theirs: Path) -> None:
    """Also where those of a config do not follow one another."""
    statements(
        theirs,
        "UPDATE nb101trialstats SET config_id = (id * 7) % 5 + 1 WHERE id <= 30",
        "DELETE FROM nb101intermediatestats WHERE trial_id > 30",
        "DELETE FROM nb101trialstats WHERE id > 30",
    )
    nasbench_db.migrate(theirs, progress=False)
    with contextlib.closing(sqlite3.connect(theirs)) as connection:
        rows = connection.execute("SELECT config_id, repeat FROM nb101trialstats ORDER BY id")
        seen: dict[int, int] = {}
        for config, repeat in rows:
            assert repeat == seen.setdefault(config, 0)
            seen[config] += 1
    assert seen == dict.fromkeys(range(1, 6), 6)


def test_json_may_be_written_otherwise(theirs: Path, tmp_path: Path) -> None:
    """With spaces, and keys in another order: the cell is found, and the text is ours."""
    other = tmp_path / "other.db"
    shutil.copyfile(theirs, other)
    statements(
        other,
        "UPDATE nb101trialconfig SET arch = replace(replace(arch, ':', ' : '), ',', ' , ')",
    )
    for path in (theirs, other):
        nasbench_db.migrate(path, progress=False)
    assert configs(theirs) == configs(other)


def times(path: Path) -> dict[int, float]:
    """The training time of each trial."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT id, training_time FROM nb101trialstats"))


def configs(path: Path) -> list[tuple[object, ...]]:
    """All configs."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM nb101trialconfig ORDER BY id").fetchall()
