"""Check a NAS-Bench-NLP database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nlp.cell import Cell
from nasbench_db.nlp.constants import EMBEDDING, HIDDEN, LAYERS, VOCABULARIES
from nasbench_db.nlp.losses import perplexity
from nasbench_db.nlp.record import OK
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import canonical_json, json_value
from nasbench_db.store.progress import tqdm
from nasbench_db.store.verifying import Finding, outside, to_its_end, verify_tables

_LOSSES = ("train_loss", "val_loss", "test_loss")
_LAST = " OR ".join(f"t.{name} IS NOT i.{name}" for name in _LOSSES)
_AT_BEST = " OR ".join(f"t.{name}_at_best IS NOT i.{name}" for name in _LOSSES)
_SAME_TIME = "abs(t.training_time - i.training_time) <= 1e-9 * i.training_time"

_CHECKS = {
    "losses and times are at least 0": (
        "SELECT trial_id AS id FROM nlpintermediatestats WHERE "
        + outside([*_LOSSES, "training_time", "epoch_training_time"], 0, float("inf"))
    ),
    "every config has a trial": (
        "SELECT c.id AS id FROM nlptrialconfig AS c LEFT JOIN nlptrialstats AS t "
        "ON t.config_id = c.id WHERE t.id IS NULL"
    ),
    "a trial that is OK has all of its epochs, and others no losses after the last": (
        "SELECT t.id AS id FROM nlptrialstats AS t JOIN nlptrialconfig AS c ON c.id = t.config_id "
        f"WHERE (t.status = '{OK}' AND t.trained_epochs <> c.num_epochs) "
        f"OR (t.trained_epochs < c.num_epochs AND coalesce({', '.join(_LOSSES)}) IS NOT NULL)"
    ),
    "the intermediates of a trial are its epochs from the first on": (
        "SELECT t.id AS id FROM nlptrialstats AS t LEFT JOIN nlpintermediatestats AS i "
        "ON i.trial_id = t.id GROUP BY t.id HAVING count(i.trial_id) <> t.trained_epochs "
        "OR coalesce(max(i.current_epoch), 0) <> t.trained_epochs"
    ),
    "every trial's last intermediate equals its final values": (
        "SELECT t.id AS id FROM nlptrialstats AS t JOIN nlptrialconfig AS c ON c.id = t.config_id "
        "JOIN nlpintermediatestats AS i ON i.trial_id = t.id "
        "AND i.current_epoch = t.trained_epochs "
        f"WHERE (t.trained_epochs = c.num_epochs AND ({_LAST})) OR NOT {_SAME_TIME}"
    ),
    "its best epoch is the first with the lowest validation loss": (
        "SELECT t.id AS id FROM nlptrialstats AS t LEFT JOIN nlpintermediatestats AS i "
        "ON i.trial_id = t.id AND i.current_epoch = t.best_epoch "
        f"WHERE {_AT_BEST} OR EXISTS (SELECT 1 FROM nlpintermediatestats AS o "
        "WHERE o.trial_id = t.id AND (o.val_loss < i.val_loss "
        "OR (o.val_loss = i.val_loss AND o.current_epoch < t.best_epoch) "
        "OR (t.best_epoch IS NULL AND o.val_loss IS NOT NULL)))"
    ),
}


@to_its_end
def verify(database: BenchmarkDatabase, progress: bool = True) -> Iterator[Finding]:
    """Check the file, the tables, the ranges of the numbers, and every architecture.

    Args:
        database: what to check.
        progress: show a progress bar on stderr.
    """
    if not (yield from verify_tables(database, _CHECKS)):
        return
    yield _perplexities(database)
    configs = list(
        database.select(
            "SELECT id, arch, dataset, hash, num_nodes, num_hidden, settings FROM nlptrialconfig"
        )
    )
    counts: dict[int, set[int]] = {}
    for config, parameters in database.select(
        "SELECT DISTINCT config_id, parameters FROM nlptrialstats WHERE parameters IS NOT NULL"
    ):
        counts.setdefault(config, set()).add(round(parameters * 1e6))
    mistaken = []
    words: dict[str, Counter[int]] = {name: Counter({n: 0}) for name, n in VOCABULARIES.items()}
    miscounted = []
    for number, arch, dataset, hash, *told in tqdm(configs, disable=not progress, unit="config"):
        try:
            cell = Cell.from_arch(json_value(arch))
        except InvalidArchitecture as error:
            mistaken.append(f"config {number}: {error}")
            continue
        settings = told.pop()
        if [canonical_json(cell.arch), cell.hash, cell.num_nodes, cell.num_hidden] != [
            *(arch, hash),
            *told,
        ]:
            mistaken.append(f"config {number} is not of the cell {cell.hash}")
        given = {} if settings is None else json_value(settings)
        embedding = given.get("emsize", EMBEDDING)
        of_cell = cell.trainable_parameters(
            0,
            embedding=embedding,
            hidden=given.get("nhid", HIDDEN),
            layers=given.get("nlayers", LAYERS),
        )
        for parameters in counts.get(number, ()):
            vocabulary, rest = divmod(parameters - of_cell, embedding + 1)
            known = words.setdefault(dataset, Counter())
            known[vocabulary] += 1
            if rest or vocabulary != next(iter(known)):
                miscounted.append(f"config {number} on {dataset}")
    yield Finding.of("every architecture is one of the search space", mistaken)
    yield Finding.of(
        "parameters are those of the network, with one vocabulary for each data set", miscounted
    )


def _perplexities(database: BenchmarkDatabase) -> Finding:
    """Compare the perplexities with the losses."""
    losses = [f"{name}{ending}" for ending in ("", "_at_best") for name in _LOSSES]
    columns = [*losses, *(name.replace("loss", "perplexity") for name in losses)]
    wrong = [
        f"trial {number}"
        for number, *values in database.select(
            f"SELECT id, {', '.join(columns)} FROM nlptrialstats"
        )
        if list(map(perplexity, values[: len(losses)])) != values[len(losses) :]
    ]
    return Finding.of("a perplexity is the exponential of its loss", wrong)
