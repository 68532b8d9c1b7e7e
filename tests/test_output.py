"""Rows as a table, JSON, JSON lines, CSV and HTML."""

from __future__ import annotations

import csv
import io
import json

import pytest

from nasbench_db.output import FORMATS, html_table, write_rows

ROWS = [
    {"name": "a", "value": 92.41786599159241, "count": 3, "nested": {"x": [1, 2]}},
    {"name": 'b, "quoted"', "value": None, "count": 10, "nested": {"x": []}},
]


def written(rows: list[dict[str, object]], form: str) -> str:
    file = io.StringIO()
    assert write_rows(iter(rows), form, file) == len(rows)
    return file.getvalue()


def test_json_and_json_lines_keep_everything() -> None:
    assert json.loads(written(ROWS, "json")) == ROWS
    assert [json.loads(line) for line in written(ROWS, "jsonl").splitlines()] == ROWS


def test_csv_keeps_numbers_in_full() -> None:
    header, *rows = csv.reader(io.StringIO(written(ROWS, "csv")))
    assert header == ["name", "value", "count", "nested"]
    assert rows == [
        ["a", "92.41786599159241", "3", '{"x": [1, 2]}'],
        ['b, "quoted"', "", "10", '{"x": []}'],
    ]


def test_a_table_is_aligned_and_rounded() -> None:
    assert written([{k: r[k] for k in ("name", "value", "count")} for r in ROWS], "table") == (
        "name           value  count\n"
        "-----------  -------  -----\n"
        "a            92.4179      3\n"
        'b, "quoted"               10\n'
    ).replace("               10", "              10")


@pytest.mark.parametrize("form", FORMATS)
def test_no_rows(form: str) -> None:
    assert written([], form) == ("[]\n" if form == "json" else "")


def test_html_is_escaped_and_cut() -> None:
    rows = [("<b>", 1.23456789), ("&", None), ("more", 1.0)]
    assert html_table(["text", "number"], rows, 2) == (
        "<table><tr><th>text</th><th>number</th></tr>"
        "<tr><td>&lt;b&gt;</td><td>1.23457</td></tr>"
        "<tr><td>&amp;</td><td></td></tr>"
        "<tr><td>…</td><td>…</td></tr></table>"
    )
    assert "…" not in html_table(["text", "number"], rows, 3)
