"""The published files of NAS-Bench-101."""

from __future__ import annotations

from nasbench_db.sources.catalogue import (
    NNI,
    NNI_NAME,
    NNI_STORE,
    SourceFile,
    drive,
    drive_page,
)

_NASBENCH = "https://github.com/google-research/nasbench"

_NASBENCHAPI = "https://huggingface.co/datasets/ThunderStruct/NASBench"
_NASLIB = "https://github.com/automl/NASLib"

_GOOGLE = "hash published by the authors; bytes counted by users, of the file with this hash"

FILES = (
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
        "nasbench101_full.pkl",
        "nasbench101",
        "the data set as nasbenchapi has packed it (2.19 GB): all records as they were; an older "
        "one of its files, of 1.84 GB, lacks the cells of fewer than 7 vertices",
        (_NASBENCHAPI,),
        (f"{_NASBENCHAPI}/resolve/main/nasbench101_full.pkl",),
        kind="repacked",
    ),
    SourceFile(
        "nasbench_only108.pkl",
        "nasbench101",
        "the same part as NASLib has packed it: the trainings for 108 epochs only",
        (_NASLIB, drive_page("1oORtEmzyfG1GcnPHh0ijCs0gCHKEThNx")),
        (
            drive("1oORtEmzyfG1GcnPHh0ijCs0gCHKEThNx"),
            "https://figshare.com/ndownloader/files/53291267",
        ),
        kind="repacked",
    ),
    SourceFile(
        "nasbench101-209f5694.db",
        "nasbench101",
        "NNI's database of it; NNI is archived, and its store may be closed",
        (NNI,),
        (f"{NNI_STORE}/nasbench101-209f5694.db",),
        sha256="209f5694",
        authority=NNI_NAME,
        kind="nni database",
    ),
)
"""The published files; the first is the recommended one."""

PUBLISHED_SHA256 = {file.name: file.sha256 for file in FILES if file.kind == "original"}
"""SHA-256 of the two files that google-research/nasbench publishes, by name."""
