PRAGMA application_id = 1851880292;
PRAGMA user_version = 2;
BEGIN TRANSACTION;
CREATE TABLE "macroconfigstats" (
  "num_epochs" INTEGER NOT NULL,
  "config_id" INTEGER NOT NULL,
  "num_trials" INTEGER NOT NULL,
  "best_test_acc_mean" REAL,
  "parameters_mean" REAL,
  "flops_mean" REAL,
  "best_test_acc_std" REAL,
  "parameters_std" REAL,
  "flops_std" REAL,
  "best_test_acc_min" REAL,
  "parameters_min" REAL,
  "flops_min" REAL,
  "best_test_acc_max" REAL,
  "parameters_max" REAL,
  "flops_max" REAL,
  "best_test_acc_n" INTEGER NOT NULL,
  "parameters_n" INTEGER NOT NULL,
  "flops_n" INTEGER NOT NULL,
  PRIMARY KEY ("num_epochs", "config_id"),
  FOREIGN KEY ("config_id") REFERENCES "macrotrialconfig" ("id")
) WITHOUT ROWID;
INSERT INTO "macroconfigstats" VALUES(50,1,3,8.37846461572177076976e+01,0.387882,7.71328,4.75285362180763587547e-02,0.0,0.0,8.37476651294331730923e+01,0.387882,7.71328,8.38517447498680326169e+01,0.387882,7.71328,3,3,3);
INSERT INTO "macroconfigstats" VALUES(50,2,3,9.38620580998869371604e+01,1.985514,85.164544,1.69501634878361090441e-01,0.0,0.0,9.37306419596128392868e+01,1.985514,85.164544,9.41013851635017886144e+01,1.985514,85.164544,3,3,3);
INSERT INTO "macroconfigstats" VALUES(50,3,3,9.38620580998869371604e+01,1.985514,85.164544,1.69501634878361090441e-01,0.0,0.0,9.37306419596128392868e+01,1.985514,85.164544,9.41013851635017886144e+01,1.985514,85.164544,3,3,3);
CREATE TABLE "macrotrialconfig" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "arch" TEXT NOT NULL,
  "num_epochs" INTEGER NOT NULL,
  "arch_str" VARCHAR(8) NOT NULL,
  "canonical_str" VARCHAR(8) NOT NULL,
  "is_copy" INTEGER NOT NULL
);
INSERT INTO "macrotrialconfig" VALUES(1,'["Identity","Identity","Identity","Identity","Identity","Identity","Identity","Identity"]',50,'00000000','00000000',0);
INSERT INTO "macrotrialconfig" VALUES(2,'["MB6_K5","MB6_K5","MB6_K5","MB3_K3","MB6_K5","MB6_K5","Identity","MB6_K5"]',50,'22212202','22212220',1);
INSERT INTO "macrotrialconfig" VALUES(3,'["MB6_K5","MB6_K5","MB6_K5","MB3_K3","MB6_K5","MB6_K5","MB6_K5","Identity"]',50,'22212220','22212220',0);
CREATE TABLE "macrotrialstats" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "seed" INTEGER NOT NULL,
  "best_test_acc" REAL,
  "parameters" REAL,
  "flops" REAL,
  "config_id" INTEGER NOT NULL,
  FOREIGN KEY ("config_id") REFERENCES "macrotrialconfig" ("id")
);
INSERT INTO "macrotrialstats" VALUES(1,0,8.37476651294331730923e+01,0.387882,7.71328,1);
INSERT INTO "macrotrialstats" VALUES(2,1,8.38517447498680326169e+01,0.387882,7.71328,1);
INSERT INTO "macrotrialstats" VALUES(3,2,8.37545285923519315911e+01,0.387882,7.71328,1);
INSERT INTO "macrotrialstats" VALUES(4,0,9.37306419596128392868e+01,1.985514,85.164544,2);
INSERT INTO "macrotrialstats" VALUES(5,1,9.37541471765461409404e+01,1.985514,85.164544,2);
INSERT INTO "macrotrialstats" VALUES(6,2,9.41013851635017886144e+01,1.985514,85.164544,2);
INSERT INTO "macrotrialstats" VALUES(7,0,9.37306419596128392868e+01,1.985514,85.164544,3);
INSERT INTO "macrotrialstats" VALUES(8,1,9.37541471765461409404e+01,1.985514,85.164544,3);
INSERT INTO "macrotrialstats" VALUES(9,2,9.41013851635017886144e+01,1.985514,85.164544,3);
CREATE TABLE "provenance" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "benchmark" VARCHAR(255) NOT NULL,
  "source_name" VARCHAR(255) NOT NULL,
  "source_bytes" INTEGER NOT NULL,
  "source_sha256" VARCHAR(255) NOT NULL,
  "source_format" VARCHAR(255) NOT NULL,
  "records" INTEGER NOT NULL,
  "synthetic" INTEGER NOT NULL,
  "configs" INTEGER NOT NULL,
  "trials" INTEGER NOT NULL,
  "intermediates" INTEGER NOT NULL,
  "nasbench_db_version" VARCHAR(255) NOT NULL,
  "created_at" VARCHAR(255) NOT NULL,
  "changes" TEXT,
  "several_written" INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "provenance" VALUES(1,'nasbenchmacro','dict',0,'','dict',3,1,3,9,0,'0.1.0','2026-11-28T04:45:54+00:00',NULL,0);
