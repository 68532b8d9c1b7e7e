"""Items that repeat an earlier one: read in one go, they are what the safe machine reads."""

import pickle
import pickletools
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasbench_db import SourceError
from nasbench_db.formats import pickles
from nasbench_db.formats.curves import Curve
from nasbench_db.formats.pickles import ByteStream, Unpickler
from nasbench_db.formats.repeating import Pattern
from nasbench_db.nasbench201.synthetic import write_pth
from nasbench_db.nats.sources import read_file


class Reading:
    """What was read of a pickle, item by item.

    Args:
        data: the pickle.
        most: how many items others are compared with; 0 leaves all to the safe machine.

    Attributes:
        items: what was read, as it can be compared.
        error: what stopped it.
        repeated: how many items were read in one go.
    """

    def __init__(self, data: bytes, most: int = 8) -> None:
        self.items: list[str] = []
        self.error = ""
        self.repeated = 0
        read = Pattern.read

        def count(*arguments: Any) -> Any:
            found = read(*arguments)
            self.repeated += found is not None
            return found

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Pattern, "read", count)
            patch.setattr(pickles, "_MOST_PATTERNS", most)
            try:
                stream = ByteStream([data], "a pickle")
                for item in Unpickler(stream, as_curves=True).items("infos", lambda _: None):
                    self.items.append(comparable(item))
            except SourceError as error:
                self.error = f"{type(error).__name__}: {error}"


def comparable(value: Any) -> str:
    """The value with all types and the order of all items, as a text."""
    if isinstance(value, Curve):
        value.settle()
    if isinstance(value, dict):
        items = [(comparable(key), comparable(one)) for key, one in value.items()]
        return f"{type(value).__name__} {items}"
    if isinstance(value, (tuple, list)):
        return f"{type(value).__name__} {list(map(comparable, value))}"
    return f"{type(value).__name__} {value!r}"


def run(i: int, epochs: int = 3, number: type[float] = float) -> dict[str, Any]:
    """A training, as those of a benchmark."""
    return {
        "name": f"run {i}",
        "seed": 700 + i,
        "none": None,
        "yes": True,
        "numbered": {epoch: i + epoch / 7 for epoch in range(epochs)},
        "named": {f"x-valid@{epoch}": i - epoch / 7 for epoch in range(epochs + 9)},
        "ordered": OrderedDict((epoch, float(i)) for epoch in range(epochs)),
        "mixed": {0: 1.5, "a": i},
        "latency": [0.25 * i, number(i / 3)],
        "key": {("cifar10", i): {"x": float(i)}},
    }


def whole(values: list[Any]) -> dict[str, Any]:
    """A dict with these items, behind so many texts that places in the memo take four bytes."""
    return {
        "before": [f"text {i}" for i in range(300)],
        "infos": dict(enumerate(values)),
        "after": 1,
    }


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_repeated_items_are_what_they_would_be(protocol: int) -> None:
    """Of two kinds that take turns; the first of each kind is read by the safe machine."""
    number = np.float64 if protocol == 2 else float  # of which later ones make bytes
    values = [run(i, 3 + i % 2, number) for i in range(12)]
    data = pickle.dumps(whole(values), protocol)
    reading, safe = Reading(data), Reading(data, most=0)
    assert reading.error == safe.error == ""
    assert reading.items == safe.items
    assert safe.repeated == 0
    assert reading.repeated >= 5 or protocol > 3  # which has frames between items


def test_items_without_frames_are_repeated_in_every_protocol() -> None:
    """Objects may be counted rather than numbered."""
    data = pickle.dumps(whole([run(i) for i in range(9)]), 4)
    starts = [position for _, _, position in pickletools.genops(data)]
    pieces = [data[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
    bare = b"".join(piece for piece in pieces if piece[:1] != b"\x95")
    reading = Reading(bare)
    assert reading.repeated >= 5
    assert reading.items == Reading(bare, most=0).items


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(1 << 33), 1 << 33),
        st.floats(),
        st.text(max_size=5),
        st.dictionaries(st.integers(0, 300), st.floats(), max_size=4),
        st.dictionaries(st.sampled_from(["x-valid@0", "x-valid@1", "y"]), st.floats()),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(st.one_of(st.text(max_size=3), st.integers(0, 9)), inner, max_size=3),
    ),
    max_leaves=12,
)


def varied(value: Any, draw: Any) -> Any:
    """The value with some other numbers and texts."""
    if isinstance(value, float):
        return draw(st.one_of(st.just(value), st.floats()))
    if isinstance(value, str):
        return draw(st.one_of(st.just(value), st.text(max_size=9)))
    if isinstance(value, dict):
        return {key: varied(one, draw) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(varied(one, draw) for one in value)
    return value


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=3), st.sampled_from([2, 3]), st.data())
def test_any_items_are_what_they_would_be(kinds: list[Any], protocol: int, data: Any) -> None:
    """Whatever they are, and whichever of them are alike."""
    values = [
        {"a": 1, "b": varied(data.draw(st.sampled_from(kinds)), data.draw)} for _ in range(8)
    ]
    pickled = pickle.dumps(whole(values), protocol)
    reading, safe = Reading(pickled), Reading(pickled, most=0)
    assert (reading.items, reading.error) == (safe.items, safe.error)


