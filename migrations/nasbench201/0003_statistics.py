"""The statistics of each config over its trials."""

from nasbench_db.store.statistics import StatisticsTable

STATEMENTS = (
    'CREATE TABLE "nb201configstats" ("num_epochs" INTEGER NOT NULL, "dataset" '
    'VARCHAR(16) NOT NULL COLLATE NOCASE, "config_id" INTEGER NOT NULL, "num_trials" '
    'INTEGER NOT NULL, "train_acc_mean" REAL, "valid_acc_mean" REAL, "test_acc_mean" '
    'REAL, "ori_test_acc_mean" REAL, "train_loss_mean" REAL, "valid_loss_mean" REAL, '
    '"test_loss_mean" REAL, "ori_test_loss_mean" REAL, "train_acc5_mean" REAL, '
    '"parameters_mean" REAL, "flops_mean" REAL, "latency_mean" REAL, "training_time_mean"'
    ' REAL, "valid_evaluation_time_mean" REAL, "test_evaluation_time_mean" REAL, '
    '"ori_test_evaluation_time_mean" REAL, "epoch_training_time_mean" REAL, '
    '"train_acc_std" REAL, "valid_acc_std" REAL, "test_acc_std" REAL, "ori_test_acc_std" '
    'REAL, "train_loss_std" REAL, "valid_loss_std" REAL, "test_loss_std" REAL, '
    '"ori_test_loss_std" REAL, "train_acc5_std" REAL, "parameters_std" REAL, "flops_std" '
    'REAL, "latency_std" REAL, "training_time_std" REAL, "valid_evaluation_time_std" '
    'REAL, "test_evaluation_time_std" REAL, "ori_test_evaluation_time_std" REAL, '
    '"epoch_training_time_std" REAL, "train_acc_min" REAL, "valid_acc_min" REAL, '
    '"test_acc_min" REAL, "ori_test_acc_min" REAL, "train_loss_min" REAL, '
    '"valid_loss_min" REAL, "test_loss_min" REAL, "ori_test_loss_min" REAL, '
    '"train_acc5_min" REAL, "parameters_min" REAL, "flops_min" REAL, "latency_min" REAL, '
    '"training_time_min" REAL, "valid_evaluation_time_min" REAL, '
    '"test_evaluation_time_min" REAL, "ori_test_evaluation_time_min" REAL, '
    '"epoch_training_time_min" REAL, "train_acc_max" REAL, "valid_acc_max" REAL, '
    '"test_acc_max" REAL, "ori_test_acc_max" REAL, "train_loss_max" REAL, '
    '"valid_loss_max" REAL, "test_loss_max" REAL, "ori_test_loss_max" REAL, '
    '"train_acc5_max" REAL, "parameters_max" REAL, "flops_max" REAL, "latency_max" REAL, '
    '"training_time_max" REAL, "valid_evaluation_time_max" REAL, '
    '"test_evaluation_time_max" REAL, "ori_test_evaluation_time_max" REAL, '
    '"epoch_training_time_max" REAL, "train_acc_n" INTEGER NOT NULL, "valid_acc_n" '
    'INTEGER NOT NULL, "test_acc_n" INTEGER NOT NULL, "ori_test_acc_n" INTEGER NOT NULL, '
    '"train_loss_n" INTEGER NOT NULL, "valid_loss_n" INTEGER NOT NULL, "test_loss_n" '
    'INTEGER NOT NULL, "ori_test_loss_n" INTEGER NOT NULL, "train_acc5_n" INTEGER NOT '
    'NULL, "parameters_n" INTEGER NOT NULL, "flops_n" INTEGER NOT NULL, "latency_n" '
    'INTEGER NOT NULL, "training_time_n" INTEGER NOT NULL, "valid_evaluation_time_n" '
    'INTEGER NOT NULL, "test_evaluation_time_n" INTEGER NOT NULL, '
    '"ori_test_evaluation_time_n" INTEGER NOT NULL, "epoch_training_time_n" INTEGER NOT '
    'NULL, PRIMARY KEY ("dataset", "num_epochs", "config_id"), FOREIGN KEY ("config_id") '
    'REFERENCES "nb201trialconfig" ("id")) WITHOUT ROWID',
    'CREATE VIEW "nb201_statistics" AS SELECT s.config_id AS config_id, s.num_epochs AS '
    "num_epochs, c.num_channels AS num_channels, c.num_cells AS num_cells, s.dataset AS "
    "dataset, c.arch_index AS arch_index, c.arch_str AS arch_str, c.isomorphism AS "
    "isomorphism, s.num_trials AS num_trials, s.train_acc_mean AS train_acc_mean, "
    "s.valid_acc_mean AS valid_acc_mean, s.test_acc_mean AS test_acc_mean, "
    "s.ori_test_acc_mean AS ori_test_acc_mean, s.train_loss_mean AS train_loss_mean, "
    "s.valid_loss_mean AS valid_loss_mean, s.test_loss_mean AS test_loss_mean, "
    "s.ori_test_loss_mean AS ori_test_loss_mean, s.train_acc5_mean AS train_acc5_mean, "
    "s.parameters_mean AS parameters_mean, s.flops_mean AS flops_mean, s.latency_mean AS "
    "latency_mean, s.training_time_mean AS training_time_mean, "
    "s.valid_evaluation_time_mean AS valid_evaluation_time_mean, "
    "s.test_evaluation_time_mean AS test_evaluation_time_mean, "
    "s.ori_test_evaluation_time_mean AS ori_test_evaluation_time_mean, "
    "s.epoch_training_time_mean AS epoch_training_time_mean, s.train_acc_std AS "
    "train_acc_std, s.valid_acc_std AS valid_acc_std, s.test_acc_std AS test_acc_std, "
    "s.ori_test_acc_std AS ori_test_acc_std, s.train_loss_std AS train_loss_std, "
    "s.valid_loss_std AS valid_loss_std, s.test_loss_std AS test_loss_std, "
    "s.ori_test_loss_std AS ori_test_loss_std, s.train_acc5_std AS train_acc5_std, "
    "s.parameters_std AS parameters_std, s.flops_std AS flops_std, s.latency_std AS "
    "latency_std, s.training_time_std AS training_time_std, s.valid_evaluation_time_std "
    "AS valid_evaluation_time_std, s.test_evaluation_time_std AS "
    "test_evaluation_time_std, s.ori_test_evaluation_time_std AS "
    "ori_test_evaluation_time_std, s.epoch_training_time_std AS epoch_training_time_std, "
    "s.train_acc_min AS train_acc_min, s.valid_acc_min AS valid_acc_min, s.test_acc_min "
    "AS test_acc_min, s.ori_test_acc_min AS ori_test_acc_min, s.train_loss_min AS "
    "train_loss_min, s.valid_loss_min AS valid_loss_min, s.test_loss_min AS "
    "test_loss_min, s.ori_test_loss_min AS ori_test_loss_min, s.train_acc5_min AS "
    "train_acc5_min, s.parameters_min AS parameters_min, s.flops_min AS flops_min, "
    "s.latency_min AS latency_min, s.training_time_min AS training_time_min, "
    "s.valid_evaluation_time_min AS valid_evaluation_time_min, s.test_evaluation_time_min"
    " AS test_evaluation_time_min, s.ori_test_evaluation_time_min AS "
    "ori_test_evaluation_time_min, s.epoch_training_time_min AS epoch_training_time_min, "
    "s.train_acc_max AS train_acc_max, s.valid_acc_max AS valid_acc_max, s.test_acc_max "
    "AS test_acc_max, s.ori_test_acc_max AS ori_test_acc_max, s.train_loss_max AS "
    "train_loss_max, s.valid_loss_max AS valid_loss_max, s.test_loss_max AS "
    "test_loss_max, s.ori_test_loss_max AS ori_test_loss_max, s.train_acc5_max AS "
    "train_acc5_max, s.parameters_max AS parameters_max, s.flops_max AS flops_max, "
    "s.latency_max AS latency_max, s.training_time_max AS training_time_max, "
    "s.valid_evaluation_time_max AS valid_evaluation_time_max, s.test_evaluation_time_max"
    " AS test_evaluation_time_max, s.ori_test_evaluation_time_max AS "
    "ori_test_evaluation_time_max, s.epoch_training_time_max AS epoch_training_time_max, "
    "s.train_acc_n AS train_acc_n, s.valid_acc_n AS valid_acc_n, s.test_acc_n AS "
    "test_acc_n, s.ori_test_acc_n AS ori_test_acc_n, s.train_loss_n AS train_loss_n, "
    "s.valid_loss_n AS valid_loss_n, s.test_loss_n AS test_loss_n, s.ori_test_loss_n AS "
    "ori_test_loss_n, s.train_acc5_n AS train_acc5_n, s.parameters_n AS parameters_n, "
    "s.flops_n AS flops_n, s.latency_n AS latency_n, s.training_time_n AS "
    "training_time_n, s.valid_evaluation_time_n AS valid_evaluation_time_n, "
    "s.test_evaluation_time_n AS test_evaluation_time_n, s.ori_test_evaluation_time_n AS "
    "ori_test_evaluation_time_n, s.epoch_training_time_n AS epoch_training_time_n, c.arch"
    " AS arch FROM nb201configstats AS s LEFT JOIN nb201trialconfig AS c ON c.id = "
    "s.config_id",
    'ALTER TABLE "provenance" ADD COLUMN "several_written" INTEGER NOT NULL DEFAULT 0',
    'UPDATE "provenance" SET "several_written" = ('
    'SELECT count(*) FROM (SELECT 1 FROM "nb201trialconfig" '
    'GROUP BY "arch_index", "dataset", "num_epochs" HAVING count(*) > 1)'
    ")",
)

STATISTICS = StatisticsTable(
    table="nb201configstats",
    config="nb201trialconfig",
    trial="nb201trialstats",
    fidelity=("num_epochs", "dataset"),
    metrics=(
        "train_acc",
        "valid_acc",
        "test_acc",
        "ori_test_acc",
        "train_loss",
        "valid_loss",
        "test_loss",
        "ori_test_loss",
        "train_acc5",
        "parameters",
        "flops",
        "latency",
        "training_time",
        "valid_evaluation_time",
        "test_evaluation_time",
        "ori_test_evaluation_time",
        "epoch_training_time",
    ),
)


def up(migrator, db):
    for statement in STATEMENTS:
        db.execute_sql(statement)
    STATISTICS.fill(db.connection())
    db.execute_sql(f"ANALYZE {STATISTICS.table}")
