"""What can be learnt of numbers: how alike two rankings are, and what a linear model predicts."""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def spearman(x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray) -> float:
    """The rank correlation; equal values share their rank."""
    return float(pd.DataFrame({"x": x, "y": y}).corr("spearman").loc["x", "y"])


def predicted(encodings: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    """How well the first half of architectures tells the second, by least squares.

    Args:
        encodings: of the architectures, one a row.
        values: what is to be predicted.

    Returns:
        R squared and the rank correlation of the predictions, on the second half.
    """
    inputs = np.column_stack([encodings.reshape(len(encodings), -1), np.ones(len(encodings))])
    known, asked = np.split(inputs.astype(float), 2)
    learnt, true = np.split(np.asarray(values, float), 2)
    ridge = np.eye(inputs.shape[1])  # mild; it makes the solution unique
    found = asked @ np.linalg.solve(known.T @ known + ridge, known.T @ learnt)
    rest = np.square(found - true).sum() / np.square(true - true.mean()).sum()
    return 1.0 - float(rest), spearman(found, true)