REPEATED = pickle.dumps(whole([run(i) for i in range(7)]), 2)
INFOS = REPEATED.index(b"infos")
ENDS = [place for _, _, place in pickletools.genops(REPEATED) if place > INFOS]


@settings(max_examples=150, deadline=None)
@given(st.integers(INFOS, len(REPEATED) - 1), st.integers(0, 255))
def test_changed_bytes_are_read_or_refused_as_before(place: int, byte: int) -> None:
    """Whatever is done to a pickle, the safe machine decides, with the same words."""
    data = REPEATED[:place] + bytes([byte]) + REPEATED[place + 1 :]
    reading, safe = Reading(data), Reading(data, most=0)
    assert (reading.items, reading.error) == (safe.items, safe.error)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(ENDS), st.sampled_from(ENDS), st.integers(1, 60))
def test_copied_opcodes_are_read_or_refused_as_before(at: int, other: int, size: int) -> None:
    """Also when opcodes stand where they should not."""
    data = REPEATED[:at] + REPEATED[other : other + size] + REPEATED[at:]
    reading, safe = Reading(data), Reading(data, most=0)
    assert (reading.items, reading.error) == (safe.items, safe.error)


class Hostile:
    """Runs a command when a careless reader meets it."""

    def __reduce__(self) -> Any:
        return print, ("run",)


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: [x], lambda x: {"y": x}])
def test_names_are_refused_behind_repeated_items(wrap: Any) -> None:
    """An item that asks for a name repeats none."""
    values = [run(i) for i in range(9)]
    values[7]["latency"][1] = wrap(Hostile())
    reading = Reading(pickle.dumps(whole(values), 2))
    assert reading.repeated >= 3
    assert len(reading.items) == 7
    assert "ForbiddenGlobal" in reading.error


def test_other_references_are_no_repetition() -> None:
    """The same opcodes on other objects might make a key that takes forever to hash."""
    values = []
    for i in range(8):
        pair: tuple[Any, ...] = ("a", i)
        values.append({"pairs": [pair, ("b", i), pair], "x": {0: 0.5}})
    values[6]["pairs"][2] = values[6]["pairs"][1]
    data = pickle.dumps(whole(values), 2)
    reading = Reading(data)
    assert reading.items == Reading(data, most=0).items
    assert reading.repeated == 5


def test_long_texts_are_no_repetition() -> None:
    """What is made of them again and again would not be counted."""
    values = [{"text": "x", "y": {0: 0.5}} for _ in range(8)]
    values[5] = {"text": "long" * 300, "y": {0: 0.5}}
    data = pickle.dumps(whole(values), 2)
    reading = Reading(data)
    assert reading.items == Reading(data, most=0).items
    assert reading.repeated == 5


def test_texts_of_repeated_items_may_be_referred_to() -> None:
    """By any later item."""
    shared = "".join(["shared", " text"])
    values: list[Any] = [{"text": f"text {i}", "x": {0: i / 3}} for i in range(6)]
    values[4]["text"] = shared
    values += [{"text": shared, "x": {0: 0.5}, "z": None}]
    data = pickle.dumps(whole(values), 2)
    reading = Reading(data)
    assert reading.error == ""
    assert reading.items == Reading(data, most=0).items
    assert reading.repeated >= 3


def test_nothing_is_repeated_from_another_pickle() -> None:
    """Whose references mean other texts."""
    pickled = []
    for text in ("first text", "other text"):
        values: list[Any] = [{"text": text, "x": {0: i / 3}} for i in range(5)]
        pickled.append(pickle.dumps(whole(values), 2))
    unpickler = Unpickler(ByteStream([b"".join(pickled)], "two pickles"), as_curves=True)
    for data in pickled:
        items = list(unpickler.items("infos", lambda _: None))
        assert list(map(comparable, items)) == Reading(data).items
        assert Reading(data).repeated >= 2


def test_architectures_of_a_file_are_repeated(tmp_path: Any) -> None:
    """All but the first of each kind, or else large files take long."""
    path = tmp_path / "a.pth"
    write_pth(path, range(300, 312))
    counted = 0
    read = Pattern.read

    def count(*arguments: Any) -> Any:
        nonlocal counted
        found = read(*arguments)
        counted += found is not None
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pattern, "read", count)
        assert len(list(read_file(str(path)))) == 14
    assert counted >= 6