CREATE TABLE "schema_migration" ("id" INTEGER NOT NULL PRIMARY KEY, "name" VARCHAR(255) NOT NULL, "applied" DATETIME NOT NULL);
INSERT INTO "schema_migration" VALUES(1,'0001_initial','2026-11-28 04:45:54.064629');
INSERT INTO "schema_migration" VALUES(2,'0002_statistics','2026-11-28 04:45:54.064902');
ANALYZE "sqlite_master";
INSERT INTO "sqlite_stat1" VALUES('provenance',NULL,'1');
INSERT INTO "sqlite_stat1" VALUES('macroconfigstats','macroconfigstats','3 3 1');
INSERT INTO "sqlite_stat1" VALUES('macrotrialstats','macrotrialstats_config_id','9 3');
INSERT INTO "sqlite_stat1" VALUES('macrotrialconfig','macrotrialconfig_canonical_str_num_epochs','3 2 2');
INSERT INTO "sqlite_stat1" VALUES('macrotrialconfig','macrotrialconfig_arch_str_num_epochs','3 1 1');
INSERT INTO "sqlite_stat1" VALUES('schema_migration','schema_migration_name','2 1');
CREATE UNIQUE INDEX "schema_migration_name" ON "schema_migration" ("name");
CREATE VIEW "macro" AS SELECT t.id AS trial_id, t.config_id AS config_id, c.arch_str AS arch_str, c.canonical_str AS canonical_str, c.is_copy AS is_copy, c.num_epochs AS num_epochs, t.seed AS seed, t.best_test_acc AS best_test_acc, t.parameters AS parameters, t.flops AS flops, c.arch AS arch FROM macrotrialstats AS t LEFT JOIN macrotrialconfig AS c ON c.id = t.config_id;
CREATE VIEW "macro_statistics" AS SELECT s.config_id AS config_id, s.num_epochs AS num_epochs, c.arch_str AS arch_str, c.canonical_str AS canonical_str, c.is_copy AS is_copy, s.num_trials AS num_trials, s.best_test_acc_mean AS best_test_acc_mean, s.parameters_mean AS parameters_mean, s.flops_mean AS flops_mean, s.best_test_acc_std AS best_test_acc_std, s.parameters_std AS parameters_std, s.flops_std AS flops_std, s.best_test_acc_min AS best_test_acc_min, s.parameters_min AS parameters_min, s.flops_min AS flops_min, s.best_test_acc_max AS best_test_acc_max, s.parameters_max AS parameters_max, s.flops_max AS flops_max, s.best_test_acc_n AS best_test_acc_n, s.parameters_n AS parameters_n, s.flops_n AS flops_n, c.arch AS arch FROM macroconfigstats AS s LEFT JOIN macrotrialconfig AS c ON c.id = s.config_id;
CREATE UNIQUE INDEX "macrotrialconfig_arch_str_num_epochs" ON "macrotrialconfig" ("arch_str", "num_epochs");
CREATE INDEX "macrotrialconfig_canonical_str_num_epochs" ON "macrotrialconfig" ("canonical_str", "num_epochs");
CREATE INDEX "macrotrialstats_config_id" ON "macrotrialstats" ("config_id");
COMMIT;
