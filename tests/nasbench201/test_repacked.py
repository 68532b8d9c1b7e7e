"""Re-packed files of NAS-Bench-201: the values of the original, and the limits of each layout."""

import contextlib
import gzip
import json
import pickle
import sqlite3
from collections.abc import Callable
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import repacked201
from support.raw import whole

import nasbench_db
from nasbench_db import SourceError
from nasbench_db.nasbench201.repacked import read_hpobench, read_naslib, read_repacked
from nasbench_db.nasbench201.synthetic import topology_record
from nasbench_db.nats.record import CURVE_COLUMNS

pytestmark = [
    pytest.mark.filterwarnings("ignore::nasbench_db.errors.SourceWarning"),
    pytest.mark.usefixtures("memoised"),
]

DATASETS = ("cifar10-valid", "cifar100", "ImageNet16-120")
CELL = "|avg_pool_3x3~0|+|nor_conv_1x1~0|none~1|+|none~0|skip_connect~1|skip_connect~2|"
Key = tuple[int, str, int, int]
Values = dict[Key, dict[str, Any]]
POINT = ("current_epoch", *CURVE_COLUMNS)
NOT_COMPARED = {"id", "config_id", "source", "splits", "time_source", "latencies"}


@pytest.fixture(scope="module")
def infos() -> dict[int, Any]:
    """The records of three cells that were trained with three seeds."""
    records = ((index, topology_record(index)) for index in count())
    return dict(islice((one for one in records if len(one[1]["200"]["all_results"]) == 12), 3))


@pytest.fixture(scope="module")
def original(
    infos: dict[int, Any], strings: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Values:
    """What the original's dict gives."""
    path = tmp_path_factory.mktemp("original") / "original.db"
    return values_of(ingest(whole(infos, strings), path))


def ingest(sources: Any, path: Path) -> Path:
    """Ingest without a progress bar."""
    return nasbench_db.ingest("nasbench201", sources, path, progress=False).path


def values_of(path: Path) -> Values:
    """By architecture, data set, epochs and seed: final values, and the curve under ``curve``."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        found = {}
        by_trial: dict[int, dict[str, Any]] = {}
        for row in connection.execute(
            "SELECT c.arch_index, c.dataset, c.num_epochs, t.* FROM nb201trialstats t "
            "JOIN nb201trialconfig c ON c.id = t.config_id"
        ):
            values = {key: value for key, value in dict(row).items() if key not in NOT_COMPARED}
            key = (row["arch_index"], row["dataset"], row["num_epochs"], row["seed"])
            found[key] = by_trial[row["id"]] = {**values, "curve": []}
        for row in connection.execute("SELECT * FROM nb201intermediatestats ORDER BY 1, 2"):
            point = {key: row[key] for key in POINT}
            by_trial[row["trial_id"]]["curve"].append(point)
    return found


def provenance(path: Path) -> list[tuple[str, list[str]]]:
    """The format and the changes of each source."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT source_format, changes FROM provenance ORDER BY id")
        return [(form, json.loads(changes) if changes else []) for form, changes in rows]


def assert_part_of(found: Values, original: Values, same: Callable[[Any, Any], bool]) -> None:
    """What a layout says is what the original says, and it says the accuracies."""
    assert found
    for key, values in found.items():
        expected = original[key]
        compare({**values, "curve": None}, expected, same)
        assert len(values["curve"]) == len(expected["curve"]) == 200
        for point, right in zip(values["curve"], expected["curve"], strict=True):
            compare(point, right, same)
            assert point["train_acc"] is not None


def compare(
    values: dict[str, Any], right: dict[str, Any], same: Callable[[Any, Any], bool]
) -> None:
    """Where there is a value, it is the right one; where NAS-Bench-201 evaluated less, none is."""
    for name, value in values.items():
        # Times that were estimated are stored once for all epochs.
        once = name.endswith("_time") and right[name] is None
        if value is not None and not once:
            assert same(value, right[name]), name


