"""The tables of NDS: NNI's, with what it drops added.

The names and units are those of NNI 3.0's ``nni/nas/benchmark/nds/schema.py``: accuracies are 100
minus the error that is recorded, parameters and FLOPs millions. NNI drops which sweep a run is of,
its identity, its sizes in memory, and all that is recorded by iteration.

What the docstrings say of each column, ``describe`` and the data dictionary say too; see
:mod:`nasbench_db.describing`.
"""

from __future__ import annotations

from peewee import (
    AutoField,
    BlobField,
    CharField,
    CompositeKey,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    Model,
)

from nasbench_db.nds.constants import HASH_DIGITS, MOST_GROUP, MOST_JOB_ID
from nasbench_db.store.models import GeneratedIntegerField, JSONTextField, Schema


class NdsTrialConfig(Model):
    """What was trained: an architecture and how.

    Attributes:
        model_family: ``nas_cell``, ``residual_bottleneck``, ``residual_basic`` or ``vanilla``.
            Source: ``net``: by its block, or ``nas_cell`` if it has a genotype.
        model_spec: NNI's dict of depths, widths and so on, stored as key-sorted JSON without
            spaces; numbers in their own types. Source: ``net``.
        cell_spec: NNI's dict of the two cells; empty where there are none. Source: ``net``.
        dataset: ``cifar10`` or ``imagenet``. Source: the name of the file, which ends in ``_in``.
        generator: how the members of the sweep were sampled: ``random``; ``fix_w_d``, width and
            depth fixed; ``tune_lr_wd``, learning rate and weight decay too. Source: the name of
            the file.
        proposer: the design space: ``amoeba``, ``darts``, ``enas``, ``nasnet``, ``pnas``,
            ``resnext-a``, ``resnext-b``, ``resnet-b``, ``resnet`` or ``vanilla``. Source: the name
            of the file.
        base_lr: the learning rate at the start. Unit: 1. Range: at least 0. Source:
            ``optim.base_lr``.
        weight_decay: the weight decay. Unit: 1. Range: at least 0. Source: ``optim.wd``.
        num_epochs: epochs of training; 100 on CIFAR-10 and 50 on ImageNet in the published data.
            Unit: epochs. Range: 1 to 65535. Source: ``optim.max_ep``.
        arch: the architecture as the ``net`` of a job, with numbers in their own types and without
            what belongs to no network of its kind, stored in the same way. Source: ``net``.
        arch_hash: the first digits of the SHA-256 of ``arch``. Range: 32 hexadecimal digits.
            Source: computed from ``arch``.
    """

    id = AutoField()
    model_family = CharField(max_length=20)
    model_spec = JSONTextField()
    cell_spec = JSONTextField()
    dataset = CharField(max_length=15)
    generator = CharField(max_length=15)
    proposer = CharField(max_length=15)
    base_lr = DoubleField()
    weight_decay = DoubleField()
    num_epochs = IntegerField()
    arch = JSONTextField()
    arch_hash = CharField(max_length=HASH_DIGITS)

    class Meta:
        indexes = (
            (("arch_hash", "dataset", "num_epochs"), False),
            (("model_spec", "dataset"), False),
            (("proposer", "dataset"), False),
        )


class NdsTrialStats(Model):
    """One training run of a config. NULL where the source has no value or NaN.

    There is no validation split: all training images were trained on.

    Attributes:
        config: what was trained.
        seed: the random seed of the run. Range: at least 0. Source: ``rng_seed``.
        final_train_acc: accuracy on the training images in the last epoch, percent.
        final_train_loss: cross-entropy on the training images in the last epoch.
        final_test_acc: accuracy on the test images after the last epoch, percent.
        best_train_acc: accuracy on the training images in the epoch in which it was highest,
            percent.
        best_train_loss: cross-entropy on the training images in the epoch in which it was lowest.
        best_test_acc: accuracy on the test images after the epoch after which it was highest,
            percent. It was chosen on the test images, and is no estimate of the accuracy on new
            ones.
        parameters: trainable parameters of the network, millions.
        flops: what is recorded as FLOPs of the network for an image, millions: multiply-adds, and
            about a fiftieth more for normalising.
        iter_time: seconds of an iteration of training.
        min_test_top1: the lowest error on the test images, percent; 100 minus ``best_test_acc``.
        prec_time: as recorded; by its name the time to compute precise statistics for batch
            normalisation. Unit and meaning are nowhere stated.
        act_mem: as recorded; by its name the memory of activations. Unit and meaning are nowhere
            stated.
        exp_mem: as recorded; by its name the memory that is expected. Unit and meaning are nowhere
            stated.
        further: what else the job has, as a dict: unknown keys, those of ``optim`` and ``net`` in
            dicts of these names. NULL: if there is nothing else. Source: the job.
        sweep: the file that the run is from, without ``.json``; the first, if several have it.
            NULL: of a database of NNI. Source: the name of the file.
        sweep_group: ``top`` or ``mid``, the list of a file of reruns. NULL: of other files, and
            of a database of NNI. Source: the key of the list.
        job_id: the id of the job, as text. NULL: if it has none, and of a database of NNI.
            Source: ``job_id``.
    """

    id = AutoField()
    config = ForeignKeyField(NdsTrialConfig, backref="trial_stats")
    seed = IntegerField()
    final_train_acc = DoubleField(null=True)
    final_train_loss = DoubleField(null=True)
    final_test_acc = DoubleField(null=True)
    best_train_acc = DoubleField(null=True)
    best_train_loss = DoubleField(null=True)
    best_test_acc = DoubleField(null=True)
    parameters = DoubleField(null=True)
    flops = DoubleField(null=True)
    iter_time = DoubleField(null=True)
    min_test_top1 = DoubleField(null=True)
    prec_time = DoubleField(null=True)
    act_mem = DoubleField(null=True)
    exp_mem = DoubleField(null=True)
    further = JSONTextField(null=True)
    sweep = CharField(max_length=32, null=True)
    sweep_group = CharField(max_length=MOST_GROUP, null=True)
    job_id = CharField(max_length=MOST_JOB_ID, null=True)


