"""NNI's own database files: how they are called, where NNI keeps them, how to tell them.

The facts are those of NNI 3.0's ``nni/nas/benchmark/constants.py`` and ``schema.py`` files.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

PUBLISHED = {
    "nasbench101": "nasbench101-209f5694.db",
    "nasbench201": "nasbench201-b2b60732.db",
    "nds": "nds-5745c235.db",
}
"""The files that NNI published; the digits in a name are the first of its SHA-256."""

BUILT = {**PUBLISHED, "nlp": "nlp.db"}
"""The names under which NNI opens its databases; that of NAS-Bench-NLP its users build."""

ADOPTED = ("nasbench101", "nasbench201", "nds", "nlp")
"""The benchmarks whose databases can be taken over."""

_TABLES = {
    "nasbench101": "nb101",
    "nasbench201": "nb201",
    "nds": "nds",
    "nlp": "nlp",
}
_KINDS = ("trialconfig", "trialstats", "intermediatestats")


def tables(benchmark: str) -> tuple[str, ...]:
    """The names of NNI's three tables of a benchmark."""
    return tuple(f"{_TABLES[benchmark]}{kind}" for kind in _KINDS)


def recognise(names: Collection[str]) -> str | None:
    """The benchmark, by NNI's name, of a database with tables of these names, if it is NNI's."""
    if "provenance" in names:  # ours have tables of the same names, and this one
        return None
    for benchmark in _TABLES:
        if set(tables(benchmark)) <= set(names):
            return benchmark
    return None


def cache_directory() -> Path:
    """Where NNI keeps its databases when ``$NASBENCHMARK_DIR`` does not say otherwise."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("NNI_HOME") or os.path.join(cache, "nni")
    return Path(home).expanduser() / "nasbenchmark"


def migrate_command(theirs: str | os.PathLike[str], to: str | os.PathLike[str]) -> str:
    """The command that takes over a database that NNI built."""
    return f'nasbench-db migrate "{os.fspath(theirs)}" --to "{os.fspath(to)}"'
