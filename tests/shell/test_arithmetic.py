"""Arithmetic equals a model in Python: 64-bit numbers, C's operators, division towards zero."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simk8s.shell.syntax.arithmetic import parse_arithmetic, wrapped
from tests.shell.box import run

INTEGERS = st.one_of(st.integers(-10, 10), st.integers(-(1 << 63), (1 << 63) - 1))


def model(left: int, operator: str, right: int) -> int:
    quotient = abs(left) // abs(right) if right else 0
    quotient = -quotient if (left < 0) != (right < 0) else quotient
    return wrapped(
        {
            "+": lambda: left + right,
            "-": lambda: left - right,
            "*": lambda: left * right,
            "/": lambda: quotient,
            "%": lambda: left - right * quotient,
            "<<": lambda: left << (right & 63),
            ">>": lambda: left >> (right & 63),
            "&": lambda: left & right,
            "|": lambda: left | right,
            "^": lambda: left ^ right,
            "<": lambda: int(left < right),
            "==": lambda: int(left == right),
            "&&": lambda: int(bool(left and right)),
            "||": lambda: int(bool(left or right)),
        }[operator]()
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            INTEGERS, st.sampled_from(["+", "-", "*", "<<", ">>", "&", "|", "^", "<", "==", "&&", "||"]), INTEGERS
        ),
        max_size=20,
    )
)
def test_binary_operators_equal_the_model(cases: list[tuple[int, str, int]]) -> None:
    script = "\n".join(f"echo $(( ({left}) {operator} ({right}) ))" for left, operator, right in cases)
    expected = [str(model(*case)) for case in cases]
    assert run(script).stdout.split() == expected


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(INTEGERS, st.sampled_from("/%"), INTEGERS.filter(bool)), max_size=20))
def test_division_goes_towards_zero(cases: list[tuple[int, str, int]]) -> None:
    script = "\n".join(f"echo $(( ({left}) {operator} ({right}) ))" for left, operator, right in cases)
    assert run(script).stdout.split() == [str(model(*case)) for case in cases]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3 * 4", 14),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2", 4),
        ("1 ? 2 : 3", 2),
        ("16#ff + 0x10 + 010", 279),
        ("(1,5)", 5),
    ],
)
def test_precedence_is_that_of_c(text: str, value: int) -> None:
    assert run(f"echo $(( {text} ))").stdout == f"{value}\n"


def test_variables_are_expressions_themselves() -> None:
    assert run("a=b+1; b=c*2; c=5; echo $((a)) $((d++)) $((d)) $d").stdout == "11 0 1 1\n"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789abx+-*/%<>=!&|^~?:,()[] #@._", max_size=20))
def test_any_text_parses_or_is_refused_as_an_expression(text: str) -> None:
    try:
        parse_arithmetic(text)
    except RecursionError:
        pass
