"""Optuna drives a run: trials become architectures, and their values come from the table.

What is here is about what Optuna 5 does with tables: choices are texts and numbers that its
storages keep as they are; a study has a name, of which its Hyperband makes the brackets; and a
training that has come to its end is never reported as pruned. It comes with the extra ``search``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pkgutil import resolve_name
from threading import Lock
from typing import TYPE_CHECKING, Any

from nasbench_db.architectures.inputs import show
from nasbench_db.ask.tables import import_extra
from nasbench_db.benchmarks import get
from nasbench_db.errors import BudgetExhausted, InvalidArchitecture, InvalidQuery
from nasbench_db.simulation.running import Evaluation, Simulation
from nasbench_db.simulation.searches import checked_rungs
from nasbench_db.store.addresses import SCHEMES, psycopg_module

if TYPE_CHECKING:
    import optuna


def suggest(trial: optuna.trial.BaseTrial, benchmark: str, **options: Any) -> Any:
    """The architecture that a trial suggests, define by run.

    Args:
        trial: of Optuna.
        benchmark: the benchmark's name.
        options: of ``Cell.choose``: for TransNAS-Bench-101 the ``search_space``, ``macro`` or
            ``micro``.

    Returns:
        a Cell of the benchmark.

    Raises:
        optuna.TrialPruned: what the trial suggests is outside the search space.
        InvalidQuery: the architectures of the benchmark cannot be chosen part by part.
        UnknownBenchmark: there is no benchmark of that name.
        MissingExtra: Optuna is not installed.
    """
    package = import_extra("optuna", "search")
    asked = get(benchmark)
    try:
        choose = resolve_name(f"nasbench_db.{asked.name}:Cell").choose
    except (ImportError, AttributeError):
        raise InvalidQuery(
            f"architectures of {asked.title} cannot be chosen part by part; draw and vary them "
            "with run.space"
        ) from None
    try:
        return choose(trial.suggest_categorical, **options)
    except InvalidArchitecture as error:
        raise package.TrialPruned(str(error)) from None


def objective(
    run: Simulation,
    *,
    rungs: Sequence[int] = (),
    also: Sequence[str] = (),
    **options: Any,
) -> Callable[[optuna.Trial], Any]:
    """What ``study.optimize`` calls: a trial's architecture, trained on a run's clock.

    What the database has no training of is pruned, as what is no architecture is. A run with
    ``revisits="free"`` does not charge cells that samplers ask for again. When the
    budget is spent, the study is stopped and the last trial pruned. A run is one search on one
    clock, on which the threads of ``n_jobs`` train one after another.

    Args:
        run: what is trained on, and charged.
        rungs: the epochs after which the value is reported to the pruner, ascending; a whole
            training follows.
        also: further metrics, for a study of several objectives: their means over the trainings,
            after what the run selects by. Optuna prunes no such studies.
        options: of :func:`suggest`.

    Returns:
        a function of a trial that returns the value of the run's metric; with ``also`` a tuple.

    Raises:
        InvalidQuery: an argument is none of these.
        MissingExtra: Optuna is not installed.
    """
    package = import_extra("optuna", "search")
    further = _further(run, also)
    if further and rungs:
        raise InvalidQuery("a study of several objectives has no pruner: leave out rungs, or also")
    early = [epochs for epochs in checked_rungs(run, rungs) if epochs != run.num_epochs]
    one_at_a_time = Lock()

    def evaluated(arch: Any, epochs: int | None = None) -> Evaluation:
        with one_at_a_time:  # else a thread would find the training of another on the clock
            return run.evaluate(arch, epochs)

    def train(trial: optuna.Trial) -> Any:
        arch = suggest(trial, run.benchmark, **options)
        if arch not in run.space:
            raise package.TrialPruned(f"{run.benchmark} has no training of it")
        try:
            for epochs in early:
                trial.report(evaluated(arch, epochs).value, epochs)
                if trial.should_prune():
                    raise package.TrialPruned(f"after {epochs} epochs")
            done = evaluated(arch)
        except BudgetExhausted as error:
            trial.study.stop()
            raise package.TrialPruned(str(error)) from None
        if not further:
            return done.value
        return (done.value, *(run.mean(arch, name) for name in further))

    return train


def study(
    run: Simulation,
    sampler: optuna.samplers.BaseSampler | None = None,
    pruner: optuna.pruners.BasePruner | None = None,
    *,
    name: str | None = None,
    storage: Any = None,
    also: Sequence[str] = (),
) -> optuna.Study:
    """A study whose directions are those of the metrics, and which always has a name.

    Args:
        run: what :func:`objective` will train on.
        sampler, pruner: Optuna's; by default those that it takes.
        name: of the study; by default the benchmark's name and the metrics. A study of the same
            name in the same storage is gone on with.
        storage: an address such as ``sqlite:///studies.db`` or
            ``postgresql://user@host/database``, one of Optuna's objects, or None for the memory.
        also: as for :func:`objective`.

    Raises:
        InvalidQuery: an argument is none of these.
        MissingExtra: Optuna is not installed; or the driver of PostgreSQL is wanted, and is not.
    """
    package = import_extra("optuna", "search")
    further = _further(run, also)
    metrics = [run.metric, *further]
    ways = [run.direction, *map(run.direction_of, further)]
    made: optuna.Study = package.create_study(
        storage=_with_driver(storage),
        sampler=sampler,
        pruner=pruner,
        study_name=name or " ".join([run.benchmark, *metrics]),
        directions=["maximize" if way == "max" else "minimize" for way in ways],
        load_if_exists=storage is not None,
    )
    return made


def _further(run: Simulation, also: Sequence[str]) -> list[str]:
    """The further metrics of a run's objective.

    Raises:
        InvalidQuery: they are none; or what is to be a run is none.
    """
    if not isinstance(run, Simulation):
        raise InvalidQuery(f"run is {show(run)}; it must be a Simulation")
    if isinstance(also, str) or not isinstance(also, Iterable):
        raise InvalidQuery(f"also is {show(also)}; give a list of metrics, as ['latency']")
    found = list(also)
    for name in found:
        run.direction_of(name)  # refuses what is none
    return found


def _with_driver(storage: Any) -> Any:
    """A storage with the driver of the extra ``postgres``, where an address names none.

    SQLAlchemy before 2.1 would take another one.
    """
    if not isinstance(storage, str) or not storage.startswith(SCHEMES):
        return storage
    psycopg_module()
    return "postgresql+psycopg://" + storage.partition("://")[2]
