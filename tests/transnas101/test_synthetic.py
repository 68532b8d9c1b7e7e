"""Generated files have the layout of the published one."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.learning import predicted, spearman
from support.tasks import MACRO, MICRO, Content

from nasbench_db.formats import torch_files
from nasbench_db.store.building import SYNTHETIC_KEY
from nasbench_db.transnas101.cell import Cell, enumerate_cells
from nasbench_db.transnas101.constants import MAX_MODULES, MODULES
from nasbench_db.transnas101.layout import EPOCHS, INFO_NAMES, METRICS_DICT
from nasbench_db.transnas101.synthetic import DIVERGED, features_of_modules, made_up, write_pth


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


def one_hot(cell: Cell) -> np.ndarray:
    """The operations of a micro cell, or the kinds of a macro architecture's modules."""
    if cell.search_space == "micro":
        return cell.one_hot.ravel()
    kinds = np.zeros((MAX_MODULES, len(MODULES) + 1))
    for place, module in enumerate(cell.macro_code):
        kinds[place, int(module)] = 1
    return kinds.ravel()


@pytest.fixture(scope="module", params=["macro", "micro"])
def trained(request: pytest.FixtureRequest) -> tuple[np.ndarray, dict[str, dict[str, Any]]]:
    """The encodings of 2,000 architectures, and by task the curves, an array for each metric."""
    cells = list(enumerate_cells(request.param))
    cells = [cells[i] for i in np.random.default_rng(0).permutation(len(cells))[:2000]]
    data = made_up([cell.arch_str for cell in cells])["data"][request.param].values()
    tasks = ("class_object", "normal", "room_layout")
    curves = {
        task: {
            name: np.array([results[task]["metrics"][name] for results in data])
            for name in METRICS_DICT[task]
        }
        for task in tasks
    }
    return np.array([one_hot(cell) for cell in cells]), curves


def test_a_linear_model_learns_the_scores(
    trained: tuple[np.ndarray, dict[str, dict[str, Any]]],
) -> None:
    """Of 1,000 architectures, for 1,000 others, in each task."""
    encodings, curves = trained
    for task, name in (("class_object", "top1"), ("normal", "ssim"), ("room_layout", "loss")):
        r_squared, rank = predicted(encodings, curves[task][f"valid_{name}"][:, -1])
        assert 0.6 < r_squared < 0.95
        assert 0.8 < rank < 0.97


def test_early_epochs_rank_architectures_less_well(
    trained: tuple[np.ndarray, dict[str, dict[str, Any]]],
) -> None:
    """Tasks and splits are alike, but not the same."""
    _, curves = trained
    valid = curves["class_object"]["valid_top1"]
    alike = [spearman(valid[:, epoch - 1], valid[:, -1]) for epoch in (1, 4, 12, 25)]
    assert alike == sorted(alike)
    assert alike[1] == pytest.approx(0.9, abs=0.04)
    assert 0.97 < spearman(curves["class_object"]["test_top1"][:, -1], valid[:, -1]) < 0.999
    assert 0.7 < spearman(curves["normal"]["valid_ssim"][:, -1], valid[:, -1]) < 0.97


def test_curves_are_plausible(trained: tuple[np.ndarray, dict[str, dict[str, Any]]]) -> None:
    """They rise, are best on training images, and bigger networks take longer."""
    _, curves = trained
    found = curves["class_object"]
    assert (found["valid_top1"][:, -1] > found["valid_top1"][:, 0]).all()
    assert (np.diff(found["valid_top1"].mean(axis=0)) > 0).all()
    assert (np.diff(curves["room_layout"]["valid_loss"].mean(axis=0)) < 0).all()
    assert found["train_top1"][:, -1].mean() > found["valid_top1"][:, -1].mean() + 1
    assert found["valid_top1"].min() >= 0
    assert found["valid_top1"].max() < 100


def test_features_of_known_modules() -> None:
    """Of ``64-1234-basic`` the second module widens, the third reduces, the fourth does both."""
    assert features_of_modules(Cell.from_string("64-1234-basic")) == {
        "modules": 4,
        "widening": 2,
        "early_widening": pytest.approx(2 / 3),
        "reducing": 2,
        "late_reducing": pytest.approx(5 / 3),
    }


def test_more_parameters_take_longer() -> None:
    data = made_up(["64-1114-basic", "64-4441-basic"])["data"]["macro"].values()
    small, large = (results["jigsaw"] for results in data)
    assert small["model_info"]["encoder_params"] < large["model_info"]["encoder_params"]
    assert small["metrics"]["time_elapsed"][-1] < large["metrics"]["time_elapsed"][-1]