def equal(value: Any, right: Any) -> bool:
    """To the last bit."""
    return value == right


def equal_in_float32(value: Any, right: Any) -> bool:
    """As what was rounded to float32: an error, or the number itself."""
    if isinstance(value, (str, int)):
        return value == right
    errors = np.float32(1 - value / 100), np.float32(1 - right / 100)
    return abs(errors[0] - errors[1]) <= 6e-8 or np.float32(value) == np.float32(right)


def plain(value: Any) -> Any:
    """For JSON: numbers of numpy as Python's."""
    return value.item()


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("dataset", DATASETS)
def test_naslib(
    tmp_path: Path, infos: dict[int, Any], original: Values, dataset: str, protocol: int
) -> None:
    """The training of seed 888, with what comes behind the epochs as other splits."""
    path = tmp_path / "nb201_full_training.pickle"
    path.write_bytes(pickle.dumps(repacked201.naslib(infos, dataset), protocol))
    database = ingest(path, tmp_path / "naslib.db")
    found = values_of(database)
    assert set(found) == {(index, dataset.lower(), 200, 888) for index in infos}
    assert_part_of(found, original, equal)
    test = "ori_test_acc" if dataset == "cifar10-valid" else "test_acc"
    last = pickle.loads(path.read_bytes())
    assert sorted(values[test] for values in found.values()) == sorted(
        record[dataset]["eval_acc1es"][-1] for record in last.values()
    )
    ((form, (change,)),) = provenance(database)
    assert form == "pickle of NASLib"
    assert change.startswith("the seed is not in it: it is 888 by its values")


def test_naslib_without_other_splits(tmp_path: Path, infos: dict[int, Any]) -> None:
    """200 values are those of the epochs and no test."""
    content = repacked201.naslib(infos, "cifar100")
    for record in content.values():
        for key in ("eval_acc1es", "eval_losses"):
            del record["cifar100"][key][200:]
    path = tmp_path / "x.pickle"
    path.write_bytes(pickle.dumps(content))
    for values in values_of(ingest(path, tmp_path / "x.db")).values():
        assert values["ori_test_acc"] is not None
        assert values["test_acc"] is None and values["valid_acc"] is None  # noqa: PT018


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda of: of["eval_acc1es"].append(1.0), "eval_acc1es has 203 values; .* 200.* or 202"),
        (lambda of: of["eval_acc1es"].pop(), "eval_acc1es has 201 values; .* 200.* or 202"),
        (lambda of: of["train_losses"].pop(), "train_losses has 199 values instead of 200"),
        (lambda of: of.pop("cost_info"), "cost_info is None"),
        (lambda of: of.update(eval_losses={}), "eval_losses is {}, not a list"),
        (lambda of: of["eval_losses"].__delitem__(slice(200, None)), "different lengths"),
        (lambda of: of["train_acc1es"].__setitem__(3, "x"), "'x' where a number should be"),
        (lambda of: of["cost_info"].update(latency=[[]]), "latency contains"),
    ],
)
def test_mistakes_in_naslib_are_told(
    tmp_path: Path, infos: dict[int, Any], change: Callable[[Any], Any], message: str
) -> None:
    """Lengths are printed."""
    content = repacked201.naslib(infos, "cifar100")
    change(next(iter(content.values()))["cifar100"])
    path = tmp_path / "x.pickle"
    path.write_bytes(pickle.dumps(content))
    with pytest.raises(SourceError, match=message):
        ingest(path, tmp_path / "x.db")


