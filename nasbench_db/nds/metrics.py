"""What the numbers of NDS mean; see :mod:`nasbench_db.metrics`.

The fields that the definitions name are those of a job of the original files. How networks were
trained say the configurations of facebookresearch/unnas whose names end in ``_nds_1gpu.yaml``.
"""

from __future__ import annotations

from nasbench_db.metrics import Direction, Images, Metric, Reporting, Split, Unit, by_name, cost


def _of_split(
    name: str,
    title: str,
    definition: str,
    *,
    split: Split,
    quantity: str = "accuracy",
    direction: Direction = "max",
    unit: Unit = "percent",
    highest: float = 100,
    per_epoch: bool = False,
    warning: str = "",
) -> Metric:
    return Metric(
        name=name,
        title=title,
        unit=unit,
        direction=direction,
        split=split,
        quantity=quantity,
        lowest=0,
        highest=highest,
        per_epoch=per_epoch,
        definition=definition,
        warning=warning,
    )


def _loss(name: str, title: str, definition: str, per_epoch: bool = False) -> Metric:
    return _of_split(
        name,
        title,
        definition,
        split="train",
        quantity="loss",
        direction="min",
        unit="1",
        highest=float("inf"),
        per_epoch=per_epoch,
    )


_CHOSEN = "it is the highest of all epochs on the test images, and was chosen on them"

REGISTRY = by_name(
    (
        _of_split(
            "final_train_acc",
            "training accuracy",
            "100 minus the last of `train_ep_top1`.",
            split="train",
        ),
        _loss("final_train_loss", "training loss", "The last of `train_ep_loss`."),
        _of_split(
            "final_test_acc",
            "test accuracy",
            "100 minus the last of `test_ep_top1`.",
            split="test",
        ),
        _of_split(
            "best_train_acc",
            "training accuracy of the best epoch",
            "100 minus the lowest of `train_ep_top1`.",
            split="train",
        ),
        _loss(
            "best_train_loss", "training loss of the best epoch", "The lowest of `train_ep_loss`."
        ),
        _of_split(
            "best_test_acc",
            "test accuracy of the best epoch",
            "100 minus the lowest of `test_ep_top1`.",
            split="test",
            warning=f"{_CHOSEN}; take final_test_acc",
        ),
        cost("parameters", "parameters", "millions", "`params`, divided by a million."),
        cost("flops", "FLOPs", "millions", "`flops`, divided by a million."),
        cost("iter_time", "time of an iteration", "seconds", "`iter_time`."),
        _of_split(
            "min_test_top1",
            "test error of the best epoch",
            "`min_test_top1`.",
            split="test",
            quantity="error",
            direction="min",
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
        _loss("train_loss", "training loss", "An item of `train_ep_loss`.", True),
        _of_split(
            "train_acc",
            "training accuracy",
            "100 minus an item of `train_ep_top1`.",
            split="train",
            per_epoch=True,
        ),
        _of_split(
            "test_acc",
            "test accuracy",
            "100 minus an item of `test_ep_top1`.",
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

IMAGES = (
    Images(
        dataset="cifar10",
        split="train",
        original="train",
        count=50_000,
        which="all training images of CIFAR-10",
    ),
    Images(
        dataset="cifar10",
        split="test",
        original="test",
        count=10_000,
        which="`test_batch` of CIFAR-10",
    ),
    Images(
        dataset="imagenet",
        split="train",
        original="train",
        count=None,
        which="all training images of ImageNet",
    ),
    Images(
        dataset="imagenet",
        split="test",
        original="test",
        count=None,
        which="the validation images of ImageNet, whose test images have no public labels",
    ),
)
"""How many images each split has of which there are numbers."""
