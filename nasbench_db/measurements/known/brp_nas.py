"""BRP-NAS' latency pickles, also called eagle's: NAS-Bench-201's cells on thirteen devices.

Dudziak et al., "BRP-NAS: Prediction-based NAS using GCNs", NeurIPS 2020. A file is a dict of six
digits, the operations in the order of architecture strings, with seconds: a mean over runs from
which outliers were taken. Cells that failed are absent.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from nasbench_db.architectures.inputs import plain
from nasbench_db.errors import SourceError
from nasbench_db.measurements.sources import Declared, Measurements, Row

_EDGES = 6
_LONGEST = 30  # seconds; the slowest of the devices takes less than one


def is_one(content: Any) -> bool:
    """Whether the content of a pickle is such a file."""
    if not isinstance(content, Mapping) or not content:
        return False
    key, value = next(iter(content.items()))
    numbers = isinstance(key, tuple) and len(key) == _EDGES
    return numbers and all(type(code) is int for code in key) and isinstance(plain(value), float)


def read(content: Mapping[Any, Any], benchmark: str, name: str) -> Measurements:
    """What such a file has.

    Raises:
        SourceError: another benchmark is asked for; or its numbers can be no latencies.
    """
    if benchmark != "nasbench201":
        raise SourceError(f"{name} has measurements of nasbench201, and not of {benchmark}")
    values = [plain(value) for value in content.values()]
    if any(isinstance(value, float) and not 0 < value < _LONGEST for value in values):
        raise SourceError(
            f"{name} has values below 0 or above {_LONGEST}, so its numbers are no latencies in "
            "seconds: accuracies, or numbers that were normalised, so that their unit is lost"
        )
    device = os.path.basename(name).partition(".")[0]
    return Measurements(
        metrics=[
            Declared(
                name="latency",
                title="latency",
                unit="seconds",
                direction="min",
                description="Seconds of one inference, a mean over runs without the outliers.",
                device=device,
            )
        ],
        rows=_rows(content),
        form="BRP-NAS latencies, pickle",
        encoding="string_order",
        licence="Apache-2.0",
        remarks=[f"the file does not say on which device; by its name: {device}"],
    )


def _rows(content: Mapping[Any, Any]) -> Iterator[Row]:
    for arch, value in content.items():
        yield Row(str(arch), list(arch), None, None, [value])
