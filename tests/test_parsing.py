"""``Cell.parse`` of every benchmark: all forms of an architecture are it, and nothing else is."""

import json
from collections.abc import Callable
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_db import nasbench101, nasbench201, nasbenchmacro, natssss, nds, nlp, transnas101
from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nasbench101.api import ModelSpec
from nasbench_db.natsbench.genotype_utils import topology_str2structure


def texts(text: str) -> list[Any]:
    """A text in the ways in which it gets copied from somewhere."""
    return [text, np.str_(text), f" {text}\n", f"'{text}'", f' " {text}"\r\n', np.array(text)]


def mappings(arch: dict[str, Any]) -> list[Any]:
    """NNI's dict, and others like it."""
    turned = dict(reversed(arch.items()))
    return [arch, turned, MappingProxyType(arch), *texts(json.dumps(arch, indent=1))]


def numbers(number: int) -> list[Any]:
    """An index in all that a number can be."""
    return [number, float(number), np.int64(number), np.array(number), *texts(str(number))]


def strings(cell: Any) -> list[Any]:
    """What the architectures have in common that have a string."""
    row = SimpleNamespace(arch_str=cell.arch_str)
    return [cell, *texts(cell.arch_str), row]


def of_nasbench101(cell: Any) -> list[Any]:
    matrix, ops = cell.matrix, cell.ops
    joined = ",".join(ops)
    original = {"original_matrix": matrix, "original_ops": ops}
    return [
        cell,
        *mappings(cell.arch),
        (matrix, ops),
        [matrix.tolist(), tuple(ops)],
        (matrix.astype(bool), np.array(ops)),
        (cell.adjacency, joined),
        [f" '{cell.adjacency}'\n", f' "{joined.replace(",", " , ")}" '],
        *texts(json.dumps([matrix.tolist(), ops])),
        *texts(json.dumps([cell.adjacency, joined])),
        ModelSpec(matrix, ops),
        SimpleNamespace(**original, matrix=None, ops=None),
        SimpleNamespace(matrix=matrix.tolist(), ops=ops),
    ]


def of_nasbench201(cell: Any) -> list[Any]:
    structure = topology_str2structure(cell.arch_str)
    return [
        *strings(cell),
        *texts(f"Structure(4 nodes with {cell.arch_str})"),
        structure,
        repr(structure),
        *mappings(cell.arch),
        *numbers(cell.index),
        cell.ops,
        tuple(cell.arch.values()),
        np.array(cell.ops),
        np.array(cell.ops, dtype=object),
        *texts(json.dumps(cell.ops)),
        cell.matrix,
        cell.matrix.astype(int).tolist(),
    ]


def of_natssss(cell: Any) -> list[Any]:
    channels = cell.channels
    return [
        *strings(cell),
        *numbers(cell.index),
        channels,
        list(channels),
        [np.int64(width) for width in channels],
        np.array(channels),
        np.array(channels, dtype=float),
        *texts(json.dumps(channels)),
    ]


def of_transnas101(cell: Any) -> list[Any]:
    if cell.search_space == "micro":
        return [*strings(cell), *mappings(cell.arch), cell.ops, np.array(cell.ops)]
    if len(cell.arch) == 6:  # may be operations
        return strings(cell)
    return [*strings(cell), cell.arch, np.array(cell.arch), *texts(json.dumps(cell.arch))]


def of_nasbenchmacro(cell: Any) -> list[Any]:
    return [*strings(cell), cell.arch, cell.ops, np.array(cell.ops), *texts(json.dumps(cell.arch))]


def of_nlp(cell: Any) -> list[Any]:
    return [cell, *mappings(cell.arch), *mappings(cell.recipe), cell.canonical()]


def of_nds(cell: Any) -> list[Any]:
    nni = {"model_family": cell.model_family, "model_spec": cell.model_spec}
    nni["cell_spec"] = cell.cell_spec
    return [cell.arch, nni, *texts(json.dumps(cell.arch)), *texts(json.dumps(nni))]


SPACES: dict[str, tuple[Any, Callable[[Any], list[Any]]]] = {
    "nasbench101": (nasbench101, of_nasbench101),
    "nasbench201": (nasbench201, of_nasbench201),
    "natssss": (natssss, of_natssss),
    "transnas101": (transnas101, of_transnas101),
    "nasbenchmacro": (nasbenchmacro, of_nasbenchmacro),
    "nlp": (nlp, of_nlp),
    "nds": (nds, of_nds),
}
spaces = pytest.mark.parametrize("benchmark", SPACES)

