"""From logs to the database: every value, logs that two sets have, and what is no such source."""

import contextlib
import hashlib
import itertools
import json
import math
import os
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nasbench_db
from nasbench_db import SourceError
from nasbench_db.nlp import query_nlp_trial_stats
from nasbench_db.nlp.published import FILES
from nasbench_db.nlp.synthetic import made_up_logs, name_of, write_zip
from nasbench_db.nlp.verify import verify
from nasbench_db.store.building import SYNTHETIC_KEY, Report
from nasbench_db.store.database import BenchmarkDatabase

Log = dict[str, Any]

FIELDS = {
    "train_loss": "train_losses",
    "val_loss": "val_losses",
    "test_loss": "test_losses",
    "epoch_training_time": "wall_times",
}
COLUMNS = {
    *("recepie", "recepie_id", "experiment_id", "init_time", "num_params", "status", "data"),
    *("epochs", *FIELDS.values()),
}
"""What of a log is in columns of its own."""


def number(value: float) -> float | None:
    """A number as SQLite has it."""
    return None if math.isnan(value) else value


def flattened(recipe: dict[str, Any]) -> dict[str, str]:
    """NNI's dict."""
    pairs = {f"{name}_op": node["op"] for name, node in recipe.items()}
    return pairs | {
        f"{name}_input_{n}": one
        for name, node in recipe.items()
        for n, one in enumerate(node["input"])
    }


def check_log(trial: dict[str, Any], log: Log) -> None:
    """Every value of a log is that of the trial, to the last bit."""
    config, points = trial["config"], trial["intermediates"]
    assert config["arch"] == flattened(json.loads(log["recepie"]))
    assert f"data/{config['dataset']}" == log["data"]
    assert config["num_epochs"] == log["epochs"]
    rest = {key: value for key, value in log.items() if key not in COLUMNS}
    rest.pop(SYNTHETIC_KEY, None)
    assert {**config["settings"], **trial["further"]} == rest
    assert (trial["recipe_id"], trial["experiment_id"]) == (
        log["recepie_id"],
        log["experiment_id"],
    )
    assert (trial["init_time"], trial["status"]) == (log["init_time"], log["status"])
    assert round(trial["parameters"] * 1e6) == log["num_params"]
    times = log["wall_times"]
    assert [point["current_epoch"] for point in points] == list(range(1, len(times) + 1))
    assert trial["trained_epochs"] == len(times)
    for name, field in FIELDS.items():
        assert [point[name] for point in points] == list(map(number, log[field]))
    assert [point["training_time"] for point in points] == list(itertools.accumulate(times))
    assert trial["training_time"] == points[-1]["training_time"]
    valid = {epoch: v for epoch, v in enumerate(log["val_losses"], 1) if v == v}
    best = min(valid, key=lambda epoch: (valid[epoch], epoch)) if valid else None
    assert trial["best_epoch"] == best
    done = len(times) == log["epochs"]
    for name in ("train_loss", "val_loss", "test_loss"):
        last = number(log[FIELDS[name]][-1]) if done else None
        at_best = None if best is None else log[FIELDS[name]][best - 1]
        assert (trial[name], trial[f"{name}_at_best"]) == (last, at_best)
        for ending, loss in (("", last), ("_at_best", at_best)):
            right = None if loss is None else math.exp(loss)
            assert trial[name.replace("loss", "perplexity") + ending] == right


def all_trials(db: BenchmarkDatabase) -> list[dict[str, Any]]:
    return list(query_nlp_trial_stats(None, None, include_intermediates=True, db=db))


def test_every_value_of_all_published_logs(
    published: dict[str, Log], real: BenchmarkDatabase
) -> None:
    """In the order of their names; those that failed are there with what they reached."""
    trials = all_trials(real)
    assert len(trials) == len(published) == 345
    for trial, (name, log) in zip(trials, published.items(), strict=True):
        assert name == name_of(log)
        assert trial["sets"] == "wikitext-2"
        check_log(trial, log)
    failed = [trial for trial in trials if trial["status"] != "OK"]
    assert sorted(trial["trained_epochs"] for trial in failed) == [1, 1, 19, 23]
    assert {trial["test_loss"] for trial in failed} == {None}
    assert sum(len(trial["intermediates"]) for trial in trials) == 17_050 + 44
    ((configs, cells),) = real.select("SELECT count(*), count(DISTINCT hash) FROM nlptrialconfig")
    assert (configs, cells) == (291, 265)
    assert not [found for found in verify(real, progress=False) if found.problems]


def test_the_published_file_is_the_one_that_is_known(data: Path) -> None:
    content = (data / "nlp" / "train_logs_wikitext-2.zip").read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (FILES[0].size, FILES[0].sha256)


