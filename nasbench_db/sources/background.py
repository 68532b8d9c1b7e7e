"""Run a generator or many calls of a function in other Python processes.

Their interpreters are started afresh rather than forked or spawned by ``multiprocessing``: a
fork is unsafe in a program with threads, and ``multiprocessing`` would import the user's main
module again, so that a script without a ``__main__`` guard would start itself over and over.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from pkgutil import resolve_name
from typing import IO, Any

from nasbench_db.errors import BuildError

_CHILD = "from nasbench_db.sources.background import _serve; _serve()"


def iterate_elsewhere(function: str, *args: Any) -> Iterator[Any]:
    """Iterate over ``function(*args)`` with the generator running in a process of its own.

    What it yields travels through a pipe, whose fullness holds the generator back. An exception
    that it raises is raised here. When the iteration is given up, the process is ended.

    Args:
        function: ``"package.module:name"`` of a generator function.
        args: its arguments, picklable.
    """
    with _Process(function, args) as process:
        process.close_input()
        while True:
            kind, value = process.receive()
            if kind == "end":
                return
            yield value


def map_elsewhere(
    function: str, items: Iterable[Any], processes: int | None = None
) -> Iterator[Any]:
    """Call ``function(item)`` for each item, in several processes at once.

    At most one item for each process is under way, so memory stays bounded. An exception that a
    call raises is raised here. When the iteration is given up, the processes are ended.

    Args:
        function: ``"package.module:name"`` of a function.
        items: the items, picklable.
        processes: how many; by default as many as there are processors.

    Yields:
        the results, in the order of the items.
    """
    count = processes or os.cpu_count() or 1
    started: list[_Process] = []
    waiting: deque[_Process] = deque()
    with contextlib.ExitStack() as stack:
        for number, item in enumerate(items):
            if number < count:
                started.append(stack.enter_context(_Process(_CALLS, (function,))))
            elif waiting:
                yield waiting.popleft().receive()[1]
            process = started[number % count]
            process.send(item)
            waiting.append(process)
        while waiting:
            yield waiting.popleft().receive()[1]


class _Process:
    """Another Python that runs a generator function; use it as a context manager."""

    def __init__(self, function: str, args: tuple[Any, ...]) -> None:
        self._function = function
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={
                "OPENBLAS_NUM_THREADS": "1",  # nothing is multiplied there: they only take memory
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
            start_new_session=True,  # Ctrl-C is for the first process, which ends this one
        )
        self.send((function, args))

    def __enter__(self) -> _Process:
        return self

    def send(self, value: Any) -> None:
        """Write a value to the process's input."""
        assert self._process.stdin is not None
        # These pickles go between two processes of this program; no file is ever unpickled.
        try:
            pickle.dump(value, self._process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._ended_early() from None

    def close_input(self) -> None:
        """Say that there is no more for the process to read."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def receive(self) -> tuple[str, Any]:
        """The next that the generator yields, or that it ended.

        Raises:
            BuildError: the process was ended, or got no more memory.
            Exception: what the generator raised.
        """
        assert self._process.stdout is not None
        try:
            kind, value = pickle.load(self._process.stdout)
        except (EOFError, pickle.UnpicklingError):
            raise self._ended_early() from None
        if isinstance(value, MemoryError) and kind == "error":
            raise BuildError(
                f"the process that ran {self._function} got no more memory: end other programs, "
                "raise its limit (ulimit -v), or take a machine with more memory"
            )
        if kind == "error":
            raise value
        return kind, value

    def _ended_early(self) -> BuildError:
        code = self._process.wait()
        how = f"with exit code {code}"
        if code < 0:
            try:
                how = f"by the signal {signal.Signals(-code).name}"
            except ValueError:
                how = f"by the signal {-code}"
        cause = (
            "; systems that run out of memory end processes in this way: end other programs, or "
            "take a machine with more memory"
            if code == -getattr(signal, "SIGKILL", 9)
            else ""
        )
        return BuildError(
            f"the process {self._process.pid}, which ran {self._function}, ended early, "
            f"{how}{cause}"
        )

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process.kill()
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()


_CALLS = "nasbench_db.sources.background:_calls"


def _calls(function: str) -> Iterator[Any]:
    """In another process: call a function for each value that comes from the first one."""
    call = resolve_name(function)
    while True:
        try:
            item = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        yield call(item)


def _serve() -> None:
    """The second process: read what to run from stdin, write what it yields to stdout."""
    try:
        function, args = pickle.load(sys.stdin.buffer)
    except EOFError:
        os._exit(1)  # the first process was stopped before it could say what to run
    # Whatever else prints must not get between the items.
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        try:
            for item in resolve_name(function)(*args):
                _send(pipe, "item", item)
            _send(pipe, "end", None)
        except BrokenPipeError:
            raise
        except BaseException as error:
            _send(pipe, "error", error)
    except BrokenPipeError:
        os._exit(1)  # the first process is gone, and with it whoever could be told


def _send(pipe: IO[bytes], kind: str, value: Any) -> None:
    pickle.dump((kind, value), pipe, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.flush()
