"""What any source of measurements comes down to: metrics, and rows of values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from nasbench_db.metrics import Direction, Split


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What is known of a metric before its values are read.

    Attributes:
        name: its column.
        title: what it is called in print; the name, if empty.
        unit: its unit; ``1`` for a number without one; None if nobody states it.
        direction: which values are better; None if neither are, or nobody says.
        description: what it is and where it comes from.
        device: what it was measured on.
        batch: how many inputs were processed at once.
        split: the images it was measured on.
        absent: numbers that always stand for none.
        absent_without_path: numbers that stand for none where no path leads through the cell.
    """

    name: str
    title: str = ""
    unit: str | None = None
    direction: Direction | None = None
    description: str = ""
    device: str | None = None
    batch: int | None = None
    split: Split | None = None
    absent: tuple[float, ...] = ()
    absent_without_path: tuple[float, ...] = ()


class Row(NamedTuple):
    """What a source says of one architecture.

    Attributes:
        place: where that stands, for messages, such as ``line 3``.
        arch: the architecture.
        context: the data set or task, if the source tells them apart.
        seed: the seed, if it tells these apart.
        values: the values in the order of the metrics.
    """

    place: str
    arch: Any
    context: Any
    seed: Any
    values: Sequence[Any]


@dataclass
class Measurements:
    """What a source has.

    Attributes:
        metrics: the metrics.
        rows: the values, read once.
        form: the source's format.
        has_context: whether rows are of a data set or task.
        has_seed: whether rows are of a seed.
        encoding: how architectures are written, if only its name tells.
        of_classes: whether a value is of all architectures that are isomorphic to a row's.
        first_counts: whether of several rows of an architecture the first counts, since the source
            is known to write some in several ways; else they are a contradiction.
        licence: the source's licence, if it is known.
        remarks: what is to be known of it, and is kept with it.
        files: the files that were read besides the one that was given.
    """

    metrics: Sequence[Declared]
    rows: Iterable[Row]
    form: str
    has_context: bool = False
    has_seed: bool = False
    encoding: str | None = None
    of_classes: bool = False
    first_counts: bool = False
    licence: str | None = None
    remarks: list[str] = field(default_factory=list)
    files: tuple[str, ...] = ()
