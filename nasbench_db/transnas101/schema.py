"""The tables of TransNAS-Bench-101: NNI's three, and what the file says of itself.

There is one training of each architecture for each task (original: yawen-d/TransNASBench), so a
config has one trial. A metric is a column of its own name, NULL for the tasks that do not have it;
``tnb101metric`` tells for each task which it has, what they are, and which way is better.

Not all that a file may contain fits into a column of numbers. Whatever does not stands in the
column ``further`` of the same row, by name: see :class:`MetricStats`. So every value can be had
back as it was, and a curve that is not a number differs from one that is not there.

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
from nasbench_db.transnas101.constants import LONGEST_ARCH_STR, LONGEST_METRIC, LONGEST_NAME


class Tnb101Architecture(Model):
    """An architecture of the file.

    Attributes:
        arch_index: its public index. Range: at least 0; 0 to 7351 in the published file. Source:
            the place in the file's ``data``, counted from 0.
        arch_str: its string, such as ``64-1234-basic`` or ``64-41414-1_02_333``. Source: the key
            in ``data``.
        search_space: ``macro`` or ``micro``. Source: the key in ``data``.
    """

    arch_index = IntegerField(primary_key=True)
    arch_str = CharField(max_length=LONGEST_ARCH_STR)
    search_space = CharField(max_length=LONGEST_NAME)

    class Meta:
        indexes = ((("arch_str",), True),)


class Tnb101TrialConfig(Model):
    """What was trained: an architecture, for a task.

    Attributes:
        arch: of a micro architecture its cell as NNI's dict, with edges ``0_1`` to ``2_3``, stored
            as key-sorted JSON without spaces, as ``nb201trialconfig.arch`` is, so that the two can
            be joined; of a macro one the list of its modules, such as ``[1,2,3,4]``. If it is
            outside the search spaces, its string. Source: the architecture's string.
        arch_str: the architecture's string, such as ``64-1234-basic`` or ``64-41414-1_02_333``.
            Source: the key in ``data``.
        arch_index: the architecture's public index. Range: at least 0; 0 to 7351 in the published
            file. Source: the place in the file's ``data``, counted from 0.
        search_space: ``macro`` or ``micro``. Source: the key in ``data``.
        task: such as ``class_object``, as the file calls it. Source: the key in ``data``.
        num_epochs: epochs of training. Unit: epochs. Range: 0 to 65535. Source:
            ``total_epochs``.
    """

    id = AutoField()
    arch = JSONTextField()
    arch_str = CharField(max_length=LONGEST_ARCH_STR)
    arch_index = IntegerField()
    search_space = CharField(max_length=LONGEST_NAME)
    task = CharField(max_length=LONGEST_NAME)
    num_epochs = IntegerField()

    class Meta:
        indexes = (
            (("arch_str", "task"), True),
            (("arch_index", "task"), False),
            (("task", "search_space"), False),
        )


class NetworkInfo(Model):
    """What is known of a network without training. NULL where the source has no number.

    Parameters and FLOPs are stored as the file has them. The original's programs count single
    parameters, and multiply-accumulates as FLOPs (``lib/models/model_info.py``); whether the
    published file was written by them or has millions is said nowhere.

    Attributes:
        inference_time: seconds to infer one image of 720 x 1080 pixels, the mean of 800.
        encoder_params: parameters of the architecture itself.
        model_params: parameters with the task's own layers.
        model_flops: FLOPs with the task's own layers, of an image of 224 x 224 pixels, or for the
            task jigsaw of nine of 64 x 64.
        encoder_flops: FLOPs of the architecture itself, of an image of 224 x 224 pixels, or for
            the task jigsaw of one of 64 x 64.
        further_info: a dict by name of what is no number of the five above, written as in
            ``further``. NULL: if there is nothing of the kind. Source: ``model_info``.
    """

    inference_time = DoubleField(null=True)
    encoder_params = DoubleField(null=True)
    model_params = DoubleField(null=True)
    model_flops = DoubleField(null=True)
    encoder_flops = DoubleField(null=True)
    further_info = JSONTextField(null=True)


class EpochNumber(Model):
    """The epoch that a row is of.

    Attributes:
        id: computed from trial and epoch when it is read, for programs that expect a single key.
            Range: at least 1. NULL: never. Source: the two columns of the key.
        current_epoch: epochs trained by then, counted from 1; the file counts from 0. Unit:
            epochs. Range: 1 to 65535. Source: the place in the list of a metric.
    """

    id = GeneratedIntegerField("trial_id * 65536 + current_epoch")
    current_epoch = IntegerField()


class MetricStats(Model):
    """The metrics, under the file's names.

    A column is a floating-point number, NULL where the source has none, as for the tasks without
    the metric. What the file has instead of a number stands in ``further``.

    Attributes:
        train_top1, valid_top1, test_top1: top-1 accuracy of a classification, percent.
        train_top5, valid_top5, test_top5: top-5 accuracy of a classification, percent.
        train_acc, valid_acc, test_acc: accuracy of the pixels of a segmentation, percent.
        train_mIoU, valid_mIoU, test_mIoU: mean intersection over union, percent.
        train_ssim, valid_ssim, test_ssim: structural similarity of images.
        train_neg_loss, valid_neg_loss, test_neg_loss: the loss with a minus before it.
        train_loss, valid_loss, test_loss: the loss that was trained with: for ``room_layout`` the
            mean squared error, for other tasks the mean cross-entropy.
        train_l1_loss, valid_l1_loss, test_l1_loss: mean absolute error of the pixels, times its
            weight of 0.99 in the loss that was trained with.
        time_elapsed: seconds from the beginning of the training to the end of the epoch,
            evaluation included. The file may have a text such as ``01:02:03`` instead; it is
            seconds all the same, and the text in ``further``.
        further: a dict by metric of what is no number of a known metric: the values of metrics
            that have no column; and for those that have, the value as the file has it where that
            is not a floating-point number, such as a whole number, a text or null. A number that
            is not finite is ``{"float": "nan"}``, ``{"float": "inf"}`` or ``{"float": "-inf"}``,
            infinite ones of known metrics being in the column as well as any other; a whole
            number of more than 64 bits is such as ``{"int": "18446744073709551616"}``. NULL: if
            there is nothing of the kind, as nearly always. Source: ``metrics``.
    """

    train_top1 = DoubleField(null=True)
    valid_top1 = DoubleField(null=True)
    test_top1 = DoubleField(null=True)
    train_top5 = DoubleField(null=True)
    valid_top5 = DoubleField(null=True)
    test_top5 = DoubleField(null=True)
    train_acc = DoubleField(null=True)
    valid_acc = DoubleField(null=True)
    test_acc = DoubleField(null=True)
    train_mIoU = DoubleField(null=True)
    valid_mIoU = DoubleField(null=True)
    test_mIoU = DoubleField(null=True)
    train_ssim = DoubleField(null=True)
    valid_ssim = DoubleField(null=True)
    test_ssim = DoubleField(null=True)
    train_neg_loss = DoubleField(null=True)
    valid_neg_loss = DoubleField(null=True)
    test_neg_loss = DoubleField(null=True)
    train_loss = DoubleField(null=True)
    valid_loss = DoubleField(null=True)
    test_loss = DoubleField(null=True)
    train_l1_loss = DoubleField(null=True)
    valid_l1_loss = DoubleField(null=True)
    test_l1_loss = DoubleField(null=True)
    time_elapsed = DoubleField(null=True)
    further = JSONTextField(null=True)


class Tnb101TrialStats(NetworkInfo, MetricStats):
    """The training of a config: its network, and the metrics after its last epoch.

    Its columns are those of :class:`NetworkInfo` and :class:`MetricStats`, and:

    Attributes:
        config: what was trained.
    """

    id = AutoField()
    config = ForeignKeyField(Tnb101TrialConfig, backref="trial_stats")


class Tnb101IntermediateStats(EpochNumber, MetricStats):
    """One epoch of a training.

    Its columns are those of :class:`EpochNumber` and :class:`MetricStats`, and:

    Attributes:
        trial: the training.
    """

    trial = ForeignKeyField(Tnb101TrialStats, backref="intermediates", index=False)

    class Meta:
        primary_key = CompositeKey("trial", "current_epoch")
        without_rowid = True


class Tnb101Metric(Model):
    """A metric of a task.

    Attributes:
        task: the task. Source: ``metrics_dict``, or the key in ``data``.
        name: the metric's name in the file. Source: ``metrics_dict``, or ``metrics``.
        position: its place in the task's list, counted from 0. Range: at least 0. NULL: if it is
            recorded and not listed. Source: ``metrics_dict``.
        quantity: what is measured, such as ``top1``. NULL: if it is not known. Source: the
            metric's name.
        split: ``train``, ``valid`` or ``test``. NULL: if it is of none, or not known. Source: the
            metric's name.
        unit: ``percent``, ``seconds`` or ``1``. NULL: if it is not known. Source: the programs
            that measured it.
        direction: ``higher`` or ``lower``, whichever is better. NULL: if it is not known. Source:
            the programs that measured it.
        column_name: the column that has it. NULL: if it is in ``further``. Source: the metric's
            name.
    """

    id = AutoField()
    task = CharField(max_length=LONGEST_NAME)
    name = CharField(max_length=LONGEST_METRIC)
    position = IntegerField(null=True)
    quantity = CharField(max_length=16, null=True)
    split = CharField(max_length=16, null=True)
    unit = CharField(max_length=16, null=True)
    direction = CharField(max_length=16, null=True)
    column_name = CharField(max_length=LONGEST_METRIC, null=True)

    class Meta:
        indexes = ((("task", "name"), True),)


class Tnb101Header(Model):
    """What the file says beside its data.

    Attributes:
        name: ``metrics_dict`` (a dict from tasks to lists of metrics), ``info_names`` (a list),
            ``task_list``, or another item of the file's; and ``search_spaces``, a list. Source:
            the file's items but ``data``, and the keys of that.
        content: its value as JSON, with dicts in the order of the file. Source: the same.
    """

    name = CharField(primary_key=True)
    content = JSONTextField()


SCHEMA = Schema(
    benchmark="transnas101",
    title="TransNAS-Bench-101",
    version=3,
    config=Tnb101TrialConfig,
    trial=Tnb101TrialStats,
    intermediate=Tnb101IntermediateStats,
    view="tnb101",
    view_columns=("arch_index", "arch_str", "search_space", "task", "num_epochs"),
    coverage_query=(
        "SELECT task, search_space, count(*) AS architectures, "
        "min(num_epochs) AS fewest_epochs, max(num_epochs) AS most_epochs "
        "FROM tnb101trialconfig GROUP BY task, search_space ORDER BY min(id)"
    ),
    further=(Tnb101Architecture, Tnb101Metric, Tnb101Header),
    identity=("arch_index", "arch_str", "search_space"),
    fidelity=("task",),
    sampled=True,
    published={"num_epochs": (10, 25, 30)},
)
