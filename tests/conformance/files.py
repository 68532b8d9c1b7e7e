"""Exported files, what is wrong in a database, and the command line."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
import sqlite3
from pathlib import Path

import pyarrow.parquet
import pytest

import nasbench_db
from conformance.guest import Base, Guest, Row, change, decoded, invoke, table
from nasbench_db import BENCHMARKS
from nasbench_db.ask.exporting import export_database
from nasbench_db.store.database import BenchmarkDatabase


def problems(guest: Guest, path: Path) -> dict[str, tuple[int, str]]:
    """What the checks find in a database, by the check."""
    with contextlib.closing(nasbench_db.connect(guest.name, path)) as database:
        findings = list(BENCHMARKS[guest.name].verify(database, progress=False))
    return {found.check: (found.problems, found.example) for found in findings if found.problems}


def faults(guest: Guest) -> dict[str, list[str]]:
    """What damages every benchmark's database, by the check that finds it."""
    schema = guest.schema
    config, trial = map(table, (schema.config, schema.trial))
    shared = {
        "every trial has its config, and every intermediate its trial": [
            f"UPDATE {trial} SET config_id = 99999 WHERE id = 3"
        ],
        "there are as many configs as were ingested": [f"DELETE FROM {config} WHERE id = 2"],
        "there are as many trials as were ingested": [f"DELETE FROM {trial} WHERE id = 4"],
    }
    if schema.intermediate is None:
        return shared
    return shared | {
        "there are as many intermediates as were ingested": [
            f"DELETE FROM {table(schema.intermediate)} WHERE trial_id = 5"
        ],
        "every trial's last intermediate equals its final values": [
            f"UPDATE {trial} SET {guest.accuracy} = 12.5 WHERE id = 2"
        ],
    }


class Files(Base):
    """What is written, checked and printed."""

    @pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
    @pytest.mark.filterwarnings("ignore::nasbench_db.ExportWarning")
    def test_an_exported_file_has_every_value(
        self,
        form: str,
        guest: Guest,
        with_holes: BenchmarkDatabase,
        holed_rows: list[Row],
        tmp_path: Path,
    ) -> None:
        """Read back, it is the flat view."""
        target = tmp_path / f"trials.{form}"
        count = export_database(with_holes, target, progress=False)
        assert count == len(holed_rows)
        if form == "parquet":
            read = pyarrow.parquet.read_table(target)
            assert read.to_pylist() == holed_rows
            told = {key.decode(): text.decode() for key, text in read.schema.metadata.items()}
            assert told["nasbench_db.benchmark"] == guest.name
            assert int(told["nasbench_db.schema_version"]) == guest.schema.version
            types = {str(kind) for kind in read.schema.types}
            assert types == {"int64", "double", "string"}
        elif form == "jsonl":
            tables = BENCHMARKS[guest.name].tables
            names = [*tables.config_json, *tables.trial_json]
            if len({row["arch"][0] for row in holed_rows}) > 1:
                names.remove("arch")  # lists and dicts in one column, which readers do not take
            lines = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
            assert lines == [decoded(row, names) for row in holed_rows]
        else:
            header, *lines = csv.reader(io.StringIO(target.read_text("utf-8")))
            assert header == list(holed_rows[0])
            for line, row in zip(lines, holed_rows, strict=True):
                assert [
                    None if text == "" and value is None else type(value)(text)
                    for text, value in zip(line, row.values(), strict=True)
                ] == list(row.values())

    def test_a_sound_database_has_no_problems(
        self, guest: Guest, database: BenchmarkDatabase, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Each check is reported once; a bar is shown on stderr, if any."""
        findings = list(BENCHMARKS[guest.name].verify(database, progress=False))
        assert capfd.readouterr() == ("", "")
        assert {finding[1:] for finding in findings} == {(0, "", True)}
        checks = [finding.check for finding in findings]
        assert len(set(checks)) == len(checks)
        assert "the file is not damaged" in checks

    def test_planted_faults_are_found(
        self, guest: Guest, path: Path, tmp_path: Path, memoised: None
    ) -> None:
        """Each by its own check, with an example, and with others only where it must be so."""
        target = tmp_path / "faulty.db"
        for check, statements in {**faults(guest), **guest.faults}.items():
            shutil.copyfile(path, target)
            change(target, *statements)
            found = problems(guest, target)
            assert check in found, (check, found)
            assert found[check][0] > 0
            assert found[check][1]

    def test_a_damaged_file_is_told_first(self, guest: Guest, copied: Path) -> None:
        """Nothing else is asked of it, and nothing fails."""
        content = bytearray(copied.read_bytes())
        size = 16_384
        with contextlib.closing(sqlite3.connect(copied)) as connection:
            # Where it says what it is, which is read when it is opened.
            query = "SELECT rootpage FROM sqlite_master WHERE tbl_name = 'provenance'"
            known = {row[0] - 1 for row in connection.execute(query)}
        pages = set(range(4, len(content) // size, max(1, len(content) // size // 8)))
        for page in pages - known:
            content[page * size : page * size + 100] = b"\xff" * 100  # the head of a page
        copied.write_bytes(content)
        found = problems(guest, copied)
        assert list(found) == ["the file is not damaged", "every page is as it was written"]
        for count, example in found.values():
            assert count
            assert "\n" not in example

    def test_info_verify_and_export_know_the_benchmark(
        self,
        guest: Guest,
        path: Path,
        copied: Path,
        tmp_path: Path,
        rows: list[Row],
        memoised: None,
    ) -> None:
        """By the database's path; a fault is status 1."""
        (told,) = json.loads(invoke("info", path, "--format", "json").stdout)
        assert told["benchmark"] == BENCHMARKS[guest.name].title
        assert (told["trials"], told["configs"]) == (
            len(rows),
            len({row["config_id"] for row in rows}),
        )
        result = invoke("verify", copied, "--quiet")
        assert result.exit_code == 0, result.output
        assert {line.split()[0] for line in result.stdout.splitlines()} == {"ok"}
        change(copied, f"UPDATE {table(guest.schema.trial)} SET {guest.accuracy} = 500")
        result = invoke("verify", copied, "--quiet")
        assert result.exit_code == 1
        assert "PROBLEMS" in result.stdout
        target = tmp_path / "x.csv"
        result = invoke("export", path, "--out", target, "--quiet")
        assert result.exit_code == 0, result.output
        with open(target, encoding="utf-8") as file:
            assert sum(1 for _ in file) == 1 + len(rows)
        assert guest.accuracy in invoke("describe", guest.name, guest.accuracy).stdout

    def test_nnis_database_of_it_is_taken_over(self, guest: Guest) -> None:
        """NNI has it too."""
        assert BENCHMARKS[guest.name].adoption
