"""Rows of trials: however a source is cut into batches, the statistics are those of all trials."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from nasbench_db.nasbench101 import Cell
from nasbench_db.nasbench101.cell import InvalidArchitecture
from nasbench_db.nasbench101.rows import TRIAL_COLUMNS, Batch, RowMaker
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.store.statistics import statistics

CELLS = [
    (cell.hash, cell.adjacency, ",".join(cell.ops)) for cell in enumerate_cells(max_vertices=4)
]
EPOCHS = (4, 108)


def made(batches: list[list[int]]) -> list[Batch]:
    """The batches of trials, each of which is given as the number of its config."""
    rows = RowMaker(validate_hashes=True)
    random = np.random.default_rng(0)
    found = []
    for batch in batches:
        configs = []
        for number in batch:
            written = CELLS[number // 2]
            configs.append(rows.config(rows.cell(written), written, EPOCHS[number % 2]))
        values = random.random((2 * len(batch), 5))
        values[:, 0] = np.tile([1.0, 4.0], len(batch))
        values[random.random(len(values)) < 0.2, 3] = np.nan
        counts = np.full(len(batch), 2)
        found.append(rows.batch(1, configs, random.random(len(batch)), counts, values))
    return [*found, rows.rest()]


def gathered(batches: list[Batch]) -> list[tuple[float, ...]]:
    """The rows of the statistics that batches have, NaN as text so that it equals itself."""
    parts = [batch.statistics for batch in batches]
    rows = [row for part in parts if part is not None for row in part.tolist()]
    return sorted(tuple(map(repr, row)) for row in rows)


def expected(batches: list[Batch]) -> list[tuple[float, ...]]:
    """The same, of all trials at once."""
    trials = np.concatenate([batch.trials for batch in batches])
    trials = trials[np.argsort(trials[:, 1], kind="stable")]
    epochs = dict(zip(trials[:, 1].tolist(), trials[:, 3].tolist(), strict=True))
    found = statistics(trials[:, 1], trials[:, 4:]).numbers().tolist()
    return sorted(tuple(map(repr, (epochs[row[0]], *row))) for row in found)


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=2 * len(CELLS)), st.sets(st.integers(1, 60))
)
@example([3] * 20, set(range(1, 60)))
def test_each_config_has_its_statistics_once(repeats: list[int], cuts: set[int]) -> None:
    """Wherever the batches begin, even between the trials of a config."""
    trials = np.repeat(np.arange(len(repeats)), repeats).tolist()
    ends = [cut for cut in sorted(cuts) if cut < len(trials)]
    batches = made([part.tolist() for part in np.split(np.array(trials), ends)])
    assert gathered(batches) == expected(batches)


@given(st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=9), min_size=1, max_size=9))
def test_statistics_end_where_a_config_comes_back(order: list[list[int]]) -> None:
    """From there on nothing is given, since what was given may lack trials."""
    batches = made(order)
    seen: list[int] = []
    together = True
    for batch, numbers in zip(batches, order, strict=False):
        for number in numbers:
            together &= number not in seen or seen[-1] == number
            seen.append(number)
        assert (batch.statistics is not None) == together
    assert (batches[-1].statistics is not None) == together
    if together:
        assert gathered(batches) == expected(batches)


def test_the_rest_of_nothing_is_nothing() -> None:
    """Where there were no trials there are no statistics."""
    (rest,) = made([])
    assert rest.statistics is not None
    assert rest.trials.shape == (0, len(TRIAL_COLUMNS))
    assert len(rest.statistics) == len(rest.configs) == len(rest.intermediates) == 0


@given(
    st.integers(1, 5),
    st.integers(min_value=0),
    st.lists(
        st.sampled_from(["input", "output", "conv3x3-bn-relu", "maxpool3x3", "relu", ""]),
        min_size=0,
        max_size=7,
    ),
)
def test_canonical_codes_are_those_of_cells(size: int, bits: int, names: list[str]) -> None:
    """Of any text: a cell that is not valid is refused, and one that needs pruning is pruned."""
    adjacency = f"{bits % 2 ** (size * size):0{size * size}b}"
    for operations in (",".join(names), ",".join(["input", *names[: size - 2], "output"])):
        written = ("0" * 32, adjacency, operations)
        rows = RowMaker(validate_hashes=False)
        try:
            code = Cell.from_string(adjacency, operations).canonical_code
        except InvalidArchitecture:
            code = None
        try:
            rows.config(rows.cell(written), written, 4)
        except InvalidArchitecture:
            assert code is None
        else:
            batch = rows.batch(1, [1], np.array([1.0]), np.array([1]), np.array([[4.0] * 5]))
            assert batch.configs[0][-1] == code


def test_canonical_codes_of_valid_cells_are_theirs() -> None:
    """The same for cells that all are in the search space."""
    rows = RowMaker(validate_hashes=False)
    cells = list(enumerate_cells(max_vertices=5))
    for cell in cells:
        written = (cell.hash, cell.adjacency, ",".join(cell.ops))
        rows.config(rows.cell(written), written, 4)
    one = np.ones(len(cells))
    values = np.full((len(cells), 5), 4.0)
    batch = rows.batch(1, range(1, len(cells) + 1), one, one.astype(int), values)
    assert [row[-1] for row in batch.configs] == [cell.canonical_code for cell in cells]
