"""What the numbers of NAS-Bench-101 mean."""

from __future__ import annotations

import pytest

from nasbench_db.nasbench101.metrics import IMAGES, REGISTRY, REPORTS


@pytest.mark.parametrize(
    ("name", "label", "direction", "split"),
    [
        ("train_acc", "training accuracy (%)", "max", "train"),
        ("valid_acc", "validation accuracy (%)", "max", "valid"),
        ("test_acc", "test accuracy (%)", "max", "test"),
        ("parameters", "parameters (millions)", "min", None),
        ("training_time", "training time (s)", "min", None),
    ],
)
def test_units_directions_and_splits(name: str, label: str, direction: str, split: str) -> None:
    metric = REGISTRY[name]
    assert (metric.label, metric.direction, metric.split) == (label, direction, split)
    assert len(REGISTRY) == 5


def test_the_splits_are_all_images_of_cifar10() -> None:
    counts = {image.split: image.count for image in IMAGES}
    assert counts == {"train": 40_000, "valid": 10_000, "test": 10_000}


def test_one_selects_by_validation_and_reports_test() -> None:
    (report,) = REPORTS.values()
    assert (report.select_by, report.report_by, report.column) == ("valid_acc", "test_acc", None)
