"""JSON of unknown origin: everything that ``json`` reads, in pieces of any size, and no more."""

import json
import math
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_db.errors import CorruptRecord, SourceError
from nasbench_db.formats.json_files import (
    MAX_DEPTH,
    MAX_OBJECT_BYTES,
    MAX_TEXT_BYTES,
    MAX_VALUES,
    document,
    elements,
)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_infinity=False, allow_nan=False)
    | st.text(max_size=8)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=4), VALUES, max_size=3)


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def values(content: bytes, size: int = 1 << 20) -> list[dict[str, Any]]:
    return [element.value for element in elements(pieces(content, size), "f.json")]


@given(
    st.lists(OBJECTS, max_size=4), st.integers(1, 40), st.booleans(), st.sampled_from([None, 1])
)
def test_a_list_gives_what_json_gives(
    objects: list[dict[str, Any]], size: int, ascii_only: bool, indent: int | None
) -> None:
    """Wherever the blocks of the file end; and each is where it says."""
    content = json.dumps(objects, ensure_ascii=ascii_only, indent=indent).encode()
    found = list(elements(pieces(content, size), "f.json"))
    assert [one.value for one in found] == objects
    assert [(one.group, one.number) for one in found] == [(None, n) for n in range(len(objects))]
    for one in found:
        assert json.loads(content[one.offset : one.end]) == one.value


@given(st.dictionaries(st.text(max_size=5), st.lists(OBJECTS, max_size=3)), st.integers(1, 40))
def test_lists_by_name_give_what_json_gives(
    lists: dict[str, list[dict[str, Any]]], size: int
) -> None:
    content = json.dumps(lists).encode()
    found = [(one.group, one.number, one.value) for one in elements(pieces(content, size), "f")]
    assert found == [(k, n, value) for k in lists for n, value in enumerate(lists[k])]


@given(OBJECTS)
def test_a_document_gives_what_json_gives(value: dict[str, Any]) -> None:
    assert document(json.dumps(value).encode(), "f.json") == value


