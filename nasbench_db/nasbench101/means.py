"""The published means of NAS-Bench-101: a number for every cell of the space, and no trials."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from nasbench_db.nasbench101.constants import EVALUATED
from nasbench_db.nasbench101.recorded import recorded_parameters
from nasbench_db.nasbench101.space import enumerate_codes, enumerate_hashes
from nasbench_db.sources.packaged import Packaged

MEANS = Packaged("nasbench101", "means_108_epochs.csv.xz")
"""As NiccoloCavagnero/FreeREA (commit 9c2a726, ``cached_metrics``) has them."""

REPEATS = 3
"""How many trainings each is a mean of."""

EPOCHS = 108
"""Of the trainings that they are means of."""

TOLERANCE = 3e-6
"""By how many percent a mean of the data set can lie beside its count of images: the accuracies
are recorded with the 24 bits of a float32."""


@dataclass(frozen=True, eq=False)
class PublishedMeans:
    """The mean test accuracy of every cell after 108 epochs, in the order of the canonical code.

    They are means over the three trainings of each cell, and no trials: there is nothing to
    reduce, and they do not mix with rows of a database.

    Attributes:
        canonical: the canonical code of each of the 423,624 cells, ascending; int32.
        test_acc: the mean test accuracy, percent; float64. It is exact as a count of images: three
            evaluations of 9,984.
        parameters: the trainable parameters that the record of the cell has, millions; float64,
            computed from the cell.
    """

    canonical: np.ndarray
    test_acc: np.ndarray
    parameters: np.ndarray

    def __len__(self) -> int:
        return len(self.canonical)

    def hashes(self, cache_file: str | os.PathLike[str] | None = None) -> np.ndarray:
        """The module hash of each cell, S32.

        Args:
            cache_file: see :func:`~nasbench_db.nasbench101.space.enumerate_hashes`; without it
                they are computed, which takes half a minute of a processor.
        """
        found: np.ndarray = enumerate_hashes(cache_file)["hash"]
        return found


def published_means() -> PublishedMeans:
    """The mean test accuracy after 108 epochs of all 423,624 cells, with their parameters.

    Real distributions, accuracy against size, predictors and searches by final accuracy, without
    the file of 2 GB. Takes some seconds, since the parameters are computed.

    Raises:
        SourceError: the package lacks the file, or it is damaged.
    """
    return PublishedMeans(*published_accuracies(), recorded_parameters() / 1e6)


def published_accuracies() -> tuple[np.ndarray, np.ndarray]:
    """The first two arrays of :class:`PublishedMeans`, which take a second.

    Raises:
        SourceError: the package lacks the file, or it is damaged.
    """
    (texts,) = MEANS.columns().values()
    counts = np.array(texts, dtype=np.int64)
    return enumerate_codes(), 100 * counts / (REPEATS * EVALUATED)
