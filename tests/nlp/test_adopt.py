"""NNI's database of NAS-Bench-NLP: a config for each log, and times of the last epoch alone."""

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from support.nni_files import write_nni_nlp

import nasbench_db
from nasbench_db.nlp import query_nlp_trial_stats
from nasbench_db.nlp.synthetic import made_up_logs, write_zip
from nasbench_db.nlp.verify import verify
from nasbench_db.store.adopting import AdoptionReport

NOT_KEPT = {"parameters", "recipe_id", "experiment_id", "init_time", "sets", "further"}
"""What NNI's rows have not."""


def content() -> list[dict[str, Any]]:
    """Six logs: three cells, twice each; the last failed, and of one a loss is missing."""
    logs = list(made_up_logs(3, runs=2, failing=6))
    logs[0]["val_losses"][3] = float("nan")
    return logs


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.db"
    write_nni_nlp(path, content())
    return path


def migrate(path: Path, to: Path, **options: Any) -> AdoptionReport:
    report = nasbench_db.migrate(path, to, progress=False, **options)
    assert isinstance(report, AdoptionReport)
    return report


def trials(path: Path) -> list[dict[str, Any]]:
    with nasbench_db.connect("nlp", path):
        return list(query_nlp_trial_stats(None, None, include_intermediates=True))


def test_it_becomes_what_the_logs_give_but_for_what_is_not_there(
    theirs: Path, tmp_path: Path
) -> None:
    """Five trials of three configs, each with the time of all its epochs."""
    report = migrate(theirs, tmp_path / "ours.db")
    assert report.dropped == 3
    assert "3 rows: configs of trainings that failed, or of recipes" in str(report)
    assert dict(report.changes) == {
        "the trial had a config of its own, and has now the one of its recipe on its data set": 2,
        "training_time was that of the last epoch, and is now that of all epochs": 5,
        "training_time was that of the one epoch, and is now that of all until then": 245,
    }
    found = trials(tmp_path / "ours.db")
    write_zip(tmp_path / "logs.zip", content())
    nasbench_db.ingest("nlp", tmp_path / "logs.zip", tmp_path / "whole.db", progress=False)
    expected = [one for one in trials(tmp_path / "whole.db") if one["status"] == "OK"]
    by_losses = {one["val_loss"]: one for one in expected}
    assert len(found) == len(by_losses) == 5
    for one in found:
        other = by_losses[one["val_loss"]]
        assert {name for name in one if one[name] is None} == NOT_KEPT
        assert one["config"]["settings"] is None
        for name in ("arch", "dataset", "hash", "num_epochs", "num_nodes", "num_hidden"):
            assert one["config"][name] == other["config"][name]
        same = set(one) - NOT_KEPT - {"id", "config", "intermediates"}
        for name in same:
            right = other[name]
            assert one[name] == (pytest.approx(right) if "time" in name else right)
        for point, right in zip(one["intermediates"], other["intermediates"], strict=True):
            assert point.pop("id")
            assert point.pop("training_time") == pytest.approx(right["training_time"])
            assert point == {name: right[name] for name in point}


def test_what_came_of_it_is_sound(theirs: Path, tmp_path: Path) -> None:
    path = migrate(theirs, tmp_path / "ours.db").built
    assert path is not None
    with nasbench_db.connect("nlp", tmp_path / "ours.db") as database:
        assert not [found for found in verify(database, progress=False) if found.problems]


def test_times_of_another_kind_are_left_alone(theirs: Path, tmp_path: Path) -> None:
    """It is told by the rows, not by the name of the file."""
    with contextlib.closing(sqlite3.connect(theirs)) as connection, connection:
        connection.execute("UPDATE nlptrialstats SET training_time = 99 WHERE id = 2")
    report = migrate(theirs, tmp_path / "ours.db")
    assert "the training_time of 1 trials is not that of their last epoch" in str(report)
    assert [one["training_time"] for one in trials(tmp_path / "ours.db")][1] == 99


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE nlptrialconfig SET dataset = 'mnist' WHERE id = 1", "the data set is 'mnist'"),
        (
            "UPDATE nlptrialconfig SET arch = '{}' WHERE id = 1",
            "row 1 of nlptrialconfig: a recipe",
        ),
        ("UPDATE nlptrialstats SET config_id = 99 WHERE id = 1", "a row that is not there"),
    ],
)
def test_what_nni_does_not_write_is_refused(
    statement: str, reason: str, theirs: Path, tmp_path: Path
) -> None:
    with contextlib.closing(sqlite3.connect(theirs)) as connection, connection:
        connection.execute(statement)
    with pytest.raises(nasbench_db.InvalidDatabase, match=reason):
        migrate(theirs, tmp_path / "ours.db")


def test_archs_are_those_of_nni(theirs: Path, tmp_path: Path) -> None:
    """NNI asks by the text of its dict; that is found in ours."""
    migrate(theirs, tmp_path / "ours.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "ours.db")) as connection:
        ours = {text for (text,) in connection.execute("SELECT arch FROM nlptrialconfig")}
    with contextlib.closing(sqlite3.connect(theirs)) as connection:
        archs = [
            json.loads(text) for (text,) in connection.execute("SELECT arch FROM nlptrialconfig")
        ]
    assert ours == {json.dumps(a, sort_keys=True, separators=(",", ":")) for a in archs}
