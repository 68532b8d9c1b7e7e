"""What a SELECT gives: dicts, arrays, data frames and Arrow have the same values."""

import math
import sqlite3
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nasbench_db
from nasbench_db import InvalidDatabase, InvalidQuery, MissingExtra
from nasbench_db.database import BenchmarkDatabase, open_database
from nasbench_db.nasbench101 import query_nb101_trial_stats
from nasbench_db.nasbench201 import query_nb201_trial_stats
from nasbench_db.natssss import query_natssss_trial_stats
from nasbench_db.tabular import Table, fill_in, literal, view_kinds
from nasbench_db.transnas101 import query_tnb101_trial_stats

MIXED = (
    "SELECT column1 AS i, column2 AS n, column3 AS f, column4 AS g, column5 AS t, column6 AS j "
    "FROM (VALUES (1, 1, 0.5, 1.5, 'one', '[1,2]'), (2, NULL, 1.5, NULL, NULL, NULL), "
    "(3, 9007199254740993, -2.5, 1e308, 'thrée', '{\"a\":null}'))"
)
ROWS = [
    {"i": 1, "n": 1, "f": 0.5, "g": 1.5, "t": "one", "j": [1, 2]},
    {"i": 2, "n": None, "f": 1.5, "g": None, "t": None, "j": None},
    {"i": 3, "n": 9007199254740993, "f": -2.5, "g": 1e308, "t": "thrée", "j": {"a": None}},
]


@pytest.fixture
def mixed(db: BenchmarkDatabase) -> Table:
    """A table with every type of column, with and without NULL."""
    return Table(db, MIXED, kinds={"j": "json"})


def test_iteration_gives_dicts_and_may_be_repeated(mixed: Table) -> None:
    """Each time the database is asked anew."""
    assert list(mixed) == ROWS
    assert list(mixed) == ROWS
    assert mixed.columns == ("i", "n", "f", "g", "t", "j")
    assert [tuple(row.values()) for row in ROWS] == list(mixed.rows())
    assert mixed.first() == ROWS[0]


def test_numpy(mixed: Table) -> None:
    """NaN for NULL among numbers, no integer rounded, the empty text for NULL among texts."""
    array = mixed.to_numpy()
    assert array["i"].dtype == np.int64
    assert array["i"].tolist() == [1, 2, 3]
    assert array["n"].tolist() == [1, None, 9007199254740993]
    assert array["f"].tolist() == [0.5, 1.5, -2.5]
    assert math.isnan(array["g"][1])
    assert array["g"][[0, 2]].tolist() == [1.5, 1e308]
    assert array["t"].tolist() == ["one", "", "thrée"]
    assert array["j"].tolist() == [[1, 2], None, {"a": None}]


def test_pandas(mixed: Table) -> None:
    """Integers with NULL stay integers."""
    frame = mixed.to_pandas()
    assert frame["i"].dtype == np.int64
    assert str(frame["n"].dtype) == "Int64"
    assert frame["n"][2] == 9007199254740993
    assert frame["n"][1] is pd.NA
    assert frame["g"].dtype == np.float64
    assert frame["g"].isna().tolist() == frame["t"].isna().tolist() == [False, True, False]
    assert frame["t"][2] == "thrée"
    assert frame["j"].tolist() == [[1, 2], None, {"a": None}]


def test_arrow(mixed: Table) -> None:
    """Null for NULL; JSON stays text."""
    table = mixed.to_arrow()
    assert [str(kind) for kind in table.schema.types] == [
        "int64",
        "int64",
        "double",
        "double",
        "string",
        "string",
    ]
    rows = table.to_pylist()
    assert [row["j"] for row in rows] == ["[1,2]", None, '{"a":null}']
    assert [{**row, "j": mine["j"]} for row, mine in zip(rows, ROWS, strict=True)] == ROWS


def test_labels_go_with_arrows_fields(db: BenchmarkDatabase) -> None:
    """So a file of it can say its units."""
    table = Table(db, "SELECT 1.5 AS acc", labels={"acc": "accuracy (%)"})
    assert table.to_arrow().schema.field("acc").metadata == {b"description": b"accuracy (%)"}
    assert "accuracy (%)" in table._repr_html_()


@pytest.mark.parametrize(
    ("kind", "dtype", "arrow"),
    [("i8", "<i8", "int64"), ("f8", "<f8", "double"), ("U7", "<U7", "string")],
)
def test_no_rows(kind: str, dtype: str, arrow: str, db: BenchmarkDatabase) -> None:
    """The columns and their types are there all the same."""
    table = Table(db, "SELECT 1 AS x WHERE 0", kinds={"x": kind})
    assert list(table) == []
    assert table.first() is None
    assert table.to_numpy().dtype == np.dtype([("x", dtype)])
    assert table.to_pandas().shape == (0, 1)
    assert str(table.to_arrow().schema.field("x").type) == arrow


