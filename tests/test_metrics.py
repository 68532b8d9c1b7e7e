"""What the benchmarks say of their metrics: complete, consistent, and found by name."""

from __future__ import annotations

import dataclasses
import re
from math import inf, isfinite
from typing import Any

import pytest
from peewee import FloatField

from nasbench_db import InvalidQuery
from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.metrics import SPLITS, TEST_SPLITS, Images, Metric, by_name, find

EVERY_BENCHMARK = pytest.mark.parametrize("benchmark", BENCHMARKS.values(), ids=BENCHMARKS)
ACCURACY = Metric(
    name="valid_acc",
    title="validation accuracy",
    unit="percent",
    direction="max",
    split="valid",
    quantity="accuracy",
    lowest=0,
    highest=100,
    per_epoch=True,
    definition="Made up.",
)


def numbers(model: Any) -> list[str]:
    """The floating-point columns of a model, in the order of the table."""
    return [field.name for field in model._meta.sorted_fields if isinstance(field, FloatField)]


def images(benchmark: Any) -> tuple[Images, ...]:
    found: tuple[Images, ...] = benchmark.images
    return found


@EVERY_BENCHMARK
def test_every_number_of_a_trial_is_a_metric_in_the_order_of_the_table(benchmark: Any) -> None:
    assert list(benchmark.metrics) == numbers(benchmark.schema.trial)
    assert list(benchmark.metrics) == [metric.name for metric in benchmark.metrics.values()]


@EVERY_BENCHMARK
def test_every_number_of_an_intermediate_is_a_metric_of_each_epoch(benchmark: Any) -> None:
    per_epoch = [metric.name for metric in benchmark.metrics.values() if metric.per_epoch]
    model = benchmark.schema.intermediate
    of_their_own = {"nds": ["train_loss", "train_acc", "test_acc"]}  # as NNI has them
    expected = [] if model is None else numbers(model)
    assert [*of_their_own.get(benchmark.name, []), *per_epoch] == expected


@EVERY_BENCHMARK
def test_what_a_metric_says_of_itself_fits_together(benchmark: Any) -> None:
    metrics = list(benchmark.metrics.values())
    for metric in metrics:
        assert metric.lowest < metric.highest
        assert metric.direction in ("max", "min")
        if metric.unit == "percent":
            better = "min" if metric.quantity == "error" else "max"
            assert (metric.lowest, metric.highest, metric.direction) == (0, 100, better)
        if metric.unit in ("seconds", "millions"):
            assert (metric.lowest, metric.highest, metric.direction) == (0, inf, "min")
            assert metric.split is None
        if metric.split is not None:
            begins = {"valid": ("valid_", "val_")}.get(metric.split, f"{metric.split}_")
            assert re.sub("^(best|final|min)_", "", metric.name).startswith(begins)
            assert metric.title.startswith(f"{SPLITS[metric.split]} ")
        assert isfinite(metric.lowest) or isfinite(metric.highest)
        assert re.fullmatch(r"[^.]+(\.\w[^.]*)*\.", metric.definition), "one sentence"
    assert len({metric.title for metric in metrics}) == len(metrics)


@EVERY_BENCHMARK
def test_a_quantity_has_one_unit_and_direction_on_all_splits(benchmark: Any) -> None:
    facts: dict[str, set[Any]] = {}
    for metric in benchmark.metrics.values():
        fact = (metric.unit, metric.direction, metric.lowest, metric.highest, metric.per_epoch)
        facts.setdefault(metric.quantity, set()).add(fact)
    assert all(len(found) == 1 for found in facts.values())


@EVERY_BENCHMARK
def test_nobody_selects_by_test_images(benchmark: Any) -> None:
    assert benchmark.reports
    for report in benchmark.reports.values():
        tell = benchmark.metrics[report.report_by]
        assert tell.is_test
        if report.select_by is None:
            assert "valid" not in {metric.split for metric in benchmark.metrics.values()}
            continue
        select = benchmark.metrics[report.select_by]
        assert select.split == "valid"
        assert not select.is_test
        assert (select.quantity, select.direction) == (tell.quantity, tell.direction)
        assert report.why


@EVERY_BENCHMARK
def test_what_is_selected_by_and_reported_has_images(benchmark: Any) -> None:
    splits: dict[str, set[str]] = {}
    for image in images(benchmark):
        splits.setdefault(image.dataset, set()).add(image.split)
    for name, report in benchmark.reports.items():
        for dataset, metric in (
            (report.select_on, report.select_by),
            (report.report_on, report.report_by),
        ):
            # The tasks of TransNAS-Bench-101 share their images.
            of = splits["Taskonomy" if report.column == "task" else dataset]
            assert metric is None or benchmark.metrics[metric].split in of, name


@EVERY_BENCHMARK
def test_images_are_of_the_splits_of_metrics(benchmark: Any) -> None:
    found = images(benchmark)
    splits = {metric.split for metric in benchmark.metrics.values()} - {None}
    assert {image.split for image in found} == splits
    assert len({(image.dataset, image.split) for image in found}) == len(found)
    assert all(image.count is None or image.count > 0 for image in found)


@EVERY_BENCHMARK
def test_data_sets_are_chosen_by_a_column_of_the_config(benchmark: Any) -> None:
    fields = benchmark.schema.config._meta.fields
    for name, report in benchmark.reports.items():
        assert report.column is None or report.column in fields
        assert report.column is not None or not {"dataset", "task"} & set(fields)
        assert name in (report.select_on, report.report_on)


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({}, "validation accuracy (%)"),
        ({"title": "training time", "unit": "seconds"}, "training time (s)"),
        ({"title": "parameters", "unit": "millions"}, "parameters (millions)"),
        ({"title": "validation loss", "unit": "1"}, "validation loss"),
        ({"title": "FLOPs", "unit": None}, "FLOPs (unit not stated)"),
    ],
)
def test_labels_have_the_unit(changes: dict[str, Any], label: str) -> None:
    assert dataclasses.replace(ACCURACY, **changes).label == label


@pytest.mark.parametrize(
    ("lowest", "highest", "text"),
    [
        (0, 100, "0 to 100"),
        (-1, 1, "-1 to 1"),
        (0, inf, "at least 0"),
        (-inf, 0, "at most 0"),
        (-inf, inf, "any number"),
    ],
)
def test_ranges_are_told(lowest: float, highest: float, text: str) -> None:
    assert dataclasses.replace(ACCURACY, lowest=lowest, highest=highest).range == text


@pytest.mark.parametrize("split", [*SPLITS, None])
def test_both_test_splits_are_test_splits(split: Any) -> None:
    assert dataclasses.replace(ACCURACY, split=split).is_test == (split in TEST_SPLITS)
    assert TEST_SPLITS == ("test", "ori_test")


def test_a_metric_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ACCURACY.unit = "seconds"  # type: ignore[misc]


def test_what_has_a_name_is_found() -> None:
    registry = by_name([ACCURACY])
    assert registry == {"valid_acc": ACCURACY}
    assert find("metric", "valid_acc", registry) is ACCURACY


@pytest.mark.parametrize("name", ["", "VALID_ACC", "x", None, 5, ["valid_acc"], {}])
def test_what_is_not_there_is_refused(name: Any) -> None:
    with pytest.raises(InvalidQuery, match=r"there is no metric called .*; there is valid_acc"):
        find("metric", name, by_name([ACCURACY]))


def test_a_near_miss_gets_a_suggestion() -> None:
    with pytest.raises(InvalidQuery, match=r"did you mean 'valid_acc'\?$"):
        find("metric", "valid_accuracy", by_name([ACCURACY]))
