"""Trained weights come out of a database into the network that they are of.

The archive is written by torch itself, in the layout of the published ones.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.raw import small_info, small_run

import nasbench_db
from nasbench_db import networks
from nasbench_db.errors import InvalidArchitecture, InvalidQuery, WrongWeights
from nasbench_db.nasbench201 import Cell
from nasbench_db.nasbench201.api import NASBench201API
from nasbench_db.natssss.cell import Cell as SizeCell

torch = pytest.importorskip("torch", reason="the extra torch is not installed")

ARCH = Cell.from_index(123)
OTHER = Cell.from_index(124)


def trained(dataset: str, seed: int, epochs: int, arch: Any = ARCH, **changes: Any) -> Any:
    """A training run with the weights that the seed draws."""
    network = arch.network(dataset=dataset, seed=seed + epochs)
    return small_run(
        dataset,
        seed,
        epochs,
        net_state_dict=network.state_dict(),
        arch_config={"channel": 16, "num_cells": 5, "arch_str": arch.arch_str, "class_num": 10},
        **changes,
    )


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive of one architecture; a run has weights of another."""
    folder = tmp_path_factory.mktemp("archive")
    full = small_info(
        123,
        ARCH.arch_str,
        trained("cifar10", 777, 200),
        trained("cifar10", 888, 200),
        trained("cifar100", 777, 200),
        {**trained("ImageNet16-120", 777, 200, OTHER)},
        small_run("cifar100", 999, 200),
        fidelity="full",
    )
    less = small_info(123, ARCH.arch_str, trained("cifar10", 777, 12), fidelity="less")
    torch.save({**full, **less}, folder / "000123-FULL.pth")
    return folder


@pytest.fixture(scope="module")
def database(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "weights.db"
    return nasbench_db.ingest("nasbench201", archive, path, progress=False).path


@pytest.fixture
def images() -> Any:
    return torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))


def logits_of(network: Any, images: Any) -> Any:
    with torch.no_grad():
        return network.eval().logits(images)


def test_get_net_param_loads_strictly(database: Path, images: Any) -> None:
    """Into what get_net_config gives; the logits are those of the network that was saved."""
    api = NASBench201API(database, verbose=False)
    network = networks.get_cell_based_tiny_net(api.get_net_config(123, "cifar10"))
    network.load_state_dict(api.get_net_param(123, "cifar10", 888, hp="200"), strict=True)
    saved = ARCH.network(seed=888 + 200)
    assert torch.equal(logits_of(network, images), logits_of(saved, images))


def test_one_call_builds_and_loads(database: Path, images: Any) -> None:
    """The longest training, or the one that is said; every form of an architecture."""
    with nasbench_db.connect("nasbench201", database) as db:
        for given, seed, chosen, expected in (
            (ARCH, 777, {}, 777 + 200),
            (ARCH.arch_str, 888, {"num_epochs": 200}, 888 + 200),
            (123, 777, {"num_epochs": 12}, 777 + 12),
            (ARCH.arch, None, {"num_epochs": 12}, 777 + 12),
        ):
            network = networks.load(db, given, "cifar10", seed, **chosen)
            saved = ARCH.network(seed=expected)
            assert torch.equal(logits_of(network, images), logits_of(saved, images))
        network = networks.load(db, ARCH, "CIFAR100", 777)
        assert logits_of(network, images).shape == (2, 100)
        mine = ARCH.network()
        assert mine.load(db, ARCH, "cifar10", 888) is mine
        saved = ARCH.network(seed=888 + 200)
        assert torch.equal(logits_of(mine, images), logits_of(saved, images))


def test_weights_that_there_are_not_are_refused_with_those_that_there_are(database: Path) -> None:
    with nasbench_db.connect("nasbench201", database) as db:
        with pytest.raises(InvalidQuery, match=r"num_epochs=12, seed=777; .*none is of .*seed=5"):
            networks.load(db, ARCH, "cifar10", 5)
        with pytest.raises(InvalidQuery, match="say which seed is meant"):
            networks.load(db, ARCH, "cifar10")
        with pytest.raises(InvalidQuery, match=r"none is of num_epochs=200, seed=999"):
            networks.load(db, ARCH, "cifar100", 999)
        with pytest.raises(InvalidQuery, match=r"has no weights of .*: ingest the archive"):
            networks.load(db, OTHER, "cifar10", 777)
        with pytest.raises(InvalidQuery, match="no data set called 'svhn'"):
            networks.load(db, ARCH, "svhn", 777)
        with pytest.raises(InvalidArchitecture):
            networks.load(db, "no cell", "cifar10", 777)


def test_weights_of_another_architecture_are_refused(database: Path) -> None:
    with nasbench_db.connect("nasbench201", database) as db:
        with pytest.raises(WrongWeights, match=r"is the first tensor that differs"):
            networks.load(db, ARCH, "ImageNet16-120", 777)
        with pytest.raises(WrongWeights, match=r"cells\.0\.layers"):
            OTHER.network().load(db, ARCH, "cifar10", 777)


def test_other_benchmarks_have_no_weights(built: Path) -> None:
    with (
        nasbench_db.connect("nasbench101", built) as db,
        pytest.raises(InvalidQuery, match="the database is one of nasbench101"),
    ):
        networks.load(db, ARCH, "cifar10", 777)


def test_weights_of_the_size_search_space(tmp_path: Path) -> None:
    cell = SizeCell.from_index(11)
    run = trained("cifar10", 777, 90, cell)
    folder = tmp_path / "NATS-sss-v1_0-50262-full"
    folder.mkdir()
    info = small_info(11, cell.arch_str, run, fidelity="90")
    info["90"]["all_results"]["cifar10", 777]["net_state_dict"] = run["net_state_dict"]
    torch.save(info, folder / "000011-FULL.pth")
    path = tmp_path / "sizes.db"
    nasbench_db.ingest("natssss", folder / "000011-FULL.pth", path, progress=False)
    with nasbench_db.connect("natssss", path) as db:
        network = networks.load(db, cell, "cifar10", 777)
    expected = cell.network(seed=777 + 90).state_dict()
    assert all(torch.equal(values, expected[n]) for n, values in network.state_dict().items())
