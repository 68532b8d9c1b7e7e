"""A great many points: which of them are drawn, and that one sees no difference."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection

from nasbench_db.plotting import new_axes
from nasbench_db.plotting.cloud import Cloud, uppermost

PLACES = st.lists(st.tuples(*[st.floats(-3, 3)] * 2), min_size=1, max_size=30)


@given(PLACES)
def test_the_uppermost_of_each_pixel_is_seen(places: list[tuple[float, float]]) -> None:
    left, low = (min(ends) for ends in zip(*places, strict=True))
    last = {(int(x - left), int(y - low)): n for n, (x, y) in enumerate(places)}
    assert uppermost(np.array(places)).tolist() == sorted(last.values())


def test_a_cloud_looks_like_all_of_its_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """All are kept, and far fewer are drawn."""
    values = np.random.default_rng(1).normal(size=(40_000, 2))
    counts = []
    draw = PathCollection.draw

    def counted(self: PathCollection, renderer: Any) -> None:
        counts.append(len(np.asarray(self.get_offsets())))
        draw(self, renderer)

    monkeypatch.setattr(PathCollection, "draw", counted)
    pictures = []
    for kind in (PathCollection, Cloud):
        ax = new_axes()
        points = ax.scatter(*values.T, c=values[:, 0], s=2, linewidths=0)
        points.__class__ = kind
        canvas = ax.figure.canvas
        assert isinstance(canvas, FigureCanvasAgg)
        canvas.draw()
        pictures.append(np.asarray(canvas.buffer_rgba()).astype(int))
        assert np.array_equal(points.get_offsets(), values)
        assert np.array_equal(np.asarray(points.get_array()), values[:, 0])
        assert not points.stale
    assert counts[0] == len(values) > 2 * counts[1]
    plain, cloud = pictures
    assert np.abs(plain - cloud).mean() < 3
