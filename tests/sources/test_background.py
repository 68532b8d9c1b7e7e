"""A generator in a second process, a function in several: items, exceptions, and the end."""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import calls

from nasbench_db import errors
from nasbench_db.sources.background import iterate_elsewhere, map_elsewhere

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")


# What runs in the second process.


def counting(count: int) -> Iterator[int]:
    """Some items."""
    yield from range(count)


def arrays(size: int) -> Iterator[np.ndarray]:
    """Items that are bigger than a pipe."""
    for number in range(3):
        yield np.full(size, number)


def failing(error: Exception) -> Iterator[int]:
    """An item, and then an exception."""
    yield 1
    raise error


def failing_at_once() -> Iterator[int]:
    """No item at all."""
    raise LookupError("nothing to yield")
    yield 1


def failing_strangely() -> Iterator[int]:
    """An exception that cannot travel."""
    yield 1
    raise ValueError(lambda: 0)


def yielding_strangely() -> Iterator[Any]:
    """An item that cannot travel."""
    yield lambda: 0


def endless() -> Iterator[tuple[int, bytes]]:
    """Items without end, bigger than a pipe, with the process that makes them."""
    while True:
        yield os.getpid(), bytes(1 << 20)


def dying(number: int) -> Iterator[int]:
    """A process that is killed after some items."""
    yield from range(number)
    os.kill(os.getpid(), signal.SIGKILL)


def leaving(code: int) -> Iterator[int]:
    """A process that ends itself after an item."""
    yield 1
    os._exit(code)


def printing() -> Iterator[int]:
    """Output in every way there is, between the items."""
    for number in range(3):
        print("noise")
        sys.stdout.flush()
        os.write(1, b"noise")
        subprocess.run([sys.executable, "-c", "print('noise')"], check=True)
        yield number


def surroundings() -> Iterator[tuple[int, list[str], str | None]]:
    """Which process this is, where it imports from, and a variable of its environment."""
    yield os.getpid(), sys.path, os.environ.get("NASBENCHMARK_DIR")


def elsewhere(function: Callable[..., Any], *args: Any) -> Iterator[Any]:
    """Iterate over a function of this module in a second process."""
    return iterate_elsewhere(f"{__name__}:{function.__name__}", *args)


# What must hold.


def test_items_arrive_complete_and_in_order() -> None:
    """From none to many."""
    assert list(elsewhere(counting, 0)) == []
    assert list(elsewhere(counting, 1000)) == list(range(1000))


def test_items_bigger_than_a_pipe_arrive() -> None:
    """Here 8 MB each."""
    received = list(elsewhere(arrays, 1 << 20))
    assert [len(item) for item in received] == [1 << 20] * 3
    assert all((item == number).all() for number, item in enumerate(received))


def test_it_is_another_process_with_the_same_surroundings(databases: Path) -> None:
    """It imports from where this one does, and has its environment."""
    ((process, path, variable),) = elsewhere(surroundings)
    assert process != os.getpid()
    assert [place for place in sys.path if place and place not in path] == []
    assert variable == str(databases)


def test_an_exception_comes_after_the_items_before_it() -> None:
    """With its type and its text."""
    items = elsewhere(failing, KeyError("which"))
    assert next(items) == 1
    with pytest.raises(KeyError, match="which"):
        next(items)
    with pytest.raises(StopIteration):
        next(items)
    with pytest.raises(LookupError, match="nothing to yield"):
        next(elsewhere(failing_at_once))


def test_a_corrupt_record_keeps_its_attributes() -> None:
    """And thereby its text."""
    items = elsewhere(failing, errors.CorruptRecord("a file", 3, 456, "the reason"))
    assert next(items) == 1
    with pytest.raises(errors.CorruptRecord) as caught:
        next(items)
    error = caught.value
    assert (error.path, error.record, error.offset) == ("a file", 3, 456)
    assert error.reason == "the reason"
    assert str(error) == "a file: record 3 at byte 456: the reason"


