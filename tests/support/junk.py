"""Records of NATS-Bench with something wrong in one place, and values that are wrong anywhere."""

import copy
import math
from collections import OrderedDict
from typing import Any

import numpy as np
from support.raw import Record, small_info, small_run

ARCH_STR = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"

JUNK = [
    *(None, True, False, 0, -1, 3, 12, 1 << 70, 10**400, 0.5, math.nan, math.inf, -math.inf),
    *("", "0777", "x-valid@3", "x-valid@99999", "\ud800", b"", b"x", (), [], {}, set(), [None]),
    *([math.nan], {"x": 1}, {0: None}, object(), 1j, Ellipsis, ValueError, range(3)),
    *(np.int64(3), np.float32(1.5), np.bool_(True), np.str_("cifar10"), np.complex128(1j)),
    *(np.zeros(2), np.zeros(()), np.array(["a"]), np.datetime64("2020-01-01")),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to everything in nested dicts and lists."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            found += places(inner, (*path, number))
    return found


def steady(run: Record, **seconds: float) -> Record:
    """The run with one time for all epochs, of training or of the evaluation of a split."""
    run = dict(run, eval_times=dict(run["eval_times"]))
    for what, value in seconds.items():
        if what == "train":
            run["train_times"] = OrderedDict.fromkeys(range(run["epochs"]), value)
        else:
            name = what.replace("_", "-")
            run["eval_times"].update({f"{name}@{epoch}": value for epoch in range(run["epochs"])})
    return run


def valid_info(index: int = 3, arch_str: str = ARCH_STR) -> Record:
    """A record with something in every place."""
    info = small_info(
        index,
        arch_str,
        steady(small_run("cifar10-valid", latency=[0.1, 0.2]), train=2.0, x_valid=1.0),
        small_run("cifar10", net_state_dict={"w": np.ones(2)}, train_times={0: 1.0}),
    )
    more = small_info(index, arch_str, small_run(epochs=1), fidelity="01")
    return {**info, **more}


def corrupt(info: Record, path: tuple[Any, ...], how: str, junk: Any) -> None:
    """Change one place: replace it, take it away, put it under another key, or add to it."""
    *way, last = path
    container: Any = info
    for key in way:
        container = container[key]
    if how == "replace":
        container[last] = junk
    elif how == "delete":
        del container[last]
    elif isinstance(container, list):
        container.insert(last, junk)
    elif how == "rename":
        container[junk if junk.__hash__ else repr(junk)] = container.pop(last)
    else:
        container[junk if junk.__hash__ else repr(junk)] = copy.copy(container[last])
