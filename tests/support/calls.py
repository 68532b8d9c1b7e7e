"""Functions that tests call in other processes; a module that is imported in no time."""

import os
import time
from typing import Any

from nasbench_db.errors import CorruptRecord


def double(number: int) -> int:
    """A call that takes as long as it is given."""
    time.sleep(number / 1000)
    return 2 * number


def process_of(_: object) -> int:
    """Which process this is."""
    return os.getpid()


def reversed_bytes(data: bytes) -> bytes:
    """A result that is as big as its item."""
    return data[::-1]


def failing_for_three(number: int) -> int:
    """An exception for one of the items."""
    if number == 3:
        raise CorruptRecord("a file", 3, 456, "the reason")
    return number


def leaving_at_three(number: int) -> int:
    """The end of the process for one of the items."""
    if number == 3:
        os._exit(7)
    return number


def noisy(number: int) -> int:
    """Output between the results."""
    print("noise")
    os.write(1, b"noise")
    return number


def unpicklable(_: object) -> Any:
    """A result that cannot travel."""
    return lambda: 0
