"""The tables of NAS-Bench-Macro, in the pattern of NNI's.

The original has no evaluations during training, so there is no third table. Of its 6,561 codes
3,969 were trained; the others are copies of them, with the same numbers. A mean, a rank
correlation or a count over all codes therefore counts some networks twice or four times; with
``is_copy = 0`` it is over networks.

What the docstrings say of each column, ``describe`` and the data dictionary say too; see
:mod:`nasbench_db.describing`.
"""

from __future__ import annotations

from peewee import AutoField, CharField, DoubleField, ForeignKeyField, IntegerField, Model

from nasbench_db.nasbenchmacro.constants import NUM_LAYERS
from nasbench_db.store.models import JSONTextField, Schema


class MacroTrialConfig(Model):
    """What was trained on CIFAR-10: the operations of eight layers.

    Attributes:
        arch: the operations as a list of eight names, ``Identity``, ``MB3_K3`` or ``MB6_K5``,
            stored as JSON without spaces. Source: the code.
        num_epochs: epochs of training; 50 in the published data. Unit: epochs. Range: 1 to 65535.
            Source: ``train/train.py`` of the original's repository.
        arch_str: the code, a digit for each layer, such as ``22212220``. Source: the key.
        canonical_str: the code under which the same network was trained. Source: computed from
            the code.
        is_copy: 1 if the network was trained under another code, ``canonical_str``, whose numbers
            are repeated here; 0 if under this one. Range: 0 to 1. Source: computed from the code.
    """

    id = AutoField()
    arch = JSONTextField()
    num_epochs = IntegerField()
    arch_str = CharField(max_length=NUM_LAYERS)
    canonical_str = CharField(max_length=NUM_LAYERS)
    is_copy = IntegerField()

    class Meta:
        indexes = ((("arch_str", "num_epochs"), True), (("canonical_str", "num_epochs"), False))


class MacroTrialStats(Model):
    """One training run of a config. NULL where the source has no value; the published one has all.

    Attributes:
        seed: the random seed of the run: 0, 1 or 2. Range: at least 0. Source: the place in
            ``test_acc``.
        best_test_acc: top-1 accuracy on the test images in the epoch in which it was highest,
            percent. It was chosen on the test images, and is no estimate of the accuracy on new
            ones.
        parameters: trainable parameters of the network, millions.
        flops: multiply-adds of the network for one image, millions.
        config: what was trained.
    """

    id = AutoField()
    seed = IntegerField()
    best_test_acc = DoubleField(null=True)
    parameters = DoubleField(null=True)
    flops = DoubleField(null=True)
    config = ForeignKeyField(MacroTrialConfig, backref="trial_stats")


SCHEMA = Schema(
    benchmark="nasbenchmacro",
    title="NAS-Bench-Macro",
    version=2,
    config=MacroTrialConfig,
    trial=MacroTrialStats,
    intermediate=None,
    view="macro",
    view_columns=("arch_str", "canonical_str", "is_copy", "num_epochs"),
    coverage_query=(
        "SELECT c.num_epochs AS num_epochs, count(DISTINCT c.id) AS architectures, "
        "count(DISTINCT c.canonical_str) AS networks, count(*) AS trials, "
        "group_concat(DISTINCT t.seed) AS seeds FROM macrotrialconfig AS c "
        "JOIN macrotrialstats AS t ON t.config_id = c.id GROUP BY c.num_epochs ORDER BY 1"
    ),
    identity=("arch_str", "canonical_str"),
    fidelity=("num_epochs",),
    seed="seed",
    sampled=True,
)
