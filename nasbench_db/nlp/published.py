"""The published files of NAS-Bench-NLP: three archives of logs in the original's repository."""

from __future__ import annotations

from nasbench_db.sources.catalogue import SourceFile

_HOME = "https://github.com/fmsnew/nas-bench-nlp-release"


def _set(name: str, told: str, **known: object) -> SourceFile:
    """The archive of a set; in the repository all three are called alike."""
    folder = f"train_logs_{name}"
    return SourceFile(
        f"{folder}.zip",
        "nlp",
        told,
        (_HOME,),
        (
            f"https://raw.githubusercontent.com/fmsnew/nas-bench-nlp-release/HEAD/{folder}/logs.zip",
        ),
        **known,  # type: ignore[arg-type]
    )


FILES = (
    _set(
        "wikitext-2",
        "WikiText-2, all 345 logs (`train_logs_wikitext-2/logs.zip`)",
        size=879_000,
        sha256="f5052d6bea6398001e32c986322a243e8cdedffa906caf242eb0a62ee105aa12",
        authority="measured, of the file in the repository's commit a6d90a3",
    ),
    _set(
        "single_run",
        "Penn Treebank, a training of each of 14,323 recipes (`train_logs_single_run/logs.zip`)",
    ),
    _set(
        "multi_runs",
        "Penn Treebank, 12,343 logs of recipes that were trained several times; 4,114 of them are "
        "in the other set too (`train_logs_multi_runs/logs.zip`)",
    ),
)
"""The published files, the recommended one first."""
