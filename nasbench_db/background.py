"""Run a generator in a second Python process and iterate over what it yields.

The second interpreter is started afresh rather than forked or spawned by ``multiprocessing``: a
fork is unsafe in a program with threads, and ``multiprocessing`` would import the user's main
module again, so that a script without a ``__main__`` guard would start itself over and over.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pkgutil import resolve_name
from typing import IO, Any

_CHILD = "from nasbench_db.background import _serve; _serve()"


def iterate_elsewhere(function: str, *args: Any) -> Iterator[Any]:
    """Iterate over ``function(*args)`` with the generator running in a process of its own.

    What it yields travels through a pipe, whose fullness holds the generator back. An exception
    that it raises is raised here. When the iteration is given up, the process is ended.

    Args:
        function: ``"package.module:name"`` of a generator function.
        args: its arguments, picklable.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,  # Ctrl-C is for the first process, which ends this one
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        # These pickles go between two processes of this program; no file is ever unpickled.
        pickle.dump((function, args), process.stdin)
        process.stdin.close()
        while True:
            try:
                kind, value = pickle.load(process.stdout)
            except (EOFError, pickle.UnpicklingError):
                raise RuntimeError(
                    f"the process running {function} ended early, with exit code {process.wait()}"
                ) from None
            if kind == "item":
                yield value
            elif kind == "error":
                raise value
            else:
                return
    finally:
        process.stdout.close()
        process.kill()
        process.wait()


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
