"""The data sets of the trainings, as the original files and the database spell them."""

from __future__ import annotations

CLASSES = {"cifar10-valid": 10, "cifar10": 10, "cifar100": 100, "ImageNet16-120": 120}
"""How many classes each has, by its official name; ``cifar10-valid`` is half of CIFAR-10."""

SIDES = {"cifar10-valid": 32, "cifar10": 32, "cifar100": 32, "ImageNet16-120": 16}
"""The pixels along each side of an image, by the official name."""

OFFICIAL = tuple(CLASSES)
"""The names in the original files."""

STORED = tuple(name.lower() for name in OFFICIAL)
"""The names in the database, which are NNI's, in the same order."""

OFFICIAL_OF = dict(zip(STORED, OFFICIAL, strict=True))
"""The official name of each stored one."""

SPELLINGS = {"imagenet": "imagenet16-120", "imagenet16": "imagenet16-120"}
"""What they are called besides, in lower case."""


def official_name(dataset: object) -> str | None:
    """The official name of a data set, from every spelling that queries take; None if none."""
    name = str(dataset).lower()
    return OFFICIAL_OF.get(SPELLINGS.get(name, name))
