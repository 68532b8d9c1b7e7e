"""The published files of NDS."""

from __future__ import annotations

from nasbench_db.sources.catalogue import NNI, NNI_NAME, NNI_STORE, SourceFile

_NDS = "https://github.com/facebookresearch/nds"

FILES = (
    SourceFile(
        "data.zip",
        "nds",
        "the data set: the folder nds_data with 34 files; no hash is published",
        (_NDS,),
        ("https://dl.fbaipublicfiles.com/nds/data.zip",),
    ),
    SourceFile(
        "nds-5745c235.db",
        "nds",
        "NNI's database of it; NNI is archived, and its store may be closed",
        (NNI,),
        (f"{NNI_STORE}/nds-5745c235.db",),
        sha256="5745c235",
        authority=NNI_NAME,
        kind="nni database",
    ),
)
"""The published files; the first is the recommended one."""
