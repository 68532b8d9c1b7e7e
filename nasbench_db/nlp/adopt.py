"""What of NNI's database of NAS-Bench-NLP becomes what of ours.

NNI 3.0's ``nni/nas/benchmark/nlp/db_gen.py`` makes a config for each log, also for those of one
recipe; keeps of a training that failed nothing but that config; and takes for the time of a
training that of its last epoch. Everything is kept that its rows have; what they have not, such as
parameters, recipe numbers and settings, is NULL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from peewee import Model

from nasbench_db.nlp.cell import Cell
from nasbench_db.nlp.constants import DATASETS
from nasbench_db.nlp.losses import perplexity
from nasbench_db.nlp.record import OK
from nasbench_db.nlp.schema import SCHEMA, NlpIntermediateStats, NlpTrialConfig, NlpTrialStats
from nasbench_db.store.adopting import Adoption, Ask, Correction
from nasbench_db.store.models import canonical_json, json_value, stored_columns

_EPOCHS = 50
"""What NNI stores of every training that did not fail."""

_SPLITS = ("train", "val", "test")
_LOSSES = tuple(f"{split}_loss" for split in _SPLITS)
_CONFIG = stored_columns(NlpTrialConfig)


def _config(row: tuple[Any, ...]) -> tuple[Any, ...]:
    number, arch, dataset = row
    cell = Cell.from_arch(orjson.loads(arch))
    if dataset not in DATASETS:
        raise ValueError(f"the data set is {dataset!r}; known are {', '.join(DATASETS)}")
    values = {
        "id": number,
        "arch": canonical_json(cell.arch),
        "dataset": dataset,
        "hash": cell.hash,
        "num_epochs": _EPOCHS,
        "num_nodes": cell.num_nodes,
        "num_hidden": cell.num_hidden,
    }
    return tuple([values.get(name) for name in _CONFIG])


_PREPARE = (
    "CREATE TEMP TABLE same (id INTEGER PRIMARY KEY, first INTEGER)",
    "INSERT INTO same SELECT id, min(id) OVER (PARTITION BY canonical_json(arch), dataset) "
    "FROM nni.nlptrialconfig WHERE id IN (SELECT id FROM trained)",
    "DELETE FROM trained WHERE id NOT IN (SELECT first FROM same)",
    "CREATE TEMP TABLE points (trial INTEGER, epoch INTEGER, seconds REAL, until REAL, "
    "PRIMARY KEY (trial, epoch)) WITHOUT ROWID",
    "INSERT INTO points SELECT trial_id, current_epoch, training_time, sum(training_time) OVER "
    "(PARTITION BY trial_id ORDER BY current_epoch ROWS UNBOUNDED PRECEDING) "
    "FROM nni.nlpintermediatestats",
    "CREATE TEMP TABLE ends (trial INTEGER PRIMARY KEY, epochs INTEGER, seconds REAL, "
    "total REAL, best INTEGER)",
    "INSERT INTO ends SELECT p.trial, p.epoch, p.seconds, p.until, (SELECT i.current_epoch "
    "FROM nni.nlpintermediatestats i WHERE i.trial_id = p.trial AND i.val_loss IS NOT NULL "
    "ORDER BY i.val_loss, i.current_epoch LIMIT 1) FROM points p "
    "WHERE p.epoch = (SELECT max(epoch) FROM points q WHERE q.trial = p.trial)",
)
_JOINS = {
    NlpTrialStats: (
        "JOIN temp.same s ON s.id = o.config_id LEFT JOIN temp.ends e ON e.trial = o.id "
        "LEFT JOIN nni.nlpintermediatestats b ON b.trial_id = o.id AND b.current_epoch = e.best"
    ),
    NlpIntermediateStats: (
        "JOIN temp.points p ON p.trial = o.trial_id AND p.epoch = o.current_epoch"
    ),
}


def _corrections(ask: Ask) -> tuple[list[Correction], list[str]]:
    corrections = [
        Correction(
            "the trial had a config of its own, and has now the one of its recipe on its data set",
            NlpTrialStats,
            "o.config_id <> s.first",
            {"config_id": "s.first"},
        )
    ]
    remarks = [
        "a training that failed has only a config in NNI's database, and is not here; parameters, "
        "recipe numbers, times of day and settings are not there either, and are NULL"
    ]
    trials = NlpTrialStats._meta.table_name
    unlike = ask(
        f"SELECT count(*) FROM nni.{trials} o LEFT JOIN temp.ends e ON e.trial = o.id "
        "WHERE o.training_time IS NOT e.seconds"
    )
    if unlike:
        remarks.append(
            f"the training_time of {unlike:,} trials is not that of their last epoch, as NNI "
            "writes it; all times are left as they are"
        )
        return corrections, remarks
    corrections += [
        Correction(
            "training_time was that of the last epoch, and is now that of all epochs",
            NlpTrialStats,
            "e.total IS NOT o.training_time",
            {"training_time": "e.total"},
        ),
        Correction(
            "training_time was that of the one epoch, and is now that of all until then",
            NlpIntermediateStats,
            "p.until IS NOT o.training_time",
            {"training_time": "p.until"},
        ),
    ]
    return corrections, remarks


def _canonical(text: str) -> str:
    """The canonical text of a JSON value."""
    return canonical_json(json_value(text))


def _further() -> Mapping[type[Model], Iterable[tuple[Any, ...]]]:
    return {}


ADOPTION = Adoption(
    schema=SCHEMA,
    columns={
        NlpTrialConfig: ("id", "arch", "dataset"),
        NlpTrialStats: ("id", "config_id", *_LOSSES, "training_time"),
        NlpIntermediateStats: ("id", "trial_id", "current_epoch", *_LOSSES, "training_time"),
    },
    config=_config,
    prepare=_PREPARE,
    joins=_JOINS,
    derived={
        NlpTrialStats: {
            "status": f"'{OK}'",
            "trained_epochs": "coalesce(e.epochs, 0)",
            "best_epoch": "e.best",
            "epoch_training_time": "e.total / e.epochs",
            **{f"{name}_at_best": f"b.{name}" for name in _LOSSES},
            **{f"{split}_perplexity": f"perplexity(o.{split}_loss)" for split in _SPLITS},
            **{f"{split}_perplexity_at_best": f"perplexity(b.{split}_loss)" for split in _SPLITS},
        },
        NlpIntermediateStats: {"epoch_training_time": "o.training_time"},
    },
    corrections=_corrections,
    further=_further,
    functions={"perplexity": perplexity, "canonical_json": _canonical},
    left_out="configs of trainings that failed, or of recipes that another row has, are left out",
)