def test_every_error_of_the_package_can_travel() -> None:
    """Through pickle, with its text."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    assert len(kinds) > 10
    for kind in kinds:
        several = {
            errors.CorruptRecord: ("a file", 3, 456, "the reason"),
            errors.NNIDatabase: ("the reason", "nds"),
            errors.SearchFailed: ({"random": errors.InvalidQuery("the reason")}, ["a row"]),
            errors.UnsaidFidelity: ("num_epochs", (4, 12)),
        }
        error = kind(*several.get(kind, ("the reason",)))
        copy = pickle.loads(pickle.dumps(error))
        assert type(copy) is kind
        assert str(copy) == str(error)
        assert repr(vars(copy)) == repr(vars(error))


def test_what_cannot_travel_is_an_error_all_the_same(capfd: pytest.CaptureFixture[str]) -> None:
    """Neither an item nor an exception that pickle refuses makes the caller wait."""
    with pytest.raises((pickle.PicklingError, AttributeError)):
        next(elsewhere(yielding_strangely))
    items = elsewhere(failing_strangely)
    assert next(items) == 1
    with pytest.raises(errors.BuildError, match="ended early"):
        next(items)


def test_a_function_that_is_not_there_is_an_error() -> None:
    """The second process tells why it could not begin."""
    with pytest.raises(AttributeError, match="nowhere"):
        next(iterate_elsewhere(f"{__name__}:nowhere"))
    with pytest.raises(ModuleNotFoundError):
        next(iterate_elsewhere("nasbench_db.nowhere:nothing"))


@posix
@pytest.mark.parametrize("give_up", ["close", "forget", "raise"])
def test_an_abandoned_process_ends(give_up: str) -> None:
    """Closed, garbage-collected, or left by an exception of the loop's body."""
    items = elsewhere(endless)
    process, _ = next(items)
    os.kill(process, 0)
    if give_up == "close":
        items.close()
    elif give_up == "forget":
        del items
    else:
        with pytest.raises(ZeroDivisionError):
            items.throw(ZeroDivisionError)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


