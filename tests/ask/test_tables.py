"""What a SELECT gives: dicts, arrays, data frames and Arrow have the same values."""

import math
import sqlite3
import sys
from collections.abc import Callable
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
from nasbench_db.ask.columns import Column
from nasbench_db.ask.sqltext import fill_in, literal
from nasbench_db.ask.tables import Table, view_kinds
from nasbench_db.nasbench101 import query_nb101_trial_stats
from nasbench_db.nasbench201 import query_nb201_trial_stats
from nasbench_db.natssss import query_natssss_trial_stats
from nasbench_db.store.database import BenchmarkDatabase, open_database
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
    # SQLite reads decimals of extreme exponents to the last digit but one.
    written = [value for row in Table(db, table.sql()).rows() for value in row]
    for value, found in zip(values, written, strict=True):
        extreme = isinstance(value, float) and not 1e-200 < abs(value) < 1e200
        assert found == (pytest.approx(value, rel=1e-14) if extreme else value)
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
    "no such column": ("SELECT valid_ac FROM nb101", "did you mean 'valid_acc'"),
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
    said, header, _, *lines, more = repr(Table(db, "SELECT * FROM nb101")).splitlines()
    assert said == "SYNTHETIC metrics"
    assert said in html
    assert "valid_acc" in header.split()
    assert len(lines) == 10
    assert more == "… and more rows"


def test_what_cannot_be_shown_says_why(db: BenchmarkDatabase) -> None:
    """Printing raises nothing."""
    assert "no such column: x" in repr(Table(db, "SELECT x FROM nb101"))
    parsed = Table(db, "SELECT hash, arch FROM nb101", kinds={"arch": "json"})
    assert repr(parsed).splitlines()[1].split() == ["hash"]
    nothing = repr(Table(db, "SELECT 1 AS x WHERE 0"))
    assert nothing.splitlines() == ["SYNTHETIC metrics", "(no rows: x)"]


def test_missing_packages_are_named(mixed: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """numpy is always there."""
    for name in ("pandas", "pyarrow"):
        monkeypatch.setitem(sys.modules, name, None)
    for ask in (mixed.to_pandas, mixed.to_arrow):
        with pytest.raises(MissingExtra, match=r'pip install "\.\[explore\]"'):
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


# What the values decide.

VALUES = {
    int: st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3),
    float: st.floats(allow_nan=False),
    str: st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=9),
    bytes: st.binary(max_size=3),
}


@given(st.data())
def test_no_value_is_lost_in_an_array_or_a_frame(data: st.DataObject) -> None:
    """Whatever types a column has, in whichever blocks; integers are rounded among floats only."""
    types = data.draw(st.sets(st.sampled_from([*VALUES]), min_size=1, max_size=2))
    cells = st.one_of(st.none(), *(VALUES[kind] for kind in types))
    blocks = data.draw(st.lists(st.lists(cells, min_size=1, max_size=4), max_size=4))
    column = Column("x", data.draw(st.sampled_from([None, "i8", "f8", "text", "U2"])))
    for block in blocks:
        column.add(block)
    values = [value for block in blocks for value in block]
    found = {type(value) for value in values} - {type(None)}
    numbers = bool(found) and found <= {int, float} and (float in found or column.kind == "f8")
    expected = [float(v) if numbers and v is not None else v for v in values]
    array = np.concatenate(column.numpy_blocks()).tolist()
    frame = pd.DataFrame({"x": column.to_pandas(pd)}, copy=False)["x"]
    for value, in_array, in_frame in zip(expected, array, frame, strict=True):
        if value is None:
            assert in_array is None or in_array == "" or math.isnan(in_array)
        else:
            assert in_array == value
            assert in_frame == value
    assert frame.isna().tolist() == [value is None for value in values]
    if len(found) < 2 or found == {int, float}:
        assert column.to_arrow(pa).to_pylist() == expected


