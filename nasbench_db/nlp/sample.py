"""The sample of NAS-Bench-NLP: the whole WikiText-2 set. What is missing is that of Penn Treebank.

The file has the logs column by column. What all of them have alike stands there once, and what a
log has for each epoch follows that of the log before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nasbench_db.nlp.record import LOSSES, TIMES, Log, read_log
from nasbench_db.nlp.schema import SCHEMA
from nasbench_db.nlp.writing import Writer
from nasbench_db.sources.packaged import Packaged
from nasbench_db.store.building import Builder, Report

LOGS = Packaged(
    "nlp",
    "sample_wikitext_2.csv.xz",
    (
        "Real values, the whole WikiText-2 set: all 345 logs, from NAS-Bench-NLP by Klyuchnikov "
        "et al., as fmsnew/nas-bench-nlp-release has them (commit a6d90a3).",
        "Missing: both sets of Penn Treebank.",
    ),
)

_SET = "wikitext-2"
_NUMBERS = ("recepie_id", "experiment_id", "num_params")
_TEXTS = ("init_time", "status")
_CURVES = (TIMES, *LOSSES)


def columns_of(logs: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, list[Any]]:
    """The columns of the file.

    Args:
        logs: the name and the content of each.
    """
    contents = [content for _, content in logs]
    own = {*_NUMBERS, *_TEXTS, *_CURVES, "recepie"}
    (common,) = {
        json.dumps({key: value for key, value in content.items() if key not in own})
        for content in contents
    }
    columns: dict[str, list[Any]] = {
        "common": [f"{key}={json.dumps(value)}" for key, value in json.loads(common).items()],
        "recepie": [_short(json.loads(content["recepie"])) for content in contents],
        "trained_epochs": [len(content[TIMES]) for content in contents],
    }
    columns |= {name: [content[name] for content in contents] for name in (*_NUMBERS, *_TEXTS)}
    for name in _CURVES:
        columns[name] = [value for content in contents for value in content[name]]
    return columns


def logs_of(columns: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name and the content of each log, from the columns of the file."""
    pairs = (text.split("=", 1) for text in columns["common"])
    common = {key: json.loads(value) for key, value in pairs}
    curves = {name: iter(columns[name]) for name in _CURVES}
    for n, epochs in enumerate(map(int, columns["trained_epochs"])):
        content = {
            **common,
            **{name: int(columns[name][n]) for name in _NUMBERS},
            **{name: columns[name][n] for name in _TEXTS},
            "recepie": json.dumps(_recipe(columns["recepie"][n])),
        }
        for name, values in curves.items():
            content[name] = [float(next(values)) for _ in range(epochs)]
        which = (content[name] for name in ("recepie_id", "init_time", "experiment_id"))
        yield "log_stats_model_{}_{}_{}.json".format(*which), content


def read_logs() -> Iterator[Log]:
    """The logs of the file, checked as those of the original are."""
    for name, content in logs_of(LOGS.columns()):
        yield read_log(name, f"{LOGS.name}: {name}", content)


def build(path: Path, *, force: bool = False) -> Report:
    """Build the database of the sample; see :func:`nasbench_db.sample`."""
    with Builder(SCHEMA, path, force=force) as builder:
        writer = Writer(builder)
        count = 0
        for log in read_logs():
            writer.add(log, b"", _SET)
            count += 1
        return builder.finish([LOGS.described(count)], cells=writer.finish())


def _short(recipe: Mapping[str, Mapping[str, Any]]) -> str:
    """A recipe without a comma."""
    return ";".join(" ".join([name, node["op"], *node["input"]]) for name, node in recipe.items())


def _recipe(short: str) -> dict[str, dict[str, Any]]:
    """The recipe of such a text."""
    nodes = (node.split() for node in short.split(";"))
    return {name: {"op": op, "input": inputs} for name, op, *inputs in nodes}
