"""The tables of NAS-Bench-NLP: NNI's, with columns added and the time put right.

The names are those of NNI 3.0's ``nni/nas/benchmark/nlp/schema.py``. There ``training_time`` is
that of the last epoch alone; here it is that of all epochs until then. A row of the configs is a
recipe as it was written, as in NNI; recipes of the same cell have the same ``hash``.

Losses are cross-entropies in nats per token; the perplexity is the exponential of that.

What the docstrings say of each column, ``describe`` and the data dictionary say too; see
:mod:`nasbench_db.describing`.
"""

from __future__ import annotations

from peewee import (
    AutoField,
    CharField,
    CompositeKey,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    Model,
)

from nasbench_db.nlp.constants import LONGEST_DATASET, LONGEST_SETS, LONGEST_STATUS, LONGEST_TIME
from nasbench_db.store.models import GeneratedIntegerField, JSONTextField, Schema


class NlpTrialConfig(Model):
    """What was trained: a recurrent cell, on a data set, in a way.

    Attributes:
        arch: the recipe as NNI's dict, ``<node>_op`` and ``<node>_input_<n>``, stored as
            key-sorted JSON without spaces. Source: ``recepie``.
        dataset: ``ptb`` (Penn Treebank) or ``wikitext-2``. Source: ``data``, without ``data/``.
        hash: the same for all recipes of the same cell: the names of inner nodes, and the order
            of inputs where it has no meaning, do not matter. Range: 32 hexadecimal digits.
            Source: computed from the recipe.
        num_epochs: epochs that the training was to have; 50 in the published data. Unit: epochs.
            Range: 1 to 65535. Source: ``epochs``.
        num_nodes: nodes of the cell. Range: at least 1. Source: computed from the recipe.
        num_hidden: hidden states that go from step to step. Range: 1 to 3. Source: computed from
            the recipe.
        settings: how it was trained, a dict of the log's keys from ``batch_size`` to ``clip``, the
            same in all published logs of a data set. NULL: if it was taken over from NNI. Source:
            the log.
    """

    id = AutoField()
    arch = JSONTextField()
    dataset = CharField(max_length=LONGEST_DATASET)
    hash = CharField(max_length=32)
    num_epochs = IntegerField()
    num_nodes = IntegerField()
    num_hidden = IntegerField()
    settings = JSONTextField(null=True)

    class Meta:
        indexes = ((("hash", "dataset"), False), (("dataset", "num_epochs"), False))