CELLS = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5),
)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5))
def test_any_values_come_back(explored: dict[str, Path], rows: list[tuple[Any, Any]]) -> None:
    """By iteration to the bit; a column of one type also in frames."""
    schema = nasbench_db.BENCHMARKS["nasbench101"].schema
    db = open_database(schema, explored["nasbench101"])
    values = [value for row in rows for value in row]
    marks = ", ".join(["(?, ?)"] * len(rows))
    statement = f"SELECT column1 AS a, column2 AS b FROM (VALUES {marks})"
    table = Table(db, statement, values)
    assert list(table.rows()) == rows
    for place, name in enumerate("ab"):
        column = [row[place] for row in rows]
        types = {type(value) for value in column} - {type(None)}
        if types == {int}:
            found = Table(db, f"SELECT {name} FROM ({statement})", values)
            assert found.to_arrow()[name].to_pylist() == column
            assert [None if v is pd.NA else int(v) for v in found.to_pandas()[name]] == column
        elif types == {str}:
            found = Table(db, f"SELECT {name} FROM ({statement})", values)
            assert found.to_arrow()[name].to_pylist() == column
    assert list(Table(db, table.sql()).rows()) == rows
    db.close()


def test_the_statement_with_its_values_filled_in() -> None:
    """Text that looks like a placeholder stays what it is."""
    statement = "SELECT '?', \"?\", ? -- ?\n, ? /* ? */ , ?2"
    assert fill_in(statement, ["it's", 2.5]) == (
        "SELECT '?', \"?\", 'it''s' -- ?\n, 2.5 /* ? */ , 2.5"
    )
    with pytest.raises(InvalidQuery, match="has 2 \\?, and there are 1 values"):
        fill_in("SELECT ?, ?", [1])
    with pytest.raises(InvalidQuery, match=r"write \? in the place"):
        fill_in("SELECT :name", [])
    assert [literal(v) for v in (None, 1, -0.5, math.inf, -math.inf, b"\1", math.nan)] == [
        *("NULL", "1", "-0.5", "9e999", "-9e999", "X'01'", "NULL")
    ]


