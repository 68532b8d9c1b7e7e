"""What the tests of TransNAS-Bench-101 share: a small database, and one of an odd file."""

import copy
import math
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support.tasks import MACRO, MICRO, Content, ingest

import nasbench_db
from nasbench_db import SourceWarning
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.transnas101.synthetic import made_up


@pytest.fixture(scope="session")
def content() -> Content:
    """The content of a small file; copy it before you change it."""
    return made_up([*MACRO, *MICRO])


@pytest.fixture(scope="session")
def odd() -> Content:
    """A content with whatever a file may have and the published one is not said to have."""
    content = copy.deepcopy(made_up([*MACRO[:2], *MICRO[:2]]))
    macro, micro = content["data"]["macro"], content["data"]["micro"]
    # Values that are no floating-point numbers, or none that a column of SQLite has.
    first = macro[MACRO[0]]["class_scene"]["metrics"]
    first["train_loss"][:5] = [math.nan, -0.0, 0.0, math.inf, -math.inf]
    first["valid_loss"][-1] = math.nan
    first["train_top1"][:3] = [50, 10**400, True]
    first["valid_top1"][:3] = [np.float64(50.5), np.float32(0.1), np.int64(7)]
    first["time_elapsed"] = [f"0{epoch // 60}:{epoch % 60:02d}:59" for epoch in range(25)]
    first["train_top5"] = tuple(first["train_top5"])
    macro[MACRO[0]]["room_layout"]["metrics"]["train_neg_loss"][:2] = [-0.0, -1e-320]
    macro[MACRO[0]]["normal"]["metrics"]["train_ssim"][3] = None
    macro[MACRO[0]]["normal"]["metrics"]["valid_ssim"] = [math.nan] * 30
    # Metrics that are not known, not listed, absent, empty, shorter and longer.
    content["metrics_dict"]["jigsaw"] += ["valid_beauty", "aside"]
    for archs in (macro, micro):
        for number, training in enumerate(archs.values()):
            metrics = training["jigsaw"]["metrics"]
            metrics["valid_beauty"] = [0.5, number, math.nan, math.inf, None, "x", *[1.5] * 4]
            metrics["aside"] = [2.0] * 10
    macro[MACRO[0]]["jigsaw"]["metrics"]["aside"] = []
    del macro[MACRO[1]]["jigsaw"]["metrics"]["valid_beauty"]
    macro[MACRO[1]]["jigsaw"]["metrics"]["secret"] = [1.0] * 10
    macro[MACRO[1]]["class_object"]["metrics"]["test_loss"] = [0.5, 0.25]
    macro[MACRO[1]]["class_object"]["metrics"]["test_top1"] += [99.0]
    macro[MACRO[1]]["class_object"]["metrics"]["valid_loss"] = []
    macro[MACRO[1]]["autoencoder"] = {"total_epochs": 0, "model_info": {}, "metrics": {}}
    # What is known without training: more, less, and other than numbers.
    content["info_names"].append("colour")
    info = micro[MICRO[0]]["class_object"]["model_info"]
    info.update(colour="green", model_params=10**18 + 1, inference_time=math.nan)
    del info["encoder_params"]
    # Trainings that are absent, or for a task that is not listed; others' architectures.
    del micro[MICRO[1]]["segmentsemantic"]
    micro[MICRO[1]]["depth"] = copy.deepcopy(micro[MICRO[1]]["jigsaw"])
    content["data"]["nano"] = {"32-1111-basic": copy.deepcopy(macro[MACRO[0]])}
    micro["resnet50"] = {"normal": copy.deepcopy(micro[MICRO[0]]["normal"])}
    macro["64-4-none"] = {}
    content["version"] = "v1"
    return content


@pytest.fixture(scope="session")
def built(content: Content, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of ``content``; copy it before you change it."""
    return ingest(content, tmp_path_factory.mktemp("transnas101") / "small.db")


@pytest.fixture(scope="session")
def built_odd(odd: Content, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of ``odd``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SourceWarning)
        return ingest(odd, tmp_path_factory.mktemp("transnas101") / "odd.db")


@pytest.fixture
def copied(built: Path, tmp_path: Path) -> Path:
    """A copy of ``built`` that a test may change."""
    path = tmp_path / "copy.db"
    shutil.copyfile(built, path)
    return path


@pytest.fixture
def db(built: Path) -> Iterator[BenchmarkDatabase]:
    """A handle on ``built``, connected."""
    database = nasbench_db.connect("transnas101", built)
    yield database
    database.close()
