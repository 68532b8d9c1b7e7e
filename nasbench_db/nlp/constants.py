"""The search space of NAS-Bench-NLP: what a recurrent cell is made of.

The operations, and what they take, are those of fmsnew/nas-bench-nlp-release, ``custom_rnn.py``.
"""

from __future__ import annotations

ARITIES = {
    "linear": (2, 3),
    "blend": (3,),
    "elementwise_prod": (2,),
    "elementwise_sum": (2,),
    "activation_tanh": (1,),
    "activation_sigm": (1,),
    "activation_leaky_relu": (1,),
}
"""The operations of nodes, and how many inputs each may have.

``linear`` is a sum of its inputs, each times a matrix of its own, and of a bias; ``blend`` of a, b
and c is ``a * b + (1 - a) * c``.
"""

OPERATIONS = tuple(ARITIES)
"""The operations by name."""

ORDERED = "blend"
"""The one operation to which the order of its inputs matters."""

INPUT = "x"
"""The input of the cell: the word, or what the layer below gives."""

MAX_HIDDEN = 3
"""The most hidden states, which a step takes as ``h_prev_0`` ... and gives as ``h_new_0`` ..."""

MAX_NODES = 64
"""The most nodes that are read. The published cells have up to 24."""

GENERATED_NODES = (7, 14, 21)
"""How many inner nodes the original's generator begins with."""

VOCABULARIES = {"wikitext-2": 33_278}
"""How many different words a data set has, as the published numbers of parameters tell; that of
Penn Treebank is stated nowhere in what was read."""

EMBEDDING, HIDDEN, LAYERS = 400, 600, 3
"""The widths of embedding and hidden states, and how many layers of the cell are stacked, in all
published trainings. The last layer is as wide as the embedding, whose matrix is used again for
the output."""

DATASETS = ("ptb", "wikitext-2")
"""The data sets, as NNI calls them: Penn Treebank and WikiText-2."""

LONGEST_DATASET, LONGEST_STATUS, LONGEST_TIME, LONGEST_SETS = 15, 32, 32, 128
"""How many characters the texts of a log have at most that become columns."""


def sources_of(num_hidden: int) -> list[str]:
    """The names of what comes into a cell with some hidden states."""
    return [INPUT, *(f"h_prev_{n}" for n in range(num_hidden))]
