"""Curves and trials as data sets of Parquet: what is in the files, and how they get there."""

import contextlib
import csv
import json
import re
import shlex
import shutil
import sqlite3
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet
import pytest
from click.testing import CliRunner
from support.once import once
from support.scopes import SCOPES

import nasbench_db
from nasbench_db import BENCHMARKS, ExportError, ExportWarning, InvalidQuery
from nasbench_db.ask.exportedrows import curves, trials
from nasbench_db.ask.exporting import PART
from nasbench_db.ask.sqltext import literal
from nasbench_db.commands.cli import cli
from nasbench_db.store.database import BenchmarkDatabase

Row = dict[str, Any]
WITH_CURVES = sorted(
    name for name, benchmark in BENCHMARKS.items() if benchmark.schema.intermediate is not None
)


def opened(explored: dict[str, Path], name: str) -> BenchmarkDatabase:
    return nasbench_db.connect(name, explored[name])


def stored(database: BenchmarkDatabase) -> list[Row]:
    """All evaluations, straight from the tables, with what tells the training."""
    schema = database.schema
    assert schema.intermediate is not None
    config, trial, point = (
        model._meta.table_name for model in (schema.config, schema.trial, schema.intermediate)
    )
    own = [*(f"c.{name}" for name in (*schema.identity, *schema.fidelity)), "t.config_id"]
    own += [] if schema.seed is None else [f"t.{schema.seed}"]
    cursor = database.execute_sql(
        f"SELECT i.*, {', '.join(own)} FROM {point} i JOIN {trial} t ON t.id = i.trial_id "
        f"JOIN {config} c ON c.id = t.config_id"
    )
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


@pytest.mark.parametrize("name", WITH_CURVES)
def test_the_curves_of_every_benchmark_are_whole(
    name: str, explored: dict[str, Path], tmp_path: Path
) -> None:
    """Every row and value, sorted by architecture, without sorting them; types by the models."""
    database = opened(explored, name)
    out = tmp_path / "curves.parquet"
    count = nasbench_db.export(name, out, curves=True, progress=False)
    table = pyarrow.parquet.read_table(out)
    expected = stored(database)
    assert count == len(table) == len(expected) > 0
    found = {(row["trial_id"], row["current_epoch"]): row for row in table.to_pylist()}
    for row in expected:
        there = found[row["trial_id"], row["current_epoch"]]
        assert there == {key: row[key] for key in there}
    first = database.schema.identity[0]
    assert table[first].to_pylist() == sorted(table[first].to_pylist())
    rows = curves(database)
    plan = database.execute_sql(f"EXPLAIN QUERY PLAN {rows.select({})}").fetchall()
    assert not [row for row in plan if "TEMP B-TREE" in row[3]]
    types = {"i8": pa.int64(), "f8": pa.float64()}
    for field, kind in zip(table.schema, rows.kinds.values(), strict=True):
        assert field.type == types.get(kind, pa.string())
        assert field.metadata[b"description"]
    assert table.schema.metadata[b"nasbench_db.holds"] == b"curves"
    assert (
        database.schema.trial._meta.table_name.encode()
        in (table.schema.metadata[b"nasbench_db.left_out"])
    )


