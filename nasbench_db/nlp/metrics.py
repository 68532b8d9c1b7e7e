"""What the numbers of NAS-Bench-NLP mean; see :mod:`nasbench_db.metrics`.

The fields that the definitions name are those of a log. How networks were trained says
``main_one_model_train.py`` of fmsnew/nas-bench-nlp-release: losses are those of the model with all
its weights, also on the training split.
"""

from __future__ import annotations

from nasbench_db.metrics import SPLITS, Images, Metric, Reporting, Split, by_name, cost, loss

_SPLITS: dict[Split, str] = {"train": "train", "valid": "val", "test": "test"}
"""The splits, and how columns and fields begin."""

_WHEN = {"": "", "_at_best": " at the best epoch"}


def _loss(split: Split, ending: str) -> Metric:
    field = f"{_SPLITS[split]}_losses"
    after = "lowest of `val_losses`" if ending else "last epoch"
    return loss(
        name=f"{_SPLITS[split]}_loss{ending}",
        title=f"{SPLITS[split]} loss{_WHEN[ending]}",
        definition=(
            f"`{field}`: that of the epoch with the {after}."
            if ending
            else f"`{field}`: the last one, or that of each epoch."
        ),
        split=split,
        quantity=f"loss{ending}",
        unit="nats per token",
        per_epoch=not ending,
    )


def _perplexity(split: Split, ending: str) -> Metric:
    return Metric(
        name=f"{_SPLITS[split]}_perplexity{ending}",
        title=f"{SPLITS[split]} perplexity{_WHEN[ending]}",
        unit="1",
        direction="min",
        split=split,
        quantity=f"perplexity{ending}",
        lowest=1,
        highest=float("inf"),
        per_epoch=False,
        definition=f"The exponential of `{_SPLITS[split]}_loss{ending}`.",
        restates=f"{_SPLITS[split]}_loss{ending}",
    )


REGISTRY = by_name(
    (
        *(_loss(split, "") for split in _SPLITS),
        cost(
            "training_time",
            "training time",
            "seconds",
            "`wall_times`, summed over all epochs until then; without evaluations.",
            per_epoch=True,
        ),
        cost(
            "epoch_training_time",
            "training time of an epoch",
            "seconds",
            "`wall_times`: that of each epoch, or the mean of all; without evaluations.",
            per_epoch=True,
        ),
        *(_loss(split, "_at_best") for split in _SPLITS),
        *(_perplexity(split, ending) for ending in _WHEN for split in _SPLITS),
        cost("parameters", "parameters", "millions", "`num_params`, divided by a million."),
    )
)
"""The metrics by name, in the order of the table."""

REPORTS = {
    dataset: Reporting(
        column="dataset",
        select_on=dataset,
        select_by="val_loss",
        report_on=dataset,
        report_by="test_loss",
        why=(
            "The authors choose by `val_losses` (`benchmarking_examples.ipynb`); after the last "
            "epoch all trainings have had the same."
        ),
    )
    for dataset in ("ptb", "wikitext-2")
}
"""What to select by and what to report, by data set."""

_TITLES = {"ptb": "Penn Treebank", "wikitext-2": "WikiText-2"}

IMAGES = tuple(
    Images(
        dataset=dataset,
        split=split,
        original=f"{split}.txt",
        count=None,
        which=f"no images: the words of this file of {title}",
    )
    for dataset, title in _TITLES.items()
    for split in _SPLITS
)
"""What each split is; there are words in the place of images."""
