"""The package's real numbers: each is its source's, and what is wrong with a file is told."""

from __future__ import annotations

import csv
import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasbench_db import SourceError
from nasbench_db.architectures.topology import official_order
from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.nasbench101 import means as means101
from nasbench_db.nasbench201 import means as means201
from nasbench_db.nasbench201 import sample as sample201
from nasbench_db.nasbenchmacro import sample as macro
from nasbench_db.nlp import sample as nlp
from nasbench_db.sources import packaged
from nasbench_db.sources.packaged import NOTICE, Packaged, write_columns
from nasbench_db.transnas101 import sample as sample_tasks
from nasbench_db.transnas101.layout import official_like_order

PROJECT = Path(__file__).parents[2]

HASHES = {
    sample201.SHORT: {
        "cifar10 ori-test": "9903b88e31c061756a7b01ab66329f802e1945a11f2a603c9b5610b654b8051e",
        "cifar100 x-valid": "41fc07bc343d1e23a070f70062694cbd148e544d6176dfea918ecf47cc00da7d",
        "cifar100 x-test": "31e4733823370b1ca26e43d67a095e78992894d8f227d059b1593db66f9af92d",
        "imagenet16-120 x-valid": (
            "daab59922a67972fc98e9511a6e5255195d97661f864439da7faf00b7440b3fe"
        ),
        "imagenet16-120 x-test": (
            "a3ee831279c2bcfd8d4b8d98f85ab76ef98ff265dd42bc613372d87c3558b160"
        ),
    },
    sample201.LONG: {
        "cifar10-valid ori-test": (
            "434f3339dc5ad946e678b9e1bcf1f7c8e3ba55fcdc3f3cd69e953ba88f2d95dd"
        ),
        "cifar100 x-test": "7d2f184bbbc69caf77e1c8d60502a87dd104a1f5ff3debe12624a191b6ffc8fb",
        "imagenet16-120 x-test": (
            "e912d343753161eba8eaaae070e5295014759a118dd268f6f25bdd488da585b4"
        ),
    },
    means201.MEANS: {
        "cifar10": "89f2ab33c1367bb8679d783406686888cc9332d8d55d3fcd4a7c1c613ac11a4a",
        "cifar100": "78d736f0472f7fcb47fb604fcf4291c8260a4a3d94fb4557aca3cbd1bc2bc120",
        "imagenet16-120": "064ef618a8d1cdc5bc8e4195f4cef63e2020aafe518200ef2588e73a4b3548c4",
    },
    sample_tasks.SCORES: {
        "class_scene valid_top1": (
            "b853e64ddb5035318e3043a7d2f9d736d6d88366d816b318bfb3d32f9b010d42"
        ),
        "class_object valid_top1": (
            "d2e4591b393b98097c96360a2d80bcf855b979df260d608783e67f84101deeb3"
        ),
        "room_layout valid_neg_loss": (
            "091e4e079a186415e3eb52e68347e459cd63ce0a809bec01360168dcec27a97f"
        ),
        "jigsaw valid_top1": "5272656f6c0099dd2b1bb4c56d14596e40ba90b47444255e90f1fbdaf60e3654",
        "segmentsemantic valid_acc": (
            "423f6c870466538188e4b03e881ac5a86984f237f07d50bf1175e5cd0f044fb2"
        ),
        "normal valid_ssim": "1f3283cc861908a33703cadfcef921d443ed598c99dcea1a0ea111c6b4bd21eb",
        "autoencoder valid_ssim": (
            "1ce2bb2918dbf547d41df7eaf761b601ebed97f7f585269c2f71ae8ad4b243ec"
        ),
    },
    macro.WHOLE: {
        "test_acc 0": "2d3cff54ef5d997bd175da32196751c1b21ed1e086cac0f28d7dd893b7859de7",
        "test_acc 1": "36f8dd0217264becc37e809123d21a307ec1ad0fb370be5edce9fda886164901",
        "test_acc 2": "6afc10671746350a44fc99b942f8454105bae2faa2c4e7eac7f17a2f976b34a8",
        "params": "fba94f246486bce8734509d9369caf3dc7888499fdcb4ea19d7596cae1e7c529",
        "flops": "460ab09902ac3513e3c842b63c28390650a385bfd79473fdb9c0346a6dc896a0",
    },
    nlp.LOGS: {
        "trained_epochs": "e975477b22d0a0933e757695a3f040325bd635fb90e1178ab70906568e1f5ecd",
        "recepie_id": "76764f7ef62cac3b0b784da6b7167c452128cdba88b548ab2a81d5ef9abcbb9e",
        "experiment_id": "f1b0e182c8cb00df5ffb4bc2374e1412806a3b9155de5e37192086b5299f6ca6",
        "num_params": "31200f654700ea02df0d79892c31071d086308ad47f40220a59646d4d55ab6a9",
        "wall_times": "676255e48ead2daf84f087d5e93e5a4f7e731c2b01cf48c1618e5950d2f7e913",
        "train_losses": "3710508da0bae01933a39427f1f01dac9aac1b40c6b3dea94cf11c6209b04d91",
        "val_losses": "f49cc1943442314211d59c07e343f081e54b3eaf4915e3239bbca46e3658093a",
        "test_losses": "23e00be0ca51d22407a45139aac1e3f54e255b98e92aafbb79c749aa6dcda2a6",
    },
    means101.MEANS: {
        "correct of 29952": "b274fc12f0d9b838a8eb57d13b85f91c5921e0cd309c418b3825bd5c800fc6d2",
    },
}
"""SHA-256 of each column as little-endian doubles, computed from the published tables."""


