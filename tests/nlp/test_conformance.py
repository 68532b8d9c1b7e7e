"""NAS-Bench-NLP does what every benchmark does."""

import json
from typing import Any

import pytest
from conformance import Conformance, Guest, Lacks, Row

from nasbench_db.nlp import Cell, query_nlp_trial_stats

TRIAL, CONFIG, POINT = "nlptrialstats", "nlptrialconfig", "nlpintermediatestats"


def forms(row: Row) -> list[Any]:
    """Ways to name the architecture of a row."""
    arch = json.loads(row["arch"])
    cell = Cell.from_arch(arch)
    return [
        *(cell, cell.canonical(), arch, dict(reversed(arch.items())), row["arch"]),
        *(cell.recipe, cell.canonical().recipe, json.dumps(cell.recipe), f" '{row['hash']}'\n"),
    ]


class TestConformance(Conformance):
    """All that is asked of every benchmark."""

    @pytest.fixture
    def guest(self) -> Guest:
        return Guest(
            name="nlp",
            query=query_nlp_trial_stats,
            positional=("arch", "dataset"),
            key="hash",
            forms=forms,
            absent="0" * 32,
            outside=(
                "lstm",
                "",
                "0" * 31,
                {},
                {"f": 1},
                {"f_op": "linear"},
                7,
                b"x",
                [],
                object(),
            ),
            third="train_loss",
            faults={
                "losses and times are at least 0": [
                    f"UPDATE {POINT} SET test_loss = -1 WHERE trial_id = 5 AND current_epoch = 2"
                ],
                "every config has a trial": [
                    f"DELETE FROM {POINT} WHERE trial_id IN (4, 5, 6)",
                    f"DELETE FROM {TRIAL} WHERE config_id = 2",
                ],
                "a trial that is OK has all of its epochs, and others no losses after the last": [
                    f"UPDATE {CONFIG} SET num_epochs = 13 WHERE id = 3"
                ],
                "the intermediates of a trial are its epochs from the first on": [
                    f"DELETE FROM {POINT} WHERE trial_id = 3 AND current_epoch = 4"
                ],
                "every trial's last intermediate equals its final values": [
                    f"UPDATE {TRIAL} SET training_time = training_time / 2 WHERE id = 3"
                ],
                "its best epoch is the first with the lowest validation loss": [
                    f"UPDATE {TRIAL} SET best_epoch = 1 WHERE id = 3"
                ],
                "a perplexity is the exponential of its loss": [
                    f"UPDATE {TRIAL} SET test_perplexity = test_perplexity + 1 WHERE id = 3"
                ],
                "every architecture is one of the search space": [
                    f"UPDATE {CONFIG} SET hash = '{'0' * 32}' WHERE id = 3"
                ],
                "parameters are those of the network, with one vocabulary for each data set": [
                    f"UPDATE {TRIAL} SET parameters = parameters + 1 WHERE id = 3"
                ],
            },
            options=(
                (
                    ("--dataset", "ptb", "--reduction", "mean"),
                    {"dataset": "ptb", "reduction": "mean"},
                ),
                (
                    ("--status", "OK", "--recipe-id", 1000001),
                    {"status": "OK", "recipe_id": 1000001},
                ),
            ),
            gaps=dict.fromkeys(
                (
                    "test_a_metric_that_was_not_measured_is_told",
                    "test_wrong_words_to_the_original_interface_are_told",
                ),
                Lacks,
            ),
        )
