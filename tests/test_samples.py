"""Samples: each number where it belongs, and never taken for the whole."""

from __future__ import annotations

import contextlib
import copy
import json
import pickle
import sqlite3
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import nasbench_db
from nasbench_db import explore, plotting
from nasbench_db.ask.exporting import export_database
from nasbench_db.commands.cli import cli
from nasbench_db.describing.datasette import metadata
from nasbench_db.nasbench101 import api as api101
from nasbench_db.nasbench201 import query_nb201_trial_stats
from nasbench_db.nasbench201.api import NASBench201API
from nasbench_db.natsbench import create
from nasbench_db.sources.packaged import Packaged
from nasbench_db.store.building import Report
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.marks import SAMPLE
from nasbench_db.transnas101 import query_tnb101_trial_stats
from nasbench_db.transnas101.api import TransNASBenchAPI

SAMPLED = [name for name, one in nasbench_db.BENCHMARKS.items() if one.schema.sampled]

WHOLE = {"nasbenchmacro"}
"""Of these the package has all."""

HOW = "this is a sample.*: nasbench-db download "


@pytest.fixture(params=[name for name in SAMPLED if name not in WHOLE])
def db(request: pytest.FixtureRequest, samples: dict[str, Path]) -> Iterator[BenchmarkDatabase]:
    """Each sample, connected."""
    with nasbench_db.connect(request.param, samples[request.param]) as database:
        yield database


@pytest.fixture
def db201(samples: dict[str, Path]) -> Iterator[BenchmarkDatabase]:
    with nasbench_db.connect("nasbench201", samples["nasbench201"]) as database:
        yield database


def rows(path: Path, statement: str) -> list[Any]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


# Each number where it belongs.


def test_numbers_of_201_stand_at_their_split_seed_and_data_set(samples: dict[str, Path]) -> None:
    """For each kind of training, which accuracies have a value; there are 15,625 of each."""
    columns = ("valid_acc", "test_acc", "ori_test_acc", "train_acc", "train_loss", "flops")
    counts = ", ".join(f"count({column})" for column in columns)
    found = rows(
        samples["nasbench201"],
        f"SELECT num_epochs, dataset, seed, splits, {counts} FROM nb201 GROUP BY 1, 2, 3, 4",
    )
    every, none = 15_625, 0
    assert set(found) == {
        (12, "cifar10", 111, "ori-test", none, none, every, none, none, none),
        (12, "cifar100", 111, "x-valid,x-test", every, every, none, none, none, none),
        (12, "imagenet16-120", 111, "x-valid,x-test", every, every, none, none, none, none),
        (200, "cifar10-valid", 888, "ori-test", none, none, every, none, none, none),
        (200, "cifar100", 888, "x-test", none, every, none, none, none, none),
        (200, "imagenet16-120", 888, "x-test", none, every, none, none, none, none),
    }


def test_the_real_records_of_201_agree(samples: dict[str, Path], real201: Report) -> None:
    """In every number that both have: after 12 epochs to the last bit, and the parameters."""
    by = ("arch_index", "num_epochs", "dataset", "seed")
    exact = ("parameters", "arch", "arch_str", "isomorphism", "num_cells", "num_channels")
    accuracies = ("valid_acc", "test_acc", "ori_test_acc")
    columns = ", ".join(
        f"{'t' if name in ('parameters', 'seed', *accuracies) else 'c'}.{name}"
        for name in (*by, *exact, *accuracies)
    )
    statement = (
        f"SELECT {columns} FROM nb201trialstats AS t JOIN nb201trialconfig AS c "
        "ON c.id = t.config_id WHERE c.arch_index IN (0, 11)"
    )
    real = {row[:4]: row[4:] for row in rows(real201.path, statement)}
    mine = rows(samples["nasbench201"], statement)
    assert len(mine) == 12
    compared = 0
    for row in mine:
        theirs = real[row[:4]]
        assert row[4:10] == theirs[:6]
        for value, original in zip(row[10:], theirs[6:], strict=True):
            if value is not None:
                compared += 1
                assert value == pytest.approx(original, abs=1e-6 if row[1] == 200 else 0)
    assert compared == 16


