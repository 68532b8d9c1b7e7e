"""The two search spaces of TransNAS-Bench-101: what is varied in them, and how far.

The limits of the macro space are in no text of the data set's repository. They are those of
NASLib, which looks up in the file what it draws within them (``naslib/search_spaces/transbench101/
graph.py``, ``sample_random_architecture``); and of all codes within them there are exactly the
3,256 that the repository's README counts. The count alone does not tell: of all other limits, it
is only right too if those of doubling and of halving are exchanged.
"""

from __future__ import annotations

from typing import Literal

SearchSpace = Literal["macro", "micro"]
SEARCH_SPACES: tuple[SearchSpace, ...] = ("macro", "micro")
"""Where the modules vary and each is made of ResNet blocks, and where the cell of all varies."""

BASE_CHANNELS = 64
"""The channels that the stem gives, in all architectures of the file."""

STEM_REDUCTION = 4
"""How many times the stem reduces the resolution of the image, by two convolutions of stride 2."""

MODULES = "1234"
"""The kinds of modules: as it comes, channels doubled, resolution halved, both."""

WIDENING, REDUCING = "24", "34"
"""The kinds of modules that double the channels, and those that halve the resolution."""

MIN_MODULES, MAX_MODULES = 4, 6
MIN_WIDENING, MAX_WIDENING = 1, 3
MIN_REDUCING, MAX_REDUCING = 1, 4
"""How many modules of a macro architecture double the channels, and how many reduce."""

BASIC = "basic"
"""The cell of macro architectures: the basic block of ResNet."""

MICRO_MODULES = "41414"
"""The modules of all micro architectures."""

OPERATIONS = ("none", "skip_connect", "conv_1x1", "conv_3x3")
"""The operations of a micro cell's edges: their indexes 0 to 3 are the digits of its code.

The names are those that NNI gives to the same operations of NAS-Bench-201; the data set has none.
"""

MACRO_SIZE, MICRO_SIZE = 3_256, 4_096
SPACE_SIZE = MACRO_SIZE + MICRO_SIZE
"""How many architectures there are: 7,352."""

LONGEST_ARCH_STR, LONGEST_NAME, LONGEST_METRIC = 32, 32, 64
"""The most characters of an architecture's string, of a task's or a search space's name, and of
the name of a metric, that tables hold and readers let in."""

INFO_COLUMNS = {
    "inference_time": "inference_time",
    "encoder_params": "encoder_params",
    "model_params": "model_params",
    "model_FLOPs": "model_flops",
    "encoder_FLOPs": "encoder_flops",
}
"""The columns of what is known of a network without training, by the file's names."""
