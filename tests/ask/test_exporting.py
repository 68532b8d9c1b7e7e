"""How an exported file gets to its place, and what the rows are as CSV and JSON lines."""

import contextlib
import errno
import io
import json
import os
import sqlite3
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import filelock
import pyarrow.parquet
import pytest

import nasbench_db
from nasbench_db import InvalidDatabase, MissingExtra
from nasbench_db.ask.exportedrows import trials
from nasbench_db.ask.exporting import (
    VIEW_FORMATS,
    export_database,
    exported_file,
    format_of,
    write_rows,
)
from nasbench_db.errors import ExportError, ExportWarning
from nasbench_db.store.database import BenchmarkDatabase

FORMATS = {**VIEW_FORMATS, "other": ".tar.xz"}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A place for an exported file, with a folder of its own."""
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder / "out.csv"


# The format.


@pytest.mark.parametrize(
    ("name", "given", "form"),
    [
        ("a.csv", None, "csv"),
        ("A.CSV", None, "csv"),
        ("a.csv.jsonl", None, "jsonl"),
        ("a.tar.xz", None, "other"),
        ("a.csv", "jsonl", "jsonl"),
        ("a", "csv", "csv"),
    ],
)
def test_the_format_is_told_by_the_name_or_given(name: str, given: str | None, form: str) -> None:
    """What is given decides."""
    assert format_of(Path(name), given, FORMATS) == form


def test_unknown_formats_are_refused() -> None:
    """With those that are known."""
    endings = r"\.csv, \.jsonl, \.parquet, \.tar\.xz; "
    with pytest.raises(ExportError, match=rf"a\.db does not tell .* {endings}"):
        format_of(Path("a.db"), None, FORMATS)
    with pytest.raises(ExportError, match="'xlsx'; allowed are csv, jsonl, parquet, other"):
        format_of(Path("a.csv"), "xlsx", FORMATS)


# The place.


def test_a_file_appears_when_it_is_complete(db: BenchmarkDatabase, target: Path) -> None:
    """Until then there is nothing at its place."""
    with exported_file(db, target, force=False) as file:
        file.write(b"half")
        assert not target.exists()
        file.write(b" and half")
    assert target.read_bytes() == b"half and half"
    assert [path.name for path in target.parent.iterdir()] == ["out.csv"]


@pytest.mark.parametrize("older", [None, b"older"])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, ExportError])
def test_nothing_is_left_behind_on_failure(
    error: type[BaseException], older: bytes | None, db: BenchmarkDatabase, target: Path
) -> None:
    """Whatever ends it; an older file stays as it was."""
    if older:
        target.write_bytes(older)
    with pytest.raises(error), exported_file(db, target, force=True) as file:  # noqa: PT012
        file.write(b"half")
        raise error
    left = {path.name: path.read_bytes() for path in target.parent.iterdir()}
    assert left == ({target.name: older} if older else {})


@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_a_full_disk_is_told(
    function: str, db: BenchmarkDatabase, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an error of the export that names the file."""

    def fail(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, function, fail)
    with (
        pytest.raises(ExportError, match=r"cannot write .*out\.csv: No space left on device"),
        exported_file(db, target, force=False) as file,
    ):
        file.write(b"all")
    assert list(target.parent.iterdir()) == []


def test_a_file_is_replaced_only_when_that_is_asked(db: BenchmarkDatabase, target: Path) -> None:
    """The message names the option."""
    target.write_bytes(b"older")
    with (
        pytest.raises(ExportError, match=r"out\.csv exists already; give --force"),
        exported_file(db, target, force=False),
    ):
        pass
    assert target.read_bytes() == b"older"
    with exported_file(db, target, force=True) as file:
        file.write(b"newer")
    assert target.read_bytes() == b"newer"


