"""What the numbers of NAS-Bench-101 mean; see :mod:`nasbench_db.metrics`.

In the original files they are fields of two messages, ``ModelMetrics`` and, for each evaluation
during a training, ``EvaluationData`` (google-research/nasbench, ``model_metrics.proto``).
"""

from __future__ import annotations

from nasbench_db.metrics import SPLITS, Images, Reporting, Split, accuracy, by_name, cost
from nasbench_db.nasbench101.constants import EVALUATED

_ACCURACIES: dict[Split, str] = {
    "train": "train_accuracy",
    "valid": "validation_accuracy",
    "test": "test_accuracy",
}

REGISTRY = by_name(
    (
        *(
            accuracy(
                name=f"{split}_acc",
                title=f"{SPLITS[split]} accuracy",
                definition=f"`{field}` of `EvaluationData`, a fraction there, times 100.",
                split=split,
                per_epoch=True,
            )
            for split, field in _ACCURACIES.items()
        ),
        cost(
            "parameters",
            "parameters",
            "millions",
            "`trainable_parameters` of `ModelMetrics`, divided by a million.",
        ),
        cost(
            "training_time",
            "training time",
            "seconds",
            "`training_time` of `EvaluationData`, counted from the beginning of the training, "
            "without evaluations.",
            per_epoch=True,
        ),
    )
)
"""The metrics by name, in the order of the table."""

REPORTS = {
    "cifar10": Reporting(
        column=None,
        select_on="cifar10",
        select_by="valid_acc",
        report_on="cifar10",
        report_by="test_acc",
        why="The searches of the original's `NASBench.ipynb` select so.",
    )
}
"""What to select by and what to report."""

IMAGES = (
    Images(
        dataset="cifar10",
        split="train",
        original="train",
        count=40_000,
        counted=EVALUATED,
        which="`data_batch_1` to `4` of CIFAR-10; `train_acc` is measured on `data_batch_1` alone",
    ),
    Images(
        dataset="cifar10",
        split="valid",
        original="validation",
        count=10_000,
        counted=EVALUATED,
        which="`data_batch_5`",
    ),
    Images(
        dataset="cifar10",
        split="test",
        original="test",
        count=10_000,
        counted=EVALUATED,
        which="`test_batch`",
    ),
)
"""How many images each split has."""
