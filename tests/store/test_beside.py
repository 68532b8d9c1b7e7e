"""Where the database of an original file or folder lies, and when it is built again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import nasbench_db
from nasbench_db import InvalidDatabase
from nasbench_db.nasbench101.schema import SCHEMA
from nasbench_db.store.beside import database_file, place_beside
from nasbench_db.store.database import default_path


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
    path = database_file(SCHEMA, original, progress=False)
    assert path == databases / "small.db"
    built = path.stat().st_mtime_ns
    assert database_file(SCHEMA, original, progress=False) == path
    assert path.stat().st_mtime_ns == built
    original.with_name("small.db").write_bytes(path.read_bytes())
    assert database_file(SCHEMA, original, progress=False) == original.with_name("small.db")


def test_a_database_or_nothing_is_taken_as_it_is(built: Path) -> None:
    assert database_file(SCHEMA, built) == built
    assert database_file(SCHEMA, None) == default_path("nasbench101")


def test_a_changed_original_is_ingested_again(
    original: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = database_file(SCHEMA, original, progress=False)
    later = path.stat().st_mtime + 10
    os.utime(original, (later, later))
    built = path.stat().st_mtime_ns
    assert database_file(SCHEMA, original, progress=False) == path
    assert path.stat().st_mtime_ns == built, "it is newer, and yet the same"
    content = original.read_bytes()
    original.write_bytes(content + content)
    database_file(SCHEMA, original, progress=True)
    assert "has changed since small.db was built" in capsys.readouterr().out
    assert nasbench_db.connect("nasbench101", path).provenance()[0]["records"] == 2184


def test_a_database_of_another_source_is_not_replaced(original: Path) -> None:
    other = original.with_name("other.tfrecord")
    other.write_bytes(original.read_bytes())
    nasbench_db.ingest("nasbench101", other, original.with_name("small.db"), progress=False)
    with pytest.raises(InvalidDatabase, match=r"was built of other\.tfrecord, not of small"):
        database_file(SCHEMA, original, progress=False)


def test_several_first_openings_at_once_end_well(original: Path) -> None:
    """One of them builds, and the others wait for it."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from nasbench_db.nasbench101.schema import SCHEMA\n"
        "from nasbench_db.store.beside import database_file\n"
        "print(database_file(SCHEMA, sys.argv[1], progress=False))\n"
    )
    command = [sys.executable, "-c", code, str(original)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    started = [subprocess.Popen(command, **pipes) for _ in range(4)]
    for process in started:
        told = process.communicate(timeout=120)
        assert (told, process.returncode) == ((f"{place_beside(original)}\n", ""), 0)
    assert sorted(path.name for path in original.parent.glob("*.lock")) == []
