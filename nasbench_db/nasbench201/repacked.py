"""NAS-Bench-201 as other projects have packed it: which layout it is, and reading it.

- NASLib's ``nb201_*_full_training.pickle``: for each cell and one data set the lists of one
  training, without the names of what is in them;
- HPOBench's ``NAS-Bench-201-v1_1-096897_*.json``: for each seed and cell the original's record,
  and where a seed was never trained, another seed's;
- syne-tune's folder ``nasbench201``: see :mod:`nasbench_db.nasbench201.synetune`.

nasbenchapi's pickle is the original's dict, which :mod:`nasbench_db.nats.sources` reads. Of which
layout a file is, is told by its content.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from nasbench_db.architectures.inputs import plain
from nasbench_db.architectures.topology import official_order
from nasbench_db.errors import CorruptRecord, SourceError
from nasbench_db.formats.pickle_batches import batches
from nasbench_db.formats.pickles import open_pickle, shown
from nasbench_db.nasbench201 import synetune
from nasbench_db.nats.datasets import OFFICIAL
from nasbench_db.nats.sources import Message, Scattered, read_source, results_of
from nasbench_db.sources.background import iterate_elsewhere
from nasbench_db.sources.not_trainings import not_trainings
from nasbench_db.store.building import Source
from nasbench_db.store.metering import Meter

_LOOKED_AT = 1 << 14
_ORIGINAL = re.compile(rb"meta_archs|arch2infos|arch_index|total_archs|evaluated_indexes")
_PICKLES = tuple(b"\x80" + bytes([protocol]) for protocol in range(2, 6))
_TORCH = (b"\x80\x02\x8a\nl\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19",)
_GZIP = b"\x1f\x8b"
_NUMPY = b"\x93NUMPY"
_SEEDS = ("777", "888", "999")

_EPOCHS = 200
_NASLIB_SEED = 888
_OF_NASLIB = (
    f"the seed is not in it: it is {_NASLIB_SEED} by its values; it has one training of "
    f"{_EPOCHS} epochs for a cell, and of the times only that of an epoch"
)

_LONGEST_RECORD = 1 << 22  # characters; real ones have 30,000
_CHUNK = 1 << 18


def read_repacked(source: Source) -> Iterator[Message]:
    """Read a source of NAS-Bench-201, be it the original or packed by others.

    Yields:
        see :func:`~nasbench_db.nats.sources.read_source`.

    Raises:
        SourceError: it is absent, of another kind, or damaged; says what it is, if it is known to
            hold no trainings.
    """
    reader = None if isinstance(source, Mapping) else _reader_of(os.fspath(source))
    if reader is None:
        return read_source(source)
    assert not isinstance(source, Mapping)
    return iterate_elsewhere(reader, os.fspath(source))


def _reader_of(name: str) -> str | None:
    """The function that reads a source, by its name; None for the original's layouts."""
    if os.path.isdir(name):
        return f"{synetune.__name__}:read" if synetune.is_one(Path(name)) else None
    try:
        with open(name, "rb") as file:
            beginning = file.read(_LOOKED_AT)
    except (OSError, ValueError):  # it is absent
        return None
    if beginning.startswith(_NUMPY):
        raise SourceError(
            f"{name} is an array of numpy, and no file with trainings of NAS-Bench-201 is one; "
            "nasbench201_dict.npy has means over seeds that are rounded to two decimals: keep "
            "them in a table of your own beside the database, or take the original file"
        )
    if beginning.startswith(_GZIP):
        try:
            beginning = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(
                beginning, _LOOKED_AT
            )
        except zlib.error:
            return None
    if beginning.lstrip()[:1] in (b"{", b"["):
        return f"{__name__}:read_hpobench"
    if beginning.startswith(_TORCH) or not beginning.startswith(_PICKLES):
        return None
    return None if _ORIGINAL.search(beginning) else f"{__name__}:read_naslib"


def _index_of() -> dict[str, int]:
    """The official index of each architecture's string."""
    return {cell.arch_str: index for index, cell in enumerate(official_order())}


# NASLib's pickles.


