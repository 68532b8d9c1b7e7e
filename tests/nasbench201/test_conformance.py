"""NAS-Bench-201 does what every benchmark does."""

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conformance import Conformance, Guest, Row, ServedConformance

from nasbench_db.architectures.edges import EDGES
from nasbench_db.nasbench201 import Cell, official_order, query_nb201_trial_stats
from nasbench_db.nasbench201.api import NASBench201API

TRIAL, POINT, CONFIG = "nb201trialstats", "nb201intermediatestats", "nb201trialconfig"


def forms(row: Row) -> list[Any]:
    """Ways to name the architecture of a row."""
    cell = Cell.from_string(row["arch_str"])
    index = row["arch_index"]
    structure = f"Structure(4 nodes with {cell.arch_str})"
    return [
        *(cell, cell.arch, dict(reversed(cell.arch.items())), json.dumps(cell.arch)),
        {f"{u}_{v}": op for (u, v), op in zip(EDGES, cell.ops, strict=True)},
        *(cell.arch_str, f" '{cell.arch_str}'\n", structure, json.dumps(cell.arch_str)),
        *(np.int64(index), np.uint8(index), str(index), index),
        *(list(cell.ops), json.dumps(cell.ops), cell.matrix),
        [op.removeprefix("nor_") for op in cell.ops],
        SimpleNamespace(tostr=lambda: cell.arch_str),
    ]


CELL = official_order()[11]


class TestConformance(Conformance):
    """All that is asked of every benchmark."""

    @pytest.fixture(autouse=True)
    def without_published_means(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The numbers of the small database are not the published ones, and it does not say so."""
        none = SimpleNamespace(test_acc={})
        monkeypatch.setattr("nasbench_db.nasbench201.verify.published_means", lambda: none)

    @pytest.fixture
    def guest(self) -> Guest:
        return Guest(
            name="nasbench201",
            query=query_nb201_trial_stats,
            positional=("arch", "num_epochs", "dataset"),
            key="arch_index",
            forms=forms,
            absent=5,
            outside=(
                *(-1, 15625, np.int64(15625), 1 << 70, True, 1.5, b"x", "", "-1", "15625", "null"),
                *("|none~0|", "true", "1.5", "[0, 1]", "[3, 3, 4, 0, 3, 4]", '{"0_1": "none"}'),
                *(object(), [], [0] * 5, [0] * 7, [5] * 6, ["none"] * 5, {}, {"0_1": "none"}),
                *({**CELL.arch, "0_1": "conv_5x5"}, {**CELL.arch, "4_5": "none"}, CELL.matrix.T),
                *(CELL.arch_str.replace("none", "zero"), CELL.op_indices),
                np.array(CELL.op_indices),
            ),
            third="train_acc",
            unmeasured=({"num_epochs": 200, "dataset": "cifar10"}, "valid_acc"),
            faults={
                "accuracies of trials lie between 0 and 100": [
                    f"UPDATE {TRIAL} SET ori_test_acc = 'good' WHERE id = 3"
                ],
                "accuracies of intermediates lie between 0 and 100": [
                    f"UPDATE {POINT} SET valid_acc = -0.5 WHERE trial_id = 3 AND current_epoch = 5"
                ],
                "every config has trials": [
                    f"DELETE FROM {POINT} WHERE trial_id IN "
                    f"(SELECT id FROM {TRIAL} WHERE config_id = 1)",
                    f"DELETE FROM {TRIAL} WHERE config_id = 1",
                ],
            },
            open_dropin=lambda path: NASBench201API(path, verbose=False),
            dropin_words=(
                (lambda api: api.get_more_info(10, "mnist", hp="200"), KeyError, "cifar100"),
                (lambda api: api.get_more_info(10, "cifar100", hp="100"), KeyError, "hp 12, 200"),
            ),
            options=(
                (("--arch", 10, "--dataset", "ImageNet16-120"), {"arch": 10, **IMAGES}),
                (("--arch", CELL.arch_str), {"arch": 11}),
                (("--arch", json.dumps(official_order()[20].arch)), {"arch": 20}),
                (("--seed", 888), {"seed": 888}),
                (("--arch", 10, "--isomorphism"), {"arch": 10}),
            ),
        )


IMAGES = {"dataset": "imagenet16-120"}


class TestOnAServer(ServedConformance):
    """The same over PostgreSQL."""

    guest = TestConformance.guest
