"""Reading sources: what each yields, in which order, and what is told of it."""

import bz2
import hashlib
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.raw import Record, small_info, small_run, whole

from nasbench_db import SourceError
from nasbench_db.nasbench201.synthetic import TOPOLOGIES, write_archive, write_pth
from nasbench_db.nats.record import CURVE_COLUMNS
from nasbench_db.nats.sources import (
    Architectures,
    Message,
    Notice,
    Results,
    read_file,
    read_one,
    read_source,
    size_of,
)
from nasbench_db.nats.synthetic import write_nats_folder

Writer = Callable[..., Path]


def by_kind(messages: list[Message]) -> tuple[list[Message], list[Results], Record]:
    """What comes before the results, the results, and the description."""
    *most, description = messages
    before = [message for message in most if not isinstance(message, Results)]
    results = [message for message in most if isinstance(message, Results)]
    assert most == [*before, *results]
    assert isinstance(description, dict)
    return before, results, description


SOURCES: dict[str, tuple[Any, str, list[Any], dict[str, Any]]] = {
    "pth": (write_pth, "a.pth", [[3, 16]], {}),
    "folder": (write_nats_folder, "folder", [[33, 34, 3], TOPOLOGIES], {}),
    "archive": (write_archive, "archive", [[33, 16]], {"layout": "legacy"}),
}


@pytest.mark.parametrize(
    ("function", "name", "arguments", "options"), SOURCES.values(), ids=SOURCES
)
def test_messages_come_in_order(
    function: Any,
    name: str,
    arguments: list[Any],
    options: Record,
    written: Writer,
    memoised: None,
) -> None:
    """The architectures, if the source tells them, the results, and the description."""
    path = written(function, name, *arguments, **options)
    before, results, description = by_kind(list(read_source(path)))
    indexes = arguments[0] if path.is_file() else sorted(arguments[0])
    assert [result.arch_index for result in results] == indexes
    if name == "archive":
        assert before == []
    else:
        (architectures,) = before
        assert isinstance(architectures, Architectures)
        assert len(architectures.strings) == 15625
        for result in results:
            assert architectures.strings[result.arch_index] == result.arch_str
    assert description["records"] == len(results)
    assert description["source_bytes"] == size_of(path)
    assert 0 < sum(result.bytes_read for result in results) <= size_of(path)


def test_points_are_what_was_measured(written: Writer) -> None:
    """Of each run all epochs, and no column without values; the curves are not there twice."""
    (_, first, *_) = read_file(str(written(write_pth, "a.pth", [3, 16])))
    assert isinstance(first, Results)
    assert len(first.points) == len(first.runs)
    for run, (columns, values) in zip(first.runs, first.points, strict=True):
        assert run.curve.size == 0
        assert values.shape == (run.num_epochs, len(columns))
        assert values[:, 0].tolist() == list(range(1, run.num_epochs + 1))
        assert not np.isnan(values).all(axis=0).any()
        last = dict(zip(columns, values[-1].tolist(), strict=True))
        assert last.pop("current_epoch") == run.num_epochs
        measured = {name for name in CURVE_COLUMNS[:9] if run.stats[name] is not None}
        assert set(last) >= measured
        assert all(run.stats[name] == last[name] for name in measured)


def test_the_size_is_that_of_all_files(written: Writer, tmp_path: Path) -> None:
    """Of those that are read; of what is none, nothing."""
    folder = tmp_path / "folder"
    shutil.copytree(written(write_nats_folder, "folder", [33, 34, 3], TOPOLOGIES), folder)
    size = sum(path.stat().st_size for path in folder.iterdir())
    for name in ("README.md", "000011.txt", "x.pickle.pbz2", "meta.pth"):
        (folder / name).write_text("not of the source")
    assert size_of(folder) == size_of(str(folder)) == size
    assert size_of(folder / "000033.pickle.pbz2") < size
    assert size_of({"meta_archs": []}) == 0
    assert size_of(tmp_path / "nowhere") == 0


