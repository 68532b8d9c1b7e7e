"""The first schema: NNI's three tables."""

STATEMENTS = (
    'CREATE TABLE "nlptrialconfig" ("id" INTEGER NOT NULL PRIMARY KEY, "arch" TEXT NOT NULL,'
    ' "dataset" VARCHAR(15) NOT NULL, "hash" VARCHAR(32) NOT NULL, "num_epochs" INTEGER NOT '
    'NULL, "num_nodes" INTEGER NOT NULL, "num_hidden" INTEGER NOT NULL, "settings" TEXT)',
    'CREATE TABLE "nlptrialstats" ("id" INTEGER NOT NULL PRIMARY KEY, "config_id" INTEGER '
    'NOT NULL, "train_loss" REAL, "val_loss" REAL, "test_loss" REAL, "training_time" REAL, '
    '"epoch_training_time" REAL, "best_epoch" INTEGER, "train_loss_at_best" REAL, '
    '"val_loss_at_best" REAL, "test_loss_at_best" REAL, "train_perplexity" REAL, '
    '"val_perplexity" REAL, "test_perplexity" REAL, "train_perplexity_at_best" REAL, '
    '"val_perplexity_at_best" REAL, "test_perplexity_at_best" REAL, "parameters" REAL, '
    '"trained_epochs" INTEGER NOT NULL, "status" VARCHAR(32) NOT NULL, "recipe_id" INTEGER, '
    '"experiment_id" INTEGER, "init_time" VARCHAR(32), "sets" VARCHAR(128), "further" TEXT, '
    'FOREIGN KEY ("config_id") REFERENCES "nlptrialconfig" ("id"))',
    'CREATE TABLE "nlpintermediatestats" ("id" INTEGER GENERATED ALWAYS AS (trial_id * 65536'
    ' + current_epoch) VIRTUAL, "trial_id" INTEGER NOT NULL, "current_epoch" INTEGER NOT '
    'NULL, "train_loss" REAL, "val_loss" REAL, "test_loss" REAL, "training_time" REAL, '
    '"epoch_training_time" REAL, PRIMARY KEY ("trial_id", "current_epoch"), FOREIGN KEY '
    '("trial_id") REFERENCES "nlptrialstats" ("id")) WITHOUT ROWID',
    'CREATE TABLE "provenance" ("id" INTEGER NOT NULL PRIMARY KEY, "benchmark" VARCHAR(255) '
    'NOT NULL, "source_name" VARCHAR(255) NOT NULL, "source_bytes" INTEGER NOT NULL, '
    '"source_sha256" VARCHAR(255) NOT NULL, "source_format" VARCHAR(255) NOT NULL, "records"'
    ' INTEGER NOT NULL, "synthetic" INTEGER NOT NULL, "configs" INTEGER NOT NULL, "trials" '
    'INTEGER NOT NULL, "intermediates" INTEGER NOT NULL, "nasbench_db_version" VARCHAR(255) '
    'NOT NULL, "created_at" VARCHAR(255) NOT NULL, "changes" TEXT)',
    'CREATE INDEX "nlptrialconfig_hash_dataset" ON "nlptrialconfig" ("hash", "dataset")',
    'CREATE INDEX "nlptrialconfig_dataset_num_epochs" ON "nlptrialconfig" ("dataset", '
    '"num_epochs")',
    'CREATE INDEX "nlptrialstats_config_id" ON "nlptrialstats" ("config_id")',
    'CREATE VIEW "nlp" AS SELECT t.id AS trial_id, t.config_id AS config_id, c.hash AS hash,'
    " c.dataset AS dataset, c.num_epochs AS num_epochs, c.num_nodes AS num_nodes, "
    "c.num_hidden AS num_hidden, t.train_loss AS train_loss, t.val_loss AS val_loss, "
    "t.test_loss AS test_loss, t.training_time AS training_time, t.epoch_training_time AS "
    "epoch_training_time, t.best_epoch AS best_epoch, t.train_loss_at_best AS "
    "train_loss_at_best, t.val_loss_at_best AS val_loss_at_best, t.test_loss_at_best AS "
    "test_loss_at_best, t.train_perplexity AS train_perplexity, t.val_perplexity AS "
    "val_perplexity, t.test_perplexity AS test_perplexity, t.train_perplexity_at_best AS "
    "train_perplexity_at_best, t.val_perplexity_at_best AS val_perplexity_at_best, "
    "t.test_perplexity_at_best AS test_perplexity_at_best, t.parameters AS parameters, "
    "t.trained_epochs AS trained_epochs, t.status AS status, t.recipe_id AS recipe_id, "
    "t.experiment_id AS experiment_id, t.init_time AS init_time, t.sets AS sets, t.further "
    "AS further, c.arch AS arch FROM nlptrialstats AS t LEFT JOIN nlptrialconfig AS c ON "
    "c.id = t.config_id",
    "PRAGMA application_id = 1851880292",
)


def up(migrator, db):
    for statement in STATEMENTS:
        db.execute_sql(statement)
