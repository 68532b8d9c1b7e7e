"""What the numbers of NDS mean; see :mod:`nasbench_db.metrics`.

The fields that the definitions name are those of a job of the original files. How networks were
trained say the configurations of facebookresearch/unnas whose names end in ``_nds_1gpu.yaml``.
"""

from __future__ import annotations

from nasbench_db.metrics import Images, Metric, Reporting, Split, accuracy, by_name, cost, loss

_CHOSEN = "it is the highest of all epochs on the test images, and was chosen on them"

REGISTRY = by_name(
    (
        accuracy(
            name="final_train_acc",
            title="training accuracy",
            definition="100 minus the last of `train_ep_top1`.",
            split="train",
        ),
        loss(
            name="final_train_loss",
            title="training loss",
            definition="The last of `train_ep_loss`.",
            split="train",
        ),
        accuracy(
            name="final_test_acc",
            title="test accuracy",
            definition="100 minus the last of `test_ep_top1`.",
            split="test",
        ),
        accuracy(
            name="best_train_acc",
            title="training accuracy of the best epoch",
            definition="100 minus the lowest of `train_ep_top1`.",
            split="train",
        ),
        loss(
            name="best_train_loss",
            title="training loss of the best epoch",
            definition="The lowest of `train_ep_loss`.",
            split="train",
        ),
        accuracy(
            name="best_test_acc",
            title="test accuracy of the best epoch",
            definition="100 minus the lowest of `test_ep_top1`.",
            split="test",
            warning=f"{_CHOSEN}; take final_test_acc",
        ),
        cost("parameters", "parameters", "millions", "`params`, divided by a million."),
        cost("flops", "FLOPs", "millions", "`flops`, divided by a million."),
        cost("iter_time", "time of an iteration", "seconds", "`iter_time`."),
        Metric(
            name="min_test_top1",
            title="test error of the best epoch",
            unit="percent",
            direction="min",
            split="test",
            quantity="error",
            lowest=0,
            highest=100,
            per_epoch=False,
            definition="`min_test_top1`.",
            warning=f"{_CHOSEN.replace('highest', 'lowest')}; take final_test_acc",
        ),
        cost("prec_time", "prec_time as recorded", None, "`prec_time`."),
        cost("act_mem", "act_mem as recorded", None, "`act_mem`."),
        cost("exp_mem", "exp_mem as recorded", None, "`exp_mem`."),
    )
)
"""The metrics of a trial by name, in the order of the table."""

POINTS = by_name(
    (
        loss(
            name="train_loss",
            title="training loss",
            definition="An item of `train_ep_loss`.",
            split="train",
            per_epoch=True,
        ),
        accuracy(
            name="train_acc",
            title="training accuracy",
            definition="100 minus an item of `train_ep_top1`.",
            split="train",
            per_epoch=True,
        ),
        accuracy(
            name="test_acc",
            title="test accuracy",
            definition="100 minus an item of `test_ep_top1`.",
            split="test",
            per_epoch=True,
        ),
    )
)
"""The metrics of an epoch, which NNI calls otherwise than those of a trial."""


def _report(dataset: str, images: str) -> Reporting:
    return Reporting(
        column="dataset",
        select_on=dataset,
        select_by=None,
        report_on=dataset,
        report_by="final_test_acc",
        why=(
            f"All {images} training images were trained on, and every evaluation is on the test "
            "images, so that a search by one has seen them."
        ),
    )


REPORTS = {
    "cifar10": _report("cifar10", "50,000"),
    "imagenet": _report("imagenet", "1.28 million"),
}
"""What to report; there is nothing to select by."""

_IMAGES: tuple[tuple[str, Split, int | None, str], ...] = (
    ("cifar10", "train", 50_000, "all training images of CIFAR-10"),
    ("cifar10", "test", 10_000, "`test_batch` of CIFAR-10"),
    ("imagenet", "train", None, "all training images of ImageNet"),
    (
        *("imagenet", "test", None),
        "the validation images of ImageNet, whose test images have no public labels",
    ),
)

IMAGES = tuple(
    Images(dataset=dataset, split=split, original=split, count=count, which=which)
    for dataset, split, count, which in _IMAGES
)
"""How many images each split has of which there are numbers."""
