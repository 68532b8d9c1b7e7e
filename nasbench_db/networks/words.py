"""What a network is asked for by: the architecture, the data set, the size of images."""

from __future__ import annotations

from collections.abc import Mapping
from pkgutil import resolve_name
from typing import Any

from nasbench_db.architectures.inputs import as_int, show
from nasbench_db.errors import InvalidQuery
from nasbench_db.nats.datasets import CLASSES, SIDES, official_name

Size = int | tuple[int, int]
"""Of an image: pixels along each side, or height and width."""

CIFAR10 = {"cifar10": (CLASSES["cifar10"], SIDES["cifar10"])}
"""The one data set of NAS-Bench-101 and NAS-Bench-Macro: its classes, and pixels along a side."""

_OF_NATS = {name: (CLASSES[name], SIDES[name]) for name in CLASSES}


def cell_of(benchmark: str, arch: Any) -> Any:
    """An architecture of a benchmark, from every form that its ``Cell`` reads.

    Raises:
        InvalidArchitecture: it is none.
    """
    return resolve_name(f"nasbench_db.{benchmark}:Cell").parse(arch)


def trained_for(
    dataset: str, num_classes: int | None, image_size: Size | None
) -> tuple[int, Size]:
    """Classes and image size for a data set of NAS-Bench-201 and NATS-Bench.

    Args:
        dataset: its name, in any spelling that queries take.
        num_classes, image_size: those of another one, or None.

    Raises:
        InvalidQuery: there is no such data set, or a number is none.
    """
    return chosen(official_name(dataset) or dataset, num_classes, image_size, _OF_NATS)


def chosen(
    dataset: str,
    num_classes: int | None,
    image_size: Size | None,
    known: Mapping[str, tuple[int, int]],
) -> tuple[int, Size]:
    """Classes and image size for one of some data sets or tasks.

    Args:
        dataset: its name.
        num_classes, image_size: those of another one, or None.
        known: classes, and pixels along a side, by name.

    Raises:
        InvalidQuery: there is no such data set, or a number is none.
    """
    if dataset not in known:
        raise InvalidQuery.unknown("data set or task with networks", dataset, known)
    classes, side = known[dataset]
    return (
        classes if num_classes is None else positive("num_classes", num_classes),
        side if image_size is None else _size(image_size),
    )


def _size(given: Size) -> Size:
    if isinstance(given, tuple | list):
        if len(given) != 2:
            raise InvalidQuery(
                f"image_size is {show(given)}; it must be one number of pixels, or height "
                "and width"
            )
        height, width = (positive("image_size", side) for side in given)
        return height, width
    return positive("image_size", given)


def positive(name: str, given: object) -> int:
    """A whole number of at least 1.

    Raises:
        InvalidQuery: it is none.
    """
    number = as_int(given)
    if number is None or number < 1:
        raise InvalidQuery(f"{name} is {show(given)}; it must be a whole number of at least 1")
    return number
