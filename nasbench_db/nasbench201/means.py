"""The published means over seeds of NAS-Bench-201 after 200 epochs: numbers, and no trials."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nasbench_db.sources.packaged import Packaged

MEANS = Packaged("nasbench201", "means_200_epochs.csv.xz")
"""As NiccoloCavagnero/FreeREA (commit 9c2a726, ``cached_metrics``) has them of NATS-Bench."""

EPOCHS = 200
"""Of the trainings that they are means of."""


@dataclass(frozen=True)
class PublishedMeans:
    """Mean accuracies after 200 epochs, in the order of the official index.

    They are means over one to three seeds, of how many is not known, and no trials: there is
    nothing to reduce, and they do not mix with rows of a database.

    Attributes:
        test_acc: for ``cifar10``, ``cifar100`` and ``imagenet16-120`` the mean accuracy of each of
            the 15,625 cells, percent, on the test images: ori-test for ``cifar10``, x-test for the
            others.
    """

    test_acc: dict[str, np.ndarray]


def published_means() -> PublishedMeans:
    """The published means over seeds of all 15,625 cells after 200 epochs.

    Raises:
        SourceError: the package lacks the file, or it is damaged.
    """
    columns = MEANS.numbers()
    return PublishedMeans({name: np.array(values) for name, values in columns.items()})
