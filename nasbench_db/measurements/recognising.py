"""Which known file of measurements a file is, by its content."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from nasbench_db.errors import SourceError
from nasbench_db.formats.gzipped_json import read_json
from nasbench_db.formats.pickles import Unpickler, looks_like_one, open_pickle
from nasbench_db.measurements.frames import form_of, read_file
from nasbench_db.measurements.known import (
    brp_nas,
    hw_nas_bench,
    mcu,
    robustness,
    suite_zero,
    zero_cost_nas,
)
from nasbench_db.measurements.sources import Measurements

_WANTED = "give a known file of measurements, or a table: CSV, JSON lines or Parquet"
_JSON = (".json", ".json.gz")
_MOST_PICKLES = 1 << 20


def known_source(path: Path, benchmark: str) -> Measurements | None:
    """What a known file of measurements has of a benchmark; None of any other file.

    Args:
        path: a file or a folder.
        benchmark: the benchmark.

    Raises:
        SourceError: it is one, of another benchmark; or it is damaged; or it is a folder, JSON or
            a pickle that is not known.
    """
    name = os.fspath(path)
    if robustness.is_one(path):
        return robustness.read(path, benchmark)
    if path.is_dir():
        raise SourceError(f"{name} is a folder, and none with measurements that are known")
    if form_of(name) == "CSV":
        frame = read_file(name, "CSV")
        return mcu.read(frame, name, benchmark) if mcu.is_one(frame.columns) else None
    if form_of(name) is not None:
        return None
    if name.lower().endswith(_JSON):
        content, _, _ = read_json(name, _WANTED)
        if suite_zero.is_one(content):
            return suite_zero.read(content, benchmark, name)
        raise SourceError(f"{name} is JSON of no form that is known here; {_WANTED}")
    return _pickle(name, benchmark) if looks_like_one(path) else None


def _pickle(name: str, benchmark: str) -> Measurements:
    stream = open_pickle(name, gzipped=True)
    content = Unpickler(stream).load()
    if zero_cost_nas.is_one(content):
        objects: list[Any] = [content]
        while stream.ensure(1):
            if len(objects) >= _MOST_PICKLES:
                raise SourceError(f"{name} has more than {_MOST_PICKLES:,} objects")
            objects.append(Unpickler(stream).load())
        return zero_cost_nas.read(objects, benchmark, name)
    if hw_nas_bench.is_one(content):
        return hw_nas_bench.read(content, benchmark, name)
    if brp_nas.is_one(content):
        return brp_nas.read(content, benchmark, name)
    raise SourceError(f"{name} is a pickle with no measurements that are known here; {_WANTED}")