def read_naslib(name: str) -> Iterator[Message]:
    """Read a pickle of NASLib; see :func:`read_repacked`."""
    meter = Meter()
    stream = open_pickle(name, meter.update, gzipped=True)
    index_of = _index_of()
    count = 0
    dataset = ""
    for batch in batches(stream):
        for item in batch.items:
            text, of_datasets = item if batch.of_dict else (None, item)
            what = not_trainings(text, of_datasets)
            if what is not None:
                raise SourceError(f"{name} holds no trainings but {what}")
            if not isinstance(text, str) or text not in index_of:
                raise SourceError(
                    f"{name} is a pickle of no known layout of NAS-Bench-201: it has "
                    f"{shown(item)}. Known are those of NASLib and of the original"
                )
            if not isinstance(of_datasets, dict) or len(of_datasets) != 1:
                raise SourceError(f"{name}: {text} has {shown(of_datasets)}, not one data set")
            ((found, record),) = of_datasets.items()
            if dataset not in ("", found):
                raise SourceError(f"{name} is of {dataset} and of {shown(found)} as well")
            dataset = found
            try:
                run = _naslib_run(found, record)
            except ValueError as error:
                raise SourceError(f"{name}: {text}: {error}") from None
            yield results_of(
                name, index_of[text], text, {(found, _NASLIB_SEED): run}, meter.advance()
            )
            count += 1
    stream.drain()
    if not count:
        raise SourceError(f"{name} is a pickle of nothing: an empty dict or list")
    described = meter.describe(name, "pickle of NASLib", count, False)
    yield described | {"changes": [_OF_NASLIB]}


def _naslib_run(dataset: object, record: object) -> dict[str, Any]:
    """A run as the original has it."""
    if dataset == "ninapro":
        raise ValueError("it is of ninapro, which is of NAS-Bench-360 and not of NAS-Bench-201")
    if dataset not in OFFICIAL or dataset == "cifar10":
        raise ValueError(f"it is of the data set {shown(dataset)}, which NASLib has no file of")
    if not isinstance(record, dict):
        raise ValueError(f"its record is {shown(record)}")
    cost = record.get("cost_info")
    if not isinstance(cost, dict):
        raise ValueError(f"cost_info is {shown(cost)}")
    per_epoch, *once = _SPLITS[str(dataset)]
    full = _EPOCHS + len(once)
    evaluated = {}
    splits: list[str] = []
    for key in ("eval_acc1es", "eval_losses"):
        values = _list(record, key)
        if len(values) not in (_EPOCHS, full):
            raise ValueError(
                f"{key} has {len(values)} values; those of {dataset} are {_EPOCHS}, one for each "
                f"epoch, or {full}, with {' and '.join(once)} after the last epoch behind them"
            )
        names = [per_epoch, *once] if len(values) == full else [per_epoch]
        if splits and splits != names:
            raise ValueError("eval_acc1es and eval_losses have different lengths")
        splits = names
        keys = [f"{per_epoch}@{epoch}" for epoch in range(_EPOCHS)]
        keys += [f"{split}@{_EPOCHS - 1}" for split in names[1:]]
        evaluated[key] = dict(zip(keys, values, strict=True))
    trained = {}
    for key in ("train_acc1es", "train_losses"):
        values = _list(record, key)
        if len(values) != _EPOCHS:
            raise ValueError(f"{key} has {len(values)} values instead of {_EPOCHS}")
        trained[key] = dict(enumerate(values))
    seconds = plain(cost.get("train_time"))
    return {
        "name": dataset,
        "seed": _NASLIB_SEED,
        "epochs": _EPOCHS,
        "arch_config": None,
        "params": cost.get("params"),
        "flop": cost.get("flops"),
        "latency": cost.get("latency"),
        "net_state_dict": None,
        "train_acc5es": {},
        "train_times": {} if seconds is None else dict.fromkeys(range(_EPOCHS), seconds),
        "eval_names": splits,
        "eval_times": {},
        **trained,
        **evaluated,
    }


_SPLITS = {
    "cifar10-valid": ("x-valid", "ori-test"),
    "cifar100": ("ori-test", "x-valid", "x-test"),
    "ImageNet16-120": ("ori-test", "x-valid", "x-test"),
}
"""The split that is evaluated after each epoch, then those after the last one only, in the order
of the original's dicts."""


def _list(record: Mapping[Any, Any], key: str) -> list[Any]:
    values = record.get(key)
    if not isinstance(values, list):
        raise ValueError(f"{key} is {shown(values)}, not a list")
    return values


# HPOBench's JSON.


def read_hpobench(name: str) -> Iterator[Message]:
    """Read a JSON file of HPOBench; see :func:`read_repacked`."""
    meter = Meter()
    index_of = _index_of()
    known: dict[str, set[bytes]] = {}
    count = copies = 0
    yield Scattered()
    for seed, text, record in _Json(name, meter.update).records():
        if seed not in _SEEDS or text not in index_of:
            raise SourceError(
                f"{name} is JSON, and not of HPOBench: that has the seeds {', '.join(_SEEDS)} and "
                f"in each the cells of NAS-Bench-201, and this {shown(seed)} with {shown(text)}. "
                "Tables of means or of one number for each cell hold no trainings: keep them "
                "beside the database"
            )
        try:
            run = _hpobench_run(seed, record)
        except ValueError as error:
            raise SourceError(f"{name}: {text}, seed {seed}: {error}") from None
        # Where a seed was not trained, the record of another one stands in its place.
        content = orjson.dumps({key: value for key, value in record.items() if key != "seed"})
        digest = hashlib.blake2b(content, digest_size=16).digest()
        of_cell = known.setdefault(text, set())
        if digest in of_cell:
            copies += 1
            continue
        of_cell.add(digest)
        index = index_of[text]
        yield results_of(name, index, text, {(run.get("name"), run["seed"]): run}, meter.advance())
        count += 1
    if not count:
        raise SourceError(f"{name} holds no trainings: its seeds are empty")
    described = meter.describe(name, "JSON of HPOBench", count, False)
    told = f"{copies:,} records that are copies of another seed's were left out"
    yield described | ({"changes": [told]} if copies else {})