REFUSED: dict[str, tuple[Any, str]] = {
    "ninapro": ({CELL: {"ninapro": {"eval_acc1es": [1.0] * 200}}}, "NAS-Bench-360"),
    "two data sets": ({CELL: {"cifar10": {}, "cifar100": {}}}, "not one data set"),
    "training with validation": ({CELL: {"cifar10": {"x": 1}}}, "NASLib has no file of"),
    "another key": ({"x": {}}, "of no known layout"),
    "a list": ([1, 2], "of no known layout"),
    "nothing": ({}, "a pickle of nothing"),
    "two means": ({CELL: {"cifar10": {"eval_acc1es": [91.5, 91.0]}}}, "two means over the seeds"),
    "one number": ({CELL: {"cifar10": {"eval_acc1es": 91.5}}}, "nb201_all"),
    "latencies": ({(3, 4, 4, 0, 3, 0): 0.0052}, "latencies of a device in seconds"),
    "normalised": ({(3, 4, 4, 0, 3, 0): -1.0}, "normalised"),
    "proxies": ({"i": 0, "arch": CELL, "logmeasures": {}}, "zero-cost proxies"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_refused_is_called_what_it_is(tmp_path: Path, kind: str) -> None:
    """Pickles that hold no trainings of NAS-Bench-201."""
    value, message = REFUSED[kind]
    path = tmp_path / "x.pickle"
    path.write_bytes(pickle.dumps(value))
    with pytest.raises(SourceError, match=message):
        ingest(path, tmp_path / "x.db")


def test_a_table_of_numpy_is_refused(tmp_path: Path) -> None:
    """The one that many have is of two decimals."""
    path = tmp_path / "nasbench201_dict.npy"
    np.save(path, np.array(5))
    with pytest.raises(SourceError, match="rounded to two decimals"):
        ingest(path, tmp_path / "x.db")


@pytest.mark.parametrize("protocol", [2, 5])
def test_nasbenchapi(
    tmp_path: Path, infos: dict[int, Any], strings: list[str], original: Values, protocol: int
) -> None:
    """The original's dict in a pickle without torch."""
    path = tmp_path / "nasbench201.pkl"
    path.write_bytes(pickle.dumps(whole(infos, strings), protocol))
    assert values_of(ingest(path, tmp_path / "x.db")) == original


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("dataset", DATASETS)
def test_hpobench(
    tmp_path: Path, infos: dict[int, Any], original: Values, dataset: str, compressed: bool
) -> None:
    """All seeds of the original."""
    text = json.dumps(repacked201.hpobench(infos, dataset), default=plain).encode()
    path = tmp_path / "NAS-Bench-201.json"
    path.write_bytes(gzip.compress(text) if compressed else text)
    database = ingest(path, tmp_path / "x.db")
    found = values_of(database)
    expected = {key for key in original if key[1:3] == (dataset.lower(), 200)}
    assert set(found) == expected
    assert_part_of(found, original, equal)
    assert provenance(database) == [("JSON of HPOBench", [])]


def test_copies_of_other_seeds_are_left_out(tmp_path: Path, infos: dict[int, Any]) -> None:
    """Of two that are equal the one is kept whose seed the record has."""
    content = repacked201.hpobench(infos, "cifar100")
    first, second, _ = content["777"]
    content["777"][first] = content["888"][first]  # with its own seed in it
    content["999"][second] = {**content["888"][second], "seed": 999}  # or not
    path = tmp_path / "x.json"
    path.write_text(json.dumps(content, default=plain))
    database = ingest(path, tmp_path / "x.db")
    seeds: dict[int, set[int]] = {}
    for index, _, _, seed in values_of(database):
        seeds.setdefault(index, set()).add(seed)
    assert list(seeds.values()) == [{888, 999}, {777, 888}, {777, 888, 999}]
    told = "2 records that are copies of another seed's were left out"
    assert provenance(database) == [("JSON of HPOBench", [told])]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"1": {"x": {}}}', "is JSON, and not of HPOBench"),
        ('[{"arch": "x"}]', "{ is expected here"),
        ('{"777": {"x": 1}}', "is JSON, and not of HPOBench"),
        (f'{{"777": {{"{CELL}": 1}}}}', "its record is 1"),
        (f'{{"777": {{"{CELL}": {{}}}}}}', "was trained for"),
        (f'{{"777": {{"{CELL}": {{"epochs": 200}}}}}}', "the run lacks"),
        (f'{{"777": {{"{CELL}": {{"seed": "5"}}}}}}', "says that the seed is '5'"),
        (f'{{"777": {{"{CELL}": {{"train_times": {{"x": 1}}}}}}}}', "other keys than epochs"),
        ('{"777": {}}', "its seeds are empty"),
        ("{}", "its seeds are empty"),
        ('{"777": {}} 5', "something follows behind"),
        ('{"777": {}, "777": {}}', "a new name is expected"),
        ('{"777": {"' + "x" * 50, "no value of JSON"),
        ('{"777": {"a": ' + "[" * 100_000, "no value of JSON"),
        ('{"777" 5', ": is expected here"),
        ('{"777": {"a": Infinity}}', "no value of JSON"),
        ("{7: 5}", "a new name is expected here"),
    ],
)
def test_mistakes_in_json_are_told(tmp_path: Path, text: str, message: str) -> None:
    """Other JSON, and damaged files."""
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(SourceError, match=message):
        ingest(path, tmp_path / "x.db")


