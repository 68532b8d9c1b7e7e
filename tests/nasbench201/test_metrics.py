"""What the numbers of NAS-Bench-201 mean."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nasbench_db.architectures.network import NUM_CELLS, NUM_CHANNELS
from nasbench_db.architectures.topology import Cell
from nasbench_db.nats.datasets import STORED
from nasbench_db.nats.metrics import IMAGES, REGISTRY, REPORTS
from nasbench_db.nats.record import CURVE_COLUMNS
from nasbench_db.nats.record import SPLITS as ORIGINAL

PAGE = Path(__file__).parents[2] / "docs" / "nasbench201.md"


@pytest.mark.parametrize(
    ("name", "label", "direction", "split", "quantity"),
    [
        ("train_acc", "training accuracy (%)", "max", "train", "accuracy"),
        ("ori_test_acc", "original test accuracy (%)", "max", "ori_test", "accuracy"),
        ("valid_loss", "validation loss", "min", "valid", "loss"),
        ("train_acc5", "training top-5 accuracy (%)", "max", "train", "top5_accuracy"),
        ("parameters", "parameters (millions)", "min", None, "parameters"),
        ("flops", "FLOPs (millions)", "min", None, "flops"),
        ("latency", "latency (s)", "min", None, "latency"),
        ("training_time", "training time (s)", "min", None, "training_time"),
        ("test_evaluation_time", "test evaluation time (s)", "min", None, "evaluation_time"),
        ("epoch_training_time", "training time of one epoch (s)", "min", None, None),
    ],
)
def test_units_directions_and_splits(
    name: str, label: str, direction: str, split: str | None, quantity: str | None
) -> None:
    metric = REGISTRY[name]
    assert (metric.label, metric.direction, metric.split) == (label, direction, split)
    assert metric.quantity == (quantity or name)


def test_the_metrics_of_each_epoch_are_those_of_a_curve() -> None:
    assert {name for name, metric in REGISTRY.items() if metric.per_epoch} == set(CURVE_COLUMNS)


def test_definitions_name_the_split_as_the_original_does() -> None:
    for original, split in ORIGINAL.items():
        assert f"`{original}@EPOCH`" in REGISTRY[f"{split}_acc"].definition
        assert {image.original for image in IMAGES if image.split == split} == {original}


def test_on_cifar10_one_selects_by_another_training() -> None:
    report = REPORTS["cifar10"]
    assert (report.select_on, report.select_by) == ("cifar10-valid", "valid_acc")
    assert (report.report_on, report.report_by) == ("cifar10", "ori_test_acc")
    assert REPORTS["cifar100"].report_by == "test_acc"
    assert list(REPORTS) == list(STORED)


def test_the_page_has_the_same_images() -> None:
    rows = re.findall(
        r"^\| `([\w-]+)` \| ([\d,]+)[^|]* \| ([\w,]+)[^|]* \| ([\w,]+)[^|]* \| ([\w,]+)",
        PAGE.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    told = {
        (dataset, split): int(count.replace(",", ""))
        for dataset, *counts in rows
        for split, count in zip(("train", "valid", "test", "ori_test"), counts, strict=True)
        if count != "NULL"
    }
    assert told == {(image.dataset, image.split): image.count for image in IMAGES}


def test_original_test_images_are_those_of_both_halves() -> None:
    counts = {(image.dataset, image.split): image.count for image in IMAGES}
    for dataset in ("cifar100", "imagenet16-120"):
        halves = [counts[dataset, split] for split in ("valid", "test")]
        assert None not in halves
        assert sum(filter(None, halves)) == counts[dataset, "ori_test"]


def test_flops_are_multiplications_of_convolutions_and_of_the_dense_layer() -> None:
    """Computed for architecture 0 on CIFAR-100, whose published numbers are these.

    It has two 1x1 convolutions in each cell. The images have 32 x 32 pixels.
    """
    cell = Cell.from_string(
        "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+"
        "|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"
    )
    flops = 9 * 3 * NUM_CHANNELS * 32**2
    for stage in range(3):
        channels, pixels = NUM_CHANNELS << stage, (32 >> stage) ** 2
        flops += NUM_CELLS * 2 * channels**2 * pixels
        if stage:  # two 3x3 convolutions, and a 1x1 one on the shortcut
            flops += (9 * channels // 2 + 9 * channels + channels // 2) * channels * pixels
    flops += (channels + 1) * 100
    assert flops / 1e6 == 15.65322
    assert cell.trainable_parameters(100) / 1e6 == 0.135156
    assert REGISTRY["flops"].unit == REGISTRY["parameters"].unit == "millions"
