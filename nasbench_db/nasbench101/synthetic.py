"""NAS-Bench-101 files with real cells and made-up metrics, in the original's exact layout.

They stand in for the 2 GB original in the demo, the tests and the benchmark. The cells and their
hashes are those of the published data set. The metrics have the numeric shape of real ones
(accuracies are float32 fractions k/9984, times float32 seconds) and are otherwise invented, the
same for the same seed: a function of the cell's operations, edges, depth and parameters, and noise
(:mod:`nasbench_db.architectures.skill`). The first record of such a file says so in its checkpoint
path, and databases built from it are marked synthetic.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import numpy as np

from nasbench_db.architectures.skill import Merit, Talent, level, share
from nasbench_db.formats.tfrecord import write_record
from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.constants import EVALUATED, MAX_VERTICES, OPERATIONS
from nasbench_db.nasbench101.encodings import padded_adjacency
from nasbench_db.nasbench101.record import (
    SYNTHETIC_MARK,
    decode_metrics,
    encode_block,
    encode_metrics,
    encode_row,
)

BUDGETS = (4, 12, 36, 108)
"""The epoch budgets of the published data set."""

REPEATS = 3
"""How often the published data set trains each cell with each budget."""

_RECORDS_PER_BLOCK = 1 << 14

_MERIT = Merit(
    {
        "conv3x3-bn-relu": 0.5,
        "conv1x1-bn-relu": 0.2,
        "maxpool3x3": -0.3,
        "edges": 0.1,
        "shortcut": 0.5,
        "depth_off_4": -0.4,
        "parameters": 0.6,
    },
    centre=5.2,
    spread=0.95,
)
"""What makes a cell good; the features are those of :func:`features`."""

# Of each evaluated column of a record: the best accuracy to invent, and how much further on it is.
_COLUMNS = ((2, 1.0, 1.0), (3, 0.95, 0.0), (4, 0.945, -0.02))


def write_tfrecord(
    path: str | os.PathLike[str],
    cells: Iterable[Cell],
    *,
    budgets: Sequence[int] = BUDGETS,
    repeats: int = REPEATS,
    shuffled: bool = False,
    seed: int = 0,
) -> int:
    """Write a synthetic file of the original layout.

    Args:
        path: the file to write.
        cells: the cells to cover, each once.
        budgets: the epoch budgets of each cell.
        repeats: the number of trainings of each cell with each budget.
        shuffled: put the records in random order rather than cell by cell.
        seed: of the metrics, and of the order if it is random.

    Returns:
        the number of records written.
    """
    cells = list(cells)
    random = np.random.default_rng(seed)
    parameters = np.array([cell.trainable_parameters for cell in cells], dtype=np.int64)
    made_up = evaluations(cells, parameters, random, budgets=budgets, repeats=repeats)
    count = len(cells) * len(budgets) * repeats
    order = random.permutation(count) if shuffled else np.arange(count)
    with open(path, "wb", buffering=1 << 20) as file:
        for start in range(0, count, _RECORDS_PER_BLOCK):
            places = order[start : start + _RECORDS_PER_BLOCK]
            cell, budget, repeat = np.unravel_index(places, made_up.shape[:3])
            block = made_up[cell, budget, repeat].astype(np.float64)
            block[:, :, 0] = np.array(budgets)[budget, None] * np.array([0.0, 0.5, 1.0])
            total = block[:, -1, 1] * 1.25 + 300.0  # training and evaluation; no system keeps it
            messages = encode_block(block, parameters[cell], total)
            if start == 0:
                messages[0] = _marked(messages[0])
            for message, of, epochs in zip(
                messages, cell.tolist(), np.array(budgets)[budget].tolist(), strict=True
            ):
                graph = cells[of]
                payload = encode_row(
                    graph.hash, epochs, graph.adjacency, ",".join(graph.ops), message
                )
                write_record(file, payload)
    return count


def features(cells: Sequence[Cell], parameters: np.ndarray) -> dict[str, np.ndarray]:
    """What the metrics follow from, of each of the cells, pruned.

    Args:
        cells: any number of them.
        parameters: their trainable parameters.

    Returns:
        how often each operation is there, the edges, whether one leads from input to output, by
        how much the longest path differs from 4 edges, and the parameters as powers of ten.
    """
    matrices, operations = padded_adjacency(cells)
    depths = np.zeros(operations.shape, dtype=np.int8)  # of each vertex, from the input
    for v in range(1, MAX_VERTICES):
        depths[:, v] = ((depths[:, :v] + 1) * matrices[:, :v, v]).max(axis=1)
    return {
        **{name: (operations == i).sum(axis=1) for i, name in enumerate(OPERATIONS)},
        "edges": matrices.sum(axis=(1, 2), dtype=np.int64),
        "shortcut": matrices[:, 0, -1],
        "depth_off_4": np.abs(depths[:, -1] - 4),
        "parameters": np.log10(parameters),
    }


def evaluations(
    cells: Sequence[Cell],
    parameters: np.ndarray,
    random: np.random.Generator,
    *,
    budgets: Sequence[int] = BUDGETS,
    repeats: int = REPEATS,
) -> np.ndarray:
    """Made-up evaluations, float32 of shape (cells, budgets, repeats, 3, 5).

    The last axis is that of :class:`~nasbench_db.nasbench101.record.Evaluation`, its epochs left
    to be filled in.

    Args:
        cells: any number of them.
        parameters: their trainable parameters.
        random: where the noise comes from.
        budgets: the epochs of the trainings.
        repeats: how often each cell is trained with each budget.
    """
    shape = (len(parameters), len(budgets), repeats)
    result = np.zeros((*shape, 3, 5), dtype=np.float32)
    # The longer the training and the better the cell, the higher the accuracy, up from chance.
    merits = _MERIT.of(features(cells, parameters))
    talent = Talent.draw(merits[:, None, None], random)
    epochs = np.array(budgets, dtype=float)[None, :, None]
    quality = 0.6 * talent.skill(share(epochs, BUDGETS[-1]), random.standard_normal(shape))
    seconds = epochs * (4.0 + parameters[:, None, None] / 8e5)
    for stage, part in ((1, 0.5), (2, 1.0)):
        progress = 0.8 * np.log2(epochs * part) - 2.4
        reached = quality + progress + random.normal(0.0, 0.02, size=shape)
        for column, ceiling, bonus in _COLUMNS:
            fraction = 0.1 + (ceiling - 0.1) * level(reached + bonus)
            noise = random.normal(0.0, 0.002, size=shape)
            images = np.clip(np.rint((fraction + noise) * EVALUATED), 0, EVALUATED)
            result[..., stage, column] = images.astype(np.float32) / np.float32(EVALUATED)
        result[..., stage, 1] = part * seconds * random.normal(1.0, 0.002, size=shape)
    result[..., 0, 2:] = np.float32(1000) / np.float32(EVALUATED)  # untrained: at chance
    return result


def _marked(message: bytes) -> bytes:
    """A message whose first evaluation says that the metrics are made up."""
    metrics = decode_metrics(message)
    first = metrics.evaluations[0]._replace(checkpoint_path=SYNTHETIC_MARK)
    return encode_metrics(metrics._replace(evaluations=(first, *metrics.evaluations[1:])))