@pytest.mark.parametrize("rows", [1, 2, 1000])
def test_the_size_of_a_block_changes_nothing(
    rows: int, db: BenchmarkDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The result comes in one piece."""
    table = Table(db, "SELECT * FROM nb101 ORDER BY trial_id LIMIT 700", kinds=view_kinds(db))
    array, frame, arrow = table.to_numpy(), table.to_pandas(), table.to_arrow()
    monkeypatch.setattr("nasbench_db.ask.tables.ROWS_PER_BLOCK", rows)
    assert table.to_numpy().tolist() == array.tolist()
    pd.testing.assert_frame_equal(table.to_pandas(), frame)
    assert table.to_arrow().equals(arrow)


def test_a_kind_that_is_wrong_cuts_nothing(db: BenchmarkDatabase) -> None:
    """Text longer than its kind, numbers among integers, text among numbers."""
    table = Table(
        db,
        "SELECT 'longer' AS t, 1.5 AS i, 'text' AS f, 3 AS n",
        kinds={"t": "U2", "i": "i8", "f": "f8", "n": "f8"},
    )
    array = table.to_numpy()
    assert array.dtype == np.dtype([("t", "U6"), ("i", "f8"), ("f", "U4"), ("n", "f8")])
    assert array.tolist() == [("longer", 1.5, "text", 3.0)]
    assert table.to_arrow().to_pylist() == [{"t": "longer", "i": 1.5, "f": "text", "n": 3.0}]
    assert list(table) == [{"t": "longer", "i": 1.5, "f": "text", "n": 3}]


@pytest.mark.parametrize(
    ("kind", "dtype", "value", "frame", "arrow"),
    [
        (None, "f8", math.nan, "float64", "double"),
        ("f8", "f8", math.nan, "float64", "double"),
        ("i8", "f8", math.nan, "Int64", "int64"),
        ("U3", "U3", "", str(pd.Series(["a"]).dtype), "string"),
        ("text", "U1", "", str(pd.Series(["a"]).dtype), "string"),
        ("json", "O", None, "object", "string"),
    ],
)
def test_nothing_but_null(
    kind: str | None, dtype: str, value: Any, frame: str, arrow: str, db: BenchmarkDatabase
) -> None:
    """The kind decides; without one it is taken for numbers."""
    table = Table(db, "SELECT NULL AS x UNION ALL SELECT NULL", kinds={"x": kind} if kind else {})
    array = table.to_numpy()["x"]
    assert array.dtype == np.dtype(dtype)
    np.testing.assert_equal(array.tolist(), [value] * 2)
    assert str(table.to_pandas()["x"].dtype) == frame
    assert table.to_pandas()["x"].isna().all()
    assert str(table.to_arrow().schema.field("x").type) == arrow
    assert table.to_arrow()["x"].null_count == 2
    assert list(table) == [{"x": None}] * 2


def test_bytes_stay_bytes(db: BenchmarkDatabase) -> None:
    """Not cut at zeros; shown as their number."""
    table = Table(db, "SELECT ? AS x, 'e' AS y", [b"\0a\0"])
    assert table.to_numpy()["x"].tolist() == table.to_pandas()["x"].tolist() == [b"\0a\0"]
    assert table.to_arrow()["x"].to_pylist() == [b"\0a\0"]
    assert "<td>(3 bytes)</td>" in table._repr_html_()


def test_values_of_numpy_and_odd_texts_reach_sql(db: BenchmarkDatabase) -> None:
    """As SQLite's own; in the text of the statement too."""
    values = [np.int64(2), np.float32(0.5), True, None, math.inf, "a\0b?'", b"'", math.nan]
    marks = ", ".join(f"? AS c{place}" for place in range(len(values)))
    table = Table(db, f"SELECT {marks}", values)
    expected = (2, 0.5, 1, None, math.inf, "a\0b?'", b"'", None)
    assert list(table.rows()) == list(Table(db, table.sql()).rows()) == [expected]
    with pytest.raises(InvalidQuery, match="too large"):
        list(Table(db, "SELECT ? AS x", [2**63]))
    with pytest.raises(InvalidQuery, match="surrogates not allowed"):
        list(Table(db, "SELECT ? AS x", ["\ud800"]))


# When the database is asked.


def test_it_is_asked_when_rows_are_wanted(db: BenchmarkDatabase) -> None:
    """Once each time; for the names of the columns and for a display not for all rows."""
    statements: list[str] = []
    db.connection().set_trace_callback(statements.append)
    table = Table(db, "SELECT * FROM nb101 ORDER BY test_acc;")
    assert table.sql().endswith(";")
    assert len(table.columns) == len(view_kinds(db))
    assert statements.pop(0).endswith(" LIMIT 0")
    statements.clear()
    for ask in (table.to_numpy, table.to_pandas, table.to_arrow, lambda: list(table)):
        assert len(ask()) == 1092
        assert len(statements) == 1
        statements.clear()
    assert table._repr_html_().count("<tr>") == 22
    assert any(statement.endswith(" LIMIT 21") for statement in statements)
    statements.clear()
    repr(table)
    assert statements[0].endswith(" LIMIT 11")
    db.connection().set_trace_callback(None)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 AS x",
        "SELECT 1 AS x ;\n",
        "SELECT 1 AS x -- the end",
        "SELECT 1 AS x; -- the end",
        "/* a note */ WITH one AS (SELECT 1 AS x) SELECT x FROM one",
        "SELECT column1 AS x FROM (VALUES (1)) ORDER BY 1",
        'SELECT 1 AS "x" LIMIT 1',
    ],
)
def test_every_way_to_write_a_select(statement: str, db: BenchmarkDatabase) -> None:
    """With comments and semicolons, which some questions have to be put around."""
    table = Table(db, statement)
    assert table.first() == {"x": 1}
    assert table.columns == ("x",)
    assert "<th>x</th>" in Table(db, statement)._repr_html_()
    assert Table(db, statement).columns == ("x",)


