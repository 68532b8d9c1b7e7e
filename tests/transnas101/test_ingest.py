"""Ingestion: what stands in the file stands in the database; what is no such file is refused."""

import bz2
import contextlib
import copy
import hashlib
import math
import os
import pickle
import sqlite3
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.tasks import MACRO, MICRO, Content

import nasbench_db
from nasbench_db import BuildError, DatabaseExists, SourceError, SourceWarning
from nasbench_db.formats.torch_writing import PickleWriter, StoredTensor, write_torch
from nasbench_db.nasbench201 import synthetic as nasbench201
from nasbench_db.store.building import SYNTHETIC_KEY, Report
from nasbench_db.transnas101.constants import INFO_COLUMNS, MACRO_SIZE, MICRO_SIZE, SPACE_SIZE
from nasbench_db.transnas101.layout import EPOCHS, METRICS_DICT, official_like_order
from nasbench_db.transnas101.metrics import METRICS
from nasbench_db.transnas101.synthetic import write_pth


def ingest(source: Any, path: Path, **options: Any) -> Report:
    """Ingest without a progress bar."""
    return nasbench_db.ingest("transnas101", source, path, progress=False, **options)


def rows(path: Path, statement: str) -> list[tuple[Any, ...]]:
    """What a statement gives, with SQLite's own means."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def check_all(path: Path, content: Content) -> None:
    """All values of a content whose metrics are known floats, and nothing else, is there."""
    archs = [(a, s, c) for s, archs in content["data"].items() for a, c in archs.items()]
    columns = ", ".join(METRICS)
    configs, finals, curves = [], [], []
    for task in content["task_list"]:
        for index, (arch, space, results) in enumerate(archs):
            training = results[task]
            configs.append((arch, index, space, task, training["total_epochs"]))
            lists = [training["metrics"].get(name) for name in METRICS]
            points = [
                [
                    None if values is None or math.isnan(values[e]) else values[e]
                    for values in lists
                ]
                for e in range(training["total_epochs"])
            ]
            infos = [training["model_info"][name] for name in INFO_COLUMNS]
            finals.append((*infos, *points[-1]))
            trial = len(configs)
            curves += [(trial, epoch, *point) for epoch, point in enumerate(points, 1)]
    order = "ORDER BY id"
    assert rows(path, f"SELECT id FROM tnb101trialconfig {order}") == [
        (number,) for number in range(1, len(configs) + 1)
    ]
    names = "arch_str, arch_index, search_space, task, num_epochs"
    assert rows(path, f"SELECT {names} FROM tnb101trialconfig {order}") == configs
    assert rows(path, f"SELECT {names} FROM tnb101 ORDER BY trial_id") == configs
    infos = ", ".join(INFO_COLUMNS.values())
    assert rows(path, f"SELECT {infos}, {columns} FROM tnb101trialstats {order}") == finals
    assert rows(path, "SELECT id - config_id FROM tnb101trialstats GROUP BY 1") == [(0,)]
    statement = f"SELECT trial_id, current_epoch, {columns} FROM tnb101intermediatestats"
    assert rows(path, f"{statement} ORDER BY 1, 2") == curves


# What comes in comes out.


@pytest.mark.parametrize("layout", ["legacy", "zip"])
def test_a_file_comes_out_value_for_value(layout: Any, tmp_path: Path, content: Content) -> None:
    """In both layouts of torch, with its description."""
    source = tmp_path / "transnas-bench.pth"
    write_pth(source, [*MACRO, *MICRO], layout=layout)
    report = ingest(source, tmp_path / "x.db")
    check_all(report.path, content)
    (described,) = report.sources
    assert described == {
        "source_name": "transnas-bench.pth",
        "source_bytes": source.stat().st_size,
        "source_sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
        "source_format": "file",
        "records": 7,
        "synthetic": True,
    }
    assert (report.cells, report.configs, report.trials) == (7, 49, 49)
    assert report.intermediates == 7 * sum(EPOCHS.values())
    assert "SYNTHETIC" in str(report)


@pytest.mark.parametrize("protocol", [2, 4, 5])
@pytest.mark.parametrize("compress", [bytes, bz2.compress])
def test_a_pickle_comes_out_value_for_value(
    protocol: int,
    compress: Callable[[bytes], bytes],
    tmp_path: Path,
    content: Content,
) -> None:
    """As Python itself writes it, compressed or not."""
    source = tmp_path / "transnas-bench.pickle"
    source.write_bytes(compress(pickle.dumps(content, protocol)))
    check_all(ingest(source, tmp_path / "x.db").path, content)


def test_a_dict_comes_out_value_for_value(built: Path, content: Content) -> None:
    check_all(built, content)
    (source,) = rows(built, "SELECT source_name, source_format, synthetic FROM provenance")
    assert source == ("dict", "dict", 1)


@pytest.mark.elsewhere
def test_a_file_is_read_in_another_process(tmp_path: Path, content: Content) -> None:
    """Its error too comes from there."""
    source = tmp_path / "x.pth"
    write_torch(source, {**content, SYNTHETIC_KEY: False})
    report = ingest(os.fsencode(source).decode(), tmp_path / "x.db")
    check_all(report.path, content)
    assert not report.sources[0]["synthetic"]
    source.write_bytes(source.read_bytes()[:5000])
    with pytest.raises(nasbench_db.CorruptRecord, match="truncated"):
        ingest(source, tmp_path / "y.db")


def test_the_whole_space_is_stored(tmp_path: Path, content: Content) -> None:
    """All 7,352 strings, in the order of the file, without a warning."""
    archs = official_like_order()
    trainings = [content["data"]["micro"][arch]["jigsaw"] for arch in MICRO]
    whole: Content = {**content, "task_list": ["jigsaw"], "data": {"macro": {}, "micro": {}}}
    for number, arch in enumerate(archs):
        space = "macro" if arch.endswith("-basic") else "micro"
        whole["data"][space][arch] = {"jigsaw": trainings[number % len(trainings)]}
    report = ingest(whole, tmp_path / "x.db")
    assert (report.cells, report.configs) == (SPACE_SIZE, SPACE_SIZE)
    check_all(report.path, whole)
    statement = "SELECT arch_str, search_space FROM tnb101architecture ORDER BY arch_index"
    spaces = ["macro"] * MACRO_SIZE + ["micro"] * MICRO_SIZE
    assert rows(report.path, statement) == list(zip(archs, spaces, strict=True))
    assert archs[1] == "64-2311-basic"
    assert len(set(archs)) == SPACE_SIZE


def test_metrics_are_registered(built: Path) -> None:
    """In the file's order, with what their names say."""
    found = rows(built, "SELECT task, name, position FROM tnb101metric ORDER BY id")
    assert found == [
        (task, name, position)
        for task, names in METRICS_DICT.items()
        for position, name in enumerate(names)
    ]
    assert rows(built, "SELECT count(*) FROM tnb101metric WHERE column_name IS NOT name") == [(0,)]
    statement = "SELECT DISTINCT quantity, split, unit, direction FROM tnb101metric WHERE name = "
    for name, expected in {
        "valid_top1": ("top1", "valid", "percent", "higher"),
        "test_mIoU": ("mIoU", "test", "percent", "higher"),
        "train_neg_loss": ("neg_loss", "train", "1", "higher"),
        "test_loss": ("loss", "test", "1", "lower"),
        "valid_l1_loss": ("l1_loss", "valid", "1", "lower"),
        "valid_ssim": ("ssim", "valid", "1", "higher"),
        "time_elapsed": ("time_elapsed", None, "seconds", "lower"),
    }.items():
        assert rows(built, f"{statement}'{name}'") == [expected]


