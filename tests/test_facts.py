"""What ``docs/facts.md`` says of the real numbers is so."""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nasbench_db
from nasbench_db import explore, nasbench201, transnas101
from nasbench_db.architectures.edges import CONNECTED
from nasbench_db.commands.cli import cli
from nasbench_db.nasbench201 import query_nb201_trial_stats
from nasbench_db.nlp import query_nlp_trial_stats
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.transnas101 import query_tnb101_trial_stats

FACTS = (Path(__file__).parents[1] / "docs" / "facts.md").read_text(encoding="utf-8")

IMAGENET = {"dataset": "imagenet16-120", "num_epochs": 200}


def said(text: str) -> None:
    """The page says so, in whatever lines."""
    assert text in " ".join(FACTS.split())


@pytest.fixture
def db201(samples: dict[str, Path]) -> Iterator[BenchmarkDatabase]:
    with nasbench_db.connect("nasbench201", samples["nasbench201"]) as database:
        yield database


@pytest.fixture
def tasks(samples: dict[str, Path]) -> Iterator[BenchmarkDatabase]:
    with nasbench_db.connect("transnas101", samples["transnas101"]) as database:
        yield database


def space(dataset: str, epochs: int) -> np.ndarray:
    return query_nb201_trial_stats(None, epochs, dataset).to_numpy()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def count(db: BenchmarkDatabase, condition: str) -> int:
    ((found,),) = db.select(f"SELECT count(*) FROM {db.schema.view} WHERE {condition}")
    return int(found)


def test_connected_is_told_by_sql_as_by_the_cell(
    db201: BenchmarkDatabase, tasks: BenchmarkDatabase
) -> None:
    for db, cells in ((db201, nasbench201.enumerate_cells), (tasks, transnas101.enumerate_cells)):
        table = db.schema.config._meta.table_name
        statement = f"SELECT DISTINCT arch_str FROM {table} WHERE {CONNECTED}"
        connected = {text for (text,) in db.select(statement)}
        assert connected == {cell.arch_str for cell in cells() if cell.is_connected}
    assert sum(not cell.is_connected for cell in nasbench201.enumerate_cells()) == 341
    assert sum(not cell.is_connected for cell in transnas101.enumerate_cells()) == 169
    said("341 of the 15,625 cells")
    said("169 of the 4,096 micro architectures")


@pytest.mark.parametrize(
    ("dataset", "epochs", "column", "chance"),
    [
        ("cifar10-valid", 200, "ori_test_acc", 10),
        ("cifar100", 200, "test_acc", 1),
        ("imagenet16-120", 200, "test_acc", 100 / 120),
        ("cifar100", 12, "test_acc", 1),
    ],
)
def test_cells_without_a_path_are_at_chance(
    db201: BenchmarkDatabase, dataset: str, epochs: int, column: str, chance: float
) -> None:
    rows = query_nb201_trial_stats(None, epochs, dataset)
    dead = [
        r[column] for r in rows if not nasbench201.Cell.from_arch(r["config"]["arch"]).is_connected
    ]
    assert len(dead) == 341
    assert np.allclose(dead, chance, atol=1e-6)


def test_four_connected_cells_collapse_on_imagenet_only(db201: BenchmarkDatabase) -> None:
    low = f"{CONNECTED} AND dataset = 'imagenet16-120' AND test_acc < 1.5"
    found = [
        i
        for (i,) in db201.select(f"SELECT arch_index FROM nb201 WHERE {low} AND num_epochs = 200")
    ]
    assert sorted(found) == [818, 4992, 9075, 12314]
    assert count(db201, f"{low} AND num_epochs = 12") == 0
    others = space("cifar100", 200)
    at = np.isin(others["arch_index"], found)
    assert (others["test_acc"][at] > 47).all()
    worst = explore.top(1, by="test_acc", direction="min", benchmark="nasbench201", **IMAGENET)
    assert [(r["arch_index"], round(r["test_acc"], 4)) for r in worst] == [(9075, 0.2667)]
    said("818, 4992, 9075 and 12314")
    said("0.2667 %, 8 of 3,000 images")