def test_json_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """Bytes that are no UTF-8, and a character that is cut."""
    for content in (b'{"777": {"\xff', b'{"777": {"\xc3'):
        (tmp_path / "x.json").write_bytes(content)
        with pytest.raises(SourceError, match="damaged or truncated"):
            list(read_hpobench(str(tmp_path / "x.json")))


@pytest.mark.elsewhere
def test_synetune(tmp_path: Path, infos: dict[int, Any], original: Values) -> None:
    """Accuracies of three data sets, as they are in float32."""
    folder = repacked201.synetune(tmp_path / "nasbench201", infos)
    database = ingest(folder, tmp_path / "x.db")
    found = values_of(database)
    assert {key[1] for key in found} == {"cifar10", "cifar100", "imagenet16-120"}
    assert len(found) == 27
    assert_part_of(found, original, equal_in_float32)
    assert all(values["training_time"] is None for values in found.values())
    ((form, (limits,)),) = provenance(database)
    assert form == "folder of syne-tune"
    assert "float32" in limits and "ori-test" in limits  # noqa: PT018


def test_imputed_seeds_are_left_out(tmp_path: Path, infos: dict[int, Any]) -> None:
    """Where two were trained, the mean of them is none; where one was, it cannot be told which."""
    changed = {index: {"200": {**info["200"]}} for index, info in infos.items()}
    for info, seeds in zip(changed.values(), ((777, 999), (888,), (777, 888, 999)), strict=True):
        runs = info["200"]["all_results"]
        info["200"]["all_results"] = {key: run for key, run in runs.items() if key[1] in seeds}
    folder = repacked201.synetune(tmp_path / "nasbench201", changed)
    database = ingest(folder, tmp_path / "x.db")
    seeds_of: dict[int, set[int]] = {}
    for index, _, _, seed in values_of(database):
        seeds_of.setdefault(index, set()).add(seed)
    first, _, last = infos
    assert seeds_of == {first: {777, 999}, last: {777, 888, 999}}
    ((_, (_, imputed, untold)),) = provenance(database)
    assert imputed == "3 seeds that are means of the others were left out"
    assert untold.startswith("of 3 cells and data sets all seeds are equal")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("metadata.json", b"{", "does not tell what is in the folder"),
        ("metadata.json", b"{}", "does not tell what is in the folder"),
        ("objectives_evaluations.npy", b"x", "cannot be read"),
        ("hyperparameters.parquet", b"x", "cannot be read"),
    ],
)
def test_damaged_folders_are_refused(
    tmp_path: Path, infos: dict[int, Any], name: str, content: bytes, message: str
) -> None:
    """With the file at fault."""
    folder = repacked201.synetune(tmp_path / "nasbench201", infos)
    (folder / name).write_bytes(content)
    with pytest.raises(SourceError, match=message):
        ingest(folder, tmp_path / "x.db")


