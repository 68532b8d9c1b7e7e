"""Files told apart by their beginning."""

from __future__ import annotations

import gzip
import pickle
import shutil
import zipfile
from pathlib import Path
from typing import get_args

import pytest

import nasbench_db
from nasbench_db import SourceError
from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.formats.recognising import benchmark_of
from nasbench_db.formats.torch_writing import Layout
from nasbench_db.nasbench201 import synthetic as nasbench201
from nasbench_db.nasbench201.api import NASBench201API
from nasbench_db.nats.synthetic import write_nats
from nasbench_db.natssss.synthetic import SIZES
from nasbench_db.nds.synthetic import write_files
from nasbench_db.transnas101 import synthetic as transnas101


def test_each_benchmark_is_told(small_sources: dict[str, Path], tmp_path: Path) -> None:
    """Also compressed, and whatever the file is called."""
    for benchmark, source in small_sources.items():
        assert benchmark_of(source) == benchmark
        if source.is_file():
            assert benchmark_of(shutil.copyfile(source, tmp_path / "x")) == benchmark
    packed = tmp_path / "macro.gz"
    packed.write_bytes(gzip.compress(small_sources["nasbenchmacro"].read_bytes()))
    assert benchmark_of(packed) == "nasbenchmacro"
    with zipfile.ZipFile(small_sources["nlp"]) as archive:
        (tmp_path / "log").write_bytes(archive.read(archive.namelist()[0]))
    assert benchmark_of(tmp_path / "log") == "nlp"


@pytest.mark.parametrize("name", ["ResNeXt-A.json", "ResNet_reruns.json", "Vanilla.json"])
def test_files_and_archives_of_nds_are_told(name: str, tmp_path: Path) -> None:
    """By the keys of a job, or by the name of the first file."""
    write_files(tmp_path / "set", {name: 2}, epochs={"cifar10": 3})
    write_files(tmp_path / "data.zip", {name: 2}, epochs={"cifar10": 3})
    assert benchmark_of(tmp_path / "set" / name) == "nds"
    assert benchmark_of(tmp_path / "set") == "nds"
    assert benchmark_of(tmp_path / "data.zip") == "nds"
    with zipfile.ZipFile(tmp_path / "flat.bin", "w") as archive:
        archive.write(tmp_path / "set" / name, name)
    assert benchmark_of(tmp_path / "flat.bin") == "nds"
    (tmp_path / "empty").mkdir()
    assert benchmark_of(tmp_path / "empty") is None


def test_each_layout_is_told(tmp_path: Path) -> None:
    """Those of torch, and NATS-Bench's compressed pickles."""
    for layout in get_args(Layout):
        path = tmp_path / layout
        nasbench201.write_pth(path, [0], layout=layout)
        assert benchmark_of(path) == "nasbench201"
        transnas101.write_pth(path, ["64-1234-basic"], layout=layout)
        assert benchmark_of(path) == "transnas101"
    for space, benchmark in ((nasbench201.TOPOLOGIES, "nasbench201"), (SIZES, "natssss")):
        write_nats(tmp_path / benchmark, [0], space)
        assert benchmark_of(tmp_path / benchmark) == benchmark


@pytest.mark.parametrize("asked", BENCHMARKS)
def test_a_file_of_another_benchmark_is_refused_by_its_beginning(
    asked: str,
    small_sources: dict[str, Path],
    tmp_path: Path,
) -> None:
    """Before any reader sees it, with what to do; the two of NATS-Bench by their reader."""
    target = tmp_path / "x.db"
    pair = {"nasbench201", "natssss"}
    for benchmark, source in small_sources.items():
        if benchmark != asked:
            with pytest.raises(SourceError, match=f"ingest it as {benchmark}$") as caught:
                nasbench_db.ingest(asked, source, target, progress=False)
            early = f"is of {benchmark}, not of {asked}" in str(caught.value)
            assert early == ({benchmark, asked} != pair)
    assert not target.exists()


def test_a_drop_in_says_it_too(small_sources: dict[str, Path], tmp_path: Path) -> None:
    source = shutil.copyfile(small_sources["transnas101"], tmp_path / "NAS-Bench-201.pth")
    with pytest.raises(SourceError, match=r"ingest it as transnas101$"):
        NASBench201API(source, verbose=False)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"meta_archs |none~0|",
        b"\x80\x04N.",
        b"BZh9 no archive",
        b"\x1f\x8b no archive",
        gzip.compress(b"{}" * 9, mtime=0)[:10] + b"\xff" * 20,  # no stream follows
        bytes(64),
        b'{"a": 1}',
        pickle.dumps({"metrics_dict": 1}),
        pickle.dumps({"12": {"arch_str": "|none~0|"}}),
    ],
)
def test_what_does_not_tell_is_left_to_the_readers(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert benchmark_of(path) is None
    assert benchmark_of(tmp_path) is None
    assert benchmark_of(tmp_path / "absent") is None