def test_one_accuracy_is_several_floats(db201: BenchmarkDatabase) -> None:
    imagenet, cifar = space("imagenet16-120", 200)["test_acc"], space("cifar100", 200)["test_acc"]
    assert len({x for x in imagenet if abs(x - 100 / 120) < 1e-6}) == 6
    assert len({x for x in cifar if abs(x - 1) < 1e-6}) == 6
    assert (len(np.unique(imagenet)), len(np.unique(np.rint(imagenet * 30)))) == (9_838, 1_079)
    assert (len(np.unique(cifar)), len(np.unique(np.rint(cifar * 50)))) == (9_718, 1_736)
    assert np.abs(np.rint(cifar * 50) / 50 - cifar).max() < 1.7e-7
    said("six different floats")
    said("9,718 different floats for 1,736 counts")
    said("9,838 for 1,079")


def test_rounding_noise_alone_breaks_the_tie_for_the_best(db201: BenchmarkDatabase) -> None:
    which: dict[str, Any] = {"benchmark": "nasbench201", "dataset": "cifar100", "num_epochs": 12}
    first, second, third = explore.top(3, by="valid_acc", **which)
    assert first["valid_acc"] > second["valid_acc"]
    assert [round(r["valid_acc"] * 50) for r in (first, second)] == [3066, 3066]
    assert round(third["valid_acc"] * 50) < 3066
    tied = count(
        db201,
        "dataset = 'cifar100' AND num_epochs = 12 AND round(valid_acc * 50) = "
        "(SELECT round(max(valid_acc) * 50) FROM nb201 WHERE dataset = 'cifar100' "
        "AND num_epochs = 12)",
    )
    assert tied == 2
    best = explore.optimum("valid_acc", **which)
    assert best.value == first["valid_acc"] == 61.32
    assert {r["arch_index"] for r in best.architectures} == {
        first["arch_index"],
        second["arch_index"],
    }
    (alone,) = explore.optimum("valid_acc", ties="exact", **which).architectures
    assert alone["arch_index"] == 10165
    counted = explore.top(3, by="valid_acc", ties="images", **which)
    assert [row["ties"] for row in counted][:2] == [2, 2]
    assert [row["ties"] for row in explore.top(1, by="valid_acc", ties="exact", **which)] == [1]
    for shown in (
        repr(explore.top(2, by="valid_acc", **which)),
        explore.top(2, by="valid_acc", **which)._repr_html_(),
    ):
        assert "rows 1 to 2 are equal" in shown
    assert "are equal" not in repr(counted)
    assert [first["arch_index"], second["arch_index"]] == [10165, second["arch_index"]]
    said("Two cells share the best validation accuracy")


@pytest.fixture(scope="module")
def tables(samples: dict[str, Path]) -> Callable[[str, int], Any]:
    """The whole space at a fidelity as a frame, with whether a path leads through each cell."""
    pandas = pytest.importorskip("pandas")
    there = [cell.is_connected for cell in nasbench201.official_order()]

    @functools.cache
    def read(dataset: str, epochs: int) -> Any:
        with nasbench_db.connect("nasbench201", samples["nasbench201"]) as db:
            found = query_nb201_trial_stats(None, epochs, dataset, db=db).to_numpy()
        frame = pandas.DataFrame({name: found[name] for name in ("arch_index", *METRICS)})
        return frame.assign(connected=frame["arch_index"].map(dict(enumerate(there))))

    return read


METRICS = {"valid_acc": {"cifar100": 50, "imagenet16-120": 30}}
METRICS["test_acc"] = METRICS["valid_acc"]
"""Metrics, with the images of one percent of each data set."""


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fidelity=st.sampled_from(
        [
            *(("valid_acc", dataset, 12) for dataset in ("cifar100", "imagenet16-120")),
            *(("test_acc", dataset, 12) for dataset in ("cifar100", "imagenet16-120")),
            *(("test_acc", dataset, 200) for dataset in ("cifar100", "imagenet16-120")),
        ]
    ),
    k=st.integers(0, 400),
    direction=st.sampled_from(["max", "min"]),
    ties=st.sampled_from(["images", "exact", None]),
    connected=st.sampled_from([True, False, None]),
    reduction=st.sampled_from(["mean", "max", None]),
)
def test_ties_and_paths_are_as_a_frame_counts_them(
    db201: BenchmarkDatabase,
    tables: Callable[[str, int], Any],
    fidelity: tuple[str, str, int],
    k: int,
    direction: Any,
    ties: Any,
    connected: bool | None,
    reduction: Any,
) -> None:
    by, dataset, epochs = fidelity
    frame = tables(dataset, epochs)
    if connected is not None:
        frame = frame[frame["connected"] == connected]
    value = (frame[by] * METRICS[by][dataset]).round() if ties == "images" else frame[by]
    frame = frame.assign(value=value, ties=value.groupby(value).transform("size"))
    order = frame.sort_values("value", ascending=direction == "min", kind="stable").head(k)
    which = {"dataset": dataset, "num_epochs": epochs, "connected": connected, "db": db201}
    found = explore.top(k, by=by, direction=direction, ties=ties, reduction=reduction, **which)
    rows = list(found)
    assert [row["arch_index"] for row in rows] == order["arch_index"].tolist()
    assert [row[by] for row in rows] == order[by].tolist()
    if ties is not None:
        assert [row["ties"] for row in rows] == order["ties"].tolist()
        assert found.columns.index("ties") == found.columns.index(by) + 1
        best = explore.optimum(by, direction=direction, ties=ties, reduction=reduction, **which)
        extreme = frame["value"].max() if direction == "max" else frame["value"].min()
        those = frame.loc[frame["value"] == extreme, "arch_index"]
        assert [row["arch_index"] for row in best.architectures] == those.tolist()
        assert best.count == len(frame)


