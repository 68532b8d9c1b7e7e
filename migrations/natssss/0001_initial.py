"""The first schema, in the pattern of NAS-Bench-201's."""

STATEMENTS = (
    'CREATE TABLE "natsssstrialconfig" ("id" INTEGER NOT NULL PRIMARY KEY, "arch" TEXT NOT '
    'NULL, "num_epochs" INTEGER NOT NULL, "dataset" VARCHAR(16) NOT NULL COLLATE NOCASE, '
    '"arch_index" INTEGER NOT NULL, "arch_str" VARCHAR(14) NOT NULL)',
    'CREATE TABLE "natsssstrialstats" ("id" INTEGER NOT NULL PRIMARY KEY, "seed" INTEGER NOT '
    'NULL, "train_acc" REAL, "valid_acc" REAL, "test_acc" REAL, "ori_test_acc" REAL, '
    '"train_loss" REAL, "valid_loss" REAL, "test_loss" REAL, "ori_test_loss" REAL, '
    '"train_acc5" REAL, "parameters" REAL, "flops" REAL, "latency" REAL, "latencies" TEXT, '
    '"training_time" REAL, "valid_evaluation_time" REAL, "test_evaluation_time" REAL, '
    '"ori_test_evaluation_time" REAL, "epoch_training_time" REAL, "time_source" VARCHAR(9), '
    '"splits" VARCHAR(32) NOT NULL, "source" INTEGER NOT NULL, "config_id" INTEGER NOT NULL, '
    'FOREIGN KEY ("config_id") REFERENCES "natsssstrialconfig" ("id"))',
    'CREATE TABLE "natssssintermediatestats" ("id" INTEGER GENERATED ALWAYS AS (trial_id * '
    '65536 + current_epoch) VIRTUAL, "current_epoch" INTEGER NOT NULL, "train_acc" REAL, '
    '"valid_acc" REAL, "test_acc" REAL, "ori_test_acc" REAL, "train_loss" REAL, "valid_loss" '
    'REAL, "test_loss" REAL, "ori_test_loss" REAL, "train_acc5" REAL, "training_time" REAL, '
    '"valid_evaluation_time" REAL, "test_evaluation_time" REAL, "ori_test_evaluation_time" '
    'REAL, "trial_id" INTEGER NOT NULL, PRIMARY KEY ("trial_id", "current_epoch"), FOREIGN '
    'KEY ("trial_id") REFERENCES "natsssstrialstats" ("id")) WITHOUT ROWID',
    'CREATE TABLE "natssssarchitecture" ("arch_index" INTEGER NOT NULL PRIMARY KEY, '
    '"arch_str" VARCHAR(14) NOT NULL)',
    'CREATE TABLE "natssssweights" ("id" INTEGER NOT NULL PRIMARY KEY, "name" VARCHAR(255) '
    'NOT NULL, "dtype" VARCHAR(16) NOT NULL, "shape" TEXT NOT NULL, "data" BLOB NOT NULL, '
    '"trial_id" INTEGER NOT NULL, FOREIGN KEY ("trial_id") REFERENCES "natsssstrialstats" '
    '("id"))',
    'CREATE TABLE "provenance" ("id" INTEGER NOT NULL PRIMARY KEY, "benchmark" VARCHAR(255) '
    'NOT NULL, "source_name" VARCHAR(255) NOT NULL, "source_bytes" INTEGER NOT NULL, '
    '"source_sha256" VARCHAR(255) NOT NULL, "source_format" VARCHAR(255) NOT NULL, "records" '
    'INTEGER NOT NULL, "synthetic" INTEGER NOT NULL, "configs" INTEGER NOT NULL, "trials" '
    'INTEGER NOT NULL, "intermediates" INTEGER NOT NULL, "nasbench_db_version" VARCHAR(255) '
    'NOT NULL, "created_at" VARCHAR(255) NOT NULL)',
    'CREATE INDEX "natsssstrialconfig_arch_index_num_epochs_dataset" ON "natsssstrialconfig" '
    '("arch_index", "num_epochs", "dataset")',
    'CREATE INDEX "natsssstrialconfig_arch_str_num_epochs_dataset" ON "natsssstrialconfig" '
    '("arch_str", "num_epochs", "dataset")',
    'CREATE INDEX "natsssstrialconfig_dataset_num_epochs" ON "natsssstrialconfig" ("dataset",'
    ' "num_epochs")',
    'CREATE INDEX "natsssstrialstats_config_id" ON "natsssstrialstats" ("config_id")',
    'CREATE UNIQUE INDEX "natssssarchitecture_arch_str" ON "natssssarchitecture" ("arch_str")',
    'CREATE INDEX "natssssweights_trial_id" ON "natssssweights" ("trial_id")',
    'CREATE VIEW "natssss" AS SELECT t.id AS trial_id, t.config_id AS config_id, c.arch_index'
    " AS arch_index, c.arch_str AS arch_str, c.num_epochs AS num_epochs, c.dataset AS "
    "dataset, t.seed AS seed, t.train_acc AS train_acc, t.valid_acc AS valid_acc, t.test_acc "
    "AS test_acc, t.ori_test_acc AS ori_test_acc, t.train_loss AS train_loss, t.valid_loss AS"
    " valid_loss, t.test_loss AS test_loss, t.ori_test_loss AS ori_test_loss, t.train_acc5 AS"
    " train_acc5, t.parameters AS parameters, t.flops AS flops, t.latency AS latency, "
    "t.latencies AS latencies, t.training_time AS training_time, t.valid_evaluation_time AS "
    "valid_evaluation_time, t.test_evaluation_time AS test_evaluation_time, "
    "t.ori_test_evaluation_time AS ori_test_evaluation_time, t.epoch_training_time AS "
    "epoch_training_time, t.time_source AS time_source, t.splits AS splits, t.source AS "
    "source, c.arch AS arch FROM natsssstrialstats AS t LEFT JOIN natsssstrialconfig AS c ON "
    "c.id = t.config_id",
    "PRAGMA application_id = 1851880292",
)


def up(migrator, db):
    for statement in STATEMENTS:
        db.execute_sql(statement)
