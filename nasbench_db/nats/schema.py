"""The columns that the tables of both search spaces have.

Units are those of NNI 3.0's ``nni/nas/benchmark/nasbench201/schema.py``: accuracy is 0 to 100,
parameters and FLOPs are millions, times are seconds. Each column holds one split, as the original
data record it; there the splits are called ``x-valid``, ``x-test`` and ``ori-test``; how many
images each has on each data set says :data:`nasbench_db.nats.metrics.IMAGES`.

What the docstrings say of each column, ``describe`` and the data dictionary say too; see
:mod:`nasbench_db.describing`.
"""

from __future__ import annotations

from peewee import AutoField, BlobField, CharField, DoubleField, IntegerField, Model

from nasbench_db.store.models import GeneratedIntegerField, JSONTextField


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
