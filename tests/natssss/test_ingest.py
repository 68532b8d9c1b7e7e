"""Ingestion of the size search space: what stands in the sources stands in the database."""

import bz2
import contextlib
import hashlib
import pickle
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.raw import (
    Record,
    architectures,
    expected,
    small_info,
    small_run,
    stored,
    stored_weights,
    whole,
)

import nasbench_db
from nasbench_db import SourceError, SourceWarning
from nasbench_db.nasbench201.synthetic import TOPOLOGIES, write_archive, write_pth
from nasbench_db.nats.synthetic import write_nats, write_nats_folder
from nasbench_db.natssss.synthetic import SIZES, size_record
from nasbench_db.store.building import Report

Writer = Callable[..., Path]
REAL = "NATS-sss-v1_0-50262-simple"


def ingest(sources: Any, path: Path, **options: Any) -> Report:
    """Ingest without a progress bar."""
    return nasbench_db.ingest("natssss", sources, path, progress=False, **options)


def test_a_nats_file_comes_out_value_for_value(
    written: Writer, tmp_path: Path, sizes: list[str], memoised: None
) -> None:
    """Read in another process."""
    source = written(write_nats, "sss.pickle.pbz2", [4096, 3], SIZES)
    report = ingest(source, tmp_path / "x.db")
    assert stored(report.path) == expected({i: size_record(i) for i in (4096, 3)}, sizes)
    (row,) = report.sources
    assert row["source_sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert (row["source_format"], row["records"], row["synthetic"]) == ("file", 2, True)
    assert (report.cells, report.configs, report.trials) == (2, 24, 40)


def test_a_folder_and_its_files_come_out_value_for_value(
    written: Writer, tmp_path: Path, sizes: list[str], memoised: None
) -> None:
    """Together, and one alone."""
    folder = written(write_nats_folder, "sss", [32767, 3], SIZES)
    report = ingest(folder, tmp_path / "x.db")
    assert stored(report.path) == expected({i: size_record(i) for i in (3, 32767)}, sizes)
    assert report.sources[0]["source_format"] == "folder"
    report = ingest(folder / "032767.pickle.pbz2", tmp_path / "y.db")
    assert stored(report.path) == expected({32767: size_record(32767)}, sizes)
    assert architectures(report.path) == list(enumerate(sizes))


def test_a_dict_comes_out_value_for_value(
    built_sss: Path, size_infos: dict[int, Record], sizes: list[str]
) -> None:
    """With gaps and several latencies."""
    assert stored(built_sss) == expected(size_infos, sizes)
    assert architectures(built_sss) == list(enumerate(sizes))
    with contextlib.closing(sqlite3.connect(built_sss)) as connection:
        rows = connection.execute("SELECT DISTINCT arch, arch_str FROM natsssstrialconfig")
        for text, arch_str in rows.fetchall():
            assert text == f"[{arch_str.replace(':', ',')}]"


def test_real_data_come_out_value_for_value(
    data: Path, sizes: list[str], real_sss: Report
) -> None:
    """The real records of two architectures, each value of them."""
    source = data / "natsbench" / REAL
    infos = {
        index: pickle.loads(bz2.decompress((source / f"{index:06d}.pickle.pbz2").read_bytes()))
        for index in (0, 11)
    }
    found = stored(real_sss.path)
    assert found == expected(infos, sizes)
    assert len(found) == 40
    meta = pickle.loads(bz2.decompress((source / "meta.pickle.pbz2").read_bytes()))
    assert architectures(real_sss.path) == list(enumerate(meta["meta_archs"]))
    assert not real_sss.sources[0]["synthetic"]
    assert {row["trial"]["time_source"] for key, row in found.items() if key[1] > 1} == {
        "estimated"
    }
    assert {row["trial"]["time_source"] for key, row in found.items() if key[1] == 1} == {
        "measured"
    }


def test_weights_come_out_to_the_last_bit(
    tmp_path: Path, sizes: list[str], memoised: None
) -> None:
    """Of several types and shapes, big-endian and transposed ones among them."""
    arrays = {
        "w": np.arange(6, dtype=">f4").reshape(2, 3).T,
        "n": np.array(5, dtype="<i8"),
        "b": np.array([True, False]),
        "none": np.zeros((0, 4), np.float16),
    }
    infos = {5: small_info(5, sizes[5], small_run(net_state_dict=arrays), small_run("cifar100"))}
    report = ingest(whole(infos, sizes), tmp_path / "x.db")
    assert stored(report.path) == expected(infos, sizes)
    (rows,) = stored_weights(report.path).values()
    assert [row[:3] for row in rows] == [
        ("w", "float32", [3, 2]),
        ("n", "int64", []),
        ("b", "bool", [2]),
        ("none", "float16", [0, 4]),
    ]
    for (_, dtype, shape, content), array in zip(rows, arrays.values(), strict=True):
        found = np.frombuffer(content, np.dtype(dtype).newbyteorder("<")).reshape(shape)
        np.testing.assert_array_equal(found, array)


def test_several_sources_are_merged(
    written: Writer, tmp_path: Path, sizes: list[str], memoised: None
) -> None:
    """Each run once, from the first that has it; contradictions are counted."""
    folder = written(write_nats_folder, "sss", [32767, 3], SIZES)
    other = size_record(3)
    other["12"]["all_results"]["cifar10", 888]["flop"] += 1
    content = whole({3: other, 7: size_record(7)}, sizes)
    with pytest.warns(SourceWarning, match="^1 training runs are in several sources"):
        report = ingest([folder, content], tmp_path / "x.db")
    assert stored(report.path) == {
        **expected({i: size_record(i) for i in (3, 32767)}, sizes, 1),
        **expected({7: size_record(7)}, sizes, 2),
    }


def test_the_other_search_space_is_named(
    written: Writer, copy_sss: Path, memoised: None, leftovers: Callable[[Path], list[str]]
) -> None:
    """With the benchmark as which to ingest it: of each kind of source."""
    folder = written(write_nats_folder, "folder", [33, 34, 3], TOPOLOGIES)
    before = copy_sss.read_bytes()
    for source in (
        folder,
        folder / "000033.pickle.pbz2",
        written(write_pth, "a.pth", [3, 16]),
        written(write_archive, "archive", [33, 16], layout="legacy"),
    ):
        with pytest.raises(SourceError) as caught:
            ingest(source, copy_sss, force=True)
        assert "is not of the size search space of NATS-Bench" in str(caught.value)
        assert str(caught.value).endswith("ingest it as nasbench201")
        assert copy_sss.read_bytes() == before
        assert leftovers(copy_sss) == []


@pytest.mark.parametrize(
    ("strings", "message"),
    [
        (["8:8:8:8:8"], "it has 1 architectures instead of 32,768"),
        ([f"8:8:8:8:{8 + i}" for i in range(32768)], "layer 5 has '9' channels; allowed are"),
        (["8:8:8:8:8"] * 32768, "has the same architecture twice in meta_archs"),
    ],
)
def test_other_lists_of_architectures_are_refused(
    strings: list[str], message: str, tmp_path: Path
) -> None:
    """Too few, outside the space, and one twice."""
    infos = {0: small_info(0, "8:8:8:8:8", small_run())}
    with pytest.raises(SourceError, match=message):
        ingest(whole(infos, strings), tmp_path / "x.db")
    assert list(tmp_path.iterdir()) == []


def test_an_index_outside_the_space_is_refused(tmp_path: Path, sizes: list[str]) -> None:
    """With what the space has."""
    infos = {32768: small_info(32768, sizes[0], small_run())}
    with pytest.raises(SourceError, match=r"architecture 32768: the size .* has 0 to 32767"):
        ingest(whole(infos, sizes), tmp_path / "x.db")


def test_damage_leaves_the_older_database(
    written: Writer, copy_sss: Path, tmp_path: Path, memoised: None
) -> None:
    """A file of the folder that is cut short."""
    folder = tmp_path / "folder"
    shutil.copytree(written(write_nats_folder, "sss", [32767, 3], SIZES), folder)
    path = folder / "032767.pickle.pbz2"
    path.write_bytes(path.read_bytes()[:-20])
    before = copy_sss.read_bytes()
    with pytest.raises(SourceError, match=r"032767\.pickle\.pbz2.*truncated"):
        ingest(folder, copy_sss, force=True)
    assert copy_sss.read_bytes() == before
