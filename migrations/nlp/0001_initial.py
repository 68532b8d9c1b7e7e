"""The first schema: NNI's three tables."""

STATEMENTS = (
    'CREATE TABLE "nlptrialconfig" ("id" INTEGER NOT NULL PRIMARY KEY, "arch" TEXT NOT '
    'NULL, "dataset" VARCHAR(15) NOT NULL, "hash" VARCHAR(32) NOT NULL, "num_epochs" '
    'INTEGER NOT NULL, "num_nodes" INTEGER NOT NULL, "num_hidden" INTEGER NOT NULL, '
    '"settings" TEXT)',
    'CREATE TABLE "nlptrialstats" ("id" INTEGER NOT NULL PRIMARY KEY, "config_id" INTEGER'
    ' NOT NULL, "train_loss" REAL, "val_loss" REAL, "test_loss" REAL, "training_time" '
    'REAL, "epoch_training_time" REAL, "best_epoch" INTEGER, "train_loss_at_best" REAL, '
    '"val_loss_at_best" REAL, "test_loss_at_best" REAL, "train_perplexity" REAL, '
    '"val_perplexity" REAL, "test_perplexity" REAL, "train_perplexity_at_best" REAL, '
    '"val_perplexity_at_best" REAL, "test_perplexity_at_best" REAL, "parameters" REAL, '
    '"trained_epochs" INTEGER NOT NULL, "status" VARCHAR(32) NOT NULL, "recipe_id" '
    'INTEGER, "experiment_id" INTEGER, "init_time" VARCHAR(32), "sets" VARCHAR(128), '
    '"further" TEXT, FOREIGN KEY ("config_id") REFERENCES "nlptrialconfig" ("id"))',
    'CREATE TABLE "nlpintermediatestats" ("id" INTEGER GENERATED ALWAYS AS (trial_id * '
    '65536 + current_epoch) VIRTUAL, "trial_id" INTEGER NOT NULL, "current_epoch" INTEGER'
    ' NOT NULL, "train_loss" REAL, "val_loss" REAL, "test_loss" REAL, "training_time" '
    'REAL, "epoch_training_time" REAL, PRIMARY KEY ("trial_id", "current_epoch"), FOREIGN'
    ' KEY ("trial_id") REFERENCES "nlptrialstats" ("id")) WITHOUT ROWID',
    'CREATE TABLE "nlpconfigstats" ("dataset" VARCHAR(15) NOT NULL, "num_epochs" INTEGER '
    'NOT NULL, "config_id" INTEGER NOT NULL, "num_trials" INTEGER NOT NULL, '
    '"train_loss_mean" REAL, "val_loss_mean" REAL, "test_loss_mean" REAL, '
    '"training_time_mean" REAL, "epoch_training_time_mean" REAL, '
    '"train_loss_at_best_mean" REAL, "val_loss_at_best_mean" REAL, '
    '"test_loss_at_best_mean" REAL, "train_perplexity_mean" REAL, "val_perplexity_mean" '
    'REAL, "test_perplexity_mean" REAL, "train_perplexity_at_best_mean" REAL, '
    '"val_perplexity_at_best_mean" REAL, "test_perplexity_at_best_mean" REAL, '
    '"parameters_mean" REAL, "train_loss_std" REAL, "val_loss_std" REAL, "test_loss_std" '
    'REAL, "training_time_std" REAL, "epoch_training_time_std" REAL, '
    '"train_loss_at_best_std" REAL, "val_loss_at_best_std" REAL, "test_loss_at_best_std" '
    'REAL, "train_perplexity_std" REAL, "val_perplexity_std" REAL, "test_perplexity_std" '
    'REAL, "train_perplexity_at_best_std" REAL, "val_perplexity_at_best_std" REAL, '
    '"test_perplexity_at_best_std" REAL, "parameters_std" REAL, "train_loss_min" REAL, '
    '"val_loss_min" REAL, "test_loss_min" REAL, "training_time_min" REAL, '
    '"epoch_training_time_min" REAL, "train_loss_at_best_min" REAL, '
    '"val_loss_at_best_min" REAL, "test_loss_at_best_min" REAL, "train_perplexity_min" '
    'REAL, "val_perplexity_min" REAL, "test_perplexity_min" REAL, '
    '"train_perplexity_at_best_min" REAL, "val_perplexity_at_best_min" REAL, '
    '"test_perplexity_at_best_min" REAL, "parameters_min" REAL, "train_loss_max" REAL, '
    '"val_loss_max" REAL, "test_loss_max" REAL, "training_time_max" REAL, '
    '"epoch_training_time_max" REAL, "train_loss_at_best_max" REAL, '
    '"val_loss_at_best_max" REAL, "test_loss_at_best_max" REAL, "train_perplexity_max" '
    'REAL, "val_perplexity_max" REAL, "test_perplexity_max" REAL, '
    '"train_perplexity_at_best_max" REAL, "val_perplexity_at_best_max" REAL, '
    '"test_perplexity_at_best_max" REAL, "parameters_max" REAL, "train_loss_n" INTEGER '
    'NOT NULL, "val_loss_n" INTEGER NOT NULL, "test_loss_n" INTEGER NOT NULL, '
    '"training_time_n" INTEGER NOT NULL, "epoch_training_time_n" INTEGER NOT NULL, '
    '"train_loss_at_best_n" INTEGER NOT NULL, "val_loss_at_best_n" INTEGER NOT NULL, '
    '"test_loss_at_best_n" INTEGER NOT NULL, "train_perplexity_n" INTEGER NOT NULL, '
    '"val_perplexity_n" INTEGER NOT NULL, "test_perplexity_n" INTEGER NOT NULL, '
    '"train_perplexity_at_best_n" INTEGER NOT NULL, "val_perplexity_at_best_n" INTEGER '
    'NOT NULL, "test_perplexity_at_best_n" INTEGER NOT NULL, "parameters_n" INTEGER NOT '
    'NULL, PRIMARY KEY ("num_epochs", "dataset", "config_id"), FOREIGN KEY ("config_id") '
    'REFERENCES "nlptrialconfig" ("id")) WITHOUT ROWID',
    'CREATE TABLE "provenance" ("id" INTEGER NOT NULL PRIMARY KEY, "benchmark" '
    'VARCHAR(255) NOT NULL, "source_name" VARCHAR(255) NOT NULL, "source_bytes" INTEGER '
    'NOT NULL, "source_sha256" VARCHAR(255) NOT NULL, "source_format" VARCHAR(255) NOT '
    'NULL, "records" INTEGER NOT NULL, "synthetic" INTEGER NOT NULL, "configs" INTEGER '
    'NOT NULL, "trials" INTEGER NOT NULL, "intermediates" INTEGER NOT NULL, '
    '"nasbench_db_version" VARCHAR(255) NOT NULL, "created_at" VARCHAR(255) NOT NULL, '
    '"changes" TEXT, "several_written" INTEGER NOT NULL DEFAULT 0)',
    'CREATE INDEX "nlptrialconfig_hash_dataset" ON "nlptrialconfig" ("hash", "dataset")',
    'CREATE INDEX "nlptrialconfig_dataset_num_epochs" ON "nlptrialconfig" ("dataset", '
    '"num_epochs")',
    'CREATE INDEX "nlptrialstats_config_id" ON "nlptrialstats" ("config_id")',
    'CREATE VIEW "nlp" AS SELECT t.id AS trial_id, t.config_id AS config_id, c.hash AS '
    "hash, c.dataset AS dataset, c.num_epochs AS num_epochs, c.num_nodes AS num_nodes, "
    "c.num_hidden AS num_hidden, t.train_loss AS train_loss, t.val_loss AS val_loss, "
    "t.test_loss AS test_loss, t.training_time AS training_time, t.epoch_training_time AS"
    " epoch_training_time, t.best_epoch AS best_epoch, t.train_loss_at_best AS "
    "train_loss_at_best, t.val_loss_at_best AS val_loss_at_best, t.test_loss_at_best AS "
    "test_loss_at_best, t.train_perplexity AS train_perplexity, t.val_perplexity AS "
    "val_perplexity, t.test_perplexity AS test_perplexity, t.train_perplexity_at_best AS "
    "train_perplexity_at_best, t.val_perplexity_at_best AS val_perplexity_at_best, "
    "t.test_perplexity_at_best AS test_perplexity_at_best, t.parameters AS parameters, "
    "t.trained_epochs AS trained_epochs, t.status AS status, t.recipe_id AS recipe_id, "
    "t.experiment_id AS experiment_id, t.init_time AS init_time, t.sets AS sets, "
    "t.further AS further, c.arch AS arch FROM nlptrialstats AS t LEFT JOIN "
    "nlptrialconfig AS c ON c.id = t.config_id",
    'CREATE VIEW "nlp_statistics" AS SELECT s.config_id AS config_id, s.dataset AS '
    "dataset, c.hash AS hash, s.num_epochs AS num_epochs, c.num_nodes AS num_nodes, "
    "c.num_hidden AS num_hidden, c.settings AS settings, s.num_trials AS num_trials, "
    "s.train_loss_mean AS train_loss_mean, s.val_loss_mean AS val_loss_mean, "
    "s.test_loss_mean AS test_loss_mean, s.training_time_mean AS training_time_mean, "
    "s.epoch_training_time_mean AS epoch_training_time_mean, s.train_loss_at_best_mean AS"
    " train_loss_at_best_mean, s.val_loss_at_best_mean AS val_loss_at_best_mean, "
    "s.test_loss_at_best_mean AS test_loss_at_best_mean, s.train_perplexity_mean AS "
    "train_perplexity_mean, s.val_perplexity_mean AS val_perplexity_mean, "
    "s.test_perplexity_mean AS test_perplexity_mean, s.train_perplexity_at_best_mean AS "
    "train_perplexity_at_best_mean, s.val_perplexity_at_best_mean AS "
    "val_perplexity_at_best_mean, s.test_perplexity_at_best_mean AS "
    "test_perplexity_at_best_mean, s.parameters_mean AS parameters_mean, s.train_loss_std"
    " AS train_loss_std, s.val_loss_std AS val_loss_std, s.test_loss_std AS "
    "test_loss_std, s.training_time_std AS training_time_std, s.epoch_training_time_std "
    "AS epoch_training_time_std, s.train_loss_at_best_std AS train_loss_at_best_std, "
    "s.val_loss_at_best_std AS val_loss_at_best_std, s.test_loss_at_best_std AS "
    "test_loss_at_best_std, s.train_perplexity_std AS train_perplexity_std, "
    "s.val_perplexity_std AS val_perplexity_std, s.test_perplexity_std AS "
    "test_perplexity_std, s.train_perplexity_at_best_std AS train_perplexity_at_best_std,"
    " s.val_perplexity_at_best_std AS val_perplexity_at_best_std, "
    "s.test_perplexity_at_best_std AS test_perplexity_at_best_std, s.parameters_std AS "
    "parameters_std, s.train_loss_min AS train_loss_min, s.val_loss_min AS val_loss_min, "
    "s.test_loss_min AS test_loss_min, s.training_time_min AS training_time_min, "
    "s.epoch_training_time_min AS epoch_training_time_min, s.train_loss_at_best_min AS "
    "train_loss_at_best_min, s.val_loss_at_best_min AS val_loss_at_best_min, "
    "s.test_loss_at_best_min AS test_loss_at_best_min, s.train_perplexity_min AS "
    "train_perplexity_min, s.val_perplexity_min AS val_perplexity_min, "
    "s.test_perplexity_min AS test_perplexity_min, s.train_perplexity_at_best_min AS "
    "train_perplexity_at_best_min, s.val_perplexity_at_best_min AS "
    "val_perplexity_at_best_min, s.test_perplexity_at_best_min AS "
    "test_perplexity_at_best_min, s.parameters_min AS parameters_min, s.train_loss_max AS"
    " train_loss_max, s.val_loss_max AS val_loss_max, s.test_loss_max AS test_loss_max, "
    "s.training_time_max AS training_time_max, s.epoch_training_time_max AS "
    "epoch_training_time_max, s.train_loss_at_best_max AS train_loss_at_best_max, "
    "s.val_loss_at_best_max AS val_loss_at_best_max, s.test_loss_at_best_max AS "
    "test_loss_at_best_max, s.train_perplexity_max AS train_perplexity_max, "
    "s.val_perplexity_max AS val_perplexity_max, s.test_perplexity_max AS "
    "test_perplexity_max, s.train_perplexity_at_best_max AS train_perplexity_at_best_max,"
    " s.val_perplexity_at_best_max AS val_perplexity_at_best_max, "
    "s.test_perplexity_at_best_max AS test_perplexity_at_best_max, s.parameters_max AS "
    "parameters_max, s.train_loss_n AS train_loss_n, s.val_loss_n AS val_loss_n, "
    "s.test_loss_n AS test_loss_n, s.training_time_n AS training_time_n, "
    "s.epoch_training_time_n AS epoch_training_time_n, s.train_loss_at_best_n AS "
    "train_loss_at_best_n, s.val_loss_at_best_n AS val_loss_at_best_n, "
    "s.test_loss_at_best_n AS test_loss_at_best_n, s.train_perplexity_n AS "
    "train_perplexity_n, s.val_perplexity_n AS val_perplexity_n, s.test_perplexity_n AS "
    "test_perplexity_n, s.train_perplexity_at_best_n AS train_perplexity_at_best_n, "
    "s.val_perplexity_at_best_n AS val_perplexity_at_best_n, s.test_perplexity_at_best_n "
    "AS test_perplexity_at_best_n, s.parameters_n AS parameters_n, c.arch AS arch FROM "
    "nlpconfigstats AS s LEFT JOIN nlptrialconfig AS c ON c.id = s.config_id",
    "PRAGMA application_id = 1851880292",
)


def up(migrator, db):
    for statement in STATEMENTS:
        db.execute_sql(statement)
