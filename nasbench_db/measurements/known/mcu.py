"""NATS-Bench-MCU's ``hw_metrics.csv``: NAS-Bench-201's cells, measured on a microcontroller.

https://github.com/ankilab/NATS-Bench-MCU: networks of 10 classes, quantised to 8 bits, on Nordic
nRF5340 kits. Those that did not fit into its memory are in ``failures.csv``, which is read if it
lies in the same folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from nasbench_db.errors import SourceError
from nasbench_db.measurements.frames import Frame, read_file
from nasbench_db.measurements.sources import Declared, Measurements, Row

_INDEX = "arch_idx"
_FAILURES = "failures.csv"
_DEVICE = "Nordic nRF5340"
_METRICS = {
    "int8_kb": ("size of the quantised network", "KB"),
    "rom_kb": ("flash memory of the firmware", "KB"),
    "ram_kb": ("RAM of the firmware", "KB"),
    "latency_s": ("latency of one inference", "seconds"),
    "current_uA": ("mean current", "uA"),
    "power_mW": ("mean power", "mW"),
    "energy_mJ": ("energy of one inference", "mJ"),
    "arena_used_kb": ("tensor arena that is used", "KB"),
}
"""The columns that are measured, each with what it is and its unit."""

_NEEDED = (_INDEX, "arch_str", "latency_s", "power_mW")


def is_one(columns: list[str]) -> bool:
    """Whether the first line of a CSV file is that of such a file."""
    return all(name in columns for name in _NEEDED)


def read(frame: Frame, path: str, benchmark: str) -> Measurements:
    """What such a file has, and the one of failures beside it.

    Raises:
        SourceError: another benchmark is asked for, or it is malformed.
    """
    if benchmark != "nasbench201":
        raise SourceError(f"{path} has measurements of nasbench201, and not of {benchmark}")
    names = [name for name in _METRICS if name in frame.columns]
    beside = os.path.join(os.path.dirname(path), _FAILURES)
    failures = beside if os.path.isfile(beside) else None
    told = "those that failed are in failures.csv, and have no values"
    return Measurements(
        metrics=[
            Declared(
                name=name,
                title=_METRICS[name][0],
                unit=_METRICS[name][1],
                direction="min",
                description=f"The {_METRICS[name][0]} with 10 classes, quantised to 8 bits. "
                f"Source: {name}.",
                device=_DEVICE,
                batch=1,
            )
            for name in names
        ],
        rows=_rows(frame, names, failures),
        form="NATS-Bench-MCU, CSV",
        licence="CC BY 4.0",
        remarks=[told if failures else f"there was no {_FAILURES} beside it"],
        files=() if failures is None else (failures,),
    )


def _rows(frame: Frame, names: list[str], failures: str | None) -> Iterator[Row]:
    index = frame.columns.index("arch_str")
    places = [frame.columns.index(name) for name in names]
    for place, row in frame.rows:
        yield Row(place, row[index], None, None, [row[column] for column in places])
    if failures is None:
        return
    failed = read_file(failures, "CSV")
    if "arch_str" not in failed.columns:
        raise SourceError(f"{failures} has no column arch_str")
    index = failed.columns.index("arch_str")
    size = failed.columns.index("int8_kb") if "int8_kb" in failed.columns else None
    for place, row in failed.rows:
        known = {"int8_kb": None if size is None else row[size]}
        yield Row(
            f"{_FAILURES}, {place}", row[index], None, None, [known.get(name) for name in names]
        )