def test_the_values_of_made_up_logs(logs: list[Log], few: BenchmarkDatabase) -> None:
    """Which say that they are made up."""
    trials = all_trials(few)
    by_name = {name_of(log): log for log in logs}
    assert len(trials) == 6
    for trial, name in zip(trials, sorted(by_name), strict=True):
        check_log(trial, by_name[name])
    (source,) = few.provenance()
    assert source["synthetic"]
    assert [trial["status"] for trial in trials].count("loss is nan!") == 1


def unpacked(folder: Path, logs: list[Log]) -> Path:
    """A folder of logs."""
    folder.mkdir(parents=True)
    for log in logs:
        (folder / name_of(log)).write_text(json.dumps(log))
    return folder


def ingested(tmp_path: Path, *sources: Path) -> Report:
    return nasbench_db.ingest("nlp", list(sources), tmp_path / "x.db", False, force=True)


def rows(path: Path, statement: str) -> list[Any]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def test_a_zip_a_folder_and_single_logs_give_the_same(logs: list[Log], tmp_path: Path) -> None:
    """But for the name of the set."""
    write_zip(tmp_path / "logs.zip", logs)
    folder = unpacked(tmp_path / "folder", logs)
    (folder / "README.txt").write_text("more")
    (folder / "notes.json").write_text("{}")
    columns = "trial_id, arch, dataset, test_loss, further, experiment_id, training_time"
    found = []
    for sources in ([tmp_path / "logs.zip"], [folder], sorted(folder.glob("log_*.json"))):
        report = ingested(tmp_path, *sources)
        assert (report.cells, report.configs, report.trials, report.intermediates) == (3, 3, 6, 27)
        found.append(rows(report.path, f"SELECT {columns} FROM nlp ORDER BY 1"))
        if sources == [folder]:
            (source,) = report.sources
            assert source["changes"] == ["1 files that are no logs were left aside: notes.json"]
            assert source["source_format"] == "folder of logs"
            sizes = [path.stat().st_size for path in folder.glob("*.json")]
            assert 0 < source["source_bytes"] <= sum(sizes)
    assert found[0] == found[1] == found[2]


def test_logs_that_two_sets_have_are_stored_once(tmp_path: Path) -> None:
    """With the names of both; a folder above is taken with all sets in it."""
    logs = list(made_up_logs(4, runs=3, dataset="ptb", epochs=4))
    clone = tmp_path / "nas-bench-nlp-release"
    for name, some in (("single_run", logs[::3]), ("multi_runs", logs[:6])):
        (clone / f"train_logs_{name}").mkdir(parents=True)
        write_zip(clone / f"train_logs_{name}" / "logs.zip", some)
    (clone / "data").mkdir()
    with zipfile.ZipFile(clone / "data" / "datasets.zip", "w") as archive:
        archive.writestr("ptb/train.txt", "no log")
    single, multi = (clone / f"train_logs_{n}" / "logs.zip" for n in ("single_run", "multi_runs"))
    expected = {
        **{name_of(log): {"single_run"} for log in logs[::3]},
        **{name_of(log): {"multi_runs"} for log in logs[:6]},
        **{name_of(log): {"single_run", "multi_runs"} for log in (logs[0], logs[3])},
    }
    for sources in ([single, multi], [multi, single], [clone]):
        report = ingested(tmp_path, *sources)
        told = [change for source in report.sources for change in source["changes"] or ()]
        assert told == ["2 logs were there before, and are stored once"]
        found = rows(report.path, "SELECT recipe_id, init_time, experiment_id, sets FROM nlp")
        assert len(found) == len(expected) == 8
        for recipe, time, experiment, sets in found:
            name = f"log_stats_model_{recipe}_{time}_{experiment}.json"
            assert set(sets.split(",")) == expected[name]


def test_logs_of_one_name_that_differ_are_stored_both(tmp_path: Path) -> None:
    """Nothing is lost, and it is told."""
    (log,) = made_up_logs(1, epochs=3)
    other = {**log, "test_losses": [5.0, 4.0, 3.0]}
    report = ingested(
        tmp_path, unpacked(tmp_path / "one", [log]), unpacked(tmp_path / "two", [other])
    )
    assert report.trials == 2
    assert report.sources[1]["changes"] == [
        "1 logs have the name of one before and differ from it; both are stored"
    ]
    assert rows(report.path, "SELECT sets FROM nlp ORDER BY 1") == [("one",), ("two",)]


def one_log(**changes: Any) -> Log:
    (log,) = made_up_logs(1, epochs=3)
    return {**log, **changes}