def digest(values: list[float]) -> str:
    return hashlib.sha256(np.array(values, dtype="<f8").tobytes()).hexdigest()


@pytest.mark.parametrize("file", HASHES, ids=lambda file: file.name)
def test_every_number_is_the_published_one(file: Packaged) -> None:
    columns = file.columns()
    found = {name: digest(list(map(float, columns[name]))) for name in HASHES[file]}
    assert found == HASHES[file]
    assert file is nlp.LOGS or set(columns) == set(found)  # the logs have texts too


def rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", newline="") as file:
        return list(csv.DictReader(file))


def test_the_hashes_are_those_of_the_tables(data: Path) -> None:
    """A column of each table, in the order that the table has not."""
    tables = data / "tables"
    order = [cell.arch_str for cell in official_order()]
    short = {row["cellstr"]: row for row in rows(tables / "nasbench201_12_epochs_mini.csv.gz")}
    long = {row["arch"]: row for row in rows(tables / "nasbench201_200_epochs_seed888.csv.gz")}
    tasks = {row["arch"]: row for row in rows(tables / "transnas101_final_valid.csv.gz")}
    columns = {
        (sample201.SHORT, "imagenet16-120 x-valid"): [short[a]["imagenet-val"] for a in order],
        (sample201.SHORT, "cifar10 ori-test"): [short[a]["cifar10-test"] for a in order],
        (sample201.LONG, "cifar10-valid ori-test"): [
            long[a]["cifar10-valid_ori-test"] for a in order
        ],
        (sample201.LONG, "imagenet16-120 x-test"): [
            long[a]["ImageNet16-120_x-test"] for a in order
        ],
        (sample_tasks.SCORES, "room_layout valid_neg_loss"): [
            tasks[a]["room_layout"] for a in official_like_order()
        ],
        (means201.MEANS, "cifar100"): [
            row["accuracy"]
            for row in rows(tables / "nats_tss_200_epochs_mean_test_acc_cifar100.csv.gz")
        ],
    }
    for (file, name), texts in columns.items():
        assert digest([float(text) for text in texts]) == HASHES[file][name], name
    with gzip.open(tables / "nasbench101_108_epochs_mean_test_acc.u16.gz") as packed:
        published = np.frombuffer(packed.read(), "<u2")
    (counts,) = means101.MEANS.numbers().values()
    assert np.array_equal(np.sort(published), np.sort(np.array(counts, dtype="<u2")))


FLOATS = st.floats(allow_nan=False)


@settings(max_examples=20, deadline=None)  # the compressor takes memory each time
@given(st.lists(FLOATS), st.lists(st.integers(0, 1 << 16)))
def test_numbers_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, floats: list[float], integers: list[int]
) -> None:
    path = tmp_path_factory.getbasetemp() / "columns.csv.xz"
    write_columns(path, {"a b": floats, "c": integers})

    found = Packaged("nasbench101", str(path)).numbers()
    assert list(found) == ["a b", "c"]
    assert [struct.pack("<d", x) for x in found["a b"]] == [struct.pack("<d", x) for x in floats]
    assert found["c"] == integers


def test_a_file_that_is_missing_or_damaged_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packaged, "__file__", str(tmp_path / "sources" / "packaged.py"))
    file = Packaged("nasbench201", "some.csv.xz")
    with pytest.raises(SourceError, match=r"lacks its file nasbench201/some\.csv\.xz.*install"):
        file.columns()
    (tmp_path / "nasbench201").mkdir()
    whole = sample201.SHORT
    place = tmp_path / "nasbench201" / "some.csv.xz"
    monkeypatch.undo()
    content = whole.path.read_bytes()
    monkeypatch.setattr(packaged, "__file__", str(tmp_path / "sources" / "packaged.py"))
    for damaged in (content[:-100], b"x" + content[1:], content[:9000] + b"?" + content[9001:]):
        place.write_bytes(damaged)
        with pytest.raises(SourceError, match=r"some\.csv\.xz is damaged"):
            file.columns()


@pytest.mark.parametrize("name", [n for n, b in BENCHMARKS.items() if b.schema.sampled])
def test_source_and_licence_lie_beside_every_file(name: str) -> None:
    folder = Path(packaged.__file__).parents[1] / name
    notice = (folder / NOTICE).read_text(encoding="utf-8")
    files = [*folder.glob("*.xz"), *folder.glob("*.tfrecord")]
    assert files
    for file in files:
        assert file.name in notice
    for wanted in ("https://github.com/", "Copyright"):
        assert wanted in notice
    assert ("MIT License" in notice) == ("Permission is hereby granted" in notice)
    if "Apache License" in notice:
        assert (PROJECT / "licences" / "Apache-2.0.txt").exists()


def test_all_files_together_are_small() -> None:
    package = Path(packaged.__file__).parents[1]
    files = [*package.rglob("*.xz"), *package.rglob("*.tfrecord")]
    assert sum(file.stat().st_size for file in files) < 2_500_000
