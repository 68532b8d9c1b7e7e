"""Synthetic files: real cells and made-up metrics in the original's layout."""

import json
from collections import Counter

import numpy as np
import pytest
from support.learning import predicted, spearman

from nasbench_db.formats.tfrecord import read_records
from nasbench_db.nasbench101 import Cell, synthetic
from nasbench_db.nasbench101.encodings import adjacency_one_hot
from nasbench_db.nasbench101.record import (
    SYNTHETIC_MARK,
    decode_block,
    decode_metrics,
    encode_metrics,
    encode_row,
    parse_row,
    unpack_metrics,
)
from nasbench_db.nasbench101.space import enumerate_cells, random_cell
from nasbench_db.nasbench101.synthetic import evaluations, features, write_tfrecord


@pytest.fixture(scope="module")
def cells():
    """All cells of up to four vertices."""
    return list(enumerate_cells(4))


def read(path):
    """The rows of a file, each with its metrics decoded."""
    rows = [parse_row(payload) for _, payload in read_records(path)]
    return [(*row[:4], decode_metrics(unpack_metrics(row[4]))) for row in rows]


def unmarked(rows):
    """The rows without the mark of the first."""
    module_hash, epochs, adjacency, operations, metrics = rows[0]
    first = metrics.evaluations[0]._replace(checkpoint_path="")
    metrics = metrics._replace(evaluations=(first, *metrics.evaluations[1:]))
    return [(module_hash, epochs, adjacency, operations, metrics), *rows[1:]]


def test_each_cell_is_trained_with_each_budget_three_times(tmp_path, cells):
    """Cell by cell in the given order, with hash, adjacency and operations of the cell."""
    path = tmp_path / "file"
    assert write_tfrecord(path, cells) == 91 * 4 * 3
    rows = read(path)
    assert [row[:4] for row in rows] == [
        (cell.hash, epochs, cell.adjacency, ",".join(cell.ops))
        for cell in cells
        for epochs in (4, 12, 36, 108)
        for _ in range(3)
    ]


@pytest.mark.parametrize(
    ("budgets", "repeats"), [((108,), 3), ((4,), 1), ((4, 108), 2), ((1, 5), 7)]
)
def test_other_budgets_and_repeats(tmp_path, cells, budgets, repeats):
    """Any budgets and repeats are written, with evaluations at none, half and all of them."""
    path = tmp_path / "file"
    assert write_tfrecord(path, cells, budgets=budgets, repeats=repeats) == (
        91 * len(budgets) * repeats
    )
    rows = read(path)
    assert Counter(row[1] for row in rows) == dict.fromkeys(budgets, 91 * repeats)
    for _, epochs, _, _, metrics in rows:
        assert [e.current_epoch for e in metrics.evaluations] == [0.0, epochs / 2, float(epochs)]


def test_one_record(tmp_path):
    """The smallest file has one record."""
    path = tmp_path / "file"
    cell = Cell.from_string("0100", "input,output")
    assert write_tfrecord(path, [cell], budgets=[4], repeats=1) == 1
    ((module_hash, epochs, *_),) = read(path)
    assert (module_hash, epochs) == (cell.hash, 4)


def test_cells_may_come_from_an_iterator(tmp_path, cells):
    """An iterator gives the same file as a list."""
    write_tfrecord(tmp_path / "list", cells)
    write_tfrecord(tmp_path / "iterator", iter(cells))
    assert (tmp_path / "list").read_bytes() == (tmp_path / "iterator").read_bytes()


@pytest.mark.parametrize("shuffled", [False, True])
def test_same_seed_gives_the_same_bytes(tmp_path, cells, shuffled):
    """The file depends on its arguments alone, and on the seed among them."""
    for name, seed in (("one", 7), ("same", 7), ("other", 8)):
        write_tfrecord(tmp_path / name, cells, shuffled=shuffled, seed=seed)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "same").read_bytes()
    assert (tmp_path / "one").read_bytes() != (tmp_path / "other").read_bytes()


@pytest.mark.parametrize("shuffled", [False, True])
def test_block_size_changes_nothing(tmp_path, cells, monkeypatch, shuffled):
    """How many records are made at once is not seen in the file."""
    write_tfrecord(tmp_path / "whole", cells, shuffled=shuffled)
    monkeypatch.setattr(synthetic, "_RECORDS_PER_BLOCK", 100)
    write_tfrecord(tmp_path / "parts", cells, shuffled=shuffled)
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "parts").read_bytes()


