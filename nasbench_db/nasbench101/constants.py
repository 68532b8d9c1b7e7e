"""The operations of a NAS-Bench-101 cell and the limits of the search space."""

from __future__ import annotations

INPUT = "input"
OUTPUT = "output"
CONV3X3_BN_RELU = "conv3x3-bn-relu"
CONV1X1_BN_RELU = "conv1x1-bn-relu"
MAXPOOL3X3 = "maxpool3x3"
OPERATIONS = (CONV3X3_BN_RELU, CONV1X1_BN_RELU, MAXPOOL3X3)
"""The operations of interior vertices, in the order of the original's ``available_ops``."""

MAX_VERTICES = 7
MAX_EDGES = 9