def test_some_places_are_never_taken(db: BenchmarkDatabase, built: Path, target: Path) -> None:
    """The database itself, under any name; folders, devices; folders that do not exist."""
    before = built.read_bytes()
    link = target.with_name("link.csv")
    link.symlink_to(built)
    broken = target.with_name("broken.csv")
    broken.symlink_to("nowhere")
    places = {
        built: "is the database itself",
        link: "is the database itself",
        target.parent: "is not a file",
        broken: "is not a file",
        target.parent / "absent" / "out.csv": "there is no folder",
    }
    if os.path.exists("/dev/null"):
        places[Path("/dev/null")] = "is not a file"
    for place, reason in places.items():
        with pytest.raises(ExportError, match=reason), exported_file(db, place, force=True):
            pass
    assert built.read_bytes() == before
    assert sorted(path.name for path in target.parent.iterdir()) == ["broken.csv", "link.csv"]


def test_two_exports_to_one_place_do_not_mix(db: BenchmarkDatabase, target: Path) -> None:
    """The second is told to wait; what a killed one left behind is not in the way."""
    lock = filelock.FileLock(f"{target}.lock")
    with (
        lock,
        pytest.raises(ExportError, match=r"another process is building .*out\.csv"),
        exported_file(db, target, force=False),
    ):
        pass
    target.with_name("out.csv.exporting").write_bytes(b"of a killed export")
    with exported_file(db, target, force=False) as file:
        file.write(b"new")
    assert target.read_bytes() == b"new"
    assert [path.name for path in target.parent.iterdir()] == ["out.csv"]


