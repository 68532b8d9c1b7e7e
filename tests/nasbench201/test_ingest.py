"""Ingestion of NAS-Bench-201: what stands in the sources stands in the database, and no more."""

import bz2
import contextlib
import functools
import hashlib
import os
import pickle
import random
import shutil
import sqlite3
import warnings
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.junk import JUNK, corrupt, places, valid_info
from support.raw import (
    Record,
    architectures,
    expected,
    nni_arch,
    small_info,
    small_run,
    stored,
    stored_weights,
    whole,
)

import nasbench_db
from nasbench_db import BuildError, DatabaseExists, SourceError, SourceWarning
from nasbench_db.formats.torch_writing import PickleWriter, StoredTensor, write_torch
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench101.synthetic import write_tfrecord
from nasbench_db.nasbench201 import synthetic
from nasbench_db.nasbench201.synthetic import TOPOLOGIES, topology_record, write_archive, write_pth
from nasbench_db.nats.record import read_architecture
from nasbench_db.nats.synthetic import write_nats, write_nats_folder
from nasbench_db.natssss.synthetic import SIZES
from nasbench_db.store.building import Report

Writer = Callable[..., Path]

REAL = "NATS-tss-v1_0-3ffb9-simple"


def ingest(sources: Any, path: Path, **options: Any) -> Report:
    """Ingest without a progress bar."""
    return nasbench_db.ingest("nasbench201", sources, path, progress=False, **options)


def as_in_pth(index: int, version: Any = "1.1") -> Record:
    """An architecture's record under the older names of the fidelities."""
    record = topology_record(index, version=version)
    return {"full": record["200"], "less": record["12"]}


def trials_of(report: Report) -> int:
    """The number of rows of trials, and a check that the report has the right numbers."""
    with contextlib.closing(sqlite3.connect(report.path)) as connection:
        counts = [
            connection.execute(f"SELECT count(*) FROM nb201{name}").fetchone()[0]
            for name in ("trialconfig", "trialstats", "intermediatestats")
        ]
    assert counts == [report.configs, report.trials, report.intermediates]
    return counts[1]


# What comes in comes out.


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("layout", ["legacy", "zip"])
def test_a_pth_comes_out_value_for_value(
    version: Any,
    layout: Any,
    written: Writer,
    tmp_path: Path,
    strings: list[str],
    memoised: None,
) -> None:
    """Both versions of the data, in both layouts of PyTorch's files."""
    source = written(write_pth, "a.pth", [15611, 42], version=version, layout=layout)
    report = ingest(source, tmp_path / "x.db")
    infos = {index: as_in_pth(index, version) for index in (15611, 42)}
    assert stored(report.path) == expected(infos, strings)
    assert trials_of(report) == len(expected(infos, strings))
    assert report.cells == 2
    described(report, source, "file", 2)