@pytest.fixture(scope="session")
def parted(explored: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The curves of NAS-Bench-201 in parts, and its trials."""

    def make(folder: Path) -> None:
        database = nasbench_db.connect("nasbench201", explored["nasbench201"])
        for name, which in (("curves", True), ("trials", False)):
            nasbench_db.export(
                "nasbench201",
                folder / name,
                curves=which,
                partition=["dataset", "num_epochs"],
                db=database,
                progress=False,
            )

    return once(tmp_path_factory, "parted", make)


def test_parts_are_called_as_hive_calls_them(parted: Path, explored: dict[str, Path]) -> None:
    """A folder for each data set and epochs; columns of NULLs keep their type."""
    database = opened(explored, "nasbench201")
    there = {(row["dataset"], row["num_epochs"]) for row in stored(database)}
    for name in ("curves", "trials"):
        files = [path.relative_to(parted / name) for path in (parted / name).rglob(PART)]
        assert {file.as_posix() for file in files} == {
            f"dataset={dataset}/num_epochs={epochs}/{PART}" for dataset, epochs in there
        }
        schemas = [pyarrow.parquet.read_schema(parted / name / file) for file in files]
        assert all(schema.equals(schemas[0], check_metadata=True) for schema in schemas)
        assert schemas[0].field("valid_acc").type == pa.float64()
        assert not {"dataset", "num_epochs"} & {*schemas[0].names}
    (file,) = (parted / "curves").glob(f"dataset=cifar10/num_epochs=200/{PART}")
    column = pyarrow.parquet.ParquetFile(file).read(["valid_acc"])["valid_acc"]
    assert column.null_count == len(column) > 0
    field = pyarrow.parquet.read_schema(file).field("test_acc")
    assert field.metadata[b"unit"] == b"percent"
    whole = pyarrow.dataset.dataset(parted / "curves", partitioning="hive").to_table()
    assert len(whole) == len(stored(database))


def test_row_groups_are_found_by_the_architecture(
    explored: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their least and greatest index leave all out but those that have it."""
    monkeypatch.setattr("nasbench_db.ask.parquet._ROWS_PER_GROUP", 1000)
    monkeypatch.setattr("nasbench_db.ask.exporting._ROWS_PER_BLOCK", 500)
    opened(explored, "nasbench201")
    out = tmp_path / "c.parquet"
    nasbench_db.export("nasbench201", out, curves=True, progress=False)
    file = pyarrow.parquet.ParquetFile(out)
    place = file.schema_arrow.names.index("arch_index")
    ends = [
        file.metadata.row_group(number).column(place).statistics
        for number in range(file.num_row_groups)
    ]
    having = [end for end in ends if end.min <= 10 <= end.max]
    assert len(ends) > 5
    assert len(having) < len(ends) / 3


def test_curves_as_texts(explored: dict[str, Path], tmp_path: Path) -> None:
    """CSV and JSON lines have the same rows as Parquet; those say that the numbers are made up."""
    opened(explored, "nlp")
    nasbench_db.export("nlp", tmp_path / "c.parquet", curves=True, progress=False)
    expected = pyarrow.parquet.read_table(tmp_path / "c.parquet").to_pylist()
    for name in ("c.csv", "c.jsonl"):
        with pytest.warns(ExportWarning, match="SYNTHETIC"):
            nasbench_db.export("nlp", tmp_path / name, curves=True, progress=False)
    lines = (tmp_path / "c.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == expected
    with open(tmp_path / "c.csv", encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert [{k: "" if v is None else str(v) for k, v in row.items()} for row in expected] == found


def test_the_command_tells_what_is_not_in_it(explored: dict[str, Path], tmp_path: Path) -> None:
    """Curves beside trials, trials beside curves; and counts evaluations."""

    def told(*arguments: object) -> tuple[str, str]:
        result = CliRunner().invoke(cli, ["export", *map(str, arguments)])
        assert result.exit_code == 0, result.output
        return result.stdout, result.stderr

    path = explored["nasbench101"]
    out, err = told(path, "--out", tmp_path / "t.parquet")
    assert "nasbench101: 1,092 trials in" in out
    assert "Not in it: nb101intermediatestats (--curves has them)\n" in err
    out, err = told(path, "--curves", "--partition", "num_epochs", "--out", tmp_path / "c")
    assert "nasbench101: 2,184 evaluations in" in out
    assert "Not in it: nb101trialstats\n" in err
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == [
        f"num_epochs={epochs}" for epochs in (108, 12, 36, 4)
    ]
    assert "Not in it" not in told(path, "--out", tmp_path / "x.bin")[1]


def test_what_has_no_curves_says_so(explored: dict[str, Path], copy: Path, tmp_path: Path) -> None:
    """A benchmark, a database, and a format with curves of its own."""
    opened(explored, "nasbenchmacro")
    with pytest.raises(InvalidQuery, match="no evaluations during training; leave out --curves"):
        nasbench_db.export("nasbenchmacro", tmp_path / "x.parquet", curves=True)
    opened(explored, "nasbench101")
    with pytest.raises(ExportError, match="nasbench-rs has a place of its own for curves"):
        nasbench_db.export("nasbench101", tmp_path / "x.bin", curves=True)
    with contextlib.closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE provenance SET intermediates = 0")
    nasbench_db.connect("nasbench101", copy)
    with pytest.raises(InvalidQuery, match=r"copy\.db has no evaluations during training"):
        nasbench_db.export("nasbench101", tmp_path / "x.parquet", curves=True)
    assert not list(tmp_path.glob("x*"))


# Some of a database.


@pytest.mark.parametrize(
    ("name", "which"),
    [*((name, False) for name in SCOPES), *((name, True) for name in WITH_CURVES)],
)
def test_what_is_chosen_is_what_a_filter_gives(
    name: str, which: bool, explored: dict[str, Path], tmp_path: Path
) -> None:
    """Of all rows, in their order; and the file says which they are."""
    opened(explored, name)
    asked = {**SCOPES[name]}
    how: dict[str, Any] = {"curves": which, "progress": False}
    nasbench_db.export(name, tmp_path / "all.parquet", **how)
    count = nasbench_db.export(name, tmp_path / "some.parquet", **asked, **how)
    whole = pyarrow.parquet.read_table(tmp_path / "all.parquet")
    some = pyarrow.parquet.read_table(tmp_path / "some.parquet")
    expected = [row for row in whole.to_pylist() if all(row[k] == v for k, v in asked.items())]
    assert some.to_pylist() == expected
    assert count == len(expected) > 0
    said = some.schema.metadata[b"nasbench_db.where"].decode()
    assert said == " AND ".join(f"{k} = {literal(v)}" for k, v in asked.items())
    assert b"nasbench_db.where" not in whole.schema.metadata


def test_several_are_chosen_by_a_list_or_a_range(
    explored: dict[str, Path], tmp_path: Path
) -> None:
    """In any spelling; and parted."""
    database = opened(explored, "nasbench201")
    out = tmp_path / "c"
    chosen = {"dataset": ["CIFAR100", "ImageNet16-120"], "num_epochs": (100, None)}
    count = nasbench_db.export(
        "nasbench201", out, curves=True, partition="dataset", progress=False, **chosen
    )
    held = {"cifar100", "imagenet16-120"}
    assert {path.name for path in out.iterdir()} == {f"dataset={name}" for name in held}
    expected = [
        row for row in stored(database) if row["dataset"] in held and row["num_epochs"] == 200
    ]
    assert pyarrow.dataset.dataset(out, partitioning="hive").count_rows() == count
    assert count == len(expected) > 0


def test_what_is_lost_is_counted_in_what_is_chosen(copy: Path, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(copy)) as connection, connection:
        for epochs, number in ((4, 2), (108, 3)):
            connection.execute(
                "UPDATE nb101trialstats SET training_time = 9e999 WHERE id IN (SELECT trial_id "
                f"FROM nb101 WHERE num_epochs = {epochs} LIMIT {number})"
            )
    nasbench_db.connect("nasbench101", copy)
    with pytest.warns(ExportWarning) as caught:
        nasbench_db.export("nasbench101", tmp_path / "x.jsonl", num_epochs=4, progress=False)
    assert "2 infinite values are null in x.jsonl" in str(caught[-1].message)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"num_epochs": 7}, "num_epochs is 7, .* it has 4, 12, 36, 108"),
        ({"dataset": "cifar10"}, "column of nasbench101 to export by called 'dataset'; .* num_ep"),
        ({"repeat": 0}, "to export by called 'repeat'"),
        ({"num_epochs": []}, "num_epochs is an empty list"),
    ],
)
@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.parquet", "x.bin"])
def test_what_there_is_not_is_no_empty_file(
    name: str, words: dict[str, Any], said: str, db: BenchmarkDatabase, tmp_path: Path
) -> None:
    with pytest.raises(InvalidQuery, match=said):
        nasbench_db.export("nasbench101", tmp_path / name, progress=False, **words)
    assert list(tmp_path.iterdir()) == []