# Words and numbers of the forms, so that junk gets past the first look.
_names = st.sampled_from(
    ["0_1", "0_2", "1_2", "0_3", "1_3", "2_3", "op1", "op2", "input1", "input2", "input3"]
)
_words = st.sampled_from(
    ["none", "conv_3x3", "input", "output", "maxpool3x3", "|none~0|", "64-41414-1_02_333", "+"]
) | st.sampled_from(
    ["{", "[1, 2", '{"op1": 1}', "[[0, 1], [0, 0]]", "8:8:8:8:8", "0100", "nan", "0" * 32]
)
_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(0, 5),
    st.floats(),
    st.text(max_size=8),
    st.binary(max_size=4),
    _words,
    st.sampled_from([np.int64(3), np.True_, np.nan, np.zeros((4, 4)), np.zeros(6)]),
    st.sampled_from([object(), int, np.ndarray, nasbench201.Cell, len, range(6), {1, 2}, 1j]),
)
junk = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=6),
        st.tuples(inner, inner),
        st.lists(inner, min_size=6, max_size=6),
        st.lists(st.lists(inner, min_size=4, max_size=4), min_size=4, max_size=4),
        st.dictionaries(_names | st.integers(), inner, max_size=6),
        st.builds(lambda value: SimpleNamespace(tostr=lambda: value), inner),
        st.builds(lambda value: SimpleNamespace(arch_str=value), inner),
        st.builds(lambda one, two: SimpleNamespace(matrix=one, ops=two), inner, inner),
    ),
    max_leaves=12,
)


@spaces
@given(seed=st.integers(0, 1 << 32))
def test_every_form_of_an_architecture_is_it(benchmark: str, seed: int) -> None:
    """Whatever programs and people have of it."""
    module, forms = SPACES[benchmark]
    cell = module.random_cell(seed)
    for form in forms(cell):
        assert module.Cell.parse(form) == cell, form


@spaces
@given(given_=junk)
def test_what_is_no_architecture_is_refused_as_such(benchmark: str, given_: Any) -> None:
    """By no other exception, and never by a message longer than a paragraph."""
    cell = SPACES[benchmark][0].Cell
    try:
        assert isinstance(cell.parse(given_), cell)
    except InvalidArchitecture as error:
        assert 0 < len(str(error)) < 1_000  # noqa: PT017 (what is no error is checked as well)


@spaces
@given(seed=st.integers(0, 1 << 32), data=st.data())
def test_what_is_nearly_an_architecture_is_read_or_refused(
    benchmark: str, seed: int, data: Any
) -> None:
    """A form with a piece of junk in it."""
    module, forms = SPACES[benchmark]
    form = data.draw(st.sampled_from(forms(module.random_cell(seed))))
    piece = data.draw(_leaves)
    if isinstance(form, str):
        place = data.draw(st.integers(0, len(form)))
        form = form[:place] + str(piece)[:8] + form[place + data.draw(st.integers(0, 3)) :]
    elif isinstance(form, dict):
        form = {**form, data.draw(st.sampled_from([*form, "x"])): piece}
    elif isinstance(form, list):
        form = [*form]
        form[data.draw(st.integers(0, len(form) - 1))] = piece
    try:
        assert isinstance(module.Cell.parse(form), module.Cell)
    except InvalidArchitecture as error:
        assert str(error)  # noqa: PT017


@spaces
def test_other_benchmarks_architectures_are_refused(benchmark: str) -> None:
    """The value of one space is none of another, but for the string that both have."""
    for other, (module, _) in SPACES.items():
        if other != benchmark:
            with pytest.raises(InvalidArchitecture):
                SPACES[benchmark][0].Cell.parse(module.random_cell(1))


@spaces
def test_numbers_of_any_size_are_refused(benchmark: str) -> None:
    """Also those of which Python does not print the digits."""
    for number in (10**40, -(10**5000), [10**5000] * 5, {"0_1": 10**5000}, float("inf")):
        with pytest.raises(InvalidArchitecture):
            SPACES[benchmark][0].Cell.parse(number)


@spaces
def test_text_that_begins_as_json_is_told_what_is_wrong(benchmark: str) -> None:
    """As a dict that Python printed, or one that was cut."""
    for text in ("{'0_1': 'none'}", "{", "[" * 100_000):
        with pytest.raises(InvalidArchitecture, match="is not JSON, in which names have double"):
            SPACES[benchmark][0].Cell.parse(text)


@pytest.mark.parametrize(
    ("given_", "reason"),
    [
        ("00005c142e6f48ac74fdcf73e3439874", "A hash names a cell only to a database"),
        (5, "Cell.from_code reads the code"),
        ("0100", "Cell.from_code reads the code"),
        ("input,output", r"is a Cell, a dict .* a pair \(matrix, ops\), or a ModelSpec; not"),
        ([[0, 1], [0, 0]], "row 0 of the matrix is 0, not a list"),
        (ModelSpec([[0, 0], [0, 0]], ["input", "output"]), "there is no path"),
        (("0100", "input,maxpool"), "'maxpool'.*did you mean 'maxpool3x3'"),
    ],
)
def test_refusals_of_nasbench101_say_what_to_do(given_: Any, reason: str) -> None:
    """With the forms that there are."""
    with pytest.raises(InvalidArchitecture, match=reason):
        nasbench101.Cell.parse(given_)
