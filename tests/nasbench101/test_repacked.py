"""Re-packed files of NAS-Bench-101: the same trials as in the original, whatever the layout."""

import base64
import contextlib
import gzip
import json
import pickle
import sqlite3
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import repacked101
from support.repacked101 import LAYOUTS, halves, nabenabe, naslib, rows_of, write

import nasbench_db
from nasbench_db import CorruptRecord, SourceError, SourceWarning
from nasbench_db.formats.pickles import ForbiddenGlobal
from nasbench_db.formats.tfrecord import write_record
from nasbench_db.nasbench101.ingest import parse
from nasbench_db.nasbench101.record import Row, encode_row, unpack_metrics
from nasbench_db.store.building import Report

SMALL = "no cell of fewer than 7 vertices is in it, of which NAS-Bench-101 has 64,542"
ONLY_108 = "the trainings for 4, 12, 36 epochs are not in it"
HASH = "ff92c322c5d9d3d587d9c146a63d0807"
CELL = "|avg_pool_3x3~0|+|nor_conv_1x1~0|none~1|+|none~0|none~1|none~2|"


def ingest(sources: Any, path: Path) -> Report:
    """Ingest without a progress bar."""
    return nasbench_db.ingest("nasbench101", sources, path, progress=False)


def trials(path: Path) -> dict[Any, Any]:
    """All that was stored of each repeat of each config, but for its numbers."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        points: dict[int, list[Any]] = {}
        for trial, *point in connection.execute(
            "SELECT trial_id, current_epoch, train_acc, valid_acc, test_acc, training_time "
            "FROM nb101intermediatestats ORDER BY trial_id, current_epoch"
        ):
            points.setdefault(trial, []).append(point)
        found = connection.execute(
            "SELECT c.hash, c.arch, c.num_vertices, c.canonical, c.num_epochs, t.repeat, t.id, "
            "t.train_acc, t.valid_acc, t.test_acc, t.parameters, t.training_time "
            "FROM nb101trialstats t JOIN nb101trialconfig c ON c.id = t.config_id"
        ).fetchall()
    return {row[:6]: (row[7:], points[row[6]]) for row in found}


def provenance(path: Path) -> list[tuple[str, list[str]]]:
    """The format and the changes of each source."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT source_format, changes FROM provenance ORDER BY id")
        return [(form, json.loads(changes) if changes else []) for form, changes in rows]


def tfrecord(path: Path, rows: list[Row]) -> Path:
    """Rows as the original file has them."""
    with open(path, "wb") as file:
        for module_hash, epochs, adjacency, operations, packed in rows:
            message = unpack_metrics(packed)
            write_record(file, encode_row(module_hash, epochs, adjacency, operations, message))
    return path


@pytest.fixture(scope="module")
def rows(source: Path) -> list[Row]:
    """The rows of a small file: all cells of up to 4 vertices, four budgets, three repeats."""
    return rows_of(source)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_trials_of_the_original(
    tmp_path: Path, rows: list[Row], built: Path, layout: str, protocol: int
) -> None:
    """Value by value and repeat by repeat, whichever protocol its writer had."""
    path = write(tmp_path / "nasbench_full.pkl", LAYOUTS[layout](rows), protocol)
    report = ingest(path, tmp_path / "repacked.db")
    assert trials(report.path) == trials(built)
    assert provenance(report.path) == [(f"pickle of {layout}", [])]
    assert report.sources[0]["source_bytes"] == path.stat().st_size


def test_the_pair_of_the_original_api(tmp_path: Path, rows: list[Row], built: Path) -> None:
    """Two files, in either order; one alone is told that the other is missing."""
    fixed, computed = halves(rows)
    one = write(tmp_path / "fixed_statistics.pkl", fixed)
    other = write(tmp_path / "computed_statistics.pkl", computed)
    for sources in ([one, other], [other, one]):
        with contextlib.suppress(FileNotFoundError):
            (tmp_path / "pair.db").unlink()
        report = ingest(sources, tmp_path / "pair.db")
        assert trials(report.path) == trials(built)
        assert {form for form, _ in provenance(report.path)} == {
            "pickle of fixed_statistics",
            "pickle of computed_statistics",
        }
    with pytest.raises(SourceError, match=r"91 cells have no trainings, such as .*computed_stat"):
        ingest(one, tmp_path / "alone.db")
    with pytest.raises(SourceError, match=r"the graphs of 91 cells are missing.*fixed_statistics"):
        ingest(other, tmp_path / "alone.db")
    with pytest.raises(SourceError, match="comes more than once"):
        ingest([one, one], tmp_path / "alone.db")
    with pytest.raises(SourceError, match="come more than once"):
        ingest([other, other], tmp_path / "alone.db")


