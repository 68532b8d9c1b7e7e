"""The first schema: NNI's tables but the third, since the original has no evaluations."""

STATEMENTS = (
    'CREATE TABLE "macrotrialconfig" ("id" INTEGER NOT NULL PRIMARY KEY, "arch" TEXT NOT '
    'NULL, "num_epochs" INTEGER NOT NULL, "arch_str" VARCHAR(8) NOT NULL, "canonical_str" '
    'VARCHAR(8) NOT NULL, "is_copy" INTEGER NOT NULL)',
    'CREATE TABLE "macrotrialstats" ("id" INTEGER NOT NULL PRIMARY KEY, "seed" INTEGER NOT '
    'NULL, "best_test_acc" REAL, "parameters" REAL, "flops" REAL, "config_id" INTEGER NOT '
    'NULL, FOREIGN KEY ("config_id") REFERENCES "macrotrialconfig" ("id"))',
    'CREATE TABLE "provenance" ("id" INTEGER NOT NULL PRIMARY KEY, "benchmark" VARCHAR(255) '
    'NOT NULL, "source_name" VARCHAR(255) NOT NULL, "source_bytes" INTEGER NOT NULL, '
    '"source_sha256" VARCHAR(255) NOT NULL, "source_format" VARCHAR(255) NOT NULL, "records" '
    'INTEGER NOT NULL, "synthetic" INTEGER NOT NULL, "configs" INTEGER NOT NULL, "trials" '
    'INTEGER NOT NULL, "intermediates" INTEGER NOT NULL, "nasbench_db_version" VARCHAR(255) '
    'NOT NULL, "created_at" VARCHAR(255) NOT NULL, "changes" TEXT)',
    'CREATE UNIQUE INDEX "macrotrialconfig_arch_str_num_epochs" ON "macrotrialconfig" '
    '("arch_str", "num_epochs")',
    'CREATE INDEX "macrotrialconfig_canonical_str_num_epochs" ON "macrotrialconfig" '
    '("canonical_str", "num_epochs")',
    'CREATE INDEX "macrotrialstats_config_id" ON "macrotrialstats" ("config_id")',
    'CREATE VIEW "macro" AS SELECT t.id AS trial_id, t.config_id AS config_id, c.arch_str AS '
    "arch_str, c.canonical_str AS canonical_str, c.is_copy AS is_copy, c.num_epochs AS "
    "num_epochs, t.seed AS seed, t.best_test_acc AS best_test_acc, t.parameters AS "
    "parameters, t.flops AS flops, c.arch AS arch FROM macrotrialstats AS t LEFT JOIN "
    "macrotrialconfig AS c ON c.id = t.config_id",
    "PRAGMA application_id = 1851880292",
)


def up(migrator, db):
    for statement in STATEMENTS:
        db.execute_sql(statement)
