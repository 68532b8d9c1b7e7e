"""What the numbers of NAS-Bench-Macro mean; see :mod:`nasbench_db.metrics`.

The fields that the definitions name are those of an entry of ``nas-bench-macro_cifar10.json``. How
networks were trained says ``train/train.py`` of xiusu/NAS-Bench-Macro.
"""

from __future__ import annotations

from nasbench_db.metrics import Images, Reporting, accuracy, by_name, cost

REGISTRY = by_name(
    (
        accuracy(
            name="best_test_acc",
            title="test accuracy of the best epoch",
            definition="`test_acc`, of each training the highest of its 50 epochs.",
            split="test",
        ),
        cost("parameters", "parameters", "millions", "`params`, divided by a million."),
        cost("flops", "FLOPs", "millions", "`flops`, divided by a million."),
    )
)
"""The metrics by name, in the order of the table."""

REPORTS = {
    "cifar10": Reporting(
        column=None,
        select_on="cifar10",
        select_by=None,
        report_on="cifar10",
        report_by="best_test_acc",
        why=(
            "All 50,000 other images were trained on, and the one accuracy that is recorded is "
            "the highest of 50 epochs on the test images, so that a search by it has seen them."
        ),
    )
}
"""What to report; there is nothing to select by."""

IMAGES = (
    Images(
        dataset="cifar10",
        split="test",
        original="test",
        count=10_000,
        which="`test_batch` of CIFAR-10",
    ),
)
"""How many images each split has of which there are numbers."""