def test_what_a_file_lacks_is_told_and_kept(tmp_path: Path, rows: list[Row]) -> None:
    """Budgets, and the small cells of an older mirror."""
    of_108 = [row for row in rows if row[1] == 108]
    path = write(tmp_path / "nasbench_only108.pkl", naslib(of_108))
    with pytest.warns(SourceWarning, match=ONLY_108):
        report = ingest(path, tmp_path / "a.db")
    assert provenance(report.path) == [("pickle of NASLib", [ONLY_108])]
    assert len(trials(report.path)) == len(of_108)


def test_a_gzip_file_is_unpacked(tmp_path: Path, rows: list[Row], built: Path) -> None:
    """What its writer packed once more is looked at again."""
    path = tmp_path / "nasbench.pkl.gz"
    path.write_bytes(gzip.compress(pickle.dumps(naslib(rows))))
    assert trials(ingest(path, tmp_path / "a.db").path) == trials(built)
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(CorruptRecord, match="the gzip data end too early"):
        ingest(path, tmp_path / "b.db")
    path.write_bytes(b"\x1f\x8b" + b"x" * 50)
    with pytest.raises(CorruptRecord, match="the gzip data are damaged"):
        ingest(path, tmp_path / "b.db")


# Real values.


REAL = {"NASLib": "naslib_nb101_dummy.pkl", "records": "archai_30cells_nasbench_full.tfrecord.pkl"}


@pytest.mark.filterwarnings("ignore::nasbench_db.errors.SourceWarning")
def test_thirty_real_cells_through_every_layout(data: Path, tmp_path: Path) -> None:
    """Ninety trainings of 108 epochs, from NASLib's own file and the original's rows."""
    records = pickle.loads((data / "repacked" / REAL["records"]).read_bytes())
    expected = trials(ingest(tfrecord(tmp_path / "real.tfrecord", records), tmp_path / "a").path)
    assert len(expected) == 90
    for layout, name in REAL.items():
        report = ingest(data / "repacked" / name, tmp_path / f"real{layout}.db")
        assert provenance(report.path) == [(f"pickle of {layout}", [ONLY_108])]
        assert trials(report.path) == expected
    for layout, pack in LAYOUTS.items():
        path = write(tmp_path / "nasbench_full.pkl", pack(records))
        assert trials(ingest(path, tmp_path / f"{layout}.db").path) == expected, layout
    pair = [write(tmp_path / f"{i}.pkl", half) for i, half in enumerate(halves(records))]
    assert trials(ingest(pair, tmp_path / "pair.db").path) == expected


@pytest.mark.filterwarnings("ignore::nasbench_db.errors.SourceWarning")
@pytest.mark.parametrize(
    "name", ["nabenabe_first_record_nasbench_full.pkl", "nasbenchapi_first_record.pkl"]
)
def test_the_first_record_of_the_original(data: Path, tmp_path: Path, name: str) -> None:
    """As those projects' own writers packed it."""
    report = ingest(data / "repacked" / name, tmp_path / "first.db")
    (((module_hash, *_, epochs, repeat), ((*accuracies, _, seconds), _)),) = trials(
        report.path
    ).items()
    assert (module_hash, epochs, repeat) == ("00005c142e6f48ac74fdcf73e3439874", 4, 0)
    assert seconds == 89.90399932861328
    assert accuracies[1] == 100 * 0.3489583432674408
    assert {change for _, changes in provenance(report.path) for change in changes} == {
        "the trainings for 12, 36, 108 epochs are not in it",
        SMALL,
    }


# What is refused.


def changed(
    rows: list[Row], pack: Callable[[list[Row]], Any], change: Callable[[Any], Any]
) -> Any:
    """A layout with one change."""
    value = pack(rows[:12])
    change(value)
    return value


def first(value: Any) -> Any:
    """The first value of a dict."""
    return next(iter(value.values()))