def test_numbers_of_the_tasks_stand_at_their_metric(samples: dict[str, Path]) -> None:
    metrics = (
        "valid_top1",
        "valid_neg_loss",
        "valid_acc",
        "valid_ssim",
        "valid_loss",
        "test_top1",
    )
    counts = ", ".join(f"count({metric})" for metric in metrics)
    found = rows(
        samples["transnas101"], f"SELECT task, num_epochs, {counts} FROM tnb101 GROUP BY 1, 2"
    )
    every = 7_352
    classification = (every, 0, 0, 0, 0, 0)
    assert set(found) == {
        ("class_scene", 25, *classification),
        ("class_object", 25, *classification),
        ("jigsaw", 10, *classification),
        ("room_layout", 25, 0, every, 0, 0, 0, 0),
        ("segmentsemantic", 30, 0, 0, every, 0, 0, 0),
        ("normal", 30, 0, 0, 0, every, 0, 0),
        ("autoencoder", 30, 0, 0, 0, every, 0, 0),
    }


def test_the_tasks_scores_are_the_tables(samples: dict[str, Path], data: Path) -> None:
    """Of some architectures, by their strings."""
    import csv
    import gzip

    with gzip.open(data / "tables" / "transnas101_final_valid.csv.gz", "rt", newline="") as file:
        table = list(csv.DictReader(file))[::500]
    with nasbench_db.connect("transnas101", samples["transnas101"]) as db:
        for row in table:
            for trial in query_tnb101_trial_stats(row["arch"], None, db=db):
                task = trial["config"]["task"]
                values = {trial[m] for m in trial if m.startswith("valid_")} - {None}
                assert values == {float(row[task])}


def test_cells_of_101_are_the_published_ones(samples: dict[str, Path], data: Path) -> None:
    """All numbers of all repeats, at their halves and ends."""
    cells = json.loads((data / "nasbench101" / "cells_15_108_epochs.json").read_text())
    nasbench = api101.NASBench(str(samples["nasbench101"]), seed=0)
    assert set(nasbench.hash_iterator()) == set(cells)
    for module_hash, facts in cells.items():
        fixed, computed = nasbench.get_metrics_from_hash(module_hash)
        assert fixed["trainable_parameters"] == facts["trainable_parameters"]
        assert fixed["module_adjacency"].tolist() == facts["module_adjacency"]
        assert list(fixed["module_operations"]) == facts["module_operations"]
        assert computed == {108: facts["computed"]["108"]}


def test_the_whole_of_macro_is_as_if_ingested(
    samples: dict[str, Path], data: Path, tmp_path: Path
) -> None:
    """And therefore not marked; its provenance says who has published it all the same."""
    source = data / "macro" / "nas-bench-macro_cifar10.json.gz"
    report = nasbench_db.ingest("nasbenchmacro", source, tmp_path / "x.db", progress=False)
    assert "SAMPLE" not in str(report)
    statement = "SELECT * FROM macro ORDER BY trial_id"
    found = rows(samples["nasbenchmacro"], statement)
    assert len(found) == 19_683
    assert found == rows(report.path, statement)
    (told,) = json.loads(run("info", samples["nasbenchmacro"], "--format", "json").stdout)
    assert "warning" not in told
    assert "the whole benchmark" in told["changes"][0]


def test_the_logs_of_nlp_are_as_if_ingested(
    samples: dict[str, Path], data: Path, tmp_path: Path
) -> None:
    """Every value of the whole WikiText-2 set, in the same order."""
    source = data / "nlp" / "train_logs_wikitext-2.zip"
    report = nasbench_db.ingest("nlp", source, tmp_path / "x.db", progress=False)
    counts = {"nlptrialconfig": 291, "nlptrialstats": 345, "nlpintermediatestats": 17_094}
    for table, count in counts.items():
        statement = f"SELECT * FROM {table} ORDER BY id"
        found = rows(samples["nlp"], statement)
        assert len(found) == count
        assert found == rows(report.path, statement)


@pytest.mark.parametrize("name", SAMPLED)
def test_a_sound_sample_has_no_problems(samples: dict[str, Path], name: str) -> None:
    with nasbench_db.connect(name, samples[name]) as db:
        findings = list(nasbench_db.BENCHMARKS[name].verify(db, progress=False))
    assert findings
    assert [found for found in findings if found.problems] == []


