"""What a condition in SQL says, read as a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_db.ask.sqltext import literal, numbers_compared

NUMBERS = st.floats(0, 100, allow_nan=False)
NAMES = st.sampled_from(["test_acc", "nb101.test_acc", '"test_acc"', "[test_acc]", "`test_acc`"])
OPERATORS = st.sampled_from(["<", "<=", ">", ">=", "=", "==", "!=", "<>"])


@given(NAMES, OPERATORS, NUMBERS, NUMBERS, st.sampled_from(["{}", "({} )", "NOT {}", " {} "]))
def test_numbers_are_told_with_what_they_are_compared_with(
    name: str, operator: str, one: float, other: float, around: str
) -> None:
    """On either side, between others, in brackets, beside other conditions."""
    for condition, numbers in (
        (f"{name} {operator} {literal(one)}", [one]),
        (f"{literal(one)}{operator}{name}", [one]),
        (f"{name} between {literal(one)} AND {literal(other)}", [one, other]),
    ):
        text = around.format(condition)
        for whole in (text, f"seed = 'a > 0.5' AND {text} or x IS NULL", f"{text} -- x > 1"):
            assert [n for n in numbers_compared(whole) if n[0] == "test_acc"] == [
                ("test_acc", number) for number in numbers
            ]


@pytest.mark.parametrize(
    "condition",
    [
        "test_acc / 100 > 0.9",
        "valid_acc - test_acc > 0.5",
        "0.5 < valid_acc - test_acc",
        "valid_acc - test_acc BETWEEN 0.1 AND 0.5",
        "test_acc > 0.9 * 100",
        "test_acc > 0.9e",
        "abs(test_acc) > 0.5",
        "test_acc > parameters",
        "note = 'test_acc > 0.9'",
        "parameters < 5 /* test_acc > 0.9 */",
    ],
)
def test_what_is_computed_or_quoted_is_compared_with_nothing(condition: str) -> None:
    assert "test_acc" not in [name for name, _ in numbers_compared(condition)]
