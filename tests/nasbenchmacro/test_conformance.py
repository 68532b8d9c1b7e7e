"""NAS-Bench-Macro does what every benchmark does, but for what was never recorded."""

import json
from typing import Any

import numpy as np
import pytest
from conformance import Conformance, Guest, Lacks, Row

from nasbench_db import InvalidQuery
from nasbench_db.nasbenchmacro import Cell, query_macro_trial_stats

TRIAL, CONFIG = "macrotrialstats", "macrotrialconfig"


def forms(row: Row) -> list[Any]:
    """Ways to name the architecture of a row."""
    cell = Cell.from_string(row["arch_str"])
    code, ops = cell.arch_str, cell.arch
    digits = [int(digit) for digit in code]
    return [
        *(cell, code, f" '{code}'\n", np.str_(code), ops, tuple(ops), np.array(ops)),
        *(digits, np.array(digits), json.dumps(ops), json.dumps(digits), int(code)),
    ]


class TestConformance(Conformance):
    """All that is asked of every benchmark."""

    @pytest.fixture
    def guest(self) -> Guest:
        return Guest(
            name="nasbenchmacro",
            query=query_macro_trial_stats,
            positional=("arch",),
            key="arch_str",
            forms=forms,
            absent="22212220",
            outside=(
                *(-1, 12, 0, True, 1.5, "", "2221222", "22212223", "222122200", b"22212220"),
                *("null", [], [2] * 7, [3] * 8, ["MB3_K5"] * 8, {"arch": "22212220"}, object()),
            ),
            third="flops",
            faults={
                "every config has a trial, and no two of one seed": [
                    f"UPDATE {TRIAL} SET seed = 0"
                ],
                "a copy has the accuracies of the network that was trained": [
                    f"UPDATE {CONFIG} SET is_copy = 1, canonical_str = '00000000' WHERE id = 2"
                ],
                "every architecture is one of the search space": [
                    f"UPDATE {CONFIG} SET arch = '[]' WHERE id = 1"
                ],
                "parameters and FLOPs are those of the network": [
                    f"UPDATE {TRIAL} SET flops = 1 WHERE id = 1"
                ],
                "accuracies lie within 0 and 100": [
                    f"UPDATE {TRIAL} SET best_test_acc = -1 WHERE id = 1"
                ],
            },
            options=(
                (("--arch", "00000000"), {"arch": "00000000"}),
                (("--seed", 1), {"seed": 1}),
                (("--is-copy", 0), {"is_copy": 0}),
            ),
            # All were trained for 50 epochs on one data set, and selected on its test images.
            gaps=dict.fromkeys(
                (
                    "test_a_metric_that_was_not_measured_is_told",
                    "test_a_text_that_only_names_the_fidelity_does_not_say_it",
                    "test_spellings_are_forgiven",
                    "test_what_is_held_apart_but_not_together_is_told",
                    "test_wrong_words_are_told[a data set or task with a slip]",
                    "test_wrong_words_are_told[another data set or task]",
                    "test_wrong_words_are_told[a number for a data set or task]",
                    "test_wrong_words_to_the_original_interface_are_told",
                ),
                Lacks,
            )
            | {
                "test_learning_curve": InvalidQuery,
                "test_select_on_validation_and_report_on_test": InvalidQuery,
                "test_nnis_database_of_it_is_taken_over": ModuleNotFoundError,
            },
        )