def _hpobench_run(seed: str, record: object) -> dict[str, Any]:
    """A run as the original has it, from a record whose keys are texts."""
    if not isinstance(record, dict):
        raise ValueError(f"its record is {shown(record)}")
    run = {"arch_config": None, "net_state_dict": None, **record}
    run["net_state_dict"] = None
    own = str(record.get("seed", seed)).lstrip("0")
    if own not in _SEEDS:
        raise ValueError(f"the record itself says that the seed is {shown(record['seed'])}")
    run["seed"] = int(own)
    for key in ("train_acc1es", "train_acc5es", "train_losses", "train_times"):
        values = run.get(key)
        if isinstance(values, dict):
            if not all(re.fullmatch("0|[1-9][0-9]{0,4}", epoch) for epoch in values):
                raise ValueError(f"{key} has other keys than epochs")
            run[key] = {int(epoch): value for epoch, value in values.items()}
    return run


class _Json:
    """Reads a JSON text of two levels of objects, whose values are handed out one by one."""

    # formats.json_files looks through a value before it decodes it, so that it can say what is
    # wrong at which byte. These records have 1,600 names each, and it takes three times as long.

    def __init__(self, name: str, on_bytes: Callable[[bytes], None]) -> None:
        self._name = name
        self._blocks = _unpacked(name, on_bytes)
        self._decode = json.JSONDecoder(parse_constant=_constant).raw_decode
        self._text = ""
        self._at = 0
        self._before = 0
        self._rest = b""

    def records(self) -> Iterator[tuple[str, str, Any]]:
        """The names of both levels and the value, each."""
        for outer in self._members():
            for inner in self._members():
                yield outer, inner, self._value()
        if self._next():
            raise self._wrong("something follows behind the object")

    def _members(self) -> Iterator[str]:
        """The names of an object's members; the value of each must be read before the next."""
        self._expect("{")
        names = set()
        if self._next() == "}":
            self._at += 1
            return
        while True:
            name = self._value() if self._next() == '"' else None
            if name is None or name in names:
                raise self._wrong("a new name is expected here")
            names.add(name)
            self._expect(":")
            yield name
            if self._next() != ",":
                break
            self._at += 1
        self._expect("}")

    def _expect(self, character: str) -> None:
        if self._next() != character:
            raise self._wrong(f"{character} is expected here")
        self._at += 1

    def _next(self) -> str:
        """The next character that is no white space, which stays; an empty text at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in " \t\r\n":
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                # It may be that the value is not there as a whole.
                too_long = len(self._text) - self._at > _LONGEST_RECORD
                if isinstance(error, RecursionError) or too_long or not self._more():
                    raise self._wrong("no value of JSON of the usual size is here") from None
                continue
            if end < len(self._text) or not self._more():  # a number could go on
                self._at = end
                return value

    def _more(self) -> bool:
        self._text = self._text[self._at :]
        self._before += self._at
        self._at = 0
        for block in self._blocks:
            self._rest += block
            try:
                added = self._rest.decode()
                self._rest = b""
            except UnicodeDecodeError as error:
                if error.reason != "unexpected end of data":
                    raise self._wrong("this is no UTF-8") from None
                added = self._rest[: error.start].decode()
                self._rest = self._rest[error.start :]
            if added:
                self._text += added
                return True
        return False

    def _wrong(self, reason: str) -> CorruptRecord:
        return CorruptRecord(
            self._name, 0, self._before + self._at, f"{reason}: the file is damaged or truncated"
        )


def _constant(name: str) -> float:
    if name == "NaN":
        return float("nan")
    raise ValueError(name)


def _unpacked(name: str, on_bytes: Callable[[bytes], None]) -> Iterator[bytes]:
    """The blocks of a file, decompressed if it is of gzip."""
    stream = open_pickle(name, on_bytes, gzipped=True)
    while stream.ensure(1):
        block = stream.window[stream.at : stream.at + _CHUNK]
        stream.at += len(block)
        yield block
