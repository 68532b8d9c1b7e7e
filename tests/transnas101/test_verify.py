"""Verification finds what is not as it should be, and nothing else."""

import contextlib
import sqlite3
from pathlib import Path

import pytest
from support.renewing import renew_statistics

import nasbench_db
from nasbench_db.store.checksums import append_checksums
from nasbench_db.transnas101.schema import SCHEMA
from nasbench_db.transnas101.verify import verify

LAST = "every trial's last intermediate equals its final values"
SPACE = "every architecture is of its search space"
OWN = "every metric with values is one of its task"
EPOCHS = "every trial has an intermediate for each of its epochs"


def problems(path: Path, *statements: str) -> dict[str, tuple[int, str]]:
    """What is found in a database after some changes, by the check."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    if statements:
        renew_statistics(path, SCHEMA)
        append_checksums(path)  # as if it had been written so
    with contextlib.closing(nasbench_db.connect("transnas101", path)) as db:
        findings = list(verify(db, progress=False))
    return {found.check: (found.problems, found.example) for found in findings if found.problems}


@pytest.mark.parametrize(
    ("statement", "checks"),
    [
        (
            "UPDATE tnb101trialstats SET valid_top1 = 101 WHERE id = 2",
            {"metrics of trials lie within their limits", LAST},
        ),
        (
            "UPDATE tnb101intermediatestats SET test_neg_loss = 1 "
            "WHERE test_neg_loss IS NOT NULL AND current_epoch = 3",
            {"metrics of intermediates lie within their limits"},
        ),
        (
            "UPDATE tnb101trialstats SET model_flops = -1 WHERE id = 2",
            {"inference times, parameters and FLOPs are not negative"},
        ),
        ("UPDATE tnb101trialstats SET valid_loss = NULL WHERE id = 2", {LAST}),
        ("UPDATE tnb101trialstats SET further = NULL WHERE further IS NOT NULL", {LAST}),
        ("UPDATE tnb101trialstats SET valid_mIoU = 5 WHERE id = 2", {OWN}),
        (
            "UPDATE tnb101trialstats SET config_id = 1 WHERE id = 2",
            {"every config has one trial"},
        ),
        (
            "UPDATE tnb101trialconfig SET arch_index = 99 WHERE id = 2",
            {"every config is of an architecture of the database"},
        ),
        ("UPDATE tnb101trialconfig SET num_epochs = 24 WHERE id = 2", {EPOCHS}),
        (
            "UPDATE tnb101intermediatestats SET current_epoch = 99 "
            "WHERE trial_id = 2 AND current_epoch = 4",
            {"the intermediates of a trial are of its epochs, counted from 1", LAST},
        ),
        (
            "UPDATE tnb101metric SET direction = 'lower' WHERE id = 1",
            {"metrics and their columns, units and directions belong together"},
        ),
        ("UPDATE tnb101trialconfig SET arch = '[1,1,1,3]' WHERE id = 1", {SPACE}),
        ("UPDATE tnb101architecture SET search_space = 'micro' WHERE arch_index = 0", {SPACE}),
        ("UPDATE tnb101architecture SET arch_str = '64-1-x' WHERE arch_index = 0", {SPACE}),
        (
            "UPDATE tnb101architecture SET arch_index = 70 WHERE arch_index = 6",
            {SPACE, "every config is of an architecture of the database"},
        ),
    ],
)
def test_what_is_wrong_is_found(statement: str, checks: set[str], copied: Path) -> None:
    assert set(problems(copied, statement)) == checks
