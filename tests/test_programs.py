"""Small programs for the original packages, in the style of published ones, run on our drop-ins.

Each is written for the original, and nothing but its import is changed before it is run. What it
prints is compared with what SQL says of the database.
"""

import contextlib
import io
import multiprocessing
import runpy
import sqlite3
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.raw import whole

import nasbench_db
from nasbench_db.architectures.topology import official_order
from nasbench_db.nasbench201.api import LeftOutWarning
from nasbench_db.nasbench201.synthetic import topology_record
from nasbench_db.natsbench import EmptyAnswerWarning
from nasbench_db.natssss import enumerate_cells
from nasbench_db.natssss.synthetic import size_record

PROGRAMS = Path(__file__).parent / "programs"
IMPORTS = {
    "from nasbench import api": "from nasbench_db.nasbench101 import api",
    "from nas_201_api import": "from nasbench_db.nasbench201.api import",
    "from nats_bench import": "from nasbench_db.natsbench import",
    "from api import": "from nasbench_db.transnas101.api import",
}
Lines = list[list[Any]]
Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def asked(explored: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A database for each kind of program; two of more architectures than those of other tests."""
    folder = tmp_path_factory.mktemp("programs")
    topologies = [cell.arch_str for cell in official_order()]
    two = [
        index
        for index, text in enumerate(topologies)
        if text.endswith("nor_conv_3x3~2|") and not {"none", "1x1", "avg"} & set(_words(text))
    ]
    sizes = [cell.arch_str for cell in enumerate_cells()]
    few = [index for index, text in enumerate(sizes) if set(text.split(":")) == {"8", "64"}]
    few += [0, len(sizes) - 1]
    assert (len(two), len(few)) == (32, 32)
    contents = {
        "nasbench201": whole({i: topology_record(i) for i in two}, topologies),
        "natssss": whole({i: size_record(i) for i in few}, sizes),
    }
    return {
        **explored,
        **{
            name: nasbench_db.ingest(name, content, folder / f"{name}.db", progress=False).path
            for name, content in contents.items()
        },
    }


def _words(text: str) -> list[str]:
    return text.replace("_", " ").replace("~", " ").replace("|", " ").split()


def run(name: str, database: Path, folder: Path) -> Lines:
    """What a program prints, as words and numbers, after its import was changed."""
    text = (PROGRAMS / f"{name}.py").read_text()
    (old,) = (line for line in IMPORTS if f"\n{line}" in text)
    changed = folder / f"{name}.py"
    changed.write_text(text.replace(old, IMPORTS[old]))
    printed = io.StringIO()
    arguments, sys.argv = sys.argv, [str(changed), str(database)]
    try:
        with contextlib.redirect_stdout(printed):
            runpy.run_path(str(changed), run_name="__main__")
    finally:
        sys.argv = arguments
    return [[_value(word) for word in line.split()] for line in printed.getvalue().splitlines()]


def _value(word: str) -> Any:
    with contextlib.suppress(ValueError):
        return float(word.strip("[](),"))
    return word.strip("[](),'")


@pytest.fixture
def start(asked: dict[str, Path], tmp_path: Path) -> Callable[[str, str], tuple[Lines, Ask]]:
    """Runs a program on the database of a benchmark."""

    def call(name: str, benchmark: str) -> tuple[Lines, Ask]:
        def ask(statement: str) -> list[tuple[Any, ...]]:
            with contextlib.closing(sqlite3.connect(asked[benchmark])) as connection:
                return connection.execute(statement).fetchall()

        return run(name, asked[benchmark], tmp_path), ask

    return call


Start = Callable[[str, str], tuple[Lines, Ask]]
PAIRS = "SELECT valid_acc / 100, test_acc / 100 FROM nb101 WHERE num_epochs = 108"


def test_random_search(start: Start) -> None:
    ((count, seconds, epochs, valid, test),), ask = start("random_search_101", "nasbench101")
    assert epochs == 108 * count
    assert seconds > 5e4
    assert (valid, test) in ask(PAIRS)


def test_regularized_evolution(start: Start) -> None:
    ((count, best, parameters), repeats), ask = start("regularized_evolution_101", "nasbench101")
    assert count > 20
    assert best in repeats
    (found,) = ask(
        "SELECT round(1e6 * parameters), group_concat(valid_acc / 100) FROM nb101 WHERE "
        f"num_epochs = 108 GROUP BY config_id HAVING sum(valid_acc / 100 = {best})"
    )
    assert (parameters, len(repeats)) == (found[0], 3)


def test_predictor(start: Start) -> None:
    ((known, every, module_hash, best, highest),), ask = start("predictor_101", "nasbench101")
    assert (known, every) == (50, 91)
    means = dict(
        ask("SELECT hash, avg(valid_acc / 100) FROM nb101 WHERE num_epochs = 108 GROUP BY hash")
    )
    assert best == pytest.approx(means[module_hash])
    assert highest == pytest.approx(max(means.values()))


def test_hyperband(start: Start) -> None:
    ((seen, *rest),), ask = start("hyperband_101", "nasbench101")
    assert seen == (27 + 9 + 3 + 1) + (9 + 3 + 1) + (3 + 1) + 1
    assert rest[:4] == [4, 12, 36, 108]
    epochs, seconds, valid, halfway = rest[4:]
    rungs = 27 * 4 + (9 + 9) * 12 + (3 + 3 + 3) * 36 + 4 * 108
    assert epochs in {rungs + 54 * better for better in range(1, 5)}
    assert seconds > halfway > 0
    assert valid in [valid for valid, _ in ask(PAIRS)]


def test_ranks(start: Start) -> None:
    with pytest.warns(LeftOutWarning, match="query_by_arch .* answers for 200 epochs"):
        (numbers, (best, accuracy, lines), seeds), ask = start("ranks_201", "nasbench201")
    assert numbers[:2] == [15625, 32]
    assert -1 <= numbers[2] <= 1
    means: dict[int, list[float]] = {}
    for epochs in (12, 200):
        found = ask(
            "SELECT avg(valid_acc) FROM nb201 WHERE dataset = 'cifar10-valid' AND "
            f"num_epochs = {epochs} GROUP BY arch_index ORDER BY arch_index"
        )
        means[epochs] = [mean for (mean,) in found]
    assert accuracy == pytest.approx(max(means[200]))
    places = np.triu_indices(32, 1)
    short, long = (np.subtract.outer(x, x)[places] for x in map(np.array, means.values()))
    assert numbers[2] == pytest.approx(np.mean(np.sign(short * long)))
    assert ask("SELECT max(flops) FROM nb201 WHERE dataset = 'cifar100'") == [(numbers[3],)]
    assert lines == 8  # beside the first, two for each of four data sets
    assert [(seed,) for seed in seeds] == ask(
        "SELECT seed FROM nb201 WHERE dataset = 'cifar10' AND num_epochs = 200 AND "
        f"arch_index = {best:.0f} ORDER BY seed"
    )


def test_aging_evolution(start: Start) -> None:
    ((count, seconds, best, index, test),), ask = start("evolution_201", "nasbench201")
    assert count > 20
    assert seconds > 20000
    where = f"arch_index = {index:.0f}"
    found = ask(f"SELECT valid_acc FROM nb201 WHERE num_epochs = 12 AND {where}")
    assert (best,) in found
    ((mean,),) = ask(
        "SELECT avg(ori_test_acc) FROM nb201 WHERE num_epochs = 200 AND dataset = 'cifar10' AND "
        + where
    )
    assert test == pytest.approx(mean)


def test_reinforce(start: Start) -> None:
    (numbers, keys), ask = start("reinforce_nats", "nasbench201")
    count, seconds, best, index, latency = numbers
    assert count > 5
    assert seconds > 30000
    twelve = "FROM nb201 WHERE dataset = 'cifar100' AND num_epochs = 12"
    assert (best,) in ask(f"SELECT valid_acc {twelve}")
    assert ask(f"SELECT latency {twelve} AND arch_index = {index:.0f}") == [(latency,)]
    assert len(keys) == 16
    assert keys[0] == "test-accuracy"


def test_size_search(start: Start) -> None:
    with pytest.warns(EmptyAnswerWarning, match=r"at most 0\.001 million FLOPs"):
        ((*now, asked, found, best, highest), nothing), ask = start("size_search_nats", "natssss")
    assert asked % 5 == 0
    means = dict(
        ask(
            "SELECT arch_str, avg(valid_acc) FROM natssss WHERE num_epochs = 90 AND "
            "dataset = 'cifar10-valid' GROUP BY arch_index"
        )
    )
    assert found == means[":".join(f"{width:.0f}" for width in now)]
    limits = ask(
        "SELECT arch_index FROM natssss WHERE dataset = 'cifar10' AND num_epochs = 12 "
        "GROUP BY arch_index ORDER BY avg(flops) LIMIT 21"
    )
    assert (best,) in limits
    assert found <= highest <= max(means.values())
    assert nothing == [-1, "None"]


def test_tasks(start: Start) -> None:
    (*tasks, (count, again)), ask = start("tasks_transnas", "transnas101")
    assert count == again == ask("SELECT count(*) FROM tnb101architecture")[0][0]
    for task, index, value, epoch, flops, *_ in tasks:
        metric = "valid_mIoU" if task == "segmentsemantic" else "valid_top1"
        ((highest,),) = ask(
            f"SELECT max(i.{metric}) FROM tnb101intermediatestats AS i JOIN tnb101trialstats AS t "
            "ON t.id = i.trial_id JOIN tnb101trialconfig AS c ON c.id = t.config_id WHERE "
            f"c.task = '{task}' AND c.search_space = 'micro'"
        )
        assert value == highest
        assert epoch >= 0
        assert index >= 0
        assert flops > 0


def test_workers(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing, "Pool", multiprocessing.get_context("fork").Pool)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads that forking does without
        (*runs, counters), ask = start("workers_101", "nasbench101")
    pairs = ask(PAIRS)
    assert len(runs) == 4
    for valid, test, seconds, epochs in runs:
        assert (valid, test) in pairs
        assert epochs == 12 * 108
        assert seconds > 0
    assert counters == [0, 0]  # the parent's own


def test_all_programs_are_run() -> None:
    tested = Path(__file__).read_text()
    names = [program.stem for program in PROGRAMS.glob("*.py")]
    assert len(names) == 10
    assert all(f'start("{name}"' in tested for name in names)
