"""The statistics of each config over its trials."""

from nasbench_db.store.statistics import StatisticsTable

STATEMENTS = (
    'CREATE TABLE "nb101configstats" ("num_epochs" INTEGER NOT NULL, "config_id" INTEGER '
    'NOT NULL, "num_trials" INTEGER NOT NULL, "train_acc_mean" REAL, "valid_acc_mean" '
    'REAL, "test_acc_mean" REAL, "parameters_mean" REAL, "training_time_mean" REAL, '
    '"train_acc_std" REAL, "valid_acc_std" REAL, "test_acc_std" REAL, "parameters_std" '
    'REAL, "training_time_std" REAL, "train_acc_min" REAL, "valid_acc_min" REAL, '
    '"test_acc_min" REAL, "parameters_min" REAL, "training_time_min" REAL, '
    '"train_acc_max" REAL, "valid_acc_max" REAL, "test_acc_max" REAL, "parameters_max" '
    'REAL, "training_time_max" REAL, "train_acc_n" INTEGER NOT NULL, "valid_acc_n" '
    'INTEGER NOT NULL, "test_acc_n" INTEGER NOT NULL, "parameters_n" INTEGER NOT NULL, '
    '"training_time_n" INTEGER NOT NULL, PRIMARY KEY ("num_epochs", "config_id"), FOREIGN'
    ' KEY ("config_id") REFERENCES "nb101trialconfig" ("id")) WITHOUT ROWID',
    'CREATE VIEW "nb101_statistics" AS SELECT s.config_id AS config_id, c.num_vertices AS'
    " num_vertices, c.hash AS hash, s.num_epochs AS num_epochs, c.canonical AS canonical,"
    " s.num_trials AS num_trials, s.train_acc_mean AS train_acc_mean, s.valid_acc_mean AS"
    " valid_acc_mean, s.test_acc_mean AS test_acc_mean, s.parameters_mean AS "
    "parameters_mean, s.training_time_mean AS training_time_mean, s.train_acc_std AS "
    "train_acc_std, s.valid_acc_std AS valid_acc_std, s.test_acc_std AS test_acc_std, "
    "s.parameters_std AS parameters_std, s.training_time_std AS training_time_std, "
    "s.train_acc_min AS train_acc_min, s.valid_acc_min AS valid_acc_min, s.test_acc_min "
    "AS test_acc_min, s.parameters_min AS parameters_min, s.training_time_min AS "
    "training_time_min, s.train_acc_max AS train_acc_max, s.valid_acc_max AS "
    "valid_acc_max, s.test_acc_max AS test_acc_max, s.parameters_max AS parameters_max, "
    "s.training_time_max AS training_time_max, s.train_acc_n AS train_acc_n, "
    "s.valid_acc_n AS valid_acc_n, s.test_acc_n AS test_acc_n, s.parameters_n AS "
    "parameters_n, s.training_time_n AS training_time_n, c.arch AS arch FROM "
    "nb101configstats AS s LEFT JOIN nb101trialconfig AS c ON c.id = s.config_id",
    'ALTER TABLE "provenance" ADD COLUMN "several_written" INTEGER NOT NULL DEFAULT 0',
    'UPDATE "provenance" SET "several_written" = ('
    'SELECT count(*) FROM (SELECT 1 FROM "nb101trialconfig" '
    'GROUP BY "hash", "num_epochs" HAVING count(*) > 1)'
    ")",
)

STATISTICS = StatisticsTable(
    table="nb101configstats",
    config="nb101trialconfig",
    trial="nb101trialstats",
    fidelity=("num_epochs",),
    metrics=(
        "train_acc",
        "valid_acc",
        "test_acc",
        "parameters",
        "training_time",
    ),
)


def up(migrator, db):
    for statement in STATEMENTS:
        db.execute_sql(statement)
    STATISTICS.fill(db.connection())
    db.execute_sql(f"ANALYZE {STATISTICS.table}")
