"""How many parameters the language model of a recurrent cell has.

A matrix of embeddings, which is that of the output too, with a bias for each word; and three
layers of the cell, each with matrices and biases of its own for its ``linear`` nodes. The counts
are the published ones of all 345 WikiText-2 logs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nasbench_db.nlp.constants import INPUT


def widths(embedding: int, hidden: int, layers: int) -> Iterator[tuple[int, int]]:
    """For each layer the width of its input, and that of its hidden states."""
    for layer in range(layers):
        first, last = layer == 0, layer == layers - 1
        yield embedding if first else hidden, embedding if last else hidden


def count_cell_parameters(
    linear: Iterable[Sequence[str]], *, embedding: int, hidden: int, layers: int
) -> int:
    """The parameters of all layers of the cell: of the model all but those of words.

    Args:
        linear: the inputs of each ``linear`` node.
        embedding: the width of the embedding.
        hidden: the width of the hidden states of all layers but the last.
        layers: how many there are.
    """
    nodes = list(linear)
    return sum(
        wide + sum(wide * (narrow if name == INPUT else wide) for name in inputs)
        for narrow, wide in widths(embedding, hidden, layers)
        for inputs in nodes
    )


def count_word_parameters(vocabulary: int, embedding: int) -> int:
    """The parameters of the words: the embedding of each, and its bias in the output."""
    return vocabulary * (embedding + 1)