def test_global_random_state_is_left_alone(tmp_path, cells):
    """The metrics neither read nor seed numpy's global generator."""
    np.random.seed(3)
    write_tfrecord(tmp_path / "one", cells)
    assert np.random.random() == np.random.RandomState(3).random()
    write_tfrecord(tmp_path / "other", cells)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_shuffled_file_has_the_same_records_in_another_order(tmp_path, cells):
    """Shuffling moves the records and changes none."""
    write_tfrecord(tmp_path / "grouped", cells, seed=5)
    write_tfrecord(tmp_path / "shuffled", cells, seed=5, shuffled=True)
    grouped = unmarked(read(tmp_path / "grouped"))
    shuffled = unmarked(read(tmp_path / "shuffled"))
    assert grouped != shuffled
    assert Counter(grouped) == Counter(shuffled)
    order = [(row[0], row[1]) for row in shuffled]
    assert order != sorted(order)
    assert len({row[0] for row in shuffled[:50]}) > 20  # not cell by cell


@pytest.mark.parametrize("shuffled", [False, True])
def test_first_record_alone_is_marked(tmp_path, cells, shuffled):
    """The checkpoint path of the first evaluation says that the metrics were not measured."""
    path = tmp_path / "file"
    write_tfrecord(path, cells, shuffled=shuffled)
    paths = [e.checkpoint_path for row in read(path) for e in row[4].evaluations]
    assert paths == [SYNTHETIC_MARK] + [""] * (3 * 1092 - 1)


def test_values_have_the_shape_of_real_ones(tmp_path, cells):
    """Accuracies are float32 fractions k/9984, times float32 seconds, parameters the cell's."""
    path = tmp_path / "file"
    write_tfrecord(path, cells)
    rows = read(path)
    parameters = {cell.hash: cell.trainable_parameters for cell in cells}
    images = set()
    for module_hash, epochs, _, _, metrics in rows:
        assert metrics.trainable_parameters == parameters[module_hash]
        untrained, half, final = metrics.evaluations
        assert [e.current_epoch for e in metrics.evaluations] == [0.0, epochs / 2, float(epochs)]
        assert untrained.training_time == 0.0
        assert 0 < half.training_time < final.training_time < metrics.total_time
        for evaluation in metrics.evaluations:
            assert float(np.float32(evaluation.training_time)) == evaluation.training_time
            for accuracy in evaluation[2:5]:
                k = round(accuracy * 9984)
                assert 0 <= k <= 9984
                assert float(np.float32(k) / np.float32(9984)) == accuracy
                images.add(k)
    assert len(images) > 500
    assert len({row[4].evaluations[2] for row in rows}) == len(rows)  # no two trainings alike


def test_longer_training_is_longer_and_better_on_average(tmp_path, cells):
    """The metrics rise with the budget as real ones do."""
    path = tmp_path / "file"
    write_tfrecord(path, cells)
    rows = read(path)
    for column in ("training_time", "train_accuracy", "validation_accuracy", "test_accuracy"):
        means = [
            np.mean([getattr(row[4].evaluations[2], column) for row in rows if row[1] == epochs])
            for epochs in (4, 12, 36, 108)
        ]
        assert means == sorted(set(means))


def test_records_have_the_size_of_the_published_ones(tmp_path):
    """The published file's first cell takes 417 bytes for four epochs, two more for 108."""
    cell = Cell.from_string(
        "0100110001000000010010000010000001000000010000000",
        "input,conv3x3-bn-relu,maxpool3x3,conv3x3-bn-relu,conv3x3-bn-relu,conv1x1-bn-relu,output",
    )
    path = tmp_path / "file"
    write_tfrecord(path, [cell])
    offsets = [offset for offset, _ in read_records(path)]
    sizes = np.diff([*offsets, path.stat().st_size]).tolist()
    assert sizes[1:] == [417] * 2 + [418] * 6 + [419] * 3
    assert sizes[0] > 417  # the mark


