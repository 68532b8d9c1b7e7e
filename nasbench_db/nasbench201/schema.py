"""The tables of NAS-Bench-201: NNI's, with columns added and its splits put right.

The names, and the units of accuracy (0 to 100), parameters and FLOPs (millions) and times
(seconds), are those of NNI 3.0's ``nni/nas/benchmark/nasbench201/schema.py``. Where NNI fills a
column with the accuracy of another split (``valid_acc`` of CIFAR-10 with that on the test images),
here it is NULL: each column holds one split, as the original data record it.

==================  ===========  ========  =========  =========================
data set            training     valid     test       ori_test
==================  ===========  ========  =========  =========================
cifar10-valid       25,000       25,000    none       10,000
cifar10             50,000       none      none       10,000
cifar100            50,000       5,000     5,000      10,000 (valid and test)
imagenet16-120      151,700      3,000     3,000      6,000 (valid and test)
==================  ===========  ========  =========  =========================

In the original data the splits are called ``x-valid``, ``x-test`` and ``ori-test``.

The size search space of NATS-Bench was trained and recorded in the same way; its tables
(:mod:`nasbench_db.natssss.schema`) derive from the same abstract models.
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

from nasbench_db.database import DefaultDatabase
from nasbench_db.models import GeneratedIntegerField, JSONTextField, Schema

proxy = DefaultDatabase()


class TrainingStats(Model):
    """The columns of one training run. NULL where the source has no value.

    Attributes:
        seed: the random seed of the run.
        train_acc: accuracy on the training images in the last epoch, percent, top-1.
        valid_acc: accuracy after the last epoch on the split x-valid, percent.
        test_acc: accuracy after the last epoch on the split x-test, percent.
        ori_test_acc: accuracy after the last epoch on the split ori-test, percent.
        train_loss, valid_loss, test_loss, ori_test_loss: cross-entropy on the same.
        train_acc5: top-5 accuracy on the training images in the last epoch, percent.
        parameters: of the network, millions.
        flops: of the network, millions.
        latency: seconds to infer a batch of 256 images; the mean where there are several.
        latencies: the list of latencies, where there is more than one.
        training_time: seconds of training, all epochs together.
        valid_evaluation_time, test_evaluation_time, ori_test_evaluation_time: seconds of one
            evaluation on each split, after the last epoch.
        epoch_training_time: seconds of training of one epoch, where ``time_source`` is
            ``estimated``.
        time_source: ``estimated`` if the source gives one and the same time for each epoch, as an
            estimate from another run, or, being NNI's, has the last epoch's times the epochs; the
            intermediates then have no times of their own.
            ``measured`` if each epoch was timed by itself; its times are in the intermediates.
            NULL if the source has no times.
        splits: names of the evaluated splits, comma-joined, in the order of the source.
        source: the ``provenance.id`` of the source file.
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
        id: computed from trial and epoch, for programs that expect a single key.
        current_epoch: epochs trained by then, counted from 1.
        train_acc, valid_acc, test_acc, ori_test_acc: top-1 accuracy on each split, percent.
        train_loss, valid_loss, test_loss, ori_test_loss: cross-entropy on the same.
        train_acc5: top-5 accuracy on the training images, percent.
        training_time: measured seconds of training in this epoch; see ``time_source``.
        valid_evaluation_time, test_evaluation_time, ori_test_evaluation_time: measured seconds of
            the evaluation on each split after this epoch.
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
        name: its key in the network's ``state_dict``.
        dtype: numpy's name of its type, such as ``float32``.
        shape: a list of numbers.
        data: its values, little-endian, in C order.
    """

    id = AutoField()
    name = CharField()
    dtype = CharField(max_length=16)
    shape = JSONTextField()
    data = BlobField()


MAX_EPOCHS = 65535
"""The most epochs that ``EpochStats.id`` keeps apart."""


class Nb201Architecture(Model):
    """An architecture of the search space, whether it was trained or not.

    Attributes:
        arch_index: its official index, the place in the source's ``meta_archs``.
        arch_str: its arch string, ``|op~0|+|op~0|op~1|+|op~0|op~1|op~2|``.
        isomorphism: the class of architectures with the same published topology string: the
            smallest official index in it. There are 6,466 classes.
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
            spaces.
        num_epochs: epochs of training; 12 or 200 in the published data.
        num_channels: channels of the first stage.
        num_cells: cells in each stage.
        dataset: ``cifar10-valid``, ``cifar10``, ``cifar100`` or ``imagenet16-120``. Upper and
            lower case are equal in comparisons, so the official ``ImageNet16-120`` works.
        arch_index: the official index.
        arch_str: the arch string.
        isomorphism: see :class:`Nb201Architecture`.
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
    """One training run of a config; see :class:`TrainingStats` for its further columns.

    Attributes:
        config: what was trained.
    """

    config = ForeignKeyField(Nb201TrialConfig, backref="trial_stats")

    class Meta:
        database = proxy
        table_name = "nb201trialstats"


class Nb201IntermediateStats(EpochStats):
    """One epoch of a training run; see :class:`EpochStats` for its further columns.

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
    """One tensor of a trained network; see :class:`WeightStats` for its further columns.

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
)
proxy.belong_to(SCHEMA)
