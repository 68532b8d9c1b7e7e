"""The tables of NAS-Bench-201: NNI's, with columns added and its splits put right.

The names, and the units of accuracy (0 to 100), parameters and FLOPs (millions) and times
(seconds), are those of NNI 3.0's ``nni/nas/benchmark/nasbench201/schema.py``. Where NNI fills a
column with the accuracy of another split (``valid_acc`` of CIFAR-10 with that on the test images),
here it is NULL: each column holds one split, as the original data record it. There the splits
are called ``x-valid``, ``x-test`` and ``ori-test``; how many images each has on each data set says
:data:`nasbench_db.nats.metrics.IMAGES`.

The size search space of NATS-Bench was trained and recorded in the same way; its tables
(:mod:`nasbench_db.natssss.schema`) derive from the same abstract models.

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

from nasbench_db.store.database import DefaultDatabase
from nasbench_db.store.models import GeneratedIntegerField, JSONTextField, Schema

proxy = DefaultDatabase()


class TrainingStats(Model):
    """The columns of one training run. NULL where the source has no value.

    Attributes:
        seed: the random seed of the run. Range: at least 0. Source: the run's key, its data set
            and seed.
        train_acc: top-1 accuracy on the training images in the last epoch, percent.
        valid_acc: top-1 accuracy after the last epoch on the split x-valid, percent. NULL: where
            it was not evaluated, as on cifar10, which has no such split.
        test_acc: top-1 accuracy after the last epoch on the split x-test, percent. NULL: where
            it was not evaluated, as on cifar10 and cifar10-valid, which have no such split.
        ori_test_acc: top-1 accuracy after the last epoch on the split ori-test, percent.
        train_loss, valid_loss, test_loss, ori_test_loss: mean cross-entropy on the same images as
            the accuracy of the same split. NULL: where that is NULL, and if it is not a number.
        train_acc5: top-5 accuracy on the training images in the last epoch, percent. NULL: if the
            source has none, as for 200 epochs of NAS-Bench-201.
        parameters: trainable parameters of the network, millions.
        flops: multiply-accumulates of the network's convolutions and of its dense layer for one
            image, millions.
        latency: seconds to infer a batch of 256 images; the mean where there are several.
        latencies: the list of latencies. Unit: seconds. Range: at least 0. NULL: if there is at
            most one. Source: ``latency``.
        training_time: seconds of training, all epochs together; see ``time_source``.
        valid_evaluation_time, test_evaluation_time, ori_test_evaluation_time: seconds of one
            evaluation on the split, after the last epoch; see ``time_source``.
        epoch_training_time: seconds of training of one epoch. NULL: unless ``time_source`` is
            ``estimated``.
        time_source: ``estimated`` if the source gives one and the same time for each epoch, as an
            estimate from another run, or, being NNI's, has the last epoch's times the epochs; the
            intermediates then have no times of their own. ``measured`` if each epoch was timed by
            itself; its times are in the intermediates. NULL: if the source has no times. Source:
            computed from the times.
        splits: names of the evaluated splits, comma-joined, in the order of the source. Source:
            ``eval_names``.
        source: the ``provenance.id`` of the source file. Range: at least 1. Source: the order in
            which the files were given.
    """

    id = AutoField()
    seed = IntegerField()
    train_acc = DoubleField(null=True)
    valid_acc = DoubleField(null=True)
    test_acc = DoubleField(null=True)
    ori_test_acc = DoubleField(null=True)
    train_loss = DoubleField(null=True)
    valid_loss = DoubleField(null=True)
    test_loss = DoubleField(null=True)
    ori_test_loss = DoubleField(null=True)
    train_acc5 = DoubleField(null=True)
    parameters = DoubleField(null=True)
    flops = DoubleField(null=True)
    latency = DoubleField(null=True)
    latencies = JSONTextField(null=True)
    training_time = DoubleField(null=True)
    valid_evaluation_time = DoubleField(null=True)
    test_evaluation_time = DoubleField(null=True)
    ori_test_evaluation_time = DoubleField(null=True)
    epoch_training_time = DoubleField(null=True)
    time_source = CharField(max_length=9, null=True)
    splits = CharField(max_length=32)
    source = IntegerField()


class EpochStats(Model):
    """The columns of one epoch of a training run. NULL where the source has no value.

    Attributes:
        id: computed from trial and epoch when it is read, for programs that expect a single key.
            Range: at least 1. NULL: never. Source: the two columns of the key.
        current_epoch: epochs trained by then, counted from 1; the source counts from 0. Unit:
            epochs. Range: 1 to 65535. Source: the keys of ``train_acc1es`` and of the others.
        train_acc: top-1 accuracy on the training images in this epoch, percent.
        valid_acc: top-1 accuracy after this epoch on the split x-valid, percent. NULL: where it
            was not evaluated, as on cifar10, which has no such split; in the published trainings
            of 200 epochs on cifar100 and imagenet16-120 it was after the last only.
        test_acc: top-1 accuracy after this epoch on the split x-test, percent. NULL: where it was
            not evaluated, as on cifar10 and cifar10-valid, which have no such split; in the
            published trainings of 200 epochs on cifar100 and imagenet16-120 it was after the last
            only.
        ori_test_acc: top-1 accuracy after this epoch on the split ori-test, percent. NULL: where
            it was not evaluated; in the published trainings of 200 epochs on cifar10-valid it was
            after the last only.
        train_loss, valid_loss, test_loss, ori_test_loss: mean cross-entropy on the same images as
            the accuracy of the same split. NULL: where that is NULL, and if it is not a number.
        train_acc5: top-5 accuracy on the training images in this epoch, percent. NULL: if the
            source has none, as for 200 epochs of NAS-Bench-201.
        training_time: measured seconds of training in this epoch. NULL: unless ``time_source`` of
            the trial is ``measured``.
        valid_evaluation_time, test_evaluation_time, ori_test_evaluation_time: measured seconds of
            the evaluation on the split after this epoch. NULL: unless ``time_source`` of the trial
            is ``measured``.
    """

    id = GeneratedIntegerField("trial_id * 65536 + current_epoch")
    current_epoch = IntegerField()
    train_acc = DoubleField(null=True)
    valid_acc = DoubleField(null=True)
    test_acc = DoubleField(null=True)
    ori_test_acc = DoubleField(null=True)
    train_loss = DoubleField(null=True)
    valid_loss = DoubleField(null=True)
    test_loss = DoubleField(null=True)
    ori_test_loss = DoubleField(null=True)
    train_acc5 = DoubleField(null=True)
    training_time = DoubleField(null=True)
    valid_evaluation_time = DoubleField(null=True)
    test_evaluation_time = DoubleField(null=True)
    ori_test_evaluation_time = DoubleField(null=True)


class WeightStats(Model):
    """The columns of one tensor of trained weights.

    Attributes:
        name: its key in the network's ``state_dict``. Source: ``net_state_dict``.
        dtype: numpy's name of its type, such as ``float32``. Source: the tensor.
        shape: its length in each dimension, a list of numbers. Source: the tensor.
        data: its values, little-endian, in C order. Source: the tensor.
    """

    id = AutoField()
    name = CharField()
    dtype = CharField(max_length=16)
    shape = JSONTextField()
    data = BlobField()


class Nb201Architecture(Model):
    """An architecture of the search space, whether it was trained or not.

    Attributes:
        arch_index: its official index. Range: 0 to 15624. Source: the place in ``meta_archs``.
        arch_str: its arch string, ``|op~0|+|op~0|op~1|+|op~0|op~1|op~2|``. Source: ``meta_archs``.
        isomorphism: the class of architectures with the same published topology string: the
            smallest official index in it. There are 6,466 classes. Range: 0 to 15624. Source:
            computed from the arch string, as the original's ``to_unique_str`` does.
    """

    arch_index = IntegerField(primary_key=True)
    arch_str = CharField(max_length=110)
    isomorphism = IntegerField()

    class Meta:
        database = proxy
        table_name = "nb201architecture"
        indexes = ((("arch_str",), True),)


class Nb201TrialConfig(Model):
    """What was trained: a cell, on a data set, for a number of epochs.

    Attributes:
        arch: the cell as NNI's dict, edges ``0_1`` to ``2_3``, stored as key-sorted JSON without
            spaces. Source: ``arch_str``.
        num_epochs: epochs of training; 12 or 200 in the published data. Unit: epochs. Range: 1 to
            65535. Source: the name of the fidelity, ``less`` and ``full`` being 12 and 200.
        num_channels: channels of the first stage; 16 in the published data. Range: at least 1.
            Source: ``channel`` of ``arch_config``.
        num_cells: cells in each stage; 5 in the published data. Range: at least 1. Source:
            ``num_cells`` of ``arch_config``.
        dataset: ``cifar10-valid``, ``cifar10``, ``cifar100`` or ``imagenet16-120``. Upper and
            lower case are equal in comparisons, so the official ``ImageNet16-120`` works.
            Source: the run's key, its data set and seed.
        arch_index: the official index. Range: 0 to 15624. Source: ``arch_index``.
        arch_str: the arch string. Source: ``arch_str``.
        isomorphism: the smallest official index of all architectures with the same published
            topology string. Range: 0 to 15624. Source: computed from the arch string, as the
            original's ``to_unique_str`` does.
    """

    id = AutoField()
    arch = JSONTextField()
    num_epochs = IntegerField()
    num_channels = IntegerField()
    num_cells = IntegerField()
    dataset = CharField(max_length=16, collation="NOCASE")
    arch_index = IntegerField()
    arch_str = CharField(max_length=110)
    isomorphism = IntegerField()

    class Meta:
        database = proxy
        table_name = "nb201trialconfig"
        indexes = (
            (("arch_index", "num_epochs", "dataset"), False),
            (("arch_str", "num_epochs", "dataset"), False),
            (("arch", "num_epochs", "dataset"), False),
            (("isomorphism", "num_epochs", "dataset"), False),
            (("dataset", "num_epochs"), False),
        )


class Nb201TrialStats(TrainingStats):
    """One training run of a config.

    Its columns are those of :class:`TrainingStats`, and:

    Attributes:
        config: what was trained.
    """

    config = ForeignKeyField(Nb201TrialConfig, backref="trial_stats")

    class Meta:
        database = proxy
        table_name = "nb201trialstats"


class Nb201IntermediateStats(EpochStats):
    """One epoch of a training run.

    Its columns are those of :class:`EpochStats`, and:

    Attributes:
        trial: the training run.
    """

    trial = ForeignKeyField(Nb201TrialStats, backref="intermediates", index=False)

    class Meta:
        database = proxy
        table_name = "nb201intermediatestats"
        primary_key = CompositeKey("trial", "current_epoch")
        without_rowid = True


class Nb201Weights(WeightStats):
    """One tensor of a trained network.

    Its columns are those of :class:`WeightStats`, and:

    Attributes:
        trial: the training run.
    """

    trial = ForeignKeyField(Nb201TrialStats, backref="weights")

    class Meta:
        database = proxy
        table_name = "nb201weights"


def flat_view(trial: type[Model], config: type[Model], config_columns: tuple[str, ...]) -> str:
    """The SELECT behind the flat view: a trial's columns and its config's, side by side.

    The join is an outer one so that a question about the trials alone is answered without the
    configs: SQLite leaves out an outer join of which no column is used.
    """
    columns = ["t.id AS trial_id", "t.config_id AS config_id"]
    columns += [f"c.{name} AS {name}" for name in config_columns]
    columns += [
        f"t.{field.column_name} AS {field.column_name}"
        for field in trial._meta.sorted_fields
        if field.name not in ("id", "config")
    ]
    columns.append("c.arch AS arch")
    return (
        f"SELECT {', '.join(columns)} FROM {trial._meta.table_name} AS t "
        f"LEFT JOIN {config._meta.table_name} AS c ON c.id = t.config_id"
    )


def coverage(trial: type[Model], config: type[Model]) -> str:
    """The SELECT of how many architectures and trials there are of each data set and epochs."""
    return (
        "SELECT c.num_epochs AS num_epochs, c.dataset AS dataset, "
        "count(DISTINCT c.arch_index) AS architectures, count(*) AS trials, "
        "group_concat(DISTINCT t.seed) AS seeds "
        f"FROM {config._meta.table_name} AS c "
        f"JOIN {trial._meta.table_name} AS t ON t.config_id = c.id "
        "GROUP BY c.num_epochs, c.dataset ORDER BY c.num_epochs, min(c.id)"
    )


SCHEMA = Schema(
    benchmark="nasbench201",
    version=2,
    database=proxy,
    config=Nb201TrialConfig,
    trial=Nb201TrialStats,
    intermediate=Nb201IntermediateStats,
    view="nb201",
    view_query=flat_view(
        Nb201TrialStats,
        Nb201TrialConfig,
        ("arch_index", "arch_str", "isomorphism", "num_epochs", "dataset"),
    ),
    coverage_query=coverage(Nb201TrialStats, Nb201TrialConfig),
    further=(Nb201Architecture, Nb201Weights),
    identity=("arch_index", "arch_str"),
    fidelity=("dataset", "num_epochs"),
    seed="seed",
)
proxy.belong_to(SCHEMA)