def test_connected_is_a_word_of_every_question(
    db201: BenchmarkDatabase, tasks: BenchmarkDatabase
) -> None:
    which: dict[str, Any] = {"dataset": "cifar100", "num_epochs": 200, "db": db201}
    dead = list(query_nb201_trial_stats(None, 200, "cifar100", connected=False))
    assert len(dead) == 341
    assert len(list(query_nb201_trial_stats(None, 200, "cifar100", connected=True))) == 15_284
    for macro, count in (("macro", 0), ("micro", 169)):
        found = query_tnb101_trial_stats(None, "jigsaw", macro, connected=False, db=tasks)
        assert len(list(found)) == count
    best = explore.optimum("test_acc", direction="min", connected=True, **which)
    assert "AND connected" in best.rule
    broken = explore.optimum("test_acc", connected=False, **which)
    assert len(list(broken.architectures)) == 341
    assert "AND NOT connected" in broken.rule
    by_words = explore.top(5, by="test_acc", where={"connected": False}, **which)
    by_sql = explore.top(5, by="test_acc", where=f"NOT {CONNECTED}", **which)
    assert list(by_words) == list(by_sql)
    with pytest.raises(nasbench_db.InvalidQuery, match="connected is 'yes'"):
        explore.top(5, by="test_acc", connected="yes", **which)


def test_the_command_line_takes_both(db201: BenchmarkDatabase) -> None:
    at = ("nasbench201", "--db", db201.path, "--dataset", "cifar100", "--by")
    told = run(
        "top", *at, "valid_acc", "--epochs", 12, "-k", 2, "--format", "csv", "--ties", "images"
    )
    assert [row["ties"] for row in csv.DictReader(io.StringIO(told.stdout))] == ["2", "2"]
    noted = run("top", *at, "valid_acc", "--epochs", 12, "-k", 2)
    assert "rows 1 to 2 are equal" in noted.stderr
    dead = run(
        "top", *at, "test_acc", "--epochs", 200, "-k", 400, "--not-connected", "--format", "csv"
    )
    assert len(list(csv.DictReader(io.StringIO(dead.stdout)))) == 341
    refused = run("top", "nasbench101", "--by", "valid_acc", "--connected")
    assert refused.exit_code == 1


@pytest.mark.parametrize(("where", "expected"), [(None, 0.822), (CONNECTED, 0.809)])
def test_broken_cells_carry_little_of_the_correlation_of_201(
    db201: BenchmarkDatabase, where: str | None, expected: float
) -> None:
    found = explore.rank_correlation(
        *("test_acc", {"num_epochs": 12}, {"num_epochs": 200}),
        where=where,
        benchmark="nasbench201",
        dataset="cifar100",
    )
    assert round(found.value, 3) == pytest.approx(expected, abs=6e-4)
    said("0.822")
    said("0.809")


def test_broken_architectures_score_high_on_some_tasks(tasks: BenchmarkDatabase) -> None:
    for task, metric, constant in (
        ("class_scene", "valid_top1", 7.484),
        ("class_object", "valid_top1", 26.548),
        ("jigsaw", "valid_top1", 0.0498),
        ("segmentsemantic", "valid_acc", 91.894),
    ):
        of_task = f"task = '{task}' AND search_space = 'micro'"
        values = [
            value
            for (value,) in tasks.select(
                f"SELECT {metric} FROM tnb101 WHERE {of_task} AND NOT {CONNECTED}"
            )
        ]
        assert len(values) == 169
        assert max(values) - min(values) < 1e-4
        assert values[0] == pytest.approx(constant, rel=1e-3)
        worse = count(tasks, f"{of_task} AND {CONNECTED} AND {metric} < {min(values)}")
        assert (worse > 0) == (task != "class_scene")
    said("91.894 %")
    said("26.548 %")