class NlpTrialStats(Model):
    """One training of a config: a log. NULL where the source has no value.

    A training that failed is here as well, with what it reached: see ``status``. What it had after
    its last epoch is then NULL.

    Attributes:
        config: what was trained.
        train_loss, val_loss, test_loss: mean cross-entropy on the words of a split after the last
            epoch, nats per token.
        training_time: seconds of training of all epochs together, without evaluation.
        epoch_training_time: seconds of training of one epoch, the mean of all.
        best_epoch: the first epoch after which the validation loss was lowest. Unit: epochs.
            Range: 1 to 65535. NULL: if there is no validation loss. Source: ``val_losses``.
        train_loss_at_best, val_loss_at_best, test_loss_at_best: the same after the best epoch,
            nats per token.
        train_perplexity, val_perplexity, test_perplexity: the exponential of the loss after the
            last epoch. NULL also where that is no floating-point number any more.
        train_perplexity_at_best, val_perplexity_at_best, test_perplexity_at_best: the exponential
            of the loss after the best epoch.
        parameters: trainable parameters of the language model, millions.
        trained_epochs: epochs that were trained: fewer than ``num_epochs`` if it failed. Unit:
            epochs. Range: 0 to 65535. Source: the length of the lists.
        status: ``OK``; ``loss is nan!``, if a loss was no number; ``KeyboardInterrupt``;
            ``Exception``, whose text is in ``further``. Source: ``status``.
        recipe_id: the number of the recipe in the original's list; several numbers have the same
            recipe. Range: at least 0. NULL: if it was taken over from NNI. Source:
            ``recepie_id``.
        experiment_id: a random number that tells the trainings of a recipe apart; no seed is
            recorded. Range: at least 0. NULL: if it was taken over from NNI. Source:
            ``experiment_id``.
        init_time: when it began, such as ``2020-04-28_17-16-54``. NULL: if it was taken over from
            NNI. Source: ``init_time``.
        sets: the sets of logs that have it, joined by commas: ``single_run``, ``multi_runs`` or
            ``wikitext-2``; if a source has none of these names, its own. NULL: if it was taken
            over from NNI. Source: the names of the source and of its folders.
        further: a dict of what else the log has, as it is there. NULL: if it was taken over from
            NNI. Source: the log.
    """

    id = AutoField()
    config = ForeignKeyField(NlpTrialConfig, backref="trial_stats")
    train_loss = DoubleField(null=True)
    val_loss = DoubleField(null=True)
    test_loss = DoubleField(null=True)
    training_time = DoubleField(null=True)
    epoch_training_time = DoubleField(null=True)
    best_epoch = IntegerField(null=True)
    train_loss_at_best = DoubleField(null=True)
    val_loss_at_best = DoubleField(null=True)
    test_loss_at_best = DoubleField(null=True)
    train_perplexity = DoubleField(null=True)
    val_perplexity = DoubleField(null=True)
    test_perplexity = DoubleField(null=True)
    train_perplexity_at_best = DoubleField(null=True)
    val_perplexity_at_best = DoubleField(null=True)
    test_perplexity_at_best = DoubleField(null=True)
    parameters = DoubleField(null=True)
    trained_epochs = IntegerField()
    status = CharField(max_length=LONGEST_STATUS)
    recipe_id = IntegerField(null=True)
    experiment_id = IntegerField(null=True)
    init_time = CharField(max_length=LONGEST_TIME, null=True)
    sets = CharField(max_length=LONGEST_SETS, null=True)
    further = JSONTextField(null=True)


class NlpIntermediateStats(Model):
    """One epoch of a training. A loss is NULL where it was no number.

    Attributes:
        id: computed from trial and epoch when it is read, for programs that expect a single key.
            Range: at least 1. NULL: never. Source: the two columns of the key.
        trial: the training.
        current_epoch: epochs trained by then, counted from 1. Unit: epochs. Range: 1 to 65535.
            Source: the place in the lists.
        train_loss, val_loss, test_loss: mean cross-entropy on the words of a split after this
            epoch, nats per token.
        training_time: seconds of training until then, without evaluation.
        epoch_training_time: seconds of training of this epoch alone.
    """

    id = GeneratedIntegerField("trial_id * 65536 + current_epoch")
    trial = ForeignKeyField(NlpTrialStats, backref="intermediates", index=False)
    current_epoch = IntegerField()
    train_loss = DoubleField(null=True)
    val_loss = DoubleField(null=True)
    test_loss = DoubleField(null=True)
    training_time = DoubleField(null=True)
    epoch_training_time = DoubleField(null=True)

    class Meta:
        primary_key = CompositeKey("trial", "current_epoch")
        without_rowid = True


SCHEMA = Schema(
    benchmark="nlp",
    title="NAS-Bench-NLP",
    version=1,
    config=NlpTrialConfig,
    trial=NlpTrialStats,
    intermediate=NlpIntermediateStats,
    view="nlp",
    view_columns=("hash", "dataset", "num_epochs", "num_nodes", "num_hidden"),
    coverage_query=(
        "SELECT c.dataset AS dataset, c.num_epochs AS num_epochs, "
        "count(DISTINCT c.id) AS configs, count(DISTINCT c.hash) AS cells, count(*) AS trials, "
        "sum(t.status = 'OK') AS ok "
        "FROM nlptrialconfig AS c JOIN nlptrialstats AS t ON t.config_id = c.id "
        "GROUP BY c.dataset, c.num_epochs ORDER BY 1, 2"
    ),
    identity=("hash",),
    fidelity=("num_epochs", "dataset"),
    seed="experiment_id",
    sampled=True,
)
