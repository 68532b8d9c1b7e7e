"""The tables of NAS-Bench-201: NNI's, with columns added and its splits put right.

The names, and the units of accuracy (0 to 100), parameters and FLOPs (millions) and times
(seconds), are those of NNI 3.0's ``nni/nas/benchmark/nasbench201/schema.py``. Where NNI fills a
column with the accuracy of another split (``valid_acc`` of CIFAR-10 with that on the test images),
here it is NULL; see :mod:`nasbench_db.nats.schema`, from whose abstract models the tables derive,
as do those of the size search space of NATS-Bench, which was trained and recorded in the same way.

What the docstrings say of each column, ``describe`` and the data dictionary say too; see
:mod:`nasbench_db.describing`.
"""

from __future__ import annotations

from peewee import (
    AutoField,
    CharField,
    CompositeKey,
    ForeignKeyField,
    IntegerField,
    Model,
)

from nasbench_db.nats.schema import EpochStats, TrainingStats, WeightStats, coverage
from nasbench_db.store.models import JSONTextField, Schema


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


class Nb201IntermediateStats(EpochStats):
    """One epoch of a training run.

    Its columns are those of :class:`EpochStats`, and:

    Attributes:
        trial: the training run.
    """

    trial = ForeignKeyField(Nb201TrialStats, backref="intermediates", index=False)

    class Meta:
        primary_key = CompositeKey("trial", "current_epoch")
        without_rowid = True


class Nb201Weights(WeightStats):
    """One tensor of a trained network.

    Its columns are those of :class:`WeightStats`, and:

    Attributes:
        trial: the training run.
    """

    trial = ForeignKeyField(Nb201TrialStats, backref="weights")


SCHEMA = Schema(
    benchmark="nasbench201",
    title="NAS-Bench-201 (topology search space of NATS-Bench)",
    version=3,
    config=Nb201TrialConfig,
    trial=Nb201TrialStats,
    intermediate=Nb201IntermediateStats,
    view="nb201",
    view_columns=("arch_index", "arch_str", "isomorphism", "num_epochs", "dataset"),
    coverage_query=coverage(Nb201TrialStats, Nb201TrialConfig),
    further=(Nb201Architecture, Nb201Weights),
    identity=("arch_index", "arch_str"),
    fidelity=("dataset", "num_epochs"),
    seed="seed",
    sampled=True,
    published={"num_epochs": (12, 200)},
)
