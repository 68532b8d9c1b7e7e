#!/usr/bin/env bash
# DuckDB finds no rows in a SQLite table where SQLite finds them, if a column forgives the case of
# letters; and it does not know a generated column.
#
# Benchmarks write one data set in several spellings: ImageNet16-120 and imagenet16-120. A column
# declared COLLATE NOCASE is SQLite's way to take both.
#
# Expected: the rows that SQLite gives, or an error that says that the collation is not known; and
# a generated column like any other, as in SELECT * of SQLite 3.31 and later.
# Found on 2026-11-28 with duckdb 1.5.5 and its sqlite_scanner 1.5.5 on Python 3.11: the condition
# is compared letter by letter, so that the other spelling gives 0 rows, without a word; the
# generated column is not in the table at all. DuckDB 2.0.1 has no package of the extension.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    duckdb==1.5.5 duckdb-extensions==1.5.5 duckdb-extension-sqlite-scanner==1.5.5
"$folder/env/bin/python" - "$folder/results.db" <<'PY'
import sqlite3
import sys

import duckdb
from duckdb_extensions import import_extension

connection = sqlite3.connect(sys.argv[1])
connection.execute(
    "CREATE TABLE results (dataset TEXT COLLATE NOCASE, epoch INTEGER, accuracy REAL, "
    "error REAL GENERATED ALWAYS AS (100 - accuracy) VIRTUAL)"
)
rows = [("imagenet16-120", epoch, epoch / 4) for epoch in range(1, 201)]
connection.executemany("INSERT INTO results VALUES (?, ?, ?)", rows)
connection.commit()
query = "SELECT count(*) FROM {} WHERE dataset = 'ImageNet16-120'"
((in_sqlite,),) = connection.execute(query.format("results"))
columns = [name for name, *_ in connection.execute("SELECT * FROM results").description]

import_extension("sqlite_scanner")
duck = duckdb.connect()
duck.execute("LOAD sqlite_scanner")
duck.execute(f"ATTACH '{sys.argv[1]}' AS file (TYPE sqlite, READ_ONLY)")
((in_duckdb,),) = duck.execute(query.format("file.results")).fetchall()
((as_stored,),) = duck.execute(
    "SELECT count(*) FROM file.results WHERE dataset = 'imagenet16-120'"
).fetchall()
known = [name for name, *_ in duck.execute("SELECT * FROM file.results").description]
print("duckdb", duckdb.__version__, "sqlite", sqlite3.sqlite_version)
print("rows of ImageNet16-120: SQLite", in_sqlite, "DuckDB", in_duckdb)
print("rows of imagenet16-120 in DuckDB:", as_stored)
print("columns: SQLite", columns, "DuckDB", known)
assert (in_sqlite, in_duckdb, as_stored) == (200, 0, 200)
assert columns == ["dataset", "epoch", "accuracy", "error"]
assert known == ["dataset", "epoch", "accuracy"]
PY
