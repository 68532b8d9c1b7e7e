"""Where the database of an original file or folder lies, and when it is built again."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

import nasbench_db
from nasbench_db import InvalidDatabase
from nasbench_db.nasbench101.ingest import ingest
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.store.beside import database_file, place_beside
from nasbench_db.store.database import default_path

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