def test_arrays_of_another_shape_are_refused(tmp_path: Path, infos: dict[int, Any]) -> None:
    """They must fit the other files; arrays of objects are never unpickled."""
    folder = repacked201.synetune(tmp_path / "nasbench201", infos)
    path = folder / "objectives_evaluations.npy"
    np.save(path, np.load(path)[:, :2])
    with pytest.raises(SourceError, match="must be of float32 and of"):
        ingest(folder, tmp_path / "x.db")
    np.save(path, np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(SourceError, match="cannot be read"):
        ingest(folder, tmp_path / "x.db")


# Several sources.


def test_sources_merge_and_contradictions_are_counted(
    tmp_path: Path, infos: dict[int, Any], strings: list[str], original: Values
) -> None:
    """What only one source has contradicts nothing; another value does."""
    content = repacked201.naslib(infos, "cifar100")
    path = tmp_path / "x.pickle"
    path.write_bytes(pickle.dumps(content))
    report = nasbench_db.ingest(
        "nasbench201", [whole(infos, strings), path], tmp_path / "x.db", progress=False
    )
    assert values_of(report.path) == original
    next(iter(content.values()))["cifar100"]["train_losses"][7] += 1
    path.write_bytes(pickle.dumps(content))
    with pytest.warns(nasbench_db.SourceWarning, match="1 training runs are in several sources"):
        ingest([whole(infos, strings), path], tmp_path / "y.db")


# Real values.


def test_the_samples_are_what_nats_bench_has(data: Path, tmp_path: Path, real201: Any) -> None:
    """Records 0 and 11 through every layout, wherever they overlap."""
    expected = values_of(real201.path)
    folder = data / "repacked"
    sources = [folder / "synetune_nasbench201", *sorted((folder / "hpobench").iterdir())]
    sources += [
        path for path in sorted((folder / "naslib201").iterdir()) if "ninapro" not in path.name
    ]
    assert len(sources) == 6
    trials = 0
    for source in sources:
        found = values_of(ingest(source, tmp_path / f"{source.name}.db"))
        same = equal_in_float32 if source.is_dir() else equal
        assert_part_of(found, expected, same)
        trials += len(found)
    assert trials == 18 + 6 + 6
    with pytest.raises(SourceError, match="NAS-Bench-360"):
        ingest(folder / "naslib201" / "nb201_ninapro_full_training.pickle", tmp_path / "n.db")


def test_proxies_of_real_cells_are_refused(data: Path, tmp_path: Path) -> None:
    """The file of zero-cost-nas, which is several pickles one after another."""
    (path,) = (data / "repacked").glob("nb2_cf10_*.p")
    with pytest.raises(SourceError, match="zero-cost proxies"):
        ingest(path, tmp_path / "x.db")


# Damage.


def _small() -> bytes:
    content = repacked201.naslib({0: topology_record(0)}, "cifar100")
    return pickle.dumps(content)


SMALL = _small()
JSON = b'{"777": {"%s": {"name": "cifar100", "epochs": 200, "train_times": {"0": 1.5}}}}' % (
    CELL.encode()
)


@settings(max_examples=50)
@given(st.data())
def test_damage_is_told_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Bytes changed anywhere: values, or an error that names the file."""
    content, read = data.draw(st.sampled_from([(SMALL, read_naslib), (JSON, read_hpobench)]))
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, min(len(changed), 500) - 1))
        changed[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "fuzzed"
    path.write_bytes(bytes(changed[: data.draw(st.integers(1, len(changed)))]))
    told = ""
    try:
        list(read(str(path)))
    except SourceError as error:
        told = str(error)
    assert not told or str(path) in told


def test_the_original_is_left_to_its_reader(tmp_path: Path) -> None:
    """What is absent, empty or no pickle is refused as ever."""
    (tmp_path / "x").write_bytes(b"")
    for path in (tmp_path / "x", tmp_path / "absent", tmp_path):
        with pytest.raises(SourceError):
            list(read_repacked(str(path)))
