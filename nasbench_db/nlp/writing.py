"""Logs of NAS-Bench-NLP become rows of the tables."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from nasbench_db.nlp.constants import LONGEST_SETS
from nasbench_db.nlp.losses import best_epoch, perplexity
from nasbench_db.nlp.record import Log
from nasbench_db.nlp.schema import NlpIntermediateStats, NlpTrialConfig, NlpTrialStats
from nasbench_db.store.building import Builder
from nasbench_db.store.models import canonical_json, stored_columns

_SPLITS = ("train", "val", "test")
_CONFIG, _TRIAL = map(stored_columns, (NlpTrialConfig, NlpTrialStats))
_POINTS_AT_ONCE = 50_000


class Writer:
    """Writes logs as they come: those with one name in several sets once.

    Args:
        builder: writes the rows.

    Attributes:
        repeated: how many logs another set had too.
        differing: how many logs had the name of one before, and another content.
        configs: the rows of the config table.
    """

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self.configs: list[tuple[Any, ...]] = []
        self._config_numbers: dict[tuple[Any, ...], int] = {}
        self._trials: list[dict[str, Any]] = []
        self._points: list[tuple[Any, ...]] = []
        self._known: dict[tuple[Any, ...], dict[bytes, int]] = {}
        self.repeated = self.differing = 0

    def add(self, log: Log, sha256: bytes, part: str) -> None:
        """Write a log, unless it is there already.

        Args:
            log: what it says.
            sha256: of its bytes.
            part: which set it is of.
        """
        known = self._known.setdefault((log.dataset, *log.key), {})
        if sha256 in known:
            sets = self._trials[known[sha256]]["sets"].split(",")
            if part not in sets:
                self._trials[known[sha256]]["sets"] = ",".join([*sets, part])[:LONGEST_SETS]
            self.repeated += 1
            return
        self.differing += bool(known)
        known[sha256] = len(self._trials)
        number = len(self._trials) + 1
        self._trials.append(self._trial(log, part) | {"id": number})
        times = accumulate(log.times)
        for epoch, row in enumerate(zip(*log.losses, times, log.times, strict=True), 1):
            self._points.append((number, epoch, *row))
        if len(self._points) > _POINTS_AT_ONCE:
            self._write_points()

    def _trial(self, log: Log, part: str) -> dict[str, Any]:
        last = len(log.times)
        seconds = [*accumulate(log.times)][-1] if log.times else None
        best = best_epoch(log.losses[1])
        trial: dict[str, Any] = {
            "config_id": self._config(log),
            "training_time": seconds,
            "epoch_training_time": None if seconds is None else seconds / last,
            "best_epoch": best,
            "parameters": log.parameters / 1e6,
            "trained_epochs": last,
            "status": log.status,
            "recipe_id": log.recipe_id,
            "experiment_id": log.experiment_id,
            "init_time": log.init_time,
            "sets": part,
            "further": canonical_json(log.further),
        }
        # A training that stopped early has nothing after the last epoch that it was to have.
        for ending, epoch in (("", last if last == log.epochs else None), ("_at_best", best)):
            for split, losses in zip(_SPLITS, log.losses, strict=True):
                loss = None if epoch is None else losses[epoch - 1]
                trial[f"{split}_loss{ending}"] = loss
                trial[f"{split}_perplexity{ending}"] = perplexity(loss)
        return trial

    def _config(self, log: Log) -> int:
        """The number of the config of a log."""
        key = (
            canonical_json(log.cell.arch),
            log.dataset,
            log.epochs,
            canonical_json(log.settings),
        )
        number = self._config_numbers.get(key)
        if number is None:
            number = self._config_numbers[key] = len(self.configs) + 1
            arch, dataset, epochs, settings = key
            row = {
                "id": number,
                "arch": arch,
                "dataset": dataset,
                "hash": log.cell.hash,
                "num_epochs": epochs,
                "num_nodes": log.cell.num_nodes,
                "num_hidden": log.cell.num_hidden,
                "settings": settings,
            }
            self.configs.append(tuple([row[column] for column in _CONFIG]))
        return number

    def _write_points(self) -> None:
        self._builder.insert(NlpIntermediateStats, self._points)
        self._points = []

    def finish(self) -> int:
        """Write what is left; give how many different recipes there are."""
        self._write_points()
        self._builder.insert(NlpTrialConfig, self.configs)
        rows = (tuple([trial[column] for column in _TRIAL]) for trial in self._trials)
        self._builder.insert(NlpTrialStats, rows)
        return len({row[_CONFIG.index("arch")] for row in self.configs})
