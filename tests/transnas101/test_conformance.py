"""TransNAS-Bench-101 does what every benchmark does."""

import json
from typing import Any

import numpy as np
import pytest
from conformance import Conformance, Guest, Lacks, Row
from conformance.questions import Questions
from conformance.served import Served

from nasbench_db.transnas101 import Cell, query_tnb101_trial_stats
from nasbench_db.transnas101.api import TransNASBenchAPI

TRIAL, CONFIG = "tnb101trialstats", "tnb101trialconfig"


def forms(row: Row) -> list[Any]:
    """Ways to name the architecture of a row."""
    cell = Cell.from_string(row["arch_str"])
    index = row["arch_index"]
    return [
        *(cell, cell.arch_str, f' "{cell.arch_str}" ', index, np.int64(index), str(index)),
        *(cell.arch, json.dumps(cell.arch)),
    ]


class TestConformance(Conformance):
    """All that is asked of every benchmark."""

    @pytest.fixture
    def guest(self) -> Guest:
        return Guest(
            name="transnas101",
            query=query_tnb101_trial_stats,
            positional=("arch", "task"),
            key="arch_str",
            forms=forms,
            absent="64-41414-1_11_111",
            outside=("64-9-basic", "", "99", 99, -1, 1.5, ["64-1234-basic"], b"x", True, object()),
            third="train_top1",
            unmeasured=({"task": "class_object"}, "valid_mIoU"),
            faults={
                "metrics of trials lie within their limits": [
                    f"UPDATE {TRIAL} SET valid_top1 = 101 WHERE id = 2"
                ],
                "every config has one trial": [f"UPDATE {TRIAL} SET config_id = 1 WHERE id = 2"],
                "every architecture is of its search space": [
                    f"UPDATE {CONFIG} SET arch = '[1,1,1,3]' WHERE id = 1"
                ],
            },
            open_dropin=TransNASBenchAPI,
            dropin_words=(
                (lambda api: api.get_epoch_status("64-1-x", "jigsaw", -1), Exception, "64-1-x"),
            ),
            options=(
                (("--task", "jigsaw", "--arch", 3), {"arch": 3, "task": "jigsaw"}),
                (("--search-space", "macro"), {"search_space": "macro"}),
                (
                    ("--task", "class_object", "--best", "valid_top1"),
                    {"task": "class_object", "best": "valid_top1"},
                ),
            ),
            gaps={
                "test_a_config_has_several_trials": Lacks,
                "test_a_seed_chooses_trials": Lacks,
                "test_nnis_database_of_it_is_taken_over": ModuleNotFoundError,
                "test_wrong_words_are_told[a seed that nobody used]": Lacks,
            },
        )


class TestOnAServer(Served, Questions):
    """The questions over PostgreSQL, where names with capitals are folded."""

    guest = TestConformance.guest