def test_records_have_the_layout_of_the_published_ones(tmp_path, cells):
    """All but the marked first are of the one layout, and written as the original writes."""
    path = tmp_path / "file"
    write_tfrecord(path, cells)
    messages = []
    for _, payload in read_records(path):
        row = json.loads(payload)
        messages.append(unpack_metrics(row[4]))
        assert payload == encode_row(*row[:4], messages[-1])
        assert messages[-1] == encode_metrics(decode_metrics(messages[-1]))
    known, _, _ = decode_block(messages)
    assert known.tolist() == [False] + [True] * 1091


def test_cells_may_have_any_number_of_vertices(tmp_path):
    """Cells of two to seven vertices are written, dangling ones as they are."""
    cells = [
        Cell.from_string("0100", "input,output"),
        Cell.from_string("0010000000010000", "input,maxpool3x3,maxpool3x3,output"),
        Cell(np.eye(7, k=1), ["input", *["conv1x1-bn-relu"] * 5, "output"]),
    ]
    path = tmp_path / "file"
    assert write_tfrecord(path, cells, budgets=[108], repeats=1) == 3
    for row, cell in zip(read(path), cells, strict=True):
        assert Cell.from_string(row[2], row[3]) == cell
        assert row[0] == cell.hash
        assert row[4].trainable_parameters == cell.trainable_parameters
        assert row[1] == row[4].evaluations[2].current_epoch == 108


@pytest.fixture(scope="module")
def drawn():
    """2,000 random cells and their parameters."""
    random = np.random.default_rng(1)
    cells = [random_cell(random) for _ in range(2000)]
    return cells, np.array([cell.trainable_parameters for cell in cells])


@pytest.fixture(scope="module")
def made_up(drawn):
    """The evaluations of them, by cell, budget, repeat, stage and column."""
    return evaluations(*drawn, np.random.default_rng(0)).astype(float)


def test_features_of_a_known_cell():
    """Of the pruned cell: what lies on no path counts for nothing."""
    matrix = np.zeros((6, 6), dtype=int)
    for u, v in ((0, 1), (1, 2), (2, 5), (0, 5), (0, 4), (1, 4)):  # vertices 3 and 4 dangle
        matrix[u, v] = 1
    ops = ["conv3x3-bn-relu", "maxpool3x3", "conv1x1-bn-relu", "conv1x1-bn-relu"]
    found = features([Cell(matrix, ["input", *ops, "output"])], np.array([10**6]))
    assert {name: values.tolist() for name, values in found.items()} == {
        "conv3x3-bn-relu": [1],
        "conv1x1-bn-relu": [0],
        "maxpool3x3": [1],
        "edges": [4],
        "shortcut": [1],
        "depth_off_4": [1],
        "parameters": [6.0],
    }


def test_a_linear_model_learns_the_accuracies(drawn, made_up):
    """Of 1,000 cells, for 1,000 others, of one training or the mean of three."""
    encodings = adjacency_one_hot(drawn[0])
    final = made_up[:, -1, :, 2, 3]
    for values in (final.mean(axis=1), final[:, 0]):
        r_squared, rank = predicted(encodings, values)
        assert 0.55 < r_squared < 0.95
        assert 0.7 < rank < 0.97


def test_short_trainings_rank_cells_less_well(made_up):
    """By validation, 12 epochs against 108 about as 0.9; repeats differ, and splits are alike."""
    final = made_up[:, -1, 0, 2, 3]
    alike = [spearman(made_up[:, budget, 0, 2, 3], final) for budget in range(3)]
    assert alike == sorted(alike)
    assert alike[1] == pytest.approx(0.9, abs=0.04)
    assert 0.95 < spearman(made_up[:, -1, 1, 2, 3], final) < 0.999
    assert spearman(made_up[:, -1, 0, 2, 4], final) > 0.95


def test_accuracies_are_plausible(drawn, made_up):
    """Above chance, rising within a training and with the budget, highest on training images."""
    trained = made_up[..., 2, 2:]
    assert trained.min() > 0.09
    assert made_up[..., 3:].max() < 0.96
    assert (made_up[..., 1, 3] < made_up[..., 2, 3]).mean() > 0.99
    means = trained.mean(axis=(0, 2))
    assert (np.diff(means, axis=0) > 0).all()
    assert (means[:, 0] > means[:, 1]).all()
    assert means[-1, 1] == pytest.approx(0.9, abs=0.02)
    seconds = made_up[:, -1, :, 2, 1].mean(axis=1)
    assert spearman(seconds, drawn[1]) > 0.99
