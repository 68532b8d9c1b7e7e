"""The checks of a database of the size search space."""

import contextlib
import functools
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest

import nasbench_db
from nasbench_db.natssss import Cell
from nasbench_db.natssss import verify as verify_module
from nasbench_db.natssss.verify import verify
from nasbench_db.store.building import Report
from nasbench_db.store.checksums import append_checksums
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import canonical_json


@functools.cache
def known(arch_str: str) -> SimpleNamespace:
    """What is asked of an architecture, worked out once in a session."""
    return SimpleNamespace(channels=[canonical_json(Cell.from_string(arch_str).channels)])


@pytest.fixture
def quick(memoised: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parses each of the 32,768 architectures once in a session, not for each damage."""
    monkeypatch.setattr(verify_module, "Cell", SimpleNamespace(from_string=known))
    monkeypatch.setattr(verify_module, "canonical_json", lambda texts: texts[0])


CONFIG, TRIAL = "natsssstrialconfig", "natsssstrialstats"


def problems_after(path: Path, *statements: str) -> dict[str, tuple[int, str]]:
    """What the checks find in a database after some changes, by the check."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            assert connection.execute(statement).rowcount > 0
    if statements:
        append_checksums(path)  # as if it had been written so
    with contextlib.closing(nasbench_db.connect("natssss", path)) as db:
        findings = list(verify(db, progress=False))
    return {found.check: (found.problems, found.example) for found in findings if found.problems}


def test_a_sound_database_has_no_problems(
    db_sss: BenchmarkDatabase, capfd: pytest.CaptureFixture[str]
) -> None:
    """The checks are those of NAS-Bench-201 but for isomorphism."""
    findings = list(verify(db_sss, progress=False))
    assert {finding[1:] for finding in findings} == {(0, "", True)}
    assert len({finding.check for finding in findings}) == len(findings) == 24
    assert capfd.readouterr() == ("", "")


def test_real_data_have_no_problems(real_sss: Report, quick: None) -> None:
    """Those of two architectures."""
    assert problems_after(real_sss.path) == {}


@pytest.mark.parametrize(
    ("statement", "check", "example"),
    [
        (
            f"UPDATE {CONFIG} SET arch = '[8,8,8,8,16]' WHERE id = 1",
            "every config is of an architecture of the space",
            "config 1: arch is [8,8,8,8,16], and arch_str 8:8:8:8:8",
        ),
        (
            f"UPDATE {CONFIG} SET arch = '[8, 8, 8, 8, 8]' WHERE id = 1",
            "every config is of an architecture of the space",
            "config 1: arch is [8, 8, 8, 8, 8], and arch_str 8:8:8:8:8",
        ),
        (
            "UPDATE natssssarchitecture SET arch_str = '8:8:8:8:9' WHERE arch_index = 77",
            "every architecture of the space is there",
            "architecture 77: layer 5 has '9' channels; allowed are 8, 16, 24, 32, 40, 48, 56 "
            "and 64",
        ),
        (
            "DELETE FROM natssssarchitecture WHERE arch_index = 32766",
            "every architecture of the space is there",
            "architecture 32767 stands at the place of 32766",
        ),
        (
            f"UPDATE {TRIAL} SET training_time = 1 WHERE id = 1",
            "training times are the sums over the epochs",
            "the first is id 1",
        ),
        (
            f"UPDATE {TRIAL} SET valid_acc = 101 WHERE id = 1",
            "accuracies of trials lie between 0 and 100",
            "the first is id 1",
        ),
    ],
)
def test_damage_is_found(
    statement: str, check: str, example: str, copy_sss: Path, quick: None
) -> None:
    """By its own check, with an example."""
    assert problems_after(copy_sss, statement)[check][1] == example
