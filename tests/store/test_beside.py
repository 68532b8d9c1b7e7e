"""Where the database of an original file or folder lies, and when it is built again."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import nasbench_db
from nasbench_db import InvalidDatabase
from nasbench_db.errors import BuildError, BuildInProgress, DatabaseExists, SourceError
from nasbench_db.nasbench101.ingest import ingest
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.store.beside import database_file, open_original, path_of, place_beside
from nasbench_db.store.database import default_path, open_database
from nasbench_db.store.marks import SYNTHETIC
from nasbench_db.store.placing import BUILDING_SUFFIX, NewFile, wait_for_writer

file_of = partial(database_file, SCHEMA, ingest)


@pytest.fixture
def original(source: Path, tmp_path: Path) -> Path:
    """An original file in a folder of its own."""
    path = tmp_path / "originals" / source.name
    path.parent.mkdir()
    path.write_bytes(source.read_bytes())
    return path


def test_the_place_is_beside_the_original(original: Path) -> None:
    assert place_beside(original) == original.with_name("small.db")
    folder = original.parent / "NATS-tss-v1_0-3ffb9-simple"
    folder.mkdir()
    assert place_beside(folder) == original.parent / "NATS-tss-v1_0-3ffb9-simple.db"


def test_where_nothing_can_be_written_it_is_the_default_folder(
    original: Path, databases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    path = file_of(original, progress=False)
    assert path == databases / "small.db"
    built = path.stat().st_mtime_ns
    assert file_of(original, progress=False) == path
    assert path.stat().st_mtime_ns == built
    original.with_name("small.db").write_bytes(path.read_bytes())
    assert file_of(original, progress=False) == original.with_name("small.db")


def test_a_database_or_nothing_is_taken_as_it_is(built: Path) -> None:
    assert file_of(built) == built
    assert file_of(None) == default_path("nasbench101")


def test_where_there_is_no_original_it_says_how_to_get_one(tmp_path: Path) -> None:
    path = tmp_path / "nasbench_only108.tfrecord"
    with pytest.raises(SourceError, match=r"there is no .*nasbench_only108") as caught:
        file_of(path)
    assert "nasbench-db download nasbench101 --list" in str(caught.value)
    assert "nasbench-db sample nasbench101" in str(caught.value)


def test_made_up_numbers_are_told_once(
    copy: Path, samples: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        open_original(SCHEMA, copy).close()
    open_original(SCHEMA, samples["nasbench101"]).close()
    told = capsys.readouterr()
    assert told.err == f"{copy}: {SYNTHETIC.long}\n"
    assert told.out == ""


def test_a_changed_original_is_ingested_again(
    original: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file_of(original, progress=False)
    later = path.stat().st_mtime + 10
    os.utime(original, (later, later))
    built = path.stat().st_mtime_ns
    assert file_of(original, progress=False) == path
    assert path.stat().st_mtime_ns == built, "it is newer, and yet the same"
    content = original.read_bytes()
    original.write_bytes(content + content)
    file_of(original, progress=True)
    assert "has changed since small.db was built" in capsys.readouterr().out
    assert nasbench_db.connect("nasbench101", path).provenance()[0]["records"] == 2184


def test_a_database_of_another_source_is_not_replaced(original: Path) -> None:
    other = original.with_name("other.tfrecord")
    other.write_bytes(original.read_bytes())
    nasbench_db.ingest("nasbench101", other, original.with_name("small.db"), progress=False)
    with pytest.raises(InvalidDatabase, match=r"was built of other\.tfrecord, not of small"):
        file_of(original, progress=False)


def test_who_comes_while_it_is_built_waits_for_it(
    original: Path, built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = place_beside(original)
    writing = NewFile(
        target,
        BUILDING_SUFFIX,
        force=False,
        error=BuildError,
        exists=DatabaseExists,
        busy=BuildInProgress,
    )
    waiting = threading.Event()
    answers: list[Path] = []

    class Told(io.StringIO):
        def write(self, text: str) -> int:
            waiting.set()
            return super().write(text)

    told = Told()
    with writing, contextlib.redirect_stderr(told):
        other = threading.Thread(target=lambda: answers.append(file_of(original, progress=False)))
        other.start()
        assert waiting.wait(60)
        assert not answers
        shutil.copyfile(built, writing.partial)
        writing.put()
    other.join(60)
    assert answers == [target]
    assert target.read_bytes() == built.read_bytes()  # not built again
    assert told.getvalue().count("\n") == 1
    assert f"building {target} of {original.name}: waiting" in told.getvalue()
    assert capsys.readouterr().out == ""


def test_who_waits_builds_it_if_the_other_fails(original: Path) -> None:
    target = place_beside(original)
    lock = target.with_name(f"{target.name}.lock")
    lock.touch()  # left behind by a process that was killed
    wait_for_writer(target)
    assert not lock.exists()
    assert file_of(original, progress=False) == target
    assert open_database(SCHEMA, target).provenance()


def test_workers_that_start_together(original: Path) -> None:
    program = (
        "import sys\n"
        "from nasbench_db.nasbench101.api import NASBench\n"
        "sys.stdin.readline()\n"
        "print(len(list(NASBench(sys.argv[1]).hash_iterator())))\n"
    )
    command = [sys.executable, "-c", program, original]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    workers = [subprocess.Popen(command, encoding="utf-8", **pipes) for _ in range(3)]
    found = [worker.communicate("go\n", timeout=300) for worker in workers]
    assert [out for out, _ in found] == ["91\n"] * 3, found
    assert sorted(path.name for path in original.parent.iterdir()) == ["small.db", original.name]


@pytest.mark.parametrize("path", ["", "/", "\0", "a\0.tfrecord", b"bytes", 7, [1]])
def test_what_is_no_path(path: Any) -> None:
    with pytest.raises(SourceError, match="give"):
        file_of(path)


def test_the_folder_one_is_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "NATS-tss-v1_0-3ffb9-simple"
    (folder / "inner").mkdir(parents=True)
    monkeypatch.chdir(folder)
    assert path_of(".") == folder
    monkeypatch.chdir("inner")
    assert path_of("..") == folder
    assert place_beside(path_of("..")) == tmp_path / f"{folder.name}.db"
