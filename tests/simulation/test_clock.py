"""The event clock against a simulation that goes through time step by step."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_db.simulation.clock import Clock, Job

Action = int | None  # the cost of a job that is given, or None to fetch


def brute_force(workers: int, actions: list[Action]) -> list[tuple[int, int, int, int]]:
    """What is fetched, as (end, number, start, worker), of jobs of whole costs.

    Time goes on by one at a step, and at each step idle workers take what waits.
    """
    now, number = 0, 0
    waiting: list[tuple[int, int]] = []
    busy: list[tuple[int, int, int, int] | None] = [None] * workers
    done: list[tuple[int, int, int, int]] = []
    fetched: list[tuple[int, int, int, int]] = []

    def settle() -> None:
        """What ends at this time ends, and what can begin begins."""
        while True:
            over = sorted(job for job in busy if job is not None and job[0] <= now)
            for job in over:
                busy[job[3]] = None
                done.append(job)
            begun = False
            for worker in range(workers):
                if busy[worker] is None and waiting:
                    cost, which = waiting.pop(0)
                    busy[worker] = (now + cost, which, now, worker)
                    begun = True
            if not begun and not over:
                return

    for action in actions:
        if action is not None:
            waiting.append((action, number))
            number += 1
            settle()
            continue
        while not done and any(busy):
            settle()
            if not done:
                now += 1
                settle()
        if done:
            done.sort()
            fetched.append(done.pop(0))
    return fetched


def replay(workers: int, actions: list[Action]) -> tuple[Clock, list[Job]]:
    clock, fetched = Clock(workers), []
    for number, action in enumerate(actions):
        if action is not None:
            clock.give(number, action)
        elif (job := clock.fetch()) is not None:
            fetched.append(job)
    return clock, fetched


@given(st.integers(1, 4), st.lists(st.none() | st.integers(1, 9), max_size=30))
def test_jobs_end_as_in_a_simulation_step_by_step(workers: int, actions: list[Action]) -> None:
    """Also where more is given than there are workers, and waits for the first who is free."""
    actions = [*actions, *[None] * len(actions)]
    _, fetched = replay(workers, actions)
    expected = brute_force(workers, actions)
    assert [(job.end, job.number, job.start) for job in fetched] == [job[:3] for job in expected]


@given(st.integers(1, 4), st.lists(st.none() | st.floats(0, 1e4), max_size=40))
def test_workers_do_one_thing_and_time_goes_on(workers: int, actions: list[float | None]) -> None:
    """And all time of the workers is either work or waiting."""
    actions = [*actions, *[None] * len(actions)]
    clock, fetched = replay(workers, actions)  # type: ignore[arg-type]
    assert len(fetched) == sum(action is not None for action in actions)
    assert [job.end for job in fetched] == sorted(job.end for job in fetched)
    for worker in range(workers):
        own = sorted(job[:3] for job in fetched if job.worker == worker)
        own.sort(key=lambda job: job[1])
        for before, after in pairwise(own):
            assert before[0] <= after[2]
    cost = sum(action for action in actions if action is not None)
    assert sum(job.end - job.start for job in fetched) == pytest.approx(cost)
    assert clock.busy == pytest.approx(cost)
    assert clock.idle == pytest.approx(workers * clock.now - cost, abs=1e-6)


def test_two_workers_worked_out_by_hand() -> None:
    clock = Clock(2)
    clock.give("a", 5)
    clock.give("b", 3)
    clock.give("c", 1)  # waits for b
    assert [clock.fetch(), clock.fetch()] == [
        Job(3, 1, 0, 1, "b"),
        Job(4, 2, 3, 1, "c"),
    ]
    assert clock.now == 4
    clock.give("d", 1)  # both are done with theirs at 5: a was given first
    assert [clock.fetch(), clock.fetch()] == [Job(5, 0, 0, 0, "a"), Job(5, 3, 4, 1, "d")]
    assert (clock.busy, clock.idle, clock.fetch()) == (10, 0, None)


def test_waiting_is_counted_until_now_only() -> None:
    clock = Clock(3)
    clock.give("a", 4)
    clock.give("b", 10)
    clock.fetch()
    assert clock.now == 4
    assert clock.idle == 4  # the third worker's; b runs on
