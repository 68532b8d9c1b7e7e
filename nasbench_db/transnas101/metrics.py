"""What the numbers of TransNAS-Bench-101 mean: their split, unit and direction, by their names.

The data set names its metrics itself, a list for each task. A name is a split and a quantity, such
as ``valid_top1``, or ``time_elapsed``. What a quantity is comes from the programs that measured it
(yawen-d/TransNASBench, ``lib/models``); of a name that is not known here nothing is assumed.

:mod:`nasbench_db.metrics` says what all benchmarks share. Beside the file's metrics the registry
has what is known of a network without training, which the file calls ``model_info``.
"""

from __future__ import annotations

from typing import NamedTuple

from nasbench_db import metrics
from nasbench_db.metrics import Direction, Images, Metric, Reporting, by_name

_WORDS: dict[Direction | None, str] = {"max": "higher", "min": "lower"}
"""The directions in the words of the table ``tnb101metric``."""

SPLITS: tuple[metrics.Split, ...] = ("train", "valid", "test")
"""The images that were trained on, those to search by, and those to report."""

TIME = "time_elapsed"
"""The metric that is of no split: seconds since the training began."""


class Quantity(NamedTuple):
    """What is measured.

    Attributes:
        unit: ``percent``, ``seconds``, or ``1`` for a number without a unit.
        direction: ``max`` or ``min``, whichever is better.
        lowest, highest: between which numbers it must lie.
        title: what it is called in print.
        tasks: for which tasks the published file has it.
    """

    unit: metrics.Unit
    direction: Direction
    lowest: float
    highest: float
    title: str
    tasks: tuple[str, ...]


_INFINITE = float("inf")

_CLASSIFICATIONS = ("class_scene", "class_object", "jigsaw")
_IMAGE_TO_IMAGE = ("normal", "autoencoder")

QUANTITIES = {
    "top1": Quantity("percent", "max", 0, 100, "top-1 accuracy", _CLASSIFICATIONS),
    "top5": Quantity("percent", "max", 0, 100, "top-5 accuracy", _CLASSIFICATIONS),
    "acc": Quantity("percent", "max", 0, 100, "pixel accuracy", ("segmentsemantic",)),
    "mIoU": Quantity("percent", "max", 0, 100, "mIoU", ("segmentsemantic",)),
    "ssim": Quantity("1", "max", -1, 1, "SSIM", _IMAGE_TO_IMAGE),
    "neg_loss": Quantity("1", "max", -_INFINITE, 0, "negative loss", ("room_layout",)),
    "loss": Quantity(
        *("1", "min", 0, _INFINITE, "loss"),
        (*_CLASSIFICATIONS, "segmentsemantic", "room_layout"),
    ),
    "l1_loss": Quantity("1", "min", 0, _INFINITE, "L1 loss", _IMAGE_TO_IMAGE),
    TIME: Quantity(
        *("seconds", "min", 0, _INFINITE, "time elapsed"),
        (*_CLASSIFICATIONS, "segmentsemantic", "room_layout", *_IMAGE_TO_IMAGE),
    ),
}
"""The quantities by name; what they are, says :class:`nasbench_db.transnas101.schema.MetricStats`.
"""


def _of_file(quantity: str, split: metrics.Split | None) -> Metric:
    """The metric of a quantity on a split."""
    unit, direction, lowest, highest, title, tasks = QUANTITIES[quantity]
    name = f"{split}_{quantity}" if split else quantity
    return Metric(
        name=name,
        title=f"{metrics.SPLITS[split]} {title}" if split else title,
        unit=unit,
        direction=direction,
        split=split,
        quantity=quantity,
        lowest=lowest,
        highest=highest,
        per_epoch=True,
        definition=f"`{name}` of `metrics`, for {', '.join(tasks)}.",
    )


_OF_FILE = by_name(
    (
        *(_of_file(name, split) for name in QUANTITIES if name != TIME for split in SPLITS),
        _of_file(TIME, None),
    )
)

METRICS = tuple(_OF_FILE)
"""All names of the file's metrics that are known; each is a column of the tables."""


def _of_network(name: str, original: str, title: str, unit: metrics.Unit | None) -> Metric:
    """What is known of a network without training."""
    unclear = "" if unit else "; whether single ones or millions is said nowhere"
    definition = f"`{original}` of `model_info`{unclear}."
    return metrics.cost(name, title, unit, definition)


REGISTRY = by_name(
    (
        _of_network("inference_time", "inference_time", "inference time", "seconds"),
        _of_network("encoder_params", "encoder_params", "encoder parameters", None),
        _of_network("model_params", "model_params", "parameters", None),
        _of_network("model_flops", "model_FLOPs", "FLOPs", None),
        _of_network("encoder_flops", "encoder_FLOPs", "encoder FLOPs", None),
        *_OF_FILE.values(),
    )
)
"""The metrics by name, in the order of the table."""

_SELECTED = {
    "class_scene": "top1",
    "class_object": "top1",
    "room_layout": "loss",
    "jigsaw": "top1",
    "segmentsemantic": "mIoU",
    "normal": "ssim",
    "autoencoder": "ssim",
}
_WHY = {
    "top1": "The accuracy of the task's classification.",
    "loss": "The only quantity that was measured; `valid_neg_loss` gives the same order.",
    "mIoU": "The original's programs log its highest validation value (`lib/models/utils.py`).",
    "ssim": "The original's programs log its highest validation value (`lib/models/utils.py`).",
}

REPORTS = {
    task: Reporting(
        column="task",
        select_on=task,
        select_by=f"valid_{quantity}",
        report_on=task,
        report_by=f"test_{quantity}",
        why=_WHY[quantity],
    )
    for task, quantity in _SELECTED.items()
}
"""What to select by and what to report, by task."""

IMAGES = tuple(
    Images(
        dataset="Taskonomy",
        split=split,
        original=f"{original}_filenames_final5k.json",
        count=None,
        which="those that this list names, the same for all tasks",
    )
    for split, original in zip(SPLITS, ("train", "val", "test"), strict=True)
)
"""The images of each split."""


def parse(name: str) -> Metric | None:
    """What the name of one of the file's metrics says; None if it is not known."""
    return _OF_FILE.get(name)


def described(name: str) -> tuple[str | None, ...]:
    """Quantity, split, unit, direction and column of a metric, as ``Tnb101Metric`` has them."""
    metric = parse(name)
    if metric is None:
        return (None,) * 5
    return metric.quantity, metric.split, metric.unit, _WORDS[metric.direction], metric.name


def direction_of(name: str) -> Direction | None:
    """Which values of a metric are better; None if it is not known."""
    metric = parse(name)
    return metric.direction if metric else None


def measured(metric: str, task: str) -> bool:
    """Whether the published file has a metric for a task.

    Args:
        metric: one of the registry.
        task: its name in the database.
    """
    quantity = QUANTITIES.get(REGISTRY[metric].quantity)
    return quantity is None or task in quantity.tasks