def test_a_nats_file_comes_out_value_for_value(
    written: Writer, tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """Compressed by bzip2."""
    source = written(write_nats, "a.pickle.pbz2", [20, 3], TOPOLOGIES)
    report = ingest(source, tmp_path / "x.db")
    infos = {index: topology_record(index) for index in (20, 3)}
    assert stored(report.path) == expected(infos, strings)
    described(report, source, "file", 2)


@pytest.mark.elsewhere
def test_a_nats_folder_comes_out_value_for_value(
    written: Writer, tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """Whatever the order in which its files were written, it is read by their names."""
    source = written(write_nats_folder, "NATS-tss-simple", [700, 3, 15000, 20], TOPOLOGIES)
    report = ingest(source, tmp_path / "x.db")
    infos = {index: topology_record(index) for index in (3, 20, 700, 15000)}
    assert stored(report.path) == expected(infos, strings)
    assert next(iter(stored(report.path)))[0] == 3
    described(report, source, "folder", 4)


def stored_tensor(tensor: StoredTensor) -> tuple[str, list[int], bytes]:
    """Type, shape and bytes that a tensor must have in the database, element by element."""
    flat = np.asarray(tensor.storage).reshape(-1)
    places_ = [
        tensor.offset + sum(i * step for i, step in zip(index, tensor.strides, strict=True))
        for index in np.ndindex(*tensor.shape)
    ]
    return flat.dtype.name, list(tensor.shape), b"".join(flat[p].tobytes() for p in places_)


@functools.cache
def made_up_weights(index: int) -> dict[Any, Any]:
    """The weights that ``write_archive`` makes up, in its order."""
    generator = np.random.default_rng((0, index))
    found = {}
    for fidelity, results in as_in_pth(index).items():
        epochs = {"full": 200, "less": 12}[fidelity]
        for (dataset, seed), run in results["all_results"].items():
            tensors = synthetic._weights(run["arch_config"]["class_num"], generator)
            found[index, epochs, dataset.lower(), seed] = [
                (name, *stored_tensor(tensor)) for name, tensor in tensors.items()
            ]
    return found


@pytest.mark.parametrize("layout", ["legacy", "zip"])
def test_an_archive_comes_out_with_its_weights(
    layout: Any, written: Writer, tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """Weights that share a storage or are transposed, in both layouts, to the last bit."""
    source = written(write_archive, "archive", [33, 16], layout=layout)
    report = ingest(source, tmp_path / "x.db")
    infos = {index: as_in_pth(index) for index in (16, 33)}
    assert stored(report.path) == expected(infos, strings)
    weights = {**made_up_weights(16), **made_up_weights(33)}
    assert stored_weights(report.path) == weights
    assert weights.keys() == stored(report.path).keys()
    assert architectures(report.path)[33][:2] == (33, strings[33])
    described(report, source, "archive", 2)


def test_a_simple_archive_comes_out_value_for_value(
    tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """Without weights."""
    source = tmp_path / "archive"
    write_archive(source, [33, 34], full=False)
    report = ingest(source, tmp_path / "x.db")
    assert stored(report.path) == expected({i: as_in_pth(i) for i in (34, 33)}, strings)
    assert stored_weights(report.path) == {}
    described(report, source, "archive", 2)


def test_of_files_with_and_without_weights_those_with_them_are_read(
    tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """The authors' folder has both for each architecture; the runs are there once."""
    source = tmp_path / "archive"
    write_archive(source, [34])
    write_archive(source, [34, 33], full=False)
    report = ingest(source, tmp_path / "x.db")
    assert stored(report.path) == expected({i: as_in_pth(i) for i in (34, 33)}, strings)
    assert stored_weights(report.path) == made_up_weights(34)
    (row,) = report.sources
    sizes = [(source / name).stat().st_size for name in ("000034-FULL.pth", "000033-SIMPLE.pth")]
    assert (row["records"], row["source_bytes"]) == (2, sum(sizes))


@pytest.mark.parametrize("kind", ["nats", "SIMPLE", "FULL", "FULL zip"])
def test_the_file_of_one_architecture_comes_out_value_for_value(
    kind: str, written: Writer, tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """Whatever its name is, and with its weights."""
    if kind == "nats":
        folder = written(write_nats_folder, "folder", [33, 34, 3], TOPOLOGIES)
        name = "000033.pickle.pbz2"
    else:
        layout = "zip" if "zip" in kind else "legacy"
        folder = written(write_archive, "archive", [33, 16], full="FULL" in kind, layout=layout)
        name = f"000033-{kind.split()[0]}.pth"
    for source in (folder / name, tmp_path / "one"):
        shutil.copyfile(folder / name, tmp_path / "one")
        report = ingest(source, tmp_path / "x.db", force=True)
        info = topology_record(33) if kind == "nats" else as_in_pth(33)
        assert stored(report.path) == expected({33: info}, strings)
        assert stored_weights(report.path) == (made_up_weights(33) if "FULL" in kind else {})
        assert [row[1] for row in architectures(report.path)] == strings
        described(report, source, "file", 1, synthetic=kind != "nats")


def test_a_dict_comes_out_value_for_value(
    built201: Path, infos: dict[int, Record], strings: list[str]
) -> None:
    """What the original programs have loaded; it is not changed."""
    assert stored(built201) == expected(infos, strings)
    with contextlib.closing(sqlite3.connect(built201)) as connection:
        (row,) = connection.execute("SELECT * FROM provenance").fetchall()
    assert row[1:7] == ("nasbench201", "dict", 0, "", "dict", 4)


def test_a_dict_is_not_changed(tmp_path: Path, strings: list[str], memoised: None) -> None:
    """Another program may go on with it."""
    content = whole({5: valid_info(5, strings[5])}, list(strings))
    before = pickle.dumps(content)
    ingest(content, tmp_path / "x.db")
    assert pickle.dumps(content) == before


def test_real_data_come_out_value_for_value(
    data: Path, strings: list[str], real201: Report
) -> None:
    """The real records of two architectures, each value of them."""
    source = data / "natsbench" / REAL
    infos = {
        index: pickle.loads(bz2.decompress((source / f"{index:06d}.pickle.pbz2").read_bytes()))
        for index in (0, 11)
    }
    found = stored(real201.path)
    assert found == expected(infos, strings)
    assert len(found) == 34
    meta = pickle.loads(bz2.decompress((source / "meta.pickle.pbz2").read_bytes()))
    assert [row[1] for row in architectures(real201.path)] == meta["meta_archs"]
    described(real201, source, "folder", 2, synthetic=False)


def test_published_numbers(real201: Report) -> None:
    """Those in NNI's documentation for architecture 0, and of the original program for 11."""
    found = stored(real201.path)
    for seed, valid, test, ori_test in (
        (999, 53.14000000610351, 53.07999995727539, 53.11),
        (777, 51.88, 51.979999938964845, 51.93),
        (888, 53.08000000610352, 53.67999998779297, 53.38),
    ):
        trial = found[0, 200, "cifar100", seed]["trial"]
        # NATS-Bench has the same accuracies as version 1.1, but for their rounding.
        assert trial["valid_acc"] == pytest.approx(valid, abs=1e-6)
        assert trial["test_acc"] == pytest.approx(test, abs=1e-6)
        assert trial["ori_test_acc"] == pytest.approx(ori_test, abs=1e-6)
        assert trial["training_time"] == 2888.4371995925903
        assert trial["training_time"] == trial["epoch_training_time"] * 200
        assert trial["latency"] == 0.013182918230692545
        assert (trial["flops"], trial["parameters"]) == (15.65322, 0.135156)
        assert trial["time_source"] == "estimated"

    def mean(dataset: str, column: str) -> float:
        runs = [found[11, 200, dataset, seed]["trial"] for seed in (777, 888, 999)]
        return sum(run[column] for run in runs) / 3

    assert mean("cifar10-valid", "valid_acc") == pytest.approx(87.9399999983724)
    assert mean("cifar10", "ori_test_acc") == pytest.approx(91.58333, abs=1e-5)
    assert mean("cifar100", "test_acc") == pytest.approx(67.60667, abs=1e-5)
    assert mean("imagenet16-120", "valid_acc") == pytest.approx(30.41111, abs=1e-5)
    assert mean("cifar10", "training_time") == pytest.approx(4984.823, abs=1e-3)
    # What has no such split is not filled with another.
    for column in ("valid_acc", "test_acc", "valid_loss", "test_evaluation_time"):
        assert found[11, 200, "cifar10", 777]["trial"][column] is None
    assert found[11, 200, "cifar10-valid", 777]["trial"]["test_acc"] is None


def described(
    report: Report, source: Path, form: str, records: int, *, synthetic: bool = True
) -> None:
    """Check what the database says of its source."""
    (row,) = report.sources
    if source.is_dir():
        files = [path for path in source.iterdir() if path.suffix in (".pth", ".pbz2")]
        listed = "".join(
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
            for path in sorted(files)
        )
        size, digest = sum(path.stat().st_size for path in files), listed.encode()
    else:
        size, digest = source.stat().st_size, source.read_bytes()
    assert row == {
        "source_name": source.name,
        "source_bytes": size,
        "source_sha256": hashlib.sha256(digest).hexdigest(),
        "source_format": form,
        "records": records,
        "synthetic": synthetic,
    }
    with contextlib.closing(nasbench_db.connect("nasbench201", report.path)) as db:
        (kept,) = db.provenance()
    assert {key: kept[key] for key in row} == row


def test_architectures_are_there_whether_trained_or_not(
    built201: Path, strings: list[str]
) -> None:
    """Of each class of one topology string the smallest index."""
    rows = architectures(built201)
    assert [row[:2] for row in rows] == list(enumerate(strings))
    classes = {row[2] for row in rows}
    assert len(classes) == 6466
    assert all(rows[number][2] == number for number in classes)
    assert all(row[2] <= row[0] for row in rows)
    with contextlib.closing(sqlite3.connect(built201)) as connection:
        for index, isomorphism in connection.execute(
            "SELECT arch_index, isomorphism FROM nb201trialconfig"
        ):
            assert isomorphism == rows[index][2]


def test_the_arch_is_nnis_dict(built201: Path, strings: list[str]) -> None:
    """As JSON text with sorted keys and without spaces, so that equality of texts is equality."""
    with contextlib.closing(sqlite3.connect(built201)) as connection:
        rows = connection.execute("SELECT DISTINCT arch_index, arch FROM nb201trialconfig")
        for index, text in rows.fetchall():
            arch = nni_arch(strings[index])
            pairs = ",".join(f'"{key}":"{arch[key]}"' for key in sorted(arch))
            assert text == "{" + pairs + "}"


def test_the_order_is_that_of_the_source(
    tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """Of architectures, and of the runs of each."""
    infos = {
        index: small_info(
            index, strings[index], small_run("cifar100", 888), small_run(), small_run("cifar100")
        )
        for index in (9, 2, 5)
    }
    report = ingest(whole(infos, strings), tmp_path / "x.db")
    with contextlib.closing(sqlite3.connect(report.path)) as connection:
        rows = connection.execute(
            "SELECT arch_index, dataset, seed FROM nb201 ORDER BY trial_id"
        ).fetchall()
    assert rows == [
        (index, dataset, seed)
        for index in (9, 2, 5)
        for dataset, seed in (("cifar100", 888), ("cifar10", 777), ("cifar100", 777))
    ]


def test_what_a_source_lacks_is_null(tmp_path: Path, strings: list[str], memoised: None) -> None:
    """Missing epochs, NaN, infinite losses, partial times and no times, beside each other."""
    gaps = small_run("cifar100", train_times={0: 1.0, 11: 2.0}, latency=None, params=None)
    for epoch in (0, 5, 11):
        del gaps["train_acc1es"][epoch]
        del gaps["eval_losses"][f"x-test@{epoch}"]
        gaps["train_losses"][epoch] = float("nan")
        gaps["eval_acc1es"][f"x-valid@{epoch}"] = None
    diverged = small_run("cifar10", train_acc5es=None, latency=[0.1, 0.2, 0.3])
    diverged["train_losses"].update({4: float("inf"), 11: float("inf")})
    infos = {
        8: small_info(8, strings[8], gaps, diverged),
        9: small_info(9, strings[9], small_run("cifar10-valid", eval_acc1es={}, eval_losses={})),
    }
    report = ingest(whole(infos, strings), tmp_path / "x.db")
    found = stored(report.path)
    assert found == expected(infos, strings)
    trial = found[8, 12, "cifar100", 777]["trial"]
    assert trial["train_acc"] is trial["train_loss"] is trial["test_loss"] is None
    assert trial["training_time"] is trial["latency"] is trial["parameters"] is None
    assert found[8, 12, "cifar10", 777]["trial"]["train_loss"] == float("inf")
    assert found[8, 12, "cifar10", 777]["trial"]["latencies"] == [0.1, 0.2, 0.3]


def test_the_size_of_the_network_is_the_sources(
    tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """That of the published data where the source does not tell it."""
    wide = small_run(arch_config={"channel": 32, "num_cells": 3})
    silent = small_run("cifar100", arch_config={})
    content = whole({1: small_info(1, strings[1], wide, silent)}, strings)
    found = stored(ingest(content, tmp_path / "x.db").path)
    sizes = [(row["config"]["num_channels"], row["config"]["num_cells"]) for row in found.values()]
    assert sizes == [(32, 3), (16, 5)]


def test_an_architecture_without_runs_gives_no_rows(
    tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """Nothing is listed that was not trained."""
    infos = {1: small_info(1, strings[1]), 2: small_info(2, strings[2], small_run())}
    report = ingest(whole(infos, strings), tmp_path / "x.db")
    assert stored(report.path) == expected(infos, strings)
    assert (report.configs, report.trials) == (1, 1)


def test_what_survives_corruption_is_stored_as_it_stands(
    tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """Records with something odd that are records all the same go in and come out."""
    generator = random.Random(5)
    way = places(valid_info())
    infos: dict[int, Record] = {}
    for index in range(800):
        info = valid_info(index, strings[index])
        how = generator.choice(["replace", "delete", "rename", "add"])
        corrupt(info, generator.choice(way), how, generator.choice(JUNK))
        with contextlib.suppress(ValueError):
            read_architecture(info)
            infos[index] = info
    assert len(infos) > 100
    report = ingest(whole(infos, strings), tmp_path / "x.db")
    assert trials_of(report) == sum(
        len(results["all_results"]) for info in infos.values() for results in info.values()
    )
    findings = nasbench_db.benchmarks.get("nasbench201").verify(
        nasbench_db.connect("nasbench201", report.path), False
    )
    # What was put in may lie outside of all ranges; but nothing is inconsistent.
    wrong = [finding.check for finding in findings if finding.problems]
    assert [
        check
        for check in wrong
        if not any(told in check for told in ("lie between", "negative", "of their network"))
    ] == []


# Several sources.


def test_a_run_that_two_sources_have_is_stored_once(
    written: Writer, tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """With the source that had it first; equal values are no contradiction."""
    sources = [
        written(write_pth, "a.pth", [3, 16]),
        written(write_nats, "a.pickle.pbz2", [20, 3], TOPOLOGIES),
    ]
    report = ingest(sources, tmp_path / "x.db")
    one = expected({index: topology_record(index) for index in (3, 16)}, strings, 1)
    two = expected({20: topology_record(20)}, strings, 2)
    assert stored(report.path) == {**one, **two}
    assert report.cells == 3
    with contextlib.closing(sqlite3.connect(report.path)) as connection:
        assert connection.execute(
            "SELECT id, source_name, records FROM provenance ORDER BY id"
        ).fetchall() == [(1, "a.pth", 2), (2, "a.pickle.pbz2", 2)]
        assert connection.execute(
            "SELECT count(*) FROM nb201trialstats t JOIN provenance p ON p.id = t.source "
            "WHERE p.source_name = 'a.pickle.pbz2'"
        ).fetchone() == (len(two),)


def test_weights_are_added_to_the_runs_of_an_earlier_source(
    written: Writer, tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """Those of the archive, whichever of the two comes first."""
    both = [
        written(write_pth, "a.pth", [3, 16]),
        written(write_archive, "archive", [33, 16], layout="legacy"),
    ]
    weights = {**made_up_weights(33), **made_up_weights(16)}
    for number, sources in enumerate([both, both[::-1], [*both, both[1]]]):
        report = ingest(sources, tmp_path / f"{number}.db")
        found = stored(report.path)
        assert found.keys() == expected({i: as_in_pth(i) for i in (3, 16, 33)}, strings).keys()
        assert stored_weights(report.path) == weights
        assert {key[0]: row["trial"]["source"] for key, row in found.items()} == (
            {3: 2, 16: 1, 33: 1} if number == 1 else {3: 1, 16: 1, 33: 2}
        )


def test_the_same_source_twice_changes_nothing(
    written: Writer, tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """Each run is there once, without a warning."""
    folder = written(write_nats_folder, "folder", [33, 34, 3], TOPOLOGIES)
    report = ingest([folder, folder], tmp_path / "x.db")
    assert stored(report.path) == expected({i: topology_record(i) for i in (3, 33, 34)}, strings)
    assert [row["records"] for row in report.sources] == [3, 3]


def test_contradictions_are_counted_and_the_first_is_kept(
    tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """Where both have a value: of a point of a curve, or of a size; a time may be missing."""
    runs = [small_run("cifar100", seed) for seed in (777, 888, 999, 111)]
    others = [
        small_run("cifar100", 777, flop=1.0),
        small_run("cifar100", 888, train_times={2: 1.0}),
        small_run("cifar100", 999),
        small_run("cifar100", 111, eval_names=["ori-test", "x-valid", "x-test"]),
        small_run("cifar100", 555),
    ]
    others[2]["eval_losses"]["x-test@3"] = 7.0
    one = whole({4: small_info(4, strings[4], *runs)}, strings)
    two = whole({4: small_info(4, strings[4], *others)}, strings)
    three = whole({4: small_info(4, strings[4], *reversed(runs))}, strings)
    with pytest.warns(SourceWarning, match="^2 training runs are in several .* different values"):
        report = ingest([one, two, three], tmp_path / "x.db")
    assert stored(report.path) == {
        **expected({4: small_info(4, strings[4], others[4])}, strings, 2),
        **expected(one["arch2infos"], strings, 1),
    }


def test_versions_1_0_and_1_1_of_the_data_contradict_each_other(
    tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """The times and latencies of 1.1 are others; what only one has is there."""
    sources = [whole({3: as_in_pth(3, version)}, strings) for version in ("1.1", "1.0")]
    with pytest.warns(SourceWarning, match="training runs are in several sources"):
        report = ingest(sources, tmp_path / "x.db")
    new = expected({3: as_in_pth(3)}, strings, 1)
    old = expected({3: as_in_pth(3, "1.0")}, strings, 2)
    assert stored(report.path) == {**old, **new}


def test_sources_that_number_the_architectures_differently_are_refused(
    tmp_path: Path, strings: list[str], memoised: None, leftovers: Callable[[Path], list[str]]
) -> None:
    """An index would mean two architectures."""
    swapped = [strings[1], strings[0], *strings[2:]]
    one = whole({4: small_info(4, strings[4], small_run())}, strings)
    two = whole({5: small_info(5, strings[5], small_run())}, swapped)
    with pytest.raises(SourceError, match="numbers the architectures in another way than the sou"):
        ingest([one, two], tmp_path / "x.db")
    assert not (tmp_path / "x.db").exists()
    assert leftovers(tmp_path / "x.db") == []
    # By itself, any order is taken as the source has it.
    report = ingest(two, tmp_path / "x.db")
    assert [row[1] for row in architectures(report.path)] == swapped


def test_an_index_stands_for_the_architecture_that_the_source_says(
    tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """A source without a list has the official order."""
    swapped = [strings[1], strings[0], *strings[2:]]
    infos = {0: small_info(0, swapped[0], small_run())}
    report = ingest(whole(infos, swapped), tmp_path / "x.db")
    assert stored(report.path) == expected(infos, swapped)
    with pytest.raises(SourceError, match=r"architecture 0 is '.*', and '.*' by the order"):
        ingest(whole(infos, strings), tmp_path / "y.db")


# What is refused leaves everything as it was.


@pytest.fixture
def target(copy201: Path) -> Path:
    """An older database in the place of the new one."""
    return copy201


@pytest.fixture
def refused(
    target: Path, memoised: None, leftovers: Callable[[Path], list[str]]
) -> Callable[..., str]:
    """Ingests what must be refused: the message, once nothing has changed."""

    def check(source: Any, kind: type[Exception] = SourceError) -> str:
        before = target.read_bytes()
        with pytest.raises(kind) as caught:
            ingest(source, target, force=True)
        assert leftovers(target) == []
        assert target.read_bytes() == before
        return str(caught.value)

    return check


def test_a_malformed_record_is_named(refused: Callable[..., str], strings: list[str]) -> None:
    """With the source, the architecture, the run, and what is wrong."""
    infos = {
        3: small_info(3, strings[3], small_run()),
        5: small_info(5, strings[5], small_run(), small_run("cifar100", 888, epochs=11)),
    }
    message = refused(whole(infos, strings))
    assert message == (
        "the dict: architecture 5: fidelity 12, cifar100, seed 888: it was trained for 11 "
        "epochs, not for 12"
    )


def test_an_index_that_is_another_is_refused(
    refused: Callable[..., str], strings: list[str]
) -> None:
    """Its key, its place in the list, and its own must agree; and it must be in the space."""
    info = small_info(3, strings[3], small_run())
    assert "architecture 4: the architecture's own index is 3" in refused(
        whole({4: info}, strings)
    )
    other = small_info(3, strings[4], small_run())
    assert "by the order of architectures" in refused(whole({3: other}, strings))
    for index in (-1, 15625):
        outside = small_info(index, strings[3], small_run())
        message = refused(whole({index: outside}, strings))
        assert f"architecture {index}: NAS-Bench-201" in message
        assert "has 0 to 15624" in message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"meta_archs": ...}, "the dict has no list 'meta_archs' of the strings"),
        ({"meta_archs": None}, "the dict has no list 'meta_archs'"),
        ({"meta_archs": [1, 2]}, "the dict has no list 'meta_archs'"),
        ({"meta_archs": []}, "has 0 strings in meta_archs, and total_archs is 15625"),
        ({"meta_archs": [], "total_archs": 0}, "it has 0 architectures instead of 15,625"),
        ({"total_archs": 15624}, "15,625 strings in meta_archs, and total_archs is 15624"),
        ({"total_archs": "15625"}, "total_archs is '15625'"),
        ({"arch2infos": ...}, "the dict has the keys meta_archs, total_archs, evaluated_indexes"),
        ({"arch2infos": None}, "with at least one architecture"),
        ({"arch2infos": {}}, "with at least one architecture"),
        ({"arch2infos": [1]}, "with at least one architecture"),
        ({"arch2infos": {3: None}}, "architecture 3: it is empty, not a dict of fidelities"),
        ({"arch2infos": {3: {}}}, "architecture 3: it is empty"),
    ],
)
def test_a_dict_of_another_form_is_refused(
    change: Record, message: str, refused: Callable[..., str], strings: list[str]
) -> None:
    """With what it has and what it should have."""
    content = {**whole({3: small_info(3, strings[3], small_run())}, strings), **change}
    content = {key: value for key, value in content.items() if value is not ...}
    assert message in refused(content)


def test_other_lists_of_architectures_are_refused(
    refused: Callable[..., str], strings: list[str]
) -> None:
    """Too few, one twice, and one outside the space."""
    info = {3: small_info(3, strings[3], small_run())}
    assert "it has 15,624 architectures instead of 15,625" in refused(whole(info, strings[1:]))
    twice = [*strings[:-1], strings[0]]
    assert "has the same architecture twice in meta_archs" in refused(whole(info, twice))
    unknown = [*strings[:-1], strings[0].replace("avg_pool_3x3", "max_pool_3x3")]
    message = refused(whole(info, unknown))
    assert "is not of NAS-Bench-201" in message
    assert "max_pool_3x3" in message


def test_the_other_search_space_is_named(refused: Callable[..., str], written: Writer) -> None:
    """With the benchmark as which to ingest it: a folder, and one architecture's file."""
    folder = written(write_nats_folder, "sss", [3], SIZES)
    for source in (folder, folder / "000003.pickle.pbz2"):
        message = refused(source)
        assert "is not of NAS-Bench-201 (the topology search space of NATS-Bench)" in message
        assert message.endswith("ingest it as natssss")


def test_no_source_and_absent_ones_are_refused(
    refused: Callable[..., str], tmp_path: Path
) -> None:
    """None at all, a path that is not there, an impossible one, and an empty folder."""
    assert "no source was given" in refused([])
    assert "there is no such file" in refused(tmp_path / "nowhere.pth")
    (tmp_path / "empty").mkdir()
    message = refused(tmp_path / "empty")
    assert "contains no files of architectures, such as 000011.pickle.pbz2" in message


def test_a_folder_must_be_complete(
    refused: Callable[..., str], written: Writer, tmp_path: Path
) -> None:
    """Neither without its meta file, nor that alone, as a folder or as a file."""
    folder = tmp_path / "folder"
    shutil.copytree(written(write_nats_folder, "folder", [33, 34, 3], TOPOLOGIES), folder)
    meta = (folder / "meta.pickle.pbz2").read_bytes()
    (folder / "meta.pickle.pbz2").unlink()
    assert "lacks meta.pickle.pbz2, which has the strings of all" in refused(folder)
    for path in folder.iterdir():
        path.unlink()
    (folder / "meta.pickle.pbz2").write_bytes(meta)
    assert "contains no files of architectures" in refused(folder)
    message = refused(folder / "meta.pickle.pbz2")
    assert message.endswith("it is the meta file of a folder; ingest the folder")


def test_a_file_must_be_of_the_architecture_of_its_name(
    refused: Callable[..., str], written: Writer, tmp_path: Path
) -> None:
    """Files that were renamed or mixed up."""
    shutil.copytree(
        written(write_nats_folder, "folder", [33, 34, 3], TOPOLOGIES), tmp_path / "folder"
    )
    os.rename(tmp_path / "folder" / "000034.pickle.pbz2", tmp_path / "folder" / "5.pickle.pbz2")
    assert refused(tmp_path / "folder").endswith("5.pickle.pbz2 is of architecture 34, not of 5")


def test_an_architecture_that_is_twice_in_a_folder_is_refused(
    refused: Callable[..., str], written: Writer, tmp_path: Path
) -> None:
    """Its runs would be there twice."""
    folder = tmp_path / "folder"
    shutil.copytree(written(write_nats_folder, "folder", [33, 34, 3], TOPOLOGIES), folder)
    shutil.copyfile(folder / "000003.pickle.pbz2", folder / "3.pickle.pbz2")
    assert "folder has architecture 3 more than once" in refused(folder)


class Hostile:
    """A pickle of it would make a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


def test_hostile_pickles_run_nothing(
    refused: Callable[..., str], written: Writer, tmp_path: Path
) -> None:
    """In a folder, in its meta file, and alone; the message says that nothing was run."""
    folder, trap = written(write_nats_folder, "folder", [33, 34, 3], TOPOLOGIES), tmp_path / "trap"
    hostile = bz2.compress(pickle.dumps({"12": Hostile(trap)}, protocol=4))
    for name in ("000034.pickle.pbz2", "meta.pickle.pbz2"):
        shutil.copytree(folder, tmp_path / "bad", dirs_exist_ok=True)
        (tmp_path / "bad" / name).write_bytes(hostile)
        message = refused(tmp_path / "bad")
        assert f"{name} asks for {os.mkdir.__module__}.mkdir" in message

        assert "It was not run" in message
    (tmp_path / "alone").write_bytes(hostile)
    assert "It was not run" in refused(tmp_path / "alone")
    assert not trap.exists()


@pytest.mark.parametrize("kept", [0.0, 0.6, 0.999])
def test_a_file_that_is_cut_short_is_refused(
    kept: float, refused: Callable[..., str], written: Writer, tmp_path: Path
) -> None:
    """A single file of each kind, and one in the middle of a folder."""
    for source in (
        written(write_pth, "a.pth", [3, 16]),
        written(write_pth, "z.pth", [3], layout="zip"),
        written(write_nats, "a.pickle.pbz2", [20, 3], TOPOLOGIES),
    ):
        shutil.copyfile(source, tmp_path / source.name)
    shutil.copytree(
        written(write_nats_folder, "folder", [33, 34, 3], TOPOLOGIES), tmp_path / "folder"
    )
    for name in ("a.pth", "z.pth", "a.pickle.pbz2", "folder/000034.pickle.pbz2"):
        path = tmp_path / name
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * kept)])
        message = refused(tmp_path / "folder" if "folder" in name else path)
        assert path.name in message
        assert any(word in message for word in ("truncated", "is empty", "too early", "neither"))


def test_damaged_bytes_are_refused(
    refused: Callable[..., str], written: Writer, tmp_path: Path
) -> None:
    """In the middle of compressed data, which have checksums."""
    content = bytearray(written(write_nats, "a.pickle.pbz2", [20, 3], TOPOLOGIES).read_bytes())
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "a.pickle.pbz2").write_bytes(content)
    assert "damaged" in refused(tmp_path / "a.pickle.pbz2")


def test_other_kinds_of_file_are_refused(
    refused: Callable[..., str], tmp_path: Path, target: Path
) -> None:
    """With what they are, where that can be told."""
    write_tfrecord(tmp_path / "x.tfrecord", enumerate_cells(max_vertices=3))
    assert "ingest it as nasbench101" in refused(tmp_path / "x.tfrecord")
    shutil.copyfile(target, tmp_path / "other.db")
    assert "an SQLite database" in refused(tmp_path / "other.db")
    for content, message in (
        ([1, 2], "is a pickle of no known layout of NAS-Bench-201: it has 1"),
        ({"data": 1, 5: 2}, "is a pickle of no known layout of NAS-Bench-201: it has ('data', 1)"),
        ({}, "is a pickle of nothing"),
        ({"12": {}, "data": {}}, "holds no trainings but one number of each metric"),
        (whole({}, ["x"]), "contains no training runs"),
    ):
        path = tmp_path / "other.pickle"
        path.write_bytes(pickle.dumps(content, protocol=4))
        assert message in refused(path)
    (tmp_path / "text.pth").write_text("no pickle at all")
    assert "is neither a pickle nor a file of torch" in refused(tmp_path / "text.pth")


@pytest.mark.elsewhere
def test_a_failure_in_another_process_leaves_nothing(
    target: Path,
    written: Writer,
    tmp_path: Path,
    memoised: None,
    leftovers: Callable[[Path], list[str]],
) -> None:
    """Of several that read the files of a folder, or the one that reads a single file."""
    shutil.copytree(
        written(write_nats_folder, "folder", [33, 34, 3], TOPOLOGIES), tmp_path / "folder"
    )
    (tmp_path / "folder" / "000005.pickle.pbz2").write_bytes(b"BZh9 and no more")
    before = target.read_bytes()
    for source in (tmp_path / "folder", tmp_path / "folder" / "000005.pickle.pbz2"):
        with pytest.raises(SourceError, match=r"000005\.pickle\.pbz2.*bzip2 data"):
            ingest(source, target, force=True)
        assert target.read_bytes() == before
        assert leftovers(target) == []


def test_a_second_source_that_fails_leaves_nothing(
    refused: Callable[..., str], tmp_path: Path, strings: list[str]
) -> None:
    """After the first was written."""
    one = whole({4: small_info(4, strings[4], small_run())}, strings)
    assert "there is no such file" in refused([one, tmp_path / "nowhere"])
    with pytest.raises(SourceError, match="there is no such file"):
        ingest([one, tmp_path / "nowhere"], tmp_path / "absent" / "new.db")
    assert not (tmp_path / "absent").exists()


def test_a_place_that_is_taken_is_told(
    target: Path, strings: list[str], tmp_path: Path, memoised: None
) -> None:
    """By a database, by a folder, or by the source itself."""
    content = whole({4: small_info(4, strings[4], small_run())}, strings)
    with pytest.raises(DatabaseExists, match="give --force"):
        ingest(content, target)
    with pytest.raises(BuildError, match="is a folder"):
        ingest(content, tmp_path, force=True)
    write_pth(tmp_path / "a.pth", [3])
    before = (tmp_path / "a.pth").read_bytes()
    with pytest.raises(SourceError, match="is the source and the place of the database as well"):
        ingest(tmp_path / "a.pth", tmp_path / "a.pth", force=True)
    assert (tmp_path / "a.pth").read_bytes() == before


# Files that cannot be read item by item.


def tied(indexes: list[int], strings: list[str]) -> Record:
    """A data set in which later architectures refer to parts of the first one."""
    infos = {index: as_in_pth(index) for index in indexes}
    first = next(iter(infos.values()))
    shared = first["less"]["all_results"]["cifar10", 111]["train_acc1es"]
    for info in infos.values():
        info["less"]["all_results"]["cifar10", 111]["train_acc1es"] = shared
    return whole(infos, strings)


def write_whole(path: Path, content: Record) -> None:
    """Write the dict of a data set as it stands, objects that are the same once only."""
    if path.suffix == ".pickle":
        with open(path, "wb") as file:
            PickleWriter(file.write, 4).dump(content)
    else:
        write_torch(path, content)


@pytest.mark.parametrize("name", ["a.pth", "a.pickle"])
@pytest.mark.parametrize("reason", ["references", "order"])
def test_what_cannot_be_read_item_by_item_is_read_whole(
    name: str, reason: str, tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """With a warning of the memory that it takes; the result is the same."""
    if reason == "references":
        content = tied([42, 3, 16, 20], strings)
    else:
        content = whole({index: as_in_pth(index) for index in (42, 3)}, strings)
        content = OrderedDict(reversed(content.items()))
    write_whole(tmp_path / name, dict(content))
    with pytest.warns(SourceWarning, match="the whole file is read into memory") as caught:
        report = ingest(tmp_path / name, tmp_path / "x.db")
    assert len(caught) == 1
    assert caught[0].filename == __file__  # where the user asked for the ingestion
    assert name in str(caught[0].message)
    assert stored(report.path) == expected(content["arch2infos"], strings)
    described(report, tmp_path / name, "file", len(content["arch2infos"]), synthetic=False)


def test_a_small_whole_needs_no_warning(
    tmp_path: Path, strings: list[str], memoised: None
) -> None:
    """Files of no or one architecture are no exception to the order."""
    content = whole({42: as_in_pth(42)}, strings)
    write_whole(tmp_path / "a.pth", content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = ingest(tmp_path / "a.pth", tmp_path / "x.db")
    assert stored(report.path) == expected(content["arch2infos"], strings)


def test_progress_is_shown_in_bytes_of_the_sources(
    written: Writer,
    tmp_path: Path,
    memoised: None,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """On stderr, up to the end."""
    folder = written(write_nats_folder, "folder", [33, 34, 3], TOPOLOGIES)
    nasbench_db.ingest("nasbench201", folder, tmp_path / "x.db")
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("100% ")
    assert "indexing" in captured.err
