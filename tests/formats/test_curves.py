"""Curves: what is handed out as arrays is what a dict would contain, in its order."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_db.formats.curves import Curve
from nasbench_db.formats.pickles import ByteStream, Unpickler

FLOATS = st.floats(allow_nan=False)
NAMES = st.text(max_size=12)
CURVES = st.one_of(
    st.dictionaries(st.integers(0, 300), FLOATS, max_size=30),
    st.dictionaries(NAMES, FLOATS, max_size=30),
    st.dictionaries(st.one_of(NAMES, st.integers(0, 70_000)), FLOATS | st.none(), max_size=8),
    st.dictionaries(NAMES, FLOATS, max_size=8).map(OrderedDict),
)


def read(pickled: bytes) -> Any:
    """The object of a pickle, its dicts as curves."""
    return Unpickler(ByteStream([pickled], "a pickle"), as_curves=True).load()


def settled(value: Any) -> Any:
    """A value with dicts in place of curves."""
    if isinstance(value, Curve):
        value.settle()
        return {key: settled(content) for key, content in value.items()}
    return [settled(element) for element in value] if isinstance(value, list) else value


@given(st.lists(CURVES, max_size=4), st.sampled_from([2, 4]))
def test_settled_curves_are_the_dicts(curves: list[dict[Any, Any]], protocol: int) -> None:
    found = settled(read(pickle.dumps([curves, {"last": curves}], protocol)))
    plain = [dict(curve) for curve in curves]
    assert found == [plain, {"last": plain}]
    assert [list(curve) for curve in found[0]] == [list(curve) for curve in plain]


@pytest.mark.parametrize("protocol", [2, 4])
def test_parts_are_arrays_of_what_was_read(protocol: int) -> None:
    epochs = {epoch: epoch / 3 for epoch in range(200)}
    names = {f"x-valid@{epoch}": epoch / 7 for epoch in range(200)}
    by_epoch, by_name = read(pickle.dumps([epochs, names], protocol))
    ((keys, values),) = by_epoch.parts
    np.testing.assert_array_equal(keys, range(200))
    np.testing.assert_array_equal(values, list(epochs.values()))
    assert [len(keys) for keys, _ in by_name.parts] == [10, 90, 100]
    assert [key for keys, _ in by_name.parts for key in keys] == list(names)
    assert len(by_epoch) == 0
    assert by_epoch


def test_a_curve_of_several_batches_is_whole() -> None:
    """The standard library writes the items of a dict a thousand at a time."""
    names = {f"ori-test@{epoch}": float(epoch) for epoch in range(2500)}
    (curve,) = read(pickle.dumps([names], 2))
    assert settled(curve) == names


def test_an_empty_curve_is_false() -> None:
    (curve,) = read(pickle.dumps([{}], 2))
    assert isinstance(curve, Curve)
    assert not curve
