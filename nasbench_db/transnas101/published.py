"""The published files of TransNAS-Bench-101."""

from __future__ import annotations

from nasbench_db.sources.catalogue import SourceFile, drive

_TRANSNAS = "https://github.com/yawen-d/TransNASBench"

FILES = (
    SourceFile(
        "transnas-bench_v10141024.pth",
        "transnas101",
        "the data set: 4,096 micro and 3,256 macro architectures, each trained for seven tasks",
        (
            _TRANSNAS,
            "https://drive.google.com/drive/folders/1HlLr2ihZX_ZuV3lJX_4i7q4w-ZBdhJ6o",
        ),
        (drive("1BV_BRMsCUVBtSVj4SN4QmA9Pjd35B2M4"),),
    ),
)
"""The published files; the first is the recommended one."""
