"""The checks that every benchmark's database must pass: the file, the references, the counts."""

import contextlib
import shutil
import sqlite3
from pathlib import Path

import nasbench_db
from nasbench_db.store.checksums import append_checksums
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.verifying import Finding, verify_file, verify_queries

DAMAGED = "the file is not damaged"
WRITTEN = "every page is as it was written"
STATISTICS = "the statistics of each config are those of its trials"
WITH_STATISTICS = "there are statistics of as many configs as have trials"
REFERENCES = "every trial has its config, and every intermediate its trial"


def problems_after(path: Path, *statements: str) -> dict[str, tuple[int, str]]:
    """What the checks find in a database after some changes, by the check."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    append_checksums(path)  # as if it had been written so
    return problems_in(path)


def problems_in(path: Path) -> dict[str, tuple[int, str]]:
    """What the checks find in a database, by the check."""
    with contextlib.closing(nasbench_db.connect("nasbench101", path)) as db:
        findings = list(verify_file(db))
    return {found.check: (found.problems, found.example) for found in findings if found.problems}


def test_a_sound_database_has_no_problems(db: BenchmarkDatabase) -> None:
    """Every check is reported all the same, as a statement that holds."""
    findings = list(verify_file(db))
    assert [finding.check for finding in findings] == [
        DAMAGED,
        WRITTEN,
        REFERENCES,
        STATISTICS,
        WITH_STATISTICS,
        "there are as many configs as were ingested",
        "there are as many trials as were ingested",
        "there are as many intermediates as were ingested",
    ]
    assert {finding[1:] for finding in findings} == {(0, "", True)}


def test_deleted_rows_are_counted(copy: Path) -> None:
    """Of each table, with how many there were."""
    found = problems_after(
        copy,
        "DELETE FROM nb101intermediatestats WHERE trial_id IN (1090, 1091)",
        "DELETE FROM nb101intermediatestats WHERE trial_id = 1092 AND current_epoch = 54",
    )
    assert found == {
        "there are as many intermediates as were ingested": (5, "2,184 ingested, 2,179 there")
    }
    found = problems_after(copy, "DELETE FROM nb101trialconfig WHERE id = 364")
    assert found["there are as many configs as were ingested"] == (1, "364 ingested, 363 there")
    found = problems_after(copy, "DELETE FROM nb101trialstats WHERE id > 1089")
    assert found["there are as many trials as were ingested"] == (3, "1,092 ingested, 1,089 there")
    assert REFERENCES in found or "there are as many configs as were ingested" in found


def test_added_rows_are_counted(copy: Path) -> None:
    """More is as wrong as less."""
    found = problems_after(
        copy,
        "INSERT INTO nb101trialconfig (arch, num_vertices, hash, num_epochs) "
        "SELECT arch, num_vertices, hash, num_epochs FROM nb101trialconfig WHERE id < 4",
    )
    assert found == {"there are as many configs as were ingested": (3, "364 ingested, 367 there")}


def test_dangling_references_are_found(copy: Path) -> None:
    """Of a trial to its config, and of an intermediate to its trial."""
    for statement, table, parent in (
        ("UPDATE nb101trialstats SET config_id = 9999 WHERE id = 7", "trialstats", "trialconfig"),
        (
            "UPDATE nb101intermediatestats SET trial_id = 9999 WHERE trial_id = 8",
            "intermediatestats",
            "trialstats",
        ),
    ):
        path = copy.with_name(f"{table}.db")
        shutil.copyfile(copy, path)
        count, example = problems_after(path, statement)[REFERENCES]
        assert count == (1 if table == "trialstats" else 2)
        assert f"nb101{table}" in example
        assert f"nb101{parent}" in example


def test_many_dangling_references_are_all_counted(copy: Path) -> None:
    """The number of problems is that of the rows."""
    found = problems_after(copy, "UPDATE nb101trialstats SET config_id = 9999 WHERE id <= 50")
    assert found[REFERENCES][0] == 50


def test_damaged_pages_are_reported(copy: Path) -> None:
    """As what was found, on one line, wherever they are, and not as a failure of the check."""
    content = copy.read_bytes()
    reported = 0
    for page in range(4, len(content) // 16_384):
        damaged = bytearray(content)
        damaged[page * 16_384 : (page + 1) * 16_384] = b"\xa5" * 16_384
        path = copy.with_name(f"page{page}.db")
        path.write_bytes(damaged)
        try:
            found = problems_in(path)
        except nasbench_db.InvalidDatabase:
            continue  # so badly damaged that it cannot even be opened
        reported += 1
        count, example = found[DAMAGED]
        assert count > 0
        assert example
        assert "\n" not in example
    assert reported > 10


def test_checks_in_sql_count_and_name_the_first(db: BenchmarkDatabase) -> None:
    """One finding for each, in their order."""
    checks = {
        "there are no trials of 4 epochs": "SELECT id FROM nb101trialstats WHERE num_epochs = 4",
        "no trial was trained for a year": "SELECT id FROM nb101trialstats WHERE num_epochs > 999",
    }
    assert list(verify_queries(db, checks)) == [
        Finding("there are no trials of 4 epochs", 273, "the first is id 1"),
        Finding("no trial was trained for a year", 0, ""),
    ]
