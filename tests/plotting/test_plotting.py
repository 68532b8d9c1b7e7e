"""Figures: what is drawn is what the database has, and what is written at it says so."""

import io
import itertools
import shutil
import sqlite3
import statistics as pystatistics
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from IPython.core.formatters import PNGFormatter
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text
from support.renewing import renew_statistics
from support.scopes import ACCURACY, SCOPES, SIZE

import nasbench_db
from nasbench_db import InvalidArchitecture, InvalidQuery, MissingExtra, explore, plotting
from nasbench_db.benchmarks import get
from nasbench_db.plotting import (
    correlation,
    curves,
    distribution,
    front,
    new_axes,
    scatter,
    write,
)
from nasbench_db.plotting import values as drawn_values

Row = dict[str, Any]

TITLES = {
    "nasbench101": "SYNTHETIC metrics NAS-Bench-101, 108 epochs",
    "nasbench201": "NAS-Bench-201, cifar100, 200 epochs",
    "natssss": "NATS-Bench, size search space, cifar100, 90 epochs",
    "transnas101": "SYNTHETIC metrics TransNAS-Bench-101, class_object",
}
"""What titles say of them; not every one of the test databases says that it is synthetic."""
TIME = dict.fromkeys(SCOPES, "training_time") | {"transnas101": "time_elapsed"}


@pytest.fixture(params=TITLES)
def name(request: pytest.FixtureRequest, explored: dict[str, Path]) -> Iterator[str]:
    """The name of a benchmark whose database is connected."""
    chosen: str = request.param
    with nasbench_db.connect(chosen, explored[chosen]):
        yield chosen


@pytest.fixture
def cells(explored: dict[str, Path]) -> Iterator[Path]:
    """The database of NAS-Bench-101, connected."""
    with nasbench_db.connect("nasbench101", explored["nasbench101"]):
        yield explored["nasbench101"]


@pytest.fixture
def changed(explored: dict[str, Path], tmp_path: Path) -> Callable[..., None]:
    """Connects a copy of a benchmark's database in which statements were run."""

    def change(name: str, *statements: str) -> None:
        path = tmp_path / f"{name}.db"
        shutil.copyfile(explored[name], path)
        connection = sqlite3.connect(path)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()
        renew_statistics(path, get(name).schema)
        nasbench_db.connect(name, path)

    return change


def means(name: str, path: Path, *metrics: str, **scope: Any) -> list[tuple[float, ...]]:
    """The means of metrics over the trials of each config in scope, from the flat view."""
    view = nasbench_db.BENCHMARKS[name].schema.view
    conditions = " AND ".join(f"{column} = ?" for column in scope)
    connection = sqlite3.connect(path)
    rows = connection.execute(
        f"SELECT config_id, {', '.join(metrics)} FROM {view} WHERE {conditions} "
        "ORDER BY config_id",
        list(scope.values()),
    ).fetchall()
    connection.close()
    groups = itertools.groupby(rows, key=lambda row: row[0])
    return [
        tuple(pystatistics.fmean(column) for column in list(zip(*group, strict=True))[1:])
        for _, group in groups
    ]


def label(name: str, metric: str) -> str:
    """What an axis says of a metric."""
    return nasbench_db.BENCHMARKS[name].metrics[metric].label


def title(ax: Axes) -> str:
    """The title, as if it were in one line."""
    return " ".join(ax.get_title().split())


def drawn(collection: Any, *columns: Any) -> np.ndarray:
    """The points of a collection, sorted, with further columns."""
    points = np.column_stack([*map(np.asarray, (collection.get_offsets(), *columns))])
    return points[np.lexsort(points.T[::-1])]


# Each figure.


def test_scatter_draws_parameters_time_and_accuracy(name: str, explored: dict[str, Path]) -> None:
    """The means of each architecture, as the paper on NAS-Bench-101 has them."""
    ax = scatter(**SCOPES[name])
    metrics = SIZE[name], TIME[name], ACCURACY[name]
    expected = sorted(means(name, explored[name], *metrics, **SCOPES[name]))
    (points,) = ax.collections
    assert drawn(points, points.get_array()) == pytest.approx(np.array(expected))
    assert ax.get_xlabel() == label(name, SIZE[name])
    assert ax.get_ylabel() == label(name, TIME[name])
    (bar,) = (other for other in ax.figure.axes if other is not ax)
    assert bar.get_ylabel() == label(name, ACCURACY[name])
    count = f"{len(expected)} architectures"
    means_ = "" if name == "transnas101" else ", mean of trials"
    assert title(ax) == f"{TITLES[name]} {count}{means_}"