# Never taken for the whole.


def test_the_provenance_says_what_it_is(db: BenchmarkDatabase) -> None:
    for source in db.provenance():
        assert source["source_format"] == "sample"
        assert not source["synthetic"]
        told = " ".join(source["changes"])
        assert "Real" in told
        assert "Missing" in told
        file = Packaged(db.schema.benchmark, source["source_name"])
        assert file.path.stat().st_size == source["source_bytes"]


def test_every_display_says_sample(db: BenchmarkDatabase) -> None:
    name = db.schema.benchmark
    shown = db._repr_html_()
    assert f"<b>{SAMPLE.long}</b>" in shown
    assert "what it is" in shown
    assert "put right" not in shown
    told = json.loads(run("info", db.path, "--format", "json").stdout)[0]
    assert told["warning"] == SAMPLE.long
    table = run("info", db.path)
    assert table.exit_code == 0
    assert "SAMPLE" in table.stdout
    assert "Missing" in table.stdout
    described = metadata([db])["databases"].values()
    assert all(SAMPLE.long[1:] in one["description"] for one in described), name


def test_figures_say_sample(db201: BenchmarkDatabase) -> None:
    pytest.importorskip("matplotlib").use("Agg")
    ax = plotting.distribution("test_acc", dataset="cifar100", db=db201)
    assert ax.get_title().startswith("sample\n")


def test_a_figure_does_without_the_colour_that_is_not_there(db201: BenchmarkDatabase) -> None:
    """Of the trainings for 200 epochs the sample has no validation accuracy."""
    pytest.importorskip("matplotlib").use("Agg")
    which = {"dataset": "cifar100", "num_epochs": 200, "db": db201}
    ax = plotting.scatter("parameters", "test_acc", **which)
    assert "no valid_acc to color by" in " ".join(ax.get_title().split())
    assert len(ax.collections[0].get_offsets()) == 15_625
    assert ax.collections[0].get_array() is None
    with pytest.raises(nasbench_db.InvalidQuery, match="value of valid_acc"):
        plotting.scatter("parameters", "test_acc", "valid_acc", **which)
    with pytest.raises(nasbench_db.InvalidQuery, match="value of training_time"):
        plotting.scatter(**which)


