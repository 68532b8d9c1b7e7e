"""The first schema: NNI's three tables, the provenance, the indexes and the flat view."""

STATEMENTS = (
    'CREATE TABLE "nb101trialconfig" ("id" INTEGER NOT NULL PRIMARY KEY, "arch" TEXT NOT NULL, '
    '"num_vertices" INTEGER NOT NULL, "hash" VARCHAR(64) NOT NULL, '
    '"num_epochs" INTEGER NOT NULL, "canonical" INTEGER)',
    'CREATE TABLE "nb101trialstats" ("id" INTEGER NOT NULL PRIMARY KEY, '
    '"config_id" INTEGER NOT NULL, "repeat" INTEGER NOT NULL, "num_epochs" INTEGER NOT NULL, '
    '"train_acc" REAL, "valid_acc" REAL, "test_acc" REAL, "parameters" REAL, '
    '"training_time" REAL, '
    'FOREIGN KEY ("config_id") REFERENCES "nb101trialconfig" ("id"))',
    'CREATE TABLE "nb101intermediatestats" ("id" INTEGER '
    "GENERATED ALWAYS AS (trial_id * 65536 + current_epoch) VIRTUAL, "
    '"trial_id" INTEGER NOT NULL, "current_epoch" INTEGER NOT NULL, "train_acc" REAL, '
    '"valid_acc" REAL, "test_acc" REAL, "training_time" REAL, '
    'PRIMARY KEY ("trial_id", "current_epoch"), '
    'FOREIGN KEY ("trial_id") REFERENCES "nb101trialstats" ("id")) WITHOUT ROWID',
    'CREATE TABLE "provenance" ("id" INTEGER NOT NULL PRIMARY KEY, '
    '"benchmark" VARCHAR(255) NOT NULL, "source_name" VARCHAR(255) NOT NULL, '
    '"source_bytes" INTEGER NOT NULL, "source_sha256" VARCHAR(255) NOT NULL, '
    '"source_format" VARCHAR(255) NOT NULL, "records" INTEGER NOT NULL, '
    '"synthetic" INTEGER NOT NULL, "configs" INTEGER NOT NULL, "trials" INTEGER NOT NULL, '
    '"intermediates" INTEGER NOT NULL, "nasbench_db_version" VARCHAR(255) NOT NULL, '
    '"created_at" VARCHAR(255) NOT NULL)',
    'CREATE INDEX "nb101trialconfig_hash_num_epochs" ON "nb101trialconfig" ("hash", "num_epochs")',
    'CREATE INDEX "nb101trialconfig_num_vertices_num_epochs" '
    'ON "nb101trialconfig" ("num_vertices", "num_epochs")',
    'CREATE INDEX "nb101trialconfig_canonical_num_epochs" '
    'ON "nb101trialconfig" ("canonical", "num_epochs")',
    'CREATE INDEX "nb101trialstats_config_id" ON "nb101trialstats" ("config_id")',
    'CREATE VIEW "nb101" AS SELECT t.id AS trial_id, t.config_id AS config_id, c.hash AS hash, '
    "c.num_vertices AS num_vertices, t.num_epochs AS num_epochs, t.repeat AS repeat, "
    "t.train_acc AS train_acc, t.valid_acc AS valid_acc, t.test_acc AS test_acc, "
    "t.parameters AS parameters, t.training_time AS training_time, c.arch AS arch "
    "FROM nb101trialstats AS t LEFT JOIN nb101trialconfig AS c ON c.id = t.config_id",
    "PRAGMA application_id = 1851880292",
)


def up(migrator, db):
    for statement in STATEMENTS:
        db.execute_sql(statement)
