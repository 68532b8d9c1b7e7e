"""Measurement sets are made of tables, whole or not at all."""

from __future__ import annotations

import gzip
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nasbench_db
from nasbench_db.errors import (
    DatabaseExists,
    InvalidDatabase,
    InvalidQuery,
    SchemaVersionError,
    SourceError,
    UnknownBenchmark,
)
from nasbench_db.measurements import opening
from nasbench_db.measurements.names import check_set_name
from nasbench_db.measurements.verifying import verify_set
from nasbench_db.nasbench201 import official_order
from nasbench_db.nasbench201.schema import SCHEMA

CELL = official_order()[7]
FORMS: dict[str, Any] = {
    "string": CELL.arch_str,
    "index": 7,
    "text of an index": "7",
    "NNI's dict": CELL.arch,
    "JSON of NNI's dict": json.dumps(CELL.arch),
    "names of operations": CELL.ops,
    "cell": CELL,
}


def values(path: Path, name: str = "mine") -> list[Any]:
    connection = sqlite3.connect(path)
    rows = connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()
    connection.close()
    return rows


@pytest.mark.parametrize("form", FORMS)
def test_an_architecture_in_any_form(form: str, made: Any) -> None:
    report = made([{"arch": FORMS[form], "score": 1.5}])
    assert values(report.path) == [(7, 1.5)]
    assert (report.architectures, report.rows, report.values) == (1, 1, 1)


def test_numbers_only_with_the_name_of_their_encoding(made: Any) -> None:
    """NASLib numbers edges and operations in another order than the architecture string."""
    for name, numbers in (("naslib", CELL.naslib), ("string_order", CELL.op_indices)):
        rows = [{"arch": str(tuple(numbers)), "score": 1.0}]
        with pytest.raises(SourceError, match="match no architecture"):
            made(rows)
        report = made(rows, encoding=name, force=True)
        assert values(report.path) == [(7, 1.0)]
    with pytest.raises(InvalidQuery, match="no encoding of nasbench201 called 'eagle'"):
        made(rows, encoding="eagle")
    with pytest.raises(InvalidQuery, match="no encoding of nds called"):
        made(rows, of="nds", encoding="naslib")