def test_scatter_of_other_metrics_and_of_single_trials(cells: Path) -> None:
    """Light colours are high values, whichever are the better ones."""
    by_test = scatter("test_acc", "train_acc", "test_acc", num_epochs=4, reduction=None)
    by_time = scatter("test_acc", "train_acc", "training_time", num_epochs=4)
    assert len(by_test.collections[0].get_offsets()) == 91 * 3
    assert title(by_test).endswith("273 trials")
    assert to_hex(by_test.collections[0].get_cmap()(1.0)) == "#fde725"
    assert to_hex(by_time.collections[0].get_cmap()(0.0)) == "#440154"
    assert by_test.get_xlabel() == "test accuracy (%)"


def test_the_order_of_points_is_random_and_always_the_same(cells: Path) -> None:
    first, second = (scatter(num_epochs=108).collections[0].get_offsets() for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, drawn(scatter(num_epochs=108).collections[0]))


def test_distribution_has_a_line_for_each_fidelity(name: str, explored: dict[str, Path]) -> None:
    """Of each value, which fraction of the architectures has at most that."""
    over = "search_space" if name == "transnas101" else "num_epochs"
    scope = {key: value for key, value in SCOPES[name].items() if key != over}
    ax = distribution(ACCURACY[name], **scope)
    view = nasbench_db.BENCHMARKS[name].schema.view
    connection = sqlite3.connect(explored[name])
    found = connection.execute(f"SELECT DISTINCT {over} FROM {view} ORDER BY 1").fetchall()
    connection.close()
    assert len(ax.lines) == len(found) >= 2
    for line, (value,) in zip(ax.lines, found, strict=True):
        rows = means(name, explored[name], ACCURACY[name], **scope, **{over: value})
        expected = sorted(number for (number,) in rows)
        assert line.get_label() == str(value)
        assert line.get_drawstyle() == "steps-post"
        x, y = line.get_data()
        assert x == pytest.approx([expected[0], *expected])
        assert y == pytest.approx(np.arange(len(expected) + 1) / len(expected))
    assert ax.get_xlabel() == label(name, ACCURACY[name])
    assert ax.get_ylabel() == "fraction of architectures"
    assert len({line.get_linestyle() for line in ax.lines}) == len(ax.lines)
    heading = "" if name == "transnas101" else "epochs"
    assert ax.get_legend().get_title().get_text() == heading
    assert ("SYNTHETIC" in title(ax)) == ("SYNTHETIC" in TITLES[name])
    assert "epochs" not in title(ax)


def test_distribution_of_a_column_some_values_and_several_metrics(cells: Path) -> None:
    """What lines do not tell, the title does."""
    some = distribution("test_acc", num_epochs=[4, 108])
    assert [line.get_label() for line in some.lines] == ["4", "108"]
    one = distribution("test_acc", num_epochs=12)
    assert len(one.lines) == 1
    assert one.get_legend() is None
    assert "NAS-Bench-101, 12 epochs" in title(one)
    column = distribution("test_acc", over="num_vertices", num_epochs=12)
    assert [line.get_label() for line in column.lines] == ["2", "3", "4"]
    assert column.get_legend().get_title().get_text() == "num_vertices"
    assert "12 epochs" in title(column)
    assert "1 to 84 architectures" in title(column)
    several = distribution(["train_acc", "test_acc"], num_epochs=[4, 108])
    assert [line.get_label() for line in several.lines] == [
        *("training, 4 epochs", "test, 4 epochs"),
        *("training, 108 epochs", "test, 108 epochs"),
    ]
    assert several.get_xlabel() == "accuracy (%)"


