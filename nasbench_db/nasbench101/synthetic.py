"""NAS-Bench-101 files with real cells and made-up metrics, in the original's exact layout.

They stand in for the 2 GB original in the demo, the tests and the benchmark. The cells and their
hashes are those of the published data set. The metrics have the numeric shape of real ones
(accuracies are float32 fractions k/9984, times float32 seconds) and are otherwise invented, the
same for the same seed. The first record of such a file says so in its checkpoint path, and
databases built from it are marked synthetic.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import numpy as np

from nasbench_db.formats.tfrecord import write_record
from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.constants import EVALUATED
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
    evaluations = _evaluations(random, parameters, budgets, repeats)
    count = len(cells) * len(budgets) * repeats
    order = random.permutation(count) if shuffled else np.arange(count)
    with open(path, "wb", buffering=1 << 20) as file:
        for start in range(0, count, _RECORDS_PER_BLOCK):
            places = order[start : start + _RECORDS_PER_BLOCK]
            cell, budget, repeat = np.unravel_index(places, evaluations.shape[:3])
            block = evaluations[cell, budget, repeat].astype(np.float64)
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


def _evaluations(
    random: np.random.Generator, parameters: np.ndarray, budgets: Sequence[int], repeats: int
) -> np.ndarray:
    """Made-up evaluations, float32 of shape (cells, budgets, repeats, 3, 5).

    The last axis is that of :class:`Evaluation`, its epochs left to be filled in.
    """
    shape = (len(parameters), len(budgets), repeats)
    result = np.zeros((*shape, 3, 5), dtype=np.float32)
    # The longer the training and the better the cell, the higher the accuracy, up to chance.
    quality = random.normal(0.0, 0.3, size=(len(parameters), 1, 1))
    progress = np.log2(np.array(budgets, dtype=float))[None, :, None]
    seconds = np.array(budgets)[None, :, None] * (4.0 + parameters[:, None, None] / 8e5)
    for stage, share in ((1, 0.5), (2, 1.0)):
        skill = quality + progress + np.log2(share) + random.normal(0.0, 0.05, size=shape)
        for column, bonus in ((2, 1.0), (3, 0.0), (4, -0.02)):
            fraction = 0.1 + 0.9 / (1.0 + np.exp(3.0 - skill - bonus))
            noise = random.normal(0.0, 0.002, size=shape)
            images = np.clip(np.rint((fraction + noise) * EVALUATED), 0, EVALUATED)
            result[..., stage, column] = images.astype(np.float32) / np.float32(EVALUATED)
        result[..., stage, 1] = share * seconds * random.normal(1.0, 0.002, size=shape)
    result[..., 0, 2:] = np.float32(1000) / np.float32(EVALUATED)  # untrained: at chance
    return result


def _marked(message: bytes) -> bytes:
    """A message whose first evaluation says that the metrics are made up."""
    metrics = decode_metrics(message)
    first = metrics.evaluations[0]._replace(checkpoint_path=SYNTHETIC_MARK)
    return encode_metrics(metrics._replace(evaluations=(first, *metrics.evaluations[1:])))
