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
from conformance.guest import Base, Guest, Row, change, decoded, invoke, of_file, option_of, table
from nasbench_db import BENCHMARKS
from nasbench_db.ask.exporting import export_database
from nasbench_db.ask.tables import Table
from nasbench_db.explore import (
    coverage,
    learning_curve,
    optimum,
    pareto,
    select_and_report,
    statistics,
    top,
)
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

    def test_the_query_command_prints_what_the_helper_gives(
        self, guest: Guest, path: Path, database: BenchmarkDatabase
    ) -> None:
        """With its options; as JSON, as a flat file, as a statement, and for the eye."""
        ask = ["query", guest.name, "--db", path]
        points = ["--intermediates"] if guest.with_points else []
        common: tuple[tuple[tuple[object, ...], Row], ...] = (
            ((), {}),
            (("--reduction", "mean"), {"reduction": "mean"}),
            (("--reduction", "std", *points), {"reduction": "std", **guest.with_points}),
            (("--limit", 2, *points), {"limit": 2, **guest.with_points}),
            (
                (f"--order-by=-{guest.accuracy}", "--limit", 4),
                {"order_by": f"-{guest.accuracy}", "limit": 4},
            ),
        )
        for arguments, asked in (*common, *guest.options):
            result = invoke(*ask, *arguments, "--format", "json")
            assert result.exit_code == 0, result.output
            assert json.loads(result.stdout) == list(guest.ask(**asked))
        rows = list(guest.ask(**guest.scope).all_columns())
        scope = option_of(guest.scope)
        lines = list(csv.DictReader(invoke(*ask, *scope, "--format", "csv").stdout.splitlines()))
        assert len(lines) == len(rows)
        for line, row in zip(lines, rows, strict=True):
            assert json.loads(line["arch"]) == row["config"]["arch"]
            assert line["num_epochs"] == str(row["config"]["num_epochs"])
            for name in (guest.accuracy, guest.size):
                assert (float(line[name]) if line[name] else None) == row[name]
        long = invoke(*ask, *scope, *points, "--format", "csv").stdout.splitlines()
        with_points = list(guest.ask(**guest.with_points, **guest.scope))
        # A row for each evaluation, or for each trial where there are none.
        assert len(long) == 1 + sum(len(row.get("intermediates", "1")) for row in with_points)
        shown = invoke(*ask, *scope).stdout.splitlines()
        assert len(shown) == 2 + len(rows)
        assert "None" not in "".join(shown)
        statement = invoke(*ask, *scope, "--sql").stdout
        assert statement.endswith(";\n")
        assert len(of_file(path, statement)) == len(rows)

    def test_questions_are_printed_as_they_are_answered(
        self, guest: Guest, path: Path, database: BenchmarkDatabase, scoped: list[Row]
    ) -> None:
        """Every value as JSON lines; the statement; and a table for the eye."""
        by, scope, asked = guest.accuracy, option_of(guest.scope), guest.scope
        arch = str(scoped[0][guest.key])
        answers: dict[tuple[object, ...], Table] = {
            ("top", "--by", by, "-k", 3): top(3, by=by, **asked),
            ("pareto", by, f"{guest.size}:min"): pareto([by, guest.size], **asked),
            ("optimum", "--by", by): optimum(by, **asked).architectures,
            ("statistics", "--by", by, "--by", guest.size): statistics([by, guest.size], **asked),
        }
        if guest.selects:
            answers["select", "-k", 2] = select_and_report(k=2, **asked)
        if guest.with_points:
            on = guest.curve_accuracy
            answers["curve", arch, "--metric", on] = learning_curve(arch, metrics=[on], **asked)
        for (command, *arguments), answer in answers.items():
            ask = [command, guest.name, *arguments, *scope, "--db", path]
            rows = list(answer)
            assert rows
            lines = invoke(*ask, "--format", "jsonl").stdout.splitlines()
            assert [json.loads(line) for line in lines] == rows
            statement = invoke(*ask, "--sql").stdout
            assert len(list(database.select(statement))) == len(rows)
            shown = invoke(*ask)
            assert shown.exit_code == 0
            assert len(shown.stdout.splitlines()) == len(rows) + 2
        printed = invoke("coverage", guest.name, "--db", path, "--format", "json").stdout
        assert json.loads(printed) == list(coverage())

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
