"""The design spaces of NDS: families of networks, operations of cells, and the 34 sweeps.

The names of operations are those of ``pycls/models/nas/operations.py`` in facebookresearch/unnas,
the constants those of ``nni.nas.benchmark.nds``.
"""

from __future__ import annotations

HASH_DIGITS = 32
"""How many hexadecimal digits of the SHA-256 of its text tell an architecture."""

MOST_JOB_ID = 64
"""The most characters of a job's id."""

MOST_GROUP = 16
"""The most characters of the name of a list in a file of reruns."""

NONE = "none"
SKIP_CONNECT = "skip_connect"
AVG_POOL_3X3 = "avg_pool_3x3"
MAX_POOL_3X3 = "max_pool_3x3"
MAX_POOL_5X5 = "max_pool_5x5"
MAX_POOL_7X7 = "max_pool_7x7"
CONV_1X1 = "conv_1x1"
CONV_3X3 = "conv_3x3"
CONV_3X1_1X3 = "conv_3x1_1x3"
CONV_7X1_1X7 = "conv_7x1_1x7"
DIL_CONV_3X3 = "dil_conv_3x3"
DIL_CONV_5X5 = "dil_conv_5x5"
SEP_CONV_3X3 = "sep_conv_3x3"
SEP_CONV_5X5 = "sep_conv_5x5"
SEP_CONV_7X7 = "sep_conv_7x7"
DIL_SEP_CONV_3X3 = "dil_sep_conv_3x3"

OPERATIONS = (
    *(NONE, SKIP_CONNECT, AVG_POOL_3X3, MAX_POOL_3X3, MAX_POOL_5X5, MAX_POOL_7X7, CONV_1X1),
    *(CONV_3X3, CONV_3X1_1X3, CONV_7X1_1X7, DIL_CONV_3X3, DIL_CONV_5X5, SEP_CONV_3X3),
    *(SEP_CONV_5X5, SEP_CONV_7X7, DIL_SEP_CONV_3X3),
)
"""What an edge of a cell can be, in any of the five sets that were sampled."""

PROPOSER_OPERATIONS = {
    "nasnet": (
        *(SKIP_CONNECT, CONV_3X1_1X3, CONV_7X1_1X7, DIL_CONV_3X3, AVG_POOL_3X3, MAX_POOL_3X3),
        *(MAX_POOL_5X5, MAX_POOL_7X7, CONV_1X1, CONV_3X3, SEP_CONV_3X3, SEP_CONV_5X5),
        SEP_CONV_7X7,
    ),
    "amoeba": (
        *(SKIP_CONNECT, SEP_CONV_3X3, SEP_CONV_5X5, SEP_CONV_7X7, AVG_POOL_3X3, MAX_POOL_3X3),
        *(DIL_SEP_CONV_3X3, CONV_7X1_1X7),
    ),
    "pnas": (
        *(SEP_CONV_3X3, SEP_CONV_5X5, SEP_CONV_7X7, CONV_7X1_1X7, SKIP_CONNECT, AVG_POOL_3X3),
        *(MAX_POOL_3X3, DIL_CONV_3X3),
    ),
    "enas": (SKIP_CONNECT, SEP_CONV_3X3, SEP_CONV_5X5, AVG_POOL_3X3, MAX_POOL_3X3),
    "darts": (
        *(NONE, MAX_POOL_3X3, AVG_POOL_3X3, SKIP_CONNECT, SEP_CONV_3X3, SEP_CONV_5X5),
        *(DIL_CONV_3X3, DIL_CONV_5X5),
    ),
}
"""The operations that each set of cells is made of."""

NAS_CELL = "nas_cell"

BLOCKS = {
    "residual_bottleneck": "res_bottleneck_block",
    "residual_basic": "res_basic_block",
    "vanilla": "double_plain_block",
}
"""The families without cells, by NNI's names, and the block that each is made of."""

FAMILIES = (NAS_CELL, *BLOCKS)
"""NNI's names of the four families of networks."""

PROPOSER_FAMILIES = {
    **dict.fromkeys(PROPOSER_OPERATIONS, NAS_CELL),
    "resnext-a": "residual_bottleneck",
    "resnext-b": "residual_bottleneck",
    "resnet-b": "residual_bottleneck",
    "resnet": "residual_basic",
    "vanilla": "vanilla",
}
"""The design spaces by NNI's names, and the family of their networks."""

BLOCK_PREFIXES = {"res_bottleneck": "residual_bottleneck", "res_basic": "residual_basic"} | {
    "double_plain": "vanilla"
}
"""By what the name of a block begins with, its family; as NNI tells it."""

DATASETS = ("cifar10", "imagenet")

GENERATORS = ("random", "fix_w_d", "tune_lr_wd")
"""NNI's names of how the members of a sweep were sampled: all at random; width and depth fixed;
learning rate and weight decay at random too."""

SWEEPS = (
    *("Amoeba", "Amoeba_in", "DARTS", "DARTS_fix-w-d", "DARTS_in", "DARTS_lr-wd"),
    *("DARTS_lr-wd_in", "ENAS", "ENAS_fix-w-d", "ENAS_in", "NASNet", "NASNet_in", "PNAS"),
    *("PNAS_fix-w-d", "PNAS_in", "ResNeXt-A", "ResNeXt-A_in", "ResNeXt-B", "ResNeXt-B_in"),
    *("ResNet-B", "ResNet", "ResNet_lr-wd", "ResNet_lr-wd_in", "ResNet_reruns", "ResNet_rng1"),
    *("ResNet_rng2", "ResNet_rng3", "Vanilla", "Vanilla_lr-wd", "Vanilla_lr-wd_in"),
    *("Vanilla_reruns", "Vanilla_rng1", "Vanilla_rng2", "Vanilla_rng3"),
)
"""The names of the 34 files, without ``.json``, in the order in which NNI reads them."""
