"""The operations and edges of a NAS-Bench-201 cell, under the names of the data set and of NNI."""

from __future__ import annotations

from nasbench_db.architectures.edges import EDGES as EDGES

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
"""The operations of edges, in the order of the original's search space: their indexes are 0 to 4.

They are the names in architecture strings.
"""

NONE = "none"
SKIP_CONNECT = "skip_connect"
CONV_1X1 = "conv_1x1"
CONV_3X3 = "conv_3x3"
AVG_POOL_3X3 = "avg_pool_3x3"
PRIMITIVES = [NONE, SKIP_CONNECT, CONV_1X1, CONV_3X3, AVG_POOL_3X3]
"""NNI's names of :data:`OPERATIONS`, in the same order; NNI has the same constants."""

SPACE_SIZE = len(OPERATIONS) ** len(EDGES)
"""How many cells there are, as they are written: 15,625."""

SYNTHETIC_KEY = "nasbench_db_synthetic"
"""A key of the dict of a whole data set that says that its numbers were not measured.

The originals have no such key, and their programs ignore it.
"""

NUM_CHANNELS, NUM_CELLS = 16, 5
"""The width of the first stage and the cells in each stage of every trained network."""