@pytest.mark.parametrize(
    ("changes", "status", "further"),
    [
        ({"status": "KeyboardInterrupt"}, "KeyboardInterrupt", {}),
        (
            {"status": "Exception: CUDA error: out of memory"},
            "Exception",
            {"status": "Exception: CUDA error: out of memory"},
        ),
        ({"note": [1, {"a": None}]}, "OK", {"note": [1, {"a": None}]}),
    ],
)
def test_whatever_a_log_has_is_kept(
    changes: Log, status: str, further: Log, tmp_path: Path
) -> None:
    """How it ended in short, and the rest as it is."""
    log = one_log(**changes)
    if status != "OK":
        for name in ("wall_times", "train_losses", "val_losses"):
            log[name] = log[name][:2]
        log["test_losses"] = log["test_losses"][:1]  # it was stopped between the two
    ingested(tmp_path, unpacked(tmp_path / "logs", [log]))
    with nasbench_db.connect("nlp", tmp_path / "x.db") as db:
        (trial,) = all_trials(db)
    assert trial["status"] == status
    assert trial["further"].items() >= further.items()
    if status != "OK":
        assert [point["test_loss"] for point in trial["intermediates"]][1] is None
        assert trial["trained_epochs"] == 2
        assert trial["val_loss"] is trial["val_perplexity"] is None


def test_a_training_that_never_began_is_kept(tmp_path: Path) -> None:
    empty = {name: [] for name in ("wall_times", "train_losses", "val_losses", "test_losses")}
    log = one_log(status="Exception: no GPU", **empty)
    report = ingested(tmp_path, unpacked(tmp_path / "logs", [log]))
    assert (report.trials, report.intermediates) == (1, 0)
    with nasbench_db.connect("nlp", report.path) as db:
        (trial,) = all_trials(db)
        assert trial["training_time"] is trial["best_epoch"] is None
        assert not [found for found in verify(db, progress=False) if found.problems]


def test_a_loss_beyond_all_perplexities_has_none(tmp_path: Path) -> None:
    log = one_log(train_losses=[1e4, 2.0, 1e4])
    ingested(tmp_path, unpacked(tmp_path / "logs", [log]))
    (found,) = rows(tmp_path / "x.db", "SELECT train_loss, train_perplexity FROM nlp")
    assert found == (1e4, None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"recepie": 5}, "recepie is 5; it must be a text"),
        ({"recepie": "{"}, r"json, recepie: .*cut short"),
        ({"recepie": '{"a": 1, "a": 2}'}, "recepie: .*the name 'a' occurs twice"),
        ({"recepie": '{"h_new_0": {"op": "relu", "input": ["x"]}}'}, "operation 'relu'"),
        ({"recepie": "[" * 5000}, "recepie: .*an object must begin"),
        ({"data": "ptb/raw"}, r"data is 'ptb/raw'; it must be data/ and the name"),
        ({"data": "data/" + "x" * 16}, "at most 15 letters"),
        ({"data": None}, "data is None; it must be a text"),
        ({"epochs": 0}, "number of epochs is 0; allowed are 1 to 65535"),
        ({"epochs": 3.0}, "epochs is 3.0; it must be a whole number"),
        ({"epochs": 4}, "it has 4 epochs, but wall_times, train_losses, .* have 3, 3, 3, 3"),
        ({"num_params": -1}, "num_params is -1; it must be a whole number of at least 0"),
        ({"num_params": True}, "num_params is True"),
        ({"recepie_id": "7"}, "recepie_id is '7'"),
        ({"init_time": "9" * 40}, "init_time is .*, which is no time"),
        ({"init_time": "2021-01-01_00-00-00"}, "its name is log_stats_model_1000000_2021-01-01"),
        ({"wall_times": [1, 2, -3]}, "wall_times has -3; a time is a number of at least 0"),
        ({"wall_times": [1, 2, math.nan]}, "wall_times has nan; a time"),
        ({"wall_times": "123"}, "wall_times is '123'; it must be a list"),
        ({"val_losses": [1, 2, "3"]}, "val_losses has '3'; a loss is a number of at least 0"),
        ({"val_losses": [1, 2, -0.5]}, "val_losses has -0.5; a loss"),
        ({"val_losses": [1, 2, [3]]}, "val_losses has .3.; a loss"),
        ({"val_losses": [1, 2, True]}, "val_losses has True; a loss"),
        ({"val_losses": [1, 2]}, "have 3, 3, 2, 3 values"),
        ({"status": "loss is nan!", "val_losses": [1]}, "they are of different epochs"),
        ({"status": "loss is nan!", "epochs": 2}, "they are of different epochs"),
        ({"status": 3}, "status is 3; it must be a text"),
        ({"status": None}, "status is None"),
    ],
)
def test_what_is_no_log_is_refused(changes: Log, reason: str, tmp_path: Path) -> None:
    """By its name; and nothing is left behind."""
    good = one_log()
    folder = unpacked(tmp_path / "logs", [good])
    (path,) = folder.iterdir()
    path.write_text(json.dumps({**good, **changes}))
    with pytest.raises(SourceError, match=reason) as told:
        ingested(tmp_path, folder)
    assert path.name in str(told.value)
    assert not (tmp_path / "x.db").exists()


