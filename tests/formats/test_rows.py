"""Rows as a table, JSON, JSON lines, CSV and HTML."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import Any

import pytest

from nasbench_db.formats.rows import FORMATS, html_table, write_rows

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


def _refuse(constant: str) -> float:
    raise AssertionError(f"{constant} is not JSON")


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_has_null_for_what_is_no_number_of_its_own(form: str) -> None:
    """At any depth; the words that Python would write are refused by other programs."""
    rows: list[dict[str, Any]] = [
        {"x": math.inf, "y": [1.5, -math.inf, {"z": (math.nan, 2)}], "t": "Infinity"},
        {"x": 1e308, "y": None, "t": "NaN"},
    ]
    text = written(rows, form)
    lines = text.splitlines() if form == "jsonl" else [text]
    read = [json.loads(line, parse_constant=_refuse) for line in lines]
    assert (read if form == "jsonl" else read[0]) == [
        {"x": None, "y": [1.5, None, {"z": [None, 2]}], "t": "Infinity"},
        rows[1],
    ]
    assert rows[0]["x"] == math.inf


def test_other_formats_have_infinite_numbers() -> None:
    """As Python writes them; but what is nested is JSON."""
    rows: list[dict[str, Any]] = [{"x": -math.inf, "y": {"z": math.inf}}]
    assert list(csv.reader(io.StringIO(written(rows, "csv")))) == [
        ["x", "y"],
        ["-inf", '{"z": null}'],
    ]
    assert written(rows, "table").splitlines()[-1] == '-inf  {"z": null}'


def test_html_stays_small() -> None:
    """At most 40 columns and 120 characters in a cell; no row is asked for beyond the first."""
    rows = iter([range(1000), range(1000), ["never"]])
    text = html_table(map(str, range(1000)), rows, 1)
    assert text.count("<th>") == 41
    assert text.count("<td>") == 2 * 41
    assert next(rows) == ["never"]
    assert "<th>19</th><th>…</th><th>980</th>" in text
    (cell,) = html_table(["x"], [["é" * 121]], 1).split("<td>")[1:]
    assert cell.split("<")[0] == "é" * 119 + "…"
    assert "…" not in html_table(map(str, range(40)), [["é" * 120] * 40], 1)


def test_labels_are_shown_over_the_names() -> None:
    """Escaped, where there are any."""
    text = html_table(["a", "b"], [], 1, {"a": 'the "a" & more', "c": "nothing"})
    assert text == (
        '<table><tr><th title="the &quot;a&quot; &amp; more">a</th><th>b</th></tr></table>'
    )


def test_escape_sequences_are_shown_as_text() -> None:
    """In the names of columns and in values; the other formats keep what they get."""
    rows = [{"a\x1b[2J": "x\x1b]0;title\x07y", "b": "Grüße\u202e\n"}]
    file = io.StringIO()
    write_rows(rows, "table", file)
    shown = file.getvalue()
    assert shown.splitlines()[0].split() == ["a\\x1b[2J", "b"]
    assert shown.splitlines()[2].split() == ["x\\x1b]0;title\\x07y", "Grüße\\u202e\\n"]
    for form in ("csv", "jsonl"):
        file = io.StringIO()
        write_rows(rows, form, file)
        assert ("\x1b" in file.getvalue()) == (form == "csv")
