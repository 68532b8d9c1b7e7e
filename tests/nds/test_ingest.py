"""From the original files to the database: every value, and what is no such file."""

import hashlib
import json
import math
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from support.nds_cases import EPOCHS, one_job

import nasbench_db
from nasbench_db import InvalidQuery, SourceError
from nasbench_db.commands.cli import cli
from nasbench_db.errors import CorruptRecord, SourceWarning
from nasbench_db.nds import Cell, NdsTrialConfig, iteration_curves, query_nds_trial_stats
from nasbench_db.nds.constants import SWEEPS
from nasbench_db.nds.record import sweep_of
from nasbench_db.nds.synthetic import FEW, made_up, write_files
from nasbench_db.nds.verify import verify
from nasbench_db.store.database import BenchmarkDatabase

Built = Callable[..., BenchmarkDatabase]
GENERATOR = Path(__file__).parents[2] / "scripts" / "generate_nds.py"


def everything(database: BenchmarkDatabase) -> list[list[tuple[Any, ...]]]:
    """All rows but where they come from."""
    tables = ("nds", "ndsintermediatestats", "ndsplace", "ndsiterations")
    return [list(database.select(f"SELECT * FROM {table} ORDER BY 1, 2, 3")) for table in tables]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Some files, by a program that shares no code with what reads them."""
    target = tmp_path / "nds_data"
    command = [sys.executable, str(GENERATOR), str(target), "--every", "2500", "--iterations", "7"]
    subprocess.run(command, check=True, capture_output=True)
    return target


def test_every_value_is_that_of_the_file(folder: Path, built: Built) -> None:
    """Read by the standard library alone; and the networks are counted as that program does."""
    database = built(folder, iterations=True)
    assert not [finding for finding in verify(database, progress=False) if finding.problems]
    places = {
        (sweep, group, number): trial
        for trial, sweep, group, number in database.select(
            "SELECT trial_id, sweep, sweep_group, number FROM ndsplace"
        )
    }
    found = {
        row["id"]: row
        for row in query_nds_trial_stats(
            None, None, None, None, None, None, include_intermediates=True
        ).all_columns()
    }
    count = 0
    for name in SWEEPS:
        content = json.loads((folder / f"{name}.json").read_text())
        lists = content if isinstance(content, dict) else {None: content}
        assert set(lists) == ({"top", "mid"} if "reruns" in name else {None})
        for group, jobs in lists.items():
            for number, job in enumerate(jobs):
                trial = places[name, group, number]
                check(found[trial], job, name)
                curves = iteration_curves(trial)
                assert np.array_equal(curves["train_loss"], job["train_it_loss"])
                assert np.array_equal(curves["train_top1"], job["train_it_top1"])
                count += 1
    assert count == len(places)
    # The first runs of ResNet are those of ResNet_rng1 too.
    again = json.loads((folder / "ResNet_rng1.json").read_text())
    assert len(places) - len(set(places.values())) == len(again)
    (source, *others) = database.provenance()
    assert len(others) == 33
    assert source["source_name"] == "Amoeba.json"
    digest = hashlib.sha256((folder / "Amoeba.json").read_bytes()).hexdigest()
    assert source["source_sha256"] == digest
    assert "ResNet_rng1 (2)" in json.dumps(source["changes"])


def check(row: dict[str, Any], job: dict[str, Any], name: str) -> None:
    """A row is a job of a file."""
    config = row["config"]
    in_name = {"imagenet": name.endswith("_in"), "tune": "lr-wd" in name, "fix": "fix" in name}
    assert config["dataset"] == ("imagenet" if in_name["imagenet"] else "cifar10")
    generator = "tune_lr_wd" if in_name["tune"] else "fix_w_d" if in_name["fix"] else "random"
    assert (config["generator"], config["proposer"]) == (generator, name.split("_")[0].lower())
    assert config["base_lr"] == job["optim"]["base_lr"]
    assert config["weight_decay"] == job["optim"]["wd"]
    assert config["num_epochs"] == job["optim"]["max_ep"] == len(row["intermediates"])
    assert Cell.parse(job["net"]).arch == config["arch"]
    families = {"res_bottleneck_block": "residual_bottleneck", "res_basic_block": "residual_basic"}
    block = job["net"].get("block_type")
    assert config["model_family"] == (families.get(block, "vanilla") if block else "nas_cell")
    assert row["seed"] == job["rng_seed"]
    assert row["parameters"] == job["params"] / 1e6
    assert row["flops"] == job["flops"] / 1e6
    for key in ("iter_time", "act_mem", "exp_mem", "min_test_top1"):
        assert row[key] == job[key]
    assert row["prec_time"] == job.get("prec_time")
    losses = [None if math.isnan(x) else x for x in job["train_ep_loss"]]
    for epoch, point in enumerate(row["intermediates"]):
        assert point["current_epoch"] == epoch + 1
        assert point["train_loss"] == losses[epoch]
        assert point["train_acc"] == 100 - job["train_ep_top1"][epoch]
        assert point["test_acc"] == 100 - job["test_ep_top1"][epoch]
    assert row["final_train_acc"] == 100 - job["train_ep_top1"][-1]
    assert row["final_test_acc"] == 100 - job["test_ep_top1"][-1]
    assert row["final_train_loss"] == losses[-1]
    assert row["best_train_acc"] == 100 - min(job["train_ep_top1"])
    assert row["best_test_acc"] == 100 - min(job["test_ep_top1"])
    assert row["best_train_loss"] == min(x for x in losses if x is not None)


@pytest.mark.elsewhere
def test_folder_zip_files_and_dict_are_the_same(tmp_path: Path, built: Built) -> None:
    """Whatever the order in which files are given."""
    how: dict[str, Any] = {"epochs": EPOCHS, "iterations": True}
    write_files(tmp_path / "nds_data", FEW, **how)
    write_files(tmp_path / "data.zip", FEW, **how)
    files = [tmp_path / "nds_data" / name for name in reversed(FEW)]
    expected = everything(built(made_up(FEW, **how), iterations=True))
    assert all(expected)
    for source in (tmp_path / "nds_data", tmp_path / "data.zip", files):
        assert everything(built(source, iterations=True)) == expected
    without = everything(built(files[:2]))
    assert without[3] == []


def test_iterations_are_stored_on_request_only(built: Built) -> None:
    """A question for them says what to do."""
    content = made_up({"DARTS.json": 2}, epochs=EPOCHS, iterations=True)
    with built(content), pytest.raises(InvalidQuery, match=r"trial 1; .*iterations=True"):
        iteration_curves(1)
    with built(content, iterations=True):
        curves = iteration_curves(2)
        assert curves["train_top1"] is not None
        assert curves["train_top1"].tolist() == content["DARTS.json"][1]["train_it_top1"]
        assert len(curves["train_top1"]) == 3 * EPOCHS["cifar10"]
    one = one_job(train_it_loss=[1, math.nan])
    with built({"Vanilla.json": [one]}, iterations=True):
        curves = iteration_curves(1)
        assert np.array_equal(curves["train_loss"], [1.0, math.nan], equal_nan=True)
        assert curves["train_top1"] is None


def test_a_run_that_two_files_have_is_stored_once(built: Built) -> None:
    """So that no mean counts it twice; where it stands is kept, and other seeds are others."""
    job = one_job()
    again = {**job, "job_id": "another", "act_mem": 7}
    other_seed = {**job, "rng_seed": 2}
    other_curve = {**job, "train_ep_loss": [x + 0.001 for x in job["train_ep_loss"]]}
    content = {
        "Vanilla.json": [job],
        "Vanilla_rng1.json": [again, other_curve],
        "Vanilla_rng2.json": [other_seed],
    }
    database = built(content)
    places = list(database.select("SELECT trial_id, sweep, number, job_id FROM ndsplace"))
    assert places == [
        (1, "Vanilla", 0, str(job["job_id"])),
        (1, "Vanilla_rng1", 0, "another"),
        (2, "Vanilla_rng1", 1, str(job["job_id"])),
        (3, "Vanilla_rng2", 0, str(job["job_id"])),
    ]
    (mean,) = query_nds_trial_stats(None, "vanilla", None, None, None, None, reduction="mean")
    assert mean["num_trials"] == 3
    rows = list(query_nds_trial_stats(None, None, None, None, None, None).all_columns())
    assert [row["sweep"] for row in rows] == ["Vanilla", "Vanilla_rng1", "Vanilla_rng2"]
    assert [row["seed"] for row in rows] == [1, 1, 2]
    (source, *_) = database.provenance()
    assert source["changes"] == [
        "runs that stand in the files more than once are stored once; seen again in: "
        "Vanilla_rng1 (1)"
    ]


def test_nothing_of_a_job_is_lost(tmp_path: Path) -> None:
    """What is unknown is kept, and told once for each file."""
    job = one_job(extra=[1, {"a": None}], job_id="x7")
    job["optim"] = {**job["optim"], "momentum": 0.9}
    job["net"] = {**job["net"], "se": True, "block_type": "double_plain_block_v2"}
    jobs = [job, one_job(rng_seed=2)]
    with pytest.warns(SourceWarning) as told:
        nasbench_db.ingest("nds", {"Vanilla.json": jobs}, tmp_path / "x.db", False)
    (message,) = told
    assert str(message.message) == (
        "Vanilla.json: unknown keys of jobs, kept in the column further: extra (1), net.se (1), "
        "net.block_type (1), optim.momentum (1)"
    )
    with nasbench_db.connect("nds", tmp_path / "x.db"):
        (row, other) = query_nds_trial_stats(*[None] * 6).all_columns()
    assert row["further"] == {
        "extra": [1, {"a": None}],
        "net": {"se": True, "block_type": "double_plain_block_v2"},
        "optim": {"momentum": 0.9},
    }
    assert (row["job_id"], other["further"]) == ("x7", None)
    assert row["config"] == other["config"]


def test_what_is_absent_or_nan_is_null(built: Built) -> None:
    """In NaN tokens of a file as in a dict; the best of the others counts."""
    job = one_job(
        train_ep_loss=[2.0, math.nan, 1.0, 1.5, math.nan], params=None, iter_time=math.nan
    )
    for key in ("job_id", "prec_time", "act_mem"):
        del job[key]
    built({"Vanilla.json": [job]})
    (row,) = query_nds_trial_stats(*[None] * 6, include_intermediates=True).all_columns()
    names = ("final_train_loss", "parameters", "iter_time", "job_id", "prec_time", "act_mem")
    assert [row[name] for name in names] == [None] * 6
    assert row["best_train_loss"] == 1.0
    assert [point["train_loss"] for point in row["intermediates"]] == [2.0, None, 1.0, 1.5, None]


def test_names_of_files_say_what_a_sweep_is() -> None:
    """All 34, in any case."""
    told = {name: sweep_of(f"{name}.json".upper()) for name in SWEEPS}
    assert len(set(told.values())) == 34
    assert told["DARTS_lr-wd_in"] == ("DARTS_lr-wd_in", "darts", "tune_lr_wd", "imagenet")
    assert told["PNAS_fix-w-d"] == ("PNAS_fix-w-d", "pnas", "fix_w_d", "cifar10")
    assert told["ResNeXt-B"] == ("ResNeXt-B", "resnext-b", "random", "cifar10")
    assert told["Vanilla_rng3"] == ("Vanilla_rng3", "vanilla", "random", "cifar10")
    assert sweep_of("other.json") is None


NET = {"block_type": "double_plain_block", "ds": [1, 2], "ws": [16, 8], "ss": [1, 1]}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"net": 1}, "net is 1; it must be a dict"),
        ({"net": {}}, "net: a net has a genotype or a block_type"),
        ({"net": {**NET, "ds": [1]}}, "net: all have a number for each stage"),
        ({"optim": {"base_lr": 0.1, "wd": 5e-4}}, "optim.max_ep is None"),
        ({"optim": {"base_lr": "x", "wd": 5e-4, "max_ep": 5}}, "optim.base_lr is 'x'"),
        ({"optim": {"wd": 5e-4, "max_ep": 5}}, "base_lr and wd must be numbers"),
        ({"optim": {"base_lr": 0.1, "wd": 5e-4, "max_ep": 6}}, "has 5 values, and .* is 6"),
        ({"optim": {"base_lr": 0.1, "wd": 5e-4, "max_ep": 70_000}}, "optim.max_ep is 70000"),
        ({"rng_seed": "1"}, "rng_seed is '1'"),
        ({"rng_seed": -1}, "rng_seed is -1"),
        ({"rng_seed": True}, "rng_seed is True"),
        ({"train_ep_loss": [1.0] * 4}, "train_ep_loss has 4 values, and optim.max_ep is 5"),
        ({"train_ep_loss": "1"}, "train_ep_loss is '1'; it must be a list"),
        ({"train_ep_loss": [1, 2, 3, 4, "5"]}, "train_ep_loss has '5' in it"),
        ({"train_ep_loss": [1, 2, 3, 4, [5]]}, r"train_ep_loss has \[5\] in it"),
        ({"train_ep_loss": [1, 2, 3, 4, True]}, "train_ep_loss has True in it"),
        ({"test_ep_top1": [1, 2, 3, 4, 101]}, "test_ep_top1 has a value that is no error"),
        ({"train_ep_top1": [1, 2, 3, 4, -1]}, "train_ep_top1 has a value that is no error"),
        ({"params": "many"}, "params is 'many'; it must be a number"),
        ({"flops": False}, "flops is False; it must be a number"),
        ({"train_it_loss": 7}, "train_it_loss is 7; it must be a list"),
        ({"job_id": [1]}, r"job_id is \[1\]"),
        ({"job_id": "x" * 65}, "1 to 64 characters"),
    ],
)
def test_what_is_no_job_is_refused(changes: dict[str, Any], reason: str, tmp_path: Path) -> None:
    """With the file and the job, and its byte; nothing is left behind."""
    jobs = [one_job(), one_job(**changes)]
    with pytest.raises(SourceError, match=rf"^Vanilla.json, job 1: .*{reason}"):
        nasbench_db.ingest("nds", {"Vanilla.json": jobs}, tmp_path / "x.db", False)
    path = tmp_path / "Vanilla.json"
    path.write_text(json.dumps(jobs))
    with pytest.raises(CorruptRecord, match=reason) as caught:
        nasbench_db.ingest("nds", path, tmp_path / "x.db", False)
    error = caught.value
    offset = path.read_text().index(json.dumps(jobs[1]), 5)
    assert (error.path, error.record, error.offset) == (str(path), 1, offset)
    assert not (tmp_path / "x.db").exists()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"params": ', b'"params": 1' + b"0" * 400 + b', "x": ', "beyond 64 bits"),
        (b'"params": ', b'"params": 1e400, "x": ', "beyond those of a double"),
        (b'"params": ', b'"flops": ', "the name 'flops' occurs twice"),
        (b'"params": ', b'"x": ' + b"[" * 99 + b"]" * 99 + b', "params": ', "within each other"),
        (b'"params": ', b'"x": "' + b"y" * (1 << 21) + b'", "params": ', "a text in it is longer"),
        (b'"params": ', b'"params": Infinity, "x": ', "Infinity is no value"),
        (b'"params": ', b'"params": ,', "Expecting value at byte"),
        (b"}]", b"", "the file ends in it, at byte .* it was cut short; fetch it again"),
    ],
)
def test_hostile_files_are_refused(old: bytes, new: bytes, reason: str, tmp_path: Path) -> None:
    """In a folder and in an archive, with file and job; the older database stays."""
    target = tmp_path / "x.db"
    nasbench_db.ingest("nds", {"DARTS.json": made_up({"DARTS.json": 1})["DARTS.json"]}, target)
    before = target.read_bytes()
    content = json.dumps([one_job(), one_job()]).encode()
    at = content.rindex(old)
    damaged = content[:at] + new + content[at + len(old) :]
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "Vanilla.json").write_bytes(damaged)
    with zipfile.ZipFile(tmp_path / "set.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("nds_data/Vanilla.json", damaged)
    for source in (tmp_path / "set", tmp_path / "set.zip"):
        with pytest.raises(CorruptRecord, match=rf"Vanilla.json: record 1 at byte .*{reason}"):
            nasbench_db.ingest("nds", source, target, False, force=True)
        assert target.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({}, "the dict has the keys none"),
        ({"Vanila.json": []}, "keys Vanila.json; .*did you mean 'Vanilla.json'"),
        ({"Vanilla.json": 1}, "Vanilla.json is 1; it must be a list of jobs"),
        ({"Vanilla.json": [1]}, "Vanilla.json, job 0 is 1; it must be a dict"),
        ({"Vanilla_reruns.json": {"t" * 17: [one_job()]}}, "job 0: it is in the list 'ttt"),
        ({"Vanilla.json": [{}]}, "job 0: it lacks net, optim, rng_seed, train_ep_loss"),
    ],
)
def test_what_is_no_such_dict_is_refused(content: Any, reason: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=reason):
        nasbench_db.ingest("nds", content, tmp_path / "x.db", False)


def test_sources_without_jobs_or_names_are_refused(tmp_path: Path) -> None:
    """And what is beside the files is left out, and told."""
    folder = tmp_path / "nds_data"
    folder.mkdir()
    (folder / "notes.json").write_text("[]")
    for source, reason in (
        (folder, "has none of the 34 files of NDS, such as DARTS.json, but notes.json"),
        (folder / "notes.json", "notes.json has none of the 34 files"),
        ([], "no source was given"),
        ([{"DARTS.json": []}, folder], "a dict was given beside other sources"),
    ):
        with pytest.raises(SourceError, match=reason):
            nasbench_db.ingest("nds", source, tmp_path / "x.db", False)
    (folder / "DARTS.json").write_text("[]")
    with pytest.raises(SourceError, match="the sources have no jobs"):
        nasbench_db.ingest("nds", folder, tmp_path / "x.db", False)
    with pytest.raises(SourceError, match=r"are both DARTS\.json; give each file once"):
        nasbench_db.ingest("nds", [folder, folder / "DARTS.json"], tmp_path / "x.db", False)
    (folder / "Vanilla.json").write_text(json.dumps([one_job()]))
    with pytest.warns(SourceWarning) as told:
        nasbench_db.ingest("nds", folder, tmp_path / "x.db", False)
    assert [str(one.message).partition(str(tmp_path))[0] for one in told] == [
        "left out, since not of NDS: notes.json of ",
        "DARTS.json has no jobs",
    ]


def test_the_command_stores_iterations(tmp_path: Path) -> None:
    write_files(tmp_path / "set", {"DARTS.json": 2}, epochs=EPOCHS, iterations=True)
    ask = ["ingest", "nds", str(tmp_path / "set"), "--db", str(tmp_path / "x.db"), "--iterations"]
    result = CliRunner().invoke(cli, ask)
    assert result.exit_code == 0, result.output
    with nasbench_db.connect("nds", tmp_path / "x.db"):
        assert iteration_curves(1)["train_loss"] is not None
        assert NdsTrialConfig.select().count() == 2
    wrong = CliRunner().invoke(cli, ["ingest", "nasbenchmacro", "x", "--iterations"])
    assert wrong.exit_code == 2
    assert "--iterations is for nds" in wrong.stderr
