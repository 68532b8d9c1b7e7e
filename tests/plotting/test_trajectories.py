"""The figure of searches, and what it is drawn from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nasbench_db import plotting
from nasbench_db.errors import InvalidQuery
from nasbench_db.plotting.trajectories import bands_of
from nasbench_db.simulation import Rows, Simulation, random_search, search
from nasbench_db.store.database import BenchmarkDatabase

KINDS = {"algorithm": "text", "run": "i8", "time": "f8", "regret": "f8"}


def by_hand() -> Rows:
    """Three runs: at time 4 their regrets are 3, 1 and 0; before time 2 one has none."""
    steps = [(0, 1, 5), (0, 3, 3), (1, 2, 4), (1, 4, 1), (2, 1, 2), (2, 2, 0)]
    runs, times, regrets = map(list, zip(*steps, strict=True))
    names = ["random"] * len(steps)
    columns = {"algorithm": names, "run": runs, "time": times, "regret": regrets}
    return Rows(columns, KINDS)


def test_bands_worked_out_by_hand() -> None:
    (band,) = bands_of([by_hand()], "regret", 10)
    assert (band.algorithm, band.runs) == ("random", 3)
    assert (band.times[0], band.times[-1]) == (2, 10)
    at = {time: int(np.searchsorted(band.times, time, side="right")) - 1 for time in (2, 3.2, 10)}
    assert [band.median[at[time]] for time in at] == [4, 3, 1]
    assert [band.low[at[time]] for time in at] == [2, 1.5, 0.5]
    assert [band.high[at[time]] for time in at] == [4.5, 3.5, 2]


def test_a_figure_of_searches(db: BenchmarkDatabase, tmp_path: Path) -> None:
    how = {"budget": 60, "charge": "evaluations", "num_epochs": 108, "db": db}
    found = search(None, ["random", "evolution"], runs=4, options={"population": 5}, **how)
    path = tmp_path / "local.parquet"
    search(None, "local", runs=6, **how).write_parquet(path)
    ax = plotting.trajectory(found, path)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["random search", "regularised evolution", "local search"]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert ax.get_xlabel() == "evaluations"
    assert ax.get_ylabel().replace("\n", " ") == "regret of validation accuracy (%)"
    title = ax.get_title().replace("\n", " ")
    assert "NAS-Bench-101, 108 epochs" in title
    assert "median and quartiles of 4 to 6 runs" in title
    assert "SYNTHETIC" in title
    last = {line.get_label(): line.get_xydata()[-1] for line in ax.get_lines()}
    of_local = [row["regret"] for row in list(plotting.read_rows(path)) if row["run"] == 0]
    assert last["local search"][0] == 60
    assert of_local[-1] >= 0
    reported = plotting.trajectory(found, by="report_regret")
    assert "test accuracy" in reported.get_ylabel().replace("\n", " ")


def test_what_does_not_belong_together_is_refused(db: BenchmarkDatabase) -> None:
    how = {"budget": 5, "charge": "evaluations", "db": db, "runs": 2}
    one, other = (search(None, "random", num_epochs=epochs, **how) for epochs in (36, 108))
    with pytest.raises(InvalidQuery, match="do not belong into one figure"):
        plotting.trajectory(one, other)
    with pytest.raises(InvalidQuery, match="no runs are given"):
        plotting.trajectory()
    with pytest.raises(InvalidQuery, match="no column of these runs called 'valid_acc'"):
        plotting.trajectory(one, by="valid_acc")
    with pytest.raises(InvalidQuery, match="do not tell of which runs"):
        plotting.trajectory(by_hand())
    alone = random_search(Simulation(num_epochs=108, charge="evaluations", budget=5, db=db))
    with pytest.raises(InvalidQuery, match="search"):
        plotting.trajectory(alone.trajectory())
