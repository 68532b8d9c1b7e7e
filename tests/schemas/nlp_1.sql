PRAGMA application_id = 1851880292;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE "nlpconfigstats" (
  "dataset" VARCHAR(15) NOT NULL,
  "num_epochs" INTEGER NOT NULL,
  "config_id" INTEGER NOT NULL,
  "num_trials" INTEGER NOT NULL,
  "train_loss_mean" REAL,
  "val_loss_mean" REAL,
  "test_loss_mean" REAL,
  "training_time_mean" REAL,
  "epoch_training_time_mean" REAL,
  "train_loss_at_best_mean" REAL,
  "val_loss_at_best_mean" REAL,
  "test_loss_at_best_mean" REAL,
  "train_perplexity_mean" REAL,
  "val_perplexity_mean" REAL,
  "test_perplexity_mean" REAL,
  "train_perplexity_at_best_mean" REAL,
  "val_perplexity_at_best_mean" REAL,
  "test_perplexity_at_best_mean" REAL,
  "parameters_mean" REAL,
  "train_loss_std" REAL,
  "val_loss_std" REAL,
  "test_loss_std" REAL,
  "training_time_std" REAL,
  "epoch_training_time_std" REAL,
  "train_loss_at_best_std" REAL,
  "val_loss_at_best_std" REAL,
  "test_loss_at_best_std" REAL,
  "train_perplexity_std" REAL,
  "val_perplexity_std" REAL,
  "test_perplexity_std" REAL,
  "train_perplexity_at_best_std" REAL,
  "val_perplexity_at_best_std" REAL,
  "test_perplexity_at_best_std" REAL,
  "parameters_std" REAL,
  "train_loss_min" REAL,
  "val_loss_min" REAL,
  "test_loss_min" REAL,
  "training_time_min" REAL,
  "epoch_training_time_min" REAL,
  "train_loss_at_best_min" REAL,
  "val_loss_at_best_min" REAL,
  "test_loss_at_best_min" REAL,
  "train_perplexity_min" REAL,
  "val_perplexity_min" REAL,
  "test_perplexity_min" REAL,
  "train_perplexity_at_best_min" REAL,
  "val_perplexity_at_best_min" REAL,
  "test_perplexity_at_best_min" REAL,
  "parameters_min" REAL,
  "train_loss_max" REAL,
  "val_loss_max" REAL,
  "test_loss_max" REAL,
  "training_time_max" REAL,
  "epoch_training_time_max" REAL,
  "train_loss_at_best_max" REAL,
  "val_loss_at_best_max" REAL,
  "test_loss_at_best_max" REAL,
  "train_perplexity_max" REAL,
  "val_perplexity_max" REAL,
  "test_perplexity_max" REAL,
  "train_perplexity_at_best_max" REAL,
  "val_perplexity_at_best_max" REAL,
  "test_perplexity_at_best_max" REAL,
  "parameters_max" REAL,
  "train_loss_n" INTEGER NOT NULL,
  "val_loss_n" INTEGER NOT NULL,
  "test_loss_n" INTEGER NOT NULL,
  "training_time_n" INTEGER NOT NULL,
  "epoch_training_time_n" INTEGER NOT NULL,
  "train_loss_at_best_n" INTEGER NOT NULL,
  "val_loss_at_best_n" INTEGER NOT NULL,
  "test_loss_at_best_n" INTEGER NOT NULL,
  "train_perplexity_n" INTEGER NOT NULL,
  "val_perplexity_n" INTEGER NOT NULL,
  "test_perplexity_n" INTEGER NOT NULL,
  "train_perplexity_at_best_n" INTEGER NOT NULL,
  "val_perplexity_at_best_n" INTEGER NOT NULL,
  "test_perplexity_at_best_n" INTEGER NOT NULL,
  "parameters_n" INTEGER NOT NULL,
  PRIMARY KEY ("num_epochs", "dataset", "config_id"),
  FOREIGN KEY ("config_id") REFERENCES "nlptrialconfig" ("id")
) WITHOUT ROWID;
INSERT INTO "nlpconfigstats" VALUES('wikitext-2',3,1,2,4.80322079569375226526e+00,5.78808350781892,5.73894748725486625318e+00,3.28326296765844887208e+01,1.09442098921948289809e+01,4.80322079569375226526e+00,5.78808350781892,5.73894748725486625318e+00,1.23295908070735876554e+02,3.30213168862766053728e+02,3.1409144950850725309e+02,1.23295908070735876554e+02,3.30213168862766053728e+02,3.1409144950850725309e+02,16.827678,1.51059972109139462048e-01,1.52972243115041539596e-01,1.468003899337269047e-01,4.2140387240578291994e-01,1.40467957468594306646e-01,1.51059972109139462048e-01,1.52972243115041539596e-01,1.468003899337269047e-01,1.84846884522911096837e+01,5.01230891462569729801e+01,4.57803577868743616363e+01,1.84846884522911096837e+01,5.01230891462569729801e+01,4.57803577868743616363e+01,0.0,4.65216082358461235912e+00,5.63511126470387768705e+00,5.59214709732113934848e+00,3.24112258041787058013e+01,1.08037419347262346751e+01,4.65216082358461235912e+00,5.63511126470387768705e+00,5.59214709732113934848e+00,1.0481121961844476687e+02,2.80090079716509080757e+02,2.68311091721632863035e+02,1.0481121961844476687e+02,2.80090079716509080757e+02,2.68311091721632863035e+02,16.827678,4.95428076780289128322e+00,5.94105575093396076624e+00,5.88574787718859315788e+00,3.32540335489902716403e+01,1.10846778496634232877e+01,4.95428076780289128322e+00,5.94105575093396076624e+00,5.88574787718859315788e+00,141.780596523027,380.336258009023,3.5987180729538158629e+02,141.780596523027,380.336258009023,3.5987180729538158629e+02,16.827678,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2);
INSERT INTO "nlpconfigstats" VALUES('wikitext-2',3,2,2,4.22019619101854726039e+00,5.22729079989414291418e+00,5.16156331308499183307e+00,32.7529122206119,1.09176374068706323323e+01,4.22019619101854726039e+00,5.22729079989414291418e+00,5.16156331308499183307e+00,6.8056654794726981093e+01,1.86361015821206564167e+02,1.74440388932023438426e+02,6.8056654794726981093e+01,1.86361015821206564167e+02,1.74440388932023438426e+02,25.594078,1.69901714483993160342e-02,2.81065788957244322432e-02,6.28643311762422385413e-03,4.27837592434450186829e-01,1.42612530811483395609e-01,1.69901714483993160342e-02,2.81065788957244322432e-02,6.28643311762422385413e-03,1.15618298509720318634e+00,5.23659173302573321961e+00,1.09659339255860288631e+00,1.15618298509720318634e+00,5.23659173302573321961e+00,1.09659339255860288631e+00,0.0,4.20320601957014794436e+00,5.19918422099841848194e+00,5.15527687996736716513e+00,3.23250746281774468124e+01,1.07750248760591489367e+01,4.20320601957014794436e+00,5.19918422099841848194e+00,5.15527687996736716513e+00,6.69004718096297779084e+01,1.81124424088180830949e+02,1.73343795539464821334e+02,6.69004718096297779084e+01,1.81124424088180830949e+02,1.73343795539464821334e+02,25.594078,4.23718636246694657643e+00,5.25539737878986734642e+00,5.16784974620261561284e+00,3.31807498130463471861e+01,1.10602499376821157279e+01,4.23718636246694657643e+00,5.25539737878986734642e+00,5.16784974620261561284e+00,6.92128377798241842819e+01,1.91597607554232297385e+02,1.75536982324582027104e+02,6.92128377798241842819e+01,1.91597607554232297385e+02,1.75536982324582027104e+02,25.594078,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2);
INSERT INTO "nlpconfigstats" VALUES('wikitext-2',3,3,2,4.35596954765412913701e+00,5.33926074709042630672e+00,5.30248909375751420469e+00,26.8807835502082,1.08008444830894472237e+01,4.59370677835991436666e+00,5.5959090437444451993e+00,5.54468115525189197967e+00,7.79423575447885497169e+01,2.08358623622857464852e+02,2.00836088195274385269e+02,1.01667127283650913225e+02,2.78241068516866562275e+02,2.63414105312095784931e+02,19.509278,NULL,NULL,NULL,4.79378395396763,2.4265531503083792586e-01,2.37737230705785673734e-01,2.56648296654019336671e-01,2.42192061494378219066e-01,NULL,NULL,NULL,2.37247697388623635106e+01,69.8824448940091,62.5780171168214,0.0,4.35596954765412913701e+00,5.33926074709042630672e+00,5.30248909375751420469e+00,2.20869995962405702978e+01,1.05581891680586092974e+01,4.35596954765412913701e+00,5.33926074709042630672e+00,5.30248909375751420469e+00,7.79423575447885497169e+01,2.08358623622857464852e+02,2.00836088195274385269e+02,7.79423575447885497169e+01,2.08358623622857464852e+02,2.00836088195274385269e+02,19.509278,4.35596954765412913701e+00,5.33926074709042630672e+00,5.30248909375751420469e+00,3.16745675041758296681e+01,1.10434997981202851489e+01,4.83144400906570048448e+00,5.85255734039846498006e+00,5.78687321674627064282e+00,7.79423575447885497169e+01,2.08358623622857464852e+02,2.00836088195274385269e+02,1.25391897022513276738e+02,3.48123513410875659698e+02,3.25992122428917184616e+02,19.509278,1,1,1,2,2,2,2,2,1,1,1,2,2,2,2);
CREATE TABLE "nlpintermediatestats" (
  "id" INTEGER GENERATED ALWAYS AS (trial_id * 65536 + current_epoch) VIRTUAL,
  "trial_id" INTEGER NOT NULL,
  "current_epoch" INTEGER NOT NULL,
  "train_loss" REAL,
  "val_loss" REAL,
  "test_loss" REAL,
  "training_time" REAL,
  "epoch_training_time" REAL,
  PRIMARY KEY ("trial_id", "current_epoch"),
  FOREIGN KEY ("trial_id") REFERENCES "nlptrialstats" ("id")
) WITHOUT ROWID;
INSERT INTO "nlpintermediatestats" VALUES(1,1,4.78583403393281781035e+00,5.77473260871636906443e+00,5.70446623822273046755e+00,1.10393250090610415268e+01,1.10393250090610415268e+01);
INSERT INTO "nlpintermediatestats" VALUES(1,2,4.72217116638608658263e+00,5.70362746530149422596e+00,5.64985199752955669083e+00,2.18800781903212850912e+01,1.08407531812602417884e+01);
INSERT INTO "nlpintermediatestats" VALUES(1,3,4.65216082358461235912e+00,5.63511126470387768705e+00,5.59214709732113934848e+00,3.24112258041787058013e+01,1.0531147613857422485e+01);
INSERT INTO "nlpintermediatestats" VALUES(2,1,5.08416619193042951252e+00,6.08671735973719574275e+00,6.01824405490614555702e+00,1.18611193311833069681e+01,1.18611193311833069681e+01);
INSERT INTO "nlpintermediatestats" VALUES(2,2,5.02163651842919911416e+00,6.01061499798036802388e+00,5.9519182345432630754e+00,2.18775480225396421482e+01,1.0016428691356333402e+01);
INSERT INTO "nlpintermediatestats" VALUES(2,3,4.95428076780289128322e+00,5.94105575093396076624e+00,5.88574787718859315788e+00,3.32540335489902716403e+01,1.1376485526450631269e+01);
INSERT INTO "nlpintermediatestats" VALUES(3,1,4.37184585383233681454e+00,5.37943706781775432546e+00,5.32920971806649212965e+00,1.1053592812561422676e+01,1.1053592812561422676e+01);
INSERT INTO "nlpintermediatestats" VALUES(3,2,4.31671136315565906471e+00,5.29955118914940648267e+00,5.26155751221643708248e+00,2.21597365440969973349e+01,1.11061437315355746589e+01);
INSERT INTO "nlpintermediatestats" VALUES(3,3,4.23718636246694657643e+00,5.25539737878986734642e+00,5.16784974620261561284e+00,3.23250746281774468124e+01,1.01653380840804494764e+01);
INSERT INTO "nlpintermediatestats" VALUES(4,1,4.42448033644901084215e+00,5.40808577236788323716e+00,5.34243211139755480587e+00,1.05047176047945836077e+01,1.05047176047945836077e+01);
INSERT INTO "nlpintermediatestats" VALUES(4,2,4.30344046619865849834e+00,5.30578436423350119355e+00,5.24959559424484645262e+00,2.24698252603685233452e+01,1.19651076555739415145e+01);
INSERT INTO "nlpintermediatestats" VALUES(4,3,4.20320601957014794436e+00,5.19918422099841848194e+00,5.15527687996736716513e+00,3.31807498130463471861e+01,1.07109245526778202868e+01);
INSERT INTO "nlpintermediatestats" VALUES(5,1,4.83144400906570048448e+00,5.85255734039846498006e+00,5.78687321674627064282e+00,1.0682228635763090452e+01,1.0682228635763090452e+01);
INSERT INTO "nlpintermediatestats" VALUES(5,2,NULL,NULL,NULL,2.20869995962405702978e+01,1.14047709604774798468e+01);
INSERT INTO "nlpintermediatestats" VALUES(6,1,4.60521333302061,5.60257564404455088435e+00,5.55117498619138149962e+00,1.07503156322137058962e+01,1.07503156322137058962e+01);
INSERT INTO "nlpintermediatestats" VALUES(6,2,4.45753334893903,5.47828065894235916033e+00,5.40851702357304464641e+00,2.08858750361385467906e+01,1.01355594039248408932e+01);
INSERT INTO "nlpintermediatestats" VALUES(6,3,4.35596954765412913701e+00,5.33926074709042630672e+00,5.30248909375751420469e+00,3.16745675041758296681e+01,1.07886924680372828786e+01);
CREATE TABLE "nlptrialconfig" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "arch" TEXT NOT NULL,
  "dataset" VARCHAR(15) NOT NULL,
  "hash" VARCHAR(32) NOT NULL,
  "num_epochs" INTEGER NOT NULL,
  "num_nodes" INTEGER NOT NULL,
  "num_hidden" INTEGER NOT NULL,
  "settings" TEXT
);
INSERT INTO "nlptrialconfig" VALUES(1,'{"h_new_0_input_0":"node_3","h_new_0_input_1":"node_0","h_new_0_input_2":"h_new_1","h_new_0_op":"blend","h_new_1_input_0":"node_6","h_new_1_op":"activation_leaky_relu","node_0_input_0":"h_prev_1","node_0_input_1":"h_prev_0","node_0_op":"linear","node_1_input_0":"node_0","node_1_op":"activation_sigm","node_2_input_0":"h_prev_1","node_2_input_1":"node_1","node_2_op":"elementwise_prod","node_3_input_0":"x","node_3_input_1":"node_2","node_3_op":"elementwise_prod","node_6_input_0":"x","node_6_input_1":"h_prev_0","node_6_op":"linear"}','wikitext-2','84405047cf39f18abff73c840b88d488',3,7,2,'{"alpha":2,"batch_size":20,"beta":1,"bptt":70,"clip":0.25,"dropout":0.1,"dropoute":0.0,"dropouth":0.25,"dropouti":0.4,"emsize":400,"lr":0.001,"model":"CustomRNN","nhid":600,"nlayers":3,"tied":true,"wdecay":1.2e-06,"wdrop":0.1}');
INSERT INTO "nlptrialconfig" VALUES(2,'{"h_new_0_input_0":"node_21","h_new_0_op":"activation_tanh","node_0_input_0":"x","node_0_input_1":"h_prev_0","node_0_op":"elementwise_sum","node_11_input_0":"node_8","node_11_input_1":"node_5","node_11_op":"linear","node_12_input_0":"node_11","node_12_op":"activation_leaky_relu","node_15_input_0":"x","node_15_input_1":"node_12","node_15_input_2":"node_5","node_15_op":"linear","node_1_input_0":"x","node_1_input_1":"node_0","node_1_input_2":"h_prev_0","node_1_op":"linear","node_20_input_0":"h_prev_0","node_20_input_1":"node_6","node_20_op":"elementwise_sum","node_21_input_0":"node_20","node_21_input_1":"node_15","node_21_op":"linear","node_2_input_0":"node_1","node_2_op":"activation_tanh","node_3_input_0":"x","node_3_input_1":"node_2","node_3_op":"elementwise_prod","node_4_input_0":"node_3","node_4_input_1":"x","node_4_input_2":"node_2","node_4_op":"blend","node_5_input_0":"node_1","node_5_input_1":"node_4","node_5_op":"linear","node_6_input_0":"node_5","node_6_op":"activation_sigm","node_7_input_0":"node_5","node_7_input_1":"h_prev_0","node_7_op":"linear","node_8_input_0":"node_7","node_8_op":"activation_tanh"}','wikitext-2','161d61cbfbb7c8e6194e58800e30cee7',3,15,1,'{"alpha":2,"batch_size":20,"beta":1,"bptt":70,"clip":0.25,"dropout":0.1,"dropoute":0.0,"dropouth":0.25,"dropouti":0.4,"emsize":400,"lr":0.001,"model":"CustomRNN","nhid":600,"nlayers":3,"tied":true,"wdecay":1.2e-06,"wdrop":0.1}');
INSERT INTO "nlptrialconfig" VALUES(3,'{"h_new_0_input_0":"node_21","h_new_0_op":"activation_leaky_relu","node_0_input_0":"h_prev_0","node_0_input_1":"x","node_0_op":"elementwise_sum","node_10_input_0":"node_9","node_10_op":"activation_tanh","node_1_input_0":"x","node_1_input_1":"h_prev_0","node_1_op":"elementwise_sum","node_21_input_0":"node_8","node_21_input_1":"node_10","node_21_op":"linear","node_2_input_0":"node_1","node_2_input_1":"node_0","node_2_op":"elementwise_sum","node_3_input_0":"node_2","node_3_input_1":"node_0","node_3_op":"elementwise_sum","node_6_input_0":"node_2","node_6_input_1":"node_3","node_6_input_2":"h_prev_0","node_6_op":"linear","node_7_input_0":"node_6","node_7_op":"activation_sigm","node_8_input_0":"x","node_8_input_1":"node_7","node_8_input_2":"node_3","node_8_op":"blend","node_9_input_0":"node_8","node_9_input_1":"node_3","node_9_op":"linear"}','wikitext-2','955f3469588418f449e902f26879ce6a',3,11,1,'{"alpha":2,"batch_size":20,"beta":1,"bptt":70,"clip":0.25,"dropout":0.1,"dropoute":0.0,"dropouth":0.25,"dropouti":0.4,"emsize":400,"lr":0.001,"model":"CustomRNN","nhid":600,"nlayers":3,"tied":true,"wdecay":1.2e-06,"wdrop":0.1}');
CREATE TABLE "nlptrialstats" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "config_id" INTEGER NOT NULL,
  "train_loss" REAL,
  "val_loss" REAL,
  "test_loss" REAL,
  "training_time" REAL,
  "epoch_training_time" REAL,
  "best_epoch" INTEGER,
  "train_loss_at_best" REAL,
  "val_loss_at_best" REAL,
  "test_loss_at_best" REAL,
  "train_perplexity" REAL,
  "val_perplexity" REAL,
  "test_perplexity" REAL,
  "train_perplexity_at_best" REAL,
  "val_perplexity_at_best" REAL,
  "test_perplexity_at_best" REAL,
  "parameters" REAL,
  "trained_epochs" INTEGER NOT NULL,
  "status" VARCHAR(32) NOT NULL,
  "recipe_id" INTEGER,
  "experiment_id" INTEGER,
  "init_time" VARCHAR(32),
  "sets" VARCHAR(128),
  "further" TEXT,
  FOREIGN KEY ("config_id") REFERENCES "nlptrialconfig" ("id")
);
INSERT INTO "nlptrialstats" VALUES(1,1,4.65216082358461235912e+00,5.63511126470387768705e+00,5.59214709732113934848e+00,3.24112258041787058013e+01,1.08037419347262346751e+01,3,4.65216082358461235912e+00,5.63511126470387768705e+00,5.59214709732113934848e+00,1.0481121961844476687e+02,2.80090079716509080757e+02,2.68311091721632863035e+02,1.0481121961844476687e+02,2.80090079716509080757e+02,2.68311091721632863035e+02,16.827678,3,'OK',1000000,999981899,'2020-04-28_13-38-15','logs','{"cuda":true,"eval_batch_size":50,"log_interval":200,"recepies_list_path":"data/models_recepies.json"}');
INSERT INTO "nlptrialstats" VALUES(2,1,4.95428076780289128322e+00,5.94105575093396076624e+00,5.88574787718859315788e+00,3.32540335489902716403e+01,1.10846778496634232877e+01,3,4.95428076780289128322e+00,5.94105575093396076624e+00,5.88574787718859315788e+00,141.780596523027,380.336258009023,3.5987180729538158629e+02,141.780596523027,380.336258009023,3.5987180729538158629e+02,16.827678,3,'OK',1000000,999948265,'2020-04-28_18-35-54','logs','{"cuda":true,"eval_batch_size":50,"log_interval":200,"recepies_list_path":"data/models_recepies.json"}');
INSERT INTO "nlptrialstats" VALUES(3,2,4.23718636246694657643e+00,5.25539737878986734642e+00,5.16784974620261561284e+00,3.23250746281774468124e+01,1.07750248760591489367e+01,3,4.23718636246694657643e+00,5.25539737878986734642e+00,5.16784974620261561284e+00,6.92128377798241842819e+01,1.91597607554232297385e+02,1.75536982324582027104e+02,6.92128377798241842819e+01,1.91597607554232297385e+02,1.75536982324582027104e+02,25.594078,3,'OK',1000001,999941717,'2020-04-28_10-18-07','logs','{"cuda":true,"eval_batch_size":50,"log_interval":200,"recepies_list_path":"data/models_recepies.json"}');
INSERT INTO "nlptrialstats" VALUES(4,2,4.20320601957014794436e+00,5.19918422099841848194e+00,5.15527687996736716513e+00,3.31807498130463471861e+01,1.10602499376821157279e+01,3,4.20320601957014794436e+00,5.19918422099841848194e+00,5.15527687996736716513e+00,6.69004718096297779084e+01,1.81124424088180830949e+02,1.73343795539464821334e+02,6.69004718096297779084e+01,1.81124424088180830949e+02,1.73343795539464821334e+02,25.594078,3,'OK',1000001,999911122,'2020-04-28_10-29-55','logs','{"cuda":true,"eval_batch_size":50,"log_interval":200,"recepies_list_path":"data/models_recepies.json"}');
INSERT INTO "nlptrialstats" VALUES(5,3,NULL,NULL,NULL,2.20869995962405702978e+01,1.10434997981202851489e+01,1,4.83144400906570048448e+00,5.85255734039846498006e+00,5.78687321674627064282e+00,NULL,NULL,NULL,1.25391897022513276738e+02,3.48123513410875659698e+02,3.25992122428917184616e+02,19.509278,2,'loss is nan!',1000002,999923309,'2020-04-28_06-14-03','logs','{"cuda":true,"eval_batch_size":50,"log_interval":200,"recepies_list_path":"data/models_recepies.json"}');
INSERT INTO "nlptrialstats" VALUES(6,3,4.35596954765412913701e+00,5.33926074709042630672e+00,5.30248909375751420469e+00,3.16745675041758296681e+01,1.05581891680586092974e+01,3,4.35596954765412913701e+00,5.33926074709042630672e+00,5.30248909375751420469e+00,7.79423575447885497169e+01,2.08358623622857464852e+02,2.00836088195274385269e+02,7.79423575447885497169e+01,2.08358623622857464852e+02,2.00836088195274385269e+02,19.509278,3,'OK',1000002,999951538,'2020-04-28_09-04-24','logs','{"cuda":true,"eval_batch_size":50,"log_interval":200,"recepies_list_path":"data/models_recepies.json"}');
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
INSERT INTO "provenance" VALUES(1,'nlp','logs.zip',11291,'5728ad97dc7dccc9f0baae7f7396f7e62857d2b966d0c00100f4b751cc19c77d','zip of logs',6,1,3,6,17,'0.1.0','2026-11-28T04:45:54+00:00',NULL,0);
CREATE TABLE "schema_migration" ("id" INTEGER NOT NULL PRIMARY KEY, "name" VARCHAR(255) NOT NULL, "applied" DATETIME NOT NULL);
INSERT INTO "schema_migration" VALUES(1,'0001_initial','2026-11-28 04:45:54.205273');
ANALYZE "sqlite_master";
INSERT INTO "sqlite_stat1" VALUES('provenance',NULL,'1');
INSERT INTO "sqlite_stat1" VALUES('nlpconfigstats','nlpconfigstats','3 3 3 1');
INSERT INTO "sqlite_stat1" VALUES('nlpintermediatestats','nlpintermediatestats','17 3 1');
INSERT INTO "sqlite_stat1" VALUES('nlptrialstats','nlptrialstats_config_id','6 2');
INSERT INTO "sqlite_stat1" VALUES('nlptrialconfig','nlptrialconfig_dataset_num_epochs','3 3 3');
INSERT INTO "sqlite_stat1" VALUES('nlptrialconfig','nlptrialconfig_hash_dataset','3 1 1');
INSERT INTO "sqlite_stat1" VALUES('schema_migration','schema_migration_name','1 1');
CREATE UNIQUE INDEX "schema_migration_name" ON "schema_migration" ("name");
CREATE VIEW "nlp" AS SELECT t.id AS trial_id, t.config_id AS config_id, c.hash AS hash, c.dataset AS dataset, c.num_epochs AS num_epochs, c.num_nodes AS num_nodes, c.num_hidden AS num_hidden, t.train_loss AS train_loss, t.val_loss AS val_loss, t.test_loss AS test_loss, t.training_time AS training_time, t.epoch_training_time AS epoch_training_time, t.best_epoch AS best_epoch, t.train_loss_at_best AS train_loss_at_best, t.val_loss_at_best AS val_loss_at_best, t.test_loss_at_best AS test_loss_at_best, t.train_perplexity AS train_perplexity, t.val_perplexity AS val_perplexity, t.test_perplexity AS test_perplexity, t.train_perplexity_at_best AS train_perplexity_at_best, t.val_perplexity_at_best AS val_perplexity_at_best, t.test_perplexity_at_best AS test_perplexity_at_best, t.parameters AS parameters, t.trained_epochs AS trained_epochs, t.status AS status, t.recipe_id AS recipe_id, t.experiment_id AS experiment_id, t.init_time AS init_time, t.sets AS sets, t.further AS further, c.arch AS arch FROM nlptrialstats AS t LEFT JOIN nlptrialconfig AS c ON c.id = t.config_id;
CREATE VIEW "nlp_statistics" AS SELECT s.config_id AS config_id, s.dataset AS dataset, c.hash AS hash, s.num_epochs AS num_epochs, c.num_nodes AS num_nodes, c.num_hidden AS num_hidden, c.settings AS settings, s.num_trials AS num_trials, s.train_loss_mean AS train_loss_mean, s.val_loss_mean AS val_loss_mean, s.test_loss_mean AS test_loss_mean, s.training_time_mean AS training_time_mean, s.epoch_training_time_mean AS epoch_training_time_mean, s.train_loss_at_best_mean AS train_loss_at_best_mean, s.val_loss_at_best_mean AS val_loss_at_best_mean, s.test_loss_at_best_mean AS test_loss_at_best_mean, s.train_perplexity_mean AS train_perplexity_mean, s.val_perplexity_mean AS val_perplexity_mean, s.test_perplexity_mean AS test_perplexity_mean, s.train_perplexity_at_best_mean AS train_perplexity_at_best_mean, s.val_perplexity_at_best_mean AS val_perplexity_at_best_mean, s.test_perplexity_at_best_mean AS test_perplexity_at_best_mean, s.parameters_mean AS parameters_mean, s.train_loss_std AS train_loss_std, s.val_loss_std AS val_loss_std, s.test_loss_std AS test_loss_std, s.training_time_std AS training_time_std, s.epoch_training_time_std AS epoch_training_time_std, s.train_loss_at_best_std AS train_loss_at_best_std, s.val_loss_at_best_std AS val_loss_at_best_std, s.test_loss_at_best_std AS test_loss_at_best_std, s.train_perplexity_std AS train_perplexity_std, s.val_perplexity_std AS val_perplexity_std, s.test_perplexity_std AS test_perplexity_std, s.train_perplexity_at_best_std AS train_perplexity_at_best_std, s.val_perplexity_at_best_std AS val_perplexity_at_best_std, s.test_perplexity_at_best_std AS test_perplexity_at_best_std, s.parameters_std AS parameters_std, s.train_loss_min AS train_loss_min, s.val_loss_min AS val_loss_min, s.test_loss_min AS test_loss_min, s.training_time_min AS training_time_min, s.epoch_training_time_min AS epoch_training_time_min, s.train_loss_at_best_min AS train_loss_at_best_min, s.val_loss_at_best_min AS val_loss_at_best_min, s.test_loss_at_best_min AS test_loss_at_best_min, s.train_perplexity_min AS train_perplexity_min, s.val_perplexity_min AS val_perplexity_min, s.test_perplexity_min AS test_perplexity_min, s.train_perplexity_at_best_min AS train_perplexity_at_best_min, s.val_perplexity_at_best_min AS val_perplexity_at_best_min, s.test_perplexity_at_best_min AS test_perplexity_at_best_min, s.parameters_min AS parameters_min, s.train_loss_max AS train_loss_max, s.val_loss_max AS val_loss_max, s.test_loss_max AS test_loss_max, s.training_time_max AS training_time_max, s.epoch_training_time_max AS epoch_training_time_max, s.train_loss_at_best_max AS train_loss_at_best_max, s.val_loss_at_best_max AS val_loss_at_best_max, s.test_loss_at_best_max AS test_loss_at_best_max, s.train_perplexity_max AS train_perplexity_max, s.val_perplexity_max AS val_perplexity_max, s.test_perplexity_max AS test_perplexity_max, s.train_perplexity_at_best_max AS train_perplexity_at_best_max, s.val_perplexity_at_best_max AS val_perplexity_at_best_max, s.test_perplexity_at_best_max AS test_perplexity_at_best_max, s.parameters_max AS parameters_max, s.train_loss_n AS train_loss_n, s.val_loss_n AS val_loss_n, s.test_loss_n AS test_loss_n, s.training_time_n AS training_time_n, s.epoch_training_time_n AS epoch_training_time_n, s.train_loss_at_best_n AS train_loss_at_best_n, s.val_loss_at_best_n AS val_loss_at_best_n, s.test_loss_at_best_n AS test_loss_at_best_n, s.train_perplexity_n AS train_perplexity_n, s.val_perplexity_n AS val_perplexity_n, s.test_perplexity_n AS test_perplexity_n, s.train_perplexity_at_best_n AS train_perplexity_at_best_n, s.val_perplexity_at_best_n AS val_perplexity_at_best_n, s.test_perplexity_at_best_n AS test_perplexity_at_best_n, s.parameters_n AS parameters_n, c.arch AS arch FROM nlpconfigstats AS s LEFT JOIN nlptrialconfig AS c ON c.id = s.config_id;
CREATE INDEX "nlptrialconfig_hash_dataset" ON "nlptrialconfig" ("hash", "dataset");
CREATE INDEX "nlptrialconfig_dataset_num_epochs" ON "nlptrialconfig" ("dataset", "num_epochs");
CREATE INDEX "nlptrialstats_config_id" ON "nlptrialstats" ("config_id");
COMMIT;
