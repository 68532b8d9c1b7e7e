"""What of NNI's database of NDS becomes what of ours.

NNI 3.0's ``nni/nas/benchmark/nds/db_gen.py`` drops which file a job is of, its id, and what is
recorded besides; these stay NULL. A run that two of the files have is there twice, and cannot be
told from two runs that came out alike, so it stays there twice.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from nasbench_db.nds.cell import Cell
from nasbench_db.nds.constants import DATASETS, GENERATORS
from nasbench_db.nds.schema import (
    SCHEMA,
    NdsIntermediateStats,
    NdsTrialConfig,
    NdsTrialStats,
)
from nasbench_db.store.adopting import Adoption, Ask, Correction
from nasbench_db.store.models import canonical_json, check_epochs

_CONFIG = (
    *("id", "model_family", "model_spec", "cell_spec", "dataset", "generator", "proposer"),
    *("base_lr", "weight_decay", "num_epochs"),
)


def _config(row: tuple[Any, ...]) -> tuple[Any, ...]:
    number, family, model_spec, cell_spec, dataset, generator, *rest = row
    if dataset not in DATASETS or generator not in GENERATORS:
        raise ValueError(
            f"the data set is {dataset!r} and the generator {generator!r}; known are "
            f"{', '.join((*DATASETS, *GENERATORS))}"
        )
    check_epochs(rest[-1])
    *specs, arch, arch_hash = _cell(family, model_spec, cell_spec)
    return number, family, *specs, dataset, generator, *rest, arch, arch_hash


@lru_cache(maxsize=16)
def _cell(family: str, model_spec: str, cell_spec: str) -> tuple[str, str, str, str]:
    """Of NNI's JSON of an architecture: ours of both specs, the arch and its hash."""
    cell = Cell.from_nni(family, orjson.loads(model_spec), orjson.loads(cell_spec))
    texts = map(canonical_json, (cell.model_spec, cell.cell_spec, cell.arch))
    model, cells, arch = texts
    return model, cells, arch, cell.arch_hash


def _corrections(ask: Ask) -> tuple[list[Correction], list[str]]:
    remarks = [
        "NNI drops which file a run is from, its job_id, prec_time, act_mem, exp_mem, "
        "min_test_top1 and what is recorded by iteration; they are NULL here, and in the database "
        "that is ingested from the original files they are not"
    ]
    doubled = ask(
        "SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM nni.ndstrialstats "
        "GROUP BY config_id, seed, final_train_acc, final_train_loss, final_test_acc, "
        "best_train_acc, best_train_loss, best_test_acc, iter_time HAVING n > 1)"
    )
    if doubled:
        remarks.append(
            f"{doubled:,} trials have the seed and all values of another one of their config: "
            "perhaps runs that two files have, which a mean then counts twice; without job ids "
            "that cannot be told, and they are left as they are"
        )
    return [], remarks


ADOPTION = Adoption(
    schema=SCHEMA,
    columns={
        NdsTrialConfig: _CONFIG,
        NdsTrialStats: (
            *("id", "config_id", "seed", "final_train_acc", "final_train_loss", "final_test_acc"),
            *("best_train_acc", "best_train_loss", "best_test_acc", "parameters", "flops"),
            "iter_time",
        ),
        NdsIntermediateStats: (
            *("id", "trial_id", "current_epoch", "train_loss", "train_acc", "test_acc"),
        ),
    },
    config=_config,
    prepare=(),
    joins={},
    derived={},
    corrections=_corrections,
    further=dict,
)
