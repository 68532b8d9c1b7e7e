"""The tables of NATS-Bench's size search space, in the pattern of NAS-Bench-201's.

Splits, units and the meaning of NULL are those of :mod:`nasbench_db.nats.schema`.
"""

from __future__ import annotations

from peewee import AutoField, CharField, CompositeKey, ForeignKeyField, IntegerField, Model

from nasbench_db.nats.schema import EpochStats, TrainingStats, WeightStats, coverage
from nasbench_db.store.models import JSONTextField, Schema


class NatsSssArchitecture(Model):
    """An architecture of the search space, whether it was trained or not.

    Attributes:
        arch_index: its official index. Range: 0 to 32767. Source: the place in ``meta_archs``.
        arch_str: its channels, such as ``8:8:8:16:32``. Source: ``meta_archs``.
    """

    arch_index = IntegerField(primary_key=True)
    arch_str = CharField(max_length=14)

    class Meta:
        indexes = ((("arch_str",), True),)


class NatsSssTrialConfig(Model):
    """What was trained: the channels of five stages, on a data set, for a number of epochs.

    Attributes:
        arch: the channels as a list of five numbers, stored as JSON without spaces. Source:
            ``arch_str``.
        num_epochs: epochs of training; 1, 12 or 90 in the published data. Unit: epochs. Range: 1
            to 65535. Source: the name of the fidelity, ``01``, ``12`` or ``90``.
        dataset: ``cifar10-valid``, ``cifar10``, ``cifar100`` or ``imagenet16-120``. Upper and
            lower case are equal in comparisons, so the official ``ImageNet16-120`` works.
            Source: the run's key, its data set and seed.
        arch_index: the official index. Range: 0 to 32767. Source: ``arch_index``.
        arch_str: the channels as a string, such as ``8:8:8:16:32``. Source: ``arch_str``.
    """

    id = AutoField()
    arch = JSONTextField()
    num_epochs = IntegerField()
    dataset = CharField(max_length=16, collation="NOCASE")
    arch_index = IntegerField()
    arch_str = CharField(max_length=14)

    class Meta:
        indexes = (
            (("arch_index", "num_epochs", "dataset"), False),
            (("arch_str", "num_epochs", "dataset"), False),
            (("dataset", "num_epochs"), False),
        )


class NatsSssTrialStats(TrainingStats):
    """One training run of a config.

    Its columns are those of :class:`TrainingStats`, and:

    Attributes:
        config: what was trained.
    """

    config = ForeignKeyField(NatsSssTrialConfig, backref="trial_stats")


class NatsSssIntermediateStats(EpochStats):
    """One epoch of a training run.

    Its columns are those of :class:`EpochStats`, and:

    Attributes:
        trial: the training run.
    """

    trial = ForeignKeyField(NatsSssTrialStats, backref="intermediates", index=False)

    class Meta:
        primary_key = CompositeKey("trial", "current_epoch")
        without_rowid = True


class NatsSssWeights(WeightStats):
    """One tensor of a trained network.

    Its columns are those of :class:`WeightStats`, and:

    Attributes:
        trial: the training run.
    """

    trial = ForeignKeyField(NatsSssTrialStats, backref="weights")


SCHEMA = Schema(
    benchmark="natssss",
    title="NATS-Bench, size search space",
    version=3,
    config=NatsSssTrialConfig,
    trial=NatsSssTrialStats,
    intermediate=NatsSssIntermediateStats,
    view="natssss",
    view_columns=("arch_index", "arch_str", "num_epochs", "dataset"),
    coverage_query=coverage(NatsSssTrialStats, NatsSssTrialConfig),
    further=(NatsSssArchitecture, NatsSssWeights),
    identity=("arch_index", "arch_str"),
    fidelity=("dataset", "num_epochs"),
    seed="seed",
)