def test_trials_without_curves_are_no_empty_file_of_curves(copy: Path, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute(
            "DELETE FROM nb101intermediatestats WHERE trial_id IN "
            "(SELECT trial_id FROM nb101 WHERE num_epochs = 12)"
        )
    nasbench_db.connect("nasbench101", copy)
    with pytest.raises(InvalidQuery, match="no evaluations during training where num_epochs = 12"):
        nasbench_db.export("nasbench101", tmp_path / "x.csv", curves=True, num_epochs=12)
    assert list(tmp_path.glob("x*")) == []


def test_the_command_takes_what_queries_take(explored: dict[str, Path], tmp_path: Path) -> None:
    """And says what it writes is made up, in every format."""
    path = explored["nlp"]
    for form in ("csv", "jsonl", "parquet"):
        out = tmp_path / f"x.{form}"
        words = ["--dataset", "WikiText2", "--epochs", "12", "--out", str(out), "--quiet"]
        result = CliRunner().invoke(cli, ["export", str(path), *words])
        assert result.exit_code == 0, result.output
        assert "the metrics are SYNTHETIC: made up, not measured" in result.stderr
    with open(tmp_path / "x.csv", encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert {(row["dataset"], row["num_epochs"]) for row in found} == {("wikitext-2", "12")}
    assert pyarrow.parquet.read_metadata(out).num_rows == len(found)
    words = ["--task", "jigsaw", "--out", str(tmp_path / "y.csv")]
    result = CliRunner().invoke(cli, ["export", str(path), *words])
    assert result.exit_code == 1
    assert "called 'task'; there are num_epochs, dataset" in result.stderr


@pytest.mark.parametrize(
    ("partition", "error", "said"),
    [
        ("hash", InvalidQuery, "hash"),
        ("", ExportError, "one or more of num_epochs"),
        ("num_epochs,num_epochs", ExportError, "each once"),
        ([5], InvalidQuery, "5"),
    ],
)
def test_parts_are_of_columns_of_the_fidelity(
    partition: Any, error: type[Exception], said: str, db: BenchmarkDatabase, tmp_path: Path
) -> None:
    with pytest.raises(error, match=said):
        nasbench_db.export("nasbench101", tmp_path / "x", partition=partition, progress=False)
    assert list(tmp_path.iterdir()) == []


def test_parts_are_of_parquet(db: BenchmarkDatabase, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="'csv'; a folder with a partition is of parquet"):
        nasbench_db.export("nasbench101", tmp_path / "x", "csv", partition="num_epochs")


# How a folder gets to its place.


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A place for a folder."""
    (tmp_path / "exports").mkdir()
    return tmp_path / "exports" / "parts"


def export_parts(out: Path, **how: Any) -> int:
    return nasbench_db.export("nasbench101", out, partition="num_epochs", progress=False, **how)


def test_a_folder_is_replaced_only_when_that_is_asked(db: BenchmarkDatabase, out: Path) -> None:
    """And only one of an earlier export: with another file in it, it is the user's."""
    assert export_parts(out) == 1092
    with pytest.raises(ExportError, match="parts exists already; give --force"):
        export_parts(out)
    (out / "num_epochs=4" / PART).write_bytes(b"older")
    assert export_parts(out, force=True) == 1092
    assert (out / "num_epochs=4" / PART).read_bytes()[:4] == b"PAR1"
    (out / "notes.txt").write_text("mine")
    with pytest.raises(ExportError, match="is not a folder of an earlier export"):
        export_parts(out, force=True)
    assert (out / "notes.txt").read_text() == "mine"
    assert [path.name for path in out.parent.iterdir()] == ["parts"]


def test_a_file_is_not_replaced_by_a_folder(db: BenchmarkDatabase, out: Path) -> None:
    out.write_text("mine")
    with pytest.raises(ExportError, match="is not a folder of an earlier export"):
        export_parts(out, force=True)
    assert out.read_text() == "mine"


def test_nothing_is_left_of_a_folder_that_fails(
    db: BenchmarkDatabase, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At its second part, or when it is put in place; the older one stays."""
    export_parts(out)
    before = {path: path.read_bytes() for path in out.rglob(PART)}
    for place in ("nasbench_db.ask.parquet.ParquetFile._end_group", "os.fsync"):
        calls: list[object] = []

        def fail(*given: object, calls: list[object] = calls) -> None:
            calls.append(given)
            if len(calls) > 1:
                raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(place, fail)
            with pytest.raises(ExportError, match="No space left on device"):
                export_parts(out, force=True)
        assert {path: path.read_bytes() for path in out.rglob(PART)} == before
        assert [path.name for path in out.parent.iterdir()] == ["parts"]


def test_what_a_killed_export_left_is_put_in_order(db: BenchmarkDatabase, out: Path) -> None:
    """Half a folder is deleted; one that was about to be replaced comes back first."""
    export_parts(out)
    out.rename(out.with_name("parts.replaced"))
    out.with_name("parts.exporting").mkdir()
    with pytest.raises(ExportError, match="exists already"):
        export_parts(out)
    assert (out / "num_epochs=4" / PART).exists()
    shutil.copytree(out, out.with_name("parts.replaced"))
    assert export_parts(out, force=True) == 1092
    assert [path.name for path in out.parent.iterdir()] == ["parts"]


# Other programs read them.


def keys(rows: list[Row]) -> dict[tuple[Any, ...], Row]:
    return {(row["trial_id"], row["current_epoch"]): row for row in rows}


@pytest.fixture
def whole(parted: Path, explored: dict[str, Path]) -> Iterator[dict[tuple[Any, ...], Row]]:
    """The evaluations as the database has them."""
    with warnings.catch_warnings():
        yield keys(stored(opened(explored, "nasbench201")))


def same(found: list[Row], whole: dict[tuple[Any, ...], Row]) -> None:
    """The same rows, and the same bits."""
    assert len(found) == len(whole)
    for key, row in keys(found).items():
        there = whole[key]
        assert {k: row[k] for k in row} == {k: there[k] for k in row}


def five(whole: dict[tuple[Any, ...], Row]) -> dict[str, Any]:
    """Five questions, answered by Python: one curve, the number of rows, the best after 12
    epochs by data set, the mean curve of one data set, and how many were evaluated."""
    rows = list(whole.values())
    one = [
        r for r in rows if (r["arch_index"], r["dataset"], r["num_epochs"]) == (10, "cifar100", 12)
    ]
    last = [r for r in rows if r["num_epochs"] == r["current_epoch"] == 12]
    curve: dict[int, list[float]] = {}
    for r in rows:
        if (r["dataset"], r["num_epochs"]) == ("cifar100", 200):
            curve.setdefault(r["current_epoch"], []).append(r["train_acc"])
    return {
        "curve": sorted((r["current_epoch"], r["train_acc"]) for r in one),
        "count": len(rows),
        "best": {
            name: max(r["train_acc"] for r in last if r["dataset"] == name)
            for name in {r["dataset"] for r in last}
        },
        "mean": {epoch: sum(values) / len(values) for epoch, values in curve.items()},
        "evaluated": sum(r["valid_acc"] is not None for r in rows),
    }


def check(answers: dict[str, Any], whole: dict[tuple[Any, ...], Row]) -> None:
    expected = five(whole)
    mean = expected.pop("mean")
    assert answers.pop("mean") == pytest.approx(mean, rel=1e-12)
    assert answers == expected


def test_polars_reads_them(parted: Path, whole: dict[tuple[Any, ...], Row]) -> None:
    import polars as pl

    frame = pl.scan_parquet(parted / "curves", hive_partitioning=True)
    same(frame.collect().to_dicts(), whole)
    of = pl.col
    one = frame.filter(of("arch_index") == 10, of("dataset") == "cifar100", of("num_epochs") == 12)
    last = frame.filter(of("num_epochs") == 12, of("current_epoch") == 12)
    mean = frame.filter(of("dataset") == "cifar100", of("num_epochs") == 200)
    check(
        {
            "curve": one.select("current_epoch", "train_acc")
            .sort("current_epoch")
            .collect()
            .rows(),
            "count": frame.select(pl.len()).collect().item(),
            "best": dict(last.group_by("dataset").agg(of("train_acc").max()).collect().rows()),
            "mean": dict(
                mean.group_by("current_epoch").agg(of("train_acc").mean()).collect().rows()
            ),
            "evaluated": frame.select(of("valid_acc").count()).collect().item(),
        },
        whole,
    )


def test_duckdb_reads_them(parted: Path, whole: dict[tuple[Any, ...], Row]) -> None:
    import duckdb

    with duckdb.connect() as con:
        files = f"{parted}/curves/**/*.parquet"
        con.execute(
            f"CREATE VIEW curves AS FROM read_parquet('{files}', hive_partitioning = true)"
        )
        same(con.sql("FROM curves").to_arrow_table().to_pylist(), whole)

        def rows(statement: str) -> list[tuple[Any, ...]]:
            return con.execute(statement).fetchall()

        check(
            {
                "curve": rows(
                    "SELECT current_epoch, train_acc FROM curves WHERE arch_index = 10 AND "
                    "dataset = 'cifar100' AND num_epochs = 12 ORDER BY 1"
                ),
                "count": rows("SELECT count(*) FROM curves")[0][0],
                "best": dict(
                    rows(
                        "SELECT dataset, max(train_acc) FROM curves WHERE num_epochs = 12 "
                        "AND current_epoch = 12 GROUP BY dataset"
                    )
                ),
                "mean": dict(
                    rows(
                        "SELECT current_epoch, avg(train_acc) FROM curves WHERE "
                        "dataset = 'cifar100' AND num_epochs = 200 GROUP BY 1"
                    )
                ),
                "evaluated": rows("SELECT count(valid_acc) FROM curves")[0][0],
            },
            whole,
        )


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # which Dask gives pandas
def test_dask_reads_them(parted: Path, whole: dict[tuple[Any, ...], Row]) -> None:
    """Its columns from the folders' names are categories."""
    import dask
    import dask.dataframe as dd

    with dask.config.set(scheduler="synchronous"):
        frame = dd.read_parquet(parted / "curves")
        frame["num_epochs"] = frame["num_epochs"].astype("int64")
        frame["dataset"] = frame["dataset"].astype(str)
        there = frame.compute()
        same(pa.Table.from_pandas(there, preserve_index=False).to_pylist(), whole)
        one = frame[
            (frame.arch_index == 10) & (frame.dataset == "cifar100") & (frame.num_epochs == 12)
        ].compute()
        last = frame[(frame.num_epochs == 12) & (frame.current_epoch == 12)]
        mean = frame[(frame.dataset == "cifar100") & (frame.num_epochs == 200)]
        check(
            {
                "curve": sorted(zip(one.current_epoch, one.train_acc, strict=True)),
                "count": len(frame),
                "best": last.groupby("dataset").train_acc.max().compute().to_dict(),
                "mean": mean.groupby("current_epoch").train_acc.mean().compute().to_dict(),
                "evaluated": int(frame.valid_acc.count().compute()),
            },
            whole,
        )


def test_pyarrow_reads_them(parted: Path, whole: dict[tuple[Any, ...], Row]) -> None:
    import pyarrow.compute as pc
    import pyarrow.dataset as ds

    data = ds.dataset(parted / "curves", partitioning="hive")
    same(data.to_table().to_pylist(), whole)
    of = pc.field
    at_12 = (of("num_epochs") == 12) & (of("current_epoch") == 12)
    at_200 = (of("dataset") == "cifar100") & (of("num_epochs") == 200)
    one = (of("arch_index") == 10) & (of("dataset") == "cifar100") & (of("num_epochs") == 12)
    curve = data.to_table(["current_epoch", "train_acc"], filter=one).to_pylist()
    best = data.to_table(filter=at_12).group_by("dataset").aggregate([("train_acc", "max")])
    mean = data.to_table(filter=at_200).group_by("current_epoch")
    check(
        {
            "curve": sorted(tuple(row.values()) for row in curve),
            "count": data.count_rows(),
            "best": {r["dataset"]: r["train_acc_max"] for r in best.to_pylist()},
            "mean": {
                r["current_epoch"]: r["train_acc_mean"]
                for r in mean.aggregate([("train_acc", "mean")]).to_pylist()
            },
            "evaluated": data.count_rows(filter=of("valid_acc").is_valid()),
        },
        whole,
    )


def test_trials_are_joined_with_their_curves(parted: Path, explored: dict[str, Path]) -> None:
    """By ``trial_id``; those in parts have the same values as those of one file."""
    database = opened(explored, "nasbench201")
    found = pyarrow.dataset.dataset(parted / "trials", partitioning="hive").to_table().to_pylist()
    names = [*trials(database).kinds]
    expected = database.execute_sql(f"SELECT * FROM {database.schema.view} ORDER BY trial_id")
    assert [
        tuple(row[n] for n in names) for row in sorted(found, key=lambda r: r["trial_id"])
    ] == [*expected]


@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_the_examples_of_the_page_run(
    explored: dict[str, Path],
    databases: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The commands, then five lines for each program, whose mean curves are one."""
    databases.mkdir()
    shutil.copyfile(explored["nasbench201"], databases / "nasbench201.db")
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).parents[2] / "docs" / "parquet.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    for kind, text in blocks:
        for line in text.splitlines() if kind == "sh" else ():
            result = CliRunner().invoke(cli, shlex.split(line)[1:])
            assert result.exit_code == 0, result.output
    # Its last epoch, as each program prints it.
    curve = [
        row for row in stored(opened(explored, "nasbench201")) if row["dataset"] == "cifar100"
    ]
    last = [row["train_acc"] for row in curve if row["current_epoch"] == 200]
    mean = f"{sum(last) / len(last):.3f}"[:-1]
    programs = [text for kind, text in blocks if kind == "python"]
    assert len(programs) == 4
    for text in programs:
        capsys.readouterr()
        exec(compile(text, "parquet.md", "exec"), {})
        assert mean in capsys.readouterr().out, text
