"""Many runs of searches at once, on all processors."""

from __future__ import annotations

import contextlib
import gc
import inspect
import multiprocessing
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Any, NamedTuple

import orjson

from nasbench_db.architectures.inputs import show
from nasbench_db.ask.words import whole_number
from nasbench_db.errors import BuildError, InvalidQuery, NasbenchDBError, SearchFailed
from nasbench_db.metrics import choose
from nasbench_db.simulation.rows import SAID, Rows, differences
from nasbench_db.simulation.running import Simulation
from nasbench_db.simulation.searches import ALGORITHMS, rungs_of
from nasbench_db.store.progress import tqdm

_PER_PROCESS = 4
"""How many parts of the runs each process gets, one after another, so that all end together."""


class _Part(NamedTuple):
    """Some runs of one algorithm."""

    algorithm: str
    runs: Sequence[int]


def search(
    benchmark: str | None,
    algorithm: str | Iterable[str] = "evolution",
    *,
    budget: float,
    runs: int = 10,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    processes: int | None = None,
    progress: bool = False,
    **run: Any,
) -> Rows:
    """The trajectories of many runs, on all processors.

    The numbers are loaded once and shared by the processes. What comes out does not depend on
    how many there are: run ``n`` begins with the seed ``[seed, n]``, whichever the algorithm.

    Args:
        benchmark: the benchmark's name; None if ``db`` says it.
        algorithm: one of :data:`~nasbench_db.simulation.searches.ALGORITHMS`, or several.
        budget: of each run; see :class:`~nasbench_db.simulation.running.Simulation`.
        runs: how many of each algorithm.
        seed: of all of them, a whole number.
        options: of the algorithm, such as ``{"population": 20}``; those that an algorithm does
            not have are for the others.
        processes: how many; by default as many as there are processors.
        progress: show a bar on stderr.
        run: the other arguments of ``Simulation``.

    Returns:
        the rows of each run's ``trajectory()``, after the columns ``algorithm`` and ``run``. Where
        a search stood still until the end of the budget, there is no row for it.

    Raises:
        InvalidQuery: an argument is none of these, or no algorithm can search so.
        SearchFailed: some algorithms cannot; it has the table of the others.
        BuildError: a process was ended from outside.
    """
    names = [algorithm] if isinstance(algorithm, str) else list(algorithm)
    for name in names:
        choose("algorithm", name, ALGORITHMS)
    if not names:
        raise InvalidQuery(f"algorithm is empty; it is one or more of {', '.join(ALGORITHMS)}")
    whole_number("runs", runs, 1)
    whole_number("seed", seed, 0)
    given = _options(names, options or {})
    if "seed" in run or budget is None:
        raise InvalidQuery("search() needs a budget, and a seed that is one whole number")
    count = os.cpu_count() or 1 if processes is None else whole_number("processes", processes, 1)
    start = partial(Simulation, benchmark, budget=budget, **run)
    first = start()  # refuses what is wrong
    first.load(_rungs(first, given))
    size = -(-runs // (count * _PER_PROCESS))
    parts = [
        _Part(name, range(begin, min(begin + size, runs)))
        for name in names
        for begin in range(0, runs, size)
    ]
    work = _Work(start, seed, given)
    found: dict[_Part, list[Rows]] = {}
    failed: dict[str, NasbenchDBError] = {}
    with tqdm(total=runs * len(names), unit=" runs", disable=not progress) as bar:
        for part, outcome in _each(work, parts, min(count, len(parts))):
            if isinstance(outcome, NasbenchDBError):
                failed.setdefault(part.algorithm, outcome)
            else:
                found[part] = outcome
            bar.update(len(part.runs))
    done = [part for part in parts if part.algorithm not in failed]
    labels = [(part.algorithm, number) for part in done for number in part.runs]
    rows = _stacked(labels, [one for part in done for one in found[part]], first.trajectory())
    if not failed:
        return rows
    if not done:
        raise next(failed[name] for name in names if name in failed)
    raise SearchFailed({name: failed[name] for name in names if name in failed}, rows)


def trajectories(runs: Mapping[str, Iterable[Simulation]]) -> Rows:
    """The trajectories of runs of your own, as :func:`search` gives those of its algorithms.

    Args:
        runs: the runs of each algorithm, by what it is called.

    Raises:
        InvalidQuery: there is no run, or what is given is none; or the runs were not made alike,
            such as on several data sets or with several budgets.
    """
    if not isinstance(runs, Mapping) or any(isinstance(one, Simulation) for one in runs.values()):
        raise InvalidQuery(f"runs is {show(runs)}; give a dict of lists, as {{'mine': [run]}}")
    found = [(name, n, run) for name, many in runs.items() for n, run in enumerate(many)]
    if not found or not all(isinstance(run, Simulation) for _, _, run in found):
        raise InvalidQuery("runs must have at least one run, and nothing that is no Simulation")
    labels = [(name, number) for name, number, _ in found]
    tables = [run.trajectory() for _, _, run in found]
    first = _all_said(tables[0])
    for (name, number), table in zip(labels, tables, strict=True):
        if apart := differences(first, _all_said(table)):
            raise InvalidQuery(
                f"run {number} of {name} was made in another way than the first run, and one "
                f"table says one thing of all: {apart}; make a table of those that are alike, and "
                "give all tables to plotting.trajectory()"
            )
    return _stacked(labels, tables, tables[0])


def _all_said(table: Rows) -> dict[str, Any]:
    """What a trajectory tells of its run, each by its name."""
    said = dict(table.metadata)
    return {**orjson.loads(said.pop(SAID)), **said}


class _Work(NamedTuple):
    """What every process does: the trajectories of a part, or why there are none."""

    start: partial[Simulation]
    seed: int
    options: Mapping[str, Mapping[str, Any]]

    def __call__(self, part: _Part) -> list[Rows] | NasbenchDBError:
        found = []
        for number in part.runs:
            run = self.start(seed=[self.seed, number])
            try:
                ALGORITHMS[part.algorithm](run, **self.options[part.algorithm])
            except NasbenchDBError as error:
                return error
            found.append(run.trajectory())
        return found


def _each(
    work: _Work, parts: Sequence[_Part], processes: int
) -> Iterator[tuple[_Part, list[Rows] | NasbenchDBError]]:
    """Each part with what came of it, as they are done."""
    if processes == 1 or "fork" not in multiprocessing.get_all_start_methods():
        for part in parts:
            yield part, work(part)
        return
    gc.freeze()  # else a collection in a child would copy the memory of all that is shared
    # Forked, so that the arrays are there already and nothing is sent but parts and tables. What
    # Python 3.12 warns of is a lock that another thread holds at that moment: the children call
    # nothing but numpy and SQLite, which both mind forks, and read a file that they open anew.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*fork.*", DeprecationWarning)
        pool = ProcessPoolExecutor(processes, multiprocessing.get_context("fork"), _begin, (work,))
        futures = {pool.submit(_do, part): part for part in parts}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BrokenProcessPool:
        raise BuildError(
            "a process that ran searches was ended from outside; systems that run out of memory "
            "do that: end other programs, or give fewer processes"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)
        gc.unfreeze()


_work: list[_Work] = []  # in a child: what it is for, which it inherited


def _begin(work: _Work) -> None:
    _work.append(work)


def _do(part: _Part) -> list[Rows] | NasbenchDBError:
    return _work[-1](part)


def _options(names: Sequence[str], options: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Of each algorithm the options that it has.

    Raises:
        InvalidQuery: an option is none of any of them.
    """
    if not isinstance(options, Mapping):
        raise InvalidQuery(f"options is {show(options)}; it must be a dict")
    has = {
        name: set(inspect.signature(ALGORITHMS[name]).parameters) - {"run", "seed"}
        for name in names
    }
    for option in options:
        choose(f"option of {' and '.join(names)}", option, sorted(set().union(*has.values())))
    return {
        name: {option: value for option, value in options.items() if option in has[name]}
        for name in names
    }


def _rungs(run: Simulation, options: Mapping[str, Mapping[str, Any]]) -> list[int]:
    """The epochs that some algorithms will ask for besides those of a whole training."""
    found: set[int] = set()
    for name, given in options.items():
        if "rungs" in inspect.signature(ALGORITHMS[name]).parameters:
            with contextlib.suppress(InvalidQuery):  # which the algorithm will tell
                found.update(rungs_of(run, **given))
    return sorted(found)


def _stacked(labels: Sequence[tuple[str, int]], tables: Sequence[Rows], like: Rows) -> Rows:
    """All trajectories as one table, with the columns and metadata of one that is like them."""
    columns: dict[str, list[Any]] = {"algorithm": [], "run": []}
    columns |= {name: [] for name in like.columns}
    for (algorithm, number), rows in zip(labels, tables, strict=True):
        columns["algorithm"] += [algorithm] * len(rows)
        columns["run"] += [number] * len(rows)
        for name in like.columns:
            columns[name] += rows[name]
    kinds = {"algorithm": "text", "run": "i8", **like.kinds}
    return Rows(columns, kinds, like.metadata)
