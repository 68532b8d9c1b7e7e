"""What callers give: numbers of any make, and values in messages."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_db.architectures.inputs import as_int, bare, from_text, plain, show
from nasbench_db.errors import InvalidArchitecture
from nasbench_db.natsbench.genotype_utils import topology_str2structure


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
    assert plain(np.ndarray) is np.ndarray


def test_a_tolist_that_wants_arguments_is_no_array():
    """As that of NATS-Bench's structures."""
    structure = topology_str2structure("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|")
    assert plain(structure) is structure


@pytest.mark.parametrize(
    "text", ["a b", " a b\n", "'a b'", '"a b"', "\"'a b' \"", "`a b`", np.str_("a b ")]
)
def test_blanks_and_quotes_around_a_text_do_not_matter(text):
    """What is left is a plain string."""
    assert bare(text) == "a b"
    assert type(bare(text)) is str


@pytest.mark.parametrize("text", ["'", "'a", "it's", ""])
def test_quotes_that_are_no_pair_stay(text):
    """They belong to the text."""
    assert bare(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("11", 11),
        (" 11\n", 11),
        ('"11"', 11),
        ("-1", -1),
        ("0", 0),
        ("00000012", "00000012"),
        ("9" * 31, int("9" * 31)),
        ("9" * 32, "9" * 32),
        ("00005c142e6f48ac74fdcf73e3439874", "00005c142e6f48ac74fdcf73e3439874"),
        ("\u0663", "\u0663"),
        ("1.5", "1.5"),
        ("null", "null"),
        ("8:8:8:8:8", "8:8:8:8:8"),
        ('{"input1": [0]}', {"input1": [0]}),
        ("'{\"input1\": [0]}'\n", {"input1": [0]}),
        ("[8, 8]", [8, 8]),
        ("", ""),
    ],
)
def test_texts_give_what_they_say(text, value):
    """An index, JSON of a dict or a list, or a text; 32 digits are a hash."""
    assert from_text(text) == value
    assert type(from_text(text)) is type(value)


@pytest.mark.parametrize("text", ["{", "[1", "{'input1': [0]}", "[" * 100_000, "[" + "9" * 5000])
def test_what_begins_as_json_must_be_it(text):
    """The message says where it is not."""
    with pytest.raises(
        InvalidArchitecture, match="is not JSON, in which names have double quotes"
    ):
        from_text(text)


def test_numbers_of_too_many_digits_are_shown():
    """Python prints none of more than 4,300."""
    assert show(10**5000) == "int too long to show"


@given(st.recursive(st.text() | st.binary() | st.floats(), st.lists, max_leaves=20))
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
