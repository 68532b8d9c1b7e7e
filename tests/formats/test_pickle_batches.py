"""Pickles of one large dict or list, read in batches: nothing is lost and nothing is kept."""

import contextlib
import pickle
import tracemalloc
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_db.errors import CorruptRecord, SourceError
from nasbench_db.formats.pickle_batches import FORGOTTEN, Batch, batches
from nasbench_db.formats.pickles import ByteStream, ForbiddenGlobal, UnexpectedStructure

PROTOCOLS = [2, 3, 4, 5]
SIZES = [1, 2, 999, 1000, 1001, 2500]


def read(data: bytes, *keys: str, block: int = 1 << 12) -> list[Batch]:
    """The batches of a pickle that comes in blocks."""
    pieces = (data[at : at + block] for at in range(0, len(data), block))
    return list(batches(ByteStream(pieces, "some.pickle"), frozenset(keys)))


def under(found: list[Batch], key: str | None) -> list[Any]:
    """All items under a key."""
    return [item for batch in found if batch.key == key for item in batch.items]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", [dict, OrderedDict])
def test_the_items_of_a_dict(protocol: int, size: int, kind: type) -> None:
    """As many come as are there, in their order, with values that are objects of their own."""
    value = kind(
        (f"{n:032x}", ({"number": n, "list": [n, 0.5]}, f"{n:0100}")) for n in range(size)
    )
    found = read(pickle.dumps(value, protocol))
    assert under(found, None) == list(value.items())
    assert {(batch.key, batch.of_dict) for batch in found} == {(None, True)}
    assert max(len(batch.items) for batch in found) <= 1000


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("size", SIZES)
def test_names_of_numbers_that_all_items_share(protocol: int, size: int) -> None:
    """Those that a program has as literals: the first item defines them, all others refer to it.

    The dicts of numbers are what is read in one go.
    """
    names = [f"{when}_{what}" for when in ("halfway", "final") for what in ("time", "accuracy")]
    value = {f"{n:032x}": {108: [dict.fromkeys(names, n / 7)]} for n in range(size)}
    assert under(read(pickle.dumps(value, protocol)), None) == list(value.items())
    late = {**value, "x": dict.fromkeys([*names, "last"], 0.5), **{str(n): [] for n in range(999)}}
    late["y"] = {"last": 1.5}
    assert under(read(pickle.dumps(late, protocol)), None) == list(late.items())


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("size", SIZES)
def test_the_elements_of_a_list(protocol: int, size: int) -> None:
    """A list is read like a dict."""
    value = [(f"{n:032x}", n, f"{n:050}") for n in range(size)]
    found = read(pickle.dumps(value, protocol))
    assert under(found, None) == value
    assert not any(batch.of_dict for batch in found)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("alone", [True, False])
def test_the_items_of_dicts_within(protocol: int, size: int, alone: bool) -> None:
    """They are handed out under their key; the others stay in the pickle's own dict."""
    inner = {f"{n:032x}": {"a": [n]} for n in range(size)}
    before, after = ({}, {}) if alone else ({"benchmark": "x", "n": {"a": 1}}, {"end": [1, 2]})
    found = read(pickle.dumps({**before, "inner": inner, **after}, protocol), "inner", "other")
    assert under(found, "inner") == list(inner.items())
    assert dict(under(found, None)) == {**before, "inner": {}, **after}


def test_a_dict_deeper_within_is_none_of_those() -> None:
    """A key counts in the pickle's own dict only."""
    value = {"list": [{"inner": {"b": [2]}}], "first": {"inner": {"a": [1]}, "second": 2}}
    assert read(pickle.dumps(value), "inner") == [Batch(None, True, list(value.items()))]
    # Where the bytes do not tell until the end, it is refused.
    with pytest.raises(UnexpectedStructure, match="'inner' is not a key of its own dict"):
        read(pickle.dumps({"first": {"inner": {"a": [1]}}, "second": 2}), "inner")
    with pytest.raises(UnexpectedStructure, match="several dicts under 'inner'"):
        read(pickle.dumps({"first": {"inner": {"a": [1]}}, "inner": {"a": [1]}}), "inner")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_referred_to_later(protocol: int) -> None:
    """Short texts and lists of them are kept; the rest is told to be lost, and not made up."""
    names, short, long, numbers = ["a", "b"], "k" * 40, "v" * 41, [1]
    value = [(n, [names, short, long, numbers]) for n in range(2001)]
    found = under(read(pickle.dumps(value, protocol)), None)
    assert found[999] == (999, [names, short, long, numbers])
    assert found[2000] == (2000, [("a", "b"), short, FORGOTTEN, FORGOTTEN])
    assert repr(FORGOTTEN) == "part of an earlier item"