class NdsIntermediateStats(Model):
    """One epoch of a run. NULL where the source has NaN.

    Attributes:
        id: computed from trial and epoch when it is read, for programs that expect a single key.
            Range: at least 1. NULL: never. Source: the two columns of the key.
        trial: the run.
        current_epoch: the epoch, counted from 1. Unit: epochs. Range: 1 to 65535. Source: the
            place in the lists by epoch.
        train_loss: cross-entropy on the training images in the epoch.
        train_acc: accuracy on the training images in the epoch, percent.
        test_acc: accuracy on the test images after the epoch, percent.
    """

    id = GeneratedIntegerField("trial_id * 65536 + current_epoch")
    trial = ForeignKeyField(NdsTrialStats, backref="intermediates", index=False)
    current_epoch = IntegerField()
    train_loss = DoubleField(null=True)
    train_acc = DoubleField(null=True)
    test_acc = DoubleField(null=True)

    class Meta:
        primary_key = CompositeKey("trial", "current_epoch")
        without_rowid = True


class NdsPlace(Model):
    """A place in the source files that a run stands in; a run that several have is stored once.

    Attributes:
        trial: the run.
        sweep: the file, without ``.json``. Range: one of 34 names. Source: its name.
        sweep_group: ``top`` or ``mid``, the list of a file of reruns. NULL: of other files.
            Source: the key of the list.
        number: the place in the list, counted from 0. Range: at least 0. Source: the order of the
            jobs.
        job_id: the id of the job there, as text. NULL: if it has none. Source: ``job_id``.
    """

    id = AutoField()
    trial = ForeignKeyField(NdsTrialStats, backref="places")
    sweep = CharField(max_length=32)
    sweep_group = CharField(max_length=MOST_GROUP, null=True)
    number = IntegerField()
    job_id = CharField(max_length=MOST_JOB_ID, null=True)


class NdsIterations(Model):
    """What is recorded of a run by iteration; there only if it was asked for at ingestion.

    Attributes:
        trial: the run.
        train_loss: the training loss, a list as the bytes of numbers of 64 bits, the lowest byte
            first. Range: any number. NULL: if the job has no such list. Source:
            ``train_it_loss``.
        train_top1: the training error in the same way. Unit: percent. Range: any number. NULL: if
            the job has no such list. Source: ``train_it_top1``.
    """

    trial = ForeignKeyField(NdsTrialStats, backref="iterations", primary_key=True)
    train_loss = BlobField(null=True)
    train_top1 = BlobField(null=True)


SCHEMA = Schema(
    benchmark="nds",
    title="NDS",
    version=1,
    config=NdsTrialConfig,
    trial=NdsTrialStats,
    intermediate=NdsIntermediateStats,
    view="nds",
    view_columns=(
        *("arch_hash", "model_family", "proposer", "generator", "dataset", "num_epochs"),
        *("base_lr", "weight_decay", "model_spec", "cell_spec"),
    ),
    coverage_query=(
        "SELECT c.dataset AS dataset, c.num_epochs AS num_epochs, c.model_family AS model_family, "
        "c.proposer AS proposer, c.generator AS generator, count(DISTINCT c.id) AS configs, "
        "count(*) AS trials FROM ndstrialconfig AS c JOIN ndstrialstats AS t "
        "ON t.config_id = c.id GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"
    ),
    further=(NdsPlace, NdsIterations),
    identity=("arch_hash",),
    fidelity=("dataset", "num_epochs"),
    seed="seed",
)