def write_csv(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


TABLE = "arch_index,latency,energy\n3,1.5,\n7,nan,2\n"
KNOWN = [(3, 1.5, None), (7, None, 2.0)]


def test_every_kind_of_table(made: Any, tmp_path: Path) -> None:
    pandas, arrow = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = [
        {"arch_index": 3, "latency": 1.5, "energy": None},
        {"arch_index": 7, "latency": float("nan"), "energy": 2},
    ]
    frame = pandas.DataFrame(rows)
    plain = write_csv(tmp_path / "a.csv", TABLE)
    packed = tmp_path / "b.csv.gz"
    packed.write_bytes(gzip.compress(TABLE.encode()))
    lines = tmp_path / "c.jsonl"
    lines.write_text("\n".join(json.dumps(row) for row in rows) + "\n")
    columnar = tmp_path / "d.parquet"
    parquet.write_table(arrow.Table.from_pylist(rows), columnar)
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    sources = [plain, packed, lines, columnar, frame, columns, rows, iter(rows)]
    for source in (*sources, arrow.Table.from_pylist(rows)):
        report = made(source, force=True)
        assert values(report.path) == KNOWN
        assert (report.values, report.missing) == (2, 2)


def test_what_is_not_stated_is_not_guessed_and_asked_for_once(made: Any) -> None:
    report = made(
        [{"arch": 3, "a": 1, "b": 2, "c": 3}],
        units={"a": "ms"},
        directions={"a": "min", "c": "max"},
    )
    assert report.without_unit == ("b", "c")
    assert report.without_direction == ("b",)
    (line,) = report.asked()
    assert "no unit is stated of b, c" in line
    assert "no direction is stated of b " in line
    rows = opening.metric_rows(report.path)
    told = {row["name"]: (row["unit"], row["direction"]) for row in rows}
    assert told == {"a": ("ms", "min"), "b": (None, None), "c": (None, "max")}


def test_the_provenance_says_where_it_is_from(made: Any, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "mine.csv", TABLE)
    report = made(source, licence="CC0", device="a board", batch=1)
    (row,) = opening.provenance(report.path)
    assert row["source_name"] == "mine.csv"
    assert row["source_bytes"] == len(TABLE)
    assert (row["records"], row["architectures"], row["licence"]) == (2, 2, "CC0")
    assert row["benchmark"] == "nasbench201"
    for metric in opening.metric_rows(report.path):
        assert (metric["device"], metric["batch"]) == ("a board", 1)
    found = opening.identify(report.path)
    assert (found.name, found.key, found.scope) == ("mine", "arch_index", ())


def test_columns_can_be_chosen(made: Any) -> None:
    rows = [{"net": 3, "name": "three", "score": 1.0, "other": 2.0}]
    with pytest.raises(InvalidQuery, match="no column is called as one of architectures"):
        made(rows)
    report = made(rows, arch="net", metrics=["score"])
    assert (report.metrics, values(report.path)) == (("score",), [(3, 1.0)])
    for how in ({"arch": "cell_"}, {"arch": "net", "metrics": ["scores"]}):
        with pytest.raises(InvalidQuery, match="no column called"):
            made(rows, force=True, **how)


def test_several_names_of_the_architecture_are_no_metrics(made: Any) -> None:
    report = made([{"arch_str": CELL.arch_str, "arch_index": 7, "score": 1.0}])
    assert report.metrics == ("score",)
    assert "left out, as arch_index tells the architecture: arch_str" in report.remarks


# What is refused.


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("arch,a\nx,1\ny,2\nz,1\n", r"3 rows match no architecture: line 2: .*line 3: .*line 4"),
        ("arch,a\n15625,1\n", "line 2: no architecture has the index 15625"),
        ("arch,a\n3,fast\n", "line 2: a is 'fast', no number"),
        ("arch,a\n3,1_000\n", "line 2: a is '1_000', no number"),
        ("arch,a\n3,inf\n", "line 2: a is infinite"),
        ("arch,a\n3,-1e999\n", "line 2: a is infinite"),
        ("arch,a\n3,1\n3,2\n", r"line 3 and line 2 are both of 3"),
        ("arch,dataset,a\n3,mnist,1\n", "no dataset of nasbench201 called 'mnist'"),
        ("arch,seed,a\n3,x,1\n", "line 2: seed is 'x'"),
        ("arch,a\n3\n", "line 2 has 1 fields"),
        ("arch,a,a\n3,1,1\n", "two columns called 'a'"),
        ('arch,a\n3,"1\n', "line"),
        ("", "has no rows"),
        ("arch,a\n", "no measurement of any architecture"),
    ],
)
def test_bad_rows(text: str, message: str, made: Any, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "bad.csv", text)
    with pytest.raises(SourceError, match=message):
        made(source)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv"]


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("select", "a word of SQL"),
        ("hw.latency", r"letters, digits and underscores.*such as hw_latency"),
        ("latency (ms)", "such as latency_ms"),
        ("1st", "begins with a letter"),
        ("num_epochs", "says which trials"),
        ("isomorphism", "says which trials"),
        ("task", "tells trials apart by dataset"),
    ],
)
def test_names_that_cannot_be(column: str, message: str, made: Any, tmp_path: Path) -> None:
    with pytest.raises(InvalidQuery, match=message):
        made([{"arch": 3, column: 1.0}])
    assert list(tmp_path.iterdir()) == []


def test_names_that_differ_in_case_alone(made: Any) -> None:
    with pytest.raises(InvalidQuery, match="upper and lower case are equal"):
        made([{"arch": 3, "a": 1.0, "A": 2.0}])


@pytest.mark.parametrize(
    "name", ["select", "nb201", "nb201trialstats", "a.b", "main", "metric", 3]
)
def test_names_that_no_set_can_have(name: Any, tmp_path: Path) -> None:
    with pytest.raises(InvalidQuery, match="the measurement set is called"):
        nasbench_db.measure(name, of="nasbench201", source=[{"arch": 3, "a": 1}], path=tmp_path)
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=40)
@given(st.from_regex(r"\w{1,8}", fullmatch=True) | st.text(max_size=8))
def test_a_name_that_is_taken_needs_no_quotes_in_sql(name: str) -> None:
    """Or it is refused."""
    try:
        check_set_name(SCHEMA, name)
    except InvalidQuery:
        return
    connection = sqlite3.connect(":memory:")
    connection.execute(f"ATTACH ':memory:' AS {name}")
    connection.execute(f"CREATE TABLE {name}.{name} ({name}_a)")
    assert connection.execute(f"SELECT {name}.{name}_a FROM {name}").fetchall() == []
    connection.close()


def test_rows_that_match_nothing_can_be_skipped(made: Any) -> None:
    report = made([{"arch": 3, "a": 1}, {"arch": "x", "a": 1}], skip_unknown=True)
    assert (report.skipped, report.architectures) == (1, 1)
    assert "1 rows skipped" in str(report)
    assert opening.provenance(report.path)[0]["skipped"] == 1
    with pytest.raises(SourceError, match="no measurement of any architecture"):
        made([{"arch": "x", "a": 1}], skip_unknown=True, force=True)


def test_equal_rows_of_one_architecture_are_one(made: Any) -> None:
    assert made([{"arch": 3, "a": 1}, {"arch": 3, "a": 1}]).rows == 1


