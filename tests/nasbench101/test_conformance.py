"""NAS-Bench-101 does what every benchmark does."""

import json
from typing import Any

import pytest
from conformance import Conformance, Guest, Lacks, Row

from nasbench_db.nasbench101 import Cell, query_nb101_trial_stats
from nasbench_db.nasbench101.api import ModelSpec, NASBench, OutOfDomainError


def forms(row: Row) -> list[Any]:
    """Ways to name the architecture of a row."""
    arch = json.loads(row["arch"])
    cell = Cell.from_arch(arch)
    spec = ModelSpec(cell.matrix.tolist(), cell.ops)
    return [cell, arch, dict(reversed(arch.items())), row["arch"], f" '{row['hash']}'\n", spec]


def spec() -> Any:
    """A network that was trained, and its interface."""
    return ModelSpec([[0, 1], [0, 0]], ["input", "output"])


class TestConformance(Conformance):
    """All that is asked of every benchmark."""

    @pytest.fixture
    def guest(self) -> Guest:
        return Guest(
            name="nasbench101",
            query=query_nb101_trial_stats,
            positional=("arch", "num_epochs"),
            key="hash",
            forms=forms,
            absent="0" * 32,
            outside=("input,output", "0" * 31, {"input1": []}, 5, b"x", [], 1.5, True, object()),
            third="train_acc",
            faults={
                "accuracies of trials lie between 0 and 100": [
                    "UPDATE nb101trialstats SET valid_acc = 100.5 WHERE id = 7"
                ],
                "accuracies of intermediates lie between 0 and 100": [
                    "UPDATE nb101intermediatestats SET test_acc = 'good' WHERE trial_id = 5"
                ],
                "parameters and training times are not negative": [
                    "UPDATE nb101trialstats SET parameters = -1 WHERE id = 3"
                ],
                "every config has trials": [
                    "DELETE FROM nb101intermediatestats WHERE trial_id IN (4, 5, 6)",
                    "DELETE FROM nb101trialstats WHERE config_id = 2",
                ],
            },
            open_dropin=NASBench,
            dropin_words=(
                (lambda api: api.query(spec(), epochs=100), OutOfDomainError, "4, 12, 36, 108"),
            ),
            options=((("--hash", "0" * 32), {"hash": "0" * 32}),),
            gaps=dict.fromkeys(
                (
                    "test_a_metric_that_was_not_measured_is_told",
                    "test_spellings_are_forgiven",
                    "test_what_is_held_apart_but_not_together_is_told",
                    "test_wrong_words_are_told[a data set or task with a slip]",
                    "test_wrong_words_are_told[another data set or task]",
                    "test_wrong_words_are_told[a number for a data set or task]",
                ),
                Lacks,
            ),
        )
