"""What the names of metrics say, and how values that are no plain numbers are kept."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_db.transnas101 import values
from nasbench_db.transnas101.constants import INFO_COLUMNS
from nasbench_db.transnas101.layout import METRICS_DICT
from nasbench_db.transnas101.metrics import (
    METRICS,
    QUANTITIES,
    REGISTRY,
    REPORTS,
    described,
    direction_of,
    parse,
)
from nasbench_db.transnas101.schema import (
    MetricStats,
    Tnb101IntermediateStats,
    Tnb101TrialStats,
)

scalars = st.none() | st.booleans() | st.integers() | st.text() | st.floats()


def test_every_known_metric_is_a_column() -> None:
    for model in (MetricStats, Tnb101TrialStats, Tnb101IntermediateStats):
        columns = [field.column_name for field in model._meta.sorted_fields]
        assert [name for name in columns if name in METRICS] == list(METRICS)
    assert len(METRICS) == 25
    assert {name for names in METRICS_DICT.values() for name in names} == set(METRICS)


def test_names_are_read() -> None:
    for name, quantity, split in (
        ("valid_neg_loss", "neg_loss", "valid"),
        ("time_elapsed", "time_elapsed", None),
    ):
        metric = parse(name)
        assert metric is not None
        assert (metric.quantity, metric.split) == (quantity, split)
    assert described("test_ssim") == ("ssim", "test", "1", "higher", "test_ssim")


def test_the_table_of_metrics_has_its_own_words() -> None:
    """As every database has them that was ingested."""
    facts = {
        "top1": ("percent", "higher"),
        "top5": ("percent", "higher"),
        "acc": ("percent", "higher"),
        "mIoU": ("percent", "higher"),
        "ssim": ("1", "higher"),
        "neg_loss": ("1", "higher"),
        "loss": ("1", "lower"),
        "l1_loss": ("1", "lower"),
    }
    rows = [
        (quantity, split, *fact, f"{split}_{quantity}")
        for quantity, fact in facts.items()
        for split in ("train", "valid", "test")
    ]
    rows.append(("time_elapsed", None, "seconds", "lower", "time_elapsed"))
    assert [described(name) for name in METRICS] == rows


@pytest.mark.parametrize(
    "name",
    [
        *("", "top1", "valid", "valid_", "val_ssim", "valid_time_elapsed", "train_g_loss", "x"),
        *INFO_COLUMNS.values(),
    ],
)
def test_other_names_say_nothing(name: str) -> None:
    assert parse(name) is None
    assert direction_of(name) is None
    assert described(name) == (None,) * 5


def test_only_losses_and_times_are_better_when_lower() -> None:
    lower = {name for name, quantity in QUANTITIES.items() if quantity.direction == "min"}
    assert lower == {"loss", "l1_loss", "time_elapsed"}
    assert [direction_of(name) for name in METRICS] == [
        REGISTRY[name].direction for name in METRICS
    ]


def test_the_registry_has_what_is_known_without_training_too() -> None:
    assert list(REGISTRY) == [*INFO_COLUMNS.values(), *METRICS]
    for original, column in INFO_COLUMNS.items():
        assert REGISTRY[column].definition.startswith(f"`{original}` of `model_info`")
        assert (REGISTRY[column].direction, REGISTRY[column].split) == ("min", None)
    assert REGISTRY["inference_time"].label == "inference time (s)"
    assert REGISTRY["model_params"].label == "parameters (unit not stated)"


def test_quantities_are_of_the_tasks_that_the_published_file_lists() -> None:
    for quantity, facts in QUANTITIES.items():
        name = quantity if quantity == "time_elapsed" else f"valid_{quantity}"
        assert set(facts.tasks) == {task for task in METRICS_DICT if name in METRICS_DICT[task]}
        assert REGISTRY[name].definition.endswith(f"for {', '.join(facts.tasks)}.")


def test_every_task_has_what_it_is_selected_by_and_reports() -> None:
    assert list(REPORTS) == list(METRICS_DICT)
    for task, report in REPORTS.items():
        assert {report.select_by, report.report_by} <= set(METRICS_DICT[task])
        assert (report.select_on, report.report_on) == (task, task)
    assert REPORTS["room_layout"].select_by == "valid_loss"
    assert REPORTS["segmentsemantic"].report_by == "test_mIoU"


@given(st.dictionaries(st.text(), scalars))
def test_what_is_encoded_is_decoded(given: dict[str, Any]) -> None:
    """To the last bit, with its type."""
    assert repr(values.decode(values.encode(given))) == repr(dict(sorted(given.items())))


@given(scalars)
def test_a_value_that_fits_is_its_column(value: Any) -> None:
    """And any other is told apart from it."""
    column = values.column_value("valid_loss", value)
    if values.fits(value):
        assert repr(column) == repr(value)
    elif isinstance(value, float):
        assert math.isnan(value) or repr(value) == "-0.0"
    else:
        assert type(column) is not type(value) or value is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("00:00:00", 0.0), ("01:02:03", 3723.0), ("100:00:00", 360000.0), ("1:60:00", None)],
)
def test_a_clock_is_read_as_seconds(text: str, seconds: float | None) -> None:
    assert values.column_value("time_elapsed", text) == seconds
    assert values.column_value("valid_loss", text) is None


def test_texts_that_are_no_unicode_are_refused() -> None:
    with pytest.raises(ValueError, match="surrogates not allowed"):
        values.scalar("\ud800")


@pytest.mark.parametrize("value", [[], {}, (), b"x", 1j, np.zeros(2), np.complex128(1)])
def test_other_values_are_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="where a number should be"):
        values.scalar(value)
