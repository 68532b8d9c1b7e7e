"""Pickles that others made of benchmarks and that hold no training results: what each of them is.

They are told by the first item of their dict, or the first element of their list. What they hold
are numbers for an architecture (a mean, one of several repeats, a latency), and not the trainings
that a benchmark consists of; a database made of them would answer with numbers of unknown origin.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from nasbench_db.architectures.inputs import plain

_HASH = re.compile("[0-9a-f]{32}")
_CELL = re.compile(r"\|\w+~0\|\+\|.*")
_EDGES = 6
_PAIRS = 8
_ELSEWHERE = "keep these numbers in a table of your own beside the database"
_AS_A_SET = (
    "make a measurement set of it, which lies beside the database: nasbench-db measure NAME --of "
    "BENCHMARK FILE"
)
_MEANS_101 = (
    f"{_ELSEWHERE}; the published means of all cells come with nasbench_db, as "
    "nasbench_db.nasbench101.published_means()"
)
_MEANS_201 = (
    f"{_ELSEWHERE}; the published means of all cells come with nasbench_db, as "
    "nasbench_db.nasbench201.published_means()"
)


def not_trainings(key: object, value: object) -> str | None:
    """What a pickle is that begins with an item, if it is known to hold no trainings.

    Args:
        key: the item's key; None for an element of a list.
        value: the item's value, or the element.

    Returns:
        what it is, and where its numbers can go; None if it is not known.
    """
    value = plain(value)
    if isinstance(key, str):
        return _under_text(key, value)
    if isinstance(key, tuple):
        return _under_tuple(key, value)
    if isinstance(value, tuple) and len(value) >= 2 and _is_labelled_matrix(value[0]):
        return f"pairs of a graph and means over repeats (aw_nas), which are no runs: {_MEANS_101}"
    if isinstance(value, dict) and "logmeasures" in value:
        return _PROXIES
    return None


_PROXIES = (
    "zero-cost proxies of networks that were not trained, with means over the seeds in their "
    f"accuracies, if any (zero-cost-nas): {_AS_A_SET}"
)


def _under_text(key: str, value: Any) -> str | None:
    if key in ("i", "hash", "arch", "logmeasures"):
        return _PROXIES
    if key in ("entries", "num_files"):
        return (
            "the runs of NAS-Bench-301 (nasbenchapi), a benchmark of the space of DARTS that is "
            "not among those here"
        )
    if _HASH.fullmatch(key):
        return _under_hash(value)
    if _CELL.fullmatch(key):
        return _under_cell(value)
    if key in ("4", "12", "36", "108", "200") and isinstance(value, dict):
        return (
            "one number of each metric for an architecture and a number of epochs, of which "
            f"training or mean is not said: {_ELSEWHERE}"
        )
    if key.isdecimal() and isinstance(value, dict):
        return (
            "numbers of each architecture, rounded or of one repeat chosen at random: "
            f"{_ELSEWHERE}"
        )
    return None


def _under_hash(value: Any) -> str | None:
    if isinstance(value, (int, float, list)) and not isinstance(value, bool):
        return (
            "a summary: for each cell one number or a few, and not said whether a mean or one of "
            f"three trainings (nasbench1_accuracy of zero-cost-nas and BRP-NAS): {_MEANS_101}"
        )
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], list):
        return (
            "the graphs of cells and nothing that was measured (nb101_model_info of BRP-NAS); "
            "nasbench_db enumerates the cells by itself: nasbench_db.nasbench101.enumerate_cells()"
        )
    return None


def _under_cell(value: Any) -> str | None:
    if isinstance(value, (int, float)):
        return f"a summary with one number for each cell, of which seed is not said: {_MEANS_201}"
    if isinstance(value, dict) and value and all(isinstance(one, dict) for one in value.values()):
        first = next(iter(value.values()))
        accuracies = plain(first.get("eval_acc1es"))
        if isinstance(accuracies, (int, float)):
            return (
                "one number of each metric for a cell, of which seed, split and epoch is not said "
                f"(nb201_all of NASLib): {_MEANS_201}"
            )
        if isinstance(accuracies, (list, tuple)) and len(accuracies) == 2:
            return (
                "two means over the seeds for each cell, validation and test, the last of another "
                f"training set for cifar10 (val_test of NASLib's users): {_MEANS_201}"
            )
    return None


def _under_tuple(key: tuple[Any, ...], value: Any) -> str | None:
    if len(key) == _EDGES and all(type(code) is int for code in key):
        if isinstance(value, (int, float)) and value > 1:
            return (
                "a number for each cell that is written as six digits, of which seed, and in "
                f"which order of the operations, is not said: {_MEANS_201}"
            )
        if isinstance(value, (int, float)) and value < 0:
            return (
                "accuracies that were normalised, so that their unit is lost (BRP-NAS): take the "
                "file with the accuracies themselves, or the original file"
            )
        if isinstance(value, (int, float)):
            return (
                "latencies of a device in seconds, or accuracies normalised without their unit "
                "(BRP-NAS, also called eagle), and no trainings: if they are latencies, "
                f"{_AS_A_SET}"
            )
        return f"cells written as six digits, with no runs of theirs: {_ELSEWHERE}"
    if len(key) == 2 and all(isinstance(cell, tuple) and len(cell) == _PAIRS for cell in key):
        return (
            "the curves of NAS-Bench-301 (nb301_full_training of NASLib), a benchmark of the "
            "space of DARTS that is not among those here"
        )
    if len(key) == 3 and all(isinstance(part, tuple) for part in key):
        return "the curves of NAS-Bench-NLP (nb_nlp of NASLib), another benchmark than this"
    return None


def _is_labelled_matrix(value: Any) -> bool:
    """Whether a value is a graph: a matrix and the operations of its vertices."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        return False
    matrix = value[0]
    return isinstance(matrix, np.ndarray) or (
        isinstance(matrix, (list, tuple)) and bool(matrix) and isinstance(matrix[0], (list, tuple))
    )