def test_names_that_sqlite_would_change(db: BenchmarkDatabase) -> None:
    """Of a name that is there twice it makes another, and the error must come all the same."""
    for ask in (lambda t: t.columns, Table._repr_html_, Table.first, Table.to_numpy):
        with pytest.raises(InvalidQuery, match="columns 1 and 2 are both called 'id'"):
            ask(Table(db, "SELECT id, id FROM nb101trialstats"))
    assert Table(db, 'SELECT 1 AS "a:1"').columns == ("a:1",)


def test_the_plan_of_a_query_can_be_asked(db: BenchmarkDatabase) -> None:
    """It is a table like others."""
    table = Table(db, "EXPLAIN QUERY PLAN SELECT * FROM nb101trialstats")
    assert "detail" in table.columns
    assert "SCAN" in str(table.first())


def test_wide_tables_and_long_texts_are_shown_small(db: BenchmarkDatabase) -> None:
    """Dots in the place of the columns in the middle and of the end of a text."""
    columns = ", ".join(f"{place} AS column_{place}" for place in range(500))
    html = Table(db, f"SELECT {columns}")._repr_html_()
    assert html.count("<th>") == html.count("<td>") == 41
    assert "<th>column_0</th>" in html
    assert "<th>column_499</th>" in html
    html = Table(db, "SELECT ? AS x", ["<&>" * 1000])._repr_html_()
    assert len(html) < 1000
    assert "…</td>" in html


def test_a_missing_column_without_a_like_is_told_with_all(db: BenchmarkDatabase) -> None:
    """The view has what people look for."""
    with pytest.raises(
        InvalidQuery, match=r"no such column: t.zzz; the view nb101 has trial_id, "
    ):
        Table(db, "SELECT t.zzz AS x FROM nb101 AS t").first()


def test_errors_in_the_middle_are_told(db: BenchmarkDatabase) -> None:
    """After the first rows, by SQLite's message."""
    values = "(VALUES (1), (2), (3), (-9223372036854775808))"
    table = Table(db, f"SELECT abs(column1) AS x FROM {values}")
    rows = table.rows()
    assert next(rows) == (1,)
    for ask in (lambda: list(rows), table.to_numpy, table.to_arrow):
        with pytest.raises(InvalidQuery, match="SQLite says of the statement: integer overflow"):
            ask()


def test_nothing_big_is_imported_before_it_is_needed(run: Callable[..., Any], built: Path) -> None:
    """Not by a result, nor by going over it; an array needs no data frames."""
    program = (
        "import sys, nasbench_db\n"
        "from nasbench_db.ask.tables import Table\n"
        f"table = Table(nasbench_db.connect('nasbench101', {str(built)!r}), 'SELECT 1 AS x')\n"
        "print(list(table), table.columns, len(table._repr_html_()))\n"
        "print({'numpy', 'pandas', 'pyarrow'} & set(sys.modules))\n"
        "table.to_numpy()\n"
        "print({'pandas', 'pyarrow'} & set(sys.modules))\n"
    )
    ended = run("-c", program)
    assert ended.stdout.splitlines()[1:] == ["set()", "set()"], ended.stderr


def test_a_question_of_one_cell_imports_no_numpy(run: Callable[..., Any], built: Path) -> None:
    """Nor does the command that asks it, since that takes as long as all the rest of it."""
    program = (
        "import sys\n"
        "from nasbench_db.commands import cli\n"
        f"sys.argv[1:] = ['query', 'nasbench101', '--db', {str(built)!r}, '--limit', '1']\n"
        "try:\n    cli.main()\n"
        "finally:\n    print({'numpy', 'tqdm', 'pandas'} & set(sys.modules))\n"
    )
    ended = run("-c", program)
    assert ended.stdout.splitlines()[-1] == "set()", ended.stderr