def test_a_file_is_described_up_to_its_end(tmp_path: Path, strings: list[str]) -> None:
    """Whatever lies behind the pickle, its bytes are counted and are in the SHA-256."""
    content = whole({3: small_info(3, strings[3], small_run())}, strings)
    path = tmp_path / "a.pickle"
    path.write_bytes(pickle.dumps(content, protocol=4) + bytes(3_000_000))
    description = by_kind(list(read_file(str(path))))[2]
    assert description["source_bytes"] == path.stat().st_size
    assert description["source_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_pickles_need_not_be_compressed(tmp_path: Path, strings: list[str]) -> None:
    """Whatever their names end in; in folders too."""
    info = small_info(3, strings[3], small_run())
    contents = {
        "meta.pickle": whole({}, strings) | {"arch2infos": None},
        "000003.pickle": info,
        "4.pickle.pbz2": small_info(4, strings[4], small_run()),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(pickle.dumps(content, protocol=4))
    before, results, description = by_kind(list(read_source(tmp_path)))
    assert before == [Architectures(strings)]
    assert [result.arch_index for result in results] == [3, 4]
    assert description["source_format"] == "folder"


@pytest.mark.parametrize("mark", ["first", "last", None])
def test_the_synthetic_mark_is_found_anywhere(
    mark: str | None, tmp_path: Path, strings: list[str]
) -> None:
    """Before or after the architectures."""
    content = whole({i: small_info(i, strings[i], small_run()) for i in (3, 4)}, strings)
    if mark == "first":
        content = {"nasbench_db_synthetic": True, **content}
    elif mark == "last":
        content["nasbench_db_synthetic"] = True
    path = tmp_path / "a.pickle"
    path.write_bytes(pickle.dumps(content, protocol=4))
    assert by_kind(list(read_file(str(path))))[2]["synthetic"] is (mark is not None)
    assert by_kind(list(read_source(content)))[2]["synthetic"] is (mark is not None)


def test_a_file_that_is_read_whole_is_announced_before(tmp_path: Path, strings: list[str]) -> None:
    """So that who has not the memory can stop it; nothing comes twice."""
    shared = small_run()
    infos = {i: small_info(i, strings[i], shared, small_run("cifar100")) for i in range(5)}
    path = tmp_path / "a.pickle"
    path.write_bytes(pickle.dumps(whole(infos, strings), protocol=4))
    messages = list(read_file(str(path)))
    kinds = [type(message) for message in messages]
    assert kinds.count(Notice) == kinds.count(Architectures) == 1
    results = [message for message in messages if isinstance(message, Results)]
    assert [result.arch_index for result in results] == list(range(5))
    assert kinds.index(Notice) < kinds.index(Results) + 2
    (notice,) = (message for message in messages if isinstance(message, Notice))
    assert str(path) in notice.text
    assert "it refers to part of an earlier item" in notice.text


def test_a_malformed_architecture_is_named(tmp_path: Path, strings: list[str]) -> None:
    """By its file, and in a file of all by its key."""
    bad = small_info(3, strings[3], small_run(params="x"))
    path = tmp_path / "000003.pickle.pbz2"
    path.write_bytes(bz2.compress(pickle.dumps(bad, protocol=4)))
    message = "fidelity 12, cifar10, seed 777: params contains 'x' where a number should be"
    with pytest.raises(SourceError) as caught:
        read_one(str(path))
    assert str(caught.value) == f"{path}: {message}"
    every = tmp_path / "all.pickle"
    every.write_bytes(pickle.dumps(whole({3: bad, 4: bad}, strings), protocol=4))
    with pytest.raises(SourceError) as caught:
        list(read_file(str(every)))
    assert str(caught.value) == f"{every}: architecture 3: {message}"


@pytest.mark.parametrize("key", ["3", 3.5, (3,), 4])
def test_keys_are_official_indexes(key: Any, strings: list[str]) -> None:
    """Those that the architectures have themselves."""
    content = whole({}, strings)
    content["arch2infos"] = {key: small_info(3, strings[3], small_run())}

    with pytest.raises(SourceError, match="the architecture's own index is 3"):
        list(read_source(content))