MISTAKES: dict[str, tuple[Callable[[list[Row]], Any], Callable[[Any], Any], str]] = {
    "matrix of floats": (
        naslib,
        lambda v: first(v)[0].update(module_adjacency=np.zeros((2, 2))),
        "module_adjacency of .* must be a square array",
    ),
    "matrix of eight rows": (
        naslib,
        lambda v: first(v)[0].update(module_adjacency=np.zeros((8, 8), np.int8)),
        "must be a square array",
    ),
    "matrix of one dimension": (
        naslib,
        lambda v: first(v)[0].update(module_adjacency=np.zeros(4, np.int8)),
        "must be a square array",
    ),
    "no matrix": (
        naslib,
        lambda v: first(v)[0].update(module_adjacency=[[0, 1], [0, 0]]),
        "must be a square array",
    ),
    "edges of 2": (
        naslib,
        lambda v: first(v)[0].update(module_adjacency=np.full((2, 2), 2, np.int8)),
        "record 0 at byte",
    ),
    "operations of numbers": (
        naslib,
        lambda v: first(v)[0].update(module_operations=[1, 2]),
        r"module_operations of .* is \[1, 2\]",
    ),
    "parameters of a text": (
        naslib,
        lambda v: first(v)[0].update(trainable_parameters="many"),
        "trainable_parameters of .* is 'many'",
    ),
    "a half without parameters": (
        naslib,
        lambda v: first(v)[0].pop("trainable_parameters"),
        "lacks trainable_parameters",
    ),
    "a run without a number": (
        naslib,
        lambda v: first(v)[1][108][0].pop("final_test_accuracy"),
        "a training of 108 epochs has None as final_test_accuracy",
    ),
    "a run that is a number": (
        naslib,
        lambda v: first(v)[1].update({108: [1.0]}),
        "a training of 108 epochs is 1.0, not a dict",
    ),
    "epochs of a text": (
        naslib,
        lambda v: first(v)[1].update({"108": []}),
        r"a cell has \[\] for '108' epochs",
    ),
    "another key than a hash": (
        naslib,
        lambda v: v.update({"x": first(v)}),
        "the module hash is 'x'",
    ),
    "no pair": (naslib, lambda v: v.update({"0" * 32: 5}), "has 5 instead of two dicts"),
    "halves in each other's place": (
        nabenabe,
        lambda v: v.update(static_info={"0" * 32: {4: []}}),
        "static_info has",
    ),
    "a half too few": (
        nabenabe,
        lambda v: v["static_info"].clear(),
        "the graphs of 1 cells are missing",
    ),
    "two evaluations": (
        repacked101.archai,
        lambda v: first(v)["metrics"][108][0].pop(),
        "not three evaluations",
    ),
    "no metrics later": (
        repacked101.archai,
        lambda v: v.update({"0" * 32: {**first(v), "metrics": None}}),
        "the trainings of a cell are None",
    ),
    "a row of four": (
        repacked101.archai_records,
        lambda v: v.append(v[0][:4]),
        "must be a list of five elements .* and is a tuple of 4",
    ),
    "a row with a number": (
        repacked101.archai_records,
        lambda v: v.append((*v[0][:4], 7)),
        "must be str, int, str, str, str and are str, int, str, str, int",
    ),
    "metrics that are no base64": (
        repacked101.archai_records,
        lambda v: v.append((*v[0][:4], "?")),
        "the metrics are not base64",
    ),
    "a record that lacks something": (
        repacked101.nasbenchapi,
        lambda v: first(v["entries_by_arch"])[0].pop("metrics_b64"),
        "lacks metrics_b64",
    ),
    "records that are none": (
        repacked101.nasbenchapi,
        lambda v: v["entries_by_arch"].update({"0" * 32: 7}),
        "the records of '0000.* are 7",
    ),
    "records too few": (
        repacked101.nasbenchapi,
        lambda v: first(v["entries_by_arch"]).pop(),
        "says that it has 12 records, and has 11",
    ),
    "of another benchmark": (
        repacked101.nasbenchapi,
        lambda v: v.update(benchmark="nasbench201"),
        "says that it is of 'nasbench201'",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_told(tmp_path: Path, rows: list[Row], mistake: str) -> None:
    """Where a layout says what cannot be, the file is refused, and what is wrong is told."""
    pack, change, message = MISTAKES[mistake]
    path = write(tmp_path / "x.pkl", changed(rows, pack, change))
    with pytest.raises(SourceError, match=message):
        ingest(path, tmp_path / "x.db")
    assert not (tmp_path / "x.db").exists()


ARRAY = np.zeros((2, 2), np.int8)
NO_TRAININGS: dict[str, tuple[Any, str]] = {
    "one number for each hash": ({HASH: 0.94}, "a summary: .*means|a summary"),
    "three numbers for each hash": ({HASH: [0.9, 0.8, 0.7]}, "a summary"),
    "graphs": ({HASH: (ARRAY, ["input", "output"])}, "the graphs of cells and nothing"),
    "latencies": ({(3, 4, 4, 0, 3, 0): 0.0052}, "latencies of a device in seconds"),
    "accuracies of tuples": ({(3, 4, 4, 0, 3, 0): 91.5}, "a number for each cell"),
    "normalised": ({(3, 4, 4, 0, 3, 0): -1.5}, "accuracies that were normalised"),
    "digits with a dict": ({(3, 4, 4, 0, 3, 0): {"x": 1}}, "cells written as six digits"),
    "proxies": ({"i": 0, "arch": CELL, "logmeasures": {"snip": 1.0}}, "zero-cost proxies"),
    "proxies of hashes": ({"hash": HASH, "logmeasures": {"snip": 1.0}}, "zero-cost proxies"),
    "proxies in a list": ([{"logmeasures": [{"val_acc": 1.0}]}], "zero-cost proxies"),
    "means of aw_nas": ([((np.zeros((7, 7)), [1, 2]), 0.9, 0.5)], "means over repeats"),
    "means of aw_nas in lists": ([(([[0.0]], [1, 2]), 0.9, 0.5)], "means over repeats"),
    "nb301": ({(((0, 1),) * 8, ((0, 1),) * 8): {"runtime": 1.0}}, "curves of NAS-Bench-301"),
    "nb_nlp": ({(((0, 4),), (0, 1), (4,)): {"train_losses": []}}, "curves of NAS-Bench-NLP"),
    "runs of nb301": ({"entries": [{"path": "x"}], "num_files": 1}, "runs of NAS-Bench-301"),
    "a number by budget": ({"108": {HASH: {"val_acc": 0.9}}}, "one number of each metric"),
    "numbers by position": ({"0": {"adj_matrix": [], "cifar10_test": 91.2}}, "rounded"),
    "one number for each string": ({CELL: 91.5}, "a summary with one number"),
    "nb201_all": ({CELL: {"cifar10": {"eval_acc1es": 91.5}}}, "nb201_all"),
    "two means": ({CELL: {"cifar10": {"eval_acc1es": [91.5, 91.0]}}}, "two means over the seeds"),
}


@pytest.mark.parametrize("kind", NO_TRAININGS)
def test_what_holds_no_trainings_is_called_what_it_is(tmp_path: Path, kind: str) -> None:
    """With the way that its numbers can go."""
    value, message = NO_TRAININGS[kind]
    path = write(tmp_path / "nasbench_full.pkl", value)
    with pytest.raises(SourceError, match=f"holds no trainings but .*{message}"):
        ingest(path, tmp_path / "x.db")


@pytest.mark.parametrize("value", [{}, [], {"x": 1}, {HASH: {}}, [5], 5, {HASH: (1, 2)}])
def test_other_pickles_are_refused(tmp_path: Path, value: Any) -> None:
    """What is not known is shown, with the layouts that are."""
    with pytest.raises(SourceError, match=r"of no known layout|a pickle of nothing|no trainings"):
        ingest(write(tmp_path / "x.pkl", value), tmp_path / "x.db")


def asking_for(module: str, name: str) -> bytes:
    """A pickle that asks for a name."""
    return f"\x80\x02c{module}\n{name}\n)\x81.".encode("latin1")


@pytest.mark.parametrize(
    ("module", "name", "message"),
    [
        ("pandas.core.frame", "DataFrame", "a table of pandas.*to_csv"),
        ("pandas.core.internals.managers", "BlockManager", "a table of pandas"),
        ("torch._utils", "_rebuild_tensor_v2", "tensors of torch in a plain pickle"),
        ("cnn.genotypes", "Genotype", "DARTS's class Genotype"),
        ("os", "system", "may be meant to run a program"),
    ],
)
def test_classes_of_other_programs_are_refused(
    tmp_path: Path, module: str, name: str, message: str
) -> None:
    """Those of tables, tensors and genotypes are called so."""
    path = tmp_path / "x.pkl"
    path.write_bytes(asking_for(module, name))
    with pytest.raises(ForbiddenGlobal, match=message):
        ingest(path, tmp_path / "x.db")


# What is hostile.


def reconstructed(state: bytes, core: str = "numpy.core") -> bytes:
    """A NASLib pickle whose matrix numpy is asked to make of this state."""
    array = (
        f"c{core}.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R".encode("latin1")
        + state
        + b"b"
    )
    hash_text = b"X\x20\x00\x00\x00" + HASH.encode()
    fixed = b"}X\x10\x00\x00\x00module_adjacency" + array + b"s"
    return b"\x80\x04}" + hash_text + fixed + b"}\x86s."


INT8 = b"cnumpy\ndtype\nX\x02\x00\x00\x00i1K\x00K\x01\x87R"
OBJECT = b"cnumpy\ndtype\nX\x02\x00\x00\x00O8K\x00K\x01\x87R"
HOSTILE = {
    "objects": b"(K\x01K\x02K\x02\x86" + OBJECT + b"\x89]t",
    "too few bytes": b"(K\x01K\x02K\x02\x86" + INT8 + b"\x89C\x03abct",
    "negative shape": b"(K\x01J\xff\xff\xff\xffK\x02\x86" + INT8 + b"\x89C\x00t",
    "huge shape": b"(K\x01J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86" + INT8 + b"\x89C\x00t",
    "no bytes": b"(K\x01K\x02K\x02\x86" + INT8 + b"\x89]t",
    "no dtype": b"(K\x01K\x02K\x02\x86N\x89C\x04\x00\x00\x00\x00t",
    "no state": b"N",
}


@pytest.mark.parametrize("core", ["numpy.core", "numpy._core"])
@pytest.mark.parametrize("variant", HOSTILE)
def test_hostile_arrays_are_refused(tmp_path: Path, variant: str, core: str) -> None:
    """Arrays of objects, and those whose shape is not that of their bytes, in both spellings."""
    path = tmp_path / "x.pkl"
    path.write_bytes(reconstructed(HOSTILE[variant], core))
    with pytest.raises(SourceError) as caught:
        ingest(path, tmp_path / "x.db")
    assert "lacks" not in str(caught.value)  # the array was refused, and not what is missing else


def test_the_array_alone_would_do(tmp_path: Path) -> None:
    """The same pickle with a sound matrix gets further: to what else it lacks."""
    path = tmp_path / "x.pkl"
    path.write_bytes(reconstructed(b"(K\x01K\x02K\x02\x86" + INT8 + b"\x89C\x04\x00\x01\x00\x00t"))
    with pytest.raises(SourceError, match="lacks module_operations, trainable_parameters"):
        ingest(path, tmp_path / "x.db")


@given(data=st.data())
def test_damage_is_told_and_nothing_else(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Bytes changed anywhere in a file of any layout: rows, or an error that names the file."""
    layout = data.draw(st.sampled_from(sorted(LAYOUTS)))
    whole = bytearray(PACKED[layout])
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.sampled_from([len(whole), data.draw(st.integers(1, len(whole)))]))
    path = tmp_path_factory.getbasetemp() / "fuzzed.pkl"
    path.write_bytes(b"\x80" + bytes(whole[1:end]))
    told = ""
    try:
        list(parse([str(path)], False))
    except SourceError as error:
        told = str(error)
    assert not told or str(path) in told


def _packed() -> dict[str, bytes]:
    zeros = base64.b64encode(bytes(20)).decode()
    row: Row = ("0" * 32, 4, "0100", "input,output", zeros)
    names = ("training_time", "train_accuracy", "validation_accuracy", "test_accuracy")
    run = {f"{when}_{name}": 0.5 for when in ("halfway", "final") for name in names}
    point = dict.fromkeys(names, 0.5)
    fixed = {
        "module_adjacency": np.array([[0, 1], [0, 0]], np.int8),
        "module_operations": ["input", "output"],
        "trainable_parameters": 5,
    }
    entry = {
        "epoch": 4,
        "adjacency_str": "0100",
        "operations_str": "input,output",
        "metrics_b64": zeros,
    }
    values = {
        "NASLib": {row[0]: (fixed, {4: [run, run]})},
        "nabenabe": {"non_static_info": {row[0]: {4: [run]}}, "static_info": {row[0]: fixed}},
        "records": [row, row],
        "archai": OrderedDict({row[0]: {**fixed, "metrics": {4: [[point] * 3]}, "rank": 0}}),
        "nasbenchapi": {
            "benchmark": "nasbench101",
            "entries_by_arch": {row[0]: [entry]},
            "num_records": 1,
        },
    }
    return {layout: pickle.dumps(value, 4) for layout, value in values.items()}


PACKED = _packed()
