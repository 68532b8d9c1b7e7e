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
    (band,) = bands_of([by_hand()], "regret", [10])
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
    with pytest.raises(InvalidQuery, match="one figure: num_epochs is 36 and 108"):
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


def test_runs_of_one_name_become_one_line_if_they_are_alike(db: BenchmarkDatabase) -> None:
    how = {"num_epochs": 108, "charge": "evaluations", "db": db, "runs": 2}
    one, more = (search(None, "random", budget=9, seed=seed, **how) for seed in range(2))
    ax = plotting.trajectory(one, more)
    assert "of 4 runs" in ax.get_title()
    with pytest.raises(InvalidQuery, match="the same runs of random are given twice"):
        plotting.trajectory(one, more, one)
    shorter = search(None, "random", budget=5, seed=7, **how)
    with pytest.raises(InvalidQuery, match=r"random .* not made alike: budget is 9 and 5"):
        plotting.trajectory(one, shorter)


def test_a_line_ends_with_its_budget_and_reports_are_of_their_epochs(
    db: BenchmarkDatabase,
) -> None:
    how = {"num_epochs": 36, "charge": "evaluations", "db": db, "runs": 2}
    long, short = (
        search(None, name, budget=budget, report_epochs=epochs, **how)
        for name, budget, epochs in (("random", 30, 36), ("local", 6, 108))
    )
    ax = plotting.trajectory(long, short)
    ends = {line.get_label(): line.get_xdata()[-1] for line in ax.get_lines()}
    assert ends == {"random search": 30, "local search": 6}
    assert "reported" not in ax.get_title()
    with pytest.raises(InvalidQuery, match="one figure: report_epochs is 36 and 108"):
        plotting.trajectory(long, short, by="report_regret")
    assert "reported of 108 epochs" in plotting.trajectory(
        short, by="report_regret"
    ).get_title().replace("\n", " ")


def test_the_clock_of_several_workers_is_that_of_each(db: BenchmarkDatabase) -> None:
    how = {"num_epochs": 108, "db": db, "runs": 2, "workers": 3}
    for charge, budget, label in (
        ("evaluations", 5, "evaluations by each worker"),
        ("epochs", 540, "epochs trained by each worker"),
        ("time", 1e5, "simulated time (s)"),
    ):
        found = search(None, "random", charge=charge, budget=budget, **how)
        assert plotting.trajectory(found).get_xlabel().replace("\n", " ") == label


def test_made_up_numbers_are_not_drawn_beside_real_ones(db: BenchmarkDatabase) -> None:
    how = {"num_epochs": 108, "charge": "evaluations", "db": db, "runs": 2, "budget": 5}
    made_up, real = (search(None, name, **how) for name in ("random", "local"))
    del real.metadata["nasbench_db.warning"]
    with pytest.raises(InvalidQuery, match=r"one figure: numbers is .*SYNTHETIC.* and None"):
        plotting.trajectory(made_up, real)
