"""A great many points, of which those are drawn that can be seen."""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np
from matplotlib.artist import allow_rasterization
from matplotlib.collections import PathCollection


class Cloud(PathCollection):
    """Points of one size without outlines, which lie over each other.

    All of them are kept. When it is drawn, of those whose middles lie in one pixel only the
    uppermost is: it hides the others.
    """

    @allow_rasterization  # type: ignore[untyped-decorator]
    def draw(self, renderer: Any) -> None:
        offsets, mapped = np.asarray(self.get_offsets()), self.get_array()
        seen = uppermost(self.get_offset_transform().transform(offsets))
        # Another one is drawn, so that whoever watches this one hears of no change.
        drawn = copy(self)
        drawn.stale_callback = None
        drawn.set_offsets(offsets[seen])
        if mapped is not None:
            drawn.set_array(mapped[seen])
        PathCollection.draw(drawn, renderer)
        self.stale = False


def uppermost(places: np.ndarray) -> np.ndarray:
    """Which points are the last ones in their pixel, in their order.

    Args:
        places: shape (n, 2), in pixels.
    """
    column, row = np.floor(places - places.min(axis=0)).astype(np.int64).T
    _, last = np.unique((column * (row.max() + 1) + row)[::-1], return_index=True)
    seen: np.ndarray = np.sort(len(places) - 1 - last)
    return seen
