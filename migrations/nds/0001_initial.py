"""The first schema: NNI's tables, what it drops, the provenance, the indexes and the flat view."""

STATEMENTS = (
    'CREATE TABLE "ndstrialconfig" ("id" INTEGER NOT NULL PRIMARY KEY, "model_family" '
    'VARCHAR(20) NOT NULL, "model_spec" TEXT NOT NULL, "cell_spec" TEXT NOT NULL, '
    '"dataset" VARCHAR(15) NOT NULL, "generator" VARCHAR(15) NOT NULL, "proposer" '
    'VARCHAR(15) NOT NULL, "base_lr" REAL NOT NULL, "weight_decay" REAL NOT NULL, '
    '"num_epochs" INTEGER NOT NULL, "arch" TEXT NOT NULL, "arch_hash" VARCHAR(32) NOT '
    "NULL)",
    'CREATE TABLE "ndstrialstats" ("id" INTEGER NOT NULL PRIMARY KEY, "config_id" INTEGER'
    ' NOT NULL, "seed" INTEGER NOT NULL, "final_train_acc" REAL, "final_train_loss" REAL,'
    ' "final_test_acc" REAL, "best_train_acc" REAL, "best_train_loss" REAL, '
    '"best_test_acc" REAL, "parameters" REAL, "flops" REAL, "iter_time" REAL, '
    '"min_test_top1" REAL, "prec_time" REAL, "act_mem" REAL, "exp_mem" REAL, "further" '
    'TEXT, "sweep" VARCHAR(32), "sweep_group" VARCHAR(16), "job_id" VARCHAR(64), FOREIGN '
    'KEY ("config_id") REFERENCES "ndstrialconfig" ("id"))',
    'CREATE TABLE "ndsintermediatestats" ("id" INTEGER GENERATED ALWAYS AS (trial_id * '
    '65536 + current_epoch) VIRTUAL, "trial_id" INTEGER NOT NULL, "current_epoch" INTEGER'
    ' NOT NULL, "train_loss" REAL, "train_acc" REAL, "test_acc" REAL, PRIMARY KEY '
    '("trial_id", "current_epoch"), FOREIGN KEY ("trial_id") REFERENCES "ndstrialstats" '
    '("id")) WITHOUT ROWID',
    'CREATE TABLE "ndsplace" ("id" INTEGER NOT NULL PRIMARY KEY, "trial_id" INTEGER NOT '
    'NULL, "sweep" VARCHAR(32) NOT NULL, "sweep_group" VARCHAR(16), "number" INTEGER NOT '
    'NULL, "job_id" VARCHAR(64), FOREIGN KEY ("trial_id") REFERENCES "ndstrialstats" '
    '("id"))',
    'CREATE TABLE "ndsiterations" ("trial_id" INTEGER NOT NULL PRIMARY KEY, "train_loss" '
    'BLOB, "train_top1" BLOB, FOREIGN KEY ("trial_id") REFERENCES "ndstrialstats" ("id"))',
    'CREATE TABLE "ndsconfigstats" ("dataset" VARCHAR(15) NOT NULL, "num_epochs" INTEGER '
    'NOT NULL, "config_id" INTEGER NOT NULL, "num_trials" INTEGER NOT NULL, '
    '"final_train_acc_mean" REAL, "final_train_loss_mean" REAL, "final_test_acc_mean" '
    'REAL, "best_train_acc_mean" REAL, "best_train_loss_mean" REAL, "best_test_acc_mean" '
    'REAL, "parameters_mean" REAL, "flops_mean" REAL, "iter_time_mean" REAL, '
    '"min_test_top1_mean" REAL, "prec_time_mean" REAL, "act_mem_mean" REAL, '
    '"exp_mem_mean" REAL, "final_train_acc_std" REAL, "final_train_loss_std" REAL, '
    '"final_test_acc_std" REAL, "best_train_acc_std" REAL, "best_train_loss_std" REAL, '
    '"best_test_acc_std" REAL, "parameters_std" REAL, "flops_std" REAL, "iter_time_std" '
    'REAL, "min_test_top1_std" REAL, "prec_time_std" REAL, "act_mem_std" REAL, '
    '"exp_mem_std" REAL, "final_train_acc_min" REAL, "final_train_loss_min" REAL, '
    '"final_test_acc_min" REAL, "best_train_acc_min" REAL, "best_train_loss_min" REAL, '
    '"best_test_acc_min" REAL, "parameters_min" REAL, "flops_min" REAL, "iter_time_min" '
    'REAL, "min_test_top1_min" REAL, "prec_time_min" REAL, "act_mem_min" REAL, '
    '"exp_mem_min" REAL, "final_train_acc_max" REAL, "final_train_loss_max" REAL, '
    '"final_test_acc_max" REAL, "best_train_acc_max" REAL, "best_train_loss_max" REAL, '
    '"best_test_acc_max" REAL, "parameters_max" REAL, "flops_max" REAL, "iter_time_max" '
    'REAL, "min_test_top1_max" REAL, "prec_time_max" REAL, "act_mem_max" REAL, '
    '"exp_mem_max" REAL, "final_train_acc_n" INTEGER NOT NULL, "final_train_loss_n" '
    'INTEGER NOT NULL, "final_test_acc_n" INTEGER NOT NULL, "best_train_acc_n" INTEGER '
    'NOT NULL, "best_train_loss_n" INTEGER NOT NULL, "best_test_acc_n" INTEGER NOT NULL, '
    '"parameters_n" INTEGER NOT NULL, "flops_n" INTEGER NOT NULL, "iter_time_n" INTEGER '
    'NOT NULL, "min_test_top1_n" INTEGER NOT NULL, "prec_time_n" INTEGER NOT NULL, '
    '"act_mem_n" INTEGER NOT NULL, "exp_mem_n" INTEGER NOT NULL, PRIMARY KEY ("dataset", '
    '"num_epochs", "config_id"), FOREIGN KEY ("config_id") REFERENCES "ndstrialconfig" '
    '("id")) WITHOUT ROWID',
    'CREATE TABLE "provenance" ("id" INTEGER NOT NULL PRIMARY KEY, "benchmark" '
    'VARCHAR(255) NOT NULL, "source_name" VARCHAR(255) NOT NULL, "source_bytes" INTEGER '
    'NOT NULL, "source_sha256" VARCHAR(255) NOT NULL, "source_format" VARCHAR(255) NOT '
    'NULL, "records" INTEGER NOT NULL, "synthetic" INTEGER NOT NULL, "configs" INTEGER '
    'NOT NULL, "trials" INTEGER NOT NULL, "intermediates" INTEGER NOT NULL, '
    '"nasbench_db_version" VARCHAR(255) NOT NULL, "created_at" VARCHAR(255) NOT NULL, '
    '"changes" TEXT, "several_written" INTEGER NOT NULL DEFAULT 0)',
    'CREATE INDEX "ndstrialconfig_arch_hash_dataset_num_epochs" ON "ndstrialconfig" '
    '("arch_hash", "dataset", "num_epochs")',
    'CREATE INDEX "ndstrialconfig_model_spec_dataset" ON "ndstrialconfig" ("model_spec", '
    '"dataset")',
    'CREATE INDEX "ndstrialconfig_proposer_dataset" ON "ndstrialconfig" ("proposer", "dataset")',
    'CREATE INDEX "ndstrialstats_config_id" ON "ndstrialstats" ("config_id")',
    'CREATE INDEX "ndsplace_trial_id" ON "ndsplace" ("trial_id")',
    'CREATE VIEW "nds" AS SELECT t.id AS trial_id, t.config_id AS config_id, c.arch_hash '
    "AS arch_hash, c.model_family AS model_family, c.proposer AS proposer, c.generator AS"
    " generator, c.dataset AS dataset, c.num_epochs AS num_epochs, c.base_lr AS base_lr, "
    "c.weight_decay AS weight_decay, c.model_spec AS model_spec, c.cell_spec AS "
    "cell_spec, t.seed AS seed, t.final_train_acc AS final_train_acc, t.final_train_loss "
    "AS final_train_loss, t.final_test_acc AS final_test_acc, t.best_train_acc AS "
    "best_train_acc, t.best_train_loss AS best_train_loss, t.best_test_acc AS "
    "best_test_acc, t.parameters AS parameters, t.flops AS flops, t.iter_time AS "
    "iter_time, t.min_test_top1 AS min_test_top1, t.prec_time AS prec_time, t.act_mem AS "
    "act_mem, t.exp_mem AS exp_mem, t.further AS further, t.sweep AS sweep, t.sweep_group"
    " AS sweep_group, t.job_id AS job_id, c.arch AS arch FROM ndstrialstats AS t LEFT "
    "JOIN ndstrialconfig AS c ON c.id = t.config_id",
    'CREATE VIEW "nds_statistics" AS SELECT s.config_id AS config_id, c.model_family AS '
    "model_family, c.model_spec AS model_spec, c.cell_spec AS cell_spec, s.dataset AS "
    "dataset, c.generator AS generator, c.proposer AS proposer, c.base_lr AS base_lr, "
    "c.weight_decay AS weight_decay, s.num_epochs AS num_epochs, c.arch_hash AS "
    "arch_hash, s.num_trials AS num_trials, s.final_train_acc_mean AS "
    "final_train_acc_mean, s.final_train_loss_mean AS final_train_loss_mean, "
    "s.final_test_acc_mean AS final_test_acc_mean, s.best_train_acc_mean AS "
    "best_train_acc_mean, s.best_train_loss_mean AS best_train_loss_mean, "
    "s.best_test_acc_mean AS best_test_acc_mean, s.parameters_mean AS parameters_mean, "
    "s.flops_mean AS flops_mean, s.iter_time_mean AS iter_time_mean, s.min_test_top1_mean"
    " AS min_test_top1_mean, s.prec_time_mean AS prec_time_mean, s.act_mem_mean AS "
    "act_mem_mean, s.exp_mem_mean AS exp_mem_mean, s.final_train_acc_std AS "
    "final_train_acc_std, s.final_train_loss_std AS final_train_loss_std, "
    "s.final_test_acc_std AS final_test_acc_std, s.best_train_acc_std AS "
    "best_train_acc_std, s.best_train_loss_std AS best_train_loss_std, "
    "s.best_test_acc_std AS best_test_acc_std, s.parameters_std AS parameters_std, "
    "s.flops_std AS flops_std, s.iter_time_std AS iter_time_std, s.min_test_top1_std AS "
    "min_test_top1_std, s.prec_time_std AS prec_time_std, s.act_mem_std AS act_mem_std, "
    "s.exp_mem_std AS exp_mem_std, s.final_train_acc_min AS final_train_acc_min, "
    "s.final_train_loss_min AS final_train_loss_min, s.final_test_acc_min AS "
    "final_test_acc_min, s.best_train_acc_min AS best_train_acc_min, "
    "s.best_train_loss_min AS best_train_loss_min, s.best_test_acc_min AS "
    "best_test_acc_min, s.parameters_min AS parameters_min, s.flops_min AS flops_min, "
    "s.iter_time_min AS iter_time_min, s.min_test_top1_min AS min_test_top1_min, "
    "s.prec_time_min AS prec_time_min, s.act_mem_min AS act_mem_min, s.exp_mem_min AS "
    "exp_mem_min, s.final_train_acc_max AS final_train_acc_max, s.final_train_loss_max AS"
    " final_train_loss_max, s.final_test_acc_max AS final_test_acc_max, "
    "s.best_train_acc_max AS best_train_acc_max, s.best_train_loss_max AS "
    "best_train_loss_max, s.best_test_acc_max AS best_test_acc_max, s.parameters_max AS "
    "parameters_max, s.flops_max AS flops_max, s.iter_time_max AS iter_time_max, "
    "s.min_test_top1_max AS min_test_top1_max, s.prec_time_max AS prec_time_max, "
    "s.act_mem_max AS act_mem_max, s.exp_mem_max AS exp_mem_max, s.final_train_acc_n AS "
    "final_train_acc_n, s.final_train_loss_n AS final_train_loss_n, s.final_test_acc_n AS"
    " final_test_acc_n, s.best_train_acc_n AS best_train_acc_n, s.best_train_loss_n AS "
    "best_train_loss_n, s.best_test_acc_n AS best_test_acc_n, s.parameters_n AS "
    "parameters_n, s.flops_n AS flops_n, s.iter_time_n AS iter_time_n, s.min_test_top1_n "
    "AS min_test_top1_n, s.prec_time_n AS prec_time_n, s.act_mem_n AS act_mem_n, "
    "s.exp_mem_n AS exp_mem_n, c.arch AS arch FROM ndsconfigstats AS s LEFT JOIN "
    "ndstrialconfig AS c ON c.id = s.config_id",
    "PRAGMA application_id = 1851880292",
)


def up(migrator, db):
    for statement in STATEMENTS:
        db.execute_sql(statement)
