"""The first tables of measurement sets; those of the values each set has for itself."""

STATEMENTS = (
    'CREATE TABLE "measurement_set" ("id" INTEGER NOT NULL PRIMARY KEY, "name" '
    'VARCHAR(255) NOT NULL, "benchmark" VARCHAR(255) NOT NULL, "key" VARCHAR(255) NOT '
    'NULL, "scope" TEXT NOT NULL, "placed_of" TEXT)',
    'CREATE TABLE "metric" ("id" INTEGER NOT NULL PRIMARY KEY, "name" VARCHAR(255) NOT '
    'NULL, "title" VARCHAR(255) NOT NULL, "unit" VARCHAR(255), "direction" '
    'VARCHAR(255), "split" VARCHAR(255), "description" TEXT NOT NULL, "device" '
    'VARCHAR(255), "batch" INTEGER, "measured" INTEGER NOT NULL, "missing" INTEGER NOT '
    'NULL, "sentinels" INTEGER NOT NULL)',
    'CREATE TABLE "place" ("config_id" INTEGER NOT NULL PRIMARY KEY, "key" INTEGER NOT NULL)',
    'CREATE TABLE "provenance" ("id" INTEGER NOT NULL PRIMARY KEY, "benchmark" '
    'VARCHAR(255) NOT NULL, "source_name" VARCHAR(255) NOT NULL, "source_bytes" INTEGER '
    'NOT NULL, "source_sha256" VARCHAR(255) NOT NULL, "source_format" VARCHAR(255) NOT '
    'NULL, "records" INTEGER NOT NULL, "synthetic" INTEGER NOT NULL, '
    '"nasbench_db_version" VARCHAR(255) NOT NULL, "created_at" VARCHAR(255) NOT NULL, '
    '"changes" TEXT, "licence" TEXT, "architectures" INTEGER NOT NULL, "skipped" '
    "INTEGER NOT NULL)",
    "PRAGMA application_id = 1851880301",
)


def up(migrator, db):
    for statement in STATEMENTS:
        db.execute_sql(statement)
