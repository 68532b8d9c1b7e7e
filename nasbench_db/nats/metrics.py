"""What the numbers of NAS-Bench-201 and NATS-Bench mean; see :mod:`nasbench_db.metrics`.

The fields that the definitions name are those of a training run in the original files (D-X-Y/
NATS-Bench, ``nats_bench/api_utils.py``, ``ResultsCount``), where epochs are counted from 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from nasbench_db.metrics import (
    SPLITS,
    Images,
    Metric,
    Reporting,
    Split,
    accuracy,
    by_name,
    cost,
    loss,
)

_ORIGINAL: dict[Split, str] = {
    "train": "train",
    "valid": "x-valid",
    "test": "x-test",
    "ori_test": "ori-test",
}
"""The splits, and what they are called in the original files."""


def _measured(split: Split, quantity: str) -> str:
    """The field that has a number for each epoch."""
    if split == "train":
        return f"`train_{quantity}`, by epoch."
    return f"`eval_{quantity}`, by `{_ORIGINAL[split]}@EPOCH`."


def _metrics() -> Iterator[Metric]:
    for split in SPLITS:
        yield accuracy(
            name=f"{split}_acc",
            title=f"{SPLITS[split]} accuracy",
            definition=_measured(split, "acc1es"),
            split=split,
            per_epoch=True,
        )
    for split in SPLITS:
        yield loss(
            name=f"{split}_loss",
            title=f"{SPLITS[split]} loss",
            definition=_measured(split, "losses"),
            split=split,
            per_epoch=True,
        )
    yield accuracy(
        name="train_acc5",
        title="training top-5 accuracy",
        definition=_measured("train", "acc5es"),
        split="train",
        quantity="top5_accuracy",
        per_epoch=True,
    )
    yield cost("parameters", "parameters", "millions", "`params`, in millions there too.")
    yield cost("flops", "FLOPs", "millions", "`flop`, in millions there too.")
    yield cost("latency", "latency", "seconds", "`latency`, of which it is the mean.")
    yield cost(
        "training_time",
        "training time",
        "seconds",
        "`train_times`, by epoch; for a whole training their sum.",
        per_epoch=True,
    )
    for split in SPLITS:
        if split != "train":
            yield cost(
                f"{split}_evaluation_time",
                f"{SPLITS[split]} evaluation time",
                "seconds",
                _measured(split, "times"),
                quantity="evaluation_time",
                per_epoch=True,
            )
    yield cost(
        "epoch_training_time",
        "training time of one epoch",
        "seconds",
        "`train_times`, if it is the same for all epochs.",
    )


REGISTRY = by_name(_metrics())
"""The metrics by name, in the order of the table."""


def _reporting(select_on: str, report_on: str, report_by: str, why: str) -> Reporting:
    return Reporting(
        column="dataset",
        select_on=select_on,
        select_by="valid_acc",
        report_on=report_on,
        report_by=report_by,
        why=why,
    )


REPORTS = {
    "cifar10-valid": _reporting(
        "cifar10-valid",
        "cifar10-valid",
        "ori_test_acc",
        "Both are of the same trainings, on half of the training images.",
    ),
    "cifar10": _reporting(
        "cifar10-valid",
        "cifar10",
        "ori_test_acc",
        "What is trained on all training images has no validation split; the original's "
        "`simulate_train_eval` takes that of `cifar10-valid`.",
    ),
    **{
        dataset: _reporting(
            dataset,
            dataset,
            "test_acc",
            "`ori_test_acc` is no substitute: half of its images are those to select by.",
        )
        for dataset in ("cifar100", "imagenet16-120")
    },
}
"""What to select by and what to report, by data set."""

_IMAGES: dict[str, dict[Split, tuple[int, str]]] = {
    "cifar10-valid": {
        "train": (25_000, "half of the training images"),
        "valid": (25_000, "the other half of the training images"),
        "ori_test": (10_000, "all test images"),
    },
    "cifar10": {
        "train": (50_000, "all training images"),
        "ori_test": (10_000, "all test images"),
    },
    "cifar100": {
        "train": (50_000, "all training images"),
        "valid": (5_000, "half of the test images"),
        "test": (5_000, "the other half of the test images"),
        "ori_test": (10_000, "all test images, those of `valid` and `test` together"),
    },
    "imagenet16-120": {
        "train": (151_700, "all training images"),
        "valid": (3_000, "half of the images that are not trained on"),
        "test": (3_000, "the other half of them"),
        "ori_test": (6_000, "those of `valid` and `test` together"),
    },
}

IMAGES = tuple(
    Images(dataset=dataset, split=split, original=_ORIGINAL[split], count=count, which=which)
    for dataset, splits in _IMAGES.items()
    for split, (count, which) in splits.items()
)
"""How many images each split of each data set has."""


def measured(metric: str, dataset: str) -> bool:
    """Whether the published files have a metric of a data set: whether it has such a split.

    Args:
        metric: one of the registry.
        dataset: its name in the database.
    """
    split = REGISTRY[metric].split
    return split is None or dataset not in _IMAGES or split in _IMAGES[dataset]
