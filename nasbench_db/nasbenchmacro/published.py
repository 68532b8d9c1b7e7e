"""The published file of NAS-Bench-Macro."""

from __future__ import annotations

from nasbench_db.sources.catalogue import SourceFile

FILES = (
    SourceFile(
        "nas-bench-macro_cifar10.json",
        "nasbenchmacro",
        "the data set: 6,561 architectures, each trained with three seeds on CIFAR-10",
        ("https://github.com/xiusu/NAS-Bench-Macro",),
        (
            "https://raw.githubusercontent.com/xiusu/NAS-Bench-Macro/HEAD/data/"
            "nas-bench-macro_cifar10.json",
        ),
        size=1_178_821,
        sha256="686dee8363cc21cca8c1f321ad5749454f2d9b9ca5972682e137e539bc522297",
        authority="measured, of the file in the repository's commit 61a2bfc",
    ),
)
"""The published file, which is also the recommended one."""