def test_a_log_that_lacks_something_is_refused(tmp_path: Path) -> None:
    log = one_log()
    del log["clip"], log["status"]
    with pytest.raises(SourceError, match="it lacks status, clip: it is no log of NAS-Bench-NLP"):
        ingested(tmp_path, unpacked(tmp_path / "logs", [log]))


HOSTILE: dict[str, tuple[Callable[[str], bytes], str]] = {
    "cut short": (lambda text: text[:-300].encode(), "cut short"),
    "empty": (lambda text: b"", "an object must begin"),
    "a list": (lambda text: f"[{text}]".encode(), "an object must begin"),
    "deep nesting": (lambda text: b'{"a":' + b"[" * 10**5, "values within each other"),
    "a huge number": (
        lambda text: text.replace('"epochs": 3', f'"epochs": 1{"0" * 400}').encode(),
        "beyond 64 bits",
    ),
    "a huge float": (lambda text: text.replace('"lr": 0.001', '"lr": 1e999').encode(), "beyond"),
    "Infinity": (lambda text: text.replace('"lr": 0.001', '"lr": Infinity').encode(), "Infinity"),
    "a key twice": (lambda text: text.replace('"lr":', '"lr": 1, "lr":').encode(), "occurs twice"),
    "a long text": (
        lambda text: text.replace("CustomRNN", "x" * (1 << 21)).encode(),
        "longer than",
    ),
    "no UTF-8": (lambda text: text.replace("CustomRNN", "\xff").encode("latin-1"), "utf-8"),
    "half a pair": (lambda text: text.replace("CustomRNN", "\\ud800").encode(), "surrogate"),
    "too long": (lambda text: text.encode() + b" " * (1 << 22), "more than 4,194,304 bytes"),
    "more behind": (lambda text: text.encode() + b"{}", "behind the end"),
}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("packed", [False, True])
def test_what_is_no_sound_json_is_refused(case: str, packed: bool, tmp_path: Path) -> None:
    """In a folder and in an archive; with the name of the log."""
    log = one_log()
    make, reason = HOSTILE[case]
    name, content = name_of(log), make(json.dumps(log))
    source = tmp_path / "logs"
    source.mkdir()
    if packed:
        source /= "logs.zip"
        with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
    else:
        (source / name).write_bytes(content)
    with pytest.raises(SourceError, match=reason) as told:
        ingested(tmp_path, source)
    assert name in str(told.value)
    assert not (tmp_path / "x.db").exists()


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9, 0.999])
def test_an_archive_cut_short_is_refused(cut: float, tmp_path: Path, logs: list[Log]) -> None:
    path = tmp_path / "logs.zip"
    write_zip(path, logs)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * cut)])
    with pytest.raises(SourceError, match=r"logs\.zip is a zip archive that is truncated"):
        ingested(tmp_path, path)


def test_an_archive_with_a_wrong_byte_is_refused(tmp_path: Path, logs: list[Log]) -> None:
    """Its log is told."""
    path = tmp_path / "logs.zip"
    write_zip(path, logs)
    content = bytearray(path.read_bytes())
    content[300] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"logs.zip: log_stats_model_\d+_.* is damaged"):
        ingested(tmp_path, path)


def test_what_is_no_source_is_refused(tmp_path: Path) -> None:
    """It says what to give."""
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(SourceError, match=r"has no logs log_stats_model_.*give train_logs_single"):
        ingested(tmp_path, empty)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.json", "{}")
    with pytest.raises(SourceError, match=r"other\.zip has no logs"):
        ingested(tmp_path, tmp_path / "other.zip")
    (tmp_path / "some.txt").write_text("text")
    with pytest.raises(SourceError, match=r"some.txt has no logs"):
        ingested(tmp_path, tmp_path / "some.txt")
    with pytest.raises(SourceError, match="there is no such file"):
        ingested(tmp_path, tmp_path / "absent.zip")
    with pytest.raises(SourceError, match="a dict was given"):
        nasbench_db.ingest("nlp", {"a": 1}, tmp_path / "x.db", False)
    with pytest.raises(SourceError, match="no source was given"):
        nasbench_db.ingest("nlp", [], tmp_path / "x.db", False)
    with pytest.raises(SourceError, match="the source and the place of the database"):
        nasbench_db.ingest("nlp", tmp_path / "other.zip", tmp_path / "other.zip", False)
    assert os.listdir(empty) == []
