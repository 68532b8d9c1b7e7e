"""A simulator of parallel workers by others, driven with the numbers of a run."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from benchmark_simulator import AbstractAskTellOptimizer, ObjectiveFuncWrapper

from nasbench_db.simulation import Simulation, evaluated
from nasbench_db.store.database import BenchmarkDatabase

WORKERS, COUNT = 3, 40


class InOrder(AbstractAskTellOptimizer):
    """One cell after another, by its place."""

    def __init__(self) -> None:
        self.asked = 0
        self.told: list[int] = []

    def ask(self) -> tuple[dict[str, Any], None, None]:
        self.asked += 1
        return {"cell": self.asked - 1}, None, None

    def tell(self, eval_config: dict[str, Any], results: dict[str, float], **_: Any) -> None:
        self.told.append(eval_config["cell"])


@pytest.mark.filterwarnings("ignore:.*CPU:UserWarning:benchmark_simulator")
def test_its_clock_agrees_with_ours(db: BenchmarkDatabase, tmp_path: Path) -> None:
    """Which worker is done when, and with which value; it adds what asking really takes.

    Its other modes want a processor for each worker, and it warns in this one too.
    """
    alone = Simulation(num_epochs=108, repeat=0, db=db)
    cells = list(alone.space)

    def train(eval_config: dict[str, Any], **_: Any) -> dict[str, float]:
        done = alone.evaluate(cells[eval_config["cell"]])
        return {"loss": -done.score, "runtime": done.cost}

    wrapper = ObjectiveFuncWrapper(
        obj_func=train,
        ask_and_tell=True,
        n_workers=WORKERS,
        n_evals=COUNT,
        expensive_sampler=True,
        tmp_dir=str(tmp_path),
        save_dir_name="runs",
    )
    optimizer = InOrder()
    wrapper.simulate(optimizer)
    found = wrapper.get_results()
    together = Simulation(num_epochs=108, repeat=0, workers=WORKERS, db=db)
    done = list(islice(evaluated(together, ((cell, None) for cell in cells)), COUNT))
    assert optimizer.told == [one.number for one in done] != sorted(optimizer.told)
    assert found["worker_index"] == [one.worker for one in done]
    assert found["loss"] == [-one.score for one in done]
    assert found["cumtime"] == pytest.approx([one.time for one in done], abs=1)
