"""The size search space of NATS-Bench does what every benchmark does."""

import json
from typing import Any

import numpy as np
import pytest
from conformance import Conformance, Guest, Row

from nasbench_db import natsbench
from nasbench_db.natssss import Cell, query_natssss_trial_stats

TRIAL, CONFIG = "natsssstrialstats", "natsssstrialconfig"


def forms(row: Row) -> list[Any]:
    """Ways to name the architecture of a row."""
    cell = Cell.from_string(row["arch_str"])
    index, channels = row["arch_index"], list(cell.channels)
    return [
        *(cell, cell.arch_str, f" '{cell.arch_str}'\n", index, np.int64(index), str(index)),
        *(channels, tuple(channels), np.array(channels), json.dumps(channels)),
    ]


class TestConformance(Conformance):
    """All that is asked of every benchmark."""

    @pytest.fixture
    def guest(self) -> Guest:
        return Guest(
            name="natssss",
            query=query_natssss_trial_stats,
            positional=("arch", "num_epochs", "dataset"),
            key="arch_index",
            forms=forms,
            absent="64:64:64:64:64",
            outside=(
                *(-1, 32768, True, 1.5, "", "-1", "8:8:8:8", "8:8:8:8:9", "8:8:8:8:72", "32768"),
                *(b"8:8:8:8:8", "null", [], [8] * 4, [8] * 6, [8, 8, 8, 8, 9], ["8"] * 5),
                *({"0_1": "none"}, object()),
            ),
            third="train_acc",
            unmeasured=({"num_epochs": 90, "dataset": "cifar10"}, "valid_acc"),
            faults={
                "every config is of an architecture of the space": [
                    f"UPDATE {CONFIG} SET arch = '[8, 8, 8, 8, 8]' WHERE id = 1"
                ],
                "every architecture of the space is there": [
                    "DELETE FROM natssssarchitecture WHERE arch_index = 32766"
                ],
                "training times are the sums over the epochs": [
                    f"UPDATE {TRIAL} SET training_time = 1 WHERE id = 1"
                ],
                "accuracies of trials lie between 0 and 100": [
                    f"UPDATE {TRIAL} SET valid_acc = 101 WHERE id = 1"
                ],
            },
            open_dropin=lambda path: natsbench.create(path, "sss", verbose=False),
            dropin_words=(
                (lambda api: api.get_more_info(10, "mnist", hp="90"), KeyError, "cifar100"),
                (
                    lambda api: api.get_more_info(10, "cifar100", hp="100"),
                    KeyError,
                    "hp 01, 12, 90",
                ),
            ),
            options=(
                (("--arch", 10, "--dataset", "cifar10"), {"arch": 10, "dataset": "cifar10"}),
                (("--arch", "[8, 8, 8, 16, 24]"), {"arch": 10}),
                (("--seed", 888), {"seed": 888}),
            ),
            gaps={
                "test_nnis_database_of_it_is_taken_over": ModuleNotFoundError,
            },
        )
