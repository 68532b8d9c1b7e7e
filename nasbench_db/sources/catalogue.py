"""The published files of each benchmark: which version each is, where it lies, and its hashes.

No address lasts. What does not change is which bytes the right file has, so that a file from
anywhere else can be told from another version of it. Licence and citation are the benchmark's;
see :data:`nasbench_db.benchmarks.BENCHMARKS`.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import unquote

from nasbench_db import benchmarks
from nasbench_db.errors import DownloadError

Kind = Literal["original", "archive", "nni database"]
"""What is done with a file: it is ingested; unpacked, and the folder ingested; or migrated."""


@dataclass(frozen=True)
class SourceFile:
    """A file that somebody published.

    Attributes:
        name: its published name, under which it is also kept.
        benchmark: the name of the benchmark it belongs to.
        description: which version it is and what is in it.
        pages: where a person finds it in a browser.
        addresses: where a program gets it, the preferred one first; none if it cannot.
        size: its bytes; None if nobody says.
        sha256: the 64 digits of its SHA-256, or as many of the first as are published.
        md5: the 32 digits of its MD5, or as many of the last as are published.
        authority: who says so of size and hashes.
        kind: what is done with it.
    """

    name: str
    benchmark: str
    description: str
    pages: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    size: int | None = None
    sha256: str | None = None
    md5: str | None = None
    authority: str | None = None
    kind: Kind = "original"

    @property
    def has_hash(self) -> bool:
        """Whether its content can be checked."""
        return self.sha256 is not None or self.md5 is not None

    @property
    def identity(self) -> str:
        """What the right file is known by, as text."""
        known = []
        if self.size is not None:
            known.append(f"{self.size:,} bytes")
        if self.sha256 is not None:
            begins = "" if len(self.sha256) == 64 else "beginning "
            known.append(f"the SHA-256 {begins}{self.sha256}")
        if self.md5 is not None:
            ends = "" if len(self.md5) == 32 else "ending "
            known.append(f"the MD5 {ends}{self.md5}")
        return " and ".join(known)

    def facts(self) -> dict[str, Any]:
        """All that is known of it, its licence and citation included."""
        benchmark = benchmarks.get(self.benchmark)
        return {
            "benchmark": self.benchmark,
            "name": self.name,
            "recommended": self is CATALOGUE[self.benchmark][0],
            "description": self.description,
            "size_bytes": self.size,
            "sha256": self.sha256,
            "md5": self.md5,
            "authority": self.authority,
            "addresses": list(self.addresses),
            "pages": list(self.pages),
            "kind": self.kind,
            "licence": benchmark.licence,
            "paper": benchmark.paper,
        }


def find(benchmark: str, name: str | None = None) -> SourceFile:
    """The file of a name, or the recommended one of the benchmark.

    Raises:
        UnknownBenchmark: there is no benchmark of that name.
        DownloadError: the benchmark has no file of that name.
    """
    files = CATALOGUE[benchmarks.get(benchmark).name]
    if name is None:
        return files[0]
    for file in files:
        if file.name == name:
            return file
    names = [file.name for file in files]
    close = difflib.get_close_matches(name, names, 1)
    raise DownloadError(
        f"{benchmark} has no file {name!r}; known are {', '.join(names)}"
        + (f": did you mean {close[0]}?" if close else "")
    )


def find_at(benchmark: str, address: str) -> SourceFile:
    """The file that an address is known for or names by its last part, or the recommended one.

    Raises:
        UnknownBenchmark: there is no benchmark of that name.
    """
    last = unquote(re.split("[?#]", address)[0]).rpartition("/")[2]
    recommended = find(benchmark)
    for file in CATALOGUE[recommended.benchmark]:
        if file.name == last or address in file.addresses:
            return file
    return recommended


def _drive(identifier: str) -> str:
    # The address to which Google's own page leads after asking whether to go on unscanned.
    return (
        f"https://drive.usercontent.google.com/download?id={identifier}&export=download&confirm=t"
    )


def _drive_page(identifier: str) -> str:
    return f"https://drive.google.com/file/d/{identifier}/view"


_NASBENCH = "https://github.com/google-research/nasbench"
_NB201 = "https://github.com/D-X-Y/NAS-Bench-201"
_NATS = "https://github.com/D-X-Y/NATS-Bench"
_NATS_FOLDERS = (
    "https://drive.google.com/drive/folders/1zjB6wMANiKwB2A1yil2hQ8H_qyeSe2yt",
    "https://www.dropbox.com/sh/ceeo70u1buow681/AAC2M-SbKOxiIqpB0UCgXNxja?dl=0",
    "https://1drv.ms/u/s!Aqkc27lrowWDf6SvuIkSXx0UQaI?e=nfvM5r",
    "https://pan.baidu.com/s/144VC2BDm6iXbAVzMUpqO7A [code h6pm]",
)
"""Folders with all files of NATS-Bench that are without weights."""
_TRANSNAS = "https://github.com/yawen-d/TransNASBench"
_NNI = "https://github.com/microsoft/nni"
_NNI_STORE = "https://nni.blob.core.windows.net/nasbenchmark"

_GOOGLE = "hash published by the authors; bytes counted by users, of the file with this hash"
_END = "end of the MD5 in the authors' name of the file"
_END_AND_USERS = f"{_END}; the rest measured by users, of a file with this end"
_USERS = "measured by users; the hash in the authors' name is not of this file"
_NNI_NAME = "beginning of the SHA-256 in NNI's name of the file"

_ALL = (
    SourceFile(
        "nasbench_full.tfrecord",
        "nasbench101",
        "the data set: all 423,624 cells, trained for 4, 12, 36 and 108 epochs, three times each",
        (_NASBENCH,),
        ("https://storage.googleapis.com/nasbench/nasbench_full.tfrecord",),
        2_085_986_016,
        "3d64db8180fb1b0207212f9032205064312b6907a3bbc81eabea10db2f5c7e9c",
        authority=_GOOGLE,
    ),
    SourceFile(
        "nasbench_only108.tfrecord",
        "nasbench101",
        "a part of it: all cells, the trainings for 108 epochs only",
        (_NASBENCH,),
        ("https://storage.googleapis.com/nasbench/nasbench_only108.tfrecord",),
        522_767_376,
        "4c39c3936e36a85269881d659e44e61a245babcb72cb374eacacf75d0e5f4fd1",
        authority=_GOOGLE,
    ),
    SourceFile(
        "nasbench101-209f5694.db",
        "nasbench101",
        "NNI's database of it; NNI is archived, and its store may be closed",
        (_NNI,),
        (f"{_NNI_STORE}/nasbench101-209f5694.db",),
        sha256="209f5694",
        authority=_NNI_NAME,
        kind="nni database",
    ),
    SourceFile(
        "NAS-Bench-201-v1_1-096897.pth",
        "nasbench201",
        "NAS-Bench-201 1.1 of March 2020: all 15,625 cells for 12 and 200 epochs, no weights",
        (_NB201, _drive_page("16Y0UwGisiouVRxW-W5hEtbxmcHw_0hF_")),
        (_drive("16Y0UwGisiouVRxW-W5hEtbxmcHw_0hF_"),),
        5_003_180_601,
        "2317a7dc911654322f4f932730a821cf38ecc5b5f1adde0aff26ff6b3f736666",
        "55e847143ce1f7c2d89b676f6b096897",
        _END_AND_USERS,
    ),
    SourceFile(
        "NATS-tss-v1_0-3ffb9.pickle.pbz2",
        "nasbench201",
        "the same cells in NATS-Bench 1.0 of August 2020: more trainings, times estimated",
        (
            _NATS,
            _drive_page("1vzyK0UVH2D3fTpa1_dSWnp1gvGpAxRul"),
            "https://pan.baidu.com/s/10z20F5s2RRPzGwRO40fLTw [code 8duj]",
            *_NATS_FOLDERS,
        ),
        (_drive("1vzyK0UVH2D3fTpa1_dSWnp1gvGpAxRul"),),
        1_084_997_759,
        "f3967b84eb6c88200ea403b7eedfa7854f414384253c3b34670513460ab477b5",
        "4b8b7d946beac8866cb6e629ee93ffb9",
        _END_AND_USERS,
    ),
    SourceFile(
        "NATS-tss-v1_0-3ffb9-simple.tar",
        "nasbench201",
        "the same content as NATS-tss-v1_0-3ffb9.pickle.pbz2, a file for each cell",
        (
            _NATS,
            _drive_page("17_saCsj_krKjlCBLOJEpNtzPXArMCqxU"),
            "https://pan.baidu.com/s/1vOnrHLxCB4y8cxUDrHUYAg [code tu1e]",
            *_NATS_FOLDERS,
        ),
        (_drive("17_saCsj_krKjlCBLOJEpNtzPXArMCqxU"),),
        1_145_989_120,
        "580fd8f3425fed9f495640b0f12ccb7744f89dec7aff263bd75aed37ab0b8bb6",
        "a8746a7e4117fb6e25b39f682dd9beb1",
        _USERS,
        "archive",
    ),
    SourceFile(
        "NATS-tss-v1_0-3ffb9-full.tar",
        "nasbench201",
        "the same with the trained weights, in pieces of 30 GB to be joined in order: "
        "cat NATS-tss-v1_0-3ffb9-full.tara* > NATS-tss-v1_0-3ffb9-full.tar",
        (
            _NATS,
            "https://drive.google.com/drive/folders/17S2Xg_rVkUul4KuJdq0WaWoUuDbo8ZKB",
            "https://pan.baidu.com/s/1qbPNlI8Y1I29qMdxTo_ycA [code ssub]",
        ),
        kind="archive",
    ),
    SourceFile(
        "NAS-Bench-201-v1_0-e61699.pth",
        "nasbench201",
        "NAS-Bench-201 1.0 of February 2020, superseded: fewer trainings, 12 epochs on one data "
        "set only",
        (
            _NB201,
            _drive_page("1SKW0Cu0u8-gb18zDpaAGi0f74UdXeGKs"),
            "https://pan.baidu.com/s/1CiaNH6C12zuZf7q-Ilm09w [code 6u5d]",
        ),
        (_drive("1SKW0Cu0u8-gb18zDpaAGi0f74UdXeGKs"),),
        md5="e61699",
        authority=_END,
    ),
    SourceFile(
        "nasbench201-b2b60732.db",
        "nasbench201",
        "NNI's database of NAS-Bench-201; NNI is archived, and its store may be closed",
        (_NNI,),
        (f"{_NNI_STORE}/nasbench201-b2b60732.db",),
        sha256="b2b60732",
        authority=_NNI_NAME,
        kind="nni database",
    ),
    SourceFile(
        "NATS-sss-v1_0-50262.pickle.pbz2",
        "natssss",
        "NATS-Bench 1.0 of August 2020: all 32,768 sizes for 1, 12 and 90 epochs, no weights",
        (
            _NATS,
            _drive_page("1IabIvzWeDdDAWICBzFtTCMXxYWPIOIOX"),
            "https://pan.baidu.com/s/1M1UaXr6y1D_RqEYg95YJcA [code za2h]",
            *_NATS_FOLDERS,
        ),
        (_drive("1IabIvzWeDdDAWICBzFtTCMXxYWPIOIOX"),),
        md5="50262",
        authority=_END,
    ),
    SourceFile(
        "NATS-sss-v1_0-50262-simple.tar",
        "natssss",
        "the same content as NATS-sss-v1_0-50262.pickle.pbz2, a file for each size",
        (
            _NATS,
            _drive_page("1scOMTUwcQhAMa_IMedp9lTzwmgqHLGgA"),
            "https://pan.baidu.com/s/1ek-b89Pw2qdm9MP6KKkErA [code e4t9]",
            *_NATS_FOLDERS,
        ),
        (_drive("1scOMTUwcQhAMa_IMedp9lTzwmgqHLGgA"),),
        kind="archive",
    ),
    SourceFile(
        "NATS-sss-v1_0-50262-full.tar",
        "natssss",
        "the same with the trained weights, in pieces of 30 GB to be joined in order: "
        "cat NATS-sss-v1_0-50262-full.tara* > NATS-sss-v1_0-50262-full.tar",
        (
            _NATS,
            "https://drive.google.com/drive/folders/1xutPQJ4bHoUV1EMArsPD0c1bUqvtMuYY",
            "https://pan.baidu.com/s/1bIruQd9pPeyArej_wttg_A [code htif]",
        ),
        kind="archive",
    ),
    SourceFile(
        "transnas-bench_v10141024.pth",
        "transnas101",
        "the data set: 4,096 micro and 3,256 macro architectures, each trained for seven tasks",
        (
            _TRANSNAS,
            "https://drive.google.com/drive/folders/1HlLr2ihZX_ZuV3lJX_4i7q4w-ZBdhJ6o",
        ),
        (_drive("1BV_BRMsCUVBtSVj4SN4QmA9Pjd35B2M4"),),
    ),
)

CATALOGUE = MappingProxyType(
    {
        name: tuple(file for file in _ALL if file.benchmark == name)
        for name in benchmarks.BENCHMARKS
    }
)
"""The published files by benchmark; the first is the recommended one."""

PUBLISHED_SHA256 = {
    file.name: file.sha256 for file in CATALOGUE["nasbench101"] if file.kind == "original"
}
"""SHA-256 of the two files of NAS-Bench-101 that google-research/nasbench publishes, by name."""
