"""The first schema: three tables in NNI's pattern, and what the file says of itself."""

STATEMENTS = (
    'CREATE TABLE "tnb101trialconfig" ("id" INTEGER NOT NULL PRIMARY KEY, "arch" TEXT NOT '
    'NULL, "arch_str" VARCHAR(32) NOT NULL, "arch_index" INTEGER NOT NULL, "search_space" '
    'VARCHAR(32) NOT NULL, "task" VARCHAR(32) NOT NULL, "num_epochs" INTEGER NOT NULL)',
    'CREATE TABLE "tnb101trialstats" ("id" INTEGER NOT NULL PRIMARY KEY, "inference_time" '
    'REAL, "encoder_params" REAL, "model_params" REAL, "model_flops" REAL, "encoder_flops" '
    'REAL, "further_info" TEXT, "train_top1" REAL, "valid_top1" REAL, "test_top1" REAL, '
    '"train_top5" REAL, "valid_top5" REAL, "test_top5" REAL, "train_acc" REAL, "valid_acc" '
    'REAL, "test_acc" REAL, "train_mIoU" REAL, "valid_mIoU" REAL, "test_mIoU" REAL, '
    '"train_ssim" REAL, "valid_ssim" REAL, "test_ssim" REAL, "train_neg_loss" REAL, '
    '"valid_neg_loss" REAL, "test_neg_loss" REAL, "train_loss" REAL, "valid_loss" REAL, '
    '"test_loss" REAL, "train_l1_loss" REAL, "valid_l1_loss" REAL, "test_l1_loss" REAL, '
    '"time_elapsed" REAL, "further" TEXT, "config_id" INTEGER NOT NULL, FOREIGN KEY '
    '("config_id") REFERENCES "tnb101trialconfig" ("id"))',
    'CREATE TABLE "tnb101intermediatestats" ("id" INTEGER GENERATED ALWAYS AS (trial_id * '
    '65536 + current_epoch) VIRTUAL, "current_epoch" INTEGER NOT NULL, "train_top1" REAL, '
    '"valid_top1" REAL, "test_top1" REAL, "train_top5" REAL, "valid_top5" REAL, "test_top5"'
    ' REAL, "train_acc" REAL, "valid_acc" REAL, "test_acc" REAL, "train_mIoU" REAL, '
    '"valid_mIoU" REAL, "test_mIoU" REAL, "train_ssim" REAL, "valid_ssim" REAL, "test_ssim"'
    ' REAL, "train_neg_loss" REAL, "valid_neg_loss" REAL, "test_neg_loss" REAL, '
    '"train_loss" REAL, "valid_loss" REAL, "test_loss" REAL, "train_l1_loss" REAL, '
    '"valid_l1_loss" REAL, "test_l1_loss" REAL, "time_elapsed" REAL, "further" TEXT, '
    '"trial_id" INTEGER NOT NULL, PRIMARY KEY ("trial_id", "current_epoch"), FOREIGN KEY '
    '("trial_id") REFERENCES "tnb101trialstats" ("id")) WITHOUT ROWID',
    'CREATE TABLE "tnb101architecture" ("arch_index" INTEGER NOT NULL PRIMARY KEY, '
    '"arch_str" VARCHAR(32) NOT NULL, "search_space" VARCHAR(32) NOT NULL)',
    'CREATE TABLE "tnb101metric" ("id" INTEGER NOT NULL PRIMARY KEY, "task" VARCHAR(32) NOT'
    ' NULL, "name" VARCHAR(64) NOT NULL, "position" INTEGER, "quantity" VARCHAR(16), '
    '"split" VARCHAR(16), "unit" VARCHAR(16), "direction" VARCHAR(16), "column_name" '
    "VARCHAR(64))",
    'CREATE TABLE "tnb101header" ("name" VARCHAR(255) NOT NULL PRIMARY KEY, "content" TEXT '
    "NOT NULL)",
    'CREATE TABLE "provenance" ("id" INTEGER NOT NULL PRIMARY KEY, "benchmark" VARCHAR(255)'
    ' NOT NULL, "source_name" VARCHAR(255) NOT NULL, "source_bytes" INTEGER NOT NULL, '
    '"source_sha256" VARCHAR(255) NOT NULL, "source_format" VARCHAR(255) NOT NULL, '
    '"records" INTEGER NOT NULL, "synthetic" INTEGER NOT NULL, "configs" INTEGER NOT NULL, '
    '"trials" INTEGER NOT NULL, "intermediates" INTEGER NOT NULL, "nasbench_db_version" '
    'VARCHAR(255) NOT NULL, "created_at" VARCHAR(255) NOT NULL)',
    'CREATE UNIQUE INDEX "tnb101trialconfig_arch_str_task" ON "tnb101trialconfig" '
    '("arch_str", "task")',
    'CREATE INDEX "tnb101trialconfig_arch_index_task" ON "tnb101trialconfig" ("arch_index",'
    ' "task")',
    'CREATE INDEX "tnb101trialconfig_task_search_space" ON "tnb101trialconfig" ("task", '
    '"search_space")',
    'CREATE INDEX "tnb101trialstats_config_id" ON "tnb101trialstats" ("config_id")',
    'CREATE UNIQUE INDEX "tnb101architecture_arch_str" ON "tnb101architecture" ("arch_str")',
    'CREATE UNIQUE INDEX "tnb101metric_task_name" ON "tnb101metric" ("task", "name")',
    'CREATE VIEW "tnb101" AS SELECT t.id AS trial_id, t.config_id AS config_id, '
    "c.arch_index AS arch_index, c.arch_str AS arch_str, c.search_space AS search_space, "
    "c.task AS task, c.num_epochs AS num_epochs, t.inference_time AS inference_time, "
    "t.encoder_params AS encoder_params, t.model_params AS model_params, t.model_flops AS "
    "model_flops, t.encoder_flops AS encoder_flops, t.further_info AS further_info, "
    "t.train_top1 AS train_top1, t.valid_top1 AS valid_top1, t.test_top1 AS test_top1, "
    "t.train_top5 AS train_top5, t.valid_top5 AS valid_top5, t.test_top5 AS test_top5, "
    "t.train_acc AS train_acc, t.valid_acc AS valid_acc, t.test_acc AS test_acc, "
    "t.train_mIoU AS train_mIoU, t.valid_mIoU AS valid_mIoU, t.test_mIoU AS test_mIoU, "
    "t.train_ssim AS train_ssim, t.valid_ssim AS valid_ssim, t.test_ssim AS test_ssim, "
    "t.train_neg_loss AS train_neg_loss, t.valid_neg_loss AS valid_neg_loss, "
    "t.test_neg_loss AS test_neg_loss, t.train_loss AS train_loss, t.valid_loss AS "
    "valid_loss, t.test_loss AS test_loss, t.train_l1_loss AS train_l1_loss, "
    "t.valid_l1_loss AS valid_l1_loss, t.test_l1_loss AS test_l1_loss, t.time_elapsed AS "
    "time_elapsed, t.further AS further, c.arch AS arch FROM tnb101trialstats AS t LEFT "
    "JOIN tnb101trialconfig AS c ON c.id = t.config_id",
    "PRAGMA application_id = 1851880292",
)


def up(migrator, db):
    for statement in STATEMENTS:
        db.execute_sql(statement)
