"""Many runs at once, and the tables that come of them."""

from __future__ import annotations

import os
import pickle
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from nasbench_db.commands.cli import cli
from nasbench_db.errors import BuildError, ExportError, InvalidQuery, SearchFailed, SourceError
from nasbench_db.simulation import (
    ALGORITHMS,
    Rows,
    Simulation,
    random_search,
    search,
    trajectories,
)
from nasbench_db.simulation.rows import read_rows
from nasbench_db.store.database import BenchmarkDatabase

SAID: dict[str, Any] = {"num_epochs": 108, "charge": "evaluations", "budget": 15}


def test_what_comes_out_does_not_depend_on_processes(db: BenchmarkDatabase) -> None:
    found = [
        list(
            search(
                None,
                ["random", "evolution"],
                runs=5,
                seed=3,
                options={"population": 5},
                processes=processes,
                db=db,
                **SAID,
            )
        )
        for processes in (1, 2, 3)
    ]
    assert found[0] == found[1] == found[2]
    pairs = list(dict.fromkeys((row["algorithm"], row["run"]) for row in found[0]))
    assert pairs == [(name, run) for name in ("random", "evolution") for run in range(5)]


def test_a_run_of_many_is_a_run_alone(db: BenchmarkDatabase) -> None:
    rows = list(search(None, "random", runs=3, seed=8, db=db, **SAID))
    alone = Simulation(db=db, seed=[8, 2], **SAID)
    expected = [dict(row) for row in random_search(alone).trajectory()]
    found = [{name: row[name] for name in expected[0]} for row in rows if row["run"] == 2]
    assert found == expected


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"algorithm": "magic"}, "no algorithm called 'magic'; there are random, evolution"),
        ({"algorithm": []}, "algorithm is empty"),
        ({"runs": 0}, "runs is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"processes": 0}, "processes is 0"),
        ({"budget": 0}, "budget is 0"),
        ({"budget": None}, "needs a budget"),
        ({"options": {"popul": 3}}, "no option of evolution called 'popul'"),
        ({"options": 3}, "options is 3"),
    ],
)
def test_wrong_words_are_refused(
    words: dict[str, Any], message: str, db: BenchmarkDatabase
) -> None:
    with pytest.raises(InvalidQuery, match=message):
        search("nasbench101", db=db, **{**SAID, **words})


def _kill(run: Simulation, **_: Any) -> Simulation:
    os.kill(os.getpid(), signal.SIGKILL)
    return run


def _fail(run: Simulation, **_: Any) -> Simulation:
    raise InvalidQuery("it must be so")


def test_a_process_that_is_ended_is_told(
    db: BenchmarkDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "nasbench_db.simulation.many.ALGORITHMS", {**ALGORITHMS, "kill": _kill, "fail": _fail}
    )
    with pytest.raises(BuildError, match="ended from outside"):
        search(None, "kill", runs=4, processes=2, db=db, **SAID)
    with pytest.raises(InvalidQuery, match="it must be so"):
        search(None, "fail", runs=4, processes=2, db=db, **SAID)


@pytest.mark.parametrize("processes", [1, 2])
def test_what_ended_is_kept_when_another_algorithm_fails(
    processes: int, db: BenchmarkDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "nasbench_db.simulation.many.ALGORITHMS", {**ALGORITHMS, "fail": _fail, "fall": _fail}
    )
    with pytest.raises(SearchFailed) as caught:
        search(None, ["fail", "random", "fall"], runs=4, processes=processes, db=db, **SAID)
    assert list(caught.value.rows) == list(search(None, "random", runs=4, db=db, **SAID))
    assert str(caught.value) == "fail failed: it must be so; fall failed: it must be so"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_command_writes_what_ended_and_tells_what_failed(
    samples: dict[str, Path], tmp_path: Path
) -> None:
    """No fewer epochs are there to halve by."""
    path = tmp_path / "runs.parquet"
    words = ["search", str(samples["nasbenchmacro"]), "--algorithm", "asha", "--algorithm"]
    words += ["random", "--metric", "best_test_acc", "--allow-test", "--charge", "evaluations"]
    words += ["--budget", "5", "--runs", "2", "--quiet", "--out", str(path)]
    found = CliRunner().invoke(cli, words)
    assert found.exit_code == 1
    assert "asha failed: successive halving needs two numbers of epochs" in found.stderr
    assert found.stdout == f"{path}\n"
    assert set(read_rows(path)["algorithm"]) == {"random"}
    alone = CliRunner().invoke(cli, [*words[:4], *words[6:-1], str(tmp_path / "none.parquet")])
    assert alone.exit_code == 1
    assert not (tmp_path / "none.parquet").exists()


def test_tables_become_arrays_frames_and_files(db: BenchmarkDatabase, tmp_path: Path) -> None:
    rows = search(None, "random", runs=3, db=db, **SAID)
    path = tmp_path / "runs.parquet"
    rows.write_parquet(path)
    again = read_rows(path)
    assert (again.columns, again.kinds, again.metadata) == (
        rows.columns,
        rows.kinds,
        rows.metadata,
    )
    assert list(again) == list(rows)
    assert pq.read_table(path).to_pylist()[0]["algorithm"] == "random"
    frame, array = rows.to_pandas(), rows.to_numpy()
    assert isinstance(frame, pd.DataFrame)
    assert len(frame) == len(array) == len(rows)
    assert frame["regret"].tolist() == array["regret"].tolist() == rows["regret"]
    assert np.all(np.diff(array["regret"]) <= 0) or len(set(array["run"])) > 1
    assert frame["arch"][0] == next(iter(rows))["arch"]
    with pytest.raises(ExportError, match=r"runs\.parquet"):
        rows.write_parquet(path)
    rows.write_parquet(path, force=True)
    with pytest.raises(ExportError):
        rows.write_parquet(tmp_path / "nowhere" / "runs.parquet")
    (tmp_path / "junk.parquet").write_bytes(b"junk")
    with pytest.raises(SourceError, match="cannot be read as Parquet"):
        read_rows(tmp_path / "junk.parquet")
    with pytest.raises(SourceError, match=r"there is no file .*none\.parquet; nasbench-db search"):
        read_rows(tmp_path / "none.parquet")


def test_tables_are_shown(db: BenchmarkDatabase) -> None:
    rows = search(None, "random", runs=9, db=db, **SAID)
    assert "algorithm" in repr(rows)
    assert "… and more rows" in repr(rows)
    assert rows._repr_html_().count("<tr>") > 10
    empty = Rows({"time": [], "arch": []}, {"time": "f8", "arch": "json"})
    assert (repr(empty), len(empty), list(empty)) == ("(no rows: time, arch)", 0, [])
    assert empty.to_pandas().empty
    assert empty.to_arrow().num_rows == 0


def test_runs_of_ones_own_make_the_same_table(db: BenchmarkDatabase) -> None:
    runs = [random_search(Simulation(db=db, seed=[0, n], **SAID)) for n in range(3)]
    found = trajectories({"random": runs})
    assert list(found) == list(search(None, "random", runs=3, db=db, **SAID))
    for wrong in ({}, {"mine": []}, {"mine": [3]}, runs, {"mine": runs[0]}):
        with pytest.raises(InvalidQuery, match="runs"):
            trajectories(wrong)  # type: ignore[arg-type]
    other = random_search(Simulation(db=db, **{**SAID, "num_epochs": 36}))
    with pytest.raises(InvalidQuery, match=r"run 0 of mine .*: num_epochs is 108 and 36; make a"):
        trajectories({"random": runs, "mine": [other]})