def test_a_damaged_database_is_told(copy: Path, target: Path) -> None:
    """And gives no file."""
    data = bytearray(copy.read_bytes())
    data[len(data) // 3 :: 7] = b"\xa5" * len(data[len(data) // 3 :: 7])
    copy.write_bytes(data)
    database = nasbench_db.connect("nasbench101", copy)
    with (
        pytest.raises(
            InvalidDatabase,
            match=r"copy\.db cannot be read: .*; check it with: nasbench-db verify",
        ),
        exported_file(database, target, force=False) as file,
    ):
        write_rows(database, trials(database), file, "csv", progress=False)
    assert list(target.parent.iterdir()) == []


# The flat view.


def exported(database: BenchmarkDatabase, form: str) -> str:
    """The text of an export."""
    file = io.BytesIO()
    count = write_rows(database, trials(database), file, form, progress=False)
    text = file.getvalue().decode()
    assert text.count("\n") == count + (form == "csv")
    return text


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_rows_are_written_as_they_are_read(
    form: str, db: BenchmarkDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Block by block, with no sorting; the size of a block changes nothing."""
    whole = exported(db, form)
    monkeypatch.setattr("nasbench_db.ask.exporting._ROWS_PER_BLOCK", 100)
    assert exported(db, form) == whole
    plan = db.execute_sql("EXPLAIN QUERY PLAN SELECT * FROM nb101 ORDER BY trial_id").fetchall()
    assert not any("TEMP B-TREE" in row[3] for row in plan)


def test_progress_is_shown_on_stderr(
    db: BenchmarkDatabase, capsys: pytest.CaptureFixture[str], leftovers: Callable[..., object]
) -> None:
    """Counted in trials."""
    write_rows(db, trials(db), io.BytesIO(), "csv", progress=True)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "1.09k/1.09k" in shown.err


def test_a_parquet_file_of_several_row_groups(
    db: BenchmarkDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their size changes nothing."""
    whole, parts = tmp_path / "whole.parquet", tmp_path / "parts.parquet"
    export_database(db, whole, None, force=False, progress=False)
    monkeypatch.setattr("nasbench_db.ask.parquet._ROWS_PER_GROUP", 100)
    monkeypatch.setattr("nasbench_db.ask.exporting._ROWS_PER_BLOCK", 50)
    export_database(db, parts, None, force=False, progress=False)
    assert pyarrow.parquet.ParquetFile(parts).num_row_groups > 1
    assert pyarrow.parquet.read_table(parts).equals(pyarrow.parquet.read_table(whole))


def test_parquet_without_pyarrow(
    db: BenchmarkDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command that brings it is told, and nothing is left behind."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtra, match=r'pip install "\.\[explore\]"'):
        export_database(db, tmp_path / "x.parquet", None, force=False, progress=False)
    assert not list(tmp_path.glob("x.parquet*"))


def test_infinite_numbers_are_kept_where_the_format_has_them(
    copy: Path, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    """Parquet has, and says as well that the metrics are made up; JSON lines have not."""
    with contextlib.closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE nb101trialstats SET test_acc = 9e999 WHERE id = 5")
        connection.execute("UPDATE nb101trialstats SET test_acc = NULL WHERE id = 6")
    database = nasbench_db.connect("nasbench101", copy)
    export_database(database, tmp_path / "x.parquet", progress=False)
    assert [str(warning.message) for warning in recwarn] == []
    column = pyarrow.parquet.read_table(tmp_path / "x.parquet")["test_acc"].to_pylist()
    assert column[4:6] == [float("inf"), None]
    with pytest.warns(ExportWarning) as caught:
        export_database(database, tmp_path / "x.jsonl", progress=False)
    assert any("1 infinite values are null" in str(warning.message) for warning in caught)
    lines = (tmp_path / "x.jsonl").read_text().splitlines()
    assert [json.loads(line)["test_acc"] for line in lines[4:6]] == [None, None]


def test_what_parquet_cannot_hold_is_told(copy: Path, target: Path) -> None:
    """SQLite takes a text where a number should be; it names the column."""
    with contextlib.closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE nb101trialstats SET test_acc = 'high' WHERE id = 1000")
    database = nasbench_db.connect("nasbench101", copy)
    with pytest.raises(
        ExportError, match=r"column test_acc has values of several types, and must be .* double"
    ):
        export_database(database, target, "parquet", progress=False)
    assert list(target.parent.iterdir()) == []


def test_an_older_parquet_file_is_replaced_only_when_that_is_asked(
    db: BenchmarkDatabase, target: Path
) -> None:
    """As with the other formats; the format may be given in place of the ending."""
    target.write_text("older")
    with pytest.raises(ExportError, match="exists already; give --force"):
        export_database(db, target, "parquet", progress=False)
    assert target.read_text() == "older"
    assert export_database(db, target, "parquet", force=True, progress=False) == 1092
    assert pyarrow.parquet.read_metadata(target).num_rows == 1092
    assert [path.name for path in target.parent.iterdir()] == ["out.csv"]


@pytest.mark.parametrize("room", [0, 1000])
def test_a_full_disk_ends_a_parquet_file(
    room: int, db: BenchmarkDatabase, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At its beginning or in its midst; nothing is left behind."""

    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            if self.tell() + len(data) > room:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(data)

    monkeypatch.setattr("nasbench_db.ask.exporting._ROWS_PER_BLOCK", 10)
    monkeypatch.setattr("nasbench_db.ask.parquet._ROWS_PER_GROUP", 10)
    with (
        pytest.raises(ExportError, match=r"cannot write .*out\.csv: No space left on device"),
        exported_file(db, target, force=False),
    ):
        write_rows(db, trials(db), Full(), "parquet", progress=False)
    assert list(target.parent.iterdir()) == []


def test_texts_that_a_spreadsheet_would_run_are_told(copy: Path, tmp_path: Path) -> None:
    """They are written as they are; numbers that are negative are none of them."""
    with contextlib.closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE nb101trialconfig SET hash = '=1+1' WHERE id = 1")
        connection.execute("UPDATE nb101trialstats SET test_acc = -1 WHERE id = 9")
    database = nasbench_db.connect("nasbench101", copy)
    with pytest.warns(ExportWarning) as caught:
        export_database(database, tmp_path / "x.csv", progress=False)
    assert any("3 texts in x.csv begin as a formula" in str(one.message) for one in caught)
    assert "=1+1" in (tmp_path / "x.csv").read_text()


def test_a_column_of_json_lines_has_one_type(explored: dict[str, Path], tmp_path: Path) -> None:
    """Where architectures are lists and objects, they are all texts."""
    kinds = {}
    for name, path in explored.items():
        out = tmp_path / f"{name}.jsonl"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExportWarning)
            export_database(nasbench_db.connect(name, path), out, progress=False)
        rows = [json.loads(line) for line in out.read_text().splitlines()]
        kinds[name] = {type(row["arch"]) for row in rows}
        if name == "transnas101":
            assert {type(json.loads(row["arch"])) for row in rows} == {list, dict}
    assert kinds["transnas101"] == {str}
    assert all(len(found) == 1 for found in kinds.values())
