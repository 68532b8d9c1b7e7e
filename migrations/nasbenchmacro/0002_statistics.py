"""The statistics of each config over its trials."""

from nasbench_db.store.statistics import StatisticsTable

STATEMENTS = (
    'CREATE TABLE "macroconfigstats" ("num_epochs" INTEGER NOT NULL, "config_id" INTEGER '
    'NOT NULL, "num_trials" INTEGER NOT NULL, "best_test_acc_mean" REAL, '
    '"parameters_mean" REAL, "flops_mean" REAL, "best_test_acc_std" REAL, '
    '"parameters_std" REAL, "flops_std" REAL, "best_test_acc_min" REAL, "parameters_min" '
    'REAL, "flops_min" REAL, "best_test_acc_max" REAL, "parameters_max" REAL, "flops_max"'
    ' REAL, "best_test_acc_n" INTEGER NOT NULL, "parameters_n" INTEGER NOT NULL, '
    '"flops_n" INTEGER NOT NULL, PRIMARY KEY ("num_epochs", "config_id"), FOREIGN KEY '
    '("config_id") REFERENCES "macrotrialconfig" ("id")) WITHOUT ROWID',
    'CREATE VIEW "macro_statistics" AS SELECT s.config_id AS config_id, s.num_epochs AS '
    "num_epochs, c.arch_str AS arch_str, c.canonical_str AS canonical_str, c.is_copy AS "
    "is_copy, s.num_trials AS num_trials, s.best_test_acc_mean AS best_test_acc_mean, "
    "s.parameters_mean AS parameters_mean, s.flops_mean AS flops_mean, "
    "s.best_test_acc_std AS best_test_acc_std, s.parameters_std AS parameters_std, "
    "s.flops_std AS flops_std, s.best_test_acc_min AS best_test_acc_min, s.parameters_min"
    " AS parameters_min, s.flops_min AS flops_min, s.best_test_acc_max AS "
    "best_test_acc_max, s.parameters_max AS parameters_max, s.flops_max AS flops_max, "
    "s.best_test_acc_n AS best_test_acc_n, s.parameters_n AS parameters_n, s.flops_n AS "
    "flops_n, c.arch AS arch FROM macroconfigstats AS s LEFT JOIN macrotrialconfig AS c "
    "ON c.id = s.config_id",
    'ALTER TABLE "provenance" ADD COLUMN "several_written" INTEGER NOT NULL DEFAULT 0',
    'UPDATE "provenance" SET "several_written" = ('
    'SELECT count(*) FROM (SELECT 1 FROM "macrotrialconfig" '
    'GROUP BY "arch_str", "num_epochs" HAVING count(*) > 1)'
    ")",
)

STATISTICS = StatisticsTable(
    table="macroconfigstats",
    config="macrotrialconfig",
    trial="macrotrialstats",
    fidelity=("num_epochs",),
    metrics=(
        "best_test_acc",
        "parameters",
        "flops",
    ),
)


def up(migrator, db):
    for statement in STATEMENTS:
        db.execute_sql(statement)
    STATISTICS.fill(db.connection())
    db.execute_sql(f"ANALYZE {STATISTICS.table}")
