"""The operations of a NAS-Bench-101 cell and the limits of the search space."""

from __future__ import annotations

import re

INPUT = "input"
OUTPUT = "output"
CONV3X3_BN_RELU = "conv3x3-bn-relu"
CONV1X1_BN_RELU = "conv1x1-bn-relu"
MAXPOOL3X3 = "maxpool3x3"
OPERATIONS = (CONV3X3_BN_RELU, CONV1X1_BN_RELU, MAXPOOL3X3)
"""The operations of interior vertices, in the order of the original's ``available_ops``."""

LABEL2ID = {INPUT: -1, OUTPUT: -2, CONV3X3_BN_RELU: 0, CONV1X1_BN_RELU: 1, MAXPOOL3X3: 2}
"""The labels that the data set's hash gives to the operations; NNI has the same constant.

They must stay plain Python integers: the hash is taken over their text, and a numpy integer
prints differently.
"""

MODULE_HASH = re.compile("[0-9a-f]{32}")
"""What a module hash looks like, the data set's name of a network."""

MAX_VERTICES = 7
MAX_EDGES = 9

EVALUATED = 9984
"""On how many images accuracies were measured: 39 whole batches of 256, of 10,000 images."""
