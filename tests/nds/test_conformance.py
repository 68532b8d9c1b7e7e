"""NDS does what every benchmark does, but for what was never recorded."""

import json
from typing import Any

import pytest
from conformance import Conformance, Guest, Lacks, Row

from nasbench_db import InvalidQuery
from nasbench_db.nds import AnyNet, Cell, query_nds_trial_stats

TRIAL, CONFIG = "ndstrialstats", "ndstrialconfig"
POINT = "ndsintermediatestats"


def forms(row: Row) -> list[Any]:
    """Ways to name the architecture of a row."""
    arch = json.loads(row["arch"])
    cell = Cell.parse(arch)
    nni = {
        "model_family": cell.model_family,
        "model_spec": cell.model_spec,
        "cell_spec": cell.cell_spec,
    }
    backwards = dict(reversed(arch.items()))
    return [
        *(cell, arch, backwards, nni, json.dumps(arch), f" {json.dumps(nni)}\n"),
        *(row["arch_hash"], f"'{row['arch_hash']}'"),
    ]


class TestConformance(Conformance):
    """All that is asked of every benchmark."""

    @pytest.fixture
    def guest(self) -> Guest:
        return Guest(
            name="nds",
            query=query_nds_trial_stats,
            positional=(
                *("model_family", "proposer", "generator", "model_spec", "cell_spec"),
                "dataset",
            ),
            key="arch_hash",
            forms=forms,
            absent=AnyNet("vanilla", [1, 7, 7, 7], [16, 8, 24, 40], [1, 1, 2, 2]),
            outside=(
                *(-1, 0, True, 1.5, "", "x" * 32, b"0" * 32, "null", [], {}, object()),
                *({"block_type": "dense"}, {"genotype": {}}, {"model_family": "x"}, "[1]"),
                {"model_family": "vanilla", "model_spec": {"ds": [1]}},
            ),
            third="iter_time",
            on_curves="test_acc",
            faults={
                "accuracies and errors of trials lie between 0 and 100": [
                    f"UPDATE {TRIAL} SET final_test_acc = -1 WHERE id = 1"
                ],
                "accuracies of intermediates lie between 0 and 100": [
                    f"UPDATE {POINT} SET train_acc = 101 WHERE trial_id = 2"
                ],
                "losses, sizes and times are not negative": [
                    f"UPDATE {TRIAL} SET iter_time = -1 WHERE id = 1"
                ],
                "every config has trials": [f"DELETE FROM {TRIAL} WHERE config_id = 2"],
                "every trial has an intermediate for each of its epochs": [
                    f"DELETE FROM {POINT} WHERE trial_id = 3 AND current_epoch = 2"
                ],
                "the best values are those of the best intermediates": [
                    f"UPDATE {TRIAL} SET best_train_loss = 0 WHERE id = 2"
                ],
                "the recorded lowest error is that of the best test accuracy": [
                    f"UPDATE {TRIAL} SET min_test_top1 = min_test_top1 + 0.01 WHERE id = 2"
                ],
                "a trial stands where it says": [
                    f"UPDATE {TRIAL} SET sweep = 'ResNet_rng3' WHERE id = 1"
                ],
                "every architecture is one of the search spaces": [
                    f"UPDATE {CONFIG} SET model_spec = '{{}}' WHERE id = 1"
                ],
                "parameters and FLOPs are those of the network, where they can be counted": [
                    f"UPDATE {TRIAL} SET parameters = 1 WHERE id = 1"
                ],
            },
            options=(
                (("--model-family", "vanilla"), {"model_family": "vanilla"}),
                (("--proposer", "DARTS"), {"proposer": "darts"}),
                (("--generator", "tune-lr-wd"), {"generator": "tune_lr_wd"}),
                (("--cell-spec", "{}"), {"cell_spec": {}}),
                (("--sweep", "ResNet_rng2"), {"sweep": "ResNet_rng2"}),
                (("--sweep-group", "mid"), {"sweep_group": "mid"}),
                (("--dataset", "imagenet"), {"dataset": "imagenet"}),
            ),
            # There is no validation split, and no original interface.
            gaps={
                "test_wrong_words_to_the_original_interface_are_told": Lacks,
                "test_select_on_validation_and_report_on_test": InvalidQuery,
                "test_a_metric_that_was_not_measured_is_told": Lacks,
            },
        )