def test_what_is_not_known_is_stored_and_told(odd: Content, tmp_path: Path) -> None:
    """See the tests of the drop-in for the values: all of them come back."""
    content = copy.deepcopy(odd)
    content.update({"notes": ["a list"], "level": math.nan, "text": "\ud800", "\ud800": 1, 5: 1})
    for training in content["data"]["macro"][MACRO[0]].values():
        training["seed"] = 666
    with pytest.warns(SourceWarning) as told:
        path = ingest(content, tmp_path / "x.db").path
    texts = [str(warning.message) for warning in told]
    for part in (
        "items 'notes', 'level', 'text', '\\ud800', 5 are not known and not stored",
        "7 trainings have an item 'seed', which is not stored",
        "1 architectures of the search space macro, such as 64-4-none, are none",
        "1 architectures of the search space micro, such as resnet50, are none",
        "1 architectures of the search space nano, such as 32-1111-basic, are none",
        "2 architectures have no training for the task class_scene",
        "trainings for the task class_object have metrics with more or fewer values",
        "1 trainings are for the task depth, which task_list lacks",
        "trainings for the task jigsaw have the metric secret, which is not listed",
    ):
        assert sum(part in text for text in texts) == 1, (part, texts)
    unknown = "SELECT name, position FROM tnb101metric WHERE column_name IS NULL AND task = "
    assert rows(path, f"{unknown}'jigsaw' ORDER BY id") == [
        ("valid_beauty", 10),
        ("aside", 11),
        ("secret", None),
    ]
    assert rows(path, "SELECT content FROM tnb101header WHERE name = 'version'") == [('"v1"',)]
    outside = "SELECT DISTINCT arch FROM tnb101trialconfig WHERE arch_str = 'resnet50'"
    assert rows(path, outside) == [('"resnet50"',)]


