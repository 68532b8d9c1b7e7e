"""The tables of NAS-Bench-101: NNI's, with columns added and its units put right.

The names, and the units of accuracy (0 to 100) and parameters (millions), are those of NNI 3.0's
``nni/nas/benchmark/nasbench101/schema.py``. Training times are in seconds, as in the original
data; NNI's own database has those of ``Nb101TrialStats`` multiplied by 60.

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

from nasbench_db.store.models import GeneratedIntegerField, JSONTextField, Schema


class Nb101TrialConfig(Model):
    """What was trained: a cell and a number of epochs.

    Attributes:
        arch: the cell as NNI's dict, ``op1`` .. and ``input1`` .., stored as key-sorted JSON
            without spaces. ``Nb101TrialConfig.arch == {...}`` finds a cell written alike.
            Source: the record's adjacency string and operations.
        num_vertices: vertices of the cell, input and output included. Range: 2 to 7. Source: the
            record's operations, counted.
        hash: the data set's module hash, the same for isomorphic cells. Range: 32 hexadecimal
            digits. Source: the record's first element.
        num_epochs: epochs of training; 4, 12, 36 or 108 in the published data. Unit: epochs.
            Range: 1 to 65535. Source: the record's second element.
        canonical: the canonical code of the cell, an integer that isomorphic cells share and that
            is found without MD5 (``nasbench101/canonical.py``). Range: at least 0. NULL: in no
            row that was ingested. Source: computed from the cell.
    """

    id = AutoField()
    arch = JSONTextField()
    num_vertices = IntegerField()
    hash = CharField(max_length=64)
    num_epochs = IntegerField()
    canonical = IntegerField(null=True)

    class Meta:
        indexes = (
            (("hash", "num_epochs"), False),
            (("num_vertices", "num_epochs"), False),
            (("canonical", "num_epochs"), False),
        )


class Nb101TrialStats(Model):
    """One training of a config. NULL where the source has no value.

    Attributes:
        config: what was trained.
        repeat: which repeat of the config this is, counted from 0; the source records no seeds.
            Range: at least 0; 0 to 2 in the published data. Source: the order of the records.
        num_epochs: the config's, repeated here so that questions about all cells at one fidelity
            need this table only. Unit: epochs. Range: 1 to 65535. Source: the record's second
            element.
        train_acc: accuracy after training on 10,000 of the training images, percent.
        valid_acc: accuracy after training on the 10,000 validation images, percent.
        test_acc: accuracy after training on the 10,000 test images, percent.
        parameters: trainable parameters of the network, millions.
        training_time: seconds of training, without evaluation, on one TPU v2 chip.
    """

    id = AutoField()
    config = ForeignKeyField(Nb101TrialConfig, backref="trial_stats")
    repeat = IntegerField()
    num_epochs = IntegerField()
    train_acc = DoubleField(null=True)
    valid_acc = DoubleField(null=True)
    test_acc = DoubleField(null=True)
    parameters = DoubleField(null=True)
    training_time = DoubleField(null=True)


class Nb101IntermediateStats(Model):
    """One evaluation during a training. NULL where the source has no value.

    Attributes:
        id: computed from trial and epoch when it is read, for programs that expect a single key.
            Range: at least 1. NULL: never. Source: the two columns of the key.
        trial: the training.
        current_epoch: whole epochs trained when it was evaluated: half of them, and all of them,
            in the published data. Unit: epochs. Range: 0 to 65535. Source: ``current_epoch`` of
            the record's ``EvaluationData``, a fraction of an epoch being cut off.
        train_acc: accuracy then on 10,000 of the training images, percent.
        valid_acc: accuracy then on the 10,000 validation images, percent.
        test_acc: accuracy then on the 10,000 test images, percent.
        training_time: seconds of training until then, without evaluation.
    """

    id = GeneratedIntegerField("trial_id * 65536 + current_epoch")
    trial = ForeignKeyField(Nb101TrialStats, backref="intermediates", index=False)
    current_epoch = IntegerField()
    train_acc = DoubleField(null=True)
    valid_acc = DoubleField(null=True)
    test_acc = DoubleField(null=True)
    training_time = DoubleField(null=True)

    class Meta:
        primary_key = CompositeKey("trial", "current_epoch")
        without_rowid = True


SCHEMA = Schema(
    benchmark="nasbench101",
    title="NAS-Bench-101",
    version=3,
    config=Nb101TrialConfig,
    trial=Nb101TrialStats,
    intermediate=Nb101IntermediateStats,
    view="nb101",
    view_columns=("hash", "num_vertices", "num_epochs"),
    coverage_query=(
        "SELECT num_epochs, count(*) AS configs FROM nb101trialconfig GROUP BY num_epochs"
    ),
    identity=("hash",),
    fidelity=("num_epochs",),
    seed="repeat",
    sampled=True,
    published={"num_epochs": (4, 12, 36, 108)},
)
