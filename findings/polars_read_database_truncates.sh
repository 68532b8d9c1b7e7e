#!/usr/bin/env bash
# Polars reads fractions of a SQLite query as whole numbers, without an error, if its first hundred
# rows have whole numbers.
#
# A table of scores for cells of a search space, where those without a path from input to output
# come first and have 0, and all others 0.75. SQLite stores and gives back each value as it was
# written, and sum(score) is 150.
#
# Expected: a column of floats, whose sum is 150, or an error, as there is one when the first
# hundred rows are NULL.
# Found on 2026-11-28 with polars 2.1.0 on Python 3.11: polars.read_database over a connection of
# sqlite3 takes the type of a column from its first hundred rows (infer_schema_length), and cuts
# what follows down to it: every score is 0, and so is the sum. polars.DataFrame(rows) does the
# same. With infer_schema_length=None, or schema_overrides, the values are right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0
"$folder/env/bin/python" - <<'PY'
import sqlite3

import polars

connection = sqlite3.connect(":memory:")
connection.execute("CREATE TABLE proxies (cell INTEGER PRIMARY KEY, score)")
rows = [(cell, 0 if cell < 100 else 0.75) for cell in range(300)]
connection.executemany("INSERT INTO proxies VALUES (?, ?)", rows)
query = "SELECT cell, score FROM proxies ORDER BY cell"
((right,),) = connection.execute("SELECT sum(score) FROM proxies")

read = polars.read_database(query, connection)
made = polars.DataFrame(connection.execute(query).fetchall(), ["cell", "score"], orient="row")
whole = polars.read_database(query, connection, infer_schema_length=None)
print("polars", polars.__version__, "sqlite", sqlite3.sqlite_version)
print("sum(score) in SQLite:", right)
for name, frame in (
    ("read_database", read),
    ("DataFrame(rows)", made),
    ("read_database, infer_schema_length=None", whole),
):
    print(f"{name}: {frame['score'].dtype}, sum {frame['score'].sum()}")
assert right == 150.0
assert (read["score"].dtype, read["score"].sum()) == (polars.Int64, 0)
assert (made["score"].dtype, made["score"].sum()) == (polars.Int64, 0)
assert (whole["score"].dtype, whole["score"].sum()) == (polars.Float64, 150.0)
PY
