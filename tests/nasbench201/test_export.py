"""Exports of NAS-Bench-201: the flat view with every number in full."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import warnings
from pathlib import Path

import pytest
from support.raw import small_info, small_run, whole

import nasbench_db
from nasbench_db import ExportError, ExportWarning
from nasbench_db.ask.exporting import export_database as export
from nasbench_db.store.database import BenchmarkDatabase


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
