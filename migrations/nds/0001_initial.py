"""The first schema: NNI's tables, what it drops, the provenance, the indexes and the flat view."""

STATEMENTS = (
    'CREATE TABLE "ndstrialconfig" ("id" INTEGER NOT NULL PRIMARY KEY, "model_family" '
    'VARCHAR(20) NOT NULL, "model_spec" TEXT NOT NULL, "cell_spec" TEXT NOT NULL, "dataset" '
    'VARCHAR(15) NOT NULL, "generator" VARCHAR(15) NOT NULL, "proposer" VARCHAR(15) NOT NULL,'
    ' "base_lr" REAL NOT NULL, "weight_decay" REAL NOT NULL, "num_epochs" INTEGER NOT NULL, '
    '"arch" TEXT NOT NULL, "arch_hash" VARCHAR(32) NOT NULL)',
    'CREATE TABLE "ndstrialstats" ("id" INTEGER NOT NULL PRIMARY KEY, "config_id" INTEGER NOT'
    ' NULL, "seed" INTEGER NOT NULL, "final_train_acc" REAL, "final_train_loss" REAL, '
    '"final_test_acc" REAL, "best_train_acc" REAL, "best_train_loss" REAL, "best_test_acc" '
    'REAL, "parameters" REAL, "flops" REAL, "iter_time" REAL, "min_test_top1" REAL, '
    '"prec_time" REAL, "act_mem" REAL, "exp_mem" REAL, "further" TEXT, "sweep" VARCHAR(32), '
    '"sweep_group" VARCHAR(16), "job_id" VARCHAR(64), FOREIGN KEY ("config_id") REFERENCES '
    '"ndstrialconfig" ("id"))',
    'CREATE TABLE "ndsintermediatestats" ("id" INTEGER GENERATED ALWAYS AS (trial_id * 65536 '
    '+ current_epoch) VIRTUAL, "trial_id" INTEGER NOT NULL, "current_epoch" INTEGER NOT NULL,'
    ' "train_loss" REAL, "train_acc" REAL, "test_acc" REAL, PRIMARY KEY ("trial_id", '
    '"current_epoch"), FOREIGN KEY ("trial_id") REFERENCES "ndstrialstats" ("id")) WITHOUT '
    "ROWID",
    'CREATE TABLE "ndsplace" ("id" INTEGER NOT NULL PRIMARY KEY, "trial_id" INTEGER NOT NULL,'
    ' "sweep" VARCHAR(32) NOT NULL, "sweep_group" VARCHAR(16), "number" INTEGER NOT NULL, '
    '"job_id" VARCHAR(64), FOREIGN KEY ("trial_id") REFERENCES "ndstrialstats" ("id"))',
    'CREATE TABLE "ndsiterations" ("trial_id" INTEGER NOT NULL PRIMARY KEY, "train_loss" '
    'BLOB, "train_top1" BLOB, FOREIGN KEY ("trial_id") REFERENCES "ndstrialstats" ("id"))',
    'CREATE TABLE "provenance" ("id" INTEGER NOT NULL PRIMARY KEY, "benchmark" VARCHAR(255) '
    'NOT NULL, "source_name" VARCHAR(255) NOT NULL, "source_bytes" INTEGER NOT NULL, '
    '"source_sha256" VARCHAR(255) NOT NULL, "source_format" VARCHAR(255) NOT NULL, "records" '
    'INTEGER NOT NULL, "synthetic" INTEGER NOT NULL, "configs" INTEGER NOT NULL, "trials" '
    'INTEGER NOT NULL, "intermediates" INTEGER NOT NULL, "nasbench_db_version" VARCHAR(255) '
    'NOT NULL, "created_at" VARCHAR(255) NOT NULL, "changes" TEXT)',
    'CREATE VIEW "nds" AS SELECT t.id AS trial_id, t.config_id AS config_id, c.arch_hash AS '
    "arch_hash, c.model_family AS model_family, c.proposer AS proposer, c.generator AS "
    "generator, c.dataset AS dataset, c.num_epochs AS num_epochs, c.base_lr AS base_lr, "
    "c.weight_decay AS weight_decay, c.model_spec AS model_spec, c.cell_spec AS cell_spec, "
    "t.seed AS seed, t.final_train_acc AS final_train_acc, t.final_train_loss AS "
    "final_train_loss, t.final_test_acc AS final_test_acc, t.best_train_acc AS "
    "best_train_acc, t.best_train_loss AS best_train_loss, t.best_test_acc AS best_test_acc, "
    "t.parameters AS parameters, t.flops AS flops, t.iter_time AS iter_time, t.min_test_top1 "
    "AS min_test_top1, t.prec_time AS prec_time, t.act_mem AS act_mem, t.exp_mem AS exp_mem, "
    "t.further AS further, t.sweep AS sweep, t.sweep_group AS sweep_group, t.job_id AS "
    "job_id, c.arch AS arch FROM ndstrialstats AS t LEFT JOIN ndstrialconfig AS c ON c.id = "
    "t.config_id",
    'CREATE INDEX "ndstrialconfig_arch_hash_dataset_num_epochs" ON "ndstrialconfig" '
    '("arch_hash", "dataset", "num_epochs")',
    'CREATE INDEX "ndstrialconfig_model_spec_dataset" ON "ndstrialconfig" ("model_spec", '
    '"dataset")',
    'CREATE INDEX "ndstrialconfig_proposer_dataset" ON "ndstrialconfig" ("proposer", "dataset")',
    'CREATE INDEX "ndstrialstats_config_id" ON "ndstrialstats" ("config_id")',
    'CREATE INDEX "ndsplace_trial_id" ON "ndsplace" ("trial_id")',
    "PRAGMA application_id = 1851880292",
)


def up(migrator, db):
    for statement in STATEMENTS:
        db.execute_sql(statement)
