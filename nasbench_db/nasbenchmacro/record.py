"""The original file of NAS-Bench-Macro: JSON, an entry for each of 6,561 codes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from math import isclose
from statistics import fmean, pstdev
from typing import Any, NamedTuple

from nasbench_db.architectures.inputs import as_int, show
from nasbench_db.errors import InvalidArchitecture, SourceError
from nasbench_db.formats.gzipped_json import read_json
from nasbench_db.nasbenchmacro.cell import Cell
from nasbench_db.nasbenchmacro.constants import SEEDS
from nasbench_db.store.building import SYNTHETIC_KEY, Source
from nasbench_db.store.metering import Meter, describe

_WANTED = "give nas-bench-macro_cifar10.json, compressed by gzip or not"


class Entry(NamedTuple):
    """What the file has of a code.

    Attributes:
        cell: the architecture.
        accuracies: the test accuracy of each seed's training, percent.
        parameters: single ones.
        flops: single ones.
    """

    cell: Cell
    accuracies: tuple[float, ...]
    parameters: int
    flops: int


def read_source(source: Source) -> tuple[list[Entry], dict[str, Any]]:
    """All entries of a source in the order of their codes, and its description for ``Provenance``.

    Args:
        source: the file, or the dict that is in it.

    Raises:
        SourceError: it is absent, of another kind, or damaged.
    """
    if isinstance(source, Mapping):
        entries, synthetic = _entries("the dict", source)
        return entries, describe("dict", "dict", len(entries), synthetic, 0, "")
    name = os.fspath(source)
    given, content, form = read_json(name, _WANTED)
    meter = Meter()
    meter.update(content)
    entries, synthetic = _entries(name, given)
    return entries, meter.describe(name, form, len(entries), synthetic)


def _entries(name: str, given: Any) -> tuple[list[Entry], bool]:
    if not isinstance(given, Mapping) or not set(given) - {SYNTHETIC_KEY}:
        raise SourceError(f"{name} is {show(given)}, not a dict of architectures; {_WANTED}")
    entries = []
    for code in given:
        if code == SYNTHETIC_KEY:
            continue
        try:
            entries.append(read_entry(Cell.from_string(code), given[code]))
        except InvalidArchitecture as error:
            raise SourceError(f"{name} has the key {show(code)}: {error}; {_WANTED}") from None
        except ValueError as error:
            raise SourceError(f"{name}, architecture {code}: {error}") from None
    return sorted(entries, key=lambda entry: entry.cell.arch_str), bool(given.get(SYNTHETIC_KEY))


def read_entry(cell: Cell, given: Any) -> Entry:
    """An entry of the file. Its mean and deviation are compared with the accuracies, if it has
    them; they need not be stored.

    Args:
        cell: the architecture that it is of.
        given: what the file has of it.

    Raises:
        ValueError: it is no such entry; the message says why.
    """
    if not isinstance(given, Mapping):
        raise ValueError(f"it is {show(given)}, not a dict with test_acc, params and flops")
    accuracies = given.get("test_acc")
    if (
        not isinstance(accuracies, (list, tuple))
        or len(accuracies) != len(SEEDS)
        or not all(isinstance(one, (int, float)) and 0 <= one <= 100 for one in accuracies)
    ):
        raise ValueError(f"test_acc is {show(accuracies)}; it must be three numbers from 0 to 100")
    for name, computed in (("mean_acc", fmean(accuracies)), ("std", pstdev(accuracies))):
        recorded = given.get(name, computed)
        # The deviation divides by n.
        if not isinstance(recorded, (int, float)) or not isclose(
            recorded, computed, rel_tol=1e-6, abs_tol=1e-6
        ):
            raise ValueError(f"{name} is {show(recorded)}, but of test_acc it is {computed}")
    counts = []
    for name in ("params", "flops"):
        count = as_int(given.get(name))
        if count is None or count < 0:
            raise ValueError(f"{name} is {show(given.get(name))}; it must be a whole number")
        counts.append(count)
    return Entry(cell, tuple(map(float, accuracies)), *counts)
