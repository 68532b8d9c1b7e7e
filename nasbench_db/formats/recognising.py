"""Which benchmark a file is of, by its beginning: told before gigabytes of it are read.

Of pickles, compressed or in a file of torch, it is told by the keys at the beginning of the dict;
of archives of logs by the name of the first; of other files by what they begin with. What is not
recognised is left to the readers, which say what they want.
"""

from __future__ import annotations

import bz2
import gzip
import os
import re
import struct
import zlib
from pathlib import Path

from nasbench_db.errors import SourceError
from nasbench_db.formats import nasbench_rs
from nasbench_db.formats.tfrecord import masked_crc32c

_LOOKED_AT = 1 << 14
"""Bytes: torch's layouts have less before the dict, and the names of metrics are fewer."""

_META = ("meta.pickle.pbz2", "meta.pickle")
"""The file of a folder of NATS-Bench that has the strings of all architectures."""

_OF_PICKLES = (
    (
        re.compile(rb"^.{,40}non_static_info|module_adjacency.*module_operations", re.DOTALL),
        "nasbench101",
    ),
    (re.compile(rb"^.{,40}benchmark.{,8}nasbench101", re.DOTALL), "nasbench101"),
    (re.compile(rb"^.{,40}\|\w+~0\|\+\|.*eval_acc1es.*cost_info", re.DOTALL), "nasbench201"),
    (re.compile(rb"meta_archs.{,64}?\|\w+~0\|", re.DOTALL), "nasbench201"),
    (re.compile(rb"meta_archs.{,64}?\d+(:\d+){4}", re.DOTALL), "natssss"),
    (re.compile(rb"metrics_dict.*(info_names|task_list|class_scene)", re.DOTALL), "transnas101"),
)
_NLP = re.compile(rb'\s*\{"data": "[^"]{,64}", "recepie_id": ')
_NLP_ARCHIVE = re.compile(rb"PK\x03\x04.{26}[^\0]*log_stats_model_\d+_", re.DOTALL)
_MACRO = re.compile(rb'\s*\{[^{]*"[012]{8}"\s*:\s*\{')
_NDS_JOB = re.compile(
    rb'\s*(\{\s*"\w+"\s*:\s*)?\[\s*\{.*"(act_mem|exp_mem|rng_seed|min_test_top1|bot_muls|'
    rb'(train|test)_(ep|it)_\w+)"\s*:',
    re.DOTALL,
)
_NDS_ARCHIVE = re.compile(
    rb"PK\x03\x04.{26}([\w.-]+/)?(nds_data/|(Amoeba|DARTS|ENAS|NASNet|PNAS|ResNeX?t|Vanilla)"
    rb"[\w-]*\.json)",
    re.DOTALL,
)
"""An archive begins with the header of its first file, in which the name follows 26 bytes."""

_SAME_READER = {"nasbench201", "natssss"}


def benchmark_of(path: str | os.PathLike[str]) -> str | None:
    """The benchmark that a source is of; None if its beginning does not tell.

    Args:
        path: a file, or a folder of NATS-Bench or of JSON files.
    """
    file = Path(path)
    try:
        if os.path.isdir(file):  # unlike Path.is_dir it answers for impossible names as well
            names = os.listdir(file)
            told = [*(name for name in _META if name in names)]
            told += sorted(name for name in names if name.endswith(".json"))
            file = file / told[0] if told else file
        with open(file, "rb") as opened:
            beginning = opened.read(_LOOKED_AT)
        if beginning.startswith(b"BZh"):
            with bz2.open(file) as unpacked:
                beginning = unpacked.read(_LOOKED_AT)
        elif beginning.startswith(b"\x1f\x8b"):
            with gzip.open(file) as unpacked:
                beginning = unpacked.read(_LOOKED_AT)
    except (OSError, EOFError, ValueError, zlib.error):  # also what the unpackers say of damage
        return None
    if _NLP.match(beginning) or _NLP_ARCHIVE.match(beginning):
        return "nlp"
    if _NDS_ARCHIVE.match(beginning) or _NDS_JOB.match(beginning):
        return "nds"
    if beginning.startswith((b"\x80", b"PK\x03\x04")):
        return next((name for keys, name in _OF_PICKLES if keys.search(beginning)), None)
    if beginning.startswith(nasbench_rs.MAGIC) or _is_tfrecord(beginning):
        return "nasbench101"
    return "nasbenchmacro" if _MACRO.match(beginning) else None


def refuse_other(benchmark: str, path: str | os.PathLike[str]) -> None:
    """Refuse a source that is plainly of another benchmark.

    Args:
        benchmark: the benchmark that it is to be ingested as.
        path: the source.

    Raises:
        SourceError: it is of another one; says which.
    """
    found = benchmark_of(path)
    # The two spaces of NATS-Bench have one reader, which names the first architecture.
    if found not in (None, benchmark) and {found, benchmark} != _SAME_READER:
        raise SourceError(
            f"{os.fspath(path)} is of {found}, not of {benchmark}, by what it begins with: "
            f"ingest it as {found}"
        )


def _is_tfrecord(beginning: bytes) -> bool:
    """Whether a file begins with the length of a record and the checksum of that."""
    if len(beginning) < 12:
        return False
    (checksum,) = struct.unpack_from("<I", beginning, 8)
    return bool(masked_crc32c(beginning[:8]) == checksum)