WRONG = {
    "a typo": ("SELEC 1", "begins with 'SELEC'"),
    "nothing": ("-- nothing\n", "begins with ''"),
    "a change": ("DELETE FROM nb101trialstats", "databases are read-only"),
    "a hidden change": ("/* SELECT */ DROP TABLE nb101trialstats", "databases are read-only"),
    "a pragma": ("PRAGMA query_only = 0", "must begin with one of SELECT"),
    "a second statement": ("SELECT 1 AS x; DELETE FROM nb101trialstats", "SQLite says"),
    "no such table": ("SELECT * FROM trials", "no such table: trials; there are nb101, "),
    "no such column": ("SELECT valid_ac FROM nb101", "did you mean valid_acc"),
    "no name": ("SELECT 1 AS x, '' AS \"\"", "column 2 has no name"),
    "one name twice": ("SELECT 1 AS x, 2 AS y, 3 AS x", "columns 1 and 3 are both called 'x'"),
    "no SQL": ("SELECT FROM", "SQLite says of the statement: near"),
    "writing by a WITH": (
        "WITH x AS (SELECT 1) DELETE FROM nb101trialstats",
        "readonly|read-only|SQLite says",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_statements_are_told_and_change_nothing(
    case: str, db: BenchmarkDatabase, built: Path
) -> None:
    """As errors of the question, not of the file."""
    statement, reason = WRONG[case]
    before = built.read_bytes()
    with pytest.raises(InvalidQuery, match=reason):
        list(Table(db, statement))
    assert built.read_bytes() == before


@pytest.mark.parametrize(
    ("values", "reason"),
    [("text", "must be a list"), ([{}], "a value is {}"), ([1, 2], "1 \\?, and there are 2")],
)
def test_wrong_values(values: Any, reason: str, db: BenchmarkDatabase) -> None:
    with pytest.raises(InvalidQuery, match=reason):
        Table(db, "SELECT ? AS x", values)


def test_wrong_kinds_and_json(db: BenchmarkDatabase) -> None:
    with pytest.raises(InvalidQuery, match="the kind of x is 'int'"):
        Table(db, "SELECT 1 AS x", kinds={"x": "int"})
    with pytest.raises(InvalidQuery, match="column x has a text that is no JSON"):
        list(Table(db, "SELECT '{' AS x", kinds={"x": "json"}))
    with pytest.raises(InvalidQuery, match="several types, which Arrow has no type for"):
        Table(db, "SELECT 1 AS x UNION ALL SELECT 'a'").to_arrow()


def test_a_damaged_file_is_no_wrong_question(copy: Path) -> None:
    """The message says which file, and how to check it."""
    content = bytearray(copy.read_bytes())
    content[len(content) // 3 : len(content) // 3 + 40_000] = b"\xff" * 40_000
    copy.write_bytes(content)
    db = nasbench_db.connect("nasbench101", copy)
    tables = ("nb101trialstats", "nb101trialconfig", "nb101intermediatestats")
    with pytest.raises(InvalidDatabase, match="nasbench-db verify"):
        _ = [list(Table(db, f"SELECT * FROM {table}")) for table in tables]


QUERIES = {
    "nasbench101": query_nb101_trial_stats,
    "nasbench201": query_nb201_trial_stats,
    "natssss": query_natssss_trial_stats,
    "transnas101": query_tnb101_trial_stats,
}


@pytest.mark.parametrize("reduction", [None, "mean"])
@pytest.mark.parametrize("name", QUERIES)
def test_the_frames_of_query_results_have_the_values_of_their_dicts(
    name: str, reduction: str | None, explored: dict[str, Path]
) -> None:
    """Row by row, NULL where the dict has None."""
    nasbench_db.connect(name, explored[name])
    wildcards = [None] * {"nasbench101": 2, "transnas101": 2}.get(name, 3)
    ask: Any = QUERIES[name]
    dicts = list(ask(*wildcards, reduction=reduction))
    result = ask(*wildcards, reduction=reduction)
    array, frame, table = result.to_numpy(), result.to_pandas(), result.to_arrow()
    assert len(array) == len(frame) == table.num_rows == len(dicts)
    assert list(frame.columns) == table.column_names == list(array.dtype.names)
    columns = {name: table[name].to_pylist() for name in table.column_names}
    metrics = nasbench_db.BENCHMARKS[name].metrics
    for metric in metrics:
        expected = [row[metric] for row in dicts]
        assert columns[metric] == expected
        missing = np.array([value is None for value in expected])
        assert np.isnan(array[metric]).tolist() == missing.tolist()
        assert frame[metric].isna().tolist() == missing.tolist()
        assert frame[metric][~missing].tolist() == [v for v in expected if v is not None]
        assert array[metric][~missing].tolist() == [v for v in expected if v is not None]
    assert columns["num_epochs"] == [row["config"]["num_epochs"] for row in dicts]
    assert columns["config_id"] == [row["config"]["id"] for row in dicts]


def test_a_large_result_is_shown_small(db: BenchmarkDatabase) -> None:
    """The first rows, and a row of dots."""
    html = Table(db, "SELECT * FROM nb101")._repr_html_()
    assert html.count("<tr>") <= 23
    assert "…" in html
    assert len(html) < 20_000
    assert len(repr(Table(db, "SELECT * FROM nb101"))) < 1000


def test_missing_packages_are_named(mixed: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """numpy is always there."""
    for name in ("pandas", "pyarrow"):
        monkeypatch.setitem(sys.modules, name, None)
    for ask in (mixed.to_pandas, mixed.to_arrow):
        with pytest.raises(MissingExtra, match=r'pip install "nasbench_db\[explore\]"'):
            ask()
    assert len(mixed.to_numpy()) == 3


def test_the_kinds_of_the_view(explored: dict[str, Path]) -> None:
    """What the columns are declared as, JSON among them."""
    for name, path in explored.items():
        kinds = view_kinds(nasbench_db.connect(name, path))
        assert kinds["arch"] == "json"
        assert kinds["trial_id"] == "i8"
        for metric in nasbench_db.BENCHMARKS[name].metrics:
            assert kinds[metric] == "f8"
    with sqlite3.connect(explored["nasbench101"]) as connection:
        found = connection.execute("SELECT * FROM nb101").description
    assert list(view_kinds(nasbench_db.connect("nasbench101", explored["nasbench101"]))) == [
        column[0] for column in found
    ]
    connection.close()


def test_arrow_and_numpy_are_what_they_say(mixed: Table) -> None:
    """Their own types, for other programs."""
    assert isinstance(mixed.to_arrow(), pa.Table)
    assert isinstance(mixed.to_pandas(), pd.DataFrame)
    assert isinstance(mixed.to_numpy(), np.ndarray)