def test_other_faults(made: Any, tmp_path: Path) -> None:
    rows = [{"arch": 3, "a": 1}]
    with pytest.raises(UnknownBenchmark):
        made(rows, of="nasbench202")
    with pytest.raises(SourceError, match="there is no such file"):
        made(tmp_path / "none.csv")
    with pytest.raises(InvalidQuery, match="to say the unit of, called 'b'"):
        made(rows, units={"b": "ms"})
    with pytest.raises(InvalidQuery, match="direction of a called 'up'"):
        made(rows, directions={"a": "up"})
    with pytest.raises(InvalidQuery, match="batch of a"):
        made(rows, batch={"a": 0})
    with pytest.raises(InvalidQuery, match="the source is 3"):
        made(3)
    assert list(tmp_path.iterdir()) == []
    made(rows)
    with pytest.raises(DatabaseExists, match="--force"):
        made(rows)


def test_a_set_lies_beside_the_database(tmp_path: Path, databases: Path) -> None:
    """Or where it is put; at the default place by default."""
    rows = [{"arch": 3, "a": 1}]
    name = "nasbench201.mine.measurements.db"
    other = tmp_path / "y"
    places = {None: databases, tmp_path / "x": tmp_path / "x", other / "nb.db": other}
    (tmp_path / "x").mkdir()
    for path, where in places.items():
        assert nasbench_db.measure("mine", "nasbench201", rows, path).path == where / name


# What becomes of one.


def test_a_sound_set_has_no_problems(made: Any) -> None:
    path = made([{"arch": n, "a": n, "b": None} for n in range(50)]).path
    assert [finding for finding in verify_set(path, SCHEMA) if finding.problems] == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE mine SET a = NULL WHERE arch_index = 3",
        "UPDATE mine SET a = 9e999 WHERE arch_index = 3",
        "UPDATE mine SET a = 'x' WHERE arch_index = 3",
        "DELETE FROM mine WHERE arch_index = 3",
        "INSERT INTO sentinel (arch_index, metric, value) VALUES (3, 'a', 0)",
    ],
)
def test_a_changed_set_has_problems(change: str, made: Any) -> None:
    path = made([{"arch": n, "a": n} for n in range(5)]).path
    connection = sqlite3.connect(path)
    connection.execute(change)
    connection.commit()
    connection.close()
    problems = [finding.check for finding in verify_set(path, SCHEMA) if finding.problems]
    assert len(problems) >= 2  # the pages, and what they hold


def test_other_versions_and_files_are_refused(made: Any, folder: Path, tmp_path: Path) -> None:
    path = made([{"arch": 3, "a": 1}]).path
    with pytest.raises(InvalidDatabase, match="of nasbench201, not of natssss"):
        opening.read(path, nasbench_db.BENCHMARKS["natssss"].schema)
    with pytest.raises(InvalidDatabase, match="is a measurement set, which lies beside"):
        nasbench_db.connect("nasbench201", path)
    with pytest.raises(InvalidDatabase, match="is a database of nasbench201"):
        opening.identify(folder / "nasbench201.db")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 2")
    connection.close()
    with pytest.raises(SchemaVersionError, match=r"version 2.*upgrade"):
        opening.read(path, SCHEMA)
    with pytest.raises(SchemaVersionError, match="newer"):
        nasbench_db.migrate(path)


@pytest.mark.parametrize(
    "change",
    [
        """UPDATE measurement_set SET name = 'a" UNION SELECT 1 --'""",
        "UPDATE measurement_set SET name = 'nb201'",
        """UPDATE measurement_set SET key = 'x" = 1 --'""",
        """UPDATE measurement_set SET scope = '["epochs"]'""",
        """UPDATE metric SET name = 'a" FROM nb201 --'""",
    ],
)
def test_names_of_a_strangers_file_reach_no_statement(change: str, made: Any) -> None:
    path = made([{"arch": 3, "a": 1}]).path
    connection = sqlite3.connect(path)
    connection.execute(change)
    connection.commit()
    connection.close()
    with pytest.raises(InvalidDatabase, match="is none that nasbench_db made"):
        opening.read(path, SCHEMA)


def test_a_set_is_migrated_as_a_database_is(made: Any, tmp_path: Path) -> None:
    """There is one version yet, so nothing is to be done; a copy is whole."""
    path = made([{"arch": 3, "a": 1}]).path
    assert nasbench_db.migrate(path).migrations == ()
    other = tmp_path / "other.measurements.db"
    assert nasbench_db.migrate(path, other).path == other
    assert [finding for finding in verify_set(other, SCHEMA) if finding.problems] == []


def test_an_unfinished_set_leaves_the_older_one(
    made: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = made([{"arch": 3, "a": 1}]).path
    before = path.read_bytes()
    from nasbench_db.store import building

    def fail(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(building, "append_checksums", fail)
    with pytest.raises(nasbench_db.BuildError, match="No space left"):
        made([{"arch": 4, "a": 1}], force=True)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
