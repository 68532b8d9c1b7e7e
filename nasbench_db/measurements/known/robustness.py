"""Jung et al.'s robustness of NAS-Bench-201's networks: accuracy under attacks and corruptions.

Jung, Lukasik and Keuper, "Neural Architecture Design and Robustness: A Dataset", ICLR 2023. The
folder has ``meta.json`` and, for each data set, ``<key>_accuracy.json`` with ``{data set: {key:
{"accuracy": {id: number, or a list over strengths}}}}``. Of isomorphic cells one was evaluated:
6,466 of 15,625.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nasbench_db.errors import SourceError
from nasbench_db.formats.gzipped_json import read_json
from nasbench_db.measurements.sources import Declared, Measurements, Row

_META = "meta.json"
_MEASURE = "accuracy"
_CLEAN = "clean"
_WANTED = "give the folder of the data set, with meta.json and <data set>/<key>_accuracy.json"


def is_one(path: Path) -> bool:
    """Whether a path is such a folder, or a file in it."""
    return _root(path) is not None


def _root(path: Path) -> Path | None:
    folders = [path] if path.is_dir() else list(path.parents)[:2]
    return next(
        (folder for folder in folders if (folder / _META).is_file() and _files(folder)), None
    )


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*/*_{_MEASURE}.json"))


def read(path: Path, benchmark: str) -> Measurements:
    """What such a folder, or one of its files, has.

    Raises:
        SourceError: another benchmark is asked for, or it is malformed.
    """
    if benchmark != "nasbench201":
        raise SourceError(f"{path} has measurements of nasbench201, and not of {benchmark}")
    root = _root(path)
    assert root is not None
    files = _files(root) if path.is_dir() or path.name == _META else [path]
    meta, _, _ = read_json(root / _META, _WANTED)
    values: dict[tuple[str, str], dict[str, Any]] = {}
    metrics: dict[str, Declared] = {}
    for file in files:
        content, _, _ = read_json(file, _WANTED)
        for dataset, keys in _items(content, file):
            for key, measures in _items(keys, file):
                for identifier, given in _items(measures.get(_MEASURE), file):
                    of = values.setdefault((dataset, identifier), {})
                    for name, value in _named(key, given, _strengths(meta, key), metrics):
                        of[name] = value
    return Measurements(
        metrics=list(metrics.values()),
        rows=_rows(values, list(metrics), meta),
        form="robustness of Jung et al., JSON",
        has_context=True,
        of_classes=True,
        remarks=[
            "a value is of a class of isomorphic cells, of which one was evaluated: it stands for "
            "all of them, and their number is not one of measurements",
            "of which training of NAS-Bench-201 the networks are, is not stated",
        ],
        files=tuple(str(file) for file in (root / _META, *files) if file != path),
    )


def _items(value: Any, file: Path) -> list[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        raise SourceError(f"{file} has not the form of such a file; {_WANTED}")
    return list(value.items())


def _strengths(meta: Any, key: str) -> Sequence[Any]:
    """The strengths of an attack, in units of 1/255; none of a corruption."""
    found = meta.get("epsilons", {}) if isinstance(meta, Mapping) else {}
    of = found.get(key, ()) if isinstance(found, Mapping) else ()
    return of if isinstance(of, Sequence) else ()


def _named(
    key: str, given: Any, strengths: Sequence[Any], metrics: dict[str, Declared]
) -> Iterator[tuple[str, Any]]:
    """The values of an evaluation, each with the name of its metric, which is added to all."""
    plain = re.sub(r"\W+", "_", key).lower()
    if not isinstance(given, list):
        title = "accuracy on clean images" if key == _CLEAN else f"accuracy under {key}"
        _declare(metrics, plain, title, "")
        yield plain, _percent(given)
        return
    for place, value in enumerate(given):
        if len(strengths) == len(given):
            strength = f"{float(strengths[place]):g}"
            name = f"{plain}_eps_{strength.replace('.', '_')}"
            said = f" of strength {strength}/255"
        else:
            name, said = f"{plain}_severity_{place + 1}", f" of severity {place + 1}"
        _declare(metrics, name, f"accuracy under {key}{said}", said)
        yield name, _percent(value)


def _declare(metrics: dict[str, Declared], name: str, title: str, said: str) -> None:
    if name not in metrics:
        metrics[name] = Declared(
            name=name,
            title=title,
            unit="percent",
            direction="max",
            split="test",
            description=f"Top-1 {title} (test images), of the evaluated cell of each class of "
            "isomorphic ones. Source: accuracy, a fraction there.",
        )


def _percent(value: Any) -> Any:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return 100 * value if is_number else value


def _rows(
    values: Mapping[tuple[str, str], Mapping[str, Any]], names: Sequence[str], meta: Any
) -> Iterator[Row]:
    ids = meta.get("ids", {}) if isinstance(meta, Mapping) else {}
    for (dataset, identifier), of in values.items():
        known = ids.get(identifier, {})
        arch = known.get("nb201-string", identifier) if isinstance(known, Mapping) else identifier
        place = f"{dataset}, id {identifier}"
        yield Row(place, arch, dataset, None, [of.get(name) for name in names])
