"""What callers give: numbers of any make, and values in messages."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_db.architectures.inputs import as_int, plain, show


@pytest.mark.parametrize("value", [3, 3.0, np.int8(3), np.float32(3), np.array(3)])
def test_whole_numbers_are_read(value):
    """As plain integers, which print and hash as such."""
    assert as_int(value) == 3
    assert type(as_int(value)) is int


@pytest.mark.parametrize("value", [1.5, float("nan"), float("inf"), "3", None, [3], np.array([3])])
def test_what_is_no_whole_number_is_none(value):
    """Texts of numbers too."""
    assert as_int(value) is None


def test_arrays_become_lists():
    """And all else stays what it is."""
    assert plain(np.eye(2, dtype=int)) == [[1, 0], [0, 1]]
    assert plain("text") == "text"


@given(st.recursive(st.text() | st.binary() | st.floats(), st.lists))
def test_any_value_is_shown_in_a_line(value):
    """Of 200 characters at most."""
    text = show(value)
    assert len(text) <= 200
    assert "\n" not in text


def test_lists_that_contain_themselves_are_shown():
    """As Python writes them."""
    value = []
    value.append(value)
    assert show(value) == "[[...]]"