def test_exports_say_sample(samples: dict[str, Path], tmp_path: Path) -> None:
    db = nasbench_db.connect("nasbench101", samples["nasbench101"])
    with pytest.warns(nasbench_db.ExportWarning, match=r"SAMPLE.*out\.csv does not say so"):
        export_database(db, tmp_path / "out.csv", progress=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        export_database(db, tmp_path / "out.parquet", progress=False)  # it does say so


QUESTIONS: dict[str, Callable[[], Any]] = {
    "a curve": lambda: explore.learning_curve(
        11, benchmark="nasbench201", dataset="cifar100", num_epochs=200
    ),
    "intermediates": lambda: query_nb201_trial_stats(11, 200, None, include_intermediates=True),
    "another seed": lambda: explore.top(
        1, by="test_acc", benchmark="nasbench201", dataset="cifar100", num_epochs=200, seed=777
    ),
    "another data set": lambda: query_nb201_trial_stats(11, 12, "cifar10-valid"),
    "a seed that another fidelity has": lambda: explore.top(
        1, by="test_acc", benchmark="nasbench201", dataset="cifar100", num_epochs=200, seed=111
    ),
    "a metric": lambda: explore.optimum(
        "train_loss", benchmark="nasbench201", dataset="cifar100", num_epochs=200
    ),
}


@pytest.mark.parametrize("asked", QUESTIONS)
def test_what_only_the_full_file_has_names_the_command(
    db201: BenchmarkDatabase, asked: str
) -> None:
    with pytest.raises(nasbench_db.InvalidQuery, match=HOW + "nasbench201$"):
        QUESTIONS[asked]()


NOWHERE: dict[str, Callable[[], Any]] = {
    "other epochs": lambda: query_nb201_trial_stats(11, 300, None),
    "other epochs, by range": lambda: explore.top(
        1, by="test_acc", benchmark="nasbench201", dataset="cifar100", num_epochs=(201, None)
    ),
    "another data set": lambda: query_nb201_trial_stats(11, 12, "svhn"),
    "a split that the data set lacks": lambda: explore.top(
        1, by="valid_acc", benchmark="nasbench201", dataset="cifar10", num_epochs=12
    ),
}


@pytest.mark.parametrize("asked", NOWHERE)
def test_what_no_file_has_is_not_looked_for_there(db201: BenchmarkDatabase, asked: str) -> None:
    with pytest.raises(nasbench_db.InvalidQuery) as caught:
        NOWHERE[asked]()
    assert "download" not in str(caught.value)


def test_metrics_of_other_tasks_are_in_no_file(samples: dict[str, Path]) -> None:
    with nasbench_db.connect("transnas101", samples["transnas101"]) as db:
        with pytest.raises(nasbench_db.InvalidQuery) as caught:
            explore.top(1, by="valid_ssim", task="jigsaw", db=db)
        assert "download" not in str(caught.value)
        with pytest.raises(nasbench_db.InvalidQuery, match=HOW):
            explore.top(1, by="test_top1", task="jigsaw", db=db)


def test_questions_work_as_far_as_the_numbers_go(db201: BenchmarkDatabase) -> None:
    which = {"benchmark": "nasbench201", "dataset": "cifar100"}
    (best,) = explore.top(1, by="valid_acc", num_epochs=12, **which)
    assert (best["arch_index"], best["valid_acc"]) == (10165, 61.32)
    trust = explore.rank_correlation("test_acc", {"num_epochs": 12}, {"num_epochs": 200}, **which)
    assert trust.count == 15_625
    assert trust.value == pytest.approx(0.8215, abs=5e-5)
    (told,) = explore.select_and_report(num_epochs=12, **which)
    assert told["arch_index"] == 10165


@pytest.mark.parametrize("make", [NASBench201API, partial(create, search_space="tss")])
def test_drop_ins_of_201_give_what_there_is(
    samples: dict[str, Path], make: Callable[..., Any]
) -> None:
    """What was not measured is None; what another epoch or data set has is refused with a hint."""
    api = make(str(samples["nasbench201"]), verbose=False)
    info = api.get_more_info(11, "cifar100", hp="200", is_random=False)
    assert info["test-accuracy"] == 67.68
    assert info["train-accuracy"] is info["train-all-time"] is None
    assert api.find_best("cifar100", "x-valid", hp="12")[0] == 10165
    with pytest.raises(KeyError, match=HOW):
        api.get_more_info(11, "cifar100", iepoch=3, hp="12", is_random=False)
    with pytest.raises(KeyError, match=HOW):
        api.get_more_info(11, "cifar10-valid", hp="12")
    with pytest.raises(KeyError, match=HOW):
        info["valid-accuracy"]
    for again in (pickle.loads(pickle.dumps(info)), copy.deepcopy(info)):
        assert list(again) == list(info)
        with pytest.raises(KeyError, match=HOW):
            again["valid-accuracy"]
    for refused in (
        lambda: api.find_best("cifar10", "valid", hp="200"),
        lambda: api.find_best("cifar10-valid", "x-valid", hp="12"),
        lambda: api.query_by_index(11, hp="200").get_metrics("cifar10", "ori-test"),
        lambda: api.query_by_index(11, hp="200").get_latency("cifar100"),
        lambda: api.query_by_index(11, hp="200").query("cifar100", 777),
        lambda: api.query_by_index(11, hp="200").get_metrics("cifar100", "x-test", None, 777),
    ):
        with pytest.raises(KeyError, match=HOW):
            refused()
    with pytest.raises(TypeError, match=HOW):
        api.simulate_train_eval(11, "cifar100", hp="12")
    for nowhere in (
        lambda: api.get_more_info(11, "cifar100", hp="300"),
        lambda: api.get_more_info(11, "svhn", hp="12"),
        lambda: api.query_by_index(11, hp="12").get_metrics("cifar10", "x-valid"),
    ):
        with pytest.raises(KeyError) as caught:
            nowhere()
        assert "download" not in str(caught.value)
    trial = api.query_by_index(11, "cifar100", hp="200")[888]
    with pytest.raises(KeyError, match=HOW):
        trial.get_train()
    assert trial.eval_acc1es == {"x-test@199": 67.68}
    assert "unknown MFLOPs" in repr(trial)


def test_the_drop_in_of_the_tasks_gives_what_there_is(samples: dict[str, Path]) -> None:
    api = TransNASBenchAPI(samples["transnas101"])
    arch = "64-1234-basic"
    assert len(api) == 7_352
    assert api.get_single_metric(arch, "class_scene", "valid_top1", "final") == 54.46357727050781
    for refused in (
        lambda: api.get_single_metric(arch, "class_scene", "test_top1", "final"),
        lambda: api.get_single_metric(arch, "class_scene", "valid_top1", "list"),
        lambda: api.get_best_archs("class_scene", "valid_top1", "macro"),
        lambda: api.get_epoch_status(arch, "class_scene", 3),
        lambda: api.get_best_epoch_status(arch, "class_scene", "valid_top1"),
        lambda: api.get_model_info(arch, "class_scene", "model_params"),
        lambda: api.get_arch_result(arch)["class_scene"]["model_info"]["model_params"],
    ):
        with pytest.raises(KeyError, match=HOW + "transnas101"):
            refused()
    with (
        nasbench_db.connect("transnas101", samples["transnas101"]) as db,
        pytest.raises(nasbench_db.InvalidQuery, match=HOW),
    ):
        query_tnb101_trial_stats(arch, "class_scene", best="valid_top1", db=db)


def test_the_last_epoch_of_the_tasks_is_answered(samples: dict[str, Path]) -> None:
    """Its score is there; what else there is to a training is None."""
    api = TransNASBenchAPI(samples["transnas101"])
    arch, score = "64-1234-basic", 54.46357727050781
    for epoch in (24, -1):
        status = api.get_epoch_status(arch, "class_scene", epoch)
        assert list(status) == ["epoch", *api.metrics_dict["class_scene"]]
        assert {name: v for name, v in status.items() if v is not None} == {
            "epoch": 24,
            "valid_top1": score,
        }
        assert api.get_single_metric(arch, "class_scene", "valid_top1", epoch) == score
    result = api.get_arch_result(arch)
    assert list(result.all_results) == api.task_list
    for task, training in result.all_results.items():
        epochs = training["total_epochs"]
        assert list(training["metrics"]) == api.metrics_dict[task]
        assert {len(values) for values in training["metrics"].values()} == {epochs}
        ends = [values[-1] for values in training["metrics"].values()]
        assert len(ends) - ends.count(None) == 1
    assert result["class_scene"]["metrics"]["valid_top1"] == [*[None] * 24, score]
    assert api.data["macro"][arch].all_results == result.all_results


def test_arguments_are_checked_before_the_sample(samples: dict[str, Path]) -> None:
    """What is wrong with them is told, and not what a sample lacks."""
    api = TransNASBenchAPI(samples["transnas101"])
    arch, task = "64-1234-basic", "class_scene"
    wrong: dict[str, tuple[type[Exception], Callable[[], Any]]] = {
        "the epoch is 25": (AssertionError, lambda: api.get_epoch_status(arch, task, 25)),
        "the epoch is -26": (IndexError, lambda: api.get_epoch_status(arch, task, -26)),
        "the epoch is 99": (
            AssertionError,
            lambda: api.get_single_metric(arch, task, "valid_top1", 99),
        ),
        "mode is 'last'": (
            ValueError,
            lambda: api.get_single_metric(arch, task, "valid_top1", "last"),
        ),
        "there is no architecture 'x'": (
            KeyError,
            lambda: api.get_single_metric("x", task, "valid_top1", "list"),
        ),
        "was not trained for the task 'y'": (KeyError, lambda: api.get_epoch_status(arch, "y", 3)),
        "there is no architecture 'z'": (KeyError, lambda: api.get_arch_result("z")),
    }
    for message, (kind, call) in wrong.items():
        with pytest.raises(kind, match=message) as caught:
            call()
        assert "download" not in str(caught.value)


def test_the_drop_in_of_101_says_how_to_get_the_rest(samples: dict[str, Path]) -> None:
    nasbench = api101.NASBench(str(samples["nasbench101"]), seed=0)
    lacking = api101.ModelSpec([[0, 1], [0, 0]], ["input", "output"])
    unknown = "0" * 32
    for refused in (
        lambda: nasbench.query(lacking),
        lambda: nasbench.get_metrics_from_spec(lacking),
        lambda: nasbench.get_metrics_from_hash(unknown),
        lambda: nasbench.computed_statistics[unknown],
    ):
        with pytest.raises(KeyError, match=HOW):
            refused()
    with pytest.raises(api101.OutOfDomainError, match=HOW):
        nasbench.query(lacking, epochs=4)
    with pytest.raises(api101.OutOfDomainError) as caught:
        nasbench.query(lacking, epochs=5)
    assert "download" not in str(caught.value)


def test_tables_without_rows_and_what_they_are_made_into_say_sample(
    db201: BenchmarkDatabase,
) -> None:
    which = {"dataset": "cifar100", "num_epochs": 12, "db": db201}
    for table in (
        explore.top(1, by="valid_acc", **which),
        explore.top(0, by="valid_acc", **which),
    ):
        assert repr(table).startswith("sample\n")
        pytest.importorskip("pandas")
        assert table.to_pandas().attrs == {"nasbench_db.warning": SAMPLE.long}
        assert table.to_arrow().schema.metadata == {b"nasbench_db.warning": SAMPLE.long.encode()}
    nothing = run(
        *("top", "nasbench201", "--db", db201.path, "--by", "valid_acc", "--limit", 0),
        *("--dataset", "cifar100", "--epochs", 12),
    )
    assert "SAMPLE" in nothing.stderr


# Getting one.


def test_the_command_builds_them(databases: Path) -> None:
    result = run("sample", "nasbench101", "nlp")
    assert result.exit_code == 0
    assert result.stdout.count("SAMPLE") == 2
    assert {path.name for path in databases.iterdir()} == {"nasbench101.db", "nlp.db"}
    assert len(json.loads(run("info", "--format", "json").stdout)) == 2


def test_a_database_is_replaced_by_force_only(built: Path, tmp_path: Path) -> None:
    place = tmp_path / "full.db"
    content = built.read_bytes()
    place.write_bytes(content)
    result = run("sample", "nasbench101", "--db", place)
    assert result.exit_code == 1
    assert "exists already; give --force" in result.stderr
    assert place.read_bytes() == content
    assert run("sample", "nasbench101", "--db", place, "--force", "--quiet").output == ""
    assert rows(place, "SELECT count(*) FROM nb101trialstats") == [(45,)]


def test_one_place_is_for_one_database(tmp_path: Path) -> None:
    result = run("sample", "nasbench101", "transnas101", "--db", tmp_path / "x.db")
    assert result.exit_code == 2
    assert "give one BENCHMARK" in result.stderr


def test_a_benchmark_without_a_sample_names_those_with_one() -> None:
    without = [name for name in nasbench_db.BENCHMARKS if name not in SAMPLED]
    assert without
    for name in without:
        with pytest.raises(nasbench_db.SourceError, match=f"no sample of {name}; .*nasbench201"):
            nasbench_db.sample(name)


def test_a_package_without_its_file_builds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nasbench_db.sources import packaged

    monkeypatch.setattr(packaged, "__file__", str(tmp_path / "sources" / "packaged.py"))
    for name in SAMPLED:
        place = tmp_path / f"{name}.db"
        with pytest.raises(nasbench_db.SourceError, match=rf"lacks its file {name}/\w+\."):
            nasbench_db.sample(name, place)
        assert not place.exists()


def test_where_there_is_no_database_the_sample_is_named() -> None:
    for name in nasbench_db.BENCHMARKS:
        with pytest.raises(nasbench_db.DatabaseNotFound) as caught:
            nasbench_db.connect(name)
        assert (f"nasbench-db sample {name}" in str(caught.value)) == (name in SAMPLED)
    assert "nasbench-db sample BENCHMARK" in run("info").stderr
