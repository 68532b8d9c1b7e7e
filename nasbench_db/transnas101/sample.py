"""The sample of TransNAS-Bench-101: the final validation score of every architecture and task.

What the published file has besides is NULL: the other metrics and splits, curves, times, and what
is known of the networks.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nasbench_db.sources.packaged import Packaged
from nasbench_db.store.building import Builder, Report
from nasbench_db.store.models import stored_columns
from nasbench_db.transnas101.cell import Cell
from nasbench_db.transnas101.constants import SEARCH_SPACES
from nasbench_db.transnas101.ingest import Writer
from nasbench_db.transnas101.layout import EPOCHS, INFO_NAMES, METRICS_DICT, official_like_order
from nasbench_db.transnas101.metrics import METRICS
from nasbench_db.transnas101.record import Training
from nasbench_db.transnas101.schema import SCHEMA, Tnb101TrialStats
from nasbench_db.transnas101.sources import Header, Trainings

SCORES = Packaged(
    "transnas101",
    "sample_final_valid.csv.xz",
    (
        "Real validation scores after the last epoch of all 7,352 architectures for all 7 tasks, "
        "from TransNAS-Bench-101 by Duan et al., as automl/NASLib has them (branch experiments, "
        "tnb101_macro_zen.zip and all_benchmarks_zen.zip): valid_top1 of class_scene, "
        "class_object and jigsaw, valid_neg_loss of room_layout, valid_acc of segmentsemantic, "
        "valid_ssim of normal and autoencoder.",
        "Missing, and NULL: test scores, the other metrics, curves, times, and what is known of "
        "the networks.",
        "arch_index is not the published file's, whose order is not known: macro before micro, "
        "each in the order of enumerate_cells but for 64-2311-basic, which is known to be second. "
        "The epochs are those of the published configurations.",
    ),
)

_STATS = [name for name in stored_columns(Tnb101TrialStats) if name not in ("id", "config_id")]
_NO_EPOCHS = np.empty((0, len(METRICS)))


def build(path: Path, *, force: bool = False) -> Report:
    """Build the database of the sample; see :func:`nasbench_db.sample`."""
    scores = SCORES.numbers()
    archs = official_like_order()
    content = {
        "metrics_dict": METRICS_DICT,
        "info_names": INFO_NAMES,
        "task_list": list(METRICS_DICT),
        "search_spaces": list(SEARCH_SPACES),
    }
    spaces = {arch: str(Cell.from_string(arch).search_space) for arch in archs}
    with Builder(SCHEMA, path, force=force) as builder:
        writer = Writer(builder, Header(content, spaces, len(archs) * len(scores)))
        for name, values in scores.items():
            task, metric = name.split()
            trainings = [
                Training(
                    EPOCHS[task],
                    dict.fromkeys(_STATS) | {metric: value},
                    _NO_EPOCHS,
                    {},
                    (metric,),
                    uneven=False,
                    left_out=(),
                )
                for value in values
            ]
            indexes = list(range(len(archs)))
            writer.write(Trainings(task, indexes, trainings, [0] * len(archs), _NO_EPOCHS))
        writer.write_metrics()
        return builder.finish([SCORES.described(len(archs))], cells=len(archs))
