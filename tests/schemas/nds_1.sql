PRAGMA application_id = 1851880292;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE "ndsconfigstats" (
  "dataset" VARCHAR(15) NOT NULL,
  "num_epochs" INTEGER NOT NULL,
  "config_id" INTEGER NOT NULL,
  "num_trials" INTEGER NOT NULL,
  "final_train_acc_mean" REAL,
  "final_train_loss_mean" REAL,
  "final_test_acc_mean" REAL,
  "best_train_acc_mean" REAL,
  "best_train_loss_mean" REAL,
  "best_test_acc_mean" REAL,
  "parameters_mean" REAL,
  "flops_mean" REAL,
  "iter_time_mean" REAL,
  "min_test_top1_mean" REAL,
  "prec_time_mean" REAL,
  "act_mem_mean" REAL,
  "exp_mem_mean" REAL,
  "final_train_acc_std" REAL,
  "final_train_loss_std" REAL,
  "final_test_acc_std" REAL,
  "best_train_acc_std" REAL,
  "best_train_loss_std" REAL,
  "best_test_acc_std" REAL,
  "parameters_std" REAL,
  "flops_std" REAL,
  "iter_time_std" REAL,
  "min_test_top1_std" REAL,
  "prec_time_std" REAL,
  "act_mem_std" REAL,
  "exp_mem_std" REAL,
  "final_train_acc_min" REAL,
  "final_train_loss_min" REAL,
  "final_test_acc_min" REAL,
  "best_train_acc_min" REAL,
  "best_train_loss_min" REAL,
  "best_test_acc_min" REAL,
  "parameters_min" REAL,
  "flops_min" REAL,
  "iter_time_min" REAL,
  "min_test_top1_min" REAL,
  "prec_time_min" REAL,
  "act_mem_min" REAL,
  "exp_mem_min" REAL,
  "final_train_acc_max" REAL,
  "final_train_loss_max" REAL,
  "final_test_acc_max" REAL,
  "best_train_acc_max" REAL,
  "best_train_loss_max" REAL,
  "best_test_acc_max" REAL,
  "parameters_max" REAL,
  "flops_max" REAL,
  "iter_time_max" REAL,
  "min_test_top1_max" REAL,
  "prec_time_max" REAL,
  "act_mem_max" REAL,
  "exp_mem_max" REAL,
  "final_train_acc_n" INTEGER NOT NULL,
  "final_train_loss_n" INTEGER NOT NULL,
  "final_test_acc_n" INTEGER NOT NULL,
  "best_train_acc_n" INTEGER NOT NULL,
  "best_train_loss_n" INTEGER NOT NULL,
  "best_test_acc_n" INTEGER NOT NULL,
  "parameters_n" INTEGER NOT NULL,
  "flops_n" INTEGER NOT NULL,
  "iter_time_n" INTEGER NOT NULL,
  "min_test_top1_n" INTEGER NOT NULL,
  "prec_time_n" INTEGER NOT NULL,
  "act_mem_n" INTEGER NOT NULL,
  "exp_mem_n" INTEGER NOT NULL,
  PRIMARY KEY ("dataset", "num_epochs", "config_id"),
  FOREIGN KEY ("config_id") REFERENCES "ndstrialconfig" ("id")
) WITHOUT ROWID;
INSERT INTO "ndsconfigstats" VALUES('cifar10',3,1,1,80.61,0.485,64.37,80.61,0.485,64.37,0.49731,74.5965,0.075,35.63,5.5,12432.8,24865.5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,80.61,0.485,64.37,80.61,0.485,64.37,0.49731,74.5965,0.075,35.63,5.5,12432.8,24865.5,80.61,0.485,64.37,80.61,0.485,64.37,0.49731,74.5965,0.075,35.63,5.5,12432.8,24865.5,1,1,1,1,1,1,1,1,1,1,1,1,1);
INSERT INTO "ndsconfigstats" VALUES('cifar10',3,2,1,79.939,0.502,64.31,79.939,0.502,64.31,0.305818,206.234794,0.065,35.69,5.31,7645.4,15290.9,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,79.939,0.502,64.31,79.939,0.502,64.31,0.305818,206.234794,0.065,35.69,5.31,7645.4,15290.9,79.939,0.502,64.31,79.939,0.502,64.31,0.305818,206.234794,0.065,35.69,5.31,7645.4,15290.9,1,1,1,1,1,1,1,1,1,1,1,1,1);
INSERT INTO "ndsconfigstats" VALUES('cifar10',3,3,1,8.13079999999999927275e+01,0.467,65.97,8.13079999999999927275e+01,0.467,65.97,0.63129,90.628746,0.082,34.03,5.63,15782.2,31564.5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,8.13079999999999927275e+01,0.467,65.97,8.13079999999999927275e+01,0.467,65.97,0.63129,90.628746,0.082,34.03,5.63,15782.2,31564.5,8.13079999999999927275e+01,0.467,65.97,8.13079999999999927275e+01,0.467,65.97,0.63129,90.628746,0.082,34.03,5.63,15782.2,31564.5,1,1,1,1,1,1,1,1,1,1,1,1,1);
INSERT INTO "ndsconfigstats" VALUES('imagenet',2,4,1,74.07,0.648,54.46,74.07,0.648,54.46,0.109946,76.560554,0.055,45.54,NULL,2748.7,5497.3,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,74.07,0.648,54.46,74.07,0.648,54.46,0.109946,76.560554,0.055,45.54,NULL,2748.7,5497.3,74.07,0.648,54.46,74.07,0.648,54.46,0.109946,76.560554,0.055,45.54,NULL,2748.7,5497.3,1,1,1,1,1,1,1,1,1,1,0,1,1);
CREATE TABLE "ndsintermediatestats" (
  "id" INTEGER GENERATED ALWAYS AS (trial_id * 65536 + current_epoch) VIRTUAL,
  "trial_id" INTEGER NOT NULL,
  "current_epoch" INTEGER NOT NULL,
  "train_loss" REAL,
  "train_acc" REAL,
  "test_acc" REAL,
  PRIMARY KEY ("trial_id", "current_epoch"),
  FOREIGN KEY ("trial_id") REFERENCES "ndstrialstats" ("id")
) WITHOUT ROWID;
INSERT INTO "ndsintermediatestats" VALUES(1,1,1.735,3.05819999999999936335e+01,2.01899999999999977271e+01);
INSERT INTO "ndsintermediatestats" VALUES(1,2,0.746,70.152,55.41);
INSERT INTO "ndsintermediatestats" VALUES(1,3,0.485,80.61,64.37);
INSERT INTO "ndsintermediatestats" VALUES(2,1,1.716,3.13649999999999948849e+01,1.96800000000000068212e+01);
INSERT INTO "ndsintermediatestats" VALUES(2,2,0.758,69.693,54.78);
INSERT INTO "ndsintermediatestats" VALUES(2,3,0.502,79.939,64.31);
INSERT INTO "ndsintermediatestats" VALUES(3,1,1.743,30.292,2.02300000000000039794e+01);
INSERT INTO "ndsintermediatestats" VALUES(3,2,0.733,70.675,56.88);
INSERT INTO "ndsintermediatestats" VALUES(3,3,0.467,8.13079999999999927275e+01,65.97);
INSERT INTO "ndsintermediatestats" VALUES(4,1,1.627,34.938,1.97600000000000051159e+01);
INSERT INTO "ndsintermediatestats" VALUES(4,2,0.648,74.07,54.46);
CREATE TABLE "ndsiterations" (
  "trial_id" INTEGER NOT NULL PRIMARY KEY,
  "train_loss" BLOB,
  "train_top1" BLOB,
  FOREIGN KEY ("trial_id") REFERENCES "ndstrialstats" ("id")
);
CREATE TABLE "ndsplace" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "trial_id" INTEGER NOT NULL,
  "sweep" VARCHAR(32) NOT NULL,
  "sweep_group" VARCHAR(16),
  "number" INTEGER NOT NULL,
  "job_id" VARCHAR(64),
  FOREIGN KEY ("trial_id") REFERENCES "ndstrialstats" ("id")
);
INSERT INTO "ndsplace" VALUES(1,1,'DARTS',NULL,0,'0');
INSERT INTO "ndsplace" VALUES(2,2,'ResNet_reruns','top',0,'10000');
INSERT INTO "ndsplace" VALUES(3,3,'ResNet_reruns','mid',0,'10001');
INSERT INTO "ndsplace" VALUES(4,4,'Vanilla_lr-wd_in',NULL,0,'500000');
CREATE TABLE "ndstrialconfig" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "model_family" VARCHAR(20) NOT NULL,
  "model_spec" TEXT NOT NULL,
  "cell_spec" TEXT NOT NULL,
  "dataset" VARCHAR(15) NOT NULL,
  "generator" VARCHAR(15) NOT NULL,
  "proposer" VARCHAR(15) NOT NULL,
  "base_lr" REAL NOT NULL,
  "weight_decay" REAL NOT NULL,
  "num_epochs" INTEGER NOT NULL,
  "arch" TEXT NOT NULL,
  "arch_hash" VARCHAR(32) NOT NULL
);
INSERT INTO "ndstrialconfig" VALUES(1,'nas_cell','{"aux":false,"depth":14,"drop_prob":0.0,"num_nodes_normal":4,"num_nodes_reduce":4,"width":20}','{"normal_0_input_x":0,"normal_0_input_y":0,"normal_0_op_x":"dil_conv_5x5","normal_0_op_y":"avg_pool_3x3","normal_1_input_x":0,"normal_1_input_y":1,"normal_1_op_x":"skip_connect","normal_1_op_y":"avg_pool_3x3","normal_2_input_x":0,"normal_2_input_y":0,"normal_2_op_x":"dil_conv_3x3","normal_2_op_y":"dil_conv_3x3","normal_3_input_x":2,"normal_3_input_y":1,"normal_3_op_x":"sep_conv_3x3","normal_3_op_y":"max_pool_3x3","normal_concat":[3,4,5],"reduce_0_input_x":1,"reduce_0_input_y":0,"reduce_0_op_x":"none","reduce_0_op_y":"sep_conv_3x3","reduce_1_input_x":1,"reduce_1_input_y":0,"reduce_1_op_x":"dil_conv_3x3","reduce_1_op_y":"dil_conv_5x5","reduce_2_input_x":0,"reduce_2_input_y":1,"reduce_2_op_x":"dil_conv_3x3","reduce_2_op_y":"dil_conv_3x3","reduce_3_input_x":4,"reduce_3_input_y":0,"reduce_3_op_x":"dil_conv_5x5","reduce_3_op_y":"none","reduce_concat":[2,3,5]}','cifar10','random','darts',0.1,0.0005,3,'{"aux":false,"depth":14,"drop_prob":0.0,"genotype":{"normal":[["dil_conv_5x5",0],["avg_pool_3x3",0],["skip_connect",0],["avg_pool_3x3",1],["dil_conv_3x3",0],["dil_conv_3x3",0],["sep_conv_3x3",2],["max_pool_3x3",1]],"normal_concat":[3,4,5],"reduce":[["none",1],["sep_conv_3x3",0],["dil_conv_3x3",1],["dil_conv_5x5",0],["dil_conv_3x3",0],["dil_conv_3x3",1],["dil_conv_5x5",4],["none",0]],"reduce_concat":[2,3,5]},"width":20}','756b6c7999a2db308be50cd61062c1d5');
INSERT INTO "ndstrialconfig" VALUES(2,'residual_basic','{"ds":[1,1,1,2],"ss":[1,1,2,2],"ws":[16,128,64,16]}','{}','cifar10','random','resnet',0.1,0.0005,3,'{"block_type":"res_basic_block","ds":[1,1,1,2],"ss":[1,1,2,2],"ws":[16,128,64,16]}','3fe559228362d532381921afb2378c34');
INSERT INTO "ndstrialconfig" VALUES(3,'residual_basic','{"ds":[1,1,2,8],"ss":[1,1,2,2],"ws":[16,64,16,64]}','{}','cifar10','random','resnet',0.1,0.0005,3,'{"block_type":"res_basic_block","ds":[1,1,2,8],"ss":[1,1,2,2],"ws":[16,64,16,64]}','acb19cfa44b7c3db8475344dffd1e58a');
INSERT INTO "ndstrialconfig" VALUES(4,'vanilla','{"ds":[1,4,1,7],"ss":[1,1,2,2],"ws":[16,32,16,16]}','{}','imagenet','tune_lr_wd','vanilla',6.36329926645753246594e-03,2.24674386693249284125e-05,2,'{"block_type":"double_plain_block","ds":[1,4,1,7],"ss":[1,1,2,2],"ws":[16,32,16,16]}','810897fc49849b1a989f5b24b8ea405a');
CREATE TABLE "ndstrialstats" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "config_id" INTEGER NOT NULL,
  "seed" INTEGER NOT NULL,
  "final_train_acc" REAL,
  "final_train_loss" REAL,
  "final_test_acc" REAL,
  "best_train_acc" REAL,
  "best_train_loss" REAL,
  "best_test_acc" REAL,
  "parameters" REAL,
  "flops" REAL,
  "iter_time" REAL,
  "min_test_top1" REAL,
  "prec_time" REAL,
  "act_mem" REAL,
  "exp_mem" REAL,
  "further" TEXT,
  "sweep" VARCHAR(32),
  "sweep_group" VARCHAR(16),
  "job_id" VARCHAR(64),
  FOREIGN KEY ("config_id") REFERENCES "ndstrialconfig" ("id")
);
INSERT INTO "ndstrialstats" VALUES(1,1,1,80.61,0.485,64.37,80.61,0.485,64.37,0.49731,74.5965,0.075,35.63,5.5,12432.8,24865.5,NULL,'DARTS',NULL,'0');
INSERT INTO "ndstrialstats" VALUES(2,2,1,79.939,0.502,64.31,79.939,0.502,64.31,0.305818,206.234794,0.065,35.69,5.31,7645.4,15290.9,NULL,'ResNet_reruns','top','10000');
INSERT INTO "ndstrialstats" VALUES(3,3,2,8.13079999999999927275e+01,0.467,65.97,8.13079999999999927275e+01,0.467,65.97,0.63129,90.628746,0.082,34.03,5.63,15782.2,31564.5,NULL,'ResNet_reruns','mid','10001');
INSERT INTO "ndstrialstats" VALUES(4,4,1,74.07,0.648,54.46,74.07,0.648,54.46,0.109946,76.560554,0.055,45.54,NULL,2748.7,5497.3,NULL,'Vanilla_lr-wd_in',NULL,'500000');
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
INSERT INTO "provenance" VALUES(1,'nds','DARTS.json',0,'','dict',1,1,4,4,11,'0.1.0','2026-11-28T04:45:54+00:00',NULL,0);
INSERT INTO "provenance" VALUES(2,'nds','ResNet_reruns.json',0,'','dict',2,1,4,4,11,'0.1.0','2026-11-28T04:45:54+00:00',NULL,0);
INSERT INTO "provenance" VALUES(3,'nds','Vanilla_lr-wd_in.json',0,'','dict',1,1,4,4,11,'0.1.0','2026-11-28T04:45:54+00:00',NULL,0);
CREATE TABLE "schema_migration" ("id" INTEGER NOT NULL PRIMARY KEY, "name" VARCHAR(255) NOT NULL, "applied" DATETIME NOT NULL);
INSERT INTO "schema_migration" VALUES(1,'0001_initial','2026-11-28 04:45:54.123657');
ANALYZE "sqlite_master";
INSERT INTO "sqlite_stat1" VALUES('schema_migration','schema_migration_name','1 1');
INSERT INTO "sqlite_stat1" VALUES('ndstrialconfig','ndstrialconfig_proposer_dataset','4 2 2');
INSERT INTO "sqlite_stat1" VALUES('ndstrialconfig','ndstrialconfig_model_spec_dataset','4 1 1');
INSERT INTO "sqlite_stat1" VALUES('ndstrialconfig','ndstrialconfig_arch_hash_dataset_num_epochs','4 1 1 1');
INSERT INTO "sqlite_stat1" VALUES('ndstrialstats','ndstrialstats_config_id','4 1');
INSERT INTO "sqlite_stat1" VALUES('ndsplace','ndsplace_trial_id','4 1');
INSERT INTO "sqlite_stat1" VALUES('ndsintermediatestats','ndsintermediatestats','11 3 1');
INSERT INTO "sqlite_stat1" VALUES('ndsconfigstats','ndsconfigstats','4 2 2 1');
INSERT INTO "sqlite_stat1" VALUES('provenance',NULL,'3');
CREATE UNIQUE INDEX "schema_migration_name" ON "schema_migration" ("name");
CREATE VIEW "nds" AS SELECT t.id AS trial_id, t.config_id AS config_id, c.arch_hash AS arch_hash, c.model_family AS model_family, c.proposer AS proposer, c.generator AS generator, c.dataset AS dataset, c.num_epochs AS num_epochs, c.base_lr AS base_lr, c.weight_decay AS weight_decay, c.model_spec AS model_spec, c.cell_spec AS cell_spec, t.seed AS seed, t.final_train_acc AS final_train_acc, t.final_train_loss AS final_train_loss, t.final_test_acc AS final_test_acc, t.best_train_acc AS best_train_acc, t.best_train_loss AS best_train_loss, t.best_test_acc AS best_test_acc, t.parameters AS parameters, t.flops AS flops, t.iter_time AS iter_time, t.min_test_top1 AS min_test_top1, t.prec_time AS prec_time, t.act_mem AS act_mem, t.exp_mem AS exp_mem, t.further AS further, t.sweep AS sweep, t.sweep_group AS sweep_group, t.job_id AS job_id, c.arch AS arch FROM ndstrialstats AS t LEFT JOIN ndstrialconfig AS c ON c.id = t.config_id;
CREATE VIEW "nds_statistics" AS SELECT s.config_id AS config_id, c.model_family AS model_family, c.model_spec AS model_spec, c.cell_spec AS cell_spec, s.dataset AS dataset, c.generator AS generator, c.proposer AS proposer, c.base_lr AS base_lr, c.weight_decay AS weight_decay, s.num_epochs AS num_epochs, c.arch_hash AS arch_hash, s.num_trials AS num_trials, s.final_train_acc_mean AS final_train_acc_mean, s.final_train_loss_mean AS final_train_loss_mean, s.final_test_acc_mean AS final_test_acc_mean, s.best_train_acc_mean AS best_train_acc_mean, s.best_train_loss_mean AS best_train_loss_mean, s.best_test_acc_mean AS best_test_acc_mean, s.parameters_mean AS parameters_mean, s.flops_mean AS flops_mean, s.iter_time_mean AS iter_time_mean, s.min_test_top1_mean AS min_test_top1_mean, s.prec_time_mean AS prec_time_mean, s.act_mem_mean AS act_mem_mean, s.exp_mem_mean AS exp_mem_mean, s.final_train_acc_std AS final_train_acc_std, s.final_train_loss_std AS final_train_loss_std, s.final_test_acc_std AS final_test_acc_std, s.best_train_acc_std AS best_train_acc_std, s.best_train_loss_std AS best_train_loss_std, s.best_test_acc_std AS best_test_acc_std, s.parameters_std AS parameters_std, s.flops_std AS flops_std, s.iter_time_std AS iter_time_std, s.min_test_top1_std AS min_test_top1_std, s.prec_time_std AS prec_time_std, s.act_mem_std AS act_mem_std, s.exp_mem_std AS exp_mem_std, s.final_train_acc_min AS final_train_acc_min, s.final_train_loss_min AS final_train_loss_min, s.final_test_acc_min AS final_test_acc_min, s.best_train_acc_min AS best_train_acc_min, s.best_train_loss_min AS best_train_loss_min, s.best_test_acc_min AS best_test_acc_min, s.parameters_min AS parameters_min, s.flops_min AS flops_min, s.iter_time_min AS iter_time_min, s.min_test_top1_min AS min_test_top1_min, s.prec_time_min AS prec_time_min, s.act_mem_min AS act_mem_min, s.exp_mem_min AS exp_mem_min, s.final_train_acc_max AS final_train_acc_max, s.final_train_loss_max AS final_train_loss_max, s.final_test_acc_max AS final_test_acc_max, s.best_train_acc_max AS best_train_acc_max, s.best_train_loss_max AS best_train_loss_max, s.best_test_acc_max AS best_test_acc_max, s.parameters_max AS parameters_max, s.flops_max AS flops_max, s.iter_time_max AS iter_time_max, s.min_test_top1_max AS min_test_top1_max, s.prec_time_max AS prec_time_max, s.act_mem_max AS act_mem_max, s.exp_mem_max AS exp_mem_max, s.final_train_acc_n AS final_train_acc_n, s.final_train_loss_n AS final_train_loss_n, s.final_test_acc_n AS final_test_acc_n, s.best_train_acc_n AS best_train_acc_n, s.best_train_loss_n AS best_train_loss_n, s.best_test_acc_n AS best_test_acc_n, s.parameters_n AS parameters_n, s.flops_n AS flops_n, s.iter_time_n AS iter_time_n, s.min_test_top1_n AS min_test_top1_n, s.prec_time_n AS prec_time_n, s.act_mem_n AS act_mem_n, s.exp_mem_n AS exp_mem_n, c.arch AS arch FROM ndsconfigstats AS s LEFT JOIN ndstrialconfig AS c ON c.id = s.config_id;
CREATE INDEX "ndstrialconfig_arch_hash_dataset_num_epochs" ON "ndstrialconfig" ("arch_hash", "dataset", "num_epochs");
CREATE INDEX "ndstrialconfig_model_spec_dataset" ON "ndstrialconfig" ("model_spec", "dataset");
CREATE INDEX "ndstrialconfig_proposer_dataset" ON "ndstrialconfig" ("proposer", "dataset");
CREATE INDEX "ndstrialstats_config_id" ON "ndstrialstats" ("config_id");
CREATE INDEX "ndsplace_trial_id" ON "ndsplace" ("trial_id");
COMMIT;