def test_columns_and_what_stands_beside_them(built_odd: Path) -> None:
    """NaN is NULL and told; a clock's time is seconds; infinity is a number."""
    statement = (
        "SELECT i.{}, i.further FROM tnb101intermediatestats i "
        "JOIN tnb101trialconfig c ON c.id = i.trial_id "
        "WHERE c.arch_str = '64-1114-basic' AND c.task = '{}' ORDER BY i.current_epoch"
    )

    def found(name: str, task: str = "class_scene") -> list[tuple[Any, ...]]:
        return rows(built_odd, statement.format(name, task))

    losses = [value for value, _ in found("train_loss")[:5]]
    assert losses == [None, 0.0, 0.0, math.inf, -math.inf]
    (first, second, third, *_) = (further for _, further in found("train_loss"))
    assert '"train_loss":{"float":"nan"}' in first
    assert '"train_loss":-0.0' in second
    assert "train_loss" not in third
    assert [value for value, _ in found("train_top1")[:3]] == [50.0, None, None]
    assert '"train_top1":50' in first
    assert '"train_top1":true' in third
    assert [value for value, _ in found("time_elapsed")[:2]] == [59.0, 119.0]
    assert '"time_elapsed":"00:00:59"' in first
    values = [value for value, _ in found("train_ssim", "normal")]
    assert [value is None for value in values] == [epoch == 3 for epoch in range(30)]
    assert (
        found("train_ssim", "normal")[3][1] == '{"train_ssim":null,"valid_ssim":{"float":"nan"}}'
    )
    assert all(further is None for _, further in found("train_top1", "class_object"))
    final = "SELECT further FROM tnb101 WHERE arch_str = '64-1114-basic' AND task = 'jigsaw'"
    assert rows(built_odd, final) == [('{"aside":[],"valid_beauty":1.5}',)]


def test_tensors_and_numpy_numbers_are_numbers(tmp_path: Path, content: Content) -> None:
    """A file may have what a careless program leaves in it."""
    changed = copy.deepcopy(content)
    metrics = changed["data"]["macro"][MACRO[0]]["class_object"]["metrics"]
    metrics["valid_top1"] = [np.float64(value) for value in metrics["valid_top1"]]
    storage = np.array(metrics["test_top1"], "<f8")
    metrics["test_top1"] = [StoredTensor(storage, epoch, (), ()) for epoch in range(25)]
    source = tmp_path / "x.pth"
    write_torch(source, changed, layout="zip")
    check_all(ingest(source, tmp_path / "x.db").path, content)


# What is no such file.


def changed(content: Content, *keys: Any, value: Any = None) -> Content:
    """A content with another value at a place, or none there if the value is None."""
    result = copy.deepcopy(content)
    place: Any = result
    for key in keys[:-1]:
        place = place[key]
    if value is None:
        del place[keys[-1]]
    else:
        place[keys[-1]] = value
    return result


ARCH = ("data", "macro", MACRO[0])
TASK = (*ARCH, "jigsaw")
METRIC = (*TASK, "metrics", "valid_top1")


@pytest.mark.parametrize(
    ("keys", "value", "message"),
    [
        (("data",), None, "has metrics_dict, info_names, task_list, data; this one has"),
        (("data",), [], "data is a list, not a dict"),
        (("data", "macro"), [], "the search space macro is a list, not a dict"),
        (("data", ""), {}, "a search space is called ''"),
        (("data", "nano"), {MACRO[0]: {}}, "64-1114-basic is in two search spaces"),
        (("metrics_dict",), [], "metrics_dict is a list, not a dict"),
        (("metrics_dict", "jigsaw"), "top1", "metrics_dict of 'jigsaw' is a str, not a list"),
        (("metrics_dict", "jigsaw"), ["a", "a"], "has a name twice"),
        (("metrics_dict", 5), ["a"], "a task is called 5"),
        (("info_names",), {}, "info_names is a dict, not a list of names"),
        (("info_names",), [5], "an item of info_names is called 5"),
        (("task_list",), ["x" * 33], "a name has 1 to 32 printable characters"),
        (ARCH, [], "architecture 64-1114-basic is a list, not a dict"),
        (("data", "macro", "x\ny"), {}, r"called 'x\\ny'"),
        (("data", "macro", "\ud800"), {}, "an architecture of macro is called"),
        ((*ARCH, 7), {}, "architecture 64-1114-basic: a task is called 7"),
        (TASK, [], "64-1114-basic, jigsaw: it is a list, not a dict"),
        ((*TASK, "metrics"), None, "it lacks metrics"),
        ((*TASK, "metrics"), [], "metrics is a list, not a dict"),
        ((*TASK, "model_info"), [], "model_info is a list, not a dict"),
        ((*TASK, "total_epochs"), 2.5, r"total_epochs is 2\.5; it must be 0 to 65,535"),
        ((*TASK, "total_epochs"), -1, "total_epochs is -1"),
        ((*TASK, "total_epochs"), True, "total_epochs is True"),
        (METRIC, {}, "valid_top1 is a dict, not a list of a value per epoch"),
        (METRIC, [[1.0]], "valid_top1 contains a list where a number should be"),
        (METRIC, [1.0] * 65536, "valid_top1 has 65,536 values; at most 65,535"),
        ((*TASK, "metrics", 5), [1.0], "a metric is called 5"),
        ((*TASK, "metrics", "x" * 65), [1.0], "a metric is called 'x"),
        ((*TASK, "model_info", "model_params"), {}, "model_info: model_params is a dict where"),
        ((*TASK, "model_info", ""), 1, "an item of model_info is called ''"),
    ],
)
def test_wrong_contents_are_refused(
    keys: tuple[Any, ...], value: Any, message: str, content: Content, tmp_path: Path
) -> None:
    """With the place, and without a trace."""
    with pytest.raises(SourceError, match=message) as raised:
        ingest(changed(content, *keys, value=value), tmp_path / "x.db")
    assert str(raised.value).startswith("the dict: ")
    assert list(tmp_path.glob("x.db*")) in ([], [tmp_path / "x.db.lock"])