def test_nan_is_read_as_one_and_a_mark_of_utf8_is_nothing() -> None:
    content = b'\xef\xbb\xbf [{"a": [1.5, NaN]}]'
    for size in (1, 100):
        ((one, nan),) = (value["a"] for value in values(content, size))
        assert one == 1.5
        assert math.isnan(nan)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1, "a": 2}', "the name 'a' occurs twice"),
        ('{"a": 1' + "0" * 400 + "}", r"the whole number 1000.*\(401 digits\) is beyond 64 bits"),
        ('{"a": 9223372036854775808}', "9223372036854775808 is beyond 64 bits"),
        ('{"a": 1e400}', "a number in it is beyond those of a double"),
        ('{"a": [0.5, -1e400]}', "a number in it is beyond those of a double"),
        ('{"a": Infinity}', "Infinity is no value; NaN alone"),
        ('{"a": [-Infinity]}', "-Infinity is no value"),
        ('{"a": "\\ud800"}', "half of a surrogate pair"),
        ('{"\\udfff": 1}', "half of a surrogate pair"),
        ('{"a": ' + "[" * 40 + "]" * 40 + "}", f"more than {MAX_DEPTH} values within each other"),
        ('{"a":' * 40 + "1" + "}" * 40, f"more than {MAX_DEPTH} values within each other"),
        ('{"a": [' + "{}," * MAX_VALUES + "{}]}", f"more than {MAX_VALUES:,} objects and lists"),
        ('{"a": "' + "x" * (MAX_TEXT_BYTES + 9) + '"}', f"longer than {MAX_TEXT_BYTES:,} bytes"),
        ('{"a": "' + "\\n" * MAX_TEXT_BYTES + '"}', f"longer than {MAX_TEXT_BYTES:,} bytes"),
        ('{"a": ' + "1" * (MAX_OBJECT_BYTES + 9) + "}", f"longer than {MAX_OBJECT_BYTES:,} bytes"),
        ('{"a": 1]', "delimiter"),
        ('{"a": 01}', r"Expecting ',' delimiter at byte \d+"),
        ('{"a": 1,}', "byte"),
        ("{'a': 1}", "Expecting property name.* at byte"),
        ('{"a": "\t"}', "Invalid control character at byte"),
        ('{"a": "\\x"}', "byte"),
        ('{"a": nan}', "Expecting value at byte"),
        ('{"a": ', "the file ends in it, at byte .* it was cut short; fetch it again"),
        ('{"a": "', "the file ends in it, at byte"),
        ('{"a": "\\', "the file ends in it, at byte"),
    ],
)
def test_what_is_no_such_object_is_refused(text: str, reason: str) -> None:
    """With the file, and in a list with the object and its byte."""
    with pytest.raises(SourceError, match=f"^f.json: at byte .*{reason}"):
        document(text.encode(), "f.json")
    before = b'[{"fine": 1},  '
    for size in (len(before) + 3 + len(text) // 50, 1 << 16):
        with pytest.raises(CorruptRecord, match=reason) as caught:
            values(before + text.encode() + b"]" * text.endswith(("}", "]")), size)
        error = caught.value
        assert (error.path, error.record, error.offset) == ("f.json", 1, len(before))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "begins with the end of the file, not with a list of elements"),
        (b"17", "begins with '17', not"),
        (b"<html>", "begins with '<html>', not"),
        (b"[{}", "the end of the file stands where a comma or ] must"),
        (b"[{} {}]", "'{}]' stands where a comma or ] must"),
        (b"[{}]]", "']' stands behind the end of the list"),
        (b"[1]", "it is '1]'.., not an object"),
        (b"[{},]", "it is ']'.., not an object"),
        (b'{"a": 1}', "'a' is '1}'.., not a list of elements"),
        (b'{"a": []', "the end of the file stands where a comma or } must"),
        (b'{"a": [], "a": []}', "the name 'a' occurs twice"),
        (b'{"a" []}', r"'\[\]}' stands where a colon must"),
        (b"{a: []}", "'a:' stands where the name of a list must begin"),
        (b'{"a', "the file ends in it"),
        (b'{"\xff": []}', "codec can't decode byte 0xff"),
        (b"\xff\xfe[\x00", "the file begins with"),
    ],
)
def test_what_is_no_such_file_is_refused(content: bytes, reason: str) -> None:
    for size in (1, 1 << 16):
        with pytest.raises(SourceError, match=reason) as caught:
            values(content, size)
        assert str(caught.value).startswith("f.json: ")


def test_the_list_is_named_of_which_an_object_is_at_fault() -> None:
    with pytest.raises(CorruptRecord, match=r"list 'mid': record 1 at byte \d+: .*twice"):
        values(b'{"top": [{}], "mid": [{"a": 1, "b": 2, "b": 3}]}'.replace(b'[{"a"', b'[{}, {"a"'))


def test_an_object_must_be_one_and_end_the_document() -> None:
    for content, reason in ((b"[]", "where an object must begin"), (b"{} {}", "behind the end")):
        with pytest.raises(SourceError, match=reason):
            document(content, "f.json")


def test_a_large_file_takes_little_memory() -> None:
    """And so does an endless text, which is given up on."""
    job = b'{"a": [' + b"0.123456789, " * 2000 + b"1], " + b'"b": "x"}'
    count = 400  # which together would take 25 MB

    def blocks() -> Iterator[bytes]:
        yield b"["
        for number in range(count):
            yield job + (b"," if number < count - 1 else b"]")

    def endless() -> Iterator[bytes]:
        yield b'[{"a": "'
        while True:
            yield b"x" * (1 << 16)

    tracemalloc.start()
    try:
        assert sum(len(one.value["a"]) for one in elements(blocks(), "f")) == count * 2001
        with pytest.raises(CorruptRecord, match="a text in it is longer"):
            list(elements(endless(), "f"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 * (1 << 20)
