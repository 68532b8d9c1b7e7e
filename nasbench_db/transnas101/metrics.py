"""What the metrics of TransNAS-Bench-101 are: their split, unit and direction, by their names.

The data set names them itself, a list for each task. A name is a split and a quantity, such as
``valid_top1``, or ``time_elapsed``. What a quantity is comes from the programs that measured it
(yawen-d/TransNASBench, ``lib/models``); of a name that is not known here nothing is assumed.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Direction = Literal["higher", "lower"]

SPLITS = ("train", "valid", "test")
"""The images that were trained on, those to search by, and those to report."""

TIME = "time_elapsed"
"""The metric that is of no split: seconds since the training began."""


class Quantity(NamedTuple):
    """What is measured.

    Attributes:
        unit: ``percent``, ``seconds``, or ``1`` for a number without a unit.
        direction: whether ``higher`` or ``lower`` is better.
        lowest, highest: between which numbers it must lie.
    """

    unit: str
    direction: Direction
    lowest: float
    highest: float


_INFINITE = float("inf")

QUANTITIES = {
    "top1": Quantity("percent", "higher", 0, 100),
    "top5": Quantity("percent", "higher", 0, 100),
    "acc": Quantity("percent", "higher", 0, 100),
    "mIoU": Quantity("percent", "higher", 0, 100),
    "ssim": Quantity("1", "higher", -1, 1),
    "neg_loss": Quantity("1", "higher", -_INFINITE, 0),
    "loss": Quantity("1", "lower", 0, _INFINITE),
    "l1_loss": Quantity("1", "lower", 0, _INFINITE),
    TIME: Quantity("seconds", "lower", 0, _INFINITE),
}
"""The quantities by name: top-1 and top-5 accuracy of a classification; accuracy of the pixels and
mean intersection over union of a segmentation; structural similarity of images; the loss that was
trained with, and what it is with a minus before it; the mean absolute error of the pixels."""


class Metric(NamedTuple):
    """What a metric's name says.

    Attributes:
        quantity: its name in :data:`QUANTITIES`.
        split: one of :data:`SPLITS`, or None.
    """

    quantity: str
    split: str | None


def parse(name: str) -> Metric | None:
    """What a metric's name says; None if it is not known."""
    if name == TIME:
        return Metric(TIME, None)
    split, _, quantity = name.partition("_")
    if split in SPLITS and quantity in QUANTITIES and quantity != TIME:
        return Metric(quantity, split)
    return None


METRICS = (
    *(f"{split}_{quantity}" for quantity in QUANTITIES if quantity != TIME for split in SPLITS),
    TIME,
)
"""All names that are known; each is a column of the tables."""


def described(name: str) -> tuple[str | None, ...]:
    """Quantity, split, unit, direction and column of a metric, as ``Tnb101Metric`` has them."""
    metric = parse(name)
    if metric is None:
        return (None,) * 5
    quantity = QUANTITIES[metric.quantity]
    return (*metric, quantity.unit, quantity.direction, name)


def direction_of(name: str) -> Direction | None:
    """Whether higher or lower values of a metric are better; None if it is not known."""
    metric = parse(name)
    return QUANTITIES[metric.quantity].direction if metric else None
