PRAGMA application_id = 1851880292;
PRAGMA user_version = 3;
BEGIN TRANSACTION;
CREATE TABLE "nb201architecture" (
  "arch_index" INTEGER NOT NULL PRIMARY KEY,
  "arch_str" VARCHAR(110) NOT NULL,
  "isomorphism" INTEGER NOT NULL
);
INSERT INTO "nb201architecture" VALUES(0,'|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|',0);
INSERT INTO "nb201architecture" VALUES(1,'|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|',1);
INSERT INTO "nb201architecture" VALUES(2,'|avg_pool_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|avg_pool_3x3~0|avg_pool_3x3~1|avg_pool_3x3~2|',2);
INSERT INTO "nb201architecture" VALUES(3,'|avg_pool_3x3~0|+|skip_connect~0|none~1|+|none~0|none~1|skip_connect~2|',3);
INSERT INTO "nb201architecture" VALUES(4,'|skip_connect~0|+|skip_connect~0|nor_conv_1x1~1|+|skip_connect~0|skip_connect~1|nor_conv_1x1~2|',4);
INSERT INTO "nb201architecture" VALUES(5,'|nor_conv_1x1~0|+|skip_connect~0|nor_conv_1x1~1|+|nor_conv_3x3~0|none~1|avg_pool_3x3~2|',5);
INSERT INTO "nb201architecture" VALUES(6,'|nor_conv_3x3~0|+|none~0|none~1|+|avg_pool_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|',6);
INSERT INTO "nb201architecture" VALUES(7,'|none~0|+|skip_connect~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|',7);
INSERT INTO "nb201architecture" VALUES(8,'|nor_conv_1x1~0|+|avg_pool_3x3~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_3x3~2|',8);
INSERT INTO "nb201architecture" VALUES(9,'|avg_pool_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|nor_conv_3x3~2|',9);
INSERT INTO "nb201architecture" VALUES(10,'|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|none~0|none~1|none~2|',10);
INSERT INTO "nb201architecture" VALUES(11,'|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|none~0|nor_conv_3x3~1|avg_pool_3x3~2|',11);
CREATE TABLE "nb201configstats" (
  "num_epochs" INTEGER NOT NULL,
  "dataset" VARCHAR(16) NOT NULL COLLATE NOCASE,
  "config_id" INTEGER NOT NULL,
  "num_trials" INTEGER NOT NULL,
  "train_acc_mean" REAL,
  "valid_acc_mean" REAL,
  "test_acc_mean" REAL,
  "ori_test_acc_mean" REAL,
  "train_loss_mean" REAL,
  "valid_loss_mean" REAL,
  "test_loss_mean" REAL,
  "ori_test_loss_mean" REAL,
  "train_acc5_mean" REAL,
  "parameters_mean" REAL,
  "flops_mean" REAL,
  "latency_mean" REAL,
  "training_time_mean" REAL,
  "valid_evaluation_time_mean" REAL,
  "test_evaluation_time_mean" REAL,
  "ori_test_evaluation_time_mean" REAL,
  "epoch_training_time_mean" REAL,
  "train_acc_std" REAL,
  "valid_acc_std" REAL,
  "test_acc_std" REAL,
  "ori_test_acc_std" REAL,
  "train_loss_std" REAL,
  "valid_loss_std" REAL,
  "test_loss_std" REAL,
  "ori_test_loss_std" REAL,
  "train_acc5_std" REAL,
  "parameters_std" REAL,
  "flops_std" REAL,
  "latency_std" REAL,
  "training_time_std" REAL,
  "valid_evaluation_time_std" REAL,
  "test_evaluation_time_std" REAL,
  "ori_test_evaluation_time_std" REAL,
  "epoch_training_time_std" REAL,
  "train_acc_min" REAL,
  "valid_acc_min" REAL,
  "test_acc_min" REAL,
  "ori_test_acc_min" REAL,
  "train_loss_min" REAL,
  "valid_loss_min" REAL,
  "test_loss_min" REAL,
  "ori_test_loss_min" REAL,
  "train_acc5_min" REAL,
  "parameters_min" REAL,
  "flops_min" REAL,
  "latency_min" REAL,
  "training_time_min" REAL,
  "valid_evaluation_time_min" REAL,
  "test_evaluation_time_min" REAL,
  "ori_test_evaluation_time_min" REAL,
  "epoch_training_time_min" REAL,
  "train_acc_max" REAL,
  "valid_acc_max" REAL,
  "test_acc_max" REAL,
  "ori_test_acc_max" REAL,
  "train_loss_max" REAL,
  "valid_loss_max" REAL,
  "test_loss_max" REAL,
  "ori_test_loss_max" REAL,
  "train_acc5_max" REAL,
  "parameters_max" REAL,
  "flops_max" REAL,
  "latency_max" REAL,
  "training_time_max" REAL,
  "valid_evaluation_time_max" REAL,
  "test_evaluation_time_max" REAL,
  "ori_test_evaluation_time_max" REAL,
  "epoch_training_time_max" REAL,
  "train_acc_n" INTEGER NOT NULL,
  "valid_acc_n" INTEGER NOT NULL,
  "test_acc_n" INTEGER NOT NULL,
  "ori_test_acc_n" INTEGER NOT NULL,
  "train_loss_n" INTEGER NOT NULL,
  "valid_loss_n" INTEGER NOT NULL,
  "test_loss_n" INTEGER NOT NULL,
  "ori_test_loss_n" INTEGER NOT NULL,
  "train_acc5_n" INTEGER NOT NULL,
  "parameters_n" INTEGER NOT NULL,
  "flops_n" INTEGER NOT NULL,
  "latency_n" INTEGER NOT NULL,
  "training_time_n" INTEGER NOT NULL,
  "valid_evaluation_time_n" INTEGER NOT NULL,
  "test_evaluation_time_n" INTEGER NOT NULL,
  "ori_test_evaluation_time_n" INTEGER NOT NULL,
  "epoch_training_time_n" INTEGER NOT NULL,
  PRIMARY KEY ("dataset", "num_epochs", "config_id"),
  FOREIGN KEY ("config_id") REFERENCES "nb201trialconfig" ("id")
) WITHOUT ROWID;
INSERT INTO "nb201configstats" VALUES(12,'cifar10',2,1,14.4453125,NULL,NULL,13.2421875,1.5908203125,NULL,NULL,3.24609375,14.7578125,0.5,12.25,0.015625,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,14.4453125,NULL,NULL,13.2421875,1.5908203125,NULL,NULL,3.24609375,14.7578125,0.5,12.25,0.015625,NULL,NULL,NULL,NULL,NULL,14.4453125,NULL,NULL,13.2421875,1.5908203125,NULL,NULL,3.24609375,14.7578125,0.5,12.25,0.015625,NULL,NULL,NULL,NULL,NULL,1,0,0,1,1,0,0,1,1,1,1,1,0,0,0,0,0);
INSERT INTO "nb201configstats" VALUES(12,'cifar10-valid',1,1,20.4453125,19.2421875,NULL,19.4296875,2.3408203125,4.74609375,NULL,4.72265625,20.7578125,0.5,12.25,0.015625,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,20.4453125,19.2421875,NULL,19.4296875,2.3408203125,4.74609375,NULL,4.72265625,20.7578125,0.5,12.25,0.015625,NULL,NULL,NULL,NULL,NULL,20.4453125,19.2421875,NULL,19.4296875,2.3408203125,4.74609375,NULL,4.72265625,20.7578125,0.5,12.25,0.015625,NULL,NULL,NULL,NULL,NULL,1,1,0,1,1,1,0,1,1,1,1,1,0,0,0,0,0);
INSERT INTO "nb201configstats" VALUES(12,'cifar100',3,1,16.3125,15.109375,15.296875,15.484375,1.82421875,3.712890625,3.689453125,3.666015625,16.625,0.5,12.25,0.375,30.0,NULL,NULL,NULL,2.5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,16.3125,15.109375,15.296875,15.484375,1.82421875,3.712890625,3.689453125,3.666015625,16.625,0.5,12.25,0.375,30.0,NULL,NULL,NULL,2.5,16.3125,15.109375,15.296875,15.484375,1.82421875,3.712890625,3.689453125,3.666015625,16.625,0.5,12.25,0.375,30.0,NULL,NULL,NULL,2.5,1,1,1,1,1,1,1,1,1,1,1,1,1,0,0,0,1);
INSERT INTO "nb201configstats" VALUES(12,'cifar100',4,1,16.3125,15.109375,15.296875,15.484375,1.82421875,3.712890625,3.689453125,3.666015625,16.625,0.5,12.25,0.375,30.0,NULL,NULL,NULL,2.5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,16.3125,15.109375,15.296875,15.484375,1.82421875,3.712890625,3.689453125,3.666015625,16.625,0.5,12.25,0.375,30.0,NULL,NULL,NULL,2.5,16.3125,15.109375,15.296875,15.484375,1.82421875,3.712890625,3.689453125,3.666015625,16.625,0.5,12.25,0.375,30.0,NULL,NULL,NULL,2.5,1,1,1,1,1,1,1,1,1,1,1,1,1,0,0,0,1);
CREATE TABLE "nb201intermediatestats" (
  "id" INTEGER GENERATED ALWAYS AS (trial_id * 65536 + current_epoch) VIRTUAL,
  "current_epoch" INTEGER NOT NULL,
  "train_acc" REAL,
  "valid_acc" REAL,
  "test_acc" REAL,
  "ori_test_acc" REAL,
  "train_loss" REAL,
  "valid_loss" REAL,
  "test_loss" REAL,
  "ori_test_loss" REAL,
  "train_acc5" REAL,
  "training_time" REAL,
  "valid_evaluation_time" REAL,
  "test_evaluation_time" REAL,
  "ori_test_evaluation_time" REAL,
  "trial_id" INTEGER NOT NULL,
  PRIMARY KEY ("trial_id", "current_epoch"),
  FOREIGN KEY ("trial_id") REFERENCES "nb201trialstats" ("id")
) WITHOUT ROWID;
INSERT INTO "nb201intermediatestats" VALUES(1,19.0703125,19.0703125,NULL,19.2578125,2.3837890625,4.767578125,NULL,4.744140625,20.0703125,NULL,NULL,NULL,NULL,1);
INSERT INTO "nb201intermediatestats" VALUES(2,19.1953125,19.0859375,NULL,19.2734375,2.3798828125,4.765625,NULL,4.7421875,20.1328125,NULL,NULL,NULL,NULL,1);
INSERT INTO "nb201intermediatestats" VALUES(3,19.3203125,19.1015625,NULL,19.2890625,2.3759765625,4.763671875,NULL,4.740234375,20.1953125,NULL,NULL,NULL,NULL,1);
INSERT INTO "nb201intermediatestats" VALUES(4,19.4453125,19.1171875,NULL,19.3046875,2.3720703125,4.76171875,NULL,4.73828125,20.2578125,NULL,NULL,NULL,NULL,1);
INSERT INTO "nb201intermediatestats" VALUES(5,19.5703125,19.1328125,NULL,19.3203125,2.3681640625,4.759765625,NULL,4.736328125,20.3203125,NULL,NULL,NULL,NULL,1);
INSERT INTO "nb201intermediatestats" VALUES(6,19.6953125,19.1484375,NULL,19.3359375,2.3642578125,4.7578125,NULL,4.734375,20.3828125,NULL,NULL,NULL,NULL,1);
INSERT INTO "nb201intermediatestats" VALUES(7,19.8203125,19.1640625,NULL,19.3515625,2.3603515625,4.755859375,NULL,4.732421875,20.4453125,NULL,NULL,NULL,NULL,1);
INSERT INTO "nb201intermediatestats" VALUES(8,19.9453125,19.1796875,NULL,19.3671875,2.3564453125,4.75390625,NULL,4.73046875,20.5078125,NULL,NULL,NULL,NULL,1);
INSERT INTO "nb201intermediatestats" VALUES(9,20.0703125,19.1953125,NULL,19.3828125,2.3525390625,4.751953125,NULL,4.728515625,20.5703125,NULL,NULL,NULL,NULL,1);
INSERT INTO "nb201intermediatestats" VALUES(10,20.1953125,19.2109375,NULL,19.3984375,2.3486328125,4.75,NULL,4.7265625,20.6328125,NULL,NULL,NULL,NULL,1);
INSERT INTO "nb201intermediatestats" VALUES(11,20.3203125,19.2265625,NULL,19.4140625,2.3447265625,4.748046875,NULL,4.724609375,20.6953125,NULL,NULL,NULL,NULL,1);
INSERT INTO "nb201intermediatestats" VALUES(12,20.4453125,19.2421875,NULL,19.4296875,2.3408203125,4.74609375,NULL,4.72265625,20.7578125,NULL,NULL,NULL,NULL,1);
INSERT INTO "nb201intermediatestats" VALUES(1,13.0703125,NULL,NULL,13.0703125,1.6337890625,NULL,NULL,3.267578125,14.0703125,NULL,NULL,NULL,NULL,2);
INSERT INTO "nb201intermediatestats" VALUES(2,13.1953125,NULL,NULL,13.0859375,1.6298828125,NULL,NULL,3.265625,14.1328125,NULL,NULL,NULL,NULL,2);
INSERT INTO "nb201intermediatestats" VALUES(3,13.3203125,NULL,NULL,13.1015625,1.6259765625,NULL,NULL,3.263671875,14.1953125,NULL,NULL,NULL,NULL,2);
INSERT INTO "nb201intermediatestats" VALUES(4,13.4453125,NULL,NULL,13.1171875,1.6220703125,NULL,NULL,3.26171875,14.2578125,NULL,NULL,NULL,NULL,2);
INSERT INTO "nb201intermediatestats" VALUES(5,13.5703125,NULL,NULL,13.1328125,1.6181640625,NULL,NULL,3.259765625,14.3203125,NULL,NULL,NULL,NULL,2);
INSERT INTO "nb201intermediatestats" VALUES(6,13.6953125,NULL,NULL,13.1484375,1.6142578125,NULL,NULL,3.2578125,14.3828125,NULL,NULL,NULL,NULL,2);
INSERT INTO "nb201intermediatestats" VALUES(7,13.8203125,NULL,NULL,13.1640625,1.6103515625,NULL,NULL,3.255859375,14.4453125,NULL,NULL,NULL,NULL,2);
INSERT INTO "nb201intermediatestats" VALUES(8,13.9453125,NULL,NULL,13.1796875,1.6064453125,NULL,NULL,3.25390625,14.5078125,NULL,NULL,NULL,NULL,2);
INSERT INTO "nb201intermediatestats" VALUES(9,14.0703125,NULL,NULL,13.1953125,1.6025390625,NULL,NULL,3.251953125,14.5703125,NULL,NULL,NULL,NULL,2);
INSERT INTO "nb201intermediatestats" VALUES(10,14.1953125,NULL,NULL,13.2109375,1.5986328125,NULL,NULL,3.25,14.6328125,NULL,NULL,NULL,NULL,2);
INSERT INTO "nb201intermediatestats" VALUES(11,14.3203125,NULL,NULL,13.2265625,1.5947265625,NULL,NULL,3.248046875,14.6953125,NULL,NULL,NULL,NULL,2);
INSERT INTO "nb201intermediatestats" VALUES(12,14.4453125,NULL,NULL,13.2421875,1.5908203125,NULL,NULL,3.24609375,14.7578125,NULL,NULL,NULL,NULL,2);
INSERT INTO "nb201intermediatestats" VALUES(1,14.9375,14.9375,15.125,15.3125,1.8671875,3.734375,3.7109375,3.6875,15.9375,NULL,NULL,NULL,NULL,3);
INSERT INTO "nb201intermediatestats" VALUES(2,15.0625,14.953125,15.140625,15.328125,1.86328125,3.732421875,3.708984375,3.685546875,16.0,NULL,NULL,NULL,NULL,3);
INSERT INTO "nb201intermediatestats" VALUES(3,15.1875,14.96875,15.15625,15.34375,1.859375,3.73046875,3.70703125,3.68359375,16.0625,NULL,NULL,NULL,NULL,3);
INSERT INTO "nb201intermediatestats" VALUES(4,15.3125,14.984375,15.171875,15.359375,1.85546875,3.728515625,3.705078125,3.681640625,16.125,NULL,NULL,NULL,NULL,3);
INSERT INTO "nb201intermediatestats" VALUES(5,15.4375,15.0,15.1875,15.375,1.8515625,3.7265625,3.703125,3.6796875,16.1875,NULL,NULL,NULL,NULL,3);
INSERT INTO "nb201intermediatestats" VALUES(6,15.5625,15.015625,15.203125,15.390625,1.84765625,3.724609375,3.701171875,3.677734375,16.25,NULL,NULL,NULL,NULL,3);
INSERT INTO "nb201intermediatestats" VALUES(7,15.6875,15.03125,15.21875,15.40625,1.84375,3.72265625,3.69921875,3.67578125,16.3125,NULL,NULL,NULL,NULL,3);
INSERT INTO "nb201intermediatestats" VALUES(8,15.8125,15.046875,15.234375,15.421875,1.83984375,3.720703125,3.697265625,3.673828125,16.375,NULL,NULL,NULL,NULL,3);
INSERT INTO "nb201intermediatestats" VALUES(9,15.9375,15.0625,15.25,15.4375,1.8359375,3.71875,3.6953125,3.671875,16.4375,NULL,NULL,NULL,NULL,3);
INSERT INTO "nb201intermediatestats" VALUES(10,16.0625,15.078125,15.265625,15.453125,1.83203125,3.716796875,3.693359375,3.669921875,16.5,NULL,NULL,NULL,NULL,3);
INSERT INTO "nb201intermediatestats" VALUES(11,16.1875,15.09375,15.28125,15.46875,1.828125,3.71484375,3.69140625,3.66796875,16.5625,NULL,NULL,NULL,NULL,3);
INSERT INTO "nb201intermediatestats" VALUES(12,16.3125,15.109375,15.296875,15.484375,1.82421875,3.712890625,3.689453125,3.666015625,16.625,NULL,NULL,NULL,NULL,3);
INSERT INTO "nb201intermediatestats" VALUES(1,14.9375,14.9375,15.125,15.3125,1.8671875,3.734375,3.7109375,3.6875,15.9375,NULL,NULL,NULL,NULL,4);
INSERT INTO "nb201intermediatestats" VALUES(2,15.0625,14.953125,15.140625,15.328125,1.86328125,3.732421875,3.708984375,3.685546875,16.0,NULL,NULL,NULL,NULL,4);
INSERT INTO "nb201intermediatestats" VALUES(3,15.1875,14.96875,15.15625,15.34375,1.859375,3.73046875,3.70703125,3.68359375,16.0625,NULL,NULL,NULL,NULL,4);
INSERT INTO "nb201intermediatestats" VALUES(4,15.3125,14.984375,15.171875,15.359375,1.85546875,3.728515625,3.705078125,3.681640625,16.125,NULL,NULL,NULL,NULL,4);
INSERT INTO "nb201intermediatestats" VALUES(5,15.4375,15.0,15.1875,15.375,1.8515625,3.7265625,3.703125,3.6796875,16.1875,NULL,NULL,NULL,NULL,4);
INSERT INTO "nb201intermediatestats" VALUES(6,15.5625,15.015625,15.203125,15.390625,1.84765625,3.724609375,3.701171875,3.677734375,16.25,NULL,NULL,NULL,NULL,4);
INSERT INTO "nb201intermediatestats" VALUES(7,15.6875,15.03125,15.21875,15.40625,1.84375,3.72265625,3.69921875,3.67578125,16.3125,NULL,NULL,NULL,NULL,4);
INSERT INTO "nb201intermediatestats" VALUES(8,15.8125,15.046875,15.234375,15.421875,1.83984375,3.720703125,3.697265625,3.673828125,16.375,NULL,NULL,NULL,NULL,4);
INSERT INTO "nb201intermediatestats" VALUES(9,15.9375,15.0625,15.25,15.4375,1.8359375,3.71875,3.6953125,3.671875,16.4375,NULL,NULL,NULL,NULL,4);
INSERT INTO "nb201intermediatestats" VALUES(10,16.0625,15.078125,15.265625,15.453125,1.83203125,3.716796875,3.693359375,3.669921875,16.5,NULL,NULL,NULL,NULL,4);
INSERT INTO "nb201intermediatestats" VALUES(11,16.1875,15.09375,15.28125,15.46875,1.828125,3.71484375,3.69140625,3.66796875,16.5625,NULL,NULL,NULL,NULL,4);
INSERT INTO "nb201intermediatestats" VALUES(12,16.3125,15.109375,15.296875,15.484375,1.82421875,3.712890625,3.689453125,3.666015625,16.625,NULL,NULL,NULL,NULL,4);
CREATE TABLE "nb201trialconfig" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "arch" TEXT NOT NULL,
  "num_epochs" INTEGER NOT NULL,
  "num_channels" INTEGER NOT NULL,
  "num_cells" INTEGER NOT NULL,
  "dataset" VARCHAR(16) NOT NULL COLLATE NOCASE,
  "arch_index" INTEGER NOT NULL,
  "arch_str" VARCHAR(110) NOT NULL,
  "isomorphism" INTEGER NOT NULL
);
INSERT INTO "nb201trialconfig" VALUES(1,'{"0_1":"avg_pool_3x3","0_2":"skip_connect","0_3":"none","1_2":"none","1_3":"none","2_3":"skip_connect"}',12,16,5,'cifar10-valid',3,'|avg_pool_3x3~0|+|skip_connect~0|none~1|+|none~0|none~1|skip_connect~2|',3);
INSERT INTO "nb201trialconfig" VALUES(2,'{"0_1":"avg_pool_3x3","0_2":"skip_connect","0_3":"none","1_2":"none","1_3":"none","2_3":"skip_connect"}',12,16,5,'cifar10',3,'|avg_pool_3x3~0|+|skip_connect~0|none~1|+|none~0|none~1|skip_connect~2|',3);
INSERT INTO "nb201trialconfig" VALUES(3,'{"0_1":"avg_pool_3x3","0_2":"skip_connect","0_3":"none","1_2":"none","1_3":"none","2_3":"skip_connect"}',12,16,5,'cifar100',3,'|avg_pool_3x3~0|+|skip_connect~0|none~1|+|none~0|none~1|skip_connect~2|',3);
INSERT INTO "nb201trialconfig" VALUES(4,'{"0_1":"conv_3x3","0_2":"conv_3x3","0_3":"none","1_2":"avg_pool_3x3","1_3":"conv_3x3","2_3":"avg_pool_3x3"}',12,16,5,'cifar100',11,'|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|none~0|nor_conv_3x3~1|avg_pool_3x3~2|',11);
CREATE TABLE "nb201trialstats" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "seed" INTEGER NOT NULL,
  "train_acc" REAL,
  "valid_acc" REAL,
  "test_acc" REAL,
  "ori_test_acc" REAL,
  "train_loss" REAL,
  "valid_loss" REAL,
  "test_loss" REAL,
  "ori_test_loss" REAL,
  "train_acc5" REAL,
  "parameters" REAL,
  "flops" REAL,
  "latency" REAL,
  "latencies" TEXT,
  "training_time" REAL,
  "valid_evaluation_time" REAL,
  "test_evaluation_time" REAL,
  "ori_test_evaluation_time" REAL,
  "epoch_training_time" REAL,
  "time_source" VARCHAR(9),
  "splits" VARCHAR(32) NOT NULL,
  "source" INTEGER NOT NULL,
  "config_id" INTEGER NOT NULL,
  FOREIGN KEY ("config_id") REFERENCES "nb201trialconfig" ("id")
);
INSERT INTO "nb201trialstats" VALUES(1,777,20.4453125,19.2421875,NULL,19.4296875,2.3408203125,4.74609375,NULL,4.72265625,20.7578125,0.5,12.25,0.015625,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'x-valid,ori-test',1,1);
INSERT INTO "nb201trialstats" VALUES(2,777,14.4453125,NULL,NULL,13.2421875,1.5908203125,NULL,NULL,3.24609375,14.7578125,0.5,12.25,0.015625,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'ori-test',1,2);
INSERT INTO "nb201trialstats" VALUES(3,888,16.3125,15.109375,15.296875,15.484375,1.82421875,3.712890625,3.689453125,3.666015625,16.625,0.5,12.25,0.375,'[0.25,0.5]',30.0,NULL,NULL,NULL,2.5,'estimated','x-valid,x-test,ori-test',1,3);
INSERT INTO "nb201trialstats" VALUES(4,888,16.3125,15.109375,15.296875,15.484375,1.82421875,3.712890625,3.689453125,3.666015625,16.625,0.5,12.25,0.375,'[0.25,0.5]',30.0,NULL,NULL,NULL,2.5,'estimated','x-valid,x-test,ori-test',1,4);
CREATE TABLE "nb201weights" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "name" VARCHAR(255) NOT NULL,
  "dtype" VARCHAR(16) NOT NULL,
  "shape" TEXT NOT NULL,
  "data" BLOB NOT NULL,
  "trial_id" INTEGER NOT NULL,
  FOREIGN KEY ("trial_id") REFERENCES "nb201trialstats" ("id")
);
INSERT INTO "nb201weights" VALUES(1,'stem.weight','float32','[2,3]',X'000000000000803F0000004000004040000080400000A040',3);
INSERT INTO "nb201weights" VALUES(2,'stem.weight','float32','[2,3]',X'000000000000803F0000004000004040000080400000A040',4);
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
INSERT INTO "provenance" VALUES(1,'nasbench201','dict',0,'','dict',2,1,4,4,48,'0.1.0','2026-11-28T04:45:53+00:00',NULL,0);
CREATE TABLE "schema_migration" ("id" INTEGER NOT NULL PRIMARY KEY, "name" VARCHAR(255) NOT NULL, "applied" DATETIME NOT NULL);
INSERT INTO "schema_migration" VALUES(1,'0001_initial','2026-11-28 04:45:52.708776');
INSERT INTO "schema_migration" VALUES(2,'0002_provenance_changes','2026-11-28 04:45:52.709115');
INSERT INTO "schema_migration" VALUES(3,'0003_statistics','2026-11-28 04:45:52.709342');
ANALYZE "sqlite_master";
INSERT INTO "sqlite_stat1" VALUES('schema_migration','schema_migration_name','3 1');
INSERT INTO "sqlite_stat1" VALUES('nb201trialconfig','nb201trialconfig_dataset_num_epochs','4 2 2');
INSERT INTO "sqlite_stat1" VALUES('nb201trialconfig','nb201trialconfig_isomorphism_num_epochs_dataset','4 2 2 1');
INSERT INTO "sqlite_stat1" VALUES('nb201trialconfig','nb201trialconfig_arch_num_epochs_dataset','4 2 2 1');
INSERT INTO "sqlite_stat1" VALUES('nb201trialconfig','nb201trialconfig_arch_str_num_epochs_dataset','4 2 2 1');
INSERT INTO "sqlite_stat1" VALUES('nb201trialconfig','nb201trialconfig_arch_index_num_epochs_dataset','4 2 2 1');
INSERT INTO "sqlite_stat1" VALUES('nb201trialstats','nb201trialstats_config_id','4 1');
INSERT INTO "sqlite_stat1" VALUES('nb201intermediatestats','nb201intermediatestats','48 12 1');
INSERT INTO "sqlite_stat1" VALUES('nb201architecture','nb201architecture_arch_str','15625 1');
INSERT INTO "sqlite_stat1" VALUES('nb201weights','nb201weights_trial_id','2 1');
INSERT INTO "sqlite_stat1" VALUES('nb201configstats','nb201configstats','4 2 2 1');
INSERT INTO "sqlite_stat1" VALUES('provenance',NULL,'1');
CREATE UNIQUE INDEX "schema_migration_name" ON "schema_migration" ("name");
CREATE VIEW "nb201" AS SELECT t.id AS trial_id, t.config_id AS config_id, c.arch_index AS arch_index, c.arch_str AS arch_str, c.isomorphism AS isomorphism, c.num_epochs AS num_epochs, c.dataset AS dataset, t.seed AS seed, t.train_acc AS train_acc, t.valid_acc AS valid_acc, t.test_acc AS test_acc, t.ori_test_acc AS ori_test_acc, t.train_loss AS train_loss, t.valid_loss AS valid_loss, t.test_loss AS test_loss, t.ori_test_loss AS ori_test_loss, t.train_acc5 AS train_acc5, t.parameters AS parameters, t.flops AS flops, t.latency AS latency, t.latencies AS latencies, t.training_time AS training_time, t.valid_evaluation_time AS valid_evaluation_time, t.test_evaluation_time AS test_evaluation_time, t.ori_test_evaluation_time AS ori_test_evaluation_time, t.epoch_training_time AS epoch_training_time, t.time_source AS time_source, t.splits AS splits, t.source AS source, c.arch AS arch FROM nb201trialstats AS t LEFT JOIN nb201trialconfig AS c ON c.id = t.config_id;
CREATE VIEW "nb201_statistics" AS SELECT s.config_id AS config_id, s.num_epochs AS num_epochs, c.num_channels AS num_channels, c.num_cells AS num_cells, s.dataset AS dataset, c.arch_index AS arch_index, c.arch_str AS arch_str, c.isomorphism AS isomorphism, s.num_trials AS num_trials, s.train_acc_mean AS train_acc_mean, s.valid_acc_mean AS valid_acc_mean, s.test_acc_mean AS test_acc_mean, s.ori_test_acc_mean AS ori_test_acc_mean, s.train_loss_mean AS train_loss_mean, s.valid_loss_mean AS valid_loss_mean, s.test_loss_mean AS test_loss_mean, s.ori_test_loss_mean AS ori_test_loss_mean, s.train_acc5_mean AS train_acc5_mean, s.parameters_mean AS parameters_mean, s.flops_mean AS flops_mean, s.latency_mean AS latency_mean, s.training_time_mean AS training_time_mean, s.valid_evaluation_time_mean AS valid_evaluation_time_mean, s.test_evaluation_time_mean AS test_evaluation_time_mean, s.ori_test_evaluation_time_mean AS ori_test_evaluation_time_mean, s.epoch_training_time_mean AS epoch_training_time_mean, s.train_acc_std AS train_acc_std, s.valid_acc_std AS valid_acc_std, s.test_acc_std AS test_acc_std, s.ori_test_acc_std AS ori_test_acc_std, s.train_loss_std AS train_loss_std, s.valid_loss_std AS valid_loss_std, s.test_loss_std AS test_loss_std, s.ori_test_loss_std AS ori_test_loss_std, s.train_acc5_std AS train_acc5_std, s.parameters_std AS parameters_std, s.flops_std AS flops_std, s.latency_std AS latency_std, s.training_time_std AS training_time_std, s.valid_evaluation_time_std AS valid_evaluation_time_std, s.test_evaluation_time_std AS test_evaluation_time_std, s.ori_test_evaluation_time_std AS ori_test_evaluation_time_std, s.epoch_training_time_std AS epoch_training_time_std, s.train_acc_min AS train_acc_min, s.valid_acc_min AS valid_acc_min, s.test_acc_min AS test_acc_min, s.ori_test_acc_min AS ori_test_acc_min, s.train_loss_min AS train_loss_min, s.valid_loss_min AS valid_loss_min, s.test_loss_min AS test_loss_min, s.ori_test_loss_min AS ori_test_loss_min, s.train_acc5_min AS train_acc5_min, s.parameters_min AS parameters_min, s.flops_min AS flops_min, s.latency_min AS latency_min, s.training_time_min AS training_time_min, s.valid_evaluation_time_min AS valid_evaluation_time_min, s.test_evaluation_time_min AS test_evaluation_time_min, s.ori_test_evaluation_time_min AS ori_test_evaluation_time_min, s.epoch_training_time_min AS epoch_training_time_min, s.train_acc_max AS train_acc_max, s.valid_acc_max AS valid_acc_max, s.test_acc_max AS test_acc_max, s.ori_test_acc_max AS ori_test_acc_max, s.train_loss_max AS train_loss_max, s.valid_loss_max AS valid_loss_max, s.test_loss_max AS test_loss_max, s.ori_test_loss_max AS ori_test_loss_max, s.train_acc5_max AS train_acc5_max, s.parameters_max AS parameters_max, s.flops_max AS flops_max, s.latency_max AS latency_max, s.training_time_max AS training_time_max, s.valid_evaluation_time_max AS valid_evaluation_time_max, s.test_evaluation_time_max AS test_evaluation_time_max, s.ori_test_evaluation_time_max AS ori_test_evaluation_time_max, s.epoch_training_time_max AS epoch_training_time_max, s.train_acc_n AS train_acc_n, s.valid_acc_n AS valid_acc_n, s.test_acc_n AS test_acc_n, s.ori_test_acc_n AS ori_test_acc_n, s.train_loss_n AS train_loss_n, s.valid_loss_n AS valid_loss_n, s.test_loss_n AS test_loss_n, s.ori_test_loss_n AS ori_test_loss_n, s.train_acc5_n AS train_acc5_n, s.parameters_n AS parameters_n, s.flops_n AS flops_n, s.latency_n AS latency_n, s.training_time_n AS training_time_n, s.valid_evaluation_time_n AS valid_evaluation_time_n, s.test_evaluation_time_n AS test_evaluation_time_n, s.ori_test_evaluation_time_n AS ori_test_evaluation_time_n, s.epoch_training_time_n AS epoch_training_time_n, c.arch AS arch FROM nb201configstats AS s LEFT JOIN nb201trialconfig AS c ON c.id = s.config_id;
CREATE INDEX "nb201trialconfig_arch_index_num_epochs_dataset" ON "nb201trialconfig" ("arch_index", "num_epochs", "dataset");
CREATE INDEX "nb201trialconfig_arch_str_num_epochs_dataset" ON "nb201trialconfig" ("arch_str", "num_epochs", "dataset");
CREATE INDEX "nb201trialconfig_arch_num_epochs_dataset" ON "nb201trialconfig" ("arch", "num_epochs", "dataset");
CREATE INDEX "nb201trialconfig_isomorphism_num_epochs_dataset" ON "nb201trialconfig" ("isomorphism", "num_epochs", "dataset");
CREATE INDEX "nb201trialconfig_dataset_num_epochs" ON "nb201trialconfig" ("dataset", "num_epochs");
CREATE INDEX "nb201trialstats_config_id" ON "nb201trialstats" ("config_id");
CREATE UNIQUE INDEX "nb201architecture_arch_str" ON "nb201architecture" ("arch_str");
CREATE INDEX "nb201weights_trial_id" ON "nb201weights" ("trial_id");
COMMIT;
