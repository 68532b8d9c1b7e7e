"""Generated files have the layout of the published one."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.tasks import MACRO, MICRO, Content

from nasbench_db.formats import torch_files
from nasbench_db.store.building import SYNTHETIC_KEY
from nasbench_db.transnas101.layout import EPOCHS, INFO_NAMES, METRICS_DICT
from nasbench_db.transnas101.synthetic import DIVERGED, made_up, write_pth


def test_the_items_are_those_of_the_published_file(content: Content) -> None:
    assert list(content) == [
        *(SYNTHETIC_KEY, "metrics_dict", "info_names", "task_list", "data"),
    ]
    assert content["task_list"] == [
        *("class_scene", "class_object", "room_layout", "jigsaw"),
        *("segmentsemantic", "normal", "autoencoder"),
    ]
    assert content["metrics_dict"]["class_object"] == [
        *("train_top1", "train_top5", "train_loss", "valid_top1", "valid_top5", "valid_loss"),
        *("test_top1", "test_top5", "test_loss", "time_elapsed"),
    ]
    assert content["metrics_dict"]["room_layout"] == [
        *("train_loss", "train_neg_loss", "valid_loss", "valid_neg_loss"),
        *("test_loss", "test_neg_loss", "time_elapsed"),
    ]
    assert content["info_names"] == INFO_NAMES
    assert list(content["data"]) == ["macro", "micro"]


def test_every_training_is_whole_and_plausible(content: Content) -> None:
    """A value for each epoch, between the limits, that gets better; one fails."""
    for archs in content["data"].values():
        for arch, results in archs.items():
            assert list(results) == content["task_list"]
            for task, training in results.items():
                assert list(training) == ["total_epochs", "model_info", "metrics"]
                assert list(training["metrics"]) == METRICS_DICT[task]
                assert list(training["model_info"]) == INFO_NAMES
                assert training["total_epochs"] == EPOCHS[task]
                for name, curve in training["metrics"].items():
                    assert len(curve) == EPOCHS[task]
                    assert {type(value) for value in curve} == {float}
                    fails = (arch, task) == (DIVERGED, "autoencoder") and "l1" in name
                    assert np.isnan(curve).sum() == (len(curve) - 1 if fails else 0)
                assert (np.diff(training["metrics"]["time_elapsed"]) > 0).all()
    metrics = content["data"]["micro"]["64-41414-3_33_333"]["class_object"]["metrics"]
    assert metrics["valid_top1"][-1] > metrics["valid_top1"][0]
    assert metrics["valid_loss"][-1] < metrics["valid_loss"][0]


def test_the_same_seed_gives_the_same_values() -> None:
    assert repr(made_up(MACRO)) == repr(made_up(MACRO))
    assert repr(made_up(MACRO)) != repr(made_up(MACRO, seed=1))


@pytest.mark.parametrize("layout", ["legacy", "zip"])
def test_files_contain_it(layout: Any, tmp_path: Path, content: Content) -> None:
    write_pth(tmp_path / "x.pth", [*MACRO, *MICRO], layout=layout)
    assert repr(torch_files.load(tmp_path / "x.pth")) == repr(content)
