"""Exports of NAS-Bench-201: the flat view with every number in full."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sqlite3
import warnings
from pathlib import Path
from typing import Any

import pytest
from support.raw import small_info, small_run, whole

import nasbench_db
from nasbench_db import ExportError, ExportWarning
from nasbench_db.ask.exporting import export_database as export
from nasbench_db.store.database import BenchmarkDatabase


def view(path: Path) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The columns and rows of the flat view."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        cursor = connection.execute("SELECT * FROM nb201 ORDER BY trial_id")
        return [column[0] for column in cursor.description], cursor.fetchall()


def test_csv_has_every_value_in_full(
    db201: BenchmarkDatabase, built201: Path, tmp_path: Path
) -> None:
    """NULL is empty; lists and dicts are JSON text."""
    with pytest.warns(ExportWarning, match="SYNTHETIC"):
        count = export(db201, tmp_path / "x.csv", progress=False)
    columns, rows = view(built201)
    text = (tmp_path / "x.csv").read_text(encoding="utf-8")
    header, *lines = csv.reader(io.StringIO(text))
    assert header == columns
    assert count == len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        for cell, value in zip(line, row, strict=True):
            if value is None:
                assert cell == ""
            else:
                assert type(value)(cell) == value


def test_json_lines_have_every_value_in_full(
    db201: BenchmarkDatabase, built201: Path, tmp_path: Path
) -> None:
    """The architecture and the latencies as JSON values."""
    with pytest.warns(ExportWarning, match="SYNTHETIC"):
        export(db201, tmp_path / "x.jsonl", progress=False)
    columns, rows = view(built201)
    lines = (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(rows)
    several = 0
    for line, row in zip(lines, rows, strict=True):
        found = json.loads(line)
        right = dict(zip(columns, row, strict=True))
        right["arch"] = json.loads(right["arch"])
        right["latencies"] = right["latencies"] and json.loads(right["latencies"])
        several += right["latencies"] is not None
        assert found == right
        assert list(found) == columns
    assert several


def test_infinite_losses_are_lost_in_json_with_a_warning(
    tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """JSON has no such number; CSV has, and needs no warning."""
    run = small_run()
    run["train_losses"][11] = run["eval_losses"]["ori-test@11"] = float("inf")
    content = whole({1: small_info(1, strings[1], run, small_run("cifar100"))}, strings)
    nasbench_db.ingest("nasbench201", content, tmp_path / "x.db", progress=False)
    with contextlib.closing(nasbench_db.connect("nasbench201", tmp_path / "x.db")) as db:
        with pytest.warns(ExportWarning, match=r"^2 infinite values are null in x\.jsonl"):
            export(db, tmp_path / "x.jsonl", progress=False)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            export(db, tmp_path / "x.csv", progress=False)
    first, second = (json.loads(line) for line in (tmp_path / "x.jsonl").read_text().splitlines())
    assert first["train_loss"] is first["ori_test_loss"] is None
    assert second["train_loss"] is not None
    (row, _) = csv.DictReader(io.StringIO((tmp_path / "x.csv").read_text()))
    assert float(row["train_loss"]) == float("inf")


def test_other_formats_are_refused(db201: BenchmarkDatabase, tmp_path: Path) -> None:
    """The Rust crate has NAS-Bench-101 alone."""
    with pytest.raises(ExportError, match=r"ends in none of \.csv, \.jsonl"):
        export(db201, tmp_path / "x.bin", progress=False)
    with pytest.raises(ExportError, match="'nasbench-rs'; allowed are csv, jsonl"):
        export(db201, tmp_path / "x.bin", "nasbench-rs", progress=False)
    assert list(tmp_path.iterdir()) == []