def test_a_kept_list_cannot_grow() -> None:
    """A pickle that adds to an earlier list is refused: nothing could bound it."""
    begin = b"\x80\x02]q\x00(]q\x01X\x01\x00\x00\x00aae"  # a list, which has a list of one text
    assert under(read(begin + b"h\x01a."), None) == [["a"], ("a",)]
    with pytest.raises(CorruptRecord, match="elements for what is no list"):
        read(begin + b"h\x01X\x01\x00\x00\x00baa.")


@pytest.mark.parametrize("value", [5, None, "text", {1, 2}, 1.5])
def test_what_is_neither_dict_nor_list(value: Any) -> None:
    """It comes as one element."""
    assert read(pickle.dumps(value)) == [Batch(None, False, [value])]


@pytest.mark.parametrize("value", [{}, [], OrderedDict()])
def test_nothing_in_it(value: Any) -> None:
    """An empty container has no batches."""
    assert read(pickle.dumps(value)) == []


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)


@given(
    st.dictionaries(st.text(max_size=4), VALUES) | st.lists(VALUES),
    st.sampled_from(PROTOCOLS),
    st.integers(1, 50),
    st.sets(st.text(max_size=4)),
)
def test_it_is_put_together_as_python_reads_it(
    value: Any, protocol: int, block: int, keys: set[str]
) -> None:
    """In batches or not, the whole is the same."""
    try:
        found = read(pickle.dumps(value, protocol), *keys, block=block)
    except UnexpectedStructure:
        return
    items: Any = under(found, None)
    if isinstance(value, dict):
        inner = {batch.key for batch in found} - {None}
        items = {**dict(items), **{key: dict(under(found, key)) for key in inner}}
    assert items == value


@given(
    st.binary(max_size=80)
    | st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=3)).map(
        lambda change: SOUND[: change[0]] + change[1] + SOUND[change[0] + len(change[1]) :]
    )
)
def test_damage_is_a_source_error(data: bytes) -> None:
    """Whatever the bytes are, they are read or refused."""
    with contextlib.suppress(SourceError):
        read(data, "inner")


SOUND = pickle.dumps(
    {
        "a": "text",
        "inner": {"x": (np.zeros((2, 2), np.int8), ["op"]), "y": {4: [{"s": 1.0, "t": 2.0}]}},
        "z": OrderedDict(k=[1]),
    },
    4,
)


@pytest.mark.parametrize("end", range(0, len(SOUND) - 1, 7))
def test_a_truncated_one_is_refused(end: int) -> None:
    """Wherever it ends."""
    with pytest.raises(SourceError):
        read(SOUND[:end], "inner")


def test_a_forbidden_name_within_an_item_is_refused() -> None:
    """Nothing is run that an item asks for."""

    class Hostile:
        def __reduce__(self) -> tuple[Any, ...]:
            return print, ("run",)

    with pytest.raises(ForbiddenGlobal, match=r"asks for builtins\.print"):
        read(pickle.dumps({"a": 1, "inner": {"x": Hostile()}}), "inner")


def test_memory_does_not_grow_with_the_file() -> None:
    """A file whose items together would take 13 MB needs a small part of that."""
    once = pickle.dumps([(n, ["v" * 300] * 3, [0.5] * 40) for n in range(1000)], 4)
    start, end = once.index(b"("), once.rindex(b"e")

    def blocks() -> Iterator[bytes]:
        # The elements again and again; protocol 4 counts its objects by itself, and what the
        # references in a copy refer to was put there by the first.
        yield once[:start].replace(once[2:11], b"")
        for _ in range(10):
            yield once[start : end + 1]
        yield b"."

    tracemalloc.start()
    try:
        count = sum(len(batch.items) for batch in batches(ByteStream(blocks(), "long.pickle")))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 10_000
    assert peak < 5_000_000
