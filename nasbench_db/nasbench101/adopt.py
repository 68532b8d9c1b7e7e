"""What of NNI's database of NAS-Bench-101 becomes what of ours.

NNI 3.0's ``nni/nas/benchmark/nasbench101/db_gen.py`` multiplies the seconds of a whole training
by 60, but not those of its intermediates.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from nasbench_db.nasbench101.cell import Cell
from nasbench_db.nasbench101.constants import MODULE_HASH
from nasbench_db.nasbench101.schema import (
    SCHEMA,
    Nb101IntermediateStats,
    Nb101TrialConfig,
    Nb101TrialStats,
)
from nasbench_db.store.adopting import Adoption, Ask, Correction
from nasbench_db.store.models import canonical_json, check_epochs

_PREPARE = (
    "CREATE TEMP TABLE numbered (id INTEGER PRIMARY KEY, repeat INTEGER)",
    "INSERT INTO numbered SELECT id, row_number() OVER (PARTITION BY config_id ORDER BY id) - 1 "
    "FROM nni.nb101trialstats",
    "CREATE TEMP TABLE last (id INTEGER PRIMARY KEY, training_time REAL)",
    # SQLite takes a bare column from the row that has the maximum.
    "INSERT INTO last SELECT trial_id, training_time FROM (SELECT trial_id, max(current_epoch), "
    "training_time FROM nni.nb101intermediatestats GROUP BY trial_id)",
)


def _config(row: tuple[Any, ...]) -> tuple[Any, ...]:
    number, arch, num_vertices, module_hash, num_epochs = row
    text, vertices, canonical = _cell(arch)
    if vertices != num_vertices:
        raise ValueError(f"num_vertices is {num_vertices}, and the cell has {vertices}")
    if not MODULE_HASH.fullmatch(module_hash):
        raise ValueError(f"the hash is {module_hash!r}, not 32 hexadecimal digits")
    check_epochs(num_epochs)
    return number, text, num_vertices, module_hash, num_epochs, canonical


@lru_cache(maxsize=16)  # the configs of a cell follow one another
def _cell(arch: str) -> tuple[str, int, int]:
    """Of NNI's JSON of a cell: the stored text, the vertices, and the canonical code."""
    given = orjson.loads(arch)
    cell = Cell.from_arch(given)
    return canonical_json(given), cell.num_vertices, cell.canonical_code


def _corrections(ask: Ask) -> tuple[list[Correction], list[str]]:
    minutes = "o.training_time <> last.training_time AND o.training_time = 60 * last.training_time"
    correction = Correction(
        "training_time was 60 times that of the trial's last intermediate, and is now the same",
        Nb101TrialStats,
        minutes,
        {"training_time": "last.training_time"},
    )
    unlike = ask(
        "SELECT count(*) FROM nni.nb101trialstats o LEFT JOIN last ON last.id = o.id "
        f"WHERE o.training_time IS NOT last.training_time AND ({minutes}) IS NOT TRUE"
    )
    remarks = []
    if unlike:
        remarks.append(
            f"{unlike:,} trials have a training_time that is neither their last intermediate's "
            "nor 60 times that; it is left as it is"
        )
    return [correction], remarks


ADOPTION = Adoption(
    schema=SCHEMA,
    columns={
        Nb101TrialConfig: ("id", "arch", "num_vertices", "hash", "num_epochs"),
        Nb101TrialStats: (
            *("id", "config_id", "train_acc", "valid_acc", "test_acc"),
            *("parameters", "training_time"),
        ),
        Nb101IntermediateStats: (
            *("id", "trial_id", "current_epoch", "train_acc", "valid_acc", "test_acc"),
            "training_time",
        ),
    },
    config=_config,
    prepare=_PREPARE,
    joins={
        Nb101TrialStats: (
            "JOIN nni.nb101trialconfig c ON c.id = o.config_id "
            "JOIN numbered ON numbered.id = o.id LEFT JOIN last ON last.id = o.id"
        )
    },
    derived={Nb101TrialStats: {"repeat": "numbered.repeat", "num_epochs": "c.num_epochs"}},
    corrections=_corrections,
    further=dict,
)
