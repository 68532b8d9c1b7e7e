"""Searches to compare with and to copy from: each goes on until the budget of its run is spent.

They know a run by ``submit`` and ``next`` alone, so all of them keep any number of workers busy;
and architectures by ``run.space``, so they search every benchmark whose cells have what they need.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from operator import attrgetter
from types import MappingProxyType
from typing import Any

import numpy as np

from nasbench_db.architectures.inputs import show
from nasbench_db.architectures.randomness import Stream
from nasbench_db.ask.words import whole_number
from nasbench_db.errors import BudgetExhausted, InvalidQuery
from nasbench_db.simulation.running import Evaluation, Seed, Simulation, generator_of
from nasbench_db.simulation.spaces import Key

_score = attrgetter("score")

Asked = tuple[Any, int | None]
"""An architecture to train, and for how many epochs; None for a whole training."""


def random_search(run: Simulation, *, seed: Seed = None) -> Simulation:
    """Train architectures that are drawn uniformly, each independently of the others.

    Args:
        run: what is trained on, and charged.
        seed: of random numbers of its own; by default they are the run's.

    Returns:
        the run, its budget spent.

    Raises:
        InvalidQuery: the run has no budget, or an argument is none of these.
    """
    rng = _generator(run, seed)
    with until_spent(run):
        for _ in evaluated(run, ((run.space.random(rng), None) for _ in iter(int, 1))):
            pass
    return run


def regularized_evolution(
    run: Simulation, *, population: int = 50, tournament: int = 10, seed: Seed = None
) -> Simulation:
    """Mutate the best of a few, and let the oldest die.

    Real et al., "Regularized Evolution for Image Classifier Architecture Search", AAAI 2019; on
    NAS-Bench-101 its authors took 100 and 10, Ying et al. 50 and 10.

    Args:
        run: what is trained on, and charged.
        population: how many are alive; so many are drawn at random first.
        tournament: how many are drawn from them, with replacement, to find a parent.
        seed: of random numbers of its own; by default they are the run's.

    Returns:
        the run, its budget spent.

    Raises:
        InvalidQuery: the run has no budget, its architectures do not mutate, or an argument is
            none of these.
    """
    rng = Stream(_generator(run, seed))
    draw, space = rng.random, run.space
    whole_number("population", population, 1)
    whole_number("tournament", tournament, 1)
    alive: deque[Evaluation] = deque(maxlen=population)

    def children() -> Iterator[Asked]:
        for _ in range(population):
            yield space.random(rng), None
        while True:
            many = len(alive)
            drawn = [alive[int(draw() * many)] for _ in range(tournament)]
            yield space.mutate(max(drawn, key=_score).arch, rng), None

    if run.workers >= population:
        raise InvalidQuery(
            f"population is {population}, and {run.workers} workers train at once; it must be "
            "more, so that somebody is alive when a parent is wanted"
        )
    with until_spent(run):
        for done in evaluated(run, children()):
            alive.append(done)  # and the oldest, at the other end, is gone
    return run


def local_search(run: Simulation, *, seed: Seed = None) -> Simulation:
    """Go to a better neighbour for as long as there is one, then begin elsewhere.

    White et al., "Local Search is State of the Art for Neural Architecture Search Benchmarks",
    2020. The neighbours are tried in a random order, and the first better one is gone to. No
    architecture is trained twice.

    Args:
        run: what is trained on, and charged.
        seed: of random numbers of its own; by default they are the run's.

    Returns:
        the run, its budget spent, or every architecture trained.

    Raises:
        InvalidQuery: the run has no budget, its architectures have no neighbours, or an argument
            is none of these.
    """
    rng = _generator(run, seed)
    seen: set[Key] = set()

    def better_than(best: Evaluation) -> Evaluation:
        found = best
        near = run.space.neighbors(best.arch)

        def untried() -> Iterator[Asked]:
            for place in rng.permutation(len(near)).tolist():
                if found is not best:
                    return
                key = run.space.key(near[place])
                if key not in seen:
                    seen.add(key)
                    yield near[place], None

        for done in evaluated(run, untried()):
            if done.score > found.score:
                found = done
        return found

    with until_spent(run):
        while len(seen) < len(run.space):
            start = _unseen(run, seen, rng)
            seen.add(run.space.key(start))
            (best,) = evaluated(run, [(start, None)])
            while (found := better_than(best)) is not best:
                best = found
    return run


def successive_halving(
    run: Simulation,
    *,
    eta: int = 3,
    rungs: Sequence[int] | None = None,
    seed: Seed = None,
) -> Simulation:
    """Train many for few epochs and the best of them for more, rung by rung, again and again.

    Jamieson and Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter
    Optimization", AISTATS 2016.

    Args:
        run: what is trained on, and charged.
        eta: one of so many goes on to the next rung; one is left on the last.
        rungs: the epochs of each rung, ascending; see :func:`rungs_of`.
        seed: of random numbers of its own; by default they are the run's.

    Returns:
        the run, its budget spent.

    Raises:
        InvalidQuery: the run has no budget, or no fewer epochs than a whole training has, or an
            argument is none of these.
    """
    rng = _generator(run, seed)
    ladder = rungs_of(run, eta, rungs)
    with until_spent(run):
        while True:
            _halve(run, ladder, eta ** (len(ladder) - 1), eta, rng)
    return run


def hyperband(
    run: Simulation,
    *,
    eta: int = 3,
    rungs: Sequence[int] | None = None,
    seed: Seed = None,
) -> Simulation:
    """Successive halving from each rung in turn: of many from the first, of few from the last.

    Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization", JMLR
    2018.

    Args:
        run: what is trained on, and charged.
        eta: one of so many goes on to the next rung.
        rungs: the epochs of each rung, ascending; see :func:`rungs_of`.
        seed: of random numbers of its own; by default they are the run's.

    Returns:
        the run, its budget spent.

    Raises:
        InvalidQuery: as of :func:`successive_halving`.
    """
    rng = _generator(run, seed)
    ladder = rungs_of(run, eta, rungs)
    with until_spent(run):
        while True:
            for start in range(len(ladder)):
                left = len(ladder) - start  # rungs of this bracket
                count = math.ceil(len(ladder) * eta ** (left - 1) / left)
                _halve(run, ladder[start:], count, eta, rng)
    return run


def asynchronous_successive_halving(
    run: Simulation,
    *,
    eta: int = 3,
    rungs: Sequence[int] | None = None,
    seed: Seed = None,
) -> Simulation:
    """Successive halving that never waits: whoever is among the best of a rung goes on at once.

    Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020 (ASHA).

    Args:
        run: what is trained on, and charged.
        eta: one of so many of a rung goes on to the next.
        rungs: the epochs of each rung, ascending; see :func:`rungs_of`.
        seed: of random numbers of its own; by default they are the run's.

    Returns:
        the run, its budget spent.

    Raises:
        InvalidQuery: as of :func:`successive_halving`.
    """
    rng = _generator(run, seed)
    ladder = rungs_of(run, eta, rungs)
    done: dict[int | None, dict[Key, Evaluation]] = {epochs: {} for epochs in ladder}
    gone: dict[int, set[Key]] = {epochs: set() for epochs in ladder}

    def jobs() -> Iterator[Asked]:
        while True:
            yield next(promotions(), None) or (run.space.random(rng), ladder[0])

    def promotions() -> Iterator[Asked]:
        for epochs, longer in reversed(list(pairwise(ladder))):
            of_rung = sorted(done[epochs].values(), key=_score, reverse=True)
            for one in of_rung[: len(of_rung) // eta]:
                if one.key not in gone[epochs]:
                    gone[epochs].add(one.key)
                    yield one.arch, longer

    with until_spent(run):
        for one in evaluated(run, jobs()):
            done[one.num_epochs][one.key] = one
    return run


ALGORITHMS: Mapping[str, Callable[..., Simulation]] = MappingProxyType(
    {
        "random": random_search,
        "evolution": regularized_evolution,
        "local": local_search,
        "halving": successive_halving,
        "hyperband": hyperband,
        "asha": asynchronous_successive_halving,
    }
)
"""The searches by the names that commands and tables call them."""


def evaluated(run: Simulation, asked: Iterable[Asked]) -> Iterator[Evaluation]:
    """What comes of architectures, as each is done, with all workers kept busy.

    Args:
        run: what is trained on.
        asked: what to train; the next one is taken when a worker is free for it.

    Raises:
        BudgetExhausted: there is no time for the next one; others may still be running.
    """
    workers = run.workers
    for arch, num_epochs in asked:
        run.submit(arch, num_epochs)
        if run.running == workers and (done := run.next()) is not None:
            yield done
    while (done := run.next()) is not None:
        yield done


@contextmanager
def until_spent(run: Simulation) -> Iterator[None]:
    """Do something until the budget of a run is spent, and let what runs then come to its end.

    Raises:
        InvalidQuery: the run has no budget, and would never end.
    """
    if run.budget is None:
        raise InvalidQuery("the run has no budget, so a search would never end: give budget=")
    try:
        yield
    except BudgetExhausted:
        while run.next() is not None:
            pass


def rungs_of(run: Simulation, eta: int = 3, rungs: Sequence[int] | None = None) -> list[int]:
    """The epochs at which successive halving stops to compare.

    Args:
        run: what is trained on.
        eta: how many times more epochs each has than the one before, about.
        rungs: the epochs, if they are said; by default, down from a whole training, those that
            the run has, each at most an eta-th of the next.

    Raises:
        InvalidQuery: there are fewer than two, or the run does not have them.
    """
    whole_number("eta", eta, 2)
    has = _up_to_whole(run)
    if rungs is None:
        found: list[int] = []
        for epochs in reversed(has):
            if not found or epochs * eta <= found[-1]:
                found.append(epochs)
        ladder = found[::-1]
    else:
        ladder = checked_rungs(run, rungs)
    if len(ladder) < 2:
        raise InvalidQuery(
            f"successive halving needs two numbers of epochs or more, and this run has "
            f"{_shortened(has)}: take another search, or longer trainings of a database that has "
            "shorter ones too, or curves"
        )
    return ladder


def checked_rungs(run: Simulation, rungs: Sequence[int]) -> list[int]:
    """Numbers of epochs that are said, as whole numbers.

    Raises:
        InvalidQuery: they do not ascend, or the run does not have them, or a whole training is
            shorter.
    """
    if isinstance(rungs, str) or not isinstance(rungs, Iterable):
        raise InvalidQuery(f"rungs is {show(rungs)}; give a list of epochs, as [4, 12, 36]")
    found = [whole_number("rungs", one, 1) for one in rungs]
    has = _up_to_whole(run)
    if found != sorted(set(found) & set(has)):
        raise InvalidQuery(
            f"rungs is {found}; it must ascend, and the run has the epochs {_shortened(has)}"
        )
    return found


def _up_to_whole(run: Simulation) -> list[int]:
    """The epochs that a run has, up to those of a whole training."""
    return [epochs for epochs in run.fidelities if epochs <= (run.num_epochs or 0)]


def _halve(
    run: Simulation, ladder: Sequence[int], count: int, eta: int, rng: np.random.Generator
) -> None:
    """One bracket: so many on the first rung, one of ``eta`` from each to the next."""
    archs = [run.space.random(rng) for _ in range(count)]
    for epochs in ladder:
        done = sorted(evaluated(run, [(a, epochs) for a in archs]), key=_score, reverse=True)
        archs = [one.arch for one in done[: max(1, len(done) // eta)]]


def _unseen(run: Simulation, seen: set[Key], rng: np.random.Generator) -> Any:
    """An architecture that was not trained yet."""
    for _ in range(1000):
        arch = run.space.random(rng)
        if run.space.key(arch) not in seen:
            return arch
    left = [arch for arch in run.space if run.space.key(arch) not in seen]
    return left[int(rng.random() * len(left))]


def _generator(run: Simulation, seed: Seed) -> np.random.Generator:
    if not isinstance(run, Simulation):
        raise InvalidQuery(f"run is {show(run)}; it must be a Simulation")
    return run.rng if seed is None else generator_of(seed)


def _shortened(epochs: Sequence[int]) -> str:
    shown = [*epochs[:3], "...", epochs[-1]] if len(epochs) > 8 else epochs
    return ", ".join(map(str, shown)) or "no epochs to choose from"