def test_broken_architectures_carry_the_lowest_correlation_of_the_tasks(
    tasks: BenchmarkDatabase,
) -> None:
    for where, expected in (("1", 0.064), (CONNECTED, -0.058)):
        sides = []
        for task, metric in (("autoencoder", "valid_ssim"), ("segmentsemantic", "valid_acc")):
            statement = (
                f"SELECT {metric} FROM tnb101 WHERE task = '{task}' AND search_space = 'micro' "
                f"AND {where} ORDER BY arch_index"
            )
            sides.append([value for (value,) in tasks.select(statement)])
        stats = pytest.importorskip("scipy.stats")
        assert stats.spearmanr(*sides).statistic == pytest.approx(expected, abs=6e-4)
    said("0.064")
    said("-0.058")


def test_the_winner_of_short_trainings_is_not_the_best(db201: BenchmarkDatabase) -> None:
    which = {"benchmark": "nasbench201", "dataset": "cifar100"}
    best = explore.optimum("test_acc", num_epochs=200, **which)
    assert round(best.value, 2) == 73.26
    chosen = explore.optimum("valid_acc", num_epochs=12, **which)
    assert round(chosen.value, 2) == 61.32
    of_all = query_nb201_trial_stats(None, 200, "cifar100").to_numpy()["test_acc"]
    found = []
    for row in chosen.architectures:
        (trial,) = query_nb201_trial_stats(row["arch_index"], 200, "cifar100")
        accuracy = trial["test_acc"]
        # What is closer than half an image of 5,000 is rounding noise.
        found.append((int((of_all > accuracy + 0.01).sum()) + 1, round(best.regret(accuracy), 2)))
    assert sorted(found) == [(13, 0.52), (46, 1.18)]
    said("0.52 and 1.18 points below the best (73.26 %)")
    said("the 13th and the 46th")


def test_recipes_and_cells_of_nlp(samples: dict[str, Path]) -> None:
    """How many there are, how much repeated trainings differ, and what the best epoch changes."""
    which = {"dataset": "wikitext-2"}
    with nasbench_db.connect("nlp", samples["nlp"]) as db:
        every = query_nlp_trial_stats(None, None).to_pandas()
        trials = list(query_nlp_trial_stats(None, None, None, True, status="OK"))
        correlations = [
            explore.rank_correlation((by, "test_loss"), which, which).value
            for by in ("val_loss", "parameters")
        ]
        ((recipes, cells),) = db.select(
            "SELECT count(DISTINCT arch), count(DISTINCT hash) FROM nlptrialconfig"
        )
    assert (len(every), every["recipe_id"].nunique(), recipes, cells) == (345, 344, 291, 265)
    said("345 logs of NAS-Bench-NLP on WikiText-2 have 344 recipe numbers, 291 recipes, and 265")
    ended_ones = every[every["status"] == "OK"]
    losses = ended_ones.groupby("hash")["val_loss"].agg(["count", "min", "max"])
    several = losses[losses["count"] > 1]
    spread = several["max"] - several["min"]
    assert (len(ended_ones), len(several)) == (341, 51)
    assert (round(spread.median(), 3), round(spread.max(), 2)) == (0.012, 0.32)
    assert round(ended_ones["val_loss"].std(), 2) == 0.61
    said("341 of the trainings ended; 51 cells ended more than one.")
    said("0.012 nats of validation loss in the median, and 0.32 at most")
    gain = ended_ones["test_loss"] - ended_ones["test_loss_at_best"]
    assert (ended_ones["best_epoch"] == 50).sum() == 107
    assert (round(gain.mean(), 3), round(gain.max(), 2)) == (0.010, 0.16)
    lowest = [min(point["test_loss"] for point in one["intermediates"]) for one in trials]
    below = [one["test_loss_at_best"] - low for one, low in zip(trials, lowest, strict=True)]
    assert round(float(np.mean(below)), 4) == 0.0004
    said("lower by 0.010 nats in the mean, and by 0.16 at most")
    assert [round(value, 4) for value in correlations] == [0.9997, 0.0971]
    said("(Spearman's 0.9997)")