def test_a_content_without_architectures_is_refused(content: Content, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="it has no architectures"):
        ingest({**content, "data": {"macro": {}}}, tmp_path / "x.db")


def test_files_of_other_benchmarks_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "NAS-Bench-201.pth"
    nasbench201.write_pth(source, [0])
    with pytest.raises(SourceError, match="ingest it as nasbench201"):
        ingest(source, tmp_path / "x.db")
    with pytest.raises(SourceError, match="ingest it as nasbench201 or natssss"):
        ingest({"arch2infos": {}}, tmp_path / "x.db")
    source.write_bytes(pickle.dumps([1, 2]))
    with pytest.raises(SourceError, match="what it contains is a list, not a dict"):
        ingest(source, tmp_path / "x.db")
    source.write_bytes(b"SQLite format 3\x00")
    with pytest.raises(SourceError, match="an SQLite database"):
        ingest(source, tmp_path / "x.db")


class Hostile:
    """Runs a program where it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch hostile",)


def test_nothing_in_a_file_is_run(
    tmp_path: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = tmp_path / "x.pth"
    source.write_bytes(pickle.dumps({**content, "more": Hostile()}))
    with pytest.raises(SourceError, match=r"asks for \w+\.system, which no file of a benchmark"):
        ingest(source, tmp_path / "x.db")
    assert not (tmp_path / "hostile").exists()


@pytest.mark.parametrize("layout", ["legacy", "zip"])
def test_truncated_and_damaged_files_are_refused(layout: Any, tmp_path: Path) -> None:
    """An older database in the place stays as it was."""
    whole, source, path = tmp_path / "whole.pth", tmp_path / "x.pth", tmp_path / "x.db"
    write_pth(whole, MACRO[:1], layout=layout)
    path.write_bytes(b"older")
    data = whole.read_bytes()
    for length in (0, 1, 20, 1000, len(data) // 2, len(data) - 1):
        source.write_bytes(data[:length])
        with pytest.raises(SourceError):
            ingest(source, path, force=True)
    random = np.random.default_rng(0)
    for _ in range(30):
        place = int(random.integers(len(data)))
        source.write_bytes(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
        with contextlib.suppress(SourceError), warnings.catch_warnings():
            warnings.simplefilter("ignore", SourceWarning)
            ingest(source, tmp_path / "y.db", force=True)  # a damaged number is a number
    assert path.read_bytes() == b"older"


def test_one_source_is_one(tmp_path: Path, content: Content) -> None:
    for sources in ([], [content, content]):
        with pytest.raises(
            SourceError, match="sources were given; TransNAS-Bench-101 is one file"
        ):
            ingest(sources, tmp_path / "x.db")


def test_a_database_is_replaced_only_if_told(tmp_path: Path, content: Content) -> None:
    path = ingest(content, tmp_path / "x.db").path
    with pytest.raises(DatabaseExists):
        ingest(content, path)
    ingest(content, path, force=True)
    with pytest.raises(SourceError, match="the source and the place of the database as well"):
        ingest(path, path, force=True)
    with pytest.raises(BuildError):
        ingest(content, tmp_path)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"absent\.pth"):
        ingest(tmp_path / "absent.pth", tmp_path / "x.db")


def test_writing_by_pieces_gives_what_pickle_reads(content: Content, tmp_path: Path) -> None:
    """The generated file is what Python's own unpickler takes for the content."""
    path = tmp_path / "x.pickle"
    with open(path, "wb") as file:
        PickleWriter(file.write, 4).dump(content)
    assert repr(pickle.loads(path.read_bytes())) == repr(content)