@posix
def test_a_killed_process_is_an_error() -> None:
    """Between items and in the midst of one; the message names what ran and how it ended."""
    items = elsewhere(dying, 3)
    assert [next(items) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(errors.BuildError, match=r"dying, ended early, by .* SIGKILL.*memory"):
        next(items)

    large = elsewhere(endless)
    process, _ = next(large)
    os.kill(process, signal.SIGKILL)
    with pytest.raises(errors.BuildError, match=r"endless, ended early, by the signal SIGKILL"):
        for _ in large:
            pass


def test_a_process_that_leaves_is_an_error() -> None:
    """Even with the exit code of success: it did not say that it was done."""
    items = elsewhere(leaving, 0)
    assert next(items) == 1
    with pytest.raises(errors.BuildError, match="leaving, ended early, with exit code 0"):
        next(items)


def starving() -> Iterator[int]:
    """A process that gets no more memory."""
    yield 1
    raise MemoryError


def test_a_process_without_memory_is_an_error_of_ours() -> None:
    """It says what can be done."""
    items = elsewhere(starving)
    assert next(items) == 1
    with pytest.raises(errors.BuildError, match=r"starving got no more memory.*ulimit"):
        next(items)


def test_what_the_process_prints_does_not_disturb_the_items(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """It goes to stderr, whoever prints it."""
    assert list(elsewhere(printing)) == [0, 1, 2]
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err.count("noise") == 9


def test_it_works_in_threads() -> None:
    """Several at once, none of them in the main thread."""
    with ThreadPoolExecutor(4) as pool:
        results = pool.map(lambda count: sum(elsewhere(counting, count)), [10, 100, 1000, 10])
    assert list(results) == [45, 4950, 499500, 45]


SCRIPT = """
import sys
import nasbench_db
print("started")
report = nasbench_db.ingest("nasbench101", sys.argv[1], sys.argv[2], progress=False)
print(report.trials)
"""


def test_it_works_in_a_script_without_a_main_guard(
    tmp_path: Path, source: Path, run: Callable[..., "subprocess.CompletedProcess[str]"]
) -> None:
    """From a file, from the command line, and from stdin, each started once only."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    for number, arguments in enumerate((["-u", script], ["-c", SCRIPT], ["-"])):
        ended = run(*arguments, source, tmp_path / f"{number}.db", input=SCRIPT)
        assert ended.stderr == ""
        assert ended.stdout == "started\n1092\n"


# A function in several processes.


def all_elsewhere(
    function: Callable[..., Any], items: Iterable[Any], processes: int | None = 2
) -> Iterator[Any]:
    """Call a function of the module ``calls`` in other processes."""
    return map_elsewhere(f"support.calls:{function.__name__}", items, processes)


def ended(process: int) -> bool:
    """Whether a process is gone."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("processes", [1, 2, 3, None])
def test_results_come_in_the_order_of_the_items(processes: int | None) -> None:
    """However long each takes, and however many processes there are."""
    items = [30, 0, 10, 0, 0, 20, 1]
    assert list(all_elsewhere(calls.double, items, processes)) == [2 * item for item in items]


def test_there_are_no_more_processes_than_items_or_asked_for() -> None:
    """Each takes its turns."""
    for count, processes, expected in ((7, 2, 2), (2, 3, 2), (1, None, 1), (4, 1, 1)):
        found = list(all_elsewhere(calls.process_of, range(count), processes))
        assert len(set(found)) == expected
        assert found == (found[:expected] * count)[:count]
        assert os.getpid() not in found


def test_nothing_is_called_for_no_items() -> None:
    """Not even a process is started, so what is missing is not missed."""
    assert list(map_elsewhere("nasbench_db.nowhere:nothing", [])) == []


def test_items_are_taken_when_they_are_needed() -> None:
    """One for each process is under way, so memory is bounded."""
    taken = []

    def items() -> Iterator[int]:
        for number in range(20):
            taken.append(number)
            yield number

    results = all_elsewhere(calls.double, items(), 2)
    assert taken == []
    for number in range(10):
        assert next(results) == 2 * number
        assert len(taken) <= number + 3
    results.close()  # type: ignore[attr-defined]


def test_items_and_results_bigger_than_a_pipe_arrive() -> None:
    """Both ways at once."""
    items = [bytes([number]) * (1 << 21) + b"end" for number in range(5)]
    assert list(all_elsewhere(calls.reversed_bytes, items)) == [item[::-1] for item in items]


def test_an_exception_of_a_call_comes_in_its_turn() -> None:
    """With its attributes, after the results before it; nothing comes after it."""
    results = all_elsewhere(calls.failing_for_three, range(10))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(errors.CorruptRecord) as caught:
        next(results)
    assert (caught.value.record, caught.value.reason) == (3, "the reason")
    with pytest.raises(StopIteration):
        next(results)


def test_an_exception_of_the_items_is_raised() -> None:
    """As it is."""

    def items() -> Iterator[int]:
        yield 1
        raise LookupError("no further item")

    with pytest.raises(LookupError, match="no further item"):
        list(all_elsewhere(calls.double, items()))


def test_a_process_that_ends_in_a_call_is_an_error() -> None:
    """With its exit code."""
    results = all_elsewhere(calls.leaving_at_three, range(10))
    with pytest.raises(errors.BuildError, match="ended early, with exit code 7"):
        list(results)


def test_what_cannot_travel_ends_the_calls(capfd: pytest.CaptureFixture[str]) -> None:
    """Neither an item nor a result that pickle refuses makes the caller wait."""
    for function, items in ((calls.unpicklable, [1, 2]), (calls.process_of, [1, lambda: 0])):
        with pytest.raises((pickle.PicklingError, AttributeError)):
            list(all_elsewhere(function, items))


def test_what_the_calls_print_does_not_disturb_the_results(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """It goes to stderr."""
    assert list(all_elsewhere(calls.noisy, range(4))) == [0, 1, 2, 3]
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err.count("noise") == 8


@posix
@pytest.mark.parametrize("give_up", ["close", "forget", "raise", "end"])
def test_processes_end_with_the_iteration(give_up: str) -> None:
    """All of them, however it ends."""
    results = all_elsewhere(calls.process_of, range(6))
    processes = {next(results), next(results)}
    assert not any(map(ended, processes))
    if give_up == "close":
        results.close()  # type: ignore[attr-defined]
    elif give_up == "forget":
        del results
    elif give_up == "raise":
        with pytest.raises(ZeroDivisionError):
            results.throw(ZeroDivisionError)  # type: ignore[attr-defined]
    else:
        assert set(results) <= processes
    assert all(map(ended, processes))


@posix
def test_a_killed_process_of_several_is_an_error() -> None:
    """Even if it is killed between two calls."""
    results = all_elsewhere(calls.process_of, range(8))
    processes = [next(results), next(results)]
    os.kill(processes[0], signal.SIGKILL)
    with pytest.raises(errors.BuildError, match="ended early, by the signal SIGKILL"):
        list(results)
    assert all(map(ended, processes))


def test_a_function_of_several_that_is_not_there_is_an_error() -> None:
    """Told by the process that looked for it."""
    with pytest.raises(AttributeError, match="nowhere"):
        list(map_elsewhere("support.calls:nowhere", [1, 2, 3], 2))