def test_a_large_distribution_is_drawn_at_its_quantiles(
    cells: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every point lies on the whole one; both ends are there."""
    (whole,) = distribution(num_epochs=108).lines
    monkeypatch.setattr(drawn_values, "MOST_STEPS", 10)
    (less,) = distribution(num_epochs=108).lines
    points = set(zip(*less.get_data(), strict=True))
    assert len(points) == 11
    assert points < set(zip(*whole.get_data(), strict=True))
    assert less.get_xdata()[-1] == whole.get_xdata()[-1]
    assert less.get_ydata()[-1] == 1


def test_a_data_set_without_the_split_has_no_line(explored: dict[str, Path]) -> None:
    """cifar10 has no validation images."""
    with nasbench_db.connect("nasbench201", explored["nasbench201"]):
        ax = distribution("valid_acc", over="dataset", num_epochs=200)
    assert [line.get_label() for line in ax.lines] == [
        "cifar10-valid",
        "cifar100",
        "imagenet16-120",
    ]
    assert "9 architectures" in title(ax)
    assert "9 without value" in title(ax)


def test_curves_are_means_with_the_spread_over_seeds(explored: dict[str, Path]) -> None:
    """Of each architecture; the epochs are counted from 1."""
    scope = {"dataset": "cifar100", "num_epochs": 200}
    with nasbench_db.connect("nasbench201", explored["nasbench201"]):
        ax = curves("train_acc", 10, 40, **scope)
        std = curves("train_acc", 10, 40, spread="std", **scope)
        none = curves("train_acc", 10, 40, spread=None, labels=["a", "b"], **scope)
        for number, arch in enumerate((10, 40)):
            tables = {
                reduction: list(
                    explore.learning_curve(
                        arch, metrics=["train_acc"], reduction=reduction, **scope
                    )
                )
                for reduction in ("mean", "min", "max", "std")
            }
            epochs = [row["current_epoch"] for row in tables["mean"]]
            value = {key: [row["train_acc"] for row in rows] for key, rows in tables.items()}
            assert epochs == list(range(1, 201))
            for one in (ax, std, none):
                assert one.lines[number].get_xdata() == pytest.approx(epochs)
                assert one.lines[number].get_ydata() == pytest.approx(value["mean"])
            outline = ax.collections[number].get_paths()[0].vertices
            for edge in ("min", "max"):
                assert {*zip(epochs, value[edge], strict=True)} <= {*map(tuple, outline)}
            outline = std.collections[number].get_paths()[0].vertices
            for sign in (-1, 1):
                edges = np.array(value["mean"]) + sign * np.array(value["std"])
                assert {*zip(epochs, edges, strict=True)} <= {*map(tuple, outline)}
        single = curves("train_acc", 20, **scope)
    assert not none.collections
    assert not single.collections
    assert title(single).endswith("architecture 20, 1 trial")
    assert [line.get_label() for line in ax.lines] == ["architecture 10", "architecture 40"]
    assert [line.get_label() for line in none.lines] == ["a", "b"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "training accuracy (%)")
    assert "NAS-Bench-201, cifar100, 200 epochs mean and range of 2 to 3 trials" in title(ax)
    assert " mean ± std of 2 to 3 trials" in title(std)
    assert " mean of 2 to 3 trials" in title(none)


def test_curves_of_each_benchmark(name: str, explored: dict[str, Path]) -> None:
    """One that has few points has markers; the architecture is named."""
    (best,) = explore.top(1, by=ACCURACY[name], **SCOPES[name])
    arch = best.get("arch_str") or best["hash"]
    metric = ACCURACY[name].replace("valid", "train")
    ax = curves(metric, arch, **SCOPES[name])
    (line,) = ax.lines
    rows = explore.learning_curve(arch, metrics=[metric], reduction="mean", **SCOPES[name])
    expected = [(row["current_epoch"], row[metric]) for row in rows]
    assert line.get_xydata() == pytest.approx(np.array(expected))
    assert (line.get_marker() != "None") == (len(expected) <= 15)
    assert ax.get_ylabel() == label(name, metric)
    assert ax.get_legend() is None
    named = {"nasbench101": best.get("hash", "")[:8], "nasbench201": str(best.get("arch_index"))}
    assert named.get(name, str(arch)) in title(ax)


def test_curves_of_several_fidelities(cells: Path) -> None:
    """Each has a line; those of NAS-Bench-101 have two points."""
    (best,) = explore.top(1, by="valid_acc", num_epochs=108)
    ax = curves("valid_acc", best["hash"])
    epochs = [4, 12, 36, 108]
    assert [line.get_label() for line in ax.lines] == [f"{number} epochs" for number in epochs]
    for line, number in zip(ax.lines, epochs, strict=True):
        assert line.get_xdata().tolist() == [number // 2, number]
    assert len({line.get_marker() for line in ax.lines}) == 4
    assert "mean and range of 3 trials" in title(ax)
    (other,) = explore.top(1, by="valid_acc", num_epochs=108, direction="min")
    both = curves("valid_acc", best["hash"], other["hash"], num_epochs=[4, 108])
    assert both.lines[0].get_label() == f"cell {best['hash'][:8]}…, 4 epochs"
    assert len(both.lines) == 4


def test_correlation_draws_both_sides(name: str, explored: dict[str, Path]) -> None:
    """With the coefficient that rank_correlation gives."""
    x, y = {
        "nasbench101": ({"num_epochs": 4}, {"num_epochs": 108}),
        "nasbench201": ({"num_epochs": 12}, {"num_epochs": 200}),
        "natssss": ({"num_epochs": 12}, {"num_epochs": 90}),
        "transnas101": ({"task": "class_object"}, {"task": "class_scene"}),
    }[name]
    rest = {key: value for key, value in SCOPES[name].items() if key not in x}
    ax = correlation(ACCURACY[name], x, y, **rest)
    sides = [means(name, explored[name], ACCURACY[name], **rest, **side) for side in (x, y)]
    expected = sorted((a, b) for (a,), (b,) in zip(*sides, strict=True))
    (points,) = ax.collections
    assert drawn(points) == pytest.approx(np.array(expected))
    found = explore.rank_correlation(ACCURACY[name], x, y, **rest)
    assert rf"Spearman's $\rho$ = {found.value:.3f}, {found.count} architectures" in title(ax)
    said = {"num_epochs": "{} epochs", "task": "{}"}
    for written, side in ((ax.get_xlabel(), x), (ax.get_ylabel(), y)):
        ((column, value),) = side.items()
        assert written.split() == [
            *f"{label(name, ACCURACY[name])},".split(),
            *said[column].format(value).split(),
        ]
    assert all(str(value) in title(ax) for value in rest.values())


def test_correlation_of_many_counts_them(cells: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In hexagons; and tau-b, and two metrics, if they are asked for."""
    monkeypatch.setattr(plotting, "_MOST_DRAWN", 50)
    sides = {"num_epochs": 4}, {"num_epochs": 108}
    ax = correlation(("valid_acc", "test_acc"), *sides, method="kendall")
    (hexagons,) = ax.collections
    assert isinstance(hexagons, PolyCollection)
    assert hexagons.get_array().sum() == 91
    (bar,) = (other for other in ax.figure.axes if other is not ax)
    assert bar.get_ylabel() == "architectures"
    value = explore.rank_correlation(("valid_acc", "test_acc"), *sides, method="kendall").value
    assert rf"Kendall's $\tau_b$ = {value:.3f}" in title(ax)
    assert ax.get_xlabel().startswith("validation accuracy (%)")
    assert ax.get_ylabel().startswith("test accuracy (%)")


def test_a_correlation_with_equal_values_is_undefined(changed: Callable[..., None]) -> None:
    changed("nasbench101", "UPDATE nb101trialstats SET valid_acc = 50 WHERE num_epochs = 4")
    ax = correlation("valid_acc", {"num_epochs": 4}, {"num_epochs": 108})
    assert r"Spearman's $\rho$ undefined" in title(ax)


def test_front_is_drawn_among_all(name: str, explored: dict[str, Path]) -> None:
    """In steps behind which something is better in both; arrows say where that is."""
    ax = front(**SCOPES[name])
    (points,) = ax.collections
    expected = sorted(means(name, explored[name], SIZE[name], ACCURACY[name], **SCOPES[name]))
    assert drawn(points) == pytest.approx(np.array(expected))
    best = explore.pareto([SIZE[name], ACCURACY[name]], **SCOPES[name])
    (line,) = ax.lines
    assert line.get_xydata() == pytest.approx(
        np.array(sorted((row[SIZE[name]], row[ACCURACY[name]]) for row in best))
    )
    assert line.get_drawstyle() == "steps-post"
    assert ax.get_xlabel() == rf"{label(name, SIZE[name])}, $\leftarrow$ better"
    assert " ".join(ax.get_ylabel().split()) == (
        rf"{label(name, ACCURACY[name])}, better $\rightarrow$"
    )
    count = len(list(best))
    assert f"Pareto front: {count} of {len(expected)} architectures" in title(ax)


@pytest.mark.parametrize("ways", list(itertools.product(("min", "max"), repeat=2)))
def test_the_steps_of_a_front_leave_nothing_better_behind(
    cells: Path, ways: tuple[str, str]
) -> None:
    """In whichever directions: where x is reached, no point is beyond the line's y."""
    ax = front(("parameters", ways[0]), ("test_acc", ways[1]), num_epochs=108)
    (line,) = ax.lines
    (points,) = ax.collections
    x, y = line.get_data()
    signs = [1 if way == "max" else -1 for way in ways]
    for px, py in points.get_offsets():
        reached = [b for a, b in zip(x, y, strict=True) if signs[0] * a >= signs[0] * px]
        assert max(signs[1] * b for b in reached) >= signs[1] * py
    # Between two points of the front the line is at the worse one's height.
    post = line.get_drawstyle() == "steps-post"
    for left, right in itertools.pairwise(range(len(x))):
        assert signs[1] * y[left if post else right] == min(
            signs[1] * y[left], signs[1] * y[right]
        )
    assert (r"$\leftarrow$" in ax.get_xlabel()) == (ways[0] == "min")
    assert (r"better $\rightarrow$" in ax.get_ylabel()) == (ways[1] == "max")


# What all have in common.

FIGURES: dict[str, Callable[..., Axes]] = {
    "scatter": lambda **o: scatter(num_epochs=108, **o),
    "distribution": lambda **o: distribution(**o),
    "curves": lambda **o: curves(
        "valid_acc", next(iter(explore.top(1, by="valid_acc", num_epochs=108)))["hash"], **o
    ),
    "correlation": lambda **o: correlation(
        "valid_acc", {"num_epochs": 4}, {"num_epochs": 108}, **o
    ),
    "front": lambda **o: front(num_epochs=108, **o),
}


@pytest.mark.parametrize("figure", FIGURES)
def test_an_axes_is_drawn_on_and_returned(cells: Path, figure: str) -> None:
    """The other ones of its figure are left alone; no setting changes."""
    before = dict(matplotlib.rcParams)
    left, right = Figure(figsize=(8, 4)).subplots(1, 2)
    assert FIGURES[figure](ax=right) is right
    assert right.has_data()
    assert not left.has_data()
    assert left.get_title() == left.get_xlabel() == ""
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("figure", FIGURES)
def test_a_new_figure_fits_a_column_with_readable_text(cells: Path, figure: str) -> None:
    """3.5 inches wide, no text smaller than 8 points, none cut off."""
    ax = FIGURES[figure]()
    assert isinstance(ax, Axes)
    assert ax.figure.get_size_inches() == pytest.approx((3.5, 2.8))
    ax.figure.draw_without_rendering()
    texts = [text for text in ax.figure.findobj(Text) if text.get_text() and text.get_visible()]
    assert len(texts) > 10
    assert min(text.get_fontsize() for text in texts) >= 8
    whole = ax.figure.bbox
    for text in (ax.title, ax.xaxis.label, ax.yaxis.label):
        box = text.get_window_extent()
        assert box.x0 >= whole.x0
        assert box.y0 >= whole.y0
        assert box.x1 <= whole.x1
        assert box.y1 <= whole.y1


@pytest.mark.parametrize("figure", FIGURES)
def test_a_new_figure_shows_itself_in_jupyter(cells: Path, figure: str) -> None:
    """As the last expression of a cell, without pyplot; a given Axes is pyplot's to show."""
    ax = FIGURES[figure]()
    for shown in (ax, ax.figure):
        assert PNGFormatter()(shown).startswith(b"\x89PNG\r\n\x1a\n")
    assert PNGFormatter()(FIGURES[figure](ax=Figure().subplots())) is None


def test_pyplot_is_never_imported(run: Callable[..., Any], explored: dict[str, Path]) -> None:
    """Nor matplotlib until a figure is drawn."""
    done = run(
        "-c",
        "import io, sys, nasbench_db\n"
        "from nasbench_db import plotting\n"
        f"nasbench_db.connect('nasbench101', {str(explored['nasbench101'])!r})\n"
        "print('matplotlib' in sys.modules)\n"
        "for ax in (plotting.scatter(num_epochs=4), plotting.distribution()):\n"
        "    for form in plotting.FORMATS:\n"
        "        plotting.write(ax, io.BytesIO(), form)\n"
        "print('matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)\n",
        check=True,
    )
    assert done.stdout.split() == ["False", "True", "False"]


@pytest.mark.parametrize("figure", FIGURES)
def test_without_matplotlib_the_message_says_what_to_install(
    cells: Path, figure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtra, match=r'needs matplotlib.*pip install "\.\[explore\]"'):
        FIGURES[figure]()


def test_the_title_says_which_trials(cells: Path) -> None:
    """As they were asked for: nothing in it is taken for a formula."""
    ax = scatter(num_epochs=108, where={"num_vertices": [3, 4], "parameters": (None, 5)})
    assert "108 epochs, num_vertices 3 or 4, parameters ≤ 5 " in title(ax)
    ax = scatter(where="num_epochs = 4 AND hash <> '$a_b$'", parameters=(0.5, 20))
    assert "NAS-Bench-101, 4 epochs, 0.5 ≤ parameters ≤ 20, " in title(ax)
    assert r"where hash <> '\$a_b\$'" in title(ax)
    ax.figure.draw_without_rendering()


def test_the_title_says_the_only_fidelity(changed: Callable[..., None]) -> None:
    """Also if it was not asked for; and SYNTHETIC only if the metrics are."""
    changed(
        "nasbench101",
        "DELETE FROM nb101trialstats WHERE num_epochs <> 108",
        "DELETE FROM nb101trialconfig WHERE num_epochs <> 108",
        "UPDATE provenance SET synthetic = 0",
    )
    assert title(scatter()).startswith("NAS-Bench-101, 108 epochs 91 architectures")


def test_titles_and_labels_are_escaped_for_latex(cells: Path) -> None:
    """In which % begins a comment."""
    with matplotlib.rc_context({"text.usetex": True}):
        ax = scatter(num_epochs=108, where={"num_vertices": 4})
    (bar,) = (other for other in ax.figure.axes if other is not ax)
    assert bar.get_ylabel() == r"validation accuracy (\%)"
    assert r"num\_vertices 4" in ax.get_title()


def test_an_arrow_says_where_a_loss_is_better(explored: dict[str, Path]) -> None:
    """Low values are dark, as of every metric."""
    with nasbench_db.connect("transnas101", explored["transnas101"]):
        ax = scatter(task="room_layout")
    (bar,) = (other for other in ax.figure.axes if other is not ax)
    assert bar.get_ylabel() == r"validation loss, $\leftarrow$ better"
    assert to_hex(ax.collections[0].get_cmap()(0.0)) == "#440154"


def test_what_one_reports_is_drawn_where_there_is_no_validation_split(
    explored: dict[str, Path],
) -> None:
    with nasbench_db.connect("nasbench201", explored["nasbench201"]):
        ax = front(dataset="cifar10", num_epochs=200)
    assert "original test accuracy (%)" in " ".join(ax.get_ylabel().split())


def test_what_is_null_or_infinite_is_left_out_and_counted(changed: Callable[..., None]) -> None:
    """Of a figure; of several trials, the mean of those that have a value is drawn."""
    config = "SELECT config_id FROM nb101trialstats WHERE num_epochs = 108 ORDER BY 1"
    changed(
        "nasbench101",
        f"UPDATE nb101trialstats SET valid_acc = NULL WHERE config_id IN ({config} LIMIT 3)",
        "UPDATE nb101trialstats SET training_time = 9e999 WHERE config_id = "
        "(SELECT max(config_id) FROM nb101trialstats WHERE num_epochs = 108)",
        "UPDATE nb101trialstats SET valid_acc = NULL WHERE num_epochs = 36 AND repeat = 1",
    )
    ax = scatter(num_epochs=108)
    assert len(ax.collections[0].get_offsets()) == 89
    assert "89 architectures, mean of trials, 2 without value" in title(ax)
    assert "90 architectures" in title(front(num_epochs=108))
    assert "91 architectures, mean of trials" in title(front(num_epochs=36))
    assert "1 without value" in title(distribution(num_epochs=108))


def test_far_values_are_outside_and_counted(changed: Callable[..., None]) -> None:
    """They would press the others together; autoscale shows them."""
    far = "WHERE config_id = (SELECT min(config_id) FROM nb101trialstats WHERE num_epochs = 108)"
    changed(
        "nasbench101",
        "UPDATE nb101trialstats SET valid_acc = 90 + valid_acc / 100 WHERE num_epochs = 108",
        f"UPDATE nb101trialstats SET valid_acc = 10 {far}",
    )
    ax = front(num_epochs=108)
    assert ax.get_ylim()[0] > 70
    assert "91 architectures, mean of trials, 1 outside" in title(ax)
    ax.autoscale()
    assert ax.get_ylim()[0] < 10
    colored = scatter(num_epochs=108)
    assert colored.collections[0].norm.vmin > 70
    assert "outside" not in title(colored)
    lines = distribution(num_epochs=[108])
    assert lines.get_xlim()[0] > 70


def test_many_points_are_an_image_in_vector_formats(
    cells: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The letters and axes are not."""
    sizes = []
    for most in (3000, 50):
        monkeypatch.setattr(plotting, "_MOST_DRAWN", most)
        file = io.BytesIO()
        ax = front(num_epochs=108)
        write(ax, file, "svg")
        sizes.append(file.getvalue().count(b"<image"))
        (points,) = ax.collections
        assert isinstance(points, PathCollection)
        assert points.get_rasterized() == (most == 50)
        assert not ax.lines[0].get_rasterized()
    assert sizes == [0, 1]


# Errors.


def test_a_metric_without_values_is_refused(explored: dict[str, Path]) -> None:
    """The message says where, and what to take instead."""
    with nasbench_db.connect("nasbench201", explored["nasbench201"]):
        which = {"dataset": "cifar10", "num_epochs": 200}
        for draw in (
            lambda: scatter(color="valid_acc", **which),
            lambda: front(y="valid_acc", **which),
            lambda: distribution("valid_acc", **which),
            lambda: curves("valid_acc", 10, **which),
            lambda: correlation(
                "valid_acc", {"num_epochs": 12}, {"num_epochs": 200}, dataset="cifar10"
            ),
        ):
            with pytest.raises(
                InvalidQuery, match=r"no trial has a value of valid_acc where .*cifar10-valid"
            ):
                draw()


def test_a_scope_without_trials_is_refused(cells: Path) -> None:
    for draw in (scatter, front, distribution):
        with pytest.raises(InvalidQuery, match=r"num_epochs is 5, .*it has 4, 12, 36, 108"):
            draw(num_epochs=5)
    absent = "0" * 32
    with pytest.raises(InvalidQuery, match=f"no training of '{absent}' has values"):
        curves("valid_acc", absent)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: scatter(), "must say which num_epochs"),
        (lambda: front(), "must say which num_epochs"),
        (lambda: distribution(over="num_vertices"), "must say which num_epochs"),
        (lambda: scatter("params", num_epochs=4), "did you mean"),
        (lambda: scatter(num_epochs=4, where="params < 5"), "no such column: params"),
        (lambda: distribution(where="params < 5"), "no such column: params"),
        (lambda: distribution(over="hash"), "more values than the 12 lines"),
        (lambda: distribution(over="epochs"), "no column of nb101 called 'epochs'"),
        (lambda: distribution(["valid_acc", "parameters"]), "do not fit on one axis"),
        (lambda: distribution("valid_acc", ax="left"), "must be an Axes of matplotlib"),
        (lambda: curves("valid_acc"), "no architecture is given"),
        (lambda: curves("parameters", "0" * 32), "recorded during training"),
        (lambda: curves("valid_acc", "0" * 32, labels="a"), "a list of 1 texts"),
        (lambda: curves("valid_acc", "0" * 32, labels=["a", "b"]), "a list of 1 texts"),
        (lambda: curves("valid_acc", "0" * 32, spread="all"), "no spread called 'all'"),
        (lambda: correlation("valid_acc", 4, {"num_epochs": 108}), "must be a dict"),
        (lambda: front(("parameters", "least"), num_epochs=4), "no direction called 'least'"),
        (lambda: front(("parameters",), num_epochs=4), "a pair such as"),
        (lambda: front("valid_acc", "valid_acc", num_epochs=4), "comes twice"),
        (lambda: new_axes(0), "a number of inches"),
        (lambda: new_axes(3, "4"), "a number of inches"),
        (lambda: new_axes(float("nan")), "a number of inches"),
        (lambda: write(new_axes(), io.BytesIO(), "jpg"), "no format called 'jpg'"),
    ],
)
def test_wrong_arguments_are_refused(
    cells: Path, draw: Callable[[], object], message: str
) -> None:
    with pytest.raises(InvalidQuery, match=message):
        draw()


def test_more_lines_than_can_be_told_apart_are_refused(cells: Path) -> None:
    hashes = [row["hash"] for row in explore.top(4, by="valid_acc", num_epochs=108)]
    with pytest.raises(InvalidQuery, match="16 lines, and more than 12"):
        curves("valid_acc", *hashes)
    three = ["train_acc", "valid_acc", "test_acc"]
    assert len(distribution(three).lines) == 12
    with pytest.raises(InvalidArchitecture):
        curves("valid_acc", "no hash")


def test_without_times_and_curves(explored: dict[str, Path]) -> None:
    """What is computed stands in for a time, and what is recorded for what one selects by."""
    with nasbench_db.connect("nasbenchmacro", explored["nasbenchmacro"]):
        ax = scatter(is_copy=0)
        assert ax.get_ylabel() == "FLOPs (millions)"
        said = front(is_copy=0).get_ylabel()
        assert " ".join(said.split()).startswith("test accuracy of the best epoch (%)")
        with pytest.raises(InvalidQuery, match="no evaluations during training"):
            curves("best_test_acc", "00000000")


def test_the_task_tells_what_one_selects_by(explored: dict[str, Path]) -> None:
    with nasbench_db.connect("transnas101", explored["transnas101"]):
        with pytest.raises(InvalidQuery, match="say which task, or which metric"):
            distribution(where="task <> 'jigsaw'", over="task")
        ax = distribution("valid_loss", over="task", task=["jigsaw", "room_layout"])
    assert [line.get_label() for line in ax.lines] == ["jigsaw", "room_layout"]


# Files.


@pytest.mark.parametrize("form", plotting.FORMATS)
@pytest.mark.parametrize("figure", ["scatter", "distribution"])
def test_a_file_has_the_same_bytes_each_time(cells: Path, form: str, figure: str) -> None:
    """And no date in it; PDF has letters in TrueType."""
    begins = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    files = []
    for _ in range(2):
        file = io.BytesIO()
        write(FIGURES[figure](), file, form)
        files.append(file.getvalue())
    assert files[0] == files[1]
    assert files[0].startswith(begins[form])
    assert b"CreationDate" not in files[0]
    assert b"<dc:date>" not in files[0]
    if form == "pdf":
        assert b"/CIDFontType2" in files[0]
        assert b"/Type3" not in files[0]


def test_a_metric_measured_once_is_a_marker(explored: dict[str, Path]) -> None:
    """With a line from the least to the most, and words that say after which epoch."""
    scope = {"dataset": "cifar100", "num_epochs": 200}
    with nasbench_db.connect("nasbench201", explored["nasbench201"]) as db:
        points = list(explore.learning_curve(10, metrics=["valid_acc"], db=db, **scope))
        values = [row["valid_acc"] for row in points if row["valid_acc"] is not None]
        assert {row["current_epoch"] for row in points if row["valid_acc"] is not None} == {200}
        ax = curves("valid_acc", 10, db=db, **scope)
        (line,) = ax.lines
        assert line.get_marker() != "None"
        assert line.get_xydata().tolist() == [[200, pytest.approx(np.mean(values))]]
        (spread,) = ax.collections
        assert spread.get_paths()[0].vertices[:, 1] == pytest.approx([min(values), max(values)])
        assert "measured after epoch 200 only" in title(ax)
        assert "only" not in title(curves("train_acc", 10, db=db, **scope))


def test_test_images_are_said_where_nobody_named_them(explored: dict[str, Path]) -> None:
    """By the data set's rule cifar10 is judged by test images; a front selects by them."""
    with nasbench_db.connect("nasbench201", explored["nasbench201"]) as db:
        which = {"dataset": "cifar10", "num_epochs": 200, "db": db}
        for draw in (scatter, distribution, front):
            assert "on test images" in title(draw(**which))
        assert "on test images" in title(front("parameters", "ori_test_acc", **which))
        assert "on test images" not in title(distribution("ori_test_acc", **which))
        assert "on test images" not in title(front(**{**which, "dataset": "cifar10-valid"}))
