"""What the numbers mean: their unit, which way is better, and on which images they were measured.

Each benchmark has a room ``metrics`` that says it of its own numbers:

- ``REGISTRY``: its metrics by name, in the order of the trial stats table. The name is that of the
  column, in the tables and in the flat view.
- ``REPORTS``: for each data set or task, which metric to select by and which to report.
- ``IMAGES``: how many images each split has.

They know nothing of databases and need no peewee.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeVar

from nasbench_db.errors import InvalidQuery, QueryWarning, warn

Direction = Literal["max", "min"]
"""Which values of a metric are the better ones: the highest or the lowest."""

DIRECTIONS: tuple[Direction, ...] = ("max", "min")
"""The two of them."""

Split = Literal["train", "valid", "test", "ori_test"]
"""Images that were set apart, as the names of columns begin: those to train on, those to search
by, and those to report on. ``ori_test`` are all test images of a data set of which NAS-Bench-201
made its own ``valid`` and ``test``."""

SPLITS: dict[Split, str] = {
    "train": "training",
    "valid": "validation",
    "test": "test",
    "ori_test": "original test",
}
"""The splits, and what they are called in titles."""

TEST_SPLITS: tuple[Split, ...] = ("test", "ori_test")
"""The splits that no search may look at."""

Unit = Literal["percent", "seconds", "millions", "nats per token", "1"]
"""The units of metrics; ``1`` is that of a number without a unit."""

_ON_AXES = {"percent": "%", "seconds": "s", None: "unit not stated"}
"""What is written of a unit in short, where that is not its name."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric of a benchmark.

    Attributes:
        name: its column, such as ``valid_acc``.
        title: what it is called in print, such as ``validation accuracy``.
        unit: see :data:`Unit`, or of a measurement set any other; None if nobody says which it is.
        direction: ``max`` or ``min``, whichever is better; None if neither is.
        split: the images it was measured on; None for times and sizes.
        quantity: what is measured, the same on all splits, such as ``accuracy``.
        lowest, highest: between which numbers it must lie; may be infinite.
        per_epoch: whether the intermediate stats have it too.
        definition: in one sentence, where it comes from: the field of the original file, and what
            was done to its value.
        restates: the metric that this one says again in another unit, and is shown with; if any.
        warning: what whoever orders by it must know, if there is something.
    """

    name: str
    title: str
    unit: Unit | str | None
    direction: Direction | None
    split: Split | None
    quantity: str
    lowest: float
    highest: float
    per_epoch: bool
    definition: str
    restates: str | None = None
    warning: str = ""

    @property
    def label(self) -> str:
        """The title with the unit, as on the axis of a figure: ``validation accuracy (%)``."""
        unit = _ON_AXES.get(self.unit, self.unit)
        return self.title if self.unit == "1" else f"{self.title} ({unit})"

    @property
    def range(self) -> str:
        """Between which numbers it must lie, for people: ``0 to 100``, ``at least 0``."""
        low, high = (f"{bound:g}" for bound in (self.lowest, self.highest))
        if high != "inf":
            return f"at most {high}" if low == "-inf" else f"{low} to {high}"
        return "any number" if low == "-inf" else f"at least {low}"

    @property
    def is_test(self) -> bool:
        """Whether it was measured on test images, so that no search may select by it."""
        return self.split in TEST_SPLITS


def cost(
    name: str,
    title: str,
    unit: Unit | None,
    definition: str,
    *,
    quantity: str | None = None,
    per_epoch: bool = False,
) -> Metric:
    """A time or a size, of which less is better; the quantity is the name, if none is given."""
    return Metric(
        name=name,
        title=title,
        unit=unit,
        direction="min",
        split=None,
        quantity=quantity or name,
        lowest=0,
        highest=float("inf"),
        per_epoch=per_epoch,
        definition=definition,
    )


accuracy = partial(
    Metric,
    unit="percent",
    direction="max",
    quantity="accuracy",
    lowest=0,
    highest=100,
    per_epoch=False,
)
"""A share of the images of a split that are classified right."""

loss = partial(
    Metric,
    unit="1",
    direction="min",
    quantity="loss",
    lowest=0,
    highest=float("inf"),
    per_epoch=False,
)
"""What a training makes small."""


def by_name(metrics: Iterable[Metric]) -> dict[str, Metric]:
    """The registry of some metrics."""
    return {metric.name: metric for metric in metrics}


@dataclass(frozen=True, kw_only=True)
class Reporting:
    """How one selects and reports on a data set or task without looking at its test images.

    Attributes:
        column: the column of the trial config that says which trials: ``dataset`` or ``task``;
            None if a benchmark has one data set only.
        select_on: the data set or task whose trials one selects from.
        select_by: the metric to select by; None if there is no validation split.
        report_on: the data set or task whose trials one reports; another one where a network is
            trained again on more images.
        report_by: the metric to report; None if there is no test split.
        why: in one sentence, where this is said.
    """

    column: Literal["dataset", "task"] | None
    select_on: str
    select_by: str | None
    report_on: str
    report_by: str | None
    why: str


@dataclass(frozen=True, kw_only=True)
class Images:
    """The images of one split.

    Attributes:
        dataset: the data set that networks are trained on.
        split: as columns of it begin.
        original: what the split is called in the original data.
        count: how many there are; None if the original does not say.
        counted: on how many of them an accuracy was measured, if not on all.
        which: which images of the published data set they are.
    """

    dataset: str
    split: Split
    original: str
    count: int | None
    which: str
    counted: int | None = None


def warn_of_fraction(metric: str, value: float) -> None:
    """Warn of a number between 0 and 1 beside a metric in percent: 0.94 may mean 94."""
    if 0 < value < 1:
        warn(
            f"{value:g} is compared with {metric}, which is in percent: {100 * value:g}, if "
            "the fraction is meant",
            QueryWarning,
        )


Item = TypeVar("Item")
_Name = TypeVar("_Name", bound=str)


def find(what: str, name: object, among: Mapping[str, Item]) -> Item:
    """What has a name.

    Args:
        what: what is looked for, for the message, such as ``metric of nasbench201``.
        name: its name.
        among: all there are, by name.

    Raises:
        InvalidQuery: none has this name; the message has those there are, and which was perhaps
            meant.
    """
    return among[choose(what, name, among)]


def choose(what: str, name: object, among: Collection[_Name]) -> _Name:
    """A name that must be one of some; see :func:`find`."""
    for one in among if isinstance(name, str) else ():
        if one == name:
            return one
    raise InvalidQuery.unknown(what, name, among)
