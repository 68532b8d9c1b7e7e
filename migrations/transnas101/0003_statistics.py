"""The statistics of each config over its trials."""

from nasbench_db.store.statistics import StatisticsTable

STATEMENTS = (
    'CREATE TABLE "tnb101configstats" ("task" VARCHAR(32) NOT NULL, "config_id" INTEGER '
    'NOT NULL, "num_trials" INTEGER NOT NULL, "inference_time_mean" REAL, '
    '"encoder_params_mean" REAL, "model_params_mean" REAL, "model_flops_mean" REAL, '
    '"encoder_flops_mean" REAL, "train_top1_mean" REAL, "valid_top1_mean" REAL, '
    '"test_top1_mean" REAL, "train_top5_mean" REAL, "valid_top5_mean" REAL, '
    '"test_top5_mean" REAL, "train_acc_mean" REAL, "valid_acc_mean" REAL, "test_acc_mean"'
    ' REAL, "train_mIoU_mean" REAL, "valid_mIoU_mean" REAL, "test_mIoU_mean" REAL, '
    '"train_ssim_mean" REAL, "valid_ssim_mean" REAL, "test_ssim_mean" REAL, '
    '"train_neg_loss_mean" REAL, "valid_neg_loss_mean" REAL, "test_neg_loss_mean" REAL, '
    '"train_loss_mean" REAL, "valid_loss_mean" REAL, "test_loss_mean" REAL, '
    '"train_l1_loss_mean" REAL, "valid_l1_loss_mean" REAL, "test_l1_loss_mean" REAL, '
    '"time_elapsed_mean" REAL, "inference_time_std" REAL, "encoder_params_std" REAL, '
    '"model_params_std" REAL, "model_flops_std" REAL, "encoder_flops_std" REAL, '
    '"train_top1_std" REAL, "valid_top1_std" REAL, "test_top1_std" REAL, "train_top5_std"'
    ' REAL, "valid_top5_std" REAL, "test_top5_std" REAL, "train_acc_std" REAL, '
    '"valid_acc_std" REAL, "test_acc_std" REAL, "train_mIoU_std" REAL, "valid_mIoU_std" '
    'REAL, "test_mIoU_std" REAL, "train_ssim_std" REAL, "valid_ssim_std" REAL, '
    '"test_ssim_std" REAL, "train_neg_loss_std" REAL, "valid_neg_loss_std" REAL, '
    '"test_neg_loss_std" REAL, "train_loss_std" REAL, "valid_loss_std" REAL, '
    '"test_loss_std" REAL, "train_l1_loss_std" REAL, "valid_l1_loss_std" REAL, '
    '"test_l1_loss_std" REAL, "time_elapsed_std" REAL, "inference_time_min" REAL, '
    '"encoder_params_min" REAL, "model_params_min" REAL, "model_flops_min" REAL, '
    '"encoder_flops_min" REAL, "train_top1_min" REAL, "valid_top1_min" REAL, '
    '"test_top1_min" REAL, "train_top5_min" REAL, "valid_top5_min" REAL, "test_top5_min" '
    'REAL, "train_acc_min" REAL, "valid_acc_min" REAL, "test_acc_min" REAL, '
    '"train_mIoU_min" REAL, "valid_mIoU_min" REAL, "test_mIoU_min" REAL, "train_ssim_min"'
    ' REAL, "valid_ssim_min" REAL, "test_ssim_min" REAL, "train_neg_loss_min" REAL, '
    '"valid_neg_loss_min" REAL, "test_neg_loss_min" REAL, "train_loss_min" REAL, '
    '"valid_loss_min" REAL, "test_loss_min" REAL, "train_l1_loss_min" REAL, '
    '"valid_l1_loss_min" REAL, "test_l1_loss_min" REAL, "time_elapsed_min" REAL, '
    '"inference_time_max" REAL, "encoder_params_max" REAL, "model_params_max" REAL, '
    '"model_flops_max" REAL, "encoder_flops_max" REAL, "train_top1_max" REAL, '
    '"valid_top1_max" REAL, "test_top1_max" REAL, "train_top5_max" REAL, "valid_top5_max"'
    ' REAL, "test_top5_max" REAL, "train_acc_max" REAL, "valid_acc_max" REAL, '
    '"test_acc_max" REAL, "train_mIoU_max" REAL, "valid_mIoU_max" REAL, "test_mIoU_max" '
    'REAL, "train_ssim_max" REAL, "valid_ssim_max" REAL, "test_ssim_max" REAL, '
    '"train_neg_loss_max" REAL, "valid_neg_loss_max" REAL, "test_neg_loss_max" REAL, '
    '"train_loss_max" REAL, "valid_loss_max" REAL, "test_loss_max" REAL, '
    '"train_l1_loss_max" REAL, "valid_l1_loss_max" REAL, "test_l1_loss_max" REAL, '
    '"time_elapsed_max" REAL, "inference_time_n" INTEGER NOT NULL, "encoder_params_n" '
    'INTEGER NOT NULL, "model_params_n" INTEGER NOT NULL, "model_flops_n" INTEGER NOT '
    'NULL, "encoder_flops_n" INTEGER NOT NULL, "train_top1_n" INTEGER NOT NULL, '
    '"valid_top1_n" INTEGER NOT NULL, "test_top1_n" INTEGER NOT NULL, "train_top5_n" '
    'INTEGER NOT NULL, "valid_top5_n" INTEGER NOT NULL, "test_top5_n" INTEGER NOT NULL, '
    '"train_acc_n" INTEGER NOT NULL, "valid_acc_n" INTEGER NOT NULL, "test_acc_n" INTEGER'
    ' NOT NULL, "train_mIoU_n" INTEGER NOT NULL, "valid_mIoU_n" INTEGER NOT NULL, '
    '"test_mIoU_n" INTEGER NOT NULL, "train_ssim_n" INTEGER NOT NULL, "valid_ssim_n" '
    'INTEGER NOT NULL, "test_ssim_n" INTEGER NOT NULL, "train_neg_loss_n" INTEGER NOT '
    'NULL, "valid_neg_loss_n" INTEGER NOT NULL, "test_neg_loss_n" INTEGER NOT NULL, '
    '"train_loss_n" INTEGER NOT NULL, "valid_loss_n" INTEGER NOT NULL, "test_loss_n" '
    'INTEGER NOT NULL, "train_l1_loss_n" INTEGER NOT NULL, "valid_l1_loss_n" INTEGER NOT '
    'NULL, "test_l1_loss_n" INTEGER NOT NULL, "time_elapsed_n" INTEGER NOT NULL, PRIMARY '
    'KEY ("task", "config_id"), FOREIGN KEY ("config_id") REFERENCES "tnb101trialconfig" '
    '("id")) WITHOUT ROWID',
    'CREATE VIEW "tnb101_statistics" AS SELECT s.config_id AS config_id, c.arch_str AS '
    "arch_str, c.arch_index AS arch_index, c.search_space AS search_space, s.task AS "
    "task, c.num_epochs AS num_epochs, s.num_trials AS num_trials, s.inference_time_mean "
    "AS inference_time_mean, s.encoder_params_mean AS encoder_params_mean, "
    "s.model_params_mean AS model_params_mean, s.model_flops_mean AS model_flops_mean, "
    "s.encoder_flops_mean AS encoder_flops_mean, s.train_top1_mean AS train_top1_mean, "
    "s.valid_top1_mean AS valid_top1_mean, s.test_top1_mean AS test_top1_mean, "
    "s.train_top5_mean AS train_top5_mean, s.valid_top5_mean AS valid_top5_mean, "
    "s.test_top5_mean AS test_top5_mean, s.train_acc_mean AS train_acc_mean, "
    "s.valid_acc_mean AS valid_acc_mean, s.test_acc_mean AS test_acc_mean, "
    "s.train_mIoU_mean AS train_mIoU_mean, s.valid_mIoU_mean AS valid_mIoU_mean, "
    "s.test_mIoU_mean AS test_mIoU_mean, s.train_ssim_mean AS train_ssim_mean, "
    "s.valid_ssim_mean AS valid_ssim_mean, s.test_ssim_mean AS test_ssim_mean, "
    "s.train_neg_loss_mean AS train_neg_loss_mean, s.valid_neg_loss_mean AS "
    "valid_neg_loss_mean, s.test_neg_loss_mean AS test_neg_loss_mean, s.train_loss_mean "
    "AS train_loss_mean, s.valid_loss_mean AS valid_loss_mean, s.test_loss_mean AS "
    "test_loss_mean, s.train_l1_loss_mean AS train_l1_loss_mean, s.valid_l1_loss_mean AS "
    "valid_l1_loss_mean, s.test_l1_loss_mean AS test_l1_loss_mean, s.time_elapsed_mean AS"
    " time_elapsed_mean, s.inference_time_std AS inference_time_std, s.encoder_params_std"
    " AS encoder_params_std, s.model_params_std AS model_params_std, s.model_flops_std AS"
    " model_flops_std, s.encoder_flops_std AS encoder_flops_std, s.train_top1_std AS "
    "train_top1_std, s.valid_top1_std AS valid_top1_std, s.test_top1_std AS "
    "test_top1_std, s.train_top5_std AS train_top5_std, s.valid_top5_std AS "
    "valid_top5_std, s.test_top5_std AS test_top5_std, s.train_acc_std AS train_acc_std, "
    "s.valid_acc_std AS valid_acc_std, s.test_acc_std AS test_acc_std, s.train_mIoU_std "
    "AS train_mIoU_std, s.valid_mIoU_std AS valid_mIoU_std, s.test_mIoU_std AS "
    "test_mIoU_std, s.train_ssim_std AS train_ssim_std, s.valid_ssim_std AS "
    "valid_ssim_std, s.test_ssim_std AS test_ssim_std, s.train_neg_loss_std AS "
    "train_neg_loss_std, s.valid_neg_loss_std AS valid_neg_loss_std, s.test_neg_loss_std "
    "AS test_neg_loss_std, s.train_loss_std AS train_loss_std, s.valid_loss_std AS "
    "valid_loss_std, s.test_loss_std AS test_loss_std, s.train_l1_loss_std AS "
    "train_l1_loss_std, s.valid_l1_loss_std AS valid_l1_loss_std, s.test_l1_loss_std AS "
    "test_l1_loss_std, s.time_elapsed_std AS time_elapsed_std, s.inference_time_min AS "
    "inference_time_min, s.encoder_params_min AS encoder_params_min, s.model_params_min "
    "AS model_params_min, s.model_flops_min AS model_flops_min, s.encoder_flops_min AS "
    "encoder_flops_min, s.train_top1_min AS train_top1_min, s.valid_top1_min AS "
    "valid_top1_min, s.test_top1_min AS test_top1_min, s.train_top5_min AS "
    "train_top5_min, s.valid_top5_min AS valid_top5_min, s.test_top5_min AS "
    "test_top5_min, s.train_acc_min AS train_acc_min, s.valid_acc_min AS valid_acc_min, "
    "s.test_acc_min AS test_acc_min, s.train_mIoU_min AS train_mIoU_min, s.valid_mIoU_min"
    " AS valid_mIoU_min, s.test_mIoU_min AS test_mIoU_min, s.train_ssim_min AS "
    "train_ssim_min, s.valid_ssim_min AS valid_ssim_min, s.test_ssim_min AS "
    "test_ssim_min, s.train_neg_loss_min AS train_neg_loss_min, s.valid_neg_loss_min AS "
    "valid_neg_loss_min, s.test_neg_loss_min AS test_neg_loss_min, s.train_loss_min AS "
    "train_loss_min, s.valid_loss_min AS valid_loss_min, s.test_loss_min AS "
    "test_loss_min, s.train_l1_loss_min AS train_l1_loss_min, s.valid_l1_loss_min AS "
    "valid_l1_loss_min, s.test_l1_loss_min AS test_l1_loss_min, s.time_elapsed_min AS "
    "time_elapsed_min, s.inference_time_max AS inference_time_max, s.encoder_params_max "
    "AS encoder_params_max, s.model_params_max AS model_params_max, s.model_flops_max AS "
    "model_flops_max, s.encoder_flops_max AS encoder_flops_max, s.train_top1_max AS "
    "train_top1_max, s.valid_top1_max AS valid_top1_max, s.test_top1_max AS "
    "test_top1_max, s.train_top5_max AS train_top5_max, s.valid_top5_max AS "
    "valid_top5_max, s.test_top5_max AS test_top5_max, s.train_acc_max AS train_acc_max, "
    "s.valid_acc_max AS valid_acc_max, s.test_acc_max AS test_acc_max, s.train_mIoU_max "
    "AS train_mIoU_max, s.valid_mIoU_max AS valid_mIoU_max, s.test_mIoU_max AS "
    "test_mIoU_max, s.train_ssim_max AS train_ssim_max, s.valid_ssim_max AS "
    "valid_ssim_max, s.test_ssim_max AS test_ssim_max, s.train_neg_loss_max AS "
    "train_neg_loss_max, s.valid_neg_loss_max AS valid_neg_loss_max, s.test_neg_loss_max "
    "AS test_neg_loss_max, s.train_loss_max AS train_loss_max, s.valid_loss_max AS "
    "valid_loss_max, s.test_loss_max AS test_loss_max, s.train_l1_loss_max AS "
    "train_l1_loss_max, s.valid_l1_loss_max AS valid_l1_loss_max, s.test_l1_loss_max AS "
    "test_l1_loss_max, s.time_elapsed_max AS time_elapsed_max, s.inference_time_n AS "
    "inference_time_n, s.encoder_params_n AS encoder_params_n, s.model_params_n AS "
    "model_params_n, s.model_flops_n AS model_flops_n, s.encoder_flops_n AS "
    "encoder_flops_n, s.train_top1_n AS train_top1_n, s.valid_top1_n AS valid_top1_n, "
    "s.test_top1_n AS test_top1_n, s.train_top5_n AS train_top5_n, s.valid_top5_n AS "
    "valid_top5_n, s.test_top5_n AS test_top5_n, s.train_acc_n AS train_acc_n, "
    "s.valid_acc_n AS valid_acc_n, s.test_acc_n AS test_acc_n, s.train_mIoU_n AS "
    "train_mIoU_n, s.valid_mIoU_n AS valid_mIoU_n, s.test_mIoU_n AS test_mIoU_n, "
    "s.train_ssim_n AS train_ssim_n, s.valid_ssim_n AS valid_ssim_n, s.test_ssim_n AS "
    "test_ssim_n, s.train_neg_loss_n AS train_neg_loss_n, s.valid_neg_loss_n AS "
    "valid_neg_loss_n, s.test_neg_loss_n AS test_neg_loss_n, s.train_loss_n AS "
    "train_loss_n, s.valid_loss_n AS valid_loss_n, s.test_loss_n AS test_loss_n, "
    "s.train_l1_loss_n AS train_l1_loss_n, s.valid_l1_loss_n AS valid_l1_loss_n, "
    "s.test_l1_loss_n AS test_l1_loss_n, s.time_elapsed_n AS time_elapsed_n, c.arch AS "
    "arch FROM tnb101configstats AS s LEFT JOIN tnb101trialconfig AS c ON c.id = "
    "s.config_id",
    'ALTER TABLE "provenance" ADD COLUMN "several_written" INTEGER NOT NULL DEFAULT 0',
    'UPDATE "provenance" SET "several_written" = ('
    'SELECT count(*) FROM (SELECT 1 FROM "tnb101trialconfig" '
    'GROUP BY "arch_index", "task" HAVING count(*) > 1)'
    ")",
)

STATISTICS = StatisticsTable(
    table="tnb101configstats",
    config="tnb101trialconfig",
    trial="tnb101trialstats",
    fidelity=("task",),
    metrics=(
        "inference_time",
        "encoder_params",
        "model_params",
        "model_flops",
        "encoder_flops",
        "train_top1",
        "valid_top1",
        "test_top1",
        "train_top5",
        "valid_top5",
        "test_top5",
        "train_acc",
        "valid_acc",
        "test_acc",
        "train_mIoU",
        "valid_mIoU",
        "test_mIoU",
        "train_ssim",
        "valid_ssim",
        "test_ssim",
        "train_neg_loss",
        "valid_neg_loss",
        "test_neg_loss",
        "train_loss",
        "valid_loss",
        "test_loss",
        "train_l1_loss",
        "valid_l1_loss",
        "test_l1_loss",
        "time_elapsed",
    ),
)


def up(migrator, db):
    for statement in STATEMENTS:
        db.execute_sql(statement)
    STATISTICS.fill(db.connection())
    db.execute_sql(f"ANALYZE {STATISTICS.table}")
