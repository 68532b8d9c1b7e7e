"""An event clock: workers that train in simulated time, each one network at a time."""

from __future__ import annotations

import heapq
from typing import Any, NamedTuple


class Job(NamedTuple):
    """What a worker does.

    Attributes:
        end: when it is done.
        number: how many were started before it, by which those of one end are ordered.
        start: when it begins.
        worker: who does it, counted from 0.
        what: what it is.
    """

    end: float
    number: int
    start: float
    worker: int
    what: Any


class Clock:
    """Workers and the time.

    A job begins when a worker is free: at once, or when the first of them is done; of several,
    the one with the lowest number takes it. Jobs end in the order of their ends, and those of one
    end in the order in which they were given.

    Args:
        workers: how many.

    Attributes:
        now: the time: when the last job ended that was fetched.
        busy: how long all workers together have worked, or will have when what runs is done.
        running: the jobs that were given and not fetched, as a heap.
        free_at: when each worker is free.
    """

    def __init__(self, workers: int) -> None:
        self.now = 0.0
        self.busy = 0.0
        self.free_at = [0.0] * workers
        self.running: list[Job] = []
        self.number = 0

    @property
    def start(self) -> float:
        """When a job would begin that is given now."""
        first = min(self.free_at)
        return first if first > self.now else self.now

    @property
    def idle(self) -> float:
        """How long workers have waited until now, all together."""
        ahead = sum(max(0.0, job.end - max(job.start, self.now)) for job in self.running)
        return max(0.0, self.now * len(self.free_at) - (self.busy - ahead))

    def give(self, what: Any, cost: float) -> Job:
        """Have the next free worker do something that takes a while."""
        free_at = self.free_at
        first = min(free_at)
        worker = free_at.index(first)
        start = first if first > self.now else self.now
        end = start + cost
        # A named tuple of its values, in half the time that its class takes.
        job = tuple.__new__(Job, (end, self.number, start, worker, what))
        self.number += 1
        self.busy += cost
        free_at[worker] = end
        heapq.heappush(self.running, job)
        return job

    def fetch(self) -> Job | None:
        """What is done first, with the time set to its end; None if nothing runs."""
        if not self.running:
            return None
        job = heapq.heappop(self.running)
        self.now = job.end
        return job
